//! Comparisons as one says them: `has all of [..]`, `contains any of [..]`, `is greater than 5`. They are mended,
//! so that the rest is read as well, and said in the words of the language.

use super::call::over_a_window;
use super::{Argument, ArgumentKind, Expr, ExprKind, Parsed, Parser};
use crate::condition::lex::{Kind, Sign};
use crate::condition::mistake::What;
use crate::diagnostic::suggest;

/// Words that people compare by, and the comparison that comes nearest.
const OPERATORS: [(&str, &str); 14] = [
    ("matches", "contains"),
    ("match", "contains"),
    ("regex", "contains"),
    ("regexp", "contains"),
    ("rlike", "contains"),
    ("ends_with", "contains"),
    ("endswith", "contains"),
    ("endsWith", "contains"),
    ("begins_with", "starts_with"),
    ("beginswith", "starts_with"),
    ("before", "<"),
    ("after", ">"),
    ("exceeds", ">"),
    ("匹配", "contains"),
];
/// The comparisons that are words.
const WORDS: [&str; 6] = ["contains", "starts_with", "has", "in", "between", "is"];

/// The comparison that a word comes nearest to.
pub(super) fn operator_meant(word: &str) -> Option<&'static str> {
    let known = OPERATORS.iter().find(|(found, _)| *found == word).map(|(_, meant)| *meant);
    known.or_else(|| suggest(word, WORDS))
}

impl Parser<'_, '_> {
    /// `all of [..]`, `none of [..]` behind `has`, and those two and `any of [..]` behind `contains` and
    /// `starts_with`; `word` is the one at hand, which `negated` may precede.
    pub(super) fn of_several(&mut self, left: &Expr, word: &str, negated: bool) -> Option<Parsed<Expr>> {
        let ahead = usize::from(negated) + 1;
        let which = self.word_at(ahead).filter(|which| matches!(which.as_str(), "all" | "any" | "none"))?;
        let of = usize::from(self.is_word(ahead + 1, "of"));
        let is_list = self.kind_at(ahead + 1 + of) == Kind::OpenList;
        if !is_list || (word == "has" && which == "any") {
            return None;
        }
        self.at += ahead + 1 + of;
        Some(self.list().map(|items| self.several(left, word, &which, negated, items)))
    }

    fn several(&mut self, left: &Expr, word: &str, which: &str, negated: bool, items: Vec<Expr>) -> Expr {
        let (start, end) = (left.start, self.last_end());
        let asked = self.slice(left.start, left.end).to_owned();
        let written: Vec<String> =
            items.iter().map(|item| self.slice(item.start, item.end).to_owned()).collect();
        let none = which == "none" && word == "has";
        let meant = if none {
            let not = if negated { "" } else { "not " };
            format!("{asked} {not}has any of [{}]", written.join(", "))
        } else {
            let joint = if which == "all" { " and " } else { " or " };
            let parts: Vec<String> = written.iter().map(|item| format!("{asked} {word} {item}")).collect();
            let not = if negated != (which == "none") { "not " } else { "" };
            format!("{not}({})", parts.join(joint))
        };
        let found = self.slice(start, end).to_owned();
        self.mend(What::Spelling { found, meant: meant.clone() }, start, end, Some(meant));
        let part = |item: Expr| {
            let (text, item_end) = (Box::new(left.clone()), item.end);
            let kind = match word {
                "has" => ExprKind::Has { list: text, any_of: vec![item], negated: false },
                "contains" => ExprKind::Contains { text, part: Box::new(item), negated: false },
                _ => ExprKind::StartsWith { text, part: Box::new(item), negated: false },
            };
            Expr { kind, start, end: item_end }
        };
        let parts: Vec<Expr> = items.into_iter().map(part).collect();
        let kind = if which == "all" { ExprKind::And(parts) } else { ExprKind::Or(parts) };
        let whole = Expr { kind, start, end };
        if negated == (which == "none") {
            whole
        } else {
            Expr { kind: ExprKind::Not(Box::new(whole)), start, end }
        }
    }

    /// `"vip" in customer.tags`: the list stands on the left of `has`. `in` is taken.
    pub(super) fn in_a_list(&mut self, item: Expr, negated: bool) -> Parsed<Expr> {
        let list = self.sum()?;
        let (start, end) = (item.start, self.last_end());
        let found = self.slice(start, end).to_owned();
        let has = if negated { "not has" } else { "has" };
        let meant =
            format!("{} {has} {}", self.slice(list.start, list.end), self.slice(item.start, item.end));
        self.mend(What::Spelling { found, meant: meant.clone() }, start, end, Some(meant));
        Ok(Expr { kind: ExprKind::Has { list: Box::new(list), any_of: vec![item], negated }, start, end })
    }

    /// `count(order.paid) in the last 30 days`, `within 30 days`: the window stands inside of the brackets.
    pub(super) fn windowed(&mut self, left: Expr) -> Expr {
        let ExprKind::Call { name, .. } = &left.kind else { return left };
        if !over_a_window(name) {
            return left;
        }
        let mut ahead = usize::from(self.is_word(0, "in") || self.is_word(0, "within"));
        ahead += usize::from(ahead > 0 && self.is_word(ahead, "the"));
        ahead += usize::from(self.is_word(ahead, "last"));
        let Kind::Duration(length) = self.kind_at(ahead) else { return left };
        if ahead == 0 {
            return left;
        }
        let (start, inside) = (left.start, left.end.saturating_sub(1));
        let length_at = self.tokens.get(self.at + ahead).cloned().unwrap_or_else(|| self.token());
        self.at += ahead + 1;
        let end = self.last_end();
        let found = self.slice(start, end).to_owned();
        let window = format!("last {}", self.slice(length_at.start, length_at.end));
        let meant = format!("{}, {window})", self.slice(start, inside));
        self.mend(What::Spelling { found, meant: meant.clone() }, start, end, Some(meant));
        let ExprKind::Call { name, name_end, mut arguments } = left.kind else {
            return Expr { kind: left.kind, start, end };
        };
        arguments.push(Argument {
            kind: ArgumentKind::Last(length),
            start: length_at.start,
            end: length_at.end,
        });
        Expr { kind: ExprKind::Call { name, name_end, arguments }, start, end }
    }

    /// `(1, 3)` and `[1, 3]` behind `between`: the two bounds, as other languages write them.
    pub(super) fn bounds(&mut self) -> Option<(Expr, Expr)> {
        let open = self.token();
        if !matches!(open.kind, Kind::Open | Kind::OpenList) {
            return None;
        }
        let (at, known) = (self.at, self.mistakes.len());
        self.at += 1;
        let pair = self.pair();
        if pair.is_none() {
            self.at = at;
            self.mistakes.truncate(known);
        }
        let (low, high) = pair?;
        let (start, end) = (open.start, self.last_end());
        let found = self.slice(start, end).to_owned();
        let meant = format!("{} and {}", self.slice(low.start, low.end), self.slice(high.start, high.end));
        self.mend(What::Spelling { found, meant: meant.clone() }, start, end, Some(meant));
        Some((low, high))
    }

    fn pair(&mut self) -> Option<(Expr, Expr)> {
        let low = self.sum().ok()?;
        if !self.take(&Kind::Comma) {
            return None;
        }
        let high = self.sum().ok()?;
        (self.take(&Kind::Close) || self.take(&Kind::CloseList)).then_some((low, high))
    }

    /// `to` between the two bounds of `between`: `and` is meant, and taken.
    pub(super) fn spoken_and(&mut self) -> bool {
        let is = self.word_at(0).is_some_and(|word| matches!(word.as_str(), "to" | "到" | "至"));
        if is {
            let token = self.token();
            let found = self.slice(token.start, token.end).to_owned();
            let meant = "and".to_owned();
            self.mend(What::Spelling { found, meant: meant.clone() }, token.start, token.end, Some(meant));
            self.at += 1;
        }
        is
    }

    /// `greater than`, `at least`, `equal to` behind `is`: the sign that is meant, and its words are taken.
    pub(super) fn spoken_sign(&mut self) -> Option<Sign> {
        let (one, two) = (self.word_at(0)?, self.word_at(1)?);
        let sign = match (one.as_str(), two.as_str()) {
            ("greater" | "more" | "bigger" | "larger" | "higher" | "later", "than") => Sign::Greater,
            ("less" | "fewer" | "smaller" | "lower" | "earlier", "than") => Sign::Less,
            ("at", "least") => Sign::AtLeast,
            ("at", "most") => Sign::AtMost,
            ("equal", "to") => Sign::Equal,
            _ => return None,
        };
        self.at += 2;
        Some(sign)
    }
}
