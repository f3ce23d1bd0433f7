//! Simulation over the database's history or its future: streams what is stored into the pure fold. It
//! sends nothing and writes nothing.

use crate::error::EngineError;
use crate::published::Published;
use crate::virtual_run::archive_of;
use dsl::step::Verb;
use dsl::trigger::Trigger;
use interpreter::history;
use interpreter::simulate::{Simulation, Watcher};
use interpreter::world::{People, Workflows, World};
use jiff::Timestamp;
use model::{Changes, Decimal, Snapshot, TraceLine, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use store::Connection;
use store::snapshot;

/// What to simulate.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Only these workflows; empty: all of them.
    pub workflows: Vec<WorkflowId>,
    /// From this instant, included.
    pub from: Timestamp,
    /// To this instant, excluded.
    pub to: Timestamp,
    /// The instant of the wall clock: before it the past is simulated, from it on the real enrollments.
    pub now: Timestamp,
    /// Only so many customers, always the same ones; `None`: all.
    pub sample: Option<u64>,
    /// Messages to render as samples.
    pub mails: usize,
}

/// What a simulation tells.
pub struct Told {
    /// The decisions, ordered by instant, then customer, then order in the walk.
    pub trace: Vec<TraceLine>,
    /// Messages that would have gone, rendered: the first few.
    pub samples: Vec<Sample>,
    /// Assignments per rep.
    pub load: BTreeMap<String, u64>,
    /// What mails cost by sender, where they cost something: how many, and the price of one.
    pub costs: BTreeMap<String, (u64, Decimal)>,
    /// How many customers there are.
    pub customers: usize,
    /// Attributes that conditions read and whose history is not recorded: their present value was used.
    pub without_history: BTreeSet<String>,
}

/// A message that would have gone.
pub struct Sample {
    /// The decision that sends it.
    pub line: TraceLine,
    /// As it would be read.
    pub subject: String,
    /// The first lines of the text.
    pub text: String,
}

/// Simulates. It may be dropped at any time: nothing is written.
pub async fn simulate(
    conn: &mut Connection,
    published: &Published,
    request: &Request,
    progress: &(dyn Fn(Timestamp) + Send + Sync),
) -> Result<Told, EngineError> {
    let past = request.from < request.now;
    let library = &published.project.library;
    let mut workflows: Workflows = published.workflows.clone();
    // A simulation shows what would be sent, so it takes every version as approved.
    workflows.unapproved.clear();
    if !request.workflows.is_empty() {
        let wanted = with_called(&workflows, &request.workflows);
        workflows.current.retain(|id, _| wanted.contains(id));
    }
    let (zone, renderer) = (&published.zone, Some(&published.renderer));
    let world = World { library, workflows: &workflows, zone, renderer, trial: None };
    let reps = store::rep::all(conn).await?;
    let mut ids = store::history::customers(conn).await?;
    if let Some(sample) = request.sample {
        // Drawn by a hash, so that it is the same customers each time and no kind of id is favoured.
        ids.sort_by_key(|id| model::stable_hash(&["sample", id.as_str()]));
        ids.truncate(usize::try_from(sample).unwrap_or(usize::MAX));
        ids.sort();
    }
    let mut customers: Vec<Snapshot> = Vec::with_capacity(ids.len());
    let mut coming = Vec::new();
    let mut changed: BTreeSet<String> = BTreeSet::new();
    let simulated: BTreeSet<WorkflowId> = workflows.current.keys().cloned().collect();
    if past {
        let within = |event: &model::Event| event.at >= request.from && event.at < request.to;
        coming.extend(store::history::to_everybody(conn, &library.model).await?.into_iter().filter(within));
    }
    for part in ids.chunks(store::history::PAGE) {
        if past {
            for past in store::history::page(conn, part, &library.model).await? {
                let (snapshot, facts) = history::as_of_without(
                    library,
                    &published.zone,
                    archive_of(past),
                    request.from,
                    &simulated,
                );
                for fact in facts.iter().filter(|fact| fact.name == model::event::names::CUSTOMER_CHANGED) {
                    changed.extend(
                        fact.properties.get("attribute").and_then(model::Value::as_text).map(str::to_owned),
                    );
                }
                coming.extend(facts.into_iter().filter(|fact| fact.at < request.to));
                customers.push(snapshot);
            }
        } else {
            customers
                .extend(snapshot::load(conn, part, &library.model, &published.reads, request.now).await?);
        }
    }
    let mut people = if past { People::default() } else { crate::turns::people(conn, published).await? };
    if !past {
        people.teams = store::team::all(conn).await?;
    }
    people.reps = reps;
    people.count(&library.model, &customers);
    let mut teller = Teller {
        published,
        trace: Vec::new(),
        samples: Vec::new(),
        load: BTreeMap::new(),
        costs: BTreeMap::new(),
        mails: request.mails,
        progress,
    };
    let count = customers.len();
    let mut simulation = Simulation::new(world, people, customers, coming, request.from);
    if past {
        let launched = launched(&workflows);
        simulation.take_ranks_first();
        for part in simulation.parts() {
            simulation.plan_part(&part, &launched, &mut teller);
            tokio::task::yield_now().await;
        }
    }
    // Whoever waits for this may end it between any two batches.
    while simulation.go_on(request.to, &mut teller) {
        tokio::task::yield_now().await;
    }
    let mut trace = teller.trace;
    trace.sort_by(|a, b| (a.at, &a.customer).cmp(&(b.at, &b.customer)));
    let without_history =
        if past { without_history(published, &workflows, &changed) } else { BTreeSet::new() };
    let (samples, load, costs) = (teller.samples, teller.load, teller.costs);
    Ok(Told { trace, samples, load, costs, customers: count, without_history })
}

/// These workflows and those that they call, however deep: nothing but a call starts what is called.
fn with_called(workflows: &Workflows, named: &[WorkflowId]) -> BTreeSet<WorkflowId> {
    let mut all = BTreeSet::new();
    let mut left: Vec<&WorkflowId> = named.iter().collect();
    while let Some(id) = left.pop() {
        if all.insert(id.clone())
            && let Some(workflow) = workflows.live(id)
        {
            let called = workflow.steps.iter().filter_map(|step| {
                let Verb::Call { workflow, .. } = &step.verb else { return None };
                Some(workflow)
            });
            left.extend(called.filter(|id| is_only_called(workflows, id)));
        }
    }
    all
}

fn is_only_called(workflows: &Workflows, id: &WorkflowId) -> bool {
    workflows.live(id).is_some_and(|workflow| matches!(workflow.trigger, Trigger::Called | Trigger::Manual))
}

/// The workflows that admit also those who match already.
pub(crate) fn launched(workflows: &Workflows) -> Vec<WorkflowId> {
    workflows
        .in_order()
        .into_iter()
        .filter(|workflow| workflow.at_launch == dsl::workflow::AtLaunch::EnrollMatching)
        .map(|workflow| workflow.id.clone())
        .collect()
}

/// Attributes read by conditions that were given by an import and never seen to change.
fn without_history(
    published: &Published,
    workflows: &Workflows,
    changed: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    for workflow in workflows.in_order() {
        read.extend(dsl::reads::attributes_of_workflow(workflow, &published.project.library));
    }
    let given = |name: &String| {
        let attribute = published.project.library.model.customer.get(name);
        attribute.is_some_and(|attribute| matches!(attribute.origin, dsl::library::Origin::Given))
    };
    read.retain(|name| {
        given(name) && !changed.contains(name) && name != "created_at" && name != "external_id"
    });
    read
}

struct Teller<'p> {
    published: &'p Published,
    trace: Vec<TraceLine>,
    samples: Vec<Sample>,
    load: BTreeMap<String, u64>,
    costs: BTreeMap<String, (u64, Decimal)>,
    mails: usize,
    progress: &'p (dyn Fn(Timestamp) + Send + Sync),
}

impl Watcher for Teller<'_> {
    fn decided(
        &mut self,
        _: &World<'_>,
        people: &People,
        snapshot: &Snapshot,
        changes: &Changes,
        now: Timestamp,
    ) {
        (self.progress)(now);
        for assignment in &changes.assignments {
            *self.load.entry(assignment.rep.to_string()).or_insert(0) += 1;
        }
        for send in &changes.sends {
            if let Some((sender, each)) = crate::letter::paid_sender(self.published, send) {
                self.costs.entry(sender).or_insert((0, each)).0 += 1;
            }
        }
        for send in changes.sends.iter().filter(|send| !send.template.is_empty()) {
            if self.samples.len() >= self.mails {
                break;
            }
            // One sample a template, so that three mails show three things.
            if self.samples.iter().any(|sample| sample.line.what == send.template) {
                continue;
            }
            let line = changes.trace.iter().find(|line| line.step.as_ref() == Some(&send.step));
            let rendered = crate::letter::render(self.published, &people.reps, snapshot, send, now);
            if let (Some(line), Ok(rendered)) = (line, rendered) {
                let text = rendered.text;
                self.samples.push(Sample { line: line.clone(), subject: rendered.subject, text });
            }
        }
        self.trace.extend_from_slice(&changes.trace);
    }
}
