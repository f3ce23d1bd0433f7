//! Two customers become one.

use super::ask::loaded;
use super::open::{self, of_engine, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use engine::merge::Merged;
use jiff::Timestamp;
use model::CustomerId;
use std::sync::Arc;

/// What `merge` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Who stays.
    pub keep: String,
    /// Whose id leads to them now.
    pub other: String,
    /// Walks that were ended.
    pub ended: usize,
}

/// Merges a customer into another, as of an instant (`None`: now). Errors: no such customer (4), both are one already (2), a message is being
/// handed over (5).
pub async fn merge(
    config: &Config,
    keep: &str,
    other: &str,
    who: &str,
    at: Option<Timestamp>,
) -> Result<Done, Failure> {
    let language = config.language.value;
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let kept = open::customer(config, &mut conn, keep, &published).await?;
    let gone = open::customer(config, &mut conn, other, &published).await?;
    drop(conn);
    if kept == gone {
        let values = [("keep", kept.as_str()), ("other", other)];
        return Err(Failure::say(Exit::Usage, language, "merge-same", &values));
    }
    let now = at.unwrap_or_else(Timestamp::now);
    let merged = engine::merge::merge(&store, Arc::new(published), &kept, &gone, who, now)
        .await
        .map_err(|error| of_engine(config, &error))?;
    let no_customer = |id: &CustomerId| {
        Failure::say(Exit::NotFound, language, "cli-no-customer", &[("customer", id.as_str())])
    };
    match merged {
        Merged::Done { ended } => Ok(Done { keep: kept.to_string(), other: gone.to_string(), ended }),
        Merged::Nobody(id) => Err(no_customer(&id)),
        Merged::OnItsWay => {
            Err(Failure::say(Exit::Conflict, language, "merge-on-its-way", &[("other", gone.as_str())]))
        }
    }
}
