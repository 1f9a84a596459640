//! Planted faults: each is found, and by a story that can't be shorter.

use cert_lifecycle::lifecycle::CommandKind;
use cert_lifecycle::model::ValidationClass;
use cert_lifecycle::testing::explore::{Explorer, Size};
use cert_lifecycle::testing::{Core, INVARIANTS, Machine, first_breach};

use crate::faulty::{ClosesEarly, RevivesDeleted};
use crate::machines::LosesReturns;
use crate::{UNIT, world};

/// The law, and the commands of the story.
fn found(machine: &dyn Machine, symmetry: bool) -> (&'static str, Vec<CommandKind>) {
    let size = Size { turns: 2, ..UNIT };
    let small = world(&["2021-02-api"], ValidationClass::Dv, size);
    let mut explorer = Explorer::new(&small).of(machine);
    if !symmetry {
        explorer = explorer.without_symmetry();
    }
    let report = explorer.run();
    let found = report
        .counterexample()
        .unwrap_or_else(|| panic!("{report}"));
    // The core has no such fault.
    assert_eq!(first_breach(&Core, &found.timeline, &INVARIANTS), None);
    assert_eq!(found.story.law(), found.breach.law);
    let steps = found.timeline.steps.iter();
    (
        found.breach.law,
        steps.map(|step| step.command.kind()).collect(),
    )
}

#[test]
fn a_ledger_move_that_is_dropped_is_found() {
    use CommandKind::{BuyPlan, Delete, Draw};
    for symmetry in [true, false] {
        let (law, steps) = found(&LosesReturns, symmetry);
        assert_eq!((law, steps), ("L3", vec![BuyPlan, Draw, Delete]));
    }
}

#[test]
fn a_way_out_of_deleted_is_found() {
    for symmetry in [true, false] {
        let (law, steps) = found(&RevivesDeleted, symmetry);
        assert_eq!(law, "L3");
        assert_eq!(steps.last(), Some(&CommandKind::Approve));
        assert_eq!(steps.len(), 5, "{steps:?}");
    }
}

#[test]
fn a_window_that_closes_a_second_early_is_found() {
    for symmetry in [true, false] {
        let (law, steps) = found(&ClosesEarly, symmetry);
        // A certificate that expires is the first thing with an end.
        assert_eq!((law, steps.len()), ("L10", 6), "{steps:?}");
        assert_eq!(steps.last(), Some(&CommandKind::RequestRevocation));
    }
}
