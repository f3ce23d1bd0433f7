//! `/healthz`, `/readyz` and `/metrics`: what watches the process asks.

use crate::Served;
use crate::metrics;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;
use store::gauge;
use tokio::time::timeout;

/// Who works here and has waited so long for the next thing is not ready to be given more.
const LATE: SignedDuration = SignedDuration::from_mins(5);
/// Whoever watches waits no longer: a database that takes longer to answer does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> Router<Served> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(numbers))
}

/// The process runs.
async fn healthz() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The process can work: the database answers and takes a write, nothing holds it, and it keeps up. Otherwise 503
/// with every reason.
async fn readyz(State(served): State<Served>) -> Response {
    let mut why = Vec::new();
    let silent =
        || json!({ "code": "database", "why": format!("no answer within {} s", PATIENCE.as_secs()) });
    match timeout(PATIENCE, served.engine.store().takes_a_write()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) if error.disk_full() => {
            why.push(json!({ "code": "disk_full", "why": error.to_string() }));
        }
        Ok(Err(error)) => why.push(json!({ "code": "database", "why": error.to_string() })),
        Err(_) => why.push(silent()),
    }
    if served.engine.is_stopping() {
        why.push(json!({ "code": "stopping", "why": "it was asked to end" }));
    }
    if why.is_empty() {
        match timeout(PATIENCE, look(&served)).await {
            Ok(Ok(gauges)) => {
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
            Ok(Err(error)) => why.push(json!({ "code": "database", "why": error.to_string() })),
            Err(_) => why.push(silent()),
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
    let gauges = timeout(PATIENCE, look(&served)).await.ok().and_then(Result::ok);
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
