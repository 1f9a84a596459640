//! What laws say of answers, states and windows, in words.

use core::fmt;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::lifecycle::probe::happened;
use crate::lifecycle::{Availability, Event, Events, Refusal};
use crate::model::{End, HoldState, MemberState, Offset, Phase, RevocationStage, Status};

/// Events, one behind the other.
pub(super) fn told<'a>(events: impl IntoIterator<Item = &'a Event>) -> String {
    let all: Vec<String> = events
        .into_iter()
        .map(|event| happened(event, Offset::UTC))
        .collect();
    if all.is_empty() {
        "nothing".to_string()
    } else {
        all.join("; ")
    }
}

/// An answer in a line.
pub(super) struct Answered<'a>(pub(super) &'a Result<Events, Refusal>);

impl fmt::Display for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(events) => write!(f, "granted: {}", told(events)),
            Err(refusal) => write!(f, "refused: {refusal}"),
        }
    }
}

/// A status, where there is an order.
pub(in crate::testing) fn shown(status: Option<Status>) -> &'static str {
    status.map_or("no order", Status::word)
}

/// Where a unit is, if one is held.
pub(super) fn unit(state: Option<HoldState>) -> &'static str {
    state.map_or("nowhere", HoldState::word)
}

/// When something is said to be possible.
pub(super) fn possible(told: Availability) -> String {
    match told {
        Availability::Now { until: None, .. } => "now".to_string(),
        Availability::Now {
            until: Some(until), ..
        } => format!("now, until just before {until}"),
        Availability::From {
            at, until: None, ..
        } => format!("from {at} on"),
        Availability::From {
            at,
            until: Some(until),
            ..
        } => format!("from {at} until just before {until}"),
        Availability::Over { since, .. } => format!("until just before {since}"),
        Availability::Never { .. } => "never".to_string(),
    }
}

/// Where a member of a chain is.
pub(super) const fn member(state: MemberState) -> &'static str {
    match state {
        MemberState::Waiting => "waiting",
        MemberState::Begun => "begun",
        MemberState::Cancelled => "cancelled",
    }
}

/// Where an instance stands, by its facts alone.
pub(super) const fn standing(phase: &Phase) -> &'static str {
    match phase {
        Phase::NotActivated { .. } => "waiting for its turn",
        Phase::Bought { .. } => "bought",
        Phase::Verifying(_) => "applied for, its domain to be proved",
        Phase::Validating(_) => "in review",
        Phase::Failed { .. } => "failed",
        Phase::Pending { .. } => "withdrawn",
        Phase::Live(live) => match live.revocation() {
            None => "issued",
            Some(revocation) => match revocation.stage {
                RevocationStage::ToConfirm => "issued, its revocation to be confirmed",
                RevocationStage::InReview => "issued, its revocation in review",
            },
        },
        Phase::Revoked { .. } => "revoked",
        Phase::Uploaded(_) => "uploaded",
        Phase::Ended { how, .. } => match how {
            End::Closed => "closed",
            End::Cancelled => "cancelled",
            End::Merged(_) => "merged",
        },
        Phase::Deleted { .. } => "deleted",
    }
}
