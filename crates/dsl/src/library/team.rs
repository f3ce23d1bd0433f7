//! Teams: who gets leads, in which order, how fast they must answer, and where a lead goes that nobody takes.

use crate::condition::Condition;
use crate::step::AssignBy;
use model::event::names;
use model::{Length, RepId, TeamId, Windows};
use std::collections::BTreeMap;

/// A team of reps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Team {
    /// The rep who hears of what the ladder ends in.
    pub lead: Option<RepId>,
    /// Its members in order.
    pub members: Vec<Member>,
    /// The rules, the first that answers.
    pub by: Vec<AssignBy>,
    /// When they work, each in their own zone; `None`: the project's hours, and leads come at any hour.
    pub hours: Option<Windows>,
    /// What becomes of a lead outside the hours.
    pub when_closed: WhenClosed,
    /// How fast a rep must answer.
    pub sla: Sla,
    /// The public pool (公海); `None`: leads stay with their owner.
    pub pool: Option<Pool>,
    /// Who gets what nobody took: a team, a rep or a role, by name.
    pub backup: Option<String>,
}

/// A member of a team.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Who.
    pub rep: RepId,
    /// How many in turn; at least 1.
    pub weight: u32,
    /// What they know.
    pub skills: Vec<String>,
    /// Where they sell.
    pub territory: Vec<String>,
    /// How many open at most; `None`: any number.
    pub open_leads: Option<u32>,
    /// How many on a calendar day of theirs at most; `None`: any number.
    pub per_day: Option<u32>,
    /// Who gets what a rule would give to them while they are away; `None`: the next in turn.
    pub backup: Option<RepId>,
}

impl Member {
    /// A member of weight 1 without limits.
    pub fn new(rep: RepId) -> Self {
        Self {
            rep,
            weight: 1,
            skills: Vec::new(),
            territory: Vec::new(),
            open_leads: None,
            per_day: None,
            backup: None,
        }
    }
}

/// `when_closed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenClosed {
    /// The lead waits for opening, and its clock with it. The default.
    #[default]
    Wait,
    /// It is given all the same.
    Assign,
}

/// `sla`: the clock that every assignment starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Sla {
    /// The rep must accept within this time of the team's hours; `None`: nobody needs to accept.
    pub accept_within: Option<Length>,
    /// What happens without a first contact, in the order of time; empty: nothing.
    pub first_contact: Vec<Rung>,
    /// Reassignments before the lead hears of it. Default 2.
    pub reassign_at_most: u32,
    /// A former rep does not get it back within this time. Default 24 hours.
    pub not_back_within: Length,
    /// The events that count as a contact. Default: `rep.contacted`, `task.done`.
    pub counts_as_contact: Vec<String>,
}

impl Default for Sla {
    fn default() -> Self {
        Self {
            accept_within: None,
            first_contact: Vec::new(),
            reassign_at_most: 2,
            not_back_within: Length::from_hours(24),
            counts_as_contact: vec![names::REP_CONTACTED.to_owned(), names::TASK_DONE.to_owned()],
        }
    }
}

/// One rung of `first_contact`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// So long after the clock began.
    pub after: Length,
    /// What happens.
    pub does: RungDoes,
}

/// `do` of a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungDoes {
    /// The rep is reminded.
    Remind,
    /// Another rep gets it.
    Reassign,
}

/// `pool`: the public pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Without a contact for so long, a lead goes there.
    pub after: Length,
    /// So long before, the owner is warned; `None`: not.
    pub warn: Option<Length>,
    /// When it may stay longer.
    pub postpone: Option<Postpone>,
    /// Who may take it out again.
    pub claim: Claim,
}

/// `postpone` of a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Postpone {
    /// While this holds …
    pub when: Condition,
    /// … it stays so long.
    pub by: Length,
    /// So often. Default 1.
    pub times: u32,
    /// In all not longer than this since the last contact; `None`: any length.
    pub at_most: Option<Length>,
}

/// `claim` of a pool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claim {
    /// So many on a calendar day of the rep; `None`: any number.
    pub per_day: Option<u32>,
    /// A rep may hold so many open leads; `None`: any number.
    pub hold: Option<u32>,
    /// The former owner must wait so long; `None`: not at all.
    pub former_owner_after: Option<Length>,
}

/// Whom a team's `backup` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backup {
    /// Another team chooses one of its own.
    Team(TeamId),
    /// This rep.
    Rep(RepId),
    /// A role: it is told, and the lead stays where it is.
    Role(String),
}

impl Team {
    /// The member of this name.
    pub fn member(&self, rep: &RepId) -> Option<&Member> {
        self.members.iter().find(|member| member.rep == *rep)
    }

    /// Whether a lead of this team has a clock at all.
    pub fn has_clock(&self) -> bool {
        self.sla.accept_within.is_some() || !self.sla.first_contact.is_empty() || self.pool.is_some()
    }
}

/// Whom a name of `backup` means: a team first, then a rep of any team, else a role.
pub fn backup(teams: &BTreeMap<TeamId, Team>, name: &str) -> Backup {
    let team = TeamId::new(name);
    if teams.contains_key(&team) {
        return Backup::Team(team);
    }
    let rep = RepId::new(name);
    let known = teams.values().any(|team| team.lead.as_ref() == Some(&rep) || team.member(&rep).is_some());
    if known { Backup::Rep(rep) } else { Backup::Role(name.to_owned()) }
}

/// The team that a rep without one at hand belongs to: the first that has them as a member.
pub fn team_of<'t>(teams: &'t BTreeMap<TeamId, Team>, rep: &RepId) -> Option<(&'t TeamId, &'t Team)> {
    teams.iter().find(|(_, team)| team.member(rep).is_some())
}
