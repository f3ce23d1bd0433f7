//! Another system on loopback that answers webhooks as a script says and remembers what it was asked.

use crate::sink;
use serde_json::Value as Json;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What it says to one request.
#[derive(Clone, Debug)]
pub enum Say {
    /// This status and this body.
    Status(u16, Json),
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
    /// Its body.
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
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                // Whoever asked may be gone.
                let _ = stream.write_all(head.as_bytes());
            }
            Say::Close => {}
            Say::Hang => lock(kept).hung.push(stream),
        }
    }
}

/// One request; `None`: the connection was empty.
fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream);
    let (mut id, mut length) = (String::new(), 0);
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
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => id = value.to_owned(),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Asked { id, body: serde_json::from_slice(&body).unwrap_or(Json::Null) })
}
