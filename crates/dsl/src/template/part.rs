//! Parts that several mails share: `{{> signature}}` stands for the text of `_signature.md.hbs`. They are put in
//! before anything is read, so that Markdown and MJML see one text; what is wrong is told at its place in the part.

use super::read::{FOLDER, is_locale};
use super::scan::{Kind, MOST_BYTES, scan};
use super::tags::blanked;
use crate::diagnostic::{Code, Report, listed, suggest};
use crate::source::{FileId, Sources, Span};
use std::collections::BTreeSet;

/// Parts within parts at most.
const MOST_DEEP: usize = 8;
/// Parts in one mail at most, those within others included.
const MOST_PARTS: usize = 200;

/// Whether a path is that of a part: `workflows/templates/_footer.md.hbs`.
pub fn is_part(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.starts_with(FOLDER) && path.ends_with(".hbs") && name.starts_with('_')
}

/// The names of the parts among some paths.
pub fn part_names<'p>(paths: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    let endings = ["md", "mjml", "html", "txt"];
    paths
        .filter_map(|path| endings.iter().find_map(|ending| parts_of(path, ending)))
        .map(|(name, _)| name)
        .collect()
}

/// A text with its parts put in.
pub(super) struct Whole {
    pub text: String,
    /// Where each stretch of it comes from: (its first byte, the file, the byte there).
    stretches: Vec<(usize, FileId, usize)>,
    /// The paths of the parts.
    pub used: BTreeSet<String>,
}

/// Puts the parts into a text that stands at `span`. `ending`: what parts for it end in, `locale`: for which readers
/// they are. A part that is not there is said and left out.
pub(super) fn whole(
    text: &str,
    span: Span,
    (ending, locale): (&str, &str),
    sources: &Sources,
    report: &mut Report,
) -> Whole {
    let mut made =
        Making { ending, locale, sources, report, count: 0, stack: Vec::new(), whole: Whole::empty() };
    made.put(text, span.file, span.start);
    made.whole
}

impl Whole {
    fn empty() -> Self {
        Self { text: String::new(), stretches: Vec::new(), used: BTreeSet::new() }
    }

    /// Where a place of the whole text stands in its file. `start` is where the whole text begins in places.
    pub(super) fn place(&self, start: usize, place: Span) -> Span {
        if place.is_nowhere() || place.start < start {
            return place;
        }
        let at = place.start - start;
        let index = self.stretches.partition_point(|(from, ..)| *from <= at);
        let Some((from, file, there)) = self.stretches.get(index.saturating_sub(1)) else { return place };
        let next = self.stretches.get(index).map_or(self.text.len(), |(next, ..)| *next);
        let end = (place.end - start).min(next).max(at);
        Span::new(*file, there + (at - from), there + (end - from))
    }
}

struct Making<'a, 'r> {
    ending: &'a str,
    locale: &'a str,
    sources: &'a Sources,
    report: &'r mut Report,
    count: usize,
    /// The paths of the parts that are being put in.
    stack: Vec<&'a str>,
    whole: Whole,
}

impl<'a> Making<'a, '_> {
    fn put(&mut self, text: &str, file: FileId, start: usize) {
        // What cannot be read is said when the whole text is.
        let pieces = scan(text).map(|(pieces, _)| pieces).unwrap_or_default();
        let mut at = 0;
        for piece in pieces.iter().filter(|piece| piece.kind == Kind::Forbidden) {
            let tag = text.get(piece.at.clone()).unwrap_or("");
            let Some(name) = named(tag) else { continue };
            self.copy(text, file, start, at..piece.at.start);
            let place = Span::new(file, start + piece.at.start, start + piece.at.end);
            let length = self.whole.text.len();
            self.part(name, place);
            if self.whole.text.len() == length {
                self.whole.stretches.push((length, file, start + piece.at.start));
                self.whole.text.push_str(&blanked(tag));
            }
            at = piece.at.end;
        }
        self.copy(text, file, start, at..text.len());
    }

    fn copy(&mut self, text: &str, file: FileId, start: usize, at: std::ops::Range<usize>) {
        self.whole.stretches.push((self.whole.text.len(), file, start + at.start));
        self.whole.text.push_str(text.get(at).unwrap_or(""));
    }

    fn part(&mut self, name: &str, place: Span) {
        if name.contains(char::is_whitespace) {
            self.report.error(Code::E0520, place).message("E0520-values").help("E0520-values-help");
            return;
        }
        let Some(path) = self.find(name) else {
            let known: Vec<String> = self.known();
            let said = self.report.error(Code::E0520, place).arg("name", name).arg("ending", self.ending);
            match suggest(name, known.iter().map(String::as_str)) {
                Some(meant) => said.did_you_mean(Some(meant)),
                None if known.is_empty() => {
                    said.arg("file", file_name(name, self.ending)).help("E0520-none-help")
                }
                None => said.arg_listed("known", &listed(&known)).help("E0520-help"),
            };
            return;
        };
        if self.stack.contains(&path) {
            let circle =
                self.stack.iter().chain([&path]).map(|path| short(path)).collect::<Vec<_>>().join(" → ");
            self.report.error(Code::E0520, place).message("E0520-circle").arg("circle", circle);
            return;
        }
        self.count += 1;
        let Some(file) = self.sources.find(path) else { return };
        let text = self.sources.text(file).trim_end_matches(['\n', '\r']);
        let beyond = self.count > MOST_PARTS || self.whole.text.len() + text.len() > MOST_BYTES;
        if beyond || self.stack.len() >= MOST_DEEP {
            // Once is enough: the rest would say the same.
            if self.count != usize::MAX {
                self.report
                    .error(Code::E0520, place)
                    .message("E0520-many")
                    .arg("most", MOST_PARTS.to_string());
            }
            self.count = usize::MAX - 1;
            return;
        }
        self.whole.used.insert(path.to_owned());
        self.stack.push(path);
        self.put(text, file, 0);
        self.stack.pop();
    }

    /// The part of a name for these readers: the exact language, its base, another region of it, without one.
    fn find(&self, name: &str) -> Option<&'a str> {
        let base = self.locale.split('-').next().unwrap_or_default();
        let mut found: Option<(usize, &str)> = None;
        for file in self.sources.ids() {
            let path = self.sources.name(file);
            let Some((known, locale)) = parts_of(path, self.ending) else { continue };
            if known != name {
                continue;
            }
            let rank = match locale {
                own if own == self.locale => 0,
                own if own == base => 1,
                own if !base.is_empty() && own.split('-').next() == Some(base) => 2,
                "" => 3,
                _ => continue,
            };
            if found.is_none_or(|(best, _)| rank < best) {
                found = Some((rank, path));
            }
        }
        found.map(|(_, path)| path)
    }

    fn known(&self) -> Vec<String> {
        let all = self.sources.ids().filter_map(|file| parts_of(self.sources.name(file), self.ending));
        all.map(|(name, _)| name).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// `{{> order/items}}` names `order/items`; `None`: it is another tag that is not allowed.
fn named(tag: &str) -> Option<&str> {
    let inside = tag.strip_prefix("{{")?.strip_suffix("}}")?.trim_matches('~').trim();
    Some(inside.strip_prefix('>')?.trim().trim_matches(['"', '\'']))
}

/// `workflows/templates/order/_items.zh-CN.md.hbs` is `order/items` for `zh-CN`, of parts that end in `md`.
fn parts_of<'p>(path: &'p str, ending: &str) -> Option<(String, &'p str)> {
    if !is_part(path) {
        return None;
    }
    let stem = path.strip_prefix(FOLDER)?.strip_suffix(".hbs")?.strip_suffix(ending)?.strip_suffix('.')?;
    let (folder, file) = stem.rsplit_once('/').map_or(("", stem), |(folder, file)| (folder, file));
    let name = file.strip_prefix('_')?;
    let (name, locale) = match name.rsplit_once('.') {
        Some((name, locale)) if is_locale(locale) => (name, locale),
        Some(_) | None => (name, ""),
    };
    Some((if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }, locale))
}

fn file_name(name: &str, ending: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, name)) => format!("{FOLDER}{folder}/_{name}.{ending}.hbs"),
        None => format!("{FOLDER}_{name}.{ending}.hbs"),
    }
}

fn short(path: &str) -> &str {
    path.strip_prefix(FOLDER).unwrap_or(path)
}

/// Says which parts no template uses: nobody has checked them.
pub(super) fn unused(sources: &Sources, used: &BTreeSet<String>, report: &mut Report) {
    for file in sources.ids() {
        let path = sources.name(file);
        if is_part(path) && !used.contains(path) {
            report.warning(Code::W0533, Span::new(file, 0, 0)).help("W0533-help");
        }
    }
}
