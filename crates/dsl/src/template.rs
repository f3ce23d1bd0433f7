//! Message templates: front matter, body and merge tags, checked against the model.

mod front_matter;
pub mod helper;
mod link;
mod lint;
mod markdown;
mod mjml;
mod named;
mod names;
mod part;
pub(crate) mod picture;
mod protect;
mod read;
mod scan;
mod styles;
mod tags;
mod text;
mod usage;

use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

pub use lint::variants as check_variants;
pub use mjml::{mjml_attributes, mjml_inside};
pub use names::{RESERVED_ROOTS, TagScope, is_of_item, is_reserved_root};
pub use part::{is_part, part_names};
pub use picture::{MOST_PICTURE, Picture, is_picture, picture_text};
pub use read::{is_template, read};
pub use scan::{Cost, cost, places};
pub use usage::{check_call, check_text, check_use};

/// All templates of a project, by name and locale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Templates {
    /// (name, locale) → template; the locale is empty for the variant without one.
    pub messages: BTreeMap<(String, String), MessageTemplate>,
    /// `layout.html.hbs`, or the HTML that `layout.mjml.hbs` became; `None`: the built-in layout.
    pub layout: Option<String>,
    /// `layouts/NAME.html.hbs` and `layouts/NAME.mjml.hbs`, by name, for mails that ask for one.
    pub layouts: BTreeMap<String, String>,
    /// The pictures of `assets/` that mails name, by path.
    pub pictures: BTreeMap<String, Picture>,
    /// The paths of the parts that some template uses.
    pub parts: BTreeSet<String>,
    /// `layout.styles.toml` read: element → inline style.
    pub styles: BTreeMap<String, String>,
}

impl Templates {
    /// The variant for a language tag: the exact one, then the language without its region, then any
    /// region of that language, then the project's language, then the one without a locale, then the first.
    pub fn find<'a>(
        &'a self,
        name: &str,
        language: Option<&str>,
        fallback: &str,
    ) -> Option<&'a MessageTemplate> {
        let all = || self.messages.values().filter(|template| template.name == name);
        let exact = |locale: &str| self.messages.get(&(name.to_owned(), locale.to_owned()));
        let near = |tag: &str| {
            let base = tag.split(['-', '_']).next().unwrap_or(tag);
            let same_language = |template: &&MessageTemplate| template.locale.split('-').next() == Some(base);
            exact(tag).or_else(|| exact(base)).or_else(|| all().find(same_language))
        };
        let own = language.filter(|tag| !tag.is_empty()).and_then(near);
        own.or_else(|| exact("")).or_else(|| near(fallback)).or_else(|| all().next())
    }

    /// The frame of a mail in Markdown; `None`: the built-in one.
    pub fn frame(&self, template: &MessageTemplate) -> Option<&str> {
        let named = template.layout.as_ref().and_then(|name| self.layouts.get(name));
        named.or(self.layout.as_ref()).map(String::as_str)
    }

    /// All variants of a name.
    pub fn variants<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a MessageTemplate> {
        self.messages.iter().filter(move |((known, _), _)| known == name).map(|(_, template)| template)
    }
}

/// One variant of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageTemplate {
    /// `winback/offer`.
    pub name: String,
    /// `zh-CN`, `en`; empty where the file names none.
    pub locale: String,
    /// The path of its file.
    pub path: String,
    /// How its body is written.
    pub format: Format,
    /// The subject's Handlebars source; empty where the step gives it.
    pub subject: String,
    /// The line that mail clients show beside the subject.
    pub preheader: String,
    /// The sender it asks for, where the step names none.
    pub from: Option<String>,
    /// The layout it asks for by name; `None`: the project's.
    pub layout: Option<String>,
    /// The body's Handlebars source: HTML, made from Markdown or MJML with its tags kept whole.
    pub html: Option<String>,
    /// The plain text's Handlebars source; `None`: made from the HTML.
    pub text: Option<String>,
    /// Every merge tag: the name as written (`customer.name`), whether a fallback stands by it, where.
    pub tags: Vec<Tag>,
    /// Hash of the file's text.
    pub hash: String,
}

/// How a template's body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Markdown, set in the layout.
    Markdown,
    /// MJML, which became HTML.
    Mjml,
    /// HTML as it is.
    Html,
    /// Plain text (sms, notices).
    Text,
}

/// A merge tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// The name as written.
    pub name: String,
    /// Inside `default`, `if` or `with`, so that an unknown value is provided for.
    pub guarded: bool,
    /// Where it stands.
    pub span: Span,
}

#[cfg(test)]
mod tests;
