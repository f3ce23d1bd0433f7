//! What a customer gets: the page of choices, one-click unsubscribing (RFC 8058), and the page that confirms.
//! Opening a page changes nothing, for programs open links too; only a POST does.

use super::Reader;
use super::page::{self, Asked, Page, escaped, fields};
use crate::Served;
use crate::body;
use crate::problem::Problem;
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::choices::{Choice, Choices, Confirmed, Wish};
use model::words::pages::Locale;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Bytes of a form.
const MOST: usize = 64 * 1024;

/// The page: what they get now, and what they may change.
pub(super) async fn show(
    State(served): State<Served>,
    Path(token): Path<String>,
    reader: Reader,
) -> Result<Response, Problem> {
    let asked = &reader.asked;
    match served.engine.choices(&token).await {
        Ok(Some(choices)) => Ok(of_choices(&served, asked, &choices, None)),
        Ok(None) => reader.lost(&served, || page::unknown(&served, asked)),
        Err(error) => Ok(failed(&served, asked, &error)),
    }
}

/// Does what they chose; or what a mailbox asks for with one click, without a page.
pub(super) async fn change(
    State(served): State<Served>,
    Path(token): Path<String>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let bytes = body::whole(request, MOST).await?;
    if is_one_click(&reader.headers, &bytes) {
        return match served.engine.leave(&token).await {
            Ok(true) => {
                Ok(reader.asked.locale(None, &served).say("page-closed-to-robots", &[]).into_response())
            }
            Ok(false) => reader.lost(&served, || (StatusCode::NOT_FOUND, "no such link").into_response()),
            Err(error) => {
                tracing::error!(%error, "unsubscribe with one click");
                Ok((StatusCode::SERVICE_UNAVAILABLE, "not now").into_response())
            }
        };
    }
    let form = fields(&bytes);
    let said = |name: &str| form.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
    let asked = &reader.asked.or_chosen(said("lang"));
    let all = |name: &str| -> BTreeSet<&str> {
        form.iter().filter(|(of, _)| of == name).map(|(_, value)| value.as_str()).collect()
    };
    let before = match served.engine.choices(&token).await {
        Ok(Some(before)) => before,
        Ok(None) => return reader.lost(&served, || page::unknown(&served, asked)),
        Err(error) => return Ok(failed(&served, asked, &error)),
    };
    let (wish, note) = match said("do") {
        Some("nothing") => (Wish { nothing: true, ..Wish::default() }, "page-left-all"),
        Some("save") => {
            let (shown, ticked) = (all("shown"), all("topic"));
            let locale = asked.locale(before.language.as_deref(), &served);
            let brand = served.engine.published().project.library.brand.name.clone();
            let mut topics = BTreeMap::new();
            for choice in before.topics.iter().filter(|choice| shown.contains(choice.topic.as_str())) {
                let granted = ticked.contains(choice.topic.as_str());
                topics.insert(choice.topic.clone(), (granted, wording(locale, &brand, choice)));
            }
            let measured = shown.contains("/measure").then(|| ticked.contains("/measure"));
            (Wish { topics, measured, nothing: false }, "page-saved")
        }
        // A POST that says nothing changes nothing.
        Some(_) | None => return Ok(of_choices(&served, asked, &before, None)),
    };
    match served.engine.choose(&token, &wish).await {
        Ok(Some(choices)) => Ok(of_choices(&served, asked, &choices, Some(note))),
        Ok(None) => Ok(page::unknown(&served, asked)),
        Err(error) => Ok(failed(&served, asked, &error)),
    }
}

/// The page that asks whether it was they.
pub(super) async fn ask(
    State(served): State<Served>,
    Path(token): Path<String>,
    reader: Reader,
) -> Result<Response, Problem> {
    let asked = &reader.asked;
    match served.engine.asked(&token).await {
        Ok(Confirmed::Nobody) => reader.lost(&served, || page::unknown(&served, asked)),
        Ok(confirmed) => Ok(of_confirmed(&served, asked, &confirmed)),
        Err(error) => Ok(failed(&served, asked, &error)),
    }
}

/// They say that it was.
pub(super) async fn confirm(
    State(served): State<Served>,
    Path(token): Path<String>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let form = fields(&body::whole(request, MOST).await?);
    let tag = form.iter().find(|(name, _)| name == "lang").map(|(_, value)| value.as_str());
    let asked = &reader.asked.or_chosen(tag);
    match served.engine.confirm(&token).await {
        Ok(Confirmed::Nobody) => reader.lost(&served, || page::unknown(&served, asked)),
        Ok(confirmed) => Ok(of_confirmed(&served, asked, &confirmed)),
        Err(error) => Ok(failed(&served, asked, &error)),
    }
}

/// `List-Unsubscribe=One-Click`, as a form in either of its ways.
fn is_one_click(headers: &HeaderMap, body: &[u8]) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        let text = String::from_utf8_lossy(body);
        return text.contains("name=\"List-Unsubscribe\"") && text.contains("One-Click");
    }
    fields(body).iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("List-Unsubscribe") && value.trim().eq_ignore_ascii_case("One-Click")
    })
}

/// The exact words that somebody agrees to.
fn wording(locale: Locale, brand: &str, choice: &Choice) -> String {
    locale.say("page-agree", &[("brand", brand), ("topic", &choice.title)])
}

fn of_choices(served: &Served, asked: &Asked, choices: &Choices, note: Option<&str>) -> Response {
    let locale = asked.locale(choices.language.as_deref(), served);
    let say = |key: &str| escaped(&locale.say(key, &[]));
    let brand = served.engine.published().project.library.brand.name.clone();
    let mut page = Page::new(locale, locale.say("page-choices-title", &[]));
    if let Some(note) = note {
        page = page.html("<p class=\"note\" role=\"status\">").html(&say(note)).html("</p>");
    }
    page = page.html("<section>").heading();
    if let Some(about) = choices.about.as_deref().filter(|_| note.is_none()) {
        page = page.says("soft", &locale.say("page-choices-about", &[("topic", about)]));
    }
    if choices.topics.is_empty() {
        return page.says("", &locale.say("page-no-topics", &[])).html("</section>").answer(served, true);
    }
    page = page.says("", &locale.say("page-choices-lead", &[]));
    let mut form = format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"lang\" value=\"{}\"><fieldset>",
        locale.tag()
    );
    let mut line = |topic: &str, on: bool, title: &str, below: &str| {
        let (topic, checked) = (escaped(topic), if on { " checked" } else { "" });
        let below = match below.is_empty() {
            true => String::new(),
            false => format!("<span class=\"soft\">{}</span>", escaped(below)),
        };
        let _ = write!(
            form,
            "<input type=\"hidden\" name=\"shown\" value=\"{topic}\"><label><input type=\"checkbox\" \
             name=\"topic\" value=\"{topic}\"{checked}><span><b>{}</b>{below}</span></label>",
            escaped(title)
        );
    };
    for choice in &choices.topics {
        line(&choice.topic, choice.granted, &choice.title, &wording(locale, &brand, choice));
    }
    line("/measure", choices.measured, &locale.say("page-measure", &[]), "");
    let _ = write!(
        form,
        "</fieldset><button class=\"two\" name=\"do\" value=\"save\">{}</button></form></section>",
        say("page-save")
    );
    page = page.html(&form);
    if choices.topics.iter().any(|choice| choice.granted) {
        page = page.html("<section>").html(&format!(
            "<h2>{}</h2><p class=\"soft\">{}</p><form method=\"post\"><input type=\"hidden\" name=\"lang\" \
             value=\"{}\"><button class=\"plain two\" name=\"do\" value=\"nothing\">{}</button></form></section>",
            say("page-none-title"),
            say("page-none-lead"),
            locale.tag(),
            say("page-none")
        ));
    } else if note.is_none() {
        page = page.html("<section>").says("soft", &locale.say("page-nothing", &[])).html("</section>");
    }
    page.answer(served, true)
}

fn of_confirmed(served: &Served, asked: &Asked, confirmed: &Confirmed) -> Response {
    let locale = asked.locale(None, served);
    let brand = served.engine.published().project.library.brand.name.clone();
    match confirmed {
        Confirmed::Yes(title) => {
            let page = Page::new(locale, locale.say("page-confirmed-title", &[])).html("<section>").heading();
            let said = locale.say("page-confirmed", &[("topic", title)]);
            page.says("", &said).html("</section>").answer(served, true)
        }
        Confirmed::Asked(title) => {
            let values = [("topic", title.as_str()), ("brand", brand.as_str())];
            Page::new(locale, locale.say("page-confirm-title", &[]))
                .html("<section>")
                .heading()
                .says("", &locale.say("page-confirm-lead", &values))
                .html(&format!(
                    "<form method=\"post\"><input type=\"hidden\" name=\"lang\" value=\"{}\">\
                     <p><button class=\"two\">{}</button></p></form>",
                    locale.tag(),
                    escaped(&locale.say("page-confirm", &[]))
                ))
                .says("soft", &locale.say("page-confirm-not-you", &[]))
                .html("</section>")
                .answer(served, true)
        }
        Confirmed::Nobody => page::unknown(served, asked),
    }
}

fn failed(served: &Served, asked: &Asked, error: &engine::EngineError) -> Response {
    tracing::error!(%error, "a customer's choice");
    page::later(served, asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_click_is_known_in_both_ways_of_writing_a_form() {
        let kind = |kind: &str| HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
        let plain = kind("application/x-www-form-urlencoded");
        assert!(is_one_click(&plain, b"List-Unsubscribe=One-Click"));
        assert!(is_one_click(&HeaderMap::new(), b"list-unsubscribe=one-click"));
        assert!(!is_one_click(&plain, b"do=save&topic=news"));
        let parts =
            b"--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        assert!(is_one_click(&kind("multipart/form-data; boundary=x"), parts));
        assert!(!is_one_click(&plain, parts));
    }
}
