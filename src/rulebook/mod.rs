//! Rules as data: dated clauses per site and channel, each with its source and standing.
//!
//! The vendor's documents contradict each other from page to page and from year to year. Here every
//! number, window and limit is a [`Sourced`] value inside a [`Dated`] clause. An
//! [`EditionKey`](crate::model::EditionKey) names a point in that history; resolving it gives an
//! [`Edition`], the flat set of values in force there, with a digest. No number and no window of the
//! vendor stands anywhere else in the crate. What follows from them, the transitions and what each
//! command asks for, is code in [`lifecycle`](crate::lifecycle), by the numbers of [`rule::RULES`];
//! the facts behind product codes are in [`Catalog`](crate::model::Catalog).
//!
//! ```
//! use cert_lifecycle::rulebook::Rulebook;
//! let book = Rulebook::published();
//! let edition = book.edition("2021-02-api")?;
//! let days = edition.return_days();
//! assert_eq!(days.value.to_string(), "within 30 days");
//! assert_eq!((days.cite.sources.to_string(), days.cite.standing.word()), ("S3, A21".into(), "stated"));
//! // The documents leave open how a day is counted; that is our choice C2.
//! assert_eq!(edition.return_method().cite.standing.word(), "declared");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod book;
pub mod ca_duty;
pub mod calendar;
pub mod ceilings;
mod check;
pub mod contradiction;
pub mod edition;
pub mod number;
pub mod part;
mod published;
mod published_duty;
pub mod rule;
pub mod schedule;
pub mod source;
pub mod value;
pub mod window;

pub use book::{ResolveError, Rulebook, RulebookError};
pub use ca_duty::{
    CaDuties, CaDutiesError, DutyTable, GroundSet, ProofReuse, RevocationDuty, RevocationGround,
    ShortLived,
};
pub use calendar::{Calendar, DayCount, ExpiryInstant, LeapDay, WorkWeek};
pub use ceilings::{Ceiling, Ceilings};
pub use contradiction::{CONTRADICTIONS, Carried, Contradiction, Position};
pub use edition::{
    ClauseEditor, ClauseLine, ClauseVisitor, Edition, EditionPoint, Field, FieldLine,
    RulebookParts, Ruling,
};
pub use rule::{RuleId, RuleRecord};
pub use schedule::{Dated, Scope};
pub use source::{Cite, SourceKey, SourceRecord, Sourced, Sources, Standing};
pub use value::{
    AddOn, Anchor, BarredNames, CarryOver, ClassSet, CommonNameRule, ConsumeAt, Consumption,
    CsrRule, DecisiveAct, ExponentRule, FileForWildcard, FreeLimit, HostingYears, LateHosting,
    MessageRule, Method, Module, ModuleSet, NameLimit, NoticeRule, OperationSet, Permission,
    PlanRefundRule, RefundAct, RefundCase, RefundClause, RefundLimit, RefundMargin, RefundRule,
    RefundTrigger, RenewalResult, ReturnAnchor, ReturnDays, ReturnRule, Review, ReviewTimes,
    RevocationLimit, ShownDays, SmallestFactor, TargetSet, TermRule, Trigger, Unused, UploadName,
    WeakKeyRule, WorkingDays,
};
pub use window::Window;
