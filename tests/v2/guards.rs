//! Guards of the second machine that deserve a story of their own.

use cert_lifecycle::lifecycle::v2::{Command, CsrMethod};
use cert_lifecycle::model::{KeyKind, RevocationReason, ValidationClass};
use cert_lifecycle::rulebook::{RuleId, Rulebook};

use super::{REVOKE, World, begin, book, buy, completion, data_with, days, edition, online};

#[test]
fn t44_the_rules_on_keys_and_names_are_those_of_orders() {
    let (book, edition) = (book(), edition(&book()));
    for (names, csr, rule) in [
        (
            "www.example.com",
            CsrMethod::Online(KeyKind::Rsa { bits: 1_024 }),
            RuleId::K01,
        ),
        ("*.example.com", online(), RuleId::K05),
    ] {
        let mut world = World::new(&book, &edition);
        world.tell(&buy(ValidationClass::Dv, 365), begin());
        let data = data_with(&[names], false, &["contact-1"], csr);
        world.tell(&Command::Update { data }, begin());
        assert_eq!(world.refused(&Command::Apply, begin()).rule(), rule);
    }
}

/// 3.13: `RSA_2048`, `RSA_3072` and `RSA_4096` are all the sizes of RSA that the operations know.
#[test]
fn k01_three_sizes_of_rsa() {
    let book = Rulebook::published();
    let published = book.edition("2026-v2").unwrap();
    for (bits, fits) in [
        (2_048, true),
        (3_072, true),
        (4_096, true),
        (1_024, false),
        (2_056, false),
        (5_120, false),
        (8_192, false),
    ] {
        let mut world = World::new(&book, &published);
        world.tell(&buy(ValidationClass::Dv, 365), begin());
        let csr = CsrMethod::Online(KeyKind::Rsa { bits });
        let data = data_with(&["www.example.com"], false, &["contact-1"], csr);
        world.tell(&Command::Update { data }, begin());
        if fits {
            world.tell(&Command::Apply, begin());
        } else {
            let refusal = world.refused(&Command::Apply, begin());
            assert_eq!(refusal.rule(), RuleId::K01, "{refusal}");
        }
    }
    // Orders have no upper bound: A21 and BR name none.
    let orders = book.edition("2023-api").unwrap();
    let long = KeyKind::Rsa { bits: 8_192 };
    assert!(orders.csr().value.permits_key(long));
}

/// A revocation is never complete before it was asked for, and never before the issuance, even by a
/// clock that was set back.
#[test]
fn r35_not_completed_before_it_was_requested() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("k", days(1));
    let mut asked = world.clone();
    asked.tell(&REVOKE, days(3));
    let completed = |world: &World<'_>| world.instance().current().unwrap().revoked();
    for (named, told, at) in [(3, 2, 3), (2, 2, 3), (5, 4, 4)] {
        let mut asked = asked.clone();
        asked.tell(&completion(days(named)), days(told));
        assert_eq!(completed(&asked).unwrap().at, days(at));
    }
    let by_ca = Command::RecordCaRevocation {
        certificate: None,
        reason: RevocationReason::KeyCompromise,
        at: days(2),
    };
    world.tell(&by_ca, begin());
    assert_eq!(completed(&world).unwrap().at, days(1));
}
