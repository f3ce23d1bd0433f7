//! The verbs that look: `why`, `people`, `preview`, `sends`.

use super::SendsRequest;
use super::open::{self, of_engine, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::people::{AtStep, People, Person};
use crate::view::preview::Preview;
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
use model::{
    CustomerId, Did, Medium, OnUnknown, Outcome, Outgoing, Recipient, Snapshot, TraceLine, WorkflowId,
};
use std::collections::BTreeMap;
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

async fn snapshot(
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

/// Renders a template of the files for a customer. Errors: neither is known (4), it cannot be rendered (1).
pub async fn preview(config: &Config, template: &str, customer: &str) -> Result<Preview, Failure> {
    let store = open::database(config).await?;
    let published = open::files(config)?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let now = Timestamp::now();
    let id = open::customer(config, &mut conn, customer, &published).await?;
    let snapshot = snapshot(config, &mut conn, &published, &id, now).await?;
    let reps = store::rep::all(&mut conn).await.map_err(|error| of_store(config, &error))?;
    let Some(found) = published.renderer.find(template, snapshot.customer.text("language")) else {
        return Err(Failure::say(
            Exit::NotFound,
            config.language.value,
            "cli-no-template",
            &[("template", template)],
        ));
    };
    let walked = walked(&published, template);
    let user = user_of(&published, template);
    let bare = Outgoing {
        id: "preview".into(),
        enrollment: "preview".into(),
        customer: id,
        workflow: user.as_ref().map_or_else(|| "preview".into(), |(workflow, _)| workflow.clone()),
        version: "preview".into(),
        step: "preview".into(),
        pass: String::new(),
        medium: Medium::Email,
        to: Recipient::Customer,
        template: template.to_owned(),
        subject: user.and_then(|(_, subject)| subject),
        text: None,
        from: None,
        copy_to_owner: false,
        topic: None,
        tries: None,
        riders: Vec::new(),
        apart: Vec::new(),
        with: None,
        via: None,
        digest: None,
        also_needs: Vec::new(),
        marketing: true,
        on_unknown: OnUnknown::Hold,
        context: BTreeMap::new(),
        due_at: now,
        deadline: now,
    };
    let outgoing = match &walked {
        Some((_, sent)) => Outgoing { id: bare.id, customer: bare.customer, ..sent.clone() },
        None => bare,
    };
    let locale = found.locale.clone();
    let rendered = engine::letter::render(&published, &reps, &snapshot, &outgoing, now).map_err(|error| {
        let values = error.args();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Failure::say(Exit::Findings, config.language.value, error.key(), &values)
    })?;
    let sender = engine::letter::sender(&published, &outgoing);
    Ok(Preview {
        template: template.to_owned(),
        locale,
        walk: walked.map(|(test, sent)| (sent.workflow.to_string(), test)),
        from: format!("{} <{}>", sender.name, sender.address),
        to: snapshot.customer.text("email").unwrap_or_default().to_owned(),
        subject: rendered.subject,
        preheader: rendered.preheader,
        text: rendered.text,
        html: rendered.html,
    })
}

/// The message that the first test which sends a template has sent, and the test's name: what a walk knows
/// (what started it, variables) is known only on a walk. `None`: no test sends it.
fn walked(published: &Published, template: &str) -> Option<(String, Outgoing)> {
    let sending = published.project.workflows.values().filter(|workflow| {
        workflow
            .steps
            .iter()
            .any(|step| matches!(&step.verb, dsl::step::Verb::Send(message) if message.template == template))
    });
    sending.flat_map(|workflow| workflow.tests.iter().map(move |test| (workflow, test))).find_map(
        |(workflow, test)| {
            let verdict = interpreter::trial::run(&published.project, &published.renderer, workflow, test);
            let sent = verdict.sends.into_iter().find(|sent| sent.template == template)?;
            Some((test.name.clone(), sent))
        },
    )
}

/// The first step that sends a template: its workflow and its own subject.
fn user_of(published: &Published, template: &str) -> Option<(WorkflowId, Option<String>)> {
    published.workflows.in_order().into_iter().find_map(|workflow| {
        workflow.steps.iter().find_map(|step| {
            let dsl::step::Verb::Send(message) = &step.verb else { return None };
            // A subject that needs the walk's values cannot be shown without a walk.
            let own = message.subject.as_ref().map(|subject| subject.source.clone());
            let plain = own.filter(|source| !source.contains("vars.") && !source.contains("event."));
            (message.template == template).then(|| (workflow.id.clone(), plain))
        })
    })
}

/// The latest messages.
pub async fn sends(config: &Config, request: &SendsRequest) -> Result<Vec<SendRow>, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let rows = match (&request.customer, request.unknown) {
        (Some(customer), _) => {
            let id = open::customer(config, &mut conn, customer, &published).await?;
            let latest = |mut rows: Vec<_>| {
                rows.reverse();
                rows
            };
            store::send::of_customer(&mut conn, &id).await.map(latest)
        }
        (None, true) => store::send::unknown(&mut conn, request.limit).await,
        (None, false) => store::send::recent(&mut conn, request.limit).await,
    }
    .map_err(|error| of_store(config, &error))?;
    Ok(rows
        .into_iter()
        .filter(|row| !request.unknown || row.state == model::SendState::Unknown)
        .filter(|row| {
            request.workflow.as_ref().is_none_or(|workflow| row.outgoing.workflow.as_str() == workflow)
        })
        .take(usize::try_from(request.limit).unwrap_or(usize::MAX))
        .map(|row| SendRow {
            id: row.outgoing.id.to_string(),
            at: row.settled_at.unwrap_or(row.due_at),
            customer: row.outgoing.customer.to_string(),
            workflow: row.outgoing.workflow.to_string(),
            medium: row.outgoing.medium.as_str().to_owned(),
            template: row.outgoing.template.clone(),
            fate: row.state.as_str().to_owned(),
            reason: row.reason.or(row.reply),
        })
        .collect())
}

/// Errors of the engine in the words of this program; for the other parts of the shell.
pub(super) fn fault(config: &Config) -> impl Fn(engine::EngineError) -> Failure + '_ {
    move |error| of_engine(config, &error)
}
