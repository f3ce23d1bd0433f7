//! The ladder: what happens when nobody answers. Each rung is one line of the trace.

use super::clock::{Hours, Next, last_rung, next_of, pooled_at};
use super::give::{ask, change_owner, hand_on, own};
use super::notice::{Notice, tell};
use super::{Lead, cause, entity_of, line, of_rep, owner, read, team, write};
use crate::advance::{self, Answer};
use crate::assign::Chosen;
use crate::condition;
use crate::turn::Turn;
use crate::world::Moment;
use dsl::library::{Backup, team as library};
use jiff::Timestamp;
use model::event::names;
use model::{Did, Outcome, Recipient, RepId, Value};
use std::collections::BTreeMap;

/// Teams that may pass a lead on to their backup, one behind the other.
const MOST_HANDED: u8 = 3;
/// The reason under which a lead is passed on.
const BACKUP: &str = "backup";

/// The timer of a lead has come.
pub(crate) fn fire(turn: &mut Turn<'_>, subject: &str) {
    let Some(lead) = read(turn, subject) else { return };
    let Some((due, next)) = next_of(turn, &lead) else { return };
    if due > turn.now {
        // Something has moved it: it is looked at again then.
        return write(turn, subject, Some(&lead));
    }
    let moment = Moment::of(due, turn.now);
    match next {
        Next::Silent => silent(turn, lead, subject, moment),
        Next::Remind => remind(turn, lead, subject, moment.at),
        Next::Reassign(why) if why == BACKUP => backup(turn, lead, subject, moment),
        Next::Reassign(why) => reassign(turn, lead, subject, &why, moment),
        Next::Backup => backup(turn, lead, subject, moment),
        Next::Warn => warn(turn, lead, subject, moment.at),
        Next::Pool => pool(turn, lead, subject, moment.at),
    }
}

/// The rep who is asked said nothing in time.
fn silent(turn: &mut Turn<'_>, lead: Lead, subject: &str, moment: Moment) {
    let values = of_rep(lead.rep.as_ref());
    line(turn, &lead, subject, (Did::Lead, "silent", Outcome::Done), moment.at, None, values);
    not_taken(turn, lead, subject, "not_accepted", moment);
}

/// The rep who is asked does not take it: the step's own steps run, or the ladder goes on.
pub(super) fn not_taken(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, why: &str, moment: Moment) {
    remember(turn, &mut lead, moment.at);
    let has_ladder = team(turn, &lead).is_some_and(|team| team.sla.accept_within.is_some());
    let offer = lead.offer.clone();
    match offer {
        Some(offer) if offer.own_steps || (!has_ladder && offer.walk.is_some()) => {
            keep_with_owner(turn, &mut lead, subject, moment.at);
            write(turn, subject, Some(&lead));
            if let Some(walk) = offer.walk {
                advance::answered(turn, &walk, &Answer::Refused(why.to_owned()), moment);
            }
        }
        Some(_) | None => reassign(turn, lead, subject, why, moment),
    }
}

/// The offer is over and nobody took it: the lead stays with whoever owns it, and only the pool's clock runs.
fn keep_with_owner(turn: &Turn<'_>, lead: &mut Lead, subject: &str, at: Timestamp) {
    let formers = std::mem::take(&mut lead.formers);
    *lead = Lead {
        rep: owner(turn, subject),
        accepted: true,
        contacted: true,
        over: true,
        formers,
        chain: lead.chain,
        ..Lead::new(&lead.team, &RepId::new(""), at)
    };
}

/// The rep does not get it back for a while.
fn remember(turn: &Turn<'_>, lead: &mut Lead, at: Timestamp) {
    let (Some(rep), Some(team)) = (lead.rep.clone(), team(turn, lead)) else { return };
    let hours = Hours::of(turn, team, lead);
    let until = crate::calendar::add::add(at, &team.sla.not_back_within, &hours.zone, &hours.work);
    lead.formers.retain(|_, until| *until > at);
    lead.formers.insert(rep, until);
}

fn remind(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, at: Timestamp) {
    lead.rung = lead.rung.saturating_add(1);
    let values = of_rep(lead.rep.as_ref());
    line(turn, &lead, subject, (Did::Notify, "owner", Outcome::Done), at, Some("remind"), values);
    if let Some(rep) = lead.rep.clone() {
        tell(turn, &lead, subject, Notice::Remind, Recipient::Rep(rep), at);
    }
    write(turn, subject, Some(&lead));
}

/// Another rep is asked for, as long as the team may; then the ladder ends.
fn reassign(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, why: &str, moment: Moment) {
    let most = team(turn, &lead).map_or(0, |team| team.sla.reassign_at_most);
    if lead.reassigned >= most {
        return end(turn, lead, subject, why, moment.at);
    }
    remember(turn, &mut lead, moment.at);
    lead.asks = Some((moment.at, why.to_owned()));
    let team_id = lead.team.clone();
    write(turn, subject, Some(&lead));
    // Answered in this very turn: the timer is set again only where nobody is at work.
    turn.snapshot.timers.retain(|key, _| key.workflow.as_str() != super::LEAD || key.subject != subject);
    ask(turn, &lead, subject, &team_id, moment);
}

/// Nobody can take it now: it waits for opening, or the ladder ends.
pub(super) fn nobody(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, chosen: &Chosen, at: Timestamp) {
    let why = lead.asks.take().map_or_else(|| "nobody_available".to_owned(), |(_, why)| why);
    if let Some(opens_at) = chosen.opens_at.filter(|opens| *opens > at) {
        lead.asks = Some((opens_at, why));
        return write(turn, subject, Some(&lead));
    }
    let mut values = of_rep(lead.rep.as_ref());
    let passed: serde_json::Map<_, _> =
        chosen.passed_over.iter().map(|(rep, reason)| (rep.clone(), reason.clone().into())).collect();
    values.insert("passed_over".to_owned(), passed.into());
    let what = lead.team.to_string();
    line(turn, &lead, subject, (Did::Assign, &what, Outcome::Skipped), at, Some("nobody_available"), values);
    end(turn, lead, subject, &why, at);
}

/// The ladder ends: the lead is told, and after the time of one more rung the backup gets it.
fn end(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, why: &str, at: Timestamp) {
    let Some(rules) = team(turn, &lead) else { return write(turn, subject, None) };
    let hours = Hours::of(turn, rules, &lead);
    lead.asks = None;
    lead.backup_at = Some(match &rules.lead {
        Some(_) => last_rung(&lead, rules, at, &hours),
        None => at,
    });
    if let Some(head) = rules.lead.clone() {
        let mut values = of_rep(Some(&head));
        values.insert("why".to_owned(), why.into());
        line(turn, &lead, subject, (Did::Notify, "lead", Outcome::Done), at, Some("ladder_ended"), values);
        tell(turn, &lead, subject, Notice::Ended, Recipient::Rep(head), at);
    }
    write(turn, subject, Some(&lead));
}

/// Still nobody: the backup gets it. Where there is none it stays where it is.
fn backup(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, moment: Moment) {
    lead.backup_at = None;
    lead.over = true;
    let offer = lead.offer.clone();
    let named = team(turn, &lead).and_then(|team| team.backup.clone());
    let Some(named) = named.filter(|_| lead.handed < MOST_HANDED) else {
        return release(turn, lead, subject, moment);
    };
    match library::backup(&turn.world.library.teams, &named) {
        Backup::Team(other) => {
            remember(turn, &mut lead, moment.at);
            lead.asks = Some((moment.at, BACKUP.to_owned()));
            write(turn, subject, Some(&lead));
            turn.snapshot
                .timers
                .retain(|key, _| key.workflow.as_str() != super::LEAD || key.subject != subject);
            ask(turn, &lead, subject, &other, moment);
        }
        Backup::Rep(rep) => {
            let former = owner(turn, subject).or_else(|| lead.rep.clone());
            lead.goes_to(&rep, moment.at);
            lead.over = true;
            write(turn, subject, Some(&lead));
            let mut values = of_rep(Some(&rep));
            values.extend(former.as_ref().map(|former| ("former".to_owned(), former.as_str().into())));
            line(
                turn,
                &lead,
                subject,
                (Did::Assign, &named, Outcome::Done),
                moment.at,
                Some("backup"),
                values,
            );
            own(turn, &lead, subject, (&rep, "backup"), None, moment.at);
            tell(turn, &lead, subject, Notice::Backup, Recipient::Rep(rep.clone()), moment.at);
            if let Some(former) = former {
                hand_on(turn, &lead, subject, &former, &rep, moment.at);
            }
            if let Some(walk) = offer.and_then(|offer| offer.walk) {
                advance::answered(turn, &walk, &Answer::Accepted(rep), moment);
            }
        }
        Backup::Role(role) => {
            let values = BTreeMap::new();
            line(
                turn,
                &lead,
                subject,
                (Did::Notify, &role, Outcome::Done),
                moment.at,
                Some("backup"),
                values,
            );
            tell(turn, &lead, subject, Notice::Backup, Recipient::Role(role), moment.at);
            release(turn, lead, subject, moment);
        }
    }
}

/// Nobody took it: a walk that rests on the offer goes on without.
fn release(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, moment: Moment) {
    match lead.offer.take() {
        Some(offer) => {
            keep_with_owner(turn, &mut lead, subject, moment.at);
            write(turn, subject, Some(&lead));
            if let Some(walk) = offer.walk {
                advance::answered(turn, &walk, &Answer::Refused("not_accepted".to_owned()), moment);
            }
        }
        None => write(turn, subject, Some(&lead)),
    }
}

/// The pool comes near: it is postponed where the rule says so, else the owner is warned.
fn warn(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, at: Timestamp) {
    if postponed(turn, &mut lead, subject, at) {
        return write(turn, subject, Some(&lead));
    }
    lead.warned = true;
    let values = of_rep(lead.rep.as_ref());
    line(turn, &lead, subject, (Did::Notify, "owner", Outcome::Done), at, Some("pool_soon"), values);
    if let Some(rep) = lead.rep.clone() {
        tell(turn, &lead, subject, Notice::PoolSoon, Recipient::Rep(rep), at);
    }
    write(turn, subject, Some(&lead));
}

/// Whether it stays longer.
fn postponed(turn: &mut Turn<'_>, lead: &mut Lead, subject: &str, at: Timestamp) -> bool {
    let Some(rules) = team(turn, lead) else { return false };
    let Some(pool) = &rules.pool else { return false };
    let Some(postpone) = &pool.postpone else { return false };
    if lead.postponed >= postpone.times || !condition::holds(&postpone.when, &turn.facts(None, None, at)) {
        return false;
    }
    let hours = Hours::of(turn, rules, lead);
    let now = pooled_at(lead, pool, lead.postponed, &hours);
    let then = pooled_at(lead, pool, lead.postponed.saturating_add(1), &hours);
    if then <= now {
        return false;
    }
    lead.postponed = lead.postponed.saturating_add(1);
    lead.warned = false;
    let mut values = of_rep(lead.rep.as_ref());
    values.insert("until".to_owned(), model::zone::rfc3339(then, &hours.zone).into());
    line(turn, lead, subject, (Did::Lead, "postponed", Outcome::Done), at, None, values);
    true
}

/// Into the pool: nobody owns it, and anybody of the team may claim it.
fn pool(turn: &mut Turn<'_>, mut lead: Lead, subject: &str, at: Timestamp) {
    if postponed(turn, &mut lead, subject, at) {
        return write(turn, subject, Some(&lead));
    }
    lead.pooled_at = Some(at);
    write(turn, subject, Some(&lead));
    let values = of_rep(lead.rep.as_ref());
    line(turn, &lead, subject, (Did::Lead, "pooled", Outcome::Done), at, None, values);
    let former = owner(turn, subject);
    change_owner(turn, &lead, subject, former.as_ref(), None, at);
    let mut properties = BTreeMap::from([("team".to_owned(), Value::Text(lead.team.to_string()))]);
    properties.extend(former.iter().map(|rep| ("rep".to_owned(), Value::Text(rep.to_string()))));
    cause(turn, &lead, names::LEAD_POOLED, entity_of(subject), at, properties);
    if let Some(former) = former {
        tell(turn, &lead, subject, Notice::Pooled, Recipient::Rep(former), at);
    }
}
