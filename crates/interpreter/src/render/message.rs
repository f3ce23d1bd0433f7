//! A whole message: subject, preheader, HTML in its layout, plain text with its foot.

use super::compiled::{Compiled, Escape};
use super::context::brand_json;
use super::text::{one_line, tidy, visible, wrapped};
use super::twin;
use super::{MOST_OUTPUT, RenderError, customer_context, inline, merge};
use crate::facts::Facts;
use dsl::library::Library;
use dsl::project::Settings;
use dsl::template::{Format, MessageTemplate, Picture, Templates};
use handlebars::Context;
use model::Outgoing;
use model::words::{self, Language};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The frame of mails where the project has none.
const LAYOUT: &str = include_str!("layout.html.hbs");
/// The longest subject of a notice, in characters.
const NOTICE_SUBJECT: usize = 60;

/// What a message is sent with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The step's own subject, in place of the template's.
    pub subject: Option<&'a str>,
    /// Where a click on "unsubscribe" leads; `None`: the message offers none.
    pub unsubscribe_url: Option<&'a str>,
    /// Advertising, which carries the label.
    pub marketing: bool,
    /// What stands before the subject of advertising: `广告`, `AD`; `None`: nothing.
    pub ad_label: Option<&'a str>,
    /// What stands at the foot in place of the brand's name and address; `None`: these.
    pub footer: Option<&'a str>,
}

/// A message, ready to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// One line without control characters; empty for texts to phones.
    pub subject: String,
    /// How many bytes of it are the advertising label that law asks for, with the blank behind it; 0: none.
    pub label: usize,
    /// The line beside it; empty: none.
    pub preheader: String,
    /// The page; `None`: it is a plain text.
    pub html: Option<String>,
    /// The plain text.
    pub text: String,
    /// The pictures that the page shows and that go with it; it names them `cid:ID`.
    pub pictures: Vec<Picture>,
}

/// All templates of a project, parsed once. It is read by many threads at once.
#[derive(Clone, Debug)]
pub struct Renderer {
    templates: Templates,
    /// By name and locale.
    compiled: BTreeMap<String, BTreeMap<String, Parts>>,
    /// Subjects and other texts of workflows, by their source.
    texts: BTreeMap<String, Compiled>,
    /// The project's own; `None`: the built-in one.
    layout: Option<Compiled>,
    /// Those that mails ask for by name.
    layouts: BTreeMap<String, Compiled>,
    brand: Json,
    /// The project's language tag.
    language: String,
    /// The names of values that are HTML.
    html: BTreeSet<String>,
}

/// A template, parsed part by part; what could not be parsed is left out.
#[derive(Clone, Debug, Default)]
struct Parts {
    /// The hash of what was parsed.
    hash: String,
    subject: Option<Compiled>,
    preheader: Option<Compiled>,
    html: Option<Compiled>,
    text: Option<Compiled>,
    /// The page's own words, where it has no other text.
    twin: Option<Compiled>,
}

impl Parts {
    fn new(template: &MessageTemplate, html: &BTreeSet<String>) -> Self {
        let part = |part| source(template, part).and_then(|source| parsed(source, part, html).ok());
        let page = template.html.as_deref().filter(|_| template.text.is_none());
        Self {
            hash: template.hash.clone(),
            subject: part(Part::Subject),
            preheader: part(Part::Preheader),
            html: part(Part::Html),
            text: part(Part::Text),
            twin: page.and_then(twin::twin),
        }
    }

    fn part(&self, part: Part) -> Option<&Compiled> {
        match part {
            Part::Subject => self.subject.as_ref(),
            Part::Preheader => self.preheader.as_ref(),
            Part::Html => self.html.as_ref(),
            Part::Text => self.text.as_ref(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Subject,
    Preheader,
    Html,
    Text,
}

impl Renderer {
    /// Parses all templates. Those that cannot be parsed are left out: the checker has reported them, and
    /// rendering one says so again.
    pub fn new(templates: &Templates, library: &Library, settings: &Settings) -> Self {
        let mut compiled: BTreeMap<String, BTreeMap<String, Parts>> = BTreeMap::new();
        let html = library.model.html_names();
        for ((name, locale), template) in &templates.messages {
            let parts = Parts::new(template, &html);
            compiled.entry(name.clone()).or_default().insert(locale.clone(), parts);
        }
        let layout = templates.layout.as_deref().and_then(|layout| Compiled::layout(layout).ok());
        let named = |(name, layout): (&String, &String)| Some((name.clone(), Compiled::layout(layout).ok()?));
        let layouts = templates.layouts.iter().filter_map(named).collect();
        Self {
            templates: templates.clone(),
            compiled,
            texts: BTreeMap::new(),
            layout,
            layouts,
            brand: brand_json(&library.brand),
            language: settings.language.clone(),
            html,
        }
    }

    /// The language of the project's own words.
    pub fn language(&self) -> Language {
        Language::from_tag(&self.language)
    }

    /// The variant of a template for a language tag.
    pub fn find(&self, name: &str, language: Option<&str>) -> Option<&MessageTemplate> {
        self.templates.find(name, language, &self.language)
    }

    /// Parses texts of workflows beforehand, such as the subjects of their steps; others are parsed each time
    /// they are rendered.
    #[must_use]
    pub fn with_texts<'t>(mut self, sources: impl IntoIterator<Item = &'t str>) -> Self {
        let parsed =
            sources.into_iter().filter_map(|source| Some((source.to_owned(), Compiled::new(source).ok()?)));
        self.texts.extend(parsed);
        self
    }

    /// Fills the tags of a text that is no template of the project, without making it safe for HTML.
    pub fn text(&self, source: &str, context: &Json) -> Result<String, RenderError> {
        match self.texts.get(source) {
            Some(compiled) => compiled.render(&wrapped(context), Escape::No),
            None => inline(source, context),
        }
    }

    /// Makes a message of a template and a context ([`super::context`]).
    pub fn message(
        &self,
        template: &MessageTemplate,
        context: &Json,
        envelope: Envelope<'_>,
    ) -> Result<Rendered, RenderError> {
        let mut all = match context {
            Json::Object(all) => all.clone(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Map::new(),
        };
        let language = self.language_of(template, &all);
        let words = Language::from_tag(&language);
        all.insert("language".to_owned(), language.into());
        all.entry("brand").or_insert_with(|| self.brand.clone());
        all.insert("unsubscribe_url".to_owned(), envelope.unsubscribe_url.unwrap_or("").into());
        all.insert("footer".to_owned(), envelope.footer.unwrap_or("").into());
        all.insert("words".to_owned(), frame_words(words));
        let mut context = Context::from(Json::Object(all));
        let subject = match envelope.subject {
            Some(own) => match self.texts.get(own) {
                Some(compiled) => compiled.render(&context, Escape::No)?,
                None => Compiled::new(own)?.render(&context, Escape::No)?,
            },
            None => self.part(template, Part::Subject, &context, Escape::No)?,
        };
        let label = envelope.ad_label.filter(|_| envelope.marketing);
        let written = one_line(&subject);
        let subject = labelled(&written, label);
        let label = subject.len().saturating_sub(written.len());
        let preheader = one_line(&self.part(template, Part::Preheader, &context, Escape::No)?);
        put(&mut context, "subject", &subject);
        put(&mut context, "preheader", &preheader);
        let html = match template.format {
            Format::Markdown => {
                let content = self.part(template, Part::Html, &context, Escape::Html)?;
                put(&mut context, "content", &content);
                Some(self.frame(template).render(&context, Escape::Html)?)
            }
            Format::Html | Format::Mjml => Some(self.part(template, Part::Html, &context, Escape::Html)?),
            Format::Text => None,
        };
        let text = match (&html, template.text.is_some()) {
            (Some(html), false) => match self.ours(template).and_then(|parts| parts.twin.as_ref()) {
                Some(twin) => twin::laid_out(&twin.render(&context, Escape::No)?),
                None => tidy(&nanohtml2text::html2text(&visible(html))),
            },
            (Some(_) | None, _) => {
                let text = self.part(template, Part::Text, &context, Escape::No)?;
                self.with_foot(&text, template.format, envelope, words, &context)
            }
        };
        let (html, pictures) = html.map_or((None, Vec::new()), |html| {
            let (html, pictures) = self.with_pictures(html);
            (Some(html), pictures)
        });
        if text.len() > MOST_OUTPUT {
            return Err(RenderError::TooLong);
        }
        Ok(Rendered { subject, label, preheader, html, text, pictures })
    }

    /// The page with the project's own pictures beside it. Values cannot name one: their quotes are made safe.
    fn with_pictures(&self, mut html: String) -> (String, Vec<Picture>) {
        let mut used = Vec::new();
        if !html.contains("assets/") {
            return (html, used);
        }
        for picture in self.templates.pictures.values() {
            let mut shown = false;
            for (open, close) in [('"', '"'), ('\'', '\''), ('(', ')')] {
                let named = format!("{open}{}{close}", picture.path);
                if html.contains(&named) {
                    html = html.replace(&named, &format!("{open}cid:{}{close}", picture.id));
                    shown = true;
                }
            }
            if shown {
                used.push(picture.clone());
            }
        }
        (html, used)
    }

    /// The language of a message: its template's, else the customer's, else the project's.
    fn language_of(&self, template: &MessageTemplate, context: &Map<String, Json>) -> String {
        let own = Some(template.locale.as_str()).filter(|locale| !locale.is_empty());
        let customers = || context.get("language").and_then(Json::as_str).filter(|tag| !tag.is_empty());
        own.or_else(customers).unwrap_or(&self.language).to_owned()
    }

    fn part(
        &self,
        template: &MessageTemplate,
        part: Part,
        context: &Context,
        escape: Escape,
    ) -> Result<String, RenderError> {
        let Some(source) = source(template, part) else { return Ok(String::new()) };
        // A template from elsewhere, such as a draft in the console, is parsed on the spot.
        match self.ours(template).and_then(|parts| parts.part(part)) {
            Some(compiled) => compiled.render(context, escape),
            None => parsed(source, part, &self.html)?.render(context, escape),
        }
    }

    /// The parts of a template that is the project's own; `None`: it is not, or was changed since.
    fn ours(&self, template: &MessageTemplate) -> Option<&Parts> {
        let parts = self.compiled.get(&template.name)?.get(&template.locale)?;
        (parts.hash == template.hash).then_some(parts)
    }

    /// What a mail in Markdown is set in.
    fn frame(&self, template: &MessageTemplate) -> &Compiled {
        let named = template.layout.as_ref().and_then(|name| self.layouts.get(name));
        named.or(self.layout.as_ref()).unwrap_or(&BUILT_IN)
    }

    /// The foot of a plain text: who writes, and how to be left alone.
    fn with_foot(
        &self,
        text: &str,
        format: Format,
        envelope: Envelope<'_>,
        language: Language,
        context: &Context,
    ) -> String {
        let mut lines = Vec::new();
        if let Some(footer) = envelope.footer.filter(|_| format != Format::Text) {
            lines.push(footer);
        } else if format != Format::Text {
            let brand = |name: &str| context.data().pointer(&format!("/brand/{name}")).and_then(Json::as_str);
            lines.extend(
                ["name", "address"].iter().filter_map(|name| brand(name)).filter(|line| !line.is_empty()),
            );
        }
        let unsubscribe =
            envelope.unsubscribe_url.map(|url| words::say(language, "mail-unsubscribe-at", &[("url", url)]));
        lines.extend(unsubscribe.as_deref());
        let text = tidy(text);
        if lines.is_empty() { text } else { tidy(&format!("{text}\n--\n{}", lines.join("\n"))) }
    }
}

fn parsed(source: &str, part: Part, html: &BTreeSet<String>) -> Result<Compiled, RenderError> {
    match part {
        Part::Html => Compiled::page(source, html),
        Part::Subject | Part::Preheader | Part::Text => Compiled::new(source),
    }
}

fn source(template: &MessageTemplate, part: Part) -> Option<&str> {
    match part {
        Part::Subject => Some(&template.subject),
        Part::Preheader => Some(&template.preheader),
        Part::Html => template.html.as_deref(),
        Part::Text => template.text.as_deref(),
    }
}

fn put(context: &mut Context, name: &str, value: &str) {
    if let Json::Object(all) = context.data_mut() {
        all.insert(name.to_owned(), value.into());
    }
}

/// Read once: projects are loaded again and again.
static BUILT_IN: LazyLock<Compiled> =
    LazyLock::new(|| Compiled::layout(LAYOUT).expect("the built-in layout is a template; a test renders it"));

/// The sentences of the built-in layout.
fn frame_words(language: Language) -> Json {
    static WORDS: LazyLock<[Json; 2]> = LazyLock::new(|| [Language::Zh, Language::En].map(frame_words_of));
    let [chinese, english] = &*WORDS;
    match language {
        Language::Zh => chinese.clone(),
        Language::En => english.clone(),
    }
}

fn frame_words_of(language: Language) -> Json {
    let keys = [("unsubscribe", "mail-unsubscribe"), ("why", "mail-why"), ("service", "mail-service")];
    let words = keys.map(|(name, key)| (name.to_owned(), Json::from(words::say(language, key, &[]))));
    Json::Object(words.into_iter().collect())
}

/// Puts the label of advertising before a subject, unless it stands there: `广告`, `[AD]`, `【广告】`.
fn labelled(subject: &str, label: Option<&str>) -> String {
    let Some(label) = label.map(str::trim).filter(|label| !label.is_empty()) else {
        return subject.to_owned();
    };
    let bare = subject.trim_start_matches(['【', '[', '(', '（', '<', '《']);
    let there = bare.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label));
    // `ad` must be a word of its own: `Adventures` is no label.
    let next = bare.get(label.len()..).and_then(|rest| rest.chars().next());
    let whole = !label.is_ascii() || next.is_none_or(|c| !c.is_alphanumeric());
    if there && whole { subject.to_owned() } else { format!("{label} {subject}") }
}

/// Makes the message of an outbox row from the customer as they are now and the walk as it was; without a
/// link to unsubscribe.
pub fn send(renderer: &Renderer, send: &Outgoing, facts: &Facts<'_>) -> Result<Rendered, RenderError> {
    send_with(renderer, send, facts, None)
}

/// The same with a link to unsubscribe, where the message is marketing.
pub fn send_with(
    renderer: &Renderer,
    send: &Outgoing,
    facts: &Facts<'_>,
    unsubscribe_url: Option<&str>,
) -> Result<Rendered, RenderError> {
    if let Some(words) = &send.text {
        return Ok(notice(words));
    }
    let context = merge(&send.context, customer_context(facts));
    let language = facts.snapshot.customer.text("language");
    let template = renderer
        .find(&send.template, language)
        .ok_or_else(|| RenderError::NoTemplate { name: send.template.clone() })?;
    let from = send.from.as_deref().or(template.from.as_deref());
    let senders = &facts.library.senders;
    let sender = senders.iter().find(|sender| Some(sender.id.as_str()) == from).or(senders.first());
    let envelope = Envelope {
        subject: send.subject.as_deref(),
        unsubscribe_url: unsubscribe_url.filter(|_| send.marketing),
        marketing: send.marketing,
        ad_label: sender.and_then(|sender| facts.library.ad_label(sender)),
        footer: sender.and_then(|sender| sender.footer.as_deref()),
    };
    renderer.message(template, &context, envelope)
}

/// A word to a colleague: its first line is the subject.
fn notice(words: &str) -> Rendered {
    let line = one_line(words.lines().next().unwrap_or(""));
    let mut subject: String = line.chars().take(NOTICE_SUBJECT).collect();
    if line.chars().count() > NOTICE_SUBJECT {
        subject.push('…');
    }
    Rendered {
        subject,
        label: 0,
        preheader: String::new(),
        html: None,
        text: tidy(words),
        pictures: Vec::new(),
    }
}
