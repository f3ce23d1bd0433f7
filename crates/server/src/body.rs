//! Bodies: how large, how long on the way, packed or not, and what no text may hold.

use crate::Served;
use crate::problem::{Code, Problem};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use flate2::read::{GzDecoder, ZlibDecoder};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::io::Read as _;
use std::time::Duration;

/// Bytes of a body, as it comes and unpacked.
pub(crate) const MOST: usize = 1024 * 1024;
/// How long a body may be on its way.
const ON_THE_WAY: Duration = Duration::from_secs(30);

fn too_large(most: usize) -> Problem {
    Problem::new(Code::TooLarge).with("most", format!("{} KB", most / 1024))
}

/// The whole body, unpacked. Errors: too large (packed or not), too slow, not packed as it says.
pub(crate) async fn whole(request: Request, most: usize) -> Result<Bytes, Problem> {
    let (parts, body) = request.into_parts();
    let packed = match parts.headers.get(CONTENT_ENCODING).map(|said| said.as_bytes().to_ascii_lowercase()) {
        None => None,
        Some(said) => match said.as_slice() {
            b"" | b"identity" => None,
            b"gzip" | b"x-gzip" => Some(Packed::Gzip),
            b"deflate" => Some(Packed::Deflate),
            _ => return Err(Problem::new(Code::NotThisEncoding)),
        },
    };
    let said = parts.headers.get(CONTENT_LENGTH).and_then(|said| said.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|said| said > most as u64) {
        return Err(too_large(most));
    }
    let bytes = match tokio::time::timeout(ON_THE_WAY, collected(body, most)).await {
        Ok(bytes) => bytes?,
        Err(_) => return Err(Problem::new(Code::TooSlow)),
    };
    match packed {
        None => Ok(bytes),
        Some(packed) => unpacked(&bytes, packed, most).map(Bytes::from),
    }
}

#[derive(Clone, Copy, Debug)]
enum Packed {
    Gzip,
    Deflate,
}

async fn collected(body: Body, most: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(most)),
        // Whoever breaks off hears nothing of it anyway.
        Err(_) => Err(Problem::new(Code::TooSlow)),
    }
}

fn unpacked(bytes: &[u8], packed: Packed, most: usize) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    // One byte more than may be tells that there is more.
    let limit = most as u64 + 1;
    let read = match packed {
        Packed::Gzip => GzDecoder::new(bytes).take(limit).read_to_end(&mut out),
        Packed::Deflate => ZlibDecoder::new(bytes).take(limit).read_to_end(&mut out),
    };
    match read {
        Err(_) => Err(Problem::new(Code::NotJson).says("problem-not-packed")),
        Ok(_) if out.len() > most => Err(too_large(most)),
        Ok(_) => Ok(out),
    }
}

/// JSON as it came. Errors: it is none (lone surrogates and depths beyond 128 among them).
pub(crate) fn parse(bytes: &[u8]) -> Result<Json, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("{}:{}", error.line(), error.column());
        Problem::new(Code::NotJson).with("place", place)
    })
}

/// The same. Errors: a text of it holds NUL, too.
pub(crate) fn json(bytes: &[u8]) -> Result<Json, Problem> {
    let value = parse(bytes)?;
    match nul(&value) {
        None => Ok(value),
        Some(pointer) => Err(Problem::new(Code::NotValid).says("problem-nul").at(pointer)),
    }
}

/// Where a NUL stands in some text or name.
pub(crate) fn nul(value: &Json) -> Option<String> {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
        Json::String(text) => text.contains('\0').then(String::new),
        Json::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| Some(format!("/{at}{}", nul(item)?)))
        }
        Json::Object(members) => members.iter().find_map(|(name, value)| {
            let name_of = name.replace('~', "~0").replace('/', "~1").replace('\0', "\u{fffd}");
            if name.contains('\0') {
                return Some(format!("/{name_of}"));
            }
            Some(format!("/{name_of}{}", nul(value)?))
        }),
    }
}

/// A body that must be JSON of this form.
pub(crate) struct Input<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Served> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Served) -> Result<Self, Problem> {
        let bytes = whole(request, MOST).await?;
        form(json(&bytes)?).map(Self)
    }
}

/// What JSON says in this form. Errors: it does not have it; the problem says where.
pub(crate) fn form<T: DeserializeOwned>(value: Json) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        Problem::new(Code::NotValid).says("problem-form").with("why", error.inner().to_string()).at(pointer)
    })
}

/// The path of a reader of JSON as RFC 6901 writes it.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let steps = path.iter().map(|segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    async fn of(encoding: &'static str, body: Vec<u8>, most: usize) -> Result<Bytes, String> {
        let request = Request::builder().header(CONTENT_ENCODING, encoding).body(Body::from(body)).unwrap();
        whole(request, most).await.map_err(|problem| format!("{problem:?}"))
    }

    #[tokio::test]
    async fn a_small_body_that_unpacks_to_a_large_one_is_refused() {
        let bomb = packed(&vec![b' '; 20 * MOST]);
        assert!(bomb.len() < MOST);
        assert!(of("gzip", bomb, MOST).await.unwrap_err().contains("TooLarge"));
        assert_eq!(of("gzip", packed(b"{}"), MOST).await.unwrap(), "{}");
        assert_eq!(of("identity", b"{}".to_vec(), MOST).await.unwrap(), "{}");
        assert!(of("gzip", b"{}".to_vec(), MOST).await.unwrap_err().contains("NotJson"));
        assert!(of("br", b"{}".to_vec(), MOST).await.unwrap_err().contains("NotThisEncoding"));
        assert!(of("", vec![b' '; 11], 10).await.unwrap_err().contains("TooLarge"));
    }

    #[test]
    fn what_no_text_may_hold_is_found_where_it_stands() {
        let of = |text: &str| json(text.as_bytes()).map_err(|problem| format!("{problem:?}"));
        assert!(of(r#"{"a": ["x", {"b/c": "\u0000"}]}"#).unwrap_err().contains("/a/1/b~1c"));
        assert!(of(r#"{"a\u0000": 1}"#).is_err());
        assert!(of(r#""\ud800""#).unwrap_err().contains("NotJson"));
        assert!(of(&"[".repeat(100_000)).unwrap_err().contains("NotJson"));
        assert!(of(r#"{"a": 1e400}"#).is_err());
        assert_eq!(of("[1]").unwrap(), serde_json::json!([1]));
    }
}
