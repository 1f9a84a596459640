//! An answer as it is sent, and what a log may say about it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use http::header::{ALLOW, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};

use super::{Fault, Format, Operation, Tree};
use crate::model::{AccountId, OrderId};

/// An answer, and what a log may say about it.
#[non_exhaustive]
pub struct Answered {
    /// What is sent.
    pub response: Response<Vec<u8>>,
    /// What a log may say.
    pub record: Record,
}

/// The status and the record; the response may hold a private key.
impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered")
            .field("status", &self.response.status())
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// What a log may say about a request and its answer: there are no secrets in it.
///
/// As a [`tower_service::Service`] the wire puts it into the extensions of the response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The id of the request, which stands in the response as well.
    pub request_id: String,
    /// The operation that was asked for, offered or not; none if the API has no such, or the request
    /// did not get so far.
    pub action: Option<&'static str>,
    /// The operation, if it is offered.
    pub operation: Option<Operation>,
    /// The id of the access key, once its signature was found right.
    pub key: Option<String>,
    /// Whose request it was; none if that was not proved.
    pub account: Option<AccountId>,
    /// The order that it was about or began. Of a fault, the one that was named, whoever's it is.
    pub order: Option<OrderId>,
    /// The state that the answer shows, where it shows one.
    pub shown: Option<&'static str>,
    /// The code of the fault; none if it was done.
    pub code: Option<&'static str>,
    /// What failed inside ([`ServiceError::word`](crate::service::ServiceError::word)), for faults
    /// that are not the caller's.
    pub failure: Option<&'static str>,
}

/// How far a request got.
pub(super) struct Course {
    pub(super) format: Format,
    pub(super) record: Record,
}

impl Course {
    pub(super) fn new(request_id: String, parts: &Parts) -> Self {
        Self {
            format: format(parts),
            record: Record {
                request_id,
                ..Record::default()
            },
        }
    }
}

/// The format that the query asks for, before anything is checked.
fn format(parts: &Parts) -> Format {
    let query = parts.uri.query().unwrap_or_default();
    let mut pairs = query.split('&').take(super::Limits::USUAL.parameters);
    let named = pairs.find_map(|pair| pair.strip_prefix("Format="));
    named.and_then(Format::of).unwrap_or_default()
}

/// A fault as it is answered.
pub(super) fn refused(fault: &Fault, course: Course, parts: &Parts) -> Answered {
    let Course { format, mut record } = course;
    let id = &record.request_id;
    let fields = [
        ("Code", Tree::Text(fault.code().to_owned())),
        ("Message", Tree::Text(fault.message().to_owned())),
        ("RequestId", Tree::Text(id.clone())),
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
    record.code = Some(fault.code());
    record.failure = fault.failure();
    Answered { response, record }
}

/// A response with what every one has.
pub(super) fn response(
    status: StatusCode,
    format: Format,
    id: &str,
    body: Vec<u8>,
) -> Response<Vec<u8>> {
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
