//! A few workflows on one customer, on a clock that the test moves, decided by the interpreter alone.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use dsl::diagnostic::{Colour, human};
use dsl::project::{File, Loaded, Settings};
use interpreter::batch;
use interpreter::pause::Pause;
use interpreter::world::{People, Workflows, World};
use jiff::Timestamp;
use model::words::Language;
use model::{
    Changes, Consent, Customer, CustomerId, Event, EventId, Input, Snapshot, TraceLine, Value, Work,
    WorkflowId, zone,
};

const MODEL: &str = "model: shop
customer:
  tier:      { one_of: [basic, silver, gold], default: basic }
  birthday:  { type: birthday, optional: true }
  member_on: { type: date, optional: true }
  orders:    { from: count(order.paid) }
  last_item: { from: last(order.paid.item) }
events:
  order.paid:   { amount: number, item: text }
  site.visited: {}
  ping:         {}
  pong:         {}
";

/// A few workflows on one customer.
pub struct Desk {
    /// What the files say.
    pub loaded: Loaded,
    /// What is live, paused, not approved.
    pub workflows: Workflows,
    /// The customer.
    pub snapshot: Snapshot,
    /// What customers share.
    pub people: People,
    /// What the last turn decided.
    pub trace: Vec<TraceLine>,
    facts: usize,
}

impl Desk {
    /// These workflows are live; anna has an address and agreed to marketing.
    pub fn of(texts: &[&str]) -> Self {
        let mut files: Vec<File> = texts
            .iter()
            .enumerate()
            .map(|(number, text)| File {
                path: format!("workflows/w{number}.yaml"),
                text: (*text).to_owned(),
            })
            .collect();
        files.push(File { path: "workflows/model.yaml".to_owned(), text: MODEL.to_owned() });
        let topics = "topics:\n  marketing: { class: marketing, title: Offers }\n  service: { class: transactional, title: Service }\n";
        files.push(File { path: "workflows/topics.yaml".to_owned(), text: topics.to_owned() });
        let sender = "senders:\n  care: { address: care@example.com, name: Care }\n";
        files.push(File { path: "workflows/senders.yaml".to_owned(), text: sender.to_owned() });
        let mail = "---\nsubject: Offer\npreheader: For you\n---\nAn offer.\n";
        files.push(File { path: "workflows/templates/offer.md.hbs".to_owned(), text: mail.to_owned() });
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() };
        let loaded = dsl::load(&files, &settings);
        let said = human(&loaded.report, &loaded.sources, Language::En, Colour::Never);
        assert!(!loaded.report.has_errors(), "{said}");
        let workflows = Workflows::of(loaded.project.workflows.values().cloned());
        let mut snapshot = Snapshot::new(Customer::new(CustomerId::new("anna")));
        let consent = Consent {
            topic: "marketing".to_owned(),
            medium: None,
            granted: true,
            at: Timestamp::UNIX_EPOCH,
            source: "test".to_owned(),
            proof: model::Proof::default(),
        };
        snapshot.consents.apply(&consent);
        let mut desk =
            Self { loaded, workflows, snapshot, people: People::default(), trace: Vec::new(), facts: 0 };
        desk.give("created_at", Value::Instant(at("2026-01-01 00:00")));
        desk.give("email", Value::Text("anna@example.com".to_owned()));
        desk
    }

    /// Gives the customer a value.
    pub fn give(&mut self, attribute: &str, value: Value) {
        self.snapshot.customer.attributes.insert(attribute.to_owned(), value);
    }

    /// One turn; what was decided in it, a line each.
    pub fn turn(&mut self, now: &str, inputs: Vec<Input>) -> Vec<String> {
        self.decide(now, inputs);
        self.trace.iter().map(said).collect()
    }

    /// One turn; what it changed.
    pub fn decide(&mut self, now: &str, inputs: Vec<Input>) -> Changes {
        let project_zone = zone::zone("Asia/Shanghai").unwrap();
        let world = World {
            library: &self.loaded.project.library,
            workflows: &self.workflows,
            zone: &project_zone,
            renderer: None,
            trial: None,
        };
        let work = Work::new(self.snapshot.clone(), inputs);
        let (snapshot, changes) = batch::decide(world, &mut self.people, vec![work], at(now)).remove(0);
        self.snapshot = snapshot;
        self.trace.clone_from(&changes.trace);
        changes
    }

    /// A workflow is held from an instant on.
    pub fn pause(&mut self, id: &str, from: &str) {
        let pause = Pause { from: at(from), until: None };
        self.workflows.pauses.entry(WorkflowId::new(id)).or_default().push(pause);
    }

    /// All that is held goes on.
    pub fn resume(&mut self, until: &str) {
        for pause in self.workflows.pauses.values_mut().flatten() {
            pause.until.get_or_insert(at(until));
        }
    }

    /// A fact that happened at one instant and came to us at another.
    pub fn fact(&mut self, name: &str, happened: &str, came: &str, fields: &[(&str, Value)]) -> Input {
        self.facts += 1;
        Input::Event(Event {
            id: EventId::from(format!("fact-{:04}", self.facts)),
            source: "shop".to_owned(),
            name: name.to_owned(),
            customer: self.snapshot.customer.id.clone(),
            entity: None,
            at: at(happened),
            received_at: at(came),
            properties: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            chain: 0,
        })
    }
}

/// A line of the trace in short, on the customer's clock.
pub fn said(line: &TraceLine) -> String {
    let clock = line.local(line.at);
    let (date, time) = (clock.get(5..10).unwrap(), clock.get(11..16).unwrap());
    let reason = line.reason.as_deref().unwrap_or_default();
    let text = format!(
        "{date} {time} {} {} {} {} {reason}",
        line.workflow,
        line.did.as_str(),
        line.what,
        line.outcome.as_str()
    );
    text.trim_end().to_owned()
}

/// An instant on Shanghai's clock.
pub fn at(text: &str) -> Timestamp {
    format!("{}:00+08:00", text.replace(' ', "T")).parse().unwrap()
}

/// Plans all timers.
pub fn plan() -> Vec<Input> {
    vec![Input::Plan { launch: Vec::new() }]
}

/// What is due by the clock alone.
pub fn due() -> Vec<Input> {
    vec![Input::Due]
}
