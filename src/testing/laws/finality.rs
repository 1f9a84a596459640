//! L8: what ended stays so, and ids are never used again.

use std::collections::BTreeSet;
use std::format;
use std::string::String;

use super::judge::{Check, Held, hold, there};
use super::kit::{find, phrase};
use super::words::standing;
use crate::lifecycle::{
    ChainEvent, Event, Expect, InstanceEvent, PlanEvent, PurchaseEvent, expectations,
};
use crate::model::{CertificateInstance, HoldState, Phase, RefundState};
use crate::testing::play::{Ending, Moment};

/// L8: nothing leads out of Deleted, ended slots stay ended, Revoked leads to deletion, refund and
/// renewal alone; no id begins twice.
pub(super) struct Finality;

/// The expectation that guards what an event begins, and its name.
fn begun(event: &Event) -> Option<(Expect, String)> {
    if let Event::Instance {
        id,
        event: InstanceEvent::Submitted(_) | InstanceEvent::Opened(_) | InstanceEvent::Uploaded(_),
    } = event
    {
        return Some((Expect::NewInstance(*id), format!("instance {id}")));
    }
    if let Event::Plan {
        id,
        event: PlanEvent::Bought(_),
    } = event
    {
        return Some((Expect::NewPlan(*id), format!("plan {id}")));
    }
    if let Event::Chain {
        id,
        event: ChainEvent::Linked(_),
    } = event
    {
        return Some((Expect::NewChain(*id), format!("chain {id}")));
    }
    if let Event::Purchase {
        id,
        event: PurchaseEvent::Paid(_),
    } = event
    {
        return Some((Expect::NewPurchase(*id), format!("purchase {id}")));
    }
    None
}

/// Whether a phase may follow another.
fn follows(before: &Phase, after: &Phase) -> bool {
    match before {
        Phase::Deleted { .. } | Phase::Ended { .. } => before == after,
        Phase::Revoked { .. } => before == after || matches!(after, Phase::Deleted { .. }),
        Phase::Live(_) => matches!(
            after,
            Phase::Live(_) | Phase::Revoked { .. } | Phase::Deleted { .. }
        ),
        Phase::Uploaded(_) => matches!(after, Phase::Uploaded(_) | Phase::Deleted { .. }),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. } => true,
    }
}

fn of_instance(before: &CertificateInstance, after: &CertificateInstance) -> Held {
    let id = before.id();
    hold!(
        (before.account(), before.product()) == (after.account(), after.product()),
        "{id} went to another account or became another product"
    );
    hold!(
        follows(before.phase(), after.phase()),
        "{id} was {} and is {}",
        standing(before.phase()),
        standing(after.phase())
    );
    let orphans: BTreeSet<_> = after.orphans().iter().collect();
    hold!(
        after.orphans().starts_with(before.orphans()) && orphans.len() == after.orphans().len(),
        "{id} forgot an orphan, or has one twice"
    );
    hold!(
        before.chain().is_none() || before.chain() == after.chain(),
        "{id} left its chain"
    );
    let ended = matches!(
        before.phase(),
        Phase::Deleted { .. } | Phase::Revoked { .. }
    );
    hold!(
        !ended || before.order() == after.order(),
        "{id} has another order after its end"
    );
    let returned = before
        .hold()
        .is_some_and(|hold| hold.state == HoldState::Returned);
    hold!(
        !returned || before.hold() == after.hold(),
        "the unit of {id} had returned and moved again"
    );
    Ok(())
}

impl Check for Finality {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        // What begins is expected to be new.
        if let Ok(events) = moment.answer {
            let expected = expectations(&moment.case(), events, &moment.law);
            for (new, name) in events.iter().filter_map(begun) {
                hold!(
                    expected.contains(&new),
                    "{}: nothing guards that {name} is new",
                    phrase(moment.command())
                );
            }
        }
        for own in moment.before.instances() {
            let after = find(moment.after, own.id());
            of_instance(own, there!(after, "{} vanished", own.id()))?;
        }
        for event in moment.answer.iter().flatten().filter(|_| moment.committed) {
            if let Event::Instance {
                id,
                event: InstanceEvent::OrphanIssued { fingerprint, .. },
            } = event
            {
                let after = there!(find(moment.after, *id), "{id} vanished");
                hold!(
                    after.orphans().contains(fingerprint),
                    "{id} does not know of its orphan"
                );
            }
        }
        for own in moment.before.purchases() {
            let id = own.id();
            let after = moment.after.purchases().find(|one| one.id() == id);
            let after = there!(after, "{id} vanished");
            hold!(
                !matches!(own.bill().refund, RefundState::Refunded { .. })
                    || own.bill() == after.bill(),
                "{id} was paid back, and its bill changed after that"
            );
            hold!(
                (own.first(), own.chain(), own.count())
                    == (after.first(), after.chain(), after.count()),
                "{id} paid for something else before"
            );
        }
        Ok(())
    }

    fn end(&mut self, ending: &Ending) -> Held {
        for lived in ending.values() {
            let mut names = BTreeSet::new();
            for (_, name) in lived.journal.iter().filter_map(begun) {
                let again = name.clone();
                hold!(names.insert(name), "{again} begins twice");
            }
        }
        Ok(())
    }
}
