//! `trigger:` exactly one thing that starts an enrollment.

use super::around::Around;
use super::desk::Desk;
use super::schedule;
use super::scoring::{self, spread};
use crate::condition::{Allows, Fields as Known, Path, Root, Scope};
use crate::diagnostic::{Code, suggest};
use crate::source::{Span, Spanned};
use crate::step::WaitLength;
use crate::syntax::{Fields, half_a_pair};
use crate::trigger::{Crossing, DateTrigger, Lateness, Reaches, ScoreTrigger, Subject, Trigger};
use crate::yaml::{Entry, Kind, Node};
use model::{CalendarKind, DEFAULT_AT, DateRepeat, DateRule, LeapDay, Shift, Type};
use std::sync::Arc;

/// The triggers of the language.
const TRIGGERS: [&str; 10] =
    ["event", "stage", "attribute", "date", "inactive", "segment", "score", "schedule", "manual", "called"];

/// Reads the trigger and puts into `around` what it brings in sight: `entry.*` and the entity.
pub(super) fn read(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    if let Some(word) = node.raw_text() {
        let is_said = half_a_pair(node, desk.report);
        return if is_said { None } else { by_word(word, node.span, around, desk) };
    }
    if node.items().is_some() {
        by_one_event(node.span, desk);
        return None;
    }
    let mut fields = desk.fields(node, "thing-trigger")?;
    let all = TRIGGERS.iter();
    let found: Vec<&Entry> =
        fields.entries().iter().filter(|entry| all.clone().any(|key| *key == entry.key)).collect();
    let entry = match found.as_slice() {
        [one] => *one,
        [] => {
            // The first key is most probably the trigger, misspelt.
            let first = fields.entries().first();
            let (name, span) = first.map_or(("", node.span), |first| (first.key.as_str(), first.key_span));
            desk.unknown(Code::E0313, name, span, all.copied().collect::<Vec<_>>());
            if let Some(said) = desk.report.last_mut().filter(|said| said.label.is_none()) {
                said.help("E0313-help");
            }
            return None;
        }
        [first, second, ..] => {
            desk.report
                .error(Code::E0313, second.key_span)
                .message("E0313-two")
                .arg("first", &first.key)
                .arg("second", &second.key)
                .related(first.key_span, "E0313-first")
                .help("E0313-help");
            return None;
        }
    };
    if entry.key != "event"
        && let Some((key, span)) = fields.key_of("when")
    {
        let said = desk.report.error(Code::E0301, span);
        said.arg("key", key).arg_word("what", "thing-trigger").help("E0301-help-when");
        fields.pass_over(key);
    }
    let trigger = match entry.key.as_str() {
        "event" => event(&mut fields, around, desk),
        "stage" => {
            let node = desk.need(&mut fields, "stage");
            node.and_then(|node| stage(node, around, desk))
        }
        "attribute" => {
            let node = desk.need(&mut fields, "attribute");
            node.and_then(|node| attribute(node, around, desk))
        }
        "date" => {
            let node = desk.need(&mut fields, "date");
            node.and_then(|node| date(node, around, desk))
        }
        "inactive" => {
            let node = desk.need(&mut fields, "inactive");
            node.and_then(|node| inactive(node, around, desk))
        }
        "segment" => {
            let node = desk.need(&mut fields, "segment");
            node.and_then(|node| segment(node, around, desk))
        }
        "score" => {
            let node = desk.need(&mut fields, "score");
            node.and_then(|node| score(node, around, desk))
        }
        "schedule" => {
            let node = desk.need(&mut fields, "schedule");
            node.and_then(|node| schedule::read(node, around, desk))
        }
        "called" => {
            fields.know(&["called"]);
            started(around, "called");
            Some(Trigger::Called)
        }
        _ => {
            fields.know(&["manual"]);
            started(around, "manual");
            Some(Trigger::Manual)
        }
    };
    desk.close(fields);
    trigger
}

/// Several triggers, or several events in one.
fn by_one_event(span: Span, desk: &mut Desk<'_>) {
    desk.report.error(Code::E0313, span).message("E0313-events").help("E0313-help-events");
}

fn by_word(word: &str, span: Span, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    match word.trim() {
        "manual" => {
            started(around, "manual");
            Some(Trigger::Manual)
        }
        "called" => {
            started(around, "called");
            Some(Trigger::Called)
        }
        other => {
            let is_event = desk.library.model.events.contains_key(other);
            let word = suggest(other, ["manual", "called"]).map(str::to_owned);
            let meant = if is_event { Some(format!("{{ event: {other} }}")) } else { word };
            let diagnostic = desk.report.error(Code::E0313, span).arg("name", other);
            diagnostic.did_you_mean(meant.clone()).help("E0313-help");
            if let Some(meant) = meant {
                diagnostic.fix(span, meant);
            }
            None
        }
    }
}

/// What starts the walk has no fields but its instant.
pub(super) fn started(around: &mut Around, by: &str) {
    around.scope.entry = Some(Known { of: by.to_owned(), ..Known::default() });
}

fn event(fields: &mut Fields<'_>, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    let node = desk.need(fields, "event");
    let name = match node {
        Some(node) if node.items().is_some() => {
            by_one_event(node.span, desk);
            None
        }
        Some(node) => desk.event(node),
        None => None,
    };
    // Of a misspelt event nobody knows the fields: what is asked of them is not said to be wrong as well.
    let meant = name.clone().or_else(|| node.and_then(|node| desk.event_meant(node)));
    if node.is_some() && meant.is_none() {
        around.scope.entry = Some(Known::of_anything());
    }
    if let Some(name) = &meant {
        around.scope.entry = Some(Known::of_event(&desk.library.model, name));
        // Our own events about an entity name it: `deal.stage_changed`.
        let kind = name.strip_suffix(".stage_changed").or_else(|| name.strip_suffix(".changed"));
        let kind = kind.filter(|kind| desk.library.model.entities.contains_key(*kind));
        around.scope.entity = kind.map(str::to_owned);
    }
    let when = desk.take(fields, "when").map(|node| desk.condition(node, &around.scope));
    let settles = desk.take(fields, "settles").map(|node| desk.some_length(node, "minutes"));
    let to = desk.take(fields, "to").map(|node| (desk.condition(node, &around.scope), node.span));
    if let (Some((_, span)), Some(_)) = (&to, &settles) {
        desk.report.error(Code::E0623, *span).help("E0623-help");
    }
    let to = spread(to.map(|(to, _)| to));
    Some(Trigger::Event { name: name?, when: spread(when)?, settles: spread(settles)?, to: to? })
}

fn subject(kind: Option<String>) -> Subject {
    kind.map_or(Subject::Customer, Subject::Entity)
}

fn stage(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    let mut fields = desk.fields(node, "thing-trigger-stage")?;
    let of = desk.need(&mut fields, "of").and_then(|node| desk.kind(node));
    let from = desk.take(&mut fields, "from");
    let to = desk.take(&mut fields, "to");
    desk.close(fields);
    let of = of?;
    let mut stages = |node: Option<&Node>| -> Option<Vec<String>> {
        let Some(node) = node else { return Some(Vec::new()) };
        desk.items(node).iter().map(|node| desk.stage(of.as_deref(), node)).collect()
    };
    let (from, to) = (stages(from), stages(to));
    let name = format!("{}.stage_changed", of.as_deref().unwrap_or("customer"));
    let known = desk.stages(of.as_deref());
    let ty = if known.is_empty() { Type::Text } else { Type::OneOf(known) };
    around.scope.entry = Some(Known { of: name, ..Known::default() }.with("from", ty.clone()).with("to", ty));
    around.scope.entity.clone_from(&of);
    Some(Trigger::Stage { of: subject(of), from: from?, to: to? })
}

/// `customer.tier` or `deal.amount`: a kind (`None`: the customer), an attribute and its type.
fn attribute_named(
    name: &Spanned<String>,
    around: &mut Around,
    desk: &mut Desk<'_>,
) -> Option<(Option<String>, String, Type)> {
    let (root, field) = name.value.split_once('.').unwrap_or((&name.value, ""));
    let library = desk.library;
    let (kind, attributes) = if root == "customer" {
        (None, &library.model.customer)
    } else {
        let Some(entity) = library.model.entities.get(root) else {
            let kinds = library.model.entities.keys().map(String::as_str).chain(["customer"]);
            desk.unknown(Code::E0232, root, name.span.part(0, root.len()), kinds);
            return None;
        };
        (Some(root.to_owned()), &entity.attributes)
    };
    // What is meant is plain also where the attribute is not: the steps may speak of the entity.
    around.scope.entity.clone_from(&kind);
    match attributes.get(field) {
        Some(attribute) => Some((kind, field.to_owned(), attribute.ty.clone())),
        None => {
            desk.unknown_attribute(
                &name.value,
                name.span,
                attributes.keys().map(|known| format!("{root}.{known}")),
            );
            None
        }
    }
}

fn attribute(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    let mut fields = desk.fields(node, "thing-trigger-attribute")?;
    let of = desk.need(&mut fields, "of").and_then(|node| desk.spanned(node));
    let from = desk.take(&mut fields, "from");
    let to = desk.take(&mut fields, "to");
    desk.close(fields);
    let (kind, attribute, ty) = attribute_named(&of?, around, desk)?;
    let mut values = |node: Option<&Node>| -> Option<Vec<model::Value>> {
        let Some(node) = node else { return Some(Vec::new()) };
        // The value of a list is a list itself.
        if matches!(ty, Type::List) {
            return Some(vec![desk.value(node, &ty)?]);
        }
        desk.items(node).iter().map(|node| desk.value(node, &ty)).collect()
    };
    let (from, to) = (values(from), values(to));
    let name = format!("{}.changed", kind.as_deref().unwrap_or("customer"));
    around.scope.entry = Some(
        Known { of: name, ..Known::default() }
            .with("attribute", Type::Text)
            .with("from", ty.clone())
            .with("to", ty),
    );
    Some(Trigger::Attribute { of: subject(kind), attribute, from: from?, to: to? })
}

fn date(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    let mut fields = desk.fields(node, "thing-trigger-date")?;
    let of = desk.need(&mut fields, "of").and_then(|node| desk.spanned(node));
    let repeat = desk.take(&mut fields, "repeat").map(|node| repeat(node, desk));
    let calendar = desk.take(&mut fields, "calendar").map(|node| {
        let words = [
            ("solar", CalendarKind::Solar),
            ("lunar", CalendarKind::Lunar),
            ("from_customer", CalendarKind::FromCustomer),
        ];
        desk.word(node, "calendar", &words)
    });
    let shift = shift(&mut fields, desk);
    let at = desk.take(&mut fields, "at").map(|node| desk.clock(node));
    let leap_day = desk.take(&mut fields, "leap_day").map(|node| {
        let words =
            [("feb28", LeapDay::Feb28), ("mar1", LeapDay::Mar1), ("leap_years_only", LeapDay::LeapYearsOnly)];
        desk.word(node, "leap_day", &words)
    });
    let late = lateness(&mut fields, desk);
    desk.close(fields);
    let of = of?;
    let (kind, field, ty) = attribute_named(&of, around, desk)?;
    if !is_date(&ty) {
        desk.report
            .error(Code::E0322, of.span)
            .arg("name", &of.value)
            .arg_type("type", &ty)
            .help("E0322-help");
        return None;
    }
    around.scope.entry = Some(Known { of: "date".to_owned(), ..Known::default() }.with("date", Type::Date));
    let usual = if ty == Type::Birthday { DateRepeat::Yearly } else { DateRepeat::Once };
    let root = kind.map_or(Root::Customer, |kind| Root::Entity(Arc::from(kind)));
    Some(Trigger::Date(DateTrigger {
        of: Path { root, field: Arc::from(field), hop: None, ty },
        rule: DateRule {
            repeat: spread(repeat)?.unwrap_or(usual),
            calendar: spread(calendar)?.unwrap_or_default(),
            shift: shift?,
            at: spread(at)?.unwrap_or(DEFAULT_AT),
            leap_day: spread(leap_day)?.unwrap_or_default(),
        },
        late: late?,
    }))
}

/// Whether a type has days that a date trigger or a timeline can hang on.
pub(super) fn is_date(ty: &Type) -> bool {
    match ty {
        Type::Date | Type::Time | Type::Birthday => true,
        Type::Text
        | Type::Number
        | Type::YesNo
        | Type::Duration
        | Type::List
        | Type::Email
        | Type::Phone
        | Type::Money
        | Type::OneOf(_)
        | Type::Reference(_) => false,
    }
}

fn repeat(node: &Node, desk: &mut Desk<'_>) -> Option<DateRepeat> {
    let text = desk.text(node)?;
    if let Some(length) = text.strip_prefix("every ") {
        return match length.trim().parse::<model::Length>() {
            Ok(length) if !length.is_zero() => Some(DateRepeat::Every(length)),
            Ok(_) => {
                desk.zero(node.span);
                None
            }
            Err(error) => {
                desk.length_error(&error, node.span.part(text.len() - length.len(), text.len()));
                None
            }
        };
    }
    let words =
        [("once", DateRepeat::Once), ("yearly", DateRepeat::Yearly), ("monthly", DateRepeat::Monthly)];
    let found = desk.word_or(node, "repeat", &words, "E0305-help-repeat");
    let often = [
        (["daily", "每天", "每日"], "every 1 day"),
        (["weekly", "每周", "每星期"], "every 1 week"),
        (["quarterly", "每季度", "每季"], "every 3 months"),
    ];
    let meant = often.iter().find(|(words, _)| words.contains(&text.as_str())).map(|(_, meant)| *meant);
    if let (None, Some(meant), Some(said)) = (&found, meant, desk.report.last_mut()) {
        said.did_you_mean(Some(meant)).fix(node.span, meant);
    }
    found
}

/// `before: D` or `after: D`; both together are a mistake. `None`: there is one.
pub(super) fn shift(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Shift> {
    let before = desk.take(fields, "before");
    let after = desk.take(fields, "after");
    match (before, after) {
        (Some(before), Some(after)) => {
            desk.report.error(Code::E0329, after.span).related(before.span, "E0329-first");
            None
        }
        (Some(node), None) => Some(Shift::Before(desk.length(node)?)),
        (None, Some(node)) => Some(Shift::After(desk.length(node)?)),
        (None, None) => Some(Shift::None),
    }
}

fn inactive(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    let mut fields = desk.fields(node, "thing-trigger-inactive")?;
    let no: Option<Vec<String>> = desk
        .need(&mut fields, "no")
        .and_then(|node| desk.items(node).iter().map(|node| desk.event(node)).collect());
    let scope = Scope { allows: Allows::CustomerOnly, ..around.scope.clone() };
    let length = desk.need(&mut fields, "for");
    let length = length.and_then(|node| super::step_time::computed(node, &mut fields, &scope, desk));
    let length = length.filter(|length| match length {
        WaitLength::Fixed(length) if length.is_zero() => {
            let span = fields.entry("for").map_or(node.span, |entry| entry.value.span);
            desk.zero(span);
            false
        }
        WaitLength::Fixed(_) | WaitLength::Computed { .. } => true,
    });
    desk.close(fields);
    started(around, "inactive");
    let no = no?;
    if no.is_empty() {
        desk.report.error(Code::E0331, node.span).help("E0331-help-events");
        return None;
    }
    Some(Trigger::Inactive { no, length: length? })
}

/// `{ enters: NAME }` or `{ leaves: NAME }`.
fn segment(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    around.scope.entry =
        Some(Known { of: "segment".to_owned(), ..Known::default() }.with("segment", Type::Text));
    let mut fields = desk.fields(node, "thing-trigger-segment")?;
    let enters = desk.take(&mut fields, "enters");
    let leaves = desk.take(&mut fields, "leaves");
    let head = fields.head();
    desk.close(fields);
    let (named, crossing) = match (enters, leaves) {
        (Some(named), None) => (named, Crossing::Enters),
        (None, Some(named)) => (named, Crossing::Leaves),
        (Some(first), Some(second)) => {
            desk.report
                .error(Code::E0630, second.span)
                .message("E0630-two")
                .related(first.span, "E0630-first")
                .help("E0630-help");
            return None;
        }
        (None, None) => {
            if !desk.is_misspelt(node.span) {
                desk.report.error(Code::E0630, head).help("E0630-help");
            }
            return None;
        }
    };
    let name = desk.spanned(named)?;
    let known = around.scope.segments.clone().unwrap_or_default();
    if !known.contains(&name.value) {
        desk.unknown(Code::E0207, &name.value, name.span, known.iter().map(String::as_str));
        return None;
    }
    Some(Trigger::Segment { name: name.value, crossing })
}

/// `score: { of: lead_score, reaches: hot }`.
fn score(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    let mut fields = desk.fields(node, "thing-trigger-score")?;
    let known: Vec<String> = around.scope.scores.iter().flatten().cloned().collect();
    let of = if let ([only], false) = (known.as_slice(), fields.has("of")) {
        fields.know(&["of"]);
        Some(only.clone())
    } else {
        desk.need(&mut fields, "of").and_then(|node| desk.spanned(node)).and_then(|name| {
            if known.contains(&name.value) {
                return Some(name.value);
            }
            desk.unknown(Code::E0208, &name.value, name.span, known.iter().map(String::as_str));
            None
        })
    };
    let reaches = desk.need(&mut fields, "reaches");
    let rearm = desk.take(&mut fields, "rearm").map(|node| (desk.number(node), node.span));
    desk.close(fields);
    let of = of?;
    let words = around.scope.bands.get(&of).cloned().unwrap_or_default();
    let word = if words.is_empty() { Type::Text } else { Type::OneOf(words) };
    let entry = Known { of: "score".to_owned(), ..Known::default() };
    let entry = entry.with("score", Type::Number).with("band", word.clone()).with("from", word);
    around.scope.entry = Some(entry);
    // A score whose own file is broken was said there.
    let library = desk.library;
    let scoring = library.scorings.get(&of)?;
    let node = reaches?;
    let reaches = match &node.kind {
        Kind::Number(_) => Reaches::Points(desk.number(node)?),
        Kind::Text { .. } | Kind::Bool(_) | Kind::Null | Kind::List(_) | Kind::Map(_) => {
            Reaches::Band(scoring::one_of(node, &scoring.bands, None, desk)?)
        }
    };
    let trigger = ScoreTrigger { of, reaches, rearm: rearm.and_then(|(rearm, _)| rearm) };
    let (level, below) = trigger.levels(scoring)?;
    if let Some((Some(_), span)) = rearm
        && below > level
    {
        desk.report
            .error(Code::E0645, span)
            .arg("rearm", below.to_string())
            .arg("level", level.to_string())
            .help("E0645-help");
        return None;
    }
    Some(Trigger::Score(trigger))
}

/// `late` and `max_lateness`. There is no window in which a trigger may fire, so that a late one fires at once
/// unless it says `skip`.
pub(super) fn lateness(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Lateness> {
    let words = [("run", false), ("skip", true), ("next_window", false)];
    let skip = desk.take(fields, "late").map(|node| desk.word(node, "late", &words));
    let most = desk.take(fields, "max_lateness").map(|node| desk.length_in(node, "hours"));
    Some(Lateness { skip: spread(skip)?.unwrap_or(false), most: spread(most)? })
}
