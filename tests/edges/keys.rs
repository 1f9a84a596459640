//! An edition that takes other keys than the published ones do.

use cert_lifecycle::lifecycle::sample::{sample, sample_command};
use cert_lifecycle::lifecycle::{Command, CommandKind, Offer, allowed, decide};
use cert_lifecycle::model::{KeyKind, KeySource, Status, Submission, ValidationClass};
use cert_lifecycle::rulebook::{CsrRule, Edition, Rulebook, RulebookParts};
use cert_lifecycle::testing::strategy::Content;

use crate::stage::{Life, always, at, book, console_of_2021, product};

const NOW: &str = "2021-05-10T12:00:00+08:00";

/// A rulebook that takes keys by one rule.
fn taking(rule: impl FnOnce(CsrRule) -> CsrRule) -> (Rulebook, Edition) {
    let book = book(|parts: &mut RulebookParts| {
        console_of_2021(parts);
        let own = parts.csr.first().expect("a rule on keys").value.value;
        parts.csr = always(rule(own));
    });
    let edition = book.edition("2021-02-api").unwrap();
    (book, edition)
}

fn submitted(command: &Command) -> &Submission {
    let Command::Apply { submission, .. } = command else {
        panic!("{command:?} is no application");
    };
    submission
}

/// What is typical is asked for with a key that the edition takes: who takes long RSA keys alone is offered
/// to apply, and every status has its sample.
#[test]
fn k01_what_is_typical_has_a_key_that_the_edition_takes() {
    let long = |rule| CsrRule {
        rsa_min_bits: 3_000,
        p256: false,
        p384: false,
        p521: false,
        ..rule
    };
    let (book, edition) = taking(long);
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Ov));
    life.buy(1, at(NOW));

    let case = life.world.case();
    let offers = allowed(&case, at(NOW), &life.law);
    let apply = |offer: &&Offer| offer.command == CommandKind::Apply;
    assert_eq!(offers.iter().find(apply).unwrap().refusal, None);

    let plain = Content::plain(1).command(CommandKind::Apply, &life.world, at(NOW), &life.law);
    let sample_of_one = sample_command(CommandKind::Apply, ValidationClass::Ov, &life.law);
    for command in [plain.unwrap(), sample_of_one.unwrap()] {
        let key = KeySource::ServiceMade(KeyKind::Rsa { bits: 3_072 });
        assert_eq!(submitted(&command).key(), &key);
        assert_eq!(
            decide(&case, &command, at(NOW), &life.law).map(|_| ()),
            Ok(())
        );
    }
    assert!(sample(Some(Status::Issued), ValidationClass::Ov, &life.law).is_some());
}

/// The usual key is asked for wherever it is taken.
#[test]
fn k01_the_usual_key_is_asked_for_where_it_is_taken() {
    let curves = |rule| CsrRule {
        rsa_min_bits: 1_024,
        ed25519: true,
        ..rule
    };
    let (book, edition) = taking(curves);
    let life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    let plain = Content::plain(1).command(CommandKind::Apply, &life.world, at(NOW), &life.law);
    let key = KeySource::ServiceMade(KeyKind::Rsa { bits: 2_048 });
    assert_eq!(submitted(&plain.unwrap()).key(), &key);
}

/// Curves come first, the shortest one before the others, then RSA keys of a usual length.
#[test]
fn k01_any_key_is_the_first_that_is_taken() {
    let (_, edition) = taking(|rule| rule);
    let mut rule = CsrRule {
        ed25519: true,
        ..edition.csr().value
    };
    let mut seen = Vec::new();
    for leave in [0, 1, 2, 3] {
        seen.push(rule.any_key().unwrap().to_string());
        match leave {
            0 => rule.p256 = false,
            1 => rule.p384 = false,
            2 => rule.p521 = false,
            _ => rule.ed25519 = false,
        }
    }
    assert_eq!(seen, ["P-256", "P-384", "P-521", "Ed25519"]);
    let rsa = |least, step, most| {
        CsrRule {
            rsa_min_bits: least,
            rsa_step_bits: step,
            rsa_max_bits: most,
            ..rule
        }
        .any_key()
    };
    assert_eq!(rsa(2_048, 8, None), Some(KeyKind::Rsa { bits: 2_048 }));
    assert_eq!(rsa(1_024, 8, None), Some(KeyKind::Rsa { bits: 2_048 }));
    assert_eq!(rsa(2_049, 8, None), Some(KeyKind::Rsa { bits: 3_072 }));
    assert_eq!(rsa(3_073, 8, None), Some(KeyKind::Rsa { bits: 4_096 }));
    assert_eq!(
        rsa(1_025, 8, Some(2_047)),
        Some(KeyKind::Rsa { bits: 1_032 })
    );
    assert_eq!(rsa(4_097, 8, None), Some(KeyKind::Rsa { bits: 4_104 }));
    assert_eq!(rsa(2_049, 8, Some(2_055)), None);
    assert_eq!(rsa(u32::MAX, 8, None), None);
    assert_eq!(rsa(2_048, 0, None), None);
}
