//! The log: a line for each request on standard error, written by a thread of its own.
//!
//! Ids, words and numbers alone. Nobody waits for whoever reads it: when too many lines wait, further
//! ones are dropped and counted.

use core::fmt::{self, Write as _};
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::format;
use std::io::{self, Write};
use std::string::String;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use crate::adapter::SystemClock;
use crate::port::Clock;

/// How many lines wait at most.
const WAITING: usize = 8_192;

/// How long the thread lets lines gather: who writes a line to a thread that sleeps has to wake it, which
/// costs more than the line.
const GATHERING: Duration = Duration::from_millis(2);

/// How much is written at once, in bytes.
const AT_ONCE: usize = 65_536;

/// How long the end of the program waits for whoever reads the log.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the thread is sent.
enum Sent {
    Line(String),
    /// To say when it has come so far.
    Mark(SyncSender<()>),
}

/// Where lines go. Clones write to the same place.
#[derive(Clone)]
pub(crate) struct Log {
    lines: SyncSender<Sent>,
    dropped: Arc<AtomicU64>,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}

impl Log {
    /// To a writer, from a thread that ends with the last clone.
    pub(crate) fn to(mut writer: impl Write + Send + 'static) -> Result<Self, io::Error> {
        let (lines, waiting) = sync_channel::<Sent>(WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        let missed = Arc::clone(&dropped);
        let write = move || {
            let mut text = String::new();
            while let Ok(first) = waiting.recv() {
                let mut next = Some(first);
                let mut mark = None;
                while let Some(sent) = next.take() {
                    match sent {
                        Sent::Line(line) => text.push_str(&line),
                        Sent::Mark(reached) => mark = Some(reached),
                    }
                    if text.len() < AT_ONCE && mark.is_none() {
                        next = waiting.try_recv().ok();
                    }
                }
                let missed = missed.swap(0, Ordering::Relaxed);
                if missed > 0 {
                    let _ = writeln!(text, "level=warn dropped_lines={missed}");
                }
                // Nobody may be reading it, and then nobody is to be told.
                let _ = writer.write_all(text.as_bytes());
                text.clear();
                match mark {
                    Some(reached) => drop(reached.try_send(())),
                    None => thread::sleep(GATHERING),
                }
            }
        };
        let name = String::from("cert-lifecycle-log");
        thread::Builder::new().name(name).spawn(write)?;
        Ok(Self { lines, dropped })
    }

    /// Waits until what was logged so far is written, or until it has taken too long.
    pub(crate) fn flush(&self) {
        let (mark, reached) = sync_channel(1);
        if self.lines.try_send(Sent::Mark(mark)).is_ok() {
            let _ = reached.recv_timeout(PATIENCE);
        }
    }

    /// A line with the system's time before it.
    pub(crate) fn line(&self, text: fmt::Arguments<'_>) {
        let line = format!("time={} {text}\n", SystemClock::new().now());
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Sent::Line(line)) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Mutex, mpsc};
    use std::vec::Vec;

    /// Writes when it is let.
    struct Gate(mpsc::Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            self.1.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_does_not_read_holds_nobody_up() {
        let (open, gate) = mpsc::channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let log = Log::to(Gate(gate, Arc::clone(&written))).unwrap();
        for number in 0..3 * WAITING {
            log.line(format_args!("n={number}"));
        }
        // What waits, and what the thread has in its hand.
        assert!(log.dropped.load(Ordering::Relaxed) >= WAITING as u64);
        drop(open);
        drop(log);
    }
}
