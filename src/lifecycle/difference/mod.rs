//! What changes for whom between two editions.

mod advice;
mod sentence;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::model::Channel;
use crate::rulebook::{Ceilings, Cite, Edition, Field, FieldLine};

use super::case::Law;
use super::probe::{Example, probes};

pub use advice::{ADVICE, Advice, advice};

/// A kind of value in which two editions differ.
///
/// It prints as a paragraph: the sentence and whom it concerns, both values with their sources, and
/// the example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub field: Field,
    /// What the first and the second edition say, in canonical form.
    pub texts: [String; 2],
    /// What both rest on.
    pub cites: [Cite; 2],
    /// Whom it concerns.
    pub concerns: &'static str,
    /// What changes, in a sentence.
    pub sentence: String,
    /// What it does.
    pub shown: Shown,
}

/// What a difference does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A case in the first edition that ends otherwise if only this value is exchanged.
    InFirst(Box<Example>),
    /// A case in the second edition that ended otherwise if it had this value of the first: in the
    /// first one, other rules leave it nothing to decide, or refuse it either way.
    InSecond(Box<Example>),
    /// No decision reads what differs.
    Advice(&'static Advice),
    /// Under both editions other rules leave it nothing to decide: those of these kinds.
    Dormant(&'static [Field]),
    /// One of the editions at least is of the channel `api-v2`, whose machine is
    /// [`v2`](super::v2); cases of orders show nothing of what its values do.
    AnotherMachine,
}

impl Shown {
    /// The example, if there is one.
    #[must_use]
    pub fn example(&self) -> Option<&Example> {
        match self {
            Self::InFirst(example) | Self::InSecond(example) => Some(example),
            Self::Advice(_) | Self::Dormant(_) | Self::AnotherMachine => None,
        }
    }
}

/// What changes between two editions: every value that differs, in the order of [`Field::ALL`], each
/// with a case that [`decide`](super::decide()) itself answers differently.
///
/// An edition of the channel `api-v2` is lived by a machine of its own ([`v2`](super::v2)): what differs
/// from it, or between two of them, is listed with its values and without a case.
///
/// ```
/// use cert_lifecycle::lifecycle::diff;
/// use cert_lifecycle::rulebook::{Field, Rulebook};
/// let book = Rulebook::published();
/// let (old, new) = (book.edition("2021-02-api")?, book.edition("2023-api")?);
/// let all = diff(&old, &new, book.ceilings());
/// let days = all.iter().find(|one| one.field == Field::ReturnDays).ok_or("no difference")?;
/// assert_eq!(
///     days.sentence,
///     "The unit of a revoked certificate returns within 28 days instead of within 30 days."
/// );
/// let example = days.shown.example().ok_or("no example")?;
/// assert_eq!(example.rule().map(|rule| rule.to_string()).as_deref(), Some("R-27"));
/// assert!(diff(&old, &old, book.ceilings()).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn diff(first: &Edition, second: &Edition, ceilings: &Ceilings) -> Vec<Difference> {
    let (ours, theirs) = (first.lines(), second.lines());
    ours.into_iter()
        .zip(theirs)
        .filter(|(ours, theirs)| ours.text != theirs.text)
        .map(|(ours, theirs)| {
            let FieldLine { field, text, cite } = ours;
            let sentence = sentence::of(field, first, [&text, &theirs.text], second);
            Difference {
                field,
                texts: [text, theirs.text],
                cites: [cite.clone(), theirs.cite.clone()],
                concerns: sentence::concerns(field),
                sentence,
                shown: shown(field, first, second, ceilings),
            }
        })
        .collect()
}

fn shown(field: Field, first: &Edition, second: &Edition, ceilings: &Ceilings) -> Shown {
    if !is_of_orders(first) || !is_of_orders(second) {
        return Shown::AnotherMachine;
    }
    if let Some(advice) = advice(field, first, second) {
        return Shown::Advice(advice);
    }
    let in_first = example(field, first, &first.with(field, second), ceilings);
    if let Some(example) = in_first.as_ref().filter(|example| example.decides()) {
        return Shown::InFirst(example.clone());
    }
    let in_second = example(field, &second.with(field, first), second, ceilings);
    match (in_first, in_second) {
        (Some(example), None) => Shown::InFirst(example),
        (Some(example), Some(better)) if !better.decides() => Shown::InFirst(example),
        (_, Some(example)) => Shown::InSecond(example),
        (None, None) => Shown::Dormant(premises(field)),
    }
}

/// Whether orders are judged by it.
const fn is_of_orders(edition: &Edition) -> bool {
    match edition.point().channel {
        Channel::Console | Channel::Api => true,
        Channel::ApiV2 => false,
    }
}

/// The first case that two editions answer differently, which differ in one kind of value only:
/// among the probes that were written for it, and then among the others. Only if there is no other,
/// it is one that both refuse, for different reasons.
///
/// ```
/// use cert_lifecycle::lifecycle::difference::example;
/// use cert_lifecycle::rulebook::{Field, Rulebook};
/// let book = Rulebook::published();
/// let (old, new) = (book.edition("2021-02-api")?, book.edition("2023-api")?);
/// let changed = old.with(Field::ReturnDays, &new);
/// let example = example(Field::ReturnDays, &old, &changed, book.ceilings()).ok_or("none")?;
/// assert!(example.to_string().ends_with("after:  instance-2 is revoked (R-35, R-27)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn example(
    field: Field,
    ours: &Edition,
    theirs: &Edition,
    ceilings: &Ceilings,
) -> Option<Box<Example>> {
    let laws = [ours, theirs].map(|edition| Law::single(edition, ceilings));
    let [ours, theirs] = &laws;
    let about =
        |written: bool| probes().filter(move |probe| probe.about().contains(&field) == written);
    let mut refused = None;
    for probe in about(true).chain(about(false)) {
        match probe.compare(ours, theirs) {
            Some(example) if example.decides() => return Some(example),
            other => refused = refused.or(other),
        }
    }
    refused
}

/// The kinds of value that can leave another one nothing to decide.
#[must_use]
pub const fn premises(field: Field) -> &'static [Field] {
    match field {
        Field::HostingTrigger | Field::HostedRevocation => &[Field::HostingYears, Field::Applying],
        Field::LateHosting => &[Field::HostingYears],
        Field::LateHostingRefund | Field::HostingOfUploaded => {
            &[Field::HostingYears, Field::LateHosting]
        }
        Field::RefundTrigger => &[Field::Refund, Field::Applying],
        Field::Refund => &[Field::Applying, Field::RefundTrigger],
        Field::RevocationMail => &[Field::Applying, Field::DvOnly],
        Field::RenewalResult => &[Field::Renewal],
        Field::RenewalOfSeveral | Field::CarryOver => &[Field::Renewal, Field::RenewalOfUploaded],
        Field::DeletionOfDeployed => &[
            Field::Deletion,
            Field::DeletionOfUploaded,
            Field::Deployment,
            Field::Targets,
        ],
        Field::Targets => &[Field::Deployment],
        Field::Renewal | Field::Deletion | Field::Download | Field::Deployment => {
            &[Field::HostingYears, Field::Applying]
        }
        Field::Calendar
        | Field::Notice
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
        | Field::DvOnly
        | Field::NameLimit
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
        | Field::RenewalOfUploaded
        | Field::DeletionOfUploaded
        | Field::DownloadOfUploaded
        | Field::UploadName
        | Field::PlanRefund
        | Field::Messages
        | Field::RefundButton
        | Field::RefundMargin
        | Field::Grace
        | Field::ReviewTimes
        | Field::RevocationTimes
        | Field::Modules => &[],
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} Concerns {}.", self.sentence, self.concerns)?;
        for (when, (text, cite)) in ["before: ", "after:  "]
            .into_iter()
            .zip(self.texts.iter().zip(&self.cites))
        {
            let (field, standing) = (self.field.word(), cite.standing.word());
            let (sources, since) = (&cite.sources, cite.since);
            writeln!(
                f,
                "  {when}{field}: {text} [{sources}; {standing}; since {since}]"
            )?;
        }
        match &self.shown {
            Shown::InFirst(example) => indented(f, "For example:", example),
            Shown::InSecond(example) => indented(
                f,
                "The rules of the first edition leave it nothing to decide; among those of the second, for example:",
                example,
            ),
            Shown::Advice(Advice { part, reason, .. }) => {
                write!(f, "  Advice: no decision reads {part}; {reason}.")
            }
            Shown::Dormant(needs) => {
                f.write_str("  Under both editions it has nothing to decide")?;
                for (place, field) in needs.iter().enumerate() {
                    let before = if place == 0 { ", given " } else { ", " };
                    write!(f, "{before}{}", field.word())?;
                }
                f.write_str(".")
            }
            Shown::AnotherMachine => f.write_str(
                "  Another machine: values only, no example; editions of the channel api-v2 are lived by lifecycle::v2.",
            ),
        }
    }
}

fn indented(f: &mut fmt::Formatter<'_>, lead: &str, example: &Example) -> fmt::Result {
    write!(f, "  {lead}")?;
    for line in example.to_string().lines() {
        write!(f, "\n    {line}")?;
    }
    Ok(())
}
