//! The reps: those who were imported and those whom the teams name, with what each has open.

use crate::error::EngineError;
use crate::published::Published;
use jiff::Timestamp;
use model::RepId;
use std::collections::BTreeSet;
use store::Connection;

/// A rep as they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct RepStanding {
    /// Who.
    pub id: RepId,
    /// Empty: nobody said it.
    pub name: String,
    /// On leave, or marked as away.
    pub away: bool,
    /// Customers and things of theirs that are in no end stage.
    pub open: i64,
    /// Where they are a member.
    pub teams: Vec<String>,
}

/// All of them, by id.
pub async fn listed(
    conn: &mut Connection,
    published: &Published,
    now: Timestamp,
) -> Result<Vec<RepStanding>, EngineError> {
    let library = &published.project.library;
    let known = store::rep::all(conn).await?;
    let members = library.teams.values().flat_map(|team| &team.members).map(|member| member.rep.clone());
    let all: BTreeSet<RepId> = known.keys().cloned().chain(members).collect();
    let open = store::assignment::open(conn, &library.model, &all).await?;
    let standing = |id: RepId| {
        let rep = known.get(&id);
        let zone = interpreter::rep::zone(rep, &published.zone);
        let teams = library.teams.iter().filter(|(_, team)| team.member(&id).is_some());
        RepStanding {
            name: rep.map(|rep| rep.name.clone()).unwrap_or_default(),
            away: interpreter::rep::is_away(rep, now, &zone),
            open: open.get(&id).copied().unwrap_or(0),
            teams: teams.map(|(team, _)| team.to_string()).collect(),
            id,
        }
    };
    Ok(all.into_iter().map(standing).collect())
}
