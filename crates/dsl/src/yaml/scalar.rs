//! What an unquoted scalar is, and how a text is written with quotes.

use super::Kind;

/// Types an unquoted scalar: only `true`, `false` and canonical numbers are more than text, so that Norway
/// (`no`), `0123`, `08:30` and `2026-02-30` stay what was written and the typed field decides.
pub(super) fn plain(text: &str) -> Kind {
    match text {
        "true" => Kind::Bool(true),
        "false" => Kind::Bool(false),
        _ if is_number(text) => Kind::Number(text.to_owned()),
        _ => Kind::Text { text: text.to_owned(), quoted: false },
    }
}

/// `0`, `-5`, `12.50`: no sign `+`, no leading zero, no exponent, digits on both sides of the point.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let canonical = digits(whole) && (whole == "0" || !whole.starts_with('0'));
    canonical && fraction.is_none_or(digits) && text != "-0"
}

/// Writes a text in quotes: double ones, or single ones where it contains `"` or `\`.
pub fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") }
}

/// Spaces that look like one and are none in YAML: full-width, no-break, the typographic ones.
pub(super) fn is_foul_space(c: char) -> bool {
    matches!(c, '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{feff}')
}

/// A character of a simple name, as keys, ids and attributes are written.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/')
}

/// The length in bytes of the simple name at the start of a text; 0 where there is none.
pub(super) fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

/// Where the text of one line ends and its comment begins: the end of the text without blanks, and the `#`.
/// In YAML a comment is a `#` behind a blank.
pub(super) fn cut_comment(line: &str) -> (usize, Option<usize>) {
    let hash = line
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t'])));
    let text = line.get(..hash.unwrap_or(line.len())).unwrap_or(line);
    (text.trim_end_matches([' ', '\t']).len(), hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_true_false_and_canonical_numbers_are_typed() {
        for number in ["0", "7", "-5", "0.5", "-0.50", "13800000000", "12.34"] {
            assert_eq!(plain(number), Kind::Number(number.to_owned()));
        }
        assert_eq!(plain("true"), Kind::Bool(true));
        assert_eq!(plain("false"), Kind::Bool(false));
        let texts = [
            "no",
            "on",
            "yes",
            "True",
            "null",
            "~",
            "0123",
            "00001",
            "08:30",
            "2026-02-30",
            "1e3",
            "+1",
            ".5",
            "5.",
            "1_000",
            "-0",
            "0x1F",
            "1.2.3",
            "１２",
            "3 days",
            "-",
            ".inf",
            "",
        ];
        for text in texts {
            assert_eq!(plain(text), Kind::Text { text: text.to_owned(), quoted: false });
        }
    }

    #[test]
    fn quotes_fit_the_text() {
        assert_eq!(quoted("订单 #123"), "\"订单 #123\"");
        assert_eq!(quoted("it's \"so\""), "'it''s \"so\"'");
        assert_eq!(quoted("a\\b"), "'a\\b'");
    }

    #[test]
    fn a_comment_begins_at_a_hash_behind_a_blank() {
        assert_eq!(cut_comment("a#b  # c"), (3, Some(5)));
        assert_eq!(cut_comment("订单 #123"), (6, Some(7)));
        assert_eq!(cut_comment("plain  "), (5, None));
        assert_eq!(cut_comment("# all"), (0, Some(0)));
    }
}
