//! The file itself, before SQLite opens it.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What a path must be, if it is no path of a file.
pub(super) fn misfit(path: &Path) -> Option<&'static str> {
    // SQLite reads these as something else than a path.
    let text = path.to_str()?;
    if text == ":memory:" {
        Some("the store needs a file; for tests there is `SqliteOptions::in_memory`")
    } else if text.is_empty() {
        Some("it is empty")
    } else if text.starts_with("sqlite:") || text.starts_with("file:") {
        Some("a URL is not understood; give the path alone")
    } else {
        None
    }
}

/// Makes the file if it is not there, for its owner alone (on Unix); SQLite gives the files beside it
/// the same mode.
pub(super) fn made(path: &Path) -> io::Result<Permissions> {
    // Closing a file gives up all locks that this process has on it, those of SQLite too. So one that
    // is there is not opened here, and a new one is closed before anybody else here finds it.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(path);
    match fs::metadata(path) {
        // Whether it was made or is there: what SQLite can do with it, it finds out by itself.
        Ok(found) => Ok(found.permissions()),
        Err(error) => Err(made.err().unwrap_or(error)),
    }
}
