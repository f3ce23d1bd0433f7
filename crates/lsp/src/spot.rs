//! Where the cursor stands in a file of YAML that is being typed: among which keys, behind which key.
//!
//! The word under the cursor is replaced by one that can be found again, so that the file can be read even
//! while the line is half a line; the way to that word is the answer.

use dsl::diagnostic::Report;
use dsl::source::Sources;
use dsl::yaml::{self, Kind, Node};

/// The word put in place of what is being typed.
const HERE: &str = "nurture__here";

/// One turn on the way from the top of a file to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Crumb {
    /// Behind this key.
    Key(String),
    /// Item of a list.
    Item(usize),
}

/// Where the cursor stands.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The file as read with the cursor's word replaced.
    pub tree: Node,
    /// The way to the map whose key is typed, or to the value that is typed.
    pub path: Vec<Crumb>,
    /// A key, or a value.
    pub is_key: bool,
    /// Inside `{ }` or `[ ]` of one line.
    pub in_flow: bool,
    /// Where the word or value that is typed begins, in bytes.
    pub start: usize,
    /// What stands from there to the cursor.
    pub typed: String,
}

/// Finds the cursor; `None`: the file cannot be read even so.
pub fn spot(text: &str, offset: usize) -> Option<Spot> {
    let line_start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text.get(offset..)?.find(['\n', '\r']).map_or(text.len(), |at| offset + at);
    let before = text.get(line_start..offset)?;
    let line = Line::of(before);
    let start = line_start + line.start;
    let typed = text.get(start..offset)?.to_owned();
    let rest = text.get(offset..line_end)?;
    let end = offset + value_end(rest, &typed, line.in_flow);
    let mut tries: Vec<(bool, String)> = Vec::new();
    if line.may_be_key {
        let word_end = offset + rest.find(|c: char| !is_of_a_word(c)).unwrap_or(rest.len());
        let colon = text.get(word_end..line_end).unwrap_or("").trim_start().starts_with(':');
        let put = if colon { HERE.to_owned() } else { format!("{HERE}: x") };
        tries.push((true, replaced(text, start, word_end, &put)?));
    }
    if line.may_be_value {
        tries.push((false, replaced(text, start, end, HERE)?));
    }
    for (is_key, mended) in &tries {
        let closed = format!("{}{}", text.get(..start)?, closing(is_key, before, line.start));
        let tail = text.get(line_end..).unwrap_or("");
        for candidate in [mended.clone(), format!("{closed}{tail}"), closed.clone()] {
            if let Some((tree, path)) = read(&candidate, *is_key) {
                return Some(Spot { tree, path, is_key: *is_key, in_flow: line.in_flow, start, typed });
            }
        }
    }
    None
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '/')
}

/// The word behind what stands before it, with the brackets of its line closed.
fn closing(is_key: &bool, before: &str, start: usize) -> String {
    let mut open = Vec::new();
    let mut quote = None;
    for letter in before.get(..start).unwrap_or("").chars() {
        match (quote, letter) {
            (Some(by), letter) if by == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '{') => open.push('}'),
            (None, '[') => open.push(']'),
            (None, '}' | ']') => {
                open.pop();
            }
            (None, _) => {}
        }
    }
    let word = if *is_key { format!("{HERE}: x") } else { HERE.to_owned() };
    let brackets: String = open.into_iter().rev().collect();
    format!("{word}{brackets}")
}

fn replaced(text: &str, start: usize, end: usize, by: &str) -> Option<String> {
    Some(format!("{}{by}{}", text.get(..start)?, text.get(end..)?))
}

/// Where the value that is being typed ends, counted from the cursor.
fn value_end(rest: &str, typed: &str, in_flow: bool) -> usize {
    let quote = typed.chars().next().filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote {
        return rest.find(quote).map_or(rest.len(), |at| at + 1);
    }
    if in_flow {
        return rest.find([',', '}', ']']).unwrap_or(rest.len());
    }
    rest.find(" #").unwrap_or(rest.len())
}

/// What stands before the cursor in its line.
struct Line {
    /// Where the word or value begins in it.
    start: usize,
    may_be_key: bool,
    may_be_value: bool,
    in_flow: bool,
}

impl Line {
    fn of(before: &str) -> Self {
        let mut start = before.len() - before.trim_start().len();
        while let Some(rest) = before.get(start..).and_then(|rest| rest.strip_prefix('-'))
            && rest.starts_with(' ')
        {
            start = before.len() - rest.trim_start().len();
        }
        let mut line = Self { start, may_be_key: true, may_be_value: true, in_flow: false };
        let mut quote: Option<char> = None;
        let mut open: Vec<char> = Vec::new();
        // Whether a quote or bracket here would open: only at the beginning of a value.
        let mut fresh = true;
        let mut letters = before.char_indices().skip_while(|(at, _)| *at < start).peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            let after = at + letter.len_utf8();
            match (quote, letter) {
                (Some(by), letter) => {
                    if letter == by {
                        quote = None;
                    }
                    continue;
                }
                (None, '"' | '\'') if fresh => {
                    quote = Some(letter);
                    line.may_be_key = false;
                    line.start = at;
                    fresh = false;
                }
                (None, '{' | '[') if fresh => {
                    open.push(letter);
                    line.start = after;
                    line.may_be_key = letter == '{';
                    line.may_be_value = letter == '[';
                }
                (None, '}' | ']') if !open.is_empty() => {
                    open.pop();
                    fresh = false;
                }
                (None, ',') if !open.is_empty() => {
                    line.start = after;
                    fresh = true;
                    line.may_be_key = open.last() == Some(&'{');
                    line.may_be_value = open.last() == Some(&'[');
                }
                (None, ':') if line.may_be_key && next.is_none_or(|next| next == ' ') => {
                    line.start = after;
                    line.may_be_key = false;
                    line.may_be_value = true;
                    fresh = true;
                }
                (None, ' ') => {
                    if fresh && line.start == at {
                        line.start = after;
                    }
                }
                (None, _) => fresh = false,
            }
        }
        line.in_flow = !open.is_empty();
        // A key is one word.
        let typed = before.get(line.start..).unwrap_or("");
        line.may_be_key &= typed.chars().all(is_of_a_word);
        line
    }
}

/// Reads the text and finds the way to the word.
fn read(text: &str, is_key: bool) -> Option<(Node, Vec<Crumb>)> {
    let mut sources = Sources::new();
    let file = sources.add("", text);
    let tree = yaml::read(&sources, file, &mut Report::new())?;
    let mut path = Vec::new();
    find(&tree, is_key, &mut path).then_some((tree, path))
}

fn find(node: &Node, is_key: bool, path: &mut Vec<Crumb>) -> bool {
    match &node.kind {
        Kind::Text { text, quoted: _ } => !is_key && text.contains(HERE),
        Kind::List(items) => items.iter().enumerate().any(|(place, item)| {
            path.push(Crumb::Item(place));
            let found = find(item, is_key, path);
            if !found {
                path.pop();
            }
            found
        }),
        Kind::Map(entries) => entries.iter().any(|entry| {
            if is_key && entry.key == HERE {
                return true;
            }
            path.push(Crumb::Key(entry.key.clone()));
            let found = find(&entry.value, is_key, path);
            if !found {
                path.pop();
            }
            found
        }),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => false,
    }
}

/// The nodes on a way, from the top; one more than it has crumbs where all of it is there.
pub fn nodes<'n>(tree: &'n Node, path: &[Crumb]) -> Vec<&'n Node> {
    let mut all = vec![tree];
    let mut node = tree;
    for crumb in path {
        let next = match crumb {
            Crumb::Key(key) => node.get(key).map(|entry| &entry.value),
            Crumb::Item(place) => node.items().and_then(|items| items.get(*place)),
        };
        let Some(next) = next else { break };
        all.push(next);
        node = next;
    }
    all
}

/// The way to the innermost key or value at an offset of a file that can be read: its crumbs, and whether the
/// cursor is on the key.
pub fn at(tree: &Node, offset: usize) -> (Vec<Crumb>, bool) {
    let mut path = Vec::new();
    let mut node = tree;
    loop {
        let touches = |start: usize, end: usize| start <= offset && offset <= end;
        match &node.kind {
            Kind::Map(entries) => {
                if let Some(entry) =
                    entries.iter().find(|entry| touches(entry.key_span.start, entry.key_span.end))
                {
                    path.push(Crumb::Key(entry.key.clone()));
                    return (path, true);
                }
                let inner = |entry: &&yaml::Entry| touches(entry.value.span.start, entry.value.span.end);
                let Some(entry) = entries.iter().find(inner) else { return (path, false) };
                path.push(Crumb::Key(entry.key.clone()));
                node = &entry.value;
            }
            Kind::List(items) => {
                let inner = |item: &&Node| touches(item.span.start, item.span.end);
                let Some(item) = items.iter().find(inner) else { return (path, false) };
                let place = items.iter().position(|known| std::ptr::eq(known, item)).unwrap_or(0);
                path.push(Crumb::Item(place));
                node = item;
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } => return (path, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spot of `|` in a text, as `path ? typed`.
    fn told(text: &str) -> String {
        let offset = text.find('|').unwrap();
        let Some(spot) = spot(&text.replacen('|', "", 1), offset) else { return "nowhere".to_owned() };
        let path: Vec<String> = spot
            .path
            .iter()
            .map(|crumb| match crumb {
                Crumb::Key(key) => key.clone(),
                Crumb::Item(place) => place.to_string(),
            })
            .collect();
        let sign = if spot.is_key { '?' } else { '=' };
        format!("{} {sign} {}", path.join("/"), spot.typed)
    }

    #[test]
    fn keys_and_values_are_told_apart_in_blocks_and_in_brackets() {
        for (text, wanted) in [
            ("wor|", " ? wor"),
            ("workflow: a\nau|", " ? au"),
            ("workflow: a\nsteps:\n  - wa|", "steps/0 ? wa"),
            ("workflow: a\nsteps:\n  - |", "steps/0 ? "),
            ("workflow: a\nsteps:\n  - wait_for: order.paid\n    |\n", "steps/0 ? "),
            ("workflow: a\nsteps:\n  - wait_for: ord|er\n    within: 3 days\n", "steps/0/wait_for = ord"),
            ("workflow: a\ngoal: { ev|\n", "goal ? ev"),
            ("workflow: a\ngoal: { event: ord|\n", "goal/event = ord"),
            ("workflow: a\ngoal: { event: order.paid, wi| }\n", "goal ? wi"),
            ("workflow: a\naudience: customer.city == \"上|\n", "audience = customer.city == \"上"),
            ("workflow: a\ntrigger:\n  inactive:\n    no: [order.paid, si|]\n", "trigger/inactive/no/1 = si"),
            (
                "workflow: a\nsteps:\n  - email: a\n    subject: \"{{customer.|}}，好\"\n",
                "steps/0/subject = \"{{customer.",
            ),
            ("workflow: a\nexit_when:\n  - customer.|\n", "exit_when/0 = customer."),
        ] {
            let told = told(text);
            let also = told.replacen(" ? ", " = ", 1);
            assert!(told == wanted || also == wanted, "{text}\n{told}\n{wanted}");
        }
    }

    #[test]
    fn the_way_to_an_offset_names_the_key_or_the_value() {
        let text = "workflow: a\nsteps:\n  - wait_for: order.paid\n    within: 3 days\n";
        let mut sources = Sources::new();
        let file = sources.add("", text);
        let tree = yaml::read(&sources, file, &mut Report::new()).unwrap();
        let steps = |key: &str| vec![Crumb::Key("steps".into()), Crumb::Item(0), Crumb::Key(key.into())];
        assert_eq!(at(&tree, text.find("within").unwrap() + 2), (steps("within"), true));
        assert_eq!(at(&tree, text.find("paid").unwrap()), (steps("wait_for"), false));
    }
}
