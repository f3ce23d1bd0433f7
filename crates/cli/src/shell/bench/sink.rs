//! A mail server that takes everything on this machine, counts it, and remembers each Message-ID, and, where that is
//! wished, when each recipient's mail had come.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::TcpListener as StdListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// The name of its thread.
pub const THREAD: &str = "bench-sink";

/// The server; it ends when this is dropped.
pub struct Sink {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    kept: Arc<Kept>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Kept {
    count: AtomicU64,
    ids: Mutex<HashSet<Box<[u8]>>>,
    /// When the final dot of each recipient's first mail had come; `None`: nobody asks.
    came: Option<Mutex<HashMap<Box<[u8]>, Instant>>>,
}

impl Sink {
    /// Starts on a free port.
    pub fn start() -> io::Result<Self> {
        Self::keeping(Kept::default())
    }

    /// The same, and remembers when each recipient's mail had come.
    pub fn timing() -> io::Result<Self> {
        Self::keeping(Kept { came: Some(Mutex::default()), ..Kept::default() })
    }

    fn keeping(kept: Kept) -> io::Result<Self> {
        let listener = free_port()?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let kept = Arc::new(kept);
        let (stop, stopped) = oneshot::channel();
        let keeps = Arc::clone(&kept);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let thread = std::thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = listen(listener, keeps) => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { port, kept, stop: Some(stop), thread: Some(thread) })
    }

    /// Mails taken so far.
    pub fn count(&self) -> u64 {
        self.kept.count.load(Ordering::SeqCst)
    }

    /// Different ones among them, by their Message-IDs.
    pub fn different(&self) -> u64 {
        let ids = self.kept.ids.lock().unwrap_or_else(PoisonError::into_inner);
        u64::try_from(ids.len()).unwrap_or(u64::MAX)
    }

    /// When the first mail to an address had come; `None`: none has, or nobody asked for it.
    pub fn came(&self, address: &str) -> Option<Instant> {
        let came = self.kept.came.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        came.get(address.as_bytes()).copied()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed, and a drop must not panic.
            let _ = thread.join();
        }
    }
}

/// Not of those that the system lends to whoever connects.
pub(super) fn free_port() -> io::Result<StdListener> {
    let start = std::process::id() % 12_000;
    let ports = (0..12_000).filter_map(|step| u16::try_from(20_000 + (start + step) % 12_000).ok());
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for port in ports {
        match StdListener::bind(("127.0.0.1", port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn listen(listener: StdListener, kept: Arc<Kept>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        let kept = Arc::clone(&kept);
        // A client that goes away in the middle ends its conversation only.
        tokio::spawn(async move { talk(stream, &kept).await.is_ok() });
    }
}

/// One conversation. Answers wait until nothing more can be read, so that pipelining costs one write.
async fn talk(mut stream: TcpStream, kept: &Kept) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 sink ESMTP\r\n").await?;
    let mut read: Vec<u8> = Vec::with_capacity(64 * 1024);
    let mut answers: Vec<u8> = Vec::new();
    let mut in_mail = false;
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
        let mut done = 0;
        while let Some(rest) = read.get(done..) {
            if in_mail {
                let Some(end) = end_of_mail(rest) else { break };
                keep(kept, rest.get(..end).unwrap_or_default());
                answers.extend_from_slice(b"250 2.0.0 taken\r\n");
                in_mail = false;
                done += end;
                continue;
            }
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { break };
            let command = rest.get(..end).unwrap_or_default().to_ascii_uppercase();
            done += end + 1;
            let answer: &[u8] = match command.get(..4) {
                Some(b"EHLO") => b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
                Some(b"DATA") => {
                    in_mail = true;
                    b"354 go on\r\n"
                }
                Some(b"QUIT") => {
                    answers.extend_from_slice(b"221 2.0.0 bye\r\n");
                    return stream.write_all(&answers).await;
                }
                _ => b"250 2.0.0 ok\r\n",
            };
            answers.extend_from_slice(answer);
        }
        read.drain(..done);
        if !answers.is_empty() {
            stream.write_all(&answers).await?;
            answers.clear();
        }
    }
}

/// Where a mail ends, its final dot included; `None`: it goes on.
fn end_of_mail(text: &[u8]) -> Option<usize> {
    const END: &[u8] = b"\r\n.\r\n";
    text.windows(END.len()).position(|part| part == END).map(|at| at + END.len())
}

fn keep(kept: &Kept, mail: &[u8]) {
    let header = |name: &[u8]| {
        mail.split(|byte| *byte == b'\n')
            .take_while(|line| !line.trim_ascii().is_empty())
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_default()
    };
    let id = header(b"Message-ID:");
    if let Some(came) = &kept.came {
        let to = header(b"To:").trim_ascii();
        let to = to.rsplit(|byte| *byte == b'<').next().unwrap_or(to);
        let mut came = came.lock().unwrap_or_else(PoisonError::into_inner);
        came.entry(to.strip_suffix(b">").unwrap_or(to).into()).or_insert_with(Instant::now);
    }
    kept.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id.trim_ascii().into());
    kept.count.fetch_add(1, Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_ends_at_its_dot_and_nowhere_else() {
        assert_eq!(end_of_mail(b"a\r\n..\r\n.b\r\n"), None);
        assert_eq!(end_of_mail(b"a\r\n.\r\nQUIT"), Some(6));
    }

    #[test]
    fn a_mail_that_comes_twice_is_counted_twice_and_is_one() {
        let kept = Kept::default();
        for id in ["a", "b", "a"] {
            keep(&kept, format!("To: x\r\nMessage-ID: <{id}>\r\n\r\nMessage-ID: <no>\r\n").as_bytes());
        }
        assert_eq!(kept.count.load(Ordering::SeqCst), 3);
        assert_eq!(kept.ids.into_inner().unwrap().len(), 2);
    }

    #[test]
    fn a_recipients_mail_is_found_by_their_address() {
        let kept = Kept { came: Some(Mutex::default()), ..Kept::default() };
        keep(&kept, b"To: Ada <ada@example.test>\r\nMessage-ID: <a>\r\n\r\nTo: b@example.test\r\n");
        keep(&kept, b"To: b@example.test\r\n\r\n");
        let came = kept.came.unwrap().into_inner().unwrap();
        let mut known: Vec<&[u8]> = came.keys().map(|key| &**key).collect();
        known.sort_unstable();
        assert_eq!(known, [b"ada@example.test".as_slice(), b"b@example.test"]);
    }
}
