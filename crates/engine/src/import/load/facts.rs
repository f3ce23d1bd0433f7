//! Rows of events and entities against what is known.

use std::collections::{BTreeMap, BTreeSet};

use dsl::library::Attribute;
use jiff::Timestamp;
use model::event::{EVERYBODY, names};
use model::{Customer, CustomerId, Entity, EntityId, Event, EventId, Value};

use super::super::batch::Target;
use super::super::ids::{change_id, id_key, move_id};
use super::super::maker::wanted;
use super::super::record::{EntityRow, EventRow, Extra, StageMove};
use super::Loader;
use super::people::unknown_customer;

impl Loader<'_> {
    /// Takes events that are not stored yet. Returns how many these are.
    pub(super) async fn take_events<T: Target>(
        &mut self,
        rows: Vec<(u64, EventRow, EventId)>,
        target: &mut T,
    ) -> Result<u64, T::Error> {
        let mut wanted: BTreeMap<CustomerId, Timestamp> = BTreeMap::new();
        let nobodys = |id: &CustomerId| id.as_str() == EVERYBODY;
        for (_, row, _) in rows.iter().filter(|(_, row, _)| !nobodys(&row.customer)) {
            let since = wanted.entry(row.customer.clone()).or_insert(row.at);
            *since = row.at.min(*since);
        }
        let who = self.resolve(wanted, target).await?;
        let mut good: Vec<(EventRow, CustomerId, EventId)> = Vec::with_capacity(rows.len());
        for (line, row, id) in rows {
            let everybody = nobodys(&row.customer) && self.library.to_everybody.contains(&row.name);
            match who.get(&row.customer).or(everybody.then_some(&row.customer)).cloned() {
                Some(customer) => good.push((row, customer, id)),
                None => self.report.bad_row(unknown_customer(line, &row.customer)),
            }
        }
        let keys: Vec<(&CustomerId, &EventId)> =
            good.iter().map(|(_, customer, id)| (customer, id)).collect();
        let known = target.known_events(&keys, &self.settings.source).await?;
        self.report.same += known.len() as u64;
        let mut rows = 0;
        for (place, (row, customer, id)) in good.into_iter().enumerate() {
            self.report.fact_at(row.at);
            if known.contains(&place) {
                continue;
            }
            rows += 1;
            self.look_at_fields(&row);
            let event = self.event(id, row.name, customer, row.at, []);
            self.put(Event { entity: row.entity, properties: row.properties, ..event });
        }
        Ok(rows)
    }

    /// Remarks on what the model does not declare, and on what it declares and the fact does not say.
    fn look_at_fields(&mut self, row: &EventRow) {
        let Some(kind) = self.library.model.events.get(&row.name).filter(|kind| !kind.built_in) else {
            return;
        };
        let names = || kind.fields.keys().map(String::as_str);
        if self.settings.extra == Extra::Refuse {
            for name in row.properties.keys().filter(|name| !kind.fields.contains_key(*name)) {
                let args = [("event", row.name.as_str()), ("field", name)];
                self.report.remark("import-field-undeclared", &args, 1, names());
            }
        }
        for name in names().filter(|name| !row.properties.contains_key(*name)) {
            let args = [("event", row.name.as_str()), ("field", name)];
            self.report.remark("import-field-unsaid", &args, 1, []);
        }
    }

    /// Remarks on what the model wants of somebody or something new, and the file does not say.
    pub(super) fn look_at_wanted(
        &mut self,
        what: &str,
        declared: Option<&BTreeMap<String, Attribute>>,
        said: &BTreeMap<String, Value>,
    ) {
        let lacking = declared
            .into_iter()
            .flatten()
            .filter(|(name, known)| wanted(name, known) && !said.contains_key(*name));
        for (name, _) in lacking {
            self.report.remark("import-wanted-unsaid", &[("what", what), ("attribute", name)], 1, []);
        }
    }

    /// Who stands behind these ids; those that are unknown are made where the settings allow, since the
    /// instant given with them.
    async fn resolve<T: Target>(
        &mut self,
        wanted: BTreeMap<CustomerId, Timestamp>,
        target: &mut T,
    ) -> Result<BTreeMap<CustomerId, CustomerId>, T::Error> {
        let ids: Vec<CustomerId> = wanted.keys().cloned().collect();
        let mut who = target.resolve(&ids).await?;
        if !self.settings.create_customers {
            return Ok(who);
        }
        for (id, since) in wanted {
            if who.contains_key(&id) {
                continue;
            }
            // A dry run forgets between batches whom it made.
            if !self.settings.dry_run || self.pretended.insert(id_key(id.as_str())) {
                self.report.created += 1;
            }
            let mut customer = Customer::new(id.clone());
            let since = since.min(self.settings.now);
            customer.attributes.insert("created_at".to_owned(), Value::Instant(since));
            self.batch.customers.push(customer);
            who.insert(id.clone(), id);
        }
        Ok(who)
    }

    pub(super) async fn take_entities<T: Target>(
        &mut self,
        rows: Vec<(u64, EntityRow)>,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let Some(kind) = rows.first().map(|(_, row)| row.kind.clone()) else { return Ok(()) };
        let now = self.settings.now;
        let mut wanted: BTreeMap<CustomerId, Timestamp> = BTreeMap::new();
        for (_, row) in &rows {
            if let Some(customer) = &row.customer {
                let first = row.moves.first().map_or(now, |first| first.at);
                let since = wanted.entry(customer.clone()).or_insert(first);
                *since = first.min(*since);
            }
        }
        let who = self.resolve(wanted, target).await?;
        let ids: BTreeSet<EntityId> = rows.iter().map(|(_, row)| row.id.clone()).collect();
        let known = target.entities(&kind, &ids.into_iter().collect::<Vec<_>>()).await?;
        let friends = rows.iter().flat_map(|(_, row)| self.friends(Some(&kind), &row.attributes));
        let merged = target.merged(&friends.collect::<Vec<_>>()).await?;
        let named = rows.iter().map(|(line, row)| (*line, row.id.as_str(), &row.attributes));
        self.look_after(Some(&kind), named, target).await?;
        for (line, mut row) in rows {
            self.lead(Some(&kind), &mut row.attributes, &merged);
            let customer = match &row.customer {
                None => None,
                Some(id) => match who.get(id) {
                    Some(id) => Some(id.clone()),
                    None => {
                        self.report.bad_row(unknown_customer(line, id));
                        continue;
                    }
                },
            };
            let before = known.get(&row.id);
            let moves = row.moves.clone();
            let after = match before {
                None => self.new_entity(row, customer.clone()),
                Some(before) => self.changed_entity(before, row, customer.clone()),
            };
            if let Some(customer) = &customer {
                self.put_moves(&after, customer, &moves);
            }
            if before.is_none() {
                let declared = self.library.model.entities.get(&kind).map(|kind| &kind.attributes);
                self.look_at_wanted(&kind, declared, &after.attributes);
            }
            if let (None, Some(customer)) = (before, &customer) {
                let rep = after.get("owner").and_then(Value::as_text).map(model::RepId::new);
                self.owned(customer, Some((after.kind.clone(), after.id.clone())), rep);
            }
            match before {
                None => self.report.new += 1,
                Some(before) if *before == after => {
                    self.report.same += 1;
                    continue;
                }
                Some(_) => self.report.changed += 1,
            }
            self.batch.entities.push(after);
        }
        Ok(())
    }

    fn new_entity(&self, row: EntityRow, customer: Option<CustomerId>) -> Entity {
        let EntityRow { kind, id, customer: _, mut attributes, moves } = row;
        let now = self.settings.now;
        let first = moves.first().map_or(now, |first| first.at);
        attributes.entry("created_at".to_owned()).or_insert(Value::Instant(first));
        if let Some(last) = moves.last() {
            attributes.insert("stage".to_owned(), Value::Text(last.to.clone()));
            attributes.insert("stage_since".to_owned(), Value::Instant(last.at));
        } else if attributes.contains_key("stage") {
            attributes.entry("stage_since".to_owned()).or_insert(Value::Instant(now));
        }
        Entity { kind, id, customer, attributes }
    }

    fn changed_entity(&mut self, before: &Entity, row: EntityRow, customer: Option<CustomerId>) -> Entity {
        let EntityRow { mut attributes, moves, .. } = row;
        let mut after = before.clone();
        let now = self.settings.now;
        if !moves.is_empty() {
            // They say the stage, and since when.
            attributes.remove("stage");
            attributes.remove("stage_since");
        }
        let said_since = attributes.remove("stage_since");
        for (name, value) in attributes {
            let was = before.get(&name);
            if was == Some(&value) || (name == "created_at" && !earlier(&value, was)) {
                continue;
            }
            after.attributes.insert(name.clone(), value.clone());
            if name == "stage" {
                let since = said_since.clone().unwrap_or(Value::Instant(now));
                after.attributes.insert("stage_since".to_owned(), since);
                let properties = [("from", was.cloned()), ("to", Some(value))];
                self.entity_changed(
                    before,
                    &customer,
                    names::stage_changed(&before.kind),
                    "stage",
                    properties,
                );
            } else if name != "created_at" {
                let properties = [
                    ("attribute", Some(Value::Text(name.clone()))),
                    ("from", was.cloned()),
                    ("to", Some(value)),
                ];
                self.entity_changed(before, &customer, names::changed(&before.kind), &name, properties);
            }
        }
        if let Some(last) = moves.last() {
            let since = before.get("stage_since").and_then(Value::as_instant);
            if since.is_none_or(|since| last.at >= since) {
                after.attributes.insert("stage".to_owned(), Value::Text(last.to.clone()));
                after.attributes.insert("stage_since".to_owned(), Value::Instant(last.at));
            }
        }
        after.customer = customer;
        after
    }

    /// Records that an entity changed, now. Shared entities have no customer whose event it could be.
    fn entity_changed(
        &mut self,
        entity: &Entity,
        customer: &Option<CustomerId>,
        name: String,
        attribute: &str,
        properties: impl IntoIterator<Item = (&'static str, Option<Value>)>,
    ) {
        let Some(customer) = customer else { return };
        let properties: Vec<_> =
            properties.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect();
        let to = properties.last().map(|(_, to)| to.to_string()).unwrap_or_default();
        let of = format!("{} {}", entity.kind, entity.id);
        let id = change_id(&of, entity.id.as_str(), attribute, &to, self.settings.now);
        let event = self.event(id, name, customer.clone(), self.settings.now, properties);
        self.put(Event { entity: Some((entity.kind.clone(), entity.id.clone())), ..event });
    }

    fn put_moves(&mut self, entity: &Entity, customer: &CustomerId, moves: &[StageMove]) {
        for step in moves {
            self.report.fact_at(step.at);
            let id = move_id(&entity.kind, entity.id.as_str(), step);
            let from = step.from.clone().map(|from| ("from", Value::Text(from)));
            let properties = from.into_iter().chain([("to", Value::Text(step.to.clone()))]);
            let event =
                self.event(id, names::stage_changed(&entity.kind), customer.clone(), step.at, properties);
            self.put(Event { entity: Some((entity.kind.clone(), entity.id.clone())), ..event });
        }
    }
}

fn earlier(value: &Value, known: Option<&Value>) -> bool {
    match (value.as_instant(), known.and_then(Value::as_instant)) {
        (Some(says), Some(known)) => says < known,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
