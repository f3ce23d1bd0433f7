//! `POST /simulate`: published workflows over history or the days to come. One at a time: it takes the machine.

use super::allow::{Allowed, no_workflow};
use crate::Served;
use crate::body::Input;
use crate::house;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::simulate::{self, Request};
use jiff::{SignedDuration, Timestamp};
use model::{Outcome, WorkflowId, because};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The longest time that is gone through.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 400);
/// Customers that take part, at most.
const CUSTOMERS: u64 = 10_000;
/// Decisions that are told, at most.
const LINES: usize = 1_000;

/// What to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SimulateInput {
    /// Which; none: all that are published.
    #[serde(default)]
    workflows: Vec<String>,
    /// Included.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Excluded.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// So many customers, always the same ones; at most 10,000.
    sample: Option<u64>,
}

/// `POST /simulate`
pub(super) async fn run(
    State(served): State<Served>,
    _: Allowed,
    headers: HeaderMap,
    Input(said): Input<SimulateInput>,
) -> Result<Json<Value>, Problem> {
    let language = house::language(&headers, served.language);
    if said.from >= said.to || said.to.duration_since(said.from) > LONGEST {
        return Err(Problem::new(Code::NotValid).says("api-range").at("/to"));
    }
    let published = served.engine.published();
    for name in &said.workflows {
        if !published.workflows.current.contains_key(&WorkflowId::new(name)) {
            return Err(no_workflow(name).at("/workflows"));
        }
    }
    let Ok(_place) = served.simulations.try_acquire() else {
        return Err(Problem::new(Code::TooMany).retry_after(5));
    };
    let request = Request {
        workflows: said.workflows.iter().map(WorkflowId::new).collect(),
        from: said.from,
        to: said.to,
        now: served.engine.now(),
        sample: Some(said.sample.unwrap_or(CUSTOMERS).min(CUSTOMERS)),
        mails: 0,
    };
    let mut conn = served.engine.store().view().await?;
    let told = simulate::simulate(&mut conn, &published, &request, &|_| {}).await?;
    let mut skipped: BTreeMap<&str, u64> = BTreeMap::new();
    let count = |outcome: Outcome| told.trace.iter().filter(|line| line.outcome == outcome).count();
    for line in told.trace.iter().filter(|line| line.outcome == Outcome::Skipped) {
        *skipped.entry(line.reason.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let lines: Vec<Value> = told.trace.iter().take(LINES).map(|line| because::json(line, language)).collect();
    Ok(Json(json!({
        "customers": told.customers,
        "entered": count(Outcome::Entered),
        "refused": count(Outcome::Refused),
        "skipped": skipped,
        "load": told.load,
        "without_history": told.without_history,
        "decisions": told.trace.len(),
        "lines": lines,
    })))
}
