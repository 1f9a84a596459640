//! What an event says about the rows beside the journal.

use alloc::string::String;
use alloc::vec::Vec;

use crate::lifecycle::{Event, InstanceEvent, PlanEvent, PurchaseEvent};
use crate::model::{
    ChainId, DomainName, InstanceId, Note, OrderId, Origin, PlanId, ProductCode, PurchaseId,
    Timestamp,
};

/// What belongs to an instance, as far as an event says so.
#[derive(Clone, Debug, Default)]
pub(in crate::adapter) struct InstanceFacts {
    pub(in crate::adapter) product: Option<ProductCode>,
    pub(in crate::adapter) plan: Option<PlanId>,
    pub(in crate::adapter) purchase: Option<PurchaseId>,
    pub(in crate::adapter) chain: Option<ChainId>,
    pub(in crate::adapter) order: Option<OrderId>,
    pub(in crate::adapter) name: Option<Note>,
    /// Whether the name it had is free again.
    pub(in crate::adapter) frees_name: bool,
}

impl InstanceFacts {
    fn paid_by(&mut self, origin: &Origin) {
        match origin {
            Origin::Plan(hold) => self.plan = Some(hold.plan),
            Origin::Purchase(id) => self.purchase = Some(*id),
            Origin::Uploaded => {}
        }
    }
}

/// What several events say together, and the orders that they begin.
#[derive(Debug, Default)]
pub(in crate::adapter) struct AllFacts {
    pub(in crate::adapter) facts: InstanceFacts,
    pub(in crate::adapter) orders: Vec<OrderId>,
    /// Whether it may be filed with other names behind them than before.
    pub(in crate::adapter) may_rename: bool,
}

impl InstanceFacts {
    /// What the events of an instance say, the later ones over the earlier.
    pub(in crate::adapter) fn of_all(events: &[&Event]) -> AllFacts {
        let mut all = AllFacts::default();
        for event in events {
            let Event::Instance { event, .. } = event else {
                continue;
            };
            let next = facts(event);
            all.orders.extend(next.order);
            all.may_rename |= may_rename(event);
            all.facts = Self {
                product: next.product.or(all.facts.product),
                plan: next.plan.or(all.facts.plan),
                purchase: next.purchase.or(all.facts.purchase),
                chain: next.chain.or(all.facts.chain),
                order: next.order.or(all.facts.order),
                frees_name: next.frees_name,
                name: next.name.or(all.facts.name).filter(|_| !next.frees_name),
            };
        }
        all
    }
}

/// Whether an instance has another application or certificate behind an event than before, or none.
const fn may_rename(event: &InstanceEvent) -> bool {
    match event {
        InstanceEvent::Submitted(_)
        | InstanceEvent::Opened(_)
        | InstanceEvent::Uploaded(_)
        | InstanceEvent::Applied(_)
        | InstanceEvent::Issued { .. }
        | InstanceEvent::OrphanIssued { .. }
        | InstanceEvent::Merged { .. }
        | InstanceEvent::Absorbed { .. }
        | InstanceEvent::Deleted { .. } => true,
        InstanceEvent::ChainJoined { .. }
        | InstanceEvent::Closed { .. }
        | InstanceEvent::Deployed { .. }
        | InstanceEvent::Undeployed { .. }
        | InstanceEvent::ChallengeReceived { .. }
        | InstanceEvent::DomainConfirmed { .. }
        | InstanceEvent::Rejected { .. }
        | InstanceEvent::Withdrawn { .. }
        | InstanceEvent::Cancelled { .. }
        | InstanceEvent::RevocationRequested { .. }
        | InstanceEvent::RevocationConfirmed { .. }
        | InstanceEvent::Revoked { .. }
        | InstanceEvent::RevocationRefused { .. }
        | InstanceEvent::ExpiryAnnounced { .. } => false,
    }
}

/// What an instance's event says of what belongs to it.
fn facts(event: &InstanceEvent) -> InstanceFacts {
    let mut facts = InstanceFacts {
        order: event.begun_order(),
        ..InstanceFacts::default()
    };
    match event {
        InstanceEvent::Submitted(begun) => {
            facts.product = Some(begun.product.code);
            facts.paid_by(&begun.origin);
        }
        InstanceEvent::Opened(begun) => {
            facts.product = Some(begun.product.code);
            facts.chain = begun.chain;
            facts.paid_by(&begun.origin);
        }
        InstanceEvent::Uploaded(begun) => {
            facts.product = Some(begun.product.code);
            facts.name = Some(begun.name.clone());
        }
        InstanceEvent::ChainJoined { chain, .. } => facts.chain = Some(*chain),
        InstanceEvent::Deleted { .. } => facts.frees_name = true,
        InstanceEvent::Applied(_)
        | InstanceEvent::Closed { .. }
        | InstanceEvent::Merged { .. }
        | InstanceEvent::Absorbed { .. }
        | InstanceEvent::Deployed { .. }
        | InstanceEvent::Undeployed { .. }
        | InstanceEvent::ChallengeReceived { .. }
        | InstanceEvent::DomainConfirmed { .. }
        | InstanceEvent::Issued { .. }
        | InstanceEvent::Rejected { .. }
        | InstanceEvent::Withdrawn { .. }
        | InstanceEvent::Cancelled { .. }
        | InstanceEvent::RevocationRequested { .. }
        | InstanceEvent::RevocationConfirmed { .. }
        | InstanceEvent::Revoked { .. }
        | InstanceEvent::RevocationRefused { .. }
        | InstanceEvent::ExpiryAnnounced { .. }
        | InstanceEvent::OrphanIssued { .. } => {}
    }
    facts
}

/// What an event changes in the sums of its account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::adapter) struct Tally {
    /// What was bought, if the event begins the stream.
    pub(in crate::adapter) begins: Option<(ProductCode, u32, bool, Timestamp)>,
    pub(in crate::adapter) revocations: i64,
    pub(in crate::adapter) refunded: bool,
}

/// What an event changes in the sums of its account.
pub(in crate::adapter) fn money(event: &Event) -> Tally {
    let mut tally = Tally::default();
    match event {
        Event::Instance { .. } | Event::Chain { .. } => {}
        Event::Plan { event, .. } => match event {
            PlanEvent::Bought(bought) => {
                let product = bought.product;
                tally.begins = Some((product.code, bought.count, product.free, bought.at));
            }
            PlanEvent::RevocationCharged { .. } => tally.revocations = 1,
            PlanEvent::RevocationGivenBack { .. } => tally.revocations = -1,
            PlanEvent::Refunded { .. } => tally.refunded = true,
            PlanEvent::Reserved { .. }
            | PlanEvent::Settled { .. }
            | PlanEvent::Returned { .. }
            | PlanEvent::CertificateIssued { .. } => {}
        },
        Event::Purchase { event, .. } => match event {
            PurchaseEvent::Paid(paid) => {
                let product = paid.product;
                tally.begins = Some((product.code, paid.count, product.free, paid.at));
            }
            PurchaseEvent::RevocationCharged { .. } => tally.revocations = 1,
            PurchaseEvent::RevocationGivenBack { .. } => tally.revocations = -1,
            PurchaseEvent::Refunded { .. } => tally.refunded = true,
            PurchaseEvent::RefundClaimed { .. }
            | PurchaseEvent::RefundCancelled { .. }
            | PurchaseEvent::RefundRefused { .. } => {}
        },
    }
    tally
}

/// The chain's member whose turn came, if an event says so.
pub(in crate::adapter) fn current(event: &crate::lifecycle::ChainEvent) -> Option<InstanceId> {
    match event {
        crate::lifecycle::ChainEvent::Linked(linked) => Some(linked.first),
        crate::lifecycle::ChainEvent::MemberBegun { instance, .. } => Some(*instance),
        crate::lifecycle::ChainEvent::MemberCancelled { .. } => None,
    }
}

/// A name with its labels from the right, each with a dot behind it, so that what is below a name
/// begins like it: `com.example.www.`.
pub(in crate::adapter) fn backwards(name: &DomainName) -> String {
    let mut text = String::new();
    for label in name.as_str().rsplit('.') {
        text.push_str(label);
        text.push('.');
    }
    text
}

/// The names that are a name or below it lie between these, the second not included: a dot is the
/// last character of each label, and a slash the one after it.
pub(in crate::adapter) fn suffix_range(suffix: &DomainName) -> (String, String) {
    let first = backwards(suffix);
    let mut end = first.clone();
    end.pop();
    end.push('/');
    (first, end)
}
