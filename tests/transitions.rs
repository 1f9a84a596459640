//! The transition table, written by hand in `tests/data/transitions.txt`, against the code; and which
//! test carries the number of each transition.
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

use cert_lifecycle::lifecycle::{
    Command, CommandKind, Effect, Event, InstanceEvent, Law, Notice, Outcome, RefusalKind, Table,
    Why, effects, next_wakeup, table,
};
use cert_lifecycle::model::{Phase, RevocationReason, Status, Timestamp, ValidationClass};
use cert_lifecycle::rulebook::{RuleId, Rulebook};
use support::console::{Console, REVOKE, hosting};
use support::scene::{Story, application_for, at, note};

/// The tests that carry the number of each transition of the documents, by file. T-44 to T-47 are the
/// instance model's, in `v2.rs`.
const CARRIED: &[(u8, &str, &str)] = &[
    (
        1,
        "rules_console.rs",
        "r01_a_year_is_one_slot_and_nothing_is_issued",
    ),
    (2, "rules_console.rs", "r02_years_are_slots_in_a_chain"),
    (
        3,
        "rules_console.rs",
        "r05_an_application_never_leads_straight_to_a_certificate",
    ),
    (4, "examples_of_the_documents.rs", "the_flow_of_s3"),
    (
        5,
        "transitions.rs",
        "t05_a_proved_domain_goes_to_the_review",
    ),
    (6, "transitions.rs", "t06_an_approval_issues"),
    (7, "transitions.rs", "t07_a_rejection_keeps_the_unit"),
    (8, "transitions.rs", "t08_a_domain_that_is_never_proved"),
    (
        9,
        "rules_console.rs",
        "r09_a_failed_application_is_corrected_in_its_slot",
    ),
    (
        10,
        "transitions.rs",
        "t10_a_failed_order_is_deleted_and_created_anew",
    ),
    (11, "transitions.rs", "t11_a_withdrawal_returns_nothing"),
    (
        12,
        "examples_of_the_documents.rs",
        "t12_withdrawing_in_review",
    ),
    (
        13,
        "examples_of_the_documents.rs",
        "r13_the_deletion_returns_what_the_withdrawal_does_not",
    ),
    (
        14,
        "examples_of_the_documents.rs",
        "t14_cancelling_a_pending_order",
    ),
    (15, "rules_console.rs", "t15_a_slot_of_a_plan_is_cancelled"),
    (
        16,
        "examples_of_the_documents.rs",
        "r11_no_withdrawal_after_issuance",
    ),
    (
        17,
        "examples_of_the_documents.rs",
        "examples_6_and_7_notice_and_expiry",
    ),
    (18, "transitions.rs", "t18_the_second_after_the_last"),
    (
        19,
        "transitions.rs",
        "t19_what_a_request_to_revoke_brings_about",
    ),
    (
        20,
        "examples_of_the_documents.rs",
        "t20_who_must_confirm_by_mail",
    ),
    (
        21,
        "examples_of_the_documents.rs",
        "example_4_request_and_completion",
    ),
    (
        22,
        "examples_of_the_documents.rs",
        "t22_a_refused_revocation_gives_the_attempt_back",
    ),
    (
        23,
        "examples_of_the_documents.rs",
        "example_1_thirty_days_of_issuance",
    ),
    (
        24,
        "rules_console/hosting.rs",
        "t24_editions_that_revoke_what_is_hosted",
    ),
    (
        25,
        "rules_console/hosting.rs",
        "t25_a_member_is_cancelled_before_its_turn",
    ),
    (
        26,
        "rules_console/hosting.rs",
        "r46_the_service_activates_what_comes_due",
    ),
    (
        27,
        "rules_console/hosting.rs",
        "r48_a_failed_automatic_application_calls_for_somebody",
    ),
    (28, "rules_console/hosting.rs", "r47_members_in_order"),
    (
        29,
        "rules_console/hosting.rs",
        "r46_the_service_activates_what_comes_due",
    ),
    (
        30,
        "rules_console/hosting.rs",
        "r47_no_member_without_a_certificate_before_it",
    ),
    (
        31,
        "rules_console/custody.rs",
        "r54_renewed_when_it_is_about_to_expire",
    ),
    (
        32,
        "rules_console/custody.rs",
        "r54_renewed_when_it_is_about_to_expire",
    ),
    (
        33,
        "rules_console.rs",
        "t33_what_stands_in_the_way_of_a_claim",
    ),
    (
        33,
        "examples_console.rs",
        "example_10_refund_without_review",
    ),
    (34, "rules_console.rs", "r34_a_claim_under_review"),
    (35, "rules_console.rs", "r34_a_claim_under_review"),
    (36, "rules_console.rs", "r32_an_unused_plan"),
    (
        37,
        "rules_console.rs",
        "r41_what_is_deleted_in_which_states",
    ),
    (
        38,
        "rules_console/custody.rs",
        "r51_an_uploaded_certificate",
    ),
    (
        39,
        "rules_console/custody.rs",
        "r52_deployed_to_the_products_of_the_edition",
    ),
    (
        40,
        "rules_console/custody.rs",
        "r53_downloaded_in_the_states_of_the_edition",
    ),
    (
        41,
        "rules_console/hosting.rs",
        "r50_hosting_for_what_is_there",
    ),
    (42, "rules_console.rs", "t42_two_slots_become_one"),
    (43, "rules_console.rs", "t43_a_slot_is_closed"),
    (48, "examples_of_the_documents.rs", "t48_revoked_by_the_ca"),
    (
        49,
        "examples_of_the_documents.rs",
        "t49_an_approval_that_comes_too_late",
    ),
];

/// How many editions and classes the file speaks of.
const SECTIONS: usize = 12;

const FILE: &str = include_str!("data/transitions.txt");

/// The code of a status in the file.
fn code(status: Option<Status>) -> &'static str {
    match status {
        None => "--",
        Some(Status::DomainVerification) => "VE",
        Some(Status::Validating) => "VA",
        Some(Status::ValidationFailed) => "VF",
        Some(Status::PendingApplication) => "PA",
        Some(Status::Issued) => "IS",
        Some(Status::PendingExpiration) => "PE",
        Some(Status::Expired) => "EX",
        Some(Status::RevocationToConfirm) => "RC",
        Some(Status::ValidatingRevocation) => "VR",
        Some(Status::Revoked) => "RV",
        Some(Status::NotActivated) => "NA",
        Some(Status::Hosted) => "HO",
        Some(Status::RefundReview) => "RR",
        Some(Status::Refunded) => "RF",
        Some(Status::Closed) => "CL",
        Some(Status::Cancelled) => "CA",
        Some(Status::Merged) => "ME",
        Some(Status::Deleted) => "DE",
    }
}

fn rule_code(rule: RuleId) -> String {
    rule.to_string().replace('-', "")
}

fn outcome_code(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Leads { to, .. } => format!(">{}", code(Some(*to))),
        Outcome::Recorded { .. } => "rec".to_owned(),
        Outcome::Nothing => ".".to_owned(),
        Outcome::Refused { rule } => rule_code(*rule),
        Outcome::Unreachable => "?".to_owned(),
    }
}

/// Cells by command and code of the status.
type Cells = BTreeMap<(String, String), String>;

fn cells(table: &Table) -> Cells {
    table
        .cells()
        .map(|(status, cell)| {
            let key = (cell.command.word().to_owned(), code(status).to_owned());
            (key, outcome_code(&cell.outcome))
        })
        .collect()
}

/// The lines of the file's sections, by their headings, in order.
fn sections() -> Vec<(String, Vec<&'static str>)> {
    let mut all: Vec<(String, Vec<&str>)> = Vec::new();
    for line in FILE.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        match line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(heading) => all.push((heading.to_owned(), Vec::new())),
            None => all.last_mut().unwrap().1.push(line),
        }
    }
    all
}

fn section(heading: &str) -> Vec<&'static str> {
    let mut all = sections().into_iter();
    let found = all.find(|(own, _)| own == heading);
    found.unwrap_or_else(|| panic!("no section [{heading}]")).1
}

/// The two tables that are written out.
const TABLES: [&str; 2] = ["2021-02-api DV", "2022-hosting DV"];

fn matrix(heading: &str) -> Cells {
    let lines = section(heading);
    let columns: Vec<&str> = lines[0].split_whitespace().collect();
    let statuses = [None].into_iter().chain(Status::ALL.map(Some));
    assert_eq!(
        columns.iter().copied().collect::<BTreeSet<_>>(),
        statuses.map(code).collect::<BTreeSet<_>>()
    );
    let mut cells = Cells::new();
    for line in &lines[1..] {
        let mut fields = line.split_whitespace();
        let command = fields.next().unwrap();
        let fields: Vec<&str> = fields.collect();
        assert_eq!(fields.len(), columns.len(), "{line}");
        for (column, field) in columns.iter().zip(fields) {
            let key = (command.to_owned(), (*column).to_owned());
            assert_eq!(cells.insert(key, field.to_owned()), None, "{line}");
        }
    }
    assert_eq!(cells.len(), columns.len() * CommandKind::ALL.len());
    cells
}

/// What a section says, with the one that it is like below it.
fn written(heading: &str) -> Cells {
    if TABLES.contains(&heading) {
        return matrix(heading);
    }
    let mut lines = section(heading).into_iter();
    let base = lines.next().and_then(|line| line.strip_prefix("= "));
    let mut cells = written(base.unwrap_or_else(|| panic!("what is [{heading}] like?")));
    for line in lines {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let [column, "=", like] = fields[..] {
            for kind in CommandKind::ALL {
                let cell = |column: &str| (kind.word().to_owned(), column.to_owned());
                let value = cells.get(&cell(like)).cloned();
                let value = value.unwrap_or_else(|| like.to_owned());
                cells.insert(cell(column), value).unwrap();
            }
            continue;
        }
        let (command, rest) = fields.split_first().unwrap();
        let key = |status: &str| ((*command).to_owned(), status.to_owned());
        let count = rest
            .iter()
            .take_while(|field| cells.contains_key(&key(field)))
            .count();
        assert!(count > 0, "no such cell: {line}");
        for status in &rest[..count] {
            let old = cells.insert(key(status), rest[count].to_owned());
            assert_ne!(old.as_deref(), Some(rest[count]), "no difference: {line}");
        }
    }
    cells
}

fn made(edition: &str, class: ValidationClass) -> Table {
    let book = Rulebook::published();
    let edition = book.edition(edition).unwrap();
    table(class, &Law::single(&edition, book.ceilings()))
}

fn differences(heading: &str, written: &Cells, table: &Table) -> String {
    let made = cells(table);
    assert_eq!(made.len(), written.len());
    let mut wrong = String::new();
    for (key, cell) in written.iter().filter(|(key, cell)| made[*key] != **cell) {
        let ((command, status), code) = (key, &made[key]);
        writeln!(
            wrong,
            "[{heading}] {command} in {status}: written {cell}, the code says {code}"
        )
        .unwrap();
    }
    wrong
}

fn class_of(heading: &str) -> (&str, ValidationClass) {
    let (edition, class) = heading.split_once(' ').unwrap();
    let class = ValidationClass::ALL
        .into_iter()
        .find(|own| own.word() == class);
    (edition, class.unwrap())
}

#[test]
fn every_cell_is_the_written_one() {
    let headings = sections().into_iter().map(|(heading, _)| heading);
    let tables: Vec<String> = headings.filter(|own| !own.starts_with("granted")).collect();
    assert_eq!(tables.len(), SECTIONS, "sections");
    let mut wrong = String::new();
    for heading in tables {
        let (edition, class) = class_of(&heading);
        wrong += &differences(&heading, &written(&heading), &made(edition, class));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The granted cells of a section: from and command, to and the granting rule.
type Granted = BTreeMap<(String, String), (String, String)>;

fn granted_as_written(heading: &str) -> Granted {
    let mut written = BTreeMap::new();
    for line in section(heading) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [from, command, to, rule, row, ..] = fields[..] else {
            panic!("too short: {line}")
        };
        assert!(row.starts_with("T-"), "{line}");
        let key = (from.to_owned(), command.to_owned());
        let old = written.insert(key, (to.to_owned(), rule.to_owned()));
        assert_eq!(old, None, "{line}");
    }
    written
}

fn granted_by(table: &Table) -> Granted {
    let mut granted = BTreeMap::new();
    for (status, cell) in table.cells() {
        let (to, rule) = match &cell.outcome {
            Outcome::Leads { to, rule } => (Some(*to), *rule),
            Outcome::Recorded { rule } => (status, *rule),
            Outcome::Nothing | Outcome::Refused { .. } | Outcome::Unreachable => continue,
        };
        // It begins something else beside what is there.
        let beside = [CommandKind::BuyPlan, CommandKind::Upload].contains(&cell.command);
        if beside && status.is_some() {
            assert_eq!(to, status);
            continue;
        }
        let key = (code(status).to_owned(), cell.command.word().to_owned());
        granted.insert(key, (code(to).to_owned(), rule_code(rule)));
    }
    granted
}

#[test]
fn every_granted_cell_stands_in_the_documents() {
    let [first, second] = TABLES;
    let of = |heading: &str| granted_as_written(&format!("granted {heading}"));
    let table = |heading: &str| {
        let (edition, class) = class_of(heading);
        granted_by(&made(edition, class))
    };
    assert_eq!(table(first), of(first));
    let mut written = of(first);
    let further = of(second);
    let all = table(second);
    written.retain(|key, _| all.contains_key(key));
    written.extend(further);
    assert_eq!(all, written);
}

/// Every refusal is by a guard that the table names, and every guard of a granted cell holds.
#[test]
fn a_refusing_rule_is_among_the_guards() {
    for class in ValidationClass::ALL {
        for point in Rulebook::published().points() {
            for (status, cell) in made(point.key.as_str(), class).cells() {
                if let Outcome::Refused { rule } = &cell.outcome {
                    assert!(cell.guards.contains(rule), "{status:?} {}", cell.command);
                }
            }
        }
    }
}

#[test]
fn every_transition_has_a_test() {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (number, file, test) in CARRIED {
        let text = std::fs::read_to_string(tests.join(file)).unwrap();
        let declared = format!("#[test]\nfn {test}() {{");
        assert!(
            text.contains(&declared),
            "T-{number:02}: {file} has no {test}"
        );
    }
    let numbers: BTreeSet<u8> = CARRIED.iter().map(|(number, ..)| *number).collect();
    let expected: BTreeSet<u8> = (1..=43).chain([48, 49]).collect();
    assert_eq!(numbers, expected);
}

const NOW: &str = "2021-03-01T09:00:00+08:00";

const YEAR: i64 = 365 * 86_400;

/// Every published edition, with its key.
fn everywhere(check: impl Fn(&Rulebook, &cert_lifecycle::rulebook::Edition)) {
    let book = Rulebook::published();
    for point in book.points() {
        check(&book, &book.edition(point.key.as_str()).unwrap());
    }
}

/// What the holder of an instance is told.
fn notices(events: &[Event], story: &Story<'_>) -> Vec<Notice> {
    let work = events
        .iter()
        .flat_map(|event| effects(event, Some(story.instance(0))));
    work.filter_map(|effect| {
        if let Effect::Notify { notice, .. } = effect {
            Some(notice)
        } else {
            None
        }
    })
    .collect()
}

/// S3, A21: the challenge is met, and the CA reviews; an observation that comes twice is nothing new.
#[test]
fn t05_a_proved_domain_goes_to_the_review() {
    everywhere(|book, edition| {
        let now = at(NOW);
        let mut story = Story::new(book, edition, 1);
        story.submit(0, now);
        assert_eq!(story.status(0, now), Some(Status::DomainVerification));
        // Nothing was challenged yet, so nothing can be proved.
        let early = story.refused(0, &Command::ConfirmDomain, now);
        assert_eq!((early.rule(), early.why()), (RuleId::R06, Why::NoChallenge));
        story.challenge(0, now);
        let events = story.tell(0, &Command::ConfirmDomain, now);
        assert_eq!(events.rules(), [RuleId::R06]);
        assert_eq!(story.status(0, now), Some(Status::Validating));
        assert!(story.tell(0, &Command::ConfirmDomain, now).is_empty());
    });
}

/// S0, S2, S3: issued, and the instant fixed; the unit is consumed for good and counted once.
#[test]
fn t06_an_approval_issues() {
    everywhere(|book, edition| {
        let (submitted, now) = (at(NOW), at(NOW).saturating_add(7_200));
        let mut story = Story::new(book, edition, 1);
        story.review(0, submitted);
        let reviewed = story.refused(0, &Command::Collect, now);
        assert_eq!(reviewed.rule(), RuleId::R25);
        let approve = story.approval(0, now, now.saturating_add(90 * 86_400));
        let events = story.tell(0, &approve, now);
        assert_eq!(events.rules()[0], RuleId::R07);
        assert_eq!(notices(&events, &story), [Notice::Issued]);
        let Phase::Live(live) = story.instance(0).phase() else {
            panic!("not issued")
        };
        assert_eq!(live.issued_at(), now);
        assert_eq!((story.units(), story.ledger().issued), ([0, 0, 1], 1));
        story.tell(0, &Command::Collect, now);
        // The same approval again.
        let later = now.saturating_add(60);
        assert!(story.tell(0, &approve, later).is_empty());
        assert_eq!(story.ledger().issued, 1);
    });
}

/// S0, S3: the reason is recorded, and the unit stays used.
#[test]
fn t07_a_rejection_keeps_the_unit() {
    everywhere(|book, edition| {
        let now = at(NOW);
        let mut story = Story::new(book, edition, 1);
        story.review(0, now);
        let before = story.units();
        let why = note("the domain is on a list");
        let reject = Command::Reject {
            reason: why.clone(),
        };
        let events = story.tell(0, &reject, now);
        assert_eq!(events.rules(), [RuleId::R08]);
        assert_eq!(notices(&events, &story), [Notice::ValidationFailed]);
        assert!(matches!(
            story.instance(0).phase(),
            Phase::Failed { reason, .. } if *reason == why
        ));
        assert_eq!(story.units(), before);
        assert_eq!(story.ledger().remaining, 0);
        assert!(story.tell(0, &reject, now).is_empty(), "told twice");
    });
}

/// `AP21a`: no document says that a domain must be proved by a day; nothing lapses.
#[test]
fn t08_a_domain_that_is_never_proved() {
    everywhere(|book, edition| {
        let now = at(NOW);
        let later = now.saturating_add(3 * YEAR);
        let mut story = Story::new(book, edition, 1);
        story.submit(0, now);
        story.challenge(0, now);
        assert_eq!(next_wakeup(&story.case(0), now, &story.law), None);
        assert!(story.tell(0, &Command::Wake, later).is_empty());
        assert_eq!(story.status(0, later), Some(Status::DomainVerification));
        story.tell(0, &Command::ConfirmDomain, later);
    });
}

/// S3 step 4: deleted, its count returned, and a new order with a new id; the old one is gone.
#[test]
fn t10_a_failed_order_is_deleted_and_created_anew() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let now = at(NOW);
    let mut story = Story::new(&book, &edition, 1);
    story.review(0, now);
    let reject = Command::Reject {
        reason: note("wrong data"),
    };
    story.tell(0, &reject, now);
    let anew = story.submission(1, application_for(story.product));
    let full = story.refused(1, &anew, now);
    assert_eq!(full.kind(), RefusalKind::QuotaExhausted);
    let events = story.tell(0, &Command::Delete, now);
    assert_eq!(events.rules(), [RuleId::R10]);
    assert_eq!(story.status(0, now), Some(Status::Deleted));
    assert_eq!(story.units(), [1, 0, 0]);
    let same = story.submission(0, application_for(story.product));
    assert_eq!(story.refused(0, &same, now).rule(), RuleId::R40);
    story.tell(1, &anew, now);
    assert_ne!(story.instance(0).order(), story.instance(1).order());
    let gone = story.refused(0, &Command::Withdraw, now);
    assert_eq!(gone.kind(), RefusalKind::OrderNotFound);
}

/// S3 steps 2 and 3: withdrawn before the proof, and nothing comes back yet.
#[test]
fn t11_a_withdrawal_returns_nothing() {
    everywhere(|book, edition| {
        let now = at(NOW);
        let mut story = Story::new(book, edition, 1);
        story.submit(0, now);
        let before = story.units();
        let events = story.tell(0, &Command::Withdraw, now);
        assert_eq!(events.rules(), [RuleId::R12]);
        assert_eq!(story.status(0, now), Some(Status::PendingApplication));
        assert_eq!(story.units(), before);
        let cancelled = effects(&events[0], Some(story.instance(0)));
        assert!(matches!(cancelled[..], [Effect::CancelAtCa { .. }]));
    });
}

/// S0, S1; RFC 5280 for the instant: from Issued, Hosted and Pending Expiration alike.
#[test]
fn t18_the_second_after_the_last() {
    let (book, edition) = (Rulebook::published(), hosting());
    let issued = at(NOW);
    for years in [1, 2] {
        let mut stage = Console::new(&book, &edition);
        stage.buy(years, issued);
        stage.issue(issued, issued.saturating_add(300 * 86_400));
        let last = issued.saturating_add(300 * 86_400);
        let first = if years == 1 {
            Status::Issued
        } else {
            Status::Hosted
        };
        let seen = [issued, last, last.saturating_add(1), Timestamp::MAX];
        assert_eq!(
            seen.map(|now| stage.status(now)),
            [
                first,
                Status::PendingExpiration,
                Status::Expired,
                Status::Expired
            ]
        );
    }
}

/// S0, `RV19a`, `RV21b`: the request stops reading at once and is charged; and who may not ask at all.
#[test]
fn t19_what_a_request_to_revoke_brings_about() {
    everywhere(|book, edition| {
        let now = at(NOW);
        let not_after = now.saturating_add(90 * 86_400);
        let mut story = Story::new(book, edition, 1);
        story.review(0, now);
        assert_eq!(story.refused(0, &REVOKE, now).rule(), RuleId::R37);
        let approve = story.approval(0, now, not_after);
        story.tell(0, &approve, now);
        let over = not_after.saturating_add(1);
        assert_eq!(story.refused(0, &REVOKE, over).why(), Why::Expired);
        // In its last second it may.
        let events = story.tell(0, &REVOKE, not_after);
        assert_eq!(events.rules()[0], RuleId::R35);
        assert!(events.iter().any(|event| matches!(
            event,
            Event::Instance {
                event: InstanceEvent::RevocationRequested {
                    reason: RevocationReason::Superseded,
                    confirm: false,
                    ..
                },
                ..
            }
        )));
        assert_eq!(
            story.status(0, not_after),
            Some(Status::ValidatingRevocation)
        );
        assert_eq!(story.ledger().revocations, 1);
        let read = story.refused(0, &Command::Collect, not_after);
        assert_eq!(read.rule(), RuleId::R36);
        let again = story.refused(0, &REVOKE, not_after);
        assert_eq!(again.why(), Why::RevocationUnderWay);
    });
}
