//! A browser without scripts: it keeps cookies, follows where it is sent, and fills forms in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use cert_lifecycle::server::{Config, Running, Server};
use tokio::runtime::Runtime;

use crate::page::Page;

/// A server and the runtime that it lives in.
pub struct Site {
    runtime: Runtime,
    running: Option<Running>,
}

impl Site {
    /// With the keys `testid` and, of another account, `other`.
    pub fn start() -> Self {
        Self::with(Config::for_tests())
    }

    pub fn with(mut config: Config) -> Self {
        config
            .access_keys
            .push("other:othersecret:2222222222".parse().unwrap());
        let runtime = Runtime::new().unwrap();
        let running = runtime.block_on(Server::start_with_log(config, std::io::sink()));
        Self {
            running: Some(running.unwrap()),
            runtime,
        }
    }

    pub const fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Somebody who has not signed in.
    pub fn stranger(&self) -> Browser {
        Browser {
            address: self.running().address(),
            cookies: BTreeMap::new(),
            language: String::new(),
        }
    }

    /// The holder of the key `testid`.
    pub fn holder(&self) -> Browser {
        let mut browser = self.stranger();
        assert_eq!(browser.sign_in("testid", "testsecret").status, 303);
        browser
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

pub struct Browser {
    pub address: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    /// What it sends as `Accept-Language`.
    pub language: String,
}

impl Browser {
    /// Sends a request with further headers; the answer is read as it is.
    pub fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Page {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}",
            self.address
        );
        if !self.language.is_empty() {
            write!(head, "accept-language: {}\r\n", self.language).unwrap();
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            write!(head, "cookie: {}\r\n", pairs.join("; ")).unwrap();
        }
        if method == "POST" {
            head.push_str("content-type: application/x-www-form-urlencoded\r\n");
        }
        write!(
            head,
            "content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .unwrap();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        // A server that has read enough may close while this still writes.
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let page = Page::read(&String::from_utf8(answer).unwrap());
        for cookie in page.cookies() {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }

    /// A page below `/console/`.
    pub fn get(&mut self, path: &str) -> Page {
        self.send("GET", &format!("/console/{path}"), "", "")
    }

    /// A page that is there.
    pub fn open(&mut self, path: &str) -> Page {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        page
    }

    /// A form as it is, without what forms of this site carry.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        self.send("POST", &format!("/console/{path}"), "", &pairs.join("&"))
    }

    /// Opens the page of a form, fills it in and sends it to the same address.
    pub fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let form = self.open(path);
        self.fill_again(&form, path, fields)
    }

    /// Sends the form of a page that was opened before.
    pub fn fill_again(&mut self, form: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
        let (csrf, key) = (form.hidden("csrf"), form.hidden("key"));
        let mut all = vec![("csrf", csrf.as_str()), ("key", key.as_str())];
        all.extend(fields);
        self.post(path, &all)
    }

    /// Follows where an answer sends it.
    pub fn follow(&mut self, page: &Page) -> Page {
        assert_eq!(page.status, 303, "{}", page.body);
        let target = page.header("location").unwrap().to_owned();
        let page = self.send("GET", &target, "", "");
        assert_eq!(page.status, 200, "{target}: {}", page.body);
        page
    }

    pub fn sign_in(&mut self, id: &str, secret: &str) -> Page {
        let form = self.open("sign-in");
        let csrf = form.hidden("csrf");
        self.post(
            "sign-in",
            &[("csrf", &csrf), ("id", id), ("secret", secret)],
        )
    }
}

/// Tells the control plane something; what it answers.
pub fn control(address: SocketAddr, route: &str, body: &str) -> String {
    let length = body.len();
    let head = format!(
        "POST /_control/{route} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}
