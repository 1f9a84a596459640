//! The certificate life cycle as code. (Stub while the parts are being put together.)
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
extern crate alloc;
pub mod lifecycle;
pub mod model;
pub mod rulebook;
