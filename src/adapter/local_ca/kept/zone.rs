//! The little internet in which a kept CA looks for proofs.

use core::fmt;
use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use super::super::authority::hex;
use super::super::zone::folded;
use super::{form, key, value};
use crate::adapter::local_ca::KeptCaError;
use crate::model::Challenge;
use crate::model::challenge::RecordType;
use crate::port::{RowKey, Rows};

/// DNS records and web files in the rows of a [`KeptCa`](super::KeptCa), as [`Zone`](super::super::Zone)
/// has them in memory. Clones share their content.
///
/// Names compare without regard to case or a trailing dot; paths and contents compare exactly.
#[derive(Clone)]
pub struct KeptZone(Arc<dyn Rows>);

/// A record or a file: where it stands, and what stands there.
struct Proof {
    key: RowKey,
    content: String,
}

fn place(texts: &[&str]) -> Result<RowKey, KeptCaError> {
    key(&format!("ca/zone/{}", hex(&form::of_texts(texts))))
}

impl Proof {
    /// A name has many TXT records, so each has a row; of a CNAME record it has one.
    fn record(name: &str, record_type: RecordType, value: &str) -> Result<Self, KeptCaError> {
        let name = folded(name);
        let (key, content) = match record_type {
            RecordType::Txt => (place(&["TXT", &name, value])?, value.to_owned()),
            RecordType::Cname => (place(&["CNAME", &name])?, folded(value)),
        };
        Ok(Self { key, content })
    }

    fn file(host: &str, path: &str, content: &str) -> Result<Self, KeptCaError> {
        Ok(Self {
            key: place(&["FILE", &folded(host), path])?,
            content: content.to_owned(),
        })
    }

    fn of(challenge: &Challenge) -> Result<Self, KeptCaError> {
        match challenge {
            Challenge::Dns {
                record_domain,
                record_type,
                value,
            } => Self::record(record_domain, *record_type, value),
            Challenge::File {
                domain,
                uri,
                content,
            } => Self::file(domain, uri, content),
        }
    }
}

impl KeptZone {
    pub(super) fn new(rows: Arc<dyn Rows>) -> Self {
        Self(rows)
    }

    async fn put(&self, proof: Proof) -> Result<(), KeptCaError> {
        let content = value(proof.content.into_bytes())?;
        Ok(self
            .0
            .write(Vec::from([(proof.key, Some(content))]))
            .await?)
    }

    /// Publishes what a challenge asks for, as its owner would.
    ///
    /// # Errors
    /// [`KeptCaError::Rows`].
    pub async fn publish(&self, challenge: &Challenge) -> Result<(), KeptCaError> {
        self.put(Proof::of(challenge)?).await
    }

    /// Takes away what a challenge asks for; other records and files stay.
    ///
    /// # Errors
    /// [`KeptCaError::Rows`].
    pub async fn withdraw(&self, challenge: &Challenge) -> Result<(), KeptCaError> {
        if self.holds(challenge).await? {
            let gone = (Proof::of(challenge)?.key, None);
            self.0.write(Vec::from([gone])).await?;
        }
        Ok(())
    }

    /// Adds a TXT record, or sets the CNAME record of a name.
    ///
    /// # Errors
    /// [`KeptCaError::Rows`]; [`KeptCaError::TooLong`].
    pub async fn put_record(
        &self,
        name: &str,
        record_type: RecordType,
        value: &str,
    ) -> Result<(), KeptCaError> {
        self.put(Proof::record(name, record_type, value)?).await
    }

    /// Puts a file on a host, in place of the one at that path.
    ///
    /// # Errors
    /// [`KeptCaError::Rows`]; [`KeptCaError::TooLong`].
    pub async fn put_file(&self, host: &str, path: &str, file: &str) -> Result<(), KeptCaError> {
        self.put(Proof::file(host, path, file)?).await
    }

    /// Whether what a challenge asks for is there.
    ///
    /// # Errors
    /// [`KeptCaError::Rows`].
    pub async fn holds(&self, challenge: &Challenge) -> Result<bool, KeptCaError> {
        let proof = Proof::of(challenge)?;
        let found = self.0.get(proof.key).await?;
        Ok(found.is_some_and(|found| found.as_bytes() == proof.content.as_bytes()))
    }
}

impl fmt::Debug for KeptZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptZone").finish_non_exhaustive()
    }
}
