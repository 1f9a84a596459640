//! A status as it is shown: its name, and a colour that says the same once more.

use maud::{Markup, html};

use crate::model::Status;

use super::text::Words;

const fn tone(status: Status) -> &'static str {
    match status {
        Status::Issued | Status::Hosted => "good",
        Status::PendingApplication
        | Status::DomainVerification
        | Status::Validating
        | Status::RevocationToConfirm
        | Status::ValidatingRevocation
        | Status::RefundReview => "wait",
        Status::PendingExpiration | Status::ValidationFailed => "warn",
        Status::Expired | Status::Revoked => "bad",
        Status::NotActivated
        | Status::Refunded
        | Status::Closed
        | Status::Cancelled
        | Status::Merged
        | Status::Deleted => "quiet",
    }
}

pub(super) fn badge(words: Words, status: Status) -> Markup {
    html! { span class={ "badge " (tone(status)) } { (words.status(status)) } }
}
