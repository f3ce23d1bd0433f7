//! Batches of turns: what is due comes by one indexed query, up to 500 customers are loaded in a fixed
//! number of statements, the interpreter decides, and one transaction keeps it all with the next nudge.

use crate::breaker;
use crate::commit::commit_between;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{self, Nudge, Queue};
use crate::metrics;
use crate::published::Published;
use crash::Point;
use dsl::trigger::Trigger;
use interpreter::assign::TeamState;
use interpreter::batch::Batch;
use interpreter::keep::rank;
use interpreter::release::Releases;
use interpreter::simulate::{BATCH, next_fire};
use interpreter::world::{Moment, People, Senders};
use jiff::Timestamp;
use model::{Changes, ContestKey, Customer, CustomerId, Event, Input, Snapshot, TeamId, Work, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use store::Connection;
use store::event::{EventKey, EventState};
use store::{assignment, contest, customer, enrollment, event, rep, schedule, sender, snapshot, team, timer};

/// Of the firings that were missed, those before are not looked at: they would come too late by far.
const LOOK_BACK: jiff::SignedDuration = jiff::SignedDuration::from_hours(40 * 24);

/// What a batch did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Things that were due: facts, timers, walks.
    pub due: usize,
    /// Messages that were put into the outbox.
    pub sends: usize,
}

/// What became of a batch.
enum Turned {
    /// It is decided and kept.
    Kept(Done),
    /// It is not: these workflows would be over their limits.
    Over(BTreeMap<WorkflowId, breaker::Why>),
}

/// What is due, by customer.
struct Due {
    inputs: BTreeMap<CustomerId, Vec<Input>>,
    events: Vec<EventKey>,
    /// Events without a customer.
    to_everybody: Vec<Event>,
    count: usize,
}

impl Due {
    /// What of it is due of these customers.
    fn narrow(&mut self, among: &BTreeSet<CustomerId>) {
        self.inputs.retain(|customer, _| among.contains(customer));
        self.events.retain(|event| among.contains(&event.customer));
        self.to_everybody.clear();
        self.count = self.inputs.len();
    }
}

impl Engine {
    /// Decides one batch: facts first, then timers, then walks. Nothing due: `Done::default()`. A customer whose
    /// turn fails for good is found out by halves and left alone; the others of the batch have their turn.
    pub async fn turn(&self, now: Timestamp) -> Result<Done, EngineError> {
        if self.roles.scheduler && self.published().moving && !self.is_held() {
            let moved = self.move_some(now).await?;
            if moved > 0 {
                return Ok(Done { due: moved, sends: 0 });
            }
        }
        let mut done = Done::default();
        let mut parts = vec![None];
        while let Some(among) = parts.pop() {
            match self.turn_among(now, among.as_ref()).await {
                Ok((Turned::Kept(more), _)) => {
                    done.due += more.due;
                    done.sends += more.sends;
                }
                // As many as the limit allows have their turn; the first one beyond pauses the workflow.
                Ok((Turned::Over(_), customers)) if customers.len() > 1 => {
                    let [first, second] = breaker::halves(&customers);
                    parts.extend([Some(second), Some(first)]);
                }
                Ok((Turned::Over(over), customers)) => {
                    self.pause_them(&over, now).await?;
                    done.due += customers.len();
                }
                Err((error, customers)) if error.is_of_somebody() => match customers.as_slice() {
                    [] => return Err(error),
                    [customer] => {
                        self.set_aside(customer, &error, now).await?;
                        done.due += 1;
                    }
                    several => parts.extend(breaker::halves(several).map(Some)),
                },
                Err((EngineError::Twice { workflow }, _)) => {
                    let over = BTreeMap::from([(WorkflowId::from(workflow), breaker::Why::Twice)]);
                    self.pause_them(&over, now).await?;
                    done.due += 1;
                }
                Err((error, _)) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Decides one batch, or what of it is due of these customers; and whose turns it were. Errors: the same.
    async fn turn_among(
        &self,
        now: Timestamp,
        among: Option<&BTreeSet<CustomerId>>,
    ) -> Result<(Turned, Vec<CustomerId>), (EngineError, Vec<CustomerId>)> {
        let mut asked = Vec::new();
        match self.turn_of(now, among, &mut asked).await {
            Ok(turned) => Ok((turned, asked)),
            Err(error) => Err((error, asked)),
        }
    }

    async fn turn_of(
        &self,
        now: Timestamp,
        among: Option<&BTreeSet<CustomerId>>,
        asked: &mut Vec<CustomerId>,
    ) -> Result<Turned, EngineError> {
        if among.is_none()
            && let Some(turned) = self.turn_ahead(now, asked).await?
        {
            return Ok(turned);
        }
        asked.clear();
        let mut transaction = self.store.begin_turn(&self.worker).await?;
        // What another verb has published or held counts from its commit on.
        if self.is_behind(&mut transaction).await? {
            drop(transaction);
            self.refresh().await?;
            transaction = self.store.begin_turn(&self.worker).await?;
        }
        if self.is_held() {
            return Ok(Turned::Kept(Done::default()));
        }
        let published = self.published();
        // At one instant a fact beats a clock: who is invited, or ranked, is asked once all facts are taken in.
        let facts = event::next_at(&mut transaction).await?.is_some_and(|next| next <= now);
        if self.roles.scheduler && !facts {
            if transaction.is_postgres() && !schedule::due(&mut transaction, now).await?.is_empty() {
                // What is set for customers of all processes waits until their turns are over.
                store::commit(transaction).await?;
                transaction = self.store.begin().await?;
            }
            self.fire_schedules(&mut transaction, &published, now).await?;
        }
        let mut due = due(&mut transaction, &published, now).await?;
        if let Some(among) = among {
            due.narrow(among);
        }
        for event in &due.to_everybody {
            crate::audience::tell_everybody(&mut transaction, &published, event, now).await?;
        }
        if due.count == 0 {
            store::commit(transaction).await?;
            return Ok(Turned::Kept(Done::default()));
        }
        asked.extend(due.inputs.keys().cloned());
        let decided = decide(&mut transaction, &published, due.inputs, now).await?;
        self.commit_turn(transaction, &decided, &due.events, due.count, now).await
    }

    /// Decides a batch on a steady view of the database, while mails go out, and keeps it where nobody wrote what turns
    /// rest on. `None`: somebody did, or something else is to be done first; it has to be decided with the database
    /// held.
    async fn turn_ahead(
        &self,
        now: Timestamp,
        asked: &mut Vec<CustomerId>,
    ) -> Result<Option<Turned>, EngineError> {
        // On PostgreSQL a turn is in nobody's way. A virtual clock does one thing after the other.
        if !self.nudges || self.store.is_postgres() {
            return Ok(None);
        }
        let published = self.published();
        let mut view = self.store.view().await?;
        let glance = store::meta::glance(&mut view, crate::published::MARK, now).await?;
        let behind = glance.value.unwrap_or_default() != published.mark;
        if behind || self.is_held() || (self.roles.scheduler && glance.round) {
            return Ok(None);
        }
        let due = due(&mut view, &published, now).await?;
        if due.count == 0 {
            return Ok(Some(Turned::Kept(Done::default())));
        }
        if !due.to_everybody.is_empty() {
            return Ok(None);
        }
        asked.extend(due.inputs.keys().cloned());
        let decided = weigh(&mut view, &published, due.inputs, now).await?;
        drop(view);
        let mut transaction = self.store.begin_turn(&self.worker).await?;
        if store::meta::writes(&mut transaction).await? != glance.writes {
            return Ok(None);
        }
        let decided = keep(&mut transaction, &published, decided, now).await?;
        self.commit_turn(transaction, &decided, &due.events, due.count, now).await.map(Some)
    }

    /// Commits what was decided and saved, unless a workflow has had enough for now.
    async fn commit_turn(
        &self,
        mut transaction: store::Transaction,
        decided: &[(Snapshot, Changes)],
        events: &[EventKey],
        due: usize,
        now: Timestamp,
    ) -> Result<Turned, EngineError> {
        let over = self.over_the_limit(&mut transaction, &breaker::messages(decided), now).await?;
        if !over.is_empty() {
            // Nothing of it was decided.
            return Ok(Turned::Over(over));
        }
        let done = done_of(decided);
        event::mark_done(&mut transaction, events).await?;
        if done.sends > 0 && self.nudges && self.nudged.may(Queue::Deliver, now) {
            jobs::push(transaction.raw(), &Nudge::new(Queue::Deliver, "sends")).await?;
        }
        let ahead = match self.claims_ahead(done.sends) {
            true => self.claim_ahead(&mut transaction, now).await?,
            false => Vec::new(),
        };
        commit_between(transaction, Point::TurnDecided, Point::TurnKept).await?;
        self.ahead().add(ahead, decided, now);
        metrics::of_turns(decided);
        Ok(Turned::Kept(Done { due, ..done }))
    }

    pub(crate) async fn decide(
        &self,
        conn: &mut Connection,
        published: &Published,
        inputs: BTreeMap<CustomerId, Vec<Input>>,
        now: Timestamp,
    ) -> Result<Done, EngineError> {
        Ok(done_of(&decide(conn, published, inputs, now).await?))
    }

    /// A schedule that came round sets a timer for each customer of its audience.
    async fn fire_schedules(
        &self,
        conn: &mut Connection,
        published: &Published,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        for (id, at) in schedule::due(conn, now).await? {
            if let Some(attribute) = rank::attribute_of(&id) {
                self.take_rank(conn, published, &id, attribute, at, now).await?;
                continue;
            }
            let Some(workflow) = published.workflows.live(&id).cloned() else {
                schedule::remove(conn, &id).await?;
                continue;
            };
            let Trigger::Schedule(rule) = &workflow.trigger else {
                schedule::remove(conn, &id).await?;
                continue;
            };
            // After a downtime the latest of those that were missed fires, as late as it is; the others do not.
            let (mut latest, mut missed, mut after) = (at, 0, at.max(now - LOOK_BACK));
            let next = loop {
                match next_fire(&published.world(), rule, after) {
                    Some(next) if next <= now => (latest, after, missed) = (next, next, missed + 1),
                    next => break next,
                }
            };
            // In a pause, too: each of the audience then hears that they missed it.
            if schedule::fire(conn, &id, at, next).await? {
                metrics::count("misfires", &[("reason", "schedule")], missed);
                crate::audience::set_timers(conn, published, &workflow, latest).await?;
            }
        }
        Ok(())
    }
}

impl Engine {
    /// A rank whose hour has come; of several that were missed one is enough.
    async fn take_rank(
        &self,
        conn: &mut Connection,
        published: &Published,
        row: &WorkflowId,
        attribute: &str,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let declared = rank::all(&published.project.library).find(|(name, _)| *name == attribute);
        let Some((_, found)) = declared else {
            schedule::remove(conn, row).await?;
            return Ok(());
        };
        let after = at.max(now - jiff::SignedDuration::from_secs(60));
        let next = rank::next_at(&published.world(), found, after);
        if schedule::fire(conn, row, at, next).await? {
            crate::rank::take(conn, published, attribute, Moment::of(at, now).at, false).await?;
        }
        Ok(())
    }
}

fn done_of(decided: &[(Snapshot, Changes)]) -> Done {
    Done { due: 0, sends: decided.iter().map(|(_, changes)| changes.sends.len()).sum() }
}

/// What was decided of a batch, and is not kept yet.
struct Decided {
    turns: Vec<(Snapshot, Changes)>,
    /// What all customers have in common, as the batch leaves it …
    people: People,
    /// … and as it found it.
    contests: BTreeSet<ContestKey>,
    releases: Releases,
    senders: Senders,
    teams: BTreeMap<TeamId, TeamState>,
}

/// Loads the customers, lets the interpreter decide, and saves what changed; in the caller's transaction.
pub(crate) async fn decide(
    conn: &mut Connection,
    published: &Published,
    inputs: BTreeMap<CustomerId, Vec<Input>>,
    now: Timestamp,
) -> Result<Vec<(Snapshot, Changes)>, EngineError> {
    let decided = weigh(conn, published, inputs, now).await?;
    keep(conn, published, decided, now).await
}

/// Loads the customers with what is due of each, and lets the interpreter decide. Writes nothing.
async fn weigh(
    conn: &mut Connection,
    published: &Published,
    inputs: BTreeMap<CustomerId, Vec<Input>>,
    now: Timestamp,
) -> Result<Decided, EngineError> {
    let ids: Vec<CustomerId> = inputs.keys().cloned().collect();
    let model = &published.project.library.model;
    let mut loaded: BTreeMap<CustomerId, Snapshot> = snapshot::load(conn, &ids, model, &published.reads, now)
        .await?
        .into_iter()
        .map(|snapshot| (snapshot.customer.id.clone(), snapshot))
        .collect();
    let work = inputs
        .into_iter()
        .map(|(id, inputs)| {
            let snapshot = loaded.remove(&id).unwrap_or_else(|| Snapshot::new(Customer::new(id)));
            Work::new(snapshot, inputs)
        })
        .collect();
    let mut people = people(conn, published).await?;
    let contests = interpreter::contest::decisions(&people);
    let (releases, senders) = (people.releases.clone(), people.senders.clone());
    let batch = contained(|| Batch::begin(published.world(), &mut people, work, now))?;
    if batch.asks() {
        load_of_reps(conn, published, &batch, &mut people).await?;
    }
    let teams = people.teams.clone();
    let turns = contained(|| batch.finish(&mut people))?;
    Ok(Decided { turns, people, contests, releases, senders, teams })
}

/// Saves what was decided, of each customer and of what they have in common.
async fn keep(
    conn: &mut Connection,
    published: &Published,
    decided: Decided,
    now: Timestamp,
) -> Result<Vec<(Snapshot, Changes)>, EngineError> {
    let Decided { turns, people, contests, releases, senders, teams } = decided;
    let saved = snapshot::save(conn, &turns, now).await?;
    let sends: Vec<&model::Outgoing> = turns.iter().flat_map(|(_, changes)| &changes.sends).collect();
    if saved.sends < u64::try_from(sends.len()).unwrap_or(0) {
        // One was there already, which no walk may want again. The ledger has the first one.
        let workflow = sends.first().map(|send| send.workflow.to_string()).unwrap_or_default();
        return Err(EngineError::Twice { workflow });
    }
    let told: Vec<&Event> = turns.iter().flat_map(|(_, changes)| &changes.told).collect();
    tell(conn, &told).await?;
    let ballots: Vec<_> = turns.iter().flat_map(|(_, changes)| &changes.ballots).collect();
    contest::count(conn, &ballots).await?;
    for key in interpreter::contest::decisions(&people).difference(&contests) {
        let winner = people.contests.get(key).and_then(|contest| contest.decided.as_ref());
        let workflow = published.workflows.live(&key.0);
        if let Some((winner, at)) = winner {
            let step = workflow.and_then(|workflow| interpreter::contest::step_to_wake(workflow, &key.1));
            contest::decide(conn, key, (winner, *at), step, now).await?;
        }
    }
    sender::write(conn, &more_sent(&senders, &people.senders)).await?;
    crate::audience::keep_portions(conn, &releases, &people.releases).await?;
    let moved = people.teams.into_iter().filter(|(id, state)| teams.get(id) != Some(state)).collect();
    team::write(conn, &moved).await?;
    Ok(turns)
}

/// What the interpreter decides; should it break down, that is an error like others, and nothing is kept.
pub(crate) fn contained<T>(decide: impl FnOnce() -> T) -> Result<T, EngineError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decide)).map_err(|panic| {
        let fixed = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = fixed.or_else(|| panic.downcast_ref::<String>().cloned());
        EngineError::Panic(words.unwrap_or_else(|| "no words".to_owned()))
    })
}

/// What is recorded of other customers waits for turns of theirs; of somebody whom nobody knows it is dropped.
async fn tell(conn: &mut Connection, told: &[&Event]) -> Result<(), EngineError> {
    let known = customer::known(conn, &told.iter().map(|event| &event.customer).collect()).await?;
    let met: Vec<&Event> = told.iter().copied().filter(|event| known.contains(&event.customer)).collect();
    if met.len() < told.len() {
        tracing::warn!("an event was recorded of a customer whom nobody knows; it is dropped");
    }
    event::insert(conn, &met, EventState::New).await?;
    Ok(())
}

/// What every batch reads of the people: the reps, and the contests under way.
pub(crate) async fn people(conn: &mut Connection, published: &Published) -> Result<People, EngineError> {
    let compete =
        published.workflows.versions.values().any(|workflow| interpreter::contest::any_in(workflow));
    let by_portions = published.workflows.versions.values().any(|workflow| workflow.release.is_some());
    let limited = published.project.library.senders.iter().any(dsl::library::Sender::is_counted);
    if compete || by_portions || limited {
        team::alone(conn).await?;
    }
    let contests = if compete { contest::all(conn).await? } else { BTreeMap::new() };
    let releases = if by_portions { crate::audience::portions(conn).await? } else { BTreeMap::new() };
    let senders = if limited { sender::latest(conn).await? } else { BTreeMap::new() };
    Ok(People { reps: rep::all(conn).await?, contests, releases, senders, ..People::default() })
}

/// What a batch has sent, by sender and day.
fn more_sent<'s>(before: &Senders, after: &'s Senders) -> Vec<(&'s str, jiff::civil::Date, u32)> {
    let more = after.iter().map(|(id, (day, sent))| {
        let known = before.get(id).filter(|(known, _)| known == day).map_or(0, |(_, known)| *known);
        (id.as_str(), *day, sent.saturating_sub(known))
    });
    more.filter(|(_, _, more)| *more > 0).collect()
}

/// What an assignment reads: the teams' rotations, what their reps have open, whose companies are known.
async fn load_of_reps(
    conn: &mut Connection,
    published: &Published,
    batch: &Batch<'_>,
    people: &mut People,
) -> Result<(), EngineError> {
    let library = &published.project.library;
    team::alone(conn).await?;
    people.teams = team::all(conn).await?;
    let members = library.teams.values().flat_map(|team| &team.members).map(|member| member.rep.clone());
    people.open = assignment::open(conn, &library.model, &members.collect()).await?;
    let companies = batch.companies();
    if !companies.is_empty() {
        people.companies = assignment::companies(conn, &companies).await?;
    }
    Ok(())
}

/// Up to 500 things that are due: facts first, then timers, then walks; of one instant those whose rows lie
/// together. The simulation takes its batches in the same order.
async fn due(conn: &mut Connection, published: &Published, now: Timestamp) -> Result<Due, EngineError> {
    let limit = BATCH as u32;
    let mut inputs: BTreeMap<CustomerId, Vec<Input>> = BTreeMap::new();
    let facts = event::due_by_slot(conn, &published.project.library.model, now, limit).await?;
    if !facts.is_empty() {
        let count = facts.len();
        let mut events = Vec::with_capacity(count);
        let mut to_everybody = Vec::new();
        for fact in facts {
            events.push(EventKey::of(&fact.event));
            if fact.event.is_to_everybody() {
                to_everybody.push(fact.event);
                continue;
            }
            let customer = fact.event.customer.clone();
            let input = match fact.state {
                EventState::Applied => Input::Applied(fact.event),
                EventState::New | EventState::Done | EventState::Held => Input::Event(fact.event),
            };
            inputs.entry(customer).or_default().push(input);
        }
        return Ok(Due { inputs, events, to_everybody, count });
    }
    let timers = timer::due_by_slot(conn, now, limit).await?;
    let walks = if timers.is_empty() { enrollment::due_by_slot(conn, now, limit).await? } else { Vec::new() };
    let count = timers.len() + walks.len();
    let customers =
        timers.into_iter().map(|timer| timer.customer).chain(walks.into_iter().map(|walk| walk.customer));
    for customer in customers {
        inputs.entry(customer).or_insert_with(|| vec![Input::Due]);
    }
    Ok(Due { inputs, events: Vec::new(), to_everybody: Vec::new(), count })
}
