//! Reads a condition's text into a tree of places, by precedence: `or`, `and`, `not`, comparison, `+ -`,
//! `* /`, atoms. Total: any text gives a tree or one mistake with its place.

mod atom;
mod call;
mod logic;
mod recover;
mod said;

use super::lex::{Kind, Sign, Token, tokens};
use super::mistake::{Expected, Mistake, What};
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Decimal, Length};

/// The longest condition, in bytes.
pub const MOST_BYTES: usize = 4_096;
/// The most brackets inside each other.
pub const MOST_DEPTH: usize = 32;
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

impl Expr {
    /// The word of a name of one word: `gold`.
    pub fn bare_word(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Name(words) if words.len() == 1 => words.first().map(String::as_str),
            ExprKind::Name(_)
            | ExprKind::Text(_)
            | ExprKind::Number(_)
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
            | ExprKind::Calculate { .. } => None,
        }
    }
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
    let mut tokens = tokens(text, mistakes)?;
    bare_lists(text, &mut tokens, mistakes);
    commas(text, &mut tokens, mistakes);
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

/// Values with commas between them, without the brackets of a list: `in "a", "b"`, `== "a", "b"`. The brackets are
/// mended, so that the rest is read as well. Among the arguments of a function a comma after `== "a"` divides them.
fn bare_lists(text: &str, tokens: &mut Vec<Token>, mistakes: &mut Vec<Mistake>) {
    let is_value = |token: &Token| matches!(token.kind, Kind::Text(_) | Kind::Number(_) | Kind::Date(_));
    let mut at = 0;
    // For each parenthesis that is open here: whether it holds arguments.
    let mut open: Vec<bool> = Vec::new();
    while let (Some(sign), Some(first)) = (tokens.get(at), tokens.get(at + 1)) {
        if matches!(sign.kind, Kind::Open) {
            let before = at.checked_sub(1).and_then(|before| tokens.get(before));
            open.push(before.is_some_and(
                |before| matches!(&before.kind, Kind::Word(word) if !KEYWORDS.contains(&word.as_str())),
            ));
        } else if matches!(sign.kind, Kind::Close) {
            open.pop();
        }
        let is_in = matches!(&sign.kind, Kind::Word(word) if word == "in");
        let asks = is_in || matches!(sign.kind, Kind::Compare(Sign::Equal) if open.last() != Some(&true));
        let mut last = at + 1;
        while let (Some(comma), Some(next)) = (tokens.get(last + 1), tokens.get(last + 2))
            && matches!(comma.kind, Kind::Comma)
            && !is_inside_number(tokens, last + 1)
            && is_value(next)
        {
            last += 2;
        }
        let Some(end) = tokens.get(last).filter(|_| asks && is_value(first) && last > at + 1) else {
            at += 1;
            continue;
        };
        let values: Vec<&str> = tokens
            .iter()
            .skip(at + 1)
            .take(last - at)
            .filter(|token| is_value(token))
            .filter_map(|token| text.get(token.start..token.end))
            .collect();
        let start = if is_in { first.start } else { sign.start };
        let meant = format!("{}[{}]", if is_in { "" } else { "in " }, values.join(", "));
        let found = text.get(start..end.end).unwrap_or(",").to_owned();
        let (from, end) = (first.start, end.end);
        // One sentence is enough for signs in it that are written otherwise.
        mistakes.retain(|known| known.start < start || known.start >= end);
        let fix = Some(meant.clone());
        mistakes.push(Mistake { what: What::Spelling { found, meant }, start, end, fix });
        tokens.insert(last + 1, Token { kind: Kind::CloseList, start: end, end });
        if let Some(sign) = tokens.get_mut(at) {
            sign.kind = Kind::Word("in".to_owned());
        }
        tokens.insert(at + 1, Token { kind: Kind::OpenList, start: from, end: from });
        at = last + 3;
    }
}

/// A comma between two comparisons, as one writes it in a sentence: `and` is meant, or nothing where a word
/// stands behind it already. It is mended, so that the rest is read as well.
fn commas(text: &str, tokens: &mut Vec<Token>, mistakes: &mut Vec<Mistake>) {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at).cloned() {
        if matches!(token.kind, Kind::Open | Kind::OpenList) {
            depth += 1;
        } else if matches!(token.kind, Kind::Close | Kind::CloseList) {
            depth = depth.saturating_sub(1);
        } else if matches!(token.kind, Kind::Comma) && depth == 0 && !is_inside_number(tokens, at) {
            // `1,000` is a number.
            let next = tokens.get(at + 1);
            let joined =
                next.filter(|next| matches!(&next.kind, Kind::Word(word) if word == "and" || word == "or"));
            let (meant, end) = match joined {
                Some(next) => (text.get(next.start..next.end).unwrap_or("and").to_owned(), next.end),
                None => ("and".to_owned(), token.end),
            };
            let found = text.get(token.start..end).unwrap_or(",").to_owned();
            let before = text.get(..token.start).is_some_and(|before| before.ends_with(' '));
            let after = text.get(end..).is_some_and(|after| after.starts_with(' '));
            let blank = |is_there: bool| if is_there { "" } else { " " };
            let fix = Some(format!("{}{meant}{}", blank(before), blank(after)));
            // That it is a full-width sign is not worth another sentence.
            mistakes.retain(|known| known.start != token.start);
            mistakes.push(Mistake { what: What::Spelling { found, meant }, start: token.start, end, fix });
            if joined.is_some() {
                tokens.remove(at);
            } else if let Some(comma) = tokens.get_mut(at) {
                comma.kind = Kind::Word("and".to_owned());
            }
        }
        at += 1;
    }
}

/// Whether a comma parts the thousands of a number: digits on both sides, three behind it, no blanks.
fn is_inside_number(tokens: &[Token], at: usize) -> bool {
    let is_number = |token: &Token| matches!(token.kind, Kind::Number(_));
    let (Some(before), Some(sign), Some(after)) =
        (at.checked_sub(1).and_then(|at| tokens.get(at)), tokens.get(at), tokens.get(at + 1))
    else {
        return false;
    };
    let three = after.end.saturating_sub(after.start) == 3;
    is_number(before) && is_number(after) && three && before.end == sign.start && sign.end == after.start
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
    "and",
    "or",
    "not",
    "in",
    "has",
    "contains",
    "starts_with",
    "is",
    "known",
    "unknown",
    "between",
    "where",
    "since",
    "last",
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

    /// The word so many tokens ahead; `None`: something else stands there.
    fn word_at(&self, ahead: usize) -> Option<String> {
        if let Kind::Word(word) = self.kind_at(ahead) { Some(word) } else { None }
    }

    /// The same, where it is no word of the grammar: a name, or a text without quotes.
    fn plain_word_at(&self, ahead: usize) -> Option<String> {
        self.word_at(ahead).filter(|word| !KEYWORDS.contains(&word.as_str()))
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
}

fn fail<T>(what: What, start: usize, end: usize) -> Parsed<T> {
    Err(Box::new(Mistake { what, start, end, fix: None }))
}
