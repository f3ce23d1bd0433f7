//! The clock of a lead that a rep was given, by whatever path: offers, reminders, reassignment, the public
//! pool. One standing per customer and subject, and one timer for what comes next.
//!
//! | state | what comes next |
//! |---|---|
//! | offered, not accepted | `accept_within` is over: another rep, or the step's own `on_refused` |
//! | owned, no contact | a rung of `first_contact`: a reminder, or another rep |
//! | reassigned often enough | the team's lead is told; then the backup gets it |
//! | owned, followed up | the pool's warning, a postponement, the pool |
//! | in the pool | a claim |

mod answer;
mod clock;
mod give;
mod ladder;
mod notice;

pub(crate) use answer::{after_event, heard_late};
pub(crate) use give::{Given, barred, begin, claim, given, resting_until};
pub(crate) use ladder::fire;

use crate::turn::{Line, Turn};
use dsl::library::Team;
use jiff::Timestamp;
use model::{
    Did, EnrollmentId, EntityId, Event, EventId, Length, Outcome, RepId, Standing, StandingKey, StandingKind,
    StepId, TeamId, Timer, TimerKey, Value, VersionId, WorkflowId, content_id,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Under this name of a workflow the timers of leads stand.
pub(crate) const LEAD: &str = "@lead";
/// How the ids of our own events about leads begin.
const OURS: &str = "le_";

/// The state of a lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lead {
    /// Whose rules hold.
    pub team: TeamId,
    /// Who has it, or is asked to take it; `None`: nobody.
    pub rep: Option<RepId>,
    /// When the clock began.
    pub since: Timestamp,
    /// The rep is asked to take it; until they do the present owner stays.
    #[serde(default)]
    pub offer: Option<Offer>,
    /// The time to accept in; `None`: nobody needs to accept.
    #[serde(default)]
    pub accept_within: Option<Length>,
    /// They have accepted.
    #[serde(default)]
    pub accepted: bool,
    /// They have spoken with the customer.
    #[serde(default)]
    pub contacted: bool,
    /// Rungs of `first_contact` that were climbed.
    #[serde(default)]
    pub rung: u32,
    /// How often it was given to another rep.
    #[serde(default)]
    pub reassigned: u32,
    /// Another rep is asked for at this instant, for the reason's code.
    #[serde(default)]
    pub asks: Option<(Timestamp, String)>,
    /// The ladder has ended: the lead was told, and the backup gets it at this instant.
    #[serde(default)]
    pub backup_at: Option<Timestamp>,
    /// Nothing of the ladder is left.
    #[serde(default)]
    pub over: bool,
    /// Teams behind one another that passed it on.
    #[serde(default)]
    pub handed: u8,
    /// Who had it or was asked before, and until when.
    #[serde(default)]
    pub formers: BTreeMap<RepId, Timestamp>,
    /// The last contact, or the beginning: the pool counts from here.
    pub followed_at: Timestamp,
    /// Postponements since then.
    #[serde(default)]
    pub postponed: u32,
    /// The owner was warned of the pool.
    #[serde(default)]
    pub warned: bool,
    /// Since when it is in the pool.
    #[serde(default)]
    pub pooled_at: Option<Timestamp>,
    /// Causes behind its last change.
    #[serde(default)]
    pub chain: u8,
}

/// An offer under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Offer {
    /// The walk and step that rest on it; `None`: none does any more.
    pub walk: Option<(EnrollmentId, StepId)>,
    /// On refusal the step's own steps run, in place of the team's ladder.
    pub own_steps: bool,
    /// By which rule the rep was chosen.
    pub rule: String,
}

impl Lead {
    /// A clock that begins for a rep.
    pub(super) fn new(team: &TeamId, rep: &RepId, since: Timestamp) -> Self {
        Self {
            team: team.clone(),
            rep: Some(rep.clone()),
            since,
            offer: None,
            accept_within: None,
            accepted: false,
            contacted: false,
            rung: 0,
            reassigned: 0,
            asks: None,
            backup_at: None,
            over: false,
            handed: 0,
            formers: BTreeMap::new(),
            followed_at: since,
            postponed: 0,
            warned: false,
            pooled_at: None,
            chain: 0,
        }
    }

    /// The rep with nothing done yet, from an instant on; what is remembered of others stays.
    pub(super) fn goes_to(&mut self, rep: &RepId, since: Timestamp) {
        *self = Self {
            reassigned: self.reassigned,
            handed: self.handed,
            formers: std::mem::take(&mut self.formers),
            chain: self.chain,
            ..Self::new(&self.team, rep, since)
        };
    }
}

/// The key of a subject's standing.
fn key(subject: &str) -> StandingKey {
    StandingKey { kind: StandingKind::Lead, name: subject.to_owned() }
}

/// `deal/d1` of an entity; empty: the customer.
pub(crate) fn subject_of(entity: Option<&(String, EntityId)>) -> String {
    entity.map(|(kind, id)| format!("{kind}/{id}")).unwrap_or_default()
}

/// The entity of a subject; `None`: the customer.
pub(crate) fn entity_of(subject: &str) -> Option<(String, EntityId)> {
    subject.split_once('/').map(|(kind, id)| (kind.to_owned(), EntityId::new(id)))
}

/// The lead of a subject.
pub(crate) fn read(turn: &Turn<'_>, subject: &str) -> Option<Lead> {
    let standing = turn.snapshot.standings.get(&key(subject))?;
    serde_json::from_str(&standing.state).ok()
}

/// The subjects of this customer that have a lead.
fn subjects(turn: &Turn<'_>) -> Vec<String> {
    let leads = turn.snapshot.standings.keys().filter(|key| key.kind == StandingKind::Lead);
    leads.map(|key| key.name.clone()).collect()
}

/// Keeps a lead, and sets its timer to what comes next. `None`: it is over.
fn write(turn: &mut Turn<'_>, subject: &str, lead: Option<&Lead>) {
    let timer_key = TimerKey { workflow: WorkflowId::new(LEAD), subject: subject.to_owned() };
    let next = lead.and_then(|lead| clock::next_of(turn, lead)).map(|(at, _)| at);
    match lead.and_then(|lead| Some((lead.since, serde_json::to_string(lead).ok()?))) {
        Some((at, state)) => {
            turn.snapshot.standings.insert(key(subject), Standing { at, state });
        }
        None => {
            turn.snapshot.standings.remove(&key(subject));
        }
    }
    turn.changes.standings.insert(key(subject));
    match next {
        Some(fire_at) => {
            turn.snapshot.timers.insert(timer_key.clone(), Timer { fire_at, basis: String::new() });
        }
        None => {
            turn.snapshot.timers.remove(&timer_key);
        }
    }
    turn.changes.timers.insert(timer_key);
}

fn team<'a>(turn: &Turn<'a>, lead: &Lead) -> Option<&'a Team> {
    turn.world.library.teams.get(&lead.team)
}

/// Who owns the subject now.
pub(crate) fn owner(turn: &Turn<'_>, subject: &str) -> Option<RepId> {
    match entity_of(subject) {
        Some(key) => {
            let entity = turn.snapshot.entities.get(&key)?;
            entity.get("owner").and_then(Value::as_text).map(RepId::new)
        }
        None => turn.snapshot.customer.owner(),
    }
}

/// Writes a line about a lead: under the team's name, for no workflow did it.
fn line(
    turn: &mut Turn<'_>,
    lead: &Lead,
    subject: &str,
    (did, what, outcome): (Did, &str, Outcome),
    at: Timestamp,
    reason: Option<&str>,
    mut values: BTreeMap<String, serde_json::Value>,
) {
    if !subject.is_empty() {
        values.insert("of".to_owned(), subject.into());
    }
    turn.trace(Line {
        at,
        workflow: (&WorkflowId::from(format!("team:{}", lead.team)), &VersionId::new("")),
        enrollment: None,
        step: None,
        did,
        what: what.to_owned(),
        outcome,
        until: None,
        reason: reason.map(str::to_owned),
        values,
    });
}

/// The value `rep` of a line.
fn of_rep(rep: Option<&RepId>) -> BTreeMap<String, serde_json::Value> {
    rep.map(|rep| ("rep".to_owned(), rep.as_str().into())).into_iter().collect()
}

/// Whether a fact came of following a lead: who has it, who was asked, whom it went to.
pub(crate) fn is_followed(event: &Event) -> bool {
    event.id.as_str().starts_with(OURS)
}

/// Records an event about a lead. Its id is made of what it says, so that twice is once.
fn cause(
    turn: &mut Turn<'_>,
    lead: &Lead,
    name: &str,
    entity: Option<(String, EntityId)>,
    at: Timestamp,
    properties: BTreeMap<String, Value>,
) {
    let customer = turn.snapshot.customer.id.clone();
    let said = properties.values().map(ToString::to_string).collect::<Vec<_>>().join("\u{1f}");
    let (subject, millis) = (subject_of(entity.as_ref()), at.as_millisecond().to_string());
    let hash = content_id("", &[customer.as_str(), name, &subject, &millis, &said]);
    let number = turn.changes.events.len();
    turn.cause(Event {
        id: EventId::from(format!("{OURS}{number:04}_{hash}")),
        source: String::new(),
        name: name.to_owned(),
        customer,
        entity,
        at,
        received_at: at,
        properties,
        chain: lead.chain.saturating_add(1),
    });
}
