//! One customer's turn: everything that is due for them, in the order of time. Facts come before time at
//! the same instant; a walk that is ready goes on before the next thing is looked at.

use crate::assign::{Asker, Chosen, Request};
use crate::contest::Contests;
use crate::facts::Facts;
use crate::keep::{self, Kept};
use crate::lead;
use crate::moved;
use crate::permit::again;
use crate::profile;
use crate::release;
use crate::score::watch;
use crate::world::{Moment, Senders, Workflows, World, zone_of_country};
use crate::{advance, enroll, plan, route};
use dsl::trigger::Trigger;
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::{OURSELVES, names};
use model::{
    Changes, CounterKey, Did, Enrollment, EnrollmentId, Entry, Event, Input, Outcome, Rep, RepId, Snapshot,
    TimerKey, TraceLine, Value, WalkState, WorkflowId, zone,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Walks advanced in one turn, at most: beyond it the rest stays ready for the next turn.
const MOST_ADVANCES: u32 = 10_000;

/// One customer's turn under way.
pub struct Turn<'a> {
    pub(crate) world: World<'a>,
    pub(crate) reps: Arc<BTreeMap<RepId, Rep>>,
    /// Splits whose arms compete, as they stood when the batch began.
    pub(crate) contests: Arc<Contests>,
    /// What is kept of every customer beside what is given.
    pub(crate) kept: Arc<Kept>,
    /// What senders have sent today, lent to one turn after the other.
    pub(crate) senders: Senders,
    pub(crate) snapshot: Snapshot,
    pub(crate) changes: Changes,
    /// The instant of handling; decisions take their logical instant from it.
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
    /// A walk that asks for a rep; the turn rests until [`Turn::give`].
    pub(crate) request: Option<(Request, Moment)>,
    /// The moments of walks made ready in this turn.
    pub(crate) moments: BTreeMap<EnrollmentId, Moment>,
    /// Scores that came up to a level by facts that are still to be routed.
    pub(crate) crossings: Vec<watch::Crossing>,
    inputs: VecDeque<Input>,
    caused: VecDeque<Event>,
    /// Workflows that a fact may still start, once those before them have done what they do at this instant.
    pub(crate) starts: VecDeque<Starts>,
    /// The latest arrival among the facts of this turn: what we record ourselves arrives after it.
    arrival: Timestamp,
    advances: u32,
    /// The moment of what was handled last.
    pub(crate) last: Moment,
    /// Something happened since messages were last looked at that are held for a reason that may have ended.
    pub(crate) stirred: bool,
    /// A place under a cap may have become free in this turn.
    pub(crate) freed: bool,
    /// Walks whose message is to be asked again, in their order.
    pub(crate) again: VecDeque<EnrollmentId>,
    /// How many of the changes' cancels have been taken off what counts.
    pub(crate) taken_back: (usize, usize),
    /// Whether kept answers follow what is applied; not while the past is taken in.
    keeps: bool,
    /// A walk began or ended since kept answers last looked.
    pub(crate) walks_moved: bool,
    /// Suppressions that kept answers have seen: how many are new, and whether some were taken away.
    pub(crate) seen_words: (usize, bool),
}

/// Workflows that a fact may start, in their order.
pub(crate) struct Starts {
    pub workflows: VecDeque<Arc<Workflow>>,
    pub event: Event,
    pub moment: Moment,
}

/// What is next in a turn.
enum Next {
    Caused(Event),
    Starts(Starts),
    Ready(EnrollmentId, Moment),
    Input(Input),
    Timer(TimerKey),
    Wake(EnrollmentId),
    Again(EnrollmentId),
    Nothing,
}

impl<'a> Turn<'a> {
    /// Begins a turn. Inputs are put in the order of time.
    pub fn new(
        world: World<'a>,
        reps: Arc<BTreeMap<RepId, Rep>>,
        snapshot: Snapshot,
        mut inputs: Vec<Input>,
        now: Timestamp,
    ) -> Self {
        inputs.sort_by_key(|input| order_of(input, now, world.workflows));
        let zone = zone_of(&world, &snapshot);
        Self {
            world,
            reps,
            contests: Arc::default(),
            kept: Arc::default(),
            senders: Senders::new(),
            snapshot,
            changes: Changes::default(),
            now,
            zone,
            request: None,
            moments: BTreeMap::new(),
            crossings: Vec::new(),
            inputs: inputs.into(),
            caused: VecDeque::new(),
            starts: VecDeque::new(),
            arrival: now,
            advances: 0,
            last: Moment::of(now, now),
            stirred: false,
            freed: false,
            again: VecDeque::new(),
            taken_back: (0, 0),
            keeps: true,
            walks_moved: false,
            seen_words: (0, false),
        }
    }

    /// The same with what is kept of every customer.
    #[must_use]
    pub(crate) fn with_kept(mut self, kept: Arc<Kept>) -> Self {
        self.kept = kept;
        self
    }

    /// The same with the contests of arms as they stand.
    pub(crate) fn with_contests(self, contests: Arc<Contests>) -> Self {
        Self { contests, ..self }
    }

    /// The same as [`Self::run`] with what senders have sent so far, which is given back.
    pub(crate) fn run_with(&mut self, senders: &mut Senders) -> bool {
        self.senders = std::mem::take(senders);
        let done = self.run();
        *senders = std::mem::take(&mut self.senders);
        done
    }

    /// Goes on until nothing is due (`true`) or a walk asks for a rep (`false`).
    pub fn run(&mut self) -> bool {
        while self.request.is_none() {
            keep::after_walks(self);
            let next = self.next();
            self.last = self.moment_of(&next).unwrap_or(self.last);
            self.stirred |= !matches!(next, Next::Again(_) | Next::Nothing);
            match next {
                Next::Caused(event) => route::route(self, &event, self.last),
                Next::Starts(starts) => route::start_all(self, starts),
                Next::Ready(id, moment) => {
                    self.advances += 1;
                    advance::advance(self, &id, moment, advance::Arrival::Fresh);
                }
                Next::Wake(id) => {
                    self.advances += 1;
                    advance::advance(self, &id, self.last, advance::Arrival::Woken);
                }
                Next::Again(id) => {
                    self.advances += 1;
                    let before = self.snapshot.enrollment(&id).map(|walk| walk.step().cloned());
                    advance::advance(self, &id, self.last, advance::Arrival::Woken);
                    let after = self.snapshot.enrollment(&id).map(|walk| walk.step().cloned());
                    self.stirred |= before != after;
                }
                Next::Timer(key) => plan::fire(self, &key),
                Next::Input(input) => self.take(input),
                Next::Nothing => return true,
            }
            if self.advances >= MOST_ADVANCES {
                return true;
            }
        }
        false
    }

    /// When something that is next counts; `None`: as what was before it.
    fn moment_of(&self, next: &Next) -> Option<Moment> {
        match next {
            Next::Caused(event) => Some(Moment::of(event.at, self.now)),
            Next::Starts(starts) => Some(starts.moment),
            Next::Ready(_, moment) => Some(*moment),
            Next::Wake(id) => {
                let due = self.snapshot.enrollment(id).and_then(Enrollment::wake_at).unwrap_or(self.now);
                Some(Moment::of(due, self.now))
            }
            Next::Timer(key) => {
                let due = self.snapshot.timers.get(key).map_or(self.now, |timer| timer.fire_at);
                Some(Moment::of(due, self.now))
            }
            Next::Input(input) => {
                Some(Moment::of(order_of(input, self.now, self.world.workflows).0, self.now))
            }
            Next::Again(_) | Next::Nothing => None,
        }
    }

    /// The request that the turn rests on.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref().map(|(request, _)| request)
    }

    /// Answers the request; `run` goes on with it.
    pub fn give(&mut self, chosen: &Chosen) {
        if let Some((request, moment)) = self.request.take() {
            match &request.asker {
                Asker::Walk { .. } => advance::given(self, &request, chosen, moment),
                Asker::Lead { .. } | Asker::Claim { .. } => lead::given(self, &request, chosen, moment),
            }
        }
    }

    /// The customer as they are now, and what changed.
    pub fn finish(mut self) -> (Snapshot, Changes) {
        again::take_back(&mut self);
        (self.snapshot, self.changes)
    }

    /// Whether a walk is about to go on.
    pub(crate) fn anybody_ready(&self) -> bool {
        self.snapshot.enrollments.iter().any(|walk| {
            matches!(walk.state, WalkState::Ready { .. })
                && !self.world.workflows.is_paused(&walk.workflow, self.now)
        })
    }

    fn next(&mut self) -> Next {
        if let Some(event) = self.caused.pop_front() {
            return Next::Caused(event);
        }
        let mut ready: Vec<(i64, &WorkflowId, &str, &EnrollmentId, Timestamp)> = Vec::new();
        let mut wake: Option<(Timestamp, i64, Timestamp, &WorkflowId, &str, &EnrollmentId)> = None;
        for enrollment in &self.snapshot.enrollments {
            if self.world.workflows.is_paused(&enrollment.workflow, self.now) {
                continue;
            }
            let Some(version) = self.world.workflows.versions.get(&enrollment.version) else { continue };
            match &enrollment.state {
                WalkState::Ready { since, .. } => {
                    ready.push((
                        -version.priority,
                        &enrollment.workflow,
                        &enrollment.key,
                        &enrollment.id,
                        *since,
                    ));
                }
                WalkState::Waiting { wake_at, .. } if *wake_at <= self.now => {
                    // Of messages that wait for one place the older goes first (rules.md §5.13).
                    let held = enrollment.walk.held.as_ref().and(enrollment.walk.first_due);
                    let this = (
                        *wake_at,
                        -version.priority,
                        held.unwrap_or(*wake_at),
                        &enrollment.workflow,
                        enrollment.key.as_str(),
                        &enrollment.id,
                    );
                    if wake.as_ref().is_none_or(|best| this < *best) {
                        wake = Some(this);
                    }
                }
                WalkState::Waiting { .. } | WalkState::Ended { .. } => {}
            }
        }
        let ready = ready.into_iter().min();
        let first = self.starts.front().and_then(|starts| starts.workflows.front());
        let starts_first = first.is_some_and(|first| {
            ready.as_ref().is_none_or(|ready| (-first.priority, &first.id) < (ready.0, ready.1))
        });
        if starts_first && let Some(starts) = self.starts.pop_front() {
            return Next::Starts(starts);
        }
        if let Some((_, _, _, id, since)) = ready {
            let moment = self.moments.get(id).copied().unwrap_or_else(|| Moment::of(since, self.now));
            return Next::Ready(id.clone(), moment);
        }
        let input = self.inputs.front().map(|input| order_of(input, self.now, self.world.workflows).0);
        let timer = self
            .snapshot
            .timers
            .iter()
            .filter(|(_, timer)| timer.fire_at <= self.now)
            // Who has just asked to be let in has no place yet: the batch gives it.
            .filter(|(key, _)| !(release::lets_in(key) && self.changes.timers.contains(*key)))
            .filter(|(key, timer)| !self.world.workflows.keeps(key, timer.fire_at, self.now))
            .min_by_key(|(key, timer)| (timer.fire_at, self.world.workflows.rank(&key.workflow), *key))
            .map(|(key, timer)| (timer.fire_at, key));
        // At one instant a fact beats a timer, and a timer a wait.
        let wake_at = wake.as_ref().map_or(Timestamp::MAX, |wake| wake.0);
        let timer_at = timer.map_or(Timestamp::MAX, |(at, _)| at);
        if input.is_some_and(|at| at <= timer_at && at <= wake_at)
            && let Some(input) = self.inputs.pop_front()
        {
            return Next::Input(input);
        }
        match (timer, wake) {
            (Some((at, key)), _) if at <= wake_at => return Next::Timer(key.clone()),
            (_, Some((_, _, _, _, _, id))) => return Next::Wake(id.clone()),
            _ => {}
        }
        // Messages that are held for a reason that may have ended come last: who is due now has the place.
        again::next(self).map_or(Next::Nothing, Next::Again)
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Event(event) => {
                let event = self.with_former(event);
                if self.apply(&event) {
                    let moment = Moment::of_fact(event.at, event.received_at, self.now);
                    route::route(self, &event, moment);
                }
            }
            Input::Applied(event) => {
                let moment = Moment::of_fact(event.at, event.received_at, self.now);
                keep::after(self, &event, false);
                route::route(self, &event, moment);
            }
            Input::Late(event) => {
                let moment = Moment::of(event.at, self.now);
                route::late(self, &event, moment);
            }
            Input::History(event) => {
                self.keeps = false;
                self.apply(&event);
                watch::forget(self, &event.id);
                self.keeps = true;
            }
            Input::Start { workflow, at, by, mut inputs } => {
                let moment = Moment::of(at, self.now);
                let live = self.world.workflows.live(&workflow).cloned();
                if let Some(live) = live.as_ref().filter(|_| plan::in_a_pause(self, &workflow, at)) {
                    plan::missed_in_pause(self, live, &by, moment);
                } else if let Some(live) = live {
                    let mut fields = BTreeMap::new();
                    if let Trigger::Score(trigger) = &live.trigger {
                        fields = watch::entry_fields(self, trigger, moment.at);
                        fields.append(&mut inputs);
                    }
                    let (at, received_at) = (moment.at, moment.at);
                    let entry = Entry { name: by, at, received_at, fields, ..Entry::default() };
                    enroll::enroll_with(self, &live, entry, inputs, moment);
                }
            }
            Input::Due => {}
            Input::Plan { launch } => plan::plan_all(self, &launch),
            Input::Keep { launch } => keep::take(self, &launch),
            Input::Claim { rep, subject, at } => lead::claim(self, &subject, &rep, at),
            Input::Exit { enrollment, reason } => {
                advance::leave(self, &enrollment, &reason, Moment::of(self.now, self.now));
            }
            Input::Move { enrollment, moved, passed } => {
                moved::take_along(self, &enrollment, &moved, &passed, Moment::of(self.now, self.now));
            }
        }
    }

    /// A test says what a value becomes; what it was is seen here, as an import sees it.
    fn with_former(&self, mut event: Event) -> Event {
        if self.world.trial.is_none() || event.properties.contains_key("from") {
            return event;
        }
        let said = |event: &Event, field: &str| {
            event.properties.get(field).and_then(Value::as_text).map(str::to_owned)
        };
        let former = if event.name == names::CUSTOMER_CHANGED {
            said(&event, "attribute").and_then(|attribute| self.snapshot.customer.get(&attribute))
        } else if let Some((kind, id)) = &event.entity {
            let attribute = if event.name == names::stage_changed(kind) {
                Some("stage".to_owned())
            } else {
                said(&event, "attribute")
            };
            let entity = self.snapshot.entities.get(&(kind.clone(), id.clone()));
            attribute.and_then(|attribute| entity?.get(&attribute))
        } else {
            None
        };
        if let Some(former) = former.filter(|former| Some(*former) != event.properties.get("to")).cloned() {
            event.properties.insert("from".to_owned(), former);
        }
        event
    }

    /// Applies a fact to the customer.
    pub(crate) fn apply(&mut self, event: &Event) -> bool {
        self.arrival = self.arrival.max(event.received_at);
        let is_first = self.snapshot.customer.created_at().is_none();
        let scores = watch::before(self, event);
        let new =
            profile::apply(self.world.library, self.world.zone, &mut self.snapshot, event, &mut self.changes);
        if new && matches!(event.name.as_str(), names::CUSTOMER_CHANGED | names::CUSTOMER_FORGOTTEN) {
            self.zone = zone_of(&self.world, &self.snapshot);
        }
        if new {
            watch::after(self, event, scores);
        }
        if new && self.keeps {
            keep::after(self, event, is_first);
        }
        new
    }

    /// Records a fact of our own: it is applied now, and routed once the walk rests.
    pub(crate) fn cause(&mut self, mut event: Event) {
        if event.source.is_empty() {
            event.source = OURSELVES.to_owned();
        }
        // It lies behind all that has come so far, in the order of events.
        event.received_at = self.arrival.max(event.received_at) + jiff::SignedDuration::from_millis(1);
        if self.apply(&event) {
            self.changes.events.push(event.clone());
            self.caused.push_back(event);
        }
    }

    /// Whether facts of our own wait to be routed.
    pub(crate) fn has_caused(&self) -> bool {
        !self.caused.is_empty()
    }

    /// Routes the facts of our own that have been recorded so far.
    pub(crate) fn route_caused(&mut self) {
        while let Some(event) = self.caused.pop_front() {
            let moment = Moment::of(event.at, self.now);
            route::route(self, &event, moment);
        }
    }

    /// The facts at an instant, as a walk sees them.
    pub(crate) fn facts<'b>(
        &'b self,
        enrollment: Option<&'b Enrollment>,
        event: Option<&'b Entry>,
        now: Timestamp,
    ) -> Facts<'b> {
        Facts {
            library: self.world.library,
            snapshot: &self.snapshot,
            reps: &self.reps,
            entry: enrollment.map(|enrollment| &enrollment.walk.entry),
            event,
            candidate: None,
            candidate_entity: None,
            vars: enrollment.map(|enrollment| &enrollment.walk.vars),
            inputs: enrollment.map(|enrollment| &enrollment.walk.inputs),
            results: enrollment.map(|enrollment| &enrollment.walk.results),
            now,
            zone: &self.zone,
            project_zone: self.world.zone,
        }
    }

    /// Writes a line of the trace and counts the pass.
    pub(crate) fn trace(&mut self, line: Line<'_>) {
        let edge = match &line.reason {
            Some(reason) => format!("{}:{reason}", line.outcome.as_str()),
            None => line.outcome.as_str().to_owned(),
        };
        let step = line.step.map(|step| step.as_str().to_owned()).unwrap_or_default();
        let key =
            CounterKey { workflow: line.workflow.0.clone(), version: line.workflow.1.clone(), step, edge };
        *self.changes.counters.entry(key).or_insert(0) += 1;
        self.changes.trace.push(TraceLine {
            at: line.at,
            offset: self.zone.to_offset(line.at),
            until_offset: self.zone.to_offset(line.until.unwrap_or(line.at)),
            customer: self.snapshot.customer.id.clone(),
            workflow: line.workflow.0.clone(),
            version: line.workflow.1.clone(),
            enrollment: line.enrollment.cloned(),
            step: line.step.cloned(),
            did: line.did,
            what: line.what,
            outcome: line.outcome,
            until: line.until,
            reason: line.reason,
            values: line.values,
        });
    }

    /// Puts a walk back (or in) and marks it changed.
    pub(crate) fn put(&mut self, enrollment: Enrollment) {
        self.changes.enrollments.insert(enrollment.id.clone());
        let known = self.snapshot.enrollment(&enrollment.id).is_some_and(Enrollment::is_active);
        self.walks_moved |= known != enrollment.is_active();
        match self.snapshot.enrollments.iter_mut().find(|known| known.id == enrollment.id) {
            Some(place) => *place = enrollment,
            None => self.snapshot.enrollments.push(enrollment),
        }
    }

    /// A value of an event by the key that a walk is told apart by; `None`: the event has no such field.
    pub(crate) fn text_of(value: &Value) -> String {
        let plain = value.to_plain_json();
        plain.as_str().map_or_else(|| plain.to_string(), str::to_owned)
    }
}

/// A trace line before the customer's own values are put in.
pub(crate) struct Line<'b> {
    pub at: Timestamp,
    pub workflow: (&'b WorkflowId, &'b model::VersionId),
    pub enrollment: Option<&'b EnrollmentId>,
    pub step: Option<&'b model::StepId>,
    pub did: Did,
    pub what: String,
    pub outcome: Outcome,
    pub until: Option<Timestamp>,
    pub reason: Option<String>,
    pub values: BTreeMap<String, serde_json::Value>,
}

/// When an input counts, and its place among those of one instant.
fn order_of(input: &Input, now: Timestamp, workflows: &Workflows) -> (Timestamp, Timestamp, i64, String) {
    match input {
        Input::Event(event) | Input::Applied(event) | Input::History(event) | Input::Late(event) => {
            (event.at, event.received_at, 0, event.id.as_str().to_owned())
        }
        Input::Start { at, workflow, .. } => {
            (*at, *at, workflows.rank(workflow), workflow.as_str().to_owned())
        }
        Input::Due | Input::Plan { .. } | Input::Keep { .. } => (now, now, 0, String::new()),
        Input::Claim { at, rep, .. } => (*at, *at, 0, rep.to_string()),
        Input::Exit { enrollment, .. } | Input::Move { enrollment, .. } => {
            (now, now, 0, enrollment.as_str().to_owned())
        }
    }
}

/// The customer's zone: their own, else their country's, else the project's.
pub fn zone_of(world: &World<'_>, snapshot: &Snapshot) -> TimeZone {
    let own = snapshot.customer.text("zone").and_then(zone::zone);
    let country = || {
        let given = snapshot.customer.text("country");
        let usual = || world.library.model.customer.get("country")?.default.as_ref()?.as_text();
        // In a test of a file the clock's zone is that of every customer of whom it says nothing else.
        let known = if world.trial.is_some() { given } else { given.or_else(usual) };
        known.and_then(zone_of_country).and_then(zone::zone)
    };
    own.or_else(country).unwrap_or_else(|| world.zone.clone())
}
