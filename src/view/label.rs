//! The names of the states, in English and Chinese.
//!
//! The pages changed them over the years; all documented ones are read, the first is ours to show.
//! Two names are ambiguous, so a lookup takes a [`LabelContext`]: "Validating Application" and
//! 申请审核中 are a review by the CA or the review of a refund (X-24), and 审核失败 also covers a
//! refused revocation (X-25), which is no state of its own: the certificate is what it was before.
//!
//! ```
//! use cert_lifecycle::model::Status;
//! use cert_lifecycle::view::label::{Language, LabelContext, labels, read};
//! assert_eq!(labels(Status::PendingApplication, Language::English), ["Pending Application", "Paid"]);
//! assert_eq!(read("申请审核中", LabelContext::Application).only(), Some(Status::Validating));
//! assert_eq!(read("申请审核中", LabelContext::Refund).only(), Some(Status::RefundReview));
//! assert_eq!(read("申请审核中", LabelContext::Untold).only(), None);
//! ```

use core::fmt;

use crate::model::{Status, StatusSet};
use crate::rulebook::value::words::words;

use super::reading::{Reading, same};

words! {
    /// A language of the documents.
    Language {
        /// English.
        English = "en",
        /// Chinese.
        Chinese = "zh",
    }
}

words! {
    /// What the row is about in which a label stands.
    LabelContext {
        /// Nobody says.
        Untold = "untold",
        /// An application, or the certificate it led to.
        Application = "application",
        /// A revocation that was asked for.
        Revocation = "revocation",
        /// A refund that was claimed.
        Refund = "refund",
    }
}

/// The label of an uploaded certificate: an origin, not a state.
#[must_use]
pub const fn uploaded(language: Language) -> &'static str {
    match language {
        Language::English => "Uploaded",
        Language::Chinese => "已上传",
    }
}

/// The documented names of a state, the one to show first. None is documented for a slot that was
/// cancelled or merged, and no English one for what is deleted: its row disappears.
#[must_use]
pub const fn labels(status: Status, language: Language) -> &'static [&'static str] {
    match language {
        Language::English => english(status),
        Language::Chinese => chinese(status),
    }
}

const fn english(status: Status) -> &'static [&'static str] {
    match status {
        Status::NotActivated => &["Not Activated"],
        Status::PendingApplication => &["Pending Application", "Paid"],
        Status::DomainVerification => &["Pending Verification"],
        Status::Validating => &["Validating Application", "Verifying", "Under Review"],
        Status::ValidationFailed => &["Validation Failed", "Verification Failed"],
        Status::Issued => &["Issued"],
        Status::Hosted => &["Hosted"],
        Status::PendingExpiration => &[
            "Pending Expiration",
            "Will Expire",
            "About to Expire",
            "Expiring Soon",
            "Due to Expire",
        ],
        Status::Expired => &["Expired"],
        Status::RevocationToConfirm => &["Pending Verification for Revocation"],
        Status::ValidatingRevocation => &["Validating Revocation", "Verifying Revocation"],
        Status::Revoked => &["Revoked"],
        // English pages of 2020-12 to 2021-03.
        Status::RefundReview => &["Validating Application"],
        Status::Refunded => &["Refunded", "Refund successfully"],
        Status::Closed => &["Closed", "Shut down and unavailable"],
        Status::Cancelled | Status::Merged | Status::Deleted => &[],
    }
}

const fn chinese(status: Status) -> &'static [&'static str] {
    match status {
        Status::NotActivated => &["未激活"],
        Status::PendingApplication => &["待申请", "已付款"],
        Status::DomainVerification => &["待验证"],
        Status::Validating => &["审核中", "申请审核中"],
        Status::ValidationFailed => &[REFUSED],
        Status::Issued => &["已签发"],
        Status::Hosted => &["已托管"],
        Status::PendingExpiration => &["即将过期"],
        Status::Expired => &["已过期"],
        Status::RevocationToConfirm => &["吊销待验证"],
        Status::ValidatingRevocation => &["吊销审核中"],
        Status::Revoked => &["已吊销"],
        Status::RefundReview => &["申请审核中"],
        Status::Refunded => &["已退款", "退款成功"],
        Status::Closed => &["已关闭"],
        Status::Deleted => &["删除"],
        Status::Cancelled | Status::Merged => &[],
    }
}

/// Says that an application was refused; in the console guide of 2019-03-13 also of a revocation.
const REFUSED: &str = "审核失败";

/// What a certificate is whose revocation was refused (T-22).
const STILL_LIVE: [Status; 4] = [
    Status::Issued,
    Status::Hosted,
    Status::PendingExpiration,
    Status::Expired,
];

/// What a label of either language may mean. Case and spaces do not count.
#[must_use]
pub fn read(label: &str, context: LabelContext) -> Reading {
    let named = |status: Status| {
        let mut names = Language::ALL.iter();
        names.any(|&language| {
            let mut labels = labels(status, language).iter();
            labels.any(|name| same(name, label))
        })
    };
    let found: StatusSet = Status::ALL.into_iter().filter(|&s| named(s)).collect();
    let shared = found.contains(Status::RefundReview);
    let refused = same(label, REFUSED);
    let only = |status| Reading::States(StatusSet::of(&[status]));
    match context {
        LabelContext::Application if shared => only(Status::Validating),
        LabelContext::Refund if shared => only(Status::RefundReview),
        LabelContext::Revocation if refused => Reading::of(STILL_LIVE.into_iter()),
        LabelContext::Untold if refused => Reading::of(found.iter().chain(STILL_LIVE)),
        LabelContext::Untold
        | LabelContext::Application
        | LabelContext::Revocation
        | LabelContext::Refund => Reading::of(found.iter()),
    }
}
