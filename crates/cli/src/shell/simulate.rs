//! `nurture simulate`, done.

use super::ask::{fault, no_workflow};
use super::open::{self, of_store};
use super::{SimulateRequest, Simulated};
use crate::config::Config;
use crate::exit::Failure;
use crate::view::progress::Progress;
use crate::view::simulate::Sample;
use crate::view::simulate::page::chosen;
use dsl::diagnostic::{Colour, human};
use engine::Published;
use engine::simulate::Request;
use jiff::Timestamp;
use model::{CustomerId, TraceLine, WorkflowId};
use store::Connection;

/// Simulates; `each` gets the trace ordered by time, customer, walk, and may stop it by an error. Errors: an
/// unknown workflow (4), a file with errors of one that was asked for, or of a library (1).
pub async fn simulate(
    config: &Config,
    request: &SimulateRequest,
    progress: &Progress,
    each: &mut dyn FnMut(&TraceLine) -> Result<(), Failure>,
) -> Result<Simulated, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.view().await.map_err(|error| of_store(config, &error))?;
    let published = played(config, &mut conn, &request.workflows).await?;
    for (id, version) in &published.workflows.current {
        let plays = request.workflows.is_empty() || request.workflows.iter().any(|name| name == id.as_str());
        if !plays || !published.workflows.unapproved.contains(version) {
            continue;
        }
        if let Some(workflow) = published.workflows.versions.get(version) {
            let role = workflow.approval.clone().unwrap_or_default();
            let values = [("workflow", workflow.id.as_str()), ("role", role.as_str())];
            crate::complain(&model::words::say(config.language.value, "simulate-unapproved", &values));
        }
    }
    let asked = Request {
        workflows: request.workflows.iter().map(WorkflowId::new).collect(),
        from: request.from,
        to: request.to,
        now: Timestamp::now(),
        sample: request.sample,
        mails: request.mails,
    };
    let (from, whole) =
        (request.from.as_millisecond(), request.to.as_millisecond() - request.from.as_millisecond());
    progress.whole(u64::try_from(whole).unwrap_or(0));
    let far = |at: Timestamp| progress.at(u64::try_from(at.as_millisecond() - from).unwrap_or(0));
    let told =
        engine::simulate::simulate(&mut conn, &published, &asked, &far).await.map_err(fault(config))?;
    for line in &told.trace {
        each(line)?;
    }
    let workflows = published
        .workflows
        .in_order()
        .into_iter()
        .filter(|workflow| asked.workflows.is_empty() || asked.workflows.contains(&workflow.id))
        .cloned()
        .collect();
    let people = chosen(&told.trace, request.people);
    let model = &published.project.library.model;
    let known =
        store::customer::load(&mut conn, &people, model).await.map_err(|error| of_store(config, &error))?;
    let named = |id: CustomerId| {
        let name = known.get(&id).and_then(|customer| customer.text("name")).map(str::to_owned);
        (id, name)
    };
    let people = people.into_iter().map(named).collect();
    let mails = told
        .samples
        .iter()
        .map(|sample| Sample {
            customer: sample.line.customer.to_string(),
            at: sample.line.at.to_zoned(sample.line.offset.to_time_zone()).datetime(),
            subject: sample.subject.clone(),
            text: sample.text.clone(),
        })
        .collect();
    let customers = u64::try_from(told.customers).unwrap_or(u64::MAX);
    let without_history = told.without_history.into_iter().collect();
    Ok(Simulated {
        workflows,
        trace: told.trace,
        people,
        customers,
        mails,
        costs: told.costs,
        without_history,
    })
}

/// What plays. A workflow that is asked for by name plays as its file says now, in the project as it is now: that is
/// what somebody who changes a file wants to see. All others play as they are published. Where the two differ it is
/// said.
async fn played(config: &Config, conn: &mut Connection, named: &[String]) -> Result<Published, Failure> {
    let live = Published::load(conn, &config.settings(), Timestamp::now()).await.map_err(fault(config))?;
    let loaded = crate::project::load(config)?;
    let tell = |key: &str, id: &str| {
        crate::complain(&model::words::say(config.language.value, key, &[("workflow", id)]));
    };
    let differs = |id: &WorkflowId| {
        let file = loaded.project.workflows.get(id).map(|workflow| &workflow.version);
        live.workflows.current.get(id).zip(file).is_some_and(|(live, file)| live != file)
    };
    if named.is_empty() && !live.workflows.current.is_empty() {
        live.workflows.current.keys().filter(|id| differs(id)).for_each(|id| {
            tell("simulate-as-published", id.as_str());
        });
        return Ok(live);
    }
    for name in named {
        let id = WorkflowId::new(name);
        if loaded.project.workflows.contains_key(&id) {
            if differs(&id) {
                tell("simulate-from-file", name);
            }
        } else if let Some(file) = loaded.file_of(name) {
            return Err(open::mistakes(config, loaded, |found| found == file));
        } else if live.workflows.current.contains_key(&id) {
            tell("simulate-no-file", name);
        } else {
            let known = loaded.project.workflows.keys().chain(live.workflows.current.keys());
            return Err(no_workflow(config, name, known));
        }
    }
    let libraries = loaded.libraries_with_errors();
    if !libraries.is_empty() {
        return Err(open::mistakes(config, loaded, |found| libraries.contains(&found)));
    }
    if named.is_empty() && loaded.report.has_errors() {
        // Nothing is published: the files that can be used play, and the others are named.
        let said = human(&loaded.report, &loaded.sources, config.language.value, Colour::Never);
        crate::complain(said.trim_end());
    }
    Ok(Published::of_files(loaded.project).map_err(fault(config))?.over(live))
}
