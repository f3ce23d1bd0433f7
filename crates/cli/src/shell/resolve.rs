//! `nurture sends resolve`.

use super::ask::fault;
use super::{ResolveRequest, open};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use engine::operate;
use engine::resolve::{Resolved, Which, resolve as settle};
use model::SendId;

/// Settles messages whose fate nobody knows. Errors: one that is named is none of them (4).
pub async fn resolve(config: &Config, request: &ResolveRequest) -> Result<Resolved, Failure> {
    let store = open::database(config).await?;
    let now = operate::now(&store).await.map_err(fault(config))?;
    let which = if request.ids.is_empty() {
        Which::Between(request.from, request.to)
    } else {
        Which::Ids(request.ids.iter().map(SendId::new).collect())
    };
    let workflow = request.workflow.as_deref();
    let resolved =
        settle(&store, &which, workflow, request.verdict, &request.by, now).await.map_err(fault(config))?;
    if resolved.strangers.is_empty() {
        return Ok(resolved);
    }
    let ids: Vec<&str> = resolved.strangers.iter().map(SendId::as_str).collect();
    let language = config.language.value;
    Err(Failure::say(Exit::NotFound, language, "resolve-strangers", &[("ids", &ids.join(", "))]))
}
