//! Small files into a pretended database: what is new, what is bad, what a second import changes.

mod facts;
mod onward;
mod people;
mod presets;

use std::collections::{BTreeMap, BTreeSet};

use dsl::project;
use model::words::Language;
use model::{Consents, Customer, Entity, EntityId, EventId, Rep, RepId, Suppression, Value};

use super::super::batch::Known;
use super::super::map::read_map;
use super::super::utf8::Encoding;
use super::*;

const MODEL: &str = "
model: shop
customer:
  name:     { type: text, optional: true, pii: true }
  city:     { type: text, optional: true }
  level:    { one_of: [basic, gold], default: basic }
  segment:  { type: text }
  revenue:  { type: number, optional: true }
  born:     { type: birthday, optional: true }
  friend:   { type: customer, optional: true }
  works_at: { type: company, optional: true }
  spend:    { from: sum(order.paid.amount) }
  rank:     { type: text, cases: [{ when: customer.revenue >= 10, is: big }, { is: small }] }
events:
  order.paid: { amount: number, items: number }
entities:
  deal:
    product: { type: text, optional: true }
    region:  { type: text, optional: true }
    amount:  { type: number, optional: true }
    stages:  [Prospecting, Engaging, Won, Lost]
    end:     [Won, Lost]
    moves:   any
  contract: { ends_on: date, stages: [active, ended] }
  company: { employees: { type: number, optional: true }, shared: true }
";

fn library() -> Library {
    let file = |path: &str, text: &str| project::File { path: path.to_owned(), text: text.to_owned() };
    let settings = project::Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
    let topics = "topics:\n  marketing: { class: marketing, title: Offers }\n  service: { class: transactional, title: Service }\n";
    let loaded = dsl::load(&[file("model.yaml", MODEL), file("topics.yaml", topics)], &settings);
    assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
    loaded.project.library
}

/// What is held, in memory.
#[derive(Clone, Default)]
struct Held {
    customers: BTreeMap<CustomerId, Known>,
    entities: BTreeMap<(String, EntityId), Entity>,
    reps: BTreeMap<RepId, Rep>,
    events: BTreeMap<(CustomerId, String, EventId), (Event, bool)>,
    /// How far imports came: kind, when, how far.
    reached: BTreeMap<String, (String, Timestamp, Reach)>,
}

/// What a killed import meets.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
struct Stopped;

#[derive(Default)]
struct Memory {
    held: Held,
    before: Option<Held>,
    writes: u32,
    /// It ends with this write, before it is kept.
    ends_at: Option<u32>,
}

impl Target for Memory {
    type Error = Stopped;

    async fn begin(&mut self) -> Result<(), Stopped> {
        self.before = Some(self.held.clone());
        Ok(())
    }
    async fn customers(&mut self, ids: &[CustomerId]) -> Result<BTreeMap<CustomerId, Known>, Stopped> {
        Ok(ids.iter().filter_map(|id| Some((id.clone(), self.held.customers.get(id)?.clone()))).collect())
    }
    async fn resolve(&mut self, ids: &[CustomerId]) -> Result<BTreeMap<CustomerId, CustomerId>, Stopped> {
        let known = ids.iter().filter(|id| self.held.customers.contains_key(*id));
        Ok(known.map(|id| (id.clone(), id.clone())).collect())
    }
    async fn merged(&mut self, _: &[CustomerId]) -> Result<BTreeMap<CustomerId, CustomerId>, Stopped> {
        Ok(BTreeMap::new())
    }
    async fn forgotten(&mut self, _: &[String], _: &[String]) -> Result<BTreeSet<String>, Stopped> {
        Ok(BTreeSet::new())
    }
    async fn holders(&mut self, emails: &[String]) -> Result<BTreeMap<String, CustomerId>, Stopped> {
        let holder = |email: &String| {
            let mut customers = self.held.customers.values();
            customers
                .find(|known| known.customer.text("email") == Some(email))
                .map(|known| known.customer.id.clone())
        };
        Ok(emails.iter().filter_map(|email| Some((email.clone(), holder(email)?))).collect())
    }
    async fn entities(
        &mut self,
        kind: &str,
        ids: &[EntityId],
    ) -> Result<BTreeMap<EntityId, Entity>, Stopped> {
        let find = |id: &EntityId| self.held.entities.get(&(kind.to_owned(), id.clone())).cloned();
        Ok(ids.iter().filter_map(|id| Some((id.clone(), find(id)?))).collect())
    }
    async fn known_events(
        &mut self,
        events: &[(&CustomerId, &EventId)],
        source: &str,
    ) -> Result<BTreeSet<usize>, Stopped> {
        let known = |(customer, id): &(&CustomerId, &EventId)| {
            self.held.events.contains_key(&((*customer).clone(), source.to_owned(), (*id).clone()))
        };
        Ok((0..events.len()).filter(|at| known(&events[*at])).collect())
    }
    async fn reps(&mut self, ids: &[RepId]) -> Result<BTreeMap<RepId, Rep>, Stopped> {
        Ok(ids.iter().filter_map(|id| Some((id.clone(), self.held.reps.get(id)?.clone()))).collect())
    }
    async fn write(&mut self, batch: &Batch, _: Timestamp) -> Result<u64, Stopped> {
        self.writes += 1;
        if self.ends_at == Some(self.writes) {
            return Err(Stopped);
        }
        for customer in &batch.customers {
            let fresh =
                || Known { customer: customer.clone(), consents: Consents::default(), suppressions: vec![] };
            self.held.customers.entry(customer.id.clone()).or_insert_with(fresh).customer = customer.clone();
        }
        for entity in &batch.entities {
            self.held.entities.insert((entity.kind.clone(), entity.id.clone()), entity.clone());
        }
        self.held.reps.extend(batch.reps.iter().cloned());
        for given in &batch.consents {
            self.held.customers.get_mut(&given.customer).unwrap().consents.apply(&given.consent);
        }
        for (customer, word) in &batch.suppressions {
            let words = &mut self.held.customers.get_mut(customer).unwrap().suppressions;
            words.retain(|known| (&known.reason, known.at) != (&word.reason, word.at));
            words.push(word.clone());
        }
        let mut new = 0;
        for (event, fresh) in
            batch.history.iter().map(|e| (e, false)).chain(batch.fresh.iter().map(|e| (e, true)))
        {
            let key = (event.customer.clone(), event.source.clone(), event.id.clone());
            if let std::collections::btree_map::Entry::Vacant(place) = self.held.events.entry(key) {
                place.insert((event.clone(), fresh));
                new += 1;
            }
        }
        Ok(new)
    }
    async fn reached(&mut self, import: &str, since: Timestamp) -> Result<Option<Reach>, Stopped> {
        let kept = self.held.reached.get(import).filter(|(_, at, _)| *at >= since);
        Ok(kept.map(|(_, _, reach)| reach.clone()))
    }
    async fn reach(&mut self, import: &Import, reach: &Reach) -> Result<(), Stopped> {
        if !import.stays {
            self.held.reached.retain(|name, (kind, ..)| *name == import.name || *kind != import.kind);
        }
        self.held.reached.insert(import.name.clone(), (import.kind.clone(), import.now, reach.clone()));
        Ok(())
    }
    async fn arrived(&mut self, import: &Import, reach: Option<&Reach>) -> Result<(), Stopped> {
        match reach {
            Some(reach) => self.reach(import, reach).await,
            None => {
                self.held.reached.remove(&import.name);
                Ok(())
            }
        }
    }
    async fn finish(&mut self, keep: bool) -> Result<(), Stopped> {
        let before = self.before.take();
        if !keep && let Some(before) = before {
            self.held = before;
        }
        Ok(())
    }
}

impl Memory {
    fn with(ids: &[&str]) -> Self {
        let mut memory = Self::default();
        for id in ids {
            let customer = Customer::new(CustomerId::new(id));
            let known = Known { customer, consents: Consents::default(), suppressions: Vec::new() };
            memory.held.customers.insert(CustomerId::new(id), known);
        }
        memory
    }
    fn customer(&self, id: &str) -> &Customer {
        &self.held.customers[&CustomerId::new(id)].customer
    }
    /// Events in their order: name, instant, what changed, whether it is fresh.
    fn events(&self, of: &str) -> Vec<String> {
        let mut events: Vec<&(Event, bool)> =
            self.held.events.values().filter(|(event, _)| event.customer == CustomerId::new(of)).collect();
        events.sort_by(|a, b| a.0.order().cmp(&b.0.order()));
        let text =
            |name: &str, event: &Event| event.properties.get(name).map_or("-".to_owned(), Value::to_string);
        let line = |(event, fresh): &(Event, bool)| {
            let what =
                ["attribute", "topic", "amount"].iter().find(|name| event.properties.contains_key(**name));
            let what = what.map_or(String::new(), |name| format!(" {}", text(name, event)));
            let fresh = if *fresh { " fresh" } else { "" };
            format!("{} {}{what} {}>{}{fresh}", event.at, event.name, text("from", event), text("to", event))
        };
        events.into_iter().map(line).collect()
    }
}

const NOW: &str = "2026-03-02T09:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// Imports a text as a file of this name.
async fn bring(
    target: &mut Memory,
    what: &str,
    (name, bytes): (&str, &[u8]),
    map: Option<&str>,
    change: impl FnOnce(&mut Settings),
) -> Result<ImportReport, ImportError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("maps")).unwrap();
    std::fs::write(
        folder.path().join("sales_teams.csv"),
        "sales_agent,regional_office\nMoses Frase,Central\n",
    )
    .unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let library = library();
    let map = map.map(|text| read_map("maps/m.yaml", text)).transpose()?;
    let map_path = folder.path().join("maps").join("m.yaml");
    let mut settings = Settings::new(now());
    change(&mut settings);
    let job = Job {
        path: &path,
        what: What::read(what, &library).map_err(ImportError::refused)?,
        map: map.as_ref().map(|map| (map, map_path.as_path())),
        library: &library,
        zone: &TimeZone::UTC,
        settings,
    };
    match load(&job, target, |_| {}).await {
        Ok(report) => {
            let rows = report.new + report.changed + report.same + report.repeated + report.bad_count;
            assert_eq!(report.read, rows, "{report:?}");
            Ok(report)
        }
        Err(LoadError::Import(error)) => Err(error),
        Err(LoadError::Target(stopped)) => {
            Err(ImportError::File { path: path.clone(), source: io::Error::other(stopped) })
        }
    }
}

fn same(_: &mut Settings) {}

fn counts(report: &ImportReport) -> (u64, u64, u64, u64, u64) {
    (report.new, report.changed, report.same, report.repeated, report.bad_count)
}

fn bad(report: &ImportReport) -> Vec<String> {
    report.bad.iter().map(|row| row.say(Language::En)).collect()
}

fn remarks(report: &ImportReport) -> Vec<String> {
    report.remarked().iter().map(|(what, _)| what.say(Language::En)).collect()
}

fn refused(done: Result<ImportReport, ImportError>) -> String {
    done.map(|report| format!("{report:?}")).unwrap_err().to_string()
}
