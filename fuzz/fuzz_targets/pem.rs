//! Any bytes, given to every reader of PEM; and the same DER in several kinds of armour.
//!
//! The first byte chooses the label of a block that holds the rest, so that its DER is reached too.
#![no_main]

use cert_lifecycle::pki::{
    CertificateParseError, InputError, Label, Limits, issued_certificate, parse_certificates,
    parse_csr, parse_private_key, to_pem,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    ask_everyone(data, &limits);
    let Some((first, der)) = data.split_first() else {
        return;
    };
    let label = Label::ALL[usize::from(*first) % Label::ALL.len()];
    let form = usize::from(*first) / Label::ALL.len() % 3;
    let text = to_pem(label, der);
    // Other line ends, the lines joined, or words around the block change nothing.
    let written = match form {
        0 => text.replace('\n', "\r\n"),
        1 => {
            let begin = format!("-----BEGIN {}-----\n", label.as_str());
            let end = format!("-----END {}-----\n", label.as_str());
            let body = text
                .strip_prefix(&begin)
                .and_then(|rest| rest.strip_suffix(&end))
                .expect("what was written has its armour");
            format!("{begin}{}\n{end}", body.replace('\n', ""))
        }
        _ => format!("a key:\n{text}and so on\n"),
    };
    assert_eq!(
        ask_everyone(text.as_bytes(), &limits),
        ask_everyone(written.as_bytes(), &limits),
        "{written}"
    );
    // Twice the same block is two blocks.
    let tight = limits.with_pem_blocks(1);
    let twice = format!("{text}{text}");
    assert_eq!(
        parse_certificates(twice.as_bytes(), &tight),
        Err(CertificateParseError::Input(InputError::TooManyBlocks(1)))
    );
});

/// What everyone answers; a reader that stops ends the run.
fn ask_everyone(input: &[u8], limits: &Limits) -> [String; 4] {
    let key = parse_private_key(input, limits);
    [
        format!("{:?}", parse_csr(input, limits)),
        format!("{:?}", parse_certificates(input, limits)),
        format!("{:?}", issued_certificate(input, limits)),
        format!(
            "{:?}",
            key.map(|key| (key.encoding(), key.kind(), key.spki()))
        ),
    ]
}
