//! What applications with a slot at hand yield: the owner's, and the service's own in a chain.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;

use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::condition::{acceptable, handed_down, names_to_keep};
use crate::lifecycle::decide::up_to_failing;
use crate::lifecycle::event::{Applied, ChainEvent, Events, InstanceEvent, PlanEvent};
use crate::model::{
    CertificateInstance, CsrFacts, HoldState, Note, OrderId, Phase, Submission, Timestamp,
};
use crate::rulebook::RuleId;

use super::unit_of;

/// the owner's application.
pub(super) fn applied(
    instance: &CertificateInstance,
    (order, submission): (OrderId, &Arc<Submission>),
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    let failed = matches!(instance.phase, Phase::Failed { .. });
    events.follow(if failed { RuleId::R09 } else { RuleId::R04 });
    events.follow(RuleId::R05);
    let verify = law
        .application
        .verified_first()
        .value
        .contains(instance.product.class);
    let by = By::Owner { verify };
    apply(instance, (order, submission), by, now, law, events)
}

/// Who applies.
#[derive(Clone, Copy)]
enum By {
    /// The owner, who may have to prove the domain before the CA reviews it.
    Owner { verify: bool },
    /// The service, with data that are accepted today or not.
    Service { unacceptable: bool },
}

fn apply(
    instance: &CertificateInstance,
    (order, submission): (OrderId, &Arc<Submission>),
    by: By,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    let unit = instance.hold();
    let reserved = unit.filter(|hold| matches!(hold.state, HoldState::Reserved));
    let settled = reserved.filter(|_| matches!(unit_of(submission, law), HoldState::Settled));
    let (verify, automatic, unacceptable) = match by {
        By::Owner { verify } => (verify, false, false),
        By::Service { unacceptable } => (false, true, unacceptable),
    };
    let applied = Applied {
        order,
        submission: submission.clone(),
        names: names_to_keep(submission)?,
        key: submission.csr().map(CsrFacts::spki),
        pin: law.application.pin(),
        verify,
        settles: settled.is_some(),
        automatic,
        unacceptable,
        at: now,
    };
    events.instance(instance.id, InstanceEvent::Applied(Box::new(applied)));
    if let Some(hold) = settled {
        events.follow(RuleId::R23);
        let movement = PlanEvent::Settled {
            order,
            was_reserved: true,
            at: now,
        };
        events.plan(hold.plan, movement);
    }
    Some(())
}

/// the service activates the next member and applies with the data of the one before it.
///
/// Data that today's rules no longer accept make a failed application at once, so that somebody talks
/// to the owner (R-48, T-27).
pub(super) fn activated(
    case: &Case<'_>,
    instance: &CertificateInstance,
    order: OrderId,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    let chain = case.chain?;
    let submission = handed_down(chain, case.other?)?;
    events.follow(RuleId::R46);
    let begun = ChainEvent::MemberBegun {
        instance: instance.id,
        at: now,
    };
    events.chain(chain.id, begun);
    let mut failed = None;
    let _ = acceptable(
        instance.product,
        &submission,
        law,
        &mut up_to_failing(now, &mut failed),
    );
    let wrong = failed.map(|clause| (clause.rule, clause.why));
    let by = By::Service {
        unacceptable: wrong.is_some(),
    };
    apply(instance, (order, &submission), by, now, law, events)?;
    if let Some((rule, why)) = wrong {
        events.follow(RuleId::R48);
        let text = format!("the data handed down are not accepted any more: {why} ({rule})");
        let reason = Note::new(&text).ok()?;
        events.instance(instance.id, InstanceEvent::Rejected { reason, at: now });
    }
    Some(())
}
