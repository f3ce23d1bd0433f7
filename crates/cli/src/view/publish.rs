//! `nurture publish`: what became of each workflow.

use super::cells;
use engine::moving::Ways;
use engine::score::Moves;
use model::StepId;
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What became of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was never published before.
    New,
    /// A new version; people under way finish on theirs.
    Changed,
    /// Its file says what is live already.
    Same,
}

impl Became {
    fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// One workflow of a publish.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its id.
    pub workflow: String,
    /// The live version.
    pub version: String,
    /// What became of it.
    pub became: Became,
    /// Who was enrolled at once (`at_launch: enroll_matching`).
    pub enrolled: u64,
    /// Who was taken along out of older versions (`--move`).
    pub ways: Ways,
}

/// What a publish did.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// A row for each live workflow.
    pub workflows: Vec<Published>,
    /// Libraries and templates whose text is new.
    pub copied: usize,
    /// What new rules of scores do to the people.
    pub moves: Vec<Moves>,
}

/// A line for each workflow, and one for libraries and templates where they alone have changed.
pub fn human(done: &Done, language: Language) -> String {
    let rows: Vec<Vec<String>> = done
        .workflows
        .iter()
        .map(|one| {
            let became = say(language, &format!("publish-{}", one.became.as_str()), &[]);
            let enrolled = match one.enrolled {
                0 => String::new(),
                count => say(language, "publish-enrolled", &[("count", &count.to_string())]),
            };
            let moved = taken_along(&one.ways, language).unwrap_or_default();
            let told = [enrolled, moved].into_iter().filter(|said| !said.is_empty());
            let told = told.collect::<Vec<_>>().join("  ");
            vec![one.workflow.clone(), became, one.version.clone(), told]
        })
        .collect();
    let mut out = cells::table(&rows);
    // Where a workflow changes, what it leans on is not worth a word of its own.
    if done.workflows.iter().any(|one| one.became != Became::Same || one.ways.people() > 0) {
        return out;
    }
    if done.copied > 0 {
        let count = done.copied.to_string();
        out.push_str(&format!("{}\n", say(language, "publish-copied", &[("count", &count)])));
    } else if rows.is_empty() {
        out.push_str(&format!("{}\n", say(language, "publish-nothing", &[])));
    }
    out
}

/// Whom a publish takes along, in words; `None`: nobody.
fn taken_along(ways: &Ways, language: Language) -> Option<String> {
    let moved: u64 = ways.to.values().sum();
    let out: u64 = ways.out.values().sum();
    let said = |key, count: u64| say(language, key, &[("count", &cells::thousands(count))]);
    let parts = [("publish-moved", moved), ("publish-moved-out", out)];
    let parts: Vec<String> =
        parts.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| said(key, count)).collect();
    (!parts.is_empty()).then(|| parts.join("  "))
}

/// Where a move takes people, for programs.
pub fn ways_json(ways: &Ways) -> Json {
    let to = ways
        .to
        .iter()
        .map(|((from, to), people)| json!({ "from": from.as_str(), "to": to.as_str(), "people": people }));
    let lists = |steps: &BTreeMap<StepId, u64>| -> Vec<Json> {
        steps.iter().map(|(step, people)| json!({ "from": step.as_str(), "people": people })).collect()
    };
    json!({
        "to": to.collect::<Vec<Json>>(),
        "out": lists(&ways.out),
        "gone": lists(&ways.gone),
        "inside": lists(&ways.inside),
    })
}

/// What new rules of scores do to the people: bands, and ten parts of the range before and after.
pub fn moves(all: &[Moves], language: Language) -> String {
    all.iter().map(|moves| one_score(moves, language)).collect()
}

fn one_score(moves: &Moves, language: Language) -> String {
    let mut out = format!("\n{}\n", say(language, "publish-moves", &[("score", &moves.score)]));
    let named = |band: &str| {
        if band.is_empty() { say(language, "publish-moves-below", &[]) } else { band.to_owned() }
    };
    for ((from, to), count) in &moves.moved {
        let (from, to, count) = (named(from), named(to), cells::thousands(*count));
        let values = [("from", from.as_str()), ("to", &to), ("count", &count)];
        out.push_str(&format!("  {}\n", say(language, "publish-moves-band", &values)));
    }
    if moves.moved.is_empty() {
        out.push_str(&format!("  {}\n", say(language, "publish-moves-none", &[])));
    }
    let Some((least, most)) = moves.after.range else { return out };
    let head = ["publish-moves-from", "publish-moves-before", "publish-moves-after"];
    let mut rows = vec![head.map(|key| say(language, key, &[])).to_vec()];
    let width = (most.to_f64() - least.to_f64()) / 10.0;
    for (place, (before, after)) in moves.before.tenths.iter().zip(&moves.after.tenths).enumerate() {
        let from = format!("{:.1}", least.to_f64() + width * place as f64);
        rows.push(vec![from, cells::thousands(*before), cells::thousands(*after)]);
    }
    for row in &mut rows {
        if let Some(first) = row.first_mut() {
            *first = format!("  {first}");
        }
    }
    out.push_str(&cells::table(&rows));
    out
}

/// The same for programs.
pub fn json(done: &Done) -> Json {
    let workflows: Vec<Json> = done
        .workflows
        .iter()
        .map(|one| {
            json!({
                "workflow": one.workflow,
                "version": one.version,
                "became": one.became.as_str(),
                "enrolled": one.enrolled,
                "moved": ways_json(&one.ways),
            })
        })
        .collect();
    json!({
        "workflows": workflows,
        "libraries": done.copied,
        "scores": done.moves.iter().map(score_json).collect::<Vec<Json>>(),
    })
}

/// What new rules of one score do to the people, for programs.
pub fn score_json(moves: &Moves) -> Json {
    let bands: Vec<Json> = moves
        .moved
        .iter()
        .map(|((from, to), count)| json!({ "from": from, "to": to, "people": count }))
        .collect();
    let range = moves.after.range.map(|(least, most)| json!([least.to_f64(), most.to_f64()]));
    json!({
        "score": moves.score,
        "bands": bands,
        "range": range,
        "before": moves.before.tenths,
        "after": moves.after.tenths,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workflow_says_what_became_of_it() {
        let one = |workflow: &str, became, enrolled| Published {
            workflow: workflow.to_owned(),
            version: "3f2a".to_owned(),
            became,
            enrolled,
            ways: Ways::default(),
        };
        let all = Done {
            workflows: vec![
                one("birthday", Became::New, 0),
                one("winback", Became::Same, 0),
                one("call", Became::Changed, 3),
            ],
            ..Done::default()
        };
        assert_eq!(
            human(&all, Language::En),
            "birthday  published for the first time  3f2a\n\
             winback   unchanged                     3f2a\n\
             call      a new version is live         3f2a  3 people entered at once\n"
        );
        assert_eq!(json(&all)["workflows"][2]["became"], "changed");
        let libraries = Done { copied: 2, ..Done::default() };
        assert_eq!(human(&libraries, Language::En), "libraries and templates: 2 new texts are live\n");
        assert_eq!(human(&Done::default(), Language::Zh), "没有任何流程，也没有新的资料文件。\n");
    }
}
