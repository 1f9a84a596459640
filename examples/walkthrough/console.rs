//! A life on the console: bought, applied for, used, renewed, revoked, and paid back where the edition
//! pays back.
//!
//! The core alone decides here, with a certificate that nobody signed: what is sold on the console is
//! not in the service yet.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Command, Events, Law, NewPurchase, Paid, Slot, World, effects, next_wakeup, term_end,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CertificateFacts, ChainId, Challenge, Currency, Curve,
    DomainName, InstanceId, IssuedCertificate, KeyKind, KeySource, OrderId, Payment, Product,
    PurchaseId, RefundState, RevocationReason, Serial, SpkiDigest, Status, Submission, Timestamp,
    ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::{Ceilings, Edition};
use serde_json::json;

use super::event::event_json;
use super::{Outcome, strings, wrapped};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// 1,500 yuan, in fen.
const PRICE: Payment = Payment::cash(150_000, Currency::CNY);

struct Life<'l> {
    edition: &'l Edition,
    law: Law<'l>,
    world: World,
    now: Timestamp,
    product: Product,
    last: u64,
    json: bool,
}

/// Lives through a console edition.
pub(crate) fn live(
    edition: &Edition,
    ceilings: &Ceilings,
    start: Timestamp,
    json: bool,
) -> Outcome<()> {
    let product = Catalog::published()
        .get("geotrust-dv-1-starter")
        .ok_or("the catalog has no such product")?;
    let mut life = Life {
        edition,
        law: Law::single(edition, ceilings),
        world: World::new(AccountId::new("C")?),
        now: start,
        product,
        last: 0,
        json,
    };
    if !json {
        let start = start.in_offset(edition.calendar().value.offset);
        println!(
            "A life on the console under the edition {}, from {start} on. The edition is fixed, whatever the date.\n",
            edition.key()
        );
    }
    let (first, hosted) = life.buy_and_apply()?;
    life.serve();
    if let Some(second) = hosted {
        life.host(first, second)?;
    }
    life.renew()?;
    life.revoke();
    life.claim("claims the refund of what is revoked")?;
    life.change_of_mind()
}

impl Life<'_> {
    /// Gives a command, and shows what came of it. Whether it was granted.
    fn tries(&mut self, doing: &str, command: &Command) -> bool {
        let decided = self.world.apply(command, self.now, &self.law);
        match decided {
            Ok(events) => {
                self.done(doing, &events);
                true
            }
            Err(refusal) => {
                let (rule, text) = (refusal.rule(), refusal.to_string());
                if self.json {
                    let object = json!({
                        "at": self.now.to_string(),
                        "life": "C",
                        "doing": doing,
                        "edition": refusal.edition().as_str(),
                        "rules": [rule.to_string()],
                        "status": refusal.status().map(Status::word),
                        "refusal": text,
                    });
                    println!("{object}");
                } else {
                    self.line(&format!("{doing}: refused"));
                    for line in wrapped(&text, 92) {
                        println!("{:33}{line}", "");
                    }
                }
                false
            }
        }
    }

    fn done(&self, doing: &str, events: &Events) {
        let status = self.world.status(self.now, &self.law);
        let rules = strings(events.rules());
        let instance = self.world.instance();
        let work: Vec<String> = events
            .iter()
            .flat_map(|event| effects(event, instance))
            .map(|effect| format!("{effect:?}"))
            .collect();
        if self.json {
            let object = json!({
                "at": self.now.to_string(),
                "life": "C",
                "doing": doing,
                "edition": self.edition.key().as_str(),
                "rules": rules,
                "status": status.map(Status::word),
                "events": events.iter().map(event_json).collect::<Vec<_>>(),
                "work": work,
            });
            println!("{object}");
            return;
        }
        let status = status.map_or(String::new(), |status| format!(" -> {status}"));
        self.line(&format!("{doing}{status}  [{}]", rules.join(", ")));
    }

    fn notes(&self, text: &str) {
        if self.json {
            let at = self.now.to_string();
            println!("{}", json!({ "at": at, "life": "C", "note": text }));
        } else {
            self.line(text);
        }
    }

    fn line(&self, text: &str) {
        let offset = self.edition.calendar().value.offset;
        println!("{}  C  {text}", self.now.in_offset(offset));
    }

    fn wait(&mut self, seconds: i64) {
        self.now = self.now.saturating_add(seconds);
    }

    fn next(&mut self) -> u64 {
        self.last = self.last.saturating_add(1);
        self.last
    }

    fn slot(&mut self) -> Outcome<Slot> {
        let number = self.next();
        Ok(Slot {
            instance: InstanceId::new(&format!("instance-{number}"))?,
            order: OrderId::new(number)?,
        })
    }

    fn paid(&mut self) -> Outcome<Paid> {
        let number = self.next();
        Ok(Paid {
            purchase: PurchaseId::new(&format!("purchase-{number}"))?,
            payment: PRICE,
        })
    }

    fn purchase(&mut self, years: usize) -> Outcome<(Vec<Slot>, Command)> {
        let paid = self.paid()?;
        let slots: Vec<Slot> = (0..years).map(|_| self.slot()).collect::<Outcome<_>>()?;
        let chain = ChainId::new(&format!("chain-{}", self.last))?;
        let bought = NewPurchase {
            paid,
            product: self.product,
            slots: Arc::from(slots.as_slice()),
            chain: (years > 1).then_some(chain),
        };
        Ok((slots, Command::Buy(Arc::new(bought))))
    }

    fn application(&mut self) -> Outcome<Command> {
        let applicant = Applicant::new("Tom", "13900000000", "username@example.com")?;
        let submission = Submission::for_package(
            vec![DomainName::new("www.example.com")?],
            applicant,
            ValidationMethod::Dns,
            KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
        )?;
        Ok(Command::Apply {
            order: OrderId::new(self.next())?,
            submission: Arc::new(submission),
        })
    }

    /// Two years, or else one; an application that is withdrawn, made again, and approved.
    fn buy_and_apply(&mut self) -> Outcome<(InstanceId, Option<InstanceId>)> {
        let (mut slots, two) = self.purchase(2)?;
        if !self.tries("buys a certificate for two years, hosted", &two) {
            let (slot, one) = self.purchase(1)?;
            slots = slot;
            self.tries("buys a certificate for one year", &one);
        }
        self.wait(HOUR);
        let apply = self.application()?;
        self.tries("applies for the first certificate", &apply);
        self.wait(HOUR);
        if self.tries("withdraws the application", &Command::Withdraw) {
            let again = self.application()?;
            self.tries("applies again with the same slot", &again);
        }
        self.approve()?;
        let first = slots.first().ok_or("a slot was bought")?.instance;
        Ok((first, slots.get(1).map(|slot| slot.instance)))
    }

    /// The CA's part of the story, played by hand.
    fn approve(&mut self) -> Outcome<()> {
        let record = ("_dnsauth.www.example.com", RecordType::Txt, "token");
        let challenge = Challenge::dns(record.0, record.1, record.2)?;
        let key = SpkiDigest::of(format!("key {}", self.next()).as_bytes());
        let challenge = Command::ReceiveChallenge {
            challenge: Arc::new(challenge),
            key,
        };
        self.tries("is told how to prove the domain", &challenge);
        self.wait(HOUR);
        self.tries("has proved the domain", &Command::ConfirmDomain);
        self.wait(DAY);
        let instance = self.world.instance().ok_or("something was bought")?;
        let last = term_end(instance, self.now, &self.law);
        let certificate = IssuedCertificate::new(CertificateFacts {
            der: Arc::from(format!("certificate {}", self.last).as_bytes()),
            chain: Vec::new(),
            names: vec![DomainName::new("www.example.com")?],
            key: KeyKind::Ec(Curve::P256),
            spki: key,
            validity: Validity::new(self.now, last)?,
            serial: Serial::new(&[1])?,
            issuer: Arc::from("CN=A CA in a story"),
        })?;
        let certificate = Arc::new(certificate);
        self.tries("gets the certificate", &Command::Approve { certificate });
        Ok(())
    }

    /// What a certificate is there for.
    fn serve(&mut self) {
        self.wait(HOUR);
        self.tries("downloads certificate and key", &Command::Collect);
        let target = self.edition.targets().value.as_slice().first().copied();
        match target {
            Some(target) => {
                let domain = None;
                self.tries("deploys it", &Command::Deploy { target, domain });
            }
            None => self.notes("finds no cloud product to deploy it to"),
        }
    }

    /// The service activates the second year when the first comes due.
    fn host(&mut self, first: InstanceId, second: InstanceId) -> Outcome<()> {
        let Some(last) = self.last_second() else {
            return Ok(());
        };
        let trigger = self.edition.hosting_trigger().value;
        let calendar = self.edition.calendar().value;
        let due = calendar.last_days_before(last, trigger.days, trigger.strict);
        self.now = self
            .now
            .max(due.from().ok_or("the trigger has a beginning")?);
        self.world.focus(second);
        let order = OrderId::new(self.next())?;
        self.tries(
            "has the next year applied for by the service",
            &Command::Activate { order },
        );
        self.approve()?;
        self.world.focus(first);
        Ok(())
    }

    fn last_second(&self) -> Option<Timestamp> {
        let certificate = self.world.instance()?.certificate()?;
        Some(certificate.validity().not_after())
    }

    /// The notice, and what can be done then.
    fn renew(&mut self) -> Outcome<()> {
        let due = next_wakeup(&self.world.case(), self.now, &self.law);
        if let Some(due) = due {
            self.now = self.now.max(due);
            self.tries("is told that it will expire", &Command::Wake);
        }
        let (slot, paid) = (self.slot()?, self.paid()?);
        let paid = Some(paid);
        self.tries("renews it", &Command::Renew { slot, paid });
        Ok(())
    }

    fn revoke(&mut self) {
        self.wait(HOUR);
        let reason = RevocationReason::Superseded;
        if self.tries(
            "asks for revocation",
            &Command::RequestRevocation { reason },
        ) {
            self.wait(HOUR);
            if self.world.status(self.now, &self.law) == Some(Status::RevocationToConfirm) {
                self.tries("confirms it by mail", &Command::ConfirmRevocation);
            }
            self.wait(DAY);
            let at = self.now;
            self.tries("is revoked by the CA", &Command::CompleteRevocation { at });
        }
    }

    fn claim(&mut self, doing: &str) -> Outcome<()> {
        self.wait(HOUR);
        let refund = self.world.purchase().map(|one| one.bill().refund);
        if matches!(refund, Some(RefundState::Refunded { .. })) {
            self.notes("was paid back without a claim");
        } else if self.tries(doing, &Command::ClaimRefund) {
            let purchase = self.world.purchase().ok_or("a claim has a purchase")?;
            if matches!(purchase.bill().refund, RefundState::Review { .. }) {
                self.wait(DAY);
                self.tries("is granted the refund", &Command::GrantRefund);
            }
        }
        let back = self
            .world
            .purchase()
            .map_or(0, |one| match one.bill().refund {
                RefundState::Refunded { cash, .. } => cash,
                RefundState::None | RefundState::Review { .. } => 0,
            });
        self.notes(&format!("cash back: {back} of {} fen", PRICE.cash));
        Ok(())
    }

    /// A certificate that was bought and never applied for, and one that is revoked at once.
    fn change_of_mind(&mut self) -> Outcome<()> {
        self.wait(DAY);
        let (_, one) = self.purchase(1)?;
        if self.tries("buys another one", &one) {
            self.wait(DAY);
            self.claim("changes its mind and claims the refund")?;
        }
        self.wait(DAY);
        let (_, one) = self.purchase(1)?;
        if self.tries("buys a third one", &one) {
            let apply = self.application()?;
            self.tries("applies for it", &apply);
            self.approve()?;
            self.revoke();
            self.claim("claims the refund within days")?;
            self.tries("deletes it", &Command::DeleteCertificate);
        }
        Ok(())
    }
}
