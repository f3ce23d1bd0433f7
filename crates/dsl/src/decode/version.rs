//! The version of a workflow: a hash of its content. Comments, spacing, the order of keys, titles, notes,
//! tests, `moved` and turned-off lints do not change it.

use crate::yaml::{Kind, Node};
use model::VersionId;

/// Keys that change nothing for anybody who walks; at the top of the file. `moved` says what a publish does.
const TOP: [&str; 4] = ["title", "tests", "lint", "moved"];

/// Where a value stands.
#[derive(Clone, Copy)]
enum Place {
    File,
    Item,
    Value,
}

/// The version of a file's content.
pub(super) fn of(file: &Node) -> VersionId {
    let mut text = String::new();
    write(file, Place::File, &mut text);
    let id = model::content_id("v", &[&text]);
    VersionId::from(id.chars().take(16).collect::<String>())
}

/// The canonical form: keys sorted, every scalar with its kind and length, so that two contents never meet.
fn write(node: &Node, place: Place, out: &mut String) {
    match &node.kind {
        Kind::Null => out.push('~'),
        Kind::Bool(yes) => out.push_str(if *yes { "b1" } else { "b0" }),
        Kind::Number(literal) => scalar('n', literal, out),
        Kind::Text { text, quoted: _ } => scalar('t', text, out),
        Kind::List(items) => {
            out.push('[');
            for item in items {
                write(item, Place::Item, out);
            }
            out.push(']');
        }
        Kind::Map(entries) => {
            let kept = |key: &str| match place {
                Place::File => !TOP.contains(&key),
                // A step's remark; in a `set`, which is no item of a list, it is an attribute.
                Place::Item => key != "note",
                Place::Value => true,
            };
            let mut entries: Vec<_> = entries.iter().filter(|entry| kept(&entry.key)).collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            out.push('{');
            for entry in entries {
                scalar('k', &entry.key, out);
                write(&entry.value, Place::Value, out);
            }
            out.push('}');
        }
    }
}

fn scalar(kind: char, text: &str, out: &mut String) {
    out.push(kind);
    out.push_str(&text.len().to_string());
    out.push(':');
    out.push_str(text);
}
