//! Lists that are drawn long and shrink to a single element: `proptest`'s own keep the length that
//! they have to be drawn with.

use core::fmt::Debug;
use std::vec::Vec;

use proptest::collection::vec as list;
use proptest::prelude::{Just, Strategy};
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::TestRunner;

/// Lists of `least` to `most` elements, which shrink to one.
#[derive(Clone, Debug)]
pub(super) struct Shortened<S> {
    pub(super) element: S,
    pub(super) least: usize,
    pub(super) most: usize,
}

impl<S: Strategy> Strategy for Shortened<S> {
    type Tree = Shorter<S::Tree>;
    type Value = Vec<S::Value>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        // Lengths are drawn as `proptest` draws them, so that a seed means what it meant with its lists.
        let length = list(Just(()), self.least..=self.most).new_tree(runner)?;
        let elements: Result<Vec<S::Tree>, _> = length
            .current()
            .iter()
            .map(|()| self.element.new_tree(runner))
            .collect();
        let elements = elements?;
        let block = elements.len().div_euclid(2);
        Ok(Shorter {
            until: elements.len(),
            elements,
            block,
            simpler: 0,
            last: Last::Nothing,
        })
    }
}

/// A list while it shrinks: blocks are left out from the end on, first halves and in the end single
/// elements; then each that is left gets simpler.
///
/// Few tries are needed so for what fails early, and `proptest` grants few: four for each case.
#[derive(Clone, Debug)]
pub(super) struct Shorter<T> {
    elements: Vec<T>,
    /// So many are left out at once; 0 once single ones were tried.
    block: usize,
    /// The block that is tried next ends here.
    until: usize,
    /// The element that gets simpler next.
    simpler: usize,
    last: Last<T>,
}

/// What was done last, and can be undone.
#[derive(Clone, Debug)]
enum Last<T> {
    Nothing,
    /// Elements were left out from a place on.
    LeftOut(usize, Vec<T>),
    /// An element got simpler.
    Simpler(usize),
}

impl<T> Shorter<T> {
    /// Leaves the next block out. Whether there was one; one element is kept.
    fn leave_out(&mut self) -> bool {
        while self.block > 0 {
            let until = self.until.min(self.elements.len());
            if until == 0 {
                self.block = self.block.div_euclid(2);
                self.until = self.elements.len();
                continue;
            }
            let from = until.saturating_sub(self.block);
            self.until = from;
            if until.saturating_sub(from) < self.elements.len() {
                let out = self.elements.drain(from..until).collect();
                self.last = Last::LeftOut(from, out);
                return true;
            }
        }
        false
    }
}

impl<T: ValueTree<Value: Debug>> ValueTree for Shorter<T> {
    type Value = Vec<T::Value>;

    fn current(&self) -> Self::Value {
        self.elements.iter().map(ValueTree::current).collect()
    }

    fn simplify(&mut self) -> bool {
        if self.leave_out() {
            return true;
        }
        while let Some(element) = self.elements.get_mut(self.simpler) {
            if element.simplify() {
                self.last = Last::Simpler(self.simpler);
                return true;
            }
            self.simpler = self.simpler.saturating_add(1);
        }
        self.last = Last::Nothing;
        false
    }

    fn complicate(&mut self) -> bool {
        match core::mem::replace(&mut self.last, Last::Nothing) {
            Last::Nothing => false,
            Last::LeftOut(from, out) => {
                let _ = self.elements.splice(from..from, out);
                true
            }
            Last::Simpler(place) => {
                let element = self.elements.get_mut(place);
                let again = element.is_some_and(ValueTree::complicate);
                if again {
                    self.last = Last::Simpler(place);
                }
                again
            }
        }
    }
}
