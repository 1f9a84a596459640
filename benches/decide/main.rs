//! What explaining costs: `decide` and `evolve` against a hand-written `match`, on one stream of
//! commands, in one process.
//!
//! Both sides are first compared command by command: permitted or refused, with which error, the
//! status after it, and the ledger. Only then are they timed, taking turns every few milliseconds, so
//! that a machine that slows down slows both. The figure that counts is the ratio; nothing asserts it.
//!
//! Run it with `cargo bench --bench decide`. A number of rounds may follow `--`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    clippy::match_same_arms,
    clippy::struct_excessive_bools,
    clippy::result_large_err,
    reason = "a measurement stops at the first thing that is wrong, and reads the clock; the yardstick is one plain match"
)]

mod handwritten;
mod stream;

use std::hint::black_box;
use std::time::{Duration, Instant};

use cert_lifecycle::lifecycle::{
    Case, Event, Events, Law, Refusal, RefusalKind, availability, decide, evolve_instance,
    evolve_plan, status,
};
use cert_lifecycle::model::{CertificateInstance, Channel, ResourcePlan, Site, Timestamp};
use cert_lifecycle::rulebook::{Edition, Rulebook};

use handwritten::{Code, Order, Plan, Rules};
use stream::{COMMANDS, PLANS, SLOTS, Step, Stream};

/// So many commands are decided by one side before it is the other's turn: enough that its state is
/// in the cache for most of them, as it would be if it ran alone.
const SLICE: usize = 100_000;

/// The state that one side folds its commands into.
struct Side<I, P> {
    slots: Vec<Option<I>>,
    plans: Vec<Option<P>>,
}

impl<I, P> Side<I, P> {
    fn new() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| None).collect(),
            plans: (0..PLANS).map(|_| None).collect(),
        }
    }
}

type Library = Side<CertificateInstance, ResourcePlan>;
type Yardstick = Side<Order, Plan>;

struct Bench {
    book: Rulebook,
    editions: Vec<Edition>,
    rules: Vec<(Timestamp, Rules)>,
    stream: Stream,
}

impl Bench {
    fn new() -> Self {
        let book = Rulebook::published();
        let mid = "2021-10-01T00:00:00Z".parse().unwrap();
        let editions = vec![
            book.edition("2021-02-api").unwrap(),
            book.as_of(mid, Site::Cn, Channel::Api).unwrap(),
            book.edition("2023-api").unwrap(),
            book.edition("2025-12-api").unwrap(),
        ];
        let rules: Vec<(Timestamp, Rules)> = editions
            .iter()
            .enumerate()
            .map(|(place, edition)| {
                let rules = Rules {
                    digest: edition.digest(),
                    single_consumes_on_submission: place >= 2,
                    return_days: if place >= 2 { 28 } else { 30 },
                    return_to_the_second: place >= 2,
                    cancels_pending: place >= 3,
                    limits_revocations: place >= 2,
                    file_proves_wildcard: place == 0,
                };
                let offset = edition.calendar().value.offset;
                (edition.point().day.midnight(offset), rules)
            })
            .collect();
        let stream = stream::generate(&rules, book.ceilings());
        Self {
            book,
            editions,
            rules,
            stream,
        }
    }

    fn law(&self, step: &Step) -> Law<'_> {
        Law {
            money: &self.editions[usize::from(step.pinned)],
            application: &self.editions[usize::from(step.pinned)],
            conduct: &self.editions[usize::from(step.in_force)],
            ceilings: self.book.ceilings(),
        }
    }

    fn by_library<T>(
        &self,
        side: &mut Library,
        step: &Step,
        look: impl FnOnce(&Result<Events, Refusal>) -> T,
    ) -> T {
        let instance = &mut side.slots[usize::try_from(step.slot).unwrap()];
        let plan = &mut side.plans[usize::from(step.plan)];
        if step.fresh {
            *instance = None;
        }
        let case = Case {
            instance: instance.as_ref(),
            plan: plan.as_ref(),
            ..Case::new(self.stream.accounts[usize::from(step.account)])
        };
        let decided = decide(&case, &step.command, step.at, &self.law(step));
        if let Ok(events) = &decided {
            for event in events {
                match event {
                    Event::Instance { id, event } => evolve_instance(instance, *id, event),
                    Event::Plan { id, event } => evolve_plan(plan, *id, event),
                    // The stream has plans and what is applied for with them.
                    Event::Chain { .. } | Event::Purchase { .. } => {}
                }
            }
        }
        look(&decided)
    }

    fn by_hand(&self, side: &mut Yardstick, step: &Step) -> Result<(), Code> {
        let slot = &mut side.slots[usize::try_from(step.slot).unwrap()];
        if step.fresh {
            *slot = None;
        }
        handwritten::apply(
            slot,
            &mut side.plans[usize::from(step.plan)],
            self.stream.accounts[usize::from(step.account)],
            &step.command,
            step.at,
            &self.rules[usize::from(step.pinned)].1,
            &self.rules[usize::from(step.in_force)].1,
        )
    }

    /// Compares both sides on every command, and counts the refusals.
    fn compare(&self) -> (usize, Library) {
        let (mut library, mut yardstick) = (Library::new(), Yardstick::new());
        let mut refused = 0_usize;
        for (number, step) in self.stream.steps.iter().enumerate() {
            let ours = self.by_library(&mut library, step, |decided| decided.clone().map(drop));
            let theirs = self.by_hand(&mut yardstick, step);
            refused += usize::from(ours.is_err());
            let code = ours.as_ref().err().map(|refusal| code_of(refusal.kind()));
            assert!(
                code == theirs.err(),
                "command {number} {:?}: the library says {ours:?}, the yardstick {theirs:?}",
                step.command
            );
            let slot = usize::try_from(step.slot).unwrap();
            let (instance, order) = (&library.slots[slot], &yardstick.slots[slot]);
            assert!(
                same_order(instance.as_ref(), order.as_ref(), step.at, &self.law(step)),
                "command {number} {:?}: {instance:#?} differs from {order:#?}",
                step.command
            );
            let plan = usize::from(step.plan);
            let (ours, theirs) = (&library.plans[plan], &yardstick.plans[plan]);
            assert!(
                same_ledger(ours.as_ref(), theirs.as_ref()),
                "command {number} {:?}: {ours:#?} differs from {theirs:#?}",
                step.command
            );
        }
        (refused, library)
    }

    /// One round over the whole stream: both sides take turns, slice by slice. Gives what each slice
    /// took the library and the yardstick.
    fn round(&self) -> Vec<(Duration, Duration)> {
        let (mut library, mut yardstick) = (Library::new(), Yardstick::new());
        let mut by_library = |slice: &[Step]| {
            let begun = Instant::now();
            for step in slice {
                self.by_library(&mut library, step, |decided| {
                    black_box(decided);
                });
            }
            begun.elapsed()
        };
        let mut by_hand = |slice: &[Step]| {
            let begun = Instant::now();
            for step in slice {
                black_box(&self.by_hand(&mut yardstick, step));
            }
            begun.elapsed()
        };
        let mut turn = |(number, slice): (usize, &[Step])| {
            // Whoever comes first brings the slice into the cache.
            if number.is_multiple_of(2) {
                let ours = by_library(slice);
                (ours, by_hand(slice))
            } else {
                let theirs = by_hand(slice);
                (by_library(slice), theirs)
            }
        };
        let slices = self.stream.steps.chunks(SLICE).enumerate();
        slices.map(&mut turn).collect()
    }

    /// What both sides pay for walking through the stream.
    fn time_stream(&self) -> Duration {
        let begun = Instant::now();
        for step in &self.stream.steps {
            black_box((step.at, step.slot, step.command.kind()));
        }
        begun.elapsed()
    }
}

const fn code_of(kind: RefusalKind) -> Code {
    match kind {
        RefusalKind::PlanNotFound => Code::NotFoundPackage,
        RefusalKind::QuotaExhausted => Code::NotRemainCount,
        RefusalKind::OrderNotFound => Code::NotFoundOrder,
        RefusalKind::State => Code::OrderStateError,
        RefusalKind::Application => Code::CreateFailed,
        RefusalKind::CaAnswer => Code::CaAnswer,
        RefusalKind::Misuse => Code::Misuse,
    }
}

fn same_order(
    instance: Option<&CertificateInstance>,
    order: Option<&Order>,
    now: Timestamp,
    law: &Law<'_>,
) -> bool {
    match (instance, order) {
        (None, None) => true,
        (Some(instance), Some(order)) => {
            instance.id() == order.instance
                && instance.order() == order.id
                && instance.hold().unwrap().plan == order.plan
                && instance.hold().unwrap().state == order.unit
                && status(&Case::of(instance), now, law.conduct) == Some(order.status(now))
                && instance.orphans() == order.orphans
                && instance.application().is_none_or(|application| {
                    application.submitted_at().unix_seconds() == order.submitted_at
                })
                && instance
                    .live()
                    .is_none_or(|live| live.noticed_at().is_some() == order.noticed)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn same_ledger(ours: Option<&ResourcePlan>, theirs: Option<&Plan>) -> bool {
    match (ours, theirs) {
        (None, None) => true,
        (Some(ours), Some(theirs)) => {
            ours.total() == theirs.total
                && ours.reserved() == theirs.reserved
                && ours.settled() == theirs.settled
                && ours.issued() == theirs.issued
                && ours.revocations() == theirs.revocations
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Nanoseconds per command of both sides.
fn per_command(slices: &[(Duration, Duration)]) -> (f64, f64) {
    let each =
        |time: Duration| time.as_secs_f64() * 1e9 / f64::from(u32::try_from(COMMANDS).unwrap());
    let ours = slices.iter().map(|slice| slice.0).sum();
    let theirs = slices.iter().map(|slice| slice.1).sum();
    (each(ours), each(theirs))
}

/// Smallest, middle and largest.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (
        values[0],
        values[values.len() / 2],
        values[values.len() - 1],
    )
}

fn main() {
    let rounds = std::env::args()
        .find_map(|word| word.parse::<usize>().ok())
        .unwrap_or(15)
        .max(1);
    eprintln!("making {COMMANDS} commands over {SLOTS} slots and {PLANS} plans ...");
    let bench = Bench::new();
    eprintln!("comparing both sides, command by command ...");
    let (refused, end) = bench.compare();
    let share = f64::from(u32::try_from(refused).unwrap())
        / f64::from(u32::try_from(COMMANDS).unwrap())
        * 100.0;
    println!("commands   {COMMANDS}, of which {refused} refused ({share:.1} %)");
    println!("outcomes   equal on every command: error, status, unit, ledger");

    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut least = vec![(Duration::MAX, Duration::MAX); COMMANDS.div_ceil(SLICE)];
    for round in 1..=rounds {
        let slices = bench.round();
        let (library, yardstick) = per_command(&slices);
        eprintln!("round {round:2} of {rounds}: {library:6.1} ns against {yardstick:6.1} ns");
        ours.push(library);
        theirs.push(yardstick);
        ratios.push(library / yardstick);
        for (least, slice) in least.iter_mut().zip(slices) {
            *least = (least.0.min(slice.0), least.1.min(slice.1));
        }
    }
    let line = |name: &str, (least, middle, most): (f64, f64, f64), unit: &str| {
        println!("{name} {middle:7.2}{unit} (from {least:.2} to {most:.2})");
    };
    line("library    decide + evolve  ", spread(ours), " ns/command");
    line(
        "yardstick  plain match      ",
        spread(theirs),
        " ns/command",
    );
    line(
        "ratio      of each round    ",
        spread(ratios),
        "x          ",
    );
    // On a busy machine the least disturbed run of each slice says more than the median.
    let (library, yardstick) = per_command(&least);
    let ratio = library / yardstick;
    println!("undisturbed {library:6.1} ns against {yardstick:.1} ns, ratio {ratio:.2}x");
    let (floor, _) = per_command(&[(bench.time_stream(), Duration::ZERO)]);
    println!("included   on both sides, reading the stream: {floor:.2} ns/command");
    questions(&bench, &end);
}

/// For information: what the questions cost, on the state at the end of the stream.
fn questions(bench: &Bench, end: &Library) {
    let calls = bench.stream.steps.len() / 10;
    let steps = &bench.stream.steps[..calls];
    let mut of_status = Vec::new();
    let mut of_availability = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        for step in steps {
            let slot = usize::try_from(step.slot).unwrap();
            if let Some(instance) = &end.slots[slot] {
                black_box(status(
                    &Case::of(instance),
                    step.at,
                    bench.law(step).conduct,
                ));
            }
        }
        of_status.push(begun.elapsed());
        let begun = Instant::now();
        for step in steps {
            let slot = usize::try_from(step.slot).unwrap();
            let case = Case {
                instance: end.slots[slot].as_ref(),
                plan: end.plans[usize::from(step.plan)].as_ref(),
                ..Case::new(bench.stream.accounts[usize::from(step.account)])
            };
            black_box(availability(
                &case,
                &step.command,
                step.at,
                &bench.law(step),
            ));
        }
        of_availability.push(begun.elapsed());
    }
    for (name, mut times) in [("status", of_status), ("availability", of_availability)] {
        times.sort_unstable();
        let each = times[2].as_secs_f64() * 1e9 / f64::from(u32::try_from(calls).unwrap());
        println!("{name:12} {each:5.1} ns/call");
    }
}
