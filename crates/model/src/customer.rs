//! A customer and the entities around one: attributes are a map from name to value.

use crate::{CustomerId, EntityId, RepId, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A person we may talk to. Every attribute, also the built-in ones (`name`, `email`, `phone`, `zone`,
/// `language`, `country`, `company`, `owner`, `stage`, `tags`, `created_at`), stands in `attributes`
/// under its name; a name that is absent is unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// The stable id.
    pub id: CustomerId,
    /// What is known of them.
    pub attributes: BTreeMap<String, Value>,
    /// For `from:` attributes by `first` and `last`: the order of the event that gave the value.
    pub computed_at: BTreeMap<String, (Timestamp, Timestamp, String)>,
}

impl Customer {
    /// A customer of whom nothing is known yet.
    pub fn new(id: CustomerId) -> Self {
        Self { id, attributes: BTreeMap::new(), computed_at: BTreeMap::new() }
    }

    /// The customer as another one's reference shows them (`customer.invited_by.city`): of the kind `customer`.
    pub fn as_entity(&self) -> Entity {
        Entity {
            kind: "customer".to_owned(),
            id: EntityId::new(self.id.as_str()),
            customer: None,
            attributes: self.attributes.clone(),
        }
    }

    /// The value of an attribute; `None`: unknown.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }
    /// An attribute that is a text; `None`: unknown or of another type.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }
    /// The rep who owns the customer; `None`: nobody.
    pub fn owner(&self) -> Option<RepId> {
        self.text("owner").map(RepId::new)
    }
    /// When we first knew them: the earliest of an imported value, any event, the row's arrival.
    pub fn created_at(&self) -> Option<Timestamp> {
        self.get("created_at").and_then(Value::as_instant)
    }
}

/// A deal, contract, order, cart, company …: what the model declares under `entities`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its kind, as the model names it.
    pub kind: String,
    /// Its id within the kind.
    pub id: EntityId,
    /// Whose it is; `None` for shared entities.
    pub customer: Option<CustomerId>,
    /// Attributes, with `stage`, `stage_since`, `owner`, `created_at` among them.
    pub attributes: BTreeMap<String, Value>,
}

impl Entity {
    /// The value of an attribute; `None`: unknown.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }
}
