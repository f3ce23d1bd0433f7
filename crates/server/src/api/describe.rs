//! The API as OpenAPI 3.1 describes it: made of the list of paths and the forms of bodies, so that it says what there
//! is. `docs/reference/openapi.json` is this text.

use super::customers::{ConsentInput, CustomerInput};
use super::desk::{AwayInput, DoneInput};
use super::operations::{EnrollInput, ExitInput};
use super::simulate::SimulateInput;
use super::told::{EventInput, EventsInput};
use super::{ENDPOINTS, Endpoint};
use axum::Json;
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "nurture",
        description = "Marketing automation as files: the API.",
        license(identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(
        CustomerInput,
        ConsentInput,
        EventsInput,
        EventInput,
        EnrollInput,
        ExitInput,
        SimulateInput,
        DoneInput,
        AwayInput
    ))
)]
struct Forms;

/// `GET /openapi.json`
pub(super) async fn show() -> Json<Value> {
    Json(document())
}

/// The description.
pub(crate) fn document() -> Value {
    let mut document = serde_json::to_value(Forms::openapi()).unwrap_or_default();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in &ENDPOINTS {
        let path = format!("/api/v1{}", endpoint.path);
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(methods) = entry.as_object_mut() {
            methods.insert(endpoint.method.to_ascii_lowercase(), operation(endpoint));
        }
    }
    if let Some(members) = document.as_object_mut() {
        members.insert("paths".to_owned(), Value::Object(paths));
        members.insert("security".to_owned(), json!([{ "key": [] }, { "session": [] , "token": [] }]));
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        let key =
            json!({ "type": "http", "scheme": "bearer", "description": "A key of `nurture key create`." });
        let session = json!({ "type": "apiKey", "in": "cookie", "name": "__Host-nurture", "description": "Of somebody who is signed in; without https it is `nurture`." });
        let token = json!({ "type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "With the cookie, for whatever is no GET: the `token` of `GET /api/v1/session`." });
        let schemes = json!({ "key": key, "session": session, "token": token });
        components.insert("securitySchemes".to_owned(), schemes);
        components.insert("responses".to_owned(), json!({ "Problem": problem() }));
    }
    document
}

/// RFC 9457.
fn problem() -> Value {
    let text = json!({ "type": "string" });
    let schema = json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text, "title": text, "status": { "type": "integer" }, "code": text, "detail": text,
            "instance": text, "pointer": text, "errors": { "type": "array" },
        },
    });
    json!({ "description": "Why it was not done", "content": { "application/problem+json": { "schema": schema } } })
}

fn operation(endpoint: &Endpoint) -> Value {
    let mut parameters: Vec<Value> = endpoint
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }))
        .collect();
    parameters.extend(endpoint.query.iter().map(|name| {
        let schema = match *name {
            "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
            "dry_run" | "unknown" => json!({ "type": "boolean", "default": false }),
            "from" | "to" => json!({ "type": "string", "format": "date-time" }),
            _ => json!({ "type": "string" }),
        };
        json!({ "name": name, "in": "query", "required": false, "schema": schema })
    }));
    if endpoint.method == "POST" {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 200 });
        parameters
            .push(json!({ "name": "Idempotency-Key", "in": "header", "required": false, "schema": schema }));
    }
    let refused = json!({ "$ref": "#/components/responses/Problem" });
    let mut responses = json!({
        "200": { "description": "Done", "content": { "application/json": { "schema": { "type": "object" } } } },
    });
    if let Some(all) = responses.as_object_mut() {
        for status in ["400", "401", "403", "404", "409", "413", "415", "422", "429", "503"] {
            all.insert(status.to_owned(), refused.clone());
        }
    }
    let scope = endpoint.action.map(|action| format!(" Scope: `{action}`."));
    let id: Vec<&str> = endpoint.path.split('/').map(|part| part.trim_matches(['{', '}'])).collect();
    let mut operation = json!({
        "operationId": format!("{}{}", endpoint.method.to_ascii_lowercase(), id.join("_")),
        "summary": endpoint.what,
        "description": format!("{}.{}", endpoint.what, scope.unwrap_or_default()),
        "parameters": parameters,
        "responses": responses,
    });
    if let (Some(body), Some(members)) =
        (endpoint.body.filter(|body| *body != "Nothing"), operation.as_object_mut())
    {
        let schema = json!({ "$ref": format!("#/components/schemas/{body}") });
        let content = json!({ "application/json": { "schema": schema } });
        members.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    operation
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_committed_description_is_this_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
        let made = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert_eq!(kept, made, "UPDATE_OPENAPI=1 writes it anew");
        assert_eq!(document()["openapi"], "3.1.0");
    }

    #[test]
    fn every_body_has_a_form() {
        let document = document();
        for endpoint in &ENDPOINTS {
            if let Some(body) = endpoint.body.filter(|body| *body != "Nothing") {
                assert!(document["components"]["schemas"].get(body).is_some(), "{body}");
            }
        }
    }
}
