//! What a decision expects of the store is just what it looked at.

use cert_lifecycle::lifecycle::{Command, Event, Expect, PurchaseEvent, expectations, preview};
use cert_lifecycle::model::{
    Currency, OrderId, Payment, Product, PurchaseId, RevocationReason, ValidationClass,
};
use cert_lifecycle::rulebook::{Edition, FreeLimit, RevocationLimit, Rulebook};

use crate::stage::{Life, PRICE, always, at, book, console_of_2021, instance_id, product};

const NOW: &str = "2021-03-01T09:00:00+08:00";

fn limited_to(limit: RevocationLimit) -> (Rulebook, Edition) {
    let book = book(|parts| {
        console_of_2021(parts);
        parts.revocation_limit = always(limit);
    });
    let edition = book.edition("2021-02-api").unwrap();
    (book, edition)
}

fn expected(life: &Life<'_>, command: &Command) -> Vec<Expect> {
    let case = life.world.case();
    let prices = preview(&case, command, at(NOW), &life.law).unwrap();
    let all = expectations(&case, &prices.events, &life.law);
    all.into_iter().collect()
}

/// where revocations are counted, nobody may have revoked another one beside this; where they are
/// not, it is nobody's business but the instance's and its purchase's.
#[test]
fn r38_a_charged_revocation_expects_what_is_counted() {
    let own = PurchaseId::new("purchase").unwrap();
    let of = |limit| {
        let (book, edition) = limited_to(limit);
        let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
        life.certify(1, at(NOW));
        let revoke = Command::RequestRevocation {
            reason: RevocationReason::Unspecified,
        };
        let events = preview(&life.world.case(), &revoke, at(NOW), &life.law)
            .unwrap()
            .events;
        let charged = |event: &Event| {
            let Event::Purchase { event, .. } = event else {
                return false;
            };
            matches!(event, PurchaseEvent::RevocationCharged { .. })
        };
        assert!(events.iter().any(charged), "{limit:?}");
        expected(&life, &revoke)
    };
    let instance = Expect::SameInstance(instance_id(1));
    assert_eq!(
        of(RevocationLimit::PerAccount),
        [
            instance.clone(),
            Expect::SamePurchase(own),
            Expect::SameBeside
        ]
    );
    assert_eq!(
        of(RevocationLimit::PerProduct),
        of(RevocationLimit::PerAccount)
    );
    // The charge alone would not expect the purchase; that the instance's own event does.
    assert_eq!(
        of(RevocationLimit::Unlimited),
        [instance, Expect::SamePurchase(own)]
    );
}

/// only a free certificate, and only where they are counted, must find the account as it was read.
#[test]
fn r61_a_free_certificate_expects_what_is_counted() {
    let of = |limit, free| {
        let book = book(|parts| {
            console_of_2021(parts);
            parts.free_limit = always(FreeLimit(limit));
        });
        let edition = book.edition("2021-02-api").unwrap();
        let product = Product {
            free,
            ..product(ValidationClass::Dv)
        };
        let life = Life::new(&edition, book.ceilings(), product);
        let price = if free {
            Payment::cash(0, Currency::CNY)
        } else {
            PRICE
        };
        let buy = life.purchase(1, price);
        expected(&life, &buy)
    };
    let bought = [
        Expect::NewPurchase(PurchaseId::new("purchase").unwrap()),
        Expect::NewInstance(instance_id(1)),
        Expect::NewOrder(OrderId::new(1).unwrap()),
    ];
    for (limit, free) in [(None, true), (None, false), (Some(20), false)] {
        let all = of(limit, free);
        assert_eq!(all.len(), bought.len(), "{all:?}");
        assert!(bought.iter().all(|one| all.contains(one)), "{all:?}");
    }
    let counted = of(Some(20), true);
    assert_eq!(counted.len(), bought.len() + 1, "{counted:?}");
    assert!(counted.contains(&Expect::SameBeside), "{counted:?}");
}
