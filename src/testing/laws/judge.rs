//! What a law is for the machinery: something that sees every step of a timeline.

use core::fmt;
use std::string::String;

use super::LawId;
use crate::testing::play::{Ending, Moment};

/// How a law was broken, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The law.
    pub law: LawId,
    /// What should have been and what was.
    pub words: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.words)
    }
}

/// Whether it held; if not, what was seen.
pub(in crate::testing) type Held = Result<(), String>;

/// A law while a timeline is played. It keeps what it has to remember.
pub(in crate::testing) trait Check {
    /// Sees a step under the law that its case is bound to.
    fn see(&mut self, moment: &Moment<'_>) -> Held;

    /// Sees the end.
    fn end(&mut self, ending: &Ending) -> Held {
        let _ = ending;
        Ok(())
    }
}

/// Ends a check if something does not hold.
macro_rules! hold {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(std::format!($($words)+));
        }
    };
}

/// What is there, or the end of the check.
macro_rules! there {
    ($found:expr, $($words:tt)+) => {
        match $found {
            Some(found) => found,
            None => return Err(std::format!($($words)+)),
        }
    };
}

pub(in crate::testing) use hold;
pub(super) use there;
