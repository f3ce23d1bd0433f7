//! What happens in a test: events, changes of attributes and stages, consent; before its clock (`history`)
//! and from it on (`events`).

use super::desk::Desk;
use super::test_people::entity_value;
use super::tests::{Stage, instant};
use crate::diagnostic::{Code, suggest};
use crate::source::Span;
use crate::syntax::Fields;
use crate::test_case::{Fact, TestFact};
use crate::yaml::{Entry, Node};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::calendar::work::{add_work_minutes, subtract_work_minutes};
use model::{Length, Medium, RepId, WorkCalendar, WorkflowId, zone};
use std::collections::BTreeMap;

/// The keys that say when a fact happens, and whose it is.
const WHEN: [&str; 6] = ["at", "after", "ago", "times", "every", "customer"];

/// Most facts that one line may stand for.
const MOST_TIMES: i64 = 10_000;

/// Reads `history:`.
pub(super) fn history(node: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Vec<TestFact> {
    read(node, stage, true, desk)
}

/// Reads `events:`.
pub(super) fn events(node: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Vec<TestFact> {
    read(node, stage, false, desk)
}

fn read(node: &Node, stage: &Stage<'_>, past: bool, desk: &mut Desk<'_>) -> Vec<TestFact> {
    let mut facts: Vec<TestFact> = Vec::new();
    for item in desk.list(node) {
        facts.extend(line(item, stage, past, desk).unwrap_or_default());
    }
    // In the order in which they happen; of two at one instant the one written first.
    facts.sort_by_key(|fact| fact.at);
    facts
}

/// The customer that a line names.
pub(super) fn whose(node: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Option<String> {
    let name = desk.spanned(node)?;
    if stage.names.contains(&name.value) {
        return Some(name.value);
    }
    desk.unknown(Code::E0345, &name.value, name.span, stage.names.iter().map(String::as_str));
    None
}

fn line(item: &Node, stage: &Stage<'_>, past: bool, desk: &mut Desk<'_>) -> Option<Vec<TestFact>> {
    let mut fields = desk.fields(item, "thing-fact")?;
    let to_all = !fields.has("customer") && stage.many;
    let customer = match desk.take(&mut fields, "customer") {
        Some(node) => whose(node, stage, desk),
        None => stage.names.first().cloned(),
    };
    let instants = instants(&mut fields, item.span, stage, past, desk);
    let mut ids = BTreeMap::new();
    let whats = what(fields, &mut ids, stage, desk)?;
    let customer = customer?;
    if let Some(Fact::Merge { other }) = whats.first()
        && (past || *other == customer)
    {
        let problem = desk.report.error(Code::E0670, item.span).arg("name", customer).help("E0670-help");
        if past {
            problem.message("E0670-history");
        }
        return None;
    }
    let mut facts = Vec::new();
    for at in instants? {
        for what in &whats {
            let (customer, what, ids) = (customer.clone(), what.clone(), ids.clone());
            facts.push(TestFact { customer, to_all, at, what, ids, span: item.span });
        }
    }
    Some(facts)
}

/// `at`, `after` or `ago`; `times` and `every` make several of one.
fn instants(
    fields: &mut Fields<'_>,
    span: Span,
    stage: &Stage<'_>,
    past: bool,
    desk: &mut Desk<'_>,
) -> Option<Vec<Timestamp>> {
    let at = desk.take(fields, "at").map(|node| (instant(node, desk), node.span));
    let after = desk.take(fields, "after").map(|node| (desk.length(node), node.span));
    let ago = desk.take(fields, "ago").map(|node| (desk.length(node), node.span));
    let times = desk.take(fields, "times").map(|node| desk.whole(node, "times", 1, MOST_TIMES));
    let every = desk.take(fields, "every").map(|node| desk.length(node));
    let (first, place) = match (at, after, ago) {
        (Some((at, place)), None, None) => (at?, place),
        (None, Some((length, place)), None) if !past => {
            (later(stage.clock, &length?, false, place, desk)?, place)
        }
        (None, None, Some((length, place))) if past => {
            (later(stage.clock, &length?, true, place, desk)?, place)
        }
        (None, None, None) => {
            desk.report.error(Code::E0346, span).message(if past { "E0346-history" } else { "E0346" });
            fields.lacks(if past { &["at", "ago"] } else { &["at", "after"] }, Code::E0346, span);
            return None;
        }
        (_, after, ago) => {
            let place = after.map(|(_, place)| place).or(ago.map(|(_, place)| place)).unwrap_or(span);
            desk.report.error(Code::E0346, place).message(if past { "E0346-history" } else { "E0346" });
            return None;
        }
    };
    if past && stage.placed && first >= stage.clock {
        desk.report.error(Code::E0346, place).message("E0346-not-before").help("E0346-help");
        return None;
    }
    if !past && stage.placed && first < stage.clock {
        desk.report.error(Code::E0346, place).message("E0346-before").help("E0346-help");
        return None;
    }
    let times = super::scoring::spread(times)?.unwrap_or(1);
    let every = match super::scoring::spread(every)? {
        Some(length) => length,
        None if times > 1 => Length::from_days(1),
        None => Length::ZERO,
    };
    let mut instants = vec![first];
    for count in 1..times {
        let step = i32::try_from(count).ok().and_then(|count| every.times(count))?;
        // History that began so long ago comes nearer to the clock, and ends before it.
        let next = later(first, &step, false, place, desk)?;
        if past && stage.placed && next >= stage.clock {
            desk.report.error(Code::E0346, place).message("E0346-reaches").help("E0346-help");
            return None;
        }
        instants.push(next);
    }
    Some(instants)
}

/// An instant so long after (or before) another, in the zone at hand: months, days and workdays keep the
/// clock time, working hours pass in the hours of the project.
fn later(from: Timestamp, length: &Length, back: bool, span: Span, desk: &mut Desk<'_>) -> Option<Timestamp> {
    let found = moved(from, length, back, &desk.zone, &desk.library.calendar);
    if found.is_none() {
        desk.report.error(Code::E0104, span).message("length-too-long").arg("text", length.to_string());
    }
    found
}

fn moved(
    from: Timestamp,
    length: &Length,
    back: bool,
    tz: &TimeZone,
    calendar: &WorkCalendar,
) -> Option<Timestamp> {
    let civil = tz.to_datetime(from);
    let sign = if back { -1 } else { 1 };
    let span = jiff::Span::new().try_months(sign * length.months).ok()?.try_days(sign * length.days).ok()?;
    let mut date = civil.date().checked_add(span).ok()?;
    let mut left = length.workdays;
    while left > 0 {
        date = if back { date.yesterday().ok()? } else { date.tomorrow().ok()? };
        left -= i32::from(calendar.is_workday(date));
    }
    let calendar_part = length.months != 0 || length.days != 0 || length.workdays != 0;
    let at = if calendar_part { zone::to_instant(date.to_datetime(civil.time()), tz) } else { from };
    let at = match back {
        false => add_work_minutes(at, length.work_minutes, tz, calendar),
        true => subtract_work_minutes(at, length.work_minutes, tz, calendar),
    };
    at.checked_add(SignedDuration::from_millis(i64::from(sign).checked_mul(length.exact_ms)?)).ok()
}

/// The facts that a line states: one, or one per stage among the changes of a `set`.
fn what(
    mut fields: Fields<'_>,
    ids: &mut BTreeMap<String, String>,
    stage: &Stage<'_>,
    desk: &mut Desk<'_>,
) -> Option<Vec<Fact>> {
    const KINDS: [&str; 11] =
        ["event", "set", "stage", "tag", "untag", "consent", "start", "claim", "merge", "pause", "resume"];
    let found: Vec<&Entry> =
        fields.entries().iter().filter(|entry| KINDS.contains(&entry.key.as_str())).collect();
    let [entry] = found.as_slice() else {
        let misspelt =
            fields.others().find_map(|entry| suggest(&entry.key, KINDS).map(|meant| (entry, meant)));
        if let (true, Some((entry, meant))) = (found.is_empty(), misspelt) {
            fields.say_misspelt(entry, meant, desk.report);
            return None;
        }
        let place = found.get(1).map_or_else(|| fields.head(), |second| second.key_span);
        desk.report.error(Code::E0347, place).help("E0347-help");
        return None;
    };
    if entry.key == "event" {
        return event(fields, desk).map(|fact| vec![fact]);
    }
    let facts = match entry.key.as_str() {
        "set" => desk.need(&mut fields, "set").and_then(|node| changes(node, ids, desk)),
        "stage" => {
            desk.need(&mut fields, "stage").and_then(|node| moves(node, ids, desk)).map(|fact| vec![fact])
        }
        "tag" => desk.need(&mut fields, "tag").map(|node| tags(node, true, desk)),
        "untag" => desk.need(&mut fields, "untag").map(|node| tags(node, false, desk)),
        "consent" => {
            desk.need(&mut fields, "consent").and_then(|node| consent(node, desk)).map(|fact| vec![fact])
        }
        "claim" => desk
            .need(&mut fields, "claim")
            .and_then(|node| desk.text(node))
            .map(|rep| vec![Fact::Claim { rep: RepId::from(rep) }]),
        "merge" => desk
            .need(&mut fields, "merge")
            .and_then(|node| whose(node, stage, desk))
            .map(|other| vec![Fact::Merge { other }]),
        "pause" => desk
            .need(&mut fields, "pause")
            .and_then(|node| held(node, stage, desk))
            .map(|workflow| vec![Fact::Pause { workflow }]),
        "resume" => desk
            .need(&mut fields, "resume")
            .and_then(|node| held(node, stage, desk))
            .map(|workflow| vec![Fact::Resume { workflow }]),
        _ => {
            fields.know(&["start"]);
            Some(vec![Fact::Start])
        }
    };
    desk.close(fields);
    facts
}

/// The workflow that a `pause` or a `resume` names.
fn held(node: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Option<WorkflowId> {
    super::test_lines::workflow(node, stage, desk).map(WorkflowId::from)
}

fn event(mut fields: Fields<'_>, desk: &mut Desk<'_>) -> Option<Fact> {
    let name = desk.need(&mut fields, "event").and_then(|node| desk.event(node))?;
    let known = desk.library.model.events.get(&name)?;
    let mut properties = BTreeMap::new();
    let mut complete = true;
    for field in fields.others() {
        let Some(ty) = known.fields.get(&field.key) else {
            let names: Vec<&str> = known.fields.keys().map(String::as_str).collect();
            let free = WHEN.into_iter().filter(|key| !fields.has(key));
            let meant = suggest(&field.key, names.iter().copied().chain(free));
            if let Some(meant) = meant.filter(|meant| WHEN.contains(meant)) {
                fields.is_misspelt(meant, desk.report);
                fields.say_misspelt(field, meant, desk.report);
            } else {
                desk.unknown_field(&field.key, field.key_span, &name, names);
            }
            complete = false;
            continue;
        };
        if field.value.says_unknown() {
            continue;
        }
        match desk.field_value(&field.value, ty, known.values.get(&field.key)) {
            Some(value) => {
                properties.insert(field.key.clone(), value);
            }
            None => complete = false,
        }
    }
    complete.then_some(Fact::Event { name, properties })
}

/// `tag: vip`, or several.
fn tags(node: &Node, present: bool, desk: &mut Desk<'_>) -> Vec<Fact> {
    desk.texts(node).into_iter().map(|tag| Fact::Tag { tag: tag.value, present }).collect()
}

/// `set: { tier: gold, deal.amount: 3, deal.stage: won }`. Nothing behind a name: it becomes unknown.
/// `deal.id: D2` says which deal.
fn changes(node: &Node, ids: &mut BTreeMap<String, String>, desk: &mut Desk<'_>) -> Option<Vec<Fact>> {
    let mut facts = Vec::new();
    let mut pairs = Vec::new();
    let mut complete = true;
    for entry in desk.entries(node) {
        let (kind, field) = match entry.key.split_once('.') {
            Some(("customer", field)) => (None, field),
            Some((kind, field)) => (Some(kind), field),
            None => (None, entry.key.as_str()),
        };
        if let (Some(kind), "id") = (kind, field)
            && desk.library.model.entities.contains_key(kind)
        {
            let id = desk.text(&entry.value);
            complete &= id.is_some();
            ids.extend(id.map(|id| (kind.to_owned(), id)));
            continue;
        }
        if field == "stage" {
            let to = desk.stage(kind, &entry.value);
            complete &= to.is_some();
            facts.extend(to.map(|to| Fact::Stage { of: kind.map(str::to_owned), to }));
            continue;
        }
        if let Some(change) = change(kind, field, entry, desk) {
            pairs.push((kind.map(str::to_owned), field.to_owned(), change));
        } else {
            complete = false;
        }
    }
    if !pairs.is_empty() {
        facts.insert(0, Fact::Set(pairs));
    }
    complete.then_some(facts)
}

fn change(
    kind: Option<&str>,
    field: &str,
    entry: &Entry,
    desk: &mut Desk<'_>,
) -> Option<Option<model::Value>> {
    let library = desk.library;
    if let Some(kind) = kind {
        if entry.value.says_unknown()
            && library.model.entities.get(kind).is_some_and(|of| of.attributes.contains_key(field))
        {
            return Some(None);
        }
        return entity_value(kind, field, entry, desk).map(Some);
    }
    let Some(attribute) = library.model.customer.get(field) else {
        desk.unknown_attribute(
            &entry.key,
            entry.key_span,
            library.model.customer.keys().cloned().collect::<Vec<_>>(),
        );
        return None;
    };
    if entry.value.says_unknown() {
        return Some(None);
    }
    desk.attribute(field, &entry.value, &attribute.ty).map(Some)
}

/// `stage: { of: deal, to: won }`; `id` says which deal.
fn moves(node: &Node, ids: &mut BTreeMap<String, String>, desk: &mut Desk<'_>) -> Option<Fact> {
    let mut fields = desk.fields(node, "thing-stage")?;
    let of = desk.take(&mut fields, "of").map(|node| desk.kind(node));
    let to = desk.need(&mut fields, "to");
    let id = desk.take(&mut fields, "id").and_then(|node| desk.text(node));
    fields.know(&["from"]);
    desk.close(fields);
    let of = super::scoring::spread(of)?.flatten();
    ids.extend(of.clone().zip(id));
    let to = desk.stage(of.as_deref(), to?)?;
    Some(Fact::Stage { of, to })
}

/// `consent: { grant | withdraw: TOPIC }`, on one `channel` or on all.
fn consent(node: &Node, desk: &mut Desk<'_>) -> Option<Fact> {
    let mut fields = desk.fields(node, "thing-consent")?;
    let grant = desk.take(&mut fields, "grant");
    let withdraw = desk.take(&mut fields, "withdraw");
    let medium = desk.take(&mut fields, "channel").map(|node| {
        let words = [("email", Medium::Email), ("sms", Medium::Sms), ("message", Medium::Message)];
        desk.word(node, "channel", &words)
    });
    let head = fields.head();
    desk.close(fields);
    let (granted, node) = match (grant, withdraw) {
        (Some(node), None) => (true, node),
        (None, Some(node)) => (false, node),
        (None, None) | (Some(_), Some(_)) => {
            if !desk.is_misspelt(node.span) {
                desk.report.error(Code::E0335, head).help("E0335-help");
            }
            return None;
        }
    };
    Some(Fact::Consent { topic: desk.topic(node)?, medium: super::scoring::spread(medium)?, granted })
}
