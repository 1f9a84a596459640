//! L7: hosting goes member by member.

use std::vec::Vec;

use super::judge::{Check, Held, hold, there};
use super::kit::{at_most, find, focused, serves};
use super::words::{member, standing};
use crate::lifecycle::{ChainEvent, Command, CommandKind, Event, Why};
use crate::model::{
    CertificateInstance, ChainId, End, HostingChain, InstanceId, MemberState, Phase,
};
use crate::rulebook::Edition;
use crate::testing::play::Moment;
use crate::testing::strategy::Content;

/// L7: one member in application at a time, in the order of purchase; none activated without an
/// issued predecessor that is due; a failed one does not advance the chain.
pub(super) struct Hosting;

fn of_chain(moment: &Moment<'_>, chain: &HostingChain) -> Held {
    let id = chain.id();
    let current = there!(chain.current(), "{id} has no member");
    let mut states = Vec::new();
    let mut in_application = 0_u32;
    for one in chain.members() {
        let own = there!(
            find(moment.after, one.instance),
            "{} vanished",
            one.instance
        );
        hold!(
            own.chain() == Some(id),
            "{} does not know that it is in {id}",
            one.instance
        );
        // Both streams tell the same.
        let waits = matches!(own.phase(), Phase::NotActivated { .. });
        let cancelled = matches!(
            own.phase(),
            Phase::Ended {
                how: End::Cancelled,
                ..
            }
        );
        hold!(
            waits == (one.state == MemberState::Waiting)
                && cancelled == (one.state == MemberState::Cancelled),
            "{id} says that {} is {}, which is {}",
            one.instance,
            member(one.state),
            standing(own.phase())
        );
        if matches!(own.phase(), Phase::Verifying(_) | Phase::Validating(_)) {
            in_application = in_application.saturating_add(1);
            hold!(
                own.id() == current,
                "{} is in application out of its turn",
                own.id()
            );
        }
        if one.state != MemberState::Cancelled {
            states.push((one.state == MemberState::Waiting, one.instance));
        }
    }
    hold!(
        in_application <= 1,
        "{in_application} members of {id} are in application"
    );
    // Those whose turn came stand before those that wait.
    hold!(
        states.is_sorted_by_key(|(waits, _)| *waits),
        "{id}: a member waits before one whose turn came"
    );
    let first = states.iter().find(|(waits, _)| *waits).map(|(_, id)| *id);
    hold!(
        chain.next().is_none_or(|next| first == Some(next)),
        "{id}: the next is not the first that waits"
    );
    Ok(())
}

/// The days before the end of the one before from which a member is due.
fn trigger(money: &Edition) -> i64 {
    let trigger = money.hosting_trigger().value;
    i64::from(trigger.days).saturating_sub(i64::from(trigger.strict))
}

/// Due by definition, whatever windows are computed.
fn due_by_definition(moment: &Moment<'_>, chain: &HostingChain) -> Held {
    let before = chain.current().and_then(|id| find(moment.before, id));
    let (Some(next), Some(before)) = (chain.next(), before) else {
        return Ok(());
    };
    let Some(certificate) = before.certificate() else {
        return Ok(());
    };
    let not_after = certificate.validity().not_after();
    let mut world = focused(moment.before, next);
    world.set_other(None);
    let content = Content::plain(1);
    let activate = content.command(CommandKind::Activate, &world, moment.now(), &moment.law);
    let activate = there!(activate, "no command");
    let case = world.case();
    let law = moment.law_of(&case, Some(CommandKind::Activate));
    let (days, calendar) = (trigger(law.money), law.money.calendar().value);
    // Around the last days that any edition names.
    let near = days.saturating_sub(14).max(0)..days.saturating_add(3);
    for ago in near {
        for by in [-1, 0, 43_200] {
            let at = not_after.saturating_add(ago.saturating_mul(-86_400).saturating_add(by));
            let due = at_most(&calendar, at, not_after, days);
            match moment.machine.decide(&case, &activate, at, &law) {
                Ok(_) => hold!(
                    due && serves(before),
                    "{next} is activated at {at}, before it is due"
                ),
                Err(refusal) => hold!(
                    !due || refusal.why() != Why::NotDue,
                    "{next} is due at {at}: {refusal}"
                ),
            }
        }
    }
    Ok(())
}

fn of_activation(moment: &Moment<'_>, id: ChainId, instance: InstanceId) -> Held {
    hold!(
        matches!(moment.command(), Command::Activate { .. }),
        "{instance} is begun by something else than its activation"
    );
    let chain = there!(
        moment.before.chains().find(|own| own.id() == id),
        "{id} was never there"
    );
    hold!(chain.next() == Some(instance), "{instance} is not the next");
    let before = chain.current().and_then(|id| find(moment.before, id));
    let before = there!(before, "{instance} has none before it");
    hold!(
        serves(before),
        "{instance} is activated, and the one before it does not serve"
    );
    let certificate = there!(
        before.certificate(),
        "{instance} is activated, and the one before it was never issued"
    );
    let not_after = certificate.validity().not_after();
    let money = there!(
        moment.laws.pinned(&chain.pin()),
        "no edition has {id}'s pin"
    );
    let calendar = money.calendar().value;
    hold!(
        at_most(&calendar, moment.now(), not_after, trigger(money)),
        "{instance} is activated at {}, before it is due (R-46)",
        moment.now()
    );
    // With the data of the one before it, or those handed in with an uploaded one.
    let own = find(moment.after, instance).and_then(CertificateInstance::application);
    let own = there!(own, "{instance} is activated without an application");
    let data = before
        .application()
        .map(crate::model::Application::submission)
        .or_else(|| chain.submission());
    hold!(
        own.automatic() && Some(own.submission()) == data,
        "{instance} is applied for with other data than the one before it"
    );
    Ok(())
}

impl Check for Hosting {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        for chain in moment.after.chains() {
            of_chain(moment, chain)?;
        }
        for chain in moment.before.chains() {
            due_by_definition(moment, chain)?;
        }
        if !moment.committed {
            return Ok(());
        }
        for event in moment.answer.iter().flatten() {
            if let Event::Chain {
                id,
                event: ChainEvent::MemberBegun { instance, .. },
            } = event
            {
                of_activation(moment, *id, *instance)?;
            }
        }
        Ok(())
    }
}
