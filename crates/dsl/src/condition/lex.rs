//! Cuts a condition into tokens, and mends what marketers mistype on the way: `=`, `&&`, full-width signs.

use super::mistake::{Mistake, What};
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Decimal, Length};
use unicode_normalization::UnicodeNormalization;

/// No length has more numbers: there are not so many units.
const MOST_UNITS: usize = 8;

/// A token and where it stands, as bytes of the condition's text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Text(String),
    Number(Decimal),
    Duration(Length),
    Date(Date),
    Instant(Timestamp),
    Compare(Sign),
    Plus,
    Minus,
    Times,
    Over,
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    Dot,
    End,
}

/// A comparison's sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Sign {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// Cuts the whole text. What cannot be a token at all ends the list early, with a mistake.
pub(super) fn tokens(text: &str, mistakes: &mut Vec<Mistake>) -> Option<Vec<Token>> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), mistakes };
    while lexer.next()? {}
    lexer.tokens.push(Token { kind: Kind::End, start: text.trim_end().len(), end: text.trim_end().len() });
    Some(lexer.tokens)
}

struct Lexer<'t, 'm> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    mistakes: &'m mut Vec<Mistake>,
}

impl Lexer<'_, '_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Takes characters off the front while they fit, and says where they end.
    fn end_of(&self, from: usize, fits: impl Fn(char) -> bool) -> usize {
        let rest = self.text.get(from..).unwrap_or("");
        from + rest.find(|letter| !fits(letter)).unwrap_or(rest.len())
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or("")
    }

    fn push(&mut self, kind: Kind, end: usize) {
        self.tokens.push(Token { kind, start: self.at, end });
        self.at = end;
    }

    fn mistake(&mut self, what: What, end: usize, fix: Option<String>) {
        self.mistakes.push(Mistake { what, start: self.at, end, fix });
    }

    /// Reads one token. `Some(false)`: the end; `None`: what stands here is no token.
    fn next(&mut self) -> Option<bool> {
        self.at = self.end_of(self.at, char::is_whitespace);
        let Some(first) = self.rest().chars().next() else { return Some(false) };
        if self.rest().starts_with("{{") || self.rest().starts_with("}}") {
            self.braces();
            return Some(true);
        }
        if let Some(closing) = closing_quote(first) {
            return self.quoted(first, closing).then_some(true);
        }
        match plain(first) {
            '0'..='9' => return self.number().then_some(true),
            '=' | '<' | '>' | '!' | '&' | '|' => return self.comparison().then_some(true),
            letter if letter.is_alphabetic() || letter == '_' => {
                self.word();
                return Some(true);
            }
            '¥' | '$' | '€' | '£' if self.amount(first) => return self.number().then_some(true),
            sign => {
                let Some(kind) = punctuation(sign) else {
                    let end = self.at + first.len_utf8();
                    self.mistake(What::Character { found: first.to_string() }, end, None);
                    return None;
                };
                let end = self.at + first.len_utf8();
                if sign != first {
                    let found = first.to_string();
                    self.mistake(
                        What::FullWidth { found, meant: sign.to_string() },
                        end,
                        Some(sign.to_string()),
                    );
                }
                self.push(kind, end);
            }
        }
        Some(true)
    }

    /// `¥500`: says that an amount is a number, and goes on behind the sign. `false`: no number stands there.
    fn amount(&mut self, sign: char) -> bool {
        let digits = self.end_of(self.at + sign.len_utf8(), char::is_whitespace);
        let end = self.end_of(digits, |letter| letter.is_ascii_digit() || letter == '.');
        if end == digits {
            return false;
        }
        let (found, meant) = (self.slice(self.at, end).to_owned(), self.slice(digits, end).to_owned());
        self.mistake(What::Spelling { found, meant: meant.clone() }, end, Some(meant));
        self.at = digits;
        true
    }

    /// `{{` and `}}` are skipped; a pair is one mistake, whose fix takes both away.
    fn braces(&mut self) {
        let rest = self.rest();
        match rest.strip_prefix("{{").and_then(|inner| inner.split_once("}}")) {
            Some((inner, _)) => {
                let end = self.at + inner.len() + 4;
                let meant = inner.trim().to_owned();
                self.mistake(What::Braces { meant: meant.clone() }, end, Some(meant));
            }
            None if self.mistakes.iter().any(|known| matches!(known.what, What::Braces { .. })) => {}
            None => self.mistake(What::Braces { meant: String::new() }, self.at + 2, None),
        }
        self.at += 2;
    }

    /// A text in quotes. `false`: it is never closed.
    fn quoted(&mut self, opening: char, closing: &[char]) -> bool {
        let full_width = !opening.is_ascii();
        let mut value = String::new();
        let mut letters = self.rest().char_indices().skip(1).peekable();
        let mut end = None;
        while let Some((place, letter)) = letters.next() {
            match letter {
                '\\' => match letters.peek() {
                    Some((_, escaped @ ('"' | '\'' | '\\'))) => {
                        value.push(*escaped);
                        letters.next();
                    }
                    // Any other backslash is one.
                    Some(_) | None => value.push('\\'),
                },
                letter if closing.contains(&letter) => {
                    end = Some((place + letter.len_utf8(), letter));
                    break;
                }
                letter => value.push(letter),
            }
        }
        let Some((length, last)) = end else {
            self.mistake(What::UnclosedQuote, self.text.trim_end().len(), None);
            return false;
        };
        let end = self.at + length;
        let value: String = value.nfc().collect();
        if full_width || !last.is_ascii() {
            let meant = super::print::quote(&value);
            let found = self.slice(self.at, end).to_owned();
            self.mistake(What::FullWidth { found, meant: meant.clone() }, end, Some(meant));
        }
        self.push(Kind::Text(value), end);
        true
    }

    /// A number, a date, an instant or a length of time. `false`: digits that are none of them.
    fn number(&mut self) -> bool {
        if let Some(ok) = self.date() {
            return ok;
        }
        let end = self.end_of(self.at, |letter| plain(letter).is_ascii_digit());
        let fraction = match self.slice(end, self.text.len()).strip_prefix(['.', '．']) {
            Some(after) if after.starts_with(|letter: char| plain(letter).is_ascii_digit()) => {
                let dot = self.text.len() - after.len();
                Some(self.end_of(dot, |letter| plain(letter).is_ascii_digit()))
            }
            Some(_) | None => None,
        };
        let end = fraction.unwrap_or(end);
        let written = self.slice(self.at, end).to_owned();
        let digits: String = written.chars().map(plain).collect();
        if let Some((length, end)) = self.length(end) {
            self.push(Kind::Duration(length), end);
            return true;
        }
        match digits.parse::<Decimal>() {
            Ok(number) => {
                if written != digits {
                    self.mistake(
                        What::FullWidth { found: written, meant: digits.clone() },
                        end,
                        Some(digits),
                    );
                }
                self.push(Kind::Number(number), end);
                true
            }
            Err(error) => {
                self.mistake(What::Number { found: written, error }, end, None);
                false
            }
        }
    }

    /// `30 days`, `1 hour 30 minutes`, `1h30m`, `3天`: as many numbers with units as follow each other, up to
    /// [`MOST_UNITS`].
    fn length(&self, after_number: usize) -> Option<(Length, usize)> {
        let mut found = None;
        let mut end = after_number;
        for _ in 0..MOST_UNITS {
            let word = self.end_of(end, char::is_whitespace);
            end = self.end_of(word, |letter| letter.is_alphabetic() || letter == '_');
            let length = self.slice(self.at, end).parse::<Length>().ok().filter(|_| end > word);
            let Some(length) = length else { return found };
            found = Some((length, end));
            let digits = self.end_of(end, char::is_whitespace);
            end = self.end_of(digits, |letter| letter.is_ascii_digit() || letter == '.');
            if end == digits {
                return found;
            }
        }
        found
    }

    /// `2026-03-02`, `2026-03-02T09:00:00+08:00`. `None`: not of that shape; `Some(false)`: no real date.
    fn date(&mut self) -> Option<bool> {
        let shape = |from: usize, least: usize, most: usize| {
            let end = self.end_of(from, |letter| letter.is_ascii_digit());
            (least..=most).contains(&(end - from)).then_some(end)
        };
        let sign =
            |at: usize, sign: char| self.slice(at, self.text.len()).starts_with(sign).then_some(at + 1);
        let with =
            |parting: char| shape(sign(shape(sign(shape(self.at, 4, 4)?, parting)?, 1, 2)?, parting)?, 1, 2);
        if let Some(end) = with('/') {
            return self.slashed(end);
        }
        let end = with('-')?;
        let clock = self.end_of(end, |letter| letter.is_ascii_alphanumeric() || "+-:.".contains(letter));
        let written = self.slice(self.at, clock).to_owned();
        let (kind, end) = if clock == end {
            (model::zone::parse_date(&written).map(Kind::Date), end)
        } else {
            let has_offset = written.ends_with('Z')
                || written.get(end - self.at..).is_some_and(|clock| clock.contains(['+', '-']));
            let instant = model::zone::parse_instant(&written, &model::zone::utc()).filter(|_| has_offset);
            (instant.map(Kind::Instant), clock)
        };
        match kind {
            Some(kind) => {
                self.push(kind, end);
                Some(true)
            }
            None => {
                self.mistake(What::Date { found: written }, end, None);
                Some(false)
            }
        }
    }

    /// `2026/3/2`: taken for the date that is meant. `None`: it is none, so it may be a division.
    fn slashed(&mut self, end: usize) -> Option<bool> {
        let found = self.slice(self.at, end).to_owned();
        let parts: Vec<u16> = found.split('/').map(|part| part.parse().unwrap_or(0)).collect();
        let [year, month, day] = parts.as_slice() else { return None };
        let meant = format!("{year:04}-{month:02}-{day:02}");
        let date = model::zone::parse_date(&meant)?;
        self.mistake(What::Spelling { found, meant: meant.clone() }, end, Some(meant));
        self.push(Kind::Date(date), end);
        Some(true)
    }

    /// A run of `= < > ! & |`, full-width or not. `false`: a run that means nothing.
    fn comparison(&mut self) -> bool {
        let end = self.end_of(self.at, |letter| matches!(plain(letter), '=' | '<' | '>' | '!' | '&' | '|'));
        let found = self.slice(self.at, end).to_owned();
        let signs: String = found
            .chars()
            .flat_map(|letter| match letter {
                '≤' => ['<', '='],
                '≥' => ['>', '='],
                '≠' => ['!', '='],
                other => [plain(other), '\0'],
            })
            .filter(|letter| *letter != '\0')
            .collect();
        let word = |word: &str| Kind::Word(word.to_owned());
        let (kind, meant) = match signs.as_str() {
            "==" | "=" | "===" => (Kind::Compare(Sign::Equal), "=="),
            "!=" | "<>" | "!==" | "=!" => (Kind::Compare(Sign::NotEqual), "!="),
            "<" => (Kind::Compare(Sign::Less), "<"),
            "<=" | "=<" => (Kind::Compare(Sign::AtMost), "<="),
            ">" => (Kind::Compare(Sign::Greater), ">"),
            ">=" | "=>" => (Kind::Compare(Sign::AtLeast), ">="),
            "&&" | "&" => (word("and"), "and"),
            "||" | "|" => (word("or"), "or"),
            "!" => (word("not"), "not"),
            _ => {
                self.mistake(What::Character { found }, end, None);
                return false;
            }
        };
        if found != meant {
            // `≥` is no full-width sign, but one of another language.
            let half_width = found.chars().all(|sign| sign.is_ascii() || matches!(sign, '≤' | '≥' | '≠'));
            let what = if half_width {
                What::Spelling { found: found.clone(), meant: meant.to_owned() }
            } else {
                What::FullWidth { found: found.clone(), meant: meant.to_owned() }
            };
            // `!x` needs a space when it becomes `not x`.
            let glued = meant == "not" && self.text.get(end..).is_some_and(|next| !next.starts_with(' '));
            self.mistake(what, end, Some(if glued { format!("{meant} ") } else { meant.to_owned() }));
        }
        self.push(kind, end);
        true
    }

    fn word(&mut self) {
        let end = self.end_of(self.at, |letter| letter.is_alphanumeric() || letter == '_');
        let after_dot =
            matches!(self.tokens.last(), Some(last) if last.kind == Kind::Dot && last.end == self.at);
        if let Some((length, end)) = self.spoken_length(end).filter(|_| !after_dot) {
            self.push(Kind::Duration(length), end);
            return;
        }
        let word: String = self.slice(self.at, end).nfc().collect();
        let before_dot = self.text.get(end..).is_some_and(|next| next.starts_with('.'));
        match respelt(&word).filter(|_| !after_dot && !before_dot) {
            Some(meant) => {
                self.mistake(
                    What::Spelling { found: word, meant: meant.to_owned() },
                    end,
                    Some(meant.to_owned()),
                );
                let sign = match meant {
                    "==" => Some(Sign::Equal),
                    "!=" => Some(Sign::NotEqual),
                    "<" => Some(Sign::Less),
                    "<=" => Some(Sign::AtMost),
                    ">" => Some(Sign::Greater),
                    ">=" => Some(Sign::AtLeast),
                    _ => None,
                };
                self.push(sign.map_or_else(|| Kind::Word(meant.to_owned()), Kind::Compare), end);
            }
            None => self.push(Kind::Word(word), end),
        }
    }

    /// `P3D`, `PT90M`, `三天`.
    fn spoken_length(&self, end: usize) -> Option<(Length, usize)> {
        let word = self.slice(self.at, end);
        let mut letters = word.chars();
        let iso =
            letters.next() == Some('P') && letters.next().is_some_and(|c| c.is_ascii_digit() || c == 'T');
        let spoken = word.starts_with(|letter: char| "一二两三四五六七八九十".contains(letter));
        if !iso && !spoken {
            return None;
        }
        let end = if iso { self.end_of(self.at, |c| c.is_ascii_alphanumeric() || c == '.') } else { end };
        self.slice(self.at, end).parse().ok().map(|length| (length, end))
    }
}

/// The half-width form of a full-width sign, digit or letter; itself for all others.
fn plain(letter: char) -> char {
    match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '、' => ',',
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        '×' => '*',
        '÷' => '/',
        '−' | '–' | '—' => '-',
        '≤' => '<',
        '≥' => '>',
        '≠' => '!',
        other => other,
    }
}

fn punctuation(sign: char) -> Option<Kind> {
    Some(match sign {
        '(' => Kind::Open,
        ')' => Kind::Close,
        '[' => Kind::OpenList,
        ']' => Kind::CloseList,
        ',' => Kind::Comma,
        '.' => Kind::Dot,
        '+' => Kind::Plus,
        '-' => Kind::Minus,
        '*' => Kind::Times,
        '/' => Kind::Over,
        _ => return None,
    })
}

/// What closes a text that this sign opens; `None`: it opens none.
fn closing_quote(opening: char) -> Option<&'static [char]> {
    match opening {
        '"' => Some(&['"']),
        '\'' => Some(&['\'']),
        // People mix them: a Chinese keyboard closes what a plain one opened.
        '“' | '”' | '＂' | '„' => Some(&['”', '“', '＂', '"']),
        '‘' | '’' | '＇' => Some(&['’', '‘', '＇', '\'']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        _ => None,
    }
}

/// The language's own word for one that people borrow from elsewhere.
fn respelt(word: &str) -> Option<&'static str> {
    Some(match word {
        "AND" | "And" | "并且" | "而且" | "且" | "和" => "and",
        "OR" | "Or" | "或者" | "或" => "or",
        "NOT" | "Not" => "not",
        "IN" | "In" => "in",
        "IS" | "Is" => "is",
        "HAS" | "Has" => "has",
        "KNOWN" | "Known" => "known",
        "UNKNOWN" | "Unknown" => "unknown",
        "BETWEEN" | "Between" => "between",
        "CONTAINS" | "Contains" | "contain" | "includes" => "contains",
        "STARTS_WITH" | "startswith" | "startsWith" | "StartsWith" => "starts_with",
        "等于" | "是" | "equals" | "eq" => "==",
        "不等于" | "不是" => "!=",
        "大于" | "超过" | "高于" => ">",
        "小于" | "低于" | "少于" => "<",
        "大于等于" | "不小于" | "不少于" | "至少" => ">=",
        "小于等于" | "不大于" | "不超过" | "至多" => "<=",
        "包含" => "contains",
        "属于" => "in",
        "TRUE" | "True" => "true",
        "FALSE" | "False" => "false",
        "NOW" | "Now" => "now",
        "TODAY" | "Today" => "today",
        _ => return None,
    })
}
