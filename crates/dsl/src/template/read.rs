//! Reads the files of `workflows/templates/`: messages in their locales, the layout, its styles.

use super::front_matter::{self, Field};
use super::markdown;
use super::names::Place;
use super::scan::scan;
use super::styles::{self, Styles};
use super::{Format, MessageTemplate, Tag, Templates, link, lint, mjml, part, picture, tags};
use crate::diagnostic::{Code, Report, listed};
use crate::library::Library;
use crate::source::{FileId, Sources, Span};

/// Where templates live, below the project's folder.
pub(super) const FOLDER: &str = "workflows/templates/";
const LAYOUTS: [(&str, Format); 2] = [
    ("workflows/templates/layout.html.hbs", Format::Html),
    ("workflows/templates/layout.mjml.hbs", Format::Mjml),
];
const STYLES: &str = "workflows/templates/layout.styles.toml";
/// Where layouts have names.
const NAMED: &str = "workflows/templates/layouts/";

/// Whether a path is that of a template, the layout or its styles, or of a picture in them.
pub fn is_template(path: &str) -> bool {
    picture::is_picture(path) || (path.starts_with(FOLDER) && (path.ends_with(".hbs") || path == STYLES))
}

/// Reads one file of `workflows/templates/` into `into`, in any order of files. The library's model, senders
/// and brand must be read before. A template that cannot be parsed is reported and left out; one with wrong
/// names is reported and kept, so that nothing else seems to be missing.
pub fn read(sources: &Sources, file: FileId, library: &Library, report: &mut Report, into: &mut Templates) {
    let path = sources.name(file);
    if picture::is_picture(path) {
        picture::read(sources, file, into);
        return;
    }
    if path == STYLES {
        into.styles = styles::read(sources.text(file), file, report);
        return;
    }
    // It is read where it is used.
    if part::is_part(path) {
        return;
    }
    if let Some((_, format)) = LAYOUTS.iter().find(|(layout, _)| *layout == path) {
        let layout = read_layout(sources, file, *format, library, report, into);
        if into.layout.is_some() {
            twice(file, LAYOUTS.map(|(path, _)| path), report);
        }
        into.layout = layout;
        return;
    }
    if path.starts_with(NAMED) {
        read_named(sources, file, library, report, into);
        return;
    }
    // Markdown becomes HTML here and now, so the styles must be known, whichever file comes first.
    if into.styles.is_empty()
        && let Some(own) = sources.find(STYLES)
    {
        into.styles = styles::read(sources.text(own), own, &mut Report::new());
    }
    match name(path) {
        Some((name, locale, Ending::Body(format))) => {
            read_message(sources, file, (name, locale, format), library, report, into)
        }
        Some((name, locale, Ending::Subject)) => {
            read_subject(sources, file, (name, locale), library, report, into)
        }
        None => {
            let wrong = report.error(Code::E0510, Span::new(file, 0, 0)).arg("path", path).help("E0510-help");
            wrong.did_you_mean(path.strip_suffix(".text.hbs").map(|stem| format!("{stem}.txt.hbs")));
        }
    }
}

/// What a file of a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// The mail itself, or its plain part.
    Body(Format),
    /// Its subject.
    Subject,
}

/// `workflows/templates/winback/offer.zh-CN.md.hbs` → `winback/offer`, `zh-CN`, Markdown.
fn name(path: &str) -> Option<(String, String, Ending)> {
    let stem = path.strip_prefix(FOLDER)?.strip_suffix(".hbs")?;
    let (stem, ending) = stem.rsplit_once('.')?;
    let format = match ending {
        "md" => Ending::Body(Format::Markdown),
        "mjml" => Ending::Body(Format::Mjml),
        "html" => Ending::Body(Format::Html),
        "txt" => Ending::Body(Format::Text),
        "subject" => Ending::Subject,
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
pub(super) fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or("");
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn read_layout(
    sources: &Sources,
    file: FileId,
    format: Format,
    library: &Library,
    report: &mut Report,
    into: &mut Templates,
) -> Option<String> {
    let source = sources.text(file);
    let ending = if format == Format::Mjml { "mjml" } else { "html" };
    let whole = part::whole(source, Span::new(file, 0, source.len()), (ending, ""), sources, report);
    let text = whole.text.as_str();
    let mut inside = Report::new();
    let layout = layout(text, Span::new(file, 0, text.len()), format, (sources, library), &mut inside);
    inside.relocate(|place| whole.place(0, place));
    report.append_new(inside);
    into.parts.extend(whole.used);
    layout
}

/// `layouts/plain.html.hbs` → `plain`, HTML.
fn layout_name(path: &str) -> Option<(&str, Format)> {
    let inside = path.strip_prefix(NAMED)?;
    let html = inside.strip_suffix(".html.hbs").map(|name| (name, Format::Html));
    let named = html.or_else(|| inside.strip_suffix(".mjml.hbs").map(|name| (name, Format::Mjml)));
    named.filter(|(name, _)| !name.is_empty())
}

/// A layout that mails ask for by its name.
fn read_named(sources: &Sources, file: FileId, library: &Library, report: &mut Report, into: &mut Templates) {
    let path = sources.name(file);
    let Some((name, format)) = layout_name(path) else {
        let wrong =
            report.error(Code::E0510, Span::new(file, 0, 0)).message("E0510-layout").arg("path", path);
        wrong.help("E0510-layout-help");
        return;
    };
    let layout = read_layout(sources, file, format, library, report, into);
    if into.layouts.contains_key(name) {
        let both = ["html", "mjml"].map(|ending| format!("{NAMED}{name}.{ending}.hbs"));
        twice(file, both.each_ref().map(String::as_str), report);
    }
    into.layouts.extend(layout.map(|layout| (name.to_owned(), layout)));
}

/// Says where a mail asks for a layout that is not there, or needs none.
fn asks_for(layout: &Field, format: Format, sources: &Sources, report: &mut Report) {
    if format != Format::Markdown {
        report.error(Code::E0534, layout.span).message("E0534-framed").help("E0534-framed-help");
        return;
    }
    let known: Vec<&str> =
        sources.ids().filter_map(|file| layout_name(sources.name(file))).map(|(name, _)| name).collect();
    if known.contains(&layout.text.as_str()) {
        return;
    }
    let wrong = report.error(Code::E0534, layout.span).arg("name", &layout.text);
    match crate::diagnostic::suggest(&layout.text, known.iter().copied()) {
        Some(meant) => wrong.did_you_mean(Some(meant)),
        None if known.is_empty() => wrong.help("E0534-none-help"),
        None => wrong.arg_listed("known", &listed(&known)).help("E0534-help"),
    };
}

/// The source of a layout; `None`: it cannot be used.
fn layout(
    text: &str,
    span: Span,
    format: Format,
    (sources, library): (&Sources, &Library),
    report: &mut Report,
) -> Option<String> {
    let tags = tags::check(text, span, Place::Layout, library, report)?;
    if !tags.iter().any(|tag| tag.name == "content") {
        report.error(Code::E0515, span.part(0, 0)).help("E0515-help");
        return None;
    }
    picture::check(text, span, sources, report);
    picture::unseen(text, span, report);
    if format == Format::Mjml {
        let (pieces, _) = scan(text).ok()?;
        lint::mjml(text, span, &tags, &library.brand, report);
        mjml::make(text, span, &pieces, report)
    } else {
        lint::frame(text, span, &tags, &library.brand, report);
        Some(text.to_owned())
    }
}

/// Two files hold the same thing.
fn twice(file: FileId, [one, other]: [&str; 2], report: &mut Report) {
    let wrong = report.error(Code::E0519, Span::new(file, 0, 0));
    wrong.arg("one", one).arg("other", other).help("E0519-help");
}

/// Reads `NAME.subject.hbs`, the subject of the mail beside it.
fn read_subject(
    sources: &Sources,
    file: FileId,
    (name, locale): (String, String),
    library: &Library,
    report: &mut Report,
    into: &mut Templates,
) {
    let text = sources.text(file);
    let subject = text.trim();
    let start = text.len() - text.trim_start().len();
    let span = Span::new(file, start, start + subject.len());
    if subject.is_empty() || subject.contains('\n') {
        let message = if subject.is_empty() { "E0508-subject-empty" } else { "E0508-subject-lines" };
        report.error(Code::E0508, span.part(0, 0)).message(message).help("E0508-subject-help");
        return;
    }
    let Some(tags) = tags::check(subject, span, Place::Line, library, report) else { return };
    let template = MessageTemplate {
        name,
        locale,
        path: sources.name(file).to_owned(),
        format: Format::Text,
        subject: subject.to_owned(),
        preheader: String::new(),
        from: None,
        layout: None,
        html: None,
        text: None,
        tags,
        hash: format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes())),
    };
    place_in(template, file, report, into);
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
    let place = match format {
        Format::Html | Format::Mjml => Place::Page,
        Format::Markdown => Place::Message,
        Format::Text => Place::Line,
    };
    let mut all = Vec::new();
    for field in [&head.subject, &head.preheader].into_iter().flatten() {
        all.extend(tags::check(&field.text, field.span, Place::Line, library, report).unwrap_or_default());
    }
    let body = text.get(head.body..).unwrap_or("");
    let span = Span::new(file, head.body, text.len());
    let whole = part::whole(body, span, (ending(format), &locale), sources, report);
    let body = whole.text.as_str();
    let span = Span::new(file, head.body, head.body + body.len());
    let mut told = Report::new();
    let mut looked = tags::look(body, span, place, library, &mut told);
    let mut inside = Report::new();
    let (html, plain) = bodies(&looked.readable, span, format, &looked.tags, library, into, &mut inside);
    picture::check(body, span, sources, &mut inside);
    picture::unseen(body, span, &mut inside);
    let unusable = format == Format::Mjml && html.is_none();
    inside.retain(|said| !looked.touches(span, said.span));
    told.append(inside);
    told.relocate(|place| whole.place(head.body, place));
    report.append_new(told);
    for tag in &mut looked.tags {
        tag.span = whole.place(head.body, tag.span);
    }
    into.parts.extend(whole.used.iter().cloned());
    if let Some(from) = &head.from
        && from.text != "owner"
        && !library.senders.iter().any(|sender| sender.id == from.text)
    {
        let known: Vec<&str> = library.senders.iter().map(|sender| sender.id.as_str()).collect();
        let wrong = report
            .error(Code::E0516, from.span)
            .arg("name", &from.text)
            .arg_listed("known", &known.join(", "));
        match crate::diagnostic::suggest(&from.text, known) {
            Some(meant) => wrong.did_you_mean(Some(meant)),
            None => wrong.help("E0516-help"),
        };
    }
    if let Some(layout) = &head.layout {
        asks_for(layout, format, sources, report);
    }
    let previews = format == Format::Mjml && body.contains("<mj-preview");
    if format != Format::Text
        && !previews
        && head.preheader.as_ref().is_none_or(|field| field.text.trim().is_empty())
    {
        let at = head.subject.as_ref().map_or(span.part(0, 0), |field| field.span);
        report.warning(Code::W0521, at).help("W0521-help");
    }
    // One that cannot be read is left out.
    if !looked.broken.is_empty() || unusable {
        return;
    }
    all.extend(looked.tags);
    // A template is another one when a part of it is.
    let head_text = text.get(..head.body).unwrap_or("");
    let hashed = [head_text.as_bytes(), body.as_bytes()].concat();
    let template = MessageTemplate {
        name,
        locale,
        path: sources.name(file).to_owned(),
        format,
        subject: head.subject.map(|field| field.text).unwrap_or_default(),
        preheader: head.preheader.map(|field| field.text).unwrap_or_default(),
        from: head.from.map(|field| field.text),
        layout: head.layout.map(|field| field.text),
        html,
        text: plain,
        tags: all,
        hash: format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&hashed)),
    };
    place_in(template, file, report, into);
}

/// What the parts of a template end in.
const fn ending(format: Format) -> &'static str {
    match format {
        Format::Markdown => "md",
        Format::Mjml => "mjml",
        Format::Html => "html",
        Format::Text => "txt",
    }
}

/// The sources of the HTML and of the plain text.
fn bodies(
    body: &str,
    span: Span,
    format: Format,
    tags: &[Tag],
    library: &Library,
    into: &Templates,
    report: &mut Report,
) -> (Option<String>, Option<String>) {
    let Ok((pieces, _)) = scan(body) else { return (None, None) };
    match format {
        Format::Markdown => {
            let made = markdown::make(body, span, &pieces, &Styles::new(&into.styles), report);
            (Some(made.html), Some(made.text))
        }
        Format::Mjml => {
            lint::mjml(body, span, tags, &library.brand, report);
            (mjml::make(body, span, &pieces, report), None)
        }
        Format::Html => {
            lint::frame(body, span, tags, &library.brand, report);
            (Some(link::wrap_in_html(body, &pieces)), None)
        }
        Format::Text => (None, Some(body.trim().to_owned())),
    }
}

/// Puts a template beside its variants. A `.txt.hbs` beside a mail of the same name and locale is its plain
/// part, a `.subject.hbs` its subject.
fn place_in(template: MessageTemplate, file: FileId, report: &mut Report, into: &mut Templates) {
    let key = (template.name.clone(), template.locale.clone());
    let Some(other) = into.messages.remove(&key) else {
        into.messages.insert(key, template);
        return;
    };
    let is_page = |template: &MessageTemplate| template.html.is_some();
    let (mut whole, part) = match (is_page(&other), is_page(&template)) {
        (true, true) => {
            twice(file, [&other.path, &template.path], report);
            (other, None)
        }
        (true, false) => (other, Some(template)),
        (false, true) => (template, Some(other)),
        // A text and its subject.
        (false, false) if other.text.is_some() => (other, Some(template)),
        (false, false) => (template, Some(other)),
    };
    if let Some(part) = part {
        let has_subject = part.text.is_none();
        if has_subject && !whole.subject.is_empty() {
            twice(file, [&whole.path, &part.path], report);
        } else if whole.subject.is_empty() {
            whole.subject = part.subject;
        }
        // The author's own words go before those made of Markdown.
        whole.text = part.text.or(whole.text);
        whole.tags.extend(part.tags);
        whole.hash.push_str(&part.hash);
    }
    into.messages.insert(key, whole);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_name_locale_and_format() {
        let read = |path: &str| name(&format!("{FOLDER}{path}"));
        let some = |name: &str, locale: &str, format| {
            Some((name.to_owned(), locale.to_owned(), Ending::Body(format)))
        };
        assert_eq!(read("winback/offer.zh-CN.md.hbs"), some("winback/offer", "zh-CN", Format::Markdown));
        assert_eq!(read("生日/贺卡.md.hbs"), some("生日/贺卡", "", Format::Markdown));
        assert_eq!(read("a.v2.html.hbs"), some("a.v2", "", Format::Html));
        assert_eq!(read("a.en.txt.hbs"), some("a", "en", Format::Text));
        assert_eq!(read("a.en.mjml.hbs"), some("a", "en", Format::Mjml));
        assert_eq!(read("a.en.subject.hbs"), Some(("a".to_owned(), "en".to_owned(), Ending::Subject)));
        for path in ["a.text.hbs", "a.md", "../a.md.hbs", "a//b.md.hbs", ".en.md.hbs", "a.hbs"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
