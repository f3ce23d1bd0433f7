//! How a page is built that customers and colleagues open: one card on calm paper, without scripts, on a phone first.

use crate::Served;
use crate::problem::Problem;
use axum::extract::RawQuery;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use model::words::Language;
use model::words::pages::Locale;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");
/// The colour of buttons where the brand has none.
const ACCENT: &str = "5b4be0";

/// A page that is being built.
pub(super) struct Page {
    locale: Locale,
    title: String,
    status: StatusCode,
    /// The way from the page to the outermost path.
    up: String,
    body: String,
}

/// What of a request decides in which language a page is.
pub(super) struct Asked {
    /// What the reader chose on the page.
    chosen: Option<Locale>,
    /// What their browser likes best.
    accepted: Option<Locale>,
}

impl Asked {
    /// Reads it off a request: `lang` of the query, then the browser's wish.
    pub fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        let chosen = fields(query.unwrap_or_default().as_bytes())
            .into_iter()
            .find_map(|(name, value)| Locale::of_tag(&value).filter(|_| name == "lang"));
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|said| said.to_str().ok());
        Self { chosen, accepted: accepted.and_then(Locale::accepted) }
    }

    /// The same, where a form says which language it was in.
    pub fn or_chosen(&self, tag: Option<&str>) -> Self {
        Self { chosen: tag.and_then(Locale::of_tag).or(self.chosen), ..*self }
    }

    /// The language: what was chosen, else the customer's own, else the browser's, else the project's.
    pub fn locale(&self, customers: Option<&str>, served: &Served) -> Locale {
        let projects = || match served.language {
            Language::Zh => Locale::China,
            Language::En => Locale::English,
        };
        let own = || customers.and_then(Locale::of_tag);
        self.chosen.or_else(own).or(self.accepted).unwrap_or_else(projects)
    }
}

impl Page {
    /// A page with this title.
    pub fn new(locale: Locale, title: String) -> Self {
        Self { locale, title, status: StatusCode::OK, up: "../".to_owned(), body: String::new() }
    }

    /// The same with another status.
    pub fn with(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same at the outermost path, such as `/sign-in`.
    pub fn outermost(self) -> Self {
        Self { up: String::new(), ..self }
    }

    /// The same at the path that was asked for.
    fn at(self, path: &str) -> Self {
        Self { up: "../".repeat(path.matches('/').count().saturating_sub(1)), ..self }
    }

    /// Adds what is HTML already.
    pub fn html(mut self, html: &str) -> Self {
        self.body.push_str(html);
        self
    }

    /// Adds the heading: the title.
    pub fn heading(mut self) -> Self {
        let _ = write!(self.body, "<h1>{}</h1>", escaped(&self.title));
        self
    }

    /// Adds a paragraph. `class`: `soft`, `note`, or none.
    pub fn says(mut self, class: &str, text: &str) -> Self {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = write!(self.body, "<p{class}>{}</p>", escaped(text));
        self
    }

    /// The page as it is sent. `languages`: whether it offers the others.
    pub fn answer(self, served: &Served, languages: bool) -> Response {
        let published = served.engine.published();
        let brand = &published.project.library.brand;
        let color = brand.color.as_deref().and_then(|color| color.strip_prefix('#')).unwrap_or(ACCENT);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex,nofollow\"><meta name=\"color-scheme\" content=\"light dark\">\
             <title>{}</title><link rel=\"stylesheet\" href=\"{}page.css?c={}\"></head><body><main>",
            self.locale.tag(),
            escaped(&self.title),
            self.up,
            escaped(color),
        );
        if !brand.name.is_empty() {
            let _ = write!(html, "<p class=\"brand\">{}</p>", escaped(&brand.name));
        }
        html.push_str(&self.body);
        html.push_str("<footer>");
        if languages {
            let _ = write!(html, "<nav aria-label=\"{}\">", escaped(&self.locale.say("page-language", &[])));
            for locale in Locale::ALL {
                let (tag, name) = (locale.tag(), locale.name());
                let _ = match locale == self.locale {
                    true => write!(html, "<strong lang=\"{tag}\" aria-current=\"true\">{name}</strong>"),
                    false => {
                        write!(html, "<a href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\">{name}</a>")
                    }
                };
            }
            html.push_str("</nav>");
        }
        if let Some(address) = &brand.address {
            let _ = write!(html, "<p>{}</p>", escaped(address));
        }
        html.push_str("</footer></main></body></html>\n");
        let mut response = (self.status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.locale.tag()));
        response
    }
}

/// A page for a link that is not ours, or cut off.
pub(super) fn unknown(served: &Served, asked: &Asked) -> Response {
    problem(served, asked, StatusCode::NOT_FOUND, "page-unknown")
}

/// A page for a moment at which the database does not answer.
pub(super) fn later(served: &Served, asked: &Asked) -> Response {
    problem(served, asked, StatusCode::SERVICE_UNAVAILABLE, "page-later")
}

/// A page for a link whose target is not there any more.
pub(super) fn gone(served: &Served, asked: &Asked) -> Response {
    problem(served, asked, StatusCode::GONE, "page-gone")
}

fn problem(served: &Served, asked: &Asked, status: StatusCode, key: &str) -> Response {
    let locale = asked.locale(None, served);
    said(locale, status, key, &[]).answer(served, false)
}

fn said(locale: Locale, status: StatusCode, key: &str, values: &[(&str, &str)]) -> Page {
    let page = Page::new(locale, locale.say(&format!("{key}-title"), &[])).with(status);
    page.html("<section>").heading().says("", &locale.say(key, values)).html("</section>")
}

/// What went wrong, as a page: a browser shows people whatever it is answered.
pub(crate) fn of_problem(served: &Served, uri: &Uri, headers: &HeaderMap, problem: &Problem) -> Response {
    let locale = Asked::of(uri.query(), headers).locale(None, served);
    let status = problem.status();
    let seconds = problem.seconds().map(|seconds| seconds.to_string());
    let page = match (status, &seconds) {
        (StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, _) => {
            said(locale, status, "page-nowhere", &[])
        }
        (StatusCode::TOO_MANY_REQUESTS, Some(seconds)) => {
            said(locale, status, "page-wait", &[("seconds", seconds)])
        }
        (status, _) if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            said(locale, status, "page-later", &[])
        }
        (status, _) => said(locale, status, "page-refused", &[]),
    };
    let mut response = page.at(uri.path()).answer(served, false);
    if let Some(seconds) = problem.seconds() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The style of all pages, in the brand's colour: `?c=5b4be0`.
pub(super) async fn style(RawQuery(query): RawQuery) -> Response {
    let color = fields(query.unwrap_or_default().as_bytes())
        .into_iter()
        .find_map(|(name, value)| channels(&value).filter(|_| name == "c").map(|rgb| (value, rgb)));
    let mut css = STYLE.to_owned();
    if let Some((color, rgb)) = color {
        // What stands on the button can be read.
        let on = if luminance(rgb) > 0.4 { "#141416" } else { "#fff" };
        let _ = write!(css, ":root{{--accent:#{color};--on-accent:{on}}}");
    }
    let kind = (CONTENT_TYPE, "text/css; charset=utf-8");
    ([kind, (CACHE_CONTROL, "public, max-age=86400")], css).into_response()
}

fn channels(hex: &str) -> Option<[u8; 3]> {
    let fits = hex.len() == 6 && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    if fits { Some([part(0)?, part(2)?, part(4)?]) } else { None }
}

/// Relative luminance as WCAG defines it.
fn luminance(rgb: [u8; 3]) -> f32 {
    let linear = rgb.map(|channel| {
        let part = f32::from(channel) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    let [red, green, blue] = linear;
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The fields of a form or a query, in their order.
pub(super) fn fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body)
        .take(500)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// A text inside HTML, also inside a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_holds_is_no_markup() {
        assert_eq!(escaped("<b a='1'>\"&\u{0}"), "&lt;b a=&#39;1&#39;&gt;&quot;&amp; ");
    }

    #[test]
    fn a_button_can_be_read_on_every_colour_and_nothing_else_gets_into_the_style() {
        assert!(luminance(channels("ffdd00").unwrap()) > 0.4);
        assert!(luminance(channels("5b4be0").unwrap()) < 0.4);
        for odd in ["fff", "zzzzzz", "000000}", "é0000"] {
            assert_eq!(channels(odd), None, "{odd}");
        }
    }
}
