//! `wait_for_date`: an instant that hangs on a date, and moves with it.

use crate::advance::{Arrival, Flow, Walker};
use crate::calendar::add::{add, shifted, subtract};
use crate::condition;
use dsl::condition::Operand;
use dsl::step::{DatePast, Step, Verb};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use model::{Did, Outcome, Shift, Value, zone};
use std::collections::BTreeMap;

/// The instant of a date, shifted, at a time of the customer's day (without one: 09:00, and an instant keeps
/// its own); with the civil date it hangs on.
/// `None`: the date is unknown.
pub(super) fn instant(
    walker: &Walker<'_, '_>,
    date: &Operand,
    shift: &Shift,
    at: Option<Time>,
) -> Option<(Date, Timestamp)> {
    let zone = &walker.turn.zone;
    let work = &walker.turn.world.library.calendar;
    let value = condition::value(date, &walker.facts(None))?;
    let day = match &value {
        Value::Date(date) => *date,
        Value::Birthday(birthday) => birthday.civil()?,
        Value::Instant(instant) => {
            if at.is_none() {
                // An instant keeps its own time of day.
                let moved = match shift {
                    Shift::None => *instant,
                    Shift::Before(length) => subtract(*instant, length, zone, work),
                    Shift::After(length) => add(*instant, length, zone, work),
                };
                return Some((zone::date_of(*instant, zone), moved));
            }
            zone::date_of(*instant, zone)
        }
        Value::Text(_) | Value::Number(_) | Value::YesNo(_) | Value::Length(_) | Value::List(_) => {
            return None;
        }
    };
    let civil = day.to_datetime(at.unwrap_or(model::DEFAULT_AT));
    Some((day, shifted(civil, shift, zone, work)))
}

/// Arrives, or comes back.
pub(super) fn wait_for_date(walker: &mut Walker<'_, '_>, step: &Step, arrival: Arrival) -> Flow {
    let Verb::WaitForDate { date, shift, at, if_past } = &step.verb else { return Flow::Next };
    let what = dsl::condition::print::operand(date);
    if arrival == Arrival::Woken {
        return Flow::Next;
    }
    let Some((day, until)) = instant(walker, date, shift, *at) else {
        return walker.failed(step, &what, "no_date", BTreeMap::new());
    };
    let values = BTreeMap::from([("date".to_owned(), day.to_string().into())]);
    if until < walker.moment.at {
        return match if_past {
            DatePast::Now => {
                walker.line(Some(step), Did::WaitForDate, &what, Outcome::Done, None, Some("past"), values);
                Flow::Next
            }
            DatePast::Exit => Flow::Leave("past".to_owned()),
        };
    }
    if until == walker.moment.at {
        walker.line(Some(step), Did::WaitForDate, &what, Outcome::Done, None, None, values);
        return Flow::Next;
    }
    walker.line(Some(step), Did::WaitForDate, &what, Outcome::Waits, Some(until), None, values);
    Flow::Rest(until)
}

/// The date may have moved while the walk rests here: the new instant, not before now.
pub(crate) fn moved(walker: &mut Walker<'_, '_>, step: &Step, wake_at: Timestamp) -> Option<Timestamp> {
    let Verb::WaitForDate { date, shift, at, .. } = &step.verb else { return None };
    let (day, until) = instant(walker, date, shift, *at)?;
    let until = until.max(walker.moment.at);
    if until != wake_at {
        let what = dsl::condition::print::operand(date);
        let values = BTreeMap::from([("date".to_owned(), day.to_string().into())]);
        walker.line(Some(step), Did::WaitForDate, &what, Outcome::Waits, Some(until), Some("moved"), values);
    }
    Some(until)
}
