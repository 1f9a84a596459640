//! The receipt: what who gave a command is told of it once its events are committed.

use alloc::vec::Vec;

use super::event::Event;
use crate::model::{EditionKey, Status, Timestamp};
use crate::rulebook::RuleId;

/// What a command brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The events, committed; none if there was nothing left to do.
    pub events: Vec<Event>,
    /// The rules that the decision followed.
    pub rules: Vec<RuleId>,
    /// When it was decided.
    pub at: Timestamp,
    /// The edition in force then.
    pub edition: EditionKey,
    /// The status of the order afterwards.
    pub status: Option<Status>,
}
