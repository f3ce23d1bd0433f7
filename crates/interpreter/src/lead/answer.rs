//! What a fact means for a lead: a rep answers, an owner changes, a deal is over.

use super::give::{hand_on, opening, own, supersede};
use super::{Lead, line, of_rep, owner, read, subject_of, subjects, team, write};
use crate::advance::{self, Answer};
use crate::turn::Turn;
use crate::world::Moment;
use dsl::library::Team;
use dsl::library::team::team_of;
use model::event::names;
use model::{Did, Event, Outcome, RepId, TeamId, Value};

/// A fact that has been applied may begin, stop or end a lead's clock.
pub(crate) fn after_event(turn: &mut Turn<'_>, event: &Event, moment: Moment) {
    if changes_owner(event) {
        let to = event.properties.get("to").and_then(Value::as_text).map(RepId::new);
        let from = event.properties.get("from").and_then(Value::as_text).map(RepId::new);
        return owned(turn, &subject_of(event.entity.as_ref()), from, to, None, event);
    }
    if event.name == names::REP_ASSIGNED && !event.is_ours() {
        return assigned_outside(turn, event);
    }
    if let Some((kind, _)) = &event.entity
        && event.name == names::stage_changed(kind)
    {
        return over(turn, event);
    }
    for subject in subjects(turn) {
        if event.entity.as_ref().is_some_and(|entity| subject_of(Some(entity)) != subject) {
            continue;
        }
        answer(turn, &subject, event, moment);
    }
}

/// A fact of which we hear long after it happened: it may stop a clock; who owns the lead is known already.
pub(crate) fn heard_late(turn: &mut Turn<'_>, event: &Event, moment: Moment) {
    if !changes_owner(event) && event.name != names::REP_ASSIGNED {
        after_event(turn, event, moment);
    }
}

/// Whether an owner was changed, of the customer or of an entity.
fn changes_owner(event: &Event) -> bool {
    let of_owner = event.properties.get("attribute").and_then(Value::as_text) == Some("owner");
    let changed = match &event.entity {
        Some((kind, _)) => event.name == names::changed(kind),
        None => event.name == names::CUSTOMER_CHANGED,
    };
    of_owner && changed
}

/// A rep was given it by hand, by the API or by an import.
fn assigned_outside(turn: &mut Turn<'_>, event: &Event) {
    let said = |name: &str| event.properties.get(name).and_then(Value::as_text);
    let Some(to) = said("rep").map(RepId::new) else { return };
    let subject = subject_of(event.entity.as_ref());
    let before = owner(turn, &subject);
    let team = said("team").map(TeamId::new);
    owned(turn, &subject, before.clone(), Some(to.clone()), team, event);
    if before.as_ref() != Some(&to) {
        let lead = read(turn, &subject).unwrap_or_else(|| Lead::new(&TeamId::new(""), &to, event.at));
        super::give::change_owner(turn, &lead, &subject, before.as_ref(), Some(&to), event.at);
    }
}

/// The owner is another one now: the clock begins, unless we began it ourselves with this very change.
fn owned(
    turn: &mut Turn<'_>,
    subject: &str,
    from: Option<RepId>,
    to: Option<RepId>,
    by: Option<TeamId>,
    event: &Event,
) {
    let known = read(turn, subject);
    // What we gave ourselves has its clock already.
    if event.id.as_str().starts_with(super::OURS) {
        return;
    }
    supersede(turn, subject, event.at);
    let Some(to) = to else {
        if known.is_some() {
            write(turn, subject, None);
        }
        return;
    };
    // The team that had it, where the new owner is one of them; else the first team that they are in.
    let teams = &turn.world.library.teams;
    let same = known.as_ref().map(|lead| lead.team.clone());
    let id =
        by.into_iter().chain(same).find(|id| teams.get(id).is_some_and(|team| team.member(&to).is_some()));
    let id = id.or_else(|| team_of(teams, &to).map(|(id, _)| id.clone()));
    let rules = id.as_ref().and_then(|id| teams.get(id));
    let (Some(id), Some(rules)) = (id, rules.filter(|team| team.has_clock())) else {
        if known.is_some() {
            write(turn, subject, None);
        }
        return;
    };
    let mut lead = Lead::new(&id, &to, opening(turn, Some(rules), &to, event.at));
    lead.accept_within = rules.sla.accept_within;
    lead.formers = known.map(|lead| lead.formers).unwrap_or_default();
    lead.chain = event.chain;
    write(turn, subject, Some(&lead));
    line(turn, &lead, subject, (Did::Lead, "begun", Outcome::Done), event.at, None, of_rep(Some(&to)));
    if let Some(from) = from {
        hand_on(turn, &lead, subject, &from, &to, event.at);
    }
}

/// An entity in an end stage needs no more clock.
fn over(turn: &mut Turn<'_>, event: &Event) {
    let Some((kind, _)) = &event.entity else { return };
    let to = event.properties.get("to").and_then(Value::as_text);
    let ends =
        turn.world.library.model.entities.get(kind).map(|kind| kind.end.as_slice()).unwrap_or_default();
    if !ends.iter().any(|end| Some(end.as_str()) == to) {
        return;
    }
    let subject = subject_of(event.entity.as_ref());
    if read(turn, &subject).is_some() {
        supersede(turn, &subject, event.at);
        write(turn, &subject, None);
    }
}

/// A rep accepts, refuses, or speaks with the customer.
fn answer(turn: &mut Turn<'_>, subject: &str, event: &Event, moment: Moment) {
    let Some(lead) = read(turn, subject).filter(|lead| lead.pooled_at.is_none()) else { return };
    let Some(rep) = lead.rep.clone() else { return };
    let by = event.properties.get("rep").and_then(Value::as_text);
    if by.is_some_and(|by| by != rep.as_str()) {
        return;
    }
    if event.name == names::REP_ACCEPTED {
        return accept(turn, lead, subject, &rep, moment);
    }
    if event.name == names::REP_REFUSED {
        if lead.over || lead.asks.is_some() || (lead.accepted && lead.offer.is_none()) {
            return;
        }
        line(
            turn,
            &lead,
            subject,
            (Did::Lead, "refused", Outcome::Done),
            moment.at,
            None,
            of_rep(Some(&rep)),
        );
        return refuse(turn, lead, subject, moment);
    }
    let counts = team(turn, &lead).is_some_and(|team| counts(team, &event.name));
    if counts && event.at >= lead.since {
        contact(turn, lead, subject, &rep, event, moment);
    }
}

fn counts(team: &Team, name: &str) -> bool {
    team.sla.counts_as_contact.iter().any(|event| event == name)
}

fn accept(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, rep: &RepId, moment: Moment) {
    if lead.accepted {
        return;
    }
    lead.accepted = true;
    lead.asks = None;
    lead.backup_at = None;
    let offer = lead.offer.take();
    if offer.is_some() {
        // What follows the acceptance is counted from it.
        lead.followed_at = lead.followed_at.max(moment.at);
        lead.since = lead.since.max(moment.at);
    }
    let kept = offer.is_none() || team(turn, &lead).is_some_and(Team::has_clock);
    write(turn, subject, kept.then_some(&lead));
    if lead.accept_within.is_some() {
        line(
            turn,
            &lead,
            subject,
            (Did::Lead, "accepted", Outcome::Done),
            moment.at,
            None,
            of_rep(Some(rep)),
        );
    }
    let Some(offer) = offer else { return };
    let before = owner(turn, subject);
    own(turn, &lead, subject, (rep, &offer.rule), offer.walk.clone(), moment.at);
    if let Some(before) = before {
        hand_on(turn, &lead, subject, &before, rep, moment.at);
    }
    if let Some(walk) = offer.walk {
        advance::answered(turn, &walk, &Answer::Accepted(rep.clone()), moment);
    }
}

/// Refused: what follows is asked for by the timer, for a fact in the middle of a turn asks for nobody.
fn refuse(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, moment: Moment) {
    let own_steps = lead.offer.as_ref().is_some_and(|offer| offer.own_steps);
    let has_ladder = team(turn, &lead).is_some_and(|team| team.sla.accept_within.is_some());
    if own_steps || (lead.offer.is_some() && !has_ladder) {
        return super::ladder::not_taken(turn, lead, subject, "refused", moment);
    }
    lead.asks = Some((moment.at, "refused".to_owned()));
    write(turn, subject, Some(&lead));
}

/// Somebody spoke with the customer: the ladder stops, and the pool counts anew.
fn contact(turn: &mut Turn<'_>, lead: Lead, subject: &str, rep: &RepId, event: &Event, moment: Moment) {
    let first = !lead.contacted;
    if !lead.accepted {
        accept(turn, lead, subject, rep, moment);
    }
    let Some(mut lead) = read(turn, subject) else { return };
    lead.contacted = true;
    lead.asks = None;
    lead.backup_at = None;
    lead.followed_at = event.at.max(lead.followed_at);
    (lead.warned, lead.postponed) = (false, 0);
    write(turn, subject, Some(&lead));
    if first {
        let mut values = of_rep(Some(rep));
        values.insert("event".to_owned(), event.name.as_str().into());
        line(turn, &lead, subject, (Did::Lead, "contacted", Outcome::Done), moment.at, None, values);
    }
}
