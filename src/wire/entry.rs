//! From a request to its answer.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use http::header::{ALLOW, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use zeroize::Zeroizing;

use super::call::Call;
use super::rates::{Counts, NEXT_SECOND};
use super::signature::{self, Judge};
use super::{
    AccessKeys, Done, Fault, Format, Limits, MemoryNonces, Nonces, Operation, Perform, Rates,
    RequestIds, Tree, action, request_id,
};
use crate::model::{AccountId, OrderId};
use crate::port::Clock;

/// The version of the API.
pub const VERSION: &str = "2020-04-07";

/// By how many seconds the date of a request may differ from the clock, to both sides.
pub const USUAL_SKEW: u32 = 15 * 60;

/// The API, as a function from requests to answers. Clones are the same one.
///
/// It knows no transport and no runtime; it is also a [`tower_service::Service`] that is always ready.
/// Whoever puts it behind a transport bounds headers, bodies and time there, and never logs addresses
/// or bodies: private keys travel in both.
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::adapter::SystemClock;
/// use cert_lifecycle::wire::{Desk, FixedKeys, RandomRequestIds, Wire};
/// # use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
/// # use cert_lifecycle::adapter::{ManualClock, MemoryKeyVault, MemoryStore, Recorder, SeededIds};
/// # use cert_lifecycle::model::{Channel, Site};
/// # use cert_lifecycle::rulebook::Rulebook;
/// # use cert_lifecycle::service::{EditionPolicy, Ports, Rules, Service};
/// # let start = "2026-11-22T10:00:00Z".parse()?;
/// # let recorder = Arc::new(Recorder::new());
/// # let ports = Ports {
/// #     store: Arc::new(MemoryStore::new()),
/// #     ca: Arc::new(LocalCa::new(LocalCaConfig::new(|_| 90), Zone::new(), start)?),
/// #     vault: Arc::new(MemoryKeyVault::new()),
/// #     payments: recorder.clone(),
/// #     notifier: recorder.clone(),
/// #     deployer: recorder,
/// #     clock: Arc::new(ManualClock::new(start)),
/// #     ids: Arc::new(SeededIds::new(1)),
/// # };
/// # let policy = EditionPolicy::AsOf { site: Site::Cn, channel: Channel::Api };
/// # let service = Service::new(ports, Rules::new(Rulebook::published(), policy));
///
/// let wire = Wire::new(
///     Desk::new(service),
///     Arc::new(FixedKeys::new()),
///     Arc::new(SystemClock::new()),
///     Arc::new(RandomRequestIds::new()?),
/// );
/// let request = http::Request::get("/?Action=DescribePackageState").body(Vec::new())?;
/// let answered = pollster::block_on(wire.answer(request));
/// assert_eq!(answered.response.status(), 400);
/// assert_eq!(answered.code, Some("IncompleteSignature"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Wire(Arc<Inside>);

struct Inside {
    desk: Arc<dyn Perform>,
    keys: Arc<dyn AccessKeys>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn RequestIds>,
    nonces: Arc<dyn Nonces>,
    settings: Settings,
    counts: Counts,
}

#[derive(Clone, Copy)]
struct Settings {
    skew: u32,
    limits: Limits,
    rates: Option<Rates>,
}

/// An answer, and what a log may say about it: there are no secrets in it but in the response.
pub struct Answered {
    /// What is sent.
    pub response: Response<Vec<u8>>,
    /// The id of the request, which stands in the response as well.
    pub request_id: String,
    /// The operation; none if the request did not get so far.
    pub operation: Option<&'static str>,
    /// Whose request it was; none if that was not proved.
    pub account: Option<AccountId>,
    /// The order that it was about or began.
    pub order: Option<OrderId>,
    /// The state that the answer shows, where it shows one.
    pub shown: Option<&'static str>,
    /// The code of the fault; none if it was done.
    pub code: Option<&'static str>,
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered")
            .field("status", &self.response.status())
            .field("request_id", &self.request_id)
            .field("operation", &self.operation)
            .field("account", &self.account)
            .field("order", &self.order)
            .field("shown", &self.shown)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

/// How far a request got.
#[derive(Default)]
struct Course {
    format: Format,
    operation: Option<Operation>,
    account: Option<AccountId>,
}

impl Wire {
    /// Over a desk or what surrounds one, for the holders of these keys. The clock is that of the world, whatever the service's
    /// own shows: dates of requests are judged by it.
    #[must_use]
    pub fn new(
        desk: impl Perform + 'static,
        keys: Arc<dyn AccessKeys>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn RequestIds>,
    ) -> Self {
        Self(Arc::new(Inside {
            desk: Arc::new(desk),
            keys,
            clock,
            ids,
            nonces: Arc::new(MemoryNonces::default()),
            settings: Settings {
                skew: USUAL_SKEW,
                limits: Limits::USUAL,
                rates: None,
            },
            counts: Counts::new(),
        }))
    }

    fn with(&self, nonces: Option<Arc<dyn Nonces>>, settings: Settings) -> Self {
        let inside = &self.0;
        Self(Arc::new(Inside {
            desk: Arc::clone(&inside.desk),
            keys: Arc::clone(&inside.keys),
            clock: Arc::clone(&inside.clock),
            ids: Arc::clone(&inside.ids),
            nonces: nonces.unwrap_or_else(|| Arc::clone(&inside.nonces)),
            settings,
            counts: Counts::new(),
        }))
    }

    /// With nonces kept elsewhere; otherwise they are kept in memory ([`MemoryNonces::USUAL`]).
    #[must_use]
    pub fn with_nonces(self, nonces: Arc<dyn Nonces>) -> Self {
        let settings = self.0.settings;
        self.with(Some(nonces), settings)
    }

    /// With another number of seconds by which dates may differ; otherwise [`USUAL_SKEW`].
    #[must_use]
    pub fn with_skew(self, seconds: u32) -> Self {
        let settings = Settings {
            skew: seconds,
            ..self.0.settings
        };
        self.with(None, settings)
    }

    /// With other limits; otherwise [`Limits::USUAL`].
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        let settings = Settings {
            limits,
            ..self.0.settings
        };
        self.with(None, settings)
    }

    /// With rates, by the same clock as dates; otherwise there are none.
    #[must_use]
    pub fn with_rates(self, rates: Rates) -> Self {
        let settings = Settings {
            rates: Some(rates),
            ..self.0.settings
        };
        self.with(None, settings)
    }

    /// How much a request may hold: what a transport should not read beyond.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.settings.limits
    }

    /// Answers a request, whatever it is.
    pub async fn answer(&self, request: Request<Vec<u8>>) -> Answered {
        let request_id = request_id::shown(self.0.ids.draw());
        let (parts, body) = request.into_parts();
        let body = Zeroizing::new(body);
        let mut course = Course::default();
        let done = self.carry_out(&parts, &body, &mut course).await;
        let operation = course.operation.map(Operation::word);
        let (response, order, shown, code) = match done {
            Ok(done) => {
                let root = format!("{}Response", operation.unwrap_or_default());
                let mut fields = Vec::with_capacity(done.fields.len().saturating_add(1));
                fields.push(("RequestId", Tree::Text(request_id.clone())));
                fields.extend(done.fields);
                let body = course.format.write(&root, &fields);
                let response = response(StatusCode::OK, course.format, &request_id, body);
                (response, done.order, done.shown, None)
            }
            Err(fault) => {
                let response = refused(&fault, course.format, &request_id, &parts);
                (response, None, None, Some(fault.code()))
            }
        };
        Answered {
            response,
            request_id,
            operation,
            account: course.account,
            order,
            shown,
            code,
        }
    }

    async fn carry_out(
        &self,
        parts: &Parts,
        body: &[u8],
        course: &mut Course,
    ) -> Result<Done, Fault> {
        let inside = &self.0;
        let settings = inside.settings;
        let call = Call::read(parts, body, &settings.limits)?;
        course.format = call.format()?;
        let signed = signature::read(&call)?;
        let now = inside.clock.now();
        let judge = Judge {
            keys: &*inside.keys,
            nonces: &*inside.nonces,
            now,
            skew: settings.skew,
        };
        let account = signature::verify(&call, &signed, judge).await?;
        course.account = Some(account);
        if said(&call, signed.in_headers(), "x-acs-version", "Version")? != VERSION {
            let why = format!("The version offered here is {VERSION}.");
            return Err(Fault::new(400, "InvalidVersion", why));
        }
        let action = said(&call, signed.in_headers(), "x-acs-action", "Action")?;
        let operation = offered(action)?;
        course.operation = Some(operation);
        if let Some(rates) = settings.rates
            && !inside.counts.admit(rates, account, operation, now)
        {
            let rate = rates.of(operation);
            let why = format!("There are {rate} calls of this operation in a second.");
            return Err(Fault::throttled(&why, NEXT_SECOND));
        }
        inside
            .desk
            .perform(account, operation, &call.parameters)
            .await
    }
}

/// What is signed as the action or the version. Old clients send the headers too, but sign parameters
/// alone.
fn said<'a>(
    call: &'a Call<'_>,
    in_headers: bool,
    header: &str,
    parameter: &str,
) -> Result<&'a str, Fault> {
    let of_parameter = call.parameters.text(parameter);
    let of_header = if in_headers {
        call.header(header)?
    } else {
        None
    };
    match (of_header, of_parameter) {
        (Some(one), Some(other)) if one != other => Err(Fault::invalid(
            parameter,
            "the header of the same meaning says something else",
        )),
        (Some(value), _) | (None, Some(value)) => Ok(value),
        (None, None) => Err(Fault::missing(parameter)),
    }
}

fn offered(action: &str) -> Result<Operation, Fault> {
    let mut all = Operation::ALL.iter();
    if let Some(operation) = all.find(|operation| operation.word() == action) {
        return Ok(*operation);
    }
    if action::exists(action) {
        let why =
            format!("The API has this operation, but this service of {VERSION} does not offer it.");
        return Err(Fault::new(400, "UnsupportedOperation", why));
    }
    let why = "The API has no such operation. Names have capitals where words begin.";
    Err(Fault::new(404, "InvalidAction.NotFound", why.to_owned()))
}

fn refused(fault: &Fault, format: Format, id: &str, parts: &Parts) -> Response<Vec<u8>> {
    let fields = [
        ("Code", Tree::Text(fault.code().to_owned())),
        ("Message", Tree::Text(fault.message().to_owned())),
        ("RequestId", Tree::Text(id.to_owned())),
        ("HostId", Tree::Text(host(parts))),
    ];
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = response(status, format, id, format.write("Error", &fields));
    let headers = response.headers_mut();
    if let Some(milliseconds) = fault.retry_after() {
        headers.insert("x-acs-retry-after", HeaderValue::from(milliseconds));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
    }
    response
}

fn response(status: StatusCode, format: Format, id: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(format.content_type()),
    );
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-acs-request-id", id);
    }
    response
}

/// The host that the request was sent to, if it looks like one.
fn host(parts: &Parts) -> String {
    /// The longest name of a host, with a port.
    const LONGEST: usize = 255 + 6;
    let of_header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    of_header
        .or_else(|| parts.uri.authority().map(http::uri::Authority::as_str))
        .filter(|host| {
            host.len() <= LONGEST
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
        })
        .unwrap_or_default()
        .to_owned()
}

impl tower_service::Service<Request<Vec<u8>>> for Wire {
    type Response = Response<Vec<u8>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Vec<u8>>) -> Self::Future {
        let wire = self.clone();
        Box::pin(async move { Ok(wire.answer(request).await.response) })
    }
}
