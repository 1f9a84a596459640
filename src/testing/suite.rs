//! A check of a suite, from what is made for it to what it found.

use core::mem::replace;
use std::format;

use super::findings::Findings;
use super::kit::{Done, Stop};
use super::panic::caught;
use super::report::SuiteReport;

/// What checks are made with.
pub(super) trait Workbench {
    /// What was found up to now.
    fn findings(&mut self) -> &mut Findings;
}

/// A step over an adapter, which may panic wherever it is asked for something.
pub(super) fn guarded<T>(step: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
    let panicked = |words| Err(Stop::Failed(format!("the adapter panicked: {words}")));
    caught(step).unwrap_or_else(panicked)
}

/// Makes a check, and adds what it found to a report. A panic on the way is what it found, and ends
/// this check alone.
pub(super) fn examine<W: Workbench>(
    name: &'static str,
    report: &mut SuiteReport,
    made: impl FnOnce() -> Result<W, Stop>,
    check: impl FnOnce(&mut W) -> Done,
) {
    let mut bench = match guarded(made) {
        Ok(bench) => bench,
        Err(stop) => return Findings::new(name).report(Err(stop), report),
    };
    let ended = guarded(|| check(&mut bench));
    let found = replace(bench.findings(), Findings::new(name));
    // The adapter goes away with it.
    let gone = guarded(|| {
        drop(bench);
        Ok(())
    });
    found.report(ended, report);
    Findings::new(name).report(gone, report);
}
