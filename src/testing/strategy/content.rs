//! What fills a command: from a few small numbers, and the world as it is then.

use core::num::NonZeroU32;
use std::format;
use std::sync::Arc;
use std::vec;
use std::vec::Vec;

use super::values::{
    applicant, certificate, challenge, key_of, name, note, request, unusual_request,
};
use crate::lifecycle::{
    Command, CommandKind, Extension, Law, NewPurchase, Paid, Slot, Upload, World,
};
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{
    CertificateInstance, ChainId, Currency, DomainName, HostingChain, InstanceId,
    IssuedCertificate, KeyKind, KeySource, NameKind, Note, OrderId, Payment, Phase, PlanId,
    Product, ProductCode, Purchase, PurchaseId, ResourcePlan, RevocationReason, SpkiDigest,
    Submission, Target, Timestamp, ValidationClass, ValidationMethod,
};

/// What fills a command: which of several contents it has, and what is wrong with it.
///
/// The same numbers mean another thing in another world: a command is made to fit the instance and
/// the plan in focus, but for its flaw.
///
/// ```
/// use cert_lifecycle::lifecycle::{Command, CommandKind, Law, World};
/// use cert_lifecycle::model::{AccountId, Timestamp};
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::strategy::Content;
/// let book = Rulebook::published();
/// let edition = book.edition("2023-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let world = World::new(AccountId::new("tom")?);
/// let command = Content::plain(1).command(CommandKind::Buy, &world, Timestamp::MIN, &law);
/// assert!(matches!(command, Some(Command::Buy(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Content {
    /// What is wrong with it; nothing, if 0. Each kind of command has up to seven flaws.
    pub flaw: u8,
    /// Which of several contents it has.
    pub salt: [u8; 3],
    /// The number that its new ids begin after; they take up to ten.
    pub number: u64,
}

const DAY: i64 = SECONDS_PER_DAY;

/// One of some values.
fn pick<T: Copy>(all: &[T], salt: u8) -> Option<T> {
    let place = usize::from(salt).checked_rem(all.len())?;
    all.get(place).copied()
}

/// Whether a number is one of so many.
const fn one_in(salt: u8, count: u8) -> bool {
    matches!(salt.checked_rem(count), Some(rest) if rest == count.saturating_sub(1))
}

impl Content {
    /// What fits, with new ids from a number on.
    #[must_use]
    pub const fn plain(number: u64) -> Self {
        Self {
            flaw: 0,
            salt: [0; 3],
            number: 1_000_000_u64.saturating_add(number.saturating_mul(100)),
        }
    }

    fn slot(self, by: u64) -> Option<Slot> {
        let number = self.number.saturating_add(by);
        Some(Slot {
            instance: InstanceId::new(&format!("instance-{number}")).ok()?,
            order: OrderId::new(number).ok()?,
        })
    }

    fn slots(self, count: u64) -> Option<Vec<Slot>> {
        (1..=count).map(|by| self.slot(by)).collect()
    }

    fn chain(self) -> Option<ChainId> {
        ChainId::new(&format!("chain-{}", self.number)).ok()
    }

    fn payment(self) -> Payment {
        let [first, second, third] = self.salt;
        Payment {
            cash: if one_in(third, 6) {
                0
            } else {
                10_000_u64.saturating_add(u64::from(third))
            },
            voucher: if one_in(second, 3) { 5_000 } else { 0 },
            currency: Currency::CNY,
            add_on: one_in(first, 4),
        }
    }

    fn paid(self) -> Option<Paid> {
        Some(Paid {
            purchase: PurchaseId::new(&format!("purchase-{}", self.number)).ok()?,
            payment: self.payment(),
        })
    }

    /// Any product. Free ones more often where there are some already: what a year has of them is used
    /// up by nobody else.
    fn product(self, world: &World) -> Option<Product> {
        let [_, second, third] = self.salt;
        let mut products = (world.plans().map(ResourcePlan::product))
            .chain(world.purchases().map(Purchase::product));
        let often = products.any(|own| own.free);
        let class = match second % 5 {
            0..=2 => ValidationClass::Dv,
            3 => ValidationClass::Ov,
            _ => ValidationClass::Ev,
        };
        let names = if one_in(third, 5) {
            NameKind::Wildcard
        } else {
            NameKind::Single
        };
        let free = class == ValidationClass::Dv && one_in(third, if often { 2 } else { 4 });
        let code = format!("console-{}-{names:?}-{free}", class.word());
        Some(Product {
            code: ProductCode::new(&code).ok()?,
            class,
            names,
            free,
        })
    }

    /// The product of what is there, or any.
    fn product_of(self, instance: Option<&CertificateInstance>, world: &World) -> Option<Product> {
        instance.map_or_else(|| self.product(world), |own| Some(own.product()))
    }

    /// An application for a product.
    fn submission(self, product: Product, law: &Law<'_>) -> Option<Arc<Submission>> {
        let [first, second, third] = self.salt;
        let wildcard = (product.names == NameKind::Wildcard) != (self.flaw == 1);
        let domain = if wildcard {
            "*.example.com"
        } else {
            "www.example.com"
        };
        let mut names = vec![name(domain)?];
        if self.flaw == 2 {
            names.extend((0..7).filter_map(|place| name(&format!("host{place}.example.com"))));
        } else if one_in(first, 5) || self.flaw == 6 {
            names.push(name(if wildcard {
                "*.example.net"
            } else {
                "shop.example.com"
            })?);
        }
        let company = product.class != ValidationClass::Dv && self.flaw != 3;
        let contact = applicant(company)?;
        let method = if one_in(second, 4) {
            ValidationMethod::File
        } else {
            ValidationMethod::Dns
        };
        let seed = format!("key of {}", self.number);
        let unusual = self.flaw == 5 || self.flaw == 6;
        let own = one_in(third, 3) || unusual;
        let csr = || {
            if unusual {
                unusual_request(domain, &seed, second)
            } else {
                request(domain, &seed)
            }
        };
        if own && one_in(first, 2) {
            let csr = csr();
            return Some(Arc::new(Submission::with_csr(csr, contact, method)));
        }
        let key = if self.flaw == 4 {
            KeySource::ServiceMade(KeyKind::Rsa { bits: 1_024 })
        } else if own {
            KeySource::Own(Arc::new(csr()))
        } else {
            let usual = KeyKind::Rsa { bits: 2_048 };
            let rule = law.application.csr().value;
            KeySource::ServiceMade(if rule.permits_key(usual) {
                usual
            } else {
                rule.any_key()?
            })
        };
        Submission::for_package(names, contact, method, key)
            .ok()
            .map(Arc::new)
    }

    /// A certificate from now on, for some while.
    fn issued(
        self,
        key: SpkiDigest,
        names: &[DomainName],
        now: Timestamp,
        law: &Law<'_>,
    ) -> Option<Arc<IssuedCertificate>> {
        let [_, _, third] = self.salt;
        let days: i64 = pick(&[365, 90, 365, 20, 397, 31], third % 6)?;
        let seconds = days.saturating_mul(SECONDS_PER_DAY).saturating_sub(1);
        let last = law.ceilings.last_second(now);
        let until = match self.flaw {
            1 => last.saturating_add(1),
            2 => now.saturating_add(-1),
            _ => last.min(now.saturating_add(seconds)),
        };
        let from = if self.flaw == 2 {
            until.saturating_add(-SECONDS_PER_DAY)
        } else {
            now
        };
        let other = [name("other.example.com")?];
        // What nobody decided may have no names at all.
        let names = if self.flaw == 3 || names.is_empty() {
            &other
        } else {
            names
        };
        let key = if self.flaw == 4 {
            SpkiDigest::of(b"another key")
        } else {
            key
        };
        certificate(key, names, from, until.max(from))
    }

    fn approval(
        self,
        world: &World,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Option<Arc<IssuedCertificate>> {
        let [first, second, _] = self.salt;
        let usual = [name("www.example.com")?];
        let Some(instance) = world.instance() else {
            return self.issued(SpkiDigest::of(b"nobody's key"), &usual, now, law);
        };
        if let Some(earlier) = instance.earlier().last().and_then(|own| own.key)
            && one_in(first, 4)
        {
            return self.issued(earlier, &usual, now, law);
        }
        if let Phase::Live(live) | Phase::Revoked { live, .. } = instance.phase()
            && !one_in(second, 4)
        {
            return Some(Arc::new(live.certificate().clone()));
        }
        if let Some(own) = instance.application() {
            return self.issued(key_of(own), own.names(), now, law);
        }
        if let Phase::Deleted { key, names, .. } = instance.phase() {
            let key = key.unwrap_or(SpkiDigest::of(b"some key"));
            return self.issued(key, names.as_deref().unwrap_or(&usual), now, law);
        }
        self.issued(SpkiDigest::of(b"nobody's key"), &usual, now, law)
    }

    fn upload(self, world: &World, now: Timestamp, law: &Law<'_>) -> Option<Upload> {
        let [first, second, _] = self.salt;
        let key = SpkiDigest::of(&self.number.to_be_bytes());
        let names = ["mine", "yours", "mine_2", "a-name-that-is-longer"];
        let title = match self.flaw {
            5 => "not/allowed",
            6 => "",
            _ => pick(&names, first)?,
        };
        let ago = i64::from(second).saturating_mul(SECONDS_PER_DAY);
        let begun = now.saturating_add(ago.saturating_neg());
        let plain = Self { flaw: 0, ..self };
        Some(Upload {
            slot: self.first_slot(world)?,
            product: self.product(world)?,
            name: Note::new(title).ok().or_else(|| note("?"))?,
            certificate: plain.issued(key, &[name("www.example.com")?], begun, law)?,
            key: if self.flaw == 4 {
                SpkiDigest::of(b"another key")
            } else {
                key
            },
        })
    }

    /// Ids that are taken already, where there are some.
    fn taken(self, world: &World) -> Option<Slot> {
        let own = world.instances().last();
        own.map_or_else(
            || self.slot(1),
            |own| {
                Some(Slot {
                    instance: own.id(),
                    order: own.order(),
                })
            },
        )
    }

    fn first_slot(self, world: &World) -> Option<Slot> {
        if self.flaw == 7 {
            self.taken(world)
        } else {
            self.slot(1)
        }
    }

    fn purchase(self, world: &World) -> Option<NewPurchase> {
        let [first, ..] = self.salt;
        let years = match self.flaw {
            1 => 9,
            2 => 0,
            _ => pick(&[1, 1, 2, 3, 4, 2], first % 6)?,
        };
        let mut slots = self.slots(years)?;
        if let Some(last) = slots.last_mut()
            && self.flaw == 7
        {
            *last = self.taken(world)?;
        }
        if self.flaw == 3 {
            slots.push(self.slot(1)?);
        }
        let chain = self.chain()?;
        let taken = world.chains().next().map_or(chain, HostingChain::id);
        let mut paid = self.paid()?;
        if self.flaw == 6 {
            paid.purchase = world.purchases().next().map_or(paid.purchase, Purchase::id);
        }
        Some(NewPurchase {
            paid,
            product: self.product(world)?,
            chain: match self.flaw {
                4 => (slots.len() < 2).then_some(chain),
                5 => (slots.len() > 1).then_some(taken),
                _ => (slots.len() > 1).then_some(chain),
            },
            slots: slots.into(),
        })
    }

    fn extension(self, world: &World, law: &Law<'_>) -> Option<Extension> {
        let [first, ..] = self.salt;
        let product = self.product_of(world.instance().filter(|_| self.flaw != 1), world)?;
        let years = if self.flaw == 2 {
            0
        } else {
            u64::from(first % 3).saturating_add(1)
        };
        let chain = self.chain()?;
        let mut slots = self.slots(years)?;
        if self.flaw == 7
            && let Some(last) = slots.last_mut()
        {
            *last = self.taken(world)?;
        }
        let with = Self {
            flaw: if self.flaw == 5 { 3 } else { 0 },
            ..self
        };
        Some(Extension {
            paid: self.paid()?,
            chain: if self.flaw == 3 {
                world.chains().next().map_or(chain, HostingChain::id)
            } else {
                chain
            },
            product,
            slots: slots.into(),
            submission: if self.flaw == 4 {
                None
            } else {
                Some(with.submission(product, law)?)
            },
        })
    }

    fn target(self, targets: &[Target]) -> Option<Target> {
        let [first, ..] = self.salt;
        let other = Target::new("NOWHERE").ok()?;
        Some(if self.flaw == 1 {
            other
        } else {
            pick(targets, first).unwrap_or(other)
        })
    }

    fn plan(self, world: &World, law: &Law<'_>) -> Option<Command> {
        let [first, ..] = self.salt;
        let plan = PlanId::new(&format!("plan-{}", self.number)).ok()?;
        let taken = world.plans().next().map_or(plan, ResourcePlan::id);
        let product = self.product(world)?;
        // As many free ones as there are in a year, or one less, now and then.
        let most = law.conduct.free_limit().value.0;
        let count = match most.filter(|_| product.free).map(u32::from) {
            Some(most) if one_in(first, 4) => most,
            Some(most) if one_in(first, 2) => most.saturating_sub(1),
            Some(_) | None => u32::from(first % 3).saturating_add(1),
        };
        Some(Command::BuyPlan {
            plan: if self.flaw == 7 { taken } else { plan },
            product,
            count: NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN),
            payment: self.payment(),
        })
    }

    fn answer(self, instance: Option<&CertificateInstance>) -> Option<Command> {
        let application = instance.and_then(CertificateInstance::application);
        let method = application.map_or(ValidationMethod::Dns, |own| own.submission().method());
        let other = match method {
            ValidationMethod::Dns => ValidationMethod::File,
            ValidationMethod::File => ValidationMethod::Dns,
        };
        let key = application.map_or(SpkiDigest::of(b"some key"), key_of);
        Some(Command::ReceiveChallenge {
            challenge: challenge(if self.flaw == 1 { other } else { method })?,
            key: if self.flaw == 2 {
                SpkiDigest::of(b"another key")
            } else {
                key
            },
        })
    }

    /// A command of a kind about a world. There always is one.
    #[must_use]
    pub fn command(
        self,
        kind: CommandKind,
        world: &World,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Option<Command> {
        let [first, second, third] = self.salt;
        let instance = world.instance();
        let sixth = first % 6;
        // The last one is the CA's alone. Which command comes next hangs on the first number.
        let reason = if self.flaw == 0 { third % 5 } else { third % 6 };
        let reason = pick(&RevocationReason::ALL, reason)?;
        let around = pick(&[0, DAY, -DAY, -400 * DAY], sixth)?;
        let around = now.saturating_add(around);
        Some(match kind {
            CommandKind::BuyPlan => self.plan(world, law)?,
            CommandKind::Buy => Command::Buy(Arc::new(self.purchase(world)?)),
            CommandKind::Draw => Command::Draw(self.first_slot(world)?),
            CommandKind::Submit => {
                let slot = self.first_slot(world)?;
                let product = match world.plan() {
                    Some(plan) => plan.product(),
                    None => self.product(world)?,
                };
                Command::Submit {
                    instance: slot.instance,
                    order: slot.order,
                    submission: self.submission(product, law)?,
                }
            }
            CommandKind::Apply => Command::Apply {
                order: self.slot(1)?.order,
                submission: self.submission(self.product_of(instance, world)?, law)?,
            },
            CommandKind::Withdraw => Command::Withdraw,
            CommandKind::Delete => Command::Delete,
            CommandKind::CancelOrder => Command::CancelOrder,
            CommandKind::Close => Command::Close,
            CommandKind::Merge => Command::Merge,
            CommandKind::RequestRevocation => Command::RequestRevocation { reason },
            CommandKind::ConfirmRevocation => Command::ConfirmRevocation,
            CommandKind::Collect => Command::Collect,
            CommandKind::DeleteCertificate => Command::DeleteCertificate,
            CommandKind::Deploy => Command::Deploy {
                target: self.target(law.conduct.targets().value.as_slice())?,
                domain: match self.flaw {
                    2 => Some(name("elsewhere.example.org")?),
                    _ if one_in(second, 3) => Some(name("www.example.com")?),
                    _ => None,
                },
            },
            CommandKind::Undeploy => {
                let there: Vec<Target> = instance
                    .map(|own| own.deployments().iter().map(|one| one.target).collect())
                    .unwrap_or_default();
                let target = self.target(&there)?;
                Command::Undeploy { target }
            }
            CommandKind::Renew => {
                let paid = self.paid()?;
                Command::Renew {
                    slot: self.first_slot(world)?,
                    paid: (!one_in(first, 3)).then_some(paid),
                }
            }
            CommandKind::EnableHosting => {
                Command::EnableHosting(Arc::new(self.extension(world, law)?))
            }
            CommandKind::Upload => Command::Upload(Arc::new(self.upload(world, now, law)?)),
            CommandKind::ClaimRefund => Command::ClaimRefund,
            CommandKind::CancelRefund => Command::CancelRefund,
            CommandKind::ReceiveChallenge => self.answer(instance)?,
            CommandKind::ConfirmDomain => Command::ConfirmDomain,
            CommandKind::Approve => Command::Approve {
                certificate: self.approval(world, now, law)?,
            },
            CommandKind::Reject => Command::Reject {
                reason: note("no")?,
            },
            CommandKind::CompleteRevocation => Command::CompleteRevocation { at: around },
            CommandKind::RefuseRevocation => Command::RefuseRevocation {
                reason: note("no")?,
            },
            CommandKind::RecordCaRevocation => Command::RecordCaRevocation { reason, at: around },
            CommandKind::GrantRefund => Command::GrantRefund,
            CommandKind::RefuseRefund => Command::RefuseRefund {
                reason: note("no")?,
            },
            CommandKind::Activate => Command::Activate {
                order: self.slot(1)?.order,
            },
            CommandKind::Wake => Command::Wake,
        })
    }
}

/// A fitting command of every kind about a world.
#[must_use]
pub fn every_command(world: &World, now: Timestamp, law: &Law<'_>) -> Vec<Command> {
    CommandKind::ALL
        .into_iter()
        .zip(1..)
        .filter_map(|(kind, number)| Content::plain(number).command(kind, world, now, law))
        .collect()
}
