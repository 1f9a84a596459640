//! Weak RSA keys: what is found out about keys that are broken on purpose, and about good ones.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop on the first surprise"
)]

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, Law, Refusal, World};
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CsrFacts, InstanceId, KeyKind, OrderId, Payment, PlanId,
    Possession, RsaExponent, RsaFacts, Submission, ValidationMethod,
};
use cert_lifecycle::pki::{Limits, parse_csr};
use cert_lifecycle::rulebook::{RuleId, Rulebook};

fn read(name: &str, limits: &Limits) -> CsrFacts {
    let path = format!("{}/tests/data/pki/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    parse_csr(&bytes, limits).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn weak(name: &str) -> (CsrFacts, RsaFacts) {
    let facts = read(&format!("weak/{name}.csr"), &Limits::default());
    assert_eq!(facts.key(), KeyKind::Rsa { bits: 2_048 }, "{name}");
    let rsa = *facts.rsa().unwrap();
    (facts, rsa)
}

/// Factor, round, and the flawed generator.
fn flaws(rsa: &RsaFacts) -> (Option<u16>, Option<u16>, bool) {
    (rsa.factors.found(), rsa.fermat.split(), rsa.roca)
}

#[test]
fn every_flaw_is_found_and_no_other() {
    for (name, expected) in [
        ("roca", (None, None, true)),
        ("close-primes", (None, Some(1), false)),
        ("close-primes-100", (None, Some(100), false)),
        ("close-primes-101", (None, Some(101), false)),
        ("factor-2", (Some(2), None, false)),
        ("factor-3", (Some(3), None, false)),
        ("factor-751", (Some(751), None, false)),
        ("factor-757", (None, None, false)),
        ("exponent-1", (None, None, false)),
        ("exponent-65537", (None, None, false)),
    ] {
        assert_eq!(flaws(&weak(name).1), expected, "{name}");
    }
}

#[test]
fn the_exponent_is_read() {
    for (name, exponent) in [
        ("exponent-1", 1),
        ("exponent-2", 2),
        ("exponent-3", 3),
        ("exponent-65537", 65_537),
    ] {
        assert_eq!(weak(name).1.exponent, RsaExponent::new(exponent), "{name}");
    }
    let wide = weak("exponent-wide").1.exponent;
    assert_eq!(
        (wide.value(), wide.bits(), wide.is_odd()),
        (None, 257, true)
    );
}

/// The library takes exponents of up to 33 bits; a longer one is not called a wrong signature.
#[test]
fn a_signature_with_a_long_exponent_stays_unchecked() {
    assert_eq!(weak("exponent-wide").0.possession(), Possession::Unchecked);
    assert_eq!(weak("exponent-2").0.possession(), Possession::Failed);
}

/// Most weak keys sign as well as good ones: the proof of possession does not find them.
#[test]
fn weak_keys_prove_possession() {
    for name in [
        "roca",
        "close-primes",
        "close-primes-100",
        "factor-3",
        "factor-751",
        "exponent-3",
        "exponent-65537",
    ] {
        assert_eq!(weak(name).0.possession(), Possession::Proved, "{name}");
    }
}

#[test]
fn good_keys_show_nothing() {
    for name in [
        "rsa1024.csr",
        "rsa2048.csr",
        "rsa2048-md5.csr",
        "rsa3072.csr",
        "rsa-pss.csr",
    ] {
        let facts = read(name, &Limits::default());
        let rsa = facts.rsa().unwrap();
        assert_eq!(flaws(rsa), (None, None, false), "{name}");
        assert_eq!(rsa.factors.has_below(752), Some(false), "{name}");
        assert_eq!(rsa.fermat.splits_within(100), Some(false), "{name}");
        assert_eq!(rsa.exponent, RsaExponent::new(65_537), "{name}");
    }
    for name in ["p256.csr", "ed25519.csr", "rsa-pss-key.csr"] {
        assert_eq!(read(name, &Limits::default()).rsa(), None, "{name}");
    }
}

#[test]
fn a_modulus_beyond_the_limit_stays_unexamined() {
    let limits = Limits::default();
    let longest = read("weak/modulus-8192.csr", &limits);
    assert_eq!(longest.key(), KeyKind::Rsa { bits: 8_192 });
    assert!(longest.rsa().is_some());
    let longer = read("weak/modulus-16384.csr", &limits);
    assert_eq!(longer.key(), KeyKind::Rsa { bits: 16_384 });
    assert_eq!(longer.rsa(), None);
    let raised = limits.with_rsa_bits(16_384);
    assert!(read("weak/modulus-16384.csr", &raised).rsa().is_some());
    assert_eq!(
        read("rsa2048.csr", &limits.with_rsa_bits(2_047)).rsa(),
        None
    );
}

#[test]
fn fewer_rounds_find_less_and_say_so() {
    let fermat = |rounds| {
        let limits = Limits::default().with_fermat_rounds(rounds);
        read("weak/close-primes-100.csr", &limits)
            .rsa()
            .unwrap()
            .fermat
    };
    assert_eq!(fermat(99).split(), None);
    assert_eq!(fermat(99).splits_within(100), None);
    assert_eq!(fermat(100).split(), Some(100));
    assert_eq!(fermat(u16::MAX).splits_within(99), Some(false));
}

/// SP 800-56A's partial validation: no point off its curve, nor the one at infinity, proves
/// possession.
#[test]
fn a_point_off_its_curve_proves_nothing() {
    let good = read("p256.csr", &Limits::default());
    assert_eq!(good.possession(), Possession::Proved);
    // An uncompressed point in its BIT STRING of 66 bytes.
    let header = [0x03, 0x42, 0x00, 0x04];
    let at = good
        .der()
        .windows(4)
        .position(|bytes| bytes == header)
        .unwrap();
    let mut off = good.der().to_vec();
    *off.get_mut(at + 67).unwrap() ^= 1;
    let facts = parse_csr(&off, &Limits::default()).unwrap();
    assert_eq!(facts.possession(), Possession::Failed);
}

/// From bytes to the refusal: the rule that stops each key, or none.
#[test]
fn k13_to_k16_stop_weak_keys_in_every_edition() {
    let book = Rulebook::published();
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let law = Law::single(&edition, book.ceilings());
        for (name, expected) in [
            ("roca", Some(RuleId::K13)),
            ("close-primes", Some(RuleId::K14)),
            ("close-primes-100", Some(RuleId::K14)),
            ("close-primes-101", None),
            ("factor-2", Some(RuleId::K15)),
            ("factor-3", Some(RuleId::K15)),
            ("factor-751", Some(RuleId::K15)),
            ("factor-757", None),
            ("exponent-1", Some(RuleId::K16)),
            ("exponent-2", Some(RuleId::K16)),
            ("exponent-3", None),
            ("exponent-65537", None),
            // Odd and large enough, but no signature can be checked with it.
            ("exponent-wide", Some(RuleId::K03)),
            ("modulus-8192", Some(RuleId::K03)),
            ("modulus-16384", Some(RuleId::K13)),
        ] {
            let csr = read(&format!("weak/{name}.csr"), &Limits::default());
            // Instances of 2026 take no key that long, whatever else is wrong with it.
            let long = name.starts_with("modulus-") && point.key.as_str() == "2026-v2";
            let expected = if long { Some(RuleId::K01) } else { expected };
            let decided = submit(csr, &law).err().map(|refusal| refusal.rule());
            assert_eq!(decided, expected, "{name}, {}", point.key);
        }
    }
}

#[expect(clippy::result_large_err, reason = "a refusal holds no heap memory")]
fn submit(csr: CsrFacts, law: &Law<'_>) -> Result<(), Refusal> {
    let now = "2021-06-01T00:00:00Z".parse().unwrap();
    let mut world = World::new(AccountId::new("1234567890").unwrap());
    let buy = Command::BuyPlan {
        plan: PlanId::new("plan").unwrap(),
        product: Catalog::published().get("symantec-free-1-free").unwrap(),
        count: NonZeroU32::MIN,
        payment: Payment::NONE,
    };
    world.apply(&buy, now, law)?;
    let tom = Applicant::new("Tom", "13900000000", "tom@example.com").unwrap();
    let apply = Command::Submit {
        instance: InstanceId::new("instance").unwrap(),
        order: OrderId::new(1).unwrap(),
        submission: Arc::new(Submission::with_csr(csr, tom, ValidationMethod::Dns)),
    };
    world.apply(&apply, now, law).map(drop)
}
