//! `nurture score CUSTOMER`: what each rule gives, what a cap cuts off, the band and what comes next.

use super::cells;
use interpreter::score::ScoreRule;
use interpreter::score::explain::{Cap, Explained};
use jiff::Zoned;
use model::Decimal;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// Widest rule in cells.
const WIDEST: usize = 64;

/// A customer's score at an instant.
#[derive(Clone, Debug)]
pub struct Told {
    /// The customer's id.
    pub customer: String,
    /// The score's name.
    pub score: String,
    /// What people call it.
    pub title: String,
    /// When, on the customer's clock.
    pub at: Zoned,
    /// All about it.
    pub explained: Explained,
}

/// The scores for people, one under the other.
pub fn human(told: &[Told], language: Language) -> String {
    if told.is_empty() {
        return format!("{}\n", say(language, "score-none", &[]));
    }
    told.iter().map(|one| one_score(one, language)).collect::<Vec<_>>().join("\n")
}

fn one_score(told: &Told, language: Language) -> String {
    let explained = &told.explained;
    let at = told.at.strftime("%Y-%m-%d %H:%M").to_string();
    let value = explained.value.map(short).unwrap_or_default();
    let title = if told.title == told.score { String::new() } else { format!("  {}", told.title) };
    let mut out = format!("{}{title}\n", told.score);
    let values = [("customer", told.customer.as_str()), ("score", &value), ("at", &at)];
    out.push_str(&say(language, "score-head", &values));
    if let Some(band) = &explained.band {
        out.push_str(&say(language, "score-band", &[("band", band)]));
    }
    if let Some(grade) = &explained.grade {
        let fit = short(explained.fit);
        out.push_str(&say(language, "score-grade", &[("grade", grade), ("points", &fit)]));
    }
    out.push('\n');
    let points: Vec<String> = explained.lines.iter().map(|line| signed(line.points)).collect();
    let width = cells::widest(points.iter().map(String::as_str));
    let rows: Vec<Vec<String>> = explained
        .lines
        .iter()
        .zip(&points)
        .map(|(line, points)| {
            let what = match line.rule {
                ScoreRule::Added => say(language, "score-added", &[]),
                ScoreRule::Fit(_) | ScoreRule::Behaviour(_) => cells::clip(&line.text, WIDEST),
            };
            let events = match line.events {
                0 => String::new(),
                count => say(language, "score-events", &[("count", &count.to_string())]),
            };
            let group = line.group.as_ref().map_or_else(String::new, |group| format!("[{group}]"));
            vec![format!("  {}", cells::right(points, width)), what, events, group]
        })
        .collect();
    out.push_str(&cells::table(&rows));
    for cut in &explained.cuts {
        let of = match &cut.of {
            Cap::Rule(rule) => say(language, "score-cap-rule", &[("name", rule)]),
            Cap::Group(group) => say(language, "score-cap-group", &[("name", group)]),
            Cap::Behaviour => say(language, "score-cap-behaviour", &[]),
            Cap::Range => say(language, "score-cap-range", &[]),
        };
        let (before, after) = (short(cut.before), short(cut.after));
        let values = [("of", of.as_str()), ("before", &before), ("after", &after)];
        out.push_str(&format!("  {}\n", say(language, "score-cut", &values)));
    }
    if let Some((band, missing)) = &explained.next {
        let missing = short(*missing);
        out.push_str(&format!(
            "  {}\n",
            say(language, "score-next", &[("band", band), ("points", &missing)])
        ));
    }
    if let (Some(at), Some(band)) = (explained.falls_at, &explained.band) {
        let at = at.to_zoned(told.at.time_zone().clone()).strftime("%Y-%m-%d %H:%M").to_string();
        out.push_str(&format!("  {}\n", say(language, "score-falls", &[("band", band), ("at", &at)])));
    }
    out
}

/// A number to two places.
fn short(number: Decimal) -> String {
    let hundredths = (number.micros() + number.micros().signum() * 5_000) / 10_000;
    Decimal::from_micros(hundredths * 10_000).to_string()
}

fn signed(number: Decimal) -> String {
    let sign = if number > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}", short(number))
}

/// The same for programs: full places, instants with their zone's offset.
pub fn json(told: &[Told]) -> Json {
    told.iter().map(one_json).collect()
}

fn one_json(told: &Told) -> Json {
    let explained = &told.explained;
    let local = |at: &Zoned| at.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
    let lines: Vec<Json> = explained
        .lines
        .iter()
        .map(|line| {
            let kind = match line.rule {
                ScoreRule::Fit(_) => "fit",
                ScoreRule::Behaviour(_) => "behaviour",
                ScoreRule::Added => "added",
            };
            let (rule, group) = (&line.text, &line.group);
            json!({ "kind": kind, "rule": rule, "points": line.points, "events": line.events, "group": group })
        })
        .collect();
    let cuts: Vec<Json> = explained
        .cuts
        .iter()
        .map(|cut| {
            let (of, name) = match &cut.of {
                Cap::Rule(rule) => ("rule", Some(rule)),
                Cap::Group(group) => ("group", Some(group)),
                Cap::Behaviour => ("behaviour", None),
                Cap::Range => ("range", None),
            };
            json!({ "of": of, "name": name, "before": cut.before, "after": cut.after })
        })
        .collect();
    let falls = explained.falls_at.map(|at| local(&at.to_zoned(told.at.time_zone().clone())));
    json!({
        "customer": told.customer,
        "score": told.score,
        "at": local(&told.at),
        "value": explained.exact,
        "band": explained.band,
        "grade": explained.grade,
        "fit": explained.fit,
        "lines": lines,
        "cuts": cuts,
        "next_band": explained.next.as_ref().map(|(band, missing)| json!({ "band": band, "missing": missing })),
        "falls_at": falls,
    })
}
