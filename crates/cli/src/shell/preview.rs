//! `preview`: a message as one customer would get it, and a proof of it in a mailbox of one's own.

use super::PreviewRequest;
use super::ask::snapshot;
use super::open::{self, of_engine, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::preview::{Preview, Shown};
use dsl::step::Verb;
use dsl::test_case::{Scenario, TestCase};
use dsl::workflow::Workflow;
use engine::Published;
use engine::proof::Proof;
use interpreter::render::Rendered;
use interpreter::trial::{self, Verdict};
use jiff::Timestamp;
use model::{
    CustomerId, Medium, OnUnknown, Outgoing, Recipient, Rep, RepId, SendId, Snapshot, Value, WorkflowId,
};
use std::collections::BTreeMap;

/// The address in a proof of a mail for somebody who has none: it can never be reached (RFC 2606).
const NOBODY: &str = "nobody@example.invalid";

/// Renders a template of the files for a customer, and sends a proof where one is asked for. Errors: neither is
/// known (4), it cannot be rendered or is no mail (1).
pub async fn preview(config: &Config, request: &PreviewRequest) -> Result<Preview, Failure> {
    let store = open::database(config).await?;
    let published = open::files(config)?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let now = Timestamp::now();
    let id = open::customer(config, &mut conn, &request.customer, &published).await?;
    let mut snapshot = snapshot(config, &mut conn, &published, &id, now).await?;
    let reps = store::rep::all(&mut conn).await.map_err(|error| of_store(config, &error))?;
    drop(conn);
    if let Some(locale) = &request.locale {
        // As if the customer spoke that language: the variant, the helpers and our own words follow it.
        snapshot.customer.attributes.insert("language".to_owned(), Value::Text(locale.clone()));
    }
    let template = &request.template;
    let Some(found) = published.renderer.find(template, snapshot.customer.text("language")) else {
        let values = [("template", template.as_str())];
        return Err(Failure::say(Exit::NotFound, config.language.value, "cli-no-template", &values));
    };
    let walked = walked(&published, template);
    let outgoing = outgoing(&published, template, walked.as_ref().map(|(_, sent)| sent), id, now);
    let locale = found.locale.clone();
    let rendered = engine::letter::render(&published, &reps, &snapshot, &outgoing, now).map_err(|error| {
        let values = error.args();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Failure::say(Exit::Findings, config.language.value, error.key(), &values)
    })?;
    let letter = Letter { published: &published, reps: &reps, snapshot: &snapshot, outgoing: &outgoing };
    let own = snapshot.customer.text("email").unwrap_or(NOBODY);
    let mail = rendered.html.is_some().then(|| letter.proof(config, &rendered, own)).transpose()?;
    let went = match (&request.send_to, &mail) {
        (None, _) => None,
        (Some(_), None) => {
            let values = [("template", template.as_str())];
            return Err(Failure::say(Exit::Findings, config.language.value, "preview-no-mail", &values));
        }
        (Some(address), Some(_)) => {
            let proof = letter.proof(config, &rendered, address)?;
            let speakers = open::speakers(config);
            let went = proof.send(speakers, &published, &outgoing, now).await;
            Some((address.clone(), went.map_err(|error| of_engine(config, &error))?))
        }
    };
    let sender = engine::letter::sender(&published, &outgoing);
    Ok(Preview {
        template: template.clone(),
        locale,
        walk: walked.map(|(test, sent)| (sent.workflow.to_string(), test)),
        from: format!("{} <{}>", sender.name, sender.address),
        to: snapshot.customer.text("email").unwrap_or_default().to_owned(),
        subject: rendered.subject,
        preheader: rendered.preheader,
        text: rendered.text,
        html: rendered.html,
        pictures: rendered.pictures.iter().map(Shown::of).collect(),
        eml: mail.map(|mail| mail.text().to_owned()),
        files: Vec::new(),
        went,
    })
}

/// What the mail is made of beside its text.
struct Letter<'a> {
    published: &'a Published,
    reps: &'a BTreeMap<RepId, Rep>,
    snapshot: &'a Snapshot,
    outgoing: &'a Outgoing,
}

impl Letter<'_> {
    fn proof(&self, config: &Config, rendered: &Rendered, address: &str) -> Result<Proof, Failure> {
        Proof::new(self.published, self.reps, self.snapshot, self.outgoing, rendered, address).map_err(
            |why| {
                let values = [("address", address), ("why", why.as_str())];
                Failure::say(Exit::Findings, config.language.value, "preview-no-proof", &values)
            },
        )
    }
}

/// The message of a template as a walk would send it: as in the test that does, else without what a walk knows.
fn outgoing(
    published: &Published,
    template: &str,
    walked: Option<&Outgoing>,
    customer: CustomerId,
    now: Timestamp,
) -> Outgoing {
    // Each proof is a mail of its own: mailboxes show one of those with the same Message-ID.
    let id = SendId::new(format!("preview-{}", now.as_millisecond()));
    if let Some(sent) = walked {
        return Outgoing { id, customer, due_at: now, ..sent.clone() };
    }
    let user = user_of(published, template);
    // It is no walk that sends this one.
    let asks = template == engine::choices::OPT_IN_TEMPLATE;
    let context = if asks { engine::choices::opt_in_sample(published) } else { BTreeMap::new() };
    Outgoing {
        id,
        enrollment: "preview".into(),
        customer,
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
        marketing: !asks,
        on_unknown: OnUnknown::Hold,
        context,
        due_at: now,
        deadline: now,
    }
}

/// The message that the first test which sends a template has sent, and the test's name: what a walk knows
/// (what started it, variables) is known only on a walk. Tests of its own workflow go before those of scenarios.
/// `None`: no test sends it.
fn walked(published: &Published, template: &str) -> Option<(String, Outgoing)> {
    let project = &published.project;
    let renderer = &published.renderer;
    let sends = |workflow: &Workflow| {
        let sends = |verb: &Verb| matches!(verb, Verb::Send(message) if message.template == template);
        workflow.steps.iter().any(|step| sends(&step.verb))
    };
    let found = |test: &TestCase, verdict: Verdict| {
        let sent = verdict.sends.into_iter().find(|sent| sent.template == template)?;
        Some((test.name.clone(), sent))
    };
    let workflows = || project.workflows.values().filter(|workflow| sends(workflow));
    let by_itself = workflows()
        .flat_map(|workflow| workflow.tests.iter().map(move |test| (workflow, test)))
        .find_map(|(workflow, test)| found(test, trial::run(project, renderer, workflow, test)));
    let together = || {
        let plays = |scenario: &&Scenario| workflows().any(|one| scenario.workflows.contains(&one.id));
        let scenarios = project.scenarios.values().filter(plays);
        scenarios
            .flat_map(|scenario| scenario.tests.iter().map(move |test| (scenario, test)))
            .find_map(|(scenario, test)| found(test, trial::run_scenario(project, renderer, scenario, test)))
    };
    by_itself.or_else(together)
}

/// The first step that sends a template: its workflow and its own subject.
fn user_of(published: &Published, template: &str) -> Option<(WorkflowId, Option<String>)> {
    published.workflows.in_order().into_iter().find_map(|workflow| {
        workflow.steps.iter().find_map(|step| {
            let Verb::Send(message) = &step.verb else { return None };
            // A subject that needs the walk's values cannot be shown without a walk.
            let own = message.subject.as_ref().map(|subject| subject.source.clone());
            let plain = own.filter(|source| !source.contains("vars.") && !source.contains("event."));
            (message.template == template).then(|| (workflow.id.clone(), plain))
        })
    })
}
