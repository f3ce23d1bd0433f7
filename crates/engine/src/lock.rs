//! Who works on a database. On one SQLite file one process does: a lock of the operating system, which dies with
//! its process, and the lease row, whose epoch fences what an earlier process still has in flight. On PostgreSQL
//! several do: each comes among the workers, is given its share of the slots, and renews its leases.

use crate::error::EngineError;
use crate::live::renew_every;
use crash::Point;
use jiff::{SignedDuration, Timestamp};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};
use store::send::Worker;
use store::share::{self, PARTS};
use store::{Pool, Store, StoreError, lease};
use tokio::task::JoinSet;

/// Between two looks whether slots have become free, at the start.
const PATIENCE: Duration = Duration::from_millis(250);

/// Held while a process works; dropped with it.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
    /// What renews the leases on PostgreSQL; it ends with the lock.
    _renewal: JoinSet<()>,
}

/// What part of the work a process takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its share of the customers, beside others.
    Share,
    /// All customers: the clock is its own.
    All,
    /// No customers: on PostgreSQL others do that, and it only fires what is for all.
    Nobody,
}

impl Part {
    fn shares(self) -> bool {
        match self {
            Self::Share | Self::All => true,
            Self::Nobody => false,
        }
    }
}

/// Takes the work on a database. `path`: the database's file; `None`: a temporary one, or PostgreSQL.
///
/// Errors: [`StoreError::Held`] while another process works it, where that leaves nothing to take.
pub async fn take(
    store: &Store,
    path: Option<&Path>,
    now: Timestamp,
    hold: SignedDuration,
    part: Part,
) -> Result<(Lock, Worker), EngineError> {
    let owner = format!("nurture-{}-{}", std::process::id(), now.as_nanosecond());
    if let Pool::Postgres(_) = store.pool() {
        return share_in(store, &owner, hold, part).await;
    }
    let file = match path {
        Some(path) => Some(lock_file(path, store).await?),
        None => None,
    };
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
    crash::point(Point::Taken).await;
    Ok((Lock { _file: file, _renewal: JoinSet::new() }, worker))
}

/// Gives the work back: others may take it at once.
pub async fn release(store: &Store, worker: &Worker) -> Result<(), StoreError> {
    let mut transaction = store.begin_beside().await?;
    if transaction.is_postgres() {
        share::leave(&mut transaction, worker).await?;
    } else {
        lease::release(&mut transaction, worker).await?;
    }
    store::commit(transaction).await
}

/// Comes among the workers, and waits until it holds its share: those of a process that was killed are free
/// when its leases are over, those of one that lives when it next renews them.
async fn share_in(
    store: &Store,
    owner: &str,
    hold: SignedDuration,
    part: Part,
) -> Result<(Lock, Worker), EngineError> {
    let longest = Duration::try_from(hold).unwrap_or(Duration::MAX).saturating_add(2 * renew_every(hold));
    let began = Instant::now();
    // Who was kept from the processor while alone with the workers was put out: nothing is there of it.
    let passes = |error: &StoreError| {
        let passes = error.retry() && began.elapsed() < longest;
        if passes {
            tracing::warn!(%error, "take a share; once more");
        }
        passes
    };
    let worker = loop {
        match join(store, owner, hold, part).await {
            Err(error) if passes(&error) => tokio::time::sleep(PATIENCE).await,
            done => break done?,
        }
    };
    let waits = async {
        loop {
            match live_on(store, &worker, hold, part).await {
                Ok(held) => {
                    let wanted = if part == Part::All { PARTS } else { held.enough };
                    if held.parts >= wanted {
                        return Ok::<_, StoreError>(());
                    }
                }
                Err(error) if passes(&error) => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(PATIENCE).await;
        }
    };
    match tokio::time::timeout(longest, waits).await {
        Ok(done) => done?,
        // With a share it can begin; the rest comes by and by.
        Err(_) if part != Part::All => {}
        Err(_) => {
            release(store, &worker).await?;
            let by = "other processes".to_owned();
            return Err(EngineError::Store(StoreError::Held { by, until: Timestamp::MAX }));
        }
    }
    let mut renewal = JoinSet::new();
    let (store, renewed) = (store.clone(), worker.clone());
    renewal.spawn(async move {
        loop {
            tokio::time::sleep(renew_every(hold)).await;
            if let Err(error) = live_on(&store, &renewed, hold, part).await {
                tracing::error!(%error, "renew the leases");
            }
        }
    });
    Ok((Lock { _file: None, _renewal: renewal }, worker))
}

async fn join(store: &Store, owner: &str, hold: SignedDuration, part: Part) -> Result<Worker, StoreError> {
    let mut transaction = store.begin_beside().await?;
    let worker = share::join(&mut transaction, owner, hold, part.shares()).await?;
    store::commit(transaction).await?;
    Ok(worker)
}

async fn live_on(
    store: &Store,
    worker: &Worker,
    hold: SignedDuration,
    part: Part,
) -> Result<share::Held, StoreError> {
    let mut transaction = store.begin_beside().await?;
    let held = share::live_on(&mut transaction, worker, hold, part.shares()).await?;
    store::commit(transaction).await?;
    Ok(held)
}

/// Keeps every other process from working on a file, whether it is there or not; `None`: one does.
pub fn alone(path: &Path) -> Option<File> {
    let beside = path.with_extension("lock");
    let file = File::options().create(true).truncate(false).write(true).open(beside).ok()?;
    file.try_lock().ok().map(|()| file)
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
