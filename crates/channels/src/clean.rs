//! Text that may stand in a header or a file name: what a customer's data must not smuggle in is taken out.

/// The longest header value in characters; the rest is cut. Keeps each folded line under 998 bytes.
pub const LONGEST_HEADER: usize = 255;

/// Returns `text` as one line that is safe in any header: runs of line breaks and tabs become one
/// space, other C0 and C1 controls, bidi marks and zero-width characters go, ends are trimmed, and at
/// most [`LONGEST_HEADER`] characters stay. Errors: none; what is left may be empty.
pub fn header_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut length = 0;
    for letter in text.chars() {
        let letter = match kind_of(letter) {
            Kind::Plain => letter,
            Kind::Break if out.ends_with(' ') => continue,
            Kind::Break => ' ',
            Kind::Unwanted => continue,
        };
        if letter == ' ' && out.is_empty() {
            continue;
        }
        if letter == '?' && out.ends_with('=') {
            // A reader's program would decode `=?utf-8?q?…?=` after we looked, so the start is broken up.
            out.push(' ');
            length += 1;
        }
        out.push(letter);
        length += 1;
        if length >= LONGEST_HEADER {
            break;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Returns `text` as one part of a file name: letters and digits of any script, `_` and `.` stay,
/// everything else becomes `-`; no dot at the start, at most 60 characters, never empty.
pub fn file_part(text: &str) -> String {
    let part: String = text
        .chars()
        .filter(|letter| kind_of(*letter) != Kind::Unwanted)
        .map(|letter| if letter.is_alphanumeric() || letter == '_' || letter == '.' { letter } else { '-' })
        .take(60)
        .collect();
    let part = part.trim_start_matches('.');
    if part.is_empty() { "-".to_owned() } else { part.to_owned() }
}

/// Returns `text` with every line ending as CRLF and without NUL, in one pass: a lone CR could end a
/// mail early at a careless server, and lettre's own conversion shifts the whole text once per line.
pub fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32 + 2);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'\r' | b'\n' | b'\0')) {
        let (line, tail) = rest.split_at(at);
        out.push_str(line);
        let mut letters = tail.chars();
        match letters.next() {
            Some('\r') => {
                out.push_str("\r\n");
                rest = letters.as_str().strip_prefix('\n').unwrap_or(letters.as_str());
            }
            Some('\n') => {
                out.push_str("\r\n");
                rest = letters.as_str();
            }
            Some(_) | None => rest = letters.as_str(),
        }
    }
    out.push_str(rest);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Break,
    Unwanted,
}

fn kind_of(letter: char) -> Kind {
    match letter {
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Kind::Break,
        // Soft hyphen, Arabic and Mongolian marks, zero width, bidi, word joiners, byte order mark, tags.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {
            Kind::Unwanted
        }
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}' => Kind::Unwanted,
        other if other.is_control() => Kind::Unwanted,
        _ => Kind::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_never_survives_in_a_header() {
        assert_eq!(header_text("Hi\r\nBcc: x@example.org"), "Hi Bcc: x@example.org");
        assert_eq!(header_text("a\u{85}b\u{2028}c\0d\u{9f}"), "a b cd");
        assert_eq!(header_text("  \t 王女士 \n"), "王女士");
    }

    #[test]
    fn what_cannot_be_seen_is_taken_out() {
        assert_eq!(header_text("pay\u{202e}lap\u{200b}\u{2066}\u{feff}"), "paylap");
        assert_eq!(header_text("A  B"), "A  B");
    }

    #[test]
    fn an_encoded_word_in_the_data_is_not_decoded_by_the_reader() {
        assert_eq!(header_text("=?utf-8?q?=0D=0A?="), "= ?utf-8?q?=0D=0A?=");
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(header_text(&"界".repeat(9_000)).chars().count(), LONGEST_HEADER);
    }

    #[test]
    fn a_file_part_cannot_leave_its_folder() {
        assert_eq!(file_part("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(file_part(".."), "-");
        assert_eq!(file_part("a\\b:c\0d"), "a-b-cd");
        assert_eq!(file_part("客户 7"), "客户-7");
        assert_eq!(file_part(&"x".repeat(500)).len(), 60);
    }

    #[test]
    fn every_line_ending_becomes_crlf() {
        assert_eq!(crlf("a\nb\rc\r\nd\0\n\ne"), "a\r\nb\r\nc\r\nd\r\n\r\ne");
        assert_eq!(crlf(""), "");
        assert_eq!(crlf("\r\r\n"), "\r\n\r\n");
    }
}
