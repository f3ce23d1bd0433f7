//! Ways out of a wrong name, with the author's own names: what there is instead, where a new one is declared,
//! how an event or an entity is asked.

use super::Typer;
use crate::condition::parse::{Expr, ExprKind};
use crate::diagnostic::{Code, Diagnostic, listed};
use crate::library::Attribute;
use model::Type;
use std::collections::BTreeMap;

impl Typer<'_> {
    /// The event that a name begins with, and the field behind it.
    pub(super) fn event_named(&self, words: &[String]) -> Option<(String, Option<String>)> {
        let events = &self.library.model.events;
        let whole = words.join(".");
        if events.contains_key(&whole) {
            return Some((whole, None));
        }
        let (field, before) = words.split_last()?;
        let event = before.join(".");
        events.contains_key(&event).then(|| (event, Some(field.clone())))
    }

    /// `order.paid.amount > 100`: a customer may have many of an event, so which one is not clear.
    pub(super) fn which_event<T>(&mut self, expr: &Expr, event: &str, field: Option<&str>) -> Option<T> {
        let ty = field.and_then(|field| self.library.model.events.get(event)?.fields.get(field).cloned());
        let at_hand = self.scope.event().is_some_and(|known| known.of == event);
        let name = self.slice(expr);
        let meant = match (field, &ty) {
            (Some(field), Some(_)) if at_hand => format!("event.{field}"),
            (Some(field), Some(Type::Number | Type::Money)) => format!("sum({event}.{field})"),
            (Some(field), _) => format!("last({event}.{field})"),
            (None, _) => format!("count({event})"),
        };
        let diagnostic = self.error(Code::E0205, expr).message("E0205-event").arg("name", name);
        diagnostic.arg("event", event).did_you_mean(Some(meant));
        match field {
            Some(field) => diagnostic.arg("field", field).help("E0205-help-field"),
            None => diagnostic.help("E0205-help-event"),
        };
        None
    }

    /// `days_since(order.paid)`: of the last one. Whether an event is named, which is said.
    pub(super) fn last_of_event(&mut self, expr: &Expr) -> bool {
        let ExprKind::Name(words) = &expr.kind else { return false };
        let Some((event, field)) = self.event_named(words) else { return false };
        let meant = match field {
            Some(field) => format!("last({event}.{field})"),
            None => format!("last({event})"),
        };
        let name = self.slice(expr);
        let diagnostic = self.error(Code::E0205, expr).message("E0205-event").arg("name", name);
        diagnostic.arg("event", event).did_you_mean(Some(meant)).help("E0205-help-last");
        true
    }

    /// `customer` alone: a whole name that begins so.
    pub(super) fn whole_name(&self, root: &str) -> String {
        let first = |names: &BTreeMap<String, Type>, other: &str| {
            format!("{root}.{}", names.keys().next().map_or(other, String::as_str))
        };
        let model = &self.library.model;
        match root {
            "customer" => format!("customer.{}", own(&model.customer).next().unwrap_or("name")),
            "owner" | "rep" => format!("{root}.name"),
            "vars" => first(&self.scope.vars, "NAME"),
            "inputs" => first(&self.scope.inputs, "NAME"),
            "steps" => match self.scope.steps.iter().next() {
                Some((id, fields)) => {
                    format!("steps.{id}.{}", fields.fields.keys().next().map_or("NAME", String::as_str))
                }
                None => "steps.ID.outcome".to_owned(),
            },
            "event" | "entry" => {
                let known = if root == "event" { self.scope.event() } else { self.scope.entry.as_ref() };
                known.map_or_else(|| format!("{root}.at"), |known| first(&known.fields, "at"))
            }
            kind => format!("{kind}.stage"),
        }
    }
}

/// The names that the author declared, then those that are always there.
fn own(attributes: &BTreeMap<String, Attribute>) -> impl Iterator<Item = &str> {
    let of = |built_in: bool| attributes.iter().filter(move |(_, each)| each.built_in == built_in);
    of(false).chain(of(true)).map(|(name, _)| name.as_str())
}

/// Says which attributes there are, and where a new one is declared.
pub(super) fn attributes(said: &mut Diagnostic, of: &str, attributes: &BTreeMap<String, Attribute>) {
    let all = listed(own(attributes).map(|name| format!("{of}.{name}")));
    let help = if of == "customer" { "E0204-help-customer" } else { "E0204-help-entity" };
    said.arg_listed("all", &all).arg("kind", of).help(help);
}

/// Says what a name may go on with behind `vars`, `inputs`, `steps` or `steps.ID`.
pub(super) fn names<'n>(said: &mut Diagnostic, of: &str, all: impl Iterator<Item = &'n String>) {
    let all: Vec<String> = all.map(|name| format!("{of}.{name}")).collect();
    let help = match (of, all.is_empty()) {
        ("vars", true) => "E0204-help-no-vars",
        ("vars", false) => "E0204-help-vars",
        ("inputs", true) => "E0204-help-no-inputs",
        ("inputs", false) => "E0204-help-inputs",
        ("steps", true) => "E0204-help-no-steps",
        ("steps", false) => "E0204-help-steps",
        (_, _) => "E0204-help-result",
    };
    said.arg_listed("all", &listed(all)).help(help);
}

/// Says which names there are, or that there are none.
pub(super) fn known(said: &mut Diagnostic, all: &[&str], none: &'static str) {
    if all.is_empty() {
        said.help(none);
    } else {
        said.arg_listed("known", &listed(all)).help("known-names");
    }
}
