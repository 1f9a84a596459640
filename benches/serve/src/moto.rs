//! `moto`, the mock of another cloud, for information: its certificate service by HTTP.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Report;
use crate::client::Client;

/// Names the Python that has it.
const PYTHON: &str = "MOTO_PYTHON";

fn request(host: SocketAddr, target: &str, body: &str) -> Vec<u8> {
    // It checks no signature, and reads the region and the service from here.
    format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nx-amz-target: CertificateManager.{target}\r\n\
         content-type: application/x-amz-json-1.1\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential=test/20260320/us-east-1/acm/aws4_request, SignedHeaders=host, Signature=0\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// `DescribeCertificate` of one certificate, one connection after the other as its server wants it.
pub async fn measure(report: &mut Report, time: Duration) {
    let Ok(python) = std::env::var(PYTHON) else {
        report.line("\nmoto: not run, since MOTO_PYTHON names no Python that has it");
        return;
    };
    let begun = Instant::now();
    let mut child = Command::new(python)
        .args(["-u", "-m", "moto.server", "-p", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let address = lines.find_map(|line| {
        line.split("http://")
            .nth(1)?
            .split(' ')
            .next()?
            .parse()
            .ok()
    });
    let Some(address) = address else {
        let _ = child.kill();
        let _ = child.wait();
        report.line("\nmoto: not run, since it does not say where it listens");
        return;
    };
    // Nobody reads on, but it must be able to write.
    std::thread::spawn(move || lines.for_each(drop));
    let asked = request(
        address,
        "RequestCertificate",
        r#"{"DomainName":"www.example.com"}"#,
    );
    let mut client = Client::connect(address, 0).await.unwrap();
    let answer = client.send(&asked).await.unwrap();
    let start = begun.elapsed().as_secs_f64() * 1e3;
    let arn = answer.field("CertificateArn").map(str::to_owned);
    let arn = arn.expect("moto made a certificate");
    let asked = request(
        address,
        "DescribeCertificate",
        &format!("{{\"CertificateArn\":\"{arn}\"}}"),
    );
    let (mut times, over) = (Vec::new(), Instant::now() + time);
    while Instant::now() < over {
        let since = Instant::now();
        let mut client = Client::connect(address, 0).await.unwrap();
        assert_eq!(client.send(&asked).await.unwrap().status, 200);
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    let _ = child.kill();
    let _ = child.wait();
    times.sort_by(f64::total_cmp);
    report.line(format!(
        "\nmoto (in memory, no signature, no CA), DescribeCertificate by one client, a connection each: \
         {:.0} a second, p50 {:.2} ms, p99 {:.2} ms; first answer {start:.0} ms after the start",
        times.len() as f64 / time.as_secs_f64(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
    ));
}
