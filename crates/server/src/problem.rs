//! Why a request was not done, as RFC 9457 writes it: a code for programs, words for people in their language, and
//! the place in the body.

use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use engine::import::{BadRow, Finding};
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use store::StoreError;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident;)*) => {
        /// What went wrong, as programs read it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word that programs match. It never changes.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The status of HTTP.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    /// The path leads nowhere.
    NoSuchPath = "no_such_path", NOT_FOUND;
    /// The path is not for this method.
    NotThisMethod = "not_this_method", METHOD_NOT_ALLOWED;
    /// No key, or none that opens anything.
    KeyUnknown = "key_unknown", UNAUTHORIZED;
    /// A session that is over, or none where one is needed.
    SignedOut = "signed_out", UNAUTHORIZED;
    /// Signed in, and nothing shows that the request comes from our own pages.
    NotFromHere = "not_from_here", FORBIDDEN;
    /// The key may not do this.
    KeyMayNot = "key_may_not", FORBIDDEN;
    /// More was asked for than may be in a while.
    TooMany = "too_many", TOO_MANY_REQUESTS;
    /// The body is larger than it may be.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE;
    /// The body did not come in time.
    TooSlow = "too_slow", REQUEST_TIMEOUT;
    /// The body is not JSON, or not packed as it says.
    NotJson = "not_json", BAD_REQUEST;
    /// The body is written in a way that is not read here.
    NotThisEncoding = "not_this_encoding", UNSUPPORTED_MEDIA_TYPE;
    /// Something in the body, the path or the query is not what it must be.
    NotValid = "not_valid", UNPROCESSABLE_ENTITY;
    /// There is no such customer, workflow, task.
    NotFound = "not_found", NOT_FOUND;
    /// Somebody else was faster, or what there is stands in the way.
    Conflict = "conflict", CONFLICT;
    /// The database or something else that is needed does not answer now.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
    /// A mistake of this program, or a row that nobody can read.
    Broken = "broken", INTERNAL_SERVER_ERROR;
}

/// Why a request was not done.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: Code,
    /// The catalogue's key of the sentence, where it is not the code's own; what stands in it.
    sentence: Option<&'static str>,
    values: Vec<(&'static str, String)>,
    /// Where in the body, as RFC 6901 writes it.
    pointer: Option<String>,
    /// Everything that is wrong, each with its place.
    errors: Vec<(String, Finding)>,
    /// Seconds after which another try may help.
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem in the words of its code.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            sentence: None,
            values: Vec::new(),
            pointer: None,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// The same in other words: a key of the catalogue.
    #[must_use]
    pub fn says(self, sentence: &'static str) -> Self {
        Self { sentence: Some(sentence), ..self }
    }

    /// The same with a value in its sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// The same at a place of the body.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), ..self }
    }

    /// The same with everything that is wrong with a record.
    #[must_use]
    pub fn because(mut self, bad: BadRow) -> Self {
        let all = std::iter::once((bad.column, bad.why))
            .chain(bad.also.into_iter().map(|bad| (bad.column, bad.why)));
        self.errors.extend(all.map(|(place, why)| (place.unwrap_or_default(), *why)));
        self
    }

    /// The same, to be tried again after so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..self }
    }

    /// Seconds after which another try may help.
    pub fn seconds(&self) -> Option<u64> {
        self.retry_after
    }

    /// The status of HTTP.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// The document.
    fn document(&self, language: Language, path: &str) -> Json {
        let values: Vec<(&str, &str)> =
            self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let code = self.code.as_str();
        let title = format!("problem-{}", code.replace('_', "-"));
        let title = say(language, &title, &[]);
        let detail = match self.sentence {
            Some(sentence) => say(language, sentence, &values),
            None => say(language, &format!("problem-{}-why", code.replace('_', "-")), &values),
        };
        let mut document = json!({
            "type": format!("urn:nurture:problem:{code}"),
            "title": title,
            "status": self.code.status().as_u16(),
            "code": code,
            "detail": detail,
            "instance": path,
        });
        if let (Some(pointer), Json::Object(members)) = (&self.pointer, &mut document) {
            members.insert("pointer".to_owned(), json!(pointer));
        }
        if !self.errors.is_empty()
            && let Json::Object(members) = &mut document
        {
            let error = |(pointer, why): &(String, Finding)| json!({ "pointer": pointer, "code": why.key, "why": why.say(language) });
            members.insert("errors".to_owned(), self.errors.iter().map(error).collect());
        }
        document
    }

    /// The answer in the reader's language; `before`: headers that were said already.
    pub fn answer(&self, language: Language, path: &str, before: &HeaderMap) -> Response {
        let body = self.document(language, path).to_string();
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.extend(
            before
                .iter()
                .filter(|(name, _)| *name != CONTENT_TYPE && *name != "content-length")
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(
            CONTENT_LANGUAGE,
            HeaderValue::from_static(match language {
                Language::Zh => "zh-CN",
                Language::En => "en",
            }),
        );
        headers.insert(VARY, HeaderValue::from_static("accept-language"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"nurture\""));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// The status alone; [`crate::house`] puts the words in, because it knows the reader's language.
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Before another try where the database did not answer.
const AGAIN: u64 = 2;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(EngineError::from(error))
    }
}

impl From<EngineError> for Problem {
    /// What the operator reads goes into the log; the caller learns whether another try may help.
    fn from(error: EngineError) -> Self {
        if error.retry() {
            tracing::warn!(%error, "a request has to wait");
            return Self::new(Code::Unavailable).retry_after(AGAIN);
        }
        tracing::error!(%error, "a request failed");
        Self::new(Code::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::words::knows;

    #[test]
    fn every_code_has_words_in_both_languages() {
        for code in Code::ALL {
            let key = format!("problem-{}", code.as_str().replace('_', "-"));
            for language in Language::ALL {
                assert!(knows(language, &key) && knows(language, &format!("{key}-why")), "{key} {language}");
            }
        }
    }

    #[test]
    fn a_problem_is_written_as_the_standard_wants_it() {
        let problem = Problem::new(Code::TooMany).retry_after(3);
        let response = problem.answer(Language::Zh, "/v1/track", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/problem+json");
        assert_eq!(header("retry-after"), "3");
        let document = Problem::new(Code::NotValid).at("/batch/0").document(Language::En, "/v1/batch");
        assert_eq!(document["status"], 422);
        assert_eq!(document["code"], "not_valid");
        assert_eq!(document["pointer"], "/batch/0");
        assert_eq!(document["instance"], "/v1/batch");
        assert_eq!(document["type"], "urn:nurture:problem:not_valid");
    }
}
