//! Types of functions: which there are, and what they take.

use super::{Sort, Typed, Typer, offers};
use crate::condition::parse::{Argument, ArgumentKind, Expr, ExprKind};
use crate::condition::scope::Allows;
use crate::condition::{AggregateKind, Operand, ScoreWord, Test};
use crate::diagnostic::{Code, listed, suggest};
use model::{Medium, Type, WorkflowId};

/// Every function, for "did you mean".
const FUNCTIONS: [&str; 18] = [
    "count",
    "sum",
    "min",
    "max",
    "first",
    "last",
    "gap",
    "number_of",
    "first_known",
    "lookup",
    "score",
    "band",
    "grade",
    "in_segment",
    "enrolled_in",
    "may",
    "days_since",
    "age",
];

impl Typer<'_> {
    pub(super) fn call(
        &mut self,
        expr: &Expr,
        name: &str,
        name_end: usize,
        arguments: &[Argument],
    ) -> Option<Typed> {
        let kind = match name {
            "count" => AggregateKind::Count,
            "sum" => AggregateKind::Sum,
            "min" => AggregateKind::Min,
            "max" => AggregateKind::Max,
            "first" => AggregateKind::First,
            "last" => AggregateKind::Last,
            _ => return self.function(expr, name, name_end, arguments),
        };
        let aggregate = self.aggregate(expr, name, kind, arguments)?;
        let ty = aggregate.ty.clone();
        Some(Typed::Value(Operand::Aggregate(Box::new(aggregate)), ty))
    }

    fn function(
        &mut self,
        expr: &Expr,
        name: &str,
        name_end: usize,
        arguments: &[Argument],
    ) -> Option<Typed> {
        if self.scope.allows == Allows::From {
            self.error(Code::E0418, expr).message("E0418-aggregate");
            return None;
        }
        let number = |operand| Some(Typed::Value(operand, Type::Number));
        match name {
            "gap" => self.gap(expr, arguments),
            "number_of" => {
                let tests: Vec<_> = self.values(expr, name, arguments, 1..=64)?;
                let tests: Vec<_> = tests.into_iter().map(|each| self.test(each)).collect();
                number(Operand::NumberOf(tests.into_iter().collect::<Option<_>>()?))
            }
            "first_known" => self.first_known(expr, name, arguments),
            "lookup" => {
                let [table, key] = self.values(expr, name, arguments, 2..=2)?.try_into().ok()?;
                let tables = self.library.tables.keys().map(String::as_str).collect();
                let table = self.one_name(table, tables, (Code::E0209, "E0209-help-none"));
                let key = self.text_value(key, &Type::Text);
                let operand = Operand::Lookup { table: table?, key: Box::new(key?) };
                Some(Typed::Value(operand, Type::Text))
            }
            "score" => number(Operand::Score(self.score_name(expr, name, arguments)?)),
            "band" => self.score_word(expr, name, ScoreWord::Band, arguments),
            "grade" => self.score_word(expr, name, ScoreWord::Grade, arguments),
            "in_segment" => {
                let [name] = self.values(expr, name, arguments, 1..=1)?.try_into().ok()?;
                let (scope, library) = (self.scope, self.library);
                let all = match &scope.segments {
                    Some(all) => all.iter().map(String::as_str).collect(),
                    None => library.segments.keys().map(String::as_str).collect(),
                };
                let segment = self.one_name(name, all, (Code::E0207, "E0207-help-none"))?;
                Some(Typed::Test(Test::InSegment(segment)))
            }
            "enrolled_in" => {
                let [name] = self.values(expr, name, arguments, 1..=1)?.try_into().ok()?;
                let scope = self.scope;
                let id = match &scope.workflows {
                    Some(all) => {
                        let all = all.iter().map(String::as_str).collect();
                        self.one_name(name, all, (Code::E0210, "E0210-help-none"))?
                    }
                    None => self.id(name)?,
                };
                Some(Typed::Test(Test::EnrolledIn(WorkflowId::new(id))))
            }
            "may" => {
                let [medium] = self.values(expr, name, arguments, 1..=1)?.try_into().ok()?;
                let media = [Medium::Email, Medium::Sms, Medium::Message];
                let id = self.id(medium)?;
                let Some(found) = media.into_iter().find(|each| each.as_str() == id) else {
                    let near = suggest(&id, media.iter().map(|each| each.as_str()));
                    let diagnostic = self.error(Code::E0416, medium).message("E0416-may");
                    diagnostic.arg("found", id).did_you_mean(near);
                    return None;
                };
                Some(Typed::Test(Test::May(found)))
            }
            "days_since" => {
                let [of] = self.values(expr, name, arguments, 1..=1)?.try_into().ok()?;
                let of = self.day(of, name, false)?;
                number(Operand::DaysSince(Box::new(of)))
            }
            "age" => {
                let [of] = self.values(expr, name, arguments, 1..=1)?.try_into().ok()?;
                let of = self.day(of, name, true)?;
                number(Operand::Age(Box::new(of)))
            }
            "now" | "today" => {
                let name = name.to_owned();
                let fix = self.fix(expr.start, expr.end, name.clone());
                let diagnostic = self.error(Code::E0416, expr).message("E0416-bare");
                diagnostic.arg("name", name.clone()).did_you_mean(Some(name));
                diagnostic.fix_where_known(fix);
                None
            }
            _ => {
                let near = suggest(name, FUNCTIONS);
                let diagnostic = self.error_at(Code::E0415, expr.start, name_end).arg("name", name);
                diagnostic.did_you_mean(near).arg_names("known", FUNCTIONS).help("E0415-help");
                None
            }
        }
    }

    /// The score that a function is about; it may be left out where there is one.
    fn score_name(&mut self, expr: &Expr, name: &str, arguments: &[Argument]) -> Option<String> {
        let (scope, library) = (self.scope, self.library);
        let all: Vec<&str> = match &scope.scores {
            Some(all) => all.iter().map(String::as_str).collect(),
            None => library.scorings.keys().map(String::as_str).collect(),
        };
        if let ([], [only]) = (arguments, all.as_slice()) {
            return Some((*only).to_owned());
        }
        let [name] = self.values(expr, name, arguments, 1..=1)?.try_into().ok()?;
        self.one_name(name, all, (Code::E0208, "E0208-help-none"))
    }

    /// `band(NAME)`, `grade(NAME)`.
    fn score_word(
        &mut self,
        expr: &Expr,
        name: &str,
        word: ScoreWord,
        arguments: &[Argument],
    ) -> Option<Typed> {
        let score = self.score_name(expr, name, arguments)?;
        let scope = self.scope;
        let all = match word {
            ScoreWord::Band => &scope.bands,
            ScoreWord::Grade => &scope.grades,
        };
        let words = all.get(&score).cloned().unwrap_or_default();
        if words.is_empty() {
            let message = match word {
                ScoreWord::Band => "E0644",
                ScoreWord::Grade => "E0644-grade",
            };
            self.error(Code::E0644, expr).message(message).arg("name", score).help("E0644-help");
            return None;
        }
        let ty = Type::OneOf(words.clone());
        Some(Typed::Value(Operand::ScoreWord { score, word, words }, ty))
    }

    /// The arguments of a function that takes plain values only, and so many of them.
    fn values<'e>(
        &mut self,
        expr: &Expr,
        name: &str,
        arguments: &'e [Argument],
        count: std::ops::RangeInclusive<usize>,
    ) -> Option<Vec<&'e Expr>> {
        let values: Vec<_> = arguments
            .iter()
            .filter_map(|argument| match &argument.kind {
                ArgumentKind::Value(value) => Some(value),
                ArgumentKind::Last(_)
                | ArgumentKind::LastTimes(_)
                | ArgumentKind::SinceEntry
                | ArgumentKind::Where(_) => None,
            })
            .collect();
        if values.len() == arguments.len() && count.contains(&values.len()) {
            return Some(values);
        }
        self.wrong_arguments(expr, name);
        None
    }

    pub(super) fn wrong_arguments(&mut self, expr: &Expr, name: &str) {
        let form = match name {
            "count" => "count(EVENT, last 30 days, where …)",
            "sum" => "sum(EVENT.FIELD, last 30 days, where …)",
            "min" => "min(EVENT.FIELD, last 30 days, where …)",
            "max" => "max(EVENT.FIELD, last 30 days, where …)",
            "first" => "first(EVENT.FIELD, last 30 days, where …)",
            "last" => "last(EVENT.FIELD, last 30 days, where …)",
            "gap" => "gap(EVENT, last 5 times)",
            "number_of" => "number_of(CONDITION, CONDITION, …)",
            "first_known" => "first_known(A, B, …)",
            "lookup" => "lookup(TABLE, KEY)",
            "score" => "score(NAME)",
            "band" => "band(NAME)",
            "grade" => "grade(NAME)",
            "in_segment" => "in_segment(NAME)",
            "enrolled_in" => "enrolled_in(WORKFLOW)",
            "may" => "may(email)",
            "days_since" => "days_since(TIME)",
            _ => "age(DATE)",
        };
        self.error(Code::E0416, expr).arg("name", name).arg("form", form).help("E0416-help");
    }

    /// The name that an argument is, bare or in quotes.
    fn id(&mut self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(words) => Some(words.join(".")),
            ExprKind::Text(text) => Some(text.clone()),
            ExprKind::Number(_)
            | ExprKind::YesNo(_)
            | ExprKind::Duration(_)
            | ExprKind::Date(_)
            | ExprKind::Instant(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::Call { .. }
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not(_)
            | ExprKind::Compare { .. }
            | ExprKind::In { .. }
            | ExprKind::Has { .. }
            | ExprKind::Contains { .. }
            | ExprKind::StartsWith { .. }
            | ExprKind::Between { .. }
            | ExprKind::Known { .. }
            | ExprKind::Calculate { .. } => {
                let found = self.slice(expr);
                self.error(Code::E0416, expr).message("E0416-name").arg("found", found);
                None
            }
        }
    }

    /// The name that an argument is, one of those there are. `empty`: the way out where there are none.
    fn one_name(
        &mut self,
        expr: &Expr,
        all: Vec<&str>,
        (unknown, empty): (Code, &'static str),
    ) -> Option<String> {
        let id = self.id(expr)?;
        if all.contains(&id.as_str()) {
            return Some(id);
        }
        let near = suggest(&id, all.iter().copied()).map(str::to_owned);
        let none = near.is_none();
        let said = self.error(unknown, expr).arg("name", id).did_you_mean(near);
        if none {
            offers::known(said, &all, empty);
        }
        None
    }

    fn first_known(&mut self, expr: &Expr, name: &str, arguments: &[Argument]) -> Option<Typed> {
        let values = self.values(expr, name, arguments, 1..=64)?;
        let typed: Vec<_> = values.iter().map(|value| (*value, self.operand(value))).collect();
        let mut all = Vec::new();
        let mut ty: Option<Type> = None;
        let mut settled = typed.iter().filter_map(|(_, typed)| typed.as_ref());
        let settled = settled.find(|(each, _)| !self.is_open(each)).map_or(Type::Text, |(_, ty)| ty.clone());
        for (value, operand) in typed {
            let (operand, found) = operand?;
            let (operand, found) = self.wanted(operand, found, &settled);
            let first = ty.get_or_insert_with(|| found.clone());
            if Sort::of(first) != Sort::of(&found) {
                let (one, other) = (Sort::of(first).key(), Sort::of(&found).key());
                let example = Sort::of(first).example();
                let text = self.slice(value);
                let diagnostic = self.error(Code::E0419, value).arg("found", text);
                diagnostic.arg_word("type", other).arg_word("wanted", one);
                diagnostic.arg("example", example).help("E0419-help");
                return None;
            }
            // Of two one-ofs the result may be of either.
            if *first != found {
                *first = plain(&found);
            }
            all.push(operand);
        }
        Some(Typed::Value(Operand::FirstKnown(all), ty?))
    }

    /// The argument of `days_since` and `age`.
    fn day(&mut self, expr: &Expr, name: &str, birthday: bool) -> Option<Operand> {
        if self.last_of_event(expr) {
            return None;
        }
        let (operand, ty) = self.operand(expr)?;
        let (operand, ty) = self.wanted(operand, ty, &Type::Time);
        match Sort::of(&ty) {
            Sort::Date | Sort::Time => return Some(operand),
            Sort::Birthday if birthday => return Some(operand),
            Sort::Birthday | Sort::Text | Sort::Number | Sort::YesNo | Sort::Duration | Sort::List => {}
        }
        let found = self.slice(expr);
        let diagnostic = self.error(Code::E0416, expr).message("E0416-day").arg("found", found);
        diagnostic.arg("name", name).arg_word("type", Sort::of(&ty).key());
        None
    }

    fn gap(&mut self, expr: &Expr, arguments: &[Argument]) -> Option<Typed> {
        let (event, last) = match arguments {
            [Argument { kind: ArgumentKind::Value(event), .. }] => (event, None),
            [
                Argument { kind: ArgumentKind::Value(event), .. },
                Argument { kind: ArgumentKind::LastTimes(times), start, end },
            ] => {
                let times =
                    times.to_int().and_then(|times| u32::try_from(times).ok()).filter(|times| *times >= 2);
                let Some(times) = times else {
                    self.error_at(Code::E0416, *start, *end).message("E0416-times");
                    return None;
                };
                (event, Some(times))
            }
            _ => {
                self.wrong_arguments(expr, "gap");
                return None;
            }
        };
        let name = self.id(event)?;
        if !self.library.model.events.contains_key(&name) {
            return self.unknown_event(event, &name);
        }
        Some(Typed::Value(Operand::Gap { event: name, last }, Type::Duration))
    }

    pub(super) fn unknown_event<T>(&mut self, expr: &Expr, name: &str) -> Option<T> {
        let model = &self.library.model;
        let all = model.events.keys().chain(model.entities.keys()).map(String::as_str);
        let near = suggest(name, all.clone()).map(str::to_owned).or_else(|| {
            let (event, field) = name.rsplit_once('.')?;
            suggest(event, all).map(|near| format!("{near}.{field}"))
        });
        let fix = near.clone().and_then(|near| self.fix(expr.start, expr.end, near));
        let own: Vec<&str> =
            model.events.iter().filter(|(_, kind)| !kind.built_in).map(|(name, _)| name.as_str()).collect();
        let none = near.is_none();
        let diagnostic = self.error(Code::E0206, expr).arg("name", name).did_you_mean(near);
        if none {
            let help = if own.is_empty() { "E0206-help" } else { "E0206-help-known" };
            diagnostic.arg_listed("known", &listed(own)).help(help);
        }
        diagnostic.fix_where_known(fix);
        None
    }
}

/// The type without what it is limited to.
fn plain(ty: &Type) -> Type {
    match Sort::of(ty) {
        Sort::Text => Type::Text,
        Sort::Number => Type::Number,
        Sort::YesNo | Sort::Date | Sort::Time | Sort::Duration | Sort::List | Sort::Birthday => ty.clone(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_function_is_described_and_no_other() {
        let described: Vec<&str> = crate::grammar::FUNCTIONS.iter().map(|function| function.name).collect();
        let known: std::collections::BTreeSet<&str> = super::FUNCTIONS.into_iter().collect();
        assert_eq!(known, described.iter().copied().collect());
        for function in crate::grammar::FUNCTIONS {
            assert!(function.shape.starts_with(&format!("{}(", function.name)), "{}", function.shape);
        }
    }
}
