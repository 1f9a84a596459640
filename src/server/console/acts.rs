//! What a holder can do with a certificate: the buttons, and the pages that ask once more.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::{Availability, Command, CommandKind, DueKind, Offer, Preview};
use crate::model::{OrderId, RevocationReason};
use crate::port::{IdempotencyKey, Read, ReadSet};
use crate::service::{Description, ServiceError};

use super::apply;
use super::asked::address;
use super::certificate::{found, title};
use super::deploy;
use super::form::Mistakes;
use super::frame::{Place, page};
use super::hosting;
use super::names;
use super::outcome::{completion, outcome};
use super::plan;
use super::renew;
use super::reply::Reply;
use super::revocation;
use super::status::badge;
use super::text::Text;
use super::trouble::{Trouble, why_not};
use super::upload;
use super::visit::Visit;

/// Something that a holder does with what is there, without handing anything in but a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Withdraw,
    CancelOrder,
    Delete,
    DeleteCertificate,
    Close,
    Revoke,
    Download,
    ClaimRefund,
    CancelRefund,
}

impl Act {
    const ALL: [Self; 9] = [
        Self::Download,
        Self::Withdraw,
        Self::Revoke,
        Self::ClaimRefund,
        Self::CancelRefund,
        Self::CancelOrder,
        Self::Close,
        Self::Delete,
        Self::DeleteCertificate,
    ];

    /// Its place in the address.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Withdraw => "withdraw",
            Self::CancelOrder => "cancel",
            Self::Delete => "delete-order",
            Self::DeleteCertificate => "delete",
            Self::Close => "close",
            Self::Revoke => "revoke",
            Self::Download => "download",
            Self::ClaimRefund => "claim-refund",
            Self::CancelRefund => "cancel-refund",
        }
    }

    pub(super) fn read(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.path() == path)
    }

    pub(super) const fn kind(self) -> CommandKind {
        match self {
            Self::Withdraw => CommandKind::Withdraw,
            Self::CancelOrder => CommandKind::CancelOrder,
            Self::Delete => CommandKind::Delete,
            Self::DeleteCertificate => CommandKind::DeleteCertificate,
            Self::Close => CommandKind::Close,
            Self::Revoke => CommandKind::RequestRevocation,
            Self::Download => CommandKind::Collect,
            Self::ClaimRefund => CommandKind::ClaimRefund,
            Self::CancelRefund => CommandKind::CancelRefund,
        }
    }

    fn command(self, reason: RevocationReason) -> Command {
        match self {
            Self::Withdraw => Command::Withdraw,
            Self::CancelOrder => Command::CancelOrder,
            Self::Delete => Command::Delete,
            Self::DeleteCertificate => Command::DeleteCertificate,
            Self::Close => Command::Close,
            Self::Revoke => Command::RequestRevocation { reason },
            Self::Download => Command::Collect,
            Self::ClaimRefund => Command::ClaimRefund,
            Self::CancelRefund => Command::CancelRefund,
        }
    }

    pub(super) const fn text(self) -> Text {
        names::command(self.kind())
    }

    const fn is_final(self) -> bool {
        matches!(self, Self::Delete | Self::DeleteCertificate)
    }

    /// How its button looks.
    const fn class(self) -> &'static str {
        if self.is_grave() {
            "button danger"
        } else {
            "button"
        }
    }

    const fn is_grave(self) -> bool {
        matches!(self, Self::Revoke) || self.is_final()
    }
}

/// The address of something below a certificate.
pub(super) fn below(order: OrderId, path: &str) -> String {
    match path {
        "" => address(&format!("certificates/{order}"), &[]),
        path => address(&format!("certificates/{order}/{path}"), &[]),
    }
}

/// What has a form of its own, with its place in the address.
const FORMS: [(CommandKind, &str); 4] = [
    (CommandKind::Apply, apply::PATH),
    (CommandKind::Deploy, deploy::PATH),
    (CommandKind::Renew, renew::PATH),
    (CommandKind::EnableHosting, hosting::PATH),
];

/// Nothing, if the holder can give a command now: whether it is possible at all is told before
/// anything is filled in.
///
/// # Errors
/// The refusal.
pub(super) async fn possible(
    visit: &Visit<'_>,
    order: OrderId,
    kind: CommandKind,
) -> Result<(), Trouble> {
    let offers = visit.service().allowed(visit.account(), order).await?;
    let offer = offers.into_iter().find(|offer| offer.command == kind);
    match offer.and_then(|offer| offer.refusal) {
        Some(refusal) => Err(ServiceError::from(refusal).into()),
        None => Ok(()),
    }
}

/// All operations: those that are possible as links to their pages, the others disabled, with the
/// reason.
pub(super) fn offers(visit: &Visit<'_>, order: OrderId, all: &[Offer]) -> Markup {
    html! {
        section.panel aria-labelledby="operations" {
            h2 #operations { (visit.say(Text::Operations)) }
            p.hint { (visit.say(Text::OperationsHint)) }
            ul.offers {
                @for (kind, path) in FORMS {
                    @if let Some(offer) = all.iter().find(|offer| offer.command == kind) {
                        @let class = if kind == CommandKind::Apply { "button main" } else { "button" };
                        li { (one(visit, order, (path, names::command(kind), class), offer)) }
                    }
                }
                @for act in Act::ALL {
                    @if let Some(offer) = all.iter().find(|offer| offer.command == act.kind()) {
                        li { (one(visit, order, (act.path(), act.text(), act.class()), offer)) }
                    }
                }
            }
        }
    }
}

pub(super) fn one(
    visit: &Visit<'_>,
    order: OrderId,
    (path, text, class): (&str, Text, &str),
    offer: &Offer,
) -> Markup {
    let name = visit.say(text);
    html! {
        @match &offer.refusal {
            None => {
                a class=(class) href=(below(order, path)) { (name) }
                @if let Availability::Now { until: Some(until), rule } = offer.availability {
                    span.hint {
                        (until_text(visit, until))
                        @if let Some(rule) = rule { " " span.mark { (rule) } }
                    }
                }
            }
            Some(refusal) => {
                @let id = format!("why-{path}");
                button type="button" disabled aria-describedby=(id) { (name) }
                (why_not(visit, &id, refusal))
            }
        }
    }
}

fn until_text(visit: &Visit<'_>, until: crate::model::Timestamp) -> String {
    let until = until.in_offset(visit.offset).to_string();
    let shown = until.get(..16).unwrap_or(&until).replace('T', " ");
    visit.words.fill(Text::PossibleUntil, &[&shown])
}

/// What is asked for under an act's address.
fn reason(visit: &Visit<'_>) -> RevocationReason {
    let sent = visit.asked.field("reason");
    let mut all = RevocationReason::ALL.into_iter();
    all.find(|reason| reason.word() == sent)
        .unwrap_or(RevocationReason::Unspecified)
}

/// What the person was shown and confirmed: if it is another one by then, nothing is done.
fn seen(found: &Description, preview: &Preview, completed: Option<&Preview>) -> String {
    let shown = format!(
        "{:?}",
        (
            found.instance.order(),
            found.status,
            preview.status,
            preview.unit,
            preview.revocations,
            preview.refund,
            preview.returns,
            preview.returns.map(|(_, window)| window.contains(found.at)),
            completed.map(|own| (own.status, own.unit, own.refund)),
        )
    );
    let digest = hmac_sha256::Hash::hash(shown.as_bytes());
    let first: Vec<String> = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    first.concat()
}

pub(super) async fn ask(visit: &Visit<'_>, order: &str, act: &str) -> Result<Reply, Trouble> {
    let act = Act::read(act).ok_or(Trouble::NotFound)?;
    let found = found(visit, order).await?;
    asked(visit, &found, act, false).await
}

async fn asked(
    visit: &Visit<'_>,
    found: &Description,
    act: Act,
    moved: bool,
) -> Result<Reply, Trouble> {
    let order = found.instance.order();
    let command = act.command(reason(visit));
    let service = visit.service();
    let preview = service.preview(visit.account(), order, &command).await?;
    let completed = completed(visit, order, act).await?;
    let available = service
        .availability(visit.account(), order, &command)
        .await?;
    let mut deadlines = service.agenda(visit.account(), order).await?;
    deadlines
        .retain(|due| act == Act::ClaimRefund && matches!(due.kind, DueKind::RefundEnds { .. }));
    let name = visit.say(act.text());
    let class = if act.is_grave() { "danger" } else { "main" };
    let main = html! {
        div.head {
            h1 { (name) }
            (badge(visit.words, found.status))
        }
        p.lead { (title(visit, &found.instance)) " · " (order) }
        @if moved { p.note.warn role="alert" { (visit.say(Text::MovedOn)) } }
        @if act == Act::Download {
            (super::download::body(visit, found)?)
        } @else {
            form.form method="post" action=(below(order, act.path())) {
                (visit.form()?)
                input type="hidden" name="seen" value=(seen(found, &preview, completed.as_ref()));
                @if act.is_final() { p.note.bad { (visit.say(Text::FinalWarning)) } }
                @if act == Act::Revoke {
                    p.note.warn { (visit.say(Text::RevokeWarning)) }
                    (reasons(visit))
                }
                (outcome(visit, found, act, &preview, (available, &deadlines)))
                @if let Some(completed) = &completed { (completion(visit, completed)) }
                div.acts {
                    button class=(class) type="submit" { (visit.words.fill(Text::DoIt, &[&name])) }
                    a.button href=(below(order, "")) { (visit.say(Text::Cancel)) }
                }
            }
        }
    };
    let status = if moved {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    Ok(Reply::page(
        status,
        page(visit, Place::Certificates, name, &main),
    ))
}

fn reasons(visit: &Visit<'_>) -> Markup {
    let chosen = reason(visit);
    html! {
        div.field {
            label for="reason" { (visit.say(Text::ReasonLabel)) }
            select #reason name="reason" {
                @for reason in RevocationReason::ALL {
                    option value=(reason.word()) selected[reason == chosen] { (reason.word()) }
                }
            }
            (Mistakes::default().below("reason"))
        }
    }
}

/// What follows once the CA has completed what is asked for; none if nothing is asked of it.
async fn completed(
    visit: &Visit<'_>,
    order: OrderId,
    act: Act,
) -> Result<Option<Preview>, Trouble> {
    match act {
        Act::Revoke => revocation::completed(visit, order, reason(visit)).await,
        Act::Withdraw
        | Act::CancelOrder
        | Act::Delete
        | Act::DeleteCertificate
        | Act::Close
        | Act::Download
        | Act::ClaimRefund
        | Act::CancelRefund => Ok(None),
    }
}

/// Whether a form was carried out before: then it has its first answer, whatever has happened since.
async fn is_repeat(
    visit: &Visit<'_>,
    order: OrderId,
    key: Option<IdempotencyKey>,
) -> Result<bool, Trouble> {
    let read = Read {
        set: ReadSet::Order(order),
        year: None,
        key,
    };
    let store = &visit.service().ports().store;
    let loaded = store.load(visit.account(), read).await?;
    Ok(loaded.record.is_some())
}

pub(super) async fn send(visit: &Visit<'_>, order: &str, act: &str) -> Result<Reply, Trouble> {
    let act = Act::read(act).ok_or(Trouble::NotFound)?;
    let order: OrderId = order.parse().map_err(|_| Trouble::NotFound)?;
    if act == Act::Download {
        return super::download::send(visit, order).await;
    }
    let (account, service) = (visit.account(), visit.service());
    let (caller, command) = (visit.caller()?, act.command(reason(visit)));
    visit.conductor.take_up(account, order).await;
    if !is_repeat(visit, order, caller.key()).await? {
        let found = found(visit, &order.to_string()).await?;
        let preview = service.preview(account, order, &command).await?;
        let completed = completed(visit, order, act).await?;
        if seen(&found, &preview, completed.as_ref()) != visit.asked.field("seen") {
            return asked(visit, &found, act, true).await;
        }
    }
    service.execute(caller, order, &command).await?;
    visit
        .conductor
        .settle(account, order, act == Act::Revoke)
        .await;
    let done = [("done", act.path())];
    // What was deleted has no page any more.
    let there = match service.describe(account, order).await {
        Ok(_) => true,
        Err(ServiceError::Refused(_)) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(Reply::see(if there {
        address(&format!("certificates/{order}"), &done)
    } else {
        address("", &done)
    }))
}

/// What a form that led to this page has done.
pub(super) fn done(visit: &Visit<'_>) -> Markup {
    let asked = visit.asked.query("done");
    let others = [
        (CommandKind::Undeploy, deploy::OFF),
        (CommandKind::Upload, upload::PATH),
        (CommandKind::Draw, plan::DRAW),
    ];
    let mut forms = FORMS.into_iter().chain(others);
    let form = forms.find(|(_, path)| asked == Some(path));
    let text = form
        .map(|(kind, _)| names::command(kind))
        .or_else(|| asked.and_then(Act::read).map(Act::text));
    html! {
        @if let Some(text) = text {
            (super::frame::done(&visit.words.fill(Text::ActDone, &[&visit.say(text)])))
        }
    }
}
