//! `scoring:` a lead score: fit rules, behaviour rules with decay, bands.

use super::desk::Desk;
use super::tests as in_file;
use crate::condition::{self, Scope};
use crate::diagnostic::Code;
use crate::library::{AtMost, BehaviourRule, FitRule, Per, ScoreTest, Scoring};
use crate::source::{Span, Spanned};
use crate::syntax::Fields;
use crate::yaml::Node;
use model::{Decimal, Length};
use std::collections::BTreeMap;

/// Reads a scoring file behind its first key.
pub(super) fn read(
    name: Spanned<String>,
    fields: &mut Fields<'_>,
    scope: &Scope,
    desk: &mut Desk<'_>,
) -> Option<Scoring> {
    let title = desk.take(fields, "title").and_then(|node| desk.text(node));
    let of = desk.take(fields, "of").and_then(|node| desk.kind(node).map(|kind| (kind, node.span)));
    if let Some((Some(kind), span)) = &of {
        desk.not_built(&format!("of: {kind}"), *span);
    }
    let range = desk.take(fields, "range").and_then(|node| range(node, desk));
    let narrow = Scope { allows: condition::Allows::CustomerOnly, ..scope.clone() };
    let fit = match desk.take(fields, "fit") {
        Some(node) => desk.list(node).iter().filter_map(|node| fit_rule(node, &narrow, desk)).collect(),
        None => Vec::new(),
    };
    let (half_life, rules) = match desk.take(fields, "behaviour") {
        Some(node) => behaviour(node, scope, desk),
        None => (None, Vec::new()),
    };
    let (bands, stay) = match desk.take(fields, "bands") {
        Some(node) => bands(node, desk),
        None => (Vec::new(), Decimal::ZERO),
    };
    desk.refuse(fields, &["on_band", "grades", "groups", "caps", "include_machines"]);
    let tests = match desk.take(fields, "tests") {
        Some(node) => desk.list(node).iter().filter_map(|node| score_test(node, &bands, desk)).collect(),
        None => Vec::new(),
    };
    Some(Scoring {
        title: title.unwrap_or_else(|| name.value.clone()),
        name: name.value,
        span: name.span,
        range,
        fit,
        half_life,
        rules,
        behaviour_cap: None,
        groups: BTreeMap::new(),
        bands,
        stay,
        grades: Vec::new(),
        tests,
    })
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

fn fit_rule(node: &Node, scope: &Scope, desk: &mut Desk<'_>) -> Option<FitRule> {
    let mut fields = desk.fields(node, "thing-score-rule")?;
    let when = desk.need(&mut fields, "when").and_then(|node| desk.condition(node, scope));
    let points = points(&mut fields, desk);
    desk.refuse(&mut fields, &["cap", "group"]);
    desk.close(fields);
    Some(FitRule { when: when?, points: points?, group: None })
}

fn behaviour(node: &Node, scope: &Scope, desk: &mut Desk<'_>) -> (Option<Length>, Vec<BehaviourRule>) {
    let Some(mut fields) = desk.fields(node, "thing-behaviour") else { return (None, Vec::new()) };
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
    let rules = match desk.need(&mut fields, "rules") {
        Some(node) => desk.list(node).iter().filter_map(|node| behaviour_rule(node, scope, desk)).collect(),
        None => Vec::new(),
    };
    desk.refuse(&mut fields, &["cap", "at_most"]);
    desk.close(fields);
    (half_life, rules)
}

fn behaviour_rule(node: &Node, scope: &Scope, desk: &mut Desk<'_>) -> Option<BehaviourRule> {
    let mut fields = desk.fields(node, "thing-score-rule")?;
    let event = desk.need(&mut fields, "event").and_then(|node| desk.event(node));
    let when = desk.take(&mut fields, "when").map(|node| {
        let known = event.as_deref().map(|event| condition::Fields::of_event(&desk.library.model, event));
        let scope = Scope { event: known, ..scope.clone() };
        desk.condition(node, &scope)
    });
    let points = points(&mut fields, desk);
    let at_most = desk.take(&mut fields, "at_most").map(|node| at_most(node, desk));
    desk.refuse(&mut fields, &["cap", "group"]);
    desk.close(fields);
    let (when, at_most) = (spread(when)?, spread(at_most)?);
    // Opens and clicks by machines count only where the rule asks for them.
    let machines = when.as_ref().is_some_and(|when| when.text.contains("event.human"));
    let at_most = at_most.map(|count| AtMost { count, per: Per::Day });
    let (event, points) = (event?, points?);
    Some(BehaviourRule { event, when, points, at_most, cap: None, group: None, machines })
}

/// What was there and failed is a failure; what was not there is nothing.
pub(super) fn spread<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        Some(Some(value)) => Some(Some(value)),
        Some(None) => None,
        None => Some(None),
    }
}

/// `3 per day`.
fn at_most(node: &Node, desk: &mut Desk<'_>) -> Option<u32> {
    let text = desk.text(node)?;
    let count = text.strip_suffix("per day").and_then(|count| count.trim().parse::<u32>().ok());
    match count.filter(|count| *count > 0) {
        Some(count) => Some(count),
        None => {
            desk.report.error(Code::E0615, node.span).arg("text", &text).message("E0615-at-most");
            None
        }
    }
}

/// `{ cold: 0, warm: 30, stay: 5 }`, from low to high.
fn bands(node: &Node, desk: &mut Desk<'_>) -> (Vec<(String, Decimal)>, Decimal) {
    let mut bands: Vec<(String, Decimal)> = Vec::new();
    let mut stay = Decimal::ZERO;
    for entry in desk.entries(node) {
        let Some(number) = desk.number(&entry.value) else { continue };
        if entry.key == "stay" {
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

fn score_test(node: &Node, bands: &[(String, Decimal)], desk: &mut Desk<'_>) -> Option<ScoreTest> {
    let mut fields = desk.fields(node, "thing-test")?;
    let given = in_file::given(&mut fields, &super::subject::Start::Score, desk);
    let mut expect = Vec::new();
    if let Some(node) = desk.need(&mut fields, "expect") {
        for line in desk.list(node) {
            expect.extend(expected(line, bands, desk));
        }
    }
    desk.close(fields);
    Some(ScoreTest { given: given?, expect })
}

fn expected(
    node: &Node,
    bands: &[(String, Decimal)],
    desk: &mut Desk<'_>,
) -> Option<(Length, Option<Decimal>, Option<String>, Span)> {
    let mut fields = desk.fields(node, "thing-expected")?;
    let after = desk.need(&mut fields, "after").and_then(|node| desk.length(node));
    let score = desk.take(&mut fields, "score").and_then(|node| desk.number(node));
    let band = desk.take(&mut fields, "band").and_then(|node| {
        let name = desk.spanned(node)?;
        if !bands.iter().any(|(band, _)| *band == name.value) {
            desk.unknown(Code::E0616, &name.value, name.span, bands.iter().map(|(band, _)| band.as_str()));
            return None;
        }
        Some(name.value)
    });
    if score.is_none() && band.is_none() && !fields.has("score") && !fields.has("band") {
        fields.missing("score", desk.report);
    }
    desk.close(fields);
    Some((after?, score, band, node.span))
}
