//! The second model and the machine as one state machine: each command is drawn when both know what
//! came of the last, and what fails is shrunk command by command.
#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

mod support;

use std::sync::OnceLock;

use cert_lifecycle::model::Day;
use cert_lifecycle::rulebook::{Edition, Rulebook};
use cert_lifecycle::testing::strategy::{Cue, Stage, cues, starts};
use cert_lifecycle::testing::twin::Twin;
use cert_lifecycle::testing::{Core, Laws};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use support::cases::cases;
use support::streams::{ceilings, variants};

/// Every published edition with two others, and the editions that nobody published.
fn worlds() -> &'static [Laws] {
    static WORLDS: OnceLock<Vec<Laws>> = OnceLock::new();
    WORLDS.get_or_init(|| {
        let book = Rulebook::published();
        let resolved = book.points().iter();
        let resolved = resolved.filter_map(|point| book.edition(point.key.as_str()).ok());
        let all: Vec<Edition> = resolved.collect();
        let places = 0..all.len();
        let three = places.map(|place| {
            let some = [0, 1, 5].map(|by| all[(place + by) % all.len()].clone());
            Laws::new(some.to_vec(), ceilings().clone())
        });
        let own = Laws::new(variants().to_vec(), ceilings().clone());
        std::iter::once(own).chain(three).collect()
    })
}

/// Where a test begins. The model itself stands beside the machine: what a cue means hangs on both.
#[derive(Clone, Debug)]
struct Begins {
    world: usize,
    start: Day,
}

struct Documents;

impl ReferenceStateMachine for Documents {
    type State = Begins;
    type Transition = Cue;

    fn init_state() -> BoxedStrategy<Begins> {
        let begins = (0..worlds().len(), starts());
        begins
            .prop_map(|(world, start)| Begins { world, start })
            .boxed()
    }

    fn transitions(_: &Begins) -> BoxedStrategy<Cue> {
        cues().boxed()
    }

    fn apply(state: Begins, _: &Cue) -> Begins {
        state
    }
}

struct Beside;

impl StateMachineTest for Beside {
    type SystemUnderTest = (Stage<'static>, Twin);
    type Reference = Documents;

    fn init_test(begins: &Begins) -> Self::SystemUnderTest {
        let laws = &worlds()[begins.world];
        (Stage::new(&Core, laws, begins.start), Twin::new())
    }

    fn apply(
        (mut stage, mut twin): Self::SystemUnderTest,
        _: &Begins,
        cue: Cue,
    ) -> Self::SystemUnderTest {
        let step = stage.play(&cue, &mut |moment| {
            if moment.proper
                && let Err(words) = twin.see(moment)
            {
                panic!("{words}");
            }
        });
        assert!(step.is_some());
        (stage, twin)
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig {
        cases: cases(400),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Some ten thousand steps; millions in `tests/wide.sh`.
    #[test]
    fn the_twin_agrees_step_by_step(sequential 1..120 => Beside);
}
