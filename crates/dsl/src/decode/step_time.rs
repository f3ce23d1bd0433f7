//! Steps that rest: `wait`, `wait_until`, `wait_for`, `wait_for_date`, and `timeline`.

use super::around::Around;
use super::desk::Desk;
use super::scoring::spread;
use super::steps::{Item, Read, Steps};
use super::trigger::{is_date, shift};
use crate::condition::{self, Fields as Known, Operand, Scope};
use crate::diagnostic::{Code, suggest};
use crate::source::Spanned;
use crate::step::{
    Awaited, BlockIx, BlockOwner, DatePast, MessageOf, Point, PointPast, Since, Timeline, Verb, WaitLength,
};
use crate::syntax::Fields;
use crate::yaml::Node;
use model::{Length, Type};

/// Most points of a timeline.
const MOST_POINTS: usize = 100;

/// `wait: 3 days`, or `wait: = expression` with `at_least` and `at_most`.
pub(super) fn wait(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    let length = computed(item.object, &mut item.fields, &around.scope, steps.desk)?;
    Some((Verb::Wait(length), String::new()))
}

/// A length written out, or `= expression`, which `at_least` and `at_most` beside it hold in bounds.
pub(super) fn computed(
    node: &Node,
    fields: &mut Fields<'_>,
    scope: &Scope,
    desk: &mut Desk<'_>,
) -> Option<WaitLength> {
    if !node.raw_text().is_some_and(|text| text.trim_start().starts_with('=')) {
        return desk.length(node).map(WaitLength::Fixed);
    }
    let formula = desk.formula(node, Some(&Type::Duration), scope);
    let at_least = desk.need(fields, "at_least").and_then(|node| desk.length(node));
    let at_most = desk.need(fields, "at_most");
    let at_most = at_most.and_then(|node| desk.length(node).map(|length| (length, node.span)));
    let (at_least, (at_most, span)) = (at_least?, at_most?);
    if at_least.approximate_ms() > at_most.approximate_ms() {
        let diagnostic = desk.report.error(Code::E0336, span);
        diagnostic.arg("least", at_least.to_string()).arg("most", at_most.to_string());
        return None;
    }
    Some(WaitLength::Computed { formula: formula?, at_least, at_most })
}

/// `wait_until: 10:00-20:00 workdays`.
pub(super) fn wait_until(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    let windows = steps.desk.windows(item.object)?;
    Some((Verb::WaitUntil(windows), String::new()))
}

/// `wait_for:` one event or several, `within` so long.
pub(super) fn wait_for(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let nested = nested(steps, item);
    let names = match &nested {
        Some(meant) => meant.clone(),
        None if item.has_object(steps.desk) => steps.desk.texts(item.object),
        None => Vec::new(),
    };
    let nothing = item.object.items().is_some_and(<[_]>::is_empty);
    if nothing {
        steps.desk.report.error(Code::E0331, item.object.span).help("E0331-help-events");
    }
    let known: Option<Vec<String>> =
        names.iter().map(|name| steps.desk.known_event(name.clone())).collect::<Option<_>>();
    let all = Known::of_events(&steps.desk.library.model, names.iter().map(|name| name.value.as_str()));
    let when = steps.desk.take(&mut item.fields, "when").map(|node| {
        let inside = around.with_event(all.clone());
        steps.desk.condition(node, &inside.scope)
    });
    let since = steps.desk.take(&mut item.fields, "since").map(|node| since(steps, node));
    let within = if nested.is_some() {
        item.fields.know(&["within"]);
        None
    } else {
        within(steps, item)
    };
    let of = steps.desk.take(&mut item.fields, "of").map(|node| steps.desk.spanned(node));
    let thens = steps.desk.take(&mut item.fields, "then");
    let thens = thens.map_or_else(|| vec![None; names.len()], |node| then(steps, node, item, &names, around));
    let on_timeout = steps.desk.take(&mut item.fields, "on_timeout");
    let on_timeout = on_timeout.map(|node| steps.list(node, BlockOwner::Arm(item.at, 0), around));
    let when = spread(when)?;
    let known = known.filter(|known| !known.is_empty())?;
    let events = known
        .into_iter()
        .zip(thens.into_iter().chain(std::iter::repeat(None)))
        .map(|(event, then)| Awaited { event, when: when.clone(), then })
        .collect();
    let of = match spread(of)? {
        None => MessageOf::Nearest,
        Some(word) if word.value == "any" => MessageOf::Any,
        Some(id) => MessageOf::Step { id: model::StepId::from(id.value), span: id.span },
    };
    let since = spread(since)?.unwrap_or(Since::Step);
    let verb = Verb::WaitFor { events, since, of, within: within?, on_timeout };
    Some((verb, String::new()))
}

/// The events of `wait_for: { event: a, within: 3 days }` and `wait_for: [{ event: a, then: … }]`, which it is
/// told how to write. `None`: there are names only, as there should be.
fn nested(steps: &mut Steps<'_, '_>, item: &Item<'_>) -> Option<Vec<Spanned<String>>> {
    let all = item.object.items().unwrap_or(std::slice::from_ref(item.object));
    let first = all.iter().find(|node| node.entries().is_some())?;
    let named = |node: &'_ Node| {
        node.get("event")
            .map_or(node.raw_text().map(str::to_owned), |entry| entry.value.raw_text().map(str::to_owned))
    };
    let event = named(first).unwrap_or_else(|| "EVENT".to_owned());
    let wrong = steps.desk.report.error(Code::E0303, first.span).message("E0303-wait-for");
    wrong.arg("event", event.trim()).help("E0303-help-wait-for");
    let meant = all.iter().filter_map(|node| {
        let place = node.get("event").map_or(node.span, |entry| entry.value.span);
        named(node).map(|name| Spanned::new(name.trim().to_owned(), place))
    });
    Some(meant.collect())
}

/// `within` must be there: a wait that may never end is a mistake of its own.
fn within(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Option<Length> {
    if !item.fields.has("within") {
        item.fields.know(&["within"]);
        steps.desk.report.error(Code::E0312, item.verb.key_span).help("E0312-help");
        item.fields.lacks(&["within"], Code::E0312, item.verb.key_span);
        return None;
    }
    steps.desk.need(&mut item.fields, "within").and_then(|node| steps.desk.some_length(node, "days"))
}

fn since(steps: &mut Steps<'_, '_>, node: &Node) -> Option<Since> {
    let is_word = |text: &str| text.parse::<Length>().is_err() && !text.contains(char::is_numeric);
    if node.raw_text().is_some_and(is_word) {
        let words = [("step", false), ("entry", true)];
        let entry = steps.desk.word_or(node, "since", &words, "E0305-help-since")?;
        return Some(if entry { Since::Entry } else { Since::Step });
    }
    steps.desk.length(node).map(Since::Back)
}

/// `then:` a list for one event, or a map from event to list. One list for several events is walked
/// whichever came.
fn then(
    steps: &mut Steps<'_, '_>,
    node: &Node,
    item: &Item<'_>,
    names: &[Spanned<String>],
    around: &Around,
) -> Vec<Option<BlockIx>> {
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    if node.entries().is_none() {
        let all = Known::of_events(&steps.desk.library.model, names.iter().map(|name| name.value.as_str()));
        let block = steps.list(node, BlockOwner::EventThen(item.at, 0), &around.with_event(all));
        return vec![Some(block); names.len()];
    }
    let mut thens = vec![None; names.len()];
    for entry in node.entries().unwrap_or_default() {
        let place = names.iter().position(|name| name.value == entry.key);
        let Some(place) = place else {
            let meant = suggest(&entry.key, names.iter().map(|name| name.value.as_str())).map(str::to_owned);
            let awaited = names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ");
            steps
                .desk
                .report
                .error(Code::E0317, entry.key_span)
                .arg("name", &entry.key)
                .arg_listed("known", &awaited)
                .did_you_mean(meant)
                .related(item.object.span, "E0317-awaited");
            continue;
        };
        let event = Known::of_event(&steps.desk.library.model, &entry.key);
        let owner = BlockOwner::EventThen(item.at, number(place));
        let block = steps.list(&entry.value, owner, &around.with_event(event));
        if let Some(then) = thens.get_mut(place) {
            *then = Some(block);
        }
    }
    thens
}

/// A date: an attribute or an expression, with or without `=`.
fn date(steps: &mut Steps<'_, '_>, node: &Node, around: &Around) -> Option<Operand> {
    let operand = steps.desk.formula(node, None, &around.scope)?;
    let ty = condition::type_of(&operand);
    if is_date(&ty) {
        return Some(operand);
    }
    let text = node.raw_text().unwrap_or_default().trim();
    steps
        .desk
        .report
        .error(Code::E0322, node.span)
        .arg("name", text)
        .arg_type("type", &ty)
        .help("E0322-help");
    None
}

/// `wait_for_date: entry.date`.
pub(super) fn wait_for_date(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let operand = if item.has_object(steps.desk) { date(steps, item.object, around) } else { None };
    let shift = shift(&mut item.fields, steps.desk);
    let at = steps.desk.take(&mut item.fields, "at").map(|node| steps.desk.clock(node));
    let if_past = steps
        .desk
        .take(&mut item.fields, "if_past")
        .map(|node| steps.desk.word(node, "if_past", &[("now", DatePast::Now), ("exit", DatePast::Exit)]));
    let verb = Verb::WaitForDate {
        date: operand?,
        shift: shift?,
        at: spread(at)?,
        if_past: spread(if_past)?.unwrap_or_default(),
    };
    Some((verb, String::new()))
}

const POINT_PAST: [(&str, PointPast); 2] = [("skip", PointPast::Skip), ("now", PointPast::Now)];

/// `timeline: contract.ends_on`, with its points.
pub(super) fn timeline(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let operand = if item.has_object(steps.desk) { date(steps, item.object, around) } else { None };
    let at = steps.desk.take(&mut item.fields, "at").map(|node| steps.desk.clock(node));
    let if_past = steps.desk.take(&mut item.fields, "if_past");
    let if_past = if_past.map(|node| steps.desk.word(node, "if_past", &POINT_PAST));
    let points = steps.desk.take(&mut item.fields, "points");
    let items = points.map(|node| steps.desk.list(node)).unwrap_or_default();
    let empty =
        !item.fields.has("points") || points.is_some_and(|node| node.items().is_some_and(<[_]>::is_empty));
    if empty {
        steps.desk.report.error(Code::E0321, item.verb.key_span).help("E0321-help");
        item.fields.lacks(&["points"], Code::E0321, item.verb.key_span);
    }
    if let Some(extra) = items.get(MOST_POINTS) {
        let most = MOST_POINTS.to_string();
        steps.desk.report.error(Code::E0321, extra.span).message("E0321-most").arg("most", most);
    }
    let mut read = Vec::new();
    for (place, node) in items.iter().enumerate() {
        read.push(point(steps, node, item, place, around));
    }
    let points: Option<Vec<Point>> = read.into_iter().collect();
    let object = item.object.raw_text().unwrap_or_default().trim().trim_start_matches('=').trim().to_owned();
    let timeline = Timeline {
        date: operand?,
        at: spread(at)?,
        if_past: spread(if_past)?.unwrap_or_default(),
        points: points.filter(|points| !points.is_empty())?,
    };
    Some((Verb::Timeline(timeline), object))
}

fn point(
    steps: &mut Steps<'_, '_>,
    node: &Node,
    item: &Item<'_>,
    place: usize,
    around: &Around,
) -> Option<Point> {
    let mut fields: Fields<'_> = steps.desk.fields(node, "thing-point")?;
    let shift = shift(&mut fields, steps.desk);
    let at = steps.desk.take(&mut fields, "at").map(|node| steps.desk.clock(node));
    let if_past = steps.desk.take(&mut fields, "if_past");
    let if_past = if_past.map(|node| steps.desk.word(node, "if_past", &POINT_PAST));
    let again = steps.desk.take(&mut fields, "again").and_then(|node| steps.desk.yes_no(node));
    let list = steps.desk.need(&mut fields, "steps");
    steps.desk.close(fields);
    let owner = BlockOwner::Point(item.at, u32::try_from(place).unwrap_or(u32::MAX));
    let list = list.map(|node| steps.list(node, owner, around));
    Some(Point {
        shift: shift?,
        at: spread(at)?,
        if_past: spread(if_past)?,
        again: again.unwrap_or(false),
        steps: list?,
    })
}
