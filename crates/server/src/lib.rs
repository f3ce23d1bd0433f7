//! Listens: HTTP. In this release the health of the process; the API and the console come on top.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use store::Store;
use tokio::net::TcpListener;

/// A server that has its port.
pub struct Server {
    listener: TcpListener,
    routes: Router,
}

impl Server {
    /// Takes the port. Errors: it is taken, or not ours to take.
    pub async fn bind(address: SocketAddr, store: Store) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let routes =
            Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).with_state(store);
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
    Json(serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The process can work: the database answers, and takes a write.
async fn readyz(State(store): State<Store>) -> (StatusCode, Json<serde_json::Value>) {
    match store.takes_a_write().await {
        Ok(()) => (StatusCode::OK, Json(serde_json::json!({ "status": "ready" }))),
        Err(error) => {
            let why = error.to_string();
            (StatusCode::SERVICE_UNAVAILABLE, Json(serde_json::json!({ "status": "not ready", "why": why })))
        }
    }
}
