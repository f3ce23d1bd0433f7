//! The verbs that look: `why`, `people`, `sends`.

use super::SendsRequest;
use super::open::{self, of_engine, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::people::{AtStep, People, Person};
use crate::view::sends::SendRow;
use crate::view::why::{Outlook, Standing, Why};
use dsl::diagnostic::suggest;
use dsl::workflow::ConsentRule;
use engine::Published;
use interpreter::facts::Facts;
use interpreter::turn::zone_of;
use interpreter::world::Workflows;
use interpreter::{condition, permit};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::words::say;
use model::{Consent, CustomerId, Did, Outcome, SendId, SendState, Snapshot, TraceLine, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use store::listing::Owners;
use store::send::{Ledger, Wanted};
use store::{Connection, Store};

pub(super) async fn loaded(config: &Config) -> Result<(Store, Published), Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let published = open::published_or_files(config, &mut conn).await?;
    drop(conn);
    Ok((store, published))
}

pub(super) fn known(config: &Config, workflows: &Workflows, name: &str) -> Result<WorkflowId, Failure> {
    let id = WorkflowId::new(name);
    if workflows.current.contains_key(&id) {
        return Ok(id);
    }
    Err(no_workflow(config, name, workflows.current.keys()))
}

/// There is no workflow of this name, and which one was probably meant.
pub(super) fn no_workflow<'w>(
    config: &Config,
    name: &str,
    known: impl Iterator<Item = &'w WorkflowId>,
) -> Failure {
    let language = config.language.value;
    let mut text = say(language, "cli-no-workflow", &[("workflow", name)]);
    if let Some(meant) = suggest(name, known.map(WorkflowId::as_str)) {
        let question = say(language, "did-you-mean", &[("suggestion", meant)]);
        text = say(language, "cli-question", &[("text", &text), ("question", &question)]);
    }
    Failure::new(Exit::NotFound, text)
}

pub(super) async fn snapshot(
    config: &Config,
    conn: &mut Connection,
    published: &Published,
    id: &CustomerId,
    now: Timestamp,
) -> Result<Snapshot, Failure> {
    let model = &published.project.library.model;
    let found = store::snapshot::load(conn, std::slice::from_ref(id), model, &published.reads, now)
        .await
        .map_err(|error| of_store(config, &error))?;
    found.into_iter().next().ok_or_else(|| {
        Failure::say(Exit::NotFound, config.language.value, "cli-no-customer", &[("customer", id.as_str())])
    })
}

/// A customer by any of their names, as they are now. Errors: nobody of that name (4).
pub(super) async fn known_customer(
    config: &Config,
    conn: &mut Connection,
    published: &Published,
    customer: &str,
    now: Timestamp,
) -> Result<Snapshot, Failure> {
    let id = open::customer(config, conn, customer, published).await?;
    snapshot(config, conn, published, &id, now).await
}

fn zone(published: &Published, snapshot: &Snapshot) -> TimeZone {
    zone_of(&published.world(), snapshot)
}

/// Every decision about a customer (external id or e-mail). Errors: nobody of that name, no such workflow (4).
pub async fn why(
    config: &Config,
    customer: &str,
    workflow: Option<&str>,
    at: Option<Timestamp>,
) -> Result<Why, Failure> {
    let (store, published) = loaded(config).await?;
    let workflow = workflow.map(|name| known(config, &published.workflows, name)).transpose()?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let id = open::customer(config, &mut conn, customer, &published).await?;
    let now = at.unwrap_or_else(Timestamp::now);
    let snapshot = snapshot(config, &mut conn, &published, &id, now).await?;
    let lines = store::trace::of_customer(&mut conn, &id, workflow.as_ref())
        .await
        .map_err(|error| of_store(config, &error))?;
    let permits =
        engine::privacy::permits(&mut conn, &id).await.map_err(|error| of_engine(config, &error))?;
    let zone = zone(&published, &snapshot);
    let local = |at: Timestamp| at.to_zoned(zone.clone()).datetime();
    let standing = snapshot
        .enrollments
        .iter()
        .filter(|walk| at.is_none() && workflow.as_ref().is_none_or(|only| *only == walk.workflow))
        .filter_map(|walk| {
            let step = walk.step()?.to_string();
            Some(Standing { workflow: walk.workflow.clone(), step, until: walk.wake_at().map(local) })
        })
        .collect();
    let outlook =
        if at.is_some() { Vec::new() } else { outlook(&published, &snapshot, &zone, workflow.as_ref(), now) };
    let titles = published.workflows.versions.values().map(|w| (w.id.clone(), w.title.clone())).collect();
    drop(conn);
    let scores = match &workflow {
        Some(_) => Vec::new(),
        None => super::score::told(config, &store, &published, customer, None, at).await?,
    };
    Ok(Why {
        customer: id.to_string(),
        external_id: Some(id.to_string()),
        name: snapshot.customer.text("name").map(str::to_owned),
        standing,
        lines,
        outlook,
        titles,
        scores,
        permits,
        zone,
    })
}

/// How the workflows that a customer is not in look at them now.
fn outlook(
    published: &Published,
    snapshot: &Snapshot,
    zone: &TimeZone,
    only: Option<&WorkflowId>,
    now: Timestamp,
) -> Vec<Outlook> {
    let world = published.world();
    let nobody = BTreeMap::new();
    let facts = Facts::outside(&world, &nobody, snapshot, zone, now);
    let mut all = Vec::new();
    for workflow in published.workflows.in_order() {
        let walks = snapshot.enrollments.iter().any(|walk| walk.workflow == workflow.id && walk.is_active());
        if walks || only.is_some_and(|only| *only != workflow.id) {
            continue;
        }
        let line = |did, what: &str, outcome, reason: &str, values| TraceLine {
            at: now,
            offset: zone.to_offset(now),
            until_offset: zone.to_offset(now),
            customer: snapshot.customer.id.clone(),
            workflow: workflow.id.clone(),
            version: workflow.version.clone(),
            enrollment: None,
            step: None,
            did,
            what: what.to_owned(),
            outcome,
            until: None,
            reason: Some(reason.to_owned()),
            values,
        };
        let mut lines = Vec::new();
        // What an event or an entity decides cannot be said without one.
        let plain = |audience: &&dsl::condition::Condition| {
            let reads = dsl::condition::reads::Reads::of_condition(audience, world.library);
            !reads.entry && reads.entities.is_empty()
        };
        if let Some(audience) = workflow.audience.as_ref().filter(plain)
            && !condition::holds(audience, &facts)
        {
            let values = condition::explain(audience, &facts);
            lines.push(line(Did::Enroll, "", Outcome::Refused, "audience", values));
        }
        let mail = workflow.steps.iter().find_map(|step| {
            let dsl::step::Verb::Send(message) = &step.verb else { return None };
            Some(message)
        });
        if let (Some(mail), ConsentRule::Topic(topic)) = (mail, &workflow.consent)
            && let Some(reason) = permit::allowed(snapshot, Some(topic), mail.medium, now)
        {
            let values = BTreeMap::from([("topic".to_owned(), topic.clone().into())]);
            lines.push(line(Did::Email, &mail.template, Outcome::Skipped, reason, values));
        }
        let next = snapshot
            .timers
            .iter()
            .filter(|(key, _)| key.workflow == workflow.id)
            .map(|(_, t)| t.fire_at)
            .min();
        let next = next.map(|at| at.to_zoned(zone.clone()).datetime());
        if !lines.is_empty() || next.is_some() {
            all.push(Outlook { workflow: workflow.id.clone(), next, lines });
        }
    }
    all
}

/// People shown at most.
const MOST_PEOPLE: u32 = 200;

/// Who is where. Errors: no such workflow (4).
pub async fn people(config: &Config, workflow: &str) -> Result<People, Failure> {
    let (store, published) = loaded(config).await?;
    let id = known(config, &published.workflows, workflow)?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let standing =
        store::enrollment::standing(&mut conn, Some(&id)).await.map_err(|error| of_store(config, &error))?;
    let steps = standing
        .iter()
        .filter_map(|at| {
            Some(AtStep { step: at.step.as_ref()?.to_string(), people: u64::try_from(at.count).unwrap_or(0) })
        })
        .collect();
    let mut people = Vec::new();
    for at in standing.iter().filter(|at| at.step.is_some()) {
        let begin = store::enrollment::Cursor::default();
        let (walks, _) =
            store::enrollment::people(&mut conn, &id, &at.state, at.step.as_ref(), &begin, MOST_PEOPLE)
                .await
                .map_err(|error| of_store(config, &error))?;
        let ids: Vec<CustomerId> = walks.iter().map(|walk| walk.customer.clone()).collect();
        let names = store::customer::load(&mut conn, &ids, &published.project.library.model)
            .await
            .map_err(|error| of_store(config, &error))?;
        for walk in walks {
            let customer = names.get(&walk.customer);
            let snapshot = customer.map(|customer| Snapshot::new(customer.clone()));
            let zone = snapshot
                .as_ref()
                .map_or_else(|| published.zone.clone(), |snapshot| zone(&published, snapshot));
            let local = |at: Timestamp| at.to_zoned(zone.clone()).datetime();
            let since = match &walk.state {
                model::WalkState::Ready { since, .. } | model::WalkState::Waiting { since, .. } => *since,
                model::WalkState::Ended { at, .. } => *at,
            };
            people.push(Person {
                customer: walk.customer.to_string(),
                name: customer.and_then(|customer| customer.text("name")).map(str::to_owned),
                step: walk.step().map(ToString::to_string).unwrap_or_default(),
                version: walk.version.to_string(),
                since: local(since),
                until: walk.wake_at().map(local),
            });
        }
    }
    let title = published.workflows.live(&id).map(|workflow| workflow.title.clone()).unwrap_or_default();
    Ok(People {
        workflow: id.to_string(),
        title,
        paused: published.workflows.is_paused(&id, Timestamp::now()),
        steps,
        people,
    })
}

/// The latest messages.
pub async fn sends(config: &Config, request: &SendsRequest) -> Result<Vec<SendRow>, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let customer = match &request.customer {
        Some(customer) => Some(open::customer(config, &mut conn, customer, &published).await?),
        None => None,
    };
    let of = |error: store::StoreError| of_store(config, &error);
    let workflow = request.workflow.as_deref();
    let rows = if request.unknown && customer.is_none() {
        // They are few, and an index knows them.
        let mut rows = store::send::unknown(&mut conn, u32::MAX).await.map_err(of)?;
        rows.retain(|row| workflow.is_none_or(|workflow| row.outgoing.workflow.as_str() == workflow));
        rows.truncate(usize::try_from(request.limit).unwrap_or(usize::MAX));
        rows
    } else {
        let state = request.unknown.then_some(SendState::Unknown);
        let wanted = Wanted { workflow, state, customer: customer.as_ref() };
        store::send::page(&mut conn, Owners::All, wanted, None, request.limit).await.map_err(of)?
    };
    let whose: BTreeSet<&CustomerId> = rows.iter().map(|row| &row.outgoing.customer).collect();
    let whose: Vec<&CustomerId> = whose.into_iter().collect();
    let words = store::consent::of_customers(&mut conn, &whose).await.map_err(of)?;
    Ok(rows
        .iter()
        .map(|row| send_row(row, words.get(&row.outgoing.customer).map_or(&[], Vec::as_slice)))
        .collect())
}

fn send_row(ledger: &Ledger, words: &[Consent]) -> SendRow {
    let outgoing = &ledger.outgoing;
    SendRow {
        id: outgoing.id.to_string(),
        at: ledger.settled_at.unwrap_or(ledger.due_at),
        customer: outgoing.customer.to_string(),
        workflow: outgoing.workflow.to_string(),
        step: outgoing.step.to_string(),
        medium: outgoing.medium.as_str().to_owned(),
        template: outgoing.template.clone(),
        topic: outgoing.topic.clone(),
        fate: ledger.state.as_str().to_owned(),
        reason: ledger.reason.clone().or_else(|| ledger.reply.clone()),
        consent: engine::privacy::permitted(words, ledger).cloned(),
    }
}

/// One message, by its id. Errors: there is none (4).
pub async fn send(config: &Config, id: &str) -> Result<SendRow, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let of = |error: store::StoreError| of_store(config, &error);
    let found = store::send::by_id(&mut conn, &SendId::from(id.to_owned())).await.map_err(of)?;
    let Some(found) = found else {
        let values = [("id", id)];
        return Err(Failure::say(Exit::NotFound, config.language.value, "sends-no-send", &values));
    };
    let words = store::consent::of_customer(&mut conn, &found.outgoing.customer).await.map_err(of)?;
    Ok(send_row(&found, &words))
}

/// Errors of the engine in the words of this program; for the other parts of the shell.
pub(super) fn fault(config: &Config) -> impl Fn(engine::EngineError) -> Failure + '_ {
    move |error| of_engine(config, &error)
}
