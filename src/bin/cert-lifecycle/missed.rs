//! What a step does not name, or names and is not there: nothing else is looked for.

use cert_lifecycle::codec::command::Step;
use cert_lifecycle::lifecycle::{Command, Refusal, RefusalKind, Why, World};
use cert_lifecycle::model::{CertificateInstance, ResourcePlan};

/// Why a plan or an instance was missed, if the step is refused for that.
pub(crate) fn missed(world: &World, step: &Step, refusal: &Refusal) -> Option<String> {
    match refusal.kind() {
        RefusalKind::PlanNotFound if refusal.why() == Why::NoPlan => plan(world, step),
        RefusalKind::OrderNotFound => instance(world, step),
        RefusalKind::PlanNotFound
        | RefusalKind::QuotaExhausted
        | RefusalKind::State
        | RefusalKind::Application
        | RefusalKind::CaAnswer
        | RefusalKind::Misuse => None,
    }
}

fn plan(world: &World, step: &Step) -> Option<String> {
    let Some(id) = step.on.plan else {
        return Some(
            "no plan is named; `\"on\":{\"plan\":ID}` says which one is drawn from".to_owned(),
        );
    };
    let known = world.plans().map(ResourcePlan::id);
    unknown("plan", &id, known)
}

fn instance(world: &World, step: &Step) -> Option<String> {
    let claims = matches!(step.command, Command::ClaimRefund);
    if claims && let Some(id) = step.on.plan {
        return unknown("plan", &id, world.plans().map(ResourcePlan::id));
    }
    let Some(id) = step.on.instance else {
        let named = if claims {
            "neither an instance nor a plan is named; `\"on\":{\"instance\":ID}` or \
             `\"on\":{\"plan\":ID}` says whose money is claimed back"
        } else {
            "no instance is named; `\"on\":{\"instance\":ID}` says which one is meant"
        };
        return Some(named.to_owned());
    };
    let instances = || world.instances().map(CertificateInstance::id);
    let other = step
        .on
        .other
        .and_then(|id| unknown("instance", &id, instances()));
    unknown("instance", &id, instances()).or(other)
}

/// That there is none of an id, unless there is.
fn unknown<T: PartialEq + std::fmt::Display>(
    what: &str,
    id: &T,
    mut known: impl Iterator<Item = T>,
) -> Option<String> {
    let is_known = known.any(|one| one == *id);
    (!is_known).then(|| format!("no {what} `{id}`: the account has none of this id by then"))
}
