//! Rows of an export: as CSV that no spreadsheet takes for formulas, or a JSON object a line.

use serde_json::{Map, Value as Json};

/// What makes a spreadsheet take a cell for a formula, where it stands first; with their full-width twins.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A row as CSV, with its line's end.
pub fn csv<'c>(cells: impl IntoIterator<Item = &'c Json>) -> String {
    let mut line: String = cells.into_iter().map(|value| cell(&text(value))).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// The names of the columns as CSV.
pub fn head(columns: &[String]) -> String {
    csv(&columns.iter().map(|name| Json::from(name.as_str())).collect::<Vec<_>>())
}

/// A row as an object, with its line's end.
pub fn json(columns: &[String], row: &[Json]) -> String {
    let members: Map<String, Json> =
        columns.iter().cloned().zip(row.iter().cloned()).filter(|(_, value)| !value.is_null()).collect();
    Json::Object(members).to_string() + "\n"
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(",")
        }
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

/// A cell: one that would be a formula begins with an apostrophe, which an import takes off again.
fn cell(text: &str) -> String {
    let marked = text.trim_start_matches([' ', '\u{a0}', '\u{3000}']).starts_with(FORMULA);
    let text = if marked { format!("'{text}") } else { text.to_owned() };
    let quoted = text.contains([',', '"', '\r', '\n']) || text.trim() != text;
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", " =1", "\u{3000}=1"]
        {
            let line = csv(&[json!(text)]);
            assert!(line.trim_matches('"').starts_with('\''), "{text:?}: {line:?}");
        }
        assert_eq!(csv(&[json!(-5), json!(null), json!("a=b")]), "'-5,,a=b\r\n");
    }

    #[test]
    fn commas_quotes_and_line_ends_stay_within_their_cell() {
        assert_eq!(
            csv(&[json!("a,b"), json!("say \"hi\""), json!("x\ny")]),
            "\"a,b\",\"say \"\"hi\"\"\",\"x\ny\"\r\n"
        );
        assert_eq!(csv(&[json!(["tea", "cup"]), json!({ "a": 1 })]), "\"tea,cup\",\"{\"\"a\"\":1}\"\r\n");
        let columns = ["a".to_owned(), "b".to_owned()];
        assert_eq!(json(&columns, &[json!(1), json!(null)]), "{\"a\":1}\n");
    }
}
