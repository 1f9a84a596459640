//! Private keys: what is read is read again equal, and nothing prints it.
#![no_main]

use cert_lifecycle::pki::{KeyEncoding, Label, Limits, parse_private_key, to_pem};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let key = match parse_private_key(data, &limits) {
        Ok(key) => key,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let der = key.secret_der();
    assert!(der.len() <= limits.der_bytes);
    let facts = (key.encoding(), key.kind(), key.spki());
    let again = parse_private_key(der, &limits).expect("read before");
    assert_eq!((again.encoding(), again.kind(), again.spki()), facts);
    assert_eq!(again.secret_der(), der);
    if key.encoding() == KeyEncoding::Pkcs8 {
        let text = to_pem(Label::PrivateKey, der);
        let again = parse_private_key(text.as_bytes(), &limits).expect("read before");
        assert_eq!((again.encoding(), again.kind(), again.spki()), facts);
    }
    assert!(parse_private_key(der, &limits.with_der_bytes(der.len() - 1)).is_err());
    // Kind, structure and a digest of the public half: as long as these, whatever the key.
    let shown = format!("{key:?}");
    assert!(shown.contains("redacted") && shown.len() < 250, "{shown}");
});
