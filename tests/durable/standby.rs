//! A primary with a standby that streams from it, both private, behind one address that moves.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use super::cluster::{Cluster, Home};

/// How the primary goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// SIGKILL, to it and then to all its processes.
    Killed,
    /// As in a crash that it notices.
    Immediate,
    /// Shut down by somebody, while commits may wait for the standby.
    Fast,
}

/// Both servers. Clients reach the primary by the address, as by one that moves from machine to
/// machine: the driver knows URLs of one host only.
pub(crate) struct Pair {
    primary: Cluster,
    standby: Cluster,
    address: TempDir,
}

/// The standby's name, which the primary waits for.
const NAME: &str = "standby";

/// Whether commits wait for the standby.
pub(crate) const WAITS: &str =
    "SELECT COUNT(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

/// A process that is stopped; it goes on when this is dropped.
pub(crate) struct Held(i32);

impl Held {
    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.0.to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

/// Whether a process is there; one that nobody has waited for yet is not.
fn lives(id: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{id}/stat"));
    state.is_ok_and(|text| {
        let rest = text.rsplit(") ").next().unwrap_or_default();
        !rest.starts_with('Z')
    })
}

/// The processes that a process started, where `/proc` says so.
fn children(of: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_child = |id: &u32| {
        let Ok(text) = fs::read_to_string(format!("/proc/{id}/stat")) else {
            return false;
        };
        let rest = text.rsplit(") ").next().unwrap_or_default();
        rest.split(' ').nth(1) == Some(of.to_string().as_str())
    };
    ids.filter(is_child).collect()
}

/// SIGKILL to a server and everything that it started, and not back before all are gone.
fn kill_all(cluster: &mut Cluster) {
    let all = children(cluster.child.id());
    cluster.child.kill().unwrap();
    let status = cluster.child.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "it had ended before: {status}");
    let ids = all.iter().map(u32::to_string);
    // Most of them are gone already, which is no failure.
    let _ = Command::new("kill").arg("-KILL").args(ids).output();
    for _ in 0..1_000 {
        if !all.iter().any(|id| lives(*id)) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("processes of a killed server live on");
}

fn url(folder: &Path, database: &str) -> String {
    let folder = folder.display();
    format!("postgres://tester@localhost/{database}?host={folder}")
}

/// A copy of a primary that streams from it.
fn copy(primary: &Cluster) -> Result<Cluster, String> {
    let home = Home::new()?;
    let from = primary.home.folder().display().to_string();
    let mut copy = home.program("pg_basebackup");
    copy.args(["--username=tester", "--checkpoint=fast", "--no-sync"]);
    Home::done(
        copy.arg("--host")
            .arg(&from)
            .arg("--pgdata")
            .arg(home.data()),
    )?;
    let mark = home.data().join("standby.signal");
    fs::write(mark, "").map_err(|error| error.to_string())?;
    let source = format!("primary_conninfo=host={from} user=tester application_name={NAME}");
    Cluster::begin(home, vec![source])
}

impl Pair {
    /// A primary that acknowledges no commit before its standby has it.
    pub(crate) fn start() -> Result<Self, String> {
        let primary = Cluster::start()?;
        let standby = copy(&primary)?;
        let address = TempDir::with_prefix("cert-lifecycle-address-");
        let address = address.map_err(|error| error.to_string())?;
        let pair = Self {
            primary,
            standby,
            address,
        };
        pair.point();
        Ok(pair)
    }

    /// Moves the address to the primary.
    fn point(&self) {
        let new = self.address.path().join("new");
        symlink(self.primary.home.folder(), &new).unwrap();
        fs::rename(new, self.address.path().join("at")).unwrap();
    }

    /// The URL of a database of whichever is the primary.
    pub(crate) fn url(&self, database: &str) -> String {
        url(&self.address.path().join("at"), database)
    }

    /// Sends statements to the primary.
    pub(crate) async fn tell(&self, texts: &[&str]) {
        let folder = self.primary.home.folder();
        let mut own = PgConnection::connect(&url(folder, "postgres"))
            .await
            .unwrap();
        for text in texts {
            own.execute(AssertSqlSafe(*text)).await.unwrap();
        }
        own.close().await.unwrap();
    }

    /// Asks the primary until it says yes.
    pub(crate) async fn until(&self, question: &str) {
        let folder = self.primary.home.folder();
        let mut own = PgConnection::connect(&url(folder, "postgres"))
            .await
            .unwrap();
        for _ in 0..2_000 {
            let answer = sqlx::query_scalar(AssertSqlSafe(question));
            let answer: Option<bool> = answer.fetch_one(&mut own).await.unwrap();
            if answer == Some(true) {
                own.close().await.unwrap();
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it did not come to that: {question}");
    }

    /// Whether the primary waits for the standby from now on; not back before that is so.
    pub(crate) async fn synchronous(&self, wanted: bool) {
        let names = if wanted {
            format!("FIRST 1 ({NAME})")
        } else {
            String::new()
        };
        let set = format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'");
        self.tell(&[&set, "SELECT pg_reload_conf()"]).await;
        let state = if wanted { "sync" } else { "async" };
        self.until(&format!(
            "SELECT bool_or(sync_state = '{state}' AND replay_lsn >= pg_current_wal_lsn()) \
             AND current_setting('synchronous_standby_names') = '{names}' FROM pg_stat_replication"
        ))
        .await;
        if wanted {
            self.until_it_waits().await;
        }
    }

    /// The standby goes away; the primary knows that when this is back.
    pub(crate) async fn stop_standby(&mut self) {
        self.standby.stop("fast");
        self.until("SELECT COUNT(*) = 0 FROM pg_stat_replication")
            .await;
    }

    pub(crate) fn start_standby(&mut self) {
        self.standby.start_again().unwrap();
    }

    pub(crate) fn restart_primary(&mut self) {
        self.primary.restart("immediate").unwrap();
    }

    /// Stops the process that receives for the standby.
    async fn stop_receiver(&self) -> Held {
        let folder = self.standby.home.folder();
        let mut own = PgConnection::connect(&url(folder, "postgres"))
            .await
            .unwrap();
        let found = sqlx::query_scalar("SELECT pid FROM pg_stat_wal_receiver");
        let receiver: i32 = found.fetch_one(&mut own).await.unwrap();
        own.close().await.unwrap();
        let held = Held(receiver);
        held.signal("-STOP");
        held
    }

    /// The standby receives nothing until what this gives is dropped; not back before a client's commit
    /// waits for it.
    pub(crate) async fn hold_receiver(&self) -> Held {
        let held = self.stop_receiver().await;
        self.until(WAITS).await;
        held
    }

    /// Writes something until that waits for the standby: the process that tells sessions to wait may
    /// read new settings later than all others.
    async fn until_it_waits(&self) {
        let held = self.stop_receiver().await;
        let folder = self.primary.home.folder();
        let mut own = PgConnection::connect(&url(folder, "postgres"))
            .await
            .unwrap();
        let write = "SELECT pg_logical_emit_message(true, 'probe', '')";
        let writing = tokio::spawn(async move { while own.execute(write).await.is_ok() {} });
        self.until(WAITS).await;
        writing.abort();
        drop(held);
        self.until(&format!("SELECT NOT ({WAITS})")).await;
    }

    /// The primary goes, and all its processes.
    pub(crate) fn end_primary(&mut self, how: End) {
        match how {
            End::Killed => kill_all(&mut self.primary),
            End::Immediate => self.primary.stop("immediate"),
            End::Fast => self.primary.stop("fast"),
        }
    }

    /// The standby takes over, and the address moves to it. Nobody follows it yet, so it waits for
    /// nobody: until [`Pair::follow`] it is alone.
    pub(crate) async fn promote(&mut self) {
        let mut promote = self.standby.home.program("pg_ctl");
        promote.args(["promote", "--wait", "--pgdata"]);
        Home::done(promote.arg(self.standby.home.data())).unwrap();
        std::mem::swap(&mut self.primary, &mut self.standby);
        let alone = "ALTER SYSTEM SET synchronous_standby_names = ''";
        self.tell(&[alone, "SELECT pg_reload_conf()"]).await;
        self.point();
    }

    /// A new standby in place of the one that was promoted.
    pub(crate) fn follow(&mut self) {
        self.standby = copy(&self.primary).unwrap();
    }
}
