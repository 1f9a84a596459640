//! Panics that are caught: what somebody else's code does is a finding, and no end of the examination.

use core::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::string::{String, ToString};

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_string())
}

/// What somebody else's code comes to, or what it said when it panicked.
///
/// What it was about to change may be left by half: whoever asks looks at it no more, or knows that.
pub(super) fn caught<T>(ask: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(ask)).map_err(|panic| said(&*panic))
}
