//! What would come back now? The same purchase and the same plan under three editions of the rules: by
//! which clause, until when, what to do first, how much in cash and vouchers, and how long it may take.
//!
//! ```text
//! cargo run --example refund_preview
//! ```
//!
//! Nothing is decided for good: every answer is a preview, and every "no" explains itself.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example shows what it does"
)]

use std::error::Error;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Availability, Command, CommandKind, DueKind, Event, Law, NewPurchase, Paid, PlanEvent,
    PurchaseEvent, Slot, Weight, World, agenda, allowed, availability, deciding_clause, preview,
    term_end,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CertificateFacts, Challenge, Company, Currency, Curve,
    DomainName, InstanceId, IssuedCertificate, KeyKind, KeySource, OrderId, Payment, Phase, PlanId,
    Product, PurchaseId, RevocationReason, Serial, SpkiDigest, Submission, Timestamp,
    ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::Rulebook;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The editions, and the instant at which everything is bought under each.
const EDITIONS: [(&str, &str); 3] = [
    ("2020-12", "2020-12-10T10:00:00+08:00"),
    ("2021-07-cn", "2021-07-20T15:00:00+08:00"),
    ("2024-10-intl", "2024-11-01T12:00:00+08:00"),
];
const HOUR: i64 = 3_600;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("refund_preview: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let book = Rulebook::published();
    for (key, bought) in EDITIONS {
        let edition = book.edition(key)?;
        let law = Law::single(&edition, book.ceilings());
        let bought: Timestamp = bought.parse()?;
        println!("== edition {key}");
        println!("   certificates: {}", edition.refund().value);
        println!("   plans: {}", edition.plan_refund().value);

        let mut story = Story {
            world: World::new(AccountId::new("tom")?),
            law,
        };
        story.buy(bought)?;
        story.show("the purchase, not applied for", bought.saturating_add(HOUR))?;
        story.apply(bought.saturating_add(2 * HOUR))?;
        story.show(
            "the purchase, under review",
            bought.saturating_add(3 * HOUR),
        )?;
        story.issue(bought.saturating_add(48 * HOUR))?;
        story.show("the purchase, issued", bought.saturating_add(72 * HOUR))?;
        let mut late = story.clone();
        story.revoke(bought.saturating_add(96 * HOUR))?;
        story.show(
            "the purchase, revoked on day 4",
            bought.saturating_add(97 * HOUR),
        )?;
        late.revoke(bought.saturating_add(60 * 24 * HOUR))?;
        late.show(
            "the purchase, revoked on day 60",
            bought.saturating_add(61 * 24 * HOUR),
        )?;

        let mut plan = Story {
            world: World::new(AccountId::new("tom")?),
            law,
        };
        plan.buy_plan(bought)?;
        plan.show("the plan, unused", bought.saturating_add(HOUR))?;
        plan.draw(bought.saturating_add(2 * HOUR))?;
        plan.show(
            "the plan, a slot taken from it",
            bought.saturating_add(3 * HOUR),
        )?;
        println!();
    }
    Ok(())
}

#[derive(Clone)]
struct Story<'a> {
    world: World,
    law: Law<'a>,
}

/// Cash and vouchers together.
fn payment(cash: u64) -> Payment {
    Payment {
        voucher: 5_000,
        ..Payment::cash(cash, Currency::CNY)
    }
}

fn product() -> Outcome<Product> {
    let found = Catalog::published().get("geotrust-ov-1-personal");
    Ok(found.ok_or("no such product")?)
}

fn slot() -> Outcome<Slot> {
    Ok(Slot {
        instance: InstanceId::new("certificate-1")?,
        order: OrderId::new(1)?,
    })
}

impl Story<'_> {
    fn tell(&mut self, command: &Command, now: Timestamp) -> Outcome<()> {
        self.world.apply(command, now, &self.law)?;
        Ok(())
    }

    fn buy(&mut self, now: Timestamp) -> Outcome<()> {
        let purchase = NewPurchase {
            paid: Paid {
                purchase: PurchaseId::new("purchase")?,
                payment: payment(150_000),
            },
            product: product()?,
            slots: Arc::from([slot()?]),
            chain: None,
        };
        self.tell(&Command::Buy(Arc::new(purchase)), now)
    }

    fn buy_plan(&mut self, now: Timestamp) -> Outcome<()> {
        let buy = Command::BuyPlan {
            plan: PlanId::new("plan")?,
            product: product()?,
            count: NonZeroU32::MIN.saturating_add(4),
            payment: payment(750_000),
        };
        self.tell(&buy, now)
    }

    fn draw(&mut self, now: Timestamp) -> Outcome<()> {
        self.tell(&Command::Draw(slot()?), now)
    }

    fn apply(&mut self, now: Timestamp) -> Outcome<()> {
        let tom = Applicant::new("Tom", "13900000000", "tom@example.com")?;
        let submission = Submission::for_package(
            vec![DomainName::new("www.example.com")?],
            tom.for_company(Company::new("Example Ltd")?),
            ValidationMethod::Dns,
            KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
        )?;
        let apply = Command::Apply {
            order: OrderId::new(2)?,
            submission: Arc::new(submission),
        };
        self.tell(&apply, now)
    }

    fn issue(&mut self, now: Timestamp) -> Outcome<()> {
        let instance = self.world.instance().ok_or("nothing in focus")?;
        let verifies = matches!(instance.phase(), Phase::Verifying(_));
        let application = instance.application().ok_or("nothing applied for")?;
        let key = SpkiDigest::of(b"the key that the service made");
        let facts = CertificateFacts {
            der: Arc::from(b"certificate".as_slice()),
            chain: Vec::new(),
            names: application.names().to_vec(),
            key: KeyKind::Ec(Curve::P256),
            spki: key,
            validity: Validity::new(now, term_end(instance, now, &self.law))?,
            serial: Serial::new(&[1])?,
            issuer: Arc::from("CN=Example CA"),
        };
        let challenge = Challenge::dns("_dnsauth.www.example.com", RecordType::Txt, "token")?;
        let challenge = Arc::new(challenge);
        self.tell(&Command::ReceiveChallenge { challenge, key }, now)?;
        if verifies {
            self.tell(&Command::ConfirmDomain, now)?;
        }
        let certificate = Arc::new(IssuedCertificate::new(facts)?);
        self.tell(&Command::Approve { certificate }, now)
    }

    /// Asked for, confirmed by mail where that is needed, and through at once.
    fn revoke(&mut self, now: Timestamp) -> Outcome<()> {
        let reason = RevocationReason::Superseded;
        self.tell(&Command::RequestRevocation { reason }, now)?;
        let confirm = &Command::ConfirmRevocation;
        if availability(&self.world.case(), confirm, now, &self.law).is_now() {
            self.tell(confirm, now)?;
        }
        self.tell(&Command::CompleteRevocation { at: now }, now)
    }

    /// What would come back at an instant, and until when.
    fn show(&self, what: &str, now: Timestamp) -> Outcome<()> {
        let offset = self.law.money.calendar().value.offset;
        println!("-- {what}, {}", now.in_offset(offset));
        let case = self.world.case();
        let paid = match (case.purchase, case.plan) {
            (Some(purchase), _) => purchase.bill().payment,
            (None, Some(plan)) => plan.bill().payment,
            (None, None) => return Err("nothing was paid".into()),
        };
        match preview(&case, &Command::ClaimRefund, now, &self.law) {
            Ok(preview) => {
                let refunded = preview.events.iter().any(|event| {
                    matches!(
                        event,
                        Event::Purchase {
                            event: PurchaseEvent::Refunded { .. },
                            ..
                        } | Event::Plan {
                            event: PlanEvent::Refunded { .. },
                            ..
                        }
                    )
                });
                let how = if refunded {
                    "at once"
                } else {
                    "after a review"
                };
                println!(
                    "   claim now: {} of cash comes back {how}; {} of vouchers never does",
                    money(paid.cash),
                    money(paid.voucher)
                );
                if let Some(clause) = deciding_clause(&case, now, &self.law) {
                    println!("   by the clause: {clause}");
                }
            }
            Err(refusal) => println!("   no claim now: {refusal}"),
        }
        match availability(&case, &Command::ClaimRefund, now, &self.law) {
            Availability::Now {
                until: Some(until),
                rule,
            } => {
                let rule = rule.map_or(String::new(), |rule| format!(" ({rule})"));
                println!("   possible until {}{rule}", until.in_offset(offset));
            }
            Availability::Now { until: None, .. } => println!("   possible without a deadline"),
            Availability::From { at, .. } => println!("   possible from {}", at.in_offset(offset)),
            Availability::Over { since, rule } => {
                println!("   over since {} ({rule})", since.in_offset(offset));
            }
            Availability::Never { rule } => println!("   not as things stand ({rule})"),
        }
        for due in agenda(&case, now, &self.law) {
            let told = matches!(
                due.kind,
                DueKind::RefundEnds { .. }
                    | DueKind::ReturnEnds
                    | DueKind::LastSafeRevocation
                    | DueKind::LastSafeClaim
            );
            if told {
                println!(
                    "   {}  {}{}",
                    due.at.in_offset(offset),
                    due.kind,
                    match due.weight {
                        Weight::Guard => "",
                        Weight::Advice => " (advice)",
                    }
                );
            }
        }
        let buttons: Vec<&str> = allowed(&case, now, &self.law)
            .iter()
            .filter(|offer| offer.refusal.is_none())
            .map(|offer| offer.command)
            .filter(|kind| !matches!(kind, CommandKind::Deploy | CommandKind::EnableHosting))
            .map(CommandKind::phrase)
            .collect();
        match buttons.as_slice() {
            [] => println!("   nothing else can be done now"),
            buttons => println!("   one can: {}", buttons.join("; ")),
        }
        Ok(())
    }
}

fn money(minor: u64) -> String {
    format!("{}.{:02} CNY", minor / 100, minor % 100)
}
