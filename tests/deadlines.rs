//! What the CA/Browser Forum gives a CA time for: revocations (K-20) and proofs of domains (K-21).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use std::sync::LazyLock;

use cert_lifecycle::lifecycle::{
    domain_proof_valid_until, domain_proof_window, revocation_deadline,
};
use cert_lifecycle::model::{RevocationReason, Timestamp, Validity};
use cert_lifecycle::rulebook::RevocationGround::{self, *};
use cert_lifecycle::rulebook::{
    CaDuties, CaDutiesError, DutyTable, GroundSet, ProofReuse, RevocationDuty, RuleId, Rulebook,
    RulebookError, ShortLived, Sourced, Standing, Window,
};
use proptest::prelude::*;

static BOOK: LazyLock<Rulebook> = LazyLock::new(Rulebook::published);
const DAY: i64 = 86_400;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Hours that a CA has at most, and those that it is advised to keep to.
fn hours(ground: impl Into<RevocationGround>, reported: &str) -> Option<(i64, Option<i64>)> {
    let reported = at(reported);
    let deadline = revocation_deadline(ground, reported, BOOK.duties())?;
    assert_eq!(
        (deadline.rule, deadline.reported_at),
        (RuleId::K20, reported)
    );
    let after = |by: Timestamp| {
        let seconds = by.unix_seconds() - reported.unix_seconds();
        assert_eq!(seconds % 3_600, 0);
        seconds / 3_600
    };
    Some((after(deadline.must_by), deadline.should_by.map(after)))
}

const URGENT: Option<(i64, Option<i64>)> = Some((24, None));
const ORDINARY: Option<(i64, Option<i64>)> = Some((120, Some(24)));

#[test]
fn k20_each_ground_of_the_requirements_has_its_deadline() {
    let today = "2026-05-01T10:00:00Z";
    let urgent = [
        SubscriberRequest,
        NotAuthorized,
        KeyCompromise,
        KeyComputable,
        DomainProofUnreliable,
    ];
    for ground in RevocationGround::ALL {
        let wanted = if urgent.contains(&ground) {
            URGENT
        } else {
            ORDINARY
        };
        assert_eq!(hours(ground, today), wanted, "{ground:?}");
        // The first five of the list are the urgent ones.
        assert_eq!(
            ground.number().is_some_and(|number| number <= 5),
            wanted == URGENT
        );
    }
    let mut numbers: Vec<u8> = RevocationGround::ALL
        .iter()
        .filter_map(|g| g.number())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=16).collect::<Vec<u8>>());
}

#[test]
fn k20_a_reason_alone_has_a_deadline() {
    let today = "2026-05-01T10:00:00Z";
    for reason in RevocationReason::ALL {
        let wanted = match reason {
            RevocationReason::Unspecified | RevocationReason::KeyCompromise => URGENT,
            RevocationReason::AffiliationChanged
            | RevocationReason::Superseded
            | RevocationReason::CessationOfOperation
            | RevocationReason::PrivilegeWithdrawn => ORDINARY,
        };
        assert_eq!(hours(reason, today), wanted, "{reason:?}");
        // The ground that it stands for leads to this reason, or to the one that was given.
        let ground = RevocationGround::from(reason);
        assert!(
            ground.reason().is_none_or(|own| own == reason),
            "{reason:?}"
        );
    }
}

#[test]
fn k20_the_deadlines_change_with_their_dates() {
    for (ground, reported, wanted) in [
        // Before ballot SC6 there was one tier.
        (Misuse, "2018-10-13T23:59:59Z", URGENT),
        (Misuse, "2018-10-14T00:00:00Z", ORDINARY),
        (KeyCompromise, "2018-10-13T23:59:59Z", URGENT),
        (KeyCompromise, "2018-10-14T00:00:00Z", URGENT),
        // Grounds that it brought.
        (DomainProofUnreliable, "2018-10-13T23:59:59Z", None),
        (DomainProofUnreliable, "2018-10-14T00:00:00Z", URGENT),
        (FlawedKeyMethod, "2018-10-13T23:59:59Z", None),
        (FlawedKeyMethod, "2018-10-14T00:00:00Z", ORDINARY),
        (KeyComputable, "2018-10-13T23:59:59Z", None),
        (KeyComputable, "2023-07-14T23:59:59Z", ORDINARY),
        (KeyComputable, "2023-07-15T00:00:00Z", URGENT),
        // A request is a request, until the requirements spoke of reasons.
        (ReasonedRequest, "2023-07-14T23:59:59Z", URGENT),
        (ReasonedRequest, "2023-07-15T00:00:00Z", ORDINARY),
        (SubscriberRequest, "2023-07-15T00:00:00Z", URGENT),
    ] {
        assert_eq!(hours(ground, reported), wanted, "{ground:?} {reported}");
    }
}

#[test]
fn k20_the_last_second_is_in_time() {
    let reported = at("2026-03-14T10:20:30Z");
    let deadline = revocation_deadline(KeyCompromise, reported, BOOK.duties()).unwrap();
    // Hours roll on over the change of date.
    assert_eq!(deadline.must_by, at("2026-03-15T10:20:30Z"));
    let window = deadline.window();
    assert!(window.contains(reported) && window.contains(deadline.must_by));
    assert!(!window.contains(reported.saturating_add(-1)));
    assert!(!window.contains(deadline.must_by.saturating_add(1)));
    assert_eq!(
        deadline.to_string(),
        "The CA must revoke by 2026-03-15T10:20:30Z. Rule K-20 [BR, SC6, stated; BR 4.9.1.1 no. 3]."
    );
    assert_eq!(deadline.basis.standing, Standing::Stated);
    let asked = revocation_deadline(ReasonedRequest, reported, BOOK.duties()).unwrap();
    assert_eq!(asked.basis.standing, Standing::Inferred);
}

#[test]
fn k20_short_lived_certificates_are_told_apart() {
    let days = |first: &str, seconds: i64| {
        let first = at(first);
        let validity = Validity::new(first, first.saturating_add(seconds - 1)).unwrap();
        BOOK.duties().is_short_lived(validity)
    };
    for (first, most) in [
        ("2024-03-14T23:59:59Z", None),
        ("2024-03-15T00:00:00Z", Some(10)),
        ("2026-03-14T23:59:59Z", Some(10)),
        ("2026-03-15T00:00:00Z", Some(7)),
    ] {
        let Some(most) = most else {
            assert!(!days(first, 1), "{first}");
            continue;
        };
        assert!(
            days(first, most * DAY) && !days(first, most * DAY + 1),
            "{first}"
        );
    }
}

#[test]
fn k21_a_proof_holds_for_the_days_of_the_issuance_date() {
    for (issuance, days) in [
        ("2021-09-30T23:59:59Z", 825),
        ("2021-10-01T00:00:00Z", 398),
        ("2026-03-14T23:59:59Z", 398),
        ("2026-03-15T00:00:00Z", 200),
        ("2027-03-14T23:59:59Z", 200),
        ("2027-03-15T00:00:00Z", 100),
        ("2029-03-14T23:59:59Z", 100),
        ("2029-03-15T00:00:00Z", 10),
    ] {
        let issuance = at(issuance);
        let oldest = issuance.saturating_add(-days * DAY);
        let limit = domain_proof_valid_until(oldest, issuance, BOOK.duties()).unwrap();
        assert_eq!(
            (limit.valid_until, limit.rule),
            (issuance, RuleId::K21),
            "{issuance}"
        );
        assert!(domain_proof_window(oldest, BOOK.duties()).contains(issuance));
        let older = oldest.saturating_add(-1);
        let limit = domain_proof_valid_until(older, issuance, BOOK.duties()).unwrap();
        assert_eq!(limit.valid_until, issuance.saturating_add(-1));
        assert!(!domain_proof_window(older, BOOK.duties()).contains(issuance));
    }
}

#[test]
fn k21_a_later_rule_can_end_a_proof_at_once() {
    let window = |proved: &str| domain_proof_window(at(proved), BOOK.duties());
    let between = |from: &str, last: &str| Window::between(at(from), at(last).saturating_add(1));
    for (proved, last) in [
        // Over before the next rule begins.
        ("2024-01-01T00:00:00Z", "2025-02-02T00:00:00Z"),
        // 398 days would reach into autumn, but from 2026-03-15 on only 200 count.
        ("2025-09-01T00:00:00Z", "2026-03-20T00:00:00Z"),
        // Those were over before they began to count.
        ("2025-08-01T00:00:00Z", "2026-03-14T23:59:59Z"),
        // The rules after that.
        ("2026-12-25T12:00:00Z", "2027-04-04T12:00:00Z"),
        ("2029-03-10T00:00:00Z", "2029-03-20T00:00:00Z"),
        ("2029-01-01T00:00:00Z", "2029-03-14T23:59:59Z"),
        ("2030-01-01T00:00:00Z", "2030-01-11T00:00:00Z"),
    ] {
        assert_eq!(window(proved), between(proved, last), "{proved}");
    }
    // A proof of tomorrow is none.
    let proved = at("2026-05-02T00:00:00Z");
    assert_eq!(
        domain_proof_valid_until(proved, at("2026-05-01T23:59:59Z"), BOOK.duties()),
        None
    );
}

fn reuse(from: Timestamp, max_days: u16) -> Sourced<ProofReuse> {
    Sourced::stated(ProofReuse { from, max_days }, "BR")
}

fn duty(from: Timestamp, grounds: &[RevocationGround]) -> Sourced<RevocationDuty> {
    let grounds = GroundSet::of(grounds);
    let (must_hours, should_hours) = (48, Some(24));
    let value = RevocationDuty {
        from,
        grounds,
        must_hours,
        should_hours,
    };
    Sourced::stated(value, "BR")
}

fn short(from: Timestamp, max_days: u16) -> Sourced<ShortLived> {
    Sourced::stated(ShortLived { from, max_days }, "BR")
}

type Tables = (
    Vec<Sourced<ProofReuse>>,
    Vec<Sourced<RevocationDuty>>,
    Vec<Sourced<ShortLived>>,
);

#[test]
fn tables_that_contradict_themselves_are_refused() {
    let first = Timestamp::MIN;
    let later = at("2026-03-15T00:00:00Z");
    let good = || {
        (
            vec![reuse(first, 10), reuse(later, 10)],
            vec![
                duty(first, &[Misuse]),
                duty(first, &[KeyCompromise]),
                duty(later, &[Misuse]),
            ],
            vec![short(later, 7)],
        )
    };
    let build = |change: &dyn Fn(&mut Tables)| {
        let mut tables = good();
        change(&mut tables);
        CaDuties::new(tables.0, tables.1, tables.2).err()
    };
    let gap = |table| Some(CaDutiesError::Gap(table));
    let order = |table, from| Some(CaDutiesError::Order { table, from });
    let length = |table, from| Some(CaDutiesError::Length { table, from });
    let no_source = |table, from| Some(CaDutiesError::NoSource { table, from });
    let (proofs, deadlines, lives) = (
        DutyTable::Reuse,
        DutyTable::Revocation,
        DutyTable::ShortLived,
    );

    assert_eq!(build(&|_| ()), None);
    assert_eq!(build(&|tables| tables.2.clear()), None);
    assert_eq!(build(&|tables| tables.0.clear()), gap(proofs));
    assert_eq!(build(&|tables| tables.1.clear()), gap(deadlines));
    assert_eq!(build(&|tables| drop(tables.0.remove(0))), gap(proofs));
    assert_eq!(build(&|tables| drop(tables.1.drain(..2))), gap(deadlines));
    assert_eq!(
        build(&|tables| tables.0.push(reuse(later, 10))),
        order(proofs, later)
    );
    assert_eq!(
        build(&|tables| tables.1.push(duty(first, &[Inaccurate]))),
        order(deadlines, first)
    );
    assert_eq!(
        build(&|tables| tables.2.push(short(later, 7))),
        order(lives, later)
    );
    assert_eq!(
        build(&|tables| tables.0[1].value.max_days = 0),
        length(proofs, later)
    );
    assert_eq!(
        build(&|tables| tables.1[2].value.must_hours = 0),
        length(deadlines, later)
    );
    assert_eq!(
        build(&|tables| tables.1[2].value.should_hours = Some(48)),
        length(deadlines, later)
    );
    assert_eq!(
        build(&|tables| tables.1[2].value.should_hours = Some(0)),
        length(deadlines, later)
    );
    assert_eq!(
        build(&|tables| tables.2[0].value.max_days = 0),
        length(lives, later)
    );
    let unsourced = Sourced::stated((), "").sources;
    assert_eq!(
        build(&|tables| tables.0[1].sources = unsourced.clone()),
        no_source(proofs, later)
    );
    assert_eq!(
        build(&|tables| tables.1[2].sources = unsourced.clone()),
        no_source(deadlines, later)
    );
    assert_eq!(
        build(&|tables| tables.2[0].sources = unsourced.clone()),
        no_source(lives, later)
    );
    let longer = Some(CaDutiesError::Longer(later));
    assert_eq!(build(&|tables| tables.0[1].value.max_days = 11), longer);
    let grounds = |from| Some(CaDutiesError::Grounds(from));
    assert_eq!(
        build(&|tables| tables.1[2].value.grounds = GroundSet::default()),
        grounds(later)
    );
    let twice = |tables: &mut Tables| tables.1.push(duty(later, &[Inaccurate, Misuse]));
    assert_eq!(build(&twice), grounds(later));
}

#[test]
fn a_rulebook_lists_the_sources_of_its_duties() {
    let mut parts = BOOK.parts().clone();
    let (mut reuse, from) = (BOOK.duties().reuse().to_vec(), at("2027-03-15T00:00:00Z"));
    reuse[3] = Sourced::stated(reuse[3].value, "NOPE");
    let revocation = BOOK.duties().revocation().to_vec();
    parts.duties = CaDuties::new(reuse, revocation, Vec::new()).unwrap();
    match Rulebook::new(parts) {
        Err(RulebookError::UnknownDutySource {
            from: named,
            source_key,
        }) => {
            assert_eq!((named, source_key.to_string().as_str()), (from, "NOPE"));
        }
        other => panic!("{other:?}"),
    }
}

fn instants() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN.unix_seconds(), Timestamp::MAX.unix_seconds());
    let years =
        at("2016-01-01T00:00:00Z").unix_seconds()..at("2032-01-01T00:00:00Z").unix_seconds();
    prop_oneof![
        8 => years,
        1 => first..=last,
        1 => first..=first + 1_000 * DAY,
        1 => last - 1_000 * DAY..=last,
    ]
    .prop_map(|seconds| Timestamp::from_unix_seconds(seconds).unwrap())
}

/// Tables of proofs whose days never grow.
fn reuse_tables() -> impl Strategy<Value = CaDuties> {
    prop::collection::vec((0_i64..6_000, 1_u16..900), 1..6).prop_map(|mut rows| {
        let begin = at("2016-01-01T00:00:00Z");
        let mut days: Vec<u16> = rows.iter().map(|row| row.1).collect();
        days.sort_unstable_by(|one, other| other.cmp(one));
        rows.sort_unstable();
        rows.dedup_by_key(|row| row.0);
        let entries = rows.iter().zip(days).enumerate();
        let entries = entries.map(|(place, ((day, _), days))| {
            let from = begin.saturating_add(day * DAY);
            reuse(if place == 0 { Timestamp::MIN } else { from }, days)
        });
        CaDuties::new(
            entries.collect(),
            vec![duty(Timestamp::MIN, &[Misuse])],
            Vec::new(),
        )
        .unwrap()
    })
}

proptest! {
    /// The window is what asking at every instant would find (L10).
    #[test]
    fn k21_window_and_question_agree(
        duties in reuse_tables(),
        proved in instants(),
        after in prop_oneof![0..900 * DAY, -DAY..DAY],
        other in instants(),
    ) {
        let window = domain_proof_window(proved, &duties);
        let mut ask = vec![proved.saturating_add(after), other];
        // Around the end of the window and every change of the rule.
        let edges = duties.reuse().iter().map(|entry| entry.value.from).chain(window.until());
        ask.extend(edges.flat_map(|edge| [-1, 0, 1].map(|second| edge.saturating_add(second))));
        for issuance in ask {
            let holds = domain_proof_valid_until(proved, issuance, &duties)
                .is_some_and(|limit| issuance <= limit.valid_until);
            prop_assert_eq!(window.contains(issuance), holds, "{} {}", proved, issuance);
        }
    }

    /// Every ground has an answer at every instant, and advice comes before what must be.
    #[test]
    fn k20_every_report_has_an_answer(
        ground in prop::sample::select(RevocationGround::ALL.to_vec()),
        reported in instants(),
    ) {
        let Some(deadline) = revocation_deadline(ground, reported, BOOK.duties()) else {
            prop_assert!(reported < at("2018-10-14T00:00:00Z"));
            return Ok(());
        };
        prop_assert!(deadline.must_by >= reported);
        prop_assert!(deadline.should_by.is_none_or(|by| reported <= by && by <= deadline.must_by));
        let window = deadline.window();
        prop_assert!(window.contains(reported) && window.contains(deadline.must_by));
        let past = deadline.must_by.checked_add(1);
        prop_assert!(past.is_none_or(|past| !window.contains(past)));
        // Reported later, it is never due earlier on the same day of the rules.
        prop_assert!(deadline.basis.value.from <= reported);
        prop_assert!(deadline.basis.value.grounds.contains(ground));
    }
}
