//! A plan as a row of counters is the plan that its ledger folds to.

use cert_lifecycle::codec::stored::{PlanCounters, PlanDelta, StoredProblem, restore_plan};
use cert_lifecycle::lifecycle::{Bought, PlanEvent, evolve_plan};
use cert_lifecycle::model::{
    AccountId, Currency, Digest, EditionKey, NameKind, OrderId, Payment, Pin, PlanId, RefundState,
    ResourcePlan, Timestamp, ValidationClass,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::scene;
use crate::support::strategies::plan_events;

/// What the plans of these tests cost.
const CASH: u64 = 1_000;

fn id() -> PlanId {
    PlanId::new("plan").unwrap()
}

fn bought(count: u32) -> PlanEvent {
    PlanEvent::Bought(Box::new(Bought {
        account: AccountId::new("owner").unwrap(),
        product: scene::product(ValidationClass::Dv, NameKind::Single),
        count,
        payment: Payment::cash(CASH, Currency::CNY),
        pin: Pin {
            edition: EditionKey::new("sample").unwrap(),
            digest: Digest::of(&[]),
        },
        at: Timestamp::MIN,
    }))
}

fn begun(count: u32) -> ResourcePlan {
    let mut plan = None;
    evolve_plan(&mut plan, id(), &bought(count));
    plan.unwrap()
}

fn row() -> PlanCounters {
    let mut plan = Some(begun(3));
    let order = OrderId::new(7).unwrap();
    let at = Timestamp::MIN;
    for event in [
        PlanEvent::Reserved { order, at },
        PlanEvent::Settled {
            order,
            was_reserved: false,
            at,
        },
    ] {
        evolve_plan(&mut plan, id(), &event);
    }
    PlanCounters::of(&plan.unwrap())
}

fn moves() -> impl Strategy<Value = PlanEvent> {
    let refund = prop_oneof![0..=CASH, Just(CASH + 1), Just(u64::MAX)];
    prop_oneof![
        30 => plan_events(),
        1 => refund.prop_map(|cash| PlanEvent::Refunded { cash, at: Timestamp::MAX }),
    ]
}

/// Whether a move can be added to the counters of a plan, by definition: no counter falls below zero,
/// and no more units are in use than there are.
fn fits(plan: &ResourcePlan, event: &PlanEvent) -> bool {
    let delta = PlanDelta::of(event);
    let add = |counter: u32, by: i8| i64::from(counter) + i64::from(by);
    let reserved = add(plan.reserved(), delta.reserved);
    let settled = add(plan.settled(), delta.settled);
    let again = matches!(plan.bill().refund, RefundState::Refunded { .. });
    reserved >= 0
        && settled >= 0
        && reserved + settled <= i64::from(plan.total())
        && add(plan.revocations(), delta.revocations) >= 0
        && !(delta.refunded.is_some() && again)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(crate::support::cases::cases(512)) })]

    #[test]
    fn counters_are_the_fold_of_a_ledger(count in 0_u32..6, ledger in vec(moves(), 0..40)) {
        let beginning = bought(count);
        let mut plan = Some(begun(count));
        for event in &ledger {
            let before = plan.clone().unwrap();
            let row = PlanCounters::of(&before);
            prop_assert_eq!(row.remaining(), before.remaining());
            evolve_plan(&mut plan, id(), event);
            let after = plan.clone().unwrap();
            prop_assert_eq!(
                restore_plan(id(), &beginning, &PlanCounters::of(&after)),
                Ok(after.clone())
            );

            let moved = row.apply(event);
            prop_assert_eq!(moved.is_ok(), fits(&before, event), "{:?} {:?}", row, event);
            if let Ok(moved) = moved {
                let too_much = matches!(event, PlanEvent::Refunded { cash, .. } if *cash > CASH);
                if too_much {
                    // Folding caps it; a row with it is refused.
                    prop_assert!(restore_plan(id(), &beginning, &moved).is_err());
                } else {
                    prop_assert_eq!(moved, PlanCounters::of(&after));
                }
            }
        }
    }

    /// Whatever stands in a row: what is restored balances, and is what the row says.
    #[test]
    fn only_what_balances_is_restored(
        count in 0_u32..4,
        total in 0_u32..5,
        reserved in prop_oneof![9 => 0_u32..4, 1 => Just(u32::MAX)],
        settled in prop_oneof![9 => 0_u32..4, 1 => Just(u32::MAX)],
        taken in prop_oneof![9 => 0_u64..8, 1 => Just(u64::MAX)],
        refunded in proptest::option::of(0..=CASH + 1),
    ) {
        let refund = refunded.map_or(RefundState::None, |cash| RefundState::Refunded {
            at: Timestamp::MAX,
            cash,
        });
        let row = PlanCounters { total, reserved, settled, issued: 9, revocations: 9, taken, revoked: 2, refund };
        let used = u64::from(reserved) + u64::from(settled);
        let sound = used <= u64::from(total)
            && used <= taken
            && if refunded.is_some() { total <= count } else { total == count }
            && refunded.is_none_or(|cash| cash <= CASH);
        let plan = restore_plan(id(), &bought(count), &row);
        prop_assert_eq!(plan.is_ok(), sound, "{:?}", row);
        if let Ok(plan) = plan {
            prop_assert!(plan.balances());
            prop_assert_eq!(PlanCounters::of(&plan), row);
        }
    }
}

#[test]
fn a_damaged_row_is_named() {
    let sound = row();
    assert!(restore_plan(id(), &bought(3), &sound).is_ok());
    let field = |row: PlanCounters| {
        let error = restore_plan(id(), &bought(3), &row).unwrap_err();
        assert!(
            matches!(error.problem, StoredProblem::Unbalanced(_)),
            "{error}"
        );
        error.field
    };
    let at = Timestamp::MIN;
    assert_eq!(field(PlanCounters { total: 4, ..sound }), "total");
    assert_eq!(field(PlanCounters { total: 2, ..sound }), "total");
    assert_eq!(
        field(PlanCounters {
            settled: 3,
            ..sound
        }),
        "total"
    );
    assert_eq!(
        field(PlanCounters {
            reserved: u32::MAX,
            ..sound
        }),
        "total"
    );
    assert_eq!(field(PlanCounters { taken: 1, ..sound }), "taken");
    let refunded = |total, cash| PlanCounters {
        total,
        refund: RefundState::Refunded { at, cash },
        ..sound
    };
    assert_eq!(field(refunded(4, 0)), "total");
    assert_eq!(field(refunded(2, CASH + 1)), "refund");
    let review = RefundState::Review { claimed_at: at };
    assert_eq!(
        field(PlanCounters {
            refund: review,
            ..sound
        }),
        "refund"
    );
}

#[test]
fn only_a_purchase_begins_a_plan() {
    let order = OrderId::new(7).unwrap();
    let event = PlanEvent::Reserved {
        order,
        at: Timestamp::MIN,
    };
    let error = restore_plan(id(), &event, &row()).unwrap_err();
    assert_eq!(error.problem, StoredProblem::NoBeginning);
}

#[test]
fn a_full_counter_is_refused() {
    let order = OrderId::new(7).unwrap();
    let at = Timestamp::MIN;
    let full = PlanCounters {
        revocations: u32::MAX,
        ..row()
    };
    let error = full
        .apply(&PlanEvent::RevocationCharged { order, at })
        .unwrap_err();
    assert_eq!(error.field, "revocations");
    assert_eq!(
        error.to_string(),
        "revocations: the counters don't balance: it is full"
    );
}
