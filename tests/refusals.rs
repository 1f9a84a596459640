//! The paragraphs of refusals as a person reads them, compared with a committed file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cert_lifecycle::rulebook::Rulebook;
use support::golden;
use support::scenarios::refusals;

#[test]
fn the_paragraphs_are_the_committed_ones() {
    let mut text = String::from(
        "What a person reads when a command is refused: how it came to be, the kind, the paragraph.\n",
    );
    for told in refusals(&Rulebook::published()) {
        write!(
            text,
            "\n# {} ({:?})\n{}\n",
            told.title,
            told.refusal.kind(),
            told.refusal
        )
        .unwrap();
    }
    golden::compare("refusals.txt", &text);
}

#[test]
fn no_two_things_are_told_in_the_same_words() {
    let told = refusals(&Rulebook::published());
    assert!(told.len() > 40);
    let titles: BTreeSet<&str> = told.iter().map(|told| told.title.as_str()).collect();
    assert_eq!(titles.len(), told.len());
    for told in &told {
        let text = told.refusal.to_string();
        assert!(text.len() < 480, "too long to be read: {text}");
    }
}
