//! Which rules apply: a rulebook, and an edition of it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cert_lifecycle::codec::rulebook;
use cert_lifecycle::model::{Channel, Offset, Site, Timestamp, ValidationClass};
use cert_lifecycle::rulebook::{Calendar, Edition, Rulebook};
use cert_lifecycle::service::{EditionPolicy, Rules};
use clap::{Args, ValueEnum};

use super::output::Failure;
use super::table::of_orders;

/// A site, as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SiteArg {
    /// The China site
    Cn,
    /// The international site
    Intl,
}

/// A channel, as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChannelArg {
    /// The web console
    Console,
    /// The API
    Api,
}

/// A validation class, as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClassArg {
    /// Domain validated
    Dv,
    /// Organisation validated
    Ov,
    /// Extended validation
    Ev,
}

impl ClassArg {
    pub(crate) const fn class(self) -> ValidationClass {
        match self {
            Self::Dv => ValidationClass::Dv,
            Self::Ov => ValidationClass::Ov,
            Self::Ev => ValidationClass::Ev,
        }
    }
}

/// A rulebook.
#[derive(Clone, Debug, Args)]
pub(crate) struct BookArgs {
    /// A rulebook of your own in TOML, instead of the published one
    #[arg(long, value_name = "FILE.toml")]
    rulebook: Option<String>,
}

impl BookArgs {
    pub(crate) fn book(&self) -> Result<Rulebook, Failure> {
        match &self.rulebook {
            Some(file) => read_book(file),
            None => Ok(Rulebook::published()),
        }
    }
}

/// The rules by which commands are judged.
#[derive(Clone, Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(flatten)]
    book: BookArgs,
    /// Always this edition, such as 2021-02-api; without it, the one of the day
    #[arg(long, value_name = "KEY", conflicts_with_all = ["site", "channel"])]
    edition: Option<String>,
    /// Whose documents speak, where the day decides
    #[arg(long, value_enum, default_value_t = SiteArg::Intl)]
    site: SiteArg,
    /// Which documents speak, where the day decides
    #[arg(long, value_enum, default_value_t = ChannelArg::Api)]
    channel: ChannelArg,
}

impl RulesArgs {
    pub(crate) fn rules(&self) -> Result<Rules, Failure> {
        let book = self.book.book()?;
        let policy = match &self.edition {
            Some(key) => {
                // Said once, and not of every command that is judged by it.
                EditionPolicy::Fixed(of_orders(&book, key)?.key())
            }
            None => EditionPolicy::AsOf {
                site: match self.site {
                    SiteArg::Cn => Site::Cn,
                    SiteArg::Intl => Site::Intl,
                },
                channel: match self.channel {
                    ChannelArg::Console => Channel::Console,
                    ChannelArg::Api => Channel::Api,
                },
            },
        };
        let rules = Rules::new(book, policy);
        Ok(match &self.book.rulebook {
            // What began before there were rules of one's own is bound to the published ones.
            Some(_) => rules.with_former(Rulebook::published()),
            None => rules,
        })
    }
}

/// One side of a comparison: a rulebook, and perhaps the key of an edition of it.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// As it was written.
    pub(crate) name: String,
    pub(crate) book: Rulebook,
    pub(crate) key: Option<String>,
}

impl Side {
    /// Reads `KEY`, `FILE.toml` or `FILE.toml:KEY`.
    pub(crate) fn read(argument: &str) -> Result<Self, Failure> {
        let name = argument.to_owned();
        if is_file(argument) {
            let book = read_book(argument)?;
            return Ok(Self {
                name,
                book,
                key: None,
            });
        }
        if let Some((file, key)) = argument.rsplit_once(".toml:") {
            let book = read_book(&format!("{file}.toml"))?;
            let key = Some(key.to_owned());
            return Ok(Self { name, book, key });
        }
        let key = Some(name.clone());
        let book = Rulebook::published();
        Ok(Self { name, book, key })
    }
}

impl Side {
    /// The file of its rulebook as it was written, or `published`.
    pub(crate) fn rulebook(&self) -> &str {
        let Some(key) = &self.key else {
            return &self.name;
        };
        let file = self.name.strip_suffix(key.as_str());
        file.and_then(|file| file.strip_suffix(':'))
            .unwrap_or(PUBLISHED)
    }
}

/// The published rulebook, where a file could be named.
pub(crate) const PUBLISHED: &str = "published";

/// The edition of a key, or what there is instead.
pub(crate) fn find(book: &Rulebook, key: &str) -> Result<Edition, Failure> {
    // Where a key alone is expected, a file has a flag of its own.
    if let Some(file) = file_of(key) {
        return Err(Failure::Input(format!(
            "{key} names a file where the key of an edition alone is expected; name the file by \
             `--rulebook {file}`"
        )));
    }
    if let Some(edition) = on_day(book, key) {
        return Ok(edition);
    }
    book.edition(key).map_err(|error| {
        let known = book.points().iter().map(|point| point.key);
        let near = known
            .map(|known| (alike(key, known.as_str()), known))
            .max_by_key(|(alike, _)| *alike);
        match near {
            // The year, and a part of what follows.
            Some((6.., known)) => Failure::Input(format!("{error}; did you mean {known}?")),
            Some(_) | None => {
                Failure::Input(format!(
                    "{error}; `cert-lifecycle editions` lists the named ones, and any day of a site and \
                     channel is one, such as cn-console@2020-12-24"
                ))
            }
        }
    })
}

/// The edition in force on the day of a key such as `cn-console@2020-12-24`, under its own key.
fn on_day(book: &Rulebook, key: &str) -> Option<Edition> {
    let (scope, day) = key.split_once('@')?;
    let (site, channel) = scope.split_once('-')?;
    let site = Site::ALL.into_iter().find(|one| one.word() == site)?;
    let channel = Channel::ALL.into_iter().find(|one| one.word() == channel)?;
    let noon: Timestamp = format!("{day}T12:00:00Z").parse().ok()?;
    let midnight = noon
        .day_in(Offset::UTC)
        .midnight(Calendar::default().offset);
    book.as_of(midnight, site, channel).ok()
}

/// The file of `FILE.toml` or `FILE.toml:KEY`.
fn file_of(argument: &str) -> Option<&str> {
    if is_file(argument) {
        return Some(argument);
    }
    let (file, _) = argument.rsplit_once(':')?;
    is_file(file).then_some(file)
}

fn is_file(name: &str) -> bool {
    let kind = Path::new(name).extension();
    kind.is_some_and(|kind| kind == "toml")
}

/// With how many letters two keys begin alike.
fn alike(one: &str, other: &str) -> usize {
    let pairs = one.bytes().zip(other.bytes());
    pairs.take_while(|(one, other)| one == other).count()
}

/// Reads a rulebook from a file; no more of it than a rulebook may have.
pub(crate) fn read_book(path: &str) -> Result<Rulebook, Failure> {
    let unread = |cause: &dyn std::fmt::Display| Failure::Input(format!("{path}: {cause}"));
    let file = File::open(path).map_err(|error| unread(&error))?;
    let limit = u64::try_from(rulebook::MAX_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    let read = file.take(limit).read_to_end(&mut bytes);
    read.map_err(|error| unread(&error))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| unread(&error))?;
    rulebook::read(path, text).map_err(Failure::input)
}
