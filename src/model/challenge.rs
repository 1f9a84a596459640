//! How a domain is proved.

use alloc::sync::Arc;

use super::text::{TextError, bounded};

/// The method by which the owner proves a domain (R-19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValidationMethod {
    /// A record at the domain's DNS provider.
    Dns,
    /// A file on the domain's own web server. (S4's "DNS server" is a mistranslation, X-32.)
    File,
}

impl ValidationMethod {
    /// Every method.
    pub const ALL: [Self; 2] = [Self::Dns, Self::File];

    /// The word of the interface: `DNS` or `FILE`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::File => "FILE",
        }
    }
}

/// The kind of DNS record that a challenge asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordType {
    /// A TXT record.
    Txt,
    /// A CNAME record.
    Cname,
}

impl RecordType {
    /// `TXT` or `CNAME`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Txt => "TXT",
            Self::Cname => "CNAME",
        }
    }
}

/// What the owner has to put where, so that the CA believes that the domain is theirs.
///
/// ```
/// use cert_lifecycle::model::Challenge;
/// use cert_lifecycle::model::challenge::RecordType;
/// let challenge = Challenge::dns("_dnsauth.example.com", RecordType::Txt, "2021-token")?;
/// assert_eq!(challenge.method().word(), "DNS");
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Challenge {
    /// Put a record into the DNS.
    Dns {
        /// The record's owner name.
        record_domain: Arc<str>,
        /// Its type.
        record_type: RecordType,
        /// Its value.
        value: Arc<str>,
    },
    /// Put a file on the web server.
    File {
        /// The host that serves it.
        domain: Arc<str>,
        /// Its path.
        uri: Arc<str>,
        /// Its content.
        content: Arc<str>,
    },
}

impl Challenge {
    /// The longest field in bytes.
    pub const LIMIT: usize = 1_024;

    /// A DNS challenge.
    ///
    /// # Errors
    /// A field that is empty, too long, or has control characters.
    pub fn dns(
        record_domain: &str,
        record_type: RecordType,
        value: &str,
    ) -> Result<Self, TextError> {
        Ok(Self::Dns {
            record_domain: bounded(record_domain, Self::LIMIT)?,
            record_type,
            value: bounded(value, Self::LIMIT)?,
        })
    }

    /// A file challenge.
    ///
    /// # Errors
    /// A field that is empty, too long, or has control characters.
    pub fn file(domain: &str, uri: &str, content: &str) -> Result<Self, TextError> {
        Ok(Self::File {
            domain: bounded(domain, Self::LIMIT)?,
            uri: bounded(uri, Self::LIMIT)?,
            content: bounded(content, Self::LIMIT)?,
        })
    }

    /// The method it belongs to.
    #[must_use]
    pub const fn method(&self) -> ValidationMethod {
        match self {
            Self::Dns { .. } => ValidationMethod::Dns,
            Self::File { .. } => ValidationMethod::File,
        }
    }
}
