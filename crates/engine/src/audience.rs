//! Whom a schedule or an event to everybody names. Of a schedule's audience the database tells who belongs to
//! it, where it can know; those are loaded 500 at a time and asked by the evaluator, and each gets a timer.

use crate::error::EngineError;
use crate::published::Published;
use dsl::condition::Test;
use dsl::workflow::Workflow;
use interpreter::everybody;
use interpreter::release::{self, Portion};
use interpreter::simulate::invites;
use interpreter::world::{Moment, People, zone_of_country};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{CustomerId, Decimal, Entry, Event, Snapshot, Timer, TimerKey, zone};
use std::collections::BTreeMap;
use store::Connection;
use store::condition::{Dialect, SqlContext};
use store::{customer, entity, snapshot, timer};

/// The zones in which customers live: what a condition needs to know that is asked of the database.
pub(crate) struct Places {
    zones: Vec<(String, TimeZone)>,
    countries: Vec<(String, TimeZone)>,
}

impl Places {
    /// As they stand in the database.
    pub(crate) async fn of(conn: &mut Connection) -> Result<Self, EngineError> {
        let (zones, countries) = store::rank::places(conn).await?;
        let of_zone = |name: String| zone::zone(&name).map(|zone| (name, zone));
        let of_country = |name: String| {
            let zone = zone::zone(zone_of_country(&name)?)?;
            Some((name, zone))
        };
        Ok(Self {
            zones: zones.into_iter().filter_map(of_zone).collect(),
            countries: countries.into_iter().filter_map(of_country).collect(),
        })
    }

    /// What the database is asked with at an instant.
    pub(crate) fn context<'a>(
        &'a self,
        conn: &Connection,
        published: &'a Published,
        at: Timestamp,
    ) -> SqlContext<'a> {
        SqlContext {
            library: &published.project.library,
            now: at,
            project_zone: &published.zone,
            zones: &self.zones,
            countries: &self.countries,
            dialect: Dialect::of(conn),
            subject: None,
        }
    }
}

/// Those for whom the audience of a workflow may hold at an instant: where the database can know it, only
/// those for whom it does; else everybody.
async fn candidates(
    conn: &mut Connection,
    published: &Published,
    workflow: &Workflow,
    at: Timestamp,
) -> Result<Vec<CustomerId>, EngineError> {
    if let Some(audience) = &workflow.audience {
        let places = Places::of(conn).await?;
        let context = places.context(conn, published, at);
        if let Some(members) = store::audience::members(conn, &audience.test, &context).await? {
            return Ok(members);
        }
    }
    Ok(customer::ids(conn).await?)
}

/// How many belong to the audience of a workflow at an instant, by the database alone. `None`: it cannot know.
pub(crate) async fn size(
    conn: &mut Connection,
    published: &Published,
    places: &Places,
    workflow: &Workflow,
    at: Timestamp,
) -> Result<Option<u64>, EngineError> {
    let context = places.context(conn, published, at);
    let all = Test::Always(true);
    let test = workflow.audience.as_ref().map_or(&all, |audience| &audience.test);
    Ok(store::audience::count(conn, test, &context).await?)
}

/// Sets a timer for each customer of a schedule's audience.
pub(crate) async fn set_timers(
    conn: &mut Connection,
    published: &Published,
    workflow: &Workflow,
    at: Timestamp,
) -> Result<(), EngineError> {
    let world = published.world();
    let entry = release::entry_of_schedule(at);
    let asks = |snapshot: &Snapshot| invites(&world, workflow, snapshot, at);
    let asked = candidates(conn, published, workflow, at).await?;
    let named = named(conn, published, workflow, &entry, at, (&asked, asks)).await?;
    let mut people = releases(conn).await?;
    let timers = release::invited(&world, &mut people, workflow, &entry, at, named);
    write(conn, &timers, &people).await
}

/// An event without a customer: what it sets is set for all, and whom it reaches gets a timer.
pub(crate) async fn tell_everybody(
    conn: &mut Connection,
    published: &Published,
    event: &Event,
    now: Timestamp,
) -> Result<(), EngineError> {
    let (world, library) = (published.world(), &published.project.library);
    let named = everybody::names(library, event);
    if !named.is_empty() {
        let known = entity::find(conn, &named, &library.model).await?.into_values().collect();
        let changed = everybody::changed(library, event, known);
        entity::write(conn, &changed.iter().collect::<Vec<_>>()).await?;
    }
    let entry = Entry::of_event(event);
    let at = Moment::of(event.at, now).at;
    let all = customer::ids(conn).await?;
    for workflow in everybody::listeners(&world, event) {
        let asks = |snapshot: &Snapshot| everybody::reaches(&world, &workflow, &entry, snapshot, at);
        let reached = self::named(conn, published, &workflow, &entry, at, (&all, asks)).await?;
        let mut people = releases(conn).await?;
        let timers = release::stand_in_line(&world, &mut people, &workflow, &entry, at, reached);
        write(conn, &timers, &people).await?;
    }
    Ok(())
}

/// Those of some customers of whom something holds at an instant, each with their rank.
async fn named(
    conn: &mut Connection,
    published: &Published,
    workflow: &Workflow,
    entry: &Entry,
    at: Timestamp,
    (asked, asks): (&[CustomerId], impl Fn(&Snapshot) -> bool),
) -> Result<Vec<(Option<Decimal>, CustomerId)>, EngineError> {
    let mut named = Vec::new();
    let world = published.world();
    for part in asked.chunks(500) {
        let snapshots =
            snapshot::load(conn, part, &published.project.library.model, &published.reads, at).await?;
        let asked = snapshots.iter().filter(|snapshot| asks(snapshot));
        named.extend(asked.map(|snapshot| {
            let rank = release::rank(&world, workflow, entry, snapshot, at);
            (rank, snapshot.customer.id.clone())
        }));
    }
    Ok(named)
}

/// The customers for whom the audience of a workflow holds at an instant.
pub async fn members(
    conn: &mut Connection,
    published: &Published,
    workflow: &Workflow,
    at: Timestamp,
) -> Result<Vec<CustomerId>, EngineError> {
    let world = published.world();
    let asks = |snapshot: &Snapshot| invites(&world, workflow, snapshot, at);
    let asked = candidates(conn, published, workflow, at).await?;
    let named = named(conn, published, workflow, &release::entry_of_schedule(at), at, (&asked, asks)).await?;
    Ok(named.into_iter().map(|(_, customer)| customer).collect())
}

/// Who belongs to a segment at an instant, by id. `None`: there is no such segment, or the database alone cannot know.
pub async fn in_segment(
    conn: &mut Connection,
    published: &Published,
    segment: &str,
    at: Timestamp,
) -> Result<Option<Vec<CustomerId>>, EngineError> {
    let Some(condition) = published.project.library.segments.get(segment) else { return Ok(None) };
    let places = Places::of(conn).await?;
    let context = places.context(conn, published, at);
    Ok(store::audience::members(conn, &condition.test, &context).await?)
}

/// The portions of all releases, as decisions take them.
pub(crate) async fn portions(conn: &mut Connection) -> Result<release::Releases, EngineError> {
    let rows = store::release::all(conn).await?;
    Ok(rows.into_iter().map(|(workflow, at, taken)| (workflow, Portion { at, taken })).collect())
}

async fn releases(conn: &mut Connection) -> Result<People, EngineError> {
    store::team::alone(conn).await?;
    Ok(People { releases: portions(conn).await?, ..People::default() })
}

/// Writes the portions that are not as they were.
pub(crate) async fn keep_portions(
    conn: &mut Connection,
    before: &BTreeMap<model::WorkflowId, Portion>,
    now: &BTreeMap<model::WorkflowId, Portion>,
) -> Result<(), EngineError> {
    let changed: Vec<_> = now
        .iter()
        .filter(|(workflow, portion)| before.get(*workflow) != Some(*portion))
        .map(|(workflow, portion)| (workflow, portion.at, portion.taken))
        .collect();
    Ok(store::release::write(conn, &changed).await?)
}

async fn write(
    conn: &mut Connection,
    timers: &[(CustomerId, TimerKey, Timer)],
    people: &People,
) -> Result<(), EngineError> {
    for part in timers.chunks(500) {
        let rows: Vec<_> = part.iter().map(|(id, key, fires)| (id, key, fires)).collect();
        timer::set(conn, &rows).await?;
    }
    keep_portions(conn, &BTreeMap::new(), &people.releases).await
}
