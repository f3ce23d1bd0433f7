//! Listens: HTTP. Health and numbers, the API under `/api/v1`, events from clients under `/v1`, and the pages that
//! everybody may open. Every answer goes through [`house`], every connection through [`listen`].

mod access;
mod api;
mod body;
mod health;
mod house;
mod ingest;
mod listen;
mod metrics;
mod problem;
mod public;
mod rates;
pub mod roles;
mod session;

pub use public::form::{page as form_page, standalone as form_html};

use access::Keys;
use axum::Router;
use axum::middleware::from_fn_with_state;
use engine::ingest::Intake;
use engine::passwords::Passwords;
use engine::{Clock, Engine};
use jiff::Timestamp;
use model::words::Language;
use rates::Rates;
use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How to serve.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0: any that is free.
    pub address: SocketAddr,
    /// The language of words for whom asks in none that we have.
    pub language: Language,
    /// Where people reach this server, without a slash at the end; `None`: at its address.
    pub public_url: Option<String>,
    /// Requests of one key, or of one user, to the API, a second, and four times as many at once;
    /// `None`: no limit.
    pub requests_per_second: Option<u64>,
}

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    routes: Router,
    engine: Arc<Engine>,
}

/// What the answers are made of. Each layer of each request has a copy, so it is one.
#[derive(Clone)]
pub(crate) struct Served(Arc<Serving>);

impl Deref for Served {
    type Target = Serving;

    fn deref(&self) -> &Serving {
        &self.0
    }
}

/// The parts of [`Served`].
pub(crate) struct Serving {
    pub engine: Arc<Engine>,
    pub clock: Arc<dyn Clock>,
    pub started: Timestamp,
    pub language: Language,
    pub public_url: Option<String>,
    pub passwords: Passwords,
    pub keys: Arc<Keys>,
    pub rates: Arc<Rates>,
    pub intake: Intake,
    /// Requests under way that are to be done once: by key and word.
    pub busy: Arc<Mutex<BTreeSet<(String, String)>>>,
    /// Simulations that may run at one time.
    pub simulations: Arc<Semaphore>,
}

impl Server {
    /// Takes the port. Errors: it is taken, or not ours to take.
    pub async fn bind(settings: Settings, engine: Arc<Engine>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.address).await?;
        let started = clock.now();
        let served = Served(Arc::new(Serving {
            intake: Intake::start(Arc::clone(&engine)),
            engine: Arc::clone(&engine),
            clock,
            started,
            language: settings.language,
            public_url: settings.public_url,
            passwords: Passwords::default(),
            keys: Arc::default(),
            rates: Arc::new(Rates::new(settings.requests_per_second)),
            busy: Arc::default(),
            simulations: Arc::new(Semaphore::new(1)),
        }));
        let routes = Router::new()
            .merge(health::routes())
            .merge(public::signed())
            .merge(ingest::routes())
            .merge(public::account())
            .merge(public::routes().layer(from_fn_with_state(served.clone(), rates::per_address)))
            .nest("/api/v1", api::routes(&served));
        Ok(Self { listener, routes: house::within(routes, served), engine })
    }

    /// Where it listens; the port that was given where 0 was asked for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop`, then lets those finish who were asked before.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let touches = tokio::spawn(public::keep_touches(Arc::clone(&self.engine)));
        listen::serve(self.listener, self.routes, stop).await;
        touches.abort();
        // What was heard last.
        if let Err(error) = self.engine.keep_touches(true).await {
            tracing::error!(%error, "opens and clicks of the last second are not kept");
        }
        Ok(())
    }
}
