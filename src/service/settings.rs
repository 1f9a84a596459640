//! How a service behaves where no rule says so.

use crate::model::Timestamp;

/// Limits and delays of a service. None of them is a rule: a rulebook holds those.
///
/// All processes over one store should have the same ones, but for the [`seed`](Self::seed):
/// [`clock_slack`](Self::clock_slack) says how far leases and delays may differ.
///
/// ```
/// use cert_lifecycle::service::Settings;
/// let mut settings = Settings::default();
/// settings.poll_every = 10;
/// assert_eq!(settings.key_lifetime, 86_400);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How often a command is decided when somebody else was faster each time, and how often an id is
    /// drawn for it when it was taken each time. Those of the same service wait for each other after
    /// the first time, so it is other processes that can be faster so often.
    pub attempts: u32,
    /// How long a worker or sweeper has what it took to itself, in seconds: a whole batch, from the
    /// moment on at which it was taken. What would be begun later than
    /// [`answer_limit`](Self::answer_limit) before its end is left to whoever takes it next. So the
    /// lease should hold for all answers of a batch ([`Pace::batch`](super::Pace::batch)); what is
    /// left too often counts as never ended.
    pub lease: u32,
    /// How long a worker or sweeper that a [`Runner`](super::Runner) drives waits until a row is
    /// carried out, or the CA has answered about an order, in seconds; 0 is no limit. Shorter than the
    /// lease: what takes longer than that is begun by another one as well. Beyond it the answer is
    /// given up ([`ServiceError::NoAnswer`](super::ServiceError::NoAnswer)), and tried again like any
    /// failure.
    ///
    /// [`Service::refresh_within`](super::Service::refresh_within) has the same limit.
    /// [`Service::refresh`](super::Service::refresh) has none, nor have
    /// [`Service::work`](super::Service::work) and [`Service::sweep`](super::Service::sweep)
    /// when they are called without a runner: there a port that never answers holds up its
    /// caller, who may drop the call at any time. A store's own answers, between those of the others,
    /// are limited by the store (`PostgresOptions::with_answer_limit`).
    pub answer_limit: u32,
    /// How long a piece of work waits after its first failure, in seconds; twice as long after each
    /// further one, with up to half of it taken off at random.
    pub first_delay: u32,
    /// The longest such wait, in seconds.
    pub longest_delay: u32,
    /// How much further ahead than its own lease and longest delay a process believes what others have
    /// claimed, in seconds; a claim beyond that was made by a clock that ran ahead, and does not count.
    /// More than clocks differ, and than other processes may have longer leases and delays: while a new
    /// release with other settings takes over from the old one, both are there. A clock that ran ahead
    /// by less holds up for so long what it has claimed.
    pub clock_slack: u32,
    /// After so many attempts a piece of work is laid aside until a person retries it. An attempt
    /// that never ended, for the process died in it, is one of them.
    pub attempts_of_work: u32,
    /// How long until an order that waits for its CA is asked about again, in seconds: at first, and
    /// then a twentieth of the time that it has waited, up to [`longest_poll`](Self::longest_poll).
    /// [`Service::refresh`](super::Service::refresh) asks at once.
    pub poll_every: u32,
    /// The longest time from one such look to the next, in seconds, unless
    /// [`poll_every`](Self::poll_every) is longer.
    pub longest_poll: u32,
    /// How long what was answered under an [`IdempotencyKey`](crate::port::IdempotencyKey) is
    /// remembered at least, in seconds; after that the key is as good as new.
    pub key_lifetime: u32,
    /// The seed of the random part of delays: another one for each worker spreads them.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempts: 16,
            lease: 60,
            answer_limit: 10,
            first_delay: 2,
            longest_delay: 3_600,
            clock_slack: 3_600,
            attempts_of_work: 20,
            poll_every: 30,
            longest_poll: 3_600,
            key_lifetime: 86_400,
            seed: 0,
        }
    }
}

/// An order that has waited for so many pauses waits one more.
const POLLS_OF_A_WAIT: i64 = 20;

impl Settings {
    /// How long until what has waited for its CA since an instant is asked about again.
    pub(super) fn pause_of_poll(&self, since: Timestamp, now: Timestamp) -> i64 {
        let waited = now.unix_seconds().saturating_sub(since.unix_seconds());
        let pause = waited.checked_div(POLLS_OF_A_WAIT).unwrap_or_default();
        pause
            .min(self.longest_poll.into())
            .max(self.poll_every.into())
    }
}
