//! Steps that choose the way: `if`, `choose`, `split`, `repeat`, `exit`.

use super::around::Around;
use super::assigned;
use super::desk::Desk;
use super::steps::{Item, Read, Steps};
use super::winner;
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::step::{BlockOwner, Case, Verb, Way};
use crate::yaml::Node;

/// The whole of a split, in millionths.
const WHOLE: u64 = 1_000_000;
/// Most passes of a `repeat`.
const MOST_TIMES: i64 = 50;

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// `if: CONDITION`, `then`, `else`.
pub(super) fn either(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    if !item.fields.has("then") && on_one_line(steps, item) {
        item.fields.know(&["then", "else"]);
        return None;
    }
    let condition =
        if item.has_object(steps.desk) { steps.desk.condition(item.object, &around.scope) } else { None };
    let keyless = !item.fields.has("then") && steps_follow(steps, item);
    let then = if keyless {
        item.fields.know(&["then"]);
        None
    } else {
        steps.desk.need(&mut item.fields, "then")
    };
    let then = then.map(|node| steps.list(node, BlockOwner::Arm(item.at, 0), around));
    let otherwise = steps.desk.take(&mut item.fields, "else");
    let otherwise = otherwise.map(|node| steps.list(node, BlockOwner::Arm(item.at, 1), around));
    let condition = condition?;
    let object = condition.text.to_string();
    Some((Verb::If { condition, then: then?, otherwise }, object))
}

/// `if: CONDITION then …`: says that `then` stands on a line of its own. Returns whether it is so.
fn on_one_line(steps: &mut Steps<'_, '_>, item: &Item<'_>) -> bool {
    let is = item.object.raw_text().is_some_and(|text| text.contains(" then "));
    if is {
        let said = steps.desk.report.error(Code::E0302, item.object.span).message("E0302-then");
        said.help("E0302-help-then");
    }
    is
}

/// Whether a list begins right below the condition, and that its key is missing was said.
fn steps_follow(steps: &Steps<'_, '_>, item: &Item<'_>) -> bool {
    let end = item.object.span;
    let text = steps.desk.sources.text(end.file);
    steps.desk.report.diagnostics().iter().any(|said| {
        let between = text.get(end.end..said.span.start).filter(|_| said.span.file == end.file);
        said.message == "E0105-keyless" && between.is_some_and(|between| between.trim().is_empty())
    })
}

/// `choose:` cases, the last without `when` is otherwise.
pub(super) fn choose(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    let items = steps.desk.list(item.object);
    if items.is_empty() && item.object.items().is_some() {
        steps.desk.report.error(Code::E0331, item.object.span).help("E0331-help");
    }
    let last = items.len().saturating_sub(1);
    let mut cases: Vec<Option<Case>> = Vec::new();
    for (place, node) in items.iter().enumerate() {
        let Some(mut fields) = steps.desk.fields(node, "thing-case") else {
            cases.push(None);
            continue;
        };
        let when = steps.desk.take(&mut fields, "when").map(|node| steps.desk.condition(node, &around.scope));
        if !fields.has("when") && place != last {
            steps.desk.report.error(Code::E0328, fields.head()).help("E0328-help");
            fields.lacks(&["when"], Code::E0328, fields.head());
        }
        let list = steps.desk.need(&mut fields, "steps");
        steps.desk.close(fields);
        let list = list.map(|node| steps.list(node, BlockOwner::Arm(item.at, number(place)), around));
        cases.push(list.and_then(|steps| match when {
            Some(None) => None,
            Some(Some(when)) => Some(Case { when: Some(when), steps }),
            None => Some(Case { when: None, steps }),
        }));
    }
    let cases: Vec<Case> = cases.into_iter().collect::<Option<_>>()?;
    let first = cases.first()?;
    let object = first.when.as_ref().map_or_else(|| "otherwise".to_owned(), |when| when.text.to_string());
    Some((Verb::Choose(cases), object))
}

/// `split: NAME`, with its ways.
pub(super) fn split(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let name = if item.has_object(steps.desk) { steps.desk.text(item.object) } else { None };
    let winner = steps.desk.take(&mut item.fields, "winner");
    let node = steps.desk.need(&mut item.fields, "ways");
    let items = node.map(|node| steps.desk.list(node)).unwrap_or_default();
    if let Some(node) = node.filter(|node| node.items().is_some_and(<[_]>::is_empty)) {
        steps.desk.report.error(Code::E0662, node.span).help("E0662-help");
        return None;
    }
    let mut ways: Vec<(Option<Way>, Option<Spanned<String>>, u32)> = Vec::new();
    for (place, node) in items.iter().enumerate() {
        ways.push(way(steps, node, item, place, around));
    }
    let mut seen: Vec<&Spanned<String>> = Vec::new();
    for name in ways.iter().filter_map(|(_, name, _)| name.as_ref()) {
        match seen.iter().find(|known| known.value == name.value) {
            Some(first) => {
                let first = first.span;
                steps
                    .desk
                    .report
                    .error(Code::E0316, name.span)
                    .arg("name", &name.value)
                    .related(first, "E0316-first");
            }
            None => seen.push(name),
        }
    }
    let complete = ways.iter().all(|(way, _, _)| way.is_some());
    let winner = winner.map(|node| (node, winner::read(node, steps.desk)));
    let read: Vec<&Way> = ways.iter().filter_map(|(way, _, _)| way.as_ref()).collect();
    if complete {
        let winner = winner.as_ref().map(|(node, read)| (*node, read.as_ref()));
        winner::fits(winner, &read, item.verb.key_span, steps.desk);
    }
    let sum: u64 = ways.iter().map(|(_, _, share)| u64::from(*share)).sum();
    if complete && sum != WHOLE && node.is_some_and(|node| node.items().is_some()) {
        let span = node.map_or(item.verb.key_span, |_| item.verb.key_span.join(item.object.span));
        steps.desk.report.error(Code::E0315, span).arg("sum", percent(sum)).help("E0315-help");
        return None;
    }
    let name = name?;
    let ways: Vec<Way> = ways.into_iter().map(|(way, _, _)| way).collect::<Option<_>>()?;
    let object = name.clone();
    let winner = match winner {
        Some((_, read)) => Some(read?.winner),
        None => None,
    };
    (!ways.is_empty()).then_some((Verb::Split { name, ways, winner }, object))
}

fn percent(millionths: u64) -> String {
    let micros = i64::try_from(millionths.saturating_mul(100)).unwrap_or(i64::MAX);
    format!("{} %", model::Decimal::from_micros(micros))
}

fn way(
    steps: &mut Steps<'_, '_>,
    node: &Node,
    item: &Item<'_>,
    place: usize,
    around: &Around,
) -> (Option<Way>, Option<Spanned<String>>, u32) {
    let Some(mut fields) = steps.desk.fields(node, "thing-way") else { return (None, None, 0) };
    let name = steps.desk.need(&mut fields, "name").and_then(|node| steps.desk.spanned(node));
    let takes = winner::takes(&mut fields, steps.desk);
    let share =
        steps.desk.need(&mut fields, "share").and_then(|node| super::workflow::share(node, steps.desk));
    let vars = match steps.desk.take(&mut fields, "vars") {
        Some(node) => assigned::vars(node, true, around, steps.desk),
        None => Vec::new(),
    };
    let list = steps.desk.take(&mut fields, "steps");
    let list = list.map(|node| steps.list(node, BlockOwner::Arm(item.at, number(place)), around));
    steps.desk.close(fields);
    let read = match (&name, share, takes) {
        (Some(name), Some(share), Some(takes)) => {
            Some(Way { name: name.value.clone(), share, vars, steps: list, takes })
        }
        (None, _, _) | (_, None, _) | (_, _, None) => None,
    };
    (read, name, share.unwrap_or(0))
}

/// `repeat:` steps, `times` at most, `until` a condition.
pub(super) fn repeat(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    if !item.object.is_null() && item.object.items().is_none() {
        return misplaced(steps, item, around);
    }
    let body =
        item.has_object(steps.desk).then(|| steps.list(item.object, BlockOwner::Pass(item.at), around));
    let times = steps.desk.need(&mut item.fields, "times");
    let times = times.and_then(|node| steps.desk.whole(node, "times", 1, MOST_TIMES));
    let until = steps.desk.take(&mut item.fields, "until");
    let until = super::scoring::spread(until.map(|node| steps.desk.condition(node, &around.scope)));
    let verb = Verb::Repeat { steps: body?, times: u32::try_from(times?).ok()?, until: until? };
    Some((verb, String::new()))
}

/// `repeat: { times: 3, steps: … }` and `repeat: 3`: says how it is written; the steps are read all the same.
fn misplaced(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let times = item.object.get("times").map_or(item.object, |entry| &entry.value);
    let times = times.raw_text().filter(|text| text.parse::<u8>().is_ok()).unwrap_or("3");
    let wrong = steps.desk.report.error(Code::E0303, item.object.span).message("E0303-repeat");
    wrong.arg("times", times).help("E0303-help-repeat");
    item.fields.know(&["times", "until"]);
    item.fields.pass_over("steps");
    let own = item.fields.entries().iter().find(|entry| entry.key == "steps");
    if let Some(entry) = item.object.get("steps").or(own) {
        steps.list(&entry.value, BlockOwner::Pass(item.at), around);
    }
    None
}

/// The reason of an exit. `goal` is what is said of who has reached the goal, and nobody else.
pub(super) fn own_reason(reason: Spanned<String>, desk: &mut Desk<'_>) -> Option<String> {
    if reason.value == "goal" {
        desk.report.error(Code::E0366, reason.span).help("E0366-help");
        return None;
    }
    Some(reason.value)
}

/// `exit: REASON`.
pub(super) fn exit(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    let reason = steps.desk.spanned(item.object)?;
    let reason = own_reason(reason, steps.desk)?;
    Some((Verb::Exit(reason.clone()), reason))
}
