//! The tables, and how a file comes to have them.

/// The mark of our files: `PRAGMA application_id`.
pub(super) const APPLICATION: i64 = 0x636c_6966;

/// The migrations, one after the other; a file's `PRAGMA user_version` counts those it has had. They
/// are frozen: a change is a further one.
pub(super) const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE cl_instance (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    product TEXT NOT NULL,
    plan TEXT,
    purchase TEXT,
    chain TEXT,
    name TEXT,
    order_id INTEGER,
    stage TEXT,
    names TEXT,
    expires_at INTEGER,
    due_at INTEGER,
    claimed_until INTEGER,
    UNIQUE (account, id)
) STRICT;
CREATE INDEX cl_instance_list ON cl_instance (account, number);
CREATE INDEX cl_instance_expiry ON cl_instance (account, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX cl_instance_due ON cl_instance (due_at, id) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX cl_instance_name ON cl_instance (account, name) WHERE name IS NOT NULL;
CREATE TABLE cl_order (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    instance TEXT NOT NULL
) STRICT;
CREATE TABLE cl_name (
    account TEXT NOT NULL,
    backwards TEXT NOT NULL,
    instance TEXT NOT NULL,
    PRIMARY KEY (account, backwards, instance)
) STRICT, WITHOUT ROWID;
CREATE INDEX cl_name_instance ON cl_name (account, instance);
CREATE TABLE cl_plan (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    product TEXT NOT NULL,
    total INTEGER NOT NULL,
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    settled INTEGER NOT NULL CHECK (settled >= 0),
    issued INTEGER NOT NULL,
    revocations INTEGER NOT NULL CHECK (revocations >= 0),
    taken INTEGER NOT NULL,
    revoked INTEGER NOT NULL,
    refunded_at INTEGER,
    refunded_cash INTEGER,
    UNIQUE (account, id),
    CHECK (reserved + settled <= total)
) STRICT;
CREATE INDEX cl_plan_product ON cl_plan (account, product, number);
CREATE TABLE cl_chain (
    account TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    current TEXT,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE cl_purchase (
    account TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    product TEXT NOT NULL,
    bought INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    revoked INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE cl_event (
    account TEXT NOT NULL,
    kind INTEGER NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account, kind, id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE cl_tally (
    account TEXT NOT NULL,
    product TEXT NOT NULL,
    bought INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    revoked INTEGER NOT NULL,
    PRIMARY KEY (account, product)
) STRICT, WITHOUT ROWID;
CREATE TABLE cl_free (
    account TEXT NOT NULL,
    at INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT;
CREATE INDEX cl_free_account ON cl_free (account, at);
CREATE TABLE cl_outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    at INTEGER NOT NULL,
    effect TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    since INTEGER,
    parked TEXT
) STRICT;
CREATE INDEX cl_outbox_due ON cl_outbox (not_before, position) WHERE parked IS NULL;
CREATE TABLE cl_record (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    at INTEGER NOT NULL,
    receipt TEXT NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX cl_record_at ON cl_record (at);
CREATE TABLE cl_key (
    id INTEGER PRIMARY KEY,
    sealed BLOB
) STRICT;
",
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
];
