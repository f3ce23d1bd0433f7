//! Events: appended once, applied and routed in their order, held for a virtual clock.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{Attributes, batch, instant, millis, read_values, spread, spread_customers};
use dsl::library::Model;
use jiff::Timestamp;
use model::{CustomerId, EntityId, Event, EventId, Type};
use std::collections::BTreeSet;

/// How far an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventState {
    /// To be applied to the profile, and routed.
    New,
    /// Applied; to be routed.
    Applied,
    /// Nothing more to do.
    Done,
    /// Waits for a virtual clock to reach it.
    Held,
}

impl EventState {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Applied => "applied",
            Self::Done => "done",
            Self::Held => "held",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        [Self::New, Self::Applied, Self::Done, Self::Held].into_iter().find(|state| state.as_str() == word)
    }
}

/// An event with something left to do.
#[derive(Clone, Debug, PartialEq)]
pub struct DueEvent {
    /// The event.
    pub event: Event,
    /// `New` or `Applied`.
    pub state: EventState,
}

/// What tells an event apart: an id is unique within its source and customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventKey {
    /// Whose.
    pub customer: CustomerId,
    /// Who told us.
    pub source: String,
    /// Its id there.
    pub id: EventId,
}

impl EventKey {
    /// The key of an event.
    pub fn of(event: &Event) -> Self {
        Self { customer: event.customer.clone(), source: event.source.clone(), id: event.id.clone() }
    }
}

// ?1 [[slot, customer, source, id, properties], …]
const REWRITE: &str = "
UPDATE event SET properties = want.value->4
FROM jsonb_each(?1) AS want
WHERE event.slot = CAST(want.value->>0 AS BIGINT) AND event.customer = want.value->>1
  AND event.source = want.value->>2 AND event.id = want.value->>3";

macro_rules! columns {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " e.customer, e.source, e.id, e.name, e.entity_kind, e.entity_id, e.at, e.received_at, e.properties,
              e.chain, e.state ",
            $rest
        )
    };
}

// Events of a batch that any workflow reads (snapshot.rs).  ?1 [[slot, customer], …]  ?2 [[name], …]
pub(crate) const READ: &str = columns!(
    "SELECT want.key,",
    "FROM jsonb_each(?1) AS want
     CROSS JOIN jsonb_each(?2) AS name
     CROSS JOIN event AS e
     WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1 AND e.name = name.value->>0
       AND e.state IN ('applied', 'done')"
);

// Everything that ever happened to a batch, held facts too (history.rs).  ?1 [[slot, customer], …]
pub(crate) const ALL: &str = columns!(
    "SELECT want.key,",
    "FROM jsonb_each(?1) AS want
     CROSS JOIN event AS e
     WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1"
);

// What is to be applied or routed (engine/ingest, each turn).  ?1 now  ?2 most rows  ?3 parts of the slots
pub(crate) const DUE: &str = columns!(
    "SELECT 0,",
    "FROM event AS e WHERE e.state IN ('new', 'applied') AND e.at <= ?1
       AND substr(?3, CAST(e.slot / 64 AS INTEGER) + 1, 1) = '1'
       AND (e.slot, e.customer) NOT IN (SELECT a.slot, a.customer FROM aside AS a WHERE a.held = 1)
     ORDER BY e.at, e.customer, e.received_at, e.id LIMIT ?2"
);
pub(crate) const DUE_BY_SLOT: &str = columns!(
    "SELECT 0,",
    "FROM event AS e WHERE e.state IN ('new', 'applied') AND e.at <= ?1
       AND substr(?3, CAST(e.slot / 64 AS INTEGER) + 1, 1) = '1'
       AND (e.slot, e.customer) NOT IN (SELECT a.slot, a.customer FROM aside AS a WHERE a.held = 1)
     ORDER BY e.at, e.slot, e.customer, e.received_at, e.id LIMIT ?2"
);

// The timeline of one customer (console, why).  ?1 slot  ?2 customer  ?3 from  ?4 to
const OF_CUSTOMER: &str = columns!(
    "SELECT 0,",
    "FROM event AS e WHERE e.slot = ?1 AND e.customer = ?2 AND e.at >= ?3 AND e.at < ?4
     ORDER BY e.at, e.received_at, e.id"
);

// What was folded with the whole past of its customers is not applied a second time (engine/apply.rs).
// ?1 [[slot, customer], …]  ?2 up to and with this instant
const APPLIED_ALL: &str = "
UPDATE event SET state = 'applied' WHERE state = 'new' AND at <= ?2
  AND (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";

// What a customer did last (verb `events`, API).  ?1 slot  ?2 customer  ?3 before this instant  ?4 … and this id
// ?5 most rows
const LATEST: &str = columns!(
    "SELECT 0,",
    "FROM event AS e WHERE e.slot = ?1 AND e.customer = ?2 AND (e.at < ?3 OR (e.at = ?3 AND e.id < ?4))
     ORDER BY e.at DESC, e.id DESC LIMIT ?5"
);

// Which facts of an import are stored (engine/import, each batch).  ?1 [[slot, customer, id], …]  ?2 source
pub(crate) const KNOWN: &str = "
SELECT want.key FROM jsonb_each(?1) AS want
CROSS JOIN event AS e
WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1 AND e.source = ?2
  AND e.id = want.value->>2";

// Which of these are stored (engine/ingest).  ?1 [[slot, customer, source, id], …]
pub(crate) const KNOWN_KEYS: &str = "
SELECT want.value->>1, want.value->>2, want.value->>3 FROM jsonb_each(?1) AS want
CROSS JOIN event AS e
WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1 AND e.source = want.value->>2
  AND e.id = want.value->>3";

// Of these facts those that are stored, or whose customer was not there by their instant (engine/ingest, each group of
// requests).  ?1 [[slot, customer, source, id, at, place], …]
pub(crate) const LOOK_UP: &str = "
SELECT CAST(want.value->>5 AS BIGINT), EXISTS (SELECT 1 FROM event AS e
  WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1 AND e.source = want.value->>2
    AND e.id = want.value->>3),
  NOT EXISTS (SELECT 1 FROM customer AS c
  WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.id = want.value->>1
    AND c.created_at <= CAST(want.value->>4 AS BIGINT))
FROM jsonb_each(?1) AS want
WHERE EXISTS (SELECT 1 FROM event AS e
  WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1 AND e.source = want.value->>2
    AND e.id = want.value->>3)
  OR NOT EXISTS (SELECT 1 FROM customer AS c
  WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.id = want.value->>1
    AND c.created_at <= CAST(want.value->>4 AS BIGINT))";

// ?1 [[slot, customer, …], …] in the order of `rows`
const INSERT: &str = "
INSERT INTO event (slot, customer, source, id, name, entity_kind, entity_id, at, received_at, properties, chain, state)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4,
       value->>5,
       value->>6, CAST(value->>7 AS BIGINT), CAST(value->>8 AS BIGINT), value->9,
       CAST(value->>10 AS BIGINT), value->>11
FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";

// How many there are of one source (verb `bench`).  ?1 source
const COUNT_OF: &str = "SELECT count(*) FROM event WHERE source = ?1";

// Moves events on (engine/ingest, after their turn).  ?1 [[slot, customer, source, id], …]  ?2 state
pub(crate) const MARK: &str = "
UPDATE event SET state = ?2 WHERE (slot, customer, source, id) IN
  (SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3 FROM jsonb_each(?1))";

// Both open states are named so that the index over both serves.  ?1 from this instant on
pub(crate) const HOLD: &str =
    "UPDATE event SET state = 'held' WHERE state IN ('new', 'applied') AND state = 'new' AND at >= ?1";

// What was imported is taken back to an instant: facts from then on wait for the clock, whatever became of
// them before; earlier ones are history (engine/virtual_run.rs).  ?1 from this instant on
const TAKE_BACK: &str = "UPDATE event SET state = CASE WHEN at >= ?1 THEN 'held' ELSE 'done' END WHERE (at >= ?1) <> (state = 'held') OR state IN ('new', 'applied')";

// ?1 up to and with this instant
pub(crate) const RELEASE: &str = "UPDATE event SET state = 'new' WHERE state = 'held' AND at <= ?1";

pub(crate) const NEXT_HELD: &str = "SELECT min(at) FROM event WHERE state = 'held'";
pub(crate) const NEXT_DUE: &str = "
SELECT min(e.at) FROM event AS e
WHERE e.state IN ('new', 'applied')
  AND (e.slot, e.customer) NOT IN (SELECT a.slot, a.customer FROM aside AS a WHERE a.held = 1)";

/// A change's `from` and `to` are of the type of the attribute that changed; `None`: the event is no change.
fn changed_type<'m>(name: &str, kind: Option<&str>, properties: &str, model: &'m Model) -> Option<&'m Type> {
    let of = name.strip_suffix(".changed")?;
    let properties: serde_json::Value = serde_json::from_str(properties).ok()?;
    let attribute = properties.get("attribute")?.as_str()?;
    let attributes = match kind {
        Some(kind) => &model.entities.get(kind)?.attributes,
        None if of == "customer" => &model.customer,
        None => return None,
    };
    attributes.get(attribute).map(|attribute| &attribute.ty)
}

fn read(row: &sql::Row, model: &Model) -> Result<(usize, DueEvent), StoreError> {
    let tried = |source| StoreError::Query { tried: "read an event", ids: no_ids(), source };
    let place = usize::try_from(row.try_get::<i64>(0).map_err(tried)?).unwrap_or(usize::MAX);
    let id: String = row.try_get(3).map_err(tried)?;
    let name: String = row.try_get(4).map_err(tried)?;
    let kind: Option<String> = row.try_get(5).map_err(tried)?;
    let entity: Option<String> = row.try_get(6).map_err(tried)?;
    let fields = model.events.get(&name).map(|kind| &kind.fields);
    let properties: &str = row.try_get(9).map_err(tried)?;
    let changed = changed_type(&name, kind.as_deref(), properties, model);
    let properties = read_values("event", &id, properties, |field| match (changed, field) {
        (Some(ty), "from" | "to") => Some(ty),
        _ => fields.and_then(|fields| fields.get(field)),
    })?;
    let state: &str = row.try_get(11).map_err(tried)?;
    let state = EventState::from_word(state)
        .ok_or_else(|| StoreError::corrupt("event", &id, format_args!("the state `{state}`")))?;
    let event = Event {
        source: row.try_get(2).map_err(tried)?,
        name,
        customer: CustomerId::from(row.try_get::<String>(1).map_err(tried)?),
        entity: kind.zip(entity.map(EntityId::from)),
        at: instant("event", &id, row.try_get(7).map_err(tried)?)?,
        received_at: instant("event", &id, row.try_get(8).map_err(tried)?)?,
        properties,
        chain: u8::try_from(row.try_get::<i64>(10).map_err(tried)?).unwrap_or(u8::MAX),
        id: EventId::from(id),
    };
    Ok((place, DueEvent { event, state }))
}

/// Asks for events of these names.
pub(crate) fn named<'q>(wanted: &'q str, names: &BTreeSet<String>) -> Result<sql::Query<'q>, StoreError> {
    let names: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
    Ok(sql::query(READ).bind(wanted).bind(spread("event", &names)?))
}

/// Events of these names that have been applied, each with its customer's place in the batch.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
    names: &BTreeSet<String>,
    model: &Model,
) -> Result<Vec<(usize, Event)>, StoreError> {
    let rows = named(wanted, names)?.fetch_all(conn).await.tried("load events", || some(ids))?;
    rows.iter().map(|row| read(row, model).map(|(place, due)| (place, due.event))).collect()
}

/// Every event of these customers, also what is held, each with its customer's place in the batch.
pub(crate) async fn all_of_batch(
    conn: &mut Connection,
    ids: &[CustomerId],
    model: &Model,
) -> Result<Vec<(usize, Event)>, StoreError> {
    let wanted = spread_customers(ids)?;
    let rows = sql::query(ALL).bind(wanted).fetch_all(conn).await.tried("load all events", || some(ids))?;
    rows.iter().map(|row| read(row, model).map(|(place, due)| (place, due.event))).collect()
}

/// Every event of these customers, in no order.
pub async fn of_customers(
    conn: &mut Connection,
    ids: &[CustomerId],
    model: &Model,
) -> Result<Vec<Event>, StoreError> {
    let all = all_of_batch(conn, ids, model).await?;
    Ok(all.into_iter().map(|(_, event)| event).collect())
}

/// Which of these facts of one source are stored already, by their places in the list.
pub async fn known(
    conn: &mut Connection,
    events: &[(&CustomerId, &EventId)],
    source: &str,
) -> Result<BTreeSet<usize>, StoreError> {
    if events.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows: Vec<_> =
        events.iter().map(|(customer, id)| (customer.slot(), customer.as_str(), id.as_str())).collect();
    let found: Vec<i64> = sql::query_scalar(KNOWN)
        .bind(spread("event", &rows)?)
        .bind(source)
        .fetch_all(conn)
        .await
        .tried("look for known events", || some(events.iter().map(|(_, id)| id)))?;
    Ok(found.into_iter().filter_map(|place| usize::try_from(place).ok()).collect())
}

/// Which of these events are stored already.
pub async fn known_keys(conn: &mut Connection, events: &[&Event]) -> Result<BTreeSet<EventKey>, StoreError> {
    if events.is_empty() {
        return Ok(BTreeSet::new());
    }
    let wanted: Vec<_> = events
        .iter()
        .map(|event| (event.customer.slot(), event.customer.as_str(), &event.source, event.id.as_str()))
        .collect();
    let tried = |source| StoreError::Query { tried: "look for known events", ids: no_ids(), source };
    let rows = sql::query(KNOWN_KEYS).bind(batch("event", &wanted)?).fetch_all(conn).await;
    let rows = rows.map_err(tried)?;
    rows.iter()
        .map(|row| {
            Ok(EventKey {
                customer: CustomerId::from(row.try_get::<String>(0).map_err(tried)?),
                source: row.try_get(1).map_err(tried)?,
                id: EventId::from(row.try_get::<String>(2).map_err(tried)?),
            })
        })
        .collect()
}

/// How many events of one source there are; looks at all.
pub async fn count_of_source(conn: &mut Connection, source: &str) -> Result<u64, StoreError> {
    let count: i64 = sql::query_scalar(COUNT_OF)
        .bind(source)
        .fetch_one(conn)
        .await
        .tried("count events", || source.to_owned())?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// What is out of the ordinary with a fact that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Its place in the list.
    pub place: usize,
    /// Whether it is stored already.
    pub is_stored: bool,
    /// Whether its customer is not known, or since a later instant than the fact's.
    pub is_strange: bool,
}

/// Those of these facts that are stored already, or whose customers were not there by then.
pub async fn look_up(conn: &mut Connection, events: &[&Event]) -> Result<Vec<Looked>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<_> = events
        .iter()
        .enumerate()
        .map(|(place, event)| {
            let (slot, customer) = (event.customer.slot(), event.customer.as_str());
            (slot, customer, &event.source, event.id.as_str(), millis(event.at), place)
        })
        .collect();
    let tried = |source| StoreError::Query { tried: "look facts up", ids: no_ids(), source };
    let rows = sql::query(LOOK_UP).bind(batch("event", &wanted)?).fetch_all(conn).await;
    let rows = rows.map_err(tried)?;
    rows.iter()
        .map(|row| {
            let place = usize::try_from(row.try_get::<i64>(0).map_err(tried)?).unwrap_or(usize::MAX);
            let is_stored = row.try_get::<i64>(1).map_err(tried)? != 0;
            Ok(Looked { place, is_stored, is_strange: row.try_get::<i64>(2).map_err(tried)? != 0 })
        })
        .collect()
}

/// Appends events in a state; one whose key is known is dropped. Returns how many are new.
pub async fn insert(conn: &mut Connection, events: &[&Event], state: EventState) -> Result<u64, StoreError> {
    insert_each(conn, &events.iter().map(|event| (*event, state)).collect::<Vec<_>>()).await
}

/// Appends events, each in a state of its own; one whose key is known is dropped. Returns how many are new.
pub async fn insert_each(conn: &mut Connection, events: &[(&Event, EventState)]) -> Result<u64, StoreError> {
    if events.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> = events
        .iter()
        .map(|(event, state)| {
            (
                event.customer.slot(),
                event.customer.as_str(),
                &event.source,
                event.id.as_str(),
                &event.name,
                event.entity.as_ref().map(|(kind, _)| kind.as_str()),
                event.entity.as_ref().map(|(_, id)| id.as_str()),
                millis(event.at),
                millis(event.received_at),
                Attributes { values: &event.properties, columns: &[] },
                event.chain,
                state.as_str(),
            )
        })
        .collect();
    let done = sql::query(INSERT)
        .bind(batch("event", &rows)?)
        .execute(conn)
        .await
        .tried("append events", || some(events.iter().map(|(event, _)| &event.id)))?;
    Ok(done.rows_affected())
}

/// Writes what events say anew, where the model has another type for it.
pub async fn rewrite(conn: &mut Connection, events: &[&Event]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            let said = Attributes { values: &event.properties, columns: &[] };
            (event.customer.slot(), event.customer.as_str(), &event.source, event.id.as_str(), said)
        })
        .collect();
    sql::query(REWRITE)
        .bind(spread("event", &rows)?)
        .execute(conn)
        .await
        .tried("write events anew", || some(events.iter().map(|event| &event.id)))?;
    Ok(())
}

/// What is to be applied or routed at or before `now`, in the order (at, customer, received at, id). Of many
/// at one instant it looks at all, to sort them: see [`due_by_slot`].
pub async fn due(
    conn: &mut Connection,
    model: &Model,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueEvent>, StoreError> {
    due_in_order(conn, DUE, model, now, limit).await
}

/// The same in the order (at, slot, customer, received at, id), which is that of the index and of the rows:
/// only one customer's events at one instant are sorted, and a batch touches few pages.
pub async fn due_by_slot(
    conn: &mut Connection,
    model: &Model,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueEvent>, StoreError> {
    due_in_order(conn, DUE_BY_SLOT, model, now, limit).await
}

async fn due_in_order(
    conn: &mut Connection,
    statement: &'static str,
    model: &Model,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueEvent>, StoreError> {
    let rows = sql::query(statement)
        .bind(millis(now))
        .bind(i64::from(limit))
        .bind(conn.parts.to_string())
        .fetch_all(conn)
        .await
        .tried("look for due events", no_ids)?;
    rows.iter().map(|row| read(row, model).map(|(_, due)| due)).collect()
}

/// The instant of the earliest event that is to be applied or routed; `None`: there is none.
pub async fn next_at(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sql::query_scalar(NEXT_DUE).fetch_one(conn).await.tried("look for the next event", no_ids)?;
    at.map(|at| instant("event", "the next", at)).transpose()
}

/// Moves events on.
pub async fn mark(conn: &mut Connection, keys: &[EventKey], state: EventState) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = keys
        .iter()
        .map(|key| (key.customer.slot(), key.customer.as_str(), &key.source, key.id.as_str()))
        .collect();
    sql::query(MARK)
        .bind(batch("event", &rows)?)
        .bind(state.as_str())
        .execute(conn)
        .await
        .tried("mark events", || some(keys.iter().map(|key| &key.id)))?;
    Ok(())
}

/// Says that nothing more is to be done about these events.
pub async fn mark_done(conn: &mut Connection, keys: &[EventKey]) -> Result<(), StoreError> {
    mark(conn, keys, EventState::Done).await
}

/// Holds new events that happen at or after an instant, for a virtual clock. Returns how many.
pub async fn hold_from(conn: &mut Connection, at: Timestamp) -> Result<u64, StoreError> {
    let done = sql::query(HOLD).bind(millis(at)).execute(conn).await.tried("hold events", no_ids)?;
    Ok(done.rows_affected())
}

/// Holds every event that happens at or after an instant, also one that was applied before, and makes the
/// earlier ones history. Returns how many changed.
pub async fn take_back_to(conn: &mut Connection, at: Timestamp) -> Result<u64, StoreError> {
    let done =
        sql::query(TAKE_BACK).bind(millis(at)).execute(conn).await.tried("take events back", no_ids)?;
    Ok(done.rows_affected())
}

/// Releases held events that happen at or before an instant. Returns how many.
pub async fn release_until(conn: &mut Connection, at: Timestamp) -> Result<u64, StoreError> {
    let done = sql::query(RELEASE).bind(millis(at)).execute(conn).await.tried("release events", no_ids)?;
    Ok(done.rows_affected())
}

/// When the next held event happens; `None`: none is held.
pub async fn next_held_at(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sql::query_scalar(NEXT_HELD).fetch_one(conn).await.tried("look for held events", no_ids)?;
    at.map(|at| instant("event", "the next held", at)).transpose()
}

/// One customer's events in `[from, to)`, in their order.
pub async fn of_customer(
    conn: &mut Connection,
    customer: &CustomerId,
    model: &Model,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<DueEvent>, StoreError> {
    let rows = sql::query(OF_CUSTOMER)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(conn)
        .await
        .tried("load a customer's events", || customer.to_string())?;
    rows.iter().map(|row| read(row, model).map(|(_, due)| due)).collect()
}

/// Notes that what has come of these customers up to an instant is applied: their whole past was looked at.
pub async fn applied_all(
    conn: &mut Connection,
    customers: &[CustomerId],
    now: Timestamp,
) -> Result<(), StoreError> {
    let done =
        sql::query(APPLIED_ALL).bind(spread_customers(customers)?).bind(millis(now)).execute(conn).await;
    done.tried("note that events are applied", || some(customers))?;
    Ok(())
}

/// What a customer did, the latest first, before (at, id); `None`: from the last one on.
pub async fn latest(
    conn: &mut Connection,
    customer: &CustomerId,
    model: &Model,
    before: Option<(Timestamp, &str)>,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let (at, id) = before.map_or((i64::MAX, ""), |(at, id)| (millis(at), id));
    let rows = sql::query(LATEST)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(at)
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("load a customer's events", || customer.to_string())?;
    rows.iter().map(|row| read(row, model).map(|(_, due)| due.event)).collect()
}

/// Whether there is any event.
pub async fn any(conn: &mut Connection) -> Result<bool, StoreError> {
    let found: i64 = sql::query_scalar("SELECT count(*) FROM (SELECT 1 FROM event LIMIT 1) AS one")
        .fetch_one(conn)
        .await
        .tried("look for an event", no_ids)?;
    Ok(found > 0)
}

/// How many events there are.
pub async fn count(conn: &mut Connection) -> Result<i64, StoreError> {
    sql::query_scalar("SELECT count(*) FROM event").fetch_one(conn).await.tried("count events", no_ids)
}
