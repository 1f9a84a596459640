//! Bytes to facts: certificate signing requests, certificates and private keys as PEM or DER.
//!
//! Everything here answers one question, *what do these bytes say*, in the types of
//! [`model`](crate::model). What a service makes of the facts is the business of its rules: a
//! request whose signature is wrong is a fact ([`Possession::Failed`](crate::model::Possession)),
//! not an error. Errors are for bytes that cannot be read, or must not be.
//!
//! | Question | Answer |
//! |---|---|
//! | What does a request say? Is its key a weak one? | [`parse_csr`] |
//! | Which certificates are in a file? | [`parse_certificates`] |
//! | What did the authority issue, with which chain? | [`issued_certificate`] |
//! | What kind of key is it? | [`parse_private_key`] |
//! | Do they belong together? | [`matches_csr`], [`matches_key`], [`covers`] |
//! | How is it written down? | [`to_pem`], [`certificate_pem`], [`chain_pem`] |
//!
//! Input is untrusted. It is read under [`Limits`], never recursively, and no input makes it stop
//! the program. The clock is never asked: whether a certificate is valid *now*, or leads to a root
//! that somebody trusts, is not decided here.
//!
//! ```
//! use cert_lifecycle::model::{Curve, KeyKind, Possession};
//! use cert_lifecycle::pki::{Limits, parse_csr};
//!
//! let pem = include_bytes!("../../examples/data/www.example.com.csr");
//! let csr = parse_csr(pem, &Limits::default())?;
//! assert_eq!(csr.key(), KeyKind::Ec(Curve::P256));
//! assert_eq!(csr.possession(), Possession::Proved);
//! assert_eq!(csr.common_name().map(|name| name.text()), Some("www.example.com"));
//! # Ok::<(), cert_lifecycle::pki::CsrError>(())
//! ```

mod algorithm;
pub mod certificate;
pub mod chain;
pub mod csr;
mod der;
mod extension;
pub mod input;
pub mod item;
pub mod key;
pub mod limits;
pub mod matching;
pub mod pem;
mod text;
mod weak_key;

pub use certificate::{CertificateParseError, ParsedCertificate, parse_certificates};
pub use chain::{ChainError, issued_certificate};
pub use csr::{CsrError, parse_csr};
pub use input::InputError;
pub use item::Item;
pub use key::{KeyEncoding, PrivateKey, PrivateKeyError, parse_private_key};
pub use limits::Limits;
pub use matching::{Mismatch, covers, matches_csr, matches_key};
pub use pem::{Label, certificate_pem, chain_pem, to_pem};
