//! Which fields an answer about an order has: `DescribeCertificateState` (R-25; S3, A21).

use core::fmt;

use crate::model::ValidationMethod;
use crate::rulebook::Standing;
use crate::rulebook::value::words::words;

use super::wire::{Seen, WireField};

words! {
    /// A field of the answer.
    OrderField {
        /// The request's id.
        RequestId = "RequestId",
        /// The state: see [`WireField::StateType`].
        Type = "Type",
        /// How the domain is proved: `DNS` or `FILE`.
        ValidateType = "ValidateType",
        /// Where the record goes.
        RecordDomain = "RecordDomain",
        /// `TXT` or `CNAME`.
        RecordType = "RecordType",
        /// What the record holds.
        RecordValue = "RecordValue",
        /// The domain whose server has the file.
        Domain = "Domain",
        /// Where the file goes.
        Uri = "Uri",
        /// What it holds.
        Content = "Content",
        /// The certificate in PEM.
        Certificate = "Certificate",
        /// Its key in PEM.
        PrivateKey = "PrivateKey",
        /// Its id.
        CertId = "CertId",
    }
}

words! {
    /// When a field is in the answer. Otherwise it is absent.
    When {
        /// In every answer.
        Always = "always",
        /// While the domain is to be proved.
        Verification = "domain_verify",
        /// While it is to be proved by a DNS record.
        ByDns = "domain_verify by DNS",
        /// While it is to be proved by a file.
        ByFile = "domain_verify by FILE",
        /// When the certificate is there.
        Issued = "certificate",
        /// When the certificate is there and the service made its key.
        KeyHeld = "certificate with a key of the service",
        /// When the certificate is there, in answers since 2025-07-23.
        IssuedLater = "certificate, in newer answers",
    }
}

impl OrderField {
    /// When it is in the answer.
    #[must_use]
    pub const fn when(self) -> When {
        match self {
            Self::RequestId | Self::Type => When::Always,
            Self::ValidateType => When::Verification,
            Self::RecordDomain | Self::RecordType | Self::RecordValue => When::ByDns,
            Self::Domain | Self::Uri | Self::Content => When::ByFile,
            Self::Certificate => When::Issued,
            Self::PrivateKey => When::KeyHeld,
            Self::CertId => When::IssuedLater,
        }
    }

    /// How firmly that is known: the pages do not say what becomes of the key field where the holder
    /// made the signing request.
    #[must_use]
    pub const fn standing(self) -> Standing {
        match self {
            Self::PrivateKey => Standing::Declared,
            Self::RequestId
            | Self::Type
            | Self::ValidateType
            | Self::RecordDomain
            | Self::RecordType
            | Self::RecordValue
            | Self::Domain
            | Self::Uri
            | Self::Content
            | Self::Certificate
            | Self::CertId => Standing::Stated,
        }
    }
}

/// What decides the fields of an answer.
///
/// ```
/// use cert_lifecycle::model::{Status, ValidationMethod};
/// use cert_lifecycle::view::order::{Breach, OrderAnswer, OrderField};
/// use cert_lifecycle::view::wire::Seen;
/// let mut answer = OrderAnswer {
///     seen: Seen::of(Status::DomainVerification),
///     method: ValidationMethod::File,
///     key_held: true,
///     tells_certificate_id: false,
/// };
/// let names: Vec<&str> = answer.fields().map(OrderField::word).collect();
/// assert_eq!(names, ["RequestId", "Type", "ValidateType", "Domain", "Uri", "Content"]);
/// // A key that is told before the certificate is there is a breach of the contract.
/// answer.seen = Seen::of(Status::Validating);
/// let given = [OrderField::RequestId, OrderField::Type, OrderField::PrivateKey];
/// assert_eq!(answer.check(&given), Err(Breach::Unexpected(OrderField::PrivateKey)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderAnswer {
    /// What the owner sees of the order.
    pub seen: Seen,
    /// How its domain is proved.
    pub method: ValidationMethod,
    /// Whether the service made the key and has it.
    pub key_held: bool,
    /// Whether the interface is of the kind that tells the certificate's id: since 2025-07-23.
    pub tells_certificate_id: bool,
}

/// A field that must be there and is not, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Breach {
    /// It must be there.
    #[error("the answer lacks {0}")]
    Missing(OrderField),
    /// It must not be there.
    #[error("the answer must not have {0} in this state")]
    Unexpected(OrderField),
}

impl OrderAnswer {
    /// Whether a field is in the answer. An order that is not found has none of them: it is answered
    /// with an error.
    #[must_use]
    pub fn has(&self, field: OrderField) -> bool {
        let Some(state) = WireField::StateType.write(self.seen).value else {
            return false;
        };
        let (verification, issued) = (state == "domain_verify", state == "certificate");
        match field.when() {
            When::Always => true,
            When::Verification => verification,
            When::ByDns => verification && self.method == ValidationMethod::Dns,
            When::ByFile => verification && self.method == ValidationMethod::File,
            When::Issued => issued,
            When::KeyHeld => issued && self.key_held,
            When::IssuedLater => issued && self.tells_certificate_id,
        }
    }

    /// The fields of the answer.
    pub fn fields(&self) -> impl Iterator<Item = OrderField> {
        OrderField::ALL
            .iter()
            .copied()
            .filter(|&field| self.has(field))
    }

    /// Whether exactly the fields are given that belong to the answer.
    ///
    /// # Errors
    /// The first field, in the order of [`OrderField::ALL`], that is missing or must not be there.
    pub fn check(&self, given: &[OrderField]) -> Result<(), Breach> {
        for &field in OrderField::ALL {
            match (self.has(field), given.contains(&field)) {
                (true, false) => return Err(Breach::Missing(field)),
                (false, true) => return Err(Breach::Unexpected(field)),
                (true, true) | (false, false) => {}
            }
        }
        Ok(())
    }
}
