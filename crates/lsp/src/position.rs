//! Places as editors count them: lines from 0, columns in UTF-16 units; and addresses of files.

use dsl::source::Span;
use serde_json::{Value, json};

/// The byte offset of a position. A column past the line's end is the line's end; inside a character, its
/// start.
pub fn offset(text: &str, position: &Value) -> usize {
    let number = |key: &str| {
        position.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
    };
    let (line, column) = (number("line"), number("character"));
    let mut start = 0;
    for _ in 0..line {
        match text.get(start..).and_then(|rest| rest.find('\n')) {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let rest = text.get(start..).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    let mut units = 0;
    for (at, letter) in line.char_indices() {
        units += letter.len_utf16();
        if units > column {
            return start + at;
        }
    }
    start + line.len()
}

/// The position of a byte offset.
pub fn position(text: &str, offset: usize) -> Value {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = text.get(..offset).unwrap_or("");
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column: usize = before.get(start..).unwrap_or("").chars().map(char::len_utf16).sum();
    json!({ "line": line, "character": column })
}

/// The range of a stretch of bytes.
pub fn range(text: &str, start: usize, end: usize) -> Value {
    json!({ "start": position(text, start), "end": position(text, end) })
}

/// The range of a span in its file's text.
pub fn of_span(text: &str, span: Span) -> Value {
    range(text, span.start, span.end.max(span.start))
}

/// The path of a file's address, percent signs undone; `None`: it is no file of this machine.
pub fn path_of(uri: &str) -> Option<String> {
    let path = uri.strip_prefix("file://")?;
    // `file://localhost/…` is this machine too.
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/C:/shop` is `C:/shop`.
    let drive = path.as_bytes().get(2) == Some(&b':');
    Some(if drive { path.get(1..)?.to_owned() } else { path })
}

/// The address of a path, with `/` between its parts.
pub fn uri_of(path: &str) -> String {
    let mut uri = String::from("file://");
    if !path.starts_with('/') {
        uri.push('/');
    }
    for byte in path.bytes() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~');
        if plain {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf16_units_under_chinese_and_emoji() {
        let text = "a: 上海\nb: 🎂x\r\nc";
        for (offset_of, line, column) in [("海", 0, 4), ("b", 1, 0), ("🎂", 1, 3), ("x", 1, 5), ("c", 2, 0)]
        {
            let at = text.find(offset_of).unwrap();
            let place = json!({ "line": line, "character": column });
            assert_eq!(position(text, at), place, "{offset_of}");
            assert_eq!(offset(text, &place), at, "{offset_of}");
        }
        // Inside the cake, behind the line, behind the file.
        assert_eq!(offset(text, &json!({ "line": 1, "character": 4 })), text.find('🎂').unwrap());
        assert_eq!(offset(text, &json!({ "line": 1, "character": 99 })), text.find('\r').unwrap());
        assert_eq!(offset(text, &json!({ "line": 9, "character": 9 })), text.len());
        assert_eq!(position(text, 9_999), json!({ "line": 2, "character": 1 }));
    }

    #[test]
    fn addresses_and_paths_are_each_other() {
        for path in ["/home/a b/工作流/x.yaml", "/a/b.yaml"] {
            assert_eq!(path_of(&uri_of(path)).as_deref(), Some(path));
        }
        assert_eq!(path_of("file:///c%3A/shop/a.yaml").as_deref(), Some("c:/shop/a.yaml"));
        assert_eq!(path_of("untitled:Untitled-1"), None);
        assert_eq!(path_of("file:///a%zz"), None);
    }
}
