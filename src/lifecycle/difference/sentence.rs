//! What a change says to people: a sentence for each kind of value, and whom it concerns.

use alloc::string::{String, ToString};

use crate::rulebook::{Edition, Field, RefundTrigger, RenewalResult, ShownDays};

/// Whom a kind of value concerns, as the end of "Concerns ...".
pub(super) const fn concerns(field: Field) -> &'static str {
    template(field).0
}

/// What changes, in a sentence.
pub(super) fn of(
    field: Field,
    first: &Edition,
    [ours, theirs]: [&String; 2],
    second: &Edition,
) -> String {
    let (_, sentence) = template(field);
    let (old, new) = (short(field, first, ours), short(field, second, theirs));
    sentence.replace("{new}", &new).replace("{old}", &old)
}

/// A value as it stands in a sentence.
fn short(field: Field, edition: &Edition, text: &str) -> String {
    match field {
        Field::Notice => edition.notice().value.within_days.to_string(),
        Field::RefundTrigger => match edition.refund_trigger().value {
            RefundTrigger::OnClaim => "when its holder claims it".to_string(),
            RefundTrigger::OnRevocation => "by itself when it is revoked".to_string(),
        },
        Field::RenewalResult => match edition.renewal_result().value {
            RenewalResult::PendingApplication => "a slot to apply with".to_string(),
            RenewalResult::Submitted => "an application with the old data".to_string(),
        },
        Field::NameLimit => edition.name_limit().value.0.to_string(),
        Field::RefundButton => days_of_a_page(edition.refund_button().value),
        Field::Grace => days_of_a_page(edition.grace().value),
        Field::Refund | Field::PlanRefund => in_words(text),
        Field::Calendar
        | Field::Consumption
        | Field::ReturnDays
        | Field::ReturnMethod
        | Field::ReturnAct
        | Field::ReturnAnchor
        | Field::Applying
        | Field::VerifiedFirst
        | Field::Withdrawal
        | Field::OrderDeletion
        | Field::OrderCancellation
        | Field::RevocationLimit
        | Field::RevocationMail
        | Field::DvOnly
        | Field::FileForWildcard
        | Field::BarredNames
        | Field::Csr
        | Field::WeakKeys
        | Field::SmallestFactor
        | Field::RsaExponent
        | Field::CommonName
        | Field::Term
        | Field::Closing
        | Field::Merging
        | Field::FreeLimit
        | Field::FreeRevocation
        | Field::HostingYears
        | Field::HostingTrigger
        | Field::LateHosting
        | Field::HostingOfUploaded
        | Field::LateHostingRefund
        | Field::HostedRevocation
        | Field::Renewal
        | Field::RenewalOfUploaded
        | Field::RenewalOfSeveral
        | Field::CarryOver
        | Field::Deletion
        | Field::DeletionOfUploaded
        | Field::DeletionOfDeployed
        | Field::Download
        | Field::DownloadOfUploaded
        | Field::Deployment
        | Field::Targets
        | Field::UploadName
        | Field::Messages
        | Field::RefundMargin
        | Field::ReviewTimes
        | Field::RevocationTimes
        | Field::Modules => text.to_string(),
    }
}

/// The words of the canonical form, which are made for files and digests, as people say them.
fn in_words(text: &str) -> String {
    [
        ("revocation-requested", "revocation requested"),
        ("revocation-completed", "revocation completed"),
        ("while never-applied", "while nothing was ever applied for"),
        ("while ledger-full", "while none of its units is used"),
    ]
    .iter()
    .fold(text.to_string(), |said, (form, words)| {
        said.replace(form, words)
    })
}

/// That no page gives a number is not that nothing is shown or kept.
fn days_of_a_page(shown: ShownDays) -> String {
    match shown.0 {
        None => "no number of days that a page gives".to_string(),
        Some(_) => shown.to_string(),
    }
}

/// Whom it concerns, and the sentence with a place for the old and the new value.
#[expect(clippy::too_many_lines, reason = "one arm a kind of value")]
const fn template(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Calendar => (
            "everybody for whom days are counted",
            "Days are counted otherwise: {new}; before: {old}.",
        ),
        Field::Notice => (
            "holders of certificates",
            "A certificate counts as about to expire when {new} days remain instead of {old}.",
        ),
        Field::Consumption => (
            "whoever applies with a unit of a plan",
            "A unit is consumed: {new}; before: {old}.",
        ),
        Field::ReturnDays => (
            "holders of revoked certificates of a plan",
            "The unit of a revoked certificate returns {new} instead of {old}.",
        ),
        Field::ReturnMethod => (
            "holders of revoked certificates of a plan",
            "The days in which a unit returns are counted {new} instead of {old}.",
        ),
        Field::ReturnAct => (
            "holders of revoked certificates of a plan",
            "For a unit to return, {new} must be in time instead of {old}.",
        ),
        Field::ReturnAnchor => (
            "holders of revoked certificates of a plan",
            "The days in which a unit returns are counted from the {new} instead of the {old}.",
        ),
        Field::Applying => (
            "whoever applies with a slot at hand",
            "A slot is applied for in these states: {new}; before: {old}.",
        ),
        Field::VerifiedFirst => (
            "applicants",
            "The domain is proved before the CA's review for these classes: {new}; before: {old}.",
        ),
        Field::Withdrawal => (
            "applicants",
            "An application is withdrawn from these states: {new}; before: {old}.",
        ),
        Field::OrderDeletion => (
            "applicants whose order ended",
            "An order is deleted in these states: {new}; before: {old}.",
        ),
        Field::OrderCancellation => (
            "applicants whose order waits",
            "An order is cancelled in one step in these states: {new}; before: {old}.",
        ),
        Field::RevocationLimit => (
            "whoever revokes more than once",
            "So many revocations are granted: {new}; before: {old}.",
        ),
        Field::RevocationMail => (
            "holders who revoke",
            "A revocation is confirmed by mail for these classes: {new}; before: {old}.",
        ),
        Field::DvOnly => (
            "applicants for OV and EV products",
            "Only domain validated products are taken by: {new}; before: {old}.",
        ),
        Field::NameLimit => (
            "applicants with many domains",
            "An application names at most {new} domains instead of {old}.",
        ),
        Field::FileForWildcard => (
            "applicants for wildcards",
            "From now on {new}; before, {old}.",
        ),
        Field::BarredNames => (
            "applicants for domains of a few countries and bodies",
            "Nothing is applied for under these top-level domains: {new}; before: {old}.",
        ),
        Field::Csr => (
            "applicants",
            "These keys and requests are accepted: {new}; before: {old}.",
        ),
        Field::WeakKeys => (
            "applicants with an RSA key of their own",
            "Keys of a flawed making: {new}; before: {old}.",
        ),
        Field::SmallestFactor => (
            "applicants with an RSA key of their own",
            "From now on {new}; before, {old}.",
        ),
        Field::RsaExponent => (
            "applicants with an RSA key of their own",
            "An RSA key has {new}; before: {old}.",
        ),
        Field::CommonName => (
            "applicants with a signing request of their own",
            "Of a signing request, {new}; before, {old}.",
        ),
        Field::Term => (
            "whoever buys a certificate",
            "A certificate is sold for {new} instead of {old}.",
        ),
        Field::Closing => (
            "owners of unused slots",
            "Closing a slot is {new} instead of {old}.",
        ),
        Field::Merging => (
            "owners of two unused slots",
            "Two slots are merged for these classes: {new}; before: {old}.",
        ),
        Field::FreeLimit => (
            "whoever takes free certificates",
            "Free certificates are {new} instead of {old}.",
        ),
        Field::FreeRevocation => (
            "holders of free certificates",
            "Revoking a free certificate is {new} instead of {old}.",
        ),
        Field::HostingYears => (
            "whoever buys several years",
            "Hosting is sold: {new}; before: {old}.",
        ),
        Field::HostingTrigger => (
            "owners of hosted certificates",
            "The next certificate of a chain is activated {new} instead of {old}.",
        ),
        Field::LateHosting => (
            "holders who want hosting later",
            "Hosting is enabled later, for a certificate at hand: {new}; before: {old}.",
        ),
        Field::HostingOfUploaded => (
            "holders of uploaded certificates",
            "Hosting for an uploaded certificate is {new} instead of {old}.",
        ),
        Field::LateHostingRefund => (
            "whoever enabled hosting later",
            "Paying back what was bought by enabling hosting is {new} instead of {old}.",
        ),
        Field::HostedRevocation => (
            "owners of hosted certificates",
            "Revoking a hosted certificate is {new} instead of {old}.",
        ),
        Field::Renewal => (
            "holders of bought certificates",
            "A bought certificate is renewed in these states: {new}; before: {old}.",
        ),
        Field::RenewalOfUploaded => (
            "holders of uploaded certificates",
            "An uploaded certificate is renewed in these states: {new}; before: {old}.",
        ),
        Field::RenewalOfSeveral => (
            "holders of certificates for several domains",
            "Renewing a certificate for several domains is {new} instead of {old}.",
        ),
        Field::RenewalResult => (
            "holders who renew",
            "A renewal yields: {new}; before: {old}.",
        ),
        Field::CarryOver => (
            "holders who renew",
            "The time that remains is added to the new certificate: {new}; before: {old}.",
        ),
        Field::Deletion => (
            "holders of bought certificates",
            "A bought certificate is deleted in these states: {new}; before: {old}.",
        ),
        Field::DeletionOfUploaded => (
            "holders of uploaded certificates",
            "An uploaded certificate is deleted in these states: {new}; before: {old}.",
        ),
        Field::DeletionOfDeployed => (
            "holders of deployed certificates",
            "Deleting a certificate while it is deployed is {new} instead of {old}.",
        ),
        Field::Download => (
            "holders of bought certificates",
            "A bought certificate is downloaded in these states: {new}; before: {old}.",
        ),
        Field::DownloadOfUploaded => (
            "holders of uploaded certificates",
            "Downloading an uploaded certificate is {new} instead of {old}.",
        ),
        Field::Deployment => (
            "holders who deploy",
            "A certificate is deployed in these states: {new}; before: {old}.",
        ),
        Field::Targets => (
            "holders who deploy",
            "Certificates are deployed to: {new}; before: {old}.",
        ),
        Field::UploadName => (
            "whoever uploads certificates",
            "The name of an uploaded certificate has {new} instead of {old}.",
        ),
        Field::Refund => (
            "whoever paid for certificates",
            "Money comes back: {new}; before: {old}.",
        ),
        Field::RefundTrigger => (
            "whoever paid for certificates and revokes",
            "The refund of a revoked certificate starts {new}; before: {old}.",
        ),
        Field::PlanRefund => (
            "whoever paid for a plan",
            "A plan is paid back {new}; before: {old}.",
        ),
        Field::Messages => (
            "holders of certificates",
            "Messages about expiry go out: {new}; before: {old}.",
        ),
        Field::RefundButton => (
            "readers of the console",
            "The refund button is shown for: {new}; before: {old}.",
        ),
        Field::RefundMargin => (
            "whoever thinks of a refund",
            "The last claim is advised: {new}; before: {old}.",
        ),
        Field::Grace => (
            "accounts at the end of their service",
            "Settings are kept for: {new}; before: {old}.",
        ),
        Field::ReviewTimes => (
            "applicants",
            "The review of an application takes: {new}; before: {old}.",
        ),
        Field::RevocationTimes => (
            "holders who revoke",
            "The review of a revocation takes: {new}; before: {old}.",
        ),
        Field::Modules => (
            "readers of the console",
            "The page offers: {new}; before: {old}.",
        ),
    }
}
