//! A story as lines that are replayed.

use std::string::String;
use std::vec::Vec;

use super::Story;
use crate::codec::command::{Focus, Step, encode_step};

impl Story {
    /// Its steps as lines of JSON, in the form of [`codec::command`](crate::codec::command): what
    /// `cert-lifecycle replay` reads. A line does not say which edition is in force.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use cert_lifecycle::lifecycle::Command;
    /// use cert_lifecycle::model::AccountId;
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::{Core, Laws, Step, Story, Timeline};
    /// let book = Rulebook::published();
    /// let laws = Arc::new(Laws::new(vec![book.edition("2023-api")?], book.ceilings().clone()));
    /// let step = Step::new("2024-01-01T00:00:00Z".parse()?, AccountId::new("tom")?, Command::Withdraw);
    /// let story = Story::tell("L4", "an example", &Timeline { laws, steps: vec![step] }, &Core);
    /// assert_eq!(
    ///     story.lines(),
    ///     [r#"{"v":1,"type":"command.withdraw","at":"2024-01-01T00:00:00Z","account":"tom"}"#]
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let steps = self.timeline.steps.iter();
        let steps = steps.map(|step| Step {
            at: step.at,
            account: step.account,
            on: Focus {
                instance: step.about,
                plan: step.plan,
                other: step.other,
            },
            command: step.command.clone(),
        });
        steps.map(|step| encode_step(&step)).collect()
    }
}
