//! The races by name, on every store, and what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

use super::cluster::Server;
use super::pace::{Choices, Gates};
use super::place::Place;
use super::{approval, clock, hosting, refund, revocation};

/// What one run came to, in a word.
pub(crate) type Outcome<'a> = Pin<Box<dyn Future<Output = &'static str> + 'a>>;

/// Tasks that race, in a world that is made anew for each run.
pub(crate) struct Race {
    pub(crate) name: &'static str,
    /// Where tasks stop when every interleaving is tried.
    pub(crate) gates: Gates,
    /// Whether the clock is one of the tasks.
    pub(crate) clock: bool,
    /// How often a task is left before it is through, where every interleaving would be too many.
    pub(crate) switches: Option<usize>,
    /// What may come of it; all of it is seen.
    pub(crate) outcomes: &'static [&'static str],
    pub(crate) once: for<'a> fn(&'a Place, &'a mut Choices) -> Outcome<'a>,
}

fn races() -> Vec<Race> {
    [
        revocation::races(),
        approval::races(),
        refund::races(),
        hosting::races(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

impl Race {
    /// Plays it in every way that is asked for.
    async fn play(&self, place: &Place, mut choices: Choices) {
        let (mut runs, mut seen) = (0_usize, BTreeMap::<_, usize>::new());
        loop {
            let outcome = (self.once)(place, &mut choices).await;
            *seen.entry(outcome).or_default() += 1;
            runs += 1;
            if !choices.next() {
                break;
            }
        }
        println!("{}: {runs} interleavings: {seen:?}", self.name);
        let wanted: BTreeSet<_> = self.outcomes.iter().copied().collect();
        let seen: BTreeSet<_> = seen.into_keys().collect();
        assert_eq!(seen, wanted, "what came of it");
        assert!(runs > wanted.len(), "{runs} runs are no race");
    }
}

impl Race {
    /// Every interleaving, or as many as are meant to be tried; and where the clock moves, but tasks
    /// stop before calls alone, some with gates behind them too.
    async fn play_all(&self, place: &Place) {
        if let Some(switches) = self.switches {
            let few = Choices::few(self.gates, switches);
            return self.play(place, few).await;
        }
        self.play(place, Choices::all(self.gates)).await;
        if self.clock && self.gates == Gates::Before {
            self.play(place, Choices::few(Gates::Around, 2)).await;
        }
    }
}

impl Race {
    /// What is tried on stores where a run takes longer. Two sweepers have too many steps to go on at
    /// the same time from each.
    fn by_force(&self) -> Choices {
        let few = Choices::few(Gates::Before, 1);
        if self.clock && self.switches.is_some() {
            few
        } else {
            few.by_force()
        }
    }
}

type Shared = Arc<Mutex<Server>>;

fn in_memory(name: &str, test: impl AsyncFnOnce(&Place) + Send + 'static) -> Trial {
    Trial::test(format!("memory_{name}"), move || {
        block_on(test(&Place::Memory));
        Ok(())
    })
}

fn on_file(name: &str, test: impl AsyncFnOnce(&Place) + Send + 'static) -> Trial {
    Trial::test(format!("sqlite_{name}"), move || {
        let folder = TempDir::new()?;
        block_on(async {
            let place = Place::file(folder.path()).await;
            test(&place).await;
            place.close().await;
        });
        Ok(())
    })
}

fn on_database(
    name: &'static str,
    server: Option<&Shared>,
    test: impl AsyncFnOnce(&Place) + Send + 'static,
) -> Trial {
    let (ignored, server) = (server.is_none(), server.cloned());
    let trial = Trial::test(format!("postgres_{name}"), move || {
        let server = server.ok_or_else(|| Failed::from("there is no server"))?;
        block_on(async {
            let place = Place::database(&server, &format!("races_{name}")).await;
            test(&place).await;
            place.close().await;
        });
        Ok(())
    });
    trial.with_ignored_flag(ignored)
}

fn trials(server: Option<&Shared>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for race in races() {
        let name = race.name;
        let own = Arc::new(race);
        let race = own.clone();
        trials.push(in_memory(name, async move |place| {
            race.play_all(place).await;
        }));
        let race = own.clone();
        trials.push(on_file(name, async move |place| {
            race.play(place, race.by_force()).await;
        }));
        trials.push(on_database(name, server, async move |place| {
            own.play(place, own.by_force()).await;
        }));
    }
    let name = "lives_under_a_clock_that_jumps";
    trials.extend([
        in_memory(name, async |place| clock::lives(place, true).await),
        on_file(name, async |place| clock::lives(place, false).await),
        on_database(name, server, async |place| clock::lives(place, false).await),
    ]);
    trials
}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let server = match Server::find() {
        Ok(server) => Some(Arc::new(Mutex::new(server))),
        Err(why) => {
            println!("NOT RUN on PostgreSQL, for there is no server: {why}");
            if std::env::var("CI").is_ok_and(|ci| ci == "true") {
                return ExitCode::FAILURE;
            }
            None
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials(server.as_ref()));
    // The server stops when its last owner is gone.
    drop(server);
    conclusion.exit_code()
}
