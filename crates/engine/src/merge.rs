//! Two customers become one, in one transaction: the interpreter says what stays, the store hands the rest over.

use crate::apply::Apply;
use crate::commit::commit_between;
use crate::error::EngineError;
use crate::published::Published;
use crate::turns;
use crash::Point;
use interpreter::merge::{self as rules, MERGED};
use jiff::Timestamp;
use model::{CustomerId, Input, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Connection, Store, audit, send, snapshot};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// They are one now.
    Done {
        /// Walks that were ended, because an earlier one through the same workflow stays.
        ended: usize,
    },
    /// Nobody has this id, or they were forgotten.
    Nobody(CustomerId),
    /// A message is being handed over at this moment: to be asked again.
    OnItsWay,
}

/// Merges `other` into `keep`. `who`: for the audit.
pub async fn merge(
    store: &Store,
    published: Arc<Published>,
    keep: &CustomerId,
    other: &CustomerId,
    who: &str,
    now: Timestamp,
) -> Result<Merged, EngineError> {
    let mut transaction = store.begin().await?;
    let conn: &mut Connection = &mut transaction;
    for id in [keep, other] {
        let found = load(conn, &published, id, now).await?;
        if found.is_none_or(|found| found.suppressions.iter().any(model::Suppression::is_tombstone)) {
            return Ok(Merged::Nobody(id.clone()));
        }
    }
    if send::on_its_way(conn, other).await? > 0 {
        return Ok(Merged::OnItsWay);
    }
    let (Some(ours), Some(theirs)) =
        (load(conn, &published, keep, now).await?, load(conn, &published, other, now).await?)
    else {
        return Ok(Merged::Nobody(other.clone()));
    };
    let doubles = rules::doubles(&ours, &theirs);
    let mut exits: BTreeMap<CustomerId, Vec<Input>> = BTreeMap::new();
    for double in &doubles {
        let (enrollment, reason) = (double.goes.clone(), MERGED.to_owned());
        exits.entry(double.of.clone()).or_default().push(Input::Exit { enrollment, reason });
    }
    if !exits.is_empty() {
        turns::decide(conn, &published, exits, now).await?;
    }
    let (Some(ours), Some(theirs)) =
        (load(conn, &published, keep, now).await?, load(conn, &published, other, now).await?)
    else {
        return Ok(Merged::Nobody(other.clone()));
    };
    let joined = rules::join(&published.project.library, ours, &theirs, &doubles, now);
    store::merge::hand_over(conn, other, keep, &published.project.library.model).await?;
    snapshot::save(conn, &[joined], now).await?;
    // What is counted of events is counted anew, and timers and what is kept follow; nothing is told.
    Apply::new(published, now).again(conn, std::slice::from_ref(keep)).await?;
    audit::record(conn, who, "merge", &format!("{other} into {keep}"), now).await?;
    commit_between(transaction, Point::MergeMade, Point::MergeKept).await?;
    Ok(Merged::Done { ended: doubles.len() })
}

async fn load(
    conn: &mut Connection,
    published: &Published,
    id: &CustomerId,
    now: Timestamp,
) -> Result<Option<Snapshot>, EngineError> {
    let model = &published.project.library.model;
    let ids = std::slice::from_ref(id);
    Ok(snapshot::load(conn, ids, model, &published.reads, now).await?.pop())
}
