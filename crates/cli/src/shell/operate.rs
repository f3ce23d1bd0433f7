//! What an operator does to live workflows: `pause`, `resume`, `retire`, `exit`.

use super::ask::fault;
use super::open::{self, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use engine::Published;
use engine::operate::{self, By, Outcome};
use model::WorkflowId;

/// Holds a workflow.
pub async fn pause(config: &Config, workflow: &str) -> Result<Outcome, Failure> {
    let store = open::database(config).await?;
    let now = operate::now(&store).await.map_err(fault(config))?;
    operate::hold(&store, &WorkflowId::new(workflow), By::COMMAND, now).await.map_err(fault(config))
}

/// Lets a held workflow go on.
pub async fn resume(config: &Config, workflow: &str) -> Result<Outcome, Failure> {
    let store = open::database(config).await?;
    let now = operate::now(&store).await.map_err(fault(config))?;
    operate::resume(&store, &WorkflowId::new(workflow), By::COMMAND, now).await.map_err(fault(config))
}

/// Ends a workflow; with `exit` everybody leaves it at once.
pub async fn retire(config: &Config, workflow: &str, exit: bool) -> Result<Outcome, Failure> {
    let store = open::database(config).await?;
    let now = operate::now(&store).await.map_err(fault(config))?;
    operate::retire(&store, &config.settings(), &WorkflowId::new(workflow), exit, now)
        .await
        .map_err(fault(config))
}

/// Whom `exit` let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The customer's id.
    pub customer: String,
    /// How many of their walks ended.
    pub walks: usize,
}

/// Lets a customer go. Errors: no such customer or workflow, or they are not in it (4).
pub async fn exit(config: &Config, customer: &str, workflow: &str, reason: &str) -> Result<Gone, Failure> {
    let language = config.language.value;
    let store = open::database(config).await?;
    let now = operate::now(&store).await.map_err(fault(config))?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let id = WorkflowId::new(workflow);
    let known =
        store::version::of_workflow(&mut conn, &id).await.map_err(|error| of_store(config, &error))?;
    if known.is_empty() {
        return Err(Failure::say(Exit::NotFound, language, "cli-not-published", &[("workflow", workflow)]));
    }
    let published = Published::load(&mut conn, &config.settings(), now).await.map_err(fault(config))?;
    let customer = open::customer(config, &mut conn, customer, &published).await?;
    drop(conn);
    let reason = if reason.is_empty() { "by_hand" } else { reason };
    let walks = operate::exit(&store, &config.settings(), &customer, &id, reason, By::COMMAND, now)
        .await
        .map_err(fault(config))?;
    if walks == 0 {
        let values = [("customer", customer.as_str()), ("workflow", workflow)];
        return Err(Failure::say(Exit::NotFound, language, "exit-not-in", &values));
    }
    Ok(Gone { customer: customer.to_string(), walks })
}
