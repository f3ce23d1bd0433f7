//! `/cio/api/v1`: customers and events from clients of Customer.io's Track API, unchanged. What they write is put
//! into the form of Segment's clients and judged as theirs is.

use super::{Kind, heard, take};
use crate::Served;
use crate::problem::Problem;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{post, put};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub(super) fn routes() -> Router<Served> {
    Router::new()
        .route("/cio/api/v1/customers/{id}", put(customer))
        .route("/cio/api/v1/customers/{id}/events", post(event))
}

async fn customer(
    State(served): State<Served>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let mut told = heard(&served, request).await?;
    told.value = identify(&id, told.value);
    let kind = Kind { word: "identify".to_owned(), place: of_customer };
    take(served, Some(kind), told).await
}

async fn event(
    State(served): State<Served>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let mut told = heard(&served, request).await?;
    let word = match told.value.get("type").and_then(Value::as_str) {
        Some(kind @ ("page" | "screen")) => kind,
        Some(_) | None => "track",
    };
    let word = word.to_owned();
    told.value = fact(&id, &word, told.value);
    take(served, Some(Kind { word, place: of_event }), told).await
}

/// Attributes stand at the root; what is no object is told to be none.
fn identify(id: &str, body: Value) -> Value {
    let Value::Object(mut traits) = body else { return body };
    let anonymous = traits.remove("anonymous_id");
    if let Some(at) = traits.get_mut("created_at") {
        *at = instant(at.take());
    }
    json!({ "userId": id, "anonymousId": anonymous, "traits": traits })
}

fn fact(id: &str, kind: &str, body: Value) -> Value {
    let Value::Object(mut body) = body else { return body };
    let mut item = Map::from_iter([("userId".to_owned(), Value::from(id))]);
    let called = if kind == "track" { "event" } else { "name" };
    for (theirs, ours) in [("name", called), ("data", "properties"), ("id", "messageId")] {
        item.extend(body.remove(theirs).map(|value| (ours.to_owned(), value)));
    }
    item.extend(body.remove("timestamp").map(|at| ("timestamp".to_owned(), instant(at))));
    Value::Object(item)
}

/// Their instants are seconds since 1970.
fn instant(value: Value) -> Value {
    let at = value.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.map_or(value, |at| Value::from(at.to_string()))
}

fn of_customer(pointer: &str) -> String {
    match pointer {
        "/anonymousId" => "/anonymous_id".to_owned(),
        other => other.strip_prefix("/traits").unwrap_or(other).to_owned(),
    }
}

fn of_event(pointer: &str) -> String {
    match pointer {
        "/event" => "/name".to_owned(),
        "/messageId" => "/id".to_owned(),
        other => match other.strip_prefix("/properties") {
            Some(rest) => format!("/data{rest}"),
            None => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn their_words_become_those_of_segment_and_places_go_back() {
        let body = json!({ "email": "ada@example.com", "created_at": 1_767_225_600, "anonymous_id": "x1" });
        let told = json!({ "userId": "c1", "anonymousId": "x1",
            "traits": { "email": "ada@example.com", "created_at": "2026-01-01T00:00:00Z" } });
        assert_eq!(identify("c1", body), told);
        let body =
            json!({ "name": "Order Paid", "id": "01H", "timestamp": 1_767_225_600, "data": { "amount": 1 } });
        let told = json!({ "userId": "c1", "event": "Order Paid", "messageId": "01H",
            "timestamp": "2026-01-01T00:00:00Z", "properties": { "amount": 1 } });
        assert_eq!(fact("c1", "track", body), told);
        assert_eq!(fact("c1", "page", json!({ "name": "/tea" })), json!({ "userId": "c1", "name": "/tea" }));
        assert_eq!(fact("c1", "track", json!([])), json!([]));
        let places = ["/event", "/properties/amount", "/timestamp"].map(of_event);
        assert_eq!(places, ["/name", "/data/amount", "/timestamp"]);
        assert_eq!(["/traits/email", "/traits"].map(of_customer), ["/email", ""]);
    }
}
