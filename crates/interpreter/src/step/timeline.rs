//! `timeline`: several points around one date that may move. Points run in the order of time, each once; a
//! move never interrupts a point that has begun.

use crate::advance::{Flow, Walker};
use crate::step::wait_for_date;
use dsl::step::{Point, PointPast, Step, StepIx, Timeline, Verb};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Did, Enrollment, Outcome, Shift, TimelineState};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Moves of the date that a timeline follows, at most.
const MOST_MOVES: u32 = 50;

/// The timelines that a walk is inside of.
pub(crate) fn under_way(workflow: &Workflow, enrollment: &Enrollment) -> Vec<StepIx> {
    enrollment.walk.timelines.keys().filter_map(|id| workflow.find(id)).collect()
}

pub(crate) fn label(point: &Point) -> String {
    match &point.shift {
        Shift::None => "on the date".to_owned(),
        Shift::Before(length) => format!("{length} before"),
        Shift::After(length) => format!("{length} after"),
    }
}

/// The date now, and the instant of each point by its number.
fn planned(walker: &Walker<'_, '_>, timeline: &Timeline) -> Option<(Date, Vec<(u32, Timestamp)>)> {
    let mut day = None;
    let mut points = Vec::new();
    for (number, point) in timeline.points.iter().enumerate() {
        let at = point.at.or(timeline.at);
        let (date, instant) = wait_for_date::instant(walker, &timeline.date, &point.shift, at)?;
        day = Some(date);
        points.push((number as u32, instant));
    }
    Some((day?, points))
}

fn done_key(point: Option<&Point>, number: u32, date: Date) -> (u32, Option<Date>) {
    (number, point.is_some_and(|point| point.again).then_some(date))
}

fn is_done(state: &TimelineState, timeline: &Timeline, number: u32, date: Date) -> bool {
    state.done.contains(&done_key(timeline.points.get(number as usize), number, date))
}

/// Leaves out what is past when the timeline is reached or planned anew, with the reason.
pub(crate) fn leave_out_past(walker: &mut Walker<'_, '_>, step: &Step, timeline: &Timeline) {
    let Some((date, points)) = planned(walker, timeline) else { return };
    let now = walker.moment.at;
    for (number, instant) in points {
        let Some(point) = timeline.points.get(number as usize) else { continue };
        let rule = point.if_past.unwrap_or(timeline.if_past);
        let done = walker.enrollment.walk.timelines.get(&step.id).is_some_and(|state| {
            // A point that has begun is left alone; one that runs again has its turn for the new date.
            let begun = state.running == Some(number) && (!point.again || state.running_for == Some(date));
            begun || is_done(state, timeline, number, date)
        });
        if instant < now && rule == PointPast::Skip && !done {
            let values = values(date, point);
            walker.line(
                Some(step),
                Did::Timeline,
                &label(point),
                Outcome::Skipped,
                None,
                Some("past"),
                values,
            );
            if let Some(state) = walker.enrollment.walk.timelines.get_mut(&step.id) {
                state.done.insert(done_key(Some(point), number, date));
            }
        }
    }
}

fn values(date: Date, point: &Point) -> BTreeMap<String, Json> {
    BTreeMap::from([("date".to_owned(), date.to_string().into()), ("point".to_owned(), label(point).into())])
}

/// Arrives, is woken for a point, or comes back from one.
pub(super) fn timeline(walker: &mut Walker<'_, '_>, step: &Step, timeline: &Timeline) -> Flow {
    let what = super::what(&step.verb);
    let Some((date, points)) = planned(walker, timeline) else {
        walker.enrollment.walk.timelines.remove(&step.id);
        return walker.failed(step, &what, "no_date", BTreeMap::new());
    };
    match walker.enrollment.walk.timelines.get_mut(&step.id) {
        None => {
            let state = TimelineState { date: Some(date), ..TimelineState::default() };
            walker.enrollment.walk.timelines.insert(step.id.clone(), state);
            leave_out_past(walker, step, timeline);
        }
        Some(state) => {
            if let Some(number) = state.running.take() {
                let planned_for = state.running_for.take().or(state.date).unwrap_or(date);
                state.done.insert(done_key(timeline.points.get(number as usize), number, planned_for));
            }
            if state.date != Some(date) {
                moved(walker, step, timeline);
            }
        }
    }
    let Some(state) = walker.enrollment.walk.timelines.get_mut(&step.id) else { return Flow::Next };
    let next = points
        .iter()
        .filter(|(number, _)| !is_done(state, timeline, *number, date))
        .min_by_key(|(number, instant)| (*instant, *number));
    match next {
        None => {
            walker.enrollment.walk.timelines.remove(&step.id);
            Flow::Next
        }
        Some((number, instant)) if *instant <= walker.moment.at => {
            state.running = Some(*number);
            state.running_for = Some(date);
            let Some(point) = timeline.points.get(*number as usize) else { return Flow::Next };
            let values = values(date, point);
            walker.line(Some(step), Did::Timeline, &label(point), Outcome::Done, None, None, values);
            if walker.workflow.first(point.steps).is_none() {
                return Flow::Rest(walker.moment.at);
            }
            Flow::Into(point.steps)
        }
        Some((number, instant)) => {
            let Some(point) = timeline.points.get(*number as usize) else { return Flow::Next };
            let (instant, values) = (*instant, values(date, point));
            walker.line(
                Some(step),
                Did::Timeline,
                &label(point),
                Outcome::Waits,
                Some(instant),
                None,
                values,
            );
            Flow::Rest(instant)
        }
    }
}

/// The date has moved: what is not done is planned anew.
pub(crate) fn moved(walker: &mut Walker<'_, '_>, step: &Step, timeline: &Timeline) {
    let Some((date, _)) = planned(walker, timeline) else { return };
    let Some(state) = walker.enrollment.walk.timelines.get_mut(&step.id) else { return };
    if state.date == Some(date) || state.moves >= MOST_MOVES {
        return;
    }
    state.date = Some(date);
    state.moves += 1;
    let values = BTreeMap::from([("date".to_owned(), date.to_string().into())]);
    walker.line(
        Some(step),
        Did::Timeline,
        &super::what(&step.verb),
        Outcome::Done,
        None,
        Some("moved"),
        values,
    );
    leave_out_past(walker, step, timeline);
}

/// When the next point is due, for a walk that rests at the timeline; now where nothing is left.
pub(crate) fn next_instant(walker: &Walker<'_, '_>, step: &Step, timeline: &Timeline) -> Option<Timestamp> {
    debug_assert!(matches!(step.verb, Verb::Timeline(_)));
    let now = walker.moment.at;
    let Some((date, points)) = planned(walker, timeline) else { return Some(now) };
    let state = walker.enrollment.walk.timelines.get(&step.id)?;
    let next =
        points.iter().filter(|(number, _)| !is_done(state, timeline, *number, date)).map(|(_, at)| *at).min();
    Some(next.map_or(now, |next| next.max(now)))
}
