//! The vendor's API 2020-04-07 over the service, without a transport.

mod action;
mod call;
mod entry;
mod fault;
mod keys;
mod nonces;
mod operation;
mod parameters;
mod rates;
mod request_id;
mod signature;
mod tree;

pub use call::Limits;
pub use entry::{Answered, USUAL_SKEW, VERSION, Wire};
pub use fault::Fault;
pub use keys::{AccessKey, AccessKeys, FixedKeys, KeysUnavailable, Secret};
pub use nonces::{MemoryNonces, Nonce, Nonces, Noted};
pub use operation::{Desk, Done, Operation, Parameter, ParameterKind, Taken};
pub use parameters::Parameters;
pub use rates::Rates;
pub use request_id::{NoRandomness, RandomRequestIds, RequestIds, SeededRequestIds};
pub use tree::{Format, Tree};
