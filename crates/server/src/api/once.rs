//! `Idempotency-Key`: a POST that carries one is done once; asked again within a day, it is answered as before.

use crate::Served;
use crate::access;
use crate::body;
use crate::listen::Peer;
use crate::problem::{Code, Problem};
use crate::rates;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::PoisonError;
use store::answered::{self, Answered};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Letters of the word.
const WORD: usize = 200;
/// Bytes of an answer that is kept.
const ANSWER: usize = 4 * 1024 * 1024;

pub(super) async fn once(State(served): State<Served>, request: Request, next: Next) -> Response {
    if *request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match marked(&served, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// Ends the work under a word, however it ends.
struct Busy<'s>(&'s Served, (String, String));

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

async fn marked(served: &Served, request: Request, next: Next) -> Result<Response, Problem> {
    let word = request.headers().get(HEADER).and_then(|word| word.to_str().ok()).unwrap_or_default();
    if word.is_empty() || word.len() > WORD {
        return Err(Problem::new(Code::NotValid).says("api-idempotency"));
    }
    let word = word.to_owned();
    let address = rates::address(request.extensions().get::<Peer>().copied(), request.headers());
    let key = access::asking(served, request.method(), request.headers(), address).await?.id();
    let named = (key.clone(), word.clone());
    if !served.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(named.clone()) {
        return Err(Problem::new(Code::Conflict).says("api-idempotency-busy").retry_after(1));
    }
    let _busy = Busy(served, named);
    let (mut parts, unread) = request.into_parts();
    let bytes = body::whole(Request::from_parts(parts.clone(), unread), body::MOST).await?;
    // It is unpacked now.
    parts.headers.remove(CONTENT_ENCODING);
    parts.headers.remove(CONTENT_LENGTH);
    let digest = engine::keys::hash(&format!("{}\n{}", parts.uri, String::from_utf8_lossy(&bytes)));
    let now = served.clock.now();
    let before = {
        let mut conn = served.engine.store().read().await?;
        answered::find(&mut conn, &key, &word, now).await?
    };
    if let Some(before) = before {
        if before.digest != digest {
            return Err(Problem::new(Code::NotValid).says("api-idempotency-other"));
        }
        let status = StatusCode::from_u16(before.status).unwrap_or(StatusCode::OK);
        let mut response = (status, before.body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        return Ok(response);
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    // What was refused may be asked again, mended.
    if !response.status().is_success() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, ANSWER).await.map_err(|_| Problem::new(Code::Broken))?;
    let answer =
        Answered { digest, status: head.status.as_u16(), body: String::from_utf8_lossy(&bytes).into_owned() };
    let kept = async {
        let mut transaction = served.engine.store().begin_beside().await?;
        answered::keep(&mut transaction, &key, &word, &answer, now).await?;
        store::commit(transaction).await
    };
    if let Err(error) = kept.await {
        // It is done: whoever asks again is answered as best we can.
        tracing::warn!(%error, "keep an answer");
    }
    Ok(Response::from_parts(head, Body::from(bytes)))
}
