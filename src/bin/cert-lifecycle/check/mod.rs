//! `check`: rulebooks and the machine under them, verified.

mod cells;
mod own;
mod print;
mod watched;
mod world;

use std::fs;
use std::time::Duration;

use cert_lifecycle::model::{Channel, EditionKey};
use cert_lifecycle::rulebook::{Edition, Rulebook};
use cert_lifecycle::testing::explore::Counterexample;
use cert_lifecycle::testing::laws::{self, Config, LawId};
use cert_lifecycle::testing::{Core, Fault, Faulty, Machine, Observer, Story, TestOf};
use clap::{Args, ValueEnum};

use super::law::Side;
use super::output::{End, Failure, Output, Progress, say};
use super::table::of_orders;
use cells::Compared;
use watched::Watched;
use world::{Bounds, Explored, Extent};

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// In words
    Text,
    /// A line of JSON for each edition
    Json,
}

/// Verify rulebooks: tables, laws, every state of a small world, and what differs from the published rules
///
/// An edition is a KEY of the published rulebook, or FILE.toml:KEY for one of a rulebook of your own;
/// FILE.toml alone is all of its editions, and no argument every published one. A file is read and
/// validated first. Each edition is lived under by itself, and those of one rulebook then together,
/// up to three in one timeline. What breaks a law is told as the shortest timeline found. Under each by
/// itself, every state of a small world is looked at as well, and each step is held against the laws
/// that can be seen in one.
/// Exits with 1 if anything is found or nothing was lived, with 2 if an input can't be read, and with 3
/// if nothing was found as far as it went, but the time or the memory was over before the end.
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Check {
    /// What is verified: KEY, FILE.toml:KEY or FILE.toml
    #[arg(value_name = "FILE.toml|EDITION")]
    targets: Vec<String>,
    /// How many timelines are lived under each
    #[arg(long, value_name = "N", default_value_t = 256)]
    cases: u32,
    /// The most steps of a timeline; each has half of them at least
    #[arg(long, value_name = "N", default_value_t = 40)]
    length: usize,
    /// Draws other timelines; the same seed draws the same ones
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Begin no further timeline of an edition after so many seconds, and explore no further
    #[arg(long, value_name = "SECONDS")]
    budget: Option<u64>,
    /// The small world that is explored under each edition
    #[arg(long, value_name = "WORLD", value_enum, default_value_t = Extent::Small)]
    explore: Extent,
    /// Explore in so many MiB at most; no further than some thousand states if more is likely to be needed
    #[arg(long, value_name = "MIB", default_value_t = 1_024)]
    memory: u64,
    /// Only these laws, as in L5,L7,twin
    #[arg(long, value_name = "LAWS", value_delimiter = ',', value_parser = law)]
    laws: Vec<LawId>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write the first story as a Mermaid sequence diagram, to standard output without a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    mermaid: Option<String>,
    /// Write the first story as a Rust test, to standard output without a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    rust_test: Option<String>,
    /// Write the first story as lines of JSON that `replay` reads, to standard output without a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    jsonl: Option<String>,
    /// Plant a fault in the machine, to see it found: the first whose words have these in them
    #[arg(long, value_name = "WORDS")]
    plant: Option<String>,
    /// Show progress on standard error even if it is no terminal
    #[arg(long)]
    progress: bool,
}

/// A law by its number.
fn law(text: &str) -> Result<LawId, String> {
    let known = LawId::ALL.iter();
    let mut found = known.filter(|law| law.number().eq_ignore_ascii_case(text));
    found.next().copied().ok_or_else(|| {
        let all: Vec<&str> = LawId::ALL.iter().map(|law| law.number()).collect();
        format!("there are {}", all.join(", "))
    })
}

/// What is verified.
struct Target {
    name: String,
    /// Of a file of one's own, its path.
    file: Option<String>,
    book: Rulebook,
    editions: Vec<Edition>,
    /// Editions of the instance model of 2026, which the laws of orders do not speak of.
    other: Vec<EditionKey>,
}

impl Target {
    fn of(side: Side) -> Result<Self, Failure> {
        let Side { name, book, key } = side;
        let file = match &key {
            None => Some(name.clone()),
            Some(key) => name.strip_suffix(&format!(":{key}")).map(str::to_owned),
        };
        let (mut editions, mut other) = (Vec::new(), Vec::new());
        if let Some(key) = &key {
            editions.push(of_orders(&book, key)?);
        } else {
            for point in book.points() {
                match point.channel {
                    Channel::ApiV2 => other.push(point.key),
                    Channel::Console | Channel::Api => {
                        editions.push(of_orders(&book, point.key.as_str())?);
                    }
                }
            }
        }
        if editions.is_empty() {
            return Err(Failure::Input(format!(
                "{name} names no edition of orders to verify; a rulebook names one by [[point]]"
            )));
        }
        Ok(Self {
            name,
            file,
            book,
            editions,
            other,
        })
    }

    fn published() -> Result<Self, Failure> {
        Self::of(Side {
            name: "the published rulebook".to_owned(),
            book: Rulebook::published(),
            key: None,
        })
        .map(|target| Self {
            file: None,
            ..target
        })
    }

    /// Takes up further editions of the same rulebook.
    fn join(&mut self, further: Self) {
        self.name.push_str(", ");
        self.name.push_str(&further.name);
        for edition in further.editions {
            if self.editions.iter().all(|one| one.key() != edition.key()) {
                self.editions.push(edition);
            }
        }
        for key in further.other {
            if !self.other.contains(&key) {
                self.other.push(key);
            }
        }
    }

    /// What is lived under by itself: each edition, and all together.
    fn runs(&self) -> Vec<(String, Vec<Edition>)> {
        let one = |edition: &Edition| (edition.key().to_string(), vec![edition.clone()]);
        let mut runs: Vec<_> = self.editions.iter().map(one).collect();
        if self.editions.len() > 1 {
            runs.push((
                format!("{} editions together", self.editions.len()),
                self.editions.clone(),
            ));
        }
        runs
    }
}

/// What came of one run.
struct Run {
    name: String,
    compared: Compared,
    report: laws::Report,
    stories: Vec<Story>,
    explored: Option<Explored>,
}

impl Run {
    fn is_clean(&self) -> bool {
        self.compared.wrong.is_empty() && self.report.is_ok() && self.found_by_exploring().is_none()
    }

    /// Whether neither time nor memory was over before the end.
    fn is_finished(&self) -> bool {
        !self.report.out_of_time && self.explored.as_ref().is_none_or(Explored::is_finished)
    }

    fn found_by_exploring(&self) -> Option<&Counterexample> {
        self.explored.as_ref()?.report.counterexample()
    }

    /// The first story that there is to tell.
    fn story(&self) -> Option<&Story> {
        let explored = || self.found_by_exploring().map(|found| &found.story);
        self.stories.first().or_else(explored)
    }
}

impl Check {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        let mut targets: Vec<Target> = Vec::new();
        for target in &self.targets {
            let target = Target::of(Side::read(target)?)?;
            match targets.iter_mut().find(|known| known.file == target.file) {
                Some(known) => known.join(target),
                None => targets.push(target),
            }
        }
        if targets.is_empty() {
            targets.push(Target::published()?);
        }
        let fault = self.plant.as_deref().map(planted).transpose()?;
        let faulty = fault.map(Faulty);
        let machine: &dyn Machine = faulty.as_ref().map_or(&Core, |faulty| faulty);
        let json = self.json || self.format == Format::Json;
        let mut end = End::Fine;
        let mut first: Option<(Story, Option<String>)> = None;
        let watched = Watched::new(machine, Progress::new(self.progress));
        for target in &targets {
            if json {
                print::target_as_json(out, target)?;
            } else {
                print::target(out, target, fault.as_ref())?;
            }
            let mut explored = Vec::new();
            for (name, editions) in target.runs() {
                watched.now_at(format!("{name} of {}", target.name));
                let run = self.examine(name, editions, &target.book, &watched);
                if !run.is_clean() {
                    end = End::Findings;
                } else if !run.is_finished() && end == End::Fine {
                    end = End::Unfinished;
                }
                if first.is_none() {
                    let story = run.story().cloned();
                    first = story.map(|story| (story, target.file.clone()));
                }
                if json {
                    print::run_as_json(out, &run)?;
                } else {
                    print::run(out, &run, target.editions.len() == 1)?;
                }
                out.flush()?;
                explored.extend(run.explored);
            }
            if !json {
                print::uncovered(out, target, &explored)?;
            }
        }
        if fault.is_some() && end != End::Findings {
            say("the planted fault was not found: nothing that was asked comes by it");
        }
        if let Some((story, file)) = &first {
            self.keep(out, story, file.as_deref(), fault.as_ref())?;
        }
        Ok(end)
    }

    fn examine(
        &self,
        name: String,
        editions: Vec<Edition>,
        book: &Rulebook,
        machine: &Watched<'_>,
    ) -> Run {
        let mut compared = Compared::default();
        let mut explored = None;
        // Together they have the tables and the small worlds that each has.
        if let [edition] = editions.as_slice() {
            compared = cells::compare(edition, book.ceilings(), machine);
            let bounds = Bounds {
                extent: self.explore,
                memory: self.memory.saturating_mul(1 << 20),
                time: self.budget.map(Duration::from_secs),
            };
            explored = world::explore(edition, book.ceilings(), &self.laws, bounds, machine);
        }
        let mut config = Config::default()
            .machine(machine)
            .editions(editions)
            .cases(self.cases)
            .length(self.length)
            .seed(self.seed);
        if !self.laws.is_empty() {
            config = config.only(&self.laws);
        }
        if let Some(seconds) = self.budget {
            config = config.budget(Duration::from_secs(seconds));
        }
        let report = laws::check(book, &config);
        let told = report.violations.iter();
        let stories = told.map(|one| one.story(machine)).collect();
        Run {
            name,
            compared,
            report,
            stories,
            explored,
        }
    }

    /// Writes the other forms of a story.
    fn keep(
        &self,
        out: &mut Output,
        story: &Story,
        file: Option<&str>,
        fault: Option<&Fault>,
    ) -> Result<(), Failure> {
        let rulebook = file.map(|file| {
            format!("cert_lifecycle::codec::rulebook::read({file:?}, include_str!({file:?}))?")
        });
        let machine = fault.and_then(Fault::machine);
        let of = TestOf {
            machine: machine.as_deref().unwrap_or(TestOf::CORE.machine),
            rulebook: rulebook.as_deref().unwrap_or(TestOf::CORE.rulebook),
            ..TestOf::CORE
        };
        let mut test = story.test(&of);
        if let (Some(fault), None) = (fault, &machine) {
            test = format!(
                "// Found with a fault in the machine, which is not written here: {fault}.\n\
                 // With this crate's own machine it passes.\n{test}"
            );
        }
        let mut lines = story.lines().join("\n");
        lines.push('\n');
        let forms = [
            (&self.mermaid, story.mermaid()),
            (&self.rust_test, test),
            (&self.jsonl, lines),
        ];
        for (to, text) in forms {
            match to.as_deref() {
                None => {}
                Some("-") => out.put(format_args!("\n{text}"))?,
                Some(path) => fs::write(path, text)
                    .map_err(|error| Failure::Input(format!("{path}: {error}")))?,
            }
        }
        if self.jsonl.is_some() {
            let editions = story.timeline().laws.editions().iter();
            let keys: Vec<String> = editions.map(|one| one.key().to_string()).collect();
            match keys.as_slice() {
                [key] => say(format_args!("the lines are lived under: --edition {key}")),
                keys => say(format_args!(
                    "the lines are lived under {} in turn, and a replay judges all of them by one",
                    keys.join(", ")
                )),
            }
        }
        Ok(())
    }
}

/// The first fault whose words have some words in them.
fn planted(words: &str) -> Result<Fault, Failure> {
    let observer = Observer::default();
    let config = Config::default().machine(&observer);
    let config = config.only(&[LawId::Purity]).cases(64);
    // Only what the machine was asked counts here.
    let _ = laws::check(&Rulebook::published(), &config);
    let all = observer.observed().faults();
    let found = all.iter().find(|fault| fault.to_string().contains(words));
    found.copied().ok_or_else(|| {
        let some = all.iter().step_by(all.len().div_euclid(8).max(1));
        let some: Vec<String> = some.map(|fault| format!("  {fault}")).collect();
        Failure::Input(format!(
            "no fault has \"{words}\" in its words; some of {} are\n{}",
            all.len(),
            some.join("\n")
        ))
    })
}
