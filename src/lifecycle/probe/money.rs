//! Stories about what comes back: units, money, and how often one may revoke.

use alloc::vec::Vec;

use crate::model::{Payment, RevocationReason, Timestamp, ValidationClass};
use crate::rulebook::{Anchor, Field, Window};

use super::super::command::Command;
use super::super::question::return_window;
use super::Probe;
use super::kit::PRICE;
use super::scene::{DAY, HOUR, Scene, Told};

pub(super) const PROBES: &[Probe] = &[
    Probe {
        name: "a certificate is revoked, and its unit may return",
        about: &[
            Field::ReturnDays,
            Field::ReturnMethod,
            Field::ReturnAct,
            Field::ReturnAnchor,
            Field::Calendar,
        ],
        story: unit,
    },
    Probe {
        name: "more revocations than certificates",
        about: &[Field::RevocationLimit],
        story: limit,
    },
    Probe {
        name: "a refund is claimed before a certificate is issued",
        about: &[Field::Refund],
        story: unissued,
    },
    Probe {
        name: "a refund is claimed for a revoked certificate",
        about: &[Field::Refund, Field::RefundTrigger],
        story: revoked,
    },
    Probe {
        name: "a resource plan is to be paid back",
        about: &[Field::PlanRefund],
        story: plan,
    },
];

/// request and completion around the end of every window.
fn unit(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    if !scene.buy_plan(product, 1, PRICE)? {
        return Told::Continue(());
    }
    for late in [0, DAY] {
        scene.branch(|scene| {
            scene.wait(late);
            scene.wait(HOUR);
            if !scene.submit(product)? || !scene.issue()? {
                return Told::Continue(());
            }
            for end in scene.edges(|world, law| return_window(&world.case(), law)) {
                revocations(scene, end, |scene| scene.look())?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

/// A revocation around an instant, in every order of request, completion and what comes after.
fn revocations(
    scene: &mut Scene<'_>,
    around: Timestamp,
    after: fn(&mut Scene<'_>) -> Told,
) -> Told {
    // All at once; requested at once and completed a second later; requested early.
    for (early, late) in [(false, 0), (false, 1), (true, 0)] {
        scene.branch(|scene| {
            if early {
                scene.wait(HOUR);
            } else {
                scene.until(around);
            }
            if !scene.request_revocation()? {
                return Told::Continue(());
            }
            scene.until(around);
            scene.wait(late);
            if !scene.complete_revocation()? {
                return Told::Continue(());
            }
            after(scene)
        })?;
    }
    Told::Continue(())
}

/// a unit that returned makes a second certificate of the same plan. What was bought beside it
/// counts, or what was paid back counts no more.
fn limit(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    let mut other = product;
    other.code = scene.kit.other_code;
    for beside in [false, true] {
        scene.branch(|scene| {
            if beside && !scene.buy_plan(other, 1, PRICE)? {
                return Told::Continue(());
            }
            if !scene.buy_plan(product, 1, PRICE)? {
                return Told::Continue(());
            }
            for _ in 0..3 {
                scene.wait(HOUR);
                if !scene.submit(product)? || !scene.issue()? || !scene.revoke()? {
                    break;
                }
                scene.look()?;
            }
            Told::Continue(())
        })?;
    }
    for _ in 0..2 {
        scene.wait(HOUR);
        let begun = scene.buy(product, 1, PRICE)? && scene.apply(product)?;
        if !begun || !scene.issue()? || !scene.revoke()? {
            break;
        }
        scene.give(Command::ClaimRefund)?;
        scene.give(Command::GrantRefund)?;
    }
    Told::Continue(())
}

/// The bounds of every refund that is counted from an instant.
fn refund_edges(scene: &Scene<'_>, anchors: &[(Anchor, Timestamp)]) -> Vec<Timestamp> {
    scene.edges(|_, law| {
        let calendar = law.money.calendar().value;
        let clauses = &law.money.refund().value.clauses;
        let limits = clauses.iter().flat_map(|one| one.limits.iter());
        limits
            .flat_map(|limit| {
                anchors
                    .iter()
                    .filter(|(anchor, _)| *anchor == limit.anchor)
                    .map(|(_, at)| calendar.within_days_of(*at, limit.days, limit.method))
            })
            .collect::<Vec<Window>>()
    })
}

/// Without an add-on and with one. Vouchers never come back, which no value decides.
const PAYMENTS: [Payment; 2] = [
    PRICE,
    Payment {
        add_on: true,
        ..PRICE
    },
];

/// for what was bought and not issued.
fn unissued(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    for payment in PAYMENTS {
        scene.branch(|scene| {
            let paid_at = scene.now;
            if scene.buy(product, 1, payment)? {
                claims(scene, paid_at)?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

/// Claims soon, and on the turns of the windows.
fn claims(scene: &mut Scene<'_>, paid_at: Timestamp) -> Told {
    let mut instants = refund_edges(scene, &[(Anchor::Payment, paid_at)]);
    instants.push(scene.now.saturating_add(HOUR));
    for at in instants {
        scene.branch(|scene| {
            scene.until(at);
            scene.give(Command::ClaimRefund)?;
            scene.look()
        })?;
    }
    Told::Continue(())
}

/// for what was issued and revoked: act and claim around the end of every window.
fn revoked(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    for payment in PAYMENTS {
        for late in [0, DAY] {
            scene.branch(|scene| {
                let paid_at = scene.now;
                if !scene.buy(product, 1, payment)? {
                    return Told::Continue(());
                }
                scene.wait(late);
                scene.wait(HOUR);
                if scene.apply(product)? && scene.issue()? {
                    around_revocation(scene, paid_at)?;
                }
                Told::Continue(())
            })?;
        }
    }
    Told::Continue(())
}

fn claim(scene: &mut Scene<'_>) -> Told {
    scene.give(Command::ClaimRefund)?;
    scene.look()
}

fn around_revocation(scene: &mut Scene<'_>, paid_at: Timestamp) -> Told {
    let anchors = [(Anchor::Payment, paid_at), (Anchor::Issuance, scene.now)];
    let mut instants = refund_edges(scene, &anchors);
    instants.push(scene.now.saturating_add(2 * HOUR));
    for at in &instants {
        revocations(scene, *at, claim)?;
    }
    // Revoked early.
    scene.branch(|scene| {
        scene.wait(HOUR);
        if !scene.revoke()? {
            return Told::Continue(());
        }
        for at in &instants {
            scene.branch(|scene| {
                scene.until(*at);
                claim(scene)
            })?;
        }
        Told::Continue(())
    })?;
    scene.wait(HOUR);
    let (reason, at) = (RevocationReason::KeyCompromise, scene.now);
    if scene.give(Command::RecordCaRevocation { reason, at })? {
        claim(scene)?;
    }
    Told::Continue(())
}

/// a plan that nobody touched, one that is whole again, one that is used.
fn plan(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    let paid_at = scene.now;
    if !scene.buy_plan(product, 1, PRICE)? {
        return Told::Continue(());
    }
    scene.branch(|scene| plan_claims(scene, paid_at))?;
    scene.wait(HOUR);
    if !scene.submit(product)? {
        return Told::Continue(());
    }
    scene.branch(|scene| plan_claims(scene, paid_at))?;
    scene.branch(|scene| returned(scene, paid_at))?;
    if scene.issue()? {
        scene.branch(|scene| plan_claims(scene, paid_at))?;
        scene.wait(HOUR);
        if scene.revoke()? {
            plan_claims(scene, paid_at)?;
        }
    }
    Told::Continue(())
}

/// The unit comes back by withdrawal and deletion.
fn returned(scene: &mut Scene<'_>, paid_at: Timestamp) -> Told {
    let withdrawn = scene.give(Command::Withdraw)?;
    if withdrawn && (scene.give(Command::Delete)? || scene.give(Command::CancelOrder)?) {
        plan_claims(scene, paid_at)?;
    }
    Told::Continue(())
}

fn plan_claims(scene: &mut Scene<'_>, paid_at: Timestamp) -> Told {
    let mut instants = scene.edges(|_, law| {
        let rule = law.money.plan_refund().value;
        let calendar = law.money.calendar().value;
        rule.days
            .map(|days| calendar.within_days_of(paid_at, days, rule.method))
    });
    instants.push(scene.now.saturating_add(HOUR));
    for at in instants {
        scene.branch(|scene| {
            scene.until(at);
            scene.give(Command::ClaimRefund)?;
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}
