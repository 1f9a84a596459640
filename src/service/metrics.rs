//! Counts of what a service does, for whatever recorder of the `metrics` crate is installed (feature
//! `metrics`).
//!
//! | Name | Kind | Labels | What is counted |
//! |---|---|---|---|
//! | [`COMMANDS`] | counter | `command`, `outcome` | commands that were answered |
//! | [`COMMAND_TRIES`] | histogram | `command` | how often each of them was decided until it was |
//! | [`CONFLICTS`] | counter | `command` | commits that came too late, so that the command was decided again or given up |
//! | [`ROWS`] | counter | `effect`, `outcome` | attempts at rows of the outbox |
//! | [`SWEPT`] | counter | `outcome` | instances that were due |
//! | [`SWEEP_CHANGES`] | counter | | commands of sweeps that changed something |
//! | [`FORGOTTEN`] | counter | | idempotency records that were forgotten |
//! | [`NOT_READ`] | counter | `task` | rounds that could not read what there is to do, for the store failed |
//!
//! | Label | Values |
//! |---|---|
//! | `command` | [`CommandKind::word`] |
//! | `outcome` of a command | `committed`, `unchanged` (nothing followed from it), `repeated` (answered from what its key remembers), or [`ServiceError::word`](super::ServiceError::word), of which `refused` is the common one |
//! | `effect` | [`Effect::word`](crate::lifecycle::Effect::word), or `unreadable` |
//! | `outcome` of a row | `done`, `refused` (and recorded with its order), `failed` (it comes again), `laid_aside` (it waits for a person) |
//! | `outcome` of an instance | `done`, `failed` |
//! | `task` | `work`, `sweep` |
//!
//! Labels are words of this crate and never ids, so there are not many of them. A command that the
//! service gives itself, from an answer of the CA or from the clock, counts like any other; a draw of
//! ids that were taken counts as a command that ended with `id_taken`.
//!
//! **No durations.** The service has a clock of seconds that may be set back, and no other; the spans
//! of the feature `tracing` last as long as what they are around, and subscribers measure them. **No
//! gauges**: how many rows wait is in the store, and no process knows it from what it did itself.
//!
//! ```
//! use cert_lifecycle::service::metrics;
//! // Once, after the recorder was installed.
//! metrics::describe();
//! assert_eq!(metrics::COMMANDS, "cert_lifecycle_commands_total");
//! ```

use super::SweepReport;
use super::observe::RowEnd;
use super::run::Way;
use crate::lifecycle::CommandKind;

/// Commands by kind and outcome.
pub const COMMANDS: &str = "cert_lifecycle_commands_total";
/// How often a command was decided until it was answered: once, if nobody else was faster.
pub const COMMAND_TRIES: &str = "cert_lifecycle_command_tries";
/// Commits that came too late.
pub const CONFLICTS: &str = "cert_lifecycle_commit_conflicts_total";
/// Rows of the outbox by effect and outcome of the attempt.
pub const ROWS: &str = "cert_lifecycle_outbox_rows_total";
/// Instances that were due, by outcome.
pub const SWEPT: &str = "cert_lifecycle_swept_total";
/// Commands of sweeps that changed something.
pub const SWEEP_CHANGES: &str = "cert_lifecycle_sweep_changes_total";
/// Idempotency records that were forgotten.
pub const FORGOTTEN: &str = "cert_lifecycle_forgotten_records_total";
/// Rounds that could not read what there is to do.
pub const NOT_READ: &str = "cert_lifecycle_not_read_total";

/// Tells the recorder what the names mean; once, after it was installed.
pub fn describe() {
    use ::metrics::{describe_counter, describe_histogram};
    describe_counter!(COMMANDS, "Commands by kind and outcome");
    describe_histogram!(
        COMMAND_TRIES,
        "How often a command was decided until it was answered"
    );
    describe_counter!(CONFLICTS, "Commits that came too late, by command");
    describe_counter!(ROWS, "Attempts at rows of the outbox by effect and outcome");
    describe_counter!(SWEPT, "Instances that were due, by outcome");
    describe_counter!(SWEEP_CHANGES, "Commands of sweeps that changed something");
    describe_counter!(FORGOTTEN, "Idempotency records that were forgotten");
    describe_counter!(
        NOT_READ,
        "Rounds that could not read what there is to do, by task"
    );
}

fn many(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

pub(super) fn command(kind: CommandKind, outcome: &'static str, way: Way) {
    let command = kind.word();
    ::metrics::counter!(COMMANDS, "command" => command, "outcome" => outcome).increment(1);
    ::metrics::histogram!(COMMAND_TRIES, "command" => command).record(way.tries);
    if way.conflicts > 0 {
        ::metrics::counter!(CONFLICTS, "command" => command).increment(way.conflicts.into());
    }
}

pub(super) fn row(effect: &'static str, end: RowEnd) {
    ::metrics::counter!(ROWS, "effect" => effect, "outcome" => end.word()).increment(1);
}

pub(super) fn sweep(report: &SweepReport) {
    let failed = report.failed.len();
    let done = report.seen.saturating_sub(failed);
    ::metrics::counter!(SWEPT, "outcome" => "done").increment(many(done));
    ::metrics::counter!(SWEPT, "outcome" => "failed").increment(many(failed));
    ::metrics::counter!(SWEEP_CHANGES).increment(many(report.changed));
    ::metrics::counter!(FORGOTTEN).increment(many(report.forgotten));
}

pub(super) fn not_read(task: &'static str) {
    ::metrics::counter!(NOT_READ, "task" => task).increment(1);
}
