//! A lead goes to a rep: as an offer that they must accept, or at once. By whatever path it comes, the same
//! clock begins.

use super::notice::{Notice, tell};
use super::{Lead, Offer, cause, entity_of, line, of_rep, owner, read, team, write};
use crate::advance::{self, Answer};
use crate::assign::{Asker, Chosen, Request};
use crate::calendar::window::next_open;
use crate::rep;
use crate::step::assign::territory;
use crate::turn::Turn;
use crate::world::Moment;
use dsl::library::{Team, WhenClosed};
use jiff::Timestamp;
use model::event::names;
use model::{
    Assignment, Did, EnrollmentId, HandOn, Length, Outcome, Recipient, RepId, StepId, TeamId, Value,
};
use std::collections::BTreeMap;

/// A rep was chosen at a step.
pub(crate) struct Given<'g> {
    /// By which team.
    pub team: &'g TeamId,
    /// Who.
    pub rep: &'g RepId,
    /// By which rule.
    pub rule: &'g str,
    /// The walk and step that chose.
    pub by: (EnrollmentId, StepId),
    /// The step's own time to accept in.
    pub accept_within: Option<Length>,
    /// The step has its own `on_refused`.
    pub own_steps: bool,
    /// Causes behind the walk.
    pub chain: u8,
}

/// Begins the clock of a lead that a step gave. The instant until which the walk rests on the answer; `None`:
/// nobody needs to accept, and the rep is the owner.
pub(crate) fn begin(
    turn: &mut Turn<'_>,
    subject: &str,
    given: &Given<'_>,
    at: Timestamp,
) -> Option<Timestamp> {
    let rules = turn.world.library.teams.get(given.team);
    let within = given.accept_within.or_else(|| rules.and_then(|team| team.sla.accept_within));
    supersede(turn, subject, at);
    let mut lead = Lead::new(given.team, given.rep, opening(turn, rules, given.rep, at));
    lead.formers = read(turn, subject).map(|known| known.formers).unwrap_or_default();
    lead.chain = given.chain;
    lead.accept_within = within;
    if within.is_none() {
        write(turn, subject, rules.is_some_and(Team::has_clock).then_some(&lead));
        let before = owner(turn, subject);
        own(turn, &lead, subject, (given.rep, given.rule), Some(given.by.clone()), at);
        if let Some(before) = before {
            hand_on(turn, &lead, subject, &before, given.rep, at);
        }
        return None;
    }
    lead.offer =
        Some(Offer { walk: Some(given.by.clone()), own_steps: given.own_steps, rule: given.rule.to_owned() });
    tell(turn, &lead, subject, Notice::Offered, Recipient::Rep(given.rep.clone()), at);
    write(turn, subject, Some(&lead));
    super::clock::next_of(turn, &lead).map(|(until, _)| until)
}

/// The clock of a lead that comes while everybody sleeps begins at opening.
pub(super) fn opening(turn: &Turn<'_>, team: Option<&Team>, to: &RepId, at: Timestamp) -> Timestamp {
    let Some(team) = team.filter(|team| team.when_closed == WhenClosed::Wait) else { return at };
    let known = turn.reps.get(to);
    let Some(hours) = rep::hours(Some(team), known) else { return at };
    let opens = next_open(&hours, at, &rep::zone(known, turn.world.zone), &turn.world.library.calendar);
    if opens == Timestamp::MAX { at } else { opens }
}

/// An open offer ends: somebody else was given the lead.
pub(super) fn supersede(turn: &mut Turn<'_>, subject: &str, at: Timestamp) {
    let Some(mut lead) = read(turn, subject) else { return };
    let Some(offer) = lead.offer.take() else { return };
    let values = of_rep(lead.rep.as_ref());
    line(turn, &lead, subject, (Did::Lead, "superseded", Outcome::Done), at, None, values);
    write(turn, subject, Some(&lead));
    if let Some(walk) = offer.walk {
        advance::answered(turn, &walk, &Answer::Superseded, Moment { due: at, at });
    }
}

/// Until when a walk rests on an offer; `None`: none is open for it.
pub(crate) fn resting_until(
    turn: &Turn<'_>,
    subject: &str,
    walk: &(EnrollmentId, StepId),
) -> Option<Timestamp> {
    let lead = read(turn, subject)?;
    let own = lead.offer.as_ref().is_some_and(|offer| offer.walk.as_ref() == Some(walk));
    let next = super::clock::next_of(turn, &lead).map(|(at, _)| at);
    // Far ahead: only an answer or the ladder ends it.
    own.then(|| next.unwrap_or_else(|| turn.now + jiff::SignedDuration::from_hours(24 * 3_650)))
}

/// The rep becomes the owner: the ledger, the owner's change, `rep.assigned`, the open tasks of the former.
pub(super) fn own(
    turn: &mut Turn<'_>,
    lead: &Lead,
    subject: &str,
    (to, rule): (&RepId, &str),
    by: Option<(EnrollmentId, StepId)>,
    at: Timestamp,
) {
    let entity = entity_of(subject);
    let former = owner(turn, subject);
    turn.changes.assignments.push(Assignment {
        customer: turn.snapshot.customer.id.clone(),
        entity: entity.as_ref().map(|(kind, id)| (kind.clone(), id.to_string())),
        team: Some(lead.team.clone()),
        rep: to.clone(),
        former: former.clone(),
        at,
        by,
        rule: rule.to_owned(),
    });
    if former.as_ref() != Some(to) {
        change_owner(turn, lead, subject, former.as_ref(), Some(to), at);
    }
    let properties = BTreeMap::from([
        ("rep".to_owned(), Value::Text(to.to_string())),
        ("team".to_owned(), Value::Text(lead.team.to_string())),
    ]);
    cause(turn, lead, names::REP_ASSIGNED, entity, at, properties);
}

/// The owner changes.
pub(super) fn change_owner(
    turn: &mut Turn<'_>,
    lead: &Lead,
    subject: &str,
    from: Option<&RepId>,
    to: Option<&RepId>,
    at: Timestamp,
) {
    let entity = entity_of(subject);
    let mut properties = BTreeMap::from([("attribute".to_owned(), Value::Text("owner".to_owned()))]);
    properties.extend(from.map(|from| ("from".to_owned(), Value::Text(from.to_string()))));
    properties.extend(to.map(|to| ("to".to_owned(), Value::Text(to.to_string()))));
    let name = match &entity {
        Some((kind, _)) => names::changed(kind),
        None => names::CUSTOMER_CHANGED.to_owned(),
    };
    cause(turn, lead, &name, entity, at, properties);
}

/// Open tasks follow the lead to its new rep, and the former one is told.
pub(super) fn hand_on(
    turn: &mut Turn<'_>,
    lead: &Lead,
    subject: &str,
    former: &RepId,
    to: &RepId,
    at: Timestamp,
) {
    if former == to {
        return;
    }
    turn.changes.handed_on.push(HandOn { former: former.clone(), rep: to.clone() });
    tell(turn, lead, subject, Notice::Moved, Recipient::Rep(former.clone()), at);
}

/// Who does not get it back so soon.
pub(crate) fn barred(lead: &Lead, at: Timestamp) -> BTreeMap<RepId, String> {
    let still = lead.formers.iter().filter(|(_, until)| **until > at);
    still.map(|(rep, _)| (rep.clone(), "not_back".to_owned())).collect()
}

/// Asks a team for another rep.
pub(super) fn ask(turn: &mut Turn<'_>, lead: &Lead, subject: &str, team_id: &TeamId, moment: Moment) {
    let customer = &turn.snapshot.customer;
    let mut barred = barred(lead, moment.at);
    if let Some(rep) = &lead.rep {
        barred.insert(rep.clone(), "not_back".to_owned());
    }
    let request = Request {
        team: team_id.clone(),
        at: moment.at,
        asker: Asker::Lead { customer: customer.id.clone(), subject: subject.to_owned() },
        by: Vec::new(),
        owner: owner(turn, subject),
        former: None,
        territory: territory(&turn.snapshot),
        skills: customer.text("skill").map(str::to_owned).into_iter().collect(),
        company: customer.text("company").map(str::to_owned),
        barred,
    };
    turn.request = Some((request, moment));
}

/// A rep wants a lead out of the pool.
pub(crate) fn claim(turn: &mut Turn<'_>, subject: &str, rep: &RepId, at: Timestamp) {
    let known = read(turn, subject);
    let mut barred = BTreeMap::new();
    let former = known.as_ref().and_then(|lead| lead.rep.clone());
    if let Some(owner) = owner(turn, subject) {
        let why = if owner == *rep { "own" } else { "owned" };
        barred.insert(rep.clone(), why.to_owned());
    } else if let Some(lead) = known.as_ref().filter(|lead| lead.pooled_at.is_some()) {
        let rules = team(turn, lead).and_then(|team| team.pool.as_ref());
        let wait = rules.and_then(|pool| pool.claim.former_owner_after);
        let hours = team(turn, lead).map(|team| super::clock::Hours::of(turn, team, lead));
        if let (Some(wait), Some(since), Some(hours)) = (wait, lead.pooled_at, hours)
            && former.as_ref() == Some(rep)
            && at < crate::calendar::add::add(since, &wait, &hours.zone, &hours.work)
        {
            barred.insert(rep.clone(), "former_owner".to_owned());
        }
    } else {
        barred.insert(rep.clone(), "not_in_pool".to_owned());
    }
    let team = known.map_or_else(|| TeamId::new(""), |lead| lead.team);
    let customer = turn.snapshot.customer.id.clone();
    let request = Request {
        team,
        at,
        asker: Asker::Claim { customer, subject: subject.to_owned(), rep: rep.clone() },
        by: Vec::new(),
        owner: None,
        former,
        territory: Vec::new(),
        skills: Vec::new(),
        company: None,
        barred,
    };
    turn.request = Some((request, Moment { due: at, at }));
}

/// A rep was chosen for a lead, or nobody can take it; or a claim was answered.
pub(crate) fn given(turn: &mut Turn<'_>, request: &Request, chosen: &Chosen, moment: Moment) {
    match &request.asker {
        Asker::Walk { .. } => {}
        Asker::Lead { subject, .. } => {
            let Some(lead) = read(turn, subject) else { return };
            match &chosen.rep {
                Some(rep) => reassigned(turn, lead, subject, request, chosen, rep, moment.at),
                None => super::ladder::nobody(turn, lead, subject, chosen, moment.at),
            }
        }
        Asker::Claim { subject, rep, .. } => claimed(turn, subject, rep, request, chosen, moment.at),
    }
}

fn claimed(
    turn: &mut Turn<'_>,
    subject: &str,
    rep: &RepId,
    request: &Request,
    chosen: &Chosen,
    at: Timestamp,
) {
    let mut lead = read(turn, subject).unwrap_or_else(|| Lead::new(&request.team, rep, at));
    let values = of_rep(Some(rep));
    if chosen.rep.is_none() {
        let reason = chosen.passed_over.get(rep.as_str()).map_or("not_in_pool", String::as_str);
        return line(
            turn,
            &lead,
            subject,
            (Did::Lead, "claimed", Outcome::Refused),
            at,
            Some(reason),
            values,
        );
    }
    lead = Lead { accepted: true, ..Lead::new(&lead.team, rep, at) };
    write(turn, subject, Some(&lead));
    line(turn, &lead, subject, (Did::Lead, "claimed", Outcome::Done), at, None, values);
    own(turn, &lead, subject, (rep, "claim"), None, at);
}

/// Another rep gets it, or is asked to take it.
fn reassigned(
    turn: &mut Turn<'_>,
    mut lead: Lead,
    subject: &str,
    request: &Request,
    chosen: &Chosen,
    to: &RepId,
    at: Timestamp,
) {
    let why = lead.asks.take().map(|(_, why)| why);
    let former = lead.rep.clone();
    let offered = lead.offer.take();
    if lead.team != request.team {
        // The backup is another team, with rules of its own.
        lead.team = request.team.clone();
        lead.handed = lead.handed.saturating_add(1);
        lead.reassigned = 0;
    } else {
        lead.reassigned = lead.reassigned.saturating_add(1);
    }
    let rules = team(turn, &lead);
    let since = opening(turn, rules, to, at);
    lead.goes_to(to, since);
    lead.accept_within = rules.and_then(|team| team.sla.accept_within);
    let mut values = of_rep(Some(to));
    values.insert("rule".to_owned(), chosen.rule.as_str().into());
    values.extend(former.as_ref().map(|former| ("former".to_owned(), former.as_str().into())));
    let passed: serde_json::Map<_, _> =
        chosen.passed_over.iter().map(|(rep, reason)| (rep.clone(), reason.clone().into())).collect();
    if !passed.is_empty() {
        values.insert("passed_over".to_owned(), passed.into());
    }
    let what = lead.team.to_string();
    if lead.accept_within.is_some() {
        let walk = offered.and_then(|offer| offer.walk);
        lead.offer = Some(Offer { walk, own_steps: false, rule: chosen.rule.as_str().to_owned() });
        write(turn, subject, Some(&lead));
        line(turn, &lead, subject, (Did::Assign, &what, Outcome::Waits), at, why.as_deref(), values);
        let until = super::clock::next_of(turn, &lead).map(|(until, _)| until);
        if let Some(said) = turn.changes.trace.last_mut() {
            said.until = until;
        }
        tell(turn, &lead, subject, Notice::Offered, Recipient::Rep(to.clone()), at);
        return;
    }
    write(turn, subject, Some(&lead));
    line(turn, &lead, subject, (Did::Assign, &what, Outcome::Done), at, why.as_deref(), values);
    let walk = offered.and_then(|offer| offer.walk);
    let before = owner(turn, subject).or(former);
    own(turn, &lead, subject, (to, chosen.rule.as_str()), walk.clone(), at);
    if let Some(before) = before {
        hand_on(turn, &lead, subject, &before, to, at);
    }
    if let Some(walk) = walk {
        advance::answered(turn, &walk, &Answer::Accepted(to.clone()), Moment { due: at, at });
    }
}
