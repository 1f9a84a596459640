//! The conditions of every command: which clauses guard it, in the documented order of checks.

mod ending;
mod issuance;
mod revocation;
mod submission;

use core::ops::ControlFlow;

use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{Basis, Clause, WayOut, Why};
use crate::lifecycle::command::Command;
use crate::lifecycle::status::stage;
use crate::model::{Application, CertificateInstance};
use crate::rulebook::{RuleId, Ruling, Window};

pub(in crate::lifecycle) use revocation::requested;
pub(in crate::lifecycle) use submission::bound_names;

pub(in crate::lifecycle) type Flow = ControlFlow<()>;

/// Where clauses go.
pub(in crate::lifecycle) trait Sink<'a>: FnMut(Clause<'a>) -> Flow {}
impl<'a, F: FnMut(Clause<'a>) -> Flow> Sink<'a> for F {}

const fn clause<'a>(rule: RuleId, why: Why, holds: Window, way_out: WayOut) -> Clause<'a> {
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
enum From {
    Pin,
    Day,
}

/// A clause that a value of an edition decides.
fn ruled<'a, T>(
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
        basis: match from {
            From::Pin => Basis::Pinned(law.application, &ruling.cite),
            From::Day => Basis::InForce(law.conduct, &ruling.cite),
        },
        holds: Window::when(holds),
        changes: if differs { ruling.cite.until } else { None },
        way_out,
    }
}

const fn never<'a>(rule: RuleId, why: Why, way_out: WayOut) -> Clause<'a> {
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
        Command::BuyPlan { .. } => sink(clause(
            RuleId::R40,
            Why::IdTaken,
            Window::when(case.plan.is_none()),
            WayOut::NewId,
        )),
        Command::Submit { submission, .. } => submission::submit(case, submission, law, sink),
        // An approval is the one command that reaches a deleted order: it came too late (T-49).
        Command::Approve { certificate } => match owned(case) {
            Some(instance) => issuance::approve(case, instance, certificate, law, sink),
            None => not_found(sink),
        },
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
            let Some(instance) = owned(case) else {
                return not_found(sink);
            };
            let Some(application) = instance.application() else {
                return sink(never(RuleId::R21, Why::OrderDeleted, WayOut::None));
            };
            pinned(application, law, sink)?;
            of_order(case, instance, application, command, law, sink)
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

/// The plan at hand is the one whose unit the instance holds.
fn holding_plan<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let fits = case
        .plan
        .is_some_and(|plan| plan.id == instance.hold.plan && plan.account == case.account);
    sink(clause(
        RuleId::R24,
        Why::OtherPlan,
        Window::when(fits),
        WayOut::None,
    ))
}

/// The commands that concern an order which is not deleted.
fn of_order<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    application: &'a Application,
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
            issuance::receive_challenge(instance, application, challenge.method(), *key, sink)
        }
        Command::ConfirmDomain => issuance::confirm_domain(instance, application, sink),
        Command::Reject { .. } => issuance::reject(instance, sink),
        Command::ConfirmRevocation => revocation::confirm_revocation(instance, sink),
        Command::CompleteRevocation { .. } => revocation::complete_revocation(case, instance, sink),
        Command::RefuseRevocation { .. } => revocation::refuse_revocation(case, instance, sink),
        Command::RecordCaRevocation { .. } => {
            revocation::record_ca_revocation(case, instance, sink)
        }
        Command::Collect => issuance::collect(case, instance, law, sink),
        // There may be nothing due, but looking is always permitted.
        Command::Wake => Flow::Continue(()),
        // Visited elsewhere.
        Command::BuyPlan { .. } | Command::Submit { .. } | Command::Approve { .. } => {
            Flow::Continue(())
        }
    }
}
