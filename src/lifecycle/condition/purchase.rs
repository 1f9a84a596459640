//! What is bought: plans, certificates, renewals, and what an account may take for nothing.

use super::refund::money_pinned;
use super::revocation::awaited;
use super::submission::acceptable;
use super::{Flow, From, Sink, clause, linked, never, payer, ruled, ruled_window};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::lifecycle::command::{NewPurchase, Paid, Slot};
use crate::lifecycle::status::{stage, unexpired, while_in};
use crate::model::{
    CertificateInstance, ChainId, Origin, Phase, Product, RefundState, ResourcePlan,
    RevocationCause,
};
use crate::rulebook::{RenewalResult, RuleId, Window};

/// an id is used once. R-61: free certificates are limited by year.
pub(super) fn buy_plan<'a>(
    case: &Case<'a>,
    product: Product,
    count: u32,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    sink(clause(
        RuleId::R40,
        Why::IdTaken,
        Window::when(case.plan.is_none()),
        WayOut::NewId,
    ))?;
    free_left(case, product, count, (From::Money, law), sink)
}

/// one slot a year, linked where there are several, for as many years as are sold.
pub(super) fn buy<'a>(
    case: &Case<'a>,
    purchase: &NewPurchase,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let years = u8::try_from(purchase.slots.len()).unwrap_or(u8::MAX);
    let class = purchase.product.class;
    sink(clause(
        RuleId::R02,
        Why::Slots,
        Window::when(years > 0 && fits(&purchase.slots, purchase.chain, 1)),
        WayOut::None,
    ))?;
    sink(clause(
        RuleId::R40,
        Why::IdTaken,
        Window::when(case.purchase.is_none() && case.instance.is_none()),
        WayOut::NewId,
    ))?;
    // A free certificate is not renewed (3.16), by its owner or by the service.
    sink(clause(
        RuleId::R03,
        Why::Free,
        Window::when(years <= 1 || !purchase.product.free),
        WayOut::OtherYears,
    ))?;
    sink(ruled(
        RuleId::R03,
        Why::Years(years),
        (From::Money, law),
        law.money.hosting_years(),
        |sold| sold.sells(class, years),
        WayOut::OtherYears,
    ))?;
    free_left(
        case,
        purchase.product,
        u32::from(years),
        (From::Money, law),
        sink,
    )
}

/// Every id once, and a chain exactly where more than `alone` slots are bought.
pub(super) fn fits(slots: &[Slot], chain: Option<ChainId>, alone: usize) -> bool {
    let twice = slots.iter().enumerate().any(|(place, slot)| {
        slots
            .iter()
            .take(place)
            .any(|other| other.instance == slot.instance || other.order == slot.order)
    });
    !twice && (slots.len() > alone) == chain.is_some()
}

/// what is taken counts until the calendar year ends.
pub(super) fn free_left<'a>(
    case: &Case<'a>,
    product: Product,
    count: u32,
    (from, law): (From, &Law<'a>),
    sink: &mut impl Sink<'a>,
) -> Flow {
    if !product.free {
        return Flow::Continue(());
    }
    let taken = case.beside.free_this_year.saturating_add(count);
    let next_year = || case.year.and_then(Window::until);
    sink(ruled_window(
        RuleId::R61,
        Why::NoFreeLeft,
        (from, law),
        from.edition(law).free_limit(),
        |limit| match limit.0.map(u32::from) {
            None => Window::ALWAYS,
            Some(most) if taken <= most => Window::ALWAYS,
            Some(most) if count <= most => next_year().map_or(Window::NEVER, Window::starting),
            Some(_) => Window::NEVER,
        },
        WayOut::None,
    ))
}

/// a plan of the account, not paid back, with a unit left.
pub(super) fn unit_left<'a>(
    case: &Case<'a>,
    plan: Option<&'a ResourcePlan>,
    sink: &mut impl Sink<'a>,
) -> Result<&'a ResourcePlan, Flow> {
    let Some(plan) = plan.filter(|plan| plan.account == case.account) else {
        return Err(sink(never(RuleId::R20, Why::NoPlan, WayOut::BuyPlan)));
    };
    if matches!(plan.bill.refund, RefundState::Refunded { .. }) {
        return Err(sink(never(RuleId::R20, Why::PlanRefunded, WayOut::BuyPlan)));
    }
    let asked = sink(clause(
        RuleId::R20,
        Why::NoUnitLeft,
        Window::when(plan.remaining() > 0),
        WayOut::FreeUnits,
    ));
    match asked {
        Flow::Continue(()) => Ok(plan),
        Flow::Break(()) => Err(asked),
    }
}

/// T-04, as the console does it: a slot first, the application later.
pub(super) fn draw<'a>(case: &Case<'a>, sink: &mut impl Sink<'a>) -> Flow {
    if let Err(flow) = unit_left(case, case.plan, sink) {
        return flow;
    }
    sink(clause(
        RuleId::R40,
        Why::IdTaken,
        Window::when(case.instance.is_none()),
        WayOut::NewId,
    ))
}

/// what is renewed, and in which states. The window follows the certificate's expiry.
pub(super) fn renew<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    paid: Option<&Paid>,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match &instance.phase {
        Phase::Live(live) => {
            sink(clause(
                RuleId::R35,
                Why::RevocationUnderWay,
                Window::when(live.revocation.is_none()),
                awaited(instance),
            ))?;
            linked(case, instance, sink)?;
            renewal_pinned(case, instance, law, sink)?;
            // Who only has to wait for it is not told to buy anew.
            let offered = ruled_window(
                RuleId::R54,
                Why::RenewalWindow,
                (From::Money, law),
                law.money.renewal(),
                |states| while_in(*states, case, instance, law.conduct),
                WayOut::ApplyAnew,
            );
            let unexpired = unexpired(&live.certificate, law.conduct);
            // Only where it is the expiry that ends the renewal: else R-54 says when that was.
            if offered.holds.until() == unexpired.until() {
                sink(clause(
                    RuleId::R43,
                    Why::Expired,
                    unexpired,
                    WayOut::ApplyAnew,
                ))?;
            }
            sink(offered)?;
        }
        Phase::Uploaded(_) => {
            linked(case, instance, sink)?;
            sink(ruled_window(
                RuleId::R54,
                Why::RenewalWindow,
                (From::Day, law),
                law.conduct.renewal_of_uploaded(),
                |states| while_in(*states, case, instance, law.conduct),
                WayOut::ApplyAnew,
            ))?;
        }
        // T-48: what the CA revoked on its own account is replaced at once.
        Phase::Revoked { cause, .. } => {
            sink(clause(
                RuleId::R54,
                Why::AlreadyRevoked,
                Window::when(matches!(cause, RevocationCause::ByCa)),
                WayOut::ApplyAnew,
            ))?;
            renewal_pinned(case, instance, law, sink)?;
        }
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => {
            return sink(never(
                RuleId::R54,
                Why::Status(stage(instance)),
                WayOut::None,
            ));
        }
    }
    sink(clause(
        RuleId::R54,
        Why::Free,
        Window::when(!instance.product.free),
        WayOut::ApplyAnew,
    ))?;
    for_one_domain(instance, law, sink)?;
    // What is submitted at once stands before the rules of its own day.
    if matches!(law.money.renewal_result().value, RenewalResult::Submitted)
        && let Some(application) = instance.application()
    {
        acceptable(instance.product, &application.submission, law, sink)?;
    }
    if paid.is_some() {
        return Flow::Continue(());
    }
    let plan = match unit_left(case, case.renewed_from(), sink) {
        Ok(plan) => plan,
        Err(flow) => return flow,
    };
    sink(clause(
        RuleId::R54,
        Why::OtherProduct,
        Window::when(
            plan.product == instance.product || matches!(instance.phase, Phase::Uploaded(_)),
        ),
        WayOut::BuyPlan,
    ))
}

/// a certificate for several domains is renewed where the edition has it.
fn for_one_domain<'a>(
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let several = instance.certificate().is_some_and(|own| {
        let names = &own.facts().names;
        names.iter().any(|name| Some(name) != names.first())
    });
    let (from, rule) = match instance.origin {
        Origin::Uploaded => (From::Day, law.conduct.renewal_of_several()),
        Origin::Plan(_) | Origin::Purchase(_) => (From::Money, law.money.renewal_of_several()),
    };
    sink(ruled(
        RuleId::R54,
        Why::SeveralNames,
        (from, law),
        rule,
        |renewal| !several || renewal.allows(),
        WayOut::ApplyAnew,
    ))
}

/// renewal is judged by the edition of the purchase or plan.
fn renewal_pinned<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    payer(case, instance, sink)?;
    let bill = match instance.origin {
        Origin::Plan(_) => case.plan.map(|plan| &plan.bill),
        Origin::Purchase(_) => case.purchase.map(|purchase| &purchase.bill),
        Origin::Uploaded => None,
    };
    match bill {
        Some(bill) => money_pinned(&bill.pin, law, sink),
        None => Flow::Continue(()),
    }
}
