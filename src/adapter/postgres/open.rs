//! Opening a database: its limits of time, its migrations.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::looks::Looks;
use super::{PostgresStore, words};
use crate::adapter::sql::{LoadSql, number};

/// The migrations, one after the other; `cl_schema` counts those that a database has had. They are
/// frozen: a change is a further one.
const MIGRATIONS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];

/// The lock that a migration takes: two processes may open a new database at once.
const MIGRATION_LOCK: i64 = 0x636c_6966_6501;

/// Where the database is and how it is used.
#[derive(Clone)]
pub struct PostgresOptions {
    connect: PgConnectOptions,
    connections: u32,
    wait: Duration,
    statement: Duration,
    answer: Duration,
}

/// Without the password.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("database", &place(&self.connect))
            .field("user", &self.connect.get_username())
            .field("tls", &self.connect.get_ssl_mode())
            .field("connections", &self.connections)
            .field("wait", &self.wait)
            .field("statement", &self.statement)
            .field("answer", &self.answer)
            .finish()
    }
}

/// Where a database is, in words.
fn place(connect: &PgConnectOptions) -> String {
    let user = connect.get_username();
    let database = connect.get_database().unwrap_or(user);
    match connect.get_socket() {
        Some(folder) => format!("{database} in {}", folder.display()),
        None => format!("{}:{}/{database}", connect.get_host(), connect.get_port()),
    }
}

impl PostgresOptions {
    /// A database by its URL, `postgres://user:password@host:port/database`.
    ///
    /// What libpq's variables say (`PGHOST`, `PGPASSWORD` and others) holds where the URL is silent.
    ///
    /// # TLS
    ///
    /// It needs the feature `postgres-tls`. Only `?sslmode=verify-full` knows whom it talks to: it
    /// checks the server's name and its certificate, against Mozilla's roots and those in the PEM file
    /// of `sslrootcert=`. `require` encrypts and does not check the certificate, `verify-ca` does not
    /// check the name. The default, `prefer`, encrypts if the server does, and without the feature it
    /// never does. `sslcert=` and `sslkey=` name a certificate of the client.
    ///
    /// # Errors
    /// [`OpenError::Url`] if it is no such URL.
    ///
    /// ```
    /// use cert_lifecycle::adapter::postgres::PostgresOptions;
    /// let options = PostgresOptions::url("postgres://user:secret@localhost/certificates")?;
    /// assert!(!format!("{options:?}").contains("secret"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn url(url: &str) -> Result<Self, OpenError> {
        let none = |why: String| OpenError::Url { why };
        if url.is_empty() {
            return Err(none("it is empty".into()));
        }
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(none("it doesn't begin with postgres://".into()));
        }
        let connect = PgConnectOptions::from_str(url).map_err(|error| {
            // What is wrong without that something is.
            let inner = core::error::Error::source(&error);
            none(inner.map_or_else(|| error.to_string(), ToString::to_string))
        })?;
        Ok(Self {
            connect,
            connections: 10,
            wait: Duration::from_secs(10),
            statement: Duration::from_secs(10),
            answer: Duration::from_secs(25),
        })
    }

    /// At most so many connections, 10 unless said otherwise.
    #[must_use]
    pub const fn with_connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// How long a call waits for a connection before it fails, 10 seconds unless said otherwise.
    #[must_use]
    pub const fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// How long the server may work on a statement, waiting for locks included, before it fails: 10
    /// seconds unless said otherwise.
    #[must_use]
    pub const fn with_statement_limit(mut self, limit: Duration) -> Self {
        self.statement = limit;
        self
    }

    /// How long the store waits for an answer before a call fails, 25 seconds unless said otherwise:
    /// longer than the other two limits together, so that their errors come first.
    ///
    /// The server's limit ends where a commit begins, and one that waits for a standby which is gone
    /// would wait for ever. It is not known then whether the call was carried out. Its connection is
    /// taken up again when the server has answered, and counts among those that are open until then.
    #[must_use]
    pub const fn with_answer_limit(mut self, limit: Duration) -> Self {
        self.answer = limit;
        self
    }
}

/// Why a database was not opened. It was not changed, but for migrations that were committed before.
///
/// None of them shows the password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is no URL of a PostgreSQL database.
    #[error("the URL is not of the form postgres://user:password@host:port/database: {why}")]
    Url {
        /// What is wrong with it.
        why: String,
    },
    /// It can't be reached or does not let itself be used.
    #[error("the database {place} can't be opened: {why}")]
    Database {
        /// Where it is: host, port and name, or name and folder of the socket.
        place: String,
        /// Why, in the server's words if it said any.
        why: String,
        /// What the driver says.
        source: Box<dyn core::error::Error + Send + Sync>,
    },
    /// A setting that durability hangs on is not as it must be. The store sets it for each connection,
    /// so something between it and the server has changed it.
    #[error(
        "the database {place} has {setting} = {found}, not {wanted}: a commit would be acknowledged \
         too early"
    )]
    Setting {
        /// Where the database is.
        place: String,
        /// Which.
        setting: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// A later release wrote it.
    #[error(
        "the database {place} has schema {found}, this release knows up to {known}: use a later \
         release"
    )]
    Newer {
        /// Where it is.
        place: String,
        /// Its schema.
        found: i64,
        /// The newest one that is known.
        known: i64,
    },
}

impl OpenError {
    fn of(place: &str, error: sqlx::Error) -> Self {
        Self::Database {
            place: place.into(),
            why: if matches!(error, sqlx::Error::Tls(_)) && !cfg!(feature = "postgres-tls") {
                format!("{error}; the feature `postgres-tls` brings it")
            } else {
                words(&error)
            },
            source: error.into(),
        }
    }

    fn late(place: &str, limit: Duration, late: Elapsed) -> Self {
        Self::Database {
            place: place.into(),
            why: format!("no answer within {limit:?}"),
            source: late.into(),
        }
    }
}

/// The setting that durability hangs on.
const SETTING: &str = "synchronous_commit";

/// What a connection has taken of it, if it is not as it must be; read back, since a pooler may override
/// it.
async fn untaken(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let query = sqlx::query_scalar("SELECT current_setting($1)");
    let found: String = query.bind(SETTING).fetch_one(connection).await?;
    let is_enough = matches!(found.as_str(), "on" | "remote_apply");
    Ok((!is_enough).then_some(found))
}

/// The same for the pool, which knows no errors but those of the driver.
async fn check(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    match untaken(connection).await? {
        None => Ok(()),
        Some(found) => {
            let text = format!("{SETTING} is {found}: a commit would be acknowledged too early");
            Err(sqlx::Error::Configuration(text.into()))
        }
    }
}

/// Brings a database to the newest schema, in one transaction.
async fn migrate(
    connection: &mut PgConnection,
    place: &str,
    limit: Duration,
) -> Result<(), OpenError> {
    let failed = |error| OpenError::of(place, error);
    let known = number(MIGRATIONS.len());
    let mut transaction = connection.begin().await.map_err(failed)?;
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATION_LOCK);
    lock.execute(&mut *transaction).await.map_err(failed)?;
    let there = sqlx::query_scalar("SELECT to_regclass('cl_schema') IS NOT NULL");
    let there: bool = there.fetch_one(&mut *transaction).await.map_err(failed)?;
    if !there {
        let text = "CREATE TABLE cl_schema (version bigint NOT NULL);
                    INSERT INTO cl_schema VALUES (0)";
        transaction.execute(text).await.map_err(failed)?;
    }
    let found = sqlx::query_scalar("SELECT version FROM cl_schema");
    let found: i64 = found.fetch_one(&mut *transaction).await.map_err(failed)?;
    if found > known {
        let place = place.into();
        return Err(OpenError::Newer {
            place,
            found,
            known,
        });
    }
    let done = usize::try_from(found).unwrap_or_default();
    for text in MIGRATIONS.iter().skip(done) {
        transaction.execute(*text).await.map_err(failed)?;
    }
    if found < known {
        let mark = AssertSqlSafe(format!("UPDATE cl_schema SET version = {known}"));
        transaction.execute(mark).await.map_err(failed)?;
    }
    // The server's limit of a statement is none for a commit that waits for a standby.
    let committed = timeout(limit, transaction.commit()).await;
    let committed = committed.map_err(|late| OpenError::late(place, limit, late))?;
    committed.map_err(failed)
}

impl PostgresStore {
    /// Opens a store, and makes or migrates its tables in the first schema of the search path.
    ///
    /// It does not wait for a server that isn't there yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: PostgresOptions) -> Result<Self, OpenError> {
        let limit = options.statement.as_millis().to_string();
        let connect = options.connect.options([
            (SETTING, "on"),
            ("statement_timeout", limit.as_str()),
            ("idle_in_transaction_session_timeout", limit.as_str()),
        ]);
        let place = place(&connect);
        let failed = |error| OpenError::of(&place, error);
        // A pool waits and says only that it waited; what is wrong is told by a connection alone.
        let first = async {
            let mut first = connect.connect().await?;
            let untaken = untaken(&mut first).await?;
            Ok((first, untaken))
        };
        let first = timeout(options.wait, first).await;
        let first = first.map_err(|late| OpenError::late(&place, options.wait, late))?;
        let (mut first, untaken) = first.map_err(failed)?;
        if let Some(found) = untaken {
            return Err(OpenError::Setting {
                place,
                setting: SETTING,
                wanted: "on",
                found,
            });
        }
        migrate(&mut first, &place, options.answer).await?;
        // A role may have few connections.
        first.close().await.map_err(failed)?;
        let looks = Looks::default();
        let own = looks.clone();
        let pool = PgPoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(options.wait)
            // A look at each connection before each use would be a round trip more.
            .test_before_acquire(false)
            .before_acquire(move |connection, known| {
                let looks = own.clone();
                Box::pin(async move { looks.passes(connection, known.idle_for).await })
            })
            .after_connect(|connection, _| Box::pin(check(connection)))
            .connect_with(connect)
            .await
            .map_err(failed)?;
        Ok(Self {
            pool,
            load: Arc::new(LoadSql::new()),
            answer: options.answer,
            looks,
        })
    }
}
