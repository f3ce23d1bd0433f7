//! Where the links and pictures of our mails lead. The target of a link comes from our table, never from the address
//! that somebody asks for.

use super::{Reader, page};
use crate::Served;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LOCATION, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::touch::Signs;

/// One point that nobody sees.
const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// Leads on, whoever asks; the click is kept.
pub(super) async fn follow(
    State(served): State<Served>,
    Path(token): Path<String>,
    method: Method,
    reader: Reader,
) -> Result<Response, Problem> {
    match served.engine.follow(&token, signs(&method, &reader.headers)).await {
        Ok(Ok(target)) => match HeaderValue::from_str(&target) {
            Ok(target) => Ok((StatusCode::FOUND, [(LOCATION, target)]).into_response()),
            Err(_) => Ok(page::gone(&served, &reader.asked)),
        },
        Ok(Err(true)) => Ok(page::gone(&served, &reader.asked)),
        Ok(Err(false)) => reader.lost(&served, || page::unknown(&served, &reader.asked)),
        Err(error) => {
            tracing::error!(%error, "look where a link leads");
            Ok(page::later(&served, &reader.asked))
        }
    }
}

/// The picture. It comes also where the link is not ours: a broken picture in a mail helps nobody.
pub(super) async fn picture(
    State(served): State<Served>,
    Path(name): Path<String>,
    method: Method,
    reader: Reader,
) -> Result<Response, Problem> {
    let picture = || ([(CONTENT_TYPE, "image/gif")], PICTURE).into_response();
    let token = name.strip_suffix(".gif").unwrap_or(&name);
    if served.engine.opened(token, signs(&method, &reader.headers)) {
        return Ok(picture());
    }
    reader.lost(&served, picture)
}

fn signs(method: &Method, headers: &HeaderMap) -> Signs {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let prefetch = ["purpose", "sec-purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let said = said(name).to_ascii_lowercase();
        said.contains("prefetch") || said.contains("prerender") || said.contains("preview")
    });
    let agent = headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    Signs { head: method == Method::HEAD, prefetch, agent: agent.unwrap_or_default() }
}
