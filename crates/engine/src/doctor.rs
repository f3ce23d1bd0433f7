//! `nurture doctor`: what is looked at, what was found, and what can be repaired.

use crate::error::EngineError;
use crate::published::Published;
use dsl::project::Settings;
use jiff::Timestamp;
use std::collections::BTreeMap;
use store::aside::{self, Aside};
use store::channel::Closed;
use store::doctor::{self, Flight, Walks};
use store::hold::Hold;
use store::server::Server;
use store::version::WorkflowState;
use store::{Connection, Store, audit, hold, meta, pause, send, server, version};

/// A database whose clock is further from this machine's than this is worth a word, in milliseconds.
pub const CLOCK_WARNS: i64 = 1_000;
/// A clock further away than this makes leases and dates wrong, in milliseconds.
pub const CLOCK_FAILS: i64 = 5_000;
/// Rows that are named, of many.
const NAMED: usize = 20;

/// Everything that was found in the database. What it means is said by the view.
#[derive(Clone, Debug)]
pub struct Found {
    /// The newest migration there, and the newest that this program knows.
    pub migration: (i64, i64),
    /// Whether it is PostgreSQL.
    pub postgres: bool,
    /// Its size, in bytes.
    pub bytes: i64,
    /// SQLite's first complaint about its file; `None`: it has none, or was not asked.
    pub damage: Option<String>,
    /// The server's word about itself; `None`: SQLite.
    pub server: Option<Server>,
    /// How far the clock of the database is ahead of this machine's, in milliseconds; behind where negative.
    pub ahead: i64,
    /// The hold of the whole database.
    pub held: Option<Hold>,
    /// Where its virtual clock stands; `None`: it lives on the wall clock.
    pub virtual_clock: Option<Timestamp>,
    /// Walks that are in no state, or in one that cannot be.
    pub walks: Walks,
    /// Walks that stand on a step which their version does not have: workflow, step, how many.
    pub nowhere: Vec<(String, String, u64)>,
    /// Walks that cannot be read; `None`: they were not looked at.
    pub unreadable: Option<Vec<String>>,
    /// Versions in which somebody walks and which this program cannot read.
    pub versions: Vec<String>,
    /// Sends and leases.
    pub flight: Flight,
    /// The first of the customers who are left alone because their turn fails.
    pub aside: Vec<Aside>,
    /// Paused workflows, and who paused them.
    pub paused: Vec<(String, String)>,
    /// Channels that the other side has closed.
    pub closed: BTreeMap<String, Closed>,
    /// When the longest waiting thing was due; `None`: nothing is.
    pub oldest_due: Option<Timestamp>,
}

/// Looks. `deep`: reads the whole file and every walk. `now`: by the clock of this machine.
pub async fn look(
    store: &Store,
    settings: &Settings,
    deep: bool,
    now: Timestamp,
) -> Result<Found, EngineError> {
    let mut conn = store.read().await?;
    let asked = server::clock(&mut conn).await?;
    let ahead = match asked {
        Some(clock) => clock.as_millisecond() - now.as_millisecond(),
        // A file has no clock, but bears the instants of those who wrote to it.
        None => doctor::newest(&mut conn)
            .await?
            .map_or(0, |newest| (newest.as_millisecond() - now.as_millisecond()).max(0)),
    };
    let virtual_clock = meta::get_instant(&mut conn, meta::LIVED).await?;
    let published = Published::load(&mut conn, settings, now).await?;
    let mut nowhere = Vec::new();
    for (workflow, version, step, count) in doctor::places(&mut conn).await? {
        let Some(known) = published.workflows.versions.get(&version) else { continue };
        if known.find(&step.as_str().into()).is_none() {
            nowhere.push((workflow.to_string(), step, count));
        }
    }
    let unreadable = match deep {
        true => Some(doctor::unreadable(&mut conn).await?.into_iter().take(NAMED).collect()),
        false => None,
    };
    let at = virtual_clock.unwrap_or(now);
    Ok(Found {
        migration: (store::found_migration(&mut conn).await?, store::known_migration()),
        postgres: conn.is_postgres(),
        bytes: store::copy::size(&mut conn).await?,
        damage: if deep { doctor::damage(&mut conn).await? } else { None },
        server: server::look(&mut conn).await?,
        ahead: if virtual_clock.is_some() && asked.is_none() { 0 } else { ahead },
        held: hold::get(&mut conn).await?,
        walks: doctor::walks(&mut conn).await?,
        nowhere,
        unreadable,
        versions: published.unreadable.clone(),
        flight: doctor::flight(&mut conn, asked.unwrap_or(now)).await?,
        aside: aside::all(&mut conn, 20).await?,
        paused: paused(&mut conn).await?,
        closed: store::channel::closed(&mut conn).await?,
        oldest_due: store::stats::next_at(&mut conn).await?.filter(|due| *due <= at),
        virtual_clock,
    })
}

async fn paused(conn: &mut Connection) -> Result<Vec<(String, String)>, EngineError> {
    let current = version::current(conn).await?;
    let who = pause::all(conn).await?;
    let paused = current.into_iter().filter(|(_, state)| *state == WorkflowState::Paused);
    Ok(paused
        .map(|(live, _)| {
            let id = live.workflow;
            let by = who.iter().find(|kept| kept.workflow == id && kept.until.is_none());
            let by = by.map(|kept| kept.who.clone()).unwrap_or_default();
            (id.to_string(), by)
        })
        .collect())
}

/// What was repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Walks that were put where they belong.
    pub walks: u64,
    /// Sends of dead workers that were taken back, or are unknown now; and those that were in no state.
    pub sends: u64,
    /// Customers who were left alone and are tried again.
    pub aside: u64,
}

/// Repairs what can be repaired, in one transaction.
pub async fn repair(store: &Store, now: Timestamp) -> Result<Repaired, EngineError> {
    let mut transaction = store.begin().await?;
    let at = meta::get_instant(&mut transaction, meta::LIVED).await?.unwrap_or(now);
    let walks = doctor::repair_walks(&mut transaction, at).await?;
    let stateless = doctor::repair_sends(&mut transaction, at).await?;
    let lost = send::recover(&mut transaction, at, 0).await?;
    let aside = aside::lift_all(&mut transaction).await?;
    let repaired = Repaired { walks, sends: stateless + lost.unknown + lost.due, aside };
    if repaired != Repaired::default() {
        audit::record(&mut transaction, "nurture", "repair", &walks.to_string(), now).await?;
    }
    store::commit(transaction).await?;
    Ok(repaired)
}
