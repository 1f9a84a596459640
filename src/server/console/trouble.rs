//! What is shown instead of a page, and why something was not done.

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::Refusal;
use crate::port::StoreError;
use crate::rulebook::ResolveError;
use crate::service::ServiceError;

use super::asked::address;
use super::frame::{Place, page};
use super::reply::Reply;
use super::session::NoRandomness;
use super::status::badge;
use super::text::Text;
use super::visit::Visit;

/// Why a page is not shown, or a form was not carried out.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The account has no such thing.
    NotFound,
    /// The form is of another session, or lacks what each form has.
    FormOver,
    /// The service says no, or failed.
    Service(ServiceError),
    /// The key of a certificate is not here.
    NoKey,
    /// There are no random numbers.
    Random,
}

impl From<ServiceError> for Trouble {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl From<ResolveError> for Trouble {
    fn from(error: ResolveError) -> Self {
        Self::Service(error.into())
    }
}

impl From<NoRandomness> for Trouble {
    fn from(_: NoRandomness) -> Self {
        Self::Random
    }
}

impl Trouble {
    /// A word for the log.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::FormOver => "form_over",
            Self::NoKey => "no_key",
            Self::Service(error) => error.word(),
            Self::Random => "random",
        }
    }

    pub(super) fn reply(&self, visit: &Visit<'_>) -> Reply {
        let (status, heading, text) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                Text::NotFoundHeading,
                paragraph(visit, Text::NotFoundText),
            ),
            Self::FormOver => (
                StatusCode::FORBIDDEN,
                Text::NothingDone,
                paragraph(visit, Text::FormOver),
            ),
            Self::NoKey => (
                StatusCode::NOT_FOUND,
                Text::NothingDone,
                paragraph(visit, Text::NoKeyText),
            ),
            Self::Random => failed(visit, Text::FailedText),
            Self::Service(error) => match error {
                ServiceError::Refused(refusal) => (
                    StatusCode::CONFLICT,
                    Text::RefusedHeading,
                    explained(visit, refusal),
                ),
                ServiceError::KeyReused(_) => (
                    StatusCode::CONFLICT,
                    Text::NothingDone,
                    paragraph(visit, Text::KeyReusedText),
                ),
                ServiceError::Contended => (
                    StatusCode::CONFLICT,
                    Text::NothingDone,
                    paragraph(visit, Text::BusyText),
                ),
                ServiceError::Rules(_) => (
                    StatusCode::CONFLICT,
                    Text::NothingDone,
                    paragraph(visit, Text::RulesMissing),
                ),
                ServiceError::Store(_)
                | ServiceError::Ca(_)
                | ServiceError::Vault(_)
                | ServiceError::Delivery(_)
                | ServiceError::Certificate { .. }
                | ServiceError::ClosedByCa { .. }
                | ServiceError::IdTaken(_)
                | ServiceError::NoAnswer { .. }
                | ServiceError::NeverEnded { .. } => failed(visit, Text::FailedText),
            },
        };
        let heading = visit.say(heading);
        let main = html! {
            div.head { h1 { (heading) } }
            div.note.bad role="alert" { (text) }
            p {
                @match visit.asked.path.as_slice() {
                    [first, order, _] if first == "certificates" && status == StatusCode::CONFLICT => {
                        a.button href=(address(&std::format!("certificates/{order}"), &[])) {
                            (visit.say(Text::BackToCertificate))
                        }
                    }
                    [first, plan, ..] if first == "plans" && status == StatusCode::CONFLICT => {
                        a.button href=(address(&std::format!("plans/{plan}"), &[])) {
                            (visit.say(Text::BackToPlan))
                        }
                    }
                    _ => a.button href=(address("", &[])) { (visit.say(Text::ToCertificates)) },
                }
            }
        };
        Reply::page(status, page(visit, Place::Elsewhere, heading, &main))
    }
}

fn failed(visit: &Visit<'_>, text: Text) -> (StatusCode, Text, Markup) {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        Text::FailedHeading,
        paragraph(visit, text),
    )
}

fn paragraph(visit: &Visit<'_>, text: Text) -> Markup {
    html! { p { (visit.say(text)) } }
}

/// A refusal taken apart: which rule, after which documents, since when, from when, and what to do.
pub(super) fn explained(visit: &Visit<'_>, refusal: &Refusal) -> Markup {
    html! {
        p lang="en" { (refusal) }
        dl.facts {
            // Its text calls the status as the library does.
            @if let Some(status) = refusal.status().filter(|own| visit.words.status(*own) != own.word()) {
                dt { (visit.words.fill(Text::CalledHere, &[&status])) }
                dd { (badge(visit.words, status)) }
            }
            dt { (visit.say(Text::RuleLabel)) }
            dd { (refusal.rule()) }
            dt { (visit.say(Text::SourceLabel)) }
            dd {
                @match refusal.sources() {
                    Some(sources) => {
                        @for (place, source) in sources.as_slice().iter().enumerate() {
                            @if place > 0 { ", " }
                            (source)
                        }
                    }
                    None => {
                        @match refusal.rule().record() {
                            Some(record) => {
                                @for (place, key) in record.sources.split(' ').enumerate() {
                                    @if place > 0 { ", " }
                                    @if key == "C" { (visit.say(Text::OurChoice)) } @else { (key) }
                                }
                            }
                            None => (visit.say(Text::RuleItself)),
                        }
                    }
                }
            }
            dt { (visit.say(Text::EditionLabel)) }
            dd { (refusal.edition()) }
            @if let Some(record) = refusal.rule().record() {
                dt { (visit.say(Text::RuleText)) }
                dd lang="en" { (record.text) }
            }
            @if let Some(since) = refusal.permitted_until() {
                dt { (visit.say(Text::NotSince)) }
                dd { (visit.time(since)) }
            }
            @if let Some(from) = refusal.permitted_from() {
                dt { (visit.say(Text::PossibleFrom)) }
                dd { (visit.time(from)) }
            }
            @if let Some(day) = refusal.changes_on() {
                dt { (visit.say(Text::RuleSince)) }
                dd { time datetime=(day) { (day) } }
            }
            @if let Some(way) = refusal.way_out().phrase() {
                dt { (visit.say(Text::WayOutLabel)) }
                dd lang="en" { (way) }
            }
        }
    }
}

/// The same behind the number of its rule, which describes what stands disabled.
pub(super) fn why_not(visit: &Visit<'_>, id: &str, refusal: &Refusal) -> Markup {
    html! {
        details {
            summary id=(id) { (visit.words.fill(Text::WhyNot, &[&refusal.rule()])) }
            (explained(visit, refusal))
        }
    }
}
