//! The certificate life cycle as code. (Stub while the parts are being put together.)
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;
pub mod model;
#[cfg(feature = "pki")]
pub mod pki;
