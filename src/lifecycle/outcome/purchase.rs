//! What purchases, renewals and uploads yield.

use alloc::boxed::Box;

use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::command::{Extension, NewPurchase, Paid, Slot, Upload};
use crate::lifecycle::condition::names_to_keep;
use crate::lifecycle::event::{
    ChainEvent, Events, InstanceEvent, Linked, Opened, PaidFor, PlanEvent, PurchaseEvent,
    Submitted, UploadedHere,
};
use crate::model::{
    CertificateInstance, ChainId, CsrFacts, Hold, HoldState, InstanceId, Origin, Phase, Product,
    PurchaseKind, Renewed, Timestamp,
};
use crate::rulebook::{RenewalResult, RuleId};

use super::{submitted, unit_of};

/// the payment, the chain, and the slots: the first to apply with, the others waiting.
pub(super) fn bought(
    case: &Case<'_>,
    bought: &NewPurchase,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    let first = bought.slots.first()?.instance;
    events.follow(if bought.chain.is_some() {
        RuleId::R02
    } else {
        RuleId::R01
    });
    let count = u32::try_from(bought.slots.len()).ok()?;
    let paid = (bought.paid, PurchaseKind::New);
    pay(
        case,
        paid,
        bought.product,
        (first, bought.chain, count),
        now,
        law,
        events,
    );
    if let Some(chain) = bought.chain {
        let linked = Linked {
            account: case.account,
            product: bought.product,
            purchase: bought.paid.purchase,
            pin: law.money.pin(),
            first,
            waiting: bought
                .slots
                .iter()
                .skip(1)
                .map(|slot| slot.instance)
                .collect(),
            submission: None,
            at: now,
        };
        events.chain(chain, ChainEvent::Linked(Box::new(linked)));
    }
    for (place, slot) in bought.slots.iter().enumerate() {
        let opened = Opened {
            account: case.account,
            product: bought.product,
            origin: Origin::Purchase(bought.paid.purchase),
            order: slot.order,
            chain: bought.chain,
            waits: place > 0,
            renewed: None,
            at: now,
        };
        events.instance(slot.instance, InstanceEvent::Opened(Box::new(opened)));
    }
    Some(())
}

fn pay(
    case: &Case<'_>,
    (paid, kind): (Paid, PurchaseKind),
    product: Product,
    (first, chain, count): (InstanceId, Option<ChainId>, u32),
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) {
    // What is bought for a certificate that is there is judged by the edition of its own day.
    let edition = match kind {
        PurchaseKind::New => law.money,
        PurchaseKind::Renewal | PurchaseKind::Hosting => law.conduct,
    };
    let paid_for = PaidFor {
        account: case.account,
        product,
        kind,
        payment: paid.payment,
        pin: edition.pin(),
        first,
        chain,
        count,
        at: now,
    };
    events.purchase(paid.purchase, PurchaseEvent::Paid(Box::new(paid_for)));
}

/// A slot that holds a unit of the plan until it is applied for.
pub(super) fn drawn(
    case: &Case<'_>,
    slot: Slot,
    now: Timestamp,
    events: &mut Events,
) -> Option<()> {
    let plan = case.plan?;
    events.follow(RuleId::R24);
    open(case, plan.product, hold(plan.id), slot, None, now, events);
    let order = slot.order;
    events.plan(plan.id, PlanEvent::Reserved { order, at: now });
    Some(())
}

const fn hold(plan: crate::model::PlanId) -> Origin {
    Origin::Plan(Hold {
        plan,
        state: HoldState::Reserved,
    })
}

fn open(
    case: &Case<'_>,
    product: Product,
    origin: Origin,
    slot: Slot,
    renewed: Option<Renewed>,
    now: Timestamp,
    events: &mut Events,
) {
    let opened = Opened {
        account: case.account,
        product,
        origin,
        order: slot.order,
        chain: None,
        waits: false,
        renewed,
        at: now,
    };
    events.instance(slot.instance, InstanceEvent::Opened(Box::new(opened)));
}

///
pub(super) fn uploaded(case: &Case<'_>, upload: &Upload, now: Timestamp, events: &mut Events) {
    events.follow(RuleId::R51);
    let here = UploadedHere {
        account: case.account,
        product: upload.product,
        order: upload.slot.order,
        name: upload.name.clone(),
        certificate: upload.certificate.clone(),
        at: now,
    };
    events.instance(
        upload.slot.instance,
        InstanceEvent::Uploaded(Box::new(here)),
    );
}

/// further years behind a certificate that is there.
pub(super) fn extended(
    case: &Case<'_>,
    instance: &CertificateInstance,
    extension: &Extension,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) {
    let Some(first) = extension.slots.first() else {
        return;
    };
    events.follow(RuleId::R50);
    let count = u32::try_from(extension.slots.len()).unwrap_or(u32::MAX);
    let goods = (first.instance, Some(extension.chain), count);
    let paid = (extension.paid, PurchaseKind::Hosting);
    pay(case, paid, extension.product, goods, now, law, events);
    let linked = Linked {
        account: case.account,
        product: extension.product,
        purchase: extension.paid.purchase,
        pin: law.conduct.pin(),
        first: instance.id,
        waiting: extension.slots.iter().map(|slot| slot.instance).collect(),
        submission: extension.submission.clone(),
        at: now,
    };
    events.chain(extension.chain, ChainEvent::Linked(Box::new(linked)));
    let joined = InstanceEvent::ChainJoined {
        chain: extension.chain,
        at: now,
    };
    events.instance(instance.id, joined);
    for slot in extension.slots.iter() {
        let opened = Opened {
            account: case.account,
            product: extension.product,
            origin: Origin::Purchase(extension.paid.purchase),
            order: slot.order,
            chain: Some(extension.chain),
            waits: true,
            renewed: None,
            at: now,
        };
        events.instance(slot.instance, InstanceEvent::Opened(Box::new(opened)));
    }
}

/// a further slot; the old one stays as it is.
pub(super) fn renewed(
    case: &Case<'_>,
    instance: &CertificateInstance,
    (slot, paid): (Slot, Option<Paid>),
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    events.follow(RuleId::R54);
    let from = case.renewed_from();
    let product = match (paid, from) {
        (None, Some(plan)) => plan.product,
        (Some(_), _) | (None, None) => instance.product,
    };
    let carries = carried(instance, product, law);
    if carries.is_some() {
        events.follow(RuleId::R55);
    }
    let renewed = Some(Renewed {
        from: instance.id,
        carries,
    });
    let again = match law.money.renewal_result().value {
        RenewalResult::Submitted => instance.application(),
        RenewalResult::PendingApplication => None,
    };
    match (paid, again) {
        (None, Some(application)) => {
            let plan = from?;
            let unit = unit_of(&application.submission, law);
            let with = (&application.submission, unit, renewed);
            return submitted(case, plan, slot, with, now, law, events);
        }
        (None, None) => {
            let plan = from?;
            open(case, product, hold(plan.id), slot, renewed, now, events);
            let order = slot.order;
            events.plan(plan.id, PlanEvent::Reserved { order, at: now });
        }
        (Some(paid), again) => {
            let goods = (slot.instance, None, 1);
            pay(
                case,
                (paid, PurchaseKind::Renewal),
                product,
                goods,
                now,
                law,
                events,
            );
            let origin = Origin::Purchase(paid.purchase);
            let Some(application) = again else {
                open(case, product, origin, slot, renewed, now, events);
                return Some(());
            };
            let submission = &application.submission;
            let begun = Submitted {
                account: case.account,
                product,
                origin,
                renewed,
                order: slot.order,
                submission: submission.clone(),
                names: names_to_keep(submission)?,
                key: submission.csr().map(CsrFacts::spki),
                pin: law.application.pin(),
                verify: law
                    .application
                    .verified_first()
                    .value
                    .contains(product.class),
                at: now,
            };
            events.instance(slot.instance, InstanceEvent::Submitted(Box::new(begun)));
        }
    }
    Some(())
}

/// the old certificate's last second, where its remaining time is carried over.
fn carried(instance: &CertificateInstance, product: Product, law: &Law<'_>) -> Option<Timestamp> {
    let (certificate, carries) = match &instance.phase {
        Phase::Live(live) => (&live.certificate, law.money.carry_over().value.bought),
        Phase::Uploaded(uploaded) => (
            &uploaded.certificate,
            law.conduct.carry_over().value.uploaded,
        ),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Revoked { .. }
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => return None,
    };
    let same = product == instance.product && !product.free;
    (carries && same).then(|| certificate.validity().not_after())
}
