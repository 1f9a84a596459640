//! Rules as data: dated clauses per site and channel, each with its source and standing.
//!
//! The vendor's documents contradict each other from page to page and from year to year. Here every
//! number, window and limit is a [`Sourced`] value inside a [`Dated`] clause. An
//! [`EditionKey`](crate::model::EditionKey) names a point in that history; resolving it gives an
//! [`Edition`], the flat set of values in force there, with a digest. No rule of the vendor stands
//! anywhere else in the crate.
//!
//! ```
//! use cert_lifecycle::rulebook::Rulebook;
//! let book = Rulebook::published();
//! let edition = book.edition("2021-02-api")?;
//! let give_back = edition.quota_return();
//! assert_eq!(give_back.value.to_string(), "revocation completed within 30 days of issuance, to the end of the day");
//! assert_eq!(give_back.cite.sources.to_string(), "S3, A21, C2, C5");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod book;
pub mod calendar;
pub mod ceilings;
pub mod edition;
pub mod published;
pub mod rule;
pub mod schedule;
pub mod source;
pub mod value;
pub mod window;

pub use book::{ResolveError, Rulebook, RulebookError};
pub use calendar::{Calendar, DayCount, ExpiryInstant, LeapDay, WorkWeek};
pub use ceilings::{Ceiling, Ceilings};
pub use edition::{Edition, EditionPoint, Field, FieldLine, RulebookParts, Ruling};
pub use rule::{RuleId, RuleRecord};
pub use schedule::{Dated, Scope};
pub use source::{Cite, SourceKey, SourceRecord, Sourced, Sources, Standing};
pub use value::{
    ClassSet, ConsumeAt, Consumption, CsrRule, DecisiveAct, FileForWildcard, Method, NameLimit,
    NoticeRule, OperationSet, ReturnRule, RevocationLimit, RevocationRule, TermRule,
};
pub use window::Window;
