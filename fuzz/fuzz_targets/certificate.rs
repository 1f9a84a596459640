//! Certificates and bundles: what is read is read again equal, within its limits, and what was issued
//! is a chain in order.
#![no_main]

use cert_lifecycle::pki::{
    Limits, certificate_pem, chain_pem, issued_certificate, parse_certificates,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let read = parse_certificates(data, &limits);
    match &read {
        Ok(certificates) => {
            assert!((1..=limits.chain_certificates).contains(&certificates.len()));
            for one in certificates {
                assert!(one.der().len() <= limits.der_bytes);
                assert!(one.alt_names().len() <= limits.names);
                assert!(one.validity().not_before() <= one.validity().not_after());
                let again = parse_certificates(one.der(), &limits).expect("read before");
                assert_eq!(again.as_slice(), core::slice::from_ref(one));
                if let Some(fewer) = one.alt_names().len().checked_sub(1) {
                    assert!(parse_certificates(one.der(), &limits.with_names(fewer)).is_err());
                }
            }
            let fewer = limits.with_chain_certificates(certificates.len() - 1);
            assert!(data.first() == Some(&0x30) || parse_certificates(data, &fewer).is_err());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }

    let issued = match issued_certificate(data, &limits) {
        Ok(issued) => issued,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let facts = issued.facts();
    let read = read.expect("what was issued can be read");
    assert!(read.iter().any(|one| one.der() == &*facts.der));
    for issuer in &facts.chain {
        assert!(read.iter().any(|one| one.is_ca() && one.der() == &**issuer));
    }
    let text = chain_pem(&issued);
    assert_eq!(
        issued_certificate(text.as_bytes(), &limits).as_ref(),
        Ok(&issued)
    );
    let links = parse_certificates(text.as_bytes(), &limits).expect("read before");
    for pair in links.windows(2) {
        // Texts of names are equal where their bytes are.
        assert_eq!(pair[0].issuer(), pair[1].subject());
    }
    let leaf = issued_certificate(certificate_pem(&issued).as_bytes(), &limits);
    let leaf = leaf.expect("the leaf alone");
    assert_eq!(leaf.spki(), issued.spki());
    assert!(leaf.facts().chain.is_empty());
});
