//! `publish --move`: where a walk that is under way in an older version goes on in the live one, and what of it
//! is done there. No step is done twice, wherever it stands now.

use crate::advance::{self, Walker};
use crate::assigned;
use crate::calendar::add::add;
use crate::step::timeline;
use crate::turn::Turn;
use crate::world::Moment;
use dsl::difference;
use dsl::step::{BlockOwner, Step, StepIx, Timeline, Verb, WaitLength};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{
    Did, Enrollment, EnrollmentId, MovedTo, Outcome, StepId, TimelineState, Walk, WalkState, WorkCalendar,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where those go whose step is gone, by its id.
pub type Moved = BTreeMap<StepId, MovedTo>;

/// Where who stands at a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// On, at this step of the new version.
    To(StepIx),
    /// Out.
    Out,
    /// The new version has no such step.
    Gone,
    /// It has it, in a place that nobody can be put into: a timeline's point, the `then` of an awaited event or
    /// of the goal.
    Inside,
}

/// Where who stands at a step of `old` goes in `new`.
pub fn way(old: &Workflow, new: &Workflow, here: &StepId, moved: &Moved) -> Way {
    let id = match moved.get(here) {
        Some(MovedTo::Exit) => return Way::Out,
        Some(MovedTo::Step(id)) => id,
        None => here,
    };
    let Some(to) = new.find(id) else { return Way::Gone };
    let was = old.find(here).map(|from| needs(old, from)).unwrap_or_default();
    let was: BTreeSet<Need> = was.into_iter().map(|need| need.renamed(old, new, moved)).collect();
    let is = needs(new, to);
    let by_goal = |needs: &BTreeSet<Need>| needs.contains(&Need::Goal);
    if is.is_subset(&was) && by_goal(&is) == by_goal(&was) { Way::To(to) } else { Way::Inside }
}

/// What a walk must have met to be inside a list of steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// The event that this `wait_for` awaited.
    Event(StepId),
    /// This point of this timeline; `None`: a point that the other version has not.
    Point(StepId, Option<u32>),
    /// The goal.
    Goal,
}

impl Need {
    fn renamed(self, old: &Workflow, new: &Workflow, moved: &Moved) -> Self {
        match self {
            Self::Event(id) => Self::Event(named(&id, moved).clone()),
            Self::Point(id, number) => {
                let renamed = named(&id, moved).clone();
                let number = number.and_then(|number| point_of(old, new, (&id, number), &renamed));
                Self::Point(renamed, number)
            }
            Self::Goal => Self::Goal,
        }
    }
}

/// What stands around a step that a walk must have met.
fn needs(workflow: &Workflow, at: StepIx) -> BTreeSet<Need> {
    let id = |owner: StepIx| workflow.step(owner).map(|step| step.id.clone());
    let needs = owners(workflow, at).into_iter().filter_map(|owner| match owner {
        BlockOwner::Root | BlockOwner::Arm(..) | BlockOwner::Pass(_) => None,
        BlockOwner::Goal => Some(Need::Goal),
        BlockOwner::EventThen(owner, _) => id(owner).map(Need::Event),
        BlockOwner::Point(owner, number) => id(owner).map(|id| Need::Point(id, Some(number))),
    });
    needs.collect()
}

/// What the lists around a step hang on, the innermost first.
fn owners(workflow: &Workflow, at: StepIx) -> Vec<BlockOwner> {
    let mut found = Vec::new();
    let mut at = at;
    while let Some(block) = workflow.step(at).and_then(|step| workflow.block(step.block)) {
        found.push(block.owner);
        at = match block.owner {
            BlockOwner::Root | BlockOwner::Goal => break,
            BlockOwner::Arm(owner, _)
            | BlockOwner::EventThen(owner, _)
            | BlockOwner::Point(owner, _)
            | BlockOwner::Pass(owner) => owner,
        };
    }
    found
}

/// The id under which a step goes on.
fn named<'m>(id: &'m StepId, moved: &'m Moved) -> &'m StepId {
    match moved.get(id) {
        Some(MovedTo::Step(to)) => to,
        Some(MovedTo::Exit) | None => id,
    }
}

fn timeline_at<'w>(workflow: &'w Workflow, id: &StepId) -> Option<&'w Timeline> {
    let Verb::Timeline(timeline) = &workflow.step(workflow.find(id)?)?.verb else { return None };
    Some(timeline)
}

/// The number that a point of a timeline has in the new version: the one as far from the date, else the one that
/// begins with the same step. `None`: it is gone.
fn point_of(old: &Workflow, new: &Workflow, was: (&StepId, u32), id: &StepId) -> Option<u32> {
    let point = timeline_at(old, was.0)?.points.get(was.1 as usize)?;
    let points = &timeline_at(new, id)?.points;
    let first = |workflow: &Workflow, point: &dsl::step::Point| {
        workflow.first(point.steps).and_then(|at| workflow.step(at)).map(|step| step.id.clone())
    };
    let same = points.iter().position(|other| (&other.shift, other.at) == (&point.shift, point.at));
    let begins =
        || points.iter().position(|other| first(new, other).is_some_and(|id| Some(id) == first(old, point)));
    same.or_else(begins).and_then(|number| u32::try_from(number).ok())
}

/// When who rests at a step goes on by its new text. `None`: as what it does is another thing now, it is begun.
pub fn rests_until(
    (old, new): (&Step, &Step),
    (since, wake_at): (Timestamp, Timestamp),
    zone: &TimeZone,
    calendar: &WorkCalendar,
) -> Option<Timestamp> {
    if difference::same(old, new) && old.id == new.id {
        return Some(wake_at);
    }
    let same_id = old.id == new.id;
    match (&old.verb, &new.verb) {
        (Verb::Wait(was), Verb::Wait(is)) if was == is => Some(wake_at),
        (Verb::Wait(_), Verb::Wait(WaitLength::Fixed(length)))
        | (Verb::WaitFor { .. }, Verb::WaitFor { within: length, .. }) => {
            Some(add(since, length, zone, calendar))
        }
        (Verb::WaitForDate { .. }, Verb::WaitForDate { .. })
        | (Verb::Timeline(_), Verb::Timeline(_))
        | (Verb::Split { .. }, Verb::Split { .. }) => Some(wake_at),
        (Verb::Call { workflow: was, .. }, Verb::Call { workflow: is, .. }) if was == is => Some(wake_at),
        // The answer comes to this step.
        (Verb::Webhook { .. }, Verb::Webhook { .. }) | (Verb::Assign { .. }, Verb::Assign { .. })
            if same_id =>
        {
            Some(wake_at)
        }
        (_, _) => None,
    }
}

/// Takes a walk along into the live version. `passed`: the steps that its trace says it has passed.
pub(crate) fn take_along(
    turn: &mut Turn<'_>,
    id: &EnrollmentId,
    moved: &Moved,
    passed: &BTreeSet<StepId>,
    moment: Moment,
) {
    let Some(mut walker) = Walker::take(turn, id, moment) else { return };
    let old = Arc::clone(&walker.workflow);
    let live = walker.turn.world.workflows.live(&walker.enrollment.workflow).cloned();
    let Some(new) = live.filter(|live| live.version != walker.enrollment.version) else { return };
    let Some(here) = walker.enrollment.step().cloned() else { return };
    let to = match way(&old, &new, &here, moved) {
        Way::Out => return advance::leave(turn, id, "moved", moment),
        // They finish on their version.
        Way::Gone | Way::Inside => return,
        Way::To(to) => to,
    };
    let (Some(at), Some(next)) = (old.find(&here), new.step(to)) else { return };
    let Some(from) = old.step(at) else { return };
    let mut behind = passed_steps(&old, at);
    behind.extend(passed.iter().cloned());
    behind.remove(&here);
    let walk = &mut walker.enrollment.walk;
    rename(walk, &old, &new, moved);
    leave_behind(walk, &new, to, behind, moved);
    enter_around(walk, &new, to);
    let was = std::mem::replace(&mut walker.enrollment.version, new.version.clone());
    walker.workflow = Arc::clone(&new);
    begin_what_is_new(&mut walker);
    let goes_on = stand(&mut walker, from, next);
    let until = walker.enrollment.wake_at().filter(|until| *until > moment.at);
    let mut values = BTreeMap::from([("from_version".to_owned(), was.as_str().into())]);
    if here != next.id {
        values.insert("from".to_owned(), here.as_str().into());
    }
    walker.line(Some(next), Did::Move, "", Outcome::Done, until, None, values);
    let keeps_called = matches!((&from.verb, &next.verb), (Verb::Call { .. }, Verb::Call { .. })) && goes_on;
    for (at, name) in timelines(&new, &walker.enrollment) {
        if let Some(step) = new.step(at) {
            timeline::leave_out_past(&mut walker, step, name);
        }
    }
    walker.put();
    if keeps_called {
        called_by(turn, id, (&here, &next.id));
    } else {
        advance::end_called(turn, id, moment);
    }
    advance::replan(turn, id, moment);
}

/// Puts the walk at its step. `true`: it rests there as before; `false`: the step is begun.
fn stand(walker: &mut Walker<'_, '_>, from: &Step, next: &Step) -> bool {
    let calendar = &walker.turn.world.library.calendar;
    if template(from) != template(next) {
        walker.leave_message();
    }
    let step = next.id.clone();
    let (state, rests) = match &walker.enrollment.state {
        WalkState::Waiting { since, wake_at, .. } => {
            match rests_until((from, next), (*since, *wake_at), &walker.turn.zone, calendar) {
                Some(until) => {
                    // A rest that the new text has ended is over now: what comes below is not late.
                    let wake_at = if until == *wake_at { until } else { until.max(walker.moment.at) };
                    (WalkState::Waiting { step, since: *since, wake_at }, true)
                }
                None => (WalkState::Ready { step, since: walker.moment.at }, false),
            }
        }
        WalkState::Ready { since, .. } => (WalkState::Ready { step, since: *since }, false),
        WalkState::Ended { .. } => return false,
    };
    if !rests {
        walker.turn.moments.insert(walker.enrollment.id.clone(), walker.moment);
    }
    walker.enrollment.state = state;
    rests
}

/// The template of a message; `None`: the step is none.
fn template(step: &Step) -> Option<&str> {
    let Verb::Send(message) = &step.verb else { return None };
    Some(&message.template)
}

/// The steps that lie behind a walk: those above it in each list around it, and what these lists hang on. A
/// composite one stands for all inside it.
fn passed_steps(old: &Workflow, at: StepIx) -> BTreeSet<StepId> {
    let mut found = BTreeSet::new();
    let mut at = Some(at);
    while let Some(step) = at.and_then(|at| old.step(at))
        && let Some(block) = old.block(step.block)
    {
        let above = block.steps.iter().take(step.place as usize);
        found.extend(above.filter_map(|above| old.step(*above)).map(|step| step.id.clone()));
        at = match block.owner {
            BlockOwner::Root | BlockOwner::Goal => None,
            BlockOwner::Arm(owner, _) | BlockOwner::EventThen(owner, _) => {
                found.extend(old.step(owner).map(|step| step.id.clone()));
                Some(owner)
            }
            BlockOwner::Point(owner, _) | BlockOwner::Pass(owner) => Some(owner),
        };
    }
    found
}

/// Remembers what is behind the walk; not what a round or a date that is under way does again.
fn leave_behind(walk: &mut Walk, new: &Workflow, to: StepIx, behind: BTreeSet<StepId>, moved: &Moved) {
    let renamed: Vec<StepId> = behind.iter().map(|id| named(id, moved).clone()).collect();
    walk.behind.extend(behind.into_iter().chain(renamed));
    let comes_again = |id: &StepId| {
        let Some(at) = new.find(id) else { return false };
        owners(new, at).into_iter().any(|owner| match owner {
            BlockOwner::Root | BlockOwner::Goal | BlockOwner::Arm(..) | BlockOwner::EventThen(..) => false,
            BlockOwner::Pass(owner) => new.step(owner).is_some_and(|step| walk.passes.contains_key(&step.id)),
            BlockOwner::Point(owner, number) => new.step(owner).is_some_and(|step| {
                let again = timeline_at(new, &step.id).and_then(|t| t.points.get(number as usize));
                walk.timelines.contains_key(&step.id) && again.is_some_and(|point| point.again)
            }),
        })
    };
    let again: Vec<StepId> = walk.behind.iter().filter(|id| comes_again(id)).cloned().collect();
    for id in again {
        walk.behind.remove(&id);
    }
    if let Some(step) = new.step(to) {
        walk.behind.remove(&step.id);
    }
}

/// What the walk remembers by step goes on under the step's new name, and points under their new numbers.
fn rename(walk: &mut Walk, old: &Workflow, new: &Workflow, moved: &Moved) {
    fn keys<V>(map: &mut BTreeMap<StepId, V>, moved: &Moved) {
        *map =
            std::mem::take(map).into_iter().map(|(id, value)| (named(&id, moved).clone(), value)).collect();
    }
    let timelines = std::mem::take(&mut walk.timelines);
    for (id, state) in timelines {
        let renamed = named(&id, moved).clone();
        if timeline_at(new, &renamed).is_some() {
            let state = renumbered(state, old, new, (&id, &renamed));
            walk.timelines.insert(renamed, state);
        }
    }
    keys(&mut walk.came, moved);
    keys(&mut walk.passes, moved);
    keys(&mut walk.results, moved);
    keys(&mut walk.rode, moved);
    walk.passes.retain(|id, _| new.find(id).is_some());
    walk.window_step = walk.window_step.take().map(|id| named(&id, moved).clone());
    let messages = std::mem::take(&mut walk.messages);
    let marks = messages.into_iter().map(|(mark, at)| match mark.split_once('\u{1f}') {
        Some((id, pass)) => (format!("{}\u{1f}{pass}", named(&StepId::new(id), moved)), at),
        None => (mark, at),
    });
    walk.messages = marks.collect();
}

fn renumbered(
    state: TimelineState,
    old: &Workflow,
    new: &Workflow,
    (id, renamed): (&StepId, &StepId),
) -> TimelineState {
    let number = |number: u32| point_of(old, new, (id, number), renamed);
    let again = |number: u32| {
        let point = timeline_at(new, renamed).and_then(|timeline| timeline.points.get(number as usize));
        point.is_some_and(|point| point.again)
    };
    let done = state.done.iter().filter_map(|(was, date)| {
        let is = number(*was)?;
        Some((is, again(is).then_some(date.or(state.date)).flatten()))
    });
    TimelineState { done: done.collect(), running: state.running.and_then(number), ..state.clone() }
}

/// A repeat that it is put into is in its first round; a point that it does not stand in any more is done.
fn enter_around(walk: &mut Walk, new: &Workflow, to: StepIx) {
    let around = owners(new, to);
    let mut points = BTreeSet::new();
    for owner in around {
        match owner {
            BlockOwner::Pass(owner) => {
                if let Some(step) = new.step(owner) {
                    walk.passes.entry(step.id.clone()).or_insert(1);
                }
            }
            BlockOwner::Point(owner, _) => points.extend(new.step(owner).map(|step| step.id.clone())),
            BlockOwner::Root | BlockOwner::Goal | BlockOwner::Arm(..) | BlockOwner::EventThen(..) => {}
        }
    }
    for (id, state) in walk.timelines.iter_mut().filter(|(id, _)| !points.contains(*id)) {
        if let Some(number) = state.running.take() {
            let again = timeline_at(new, id).and_then(|timeline| timeline.points.get(number as usize));
            let date = state.running_for.take().or(state.date);
            state.done.insert((number, date.filter(|_| again.is_some_and(|point| point.again))));
        }
    }
}

/// Variables and inputs that only the new version has, and the goal's time by its text.
fn begin_what_is_new(walker: &mut Walker<'_, '_>) {
    let new = Arc::clone(&walker.workflow);
    for (name, value) in &new.vars {
        if !walker.enrollment.walk.vars.contains_key(name)
            && let Some(first) = assigned::value(value, &walker.facts(None))
        {
            walker.enrollment.walk.vars.insert(name.clone(), first);
        }
    }
    for (name, input) in &new.inputs {
        if let Some(default) = &input.default {
            walker.enrollment.walk.inputs.entry(name.clone()).or_insert_with(|| default.clone());
        }
    }
    if walker.enrollment.walk.goal.is_none() {
        let within = new.goal.as_ref().and_then(|goal| goal.within.as_ref());
        let calendar = &walker.turn.world.library.calendar;
        let entered_at = walker.enrollment.entered_at;
        walker.enrollment.goal_until =
            within.map(|within| add(entered_at, within, &walker.turn.zone, calendar));
    }
}

/// The timelines that the walk is inside of.
fn timelines<'w>(new: &'w Workflow, walk: &Enrollment) -> Vec<(StepIx, &'w Timeline)> {
    let all = timeline::under_way(new, walk).into_iter();
    all.filter_map(|at| Some((at, timeline_at(new, &new.step(at)?.id)?))).collect()
}

/// The walks that it waits for know its step by the new name.
fn called_by(turn: &mut Turn<'_>, id: &EnrollmentId, (was, is): (&StepId, &StepId)) {
    let by = |walk: &Enrollment| {
        walk.walk.caller.as_ref().is_some_and(|caller| caller.enrollment == *id && caller.step == *was)
    };
    let called: Vec<Enrollment> =
        turn.snapshot.enrollments.iter().filter(|walk| was != is && by(walk)).cloned().collect();
    for mut walk in called {
        if let Some(caller) = &mut walk.walk.caller {
            caller.step = is.clone();
        }
        turn.put(walk);
    }
}
