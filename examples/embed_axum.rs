//! A web service of one's own that embeds everything: axum for HTTP, tokio as runtime, a SQLite file,
//! random ids, one's own CA behind the port, and a runner behind it all.
//!
//! ```text
//! cargo run --example embed_axum
//! ```
//!
//! It serves on a free port of loopback: routes of its own, and beside them the vendor's API, which the
//! vendor's clients call at `/`. Then it is its own customer: it applies for a certificate twice under
//! one key, is refused a second one, asks after it as a client of the vendor's does, and waits for the
//! certificate. Then, or at Ctrl-C, it ends in an orderly way: requests are answered, and the work that
//! was begun is finished.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::adapter::{
    FileKeyVault, ManualClock, RandomIds, Recorder, SystemClock, TokioTimer,
};
use cert_lifecycle::lifecycle::RefusalKind;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, Channel, Curve, KeyKind, OrderId, Payment, Site, Status,
    Submission, Timestamp, ValidationMethod,
};
use cert_lifecycle::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, Clock, IdempotencyKey, IssuanceRequest,
    RequestId, RevocationOrder,
};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{
    Caller, EditionPolicy, Pace, Ports, Rules, Runner, RunnerHandle, Service, ServiceError,
};
use cert_lifecycle::wire::{
    AccessKey, Desk, FixedKeys, RandomRequestIds, Rates, Record, Scheme, Secret, Signer, Wire,
};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The client of one's own CA; here it is a CA in the same process.
struct OwnCa(LocalCa);

impl CertificateAuthority for OwnCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        println!("the CA is asked for order {}", request.order);
        self.0.submit(request)
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        self.0.poll(order, now)
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.0.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.0.revoke(request)
    }
}

/// An answer of HTTP; a refusal is one that its reader can act on.
type Answer = Result<Json<Value>, (StatusCode, String)>;

fn failed(error: ServiceError) -> (StatusCode, String) {
    if let ServiceError::Refused(refusal) = error {
        let code = match refusal.kind() {
            RefusalKind::OrderNotFound | RefusalKind::PlanNotFound => StatusCode::NOT_FOUND,
            RefusalKind::Application => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::QuotaExhausted
            | RefusalKind::State
            | RefusalKind::CaAnswer
            | RefusalKind::Misuse => StatusCode::CONFLICT,
        };
        return (code, refusal.to_string());
    }
    let code = if matches!(error, ServiceError::KeyReused(_)) {
        StatusCode::UNPROCESSABLE_ENTITY
    } else if error.retry_helps() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    (code, error.to_string())
}

fn bad(error: impl Error) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, error.to_string())
}

/// Who asks. A real service authenticates; here a header is believed.
fn caller(headers: &HeaderMap) -> Result<Caller, (StatusCode, String)> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let account = AccountId::new(text("x-account").unwrap_or_default()).map_err(bad)?;
    match text("idempotency-key") {
        Some(key) => Ok(Caller::once(
            account,
            IdempotencyKey::new(key).map_err(bad)?,
        )),
        None => Ok(account.into()),
    }
}

/// What every request is served with.
type App = (Service, RunnerHandle);

async fn apply(State((service, runner)): State<App>, headers: HeaderMap, name: String) -> Answer {
    let caller = caller(&headers)?;
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com").map_err(bad)?;
    let submission = Submission::request(
        name.parse().map_err(bad)?,
        applicant,
        ValidationMethod::Dns,
        KeyKind::Ec(Curve::P256),
    );
    let product = Catalog::published().get("geotrust-dv-1-starter");
    let product = product.ok_or((StatusCode::NOT_FOUND, "no such product".to_owned()))?;
    let (order, receipt) =
        (service.submit(caller, product.code, submission).await).map_err(failed)?;
    // The CA hears of it now, and not after the runner's pause.
    runner.wake();
    let status = receipt.status.map(Status::word);
    Ok(Json(json!({"order": order.to_string(), "status": status})))
}

async fn show(
    State((service, _)): State<App>,
    headers: HeaderMap,
    Path(order): Path<String>,
) -> Answer {
    let order: OrderId = order.parse().map_err(bad)?;
    let account = caller(&headers)?.account();
    let found = service.describe(account, order).await.map_err(failed)?;
    let application = found.instance.application();
    let challenge = application.and_then(|own| own.challenge());
    Ok(Json(json!({
        "status": found.status.word(),
        "publish": challenge.map(|challenge| format!("{challenge:?}")),
    })))
}

/// The vendor's API over the same service. A real service looks keys up in a table of its own
/// ([`AccessKeys`](cert_lifecycle::wire::AccessKeys)).
fn vendors_api(service: Service, runner: RunnerHandle) -> Outcome<Wire> {
    let secret = Secret::new("testsecret".to_owned());
    let key = AccessKey::new(secret, AccountId::new("1234567890")?);
    let keys = Arc::new(FixedKeys::new().with("testid", key));
    let desk = Desk::new(service)
        .with_runner(runner)
        .with_timer(Arc::new(TokioTimer::new()))
        .observed(|_, order, error| println!("no answer of the CA about {order}: {error}"));
    let ids = Arc::new(RandomRequestIds::new()?);
    // Dates of requests go by the world's time.
    let wire = Wire::builder(desk, keys, Arc::new(SystemClock::new()), ids)
        .with_rates(Rates::documented())
        .without_scheme(Scheme::HmacSha1)
        // Who goes away before the answer leaves nothing half done.
        .spawning(|work| {
            tokio::spawn(work);
        });
    Ok(wire.build())
}

/// The log: never of addresses and bodies, for private keys travel in both.
async fn log(response: Response) -> Response {
    if let Some(record) = response.extensions().get::<Record>() {
        let operation = record.operation.map_or("-", |operation| operation.word());
        let (key, status) = (record.key.as_deref().unwrap_or("-"), response.status());
        println!(
            "{operation} by {key}: {} {}",
            status.as_u16(),
            record.code.unwrap_or("OK")
        );
    }
    response
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = tempfile::TempDir::new()?;
    let start = "2026-03-20T09:00:00+08:00".parse()?;
    // A service of one's own has `SystemClock`; this one hurries.
    let clock = Arc::new(ManualClock::new(start));
    let (zone, book) = (Zone::new(), Rulebook::published());
    let ceilings = book.ceilings().clone();
    let config = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into());
    // It pays, tells and deploys nothing, but writes all down and forgets nothing: a service of one's
    // own has its bank and its mail behind these ports.
    let recorder = Arc::new(Recorder::new());
    let database = SqliteOptions::file(folder.path().join("life.db"));
    let store = SqliteStore::open(database).await?;
    let ports = Ports {
        store: Arc::new(store.clone()),
        ca: Arc::new(OwnCa(LocalCa::new(config, zone.clone(), start)?)),
        vault: Arc::new(FileKeyVault::open(folder.path().join("keys"))?),
        payments: recorder.clone(),
        notifier: recorder.clone(),
        deployer: recorder,
        clock: clock.clone(),
        ids: Arc::new(RandomIds::new()?),
    };
    let policy = EditionPolicy::AsOf {
        site: Site::Cn,
        channel: Channel::Api,
    };
    let service = Service::new(ports, Rules::new(book, policy));

    let mut pace = Pace::default();
    pace.idle = Duration::from_millis(20);
    let runner = Runner::new(service.clone(), Arc::new(TokioTimer::new())).with_pace(pace);
    let handle = runner.handle();
    let mut runner = tokio::spawn(runner.run());
    let routes = Router::new()
        .route("/orders", post(apply))
        .route("/orders/{order}", get(show))
        .with_state((service.clone(), handle.clone()))
        .route_service("/", vendors_api(service.clone(), handle.clone())?)
        .layer(map_response(log));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let ended = handle.clone();
    let server =
        axum::serve(listener, routes).with_graceful_shutdown(async move { ended.stopped().await });
    let server = tokio::spawn(server.into_future());

    tokio::select! {
        shown = demonstrate(service, address, clock, zone) => shown?,
        asked = tokio::signal::ctrl_c() => asked?,
        // It never ends by itself: a port panicked.
        ended = &mut runner => {
            ended?;
            return Err("the runner ended".into());
        }
    }
    handle.stop();
    runner.await?;
    server.await??;
    store.close().await;
    println!("served and stopped");
    Ok(())
}

/// What happens around the service: a plan is bought, a customer applies, and publishes what it is
/// told to.
async fn demonstrate(
    service: Service,
    address: SocketAddr,
    clock: Arc<ManualClock>,
    zone: Zone,
) -> Outcome<()> {
    let account = AccountId::new("1234567890")?;
    let product = Catalog::published().get("geotrust-dv-1-starter");
    let product = product.ok_or("no such product")?;
    (service.buy_plan(account, product, NonZeroU32::MIN, Payment::NONE)).await?;
    let customer = tokio::task::spawn_blocking(move || customer(address));
    let order: OrderId = customer.await??.parse()?;
    loop {
        let found = service.describe(account, order).await?;
        println!("order {order} is {}", found.status.word());
        let application = found.instance.application();
        if let Some(challenge) = application.and_then(|own| own.challenge()) {
            zone.publish(challenge);
        }
        if found.instance.live().is_some() {
            let asked = tokio::task::spawn_blocking(move || vendors_client(address, order, "last"));
            return asked.await?;
        }
        clock.advance(600);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A customer on the other side of HTTP; the order that it has in the end.
fn customer(address: SocketAddr) -> Outcome<String> {
    let post = |key: &str| -> Outcome<String> {
        let name = "www.example.com";
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "POST /orders HTTP/1.1\r\nhost: {address}\r\nx-account: 1234567890\r\n\
             idempotency-key: {key}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{name}",
            name.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        println!("POST /orders under {key}: {body}");
        Ok(body.to_owned())
    };
    let first = post("a-key")?;
    if post("a-key")? != first {
        return Err("a key counted twice".into());
    }
    if !post("another-key")?.contains("no unit left") {
        return Err("a plan of one unit gave two".into());
    }
    let first: Value = serde_json::from_str(&first)?;
    let order = first.get("order").and_then(Value::as_str);
    let order = order.ok_or("no order")?.to_owned();
    vendors_client(address, order.parse()?, "first")?;
    Ok(order)
}

/// What a client of the vendor's is told about the order.
fn vendors_client(address: SocketAddr, order: OrderId, nonce: &str) -> Outcome<()> {
    let (host, order) = (address.to_string(), order.to_string());
    let signer = Signer::new("testid", Secret::new("testsecret".to_owned()));
    let request = signer.call(
        Scheme::Acs3HmacSha256,
        &host,
        "DescribeCertificateState",
        &[("OrderId", &order)],
        SystemClock::new().now(),
        nonce,
    )?;
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "POST / HTTP/1.1\r\nconnection: close\r\n")?;
    for (name, value) in request.headers() {
        write!(stream, "{name}: {}\r\n", value.to_str()?)?;
    }
    write!(stream, "content-length: {}\r\n\r\n", request.body().len())?;
    stream.write_all(request.body())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    let told: Value = serde_json::from_str(body)?;
    let state = told.get("Type").and_then(Value::as_str);
    println!("the vendor's client is told {}", state.ok_or("no state")?);
    Ok(())
}
