//! The program as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The program in a folder, with what is given to it yet to come.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cert-lifecycle"));
    command
        .arg("serve")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command.stderr(Stdio::null());
    command
}

/// A program that serves, and where. It is killed when it is dropped.
pub struct Process(Child, pub SocketAddr);

impl Process {
    /// Starts it with a plan of ten units.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, "geotrust-dv-1-starter=10", arguments)
    }

    /// Starts it with a plan.
    pub fn start_with(folder: &Path, plan: &str, arguments: &[&str]) -> Self {
        let mut child = program(folder)
            .args(["--access-key", "testid:testsecret", "--plan", plan])
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

    /// Sends a signal and waits for the end; the exit code, if there is one.
    pub fn signal(&mut self, signal: &str) -> Option<i32> {
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

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
