//! The machine that is verified: the core, or another in its place.

use crate::lifecycle::{Case, Command, Event, Events, Law, Refusal, World, decide};
use crate::model::Timestamp;

/// What decides commands and folds events, while laws and worlds are held against it.
///
/// [`Core`] is this crate's own. Another is a wrapper around it: one that refuses more
/// ([`refuse_unlisted`](super::refuse_unlisted)), that lets something else happen
/// ([`Events::with_events`]), that counts, or one with a fault that has to be found.
///
/// ```
/// use cert_lifecycle::lifecycle::{Case, Command, Events, Law, Refusal};
/// use cert_lifecycle::model::Timestamp;
/// use cert_lifecycle::testing::{Core, Machine};
///
/// /// Forgets what it decided.
/// struct Forgetful;
///
/// impl Machine for Forgetful {
///     fn decide(&self, case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) -> Result<Events, Refusal> {
///         Core.decide(case, command, now, law).map(|_| Events::default())
///     }
/// }
/// ```
#[expect(
    clippy::result_large_err,
    reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
)]
pub trait Machine: Sync {
    /// Decides a command, as [`decide()`](crate::lifecycle::decide()) does.
    ///
    /// # Errors
    /// The refusal.
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal>;

    /// Folds one event into a world, as [`World::fold`] does.
    fn fold(&self, world: &mut World, event: &Event) {
        world.fold(event);
    }

    /// Decides a command and folds what happens, as [`World::apply`] does.
    ///
    /// # Errors
    /// The refusal; nothing has changed then.
    fn apply(
        &self,
        world: &mut World,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        world.apply_by(
            command,
            now,
            law,
            |case, command, now, law| self.decide(case, command, now, law),
            |world, event| self.fold(world, event),
        )
    }
}

/// The core of this crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Core;

impl Machine for Core {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        decide(case, command, now, law)
    }
}
