//! Stories about hosting: several years at once, the next certificate in time, years added later.

use alloc::vec::Vec;

use crate::model::{Payment, Timestamp, ValidationClass};
use crate::rulebook::{Field, LateHosting};

use super::super::command::Command;
use super::Probe;
use super::custody::sold_for_two;
use super::kit::{PRICE, slot};
use super::scene::{DAY, HOUR, Scene, Told};

pub(super) const PROBES: &[Probe] = &[
    Probe {
        name: "several years are bought at once",
        about: &[Field::HostingYears],
        story: years,
    },
    Probe {
        name: "the next certificate of a chain comes due",
        about: &[
            Field::HostingTrigger,
            Field::HostedRevocation,
            Field::Calendar,
        ],
        story: chain,
    },
    Probe {
        name: "hosting is enabled for a certificate that is there",
        about: &[
            Field::LateHosting,
            Field::LateHostingRefund,
            Field::HostingYears,
        ],
        story: late,
    },
];

///
fn years(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        let most = scene.most(|law| law.money.hosting_years().value.most(class).into());
        let most = u8::try_from(most.saturating_add(1))
            .unwrap_or(u8::MAX)
            .min(12);
        for count in 1..=most {
            scene.branch(|scene| {
                scene.buy(product, count, Payment::NONE)?;
                scene.look()
            })?;
        }
    }
    Told::Continue(())
}

/// a chain of two, the first one issued.
fn chain(scene: &mut Scene<'_>) -> Told {
    let Some(product) = sold_for_two(scene) else {
        return Told::Continue(());
    };
    if !scene.buy(product, 2, PRICE)? {
        return Told::Continue(());
    }
    let second = scene
        .world()
        .chain()
        .and_then(|chain| chain.members().last().map(|member| member.instance));
    scene.wait(HOUR);
    let Some(second) = second else {
        return Told::Continue(());
    };
    if !scene.apply(product)? || !scene.issue()? {
        return Told::Continue(());
    }
    let due = scene.edges(|world, law| {
        let certificate = world.instance().and_then(|one| one.certificate());
        certificate.map(|own| {
            let trigger = law.money.hosting_trigger().value;
            let calendar = law.money.calendar().value;
            calendar.last_days_before(own.validity().not_after(), trigger.days, trigger.strict)
        })
    });
    scene.branch(|scene| {
        scene.wait(DAY);
        scene.revoke()?;
        scene.look()
    })?;
    let order = slot(scene.next_id()).map(|slot| slot.order);
    let Some(order) = order else {
        return Told::Continue(());
    };
    scene.focus(second);
    for at in due {
        scene.branch(|scene| {
            scene.until(at);
            scene.give(Command::Activate { order })?;
            scene.look()
        })?;
    }
    Told::Continue(())
}

/// The turns of the window in which hosting is enabled later.
pub(super) fn late_edges(scene: &Scene<'_>) -> Vec<Timestamp> {
    scene.edges(|world, law| {
        let certificate = world.instance().and_then(|one| one.certificate());
        let days = match law.conduct.late_hosting().value {
            LateHosting::Never | LateHosting::Unexpired => None,
            LateHosting::LastDays(days) | LateHosting::MoreThan(days) => Some(days),
        };
        certificate.zip(days).map(|(own, days)| {
            let calendar = law.conduct.calendar().value;
            calendar.last_days_before(own.validity().not_after(), days, false)
        })
    })
}

///
fn late(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if !scene.issued(product)? {
                return Told::Continue(());
            }
            let mut instants = scene.life();
            instants.extend(late_edges(scene));
            instants.sort_unstable();
            for at in instants {
                scene.branch(|scene| {
                    scene.until(at);
                    let Some(command) = scene.extension(product) else {
                        return Told::Continue(());
                    };
                    if !scene.give(command)? {
                        return Told::Continue(());
                    }
                    scene.look()?;
                    let added = scene
                        .world()
                        .chain()
                        .and_then(|chain| chain.members().last().map(|member| member.instance));
                    if let Some(added) = added {
                        scene.focus(added);
                        scene.wait(HOUR);
                        scene.ask(&Command::ClaimRefund)?;
                    }
                    Told::Continue(())
                })?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}
