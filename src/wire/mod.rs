//! The vendor's API 2020-04-07 over the service, without a transport.

mod fault;
mod operation;
mod parameters;
mod tree;

pub use fault::Fault;
pub use operation::{Desk, Done, Operation};
pub use parameters::Parameters;
pub use tree::Tree;
