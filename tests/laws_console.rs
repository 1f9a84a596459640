//! The laws of the lifecycle over all four streams: every channel, every command, every edition.
//!
//! `laws.rs` tries them on plans and what is applied for with them; here are purchases, chains,
//! renewals, refunds, uploads and deployments too, and editions with fields exchanged. The laws
//! themselves are those of `testing::laws`, which anybody can call.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants,
    clippy::match_same_arms,
    reason = "tests stop on the first surprise, and name the cases that they are about"
)]

mod support;

use std::collections::BTreeSet;

use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Event, InstanceEvent, Law, PlanEvent, PurchaseEvent, World,
    allowed, availability, clauses, decide, effects, expectations, next_wakeup, preview,
    return_window, status,
};
use cert_lifecycle::model::{
    Bill, CertificateInstance, InstanceId, MemberState, Phase, RefundState, Status, Timestamp,
};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::Core;
use cert_lifecycle::testing::laws::LawId;
use cert_lifecycle::testing::strategy::{Script, every_command};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, TestCaseError, TestRunner};
use support::strategies::Editions;
use support::stream_events;
use support::streams::{owner, timelines};

/// Steps of a timeline.
const LENGTH: usize = 40;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: support::cases::cases(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/data/laws_console.regressions",
        ))),
        ..ProptestConfig::default()
    }
}

fn find(world: &World, id: InstanceId) -> Option<&CertificateInstance> {
    world.instances().find(|own| own.id() == id)
}

fn focused(world: &World, id: InstanceId) -> World {
    let mut world = world.clone();
    world.focus(id);
    world
}

/// Asks everything that can be asked; whatever the answers are, there are some.
fn ask_everything(case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) {
    let answer = decide(case, command, now, law);
    match &answer {
        Ok(events) => {
            assert!(!events.rules().is_empty(), "{:?}", command.kind());
            assert!(expectations(case, events, law).len() <= 2 * events.len() + 4);
            for event in events {
                let _ = effects(event, case.instance);
            }
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
    assert_eq!(preview(case, command, now, law).is_ok(), answer.is_ok());
    let when = availability(case, command, now, law);
    assert_eq!(
        when.is_now(),
        answer.is_ok(),
        "{:?}: {when:?} {answer:?}",
        command.kind()
    );
    assert!(
        !clauses(case, command, law).is_full(),
        "clauses might have been dropped"
    );
    let _ = return_window(case, law);
    if case.instance.is_some() {
        let _ = (status(case, now, law.conduct), next_wakeup(case, now, law));
    }
}

fn hold(law: LawId, timeline: &Script) -> Result<(), TestCaseError> {
    let held = law.hold_script(timeline, &Core);
    held.map_err(|breach| TestCaseError::fail(breach.to_string()))
}

proptest! {
    #![proptest_config(config(128))]

    /// L1: every command in every reached case has an answer, at the ends of time, and whatever was left
    /// out of the read set or put into it.
    #[test]
    fn l1_totality(timeline in timelines(LENGTH)) {
        hold(LawId::Totality, &timeline)?;
    }

    /// L2: the same arguments, the same answer.
    #[test]
    fn l2_purity(timeline in timelines(LENGTH)) {
        hold(LawId::Purity, &timeline)?;
    }

    /// L3: what is there is the fold of what happened, each stream for itself.
    #[test]
    fn l3_replay(timeline in timelines(LENGTH)) {
        hold(LawId::Replay, &timeline)?;
    }

    /// L4: a refusal changes nothing, explains itself, and what it advises is granted; a preview is the
    /// decision, priced.
    #[test]
    fn l4_refusals(timeline in timelines(LENGTH)) {
        hold(LawId::Refusals, &timeline)?;
    }

    /// L5: every plan balances at every instant; a unit returns at most once; money goes back once, and
    /// never more than the cash that came in.
    #[test]
    fn l5_conservation(timeline in timelines(LENGTH)) {
        hold(LawId::Conservation, &timeline)?;
    }

    /// L6: the status is what the facts, the instant and the rules in force say.
    #[test]
    fn l6_status_is_derived(timeline in timelines(LENGTH)) {
        hold(LawId::DerivedStatus, &timeline)?;
    }

    /// L7: one member in application at a time, in the order of purchase, none before it is due.
    #[test]
    fn l7_hosting(timeline in timelines(LENGTH)) {
        hold(LawId::Hosting, &timeline)?;
    }

    /// L8: nothing leads out of Deleted; no id begins twice.
    #[test]
    fn l8_finality(timeline in timelines(LENGTH)) {
        hold(LawId::Finality, &timeline)?;
    }

    /// L9: what a purchase, a plan or a submission is bound to decides.
    #[test]
    fn l9_pinning(timeline in timelines(LENGTH)) {
        hold(LawId::Pinning, &timeline)?;
    }

    /// L10: inside its window a right exists at every instant, outside at none.
    #[test]
    fn l10_windows(timeline in timelines(LENGTH)) {
        hold(LawId::Windows, &timeline)?;
    }

    /// L11: a command counts once.
    #[test]
    fn l11_idempotence(timeline in timelines(LENGTH)) {
        hold(LawId::Idempotence, &timeline)?;
    }

    /// L12: what belongs to another account is not found.
    #[test]
    fn l12_isolation(timeline in timelines(LENGTH)) {
        hold(LawId::Isolation, &timeline)?;
    }
}

proptest! {
    #![proptest_config(config(192))]

    /// L1, L3, L5, L8 where nobody decided anything: folding can't refuse and can't go below zero,
    /// what ended or was paid back stays so, and every question has an answer.
    #[test]
    fn garbage_folds_and_is_answered(
        events in vec(stream_events::events(&Editions::published()), 0..60),
        ends in any::<bool>(),
    ) {
        let book = Rulebook::published();
        let editions = Editions::published();
        let mut world = World::new(owner());
        for event in &events {
            let before = world.clone();
            world.fold(event);
            for own in before.instances() {
                let after = find(&world, own.id()).unwrap();
                match own.phase() {
                    Phase::Deleted { .. } | Phase::Ended { .. } => assert_eq!(own.phase(), after.phase(), "{event:?}"),
                    Phase::Revoked { .. } => assert!(matches!(after.phase(), Phase::Revoked { .. } | Phase::Deleted { .. }), "{event:?}"),
                    _ => {}
                }
                assert!(after.orphans().starts_with(own.orphans()));
                assert_eq!((own.account(), own.product()), (after.account(), after.product()));
            }
            let bills = |world: &World| -> Vec<Bill> {
                world.plans().map(|own| *own.bill()).chain(world.purchases().map(|own| *own.bill())).collect()
            };
            for plan in world.plans() {
                assert!(plan.balances(), "{event:?}");
                assert!(plan.used() <= plan.total());
            }
            for bill in bills(&world) {
                if let RefundState::Refunded { cash, .. } = bill.refund {
                    assert!(cash <= bill.payment.cash);
                }
            }
            for bill in bills(&before) {
                if let RefundState::Refunded { .. } = bill.refund {
                    assert!(bills(&world).contains(&bill));
                }
            }
        }
        let edition = &editions.all[0];
        let law = Law::single(edition, book.ceilings());
        let now = if ends { Timestamp::MAX } else { "2024-03-01T00:00:00Z".parse().unwrap() };
        let ids: Vec<InstanceId> = world.instances().map(CertificateInstance::id).collect();
        for id in &ids {
            world.focus(*id);
            world.set_other(ids.iter().copied().find(|other| other != id));
            for command in every_command(&world, now, &law) {
                let case = world.case_for(&command, now, &law);
                for at in [Timestamp::MIN, now, Timestamp::MAX] {
                    ask_everything(&case, &command, at, &law);
                }
                let mut after = world.clone();
                let _ = after.apply(&command, now, &law);
            }
            let offers = allowed(&world.case(), now, &law);
            assert!(offers.iter().all(|offer| offer.availability.is_now() == offer.refusal.is_none()));
        }
    }
}

/// Whether an event pays something back.
const fn pays_back(event: &Event) -> bool {
    matches!(
        event,
        Event::Purchase {
            event: PurchaseEvent::Refunded { .. },
            ..
        } | Event::Plan {
            event: PlanEvent::Refunded { .. },
            ..
        }
    )
}

/// The name of a variant.
fn variant(debug: &str) -> String {
    let end = debug.find(|c: char| !c.is_alphanumeric());
    debug.get(..end.unwrap_or(debug.len())).unwrap().to_owned()
}

/// The timelines reach every status, every command both ways, every event; or the laws above would
/// say little.
#[test]
fn timelines_go_everywhere() {
    let mut runner = TestRunner::deterministic();
    let strategy = timelines(LENGTH);
    let mut statuses = BTreeSet::new();
    let (mut granted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    let (mut events, mut reasons, mut ways) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut conflicts, mut automatic, mut instant) = (0, 0, 0);
    let (mut longest, mut paid) = (0, BTreeSet::new());
    for _ in 0..2_000 {
        let timeline = strategy.new_tree(&mut runner).unwrap().current();
        timeline.play(&Core, |moment| {
            for own in moment.after.instances() {
                let world = focused(moment.after, own.id());
                statuses.extend(world.status(moment.now(), &moment.law));
            }
            for chain in moment.after.chains() {
                let begun = chain
                    .members()
                    .iter()
                    .filter(|one| one.state == MemberState::Begun);
                longest = longest.max(begun.count());
            }
            match moment.answer {
                Err(refusal) => {
                    refused.insert(moment.command().kind());
                    reasons.insert(variant(&format!("{:?}", refusal.why())));
                    ways.insert(variant(&format!("{:?}", refusal.way_out())));
                }
                Ok(_) if !moment.committed => conflicts += 1,
                Ok(all) => {
                    granted.insert(moment.command().kind());
                    instant += u32::from(
                        moment.command().kind() == CommandKind::CompleteRevocation
                            && all.iter().any(pays_back),
                    );
                    for event in all {
                        let (stream, text) = match event {
                            Event::Instance { event, .. } => ("Instance", format!("{event:?}")),
                            Event::Plan { event, .. } => ("Plan", format!("{event:?}")),
                            Event::Chain { event, .. } => ("Chain", format!("{event:?}")),
                            Event::Purchase { event, .. } => ("Purchase", format!("{event:?}")),
                        };
                        events.insert(format!("{stream} {}", variant(&text)));
                        if let Event::Instance {
                            event: InstanceEvent::Applied(own),
                            ..
                        } = event
                        {
                            automatic += u32::from(own.automatic);
                        }
                        if let Event::Purchase {
                            event: PurchaseEvent::Paid(own),
                            ..
                        } = event
                        {
                            paid.insert(format!("{:?}", own.kind));
                        }
                    }
                }
            }
        });
    }
    let missing = |all: &[&str], found: &BTreeSet<String>| -> Vec<String> {
        all.iter()
            .map(|one| (*one).to_owned())
            .filter(|one| !found.contains(one))
            .collect()
    };
    assert_eq!(
        statuses.iter().copied().collect::<Vec<_>>().len(),
        Status::ALL.len(),
        "{statuses:?}"
    );
    let lacking = |found: &BTreeSet<CommandKind>| -> Vec<CommandKind> {
        CommandKind::ALL
            .into_iter()
            .filter(|kind| !found.contains(kind))
            .collect()
    };
    assert_eq!(lacking(&granted), []);
    assert_eq!(lacking(&refused), []);
    let expected: Vec<String> = EVENTS
        .iter()
        .flat_map(|(stream, names)| names.split(' ').map(move |name| format!("{stream} {name}")))
        .collect();
    assert_eq!(
        missing(
            &expected.iter().map(String::as_str).collect::<Vec<_>>(),
            &events
        ),
        [""; 0]
    );
    assert_eq!(
        events.len(),
        expected.len(),
        "an event that this test does not know"
    );
    assert_eq!(
        missing(&REASONS.split_whitespace().collect::<Vec<_>>(), &reasons),
        [""; 0]
    );
    assert_eq!(
        missing(&WAYS.split_whitespace().collect::<Vec<_>>(), &ways),
        [""; 0]
    );
    assert!(longest >= 3, "chains advance: {longest}");
    assert!(
        conflicts > 20 && automatic > 100 && instant > 1,
        "{conflicts} {automatic} {instant}"
    );
    assert_eq!(paid.len(), 3);
}

/// Every variant of every event.
const EVENTS: [(&str, &str); 4] = [
    (
        "Instance",
        "Submitted Opened Applied Uploaded Closed Merged Absorbed ChainJoined Deployed Undeployed \
         ChallengeReceived DomainConfirmed Issued Rejected Withdrawn Deleted Cancelled \
         RevocationRequested RevocationConfirmed Revoked RevocationRefused ExpiryAnnounced OrphanIssued",
    ),
    (
        "Plan",
        "Bought Reserved Settled Returned CertificateIssued RevocationCharged RevocationGivenBack Refunded",
    ),
    ("Chain", "Linked MemberBegun MemberCancelled"),
    (
        "Purchase",
        "Paid RevocationCharged RevocationGivenBack RefundClaimed RefundCancelled RefundRefused Refunded",
    ),
];

/// The reasons of refusals, but for the few that need a longer story.
const REASONS: &str = "
    NoOrder OrderDeleted NoPlan NoUnitLeft IdTaken OtherEdition Status AlreadyIssued NotIssued
    RevocationUnderWay NoRevocation RevocationUnconfirmed AlreadyRevoked Expired
    ReasonOfCa DomainUnproved NoChallenge ChallengeMethod OtherKey DvOnly NoCompany TooManyNames
    NameKind FileForWildcard Key CertificateKey CertificateNames AboveCeiling CertificateOver
    OtherCertificate NotActivated Uploaded Ended RefundUnderWay Refunded NoRefundClaimed NothingPaid
    Free NoRefundHere RefundWindow UnderWay NotRevoked WasMerged ChainMovedOn LateHosting PlanUsed
    Years Slots Hosted AlreadyHosted HostingWindow NotNext NoPredecessor UnissuedBefore FailedBefore NotDue NoSubmission
    RenewalWindow OtherProduct UploadName NameTaken KeyMismatch OtherTarget KeyNotHeld
    DomainNotCovered NotDeployed Deployed NoClosing NotMergeable NoFreeLeft OtherInstance";

/// What refusals advise.
const WAYS: &str = "
    None CheckOrder BuyPlan FreeUnits NewId LoadPinned WithdrawThenDelete Withdraw Delete
    DeleteAndCreate Revoke AwaitCa AwaitRevocation ConfirmByMail ProveDomain ApplyAnew OtherReason
    UseForPackage CorrectApplication UseDns Reissue Resubmit Apply Cancel CancelMembers CancelRefund
    WithdrawFirst RevokeFirst RevokeInTime RevokeForRefund AwaitActivation OtherYears UndeployFirst OtherName
    OtherTarget InstallByHand OtherKey LoadAll DeleteCertificate";
