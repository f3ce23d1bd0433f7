//! The plain part of a Markdown mail, as a Handlebars source.

/// Plain text under way: blocks are parted by one blank line, quotes and lists have a prefix on each line.
#[derive(Debug, Default)]
pub(super) struct TextSheet {
    bits: Vec<Bit>,
    prefixes: Vec<String>,
    /// Nothing stands in the line yet.
    fresh: bool,
    /// A blank line is wanted before the next words.
    block: bool,
    /// A block tag stands right above, which parts blocks well enough.
    below_tag: bool,
    /// A blank is wanted before the next words of the line.
    blank: bool,
    cells: usize,
}

#[derive(Debug)]
enum Bit {
    Literal(String),
    Tag(String),
}

impl TextSheet {
    /// Writes words.
    pub(super) fn literal(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.new_line();
            }
            if !line.is_empty() {
                // Mail programs take `.` at the end of an address for the sentence's, but not `。`.
                let stop = line.starts_with(|c: char| c.is_whitespace() || ",.;:!?)".contains(c));
                self.begin(!stop);
                self.raw(line);
            }
        }
    }

    /// Writes a tag that makes words.
    pub(super) fn tag(&mut self, source: &str) {
        self.begin(true);
        self.bits.push(Bit::Tag(source.to_owned()));
    }

    /// Writes a block tag into a line of its own, which leaves no trace in the text.
    pub(super) fn line_tag(&mut self, source: &str) {
        if std::mem::take(&mut self.block) {
            self.blank_line();
        } else if !self.at_line_start() {
            self.raw("\n");
        }
        // What a block opens goes on close below it; what it closes is parted from what follows, unless the
        // block's own text ends in a blank line.
        let closes = source.trim_start_matches(['{', '~', ' ']).starts_with('/');
        let parted = !closes || self.below_tag || self.ends_blank();
        self.bits.push(Bit::Tag(source.to_owned()));
        self.raw("\n");
        self.fresh = true;
        self.below_tag = parted;
        self.blank = false;
    }

    /// Ends the line.
    pub(super) fn new_line(&mut self) {
        self.raw("\n");
        self.fresh = true;
        self.blank = false;
    }

    /// Ends the line, where something stands in it.
    pub(super) fn start_line(&mut self) {
        if !self.at_line_start() {
            self.new_line();
        }
    }

    /// Ends a block: what follows stands behind a blank line.
    pub(super) fn block(&mut self) {
        self.block = true;
        self.cells = 0;
    }

    /// Begins a cell of a row.
    pub(super) fn cell(&mut self) {
        if self.cells > 0 {
            self.literal(" | ");
        }
        self.cells += 1;
    }

    /// How many cells the row has so far.
    pub(super) fn cells(&self) -> usize {
        self.cells
    }

    /// Ends a row; a line stands below the head.
    pub(super) fn end_row(&mut self, head: bool) {
        self.start_line();
        if head {
            let cells = vec!["---"; self.cells];
            self.literal(&cells.join(" | "));
            self.start_line();
        }
        self.cells = 0;
    }

    /// Wants a blank before the next words of the line.
    pub(super) fn blank(&mut self) {
        self.blank = true;
    }

    /// Each new line begins with this.
    pub(super) fn push_prefix(&mut self, prefix: &str) {
        if std::mem::take(&mut self.block) {
            self.blank_line();
        }
        self.fresh |= self.at_line_start();
        self.prefixes.push(prefix.to_owned());
    }

    /// Ends the innermost prefix.
    pub(super) fn pop_prefix(&mut self) {
        self.prefixes.pop();
    }

    /// Where the text is now, for [`TextSheet::since`].
    pub(super) fn mark(&self) -> usize {
        self.bits.iter().map(Bit::len).sum()
    }

    /// The words written since a mark; a tag among them counts as its source.
    pub(super) fn since(&self, mark: usize) -> String {
        let all: String = self.bits.iter().map(Bit::text).collect();
        all.get(mark..).unwrap_or("").trim().to_owned()
    }

    /// The whole as a Handlebars source.
    pub(super) fn source(self) -> String {
        let mut out = String::new();
        let mut bits = self.bits.iter().peekable();
        while let Some(bit) = bits.next() {
            match bit {
                Bit::Tag(source) => out.push_str(source),
                Bit::Literal(text) => {
                    let before_tag = matches!(bits.peek(), Some(Bit::Tag(_)));
                    escape(text, before_tag, &mut out);
                }
            }
        }
        let end = out.trim_end().len();
        out.truncate(end);
        out.push('\n');
        out
    }

    fn begin(&mut self, spaced: bool) {
        if std::mem::take(&mut self.block) {
            self.blank_line();
        }
        self.below_tag = false;
        let first = self.bits.is_empty();
        if std::mem::take(&mut self.fresh) || first {
            let prefix = self.prefixes.concat();
            self.raw(&prefix);
        } else if self.blank && spaced {
            self.raw(" ");
        }
        self.blank = false;
    }

    /// Ends the line and leaves one blank, unless there is one or a block tag stands right above.
    fn blank_line(&mut self) {
        if self.bits.is_empty() {
            return;
        }
        if !self.at_line_start() {
            self.raw("\n");
        }
        if !self.below_tag && !self.ends_blank() {
            self.raw("\n");
        }
        self.fresh = true;
    }

    fn ends_blank(&self) -> bool {
        matches!(self.bits.last(), Some(Bit::Literal(text)) if text.ends_with("\n\n"))
    }

    fn at_line_start(&self) -> bool {
        match self.bits.last() {
            None => true,
            Some(Bit::Literal(text)) => text.ends_with('\n'),
            Some(Bit::Tag(_)) => false,
        }
    }

    fn raw(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.bits.last_mut() {
            Some(Bit::Literal(last)) => last.push_str(text),
            Some(Bit::Tag(_)) | None => self.bits.push(Bit::Literal(text.to_owned())),
        }
    }
}

impl Bit {
    fn text(&self) -> &str {
        match self {
            Self::Literal(text) | Self::Tag(text) => text,
        }
    }
    fn len(&self) -> usize {
        self.text().len()
    }
}

/// Writes text so that it never becomes a tag: a brace before a brace and a backslash before one are said
/// by a helper.
fn escape(text: &str, before_tag: bool, out: &mut String) {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let brace_next = match letters.peek() {
            Some(next) => *next == '{' || (letter == '\\' && *next == '\\'),
            None => before_tag,
        };
        match letter {
            '{' if brace_next => out.push_str("{{default \"{\" \"\"}}"),
            '\\' if brace_next => out.push_str("{{default \"\\\\\" \"\"}}"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_of_the_text_never_become_a_tag() {
        for (text, tag) in
            [("{{customer.name}}", false), ("a{", true), ("\\", true), ("\\\\", true), ("\\{{x", false)]
        {
            let mut sheet = TextSheet::default();
            sheet.literal(text);
            if tag {
                sheet.tag("{{x}}");
            }
            let mut registry = handlebars::Handlebars::new();
            registry.register_escape_fn(handlebars::no_escape);
            handlebars::handlebars_helper!(first: |a: str, _b: str| a);
            registry.register_helper("default", Box::new(first));
            let out = registry.render_template(&sheet.source(), &serde_json::json!({ "x": "X" })).unwrap();
            assert_eq!(out.trim_end(), format!("{text}{}", if tag { "X" } else { "" }));
        }
    }
}
