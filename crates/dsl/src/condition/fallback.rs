//! What an attribute is where nothing is stored: the same for both back ends.

use crate::condition::AggregateKind;
use crate::library::{Attribute, EntityKind, Origin};
use model::{Decimal, Type, Value};

/// What a customer's attribute is where nothing is stored; `None`: unknown.
pub fn of_customer(name: &str, attribute: &Attribute) -> Option<Value> {
    // An empty list of tags is known.
    let no_tags = || (name == "tags" && attribute.ty == Type::List).then(|| Value::List(Vec::new()));
    of_attribute(attribute).or_else(no_tags)
}

/// What an entity's attribute is where nothing is stored; `None`: unknown. An unset stage is the first.
pub fn of_entity(kind: &EntityKind, name: &str, attribute: &Attribute) -> Option<Value> {
    let first_stage =
        || kind.stages.first().filter(|_| name == "stage").map(|stage| Value::Text(stage.clone()));
    of_attribute(attribute).or_else(first_stage)
}

/// What any attribute is where nothing is stored; `None`: unknown. Counts and sums over nothing are 0.
pub fn of_attribute(attribute: &Attribute) -> Option<Value> {
    match &attribute.origin {
        Origin::From(aggregate) => match aggregate.kind {
            AggregateKind::Count | AggregateKind::Sum => Some(Value::Number(Decimal::ZERO)),
            AggregateKind::Min | AggregateKind::Max | AggregateKind::First | AggregateKind::Last => {
                attribute.default.clone()
            }
        },
        // Who was never asked about begins with what holds for everybody.
        Origin::Cases(cases) => {
            let otherwise = cases.last().filter(|(when, _)| when.is_none());
            otherwise.map(|(_, value)| value.clone()).or_else(|| attribute.default.clone())
        }
        Origin::Given | Origin::Rank(_) => attribute.default.clone(),
    }
}
