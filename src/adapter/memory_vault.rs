//! A key vault in memory.

use core::fmt;
use core::str::FromStr;
use std::boxed::Box;
use std::collections::BTreeMap;
use std::format;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use x509_cert::attr::Attributes;
use x509_cert::der::asn1::{BitString, Ia5String};
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{self, Decode, Encode};
use x509_cert::ext::ToExtension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::signing::{KeyError, SigningKey};
use crate::model::{DomainName, KeyKind, OrderId, SpkiDigest};
use crate::port::{BoxFuture, ExportedKey, KeyFacts, KeyVault, KeyVaultError};

/// Real keys, kept in memory for as long as the value lives: RSA of 2048, 3072 and 4096 bits,
/// P-256, P-384 and P-521.
///
/// For tests, examples and services that lose nothing when they stop. An RSA key takes up to a few
/// seconds to make, on the thread that polls.
///
/// ```
/// use cert_lifecycle::adapter::MemoryKeyVault;
/// use cert_lifecycle::model::{Curve, KeyKind, OrderId};
/// use cert_lifecycle::port::KeyVault;
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn wait<T>(future: impl Future<Output = T>) -> T {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(value) => value,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// let vault = MemoryKeyVault::new();
/// let order = OrderId::new(1)?;
/// let made = wait(vault.make(order, KeyKind::Ec(Curve::P256)))?;
/// assert_eq!(wait(vault.make(order, made.kind))?, made);
/// let request = wait(vault.csr(order, &["www.example.com".parse()?]))?;
/// assert!(wait(vault.export(order))?.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
/// # assert!(!request.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct MemoryKeyVault {
    slots: Mutex<BTreeMap<OrderId, Slot>>,
}

enum Slot {
    Held(Arc<SigningKey>),
    Destroyed,
}

/// The most characters of a common name (RFC 5280, ub-common-name).
const COMMON_NAME_LIMIT: usize = 64;

impl MemoryKeyVault {
    /// An empty vault.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<OrderId, Slot>> {
        // Every change is a single insertion, so another thread's panic left nothing half done.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make_now(&self, order: OrderId, kind: KeyKind) -> Result<KeyFacts, KeyVaultError> {
        // The lock is held while the key is made: two calls at once must not make two keys.
        let mut slots = self.slots();
        match slots.get(&order) {
            Some(Slot::Destroyed) => Err(KeyVaultError::Destroyed(order)),
            Some(Slot::Held(key)) if key.kind() == kind => Ok(facts(key)),
            Some(Slot::Held(key)) => Err(KeyVaultError::KindMismatch {
                order,
                existing: key.kind(),
            }),
            None => {
                let key = SigningKey::generate(kind).map_err(|error| match error {
                    KeyError::Unsupported => KeyVaultError::UnsupportedKind(kind),
                    KeyError::Failed => failed(),
                })?;
                let made = facts(&key);
                slots.insert(order, Slot::Held(Arc::new(key)));
                Ok(made)
            }
        }
    }

    fn key(&self, order: OrderId) -> Result<Arc<SigningKey>, KeyVaultError> {
        match self.slots().get(&order) {
            Some(Slot::Held(key)) => Ok(Arc::clone(key)),
            Some(Slot::Destroyed) | None => Err(KeyVaultError::NotFound(order)),
        }
    }

    fn csr_now(&self, order: OrderId, names: &[DomainName]) -> Result<Arc<[u8]>, KeyVaultError> {
        let key = self.key(order)?;
        let first = names.first().ok_or(KeyVaultError::NoNames)?;
        let info = request_info(&key, first, names).map_err(|_| failed())?;
        let message = info.to_der().map_err(|_| failed())?;
        let signature = key.sign(&message).map_err(|_| failed())?;
        let der = BitString::from_bytes(&signature).and_then(|signature| {
            CertReq {
                info,
                algorithm: key.algorithm(),
                signature,
            }
            .to_der()
        });
        der.map(Arc::from).map_err(|_| failed())
    }

    fn export_now(&self, order: OrderId) -> Result<ExportedKey, KeyVaultError> {
        let pem = self
            .key(order)?
            .with_pkcs8(|der| der::pem::encode_string("PRIVATE KEY", LineEnding::LF, der));
        match pem {
            Ok(Ok(pem)) => Ok(ExportedKey::from_pem(pem)),
            Ok(Err(_)) | Err(_) => Err(failed()),
        }
    }
}

fn facts(key: &SigningKey) -> KeyFacts {
    KeyFacts {
        kind: key.kind(),
        spki: SpkiDigest::of(key.spki_der()),
    }
}

/// The crypto library or an encoder failed, which tells no cause.
fn failed() -> KeyVaultError {
    KeyVaultError::unavailable("the cryptography failed")
}

/// What a signing request says before it is signed.
fn request_info(
    key: &SigningKey,
    first: &DomainName,
    names: &[DomainName],
) -> der::Result<CertReqInfo> {
    let subject = if first.as_str().len() > COMMON_NAME_LIMIT {
        Name::default()
    } else {
        Name::from_str(&format!("CN={first}"))?
    };
    let alt_names = names
        .iter()
        .map(|name| Ia5String::new(name.as_str()).map(GeneralName::DnsName))
        .collect::<der::Result<Vec<_>>>()?;
    let extension = SubjectAltName(alt_names).to_extension(&subject, &[])?;
    let mut attributes = Attributes::new();
    attributes.insert(ExtensionReq(Vec::from([extension])).try_into()?)?;
    Ok(CertReqInfo {
        version: Version::V1,
        subject,
        public_key: SubjectPublicKeyInfoOwned::from_der(key.spki_der())?,
        attributes,
    })
}

impl KeyVault for MemoryKeyVault {
    fn make(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move { self.make_now(order, kind) })
    }

    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        Box::pin(async move { self.csr_now(order, names) })
    }

    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        Box::pin(async move { self.export_now(order) })
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        Box::pin(async move {
            self.slots().insert(order, Slot::Destroyed);
            Ok(())
        })
    }
}

impl fmt::Debug for MemoryKeyVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryKeyVault(..)")
    }
}
