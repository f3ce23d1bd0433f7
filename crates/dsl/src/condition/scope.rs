//! Which names a condition may use where it stands.

use crate::library::{Model, Values};
use model::Type;
use std::collections::{BTreeMap, BTreeSet};

/// What is in sight of a condition, besides the customer and the model's entities and events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// What `entry.*` has; `None`: nothing started a walk here.
    pub entry: Option<Fields>,
    /// What `event.*` has; `None`: the same as `entry`.
    pub event: Option<Fields>,
    /// The kind of the entity that the trigger names: `contract.*`.
    pub entity: Option<String>,
    /// `vars.*`.
    pub vars: BTreeMap<String, Type>,
    /// `inputs.*`.
    pub inputs: BTreeMap<String, Type>,
    /// `steps.ID.*`: the result of each step.
    pub steps: BTreeMap<String, Results>,
    /// Segments that exist; `None`: those of the library.
    pub segments: Option<BTreeSet<String>>,
    /// Scores that exist; `None`: those of the library.
    pub scores: Option<BTreeSet<String>>,
    /// The bands of each score, low to high; what is not there has none.
    pub bands: BTreeMap<String, Vec<String>>,
    /// The grades of each score.
    pub grades: BTreeMap<String, Vec<String>>,
    /// Workflows that exist; `None`: any name will do.
    pub workflows: Option<BTreeSet<String>>,
    /// What may be looked at.
    pub allows: Allows,
}

/// What a step leaves behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Its fields.
    pub fields: BTreeMap<String, Type>,
    /// An answer of another system, which may have any other field as well: each is read as what is wanted
    /// where it is used.
    pub answer: bool,
}

impl Results {
    /// One field and no other.
    pub fn of(field: &str, ty: Type) -> Self {
        Self { fields: BTreeMap::from([(field.to_owned(), ty)]), answer: false }
    }
}

/// How far a condition may look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Allows {
    /// Everything that is in scope: triggers by an event, steps.
    #[default]
    Everything,
    /// Customer, entities, aggregates and segments: segments, and audiences of schedule, segment and date
    /// triggers (rules.md §3.5).
    CustomerOnly,
    /// `from:` of an attribute: one aggregate over events without a window.
    From,
}

/// The fields of an event or of what started a walk. `at`, its instant, is always there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    /// What people call it: the event's name.
    pub of: String,
    /// Its fields.
    pub fields: BTreeMap<String, Type>,
    /// The texts that a field can have, where they are known.
    pub values: BTreeMap<String, Values>,
    /// What it is was misspelt, and said: whatever is asked of it may be right.
    pub anything: bool,
}

impl Fields {
    /// The fields of an event of the model; of one that the model does not have, only `at`.
    pub fn of_event(model: &Model, name: &str) -> Self {
        Self::of_events(model, [name])
    }

    /// The fields that any of these events has. Where two disagree about a field's type, the first counts.
    pub fn of_events<'n>(model: &Model, names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut all = Self::default();
        for name in names {
            if !all.of.is_empty() {
                all.of.push_str(", ");
            }
            all.of.push_str(name);
            let Some(kind) = model.events.get(name) else { continue };
            for (field, ty) in &kind.fields {
                let values = kind.values.get(field);
                if !all.fields.contains_key(field) {
                    all.fields.insert(field.clone(), ty.clone());
                    all.values.extend(values.map(|values| (field.clone(), values.clone())));
                    continue;
                }
                // Of two events what either can have, where that is known of both.
                match (all.values.get_mut(field), values) {
                    (Some(known), Some(more)) => known.join(more),
                    (Some(_), None) => drop(all.values.remove(field)),
                    (None, Some(_) | None) => {}
                }
            }
        }
        all
    }

    /// What is not known, because its name was misspelt.
    pub fn of_anything() -> Self {
        Self { anything: true, ..Self::default() }
    }

    /// Adds a field: `date` for dates, `from` and `to` for stages and attributes.
    #[must_use]
    pub fn with(mut self, name: &str, ty: Type) -> Self {
        self.fields.insert(name.to_owned(), ty);
        self
    }

    /// The type of a field; `None`: there is none.
    pub fn get(&self, name: &str) -> Option<Type> {
        self.fields.get(name).cloned().or((name == "at").then_some(Type::Time))
    }
}

impl Scope {
    /// Sees the customer, entities, aggregates and segments only: segments, fit rules, audiences of
    /// schedule, segment and date triggers.
    pub fn customer_only() -> Self {
        Self { allows: Allows::CustomerOnly, ..Self::default() }
    }

    /// What `event.*` has here.
    pub fn event(&self) -> Option<&Fields> {
        self.event.as_ref().or(self.entry.as_ref())
    }
}
