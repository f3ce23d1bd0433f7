//! `tests:` inside workflow and scoring files: what is given, what must come, what must never come.

use super::desk::Desk;
use super::subject::{Start, Subject};
use super::{inputs, test_entries, test_facts, test_lines, test_people, test_replies};
use crate::diagnostic::{Code, suggest};
use crate::source::{Span, Spanned};
use crate::step::Verb;
use crate::syntax::Fields;
use crate::test_case::{TestCase, TestRep};
use crate::yaml::Node;
use jiff::Timestamp;
use model::{Type, zone};
use std::collections::{BTreeMap, BTreeSet};

/// The instant, the zone and the customers of a test: what its lines are read against.
pub(super) struct Stage<'a> {
    /// What it is about.
    pub start: &'a Start<'a>,
    /// When it begins.
    pub clock: Timestamp,
    /// Its clock was read; else nobody can say what lies before it.
    pub placed: bool,
    /// Its customers by name, in the author's order.
    pub names: Vec<String>,
    /// They stand under `customers:`, where a line that names nobody may be for everybody.
    pub many: bool,
}

/// Reads the tests of a workflow.
pub(super) fn read(node: &Node, start: &Start<'_>, desk: &mut Desk<'_>) -> Vec<TestCase> {
    one_name_each(node, desk);
    desk.list(node).iter().filter_map(|node| one(node, start, desk)).collect()
}

/// Says where a test is called like one above: of two lines that fail nobody could tell which it was.
pub(super) fn one_name_each(tests: &Node, desk: &mut Desk<'_>) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for test in tests.items().unwrap_or_default() {
        let Some(name) = test.get("name").map(|entry| &entry.value) else { continue };
        let Some(text) = name.raw_text().map(str::trim) else { continue };
        match seen.get(text) {
            Some(first) => {
                let twice = desk.report.error(Code::E0308, name.span).message("E0308-test");
                twice.arg("name", text).related(*first, "E0308-first-test").help("E0308-help");
            }
            None => {
                seen.insert(text, name.span);
            }
        }
    }
}

fn one(node: &Node, start: &Start<'_>, desk: &mut Desk<'_>) -> Option<TestCase> {
    let mut fields = desk.fields(node, "thing-test")?;
    let outer = desk.zone.clone();
    let many = fields.has("customers");
    let (mut test, is_sound) = given(&mut fields, start, desk);
    let names = test.customers.iter().map(|customer| customer.name.clone()).collect();
    let stage = Stage { start, clock: test.clock, placed: is_sound, names, many };
    test.expect = lines(&mut fields, "expect", &stage, desk);
    test.never = lines(&mut fields, "never", &stage, desk);
    let exactly = desk.take(&mut fields, "exactly").and_then(|node| desk.yes_no(node)).unwrap_or(false);
    desk.close(fields);
    desk.zone = outer;
    is_sound.then_some(TestCase { exactly, span: node.span, ..test })
}

fn lines(
    fields: &mut Fields<'_>,
    key: &'static str,
    stage: &Stage<'_>,
    desk: &mut Desk<'_>,
) -> Vec<crate::test_case::Expected> {
    let Some(node) = desk.take(fields, key) else { return Vec::new() };
    desk.items(node).iter().filter_map(|node| test_lines::read(node, stage, desk)).collect()
}

/// Reads all of a test but what is expected; `false`: its name or its clock is missing or cannot be read, and
/// what was read serves to find further mistakes only. Leaves the desk in the test's zone: `expect` is read
/// in it.
pub(super) fn given(fields: &mut Fields<'_>, start: &Start<'_>, desk: &mut Desk<'_>) -> (TestCase, bool) {
    let name = desk.need(fields, "name").and_then(|node| desk.spanned(node));
    fields.know(&["note"]);
    let clock = desk.need(fields, "clock").and_then(|node| desk.spanned(node));
    let clock = clock.and_then(|text| clock_and_zone(&text, desk));
    let one = desk.take(fields, "customer");
    let named = desk.take(fields, "customers");
    let many = named.is_some();
    let customers = match (one, named) {
        (Some(_), Some(node)) => {
            desk.report.error(Code::E0342, node.span).help("E0342-help");
            Vec::new()
        }
        (Some(node), None) => test_people::customer("customer", node, desk).into_iter().collect(),
        (None, Some(node)) => desk
            .entries(node)
            .iter()
            .filter_map(|entry| test_people::customer(&entry.key, &entry.value, desk))
            .collect(),
        (None, None) => test_people::nobody(),
    };
    let reps = desk.take(fields, "reps").map_or_else(BTreeMap::new, |node| reps(node, desk));
    let replies = desk.take(fields, "replies");
    let replies = replies.map_or_else(BTreeMap::new, |node| test_replies::read(node, start, desk));
    let inputs = desk.take(fields, "inputs");
    let inputs = inputs.map_or_else(BTreeMap::new, |node| handed_in(node, start, desk));
    let pick = desk.take(fields, "pick");
    let pick = pick.map_or_else(BTreeMap::new, |node| picks(node, start, desk));
    let entry = desk.take(fields, "entry");
    let history = desk.take(fields, "history");
    let events = desk.take(fields, "events");
    let is_sound = name.is_some() && clock.is_some();
    let names = customers.iter().map(|customer| customer.name.clone()).collect();
    let stage =
        Stage { start, clock: clock.unwrap_or(Timestamp::UNIX_EPOCH), placed: clock.is_some(), names, many };
    let entries = entry.map_or_else(Vec::new, |node| test_entries::read(node, &stage, desk));
    let history = history.map_or_else(Vec::new, |node| test_facts::history(node, &stage, desk));
    let events = events.map_or_else(Vec::new, |node| test_facts::events(node, &stage, desk));
    let name = name.unwrap_or_else(|| Spanned::new(String::new(), fields.span()));
    let test = TestCase {
        name: name.value,
        span: name.span,
        clock: stage.clock,
        zone: zone::name(&desk.zone).to_owned(),
        customers,
        many,
        entries,
        history,
        events,
        inputs,
        replies,
        reps,
        pick,
        expect: Vec::new(),
        exactly: false,
        never: Vec::new(),
    };
    (test, is_sound)
}

/// `2026-03-02 06:00 Asia/Shanghai`; without a zone, the project's. The desk goes over to the zone.
fn clock_and_zone(text: &Spanned<String>, desk: &mut Desk<'_>) -> Option<Timestamp> {
    let (clock, name) = match text.value.rsplit_once(' ') {
        Some((clock, name)) if name.starts_with(|first: char| first.is_alphabetic()) => (clock, Some(name)),
        Some(_) | None => (text.value.as_str(), None),
    };
    let is_clock = zone::parse_instant(clock, &desk.zone).is_some();
    // `tomorrow morning` names no zone.
    let name = name.filter(|name| is_clock || name.contains('/'));
    if !is_clock {
        let clock = if name.is_some() { clock } else { text.value.as_str() };
        let at = name.map_or(text.span, |_| text.span.part(0, clock.len()));
        let meant = zone::instant_meant(clock);
        let wrong = desk.report.error(Code::E0343, at).arg("text", clock);
        wrong.did_you_mean(meant).help("E0343-help");
    }
    if let Some(name) = name {
        match zone::zone(name) {
            Some(zone) => desk.zone = zone,
            None => {
                let at = text.value.len() - name.len();
                unknown_zone(name, text.span.part(at, text.value.len()), desk);
                return None;
            }
        }
    }
    zone::parse_instant(clock, &desk.zone).filter(|_| is_clock)
}

/// Says that a zone does not exist.
pub(super) fn unknown_zone(name: &str, span: crate::source::Span, desk: &mut Desk<'_>) {
    const USUAL: [&str; 16] = [
        "Asia/Shanghai",
        "Asia/Hong_Kong",
        "Asia/Taipei",
        "Asia/Singapore",
        "Asia/Tokyo",
        "Asia/Urumqi",
        "Australia/Sydney",
        "Europe/Berlin",
        "Europe/London",
        "Europe/Paris",
        "America/New_York",
        "America/Los_Angeles",
        "America/Chicago",
        "America/Sao_Paulo",
        "Asia/Kolkata",
        "UTC",
    ];
    // What people call it: Shanghai's zone stands for all of China.
    const CHINA: [&str; 12] = [
        "asia/beijing",
        "asia/peking",
        "beijing",
        "shanghai",
        "china",
        "asia/china",
        "prc",
        "cst",
        "utc+8",
        "gmt+8",
        "+08:00",
        "+8",
    ];
    let is_china = CHINA.contains(&name.to_lowercase().as_str())
        || ["北京", "上海", "中国", "东八区"].iter().any(|word| name.contains(word));
    if is_china {
        let diagnostic = desk.report.error(Code::E0129, span).arg("name", name);
        diagnostic.did_you_mean(Some("Asia/Shanghai")).fix(span, "Asia/Shanghai");
        return;
    }
    desk.unknown(Code::E0129, name, span, USUAL);
    if let Some(said) = desk.report.last_mut().filter(|said| said.label.is_none()) {
        said.help("E0129-help");
    }
}

/// `reps: { li.na: { open: 40, away: true } }`.
fn reps(node: &Node, desk: &mut Desk<'_>) -> BTreeMap<String, TestRep> {
    let mut reps = BTreeMap::new();
    for entry in desk.entries(node) {
        let Some(mut fields) = desk.fields(&entry.value, "thing-rep") else { continue };
        let open = desk.take(&mut fields, "open").and_then(|node| desk.whole(node, "open", 0, 1_000_000));
        let away = desk.take(&mut fields, "away").and_then(|node| desk.yes_no(node));
        let name = desk.take(&mut fields, "name").and_then(|node| desk.text(node));
        desk.close(fields);
        let rep = TestRep { open: open.unwrap_or(0), away: away.unwrap_or(false), name };
        reps.insert(entry.key.clone(), rep);
    }
    reps
}

/// `inputs: { team: inside_sales }`: what the caller, or the person who starts it, hands in.
fn handed_in(node: &Node, start: &Start<'_>, desk: &mut Desk<'_>) -> BTreeMap<String, model::Value> {
    let subjects = start.subjects().iter().filter_map(|subject| subject.inputs);
    let wanted: BTreeMap<String, crate::workflow::Input> =
        subjects.flatten().map(|(name, input)| (name.clone(), input.clone())).collect();
    let mut given = BTreeMap::new();
    for entry in desk.entries(node) {
        match wanted.get(&entry.key) {
            Some(input) => {
                let value = inputs::literal(&entry.value, &input.ty, desk);
                given.extend(value.map(|value| (entry.key.clone(), value)));
            }
            None => inputs::unknown(entry, None, &wanted, desk),
        }
    }
    given
}

/// `pick: { offer: money, holdout: true }`; where two workflows of a scenario have a split of one name, or
/// only one of them holds out, with the workflow's name before it: `winback.offer`, `winback.holdout`.
fn picks(node: &Node, start: &Start<'_>, desk: &mut Desk<'_>) -> BTreeMap<String, String> {
    if start.subjects().is_empty() {
        desk.report.error(Code::E0344, node.span).message("E0344-none");
        return BTreeMap::new();
    }
    let whole = start.subjects().iter().all(|subject| subject.whole);
    let mut splits: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut holdouts = BTreeSet::from(["holdout".to_owned()]);
    for subject in start.subjects() {
        holdouts.insert(format!("{}.holdout", subject.id));
        for verb in &subject.verbs {
            let Verb::Split { name, ways, .. } = verb else { continue };
            for key in [name.clone(), format!("{}.{name}", subject.id)] {
                splits.entry(key).or_default().extend(ways.iter().map(|way| way.name.as_str()));
            }
        }
    }
    let mut picks = BTreeMap::new();
    for entry in desk.entries(node) {
        if holdouts.contains(&entry.key) {
            let held = desk.yes_no(&entry.value);
            let named = |subject: &&Subject<'_>| {
                entry.key == "holdout" || entry.key.strip_suffix(".holdout") == Some(subject.id)
            };
            let mut holding = start.subjects().iter().filter(named);
            if held == Some(true) && whole && !holding.any(|subject| subject.holds_out) {
                let none = desk.report.error(Code::E0344, entry.key_span).message("E0344-holdout");
                none.help("E0344-help-holdout");
            }
            picks.extend(held.map(|held| (entry.key.clone(), held.to_string())));
            continue;
        }
        let Some(ways) = splits.get(entry.key.as_str()) else {
            // What could not be read may have the split.
            if whole {
                let free = splits.keys().map(String::as_str).filter(|name| !name.contains('.'));
                let free = free.chain(["holdout"]).filter(|name| node.get(name).is_none());
                desk.unknown(Code::E0344, &entry.key, entry.key_span, free.collect::<Vec<_>>());
            }
            continue;
        };
        let Some(way) = desk.spanned(&entry.value) else { continue };
        if ways.contains(way.value.as_str()) {
            picks.insert(entry.key.clone(), way.value);
            continue;
        }
        let meant = suggest(&way.value, ways.iter().copied()).map(str::to_owned);
        desk.report
            .error(Code::E0344, way.span)
            .message("E0344-way")
            .arg("name", &way.value)
            .arg("split", &entry.key)
            .did_you_mean(meant);
    }
    picks
}

/// An instant in the test's zone; a date alone is its first instant.
pub(super) fn instant(node: &Node, desk: &mut Desk<'_>) -> Option<Timestamp> {
    desk.value(node, &Type::Time)?.as_instant()
}
