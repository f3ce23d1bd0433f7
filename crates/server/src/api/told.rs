//! Events by the API: told as an import's JSON lines have them, and those that were not taken.

use super::allow::Allowed;
use super::page::{self, Asked, Paged, Trial};
use crate::Served;
use crate::body::Input;
use crate::house;
use crate::ingest;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::import::{BadRow, Finding, Given, Judge};
use engine::ingest::Told;
use jiff::Timestamp;
use model::content_id;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Some events.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsInput {
    /// At most 1,000.
    events: Vec<EventInput>,
}

/// An event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventInput {
    /// Told again under this id, it is not taken again; without one it is by what it says.
    id: Option<String>,
    /// As the model names it.
    event: String,
    /// Whose; who is not known is made.
    customer: String,
    /// When it happened; without it: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Its fields.
    #[serde(default)]
    #[schema(value_type = Object)]
    properties: Map<String, Value>,
}

const MOST: usize = 1_000;

fn read(
    judge: &Judge<'_>,
    line: u64,
    said: &EventInput,
    now: Timestamp,
) -> Result<engine::import::EventRow, BadRow> {
    let wrong = |place: &str, why: Finding| BadRow::at(line, place, why);
    for (place, text) in [("/customer", &said.customer), ("/event", &said.event)] {
        let ok =
            !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
        if !ok {
            return Err(wrong(place, Finding::new("ingest-id", &[("what", place.trim_start_matches('/'))])));
        }
    }
    if judge.is_ours(&said.event) {
        return Err(wrong("/event", Finding::new("ingest-our-event", &[("event", &said.event)])));
    }
    let given = said.properties.iter().map(|(name, value)| Given {
        name: name.clone(),
        place: format!("/properties/{name}"),
        value,
    });
    let at = said.at.unwrap_or(now).min(now);
    let mut row = judge.event(line, (&said.event, &said.customer), at, given.collect())?;
    row.id = Some(match &said.id {
        Some(id) if !id.is_empty() && id.chars().count() <= 200 && !id.chars().any(char::is_control) => {
            id.clone()
        }
        Some(_) => return Err(wrong("/id", Finding::new("ingest-id", &[("what", "id")]))),
        None => {
            let properties = Value::Object(said.properties.clone()).to_string();
            let at = at.to_string();
            content_id("ev_", &[&said.event, &said.customer, &at, &properties, &line.to_string()])
        }
    });
    Ok(row)
}

/// `POST /events`
pub(super) async fn tell(
    State(served): State<Served>,
    allowed: Allowed,
    Asked(trial): Asked<Trial>,
    headers: HeaderMap,
    Input(said): Input<EventsInput>,
) -> Result<Json<Value>, Problem> {
    let language = house::language(&headers, served.language);
    if said.events.len() > MOST {
        use crate::problem::Code;
        return Err(Problem::new(Code::TooLarge).with("most", MOST.to_string()).at("/events"));
    }
    let now = served.engine.now();
    let published = served.engine.published();
    let judge = Judge::new(&published.project.library, &published.zone);
    let mut told = Told { source: allowed.caller.source(), ..Told::default() };
    let mut bad: Vec<BadRow> = Vec::new();
    for (line, event) in said.events.iter().enumerate() {
        match read(&judge, line as u64 + 1, event, now) {
            Ok(row) => told.facts.push((line as u64 + 1, row)),
            Err(why) => bad.push(why),
        }
    }
    let mut repeated = 0;
    if !trial.dry_run && !told.facts.is_empty() {
        let taken = served.intake.take(told).await.map_err(ingest::not_now)?;
        repeated = taken.repeated;
        bad.extend(taken.bad);
    }
    bad.sort_by_key(|bad| bad.line);
    let problem = |bad: &BadRow| {
        let index = bad.line.saturating_sub(1);
        let place = bad.column.as_deref().unwrap_or_default();
        json!({
            "index": index,
            "code": bad.why.key,
            "pointer": format!("/events/{index}{place}"),
            "why": bad.why.say(language),
        })
    };
    let rejected = bad.len() as u64;
    Ok(Json(json!({
        "accepted": (said.events.len() as u64).saturating_sub(rejected + repeated),
        "repeated": repeated,
        "rejected": rejected,
        "problems": bad.iter().map(problem).collect::<Vec<_>>(),
        "dry_run": trial.dry_run,
    })))
}

/// `GET /events/rejected`
pub(super) async fn rejected(
    State(served): State<Served>,
    allowed: Allowed,
    Asked(asked): Asked<Paged>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let language = house::language(&headers, served.language);
    let before = page::at_and_id(asked.cursor.as_deref())?;
    let limit = page::limit(asked.limit);
    let mut conn = served.engine.store().read().await?;
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    let rows = store::rejected::recent(&mut conn, before, limit).await?;
    let full = rows.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = rows.last().filter(|_| full).map(|(at, last)| page::cursor(&[&at.to_string(), &last.id]));
    let shown: Vec<Value> = rows
        .iter()
        .map(|(at, row)| {
            let mut shown = engine::ingest::rejected_json(*at, row, language);
            if !allowed.personal
                && let Some(members) = shown.as_object_mut()
            {
                members.remove("body");
            }
            shown
        })
        .collect();
    Ok(Json(json!({ "rejected": shown, "next": next })))
}
