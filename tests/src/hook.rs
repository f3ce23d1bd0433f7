//! Another system on loopback that answers webhooks as a script says and remembers what it was asked.

use crate::sink;
use serde_json::Value as Json;
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What it says to one request.
#[derive(Clone, Debug)]
pub enum Say {
    /// This status and this body.
    Status(u16, Json),
    /// This status, these lines of its head (each ended by CRLF), and this text.
    Text(u16, &'static str, &'static str),
    /// Nothing: it closes the connection.
    Close,
    /// Nothing, and the connection stays open until the system ends.
    Hang,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its `webhook-id`.
    pub id: String,
    /// Its method, path and query: `POST /hooks?a=1`.
    pub target: String,
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// Its body as it came.
    pub text: String,
    /// Its body as JSON; null: it is none.
    pub body: Json,
}

#[derive(Debug, Default)]
struct Kept {
    script: VecDeque<Say>,
    asked: Vec<Asked>,
    hung: Vec<TcpStream>,
}

/// The system; it ends when it is dropped.
#[derive(Debug)]
pub struct Hook {
    port: u16,
    kept: Arc<Mutex<Kept>>,
    thread: Option<JoinHandle<()>>,
}

impl Hook {
    /// Starts it on a free port below 32768: it says these one after the other, then 200 and nothing.
    pub fn start(script: impl IntoIterator<Item = Say>) -> Self {
        let listener = sink::free_port();
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let kept = Arc::new(Mutex::new(Kept { script: script.into_iter().collect(), ..Kept::default() }));
        let mine = Arc::clone(&kept);
        let thread = std::thread::spawn(move || serve(&listener, &mine));
        Self { port, kept, thread: Some(thread) }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// What it was asked so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.kept).asked.clone()
    }

    /// Waits until it was asked so often; the process that asks must be running.
    pub fn wait_for(&self, times: usize) {
        while lock(&self.kept).asked.len() < times {
            std::thread::yield_now();
        }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // An empty connection wakes the thread, which ends.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(listener: &TcpListener, kept: &Mutex<Kept>) {
    listener.set_nonblocking(false).expect("a listener can wait");
    while let Ok((mut stream, _)) = listener.accept() {
        let Some(asked) = read(&stream) else { return };
        let say = {
            let mut kept = lock(kept);
            kept.asked.push(asked);
            kept.script.pop_front().unwrap_or(Say::Status(200, Json::Null))
        };
        match say {
            Say::Status(status, body) => {
                let body = if body.is_null() { String::new() } else { body.to_string() };
                answer(&mut stream, status, "", &body);
            }
            Say::Text(status, head, body) => answer(&mut stream, status, head, body),
            Say::Close => {}
            Say::Hang => lock(kept).hung.push(stream),
        }
    }
}

fn answer(stream: &mut TcpStream, status: u16, head: &str, body: &str) {
    let answer = format!("HTTP/1.1 {status} X\r\n{head}content-length: {}\r\n\r\n{body}", body.len());
    // Whoever asked may be gone.
    let _ = stream.write_all(answer.as_bytes());
}

/// One request; `None`: the connection was empty.
fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream);
    let mut first = String::new();
    if lines.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let target = first.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }
    let length = headers.get("content-length").map_or(Some(0), |length| length.parse().ok())?;
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let id = headers.get("webhook-id").cloned().unwrap_or_default();
    Some(Asked { id, target, headers, body: serde_json::from_str(&text).unwrap_or(Json::Null), text })
}
