//! `/v1`: events from clients of Segment, unchanged; beside it those of Customer.io. Each item is judged by itself: what
//! is wrong comes back with its place, and is kept for whoever mends the client.

mod customerio;
mod names;
mod segment;

use crate::Served;
use crate::access::{self, Caller};
use crate::body;
use crate::house;
use crate::listen::Peer;
use crate::problem::{Code, Problem};
use crate::rates;
use crate::roles::Action;
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_TYPE,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use engine::import::{Finding, Judge};
use engine::ingest::{IngestError, Told as Facts};
use jiff::Timestamp;
use model::content_id;
use model::words::Language;
use segment::{Item, Reader, Refused};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::rejected::Rejected;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// Bytes of a batch.
const BATCH: usize = 500 * 1024;
/// Items of a batch.
const ITEMS: usize = 5_000;
/// Problems that are told one by one in an answer.
const TOLD: usize = 100;

/// `/v1/…`, for pages of every origin: a key in a page is no secret, and no cookie opens anything here.
pub(crate) fn routes() -> Router<Served> {
    Router::new()
        .route("/v1/batch", post(batch).options(preflight))
        .route("/v1/import", post(batch).options(preflight))
        .route("/v1/{kind}", post(single).options(preflight))
        .route("/nurture.js", get(script))
        .layer(from_fn(for_every_origin))
        // A key of a server; no page has it.
        .merge(customerio::routes())
}

/// What a page takes in to tell which pages are looked at, once its reader has agreed.
const SCRIPT: &str = include_str!("page.js");

async fn script() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
        // Pages of other origins take it in: that is what it is for.
        (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
    ];
    (headers, SCRIPT).into_response()
}

async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, content-encoding"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// Pages of every origin may read the answer.
pub(crate) async fn for_every_origin(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn single(
    State(served): State<Served>,
    Path(kind): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    if !["identify", "track", "page", "screen", "group", "alias"].contains(&kind.as_str()) {
        return Err(Problem::new(Code::NoSuchPath));
    }
    let told = heard(&served, request).await?;
    take(served, Some(Kind { word: kind, place: str::to_owned }), told).await
}

async fn batch(State(served): State<Served>, request: Request) -> Result<Response, Problem> {
    let told = heard(&served, request).await?;
    take(served, None, told).await
}

/// A request that tells something.
struct Told {
    caller: Caller,
    value: Value,
    /// Whether it is longer than one item may be.
    is_long: bool,
    /// Of the answer.
    language: Language,
}

/// Of a request that tells one thing.
struct Kind {
    /// What Segment calls it.
    word: String,
    /// Where in the request stands what is at a place of the item.
    place: fn(&str) -> String,
}

async fn heard(served: &Served, request: Request) -> Result<Told, Problem> {
    let language = house::language(request.headers(), served.language);
    let address = rates::address(request.extensions().get::<Peer>().copied(), request.headers());
    let given = access::given(request.headers());
    // Whoever has a key in the head is looked at before the body is read.
    let early = match &given {
        Some(text) => Some(access::caller(served, Some(text), address).await?),
        None => None,
    };
    let bytes: Bytes = body::whole(request, BATCH).await?;
    let value = body::parse(&bytes)?;
    let caller = match early {
        Some(caller) => caller,
        None => {
            let key = value.get("writeKey").and_then(Value::as_str);
            access::caller(served, key, address).await?
        }
    };
    served.rates.tells(&caller.id())?;
    Ok(Told { caller, value, is_long: bytes.len() > segment::ITEM, language })
}

/// Something that is not taken.
struct Bad {
    line: usize,
    refused: Refused,
}

async fn take(served: Served, kind: Option<Kind>, told: Told) -> Result<Response, Problem> {
    let Told { caller, value, is_long, language } = told;
    let place = kind.as_ref().map(|kind| kind.place);
    let kind = kind.map(|kind| kind.word);
    let visits_only = caller.may(Action::EventsWrite).is_err();
    if visits_only {
        caller.may(Action::VisitsWrite)?;
    }
    let received = served.clock.now();
    let items: Vec<&Value> = match &kind {
        Some(_) => vec![&value],
        None => match value.get("batch") {
            Some(Value::Array(items)) if items.len() <= ITEMS => items.iter().collect(),
            Some(Value::Array(_)) => {
                return Err(Problem::new(Code::TooLarge).with("most", ITEMS.to_string()).at("/batch"));
            }
            Some(_) | None => {
                return Err(Problem::new(Code::NotValid).says("ingest-no-batch").at("/batch"));
            }
        },
    };
    let sent_at = value.get("sentAt").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let published = served.engine.published();
    let library = &published.project.library;
    let judge = Judge::new(library, &published.zone);
    let reader = Reader { library, judge, received, sent_at, visits_only, is_long };
    let mut told = Facts { source: caller.source(), ..Facts::default() };
    let (mut bad, mut remarks): (Vec<Bad>, Vec<(usize, String, Finding)>) = Default::default();
    for (line, item) in items.iter().enumerate() {
        let said = kind.as_deref().or_else(|| item.get("type").and_then(Value::as_str)).unwrap_or_default();
        let (mut left_out, number) = (Vec::new(), line as u64 + 1);
        match reader.read(number, said, item, &mut left_out) {
            Ok(Item::Word(word)) => told.words.push(*word),
            Ok(Item::Fact(row)) => told.facts.push((number, row)),
            Err(refused) => bad.push(Bad { line, refused }),
        }
        remarks.extend(left_out.into_iter().map(|(pointer, finding)| (line, pointer, finding)));
    }
    told.rejected = lost(&told.source, &items, kind.as_deref(), &bad, received);
    let mut repeated = 0;
    if !told.words.is_empty() || !told.facts.is_empty() || !told.rejected.is_empty() {
        let source = told.source.clone();
        let taken = served.intake.take(told).await.map_err(not_now)?;
        repeated = taken.repeated;
        let late: Vec<Bad> = taken
            .bad
            .into_iter()
            .map(|found| {
                let line = usize::try_from(found.line.saturating_sub(1)).unwrap_or(0);
                Bad { line, refused: Refused::from(found) }
            })
            .collect();
        // What was taken is stored: whatever happens from here on, the answer is yes.
        keep(&served, &lost(&source, &items, kind.as_deref(), &late, received), received).await;
        bad.extend(late);
    }
    bad.sort_by_key(|bad| bad.line);
    let placed = |line: usize, pointer: &str| match place {
        Some(place) => place(pointer),
        None => format!("/batch/{line}{pointer}"),
    };
    let said = |line: usize, pointer: &str, finding: &Finding| {
        json!({
            "index": line,
            "message_id": items.get(line).and_then(|item| item.get("messageId")),
            "code": finding.key,
            "pointer": placed(line, pointer),
            "why": finding.say(language),
        })
    };
    let problems: Vec<Value> = bad
        .iter()
        .flat_map(|bad| {
            let first = said(bad.line, &bad.refused.pointer, bad.refused.why.as_ref());
            let also = bad.refused.also.iter().map(|(pointer, why)| said(bad.line, pointer, why));
            std::iter::once(first).chain(also).collect::<Vec<_>>()
        })
        .take(TOLD)
        .collect();
    let lines: BTreeSet<usize> = bad.iter().map(|bad| bad.line).collect();
    let rejected = lines.len() as u64;
    let accepted = (items.len() as u64).saturating_sub(rejected + repeated);
    let remarks: Vec<Value> =
        remarks.iter().take(TOLD).map(|(line, pointer, finding)| said(*line, pointer, finding)).collect();
    let answer = json!({
        "success": rejected == 0,
        "accepted": accepted,
        "repeated": repeated,
        "rejected": rejected,
        "problems": problems,
        "remarks": remarks,
    });
    // Clients would send a whole batch again for one bad item; whoever sends a single one sees that it is bad.
    let status = match kind {
        Some(_) if rejected > 0 => StatusCode::UNPROCESSABLE_ENTITY,
        Some(_) | None => StatusCode::OK,
    };
    Ok((status, Json(answer)).into_response())
}

pub(crate) fn not_now(error: IngestError) -> Problem {
    match error {
        IngestError::Behind(seconds) => {
            Problem::new(Code::TooMany).says("ingest-behind").retry_after(seconds)
        }
        IngestError::Engine(error) if error.retry() => {
            tracing::warn!(%error, "events have to wait");
            Problem::new(Code::Unavailable).retry_after(2)
        }
        IngestError::Engine(error) => {
            tracing::error!(%error, "events could not be taken");
            Problem::new(Code::Broken)
        }
        IngestError::Ending => Problem::new(Code::Unavailable).retry_after(5),
    }
}

/// What is not taken, as it is kept.
fn lost(source: &str, items: &[&Value], kind: Option<&str>, bad: &[Bad], at: Timestamp) -> Vec<Rejected> {
    let one = |bad: &Bad| {
        let item = items.get(bad.line)?;
        let (message, customer) = segment::told_of(item);
        let body = item.to_string();
        let line = bad.line.to_string();
        let finding = &bad.refused.why;
        let args: serde_json::Map<String, Value> =
            finding.args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let why = json!({ "key": finding.key, "args": args, "suggestion": finding.suggestion });
        let said = kind.or_else(|| item.get("type").and_then(Value::as_str)).unwrap_or_default();
        Some(Rejected {
            id: content_id("rj_", &[source, &at.to_string(), &line, &body]),
            source: source.to_owned(),
            kind: said.chars().take(20).collect::<String>().replace('\0', ""),
            message: message.map(|message| message.replace('\0', "")),
            customer: customer.map(|customer| customer.replace('\0', "")),
            pointer: bad.refused.pointer.clone(),
            why: why.to_string(),
            // The first part of what is too long tells enough.
            body: body.chars().take(32 * 1024).collect(),
        })
    };
    bad.iter().filter_map(one).collect()
}

/// Keeps what only the database knew to be wrong.
async fn keep(served: &Served, rows: &[Rejected], at: Timestamp) {
    if rows.is_empty() {
        return;
    }
    let kept = async {
        let mut transaction = served.engine.store().begin_beside().await?;
        store::rejected::keep(&mut transaction, rows, at).await?;
        store::commit(transaction).await
    };
    if let Err(error) = kept.await {
        tracing::warn!(%error, "keep events that were not taken");
    }
}

#[cfg(test)]
mod tests {
    use super::SCRIPT;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    #[test]
    fn the_script_of_pages_is_small() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(SCRIPT.as_bytes()).unwrap();
        let size = encoder.finish().unwrap().len();
        assert!(size <= 1_024, "{size} bytes packed");
    }
}
