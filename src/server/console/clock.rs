//! The bar that moves the manual clock.

use std::format;
use std::string::{String, ToString};

use http::{Method, Request, StatusCode};
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::model::{Day, Timestamp};
use crate::server::control;

use super::asked::{ROOT, address};
use super::frame::{Place, done, page};
use super::reply::Reply;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

/// So many days are one step.
const STEPS: [(i64, Text); 3] = [
    (1, Text::ForwardDay),
    (7, Text::ForwardWeek),
    (30, Text::ForwardMonth),
];

const DAY: i64 = 86_400;

/// The bar, where there is a clock to move.
pub(super) fn bar(visit: &Visit<'_>) -> Markup {
    let is_manual = visit.conductor.world.clock.manual().is_some();
    let today = visit.now.day_in(visit.offset).to_string();
    html! {
        @if is_manual {
            section.clock aria-label=(visit.say(Text::Clock)) {
                div.wide {
                    strong { (visit.words.fill(Text::ClockNow, &[&shown(visit, visit.now)])) }
                    form method="post" action=(address("clock", &[])) {
                        (hidden(visit))
                        @for (days, text) in STEPS {
                            button type="submit" name="days" value=(days) { (visit.say(text)) }
                        }
                    }
                    form method="post" action=(address("clock", &[])) {
                        (hidden(visit))
                        label for="clock-day" { (visit.say(Text::ToDate)) }
                        input #clock-day type="date" name="day" min=(today) required;
                        button type="submit" { (visit.say(Text::GoThere)) }
                    }
                }
            }
        }
    }
}

/// A button that moves the clock to an instant, where there is a clock to move.
pub(super) fn leap(visit: &Visit<'_>, at: Timestamp, what: &str) -> Markup {
    html! {
        @if visit.conductor.world.clock.manual().is_some() && at > visit.now {
            form method="post" action=(address("clock", &[])) {
                (hidden(visit))
                button type="submit" name="at" value=(at) {
                    (visit.words.fill(Text::NextEvent, &[&what]))
                }
            }
        }
    }
}

/// What is said above a page to which moving the clock led.
pub(super) fn moved(visit: &Visit<'_>) -> Markup {
    html! {
        @if visit.asked.query("done") == Some("clock") { (done(visit.say(Text::ClockMoved))) }
    }
}

fn shown(visit: &Visit<'_>, at: Timestamp) -> String {
    let exact = at.in_offset(visit.offset).to_string();
    exact.get(..16).unwrap_or(&exact).replace('T', " ")
}

fn hidden(visit: &Visit<'_>) -> Markup {
    html! {
        (visit.csrf())
        input type="hidden" name="back" value=(visit.asked.with("done", ""));
    }
}

/// Moves the clock, and goes back to the page that was left: an address of this console alone.
pub(super) async fn send(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let said = match target(visit) {
        Some(at) => set(visit, at).await,
        None => Err(visit.say(Text::NotADay).to_string()),
    };
    match said {
        Ok(()) => {
            let back = visit.asked.field("back");
            let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
            let own = back.starts_with(ROOT) && back.bytes().all(plain);
            let back = if own { back } else { ROOT };
            let mark = if back.contains('?') { '&' } else { '?' };
            Ok(Reply::see(format!("{back}{mark}done=clock")))
        }
        Err(why) => {
            let heading = visit.say(Text::NothingDone);
            let main = html! {
                div.head { h1 { (heading) } }
                p.note.bad role="alert" { (visit.words.fill(Text::ClockNotMoved, &[&why])) }
            };
            let page = page(visit, Place::Elsewhere, heading, &main);
            Ok(Reply::page(StatusCode::CONFLICT, page))
        }
    }
}

fn target(visit: &Visit<'_>) -> Option<Timestamp> {
    let asked = visit.asked;
    let (days, day, at) = (asked.field("days"), asked.field("day"), asked.field("at"));
    if !at.is_empty() {
        return at.parse().ok();
    }
    if !days.is_empty() {
        let days: u16 = days.parse().ok()?;
        return Some(visit.now.saturating_add(DAY.saturating_mul(days.into())));
    }
    let mut parts = day.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let day = Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(day.midnight(visit.offset))
}

/// As the control plane does, whether or not that is open.
async fn set(visit: &Visit<'_>, at: Timestamp) -> Result<(), String> {
    let body = json!({"set": at.to_string()});
    let mut request = Request::new(format!("{body}").into_bytes());
    *request.method_mut() = Method::POST;
    let answer = control::answer(visit.conductor, "clock", request).await;
    if answer.status().is_success() {
        return Ok(());
    }
    let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let why = said.get("error").and_then(Value::as_str);
    Err(why.unwrap_or_default().to_string())
}
