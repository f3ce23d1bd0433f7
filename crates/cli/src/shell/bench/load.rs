//! Clients that tell events by the API, as those of Segment do, on a thread of their own: so their work is known from
//! that of the program.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The name of their thread.
pub const THREAD: &str = "bench-clients";
/// Before a request that was asked to come later is made again.
const LATER: Duration = Duration::from_millis(20);
/// Clients give up after so many of these.
const TRIES: u32 = 3_000;

/// To whom they speak, and how.
#[derive(Clone)]
pub struct Service {
    address: SocketAddr,
    path: &'static str,
    authorization: Arc<str>,
}

impl Service {
    /// A path of the API, opened by a key.
    pub fn new(address: SocketAddr, path: &'static str, key: &str) -> Self {
        let authorization = format!("Basic {}", STANDARD.encode(format!("{key}:")));
        Self { address, path, authorization: authorization.into() }
    }

    fn request(&self, body: &[u8], close: bool, request: &mut Vec<u8>) -> io::Result<()> {
        request.clear();
        let Self { address, path, authorization } = self;
        let closes = if close { "Connection: close\r\n" } else { "" };
        write!(request, "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\n")?;
        write!(request, "Content-Type: application/json\r\n{closes}Content-Length: {}\r\n\r\n", body.len())?;
        request.extend_from_slice(body);
        Ok(())
    }
}

/// Writes the body of a request, by its number.
pub type Body = Arc<dyn Fn(u64, &mut Vec<u8>) + Send + Sync>;

/// What was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Events that are stored.
    pub accepted: u64,
    /// Events that were stored before.
    pub repeated: u64,
    /// Events that were refused.
    pub rejected: u64,
}

impl Answered {
    fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.repeated += other.repeated;
        self.rejected += other.rejected;
    }
}

/// What the clients saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// What was answered in all.
    pub answered: Answered,
    /// Milliseconds from each request to its answer, in no order.
    pub waits: Vec<f64>,
    /// When each request of [`paced`] was made, by its number.
    pub began: Vec<Instant>,
}

/// Makes so many requests over so many connections that stay open, each as soon as the one before it is answered.
pub fn flood(service: Service, connections: usize, requests: u64, body: Body) -> io::Result<Clients> {
    Clients::start(async move {
        let next = Arc::new(AtomicU64::new(0));
        let mut clients = JoinSet::new();
        for _ in 0..connections {
            let (service, next, body) = (service.clone(), Arc::clone(&next), Arc::clone(&body));
            clients.spawn(async move { one_after_the_other(&service, &next, requests, &body).await });
        }
        let mut seen = Seen::default();
        while let Some(done) = clients.join_next().await {
            let (answered, waits) = done.map_err(io::Error::other)??;
            seen.answered.add(answered);
            seen.waits.extend(waits);
        }
        Ok(seen)
    })
}

/// Makes so many requests, each at its time and over a connection of its own, whatever became of those before it.
pub fn paced(service: Service, a_second: u32, requests: u64, body: Body) -> io::Result<Clients> {
    Clients::start(async move {
        let mut clients = JoinSet::new();
        let mut seen = Seen::default();
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / a_second.max(1));
        for number in 0..requests {
            ticks.tick().await;
            let (service, body) = (service.clone(), Arc::clone(&body));
            seen.began.push(Instant::now());
            clients.spawn(async move {
                let began = Instant::now();
                let (mut text, mut request) = (Vec::new(), Vec::new());
                body(number, &mut text);
                service.request(&text, true, &mut request)?;
                let mut stream = TcpStream::connect(service.address).await?;
                stream.set_nodelay(true)?;
                let answered = ask(&mut stream, &request, &mut Vec::new()).await?;
                Ok::<_, io::Error>((answered, began.elapsed().as_secs_f64() * 1e3))
            });
        }
        while let Some(done) = clients.join_next().await {
            let (answered, wait) = done.map_err(io::Error::other)??;
            seen.answered.add(answered.ok_or_else(too_late)?);
            seen.waits.push(wait);
        }
        Ok(seen)
    })
}

async fn one_after_the_other(
    service: &Service,
    next: &AtomicU64,
    requests: u64,
    body: &Body,
) -> io::Result<(Answered, Vec<f64>)> {
    let mut stream = TcpStream::connect(service.address).await?;
    stream.set_nodelay(true)?;
    let (mut text, mut request, mut answer) = (Vec::new(), Vec::new(), Vec::new());
    let (mut answered, mut waits) = (Answered::default(), Vec::new());
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= requests {
            return Ok((answered, waits));
        }
        text.clear();
        body(number, &mut text);
        service.request(&text, false, &mut request)?;
        let began = Instant::now();
        let mut tries = 0;
        loop {
            if let Some(said) = ask(&mut stream, &request, &mut answer).await? {
                answered.add(said);
                break;
            }
            tries += 1;
            if tries > TRIES {
                return Err(too_late());
            }
            tokio::time::sleep(LATER).await;
        }
        waits.push(began.elapsed().as_secs_f64() * 1e3);
    }
}

fn too_late() -> io::Error {
    io::Error::other("the server asked again and again to come later")
}

/// One request and its answer; `None`: it is to come again later.
async fn ask(stream: &mut TcpStream, request: &[u8], answer: &mut Vec<u8>) -> io::Result<Option<Answered>> {
    stream.write_all(request).await?;
    answer.clear();
    loop {
        if let Some((status, body)) = whole(answer)? {
            let count = |name: &[u8]| number_after(body, name).unwrap_or(0);
            return match status {
                200 | 422 => Ok(Some(Answered {
                    accepted: count(b"\"accepted\":"),
                    repeated: count(b"\"repeated\":"),
                    rejected: count(b"\"rejected\":"),
                })),
                429 | 503 => Ok(None),
                _ => {
                    Err(io::Error::other(format!("the server answered {}", String::from_utf8_lossy(answer))))
                }
            };
        }
        if stream.read_buf(answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The status and the body of an answer, once all of it is there.
fn whole(answer: &[u8]) -> io::Result<Option<(u64, &[u8])>> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(end) = answer.windows(END.len()).position(|part| part == END) else { return Ok(None) };
    let (head, rest) = answer.split_at(end + END.len());
    let length = number_after(head, b"content-length: ").and_then(|length| usize::try_from(length).ok());
    let (Some(status), Some(length)) = (number_after(head, b"HTTP/1.1 "), length) else {
        return Err(io::Error::other(format!("no answer: {}", String::from_utf8_lossy(head))));
    };
    Ok(rest.get(..length).map(|body| (status, body)))
}

fn number_after(text: &[u8], name: &[u8]) -> Option<u64> {
    let at = text.windows(name.len()).position(|part| part == name)?;
    let digits = text.get(at + name.len()..)?.iter().take_while(|byte| byte.is_ascii_digit());
    digits.copied().fold(None, |number, digit| Some(number.unwrap_or(0) * 10 + u64::from(digit - b'0')))
}

/// Clients at work.
pub struct Clients(JoinHandle<io::Result<Seen>>);

impl Clients {
    fn start(work: impl Future<Output = io::Result<Seen>> + Send + 'static) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name(THREAD.to_owned());
        Ok(Self(thread.spawn(move || runtime.block_on(work))?))
    }

    /// Whether they are done.
    pub fn is_done(&self) -> bool {
        self.0.is_finished()
    }

    /// What they saw. Waits for those who are not done.
    pub fn seen(self) -> io::Result<Seen> {
        self.0.join().map_err(|_| io::Error::other("the clients broke down"))?
    }
}

/// The value below which so many of a hundred lie; `None`: there are none.
pub fn percentile(waits: &mut [f64], of_hundred: usize) -> Option<f64> {
    waits.sort_by(f64::total_cmp);
    waits.get((waits.len() * of_hundred / 100).min(waits.len().saturating_sub(1))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"accepted\":7}";
        assert_eq!(whole(&text[..text.len() - 1]).unwrap(), None);
        let (status, body) = whole(text).unwrap().unwrap();
        assert_eq!((status, number_after(body, b"\"accepted\":")), (200, Some(7)));
        assert_eq!(number_after(body, b"\"repeated\":"), None);
    }

    #[test]
    fn of_a_hundred_waits_the_last_but_one_is_the_99th() {
        let mut waits: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!((percentile(&mut waits, 50), percentile(&mut waits, 99)), (Some(101.0), Some(199.0)));
        assert_eq!(percentile(&mut [], 50), None);
    }
}
