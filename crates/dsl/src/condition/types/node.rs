//! Conditions written in YAML as lists: `all: […]`, `any: […]`.

use super::{Typer, folded, known_names, read};
use crate::condition::parse::{Expr, ExprKind};
use crate::condition::scope::Scope;
use crate::condition::{Condition, Test};
use crate::diagnostic::{Code, Report};
use crate::library::Library;
use crate::source::{Sources, Span};
use crate::yaml::{self, Node};

/// Reads and checks a condition written in YAML: a text, `all: […]` or `any: […]`, also nested.
pub fn condition_node(
    node: &Node,
    sources: &Sources,
    scope: &Scope,
    library: &Library,
    report: &mut Report,
) -> Option<Condition> {
    let mut failed = false;
    let written = read_node(node, sources, &mut failed, report)?;
    let test = type_node(&written, &mut Vec::new(), &mut failed, scope, library, report);
    let text = written.text();
    test.filter(|_| !failed).map(|test| Condition { test, text: folded(&text), span: node.span })
}

/// A condition in YAML, its texts read but not typed.
enum Written<'n> {
    Text(&'n str, Span, Expr),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Written<'_> {
    fn text(&self) -> String {
        let list = |items: &[Self], word: &str| {
            let parts: Vec<_> = items
                .iter()
                .map(|item| match item {
                    Written::Text(text, _, expr) => {
                        let joined = matches!(expr.kind, ExprKind::Or(_) | ExprKind::And(_));
                        if joined { format!("({text})") } else { (*text).to_owned() }
                    }
                    Written::All(_) | Written::Any(_) => format!("({})", item.text()),
                })
                .collect();
            parts.join(word)
        };
        match self {
            Self::Text(text, _, _) => (*text).to_owned(),
            Self::All(items) => list(items, " and "),
            Self::Any(items) => list(items, " or "),
        }
    }

    fn known(&self, names: &mut Vec<Vec<String>>) {
        match self {
            Self::Text(_, _, expr) => known_names(expr, names),
            Self::All(items) | Self::Any(items) => items.iter().for_each(|item| item.known(names)),
        }
    }
}

fn read_node<'n>(
    node: &'n Node,
    sources: &Sources,
    failed: &mut bool,
    report: &mut Report,
) -> Option<Written<'n>> {
    match &node.kind {
        yaml::Kind::Map(entries) => {
            let [entry] = entries.as_slice() else {
                report.error(Code::E0411, node.span).message("E0411-shape");
                return None;
            };
            let all = match entry.key.as_str() {
                "all" => true,
                "any" => false,
                _ => {
                    report.error(Code::E0411, entry.key_span).message("E0411-shape");
                    return None;
                }
            };
            let items = entry.value.items().filter(|items| !items.is_empty());
            let Some(items) = items else {
                report.error(Code::E0411, entry.value.span).message("E0411-shape");
                return None;
            };
            let read: Vec<_> = items.iter().map(|item| read_node(item, sources, failed, report)).collect();
            let read = read.into_iter().collect::<Option<Vec<_>>>()?;
            Some(if all { Written::All(read) } else { Written::Any(read) })
        }
        yaml::Kind::Null | yaml::Kind::List(_) => {
            report.error(Code::E0411, node.span).message("E0411-shape");
            None
        }
        yaml::Kind::Bool(_) | yaml::Kind::Number(_) | yaml::Kind::Text { .. } => {
            let text = node.raw_text()?;
            let at = node.place_of(sources, 0, text.len());
            let (expr, mended) = read(text, at, report)?;
            *failed |= mended;
            Some(Written::Text(text, at, expr))
        }
    }
}

fn type_node(
    written: &Written<'_>,
    known: &mut Vec<Vec<String>>,
    failed: &mut bool,
    scope: &Scope,
    library: &Library,
    report: &mut Report,
) -> Option<Test> {
    match written {
        Written::Text(text, at, expr) => {
            let mut typer = Typer::new(text, *at, scope, library, report);
            typer.known.clone_from(known);
            let test = typer.test(expr);
            *failed |= typer.failed;
            test
        }
        Written::All(items) | Written::Any(items) => {
            let before = known.len();
            written.known(known);
            let tests: Vec<_> =
                items.iter().map(|item| type_node(item, known, failed, scope, library, report)).collect();
            known.truncate(before);
            let tests = tests.into_iter().collect::<Option<Vec<_>>>()?;
            Some(if matches!(written, Written::All(_)) { Test::all(tests) } else { Test::any(tests) })
        }
    }
}
