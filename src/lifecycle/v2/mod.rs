//! The instance model of 2026, which the vendor calls V2, as a machine of its own.
//!
//! A [`SubscriptionInstance`] is bought for a term and carries several certificates in turn. It
//! stores the data that it is applied with, may apply by itself when a certificate is about to end,
//! and has two statuses: its own ([`Status`]) and that of its newest certificate
//! ([`CertificateStatus`]). Both are derived from facts, the instant and the edition, never stored.
//!
//! [`decide()`] is total, [`evolve()`] folds, [`availability`] and [`next_wakeup`] answer from the
//! same clauses. Refusals are those of [`lifecycle`](super), speaking of instances. Rules are
//! resolved for [`Channel::ApiV2`](crate::model::Channel::ApiV2); what they have besides the rules of
//! orders is listed in [`V2_RULES`](crate::rulebook::rule::V2_RULES).
//!
//! # Choices of ours
//! The documents name the states and operations, and few guards. Silent are they on: when stored
//! data changes (V-02), what a cancellation leads back to (T-45), from when the term runs (V-04:
//! from the first issuance), what an automatic application that fails leads to (V-07), and what is
//! deleted (V-08: an edition's states, and nothing under way).
//!
//! # Example
//! What was bought is inactive until it is applied with.
//!
//! ```
//! use cert_lifecycle::lifecycle::v2::{Case, Command, Law, Status, decide, evolve, status};
//! use cert_lifecycle::model::{
//!     AccountId, Catalog, Channel, Currency, InstanceId, Payment, Site, Timestamp,
//! };
//! use cert_lifecycle::rulebook::Rulebook;
//!
//! let book = Rulebook::published();
//! let now: Timestamp = "2026-09-01T09:00:00+08:00".parse()?;
//! let edition = book.as_of(now, Site::Cn, Channel::ApiV2)?;
//! let law = Law::single(&edition, book.ceilings());
//!
//! let account = AccountId::new("1234567890")?;
//! let buy = Command::Buy {
//!     instance: InstanceId::new("cas-cn-0001")?,
//!     product: Catalog::published().get("digicert-free-1-free").ok_or("no such product")?,
//!     until: "2027-09-01T09:00:00+08:00".parse()?,
//!     payment: Payment::cash(26_800, Currency::CNY),
//! };
//! let (mut instance, mut hosting) = (None, None);
//! let case = Case { account, instance: None, hosting: None };
//! for event in &decide(&case, &buy, now, &law)? {
//!     evolve(&mut instance, &mut hosting, event);
//! }
//! let bought = instance.as_ref().ok_or("not bought")?;
//! assert_eq!(status(bought, now, &edition), Some(Status::Inactive));
//!
//! // Nothing is stored to apply with.
//! let case = Case { account, instance: instance.as_ref(), hosting: None };
//! let refusal = decide(&case, &Command::Apply, now, &law).unwrap_err();
//! assert_eq!(refusal.rule().to_string(), "T-44");
//! assert!(refusal.to_string().starts_with(
//!     "Cannot apply for a certificate: nothing is stored to apply with (status inactive)."
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod case;
mod command;
mod condition;
mod data;
mod decide;
mod effect;
mod event;
mod evolve;
mod instance;
mod outcome;
mod question;
mod refund;
mod status;

pub use case::{Case, Law};
pub use command::{Command, CommandKind};
pub use data::{ApplicationData, CompanyId, ContactId, CsrMethod, DataError};
pub use decide::{Refusal, clauses, decide};
pub use effect::{Effect, Notice, effects};
pub use event::{Event, Events, HostingEvent, InstanceEvent};
pub use evolve::{evolve, evolve_hosting, evolve_instance};
pub use instance::{
    Ending, Halt, HeldCertificate, Hosting, HostingUnits, Origin, PendingApplication,
    PendingResult, RevocationRequest, Revoked, Subscription, SubscriptionInstance, TaskStatus,
    Term,
};
pub use outcome::requested_until;
pub use question::{availability, next_wakeup};
pub use status::{CertificateStatus, Status, certificate_status, status};
