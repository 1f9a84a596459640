//! Strategies for [`proptest`]: every noun, command, case and timeline, valid and nearly valid.
//!
//! What is drawn keeps close to the boundaries, and shrinks to the simplest there is. What is nearly
//! valid breaks a single rule; its name begins with `nearly`.
//!
//! | For | Strategies |
//! |---|---|
//! | time | [`days`], [`month_ends`], [`leap_days`], [`offsets`], [`durations`]; by a rulebook [`Samples::instants`], [`Samples::durations`] |
//! | ids and texts | [`accounts`], [`instance_ids`], [`plan_ids`], [`purchase_ids`], [`chain_ids`], [`order_ids`], [`targets`], [`notes`]; [`nearly_ids`], [`nearly_notes`] |
//! | names and contacts | [`names`], [`single_names`], [`wildcard_names`], [`applicants`]; [`nearly_names`], [`nearly_applicants`] |
//! | what is sold | [`products`], [`payments`] |
//! | keys and certificates | [`keys`], [`requests`], [`submissions`], [`challenges`], [`certificates`]; [`nearly_keys`], [`nearly_requests`], [`nearly_certificates`] |
//! | what an account has | [`Samples::instances`], [`Samples::plans`], [`Samples::purchases`], [`Samples::chains`] |
//! | cases and commands | [`Samples::in_status`], [`Samples::situations`], [`Samples::asked`], [`commands`] |
//! | timelines | [`scripts`], [`cues`], [`laws_of`], [`starts`] |
//!
//! A [`Script`] is a timeline as a list of small numbers ([`Cue`]), which shrinks well: what they mean
//! is decided when it is played, from the world as it is then, so that most commands fit. Playing it
//! gives the [`Timeline`](super::Timeline), with names and dates. Its instants keep close to where
//! answers change: the first and last second of every window of the rulebook in hand, the ends of
//! months, leap days, the very ends of time.
//!
//! In a property of your own, a script is held against a law, or played and looked at. When it fails,
//! `proptest` shrinks the script, to a single cue if one is enough; and [`minimal`](super::minimal)
//! leaves out of the timeline that it became whatever is not needed, down to the seconds between two
//! steps. The [`Story`](super::Story) of that says more than the numbers do:
//!
//! ```
//! use cert_lifecycle::rulebook::Rulebook;
//! use cert_lifecycle::testing::laws::LawId;
//! use cert_lifecycle::testing::strategy::{laws_of, scripts, starts};
//! use cert_lifecycle::testing::{Core, Invariant, Laws, Story, Timeline, first_breach, minimal};
//! use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
//! use proptest::test_runner::{TestCaseError, TestRunner};
//!
//! let book = Rulebook::published();
//! let laws = Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone());
//! proptest!(ProptestConfig::with_cases(4), |(script in scripts(laws_of(&laws), starts(), 12))| {
//!     prop_assert_eq!(LawId::Conservation.hold_script(&script, &Core), Ok(()));
//! });
//!
//! // A promise that is not kept, and the shortest timeline that breaks it.
//! let promise = [Invariant {
//!     law: "our promise",
//!     check: |step| {
//!         let plan = step.after.plans().find(|plan| plan.remaining() < plan.total())?;
//!         Some(format!("{} has lost a unit", plan.id()))
//!     },
//! }];
//! let fails = |timeline: &Timeline| first_breach(&Core, timeline, &promise);
//! let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
//! let found = TestRunner::new(config).run(&scripts(laws_of(&laws), starts(), 40), |script| {
//!     let (timeline, _) = script.play(&Core, |_| {});
//!     if fails(&timeline).is_none() {
//!         return Ok(());
//!     }
//!     let shortest = minimal(&timeline, |fewer| fails(fewer).is_some()).timeline;
//!     let (_, breach) = fails(&shortest).ok_or_else(|| TestCaseError::fail("it fails no more"))?;
//!     assert_eq!(shortest.steps.len(), 2, "a plan is bought, and its unit set aside");
//!     Err(TestCaseError::fail(Story::of(&breach, &shortest, &Core).to_string()))
//! });
//! let told = found.expect_err("no unit was ever set aside").to_string();
//! assert!(told.contains("our promise does not hold: plan-"), "{told}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod begin;
mod content;
mod edges;
mod facts;
mod goods;
mod script;
mod shortened;
mod situation;
mod text;
mod time;
mod values;

pub use content::{Content, every_command};
pub use edges::{all_edges, edges};
pub use facts::{
    certificates, challenges, keys, nearly_certificates, nearly_keys, nearly_requests, requests,
    requests_for, submissions,
};
pub use goods::{payments, products};
pub use script::{Act, Cue, Script, Stage, When, cues, laws_of, scripts, starts};
pub use situation::{Samples, Situation, commands};
pub use text::{
    accounts, applicants, chain_ids, instance_ids, names, nearly_applicants, nearly_ids,
    nearly_names, nearly_notes, notes, order_ids, plan_ids, purchase_ids, single_names, targets,
    wildcard_names,
};
pub use time::{days, durations, leap_days, month_ends, offsets};
pub(super) use values::certificate;
