//! Everything that happened, for simulation over the past: pages of customers with all their events.

use crate::connection::Connection;
use crate::consent::Word;
use crate::error::StoreError;
use crate::stored::spread_customers;
use crate::{consent, customer, entity, event};
use dsl::library::Model;
use model::event::EVERYBODY;
use model::{Consent, Customer, CustomerId, Entity, Event, Suppression};

/// Customers of one page, at most.
pub const PAGE: usize = 2_000;

/// One customer and all that is known of their past.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// As they are now; the recorded changes say how they came to be.
    pub customer: Customer,
    /// Their own entities, as they are now, by kind and id.
    pub entities: Vec<Entity>,
    /// Every event, held ones too, in the order of events.
    pub events: Vec<Event>,
    /// Every word of consent, in the order of time.
    pub consents: Vec<Consent>,
    /// Every suppression, in the order of time.
    pub suppressions: Vec<Suppression>,
}

/// Every customer's id, in order; cut it into pages of [`PAGE`].
pub async fn customers(conn: &mut Connection) -> Result<Vec<CustomerId>, StoreError> {
    customer::ids(conn).await
}

/// Every event without a customer, held ones too, in the order of events.
pub async fn to_everybody(conn: &mut Connection, model: &Model) -> Result<Vec<Event>, StoreError> {
    let nobody = [CustomerId::new(EVERYBODY)];
    let found = event::all_of_batch(conn, &nobody, model).await?;
    let mut events: Vec<Event> = found.into_iter().map(|(_, event)| event).collect();
    events.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(events)
}

/// The past of up to [`PAGE`] customers, in the order of `ids`; ids beyond that are left out, and so is who
/// is not in the database. Four statements, whatever the number.
pub async fn page(conn: &mut Connection, ids: &[CustomerId], model: &Model) -> Result<Vec<Past>, StoreError> {
    let ids = ids.get(..PAGE).unwrap_or(ids);
    let wanted = spread_customers(ids)?;
    let mut pages: Vec<Option<Past>> = Vec::new();
    pages.resize_with(ids.len(), || None);
    for (place, customer) in customer::of_batch(conn, &wanted, ids, model).await? {
        if let Some(past) = pages.get_mut(place) {
            let (entities, events, consents, suppressions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            *past = Some(Past { customer, entities, events, consents, suppressions });
        }
    }
    for (place, entity) in entity::of_batch(conn, &wanted, ids, model).await? {
        if let Some(Some(past)) = pages.get_mut(place) {
            past.entities.push(entity);
        }
    }
    for (place, event) in event::all_of_batch(conn, ids, model).await? {
        if let Some(Some(past)) = pages.get_mut(place) {
            past.events.push(event);
        }
    }
    for (place, word) in consent::of_batch(conn, &wanted, ids).await? {
        let Some(Some(past)) = pages.get_mut(place) else { continue };
        match word {
            Word::Consent(consent) => past.consents.push(consent),
            Word::Suppression(suppression) => past.suppressions.push(suppression),
        }
    }
    let mut all: Vec<Past> = pages.into_iter().flatten().collect();
    for past in &mut all {
        past.entities.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
        past.events.sort_by(|a, b| a.order().cmp(&b.order()));
        past.consents.sort_by_key(|consent| consent.at);
        past.suppressions.sort_by_key(|suppression| suppression.at);
    }
    Ok(all)
}
