//! Listens: HTTP. In this release the health of the process and its numbers; the API and the console come on top.

mod metrics;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use engine::{Clock, Engine};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use store::gauge;
use tokio::net::TcpListener;

/// Who works here and has waited so long for the next thing is not ready to be given more.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    routes: Router,
}

/// What the answers are made of.
#[derive(Clone)]
struct Served {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    started: Timestamp,
}

impl Server {
    /// Takes the port. Errors: it is taken, or not ours to take.
    pub async fn bind(address: SocketAddr, engine: Arc<Engine>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let started = clock.now();
        let routes = Router::new()
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .route("/metrics", get(numbers))
            .with_state(Served { engine, clock, started });
        Ok(Self { listener, routes })
    }

    /// Where it listens; the port that was given where 0 was asked for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop`.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        axum::serve(self.listener, self.routes).with_graceful_shutdown(stop).await
    }
}

/// The process runs.
async fn healthz() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The process can work: the database answers and takes a write, nothing holds it, and it keeps up. Otherwise 503
/// with every reason.
async fn readyz(State(served): State<Served>) -> Response {
    let mut why = Vec::new();
    match served.engine.store().takes_a_write().await {
        Ok(()) => {}
        Err(error) if error.disk_full() => why.push(json!({ "code": "disk_full", "why": error.to_string() })),
        Err(error) => why.push(json!({ "code": "database", "why": error.to_string() })),
    }
    if served.engine.is_stopping() {
        why.push(json!({ "code": "stopping", "why": "it was asked to end" }));
    }
    if why.is_empty() {
        match look(&served).await {
            Ok(gauges) => {
                if gauges.held {
                    why.push(json!({ "code": "held", "why": "everything is held: `nurture resume`" }));
                }
                let oldest = gauges.backlog.iter().filter_map(|queue| queue.oldest).min();
                if let Some(oldest) =
                    oldest.filter(|oldest| served.clock.now().duration_since(*oldest) > LATE)
                    && served.engine.roles().worker
                    && !gauges.held
                {
                    let seconds = served.clock.now().duration_since(oldest).as_secs();
                    why.push(json!({ "code": "behind", "why": format!("something is due for {seconds} s") }));
                }
            }
            Err(error) => why.push(json!({ "code": "database", "why": error.to_string() })),
        }
    }
    match why.is_empty() {
        true => Json(json!({ "status": "ready" })).into_response(),
        false => {
            let answer = json!({ "status": "not ready", "reasons": why });
            (StatusCode::SERVICE_UNAVAILABLE, Json(answer)).into_response()
        }
    }
}

async fn look(served: &Served) -> Result<gauge::Gauges, store::StoreError> {
    let mut conn = served.engine.store().read().await?;
    let clock = store::server::clock(&mut conn).await?;
    gauge::look(&mut conn, clock.unwrap_or_else(|| served.clock.now())).await
}

/// The numbers. Where the database does not answer, those of the process alone, and `nurture_database_up 0`.
async fn numbers(State(served): State<Served>) -> Response {
    let gauges = look(&served).await.ok();
    let page = metrics::page(&metrics::Page {
        gauges: gauges.as_ref(),
        pools: gauge::pools(served.engine.store()),
        per_day: &served.engine.most_a_day(),
        relay_rests: served.engine.relay_rests(),
        now: served.clock.now(),
        started: served.started,
    });
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page).into_response()
}
