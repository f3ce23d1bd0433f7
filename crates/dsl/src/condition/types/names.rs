//! Finds what a name stands for: attributes, fields, variables, one hop over a reference.

use super::offers;
use super::{Candidate, Typer};
use crate::condition::parse::Expr;
use crate::condition::scope::Allows;
use crate::condition::{Path, Root};
use crate::diagnostic::{Code, Diagnostic, listed, suggest};
use crate::library::Attribute;
use model::Type;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What every project knows of a rep. Other columns of the import are texts.
const REP: [(&str, Type); 7] = [
    ("id", Type::Text),
    ("name", Type::Text),
    ("email", Type::Email),
    ("phone", Type::Phone),
    ("zone", Type::Text),
    ("team", Type::Text),
    ("away", Type::YesNo),
];

/// The first words that are not an entity's kind.
const ROOTS: [&str; 8] = ["customer", "event", "entry", "owner", "rep", "vars", "inputs", "steps"];

impl Typer<'_> {
    pub(super) fn name(&mut self, expr: &Expr, words: &[String]) -> Option<Path> {
        let (root, rest) = words.split_first()?;
        let library = self.library;
        match root.as_str() {
            "customer" => {
                let [field, hops @ ..] = rest else { return self.without_field(expr, words) };
                if self.scope.allows == Allows::From {
                    return self.not_here(expr, words);
                }
                let ty = self.attribute(expr, words, field, &library.model.customer)?;
                self.path(expr, words, Root::Customer, field, ty, hops)
            }
            "event" | "entry" => self.event(expr, words, root, rest),
            "owner" | "rep" => {
                let [field, hops @ ..] = rest else { return self.without_field(expr, words) };
                if self.scope.allows != Allows::Everything {
                    return self.not_here(expr, words);
                }
                let known = REP.iter().find(|(name, _)| name == field).map(|(_, ty)| ty.clone());
                let near = suggest(field, REP.iter().map(|(name, _)| *name));
                let ty = match (known, near) {
                    (Some(ty), _) => ty,
                    (None, None) => Type::Text,
                    (None, Some(near)) => {
                        return self.unknown_field(expr, words, Some(format!("{root}.{near}")), |_| ());
                    }
                };
                self.path(expr, words, Root::Owner, field, ty, hops)
            }
            "vars" | "inputs" => {
                let [field, hops @ ..] = rest else { return self.without_field(expr, words) };
                if self.scope.allows != Allows::Everything {
                    return self.not_here(expr, words);
                }
                let root_word = root.as_str();
                let (root, all) = match root_word {
                    "vars" => (Root::Vars, &self.scope.vars),
                    _ => (Root::Inputs, &self.scope.inputs),
                };
                let ty = self.field(expr, words, (field, root_word), all)?;
                self.path(expr, words, root, field, ty, hops)
            }
            "steps" => {
                let [id, field, hops @ ..] = rest else { return self.without_field(expr, words) };
                if self.scope.allows != Allows::Everything {
                    return self.not_here(expr, words);
                }
                let scope = self.scope;
                let Some(fields) = scope.steps.get(id) else {
                    let near = suggest(id, scope.steps.keys().map(String::as_str));
                    let near = near.map(|near| format!("steps.{near}.{field}"));
                    let offer = |said: &mut Diagnostic| offers::names(said, "steps", scope.steps.keys());
                    return self.unknown_field(expr, words, near, offer);
                };
                let root = Root::Step(Arc::from(id.as_str()));
                if fields.answer && (!hops.is_empty() || !fields.fields.contains_key(field)) {
                    // `steps.ID.data.score` is a field by itself: an answer has no parts that a reference leads to.
                    let field = rest.get(1..).unwrap_or_default().join(".");
                    return Some(Path { root, field: Arc::from(field), hop: None, ty: Type::Text });
                }
                let ty = self.field(expr, words, (field, &format!("steps.{id}")), &fields.fields)?;
                self.path(expr, words, root, field, ty, hops)
            }
            kind => match library.model.entities.get(kind) {
                Some(entity) => {
                    let in_sight = self.scope.entity.as_deref() == Some(kind);
                    let [field, hops @ ..] = rest else {
                        let asked = in_sight || self.candidate.is_some();
                        return if asked {
                            self.without_field(expr, words)
                        } else {
                            self.which_of(expr, kind)
                        };
                    };
                    let candidate = matches!(&self.candidate, Some(Candidate::Entities(of)) if &**of == kind);
                    let trigger = in_sight && self.scope.allows != Allows::From;
                    if !candidate && !trigger {
                        return self.which_entity(expr, words, kind);
                    }
                    let ty = self.attribute(expr, words, field, &entity.attributes)?;
                    self.path(expr, words, Root::Entity(Arc::from(kind)), field, ty, hops)
                }
                None => self.unknown_root(expr, words, kind),
            },
        }
    }

    fn event(&mut self, expr: &Expr, words: &[String], root: &str, rest: &[String]) -> Option<Path> {
        let [field, hops @ ..] = rest else { return self.without_field(expr, words) };
        let is_event = root == "event";
        let inside_where = match &self.candidate {
            Some(Candidate::Events(fields)) if is_event => Some(fields.clone()),
            Some(Candidate::Events(_) | Candidate::Entities(_)) | None => None,
        };
        if is_event && field == "human" {
            self.asks_human = true;
        }
        let in_scope = if is_event { self.scope.event() } else { self.scope.entry.as_ref() };
        let in_scope = in_scope.filter(|_| self.scope.allows == Allows::Everything).cloned();
        let Some(fields) = inside_where.or(in_scope) else { return self.not_here(expr, words) };
        let Some(ty) = fields.get(field) else {
            if fields.anything {
                return None;
            }
            let near = suggest(field, fields.fields.keys().map(String::as_str).chain(["at"]));
            let near = near.map(|near| format!("{root}.{near}"));
            let (name, of, none) = (words.join("."), fields.of.clone(), near.is_none());
            let diagnostic = self.error(Code::E0204, expr).message("E0204-field");
            diagnostic.arg("name", name).arg("event", of).did_you_mean(near);
            if none {
                let mut all: Vec<_> = fields.fields.keys().map(String::as_str).collect();
                all.push("at");
                diagnostic.arg_listed("all", &listed(all)).help("E0204-help-fields");
            }
            return None;
        };
        let root = if is_event { Root::Event } else { Root::Entry };
        self.path(expr, words, root, field, ty, hops)
    }

    /// The whole name, with its hop over a reference where it has one.
    fn path(
        &mut self,
        expr: &Expr,
        words: &[String],
        root: Root,
        field: &str,
        ty: Type,
        hops: &[String],
    ) -> Option<Path> {
        let (hop, ty) = match hops {
            [] => (None, ty),
            [hop] => {
                let library = self.library;
                let attributes = match &ty {
                    Type::Reference(kind) if kind == "customer" => Some(&library.model.customer),
                    Type::Reference(kind) => library.model.entities.get(kind).map(|kind| &kind.attributes),
                    Type::Text
                    | Type::Number
                    | Type::YesNo
                    | Type::Date
                    | Type::Time
                    | Type::Duration
                    | Type::List
                    | Type::Email
                    | Type::Phone
                    | Type::Money
                    | Type::Birthday
                    | Type::OneOf(_) => None,
                };
                let Some(attributes) = attributes else {
                    let (name, before) = (
                        words.join("."),
                        words.split_last().map_or(String::new(), |(_, before)| before.join(".")),
                    );
                    self.error(Code::E0213, expr)
                        .arg("name", name)
                        .arg("before", &before)
                        .did_you_mean(Some(before))
                        .help("E0213-help");
                    return None;
                };
                let ty = self.attribute(expr, words, hop, attributes)?;
                (Some(Arc::from(hop.as_str())), ty)
            }
            [_, _, ..] => {
                let name = words.join(".");
                self.error(Code::E0213, expr).message("E0213-far").arg("name", name);
                return None;
            }
        };
        Some(Path { root, field: Arc::from(field), hop, ty })
    }

    fn attribute(
        &mut self,
        expr: &Expr,
        words: &[String],
        field: &str,
        attributes: &BTreeMap<String, Attribute>,
    ) -> Option<Type> {
        if let Some(attribute) = attributes.get(field) {
            return Some(attribute.ty.clone());
        }
        // People also write the word they read in the console.
        let titled = attributes.iter().find(|(_, attribute)| attribute.title.as_deref() == Some(field));
        let near = titled
            .map(|(name, _)| name.as_str())
            .or_else(|| suggest(field, attributes.keys().map(String::as_str)));
        let meant = near.map(|near| renamed(words, field, near));
        // Of what a reference leads to, the names stand behind the reference.
        let before = words.iter().rposition(|word| word == field).unwrap_or(0);
        let of = words.get(..before).unwrap_or_default().join(".");
        let offer = |said: &mut Diagnostic| offers::attributes(said, &of, attributes);
        self.unknown_field::<()>(expr, words, meant, offer);
        None
    }

    fn field(
        &mut self,
        expr: &Expr,
        words: &[String],
        (field, of): (&str, &str),
        all: &BTreeMap<String, Type>,
    ) -> Option<Type> {
        if let Some(ty) = all.get(field) {
            return Some(ty.clone());
        }
        let near = suggest(field, all.keys().map(String::as_str));
        let meant = near.map(|near| renamed(words, field, near));
        let offer = |said: &mut Diagnostic| offers::names(said, of, all.keys());
        self.unknown_field::<()>(expr, words, meant, offer);
        None
    }

    /// `offer` says what there is, where nothing is near.
    fn unknown_field<T>(
        &mut self,
        expr: &Expr,
        words: &[String],
        meant: Option<String>,
        offer: impl FnOnce(&mut Diagnostic),
    ) -> Option<T> {
        let name = words.join(".");
        // The same once more, or a part of it that is no part, is no way out.
        let meant = meant.filter(|meant| *meant != name && !meant.starts_with(&format!("{name}.")));
        let fix = meant.clone().and_then(|meant| self.fix(expr.start, expr.end, meant));
        let none = meant.is_none();
        let diagnostic = self.error(Code::E0204, expr).arg("name", name).did_you_mean(meant);
        if none {
            offer(diagnostic);
        }
        diagnostic.fix_where_known(fix);
        None
    }

    /// `customer` alone.
    fn without_field<T>(&mut self, expr: &Expr, words: &[String]) -> Option<T> {
        let name = words.join(".");
        let example = self.whole_name(words.first().map_or("", String::as_str));
        self.error(Code::E0205, expr).message("E0205-alone").arg("name", name).arg("example", example);
        None
    }

    /// `deal` alone, where no trigger names one.
    fn which_of<T>(&mut self, expr: &Expr, kind: &str) -> Option<T> {
        let meant = format!("count({kind}) >= 1");
        let said = self.error(Code::E0212, expr).message("E0212-entity");
        said.arg("name", kind).arg("kind", kind).did_you_mean(Some(meant));
        None
    }

    /// An entity that no trigger names: the customer's own is meant, or one of many.
    fn which_entity<T>(&mut self, expr: &Expr, words: &[String], kind: &str) -> Option<T> {
        let refers = |attribute: &Attribute| attribute.ty == Type::Reference(kind.to_owned());
        let through = self.library.model.customer.iter().find(|(_, attribute)| refers(attribute));
        let rest = words.get(1..).unwrap_or_default().join(".");
        let meant = through.map(|(name, _)| format!("customer.{name}.{rest}"));
        let fix = meant.clone().and_then(|meant| self.fix(expr.start, expr.end, meant));
        let (kind, name) = (kind.to_owned(), words.join("."));
        let diagnostic = self.error(Code::E0212, expr).message("E0212-entity");
        diagnostic.arg("name", name).arg("kind", kind);
        if meant.is_some() {
            diagnostic.did_you_mean(meant);
        } else {
            diagnostic.help("E0212-entity-help");
        }
        diagnostic.fix_where_known(fix);
        None
    }

    pub(super) fn not_here<T>(&mut self, expr: &Expr, words: &[String]) -> Option<T> {
        let name = words.join(".");
        let help = match self.scope.allows {
            Allows::Everything => None,
            Allows::CustomerOnly => Some("E0212-help-customer"),
            Allows::From => Some("E0212-help-from"),
        };
        let diagnostic = self.error(Code::E0212, expr).arg("name", name);
        if let Some(help) = help {
            diagnostic.help(help);
        }
        None
    }

    fn unknown_root<T>(&mut self, expr: &Expr, words: &[String], root: &str) -> Option<T> {
        if let Some((event, field)) = self.event_named(words) {
            return self.which_event(expr, &event, field.as_deref());
        }
        let library = self.library;
        let name = words.join(".");
        let rest = words.get(1..).unwrap_or_default();
        // `city` alone, where the customer has one.
        let attribute = if rest.is_empty() {
            let titled = library.model.customer.iter().find(|(_, each)| each.title.as_deref() == Some(root));
            let found = titled
                .map(|(name, _)| name.as_str())
                .or_else(|| library.model.customer.contains_key(root).then_some(root));
            found.map(|found| format!("customer.{found}"))
        } else {
            None
        };
        let near = suggest(root, ROOTS.into_iter().chain(library.model.entities.keys().map(String::as_str)));
        let near = near.filter(|_| !rest.is_empty()).map(|near| {
            let rest: Vec<_> = rest.iter().map(String::as_str).collect();
            format!("{near}.{}", rest.join("."))
        });
        let quoted = rest.is_empty() && attribute.is_none();
        let meant = attribute.or(near);
        let none = meant.is_none();
        let diagnostic =
            self.error(Code::E0205, expr).arg("name", name).arg("first", root).did_you_mean(meant);
        if quoted {
            diagnostic.help("E0205-help-text");
        } else if none {
            diagnostic.help("E0205-help-root");
        }
        None
    }
}

/// The name with one word replaced.
fn renamed(words: &[String], from: &str, to: &str) -> String {
    let last = words.iter().rposition(|word| word == from);
    let words: Vec<_> =
        words.iter().enumerate().map(|(place, word)| if Some(place) == last { to } else { word }).collect();
    words.join(".")
}
