//! Strategies for [`proptest`]: timelines and what they are made of.
//!
//! A [`Script`] is a timeline as a list of small numbers ([`Cue`]), which shrinks well: what they mean
//! is decided when it is played, from the world as it is then, so that most commands fit. Playing it
//! gives the [`Timeline`](super::Timeline), with names and dates. Its instants keep close to where
//! answers change: the first and last second of every window of the rulebook in hand, the ends of
//! months, leap days, the very ends of time.
//!
//! In a property of your own, a script is held against a law, or played and looked at; the
//! [`Story`](super::Story) of what it became says more than its numbers do when it fails:
//!
//! ```
//! use cert_lifecycle::rulebook::Rulebook;
//! use cert_lifecycle::testing::laws::LawId;
//! use cert_lifecycle::testing::strategy::{laws_of, scripts, starts};
//! use cert_lifecycle::testing::{Core, Laws, Story};
//! use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
//!
//! let book = Rulebook::published();
//! let laws = Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone());
//! proptest!(ProptestConfig::with_cases(4), |(script in scripts(laws_of(&laws), starts(), 12))| {
//!     prop_assert_eq!(LawId::Conservation.hold_script(&script, &Core), Ok(()));
//!
//!     let mut committed = 0;
//!     let (timeline, _) = script.play(&Core, |moment| committed += usize::from(moment.committed));
//!     let story = || Story::tell("a promise", "more happens than is asked", &timeline, &Core);
//!     prop_assert!(committed <= timeline.steps.len(), "{}", story());
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod content;
mod edges;
mod script;
mod values;

pub use content::{Content, every_command};
pub use edges::{all_edges, edges};
pub use script::{Act, Cue, Script, Stage, When, cues, laws_of, scripts, starts};
pub(super) use values::certificate;
