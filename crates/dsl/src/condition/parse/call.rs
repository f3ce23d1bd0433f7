//! Calls: `count(order.paid, last 30 days, where …)` and its like.

use super::{Argument, ArgumentKind, Expr, ExprKind, Parsed, Parser, fail};
use crate::condition::lex::Kind;
use crate::condition::mistake::{Expected, Mistake, What};

impl Parser<'_, '_> {
    pub(super) fn call(&mut self, name: String) -> Parsed<Expr> {
        let name_token = self.token();
        let open = self.tokens.get(self.at + 1).cloned().unwrap_or(name_token.clone());
        self.at += 2;
        self.deeper()?;
        let mut arguments = Vec::new();
        while self.kind() != Kind::Close {
            let id = if arguments.is_empty() && takes_an_id(&name) { self.id() } else { None };
            let argument = match id {
                Some(id) => id,
                None => match self.bare_window(&name, !arguments.is_empty()) {
                    Some(window) => window,
                    None => self.argument()?,
                },
            };
            arguments.push(argument);
            if self.take(&Kind::Comma) || self.kind() == Kind::Close {
                continue;
            }
            let window = self.word_at(0).filter(|word| matches!(word.as_str(), "last" | "since" | "where"));
            if let Some(word) = window {
                // `count(order.paid last 30 days)`: the comma is missing.
                let meant = format!(", {word}");
                let what = What::Spelling { found: word, meant };
                self.mend(what, self.last_end(), self.last_end(), Some(",".to_owned()));
                continue;
            }
            if self.kind() == Kind::End {
                return fail(What::OpenBracket, open.start, open.end);
            }
            return match arguments.last() {
                Some(Argument { kind: ArgumentKind::Value(expr), .. }) => self.left_over(expr),
                Some(_) | None => self.unexpected(Expected::EndOfCall),
            };
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
        while !matches!(self.kind_at(ahead), Kind::Comma | Kind::Close) {
            let token = self.tokens.get(self.at + ahead)?;
            let of_an_id = matches!(
                token.kind,
                Kind::Word(_) | Kind::Minus | Kind::Dot | Kind::Number(_) | Kind::Duration(_) | Kind::Over
            );
            if !of_an_id || (ahead > 0 && token.start != end) {
                return None;
            }
            end = token.end;
            ahead += 1;
        }
        if ahead == 0 {
            return None;
        }
        let name = self.slice(start, end).to_owned();
        self.at += ahead;
        let value = Expr { kind: ExprKind::Name(vec![name]), start, end };
        Some(Argument { kind: ArgumentKind::Value(value), start, end })
    }

    /// `count(order.paid, 30 days)`: `last` is missing before the length.
    fn bare_window(&mut self, name: &str, is_second: bool) -> Option<Argument> {
        let token = self.token();
        let Kind::Duration(length) = token.kind else { return None };
        let ends = matches!(self.kind_at(1), Kind::Comma | Kind::Close);
        if !is_second || !ends || !over_a_window(name) {
            return None;
        }
        self.at += 1;
        let (start, end) = (token.start, token.end);
        let found = self.slice(start, end).to_owned();
        let meant = format!("last {found}");
        self.mend(What::Spelling { found, meant: meant.clone() }, start, end, Some(meant));
        Some(Argument { kind: ArgumentKind::Last(length), start, end })
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
        if let Kind::Duration(length) = token.kind {
            self.at += 1;
            return Ok(ArgumentKind::Last(length));
        }
        let Kind::Number(number) = token.kind else {
            // `last month` leaves open whether the one of the calendar is meant: `last 1 month` does not.
            let word = self.word_at(0).unwrap_or_default();
            let meant = format!("1 {word}");
            let Ok(length) = meant.parse::<model::Length>() else { return self.unexpected(Expected::Length) };
            let (start, end) = (token.start, token.end);
            self.mend(What::Spelling { found: word, meant: meant.clone() }, start, end, Some(meant));
            self.at += 1;
            return Ok(ArgumentKind::Last(length));
        };
        self.at += 1;
        match self.word_at(0).as_deref() {
            Some("times" | "time" | "次") => {
                self.at += 1;
                Ok(ArgumentKind::LastTimes(number))
            }
            Some(_) => self.not_a_unit(token.start, self.token().end),
            None => {
                let (start, end) = (token.start, token.end);
                let found = self.slice(start, end).to_owned();
                let meant = Some(format!("{found} days"));
                let fix = meant.clone();
                Err(Box::new(Mistake { what: What::NoUnit { found, meant }, start, end, fix }))
            }
        }
    }
}

/// Whether a function looks at what came within some time.
pub(super) fn over_a_window(function: &str) -> bool {
    matches!(function, "count" | "sum" | "min" | "max" | "first" | "last")
}

fn takes_an_id(function: &str) -> bool {
    matches!(function, "in_segment" | "enrolled_in" | "score" | "lookup")
}
