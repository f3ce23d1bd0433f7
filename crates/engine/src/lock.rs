//! One worker process on one SQLite file: a lock of the operating system, which dies with its process, and
//! the lease row, whose epoch fences what an earlier process still has in flight.

use crate::error::EngineError;
use jiff::{SignedDuration, Timestamp};
use std::fs::File;
use std::path::Path;
use store::send::Worker;
use store::{Store, StoreError, lease};

/// Held while a process works; dropped with it.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

/// Takes the work on a database. `path`: the database's file; `None`: in memory.
///
/// Errors: [`StoreError::Held`] while another process works it.
pub async fn take(
    store: &Store,
    path: Option<&Path>,
    now: Timestamp,
    hold: SignedDuration,
) -> Result<(Lock, Worker), EngineError> {
    let file = match path {
        Some(path) => Some(lock_file(path, store).await?),
        None => None,
    };
    let owner = format!("nurture-{}-{}", std::process::id(), now.as_nanosecond());
    let mut transaction = store.begin().await?;
    if file.is_some()
        && let Some((former, until)) = lease::holder(&mut transaction).await?
        && until > now
    {
        // The lock is ours, so whoever held the lease is dead.
        tracing::info!(
            former = former.name,
            "the process that held the lease is gone; its lease is taken over"
        );
        lease::release(&mut transaction, &former).await?;
    }
    let worker = lease::acquire(&mut transaction, &owner, now, now + hold).await?;
    store::commit(transaction).await?;
    Ok((Lock { _file: file }, worker))
}

async fn lock_file(path: &Path, store: &Store) -> Result<File, EngineError> {
    let beside = path.with_extension("lock");
    let fault = |why: std::io::Error| EngineError::Clock(format!("open {}: {why}", beside.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&beside).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let mut conn = store.read().await?;
            let (by, until) = match lease::holder(&mut conn).await? {
                Some((worker, until)) => (worker.name, until),
                None => ("another process".to_owned(), Timestamp::MAX),
            };
            Err(EngineError::Store(StoreError::Held { by, until }))
        }
        Err(std::fs::TryLockError::Error(why)) => Err(fault(why)),
    }
}
