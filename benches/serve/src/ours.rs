//! The reference service, as the program `cert-lifecycle serve` starts it.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use cert_lifecycle::server::{Conduct, Config, Database, Review, Running, Server};

use crate::sign::{KEY, SECRET};

/// What both sides sell.
pub const PRODUCT: &str = "geotrust-dv-1-starter";

/// Proofs and reviews happen by themselves once they were seen; the log goes to standard error, as the
/// program's does.
fn config(file: &Path) -> Config {
    let mut config = Config::default();
    config.database = Database::Sqlite(file.into());
    config.access_keys = vec![format!("{KEY}:{SECRET}").parse().unwrap()];
    config.stock = vec![format!("{PRODUCT}=1000000").parse().unwrap()];
    config.verification = Conduct::Auto;
    config.review = Review::Auto(0);
    config
}

/// Serves for as long as what is returned is kept.
pub async fn serve(file: &Path) -> (SocketAddr, Running) {
    let running = Server::start_with_log(config(file), io::stderr())
        .await
        .unwrap();
    (running.address(), running)
}
