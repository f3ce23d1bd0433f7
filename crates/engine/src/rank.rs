//! Attributes by `rank:`: the database ranks all customers at their hour, and each whose group has moved gets
//! a timer. What the database cannot know is asked of the evaluator, 500 customers at a time.

use crate::audience::Places;
use crate::error::EngineError;
use crate::published::Published;
use interpreter::keep::rank;
use jiff::Timestamp;
use model::CustomerId;
use std::collections::BTreeMap;
use store::Connection;
use store::{customer, meta, schedule, snapshot, timer};

/// Below this name `meta` keeps when a rank was taken for the first time.
const TAKEN: &str = "ranked/";

/// Takes one rank at an instant: sets a timer for each customer whose group has moved. `first`: they take it
/// as it is, and nothing starts by it.
pub(crate) async fn take(
    conn: &mut Connection,
    published: &Published,
    attribute: &str,
    at: Timestamp,
    first: bool,
) -> Result<(), EngineError> {
    let library = &published.project.library;
    let Some((_, found)) = rank::all(library).find(|(name, _)| *name == attribute) else { return Ok(()) };
    let places = Places::of(conn).await?;
    let context = places.context(conn, published, at);
    let moved = match store::rank::moved(conn, attribute, found, &context).await? {
        Some(moved) => moved,
        None => asked(conn, published, attribute, found, at).await?,
    };
    for part in moved.chunks(500) {
        let timers: Vec<_> =
            part.iter().map(|(_, group)| rank::timer(attribute, *group, at, first)).collect();
        let rows: Vec<_> = part.iter().zip(&timers).map(|((id, _), (key, timer))| (id, key, timer)).collect();
        timer::set(conn, &rows).await?;
    }
    Ok(())
}

/// The same by the evaluator: two values a customer are all that is kept in memory.
async fn asked(
    conn: &mut Connection,
    published: &Published,
    attribute: &str,
    found: &dsl::library::Rank,
    at: Timestamp,
) -> Result<Vec<(CustomerId, Option<i64>)>, EngineError> {
    let world = published.world();
    let model = &published.project.library.model;
    let mut values = Vec::new();
    let mut stored: BTreeMap<CustomerId, Option<i64>> = BTreeMap::new();
    for part in customer::ids(conn).await?.chunks(500) {
        for each in snapshot::load(conn, part, model, &published.reads, at).await? {
            let id = each.customer.id.clone();
            values.extend(rank::value(&world, found, &each, at).map(|value| (id.clone(), value)));
            let known = each.customer.get(attribute).and_then(model::Value::as_number);
            stored.insert(id, known.and_then(model::Decimal::to_int));
        }
    }
    let groups = rank::groups(values, found.groups);
    Ok(stored
        .into_iter()
        .filter_map(|(id, stored)| {
            let group = groups.get(&id).copied();
            (stored != group).then_some((id, group))
        })
        .collect())
}

/// Takes the ranks that were never taken, and sets when each is taken next. `again`: all of them count as
/// never taken.
pub(crate) async fn begin(
    conn: &mut Connection,
    published: &Published,
    now: Timestamp,
    again: bool,
) -> Result<(), EngineError> {
    let world = published.world();
    for (attribute, found) in rank::all(&published.project.library) {
        let name = format!("{TAKEN}{attribute}");
        if again || meta::get(conn, &name).await?.is_none() {
            take(conn, published, attribute, now, true).await?;
            meta::set_instant(conn, &name, now).await?;
        }
        let before = now - jiff::SignedDuration::from_millis(1);
        schedule::set(conn, &rank::row(attribute), rank::next_at(&world, found, before)).await?;
    }
    Ok(())
}
