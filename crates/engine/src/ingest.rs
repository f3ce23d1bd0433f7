//! What comes over HTTP. Facts about customers who are known are a plain insert: one transaction takes those of many
//! requests, and their customers' turns do the rest. What makes or changes customers is taken as an import takes it.
//!
//! An answer means: it is stored. There is room for so much that waits; who comes then is told to come again.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::import::{self, CustomerRow, Direct, EntityRow, EventRow, Taken};
use crate::jobs::{Queue, tell_others};
use crate::merge::{Merged, merge};
use jiff::{SignedDuration, Timestamp};
use model::words::{Language, say};
use model::{CustomerId, Event, EventId};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use store::customer_key::KeyKind;
use store::event::{EventKey, EventState};
use store::rejected::Rejected;
use store::{Connection, customer, customer_key, event, told};
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait.
const WAITING: usize = 512;
/// Items that may wait.
const ITEMS: usize = 50_000;
/// Items of one transaction, at most.
const AT_ONCE: usize = 4_000;
/// Facts that are due and not decided yet: beyond, who tells more has to wait.
const BEHIND: u64 = store::gauge::MOST as u64;
/// Requests taken together from which on those who decide are woken once for several groups, and how long that waits.
const GATHERED: usize = 16;
const GATHERING: Duration = Duration::from_millis(50);
/// How often that is looked at.
const LOOK: SignedDuration = SignedDuration::from_secs(5);
/// Facts older than this start nothing (rules, import).
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// How long the ids of words about customers are remembered: a client that hears nothing tells again.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

/// A word about who somebody is.
#[derive(Clone, Debug)]
pub struct Word {
    /// Its id at the client: told again, it is not taken again.
    pub message: String,
    /// What it says of the customer.
    pub row: CustomerRow,
    /// What it says of something that belongs to them.
    pub entity: Option<EntityRow>,
    /// Who turns out to be them.
    pub joins: Option<CustomerId>,
}

/// What a request tells. The numbers (`CustomerRow::line` for words) come back with what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Who tells it: facts are unique within it.
    pub source: String,
    /// Words about who somebody is.
    pub words: Vec<Word>,
    /// Facts; each has an id.
    pub facts: Vec<(u64, EventRow)>,
    /// What is not taken, to be kept for whoever mends the client.
    pub rejected: Vec<Rejected>,
}

impl Told {
    /// How many things it tells.
    fn items(&self) -> usize {
        self.words.len() + self.facts.len() + self.rejected.len()
    }
}

/// Why nothing of a request was taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// There is too much to do: come again after so many seconds.
    #[error("too much waits; come again in {0} s")]
    Behind(u64),
    /// The database, for one or for all who were taken together.
    #[error(transparent)]
    Engine(#[from] Arc<EngineError>),
    /// The process ends.
    #[error("the process ends")]
    Ending,
}

struct Job {
    told: Told,
    reply: oneshot::Sender<Result<Taken, Arc<EngineError>>>,
}

/// Where requests put what they tell.
#[derive(Clone)]
pub struct Intake {
    queue: mpsc::Sender<Job>,
    waiting: Arc<AtomicUsize>,
    /// Facts that are due, as of the last look.
    due: Arc<AtomicUsize>,
}

impl Intake {
    /// Begins to take. It ends with the last copy of this.
    pub fn start(engine: Arc<Engine>) -> Self {
        let (queue, jobs) = mpsc::channel(WAITING);
        let (waiting, due) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let scribe = Scribe {
            engine,
            jobs,
            waiting: Arc::clone(&waiting),
            due: Arc::clone(&due),
            calls: Arc::default(),
            looked: Timestamp::MIN,
            forgot: Timestamp::MIN,
        };
        tokio::spawn(scribe.work());
        Self { queue, waiting, due }
    }

    /// Takes what is told; it is stored when this returns.
    pub async fn take(&self, told: Told) -> Result<Taken, IngestError> {
        let items = told.items();
        if self.due.load(Ordering::Relaxed) as u64 >= BEHIND {
            return Err(IngestError::Behind(10));
        }
        if self.waiting.fetch_add(items, Ordering::Relaxed) > ITEMS {
            self.waiting.fetch_sub(items, Ordering::Relaxed);
            return Err(IngestError::Behind(1));
        }
        let (reply, answer) = oneshot::channel();
        if self.queue.try_send(Job { told, reply }).is_err() {
            self.waiting.fetch_sub(items, Ordering::Relaxed);
            return Err(IngestError::Behind(1));
        }
        match answer.await {
            Ok(done) => Ok(done?),
            Err(_) => Err(IngestError::Ending),
        }
    }
}

struct Scribe {
    engine: Arc<Engine>,
    jobs: mpsc::Receiver<Job>,
    waiting: Arc<AtomicUsize>,
    due: Arc<AtomicUsize>,
    /// Whether those who decide will be woken in a moment.
    calls: Arc<AtomicBool>,
    looked: Timestamp,
    forgot: Timestamp,
}

impl Scribe {
    async fn work(mut self) {
        while let Some(first) = self.jobs.recv().await {
            let mut items = first.told.items();
            let mut jobs = vec![first];
            while items < AT_ONCE
                && let Ok(next) = self.jobs.try_recv()
            {
                items += next.told.items();
                jobs.push(next);
            }
            self.take(jobs).await;
            self.waiting.fetch_sub(items, Ordering::Relaxed);
            self.look().await;
        }
    }

    async fn take(&self, jobs: Vec<Job>) {
        let now = self.engine.now();
        let (plain, others): (Vec<Job>, Vec<Job>) =
            jobs.into_iter().partition(|job| is_plain(&job.told, now));
        let mut slow = others;
        if !plain.is_empty() {
            let many = plain.len() >= GATHERED;
            let told: Vec<&Told> = plain.iter().map(|job| &job.told).collect();
            match insert(&self.engine, &told, now).await {
                Ok((done, minded)) => {
                    for (job, done) in plain.into_iter().zip(done) {
                        match done {
                            // Whoever asked may have gone.
                            Some(taken) => drop(job.reply.send(Ok(taken))),
                            None => slow.push(job),
                        }
                    }
                    if minded {
                        self.wake(many);
                    }
                }
                Err(error) if error.retry() => {
                    let error = Arc::new(error);
                    plain.into_iter().for_each(|job| drop(job.reply.send(Err(Arc::clone(&error)))));
                }
                // One of them breaks it: each by itself.
                Err(_) => slow.extend(plain),
            }
        }
        for mut job in slow {
            let rejected = std::mem::take(&mut job.told.rejected);
            let done = match job.told.items() {
                0 => Ok(Taken::default()),
                _ => one(&self.engine, job.told, now).await.map_err(Arc::new),
            };
            self.engine.wake(Queue::Turn);
            keep(&self.engine, &rejected, now).await;
            let _ = job.reply.send(done);
        }
    }

    /// Wakes those who decide. Where many tell at once, a turn for each group would take the database from those who
    /// wait for their answers: facts of several groups are one batch.
    fn wake(&self, many: bool) {
        if !many {
            return self.engine.wake(Queue::Turn);
        }
        if self.calls.swap(true, Ordering::AcqRel) {
            return;
        }
        let (engine, calls) = (Arc::clone(&self.engine), Arc::clone(&self.calls));
        tokio::spawn(async move {
            tokio::time::sleep(GATHERING).await;
            calls.store(false, Ordering::Release);
            engine.wake(Queue::Turn);
        });
    }

    /// How much is due; now and then what need not be remembered is forgotten.
    async fn look(&mut self) {
        let now = self.engine.now();
        if now.duration_since(self.looked) < LOOK {
            return;
        }
        self.looked = now;
        let due = async {
            let mut conn = self.engine.store().read().await?;
            store::gauge::facts(&mut conn, now).await
        };
        if let Ok(due) = due.await {
            self.due.store(usize::try_from(due).unwrap_or(usize::MAX), Ordering::Relaxed);
        }
        if now.duration_since(self.forgot) > SignedDuration::from_hours(1) {
            self.forgot = now;
            if let Err(error) = forget(&self.engine, now).await {
                tracing::warn!(%error, "forget the ids of old words");
            }
        }
    }
}

async fn forget(engine: &Engine, now: Timestamp) -> Result<(), EngineError> {
    let mut transaction = engine.store().begin_beside().await?;
    told::forget(&mut transaction, now - REMEMBERED).await?;
    store::rejected::forget(&mut transaction, now - store::rejected::KEPT).await?;
    store::commit(transaction).await?;
    Ok(())
}

/// Facts alone, of the last day.
fn is_plain(told: &Told, now: Timestamp) -> bool {
    told.words.is_empty() && told.facts.iter().all(|(_, row)| now.duration_since(row.at) < FRESH)
}

/// Inserts the facts of those requests whose customers are all known, with what of them is not taken; `None`: somebody
/// is not known, and nothing of it is stored. And whether anybody minds one of the facts.
async fn insert(
    engine: &Engine,
    told: &[&Told],
    now: Timestamp,
) -> Result<(Vec<Option<Taken>>, bool), EngineError> {
    let published = engine.published();
    let mut transaction = engine.store().begin_facts().await?;
    let conn: &mut Connection = &mut transaction;
    // What was published in between may mind.
    let behind = engine.is_behind(conn).await?;
    let mut all: Vec<(usize, Event)> = Vec::new();
    for (place, told) in told.iter().enumerate() {
        all.extend(told.facts.iter().map(|(_, row)| (place, fact(row, &told.source, now))));
    }
    // In the order of their rows: facts of one customer lie together, and each page is looked up once.
    let order = |(_, one): &(usize, Event), (_, other): &(usize, Event)| {
        let slot = |fact: &Event| fact.customer.slot();
        (slot(one), &one.customer, &one.id).cmp(&(slot(other), &other.customer, &other.id))
    };
    all.sort_by(order);
    let looked = event::look_up(conn, &all.iter().map(|(_, fact)| fact).collect::<Vec<_>>()).await?;
    let strange = looked.iter().filter(|looked| looked.is_strange).filter_map(|looked| all.get(looked.place));
    // Who was not there before the first of their facts: a few, as a rule.
    let young: BTreeSet<CustomerId> = strange.map(|(_, fact)| fact.customer.clone()).collect();
    let stored = looked.iter().filter(|looked| looked.is_stored).filter_map(|looked| all.get(looked.place));
    let mut stored: BTreeSet<EventKey> = stored.map(|(_, fact)| EventKey::of(fact)).collect();
    let known = customer::known(conn, &young.iter().collect()).await?;
    let others: BTreeSet<&str> =
        young.iter().filter(|id| !known.contains(*id)).map(CustomerId::as_str).collect();
    let merged = match others.is_empty() {
        true => BTreeMap::new(),
        false => {
            let others: Vec<&str> = others.iter().copied().collect();
            customer_key::find(conn, KeyKind::ExternalId, &others).await?
        }
    };
    let stands = |id: &CustomerId| !others.contains(id.as_str()) || merged.contains_key(id.as_str());
    let mut done: Vec<Option<Taken>> = told
        .iter()
        .map(|told| told.facts.iter().all(|(_, row)| stands(&row.customer)).then(Taken::default))
        .collect();
    all.retain(|(place, _)| matches!(done.get(*place), Some(Some(_))));
    if !merged.is_empty() {
        let mut moved = Vec::new();
        for (_, fact) in &mut all {
            if let Some(keep) = merged.get(fact.customer.as_str()) {
                fact.customer = keep.clone();
                moved.push(fact.clone());
            }
        }
        stored.extend(event::known_keys(conn, &moved.iter().collect::<Vec<_>>()).await?);
        all.sort_by(order);
    }
    let mut seen: HashSet<(&CustomerId, &str, &EventId)> = HashSet::with_capacity(all.len());
    let (mut facts, mut minded): (Vec<(&Event, EventState)>, bool) = (Vec::with_capacity(all.len()), false);
    for (place, fact) in &all {
        let is_stored = !stored.is_empty() && stored.contains(&EventKey::of(fact));
        if is_stored || !seen.insert((&fact.customer, &fact.source, &fact.id)) {
            if let Some(Some(taken)) = done.get_mut(*place) {
                taken.repeated += 1;
            }
        } else if !behind
            && published.idle.contains(&fact.name)
            && fact.entity.is_none()
            && !young.contains(&fact.customer)
        {
            facts.push((fact, EventState::Done));
        } else {
            facts.push((fact, EventState::New));
            minded = true;
        }
    }
    event::insert_each(conn, &facts).await?;
    let lost: Vec<Rejected> = told
        .iter()
        .zip(&done)
        .filter(|(_, done)| done.is_some())
        .flat_map(|(told, _)| told.rejected.iter().cloned())
        .collect();
    store::rejected::keep(conn, &lost, now).await?;
    if minded {
        tell_others(conn.raw(), Queue::Turn).await?;
    }
    store::commit(transaction).await?;
    Ok((done, minded))
}

/// Keeps what is not taken.
async fn keep(engine: &Engine, rejected: &[Rejected], now: Timestamp) {
    if rejected.is_empty() {
        return;
    }
    let kept = async {
        let mut transaction = engine.store().begin_beside().await?;
        store::rejected::keep(&mut transaction, rejected, now).await?;
        store::commit(transaction).await
    };
    if let Err(error) = kept.await {
        tracing::warn!(%error, "keep events that were not taken");
    }
}

fn fact(row: &EventRow, source: &str, now: Timestamp) -> Event {
    Event {
        id: EventId::new(row.id.as_deref().unwrap_or_default()),
        source: source.to_owned(),
        name: row.name.clone(),
        customer: row.customer.clone(),
        entity: row.entity.clone(),
        at: row.at,
        received_at: now,
        properties: row.properties.clone(),
        chain: 0,
    }
}

/// Takes a request that makes or changes customers.
async fn one(engine: &Engine, told: Told, now: Timestamp) -> Result<Taken, EngineError> {
    let store = engine.store();
    let messages: Vec<&str> = told.words.iter().map(|word| word.message.as_str()).collect();
    let before = {
        let mut conn = store.read().await?;
        told::known(&mut conn, &told.source, &messages).await?
    };
    let mut direct = Direct { events: told.facts, ..Direct::default() };
    let mut joins: Vec<(CustomerId, CustomerId)> = Vec::new();
    let (mut taken, mut messages) = (Taken::default(), Vec::new());
    for word in told.words {
        if before.contains(&word.message) || messages.contains(&word.message) {
            taken.repeated += 1;
            continue;
        }
        messages.push(word.message);
        joins.extend(word.joins.map(|other| (word.row.id.clone(), other)));
        direct.entities.extend(word.entity.map(|entity| (word.row.line, entity)));
        direct.customers.push(word.row);
    }
    if !direct.is_empty() {
        let done = import::direct(store, engine.published(), direct, &told.source, now).await?;
        taken.repeated += done.repeated;
        taken.bad = done.bad;
    }
    for (keep, other) in joins {
        join(engine, &keep, &other, &told.source, now).await?;
    }
    if !messages.is_empty() {
        let mut transaction = store.begin_beside().await?;
        told::remember(&mut transaction, &told.source, &messages, now).await?;
        store::commit(transaction).await?;
    }
    Ok(taken)
}

/// Somebody without a name turns out to be a customer.
async fn join(
    engine: &Engine,
    keep: &CustomerId,
    other: &CustomerId,
    who: &str,
    now: Timestamp,
) -> Result<(), EngineError> {
    let here = {
        let mut conn = engine.store().read().await?;
        customer::known(&mut conn, &BTreeSet::from([keep, other])).await?
    };
    // Who was joined before, perhaps to somebody else at the same screen, is not joined again.
    if !here.contains(keep) || !here.contains(other) {
        return Ok(());
    }
    match merge(engine.store(), engine.published(), keep, other, who, now).await? {
        Merged::Done { .. } => {}
        Merged::Nobody(_) | Merged::OnItsWay => {
            tracing::warn!(%keep, %other, "two customers are one, and could not be joined now");
        }
    }
    Ok(())
}

/// Why something was not taken, in a language.
pub fn rejected_why(rejected: &Rejected, language: Language) -> String {
    let why: Json = serde_json::from_str(&rejected.why).unwrap_or_default();
    let key = why.get("key").and_then(Json::as_str).unwrap_or_default();
    let args = why.get("args").and_then(Json::as_object);
    let args: Vec<(&str, &str)> = args
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect();
    let text = say(language, key, &args);
    match why.get("suggestion").and_then(Json::as_str) {
        None => text,
        Some(meant) => {
            let question = say(language, "did-you-mean", &[("suggestion", meant)]);
            say(language, "import-with-suggestion", &[("what", &text), ("question", &question)])
        }
    }
}

/// What was not taken, for programs.
pub fn rejected_json(at: Timestamp, rejected: &Rejected, language: Language) -> Json {
    let why: Json = serde_json::from_str(&rejected.why).unwrap_or_default();
    // What was cut because it was too long is a text.
    let body = serde_json::from_str(&rejected.body).unwrap_or_else(|_| Json::from(rejected.body.as_str()));
    json!({
        "id": rejected.id,
        "at": at.to_string(),
        "source": rejected.source,
        "type": rejected.kind,
        "message_id": rejected.message,
        "customer": rejected.customer,
        "code": why.get("key"),
        "pointer": rejected.pointer,
        "why": rejected_why(rejected, language),
        "body": body,
    })
}
