//! A test of one's own automation, in Rust: the reference service is started in the same process, a
//! certificate is applied for, time is moved, and what comes of it is asserted.
//!
//! ```text
//! cargo run --example rust_automation
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it does")]
#![allow(
    clippy::indexing_slicing,
    reason = "what a value of JSON does not have is null"
)]

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;

use cert_lifecycle::adapter::SystemClock;
use cert_lifecycle::model::OrderId;
use cert_lifecycle::port::Clock;
use cert_lifecycle::server::{Config, Server};
use cert_lifecycle::wire::{Scheme, Secret, Signer};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is tested: a client with the key of [`Config::for_tests`].
struct Automation {
    service: SocketAddr,
    calls: u32,
}

impl Automation {
    /// Calls an operation; a program of one's own has its HTTP client here.
    async fn call(&mut self, operation: &str, parameters: &[(&str, &str)]) -> Outcome<Value> {
        self.calls = self.calls.saturating_add(1);
        let signer = Signer::new("testid", Secret::new("testsecret".into()));
        let (host, nonce) = (self.service.to_string(), self.calls.to_string());
        // Freshness is judged by the world's time, whatever the service's clock shows.
        let now = SystemClock::new().now();
        let scheme = Scheme::Acs3HmacSha256;
        let request = signer.call(scheme, &host, operation, parameters, now, &nonce)?;
        let mut bytes = Vec::from(b"POST / HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in request.headers() {
            write!(bytes, "{name}: {}\r\n", value.to_str()?)?;
        }
        write!(bytes, "content-length: {}\r\n\r\n", request.body().len())?;
        bytes.extend_from_slice(request.body());
        let mut stream = TcpStream::connect(self.service).await?;
        stream.write_all(&bytes).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        Ok(serde_json::from_str(body)?)
    }

    async fn apply(&mut self, domain: &str) -> Outcome<OrderId> {
        let parameters = [
            ("ProductCode", "geotrust-dv-1-starter"),
            ("Domain", domain),
            ("ValidateType", "DNS"),
            ("Username", "Tom"),
            ("Phone", "13900000000"),
            ("Email", "username@example.com"),
        ];
        let begun = self.call("CreateCertificateRequest", &parameters).await?;
        Ok(begun["OrderId"].to_string().parse()?)
    }

    async fn state(&mut self, order: OrderId) -> Outcome<String> {
        let order = order.to_string();
        let parameters = [("OrderId", order.as_str())];
        let shown = self.call("DescribeCertificateState", &parameters).await?;
        Ok(shown["Type"].as_str().unwrap_or_default().to_owned())
    }

    /// How many certificates are due to be replaced.
    async fn due(&mut self) -> Outcome<usize> {
        let parameters = [("OrderType", "CPACK"), ("Status", "WILLEXPIRED")];
        let listed = self.call("ListUserCertificateOrder", &parameters).await?;
        Ok(listed["CertificateOrderList"]
            .as_array()
            .map_or(0, Vec::len))
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut config = Config::for_tests();
    config.clock = "manual:2026-03-20T09:00:00+08:00".parse()?;
    let running = Server::start_with_log(config, std::io::sink()).await?;
    let mut automation = Automation {
        service: running.address(),
        calls: 0,
    };

    let order = automation.apply("www.example.com").await?;
    // Proof and review come by themselves, each once an answer has shown that it is waited for.
    let mut states = Vec::new();
    while states.last().is_none_or(|last| last != "certificate") && states.len() < 5 {
        states.push(automation.state(order).await?);
    }
    assert_eq!(states, ["domain_verify", "process", "certificate"]);
    assert_eq!(automation.due().await?, 0);
    println!("issued on {}, after {states:?}", running.now());

    // Half a year later somebody has to replace it.
    let now = running.advance(180 * 86_400).await?;
    assert_eq!(automation.due().await?, 1);
    println!("due on {now}");
    assert!(running.root_pem().starts_with("-----BEGIN CERTIFICATE"));
    running.stop().await;
    Ok(())
}
