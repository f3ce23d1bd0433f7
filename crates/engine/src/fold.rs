//! Facts that can be taken in without the rest of their customer's past: what they change is the same in
//! whatever order they come. Of an import that is nearly all, and spares reading ten facts for each new one.

use dsl::condition::reads::Reads;
use dsl::condition::{Aggregate, Over, print};
use dsl::library::{Library, Origin};
use jiff::tz::TimeZone;
use model::event::names;
use model::{Changes, CustomerId, Event, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, StoreError, customer, meta};

/// By which law every stored fact was taken in, in `meta`.
const LAW: &str = "fold";
/// Facts were taken in by several laws: whoever gets a new one is looked at from the beginning.
const SEVERAL: &str = "several";

/// `from:` attributes of customers that run over events, with the event's name.
fn kept(library: &Library) -> impl Iterator<Item = (&String, &Aggregate, &str)> {
    library.model.customer.iter().filter_map(|(name, attribute)| match &attribute.origin {
        Origin::From(aggregate) => match &aggregate.of {
            Over::Events(event) => Some((name, &**aggregate, &**event)),
            Over::Entities(_) => None,
        },
        Origin::Given | Origin::Cases(_) | Origin::Rank(_) => None,
    })
}

/// What the model makes of facts, as one word: while it stands, what was kept before is as it would be kept now.
fn law(library: &Library) -> String {
    let mut parts = Vec::new();
    for (name, aggregate, event) in kept(library) {
        parts.push(format!("{name}: {}", print::aggregate(aggregate)));
        let fields = library.model.events.get(event).map(|kind| &kind.fields);
        parts.extend(
            fields.into_iter().flatten().map(|(field, ty)| format!("{event}.{field}: {}", ty.name())),
        );
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    model::content_id("", &parts)
}

/// Names of the facts that need nothing of the past.
fn plain(library: &Library) -> BTreeSet<String> {
    let by_order = [names::CUSTOMER_CHANGED, names::TAG_CHANGED, names::CUSTOMER_FORGOTTEN];
    let looks_around = |aggregate: &Aggregate| {
        aggregate.filter.as_ref().is_some_and(|filter| {
            Reads::of_test(filter, library) != Reads { entry: true, ..Reads::default() }
        })
    };
    let bound: BTreeSet<&str> = kept(library)
        .filter(|(_, aggregate, _)| looks_around(aggregate))
        .map(|(_, _, event)| event)
        .chain(by_order)
        .collect();
    let events = library.model.events.iter();
    let plain = events.filter(|(name, kind)| kind.sets.is_empty() && !bound.contains(name.as_str()));
    plain.map(|(name, _)| name.clone()).collect()
}

/// The facts that an import may take in alone. `None`: what is stored was kept by another model, or nobody knows
/// by which; then each customer is looked at from the beginning.
pub(crate) async fn alone(
    conn: &mut Connection,
    library: &Library,
) -> Result<Option<BTreeSet<String>>, StoreError> {
    let law = law(library);
    let same = match meta::get(conn, LAW).await? {
        Some(known) => known == law,
        None if store::event::any(conn).await? => false,
        None => {
            meta::set(conn, LAW, Some(&law)).await?;
            true
        }
    };
    Ok(same.then(|| plain(library)))
}

/// A publish may bring another law.
pub(crate) async fn published(conn: &mut Connection, library: &Library) -> Result<(), StoreError> {
    match meta::get(conn, LAW).await? {
        Some(known) if known != law(library) => meta::set(conn, LAW, Some(SEVERAL)).await,
        Some(_) | None => Ok(()),
    }
}

/// Takes new facts in that need nothing of the past: those of each customer in their order.
pub(crate) async fn take(
    conn: &mut Connection,
    library: &Library,
    zone: &TimeZone,
    facts: &BTreeMap<&CustomerId, Vec<&Event>>,
) -> Result<(), StoreError> {
    let ids: Vec<CustomerId> = facts.keys().map(|id| (*id).clone()).collect();
    let mut changed = Vec::new();
    for (id, customer) in customer::load(conn, &ids, &library.model).await? {
        let mut snapshot = Snapshot::new(customer);
        let mut changes = Changes::default();
        for event in facts.get(&id).into_iter().flatten() {
            interpreter::profile::apply(library, zone, &mut snapshot, event, &mut changes);
        }
        if changes.customer {
            changed.push(snapshot.customer);
        }
    }
    customer::write_kept(conn, &changed.iter().collect::<Vec<_>>()).await
}
