//! How the laws are checked, and the check.

use core::fmt;
use core::num::NonZeroUsize;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::sync::Arc;
use std::thread;
use std::vec::Vec;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};

use super::LawId;
use super::examine::{Bench, Tally, instant};
use super::judge::Breach;
use super::minimal::minimal;
use super::report::{Examined, Report, Violation};
use crate::model::{Channel, EditionKey};
use crate::rulebook::{Edition, Rulebook};
use crate::testing::machine::{Core, Machine};
use crate::testing::strategy::{Script, laws_of, scripts, starts};
use crate::testing::timeline::{Laws, Timeline};

/// How the laws are checked.
///
/// ```
/// use core::time::Duration;
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::laws::{self, Config, LawId};
///
/// let book = Rulebook::published();
/// let config = Config::default()
///     .only(&[LawId::Conservation])
///     .editions(vec![book.edition("2023-api")?])
///     .cases(5)
///     .seed(7)
///     .budget(Duration::from_secs(60));
/// let report = laws::check(&book, &config);
/// report.assert_ok();
/// assert_eq!(report.cases, 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Config<'a> {
    pub(super) machine: &'a dyn Machine,
    editions: Option<Vec<Edition>>,
    laws: Vec<LawId>,
    pub(super) cases: u32,
    pub(super) length: usize,
    pub(super) seed: u64,
    pub(super) budget: Option<Duration>,
    threads: NonZeroUsize,
}

impl Default for Config<'_> {
    /// This crate's core, under every edition of orders that the rulebook names; all laws; 64 timelines
    /// of up to 40 steps from seed 0, however long that takes, in as many threads as there are
    /// processors.
    ///
    /// Editions of the channel `api-v2` are those of [another machine](crate::lifecycle::v2): they are
    /// left out, and [`Report::other`] names them.
    fn default() -> Self {
        Self {
            machine: &Core,
            editions: None,
            laws: LawId::ALL.to_vec(),
            cases: 64,
            length: 40,
            seed: 0,
            budget: None,
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

impl fmt::Debug for Config<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.editions.as_ref();
        let keys = keys.map(|all| all.iter().map(Edition::key).collect::<Vec<_>>());
        f.debug_struct("Config")
            .field("editions", &keys)
            .field("laws", &self.laws)
            .field("cases", &self.cases)
            .field("length", &self.length)
            .field("seed", &self.seed)
            .field("budget", &self.budget)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl<'a> Config<'a> {
    /// Holds the laws against another machine.
    #[must_use]
    pub fn machine(self, machine: &'a dyn Machine) -> Self {
        Self { machine, ..self }
    }

    /// Lives under these editions alone, up to three of them in one timeline.
    ///
    /// One of the channel `api-v2` is left out here, too, and [`Report::other`] names it: under such
    /// editions alone nothing is lived, and the report is not ok.
    ///
    /// ```
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::laws::{self, Config};
    ///
    /// let book = Rulebook::published();
    /// let of_2026 = book.edition("2026-v2")?;
    /// let report = laws::check(&book, &Config::default().editions(vec![of_2026.clone()]));
    /// assert_eq!((report.is_ok(), report.other), (false, vec![of_2026.key()]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn editions(self, editions: Vec<Edition>) -> Self {
        Self {
            editions: Some(editions),
            ..self
        }
    }

    /// Checks these laws alone.
    #[must_use]
    pub fn only(self, laws: &[LawId]) -> Self {
        Self {
            laws: laws.to_vec(),
            ..self
        }
    }

    /// Lives so many timelines.
    #[must_use]
    pub fn cases(self, cases: u32) -> Self {
        Self { cases, ..self }
    }

    /// Lives timelines of half to all of so many steps. Of 0, nothing is lived, and the report is not
    /// ok.
    #[must_use]
    pub fn length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    /// Draws other timelines. The same seed draws the same ones.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Begins no further timeline once so much time is spent. How far it comes then depends on the
    /// processor; what it finds on the way does not.
    #[must_use]
    pub fn budget(self, budget: Duration) -> Self {
        Self {
            budget: Some(budget),
            ..self
        }
    }

    /// Lives in so many threads. The report is the same with any number, but for the times.
    #[must_use]
    pub fn threads(self, threads: NonZeroUsize) -> Self {
        Self { threads, ..self }
    }
}

/// What a rulebook names, or the configuration instead of it.
#[derive(Default)]
pub(super) struct Resolved {
    pub(super) editions: Vec<Edition>,
    /// Points of the instance model of 2026.
    other: Vec<EditionKey>,
    /// Points that resolve to no edition, each with the reason.
    unresolved: Vec<(EditionKey, String)>,
}

impl Config<'_> {
    /// The editions that are lived under, and what else is named.
    pub(super) fn resolve(&self, book: &Rulebook) -> Resolved {
        let mut all = Resolved::default();
        if let Some(editions) = &self.editions {
            for edition in editions {
                match edition.point().channel {
                    Channel::ApiV2 => all.other.push(edition.key()),
                    Channel::Console | Channel::Api => all.editions.push(edition.clone()),
                }
            }
            return all;
        }
        for point in book.points() {
            match (point.channel, book.edition(point.key.as_str())) {
                (Channel::ApiV2, _) => all.other.push(point.key),
                (Channel::Console | Channel::Api, Ok(edition)) => all.editions.push(edition),
                (Channel::Console | Channel::Api, Err(error)) => {
                    all.unresolved.push((point.key, error.to_string()));
                }
            }
        }
        all
    }
}

/// The generator of a case: another for each seed and case.
pub(super) fn runner(seed: u64, case: u32) -> TestRunner {
    let mut bytes = [0_u8; 32];
    let numbers = seed
        .to_le_bytes()
        .into_iter()
        .chain(case.to_le_bytes())
        .chain(*b"the laws");
    for (byte, number) in bytes.iter_mut().zip(numbers) {
        *byte = number;
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let runs = Runs {
        failure_persistence: None,
        ..Runs::default()
    };
    TestRunner::new_with_rng(runs, rng)
}

/// What one thread came to.
#[derive(Default)]
struct Share {
    tallies: BTreeMap<LawId, (u32, Tally)>,
    /// The first case that broke a law, with its timeline.
    broken: BTreeMap<LawId, (u32, Breach, Timeline)>,
    cases: u32,
    decisions: u64,
    generating: Duration,
    playing: Duration,
    out_of_time: bool,
}

impl Share {
    /// Lives one case.
    fn live(&mut self, config: &Config<'_>, case: u32, scripts: &impl Strategy<Value = Script>) {
        let begun = instant();
        let Ok(tree) = scripts.new_tree(&mut runner(config.seed, case)) else {
            return;
        };
        let script = tree.current();
        self.generating = self.generating.saturating_add(begun.elapsed());
        let whole = |law: &&LawId| !self.broken.contains_key(*law);
        let laws: Vec<LawId> = config.laws.iter().filter(whole).copied().collect();
        let mut bench = Bench::new(config.machine, &laws);
        let begun = instant();
        let timeline = bench.play_script(&script);
        let took: Duration = bench.tallies.iter().map(|(_, tally)| tally.time).sum();
        self.playing = self
            .playing
            .saturating_add(begun.elapsed().saturating_sub(took));
        self.cases = self.cases.saturating_add(1);
        self.decisions = self.decisions.saturating_add(bench.decisions);
        for (law, tally) in &bench.tallies {
            let (cases, sum) = self.tallies.entry(*law).or_default();
            *cases = cases.saturating_add(1);
            add(sum, tally);
        }
        for breach in bench.breaches {
            let found = (case, breach.clone(), timeline.clone());
            self.broken.insert(breach.law, found);
        }
    }

    /// Takes in what another thread came to; of two cases that break a law, the first counts.
    fn join(&mut self, other: Self) {
        for (law, (cases, tally)) in other.tallies {
            let (sum, all) = self.tallies.entry(law).or_default();
            *sum = sum.saturating_add(cases);
            add(all, &tally);
        }
        for (law, found) in other.broken {
            let known = self.broken.get(&law).map(|found| found.0);
            if known.is_none_or(|known| found.0 < known) {
                self.broken.insert(law, found);
            }
        }
        self.cases = self.cases.saturating_add(other.cases);
        self.decisions = self.decisions.saturating_add(other.decisions);
        self.generating = self.generating.saturating_add(other.generating);
        self.playing = self.playing.saturating_add(other.playing);
        self.out_of_time |= other.out_of_time;
    }
}

fn add(sum: &mut Tally, tally: &Tally) {
    sum.steps = sum.steps.saturating_add(tally.steps);
    sum.decisions = sum.decisions.saturating_add(tally.decisions);
    sum.time = sum.time.saturating_add(tally.time);
}

/// Lives random timelines under the editions of a rulebook, and holds laws against every step.
///
/// Each timeline has up to three editions in force, one after the other. A law that was broken is
/// not examined any more, and its first case is shortened as far as it still breaks the law. A panic
/// of the machine is a breach of L1.
///
/// The editions are those of orders, as for `cert-lifecycle check`, or those of
/// [`Config::editions`]; what `api-v2` adds is a machine of its own, and is lived under by neither.
pub fn check(book: &Rulebook, config: &Config<'_>) -> Report {
    let begun = instant();
    let Resolved {
        editions,
        other,
        unresolved,
    } = config.resolve(book);
    let keys = editions.iter().map(Edition::key).collect();
    let laws = Laws::new(editions, book.ceilings().clone());
    let found = if laws.editions().is_empty() {
        Share::default()
    } else {
        live_all(config, &Arc::new(laws))
    };
    let violations = found
        .broken
        .into_iter()
        .map(|(law, (case, breach, timeline))| {
            let found_with = timeline.steps.len();
            let shorter = minimal(law, &timeline, config.machine);
            let (timeline, breach) = shorter.unwrap_or((timeline, breach));
            Violation {
                told: breach.story(&timeline, config.machine),
                breach,
                timeline,
                case,
                found_with,
            }
        });
    let violations = violations.collect();
    let examined = found
        .tallies
        .into_iter()
        .map(|(law, (cases, tally))| Examined {
            law,
            cases,
            steps: tally.steps,
            decisions: tally.decisions,
            time: tally.time,
        });
    Report {
        editions: keys,
        other,
        unresolved,
        seed: config.seed,
        cases: found.cases,
        decisions: found.decisions,
        laws: examined.collect(),
        violations,
        generating: found.generating,
        playing: found.playing,
        elapsed: begun.elapsed(),
        out_of_time: found.out_of_time,
    }
}

/// Every case, in several threads.
fn live_all(config: &Config<'_>, laws: &Laws) -> Share {
    let (begun, next) = (instant(), AtomicU32::new(0));
    let work = || {
        let scripts = scripts(laws_of(laws), starts(), config.length);
        let mut share = Share::default();
        loop {
            let case = next.fetch_add(1, Ordering::Relaxed);
            // Nothing is left to examine once every law is broken.
            if case >= config.cases || share.broken.len() >= config.laws.len() {
                return share;
            }
            if config.budget.is_some_and(|most| begun.elapsed() >= most) {
                share.out_of_time = true;
                return share;
            }
            share.live(config, case, &scripts);
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..config.threads.get())
            .map(|_| scope.spawn(work))
            .collect();
        let mut all = work();
        for other in others {
            // What panics in the laws themselves panics here.
            match other.join() {
                Ok(share) => all.join(share),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}
