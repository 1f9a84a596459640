//! What a server is started with; each value is read from the text of a flag.

use core::fmt;
use core::net::SocketAddr;
use core::num::NonZeroU32;
use core::str::FromStr;
use core::time::Duration;
use std::borrow::ToOwned;
use std::format;
use std::path::PathBuf;
use std::string::{String, ToString};
use std::vec::Vec;

use zeroize::Zeroizing;

use crate::model::{AccountId, Catalog, Product, Timestamp};
use crate::server::faults::Faults;

/// The account of keys and plans that name none.
pub const DEFAULT_ACCOUNT: &str = "1234567890";

/// A text that is not what was to be given; it says what was expected and never quotes a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misread(String);

impl Misread {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

fn misread(text: impl fmt::Display) -> Misread {
    Misread(text.to_string())
}

/// Where everything is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// In memory: gone with the process.
    Memory,
    /// In a SQLite file.
    Sqlite(PathBuf),
    /// In a PostgreSQL database, by its URL.
    Postgres(Zeroizing<String>),
}

/// Without the URL, for it may have a password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("Memory"),
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// `memory`, `sqlite:FILE`, `sqlite://FILE` or `postgres://…`.
impl FromStr for Database {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        if text == "memory" {
            return Ok(Self::Memory);
        }
        if let Some(file) = text.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            if file.is_empty() {
                return Err(misread("a file is missing behind sqlite:"));
            }
            return Ok(Self::Sqlite(PathBuf::from(file)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(Zeroizing::new(text.to_owned())));
        }
        Err(misread("memory, sqlite:FILE or postgres://… is expected"))
    }
}

/// A key that requests are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: Zeroizing<String>,
    /// Whose it is.
    pub account: AccountId,
}

/// Without the secret.
impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// `ID:SECRET` or `ID:SECRET:ACCOUNT`.
impl FromStr for AccessKey {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        let mut parts = text.splitn(3, ':');
        let (Some(id), Some(secret)) = (parts.next(), parts.next()) else {
            return Err(misread("ID:SECRET or ID:SECRET:ACCOUNT is expected"));
        };
        if id.is_empty() || secret.is_empty() {
            return Err(misread("neither the id nor the secret may be empty"));
        }
        Ok(Self {
            id: id.to_owned(),
            secret: Zeroizing::new(secret.to_owned()),
            account: account(parts.next().unwrap_or(DEFAULT_ACCOUNT))?,
        })
    }
}

fn account(text: &str) -> Result<AccountId, Misread> {
    AccountId::new(text).map_err(|error| misread(format_args!("the account: {error}")))
}

/// A plan that an account has from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub product: Product,
    /// How many units.
    pub count: NonZeroU32,
}

/// `PRODUCT=COUNT` or `ACCOUNT/PRODUCT=COUNT`.
impl FromStr for Stock {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        let Some((what, count)) = text.rsplit_once('=') else {
            return Err(misread(
                "PRODUCT=COUNT or ACCOUNT/PRODUCT=COUNT is expected",
            ));
        };
        let (owner, code) = what.rsplit_once('/').unwrap_or((DEFAULT_ACCOUNT, what));
        let count = count
            .parse()
            .map_err(|_| misread(format_args!("{count} is no count from 1 to {}", u32::MAX)))?;
        Ok(Self {
            account: account(owner)?,
            product: product(code)?,
            count,
        })
    }
}

/// A published product by its code.
pub(crate) fn product(code: &str) -> Result<Product, Misread> {
    let catalog = Catalog::published();
    catalog.get(code).ok_or_else(|| {
        let known: Vec<String> = catalog.iter().map(|one| one.code.to_string()).collect();
        misread(format_args!(
            "there is no product {code}; there are {}",
            known.join(", ")
        ))
    })
}

/// What time it is for the service. How fresh a signature is goes by the system's clock always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockKind {
    /// The system's time.
    #[default]
    System,
    /// One that stands still until it is moved, and whose time is kept in the store. A new one begins
    /// at this instant, or at the system's time.
    Manual(Option<Timestamp>),
}

/// `system`, `manual` or `manual:RFC3339`.
impl FromStr for ClockKind {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        match text {
            "system" => Ok(Self::System),
            "manual" => Ok(Self::Manual(None)),
            _ => {
                let Some(at) = text.strip_prefix("manual:") else {
                    return Err(misread("system, manual or manual:RFC3339 is expected"));
                };
                let at = at.parse().map_err(misread)?;
                Ok(Self::Manual(Some(at)))
            }
        }
    }
}

/// Who decides on applications whose domain is proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Review {
    /// The control plane alone.
    #[default]
    Manual,
    /// The CA approves once an answer has shown `process`, so many seconds of the service's clock
    /// later.
    Auto(u32),
}

/// `manual`, `auto` or `auto:SECONDS`.
impl FromStr for Review {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        match text {
            "manual" => Ok(Self::Manual),
            "auto" => Ok(Self::Auto(0)),
            _ => text
                .strip_prefix("auto:")
                .and_then(|seconds| seconds.parse().ok())
                .map(Self::Auto)
                .ok_or_else(|| misread("manual, auto or auto:SECONDS is expected")),
        }
    }
}

/// Who does something: a machine or a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conduct {
    /// The control plane alone.
    #[default]
    Manual,
    /// By itself.
    Auto,
}

/// `manual` or `auto`.
impl FromStr for Conduct {
    type Err = Misread;

    fn from_str(text: &str) -> Result<Self, Misread> {
        match text {
            "manual" => Ok(Self::Manual),
            "auto" => Ok(Self::Auto),
            _ => Err(misread("manual or auto is expected")),
        }
    }
}

/// What connections may take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many connections there are at once; further ones wait.
    pub connections: usize,
    /// How large a body may be, in bytes, of the API's requests and of the control plane's.
    pub body: usize,
    /// How large request line and headers together may be, in bytes.
    pub head: usize,
    /// How many headers a request may have.
    pub headers: usize,
    /// How long a client may take for request line and headers, and stay idle before them.
    pub head_time: Duration,
    /// How long a client may take for the body.
    pub body_time: Duration,
    /// How long a client may leave an answer unread before the connection ends.
    pub write_time: Duration,
    /// How long requests under way have when the server is told to stop.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            body: crate::wire::Limits::USUAL.body,
            head: 131_072,
            headers: 64,
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(10),
            write_time: Duration::from_secs(30),
            grace: Duration::from_secs(10),
        }
    }
}

/// What a server is started with. By default it keeps everything in the file `cert-lifecycle.db` of the
/// working directory, as the program does; [`for_tests`](Self::for_tests) keeps nothing.
///
/// ```
/// use cert_lifecycle::server::{Config, Database};
/// let mut config = Config::default();
/// config.database = Database::Memory;
/// config.access_keys.push("id:secret".parse()?);
/// config.stock.push("geotrust-dv-1-starter=10".parse()?);
/// // Secrets are not shown.
/// assert!(!format!("{config:?}").contains("secret\""));
/// # Ok::<(), cert_lifecycle::server::Misread>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are independent switches, each named where it is set"
)]
pub struct Config {
    /// Where it listens; port 0 picks one.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub database: Database,
    /// Who may ask.
    pub access_keys: Vec<AccessKey>,
    /// Plans that accounts have; one of a product that the account has already is not added again.
    pub stock: Vec<Stock>,
    /// Always this edition of the rules; without it, the one of the service's day, of the international
    /// site's API.
    pub edition: Option<String>,
    /// What time it is.
    pub clock: ClockKind,
    /// Who reviews.
    pub review: Review,
    /// Who proves domains. By itself: once an answer has shown what to publish.
    pub verification: Conduct,
    /// Who completes revocations at the CA. By itself: at once.
    pub revocation: Conduct,
    /// Draws ids, challenges and faults from this seed, the same in every run on a new store; by lot
    /// without it.
    pub seed: Option<u64>,
    /// Whether the documented rates are held.
    pub throttle: bool,
    /// Whether order ids go beyond 2^53, which clients in JavaScript round.
    pub large_order_ids: bool,
    /// Whether the control plane is open; on a loopback address alone.
    pub control: bool,
    /// Whether the console is open under `/console/`; on a loopback address alone.
    #[cfg(feature = "console")]
    pub console: bool,
    /// What goes wrong.
    pub faults: Faults,
    /// What connections may take.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            database: Database::Sqlite(PathBuf::from("cert-lifecycle.db")),
            access_keys: Vec::new(),
            stock: Vec::new(),
            edition: None,
            clock: ClockKind::default(),
            review: Review::default(),
            verification: Conduct::default(),
            revocation: Conduct::Auto,
            seed: None,
            throttle: false,
            large_order_ids: false,
            control: false,
            #[cfg(feature = "console")]
            console: false,
            faults: Faults::default(),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// For tests in this process: everything in memory, on a free port, by a clock that stands still
    /// until it is moved and begins now, domains proved and applications approved by themselves, the
    /// control plane and the console (feature `console`) open, the key `testid` with the secret `testsecret`, and ten units of
    /// `geotrust-dv-1-starter`. Whatever else is wanted is changed afterwards.
    ///
    /// ```
    /// use cert_lifecycle::server::Config;
    /// let mut config = Config::for_tests();
    /// config.clock = "manual:2026-03-20T09:00:00+08:00".parse()?;
    /// assert_eq!((config.access_keys.len(), config.stock.len()), (1, 1));
    /// # Ok::<(), cert_lifecycle::server::Misread>(())
    /// ```
    #[must_use]
    pub fn for_tests() -> Self {
        Self {
            database: Database::Memory,
            access_keys: "testid:testsecret".parse().into_iter().collect(),
            stock: "geotrust-dv-1-starter=10".parse().into_iter().collect(),
            clock: ClockKind::Manual(None),
            review: Review::Auto(0),
            verification: Conduct::Auto,
            control: true,
            #[cfg(feature = "console")]
            console: true,
            ..Self::default()
        }
    }

    /// What is said twice, so that only one of the two counts; ids of keys are not quoted.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for (place, key) in self.access_keys.iter().enumerate() {
            if self
                .access_keys
                .iter()
                .skip(place.saturating_add(1))
                .any(|own| own.id == key.id)
            {
                let number = place.saturating_add(1);
                remarks.push(format!(
                    "flag=--access-key number={number} why=doubled: a later one has the same id"
                ));
            }
        }
        for (place, own) in self.stock.iter().enumerate() {
            let same = |other: &Stock| {
                other.account == own.account && other.product.code == own.product.code
            };
            if self.stock.iter().take(place).any(same) {
                let (account, code) = (own.account, own.product.code);
                remarks.push(format!(
                    "flag=--plan plan={account}/{code} why=doubled: only the first one is bought"
                ));
            }
        }
        remarks
    }

    /// Every account that is named, each once.
    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        let keys = self.access_keys.iter().map(|key| key.account);
        let mut accounts: Vec<AccountId> = keys
            .chain(self.stock.iter().map(|one| one.account))
            .collect();
        accounts.sort();
        accounts.dedup();
        accounts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_read() {
        let file = |name: &str| Database::Sqlite(PathBuf::from(name));
        assert_eq!("memory".parse(), Ok(Database::Memory));
        assert_eq!("sqlite:a.db".parse(), Ok(file("a.db")));
        assert_eq!("sqlite://a.db".parse(), Ok(file("a.db")));
        assert_eq!("sqlite:/tmp/a.db".parse(), Ok(file("/tmp/a.db")));
        assert_eq!("sqlite:///tmp/a.db".parse(), Ok(file("/tmp/a.db")));
        for wrong in ["", "sqlite:", "sqlite://", "a.db", "mysql://x"] {
            assert!(wrong.parse::<Database>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_may_not_hold_a_colon_and_is_never_shown() {
        let key: AccessKey = "id:s3cret:tom".parse().unwrap();
        assert_eq!((key.id.as_str(), key.secret.as_str()), ("id", "s3cret"));
        assert_eq!(key.account.as_str(), "tom");
        assert!(!format!("{key:?}").contains("s3cret"));
        for wrong in [
            "",
            "s3cret",
            ":s3cret",
            "s3cret:",
            "id:s3cret:",
            "id:s3cret:a b",
        ] {
            let error = wrong.parse::<AccessKey>().unwrap_err();
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
        let url: Database = "postgres://tom:s3cret@host/db".parse().unwrap();
        assert!(!format!("{url:?}").contains("s3cret"));
    }

    #[test]
    fn plans_clocks_and_policies_are_read() {
        let stock: Stock = "tom/geotrust-dv-1-starter=3".parse().unwrap();
        assert_eq!((stock.account.as_str(), stock.count.get()), ("tom", 3));
        let stock: Stock = "geotrust-dv-1-starter=3".parse().unwrap();
        assert_eq!(stock.account.as_str(), DEFAULT_ACCOUNT);
        for wrong in [
            "",
            "geotrust-dv-1-starter",
            "geotrust-dv-1-starter=0",
            "nothing=1",
        ] {
            assert!(wrong.parse::<Stock>().is_err(), "{wrong}");
        }
        assert_eq!("system".parse(), Ok(ClockKind::System));
        assert_eq!("manual".parse(), Ok(ClockKind::Manual(None)));
        let at = "2021-03-01T00:00:00+08:00";
        let expected = ClockKind::Manual(Some(at.parse().unwrap()));
        assert_eq!(format!("manual:{at}").parse(), Ok(expected));
        assert!("manual:yesterday".parse::<ClockKind>().is_err());
        assert_eq!("auto:60".parse(), Ok(Review::Auto(60)));
        assert!("auto:-1".parse::<Review>().is_err());
        assert!("on".parse::<Conduct>().is_err());
    }
}
