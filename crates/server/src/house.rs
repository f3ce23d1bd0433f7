//! What holds for every answer: headers against misuse by browsers, problems in the reader's language, and words for
//! what there is not.

use crate::Served;
use crate::problem::{Code, Problem};
use crate::public;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use model::words::Language;

/// Said where a page says nothing of its own.
const HEADERS: [(axum::http::HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
];

/// What only programs ask for, whatever they say that they accept.
const FOR_PROGRAMS: [&str; 3] = ["/api/", "/v1/", "/cio/"];

/// The routes as they are served.
pub(crate) fn within(routes: Router<Served>, served: Served) -> Router {
    routes
        .fallback(|| async { Problem::new(Code::NoSuchPath) })
        .method_not_allowed_fallback(|| async { Problem::new(Code::NotThisMethod) })
        .layer(from_fn_with_state(served.clone(), dress))
        .with_state(served)
}

async fn dress(State(served): State<Served>, request: Request, next: Next) -> Response {
    let language = language(request.headers(), served.language);
    let uri = request.uri().clone();
    let person = is_shown(&uri, request.headers()).then(|| request.headers().clone());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = match person {
            Some(headers) => public::of_problem(&served, &uri, &headers, &problem),
            None => problem.answer(language, uri.path(), response.headers()),
        };
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Whether a person sees the answer: a browser that opens a page, or sends one of its forms.
fn is_shown(uri: &Uri, headers: &HeaderMap) -> bool {
    let for_programs = FOR_PROGRAMS.iter().any(|begins| uri.path().starts_with(begins));
    let accepted = headers.get(ACCEPT).and_then(|said| said.to_str().ok()).unwrap_or_default();
    !for_programs && accepted.split(',').any(|kind| kind.trim_start().starts_with("text/html"))
}

/// The language that a reader likes best of those we have, by `Accept-Language`.
pub(crate) fn language(headers: &HeaderMap, otherwise: Language) -> Language {
    let Some(said) = headers.get(ACCEPT_LANGUAGE).and_then(|said| said.to_str().ok()) else {
        return otherwise;
    };
    let mut best: Option<(u16, Language)> = None;
    for part in said.split(',').take(32) {
        let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
        let Ok(language) = tag.trim().parse::<Language>() else { continue };
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        let weight = (weight.unwrap_or(1.0).clamp(0.0, 1.0) * 1_000.0) as u16;
        if weight > 0 && best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, language));
        }
    }
    best.map_or(otherwise, |(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_is_liked_best() {
        let of = |said: &'static str| {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(said))]);
            language(&headers, Language::En)
        };
        assert_eq!(of("zh-CN,zh;q=0.9,en;q=0.8"), Language::Zh);
        assert_eq!(of("fr, en;q=0.4, zh;q=0.7"), Language::Zh);
        assert_eq!(of("zh;q=0, en"), Language::En);
        assert_eq!(of("fr"), Language::En);
        assert_eq!(of("zh;q=x"), Language::Zh);
        assert_eq!(language(&HeaderMap::new(), Language::Zh), Language::Zh);
    }
}
