//! Walks a parsed template: resolves every name, knows which are provided for, checks every helper.

use super::{exact, offset};
use crate::diagnostic::{Code, Report, listed, suggest};
use crate::library::Library;
use crate::source::Span;
use crate::template::Tag;
use crate::template::helper::{self, Helper};
use crate::template::names::{Found, Place, Presence, Thing, is_of_item, is_reserved_root, look_up, roots};
use crate::template::scan::Piece;
use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, PathSeg, Template};
use model::Type;

/// What `this` is, what surrounds it, and which names are known to be there.
#[derive(Clone, Default)]
pub(super) struct Scope {
    /// From the outside in; empty: the root.
    things: Vec<(Thing, Vec<String>)>,
    /// Names that an `if` or `with` around has found to be there.
    known: Vec<String>,
    /// Inside an `each`.
    each: bool,
}

/// A walk through a parsed template, in the order of its tags.
pub(super) struct Walk<'a> {
    pub(super) source: &'a str,
    pub(super) span: Span,
    pub(super) pieces: &'a [Piece],
    pub(super) place: Place,
    pub(super) library: &'a Library,
    pub(super) report: &'a mut Report,
    /// Tags of the source could not be read: what is around a name, and so what it means, is not known.
    pub(super) unsure: bool,
    pub(super) tags: Vec<Tag>,
}

/// What a parameter turned out to be.
struct Given {
    /// Its whole name, for a name.
    name: Option<String>,
    thing: Thing,
    /// The text, for a text written out.
    literal: Option<String>,
    span: Span,
}

impl Walk<'_> {
    /// Checks a template and everything in it; `from` is where the tag around it stands.
    pub(super) fn template(&mut self, template: &Template, scope: &Scope, from: usize) {
        for (index, element) in template.elements.iter().enumerate() {
            let at = template.mapping.get(index).map_or(from, |at| offset(self.source, at.0, at.1));
            match element {
                TemplateElement::Expression(tag) => self.expression(tag, scope, at),
                TemplateElement::HtmlExpression(tag) => {
                    self.expression(tag, scope, at);
                    self.unescaped(tag, at);
                }
                TemplateElement::HelperBlock(block) => self.block(block, scope, at),
                TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
                TemplateElement::DecoratorExpression(_)
                | TemplateElement::DecoratorBlock(_)
                | TemplateElement::PartialExpression(_)
                | TemplateElement::PartialBlock(_) => {
                    self.report.error(Code::E0506, self.tag_at(at)).help("E0506-help");
                }
                // The enum may grow: what is not known is not allowed.
                _ => {
                    self.report.error(Code::E0506, self.tag_at(at)).help("E0506-help");
                }
            }
        }
    }

    /// Three braces are for values that the model says are HTML, by their whole names.
    fn unescaped(&mut self, tag: &HelperTemplate, at: usize) {
        let is_html = || {
            let Parameter::Path(path) = &tag.name else { return false };
            self.library.model.html_names().contains(raw(path))
        };
        if matches!(self.place, Place::Message | Place::Page) && !is_html() {
            self.report.error(Code::E0505, self.tag_at(at)).help("E0505-help");
        }
    }

    fn expression(&mut self, tag: &HelperTemplate, scope: &Scope, at: usize) {
        let mut cursor = at;
        let plain = tag.params.is_empty() && tag.hash.is_empty();
        match &tag.name {
            Parameter::Path(path) if plain && Helper::named(raw(path)).is_none() => {
                if let Some(given) = self.name(path, scope, &mut cursor, false) {
                    self.printable(&given);
                }
            }
            Parameter::Path(_) | Parameter::Name(_) => {
                self.call(tag, scope, &mut cursor, false);
            }
            Parameter::Subexpression(inner) => {
                if let TemplateElement::Expression(inner) = inner.as_element() {
                    self.call(inner, scope, &mut cursor, false);
                }
            }
            // A text written out is no tag; what the parser may add later is not known here.
            Parameter::Literal(_) | _ => {}
        }
    }

    fn block(&mut self, block: &HelperTemplate, scope: &Scope, at: usize) {
        let mut cursor = at;
        let name = block.name.as_name().unwrap_or("").to_owned();
        let Some(helper) = Helper::named(&name).filter(|helper| helper.is_block()) else {
            self.unknown_helper(&name, &mut cursor, true);
            return;
        };
        self.pass(&mut cursor, &name);
        if block.block_param.is_some() {
            self.report.error(Code::E0506, self.tag_at(at)).message("E0506-block-param").help("E0506-help");
            return;
        }
        let [param] = block.params.as_slice() else {
            self.count(helper, block.params.len(), self.tag_at(at));
            return;
        };
        let guarded = helper.provides_for_missing(0) || block.inverse.is_some();
        let given = self.param(param, scope, &mut cursor, guarded);
        let mut inside = scope.clone();
        let mut otherwise = scope.clone();
        let known = given.as_ref().map(|given| given.name.clone()).unwrap_or_default().into_iter();
        let known: Vec<String> = known.chain(proven(param)).collect();
        if helper == Helper::Unless {
            otherwise.known.extend(known);
        } else {
            inside.known.extend(known);
        }
        if let (Helper::With | Helper::Each, Some(given)) = (helper, given) {
            self.enter(helper, given, &mut inside);
        }
        if let Some(template) = &block.template {
            self.template(template, &inside, at);
        }
        if let Some(template) = &block.inverse {
            self.template(template, &otherwise, at);
        }
    }

    fn enter(&mut self, helper: Helper, given: Given, inside: &mut Scope) {
        let name: Vec<String> =
            given.name.iter().flat_map(|name| name.split('.')).map(str::to_owned).collect();
        if helper == Helper::With {
            if let Thing::Leaf(Some(ty)) = &given.thing {
                self.report.error(Code::E0511, given.span).message("E0511-with").arg_type("type", ty);
            }
            inside.things.push((given.thing, name));
            return;
        }
        inside.each = true;
        if given.thing == Thing::Items {
            // What an item names is named from the root: the place of use knows which entry and vars there are.
            inside.things.push((Thing::Item, Vec::new()));
            return;
        }
        if !matches!(&given.thing, Thing::Leaf(Some(Type::List) | None) | Thing::Result) {
            let name = given.name.clone().unwrap_or_default();
            self.report.error(Code::E0511, given.span).message("E0511-each").arg("name", name);
        }
        inside.things.push((Thing::Leaf(Some(Type::Text)), vec!["this".to_owned()]));
    }

    /// A helper with its parameters, in a tag or inside brackets.
    fn call(
        &mut self,
        call: &HelperTemplate,
        scope: &Scope,
        cursor: &mut usize,
        guarded: bool,
    ) -> Option<Type> {
        let start = *cursor;
        let name = call.name.as_name().unwrap_or("").to_owned();
        let Some(helper) = Helper::named(&name).filter(|helper| !helper.is_block()) else {
            self.unknown_helper(&name, cursor, false);
            return None;
        };
        self.pass(cursor, &name);
        let whole = self.tag_at(start);
        if !call.hash.is_empty() {
            self.report.error(Code::E0511, whole).message("E0511-hash").arg("helper", name);
            return None;
        }
        if !self.count(helper, call.params.len(), whole) {
            return None;
        }
        for (index, param) in call.params.iter().enumerate() {
            let provided = guarded || helper.provides_for_missing(index);
            let Some(given) = self.param(param, scope, cursor, provided) else { continue };
            if let (Some(choices), Some(text)) = (helper.choices(index), &given.literal)
                && !choices.contains(&text.as_str())
            {
                let wrong = self.report.error(Code::E0511, given.span).message("E0511-choice");
                wrong
                    .arg("text", text)
                    .arg_listed("choices", &choices.join(", "))
                    .did_you_mean(suggest(text, choices.to_vec()));
            }
            if let Thing::Leaf(Some(ty)) = &given.thing {
                if !helper.takes(index, ty) {
                    let wrong = self.report.error(Code::E0511, given.span).arg("helper", &name);
                    wrong.arg("name", given.name.unwrap_or_default()).arg_type("type", ty).help("E0511-help");
                }
            } else if !(helper == Helper::Count && given.thing == Thing::Items) {
                self.printable(&given);
            }
        }
        helper.gives()
    }

    fn param(
        &mut self,
        param: &Parameter,
        scope: &Scope,
        cursor: &mut usize,
        guarded: bool,
    ) -> Option<Given> {
        match param {
            Parameter::Path(path) => self.name(path, scope, cursor, guarded),
            Parameter::Name(name) => {
                self.pass(cursor, name);
                None
            }
            Parameter::Literal(json) => {
                let literal = json.as_str().map(str::to_owned);
                let span = literal.as_ref().map_or(self.tag_at(*cursor), |text| self.find(text, cursor));
                let ty = if literal.is_some() { Type::Text } else { Type::Number };
                // A text written out may stand for anything, such as `默认` for a date.
                let thing = Thing::Leaf(if literal.is_some() { None } else { Some(ty) });
                Some(Given { name: None, thing, literal, span })
            }
            Parameter::Subexpression(inner) => {
                let TemplateElement::Expression(call) = inner.as_element() else { return None };
                let span = self.tag_at(*cursor);
                if call.params.is_empty()
                    && call.hash.is_empty()
                    && let Parameter::Path(path) = &call.name
                    && Helper::named(raw(path)).is_none()
                {
                    return self.name(path, scope, cursor, guarded);
                }
                let ty = self.call(call, scope, cursor, guarded);
                Some(Given { name: None, thing: Thing::Leaf(ty), literal: None, span })
            }
            _ => None,
        }
    }

    /// Resolves a name, reports it where it is wrong, and remembers it.
    fn name(&mut self, path: &Path, scope: &Scope, cursor: &mut usize, guarded: bool) -> Option<Given> {
        let raw = raw(path);
        let span = self.find(raw, cursor);
        let parts: Vec<String> = match path {
            Path::Relative((segments, _)) => segments
                .iter()
                .filter_map(
                    |segment| if let PathSeg::Named(name) = segment { Some(name.clone()) } else { None },
                )
                .collect(),
            Path::Local((_, name, _)) => {
                let known = scope.each && matches!(name.as_str(), "index" | "first" | "last");
                if !known && !self.unsure {
                    self.unknown_name(raw, raw, &[], span);
                }
                return known.then_some(Given { name: None, thing: Thing::Leaf(None), literal: None, span });
            }
        };
        let (from, prefix) = origin(raw, &parts, scope);
        let written = prefix.iter().chain(&parts).cloned().collect::<Vec<_>>().join(".");
        match look_up(&from, &parts, self.place, self.library) {
            Found::Here(thing, presence) => {
                let guarded = guarded || self.is_proven(&written, scope);
                self.presence(presence, guarded, &written, span);
                let guarded = guarded || presence == Presence::Sure;
                if written != "this" {
                    self.tags.push(Tag { name: written.clone(), guarded, span });
                }
                Some(Given { name: Some(written), thing, literal: None, span })
            }
            Found::Unknown { part, among } => {
                // What is around it may be in a block that could not be read.
                if self.unsure && part == 0 {
                    return None;
                }
                let known_outside =
                    roots(self.place, self.library).iter().any(|root| parts.first() == Some(root));
                if known_outside && part == 0 && !scope.things.is_empty() {
                    let is_exact = self.is_exact();
                    let wrong = self.report.error(Code::E0502, span).message("E0502-inside").arg("name", raw);
                    wrong.arg("rooted", format!("@root.{raw}")).help("E0502-inside-help");
                    if is_exact {
                        wrong.fix(span, format!("@root.{raw}"));
                    }
                } else {
                    let before: String =
                        prefix.iter().chain(parts.iter().take(part)).map(|p| format!("{p}.")).collect();
                    let meant =
                        suggest(parts.get(part).map_or("", String::as_str), among.iter().map(String::as_str));
                    let known: Vec<String> = among.iter().map(|name| format!("{before}{name}")).collect();
                    let rest: String = parts.iter().skip(part + 1).map(|p| format!(".{p}")).collect();
                    let meant = meant.map(|name| format!("{before}{name}{rest}"));
                    self.unknown_name(&written, &listed(known), &meant.into_iter().collect::<Vec<_>>(), span);
                }
                None
            }
            Found::TooFar { part } => {
                let before: Vec<String> = prefix.iter().chain(parts.iter().take(part)).cloned().collect();
                let wrong = self.report.error(Code::E0502, span).message("E0502-far");
                wrong.arg("name", &written).arg("before", before.join(".")).help("E0502-help-far");
                None
            }
        }
    }

    /// A name inside `if customer.company` is proven only up to the company: its own fields may be unknown.
    fn is_proven(&self, written: &str, scope: &Scope) -> bool {
        if scope.known.iter().any(|name| name == written) {
            return true;
        }
        let known = scope
            .known
            .iter()
            .filter(|name| written.starts_with(&format!("{name}.")))
            .max_by_key(|n| n.len());
        let Some(known) = known else { return false };
        let parts: Vec<String> = written.split('.').map(str::to_owned).collect();
        let length = known.split('.').count();
        let (Some(head), Some(tail)) = (parts.get(..length), parts.get(length..)) else { return false };
        match look_up(&Thing::Root, head, self.place, self.library) {
            Found::Here(thing, _) => {
                matches!(look_up(&thing, tail, self.place, self.library), Found::Here(_, Presence::Sure))
            }
            Found::Unknown { .. } | Found::TooFar { .. } => false,
        }
    }

    fn presence(&mut self, presence: Presence, guarded: bool, name: &str, span: Span) {
        if guarded || self.unsure {
            return;
        }
        match presence {
            Presence::Sure => {}
            Presence::Likely => {
                self.report.warning(Code::W0527, span).arg("name", name).help("W0527-help");
            }
            Presence::Optional => {
                self.report.error(Code::E0503, span).arg("name", name).help("E0503-help");
            }
        }
    }

    fn unknown_name(&mut self, name: &str, known: &str, meant: &[String], span: Span) {
        let is_exact = self.is_exact();
        let wrong = self.report.error(Code::E0502, span).arg("name", name).did_you_mean(meant.first());
        if let ([only], true) = (meant, is_exact) {
            wrong.fix(span, only.clone());
        } else if meant.is_empty() && !known.is_empty() {
            wrong.arg_listed("known", known).help("E0502-help");
        }
    }

    fn unknown_helper(&mut self, name: &str, cursor: &mut usize, block: bool) {
        let span = self.find(name, cursor);
        let known: Vec<&str> =
            helper::ALL.iter().filter(|h| h.is_block() == block).map(|h| h.name()).collect();
        let wrong =
            self.report.error(Code::E0504, span).arg("name", name).arg_listed("known", &known.join(", "));
        match suggest(name, known) {
            Some(meant) => wrong.did_you_mean(Some(meant)),
            None => wrong.help("E0504-help"),
        };
    }

    fn count(&mut self, helper: Helper, given: usize, span: Span) -> bool {
        let fits = helper.counts().contains(&given);
        if !fits {
            let wrong =
                self.report.error(Code::E0511, span).message("E0511-count").arg("helper", helper.name());
            wrong.arg("usage", helper.usage());
        }
        fits
    }

    /// Only texts, numbers and the like can be printed, not a company or a list.
    fn printable(&mut self, given: &Given) {
        let message = match &given.thing {
            Thing::Leaf(Some(Type::List)) | Thing::Items => "E0511-list",
            Thing::Leaf(_) | Thing::Result => return,
            // `this`, where what it is about could not be read.
            Thing::Root if self.unsure => return,
            Thing::Root
            | Thing::Customer
            | Thing::Entity(..)
            | Thing::Fields(_)
            | Thing::Rep
            | Thing::Brand
            | Thing::Vars
            | Thing::Inputs
            | Thing::Steps
            | Thing::Item
            | Thing::Step(_) => "E0511-thing",
        };
        let name = given.name.clone().unwrap_or_default();
        self.report.error(Code::E0511, given.span).message(message).arg("name", name);
    }

    /// The place of a word at or behind the cursor, which moves behind it.
    fn find(&self, word: &str, cursor: &mut usize) -> Span {
        let mut from = *cursor;
        while let Some(found) = self.source.get(from..).and_then(|rest| rest.find(word)) {
            let (start, end) = (from + found, from + found + word.len());
            let alone = |near: Option<char>| {
                !near.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '@'))
            };
            let before = self.source.get(..start).and_then(|text| text.chars().next_back());
            let after = self.source.get(end..).and_then(|text| text.chars().next());
            if word.is_empty() || (alone(before) && alone(after)) {
                *cursor = end;
                return exact(self.source, self.span, start, end);
            }
            from = end;
        }
        self.tag_at(*cursor)
    }

    fn pass(&self, cursor: &mut usize, word: &str) {
        let _ = self.find(word, cursor);
    }

    fn tag_at(&self, at: usize) -> Span {
        let piece = self.pieces.iter().find(|piece| piece.at.start <= at && at < piece.at.end);
        let range = piece.map_or(at..at, |piece| piece.at.clone());
        exact(self.source, self.span, range.start, range.end)
    }

    fn is_exact(&self) -> bool {
        self.span.end - self.span.start == self.source.len()
    }
}

/// Where a name begins: at the root, at `this`, or further out.
fn origin(raw: &str, parts: &[String], scope: &Scope) -> (Thing, Vec<String>) {
    let root = (Thing::Root, Vec::new());
    if raw.starts_with("@root") {
        return root;
    }
    let mut things = scope.things.iter().rev();
    let ups = raw.matches("../").count();
    // These words always mean the same, also inside `each` and `with` (the renderer sees to it).
    let in_item = scope.things.last().is_some_and(|(thing, _)| *thing == Thing::Item);
    let reserved =
        parts.first().is_some_and(|first| is_reserved_root(first) && !(in_item && is_of_item(first)));
    if ups == 0 && !raw.starts_with("this") && !raw.starts_with("./") && reserved {
        return root;
    }
    things.nth(ups).cloned().unwrap_or(root)
}

/// The names that a condition such as `(eq customer.tier "gold")` proves to be there.
fn proven(param: &Parameter) -> Vec<String> {
    let Parameter::Subexpression(inner) = param else { return Vec::new() };
    if inner.name() != Helper::Eq.name() {
        return Vec::new();
    }
    let params = inner.params().map_or(&[][..], Vec::as_slice);
    params
        .iter()
        .filter_map(|p| if let Parameter::Path(path) = p { Some(raw(path).to_owned()) } else { None })
        .collect()
}

fn raw(path: &Path) -> &str {
    match path {
        Path::Relative((_, raw)) | Path::Local((_, _, raw)) => raw,
    }
}
