//! A PostgreSQL server for tests: one that is given, or a private one in a temporary folder.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A server that tests may make databases in.
pub(crate) struct Server {
    /// A URL without a database, and what belongs behind it.
    base: String,
    parameters: String,
    own: Option<Cluster>,
}

/// A private server; it is stopped when it is dropped.
pub(crate) struct Cluster {
    child: Child,
    folder: TempDir,
    binaries: PathBuf,
    user: Option<(u32, u32)>,
}

/// Where the server's programs are: where `PG_CONFIG` or the packages of Debian have them.
fn binaries() -> Option<PathBuf> {
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    let asked = asked.and_then(|output| String::from_utf8(output.stdout).ok());
    let mut places: Vec<PathBuf> = asked.map(|text| text.trim().into()).into_iter().collect();
    let mut packaged: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    packaged.sort();
    places.extend(packaged.into_iter().rev());
    let whole = |place: &PathBuf| place.join("initdb").exists() && place.join("postgres").exists();
    places.into_iter().find(whole)
}

/// Who runs the server: it refuses to run as root.
fn user(folder: &Path) -> Result<Option<(u32, u32)>, String> {
    let own = fs::metadata(folder).map_err(|error| error.to_string())?;
    if own.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    for wanted in ["postgres", "nobody"] {
        let line = users
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{wanted}:")));
        let mut ids = line.into_iter().flat_map(|line| line.split(':').skip(1));
        if let (Some(user), Some(group)) = (ids.next(), ids.next()) {
            let ids = user.parse().ok().zip(group.parse().ok());
            return Ok(ids);
        }
    }
    Err("the server can't run as root, and there is no other user".into())
}

fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command.current_dir("/");
    command
}

impl Cluster {
    /// A server that listens on a socket in its own folder and nowhere else.
    fn start() -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let binaries = binaries().ok_or("there is no PostgreSQL server on this machine")?;
        let folder = TempDir::with_prefix("cert-lifecycle-postgres-").map_err(text)?;
        let user = user(folder.path())?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).map_err(text)?;
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).map_err(text)?;
        }
        let data = folder.path().join("data");
        let made = as_user(&binaries.join("initdb"), user)
            .args([
                "--username=tester",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
            ])
            .arg("--pgdata")
            .arg(&data)
            .output()
            .map_err(text)?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned());
        }
        let child = Self::run(&binaries, folder.path(), user)?;
        let cluster = Self {
            child,
            folder,
            binaries,
            user,
        };
        cluster.wait()?;
        Ok(cluster)
    }

    fn run(binaries: &Path, folder: &Path, user: Option<(u32, u32)>) -> Result<Child, String> {
        let log = fs::File::create(folder.join("log")).map_err(|error| error.to_string())?;
        as_user(&binaries.join("postgres"), user)
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-c", "listen_addresses=", "-c", "max_connections=200", "-k"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| error.to_string())
    }

    /// Waits until it takes connections.
    fn wait(&self) -> Result<(), String> {
        for _ in 0..600 {
            let ready = Command::new(self.binaries.join("pg_isready"))
                .arg("-q")
                .arg("-h")
                .arg(self.folder.path())
                .status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(format!("the server did not start: {log}"))
    }

    /// Stops it: at once, as a crash would, or once its clients are disconnected.
    fn stop(&mut self, how: &str) {
        let _ = as_user(&self.binaries.join("pg_ctl"), self.user)
            .args(["stop", "-m", how, "-D"])
            .arg(self.folder.path().join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = self.child.wait();
    }

    /// A crash and a new start.
    pub(crate) fn restart(&mut self) -> Result<(), String> {
        self.stop("immediate");
        self.child = Self::run(&self.binaries, self.folder.path(), self.user)?;
        self.wait()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop("immediate");
    }
}

impl Server {
    /// The server of `DATABASE_URL`, or a private one.
    pub(crate) fn find() -> Result<Self, String> {
        if let Ok(url) = std::env::var("DATABASE_URL") {
            let (front, parameters) = url.split_once('?').unwrap_or((&url, ""));
            let base = front
                .rsplit_once('/')
                .ok_or("DATABASE_URL has no database")?
                .0;
            return Ok(Self {
                base: base.into(),
                parameters: parameters.into(),
                own: None,
            });
        }
        let cluster = Cluster::start()?;
        Ok(Self {
            base: "postgres://tester@localhost".into(),
            parameters: format!("host={}", cluster.folder.path().display()),
            own: Some(cluster),
        })
    }

    /// The URL of a database of this server.
    pub(crate) fn url(&self, database: &str) -> String {
        let mark = if self.parameters.is_empty() { "" } else { "?" };
        format!("{}/{database}{mark}{}", self.base, self.parameters)
    }

    /// The private server, if it is one.
    pub(crate) fn own(&mut self) -> Option<&mut Cluster> {
        self.own.as_mut()
    }
}
