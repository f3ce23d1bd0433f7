//! `hold_while`, `release`: what holds a workflow's messages and entries back.

use super::around::Around;
use super::desk::Desk;
use super::scoring::spread;
use crate::diagnostic::Code;
use crate::trigger::{ScheduleZone, Trigger};
use crate::workflow::{HoldWhile, Release};
use crate::yaml::Node;
use model::Type;

/// The most entries that may be let in at once.
const MOST: i64 = 10_000_000;

/// `hold_while: { when: …, at_most: 3 days }`, or the condition alone.
pub(super) fn hold_while(node: &Node, around: &Around, desk: &mut Desk<'_>) -> Option<HoldWhile> {
    let is_condition =
        |key: &str| node.get(key).is_some_and(|_| node.entries().is_some_and(|all| all.len() == 1));
    if node.entries().is_none() || is_condition("all") || is_condition("any") {
        return Some(HoldWhile { when: desk.condition(node, &around.scope)?, at_most: None });
    }
    let mut fields = desk.fields(node, "thing-hold-while")?;
    let when = desk.need(&mut fields, "when").map(|node| desk.condition(node, &around.scope));
    let at_most = desk.take(&mut fields, "at_most").map(|node| desk.some_length(node, "days"));
    desk.close(fields);
    Some(HoldWhile { when: when??, at_most: spread(at_most)? })
}

/// `release: { batch: 1000, every: 15 minutes, by: …, stop_when: … }`.
pub(super) fn release(
    node: &Node,
    trigger: Option<&Trigger>,
    around: &Around,
    desk: &mut Desk<'_>,
) -> Option<Release> {
    let mut fields = desk.fields(node, "thing-release")?;
    let batch = desk.need(&mut fields, "batch").and_then(|node| desk.whole(node, "batch", 1, MOST));
    let every = desk.need(&mut fields, "every").and_then(|node| {
        let length = desk.length_in(node, "minutes")?;
        if length.is_zero() || !length.is_exact() && length.days == 0 && length.months == 0 {
            desk.report.error(Code::E0624, node.span).help("E0624-help");
            return None;
        }
        Some(length)
    });
    let by = desk.take(&mut fields, "by").map(|node| {
        if trigger.is_some_and(|trigger| !knows_all_at_once(trigger)) {
            desk.report.warning(Code::W0704, node.span).help("W0704-help");
        }
        desk.formula(node, Some(&Type::Number), &around.scope)
    });
    let stop_when = desk.take(&mut fields, "stop_when").map(|node| desk.condition(node, &around.scope));
    desk.close(fields);
    Some(Release {
        batch: batch.and_then(|batch| u32::try_from(batch).ok())?,
        every: every?,
        by: spread(by)?,
        stop_when: spread(stop_when)?,
    })
}

/// Whether a trigger names all whom it starts at one instant: a schedule, an event to everybody.
fn knows_all_at_once(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Schedule(schedule) => schedule.zone != ScheduleZone::Customer,
        Trigger::Event { to, .. } => to.is_some(),
        Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Date(_)
        | Trigger::Inactive { .. }
        | Trigger::Segment { .. }
        | Trigger::Score(_)
        | Trigger::Manual
        | Trigger::Called => false,
    }
}
