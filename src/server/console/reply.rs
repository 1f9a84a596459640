//! Answers, each under the same headers: nothing is loaded from elsewhere, framed, sniffed or kept.

use std::borrow::Cow;
use std::string::String;
use std::vec::Vec;

use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    HeaderValue, LOCATION, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{Response, StatusCode};
use maud::Markup;

/// What pages may load: our stylesheet, and pictures of ours.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Of nothing at all, browsers would make `Origin: null` of a form's own origin.
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// The stylesheet of all pages.
const STYLE: &str = include_str!("style.css");

/// An answer that is about to be given.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    kind: &'static str,
    body: Cow<'static, str>,
    cookies: Vec<String>,
    extra: Option<(HeaderName, String)>,
}

impl Reply {
    fn new(status: StatusCode, kind: &'static str, body: Cow<'static, str>) -> Self {
        Self {
            status,
            kind,
            body,
            cookies: Vec::new(),
            extra: None,
        }
    }

    /// A page.
    pub(super) fn page(status: StatusCode, page: Markup) -> Self {
        Self::new(
            status,
            "text/html; charset=utf-8",
            page.into_string().into(),
        )
    }

    /// To be looked up elsewhere, with GET: after a form, so that a reload sends nothing again.
    pub(super) fn see(address: String) -> Self {
        let mut reply = Self::new(StatusCode::SEE_OTHER, "text/plain", Cow::Borrowed(""));
        reply.extra = Some((LOCATION, address));
        reply
    }

    /// A file to be kept, of text without secrets in its name.
    pub(super) fn file(name: &'static str, text: String) -> Self {
        let kind = "application/x-pem-file";
        let mut reply = Self::new(StatusCode::OK, kind, text.into());
        let value = std::format!("attachment; filename=\"{name}\"");
        reply.extra = Some((CONTENT_DISPOSITION, value));
        reply
    }

    /// A drawing that brings its own rules of style: they hold within it alone.
    pub(super) fn picture(drawn: String) -> Self {
        let mut reply = Self::new(StatusCode::OK, "image/svg+xml", drawn.into());
        let own = "default-src 'none'; style-src 'unsafe-inline'";
        reply.extra = Some((CONTENT_SECURITY_POLICY, own.into()));
        reply
    }

    pub(super) fn style() -> Self {
        Self::new(
            StatusCode::OK,
            "text/css; charset=utf-8",
            Cow::Borrowed(STYLE),
        )
    }

    pub(super) fn with_cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.extra = Some((RETRY_AFTER, std::format!("{seconds}")));
        self
    }

    pub(super) fn into_response(self) -> Response<Vec<u8>> {
        let mut response = Response::new(self.body.into_owned().into_bytes());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        // What holds a character that a header can't have was not made here, and is left out.
        if let Some((name, value)) = self.extra
            && let Ok(value) = HeaderValue::try_from(value)
        {
            headers.insert(name, value);
        }
        for cookie in self.cookies {
            if let Ok(cookie) = HeaderValue::try_from(cookie) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        response
    }
}
