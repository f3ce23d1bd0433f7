//! Sums, products, values, names and calls.

use super::{Argument, ArgumentKind, Arithmetic, Expr, ExprKind, KEYWORDS, Parsed, Parser, fail};
use crate::condition::lex::Kind;
use crate::condition::mistake::{Expected, Mistake, What};
use model::Decimal;

/// The most `+ - * /` one after the other.
const MOST_TERMS: usize = 64;

impl Parser<'_, '_> {
    pub(super) fn sum(&mut self) -> Parsed<Expr> {
        self.chain(Self::product, |kind| match kind {
            Kind::Plus => Some(Arithmetic::Plus),
            Kind::Minus => Some(Arithmetic::Minus),
            _ => None,
        })
    }

    fn product(&mut self) -> Parsed<Expr> {
        self.chain(Self::atom, |kind| match kind {
            Kind::Times => Some(Arithmetic::Times),
            Kind::Over => Some(Arithmetic::Over),
            _ => None,
        })
    }

    fn chain(
        &mut self,
        part: fn(&mut Self) -> Parsed<Expr>,
        sign: fn(&Kind) -> Option<Arithmetic>,
    ) -> Parsed<Expr> {
        let mut left = part(self)?;
        let mut terms = 0;
        while let Some(sign) = sign(&self.kind()) {
            self.at += 1;
            terms += 1;
            if terms > MOST_TERMS {
                return fail(What::TooDeep, left.start, self.last_end());
            }
            let right = part(self)?;
            let (start, end) = (left.start, right.end);
            let kind = ExprKind::Calculate { left: Box::new(left), sign, right: Box::new(right) };
            left = Expr { kind, start, end };
        }
        Ok(left)
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let token = self.token();
        let expr = |kind| Ok(Expr { kind, start: token.start, end: token.end });
        match token.kind.clone() {
            Kind::Text(text) => {
                self.at += 1;
                expr(ExprKind::Text(text))
            }
            Kind::Number(number) => {
                self.at += 1;
                expr(ExprKind::Number(number))
            }
            Kind::Duration(length) => {
                self.at += 1;
                expr(ExprKind::Duration(length))
            }
            Kind::Date(date) => {
                self.at += 1;
                expr(ExprKind::Date(date))
            }
            Kind::Instant(at) => {
                self.at += 1;
                expr(ExprKind::Instant(at))
            }
            Kind::Minus => match self.kind_at(1) {
                Kind::Number(number) => {
                    self.at += 2;
                    let number = number.checked_neg().unwrap_or(Decimal::MIN);
                    Ok(Expr { kind: ExprKind::Number(number), start: token.start, end: self.last_end() })
                }
                _ => self.unexpected(Expected::Value),
            },
            Kind::Open => {
                self.at += 1;
                self.deeper()?;
                let inner = self.or()?;
                if !self.take(&Kind::Close) {
                    if self.kind() == Kind::End {
                        return fail(What::OpenBracket, token.start, token.end);
                    }
                    return self.left_over(&inner);
                }
                self.depth -= 1;
                Ok(Expr { start: token.start, end: self.last_end(), ..inner })
            }
            Kind::Word(word) => self.word(word),
            Kind::Compare(_)
            | Kind::Plus
            | Kind::Times
            | Kind::Over
            | Kind::Close
            | Kind::OpenList
            | Kind::CloseList
            | Kind::Comma
            | Kind::Dot
            | Kind::End => self.unexpected(Expected::Value),
        }
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
            match self.kind() {
                Kind::Word(word) => words.push(word),
                // `steps.2nd.x`: the lexer took the digits for a number.
                Kind::Number(_) if !words.is_empty() => {
                    let token = self.token();
                    words.push(self.slice(token.start, token.end).to_owned());
                }
                _ => return self.unexpected(Expected::Field),
            }
            self.at += 1;
            let dot = self.token();
            if dot.kind != Kind::Dot || dot.start != self.last_end() {
                return Ok(words);
            }
            self.at += 1;
        }
    }

    fn call(&mut self, name: String) -> Parsed<Expr> {
        let name_token = self.token();
        let open = self.tokens.get(self.at + 1).cloned().unwrap_or(name_token.clone());
        self.at += 2;
        self.deeper()?;
        let mut arguments = Vec::new();
        while self.kind() != Kind::Close {
            let id = if arguments.is_empty() && takes_an_id(&name) { self.id() } else { None };
            let argument = match id {
                Some(id) => id,
                None => self.argument()?,
            };
            arguments.push(argument);
            if self.take(&Kind::Comma) || self.kind() == Kind::Close {
                continue;
            }
            let next = self.token();
            match next.kind {
                // `count(order.paid last 30 days)`: the comma is missing.
                Kind::Word(word) if matches!(word.as_str(), "last" | "since" | "where") => {
                    let meant = format!(", {word}");
                    let what = What::Spelling { found: word, meant };
                    self.mend(what, self.last_end(), self.last_end(), Some(",".to_owned()));
                }
                Kind::End => return fail(What::OpenBracket, open.start, open.end),
                _ => {
                    if let Some(Argument { kind: ArgumentKind::Value(expr), .. }) = arguments.last() {
                        let expr = expr.clone();
                        return self.left_over(&expr);
                    }
                    return self.unexpected(Expected::EndOfCall);
                }
            }
        }
        self.at += 1;
        self.depth -= 1;
        let kind = ExprKind::Call { name, name_end: name_token.end, arguments };
        Ok(Expr { kind, start: name_token.start, end: self.last_end() })
    }

    /// The id of a workflow or segment, dashes and all: `welcome-series`. Takes it only where it ends at
    /// once, by `,` or `)`.
    fn id(&mut self) -> Option<Argument> {
        let start = self.token().start;
        let mut ahead = 0;
        let mut end = start;
        loop {
            let token = self.tokens.get(self.at + ahead)?;
            match token.kind {
                Kind::Comma | Kind::Close if ahead > 0 => break,
                Kind::Word(_)
                | Kind::Minus
                | Kind::Dot
                | Kind::Number(_)
                | Kind::Duration(_)
                | Kind::Over
                    if ahead == 0 || token.start == end =>
                {
                    end = token.end;
                    ahead += 1;
                }
                _ => return None,
            }
        }
        let name = self.slice(start, end).to_owned();
        self.at += ahead;
        let value = Expr { kind: ExprKind::Name(vec![name]), start, end };
        Some(Argument { kind: ArgumentKind::Value(value), start, end })
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let start = self.token().start;
        let kind = if self.is_word(0, "where") {
            self.at += 1;
            ArgumentKind::Where(self.or()?)
        } else if self.is_word(0, "since") {
            self.at += 1;
            if !self.take_word("entry") {
                return self.unexpected(Expected::Entry);
            }
            ArgumentKind::SinceEntry
        } else if self.is_word(0, "last") && self.kind_at(1) != Kind::Open {
            self.at += 1;
            self.last()?
        } else {
            ArgumentKind::Value(self.or()?)
        };
        Ok(Argument { kind, start, end: self.last_end() })
    }

    /// What stands behind `last`: a length of time, or `N times`.
    fn last(&mut self) -> Parsed<ArgumentKind> {
        let token = self.token();
        match token.kind {
            Kind::Duration(length) => {
                self.at += 1;
                Ok(ArgumentKind::Last(length))
            }
            Kind::Number(number) => {
                self.at += 1;
                match self.kind() {
                    Kind::Word(word) if matches!(word.as_str(), "times" | "time" | "次") => {
                        self.at += 1;
                        Ok(ArgumentKind::LastTimes(number))
                    }
                    Kind::Word(_) => self.not_a_unit(token.start, self.token().end),
                    _ => {
                        let found = self.slice(token.start, token.end).to_owned();
                        let meant = Some(format!("{found} days"));
                        let fix = meant.clone();
                        let (start, end) = (token.start, token.end);
                        Err(Box::new(Mistake { what: What::NoUnit { found, meant }, start, end, fix }))
                    }
                }
            }
            _ => self.unexpected(Expected::Length),
        }
    }
}

fn takes_an_id(function: &str) -> bool {
    matches!(function, "in_segment" | "enrolled_in" | "score" | "lookup")
}

