//! A recording SMTP server for tests: keeps each mail that it accepted, and misbehaves where it is told to.
//!
//! It runs in a thread of its own and stops when it is dropped. `Sink::start()` is enough for a server
//! that takes everything; [`Trouble`] makes it refuse, close, wait or hang at one [`Point`].

// By its path, because another crate's tests include this file by a path too.
#[path = "sink/talk.rs"]
mod talk;
#[path = "sink/trouble.rs"]
mod trouble;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::TcpListener as StdListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

pub use trouble::{Act, Point, Trouble};

use talk::Talk;

/// A mail that was accepted: everything before the dot was here, and 250 was about to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Which connection brought it, from 0.
    pub session: usize,
    /// The Message-ID with its brackets; empty: it had none.
    pub message_id: String,
    /// The envelope's sender, without brackets.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The mail with its doubled dots undone; empty when [`Settings::keep_data`] is off.
    pub data: Vec<u8>,
}

/// What was said on one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The commands in order, without arguments, in capitals: `EHLO`, `MAIL` …
    pub commands: Vec<String>,
    /// Mails accepted on it.
    pub mails: usize,
    /// True: it said QUIT.
    pub quit: bool,
    /// True: it was told to hang or to hold, and does.
    pub hangs: bool,
    /// True: the connection is closed.
    pub over: bool,
}

/// What the server offers and keeps.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Keeps each mail's text and each session's commands. Off, only ids and counts are kept. Default on.
    pub keep_data: bool,
    /// Takes mail only after AUTH with this name and password. Default: from everybody.
    pub login: Option<(String, String)>,
    /// What is offered for that, both by default: `PLAIN LOGIN`.
    pub mechanisms: &'static str,
    /// Appends a line `message-id TAB from TAB to` per mail, and has it on the disk before it says 250.
    pub log: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { keep_data: true, login: None, mechanisms: "PLAIN LOGIN", log: None }
    }
}

/// The server. Dropped, it stops at once, in the middle of whatever it does.
#[derive(Debug)]
pub struct Sink {
    port: u16,
    /// Whether connections are wanted, and whether they are taken.
    wanted: watch::Sender<bool>,
    taken: watch::Receiver<bool>,
    speaker: Speaker,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The server's conversation over any stream, for tests that bring a listener or TLS of their own.
#[derive(Clone, Debug)]
pub struct Speaker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    kept: Mutex<Kept>,
    changed: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<Mail>,
    sessions: Vec<Session>,
    troubles: Vec<Trouble>,
    /// How often it was told to behave: what was held before goes on.
    behaved: usize,
    log: Option<File>,
}

impl Sink {
    /// Starts a server that takes every mail, on a free port of 127.0.0.1 below 32768.
    pub fn start() -> Self {
        Self::with(Settings::default())
    }

    /// Starts a server with these settings. Panics where there is no port or the log cannot be opened:
    /// a test cannot go on without.
    pub fn with(settings: Settings) -> Self {
        let speaker = Speaker::new(settings);
        let listener = free_port();
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let (wanted, wishes) = watch::channel(true);
        let (takes, taken) = watch::channel(true);
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime needs only a few file descriptors");
        let talk = speaker.clone();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    ended = accept(listener, wishes, takes, talk) => {
                        if let Err(error) = ended { eprintln!("sink on port {port}: {error}") }
                    }
                }
            });
            // Whoever hangs on purpose must not hold up the end of the test.
            runtime.shutdown_background();
        });
        Self { port, wanted, taken, speaker, stop: Some(stop), thread: Some(thread) }
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on connections are refused, until [`Sink::listen`]; those that are open stay.
    pub fn refuse(&self) {
        self.wish(false);
    }

    /// Takes connections again.
    pub fn listen(&self) {
        self.wish(true);
    }

    fn wish(&self, open: bool) {
        self.wanted.send_replace(open);
        // The thread hears of it at once; until it has, a test must not go on.
        while *self.taken.borrow() != open {
            std::thread::yield_now();
        }
    }
}

impl std::ops::Deref for Sink {
    type Target = Speaker;

    fn deref(&self) -> &Speaker {
        &self.speaker
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has already been printed, and a drop must not panic.
            let _ = thread.join();
        }
    }
}

impl Speaker {
    /// A conversation without a listener.
    pub fn new(settings: Settings) -> Self {
        let log = settings.log.as_deref().map(open_log);
        let kept = Mutex::new(Kept { log, ..Kept::default() });
        Self { shared: Arc::new(Shared { settings, kept, changed: watch::Sender::new(0) }) }
    }

    /// Adds a misbehaviour. Where several fit, the one that was added first acts.
    pub fn trouble(&self, trouble: Trouble) {
        self.kept().troubles.push(trouble);
    }

    /// From now on it behaves, and what it holds goes on.
    pub fn behave(&self) {
        let mut kept = self.kept();
        kept.troubles.clear();
        kept.behaved += 1;
        drop(kept);
        self.shared.changed.send_modify(|count| *count += 1);
    }

    /// The mails accepted so far, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.kept().mails.clone()
    }

    /// How many mails were accepted.
    pub fn count(&self) -> usize {
        self.kept().mails.len()
    }

    /// Message-IDs of the mails accepted so far, in order.
    pub fn message_ids(&self) -> Vec<String> {
        self.kept().mails.iter().map(|mail| mail.message_id.clone()).collect()
    }

    /// The connections so far, in order of their beginning. One that said nothing counts too.
    pub fn sessions(&self) -> Vec<Session> {
        self.kept().sessions.clone()
    }

    /// Waits until at least `count` mails are accepted; true: they are, within `limit`.
    pub async fn wait_for(&self, count: usize, limit: Duration) -> bool {
        self.wait_until(limit, |speaker| speaker.count() >= count).await
    }

    /// Waits until what was heard satisfies `done`; true: it does, within `limit`.
    pub async fn wait_until(&self, limit: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let mut changed = self.shared.changed.subscribe();
        let waiting = async {
            while !done(self) {
                if changed.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(limit, waiting).await.is_ok()
    }

    /// Speaks SMTP over a stream until it ends; `greets` is off behind a STARTTLS.
    pub async fn speak<S>(&self, stream: S, greets: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let number = {
            let mut kept = self.kept();
            kept.sessions.push(Session::default());
            kept.sessions.len() - 1
        };
        // A client that goes away in the middle is what many tests are about.
        let _ = Talk::new(self, stream, number).run(greets).await;
        self.note(number, |session| session.over = true);
    }

    fn note(&self, number: usize, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.kept().sessions.get_mut(number) {
            change(session);
        }
        self.shared.changed.send_modify(|count| *count += 1);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Each statement leaves it whole.
        self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is told to behave, in the conversation with this number.
    async fn hold(&self, number: usize) {
        // Read before it is said that we hold: whoever hears that may say it at once.
        let before = self.kept().behaved;
        self.note(number, |session| session.hangs = true);
        let mut changed = self.shared.changed.subscribe();
        while self.kept().behaved == before {
            if changed.changed().await.is_err() {
                return;
            }
        }
        self.note(number, |session| session.hangs = false);
    }

    /// What to do at this point of a mail to these people; takes one time off.
    fn told(&self, point: Point, to: &[String]) -> Option<Act> {
        let mut kept = self.kept();
        let found = kept.troubles.iter_mut().find(|trouble| {
            trouble.point == point
                && trouble.times != Some(0)
                && trouble.only_to.as_ref().is_none_or(|only| to.iter().any(|one| is_to(one, only)))
        })?;
        found.times = found.times.map(|times| times.saturating_sub(1));
        Some(found.act.clone())
    }

    fn record(&self, mail: Mail) -> io::Result<()> {
        let mut kept = self.kept();
        if let Some(log) = &mut kept.log {
            writeln!(log, "{}\t{}\t{}", mail.message_id, mail.from, mail.to.join(","))?;
            // A sink whose machine dies must not have promised what it does not have.
            log.sync_data()?;
        }
        let number = mail.session;
        kept.mails.push(mail);
        drop(kept);
        self.note(number, |session| session.mails += 1);
        Ok(())
    }
}

async fn accept(
    listener: StdListener,
    mut wishes: watch::Receiver<bool>,
    takes: watch::Sender<bool>,
    speaker: Speaker,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut sessions = JoinSet::new();
    let mut listener = Some(listen(listener)?);
    loop {
        let next = async {
            match &listener {
                Some(open) => open.accept().await.map(|(stream, _)| stream),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            wish = wishes.changed() => if wish.is_err() { return Ok(()) },
            stream = next => {
                let (stream, speaker) = (stream?, speaker.clone());
                stream.set_nodelay(true)?;
                sessions.spawn(async move { speaker.speak(stream, true).await });
            }
            Some(_) = sessions.join_next() => {}
        }
        let open = *wishes.borrow_and_update();
        if !open {
            listener = None;
        } else if listener.is_none() {
            listener = Some(TcpListener::bind(address).await?);
        }
        takes.send_replace(open);
    }
}

fn listen(listener: StdListener) -> io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Whether an address is this one, or of this domain (`@qq.com`).
fn is_to(address: &str, only: &str) -> bool {
    let (address, only) = (address.to_ascii_lowercase(), only.to_ascii_lowercase());
    if only.starts_with('@') { address.ends_with(&only) } else { address == only }
}

/// A listener on a free port. Below 32768, because above it the kernel hands ports to outgoing
/// connections, and a test that refuses for a while must get its port back. No port is given twice by one
/// process: whoever closes the listener for another to take its port would else be robbed of it by a neighbour.
pub fn free_port() -> StdListener {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(97);
    (0..12_000)
        .map(|_| start.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)) % 12_000 + 20_000)
        .filter_map(|port| u16::try_from(port).ok())
        .find_map(|port| StdListener::bind(("127.0.0.1", port)).ok())
        .expect("one of twelve thousand ports is free")
}

fn open_log(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).expect("the test's log file can be opened")
}
