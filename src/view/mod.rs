//! What interfaces show: views as data, over what the lifecycle decides.
//!
//! Nothing here decides anything. A console, a list or an answer on the wire takes the
//! [`Status`](crate::model::Status) of an instance and finds here which word stands for it, under
//! which group, tab and module it appears, and which fields go with it.
//!
//! - [`wire`] writes and reads the status words of the vendor's interfaces (R-59).
//! - [`label`] has the names of the states in English and Chinese (X-24, X-25).
//! - [`group`] sorts the states as the overview pages do (R-56).
//! - [`layout`] is card or list, and the tabs (R-57).
//! - [`modules`] says which commands the console of an edition offers (R-58).
//! - [`order`] says which fields an answer about an order has (R-25).
//!
//! ```
//! use cert_lifecycle::model::Status;
//! use cert_lifecycle::view::wire::{Seen, WireField};
//! let cell = WireField::DeploymentStatus.write(Seen::of(Status::ValidationFailed));
//! assert_eq!(cell.value, Some("checkedFail"));
//! assert_eq!(WireField::DeploymentStatus.read("CHECKED_FAIL").only(), Some(Status::ValidationFailed));
//! assert_eq!(WireField::DeploymentStatus.read("on holiday").only(), None);
//! ```

pub mod group;
pub mod label;
pub mod layout;
pub mod modules;
pub mod order;
mod reading;
pub mod wire;

pub use reading::Reading;
