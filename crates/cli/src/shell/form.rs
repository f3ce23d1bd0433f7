//! `nurture form`.

use super::open;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use model::words::Language;
use model::words::pages::Locale;

/// A form that can be put into a page.
#[derive(Clone, Debug)]
pub struct FormHtml {
    /// Where it is sent, and where a page with it is.
    pub page: String,
    /// The form.
    pub html: String,
}

/// The form of the project's files. Its own words are in its language, else in the reader's. Errors: mistakes in the
/// files (1); this server cannot be reached (3); there is none of that name (4).
pub fn form(config: &Config, name: &str, language: Language) -> Result<FormHtml, Failure> {
    let published = open::files(config)?;
    let library = &published.project.library;
    let Some(form) = library.forms.get(name) else {
        let known: Vec<&str> = library.forms.keys().map(String::as_str).collect();
        let key = if known.is_empty() { "form-none" } else { "form-unknown" };
        let values = [("name", name), ("known", &known.join(", "))];
        return Err(Failure::say(Exit::NotFound, language, key, &values));
    };
    let Some(url) = &config.public_url.value else {
        return Err(Failure::say(Exit::Configuration, language, "form-no-public-url", &[]));
    };
    let own = form.language.as_deref().and_then(Locale::of_tag);
    let locale = own.unwrap_or(match language {
        Language::Zh => Locale::China,
        Language::En => Locale::English,
    });
    let page = server::form_page(url, name);
    Ok(FormHtml { html: server::form_html(form, library, locale, &page), page })
}
