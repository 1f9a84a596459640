//! The program itself: its first line, its flags, its end, and its life after it was killed.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::client::{act, advance, counts, create, get, state};

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cert-lifecycle"));
    command
        .arg("serve")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command.stderr(Stdio::null());
    command
}

struct Process(Child, SocketAddr);

impl Process {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let keys = [
            "--access-key",
            "testid:testsecret",
            "--plan",
            "geotrust-dv-1-starter=10",
        ];
        let mut child = program(folder)
            .args(keys)
            .args(["--control", "--clock", "manual:2026-03-20T09:00:00+08:00"])
            .args(arguments)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap();
        let address = first["listening"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        Self(child, address.parse().unwrap())
    }

    fn signal(&mut self, signal: &str) -> Option<i32> {
        let id = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        self.0.wait().unwrap().code()
    }
}

#[test]
fn it_ends_in_an_orderly_way() {
    let folder = TempDir::new().unwrap();
    for signal in ["-TERM", "-INT"] {
        let mut process = Process::start(folder.path(), &[]);
        assert_eq!(counts(process.1), [10, 0, 0]);
        assert_eq!(process.signal(signal), Some(0));
    }
    // The last one to close it leaves the file alone.
    assert!(folder.path().join("cert-lifecycle.db").exists());
    assert!(!folder.path().join("cert-lifecycle.db-wal").exists());
}

#[test]
fn a_killed_one_goes_on_where_it_was() {
    let folder = TempDir::new().unwrap();
    let file = ["--database", "sqlite://life.db"];
    let mut process = Process::start(folder.path(), &file);
    let proved = create(process.1, "a.example.com");
    act(process.1, &format!("orders/{proved}/satisfy-challenge"));
    let applied = create(process.1, "b.example.com");
    let issued = create(process.1, "c.example.com");
    act(process.1, &format!("orders/{issued}/satisfy-challenge"));
    act(process.1, &format!("orders/{issued}/approve"));
    advance(process.1, 3_600);
    let now = get(process.1, "clock").body;
    let before = get(process.1, &format!("orders/{issued}")).body["certificate"].clone();
    assert_eq!(process.signal("-KILL"), None);

    let mut process = Process::start(folder.path(), &file);
    let at = process.1;
    assert_eq!(get(at, "clock").body, now);
    assert_eq!(counts(at), [10, 3, 1]);
    assert_eq!(
        get(at, &format!("orders/{issued}")).body["certificate"],
        before
    );
    assert_eq!(
        act(at, &format!("orders/{proved}/approve"))["Type"],
        "certificate"
    );
    assert_eq!(state(at, &applied), "domain_verify");
    act(at, &format!("orders/{applied}/satisfy-challenge"));
    assert_eq!(
        act(at, &format!("orders/{applied}/approve"))["Type"],
        "certificate"
    );
    assert_eq!(counts(at), [10, 3, 3]);
    assert_eq!(process.signal("-TERM"), Some(0));
}

#[test]
fn wrong_flags_are_told() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("faults.toml"),
        "[[fault]]\nkind = \"flood\"",
    )
    .unwrap();
    for (arguments, told) in [
        (&["--access-key", "testsecret"][..], "ID:SECRET"),
        (&["--access-key", "id:testsecret:two words"], "the account"),
        (
            &["--database", "postgres:testsecret"],
            "memory, sqlite:FILE",
        ),
        (&["--plan", "nothing=1"], "there is no product nothing"),
        (&["--database", "mysql://x"], "memory, sqlite:FILE"),
        (&["--edition", "2021-02"], "2021-02"),
        (&["--edition", "2026-v2", "--database", "memory"], "2026-v2"),
        (&["--clock", "yesterday"], "manual:RFC3339"),
        (&["--review", "auto:soon"], "auto:SECONDS"),
        (&["--control", "--listen", "0.0.0.0:0"], "loopback"),
        (&["--faults", "faults.toml"], "it is of no known kind"),
        (&["--throttle", "maybe"], "maybe"),
    ] {
        let mut child = program(folder.path())
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(
            child.wait().unwrap().code(),
            Some(2),
            "{arguments:?}: {said}"
        );
        assert!(said.contains(told), "{arguments:?}: {said}");
        assert!(!said.contains("testsecret"), "{said}");
    }
}
