//! Rounds: a process writes, is killed at some instant, and what it leaves behind is looked at.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cert_lifecycle::adapter::{ManualClock, SeededIds};
use cert_lifecycle::codec::stored::decode_receipt;
use cert_lifecycle::model::{Phase, Timestamp};
use cert_lifecycle::port::{Filter, IdempotencyKey, Ids, OutboxPart, Read, ReadSet, Stage};
use cert_lifecycle::service::{Caller, Service, ServiceError};

use super::audit::{Acknowledged, Audit, Problems};
use super::cluster::Server;
use super::outside::Outside;
use super::place::{Opened, Place, Random, account, product};
use super::run;
use super::writer::{ACCOUNTS, Keyed, channel as channel_of};

/// A process that hangs is a failure, not a reason to wait for ever.
const PATIENCE: Duration = Duration::from_mins(1);
/// After so many acknowledgements at the latest a writer is killed.
const ENOUGH: u64 = 60;
/// How often a store is written to and its writer killed, before the next store.
const KILLS_A_STORE: usize = 4;
const DAY: i64 = 86_400;

/// How a sweep that looked while a holder withdrew says that the CA never heard of the order.
const UNKNOWN: &str = "the CA knows no order ";

/// What the rounds came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rounds: usize,
    /// Kills while at least one commit had been begun and not answered.
    pub(crate) during_commit: usize,
    pub(crate) acknowledged: usize,
    /// Commands under a key that were carried out, and whose answer the kill cut off.
    pub(crate) landed_unheard: usize,
    pub(crate) restarts: usize,
    /// How often all that is stored was audited; a violation ends the run.
    pub(crate) audits: usize,
    pub(crate) streams: usize,
    pub(crate) received: usize,
    pub(crate) received_again: usize,
}

impl Tally {
    /// Whether rounds of kills met what they are there for: with none of it they show nothing.
    fn has_teeth(&self, rounds: usize) {
        if rounds >= 20 {
            let met = [self.during_commit, self.acknowledged, self.received];
            assert!(!met.contains(&0), "{self}");
        }
        if rounds >= 200 {
            let met = [self.landed_unheard, self.received_again];
            assert!(!met.contains(&0), "{self}");
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rounds: {}", self.rounds)?;
        writeln!(f, "kills during a commit: {}", self.during_commit)?;
        writeln!(f, "server stopped at once and restarted: {}", self.restarts)?;
        writeln!(f, "acknowledged commands: {}", self.acknowledged)?;
        writeln!(f, "carried out, answer cut off: {}", self.landed_unheard)?;
        writeln!(f, "audits without a violation: {}", self.audits)?;
        writeln!(f, "verified streams: {}", self.streams)?;
        writeln!(f, "effects received: {}", self.received)?;
        writeln!(f, "of them received again: {}", self.received_again)
    }
}

/// Everybody who makes ids in this run has a seed of their own.
static SEEDS: AtomicU64 = AtomicU64::new(1);

pub(crate) fn next_seed() -> u64 {
    SEEDS.fetch_add(1, Ordering::Relaxed)
}

/// When a writer is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// Some time after so many acknowledgements.
    Acknowledged(u64),
    /// When so many requests of a kind were received outside, before the last one is answered: it was
    /// carried out, and nobody wrote that down.
    Received(&'static str, u64),
}

impl Moment {
    fn draw(random: &mut Random) -> Self {
        match random.below(8) {
            0 => Self::Received("submit", 1 + random.below(8)),
            1 => Self::Received("cancel", 1 + random.below(2)),
            2 | 3 => Self::Received("deliver", 1 + random.below(2)),
            _ => Self::Acknowledged(1 + random.below(ENOUGH)),
        }
    }

    /// Whether a question is of the kind that is counted.
    fn counts(self, question: &str) -> bool {
        match self {
            Self::Acknowledged(_) => false,
            Self::Received(kind, _) => question.contains(&format!("\"op\":\"{kind}\"")),
        }
    }
}

/// What a writer is waited for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Said {
    Acknowledged,
    /// The store failed it.
    Failed,
    /// The last request before the kill came.
    Last,
}

/// The process that writes. It is killed when this is dropped.
pub(crate) struct Writer {
    child: Child,
    moment: Moment,
    said: Receiver<Said>,
    reader: Option<JoinHandle<Vec<String>>>,
}

impl Writer {
    fn start(place: &Place, start: Timestamp, outside: Arc<Outside>, moment: Moment) -> Self {
        let command = Command::new(std::env::current_exe().unwrap());
        Self::start_by(command, place, start, outside, moment)
    }

    /// Starts it; a thread answers what it asks the world outside and keeps what it says.
    pub(crate) fn start_by(
        mut command: Command,
        place: &Place,
        start: Timestamp,
        outside: Arc<Outside>,
        moment: Moment,
    ) -> Self {
        let mut child = command
            .args(["--writer", &place.text(), &next_seed().to_string()])
            .arg(start.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (say, said) = channel();
        let reader = thread::spawn(move || {
            let mut left = match moment {
                Moment::Acknowledged(_) => 0,
                Moment::Received(_, count) => count,
            };
            let mut lines = Vec::new();
            let mut line = String::new();
            // A line that the kill cut off was not said.
            while output.read_line(&mut line).is_ok() && line.ends_with('\n') {
                line.pop();
                if let Some(question) = line.strip_prefix("Q\t") {
                    let answer = outside.answer(question);
                    let is_last = left == 1 && moment.counts(question);
                    left -= u64::from(left > 0 && moment.counts(question));
                    if is_last {
                        let _ = say.send(Said::Last);
                    } else {
                        // Who asked may be dead.
                        let _ = writeln!(input, "{answer}");
                    }
                } else {
                    if line.starts_with("A\t") {
                        let _ = say.send(Said::Acknowledged);
                    } else if line.starts_with("E\t") {
                        let _ = say.send(Said::Failed);
                    }
                    lines.push(std::mem::take(&mut line));
                }
                line.clear();
            }
            lines
        });
        Self {
            child,
            moment,
            said,
            reader: Some(reader),
        }
    }

    /// Waits for the moment.
    fn wait(&self) -> Result<(), String> {
        let count = match self.moment {
            Moment::Acknowledged(count) => count,
            // It may not come at all.
            Moment::Received(..) => ENOUGH,
        };
        self.wait_for(Said::Acknowledged, count)
    }

    /// Waits until something was said so often, or until the last word.
    pub(crate) fn wait_for(&self, wanted: Said, count: u64) -> Result<(), String> {
        let mut left = count;
        // A writer that fails for ever is not waited for.
        for _ in 0..10_000 {
            if left == 0 {
                return Ok(());
            }
            let said = self.said.recv_timeout(PATIENCE);
            let said = said.map_err(|error| format!("the writer says nothing: {error}"))?;
            if said == Said::Last {
                return Ok(());
            }
            left -= u64::from(said == wanted);
        }
        Err(format!("the writer was not {wanted:?}"))
    }

    /// Forgets what was said up to now.
    pub(crate) fn listen_anew(&self) {
        while self.said.try_recv().is_ok() {}
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and everything that it said before.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One store, from its first writer to its last.
pub(crate) struct Life {
    pub(crate) place: Place,
    pub(crate) outside: Arc<Outside>,
    acknowledged: Acknowledged,
    pub(crate) now: Timestamp,
}

impl Life {
    pub(crate) fn new(place: Place) -> Self {
        let now = "2026-03-20T09:00:00+08:00".parse().unwrap();
        Self {
            place,
            outside: Arc::new(Outside::new(now)),
            acknowledged: Acknowledged::default(),
            now,
        }
    }

    /// Takes in what a dead writer said. Errors may come only while the server was away.
    pub(crate) fn take(
        &mut self,
        lines: &[String],
        disturbed: bool,
        tally: &mut Tally,
        out: &mut Problems,
    ) {
        let mut commits = 0_i64;
        for line in lines {
            let (word, rest) = line.split_once('\t').unwrap_or((line, ""));
            let parts: Vec<&str> = rest.split('\t').collect();
            match (word, &parts[..]) {
                ("C", _) => commits += 1,
                ("D", _) => commits -= 1,
                ("A", [of, key, receipt]) => {
                    tally.acknowledged += 1;
                    let key = (*key != "-").then(|| IdempotencyKey::new(key).unwrap());
                    let receipt = decode_receipt(receipt).unwrap();
                    let told = (account(of), key, receipt);
                    self.acknowledged.receipts.push(told);
                }
                ("T", [of, key, word, rest]) => {
                    let key = IdempotencyKey::new(key).unwrap();
                    let what = Keyed::parse(word, rest);
                    self.acknowledged.tried.push((account(of), key, what));
                }
                ("E", _) if rest.contains(UNKNOWN) => {
                    let order = rest.rsplit(UNKNOWN).next().unwrap();
                    self.acknowledged.unknown.push(order.parse().unwrap());
                }
                ("E", _) => {
                    let away = rest.contains("the store is unavailable")
                        || rest.contains("the key vault is unavailable");
                    out.check(disturbed && away, || format!("an error: {rest}"));
                }
                _ => out.check(false, || format!("the writer said: {line}")),
            }
        }
        tally.during_commit += usize::from(commits > 0);
    }

    async fn audit(&self, opened: &Opened, settled: bool, problems: &mut Problems) -> usize {
        let audit = Audit {
            place: &self.place,
            opened,
            outside: &self.outside,
            acknowledged: &self.acknowledged,
            settled,
        };
        audit.run(problems).await
    }

    /// Sends again what was sent under a key and not answered: it is carried out once.
    async fn repeat(
        &mut self,
        opened: &Opened,
        services: &[Service],
        tally: &mut Tally,
        problems: &mut Problems,
    ) {
        for (of, key, what) in std::mem::take(&mut self.acknowledged.tried) {
            let mut heard = self.acknowledged.receipts.iter();
            if heard.any(|(own, known, _)| *own == of && *known == Some(key)) {
                continue;
            }
            let read = Read {
                set: ReadSet::New(product().code),
                year: None,
                key: Some(key),
            };
            let before = opened.store.load(of, read).await.unwrap().record;
            let place = ACCOUNTS.iter().position(|own| account(own) == of).unwrap();
            let answer = what.send(&services[place], Caller::once(of, key)).await;
            let receipt = match (answer, before) {
                (Ok(receipt), Some(before)) => {
                    tally.landed_unheard += 1;
                    let same = receipt == before.receipt;
                    problems.check(same, || format!("{key} was answered anew"));
                    receipt
                }
                (Ok(receipt), None) => receipt,
                (Err(ServiceError::Refused(_)), None) => continue,
                (Err(error), before) => {
                    problems.check(false, || format!("{key}, {before:?}: {error}"));
                    continue;
                }
            };
            self.acknowledged.receipts.push((of, Some(key), receipt));
            if let Keyed::Submit(domain) = &what {
                // By the journal: what was ended since is found by no name.
                let text = format!(
                    "SELECT id FROM cl_event WHERE kind = 0 AND version = 1 \
                     AND body LIKE '%\"{domain}\"%'"
                );
                let begun = self.place.rows(&text).await.unwrap();
                problems.check(begun.len() == 1, || format!("{key} began {begun:?}"));
            }
        }
    }

    /// Lets worker and sweeper run to the end; whether they came to it.
    async fn settle(&self, opened: &Opened, services: &[Service], clock: &ManualClock) -> bool {
        for _ in 0..500 {
            let mut moved = 0;
            for place in [0, 2] {
                moved += services[place].work(100).await.unwrap().seen();
                moved += services[place].sweep(100).await.unwrap().changed;
            }
            clock.advance(120);
            let waiting = opened.store.outbox(OutboxPart::Waiting, None, 1).await;
            if moved == 0 && waiting.unwrap().is_empty() && !any_waits(opened).await {
                return true;
            }
        }
        false
    }

    /// Looks at what the last writer left; `to_the_end` has all work done then.
    pub(crate) async fn look(
        &mut self,
        to_the_end: bool,
        tally: &mut Tally,
        problems: &mut Problems,
    ) {
        self.place.quiet().await.unwrap();
        let opened = match self.place.open().await {
            Ok(opened) => opened,
            Err(error) => return problems.check(false, || format!("not opened: {error}")),
        };
        tally.streams += self.audit(&opened, false, problems).await;
        tally.audits += 1;
        if to_the_end {
            let clock = ManualClock::new(self.now.saturating_add(DAY));
            let ids: Arc<dyn Ids> = Arc::new(SeededIds::new(next_seed()));
            let services: Vec<Service> = (0..ACCOUNTS.len())
                .map(|place| opened.service(channel_of(place), &self.outside, &clock, &ids))
                .collect();
            self.repeat(&opened, &services, tally, problems).await;
            if !self.settle(&opened, &services, &clock).await {
                problems.check(false, || "the work has no end".to_owned());
            }
            self.audit(&opened, true, problems).await;
            tally.audits += 1;
        }
        opened.close().await;
    }
}

/// Whether the CA owes an answer about anything.
async fn any_waits(opened: &Opened) -> bool {
    for of in ACCOUNTS.map(account) {
        let filter = Filter {
            stages: vec![Stage::Verifying, Stage::Validating, Stage::Live],
            ..Filter::default()
        };
        for one in opened.store.list(of, filter, None, 100_000).await.unwrap() {
            if one.entry.stage != Stage::Live {
                return true;
            }
            let read = ReadSet::Order(one.entry.order).into();
            let found = opened.store.load(of, read).await.unwrap().instance.unwrap();
            if let Phase::Live(live) = found.state.phase()
                && live.revocation().is_some()
            {
                return true;
            }
        }
    }
    false
}

/// What is done to the server in a round.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Lives,
    /// It is stopped right after the client is killed.
    DiesToo,
    /// It is stopped and started while the client goes on.
    DiesBefore,
}

/// Kills writers, round after round. `fresh` gives an empty place.
fn rounds(
    count: usize,
    seed: u64,
    server: Option<&Mutex<Server>>,
    mut fresh: impl FnMut(usize) -> Place,
) -> Tally {
    let mut random = Random(seed);
    let mut tally = Tally::default();
    let mut life: Option<Life> = None;
    for round in 0..count {
        let mut problems = Problems::default();
        let mut own = life.take().unwrap_or_else(|| Life::new(fresh(round)));
        let mut server = server.map(|server| server.lock().unwrap());
        let cluster = server.as_mut().and_then(|server| server.own());
        let fate = match (round % 10, &cluster) {
            (3, Some(_)) => Fate::DiesToo,
            (6, Some(_)) => Fate::DiesBefore,
            _ => Fate::Lives,
        };
        let (mut moment, pause) = (Moment::draw(&mut random), random.below(6_000));
        if fate == Fate::DiesBefore {
            moment = Moment::Acknowledged(1 + random.below(ENOUGH));
        }
        let writer = Writer::start(&own.place, own.now, own.outside.clone(), moment);
        problems.0.extend(writer.wait().err());
        if let (Fate::DiesBefore, Some(cluster)) = (fate, cluster) {
            cluster.restart("immediate").unwrap();
            tally.restarts += 1;
            // The same process goes on when the server is back.
            writer.listen_anew();
            problems
                .0
                .extend(writer.wait_for(Said::Acknowledged, 5).err());
        }
        // Not for anything to happen: the instant of the kill is drawn by lot.
        thread::sleep(Duration::from_micros(pause));
        let lines = writer.kill();
        let cluster = server.as_mut().and_then(|server| server.own());
        if let (Fate::DiesToo, Some(cluster)) = (fate, cluster) {
            cluster.restart("immediate").unwrap();
            tally.restarts += 1;
        }
        let disturbed = fate == Fate::DiesBefore;
        own.take(&lines, disturbed, &mut tally, &mut problems);
        drop(server);
        let last = (round + 1) % KILLS_A_STORE == 0 || round + 1 == count;
        own.now = own.now.saturating_add(3 * DAY);
        run(own.look(last, &mut tally, &mut problems));
        assert!(
            problems.0.is_empty(),
            "seed {seed}, round {round}, {moment:?} and {pause} microseconds: {:#?}",
            problems.0
        );
        tally.rounds += 1;
        if last {
            let received = own.outside.received();
            tally.received += received.requests.len();
            tally.received_again += received.repeats;
        } else {
            life = Some(own);
        }
    }
    tally.has_teeth(count);
    tally
}

/// On SQLite files in a folder.
pub(crate) fn on_files(folder: &Path, count: usize, seed: u64) -> Tally {
    rounds(count, seed, None, |round| {
        Place::File(folder.join(format!("crash-{round}.db")))
    })
}

/// On databases of a server, which is stopped and restarted in some rounds if it is our own.
pub(crate) fn on_databases(server: &Mutex<Server>, count: usize, seed: u64) -> Tally {
    rounds(count, seed, Some(server), |round| {
        run(super::schema(server, &format!("crash_{round}")))
    })
}
