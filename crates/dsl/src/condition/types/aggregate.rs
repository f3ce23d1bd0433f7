//! Types of aggregates over events and entities, with their window and `where`.

use super::{Candidate, Sort, Typer, offers};
use crate::condition::parse::{Argument, ArgumentKind, Expr, ExprKind};
use crate::condition::scope::{Allows, Fields};
use crate::condition::{Aggregate, AggregateKind, Over, Within};
use crate::diagnostic::{Code, listed, suggest};
use model::{Length, Type};
use std::sync::Arc;

impl Typer<'_> {
    pub(super) fn aggregate(
        &mut self,
        expr: &Expr,
        name: &str,
        kind: AggregateKind,
        arguments: &[Argument],
    ) -> Option<Aggregate> {
        if self.candidate.is_some() {
            self.error(Code::E0416, expr).message("E0416-nested").arg("name", name);
            return None;
        }
        let Some((Argument { kind: ArgumentKind::Value(of), .. }, rest)) = arguments.split_first() else {
            self.wrong_arguments(expr, name);
            return None;
        };
        let ExprKind::Name(words) = &of.kind else {
            let found = self.slice(of);
            self.error(Code::E0416, of).message("E0416-name").arg("found", found);
            return None;
        };
        let over = self.over(of, words);
        let mut window = None;
        let mut filter = None;
        let mut right = true;
        let mut asks_human = false;
        for argument in rest {
            match &argument.kind {
                ArgumentKind::Last(length) if window.is_none() => {
                    window = Some(Within::Last(*length));
                    right &= self.window(argument, Some(length));
                }
                ArgumentKind::SinceEntry if window.is_none() => {
                    window = Some(Within::SinceEntry);
                    right &= self.window(argument, None);
                }
                ArgumentKind::Where(test) if filter.is_none() => {
                    let Some((over, _)) = &over else { continue };
                    self.candidate = Some(match over {
                        Over::Events(event) => {
                            Candidate::Events(Fields::of_event(&self.library.model, event))
                        }
                        Over::Entities(kind) => Candidate::Entities(kind.clone()),
                    });
                    self.asks_human = false;
                    let test = self.test(test);
                    asks_human = self.asks_human;
                    self.candidate = None;
                    right &= test.is_some();
                    filter = test;
                }
                ArgumentKind::Value(_)
                | ArgumentKind::Last(_)
                | ArgumentKind::LastTimes(_)
                | ArgumentKind::SinceEntry
                | ArgumentKind::Where(_) => {
                    self.wrong_arguments(expr, name);
                    right = false;
                }
            }
        }
        let (over, field) = over?;
        let ty = self.result(of, name, kind, &over, field.as_ref());
        let machines = match &over {
            Over::Events(event) => {
                let known = self.library.model.events.get(&**event);
                asks_human || !known.is_some_and(|kind| kind.built_in && kind.fields.contains_key("human"))
            }
            Over::Entities(_) => true,
        };
        if !right {
            return None;
        }
        let field = field.map(|(field, _)| field);
        Some(Aggregate { kind, of: over, field, window, filter, machines, ty: ty? })
    }

    /// A window is not for `from:`; its length has no working parts.
    fn window(&mut self, argument: &Argument, length: Option<&Length>) -> bool {
        let (start, end) = (argument.start, argument.end);
        match (self.scope.allows, length) {
            (Allows::From, _) => {
                self.error_at(Code::E0418, start, end).help("E0418-help");
                false
            }
            (Allows::CustomerOnly, None) => {
                let name = "since entry";
                self.error_at(Code::E0212, start, end).arg("name", name).help("E0212-help-customer");
                false
            }
            (_, Some(length)) if length.workdays != 0 || length.work_minutes != 0 => {
                self.error_at(Code::E0416, start, end).message("E0416-work");
                false
            }
            (Allows::Everything | Allows::CustomerOnly, _) => true,
        }
    }

    /// What an aggregate runs over, and the field with its type.
    fn over(&mut self, of: &Expr, words: &[String]) -> Option<(Over, Option<(Arc<str>, Type)>)> {
        let model = &self.library.model;
        let name = words.join(".");
        if model.events.contains_key(&name) {
            return Some((Over::Events(Arc::from(name)), None));
        }
        let (last, before) = words.split_last()?;
        let event = before.join(".");
        if model.events.contains_key(&event) {
            let fields = Fields::of_event(model, &event);
            let Some(ty) = fields.get(last) else {
                let near = suggest(last, fields.fields.keys().map(String::as_str));
                let near = near.map(|near| format!("{event}.{near}"));
                let none = near.is_none();
                let diagnostic = self.error(Code::E0204, of).message("E0204-field");
                diagnostic.arg("name", last).arg("event", event).did_you_mean(near);
                if none {
                    let all = fields.fields.keys().map(String::as_str).chain(["at"]);
                    diagnostic.arg_listed("all", &listed(all)).help("E0204-help-fields");
                }
                return None;
            };
            return Some((Over::Events(Arc::from(event)), Some((Arc::from(last.as_str()), ty))));
        }
        let (kind, field) = match words {
            [kind] => (kind, None),
            [kind, field] => (kind, Some(field)),
            _ => return self.unknown_event(of, &name),
        };
        let Some(entity) = model.entities.get(kind) else { return self.unknown_event(of, &name) };
        if self.scope.allows == Allows::From {
            self.error(Code::E0418, of).message("E0418-entities");
            return None;
        }
        let field = match field {
            None => None,
            Some(field) => match entity.attributes.get(field) {
                Some(attribute) => Some((Arc::from(field.as_str()), attribute.ty.clone())),
                None => {
                    let near = suggest(field, entity.attributes.keys().map(String::as_str));
                    let near = near.map(|near| format!("{kind}.{near}"));
                    let none = near.is_none();
                    let said = self.error(Code::E0204, of).arg("name", name).did_you_mean(near);
                    if none {
                        offers::attributes(said, kind, &entity.attributes);
                    }
                    return None;
                }
            },
        };
        Some((Over::Entities(Arc::from(kind.as_str())), field))
    }

    /// The type of the result; says what is wrong with the field.
    fn result(
        &mut self,
        of: &Expr,
        name: &str,
        kind: AggregateKind,
        over: &Over,
        field: Option<&(Arc<str>, Type)>,
    ) -> Option<Type> {
        let sort = field.map(|(_, ty)| Sort::of(ty));
        let right = match (kind, sort) {
            (AggregateKind::Count, None) => Some(Type::Number),
            (AggregateKind::First | AggregateKind::Last, None) => match over {
                Over::Events(_) => Some(Type::Time),
                Over::Entities(_) => None,
            },
            (AggregateKind::First | AggregateKind::Last, Some(_))
            | (AggregateKind::Sum, Some(Sort::Number))
            | (AggregateKind::Min | AggregateKind::Max, Some(Sort::Number | Sort::Date | Sort::Time)) => {
                field.map(|(_, ty)| ty.clone())
            }
            (AggregateKind::Count, Some(_)) => {
                let found = self.slice(of);
                let meant = found.rsplit_once('.').map(|(event, _)| event.to_owned());
                let diagnostic = self.error(Code::E0416, of).message("E0416-count");
                diagnostic.arg("found", found).did_you_mean(meant);
                return None;
            }
            (AggregateKind::Sum | AggregateKind::Min | AggregateKind::Max, _) => None,
        };
        if right.is_none() {
            let found = self.slice(of);
            let message = match (kind, sort) {
                (_, None) => "E0416-field",
                (AggregateKind::Sum, Some(_)) => "E0416-sum",
                (
                    AggregateKind::Count
                    | AggregateKind::Min
                    | AggregateKind::Max
                    | AggregateKind::First
                    | AggregateKind::Last,
                    Some(_),
                ) => "E0416-order",
            };
            // `sum(order.paid)`: the field was forgotten, and there is one number to choose.
            let fields = match over {
                Over::Events(event) => self.library.model.events.get(&**event).map(|kind| &kind.fields),
                Over::Entities(_) => None,
            };
            let numbers = fields.into_iter().flatten().filter(|(_, ty)| Sort::of(ty) == Sort::Number);
            let meant =
                numbers.map(|(field, _)| format!("{found}.{field}")).next().filter(|_| sort.is_none());
            let diagnostic = self.error(Code::E0416, of).message(message);
            diagnostic.arg("name", name).arg("found", found).did_you_mean(meant);
        }
        right
    }
}
