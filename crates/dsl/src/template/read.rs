//! Reads the files of `workflows/templates/`: messages in their locales, the layout, its styles.

use super::markdown;
use super::names::Place;
use super::scan::scan;
use super::styles::{self, Styles};
use super::{Format, MessageTemplate, Tag, Templates, front_matter, link, lint, tags};
use crate::diagnostic::{Code, Report};
use crate::library::Library;
use crate::source::{FileId, Sources, Span};

/// Where templates live, below the project's folder.
const FOLDER: &str = "workflows/templates/";
const LAYOUT: &str = "workflows/templates/layout.html.hbs";
const STYLES: &str = "workflows/templates/layout.styles.toml";

/// Whether a path is that of a template, the layout or its styles.
pub fn is_template(path: &str) -> bool {
    path.starts_with(FOLDER) && (path.ends_with(".hbs") || path == STYLES)
}

/// Reads one file of `workflows/templates/` into `into`, in any order of files. The library's model, senders
/// and brand must be read before. A template that cannot be parsed is reported and left out; one with wrong
/// names is reported and kept, so that nothing else seems to be missing.
pub fn read(sources: &Sources, file: FileId, library: &Library, report: &mut Report, into: &mut Templates) {
    let path = sources.name(file);
    if path == STYLES {
        into.styles = styles::read(sources.text(file), file, report);
        return;
    }
    if path == LAYOUT {
        read_layout(sources, file, library, report, into);
        return;
    }
    // Markdown becomes HTML here and now, so the styles must be known, whichever file comes first.
    if into.styles.is_empty()
        && let Some(own) = sources.find(STYLES)
    {
        into.styles = styles::read(sources.text(own), own, &mut Report::new());
    }
    match name(path) {
        Some((name, locale, format)) => {
            read_message(sources, file, (name, locale, format), library, report, into)
        }
        None => {
            report.error(Code::E0510, Span::new(file, 0, 0)).arg("path", path).help("E0510-help");
        }
    }
}

/// `workflows/templates/winback/offer.zh-CN.md.hbs` → `winback/offer`, `zh-CN`, Markdown.
fn name(path: &str) -> Option<(String, String, Format)> {
    let stem = path.strip_prefix(FOLDER)?.strip_suffix(".hbs")?;
    let (stem, ending) = stem.rsplit_once('.')?;
    let format = match ending {
        "md" => Format::Markdown,
        "html" => Format::Html,
        "txt" => Format::Text,
        _ => return None,
    };
    let (name, locale) = match stem.rsplit_once('.') {
        Some((name, locale)) if is_locale(locale) => (name, locale),
        Some(_) | None => (stem, ""),
    };
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    name.split('/').all(plain).then(|| (name.to_owned(), locale.to_owned(), format))
}

/// `en`, `zh-CN`, `zh-Hant-TW`.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or("");
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn read_layout(
    sources: &Sources,
    file: FileId,
    library: &Library,
    report: &mut Report,
    into: &mut Templates,
) {
    let text = sources.text(file);
    let span = Span::new(file, 0, text.len());
    let Some(tags) = tags::check(text, span, Place::Layout, library, report) else { return };
    if !tags.iter().any(|tag| tag.name == "content") {
        report.error(Code::E0515, span.part(0, 0)).help("E0515-help");
        return;
    }
    lint::frame(text, span, &tags, report);
    into.layout = Some(text.to_owned());
}

fn read_message(
    sources: &Sources,
    file: FileId,
    (name, locale, format): (String, String, Format),
    library: &Library,
    report: &mut Report,
    into: &mut Templates,
) {
    let text = sources.text(file);
    let head = front_matter::read(text, file, report);
    let place = if format == Format::Html { Place::Page } else { Place::Message };
    let mut all = Vec::new();
    for field in [&head.subject, &head.preheader].into_iter().flatten() {
        all.extend(tags::check(&field.text, field.span, Place::Message, library, report).unwrap_or_default());
    }
    let body = text.get(head.body..).unwrap_or("");
    let span = Span::new(file, head.body, text.len());
    let looked = tags::look(body, span, place, library, report);
    let mut inside = Report::new();
    let (html, plain) = bodies(&looked.readable, span, format, &looked.tags, into, &mut inside);
    inside.retain(|said| !looked.touches(span, said.span));
    report.append(inside);
    if let Some(from) = &head.from
        && from.text != "owner"
        && !library.senders.iter().any(|sender| sender.id == from.text)
    {
        let known: Vec<&str> = library.senders.iter().map(|sender| sender.id.as_str()).collect();
        let wrong =
            report.error(Code::E0516, from.span).arg("name", &from.text).arg("known", known.join(", "));
        match crate::diagnostic::suggest(&from.text, known) {
            Some(meant) => wrong.did_you_mean(Some(meant)),
            None => wrong.help("E0516-help"),
        };
    }
    if format != Format::Text && head.preheader.as_ref().is_none_or(|field| field.text.trim().is_empty()) {
        let at = head.subject.as_ref().map_or(span.part(0, 0), |field| field.span);
        report.warning(Code::W0521, at).help("W0521-help");
    }
    // One that cannot be read is left out.
    if !looked.broken.is_empty() {
        return;
    }
    all.extend(looked.tags);
    let template = MessageTemplate {
        name,
        locale,
        path: sources.name(file).to_owned(),
        format,
        subject: head.subject.map(|field| field.text).unwrap_or_default(),
        preheader: head.preheader.map(|field| field.text).unwrap_or_default(),
        from: head.from.map(|field| field.text),
        html,
        text: plain,
        tags: all,
        hash: format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes())),
    };
    lint::message(&template, span, report);
    place_in(template, into);
}

/// The sources of the HTML and of the plain text.
fn bodies(
    body: &str,
    span: Span,
    format: Format,
    tags: &[Tag],
    into: &Templates,
    report: &mut Report,
) -> (Option<String>, Option<String>) {
    let Ok((pieces, _)) = scan(body) else { return (None, None) };
    match format {
        Format::Markdown => {
            let made = markdown::make(body, span, &pieces, &Styles::new(&into.styles), report);
            (Some(made.html), Some(made.text))
        }
        Format::Html => {
            lint::frame(body, span, tags, report);
            (Some(link::wrap_in_html(body, &pieces)), None)
        }
        Format::Text => (None, Some(body.trim().to_owned())),
    }
}

/// Puts a template beside its variants. A `.txt.hbs` beside a Markdown or HTML file of the same name and
/// locale is its plain part.
fn place_in(mut template: MessageTemplate, into: &mut Templates) {
    let key = (template.name.clone(), template.locale.clone());
    if let Some(other) = into.messages.remove(&key) {
        let (mut page, plain) = match (other.format, template.format) {
            (Format::Markdown | Format::Html, Format::Text) => (other, template),
            (Format::Text, Format::Markdown | Format::Html) => (template, other),
            (Format::Markdown | Format::Html, Format::Markdown | Format::Html)
            | (Format::Text, Format::Text) => {
                into.messages.insert(key, template);
                return;
            }
        };
        page.text = plain.text;
        page.tags.extend(plain.tags);
        page.hash.push_str(&plain.hash);
        template = page;
    }
    into.messages.insert(key, template);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_name_locale_and_format() {
        let read = |path: &str| name(&format!("{FOLDER}{path}"));
        let some = |name: &str, locale: &str, format| Some((name.to_owned(), locale.to_owned(), format));
        assert_eq!(read("winback/offer.zh-CN.md.hbs"), some("winback/offer", "zh-CN", Format::Markdown));
        assert_eq!(read("生日/贺卡.md.hbs"), some("生日/贺卡", "", Format::Markdown));
        assert_eq!(read("a.v2.html.hbs"), some("a.v2", "", Format::Html));
        assert_eq!(read("a.en.txt.hbs"), some("a", "en", Format::Text));
        for path in ["a.mjml.hbs", "a.md", "../a.md.hbs", "a//b.md.hbs", ".en.md.hbs", "a.hbs"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
