//! A page that stands alone: one file, nothing loaded, and a policy by which a browser runs and paints nothing
//! but its own style and script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// HTML in the making. Whatever comes from a project or a customer goes through [`Html::text`].
pub struct Html(String);

impl Html {
    /// The head of a page with its style and the policy. `language`: the tag of the words.
    pub fn page(title: &str, language: &str, style: &str, script: &str) -> Self {
        let mut html = Self(String::new());
        html.raw("<!DOCTYPE html>\n<html lang=\"");
        html.text(language);
        html.raw(
            "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"",
        );
        html.text(&format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            digest(style),
            digest(script)
        ));
        html.raw("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
        html.element("title", "", title);
        html.raw("\n<style>");
        html.raw(style);
        html.raw("</style>\n</head>\n<body>\n<main>\n");
        html
    }

    /// The end of the page with its script.
    pub fn end(mut self, script: &str) -> String {
        self.raw("</main>\n<script>");
        self.raw(script);
        self.raw("</script>\n</body>\n</html>\n");
        self.0
    }

    /// Mark-up of our own.
    pub fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// A text, also inside of an attribute: no letter of it is mark-up.
    pub fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(letter),
                // Nor does one turn the direction of what follows, or break the file.
                control if control.is_control() || is_turn(control) => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
    }

    /// `<name class="…">text</name>`.
    pub fn element(&mut self, name: &str, class: &str, text: &str) {
        self.raw("<");
        self.raw(name);
        if !class.is_empty() {
            self.raw(" class=\"");
            self.raw(class);
            self.raw("\"");
        }
        self.raw(">");
        self.text(text);
        self.raw("</");
        self.raw(name);
        self.raw(">");
    }

    /// A title within the page.
    pub fn heading(&mut self, text: &str) {
        self.element("h2", "", text);
        self.raw("\n");
    }

    /// A paragraph.
    pub fn paragraph(&mut self, class: &str, text: &str) {
        self.element("p", class, text);
        self.raw("\n");
    }

    /// A table: a head, if any, and rows; the columns in `numbers` are numbers.
    pub fn table(&mut self, head: &[String], rows: &[Vec<String>], numbers: &[usize]) {
        let class = |column: usize| if numbers.contains(&column) { "number" } else { "" };
        self.raw("<table>\n");
        if !head.is_empty() {
            self.raw("<tr>");
            head.iter().enumerate().for_each(|(column, text)| self.element("th", class(column), text));
            self.raw("</tr>\n");
        }
        for row in rows {
            self.raw("<tr>");
            row.iter().enumerate().for_each(|(column, text)| self.element("td", class(column), text));
            self.raw("</tr>\n");
        }
        self.raw("</table>\n");
    }
}

/// Marks that turn the direction of writing, and so can make a name look like another.
fn is_turn(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The SHA-256 of a text in base 64, as a policy names it.
pub(super) fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_as_a_browser_makes_it() {
        // `printf 'a{b:c}' | openssl dgst -sha256 -binary | base64`, and of nothing.
        assert_eq!(digest(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(digest("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn no_letter_of_a_text_is_mark_up() {
        let mut html = Html(String::new());
        html.element("td", "", "</td><script>alert('1')</script>&\"\u{0}\u{202e}");
        assert_eq!(
            html.0,
            "<td>&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;\u{fffd}\u{fffd}</td>"
        );
    }
}
