//! Lines of block structure: indentation, dashes, keys.

use super::value::document_mark;
use super::{Block, Indent, Open, Scan, Shape};
use crate::diagnostic::Code;
use crate::yaml::MOST_DEPTH;
use crate::yaml::scalar::{cut_comment, is_foul_space, quoted, word_length};

/// A key at the start of a text.
pub(in crate::yaml) struct Key<'t> {
    pub text: &'t str,
    /// Where its colon stands.
    pub colon: usize,
}

impl<'t> Scan<'t, '_> {
    /// Reads one line, and all that its value takes of the lines below.
    pub(super) fn line(&mut self) {
        let start = self.at;
        let line = self.rest(start);
        let indent = Indent::of(line);
        let content = line.get(indent.bytes..).unwrap_or("");
        let at = start + indent.bytes;
        self.at = self.next_line(start);
        if content.is_empty() {
            // To YAML such a line is not empty but a text of one space.
            if indent.has_foul {
                self.mend.replace(start..at, "");
            }
            return;
        }
        if content.starts_with('#') {
            if indent.has_foul {
                self.mend.replace(start..at, " ".repeat(indent.width));
            }
            if matches!(self.open, Open::Text { .. }) {
                self.open = Open::Nothing;
            }
            return;
        }
        if indent.bytes == 0 && self.marker(content, start) {
            return;
        }
        let shape = self.shape(at);
        if let Open::Text { parent } = self.open
            && parent.is_none_or(|parent| indent.width > parent)
            && !(indent.is_wrong() && (shape != Shape::Text || indent.spaces <= parent.unwrap_or(0)))
        {
            self.continuation(at, content);
            return;
        }
        let column = self.settle(start, indent, shape, at);
        self.entry(at, column, true);
    }

    /// Reads the marks that stand between documents, and directives. Returns whether the line is done.
    fn marker(&mut self, content: &str, start: usize) -> bool {
        let is_first = self.blocks.is_empty() && self.open == Open::Value;
        match document_mark(content) {
            Some("---") if is_first => {
                let behind = content.get(3..).unwrap_or("").trim();
                behind.is_empty() || behind.starts_with('#')
            }
            Some(mark) => {
                if self.next_content(self.at).is_some() {
                    self.error(Code::E0112, start..start + mark.len())
                        .label("E0112-label")
                        .help("E0112-help");
                }
                // The rest is another document: it is not read.
                self.mend.replace(start..self.text.len(), "");
                self.stopped = true;
                true
            }
            None if content.starts_with('%') && is_first => {
                self.error(Code::E0111, start..start + content.trim_end().len())
                    .message("E0111-directive")
                    .help("E0111-help-directive");
                self.mend.replace(start..start + content.len(), "");
                true
            }
            None => false,
        }
    }

    /// A line that goes on with the unquoted text of the lines above.
    fn continuation(&mut self, at: usize, content: &'t str) {
        let key = self.find_key(at).map(|key| (word_length(key.text) == key.text.len(), key.colon));
        match key {
            Some((is_word, colon)) => {
                let is_item = content.starts_with("- ");
                if is_word && !is_item {
                    let start = at - Indent::of(self.line_of(at)).bytes;
                    let column = self.misplaced(start, at, Shape::Key, true);
                    self.entry(at, column, true);
                } else if is_item {
                    self.error(Code::E0105, at..colon).message("E0105-inside").help("E0105-help-inside");
                    self.hopeless = true;
                } else {
                    let end = at + cut_comment(content).0;
                    self.error(Code::E0107, at..end).label("E0107-label").help("E0107-help");
                    self.hopeless = true;
                }
            }
            None => {
                if let (_, Some(hash)) = cut_comment(content) {
                    self.lost_comment(at + hash);
                    self.open = Open::Nothing;
                }
            }
        }
    }

    /// The whole line around a place.
    fn line_of(&self, at: usize) -> &'t str {
        let start = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |lf| lf + 1);
        self.text.get(start..self.next_line(at)).unwrap_or("")
    }

    /// Finds out what stands at a place.
    fn shape(&mut self, at: usize) -> Shape {
        let rest = self.rest(at);
        if dash(rest).is_some() || self.glued_dash(at) {
            Shape::Dash
        } else if self.find_key(at).is_some() {
            Shape::Key
        } else {
            Shape::Text
        }
    }

    /// `-email: x`: a dash whose space is missing.
    fn glued_dash(&mut self, at: usize) -> bool {
        let rest = self.rest(at);
        let letter = rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
        letter && self.find_key(at).is_some_and(|key| word_length(key.text) == key.text.len())
    }

    /// Finds the key that a text starts with: up to the first colon with a blank or nothing behind it.
    pub(in crate::yaml) fn find_key(&mut self, at: usize) -> Option<Key<'t>> {
        let rest = self.rest(at);
        self.look(rest.len());
        let first = rest.chars().next()?;
        let colon = match first {
            '"' | '\'' => {
                let end = closing_quote(rest)?;
                let behind = rest.get(end..)?;
                let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
                is_colon(behind.get(blanks..)?).then_some(end + blanks)?
            }
            '[' | '{' | '#' => return None,
            _ => {
                let (text, _) = cut_comment(rest);
                let mut colons = rest.get(..text)?.match_indices(':').map(|(colon, _)| colon);
                colons.find(|colon| rest.get(*colon..).is_some_and(is_colon))?
            }
        };
        let text = rest.get(..colon)?.trim_end();
        // `*now: call` may be a text; `@id: 5` can only be a key.
        let is_special = matches!(first, '*' | '&' | '!' | '|' | '>' | '%' | '@' | '`' | '?' | '“');
        if text.is_empty() || (is_special && text.contains([' ', '\t'])) {
            return None;
        }
        Some(Key { text, colon: at + colon })
    }

    /// Finds the block a line belongs to, opens a new one where it must, and returns the line's column.
    fn settle(&mut self, start: usize, indent: Indent, shape: Shape, at: usize) -> usize {
        if indent.is_wrong() {
            let column = self.nearest(indent.width, shape).unwrap_or(indent.width);
            let stretch = start..start + indent.bytes;
            let (code, help) =
                if indent.has_foul { (Code::E0102, "E0102-help") } else { (Code::E0103, "E0103-help") };
            let fix = self.span(stretch.clone());
            self.error(code, stretch.clone()).help(help).fix(fix, " ".repeat(column));
            self.mend.replace(stretch, " ".repeat(column));
            self.open_at(column, shape);
            return column;
        }
        if self.fits(indent.width, shape) {
            self.open_at(indent.width, shape);
            return indent.width;
        }
        self.misplaced(start, at, shape, false)
    }

    /// Reports a line indented unlike its neighbours and takes it where it was probably meant.
    fn misplaced(&mut self, start: usize, at: usize, shape: Shape, inside_text: bool) -> usize {
        let width = at - start;
        let meant = self.nearest(width, shape).filter(|column| *column != width);
        let column = meant.unwrap_or(width);
        if self.snapped != Some((width, column)) {
            let end = at + cut_comment(self.rest(at)).0.max(1);
            let end = self.find_key(at).map_or(end, |key| key.colon);
            // `- email: …` right under `if: …`: the key between them is missing.
            let keyless = shape == Shape::Dash
                && self.blocks.iter().any(|block| block.indent == width && block.shape == Shape::Key);
            let mistake = self.error(Code::E0105, at..end);
            mistake.arg("found", width.to_string()).arg("expected", column.to_string());
            match (inside_text, meant) {
                (false, Some(_)) if keyless => mistake.message("E0105-keyless").help("E0105-help-keyless"),
                (true, Some(_)) => mistake.message("E0105-inside").label("E0105-label").help("E0105-help"),
                (true, None) => mistake.message("E0105-inside").help("E0105-help-inside"),
                (false, Some(_)) => mistake.label("E0105-label").help("E0105-help"),
                (false, None) => mistake.message("E0105-dash").help("E0105-help-dash"),
            };
            if column == 0 && mistake.label.is_some() {
                mistake.label("E0105-label-none");
            }
        }
        self.snapped = Some((width, column));
        // A line at the right column with the wrong shape cannot be moved anywhere.
        self.hopeless |= meant.is_none();
        self.mend.replace(start..at, " ".repeat(column));
        self.open_at(column, shape);
        column
    }

    /// Tells whether a line of this shape may stand at this column.
    fn fits(&self, column: usize, shape: Shape) -> bool {
        let outer = self.blocks.iter().rposition(|block| block.indent <= column);
        let leaves_some = outer.map_or(0, |i| i + 1) < self.blocks.len();
        let Some(block) = outer.and_then(|i| self.blocks.get(i)) else {
            return self.blocks.is_empty() && self.open == Open::Value;
        };
        if block.indent < column {
            return self.open == Open::Value && !leaves_some;
        }
        match (block.shape, shape) {
            (Shape::Dash, Shape::Dash) => true,
            // A list may stand right under its key.
            (Shape::Key, Shape::Dash) => self.open == Open::Value && !leaves_some,
            // … and the next key of that map ends it.
            (Shape::Dash, Shape::Key | Shape::Text) => {
                let below = outer.and_then(|i| i.checked_sub(1)).and_then(|i| self.blocks.get(i));
                below.is_some_and(|below| below.indent == column)
            }
            (Shape::Key | Shape::Text, Shape::Key | Shape::Text) | (Shape::Text, Shape::Dash) => true,
        }
    }

    /// The column a misplaced line was probably meant for: the nearest open block of its shape, the deeper
    /// one of two.
    fn nearest(&self, width: usize, shape: Shape) -> Option<usize> {
        if self.fits(width, shape) {
            return Some(width);
        }
        let wanted = if shape == Shape::Dash { Shape::Dash } else { Shape::Key };
        let same = self.blocks.iter().filter(|block| block.shape == wanted).map(|block| block.indent);
        let deeper = (self.open == Open::Value).then(|| self.blocks.last().map_or(0, |last| last.indent + 2));
        same.chain(deeper).min_by_key(|column| (column.abs_diff(width), usize::MAX - column))
    }

    /// Closes the blocks a line at this column ends and opens its own where there is none.
    fn open_at(&mut self, column: usize, shape: Shape) {
        self.blocks.retain(|block| block.indent <= column);
        let ends_list = shape != Shape::Dash
            && self.blocks.last().is_some_and(|last| last.indent == column && last.shape == Shape::Dash);
        if ends_list {
            self.blocks.pop();
        }
        let is_there = self
            .blocks
            .last()
            .is_some_and(|last| last.indent == column && (shape != Shape::Dash || last.shape == Shape::Dash));
        if !is_there && shape != Shape::Text {
            self.blocks.push(Block { indent: column, shape });
            // Too deep to be read at all, which the builder says.
            self.stopped |= self.blocks.len() > 2 * MOST_DEPTH;
        }
    }

    /// Reads dashes, a key and its value. `starts_line`: the block structure knows this place already.
    fn entry(&mut self, mut at: usize, mut column: usize, mut starts_line: bool) {
        loop {
            let rest = self.rest(at);
            let blanks = match dash(rest) {
                _ if self.stopped => return,
                Some(blanks) => blanks,
                None if self.glued_dash(at) => {
                    let here = self.span(at + 1..at + 1);
                    self.error(Code::E0117, at..at + 1)
                        .message("E0117-dash")
                        .help("E0117-help-dash")
                        .fix(here, " ");
                    self.mend.replace(at + 1..at + 1, " ");
                    ""
                }
                None => break,
            };
            if !starts_line {
                self.open_at(column, Shape::Dash);
            }
            self.foul_blanks(at + 1, blanks);
            at += 1 + blanks.len();
            column += 1 + blanks.chars().count().max(1);
            starts_line = false;
            let rest = self.rest(at);
            if rest.is_empty() || rest.starts_with('#') {
                self.open = Open::Value;
                return;
            }
        }
        self.pair_or_text(at, column, starts_line);
    }

    fn pair_or_text(&mut self, at: usize, column: usize, starts_line: bool) {
        if let Some(after) = self.reference_in_front(at) {
            if self.rest(after).is_empty() {
                self.open = Open::Value;
            } else {
                self.pair_or_text(after, column + (after - at), starts_line);
            }
            return;
        }
        let Some(key) = self.find_key(at) else {
            let beside = |block: &Block| block.indent == column && block.shape == Shape::Key;
            let is_beside_keys = starts_line && self.blocks.last().is_some_and(beside);
            let is_map = is_beside_keys || self.opens_map(at, column);
            let may_be_map = is_map || (starts_line && self.blocks.is_empty());
            if may_be_map && self.without_colon(at, column, is_map, starts_line) {
                return;
            }
            let parent = self.blocks.iter().rev().find(|b| b.indent < column || !starts_line);
            let parent = parent.map(|block| block.indent);
            self.value(at, parent);
            return;
        };
        let whole = self.rest(at);
        // A colon inside quotes inside an unquoted text: it cuts the text in two all the same.
        if !key.text.starts_with(['"', '\'']) && key.text.matches('"').count() % 2 == 1 {
            let parent = if starts_line { None } else { self.blocks.last().map(|block| block.indent) };
            self.colon_in_text(at, cut_comment(whole).0, parent);
            return;
        }
        if !starts_line {
            self.open_at(column, Shape::Key);
        }
        self.special_key(at, &key);
        let behind = whole.get(key.colon + 1 - at..).unwrap_or("");
        let blanks = blanks(behind);
        self.foul_blanks(key.colon + 1, blanks);
        let value = key.colon + 1 + blanks.len();
        if key.text == "<<" {
            let end = value + cut_comment(self.rest(value)).0;
            self.error(Code::E0111, at..end).message("E0111-merge").help("E0111-help");
            self.mend.quote(value..end);
            self.open = Open::Nothing;
            return;
        }
        self.value(value, Some(column));
    }

    /// A key that starts with a sign YAML keeps for itself.
    fn special_key(&mut self, at: usize, key: &Key<'_>) {
        let sign =
            key.text.chars().next().filter(|c| matches!(c, '*' | '&' | '!' | '|' | '>' | '%' | '@' | '`'));
        if let Some(sign) = sign {
            let stretch = at..at + key.text.len();
            let fix = self.span(stretch.clone());
            self.error(Code::E0110, stretch.clone())
                .arg("sign", sign)
                .help("E0110-help")
                .fix(fix, quoted(key.text));
            self.mend.quote(stretch);
        }
    }

    /// Tells whether the lines below make clear that a map starts here: a key at the same column, or deeper
    /// lines under a name with a full-width colon.
    fn opens_map(&mut self, at: usize, column: usize) -> bool {
        let rest = self.rest(at);
        let Some((next, indent)) = self.next_content(self.next_line(at)) else { return false };
        if indent.width == column {
            return dash(self.rest(next)).is_none() && self.find_key(next).is_some();
        }
        let name = rest.trim_end().trim_end_matches(['：', ':']);
        let is_open = name.len() < rest.trim_end().len() && word_length(name) == name.len();
        is_open && indent.width > column
    }

    /// A line that should be `key: value` and has no such colon. `is_map`: it stands among keys for sure.
    /// Returns false where it may be a text.
    fn without_colon(&mut self, at: usize, column: usize, is_map: bool, starts_line: bool) -> bool {
        let rest = self.rest(at);
        let name = word_length(rest);
        let behind = rest.get(name..).unwrap_or("");
        if name > 0 && behind.starts_with('：') {
            let colon = at + name..at + name + '：'.len_utf8();
            let by = if behind.get('：'.len_utf8()..).is_some_and(|b| b.is_empty() || b.starts_with(' ')) {
                ":"
            } else {
                ": "
            };
            self.full_width(colon.clone(), "：", by);
            self.open_at(column, Shape::Key);
            let after = colon.end;
            let blanks = blanks(self.rest(after));
            self.foul_blanks(after, blanks);
            self.value(after + blanks.len(), Some(column));
            return true;
        }
        if name > 0 && behind.starts_with(':') && !behind.starts_with("://") {
            let colon = at + name;
            let here = self.span(colon + 1..colon + 1);
            self.error(Code::E0117, colon..colon + 1).help("E0117-help").fix(here, " ");
            self.mend.replace(colon + 1..colon + 1, " ");
            self.open_at(column, Shape::Key);
            self.value(colon + 1, Some(column));
            return true;
        }
        let (end, _) = cut_comment(rest);
        let text = rest.get(..end).unwrap_or("");
        let is_scalar = text.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '!', '-', '?', '%', '@']);
        if is_scalar || !is_map {
            return false;
        }
        self.error(Code::E0122, at..at + end).label("E0122-label").help("E0122-help");
        let is_name = word_length(text) == text.len();
        let deeper = self.next_content(self.next_line(at)).is_some_and(|(_, indent)| indent.width > column);
        if is_name && (deeper || !starts_line) {
            self.open_at(column, Shape::Key);
            self.mend.replace(at + end..at + end, ":");
            self.open = Open::Value;
        } else {
            self.mend.replace(at..at, "# ");
            if self.open != Open::Value {
                self.open = Open::Nothing;
            }
        }
        true
    }

    /// Reports full-width punctuation where the half-width sign is meant, and reads it as meant.
    pub(in crate::yaml) fn full_width(&mut self, stretch: std::ops::Range<usize>, found: &str, meant: &str) {
        let fix = self.span(stretch.clone());
        self.error(Code::E0108, stretch.clone())
            .arg("found", found)
            .arg("meant", meant.trim())
            .help("E0108-help")
            .fix(fix, meant);
        self.mend.replace(stretch, meant);
    }

    /// Reports full-width and no-break spaces behind a dash or colon and reads them as spaces.
    fn foul_blanks(&mut self, at: usize, blanks: &str) {
        if blanks.contains(is_foul_space) {
            let stretch = at..at + blanks.len();
            let fix = self.span(stretch.clone());
            self.error(Code::E0102, stretch.clone()).help("E0102-help").fix(fix, " ");
            // As many spaces as there were characters: the column of what follows stays.
            self.mend.replace(stretch, " ".repeat(blanks.chars().count()));
        }
    }
}

/// The blanks behind a dash, plain or not, where a text starts with one.
fn dash(rest: &str) -> Option<&str> {
    let behind = rest.strip_prefix('-')?;
    (behind.is_empty() || behind.starts_with([' ', '\t']) || behind.starts_with(is_foul_space))
        .then(|| blanks(behind))
}

/// The blanks a text starts with. A full-width space counts only as the first of them: behind a plain one it
/// may belong to the text. What nobody can see (a byte-order mark) never does.
fn blanks(rest: &str) -> &str {
    let is_foul_first = rest.starts_with(is_foul_space);
    let after = rest.trim_start_matches(|c| {
        matches!(c, ' ' | '\t' | '\u{feff}' | '\u{200b}') || (is_foul_first && is_foul_space(c))
    });
    rest.get(..rest.len() - after.len()).unwrap_or("")
}

/// Tells whether a text starts with a colon that ends a key.
fn is_colon(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|behind| {
        behind.is_empty() || behind.starts_with([' ', '\t']) || behind.starts_with(is_foul_space)
    })
}

/// Finds the end of the quoted text that a line starts with; `None` where it does not end on the line.
pub(super) fn closing_quote(rest: &str) -> Option<usize> {
    let quote = rest.chars().next()?;
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && chars.next_if(|(_, next)| *next == '\'').is_some() {
                continue;
            }
            return Some(at + c.len_utf8());
        }
    }
    None
}
