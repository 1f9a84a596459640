//! The life of a certificate: what happened, what will, and the chain that it stands in.

use core::ops::Range;
use std::string::{String, ToString};
use std::vec::Vec;

use maud::{Markup, html};

use crate::lifecycle::{
    Coverage, Due, Event, InstanceEvent, Outlook, PurchaseEvent, coverage, evolve_instance,
};
use crate::model::{CertificateInstance, InstanceId, OrderId, Timestamp};
use crate::port::{Loaded, ReadSet, StreamId, Version};

use super::acts::below;
use super::chart::{Chart, Kind, Row, chart};
use super::names;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

/// How many events of an instance are shown and folded at most.
const EVENTS: usize = 1_000;

const DAY: i64 = 86_400;

/// What is known of a life.
pub(super) struct Life {
    past: Vec<(Timestamp, String)>,
    pub(super) ahead: Vec<Due>,
    /// Whether the domain of the application under way is proved.
    pub(super) proved: bool,
    /// The certificates of its chain, with whether one is the page's own.
    members: Vec<(OrderId, bool)>,
    chart: Chart,
    covered: Coverage,
}

/// The first events of a stream, at most so many, as far as they are such.
async fn journal<T>(
    visit: &Visit<'_>,
    stream: StreamId,
    most: usize,
    such: fn(Event) -> Option<T>,
) -> Result<Vec<T>, Trouble> {
    let store = &visit.service().ports().store;
    let read = store.journal(visit.account(), stream, Version(0), most);
    Ok(read.await?.into_iter().filter_map(such).collect())
}

fn of_instance(event: Event) -> Option<InstanceEvent> {
    match event {
        Event::Instance { event, .. } => Some(event),
        Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
    }
}

fn of_purchase(event: Event) -> Option<PurchaseEvent> {
    match event {
        Event::Purchase { event, .. } => Some(event),
        Event::Plan { .. } | Event::Chain { .. } | Event::Instance { .. } => None,
    }
}

/// What happened to an instance.
async fn told(visit: &Visit<'_>, id: InstanceId) -> Result<Vec<InstanceEvent>, Trouble> {
    journal(visit, StreamId::Instance(id), EVENTS, of_instance).await
}

/// The order with which an instance began: it is found by that for good.
pub(super) async fn first_order(
    visit: &Visit<'_>,
    id: InstanceId,
) -> Result<Option<OrderId>, Trouble> {
    let begun = journal(visit, StreamId::Instance(id), 1, of_instance).await?;
    Ok(begun.first().and_then(InstanceEvent::begun_order))
}

/// Whether the newest application's domain is proved.
fn is_proved(events: &[InstanceEvent]) -> bool {
    let told = events.iter().rev().find_map(|event| match event {
        InstanceEvent::Submitted(_) | InstanceEvent::Applied(_) => Some(false),
        InstanceEvent::DomainConfirmed { .. } => Some(true),
        InstanceEvent::Opened(_)
        | InstanceEvent::Uploaded(_)
        | InstanceEvent::Closed { .. }
        | InstanceEvent::Merged { .. }
        | InstanceEvent::Absorbed { .. }
        | InstanceEvent::ChainJoined { .. }
        | InstanceEvent::Deployed { .. }
        | InstanceEvent::Undeployed { .. }
        | InstanceEvent::ChallengeReceived { .. }
        | InstanceEvent::Issued { .. }
        | InstanceEvent::Rejected { .. }
        | InstanceEvent::Withdrawn { .. }
        | InstanceEvent::Deleted { .. }
        | InstanceEvent::Cancelled { .. }
        | InstanceEvent::RevocationRequested { .. }
        | InstanceEvent::RevocationConfirmed { .. }
        | InstanceEvent::Revoked { .. }
        | InstanceEvent::RevocationRefused { .. }
        | InstanceEvent::OrphanIssued { .. }
        | InstanceEvent::ExpiryAnnounced { .. } => None,
    });
    told == Some(true)
}

/// An instance is the fold of its events.
fn folded(id: InstanceId, events: &[InstanceEvent]) -> Option<CertificateInstance> {
    let mut state = None;
    for event in events {
        evolve_instance(&mut state, id, event);
    }
    state
}

pub(super) async fn life(visit: &Visit<'_>, order: OrderId) -> Result<Life, Trouble> {
    let (account, service) = (visit.account(), visit.service());
    let store = &service.ports().store;
    let loaded = store.load(account, ReadSet::Order(order).into()).await?;
    let instance = &loaded.instance.as_ref().ok_or(Trouble::NotFound)?.state;
    let own = instance.id();
    let events = told(visit, own).await?;
    let proved = is_proved(&events);
    let words = visit.words;
    let mut past: Vec<(Timestamp, String)> = events
        .iter()
        .map(|event| names::event(words, event))
        .collect();
    if let Some(purchase) = instance.purchase() {
        let paid = journal(visit, StreamId::Purchase(purchase), EVENTS, of_purchase).await?;
        past.extend(paid.iter().filter_map(|event| names::payment(words, event)));
        past.sort_by_key(|(at, _)| *at);
    }
    let chain = loaded.chain.as_ref().map(|found| &found.state);
    let ids: Vec<InstanceId> = match chain {
        Some(chain) => chain
            .members()
            .iter()
            .map(|member| member.instance)
            .collect(),
        None => Vec::from([own]),
    };
    let (mut members, mut begun) = (Vec::new(), visit.now);
    for id in ids {
        let read;
        let events = if id == own {
            &events
        } else {
            read = told(visit, id).await?;
            &read
        };
        if let Some(first) = events.first() {
            begun = begun.min(names::event(visit.words, first).0);
        }
        members.extend(folded(id, events));
    }
    // Of a chain it is the law of a member that waits that says when the members to come are due.
    let waiting = members.last().map(CertificateInstance::order);
    let judged = match waiting.filter(|_| chain.is_some()) {
        Some(order) => store.load(account, ReadSet::Order(order).into()).await?,
        None => Loaded::default(),
    };
    let judged = if chain.is_some() { &judged } else { &loaded };
    let editions = service.rules().editions(judged, visit.now)?;
    let law = editions.law(service.rules().book());
    let instances: Vec<&CertificateInstance> = members.iter().collect();
    let years = i64::try_from(instances.len())
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    let far = visit
        .now
        .saturating_add(years.saturating_mul(400).saturating_mul(DAY));
    // One from elsewhere may live longer than any that is issued here.
    let ends = instances.iter().filter_map(|own| own.certificate());
    let ends = ends.map(|own| own.validity().not_after().saturating_add(1));
    let far = ends.fold(far, Timestamp::max);
    let seen = |horizon: &Range<Timestamp>| {
        coverage(chain, &instances, horizon, &Outlook::at(visit.now), &law)
    };
    let wide = seen(&(begun..far));
    let last = wide.spans.last().map_or(visit.now, |span| span.until);
    let end = last.max(visit.now).saturating_add(DAY.saturating_mul(30));
    let horizon = begun.saturating_add(DAY.saturating_mul(-5))..end;
    let covered = seen(&(begun..end));
    let chart = drawn(visit, horizon, &instances, &covered);
    Ok(Life {
        past,
        proved,
        members: chain.map_or_else(Vec::new, |_| {
            let all = members.iter();
            all.map(|one| (one.order(), one.id() == own)).collect()
        }),
        ahead: service.agenda(account, order).await?,
        chart,
        covered,
    })
}

fn drawn(
    visit: &Visit<'_>,
    horizon: Range<Timestamp>,
    instances: &[&CertificateInstance],
    covered: &Coverage,
) -> Chart {
    let mut rows: Vec<Row> = Vec::new();
    for (place, own) in instances.iter().enumerate() {
        let mut row = Row::new(
            visit
                .words
                .fill(Text::MemberLabel, &[&place.saturating_add(1)]),
        );
        if let Some(certificate) = own.certificate() {
            let validity = certificate.validity();
            row.bar(validity.not_before()..validity.not_after(), Kind::Real);
        }
        let expected = covered.spans.iter();
        for span in expected.filter(|span| span.expected && span.instance == own.id()) {
            row.bar(span.from..span.until, Kind::Expected);
        }
        rows.push(row);
    }
    let mut together = Row::new(String::from(visit.say(Text::CoverageLabel)));
    for span in &covered.spans {
        let kind = if span.expected {
            Kind::Expected
        } else {
            Kind::Real
        };
        together.bar(span.from..span.until, kind);
    }
    for gap in &covered.gaps {
        together.bar(gap.from..gap.until, Kind::Gap);
    }
    rows.push(together);
    Chart { horizon, rows }
}

pub(super) fn show(visit: &Visit<'_>, life: &Life) -> Markup {
    html! {
        section.panel aria-labelledby="life" {
            h2 #life { (visit.say(Text::Timeline)) }
            (chart(visit, &life.chart))
            @if !life.members.is_empty() {
                ol.members aria-label=(visit.say(Text::ChainMembers)) {
                    @for (place, (order, here)) in life.members.iter().enumerate() {
                        li {
                            a href=(below(*order, "")) aria-current=[here.then_some("page")] {
                                (visit.words.fill(Text::MemberLabel, &[&place.saturating_add(1)]))
                            }
                            @if *here { " " span.mark { (visit.say(Text::ThisOne)) } }
                        }
                    }
                }
            }
            ul.plain {
                @for line in spoken(visit, &life.covered) { li { (line) } }
            }
            div.halves {
                div {
                    h3 { (visit.say(Text::Past)) }
                    ol.events {
                        @for (at, said) in &life.past {
                            li { (visit.time(*at)) " " span { (said) } }
                        }
                    }
                }
                div {
                    h3 { (visit.say(Text::Ahead)) }
                    @if life.ahead.is_empty() {
                        p.hint { (visit.say(Text::NothingAhead)) }
                    } @else {
                        ol.events {
                            @for due in &life.ahead {
                                li class=[due.is_work().then_some("work")] {
                                    (visit.time(due.at)) " "
                                    span { (names::due(visit.words, due.kind)) " " span.mark { (due.rule) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The chart in words, in the order of time.
fn spoken(visit: &Visit<'_>, covered: &Coverage) -> Vec<String> {
    let day = |at: Timestamp| at.day_in(visit.offset).to_string();
    let spans = covered.spans.iter().map(|span| {
        let said = visit
            .words
            .fill(Text::CoveredFrom, &[&day(span.from), &day(span.until)]);
        (span.from, said)
    });
    let gaps = covered.gaps.iter().map(|gap| {
        let why = visit.say(names::gap(gap.cause));
        let said = visit
            .words
            .fill(Text::GapFrom, &[&day(gap.from), &day(gap.until), &why]);
        (gap.from, said)
    });
    let mut all: Vec<(Timestamp, String)> = spans.chain(gaps).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, said)| said).collect()
}
