//! A well-formed case for every status, and a well-formed command of every kind: what the table is
//! probed with.
//!
//! Every sample is brought about by [`decide`](super::decide()) itself, from an empty world.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::model::time::SECONDS_PER_DAY;
use crate::model::{
    AccountId, Applicant, Catalog, CertificateFacts, CertificateInstance, ChainId, Challenge,
    Channel, Company, Currency, Curve, DomainName, InstanceId, IssuedCertificate, KeyKind,
    KeySource, NameKind, Note, OrderId, Origin, Payment, PlanId, Product, ProductCode, PurchaseId,
    RevocationReason, Serial, SpkiDigest, Status, Submission, Target, Timestamp, ValidationClass,
    ValidationMethod, Validity,
};

use super::case::Law;
use super::command::{Command, CommandKind, Extension, NewPurchase, Paid, Slot, Upload};
use super::world::World;

/// A world in some status, and the instant at which it shows that status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The world.
    pub world: World,
    /// The instant.
    pub now: Timestamp,
}

/// The well-formed values that samples are made of.
#[derive(Clone)]
struct Kit {
    account: AccountId,
    plan: PlanId,
    instance: InstanceId,
    order: OrderId,
    product: Product,
    submission: Arc<Submission>,
    challenge: Arc<Challenge>,
    key: SpkiDigest,
    certificate: Arc<IssuedCertificate>,
    note: Note,
    target: Target,
    start: Timestamp,
    years: u8,
}

/// An application that the rulebook accepts for a product of this kind, if it accepts any.
fn submission(names: NameKind, law: &Law<'_>) -> Option<Submission> {
    let name = match names {
        NameKind::Single => "www.example.com",
        NameKind::Wildcard => "*.example.com",
    };
    let key = law.application.csr().value.any_key()?;
    let applicant = Applicant::new("Tom", "13900000000", "tom@example.com")
        .ok()?
        .for_company(Company::new("Example Ltd").ok()?);
    Submission::for_package(
        Vec::from([DomainName::new(name).ok()?]),
        applicant,
        ValidationMethod::Dns,
        KeySource::ServiceMade(key),
    )
    .ok()
}

/// The n-th slot of the samples.
fn slot(number: u64) -> Option<Slot> {
    Some(Slot {
        instance: InstanceId::new(&format!("instance-{number}")).ok()?,
        order: OrderId::new(number).ok()?,
    })
}

/// The n-th purchase of the samples.
fn paid(number: u64) -> Option<Paid> {
    Some(Paid {
        purchase: PurchaseId::new(&format!("purchase-{number}")).ok()?,
        payment: Payment::cash(10_000, Currency::CNY),
    })
}

/// The commands with content that a console would offer for an instance, with typical content.
pub(super) fn typical(instance: &CertificateInstance, law: &Law<'_>) -> Vec<Command> {
    let product = instance.product();
    let apply = OrderId::new(u64::from(u32::MAX))
        .ok()
        .zip(submission(product.names, law))
        .map(|(order, submission)| Command::Apply {
            order,
            submission: Arc::new(submission),
        });
    // Years for an uploaded certificate are those of a product that is sold, whatever it is listed under.
    let hosted = match instance.origin() {
        Origin::Uploaded if product.free => Catalog::published()
            .iter()
            .find(|own| !own.free)
            .unwrap_or(product),
        Origin::Uploaded | Origin::Plan(_) | Origin::Purchase(_) => product,
    };
    let further = slot(u64::from(u32::MAX)).zip(paid(0));
    let renew = further.map(|(slot, paid)| Command::Renew {
        slot,
        paid: Some(paid),
    });
    let hosting = further
        .zip(ChainId::new("chain-0").ok())
        .map(|((slot, paid), chain)| {
            Command::EnableHosting(Arc::new(Extension {
                paid,
                chain,
                product: hosted,
                slots: Arc::from([slot]),
                submission: submission(hosted.names, law).map(Arc::new),
            }))
        });
    let targets = law.conduct.targets().value.as_slice();
    let deploy = targets.first().map(|target| Command::Deploy {
        target: *target,
        domain: None,
    });
    let undeploy = instance
        .deployments()
        .first()
        .map(|one| Command::Undeploy { target: one.target });
    [apply, renew, hosting, deploy, undeploy]
        .into_iter()
        .flatten()
        .collect()
}

impl Kit {
    /// None only if one of the constants below were malformed, or the rulebook took no key.
    fn new(class: ValidationClass, law: &Law<'_>) -> Option<Self> {
        let start = law
            .conduct
            .point()
            .day
            .plus_days(1)
            .midnight(law.conduct.calendar().value.offset);
        let name = DomainName::new("www.example.com").ok()?;
        let key = SpkiDigest::of(b"the sample's key");
        let not_after = law.ceilings.last_second(start).min(start.saturating_add(
            i64::from(law.application.term().value.days).saturating_mul(SECONDS_PER_DAY),
        ));
        let certificate = IssuedCertificate::new(CertificateFacts {
            der: Arc::from(b"the sample's certificate".as_slice()),
            chain: Vec::new(),
            names: Vec::from([name.clone()]),
            key: KeyKind::Ec(Curve::P256),
            spki: key,
            validity: Validity::new(start, not_after).ok()?,
            serial: Serial::new(&[1]).ok()?,
            issuer: Arc::from("CN=Sample CA"),
        });
        let submission = submission(NameKind::Single, law);
        Some(Self {
            account: AccountId::new("sample").ok()?,
            plan: PlanId::new("plan").ok()?,
            instance: InstanceId::new("instance-1").ok()?,
            order: OrderId::new(1).ok()?,
            product: Product {
                code: ProductCode::new("sample").ok()?,
                class,
                names: NameKind::Single,
                free: false,
            },
            submission: Arc::new(submission?),
            challenge: Arc::new(
                Challenge::dns(
                    "_dnsauth.www.example.com",
                    crate::model::challenge::RecordType::Txt,
                    "token",
                )
                .ok()?,
            ),
            key,
            certificate: Arc::new(certificate.ok()?),
            note: Note::new("the sample's reason").ok()?,
            target: law
                .conduct
                .targets()
                .value
                .as_slice()
                .first()
                .copied()
                .or_else(|| Target::new("CDN").ok())?,
            years: 1,
            start,
        })
    }

    fn command(&self, kind: CommandKind) -> Option<Command> {
        Some(match kind {
            CommandKind::BuyPlan => Command::BuyPlan {
                plan: self.plan,
                product: self.product,
                count: NonZeroU32::MIN.saturating_add(1),
                payment: Payment::cash(20_000, Currency::CNY),
            },
            CommandKind::Buy => {
                let years = u64::from(self.years);
                let slots: Option<Vec<Slot>> = (1..=years).map(slot).collect();
                Command::Buy(Arc::new(NewPurchase {
                    paid: paid(1)?,
                    product: self.product,
                    slots: Arc::from(slots?),
                    chain: (years > 1).then(|| ChainId::new("chain-1").ok()).flatten(),
                }))
            }
            CommandKind::Draw => Command::Draw(slot(1)?),
            CommandKind::Submit => Command::Submit {
                instance: self.instance,
                order: self.order,
                submission: self.submission.clone(),
            },
            CommandKind::Apply => Command::Apply {
                order: OrderId::new(11).ok()?,
                submission: self.submission.clone(),
            },
            CommandKind::Withdraw => Command::Withdraw,
            CommandKind::Delete => Command::Delete,
            CommandKind::CancelOrder => Command::CancelOrder,
            CommandKind::Close => Command::Close,
            CommandKind::Merge => Command::Merge,
            CommandKind::RequestRevocation => Command::RequestRevocation {
                reason: RevocationReason::Unspecified,
            },
            CommandKind::ConfirmRevocation => Command::ConfirmRevocation,
            CommandKind::Collect => Command::Collect,
            CommandKind::DeleteCertificate => Command::DeleteCertificate,
            CommandKind::Deploy => Command::Deploy {
                target: self.target,
                domain: None,
            },
            CommandKind::Undeploy => Command::Undeploy {
                target: self.target,
            },
            CommandKind::Renew => Command::Renew {
                slot: slot(21)?,
                paid: Some(paid(21)?),
            },
            CommandKind::EnableHosting => Command::EnableHosting(Arc::new(Extension {
                paid: paid(31)?,
                chain: ChainId::new("chain-31").ok()?,
                product: self.product,
                slots: Arc::from([slot(31)?]),
                submission: Some(self.submission.clone()),
            })),
            CommandKind::Upload => Command::Upload(Arc::new(Upload {
                slot: slot(41)?,
                product: self.product,
                name: Note::new("uploaded").ok()?,
                certificate: self.certificate.clone(),
                key: self.key,
            })),
            CommandKind::ClaimRefund => Command::ClaimRefund,
            CommandKind::CancelRefund => Command::CancelRefund,
            CommandKind::ReceiveChallenge => Command::ReceiveChallenge {
                challenge: self.challenge.clone(),
                key: self.key,
            },
            CommandKind::ConfirmDomain => Command::ConfirmDomain,
            CommandKind::Approve => Command::Approve {
                certificate: self.certificate.clone(),
            },
            CommandKind::Reject => Command::Reject {
                reason: self.note.clone(),
            },
            CommandKind::CompleteRevocation => Command::CompleteRevocation { at: self.start },
            CommandKind::RefuseRevocation => Command::RefuseRevocation {
                reason: self.note.clone(),
            },
            CommandKind::RecordCaRevocation => Command::RecordCaRevocation {
                reason: RevocationReason::KeyCompromise,
                at: self.start,
            },
            CommandKind::GrantRefund => Command::GrantRefund,
            CommandKind::RefuseRefund => Command::RefuseRefund {
                reason: self.note.clone(),
            },
            CommandKind::Activate => Command::Activate {
                order: OrderId::new(12).ok()?,
            },
            CommandKind::Wake => Command::Wake,
        })
    }

    fn run(&self, kinds: &[CommandKind], law: &Law<'_>) -> Option<Sample> {
        let mut sample = Sample {
            world: World::new(self.account),
            now: self.start,
        };
        self.go_on(&mut sample, kinds, law)?;
        Some(sample)
    }

    /// A second after the other.
    fn go_on(&self, sample: &mut Sample, kinds: &[CommandKind], law: &Law<'_>) -> Option<()> {
        for &kind in kinds {
            let command = self.command(kind)?;
            sample.world.apply(&command, sample.now, law).ok()?;
            sample.now = sample.now.saturating_add(1);
        }
        Some(())
    }
}

/// A typical command of a kind, as the samples are built with.
#[must_use]
pub fn sample_command(kind: CommandKind, class: ValidationClass, law: &Law<'_>) -> Option<Command> {
    Kit::new(class, law).and_then(|kit| kit.command(kind))
}

/// How a life begins under an edition: with a unit of a plan by API, with a purchase on the console.
fn beginning(law: &Law<'_>) -> &'static [CommandKind] {
    use CommandKind as K;
    match law.conduct.point().channel {
        Channel::Api | Channel::ApiV2 => &[K::BuyPlan, K::Submit, K::ReceiveChallenge],
        Channel::Console => &[K::BuyPlan, K::Buy, K::Apply, K::ReceiveChallenge],
    }
}

/// A world in which the owner sees this status, built from commands alone; nothing if the law knows
/// no way there.
///
/// With `None`, a world with a plan and no order.
#[must_use]
pub fn sample(status: Option<Status>, class: ValidationClass, law: &Law<'_>) -> Option<Sample> {
    use CommandKind as K;
    let kit = Kit::new(class, law)?;
    let run = |more: &[K]| kit.run(&[beginning(law), more].concat(), law);
    let issued = [K::ConfirmDomain, K::Approve];
    let found = match status {
        None => kit.run(&[K::BuyPlan], law),
        Some(Status::NotActivated) => waiting(&kit, law),
        Some(Status::DomainVerification) => run(&[]),
        Some(Status::Validating) => run(&[K::ConfirmDomain]),
        Some(Status::ValidationFailed) => run(&[K::ConfirmDomain, K::Reject]),
        Some(Status::PendingApplication) => match law.conduct.point().channel {
            Channel::Api | Channel::ApiV2 => run(&[K::Withdraw]),
            Channel::Console => kit.run(&[K::BuyPlan, K::Buy], law),
        },
        Some(Status::Hosted) => hosted(&kit, law),
        Some(Status::Issued | Status::PendingExpiration | Status::Expired) => run(&issued),
        Some(Status::RevocationToConfirm) => {
            run(&[issued.as_slice(), &[K::RequestRevocation]].concat())
        }
        Some(Status::ValidatingRevocation) => {
            let asked = [issued.as_slice(), &[K::RequestRevocation]].concat();
            run(&[asked.as_slice(), &[K::ConfirmRevocation]].concat()).or_else(|| run(&asked))
        }
        // Where a revocation is paid back by itself, one that comes too late for it.
        Some(Status::Revoked) => run(&[issued.as_slice(), &[K::RecordCaRevocation]].concat())
            .filter(|found| found.world.status(found.now, law) == status)
            .or_else(|| revoked_late(&kit, run(&issued)?, law)),
        Some(Status::RefundReview) => claimed(&kit, Status::RefundReview, law),
        Some(Status::Refunded) => claimed(&kit, Status::Refunded, law).or_else(|| {
            let mut found = claimed(&kit, Status::RefundReview, law)?;
            kit.go_on(&mut found, &[K::GrantRefund], law)?;
            Some(found)
        }),
        Some(Status::Closed) => kit.run(&[K::Buy, K::Close], law),
        Some(Status::Cancelled) => {
            let mut found = waiting(&kit, law)?;
            kit.go_on(&mut found, &[K::CancelOrder], law)?;
            Some(found)
        }
        Some(Status::Merged) => merged(&kit, law),
        Some(Status::Deleted) => run(&[K::Withdraw, K::Delete])
            .or_else(|| run(&[issued.as_slice(), &[K::DeleteCertificate]].concat()))
            .or_else(|| {
                let revoked = [K::RecordCaRevocation, K::DeleteCertificate];
                run(&[issued.as_slice(), &revoked].concat())
            }),
    }?;
    let not_after = kit.certificate.validity().not_after();
    let now = match status {
        Some(Status::PendingExpiration) => not_after,
        Some(Status::Expired) => not_after.saturating_add(1),
        None | Some(_) => found.now,
    };
    let shows = found.world.status(now, law);
    (shows == status).then_some(Sample {
        world: found.world,
        now,
    })
}

/// What was issued, revoked by its holder in its last minute.
fn revoked_late(kit: &Kit, mut issued: Sample, law: &Law<'_>) -> Option<Sample> {
    use CommandKind as K;
    issued.now = kit.certificate.validity().not_after().saturating_add(-60);
    kit.go_on(&mut issued, &[K::RequestRevocation], law)?;
    if issued.world.status(issued.now, law) == Some(Status::RevocationToConfirm) {
        kit.go_on(&mut issued, &[K::ConfirmRevocation], law)?;
    }
    kit.go_on(&mut issued, &[K::CompleteRevocation], law)?;
    Some(issued)
}

/// A chain of two, the second in focus.
fn waiting(kit: &Kit, law: &Law<'_>) -> Option<Sample> {
    let mut found = Kit {
        years: 2,
        ..kit.clone()
    }
    .run(&[CommandKind::Buy], law)?;
    found.world.focus(slot(2)?.instance);
    Some(found)
}

/// A chain of two, the first issued.
fn hosted(kit: &Kit, law: &Law<'_>) -> Option<Sample> {
    use CommandKind as K;
    let kinds = [
        K::Buy,
        K::Apply,
        K::ReceiveChallenge,
        K::ConfirmDomain,
        K::Approve,
    ];
    Kit {
        years: 2,
        ..kit.clone()
    }
    .run(&kinds, law)
}

/// A purchase whose refund was claimed, unissued or revoked, on the first day that leads there.
fn claimed(kit: &Kit, to: Status, law: &Law<'_>) -> Option<Sample> {
    use CommandKind as K;
    let revoked = [
        K::Buy,
        K::Apply,
        K::ReceiveChallenge,
        K::ConfirmDomain,
        K::Approve,
        K::RecordCaRevocation,
    ];
    let days = 0..i64::from(law.money.term().value.days);
    [&[K::Buy][..], &revoked].into_iter().find_map(|life| {
        let begun = kit.run(life, law)?;
        days.clone().find_map(|day| {
            let mut found = begun.clone();
            if found.world.status(found.now, law) == Some(to) {
                return Some(found);
            }
            found.now = found
                .now
                .saturating_add(day.saturating_mul(SECONDS_PER_DAY));
            kit.go_on(&mut found, &[K::ClaimRefund], law)?;
            (found.world.status(found.now, law) == Some(to)).then_some(found)
        })
    })
}

/// Two slots, the first merged into the second.
fn merged(kit: &Kit, law: &Law<'_>) -> Option<Sample> {
    let mut found = kit.run(&[CommandKind::Buy], law)?;
    let second = Command::Buy(Arc::new(NewPurchase {
        paid: paid(2)?,
        product: kit.product,
        slots: Arc::from([slot(2)?]),
        chain: None,
    }));
    found.world.apply(&second, found.now, law).ok()?;
    found.world.focus(kit.instance);
    found.world.set_other(Some(slot(2)?.instance));
    kit.go_on(&mut found, &[CommandKind::Merge], law)?;
    Some(found)
}
