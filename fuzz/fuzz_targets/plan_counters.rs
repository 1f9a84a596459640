//! A plan as a row of counters: whatever stands in a row, what is restored balances and is what the row
//! says; and after any moves the row is the fold of the ledger.
#![no_main]

use std::sync::LazyLock;

use cert_lifecycle::codec::stored::{PlanCounters, restore_plan};
use cert_lifecycle::lifecycle::{Bought, PlanEvent, ReturnCause, evolve_plan};
use cert_lifecycle::model::{
    AccountId, Catalog, Currency, Digest, EditionKey, OrderId, Payment, Pin, PlanId, RefundState,
    Timestamp,
};
use libfuzzer_sys::fuzz_target;

const CASH: u64 = 1_000;

/// A plan of no unit, of one, and so on.
static BOUGHT: LazyLock<[PlanEvent; 6]> = LazyLock::new(|| [0, 1, 2, 3, 4, 5].map(bought));

fn bought(count: u32) -> PlanEvent {
    PlanEvent::Bought(Box::new(Bought {
        account: AccountId::new("tom").expect("an id"),
        product: Catalog::published()
            .get("symantec-dv-1-starter")
            .expect("a published product"),
        count,
        payment: Payment::cash(CASH, Currency::CNY),
        pin: Pin {
            edition: EditionKey::new("2021-02-api").expect("a key"),
            digest: Digest::of(b"its values"),
        },
        at: Timestamp::MIN,
    }))
}

fuzz_target!(|data: &[u8]| {
    let mut lot = Lot(data);
    let id = PlanId::new("p-1").expect("an id");
    let bought = &BOUGHT[usize::from(lot.byte() % 6)];
    let row = lot.row();
    if let Ok(plan) = restore_plan(id, bought, &row) {
        assert!(plan.balances());
        assert_eq!(PlanCounters::of(&plan), row);
    }

    let mut plan = None;
    evolve_plan(&mut plan, id, &bought);
    while let Some(event) = lot.event() {
        let before = PlanCounters::of(plan.as_ref().expect("it was bought"));
        evolve_plan(&mut plan, id, &event);
        let after = plan.as_ref().expect("it was bought");
        assert!(after.balances());
        assert!(after.issued() >= before.issued && after.taken() >= before.taken);
        let row = PlanCounters::of(after);
        assert_eq!(restore_plan(id, bought, &row).as_ref(), Ok(after));
        if let Ok(moved) = before.apply(&event) {
            let capped = matches!(event, PlanEvent::Refunded { cash, .. } if cash > CASH);
            assert_eq!(restore_plan(id, bought, &moved).is_err(), capped);
            assert!(capped || moved == row, "{moved:?} is not {row:?}");
        }
        // A restored row goes on as the plan does.
        assert_eq!(row.remaining(), after.remaining());
    }
});

/// Bytes as the lot that decides; none are left in the end.
struct Lot<'a>(&'a [u8]);

impl Lot<'_> {
    fn byte(&mut self) -> u8 {
        self.next().unwrap_or_default()
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A small number, or one near the end of its range.
    fn count(&mut self) -> u64 {
        match self.byte() {
            byte @ 0..=0xef => u64::from(byte % 8),
            byte @ 0xf0..=0xf7 => u64::from(u32::MAX - u32::from(byte - 0xf0)),
            byte => u64::MAX - u64::from(byte - 0xf8),
        }
    }

    fn small(&mut self) -> u32 {
        u32::try_from(self.count()).unwrap_or(u32::MAX)
    }

    fn row(&mut self) -> PlanCounters {
        PlanCounters {
            total: self.small(),
            reserved: self.small(),
            settled: self.small(),
            issued: self.count(),
            revocations: self.small(),
            taken: self.count(),
            revoked: self.count(),
            refund: match self.byte() % 4 {
                0 => RefundState::Review {
                    claimed_at: Timestamp::MIN,
                },
                1 => RefundState::Refunded {
                    at: Timestamp::MAX,
                    cash: CASH - 1 + self.count() % 3,
                },
                _ => RefundState::None,
            },
        }
    }

    fn event(&mut self) -> Option<PlanEvent> {
        let order = OrderId::new(7).expect("an id");
        let at = Timestamp::MIN;
        Some(match self.next()? % 10 {
            0 => PlanEvent::Reserved { order, at },
            1 => PlanEvent::Settled {
                order,
                was_reserved: true,
                at,
            },
            2 => PlanEvent::Settled {
                order,
                was_reserved: false,
                at,
            },
            3 => returned(order, false, ReturnCause::OrderEnded),
            4 => returned(order, true, ReturnCause::OrderEnded),
            5 => returned(order, true, ReturnCause::RevokedInWindow),
            6 => PlanEvent::CertificateIssued { order, at },
            7 => PlanEvent::RevocationCharged { order, at },
            8 => PlanEvent::RevocationGivenBack { order, at },
            _ => PlanEvent::Refunded {
                cash: CASH - 1 + self.count() % 3,
                at,
            },
        })
    }
}

fn returned(order: OrderId, was_settled: bool, cause: ReturnCause) -> PlanEvent {
    PlanEvent::Returned {
        order,
        was_settled,
        cause,
        at: Timestamp::MIN,
    }
}
