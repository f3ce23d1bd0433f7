//! The language as data: every kind of file, every key and verb, with its value, unit, default and a
//! sentence in both languages. The JSON Schema, the reference and the editors are made from it; a test
//! compares it with the keys that the decoder asks for, so that the two cannot drift.

mod channels;
mod files;
mod forms;
pub mod functions;
mod libraries;
pub mod names;
mod people;
pub mod reference;
mod rules;
pub mod schema;
mod scoring;
mod steps;
mod tests;
mod triggers;
pub mod types;
mod values;

pub use files::FILES;
pub use functions::{FUNCTIONS, OPERATORS};
pub use steps::{COMMON, VERBS};
pub use triggers::TRIGGERS;
pub use values::sort as values_sort;

use model::words::Language;

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Say {
    /// In English.
    pub en: &'static str,
    /// In Chinese.
    pub zh: &'static str,
}

impl Say {
    /// The sentence in a language.
    pub const fn to(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Zh => self.zh,
        }
    }
}

/// A map of the language: a file, a step, a trigger, or what stands behind a key.
#[derive(Debug)]
pub struct Thing {
    /// Its name in the reference and in the schema; for files, verbs and triggers the first key.
    pub name: &'static str,
    /// What the decoder calls it: a key of the catalogue (`thing-step`).
    pub what: &'static str,
    /// What it is.
    pub say: Say,
    /// Its keys in the order of the reference.
    pub keys: &'static [Key],
    /// What stands behind keys that the author chooses; `None`: there are none.
    pub others: Option<Value>,
    /// At least one of these keys stands in it; empty: nothing of that kind.
    pub one_of: &'static [&'static str],
    /// It written in a file; empty: its keys say enough.
    pub example: &'static str,
}

/// A key of a map.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub value: Value,
    /// Must be there.
    pub needed: bool,
    /// What holds where it is left out, as it is written in a file; empty: nothing.
    pub default: &'static str,
    /// What it says.
    pub say: Say,
    /// What is written behind it; empty: the usual example of its value.
    pub example: &'static str,
}

/// A key that may be left out.
const fn key(name: &'static str, value: Value, en: &'static str, zh: &'static str) -> Key {
    Key { name, value, needed: false, default: "", say: Say { en, zh }, example: "" }
}

impl Key {
    /// It must be there.
    const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// What holds where it is left out.
    const fn or(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    /// What is written behind it.
    const fn like(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// What is written behind it, for instance.
    pub fn shown(&self) -> &'static str {
        if self.example.is_empty() { values::sort(&self.value).example } else { self.example }
    }
}

/// One of the words that may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// What it says.
    pub say: Say,
}

const fn word(word: &'static str, en: &'static str, zh: &'static str) -> Word {
    Word { word, say: Say { en, zh } }
}

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A text.
    Text,
    /// A text with merge tags.
    Rich,
    /// A merge tag, and nothing else.
    Tag,
    /// `true` or `false`.
    YesNo,
    /// A number.
    Number,
    /// A whole number from .. to, both included.
    Whole(i64, i64),
    /// A length of time.
    Length,
    /// A clock time.
    Clock,
    /// Times of the day on some days.
    Windows,
    /// A date, or two with `..` between.
    Days,
    /// A share of a whole.
    Share,
    /// So many in a time: `2 per week`.
    Rate,
    /// A condition, or `all:` and `any:` with a list.
    Condition,
    /// An expression, without `=`.
    Formula,
    /// A date: an attribute or an expression.
    Date,
    /// A length of time or `= expression`.
    Waiting,
    /// An instant: a date, a date and a time, or a length from the clock of the test.
    Instant,
    /// A value of the attribute's or field's type.
    Typed,
    /// The same, a text with merge tags, or `= expression`.
    Assigned,
    /// One of these words.
    Word(&'static [Word]),
    /// A name that the project has.
    Name(Kind),
    /// A map.
    Thing(&'static Thing),
    /// One of these maps.
    Things(&'static [&'static Thing]),
    /// A list of steps.
    Steps,
    /// The trigger.
    Trigger,
    /// A list.
    List(&'static Value),
    /// One, or a list of them.
    Many(&'static Value),
    /// One of these.
    Any(&'static [Value]),
    /// Names that the author chooses, each with such a value.
    Map(&'static Value),
    /// Names that the project has, each with such a value.
    MapOf(Kind, &'static Value),
    /// Nothing, or `true`: the key says it all.
    Flag,
    /// What a line of a test names: a text, a list, a map, or `true` for any.
    Seen,
}

/// What the project gives names to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A workflow.
    Workflow,
    /// A score.
    Score,
    /// An event, of the model or ours.
    Event,
    /// An attribute of the customer, without `customer.`.
    Attribute,
    /// An attribute with what it belongs to: `customer.tier`, `deal.amount`.
    Path,
    /// An entity, or `customer`.
    Entity,
    /// A stage of an entity or of the customer.
    Stage,
    /// A type of the model, or an entity.
    Type,
    /// A segment.
    Segment,
    /// A team.
    Team,
    /// A rep of a team.
    Rep,
    /// A sender.
    Sender,
    /// A topic.
    Topic,
    /// A channel.
    Channel,
    /// A table.
    Table,
    /// A message template.
    Template,
    /// A warning that can be turned off.
    Lint,
}

/// The file whose first key this is.
pub fn file(first: &str) -> Option<&'static Thing> {
    FILES.iter().copied().find(|file| file.name == first)
}

/// The step of this verb.
pub fn verb(name: &str) -> Option<&'static Thing> {
    VERBS.iter().copied().find(|verb| verb.name == name)
}

/// The trigger of this name.
pub fn trigger(name: &str) -> Option<&'static Thing> {
    TRIGGERS.iter().copied().find(|trigger| trigger.name == name)
}

impl Thing {
    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Every map of the language that can be reached from a file, each once, in the order of the reference.
pub fn things() -> Vec<&'static Thing> {
    let mut all: Vec<&'static Thing> = Vec::new();
    for file in FILES {
        reach(file, &mut all);
    }
    for thing in VERBS.iter().chain(TRIGGERS) {
        reach(thing, &mut all);
    }
    for key in COMMON {
        reach_value(&key.value, &mut all);
    }
    all
}

fn reach(thing: &'static Thing, all: &mut Vec<&'static Thing>) {
    if all.iter().any(|known| known.name == thing.name && known.what == thing.what) {
        return;
    }
    all.push(thing);
    for value in thing.keys.iter().map(|key| &key.value).chain(thing.others.as_ref()) {
        reach_value(value, all);
    }
}

fn reach_value(value: &Value, all: &mut Vec<&'static Thing>) {
    match value {
        Value::Thing(thing) => reach(thing, all),
        Value::Things(things) => things.iter().for_each(|thing| reach(thing, all)),
        Value::List(inner) | Value::Many(inner) | Value::Map(inner) | Value::MapOf(_, inner) => {
            reach_value(inner, all);
        }
        Value::Any(values) => values.iter().for_each(|value| reach_value(value, all)),
        Value::Text
        | Value::Rich
        | Value::Tag
        | Value::YesNo
        | Value::Number
        | Value::Whole(_, _)
        | Value::Length
        | Value::Clock
        | Value::Windows
        | Value::Days
        | Value::Share
        | Value::Rate
        | Value::Condition
        | Value::Formula
        | Value::Date
        | Value::Waiting
        | Value::Instant
        | Value::Typed
        | Value::Assigned
        | Value::Word(_)
        | Value::Name(_)
        | Value::Steps
        | Value::Trigger
        | Value::Flag
        | Value::Seen => {}
    }
}

/// What an item of a list of steps is.
pub static STEP: Value = Value::Thing(&scoring::ONE_STEP);

impl Thing {
    /// Whether it stands for any step.
    pub fn is_any_step(&self) -> bool {
        std::ptr::eq(self, &scoring::ONE_STEP)
    }
}
