//! The certificates of an account, in cards or in a list.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::model::{Catalog, DomainName, Status, Timestamp};
use crate::port::{Filter, Position, Stage};
use crate::service::Summary;
use crate::view::layout::{Layout, Tab};
use crate::wire::ALIVE;

use super::acts::below;
use super::asked::address;
use super::certificate::{names, product};
use super::filter::{Wanted, Wrong, filter};
use super::frame::{Place, empty, page};
use super::reply::Reply;
use super::status::badge;
use super::tabs::{Section, head, pages};
use super::text::Text;
use super::trouble::Trouble;
use super::upload;
use super::visit::Visit;

/// How many are shown on a page.
const PAGE: usize = 50;
/// How many pages of the store are read for one: a filter that fits few goes on where it stopped.
const READ: usize = 8;

/// A page of rows, and where the next one goes on.
struct Rows {
    shown: Vec<Summary>,
    older: Option<Position>,
}

async fn rows(
    visit: &Visit<'_>,
    tab: Tab,
    wanted: Wanted,
    name: Option<DomainName>,
) -> Result<Rows, Trouble> {
    let (of_tab, ended): (&[Stage], _) = match tab {
        Tab::Uploaded => (&[Stage::Uploaded], None),
        // Beside what the API lists, what has ended has its rows.
        Tab::Paid | Tab::Free | Tab::Orders => (&ALIVE, Some(Stage::Ended)),
    };
    let asked = wanted.stages();
    let stages = of_tab.iter().copied().chain(ended);
    let stages: Vec<Stage> = stages
        .filter(|stage| asked.is_empty() || asked.contains(stage))
        .collect();
    let mut rows = Rows {
        shown: Vec::new(),
        older: None,
    };
    if stages.is_empty() {
        return Ok(rows);
    }
    let catalog = Catalog::published();
    let such = Filter {
        stages,
        expires_before: (wanted == Wanted::Status(Status::Expired)).then_some(visit.now),
        product: None,
        name_suffix: name,
    };
    let before = visit.asked.query("before");
    let mut before = before.and_then(|text| text.parse().ok()).map(Position);
    for _ in 0..READ {
        let read = visit.service().list(
            visit.account(),
            such.clone(),
            before,
            PAGE.saturating_add(1),
        );
        let read = read.await?;
        let is_last = read.len() <= PAGE;
        for row in read {
            let position = row.listed.position;
            let sold = catalog.get(row.listed.entry.product.as_str());
            let free = sold.is_some_and(|product| product.free);
            let uploaded = row.listed.entry.stage == Stage::Uploaded;
            if Tab::of(uploaded, free) == tab && wanted.fits(row.status, visit.words) {
                if rows.shown.len() >= PAGE {
                    rows.older = before;
                    return Ok(rows);
                }
                rows.shown.push(row);
            }
            before = Some(position);
        }
        if is_last {
            return Ok(rows);
        }
        rows.older = before;
    }
    Ok(rows)
}

pub(super) async fn show(visit: &Visit<'_>, tab: Tab) -> Result<Reply, Trouble> {
    let asked = visit.asked;
    let (mut name, mut wrong) = (None, None);
    match asked
        .query("name")
        .map(str::trim)
        .map(|text| (text, DomainName::new(text)))
    {
        Some((_, Ok(found))) => name = Some(found),
        Some((text, Err(_))) if !text.is_empty() => wrong = Some(text),
        Some((_, Err(_))) | None => {}
    }
    let word = asked.query("status");
    let (wanted, unknown) = match Wanted::read(word) {
        Some(wanted) => (wanted, None),
        None => (Wanted::All, word),
    };
    let wrong = Wrong {
        name: wrong,
        status: unknown,
    };
    let filtered = wanted != Wanted::All || name.is_some() || wrong.any();
    let rows = if wrong.any() {
        Rows {
            shown: Vec::new(),
            older: None,
        }
    } else {
        rows(visit, tab, wanted, name).await?
    };
    let main = html! {
        (head(visit, Section::Tab(tab)))
        (done_before(visit))
        div.bar {
            (filter(visit, tab, wanted, wrong))
            (switch(visit))
        }
        @if rows.shown.is_empty() {
            (nothing(visit, tab, filtered, rows.older))
        } @else {
            @match asked.layout() {
                Layout::Card => (cards(visit, &rows.shown)),
                Layout::List => (table(visit, tab, &rows.shown)),
            }
            (pages(
                visit,
                asked.query("before").is_none(),
                rows.older.map(|at| at.0.to_string()).as_deref(),
            ))
        }
    };
    let title = Section::Tab(tab).name(visit);
    let status = if wrong.any() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    Ok(Reply::page(
        status,
        page(visit, Place::Certificates, title, &main),
    ))
}

/// What a form that led here has done.
fn done_before(visit: &Visit<'_>) -> Markup {
    html! {
        @if visit.asked.query("done") == Some("bought") {
            (super::frame::done(visit.say(Text::BoughtDone)))
        }
        (super::acts::done(visit))
    }
}

fn switch(visit: &Visit<'_>) -> Markup {
    let here = visit.asked.layout();
    let current = |own: Layout| (own == here).then_some("true");
    html! {
        nav.switch aria-label=(visit.say(Text::Layouts)) {
            a href=(visit.asked.with("layout", Layout::Card.word())) aria-current=[current(Layout::Card)] {
                svg viewBox="0 0 16 16" aria-hidden="true" {
                    path d="M1 1h6v6H1zM9 1h6v6H9zM1 9h6v6H1zM9 9h6v6H9z" {}
                }
                (visit.say(Text::CardLayout))
            }
            a href=(visit.asked.with("layout", Layout::List.word())) aria-current=[current(Layout::List)] {
                svg viewBox="0 0 16 16" aria-hidden="true" {
                    path d="M1 2h14v2H1zM1 7h14v2H1zM1 12h14v2H1z" {}
                }
                (visit.say(Text::ListLayout))
            }
        }
    }
}

fn nothing(visit: &Visit<'_>, tab: Tab, filtered: bool, older: Option<Position>) -> Markup {
    if let Some(before) = older {
        let before = before.0.to_string();
        let way = html! {
            a.button href=(visit.asked.with("before", &before)) { (visit.say(Text::GoOnLooking)) }
        };
        return empty(
            visit.say(Text::NoneSoFar),
            visit.say(Text::NoneSoFarHint),
            &way,
        );
    }
    if filtered || visit.asked.query("before").is_some() {
        let way = html! {
            a.button href=(address(Section::Tab(tab).path(), &[])) { (visit.say(Text::ClearFilter)) }
        };
        return empty(
            visit.say(Text::NoneFits),
            visit.say(Text::NoneFitsHint),
            &way,
        );
    }
    if tab == Tab::Uploaded {
        return empty(
            visit.say(Text::NoUploads),
            visit.say(Text::NoUploadsHint),
            &html! { a.button href=(address(upload::PATH, &[])) { (visit.say(Text::UploadHeading)) } },
        );
    }
    let way = html! {
        a.button href=(address("buy", &[])) { (visit.say(Text::PurchaseCertificate)) }
    };
    let (none, hint) = match tab {
        Tab::Free => (Text::NoFree, Text::NoFreeHint),
        Tab::Paid | Tab::Uploaded | Tab::Orders => (Text::NoCertificates, Text::NoCertificatesHint),
    };
    empty(visit.say(none), visit.say(hint), &way)
}

/// What a member of a chain waits for: its place, and the certificate that serves before it.
fn waiting(visit: &Visit<'_>, row: &Summary) -> Option<String> {
    if row.status != Some(Status::NotActivated) {
        return None;
    }
    let read = row.read.as_ref()?;
    let (own, chain) = (&read.instance.as_ref()?.state, &read.chain.as_ref()?.state);
    let members = chain.members();
    let place = members.iter().position(|one| one.instance == own.id())?;
    let serving = &read.other.as_ref()?.state;
    let name = names(serving).first().map(ToString::to_string);
    let name = name.unwrap_or_else(|| serving.order().to_string());
    let place = place.saturating_add(1);
    Some(
        visit
            .words
            .fill(Text::WaitsBehind, &[&place, &members.len(), &name]),
    )
}

/// How a row is called, and how many further names it has.
fn named(visit: &Visit<'_>, row: &Summary) -> Markup {
    let entry = &row.listed.entry;
    let order = entry.order.to_string();
    let way = address(&format!("certificates/{order}"), &[]);
    html! {
        a href=(way) {
            @match entry.names.first() {
                Some(first) => (first),
                None => (waiting(visit, row).unwrap_or_else(|| visit.say(Text::NoNameYet).to_string())),
            }
        }
        @if entry.names.len() > 1 {
            " " span.more { (visit.words.fill(Text::AndMore, &[&entry.names.len().saturating_sub(1)])) }
        }
    }
}

/// The status, behind which the life cycle is seen (S2).
fn state(visit: &Visit<'_>, row: &Summary) -> Markup {
    let order = row.listed.entry.order;
    html! {
        @match row.status {
            Some(status) => a.state href={ (below(order, "")) "#life" } { (badge(visit.words, status)) },
            None => span.badge { (visit.say(Text::Unreadable)) },
        }
    }
}

fn sold_as(visit: &Visit<'_>, row: &Summary) -> Markup {
    let own = row.read.as_ref().and_then(|read| read.instance.as_ref());
    html! {
        @match own {
            Some(own) => (product(visit, &own.state)),
            None => (row.listed.entry.product),
        }
    }
}

fn expiry(visit: &Visit<'_>, at: Option<Timestamp>) -> Markup {
    html! {
        @match at {
            Some(at) => (visit.time(at)),
            None => "–",
        }
    }
}

fn cards(visit: &Visit<'_>, rows: &[Summary]) -> Markup {
    html! {
        ul.cards {
            @for row in rows {
                li {
                    article.card {
                        div { (state(visit, row)) }
                        h2 { (named(visit, row)) }
                        dl.facts {
                            dt { (visit.say(Text::ProductLabel)) }
                            dd { (sold_as(visit, row)) }
                            dt { (visit.say(Text::OrderLabel)) }
                            dd { (row.listed.entry.order) }
                            dt { (visit.say(Text::ExpiresLabel)) }
                            dd { (expiry(visit, row.listed.entry.expires_at)) }
                        }
                    }
                }
            }
        }
    }
}

fn table(visit: &Visit<'_>, tab: Tab, rows: &[Summary]) -> Markup {
    let name = Section::Tab(tab).name(visit);
    html! {
        div.scroll role="region" aria-label=(name) tabindex="0" {
            table.stack {
                caption.hidden { (name) }
                thead {
                    tr {
                        th scope="col" { (visit.say(Text::DomainName)) }
                        th scope="col" { (visit.say(Text::StatusLabel)) }
                        th scope="col" { (visit.say(Text::ProductLabel)) }
                        th scope="col" { (visit.say(Text::OrderLabel)) }
                        th scope="col" { (visit.say(Text::ExpiresLabel)) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { (named(visit, row)) }
                            td data-label=(visit.say(Text::StatusLabel)) { (state(visit, row)) }
                            td.fix[tab != Tab::Uploaded] data-label=(visit.say(Text::ProductLabel)) {
                                (sold_as(visit, row))
                            }
                            td.fix data-label=(visit.say(Text::OrderLabel)) { (row.listed.entry.order) }
                            td.fix data-label=(visit.say(Text::ExpiresLabel)) {
                                (expiry(visit, row.listed.entry.expires_at))
                            }
                        }
                    }
                }
            }
        }
    }
}
