//! What a revocation brings once the CA has completed it.

use crate::lifecycle::{
    Case, Command, Event, Events, Law, Preview, decide, evolve_chain, evolve_instance, evolve_plan,
    evolve_purchase, preview,
};
use crate::model::{
    CertificateInstance, HostingChain, OrderId, Purchase, ResourcePlan, RevocationReason, Timestamp,
};
use crate::port::ReadSet;

use super::trouble::Trouble;
use super::visit::Visit;

/// The streams of a case, as the steps before the completion leave them.
struct After {
    instance: Option<CertificateInstance>,
    plan: Option<ResourcePlan>,
    chain: Option<HostingChain>,
    purchase: Option<Purchase>,
}

impl After {
    fn of(case: &Case<'_>) -> Self {
        Self {
            instance: case.instance.cloned(),
            plan: case.plan.cloned(),
            chain: case.chain.cloned(),
            purchase: case.purchase.cloned(),
        }
    }

    fn fold(&mut self, events: &Events) {
        for event in events {
            match event {
                Event::Instance { id, event } => evolve_instance(&mut self.instance, *id, event),
                Event::Plan { id, event } => evolve_plan(&mut self.plan, *id, event),
                Event::Chain { id, event } => evolve_chain(&mut self.chain, *id, event),
                Event::Purchase { id, event } => evolve_purchase(&mut self.purchase, *id, event),
            }
        }
    }

    fn case<'a>(&'a self, before: &Case<'a>) -> Case<'a> {
        Case {
            instance: self.instance.as_ref(),
            plan: self.plan.as_ref(),
            chain: self.chain.as_ref(),
            purchase: self.purchase.as_ref(),
            ..*before
        }
    }
}

/// The completion, decided and priced as if the CA completed the revocation now; none where it can't be
/// asked for, and where its request ends it.
pub(super) async fn completed(
    visit: &Visit<'_>,
    order: OrderId,
    reason: RevocationReason,
) -> Result<Option<Preview>, Trouble> {
    let store = &visit.service().ports().store;
    let loaded = store
        .load(visit.account(), ReadSet::Order(order).into())
        .await?;
    Ok(visit.judged(&loaded, |case, law| priced(case, reason, visit.now, law))?)
}

fn priced(
    case: &Case<'_>,
    reason: RevocationReason,
    now: Timestamp,
    law: &Law<'_>,
) -> Option<Preview> {
    let mut after = After::of(case);
    let asked = decide(case, &Command::RequestRevocation { reason }, now, law);
    after.fold(&asked.ok()?);
    // Where the CA asks back by mail, its holder answers.
    let confirmed = decide(&after.case(case), &Command::ConfirmRevocation, now, law);
    if let Ok(events) = confirmed {
        after.fold(&events);
    }
    let complete = Command::CompleteRevocation { at: now };
    preview(&after.case(case), &complete, now, law).ok()
}
