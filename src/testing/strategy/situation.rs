//! Whole cases: what an account has at an instant, and the law that judges it.

use core::fmt;
use std::sync::Arc;
use std::vec::Vec;

use proptest::collection::vec as list;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};

use super::begin::starts_of;
use super::content::{Content, every_command};
use super::edges::{all_edges, edges};
use super::script::{Cue, Stage, cues};
use super::time::{days, offsets};
use crate::lifecycle::{Case, Command, CommandKind, Events, Law, Refusal, World, decide};
use crate::model::{CertificateInstance, HostingChain, Purchase, ResourcePlan, Status, Timestamp};
use crate::rulebook::Edition;
use crate::testing::machine::Core;
use crate::testing::timeline::Laws;

/// What an account has at an instant, while one of some editions is in force.
///
/// ```
/// use cert_lifecycle::model::Status;
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::Laws;
/// use cert_lifecycle::testing::strategy::Samples;
/// use proptest::prelude::*;
/// let book = Rulebook::published();
/// let laws = Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone());
/// let samples = Samples::of(laws).ok_or("no edition")?;
/// let revoked = samples.in_status(Some(Status::Revoked)).ok_or("no way there")?;
/// proptest!(|(found in revoked)| {
///     prop_assert_eq!(found.world.status(found.now, &found.law()), Some(Status::Revoked));
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Situation {
    laws: Arc<Laws>,
    conduct: usize,
    edition: Arc<Edition>,
    /// What it has, with something in focus or nothing.
    pub world: World,
    /// When.
    pub now: Timestamp,
}

impl fmt::Debug for Situation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Situation")
            .field("edition", &self.edition.key())
            .field("now", &self.now)
            .field("world", &self.world)
            .finish_non_exhaustive()
    }
}

impl Situation {
    pub(super) const fn new(
        laws: Arc<Laws>,
        conduct: usize,
        edition: Arc<Edition>,
        world: World,
        now: Timestamp,
    ) -> Self {
        Self {
            laws,
            conduct,
            edition,
            world,
            now,
        }
    }

    /// The edition in force.
    #[must_use]
    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// What judges it: what is bound to an earlier edition stays bound (L9).
    #[must_use]
    pub fn law(&self) -> Law<'_> {
        self.laws.law(&self.world.case(), None, &self.edition)
    }

    /// What a command reads, and the law of it.
    #[must_use]
    pub fn read(&self, command: &Command) -> (Case<'_>, Law<'_>) {
        let conduct = &self.edition;
        self.laws.read(&self.world, command, self.now, conduct)
    }

    /// What the core says to a command.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// ```
    /// use cert_lifecycle::lifecycle::Command;
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::Laws;
    /// use cert_lifecycle::testing::strategy::Samples;
    /// use proptest::prelude::*;
    /// let book = Rulebook::published();
    /// let laws = Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone());
    /// let samples = Samples::of(laws).ok_or("no edition")?;
    /// proptest!(|(found in samples.in_status(None).ok_or("nothing")?)| {
    ///     prop_assert!(found.decide(&Command::Withdraw).is_err());
    /// });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[expect(
        clippy::result_large_err,
        reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
    )]
    pub fn decide(&self, command: &Command) -> Result<Events, Refusal> {
        let (case, law) = self.read(command);
        decide(&case, command, self.now, &law)
    }

    fn at(&self, now: Timestamp) -> Self {
        Self {
            now,
            ..self.clone()
        }
    }

    /// Goes on by some cues, and comes to the question of a further one.
    fn go_on(&self, cues: &[Cue], last: &Cue) -> Option<(Self, Command)> {
        let mut stage = Stage::going_on(&Core, &self.laws, self.conduct, &self.world, self.now);
        for cue in cues {
            stage.play(cue, &mut |_| {});
        }
        let (world, step) = stage.next(last)?;
        let edition = self.laws.editions().get(step.conduct)?;
        let found = Self {
            laws: Arc::clone(&self.laws),
            conduct: step.conduct,
            edition: Arc::new(edition.clone()),
            world,
            now: step.at,
        };
        Some((found, step.command))
    }
}

/// Commands about a situation, of every kind: most fit it, others have one of their flaws.
///
/// Two kinds look at another instance than the one in focus or ask for a certain instant; those of
/// [`Samples::asked`] come with both.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::Laws;
/// use cert_lifecycle::testing::strategy::{Samples, commands};
/// use proptest::prelude::*;
/// let book = Rulebook::published();
/// let laws = Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone());
/// let samples = Samples::of(laws).ok_or("no edition")?;
/// let some = samples.starts().first().ok_or("nothing")?;
/// proptest!(|(command in commands(some))| {
///     let answer = some.decide(&command);
///     prop_assert_eq!(answer, some.decide(&command));
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn commands(situation: &Situation) -> impl Strategy<Value = Command> + use<> {
    let situation = situation.clone();
    let parts = (
        select(CommandKind::ALL.to_vec()),
        prop_oneof![3 => Just(0_u8), 2 => 1_u8..8],
        any::<[u8; 3]>(),
    );
    parts.prop_filter_map("a command", move |(kind, flaw, salt)| {
        let content = Content {
            flaw,
            salt,
            ..Content::plain(0)
        };
        content.command(kind, &situation.world, situation.now, &situation.law())
    })
}

/// So many further steps are taken from where a case begins, at most.
const MOST_STEPS: usize = 6;

/// Where cases begin under some editions, and what is drawn from there.
///
/// Each case begins with nothing, with a plan of which nothing, one unit or all is left, or with a
/// well-formed life in each status that an edition knows. Random cues lead on from there, so it may
/// be anything that commands bring about; without them it is the well-formed one, and that is what it
/// shrinks to. Instants are those at which some answer changes, and the seconds beside.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::Laws;
/// use cert_lifecycle::testing::strategy::Samples;
/// use proptest::prelude::*;
/// let book = Rulebook::published();
/// let editions = vec![book.edition("2021-02-api")?, book.edition("2022-hosting")?];
/// let laws = Laws::new(editions, book.ceilings().clone());
/// let samples = Samples::of(laws).ok_or("no edition")?;
/// proptest!(|((case, command) in samples.asked())| {
///     let again = case.decide(&command);
///     prop_assert_eq!(case.decide(&command), again);
/// });
/// proptest!(|(plan in samples.plans().ok_or("no plan is sold")?)| prop_assert!(plan.balances()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Samples {
    laws: Arc<Laws>,
    starts: Arc<Vec<Situation>>,
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples")
            .field("laws", &self.laws)
            .field("starts", &self.starts.len())
            .finish()
    }
}

impl Samples {
    /// The beginnings of cases under some editions; none without an edition. Making them takes a
    /// while, so they are made once.
    #[must_use]
    pub fn of(laws: Laws) -> Option<Self> {
        let laws = Arc::new(laws);
        let starts = starts_of(&laws);
        (!starts.is_empty()).then(|| Self {
            laws,
            starts: Arc::new(starts),
        })
    }

    /// The editions.
    #[must_use]
    pub fn laws(&self) -> &Laws {
        &self.laws
    }

    /// The well-formed cases, from which the others come.
    #[must_use]
    pub fn starts(&self) -> &[Situation] {
        &self.starts
    }

    /// Cases, each with a command that is asked in it: what comes next in a life, at its time; any
    /// command at any time; and ones with a flaw.
    pub fn asked(&self) -> impl Strategy<Value = (Situation, Command)> + use<> {
        asked(Vec::clone(&self.starts))
    }

    /// Cases.
    pub fn situations(&self) -> impl Strategy<Value = Situation> + use<> {
        self.asked().prop_map(|(found, _)| found)
    }

    /// Cases in which the owner sees a status, at the well-formed one's instant or at the first or last
    /// second of a window in which that is still so; none if no edition knows a way there.
    ///
    /// With `None`, cases without an instance.
    #[must_use]
    pub fn in_status(
        &self,
        status: Option<Status>,
    ) -> Option<impl Strategy<Value = Situation> + use<>> {
        let shows = move |one: &Situation| one.world.status(one.now, &one.law()) == status;
        let starts = self.starts.iter().filter(|one| shows(one));
        let all: Vec<Situation> = starts
            .flat_map(|one| {
                let beside = edges_of(one).into_iter().flat_map(inside_and_out);
                let moved = beside.map(|now| one.at(now)).filter(shows);
                core::iter::once(one.clone())
                    .chain(moved)
                    .collect::<Vec<_>>()
            })
            .collect();
        (!all.is_empty()).then(|| select(all))
    }

    /// Instances in every status that the editions know, and wherever commands lead from there.
    #[must_use]
    pub fn instances(&self) -> Option<impl Strategy<Value = CertificateInstance> + use<>> {
        self.nouns(|world| world.instances().cloned().collect())
    }

    /// Plans with any number of units left, most of them with none, one or all.
    #[must_use]
    pub fn plans(&self) -> Option<impl Strategy<Value = ResourcePlan> + use<>> {
        self.nouns(|world| world.plans().cloned().collect())
    }

    /// Purchases; none if no edition sells certificates one by one.
    #[must_use]
    pub fn purchases(&self) -> Option<impl Strategy<Value = Purchase> + use<>> {
        self.nouns(|world| world.purchases().cloned().collect())
    }

    /// Hosting chains; none if no edition sells several years.
    #[must_use]
    pub fn chains(&self) -> Option<impl Strategy<Value = HostingChain> + use<>> {
        self.nouns(|world| world.chains().cloned().collect())
    }

    /// One of some things in a case. No command takes one away, so a case that begins with one has
    /// one.
    fn nouns<T: fmt::Debug>(
        &self,
        all: fn(&World) -> Vec<T>,
    ) -> Option<impl Strategy<Value = T> + use<T>> {
        let starts = self.starts.iter();
        let starts: Vec<Situation> = starts
            .filter(|one| !all(&one.world).is_empty())
            .cloned()
            .collect();
        (!starts.is_empty()).then(|| {
            (asked(starts), any::<Index>()).prop_filter_map(
                "one of them",
                move |((found, _), which)| {
                    let found = all(&found.world);
                    let place = (!found.is_empty()).then(|| which.index(found.len()))?;
                    found.into_iter().nth(place)
                },
            )
        })
    }

    /// Instants: the first and last second of every window of the rulebook in hand, as it opens and
    /// closes for the well-formed cases, and the seconds beside; the first second of each ceiling and
    /// clause; midnights at the ends of months and at leap days; the ends of time; now and then any.
    pub fn instants(&self) -> impl Strategy<Value = Timestamp> + use<> {
        let starts = self.starts.iter();
        let mut all: Vec<Timestamp> = starts.flat_map(edges_of).collect();
        all.extend(self.bounds());
        let mut all: Vec<Timestamp> = all.into_iter().flat_map(inside_and_out).collect();
        all.sort_unstable();
        all.dedup();
        // Where the first case begins, first: what others shrink to.
        all.splice(0..0, self.starts.first().map(|one| one.now));
        let midnight = (days(), offsets(), -1_i64..=0)
            .prop_map(|(day, offset, by)| day.midnight(offset).saturating_add(by));
        let years = self.years();
        prop_oneof![
            6 => select(all),
            3 => midnight,
            1 => select(Vec::from([Timestamp::MIN, Timestamp::MAX])),
            2 => years.prop_filter_map("an instant", |at| Timestamp::from_unix_seconds(at).ok()),
        ]
    }

    /// Lengths of time in seconds: those of every window of the rulebook in hand and a second beside,
    /// and those of [`durations`](super::durations).
    pub fn durations(&self) -> impl Strategy<Value = i64> + use<> {
        let mut all: Vec<i64> = self.starts.iter().flat_map(lengths).collect();
        all.sort_unstable();
        all.dedup();
        let beside = all
            .into_iter()
            .flat_map(|length| [-1, 0, 1].map(|by| length.saturating_add(by)))
            .filter(|length| *length >= 0);
        let mut all = Vec::from([0]);
        all.extend(beside);
        prop_oneof![1 => super::time::durations(), 1 => select(all)]
    }

    /// The first instants of ceilings and clauses.
    fn bounds(&self) -> Vec<Timestamp> {
        let ceilings = self.laws.ceilings().entries().iter();
        let mut all: Vec<Timestamp> = ceilings.map(|one| one.value.from).collect();
        for edition in self.laws.editions() {
            let offset = edition.calendar().value.offset;
            for line in edition.lines() {
                let days = [Some(line.cite.since), line.cite.until];
                all.extend(days.into_iter().flatten().map(|day| day.midnight(offset)));
            }
        }
        all
    }

    /// From the first case to some years behind the last one, in seconds.
    fn years(&self) -> core::ops::RangeInclusive<i64> {
        let all = || self.starts.iter().map(|one| one.now.unix_seconds());
        let last = all().max().unwrap_or(0);
        let years = i64::from(5 * 365).saturating_mul(crate::model::time::SECONDS_PER_DAY);
        all().min().unwrap_or(0)..=last.saturating_add(years)
    }
}

/// The seconds beside an edge: the last on its one side and the first on its other.
fn inside_and_out(edge: Timestamp) -> [Timestamp; 2] {
    [edge.saturating_add(-1), edge]
}

/// The instants at which an answer about a case changes, asked as its commands are at its instant.
fn edges_of(one: &Situation) -> Vec<Timestamp> {
    let (law, case) = (one.law(), one.world.case());
    let mut all = all_edges(&one.world, &law);
    for command in every_command(&one.world, one.now, &law) {
        all.extend(edges(&case, &command, &law));
    }
    all
}

/// How far the edges of a case lie from what its windows are counted from: payments and both ends of
/// a certificate.
fn lengths(one: &Situation) -> Vec<i64> {
    let case = one.world.case();
    let anchors = [
        case.plan.map(ResourcePlan::bought_at),
        case.purchase.map(|own| own.bill().paid_at),
        case.instance
            .and_then(CertificateInstance::certificate)
            .map(|own| own.validity().not_before()),
        case.instance
            .and_then(CertificateInstance::certificate)
            .map(|own| own.validity().not_after()),
    ];
    let edges = edges_of(one);
    let anchors = anchors.into_iter().flatten();
    anchors
        .flat_map(|from| {
            let from = from.unix_seconds();
            let edges = edges.iter();
            edges.map(move |at| at.unix_seconds().saturating_sub(from).saturating_abs())
        })
        .collect()
}

/// From one of some beginnings on.
fn asked(starts: Vec<Situation>) -> impl Strategy<Value = (Situation, Command)> {
    let places = 0..starts.len();
    (places, list(cues(), 0..=MOST_STEPS), cues())
        .prop_filter_map("a command", move |(place, cues, last)| {
            starts.get(place)?.go_on(&cues, &last)
        })
}
