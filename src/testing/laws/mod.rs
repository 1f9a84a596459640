//! The laws L1 to L12, and agreement with the second model, as checks: alone or together, over any machine and rulebook, in any test runner.
//!
//! [`check`] lives random timelines under the editions of a rulebook and holds every law against each
//! of their steps. What breaks a law comes back in a [`Report`], as the shortest timeline found that
//! still breaks it, with the law and what was seen in words; nothing panics, and the same seed gives
//! the same report. [`LawId::hold`] holds one law against one timeline.
//!
//! ```
//! use cert_lifecycle::rulebook::Rulebook;
//! use cert_lifecycle::testing::laws::{self, Config};
//!
//! let report = laws::check(&Rulebook::published(), &Config::default().cases(2).length(10));
//! report.assert_ok();
//! ```
//!
//! That a key has its answer again (L11), and that a store finds nothing of another account (L12), is
//! examined by [`store_suite`](super::store_suite); here is what is pure of these laws.

#![expect(
    clippy::result_large_err,
    reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
)]

mod advice;
mod again;
mod config;
mod conservation;
mod derived;
mod examine;
mod finality;
mod hosting;
mod isolation;
mod judge;
mod kit;
mod minimal;
mod own;
mod pinning;
mod refusals;
mod replay;
mod report;
mod totality;
mod windows;
mod words;

use core::fmt;
use std::boxed::Box;
use std::vec;
use std::vec::Vec;

pub use config::{Config, check};
pub use judge::Breach;
pub use own::first_story;
pub use report::{Examined, Report, Violation};

use super::machine::Machine;
use super::timeline::Timeline;
pub(in crate::testing) use judge::{Check, Held, hold};
pub(in crate::testing) use words::shown;

/// Declares the laws: name, number, sentence.
macro_rules! laws {
    ($($name:ident, $number:literal, $sentence:literal;)*) => {
        /// A law.
        ///
        /// ```
        /// use cert_lifecycle::testing::laws::LawId;
        /// assert_eq!(LawId::Conservation.number(), "L5");
        /// assert_eq!(LawId::ALL.len(), 13);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum LawId {
            $(#[doc = concat!($number, ": ", $sentence, ".")] $name,)*
        }

        impl LawId {
            /// Every law.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its number.
            #[must_use]
            pub const fn number(self) -> &'static str {
                match self {
                    $(Self::$name => $number,)*
                }
            }

            /// What it asks for, in a sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)*
                }
            }
        }
    };
}

laws! {
    Totality, "L1", "every case, command, instant and law gets events or a refusal";
    Purity, "L2", "the same arguments have the same answer";
    Replay, "L3", "each stream is the fold of its events";
    Refusals, "L4", "a refusal changes nothing, explains itself, and its way out is open";
    Conservation, "L5", "units and money are conserved";
    DerivedStatus, "L6", "what depends on time is computed, never stored";
    Hosting, "L7", "hosting goes member by member, in the order of purchase";
    Finality, "L8", "what ended stays so, and ids are never used again";
    Pinning, "L9", "what is bound to an edition stays bound to it";
    Windows, "L10", "a right exists inside its window at every instant, and outside at none";
    Idempotence, "L11", "a command counts once";
    Isolation, "L12", "what belongs to another account is not found";
    Twin, "twin", "a second model, written from the documents, says the same";
}

impl fmt::Display for LawId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.number(), self.sentence())
    }
}

impl LawId {
    /// What checks it, while one timeline is played.
    fn checks(self, machine: &dyn Machine) -> Vec<Box<dyn Check + '_>> {
        match self {
            Self::Totality => vec![Box::new(totality::Totality::default())],
            Self::Purity => vec![Box::new(replay::Purity)],
            Self::Replay => vec![Box::new(replay::Replay(machine))],
            Self::Refusals => vec![Box::new(refusals::Refusals), Box::new(advice::Advice)],
            Self::Conservation => vec![Box::new(conservation::Conservation::default())],
            Self::DerivedStatus => vec![Box::new(derived::Derived)],
            Self::Hosting => vec![Box::new(hosting::Hosting)],
            Self::Finality => vec![Box::new(finality::Finality)],
            Self::Pinning => vec![Box::new(pinning::Pinning)],
            Self::Windows => vec![Box::new(windows::Windows::default())],
            Self::Idempotence => vec![Box::new(again::Idempotence)],
            Self::Isolation => vec![Box::new(isolation::Isolation)],
            Self::Twin => vec![Box::new(super::twin::Twin::new())],
        }
    }

    /// Whether what it says of a step hangs on the steps that it saw before.
    const fn remembers(self) -> bool {
        matches!(self, Self::Conservation | Self::Twin)
    }

    /// Holds it against every step of a timeline, played over a machine.
    ///
    /// # Errors
    /// How it was broken first.
    pub fn hold(self, timeline: &Timeline, machine: &dyn Machine) -> Result<(), Breach> {
        let mut bench = examine::Bench::new(machine, &[self]);
        bench.play_timeline(timeline);
        bench.first().map_or(Ok(()), Err)
    }

    /// The same for a script, which becomes a timeline as it is played.
    ///
    /// # Errors
    /// How it was broken first.
    pub fn hold_script(
        self,
        script: &super::strategy::Script,
        machine: &dyn Machine,
    ) -> Result<(), Breach> {
        let mut bench = examine::Bench::new(machine, &[self]);
        bench.play_script(script);
        bench.first().map_or(Ok(()), Err)
    }
}
