//! Tests inside workflow files: a small world on the test's clock, its trace, and what of the expectation
//! is not in it. The same interpreter as live.

use crate::calendar::add::add;
use crate::facts::Facts;
use crate::render::{self, Renderer};
use crate::score;
use crate::simulate::{Simulation, Watcher};
use crate::turn::zone_of;
use crate::world::{People, Workflows, World};
use dsl::condition::Root;
use dsl::library::{Library, ScoreTest, Scoring};
use dsl::source::Span;
use dsl::test_case::{Expected, ExpectedTime, Fact, TestCase, TestCustomer, TestEntry};
use dsl::trigger::{Subject, Trigger};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::names;
use model::{
    Changes, Consent, Customer, CustomerId, Decimal, Did, Entity, EntityId, Event, EventId, Outcome, Rep,
    RepId, Snapshot, TraceLine, Value, zone,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A test that waits longer than this is over: 3 years after its clock.
const MOST_DAYS: i64 = 3 * 366;
/// The customer of a test that names none.
const THE_CUSTOMER: &str = "customer";

/// What came of a test.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// What is wrong; empty: it passed.
    pub problems: Vec<Problem>,
    /// Everything that happened.
    pub trace: Vec<TraceLine>,
    /// The steps that were walked, for coverage: (step, edge).
    pub walked: BTreeSet<(String, String)>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// An expected line is not in the trace (after those before it).
    Missing {
        /// The line in the file.
        span: Span,
        /// The trace line that comes nearest, by its place in the trace.
        nearest: Option<usize>,
        /// What differs there: `at`, `outcome`, `rep` …
        differs: Vec<Difference>,
    },
    /// A line that must never come is in the trace.
    Never {
        /// The line in the file.
        span: Span,
        /// Its place in the trace.
        at: usize,
    },
    /// `exactly: true`, and this effect is not in `expect`.
    Unexpected {
        /// Its place in the trace.
        at: usize,
    },
    /// A message could not be rendered.
    Render {
        /// Its place in the trace.
        at: usize,
        /// Why.
        error: String,
    },
    /// A score or band is another.
    Score {
        /// The line in the file.
        span: Span,
        /// What it is.
        is: String,
        /// What was expected.
        expected: String,
    },
}

/// How a trace line differs from an expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what: `at`, `outcome`, `reason`, `rep`, `due`, `subject`, `key`.
    pub what: &'static str,
    /// What it is.
    pub is: String,
    /// What was expected.
    pub expected: String,
}

struct Seen {
    line: TraceLine,
    key: String,
    subject: Option<String>,
}

struct Recorder<'r> {
    renderer: &'r Renderer,
    seen: Vec<Seen>,
    problems: Vec<Problem>,
}

impl Watcher for Recorder<'_> {
    fn decided(
        &mut self,
        world: &World<'_>,
        people: &People,
        snapshot: &Snapshot,
        changes: &Changes,
        now: Timestamp,
    ) {
        for line in &changes.trace {
            let walk = line.enrollment.as_ref().and_then(|id| snapshot.enrollment(id));
            let key = walk.map(|walk| walk.key.clone()).unwrap_or_default();
            let send = changes.sends.iter().find(|send| {
                Some(&send.step) == line.step.as_ref()
                    && Some(&send.enrollment) == line.enrollment.as_ref()
                    && line.outcome == Outcome::Done
            });
            let mut subject = None;
            if let Some(send) = send.filter(|send| !send.template.is_empty()) {
                let zone = zone_of(world, snapshot);
                let facts = facts(world, people, snapshot, &zone, now);
                match render::send(self.renderer, send, &facts) {
                    Ok(rendered) => subject = Some(rendered.subject),
                    Err(error) => {
                        self.problems.push(Problem::Render { at: self.seen.len(), error: error.to_string() })
                    }
                }
            }
            self.seen.push(Seen { line: line.clone(), key, subject });
        }
    }
}

fn facts<'f>(
    world: &World<'f>,
    people: &'f People,
    snapshot: &'f Snapshot,
    zone: &'f TimeZone,
    now: Timestamp,
) -> Facts<'f> {
    Facts::outside(world, &people.reps, snapshot, zone, now)
}

/// Runs one test of a workflow.
pub fn run(library: &Library, renderer: &Renderer, workflow: &Arc<Workflow>, test: &TestCase) -> Verdict {
    let zone = zone::zone(&test.zone).unwrap_or_else(zone::utc);
    let workflows = Workflows::of([Arc::clone(workflow)]);
    let world = World { library, workflows: &workflows, zone: &zone, trial: Some(&test.pick) };
    let scene = Scene { library, workflow: Some(workflow), test, zone: &zone };
    let mut recorder = Recorder { renderer, seen: Vec::new(), problems: Vec::new() };
    let mut simulation =
        Simulation::new(world, scene.people(), scene.customers(), scene.coming(), test.clock);
    for (customer, at, by) in scene.starts() {
        simulation.start(customer, workflow.id.clone(), at, by);
    }
    simulation.plan(&[], &mut recorder);
    let limit = test.clock + jiff::SignedDuration::from_hours(24 * MOST_DAYS);
    let last = scene.last_instant();
    while let Some(next) = simulation.next()
        && next <= limit
    {
        let begun = recorder
            .seen
            .iter()
            .any(|seen| seen.line.did == Did::Enroll && seen.line.reason.as_deref() != Some("missed"));
        if begun && next > last && !simulation.anybody_walks() {
            break;
        }
        simulation.step(next, &mut recorder);
    }
    judge(test, &scene, recorder)
}

/// Runs one test of a scoring file.
pub fn run_score(library: &Library, scoring: &Scoring, test: &ScoreTest) -> Verdict {
    let given = &test.given;
    let zone = zone::zone(&given.zone).unwrap_or_else(zone::utc);
    let workflows = Workflows::default();
    let world = World { library, workflows: &workflows, zone: &zone, trial: Some(&given.pick) };
    let scene = Scene { library, workflow: None, test: given, zone: &zone };
    let mut silent = Silent;
    let mut simulation =
        Simulation::new(world, People::default(), scene.customers(), scene.coming(), given.clock);
    let mut problems = Vec::new();
    let people = People::default();
    let id = scene.id(THE_CUSTOMER);
    let mut band: Option<String> = None;
    for (after, expected_score, expected_band, span) in &test.expect {
        let at = add(given.clock, after, &zone, &library.calendar);
        simulation.run(at + jiff::SignedDuration::from_millis(1), &mut silent);
        let Some(snapshot) = simulation.customer(&id) else { continue };
        let customer_zone = zone_of(&world, snapshot);
        let facts = facts(&world, &people, snapshot, &customer_zone, at);
        let value = score::value(&facts, scoring);
        band = value.and_then(|value| score::band(scoring, value, band.as_deref()));
        if let Some(expected) = expected_score {
            let is = value.map(|value| rounded(value, *expected));
            if is != Some(*expected) {
                let is = is.map_or_else(|| "unknown".to_owned(), |is| is.to_string());
                problems.push(Problem::Score { span: *span, is, expected: expected.to_string() });
            }
        }
        if let Some(expected) = expected_band
            && band.as_ref() != Some(expected)
        {
            let is = band.clone().unwrap_or_default();
            problems.push(Problem::Score { span: *span, is, expected: expected.clone() });
        }
    }
    Verdict {
        name: given.name.clone(),
        span: given.span,
        problems,
        trace: Vec::new(),
        walked: BTreeSet::new(),
    }
}

/// A score to as many places as were expected.
fn rounded(value: Decimal, expected: Decimal) -> Decimal {
    let places = expected.to_string().split_once('.').map_or(0, |(_, places)| places.len());
    let unit = 10_i64.pow(6_u32.saturating_sub(u32::try_from(places).unwrap_or(6)));
    let half = if value.micros() < 0 { -unit / 2 } else { unit / 2 };
    Decimal::from_micros((value.micros() + half) / unit * unit)
}

struct Silent;

impl Watcher for Silent {
    fn decided(&mut self, _: &World<'_>, _: &People, _: &Snapshot, _: &Changes, _: Timestamp) {}
}

/// What a test gives.
struct Scene<'s> {
    library: &'s Library,
    workflow: Option<&'s Arc<Workflow>>,
    test: &'s TestCase,
    zone: &'s TimeZone,
}

impl Scene<'_> {
    fn id(&self, name: &str) -> CustomerId {
        CustomerId::new(name)
    }

    fn people(&self) -> People {
        let mut people = People::default();
        for (id, given) in &self.test.reps {
            let id = RepId::new(id);
            let rep =
                Rep { name: given.name.clone().unwrap_or_default(), away: given.away, ..Rep::default() };
            people.reps.insert(id.clone(), rep);
            people.open.insert(id, given.open);
        }
        people
    }

    fn names(&self) -> Vec<TestCustomer> {
        if self.test.customers.is_empty() {
            let nobody = TestCustomer {
                name: THE_CUSTOMER.to_owned(),
                attributes: BTreeMap::new(),
                references: BTreeMap::new(),
                unknown: Vec::new(),
                refuses: Vec::new(),
                entities: Vec::new(),
            };
            return vec![nobody];
        }
        self.test.customers.clone()
    }

    fn entry(&self, customer: &str) -> Option<&TestEntry> {
        self.test.entries.iter().find(|entry| entry.customer == customer)
    }

    /// The kind of the entity that the trigger names.
    fn entity_kind(&self) -> Option<String> {
        match &self.workflow?.trigger {
            Trigger::Stage { of: Subject::Entity(kind), .. }
            | Trigger::Attribute { of: Subject::Entity(kind), .. } => Some(kind.clone()),
            Trigger::Date(date) => match &date.of.root {
                Root::Entity(kind) => Some(kind.to_string()),
                Root::Customer
                | Root::Entry
                | Root::Event
                | Root::Owner
                | Root::Vars
                | Root::Inputs
                | Root::Step(_) => None,
            },
            Trigger::Stage { .. }
            | Trigger::Attribute { .. }
            | Trigger::Event { .. }
            | Trigger::Inactive { .. }
            | Trigger::Schedule(_)
            | Trigger::Manual => None,
        }
    }

    fn customers(&self) -> Vec<Snapshot> {
        self.names().iter().map(|given| self.customer(given)).collect()
    }

    fn customer(&self, given: &TestCustomer) -> Snapshot {
        let id = self.id(&given.name);
        let mut snapshot = Snapshot::new(Customer::new(id.clone()));
        let mut unused = Changes::default();
        let mut history: Vec<Event> = self.facts(&self.test.history, &given.name);
        history.sort_by(|a, b| a.order().cmp(&b.order()));
        let first = history.first().map_or(self.test.clock, |event| event.at.min(self.test.clock));
        for event in &history {
            crate::profile::apply(self.library, self.zone, &mut snapshot, event, &mut unused);
        }
        let attributes = &mut snapshot.customer.attributes;
        attributes.entry("created_at".to_owned()).or_insert(Value::Instant(first));
        // Consent is granted and addresses exist unless the test says otherwise.
        attributes.insert("email".to_owned(), Value::Text(format!("{}@example.com", slug(&given.name))));
        attributes.insert("phone".to_owned(), Value::Text("13800000000".to_owned()));
        attributes.insert("external_id".to_owned(), Value::Text(given.name.clone()));
        for (name, value) in &given.attributes {
            attributes.insert(name.clone(), value.clone());
        }
        for name in &given.unknown {
            attributes.remove(name);
        }
        for (attribute, fields) in &given.references {
            let kind = match self.library.model.customer.get(attribute).map(|attribute| &attribute.ty) {
                Some(model::Type::Reference(kind)) => kind.clone(),
                _ => attribute.clone(),
            };
            let entity_id = EntityId::from(format!("{attribute}-of-{}", given.name));
            attributes.insert(attribute.clone(), Value::Text(entity_id.to_string()));
            let entity = Entity {
                kind: kind.clone(),
                id: entity_id.clone(),
                customer: None,
                attributes: fields.clone(),
            };
            snapshot.entities.insert((kind, entity_id), entity);
        }
        for (kind, entity_id, fields) in &given.entities {
            let entity_id = EntityId::new(entity_id);
            let entity = Entity {
                kind: kind.clone(),
                id: entity_id.clone(),
                customer: Some(id.clone()),
                attributes: fields.clone(),
            };
            snapshot.entities.insert((kind.clone(), entity_id), entity);
        }
        self.entry_entity(given, &mut snapshot);
        let begin = Timestamp::UNIX_EPOCH;
        for topic in self.library.topics.keys().chain([&"marketing".to_owned()]) {
            if !given.refuses.contains(topic) {
                let consent = Consent {
                    topic: topic.clone(),
                    medium: None,
                    granted: true,
                    at: begin,
                    source: "test".to_owned(),
                };
                snapshot.consents.apply(&consent);
            }
        }
        snapshot
    }

    /// The entity that the entry speaks of is there before the clock, in the stage it comes from.
    fn entry_entity(&self, given: &TestCustomer, snapshot: &mut Snapshot) {
        let Some(kind) = self.entity_kind() else { return };
        let entry = self.entry(&given.name);
        let id = EntityId::from(self.entity_id(entry, &kind, &given.name));
        let entity = snapshot.entities.entry((kind.clone(), id.clone())).or_insert_with(|| Entity {
            kind: kind.clone(),
            id,
            customer: Some(CustomerId::new(&given.name)),
            attributes: BTreeMap::new(),
        });
        for ((of, field), value) in entry.iter().flat_map(|entry| &entry.entity) {
            if *of == kind && field != "id" {
                entity.attributes.insert(field.clone(), value.clone());
            }
        }
        if let Some(Trigger::Stage { from, .. }) = self.workflow.map(|workflow| &workflow.trigger)
            && let Some(from) = from.first()
        {
            entity.attributes.entry("stage".to_owned()).or_insert(Value::Text(from.clone()));
        }
    }

    fn entity_id(&self, entry: Option<&TestEntry>, kind: &str, customer: &str) -> String {
        entry
            .and_then(|entry| entry.entity.get(&(kind.to_owned(), "id".to_owned())))
            .and_then(Value::as_text)
            .map_or_else(|| format!("{kind}-of-{customer}"), str::to_owned)
    }

    /// The facts of the test, and what starts the walks that events start.
    fn coming(&self) -> Vec<Event> {
        let mut coming = Vec::new();
        for given in self.names() {
            coming.extend(self.entry_event(&given.name));
            coming.extend(self.facts(&self.test.events, &given.name));
        }
        coming
    }

    fn entry_event(&self, customer: &str) -> Option<Event> {
        let entry = self.entry(customer);
        let at = entry.and_then(|entry| entry.at).unwrap_or(self.test.clock);
        let mut properties = entry.map(|entry| entry.fields.clone()).unwrap_or_default();
        let mut entity = None;
        let mut named = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                properties.entry(name.to_owned()).or_insert_with(|| Value::Text(value.to_owned()));
            }
        };
        let name = match &self.workflow?.trigger {
            Trigger::Event { name, .. } => name.clone(),
            Trigger::Stage { of, from, to } => {
                named("from", from.first().map(String::as_str));
                named("to", to.first().map(String::as_str));
                match of {
                    Subject::Customer => {
                        named("attribute", Some("stage"));
                        names::CUSTOMER_CHANGED.to_owned()
                    }
                    Subject::Entity(kind) => {
                        entity = Some((kind.clone(), EntityId::from(self.entity_id(entry, kind, customer))));
                        names::stage_changed(kind)
                    }
                }
            }
            Trigger::Attribute { of, attribute, from, to } => {
                named("attribute", Some(attribute));
                for (field, value) in [("from", from), ("to", to)] {
                    if let Some(value) = value {
                        properties.entry(field.to_owned()).or_insert_with(|| value.clone());
                    }
                }
                match of {
                    Subject::Customer => names::CUSTOMER_CHANGED.to_owned(),
                    Subject::Entity(kind) => {
                        entity = Some((kind.clone(), EntityId::from(self.entity_id(entry, kind, customer))));
                        names::changed(kind)
                    }
                }
            }
            Trigger::Date(_) | Trigger::Inactive { .. } | Trigger::Schedule(_) | Trigger::Manual => {
                return None;
            }
        };
        Some(self.event("0000-entry", customer, &name, entity, at, properties))
    }

    /// Walks that a quiet period or a person starts: they enter at the clock.
    fn starts(&self) -> Vec<(CustomerId, Timestamp, &'static str)> {
        let by = match self.workflow.map(|workflow| &workflow.trigger) {
            Some(Trigger::Inactive { .. }) => "inactive",
            Some(Trigger::Manual) => "manual",
            _ => return Vec::new(),
        };
        let by_hand = self.test.events.iter().filter(|fact| by == "manual" && fact.what == Fact::Start);
        let by_hand = by_hand.map(|fact| (self.id(&fact.customer), fact.at, by));
        self.names()
            .iter()
            .map(|given| {
                let at = self.entry(&given.name).and_then(|entry| entry.at).unwrap_or(self.test.clock);
                (self.id(&given.name), at, by)
            })
            .chain(by_hand)
            .collect()
    }

    fn facts(&self, facts: &[dsl::test_case::TestFact], customer: &str) -> Vec<Event> {
        let mut events = Vec::new();
        for (number, fact) in facts.iter().enumerate().filter(|(_, fact)| fact.customer == customer) {
            let ordinal = format!("{:04}-fact", number + 1);
            match &fact.what {
                Fact::Event { name, properties } => {
                    events.push(self.event(&ordinal, customer, name, None, fact.at, properties.clone()));
                }
                Fact::Set(changes) => {
                    for (place, (kind, attribute, value)) in changes.iter().enumerate() {
                        let mut properties =
                            BTreeMap::from([("attribute".to_owned(), Value::Text(attribute.clone()))]);
                        properties.extend(value.iter().map(|value| ("to".to_owned(), value.clone())));
                        let id = format!("{ordinal}-{place}");
                        let (name, entity) = self.subject(kind.as_deref(), customer, names::changed);
                        events.push(self.event(&id, customer, &name, entity, fact.at, properties));
                    }
                }
                Fact::Stage { of, to } => {
                    let mut properties = BTreeMap::from([("to".to_owned(), Value::Text(to.clone()))]);
                    if of.is_none() {
                        properties.insert("attribute".to_owned(), Value::Text("stage".to_owned()));
                    }
                    let (name, entity) = self.subject(of.as_deref(), customer, names::stage_changed);
                    events.push(self.event(&ordinal, customer, &name, entity, fact.at, properties));
                }
                Fact::Consent { topic, granted } => {
                    let properties = BTreeMap::from([("topic".to_owned(), Value::Text(topic.clone()))]);
                    let name = if *granted { names::CONSENT_GRANTED } else { names::CONSENT_WITHDRAWN };
                    events.push(self.event(&ordinal, customer, name, None, fact.at, properties));
                }
                Fact::Start => {}
            }
        }
        events
    }

    fn subject(
        &self,
        kind: Option<&str>,
        customer: &str,
        name: impl Fn(&str) -> String,
    ) -> (String, Option<(String, EntityId)>) {
        match kind {
            None => (names::CUSTOMER_CHANGED.to_owned(), None),
            Some(kind) => {
                let id = self.entity_id(self.entry(customer), kind, customer);
                let given = self.names().into_iter().find(|given| given.name == customer);
                let only = given.and_then(|given| {
                    let mut of_kind = given.entities.into_iter().filter(|(known, _, _)| known == kind);
                    of_kind.next().map(|(_, id, _)| id)
                });
                let id = if self.entity_kind().as_deref() == Some(kind) { id } else { only.unwrap_or(id) };
                (name(kind), Some((kind.to_owned(), EntityId::from(id))))
            }
        }
    }

    fn event(
        &self,
        ordinal: &str,
        customer: &str,
        name: &str,
        entity: Option<(String, EntityId)>,
        at: Timestamp,
        properties: BTreeMap<String, Value>,
    ) -> Event {
        Event {
            id: EventId::from(format!("test-{ordinal}-{name}")),
            source: "test".to_owned(),
            name: name.to_owned(),
            customer: self.id(customer),
            entity,
            at,
            received_at: at,
            properties,
            chain: 0,
        }
    }

    fn instant(&self, time: &ExpectedTime) -> Option<Timestamp> {
        match time {
            ExpectedTime::Instant(at) => Some(*at),
            ExpectedTime::Day(_) => None,
            ExpectedTime::After(length) => {
                Some(add(self.test.clock, length, self.zone, &self.library.calendar))
            }
        }
    }

    /// The last instant that the test speaks of.
    fn last_instant(&self) -> Timestamp {
        let expected =
            self.test.expect.iter().chain(&self.test.never).filter_map(|line| match line.when.as_ref()? {
                ExpectedTime::Day(day) => Some(zone::to_instant(day.at(23, 59, 59, 0), self.zone)),
                time @ (ExpectedTime::Instant(_) | ExpectedTime::After(_)) => self.instant(time),
            });
        let facts = self.test.events.iter().map(|fact| fact.at);
        expected.chain(facts).max().unwrap_or(self.test.clock)
    }
}

/// A name as the local part of an address.
fn slug(name: &str) -> String {
    let plain: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    if plain.is_empty() { "customer".to_owned() } else { plain.to_lowercase() }
}

fn judge(test: &TestCase, scene: &Scene<'_>, recorder: Recorder<'_>) -> Verdict {
    let Recorder { seen, mut problems, .. } = recorder;
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut from = 0;
    for expected in &test.expect {
        let found = seen
            .iter()
            .enumerate()
            .skip(from)
            .find(|(_, seen)| differences(scene, expected, seen).is_some_and(|d| d.is_empty()));
        match found {
            Some((at, _)) => {
                used.insert(at);
                from = at + 1;
            }
            None => {
                let nearest = seen
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !used.contains(at))
                    .filter_map(|(at, seen)| Some((at, differences(scene, expected, seen)?)))
                    .min_by_key(|(_, differs)| differs.len());
                problems.push(match nearest {
                    Some((at, differs)) => {
                        Problem::Missing { span: expected.span, nearest: Some(at), differs }
                    }
                    None => Problem::Missing { span: expected.span, nearest: None, differs: Vec::new() },
                });
            }
        }
    }
    for never in &test.never {
        let found =
            seen.iter().position(|seen| differences(scene, never, seen).is_some_and(|d| d.is_empty()));
        if let Some(at) = found {
            problems.push(Problem::Never { span: never.span, at });
        }
    }
    if test.exactly {
        for (at, seen) in seen.iter().enumerate() {
            let effect =
                seen.line.did.is_effect() && matches!(seen.line.outcome, Outcome::Done | Outcome::Exited);
            if effect && !used.contains(&at) {
                problems.push(Problem::Unexpected { at });
            }
        }
    }
    let walked = seen
        .iter()
        .filter_map(|seen| Some((seen.line.step.as_ref()?.to_string(), edge(&seen.line))))
        .collect();
    Verdict {
        name: test.name.clone(),
        span: test.span,
        problems,
        trace: seen.into_iter().map(|s| s.line).collect(),
        walked,
    }
}

/// The branch that a line took, for coverage.
fn edge(line: &TraceLine) -> String {
    line.values.get("branch").map_or_else(
        || line.reason.clone().unwrap_or_else(|| line.outcome.as_str().to_owned()),
        |branch| branch.to_string(),
    )
}

/// How a trace line differs from an expected one; `None`: it is about something else.
fn differences(scene: &Scene<'_>, expected: &Expected, seen: &Seen) -> Option<Vec<Difference>> {
    let line = &seen.line;
    if line.did != expected.did {
        return None;
    }
    let about = match (&expected.what, line.did) {
        (None, _) => true,
        (Some(what), Did::Task) => {
            // A title is compared as rendered, or as written.
            *what == line.what
        }
        (Some(what), _) => *what == line.what,
    };
    let customer = expected.customer.as_ref().is_none_or(|name| line.customer.as_str() == name);
    let workflow = expected.workflow.as_ref().is_none_or(|name| line.workflow.as_str() == name);
    if !about || !customer || !workflow {
        return None;
    }
    let mut differs = Vec::new();
    let mut compare = |what: &'static str, is: String, expected: String| {
        if is != expected {
            differs.push(Difference { what, is, expected });
        }
    };
    let value = |name: &str| {
        let plain = line.values.get(name);
        plain
            .map_or_else(String::new, |plain| plain.as_str().map_or_else(|| plain.to_string(), str::to_owned))
    };
    let local = |at: Timestamp| zone::rfc3339(at, scene.zone);
    if let Some(when) = &expected.when {
        match when {
            ExpectedTime::Day(day) => {
                compare("at", zone::date_of(line.at, scene.zone).to_string(), day.to_string())
            }
            time @ (ExpectedTime::Instant(_) | ExpectedTime::After(_)) => {
                compare("at", local(line.at), scene.instant(time).map(local).unwrap_or_default())
            }
        }
    }
    match expected.outcome {
        Some(outcome) => compare("outcome", line.outcome.as_str().to_owned(), outcome.as_str().to_owned()),
        None if expected.reason.is_some() => {}
        None => {
            let rests = matches!(
                line.did,
                Did::Wait | Did::WaitFor | Did::WaitForDate | Did::WaitUntil | Did::Timeline
            );
            let usual: &[Outcome] = if line.did == Did::Exit {
                &[Outcome::Exited]
            } else if line.did == Did::Enroll {
                &[Outcome::Entered]
            } else if rests {
                &[Outcome::Done, Outcome::Waits]
            } else {
                &[Outcome::Done]
            };
            if !usual.contains(&line.outcome) {
                compare(
                    "outcome",
                    line.outcome.as_str().to_owned(),
                    usual.first().map_or("", |o| o.as_str()).to_owned(),
                );
            }
        }
    }
    if let Some(reason) = &expected.reason {
        compare("reason", line.reason.clone().unwrap_or_default(), reason.clone());
    }
    if let Some(key) = &expected.key {
        compare("key", seen.key.clone(), key.clone());
    }
    if let Some(rep) = &expected.rep {
        compare("rep", value("rep"), rep.clone());
    }
    if let Some(due) = &expected.due {
        let is = value("due").parse::<Timestamp>().ok();
        match due {
            ExpectedTime::Day(day) => {
                let is = is.map(|is| zone::date_of(is, scene.zone).to_string()).unwrap_or_default();
                compare("due", is, day.to_string());
            }
            time @ (ExpectedTime::Instant(_) | ExpectedTime::After(_)) => compare(
                "due",
                is.map(local).unwrap_or_default(),
                scene.instant(time).map(local).unwrap_or_default(),
            ),
        }
    }
    if let Some(subject) = &expected.subject {
        compare("subject", seen.subject.clone().unwrap_or_default(), subject.clone());
    }
    Some(differs)
}
