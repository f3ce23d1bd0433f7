//! What was recorded: `nurture audit`, `nurture events`.

use super::ask::loaded;
use super::open::{self, of_store};
use crate::config::Config;
use crate::exit::Failure;
use jiff::Timestamp;
use model::Event;
use store::audit::{Act, Head, Verified};
use store::rejected::Rejected;

/// What people and keys did, the latest first.
pub async fn acts(config: &Config, limit: u32) -> Result<Vec<Act>, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    store::audit::recent(&mut conn, None, limit).await.map_err(|error| of_store(config, &error))
}

/// Looks at the whole audit.
pub async fn verify_audit(config: &Config, held: Option<&Head>) -> Result<Verified, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    store::audit::verify(&mut conn, held).await.map_err(|error| of_store(config, &error))
}

/// What a customer did, the latest first. Errors: no such customer (4).
pub async fn events(config: &Config, customer: &str, limit: u32) -> Result<Vec<Event>, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let id = open::customer(config, &mut conn, customer, &published).await?;
    let model = &published.project.library.model;
    store::event::latest(&mut conn, &id, model, None, limit).await.map_err(|error| of_store(config, &error))
}

/// What clients told and was not taken, the latest first.
pub async fn rejected(config: &Config, limit: u32) -> Result<Vec<(Timestamp, Rejected)>, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    store::rejected::recent(&mut conn, None, limit).await.map_err(|error| of_store(config, &error))
}
