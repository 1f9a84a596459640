//! Signing requests: what a client does.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hmac_sha256::Hash;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Request, Uri};

use super::encode::{hex, joined};
use super::{Scheme, incomplete, of_headers, of_parameters};
use crate::model::Timestamp;
use crate::wire::call::Call;
use crate::wire::{Fault, Limits, Secret, VERSION};

/// Signs requests with an access key, as the vendor's clients do: for tests of services, and for
/// clients in Rust.
///
/// ```
/// use cert_lifecycle::wire::{Scheme, Secret, Signer};
/// let signer = Signer::new("testid", Secret::new("testsecret".into()));
/// let request = signer.call(
///     Scheme::Acs3HmacSha256,
///     "cas.example.com",
///     "DescribeCertificateState",
///     &[("OrderId", "123451222")],
///     "2026-11-22T10:00:00Z".parse()?,
///     "a nonce that nobody used before",
/// )?;
/// assert_eq!(request.body(), b"OrderId=123451222");
/// let signed = request.headers()["authorization"].to_str()?;
/// assert!(signed.starts_with("ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=content-type;host;x-acs"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Signer {
    id: String,
    secret: Secret,
    token: Option<Secret>,
}

/// A signer makes what it is asked for; the service has limits.
const NO_LIMITS: Limits = Limits {
    parameters: usize::MAX,
    name: usize::MAX,
    value: usize::MAX,
    query: usize::MAX,
    body: usize::MAX,
};

impl Signer {
    /// With the id of an access key and its secret.
    #[must_use]
    pub fn new(id: &str, secret: Secret) -> Self {
        Self {
            id: id.to_owned(),
            secret,
            token: None,
        }
    }

    /// With the security token of a temporary key.
    #[must_use]
    pub fn with_token(mut self, token: Secret) -> Self {
        self.token = Some(token);
        self
    }

    /// A signed request for an operation: a `POST` to `/` of a host, with the parameters in the body.
    ///
    /// The host is exactly what is sent as `Host`, with its port. The address is `/` alone; for a client
    /// that wants an absolute one, make the request yourself and use [`sign`](Self::sign). Freshness is
    /// judged by the date, and each nonce is taken once.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn call(
        &self,
        scheme: Scheme,
        host: &str,
        operation: &str,
        parameters: &[(&str, &str)],
        date: Timestamp,
        nonce: &str,
    ) -> Result<Request<Vec<u8>>, Fault> {
        let mut body = String::new();
        joined(parameters.iter().copied(), &mut |piece| {
            body.push_str(piece);
        });
        let mut request = Request::new(body.into_bytes());
        *request.method_mut() = http::Method::POST;
        put(&mut request, HOST, host)?;
        if !request.body().is_empty() {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(CONTENT_TYPE, form);
        }
        match scheme {
            Scheme::Acs3HmacSha256 => {
                put(&mut request, of_headers::ACTION, operation)?;
                put(&mut request, of_headers::VERSION, VERSION)?;
            }
            Scheme::HmacSha1 => {
                ask(&mut request, &[("Action", operation), ("Version", VERSION)])?;
            }
        }
        self.sign(scheme, request, date, nonce)
    }

    /// Signs a request that says what is asked for: by ACS3 in `x-acs-action` and `x-acs-version`, by
    /// HMAC-SHA1 in the parameters `Action` and `Version`. What else the scheme needs is added: date,
    /// nonce and token, and of the host, if it has no such header, that of the address.
    ///
    /// # Errors
    /// [`Fault`], if it is no request that a service could read: as the service would answer it.
    pub fn sign(
        &self,
        scheme: Scheme,
        mut request: Request<Vec<u8>>,
        date: Timestamp,
        nonce: &str,
    ) -> Result<Request<Vec<u8>>, Fault> {
        if !request.headers().contains_key(HOST) {
            let host = request.uri().authority().map(ToString::to_string);
            put(&mut request, HOST, &host.unwrap_or_default())?;
        }
        let date = date.to_string();
        match scheme {
            Scheme::Acs3HmacSha256 => self.sign_headers(request, &date, nonce),
            Scheme::HmacSha1 => self.sign_parameters(request, &date, nonce),
        }
    }

    fn sign_headers(
        &self,
        mut request: Request<Vec<u8>>,
        date: &str,
        nonce: &str,
    ) -> Result<Request<Vec<u8>>, Fault> {
        let digest = hex(&Hash::hash(request.body()));
        put(&mut request, of_headers::DATE, date)?;
        put(&mut request, of_headers::NONCE, nonce)?;
        put(&mut request, of_headers::DIGEST, &digest)?;
        if let Some(token) = &self.token {
            put(&mut request, of_headers::TOKEN, token.expose())?;
        }
        let (parts, body) = request.into_parts();
        let call = Call::read(&parts, &body, &NO_LIMITS)?;
        let names = of_headers::to_sign(&parts.headers);
        let list = names.join(";");
        let canonical = of_headers::canonical(&call, &list, names)?;
        let (_, signature) = of_headers::signature(&canonical, &self.secret);
        let signed = format!(
            "{} Credential={},SignedHeaders={list},Signature={signature}",
            Scheme::Acs3HmacSha256,
            self.id
        );
        drop(call);
        let mut request = Request::from_parts(parts, body);
        put(&mut request, AUTHORIZATION, &signed)?;
        Ok(request)
    }

    fn sign_parameters(
        &self,
        mut request: Request<Vec<u8>>,
        date: &str,
        nonce: &str,
    ) -> Result<Request<Vec<u8>>, Fault> {
        let own = [
            ("AccessKeyId", self.id.as_str()),
            ("SignatureMethod", Scheme::HmacSha1.word()),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", nonce),
            ("Timestamp", date),
        ];
        ask(&mut request, &own)?;
        if let Some(token) = &self.token {
            ask(&mut request, &[("SecurityToken", token.expose())])?;
        }
        let (parts, body) = request.into_parts();
        let call = Call::read(&parts, &body, &NO_LIMITS)?;
        if call.parameters.text("Signature").is_some() {
            return Err(incomplete("the request is signed already"));
        }
        let signature = of_parameters::signature(&call, &self.secret);
        drop(call);
        let mut request = Request::from_parts(parts, body);
        ask(&mut request, &[("Signature", &signature)])?;
        Ok(request)
    }
}

/// Sets a header.
fn put<N: Into<HeaderName>>(
    request: &mut Request<Vec<u8>>,
    name: N,
    value: &str,
) -> Result<(), Fault> {
    let name = name.into();
    let Ok(value) = HeaderValue::from_str(value) else {
        let why = format!("The header {name} can't have such a value.");
        return Err(Fault::new(400, "InvalidHeader", why));
    };
    request.headers_mut().insert(name, value);
    Ok(())
}

/// Adds parameters to the query.
fn ask(request: &mut Request<Vec<u8>>, parameters: &[(&str, &str)]) -> Result<(), Fault> {
    let mut query = request.uri().query().unwrap_or_default().to_owned();
    if !query.is_empty() {
        query.push('&');
    }
    joined(parameters.iter().copied(), &mut |piece| {
        query.push_str(piece);
    });
    let asked = PathAndQuery::try_from(format!("{}?{query}", request.uri().path()));
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(asked.map_err(|_| Fault::too_large("the query"))?);
    let uri = Uri::from_parts(parts).map_err(|_| Fault::too_large("the query"))?;
    *request.uri_mut() = uri;
    Ok(())
}
