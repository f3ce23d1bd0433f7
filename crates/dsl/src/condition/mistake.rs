//! What can be wrong with the text of a condition before names and types, and how it is said.

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::Span;
use model::DecimalError;

/// A mistake and where it stands, as bytes of the condition's text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mistake {
    pub what: What,
    pub start: usize,
    pub end: usize,
    /// What to write there instead, where there is one answer.
    pub fix: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// Something else was needed here.
    Unexpected {
        found: String,
        expected: Expected,
    },
    /// A word between two values that is no comparison.
    Operator {
        found: String,
        meant: Option<String>,
    },
    /// A name or function behind a whole condition: `and` is missing.
    NotJoined {
        found: String,
    },
    /// A sign that means nothing.
    Character {
        found: String,
    },
    /// A text that is never closed.
    UnclosedQuote,
    /// A bracket that is never closed.
    OpenBracket,
    /// A bracket that closes none.
    ClosedBracket,
    TooLong,
    TooDeep,
    /// `&&` for `and`, `=` for `==`.
    Spelling {
        found: String,
        meant: String,
    },
    /// `（` for `(`, `“…”` for `"…"`.
    FullWidth {
        found: String,
        meant: String,
    },
    /// `{{ }}` inside.
    Braces {
        meant: String,
    },
    /// Words that are no name and stand where a text is needed.
    Unquoted {
        words: String,
    },
    Number {
        found: String,
        error: DecimalError,
    },
    /// `1,000`
    Separator {
        found: String,
        meant: String,
    },
    /// `2026-02-30`
    Date {
        found: String,
    },
    /// `30 dyas`
    Unit {
        found: String,
        meant: Option<String>,
    },
    /// `30` of what
    NoUnit {
        found: String,
        meant: Option<String>,
    },
    /// `1 < x < 5`
    Chained,
    Empty,
    /// `in []`
    EmptyList,
}

/// What was needed where something else stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A name, a text, a number …
    Value,
    /// `and`, `or`, a comparison, or the end.
    Connection,
    /// `[…]`
    List,
    EndOfList,
    EndOfCall,
    /// `known` or `unknown`
    Known,
    /// The `and` of `between`.
    AndOfBetween,
    /// A field behind a point.
    Field,
    /// `entry` behind `since`.
    Entry,
    /// A length of time.
    Length,
}

impl Expected {
    fn key(self) -> &'static str {
        match self {
            Self::Value => "expected-value",
            Self::Connection => "expected-connection",
            Self::List => "expected-list",
            Self::EndOfList => "expected-end-of-list",
            Self::EndOfCall => "expected-end-of-call",
            Self::Known => "expected-known",
            Self::AndOfBetween => "expected-and-of-between",
            Self::Field => "expected-field",
            Self::Entry => "expected-entry",
            Self::Length => "expected-length",
        }
    }
}

/// Where bytes `start` to `end` of a text stand in its file. Exact where the text stands there as it is;
/// else (escapes, folded lines) the whole of it.
pub(super) fn place(at: Span, text: &str, start: usize, end: usize) -> Span {
    if at.end.checked_sub(at.start) == Some(text.len()) { at.part(start, end) } else { at }
}

impl Mistake {
    /// Says it in the report.
    pub fn tell(&self, at: Span, text: &str, report: &mut Report) {
        let span = place(at, text, self.start, self.end);
        let diagnostic = self.what.tell(span, report);
        // Where the places are not exact, a fix would hit the wrong words.
        if let Some(fix) = &self.fix
            && (span != at || (self.start == 0 && self.end == text.len()))
        {
            diagnostic.fix(span, fix.clone());
        }
    }
}

impl What {
    fn tell<'r>(&self, span: Span, report: &'r mut Report) -> &'r mut Diagnostic {
        match self {
            Self::Unexpected { found, expected } => {
                let diagnostic = report.error(Code::E0401, span).arg_word("expected", expected.key());
                if found.is_empty() {
                    diagnostic.message("E0401-end").help("E0401-help-end")
                } else {
                    diagnostic.arg("found", found)
                }
            }
            Self::Operator { found, meant } => report
                .error(Code::E0401, span)
                .message("E0401-operator")
                .arg("found", found)
                .did_you_mean(meant.as_ref())
                .help("E0401-help-operator"),
            Self::NotJoined { found } => report
                .error(Code::E0401, span)
                .message("E0401-joint")
                .arg("found", found)
                .did_you_mean(Some(format!("and {found}"))),
            Self::Character { found } => report
                .error(Code::E0401, span)
                .message("E0401-sign")
                .arg("found", found)
                .help("E0401-help-sign"),
            Self::UnclosedQuote => report.error(Code::E0402, span).help("E0402-help"),
            Self::OpenBracket => {
                report.error(Code::E0402, span).message("E0402-bracket").help("E0402-help-bracket")
            }
            Self::ClosedBracket => {
                report.error(Code::E0402, span).message("E0402-closed").help("E0402-help-closed")
            }
            Self::TooLong => report
                .error(Code::E0403, span)
                .arg("most", super::parse::MOST_BYTES.to_string())
                .help("E0403-help"),
            Self::TooDeep => report
                .error(Code::E0403, span)
                .message("E0403-deep")
                .arg("most", super::parse::MOST_DEPTH.to_string())
                .help("E0403-help"),
            Self::Spelling { found, meant } => report
                .error(Code::E0404, span)
                .arg("found", found)
                .arg("suggestion", meant)
                .label("did-you-mean"),
            Self::FullWidth { found, meant } => report
                .error(Code::E0405, span)
                .arg("found", found)
                .arg("suggestion", meant)
                .label("did-you-mean"),
            Self::Braces { meant } => {
                let meant = Some(meant).filter(|meant| !meant.is_empty());
                report.error(Code::E0406, span).did_you_mean(meant)
            }
            Self::Unquoted { words } => report
                .error(Code::E0407, span)
                .arg("words", words)
                .did_you_mean(Some(super::print::quote(words))),
            Self::Number { found, error } => {
                report.error(Code::E0408, span).message(error.key()).arg("text", found).help("E0408-help")
            }
            Self::Separator { found, meant } => report
                .error(Code::E0408, span)
                .message("E0408-separator")
                .arg("found", found)
                .did_you_mean(Some(meant)),
            Self::Date { found } => report.error(Code::E0408, span).message("E0408-date").arg("found", found),
            Self::Unit { found, meant } => {
                let message = if meant.is_some() { "E0409" } else { "E0409-neither" };
                let diagnostic = report.error(Code::E0409, span).message(message).arg("found", found);
                diagnostic.did_you_mean(meant.as_ref()).help("E0409-help")
            }
            Self::NoUnit { found, meant } => report
                .error(Code::E0409, span)
                .message("E0409-none")
                .arg("found", found)
                .did_you_mean(meant.as_ref())
                .help("E0409-help"),
            Self::Chained => report.error(Code::E0410, span).help("E0410-help"),
            Self::Empty => report.error(Code::E0411, span).help("E0411-help"),
            Self::EmptyList => report.error(Code::E0411, span).message("E0411-list").help("E0411-help-list"),
        }
    }
}
