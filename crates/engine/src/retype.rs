//! The model says that an attribute is of another type: stored values that read as the new type are turned into
//! it, in the transaction of the publish; the others are counted, and dropped only where a person says so.

use crate::error::EngineError;
use dsl::library::{Attribute, Model, Origin};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Entity, Event, Type, Value};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, customer, entity, event, history};

/// Values of an attribute that do not fit its new type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// `customer.tier`, `deal.amount`.
    pub attribute: String,
    /// The type that it had, by the word of the model.
    pub from: String,
    /// The type that it gets.
    pub to: String,
    /// How many values are stored.
    pub stored: u64,
    /// How many of them do not read as the new type.
    pub misfits: u64,
    /// Some of these; none where the attribute is personal.
    pub examples: Vec<String>,
}

/// Examples of one attribute, at most.
const EXAMPLES: usize = 3;

/// The attributes whose type changed, by whose they are (`customer`, or the kind of entity) and name.
struct Changed<'m> {
    all: BTreeMap<(&'m str, &'m str), Change<'m>>,
}

struct Change<'m> {
    from: &'m Attribute,
    to: &'m Attribute,
    stored: u64,
    misfits: u64,
    examples: BTreeSet<String>,
}

impl<'m> Changed<'m> {
    fn between(before: &'m Model, after: &'m Model) -> Self {
        let mut all = BTreeMap::new();
        compare("customer", &before.customer, &after.customer, &mut all);
        for (kind, was) in &before.entities {
            if let Some(is) = after.entities.get(kind) {
                compare(kind, &was.attributes, &is.attributes, &mut all);
            }
        }
        Self { all }
    }

    /// Turns the values of what changed; whether any did.
    fn turn(&mut self, of: &str, values: &mut BTreeMap<String, Value>, zone: &TimeZone) -> bool {
        let mut any = false;
        for ((whose, name), change) in &mut self.all {
            let Some(value) = values.get(*name).filter(|_| *whose == of) else { continue };
            any = true;
            change.stored += 1;
            match value.turned(&change.to.ty, zone) {
                Some(turned) => {
                    values.insert((*name).to_owned(), turned);
                }
                None => {
                    change.misfits += 1;
                    if change.examples.len() < EXAMPLES && !change.to.pii && !change.from.pii {
                        change.examples.insert(value.to_string());
                    }
                    values.remove(*name);
                }
            }
        }
        any
    }

    /// The same for what a recorded change says; such values are not counted.
    fn turn_event(&self, event: &mut Event, zone: &TimeZone) -> bool {
        let of = event.entity.as_ref().map_or("customer", |(kind, _)| kind.as_str());
        let attribute = event.properties.get("attribute").and_then(Value::as_text);
        let changed = self.all.iter().find(|((whose, name), _)| *whose == of && Some(*name) == attribute);
        let Some((_, change)) = changed else { return false };
        for field in ["from", "to"] {
            if let Some(value) = event.properties.get(field) {
                match value.turned(&change.to.ty, zone) {
                    Some(turned) => event.properties.insert(field.to_owned(), turned),
                    None => event.properties.remove(field),
                };
            }
        }
        true
    }

    fn misfits(self) -> Vec<Misfit> {
        let wrong = self.all.into_iter().filter(|(_, change)| change.misfits > 0);
        wrong
            .map(|((of, name), change)| Misfit {
                attribute: format!("{of}.{name}"),
                from: change.from.ty.name().to_owned(),
                to: change.to.ty.name().to_owned(),
                stored: change.stored,
                misfits: change.misfits,
                examples: change.examples.into_iter().collect(),
            })
            .collect()
    }
}

fn compare<'m>(
    of: &'m str,
    before: &'m BTreeMap<String, Attribute>,
    after: &'m BTreeMap<String, Attribute>,
    all: &mut BTreeMap<(&'m str, &'m str), Change<'m>>,
) {
    for (name, from) in before {
        let Some(to) = after.get(name) else { continue };
        // What the engine keeps it keeps anew.
        let given = from.origin == Origin::Given && to.origin == Origin::Given;
        if given && !to.built_in && narrows(&from.ty, &to.ty) {
            let change = Change { from, to, stored: 0, misfits: 0, examples: BTreeSet::new() };
            all.insert((of, name.as_str()), change);
        }
    }
}

/// Whether a value of one type need not be one of the other.
fn narrows(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::OneOf(from), Type::OneOf(to)) => !from.iter().all(|value| to.contains(value)),
        (Type::OneOf(_) | Type::Email | Type::Phone | Type::Reference(_), Type::Text) => false,
        (Type::Money, Type::Number) | (Type::Number, Type::Money) => false,
        (from, to) => from != to,
    }
}

/// Turns the stored values of every attribute whose type changed. Values that do not fit become unknown; they are
/// returned, and the caller decides whether the transaction may stand.
pub(crate) async fn retype(
    conn: &mut Connection,
    before: &Model,
    after: &Model,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Misfit>, EngineError> {
    let mut changed = Changed::between(before, after);
    if changed.all.is_empty() {
        return Ok(Vec::new());
    }
    let all = history::customers(conn).await?;
    for part in all.chunks(history::PAGE) {
        let (mut customers, mut entities, mut events): (Vec<_>, Vec<Entity>, Vec<Event>) = Default::default();
        for past in history::page(conn, part, before).await? {
            let mut customer = past.customer;
            if changed.turn("customer", &mut customer.attributes, zone) {
                customers.push(customer);
            }
            for mut entity in past.entities {
                let kind = entity.kind.clone();
                if changed.turn(&kind, &mut entity.attributes, zone) {
                    entities.push(entity);
                }
            }
            for mut event in past.events {
                if changed.turn_event(&mut event, zone) {
                    events.push(event);
                }
            }
        }
        customer::write(conn, &customers.iter().collect::<Vec<_>>(), now).await?;
        entity::write(conn, &entities.iter().collect::<Vec<_>>()).await?;
        event::rewrite(conn, &events.iter().collect::<Vec<_>>()).await?;
    }
    let kinds: BTreeSet<&str> = changed.all.keys().map(|(of, _)| *of).collect();
    for kind in kinds {
        if !before.entities.get(kind).is_some_and(|kind| kind.shared) {
            continue;
        }
        let mut last = String::new();
        loop {
            let mut page = entity::shared_page(conn, kind, &last, before).await?;
            let Some(end) = page.last() else { break };
            last = end.id.as_str().to_owned();
            page.retain_mut(|entity| changed.turn(kind, &mut entity.attributes, zone));
            entity::write(conn, &page.iter().collect::<Vec<_>>()).await?;
        }
    }
    Ok(changed.misfits())
}
