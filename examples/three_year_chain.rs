//! Three years of hosting: bought at once, applied for by hand the first time, then activated by the
//! service. Every certificate is as long as the CA's ceiling of its day lets it be, so that three years
//! under the ceilings of 2026 to 2029 leave a gap; the example says from when to when, and why.
//!
//! ```text
//! cargo run --example three_year_chain [-- --fail]
//!   --fail   the CA refuses the service's application for the second certificate
//! ```
//!
//! The decisions are the library's own; time is moved to what is due next, and the CA is played here.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example shows what it does"
)]

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Command, Coverage, DueKind, Effect, Event, Law, NewPurchase, Notice, Outlook, Paid, Slot,
    Weight, World, agenda, coverage, effects, next_wakeup, status, term_end,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CertificateFacts, CertificateInstance, ChainId, Challenge,
    Channel, Company, Currency, Curve, DomainName, InstanceId, IssuedCertificate, KeyKind,
    KeySource, Note, Offset, OrderId, Payment, Phase, Product, PurchaseId, Serial, Site,
    SpkiDigest, Status, Submission, Timestamp, ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::{Edition, Rulebook};

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "cargo run --example three_year_chain [-- --fail]
  --fail   the CA refuses the service's application for the second certificate";
/// When the chain is bought.
const BOUGHT: &str = "2026-04-01T09:00:00+08:00";
/// How far the answers look.
const HORIZON: &str = "2029-12-31T00:00:00+08:00";
const SECONDS_PER_DAY: i64 = 86_400;
/// How long the CA takes in this story.
const REVIEW: u32 = 3 * 86_400;

fn main() -> ExitCode {
    let mut fail = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--fail" => fail = true,
            "--help" | "-h" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("three_year_chain: unknown option {other}\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    match run(fail) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("three_year_chain: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(fail: bool) -> Outcome<()> {
    let book = Rulebook::published();
    let edition = hosting_edition(&book)?;
    let law = Law::single(&edition, book.ceilings());
    println!(
        "Edition {}, ceilings of the CA/Browser Forum by the day of issuance\n",
        edition.key()
    );
    let mut story = Story {
        world: World::new(AccountId::new("tom")?),
        law,
        offset: edition.calendar().value.offset,
        orders: 100,
    };

    let bought = BOUGHT.parse()?;
    story.world.apply(&purchase(product()?)?, bought, &law)?;
    story.show(bought, "three years are bought")?;
    let applied = Outlook {
        owner_acts: Some(bought),
        review_seconds: REVIEW,
        ..Outlook::at(bought)
    };
    story.covered("If the owner applies today", &applied)?;

    let order = story.order()?;
    let submission = Arc::new(application()?);
    story.tell(&Command::Apply { order, submission }, bought)?;
    story.show(bought, "the owner applies for the first certificate")?;
    let issued = story.issue(bought)?;
    story.due(issued)?;

    story.live_on(issued, fail)?;
    story.ceilings(&book)
}

/// The edition of the page on hosting (S2), or the console's in the middle of its time.
fn hosting_edition(book: &Rulebook) -> Outcome<Edition> {
    Ok(match book.edition("2022-hosting") {
        Ok(edition) => edition,
        Err(_) => book.as_of(
            "2022-07-01T00:00:00+08:00".parse()?,
            Site::Intl,
            Channel::Console,
        )?,
    })
}

fn product() -> Outcome<Product> {
    let found = Catalog::published().get("geotrust-ov-1-personal");
    Ok(found.ok_or("no such product")?)
}

fn purchase(product: Product) -> Outcome<Command> {
    let slot = |number: u64| -> Outcome<Slot> {
        Ok(Slot {
            instance: InstanceId::new(&format!("certificate-{number}"))?,
            order: OrderId::new(number)?,
        })
    };
    Ok(Command::Buy(Arc::new(NewPurchase {
        paid: Paid {
            purchase: PurchaseId::new("purchase")?,
            payment: Payment::cash(450_000, Currency::CNY),
        },
        product,
        slots: Arc::from([slot(1)?, slot(2)?, slot(3)?]),
        chain: Some(ChainId::new("chain")?),
    })))
}

fn application() -> Outcome<Submission> {
    let tom = Applicant::new("Tom", "13900000000", "tom@example.com")?;
    Ok(Submission::for_package(
        vec![DomainName::new("www.example.com")?],
        tom.for_company(Company::new("Example Ltd")?),
        ValidationMethod::Dns,
        KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
    )?)
}

struct Story<'a> {
    world: World,
    law: Law<'a>,
    offset: Offset,
    orders: u64,
}

impl Story<'_> {
    fn order(&mut self) -> Outcome<OrderId> {
        self.orders = self.orders.saturating_add(1);
        Ok(OrderId::new(self.orders)?)
    }

    /// Decides, and says what holders and support are told.
    fn tell(&mut self, command: &Command, now: Timestamp) -> Outcome<()> {
        let events = self.world.apply(command, now, &self.law)?;
        for event in &events {
            let about = match event {
                Event::Instance { id, .. } => self.world.instances().find(|one| one.id() == *id),
                Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
            };
            for effect in effects(event, about) {
                if let Effect::Notify { instance, notice } = effect {
                    println!("    notice about {instance}: {}", told(notice));
                }
            }
        }
        Ok(())
    }

    /// What the CA does with an application: challenge, review, certificate.
    fn issue(&mut self, applied: Timestamp) -> Outcome<Timestamp> {
        self.challenge(applied)?;
        let now = applied.saturating_add(i64::from(REVIEW));
        let instance = self.world.instance().ok_or("nothing in focus")?;
        let application = instance.application().ok_or("nothing applied for")?;
        let facts = CertificateFacts {
            der: Arc::from(instance.id().as_str().as_bytes()),
            chain: Vec::new(),
            names: application.names().to_vec(),
            key: KeyKind::Ec(Curve::P256),
            spki: key_of(instance),
            validity: Validity::new(now, term_end(instance, now, &self.law))?,
            serial: Serial::new(&[1])?,
            issuer: Arc::from("CN=Example CA"),
        };
        let certificate = Arc::new(IssuedCertificate::new(facts)?);
        let not_after = certificate.validity().not_after();
        self.tell(&Command::Approve { certificate }, now)?;
        let until = not_after.in_offset(self.offset);
        self.show(now, &format!("the CA issued it, valid until {until}"))?;
        Ok(now)
    }

    fn challenge(&mut self, now: Timestamp) -> Outcome<()> {
        let instance = self.world.instance().ok_or("nothing in focus")?;
        let (key, verifies) = (
            key_of(instance),
            matches!(instance.phase(), Phase::Verifying(_)),
        );
        let challenge = Challenge::dns("_dnsauth.www.example.com", RecordType::Txt, "token")?;
        let challenge = Arc::new(challenge);
        self.tell(&Command::ReceiveChallenge { challenge, key }, now)?;
        if verifies {
            self.tell(&Command::ConfirmDomain, now)?;
        }
        Ok(())
    }

    /// Jumps from one thing that is due to the next, until nothing is.
    fn live_on(&mut self, mut now: Timestamp, fail: bool) -> Outcome<()> {
        while let Some((at, instance)) = self.next(now) {
            now = at;
            self.world.focus(instance);
            if self.world.status(now, &self.law) != Some(Status::NotActivated) {
                self.tell(&Command::Wake, now)?;
                self.show(now, &format!("{instance} is about to expire"))?;
                continue;
            }
            let order = self.order()?;
            self.tell(&Command::Activate { order }, now)?;
            self.show(
                now,
                &format!("the service activates {instance} and applies for it"),
            )?;
            if fail {
                self.challenge(now)?;
                let then = now.saturating_add(i64::from(REVIEW));
                let reason = Note::new("the company was not reached by telephone")?;
                self.tell(&Command::Reject { reason }, then)?;
                self.show(
                    then,
                    "the CA refuses the application; the chain stands still",
                )?;
                now = then;
            } else {
                now = self.issue(now)?;
            }
        }
        let members = self.members();
        let ends = members
            .iter()
            .filter_map(|one| Some(one.certificate()?.validity().not_after()));
        let end = ends.max().ok_or("nothing was issued")?.saturating_add(1);
        self.show(end, "the last certificate has expired")?;
        self.covered("As it came", &Outlook::at(end))
    }

    /// What the service must do next, and for which member.
    fn next(&self, now: Timestamp) -> Option<(Timestamp, InstanceId)> {
        let due = |instance: &CertificateInstance| {
            let mut world = self.world.clone();
            world.focus(instance.id());
            let at = next_wakeup(&world.case(), now, &self.law)?;
            Some((at, instance.id()))
        };
        self.world.instances().filter_map(due).min()
    }

    fn members(&self) -> Vec<&CertificateInstance> {
        self.world.instances().collect()
    }

    /// A line about what happened, and one about every member.
    fn show(&self, now: Timestamp, what: &str) -> Outcome<()> {
        println!("{}  {what}", now.in_offset(self.offset));
        let mut shown = Vec::new();
        for instance in self.world.instances() {
            let mut world = self.world.clone();
            world.focus(instance.id());
            let seen = status(&world.case(), now, self.law.conduct).ok_or("no status")?;
            shown.push(format!("{} {seen}", instance.id()));
        }
        println!("    {}", shown.join(" | "));
        Ok(())
    }

    /// What lies ahead of the instance in focus.
    fn due(&self, now: Timestamp) -> Outcome<()> {
        let instance = self.world.instance().ok_or("nothing in focus")?;
        println!("\nThe agenda of {}:", instance.id());
        for due in agenda(&self.world.case(), now, &self.law) {
            let commands = matches!(due.kind, DueKind::Opens(_) | DueKind::Closes(_));
            if !commands {
                let at = due.at.in_offset(self.offset);
                println!(
                    "    {at}  {} ({}{})",
                    due.kind,
                    due.rule,
                    marked(due.weight)
                );
            }
        }
        println!();
        Ok(())
    }

    /// From when to when the site is covered.
    fn covered(&self, title: &str, outlook: &Outlook) -> Outcome<()> {
        let horizon = BOUGHT.parse()?..HORIZON.parse()?;
        let members = self.members();
        let answer = coverage(self.world.chain(), &members, &horizon, outlook, &self.law);
        println!("\n{title}, the site is covered for {} days:", days(&answer));
        let shown = |at: Timestamp| at.in_offset(self.offset);
        let mut lines = Vec::new();
        for span in &answer.spans {
            let expected = if span.expected { ", expected" } else { "" };
            let text = format!("covered by {}{expected}", span.instance);
            lines.push((span.from, span.until, text));
        }
        for gap in &answer.gaps {
            let text = format!("gap: {} ({})", gap.cause, gap.cause.rule());
            lines.push((gap.from, gap.until, text));
        }
        lines.sort();
        for (from, until, text) in lines {
            println!("    {} to {}  {text}", shown(from), shown(until));
        }
        println!();
        Ok(())
    }

    /// The same three years, bought on other days.
    fn ceilings(&self, book: &Rulebook) -> Outcome<()> {
        println!(
            "Three years of hosting cover, bought and applied for at 09:00, each issued after 3 days, on"
        );
        for day in [
            "2025-04-01",
            "2026-04-01",
            "2027-04-01",
            "2028-10-01",
            "2029-04-01",
        ] {
            let now: Timestamp = format!("{day}T09:00:00+08:00").parse()?;
            let mut world = World::new(AccountId::new("tom")?);
            world.apply(&purchase(product()?)?, now, &self.law)?;
            let members: Vec<&CertificateInstance> = world.instances().collect();
            let outlook = Outlook {
                owner_acts: Some(now),
                review_seconds: REVIEW,
                ..Outlook::at(now)
            };
            let horizon = now..now.saturating_add(3 * 365 * SECONDS_PER_DAY);
            let answer = coverage(world.chain(), &members, &horizon, &outlook, &self.law);
            println!(
                "    {day}, under a ceiling of {} days: {} of {} days",
                book.ceilings().max_days(now),
                days(&answer),
                3 * 365
            );
        }
        Ok(())
    }
}

/// What the holder or support reads.
const fn told(notice: Notice) -> &'static str {
    match notice {
        Notice::ValidationFailed => "the CA refused the application",
        Notice::Issued => "the certificate is issued",
        Notice::PendingExpiration => "the certificate is about to expire",
        Notice::SupportNeeded => "support calls the owner about the application",
        Notice::Revoked => "the certificate is revoked",
        Notice::RevocationRefused => "the CA refused the revocation",
    }
}

/// Marks what no decision reads.
const fn marked(weight: Weight) -> &'static str {
    match weight {
        Weight::Guard => "",
        Weight::Advice => ", information alone",
    }
}

fn days(answer: &Coverage) -> i64 {
    answer.covered_seconds() / SECONDS_PER_DAY
}

/// The key that the CA was given for an order.
fn key_of(instance: &CertificateInstance) -> SpkiDigest {
    SpkiDigest::of(&instance.order().get().to_be_bytes())
}
