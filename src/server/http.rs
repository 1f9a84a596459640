//! HTTP/1.1: connections, their limits, and what each request is answered by.
//!
//! What is no HTTP, or has a head beyond the limits, never becomes a request: the protocol answers it
//! with 400, 414 or 431 and without a body, and the log has a line for the connection.

use core::convert::Infallible;
use core::error::Error as _;
use core::net::SocketAddr;
use core::pin::pin;
use core::time::Duration;
use std::io;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use http::header::{CONNECTION, HeaderValue};
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};
#[cfg(feature = "console")]
use zeroize::Zeroize as _;

use crate::server::conduct::Conductor;
use crate::server::config::Limits;
#[cfg(feature = "console")]
use crate::server::console;
use crate::server::control;
use crate::server::faults::FaultKind;
use crate::server::ordered::observed;
use crate::server::patience::Patient;
use crate::server::world::StartError;
use crate::wire::{Answered, Fault, Operation, Wire};

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
    /// The console, if it is open.
    #[cfg(feature = "console")]
    pub(crate) console: Option<Arc<console::Console>>,
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
    let (limits, log) = (app.limits.clone(), app.conductor.log.clone());
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(app.limits.head_time)
        .max_buf_size(app.limits.head.max(8_192))
        .max_headers(app.limits.headers);
    let service = service_fn(move |request| answer(Arc::clone(&app), Arc::clone(&place), request));
    let stream = Patient::new(stream, limits.write_time);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let stopped = async { stop.wait_for(|stopped| *stopped).await.is_ok() };
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stopped => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        connection.as_mut().graceful_shutdown();
        connection.await
    };
    if let Err(why) = ended.as_ref().map_err(end_of) {
        log.line(format_args!("level=info what=connection end={why}"));
    }
}

/// Why a connection ended, in a word.
fn end_of(error: &hyper::Error) -> &'static str {
    let io = error
        .source()
        .and_then(|own| own.downcast_ref::<io::Error>());
    if error.is_parse_too_large() {
        "head-too-large"
    } else if error.is_parse() {
        "unreadable"
    } else if error.is_timeout() {
        "head-too-slow"
    } else if io.is_some_and(|own| own.kind() == io::ErrorKind::TimedOut) {
        "not-read"
    } else {
        "broken"
    }
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
            return Ok(broken_off(&app, &parts, &Fault::too_large("the body")));
        }
        Ok(Err(_)) => {
            let why = String::from("The body can't be read.");
            let fault = Fault::new(400, "InvalidBody", why);
            return Ok(broken_off(&app, &parts, &fault));
        }
        Err(_) => {
            let why = String::from("The body took too long.");
            let fault = Fault::new(408, "RequestTimeout", why);
            return Ok(broken_off(&app, &parts, &fault));
        }
    };
    let request = Request::from_parts(parts.clone(), body);
    // In a task of its own: whoever goes away before the answer leaves nothing half done. And with
    // hundreds of connections those that answer in their own task would be served very unevenly.
    let app_of_task = Arc::clone(&app);
    let task = tokio::spawn(async move {
        let answer = answer_read(&app_of_task, request, begun).await;
        drop(place);
        answer
    });
    Ok(task.await.unwrap_or_else(|_| {
        let why = "The service failed. It may have been carried out: look before calling again.";
        broken_off(&app, &parts, &Fault::internal(why))
    }))
}

async fn answer_read(app: &App, request: Request<Vec<u8>>, begun: Instant) -> Answer {
    let path = request.uri().path();
    if let Some(route) = path.strip_prefix(CONTROL) {
        let route = String::from(route);
        let (answer, met) = if app.control {
            observed(control::answer(&app.conductor, &route, request)).await
        } else {
            (control::closed(), Vec::new())
        };
        let ms = begun.elapsed().as_millis();
        app.conductor.log.line(format_args!(
            "control route={} status={} ms={ms}{}",
            control::shown(&route),
            answer.status().as_u16(),
            faults(&met)
        ));
        return answer.map(Full::from);
    }
    #[cfg(feature = "console")]
    if let (Some(console), Some(route)) = (&app.console, console::route(path)) {
        let route = String::from(route);
        let answered = console.answer(&app.conductor, &route, &request).await;
        // Private keys and secrets travel there.
        request.into_body().zeroize();
        app.conductor.log.line(format_args!(
            "console route={} status={} ms={}{}",
            control::shown(&route),
            answered.response.status().as_u16(),
            begun.elapsed().as_millis(),
            answered.said
        ));
        return answered.response.map(Full::from);
    }
    let (answered, met) = observed(app.wire.answer(request)).await;
    log(app, &answered, begun, &met);
    answered.response.map(Full::from)
}

fn log(app: &App, answered: &Answered, begun: Instant, met: &[FaultKind]) {
    let shown = |word: Option<String>| word.unwrap_or_else(|| String::from("-"));
    let record = &answered.record;
    app.conductor.log.line(format_args!(
        "id={} operation={} account={} order={} status={} code={} ms={}{}",
        record.request_id,
        record.operation.map_or("-", Operation::word),
        shown(record.account.map(|account| account.as_str().into())),
        shown(record.order.map(|order| std::format!("{order}"))),
        answered.response.status().as_u16(),
        record.code.unwrap_or("-"),
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
fn broken_off(app: &App, parts: &Parts, fault: &Fault) -> Answer {
    #[cfg(feature = "console")]
    if app.console.is_some() && console::route(parts.uri.path()).is_some() {
        let status = fault.status();
        app.conductor
            .log
            .line(format_args!("console route=- status={status}"));
        return closing(console::unread(parts, status, app.limits.body).map(Full::from));
    }
    let answered = app.wire.refuse(parts, fault);
    app.conductor.log.line(format_args!(
        "id={} operation=- account=- order=- status={} code={}",
        answered.record.request_id,
        fault.status(),
        fault.code()
    ));
    closing(answered.response.map(Full::from))
}

fn closing(mut answer: Answer) -> Answer {
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(CONNECTION, close);
    answer
}

/// The address that a listener has.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |error| StartError::Listen { address, error };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
