//! How a service behaves where no rule says so.

/// Limits and delays of a service. None of them is a rule: a rulebook holds those.
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
    /// drawn for it when it was taken each time.
    pub attempts: u32,
    /// How long a worker or sweeper has what it took to itself, in seconds. Longer than the slowest
    /// answer of a port: what takes longer is begun by another one as well.
    pub lease: u32,
    /// How long a piece of work waits after its first failure, in seconds; twice as long after each
    /// further one, with up to half of it taken off at random.
    pub first_delay: u32,
    /// The longest such wait, in seconds.
    pub longest_delay: u32,
    /// After so many attempts a piece of work is laid aside until a person retries it. An attempt
    /// that never ended, for the process died in it, is one of them.
    pub attempts_of_work: u32,
    /// How long until an order that waits for its CA is asked about again, in seconds.
    pub poll_every: u32,
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
            first_delay: 2,
            longest_delay: 3_600,
            attempts_of_work: 20,
            poll_every: 30,
            key_lifetime: 86_400,
            seed: 0,
        }
    }
}
