//! Where a store is, opened as the service needs it; and its rows as they lie there.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use cert_lifecycle::adapter::ManualClock;
use cert_lifecycle::adapter::envelope::{Envelope, KekId, KeyEncryptionKey, SealedKeyVault};
use cert_lifecycle::adapter::postgres::{PostgresOptions, PostgresStore};
use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, Channel, Curve, KeyKind, Product, Site, Submission,
    ValidationMethod,
};
use cert_lifecycle::port::{
    CertificateAuthority, Deployer, Ids, KeyRows, KeyVault, Notifier, Payments, Store,
};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{EditionPolicy, Ports, Rules, Service, Settings};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// A SQLite file or a PostgreSQL database, as it is named to another process.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    File(PathBuf),
    Database(String),
}

/// Checked once, for that takes longer than many commands.
static BOOK: LazyLock<Rulebook> = LazyLock::new(Rulebook::published);

/// A row as texts.
pub(crate) type Texts = Vec<Option<String>>;

impl Place {
    pub(crate) fn parse(text: &str) -> Self {
        match text.strip_prefix("file:") {
            Some(path) => Self::File(path.into()),
            None => Self::Database(text.into()),
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::File(path) => format!("file:{}", path.display()),
            Self::Database(url) => url.clone(),
        }
    }

    /// Opens the store with the settings that everybody gets.
    pub(crate) async fn open(&self) -> Result<Opened, String> {
        Ok(match self {
            Self::File(path) => {
                let store = SqliteStore::open(SqliteOptions::file(path)).await;
                let store = store.map_err(|error| error.to_string())?;
                Opened {
                    store: Arc::new(store.clone()),
                    vault: vault(store.clone()),
                    handle: Handle::Sqlite(store),
                }
            }
            Self::Database(url) => {
                let options = PostgresOptions::url(url).map_err(|error| error.to_string())?;
                let store = PostgresStore::open(options).await;
                Opened::of_postgres(store.map_err(|error| error.to_string())?)
            }
        })
    }

    /// The rows of a query, past the store. Every column must be a text.
    pub(crate) async fn rows(&self, text: &str) -> Result<Vec<Texts>, sqlx::Error> {
        let query = AssertSqlSafe(text);
        match self {
            Self::File(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut own = SqliteConnection::connect_with(&options).await?;
                let rows = sqlx::query(query).fetch_all(&mut own).await?;
                own.close().await?;
                rows.iter()
                    .map(|row| (0..row.len()).map(|at| row.try_get(at)).collect())
                    .collect()
            }
            Self::Database(url) => {
                let mut own = PgConnection::connect(url).await?;
                let rows = sqlx::query(query).fetch_all(&mut own).await?;
                own.close().await?;
                rows.iter()
                    .map(|row| (0..row.len()).map(|at| row.try_get(at)).collect())
                    .collect()
            }
        }
    }

    /// Waits until a dead client's sessions are gone: the server may still be at work on what it
    /// was sent last.
    pub(crate) async fn quiet(&self) -> Result<(), sqlx::Error> {
        let Self::Database(_) = self else {
            return Ok(());
        };
        let text = "SELECT CAST(COUNT(*) AS text) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
        for _ in 0..1_000 {
            if self.rows(text).await? == [[Some("0".to_string())]] {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("the sessions of a dead client do not end");
    }
}

fn vault<R: KeyRows + 'static>(rows: R) -> Arc<dyn KeyVault> {
    let kek = KeyEncryptionKey::from_slice(&[7; 32]).unwrap();
    let envelope = Envelope::new(KekId::new("kek-1").unwrap(), kek);
    Arc::new(SealedKeyVault::new(envelope, rows))
}

/// A store that is open, and the keys in its rows.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Arc<dyn KeyVault>,
    handle: Handle,
}

enum Handle {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Opened {
    pub(crate) fn of_postgres(store: PostgresStore) -> Self {
        Self {
            store: Arc::new(store.clone()),
            vault: vault(store.clone()),
            handle: Handle::Postgres(store),
        }
    }

    pub(crate) async fn close(self) {
        match self.handle {
            Handle::Sqlite(store) => store.close().await,
            Handle::Postgres(store) => store.close().await,
        }
    }

    /// A service over it.
    pub(crate) fn service<W>(
        &self,
        channel: Channel,
        world: &Arc<W>,
        clock: &ManualClock,
        ids: &Arc<dyn Ids>,
    ) -> Service
    where
        W: CertificateAuthority + Payments + Notifier + Deployer + 'static,
    {
        let ports = Ports {
            store: self.store.clone(),
            ca: world.clone(),
            vault: self.vault.clone(),
            payments: world.clone(),
            notifier: world.clone(),
            deployer: world.clone(),
            clock: Arc::new(clock.clone()),
            ids: ids.clone(),
        };
        let policy = EditionPolicy::AsOf {
            site: Site::Cn,
            channel,
        };
        let mut settings = Settings::default();
        (settings.poll_every, settings.longest_poll) = (1, 1);
        // What was answered under a key is compared to the end.
        settings.key_lifetime = u32::MAX;
        Service::new(ports, Rules::new(BOOK.clone(), policy)).with_settings(settings)
    }
}

pub(crate) fn account(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

pub(crate) fn product() -> Product {
    Catalog::published().get("geotrust-dv-1-starter").unwrap()
}

pub(crate) fn submission(domain: &str) -> Submission {
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
    Submission::request(
        domain.parse().unwrap(),
        applicant,
        ValidationMethod::Dns,
        KeyKind::Ec(Curve::P256),
    )
}

/// Numbers from a seed (`SplitMix64`), so that a run can be told again as far as threads allow.
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let end = u64::try_from(from.len()).unwrap();
        (end > 0).then(|| from[usize::try_from(self.below(end)).unwrap()])
    }
}
