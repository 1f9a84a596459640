//! The strategies of `testing::strategy`: that each reaches its edges, keeps its word about what is
//! valid and what is nearly so, and shrinks to the simplest there is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    reason = "tests stop on the first surprise; a refusal holds no heap memory"
)]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::mem::{Discriminant, discriminant};
use std::sync::OnceLock;

use cert_lifecycle::lifecycle::{Command, CommandKind, Slot, clauses};
use cert_lifecycle::model::applicant::ApplicantError;
use cert_lifecycle::model::name::NameError;
use cert_lifecycle::model::{
    AccountId, Applicant, Company, Day, DomainName, InstanceId, KeyKind, KeySource, MemberState,
    Note, Offset, Operation, OrderId, Phase, RefundState, Status, Submission, TextError, Timestamp,
    ValidationClass, ValidationMethod,
};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::Laws;
use cert_lifecycle::testing::strategy::{self, Samples, Script, Situation, every_command};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestError, TestRunner};

/// So many values of a strategy, the same ones each time.
fn many<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    let trees = (0..count).map(|_| strategy.new_tree(&mut runner).unwrap());
    trees.map(|tree| tree.current()).collect()
}

/// What some value shrinks to if everything fails.
fn simplest<S: Strategy>(strategy: &S) -> S::Value {
    let mut runner = TestRunner::deterministic();
    let mut tree = strategy.new_tree(&mut runner).unwrap();
    while tree.simplify() {}
    tree.current()
}

/// What is left of the first value of a kind, as far as it can be shrunk.
fn shrunk<S>(strategy: &S, wanted: impl Fn(&S::Value) -> bool) -> S::Value
where
    S: Strategy<Value: Debug>,
{
    let config = proptest::test_runner::Config {
        cases: 4_000,
        failure_persistence: None,
        ..Default::default()
    };
    let rng = proptest::test_runner::TestRng::deterministic_rng(
        proptest::test_runner::RngAlgorithm::ChaCha,
    );
    let mut runner = TestRunner::new_with_rng(config, rng);
    let found = runner.run(strategy, |value| {
        prop_assert!(!wanted(&value));
        Ok(())
    });
    match found {
        Err(TestError::Fail(_, value)) => value,
        other => panic!("none is found: {other:?}"),
    }
}

/// Every one of some values is drawn.
fn assert_reached<T: PartialEq + Debug>(drawn: &[T], wanted: &[T]) {
    for one in wanted {
        assert!(drawn.contains(one), "{one:?} is never drawn");
    }
}

fn day(text: &str) -> Day {
    let at: Timestamp = format!("{text}T00:00:00Z").parse().unwrap();
    at.day_in(Offset::UTC)
}

/// One edition of the interface and one of the console, made ready once.
fn samples() -> &'static Samples {
    static SAMPLES: OnceLock<Samples> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let book = Rulebook::published();
        let editions =
            ["2021-02-api", "2022-hosting", "2026-03"].map(|key| book.edition(key).unwrap());
        Samples::of(Laws::new(Vec::from(editions), book.ceilings().clone())).unwrap()
    })
}

#[test]
fn days_come_where_calendars_stumble() {
    let ends = many(&strategy::month_ends(), 4_000);
    assert_reached(
        &ends,
        &[
            "2018-01-01",
            "2021-04-30",
            "2024-02-29",
            "2023-02-28",
            "2031-12-31",
        ]
        .map(day),
    );
    let leap = many(&strategy::leap_days(), 1_000);
    assert_reached(
        &leap,
        &["2024-02-29", "2023-03-01", "2100-02-28", "2000-02-29"].map(day),
    );
    let days = many(&strategy::days(), 4_000);
    assert_reached(&days, &["2024-02-29", "2021-12-31", "2022-06-30"].map(day));
    let plain = |day: &Day| {
        let (text, next) = (day.to_string(), day.plus_days(1).to_string());
        !text.ends_with("-01") && !next.ends_with("-01")
    };
    assert!(days.iter().any(plain), "nor is every day an edge");
    assert_eq!(simplest(&strategy::days()), simplest(&strategy::starts()));

    let lengths = many(&strategy::durations(), 4_000);
    let day = 86_400;
    assert_reached(
        &lengths,
        &[
            0,
            1,
            day - 1,
            day,
            day + 1,
            28 * day,
            31 * day + 1,
            366 * day,
        ],
    );
    assert_eq!(simplest(&strategy::durations()), 0);

    let offsets = many(&strategy::offsets(), 400);
    let wanted = [0, 480, 1_439, -1_439].map(|minutes| Offset::from_minutes(minutes).unwrap());
    assert_reached(&offsets, &wanted);
    assert_eq!(simplest(&strategy::offsets()), Offset::UTC);
}

#[test]
fn ids_and_notes_are_short_and_as_long_as_they_may_be() {
    let lengths: Vec<usize> = many(&strategy::accounts(), 400)
        .iter()
        .map(|id| id.as_str().len())
        .collect();
    assert_reached(&lengths, &[1, 32, 39]);
    assert_eq!(simplest(&strategy::accounts()).as_str(), "a");
    assert_eq!(simplest(&strategy::instance_ids()).as_str(), "a");
    assert_eq!(simplest(&strategy::targets()).as_str(), "a");
    let targets = many(&strategy::targets(), 200);
    assert!(targets.iter().any(|one| one.as_str().len() == 15));

    let wrong = many(&strategy::nearly_ids(), 400);
    let errors: Vec<Discriminant<TextError>> = wrong
        .iter()
        .map(|text| discriminant(&AccountId::new(text).unwrap_err()))
        .collect();
    let kinds = [
        TextError::Empty,
        TextError::TooLong { found: 0, limit: 0 },
        TextError::Character { at: 0 },
    ];
    assert_reached(&errors, &kinds.map(|one| discriminant(&one)));

    let orders: Vec<u64> = many(&strategy::order_ids(), 400)
        .into_iter()
        .map(OrderId::get)
        .collect();
    assert_reached(&orders, &[1, (1 << 53) + 1, i64::MAX.unsigned_abs()]);
    assert_eq!(simplest(&strategy::order_ids()).get(), 1);

    let notes = many(&strategy::notes(), 400);
    assert!(notes.iter().any(|note| note.as_str().len() == Note::LIMIT));
    let wrong = many(&strategy::nearly_notes(), 200);
    let errors: Vec<Discriminant<TextError>> = wrong
        .iter()
        .map(|text| discriminant(&Note::new(text).unwrap_err()))
        .collect();
    assert_reached(&errors, &kinds.map(|one| discriminant(&one)));
}

#[test]
fn names_are_as_long_as_they_may_be_and_break_each_rule() {
    let names = many(&strategy::names(), 2_000);
    let label = |name: &DomainName| name.as_str().split('.').map(str::len).max().unwrap();
    assert!(
        names
            .iter()
            .any(|name| name.as_str().len() == DomainName::LIMIT)
    );
    assert!(
        names
            .iter()
            .any(|name| label(name) == DomainName::LABEL_LIMIT)
    );
    let longest =
        |name: &&DomainName| name.is_wildcard() && name.as_str().len() == DomainName::LIMIT;
    assert!(names.iter().any(|name| longest(&name)));
    assert!(names.iter().any(|name| name.as_str().contains("xn--")));
    assert_eq!(simplest(&strategy::names()).as_str(), "www.example.com");
    assert_eq!(
        simplest(&strategy::wildcard_names()).as_str(),
        "*.www.example.com"
    );

    let errors: Vec<Discriminant<NameError>> = many(&strategy::nearly_names(), 2_000)
        .iter()
        .map(|text| discriminant(&DomainName::new(text).unwrap_err()))
        .collect();
    let kinds = [
        NameError::Empty,
        NameError::TooLong(0),
        NameError::LabelTooLong(0),
        NameError::EmptyLabel,
        NameError::TrailingDot,
        NameError::SingleLabel,
        NameError::Wildcard,
        NameError::Character(0),
        NameError::Hyphen,
        NameError::Reserved,
        NameError::NumericTopLevel,
    ];
    assert_reached(&errors, &kinds.map(|one| discriminant(&one)));
    // By one byte.
    let long = many(&strategy::nearly_names(), 2_000);
    let refused = |error| long.iter().any(|text| DomainName::new(text) == Err(error));
    assert!(refused(NameError::TooLong(DomainName::LIMIT + 1)));
    assert!(refused(NameError::LabelTooLong(
        DomainName::LABEL_LIMIT + 1
    )));
}

#[test]
fn contacts_fill_every_field_to_its_end() {
    let contacts = many(&strategy::applicants(), 200);
    assert!(
        contacts
            .iter()
            .any(|one| one.name().len() == Applicant::NAME_LIMIT
                && one.phone().len() == Applicant::PHONE_LIMIT
                && one.email().len() == Applicant::EMAIL_LIMIT)
    );
    let company = |one: &Applicant| one.company().map(|own| own.name().len());
    assert!(contacts.iter().any(|one| company(one).is_none()));
    assert!(
        contacts
            .iter()
            .any(|one| company(one) == Some(Company::NAME_LIMIT))
    );
    assert_eq!(simplest(&strategy::applicants()).name(), "Tom");

    let wrong = many(&strategy::nearly_applicants(), 1_000);
    let errors: Vec<ApplicantError> = wrong
        .iter()
        .map(|[name, phone, email]| Applicant::new(name, phone, email).unwrap_err())
        .collect();
    let too_long = |limit| TextError::TooLong {
        found: limit + 1,
        limit,
    };
    assert_reached(
        &errors,
        &[
            ApplicantError::Name(TextError::Empty),
            ApplicantError::Name(too_long(Applicant::NAME_LIMIT)),
            ApplicantError::Phone(TextError::Character { at: 1 }),
            ApplicantError::Phone(too_long(Applicant::PHONE_LIMIT)),
            ApplicantError::Email(too_long(Applicant::EMAIL_LIMIT)),
            ApplicantError::EmailForm,
        ],
    );
}

#[test]
fn products_and_payments_are_of_every_kind() {
    let products = many(&strategy::products(), 1_000);
    let kinds: BTreeSet<String> = products
        .iter()
        .map(|one| format!("{:?} {:?} {}", one.class, one.names, one.free))
        .collect();
    assert_eq!(kinds.len(), 12);
    assert!(
        products
            .iter()
            .any(|one| one.code.as_str() == "cfca-ev-w-advanced")
    );

    let payments = many(&strategy::payments(), 1_000);
    for cash in [0, 1, u64::MAX] {
        assert!(
            payments
                .iter()
                .any(|one| one.cash == cash && one.voucher == 0)
        );
    }
    assert!(payments.iter().any(|one| one.cash == 0 && one.voucher > 0));
    assert_eq!(simplest(&strategy::payments()).total(), 0);
}

#[test]
fn keys_lie_around_the_bounds_of_the_edition() {
    let book = Rulebook::published();
    let mut bounded = 0;
    for point in book.points() {
        let Ok(edition) = book.edition(point.key.as_str()) else {
            continue;
        };
        let rule = edition.csr().value;
        let good = many(&strategy::keys(&edition), 400);
        let bad = many(&strategy::nearly_keys(&edition), 400);
        assert!(
            good.iter().all(|key| rule.permits_key(*key)),
            "{}",
            point.key
        );
        assert!(
            bad.iter().all(|key| !rule.permits_key(*key)),
            "{}",
            point.key
        );
        let rsa = |bits| KeyKind::Rsa { bits };
        assert_reached(&good, &[rsa(rule.rsa_min_bits)]);
        assert_reached(
            &bad,
            &[
                rsa(rule.rsa_min_bits - 1),
                rsa(rule.rsa_min_bits - rule.rsa_step_bits),
                rsa(rule.rsa_min_bits + 1),
                KeyKind::Ed25519,
            ],
        );
        if let Some(most) = rule.rsa_max_bits {
            bounded += 1;
            assert_reached(&good, &[rsa(most)]);
            assert_reached(&bad, &[rsa(most + rule.rsa_step_bits)]);
        }
    }
    assert!(bounded > 0, "an edition with a largest key is among them");
}

/// A case of the interface with a plan of a class, of which a unit is left.
fn stocked(class: ValidationClass) -> Situation {
    let starts = samples().starts().iter();
    let mut starts = starts.filter(|one| {
        let plan = one
            .world
            .plan()
            .filter(|plan| plan.product().class == class);
        one.edition().key().as_str() == "2021-02-api"
            && one.world.instance().is_none()
            && plan.is_some_and(|plan| plan.remaining() > 0)
    });
    starts.next().unwrap().clone()
}

fn submit(submission: Submission) -> Command {
    Command::Submit {
        instance: InstanceId::new("new").unwrap(),
        order: OrderId::new(99).unwrap(),
        submission: submission.into(),
    }
}

/// What is said to be acceptable is accepted; what is nearly so is refused, for every reason there is.
#[test]
fn requests_are_accepted_or_refused_for_one_reason() {
    let case = stocked(ValidationClass::Dv);
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let contact = simplest(&strategy::applicants());
    let method = ValidationMethod::Dns;
    let asked = |csr| submit(Submission::with_csr(csr, contact.clone(), method));

    let name = Just("www.example.com".parse::<DomainName>().unwrap());
    let good = strategy::requests_for(&edition, name);
    for request in many(&good, 1_000) {
        let answer = case.decide(&asked(request.clone()));
        assert!(answer.is_ok(), "{request:?}: {answer:?}");
    }
    let least = many(&good, 1_000)
        .into_iter()
        .filter_map(|csr| csr.rsa()?.exponent.value());
    assert!(least.collect::<Vec<_>>().contains(&3), "the least exponent");

    let bad = strategy::nearly_requests(&edition);
    let mut reasons = BTreeSet::new();
    for request in many(&bad, 2_000) {
        let refusal = case.decide(&asked(request.clone())).unwrap_err();
        let words = format!("{:?}", refusal.why());
        reasons.insert(words.split('(').next().unwrap().to_string());
    }
    let wanted = [
        "ClosePrimes",
        "CommonNameForm",
        "Exponent",
        "Hash",
        "Key",
        "KeyUnexamined",
        "ManyCommonNames",
        "NoCommonName",
        "Possession",
        "PossessionUnchecked",
        "RocaKey",
        "SmallFactor",
    ];
    assert_eq!(
        reasons.iter().map(String::as_str).collect::<Vec<_>>(),
        wanted
    );
}

#[test]
fn applications_are_of_every_operation_and_size() {
    let book = Rulebook::published();
    for key in ["2021-02-api", "2026-03"] {
        let edition = book.edition(key).unwrap();
        let most = usize::from(edition.name_limit().value.0);
        let all = many(&strategy::submissions(&edition), 1_000);
        for operation in Operation::ALL {
            assert!(
                all.iter().any(|one| one.operation() == operation),
                "{operation:?}"
            );
        }
        for count in [0, 1, 2, most] {
            assert!(
                all.iter().any(|one| one.names().len() == count),
                "{count} names"
            );
        }
        assert!(all.iter().any(|one| matches!(one.key(), KeySource::Own(_))));
        assert!(
            all.iter()
                .any(|one| one.names().iter().all(DomainName::is_wildcard))
        );
        let first = simplest(&strategy::submissions(&edition));
        assert_eq!(
            (first.operation(), first.names().len()),
            (Operation::Request, 1)
        );
    }
    // A company that applies by the package does for every plan without a wildcard.
    let case = stocked(ValidationClass::Ov);
    for one in many(&strategy::submissions(case.edition()), 1_000) {
        let single = one.names().iter().all(|name| !name.is_wildcard());
        let package = one.operation() == Operation::ForPackage;
        if single && package && one.applicant().company().is_some() {
            let answer = case.decide(&submit((*one).clone()));
            assert!(answer.is_ok(), "{one:?}: {answer:?}");
        }
    }
}

#[test]
fn certificates_last_from_a_second_to_years() {
    let all = many(&strategy::certificates(), 2_000);
    let lengths: Vec<i64> = all
        .iter()
        .map(|one| one.validity().inclusive_seconds())
        .collect();
    assert_reached(&lengths, &[1, 2, 90 * 86_400, 366 * 86_400]);
    assert!(all.iter().any(|one| one.facts().names.len() == 3));
    let first = simplest(&strategy::certificates());
    assert_eq!(first.validity().inclusive_seconds(), 1);
    let methods: Vec<_> = many(&strategy::challenges(), 100)
        .iter()
        .map(|one| one.method())
        .collect();
    assert_reached(&methods, &ValidationMethod::ALL);
}

/// Every status that the editions know is drawn, and is what the owner sees.
#[test]
fn cases_are_in_every_status() {
    for status in std::iter::once(None).chain(Status::ALL.map(Some)) {
        let found = samples().in_status(status).map(|all| many(&all, 200));
        let found = found.unwrap_or_else(|| panic!("{status:?} is never drawn"));
        for one in &found {
            assert_eq!(one.world.status(one.now, &one.law()), status);
        }
    }
}

/// The last second before a certificate is over, and the first from then on.
#[test]
fn cases_come_at_the_last_second_of_a_window() {
    let expiring = samples()
        .in_status(Some(Status::PendingExpiration))
        .unwrap();
    let over = samples().in_status(Some(Status::Expired)).unwrap();
    let after = |one: &Situation| {
        let last = one.world.instance()?.certificate()?.validity().not_after();
        Some(one.now.unix_seconds() - last.unix_seconds())
    };
    let before: Vec<_> = many(&expiring, 1_000).iter().filter_map(after).collect();
    assert_eq!(before.iter().max(), Some(&0));
    let behind: Vec<_> = many(&over, 1_000).iter().filter_map(after).collect();
    assert_eq!(behind.iter().min(), Some(&1));
}

#[test]
fn what_an_account_has_comes_in_every_state() {
    let instances = many(&samples().instances().unwrap(), 1_500);
    let phases: BTreeSet<&str> = instances
        .iter()
        .map(|own| match own.phase() {
            Phase::NotActivated { .. } => "not activated",
            Phase::Bought { .. } => "bought",
            Phase::Verifying(_) => "verifying",
            Phase::Validating(_) => "validating",
            Phase::Failed { .. } => "failed",
            Phase::Pending { .. } => "pending",
            Phase::Live(_) => "live",
            Phase::Revoked { .. } => "revoked",
            Phase::Uploaded(_) => "uploaded",
            Phase::Ended { .. } => "ended",
            Phase::Deleted { .. } => "deleted",
        })
        .collect();
    assert_eq!(phases.len(), 11, "{phases:?}");

    let plans = many(&samples().plans().unwrap(), 1_500);
    let left = |left, total| {
        let mut all = plans.iter();
        all.any(|plan| plan.remaining() == left && plan.total() == total)
    };
    assert!(left(0, 1) && left(1, 1) && left(1, 2) && left(0, 3) && left(1, 3));
    assert!(left(u32::MAX - 1, u32::MAX));
    assert!(plans.iter().any(|plan| plan.settled() > 0));
    assert!(plans.iter().any(|plan| plan.reserved() > 0));

    let purchases = many(&samples().purchases().unwrap(), 1_000);
    let refunds: BTreeSet<&str> = purchases
        .iter()
        .map(|own| match own.bill().refund {
            RefundState::None => "none",
            RefundState::Review { .. } => "review",
            RefundState::Refunded { .. } => "refunded",
        })
        .collect();
    assert_eq!(refunds.len(), 3, "{refunds:?}");

    let chains = many(&samples().chains().unwrap(), 1_000);
    let states: Vec<MemberState> = chains
        .iter()
        .flat_map(|chain| chain.members().iter().map(|one| one.state))
        .collect();
    assert_reached(&states, &[MemberState::Waiting, MemberState::Begun]);
}

/// Each kind of command is granted in some case and refused in another.
#[test]
fn every_command_is_granted_and_refused() {
    let (mut granted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    let (asked, mut runner) = (samples().asked(), TestRunner::deterministic());
    let kinds = CommandKind::ALL.len();
    for _ in 0..20_000 {
        let (case, command) = asked.new_tree(&mut runner).unwrap().current();
        let kinds_of = match case.decide(&command) {
            Ok(_) => &mut granted,
            Err(_) => &mut refused,
        };
        kinds_of.insert(command.kind().phrase());
        if granted.len() == kinds && refused.len() == kinds {
            break;
        }
    }
    for kind in CommandKind::ALL {
        assert!(granted.contains(kind.phrase()), "{kind:?} is never granted");
        assert!(refused.contains(kind.phrase()), "{kind:?} is never refused");
    }
}

/// The commands of one case: every kind, granted where the case allows it.
#[test]
fn commands_about_a_case_are_of_every_kind() {
    let case = stocked(ValidationClass::Dv);
    let all = many(&strategy::commands(&case), 3_000);
    let kinds: BTreeSet<CommandKind> = all.iter().map(Command::kind).collect();
    assert_eq!(kinds.len(), CommandKind::ALL.len());
    let submitted = |command: &&Command| command.kind() == CommandKind::Submit;
    let answers: Vec<bool> = all
        .iter()
        .filter(submitted)
        .map(|command| case.decide(command).is_ok())
        .collect();
    assert_reached(&answers, &[true, false]);
}

/// Both ends of every window of every command in every well-formed case are drawn: the last second
/// before it, its first, its last, and the first behind it.
#[test]
fn instants_are_both_ends_of_every_window() {
    let drawn: BTreeSet<Timestamp> = many(&samples().instants(), 60_000).into_iter().collect();
    let mut ends = BTreeSet::new();
    for one in samples().starts() {
        let (law, case) = (one.law(), one.world.case());
        for command in every_command(&one.world, one.now, &law) {
            for clause in clauses(&case, &command, &law) {
                for edge in [clause.holds.from(), clause.holds.until()]
                    .into_iter()
                    .flatten()
                {
                    ends.extend([edge.saturating_add(-1), edge]);
                }
            }
        }
    }
    assert!(ends.len() > 20, "{} ends of windows", ends.len());
    let missing: Vec<_> = ends.difference(&drawn).collect();
    assert!(missing.is_empty(), "never drawn: {missing:?}");

    for entry in samples().laws().ceilings().entries() {
        assert!(drawn.contains(&entry.value.from), "{}", entry.value.from);
    }
    assert!(drawn.contains(&Timestamp::MIN) && drawn.contains(&Timestamp::MAX));
    let last_of_month = "2024-02-29T23:59:59Z".parse().unwrap();
    assert!(drawn.contains(&last_of_month));
    let first = samples().starts().first().unwrap().now;
    assert_eq!(simplest(&samples().instants()), first);
}

/// The lengths of windows that the editions count in days.
#[test]
fn durations_are_the_lengths_of_windows() {
    let drawn: BTreeSet<i64> = many(&samples().durations(), 40_000).into_iter().collect();
    for edition in samples().laws().editions() {
        let notice = i64::from(edition.notice().value.within_days) * 86_400;
        // Days are counted from midnight or to the second, so what is left of one may come on top.
        let near = drawn.range(notice - 86_400..notice + 86_400).count();
        assert!(near > 0, "{notice}");
    }
    assert_eq!(simplest(&samples().durations()), 0);
}

/// What fails shrinks to the well-formed case that fails, without a step more.
#[test]
fn cases_shrink_to_where_they_begin() {
    let first = samples().starts().first().unwrap();
    let simple = simplest(&samples().situations());
    assert_eq!((&simple.world, simple.now), (&first.world, first.now));

    // No more than a well-formed case has.
    let alone = |found: &Situation| {
        let world = &found.world;
        let (instances, plans) = (world.instances().count(), world.plans().count());
        assert!(instances <= 3 && plans <= 1, "{found:?}");
    };
    let sold_out = |one: &Situation| one.world.plans().any(|plan| plan.remaining() == 0);
    alone(&shrunk(&samples().situations(), sold_out));
    let revoked = |one: &Situation| {
        let mut all = one.world.instances();
        all.any(|own| matches!(own.phase(), Phase::Revoked { .. }))
    };
    alone(&shrunk(&samples().situations(), revoked));
}

/// A slot is what ids are drawn for; they fit one another.
#[test]
fn drawn_ids_make_a_slot() {
    let all = (strategy::instance_ids(), strategy::order_ids());
    for (instance, order) in many(&all, 50) {
        let slot = Slot { instance, order };
        assert_eq!(slot.instance, instance);
    }
}

/// Scripts are drawn long, and what is left of one that fails is what it fails by.
#[test]
fn scripts_shrink_to_the_cues_that_are_needed() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let laws = Laws::new(vec![edition], book.ceilings().clone());
    let scripts = strategy::scripts(strategy::laws_of(&laws), strategy::starts(), 20);

    let lengths: Vec<usize> = many(&scripts, 200)
        .iter()
        .map(|one| one.cues.len())
        .collect();
    assert_eq!(
        (lengths.iter().min(), lengths.iter().max()),
        (Some(&10), Some(&20))
    );

    assert_eq!(simplest(&scripts).cues.len(), 1);
    let flawed = |count: usize| {
        move |script: &Script| script.cues.iter().filter(|cue| cue.flaw > 2).count() >= count
    };
    for count in 1..=3 {
        let left = shrunk(&scripts, flawed(count)).cues;
        assert_eq!(left.len(), count, "{left:?}");
        assert!(left.iter().all(|cue| cue.flaw == 3), "{left:?}");
    }
}

/// Few tries are enough to leave much out: a test of ten cases grants forty.
#[test]
fn scripts_shrink_by_halves_first() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let laws = Laws::new(vec![edition], book.ceilings().clone());
    let one_day = Just(day("2024-02-29"));
    let scripts = strategy::scripts(Just(laws.into()), one_day, 64);
    let mut tree = scripts.new_tree(&mut TestRunner::deterministic()).unwrap();
    let first = tree.current().cues[0];

    let mut tries = 0;
    while tree.current().cues.len() > 1 {
        assert!(tree.simplify());
        tries += 1;
        // The first cue alone is what fails.
        if tree.current().cues[0] != first {
            assert!(tree.complicate());
        }
    }
    assert!(tries <= 14, "{tries}");
}

/// A script of 20 cues that fails is printed in some 30 lines, not in 350.
#[test]
fn a_script_has_a_line_for_each_cue() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let laws = Laws::new(vec![edition], book.ceilings().clone());
    let scripts = strategy::scripts(strategy::laws_of(&laws), strategy::starts(), 20);
    for script in many(&scripts, 5) {
        let text = format!("{script:#?}");
        assert!(text.lines().count() <= script.cues.len() + 14, "{text}");
        for cue in &script.cues {
            let line = format!("{cue:?}");
            assert!(
                text.lines().any(|one| one.trim() == format!("{line},")),
                "{line}\n{text}"
            );
            assert!(line.contains(&format!("act: {:?}, flaw: {}", cue.act, cue.flaw)));
        }
    }
}
