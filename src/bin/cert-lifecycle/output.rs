//! Writing: standard output in blocks, progress on standard error, and how it all ends.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How a subcommand ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing was found.
    Fine,
    /// Something was found, as it was asked for.
    Findings,
    /// Nothing was found as far as it went, but it did not go to its end.
    Unfinished,
    /// Part of the input was wrong, and was reported.
    BadInput,
}

/// Why a subcommand stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments or the input are wrong; the text says what.
    Input(String),
    /// Nothing could be written.
    Output(io::Error),
}

impl Failure {
    /// Something is wrong with the input.
    pub(crate) fn input(cause: impl Display) -> Self {
        Self::Input(cause.to_string())
    }
}

/// Standard output.
#[derive(Debug)]
pub(crate) struct Output {
    inner: BufWriter<StdoutLock<'static>>,
}

impl Output {
    pub(crate) fn new() -> Self {
        let inner = BufWriter::with_capacity(65_536, io::stdout().lock());
        Self { inner }
    }

    /// Writes a text as it is.
    pub(crate) fn put(&mut self, text: impl Display) -> Result<(), Failure> {
        write!(self.inner, "{text}").map_err(Failure::Output)
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        writeln!(self.inner, "{text}").map_err(Failure::Output)
    }

    /// Sends what was written so far, for a reader that answers.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.inner.flush().map_err(Failure::Output)
    }
}

/// Says something on standard error; nobody may be reading it.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Sends what is left, and says how it ended.
pub(crate) fn finish(end: Result<End, Failure>, mut out: Output) -> ExitCode {
    let end = end.and_then(|end| out.flush().map(|()| end));
    // What is left in the buffer after an error is not tried again.
    let (_, _) = out.inner.into_parts();
    match end {
        Ok(End::Fine) => ExitCode::SUCCESS,
        Ok(End::Findings) => ExitCode::from(1),
        Ok(End::BadInput) => ExitCode::from(2),
        Ok(End::Unfinished) => ExitCode::from(3),
        // The reader has read enough, as `head` does.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            say(format_args!("error: writing failed: {error}"));
            ExitCode::from(2)
        }
        Err(Failure::Input(cause)) => {
            say(format_args!("error: {cause}"));
            ExitCode::from(2)
        }
    }
}

/// Progress of long work: about once a second, and only where a person reads it.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: bool,
    begun: Instant,
    last: Instant,
}

#[expect(
    clippy::disallowed_methods,
    reason = "progress goes by the clock of whoever waits; no answer depends on it"
)]
impl Progress {
    pub(crate) fn new(asked_for: bool) -> Self {
        let begun = Instant::now();
        Self {
            shown: asked_for || io::stderr().is_terminal(),
            begun,
            last: begun,
        }
    }

    /// Shows where the work is, unless it was shown a moment ago.
    pub(crate) fn at(&mut self, text: impl FnOnce() -> String) {
        if self.shown && self.last.elapsed() >= Duration::from_secs(1) {
            self.last = Instant::now();
            say(format_args!(
                "{} after {} s",
                text(),
                self.begun.elapsed().as_secs()
            ));
        }
    }
}
