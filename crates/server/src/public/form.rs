//! A form of `forms:`: its page, what somebody sends with it, and the answer. No script, no cookie, no session: a form
//! works in every page, and nothing is forged by sending one from elsewhere.

mod html;

pub use html::{page, standalone};

use super::Reader;
use super::page::{self as pages, Asked, Page, fields};
use crate::Served;
use crate::body;
use crate::ingest::not_now;
use crate::problem::{Code, Problem};
use axum::extract::{Path, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    LOCATION, ORIGIN, REFERER,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use dsl::library::Form;
use engine::forms::{AGREE, Amiss, Filled, SubmitError, Submitted, submit};
use engine::import::{BadRow, Finding};
use html::{Form as Html, LANGUAGE, TRAP};
use model::Type;
use model::words::pages::Locale;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Bytes of a form.
const MOST: usize = 64 * 1024;
/// Letters of the address of the page in which a form stands.
const PAGE: usize = 300;

fn found(served: &Served, name: &str) -> Option<Form> {
    served.engine.published().project.library.forms.get(name).cloned()
}

/// The page with the form.
pub(super) async fn show(State(served): State<Served>, Path(name): Path<String>, reader: Reader) -> Response {
    match found(&served, &name) {
        None => pages::unknown(&served, &reader.asked),
        Some(form) => of_form(&served, &reader.asked, &form, &Filled::default(), &BTreeMap::new()),
    }
}

/// Pages of other origins may send one by script.
pub(super) async fn preflight() -> Response {
    let headers = [(ACCESS_CONTROL_ALLOW_METHODS, "POST"), (ACCESS_CONTROL_ALLOW_HEADERS, "content-type")];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Takes what was filled in.
pub(super) async fn take(
    State(served): State<Served>,
    Path(name): Path<String>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    served.rates.forms(reader.address)?;
    let kind = reader.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = kind == "application/json";
    if !is_json && kind != "application/x-www-form-urlencoded" {
        return Err(Problem::new(Code::NotThisEncoding).says("problem-form-kind"));
    }
    let bytes = body::whole(request, MOST).await?;
    let said = if is_json { members(&body::json(&bytes)?)? } else { texts(&bytes) };
    let Some(form) = found(&served, &name) else {
        return match is_json {
            true => Err(Problem::new(Code::NotFound)),
            false => Ok(pages::unknown(&served, &reader.asked)),
        };
    };
    let tag = said.get(LANGUAGE).and_then(Json::as_str);
    let asked = &reader.asked.or_chosen(tag.or(form.language.as_deref()));
    let filled = Filled {
        ticked: form
            .consents
            .iter()
            .filter(|each| said.get(&format!("{AGREE}{}", each.topic)).is_some_and(is_ticked))
            .map(|each| each.topic.clone())
            .collect(),
        page: standing_in(&reader.headers),
        locale: tag.or(form.language.as_deref()).and_then(Locale::of_tag),
        answers: answers(&form, said.clone()),
    };
    // Who fills in what nobody sees is a program: it hears what it wants to hear.
    let trapped = said.get(TRAP).and_then(Json::as_str).is_some_and(|text| !text.is_empty());
    if trapped {
        tracing::info!(form = form.name, "a program sent a form; nothing is kept");
    }
    let done = match trapped {
        true => Submitted::Taken { asked: form.double_opt_in && !filled.ticked.is_empty() },
        false => match submit(&served.engine, &served.intake, &form, &filled).await {
            Ok(done) => done,
            Err(error) => return failed(&served, asked, error, is_json),
        },
    };
    Ok(match (done, is_json) {
        (Submitted::Taken { asked: confirm }, true) => {
            let message = thanks(&form, asked.locale(None, &served), confirm);
            let answer = json!({ "ok": true, "confirm": confirm, "message": message });
            axum::Json(answer).into_response()
        }
        (Submitted::Taken { asked: confirm }, false) => taken(&served, asked, &form, confirm),
        (Submitted::Amiss(wrong), true) => return Err(problem(&form, &wrong)),
        (Submitted::Amiss(wrong), false) => of_form(&served, asked, &form, &filled, &wrong),
    })
}

/// The fields of a form as they come; of two of one name the first.
fn texts(bytes: &[u8]) -> BTreeMap<String, Json> {
    let mut said = BTreeMap::new();
    for (name, value) in fields(bytes) {
        said.entry(name).or_insert_with(|| Json::from(value));
    }
    said
}

fn members(said: &Json) -> Result<BTreeMap<String, Json>, Problem> {
    let members = said.as_object().ok_or_else(|| Problem::new(Code::NotValid).says("ingest-no-object"))?;
    Ok(members.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// What was answered to the fields of the form; what else was sent is not looked at.
fn answers(form: &Form, mut said: BTreeMap<String, Json>) -> BTreeMap<String, Json> {
    let answer = |field: &dsl::library::FormField| {
        let value = said.remove(&field.name)?;
        // A box that is ticked.
        let value = if field.ty == Type::YesNo && value == "on" { Json::Bool(true) } else { value };
        Some((field.name.clone(), value))
    };
    form.fields.iter().filter_map(answer).collect()
}

fn is_ticked(said: &Json) -> bool {
    match said {
        Json::Bool(ticked) => *ticked,
        Json::String(text) => !matches!(text.as_str(), "" | "0" | "false" | "no" | "off"),
        Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => false,
    }
}

/// The page in which the form stands, as far as the browser says it: without what stands behind `?`.
fn standing_in(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(REFERER).or_else(|| headers.get(ORIGIN))?.to_str().ok()?;
    let said = said.split(['?', '#']).next().unwrap_or_default();
    let is_web = said.starts_with("https://") || said.starts_with("http://");
    (is_web && said.len() <= PAGE).then(|| said.to_owned())
}

fn thanks(form: &Form, locale: Locale, confirm: bool) -> String {
    let ours = if confirm { "form-sent-confirm" } else { "form-sent" };
    form.thanks.clone().unwrap_or_else(|| locale.say(ours, &[]))
}

fn taken(served: &Served, asked: &Asked, form: &Form, confirm: bool) -> Response {
    if let Some(address) = form.redirect.as_deref().and_then(|address| HeaderValue::from_str(address).ok()) {
        return (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response();
    }
    let locale = asked.locale(None, served);
    let page = Page::new(locale, locale.say("form-sent-title", &[])).html("<section>").heading();
    page.says("", &thanks(form, locale, confirm)).html("</section>").answer(served, false)
}

fn of_form(
    served: &Served,
    asked: &Asked,
    form: &Form,
    filled: &Filled,
    wrong: &BTreeMap<String, Amiss>,
) -> Response {
    let locale = asked.or_chosen(form.language.as_deref()).locale(None, served);
    let published = served.engine.published();
    let html = Html { form, library: &published.project.library, locale, action: "", filled, wrong };
    let page = Page::new(locale, form.title.clone());
    let page = match wrong.is_empty() {
        true => page,
        false => page.with(StatusCode::UNPROCESSABLE_ENTITY),
    };
    let page = page.html("<section>").heading().html(&html.inner()).html("</section>");
    let mut response = page.answer(served, form.language.is_none());
    // Browsers ask for the address to which a form leads on, too.
    let onward = form.redirect.as_deref().map(origin).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; base-uri 'none'; form-action 'self' {onward}; frame-ancestors 'none'; object-src 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// `https://www.example.cn` of an address; what could end the directive is not in it.
fn origin(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(host..).and_then(|rest| rest.find(['/', '?', '#', ';', ',']));
    address.get(..end.map_or(address.len(), |end| host + end)).unwrap_or_default()
}

fn failed(served: &Served, asked: &Asked, error: SubmitError, is_json: bool) -> Result<Response, Problem> {
    let problem = match error {
        SubmitError::Intake(error) => not_now(error),
        SubmitError::Engine(_) | SubmitError::NotReached(_) => {
            tracing::error!(%error, "a form");
            Problem::new(Code::Unavailable).retry_after(5)
        }
    };
    if is_json { Err(problem) } else { Ok(pages::later(served, asked)) }
}

/// What is wrong, for scripts.
fn problem(form: &Form, wrong: &BTreeMap<String, Amiss>) -> Problem {
    let said = |(name, amiss): (&String, &Amiss)| {
        let pointer = format!("/{name}");
        let finding = match amiss {
            Amiss::Missing => Finding::new("form-missing", &[]),
            Amiss::NotTicked => Finding::new("form-not-ticked", &[]),
            Amiss::TooLong => Finding::new("form-too-long", &[]),
            Amiss::NotOfItsType => {
                let ty = form.field(name).map_or("text", |field| field.ty.name());
                Finding::new("form-not-of-its-type", &[("type", ty)])
            }
        };
        BadRow::at(0, &pointer, finding)
    };
    let mut all = wrong.iter().map(said);
    let problem = Problem::new(Code::NotValid).says("problem-form-amiss");
    match all.next() {
        None => problem,
        Some(mut first) => {
            first.also.extend(all);
            problem.because(first)
        }
    }
}
