//! What opening a file does to it, and what it says of one that can't be opened.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use cert_lifecycle::adapter::sqlite::{OpenError, SqliteOptions, SqliteStore};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

use super::{old, run};

/// Does something to a file without the store.
async fn outside(path: &Path, text: &str) {
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    let connection = SqliteConnection::connect_with(&connect).await;
    let mut connection = connection.unwrap();
    connection
        .execute(AssertSqlSafe(text.to_owned()))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    run(SqliteStore::open(SqliteOptions::file(path)))
}

fn refused(path: &Path) -> OpenError {
    open(path).map(|_| ()).unwrap_err()
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn files_of_others_and_of_later_releases_are_refused_and_stay_as_they_are() {
    for journal in ["delete", "wal"] {
        let folder = TempDir::new().unwrap();
        let (foreign, later) = (folder.path().join("foreign"), folder.path().join("later"));
        let journal = format!("PRAGMA journal_mode = {journal};");
        run(async {
            let text = format!("{journal} CREATE TABLE notes (text TEXT)");
            outside(&foreign, &text).await;
            let store = SqliteStore::open(SqliteOptions::file(&later)).await;
            store.unwrap().close().await;
            outside(&later, &format!("{journal} PRAGMA user_version = 99")).await;
        });
        let bytes = |path: &PathBuf| fs::read(path).unwrap();
        let before = (bytes(&foreign), bytes(&later));
        let error = refused(&foreign);
        assert!(
            matches!(&error, OpenError::Foreign { path, application: 0 } if *path == foreign),
            "{error}"
        );
        assert!(error.to_string().contains(foreign.to_str().unwrap()));
        let error = refused(&later);
        assert!(
            matches!(&error, OpenError::Newer { path, found: 99, .. } if *path == later),
            "{error}"
        );
        assert!((bytes(&foreign), bytes(&later)) == before, "{journal}");
        if journal.contains("delete") {
            assert_eq!(names(folder.path()), ["foreign", "later"]);
        }
    }
}

#[test]
fn what_is_no_path_is_refused() {
    for path in [
        "",
        ":memory:",
        "sqlite:life.db",
        "sqlite://life.db",
        "file:life.db",
    ] {
        let error = refused(Path::new(path));
        assert!(matches!(error, OpenError::Path { .. }), "{error}");
        assert!(!Path::new(path).exists());
    }
}

#[test]
fn what_is_wrong_is_said_with_the_path() {
    let folder = TempDir::new().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "no database at all, but a text").unwrap();
    let lost = folder.path().join("nowhere").join("life.db");
    for (path, why) in [
        (text, "is not a database"),
        (lost, "(os error 2)"),
        (folder.path().into(), "(code: "),
    ] {
        let error = refused(&path);
        assert!(matches!(error, OpenError::Database { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains(path.to_str().unwrap()), "{said}");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn several_open_a_new_file_at_once() {
    const SEVERAL: usize = 8;
    for _ in 0..20 {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("life.db");
        let begin = Barrier::new(SEVERAL);
        thread::scope(|scope| {
            let open = || {
                begin.wait();
                open(&path).map(|_| ())
            };
            let threads: Vec<_> = (0..SEVERAL).map(|_| scope.spawn(open)).collect();
            for thread in threads {
                thread.join().unwrap().unwrap();
            }
        });
    }
}

/// As the documentation of the store says how a backup is made.
#[test]
fn a_copy_that_sqlite_writes_is_whole_and_a_closed_file_stands_alone() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let options = |name: &str| SqliteOptions::file(path(name));
    run(async {
        let store = SqliteStore::open(options("life.db")).await.unwrap();
        old::leave(&store).await;
        let copy = path("copy.db").display().to_string();
        outside(&path("life.db"), &format!("VACUUM INTO '{copy}'")).await;
        let shown = old::shown(&store).await;
        store.close().await;
        assert_eq!(names(folder.path()), ["copy.db", "life.db"]);
        fs::copy(path("life.db"), path("other.db")).unwrap();
        for name in ["copy.db", "other.db"] {
            let store = SqliteStore::open(options(name)).await.unwrap();
            assert_eq!(old::shown(&store).await, shown);
            store.close().await;
        }
    });
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_its_owners_alone() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("life.db");
        let store = open(&path).unwrap();
        let made = names(folder.path());
        assert_eq!(made, ["life.db", "life.db-shm", "life.db-wal"]);
        for name in made {
            assert_eq!(mode(&folder.path().join(&name)), 0o600, "{name}");
        }
        run(store.close());
        // One that is there belongs to whoever made it.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let store = open(&path).unwrap();
        assert_eq!(mode(&path), 0o640);
        run(store.close());
    }

    #[test]
    fn a_file_that_nobody_may_write_is_not_opened() {
        for journal in ["wal", "delete"] {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("life.db");
            run(open(&path).unwrap().close());
            run(outside(&path, &format!("PRAGMA journal_mode = {journal}")));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
            let error = refused(&path);
            assert!(
                matches!(&error, OpenError::ReadOnly { path: own } if *own == path),
                "{journal}: {error:?}"
            );
            // Nothing stands in the way of whoever lets it be written again.
            assert_eq!(names(folder.path()), ["life.db"]);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            run(open(&path).unwrap().close());
        }
    }

    /// The folder of a test that is run by somebody else.
    const FOLDER: &str = "CERT_LIFECYCLE_FOLDER";
    const NOBODY: u32 = 65_534;

    /// Runs a test of this binary as nobody, in a folder of nobody's.
    fn as_nobody(test: &str, folder: &Path) {
        chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
        let ask = |binary: &Path| {
            let mut ask = Command::new(binary);
            ask.args(["--exact", test, "--ignored"]);
            ask.env(FOLDER, folder).current_dir("/");
            ask.uid(NOBODY).gid(NOBODY).output()
        };
        let binary = std::env::current_exe().unwrap();
        // Nobody may not come to where the binary is.
        let output = ask(&binary).or_else(|_| {
            let near = folder.join("binary");
            fs::copy(&binary, &near).unwrap();
            ask(&near)
        });
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        assert!(said.contains("1 passed"), "{said}");
    }

    /// Only root can make a file that others read and don't write.
    #[test]
    fn a_file_of_somebody_else_is_not_opened() {
        let folder = TempDir::new().unwrap();
        if fs::metadata(folder.path()).unwrap().uid() != 0 {
            return;
        }
        for journal in ["wal", "delete"] {
            let path = folder.path().join(journal);
            run(open(&path).unwrap().close());
            run(outside(&path, &format!("PRAGMA journal_mode = {journal}")));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        as_nobody(
            "files::unix::a_file_of_somebody_else_is_not_opened_here",
            folder.path(),
        );
    }

    #[test]
    #[ignore = "another test runs it, as somebody who may not write everything"]
    fn a_file_of_somebody_else_is_not_opened_here() {
        let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
            return;
        };
        for journal in ["wal", "delete"] {
            let path = folder.join(journal);
            let error = refused(&path);
            assert!(
                matches!(&error, OpenError::ReadOnly { path: own } if *own == path),
                "{journal}: {error:?}"
            );
        }
        // Nor one for which there is no place.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
        let path = folder.join("new.db");
        let error = refused(&path).to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
        assert!(error.contains("(os error 13)"), "{error}");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
}
