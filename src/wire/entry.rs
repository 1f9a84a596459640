//! From a request to its answer.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use http::request::Parts;
use http::{Request, StatusCode};
use zeroize::Zeroizing;

use super::answered::{Answered, Course, refused, response};
use super::builder::{Builder, Inside};
use super::call::Call;
use super::rates::NEXT_SECOND;
use super::signature::{self, Judge};
use super::{
    AccessKeys, Asked, Done, Fault, Limits, Operation, Perform, RequestIds, Tree, action,
    request_id,
};
use crate::port::Clock;

/// The version of the API.
pub const VERSION: &str = "2020-04-07";

/// By how many seconds the date of a request may differ from the clock, to both sides.
pub const USUAL_SKEW: u32 = 15 * 60;

/// The API, as a function from requests to answers. Clones are the same one.
///
/// It knows no transport and no runtime. It is also a [`tower_service::Service`] that is always ready;
/// what whoever puts it behind a transport has to know stands [in the module](super#behind-a-transport).
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::adapter::SystemClock;
/// use cert_lifecycle::wire::{Desk, FixedKeys, RandomRequestIds, Wire, http};
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
/// assert_eq!(answered.record.code, Some("IncompleteSignature"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Wire(pub(super) Arc<Inside>);

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

impl Wire {
    /// Over a desk or what surrounds one, for the holders of these keys, with everything as usual. The
    /// clock is that of the world, whatever the service's own shows: dates of requests are judged by it.
    #[must_use]
    pub fn new(
        desk: impl Perform + 'static,
        keys: Arc<dyn AccessKeys>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn RequestIds>,
    ) -> Self {
        Self::builder(desk, keys, clock, ids).build()
    }

    /// The same, with settings of one's own.
    pub fn builder(
        desk: impl Perform + 'static,
        keys: Arc<dyn AccessKeys>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn RequestIds>,
    ) -> Builder {
        Builder::new(Arc::new(desk), keys, clock, ids)
    }

    /// How much a request may hold: what a transport should not read beyond.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.settings.limits
    }

    /// Answers a request, whatever it is.
    ///
    /// What it does at the service is more than one commit for some operations, so the future is to be
    /// driven to its end: see [the transport](super#behind-a-transport).
    pub async fn answer(&self, request: Request<Vec<u8>>) -> Answered {
        let (parts, body) = request.into_parts();
        let body = Zeroizing::new(body);
        let mut course = Course::new(request_id::shown(self.0.ids.draw()), &parts);
        let done = match self.carry_out(&parts, &body, &mut course).await {
            Ok(done) => done,
            Err(fault) => return refused(&fault, course, &parts),
        };
        let Course { format, mut record } = course;
        let root = format!("{}Response", record.action.unwrap_or_default());
        let mut fields = Vec::with_capacity(done.fields.len().saturating_add(1));
        fields.push(("RequestId", Tree::Text(record.request_id.clone())));
        fields.extend(done.fields);
        let body = format.write(&root, &fields);
        let response = response(StatusCode::OK, format, &record.request_id, body);
        record.order = done.order.or(record.order);
        record.shown = done.shown;
        Answered { response, record }
    }

    /// Answers a request that was not read or not carried out, as the API answers faults: in the format
    /// that its query asks for, with the id of a request and the host.
    ///
    /// ```
    /// # use cert_lifecycle::wire::{Fault, Wire, http};
    /// # fn refuse(wire: &Wire) {
    /// let (parts, ()) = http::Request::get("/?Format=XML").body(()).unwrap().into_parts();
    /// let late = Fault::new(408, "RequestTimeout", "The body took too long.".into());
    /// let answered = wire.refuse(&parts, &late);
    /// assert_eq!(answered.response.status(), 408);
    /// # }
    /// ```
    #[must_use]
    pub fn refuse(&self, parts: &Parts, fault: &Fault) -> Answered {
        let course = Course::new(request_id::shown(self.0.ids.draw()), parts);
        refused(fault, course, parts)
    }

    async fn carry_out(
        &self,
        parts: &Parts,
        body: &[u8],
        course: &mut Course,
    ) -> Result<Done, Fault> {
        let inside = &self.0;
        let settings = &inside.settings;
        let call = Call::read(parts, body, &settings.limits)?;
        course.format = call.format()?;
        let signed = signature::read(&call, &settings.schemes)?;
        let now = inside.clock.now();
        let judge = Judge {
            keys: &*inside.keys,
            nonces: &*inside.nonces,
            now,
            skew: settings.skew,
        };
        let account = signature::verify(&call, &signed, judge).await?;
        let record = &mut course.record;
        record.account = Some(account);
        record.key = Some(signed.key().to_owned());
        if said(&call, signed.in_headers(), "x-acs-version", "Version")? != VERSION {
            let why = format!("The version offered here is {VERSION}.");
            return Err(Fault::new(400, "InvalidVersion", why));
        }
        let action = said(&call, signed.in_headers(), "x-acs-action", "Action")?;
        record.action = action::known(action);
        let operation = offered(action)?;
        record.operation = Some(operation);
        let mut names = ["OrderId", "CertId", "CertificateId"].into_iter();
        record.order = names.find_map(|name| call.parameters.text(name)?.parse().ok());
        if let Some(rates) = &settings.rates
            && !inside.counts.admit(rates, account, operation, now)
        {
            let rate = rates.of(operation);
            let why = format!("There are {rate} calls of this operation in a second.");
            return Err(Fault::throttled(&why, NEXT_SECOND));
        }
        let asked = Asked {
            account,
            key: signed.key(),
            request_id: &record.request_id,
            operation,
            parameters: &call.parameters,
        };
        inside.desk.perform(asked).await
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
    if let Ok(operation) = action.parse() {
        return Ok(operation);
    }
    if action::known(action).is_some() {
        let why =
            format!("The API has this operation, but this service of {VERSION} does not offer it.");
        return Err(Fault::new(400, "UnsupportedOperation", why));
    }
    let why = "The API has no such operation. Names have capitals where words begin.";
    Err(Fault::new(404, "InvalidAction.NotFound", why.to_owned()))
}
