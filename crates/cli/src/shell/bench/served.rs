//! A worker that also serves HTTP on this machine, with a key for clients.

use super::place::Place;
use super::{Workload, project, seed, w1};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::shell::open::{of_engine, of_store};
use crate::view::progress::Progress;
use engine::keys::{self, Wished};
use engine::publish::{self, Policy, Wish};
use engine::{Clock, EngineError, WallClock};
use jiff::Timestamp;
use server::Server;
use server::roles::Action;
use std::net::SocketAddr;
use std::sync::Arc;
use store::{Options, Store};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The worker; it works and listens until it is ended.
pub struct Served {
    /// Its database.
    pub store: Store,
    /// Where it listens.
    pub address: SocketAddr,
    /// The text of the clients' key.
    pub key: String,
    /// As whose the events of the key are stored.
    pub source: String,
    stop: watch::Sender<bool>,
    working: JoinSet<Result<(), EngineError>>,
    /// Its place, as long as it works.
    _lock: engine::lock::Lock,
}

impl Served {
    /// Stores the customers, publishes the workload's project, and starts. `port`: of the mail server.
    pub async fn start(
        config: &Config,
        place: &Place,
        workload: Workload,
        port: u16,
        customers: u64,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        let fault = |error| of_engine(config, &error);
        let busy = |error: std::io::Error| Failure::new(Exit::Unavailable, error.to_string());
        let store =
            Store::open(&place.url, Options::default()).await.map_err(|error| of_store(config, &error))?;
        seed::customers(config, &store, customers, progress).await?;
        let now = Timestamp::now();
        let (files, settings) = (project::files(workload, port), project::settings());
        publish::publish(&store, &files, &settings, &Policy::All, Wish::default(), now)
            .await
            .map_err(fault)?;
        engine::jobs::prepare(&store.pool()).await.map_err(|error| of_engine(config, &error.into()))?;
        let wished = Wished {
            name: "bench".to_owned(),
            role: None,
            rep: None,
            scopes: vec![Action::EventsWrite.to_string()],
            expires_at: None,
        };
        let (key, text) = keys::create(&store, wished, "bench", now).await.map_err(fault)?;
        progress.doing(model::words::say(config.language.value, "bench-runs", &[]));
        let (lock, engine) = w1::engine(config, place, &store, 0).await?;
        let address = super::sink::free_port().and_then(|listener| listener.local_addr()).map_err(busy)?;
        let settings = server::Settings {
            address,
            language: config.language.value,
            public_url: None,
            requests_per_second: None,
        };
        let clock: Arc<dyn Clock> = Arc::new(WallClock);
        let server = Server::bind(settings, Arc::clone(&engine), clock).await.map_err(busy)?;
        let (stop, stopped) = watch::channel(false);
        let mut working = JoinSet::new();
        let until = |mut stopped: watch::Receiver<bool>| async move {
            // The sender is gone only when the measurement is.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        working.spawn(engine.serve(until(stopped.clone())));
        let listening = server.serve(until(stopped));
        working.spawn(async move {
            // It ends when it is told to, and has nothing to say.
            let _ = listening.await;
            Ok(())
        });
        Ok(Self { store, address, source: format!("key:{}", key.id), key: text, stop, working, _lock: lock })
    }

    /// Ends it, and closes its database.
    pub async fn end(mut self, config: &Config) -> Result<(), Failure> {
        // Nobody listens any more only where all have ended by themselves.
        let _ = self.stop.send(true);
        while let Some(done) = self.working.join_next().await {
            done.map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?
                .map_err(|error| of_engine(config, &error))?;
        }
        self.store.close().await;
        Ok(())
    }
}
