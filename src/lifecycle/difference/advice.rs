//! What the documents say that decides nothing.

use alloc::format;
use alloc::string::{String, ToString};

use crate::rulebook::{Edition, Field, Review};

/// A kind of value, or a part of one, that no decision reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Which.
    pub field: Field,
    /// What of it, in words.
    pub part: &'static str,
    /// Why not.
    pub reason: &'static str,
}

/// Every value, or part of one, that no decision reads. A test checks that no probe observes them.
pub const ADVICE: &[Advice] = &[
    Advice {
        field: Field::Calendar,
        part: "the days that are worked",
        reason: "working days are reckoned for advice alone (C6)",
    },
    Advice {
        field: Field::RsaExponent,
        part: "which exponents are advised",
        reason: "the requirements say SHOULD, and nothing is refused for it",
    },
    Advice {
        field: Field::Refund,
        part: "for how many working days a claim is reviewed",
        reason: "a review ends when somebody answers, not when a time is over",
    },
    Advice {
        field: Field::PlanRefund,
        part: "how days are counted where no number of days is set",
        reason: "there is nothing to count",
    },
    Advice {
        field: Field::Messages,
        part: "how many days before expiry messages go out",
        reason: "R-42 announces an expiry once, when the notice window begins; the agenda lists further messages as advice",
    },
    Advice {
        field: Field::RefundButton,
        part: "how long a page shows a button",
        reason: "a claim is judged by its own window (X-05)",
    },
    Advice {
        field: Field::RefundMargin,
        part: "how long before expiry the last claim should be made",
        reason: "it is a recommendation, counted in two ways on one page (X-06); the agenda lists it as advice",
    },
    Advice {
        field: Field::Grace,
        part: "for how long settings are kept",
        reason: "it is about what stands beside a certificate; the agenda lists its end as advice",
    },
    Advice {
        field: Field::ReviewTimes,
        part: "how long a review takes",
        reason: "review times are information (R-60)",
    },
    Advice {
        field: Field::RevocationTimes,
        part: "how long the review of a revocation takes",
        reason: "review times are information (R-60)",
    },
    Advice {
        field: Field::Modules,
        part: "what a page offers",
        reason: "it is for interfaces, which show by it what a decision may still refuse (R-58)",
    },
];

/// The advice in which alone two editions differ, for a kind of value; none if they differ in what
/// decides, or not at all.
#[must_use]
pub fn advice(field: Field, first: &Edition, second: &Edition) -> Option<&'static Advice> {
    let text = |edition: &Edition| {
        edition
            .lines()
            .into_iter()
            .find(|line| line.field == field)
            .map(|line| line.text)
    };
    let (ours, theirs) = (text(first)?, text(second)?);
    let alike = deciding(field, first, &ours) == deciding(field, second, &theirs);
    (ours != theirs && alike)
        .then(|| ADVICE.iter().find(|advice| advice.field == field))
        .flatten()
}

/// What a value says to decisions; nothing if it is advice altogether.
fn deciding(field: Field, edition: &Edition, text: &str) -> Option<String> {
    match field {
        Field::Calendar => {
            let calendar = edition.calendar().value;
            Some(format!(
                "{} {:?} {:?} {:?}",
                calendar.offset, calendar.remaining, calendar.expiry, calendar.leap_day
            ))
        }
        Field::Refund => {
            let mut rule = edition.refund().value.clone();
            for clause in &mut rule.clauses {
                if let Review::WorkingDays(days) = &mut clause.review {
                    *days = 0;
                }
            }
            Some(rule.to_string())
        }
        Field::PlanRefund => {
            let rule = edition.plan_refund().value;
            Some(match rule.days {
                None => rule.unused.to_string(),
                Some(_) => rule.to_string(),
            })
        }
        Field::RsaExponent => Some(edition.rsa_exponent().value.min.to_string()),
        Field::Messages => Some(edition.messages().value.uploaded.to_string()),
        Field::RefundButton
        | Field::RefundMargin
        | Field::Grace
        | Field::ReviewTimes
        | Field::RevocationTimes
        | Field::Modules => None,
        Field::Notice
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
        | Field::NameLimit
        | Field::FileForWildcard
        | Field::BarredNames
        | Field::Csr
        | Field::WeakKeys
        | Field::SmallestFactor
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
        | Field::RenewalResult
        | Field::CarryOver
        | Field::Deletion
        | Field::DeletionOfUploaded
        | Field::DeletionOfDeployed
        | Field::Download
        | Field::DownloadOfUploaded
        | Field::Deployment
        | Field::Targets
        | Field::UploadName
        | Field::RefundTrigger => Some(text.to_string()),
    }
}
