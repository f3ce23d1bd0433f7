//! Requests over a socket, for what a process serves: nothing between the test and the bytes.

use serde_json::Value as Json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(180);

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head, a line each; names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A header's value; empty: there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// What came back: the status and the body. `None`: nobody listens there (yet).
pub fn get(address: &str, path: &str) -> Option<(u16, String)> {
    ask(address, "GET", path, &[], b"").map(|answer| (answer.status, answer.body))
}

/// Asks; `None`: nobody listens there, or they hang up without a word.
pub fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || method != "GET" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    let mut request = (head + "\r\n").into_bytes();
    request.extend_from_slice(body);
    said(address, &request)
}

/// Says these bytes and reads until the other side hangs up.
pub fn said(address: &str, bytes: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    // Whoever refuses early may not read the rest.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    // After an early refusal the connection may be reset behind the answer.
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let headers = lines.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some(Answer { status, headers, body: body.to_owned() })
}
