//! The reference service beside a bare axum handler on this machine, in one run.
//!
//! ```text
//! benches/serve/run.sh [quick | pages] [--record]
//! ```
//! First the statements of each request of the service are counted, and the bare handler is told to make
//! the same; then both are counted, and must be the same. Each side runs in a process of its own, the
//! load in a third, and they take turns. `quick` takes some seconds; `--record` writes `results.txt`.
//! `pages` looks at the console alone, and its record is `pages.txt`.

mod bare;
mod client;
mod cycle;
mod load;
mod moto;
mod ours;
mod pages;
mod process;
mod sign;
mod statements;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use client::Client;
use cycle::STEPS;
use load::{End, Measured, Work, issued, load};
use process::{Side, Who};

/// How long everything is measured.
struct Pace {
    rounds: usize,
    seconds: u64,
    connections: &'static [usize],
    /// Requests for the look at the memory.
    requests: usize,
    /// Orders on the store that is started on.
    orders: usize,
    /// Certificates in the console: few, and many; and how often each page is asked for.
    pages: (usize, usize, usize),
}

const WHOLE: Pace = Pace {
    rounds: 3,
    seconds: 3,
    connections: &[1, 16, 256],
    requests: 1_000_000,
    orders: 3_000,
    pages: (1_000, 100_000, 100),
};
const QUICK: Pace = Pace {
    rounds: 1,
    seconds: 1,
    connections: &[16],
    requests: 5_000,
    orders: 50,
    pages: (200, 400, 25),
};

/// What the bare handler can't do without: an order is loaded, changed and shown.
fn lean() -> Vec<String> {
    ["B", "LB", "LB", "L", "LB"].map(String::from).to_vec()
}

/// What both sides print, for who reads it later.
struct Report(String);

impl Report {
    /// The first line is printed once, and stands in each record.
    fn beginning(line: &str) -> Self {
        Self(format!("{line}\n"))
    }

    fn line(&mut self, text: impl AsRef<str>) {
        println!("{}", text.as_ref());
        self.0.push_str(text.as_ref());
        self.0.push('\n');
    }
}

/// The statements of each step, made by the second order: what a first one alone needs is none of it.
async fn counted(address: SocketAddr) -> Vec<String> {
    let mut client = Client::connect(address, 0).await.unwrap();
    let application = cycle::application();
    cycle::steps(&mut client, &application, STEPS.len())
        .await
        .unwrap();
    let (mut order, mut scripts) = (String::new(), Vec::new());
    for number in 0..STEPS.len() {
        statements::begin();
        order = cycle::step(&mut client, number, &application, &order)
            .await
            .unwrap();
        scripts.push(statements::end());
    }
    scripts
}

async fn same_statements(report: &mut Report) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let (address, running) = ours::serve(&folder.path().join("ours.db")).await;
    let scripts = counted(address).await;
    running.stop().await;
    let address = bare::serve(&folder.path().join("bare.db"), scripts.clone()).await;
    assert_eq!(
        counted(address).await,
        scripts,
        "the bare handler makes other statements"
    );
    report.line("Statements, the same on both sides (letters: src/statements.rs), and commits:");
    for ((operation, _), script) in STEPS.iter().zip(&scripts) {
        let commits = statements::commits(script);
        report.line(format!("  {operation:<36} {script:<24} {commits:>2}"));
    }
    scripts
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A table of one work: who, and how it did, medians over the rounds.
async fn compare(
    report: &mut Report,
    sides: &[(Who, Side, Arc<Vec<String>>)],
    work: Work,
    pace: &Pace,
) {
    let unit = match work {
        Work::Describe => "DescribeCertificateState of an issued order, requests a second",
        Work::Cycle => "Applied for, proved, issued, revoked (5 requests), cycles a second",
    };
    report.line(format!("\n{unit}:"));
    report.line(
        "  connections  side    a second   p50 ms   p99 ms  server µs each  load µs each  to bare  \
         to bare, processor",
    );
    for connections in pace.connections {
        let mut rounds: BTreeMap<&str, Vec<Measured>> = BTreeMap::new();
        for _ in 0..pace.rounds {
            for (who, side, orders) in sides {
                let end = End::After(Duration::from_secs(pace.seconds));
                let measured = load(side, work, orders, *connections, end).await;
                rounds.entry(who.word()).or_default().push(measured);
            }
        }
        let bare = &rounds["bare"];
        for (who, _, _) in sides {
            let own = &rounds[who.word()];
            let of = |what: &dyn Fn(&Measured) -> f64| median(own.iter().map(what).collect());
            // Of neighbours, so that what else the machine does falls on both.
            let pairs = || own.iter().zip(bare);
            let ratio = median(
                pairs()
                    .map(|(own, bare)| own.rate() / bare.rate())
                    .collect(),
            );
            let cost = median(
                pairs()
                    .map(|(own, bare)| bare.cost() / own.cost())
                    .collect(),
            );
            report.line(format!(
                "  {connections:>11}  {:<4} {:>11.0} {:>8.2} {:>8.2} {:>15.0} {:>13.0} {ratio:>8.2} \
                 {cost:>19.2}",
                who.word(),
                of(&Measured::rate),
                of(&|own| own.within(50)),
                of(&|own| own.within(99)),
                of(&Measured::cost),
                of(&|own| own.own * 1e6 / own.times.len() as f64),
            ));
        }
    }
}

async fn memory(report: &mut Report, side: &Side, orders: &Arc<Vec<String>>, most: usize) {
    let tenth = most / 10;
    load(side, Work::Describe, orders, 16, End::Requests(tenth)).await;
    let first = side.resident();
    let rest = load(
        side,
        Work::Describe,
        orders,
        16,
        End::Requests(most - tenth),
    )
    .await;
    let last = side.resident();
    let each = (last as f64 - first as f64) / rest.requests as f64;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    report.line(format!(
        "\nMemory of the service: {:.1} MiB resident behind {tenth} requests, {:.1} MiB behind {most}: \
         {each:.1} bytes a request (nonces are kept for 15 minutes and more)",
        mib(first),
        mib(last),
    ));
}

/// From the start of the process to its first answer, in milliseconds.
async fn first_answer(file: &Path) -> f64 {
    let begun = Instant::now();
    let side = Side::start(Who::Ours, file, &[]);
    let mut client = Client::connect(side.address, 0).await.unwrap();
    let plan = client::query(&[("ProductCode", ours::PRODUCT)]);
    let answer = client.ask("DescribePackageState", &plan).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    begun.elapsed().as_secs_f64() * 1e3
}

async fn starts(report: &mut Report, pace: &Pace) {
    let folder = TempDir::new().unwrap();
    let mut fresh = Vec::new();
    for number in 0..5 {
        fresh.push(first_answer(&folder.path().join(format!("{number}.db"))).await);
    }
    let file = folder.path().join("full.db");
    {
        let side = Side::start(Who::Ours, &file, &[]);
        // Each order in another stage of its life, a third of them waiting for the CA.
        let mut client = Client::connect(side.address, 0).await.unwrap();
        let application = cycle::application();
        for number in 0..pace.orders {
            let steps = [1, 4, 5][number % 3];
            cycle::steps(&mut client, &application, steps)
                .await
                .unwrap();
        }
    }
    let mut full = Vec::new();
    for _ in 0..5 {
        full.push(first_answer(&file).await);
    }
    report.line(format!(
        "\nFrom start to first answer: {:.0} ms on a new file; {:.0} ms on one with {} orders, a third \
         of them waiting for the CA (it was killed before each start)",
        median(fresh),
        median(full),
        pace.orders,
    ));
}

fn machine() -> String {
    let mut text = String::new();
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.unwrap_or_default().trim_matches([' ', '\t', ':']);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    write!(
        text,
        "{cpus} processors ({model}), load before the run {load}"
    )
    .unwrap();
    text
}

async fn run(pace: &Pace, mut report: Report, record: bool) {
    let scripts = same_statements(&mut report).await;
    let folder = TempDir::new().unwrap();
    let mut sides = Vec::new();
    for who in Who::ALL {
        let own = if who == Who::Lean {
            lean()
        } else {
            scripts.clone()
        };
        let file = folder.path().join(format!("{}.db", who.word()));
        let side = Side::start(who, &file, &own);
        let orders = Arc::new(issued(side.address, 64).await);
        sides.push((who, side, orders));
    }
    for work in [Work::Describe, Work::Cycle] {
        compare(&mut report, &sides, work, pace).await;
    }
    let (_, side, orders) = &sides[0];
    memory(&mut report, side, orders, pace.requests).await;
    starts(&mut report, pace).await;
    moto::measure(&mut report, Duration::from_secs(pace.seconds)).await;
    if record {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/results.txt");
        std::fs::write(file, report.0).unwrap();
    }
}

/// A side: it says where it listens, and ends with its input.
fn side(words: &[String]) {
    let [who, file, scripts @ ..] = words else {
        panic!("side WHO FILE SCRIPT...")
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let file = Path::new(file);
        let mut running = None;
        let address = if who == Who::Ours.word() {
            let (address, own) = ours::serve(file).await;
            running = Some(own);
            address
        } else {
            bare::serve(file, scripts.to_vec()).await
        };
        println!("{address}");
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()))
            .await
            .unwrap()
            .unwrap();
        drop(running);
    });
}

/// The console, in this process: what it costs is what the visitor waits for.
fn pages(pace: &Pace, mut report: Report, record: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (few, many, times) = pace.pages;
    runtime.block_on(pages::measure(&mut report, few, many, times));
    if record {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/pages.txt");
        std::fs::write(file, report.0).unwrap();
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| words.iter().any(|word| word == name);
    if words.first().is_some_and(|word| word == "side") {
        return side(&words[1..]);
    }
    statements::listen();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let pace = if asked("quick") { QUICK } else { WHOLE };
    let machine = machine();
    println!("{machine}");
    if asked("quick") || asked("pages") {
        let report = Report::beginning(&machine);
        pages(&pace, report, asked("--record"));
    }
    if asked("pages") {
        return;
    }
    let report = Report::beginning(&machine);
    runtime.block_on(run(&pace, report, asked("--record")));
}
