//! `migrate`, `backup`, `restore`, `move`, and letting a restored database go on.

use super::ask::fault;
use super::open::{self, of_engine, of_store};
use crate::config::{self, Config};
use crate::exit::{Exit, Failure};
use crate::view::progress::Progress;
use engine::backup::{self, BackupError, Manifest, Moved, Restored};
use engine::lock::Part;
use engine::operate::{self, Outcome, Way};
use engine::{Clock, Delivery, Engine, LEASE, VirtualClock};
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;
use store::{Options, Store, StoreError};

/// Brings the database up to date. Returns the migration that it had, 0 where it is new, and the one it has now.
pub async fn migrate(config: &Config) -> Result<(i64, i64), Failure> {
    let url = config.database_url();
    let from = match Store::open(&url, Options::as_it_is()).await {
        Ok(store) => {
            let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
            store::found_migration(&mut conn).await.map_err(|error| of_store(config, &error))?
        }
        // There is no file yet.
        Err(StoreError::Open { .. }) if open::database_file(config).is_some_and(|file| !file.exists()) => 0,
        Err(error) => return Err(of_store(config, &error)),
    };
    let store = Store::open(&url, Options::default()).await.map_err(|error| of_store(config, &error))?;
    store.close().await;
    Ok((from, store::known_migration()))
}

/// Shows on the bar how many rows are done.
fn rows(progress: &Progress) -> impl Fn(&str, u64) + Send + Sync + '_ {
    |table, rows| {
        progress.at(rows);
        progress.doing(table);
    }
}

/// Writes a backup.
pub async fn back_up(config: &Config, to: &Path, progress: &Progress) -> Result<Manifest, Failure> {
    let options = Options { create: false, migrate: false, older: true, ..Options::default() };
    let store =
        Store::open(&config.database_url(), options).await.map_err(|error| of_store(config, &error))?;
    let made = backup::back_up(&store, to, Timestamp::now(), &rows(progress)).await;
    store.close().await;
    made.map_err(|error| of_backup(config, &error))
}

/// Compares a backup with its manifest.
pub async fn verify(config: &Config, path: &Path, progress: &Progress) -> Result<Manifest, Failure> {
    backup::verify(path, &rows(progress)).await.map_err(|error| of_backup(config, &error))
}

/// Restores a backup in the place of the project's database.
pub async fn restore(
    config: &Config,
    path: &Path,
    replace: bool,
    progress: &Progress,
) -> Result<Restored, Failure> {
    let now = Timestamp::now();
    let done = match open::database_file(config) {
        Some(file) => backup::restore_file(path, &file, replace, now).await,
        None => {
            let store = open::database(config).await?;
            backup::restore_into(path, &store, now, &rows(progress)).await
        }
    };
    done.map_err(|error| of_backup(config, &error))
}

/// Moves everything to another database.
pub async fn move_to(config: &Config, to: &str, progress: &Progress) -> Result<Moved, Failure> {
    let to = config.absolute(to);
    if to == config.database_url() {
        return Err(Failure::say(Exit::Usage, config.language.value, "move-same", &[]));
    }
    let now = Timestamp::now();
    let from = open::database(config).await?;
    let file = open::database_file(config);
    let (_lock, worker) =
        engine::lock::take(&from, file.as_deref(), now, LEASE, Part::All).await.map_err(fault(config))?;
    let there = Store::open(&to, Options::default()).await.map_err(|error| of_store(config, &error))?;
    let done = backup::move_to(&from, &there, &store::shown(&to), now, &rows(progress)).await;
    // At the end a lease that is not given back only expires.
    let _ = engine::lock::release(&from, &worker).await;
    there.close().await;
    from.close().await;
    done.map_err(|error| of_backup(config, &error))
}

/// Holds everything.
pub async fn pause_all(config: &Config) -> Result<Outcome, Failure> {
    let store = open::database(config).await?;
    let now = operate::now(&store).await.map_err(fault(config))?;
    operate::hold_all(&store, now).await.map_err(fault(config))
}

/// Lets everything go on; a restored database first lives through what its backup missed. Returns how many
/// messages became unknown by that.
pub async fn resume_all(
    config: &Config,
    anyway: bool,
    progress: &Progress,
) -> Result<(Outcome, u64), Failure> {
    let store = open::database(config).await?;
    let now = Timestamp::now();
    let mut unknown = 0;
    match operate::way_on(&store).await.map_err(fault(config))? {
        Way::NotHeld => return Ok((Outcome::AsBefore, 0)),
        Way::Moved(to) if !anyway => {
            return Err(Failure::say(Exit::Conflict, config.language.value, "resume-moved", &[("to", &to)]));
        }
        Way::Free | Way::Moved(_) => {}
        Way::Replay(from, to) => {
            let file = open::database_file(config);
            let (_lock, worker) = engine::lock::take(&store, file.as_deref(), now, LEASE, Part::All)
                .await
                .map_err(fault(config))?;
            let clock = VirtualClock::new(from);
            let shared: Arc<dyn Clock> = Arc::new(clock.clone());
            let speakers = open::speakers_by(config, Delivery::File);
            let engine =
                Engine::new(store.clone(), shared, config.settings(), worker.clone(), speakers, false)
                    .await
                    .map_err(fault(config))?
                    .to_replay();
            progress.whole(u64::try_from(to.as_millisecond() - from.as_millisecond()).unwrap_or(0));
            let far = |at: Timestamp| {
                progress.at(u64::try_from(at.as_millisecond() - from.as_millisecond()).unwrap_or(0));
            };
            let replayed = operate::replay(&engine, &clock, (from, to), &far).await;
            let _ = engine::lock::release(&store, &worker).await;
            unknown = replayed.map_err(fault(config))?;
        }
    }
    let done = operate::resume_all(&store, now).await.map_err(fault(config))?;
    store.close().await;
    Ok((done, unknown))
}

/// The exit code of what went wrong with a backup.
fn of_backup(config: &Config, error: &BackupError) -> Failure {
    let language = config.language.value;
    let why = error.to_string();
    let say = |exit, key| Failure::say(exit, language, key, &[("why", &why)]);
    match error {
        BackupError::File { .. } | BackupError::Manifest { .. } => {
            say(Exit::Configuration, "backup-unusable")
        }
        BackupError::Damaged { .. } => say(Exit::Findings, "backup-damaged"),
        BackupError::InTheWay { .. } => say(Exit::Conflict, "backup-in-the-way"),
        BackupError::Engine(error) => of_engine(config, error),
    }
}

/// Whether this project's database may be brought up to date by any verb.
pub fn may_migrate(config: &Config) -> bool {
    config.migrate.value == config::Migrate::Start
}
