//! `scoring:` a lead score: fit rules, behaviour rules with decay, bands.

use super::desk::Desk;
use super::subject::Start;
use super::test_lines;
use super::tests as in_file;
use super::tests::Stage;
use crate::condition::reads::Reads;
use crate::condition::{self, Scope};
use crate::diagnostic::{Code, Report};
use crate::library::{AtMost, BehaviourRule, ExpectedScore, FitRule, Library, Per, ScoreTest, Scoring};
use crate::source::{Span, Spanned};
use crate::syntax::Fields;
use crate::yaml::Node;
use model::{Decimal, Length};
use std::collections::BTreeMap;

/// The behaviour of a score, and what limits it.
#[derive(Default)]
struct Behaviour {
    half_life: Option<Length>,
    rules: Vec<BehaviourRule>,
    cap: Option<Decimal>,
}

/// Groups of rules while they are read: which the file declares, and where each stands.
struct Groups {
    caps: BTreeMap<String, Decimal>,
    /// The part that the first rule of a group stands in, and its place.
    parts: BTreeMap<String, (&'static str, Span)>,
}

/// Reads a scoring file behind its first key. `on_band` is read later, with the workflows.
pub(super) fn read(
    name: Spanned<String>,
    fields: &mut Fields<'_>,
    scope: &Scope,
    desk: &mut Desk<'_>,
) -> Option<Scoring> {
    let title = desk.take(fields, "title").and_then(|node| desk.text(node));
    let of = desk.take(fields, "of").and_then(|node| desk.kind(node).map(|kind| (kind, node.span)));
    if let Some((Some(kind), span)) = &of {
        desk.report.error(Code::E0642, *span).arg("kind", kind).help("E0642-help");
    }
    let range = range_or_cap(fields, desk);
    let mut groups = match desk.take(fields, "groups") {
        Some(node) => groups(node, desk),
        None => Groups { caps: BTreeMap::new(), parts: BTreeMap::new() },
    };
    let narrow = Scope { allows: condition::Allows::CustomerOnly, ..scope.clone() };
    let fit = match desk.take(fields, "fit") {
        Some(node) => {
            let rules = desk.list(node);
            rules.iter().filter_map(|node| fit_rule(node, &narrow, &mut groups, desk)).collect()
        }
        None => Vec::new(),
    };
    let machines = desk.take(fields, "include_machines").and_then(|node| desk.yes_no(node)).unwrap_or(false);
    let behaviour = match desk.take(fields, "behaviour") {
        Some(node) => behaviour(node, scope, machines, &mut groups, desk),
        None => Behaviour::default(),
    };
    let (bands, stay) = match desk.take(fields, "bands") {
        Some(node) => bands(node, desk),
        None => (Vec::new(), Decimal::ZERO),
    };
    let grades = desk.take(fields, "grades").map_or_else(Vec::new, |node| grades(node, desk));
    fields.know(&["on_band"]);
    let tests = match desk.take(fields, "tests") {
        Some(node) => {
            in_file::one_name_each(node, desk);
            let tests = desk.list(node);
            tests.iter().filter_map(|node| score_test(node, &bands, &grades, desk)).collect()
        }
        None => Vec::new(),
    };
    Some(Scoring {
        title: title.unwrap_or_else(|| name.value.clone()),
        name: name.value,
        span: name.span,
        range,
        fit,
        half_life: behaviour.half_life,
        rules: behaviour.rules,
        behaviour_cap: behaviour.cap,
        groups: groups.caps,
        bands,
        stay,
        grades,
        tests,
    })
}

/// Leaves out the scores that look at themselves, by way of segments or of each other.
pub(super) fn without_circles(library: &mut Library, report: &mut Report) {
    let circular: Vec<String> = library
        .scorings
        .values()
        .filter(|scoring| {
            let mut reads = Reads::default();
            let conditions = scoring.fit.iter().map(|rule| &rule.when);
            for when in conditions.chain(scoring.rules.iter().filter_map(|rule| rule.when.as_ref())) {
                reads.merge(Reads::of_condition(when, library));
            }
            reads.scores.contains(&scoring.name)
        })
        .map(|scoring| scoring.name.clone())
        .collect();
    for name in circular {
        if let Some(scoring) = library.scorings.remove(&name) {
            report.error(Code::E0640, scoring.span).arg("name", name).help("E0640-help");
        }
    }
}

/// `range: 0-100`, or `cap: 100` alone, which leaves the lower end open.
fn range_or_cap(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<(Decimal, Decimal)> {
    let range_node = desk.take(fields, "range");
    let cap_node = desk.take(fields, "cap");
    if let (Some(range), Some(cap)) = (range_node, cap_node) {
        desk.report.error(Code::E0643, cap.span).related(range.span, "E0643-first").help("E0643-help");
        return None;
    }
    let cap = cap_node.and_then(|node| cap(node, desk)).map(|most| (Decimal::MIN, most));
    cap.or_else(|| range_node.and_then(|node| range(node, desk)))
}

/// At most so many points: more than none.
fn cap(node: &Node, desk: &mut Desk<'_>) -> Option<Decimal> {
    let number = desk.number(node)?;
    if number > Decimal::ZERO {
        return Some(number);
    }
    desk.report.error(Code::E0615, node.span).arg("text", number.to_string()).message("E0615-cap");
    None
}

/// `groups: { web: 40, mail: 20 }`.
fn groups(node: &Node, desk: &mut Desk<'_>) -> Groups {
    let mut caps = BTreeMap::new();
    for entry in desk.entries(node) {
        caps.extend(cap(&entry.value, desk).map(|most| (entry.key.clone(), most)));
    }
    Groups { caps, parts: BTreeMap::new() }
}

/// The group of a rule: one that the file declares, all of whose rules stand in one part of the score.
fn group(
    fields: &mut Fields<'_>,
    part: &'static str,
    groups: &mut Groups,
    desk: &mut Desk<'_>,
) -> Option<String> {
    let node = desk.take(fields, "group")?;
    let name = desk.spanned(node)?;
    if !groups.caps.contains_key(&name.value) {
        desk.unknown(Code::E0641, &name.value, name.span, groups.caps.keys().map(String::as_str));
        return None;
    }
    match groups.parts.get(&name.value) {
        Some((other, first)) if *other != part => {
            let diagnostic = desk.report.error(Code::E0641, name.span).message("E0641-parts");
            diagnostic.arg("name", &name.value).related(*first, "E0641-first");
            return None;
        }
        Some(_) => {}
        None => {
            groups.parts.insert(name.value.clone(), (part, name.span));
        }
    }
    Some(name.value)
}

/// `0-100`.
fn range(node: &Node, desk: &mut Desk<'_>) -> Option<(Decimal, Decimal)> {
    let text = desk.text(node)?;
    // The first character may be the sign of a negative least score.
    let dash = text.char_indices().skip(1).find(|(_, letter)| matches!(letter, '-' | '–')).map(|(at, _)| at);
    let parts = dash.and_then(|at| {
        let (least, most) = text.split_at_checked(at)?;
        let most = most.trim_start_matches(['-', '–']);
        Some((least.trim().parse::<Decimal>().ok()?, most.trim().parse::<Decimal>().ok()?))
    });
    match parts.filter(|(least, most)| least < most) {
        Some(range) => Some(range),
        None => {
            desk.report.error(Code::E0615, node.span).arg("text", &text).help("E0615-help");
            None
        }
    }
}

fn points(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Decimal> {
    desk.need(fields, "points").and_then(|node| desk.number(node))
}

fn fit_rule(node: &Node, scope: &Scope, groups: &mut Groups, desk: &mut Desk<'_>) -> Option<FitRule> {
    let mut fields = desk.fields(node, "thing-score-rule")?;
    let when = desk.need(&mut fields, "when").and_then(|node| desk.condition(node, scope));
    let points = points(&mut fields, desk);
    let group = group(&mut fields, "fit", groups, desk);
    desk.close(fields);
    Some(FitRule { when: when?, points: points?, group })
}

fn behaviour(
    node: &Node,
    scope: &Scope,
    machines: bool,
    groups: &mut Groups,
    desk: &mut Desk<'_>,
) -> Behaviour {
    let Some(mut fields) = desk.fields(node, "thing-behaviour") else { return Behaviour::default() };
    let half_life = desk.take(&mut fields, "half_life").and_then(|node| {
        let length = desk.length(node)?;
        if length.is_zero() {
            desk.report
                .error(Code::E0615, node.span)
                .arg("text", length.to_string())
                .message("E0615-half-life");
            return None;
        }
        Some(length)
    });
    // What rules have that say nothing of it themselves.
    let usual = desk.take(&mut fields, "at_most").and_then(|node| at_most(node, desk));
    let cap = desk.take(&mut fields, "cap").and_then(|node| cap(node, desk));
    let mut rules = Vec::new();
    if let Some(node) = desk.need(&mut fields, "rules") {
        for node in desk.list(node) {
            let rule = behaviour_rule(node, scope, machines, groups, desk);
            rules.extend(rule.map(|rule| BehaviourRule { at_most: rule.at_most.or(usual), ..rule }));
        }
    }
    desk.close(fields);
    Behaviour { half_life, rules, cap }
}

fn behaviour_rule(
    node: &Node,
    scope: &Scope,
    machines: bool,
    groups: &mut Groups,
    desk: &mut Desk<'_>,
) -> Option<BehaviourRule> {
    let mut fields = desk.fields(node, "thing-score-rule")?;
    let event = desk.need(&mut fields, "event").and_then(|node| desk.event(node));
    let when = desk.take(&mut fields, "when").map(|node| {
        let known = event.as_deref().map(|event| condition::Fields::of_event(&desk.library.model, event));
        let scope = Scope { event: known, ..scope.clone() };
        desk.condition(node, &scope)
    });
    let points = points(&mut fields, desk);
    let at_most = desk.take(&mut fields, "at_most").map(|node| at_most(node, desk));
    let cap = desk.take(&mut fields, "cap").map(|node| cap(node, desk));
    let group = group(&mut fields, "behaviour", groups, desk);
    let asks = desk.take(&mut fields, "include_machines").and_then(|node| desk.yes_no(node));
    desk.close(fields);
    let (when, at_most, cap) = (spread(when)?, spread(at_most)?, spread(cap)?);
    // A rule that looks at who opened counts machines as well.
    let looks = when.as_ref().is_some_and(|when| when.text.contains("event.human"));
    let machines = asks.unwrap_or(machines) || looks;
    let (event, points) = (event?, points?);
    Some(BehaviourRule { event, when, points, at_most, cap, group, machines })
}

/// What was there and failed is a failure; what was not there is nothing.
pub(super) fn spread<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        Some(Some(value)) => Some(Some(value)),
        Some(None) => None,
        None => Some(None),
    }
}

/// `3 per day`, `2 per week`, `10 per month`.
fn at_most(node: &Node, desk: &mut Desk<'_>) -> Option<AtMost> {
    let text = desk.text(node)?;
    let read = [("per day", Per::Day), ("per week", Per::Week), ("per month", Per::Month)];
    let read = read.into_iter().find_map(|(word, per)| {
        let count = text.strip_suffix(word)?.trim().parse::<u32>().ok().filter(|count| *count > 0)?;
        Some(AtMost { count, per })
    });
    if read.is_none() {
        desk.report.error(Code::E0615, node.span).arg("text", &text).message("E0615-at-most");
    }
    read
}

/// `{ cold: 0, warm: 30, stay: 5 }`, from low to high.
fn bands(node: &Node, desk: &mut Desk<'_>) -> (Vec<(String, Decimal)>, Decimal) {
    let mut bands: Vec<(String, Decimal)> = Vec::new();
    let mut stay = Decimal::ZERO;
    for entry in desk.entries(node) {
        let Some(number) = desk.number(&entry.value) else { continue };
        if entry.key == "stay" {
            if number < Decimal::ZERO {
                let diagnostic = desk.report.error(Code::E0615, entry.value.span);
                diagnostic.arg("text", number.to_string()).message("E0615-stay");
                continue;
            }
            stay = number;
            continue;
        }
        if bands.last().is_some_and(|(_, before)| *before >= number) {
            desk.report
                .error(Code::E0615, entry.value.span)
                .arg("text", number.to_string())
                .message("E0615-bands");
        }
        bands.push((entry.key.clone(), number));
    }
    (bands, stay)
}

/// `{ A: 30, B: 15, C: 0 }`: the least fit points of each, in whatever order.
fn grades(node: &Node, desk: &mut Desk<'_>) -> Vec<(String, Decimal)> {
    let mut grades: Vec<(String, Decimal)> = Vec::new();
    for entry in desk.entries(node) {
        let Some(number) = desk.number(&entry.value) else { continue };
        if let Some((other, _)) = grades.iter().find(|(_, known)| *known == number) {
            let diagnostic = desk.report.error(Code::E0615, entry.value.span).message("E0615-grades");
            diagnostic.arg("name", &entry.key).arg("other", other);
            continue;
        }
        grades.push((entry.key.clone(), number));
    }
    grades.sort_by_key(|(_, least)| *least);
    grades
}

fn score_test(
    node: &Node,
    bands: &[(String, Decimal)],
    grades: &[(String, Decimal)],
    desk: &mut Desk<'_>,
) -> Option<ScoreTest> {
    let mut fields = desk.fields(node, "thing-test")?;
    let outer = desk.zone.clone();
    let start = Start::Score;
    let (mut given, is_sound) = in_file::given(&mut fields, &start, desk);
    let expect = desk.need(&mut fields, "expect");
    let never = desk.take(&mut fields, "never");
    let exactly = desk.take(&mut fields, "exactly").and_then(|node| desk.yes_no(node)).unwrap_or(false);
    desk.close(fields);
    let names = given.customers.iter().map(|customer| customer.name.clone()).collect();
    let stage = Stage { start: &start, clock: given.clock, placed: is_sound, names, many: given.many };
    let mut scores = Vec::new();
    for line in expect.map(|node| desk.list(node)).unwrap_or_default() {
        let of_the_score = ["score", "band", "grade"].iter().any(|key| line.get(key).is_some());
        if of_the_score {
            scores.extend(expected(line, bands, grades, &stage, desk));
        } else {
            given.expect.extend(test_lines::read(line, &stage, desk));
        }
    }
    for line in never.map(|node| desk.items(node)).unwrap_or_default() {
        given.never.extend(test_lines::read(line, &stage, desk));
    }
    desk.zone = outer;
    is_sound.then_some(ScoreTest { given: crate::test_case::TestCase { exactly, ..given }, expect: scores })
}

fn expected(
    node: &Node,
    bands: &[(String, Decimal)],
    grades: &[(String, Decimal)],
    stage: &Stage<'_>,
    desk: &mut Desk<'_>,
) -> Option<ExpectedScore> {
    let mut fields = desk.fields(node, "thing-expected")?;
    let after = desk.need(&mut fields, "after").and_then(|node| desk.length(node));
    let score = desk.take(&mut fields, "score").and_then(|node| desk.number(node));
    let band = desk.take(&mut fields, "band").and_then(|node| one_of(node, bands, None, desk));
    let grade =
        desk.take(&mut fields, "grade").and_then(|node| one_of(node, grades, Some("E0616-grade"), desk));
    let customer =
        desk.take(&mut fields, "customer").and_then(|node| super::test_facts::whose(node, stage, desk));
    desk.close(fields);
    Some(ExpectedScore { after: after?, score, band, grade, customer, span: node.span })
}

/// A band or a grade that the score has.
pub(super) fn one_of(
    node: &Node,
    known: &[(String, Decimal)],
    message: Option<&'static str>,
    desk: &mut Desk<'_>,
) -> Option<String> {
    let name = desk.spanned(node)?;
    if known.iter().any(|(known, _)| *known == name.value) {
        return Some(name.value);
    }
    desk.unknown(Code::E0616, &name.value, name.span, known.iter().map(|(known, _)| known.as_str()));
    if let Some(message) = message {
        desk.report.last_mut().map(|diagnostic| diagnostic.message(message));
    }
    None
}
