//! `diff`: what changes for whom between two editions.

use std::fmt::Display;

use cert_lifecycle::lifecycle::difference::Shown;
use cert_lifecycle::lifecycle::{Difference, Example, diff};
use cert_lifecycle::rulebook::{Edition, Rulebook};
use clap::{Args, ValueEnum};

use super::json::{Object, list, quoted};
use super::law::{PUBLISHED, Side, find};
use super::output::{End, Failure, Output, Progress};

/// How differences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A paragraph each
    Text,
    /// A line of JSON each
    Json,
}

/// Say what changes for whom between two editions, each difference with an example case
///
/// An edition is a KEY of the published rulebook, or FILE.toml:KEY for one of a rulebook of your own.
/// FILE.toml alone, or the word `published`, is compared in the edition of the other side; two of
/// them alone, in every edition that both name: `diff published own.toml` says what a rulebook of your
/// own changes. An edition of the channel api-v2, as 2026-v2, has a machine of its own: values are
/// compared, and no example is told. Exits with 1 if there is a difference.
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Diff {
    /// The first edition: KEY, FILE.toml:KEY, FILE.toml or `published`
    a: String,
    /// The second edition: KEY, FILE.toml:KEY, FILE.toml or `published`
    b: String,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show progress on standard error even if it is no terminal
    #[arg(long)]
    progress: bool,
}

impl Diff {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        let (first, second) = (side(&self.a)?, side(&self.b)?);
        let pairs = match (&first.key, &second.key) {
            (Some(ours), Some(theirs)) => vec![(ours.clone(), theirs.clone())],
            (Some(key), None) | (None, Some(key)) => vec![(key.clone(), key.clone())],
            (None, None) => first
                .book
                .points()
                .iter()
                .filter(|one| second.book.points().iter().any(|two| two.key == one.key))
                .map(|one| (one.key.to_string(), one.key.to_string()))
                .collect(),
        };
        if pairs.is_empty() {
            return Err(Failure::Input(format!(
                "{} and {} name no edition in common; give a key, as in {}:KEY",
                first.name, second.name, first.name
            )));
        }
        let mut progress = Progress::new(self.progress);
        let mut end = End::Fine;
        for (place, (ours, theirs)) in pairs.iter().enumerate() {
            let (ours, theirs) = (find(&first.book, ours)?, find(&second.book, theirs)?);
            let all = diff(&ours, &theirs, first.book.ceilings());
            if !all.is_empty() {
                end = End::Findings;
            }
            let names = [(&first, &ours), (&second, &theirs)].map(|(side, edition)| {
                if side.key.as_deref() == Some(side.name.as_str()) {
                    edition.key().to_string()
                } else {
                    format!("{} ({})", edition.key(), side.name)
                }
            });
            match self.format {
                Format::Text => text(out, place, &names, &all)?,
                Format::Json => lines(out, [(&first, &ours), (&second, &theirs)], &all)?,
            }
            progress.at(|| format!("{} of {} editions", place.saturating_add(1), pairs.len()));
        }
        if first.book.ceilings() != second.book.ceilings() {
            end = End::Findings;
            let sentence =
                "The ceilings of the two rulebooks differ; the examples follow the first.";
            match self.format {
                Format::Text => out.put(format_args!("\n{sentence}\n"))?,
                Format::Json => {
                    let mut object = Object::new();
                    object
                        .text("from_rulebook", first.rulebook())
                        .text("to_rulebook", second.rulebook())
                        .text("field", "ceilings")
                        .text("sentence", sentence);
                    out.line(object.finish())?;
                }
            }
        }
        Ok(end)
    }
}

/// A side: what [`Side::read`] reads, or all of the published rulebook.
fn side(argument: &str) -> Result<Side, Failure> {
    if argument == PUBLISHED {
        return Ok(Side {
            name: argument.to_owned(),
            book: Rulebook::published(),
            key: None,
        });
    }
    Side::read(argument)
}

fn text(
    out: &mut Output,
    place: usize,
    [ours, theirs]: &[String; 2],
    all: &[Difference],
) -> Result<(), Failure> {
    if place > 0 {
        out.line("")?;
    }
    let count: &dyn Display = match all.len() {
        0 => &"no difference",
        1 => &"1 difference",
        _ => &format_args!("{} differences", all.len()),
    };
    out.line(format_args!("{ours} -> {theirs}: {count}"))?;
    for one in all {
        out.line("")?;
        out.line(one)?;
    }
    Ok(())
}

fn lines(
    out: &mut Output,
    [(first, ours), (second, theirs)]: [(&Side, &Edition); 2],
    all: &[Difference],
) -> Result<(), Failure> {
    for one in all {
        let side = |place: usize| {
            let mut object = Object::new();
            let (text, cite) = (one.texts.get(place), one.cites.get(place));
            object.maybe("value", text);
            if let Some(cite) = cite {
                object
                    .raw("sources", list(cite.sources.as_slice().iter().map(quoted)))
                    .text("standing", cite.standing.word())
                    .text("since", cite.since);
            }
            object.finish()
        };
        let example = one.shown.example();
        let mut object = Object::new();
        object
            .text("from", ours.key())
            .text("to", theirs.key())
            .text("from_rulebook", first.rulebook())
            .text("to_rulebook", second.rulebook())
            .text("field", one.field.word())
            .text("sentence", &one.sentence)
            .text("concerns", one.concerns)
            .raw("before", side(0))
            .raw("after", side(1))
            .maybe("rule", example.and_then(Example::rule))
            .maybe("example", example)
            .maybe("note", note(&one.shown));
        out.line(object.finish())?;
    }
    Ok(())
}

/// Why there is no example, where the values alone can be told.
const fn note(shown: &Shown) -> Option<&'static str> {
    match shown {
        Shown::AnotherMachine => Some("another machine: values only, no example"),
        Shown::InFirst(_) | Shown::InSecond(_) | Shown::Advice(_) | Shown::Dormant(_) => None,
    }
}
