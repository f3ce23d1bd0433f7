//! Snapshots: everything that the decisions about a batch of customers rest on, loaded in at most ten statements
//! whatever its size, and everything that they changed, saved with one statement a table.

use crate::connection::Connection;
use crate::consent::Word;
use crate::error::{StoreError, Tried, some};
use crate::event::EventState;
use crate::memory::Memory;
use crate::stored::{millis, spread_customers};
use crate::{
    assignment, consent, counter, customer, enrollment, entity, event, forget, forgotten, memory, send, sql,
    standing, task, timer, trace,
};
use dsl::library::Model;
use dsl::library::refer::CUSTOMER;
use jiff::Timestamp;
use model::{
    Assignment, Changes, Consent, Consents, CounterKey, Customer, CustomerId, Enrollment, Entity, EntityId,
    EntryMemory, Event, Outgoing, RepId, Snapshot, Standing, StandingKey, Suppression, Task, Timer, TimerKey,
    TraceLine, WorkflowId,
};
use std::collections::{BTreeMap, BTreeSet};

/// What of a customer's past is loaded: events that any published workflow, score or computed attribute reads,
/// and messages that any cap counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventReads {
    /// Their names.
    pub names: BTreeSet<String>,
    /// How far back messages count for caps and spacing, in milliseconds; `None`: nothing counts them.
    pub sent_back: Option<i64>,
}

/// So few customers are looked up in one round: each statement finds little, and a round costs as much for them all.
const FEW: usize = 8;

/// Loads customers, ordered by id, each once; who is not in the database is left out. Events are those that
/// have been applied, of the names read; walks are the active ones and those whose goal counts after `now`;
/// entities are their own, and shared ones that their attributes, entities, events or walks refer to.
pub async fn load(
    conn: &mut Connection,
    customers: &[CustomerId],
    model: &Model,
    reads: &EventReads,
    now: Timestamp,
) -> Result<Vec<Snapshot>, StoreError> {
    load_part(conn, customers, model, reads, now, Part::All).await
}

/// The same, of what a message says and whether it may go: customers, consents, suppressions, entities, and what
/// these refer to.
pub async fn load_for_letters(
    conn: &mut Connection,
    customers: &[CustomerId],
    model: &Model,
    reads: &EventReads,
    now: Timestamp,
) -> Result<Vec<Snapshot>, StoreError> {
    load_part(conn, customers, model, reads, now, Part::Letters).await
}

/// The customers alone, with their consents and suppressions.
pub async fn load_words(
    conn: &mut Connection,
    customers: &[CustomerId],
    model: &Model,
    now: Timestamp,
) -> Result<Vec<Snapshot>, StoreError> {
    load_part(conn, customers, model, &EventReads::default(), now, Part::Words).await
}

/// What of customers is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    Letters,
    Words,
}

async fn load_part(
    conn: &mut Connection,
    customers: &[CustomerId],
    model: &Model,
    reads: &EventReads,
    now: Timestamp,
    part: Part,
) -> Result<Vec<Snapshot>, StoreError> {
    // What refers to a shared entity or another customer may be an event or a walk.
    let more = part != Part::Words;
    let refers = more && (model.entities.values().any(|kind| kind.shared) || model.refers_to_customers());
    let decides = part == Part::All;
    let ids: Vec<CustomerId> = customers.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = spread_customers(&ids)?;
    if ids.len() <= FEW {
        let mut queries =
            vec![sql::query(customer::LOAD).bind(&wanted), sql::query(consent::LOAD).bind(&wanted)];
        if more && !model.entities.is_empty() {
            queries.push(sql::query(entity::OWN).bind(&wanted));
        }
        if decides || refers {
            queries.push(sql::query(enrollment::LOAD).bind(&wanted).bind(millis(now)));
            if !reads.names.is_empty() {
                queries.push(event::named(&wanted, &reads.names)?);
            }
        }
        if decides {
            queries.extend(
                [memory::LOAD, timer::LOAD, standing::LOAD].map(|text| sql::query(text).bind(&wanted)),
            );
            queries.extend(reads.sent_back.map(|back| send::count_back(&wanted, back, now)));
        }
        sql::ahead(conn, queries).await.tried("load customers", || some(&ids))?;
    }
    let mut batch: Vec<Option<Snapshot>> = Vec::new();
    batch.resize_with(ids.len(), || None);
    for (place, customer) in customer::of_batch(conn, &wanted, &ids, model).await? {
        if let Some(snapshot) = batch.get_mut(place) {
            *snapshot = Some(Snapshot::new(customer));
        }
    }
    let mut batch = Batch(batch);
    if more && !model.entities.is_empty() {
        for (place, entity) in entity::of_batch(conn, &wanted, &ids, model).await? {
            batch.at(place, |snapshot| {
                snapshot.entities.insert((entity.kind.clone(), entity.id.clone()), entity);
            });
        }
    }
    if !reads.names.is_empty() && (decides || refers) {
        for (place, event) in event::of_batch(conn, &wanted, &ids, &reads.names, model).await? {
            batch.at(place, |snapshot| match snapshot.events.get_mut(&event.name) {
                Some(list) => list.push(event),
                None => {
                    snapshot.events.insert(event.name.clone(), vec![event]);
                }
            });
        }
    }
    let mut spoken: BTreeMap<usize, Vec<Consent>> = BTreeMap::new();
    for (place, word) in consent::of_batch(conn, &wanted, &ids).await? {
        match word {
            Word::Consent(consent) => spoken.entry(place).or_default().push(consent),
            Word::Suppression(suppression) => {
                batch.at(place, |snapshot| snapshot.suppressions.push(suppression));
            }
        }
    }
    // On a virtual clock words that were imported may still lie ahead.
    for (place, words) in spoken {
        batch.at(place, |snapshot| snapshot.consents = Consents::of(&words, |said| said <= now));
    }
    if decides || refers {
        for (place, walk) in enrollment::of_batch(conn, &wanted, &ids, now).await? {
            batch.at(place, |snapshot| snapshot.enrollments.push(walk));
        }
    }
    if decides {
        for (place, remembered) in memory::of_batch(conn, &wanted, &ids).await? {
            batch.at(place, |snapshot| match remembered {
                Memory::Entry { workflow, key, entered_at } => {
                    snapshot.memory.insert((workflow, key), EntryMemory { entered_at });
                }
                Memory::Draw { workflow, split, arm } => {
                    snapshot.draws.insert((workflow, split), arm);
                }
            });
        }
        for (place, key, timer) in timer::of_batch(conn, &wanted, &ids).await? {
            batch.at(place, |snapshot| {
                snapshot.timers.insert(key, timer);
            });
        }
        for (place, key, standing) in standing::of_batch(conn, &wanted, &ids).await? {
            batch.at(place, |snapshot| {
                snapshot.standings.insert(key, standing);
            });
        }
        if let Some(back) = reads.sent_back {
            for (place, sent) in send::counted(conn, &wanted, &ids, back, now).await? {
                batch.at(place, |snapshot| snapshot.sent.push(sent));
            }
        }
    }
    let mut snapshots: Vec<Snapshot> = batch.0.into_iter().flatten().collect();
    for snapshot in &mut snapshots {
        for list in snapshot.events.values_mut() {
            list.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        snapshot.enrollments.sort_by(|a, b| a.id.cmp(&b.id));
    }
    if refers {
        load_referred(conn, &mut snapshots, model).await?;
    }
    Ok(snapshots)
}

/// The snapshots of a batch by place, while their parts come in.
struct Batch(Vec<Option<Snapshot>>);

impl Batch {
    fn at(&mut self, place: usize, put: impl FnOnce(&mut Snapshot)) {
        if let Some(Some(snapshot)) = self.0.get_mut(place) {
            put(snapshot);
        }
    }
}

/// Adds the shared entities and the other customers that the snapshots refer to: one statement for each.
async fn load_referred(
    conn: &mut Connection,
    snapshots: &mut [Snapshot],
    model: &Model,
) -> Result<(), StoreError> {
    let mut wanted: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (place, snapshot) in snapshots.iter().enumerate() {
        for name in model.references(snapshot) {
            wanted.entry(name).or_default().push(place);
        }
    }
    let (friends, shared): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|((kind, _), _)| kind == CUSTOMER);
    let mut put = |places: &[usize], entity: &Entity| {
        for place in places {
            if let Some(snapshot) = snapshots.get_mut(*place) {
                snapshot.entities.insert((entity.kind.clone(), entity.id.clone()), entity.clone());
            }
        }
    };
    if !shared.is_empty() {
        let names: Vec<(&str, &str)> =
            shared.iter().map(|((kind, id), _)| (kind.as_str(), id.as_str())).collect();
        for (name, entity) in entity::shared(conn, &names, model).await? {
            if let Some((_, places)) = shared.get(name) {
                put(places, &entity);
            }
        }
    }
    if !friends.is_empty() {
        let ids: Vec<CustomerId> = friends.iter().map(|((_, id), _)| CustomerId::new(id.as_str())).collect();
        for (place, friend) in customer::of_batch(conn, &spread_customers(&ids)?, &ids, model).await? {
            if let Some((_, places)) = friends.get(place) {
                put(places, &friend.as_entity());
            }
        }
    }
    Ok(())
}

/// What a save did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Outbox rows that are new.
    pub sends: u64,
    /// Sends that were taken back.
    pub cancelled: u64,
    /// Events of ours that are new.
    pub events: u64,
    /// Tasks that are new.
    pub tasks: u64,
}

/// Saves what a batch of turns changed, in the caller's transaction. What a turn takes back is taken from
/// what earlier transactions put into the outbox: what the turn itself sends is saved as it says.
///
/// Errors: [`StoreError::Stale`] and [`StoreError::AlreadyActive`] when another saved the same walks in
/// between; the transaction must then be dropped and the batch loaded again.
pub async fn save(
    conn: &mut Connection,
    batch: &[(Snapshot, Changes)],
    now: Timestamp,
) -> Result<Saved, StoreError> {
    let rows = Rows::of(batch);
    enrollment::save(conn, &rows.enrollments).await?;
    forgotten::remember(conn, &rows.forgotten).await?;
    customer::write(conn, &rows.customers, now).await?;
    entity::write(conn, &rows.entities).await?;
    let events = event::insert(conn, &rows.events, EventState::Done).await?;
    consent::record(conn, &rows.consents).await?;
    consent::clear_suppressions(conn, &rows.unsuppressed).await?;
    consent::suppress(conn, &rows.suppressions).await?;
    memory::remember(conn, &rows.entries).await?;
    memory::keep_draws(conn, &rows.draws).await?;
    timer::set(conn, &rows.timers).await?;
    timer::take(conn, &rows.timers_gone).await?;
    standing::keep(conn, &rows.standings).await?;
    standing::drop(conn, &rows.standings_gone).await?;
    trace::append(conn, &rows.trace).await?;
    let mut cancelled = send::cancel_walks(conn, &rows.cancels, now).await?;
    cancelled += send::take_out(conn, &rows.taken_out, now).await?;
    cancelled += send::cancel_topics(conn, &rows.cancel_topics, now).await?;
    let sends = send::insert(conn, &rows.sends, now).await?;
    let tasks = task::insert(conn, &rows.tasks).await?;
    task::done(conn, &rows.tasks_done).await?;
    task::hand_on(conn, &rows.handed_on).await?;
    assignment::append(conn, &rows.assignments).await?;
    counter::add(conn, &rows.counters).await?;
    forget::forget(conn, &rows.forgotten, &rows.personal).await?;
    Ok(Saved { sends, cancelled, events, tasks })
}

/// A batch's changes by table.
#[derive(Default)]
struct Rows<'a> {
    customers: Vec<&'a Customer>,
    entities: Vec<&'a Entity>,
    events: Vec<&'a Event>,
    consents: Vec<(&'a CustomerId, &'a Consent)>,
    unsuppressed: Vec<&'a CustomerId>,
    forgotten: Vec<&'a CustomerId>,
    personal: BTreeSet<&'a str>,
    suppressions: Vec<(&'a CustomerId, &'a Suppression)>,
    enrollments: Vec<&'a Enrollment>,
    entries: Vec<(&'a CustomerId, &'a WorkflowId, &'a str, Timestamp)>,
    draws: Vec<(&'a CustomerId, &'a WorkflowId, &'a str, &'a str)>,
    timers: Vec<(&'a CustomerId, &'a TimerKey, &'a Timer)>,
    timers_gone: Vec<(&'a CustomerId, &'a TimerKey)>,
    standings: Vec<(&'a CustomerId, &'a StandingKey, &'a Standing)>,
    standings_gone: Vec<(&'a CustomerId, &'a StandingKey)>,
    trace: Vec<&'a TraceLine>,
    sends: Vec<&'a Outgoing>,
    cancels: Vec<(&'a CustomerId, &'a model::EnrollmentId, &'a str)>,
    /// The same of customers who have a message under way that stands for several walks.
    taken_out: Vec<(&'a CustomerId, &'a model::EnrollmentId, &'a str)>,
    cancel_topics: Vec<(&'a CustomerId, Option<&'a str>, Option<model::Medium>)>,
    tasks: Vec<&'a Task>,
    assignments: Vec<&'a Assignment>,
    handed_on: Vec<(&'a CustomerId, &'a RepId, &'a RepId)>,
    tasks_done: Vec<(&'a CustomerId, &'a model::TaskDone)>,
    counters: BTreeMap<CounterKey, i64>,
}

impl<'a> Rows<'a> {
    fn of(batch: &'a [(Snapshot, Changes)]) -> Self {
        let mut rows = Self::default();
        let mut shared: BTreeMap<&'a (String, EntityId), &'a Entity> = BTreeMap::new();
        for (snapshot, changes) in batch {
            rows.add(snapshot, changes, &mut shared);
        }
        rows.entities.extend(shared.into_values());
        rows
    }

    fn add(
        &mut self,
        snapshot: &'a Snapshot,
        changes: &'a Changes,
        shared: &mut BTreeMap<&'a (String, EntityId), &'a Entity>,
    ) {
        let id = &snapshot.customer.id;
        if changes.customer {
            self.customers.push(&snapshot.customer);
        }
        for name in &changes.entities {
            match snapshot.entities.get(name) {
                Some(entity) if entity.customer.is_some() => self.entities.push(entity),
                // Two of the batch may both have changed a shared one: one row may not come twice.
                Some(entity) => {
                    shared.insert(name, entity);
                }
                None => {}
            }
        }
        self.events.extend(&changes.events);
        self.consents.extend(changes.consents.iter().map(|consent| (id, consent)));
        if !changes.forgotten.is_empty() {
            self.forgotten.push(id);
            self.personal.extend(changes.forgotten.iter().map(String::as_str));
        }
        if changes.unsuppressed {
            self.unsuppressed.push(id);
            self.suppressions.extend(snapshot.suppressions.iter().map(|word| (id, word)));
        } else {
            self.suppressions.extend(changes.suppressions.iter().map(|word| (id, word)));
        }
        self.enrollments
            .extend(snapshot.enrollments.iter().filter(|walk| changes.enrollments.contains(&walk.id)));
        for name in &changes.memory {
            if let Some(entry) = snapshot.memory.get(name) {
                self.entries.push((id, &name.0, &name.1, entry.entered_at));
            }
        }
        for name in &changes.draws {
            if let Some(arm) = snapshot.draws.get(name) {
                self.draws.push((id, &name.0, &name.1, arm));
            }
        }
        for key in &changes.timers {
            match snapshot.timers.get(key) {
                Some(timer) => self.timers.push((id, key, timer)),
                None => self.timers_gone.push((id, key)),
            }
        }
        for key in &changes.standings {
            match snapshot.standings.get(key) {
                Some(standing) => self.standings.push((id, key, standing)),
                None => self.standings_gone.push((id, key)),
            }
        }
        self.trace.extend(&changes.trace);
        self.sends.extend(&changes.sends);
        self.cancels.extend(changes.cancels.iter().map(|(walk, reason)| (id, walk, reason.as_str())));
        if snapshot.sent.iter().any(|sent| sent.open && sent.shared) {
            let walks = changes.cancels.iter().map(|(walk, reason)| (id, walk, reason.as_str()));
            self.taken_out.extend(walks);
        }
        self.cancel_topics
            .extend(changes.cancel_topics.iter().map(|(topic, medium)| (id, topic.as_deref(), *medium)));
        self.tasks.extend(&changes.tasks);
        self.assignments.extend(&changes.assignments);
        self.tasks_done.extend(changes.tasks_done.iter().map(|done| (id, done)));
        self.handed_on.extend(changes.handed_on.iter().map(|moved| (id, &moved.former, &moved.rep)));
        for (key, count) in &changes.counters {
            *self.counters.entry(key.clone()).or_insert(0) += count;
        }
    }
}
