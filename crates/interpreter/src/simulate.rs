//! Time travel: a fold over facts, timers, schedules and walks in the order of time, in memory. It sends
//! nothing and writes nothing. The live engine takes its batches in the same order, so that a simulated
//! line is the live line.

use crate::batch;
use crate::calendar::schedule;
use crate::condition;
use crate::contest;
use crate::exchange::Exchange;
use crate::facts::Facts;
use crate::keep::rank;
use crate::permit;
use crate::release;
use crate::turn::zone_of;
use crate::world::{People, World};
use dsl::trigger::{ScheduleTrigger, ScheduleZone, Trigger};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::names;
use model::{
    Changes, CustomerId, Enrollment, EnrollmentId, Entity, EntityId, Event, EventId, Input, Outgoing, RepId,
    SendId, Snapshot, TimerKey, Value, WalkState, Work, WorkCalendar, WorkflowId,
};
use std::collections::{BTreeMap, BTreeSet};

mod invite;
mod merge;

/// Customers in one batch, at most; the same number in the live engine.
pub const BATCH: usize = 500;
/// Batches at one instant, at most: a guard against a fault of ours.
const MOST_BATCHES_AT_ONE_INSTANT: usize = 1_000_000;

/// A customer, by the slot of their rows: of what is due at one instant the live engine takes what lies
/// together first.
type Seat = (u16, CustomerId);

/// A fact that is still to come, by (occurred at, customer, received at, id).
type Coming = BTreeMap<(Timestamp, Seat, Timestamp, EventId), Event>;

/// A world in memory on its own clock.
pub struct Simulation<'a> {
    world: World<'a>,
    people: People,
    customers: BTreeMap<CustomerId, Snapshot>,
    coming: Coming,
    /// Walks that a test starts.
    starts: BTreeMap<(Timestamp, CustomerId, WorkflowId, String), BTreeMap<String, Value>>,
    /// What reps of a test claim from the public pool.
    claims: BTreeSet<(Timestamp, CustomerId, RepId)>,
    /// Customers of a test who turn out to be one: who stays, who goes.
    merges: BTreeSet<(Timestamp, CustomerId, CustomerId)>,
    /// Whose id leads to whom since then.
    led: BTreeMap<CustomerId, CustomerId>,
    timers: BTreeSet<(Timestamp, Seat, TimerKey)>,
    wakes: BTreeSet<(Timestamp, u16, EnrollmentId, CustomerId)>,
    schedules: BTreeMap<WorkflowId, Timestamp>,
    /// When each rank is taken next, by attribute.
    ranks: BTreeMap<String, Timestamp>,
    /// What became of the sends of this instant: it comes once nothing else is due, as a channel's answer does.
    answers: Vec<(SendId, Event)>,
    /// What webhooks are answered.
    exchange: Exchange,
    /// Shared entities that something changed, as they are now.
    shared: BTreeMap<(String, EntityId), Entity>,
    /// How far back messages count for caps, in milliseconds.
    counts_back: i64,
    /// When it began: what was due before is late.
    since: Timestamp,
    now: Timestamp,
    /// Batches done of this instant, while it is not over; `None`: the next instant is looked for.
    within: Option<usize>,
}

/// What the caller sees of each batch.
pub trait Watcher {
    /// The decisions about one customer at an instant, with the customer as they are afterwards.
    fn decided(
        &mut self,
        world: &World<'_>,
        people: &People,
        snapshot: &Snapshot,
        changes: &Changes,
        now: Timestamp,
    );
}

impl<'a> Simulation<'a> {
    /// A world that stands at `now`. Customers come with their timers and walks; facts at or after `now`
    /// come in `coming`.
    pub fn new(
        world: World<'a>,
        people: People,
        customers: impl IntoIterator<Item = Snapshot>,
        coming: impl IntoIterator<Item = Event>,
        now: Timestamp,
    ) -> Self {
        let coming = coming.into_iter().map(|event| (place_of(&event), event)).collect();
        let mut simulation = Self {
            world,
            people,
            customers: BTreeMap::new(),
            coming,
            starts: BTreeMap::new(),
            claims: BTreeSet::new(),
            merges: BTreeSet::new(),
            led: BTreeMap::new(),
            timers: BTreeSet::new(),
            wakes: BTreeSet::new(),
            schedules: BTreeMap::new(),
            ranks: BTreeMap::new(),
            answers: Vec::new(),
            exchange: Exchange::default(),
            shared: BTreeMap::new(),
            counts_back: permit::counts_back(world.library, world.workflows).unwrap_or(0),
            since: now,
            now,
            within: None,
        };
        for snapshot in customers {
            simulation.keep(snapshot);
        }
        // One customer of a test has nobody to be ranked among: what is given stands.
        if world.trial.is_none() || simulation.customers.len() > 1 {
            for (attribute, rank) in rank::all(world.library) {
                let next = rank::next_at(&world, rank, before(now));
                simulation.ranks.extend(next.map(|next| (attribute.to_owned(), next)));
            }
        }
        for workflow in world.workflows.in_order() {
            if let Trigger::Schedule(rule) = &workflow.trigger
                && let Some(next) = next_fire(&world, rule, before(now))
            {
                simulation.schedules.insert(workflow.id.clone(), next);
            }
        }
        simulation
    }

    /// Plans the timers of all customers, as a publish at this instant does.
    pub fn plan(&mut self, launch: &[WorkflowId], watcher: &mut dyn Watcher) {
        self.take_ranks_first();
        for part in self.parts() {
            self.plan_part(&part, launch, watcher);
        }
    }

    /// All customers, a batch each: for whoever plans them one part after the other.
    pub fn parts(&self) -> Vec<Vec<CustomerId>> {
        let all: Vec<CustomerId> = self.customers.keys().cloned().collect();
        all.chunks(BATCH).map(<[CustomerId]>::to_vec).collect()
    }

    /// Takes every rank, before anybody is planned.
    pub fn take_ranks_first(&mut self) {
        let ranks: Vec<String> = self.ranks.keys().cloned().collect();
        for attribute in ranks {
            self.take_rank(&attribute, self.now, true);
        }
    }

    /// Plans the timers of some customers.
    pub fn plan_part(&mut self, part: &[CustomerId], launch: &[WorkflowId], watcher: &mut dyn Watcher) {
        let inputs =
            || vec![Input::Keep { launch: launch.to_vec() }, Input::Plan { launch: launch.to_vec() }];
        let work = part.iter().map(|id| (id.clone(), inputs())).collect();
        self.decide(work, watcher);
    }

    /// A person starts a manual workflow for a customer.
    pub fn start(
        &mut self,
        customer: CustomerId,
        workflow: WorkflowId,
        at: Timestamp,
        by: &str,
        inputs: BTreeMap<String, Value>,
    ) {
        self.starts.insert((at, customer, workflow, by.to_owned()), inputs);
    }

    /// A rep claims a customer from the public pool.
    pub fn claim(&mut self, customer: CustomerId, rep: RepId, at: Timestamp) {
        self.claims.insert((at, customer, rep));
    }

    /// A customer of a test turns out to be another, who stays.
    pub fn merge(&mut self, keep: CustomerId, other: CustomerId, at: Timestamp) {
        self.merges.insert((at, keep, other));
    }

    /// What webhooks are answered, by step: status and body of one try after the other.
    pub fn reply(&mut self, replies: BTreeMap<String, Vec<(u16, String)>>) {
        self.exchange = Exchange::of(replies);
    }

    /// The customer as they are now.
    pub fn customer(&self, id: &CustomerId) -> Option<&Snapshot> {
        self.customers.get(id)
    }

    /// Whether somebody still walks, or stands in line to be let in.
    pub fn anybody_walks(&self) -> bool {
        !self.wakes.is_empty() || self.timers.iter().any(|(_, _, key)| release::lets_in(key))
    }

    /// The next instant at which something is due; `None`: nothing ever is.
    pub fn next(&self) -> Option<Timestamp> {
        [
            self.coming.keys().next().map(|key| key.0),
            self.starts.keys().next().map(|key| key.0),
            self.claims.iter().next().map(|key| key.0),
            self.merges.iter().next().map(|key| key.0),
            self.timers.iter().next().map(|key| key.0),
            self.wakes.iter().next().map(|key| key.0),
            self.schedules.values().min().copied(),
            self.ranks.values().min().copied(),
        ]
        .into_iter()
        .flatten()
        .min()
        .map(|next| next.max(self.now))
    }

    /// Lives up to `until`, exclusive.
    pub fn run(&mut self, until: Timestamp, watcher: &mut dyn Watcher) {
        while self.go_on(until, watcher) {}
    }

    /// Does the next batch of what is due before `until`. `false`: nothing is. Between two batches the caller may
    /// turn to something else, or end it.
    pub fn go_on(&mut self, until: Timestamp, watcher: &mut dyn Watcher) -> bool {
        if self.within.is_none() {
            match self.next() {
                Some(next) if next < until => (self.now, self.within) = (next, Some(0)),
                Some(_) | None => return false,
            }
        }
        self.batch(watcher);
        true
    }

    /// Does everything that is due at one instant.
    pub fn step(&mut self, now: Timestamp, watcher: &mut dyn Watcher) {
        (self.now, self.within) = (now, Some(0));
        while self.within.is_some() {
            self.batch(watcher);
        }
    }

    /// One batch of this instant.
    fn batch(&mut self, watcher: &mut dyn Watcher) {
        let done = self.within.unwrap_or(0) + 1;
        self.within = Some(done).filter(|done| *done < MOST_BATCHES_AT_ONE_INSTANT);
        let work = self.next_batch();
        if !work.is_empty() {
            self.decide(work, watcher);
        } else if !self.answers.is_empty() {
            self.expect_answers();
        } else if !self.merge_next(watcher) {
            self.within = None;
        }
    }

    /// Up to 500 things that are due: facts first, then starts and schedules, then timers, then walks.
    fn next_batch(&mut self) -> BTreeMap<CustomerId, Vec<Input>> {
        let now = self.now;
        let mut work: BTreeMap<CustomerId, Vec<Input>> = BTreeMap::new();
        while work.values().map(Vec::len).sum::<usize>() < BATCH
            && self.coming.keys().next().is_some_and(|key| key.0 <= now)
            && let Some((_, event)) = self.coming.pop_first()
        {
            if event.is_to_everybody() {
                self.tell_everybody(&event);
            } else if let Some(event) = self.led(event) {
                work.entry(event.customer.clone()).or_default().push(Input::Event(event));
            }
        }
        if !work.is_empty() {
            return work;
        }
        self.take_ranks();
        self.fire_schedules();
        while work.len() < BATCH
            && self.starts.keys().next().is_some_and(|key| key.0 <= now)
            && let Some(((at, customer, workflow, by), inputs)) = self.starts.pop_first()
        {
            work.entry(self.who(customer)).or_default().push(Input::Start { workflow, at, by, inputs });
        }
        if !work.is_empty() {
            return work;
        }
        // A lead that goes to the pool at this instant is in it for whoever claims it now.
        if self.timers.iter().next().is_none_or(|key| key.0 > now) {
            while work.len() < BATCH
                && self.claims.iter().next().is_some_and(|key| key.0 <= now)
                && let Some((at, customer, rep)) = self.claims.pop_first()
            {
                let claim = Input::Claim { rep, subject: String::new(), at };
                work.entry(self.who(customer)).or_default().push(claim);
            }
        }
        if !work.is_empty() {
            return work;
        }
        work = self
            .timers
            .iter()
            .take_while(|key| key.0 <= now)
            .take(BATCH)
            .map(|key| (key.1.1.clone(), due()))
            .collect();
        if !work.is_empty() {
            return work;
        }
        self.wakes
            .iter()
            .take_while(|key| key.0 <= now)
            .take(BATCH)
            .map(|key| (key.3.clone(), due()))
            .collect()
    }

    /// Ranks whose hour has come.
    fn take_ranks(&mut self) {
        let due = self.ranks.iter().filter(|(_, at)| **at <= self.now);
        let due: Vec<(String, Timestamp)> = due.map(|(name, at)| (name.clone(), *at)).collect();
        for (attribute, at) in due {
            self.ranks.remove(&attribute);
            let found = rank::all(self.world.library).find(|(name, _)| *name == attribute);
            let next = found.and_then(|(_, rank)| rank::next_at(&self.world, rank, at));
            self.ranks.extend(next.map(|next| (attribute.clone(), next)));
            self.take_rank(&attribute, at, false);
        }
    }

    /// Ranks all customers, and sets a timer for each whose group has moved, as the live engine does.
    fn take_rank(&mut self, attribute: &str, at: Timestamp, first: bool) {
        let Some((_, found)) = rank::all(self.world.library).find(|(name, _)| *name == attribute) else {
            return;
        };
        self.see_all_friends();
        let moved = rank::moved(&self.world, attribute, found, self.customers.values(), at);
        for (customer, group) in moved {
            let Some(snapshot) = self.customers.get_mut(&customer) else { continue };
            // What a test gives stands until the night.
            if first && self.world.trial.is_some() && snapshot.customer.get(attribute).is_some() {
                continue;
            }
            let (key, timer) = rank::timer(attribute, group, at, first);
            snapshot.timers.insert(key.clone(), timer);
            self.timers.insert((at, seat(&customer), key));
        }
    }

    fn decide(&mut self, work: BTreeMap<CustomerId, Vec<Input>>, watcher: &mut dyn Watcher) {
        self.see_friends(work.keys());
        let mut batch = Vec::with_capacity(work.len());
        for (id, inputs) in work {
            let snapshot = self.take(&id).unwrap_or_else(|| Snapshot::new(model::Customer::new(id)));
            batch.push(Work::new(snapshot, inputs));
        }
        let before = contest::decisions(&self.people);
        let mut told = Vec::new();
        for (snapshot, changes) in batch::decide(self.world, &mut self.people, batch, self.now) {
            watcher.decided(&self.world, &self.people, &snapshot, &changes, self.now);
            let answers = changes.sends.iter();
            self.answers.extend(answers.filter_map(|send| Some((send.id.clone(), sent(send, self.now)?))));
            for send in &changes.sends {
                let answer = self.exchange.answer(send, self.now);
                self.answers.extend(answer.map(|answer| (send.id.clone(), answer)));
            }
            self.share(&snapshot, &changes);
            self.keep(snapshot);
            told.extend(changes.told);
        }
        for event in told {
            // What is recorded of somebody whom nobody knows is dropped, as it is live.
            if self.customers.contains_key(&event.customer) {
                self.coming.insert(place_of(&event), event);
            }
        }
        for (workflow, split) in contest::decisions(&self.people).difference(&before) {
            self.wake_at(workflow, split);
        }
    }

    /// Who waits at a split for its winner goes on now that there is one.
    fn wake_at(&mut self, workflow: &WorkflowId, split: &str) {
        let waits = |world: &World<'_>, walk: &Enrollment| {
            let version = world.workflows.versions.get(&walk.version);
            walk.workflow == *workflow
                && version.is_some_and(|version| contest::waits_at(version, split, walk))
        };
        let here: Vec<CustomerId> = self
            .customers
            .iter()
            .filter(|(_, snapshot)| snapshot.enrollments.iter().any(|walk| waits(&self.world, walk)))
            .map(|(id, _)| id.clone())
            .collect();
        for id in here {
            let Some(mut snapshot) = self.take(&id) else { continue };
            for walk in &mut snapshot.enrollments {
                let waiting = waits(&self.world, walk);
                if let WalkState::Waiting { wake_at, .. } = &mut walk.state
                    && waiting
                {
                    *wake_at = self.now.min(*wake_at);
                }
            }
            self.keep(snapshot);
        }
    }

    fn expect_answers(&mut self) {
        for (id, event) in std::mem::take(&mut self.answers) {
            // The walk knows whether it still rests at its webhook.
            if event.name != names::WEBHOOK_ANSWERED {
                let customer = self.customers.get_mut(&event.customer);
                let left = customer.and_then(|customer| customer.sent.iter_mut().find(|sent| sent.id == id));
                // What was taken back at this very instant never left.
                let Some(left) = left else { continue };
                left.open = false;
            }
            self.coming.insert(place_of(&event), event);
        }
    }

    fn take(&mut self, id: &CustomerId) -> Option<Snapshot> {
        let mut snapshot = self.customers.remove(id)?;
        self.see_shared(&mut snapshot);
        for (key, timer) in &snapshot.timers {
            if let Some(at) = self.comes(key, timer.fire_at) {
                self.timers.remove(&(at, seat(id), key.clone()));
            }
        }
        for walk in &snapshot.enrollments {
            if let Some(at) = self.goes_on(walk) {
                self.wakes.remove(&(at, id.slot(), walk.id.clone(), id.clone()));
            }
        }
        Some(snapshot)
    }

    fn keep(&mut self, mut snapshot: Snapshot) {
        let id = snapshot.customer.id.clone();
        // Walks that are over and whose goal counts no more are history.
        let now = self.now;
        let counts = now - jiff::SignedDuration::from_millis(self.counts_back);
        snapshot.sent.retain(|sent| sent.open || sent.at >= counts);
        snapshot
            .enrollments
            .retain(|walk| walk.is_active() || walk.goal_until.is_some_and(|until| until > now));
        for (key, timer) in &snapshot.timers {
            if let Some(at) = self.comes(key, timer.fire_at) {
                self.timers.insert((at, seat(&id), key.clone()));
            }
        }
        for walk in &snapshot.enrollments {
            if let Some(at) = self.goes_on(walk) {
                self.wakes.insert((at, id.slot(), walk.id.clone(), id.clone()));
            }
        }
        self.customers.insert(id, snapshot);
    }

    /// When a walk is due: a pause holds it. `None`: it is over, orphaned, or held for good.
    fn goes_on(&self, walk: &Enrollment) -> Option<Timestamp> {
        let known = self.world.workflows.versions.contains_key(&walk.version);
        let wake_at = walk.wake_at().filter(|_| known)?;
        self.world.workflows.goes_on(&walk.workflow, wake_at)
    }

    /// When a timer is due: a pause holds who stands in line, and what came before it and had not been looked at.
    /// `None`: for good.
    fn comes(&self, key: &TimerKey, fire_at: Timestamp) -> Option<Timestamp> {
        let (workflows, looked) = (self.world.workflows, fire_at.max(self.since));
        if workflows.keeps(key, fire_at, looked) {
            return workflows.goes_on(&key.workflow, looked);
        }
        Some(fire_at)
    }
}

fn seat(customer: &CustomerId) -> Seat {
    (customer.slot(), customer.clone())
}

fn place_of(event: &Event) -> (Timestamp, Seat, Timestamp, EventId) {
    (event.at, seat(&event.customer), event.received_at, event.id.clone())
}

fn due() -> Vec<Input> {
    vec![Input::Due]
}

fn before(now: Timestamp) -> Timestamp {
    now - jiff::SignedDuration::from_millis(1)
}

/// Whether a schedule that comes round at `at` asks this customer: known by then, and in the audience. The
/// live engine asks the same, so that it invites whom the simulation invites.
pub fn invites(world: &World<'_>, workflow: &Workflow, snapshot: &Snapshot, at: Timestamp) -> bool {
    let zone = zone_of(world, snapshot);
    // The audience of a schedule reads no reps (rules.md §3.5).
    let nobody = BTreeMap::new();
    let facts = Facts::outside(world, &nobody, snapshot, &zone, at);
    let known = snapshot.customer.created_at().is_none_or(|since| since <= at);
    known && workflow.audience.as_ref().is_none_or(|audience| condition::holds(audience, &facts))
}

/// The next fire of a schedule for all at once. `None`: never again, or each customer has their own instant
/// (a timer of theirs).
pub fn next_fire(world: &World<'_>, trigger: &ScheduleTrigger, after: Timestamp) -> Option<Timestamp> {
    fires_for_all(trigger, after, world.zone, &world.library.calendar)
}

/// The same, given the project's zone and calendar.
pub fn fires_for_all(
    trigger: &ScheduleTrigger,
    after: Timestamp,
    project: &TimeZone,
    calendar: &WorkCalendar,
) -> Option<Timestamp> {
    let zone = match &trigger.zone {
        ScheduleZone::Project => project,
        ScheduleZone::Named(zone) => zone,
        ScheduleZone::Customer => return None,
    };
    schedule::next_fire(&trigger.rule, after, zone, calendar)
}

/// The fact that an accepted message to the customer makes: `email.sent`. The same in the live engine.
pub fn sent(send: &Outgoing, at: Timestamp) -> Option<Event> {
    if send.to != model::Recipient::Customer {
        return None;
    }
    let properties = BTreeMap::from([
        ("template".to_owned(), Value::Text(send.template.clone())),
        ("workflow".to_owned(), Value::Text(send.workflow.to_string())),
        ("step".to_owned(), Value::Text(send.step.to_string())),
        ("topic".to_owned(), Value::Text(send.topic.clone().unwrap_or_default())),
    ]);
    Some(Event {
        id: EventId::from(format!("sent_{}", send.id)),
        source: "nurture".to_owned(),
        name: names::sent(send.medium.as_str()),
        customer: send.customer.clone(),
        entity: None,
        at,
        // An answer comes after all that was decided at that instant.
        received_at: at + jiff::SignedDuration::from_secs(1),
        properties,
        chain: 0,
    })
}
