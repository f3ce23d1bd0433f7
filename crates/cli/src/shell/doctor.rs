//! `nurture doctor`, done: the database by the engine, the disk and the settings here.

use super::ask::fault;
use super::dns::{Identity, Records};
use super::open::{self, of_store};
use crate::config::{self, Config};
use crate::exit::Failure;
use engine::doctor::{self, Found, Repaired};
use jiff::Timestamp;
use std::path::Path;
use store::{Options, Store};

/// What is to be told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Of the database.
    pub found: Found,
    /// Free and all bytes of the disk on which the database lies; `None`: it lies elsewhere.
    pub disk: Option<(u64, u64)>,
    /// The safety catch.
    pub delivery: config::Delivery,
    /// By this clock.
    pub now: Timestamp,
    /// What DNS says of the senders; nothing where nobody asked.
    pub identities: Vec<Identity>,
    /// What was repaired; `None`: nobody asked.
    pub repaired: Option<Repaired>,
}

/// Looks; with `repair` it repairs and looks again.
pub async fn doctor(
    config: &Config,
    deep: bool,
    repair: bool,
    records: Option<&Records>,
) -> Result<Told, Failure> {
    let mut identities = Vec::new();
    if let Some(records) = records {
        for sender in &open::files(config)?.project.library.senders {
            identities.push(records.identity(sender).await);
        }
    }
    let options = Options { create: false, migrate: false, ..Options::default() };
    let store =
        Store::open(&config.database_url(), options).await.map_err(|error| of_store(config, &error))?;
    let now = Timestamp::now();
    let repaired = match repair {
        true => Some(doctor::repair(&store, now).await.map_err(fault(config))?),
        false => None,
    };
    let found = doctor::look(&store, &config.settings(), deep, now).await.map_err(fault(config))?;
    store.close().await;
    let disk = open::database_file(config).as_deref().and_then(room);
    Ok(Told { found, disk, delivery: config.delivery.value.clone(), now, identities, repaired })
}

/// Free and all bytes of the disk under a file.
#[cfg(unix)]
fn room(file: &Path) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(file).ok()?;
    Some((disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<(u64, u64)> {
    None
}
