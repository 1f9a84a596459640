//! L4: the way out of a refusal is one: what is advised is granted.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::judge::{Check, Held, hold};
use crate::lifecycle::{Case, Command, CommandKind, Law, Refusal, WayOut, Why, World};
use crate::model::{
    CertificateInstance, HostingChain, InstanceId, MemberState, RefundState, RevocationStage,
    Target, Timestamp,
};
use crate::rulebook::{Field, RuleId};
use crate::testing::play::Moment;
use crate::testing::strategy::{Content, every_command};

use CommandKind as K;

/// L4: what a refusal advises is granted at the same instant, and leads to what was asked for.
pub(super) struct Advice;

/// Why an advice could not be followed.
enum Stuck {
    Refused(Refusal),
    Broken(String),
}

impl From<Refusal> for Stuck {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

type Followed = Result<(), Stuck>;

fn missing(what: &str) -> Stuck {
    Stuck::Broken(format!("{what} is missing where a refusal speaks of it"))
}

/// Applies commands one after the other.
fn granted(world: &mut World, steps: &[Command], moment: &Moment<'_>) -> Followed {
    for command in steps {
        let case = world.case_for(command, moment.now(), &moment.law);
        let law = moment.law_of(&case, Some(command.kind()));
        moment.machine.apply(world, command, moment.now(), &law)?;
    }
    Ok(())
}

/// The commands that an advice names, where commands follow it at once.
fn commands(way: WayOut) -> &'static [K] {
    if way == WayOut::WithdrawThenDelete {
        return &[K::Withdraw, K::Delete];
    }
    let ways: [(&[WayOut], &'static [K]); 11] = [
        (&[WayOut::Withdraw, WayOut::WithdrawFirst], &[K::Withdraw]),
        (&[WayOut::Delete, WayOut::DeleteAndCreate], &[K::Delete]),
        (
            &[
                WayOut::Revoke,
                WayOut::RevokeOnly,
                WayOut::RevokeFirst,
                WayOut::RevokeInTime,
                WayOut::RevokeForRefund,
                WayOut::RevokeUnits,
                WayOut::ReturnAllUnits,
                WayOut::CancelMembers,
                WayOut::CancelMembersFirst,
            ],
            &[K::RequestRevocation],
        ),
        (&[WayOut::ConfirmByMail], &[K::ConfirmRevocation]),
        // Nobody waits for a CA that waits for the holder.
        (&[WayOut::AwaitRevocation], &[K::CompleteRevocation]),
        (
            &[WayOut::Resubmit, WayOut::ResubmitBefore, WayOut::Apply],
            &[K::Apply],
        ),
        (&[WayOut::Cancel], &[K::CancelOrder]),
        (&[WayOut::CancelRefund], &[K::CancelRefund]),
        (&[WayOut::UndeployFirst], &[K::Undeploy]),
        (
            &[WayOut::DeleteCertificate, WayOut::UndeployThenDelete],
            &[K::DeleteCertificate],
        ),
        (&[WayOut::None], &[]),
    ];
    let found = ways.iter().find(|(ways, _)| ways.contains(&way));
    found.map_or(&[], |(_, kinds)| kinds)
}

fn paid_for(world: &World) -> bool {
    world
        .purchase()
        .is_some_and(|own| matches!(own.bill().refund, RefundState::Refunded { .. }))
}

/// The rest of a revocation that was asked for.
fn revoked(world: &mut World, moment: &Moment<'_>) -> Followed {
    let live = world.instance().and_then(CertificateInstance::live);
    let live = live.ok_or_else(|| missing("a certificate"))?;
    let to_confirm = live
        .revocation()
        .is_some_and(|one| one.stage == RevocationStage::ToConfirm);
    if to_confirm {
        granted(world, &[Command::ConfirmRevocation], moment)?;
    }
    let completed = Command::CompleteRevocation { at: moment.now() };
    granted(world, &[completed], moment)
}

/// Cancels the members of the chain that wait.
fn cancel_members(world: &mut World, moment: &Moment<'_>) -> Followed {
    let chain = world.chain().ok_or_else(|| missing("a chain"))?;
    let members = chain.members().iter();
    let waiting: Vec<InstanceId> = members
        .filter(|one| one.state == MemberState::Waiting)
        .map(|one| one.instance)
        .collect();
    if waiting.is_empty() {
        return Err(missing("a member that waits"));
    }
    let own = world.instance().map(CertificateInstance::id);
    for id in waiting {
        world.focus(id);
        world.set_other(None);
        granted(world, &[Command::CancelOrder], moment)?;
    }
    world.look_at(own);
    Ok(())
}

/// Deletes the certificate at the instant that the advice names, taken off the cloud products.
fn deleted_from(world: &mut World, from: Timestamp, moment: &Moment<'_>) -> Followed {
    undeployed(world, moment)?;
    let deletion = Command::DeleteCertificate;
    let case = world.case_for(&deletion, from, &moment.law);
    let law = moment.law_of(&case, Some(deletion.kind()));
    moment.machine.apply(world, &deletion, from, &law)?;
    Ok(())
}

/// Takes it off all cloud products.
fn undeployed(world: &mut World, moment: &Moment<'_>) -> Followed {
    let there = world.instance().map(CertificateInstance::deployments);
    let targets: Vec<Target> = there
        .unwrap_or_default()
        .iter()
        .map(|one| one.target)
        .collect();
    for target in targets {
        // One undeployment may take several domains off.
        let left = world.instance().map(CertificateInstance::deployments);
        if left
            .unwrap_or_default()
            .iter()
            .any(|one| one.target == target)
        {
            granted(world, &[Command::Undeploy { target }], moment)?;
        }
    }
    Ok(())
}

/// Tries what a refusal advises.
fn follow(refusal: &Refusal, moment: &Moment<'_>) -> Followed {
    let mut world = moment.before.clone();
    let way = refusal.way_out();
    if [WayOut::CancelMembers, WayOut::CancelMembersFirst].contains(&way) {
        cancel_members(&mut world, moment)?;
    }
    world.set_other(None);
    if way == WayOut::ResubmitBefore {
        let before = world.chain().and_then(HostingChain::current);
        world.focus(before.ok_or_else(|| missing("a certificate before it"))?);
    }
    if way == WayOut::UndeployThenDelete {
        undeployed(&mut world, moment)?;
    }
    for kind in commands(way) {
        let command = Content::plain(90).command(*kind, &world, moment.now(), &moment.law);
        let command = command.ok_or_else(|| missing("a command"))?;
        granted(&mut world, &[command], moment)?;
    }
    if let WayOut::DeleteOnceExpired(from) = way {
        return deleted_from(&mut world, from, moment);
    }
    let claim = [Command::ClaimRefund];
    // What was done for a refund leads to it.
    if [WayOut::RevokeFirst, WayOut::RevokeInTime].contains(&way) {
        revoked(&mut world, moment)?;
        return granted(&mut world, &claim, moment);
    }
    if way == WayOut::RevokeForRefund {
        revoked(&mut world, moment)?;
        if !paid_for(&world) {
            return Err(missing("the price"));
        }
    }
    if [WayOut::CancelMembersFirst, WayOut::RevokeUnits].contains(&way) {
        revoked(&mut world, moment)?;
        if !paid_for(&world) {
            granted(&mut world, &claim, moment)?;
        }
    }
    if way == WayOut::WithdrawFirst {
        granted(&mut world, &claim, moment)?;
    }
    if way == WayOut::ClaimOnFirst {
        let purchase = world.purchase().ok_or_else(|| missing("a purchase"))?;
        let first = purchase.first();
        world.focus(first);
        // What the first one is told leads on, or has a date.
        let ends = [
            Why::ChainMovedOn,
            Why::Refunded,
            Why::Free,
            Why::NothingPaid,
            Why::LateHosting,
            Why::WasMerged,
        ];
        if let Err(Stuck::Refused(other)) = granted(&mut world, &claim, moment)
            && other.way_out() == WayOut::None
            && ends.contains(&other.why())
        {
            return Err(Stuck::Refused(other));
        }
    }
    Ok(())
}

/// What a refusal says of the day from which the answer differs: the command is permitted then, or
/// becomes so later, under the clauses that begin on it, with the case as it is.
fn lets_through(
    refusal: &Refusal,
    (case, command): (&Case<'_>, &Command),
    law: &Law<'_>,
    moment: &Moment<'_>,
) -> Held {
    let others = std::string::ToString::to_string(refusal).contains("applied for from");
    let Some(day) = refusal.changes_on().filter(|_| !others) else {
        return Ok(());
    };
    let begins = day.midnight(law.conduct.calendar().value.offset);
    let fields: Vec<Field> = (law.conduct.changes())
        .filter(|(_, cite)| cite.until == Some(day))
        .map(|(field, _)| field)
        .collect();
    let mut conduct = law.conduct.clone();
    for field in fields {
        if let Some(next) = law.conduct.following(field) {
            conduct = conduct.with(field, &next);
        }
    }
    let mut later = *law;
    later.conduct = &conduct;
    if let Err(other) = moment.machine.decide(case, command, begins, &later) {
        hold!(
            other.permitted_from().is_some(),
            "{refusal} But on that day: {other}"
        );
    }
    Ok(())
}

/// What stands in the way of an advice without making it wrong: the allowance is another matter, and a
/// claim on another member of the chain stands in no read set of this one.
fn excused(refusal: &Refusal, other: &Refusal) -> bool {
    let members = [WayOut::CancelMembers, WayOut::CancelMembersFirst];
    let of_members = members.contains(&refusal.way_out());
    other.rule() == RuleId::R38 || (of_members && other.way_out() == WayOut::CancelRefund)
}

impl Check for Advice {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        let now = moment.now();
        let mut alone = moment.before.clone();
        alone.set_other(None);
        for command in every_command(moment.before, now, &moment.law) {
            let merges = matches!(command, Command::Merge);
            let world = if merges { moment.before } else { &alone };
            let case = world.case_for(&command, now, &moment.law);
            let law = moment.law_of(&case, Some(command.kind()));
            let Err(refusal) = moment.machine.decide(&case, &command, now, &law) else {
                continue;
            };
            lets_through(&refusal, (&case, &command), &law, moment)?;
            // One's own is found.
            hold!(
                refusal.way_out() != WayOut::CheckOrder || refusal.status().is_none(),
                "one's own is not found: {refusal}"
            );
            // Nobody has to buy anew who only has to wait.
            hold!(
                refusal.way_out() != WayOut::ApplyAnew || refusal.permitted_from().is_none(),
                "who only has to wait is told to buy: {refusal}"
            );
            match follow(&refusal, moment) {
                Ok(()) => {}
                Err(Stuck::Broken(words)) => {
                    return Err(format!("at {now}: {refusal} But {words}"));
                }
                Err(Stuck::Refused(other)) => hold!(
                    excused(&refusal, &other),
                    "at {now} the advice is refused: {refusal} Then: {other}"
                ),
            }
        }
        Ok(())
    }
}
