//! A small proxy in front of a database: it leads to a socket, can be cut, and led elsewhere.

use crate::sink::free_port;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};

/// The proxy; it ends when it is dropped. Made within a runtime.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    way: Arc<Mutex<Way>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Way {
    /// `None`: cut, or mute.
    to: Option<PathBuf>,
    /// Nobody hangs up, and nobody answers.
    mute: bool,
    open: JoinSet<()>,
}

impl Proxy {
    /// Leads from a free port of 127.0.0.1 to this socket.
    pub fn to(socket: PathBuf) -> Self {
        let listener = free_port();
        let port = listener.local_addr().expect("a bound listener has an address").port();
        listener.set_nonblocking(true).expect("a listener");
        let listener = TcpListener::from_std(listener).expect("a listener");
        let way = Arc::new(Mutex::new(Way { to: Some(socket), mute: false, open: JoinSet::new() }));
        let task = tokio::spawn(accept(listener, Arc::clone(&way)));
        Self { port, way, task }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection; new ones are closed at once.
    pub fn cut(&self) {
        self.end(false);
    }

    /// Ends every connection; new ones are taken and never answered, as by a machine that hangs.
    pub fn mute(&self) {
        self.end(true);
    }

    fn end(&self, mute: bool) {
        let mut way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        (way.to, way.mute) = (None, mute);
        way.open.abort_all();
    }

    /// Leads new connections to this socket; whoever waits for an answer is hung up on.
    pub fn lead(&self, socket: PathBuf) {
        let mut way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        way.open.abort_all();
        way.to = Some(socket);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, way: Arc<Mutex<Way>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let _ = client.set_nodelay(true);
        let mut way = way.lock().unwrap_or_else(PoisonError::into_inner);
        while way.open.try_join_next().is_some() {}
        let Some(to) = way.to.clone() else {
            if way.mute {
                way.open.spawn(async move {
                    let _client = client;
                    std::future::pending().await
                });
            }
            continue;
        };
        way.open.spawn(async move {
            if let Ok(mut server) = UnixStream::connect(to).await {
                // Whichever end goes away, the other is told by the end of its stream.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}
