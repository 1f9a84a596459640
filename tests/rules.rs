//! Every rule in reach has decided at least one answer, granted or refused, and the committed list
//! says which commands it decided.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::num::NonZeroU32;

use cert_lifecycle::lifecycle::{Command, CommandKind, decide};
use cert_lifecycle::model::{PlanId, Status};
use cert_lifecycle::rulebook::rule::RULES;
use cert_lifecycle::rulebook::{RuleId, Rulebook};
use support::golden;
use support::scenarios::{everything_everywhere, refusals};
use support::scene::{Story, at, csr_application};

/// The commands that a rule granted, and those that it refused.
#[derive(Default)]
struct Observed {
    granted: BTreeSet<CommandKind>,
    refused: BTreeSet<CommandKind>,
}

fn observe() -> BTreeMap<RuleId, Observed> {
    let book = Rulebook::published();
    let mut all: BTreeMap<RuleId, Observed> = BTreeMap::new();
    for (kind, answer) in everything_everywhere(&book) {
        match answer {
            Ok(events) => {
                assert!(!events.rules().is_empty(), "{kind} was granted by no rule");
                for rule in events.rules() {
                    all.entry(*rule).or_default().granted.insert(kind);
                }
            }
            Err(refusal) => {
                all.entry(refusal.rule()).or_default().refused.insert(kind);
            }
        }
    }
    for told in refusals(&book) {
        let (rule, kind) = (told.refusal.rule(), told.refusal.command());
        all.entry(rule).or_default().refused.insert(kind);
    }
    // An own key: the CN names the domain.
    let edition = book.edition("2023-api").unwrap();
    let mut story = Story::new(&book, &edition, 1);
    let mut bare = story.case(0);
    bare.plan = None;
    let buy = Command::BuyPlan {
        plan: PlanId::new("plan").unwrap(),
        product: story.product,
        count: NonZeroU32::MIN,
    };
    let bought = decide(&bare, &buy, at("2024-03-01T09:00:00+08:00"), &story.law).unwrap();
    for rule in bought.rules() {
        let seen = all.entry(*rule).or_default();
        seen.granted.insert(CommandKind::BuyPlan);
    }
    let apply = story.submission(0, csr_application("own key"));
    for rule in story
        .tell(0, &apply, at("2024-03-01T09:00:00+08:00"))
        .rules()
    {
        all.entry(*rule)
            .or_default()
            .granted
            .insert(CommandKind::Submit);
    }
    all
}

/// R-44 decides no command: it is seen on the clock.
fn time_alone() -> String {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let mut story = Story::new(&book, &edition, 1);
    let not_after = at("2021-06-01T12:00:00Z");
    story.issue_until(0, at("2021-03-01T09:00:00+08:00"), not_after);
    let shown: Vec<Status> = [-40, -30, 0, 1]
        .map(|days| not_after.saturating_add(days * 86_400))
        .iter()
        .filter_map(|now| story.status(0, *now))
        .collect();
    let expected = [
        Status::Issued,
        Status::PendingExpiration,
        Status::PendingExpiration,
        Status::Expired,
    ];
    assert_eq!(shown, expected);
    "seen on the clock: Issued, Pending Expiration, Expired".to_owned()
}

fn words(kinds: &BTreeSet<CommandKind>) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    words.join(" ")
}

#[test]
fn every_rule_has_decided_something() {
    let mut observed = observe();
    let mut text = String::from(
        "Every rule of the code, and the commands that it granted or refused in the scenarios.\n",
    );
    let mut silent = Vec::new();
    for record in RULES {
        let rule = record.id;
        let seen = observed.remove(&rule).unwrap_or_default();
        write!(text, "\n{rule}  {}\n", record.text).unwrap();
        if rule == RuleId::R44 {
            writeln!(text, "      {}", time_alone()).unwrap();
            continue;
        }
        if seen.granted.is_empty() && seen.refused.is_empty() {
            silent.push(rule.to_string());
        }
        if !seen.granted.is_empty() {
            let (count, kinds) = (seen.granted.len(), words(&seen.granted));
            writeln!(text, "      granted {count}: {kinds}").unwrap();
        }
        if !seen.refused.is_empty() {
            let (count, kinds) = (seen.refused.len(), words(&seen.refused));
            writeln!(text, "      refused {count}: {kinds}").unwrap();
        }
    }
    assert!(
        silent.is_empty(),
        "rules that never decided: {}",
        silent.join(", ")
    );
    let unknown: Vec<String> = observed.keys().map(ToString::to_string).collect();
    assert!(
        unknown.is_empty(),
        "rules without a record: {}",
        unknown.join(", ")
    );
    golden::compare("rules_observed.txt", &text);
}
