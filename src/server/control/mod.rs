//! The control plane: what people at the CA, buyers and the clock do, for tests.
//!
//! | Route under `/_control/` | What it does |
//! |---|---|
//! | `POST orders/{id}/apply` | applies with an order that waits for it, such as a bought one or a renewal |
//! | `POST orders/{id}/satisfy-challenge` | publishes what the order's challenge asks for |
//! | `POST orders/{id}/approve` | the CA issues the certificate |
//! | `POST orders/{id}/reject` | the CA refuses the application, `{"reason": …}` |
//! | `POST orders/{id}/revocation/complete` | the CA revokes the certificate |
//! | `POST orders/{id}/revocation/refuse` | the CA refuses to, `{"reason": …}` |
//! | `GET orders/{id}` | the case, its status, what is possible, what is due |
//! | `GET orders/{id}/journal` | its events |
//! | `GET clock` | `{"now": …}` |
//! | `POST clock` | moves the manual clock: `{"set": …}` or `{"advance_seconds": …}` |
//! | `POST purchases` | buys: `{"account": …, "product": …, "count": …}` a plan, `"years"` instead of `"count"` certificates; `"cash"` and `"voucher"` in the smallest unit, 0 unless given |
//! | `GET accounts/{account}/ledger` | the account's plans and purchases |
//! | `GET ca/root.pem` | the certificate of the laboratory CA's root, to be trusted by tests |
//! | `GET ca/crl.pem` | its list of what is revoked by now |
//! | `POST faults` | orders these faults instead of those before |
//!
//! What changes something answers when its effects can be seen by the next request: 200 with the
//! order's `Type`, 404 for an order that nobody has, 409 with the refusal where its state forbids it.
//! The same call again, where it applies no more, is such a refusal.
//!
//! An application is `{"domain": …, "csr": …, "contact": {"name", "phone", "email", "company"}, "method": …}`:
//! names with commas between them, a signing request in PEM, who applies, and `DNS` or `FILE`. Each may be
//! left out. What is left out is as in the slot's former application, or in that of the certificate which
//! it renews, or else made up; without a signing request the service makes the key. The application has an
//! order of its own, which the answer names.

mod apply;
mod clock;
mod orders;
mod purchases;
mod say;

use std::string::String;
use std::vec::Vec;

use http::header::{CONTENT_TYPE, HeaderValue, ORIGIN};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::port::CaError;
use crate::server::conduct::Conductor;
use crate::server::faults::Faults;
use crate::service::ServiceError;

/// What is answered instead.
#[derive(Debug)]
pub(super) enum Denied {
    /// There is no such thing.
    NotFound(&'static str),
    /// The request can't be read.
    Misread(String),
    /// It does not apply; the answer says why.
    Conflict(Value),
    /// The service failed.
    Failed(ServiceError),
}

impl From<ServiceError> for Denied {
    fn from(error: ServiceError) -> Self {
        if let ServiceError::Refused(refusal) = error {
            Self::Conflict(say::refusal(&refusal))
        } else {
            Self::Failed(error)
        }
    }
}

pub(super) type Said = Result<Value, Denied>;

/// Answers a request; `route` is what stands behind the prefix.
pub(crate) async fn answer(
    conductor: &Conductor,
    route: &str,
    request: Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    let (status, body) = match routed(conductor, route, &request).await {
        Ok(Value::String(pem)) if route.starts_with("ca/") => {
            let mut answer = Response::new(pem.into_bytes());
            let kind = HeaderValue::from_static("application/x-pem-file");
            answer.headers_mut().insert(CONTENT_TYPE, kind);
            return answer;
        }
        Ok(body) => (StatusCode::OK, body),
        Err(Denied::NotFound(what)) => (StatusCode::NOT_FOUND, json!({"error": what})),
        Err(Denied::Misread(why)) => (StatusCode::BAD_REQUEST, json!({"error": why})),
        Err(Denied::Conflict(why)) => (StatusCode::CONFLICT, why),
        Err(Denied::Failed(error)) => {
            let body = json!({"error": std::format!("the service failed: {}", error.word())});
            (StatusCode::INTERNAL_SERVER_ERROR, body)
        }
    };
    said(status, &body)
}

/// The answer where nobody opened it.
pub(crate) fn closed() -> Response<Vec<u8>> {
    let error = "the control plane is closed: start with --control, or Config::control";
    said(StatusCode::NOT_FOUND, &json!({"error": error}))
}

fn said(status: StatusCode, body: &Value) -> Response<Vec<u8>> {
    let mut answer = Response::new(std::format!("{body}\n").into_bytes());
    *answer.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

async fn routed(conductor: &Conductor, route: &str, request: &Request<Vec<u8>>) -> Said {
    // A page in a browser on this machine must not steer it.
    if request.headers().contains_key(ORIGIN) {
        return Err(Denied::Misread("browsers are not answered".into()));
    }
    let get = request.method() == Method::GET;
    if !get && request.method() != Method::POST {
        return Err(Denied::Misread("routes are called with GET or POST".into()));
    }
    let body = || object(request.body());
    let parts: Vec<&str> = route.split('/').collect();
    match (get, parts.as_slice()) {
        (true, ["orders", order]) => orders::show(conductor, order).await,
        (true, ["orders", order, "journal"]) => orders::journal(conductor, order).await,
        (true, ["ca", "root.pem"]) => Ok(Value::from(&*conductor.world.lab.ca().root_pem())),
        (true, ["ca", "crl.pem"]) => {
            let list = conductor.world.lab.ca().crl_pem(conductor.now()).await;
            let list = list.map_err(|error| Denied::Failed(CaError::from(error).into()))?;
            Ok(Value::from(&*list))
        }
        (true, ["clock"]) => Ok(clock::said(conductor.now())),
        (true, ["accounts", account, "ledger"]) => purchases::ledger(conductor, account).await,
        (false, ["orders", order, "apply"]) => {
            let body = body()?;
            let _one_at_a_time = conductor.control.lock().await;
            apply::apply(conductor, order, &body).await
        }
        (false, ["orders", order, rest @ ..]) => {
            let act = orders::Act::read(rest).ok_or(Denied::NotFound("there is no such route"))?;
            let body = body()?;
            let _one_at_a_time = conductor.control.lock().await;
            orders::act(conductor, order, act, &body).await
        }
        (false, ["clock"]) => {
            let body = body()?;
            let _one_at_a_time = conductor.control.lock().await;
            clock::moved(conductor, &body).await
        }
        (false, ["purchases"]) => purchases::buy(conductor, &body()?).await,
        (false, ["faults"]) => {
            let faults = Faults::of(&Value::Object(body()?));
            let faults = faults.map_err(|why| Denied::Misread(std::format!("{why}")))?;
            let count = faults.len();
            conductor.world.faults.replace(faults);
            Ok(json!({"faults": count}))
        }
        _ => Err(Denied::NotFound("there is no such route")),
    }
}

/// A body that is a JSON object; an empty one is an empty object.
fn object(body: &[u8]) -> Result<Map<String, Value>, Denied> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Denied::Misread("a JSON object is expected".into())),
        Err(error) => Err(Denied::Misread(std::format!("no JSON: {error}"))),
    }
}

/// The fields of a body may be these and no others.
pub(super) fn only(fields: &Map<String, Value>, known: &[&str]) -> Result<(), Denied> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(other) => Err(Denied::Misread(std::format!("{other:?} is not known here"))),
        None => Ok(()),
    }
}

/// A route as the log shows it: without what anybody could have written there.
pub(crate) fn shown(route: &str) -> String {
    let known = |part: &str| {
        part.len() <= 40 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let parts = route
        .split('/')
        .take(4)
        .map(|part| if known(part) { part } else { "?" });
    let parts: Vec<&str> = parts.collect();
    parts.join("/")
}
