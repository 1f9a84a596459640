//! L12: what belongs to another account is not found.

use super::judge::{Check, Held, hold};
use super::kit::{begins, find, incomplete, of_another, phrase};
use super::words::{Answered, told};
use crate::lifecycle::{Case, Command, CommandKind, Law, RefusalKind, World};
use crate::model::{AccountId, CertificateInstance, InstanceId};
use crate::testing::play::Moment;
use crate::testing::strategy::every_command;

/// L12: a stranger finds nothing and changes nothing; what is left out of a read set, or put there
/// from another account, helps nobody.
pub(super) struct Isolation;

/// Someone who has nothing there.
pub(super) fn stranger() -> Result<AccountId, std::string::String> {
    AccountId::new("stranger").map_err(|error| std::format!("{error}"))
}

fn asked_by_a_stranger(
    moment: &Moment<'_>,
    own: &Case<'_>,
    command: &Command,
    law: &Law<'_>,
) -> Held {
    let account = stranger()?;
    let mut theirs = *own;
    theirs.account = account;
    let what = phrase(command);
    let answer = moment.machine.decide(&theirs, command, moment.now(), law);
    match &answer {
        Ok(events) => {
            hold!(begins(command.kind()), "a stranger can {what}");
            for event in events {
                hold!(
                    of_another(event, account) == *event,
                    "a stranger can {what} for somebody else"
                );
            }
        }
        Err(refusal) if begins(command.kind()) => hold!(
            refusal.kind() != RefusalKind::OrderNotFound,
            "a stranger cannot {what}: {refusal}"
        ),
        Err(refusal) => {
            let found = [RefusalKind::OrderNotFound, RefusalKind::PlanNotFound];
            hold!(
                found.contains(&refusal.kind()),
                "a stranger is told more than that nothing is found: {refusal}"
            );
            hold!(
                refusal.status().is_none(),
                "a stranger is told a status: {refusal}"
            );
        }
    }
    Ok(())
}

/// With something of a stranger in the place of one's own.
fn foreign<'a>(own: &Case<'a>, twin: &'a World) -> [Case<'a>; 5] {
    let twins = |id: Option<InstanceId>| id.and_then(|id| find(twin, id));
    let (mut instance, mut plan, mut chain, mut purchase, mut other) =
        (*own, *own, *own, *own, *own);
    instance.instance = twins(own.instance.map(CertificateInstance::id));
    plan.plan = own
        .plan
        .and_then(|one| twin.plans().find(|own| own.id() == one.id()));
    chain.chain = own
        .chain
        .and_then(|one| twin.chains().find(|own| own.id() == one.id()));
    purchase.purchase = own
        .purchase
        .and_then(|one| twin.purchases().find(|own| own.id() == one.id()));
    other.other = twins(own.other.map(CertificateInstance::id));
    [instance, plan, chain, purchase, other]
}

impl Check for Isolation {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        let mut twin = World::new(stranger()?);
        for event in moment.journal {
            twin.fold(&of_another(event, stranger()?));
        }
        let now = moment.now();
        for command in every_command(moment.before, now, &moment.law) {
            let own = moment.before.case_for(&command, now, &moment.law);
            let kind = command.kind();
            let law = moment.law_of(&own, Some(kind));
            asked_by_a_stranger(moment, &own, &command, &law)?;
            if begins(kind) {
                continue;
            }
            let what = phrase(&command);
            let decide = |case: &Case<'_>| moment.machine.decide(case, &command, now, &law);
            let right = decide(&own);
            let foreign = foreign(&own, &twin);
            if matches!(kind, CommandKind::Submit | CommandKind::Draw) {
                let [_, theirs, ..] = &foreign;
                hold!(
                    decide(theirs).is_err(),
                    "one can {what} with a plan of another account"
                );
                continue;
            }
            // It is as good as nothing.
            let less = incomplete(&own);
            for (foreign, less) in foreign.iter().zip(&less) {
                hold!(
                    decide(foreign).is_ok() == decide(less).is_ok(),
                    "what belongs to another account makes a difference: {what}"
                );
            }
            for case in foreign.iter().chain(&less) {
                let Ok(answer) = decide(case) else { continue };
                hold!(
                    right.as_ref().is_ok_and(|right| right[..] == answer[..]),
                    "with less at hand one can {what}: {}; with all of it {}",
                    told(&answer),
                    Answered(&right)
                );
            }
        }
        Ok(())
    }
}
