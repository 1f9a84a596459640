//! A well-formed case for every status, and a well-formed command of every kind: what the table is
//! probed with.
//!
//! Every sample is brought about by [`decide`](super::decide()) itself, from an empty world.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::model::time::SECONDS_PER_DAY;
use crate::model::{
    AccountId, Applicant, CertificateFacts, Challenge, Company, Curve, DomainName, InstanceId,
    IssuedCertificate, KeyKind, KeySource, NameKind, Note, OrderId, PlanId, Product, ProductCode,
    RevocationReason, Serial, SpkiDigest, Status, Submission, Timestamp, ValidationClass,
    ValidationMethod, Validity,
};

use super::case::Law;
use super::command::{Command, CommandKind};
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
    start: Timestamp,
}

impl Kit {
    /// None only if one of the constants below were malformed.
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
        let applicant = Applicant::new("Tom", "13900000000", "tom@example.com")
            .ok()?
            .for_company(Company::new("Example Ltd").ok()?);
        let submission = Submission::for_package(
            Vec::from([name]),
            applicant,
            ValidationMethod::Dns,
            KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
        );
        Some(Self {
            account: AccountId::new("sample").ok()?,
            plan: PlanId::new("plan").ok()?,
            instance: InstanceId::new("instance").ok()?,
            order: OrderId::new(1).ok()?,
            product: Product {
                code: ProductCode::new("sample").ok()?,
                class,
                names: NameKind::Single,
            },
            submission: Arc::new(submission.ok()?),
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
            start,
        })
    }

    fn command(&self, kind: CommandKind) -> Command {
        match kind {
            CommandKind::BuyPlan => Command::BuyPlan {
                plan: self.plan,
                product: self.product,
                count: NonZeroU32::MIN,
            },
            CommandKind::Submit => Command::Submit {
                instance: self.instance,
                order: self.order,
                submission: self.submission.clone(),
            },
            CommandKind::Withdraw => Command::Withdraw,
            CommandKind::Delete => Command::Delete,
            CommandKind::CancelOrder => Command::CancelOrder,
            CommandKind::RequestRevocation => Command::RequestRevocation {
                reason: RevocationReason::Unspecified,
            },
            CommandKind::Collect => Command::Collect,
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
            CommandKind::ConfirmRevocation => Command::ConfirmRevocation,
            CommandKind::CompleteRevocation => Command::CompleteRevocation { at: self.start },
            CommandKind::RefuseRevocation => Command::RefuseRevocation {
                reason: self.note.clone(),
            },
            CommandKind::RecordCaRevocation => Command::RecordCaRevocation {
                reason: RevocationReason::KeyCompromise,
                at: self.start,
            },
            CommandKind::Wake => Command::Wake,
        }
    }

    /// Runs commands at the start, one second apart.
    fn run(&self, kinds: &[CommandKind], law: &Law<'_>) -> Option<Sample> {
        let mut world = World::new(self.account);
        let mut now = self.start;
        for &kind in kinds {
            // A plan with two units, so that a further application could be made.
            let mut command = self.command(kind);
            if let Command::BuyPlan { count, .. } = &mut command {
                *count = NonZeroU32::MIN.saturating_add(1);
            }
            world.apply(&command, now, law).ok()?;
            now = now.saturating_add(1);
        }
        Some(Sample { world, now })
    }
}

/// A well-formed command of a kind, as it fits the samples.
#[must_use]
pub fn sample_command(kind: CommandKind, class: ValidationClass, law: &Law<'_>) -> Option<Command> {
    Kit::new(class, law).map(|kit| kit.command(kind))
}

/// A world in which a status shows, or with a plan alone (`None`).
///
/// None if the law has no way into that status: Revocation To Confirm, where no mail is asked for.
#[must_use]
pub fn sample(status: Option<Status>, class: ValidationClass, law: &Law<'_>) -> Option<Sample> {
    use CommandKind as K;
    let kit = Kit::new(class, law)?;
    let verifying = [K::BuyPlan, K::Submit, K::ReceiveChallenge];
    let run = |more: &[K]| kit.run(&[verifying.as_slice(), more].concat(), law);
    let found = match status {
        None => kit.run(&[K::BuyPlan], law),
        Some(Status::DomainVerification) => run(&[]),
        Some(Status::Validating) => run(&[K::ConfirmDomain]),
        Some(Status::ValidationFailed) => run(&[K::ConfirmDomain, K::Reject]),
        Some(Status::PendingApplication) => run(&[K::Withdraw]),
        Some(Status::Issued | Status::PendingExpiration | Status::Expired) => {
            run(&[K::ConfirmDomain, K::Approve])
        }
        Some(Status::RevocationToConfirm) => {
            run(&[K::ConfirmDomain, K::Approve, K::RequestRevocation])
        }
        Some(Status::ValidatingRevocation) => {
            let asked = [K::ConfirmDomain, K::Approve, K::RequestRevocation];
            run(&[asked.as_slice(), &[K::ConfirmRevocation]].concat()).or_else(|| run(&asked))
        }
        Some(Status::Revoked) => run(&[K::ConfirmDomain, K::Approve, K::RecordCaRevocation]),
        Some(Status::Deleted) => run(&[K::Withdraw, K::Delete]),
        Some(
            Status::NotActivated
            | Status::Hosted
            | Status::RefundReview
            | Status::Refunded
            | Status::Closed
            | Status::Cancelled
            | Status::Merged,
        ) => None,
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
