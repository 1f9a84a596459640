//! HTTP/1.1: connections, their limits, and what each request is answered by.

use core::convert::Infallible;
use core::net::SocketAddr;
use core::pin::pin;
use core::time::Duration;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};

use crate::server::conduct::Conductor;
use crate::server::config::Limits;
use crate::server::control;
use crate::server::faults::FaultKind;
use crate::server::ordered::observed;
use crate::wire::{Answered, Wire};

/// Where the control plane lies.
const CONTROL: &str = "/_control/";

/// What requests are answered by.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) wire: Wire,
    pub(crate) conductor: Conductor,
    pub(crate) limits: Limits,
    /// Whether the control plane is open.
    pub(crate) control: bool,
}

/// Serves until it is told to stop, and then for as long as requests under way take, within limits.
pub(crate) async fn serve(app: App, listener: TcpListener, mut stop: watch::Receiver<bool>) {
    let most = u32::try_from(app.limits.connections.max(1)).unwrap_or(u32::MAX);
    let room = Arc::new(Semaphore::new(app.limits.connections.max(1)));
    let grace = app.limits.grace;
    let app = Arc::new(app);
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            _ = stop.wait_for(|stopped| *stopped) => break,
        };
        let Ok(place) = place else { break };
        let Ok((stream, _)) = accepted else {
            // Too many files are open, most likely: others will be closed.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (app, stop) = (Arc::clone(&app), stop.clone());
        tokio::spawn(connection(app, stream, stop, Arc::new(place)));
    }
    drop(listener);
    let _ = timeout(grace, room.acquire_many(most)).await;
}

/// A connection's place is free again when it is closed and nothing that it asked for is under way.
type Place = Arc<OwnedSemaphorePermit>;

async fn connection(
    app: Arc<App>,
    stream: TcpStream,
    mut stop: watch::Receiver<bool>,
    place: Place,
) {
    // An answer is one piece: to wait for more of it would only hold it up.
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(app.limits.head_time)
        .max_buf_size(app.limits.head.max(8_192))
        .max_headers(app.limits.headers);
    let service = service_fn(move |request| answer(Arc::clone(&app), Arc::clone(&place), request));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // What a client does wrong here is answered by the protocol, or not at all.
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

type Answer = Response<Full<Bytes>>;

async fn answer(
    app: Arc<App>,
    place: Place,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let begun = Instant::now();
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, app.limits.body).collect();
    let body = match timeout(app.limits.body_time, body).await {
        Ok(Ok(body)) => Vec::from(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let why = "The request is too large: the body is beyond its limit.";
            return Ok(broken_off(
                &app,
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLarge",
                why,
            ));
        }
        Ok(Err(_)) => {
            let why = "The body can't be read.";
            return Ok(broken_off(
                &app,
                StatusCode::BAD_REQUEST,
                "InvalidBody",
                why,
            ));
        }
        Err(_) => {
            let why = "The body took too long.";
            return Ok(broken_off(
                &app,
                StatusCode::REQUEST_TIMEOUT,
                "RequestTimeout",
                why,
            ));
        }
    };
    let request = Request::from_parts(parts, body);
    // In a task of its own: whoever goes away before the answer leaves nothing half done.
    let app_of_task = Arc::clone(&app);
    let task = tokio::spawn(async move {
        let answer = answer_read(&app_of_task, request, begun).await;
        drop(place);
        answer
    });
    Ok(task.await.unwrap_or_else(|_| {
        let why = "The service failed. The same call may be made again.";
        broken_off(&app, StatusCode::INTERNAL_SERVER_ERROR, "Error", why)
    }))
}

async fn answer_read(app: &App, request: Request<Vec<u8>>, begun: Instant) -> Answer {
    let path = request.uri().path();
    if let Some(route) = path.strip_prefix(CONTROL).filter(|_| app.control) {
        let route = String::from(route);
        let (answer, met) = observed(control::answer(&app.conductor, &route, request)).await;
        let ms = begun.elapsed().as_millis();
        app.conductor.log.line(format_args!(
            "control route={} status={} ms={ms}{}",
            control::shown(&route),
            answer.status().as_u16(),
            faults(&met)
        ));
        return answer.map(Full::from);
    }
    let (answered, met) = observed(app.wire.answer(request)).await;
    log(app, &answered, begun, &met);
    answered.response.map(Full::from)
}

fn log(app: &App, answered: &Answered, begun: Instant, met: &[FaultKind]) {
    let shown = |word: Option<String>| word.unwrap_or_else(|| String::from("-"));
    app.conductor.log.line(format_args!(
        "id={} operation={} account={} order={} status={} code={} ms={}{}",
        answered.request_id,
        answered.operation.unwrap_or("-"),
        shown(answered.account.map(|account| account.as_str().into())),
        shown(answered.order.map(|order| std::format!("{order}"))),
        answered.response.status().as_u16(),
        answered.code.unwrap_or("-"),
        begun.elapsed().as_millis(),
        faults(met)
    ));
}

/// The faults that a request met with, for the end of its line.
fn faults(met: &[FaultKind]) -> String {
    let mut text = String::new();
    for (place, kind) in met.iter().enumerate() {
        text.push_str(if place == 0 { " fault=" } else { "," });
        text.push_str(kind.word());
    }
    text
}

/// An answer to a request that was not read or not carried out; the connection ends with it.
fn broken_off(app: &App, status: StatusCode, code: &str, why: &str) -> Answer {
    app.conductor.log.line(format_args!(
        "id=- operation=- account=- order=- status={} code={code}",
        status.as_u16()
    ));
    let body = json!({"Code": code, "Message": why, "RequestId": "", "HostId": ""});
    let mut answer = Response::new(Full::from(std::format!("{body}")));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json;charset=utf-8"),
    );
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// The address that a listener has.
pub(crate) async fn listen(
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), std::io::Error> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
