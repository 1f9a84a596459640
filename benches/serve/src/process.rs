//! A side in a process of its own, and what Linux says of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server that is killed when it is dropped.
pub struct Side {
    child: Child,
    pub address: SocketAddr,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Ours,
    Bare,
    /// The bare handler with no statement that it can do without.
    Lean,
}

impl Who {
    pub const ALL: [Self; 3] = [Self::Ours, Self::Bare, Self::Lean];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Bare => "bare",
            Self::Lean => "lean",
        }
    }
}

impl Side {
    /// Starts it and waits until it says where it listens. Its log is made, and read by nobody.
    pub fn start(who: Who, file: &Path, scripts: &[String]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["side", who.word()])
            .arg(file)
            .args(scripts)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            child,
            address: line.trim().parse().expect("the side listens"),
        }
    }

    /// The processor's time that it took so far, in seconds.
    pub fn processor(&self) -> f64 {
        processor(&self.child.id().to_string())
    }

    /// Bytes in memory.
    pub fn resident(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or_default() * 1024
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processor's time of a process, `self` or a number, in seconds; Linux counts in hundredths.
pub fn processor(process: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: f64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|text| text.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
