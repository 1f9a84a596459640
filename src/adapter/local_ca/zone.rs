//! The little internet in which a local CA looks for proofs: DNS records and files.

use core::fmt;
use std::borrow::ToOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::string::String;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Challenge;
use crate::model::challenge::RecordType;

/// DNS records and web files in memory. Clones share their content.
///
/// Names compare without regard to case or a trailing dot; paths and contents compare exactly.
///
/// ```
/// use cert_lifecycle::adapter::local_ca::Zone;
/// use cert_lifecycle::model::Challenge;
/// use cert_lifecycle::model::challenge::RecordType;
/// let challenge = Challenge::dns("_dnsauth.example.com", RecordType::Txt, "token")?;
/// let zone = Zone::new();
/// zone.put_record("_dnsauth.Example.com.", RecordType::Txt, "token");
/// assert!(zone.holds(&challenge));
/// zone.withdraw(&challenge);
/// assert!(!zone.holds(&challenge));
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Default)]
pub struct Zone(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    txt: BTreeMap<String, BTreeSet<String>>,
    cname: BTreeMap<String, String>,
    files: BTreeMap<(String, String), String>,
}

impl Zone {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Publishes what a challenge asks for, as its owner would.
    pub fn publish(&self, challenge: &Challenge) {
        match challenge {
            Challenge::Dns {
                record_domain,
                record_type,
                value,
            } => self.put_record(record_domain, *record_type, value),
            Challenge::File {
                domain,
                uri,
                content,
            } => self.put_file(domain, uri, content),
        }
    }

    /// Takes away what a challenge asks for; other records and files stay.
    pub fn withdraw(&self, challenge: &Challenge) {
        if !self.holds(challenge) {
            return;
        }
        let mut content = self.content();
        match challenge {
            Challenge::Dns {
                record_domain,
                record_type,
                value,
            } => match record_type {
                RecordType::Txt => {
                    if let Some(values) = content.txt.get_mut(&folded(record_domain)) {
                        values.remove(&**value);
                    }
                }
                RecordType::Cname => {
                    content.cname.remove(&folded(record_domain));
                }
            },
            Challenge::File { domain, uri, .. } => {
                content.files.remove(&(folded(domain), (**uri).to_owned()));
            }
        }
    }

    /// Adds a TXT record, or sets the CNAME record of a name.
    pub fn put_record(&self, name: &str, record_type: RecordType, value: &str) {
        let (mut content, name) = (self.content(), folded(name));
        match record_type {
            RecordType::Txt => {
                content
                    .txt
                    .entry(name)
                    .or_default()
                    .insert(value.to_owned());
            }
            RecordType::Cname => {
                content.cname.insert(name, folded(value));
            }
        }
    }

    /// Puts a file on a host, in place of the one at that path.
    pub fn put_file(&self, host: &str, path: &str, file: &str) {
        self.content()
            .files
            .insert((folded(host), path.to_owned()), file.to_owned());
    }

    /// Whether what a challenge asks for is there.
    #[must_use]
    pub fn holds(&self, challenge: &Challenge) -> bool {
        let content = self.content();
        match challenge {
            Challenge::Dns {
                record_domain,
                record_type,
                value,
            } => {
                let name = folded(record_domain);
                match record_type {
                    RecordType::Txt => content
                        .txt
                        .get(&name)
                        .is_some_and(|values| values.contains(&**value)),
                    RecordType::Cname => content
                        .cname
                        .get(&name)
                        .is_some_and(|target| *target == folded(value)),
                }
            }
            Challenge::File {
                domain,
                uri,
                content: expected,
            } => content
                .files
                .get(&(folded(domain), (**uri).to_owned()))
                .is_some_and(|found| **found == **expected),
        }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // Every change is a single insertion or removal, so nothing is ever half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A DNS name as it compares.
pub(super) fn folded(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = self.content();
        f.debug_struct("Zone")
            .field("txt", &content.txt)
            .field("cname", &content.cname)
            .field("files", &content.files)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_proof_is_seen_only_as_asked_for() {
        let zone = Zone::new();
        let txt = Challenge::dns("_dnsauth.example.com", RecordType::Txt, "aB").unwrap();
        let cname = Challenge::dns("_dnsauth.example.com", RecordType::Cname, "x.ca.test").unwrap();
        let file = Challenge::file("example.com", "/.well-known/a.txt", "aB").unwrap();
        for challenge in [&txt, &cname, &file] {
            assert!(!zone.holds(challenge));
        }
        // Near misses: another case of the value, another type, another host, another content.
        zone.put_record("_dnsauth.example.com", RecordType::Txt, "ab");
        zone.put_record("_dnsauth.example.com", RecordType::Cname, "aB");
        zone.put_file("www.example.com", "/.well-known/a.txt", "aB");
        zone.put_file("example.com", "/.well-known/a.txt", "ab");
        for challenge in [&txt, &cname, &file] {
            assert!(!zone.holds(challenge));
            zone.publish(challenge);
            assert!(zone.holds(challenge));
        }
        for challenge in [&txt, &cname, &file] {
            zone.withdraw(challenge);
            assert!(!zone.holds(challenge));
        }
        // What is not the challenge's own stays.
        let other = Challenge::dns("_dnsauth.example.com", RecordType::Txt, "ab").unwrap();
        assert!(zone.holds(&other));
        zone.publish(&file);
        zone.withdraw(&Challenge::file("example.com", "/.well-known/a.txt", "other").unwrap());
        assert!(zone.holds(&file));
    }
}
