//! A request, read: what was sent, within limits, decoded, each name once.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use zeroize::Zeroizing;

use super::{Fault, Format, Parameters};

/// How much a request may hold.
///
/// The usual ones let an application with a request for a certificate through, and an upload of a chain
/// of five certificates with its key, all of it in the query as the vendor's clients send it.
///
/// ```
/// use cert_lifecycle::wire::Limits;
/// let mut limits = Limits::USUAL;
/// limits.body = 1 << 20;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Parameters, in query and body together.
    pub parameters: usize,
    /// Bytes of a name, decoded.
    pub name: usize,
    /// Bytes of a value, decoded.
    pub value: usize,
    /// Bytes of the query as it was sent. The `http` crate takes no address above 65,534 bytes.
    pub query: usize,
    /// Bytes of the body as it was sent. The transport should not read more either.
    pub body: usize,
}

impl Limits {
    /// The usual ones: 200 parameters, names of 128 bytes, values of 32 KiB, queries of 64 KiB, bodies of
    /// 128 KiB.
    pub const USUAL: Self = Self {
        parameters: 200,
        name: 128,
        value: 32 << 10,
        query: 64 << 10,
        body: 128 << 10,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}

/// The parameters that carry PEM, and hence ends of lines.
const OF_LINES: [&str; 9] = [
    "Cert",
    "Certificate",
    "Csr",
    "EncryptCert",
    "EncryptPrivateKey",
    "Key",
    "PrivateKey",
    "SignCert",
    "SignPrivateKey",
];

/// A request, read.
pub(super) struct Call<'a> {
    /// `GET` or `POST`.
    pub(super) method: &'static str,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    /// All of them.
    pub(super) parameters: Parameters,
    /// The names of those in the query.
    in_query: BTreeSet<String>,
}

impl<'a> Call<'a> {
    pub(super) fn read(parts: &'a Parts, body: &'a [u8], limits: &Limits) -> Result<Self, Fault> {
        if parts.uri.path() != "/" {
            let why = "There is nothing under this path. The path of every operation is a slash.";
            return Err(Fault::new(404, "InvalidPath", why.to_owned()));
        }
        let method = if parts.method == Method::GET {
            "GET"
        } else if parts.method == Method::POST {
            "POST"
        } else {
            let why = "Operations are called with GET or POST.";
            return Err(Fault::new(405, "UnsupportedHTTPMethod", why.to_owned()));
        };
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        within(query.len(), limits.query, "the query")?;
        within(body.len(), limits.body, "the body")?;
        if !body.is_empty() {
            of_a_form(&parts.headers)?;
        }
        let mut call = Self {
            method,
            uri: &parts.uri,
            headers: &parts.headers,
            body,
            parameters: Parameters::default(),
            in_query: BTreeSet::new(),
        };
        let mut room = limits.parameters;
        for (part, is_query) in [(query, true), (body, false)] {
            for pair in part.split(|byte| *byte == b'&') {
                if pair.is_empty() {
                    continue;
                }
                within(1, room, "the number of parameters")?;
                room = room.saturating_sub(1);
                let name = call.take(pair, limits)?;
                if is_query {
                    call.in_query.insert(name);
                }
            }
        }
        Ok(call)
    }

    /// Adds what `name=value` says, and answers with the name.
    fn take(&mut self, pair: &[u8], limits: &Limits) -> Result<String, Fault> {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let (name, value) = (halves.next(), halves.next());
        let name = decoded(name.unwrap_or_default())
            .filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or_else(|| {
                let why = "The name of a parameter is not valid: it is of visible ASCII.";
                Fault::new(400, "InvalidParameter", why.to_owned())
            })?;
        within(name.len(), limits.name, "the name of a parameter")?;
        let name = (*name).clone();
        let mut value = decoded(value.unwrap_or_default())
            .ok_or_else(|| Fault::invalid(&name, "it is not UTF-8 in percent-encoding"))?;
        within(value.len(), limits.value, &format!("the parameter {name}"))?;
        let of_lines = OF_LINES.contains(&name.as_str());
        let stray = |c: char| c.is_control() && !(of_lines && matches!(c, '\n' | '\r'));
        if value.chars().any(stray) {
            return Err(Fault::invalid(&name, "it has a control character"));
        }
        self.parameters
            .add(name.clone(), core::mem::take(&mut *value))?;
        Ok(name)
    }

    /// The parameters of the query, in the order of their names.
    pub(super) fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .filter(|(name, _)| self.in_query.contains(*name))
    }

    /// How the answer is to be written.
    pub(super) fn format(&self) -> Result<Format, Fault> {
        match self.parameters.text("Format") {
            None => Ok(Format::default()),
            Some(name) => Format::of(name)
                .ok_or_else(|| Fault::invalid("Format", "there are JSON and XML, and no other")),
        }
    }

    /// The value of a header that is sent once.
    pub(super) fn header(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        let mut values = self.headers.get_all(name).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let wrong = |why| {
            let message = format!("The header {name} is not valid: {why}.");
            Fault::new(400, "InvalidHeader", message)
        };
        if values.next().is_some() {
            return Err(wrong("it was sent twice"));
        }
        let value = value.to_str().map_err(|_| wrong("it is not ASCII"))?;
        Ok(Some(value.trim()).filter(|value| !value.is_empty()))
    }
}

fn within(size: usize, limit: usize, what: &str) -> Result<(), Fault> {
    if size <= limit {
        return Ok(());
    }
    Err(Fault::too_large(what))
}

/// A body is a form in UTF-8, and says so.
fn of_a_form(headers: &HeaderMap) -> Result<(), Fault> {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let kind = kinds.next().and_then(|kind| kind.to_str().ok());
    let fits = kinds.next().is_none()
        && kind.is_some_and(|kind| {
            let mut parts = kind.split(';').map(str::trim);
            let form = "application/x-www-form-urlencoded";
            parts
                .next()
                .is_some_and(|kind| kind.eq_ignore_ascii_case(form))
                && parts.all(|part| part.eq_ignore_ascii_case("charset=utf-8") || part.is_empty())
        });
    if fits {
        return Ok(());
    }
    let why = "A body is of the type application/x-www-form-urlencoded, in UTF-8.";
    Err(Fault::new(415, "UnsupportedContentType", why.to_owned()))
}

/// A text out of percent-encoding, with `+` as a space; none if an escape is broken or the result is not
/// UTF-8. It is as long as what it is made of at most, so nothing is left behind in memory.
fn decoded(raw: &[u8]) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(raw.len()));
    let mut rest = raw.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high << 4_u32 | low).ok()?
            }
            byte => byte,
        });
    }
    match String::from_utf8(core::mem::take(&mut *bytes)) {
        Ok(text) => Some(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_and_broken_ones_are_not() {
        let text = |raw: &str| decoded(raw.as_bytes()).map(|text| (*text).clone());
        assert_eq!(text("a+b%20c%2B%e4%BD%A0").as_deref(), Some("a b c+你"));
        assert_eq!(text("").as_deref(), Some(""));
        for broken in ["%", "%4", "%4g", "%+4", "%ff", "%e4%BD"] {
            assert_eq!(text(broken), None, "{broken}");
        }
    }
}
