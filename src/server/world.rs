//! The world around the service: where it keeps things, who signs, what time it is.

use core::fmt;
use std::boxed::Box;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::format;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use crate::adapter::envelope::{Envelope, KekId, KeyEncryptionKey, SealedKeyVault};
use crate::adapter::local_ca::{KeptCa, LocalCaConfig, ReviewPolicy};
use crate::adapter::postgres::{PostgresOptions, PostgresStore};
use crate::adapter::sqlite::{SqliteOptions, SqliteStore};
use crate::adapter::{KeptClock, MemoryKeyVault, MemoryStore, RandomIds, SeededIds, SystemClock};
use crate::model::{AccountId, Channel, Payment, Site, Timestamp};
use crate::port::{
    BoxFuture, Clock, DeliveryError, Ids, KeyVault, Message, Notifier, Payments, Payout, Rows,
    Store, StoreError,
};
use crate::rulebook::Rulebook;
use crate::server::config::{ClockKind, Conduct, Config, Database};
use crate::server::faults::Ordered;
use crate::server::kept::Kept;
use crate::server::lab::Lab;
use crate::server::products::Products;
use crate::server::vault::Aside;
use crate::service::{EditionPolicy, Ports, Rules, Service, ServiceError};
use zeroize::Zeroizing;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The database can't be used.
    #[error("{0}")]
    Database(#[source] Box<dyn core::error::Error + Send + Sync>),
    /// The rulebook has no such edition, or it is of a model that no service runs.
    #[error("{0}")]
    Edition(#[from] crate::rulebook::ResolveError),
    /// The CA could not be founded.
    #[error("the CA: {0}")]
    Ca(#[source] Box<dyn core::error::Error + Send + Sync>),
    /// There are no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// A plan could not be bought.
    #[error("the plan of {product}: {error}")]
    Stock {
        /// Of what.
        product: String,
        /// Why.
        #[source]
        error: ServiceError,
    },
    /// The control plane is open to nobody but this machine.
    #[error("the control plane needs a loopback address to listen on, and {0} is none")]
    Control(core::net::SocketAddr),
    /// The console is for this machine alone.
    #[cfg(feature = "console")]
    #[error("the console needs a loopback address to listen on, and {0} is none")]
    Console(core::net::SocketAddr),
    /// What is kept beside the service is damaged.
    #[error("what is kept as {0} can't be read")]
    Kept(&'static str),
    /// The address can't be listened on.
    #[error("{address}: {error}")]
    Listen {
        /// Where.
        address: core::net::SocketAddr,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// Another server works on the file.
    #[error("{}: another server works on it", .0.display())]
    InUse(PathBuf),
    /// A thread can't be started.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Database(error.into())
    }
}

/// The store, by its kind.
#[derive(Debug)]
enum Opened {
    Memory(Arc<MemoryStore>),
    Sqlite(SqliteStore, Lock),
    Postgres(PostgresStore),
}

/// One server at a time works on a file: it holds a lock on another one beside it, which ends with the
/// process, however that ends. A lock on the file itself would meddle with those of SQLite.
#[derive(Debug)]
struct Lock(Option<File>);

impl Lock {
    fn take(database: &Path) -> Result<Self, StartError> {
        let mut beside = OsString::from(database);
        beside.push(".lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(PathBuf::from(beside));
        // Where there can be no such file, opening the database says why, or there are no locks.
        let Ok(file) = file else {
            return Ok(Self(None));
        };
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(StartError::InUse(database.into())),
            Err(TryLockError::Error(_)) => Ok(Self(None)),
        }
    }

    fn end(&self) {
        if let Some(file) = &self.0 {
            // It ends with the process at the latest.
            let _ = file.unlock();
        }
    }
}

impl Opened {
    async fn open(database: &Database) -> Result<Self, StartError> {
        let failed = |error: Box<dyn core::error::Error + Send + Sync>| StartError::Database(error);
        Ok(match database {
            Database::Memory => Self::Memory(Arc::new(MemoryStore::new())),
            Database::Sqlite(path) => {
                let lock = Lock::take(path)?;
                let store = SqliteStore::open(SqliteOptions::file(path)).await;
                Self::Sqlite(store.map_err(|error| failed(error.into()))?, lock)
            }
            Database::Postgres(url) => {
                let options = PostgresOptions::url(url).map_err(|error| failed(error.into()))?;
                let store = PostgresStore::open(options).await;
                Self::Postgres(store.map_err(|error| failed(error.into()))?)
            }
        })
    }

    fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Memory(store) => Arc::<MemoryStore>::clone(store),
            Self::Sqlite(store, _) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    fn rows(&self) -> Arc<dyn Rows> {
        match self {
            Self::Memory(store) => Arc::<MemoryStore>::clone(store),
            Self::Sqlite(store, _) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    /// Keys are sealed under a key that is kept in the same store: it is for tests and laboratories.
    async fn vault(&self, kept: &Kept) -> Result<Arc<dyn KeyVault>, StartError> {
        if let Self::Memory(_) = self {
            return Ok(Arc::new(Aside::new(MemoryKeyVault::new())));
        }
        let key = if let Some(key) = kept.get(SEALING_KEY).await? {
            Zeroizing::new(key)
        } else {
            let mut key = Zeroizing::new(std::vec![0; KeyEncryptionKey::BYTES]);
            aws_lc_rs::rand::fill(&mut key).map_err(|_| StartError::Random)?;
            kept.put(SEALING_KEY, key.to_vec()).await?;
            key
        };
        let damaged = StartError::Kept(SEALING_KEY);
        let (Ok(id), Ok(key)) = (KekId::new("laboratory"), KeyEncryptionKey::from_slice(&key))
        else {
            return Err(damaged);
        };
        let envelope = Envelope::new(id, key);
        Ok(match self {
            Self::Memory(_) => return Err(damaged),
            Self::Sqlite(store, _) => {
                Arc::new(Aside::new(SealedKeyVault::new(envelope, store.clone())))
            }
            Self::Postgres(store) => {
                Arc::new(Aside::new(SealedKeyVault::new(envelope, store.clone())))
            }
        })
    }

    async fn close(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Sqlite(store, lock) => {
                store.close().await;
                lock.end();
            }
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// The key that keys are sealed under.
const SEALING_KEY: &str = "server/sealing-key";
/// Accounts, one a line.
const ACCOUNTS: &str = "server/accounts";
/// How often the server was started on this store.
const STARTS: &str = "server/starts";

/// What time it is for the service.
#[derive(Clone, Debug)]
pub(crate) enum ServiceClock {
    System,
    Manual(KeptClock),
}

impl ServiceClock {
    async fn open(kind: ClockKind, rows: Arc<dyn Rows>) -> Result<Self, StartError> {
        let ClockKind::Manual(at) = kind else {
            return Ok(Self::System);
        };
        let start = at.unwrap_or_else(|| SystemClock::new().now());
        let clock = KeptClock::open(rows, start).await;
        let clock = clock.map_err(|error| StartError::Database(error.into()))?;
        Ok(Self::Manual(clock))
    }

    /// The one that can be moved.
    pub(crate) const fn manual(&self) -> Option<&KeptClock> {
        match self {
            Self::System => None,
            Self::Manual(clock) => Some(clock),
        }
    }
}

impl Clock for ServiceClock {
    fn now(&self) -> Timestamp {
        match self {
            Self::System => SystemClock::new().now(),
            Self::Manual(clock) => clock.now(),
        }
    }
}

/// Payments and notices are taken and forgotten.
#[derive(Clone, Copy, Debug)]
struct Nowhere;

impl Payments for Nowhere {
    fn pay_back(&self, _: Payout) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async { Ok(()) })
    }
}

impl Notifier for Nowhere {
    fn tell(&self, _: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async { Ok(()) })
    }
}

/// The service and what lies around it.
pub(crate) struct World {
    opened: Opened,
    pub(crate) service: Service,
    pub(crate) lab: Arc<Lab>,
    #[cfg(feature = "console")]
    pub(crate) products: Products,
    pub(crate) clock: ServiceClock,
    pub(crate) faults: Arc<Ordered>,
    /// How often the server was started on this store before.
    pub(crate) starts: u64,
    pub(crate) kept: Kept,
    /// What was asked for at the start and is not so.
    pub(crate) remarks: Vec<String>,
    /// Whose orders the control plane finds: who has a key, or has bought, now or at a former start.
    accounts: tokio::sync::Mutex<BTreeSet<AccountId>>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("opened", &self.opened)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl World {
    pub(crate) async fn open(config: &Config) -> Result<Self, StartError> {
        let rules = rules(config.edition.as_deref())?;
        let opened = Opened::open(&config.database).await?;
        let rows = opened.rows();
        let kept = Kept::new(Arc::clone(&rows));
        if let ClockKind::Manual(Some(start)) = config.clock {
            // Judged before it is kept: it could not be taken back.
            rules.in_force(start)?;
        }
        let clock = ServiceClock::open(config.clock, Arc::clone(&rows)).await?;
        let now = clock.now();
        rules.in_force(now)?;
        let mut remarks = config.remarks();
        if let ClockKind::Manual(Some(start)) = config.clock
            && now != start
        {
            remarks.push(format!(
                "flag=--clock why=kept now={now}: the store has a time of its own"
            ));
        }
        let starts = count_start(&kept).await?;
        let faults = Arc::new(Ordered::new(
            config.faults.clone(),
            config.seed.unwrap_or_default(),
        ));
        let ca = found(config, &rules, rows, clock.now()).await?;
        let lab = Arc::new(Lab::new(ca, Arc::clone(&faults)));
        let nowhere = Arc::new(Nowhere);
        let products = Products::new(kept.clone(), clock.clone(), Arc::clone(&faults));
        let ports = Ports {
            store: opened.store(),
            ca: Arc::<Lab>::clone(&lab),
            vault: opened.vault(&kept).await?,
            payments: nowhere.clone(),
            notifier: nowhere,
            deployer: Arc::new(products.clone()),
            clock: Arc::new(clock.clone()),
            ids: ids(config, starts)?,
        };
        let service = Service::new(ports, rules);
        let world = Self {
            opened,
            service,
            lab,
            #[cfg(feature = "console")]
            products,
            clock,
            faults,
            starts,
            accounts: tokio::sync::Mutex::new(known(&kept).await?),
            kept,
            remarks,
        };
        for account in config.accounts() {
            world.meet(account).await?;
        }
        world.put_in_stock(config).await?;
        Ok(world)
    }

    /// Whose orders the control plane finds.
    pub(crate) async fn accounts(&self) -> Vec<AccountId> {
        self.accounts.lock().await.iter().copied().collect()
    }

    /// Lets the control plane find an account's orders, after a restart as well.
    pub(crate) async fn meet(&self, account: AccountId) -> Result<(), StoreError> {
        let mut accounts = self.accounts.lock().await;
        if accounts.insert(account) {
            let words: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
            self.kept
                .put(ACCOUNTS, words.join("\n").into_bytes())
                .await?;
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.opened.close().await;
    }

    /// Buys the plans that are not there.
    async fn put_in_stock(&self, config: &Config) -> Result<(), StartError> {
        for stock in &config.stock {
            let code = stock.product.code;
            let store = &self.service.ports().store;
            let there = store.plans(stock.account, Some(code), None, 1).await?;
            if there.is_empty() {
                let bought =
                    self.service
                        .buy_plan(stock.account, stock.product, stock.count, Payment::NONE);
                bought.await.map_err(|error| StartError::Stock {
                    product: code.to_string(),
                    error,
                })?;
            }
        }
        Ok(())
    }
}

fn rules(edition: Option<&str>) -> Result<Rules, StartError> {
    let book = Rulebook::published();
    let policy = match edition {
        Some(key) => EditionPolicy::Fixed(book.edition(key)?.key()),
        None => EditionPolicy::AsOf {
            site: Site::Intl,
            channel: Channel::Api,
        },
    };
    Ok(Rules::new(book, policy))
}

/// How long root and intermediate live, so that a clock may be moved far.
const HIERARCHY_DAYS: (u32, u32) = (36_500, 36_000);

async fn found(
    config: &Config,
    rules: &Rules,
    rows: Arc<dyn Rows>,
    now: Timestamp,
) -> Result<KeptCa, StartError> {
    let ceilings = rules.book().ceilings().clone();
    let (root, intermediate) = HIERARCHY_DAYS;
    let mut lab = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into())
        .with_hierarchy_days(root, intermediate)
        .with_review(ReviewPolicy::Manual);
    lab = match config.revocation {
        Conduct::Auto => lab.without_confirmation_mail(),
        Conduct::Manual => lab.with_revocation(ReviewPolicy::Manual),
    };
    if let Some(seed) = config.seed {
        lab = lab.with_challenge_seed(hmac_sha256::Hash::hash(&seed.to_le_bytes()));
    }
    let ca = KeptCa::open(lab, rows, now).await;
    ca.map_err(|error| StartError::Ca(error.into()))
}

/// The accounts of former starts.
async fn known(kept: &Kept) -> Result<BTreeSet<AccountId>, StartError> {
    let damaged = || StartError::Kept(ACCOUNTS);
    let Some(text) = kept.get(ACCOUNTS).await? else {
        return Ok(BTreeSet::new());
    };
    let text = core::str::from_utf8(&text).map_err(|_| damaged())?;
    let accounts = text
        .lines()
        .map(|line| AccountId::new(line).map_err(|_| damaged()));
    accounts.collect()
}

/// Counts this start; how many there were before.
async fn count_start(kept: &Kept) -> Result<u64, StartError> {
    let before = match kept.get(STARTS).await? {
        None => 0,
        Some(text) => core::str::from_utf8(&text)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
            .ok_or(StartError::Kept(STARTS))?,
    };
    let now = before.saturating_add(1);
    kept.put(STARTS, format!("{now}").into_bytes()).await?;
    Ok(before)
}

/// The seed of one start on a store: no other start on it has the same, whatever seed it is given.
pub(crate) fn seed_of(seed: u64, starts: u64) -> u64 {
    let mut hash = hmac_sha256::Hash::new();
    hash.update(seed.to_le_bytes());
    hash.update(starts.to_le_bytes());
    let hash = hash.finalize();
    hash.first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn ids(config: &Config, starts: u64) -> Result<Arc<dyn Ids>, StartError> {
    let large = config.large_order_ids;
    let Some(seed) = config.seed else {
        let ids = RandomIds::new().map_err(|_| StartError::Random)?;
        return Ok(Arc::new(if large {
            ids.with_large_order_ids()
        } else {
            ids
        }));
    };
    // A start has ids of its own, or they would begin anew on the same store.
    let ids = SeededIds::new(seed_of(seed, starts));
    Ok(Arc::new(if large {
        ids.with_large_order_ids()
    } else {
        ids
    }))
}
