//! Events, effects and receipts as JSON texts with a version, and a plan as a row of counters: what
//! stores write, and what every later release reads.
//!
//! ```
//! use cert_lifecycle::codec::stored::{decode_event, encode_event};
//! use cert_lifecycle::lifecycle::{Event, InstanceEvent};
//! use cert_lifecycle::model::{InstanceId, RevocationCause, RevocationReason};
//! let event = Event::Instance {
//!     id: InstanceId::new("i-1")?,
//!     event: InstanceEvent::Revoked {
//!         cause: RevocationCause::ByHolder,
//!         reason: RevocationReason::KeyCompromise,
//!         unit_returned: true,
//!         at: "2021-03-31T23:59:59+08:00".parse()?,
//!     },
//! };
//! let text = encode_event(&event);
//! assert_eq!(
//!     text,
//!     r#"{"v":1,"type":"instance.revoked","id":"i-1","cause":"holder","reason":"key-compromise","unit_returned":true,"at":"2021-03-31T15:59:59Z"}"#
//! );
//! assert_eq!(decode_event(&text)?, event);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The form
//! One compact object a text, whose first fields are `v`, the version, and `type`; an event has the
//! `id` of its stream next. The order of the fields and the white space between them mean nothing to
//! a reader, so a `jsonb` column keeps the meaning of a text.
//!
//! | What | As | Why |
//! |---|---|---|
//! | instants | `"2021-03-31T15:59:59Z"`, RFC 3339 in UTC; outside the years 0 to 9999, seconds since 1970 | for people who look into a table; the instants that RFC 3339 has no form for must not be lost |
//! | order ids | `"98987582437920968"`, a text | they are larger than what many readers of JSON keep exactly (X-33) |
//! | money, counts | whole numbers; money in minor units | |
//! | digests, serial numbers | hexadecimal digits in lower case | short, and as other tools print them |
//! | DER | base64 with padding | a third longer than the bytes, not twice as long; it is the body of a PEM block |
//! | words | our own, in lower case with hyphens | what an interface calls a thing may change |
//! | an absent value | no key | there is no `null` |
//! | a text that nobody checked, with a NUL in it | `{"base64":"..."}` | `jsonb` can't hold that character |
//!
//! # What is promised
//! - A text of version 1 is read by every later release, and means the same. Golden files hold the
//!   texts; what is new gets a version of its own.
//! - Every event, effect and receipt comes back equal. Each has one text, and whatever is read back
//!   was written so: reading is as strict as writing.
//! - Reading trusts nothing and never panics. What has an unknown version, type or field, lacks one,
//!   has one twice, or holds a value that the nouns refuse, is a [`StoredError`]. It names the field
//!   and never shows a value.
//!
//! A changed letter inside a valid value is another valid value: these forms have no checksum, since
//! databases have theirs. They hold personal data (applicants) and no private keys.
//!
//! # Limits
//! At most [`MAX_EVENT_BYTES`], [`MAX_EFFECT_BYTES`] and [`MAX_RECEIPT_BYTES`] are read, nested at most
//! [`MAX_DEPTH`] deep.

mod application;
mod bytes;
pub(super) mod error;
pub(super) mod event;
pub(super) mod form;
mod noun;
mod plan;
pub(super) mod read;
pub(super) mod tree;
pub(super) mod write;

pub use error::{StoredError, StoredProblem};
pub use event::{
    decode_effect, decode_event, decode_receipt, effect_type, encode_effect, encode_event,
    encode_receipt, event_type,
};
pub use plan::{PlanCounters, PlanDelta, restore_plan};

/// The version that is written, and the newest that is read.
pub const VERSION: u64 = 1;
/// The most bytes of an event that are read. The largest certificate with its chain that the feature
/// `pki` reads within its default limits takes about two thirds.
pub const MAX_EVENT_BYTES: usize = 1_048_576;
/// The most bytes of an effect that are read.
pub const MAX_EFFECT_BYTES: usize = 4_096;
/// The most bytes of a receipt that are read.
pub const MAX_RECEIPT_BYTES: usize = 4_194_304;
/// The most levels of lists and objects in each other that are read.
pub const MAX_DEPTH: usize = 16;
