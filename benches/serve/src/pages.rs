//! Pages of the console: what a list costs among many certificates and among few, beside the statements
//! that find and read the same rows, and what a page weighs.
//!
//! Each page is asked for over HTTP on a connection that is kept, by somebody who is signed in. The
//! statements are made by the driver alone, on a connection of its own to the same file; their rows are
//! read and thrown away.

use std::net::SocketAddr;
use std::time::Instant;

use cert_lifecycle::model::{AccountId, ProductCode};
use cert_lifecycle::server::{Config, Database, Running, Server};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Row, SqliteConnection};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sign::{KEY, SECRET};
use crate::{Report, median};

const PRODUCT: &str = "geotrust-dv-1-starter";
const ACCOUNT: &str = "1234567890";
/// How many certificates a page shows.
const SHOWN: usize = 50;

/// The pages: what each is called, and its address.
const PAGES: [(&str, &str); 3] = [
    ("list, newest", "/console/?layout=list"),
    ("list, oldest", "/console/?layout=list&before=OLD"),
    ("cards, newest", "/console/?layout=cards"),
];
/// Others are weighed alone.
const WEIGHED: [&str; 8] = [
    "/console/sign-in",
    "/console/buy",
    "/console/upload",
    "/console/orders",
    "/console/plans",
    "/console/rules",
    "/console/rules/table",
    "/console/?lang=zh&layout=cards",
];

/// Somebody with a browser.
struct Visitor {
    stream: TcpStream,
    cookies: Vec<String>,
}

impl Visitor {
    async fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut own = Self {
            stream,
            cookies: Vec::new(),
        };
        let form = own.ask("GET", "/console/sign-in", "").await;
        let (_, rest) = form.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap();
        let sent = format!("csrf={csrf}&id={KEY}&secret={SECRET}");
        let answer = own.ask("POST", "/console/sign-in", &sent).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        own
    }

    /// The whole answer, head and body.
    async fn ask(&mut self, method: &str, path: &str, body: &str) -> String {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.cookies.join("; "),
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut read = Vec::with_capacity(65_536);
        loop {
            assert_ne!(self.stream.read_buf(&mut read).await.unwrap(), 0);
            let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&read[..end]).unwrap();
            let value = |name: &str| {
                head.lines()
                    .filter_map(move |line| line.strip_prefix(name)?.strip_prefix(": "))
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let length: usize = value("content-length")[0].parse().unwrap();
            if read.len() < end + 4 + length {
                continue;
            }
            for cookie in value("set-cookie") {
                let pair = cookie.split(';').next().unwrap().to_owned();
                let name = pair.split('=').next().unwrap().to_owned();
                self.cookies
                    .retain(|own| !own.starts_with(&format!("{name}=")));
                self.cookies.push(pair);
            }
            return String::from_utf8(read).unwrap();
        }
    }

    /// The body of a page that is there.
    async fn page(&mut self, path: &str) -> String {
        let answer = self.ask("GET", path, "").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

/// Takes slots of the plan until there are so many.
async fn fill(running: &Running, from: usize, to: usize) {
    let account = AccountId::new(ACCOUNT).unwrap();
    let product = ProductCode::new(PRODUCT).unwrap();
    for number in from..to {
        running.service().draw(account, product).await.unwrap();
        if number % 10_000 == 9_999 {
            eprintln!("{} certificates", number + 1);
        }
    }
}

/// What a page of the list has behind it: its rows, and for each the streams that its status goes by.
async fn statements(connection: &mut SqliteConnection, before: i64) {
    let rows = sqlx::query(
        "SELECT number, version, id, order_id, product, stage, names, expires_at, due_at \
         FROM cl_instance WHERE stage IS NOT NULL AND account = ? AND number < ? \
         AND stage <> 'deleted' ORDER BY number DESC LIMIT ?",
    )
    .bind(ACCOUNT)
    .bind(before)
    .bind(i64::try_from(SHOWN + 1).unwrap())
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    assert_eq!(rows.len(), SHOWN + 1);
    for row in &rows {
        let order: i64 = row.get(3);
        let streams = sqlx::query(
            "SELECT i.version, i.plan, \
                 (SELECT string_agg(e.body, char(10) ORDER BY e.version) FROM cl_event e \
                  WHERE e.account = i.account AND e.kind = 0 AND e.id = i.id), \
                 (SELECT p.total || p.reserved || p.settled || p.issued FROM cl_plan p \
                  WHERE p.id = i.plan) \
             FROM cl_order o JOIN cl_instance i ON i.id = o.instance \
             WHERE o.id = ? AND o.account = ?",
        )
        .bind(order)
        .bind(ACCOUNT)
        .fetch_all(&mut *connection)
        .await
        .unwrap();
        assert!(streams[0].get::<Option<String>, _>(2).is_some());
    }
}

/// A page and the statements behind it, in milliseconds: medians of each, and of their ratio.
struct Both {
    page: f64,
    bare: f64,
    /// Of neighbours, so that what else the machine does falls on both.
    ratio: f64,
}

fn since(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0
}

/// The pages among so many certificates: each and its statements in turns.
async fn measured(
    visitor: &mut Visitor,
    connection: &mut SqliteConnection,
    times: usize,
) -> Vec<Both> {
    let (first,): (i64,) = sqlx::query_as("SELECT MIN(number) FROM cl_instance")
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    let old = first + i64::try_from(SHOWN).unwrap() + 1;
    let mut all = Vec::new();
    for (_, path) in PAGES {
        let path = path.replace("OLD", &old.to_string());
        let before = if path.contains("before") {
            old
        } else {
            i64::MAX
        };
        let body = visitor.page(&path).await;
        let rows = body.matches("/console/certificates/").count();
        assert!(rows >= SHOWN, "{path} has {rows} links");
        statements(connection, before).await;
        let (mut pages, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..times {
            let begun = Instant::now();
            visitor.page(&path).await;
            pages.push(since(begun));
            let begun = Instant::now();
            statements(connection, before).await;
            bare.push(since(begun));
        }
        let ratios = pages.iter().zip(&bare).map(|(page, bare)| page / bare);
        all.push(Both {
            ratio: median(ratios.collect()),
            page: median(pages),
            bare: median(bare),
        });
    }
    all
}

/// Fills a file and looks at it twice.
pub async fn measure(report: &mut Report, few: usize, many: usize, times: usize) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("pages.db");
    let mut config = Config::for_tests();
    config.database = Database::Sqlite(file.clone());
    config.edition = Some("2021-02-api".into());
    config.clock = "manual:2021-03-01T09:00:00+08:00".parse().unwrap();
    config.access_keys = vec![format!("{KEY}:{SECRET}:{ACCOUNT}").parse().unwrap()];
    config.stock = vec![format!("{ACCOUNT}/{PRODUCT}=1000000").parse().unwrap()];
    let running = Server::start_with_log(config, std::io::sink())
        .await
        .unwrap();
    let mut visitor = Visitor::new(running.address()).await;
    let options = SqliteConnectOptions::new().filename(&file);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();

    fill(&running, 0, few).await;
    let small = measured(&mut visitor, &mut connection, times).await;
    fill(&running, few, many).await;
    // The connection was left alone for longer than it is kept.
    let mut visitor = Visitor::new(running.address()).await;
    let large = measured(&mut visitor, &mut connection, times).await;
    report.line(format!(
        "\nPages of {SHOWN} certificates, milliseconds: among {few}, among {many}, and the statements behind it, \
         in turns with it there"
    ));
    report.line("page            few   many  ratio  statements  page to statements");
    for (number, (name, _)) in PAGES.iter().enumerate() {
        let (few, many) = (small[number].page, &large[number]);
        report.line(format!(
            "{name:<14} {few:>5.1} {:>5.1} {:>6.2} {:>11.1} {:>19.2}",
            many.page,
            many.page / few,
            many.bare,
            many.ratio
        ));
    }
    let style = visitor.page("/console/style.css").await.len();
    let (mut heaviest, mut which) = (0, "");
    for path in PAGES.iter().map(|(_, path)| *path).chain(WEIGHED) {
        let answer = visitor.ask("GET", &path.replace("OLD", "99999"), "").await;
        if answer.len() > heaviest {
            (heaviest, which) = (answer.len(), path);
        }
    }
    report.line(format!(
        "The heaviest page is {which}: {:.1} KiB, and {:.1} KiB of style once",
        kib(heaviest),
        kib(style)
    ));
    drop(connection);
    running.stop().await;
}

fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}
