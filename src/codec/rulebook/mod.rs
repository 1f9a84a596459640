//! A rulebook as a TOML file: your own rules, or what is different about them.
//!
//! [`read`] makes a checked [`Rulebook`] of a file, or says everything that is wrong with it, each
//! with line, column, key and a way out. [`write()`] makes a complete file of any rulebook; reading
//! it gives the same rulebook again.
//!
//! ```
//! use cert_lifecycle::codec::rulebook;
//! let text = r#"
//! extends = "published"
//!
//! [[notice]]
//! from = "2021-02-26"
//! value = { within_days = 45 }
//! sources = ["OWN"]
//!
//! [[source]]
//! key = "OWN"
//! date = "2026-01-01"
//! title = "our contract"
//! "#;
//! let book = rulebook::read("own.toml", text)?;
//! let notice = book.edition("2021-02-api")?.notice().clone();
//! assert_eq!(notice.value.to_string(), "pending expiration when 45 days or fewer remain");
//! assert_eq!(notice.cite.sources.to_string(), "OWN");
//!
//! let wrong = text.replace("within_days", "within_hours");
//! let errors = rulebook::read("own.toml", &wrong).unwrap_err();
//! assert!(errors.to_string().starts_with(
//!     "own.toml:6:11: notice[1].value.within_hours: no such key here; \
//!      the unit here is days: did you mean `within_days`?"
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The file
//! At the top, before the first table:
//!
//! | Key | What it says |
//! |---|---|
//! | `extends = "published"` | everything is taken from [`Rulebook::published`] first; without it the file says everything itself |
//! | `replace = ["notice"]` | of these tables nothing is taken; only with `extends` |
//! | `format = 1` | the form of the file; may be absent |
//!
//! Then the tables, in any order, each an array of tables:
//!
//! | Table | Keys of each |
//! |---|---|
//! | one for each [`Field`], by its name: `[[notice]]`, `[[return_days]]`, ... | `from`: the first day, in the rulebook's offset; `site` and `channel`: whom it speaks of, both if absent; `value`; `sources`: up to six keys; `standing`: `"stated"`, `"inferred"` or `"declared"` (if absent: `"declared"`) |
//! | `[[point]]` | `key`, `day`, `site`, `channel` |
//! | `[[ceiling]]` | `from`: the first day (00:00:00 UTC) or instant, absent for the first row; `max_days`, `advised_days`, `sources`, `standing` |
//! | `[[proof_reuse]]` | `from`, `max_days`, `sources`, `standing` |
//! | `[[revocation_duty]]` | `from`, `grounds`, `must_hours`, `should_hours` (may be absent), `sources`, `standing` |
//! | `[[short_lived]]` | `from`, `max_days`, `sources`, `standing` |
//! | `[[source]]` | `key`, `date`, `title` |
//!
//! With `extends`, a clause of the same field, day and scope takes the place of the published one; so
//! does a point or source of the same key, and a ceiling or a duty of a CA of the same beginning (and
//! the same grounds). Everything else is added. A clause for both channels does not take the place of one for the API alone: the two would
//! claim the same case, which is refused; `replace` leaves the published ones behind.
//!
//! A clause holds until the next one of its field that speaks of the case, however wide, and with
//! `extends` the published ones go on: what is said from 2021 on ends where a published clause begins
//! later. To make it last, leave them behind with `replace` and begin on the first day,
//! `from = "2018-06-07"`, or add a clause that begins after the last published one:
//!
//! ```
//! use cert_lifecycle::codec::rulebook;
//! let days = |top: &str, from: &str| -> Result<String, Box<dyn std::error::Error>> {
//!     let text = format!(
//!         "extends = \"published\"\n{top}\n[[return_days]]\nfrom = \"{from}\"\n\
//!          value = {{ days = 14 }}\nsources = [\"S3\"]\n"
//!     );
//!     let book = rulebook::read("own.toml", &text)?;
//!     Ok(book.edition("2025-12-api")?.return_days().value.to_string())
//! };
//! assert_eq!(days("", "2021-02-27")?, "within 28 days");
//! assert_eq!(days("replace = [\"return_days\"]", "2018-06-07")?, "within 14 days");
//! assert_eq!(days("", "2023-10-17")?, "within 14 days");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A file without `extends` must have every table; `notice = []` at the top says that one is empty.
//!
//! Days are texts such as `"2021-02-26"` or bare dates of TOML; they are written as texts. The `date`
//! of a source is any text, or a bare date. What a
//! `value` looks like is best seen in the published rulebook as a file, which [`write()`] makes.
//!
//! # Errors
//! A file that is not TOML gets the errors of its form alone. Otherwise everything is reported at
//! once, up to [`MAX_ERRORS`]: first what stands in single tables, then what
//! [`Rulebook::new`] says of the whole, at the table that brought it about.

mod by_date;
mod check;
mod depth;
mod draft;
mod error;
mod fields;
mod node;
mod place;
mod value;
mod written;

use alloc::string::{String, ToString};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::rulebook::{Field, Rulebook};

pub use error::{RulebookFileError, RulebookFileErrors, RulebookFileProblem};

use self::draft::Document;
use self::place::{Place, Problems};

/// The most bytes of a file.
pub const MAX_BYTES: usize = 262_144;
/// The most clauses of a file, all fields together.
pub const MAX_CLAUSES: usize = 1_000;
/// The most named points of a file.
pub const MAX_POINTS: usize = 100;
/// The most sources of a file.
pub const MAX_SOURCES: usize = 500;
/// The most values of a list inside a clause.
pub const MAX_LIST: usize = 100;
/// The most bytes of a sentence, such as the title of a source.
pub const MAX_TEXT: usize = 1_024;
/// The most errors that are reported; more are counted.
pub const MAX_ERRORS: usize = 50;

const EXTENDS: &str = "extends";
const REPLACE: &str = "replace";
const FORMAT: &str = "format";
const PUBLISHED: &str = "published";
const POINT: &str = "point";
const CEILING: &str = "ceiling";
const PROOF_REUSE: &str = "proof_reuse";
const REVOCATION_DUTY: &str = "revocation_duty";
const SHORT_LIVED: &str = "short_lived";
const SOURCE: &str = "source";

/// Every table of a file.
fn all_tables() -> impl Iterator<Item = &'static str> {
    let fields = Field::ALL.iter().map(|field| field.word());
    fields.chain([
        POINT,
        CEILING,
        PROOF_REUSE,
        REVOCATION_DUTY,
        SHORT_LIVED,
        SOURCE,
    ])
}

/// Reads a rulebook from the text of a file; `name` is what errors call it.
///
/// # Errors
/// [`RulebookFileErrors`]: everything that is wrong, with places.
pub fn read(name: &str, text: &str) -> Result<Rulebook, RulebookFileErrors> {
    let problems = Problems::new(text);
    let book =
        parse(text, &problems).and_then(|document| read_document(&document, text, &problems));
    if let Some(book) = book {
        return Ok(book);
    }
    let (errors, left_out) = problems.into_sorted();
    Err(RulebookFileErrors {
        name: name.to_string(),
        errors,
        left_out,
    })
}

/// Writes a rulebook as a complete file: the same rulebook always gives the same text, and reading
/// it gives the rulebook again.
///
/// [`read`] has limits on sizes; a rulebook beyond them is written, but is not read again.
#[must_use]
pub fn write(book: &Rulebook) -> String {
    written::file(book.parts())
}

/// Parses the text, or reports why it is not TOML.
fn parse<'a>(text: &'a str, problems: &Problems<'_>) -> Option<Spanned<DeValue<'a>>> {
    if text.len() > MAX_BYTES {
        let problem = RulebookFileProblem::TooLong {
            found: text.len(),
            limit: MAX_BYTES,
        };
        problems.report(0..0, String::new(), problem, None);
        return None;
    }
    if let Some(at) = depth::too_deep(text) {
        let problem = RulebookFileProblem::TooDeep {
            limit: depth::MAX_DEPTH,
        };
        problems.report(at..at, String::new(), problem, None);
        return None;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let at = table.span();
        return Some(Spanned::new(at, DeValue::Table(table.into_inner())));
    }
    for error in errors {
        let at = error.span().unwrap_or(0..0);
        let problem = RulebookFileProblem::Syntax(error.message().to_string());
        problems.report(at, String::new(), problem, None);
    }
    None
}

fn read_document(
    parsed: &Spanned<DeValue<'_>>,
    text: &str,
    problems: &Problems<'_>,
) -> Option<Rulebook> {
    let document = Document::new(Place::top(parsed, problems))?;
    let nobody = Problems::new(text);
    let silent = Document::new(Place::top(parsed, &nobody))?;
    check::rulebook(&document, &silent)
}
