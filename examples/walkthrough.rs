//! Two lives of a certificate, side by side: the same order, revoked inside the window in which its
//! unit returns, and outside of it.
//!
//! ```text
//! cargo run --example walkthrough [-- OPTIONS]
//!   --csr FILE      a certificate signing request (PEM or DER) instead of the one shipped
//!   --edition KEY   the edition to live through, whatever the date, such as 2019-08-intl,
//!                   2021-02-api (unless said otherwise), 2023-api, 2025-12-api
//!   --list-editions lists them all, with the documents behind what is newest in each
//!   --show KEY      prints one edition whole: every value with its sources and standing
//!   --diff KEY      prints at the end what changes to another edition, with examples
//!   --start TIME    the first instant (RFC 3339) instead of four hours ago
//!   --database TO   sqlite:FILE or postgres://… keeps what happens: a later run shows what is there and lives
//!                   two more lives beside it; memory; without it a SQLite file in a temporary folder. For
//!                   editions of the API, as --csr and --out
//!   --json          one JSON object a line: every command with its events or its refusal
//!   --out DIR       writes root.pem, intermediate.pem, leaf.pem, chain.pem and crl.pem
//!   --help, -h      prints this
//! ```
//!
//! Under an edition of the console there is one life: bought, applied for, used, renewed, revoked,
//! paid back where the edition pays back. What an edition refuses is shown, and life goes on.
//!
//! By API, everything is real but the clock and the DNS: the request, the keys, the CA's signatures, the
//! CRL. Time is moved by hand, from today on, so that OpenSSL accepts the leaf at once.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example shows what it does"
)]

#[path = "walkthrough/console.rs"]
mod console;
#[path = "walkthrough/database.rs"]
mod database;
#[path = "walkthrough/event.rs"]
mod event;
#[path = "walkthrough/report.rs"]
mod report;
#[path = "walkthrough/subscription.rs"]
mod subscription;

use std::error::Error;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
use cert_lifecycle::adapter::{ManualClock, Recorder, SeededIds, SystemClock};
use cert_lifecycle::lifecycle::{Case, Command, Event, Refusal, next_wakeup};
use cert_lifecycle::model::{
    AccountId, Applicant, CertificateInstance, Challenge, Channel, CsrFacts, EditionKey, HoldState,
    IssuedCertificate, NameKind, Offset, OrderId, Payment, PlanId, Product, ProductCode,
    ResourcePlan, RevocationReason, Status, Submission, Timestamp, ValidationMethod,
};
use cert_lifecycle::pki::{self, Limits};
use cert_lifecycle::port::{Clock, Filter, ReadSet, StreamId, Version};
use cert_lifecycle::rulebook::{DecisiveAct, RuleId, Rulebook};
use cert_lifecycle::service::{EditionPolicy, Ports, Receipt, Rules, Service, ServiceError};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use serde_json::{Value, json};
use tempfile::TempDir;

use database::{Database, block_on};
use event::event_json;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Made with OpenSSL: P-256, one alternative name, subjectKeyIdentifier, must-staple.
const SHIPPED_CSR: &[u8] = include_bytes!("data/www.example.com.csr");

const USAGE: &str = "\
cargo run --example walkthrough [-- OPTIONS]
  --csr FILE      a certificate signing request (PEM or DER) instead of the one shipped
  --edition KEY   the edition to live through, whatever the date, such as 2019-08-intl,
                  2021-02-api (unless said otherwise), 2023-api, 2025-12-api
  --list-editions lists them all, with the documents behind what is newest in each
  --show KEY      prints one edition whole: every value with its sources and standing
  --diff KEY      prints at the end what changes to another edition, with examples
  --start TIME    the first instant (RFC 3339) instead of four hours ago
  --database TO   sqlite:FILE or postgres://… keeps what happens: a later run shows what is there and lives
                  two more lives beside it; memory; without it a SQLite file in a temporary folder. For
                  editions of the API, as --csr and --out
  --json          one JSON object a line: every command with its events or its refusal
  --out DIR       writes root.pem, intermediate.pem, leaf.pem, chain.pem and crl.pem
  --help, -h      prints this";

fn main() -> ExitCode {
    let done = Options::from_args().and_then(|options| {
        let Some(options) = options else {
            println!("{USAGE}");
            return Ok(ExitCode::SUCCESS);
        };
        run(&options)
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("walkthrough: {error}");
            ExitCode::from(2)
        }
    }
}

struct Options {
    csr: Option<PathBuf>,
    edition: EditionKey,
    start: Timestamp,
    database: Database,
    json: bool,
    out: Option<PathBuf>,
    list_editions: bool,
    show: Option<String>,
    diff: Option<String>,
}

impl Options {
    /// What was asked for; none if it was help.
    fn from_args() -> Outcome<Option<Self>> {
        use lexopt::prelude::{Long, Short, Value, ValueExt as _};
        let mut options = Self {
            csr: None,
            edition: EditionKey::new("2021-02-api")?,
            // The story takes some hours up to issuance; so the leaf is valid at the present instant.
            start: SystemClock.now().saturating_add(-4 * 3_600),
            database: Database::Temporary,
            json: false,
            out: None,
            list_editions: false,
            show: None,
            diff: None,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("help") | Short('h') => return Ok(None),
                Long("csr") => options.csr = Some(parser.value()?.into()),
                Long("edition") => options.edition = EditionKey::new(&parser.value()?.string()?)?,
                Long("start") => options.start = parser.value()?.string()?.parse()?,
                Long("list-editions") => options.list_editions = true,
                Long("show") => options.show = Some(parser.value()?.string()?),
                Long("diff") => options.diff = Some(parser.value()?.string()?),
                Long("database") => {
                    options.database = Database::named(&parser.value()?.string()?)?;
                }
                Long("json") => options.json = true,
                Long("out") => options.out = Some(parser.value()?.into()),
                other @ (Long(_) | Short(_) | Value(_)) => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(options))
    }
}

impl Options {
    /// What stands beside an edition of the console or of 2026 in vain.
    fn only_for_the_api(&self) -> Outcome<()> {
        let other = self.csr.is_some() || self.out.is_some();
        if other || self.database != Database::Temporary {
            return Err("--csr, --database and --out are for editions of the API".into());
        }
        Ok(())
    }
}

/// One life: an account with a plan of one unit and an order.
struct Life {
    name: &'static str,
    account: AccountId,
    plan: PlanId,
    order: OrderId,
}

/// The world that both lives share.
struct Stage {
    service: Service,
    clock: Arc<ManualClock>,
    ca: Arc<LocalCa>,
    zone: Zone,
    offset: Offset,
    json: bool,
    /// Which run over this database it is, from 1.
    run: u64,
    /// Where a temporary database lies, while it is needed.
    _folder: Option<TempDir>,
}

fn run(options: &Options) -> Outcome<ExitCode> {
    if options.list_editions {
        report::list_editions(options.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let book = Rulebook::published();
    if let Some(key) = &options.show {
        report::show(&report::edition(&book, key)?, options.json);
        return Ok(ExitCode::SUCCESS);
    }
    let edition = report::edition(&book, options.edition.as_str())?;
    // A misspelt key is found before the story is told.
    let other = options.diff.as_ref().map(|key| report::edition(&book, key));
    let other = other.transpose()?;
    let code = match edition.point().channel {
        Channel::Api => by_api(options)?,
        Channel::Console => {
            options.only_for_the_api()?;
            console::live(&edition, book.ceilings(), options.start, options.json)?;
            ExitCode::SUCCESS
        }
        Channel::ApiV2 => {
            options.only_for_the_api()?;
            subscription::live(&edition, book.ceilings(), options.start, options.json)?;
            ExitCode::SUCCESS
        }
    };
    if let Some(other) = other {
        report::differences(&edition, &other, options.json);
    }
    Ok(code)
}

fn by_api(options: &Options) -> Outcome<ExitCode> {
    let stage = Stage::new(options)?;
    let bytes = match &options.csr {
        Some(path) => fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?,
        None => SHIPPED_CSR.to_vec(),
    };
    stage.heading(options);

    stage.earlier()?;
    let product = Stage::product_for(&bytes)?;
    let mut lives = Vec::new();
    for name in ["A", "B"] {
        let account = database::account(name, stage.run)?;
        let one = NonZeroU32::MIN;
        let (plan, receipt) =
            block_on(stage.service.buy_plan(account, product, one, Payment::NONE))?;
        stage.done(name, "buys a plan of one unit", &receipt);
        stage.ledger(name, account, plan)?;

        let csr = match pki::parse_csr(&bytes, &Limits::default()) {
            Ok(csr) => csr,
            Err(error) => {
                stage.unreadable(name, "hands in its signing request", &error.to_string());
                stage.ledger(name, account, plan)?;
                return Ok(ExitCode::FAILURE);
            }
        };
        stage.clock.advance(60);
        match submit(&stage, account, product.code, csr)? {
            Ok((order, receipt)) => {
                stage.done(name, "submits its signing request", &receipt);
                stage.ledger(name, account, plan)?;
                lives.push(Life {
                    name,
                    account,
                    plan,
                    order,
                });
            }
            Err(refusal) => {
                stage.refused(name, "submits its signing request", &refusal);
                stage.ledger(name, account, plan)?;
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    let [a, b] = lives.as_slice() else {
        return Err("two lives were begun".into());
    };

    before_issuance(&stage, a, product.code, &bytes)?;
    for life in [a, b] {
        issue(&stage, life)?;
    }
    stage.tries(a, "tries to withdraw now", &Command::Withdraw)?;
    // Of a short certificate the notice comes before the window ends.
    let due = notice_due(&stage, b)?;
    let notice_first = window_of(&stage, a)?.is_some_and(|(_, end)| due < end);
    if notice_first {
        about_to_expire(&stage, b, due)?;
    }
    revoke_inside(&stage, a)?;
    if !notice_first {
        about_to_expire(&stage, b, due)?;
    }
    revoke_outside(&stage, b)?;
    farewell(&stage, a, b)?;
    if let Some(directory) = &options.out {
        write_files(&stage, b, directory)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is not allowed while the order waits for its domain.
fn before_issuance(stage: &Stage, life: &Life, product: ProductCode, csr: &[u8]) -> Outcome<()> {
    let revoke = Command::RequestRevocation {
        reason: RevocationReason::Unspecified,
    };
    stage.tries(life, "tries to delete the order", &Command::Delete)?;
    stage.tries(life, "tries to revoke what is not issued", &revoke)?;
    let again = pki::parse_csr(csr, &Limits::default())?;
    match submit(stage, life.account, product, again)? {
        Ok(_) => Err("a plan of one unit gave two".into()),
        Err(refusal) => {
            stage.refused(life.name, "tries to apply a second time", &refusal);
            Ok(())
        }
    }
}

/// Challenge, proof, review, certificate; and what others think of the certificate.
fn issue(stage: &Stage, life: &Life) -> Outcome<()> {
    // The request goes to the CA, and its challenge comes back.
    stage.work()?;
    stage.refresh(life, "reads the challenge")?;
    let instance = stage.instance(life)?;
    let challenge = instance
        .application()
        .and_then(|application| application.challenge())
        .ok_or("the CA gave no challenge")?;
    stage.says(life.name, &format!("must publish {}", shown(challenge)));
    stage.clock.advance(600);
    stage.zone.publish(challenge);
    stage.refresh(life, "proves the domain")?;
    stage.clock.advance(3_600);
    stage.refresh(life, "gets the certificate")?;
    stage.ledger(life.name, life.account, life.plan)?;

    let instance = stage.instance(life)?;
    let issued = instance.live().ok_or("the CA issued nothing")?;
    let certificate = issued.certificate();
    verify(stage, certificate)?;
    let facts = certificate.facts();
    let validity = certificate.validity();
    stage.says(
        life.name,
        &format!(
            "chain and name verified with webpki: {} for {}, serial {}, {} to {}",
            facts.key,
            facts.names.first().map_or("", |name| name.as_str()),
            certificate.serial(),
            validity.not_before().in_offset(stage.offset),
            validity.not_after().in_offset(stage.offset),
        ),
    );
    Ok(())
}

/// Which act decides whether the unit returns, and before which instant it must happen; nothing where
/// the edition refuses the revocation.
fn window_of(stage: &Stage, life: &Life) -> Outcome<Option<(&'static str, Timestamp)>> {
    let revoke = Command::RequestRevocation {
        reason: RevocationReason::Unspecified,
    };
    let preview = match block_on(stage.service.preview(life.account, life.order, &revoke)) {
        Ok(preview) => preview,
        Err(ServiceError::Refused(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let (act, window) = preview.returns.ok_or("a revocation has a window")?;
    let act = match act {
        DecisiveAct::RevocationRequested => "requested",
        DecisiveAct::RevocationCompleted => "completed",
    };
    Ok(Some((act, window.until().ok_or("the window has an end")?)))
}

/// When a live certificate's expiry is to be announced.
fn notice_due(stage: &Stage, life: &Life) -> Outcome<Timestamp> {
    let instance = stage.instance(life)?;
    let edition = stage.service.rules().in_force(stage.clock.now())?;
    let book = stage.service.rules().book();
    let law = cert_lifecycle::lifecycle::Law::single(&edition, book.ceilings());
    Ok(next_wakeup(&Case::of(&instance), stage.clock.now(), &law)
        .ok_or("a live certificate has a notice to come")?)
}

/// Revokes at the last second of the window.
fn revoke_inside(stage: &Stage, life: &Life) -> Outcome<()> {
    let revoke = Command::RequestRevocation {
        reason: RevocationReason::Superseded,
    };
    if let Some((act, end)) = window_of(stage, life)? {
        let shown = end.in_offset(stage.offset);
        stage.notes(
            life.name,
            &format!("its unit returns if the revocation is {act} before {shown}"),
            json!({ "returns": { "act": act, "before": end.to_string() } }),
        );
        stage.moves_on_to(end.saturating_add(-1));
    }
    let doing = "asks for revocation in the window's last second";
    if stage.gives(life, doing, &revoke)? {
        stage.complete_revocation(life)?;
    }
    Ok(())
}

/// Moves time to the notice, and tries what is not allowed then.
fn about_to_expire(stage: &Stage, life: &Life, due: Timestamp) -> Outcome<()> {
    stage.moves_on_to(due);
    stage.gives(
        life,
        "is told that the certificate will expire",
        &Command::Wake,
    )?;
    stage.tries(
        life,
        "tries to withdraw the application",
        &Command::Withdraw,
    )?;
    stage.tries(life, "tries to delete the order", &Command::Delete)?;
    stage.tries(life, "tries to cancel the order", &Command::CancelOrder)
}

/// Revokes when the window is over.
fn revoke_outside(stage: &Stage, life: &Life) -> Outcome<()> {
    if let Some((act, end)) = window_of(stage, life)? {
        stage.moves_on_to(end);
        let shown = end.in_offset(stage.offset);
        stage.notes(
            life.name,
            &format!(
                "its unit would have returned if the revocation had been {act} before {shown}"
            ),
            json!({ "returns": { "act": act, "before": end.to_string() } }),
        );
    }
    let revoke = Command::RequestRevocation {
        reason: RevocationReason::CessationOfOperation,
    };
    if stage.gives(life, "asks for revocation", &revoke)? {
        stage.complete_revocation(life)?;
        stage.tries(life, "asks once more", &revoke)?;
    }
    Ok(())
}

/// Both ledgers.
fn farewell(stage: &Stage, a: &Life, b: &Life) -> Outcome<()> {
    if !stage.json {
        println!("\nThe two ledgers:");
    }
    for life in [a, b] {
        stage.ledger(life.name, life.account, life.plan)?;
        let moves = block_on(stage.service.ports().store.journal(
            life.account,
            StreamId::Plan(life.plan),
            Version::NONE,
            usize::MAX,
        ))?;
        if !stage.json {
            let moves: Vec<String> = moves.iter().map(ledger_move).collect();
            println!("{:27}{}  {}", "", life.name, moves.join(", "));
        }
        stage.streams(life)?;
    }
    Ok(())
}

fn submit(
    stage: &Stage,
    account: AccountId,
    product: ProductCode,
    csr: CsrFacts,
) -> Outcome<Result<(OrderId, Receipt), Refusal>> {
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com")?;
    let submission = Submission::with_csr(csr, applicant, ValidationMethod::Dns);
    match block_on(stage.service.submit(account, product, submission)) {
        Ok(accepted) => Ok(Ok(accepted)),
        Err(ServiceError::Refused(refusal)) => Ok(Err(*refusal)),
        Err(error) => Err(error.into()),
    }
}

impl Stage {
    fn new(options: &Options) -> Outcome<Self> {
        let book = Rulebook::published();
        let edition = book.edition(options.edition.as_str())?;
        let clock = Arc::new(ManualClock::new(options.start));
        let zone = Zone::new();
        let ceilings = book.ceilings().clone();
        let config = LocalCaConfig::new(move |issued| u32::from(ceilings.max_days(issued)));
        let ca = Arc::new(LocalCa::new(config, zone.clone(), options.start)?);
        let recorder = Arc::new(Recorder::new());
        let opened = database::open(&options.database)?;
        let run = database::runs(&*opened.store)?.saturating_add(1);
        let ports = Ports {
            store: opened.store,
            ca: ca.clone(),
            vault: opened.vault,
            payments: recorder.clone(),
            notifier: recorder.clone(),
            deployer: recorder,
            clock: clock.clone(),
            // Each run has ids of its own.
            ids: Arc::new(SeededIds::new(run)),
        };
        let offset = edition.calendar().value.offset;
        let rules = Rules::new(book, EditionPolicy::Fixed(options.edition));
        Ok(Self {
            service: Service::new(ports, rules),
            clock,
            ca,
            zone,
            offset,
            json: options.json,
            run,
            _folder: opened.folder,
        })
    }

    /// What earlier runs over the same database left: all of it is there, as it stands now.
    fn earlier(&self) -> Outcome<()> {
        for run in 1..self.run {
            for name in ["A", "B"] {
                let account = database::account(name, run)?;
                let orders = self.service.list(account, Filter::default(), None, 10);
                for one in block_on(orders)? {
                    let order = one.listed.entry.order;
                    let status = one.status.map_or("gone", Status::word);
                    if self.json {
                        let line = json!({
                            "earlier": account.as_str(), "order": order.to_string(), "status": status,
                        });
                        println!("{line}");
                    } else {
                        println!(
                            "from before: order {order} of account {account} was left as {status}"
                        );
                    }
                }
            }
        }
        if self.run > 1 && !self.json {
            let [a, b] = ["A", "B"].map(|name| database::account(name, self.run));
            println!("This time A is account {}, and B is {}.", a?, b?);
        }
        Ok(())
    }

    /// A DV product that fits the request's name: a wildcard one for a wildcard.
    fn product_for(csr: &[u8]) -> Outcome<Product> {
        let wildcard = pki::parse_csr(csr, &Limits::default())
            .ok()
            .and_then(|csr| Some(csr.common_name()?.domain()?.is_wildcard()))
            .unwrap_or_default();
        let (code, names) = if wildcard {
            ("globalsign-dv-w-advanced", NameKind::Wildcard)
        } else {
            ("symantec-free-1-free", NameKind::Single)
        };
        let product = cert_lifecycle::model::Catalog::published()
            .get(code)
            .filter(|product| product.names == names);
        Ok(product.ok_or("the catalog has no such product")?)
    }

    fn heading(&self, options: &Options) {
        if self.json {
            return;
        }
        let start = options.start.in_offset(self.offset);
        println!(
            "Two lives under the edition {}, from {start} on. The edition is fixed, whatever the date.",
            options.edition
        );
        println!("A revokes inside the window in which its unit returns, B outside of it.\n");
    }

    fn instance(&self, life: &Life) -> Outcome<CertificateInstance> {
        let described = block_on(self.service.describe(life.account, life.order))?;
        Ok(described.instance)
    }

    /// Gives a command, and shows the explanation where the edition refuses it. Whether it was granted.
    fn gives(&self, life: &Life, doing: &str, command: &Command) -> Outcome<bool> {
        match block_on(self.service.execute(life.account, life.order, command)) {
            Ok(receipt) => {
                self.done(life.name, doing, &receipt);
                Ok(true)
            }
            Err(ServiceError::Refused(refusal)) => {
                self.refused(life.name, doing, &refusal);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a command that every edition refuses.
    fn tries(&self, life: &Life, doing: &str, command: &Command) -> Outcome<()> {
        if self.gives(life, doing, command)? {
            return Err(format!("{} {doing}, and nobody objects", life.name).into());
        }
        Ok(())
    }

    /// Lets the worker hand on what waits.
    fn work(&self) -> Outcome<()> {
        let report = block_on(self.service.work(64))?;
        match report.refused.into_iter().chain(report.failed).next() {
            Some((_, error)) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Asks the CA, and brings its answer back.
    fn refresh(&self, life: &Life, doing: &str) -> Outcome<()> {
        for receipt in block_on(self.service.refresh(life.account, life.order))? {
            self.done(life.name, doing, &receipt);
        }
        Ok(())
    }

    /// The request to revoke reaches the CA, and its completion comes back.
    fn complete_revocation(&self, life: &Life) -> Outcome<()> {
        self.work()?;
        self.refresh(life, "is revoked by the CA")?;
        let hold = self.instance(life)?.hold();
        let unit = hold.ok_or("an order holds a unit of its plan")?.state;
        let text = match unit {
            HoldState::Returned => "its unit returned",
            HoldState::Settled | HoldState::Reserved => "its unit stays used",
        };
        self.notes(life.name, text, json!({ "unit": unit.word() }));
        self.ledger(life.name, life.account, life.plan)
    }

    fn done(&self, life: &str, doing: &str, receipt: &Receipt) {
        if self.json {
            let object = json!({
                "at": receipt.at.to_string(),
                "life": life,
                "doing": doing,
                "edition": receipt.edition.as_str(),
                "rules": strings(&receipt.rules),
                "status": receipt.status.map(Status::word),
                "events": receipt.events.iter().map(event_json).collect::<Vec<_>>(),
            });
            println!("{object}");
            return;
        }
        let status = receipt
            .status
            .map_or(String::new(), |status| format!(" -> {status}"));
        let rules = strings(&receipt.rules).join(", ");
        self.line(receipt.at, life, &format!("{doing}{status}  [{rules}]"));
    }

    fn refused(&self, life: &str, doing: &str, refusal: &Refusal) {
        let at = self.clock.now();
        if self.json {
            let object = json!({
                "at": at.to_string(),
                "life": life,
                "doing": doing,
                "edition": refusal.edition().as_str(),
                "rules": [refusal.rule().to_string()],
                "status": refusal.status().map(Status::word),
                "refusal": refusal.to_string(),
            });
            println!("{object}");
            return;
        }
        self.explains(at, life, doing, &refusal.to_string());
    }

    fn explains(&self, at: Timestamp, life: &str, doing: &str, refusal: &str) {
        self.line(at, life, &format!("{doing}: refused"));
        for line in wrapped(refusal, 92) {
            println!("{:33}{line}", "");
        }
    }

    /// What cannot be read as a signing request never becomes a command, and proves nothing.
    fn unreadable(&self, life: &str, doing: &str, error: &str) {
        let rule = RuleId::K03;
        let text = rule.record().map_or("", |record| record.text);
        let refusal = format!("It is no signing request: {error}. Rule {rule}: {text}.");
        let at = self.clock.now();
        if self.json {
            let object = json!({
                "at": at.to_string(),
                "life": life,
                "doing": doing,
                "rules": [rule.to_string()],
                "refusal": refusal,
            });
            println!("{object}");
            return;
        }
        self.explains(at, life, doing, &refusal);
    }

    /// How many events each stream of a life has in the store.
    fn streams(&self, life: &Life) -> Outcome<()> {
        if !self.json {
            return Ok(());
        }
        let store = &self.service.ports().store;
        let found = block_on(store.load(life.account, ReadSet::Order(life.order).into()))?;
        let instance = found.instance.ok_or("the order is stored")?;
        let plan = found.plan.ok_or("the plan is stored")?;
        let object = json!({
            "at": self.clock.now().to_string(),
            "life": life.name,
            "versions": {
                instance.state.id().as_str(): instance.version.0,
                plan.state.id().as_str(): plan.version.0,
            },
        });
        println!("{object}");
        Ok(())
    }

    /// Moves time, never back.
    fn moves_on_to(&self, at: Timestamp) {
        self.clock.set(at.max(self.clock.now()));
    }

    fn says(&self, life: &str, text: &str) {
        self.notes(life, text, json!({}));
    }

    /// A note; as JSON, with its facts beside its words.
    fn notes(&self, life: &str, text: &str, facts: Value) {
        if self.json {
            let at = self.clock.now().to_string();
            let mut object = json!({ "at": at, "life": life, "note": text });
            if let (Some(object), Value::Object(facts)) = (object.as_object_mut(), facts) {
                object.extend(facts);
            }
            println!("{object}");
        } else {
            self.line(self.clock.now(), life, text);
        }
    }

    fn ledger(&self, life: &str, account: AccountId, plan: PlanId) -> Outcome<()> {
        let plan = block_on(self.service.plan(account, plan))?.ok_or("the plan was bought")?;
        self.says(life, &format!("ledger: {}", counters(&plan)));
        Ok(())
    }

    fn line(&self, at: Timestamp, life: &str, text: &str) {
        println!("{}  {life}  {text}", at.in_offset(self.offset));
    }
}

fn counters(plan: &ResourcePlan) -> String {
    format!(
        "total {} = remaining {} + reserved {} + settled {}; issued {}, revocations {}",
        plan.total(),
        plan.remaining(),
        plan.reserved(),
        plan.settled(),
        plan.issued(),
        plan.revocations(),
    )
}

fn strings<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn shown(challenge: &Challenge) -> String {
    match challenge {
        Challenge::Dns {
            record_domain,
            record_type,
            value,
        } => format!("{record_domain} {} \"{value}\"", record_type.word()),
        Challenge::File {
            domain,
            uri,
            content,
        } => format!("http://{domain}{uri} with \"{content}\""),
    }
}

/// Lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                line.push_str(word);
                continue;
            }
            if line.len().saturating_add(word.len()) < width {
                line.push(' ');
                line.push_str(word);
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

/// Verifies the chain up to the CA's root and the name, at the present instant of the story.
fn verify(stage: &Stage, certificate: &IssuedCertificate) -> Outcome<()> {
    let roots = pki::parse_certificates(stage.ca.root_pem().as_bytes(), &Limits::default())?;
    let root = CertificateDer::from(roots.first().ok_or("the CA has a root")?.der().to_vec());
    let anchor = webpki::anchor_from_trusted_cert(&root)?;
    let facts = certificate.facts();
    let leaf = CertificateDer::from(facts.der.to_vec());
    let chain: Vec<_> = facts
        .chain
        .iter()
        .map(|der| CertificateDer::from(der.to_vec()))
        .collect();
    let leaf = webpki::EndEntityCert::try_from(&leaf)?;
    let now = u64::try_from(stage.clock.now().unix_seconds())?;
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &[anchor],
        &chain,
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(now)),
        webpki::KeyUsage::server_auth(),
        None,
        None,
    )?;
    for name in &facts.names {
        // A wildcard is checked by a host that it covers.
        let host = name.as_str().replacen('*', "www", 1);
        leaf.verify_is_valid_for_subject_name(&ServerName::try_from(host.as_str())?)?;
    }
    Ok(())
}

fn write_files(stage: &Stage, life: &Life, directory: &Path) -> Outcome<()> {
    let instance = stage.instance(life)?;
    let certificate = instance
        .live()
        .ok_or("a certificate was issued")?
        .certificate();
    fs::create_dir_all(directory)?;
    let files = [
        ("root.pem", stage.ca.root_pem().to_string()),
        ("intermediate.pem", stage.ca.intermediate_pem().to_string()),
        ("leaf.pem", pki::certificate_pem(certificate)),
        ("chain.pem", pki::chain_pem(certificate)),
        ("crl.pem", stage.ca.crl_pem(stage.clock.now())?.to_string()),
    ];
    for (name, content) in files {
        fs::write(directory.join(name), content)?;
    }
    if !stage.json {
        println!(
            "\nWrote {}'s certificate, its issuers and the CRL to {}.",
            life.name,
            directory.display()
        );
    }
    Ok(())
}

/// A move of a plan's ledger in a word.
fn ledger_move(event: &Event) -> String {
    let value = event_json(event);
    let name = value.get("event").and_then(Value::as_str).unwrap_or("?");
    match value.get("count").and_then(Value::as_u64) {
        Some(count) => format!("{name} {count}"),
        None => name.to_owned(),
    }
}
