//! What a request is asked with: names in its path, its query, and where a page begins.

use crate::Served;
use crate::problem::{Code, Problem};
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Rows of a page where nobody says, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 200;
/// Letters of a name in a path.
const NAME: usize = 300;

/// The name in a path.
pub(super) struct Named(pub String);

impl FromRequestParts<Served> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let name = Path::<String>::from_request_parts(parts, served).await;
        match name {
            Ok(Path(name)) if !name.contains('\0') && name.chars().count() <= NAME => Ok(Self(name)),
            Ok(_) | Err(_) => Err(Problem::new(Code::NoSuchPath)),
        }
    }
}

/// The query.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Served> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Served) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::new(Code::NotValid).says("problem-nul"));
        }
        Query::try_from_uri(&parts.uri)
            .map(|Query(asked)| Self(asked))
            .map_err(|error| Problem::new(Code::NotValid).says("api-query").with("why", error.body_text()))
    }
}

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paged {
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// So many rows: what is asked for, between 1 and 200.
pub(super) fn limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(USUAL).clamp(1, MOST)
}

/// What a cursor holds: nobody but us reads it, and anybody may make one up.
pub(super) fn cursor(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::json!(parts).to_string())
}

/// The parts of a cursor. Errors: it is none of ours.
pub(super) fn parts<const N: usize>(cursor: Option<&str>) -> Result<Option<[String; N]>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let wrong = || Problem::new(Code::NotValid).says("api-cursor");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let parts: Vec<String> = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    if parts.iter().any(|part| part.contains('\0')) {
        return Err(wrong());
    }
    parts.try_into().map(Some).map_err(|_| wrong())
}

/// A cursor over instants: when, and the id of the last row.
pub(super) fn at_and_id(cursor: Option<&str>) -> Result<Option<(Timestamp, String)>, Problem> {
    let Some([at, id]) = parts::<2>(cursor)? else { return Ok(None) };
    let at = at.parse().map_err(|_| Problem::new(Code::NotValid).says("api-cursor"))?;
    Ok(Some((at, id)))
}

/// Whether something is only tried.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trial {
    #[serde(default)]
    pub dry_run: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_and_what_is_none_is_refused() {
        let made = cursor(&["2026-03-02T09:00:00Z", "e/1"]);
        let (at, id) = at_and_id(Some(&made)).unwrap().unwrap();
        assert_eq!((at.to_string().as_str(), id.as_str()), ("2026-03-02T09:00:00Z", "e/1"));
        assert!(at_and_id(None).unwrap().is_none());
        for wrong in ["", "x", "W10", "WyJhIl0", &cursor(&["not a time", "b"]), "%%%"] {
            assert!(at_and_id(Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!([limit(None), limit(Some(0)), limit(Some(9_999))], [50, 1, 200]);
    }
}
