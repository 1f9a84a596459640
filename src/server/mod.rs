//! The reference service: the API over HTTP on one machine, for tests and laboratories.
//!
//! [`Server::start`] puts everything together: a store, keys sealed in it, a laboratory CA that really
//! signs, the service with its worker, and the [`wire`](crate::wire) behind HTTP/1.1. What the world
//! does otherwise (prove domains, review, move the clock, fail) is said by [`Config`], or from outside
//! through the control plane ([`control`]). The vendor's own clients run against it unchanged.
//!
//! It is no certificate service for production: the key that keys are sealed under lies beside them,
//! the CA is trusted by nobody, money is paid to nobody, and there is no TLS.
//!
//! One server at a time works on a store. What a process knows and does not keep: which nonces it has
//! seen, so that a request can be sent again after a restart; which approvals wait for the seconds of
//! [`Review::Auto`], which begin anew with the next answer that shows `process`; and ordered faults.
//!
//! ```
//! use cert_lifecycle::server::{Config, Database, Server};
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! let mut config = Config::default();
//! config.database = Database::Memory;
//! config.access_keys.push("testid:testsecret".parse()?);
//! config.stock.push("geotrust-dv-1-starter=10".parse()?);
//! let running = Server::start(config).await?;
//! assert!(running.address().ip().is_loopback());
//! running.stop().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod conduct;
mod config;
pub mod control;
pub mod faults;
mod http;
mod kept;
mod lab;
mod log;
mod nonces;
mod ordered;
mod pump;
mod world;

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, Write};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use config::{
    AccessKey, ClockKind, Conduct, Config, DEFAULT_ACCOUNT, Database, Limits, Misread, Review,
    Stock,
};
pub use faults::{FaultKind, Faults};
pub use world::StartError;

use self::conduct::Conductor;
use self::http::App;
use self::log::Log;
use self::nonces::ShortNonces;
use self::pump::Pump;
use self::world::{World, seed_of};
use crate::adapter::SystemClock;
use crate::wire::{
    AccessKey as WireKey, FixedKeys, RandomRequestIds, Rates, RequestIds, Secret, SeededRequestIds,
    Wire,
};

/// How often steps of the service's clock are looked for, where nobody calls.
const TICK: Duration = Duration::from_secs(1);

/// Starts servers.
#[derive(Clone, Copy, Debug)]
pub struct Server;

/// A server that answers. Dropped, it goes on until its runtime ends.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    ticking: JoinHandle<()>,
    pumping: JoinHandle<()>,
    conductor: Conductor,
}

impl Server {
    /// Opens the store, founds or finds the CA, and listens. It logs to standard error. It needs a tokio
    /// runtime with I/O and time.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: Config) -> Result<Running, StartError> {
        Self::start_with_log(config, io::stderr()).await
    }

    /// The same with another place for the log.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_with_log(
        config: Config,
        log: impl Write + Send + 'static,
    ) -> Result<Running, StartError> {
        if config.control && !config.listen.ip().is_loopback() {
            return Err(StartError::Control(config.listen));
        }
        let (listener, address) = http::listen(config.listen).await?;
        let log = Log::to(log)?;
        let world = World::open(&config).await?;
        let (pump, pumping) = Pump::start(world.service.clone(), log.clone());
        let conductor = Conductor::new(&config, world, pump, log);
        conductor.resume().await;
        let (stop, stopped) = watch::channel(false);
        let app = App {
            wire: wire(&config, conductor.clone())?,
            conductor: conductor.clone(),
            limits: config.limits,
            control: config.control,
        };
        let serving = tokio::spawn(http::serve(app, listener, stopped));
        let ticking = tokio::spawn(tick(conductor.clone()));
        Ok(Running {
            address,
            stop,
            serving,
            ticking,
            pumping,
            conductor,
        })
    }
}

fn wire(config: &Config, conductor: Conductor) -> Result<Wire, StartError> {
    let keys = config
        .access_keys
        .iter()
        .fold(FixedKeys::new(), |keys, key| {
            let own = WireKey {
                secret: Secret::new((*key.secret).clone()),
                account: key.account,
                token: None,
            };
            keys.with(&key.id, own)
        });
    let starts = conductor.world.starts;
    let ids: Arc<dyn RequestIds> = match config.seed {
        Some(seed) => Arc::new(SeededRequestIds::new(seed_of(seed, starts))),
        None => Arc::new(RandomRequestIds::new().map_err(|_| StartError::Random)?),
    };
    // How fresh a signature is goes by the world's time, whatever the service's clock shows.
    let wire = Wire::new(conductor, Arc::new(keys), Arc::new(SystemClock::new()), ids)
        .with_nonces(Arc::new(ShortNonces::default()));
    Ok(if config.throttle {
        wire.with_rates(Rates::documented())
    } else {
        wire
    })
}

/// Does what becomes due while nobody calls.
async fn tick(conductor: Conductor) {
    loop {
        tokio::time::sleep(TICK).await;
        conductor.run_steps().await;
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, answers what is under way, finishes the work that was begun, and
    /// closes the store.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.serving.await;
        self.ticking.abort();
        self.conductor.pump.stop().await;
        let _ = self.pumping.await;
        self.conductor.world.close().await;
        let log = self.conductor.log.clone();
        let _ = tokio::task::spawn_blocking(move || log.flush()).await;
    }
}
