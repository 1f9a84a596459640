//! The edges of decisions: what they cost, what of others they leave alone, and what a refusal says at the
//! very instant at which the answer changes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    unreachable_pub,
    reason = "tests stop on the first surprise"
)]

#[path = "edges/changes.rs"]
mod changes;
#[path = "edges/deployments.rs"]
mod deployments;
#[path = "edges/difference.rs"]
mod difference;
#[path = "edges/fold.rs"]
mod fold;
#[path = "edges/keys.rs"]
mod keys;
#[path = "edges/preview.rs"]
mod preview;
#[path = "edges/probes.rs"]
mod probes;
#[allow(dead_code, reason = "every test file uses its part")]
#[path = "questions/stage.rs"]
mod stage;
#[path = "edges/strangers.rs"]
mod strangers;
#[path = "edges/table.rs"]
mod table;
#[path = "edges/typical.rs"]
mod typical;
#[path = "edges/way_out.rs"]
mod way_out;
#[path = "edges/world.rs"]
mod world;

use cert_lifecycle::rulebook::{Edition, Rulebook, RulebookParts};

/// An edition of the console of 2021 with something else in it, and its rulebook.
fn edition_of(change: impl FnOnce(&mut RulebookParts)) -> (Rulebook, Edition) {
    let book = stage::book(|parts| {
        stage::console_of_2021(parts);
        change(parts);
    });
    let edition = book.edition("2021-02-api").unwrap();
    (book, edition)
}
