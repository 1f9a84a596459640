//! The conditions of every command: which clauses guard it, in the documented order of checks.

mod custody;
mod ending;
mod hosting;
mod issuance;
mod purchase;
mod refund;
mod revocation;
pub(in crate::lifecycle) mod submission;

use core::ops::ControlFlow;

use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{Basis, Clause, WayOut, Why};
use crate::lifecycle::command::Command;
use crate::lifecycle::status::stage;
use crate::model::{Application, CertificateInstance, Origin, Phase};
use crate::rulebook::{Edition, RuleId, Ruling, Window};

pub(in crate::lifecycle) use hosting::{due_before, handed_down};
pub(in crate::lifecycle) use refund::{
    Prospect, Step, deciding, forfeited, heard, prospects, unit_returns,
};
pub(in crate::lifecycle) use revocation::requested;
pub(in crate::lifecycle) use submission::{acceptable, names_to_keep};

pub(in crate::lifecycle) type Flow = ControlFlow<()>;

/// Where clauses go.
pub(in crate::lifecycle) trait Sink<'a>: FnMut(Clause<'a>) -> Flow {}
impl<'a, F: FnMut(Clause<'a>) -> Flow> Sink<'a> for F {}

pub(in crate::lifecycle) const fn clause<'a>(
    rule: RuleId,
    why: Why,
    holds: Window,
    way_out: WayOut,
) -> Clause<'a> {
    Clause {
        rule,
        why,
        basis: Basis::Rule,
        holds,
        changes: None,
        way_out,
    }
}

/// Which edition a value is taken from.
#[derive(Clone, Copy)]
pub(in crate::lifecycle) enum From {
    Money,
    Pin,
    Day,
}

impl From {
    const fn edition<'a>(self, law: &Law<'a>) -> &'a Edition {
        match self {
            Self::Money => law.money,
            Self::Pin => law.application,
            Self::Day => law.conduct,
        }
    }
}

/// A clause that a value of an edition decides.
pub(in crate::lifecycle) fn ruled<'a, T>(
    rule: RuleId,
    why: Why,
    (from, law): (From, &Law<'a>),
    ruling: &'a Ruling<T>,
    permits: impl Fn(&T) -> bool,
    way_out: WayOut,
) -> Clause<'a> {
    let holds = permits(&ruling.value);
    // Only who is refused asks what comes next.
    let differs = !holds && ruling.next.as_ref().is_some_and(permits);
    Clause {
        rule,
        why,
        basis: basis(from, law, ruling),
        holds: Window::when(holds),
        changes: if differs { ruling.cite.until } else { None },
        way_out,
    }
}

const fn basis<'a, T>(from: From, law: &Law<'a>, ruling: &'a Ruling<T>) -> Basis<'a> {
    match from {
        From::Money | From::Pin => Basis::Pinned(from.edition(law), &ruling.cite),
        From::Day => Basis::InForce(from.edition(law), &ruling.cite),
    }
}

/// A clause that a value of an edition decides by a window.
fn ruled_window<'a, T>(
    rule: RuleId,
    why: Why,
    (from, law): (From, &Law<'a>),
    ruling: &'a Ruling<T>,
    window: impl Fn(&T) -> Window,
    way_out: WayOut,
) -> Clause<'a> {
    let holds = window(&ruling.value);
    // What is in force on a day is asked by this case when it changes, and the next window may be over by
    // then; the next clause of what is pinned is for others.
    let begins = || match from {
        From::Day => {
            let offset = law.conduct.calendar().value.offset;
            ruling.cite.until.map(|day| day.midnight(offset))
        }
        From::Money | From::Pin => None,
    };
    // Only what is closed for good asks what comes next; an open window has its own dates.
    let differs = holds.is_never()
        && ruling.next.as_ref().is_some_and(|next| {
            let next = window(next);
            let over = |at| next.until().is_some_and(|end| end <= at);
            !next.is_never() && !begins().is_some_and(over)
        });
    Clause {
        rule,
        why,
        basis: basis(from, law, ruling),
        holds,
        changes: if differs { ruling.cite.until } else { None },
        way_out,
    }
}

/// A clause that holds under no edition, read from the page that the edition's value comes from.
const fn barred<'a, T>(
    rule: RuleId,
    why: Why,
    (from, law): (From, &Law<'a>),
    ruling: &'a Ruling<T>,
    way_out: WayOut,
) -> Clause<'a> {
    Clause {
        rule,
        why,
        basis: basis(from, law, ruling),
        holds: Window::NEVER,
        changes: None,
        way_out,
    }
}

pub(in crate::lifecycle) const fn never<'a>(rule: RuleId, why: Why, way_out: WayOut) -> Clause<'a> {
    clause(rule, why, Window::NEVER, way_out)
}

/// Any pair of state and command that is not listed is refused.
pub(in crate::lifecycle) fn unlisted<'a>(case: &Case<'_>) -> Clause<'a> {
    match case.instance {
        Some(instance) => never(RuleId::R26, Why::Status(stage(instance)), WayOut::None),
        None => never(RuleId::R21, Why::NoOrder, WayOut::CheckOrder),
    }
}

/// Visits the clauses of a command until one breaks off.
pub(in crate::lifecycle) fn visit<'a>(
    case: &Case<'a>,
    command: &'a Command,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match command {
        Command::BuyPlan { product, count, .. } => {
            purchase::buy_plan(case, *product, count.get(), law, sink)
        }
        Command::Buy(bought) => purchase::buy(case, bought, law, sink),
        Command::Draw(_) => purchase::draw(case, sink),
        Command::Submit { submission, .. } => submission::submit(case, submission, law, sink),
        Command::Upload(upload) => custody::upload(case, upload, law, sink),
        Command::ClaimRefund => refund::claim_money(case, law, sink),
        Command::CancelRefund | Command::GrantRefund | Command::RefuseRefund { .. } => {
            refund::end_review(case, sink)
        }
        // An approval is the one command that reaches a deleted order: it came too late (T-49).
        Command::Approve { certificate } => match owned(case) {
            Some(instance) => issuance::approve(case, instance, certificate, law, sink),
            None => not_found(sink),
        },
        Command::Apply { .. }
        | Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::Close
        | Command::Merge
        | Command::RequestRevocation { .. }
        | Command::DeleteCertificate
        | Command::Deploy { .. }
        | Command::Undeploy { .. }
        | Command::Renew { .. }
        | Command::EnableHosting(_)
        | Command::Activate { .. }
        | Command::ReceiveChallenge { .. }
        | Command::ConfirmDomain
        | Command::Reject { .. }
        | Command::ConfirmRevocation
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::Collect
        | Command::Wake => {
            let Some(instance) = owned(case) else {
                return not_found(sink);
            };
            if matches!(instance.phase, Phase::Deleted { .. }) {
                return sink(never(RuleId::R21, Why::OrderDeleted, WayOut::None));
            }
            of_instance(case, instance, command, law, sink)
        }
    }
}

/// The instance, if it belongs to the account that asks (L12).
pub(in crate::lifecycle) fn owned<'a>(case: &Case<'a>) -> Option<&'a CertificateInstance> {
    case.instance
        .filter(|instance| instance.account == case.account)
}

fn not_found<'a>(sink: &mut impl Sink<'a>) -> Flow {
    sink(never(RuleId::R21, Why::NoOrder, WayOut::CheckOrder))
}

/// The edition at hand is the one that the order was pinned to at submission (R-28, L9).
fn pinned<'a>(application: &Application, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    sink(clause(
        RuleId::R28,
        Why::OtherEdition,
        Window::when(law.application.has_pin(&application.pin)),
        WayOut::LoadPinned,
    ))
}

/// a unit stays with its plan, and a slot with its purchase; whoever decides has it at hand.
fn payer<'a>(case: &Case<'a>, instance: &CertificateInstance, sink: &mut impl Sink<'a>) -> Flow {
    match instance.origin {
        Origin::Plan(hold) => {
            let fits = case
                .plan
                .is_some_and(|plan| plan.id == hold.plan && plan.account == case.account);
            sink(clause(
                RuleId::R24,
                Why::OtherPlan,
                Window::when(fits),
                WayOut::None,
            ))
        }
        Origin::Purchase(id) => {
            let fits = case
                .purchase
                .is_some_and(|purchase| purchase.id == id && purchase.account == case.account);
            sink(clause(
                RuleId::R24,
                Why::OtherPurchase,
                Window::when(fits),
                WayOut::LoadAll,
            ))
        }
        Origin::Uploaded => Flow::Continue(()),
    }
}

/// whoever decides about a member of a chain has the chain at hand.
fn linked<'a>(case: &Case<'a>, instance: &CertificateInstance, sink: &mut impl Sink<'a>) -> Flow {
    if instance.chain().is_none() {
        return Flow::Continue(());
    }
    let fits = case
        .chain
        .is_some_and(|chain| Some(chain.id) == instance.chain() && chain.account == case.account);
    sink(clause(
        RuleId::R47,
        Why::OtherChain,
        Window::when(fits),
        WayOut::LoadAll,
    ))
}

/// The commands of a holder that change a slot: its purchase is at hand, and not paid back.
fn in_good_standing<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    // What holds a unit of a plan is asked for it where the unit moves.
    if !matches!(instance.origin, Origin::Purchase(_)) {
        return Flow::Continue(());
    }
    payer(case, instance, sink)?;
    refund::unrefunded(case, instance, sink)
}

/// The commands that concern an instance which is not deleted.
fn of_instance<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    command: &'a Command,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match command {
        // Judged by the edition in force, not by the pin of an application that is there.
        Command::Apply { submission, .. } => {
            in_good_standing(case, instance, sink)?;
            submission::apply(case, instance, submission, law, sink)
        }
        Command::Close => {
            in_good_standing(case, instance, sink)?;
            ending::close(case, instance, law, sink)
        }
        Command::Merge => {
            in_good_standing(case, instance, sink)?;
            ending::merge(case, instance, law, sink)
        }
        Command::DeleteCertificate => {
            if matches!(instance.origin, Origin::Purchase(_)) {
                payer(case, instance, sink)?;
            }
            custody::delete_certificate(case, instance, law, sink)
        }
        Command::Deploy { target, domain } => {
            in_good_standing(case, instance, sink)?;
            custody::deploy(case, instance, (*target, domain.as_ref()), law, sink)
        }
        Command::Undeploy { target } => custody::undeploy(instance, *target, sink),
        Command::Renew { paid, .. } => {
            in_good_standing(case, instance, sink)?;
            purchase::renew(case, instance, paid.as_ref(), law, sink)
        }
        Command::EnableHosting(extension) => {
            in_good_standing(case, instance, sink)?;
            hosting::enable(case, instance, extension, law, sink)
        }
        Command::Activate { .. } => {
            in_good_standing(case, instance, sink)?;
            hosting::activate(case, instance, law, sink)
        }
        Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::RequestRevocation { .. }
        | Command::ReceiveChallenge { .. }
        | Command::ConfirmDomain
        | Command::Reject { .. }
        | Command::ConfirmRevocation
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::Collect
        | Command::Wake => {
            if let Some(application) = instance.application() {
                pinned(application, law, sink)?;
            }
            of_order(case, instance, command, law, sink)
        }
        // Visited elsewhere.
        Command::BuyPlan { .. }
        | Command::Buy(_)
        | Command::Draw(_)
        | Command::Submit { .. }
        | Command::Upload(_)
        | Command::Approve { .. }
        | Command::ClaimRefund
        | Command::CancelRefund
        | Command::GrantRefund
        | Command::RefuseRefund { .. } => Flow::Continue(()),
    }
}

/// The commands about an application, its order or its certificate. A slot that is not applied for and
/// an uploaded certificate have none, and each command says so.
fn of_order<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    command: &'a Command,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match command {
        Command::Withdraw => ending::withdraw(case, instance, law, sink),
        Command::Delete => {
            let states = law.conduct.order_deletion();
            ending::end(RuleId::R14, case, instance, law, states, sink)
        }
        Command::CancelOrder => {
            let states = law.conduct.order_cancellation();
            ending::end(RuleId::T14, case, instance, law, states, sink)
        }
        Command::RequestRevocation { reason } => {
            revocation::request_revocation(case, instance, *reason, law, sink)
        }
        Command::ReceiveChallenge { challenge, key } => {
            issuance::receive_challenge(instance, challenge, *key, sink)
        }
        Command::ConfirmDomain => issuance::confirm_domain(instance, sink),
        Command::Reject { .. } => issuance::reject(instance, sink),
        Command::ConfirmRevocation => revocation::confirm_revocation(case, instance, law, sink),
        Command::CompleteRevocation { .. } => {
            revocation::complete_revocation(case, instance, law, sink)
        }
        Command::RefuseRevocation { .. } => revocation::refuse_revocation(case, instance, sink),
        Command::RecordCaRevocation { .. } => {
            revocation::record_ca_revocation(case, instance, law, sink)
        }
        Command::Collect => custody::collect(case, instance, law, sink),
        // The first: there may be nothing due, but looking is always permitted. The others are visited
        // elsewhere.
        Command::Wake
        | Command::BuyPlan { .. }
        | Command::Buy(_)
        | Command::Draw(_)
        | Command::Submit { .. }
        | Command::Apply { .. }
        | Command::Close
        | Command::Merge
        | Command::DeleteCertificate
        | Command::Deploy { .. }
        | Command::Undeploy { .. }
        | Command::Renew { .. }
        | Command::EnableHosting(_)
        | Command::Upload(_)
        | Command::Approve { .. }
        | Command::ClaimRefund
        | Command::CancelRefund
        | Command::GrantRefund
        | Command::RefuseRefund { .. }
        | Command::Activate { .. } => Flow::Continue(()),
    }
}
