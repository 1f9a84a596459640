//! Commands as JSON lines: a timeline that can be written down, sent and replayed.
//!
//! ```
//! use cert_lifecycle::codec::command::{Focus, Step, decode_step, encode_step};
//! use cert_lifecycle::lifecycle::Command;
//! use cert_lifecycle::model::{AccountId, InstanceId, RevocationReason};
//! let step = Step {
//!     at: "2021-03-31T23:59:59+08:00".parse()?,
//!     account: AccountId::new("tom")?,
//!     on: Focus::instance(InstanceId::new("i-1")?),
//!     command: Command::RequestRevocation { reason: RevocationReason::Superseded },
//! };
//! let text = encode_step(&step);
//! assert_eq!(
//!     text,
//!     r#"{"v":1,"type":"command.request-revocation","at":"2021-03-31T15:59:59Z","account":"tom","on":{"instance":"i-1"},"reason":"superseded"}"#
//! );
//! assert_eq!(decode_step(&text)?, step);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The form
//! One compact object a line, in the forms of [`stored`](super::stored#the-form): the same ids,
//! instants, applicants, requests and certificates, read as strictly, and with the same promises.
//! [`SCHEMA`] describes it all as JSON Schema 2020-12; a test holds the two against each other.
//!
//! | Field | What it says |
//! |---|---|
//! | `v`, `type` | the version, and which command: `command.` and a word |
//! | `at` | when it is asked |
//! | `account` | who asks |
//! | `on` | what it is asked of ([`Focus`]); absent where it begins something new without a plan |
//! | the others | what the command carries |
//!
//! # Limits
//! At most [`MAX_STEP_BYTES`] and [`MAX_QUESTION_BYTES`] are read.

mod form;

use alloc::string::String;
use alloc::vec::Vec;

use super::stored::event::{read, write};
use super::stored::form::Form;
use super::stored::{MAX_EVENT_BYTES, StoredError};
use crate::lifecycle::{Command, Event};
use crate::model::{AccountId, InstanceId, PlanId, Timestamp};

/// The most bytes of a step that are read: what a command carries stands in one event.
pub const MAX_STEP_BYTES: usize = MAX_EVENT_BYTES;
/// The most bytes of a question that are read: a few certificates with their chains.
pub const MAX_QUESTION_BYTES: usize = 8_388_608;
/// The form of steps and questions as JSON Schema 2020-12.
///
/// ```
/// use cert_lifecycle::codec::command::SCHEMA;
/// assert!(SCHEMA.contains("https://json-schema.org/draft/2020-12/schema"));
/// ```
pub const SCHEMA: &str = include_str!("schema.json");

/// What a command is asked of. What it names and does not exist is not found.
///
/// A replay lets [`BuyPlan`](Command::BuyPlan), [`Buy`](Command::Buy) and [`Upload`](Command::Upload)
/// look at nothing: what begins something new is judged by nothing that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Focus {
    /// The instance.
    pub instance: Option<InstanceId>,
    /// The plan: what a submission draws from, or whose money is claimed back. An instance that holds
    /// a unit comes with the plan of that unit.
    pub plan: Option<PlanId>,
    /// The second instance: the one that the first is merged into.
    pub other: Option<InstanceId>,
}

impl Focus {
    /// Nothing.
    pub const NOTHING: Self = Self {
        instance: None,
        plan: None,
        other: None,
    };

    /// One instance, and what belongs to it.
    #[must_use]
    pub const fn instance(instance: InstanceId) -> Self {
        let mut focus = Self::NOTHING;
        focus.instance = Some(instance);
        focus
    }

    /// One plan.
    #[must_use]
    pub const fn plan(plan: PlanId) -> Self {
        let mut focus = Self::NOTHING;
        focus.plan = Some(plan);
        focus
    }
}

/// A step of a timeline: who asks what, when, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub account: AccountId,
    /// Of what.
    pub on: Focus,
    /// What.
    pub command: Command,
}

/// A case, as the events that led to it, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What happened before, in order, in the form that stores keep it in.
    pub events: Vec<Event>,
    /// What is asked.
    pub step: Step,
}

/// A step as a text of one line.
#[must_use]
pub fn encode_step(step: &Step) -> String {
    write(step, Step::write)
}

/// The step of a text.
///
/// # Errors
/// [`StoredError`]: the first thing that is wrong, and where; what it shows of the text is said there.
///
/// ```
/// use cert_lifecycle::codec::command::decode_step;
/// let line = r#"{"v":1,"type":"command.withdraw","at":"2021-03-01T00:00:00Z","on":{"instance":"i-1"}}"#;
/// assert_eq!(decode_step(line).unwrap_err().to_string(), "account: the field is missing");
/// ```
pub fn decode_step(text: &str) -> Result<Step, StoredError> {
    read(text, MAX_STEP_BYTES, Step::read)
}

/// A question as a text of one line.
#[must_use]
pub fn encode_question(question: &Question) -> String {
    write(question, Question::write)
}

/// The question of a text.
///
/// # Errors
/// [`StoredError`]: the first thing that is wrong, and where; what it shows of the text is said there.
///
/// ```
/// use cert_lifecycle::codec::command::{decode_question, encode_question};
/// let text = r#"{"v":1,"type":"question","events":[],"command":{"v":1,"type":"command.withdraw","at":"2021-03-01T00:00:00Z","account":"tom"}}"#;
/// let question = decode_question(text)?;
/// assert!(question.events.is_empty());
/// assert_eq!(encode_question(&question), text);
/// # Ok::<(), cert_lifecycle::codec::stored::StoredError>(())
/// ```
pub fn decode_question(text: &str) -> Result<Question, StoredError> {
    read(text, MAX_QUESTION_BYTES, Question::read)
}

/// The type tag of a command.
///
/// ```
/// use cert_lifecycle::codec::command::command_type;
/// use cert_lifecycle::lifecycle::Command;
/// assert_eq!(command_type(&Command::CancelOrder), "command.cancel-order");
/// ```
#[must_use]
pub fn command_type(command: &Command) -> &'static str {
    form::tag_of(command)
}
