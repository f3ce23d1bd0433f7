//! Pictures of the project's folder `assets/`: they go with the mail, so that it is whole without any server.

use super::{MessageTemplate, Templates};
use crate::diagnostic::{Code, Report, suggest};
use crate::source::{FileId, Sources, Span};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ops::Range;
use std::sync::Arc;

/// Where they are, below the project's folder.
const FOLDER: &str = "assets/";
/// The largest picture, in bytes.
pub const MOST_PICTURE: usize = 1024 * 1024;
/// The pictures of a mail together, in bytes, before it is slow on a phone.
const HEAVY: usize = 300 * 1024;
/// What mail programs show: how a file begins, and its kind.
const KINDS: [(&[u8], &str); 3] =
    [(b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif")];

/// A picture that goes with mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As mails name it: `assets/logo.png`.
    pub path: String,
    /// Its Content-ID: the hash of what it shows.
    pub id: String,
    /// `image/png`
    pub kind: &'static str,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// Whether a path is that of a picture. The text of its file is the picture in Base64.
pub fn is_picture(path: &str) -> bool {
    path.starts_with(FOLDER)
}

/// The text of a picture's file, by what stands in it; of one that is too large only as much as says so.
pub fn picture_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes.get(..bytes.len().min(MOST_PICTURE + 1)).unwrap_or_default())
}

/// Reads a picture's file. One that cannot be used is said where it is named.
pub(super) fn read(sources: &Sources, file: FileId, into: &mut Templates) {
    if let Ok(picture) = decoded(sources, file) {
        into.pictures.insert(picture.path.clone(), picture);
    }
}

/// Why a picture cannot go with a mail.
enum Wrong {
    Large,
    Kind,
}

fn decoded(sources: &Sources, file: FileId) -> Result<Picture, Wrong> {
    let bytes = STANDARD.decode(sources.text(file).trim()).map_err(|_| Wrong::Kind)?;
    if bytes.len() > MOST_PICTURE {
        return Err(Wrong::Large);
    }
    let (_, kind) = KINDS.iter().find(|(begins, _)| bytes.starts_with(begins)).ok_or(Wrong::Kind)?;
    let id = format!("{:032x}@nurture", xxhash_rust::xxh3::xxh3_128(&bytes));
    Ok(Picture { path: sources.name(file).to_owned(), id, kind, bytes: bytes.into() })
}

/// Says which pictures that a text names cannot go with it. `span` is where the text stands.
pub(super) fn check(text: &str, span: Span, sources: &Sources, report: &mut Report) {
    for at in named(text) {
        let path = text.get(at.clone()).unwrap_or("");
        self::one(path, span.part(at.start, at.end), sources, report);
    }
}

/// Endings of pictures that many mail programs do not show.
const UNSEEN: [&str; 3] = [".webp", ".svg", ".avif"];

/// Whether an address is that of a picture that many mail programs do not show.
pub(crate) fn is_unseen(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or(address).to_ascii_lowercase();
    UNSEEN.iter().any(|ending| path.ends_with(ending))
}

/// Warns of pictures elsewhere that many mail programs do not show: `![…](https://…/a.webp)`, `src="…"`.
pub(super) fn unseen(text: &str, span: Span, report: &mut Report) {
    for (start, _) in text.match_indices("http") {
        let rest = text.get(start..).unwrap_or("");
        let length = rest.find(['"', '\'', ')', ' ', '<', '>', '\n']).unwrap_or(rest.len());
        let address = rest.get(..length).unwrap_or("");
        let before = text.get(..start).unwrap_or("");
        let of_markdown = before.ends_with("](")
            && before
                .rfind('[')
                .is_some_and(|open| before.get(..open).is_some_and(|text| text.ends_with('!')));
        let shown = of_markdown || ["src=\"", "src='", "url("].iter().any(|opens| before.ends_with(opens));
        if shown && is_unseen(address) {
            report.warning(Code::W0536, span.part(start, start + length)).help("W0536-help");
        }
    }
}

/// Says why a picture cannot go with a mail, at the place that names it.
pub(crate) fn one(path: &str, span: Span, sources: &Sources, report: &mut Report) {
    if path.contains("{{") {
        report.error(Code::E0530, span).message("E0530-tag").help("E0530-tag-help");
        return;
    }
    let Some(file) = sources.find(path) else {
        let known = sources.ids().map(|file| sources.name(file)).filter(|name| is_picture(name));
        let wrong = report.error(Code::E0530, span).arg("path", path);
        wrong.did_you_mean(suggest(path, known)).help("E0530-help");
        return;
    };
    match decoded(sources, file) {
        Ok(_) => {}
        Err(Wrong::Large) => {
            let most = (MOST_PICTURE / 1024).to_string();
            let wrong = report.error(Code::E0530, span).message("E0530-large").arg("path", path);
            wrong.arg("most", most).help("E0530-large-help");
        }
        Err(Wrong::Kind) => {
            let wrong = report.error(Code::E0530, span).message("E0530-kind").arg("path", path);
            wrong.help("E0530-kind-help");
        }
    }
}

/// Where a text names pictures of the project: `(assets/a.png)`, `src="assets/a.png"`.
fn named(text: &str) -> Vec<Range<usize>> {
    let ends = |opens: char| match opens {
        '(' => Some(')'),
        '"' | '\'' => Some(opens),
        _ => None,
    };
    let found = text.match_indices(FOLDER).filter_map(|(start, _)| {
        let before = text.get(..start)?;
        let close = ends(before.chars().next_back()?)?;
        let rest = text.get(start..)?;
        let length = rest.find([close, '\n', '<', '>'])?;
        Some(start..start + rest.get(..length)?.split(" \"").next()?.trim_end().len())
    });
    found.collect()
}

/// Warns where the pictures of a mail are heavy for phones. Called when all templates are read.
pub(super) fn heavy(template: &MessageTemplate, templates: &Templates, span: Span, report: &mut Report) {
    let Some(html) = &template.html else { return };
    let used = templates.pictures.values().filter(|picture| html.contains(&picture.path));
    let size: usize = used.map(|picture| picture.bytes.len()).sum();
    if size > HEAVY {
        let wrong = report.warning(Code::W0531, span).arg("size", (size / 1024).to_string());
        wrong.help("W0531-help");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_where_they_are_shown_and_not_in_prose() {
        let text = "![a](assets/a.png) ![b](assets/b.png \"title\") <img src=\"assets/c/d.gif\"> see assets/e.png, '(assets/f.jpg'";
        let found: Vec<&str> = named(text).into_iter().map(|at| &text[at]).collect();
        assert_eq!(found, ["assets/a.png", "assets/b.png", "assets/c/d.gif"]);
    }

    #[test]
    fn a_file_is_told_by_what_stands_in_it() {
        let mut sources = Sources::new();
        let small = sources.add("assets/a.png", picture_text(b"\x89PNG\r\n\x1a\n..."));
        let other = sources.add("assets/b.png", picture_text(b"<svg/>"));
        let large =
            sources.add("assets/c.png", picture_text(&[b"GIF8".as_slice(), &[0; 2 * MOST_PICTURE]].concat()));
        let mut templates = Templates::default();
        for file in [small, other, large] {
            read(&sources, file, &mut templates);
        }
        assert_eq!(templates.pictures.keys().collect::<Vec<_>>(), ["assets/a.png"]);
        let mut report = Report::new();
        let page = sources.add(
            "x.html.hbs",
            "(assets/a.png) (assets/b.png) (assets/c.png) (assets/d.png) (assets/{{x}}.png)",
        );
        let text = sources.text(page).to_owned();
        check(&text, Span::new(page, 0, text.len()), &sources, &mut report);
        let said: Vec<&str> = report.sorted(&sources).iter().map(|found| found.message).collect();
        assert_eq!(said, ["E0530-kind", "E0530-large", "E0530", "E0530-tag"]);
    }

    #[test]
    fn many_pictures_together_are_heavy() {
        let mut sources = Sources::new();
        let mut templates = Templates::default();
        for name in ["a", "b"] {
            let bytes = [b"\xff\xd8\xff".as_slice(), name.as_bytes(), &[0; HEAVY / 2]].concat();
            let file = sources.add(format!("assets/{name}.jpg"), picture_text(&bytes));
            read(&sources, file, &mut templates);
        }
        for (body, codes) in
            [("![a](assets/a.jpg)", &[][..]), ("![a](assets/a.jpg) ![b](assets/b.jpg)", &["W0531"])]
        {
            let text = format!("---\nsubject: s\npreheader: p\n---\n{body}\n");
            let file = sources.add("workflows/templates/x.md.hbs", text);
            let (mut report, library) = (Report::new(), crate::library::Library::default());
            templates.messages.clear();
            super::super::read(&sources, file, &library, &mut report, &mut templates);
            super::super::check_variants(&templates, &sources, &mut report);
            let said: Vec<&str> = report.sorted(&sources).iter().map(|found| found.message).collect();
            assert_eq!(said, codes, "{body}");
        }
    }
}
