//! What would follow from an operation, before it is confirmed.

use maud::{Markup, html};

use crate::lifecycle::{Availability, Due, Preview};
use crate::model::{Currency, HoldState};
use crate::service::Description;

use super::acts::Act;
use super::names;
use super::status::badge;
use super::text::Text;
use super::visit::{Visit, sum};

/// The decision, priced.
pub(super) fn outcome(
    visit: &Visit<'_>,
    found: &Description,
    act: Act,
    preview: &Preview,
    (available, deadlines): (Availability, &[Due]),
) -> Markup {
    let refunds = matches!(act, Act::ClaimRefund | Act::Revoke);
    html! {
        section.panel aria-labelledby="outcome" {
            h2 #outcome { (visit.say(Text::AfterIt)) }
            dl.facts {
                dt { (visit.say(Text::StatusNow)) }
                dd { (badge(visit.words, found.status)) }
                @if let Some(after) = preview.status {
                    dt { (visit.say(Text::StatusAfter)) }
                    dd { (badge(visit.words, after)) }
                }
                (unit(visit, preview))
                @if preview.revocations.0 != preview.revocations.1 {
                    dt { (visit.say(Text::RevocationsChange)) }
                    dd { (preview.revocations.0) " → " (preview.revocations.1) }
                }
                @if refunds {
                    dt { (visit.say(Text::MoneyBack)) }
                    dd {
                        @if act == Act::ClaimRefund && preview.refund == 0 {
                            (visit.say(Text::ReviewFirst))
                        } @else {
                            (sum(preview.refund, Currency::CNY))
                        }
                    }
                }
                @if let Some(until) = preview.returns.and_then(|(_, window)| window.until()) {
                    @let over = until <= found.at;
                    dt { (visit.say(if over { Text::ReturnOver } else { Text::ReturnUntil })) }
                    dd { (visit.time(until)) }
                }
                @for due in deadlines {
                    dt { (names::due(visit.words, due.kind)) }
                    dd { (visit.time(due.at)) " " span.mark { (due.rule) } }
                }
                @if let Availability::Now { until: Some(until), rule } = available {
                    dt { (visit.words.fill(Text::PossibleUntil, &[&""])) }
                    dd {
                        (visit.time(until))
                        @if let Some(rule) = rule { " " span.mark { (rule) } }
                    }
                }
            }
        }
    }
}

/// What comes with the completion.
pub(super) fn completion(visit: &Visit<'_>, preview: &Preview) -> Markup {
    html! {
        section.panel aria-labelledby="completion" {
            h2 #completion { (visit.say(Text::OnceCompleted)) }
            p.hint { (visit.say(Text::AfterCompletion)) }
            dl.facts {
                @if let Some(after) = preview.status {
                    dt { (visit.say(Text::StatusAfter)) }
                    dd { (badge(visit.words, after)) }
                }
                (unit(visit, preview))
                dt { (visit.say(Text::MoneyBack)) }
                dd { (sum(preview.refund, Currency::CNY)) }
            }
        }
    }
}

/// What becomes of the unit, and of its plan's ledger.
fn unit(visit: &Visit<'_>, preview: &Preview) -> Markup {
    let word = |state: Option<HoldState>| state.map_or("–", HoldState::word);
    let unit = &preview.unit;
    html! {
        @if unit.before.is_some() || unit.after.is_some() {
            dt { (visit.say(Text::UnitChange)) }
            dd { (word(unit.before)) " → " (word(unit.after)) }
            dt { (visit.say(Text::RemainingChange)) }
            dd { (unit.remaining_before) " → " (unit.remaining_after) }
        }
    }
}
