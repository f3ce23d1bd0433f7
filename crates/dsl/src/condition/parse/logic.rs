//! `or`, `and`, `not` and the comparisons.

use super::{Expr, ExprKind, Parsed, Parser, fail};
use crate::condition::lex::{Kind, Sign};
use crate::condition::mistake::{Expected, What};

impl Parser<'_, '_> {
    pub(super) fn or(&mut self) -> Parsed<Expr> {
        self.series("or", Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Parsed<Expr> {
        self.series("and", Self::not, ExprKind::And)
    }

    fn series(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Parsed<Expr>,
        make: fn(Vec<Expr>) -> ExprKind,
    ) -> Parsed<Expr> {
        let first = part(self)?;
        let (start, mut end) = (first.start, first.end);
        let mut all = vec![first];
        while self.take_word(word) {
            let next = part(self)?;
            end = next.end;
            all.push(next);
        }
        Ok(match (all.len(), all.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                all.extend(last);
                Expr { kind: make(all), start, end }
            }
        })
    }

    fn not(&mut self) -> Parsed<Expr> {
        let start = self.token().start;
        let mut count = 0;
        while self.take_word("not") {
            count += 1;
        }
        let inner = self.comparison()?;
        Ok(if count == 0 {
            inner
        } else if count % 2 == 0 {
            Expr { start, ..inner }
        } else {
            let end = inner.end;
            Expr { kind: ExprKind::Not(Box::new(inner)), start, end }
        })
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let left = self.sum()?;
        let left = self.windowed(left);
        let start = left.start;
        let left = Box::new(left);
        if let Kind::Compare(sign) = self.kind() {
            self.at += 1;
            let right = Box::new(self.sum()?);
            let end = right.end;
            if let Kind::Compare(_) = self.kind() {
                return fail(What::Chained, start, self.token().end);
            }
            return Ok(Expr { kind: ExprKind::Compare { left, sign, right }, start, end });
        }
        let negated = self.is_word(0, "not");
        if self.is_word(0, "is") {
            return self.is(left);
        }
        let Some(word) = self.word_at(usize::from(negated)) else { return Ok(*left) };
        let word_start = self.token().start;
        if matches!(word.as_str(), "has" | "contains" | "starts_with")
            && let Some(said) = self.of_several(&left, &word, negated)
        {
            return said;
        }
        let kind = match word.as_str() {
            "in" => {
                self.at += usize::from(negated) + 1;
                if self.plain_word_at(0).is_some() && self.kind_at(1) == Kind::Dot {
                    return self.in_a_list(*left, negated);
                }
                ExprKind::In { value: left, among: self.list()?, negated }
            }
            "has" => {
                self.at += usize::from(negated) + 1;
                ExprKind::Has { list: left, any_of: self.any_of()?, negated }
            }
            "contains" => {
                self.at += usize::from(negated) + 1;
                ExprKind::Contains { text: left, part: Box::new(self.sum()?), negated }
            }
            "like" | "includes" | "包含" => {
                let token = self.tokens.get(self.at + usize::from(negated)).cloned();
                self.at += usize::from(negated) + 1;
                if let Some(token) = token {
                    let found = self.slice(token.start, token.end).to_owned();
                    let meant = "contains".to_owned();
                    // `"上%"` is a pattern: what is meant by it is not known.
                    self.mend(What::Spelling { found, meant }, token.start, token.end, None);
                }
                ExprKind::Contains { text: left, part: Box::new(self.sum()?), negated }
            }
            "starts_with" => {
                self.at += usize::from(negated) + 1;
                ExprKind::StartsWith { text: left, part: Box::new(self.sum()?), negated }
            }
            "between" => {
                self.at += usize::from(negated) + 1;
                let (low, high) = match self.bounds() {
                    Some(bounds) => bounds,
                    None => {
                        let low = self.sum()?;
                        if self.kind() == Kind::Comma && super::is_inside_number(&self.tokens, self.at) {
                            return self.left_over(&low);
                        }
                        if !self.take_word("and") && !self.spoken_and() {
                            return self.unexpected(Expected::AndOfBetween);
                        }
                        (low, self.sum()?)
                    }
                };
                ExprKind::Between { value: left, low: Box::new(low), high: Box::new(high), negated }
            }
            // `city known`, `city not known`
            "known" | "unknown" => {
                self.at += usize::from(negated) + 1;
                let unknown = negated != (word == "unknown");
                self.meant_known(word_start, self.last_end(), unknown);
                ExprKind::Known { value: left, negated: unknown }
            }
            _ => return Ok(*left),
        };
        Ok(Expr { kind, start, end: self.last_end() })
    }

    fn meant_known(&mut self, start: usize, end: usize, unknown: bool) {
        let meant = if unknown { "is unknown" } else { "is known" };
        let found = self.slice(start, end).to_owned();
        self.mend(What::Spelling { found, meant: meant.to_owned() }, start, end, Some(meant.to_owned()));
    }

    /// What stands behind `is`: `known`, `unknown`, or something that was meant so.
    fn is(&mut self, left: Box<Expr>) -> Parsed<Expr> {
        let (start, is) = (left.start, self.token());
        self.at += 1;
        let not = self.take_word("not");
        let known = match self.word_at(0).unwrap_or_default().as_str() {
            "known" => Some((true, !not)),
            "unknown" => Some((false, !not)),
            "empty" | "null" | "none" | "missing" | "blank" | "nil" | "undefined" => Some((false, false)),
            "set" | "filled" | "present" | "given" => Some((true, false)),
            _ => None,
        };
        if let Some((known, well_said)) = known {
            self.at += 1;
            let negated = known == not;
            if !well_said {
                self.meant_known(is.start, self.last_end(), negated);
            }
            return Ok(Expr { kind: ExprKind::Known { value: left, negated }, start, end: self.last_end() });
        }
        if matches!(self.kind(), Kind::End | Kind::Close | Kind::CloseList | Kind::Comma) {
            return self.unexpected(Expected::Known);
        }
        let spoken = self.spoken_sign().filter(|_| !not);
        let (sign, end) = (spoken.unwrap_or(if not { Sign::NotEqual } else { Sign::Equal }), self.last_end());
        let found = self.slice(is.start, end).to_owned();
        let meant = sign.as_str().to_owned();
        self.mend(What::Spelling { found, meant: meant.clone() }, is.start, end, Some(meant));
        let right = Box::new(self.sum()?);
        Ok(Expr { kind: ExprKind::Compare { left, sign, right }, start, end: self.last_end() })
    }

    /// `[a, b]`
    pub(super) fn list(&mut self) -> Parsed<Vec<Expr>> {
        let open = self.token();
        let round = open.kind == Kind::Open;
        if !round && open.kind != Kind::OpenList {
            return self.unexpected(Expected::List);
        }
        let closing = if round { Kind::Close } else { Kind::CloseList };
        self.at += 1;
        self.deeper()?;
        let mut items = Vec::new();
        while self.kind() != closing {
            items.push(self.sum()?);
            if !self.take(&Kind::Comma) && self.kind() != closing {
                // `[New York, Paris]`: words that were meant as one text.
                return match items.last() {
                    Some(item) if self.plain_word_at(0).is_some() => self.left_over(item),
                    Some(_) | None => self.unexpected(Expected::EndOfList),
                };
            }
        }
        self.at += 1;
        self.depth -= 1;
        let end = self.last_end();
        if items.is_empty() {
            return fail(What::EmptyList, open.start, end);
        }
        if round {
            let found = self.slice(open.start, end).to_owned();
            let inner = self.slice(open.start + 1, end.saturating_sub(1));
            let meant = format!("[{inner}]");
            self.mend(What::Spelling { found, meant: meant.clone() }, open.start, end, Some(meant));
        }
        Ok(items)
    }

    /// What stands behind `has`: a text, or `any of [..]`.
    fn any_of(&mut self) -> Parsed<Vec<Expr>> {
        if self.is_word(0, "any") && self.is_word(1, "of") {
            self.at += 2;
            // A list by its name, or an expression that is one: `has any of entry.items`.
            return if matches!(self.kind(), Kind::Word { .. }) {
                Ok(vec![self.sum()?])
            } else {
                self.list()
            };
        }
        let any = self.is_word(0, "any") && self.kind_at(1) == Kind::OpenList;
        if any || self.kind() == Kind::OpenList {
            let token = self.token();
            let (start, end) = if any { (token.start, token.end) } else { (token.start, token.start) };
            let found = if any { "has any" } else { "has" };
            let fix = if any { "any of" } else { "any of " };
            self.mend(
                What::Spelling { found: found.to_owned(), meant: "has any of".to_owned() },
                start,
                end,
                Some(fix.to_owned()),
            );
            self.at += usize::from(any);
            return self.list();
        }
        Ok(vec![self.sum()?])
    }
}
