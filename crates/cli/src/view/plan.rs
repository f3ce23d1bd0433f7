//! `nurture plan`: what a publish would do, for people and for programs.

use super::{cells, publish};
use engine::plan::{Launch, Planned};
use engine::score::Moves;
use jiff::Timestamp;
use model::words::{Language, say};
use model::{StepId, WorkflowId};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What a publish would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// When it was looked at.
    pub at: Timestamp,
    /// The files that were named; empty: all.
    pub paths: Vec<String>,
    /// What all files of the project say, as one hash.
    pub files: String,
    /// What becomes of each workflow.
    pub workflows: BTreeMap<WorkflowId, Planned>,
    /// The names people read.
    pub titles: BTreeMap<WorkflowId, String>,
    /// Libraries and templates with a new text.
    pub libraries: Vec<String>,
    /// What new rules of scores do to the people.
    pub moves: Vec<Moves>,
    /// Tests of the files named: how many there are, and how many fail.
    pub tests: (usize, usize),
}

fn became(planned: &Planned) -> &'static str {
    match &planned.live {
        None => "new",
        Some(_) if planned.changes() => "changed",
        Some(_) => "same",
    }
}

/// For a reader.
pub fn human(plan: &Plan, language: Language) -> String {
    let mut out = String::new();
    for (id, planned) in &plan.workflows {
        one(id, planned, plan, language, &mut out);
    }
    if !plan.libraries.is_empty() {
        out.push_str(&say(language, "plan-libraries", &[("files", &plan.libraries.join(", "))]));
        out.push('\n');
    }
    let nothing = plan.workflows.values().all(|planned| !planned.changes()) && plan.libraries.is_empty();
    if nothing {
        out.push_str(&say(language, "plan-nothing", &[]));
        out.push('\n');
    }
    out.push_str(&publish::moves(&plan.moves, language));
    let (all, failed) = (plan.tests.0.to_string(), plan.tests.1.to_string());
    let key = if plan.tests.1 == 0 { "plan-tests" } else { "plan-tests-fail" };
    out.push_str(&say(language, key, &[("count", &all), ("failed", &failed)]));
    out.push('\n');
    out
}

fn one(id: &WorkflowId, planned: &Planned, plan: &Plan, language: Language, out: &mut String) {
    let title = plan.titles.get(id).filter(|title| title.as_str() != id.as_str());
    let became = say(language, &format!("plan-{}", became(planned)), &[]);
    let head = [id.as_str(), title.map_or("", String::as_str), &became];
    out.push_str(&head.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  "));
    out.push('\n');
    let mut line = |text: String| {
        out.push_str(&format!("  {text}\n"));
    };
    if !planned.changes() {
        return moves(planned, language, &mut line);
    }
    let inside: u64 = planned.people.values().sum();
    if inside > 0 {
        line(say(language, "plan-under-way", &[("count", &inside.to_string())]));
    }
    moves(planned, language, &mut line);
    let difference = &planned.difference;
    let lists = [
        ('+', "plan-added", &difference.added),
        ('-', "plan-removed", &difference.removed),
        ('~', "plan-step-changed", &difference.changed),
        ('>', "plan-moved", &difference.moved),
    ];
    for (sign, key, steps) in lists {
        for step in steps {
            let people = planned.people.get(step).copied().unwrap_or(0);
            let mut text = format!("{sign} {step}  {}", say(language, key, &[]));
            if people > 0 {
                let people = cells::thousands(people);
                text.push_str(&format!("  {}", say(language, "plan-on-it", &[("count", &people)])));
            }
            line(text);
        }
    }
    if planned.wakes > 0 {
        line(say(language, "plan-wakes", &[("count", &planned.wakes.to_string())]));
    }
    if let Some((all, inside)) = planned.audience {
        let (all, inside) = (cells::thousands(all), cells::thousands(inside));
        line(say(language, "plan-audience", &[("count", &inside), ("all", &all)]));
    }
    if let Some(launch) = &planned.launch {
        line(entering(launch, language));
    }
    if !planned.dates.is_empty() {
        let days = planned.dates.iter().map(|(day, count)| match count {
            Some(count) => format!("{day} ({})", cells::thousands(*count)),
            None => day.to_string(),
        });
        let days = days.collect::<Vec<_>>().join(", ");
        line(say(language, "plan-dates", &[("days", &days)]));
    }
}

/// Whom `publish --move` would take along, and for whom there is no way.
fn moves(planned: &Planned, language: Language, line: &mut impl FnMut(String)) {
    let ways = &planned.ways;
    let all = [("plan-moves", ways.to.values().sum::<u64>()), ("plan-moves-out", ways.out.values().sum())];
    for (key, people) in all.into_iter().filter(|(_, people)| *people > 0) {
        line(say(language, key, &[("count", &cells::thousands(people))]));
    }
    for ((from, to), people) in ways.to.iter().filter(|((from, to), _)| from != to) {
        let (from, to, people) = (from.as_str(), to.as_str(), cells::thousands(*people));
        line(say(language, "plan-moves-to", &[("from", from), ("to", to), ("count", &people)]));
    }
    for (key, steps) in [("plan-stuck-gone", &ways.gone), ("plan-stuck-inside", &ways.inside)] {
        for (step, people) in steps {
            let people = cells::thousands(*people);
            line(say(language, key, &[("step", step.as_str()), ("count", &people)]));
        }
    }
}

fn entering(launch: &Launch, language: Language) -> String {
    let count = |count: u64| cells::thousands(count);
    let mut text = say(language, "plan-launch", &[("count", &count(launch.entered))]);
    for (key, number) in [("plan-launch-held-out", launch.held_out), ("plan-launch-waiting", launch.waiting)]
    {
        if number > 0 {
            text.push_str(&say(language, key, &[("count", &count(number))]));
        }
    }
    for (reason, number) in &launch.refused {
        text.push_str(&say(
            language,
            "plan-launch-refused",
            &[("count", &count(*number)), ("reason", reason)],
        ));
    }
    text
}

/// For programs, and for `publish --plan`.
pub fn json(plan: &Plan) -> Json {
    let workflows: Vec<Json> = plan
        .workflows
        .iter()
        .map(|(id, planned)| {
            let ids = |steps: &[StepId]| -> Vec<Json> {
                let people = |step| planned.people.get(step).copied().unwrap_or(0);
                steps.iter().map(|step| json!({ "step": step.as_str(), "people": people(step) })).collect()
            };
            let people: BTreeMap<&str, u64> =
                planned.people.iter().map(|(step, count)| (step.as_str(), *count)).collect();
            let dates = planned.dates.iter().map(|(day, count)| json!({ "on": day, "people": count }));
            json!({
                "workflow": id.as_str(),
                "became": became(planned),
                "live": planned.live.as_ref().map(|version| version.as_str()),
                "version": planned.version.as_ref().map(|version| version.as_str()),
                "people": people,
                "added": ids(&planned.difference.added),
                "removed": ids(&planned.difference.removed),
                "changed": ids(&planned.difference.changed),
                "moved": ids(&planned.difference.moved),
                "wakes": planned.wakes,
                "moves": publish::ways_json(&planned.ways),
                "audience": planned.audience.map(|(all, inside)| json!({ "customers": all, "inside": inside })),
                "launch": planned.launch.as_ref().map(|launch| json!({
                    "entered": launch.entered,
                    "held_out": launch.held_out,
                    "waiting": launch.waiting,
                    "refused": launch.refused,
                })),
                "dates": dates.collect::<Vec<Json>>(),
            })
        })
        .collect();
    json!({
        "at": plan.at.to_string(),
        "paths": plan.paths,
        "files": plan.files,
        "workflows": workflows,
        "libraries": plan.libraries,
        "scores": plan.moves.iter().map(publish::score_json).collect::<Vec<Json>>(),
        "tests": { "count": plan.tests.0, "failed": plan.tests.1 },
    })
}

/// What is no more as a plan says: `files`, or a workflow and the count. `None`: all is as it was. When it was
/// looked at, the days ahead and the tests are not compared.
pub fn drifted(written: &Json, now: &Json) -> Option<String> {
    if written.get("files") != now.get("files") {
        return Some("files".to_owned());
    }
    let rows = |of: &'_ Json| of.get("workflows").and_then(Json::as_array).cloned().unwrap_or_default();
    let (was, is) = (rows(written), rows(now));
    if was.len() != is.len() {
        return Some("workflows".to_owned());
    }
    for (was, is) in was.iter().zip(&is) {
        let mut fields = is.as_object().into_iter().flat_map(|row| row.keys());
        if let Some(field) =
            fields.find(|field| *field != "dates" && was.get(field.as_str()) != is.get(field.as_str()))
        {
            let id = is.get("workflow").and_then(Json::as_str).unwrap_or_default();
            return Some(format!("{id}: {field}"));
        }
    }
    ["libraries", "scores"].into_iter().find(|field| written.get(field) != now.get(field)).map(str::to_owned)
}
