//! Sums, products, values and names.

use super::{Arithmetic, Expr, ExprKind, KEYWORDS, Parsed, Parser, fail};
use crate::condition::lex::Kind;
use crate::condition::mistake::{Expected, What};
use model::Decimal;

/// The most `+ - * /` one after the other.
const MOST_TERMS: usize = 64;

impl Parser<'_, '_> {
    pub(super) fn sum(&mut self) -> Parsed<Expr> {
        self.chain(Self::product, (&Kind::Plus, Arithmetic::Plus), (&Kind::Minus, Arithmetic::Minus))
    }

    fn product(&mut self) -> Parsed<Expr> {
        self.chain(Self::atom, (&Kind::Times, Arithmetic::Times), (&Kind::Over, Arithmetic::Over))
    }

    fn chain(
        &mut self,
        part: fn(&mut Self) -> Parsed<Expr>,
        one: (&Kind, Arithmetic),
        other: (&Kind, Arithmetic),
    ) -> Parsed<Expr> {
        let mut left = part(self)?;
        let mut terms = 0;
        loop {
            let sign = if self.take(one.0) {
                one.1
            } else if self.take(other.0) {
                other.1
            } else {
                return Ok(left);
            };
            terms += 1;
            if terms > MOST_TERMS {
                return fail(What::TooDeep, left.start, self.last_end());
            }
            let right = part(self)?;
            let (start, end) = (left.start, right.end);
            let kind = ExprKind::Calculate { left: Box::new(left), sign, right: Box::new(right) };
            left = Expr { kind, start, end };
        }
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let token = self.token();
        let kind = match token.kind {
            Kind::Text(text) => ExprKind::Text(text),
            Kind::Number(number) => ExprKind::Number(number),
            Kind::Duration(length) => ExprKind::Duration(length),
            Kind::Date(date) => ExprKind::Date(date),
            Kind::Instant(at) => ExprKind::Instant(at),
            Kind::Minus => {
                let Kind::Number(number) = self.kind_at(1) else { return self.unexpected(Expected::Value) };
                self.at += 2;
                let number = number.checked_neg().unwrap_or(Decimal::MIN);
                return Ok(Expr { kind: ExprKind::Number(number), start: token.start, end: self.last_end() });
            }
            Kind::Open => return self.bracket(token.start, token.end),
            Kind::Word(word) => return self.word(word),
            Kind::Compare(_)
            | Kind::Plus
            | Kind::Times
            | Kind::Over
            | Kind::Close
            | Kind::OpenList
            | Kind::CloseList
            | Kind::Comma
            | Kind::Dot
            | Kind::End => return self.unexpected(Expected::Value),
        };
        self.at += 1;
        Ok(Expr { kind, start: token.start, end: token.end })
    }

    /// `(…)`; the bracket at hand stands from `start` to `end`.
    fn bracket(&mut self, start: usize, end: usize) -> Parsed<Expr> {
        self.at += 1;
        self.deeper()?;
        let inner = self.or()?;
        if !self.take(&Kind::Close) {
            return if self.kind() == Kind::End {
                fail(What::OpenBracket, start, end)
            } else {
                self.left_over(&inner)
            };
        }
        self.depth -= 1;
        Ok(Expr { start, end: self.last_end(), ..inner })
    }

    fn word(&mut self, word: String) -> Parsed<Expr> {
        let token = self.token();
        let expr = |kind| Ok(Expr { kind, start: token.start, end: token.end });
        if self.kind_at(1) == Kind::Open {
            // `not (…)`, `and (…)` never come here as values, except where one is missing.
            if KEYWORDS.contains(&word.as_str()) && !matches!(word.as_str(), "last") {
                return self.unexpected(Expected::Value);
            }
            return self.call(word);
        }
        match word.as_str() {
            "true" | "false" => {
                self.at += 1;
                return expr(ExprKind::YesNo(word == "true"));
            }
            "now" => {
                self.at += 1;
                return expr(ExprKind::Now);
            }
            "today" => {
                self.at += 1;
                return expr(ExprKind::Today);
            }
            keyword if KEYWORDS.contains(&keyword) => return self.unexpected(Expected::Value),
            _ => {}
        }
        let words = self.dotted()?;
        Ok(Expr { kind: ExprKind::Name(words), start: token.start, end: self.last_end() })
    }

    /// `customer.city`: words and points without blanks between.
    fn dotted(&mut self) -> Parsed<Vec<String>> {
        let mut words = Vec::new();
        loop {
            let Some(word) = self.word_at(0) else { return self.unexpected(Expected::Field) };
            words.push(word);
            self.at += 1;
            let dot = self.token();
            if dot.kind != Kind::Dot || dot.start != self.last_end() {
                return Ok(words);
            }
            self.at += 1;
        }
    }
}
