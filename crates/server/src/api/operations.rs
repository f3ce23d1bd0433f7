//! What is done to workflows and walks: hold, let go on, let in, let go.

use super::allow::{Allowed, no_workflow};
use super::page::{Asked, Named, Trial};
use crate::Served;
use crate::body::Input;
use crate::house;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::operate::{self, By, Outcome};
use model::{CustomerId, Outcome as Became, WorkflowId, because};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

fn became(id: &str, did: &str, outcome: Outcome, dry_run: bool) -> Result<Json<Value>, Problem> {
    let answer = |new: bool, touched: u64| {
        Ok(Json(json!({ "workflow": id, "did": did, "new": new, "messages": touched, "dry_run": dry_run })))
    };
    match outcome {
        Outcome::Done(touched) => answer(true, touched),
        Outcome::AsBefore => answer(false, 0),
        Outcome::Retired => Err(Problem::new(Code::Conflict).says("api-retired").with("workflow", id)),
        Outcome::Unknown => Err(no_workflow(id)),
    }
}

/// `POST /workflows/{id}/pause`
pub(super) async fn pause(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
) -> Result<Json<Value>, Problem> {
    let by = By { who: &allowed.caller.who(), dry_run: trial.dry_run };
    let done = operate::hold(served.engine.store(), &WorkflowId::new(&id), by, served.engine.now()).await?;
    became(&id, "pause", done, trial.dry_run)
}

/// `POST /workflows/{id}/resume`
pub(super) async fn resume(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
) -> Result<Json<Value>, Problem> {
    let by = By { who: &allowed.caller.who(), dry_run: trial.dry_run };
    let done = operate::resume(served.engine.store(), &WorkflowId::new(&id), by, served.engine.now()).await?;
    became(&id, "resume", done, trial.dry_run)
}

/// Whom to let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrollInput {
    /// At most 500.
    customers: Vec<String>,
}

/// Customers of one request.
const MOST: usize = 500;

/// `POST /workflows/{id}/enroll`
pub(super) async fn enroll(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
    headers: HeaderMap,
    Input(said): Input<EnrollInput>,
) -> Result<Json<Value>, Problem> {
    if said.customers.is_empty() || said.customers.len() > MOST {
        return Err(Problem::new(Code::NotValid)
            .says("api-some")
            .with("most", MOST.to_string())
            .at("/customers"));
    }
    let language = house::language(&headers, served.language);
    let ids: Vec<CustomerId> = said.customers.iter().map(CustomerId::new).collect();
    {
        let mut conn = served.engine.store().read().await?;
        let seen = allowed.seen(&mut conn, &ids).await?;
        if let Some(at) = ids.iter().position(|id| !seen.contains(id)) {
            let nobody = Problem::new(Code::NotFound).says("api-no-customer").at(format!("/customers/{at}"));
            return Err(nobody.with("customer", ids.get(at).map(ToString::to_string).unwrap_or_default()));
        }
    }
    let by = By { who: &allowed.caller.who(), dry_run: trial.dry_run };
    let published = served.engine.published();
    let workflow = WorkflowId::new(&id);
    if !published.workflows.current.contains_key(&workflow) {
        return Err(no_workflow(&id));
    }
    let lines = operate::start(
        served.engine.store(),
        &published,
        &ids,
        &workflow,
        &BTreeMap::new(),
        by,
        served.engine.now(),
    )
    .await?;
    let Some(lines) = lines else {
        return Err(Problem::new(Code::Conflict).says("api-not-by-hand").with("workflow", id));
    };
    let entered = lines.iter().filter(|line| line.outcome == Became::Entered && line.workflow == workflow);
    let entered = entered.count();
    let lines: Vec<Value> = lines.iter().map(|line| because::json(line, language)).collect();
    Ok(Json(json!({ "workflow": id, "entered": entered, "lines": lines, "dry_run": trial.dry_run })))
}

/// Whom to let go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExitInput {
    /// Who.
    customer: String,
    /// Why; it stands in the trace.
    #[serde(default)]
    reason: String,
}

/// `POST /workflows/{id}/exit`
pub(super) async fn exit(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
    Input(said): Input<ExitInput>,
) -> Result<Json<Value>, Problem> {
    let customer = {
        let mut conn = served.engine.store().read().await?;
        allowed.customer(&mut conn, &said.customer).await?
    };
    let by = By { who: &allowed.caller.who(), dry_run: trial.dry_run };
    let reason: String = said.reason.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let reason = if reason.is_empty() { "by_hand" } else { &reason };
    let walks = operate::exit(
        served.engine.store(),
        served.engine.settings(),
        &customer,
        &WorkflowId::new(&id),
        reason,
        by,
        served.engine.now(),
    )
    .await?;
    if walks == 0 {
        let not_in = Problem::new(Code::NotFound).says("exit-not-in");
        return Err(not_in.with("customer", customer.as_str()).with("workflow", id));
    }
    Ok(Json(json!({ "workflow": id, "customer": customer, "walks": walks, "dry_run": trial.dry_run })))
}
