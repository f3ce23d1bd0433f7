//! `GET /api/v1/key` and `/session`: what whoever asks may do, for whoever sets up a client; and what people and keys
//! did.

use super::allow::Allowed;
use super::page::{self, Asked, Paged};
use crate::Served;
use crate::access::{Caller, Reach, Who};
use crate::problem::{Code, Problem};
use crate::roles::Action;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

/// The key, and each thing that it may do with whose customers.
pub(crate) async fn show(caller: Caller) -> Result<Json<Value>, Problem> {
    let Who::Key(key) = caller.by() else { return Err(Problem::new(Code::KeyUnknown)) };
    Ok(Json(json!({
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "rep": key.rep,
        "expires_at": key.expires_at,
        "may": may(&caller),
    })))
}

/// `GET /session`: who is signed in, what they may do, and the token that whatever changes something needs.
pub(super) async fn session(caller: Caller) -> Result<Json<Value>, Problem> {
    let Who::User(user, token) = caller.by() else { return Err(Problem::new(Code::SignedOut)) };
    Ok(Json(json!({
        "user": user.name,
        "role": user.role,
        "rep": user.rep,
        "token": token,
        "may": may(&caller),
    })))
}

fn may(caller: &Caller) -> serde_json::Map<String, Value> {
    let each = |action: &Action| {
        let of = match caller.may(*action).ok()? {
            Reach::All => json!("all"),
            Reach::Of(reps) => json!(reps),
        };
        Some((action.as_str().to_owned(), of))
    };
    Action::ALL.iter().filter_map(each).collect()
}

/// `GET /audit`
pub(super) async fn audit(
    State(served): State<Served>,
    _: Allowed,
    Asked(asked): Asked<Paged>,
) -> Result<Json<Value>, Problem> {
    let below = match page::parts::<1>(asked.cursor.as_deref())? {
        None => None,
        Some([number]) => {
            let wrong = || Problem::new(Code::NotValid).says("api-cursor");
            Some(number.parse::<i64>().map_err(|_| wrong())?)
        }
    };
    let limit = page::limit(asked.limit);
    let mut conn = served.engine.store().read().await?;
    let acts = store::audit::recent(&mut conn, below, limit).await?;
    let full = acts.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = acts.last().filter(|_| full).map(|last| page::cursor(&[&last.number.to_string()]));
    let shown: Vec<Value> = acts
        .iter()
        .map(|act| {
            json!({ "number": act.number, "at": act.at, "who": act.who, "did": act.did, "what": act.what })
        })
        .collect();
    Ok(Json(json!({ "acts": shown, "next": next })))
}
