//! Stories about applications: what is accepted, how it goes on, how it ends before a certificate.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::model::{
    CertificateInstance, Curve, FactorSearch, FermatSearch, KeyKind, KeySource, NameKind, Product,
    RsaExponent, RsaFacts, SignatureHash, Submission, ValidationClass, ValidationMethod,
};
use crate::rulebook::{CsrRule, Field};

use super::super::command::Command;
use super::Probe;
use super::kit::{Kit, P256, PRICE};
use super::scene::{DAY, HOUR, Scene, Told};

pub(super) const PROBES: &[Probe] = &[
    Probe {
        name: "an application ends before its certificate",
        about: &[
            Field::Withdrawal,
            Field::OrderDeletion,
            Field::OrderCancellation,
            Field::Applying,
            Field::VerifiedFirst,
        ],
        story: ends_early,
    },
    Probe {
        name: "each operation applies for each class",
        about: &[Field::Consumption, Field::DvOnly, Field::VerifiedFirst],
        story: operations,
    },
    Probe {
        name: "keys and signing requests of every kind",
        about: &[Field::Csr, Field::CommonName],
        story: requests,
    },
    Probe {
        name: "RSA keys of a doubtful making",
        about: &[Field::WeakKeys, Field::SmallestFactor, Field::RsaExponent],
        story: weak_keys,
    },
    Probe {
        name: "more and more domains, and a wildcard that a file is to prove",
        about: &[Field::NameLimit, Field::FileForWildcard],
        story: names,
    },
    Probe {
        name: "domains under top-level domains that somebody bars",
        about: &[Field::BarredNames],
        story: barred,
    },
    Probe {
        name: "a certificate is issued",
        about: &[Field::Term],
        story: issuance,
    },
    Probe {
        name: "slots are closed and merged",
        about: &[Field::Closing, Field::Merging],
        story: slots,
    },
    Probe {
        name: "free certificates are taken and revoked",
        about: &[Field::FreeLimit, Field::FreeRevocation],
        story: free,
    },
];

/// Every way to end an application, or to take it up again.
fn ways_out(scene: &mut Scene<'_>, product: Product) -> Told {
    for command in [Command::Withdraw, Command::Delete, Command::CancelOrder] {
        scene.ask(&command)?;
    }
    if let Some(again) = scene.application(product) {
        scene.ask(&again)?;
    }
    scene.look()
}

/// T-14: at each step from the slot to the certificate.
fn ends_early(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if scene.buy(product, 1, PRICE)? {
                scene.wait(HOUR);
                ways_out(scene, product)?;
            }
            Told::Continue(())
        })?;
        scene.branch(|scene| {
            if !scene.begin(product)? {
                return Told::Continue(());
            }
            scene.wait(HOUR);
            ways_out(scene, product)?;
            scene.branch(|scene| withdrawn(scene, product))?;
            if !scene.prove()? {
                return Told::Continue(());
            }
            scene.wait(HOUR);
            ways_out(scene, product)?;
            scene.branch(|scene| withdrawn(scene, product))?;
            let reason = scene.kit.note.clone();
            if scene.give(Command::Reject { reason })? {
                scene.wait(HOUR);
                ways_out(scene, product)?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

fn withdrawn(scene: &mut Scene<'_>, product: Product) -> Told {
    if !scene.give(Command::Withdraw)? {
        return Told::Continue(());
    }
    scene.wait(HOUR);
    ways_out(scene, product)?;
    if scene.give(Command::Delete)? {
        scene.look()?;
    }
    Told::Continue(())
}

///
fn operations(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if !scene.buy_plan(product, 3, PRICE)? {
                return Told::Continue(());
            }
            scene.wait(HOUR);
            let kit = scene.kit.clone();
            let csr = kit.csr(P256, SignatureHash::Sha256);
            let dns = ValidationMethod::Dns;
            let package = kit.submission(product);
            let request = Submission::request(kit.single, kit.applicant.clone(), dns, P256);
            let with_csr = Submission::with_csr(csr, kit.applicant, dns);
            let all = [package, Some(Arc::new(request)), Some(Arc::new(with_csr))];
            for submission in all.into_iter().flatten() {
                scene.branch(|scene| applied(scene, submission))?;
            }
            Told::Continue(())
        })?;
        // On the console the slot comes first.
        scene.branch(|scene| {
            if scene.buy(product, 1, PRICE)? {
                scene.wait(HOUR);
                scene.apply(product)?;
            }
            scene.look()
        })?;
        scene.branch(|scene| {
            if scene.buy_plan(product, 1, PRICE)?
                && let Some(slot) = super::kit::slot(scene.next_id())
                && scene.give(Command::Draw(slot))?
            {
                scene.wait(HOUR);
                scene.apply(product)?;
            }
            scene.look()
        })?;
    }
    Told::Continue(())
}

fn applied(scene: &mut Scene<'_>, submission: Arc<Submission>) -> Told {
    if let Some(command) = scene.submission(submission)
        && scene.give(command)?
    {
        scene.look()?;
        scene.wait(HOUR);
        scene.issue()?;
        scene.look()?;
    }
    Told::Continue(())
}

/// K-01, K-02, K-04.
fn requests(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    if !scene.buy_plan(product, 1, PRICE)? {
        return Told::Continue(());
    }
    scene.wait(HOUR);
    let mut keys = Vec::from([
        P256,
        KeyKind::Ec(Curve::P384),
        KeyKind::Ec(Curve::P521),
        KeyKind::Ed25519,
    ]);
    let mut sizes = Vec::from([1_024, 2_048, 3_072, 4_096, 8_192]);
    for law in scene.laws {
        let CsrRule {
            rsa_min_bits: least,
            rsa_max_bits: most,
            rsa_step_bits: step,
            ..
        } = law.application.csr().value;
        sizes.extend([
            least.saturating_sub(1),
            least.saturating_sub(step),
            least,
            least.saturating_add(1),
            least.saturating_add(step),
        ]);
        sizes.extend(
            most.into_iter()
                .flat_map(|most| [most, most.saturating_add(step)]),
        );
    }
    keys.extend(sizes.into_iter().map(|bits| KeyKind::Rsa { bits }));
    let kit = scene.kit.clone();
    let dns = ValidationMethod::Dns;
    let single = Vec::from([kit.single.clone()]);
    let made = keys
        .into_iter()
        .filter_map(|key| kit.package(single.clone(), dns, KeySource::ServiceMade(key)));
    let hashes = [
        SignatureHash::Md5,
        SignatureHash::Sha1,
        SignatureHash::Sha256,
        SignatureHash::Sha384,
        SignatureHash::Sha512,
        SignatureHash::Intrinsic,
    ];
    let brought = hashes.map(|hash| kit.csr(P256, hash));
    let brought = brought
        .into_iter()
        .chain([kit.csr_with_other_names()])
        .map(|csr| Arc::new(Submission::with_csr(csr, kit.applicant.clone(), dns)));
    let all: Vec<_> = made.chain(brought).collect();
    for submission in all {
        if let Some(command) = scene.submission(submission) {
            scene.ask(&command)?;
        }
    }
    Told::Continue(())
}

/// K-13 to K-16: around the bounds of both laws.
fn weak_keys(scene: &mut Scene<'_>) -> Told {
    let product = scene.kit.product(ValidationClass::Dv);
    if !scene.buy_plan(product, 1, PRICE)? {
        return Told::Continue(());
    }
    scene.wait(HOUR);
    // Searched as far as a search goes.
    let facts = |exponent: u32, factor: Option<u16>, round: Option<u16>| {
        Some(RsaFacts {
            exponent: RsaExponent::new(exponent.into()),
            factors: FactorSearch::new(u16::MAX, factor).ok()?,
            fermat: FermatSearch::new(u16::MAX, round).ok()?,
            roca: false,
        })
    };
    let sound = facts(65_537, None, None);
    let mut all = Vec::from([
        sound,
        sound.map(|facts| RsaFacts {
            roca: true,
            ..facts
        }),
    ]);
    for law in scene.laws {
        let (weak, least) = (
            law.application.weak_keys().value,
            law.application.smallest_factor().value.0,
        );
        let exponent = law.application.rsa_exponent().value.min;
        for round in [weak.fermat_rounds, weak.fermat_rounds.saturating_add(1)] {
            all.push(facts(65_537, None, Some(round)));
        }
        for factor in [least.saturating_sub(1), least] {
            all.push(facts(65_537, Some(factor), None));
        }
        for off in [0, 1, 2] {
            all.push(facts(exponent.saturating_sub(off), None, None));
        }
    }
    let dns = ValidationMethod::Dns;
    let key = KeyKind::Rsa { bits: 4_096 };
    for facts in all.into_iter().flatten() {
        let csr = scene.kit.csr(key, SignatureHash::Sha256).with_rsa(facts);
        let applicant = scene.kit.applicant.clone();
        let submission = Arc::new(Submission::with_csr(csr, applicant, dns));
        if let Some(command) = scene.submission(submission) {
            scene.ask(&command)?;
        }
    }
    Told::Continue(())
}

/// K-05, K-10.
fn names(scene: &mut Scene<'_>) -> Told {
    let dns = ValidationMethod::Dns;
    scene.branch(|scene| {
        let product = scene.kit.product(ValidationClass::Dv);
        if !scene.buy_plan(product, 1, PRICE)? {
            return Told::Continue(());
        }
        scene.wait(HOUR);
        let limits = scene.laws.map(|law| law.application.name_limit().value.0);
        for count in limits
            .into_iter()
            .flat_map(|limit| [limit, limit.saturating_add(1)])
        {
            let count = count.min(250);
            let key = KeySource::ServiceMade(P256);
            let package = scene.kit.package(Kit::names(count), dns, key);
            if let Some(command) = package.and_then(|own| scene.submission(own)) {
                scene.ask(&command)?;
            }
        }
        Told::Continue(())
    })?;
    let mut product = scene.kit.product(ValidationClass::Dv);
    product.names = NameKind::Wildcard;
    if !scene.buy_plan(product, 1, PRICE)? {
        return Told::Continue(());
    }
    scene.wait(HOUR);
    let (name, key) = (scene.kit.wildcard.clone(), KeySource::ServiceMade(P256));
    for method in [dns, ValidationMethod::File] {
        let package = scene
            .kit
            .package(Vec::from([name.clone()]), method, key.clone());
        if let Some(command) = package.and_then(|own| scene.submission(own)) {
            scene.ask(&command)?;
        }
    }
    Told::Continue(())
}

/// K-17: by every class, under every top-level domain of both laws.
fn barred(scene: &mut Scene<'_>) -> Told {
    let mut tops = Vec::new();
    for law in scene.laws {
        let rule = &law.application.barred_names().value;
        tops.extend(rule.always.iter().chain(&rule.dv).copied());
    }
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if !scene.buy_plan(product, 1, PRICE)? {
                return Told::Continue(());
            }
            scene.wait(HOUR);
            for top in tops.iter().filter_map(|top| Kit::under(*top)) {
                let key = KeySource::ServiceMade(P256);
                let dns = ValidationMethod::Dns;
                let package = scene.kit.package(Vec::from([top]), dns, key);
                if let Some(command) = package.and_then(|own| scene.submission(own)) {
                    scene.ask(&command)?;
                }
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

/// with the days that the service asks the CA for.
fn issuance(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if scene.issued(product)? {
                scene.look()?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

/// T-42, T-43.
fn slots(scene: &mut Scene<'_>) -> Told {
    for class in ValidationClass::ALL {
        let product = scene.kit.product(class);
        scene.branch(|scene| {
            if !scene.buy(product, 1, PRICE)? {
                return Told::Continue(());
            }
            let first = scene.world().instance().map(CertificateInstance::id);
            scene.wait(HOUR);
            scene.ask(&Command::Close)?;
            if let Some(first) = first
                && scene.buy(product, 1, PRICE)?
            {
                scene.wait(HOUR);
                scene.set_other(first);
                scene.ask(&Command::Merge)?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}

///
fn free(scene: &mut Scene<'_>) -> Told {
    let limits = scene.laws.map(|law| law.money.free_limit().value.0);
    for class in ValidationClass::ALL {
        let product = scene.kit.free(class);
        for limit in limits.into_iter().flatten() {
            for count in [limit, limit.saturating_add(1)] {
                scene.branch(|scene| {
                    scene.buy_plan(product, u32::from(count), crate::model::Payment::NONE)?;
                    Told::Continue(())
                })?;
            }
        }
        scene.branch(|scene| {
            let taken = scene.buy_plan(product, 1, crate::model::Payment::NONE)?;
            if taken && scene.submit(product)? && scene.issue()? {
                scene.wait(DAY);
                scene.revoke()?;
                scene.look()?;
            }
            Told::Continue(())
        })?;
    }
    Told::Continue(())
}
