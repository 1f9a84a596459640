//! The small world as a model of `stateright`'s.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use cert_lifecycle::testing::Core;
use cert_lifecycle::testing::explore::{Move, SmallWorld, State};
use stateright::{Model, Property};

/// A state with what it is hashed by: the same 128 bits that the explorer keeps.
#[derive(Clone, Debug)]
pub struct Keyed {
    state: State,
    key: u128,
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Hash for Keyed {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.key.hash(hasher);
    }
}

thread_local! {
    /// The state whose moves are tried at the moment, so that it is copied once and not for each.
    static AT_HAND: RefCell<Option<Keyed>> = const { RefCell::new(None) };
}

pub struct Checked {
    small: SmallWorld,
}

impl Checked {
    pub fn of(small: SmallWorld) -> Self {
        Self { small }
    }

    fn keyed(&self, state: State) -> Keyed {
        Keyed {
            key: self.small.fingerprint(&state),
            state,
        }
    }
}

impl Model for Checked {
    type State = Keyed;
    type Action = Move;

    fn init_states(&self) -> Vec<Keyed> {
        vec![self.keyed(self.small.first())]
    }

    fn actions(&self, keyed: &Keyed, actions: &mut Vec<Move>) {
        actions.extend(self.small.moves(&keyed.state));
    }

    fn next_state(&self, keyed: &Keyed, action: Move) -> Option<Keyed> {
        AT_HAND.with_borrow_mut(|at_hand| {
            if at_hand.as_ref().is_none_or(|known| known.key != keyed.key) {
                *at_hand = Some(keyed.clone());
            }
            let known = at_hand.as_mut()?;
            let next = self.small.next_of(&Core, &mut known.state, &action)?;
            Some(self.keyed(next))
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("ledgers add up", |_, keyed: &Keyed| {
            keyed.state.world.plans().all(|plan| plan.balances())
        })]
    }
}
