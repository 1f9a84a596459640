//! `serve`: the reference service over HTTP.

use std::fs::File;
use std::io::Read;
use std::net::{SocketAddr, ToSocketAddrs};

use cert_lifecycle::server::{
    ClockKind, Conduct, Config, Faults, Misread, Review, Running, Server, Stock,
};
use clap::{Args, ValueEnum};

use super::json::Object;
use super::output::{End, Failure, Output, say};

/// Serve the API on this machine, for the vendor's own clients
///
/// It keeps everything in one store, founds a CA of its own, and answers the fifteen operations as
/// documented, JSON or XML, signed in either way. The first line on standard output is JSON with the
/// address: {"listening":"http://127.0.0.1:PORT"}. A line for each request goes to standard error. It
/// ends on SIGTERM and Ctrl-C, once what is under way is answered.
///
/// Built with the feature `console` and listening on a loopback address, it has pages for people under
/// /console/; the first line then has that address as well, under the name console.
///
/// It is for tests and laboratories: keys are sealed under a key that lies beside them, nobody trusts
/// the CA, and there is no TLS.
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Serve {
    /// Where to listen; port 0 picks one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    listen: String,
    /// Where everything is kept: `memory`, `sqlite:FILE`, `sqlite://FILE` or `postgres://…`
    #[arg(
        long,
        value_name = "DATABASE",
        default_value = "sqlite:cert-lifecycle.db"
    )]
    database: String,
    /// A key that requests are signed with; may be given more than once
    #[arg(long = "access-key", value_name = "ID:SECRET[:ACCOUNT]")]
    access_keys: Vec<String>,
    /// A plan that the account has, unless it has one of the product already; may be given more than
    /// once
    #[arg(long = "plan", value_name = "[ACCOUNT/]PRODUCT=COUNT")]
    stock: Vec<Stock>,
    /// Always this edition of the rules, such as 2021-02-api; without it, the one of the day, of the international site's API
    #[arg(long, value_name = "KEY")]
    edition: Option<String>,
    /// The time of the service: `system`, `manual` or `manual:RFC3339`. The manual clock stands still until
    /// it is moved, and a store keeps its time
    #[arg(long, value_name = "CLOCK", default_value = "system")]
    clock: ClockKind,
    /// Who reviews: `manual`, `auto` or `auto:SECONDS`. `auto` approves once an answer has shown `process`
    #[arg(long, value_name = "POLICY", default_value = "manual")]
    review: Review,
    /// Who proves domains: `manual` or `auto`. `auto` does once an answer has shown the challenge
    #[arg(long, value_name = "POLICY", default_value = "manual")]
    verification: Conduct,
    /// Who completes revocations: `auto` or `manual`. `auto` does at once
    #[arg(long, value_name = "POLICY", default_value = "auto")]
    revocation: Conduct,
    /// Draw ids, challenges and faults from this seed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Hold the documented rates
    #[arg(long, value_enum, default_value_t = Switch::Off)]
    throttle: Switch,
    /// Give order ids beyond 2^53 out, which clients in JavaScript round
    #[arg(long)]
    large_order_ids: bool,
    /// Open the control plane under /_control/; on a loopback address alone
    #[arg(long)]
    control: bool,
    /// Faults to be met with, in TOML or JSON
    #[arg(long, value_name = "FILE")]
    faults: Option<String>,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    /// On
    On,
    /// Off
    Off,
}

impl Serve {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        let config = self.config()?;
        if config.access_keys.is_empty() {
            say("warning: without --access-key nobody can sign a request");
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(Failure::input)?;
        runtime.block_on(async {
            // Asked for before anybody knows the address, so that no signal is missed.
            let mut signals = Signals::new().map_err(Failure::input)?;
            let running = Server::start(config).await.map_err(Failure::input)?;
            let told = tell(&running, out);
            if told.is_ok() {
                signals.wait().await;
            }
            running.stop().await;
            told.map(|()| End::Fine)
        })
    }

    fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::default();
        config.listen = address(&self.listen)?;
        // Read here, since what can't be read would be shown, and there are secrets in it.
        let database = self.database.parse();
        config.database = database.map_err(|why: Misread| at("--database", &why))?;
        for key in &self.access_keys {
            let key = key.parse();
            let key = key.map_err(|why: Misread| at("--access-key", &why))?;
            config.access_keys.push(key);
        }
        config.stock.clone_from(&self.stock);
        config.edition.clone_from(&self.edition);
        config.clock = self.clock;
        config.review = self.review;
        config.verification = self.verification;
        config.revocation = self.revocation;
        config.seed = self.seed;
        config.throttle = self.throttle == Switch::On;
        config.large_order_ids = self.large_order_ids;
        config.control = self.control;
        #[cfg(feature = "console")]
        {
            // Elsewhere there is none: it is for this machine alone.
            config.console = config.listen.ip().is_loopback();
        }
        if let Some(file) = &self.faults {
            config.faults = faults(file)?;
        }
        Ok(config)
    }
}

/// An address, or a name of this machine such as `localhost`: of several addresses the first of the
/// older kind, as clients expect it.
fn address(text: &str) -> Result<SocketAddr, Failure> {
    let wrong = |why: &dyn std::fmt::Display| Failure::Input(format!("--listen {text}: {why}"));
    let known = text.to_socket_addrs().map_err(|error| wrong(&error))?;
    let mut known: Vec<SocketAddr> = known.collect();
    known.sort_by_key(|address| !address.is_ipv4());
    let first = known.first().copied();
    first.ok_or_else(|| wrong(&"there is no such address"))
}

fn at(flag: &str, why: &Misread) -> Failure {
    Failure::Input(format!("{flag}: {why}"))
}

fn tell(running: &Running, out: &mut Output) -> Result<(), Failure> {
    let mut line = Object::new();
    let address = running.address();
    line.text("listening", format_args!("http://{address}"));
    #[cfg(feature = "console")]
    if address.ip().is_loopback() {
        line.text("console", format_args!("http://{address}/console/"));
    }
    out.line(line.finish())?;
    out.flush()
}

/// The longest file of faults.
const LONGEST: u64 = 65_536;

fn faults(path: &str) -> Result<Faults, Failure> {
    let unread = |cause: &dyn std::fmt::Display| Failure::Input(format!("{path}: {cause}"));
    let file = File::open(path).map_err(|error| unread(&error))?;
    let mut text = String::new();
    let read = file
        .take(LONGEST.saturating_add(1))
        .read_to_string(&mut text);
    read.map_err(|error| unread(&error))?;
    Faults::read(&text).map_err(|error| unread(&error))
}

/// What ends the program in an orderly way.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// What ends the program in an orderly way.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
