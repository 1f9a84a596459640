//! A search without fingerprints, levels, threads and bytes, to compare with.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use cert_lifecycle::lifecycle::{CommandKind, World, decide};
use cert_lifecycle::model::{Timestamp, ValidationClass};
use cert_lifecycle::testing::Core;
use cert_lifecycle::testing::explore::{Ending, Explorer, Move, Size, SmallWorld, State};

use crate::{CHAIN, SLOTS, UNIT, world};

/// What becomes of a move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Waits(Timestamp),
    Refused(CommandKind, String),
    Happens(CommandKind, String),
}

/// Every state, with what its moves lead to.
struct Graph {
    states: Vec<State>,
    edges: Vec<Vec<(Outcome, usize)>>,
}

impl Graph {
    fn of(small: &SmallWorld) -> Self {
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut graph = Self {
            states: vec![small.first()],
            edges: Vec::new(),
        };
        known.insert(format!("{:?}", small.first()), 0);
        let mut waiting = VecDeque::from([0]);
        while let Some(at) = waiting.pop_front() {
            let state = graph.states[at].clone();
            let mut edges = Vec::new();
            for next in small.moves(&state) {
                let outcome = outcome(small, &state, &next);
                let Some(after) = small.next(&Core, &state, &next) else {
                    edges.push((outcome, at));
                    continue;
                };
                let count = graph.states.len();
                let number = *known.entry(format!("{after:?}")).or_insert_with(|| {
                    graph.states.push(after);
                    waiting.push_back(count);
                    count
                });
                edges.push((outcome, number));
            }
            graph.edges.push(edges);
        }
        graph
    }

    fn transitions(&self) -> u64 {
        let leads = |(outcome, _): &&(Outcome, usize)| !matches!(outcome, Outcome::Refused(..));
        let all = self.edges.iter().flatten().filter(leads).count();
        u64::try_from(all).unwrap()
    }

    fn refusals(&self) -> u64 {
        let refused = |(outcome, _): &&(Outcome, usize)| matches!(outcome, Outcome::Refused(..));
        let all = self.edges.iter().flatten().filter(refused).count();
        u64::try_from(all).unwrap()
    }
}

fn outcome(small: &SmallWorld, state: &State, next: &Move) -> Outcome {
    let step = match next {
        Move::Wait(at) => return Outcome::Waits(*at),
        Move::Ask(step) => step,
    };
    let mut world: World = state.world.clone();
    world.look_at(step.about);
    world.set_other(step.other);
    world.choose_plan(step.plan);
    let kind = step.command.kind();
    let conduct = &small.laws().editions()[step.conduct];
    let law = small.laws().law(&world.case(), Some(kind), conduct);
    let case = world.case_for(&step.command, step.at, &law);
    match decide(&case, &step.command, step.at, &law) {
        Ok(events) => Outcome::Happens(kind, format!("{:?}", events.rules())),
        Err(refusal) => Outcome::Refused(kind, refusal.to_string()),
    }
}

const WORLDS: [(&str, &[&str], ValidationClass, Size); 3] = [
    ("a unit", &["2021-02-api"], ValidationClass::Ov, UNIT),
    ("slots", &["2022-hosting"], ValidationClass::Dv, SLOTS),
    ("a chain", &["2022-hosting"], ValidationClass::Dv, CHAIN),
];

#[test]
fn it_finds_as_many_states_as_a_naive_search() {
    for (name, editions, class, size) in WORLDS {
        let small = world(editions, class, size);
        let graph = Graph::of(&small);
        let report = Explorer::new(&small).without_symmetry().run();
        assert!(
            matches!(report.ending, Ending::Exhausted),
            "{name}: {report}"
        );
        let found = (report.states, report.transitions, report.refusals);
        let states = u64::try_from(graph.states.len()).unwrap();
        let known = (states, graph.transitions(), graph.refusals());
        assert_eq!(found, known, "{name}");
        assert!(states > 70, "{name}: {states}");
    }
}

/// Symmetry is sound if every state of a class can do the same, and comes to the same classes.
#[test]
fn states_of_a_class_have_the_same_future() {
    for (name, editions, class, size) in WORLDS {
        let small = world(editions, class, size);
        let graph = Graph::of(&small);
        let classes: Vec<u128> = graph
            .states
            .iter()
            .map(|state| small.class_fingerprint(state))
            .collect();
        let mut futures: BTreeMap<u128, BTreeSet<(Outcome, u128)>> = BTreeMap::new();
        for (own, edges) in classes.iter().zip(&graph.edges) {
            let future: BTreeSet<(Outcome, u128)> = edges
                .iter()
                .map(|(outcome, to)| (outcome.clone(), classes[*to]))
                .collect();
            match futures.get(own) {
                None => {
                    futures.insert(*own, future);
                }
                Some(known) => assert_eq!(*known, future, "{name}"),
            }
        }
        let report = Explorer::new(&small).run();
        assert!(
            matches!(report.ending, Ending::Exhausted),
            "{name}: {report}"
        );
        let count = u64::try_from(futures.len()).unwrap();
        assert_eq!(report.states, count, "{name}");
        let states = u64::try_from(graph.states.len()).unwrap();
        // In a single chain no two things are alike.
        let fewer = name == "a chain" || count < states;
        assert!(fewer, "{name}: {count} classes of {states} states");
    }
}

#[test]
fn symmetry_hides_no_cell() {
    for (name, editions, class, size) in WORLDS {
        let small = world(editions, class, size);
        let all = Explorer::new(&small).without_symmetry().run();
        let classes = Explorer::new(&small).run();
        assert_eq!(all.cells, classes.cells, "{name}");
        assert_eq!(all.until, classes.until, "{name}");
    }
}

/// Time moves on to the last second before a bound and the first from it on, and nowhere else.
#[test]
fn time_goes_from_boundary_to_boundary() {
    let small = world(&["2021-02-api"], ValidationClass::Dv, UNIT);
    let first = small.first();
    let waits = |state: &State| -> Vec<Timestamp> {
        let moves = small.moves(state).into_iter();
        moves
            .filter_map(|one| match one {
                Move::Wait(at) => Some(at),
                Move::Ask(_) => None,
            })
            .collect()
    };
    assert_eq!(waits(&first), []);
    let mut state = first;
    for kind in [
        CommandKind::BuyPlan,
        CommandKind::Submit,
        CommandKind::ReceiveChallenge,
        CommandKind::ConfirmDomain,
        CommandKind::Approve,
    ] {
        let mut moves = small.moves(&state).into_iter();
        let wanted = |one: &Move| matches!(one, Move::Ask(step) if step.command.kind() == kind);
        let next = moves.find(wanted).unwrap();
        state = small.next(&Core, &state, &next).unwrap();
    }
    let shown: Vec<String> = waits(&state).iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            // The return of the unit: 30 days, to the end of the last.
            "2021-03-29T15:59:59Z",
            "2021-03-29T16:00:00Z",
            // A later clause changes what may be done with it.
            "2021-05-06T15:59:59Z",
            "2021-05-06T16:00:00Z",
            // The notice: the last 30 days, from the beginning of the first.
            "2022-01-27T15:59:59Z",
            "2022-01-27T16:00:00Z",
            // The expiry.
            "2022-02-27T02:00:29Z",
            "2022-02-27T02:00:30Z",
        ]
    );
}

/// A second edition comes into force in the middle of the world.
#[test]
fn the_next_edition_comes_into_force_on_its_day() {
    let small = world(
        &["2021-02-api", "2022-hosting"],
        ValidationClass::Dv,
        Size {
            plans: 1,
            units: 1,
            turns: 1,
            ..Size::NOTHING
        },
    );
    let first = small.first();
    let begins = small.laws().editions()[1].point().day;
    let offset = small.laws().editions()[1].calendar().value.offset;
    let at = begins.midnight(offset);
    let conduct = |state: &State| {
        let mut asked = small.moves(state).into_iter().filter_map(|one| match one {
            Move::Ask(step) => Some(step.conduct),
            Move::Wait(_) => None,
        });
        asked.next().unwrap()
    };
    assert_eq!(conduct(&first), 0);
    for (at, wanted) in [(at.saturating_add(-1), 0), (at, 1)] {
        assert!(small.moves(&first).contains(&Move::Wait(at)));
        let later = small.next(&Core, &first, &Move::Wait(at)).unwrap();
        assert_eq!(conduct(&later), wanted);
    }
}
