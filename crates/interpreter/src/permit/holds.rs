//! What holds a message back: `hold_while`, spacing, caps, quiet hours and windows, in this order, all
//! against one deadline (rules.md §5.5).

use super::cap::{self, Places};
use super::{Asked, Verdict, clock, sender};
use crate::advance::Walker;
use crate::calendar::add::add;
use crate::condition;
use crate::keep;
use crate::step::combine;
use crate::world::ON_TIME_MS;
use dsl::library::OverCap;
use dsl::step::{Late, MessageStep};
use jiff::Timestamp;
use model::Length;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Rounds in which everything that holds a message looks for an instant that suits all, at most.
const MOST_ROUNDS: usize = 200;

/// One thing that holds a message now.
struct Holder {
    why: &'static str,
    /// The first instant at which it lets the message go, or is worth asking again.
    until: Timestamp,
    /// The latest instant that it allows itself; `None`: the message's own.
    own: Option<Timestamp>,
    values: BTreeMap<String, Json>,
}

/// The last instant at which a message may go: its first due instant + `max_lateness`, else the policy's
/// `wait_up_to`, else 24 hours (service notices 48); what holds it may allow it more, unless its step says.
pub(crate) fn deadline(
    message: &MessageStep,
    marketing: bool,
    first_due: Timestamp,
    walker: &Walker<'_, '_>,
) -> Timestamp {
    let library = walker.turn.world.library;
    let after = |length: &Length| add(first_due, length, &walker.turn.zone, &library.calendar);
    if let Some(own) = &message.max_lateness {
        return after(own);
    }
    let policy = library.policies.wait_up_to.filter(|_| marketing);
    let usual = after(&policy.unwrap_or(Length::from_hours(if marketing { 24 } else { 48 })));
    let held = walker.enrollment.walk.held.as_ref().and_then(|held| held.deadline);
    held.map_or(usual, |held| held.max(usual))
}

/// Asks everything that only holds back.
pub(super) fn ask(asked: &Asked<'_, '_, '_>) -> Verdict {
    let walker = asked.walker;
    let now = walker.moment.at;
    let usual = deadline(asked.message, asked.marketing, asked.first_due, walker);
    let late_ms = now.as_millisecond().saturating_sub(asked.first_due.as_millisecond());
    let held_back = now > walker.moment.due;
    if now > usual || (asked.message.late == Late::Skip && held_back && late_ms > ON_TIME_MS) {
        let values = BTreeMap::from([("due".to_owned(), asked.first_due.to_string().into())]);
        return Verdict::Skip { reason: "late", values };
    }
    if let Some(verdict) = held_by_condition(asked, usual) {
        return verdict;
    }
    let spacing = asked.walker.workflow.spacing.as_ref();
    let places = cap::of(asked);
    let mut holders: Vec<Holder> = Vec::new();
    let apart = spaced(asked, spacing, now);
    if apart > now {
        holders.push(Holder { why: "spacing", until: apart, own: None, values: BTreeMap::new() });
    }
    for places in &places {
        let until = places.opens(now);
        if until <= now {
            continue;
        }
        let holder = held_by_cap(asked, places, now, until);
        if places.cap.over_cap == OverCap::Skip && holders.is_empty() {
            return Verdict::Skip { reason: holder.why, values: holder.values };
        }
        holders.push(holder);
    }
    if let Some(sender) = sender::counted(walker.turn.world.library, asked.message) {
        let until = sender::opens(walker.turn, sender, now);
        if until > now {
            let most = sender.most_on(model::zone::date_of(now, walker.turn.world.zone));
            let values =
                [("sender".to_owned(), sender.id.clone().into()), ("per_day".to_owned(), most.into())];
            holders.push(Holder { why: "sender_cap", until, own: None, values: values.into() });
        }
    }
    let (open, held_by) = clock::opens(asked, now);
    if open > now {
        holders.push(Holder { why: held_by, until: open, own: None, values: BTreeMap::new() });
    }
    let Some(first) = holders.first() else { return Verdict::Send };
    let until = all_allow(asked, spacing, &places, now);
    let allowed = holders.iter().filter_map(|holder| holder.own).max();
    let explicit = asked.message.max_lateness.is_some();
    let last = allowed.filter(|_| !explicit).map_or(usual, |own| own.max(usual));
    let beyond = |holder: &&Holder| holder.until > holder.own.filter(|_| !explicit).unwrap_or(last);
    let too_late = holders.iter().find(beyond).or_else(|| (until > last).then_some(first));
    if let Some(holder) = too_late {
        let mut values = holder.values.clone();
        if holder.until < Timestamp::MAX {
            values.insert("until".to_owned(), holder.until.to_string().into());
        }
        return Verdict::Skip { reason: holder.why, values };
    }
    Verdict::Defer {
        until,
        reason: first.why,
        values: first.values.clone(),
        deadline: allowed.filter(|_| !explicit),
    }
}

/// `hold_while`: the message is asked again whenever something changes, and at the instant at which time alone
/// may end it.
fn held_by_condition(asked: &Asked<'_, '_, '_>, usual: Timestamp) -> Option<Verdict> {
    let walker = asked.walker;
    let hold = walker.workflow.hold_while.as_ref()?;
    let facts = walker.facts(asked.event);
    if !condition::holds(&hold.when, &facts) {
        return None;
    }
    let now = walker.moment.at;
    let work = &walker.turn.world.library.calendar;
    let own = hold.at_most.as_ref().map(|length| add(asked.first_due, length, &walker.turn.zone, work));
    let limit = match (own, asked.message.max_lateness) {
        (Some(own), Some(_)) => own.min(usual),
        (Some(own), None) => own,
        (None, _) => usual,
    };
    let values = condition::explain(&hold.when, &facts);
    if now >= limit {
        return Some(Verdict::Skip { reason: "hold_while", values });
    }
    let again = keep::next_change(&hold.when, &facts);
    let until = again.map_or(limit, |again| again.min(limit));
    let deadline = own.filter(|_| asked.message.max_lateness.is_none());
    Some(Verdict::Defer { until, reason: "hold_while", values, deadline })
}

/// The first instant from `from` on that is far enough from the workflow's last message.
fn spaced(asked: &Asked<'_, '_, '_>, spacing: Option<&Length>, from: Timestamp) -> Timestamp {
    let Some(spacing) = spacing else { return from };
    let turn = &asked.walker.turn;
    let id = &asked.walker.workflow.id;
    let ours = turn.snapshot.sent.iter().filter(|sent| sent.workflow == *id).map(|sent| sent.at);
    let walks = turn.snapshot.enrollments.iter().filter(|walk| walk.id != asked.walker.enrollment.id);
    let walks = walks.filter(|walk| walk.workflow == *id).chain([&asked.walker.enrollment]);
    let last = ours.chain(walks.flat_map(combine::rode_at)).max();
    last.map_or(from, |last| add(last, spacing, &turn.zone, &turn.world.library.calendar).max(from))
}

fn held_by_cap(asked: &Asked<'_, '_, '_>, places: &Places<'_>, now: Timestamp, until: Timestamp) -> Holder {
    let turn = &asked.walker.turn;
    let mut values = BTreeMap::from([("cap".to_owned(), places.cap.rate().into())]);
    if let Some(topic) = &places.cap.topic {
        values.insert("topic".to_owned(), topic.clone().into());
    }
    let mut why = "frequency_cap";
    if let Some(kept) = places.kept_for.as_ref().filter(|_| places.has_room(now)) {
        why = "reserved";
        values.insert("for".to_owned(), kept.workflow.as_str().into());
    }
    let own = places.cap.for_at_most.as_ref();
    let own = own.map(|length| add(asked.first_due, length, &turn.zone, &turn.world.library.calendar));
    Holder { why, until, own, values }
}

/// The next instant at which all of them allow, as far as it is known now.
fn all_allow(
    asked: &Asked<'_, '_, '_>,
    spacing: Option<&Length>,
    places: &[Places<'_>],
    now: Timestamp,
) -> Timestamp {
    let mut instant = spaced(asked, spacing, now);
    for _ in 0..MOST_ROUNDS {
        let before = instant;
        if instant == Timestamp::MAX {
            break;
        }
        for places in places.iter().filter(|places| places.cap.over_cap == OverCap::Defer) {
            instant = places.opens(instant);
        }
        if let Some(sender) = sender::counted(asked.walker.turn.world.library, asked.message) {
            instant = sender::opens(asked.walker.turn, sender, instant);
        }
        instant = clock::opens(asked, instant).0;
        if instant == before {
            break;
        }
    }
    instant
}
