//! One connection that is kept open, and answers that are read to their end.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sign::{Signer, encoded};

pub struct Client {
    stream: TcpStream,
    read: Vec<u8>,
    pub signer: Signer,
}

/// What was answered.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a str,
}

impl Answer<'_> {
    /// The text of a field that has no escaped characters.
    pub fn field(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("\"{name}\":"))?;
        let rest = rest.trim_start_matches([' ', '"']);
        rest.split(['"', ',', '}']).next()
    }
}

impl Client {
    pub async fn connect(address: SocketAddr, name: usize) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let signer = Signer::new(&address.to_string(), name);
        let read = Vec::with_capacity(16_384);
        Ok(Self {
            stream,
            read,
            signer,
        })
    }

    pub async fn ask(&mut self, operation: &str, query: &str) -> io::Result<Answer<'_>> {
        let request = self.signer.request(operation, query);
        self.send(&request).await
    }

    pub async fn send(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.read[..end]).map_err(io::Error::other)?;
                break (end + 4, length(head));
            }
        };
        while self.read.len() < head + length {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let text = std::str::from_utf8(&self.read).map_err(io::Error::other)?;
        Ok(Answer {
            status: text
                .get(9..12)
                .and_then(|code| code.parse().ok())
                .unwrap_or_default(),
            body: &text[head..],
        })
    }
}

fn length(head: &str) -> usize {
    let lines = head.lines();
    let mut lengths = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().unwrap())
    });
    lengths.next().expect("answers say how long they are")
}

/// Names and values, encoded and in order.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    pairs.join("&")
}
