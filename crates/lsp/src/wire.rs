//! The frames of the protocol: a header with the length, then JSON.

use serde_json::{Value, json};
use std::io::{self, BufRead, Write};

/// Longest message, in bytes: a file may have 1 MiB, and JSON escapes what it must.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Reads one message; `None`: the other side has hung up. A body that is no JSON is an error.
pub fn read(from: &mut impl BufRead) -> io::Result<Option<Value>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let length = length.filter(|length| *length <= MOST_BYTES).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "a message without a usable Content-Length")
    })?;
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    let message = serde_json::from_slice(&body)?;
    Ok(Some(message))
}

/// Writes one message.
pub fn write(to: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    to.flush()
}

/// An answer to a request.
pub fn answer(id: &Value, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

/// A refusal of a request, with the protocol's number for the reason.
pub fn refusal(id: &Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// Something said without being asked.
pub fn notice(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_the_length_counts_bytes() {
        let message = notice("x", json!({ "text": "上海 🎂" }));
        let mut bytes = Vec::new();
        write(&mut bytes, &message).unwrap();
        write(&mut bytes, &answer(&json!(1), Value::Null)).unwrap();
        let mut from = bytes.as_slice();
        assert_eq!(read(&mut from).unwrap(), Some(message));
        assert_eq!(read(&mut from).unwrap().unwrap()["id"], 1);
        assert_eq!(read(&mut from).unwrap(), None);
    }

    #[test]
    fn a_message_without_a_length_or_that_is_too_long_is_an_error() {
        assert!(read(&mut "Other: 3\r\n\r\n{}".as_bytes()).is_err());
        assert!(read(&mut "Content-Length: 99999999999\r\n\r\n{}".as_bytes()).is_err());
        assert!(read(&mut "Content-Length: 2\r\n\r\n{]".as_bytes()).is_err());
    }
}
