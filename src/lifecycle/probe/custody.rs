//! Stories about certificates that are there: read, deployed, deleted, renewed, uploaded, about to
//! expire.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::model::{
    Day, KeySource, Product, RevocationReason, Status, Target, ValidationClass, ValidationMethod,
};
use crate::rulebook::Field;

use super::super::command::Command;
use super::Probe;
use super::kit::{Kit, P256, PRICE};
use super::scene::{HOUR, Scene, Told};

pub(super) const PROBES: &[Probe] = &[
    Probe {
        name: "a certificate lives until it expires",
        about: &[
            Field::Notice,
            Field::Download,
            Field::Deletion,
            Field::Deployment,
            Field::Renewal,
            Field::Calendar,
        ],
        story: life,
    },
    Probe {
        name: "a certificate is revoked",
        about: &[
            Field::Download,
            Field::Deletion,
            Field::Deployment,
            Field::RevocationMail,
        ],
        story: revoked,
    },
    Probe {
        name: "a hosted certificate lives until it expires",
        about: &[
            Field::Download,
            Field::Deletion,
            Field::Deployment,
            Field::Renewal,
        ],
        story: hosted_life,
    },
    Probe {
        name: "certificates are deployed and deleted",
        about: &[Field::Targets, Field::DeletionOfDeployed],
        story: deployed,
    },
    Probe {
        name: "certificates are uploaded under many names",
        about: &[Field::UploadName],
        story: uploads,
    },
    Probe {
        name: "an uploaded certificate lives until it expires",
        about: &[
            Field::DownloadOfUploaded,
            Field::DeletionOfUploaded,
            Field::RenewalOfUploaded,
            Field::HostingOfUploaded,
            Field::Deployment,
            Field::Notice,
            Field::Messages,
            Field::Calendar,
        ],
        story: uploaded_life,
    },
    Probe {
        name: "an uploaded certificate is hosted and lives until it expires",
        about: &[Field::DeletionOfUploaded, Field::RenewalOfUploaded],
        story: hosted_upload,
    },
    Probe {
        name: "a certificate is renewed",
        about: &[
            Field::RenewalResult,
            Field::CarryOver,
            Field::Renewal,
            Field::Calendar,
        ],
        story: renewed,
    },
    Probe {
        name: "a certificate for several domains is renewed",
        about: &[Field::RenewalOfSeveral],
        story: several,
    },
];

/// Every cloud product that one of the laws names.
fn targets(scene: &Scene<'_>) -> Vec<Target> {
    let mut all: Vec<Target> = Vec::new();
    for law in scene.laws {
        for target in law.conduct.targets().value.as_slice() {
            if !all.contains(target) {
                all.push(*target);
            }
        }
    }
    all
}

/// A cloud product that both laws name, if there is one.
fn common_target(scene: &Scene<'_>) -> Target {
    targets(scene)
        .into_iter()
        .find(|target| scene.both(|law| law.conduct.targets().value.contains(*target)))
        .unwrap_or(scene.kit.target)
}

/// What its holder may do with the certificate now.
fn uses(scene: &mut Scene<'_>) -> Told {
    scene.look()?;
    let deploy = Command::Deploy {
        target: common_target(scene),
        domain: None,
    };
    for command in [Command::Collect, deploy, Command::DeleteCertificate] {
        scene.ask(&command)?;
    }
    if let Some(renew) = scene.renewal(false) {
        scene.ask(&renew)?;
    }
    Told::Continue(())
}

/// on the turns of its life.
fn through_life(scene: &mut Scene<'_>) -> Told {
    for at in scene.life() {
        scene.until(at);
        uses(scene)?;
    }
    Told::Continue(())
}

fn life(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    if !scene.issued(product)? {
        return Told::Continue(());
    }
    scene.branch(through_life)?;
    scene.ask_when()?;
    for at in scene.life() {
        scene.branch(|scene| {
            scene.until(at);
            scene.give(Command::Wake)?;
            scene.ask_when()
        })?;
    }
    Told::Continue(())
}

/// T-20, R-36, R-41: at each step of the revocation.
fn revoked(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if !scene.issued(product)? {
                return Told::Continue(());
            }
            scene.wait(HOUR);
            let reason = RevocationReason::Unspecified;
            scene.branch(|scene| {
                if !scene.give(Command::RequestRevocation { reason })? {
                    return Told::Continue(());
                }
                uses(scene)?;
                scene.wait(HOUR);
                let mailed = scene.stands_at(Status::RevocationToConfirm);
                if !mailed || scene.give(Command::ConfirmRevocation)? {
                    uses(scene)?;
                    scene.wait(HOUR);
                    scene.complete_revocation()?;
                    through_life(scene)?;
                }
                Told::Continue(())
            })?;
            let at = scene.now;
            if scene.give(Command::RecordCaRevocation { reason, at })? {
                uses(scene)?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

/// A class of which both laws sell two years.
pub(super) fn sold_for_two(scene: &Scene<'_>) -> Option<Product> {
    ValidationClass::ALL
        .into_iter()
        .find(|class| scene.both(|law| law.money.hosting_years().value.sells(*class, 2)))
        .map(|class| scene.kit.product(class))
}

fn hosted_life(scene: &mut Scene<'_>) -> Told {
    if let Some(product) = sold_for_two(scene)
        && scene.buy(product, 2, PRICE)?
    {
        scene.wait(HOUR);
        if scene.apply(product)? && scene.issue()? {
            through_life(scene)?;
        }
    }
    Told::Continue(())
}

///
fn deployed(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    if !scene.issued(product)? {
        return Told::Continue(());
    }
    scene.wait(HOUR);
    for target in targets(scene) {
        let domain = None;
        scene.ask(&Command::Deploy { target, domain })?;
    }
    let (target, domain) = (common_target(scene), None);
    if !scene.give(Command::Deploy { target, domain })? {
        return Told::Continue(());
    }
    for at in scene.life() {
        scene.branch(|scene| {
            scene.until(at);
            scene.ask(&Command::DeleteCertificate)?;
            Told::Continue(())
        })?;
    }
    scene.wait(HOUR);
    if scene.revoke()? {
        scene.ask(&Command::DeleteCertificate)?;
    }
    Told::Continue(())
}

///
fn uploads(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    let limits = scene
        .laws
        .map(|law| law.conduct.upload_name().value.most_characters);
    let mut names: Vec<String> = Vec::from([
        "a_name-1".to_string(),
        "a name.1".to_string(),
        "名".to_string(),
    ]);
    for limit in limits {
        for count in [limit, limit.saturating_add(1)] {
            names.push("n".repeat(usize::from(count)));
        }
    }
    for name in names {
        if let Some(upload) = scene.upload(product, &name) {
            scene.ask(&upload)?;
        }
    }
    Told::Continue(())
}

/// A certificate from elsewhere is put under management.
fn uploaded(scene: &mut Scene<'_>, product: Product) -> Told<bool> {
    match scene.upload(product, "mine") {
        Some(upload) => scene.give(upload),
        None => Told::Continue(false),
    }
}

/// for what was uploaded.
fn uploaded_life(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if !uploaded(scene, product)? {
                return Told::Continue(());
            }
            scene.ask_when()?;
            let mut instants = scene.life();
            instants.extend(super::hosting::late_edges(scene));
            instants.sort_unstable();
            for at in instants {
                scene.branch(|scene| {
                    scene.until(at);
                    uses(scene)?;
                    if let Some(extension) = scene.extension(product) {
                        scene.ask(&extension)?;
                    }
                    scene.give(Command::Wake)?;
                    Told::Continue(())
                })?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

/// for what was uploaded and has a member of a chain behind it.
fn hosted_upload(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if !uploaded(scene, product)? {
                return Told::Continue(());
            }
            scene.wait(HOUR);
            if let Some(extension) = scene.extension(product)
                && scene.give(extension)?
            {
                through_life(scene)?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

/// what a renewal yields, paid for or with a unit of a plan.
fn renewed(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    scene.branch(leap)?;
    let upload = scene.upload(product, "mine");
    if let Some(upload) = upload
        && scene.give(upload)?
    {
        scene.branch(|scene| renewals(scene, &[false]))?;
        if scene.buy_plan(product, 1, PRICE)? {
            renewals(scene, &[true])?;
        }
    }
    Told::Continue(())
}

/// a certificate for two domains.
fn several(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    if !scene.buy_plan(product, 1, PRICE)? {
        return Told::Continue(());
    }
    scene.wait(HOUR);
    let key = KeySource::ServiceMade(P256);
    let package = scene.kit.package(Kit::names(2), ValidationMethod::Dns, key);
    let Some(command) = package.and_then(|own| scene.submission(own)) else {
        return Told::Continue(());
    };
    if scene.give(command)? && scene.issue()? {
        through_life(scene)?;
    }
    Told::Continue(())
}

/// R-55, C7: the old certificate ends on the next 29 February, and the new one a year later.
fn leap(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    let [law, _] = scene.laws;
    let offset = law.money.calendar().value.offset;
    let today = scene.now.day_in(offset);
    let years = today
        .to_date()
        .map_or(0..0, |date| date.year()..date.year().saturating_add(9));
    let next = years
        .filter_map(|year| Day::new(year, 2, 29).ok())
        .find(|day| day.days_after(today) > 60);
    let Some(day) = next else {
        return Told::Continue(());
    };
    // So late that a certificate of any ceiling reaches it.
    scene.until(day.plus_days(-35).midnight(offset));
    let end = day.midnight(offset).saturating_add(12 * HOUR);
    if !scene.begin(product)? || !scene.issue_until(Some(end))? {
        return Told::Continue(());
    }
    scene.until(day.plus_days(-10).midnight(offset));
    if let Some(renewal) = scene.renewal(false)
        && let Command::Renew { slot, .. } = &renewal
    {
        let slot = slot.instance;
        if scene.give(renewal)? {
            scene.focus(slot);
            scene.apply(product)?;
            scene.issue()?;
        }
    }
    Told::Continue(())
}

fn renewals(scene: &mut Scene<'_>, ways: &[bool]) -> Told {
    for at in scene.life() {
        for by_plan in ways {
            scene.branch(|scene| {
                scene.until(at);
                if let Some(command) = scene.renewal(*by_plan) {
                    scene.give(command)?;
                }
                Told::Continue(())
            })?;
        }
    }
    Told::Continue(())
}
