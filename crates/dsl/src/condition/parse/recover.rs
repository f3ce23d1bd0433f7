//! Says why an expression does not end where it could: words without quotes, units that are none.

use super::said::operator_meant;
use super::{Expr, ExprKind, Parsed, Parser, fail};
use crate::condition::lex::Kind;
use crate::condition::mistake::{Expected, Mistake, What};
use crate::condition::print::quote;
use model::Length;

impl Parser<'_, '_> {
    /// Says why an expression does not end where it could.
    pub(super) fn left_over<T>(&self, before: &Expr) -> Parsed<T> {
        let mut last = before;
        loop {
            last = match &last.kind {
                ExprKind::And(all) | ExprKind::Or(all) => match all.last() {
                    Some(inner) => inner,
                    None => break,
                },
                ExprKind::Not(inner) => inner,
                ExprKind::Compare { right, .. } | ExprKind::Calculate { right, .. } => right,
                ExprKind::Between { high, .. } => high,
                ExprKind::Contains { part, .. } | ExprKind::StartsWith { part, .. } => part,
                ExprKind::Has { any_of, .. } => match any_of.last() {
                    Some(inner) if inner.end == last.end => inner,
                    Some(_) | None => break,
                },
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
                | ExprKind::In { .. }
                | ExprKind::Known { .. } => break,
            };
        }
        if let Some(word) = self.operator() {
            let (start, end) = (self.token().start, self.token().end);
            let meant = operator_meant(&word).map(str::to_owned);
            let what = What::Operator { found: word, meant };
            return Err(Box::new(Mistake { what, start, end, fix: None }));
        }
        match &last.kind {
            ExprKind::Name(words) if words.len() == 1 && self.plain_word_at(0).is_some() => {
                self.unquoted(last.start)
            }
            ExprKind::Number(_) => self.behind_number(last),
            ExprKind::Duration(_) if self.is_word(0, "ago") => {
                let (start, end) = (last.start, self.token().end);
                let meant = format!("now - {}", self.slice(last.start, last.end));
                let (found, fix) = (self.slice(start, end).to_owned(), Some(meant.clone()));
                Err(Box::new(Mistake { what: What::Spelling { found, meant }, start, end, fix }))
            }
            ExprKind::Text(_)
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
            | ExprKind::Compare { .. }
            | ExprKind::In { .. }
            | ExprKind::Has { .. }
            | ExprKind::Contains { .. }
            | ExprKind::StartsWith { .. }
            | ExprKind::Between { .. }
            | ExprKind::Known { .. }
            | ExprKind::Calculate { .. } => {
                if self.begins() {
                    self.not_joined()
                } else if self.kind() == Kind::Close && self.depth == 0 {
                    fail(What::ClosedBracket, self.token().start, self.token().end)
                } else {
                    self.unexpected(Expected::Connection)
                }
            }
        }
    }

    /// Whether a name or a function begins here.
    fn begins(&self) -> bool {
        self.plain_word_at(0).is_some() && matches!(self.kind_at(1), Kind::Dot | Kind::Open)
    }

    /// `and` is missing before it.
    fn not_joined<T>(&self) -> Parsed<T> {
        let token = self.token();
        let found = self.slice(token.start, token.end).to_owned();
        fail(What::NotJoined { found }, token.start, token.end)
    }

    /// A word between two values, as in `customer.city matches "上"`: it was meant to compare them.
    fn operator(&self) -> Option<String> {
        let word = self.plain_word_at(0).filter(|word| !matches!(word.as_str(), "true" | "false"))?;
        matches!(self.kind_at(1), Kind::Text(_) | Kind::OpenList).then_some(word)
    }

    /// `== New York`: words that were meant as one text.
    fn unquoted<T>(&self, start: usize) -> Parsed<T> {
        let count = (0..).take_while(|ahead| self.plain_word_at(*ahead).is_some()).count();
        let end = self.tokens.get(self.at + count - 1).map_or(start, |last| last.end);
        let words = self.slice(start, end).to_owned();
        let fix = Some(quote(&words));
        Err(Box::new(Mistake { what: What::Unquoted { words }, start, end, fix }))
    }

    /// `30 dyas`, `500 元`, `1,000`, `3)`
    fn behind_number<T>(&self, number: &Expr) -> Parsed<T> {
        if self.plain_word_at(0).is_some() {
            if self.begins() {
                return self.not_joined();
            }
            return self.not_a_unit(number.start, self.token().end);
        }
        if self.kind() == Kind::Close && self.depth == 0 {
            return fail(What::ClosedBracket, self.token().start, self.token().end);
        }
        if self.kind() != Kind::Comma || !super::is_inside_number(&self.tokens, self.at) {
            return self.unexpected(Expected::Connection);
        }
        let (start, end) = (number.start, self.tokens.get(self.at + 1).map_or(number.end, |next| next.end));
        let found = self.slice(start, end).to_owned();
        let meant: String = found.chars().filter(|sign| sign.is_ascii_digit() || *sign == '.').collect();
        let fix = Some(meant.clone());
        Err(Box::new(Mistake { what: What::Separator { found, meant }, start, end, fix }))
    }

    /// A number with a word behind it that is no unit of time.
    pub(super) fn not_a_unit<T>(&self, start: usize, end: usize) -> Parsed<T> {
        let found = self.slice(start, end).to_owned();
        match found.parse::<Length>() {
            Ok(_) => self.unexpected(Expected::Connection),
            Err(error) => {
                if let Some(meant) = counted(&found) {
                    let fix = Some(meant.clone());
                    return Err(Box::new(Mistake { what: What::Spelling { found, meant }, start, end, fix }));
                }
                let meant = error.suggestion().map(str::to_owned);
                let fix = meant.clone();
                Err(Box::new(Mistake { what: What::Unit { found, meant }, start, end, fix }))
            }
        }
    }
}

/// What numbers of things are counted in: they are numbers all the same.
const COUNTED: [&str; 29] = [
    "次",
    "岁",
    "元",
    "块",
    "块钱",
    "人",
    "件",
    "单",
    "个",
    "分",
    "份",
    "笔",
    "条",
    "封",
    "位",
    "名",
    "周岁",
    "人民币",
    "yuan",
    "rmb",
    "cny",
    "usd",
    "eur",
    "times",
    "points",
    "people",
    "orders",
    "items",
    "pieces",
];

/// The number in `500 元`, `3 次`, `2 万`; `None`: the word behind it counts nothing.
fn counted(found: &str) -> Option<String> {
    let digits = found.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = found.get(digits.len()..)?.trim().to_lowercase();
    let (many, unit) = match unit.strip_prefix('万') {
        Some(unit) => (10_000, unit),
        None => (1, unit.as_str()),
    };
    if !(COUNTED.contains(&unit) || (many > 1 && unit.is_empty())) {
        return None;
    }
    let number: model::Decimal = digits.trim().parse().ok()?;
    number.checked_mul(model::Decimal::from(many)).map(|number| number.to_string())
}
