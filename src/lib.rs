//! The certificate life cycle as code. (Stub while the parts are being put together.)
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
extern crate alloc;
pub mod adapter;
pub mod lifecycle;
pub mod model;
#[cfg(feature = "pki")]
pub mod pki;
pub mod port;
pub mod rulebook;
#[cfg(feature = "service")]
pub mod service;
