//! The load: so many connections that are kept open, each asking as soon as it is answered.
//!
//! All of them live on one thread, which also signs. Its own time of the processor is told beside
//! that of the server, so that one can see who waited for whom.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::client::Client;
use crate::cycle::{self, STEPS};
use crate::process::{Side, processor};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// `DescribeCertificateState` of issued orders.
    Describe,
    /// Whole cycles.
    Cycle,
}

/// What came of a load.
pub struct Measured {
    pub requests: usize,
    pub seconds: f64,
    /// Of each description or cycle, in microseconds, sorted.
    pub times: Vec<u32>,
    /// The processor's time of the server and of the load, in seconds.
    pub server: f64,
    pub own: f64,
}

impl Measured {
    pub fn rate(&self) -> f64 {
        self.times.len() as f64 / self.seconds
    }

    /// Milliseconds within which so many of a hundred were answered.
    pub fn within(&self, of_hundred: usize) -> f64 {
        let place = (self.times.len() * of_hundred / 100).min(self.times.len() - 1);
        f64::from(self.times[place]) / 1_000.0
    }

    /// The server's time of the processor for each, in microseconds.
    pub fn cost(&self) -> f64 {
        self.server * 1e6 / self.times.len() as f64
    }
}

/// When a load ends.
#[derive(Clone, Copy)]
pub enum End {
    After(Duration),
    /// Behind so many requests.
    Requests(usize),
}

static NAMES: AtomicUsize = AtomicUsize::new(0);

/// Some issued orders, as the clients see them come about.
pub async fn issued(address: SocketAddr, count: usize) -> Vec<String> {
    let name = NAMES.fetch_add(1, Ordering::Relaxed);
    let mut client = Client::connect(address, name).await.unwrap();
    let application = cycle::application();
    let mut orders = Vec::with_capacity(count);
    for _ in 0..count {
        orders.push(cycle::steps(&mut client, &application, 4).await.unwrap());
    }
    orders
}

/// Loads a side.
pub async fn load(
    side: &Side,
    work: Work,
    orders: &Arc<Vec<String>>,
    connections: usize,
    end: End,
) -> Measured {
    let application = Arc::new(cycle::application());
    let left = Arc::new(AtomicUsize::new(match end {
        End::After(_) => usize::MAX,
        End::Requests(most) => most,
    }));
    let mut clients = Vec::new();
    for _ in 0..connections {
        let name = NAMES.fetch_add(1, Ordering::Relaxed);
        clients.push(Client::connect(side.address, name).await.unwrap());
    }
    let (server, own, begun) = (side.processor(), processor("self"), Instant::now());
    let over = match end {
        End::After(time) => begun + time,
        End::Requests(_) => begun + Duration::from_secs(86_400),
    };
    let set = LocalSet::new();
    let mut tasks = Vec::new();
    for (number, mut client) in clients.into_iter().enumerate() {
        let (orders, application) = (Arc::clone(orders), Arc::clone(&application));
        let left = Arc::clone(&left);
        tasks.push(set.spawn_local(async move {
            let mut times = Vec::new();
            let mut at = number;
            while Instant::now() < over {
                let taken = |left: usize| left.checked_sub(1);
                if left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken)
                    .is_err()
                {
                    break;
                }
                let since = Instant::now();
                match work {
                    Work::Describe => {
                        let order = &orders[at % orders.len()];
                        at += 1;
                        cycle::step(&mut client, 3, &application, order)
                            .await
                            .unwrap();
                    }
                    Work::Cycle => {
                        cycle::steps(&mut client, &application, STEPS.len())
                            .await
                            .unwrap();
                    }
                }
                times.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            times
        }));
    }
    let mut times = Vec::new();
    set.run_until(async {
        for task in tasks {
            times.extend(task.await.unwrap());
        }
    })
    .await;
    let seconds = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let requests = times.len() * if work == Work::Cycle { STEPS.len() } else { 1 };
    Measured {
        requests,
        seconds,
        times,
        server: side.processor() - server,
        own: processor("self") - own,
    }
}
