//! Resolves the names of a condition and gives it types, against the model and what is in scope. Reports
//! every wrong name and type of a well-formed expression.

mod aggregate;
mod arithmetic;
mod call;
mod compare;
mod names;
mod node;
mod offers;
mod wanted;

pub use node::condition_node;

use super::mistake::place;
use super::parse::{Expr, ExprKind, parse};
use super::scope::{Allows, Fields, Scope};
use super::{Aggregate, Condition, Operand, Test};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::library::Library;
use crate::source::Span;
use model::{Type, Value};
use std::sync::Arc;

/// Reads and checks a condition. `at` is where the text stands in its file, as
/// [`Node::place_of`](crate::yaml::Node::place_of) gives it. `None`: it has errors, which the report says.
pub fn condition(
    text: &str,
    at: Span,
    scope: &Scope,
    library: &Library,
    report: &mut Report,
) -> Option<Condition> {
    let (expr, mended) = read(text, at, report)?;
    let mut typer = Typer::new(text, at, scope, library, report);
    let test = typer.test(&expr);
    let fine = !typer.failed && !mended;
    test.filter(|_| fine).map(|test| Condition { test, text: folded(text), span: at })
}

/// Reads and checks a value after `=`, as in a spreadsheet; the `=` itself may stand in front of the text.
/// `expected` is the type of what it is put into, where that is known.
pub fn formula(
    text: &str,
    at: Span,
    expected: Option<&Type>,
    scope: &Scope,
    library: &Library,
    report: &mut Report,
) -> Option<Operand> {
    let inner = text.trim_start().strip_prefix('=').filter(|rest| !rest.starts_with('=')).unwrap_or(text);
    let at = place(at, text, text.len() - inner.len(), text.len());
    let (expr, mended) = read(inner, at, report)?;
    let mut typer = Typer::new(inner, at, scope, library, report);
    let operand = match expected {
        Some(expected) => typer.operand_for(&expr, expected),
        None => typer.operand(&expr).map(|(operand, _)| operand),
    };
    let fine = !typer.failed && !mended;
    operand.filter(|_| fine)
}

/// Reads and checks the aggregate of a `from:` attribute: over events, without a window.
pub fn aggregate(text: &str, at: Span, library: &Library, report: &mut Report) -> Option<Aggregate> {
    let (expr, mended) = read(text, at, report)?;
    let scope = Scope { allows: Allows::From, ..Scope::default() };
    let mut typer = Typer::new(text, at, &scope, library, report);
    let operand = typer.operand(&expr);
    match operand {
        Some((Operand::Aggregate(aggregate), _)) if !typer.failed && !mended => Some(*aggregate),
        Some((Operand::Aggregate(_), _)) | None => None,
        Some((_, _)) => {
            typer.error(Code::E0418, &expr).message("E0418-aggregate");
            None
        }
    }
}

/// The type of a checked value.
pub fn type_of(operand: &Operand) -> Type {
    match operand {
        Operand::Literal(value) => match value {
            Value::Text(_) => Type::Text,
            Value::Number(_) => Type::Number,
            Value::YesNo(_) => Type::YesNo,
            Value::Instant(_) => Type::Time,
            Value::Date(_) => Type::Date,
            Value::Length(_) => Type::Duration,
            Value::List(_) => Type::List,
            Value::Birthday(_) => Type::Birthday,
        },
        Operand::Now => Type::Time,
        Operand::Today => Type::Date,
        Operand::Name(path) => path.ty.clone(),
        Operand::Aggregate(aggregate) => aggregate.ty.clone(),
        Operand::Score(_) | Operand::NumberOf(_) | Operand::DaysSince(_) | Operand::Age(_) => Type::Number,
        Operand::ScoreWord { words, .. } => Type::OneOf(words.clone()),
        Operand::Lookup { .. } => Type::Text,
        Operand::FirstKnown(all) => all.first().map_or(Type::Text, type_of),
        Operand::Gap { .. } => Type::Duration,
        Operand::Plus(left, _) | Operand::Minus(left, _) => type_of(left),
        Operand::Scale { value, .. } => type_of(value),
        Operand::Shift { of, .. } => type_of(of),
        Operand::Truth(_) => Type::YesNo,
    }
}

/// So many mistakes of one condition's text are told.
const MOST_TOLD: usize = 20;

/// The tree of a text, and whether mistakes in it were mended: then names and types are looked at as well,
/// but nothing may come of it.
fn read(text: &str, at: Span, report: &mut Report) -> Option<(Expr, bool)> {
    let mut mistakes = Vec::new();
    let expr = parse(text, &mut mistakes);
    // The same sign a thousand times would be said a thousand times; the last one says why reading stopped.
    let told = mistakes.len().saturating_sub(1);
    for mistake in mistakes.iter().take(told.min(MOST_TOLD)).chain(mistakes.last()) {
        mistake.tell(at, text, report);
    }
    expr.map(|expr| (expr, !mistakes.is_empty()))
}

/// The text with runs of blanks as one.
fn folded(text: &str) -> Arc<str> {
    Arc::from(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The names that an expression asks `is known` or `is unknown` of, at its top.
fn known_names(expr: &Expr, names: &mut Vec<Vec<String>>) {
    match &expr.kind {
        ExprKind::And(all) | ExprKind::Or(all) => all.iter().for_each(|each| known_names(each, names)),
        ExprKind::Not(inner) => known_names(inner, names),
        ExprKind::Known { value, .. } => {
            if let ExprKind::Name(words) = &value.kind {
                names.push(words.clone());
            }
        }
        ExprKind::Text(_)
        | ExprKind::Number(_)
        | ExprKind::YesNo(_)
        | ExprKind::Duration(_)
        | ExprKind::Date(_)
        | ExprKind::Instant(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::Name(_)
        | ExprKind::Call { .. }
        | ExprKind::Compare { .. }
        | ExprKind::In { .. }
        | ExprKind::Has { .. }
        | ExprKind::Contains { .. }
        | ExprKind::StartsWith { .. }
        | ExprKind::Between { .. }
        | ExprKind::Calculate { .. } => {}
    }
}

/// The kinds of value that can be compared with their own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Number,
    YesNo,
    Date,
    Time,
    Duration,
    List,
    Birthday,
}

impl Sort {
    pub(super) fn of(ty: &Type) -> Self {
        match ty {
            Type::Text | Type::Email | Type::Phone | Type::OneOf(_) | Type::Reference(_) => Self::Text,
            Type::Number | Type::Money => Self::Number,
            Type::YesNo => Self::YesNo,
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::Duration => Self::Duration,
            Type::List => Self::List,
            Type::Birthday => Self::Birthday,
        }
    }

    /// How a value of it is written.
    fn example(self) -> &'static str {
        match self {
            Self::Text => "\"a\"",
            Self::Number => "100",
            Self::YesNo => "true",
            Self::Date => "2026-03-02",
            Self::Time => "now - 30 days",
            Self::Duration => "30 days",
            Self::List => "customer.tags",
            Self::Birthday => "\"1990-03-12\"",
        }
    }

    /// The key of its name in the catalogue.
    fn key(self) -> &'static str {
        match self {
            Self::Text => "type-text",
            Self::Number => "type-number",
            Self::YesNo => "type-yes-no",
            Self::Date => "type-date",
            Self::Time => "type-time",
            Self::Duration => "type-duration",
            Self::List => "type-list",
            Self::Birthday => "type-birthday",
        }
    }
}

/// What an expression turned out to be.
enum Typed {
    Test(Test),
    Value(Operand, Type),
}

/// What `where` looks at, one after the other.
#[derive(Clone)]
enum Candidate {
    Events(Fields),
    Entities(Arc<str>),
}

struct Typer<'a> {
    text: &'a str,
    at: Span,
    scope: &'a Scope,
    library: &'a Library,
    report: &'a mut Report,
    /// An error was reported: nothing may come of it.
    failed: bool,
    /// Inside a `where`.
    candidate: Option<Candidate>,
    /// The `where` at hand asks for `event.human`.
    asks_human: bool,
    /// Names that are asked `is known` beside what is being typed.
    known: Vec<Vec<String>>,
}

impl<'a> Typer<'a> {
    fn new(text: &'a str, at: Span, scope: &'a Scope, library: &'a Library, report: &'a mut Report) -> Self {
        let known = Vec::new();
        Self { text, at, scope, library, report, failed: false, candidate: None, asks_human: false, known }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        place(self.at, self.text, start, end)
    }

    fn slice(&self, expr: &Expr) -> String {
        self.text.get(expr.start..expr.end).unwrap_or("").to_owned()
    }

    fn error(&mut self, code: Code, expr: &Expr) -> &mut Diagnostic {
        self.error_at(code, expr.start, expr.end)
    }

    fn error_at(&mut self, code: Code, start: usize, end: usize) -> &mut Diagnostic {
        self.failed = true;
        let span = self.span(start, end);
        self.report.error(code, span)
    }

    /// A part of the text and what to put there, where the places in the file are exact.
    fn fix(&self, start: usize, end: usize, replacement: String) -> Option<(Span, String)> {
        let exact = self.at.end.checked_sub(self.at.start) == Some(self.text.len());
        exact.then(|| (self.span(start, end), replacement))
    }

    fn typed(&mut self, expr: &Expr) -> Option<Typed> {
        let test = match &expr.kind {
            ExprKind::And(parts) => return self.series(parts, Test::all).map(Typed::Test),
            ExprKind::Or(parts) => return self.series(parts, Test::any).map(Typed::Test),
            ExprKind::Not(inner) => self.not(inner),
            ExprKind::Compare { left, sign, right } => self.compare(expr, left, *sign, right, false),
            ExprKind::In { value, among, negated } => self.one_of(value, among, *negated),
            ExprKind::Has { list, any_of, negated } => self.has(list, any_of, *negated),
            ExprKind::Contains { text, part, negated } => {
                let make = |text, part| Test::Contains { text, part };
                self.part_of(text, part, *negated, make)
            }
            ExprKind::StartsWith { text, part, negated } => {
                let make = |text, part| Test::StartsWith { text, part };
                self.part_of(text, part, *negated, make)
            }
            ExprKind::Between { value, low, high, negated } => self.between(value, low, high, *negated),
            ExprKind::Known { value, negated } => self.known_test(value, *negated),
            ExprKind::Call { name, name_end, arguments } => {
                return self.call(expr, name, *name_end, arguments);
            }
            ExprKind::Text(text) => return value(Value::Text(text.clone()), Type::Text),
            ExprKind::Number(number) => return value(Value::Number(*number), Type::Number),
            ExprKind::YesNo(yes) => return value(Value::YesNo(*yes), Type::YesNo),
            ExprKind::Duration(length) => return value(Value::Length(*length), Type::Duration),
            ExprKind::Date(date) => return value(Value::Date(*date), Type::Date),
            ExprKind::Instant(at) => return value(Value::Instant(*at), Type::Time),
            ExprKind::Now => return Some(Typed::Value(Operand::Now, Type::Time)),
            ExprKind::Today => return Some(Typed::Value(Operand::Today, Type::Date)),
            ExprKind::Name(words) => {
                let path = self.name(expr, words)?;
                let ty = path.ty.clone();
                return Some(Typed::Value(Operand::Name(path), ty));
            }
            ExprKind::Calculate { left, sign, right } => return self.calculate(expr, left, *sign, right),
        };
        test.map(Typed::Test)
    }

    fn series(&mut self, parts: &[Expr], make: fn(Vec<Test>) -> Test) -> Option<Test> {
        let before = self.known.len();
        for part in parts {
            known_names(part, &mut self.known);
        }
        let tests: Vec<_> = parts.iter().map(|part| self.test(part)).collect();
        self.known.truncate(before);
        tests.into_iter().collect::<Option<Vec<_>>>().map(make)
    }

    fn not(&mut self, inner: &Expr) -> Option<Test> {
        let test = match &inner.kind {
            // `not a == b` is `a != b`, with the same warning.
            ExprKind::Compare { left, sign: super::lex::Sign::Equal, right } => {
                self.compare(inner, left, super::lex::Sign::Equal, right, true)
            }
            ExprKind::In { value, among, negated: false } => return self.one_of(value, among, true),
            ExprKind::In { .. }
            | ExprKind::Compare { .. }
            | ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::YesNo(_)
            | ExprKind::Duration(_)
            | ExprKind::Date(_)
            | ExprKind::Instant(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::Name(_)
            | ExprKind::Call { .. }
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not(_)
            | ExprKind::Has { .. }
            | ExprKind::Contains { .. }
            | ExprKind::StartsWith { .. }
            | ExprKind::Between { .. }
            | ExprKind::Known { .. }
            | ExprKind::Calculate { .. } => self.test(inner),
        };
        test.map(Test::negate)
    }

    /// An expression where a yes or no is needed.
    fn test(&mut self, expr: &Expr) -> Option<Test> {
        match self.typed(expr)? {
            Typed::Test(test) => Some(test),
            Typed::Value(Operand::Literal(Value::YesNo(yes)), _) => Some(Test::Always(yes)),
            Typed::Value(Operand::Truth(test), _) => Some(*test),
            Typed::Value(operand, Type::YesNo) => Some(Test::Holds(operand)),
            Typed::Value(operand, ty) if self.is_open(&operand) => {
                Some(Test::Holds(self.wanted(operand, ty, &Type::YesNo).0))
            }
            Typed::Value(_, ty) => {
                let found = self.slice(expr);
                let sort = Sort::of(&ty);
                let help = match sort {
                    Sort::List => "E0417-help-list",
                    Sort::Text
                    | Sort::Number
                    | Sort::YesNo
                    | Sort::Date
                    | Sort::Time
                    | Sort::Duration
                    | Sort::Birthday => "E0417-help",
                };
                self.error(Code::E0417, expr).arg("found", found).arg_word("type", sort.key()).help(help);
                None
            }
        }
    }

    /// An expression where a value is needed.
    fn operand(&mut self, expr: &Expr) -> Option<(Operand, Type)> {
        match self.typed(expr)? {
            Typed::Value(operand, ty) => Some((operand, ty)),
            Typed::Test(Test::Holds(operand)) => Some((operand, Type::YesNo)),
            Typed::Test(Test::Always(yes)) => Some((Operand::Literal(Value::YesNo(yes)), Type::YesNo)),
            Typed::Test(test) => Some((Operand::Truth(Box::new(test)), Type::YesNo)),
        }
    }

    /// A value that must be of a type: what a formula is put into.
    fn operand_for(&mut self, expr: &Expr, expected: &Type) -> Option<Operand> {
        let (operand, ty) = self.operand(expr)?;
        let (operand, ty) = self.fitted(expr, operand, ty, expected)?;
        if Sort::of(&ty) == Sort::of(expected) {
            return Some(operand);
        }
        let found = self.slice(expr);
        let (is, wanted) = (Sort::of(&ty).key(), Sort::of(expected).key());
        let diagnostic =
            self.error(Code::E0419, expr).arg("found", found).arg_word("type", is).arg_word("wanted", wanted);
        if operand == Operand::Now && *expected == Type::Date {
            diagnostic.did_you_mean(Some("today"));
        } else if operand == Operand::Today && *expected == Type::Time {
            diagnostic.did_you_mean(Some("now"));
        } else {
            diagnostic.arg("example", Sort::of(expected).example()).help("E0419-help");
        }
        None
    }
}

fn value(value: Value, ty: Type) -> Option<Typed> {
    Some(Typed::Value(Operand::Literal(value), ty))
}
