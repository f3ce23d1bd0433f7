//! A row may refer to a customer who was merged away (`invited_by`): the reference leads to whom was kept.

use super::Loader;
use dsl::library::refer::CUSTOMER;
use model::{CustomerId, Type, Value};
use std::collections::BTreeMap;

impl Loader<'_> {
    /// Whom the attributes of a customer (`None` as kind) or of an entity refer to.
    pub(super) fn friends(
        &self,
        kind: Option<&str>,
        attributes: &BTreeMap<String, Value>,
    ) -> Vec<CustomerId> {
        let refers = |(name, _): &(&String, &Value)| self.refers(kind, name);
        let named = attributes.iter().filter(refers).filter_map(|(_, value)| value.as_text());
        named.map(CustomerId::new).collect()
    }

    /// Lets references lead to whom these ids were merged into.
    pub(super) fn lead(
        &self,
        kind: Option<&str>,
        attributes: &mut BTreeMap<String, Value>,
        merged: &BTreeMap<CustomerId, CustomerId>,
    ) {
        for (name, value) in attributes.iter_mut().filter(|_| !merged.is_empty()) {
            let led = value.as_text().filter(|_| self.refers(kind, name));
            if let Some(kept) = led.and_then(|id| merged.get(&CustomerId::new(id))) {
                *value = Value::Text(kept.to_string());
            }
        }
    }

    fn refers(&self, kind: Option<&str>, attribute: &str) -> bool {
        let model = &self.library.model;
        let declared = match kind {
            None => model.customer.get(attribute).map(|known| &known.ty),
            Some(kind) => model
                .entities
                .get(kind)
                .and_then(|kind| kind.attributes.get(attribute))
                .map(|known| &known.ty),
        };
        matches!(declared, Some(Type::Reference(kind)) if kind == CUSTOMER)
    }
}
