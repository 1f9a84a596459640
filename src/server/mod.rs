//! The reference service: the API over HTTP on one machine, for tests and laboratories.
//!
//! [`Server::start`] puts everything together: a store, keys sealed in it, a laboratory CA that really
//! signs, the service with its worker, and the [`wire`](crate::wire) behind HTTP/1.1. What the world
//! does otherwise (prove domains, review, move the clock, fail) is said by [`Config`], or from outside
//! through the control plane ([`control`]), or in the same process by [`Running`]. The vendor's own clients run against it unchanged.
//!
//! It is no certificate service for production: the key that keys are sealed under lies beside them,
//! the CA is trusted by nobody, money is paid to nobody, and there is no TLS.
//!
//! One server at a time works on a store; a SQLite file that another one has is refused. It answers
//! before it has asked its CA about all orders that waited when the last one ended: a request about an
//! order takes that one up first, and lists and counts show what is stored. What a process knows and
//! does not keep: which nonces it has seen, so that a request can be sent again after a restart; and
//! ordered faults, with answers of the CA that they hold back.
//!
//! ```
//! use cert_lifecycle::server::{Config, Server};
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! let running = Server::start(Config::for_tests()).await?;
//! // Here a client signs with the key `testid` and the secret `testsecret`, and calls `running.url()`.
//! assert!(running.address().ip().is_loopback());
//! let before = running.now();
//! assert_eq!(running.advance(86_400).await?.unix_seconds(), before.unix_seconds() + 86_400);
//! running.stop().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod conduct;
mod config;
#[cfg(feature = "console")]
mod console;
pub mod control;
pub mod faults;
mod http;
mod kept;
mod lab;
mod log;
mod nonces;
mod ordered;
mod patience;
mod products;
mod pump;
mod resume;
mod running;
mod vault;
mod world;

use core::time::Duration;
use std::io::{self, Write};
use std::sync::Arc;

use tokio::sync::watch;

pub use config::{
    AccessKey, ClockKind, Conduct, Config, DEFAULT_ACCOUNT, Database, Limits, Misread, Review,
    Stock,
};
pub use faults::{FaultKind, Faults};
pub use running::{Declined, Running};
pub use world::StartError;

use self::conduct::Conductor;
use self::http::App;
use self::log::Log;
use self::nonces::ShortNonces;
use self::pump::{Pace, Pump};
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

impl Server {
    /// Opens the store, founds or finds the CA, and listens. It logs to standard error. It needs a tokio
    /// runtime with I/O and time.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: Config) -> Result<Running, StartError> {
        Self::start_with_log(config, io::stderr()).await
    }

    /// The same with another place for the log: a line for each request, and for what went wrong beside
    /// them. No address, body or secret is in it; what a line has no word for is `-`.
    ///
    /// | Line | Fields behind the time |
    /// |---|---|
    /// | a request | `id=` `operation=` `account=` `order=` `status=` `code=` `ms=`, and `fault=` with the ordered faults that it met |
    /// | a request of the control plane | `control route=` `status=` `ms=`, and `fault=` |
    /// | a page of the console | `console route=` `status=` `ms=`, of whom is signed in `account=`, and `end=` with how it failed |
    /// | what went wrong beside them | `level=` `what=`, and what it was about |
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
        #[cfg(feature = "console")]
        if config.console && !config.listen.ip().is_loopback() {
            return Err(StartError::Console(config.listen));
        }
        let (listener, address) = http::listen(config.listen).await?;
        let log = Log::to(log)?;
        let world = World::open(&config).await?;
        for remark in &world.remarks {
            log.line(format_args!("level=warn what=start {remark}"));
        }
        let pace = Pace::new(world.clock.manual().is_some());
        let (pump, pumping) = Pump::start(world.service.clone(), log.clone(), pace);
        let conductor = Conductor::new(&config, world, pump, log);
        conductor.plan_again().await?;
        let (stop, stopped) = watch::channel(false);
        let app = App {
            wire: wire(&config, conductor.clone())?,
            conductor: conductor.clone(),
            #[cfg(feature = "console")]
            console: if config.console {
                Some(Arc::new(console::Console::new(&config)?))
            } else {
                None
            },
            limits: config.limits,
            control: config.control,
        };
        let serving = tokio::spawn(http::serve(app, listener, stopped));
        let ticking = tokio::spawn(tick(conductor.clone()));
        let left = conductor.clone();
        let resuming = tokio::spawn(async move { left.resume().await });
        Ok(Running {
            address,
            stop,
            serving,
            ticking,
            pumping,
            resuming,
            conductor,
        })
    }
}

fn wire(config: &Config, conductor: Conductor) -> Result<Wire, StartError> {
    let keys = config
        .access_keys
        .iter()
        .fold(FixedKeys::new(), |keys, key| {
            let secret = Secret::from(key.secret.clone());
            keys.with(&key.id, WireKey::new(secret, key.account))
        });
    let starts = conductor.world.starts;
    let ids: Arc<dyn RequestIds> = match config.seed {
        Some(seed) => Arc::new(SeededRequestIds::new(seed_of(seed, starts))),
        None => Arc::new(RandomRequestIds::new().map_err(|_| StartError::Random)?),
    };
    // How fresh a signature is goes by the world's time, whatever the service's clock shows.
    let mut limits = crate::wire::Limits::USUAL;
    limits.body = config.limits.body;
    let wire = Wire::builder(conductor, Arc::new(keys), Arc::new(SystemClock::new()), ids)
        .with_limits(limits)
        .with_nonces(Arc::new(ShortNonces::default()));
    Ok(if config.throttle {
        wire.with_rates(Rates::documented()).build()
    } else {
        wire.build()
    })
}

/// Does what becomes due while nobody calls.
async fn tick(conductor: Conductor) {
    loop {
        tokio::time::sleep(TICK).await;
        conductor.run_steps().await;
    }
}
