//! The statements that a process makes: what the driver says of each, kept while somebody counts.
//!
//! A statement is a letter, so that what a request costs is a word. `L` loads what an order's decision
//! looks at, `R` reads a row of the CA, `O` and `D` look into the outbox; `B` commits a batch, `C` writes
//! a row of the CA (several in a row are one commit), `U` claims work and `X` takes it off the outbox.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static MADE: Mutex<String> = Mutex::new(String::new());
static COUNTS: AtomicBool = AtomicBool::new(false);

/// What our statements begin with, and those of the bare handler.
const LETTERS: [(&str, char); 17] = [
    ("WITH own", 'L'),
    ("WITH chosen", 'L'),
    ("SELECT value FROM cl_row", 'R'),
    ("SELECT position", 'O'),
    ("SELECT 1 FROM cl_outbox", 'D'),
    ("INSERT INTO cl_batch", 'B'),
    ("INSERT INTO cl_row", 'C'),
    ("UPDATE cl_outbox", 'U'),
    ("DELETE FROM cl_outbox", 'X'),
    ("SELECT o.state", 'L'),
    ("SELECT value FROM ca_row", 'R'),
    ("SELECT number", 'O'),
    ("SELECT 1 FROM outbox", 'D'),
    ("BEGIN IMMEDIATE", 'B'),
    ("INSERT INTO ca_row", 'C'),
    ("UPDATE outbox", 'U'),
    ("DELETE FROM outbox", 'X'),
];

/// Listens to the driver alone.
struct Listener;

/// The statement in an event: the whole text, if it was too long for the summary.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        let text = || value.split_whitespace().collect::<Vec<_>>().join(" ");
        match field.name() {
            "summary" => self.summary = text(),
            "db.statement" => self.whole = text(),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if !COUNTS.load(Ordering::Relaxed) {
            return;
        }
        let mut statement = Statement::default();
        event.record(&mut statement);
        let Statement { summary, whole } = statement;
        let text = if whole.is_empty() { summary } else { whole };
        // What prepares a new connection is nobody's request.
        if !text.starts_with("PRAGMA") {
            let known = LETTERS.iter().find(|(begins, _)| text.starts_with(begins));
            let (_, letter) = known.unwrap_or_else(|| panic!("no letter for: {text}"));
            MADE.lock().unwrap().push(*letter);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Before anything is opened. Where nobody will count, nothing is listened to.
pub fn listen() {
    tracing::subscriber::set_global_default(Listener).unwrap();
}

pub fn begin() {
    MADE.lock().unwrap().clear();
    COUNTS.store(true, Ordering::Relaxed);
}

/// What was made since, in order.
pub fn end() -> String {
    COUNTS.store(false, Ordering::Relaxed);
    std::mem::take(&mut MADE.lock().unwrap())
}

/// How often the disk is waited for.
pub fn commits(script: &str) -> usize {
    let before = std::iter::once(' ').chain(script.chars());
    let both = before.zip(script.chars());
    both.filter(|(before, own)| "BUX".contains(*own) || *own == 'C' && *before != 'C')
        .count()
}
