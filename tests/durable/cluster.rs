//! A PostgreSQL server for tests: one that is given, or a private one in a temporary folder.

use std::fs;
use std::io::Write;
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
    pub(super) child: Child,
    pub(super) home: Home,
    /// What it is started with, beside what every one is.
    pub(super) settings: Vec<String>,
}

/// Where a private server lives, and who runs it.
pub(super) struct Home {
    /// Before the folder, so that it is told first.
    _watch: Watch,
    folder: TempDir,
    binaries: PathBuf,
    user: Option<(u32, u32)>,
}

/// Who stops the server and takes its folder away, should the tests be ended before they do so.
struct Watch(Child);

impl Watch {
    /// Waits for a word. Its input ends without one when the process that started it is gone, however
    /// it ended; what the terminal sends to both does not concern it.
    const SCRIPT: &str = r#"
trap '' INT HUP TERM
if read -r word; then exit; fi
if server=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null); then
    kill -QUIT "$server"
    while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
fi
rm -rf "$0"
"#;

    fn over(folder: &Path) -> Result<Self, String> {
        let mut watch = Command::new("sh");
        watch.arg("-c").arg(Self::SCRIPT).arg(folder);
        watch.current_dir("/").stdin(Stdio::piped());
        let watch = watch.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        watch.map(Self).map_err(|error| error.to_string())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(mut told) = self.0.stdin.take() {
            let _ = told.write_all(b"done\n");
        }
        let _ = self.0.wait();
    }
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

impl Home {
    pub(super) fn new() -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let binaries = binaries().ok_or("there is no PostgreSQL server on this machine")?;
        let folder = TempDir::with_prefix("cert-lifecycle-postgres-").map_err(text)?;
        let user = user(folder.path())?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).map_err(text)?;
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).map_err(text)?;
        }
        Ok(Self {
            _watch: Watch::over(folder.path())?,
            folder,
            binaries,
            user,
        })
    }

    /// Where the socket is.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of the server's programs, run by whoever runs the server.
    pub(super) fn program(&self, name: &str) -> Command {
        as_user(&self.binaries.join(name), self.user)
    }

    /// Runs a program to its end.
    pub(super) fn done(command: &mut Command) -> Result<(), String> {
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn run(&self, settings: &[String]) -> Result<Child, String> {
        let log = fs::File::create(self.folder().join("log")).map_err(|error| error.to_string())?;
        self.program("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .arg("-k")
            .arg(self.folder())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| error.to_string())
    }
}

impl Cluster {
    /// A server that listens on a socket in its own folder and nowhere else.
    pub(super) fn start() -> Result<Self, String> {
        let home = Home::new()?;
        let mut make = home.program("initdb");
        make.args([
            "--username=tester",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]);
        Home::done(make.arg("--pgdata").arg(home.data()))?;
        Self::begin(home, Vec::new())
    }

    /// A server over data that are there.
    pub(super) fn begin(home: Home, settings: Vec<String>) -> Result<Self, String> {
        let child = home.run(&settings)?;
        let cluster = Self {
            child,
            home,
            settings,
        };
        cluster.wait()?;
        Ok(cluster)
    }

    /// Waits until it takes connections.
    fn wait(&self) -> Result<(), String> {
        for _ in 0..600 {
            let mut ask = Command::new(self.home.binaries.join("pg_isready"));
            if let Some(port) = (self.settings.iter()).find_map(|own| own.strip_prefix("port=")) {
                ask.arg("-p").arg(port);
            }
            let ready = ask.arg("-q").arg("-h").arg(self.home.folder()).status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.home.folder().join("log")).unwrap_or_default();
        Err(format!("the server did not start: {log}"))
    }

    /// Stops it, `immediate` as a crash would, or `fast`: it ends its sessions and writes down what
    /// is in its memory.
    pub(super) fn stop(&mut self, how: &str) {
        let _ = (self.home.program("pg_ctl"))
            .args(["stop", "-m", how, "-D"])
            .arg(self.home.data())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = self.child.wait();
    }

    /// Starts it again after it was stopped.
    pub(super) fn start_again(&mut self) -> Result<(), String> {
        self.child = self.home.run(&self.settings)?;
        self.wait()
    }

    /// Stops it and starts it again.
    pub(crate) fn restart(&mut self, how: &str) -> Result<(), String> {
        self.stop(how);
        self.start_again()
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
        Self::private()
    }

    /// A private server, whatever is given.
    pub(crate) fn private() -> Result<Self, String> {
        let cluster = Cluster::start()?;
        Ok(Self {
            base: "postgres://tester@localhost".into(),
            parameters: format!("host={}", cluster.home.folder().display()),
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
