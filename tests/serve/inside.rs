//! A server in this process, and the log that it writes.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cert_lifecycle::server::{Config, Database, Running, Server};
use tokio::runtime::Runtime;

use crate::client;

/// What was logged so far.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A server with its runtime.
pub struct Inside {
    pub address: SocketAddr,
    lines: Lines,
    running: Option<Running>,
    runtime: Runtime,
}

/// Everything in memory, by a clock that stands still, with the control plane open.
pub fn config() -> Config {
    let mut config = Config::default();
    config.database = Database::Memory;
    config.access_keys = vec![
        format!("{}:{}", client::KEY, client::SECRET)
            .parse()
            .unwrap(),
    ];
    config.stock = vec![format!("{}=10", client::PRODUCT).parse().unwrap()];
    config.clock = "manual:2026-03-20T09:00:00+08:00".parse().unwrap();
    config.control = true;
    config.seed = Some(7);
    // A client that is slow on purpose is not waited for long.
    config.limits.head_time = Duration::from_millis(500);
    config.limits.body_time = Duration::from_millis(500);
    config
}

impl Inside {
    pub fn start(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config();
        change(&mut config);
        let runtime = Runtime::new().unwrap();
        let lines = Lines::default();
        let running = runtime
            .block_on(Server::start_with_log(config, lines.clone()))
            .unwrap();
        Self {
            address: running.address(),
            lines,
            running: Some(running),
            runtime,
        }
    }

    /// What was logged so far.
    pub fn log(&self) -> String {
        self.lines.text()
    }

    /// Stops it; what was logged.
    pub fn stop(mut self) -> String {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
        let Self { lines, runtime, .. } = self;
        drop(runtime);
        lines.text()
    }
}
