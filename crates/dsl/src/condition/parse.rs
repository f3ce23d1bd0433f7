//! Reads a condition's text into a tree of places, by precedence: `or`, `and`, `not`, comparison, `+ -`,
//! `* /`, atoms. Total: any text gives a tree or one mistake with its place.

use super::lex::{Kind, Sign, Token, tokens};
use super::mistake::{Expected, Mistake, What};
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Decimal, Length};

/// The longest condition, in bytes.
pub const MOST_BYTES: usize = 4_096;
/// The most brackets inside each other.
pub const MOST_DEPTH: usize = 32;
/// The most `+ - * /` one after the other.
const MOST_TERMS: usize = 64;

/// An expression as written, not yet typed; `start` and `end` are bytes of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub kind: ExprKind,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    Text(String),
    Number(Decimal),
    YesNo(bool),
    Duration(Length),
    Date(Date),
    Instant(Timestamp),
    /// `now`
    Now,
    /// `today`
    Today,
    /// `customer.city`: its words.
    Name(Vec<String>),
    /// `count(order.paid, last 30 days)`
    Call {
        name: String,
        name_end: usize,
        arguments: Vec<Argument>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare {
        left: Box<Expr>,
        sign: Sign,
        right: Box<Expr>,
    },
    In {
        value: Box<Expr>,
        among: Vec<Expr>,
        negated: bool,
    },
    Has {
        list: Box<Expr>,
        any_of: Vec<Expr>,
        negated: bool,
    },
    Contains {
        text: Box<Expr>,
        part: Box<Expr>,
        negated: bool,
    },
    StartsWith {
        text: Box<Expr>,
        part: Box<Expr>,
        negated: bool,
    },
    Between {
        value: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    Known {
        value: Box<Expr>,
        negated: bool,
    },
    Calculate {
        left: Box<Expr>,
        sign: Arithmetic,
        right: Box<Expr>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
}

/// An argument of a function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Argument {
    pub kind: ArgumentKind,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ArgumentKind {
    Value(Expr),
    /// `last 30 days`
    Last(Length),
    /// `last 5 times`
    LastTimes(Decimal),
    /// `since entry`
    SinceEntry,
    /// `where …`
    Where(Expr),
}

/// Reads the whole text. `None`: it could not be read; the last of the mistakes says where. Mistakes
/// beside a tree were mended on the way.
pub(super) fn parse(text: &str, mistakes: &mut Vec<Mistake>) -> Option<Expr> {
    if text.len() > MOST_BYTES {
        mistakes.push(Mistake { what: What::TooLong, start: 0, end: text.len(), fix: None });
        return None;
    }
    let tokens = tokens(text, mistakes)?;
    let mut parser = Parser { text, tokens, at: 0, depth: 0, mistakes };
    match parser.whole() {
        Ok(expr) => Some(expr),
        Err(mistake) => {
            // `，and`: one sentence for one place.
            parser.mistakes.retain(|known| known.start != mistake.start);
            parser.mistakes.push(*mistake);
            None
        }
    }
}

type Parsed<T> = Result<T, Box<Mistake>>;

struct Parser<'t, 'm> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    mistakes: &'m mut Vec<Mistake>,
}

/// Words that cannot be names.
const KEYWORDS: [&str; 14] = [
    "and", "or", "not", "in", "has", "contains", "starts_with", "is", "known", "unknown", "between", "where",
    "since", "last",
];

impl Parser<'_, '_> {
    fn token(&self) -> Token {
        let end = Token { kind: Kind::End, start: self.text.len(), end: self.text.len() };
        self.tokens.get(self.at).cloned().unwrap_or(end)
    }

    fn kind(&self) -> Kind {
        self.kind_at(0)
    }

    fn kind_at(&self, ahead: usize) -> Kind {
        self.tokens.get(self.at + ahead).map_or(Kind::End, |token| token.kind.clone())
    }

    /// Where the last token taken ends.
    fn last_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end)
    }

    fn take(&mut self, kind: &Kind) -> bool {
        let is = self.kind() == *kind;
        if is {
            self.at += 1;
        }
        is
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.kind_at(ahead), Kind::Word(found) if found == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = self.is_word(0, word);
        if is {
            self.at += 1;
        }
        is
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or("")
    }

    fn unexpected<T>(&self, expected: Expected) -> Parsed<T> {
        let token = self.token();
        let found = self.slice(token.start, token.end).to_owned();
        fail(What::Unexpected { found, expected }, token.start, token.end)
    }

    fn mend(&mut self, what: What, start: usize, end: usize, fix: Option<String>) {
        self.mistakes.push(Mistake { what, start, end, fix });
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            let token = self.token();
            return fail(What::TooDeep, token.start, token.end);
        }
        Ok(())
    }

    fn whole(&mut self) -> Parsed<Expr> {
        if self.kind() == Kind::End {
            return fail(What::Empty, 0, self.text.len());
        }
        let expr = self.or()?;
        if self.kind() == Kind::End {
            return Ok(expr);
        }
        self.left_over(&expr)
    }

    /// Says why an expression does not end where it could.
    fn left_over<T>(&mut self, before: &Expr) -> Parsed<T> {
        let token = self.token();
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
        match (&last.kind, &token.kind) {
            // `== New York`: words that were meant as one text.
            (ExprKind::Name(words), Kind::Word(next)) if words.len() == 1 && !KEYWORDS.contains(&next.as_str()) => {
                let mut end = token.end;
                let mut ahead = 1;
                while let (Kind::Word(word), Some(next)) = (self.kind_at(ahead), self.tokens.get(self.at + ahead)) {
                    if KEYWORDS.contains(&word.as_str()) {
                        break;
                    }
                    end = next.end;
                    ahead += 1;
                }
                let words = self.slice(last.start, end).to_owned();
                let fix = super::print::quote(&words);
                Err(Box::new(Mistake { what: What::Unquoted { words }, start: last.start, end, fix: Some(fix) }))
            }
            // `30 dyas`, `500 元`
            (ExprKind::Number(_), Kind::Word(word)) if !KEYWORDS.contains(&word.as_str()) => match self.kind_at(1) {
                // The next name or function begins: `and` is missing.
                Kind::Dot | Kind::Open => self.unexpected(Expected::Connection),
                _ => self.not_a_unit(last.start, token.end),
            },
            // `1,000`
            (ExprKind::Number(_), Kind::Comma) => match self.kind_at(1) {
                Kind::Number(_) => {
                    let end = self.tokens.get(self.at + 1).map_or(token.end, |next| next.end);
                    let meant: String =
                        self.slice(last.start, end).chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
                    let found = self.slice(last.start, end).to_owned();
                    let fix = Some(meant.clone());
                    Err(Box::new(Mistake { what: What::Separator { found, meant }, start: last.start, end, fix }))
                }
                _ => self.unexpected(Expected::Connection),
            },
            _ => self.unexpected(Expected::Connection),
        }
    }

    /// A number with a word behind it that is no unit of time.
    fn not_a_unit<T>(&self, start: usize, end: usize) -> Parsed<T> {
        let found = self.slice(start, end).to_owned();
        match found.parse::<Length>() {
            Ok(_) => self.unexpected(Expected::Connection),
            Err(error) => {
                let meant = error.suggestion().map(str::to_owned);
                let fix = meant.clone();
                Err(Box::new(Mistake { what: What::Unit { found, meant }, start, end, fix }))
            }
        }
    }

    fn or(&mut self) -> Parsed<Expr> {
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
        let word = match self.kind_at(usize::from(negated)) {
            Kind::Word(word) => word,
            _ => return Ok(*left),
        };
        let word_start = self.token().start;
        let kind = match word.as_str() {
            "in" => {
                self.at += usize::from(negated) + 1;
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
            "starts_with" => {
                self.at += usize::from(negated) + 1;
                ExprKind::StartsWith { text: left, part: Box::new(self.sum()?), negated }
            }
            "between" => {
                self.at += usize::from(negated) + 1;
                let low = Box::new(self.sum()?);
                if !self.take_word("and") {
                    return self.unexpected(Expected::AndOfBetween);
                }
                ExprKind::Between { value: left, low, high: Box::new(self.sum()?), negated }
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
        let known = match self.kind() {
            Kind::Word(word) => match word.as_str() {
                "known" => Some((true, !not)),
                "unknown" => Some((false, !not)),
                "empty" | "null" | "none" | "missing" | "blank" | "nil" | "undefined" => Some((false, false)),
                "set" | "filled" | "present" | "given" => Some((true, false)),
                _ => None,
            },
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
        let (sign, end) = (if not { Sign::NotEqual } else { Sign::Equal }, self.last_end());
        let found = self.slice(is.start, end).to_owned();
        let meant = sign.as_str().to_owned();
        self.mend(What::Spelling { found, meant: meant.clone() }, is.start, end, Some(meant));
        let right = Box::new(self.sum()?);
        Ok(Expr { kind: ExprKind::Compare { left, sign, right }, start, end: self.last_end() })
    }

    /// `[a, b]`
    fn list(&mut self) -> Parsed<Vec<Expr>> {
        let open = self.token();
        let (closing, round) = match open.kind {
            Kind::OpenList => (Kind::CloseList, false),
            Kind::Open => (Kind::Close, true),
            _ => return self.unexpected(Expected::List),
        };
        self.at += 1;
        self.deeper()?;
        let mut items = Vec::new();
        while self.kind() != closing {
            items.push(self.sum()?);
            if !self.take(&Kind::Comma) && self.kind() != closing {
                self.unquoted_words(items.last())?;
                return self.unexpected(Expected::EndOfList);
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

    /// `[New York, Paris]`: words that were meant as one text.
    fn unquoted_words(&mut self, before: Option<&Expr>) -> Parsed<()> {
        match (before, self.kind()) {
            (Some(expr), Kind::Word(_)) => {
                let before = expr.clone();
                self.left_over(&before)
            }
            _ => Ok(()),
        }
    }

    /// What stands behind `has`: a text, or `any of [..]`.
    fn any_of(&mut self) -> Parsed<Vec<Expr>> {
        if self.is_word(0, "any") && self.is_word(1, "of") {
            self.at += 2;
            return self.list();
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

    fn sum(&mut self) -> Parsed<Expr> {
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
                Kind::Word(_) | Kind::Minus | Kind::Dot | Kind::Number(_) | Kind::Duration(_) | Kind::Over
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

fn fail<T>(what: What, start: usize, end: usize) -> Parsed<T> {
    Err(Box::new(Mistake { what, start, end, fix: None }))
}
