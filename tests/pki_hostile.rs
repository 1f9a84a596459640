//! Hostile input: whatever the bytes, an answer, and never a proof of other facts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::model::{CsrFacts, Possession};
use cert_lifecycle::pki::{
    CsrError, InputError, Label, Limits, issued_certificate, parse_certificates, parse_csr,
    parse_private_key, to_pem,
};
use proptest::prelude::*;

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/pki/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn csr(input: &[u8]) -> Result<CsrFacts, CsrError> {
    parse_csr(input, &Limits::default())
}

/// Every reader has an answer; a panic would end the test.
fn ask_everyone(input: &[u8]) {
    let limits = Limits::default();
    let _ = csr(input).map_err(|error| error.to_string());
    let _ = parse_certificates(input, &limits).map_err(|error| error.to_string());
    let _ = issued_certificate(input, &limits).map_err(|error| error.to_string());
    let _ = parse_private_key(input, &limits).map_err(|error| error.to_string());
}

fn request_der(name: &str) -> Vec<u8> {
    csr(&file(name)).unwrap().der().to_vec()
}

/// Where what is signed begins and ends.
fn info(der: &[u8]) -> core::ops::Range<usize> {
    let header = |at: usize| match der[at + 1] {
        length @ 0..=0x7f => (2, usize::from(length)),
        0x81 => (3, usize::from(der[at + 2])),
        0x82 => (4, usize::from(der[at + 2]) * 256 + usize::from(der[at + 3])),
        other => panic!("{other:#x}"),
    };
    let (start, _) = header(0);
    let (head, length) = header(start);
    start..start + head + length
}

#[test]
fn no_flipped_bit_inside_the_information_leaves_a_proof() {
    for name in ["p256.csr", "ed25519.csr", "rsa2048.csr"] {
        let good = request_der(name);
        let genuine = csr(&good).unwrap();
        assert_eq!(genuine.possession(), Possession::Proved);
        let signed = info(&good);
        let (mut failed, mut refused) = (0, 0);
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut flipped = good.clone();
                flipped[at] ^= 1 << bit;
                match csr(&flipped) {
                    Err(_) => refused += 1,
                    Ok(facts) if facts.possession() == Possession::Proved => {
                        // Only the name of the algorithm, outside, may be written otherwise.
                        assert!(!signed.contains(&at), "{name}: byte {at}, bit {bit}");
                        assert_eq!(facts.common_names(), genuine.common_names());
                        assert_eq!(facts.alt_names(), genuine.alt_names());
                        assert_eq!(facts.extensions(), genuine.extensions());
                        assert_eq!(facts.spki(), genuine.spki());
                    }
                    Ok(_) => failed += 1,
                }
            }
        }
        // Letters of names change and stay letters; tags and lengths break.
        assert!(failed > 500, "{name}: {failed}");
        assert!(refused > 100, "{name}: {refused}");
    }
}

#[test]
fn every_truncation_has_an_answer() {
    for name in ["p256.der", "leaf.der", "public-test-key-p256-pkcs8.der"] {
        let good = file(name);
        for cut in 0..good.len() {
            ask_everyone(&good[..cut]);
            assert!(csr(&good[..cut]).is_err(), "{name}: {cut}");
        }
    }
    let text = file("p256.csr");
    // The last line end may be missing.
    for cut in 0..text.len() - 1 {
        assert!(csr(&text[..cut]).is_err(), "{cut}");
    }
    assert!(csr(&text[..text.len() - 1]).is_ok());
}

/// One tag inside another, as many as fit.
fn nested(tag: u8, size: usize) -> Vec<u8> {
    let mut reversed: Vec<u8> = Vec::new();
    loop {
        let length = reversed.len();
        let head: Vec<u8> = match length {
            0..=127 => vec![u8::try_from(length).unwrap()],
            128..=255 => vec![0x81, u8::try_from(length).unwrap()],
            _ => {
                let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
                vec![0x82, high, low]
            }
        };
        if length + head.len() + 1 > size {
            break;
        }
        reversed.extend(head.iter().rev());
        reversed.push(tag);
    }
    reversed.reverse();
    reversed
}

#[test]
fn deep_nesting_costs_no_stack() {
    for tag in [0x30, 0x31, 0xa0, 0x24] {
        let deep = nested(tag, 32_000);
        assert!(deep.len() > 31_000, "thousands of levels");
        ask_everyone(&deep);
        let [high, low] = u16::try_from(deep.len()).unwrap().to_be_bytes();
        let wrapped = [&[0x30, 0x82, high, low], &deep[..]].concat();
        ask_everyone(&wrapped);
        ask_everyone(to_pem(Label::CertificateRequest, &wrapped).as_bytes());
        ask_everyone(to_pem(Label::Certificate, &wrapped).as_bytes());
        assert!(
            matches!(csr(&wrapped), Err(CsrError::Malformed(_))),
            "{tag:#x}"
        );
    }
}

#[test]
fn announced_lengths_allocate_nothing() {
    for head in [
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..],
        &[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff],
        &[0x30, 0x83, 0xff, 0xff, 0xff],
    ] {
        assert!(matches!(
            csr(head),
            Err(CsrError::Input(InputError::Truncated { .. }))
        ));
    }
    for head in [
        &[0x30, 0x85, 1, 0, 0, 0, 0][..],
        &[0x30, 0xff],
        &[0x30, 0x80],
    ] {
        let error = csr(head).unwrap_err();
        assert!(
            matches!(
                error,
                CsrError::Input(InputError::NotSequence | InputError::NotText(_))
            ),
            "{error}"
        );
    }
    // The same inside a SEQUENCE that is as long as it says.
    for inner in [0x30, 0x02, 0x03, 0x04, 0x06, 0xa0] {
        ask_everyone(&[0x30, 6, inner, 0x84, 0xff, 0xff, 0xff, 0xff]);
        ask_everyone(&[0x30, 8, 0x30, 6, inner, 0x84, 0xff, 0xff, 0xff, 0xff]);
    }
}

/// Lines that a text with PEM blocks is made of, in any order.
fn line() -> impl Strategy<Value = String> {
    let label = prop::sample::select(vec![
        "CERTIFICATE REQUEST",
        "NEW CERTIFICATE REQUEST",
        "CERTIFICATE",
        "PRIVATE KEY",
        "EC PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "",
        "-----",
    ]);
    prop_oneof![
        label
            .clone()
            .prop_map(|label| format!("-----BEGIN {label}-----")),
        label.prop_map(|label| format!("-----END {label}-----")),
        Just("Proc-Type: 4,ENCRYPTED".to_owned()),
        Just("-----BEGIN ".to_owned()),
        Just(String::new()),
        "[A-Za-z0-9+/]{0,64}={0,2}",
        "\\PC{0,20}",
    ]
}

proptest! {
    #[test]
    fn random_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        ask_everyone(&bytes);
    }

    #[test]
    fn random_content_of_a_sequence_has_an_answer(
        content in prop::collection::vec(any::<u8>(), 0..127),
    ) {
        let mut bytes = vec![0x30, u8::try_from(content.len()).unwrap()];
        bytes.extend(content);
        ask_everyone(&bytes);
        ask_everyone(to_pem(Label::CertificateRequest, &bytes).as_bytes());
        ask_everyone(to_pem(Label::Certificate, &bytes).as_bytes());
        ask_everyone(to_pem(Label::PrivateKey, &bytes).as_bytes());
    }

    #[test]
    fn text_like_pem_has_an_answer(
        lines in prop::collection::vec(line(), 0..12),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        ask_everyone(lines.join(end).as_bytes());
    }

    #[test]
    fn bytes_behind_a_request_are_counted(tail in prop::collection::vec(any::<u8>(), 1..64)) {
        let mut bytes = file("p256.der");
        bytes.extend(&tail);
        let count = u64::try_from(tail.len()).unwrap();
        prop_assert_eq!(csr(&bytes), Err(InputError::TrailingBytes(count).into()));
    }

    #[test]
    fn overwritten_requests_prove_nothing_new(
        at in 0_usize..300,
        bytes in prop::collection::vec(any::<u8>(), 1..8),
    ) {
        let good = file("p256.der");
        let genuine = csr(&good).unwrap();
        let mut changed = good.clone();
        for (slot, byte) in changed[at..].iter_mut().zip(&bytes) {
            *slot = *byte;
        }
        ask_everyone(&changed);
        if let Ok(facts) = csr(&changed)
            && facts.possession() == Possession::Proved
        {
            let signed = info(&good);
            prop_assert_eq!(&changed[signed.clone()], &good[signed]);
            prop_assert_eq!(facts.spki(), genuine.spki());
        }
    }

    #[test]
    fn overwritten_certificates_do_not_chain(
        at in 8_usize..500,
        mask in 1_u8..=255,
    ) {
        let mut leaf = file("leaf.der");
        let signed = info(&leaf);
        prop_assume!(signed.contains(&at));
        leaf[at] ^= mask;
        ask_everyone(&leaf);
        let mut text = to_pem(Label::Certificate, &leaf).into_bytes();
        text.extend(file("intermediate.pem"));
        prop_assert!(issued_certificate(&text, &Limits::default()).is_err());
    }

    #[test]
    fn overwritten_keys_have_an_answer(at in 0_usize..138, mask in 1_u8..=255) {
        let mut key = file("public-test-key-p256-pkcs8.der");
        let last = key.len() - 1;
        key[at.min(last)] ^= mask;
        ask_everyone(&key);
    }
}
