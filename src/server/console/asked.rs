//! What a browser asks for: the path, the query, the form and the cookies, read and bounded.

use core::fmt;
use std::borrow::ToOwned;
use std::string::{String, ToString};
use std::vec::Vec;

use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN};
use http::{Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::view::label::Language;
use crate::view::layout::Layout;

/// Where the console lies.
pub(super) const ROOT: &str = "/console/";
/// The cookie of the session.
pub(super) const SESSION: &str = "console-session";
/// The cookie that the form for signing in is held against.
pub(super) const SIGN_IN: &str = "console-sign-in";
/// The cookie of the language.
pub(super) const LANGUAGE: &str = "console-language";
/// The cookie of the layout.
pub(super) const LAYOUT: &str = "console-layout";

/// What is written in other characters: all but what is never reserved (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How many fields a query or a form may have.
const FIELDS: usize = 64;

/// A request. What a form brought is overwritten when it is dropped, and `Debug` shows the names of its
/// fields alone: secrets and private keys travel there.
pub(super) struct Asked {
    pub(super) post: bool,
    /// The path below [`ROOT`], in its parts.
    pub(super) path: Vec<String>,
    query: Vec<(String, String)>,
    form: Vec<(String, Zeroizing<String>)>,
    cookies: Vec<(String, String)>,
    accepts: String,
    /// Whether it comes from a page of another site, as the browser says.
    pub(super) foreign: bool,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.form.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Asked")
            .field("post", &self.post)
            .field("path", &self.path)
            .field("form", &names)
            .finish_non_exhaustive()
    }
}

impl Asked {
    /// Reads a request whose path is `route` behind [`ROOT`]; none with another method than GET and
    /// POST.
    pub(super) fn read(route: &str, request: &Request<Vec<u8>>) -> Option<Self> {
        let post = match *request.method() {
            Method::POST => true,
            Method::GET | Method::HEAD => false,
            _ => return None,
        };
        let headers = request.headers();
        let is_form = text_of(headers, &CONTENT_TYPE)
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let form = match core::str::from_utf8(request.body()) {
            Ok(body) if post && is_form => {
                let hidden = |(name, value)| (name, Zeroizing::new(value));
                pairs(body).into_iter().map(hidden).collect()
            }
            _ => Vec::new(),
        };
        let cookies = headers.get_all(COOKIE).iter();
        let cookies = cookies.filter_map(|line| line.to_str().ok());
        let cookies = cookies.flat_map(|line| line.split(';'));
        let cookies = cookies.take(FIELDS).filter_map(|one| {
            let (name, value) = one.trim().split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Some(Self {
            post,
            path: route.split('/').take(8).map(decoded).collect(),
            query: pairs(request.uri().query().unwrap_or_default()),
            form,
            cookies: cookies.collect(),
            accepts: text_of(headers, &ACCEPT_LANGUAGE)
                .unwrap_or_default()
                .to_owned(),
            foreign: is_foreign(headers),
        })
    }

    /// A value of the query; an empty one is none.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name).filter(|value| !value.is_empty())
    }

    /// A field of the form, without spaces around it; empty if there is none.
    pub(super) fn field(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// What stands in a field: what was sent, or what it begins with.
    pub(super) fn or(&self, name: &str, before: &str) -> String {
        let text = if self.post { self.field(name) } else { before };
        text.to_owned()
    }

    /// A field of the form to the letter.
    pub(super) fn exact(&self, name: &str) -> &str {
        let mut form = self.form.iter();
        form.find(|(own, _)| own == name)
            .map_or("", |(_, value)| value.as_str())
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        find(&self.cookies, name)
    }

    /// The language: as the link just followed says, as remembered, as the browser prefers.
    pub(super) fn language(&self) -> Language {
        let told = self.query("lang").or_else(|| self.cookie(LANGUAGE));
        told.and_then(language)
            .unwrap_or_else(|| preferred(&self.accepts))
    }

    /// The layout: as the link just followed says, or as remembered; cards by default (S1).
    pub(super) fn layout(&self) -> Layout {
        let told = self.query("layout").or_else(|| self.cookie(LAYOUT));
        let named = |word: &str| Layout::ALL.iter().find(|own| own.word() == word);
        told.and_then(named).copied().unwrap_or_default()
    }

    /// The cookies that remember what a link asked for.
    pub(super) fn remembered(&self) -> Vec<String> {
        let mut cookies = Vec::new();
        if self.query("lang").and_then(language).is_some() {
            cookies.push(kept(LANGUAGE, self.language().word()));
        }
        if self.query("layout").is_some() {
            cookies.push(kept(LAYOUT, self.layout().word()));
        }
        cookies
    }

    /// The address of this page with one value of its query changed. For a form that was sent it is
    /// the address of the page without what was sent.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let others = self.query.iter().filter(|(own, _)| own != name);
        let others = others.map(|(own, value)| (own.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = others.chain([(name, value)]).collect();
        let path: Vec<String> = self.path.iter().map(|part| encoded(part)).collect();
        address(&path.join("/"), &all)
    }
}

/// An address below [`ROOT`], with a query of what is not empty.
pub(super) fn address(path: &str, query: &[(&str, &str)]) -> String {
    let mut address = std::format!("{ROOT}{path}");
    let mut mark = '?';
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(mark);
        address.push_str(&encoded(name));
        address.push('=');
        address.push_str(&encoded(value));
        mark = '&';
    }
    address
}

/// A cookie for a year.
fn kept(name: &str, value: &str) -> String {
    std::format!("{name}={value}; Path={ROOT}; Max-Age=31536000; HttpOnly; SameSite=Strict")
}

fn text_of<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Browsers say where a request comes from, in either way or in both.
fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    let site = site.is_some_and(|site| site != "same-origin" && site != "none");
    let host = text_of(headers, &http::header::HOST).unwrap_or_default();
    let origin = headers.get(ORIGIN).map(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        origin.split_once("://").map(|(_, host)| host) != Some(host)
    });
    site || origin.unwrap_or(false)
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut pairs = pairs.iter();
    let (_, value) = pairs.find(|(own, _)| own == name)?;
    Some(value)
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(FIELDS);
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (unplussed(name), unplussed(value))
    });
    pairs.collect()
}

fn unplussed(text: &str) -> String {
    decoded(&Zeroizing::new(text.replace('+', " ")))
}

/// What is no UTF-8 is shown as such, and means nothing.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn language(word: &str) -> Option<Language> {
    let mut all = Language::ALL.iter().copied();
    all.find(|language| language.word() == word)
}

/// The language that a browser prefers of those that there are (RFC 9110, 12.5.4); English if it
/// prefers none.
fn preferred(accepts: &str) -> Language {
    let weighed = accepts.split(',').take(FIELDS).filter_map(|one| {
        let (tag, weight) = one.split_once(';').unwrap_or((one, "q=1"));
        let primary = tag.trim().split('-').next()?.to_ascii_lowercase();
        let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
        Some((language(&primary)?, weight))
    });
    let mut best = (Language::English, 0.0);
    for (language, weight) in weighed {
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Uri;

    fn get(uri: &'static str, headers: &[(&str, &str)]) -> Asked {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = Uri::from_static(uri);
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        let path = request.uri().path().to_owned();
        Asked::read(path.strip_prefix(ROOT).unwrap(), &request).unwrap()
    }

    #[test]
    fn the_browsers_language_is_the_default_and_a_choice_goes_before_it() {
        let of = |accepts: &str| get("/console/", &[("accept-language", accepts)]).language();
        assert_eq!(of("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese);
        assert_eq!(of("fr, en-GB;q=0.4, zh;q=0.3"), Language::English);
        assert_eq!(of("en;q=0.1, ZH-hant"), Language::Chinese);
        assert_eq!(of(""), Language::English);
        assert_eq!(of(";;;,q=,zh;q=NaN"), Language::English);
        let chosen = [("accept-language", "en"), ("cookie", "console-language=zh")];
        assert_eq!(get("/console/", &chosen).language(), Language::Chinese);
        let asked = get("/console/?lang=en", &chosen);
        assert_eq!(asked.language(), Language::English);
        assert_eq!(asked.remembered().len(), 1);
        let nonsense = get("/console/?lang=%22%3E", &chosen);
        assert!(nonsense.remembered().is_empty());
    }

    #[test]
    fn an_address_keeps_what_it_is_not_asked_to_change() {
        let asked = get("/console/free?name=a%26b&lang=en", &[]);
        assert_eq!(asked.with("lang", "zh"), "/console/free?name=a%26b&lang=zh");
        let odd = get("/console/%22%3E%3Cscript?x=%22", &[]);
        assert_eq!(
            odd.with("lang", "zh"),
            "/console/%22%3E%3Cscript?x=%22&lang=zh"
        );
    }

    #[test]
    fn a_page_of_another_site_is_told() {
        let of = |headers: &[(&str, &str)]| get("/console/", headers).foreign;
        let host = ("host", "127.0.0.1:4100");
        assert!(!of(&[host]));
        assert!(!of(&[host, ("origin", "http://127.0.0.1:4100")]));
        assert!(of(&[host, ("origin", "http://127.0.0.1:4101")]));
        assert!(of(&[host, ("origin", "null")]));
        assert!(!of(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(of(&[host, ("sec-fetch-site", "same-site")]));
    }
}
