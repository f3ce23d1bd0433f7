//! A library file takes up what another one has and it lacks: by insertions into its text, so that every word
//! and comment of its author stays. What is there already is never changed.

use dsl::diagnostic::Report;
use dsl::source::Sources;
use dsl::yaml::{Entry, Kind, Node};
use std::collections::BTreeSet;

/// A file with what it lacked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Its text now.
    pub text: String,
    /// What was added, as one would name it: `events.coupon.used`, `topics.cart`.
    pub added: Vec<String>,
}

/// A file and its tree.
struct Read<'t> {
    text: &'t str,
    node: Node,
}

fn read(text: &str) -> Option<Read<'_>> {
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let file = sources.add("library.yaml".to_owned(), text.to_owned());
    let node = dsl::yaml::read(&sources, file, &mut report)?;
    (!report.has_errors()).then_some(Read { text, node })
}

/// The first key of a file: what it declares. `None`: it cannot be read.
pub fn kind_of(text: &str) -> Option<String> {
    let read = read(text)?;
    read.node.entries()?.first().map(|entry| entry.key.clone())
}

/// What a file's first key says: a workflow's id. `None`: it cannot be read, or a map stands there.
pub fn id_of(text: &str) -> Option<String> {
    let read = read(text)?;
    read.node.entries()?.first()?.value.raw_text().map(str::to_owned)
}

/// The names that a file declares below its first key.
pub fn names_of(text: &str) -> BTreeSet<String> {
    let names = |read: Read<'_>| {
        let first = read.node.entries()?.first()?;
        Some(first.value.entries()?.iter().map(|entry| entry.key.clone()).collect())
    };
    read(text).and_then(names).unwrap_or_default()
}

/// `have` with what it lacks of `want`, but for names of `elsewhere`, which other files of the kind declare.
/// `None`: one of the two cannot be read.
pub fn merge(have: &str, want: &str, elsewhere: &BTreeSet<String>) -> Option<Merged> {
    let (ours, theirs) = (read(have)?, read(want)?);
    let mut laying =
        Laying { have: ours.text, want: theirs.text, elsewhere, inserts: Vec::new(), added: Vec::new() };
    laying.lay(&ours.node, &theirs.node, &mut Vec::new());
    let Laying { mut inserts, added, .. } = laying;
    let mut text = have.to_owned();
    // From behind, so that places before stay true; of two at one place the later goes in first.
    inserts.sort_by_key(|(at, _)| *at);
    for (at, insert) in inserts.into_iter().rev() {
        text.insert_str(at.min(text.len()), &insert);
    }
    Some(Merged { text, added })
}

struct Laying<'t> {
    have: &'t str,
    want: &'t str,
    elsewhere: &'t BTreeSet<String>,
    inserts: Vec<(usize, String)>,
    added: Vec<String>,
}

/// Whether what stands under these names is looked into; else it is its author's word as a whole.
fn goes_into(path: &[String]) -> bool {
    match path.first().map(String::as_str) {
        Some("customer") => path.len() == 1,
        Some("events" | "entities") => path.len() <= 2,
        _ => path.len() == 1,
    }
}

impl Laying<'_> {
    fn lay(&mut self, have: &Node, want: &Node, path: &mut Vec<String>) {
        let missing: Vec<&Entry> = want
            .entries()
            .unwrap_or_default()
            .iter()
            .filter(|entry| have.get(&entry.key).is_none())
            .collect();
        for entry in want.entries().unwrap_or_default() {
            let Some(ours) = have.get(&entry.key) else { continue };
            path.push(entry.key.clone());
            match (&ours.value.kind, &entry.value.kind) {
                (Kind::Map(_), Kind::Map(_)) if goes_into(path) => self.lay(&ours.value, &entry.value, path),
                (Kind::List(_), Kind::List(items)) if path.last().is_some_and(|key| key == "caps") => {
                    self.lay_items(&ours.value, items, path);
                }
                (_, _) => {}
            }
            path.pop();
        }
        let below_first = path.len() == 1;
        let missing =
            missing.into_iter().filter(|entry| !(below_first && self.elsewhere.contains(&entry.key)));
        let missing: Vec<&Entry> = missing.collect();
        if missing.is_empty() {
            return;
        }
        let insert = if self.slice(have).starts_with('{') {
            self.add_to_flow(have, &missing)
        } else {
            self.add_to_block(have, &missing)
        };
        self.inserts.push(insert);
        for entry in missing {
            let mut name = path.clone();
            // A whole part that was not there is told by what stands in it.
            let parts = entry.value.entries().filter(|_| path.is_empty());
            name.push(entry.key.clone());
            match parts {
                Some(parts) => {
                    self.added.extend(parts.iter().map(|part| format!("{}.{}", name.join("."), part.key)))
                }
                None => self.added.push(name.join(".")),
            }
        }
    }

    /// Items of a list of caps that are not there in these words.
    fn lay_items(&mut self, have: &Node, want: &[Node], path: &[String]) {
        let known: Vec<String> =
            have.items().unwrap_or_default().iter().map(|item| flow(self.have, item)).collect();
        let missing: Vec<String> =
            want.iter().map(|item| flow(self.want, item)).filter(|item| !known.contains(item)).collect();
        let Some(last) = have.items().and_then(<[Node]>::last).filter(|_| !missing.is_empty()) else {
            return;
        };
        let insert = if self.slice(have).starts_with('[') {
            (last.span.end, missing.iter().map(|item| format!(", {item}")).collect())
        } else {
            let first = have.items().and_then(<[Node]>::first).map_or(0, |item| self.column(item.span.start));
            // The dash stands two blanks before its item.
            let dash = " ".repeat(first.saturating_sub(2));
            (self.line_end(last.span.end), missing.iter().map(|item| format!("\n{dash}- {item}")).collect())
        };
        self.inserts.push(insert);
        self.added.extend(missing.iter().map(|item| format!("{} {item}", path.join("."))));
    }

    fn slice(&self, node: &Node) -> &str {
        self.have.get(node.span.start..node.span.end).unwrap_or_default()
    }

    fn add_to_flow(&self, have: &Node, missing: &[&Entry]) -> (usize, String) {
        let parts: Vec<String> =
            missing.iter().map(|entry| format!("{}: {}", entry.key, flow(self.want, &entry.value))).collect();
        let parts = parts.join(", ");
        match have.entries().and_then(<[Entry]>::last) {
            Some(last) => (last.value.span.end.max(last.key_span.end), format!(", {parts}")),
            None => (have.span.start + 1, format!(" {parts} ")),
        }
    }

    fn add_to_block(&self, have: &Node, missing: &[&Entry]) -> (usize, String) {
        let entries = have.entries().unwrap_or_default();
        let column = entries.first().map_or(0, |entry| self.column(entry.key_span.start));
        let at = entries
            .last()
            .map_or(self.have.len(), |entry| self.line_end(last_end(&entry.value).max(entry.key_span.end)));
        let text: String = missing.iter().map(|entry| format!("\n{}", self.lines(entry, column))).collect();
        (at, text)
    }

    /// An entry as it was written, at another depth.
    fn lines(&self, entry: &Entry, column: usize) -> String {
        let start = entry.key_span.start;
        let line = self.want.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let own = start - line;
        let alone = self.want.get(line..start).is_some_and(|before| before.trim().is_empty());
        let blanks = " ".repeat(column);
        if !alone {
            return format!("{blanks}{}: {}", entry.key, flow(self.want, &entry.value));
        }
        let rest = self.want.get(start..).unwrap_or_default();
        let ends = last_end(&entry.value).max(entry.key_span.end) - start;
        let ends = rest.get(ends..).and_then(|behind| behind.find('\n')).map_or(rest.len(), |at| ends + at);
        let written = rest.get(..ends).unwrap_or_default();
        let lines: Vec<String> = written
            .lines()
            .enumerate()
            .map(|(number, line)| {
                let bare = if number == 0 { line } else { line.get(own..).unwrap_or(line.trim_start()) };
                if bare.trim().is_empty() { String::new() } else { format!("{blanks}{}", bare.trim_end()) }
            })
            .collect();
        lines.join("\n")
    }

    fn column(&self, at: usize) -> usize {
        let before = self.have.get(..at).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |line| line + 1)
    }

    /// Where the line ends in which a place lies, its remark included.
    fn line_end(&self, at: usize) -> usize {
        self.have
            .get(at..)
            .and_then(|rest| rest.find('\n'))
            .map_or(self.have.trim_end().len().max(at), |end| at + end)
    }
}

/// The end of what stands last in a value.
fn last_end(node: &Node) -> usize {
    let inner = match &node.kind {
        Kind::Map(entries) => entries.last().map(|entry| last_end(&entry.value).max(entry.key_span.end)),
        Kind::List(items) => items.last().map(last_end),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } => None,
    };
    inner.unwrap_or(0).max(node.span.end)
}

/// A value on one line.
fn flow(text: &str, node: &Node) -> String {
    let written = || text.get(node.span.start..node.span.end).unwrap_or_default();
    match &node.kind {
        Kind::Map(entries) => {
            let parts: Vec<String> =
                entries.iter().map(|entry| format!("{}: {}", entry.key, flow(text, &entry.value))).collect();
            if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(", ")) }
        }
        Kind::List(items) => {
            let parts: Vec<String> = items.iter().map(|item| flow(text, item)).collect();
            format!("[{}]", parts.join(", "))
        }
        Kind::Text { text: plain, quoted: _ } => match written() {
            // What stood on lines of its own may not be cut by a comma or a bracket.
            bare if bare.starts_with(['"', '\'']) => bare.to_owned(),
            bare if bare.contains([',', '{', '}', '[', ']', '\n', '#']) => dsl::yaml::quoted(plain),
            bare => bare.to_owned(),
        },
        Kind::Null => "{}".to_owned(),
        Kind::Bool(_) | Kind::Number(_) => written().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(have: &str, want: &str) -> Merged {
        merge(have, want, &BTreeSet::new()).expect("both can be read")
    }

    #[test]
    fn what_lacks_is_put_in_and_every_remark_stays() {
        let have = "# ours\nmodel: shop\ncustomer:\n  city: { type: text }   # where they live\nevents:\n  order.paid: { amount: number }   # a sale\n  site.visited: {}\n# the end\n";
        let want = "model: cart\ncustomer:\n  city: { type: number }\nevents:\n  order.paid: { amount: text, goods: list }\n  cart.updated: { cart_id: text }   # each change\nentities:\n  cart:\n    stages: [open, done]\n    end: [done]\n";
        let Merged { text, added } = merged(have, want);
        assert_eq!(
            text,
            "# ours\nmodel: shop\ncustomer:\n  city: { type: text }   # where they live\nevents:\n  order.paid: { amount: number, goods: list }   # a sale\n  site.visited: {}\n  cart.updated: { cart_id: text }   # each change\nentities:\n  cart:\n    stages: [open, done]\n    end: [done]\n# the end\n"
        );
        assert_eq!(added, ["events.order.paid.goods", "events.cart.updated", "entities.cart"]);
        let again = merged(&text, want);
        assert_eq!((again.text, again.added), (text, Vec::new()), "a second time nothing lacks");
    }

    #[test]
    fn other_depths_and_other_forms() {
        let have = "model: shop\nevents: { a: {} }\n";
        let want = "model: shop\nevents:\n    b:\n        amount: number\n";
        assert_eq!(merged(have, want).text, "model: shop\nevents: { a: {}, b: { amount: number } }\n");
        let have = "topics:\n    marketing: { class: marketing }";
        let want = "topics:\n  cart:\n    class: marketing\n    title: 购物车\n";
        assert_eq!(
            merged(have, want).text,
            "topics:\n    marketing: { class: marketing }\n    cart:\n      class: marketing\n      title: 购物车"
        );
    }

    #[test]
    fn caps_are_added_once() {
        let have = "policies:\n  caps:\n    - { topic: news, at_most: 1 per week }   # enough\n";
        let want =
            "policies:\n  quiet_hours: 21:00-09:00\n  caps:\n    - { topic: cart, at_most: 1 per day }\n";
        let Merged { text, added } = merged(have, want);
        assert_eq!(
            text,
            "policies:\n  caps:\n    - { topic: news, at_most: 1 per week }   # enough\n    - { topic: cart, at_most: 1 per day }\n  quiet_hours: 21:00-09:00\n"
        );
        assert_eq!(added.len(), 2);
        assert_eq!(merged(&text, want).added, Vec::<String>::new());
    }

    #[test]
    fn names_of_other_files_are_no_lack_and_a_broken_file_is_left_alone() {
        let elsewhere = BTreeSet::from(["cart".to_owned()]);
        let have = "topics:\n  marketing: { class: marketing }\n";
        let want = "topics:\n  cart: { class: marketing }\n";
        assert_eq!(merge(have, want, &elsewhere).unwrap().added, Vec::<String>::new());
        assert_eq!(merge("topics:\n  a: {\n", want, &elsewhere), None);
    }
}
