//! What comes next of a lead, and when: a function of its state and its team's rules.

use super::Lead;
use crate::calendar::add::{add, subtract};
use crate::rep;
use crate::turn::Turn;
use dsl::library::{Pool, RungDoes, Team};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Length, WorkCalendar};

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The rep has not accepted in time.
    Silent,
    /// The rep is reminded.
    Remind,
    /// Another rep is asked for, for the reason's code.
    Reassign(String),
    /// The ladder has ended: the backup gets it.
    Backup,
    /// The owner is warned of the pool.
    Warn,
    /// It goes into the pool.
    Pool,
}

/// A rep's time: their zone and their working calendar.
pub(super) struct Hours {
    pub zone: TimeZone,
    pub work: WorkCalendar,
}

impl Hours {
    pub(super) fn of(turn: &Turn<'_>, team: &Team, lead: &Lead) -> Self {
        let known = lead.rep.as_ref().and_then(|rep| turn.reps.get(rep));
        let work = rep::calendar(turn.world.library, Some(team), known);
        Self { zone: rep::zone(known, turn.world.zone), work }
    }

    fn after(&self, at: Timestamp, length: &Length) -> Timestamp {
        add(at, length, &self.zone, &self.work)
    }
}

/// The time to accept in runs in the team's working time: `30 minutes` are 30 working minutes.
fn in_working_time(length: &Length) -> Length {
    let minutes = length.exact_ms / 60_000;
    Length {
        work_minutes: length.work_minutes.saturating_add(minutes),
        exact_ms: length.exact_ms % 60_000,
        ..*length
    }
}

/// What comes next of a lead in this world.
pub(super) fn next_of(turn: &Turn<'_>, lead: &Lead) -> Option<(Timestamp, Next)> {
    let team = super::team(turn, lead)?;
    next(lead, team, &Hours::of(turn, team, lead))
}

/// What comes next; `None`: nothing ever does by itself. Of two at one instant the ladder comes first.
pub(super) fn next(lead: &Lead, team: &Team, hours: &Hours) -> Option<(Timestamp, Next)> {
    if lead.pooled_at.is_some() {
        return None;
    }
    if let Some((at, why)) = &lead.asks {
        return Some((*at, Next::Reassign(why.clone())));
    }
    if let Some(at) = lead.backup_at {
        return Some((at, Next::Backup));
    }
    lead.rep.as_ref()?;
    let climbs = if lead.over { None } else { climb(lead, team, hours) };
    let pools = if lead.offer.is_none() { pool(lead, team, hours) } else { None };
    climbs.into_iter().chain(pools).min_by_key(|(at, _)| *at)
}

/// The next rung of the ladder.
fn climb(lead: &Lead, team: &Team, hours: &Hours) -> Option<(Timestamp, Next)> {
    if let Some(within) = &lead.accept_within
        && !lead.accepted
    {
        return Some((hours.after(lead.since, &in_working_time(within)), Next::Silent));
    }
    if lead.contacted {
        return None;
    }
    let rung = team.sla.first_contact.get(usize::try_from(lead.rung).ok()?)?;
    let what = match rung.does {
        RungDoes::Remind => Next::Remind,
        RungDoes::Reassign => Next::Reassign("no_contact".to_owned()),
    };
    Some((hours.after(lead.since, &rung.after), what))
}

/// So long the lead has after the ladder's end, before the backup gets it: as long as the last rung.
pub(super) fn last_rung(lead: &Lead, team: &Team, at: Timestamp, hours: &Hours) -> Timestamp {
    match (&lead.accept_within, team.sla.first_contact.last()) {
        (Some(within), _) if !lead.accepted => hours.after(at, &in_working_time(within)),
        (_, Some(rung)) => hours.after(at, &rung.after),
        (_, None) => at,
    }
}

/// When it goes into the pool, with the postponements so far.
pub(super) fn pooled_at(lead: &Lead, pool: &Pool, postponed: u32, hours: &Hours) -> Timestamp {
    let mut at = hours.after(lead.followed_at, &pool.after);
    if let Some(postpone) = &pool.postpone {
        for _ in 0..postponed.min(postpone.times) {
            at = hours.after(at, &postpone.by);
        }
        if let Some(most) = &postpone.at_most
            && postponed > 0
        {
            let latest = hours.after(lead.followed_at, most);
            at = at.min(latest.max(hours.after(lead.followed_at, &pool.after)));
        }
    }
    at
}

fn pool(lead: &Lead, team: &Team, hours: &Hours) -> Option<(Timestamp, Next)> {
    let pool = team.pool.as_ref()?;
    let at = pooled_at(lead, pool, lead.postponed, hours);
    match &pool.warn {
        Some(warn) if !lead.warned => {
            Some((subtract(at, warn, &hours.zone, &hours.work).max(lead.followed_at), Next::Warn))
        }
        Some(_) | None => Some((at, Next::Pool)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsl::library::{Claim, Rung};
    use model::{RepId, TeamId, zone};

    fn at(text: &str) -> Timestamp {
        zone::parse_instant(text, &zone::zone("Asia/Shanghai").unwrap()).unwrap()
    }

    fn team() -> Team {
        let mut team = Team::default();
        team.sla.first_contact = vec![
            Rung { after: "4 workhours".parse().unwrap(), does: RungDoes::Remind },
            Rung { after: "8 workhours".parse().unwrap(), does: RungDoes::Reassign },
        ];
        team.pool = Some(Pool {
            after: "7 days".parse().unwrap(),
            warn: None,
            postpone: None,
            claim: Claim::default(),
        });
        team
    }

    fn hours() -> Hours {
        Hours { zone: zone::zone("Asia/Shanghai").unwrap(), work: WorkCalendar::default() }
    }

    fn given(text: &str) -> Lead {
        Lead::new(&TeamId::new("t"), &RepId::new("a"), at(text))
    }

    #[test]
    fn from_friday_evening_the_reminder_comes_on_monday() {
        let lead = given("2026-03-06 17:50");
        assert_eq!(next(&lead, &team(), &hours()), Some((at("2026-03-09 12:50"), Next::Remind)));
        let reminded = Lead { rung: 1, ..lead };
        let expected = (at("2026-03-09 16:50"), Next::Reassign("no_contact".to_owned()));
        assert_eq!(next(&reminded, &team(), &hours()), Some(expected));
    }

    #[test]
    fn half_an_hour_to_accept_is_half_a_working_hour() {
        let lead = Lead { accept_within: Some(Length::from_minutes(30)), ..given("2026-03-06 17:50") };
        assert_eq!(next(&lead, &team(), &hours()), Some((at("2026-03-09 09:20"), Next::Silent)));
    }

    #[test]
    fn after_a_contact_only_the_pool_is_left() {
        let lead = Lead { contacted: true, ..given("2026-03-06 17:50") };
        assert_eq!(next(&lead, &team(), &hours()), Some((at("2026-03-13 17:50"), Next::Pool)));
    }
}
