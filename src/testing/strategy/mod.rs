//! Strategies for [`proptest`]: timelines and what they are made of.
//!
//! A [`Script`] is a timeline as a list of small numbers ([`Cue`]), which shrinks well: what they mean
//! is decided when it is played, from the world as it is then, so that most commands fit. Playing it
//! gives the [`Timeline`](super::Timeline), with names and dates. Its instants keep close to where
//! answers change: the first and last second of every window of the rulebook in hand, the ends of
//! months, leap days, the very ends of time.

mod content;
mod edges;
mod script;
mod values;

pub use content::{Content, every_command};
pub use edges::{all_edges, edges};
pub use script::{Act, Cue, Script, Stage, When, cues, laws_of, scripts, starts};
pub(super) use values::certificate;
