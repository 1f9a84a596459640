//! Coverage: the horizon in spans and gaps, and each gap explained.

use cert_lifecycle::lifecycle::{Command, Coverage, GapCause, Outlook, coverage, term_end};
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::model::{CertificateInstance, Note, Timestamp, ValidationClass};
use cert_lifecycle::rulebook::{Ceilings, Edition, Rulebook};
use proptest::prelude::*;

use crate::stage::{Life, at, book, ceiling, console_of_2021, instance_id, product};

fn own_book() -> (Rulebook, Edition) {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    (book, edition)
}

fn begin<'a>(edition: &'a Edition, ceilings: &'a Ceilings, years: u64, now: &str) -> Life<'a> {
    let mut life = Life::new(edition, ceilings, product(ValidationClass::Dv));
    life.buy(years, at(now));
    life
}

fn ask(life: &Life<'_>, horizon: (&str, &str), outlook: &Outlook) -> Coverage {
    let members: Vec<&CertificateInstance> = life.world.instances().collect();
    let horizon = at(horizon.0)..at(horizon.1);
    coverage(life.world.chain(), &members, &horizon, outlook, &life.law)
}

/// Spans and gaps as lines, in the order of time.
fn lines(answer: &Coverage) -> Vec<String> {
    let mut all: Vec<(Timestamp, String)> = Vec::new();
    for span in &answer.spans {
        let expected = if span.expected { " (expected)" } else { "" };
        let text = format!("{} - {} {}{expected}", span.from, span.until, span.instance);
        all.push((span.from, text));
    }
    for gap in &answer.gaps {
        let text = format!("{} - {} {:?}", gap.from, gap.until, gap.cause);
        all.push((gap.from, text));
    }
    all.sort();
    all.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn k08_three_years_under_shrinking_ceilings_leave_gaps() {
    let (book, edition) = own_book();
    let now = "2026-11-22T00:00:00Z";
    let mut life = begin(&edition, book.ceilings(), 3, now);
    life.apply(11, at(now));
    life.issue(at(now));
    let answer = ask(&life, (now, "2030-01-01T00:00:00Z"), &Outlook::at(at(now)));
    assert_eq!(
        lines(&answer),
        [
            // 200 days.
            "2026-11-22T00:00:00Z - 2027-06-10T00:00:00Z instance-1",
            // Issued on 2027-05-12 at +08:00, when fewer than thirty days were left: 100 days.
            "2027-06-10T00:00:00Z - 2027-08-19T16:00:00Z instance-2 (expected)",
            "2027-08-19T16:00:00Z - 2027-10-28T16:00:00Z instance-3 (expected)",
            // Three years had been bought, less the two overlaps.
            "2027-10-28T16:00:00Z - 2029-09-22T16:00:00Z Ceiling",
            "2029-09-22T16:00:00Z - 2030-01-01T00:00:00Z NoMemberLeft",
        ]
    );
}

#[test]
fn r46_a_year_each_leaves_no_gap_and_a_long_review_does() {
    let (_, edition) = own_book();
    let ceilings = ceiling(398);
    let now = "2021-03-01T00:00:00Z";
    let mut life = begin(&edition, &ceilings, 2, now);
    let outlook = Outlook::at(at(now));
    let horizon = (now, "2022-06-01T00:00:00Z");
    // nobody applies for the first one but its owner.
    let nothing = ask(&life, horizon, &outlook);
    assert!(nothing.spans.is_empty());
    assert_eq!(nothing.gaps.len(), 1);
    assert_eq!(nothing.gaps[0].cause, GapCause::NotApplied);
    let applied = Outlook {
        owner_acts: Some(at(now)),
        ..outlook
    };
    let expected = ask(&life, horizon, &applied);
    assert!(expected.gaps.is_empty());
    assert_eq!(expected.spans.len(), 2);
    life.apply(11, at(now));
    life.issue(at(now));
    assert!(ask(&life, horizon, &outlook).gaps.is_empty());
    // fewer than thirty days before the end it is applied for, and reviewed for forty.
    let slow = Outlook {
        review_seconds: 40 * 86_400,
        ..outlook
    };
    let answer = ask(&life, horizon, &slow);
    assert_eq!(
        lines(&answer),
        [
            "2021-03-01T00:00:00Z - 2022-03-01T00:00:00Z instance-1",
            "2022-03-01T00:00:00Z - 2022-03-11T16:00:00Z UnderReview",
            "2022-03-11T16:00:00Z - 2022-06-01T00:00:00Z instance-2 (expected)",
        ]
    );
    // The service sleeps past the end.
    let late = Outlook::at(at("2022-03-05T00:00:00Z"));
    let answer = ask(&life, horizon, &late);
    assert_eq!(answer.gaps.len(), 1);
    assert_eq!(answer.gaps[0].cause, GapCause::Overdue);
    assert_eq!(answer.gaps[0].instance, Some(instance_id(2)));
}

#[test]
fn r47_r48_what_stands_still_is_named() {
    let (_, edition) = own_book();
    let ceilings = ceiling(398);
    let start = "2021-03-01T00:00:00Z";
    let mut hosted = begin(&edition, &ceilings, 3, start);
    hosted.apply(11, at(start));
    hosted.issue(at(start));
    let horizon = (start, "2024-03-01T00:00:00Z");
    let only = |life: &Life<'_>, now: &str| {
        let answer = ask(life, horizon, &Outlook::at(at(now)));
        let causes: Vec<GapCause> = answer.gaps.iter().map(|gap| gap.cause).collect();
        (answer.spans.len(), causes)
    };

    let mut revoked = hosted.clone();
    let when = at("2021-05-01T00:00:00Z");
    let reason = cert_lifecycle::model::RevocationReason::KeyCompromise;
    revoked.tell(&Command::RecordCaRevocation { reason, at: when }, when);
    let answer = ask(&revoked, horizon, &Outlook::at(when));
    assert_eq!(answer.spans.len(), 1);
    assert_eq!(answer.spans[0].until, when);
    assert_eq!(answer.gaps[0].cause, GapCause::Revoked);
    assert_eq!(
        answer.gaps[0].cause.to_string(),
        "the certificate was revoked"
    );

    let mut failed = hosted.clone();
    failed.world.focus(instance_id(2));
    let due = at("2022-02-10T00:00:00Z");
    failed.activate(12, due);
    let reason = Note::new("the company was not reached").unwrap();
    failed.tell(&Command::Reject { reason }, due);
    assert_eq!(
        only(&failed, "2022-02-10T00:00:00Z"),
        (1, vec![GapCause::AutomaticFailed])
    );

    let mut cancelled = hosted.clone();
    cancelled.world.focus(instance_id(2));
    cancelled.tell(&Command::CancelOrder, when);
    cancelled.world.focus(instance_id(1));
    let (spans, causes) = only(&cancelled, "2021-05-01T00:00:00Z");
    // The third one serves in its place.
    assert_eq!(spans, 2);
    assert_eq!(causes, [GapCause::Cancelled, GapCause::NoMemberLeft]);
    let answer = ask(&cancelled, horizon, &Outlook::at(when));
    assert_eq!(answer.gaps[0].instance, Some(instance_id(2)));

    let chain = hosted.world.chain();
    let one = [hosted.world.instance().unwrap()];
    let horizon = at(start)..at("2024-03-01T00:00:00Z");
    let answer = coverage(chain, &one, &horizon, &Outlook::at(when), &hosted.law);
    assert_eq!(answer.gaps.len(), 1);
    assert_eq!(answer.gaps[0].cause, GapCause::NotAtHand);
}

#[test]
fn instances_side_by_side_cover_together() {
    let (_, edition) = own_book();
    let ceilings = ceiling(398);
    let mut first = begin(&edition, &ceilings, 1, "2021-03-01T00:00:00Z");
    first.apply(11, at("2021-03-01T00:00:00Z"));
    first.issue(at("2021-03-01T00:00:00Z"));
    let mut second = begin(&edition, &ceilings, 1, "2022-02-01T00:00:00Z");
    second.apply(12, at("2022-02-01T00:00:00Z"));
    second.issue(at("2022-04-01T00:00:00Z"));
    let both = [
        first.world.instance().unwrap(),
        second.world.instance().unwrap(),
    ];
    let horizon = at("2021-03-01T00:00:00Z")..at("2023-01-01T00:00:00Z");
    let outlook = Outlook::at(at("2022-05-01T00:00:00Z"));
    let answer = coverage(None, &both, &horizon, &outlook, &first.law);
    assert_eq!(
        lines(&answer),
        [
            "2021-03-01T00:00:00Z - 2022-03-01T00:00:00Z instance-1",
            "2022-03-01T00:00:00Z - 2022-04-01T00:00:00Z UnderReview",
            "2022-04-01T00:00:00Z - 2023-01-01T00:00:00Z instance-1",
        ]
    );
}

/// How far a chain has come.
#[derive(Clone, Debug)]
struct Story {
    years: u64,
    /// For each member that was issued, how many days after it came due.
    issued: Vec<i64>,
    /// What happens to the last of them, or to the next one.
    ending: u8,
    review: u32,
    owner_acts: bool,
    start: i64,
    horizon: (i64, i64),
    now: i64,
}

/// What a ceiling and a cancellation leave uncovered together is named by the cancellation, which its
/// owner chose; the ceiling's own part is nobody's member.
#[test]
fn r47_k08_behind_a_ceiling_a_cancelled_member_is_named_where_both_are_why() {
    let (_, edition) = own_book();
    let ceilings = ceiling(200);
    let now = "2021-03-01T00:00:00Z";
    let mut life = begin(&edition, &ceilings, 3, now);
    life.apply(11, at(now));
    life.issue(at(now));
    life.world.focus(instance_id(3));
    life.tell(&Command::CancelOrder, at(now));
    let answer = ask(&life, (now, "2025-01-01T00:00:00Z"), &Outlook::at(at(now)));
    let told: Vec<(GapCause, Option<_>)> = answer
        .gaps
        .iter()
        .map(|gap| (gap.cause, gap.instance))
        .collect();
    let third = Some(instance_id(3));
    assert_eq!(
        told,
        [
            // Two of 200 days; the third would have been another.
            (GapCause::Cancelled, third),
            // Two of a year, were there no ceiling.
            (GapCause::Ceiling, None),
            // And the third year, had there been neither.
            (GapCause::Cancelled, third),
            (GapCause::NoMemberLeft, None),
        ],
        "{:?}",
        lines(&answer)
    );
}

/// A certificate that was asked for with fewer days than the ceiling allows was not cut by it.
#[test]
fn k08_what_the_ceiling_did_not_cut_ends_by_itself() {
    let (_, edition) = own_book();
    let ceilings = ceiling(398);
    let now = "2021-03-01T00:00:00Z";
    let mut life = begin(&edition, &ceilings, 1, now);
    life.apply(11, at(now));
    life.issue_until(at(now), at("2021-05-30T00:00:00Z"));
    let answer = ask(&life, (now, "2022-01-01T00:00:00Z"), &Outlook::at(at(now)));
    assert_eq!(
        lines(&answer),
        [
            "2021-03-01T00:00:00Z - 2021-05-30T00:00:01Z instance-1",
            "2021-05-30T00:00:01Z - 2022-01-01T00:00:00Z NoMemberLeft",
        ]
    );
}

/// What is said before a certificate ends where it begins, though nothing new is said there.
#[test]
fn r37_a_revoked_certificate_covered_until_it_was() {
    let (_, edition) = own_book();
    let ceilings = ceiling(398);
    let applied = "2021-03-01T00:00:00Z";
    let (issued, revoked) = (at("2021-03-04T00:00:00Z"), at("2021-04-01T00:00:00Z"));
    let mut life = begin(&edition, &ceilings, 1, applied);
    life.apply(11, at(applied));
    life.issue(issued);
    life.revoke(revoked);
    let horizon = ("2021-03-02T00:00:00Z", "2021-05-01T00:00:00Z");
    assert_eq!(
        lines(&ask(&life, horizon, &Outlook::at(revoked))),
        [
            "2021-03-02T00:00:00Z - 2021-03-04T00:00:00Z UnderReview",
            "2021-03-04T00:00:00Z - 2021-04-01T00:00:00Z instance-1",
            "2021-04-01T00:00:00Z - 2021-05-01T00:00:00Z Revoked",
        ]
    );
}

fn stories() -> impl Strategy<Value = Story> {
    (
        1_u64..=3,
        proptest::collection::vec(0_i64..60, 0..=3),
        0_u8..6,
        prop_oneof![Just(0_u32), 0_u32..6_000_000],
        any::<bool>(),
        0_i64..3_000,
        (-300_i64..1_500, 0_i64..2_000),
        0_i64..200,
    )
        .prop_map(
            |(years, issued, ending, review, owner_acts, start, horizon, now)| Story {
                years,
                issued,
                ending,
                review,
                owner_acts,
                start,
                horizon,
                now,
            },
        )
}

impl Story {
    fn start(&self) -> Timestamp {
        at("2020-12-01T00:00:00Z").saturating_add(self.start * SECONDS_PER_DAY)
    }

    /// The chain as it stands, and the present.
    fn play<'a>(&self, edition: &'a Edition, ceilings: &'a Ceilings) -> (Life<'a>, Timestamp) {
        let mut now = self.start();
        let mut life = Life::new(edition, ceilings, product(ValidationClass::Dv));
        life.buy(self.years, now);
        let members = self
            .issued
            .iter()
            .take(usize::try_from(self.years).unwrap());
        for (place, late) in members.enumerate() {
            let order = 11 + u64::try_from(place).unwrap();
            life.world.focus(instance_id(order - 10));
            if place == 0 {
                now = now.saturating_add(late * SECONDS_PER_DAY);
                life.apply(order, now);
            } else {
                let due =
                    cert_lifecycle::lifecycle::next_wakeup(&life.world.case(), now, &life.law);
                let Some(due) = due else { break };
                now = due.saturating_add(late * SECONDS_PER_DAY);
                life.activate(order, now);
            }
            now = now.saturating_add(1);
            life.issue(now);
        }
        now = now.saturating_add(SECONDS_PER_DAY);
        let reason = cert_lifecycle::model::RevocationReason::Superseded;
        let ending = match self.ending {
            0 => Some(Command::RecordCaRevocation { reason, at: now }),
            1 => Some(Command::RequestRevocation { reason }),
            2 => Some(Command::CancelOrder),
            3 => Some(Command::DeleteCertificate),
            _ => None,
        };
        if self.ending == 2 {
            life.world.focus(instance_id(self.years));
        }
        if let Some(command) = ending {
            let _ = life.world.apply(&command, now, &life.law);
        }
        (life, now.saturating_add(self.now * SECONDS_PER_DAY))
    }

    fn outlook(&self, now: Timestamp) -> Outlook {
        Outlook {
            now,
            review_seconds: self.review,
            owner_acts: self.owner_acts.then_some(now),
        }
    }

    fn ask(&self, edition: &Edition, ceilings: &Ceilings) -> (Coverage, i64) {
        let (life, now) = self.play(edition, ceilings);
        let from = self
            .start()
            .saturating_add(self.horizon.0 * SECONDS_PER_DAY);
        let until = from.saturating_add(self.horizon.1 * SECONDS_PER_DAY);
        let members: Vec<&CertificateInstance> = life.world.instances().collect();
        let outlook = self.outlook(now);
        let answer = coverage(
            life.world.chain(),
            &members,
            &(from..until),
            &outlook,
            &life.law,
        );
        (answer, until.unix_seconds() - from.unix_seconds())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::cases::cases(300)))]

    /// Spans and gaps are the horizon, and none overlaps another.
    #[test]
    fn spans_and_gaps_partition_the_horizon(story in stories(), days in 20_u16..500, uniform in any::<bool>()) {
        let (book, edition) = own_book();
        let flat = ceiling(days);
        let ceilings = if uniform { &flat } else { book.ceilings() };
        let (answer, length) = story.ask(&edition, ceilings);
        let mut pieces: Vec<(Timestamp, Timestamp)> = answer.spans.iter().map(|one| (one.from, one.until)).collect();
        pieces.extend(answer.gaps.iter().map(|one| (one.from, one.until)));
        pieces.sort_unstable();
        prop_assert!(pieces.iter().all(|(from, until)| from < until));
        prop_assert!(pieces.windows(2).all(|pair| pair[0].1 == pair[1].0));
        let total: i64 = pieces.iter().map(|(from, until)| until.unix_seconds() - from.unix_seconds()).sum();
        prop_assert_eq!(total, length);
        // One after the other, never two gaps of one cause side by side.
        let repeated = answer.gaps.windows(2).any(|pair| {
            let same = (pair[0].cause, pair[0].instance) == (pair[1].cause, pair[1].instance);
            same && pair[0].until == pair[1].from
        });
        prop_assert!(!repeated);
    }

    /// K-08: under a lower ceiling, the same on every day, no more is covered.
    #[test]
    fn k08_a_lower_ceiling_never_covers_more(
        years in 1_u64..=3,
        review in 0_u32..6_000_000,
        low in 20_u16..400,
        more in 0_u16..400,
        until in 0_i64..1_500,
    ) {
        let (_, edition) = own_book();
        let start = at("2021-01-01T00:00:00Z");
        let covered = |days| {
            let ceilings = ceiling(days);
            let mut life = Life::new(&edition, &ceilings, product(ValidationClass::Dv));
            life.buy(years, start);
            let members: Vec<&CertificateInstance> = life.world.instances().collect();
            let horizon = start..start.saturating_add(until * SECONDS_PER_DAY);
            let outlook = Outlook { now: start, review_seconds: review, owner_acts: Some(start) };
            coverage(life.world.chain(), &members, &horizon, &outlook, &life.law).covered_seconds()
        };
        prop_assert!(covered(low) <= covered(low.saturating_add(more)));
    }

    /// What happens as it was expected covers as it was expected, and its gaps have the same causes.
    #[test]
    fn r46_the_past_is_told_like_the_future(
        years in 1_u64..=3,
        start in 0_i64..4_000,
        review in 0_u32..6_000_000,
        days in 20_u16..500,
        uniform in any::<bool>(),
    ) {
        let (book, edition) = own_book();
        let flat = ceiling(days);
        let ceilings = if uniform { &flat } else { book.ceilings() };
        let start = at("2020-12-01T00:00:00Z").saturating_add(start * SECONDS_PER_DAY);
        let mut life = Life::new(&edition, ceilings, product(ValidationClass::Dv));
        life.buy(years, start);
        life.apply(11, start);
        let mut now = start.saturating_add(i64::from(review));
        life.issue(now);
        let horizon = start..start.saturating_add(1_500 * SECONDS_PER_DAY);
        let tell = |life: &Life<'_>, now| {
            let members: Vec<&CertificateInstance> = life.world.instances().collect();
            let outlook = Outlook { now, review_seconds: review, owner_acts: None };
            let answer = coverage(life.world.chain(), &members, &horizon, &outlook, &life.law);
            let spans: Vec<_> = answer.spans.iter().map(|one| (one.from, one.until, one.instance)).collect();
            let gaps: Vec<_> = answer.gaps.iter().map(|one| (one.from, one.until, one.cause)).collect();
            (spans, gaps)
        };
        let before = tell(&life, now);
        for member in 2..=years {
            life.world.focus(instance_id(member));
            let due = cert_lifecycle::lifecycle::next_wakeup(&life.world.case(), now, &life.law);
            now = due.unwrap();
            life.activate(10 + member, now);
            now = now.saturating_add(i64::from(review));
            life.issue(now);
        }
        prop_assert_eq!(tell(&life, now), before);
    }

    /// What is expected of a single slot ends where it would be asked for.
    #[test]
    fn r55_an_expected_certificate_ends_with_its_term(start in 0_i64..4_000, review in 0_u32..6_000_000) {
        let (book, edition) = own_book();
        let start = at("2020-12-01T00:00:00Z").saturating_add(start * SECONDS_PER_DAY);
        let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
        life.buy(1, start);
        let instance = life.world.instance().unwrap();
        let horizon = start..start.saturating_add(900 * SECONDS_PER_DAY);
        let outlook = Outlook { now: start, review_seconds: review, owner_acts: Some(start) };
        let answer = coverage(None, &[instance], &horizon, &outlook, &life.law);
        let issued = start.saturating_add(i64::from(review));
        prop_assert_eq!(answer.spans.len(), 1);
        prop_assert_eq!(answer.spans[0].from, issued);
        prop_assert_eq!(answer.spans[0].until, term_end(instance, issued, &life.law).saturating_add(1));
    }
}

#[test]
fn k08_a_ceiling_that_falls_sooner_may_cover_more() {
    // Why the law above speaks of one ceiling for all days: a shorter first certificate has the second
    // one issued before the ceiling falls.
    let (_, edition) = own_book();
    let two = |first: u16| {
        let entry = |from: Timestamp, max_days| {
            cert_lifecycle::rulebook::Sourced::declared(
                cert_lifecycle::rulebook::Ceiling {
                    from,
                    max_days,
                    advised_days: max_days,
                },
                "BR",
            )
        };
        let fall = at("2021-06-15T00:00:00Z");
        Ceilings::new(vec![entry(Timestamp::MIN, first), entry(fall, 47)]).unwrap()
    };
    let covered = |first| {
        let ceilings = two(first);
        let now = "2021-01-01T00:00:00Z";
        let life = begin(&edition, &ceilings, 2, now);
        let outlook = Outlook {
            owner_acts: Some(at(now)),
            ..Outlook::at(at(now))
        };
        ask(&life, (now, "2023-01-01T00:00:00Z"), &outlook).covered_seconds() / SECONDS_PER_DAY
    };
    assert!(covered(200) < covered(150));
}
