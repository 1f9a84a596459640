//! Many want the last units of a plan at once, from several processes.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::num::NonZeroU32;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};

use cert_lifecycle::adapter::{ManualClock, SeededIds};
use cert_lifecycle::lifecycle::RefusalKind;
use cert_lifecycle::model::{Channel, OrderId, Payment, Timestamp};
use cert_lifecycle::port::{Filter, Ids};
use cert_lifecycle::service::{Service, ServiceError};

use super::cluster::Server;
use super::crashes::next_seed;
use super::outside::{Remote, tell_parent};
use super::place::{Opened, Place, account, product, submission};
use super::run;

const PROCESSES: usize = 4;
const TASKS: usize = 16;
const UNITS: usize = 10;

fn start() -> Timestamp {
    "2026-03-20T09:00:00+08:00".parse().unwrap()
}

fn service(opened: &Opened, seed: u64) -> Service {
    let clock = ManualClock::new(start());
    let ids: Arc<dyn Ids> = Arc::new(SeededIds::new(seed));
    // With the settings that everybody gets; nothing is asked of the world outside.
    let service = opened.service(Channel::Api, &Arc::new(Remote::default()), &clock, &ids);
    service.with_settings(cert_lifecycle::service::Settings::default())
}

/// What a process says of an answer.
fn word(answer: Result<OrderId, ServiceError>) -> String {
    match answer {
        Ok(order) => format!("order\t{order}"),
        Err(ServiceError::Refused(refusal)) if refusal.kind() == RefusalKind::QuotaExhausted => {
            format!("quota\t{}", refusal.rule())
        }
        Err(error) => format!("error\t{error:?}"),
    }
}

/// `place seed`: for each account that it reads, submits from many tasks at once.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let place = Place::parse(&arguments[0]);
    let seed: u64 = arguments[1].parse().unwrap();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let opened = place.open().await.unwrap();
        let service = service(&opened, seed);
        tell_parent("ready");
        let mut line = String::new();
        while std::io::stdin().read_line(&mut line).unwrap() > 0 {
            let of = account(line.trim());
            let tasks: Vec<_> = (0..TASKS)
                .map(|task| {
                    let service = service.clone();
                    let domain = format!("t{seed}-{task}.example.com");
                    tokio::spawn(async move {
                        let code = product().code;
                        let answer = service.submit(of, code, submission(&domain)).await;
                        tell_parent(&word(answer.map(|(order, _)| order)));
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            line.clear();
        }
        opened.close().await;
    });
    ExitCode::SUCCESS
}

/// One of the processes; it ends when its input does.
struct Rival {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Rival {
    fn start(place: &Place) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--rival", &place.text(), &next_seed().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            input,
            output,
        }
    }

    fn send(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn read(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().into()
    }
}

impl Drop for Rival {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the rounds came to.
pub(crate) struct Tally {
    rounds: usize,
    succeeded: usize,
    refused: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rounds: {}", self.rounds)?;
        writeln!(f, "units a round: {UNITS}")?;
        writeln!(f, "submissions a round: {}", PROCESSES * TASKS)?;
        writeln!(f, "succeeded: {}", self.succeeded)?;
        writeln!(f, "refused by R-20: {}", self.refused)?;
        writeln!(f, "other answers: 0")
    }
}

fn rounds(place: &Place, count: usize) -> Tally {
    let (mut succeeded, mut refused) = (0, 0);
    let mut rivals: Vec<Rival> = (0..PROCESSES).map(|_| Rival::start(place)).collect();
    for rival in &mut rivals {
        assert_eq!(rival.read(), "ready");
    }
    for round in 0..count {
        let of = account(&format!("3{round:09}"));
        let plan = run(async {
            let opened = place.open().await.unwrap();
            let service = service(&opened, next_seed());
            let units = NonZeroU32::new(u32::try_from(UNITS).unwrap()).unwrap();
            let bought = service.buy_plan(of, product(), units, Payment::NONE).await;
            opened.close().await;
            bought.unwrap().0
        });
        for rival in &mut rivals {
            rival.send(of.as_str());
        }
        let mut answers = Vec::new();
        for rival in &mut rivals {
            answers.extend((0..TASKS).map(|_| rival.read()));
        }
        let mut orders = BTreeSet::new();
        let mut without = 0;
        for answer in &answers {
            match answer.split_once('\t') {
                Some(("order", order)) => {
                    assert!(orders.insert(order.to_string()), "{order} twice");
                }
                Some(("quota", "R-20")) => without += 1,
                _ => panic!("round {round}: {answer}"),
            }
        }
        assert_eq!((orders.len(), without), (UNITS, PROCESSES * TASKS - UNITS));
        succeeded += orders.len();
        refused += without;
        run(async {
            let opened = place.open().await.unwrap();
            let plan = service(&opened, next_seed()).plan(of, plan).await;
            let plan = plan.unwrap().unwrap();
            assert!(plan.balances());
            let counted = (plan.remaining(), plan.used() as usize, plan.taken());
            assert_eq!(counted, (0, UNITS, UNITS as u64), "round {round}");
            let listed = opened.store.list(of, Filter::default(), None, 100).await;
            let listed = listed.unwrap();
            let found = listed.iter().map(|one| one.entry.order.to_string());
            assert_eq!(found.collect::<BTreeSet<_>>(), orders, "round {round}");
            opened.close().await;
        });
    }
    Tally {
        rounds: count,
        succeeded,
        refused,
    }
}

/// On a SQLite file in a folder.
pub(crate) fn on_a_file(folder: &Path, count: usize) -> Tally {
    rounds(&Place::File(folder.join("last-units.db")), count)
}

/// On a database of a server.
pub(crate) fn on_a_database(server: &Mutex<Server>, count: usize) -> Tally {
    rounds(&run(super::schema(server, "last_units")), count)
}
