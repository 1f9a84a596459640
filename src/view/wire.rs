//! The status words of the vendor's interfaces (R-59).
//!
//! Five interfaces say the same in words of their own, and none has a word for every state. Writing
//! is exact: one word for each interface and state, with its standing. Reading is tolerant: case,
//! spaces and underscores do not count, and both spellings of a word are read (X-28).
//!
//! **One word may mean several states.** `certificate` says that there is one, not whether it
//! expired; V2's `pending` covers the proof of the domain and the review. What is read is therefore
//! a [`Reading`], a set of states, and two words about one certificate are read together with
//! [`Reading::and`]:
//!
//! ```
//! use cert_lifecycle::model::Status;
//! use cert_lifecycle::view::wire::{Seen, WireField};
//! let status = WireField::OrderStatus.read("ISSUED");
//! assert!(status.may_be(Status::Hosted) && status.may_be(Status::Issued));
//! let hosted = status.and(WireField::TrusteeStatus.read("trustee"));
//! assert!(hosted.may_be(Status::Hosted) && !hosted.may_be(Status::Issued));
//!
//! // The same state, near expiry in both interfaces, and spelt in two ways.
//! let seen = Seen::of(Status::PendingExpiration);
//! assert_eq!(WireField::OrderStatus.write(seen).value, Some("WILLEXPIRED"));
//! assert_eq!(WireField::InstanceStatus.write(seen).value, Some("willExpire"));
//! # assert_eq!(WireField::InstanceStatus.read("WILLEXPIRED"), WireField::InstanceStatus.read("willExpire"));
//! ```

use alloc::vec::Vec;
use core::fmt;

use crate::model::{Status, StatusSet};
use crate::rulebook::Standing;
use crate::rulebook::value::words::words;

use super::reading::{Reading, same};

words! {
    /// A field of an answer that tells a state, named by operation and field.
    WireField {
        /// API 2020-04-07, about one order (A21; `payed` is in the SDK only).
        StateType = "DescribeCertificateState.Type",
        /// API 2020-04-07, the list of orders and certificates (SDK).
        OrderStatus = "ListUserCertificateOrder.Status",
        /// Beside it: whether the certificate is hosted (SDK).
        TrusteeStatus = "ListUserCertificateOrder.TrusteeStatus",
        /// API 2020-04-07, the certificates of a deployment job (SDK).
        DeploymentStatus = "ListDeploymentJobCert.StatusCode",
        /// V2, about the instance (SDK).
        InstanceStatus = "GetInstanceDetail.Status",
        /// V2, about its certificate; the empty word where there is none (SDK).
        CertificateStatus = "GetInstanceDetail.CertificateStatus",
        /// V2: whether the certificate is hosted, which is a flag there (SDK).
        AutoReissue = "GetInstanceDetail.AutoReissue",
        /// API 2018-07-13, the list of orders (A18). The page of 2021 has some words anew and keeps
        /// `Verifying` beside `CHECKING`.
        OrderStatus2018 = "DescribeOrderInstanceList.Status",
        /// API 2018-07-13, the result of a DV order (A18).
        DvOrderStatus = "DescribeDVOrderResult.OrderStatus",
    }
}

words! {
    /// Where a certificate stands in its time.
    Term {
        /// It is valid, and not near its end.
        Running = "running",
        /// It is inside the notice window.
        Ending = "ending",
        /// It expired.
        Over = "over",
    }
}

/// What an owner sees of an instance, and what some words need beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    /// The status.
    pub status: Status,
    /// Whether the certificate was uploaded, instead of issued here.
    pub uploaded: bool,
    /// Whether a later member of its hosting chain waits. [`Status::Hosted`] says so too, but a
    /// status that goes before it in the order of display hides it.
    pub hosted: bool,
    /// Where the certificate stands in its time. [`Status::PendingExpiration`] and
    /// [`Status::Expired`] say so too; a revocation hides it.
    pub term: Term,
}

impl Seen {
    /// A status of a certificate that was bought here, and nothing beside it.
    #[must_use]
    pub const fn of(status: Status) -> Self {
        Self {
            status,
            uploaded: false,
            hosted: false,
            term: Term::Running,
        }
    }

    /// Every combination.
    pub fn all() -> impl Iterator<Item = Self> {
        let marks = [false, true];
        let beside = marks.into_iter().flat_map(move |uploaded| {
            marks.into_iter().flat_map(move |hosted| {
                let terms = Term::ALL.iter();
                terms.map(move |&term| (uploaded, hosted, term))
            })
        });
        Status::ALL.into_iter().flat_map(move |status| {
            beside.clone().map(move |(uploaded, hosted, term)| Self {
                status,
                uploaded,
                hosted,
                term,
            })
        })
    }

    /// The status to show: what stands beside an issued certificate's status makes it more precise,
    /// in the order of display (expired, about to expire, hosted, issued).
    #[must_use]
    pub const fn shown(self) -> Status {
        if !matches!(self.status, Status::Issued | Status::Hosted) {
            return self.status;
        }
        match self.term {
            Term::Over => Status::Expired,
            Term::Ending => Status::PendingExpiration,
            Term::Running if self.hosted => Status::Hosted,
            Term::Running => self.status,
        }
    }

    const fn is_hosted(self) -> bool {
        self.hosted || matches!(self.status, Status::Hosted)
    }
}

/// The word for a state in one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WireCell {
    /// The word to write; `None` where the interface has none for the state: the row or the field
    /// is absent, or the order is not found.
    pub value: Option<&'static str>,
    /// The same in an older edition of the page, to be read as well.
    pub older: Option<&'static str>,
    /// Whether a source prints this word for this state, or we read it so, or chose it.
    pub standing: Standing,
}

/// The sources print it.
const fn said(word: &'static str) -> WireCell {
    WireCell {
        value: Some(word),
        older: None,
        standing: Standing::Stated,
    }
}

/// The sources print two words; the later one is written.
const fn both(word: &'static str, older: &'static str) -> WireCell {
    WireCell {
        older: Some(older),
        ..said(word)
    }
}

/// The sources are silent for this state; the word follows from what they say of others.
const fn taken(word: &'static str) -> WireCell {
    WireCell {
        standing: Standing::Inferred,
        ..said(word)
    }
}

/// The sources are silent; it is our choice.
const fn ours(word: &'static str) -> WireCell {
    WireCell {
        standing: Standing::Declared,
        ..said(word)
    }
}

/// The interface has no word for it.
const NONE: WireCell = WireCell {
    value: None,
    older: None,
    standing: Standing::Stated,
};

/// No source speaks of this state at all; nothing is written.
const SILENT: WireCell = WireCell {
    standing: Standing::Declared,
    ..NONE
};

/// Written by `DescribeCertificateState` for a state that it does not tell; the spelling is the
/// vendor's.
const UNKNOW: &str = "unknow";

/// The table: a row for each state, in the order of a certificate's life. A revocation says nothing
/// of the time that the certificate has left, and V2 goes on telling that.
///
/// The columns: `StateType`, `OrderStatus`, `DeploymentStatus`, `InstanceStatus`,
/// `CertificateStatus`, `OrderStatus2018`, `DvOrderStatus`.
#[rustfmt::skip]
const fn row(status: Status, term: Term) -> [WireCell; 7] {
    let (instance, certificate) = match term {
        Term::Running => (ours("normal"), ours("issued")),
        Term::Ending => (ours("willExpire"), ours("willExpire")),
        Term::Over => (ours("expired"), ours("expired")),
    };
    match status {
        Status::NotActivated => [NONE, said("NOTACTIVATED"), NONE, NONE, NONE, NONE, NONE],
        Status::DomainVerification => [said("domain_verify"), taken("CHECKING"), taken("checking"), taken("pending"), taken(""), said("Pending Verification"), taken("checking")],
        Status::Validating => [said("process"), said("CHECKING"), said("checking"), said("pending"), taken(""), both("CHECKING", "Verifying"), said("checking")],
        Status::ValidationFailed => [said("verify_fail"), said("CHECKED_FAIL"), said("checkedFail"), taken("inactive"), taken(""), both("CHECKED_FAIL", "Verification Failed"), both("checked_fail", "check_fail")],
        Status::PendingApplication => [said("payed"), said("PAYED"), said("payed"), said("inactive"), said(""), both("PAYED", "Paid"), NONE],
        Status::Issued => [said("certificate"), said("ISSUED"), said("issued"), said("normal"), said("issued"), said("Issued"), said("issued")],
        Status::Hosted => [taken("certificate"), said("ISSUED"), said("trustee"), taken("normal"), taken("issued"), NONE, NONE],
        Status::PendingExpiration => [taken("certificate"), said("WILLEXPIRED"), said("willExpired"), said("willExpire"), said("willExpire"), taken("Issued"), taken("issued")],
        Status::Expired => [taken("certificate"), said("EXPIRED"), said("expired"), said("expired"), said("expired"), NONE, taken("issued")],
        Status::RevocationToConfirm => [taken(UNKNOW), ours("ISSUED"), said("revokeChecking"), instance, certificate, said("Pending Verification for Revocation"), NONE],
        Status::ValidatingRevocation => [taken(UNKNOW), taken("ISSUED"), said("revokeChecking"), instance, certificate, said("Verifying Revocation"), NONE],
        Status::Revoked => [taken(UNKNOW), said("REVOKED"), said("revoked"), instance, said("revoked"), NONE, NONE],
        Status::RefundReview | Status::Deleted => [NONE; 7],
        Status::Refunded => [NONE, NONE, said("refund"), said("refund"), ours(""), NONE, NONE],
        Status::Closed => [NONE, NONE, said("closed"), said("closed"), ours(""), NONE, NONE],
        Status::Cancelled | Status::Merged => [SILENT; 7],
    }
}

impl WireField {
    /// The word for what an owner sees (R-59).
    #[must_use]
    pub const fn write(self, seen: Seen) -> WireCell {
        let status = seen.shown();
        let [
            state_type,
            order,
            deployment,
            instance,
            certificate,
            order_2018,
            dv_order,
        ] = row(status, seen.term);
        match self {
            // What these tell of are orders, and nothing uploaded is one.
            Self::StateType | Self::OrderStatus2018 | Self::DvOrderStatus if seen.uploaded => NONE,
            Self::StateType => state_type,
            Self::OrderStatus => order,
            Self::TrusteeStatus => flag(order, seen, ["trustee", "unTrustee"]),
            Self::DeploymentStatus if seen.uploaded && matches!(status, Status::Issued) => {
                said("upload")
            }
            Self::DeploymentStatus => deployment,
            Self::InstanceStatus => instance,
            Self::CertificateStatus => certificate,
            Self::AutoReissue => flag(instance, seen, ["enable", "disable"]),
            Self::OrderStatus2018 => order_2018,
            Self::DvOrderStatus => dv_order,
        }
    }

    /// What a word may mean in this field (R-59). A word of another field is unknown here.
    #[must_use]
    pub fn read(self, word: &str) -> Reading {
        if self
            .unknown_word()
            .is_some_and(|unknown| same(unknown, word))
        {
            return Reading::Unknown;
        }
        self.states(|printed, _| same(printed, word))
    }

    /// What a word asks for where the field is a filter of a list: a word of the field, or
    /// `validity` for deployment jobs, which is neither expired nor revoked.
    #[must_use]
    pub fn filter(self, word: &str) -> Reading {
        if self != Self::DeploymentStatus || !same(word, "validity") {
            return self.read(word);
        }
        let over = StatusSet::of(&[Status::Expired, Status::Revoked]);
        self.states(|_, status| !over.contains(status))
    }

    /// The word that the interface itself has for a state that it does not tell.
    #[must_use]
    pub const fn unknown_word(self) -> Option<&'static str> {
        match self {
            Self::StateType => Some(UNKNOW),
            Self::OrderStatus
            | Self::TrusteeStatus
            | Self::DeploymentStatus
            | Self::InstanceStatus
            | Self::CertificateStatus
            | Self::AutoReissue
            | Self::OrderStatus2018
            | Self::DvOrderStatus => None,
        }
    }

    /// Every word of the field as it is printed, older spellings included, each once.
    #[must_use]
    pub fn printed(self) -> Vec<&'static str> {
        let mut words = Vec::new();
        for (word, _) in self.written() {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    /// The states of the words that are asked for.
    fn states(self, wanted: impl Fn(&str, Status) -> bool) -> Reading {
        let words = self.written();
        let wanted = words.filter(|&(word, status)| wanted(word, status));
        Reading::of(wanted.map(|(_, status)| status))
    }

    /// Every word with each state that it is written for.
    fn written(self) -> impl Iterator<Item = (&'static str, Status)> {
        Seen::all().flat_map(move |seen| {
            let cell = self.write(seen);
            let words = [cell.value, cell.older];
            words
                .into_iter()
                .flatten()
                .map(move |word| (word, seen.shown()))
        })
    }
}

/// The word of a flag, where there is a row that carries it. It is stated for an issued certificate.
const fn flag(cell: WireCell, seen: Seen, [yes, no]: [&'static str; 2]) -> WireCell {
    if cell.value.is_none() {
        return cell;
    }
    let word = if seen.is_hosted() { yes } else { no };
    match seen.shown() {
        Status::Issued | Status::Hosted => said(word),
        Status::NotActivated
        | Status::DomainVerification
        | Status::Validating
        | Status::ValidationFailed
        | Status::PendingApplication
        | Status::PendingExpiration
        | Status::Expired
        | Status::RevocationToConfirm
        | Status::ValidatingRevocation
        | Status::Revoked
        | Status::RefundReview
        | Status::Refunded
        | Status::Closed
        | Status::Cancelled
        | Status::Merged
        | Status::Deleted => taken(word),
    }
}

words! {
    /// What `ListUserCertificateOrder` is asked for (SDK).
    OrderType {
        /// Certificate instances: the default.
        Cpack = "CPACK",
        /// Purchase orders.
        Buy = "BUY",
        /// Uploaded certificates.
        Upload = "UPLOAD",
        /// Certificates, issued here or uploaded.
        Cert = "CERT",
    }
}

impl OrderType {
    /// The type that a word asks for; no word is the default.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        if word.is_empty() {
            return Some(Self::Cpack);
        }
        Self::ALL
            .iter()
            .copied()
            .find(|order_type| same(order_type.word(), word))
    }

    /// Whether a list of this type, asked for without a status, has a row for it. Orders are all
    /// listed, certificates only while they are valid.
    #[must_use]
    pub fn lists(self, seen: Seen) -> bool {
        let Some(word) = WireField::OrderStatus.write(seen).value else {
            return false;
        };
        let valid = matches!(word, "ISSUED" | "WILLEXPIRED");
        match self {
            Self::Cpack | Self::Buy => !seen.uploaded,
            Self::Upload => seen.uploaded && valid,
            Self::Cert => valid,
        }
    }

    /// Whether a status means something in a list of this type: words about an application do only
    /// where there are orders.
    #[must_use]
    pub fn takes(self, status: &str) -> bool {
        let certificates = ["ISSUED", "WILLEXPIRED", "EXPIRED"];
        match self {
            Self::Cpack | Self::Buy => WireField::OrderStatus.read(status) != Reading::Unknown,
            Self::Upload | Self::Cert => certificates.iter().any(|word| same(word, status)),
        }
    }
}

/// How an interface marks that a certificate was uploaded: a field and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OriginMark {
    /// The field.
    pub field: &'static str,
    /// Its value for an uploaded certificate.
    pub uploaded: &'static str,
    /// Its value for one that was bought here.
    pub bought: &'static str,
}

impl OriginMark {
    /// The marks: of the order list, of V2 and of the certificates of API 2018-07-13. An upload is
    /// an origin, not a state.
    pub const ALL: [Self; 3] = [
        Self {
            field: "ListUserCertificateOrder.Upload",
            uploaded: "true",
            bought: "false",
        },
        Self {
            field: "ListCertificates.CertificateSource",
            uploaded: "UPLOAD",
            bought: "BUY",
        },
        Self {
            field: "DescribeUserCertificateList.buyInAliyun",
            uploaded: "false",
            bought: "true",
        },
    ];
}
