//! The rulebook in force, what differs in another edition, and the table of transitions.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::diagram::svg;
use crate::lifecycle::{Cell, Law, Outcome, diff, table};
use crate::model::{Status, ValidationClass};
use crate::rulebook::{Edition, Rulebook, SourceKey};

use super::asked::address;
use super::frame::{Place, page};
use super::names;
use super::reply::Reply;
use super::status::badge;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

fn book<'a>(visit: &Visit<'a>) -> &'a Rulebook {
    visit.service().rules().book()
}

/// The edition that a query names; else the one in force.
fn edition(visit: &Visit<'_>) -> Result<Edition, Trouble> {
    match visit.asked.query("edition") {
        Some(key) => Ok(book(visit).edition(key).map_err(|_| Trouble::NotFound)?),
        None => Ok((*visit.service().rules().in_force(visit.now)?).clone()),
    }
}

fn class(visit: &Visit<'_>) -> ValidationClass {
    let asked = visit.asked.query("class");
    let mut all = ValidationClass::ALL.into_iter();
    all.find(|class| Some(class.word()) == asked)
        .unwrap_or(ValidationClass::Dv)
}

/// The keys of the named editions, and of the one at hand if it has another.
fn keys(visit: &Visit<'_>, own: &Edition) -> Vec<String> {
    let named = book(visit)
        .points()
        .iter()
        .map(|point| point.key.to_string());
    let mut keys: Vec<String> = named.collect();
    let own = own.key().to_string();
    if !keys.contains(&own) {
        keys.push(own);
    }
    keys
}

fn choose(id: &str, label: &str, keys: &[String], chosen: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            select id=(id) name=(id) {
                @for key in keys { option value=(key) selected[key == chosen] { (key) } }
            }
        }
    }
}

fn reply(visit: &Visit<'_>, title: &str, main: &Markup) -> Reply {
    Reply::page(StatusCode::OK, page(visit, Place::Rules, title, main))
}

pub(super) fn show(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let own = edition(visit)?;
    let lines = own.lines();
    let mut sources: Vec<SourceKey> = Vec::new();
    for line in &lines {
        for source in line.cite.sources.as_slice() {
            if !sources.contains(source) {
                sources.push(*source);
            }
        }
    }
    sources.sort_unstable();
    let title = visit.say(Text::Rules);
    let keys = keys(visit, &own);
    let key = own.key().to_string();
    let main = html! {
        div.head {
            h1 { (title) " " span.mark { (key) } }
            div.end {
                a.button href=(address("rules/table", &[("edition", &key)])) {
                    (visit.say(Text::TableHeading))
                }
            }
        }
        p.lead { (visit.say(Text::RulesLead)) }
        div.bar {
            form method="get" action=(address("rules", &[])) aria-label=(visit.say(Text::Show)) {
                (choose("edition", visit.say(Text::EditionLabel), &keys, &key))
                button type="submit" { (visit.say(Text::Show)) }
            }
            form method="get" action=(address("rules/diff", &[])) aria-label=(visit.say(Text::CompareHeading)) {
                input type="hidden" name="edition" value=(key);
                (choose("with", visit.say(Text::CompareHeading), &keys, ""))
                button type="submit" { (visit.say(Text::Compare)) }
            }
        }
        div.scroll role="region" aria-label=(title) tabindex="0" {
            table {
                caption.hidden { (title) }
                thead { tr {
                    th scope="col" { (visit.say(Text::ValueLabel)) }
                    th scope="col" { (visit.say(Text::SaysLabel)) }
                    th scope="col" { (visit.say(Text::SourcesLabel)) }
                    th scope="col" { (visit.say(Text::StandingLabel)) }
                    th scope="col" { (visit.say(Text::SinceLabel)) }
                } }
                tbody {
                    @for line in &lines {
                        tr {
                            th.code scope="row" { (line.field.word().replace('_', " ")) }
                            td lang="en" { (line.text) }
                            td { (line.cite.sources) }
                            td lang="en" { (line.cite.standing.word()) }
                            td.fix {
                                @if line.cite.first { (visit.say(Text::FromBeginning)) }
                                @else { (line.cite.since) }
                            }
                        }
                    }
                }
            }
        }
        h2.spaced #documents { (visit.say(Text::SourcesHeading)) }
        (documents(visit, &sources))
    };
    Ok(reply(visit, title, &main))
}

fn documents(visit: &Visit<'_>, sources: &[SourceKey]) -> Markup {
    html! {
        div.scroll role="region" aria-labelledby="documents" tabindex="0" {
            table {
                caption.hidden { (visit.say(Text::SourcesHeading)) }
                thead { tr {
                    th scope="col" { (visit.say(Text::SourceLabel)) }
                    th scope="col" { (visit.say(Text::DateLabel)) }
                    th scope="col" { (visit.say(Text::TitleLabel)) }
                } }
                tbody {
                    @for source in sources {
                        tr {
                            th scope="row" { (source) }
                            @match book(visit).source(*source) {
                                Some(record) => { td.fix { (record.date) } td.long { (record.title) } }
                                None => { td { "–" } td { "–" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What differs. It is a matter of tenths of a second, and done beside the tasks that answer.
pub(super) async fn differences(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let first = edition(visit)?;
    let with = visit.asked.query("with").unwrap_or_default();
    let second = book(visit).edition(with).map_err(|_| Trouble::NotFound)?;
    let title = visit
        .words
        .fill(Text::CompareTitle, &[&first.key(), &second.key()]);
    let ceilings = book(visit).ceilings().clone();
    let work = move || {
        let all = diff(&first, &second, &ceilings);
        all.into_iter()
            .map(|one| (one.field, one.sentence, one.texts))
            .collect::<Vec<_>>()
    };
    let all = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Trouble::Random)?;
    let main = html! {
        div.head { h1 { (title) } }
        @if all.is_empty() {
            p.note { (visit.say(Text::NoDifference)) }
        } @else {
            p.lead { (visit.words.fill(Text::DifferenceCount, &[&all.len()])) }
            @for (field, sentence, [before, after]) in &all {
                section.panel lang="en" {
                    h2 { (field.word().replace('_', " ")) }
                    p { (sentence) }
                    dl.facts.diff {
                        dt { "−" } dd { (before) }
                        dt { "+" } dd { (after) }
                    }
                }
            }
        }
        p { a.button href=(address("rules", &[])) { (visit.say(Text::Rules)) } }
    };
    Ok(reply(visit, &title, &main))
}

pub(super) fn transitions(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let own = edition(visit)?;
    let class = class(visit);
    let law = Law::single(&own, book(visit).ceilings());
    let all = table(class, &law);
    let key = own.key().to_string();
    let title = visit.say(Text::TableHeading);
    let classes: Vec<String> = ValidationClass::ALL
        .map(|class| class.word().to_string())
        .into();
    let picture = [("edition", key.as_str()), ("class", class.word())];
    let main = html! {
        div.head { h1 { (title) " " span.mark { (key) } } }
        p.lead { (visit.words.fill(Text::TableLead, &[&class.word()])) }
        div.bar {
            form method="get" action=(address("rules/table", &[])) aria-label=(visit.say(Text::Show)) {
                (choose("edition", visit.say(Text::EditionLabel), &keys(visit, &own), &key))
                (choose("class", visit.say(Text::ClassLabel), &classes, class.word()))
                button type="submit" { (visit.say(Text::Show)) }
            }
        }
        details.panel {
            summary { (visit.say(Text::Diagram)) }
            div.scroll role="region" aria-label=(visit.say(Text::Diagram)) tabindex="0" {
                img.diagram src=(address("rules/diagram.svg", &picture)) alt=(visit.say(Text::DiagramAlt)) loading="lazy";
            }
        }
        @for row in &all.rows {
            @let cells = row.cells.iter().filter(|cell| cell.outcome != Outcome::Unreachable);
            @let cells: Vec<_> = cells.collect();
            @if !cells.is_empty() {
                @let name = row.status.map_or(visit.say(Text::NoOrderStatus), |own| visit.words.status(own));
                details.panel open[row.status == Some(Status::Issued)] {
                    summary { (name) " " span.mark { (permitted(&cells)) "/" (cells.len()) } }
                    div.scroll role="group" aria-label=(name) tabindex="0" {
                        table {
                            caption.hidden { (name) }
                            thead { tr {
                                th scope="col" { (visit.say(Text::CommandLabel)) }
                                th scope="col" { (visit.say(Text::OutcomeLabel)) }
                                th scope="col" { (visit.say(Text::GuardsLabel)) }
                            } }
                            tbody {
                                @for cell in cells.iter().filter(|cell| !is_refused(cell)) {
                                    tr {
                                        th scope="row" { (visit.say(names::command(cell.command))) }
                                        td { (outcome(visit, &cell.outcome)) }
                                        td { @for rule in &cell.guards { (rule) " " } }
                                    }
                                }
                                (refused(visit, &cells))
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(reply(visit, title, &main))
}

const fn is_refused(cell: &Cell) -> bool {
    matches!(cell.outcome, Outcome::Refused { .. })
}

/// What is refused, each by its rule: one line, for in most states it is most.
fn refused(visit: &Visit<'_>, cells: &[&Cell]) -> Markup {
    let all = cells.iter().filter_map(|cell| match cell.outcome {
        Outcome::Refused { rule } => Some(format!(
            "{} ({rule})",
            visit.say(names::command(cell.command))
        )),
        Outcome::Leads { .. }
        | Outcome::Recorded { .. }
        | Outcome::Nothing
        | Outcome::Unreachable => None,
    });
    let all: Vec<String> = all.collect();
    html! {
        @if !all.is_empty() {
            tr {
                th.muted scope="row" { (visit.say(Text::RefusedOutcome)) }
                td.muted colspan="2" { (all.join(", ")) }
            }
        }
    }
}

fn permitted(cells: &[&Cell]) -> usize {
    let granted = cells.iter().filter(|cell| match cell.outcome {
        Outcome::Leads { .. } | Outcome::Recorded { .. } | Outcome::Nothing => true,
        Outcome::Refused { .. } | Outcome::Unreachable => false,
    });
    granted.count()
}

fn outcome(visit: &Visit<'_>, outcome: &Outcome) -> Markup {
    html! {
        @match outcome {
            Outcome::Leads { to, rule } => {
                (visit.say(Text::Leads)) " " (badge(visit.words, *to)) " " span.mark { (rule) }
            }
            Outcome::Recorded { rule } => {
                (visit.say(Text::RecordedOutcome)) " " span.mark { (rule) }
            }
            Outcome::Nothing => (visit.say(Text::NothingOutcome)),
            Outcome::Refused { rule } => span.muted {
                (visit.say(Text::RefusedOutcome)) " " span.mark { (rule) }
            },
            Outcome::Unreachable => "–",
        }
    }
}

pub(super) fn diagram(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let own = edition(visit)?;
    let law = Law::single(&own, book(visit).ceilings());
    let class = class(visit);
    let drawn = svg(
        &[&table(class, &law)],
        &format!("{} {}", own.key(), class.word()),
    );
    Ok(Reply::picture(drawn))
}
