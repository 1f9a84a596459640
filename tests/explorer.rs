//! The explorer: that it finds every state, finds the faults that were planted, and stays in bounds.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "tests stop on the first surprise"
)]

#[path = "explorer/bounds.rs"]
mod bounds;
#[path = "explorer/faults.rs"]
mod faults;
#[path = "explorer/faulty.rs"]
mod faulty;
#[path = "stories/machines.rs"]
mod machines;
#[path = "explorer/naive.rs"]
mod naive;

use std::sync::Arc;

use cert_lifecycle::model::ValidationClass;
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::Laws;
use cert_lifecycle::testing::explore::{Size, SmallWorld};

/// A world under some editions.
fn world(editions: &[&str], class: ValidationClass, size: Size) -> SmallWorld {
    let book = Rulebook::published();
    let editions = editions.iter().map(|key| book.edition(key).unwrap());
    let laws = Laws::new(editions.collect(), book.ceilings().clone());
    SmallWorld::new(Arc::new(laws), class, size).unwrap()
}

/// A plan of one unit, applied with once.
const UNIT: Size = Size {
    plans: 1,
    units: 1,
    slots: 1,
    orders: 1,
    turns: 1,
    ..Size::NOTHING
};

/// Two slots that are bought, one of them applied with.
const SLOTS: Size = Size {
    slots: 2,
    orders: 3,
    turns: 0,
    ..Size::NOTHING
};

/// A chain of two.
const CHAIN: Size = Size {
    chains: 1,
    years: 2,
    orders: 3,
    turns: 0,
    ..Size::NOTHING
};
