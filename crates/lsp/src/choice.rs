//! One thing that an editor offers.

use crate::position::range;
use model::Type;
use serde_json::{Value, json};

/// What kind of thing is offered; the protocol's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A key.
    Key = 10,
    /// A verb, a trigger, a word of the language.
    Word = 14,
    /// A function or helper.
    Function = 3,
    /// An attribute or a field.
    Field = 5,
    /// One of several values.
    Choice = 20,
    /// An event.
    Event = 23,
    /// A name of the project.
    Name = 18,
    /// A template.
    File = 17,
}

/// One thing that is offered.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is shown.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// Beside it.
    pub detail: String,
    /// Below it.
    pub doc: String,
    /// What it is.
    pub sort: Sort,
}

impl Choice {
    /// A thing that is written as it is shown.
    pub fn new(label: impl Into<String>, sort: Sort) -> Self {
        let label = label.into();
        Self { insert: label.clone(), label, detail: String::new(), doc: String::new(), sort }
    }

    /// What stands beside it.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// What stands below it.
    #[must_use]
    pub fn doc(self, doc: impl Into<String>) -> Self {
        Self { doc: doc.into(), ..self }
    }

    /// What is written.
    #[must_use]
    pub fn writes(self, insert: impl Into<String>) -> Self {
        Self { insert: insert.into(), ..self }
    }

    /// As the protocol has it; `place`: its place in the order.
    pub fn item(&self, text: &str, start: usize, offset: usize, place: usize) -> Value {
        json!({
            "label": self.label,
            "kind": self.sort as u8,
            "detail": self.detail,
            "documentation": { "kind": "markdown", "value": self.doc },
            "sortText": format!("{place:04}"),
            "filterText": self.label,
            // Lines that are written are indented as the line they begin in.
            "insertTextMode": 2,
            "textEdit": { "range": range(text, start, offset), "newText": self.insert },
        })
    }
}

/// A type in a marketer's words: `one of basic, silver, gold`.
pub fn type_words(ty: &Type) -> String {
    match ty {
        Type::OneOf(words) => format!("one_of [{}]", words.join(", ")),
        Type::Reference(kind) => kind.clone(),
        Type::Text
        | Type::Number
        | Type::YesNo
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::List
        | Type::Email
        | Type::Phone
        | Type::Money
        | Type::Birthday => ty.name().to_owned(),
    }
}
