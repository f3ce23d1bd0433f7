//! The condition language: what a typed condition is. `parse` reads it, `types` checks it against the
//! model, `print` writes it back; `interpreter/condition` evaluates it, `store/condition` renders it as SQL.

pub mod fallback;
pub mod instants;
mod lex;
mod mistake;
pub mod parse;
pub mod print;
pub mod reads;
pub mod scope;
#[cfg(test)]
mod tests;
pub mod types;

pub use scope::{Allows, Fields, Results, Scope};
pub use types::{aggregate, condition, condition_node, formula, type_of};

use crate::library::{Attribute, Model};
use crate::source::Span;
use model::{Decimal, Length, Medium, Type, Value, WorkflowId};
use std::sync::Arc;

/// A checked condition, with the text it was written as.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The test itself.
    pub test: Test,
    /// As the author wrote it, spaces folded; for traces and drawings.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A typed test: true or false for one customer. A comparison with an unknown value is false.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `true`, `false`.
    Always(bool),
    /// `a and b …`, `all: […]`.
    All(Vec<Test>),
    /// `a or b …`, `any: […]`.
    Any(Vec<Test>),
    /// `not a`; also `!=` (the negation of `==`), `not in`, `not has`, `is unknown`.
    Not(Box<Test>),
    /// `a == b`, `a < b` … Both sides are of one type; an instant beside a date counts as its day in the
    /// customer's zone.
    Compare {
        /// The left side.
        left: Operand,
        /// How they are compared.
        op: Op,
        /// The right side.
        right: Operand,
    },
    /// `a in [b, c]`.
    OneOf {
        /// What is looked for.
        value: Operand,
        /// Among what.
        among: Vec<Operand>,
    },
    /// `a between low and high`, both ends included.
    Between {
        /// What is compared.
        value: Operand,
        /// The lower end.
        low: Operand,
        /// The upper end.
        high: Operand,
    },
    /// `list has "x"`, `list has any of ["x", "y"]`.
    Has {
        /// The list.
        list: Operand,
        /// One of these is in it.
        any_of: Vec<Operand>,
    },
    /// `list has any of other`, where the other is a list by name: the two share an item.
    Shares {
        /// One list.
        list: Operand,
        /// The other.
        with: Operand,
    },
    /// `text contains part`; case-sensitive.
    Contains {
        /// The text.
        text: Operand,
        /// What is looked for in it.
        part: Operand,
    },
    /// `text starts_with part`; case-sensitive.
    StartsWith {
        /// The text.
        text: Operand,
        /// Its beginning.
        part: Operand,
    },
    /// `a is known`.
    Known(Operand),
    /// A yes/no value by itself: unknown is false.
    Holds(Operand),
    /// `in_segment(name)`.
    InSegment(String),
    /// `enrolled_in(workflow)`: has an active enrollment there.
    EnrolledIn(WorkflowId),
    /// `may(email)`: has an address, consent to `marketing` and no suppression on that channel.
    May(Medium),
}

/// How two values are compared. `!=` is `Not(Compare{Equal})`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Equal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// A value of an expression. `None` when evaluated: unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A value written out.
    Literal(Value),
    /// `now`.
    Now,
    /// `today`, the date in the customer's zone.
    Today,
    /// A name.
    Name(Path),
    /// `count(order.paid, last 90 days)` and its like.
    Aggregate(Box<Aggregate>),
    /// `score(NAME)`.
    Score(String),
    /// `band(NAME)`, `grade(NAME)`: what a score of the customer is called; unknown below all of them.
    ScoreWord {
        /// The score.
        score: String,
        /// Which of its words.
        word: ScoreWord,
        /// Every word that it can be.
        words: Vec<String>,
    },
    /// `lookup(table, key)`.
    Lookup {
        /// The table's name.
        table: String,
        /// The key, a text.
        key: Box<Operand>,
    },
    /// `first_known(a, b, …)`.
    FirstKnown(Vec<Operand>),
    /// `number_of(c1, c2, …)`: how many of these hold.
    NumberOf(Vec<Test>),
    /// `days_since(t)`: whole days in the customer's zone.
    DaysSince(Box<Operand>),
    /// `age(d)`: whole years in the customer's zone.
    Age(Box<Operand>),
    /// `gap(event, last N times)`: the median interval, a duration.
    Gap {
        /// The event.
        event: String,
        /// Over the last so many of them; `None`: all.
        last: Option<u32>,
    },
    /// `a + b` of two numbers or two lengths.
    Plus(Box<Operand>, Box<Operand>),
    /// `a - b` of two numbers or two lengths.
    Minus(Box<Operand>, Box<Operand>),
    /// A number or length times or by a plain number.
    Scale {
        /// What is scaled.
        value: Box<Operand>,
        /// By how much.
        by: Decimal,
        /// `/` instead of `*`.
        divide: bool,
    },
    /// A date or instant moved by a length: `now - 30 days`, `now - gap(order.paid) * 2`.
    Shift {
        /// The date or instant.
        of: Box<Operand>,
        /// By how much: a length of time.
        by: Box<Operand>,
        /// Backwards.
        back: bool,
    },
    /// A test as a yes/no value: `= customer.spend > 500`.
    Truth(Box<Test>),
}

/// What a score is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreWord {
    /// Its band, which has a memory: one falls out of it only `stay` below its edge.
    Band,
    /// The grade of its fit.
    Grade,
}

impl ScoreWord {
    /// The function that asks for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Band => "band",
            Self::Grade => "grade",
        }
    }
}

/// A name: `customer.city`, `customer.company.employees`, `entry.order_id`, `deal.amount`, `vars.x` …
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// What the first word names.
    pub root: Root,
    /// The field.
    pub field: Arc<str>,
    /// A field of the thing that `field` refers to (one hop).
    pub hop: Option<Arc<str>>,
    /// The type of the whole.
    pub ty: Type,
}

/// What the first word of a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// `customer`
    Customer,
    /// `entry`: what started this enrollment, frozen.
    Entry,
    /// `event`: the event being looked at.
    Event,
    /// An entity kind: the one that the trigger names, or inside `where` the candidate.
    Entity(Arc<str>),
    /// `owner` and `rep`: the rep who owns the customer.
    Owner,
    /// `vars`
    Vars,
    /// `inputs`
    Inputs,
    /// `steps.ID`
    Step(Arc<str>),
    /// `steps.ID`: a field of another system's answer, read as the type of the path; what cannot be read so is
    /// unknown.
    Answer(Arc<str>),
}

/// `count|sum|min|max|first|last(of[.field], window, where …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Which.
    pub kind: AggregateKind,
    /// Over what.
    pub of: Over,
    /// The field; `None` for `count`, and for `first`/`last` of an event, whose value is its instant.
    pub field: Option<Arc<str>>,
    /// The window; `None`: everything.
    pub window: Option<Within>,
    /// Only those for which this holds.
    pub filter: Option<Test>,
    /// Also opens and clicks by machines, because the filter asks for `event.human`.
    pub machines: bool,
    /// The type of the result.
    pub ty: Type,
}

/// The kinds of aggregate. Over nothing `count` and `sum` are 0, the others unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AggregateKind {
    /// How many.
    Count,
    /// The sum of a number.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// Of the earliest.
    First,
    /// Of the latest.
    Last,
}

/// What an aggregate runs over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Over {
    /// The customer's events of this name.
    Events(Arc<str>),
    /// The customer's entities of this kind.
    Entities(Arc<str>),
}

/// The window of an aggregate.
#[derive(Clone, Debug, PartialEq)]
pub enum Within {
    /// `last D`: `(now - D, now]`.
    Last(Length),
    /// `since entry`: after the entry event.
    SinceEntry,
}

impl Test {
    /// All of these hold: nested `and`s become one, a single test stands for itself, none is `true`.
    pub fn all(tests: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for test in tests {
            if let Self::All(inner) = test { flat.extend(inner) } else { flat.push(test) }
        }
        match (flat.len(), flat.pop()) {
            (_, None) => Self::Always(true),
            (1, Some(only)) => only,
            (_, Some(last)) => {
                flat.push(last);
                Self::All(flat)
            }
        }
    }

    /// Any of these holds: nested `or`s become one, a single test stands for itself, none is `false`.
    pub fn any(tests: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for test in tests {
            if let Self::Any(inner) = test { flat.extend(inner) } else { flat.push(test) }
        }
        match (flat.len(), flat.pop()) {
            (_, None) => Self::Always(false),
            (1, Some(only)) => only,
            (_, Some(last)) => {
                flat.push(last);
                Self::Any(flat)
            }
        }
    }

    /// The opposite: `not not a` is `a`.
    pub fn negate(test: Self) -> Self {
        if let Self::Not(inner) = test { *inner } else { Self::Not(Box::new(test)) }
    }
}

impl Root {
    /// The kind of the entity; `None`: it is something else.
    pub fn entity(&self) -> Option<&str> {
        match self {
            Self::Entity(kind) => Some(kind),
            Self::Customer
            | Self::Entry
            | Self::Event
            | Self::Owner
            | Self::Vars
            | Self::Inputs
            | Self::Step(_)
            | Self::Answer(_) => None,
        }
    }
}

impl Path {
    /// What the model declares of it, before a hop; `None`: nothing, or it is not of a customer or an entity.
    pub fn attribute<'m>(&self, model: &'m Model) -> Option<&'m Attribute> {
        let attributes = match self.root.entity() {
            Some(kind) => &model.entities.get(kind)?.attributes,
            None if self.root == Root::Customer => &model.customer,
            None => return None,
        };
        attributes.get(&*self.field)
    }

    /// `customer.city`
    pub fn text(&self) -> String {
        let root = match &self.root {
            Root::Customer => "customer",
            Root::Entry => "entry",
            Root::Event => "event",
            Root::Entity(kind) => kind,
            Root::Owner => "owner",
            Root::Vars => "vars",
            Root::Inputs => "inputs",
            Root::Step(id) | Root::Answer(id) => return self.joined(&format!("steps.{id}")),
        };
        self.joined(root)
    }

    fn joined(&self, root: &str) -> String {
        match &self.hop {
            Some(hop) => format!("{root}.{}.{hop}", self.field),
            None => format!("{root}.{}", self.field),
        }
    }
}
