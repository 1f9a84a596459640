//! One of each kind of place.
#![no_std]
extern crate std;

pub mod kinds;
