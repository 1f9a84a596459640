//! Signing requests in DER or PEM: what is read is read again equal, within its limits, and a proof is
//! of these bytes and no others.
#![no_main]

use cert_lifecycle::model::{KeyKind, Possession};
use cert_lifecycle::pki::{CsrError, Label, Limits, parse_csr, to_pem};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let facts = match parse_csr(data, &limits) {
        Ok(facts) => facts,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let der = facts.der();
    assert!(der.len() <= limits.der_bytes);
    assert!(data.first() != Some(&0x30) || der == data || data.starts_with(b"0---"));
    assert_eq!(parse_csr(der, &limits).as_ref(), Ok(&facts));
    let text = to_pem(Label::CertificateRequest, der);
    assert_eq!(parse_csr(text.as_bytes(), &limits).as_ref(), Ok(&facts));

    // Each limit is met exactly, and one less refuses.
    let names = facts.common_names().len() + facts.alt_names().len();
    let extensions = facts.extensions().len();
    assert!(names <= limits.names && extensions <= limits.extensions);
    let exact = limits
        .with_names(names)
        .with_extensions(extensions)
        .with_der_bytes(der.len());
    assert_eq!(parse_csr(der, &exact).as_ref(), Ok(&facts));
    if let Some(fewer) = names.checked_sub(1) {
        let refused = parse_csr(der, &limits.with_names(fewer));
        assert_eq!(refused, Err(CsrError::TooManyNames(fewer)));
    }
    if let Some(fewer) = extensions.checked_sub(1) {
        let refused = parse_csr(der, &limits.with_extensions(fewer));
        assert_eq!(refused, Err(CsrError::TooManyExtensions(fewer)));
    }
    assert!(parse_csr(der, &limits.with_der_bytes(der.len() - 1)).is_err());

    let is_rsa = matches!(facts.key(), KeyKind::Rsa { .. });
    assert!(is_rsa || facts.rsa().is_none());
    for name in facts.common_names() {
        assert!(!name.text().chars().any(char::is_control));
    }

    if facts.possession() == Possession::Proved {
        let signed = signed(der).expect("what was proved is well-formed");
        // One bit of what is signed, chosen by the bytes themselves.
        let lot = der.iter().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
        });
        let mut other = der.to_vec();
        other[signed.start + lot % signed.len()] ^= 1 << (lot / signed.len() % 8);
        if let Ok(other) = parse_csr(&other, &limits) {
            assert_ne!(other.possession(), Possession::Proved);
        }
    }
});

/// Where the first member of the outer SEQUENCE stands: what is signed.
fn signed(der: &[u8]) -> Option<core::ops::Range<usize>> {
    let header = |at: usize| -> Option<(usize, usize)> {
        let first = *der.get(at + 1)?;
        if first < 0x80 {
            return Some((2, usize::from(first)));
        }
        let count = usize::from(first & 0x7f);
        let digits = der.get(at + 2..at + 2 + count)?;
        let length = digits
            .iter()
            .fold(0, |length, digit| length << 8 | usize::from(*digit));
        Some((2 + count, length))
    };
    let (start, _) = header(0)?;
    let (head, length) = header(start)?;
    Some(start..start + head + length)
}
