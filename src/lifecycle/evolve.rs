//! Folding events into state. It can't refuse, and it needs no rulebook (L3).

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::model::{
    Application, Bill, CertificateInstance, ChainId, Deployment, EarlierOrder, End, HoldState,
    HostingChain, InstanceId, Live, Member, MemberState, Origin, Phase, PlanId, Purchase,
    PurchaseId, RefundState, ResourcePlan, Revocation, RevocationStage, Timestamp, Uploaded,
};

use super::event::{
    Applied, ChainEvent, Event, InstanceEvent, Opened, PlanEvent, PurchaseEvent, ReturnCause,
    Submitted,
};

/// How many earlier orders of a slot are remembered: a limit of size, not a rule.
const EARLIER_ORDERS: usize = 64;

/// The states that a decision touched, one of each kind.
///
/// What touches several instances, as a purchase of several years or a merger, does not fit in: keep
/// every event, and fold each stream by itself with [`evolve_instance`].
///
/// ```
/// use cert_lifecycle::lifecycle::Streams;
/// let empty = Streams::default();
/// assert!(empty.instance.is_none() && empty.plan.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// The instance.
    pub instance: Option<CertificateInstance>,
    /// The plan.
    pub plan: Option<ResourcePlan>,
    /// The chain.
    pub chain: Option<HostingChain>,
    /// The purchase.
    pub purchase: Option<Purchase>,
}

/// Folds an event into the states at hand. One that is about another stream is left alone.
pub fn evolve(streams: &mut Streams, event: &Event) {
    match event {
        Event::Instance { id, event } => {
            if streams.instance.as_ref().is_none_or(|own| own.id == *id) {
                evolve_instance(&mut streams.instance, *id, event);
            }
        }
        Event::Plan { id, event } => {
            if streams.plan.as_ref().is_none_or(|own| own.id == *id) {
                evolve_plan(&mut streams.plan, *id, event);
            }
        }
        Event::Chain { id, event } => {
            if streams.chain.as_ref().is_none_or(|own| own.id == *id) {
                evolve_chain(&mut streams.chain, *id, event);
            }
        }
        Event::Purchase { id, event } => {
            if streams.purchase.as_ref().is_none_or(|own| own.id == *id) {
                evolve_purchase(&mut streams.purchase, *id, event);
            }
        }
    }
}

/// Folds an event of an instance.
pub fn evolve_instance(
    state: &mut Option<CertificateInstance>,
    id: InstanceId,
    event: &InstanceEvent,
) {
    match (state.as_mut(), event) {
        (None, InstanceEvent::Submitted(submitted)) => *state = Some(begun(id, submitted)),
        (None, InstanceEvent::Opened(opened)) => *state = Some(slot(id, opened)),
        (None, InstanceEvent::Uploaded(uploaded)) => {
            *state = Some(CertificateInstance {
                id,
                account: uploaded.account,
                product: uploaded.product,
                origin: Origin::Uploaded,
                phase: Phase::Uploaded(Uploaded {
                    order: uploaded.order,
                    name: uploaded.name.clone(),
                    certificate: uploaded.certificate.clone(),
                    at: uploaded.at,
                    noticed_at: None,
                }),
                annex: None,
            });
        }
        (Some(instance), event) => step(instance, event),
        (None, _) => {}
    }
}

fn begun(id: InstanceId, submitted: &Submitted) -> CertificateInstance {
    let application = Application {
        order: submitted.order,
        submission: submitted.submission.clone(),
        names: submitted.names.clone(),
        submitted_at: submitted.at,
        pin: submitted.pin,
        key: submitted.key,
        challenge: None,
        automatic: false,
    };
    let mut instance = CertificateInstance {
        id,
        account: submitted.account,
        product: submitted.product,
        origin: submitted.origin,
        phase: under_way(application, submitted.verify),
        annex: None,
    };
    if let Some(renewed) = submitted.renewed {
        instance.annex_mut().renewed = Some(renewed);
    }
    instance
}

fn slot(id: InstanceId, opened: &Opened) -> CertificateInstance {
    let (order, at) = (opened.order, opened.at);
    let mut instance = CertificateInstance {
        id,
        account: opened.account,
        product: opened.product,
        origin: opened.origin,
        phase: if opened.waits {
            Phase::NotActivated { order }
        } else {
            Phase::Bought { order, at }
        },
        annex: None,
    };
    if opened.chain.is_some() || opened.renewed.is_some() {
        let annex = instance.annex_mut();
        annex.chain = opened.chain;
        annex.renewed = opened.renewed;
    }
    instance
}

const fn under_way(application: Application, verify: bool) -> Phase {
    if verify {
        Phase::Verifying(application)
    } else {
        Phase::Validating(application)
    }
}

fn apply(instance: &mut CertificateInstance, applied: &Applied) {
    let earlier = match &instance.phase {
        Phase::Pending {
            withdrawn: application,
            ..
        }
        | Phase::Failed { application, .. } => Some(EarlierOrder {
            order: application.order,
            key: application.key,
        }),
        Phase::NotActivated { .. } | Phase::Bought { .. } => None,
        // Nothing else is applied for.
        Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => return,
    };
    if let Some(earlier) = earlier {
        remember(instance, earlier);
    }
    if applied.settles {
        set_unit(instance, HoldState::Settled);
    }
    let application = Application {
        order: applied.order,
        submission: applied.submission.clone(),
        names: applied.names.clone(),
        submitted_at: applied.at,
        pin: applied.pin,
        key: applied.key,
        challenge: None,
        automatic: applied.automatic,
    };
    instance.phase = under_way(application, applied.verify);
}

const fn set_unit(instance: &mut CertificateInstance, state: HoldState) {
    if let Origin::Plan(hold) = &mut instance.origin {
        hold.state = state;
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm an event: a new one must be thought of here"
)]
fn step(instance: &mut CertificateInstance, event: &InstanceEvent) {
    match event {
        // A stream begins once.
        InstanceEvent::Submitted(_) | InstanceEvent::Opened(_) | InstanceEvent::Uploaded(_) => {}
        InstanceEvent::Applied(applied) => apply(instance, applied),
        InstanceEvent::ChallengeReceived { challenge, key, .. } => {
            if let Phase::Verifying(application) | Phase::Validating(application) =
                &mut instance.phase
            {
                application.challenge = Some(challenge.clone());
                application.key = Some(*key);
            }
        }
        InstanceEvent::DomainConfirmed { .. } => replace(instance, |phase| {
            if let Phase::Verifying(application) = phase {
                Phase::Validating(application)
            } else {
                phase
            }
        }),
        InstanceEvent::Issued { certificate, at } => {
            if matches!(instance.phase, Phase::Validating(_)) {
                set_unit(instance, HoldState::Settled);
            }
            replace(instance, |phase| {
                if let Phase::Validating(application) = phase {
                    Phase::Live(Live {
                        application,
                        certificate: certificate.clone(),
                        issued_at: *at,
                        revocation: None,
                        noticed_at: None,
                    })
                } else {
                    phase
                }
            });
        }
        InstanceEvent::Rejected { reason, at } => replace(instance, |phase| {
            if let Phase::Validating(application) = phase {
                Phase::Failed {
                    application,
                    at: *at,
                    reason: reason.clone(),
                }
            } else {
                phase
            }
        }),
        InstanceEvent::Withdrawn { at } => replace(instance, |phase| {
            if let Phase::Verifying(withdrawn) | Phase::Validating(withdrawn) = phase {
                Phase::Pending { withdrawn, at: *at }
            } else {
                phase
            }
        }),
        InstanceEvent::Cancelled { at } if matches!(instance.phase, Phase::NotActivated { .. }) => {
            end(instance, End::Cancelled, *at);
            set_unit(instance, HoldState::Returned);
        }
        // What was issued is not cancelled but deleted.
        InstanceEvent::Cancelled { .. } if instance.certificate().is_some() => {}
        InstanceEvent::Deleted { at } | InstanceEvent::Cancelled { at } => delete(instance, *at),
        InstanceEvent::Closed { at } => end(instance, End::Closed, *at),
        InstanceEvent::Merged { into, at } => end(instance, End::Merged(*into), *at),
        InstanceEvent::Absorbed {
            instance: other, ..
        } => instance.annex_mut().absorbed.push(*other),
        InstanceEvent::ChainJoined { chain, .. } => instance.annex_mut().chain = Some(*chain),
        InstanceEvent::Deployed { target, domain, at } => {
            let all = &mut instance.annex_mut().deployments;
            all.retain(|one| one.target != *target || one.domain != *domain);
            all.push(Deployment {
                target: *target,
                domain: domain.clone(),
                at: *at,
            });
        }
        InstanceEvent::Undeployed { target, .. } => {
            if let Some(annex) = &mut instance.annex {
                annex.deployments.retain(|one| one.target != *target);
            }
        }
        InstanceEvent::RevocationRequested {
            reason,
            confirm,
            at,
        } => {
            if let Phase::Live(live) = &mut instance.phase
                && live.revocation.is_none()
            {
                let stage = if *confirm {
                    RevocationStage::ToConfirm
                } else {
                    RevocationStage::InReview
                };
                live.revocation = Some(Revocation {
                    stage,
                    requested_at: *at,
                    confirmed_at: None,
                    reason: *reason,
                });
            }
        }
        InstanceEvent::RevocationConfirmed { at } => {
            if let Phase::Live(live) = &mut instance.phase
                && let Some(revocation) = &mut live.revocation
            {
                revocation.stage = RevocationStage::InReview;
                revocation.confirmed_at = Some(*at);
            }
        }
        InstanceEvent::Revoked {
            cause,
            reason,
            unit_returned,
            at,
        } => {
            if *unit_returned && matches!(instance.phase, Phase::Live(_)) {
                set_unit(instance, HoldState::Returned);
            }
            replace(instance, |phase| {
                if let Phase::Live(live) = phase {
                    Phase::Revoked {
                        live,
                        at: *at,
                        cause: *cause,
                        reason: *reason,
                    }
                } else {
                    phase
                }
            });
        }
        InstanceEvent::RevocationRefused { .. } => {
            if let Phase::Live(live) = &mut instance.phase {
                live.revocation = None;
            }
        }
        InstanceEvent::ExpiryAnnounced { at } => {
            if let Phase::Live(Live { noticed_at, .. })
            | Phase::Uploaded(Uploaded { noticed_at, .. }) = &mut instance.phase
                && noticed_at.is_none()
            {
                *noticed_at = Some(*at);
            }
        }
        InstanceEvent::OrphanIssued { fingerprint, .. } => {
            let ended = matches!(
                instance.phase,
                Phase::Pending { .. } | Phase::Deleted { .. }
            );
            let late = ended || !instance.earlier().is_empty();
            if late && !instance.orphans().contains(fingerprint) {
                instance.annex_mut().orphans.push(*fingerprint);
            }
        }
    }
}

/// What never got a certificate of its own ends. An application that was withdrawn before is
/// remembered, so that a late certificate is known (T-49).
fn end(instance: &mut CertificateInstance, how: End, at: Timestamp) {
    let order = instance.order();
    match &instance.phase {
        Phase::NotActivated { .. } | Phase::Bought { .. } => {}
        Phase::Pending {
            withdrawn: application,
            ..
        }
        | Phase::Failed { application, .. } => {
            let key = application.key;
            remember(instance, EarlierOrder { order, key });
        }
        // Nothing else ends so.
        Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => return,
    }
    instance.phase = Phase::Ended { order, how, at };
}

fn remember(instance: &mut CertificateInstance, earlier: EarlierOrder) {
    let all = &mut instance.annex_mut().earlier;
    all.push(earlier);
    let beyond = all.len().saturating_sub(EARLIER_ORDERS);
    all.drain(..beyond.min(all.len()));
}

/// What is deleted keeps what a late certificate is known by (T-49).
fn delete(instance: &mut CertificateInstance, at: Timestamp) {
    let order = instance.order();
    let (key, names, certificate, unissued) = match &instance.phase {
        Phase::Verifying(application)
        | Phase::Validating(application)
        | Phase::Failed { application, .. }
        | Phase::Pending {
            withdrawn: application,
            ..
        } => {
            let names = application.key.is_none().then(|| application.names.clone());
            (application.key, names, None, true)
        }
        Phase::NotActivated { .. } | Phase::Bought { .. } => (None, None, None, true),
        Phase::Live(live) | Phase::Revoked { live, .. } => (
            live.application.key,
            None,
            Some(live.certificate.fingerprint()),
            false,
        ),
        Phase::Uploaded(uploaded) => (None, None, Some(uploaded.certificate.fingerprint()), false),
        // Nothing leads out of these.
        Phase::Ended { .. } | Phase::Deleted { .. } => return,
    };
    instance.phase = Phase::Deleted {
        order,
        key,
        names,
        certificate,
        at,
    };
    if unissued {
        set_unit(instance, HoldState::Returned);
    }
}

/// Moves the phase out, and puts back what it became.
fn replace(instance: &mut CertificateInstance, become_next: impl FnOnce(Phase) -> Phase) {
    let moved_out = Phase::NotActivated {
        order: instance.order(),
    };
    let phase = core::mem::replace(&mut instance.phase, moved_out);
    instance.phase = become_next(phase);
}

/// Folds a move of a plan's ledger.
pub fn evolve_plan(state: &mut Option<ResourcePlan>, id: PlanId, event: &PlanEvent) {
    let Some(plan) = state else {
        if let PlanEvent::Bought(bought) = event {
            *state = Some(ResourcePlan {
                id,
                account: bought.account,
                product: bought.product,
                bill: Bill {
                    payment: bought.payment,
                    paid_at: bought.at,
                    pin: bought.pin,
                    refund: RefundState::None,
                },
                total: bought.count,
                reserved: 0,
                settled: 0,
                issued: 0,
                revoked: 0,
                revocations: 0,
                taken: 0,
            });
        }
        return;
    };
    match event {
        // A stream begins once.
        PlanEvent::Bought(_) => {}
        PlanEvent::Reserved { .. } => {
            if plan.remaining() > 0 {
                plan.reserved = plan.reserved.saturating_add(1);
                plan.taken = plan.taken.saturating_add(1);
            }
        }
        PlanEvent::Settled { was_reserved, .. } => {
            let free = if *was_reserved {
                take(&mut plan.reserved)
            } else {
                plan.taken = plan.taken.saturating_add(1);
                plan.remaining() > 0
            };
            if free {
                plan.settled = plan.settled.saturating_add(1);
            }
        }
        PlanEvent::Returned {
            was_settled, cause, ..
        } => {
            match cause {
                ReturnCause::RevokedInWindow => plan.revoked = plan.revoked.saturating_add(1),
                ReturnCause::OrderEnded => {}
            }
            let counter = if *was_settled {
                &mut plan.settled
            } else {
                &mut plan.reserved
            };
            take(counter);
        }
        PlanEvent::CertificateIssued { .. } => plan.issued = plan.issued.saturating_add(1),
        PlanEvent::RevocationCharged { .. } => {
            plan.revocations = plan.revocations.saturating_add(1);
        }
        PlanEvent::RevocationGivenBack { .. } => {
            take(&mut plan.revocations);
        }
        PlanEvent::Refunded { cash, at } => {
            refund(&mut plan.bill, *cash, *at);
            // What was paid back can't be drawn from, whoever read the plan before.
            plan.total = plan.used();
        }
    }
}

/// Folds an event of a chain.
pub fn evolve_chain(state: &mut Option<HostingChain>, id: ChainId, event: &ChainEvent) {
    let Some(chain) = state else {
        if let ChainEvent::Linked(linked) = event {
            let first = Member {
                instance: linked.first,
                state: MemberState::Begun,
            };
            let waiting = linked.waiting.iter().map(|instance| Member {
                instance: *instance,
                state: MemberState::Waiting,
            });
            let members: Vec<Member> = core::iter::once(first).chain(waiting).collect();
            *state = Some(HostingChain {
                id,
                account: linked.account,
                product: linked.product,
                purchase: linked.purchase,
                pin: linked.pin,
                submission: linked.submission.as_ref().map(Arc::clone),
                members,
            });
        }
        return;
    };
    let (moved, to) = match event {
        // A stream begins once.
        ChainEvent::Linked(_) => return,
        ChainEvent::MemberBegun { instance, .. } => (*instance, MemberState::Begun),
        ChainEvent::MemberCancelled { instance, .. } => (*instance, MemberState::Cancelled),
    };
    for member in &mut chain.members {
        if member.instance == moved && matches!(member.state, MemberState::Waiting) {
            member.state = to;
        }
    }
}

/// Folds an event of a purchase.
pub fn evolve_purchase(state: &mut Option<Purchase>, id: PurchaseId, event: &PurchaseEvent) {
    let Some(purchase) = state else {
        if let PurchaseEvent::Paid(paid) = event {
            *state = Some(Purchase {
                id,
                account: paid.account,
                product: paid.product,
                kind: paid.kind,
                bill: Bill {
                    payment: paid.payment,
                    paid_at: paid.at,
                    pin: paid.pin,
                    refund: RefundState::None,
                },
                first: paid.first,
                chain: paid.chain,
                count: paid.count,
                revocations: 0,
            });
        }
        return;
    };
    match event {
        // A stream begins once.
        PurchaseEvent::Paid(_) => {}
        PurchaseEvent::RevocationCharged { .. } => {
            purchase.revocations = purchase.revocations.saturating_add(1);
        }
        PurchaseEvent::RevocationGivenBack { .. } => {
            take(&mut purchase.revocations);
        }
        PurchaseEvent::RefundClaimed { at } => {
            if matches!(purchase.bill.refund, RefundState::None) {
                purchase.bill.refund = RefundState::Review { claimed_at: *at };
            }
        }
        PurchaseEvent::RefundCancelled { .. } | PurchaseEvent::RefundRefused { .. } => {
            if matches!(purchase.bill.refund, RefundState::Review { .. }) {
                purchase.bill.refund = RefundState::None;
            }
        }
        PurchaseEvent::Refunded { cash, at } => refund(&mut purchase.bill, *cash, *at),
    }
}

/// Money goes back once, and never more than came in (L5).
fn refund(bill: &mut Bill, cash: u64, at: Timestamp) {
    if !matches!(bill.refund, RefundState::Refunded { .. }) {
        let cash = cash.min(bill.payment.cash);
        bill.refund = RefundState::Refunded { at, cash };
    }
}

/// Takes one from a counter, if there is one.
const fn take(counter: &mut u32) -> bool {
    match counter.checked_sub(1) {
        Some(less) => {
            *counter = less;
            true
        }
        None => false,
    }
}
