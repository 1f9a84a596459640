//! `editions`: the named points of a rulebook.

use cert_lifecycle::codec::rulebook;
use cert_lifecycle::rulebook::Rulebook;
use clap::{Args, ValueEnum};

use super::json::{Object, list};
use super::law::BookArgs;
use super::output::{End, Failure, Output};

/// How editions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line each
    Text,
    /// One object
    Json,
    /// The whole rulebook as a file, to begin one of your own with; without a KEY
    Toml,
}

/// List the named editions, or print one in full
#[derive(Clone, Debug, Args)]
pub(crate) struct Editions {
    /// Print what this edition says, value by value
    key: Option<String>,
    #[command(flatten)]
    book: BookArgs,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Editions {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        let book = self.book.book()?;
        match (&self.key, self.format) {
            (Some(key), Format::Text) => out.line(super::law::find(&book, key)?)?,
            (Some(key), Format::Json) => out.line(values(&book, key)?)?,
            (Some(key), Format::Toml) => {
                return Err(Failure::Input(format!(
                    "a file has every edition, not {key} alone; leave the key out"
                )));
            }
            (None, Format::Toml) => out.put(rulebook::write(&book))?,
            (None, Format::Text) => {
                out.line("key           from        site  channel  digest")?;
                for point in book.points() {
                    let edition = super::law::find(&book, point.key.as_str())?;
                    let digest = edition.digest().to_string();
                    let short = digest.get(..16).unwrap_or_default();
                    let (site, channel) = (point.site.word(), point.channel.word());
                    let (key, day) = (point.key, point.day);
                    out.line(format_args!(
                        "{key:13} {day}  {site:4}  {channel:7}  {short}"
                    ))?;
                }
            }
            (None, Format::Json) => {
                let mut all = Vec::new();
                for point in book.points() {
                    let edition = super::law::find(&book, point.key.as_str())?;
                    let mut object = Object::new();
                    object
                        .text("key", point.key)
                        .text("from", point.day)
                        .text("site", point.site.word())
                        .text("channel", point.channel.word())
                        .text("digest", edition.digest());
                    all.push(object.finish());
                }
                out.line(list(all))?;
            }
        }
        Ok(End::Fine)
    }
}

/// One edition, value by value.
fn values(book: &Rulebook, key: &str) -> Result<String, Failure> {
    let edition = super::law::find(book, key)?;
    let values = edition.lines().into_iter().map(|line| {
        let mut object = Object::new();
        let sources = line.cite.sources.as_slice().iter();
        object
            .text("field", line.field.word())
            .text("value", &line.text)
            .raw("sources", list(sources.map(super::json::quoted)))
            .text("standing", line.cite.standing.word())
            .text("since", line.cite.since);
        object.finish()
    });
    let mut object = Object::new();
    object
        .text("key", edition.key())
        .text("digest", edition.digest())
        .raw("values", list(values));
    Ok(object.finish())
}
