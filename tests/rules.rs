//! Every rule in reach has decided at least one answer, granted or refused: there is a test named by
//! its number, and the committed list says which commands it decided.
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
use std::sync::{Arc, LazyLock};

use cert_lifecycle::lifecycle::CommandKind::{
    self, Activate, Apply, Approve, Buy, BuyPlan, CancelOrder, CancelRefund, ClaimRefund, Close,
    Collect, CompleteRevocation, ConfirmDomain, ConfirmRevocation, Delete, DeleteCertificate,
    Deploy, EnableHosting, GrantRefund, Merge, ReceiveChallenge, RecordCaRevocation, RefuseRefund,
    RefuseRevocation, Reject, Renew, RequestRevocation, Submit, Undeploy, Upload, Wake, Withdraw,
};
use cert_lifecycle::lifecycle::{
    Case, Command, Why, World, allowed, clauses, decide, domain_proof_valid_until, next_wakeup,
    revocation_deadline,
};
use cert_lifecycle::model::{
    AccountId, CsrFacts, KeyKind, Payment, PlanId, Possession, RevocationReason, SignatureHash,
    SpkiDigest, Status, Submission, ValidationMethod,
};
use cert_lifecycle::rulebook::rule::RULES;
use cert_lifecycle::rulebook::{RuleId, Rulebook};
use support::console::{self, Console};
use support::golden;
use support::scenarios::{everything_everywhere, refusals};
use support::scene::{Story, applicant, at, csr_application, note, sound_rsa};
use support::slots::{consoles, further_answers};

/// The commands that a rule granted, and those that it refused.
#[derive(Clone, Default)]
struct Observed {
    granted: BTreeSet<CommandKind>,
    refused: BTreeSet<CommandKind>,
}

static OBSERVED: LazyLock<BTreeMap<RuleId, Observed>> = LazyLock::new(observe);

fn observe() -> BTreeMap<RuleId, Observed> {
    let book = Rulebook::published();
    let mut all: BTreeMap<RuleId, Observed> = BTreeMap::new();
    let published = everything_everywhere(&book);
    let of_consoles = consoles()
        .into_iter()
        .flat_map(|one| everything_everywhere(&one));
    for (kind, answer) in published
        .into_iter()
        .chain(of_consoles)
        .chain(further_answers(&book))
    {
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
        payment: Payment::NONE,
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

/// R-44 decides no command: it is seen on the clock, with nothing said and nothing done.
fn time_alone() -> String {
    let book = Rulebook::published();
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let mut story = Story::new(&book, &edition, 1);
        let issued = at("2021-03-01T09:00:00+08:00");
        let not_after = at("2021-06-01T12:00:00Z");
        story.issue_until(0, issued, not_after);
        let hours = (0..=120 * 24).map(|hour| issued.saturating_add(hour * 3_600));
        let around = [0, 1].map(|second| not_after.saturating_add(second));
        let mut instants: Vec<_> = hours.chain(around).collect();
        instants.sort();
        let mut shown: Vec<Status> = instants
            .iter()
            .filter_map(|now| story.status(0, *now))
            .collect();
        shown.dedup();
        let expected = [Status::Issued, Status::PendingExpiration, Status::Expired];
        assert_eq!(shown, expected, "{}", point.key);
    }
    "seen on the clock: Issued, Pending Expiration, Expired".to_owned()
}

/// R-43 decides no command of this channel: it is the status after the last second, and the advice
/// that everything else then gives.
fn bought_anew() -> String {
    let book = Rulebook::published();
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let mut story = Story::new(&book, &edition, 1);
        let not_after = at("2021-06-01T12:00:00Z");
        story.issue_until(0, at("2021-03-01T09:00:00+08:00"), not_after);
        let over = not_after.saturating_add(1);
        assert_eq!(story.status(0, not_after), Some(Status::PendingExpiration));
        assert_eq!(story.status(0, over), Some(Status::Expired));
        let reason = RevocationReason::Unspecified;
        for command in [
            Command::RequestRevocation { reason },
            Command::Withdraw,
            Command::Delete,
        ] {
            let refusal = story.refused(0, &command, over);
            assert_eq!(
                refusal.way_out(),
                cert_lifecycle::lifecycle::WayOut::ApplyAnew,
                "{refusal}"
            );
        }
    }
    "seen on the clock: Expired, and the way out of every refusal is to buy anew".to_owned()
}

/// R-45 decides no command: it is what a certificate shows while a later one of its chain waits.
fn hosted_at_first() -> String {
    let book = Rulebook::published();
    let edition = console::hosting();
    let now = at("2022-03-01T09:00:00+08:00");
    let shown = |years| {
        let mut stage = Console::new(&book, &edition);
        stage.buy(years, now);
        stage.issue(now, now.saturating_add(300 * 86_400));
        stage.status(now)
    };
    assert_eq!(shown(1), Status::Issued);
    assert_eq!(shown(2), Status::Hosted);
    "seen once issued: Issued for one year, Hosted for two".to_owned()
}

/// K-20 binds the CA, and decides no command: it answers a question.
fn revoked_in_time() -> String {
    let book = Rulebook::published();
    let reported = at("2026-05-01T10:00:00Z");
    let hours = |reason: RevocationReason| {
        let deadline = revocation_deadline(reason, reported, book.duties()).unwrap();
        assert_eq!(deadline.rule, RuleId::K20);
        (deadline.must_by.unix_seconds() - reported.unix_seconds()) / 3_600
    };
    let each = RevocationReason::ALL.map(|reason| format!("{} {}", reason.word(), hours(reason)));
    format!("answered, in hours: {}", each.join(", "))
}

/// K-21 binds the CA, and decides no command: it answers a question.
fn proved_in_time() -> String {
    let book = Rulebook::published();
    let days = |first: &str| {
        let first = at(first);
        let limit = domain_proof_valid_until(first, first, book.duties()).unwrap();
        assert_eq!(limit.rule, RuleId::K21);
        (limit.valid_until.unix_seconds() - first.unix_seconds()) / 86_400
    };
    let each = ["2021-10-01", "2026-03-15", "2027-03-15", "2029-03-15"]
        .map(|day| format!("{} from {day}", days(&format!("{day}T00:00:00Z"))));
    format!("answered, in days: {}", each.join(", "))
}

fn words(kinds: &BTreeSet<CommandKind>) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    words.join(" ")
}

/// The number of a rule as names of tests carry it.
fn number(rule: RuleId) -> String {
    rule.to_string().to_lowercase().replace('-', "")
}

/// The tests of every file but this one, by the numbers in their names: `file::name`.
fn carriers() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut folders = vec![tests.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // The instance model has rules of its own beside these; the service is told apart.
            let shown = path.strip_prefix(&tests).unwrap().with_extension("");
            let shown = shown
                .to_str()
                .unwrap()
                .replace(std::path::MAIN_SEPARATOR, "::");
            if path.is_dir() && !["data", "purity", "service", "v2"].contains(&shown.as_str()) {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && !["rules", "v2", "service"].contains(&shown.as_str())
            {
                let source = std::fs::read_to_string(&path).unwrap();
                let lines = source.lines().map(str::trim_start);
                let names = lines.filter_map(|line| line.strip_prefix("fn ")?.split('(').next());
                for name in names {
                    for word in name.split('_').take_while(|word| is_number(word)) {
                        let entry = found.entry(word.to_owned()).or_default();
                        entry.insert(format!("{shown}::{name}"));
                    }
                }
            }
        }
    }
    found
}

/// Whether a part of a test's name is the number of a rule.
fn is_number(word: &str) -> bool {
    let rest = word.strip_prefix(['r', 't', 'k']);
    rest.is_some_and(|rest| rest.len() == 2 && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn every_rule_has_decided_something() {
    let mut observed = OBSERVED.clone();
    let carriers = carriers();
    let mut text = String::from(
        "Every rule of the code, the tests that carry its number and show what it says, and the\n\
         commands that it granted or refused in the scenarios.\n",
    );
    let mut silent = Vec::new();
    for record in RULES {
        let rule = record.id;
        let seen = observed.remove(&rule).unwrap_or_default();
        write!(text, "\n{rule}  {}\n", record.text).unwrap();
        for name in carriers.get(&number(rule)).into_iter().flatten() {
            writeln!(text, "      test {name}").unwrap();
        }
        if rule == RuleId::R43 {
            writeln!(text, "      {}", bought_anew()).unwrap();
            continue;
        }
        if rule == RuleId::R44 {
            writeln!(text, "      {}", time_alone()).unwrap();
            continue;
        }
        if rule == RuleId::R45 {
            writeln!(text, "      {}", hosted_at_first()).unwrap();
            continue;
        }
        if rule == RuleId::K20 {
            writeln!(text, "      {}", revoked_in_time()).unwrap();
            continue;
        }
        if rule == RuleId::K21 {
            writeln!(text, "      {}", proved_in_time()).unwrap();
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

/// A check that a rule granted and refused commands of these kinds, each at least once.
fn decided<'a>(
    granted: &'a [CommandKind],
    refused: &'a [CommandKind],
) -> impl Fn(RuleId) + use<'a> {
    move |rule| {
        assert!(
            !granted.is_empty() || !refused.is_empty(),
            "nothing is expected of {rule}"
        );
        let seen = OBSERVED.get(&rule).cloned().unwrap_or_default();
        for (what, wanted, seen) in [
            ("granted", granted, seen.granted),
            ("refused", refused, seen.refused),
        ] {
            for kind in wanted {
                assert!(seen.contains(kind), "{rule} never {what} {}", kind.word());
            }
        }
    }
}

/// Declares one test for each rule, and the list of them.
macro_rules! rules {
    ($($name:ident: $rule:ident => $check:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let check = $check;
                check(RuleId::$rule);
            }
        )*

        /// The tests above, and the rules that they are about.
        const NAMED: &[(&str, RuleId)] = &[$((stringify!($name), RuleId::$rule),)*];
    };
}

rules! {
    r01_a_year_is_one_slot: R01 => decided(&[Buy], &[]);
    r02_years_are_slots_in_a_chain: R02 => decided(&[Buy], &[]);
    r03_years_that_are_sold: R03 => decided(&[], &[Buy]);
    r04_a_slot_is_applied_for: R04 => decided(&[Apply], &[Apply]);
    r05_never_straight_to_a_certificate: R05 => decided(&[Apply], &[]);
    r06_the_domain_is_proved_before_the_review: R06 => decided(&[ConfirmDomain], &[ConfirmDomain, Approve, Reject]);
    r07_an_approval_issues: R07 => decided(&[Approve], &[Approve]);
    r08_a_rejection_fails_the_validation: R08 => decided(&[Reject], &[Approve]);
    r09_corrected_in_its_slot: R09 => decided(&[Apply], &[]);
    r10_a_failed_order_is_deleted: R10 => decided(&[Delete], &[]);
    r11_no_withdrawal_after_issuance: R11 => decided(&[], &[Withdraw]);
    r12_a_withdrawal_from_the_named_states: R12 => decided(&[Withdraw], &[Withdraw]);
    r13_a_withdrawn_order_is_deleted: R13 => decided(&[Delete], &[]);
    r14_no_deletion_before_failure_or_withdrawal: R14 => decided(&[], &[Delete]);
    r15_a_new_order_waits_for_its_domain: R15 => decided(&[Submit], &[ReceiveChallenge]);
    r16_two_operations_are_for_dv_only: R16 => decided(&[], &[Submit]);
    r18_the_cn_names_the_domain: R18 => decided(&[Submit], &[Submit]);
    r19_a_challenge_of_the_chosen_method: R19 => decided(&[ReceiveChallenge], &[ReceiveChallenge]);
    r20_a_plan_with_a_unit_left: R20 => decided(&[], &[Submit]);
    r21_no_order_that_is_not_ones_own: R21 => decided(&[], &[Withdraw, Delete, CancelOrder, RequestRevocation, Collect, ReceiveChallenge, ConfirmDomain, Approve, Reject, ConfirmRevocation, CompleteRevocation, RefuseRevocation, RecordCaRevocation, Wake]);
    r23_the_unit_is_consumed_in_time: R23 => decided(&[Submit, Approve], &[]);
    r24_the_plan_that_holds_the_unit: R24 => decided(&[BuyPlan], &[RequestRevocation]);
    r25_collected_once_issued: R25 => decided(&[Collect], &[Collect]);
    r26_nothing_that_its_state_forbids: R26 => decided(&[], &[ConfirmDomain, Reject]);
    r27_the_unit_of_a_revoked_certificate: R27 => decided(&[CompleteRevocation, RecordCaRevocation], &[]);
    r28_judged_by_the_pinned_edition: R28 => decided(&[], &[RequestRevocation]);
    r29_the_price_inside_the_window: R29 => decided(&[ClaimRefund, CompleteRevocation, RecordCaRevocation], &[ClaimRefund]);
    r31_cash_and_nothing_else: R31 => decided(&[], &[ClaimRefund]);
    r32_an_unused_plan: R32 => decided(&[ClaimRefund], &[ClaimRefund]);
    r33_the_deadline_of_a_plan: R33 => decided(&[], &[ClaimRefund]);
    r34_a_claim_under_review: R34 => decided(&[CancelRefund, GrantRefund, RefuseRefund], &[Apply, ClaimRefund, CancelRefund, GrantRefund, RefuseRefund, Deploy, Renew]);
    r35_requested_then_completed: R35 => decided(&[RequestRevocation, CompleteRevocation], &[RequestRevocation, CompleteRevocation]);
    r36_not_collected_once_revocation_is_asked_for: R36 => decided(&[], &[Collect]);
    r37_only_what_is_issued_is_revoked: R37 => decided(&[], &[RequestRevocation]);
    r38_no_more_revocations_than_bought: R38 => decided(&[], &[RequestRevocation]);
    r39_a_refused_revocation: R39 => decided(&[RefuseRevocation], &[RefuseRevocation]);
    r40_no_id_is_used_again: R40 => decided(&[], &[BuyPlan, Submit]);
    r41_deleted_in_the_named_states: R41 => decided(&[DeleteCertificate], &[DeleteCertificate]);
    r42_the_notice_of_expiry: R42 => decided(&[Wake], &[]);
    r43_what_expired_is_bought_anew: R43 => |_| drop(bought_anew());
    r44_time_alone_goes_to_expiry: R44 => |_| drop(time_alone());
    r45_hosted_at_first: R45 => |_| drop(hosted_at_first());
    r46_the_service_activates_what_comes_due: R46 => decided(&[Activate], &[Activate, Apply]);
    r47_members_in_order: R47 => decided(&[], &[Activate]);
    r48_somebody_talks_to_the_owner: R48 => decided(&[Activate], &[]);
    r50_hosting_for_what_is_there: R50 => decided(&[EnableHosting], &[EnableHosting]);
    r51_an_uploaded_certificate: R51 => decided(&[Upload], &[Upload, Apply]);
    r52_deployed_to_the_named_products: R52 => decided(&[Deploy, Undeploy], &[Deploy, Undeploy]);
    r53_downloaded_in_the_named_states: R53 => decided(&[], &[Collect]);
    r54_renewed_in_the_named_states: R54 => decided(&[Renew], &[Renew]);
    r55_the_remaining_time_is_carried: R55 => decided(&[Renew], &[]);
    r61_free_certificates_of_a_year: R61 => decided(&[], &[Buy]);
    r62_several_certificates_have_one_price: R62 => decided(&[], &[ClaimRefund]);
    t14_cancelled_in_one_step: T14 => decided(&[CancelOrder], &[CancelOrder]);
    t25_cancelled_before_its_turn: T25 => decided(&[CancelOrder], &[CancelOrder]);
    t42_two_slots_become_one: T42 => decided(&[Merge], &[Merge]);
    t43_a_slot_is_closed: T43 => decided(&[Close], &[Close]);
    t20_confirmed_by_mail: T20 => decided(&[RequestRevocation, ConfirmRevocation], &[ConfirmRevocation, CompleteRevocation]);
    t48_revoked_by_the_ca: T48 => decided(&[RecordCaRevocation], &[RecordCaRevocation]);
    t49_an_approval_that_comes_too_late: T49 => decided(&[Approve], &[]);
    k01_the_key_is_strong: K01 => decided(&[], &[Submit]);
    k02_the_hash_is_strong: K02 => decided(&[], &[Submit]);
    k03_possession_is_proved: K03 => decided(&[], &[Submit]);
    k04_the_cn_is_among_the_alternative_names: K04 => decided(&[], &[Submit]);
    k05_the_domains_fit_the_product: K05 => decided(&[], &[Submit]);
    k06_a_company_is_named: K06 => decided(&[], &[Submit]);
    k07_the_certificate_is_of_its_order: K07 => decided(&[], &[Approve]);
    k08_within_the_ceiling: K08 => decided(&[], &[Approve]);
    k09_a_reason_of_the_ca: K09 => decided(&[], &[RequestRevocation]);
    k10_a_file_proves_no_wildcard: K10 => decided(&[], &[Submit]);
    k11_what_is_over_is_not_issued: K11 => decided(&[], &[Approve]);
    k12_the_ca_has_the_applications_key: K12 => decided(&[], &[ReceiveChallenge]);
    k13_no_key_of_the_flawed_generator: K13 => decided(&[], &[Submit]);
    k14_no_close_primes: K14 => decided(&[], &[Submit]);
    k15_no_small_factor: K15 => decided(&[], &[Submit]);
    k16_an_odd_exponent_that_is_large_enough: K16 => decided(&[], &[Submit]);
    k17_no_domain_that_is_barred: K17 => decided(&[], &[Submit]);
    k20_revoked_in_time: K20 => |_| drop(revoked_in_time());
    k21_proved_in_time: K21 => |_| drop(proved_in_time());
}

#[test]
fn every_rule_has_a_test_that_carries_its_number() {
    let tested: Vec<RuleId> = NAMED.iter().map(|(_, rule)| *rule).collect();
    let rules: Vec<RuleId> = RULES.iter().map(|record| record.id).collect();
    assert_eq!(tested, rules);
    for (name, rule) in NAMED {
        let number = rule.to_string().to_lowercase().replace('-', "");
        let suffix = name
            .strip_prefix(&number)
            .and_then(|rest| rest.strip_prefix('_'));
        assert!(
            suffix.is_some_and(|words| words.len() > 3),
            "{name} is about {rule}"
        );
    }
}

/// No clause is lost for want of room: the last one of an application with an RSA key is there.
#[test]
fn k16_every_clause_of_an_rsa_key_is_listed() {
    let book = Rulebook::published();
    let edition = book.edition("2023-api").unwrap();
    let story = Story::new(&book, &edition, 1);
    let csr = CsrFacts::new(
        b"request",
        KeyKind::Rsa { bits: 2_048 },
        SpkiDigest::of(b"key"),
        SignatureHash::Sha256,
        Possession::Proved,
    )
    .with_common_name("www.example.com")
    .with_rsa(sound_rsa());
    let submission = Submission::with_csr(csr, applicant(false), ValidationMethod::Dns);
    let command = story.submission(0, Arc::new(submission));
    let now = at("2024-03-01T09:00:00+08:00");
    let listed = clauses(&story.case(0), &command, &story.law);
    assert!(!listed.is_full());
    assert!(listed.iter().all(|clause| clause.holds.contains(now)));
    let rules: Vec<RuleId> = listed.iter().map(|clause| clause.rule).collect();
    assert_eq!(rules.last(), Some(&RuleId::K10));
    for rule in [RuleId::K13, RuleId::K14, RuleId::K15, RuleId::K16] {
        assert!(rules.contains(&rule), "{rule}");
    }
}

/// the CA's review has no term. A year later all is as it was, and both answers are taken.
#[test]
fn r60_a_year_in_review_changes_nothing() {
    let book = Rulebook::published();
    let now = at("2021-03-01T09:00:00+08:00");
    let later = now.saturating_add(366 * 86_400);
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let begun = || {
            let mut story = Story::new(&book, &edition, 1);
            story.review(0, now);
            story
        };
        let mut story = begun();
        let instance = story.instance(0).clone();
        assert_eq!(
            next_wakeup(
                &Case::of(&instance),
                cert_lifecycle::model::Timestamp::MIN,
                &story.law
            ),
            None,
            "{}",
            point.key
        );
        let offers = |at| {
            let offers = allowed(&story.case(0), at, &story.law).into_iter();
            offers
                .map(|offer| (offer.command, offer.availability))
                .collect::<Vec<_>>()
        };
        assert_eq!(offers(later), offers(now));
        assert!(story.tell(0, &Command::Wake, later).is_empty());
        assert_eq!(story.status(0, later), Some(Status::Validating));
        assert_eq!((story.instance(0), story.units()), (&instance, [0, 1, 0]));

        let approve = story.approval(0, later, later.saturating_add(90 * 86_400));
        story.tell(0, &approve, later);
        assert_eq!(story.status(0, later), Some(Status::Issued));
        assert_eq!(story.units(), [0, 0, 1]);

        let mut failed = begun();
        let no = Command::Reject {
            reason: note("organization not found"),
        };
        failed.tell(0, &no, later);
        assert_eq!(failed.status(0, later), Some(Status::ValidationFailed));
        assert_eq!(failed.units(), [0, 1, 0]);
    }
}

/// ids of plans are an account's own. A plan of the same id that somebody else bought is not
/// the one that holds the unit.
#[test]
fn r24_the_same_id_of_another_account_is_another_plan() {
    let book = Rulebook::published();
    let edition = book.edition("2025-12-api").unwrap();
    let now = at("2026-01-05T09:00:00+08:00");
    let mut story = Story::new(&book, &edition, 1);
    let buy = Command::BuyPlan {
        plan: story.scene.plans[0].id(),
        product: story.product,
        count: NonZeroU32::MIN,
        payment: Payment::NONE,
    };
    let mut elsewhere = World::new(AccountId::new("stranger").unwrap());
    elsewhere.apply(&buy, now, &story.law).unwrap();
    let foreign = elsewhere.plan().unwrap();
    assert_eq!(foreign.id(), story.scene.plans[0].id());

    let other_plan = |story: &Story<'_>, command: &Command| {
        let own = story.case(0);
        assert!(decide(&own, command, now, &story.law).is_ok());
        let case = Case {
            plan: Some(foreign),
            ..own
        };
        let refusal = decide(&case, command, now, &story.law).unwrap_err();
        assert_eq!(
            (refusal.rule(), refusal.why()),
            (RuleId::R24, Why::OtherPlan),
            "{refusal}"
        );
    };
    story.review(0, now);
    let approve = story.approval(0, now, now.saturating_add(86_400));
    other_plan(&story, &approve);
    story.tell(0, &Command::Withdraw, now);
    other_plan(&story, &Command::Delete);
    other_plan(&story, &Command::CancelOrder);
    story.tell(0, &Command::Delete, now);

    let mut story = Story::new(&book, &edition, 1);
    story.issue(0, now);
    let request = Command::RequestRevocation {
        reason: RevocationReason::Superseded,
    };
    let by_ca = Command::RecordCaRevocation {
        reason: RevocationReason::KeyCompromise,
        at: now,
    };
    other_plan(&story, &request);
    other_plan(&story, &by_ca);
    story.tell(0, &request, now);
    other_plan(&story, &Command::CompleteRevocation { at: now });
    let no = Command::RefuseRevocation {
        reason: note("the key is in use"),
    };
    other_plan(&story, &no);
}
