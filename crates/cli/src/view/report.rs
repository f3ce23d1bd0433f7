//! `nurture report WORKFLOW`: people at each step, arms and those held out, conversions, lift.

use super::cells;
use model::words::{Language, say};
use model::{Lift, Share, lift};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use store::report::{AtStep, Group};

/// Cells of a bar.
const BAR: usize = 20;

/// What a workflow brought.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The workflow.
    pub workflow: String,
    /// Its title.
    pub title: String,
    /// Whether it says what a conversion is.
    pub has_goal: bool,
    /// Those who got what it does.
    pub treated: Group,
    /// Those held out.
    pub alone: Group,
    /// Its splits.
    pub splits: Vec<Split>,
    /// Its steps, in the order of the file.
    pub steps: Vec<Step>,
    /// People refused, by reason.
    pub refused: BTreeMap<String, i64>,
    /// People whose walk is over, by reason.
    pub exited: BTreeMap<String, i64>,
}

/// The arms of a split.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// Its name.
    pub name: String,
    /// Those treated, by arm, in the order of the file.
    pub arms: Vec<Group>,
    /// Those held out, whichever arm they drew.
    pub alone: Group,
}

/// People at a step.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// How many, and why not.
    pub counts: AtStep,
    /// The file no longer has it.
    pub former: bool,
}

fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn share(group: &Group) -> Share {
    Share { reached: whole(group.reached), of: whole(group.people) }
}

/// The lift of each arm: over those held out, else over the first arm.
fn lifts(split: &Split) -> Vec<Option<Lift>> {
    let first = split.arms.first().map(share).unwrap_or_default();
    let none_alone = split.alone.people == 0;
    let against = if none_alone { first } else { share(&split.alone) };
    let arms = split.arms.iter().enumerate();
    arms.map(|(at, arm)| if none_alone && at == 0 { None } else { lift(share(arm), against) }).collect()
}

fn percent(rate: f64) -> String {
    format!("{:.1} %", rate * 100.0)
}

fn points(difference: f64) -> String {
    format!("{:+.1}", difference * 100.0)
}

fn reasons(by: &BTreeMap<String, i64>) -> String {
    let all: Vec<String> =
        by.iter().map(|(reason, people)| format!("{reason} {}", cells::thousands(whole(*people)))).collect();
    all.join(", ")
}

/// A row of the table of arms.
fn row(name: &str, group: &Group, over: Option<Lift>, language: Language) -> Vec<String> {
    let share = share(group);
    let rate = match (share.rate(), share.interval()) {
        (Some(rate), Some((low, high))) => {
            let values = [("rate", percent(rate)), ("low", percent(low)), ("high", percent(high))];
            let values: Vec<(&str, &str)> = values.iter().map(|(key, text)| (*key, text.as_str())).collect();
            say(language, "report-range", &values)
        }
        (_, _) => "–".to_owned(),
    };
    let each = if group.people > 0 { group.value / group.people as f64 } else { 0.0 };
    let over = over.map_or_else(String::new, |over| {
        let sure = if over.is_sure() { "yes" } else { "no" };
        let (difference, low, high) = (points(over.difference), points(over.low), points(over.high));
        let values = [("difference", difference.as_str()), ("low", &low), ("high", &high), ("sure", sure)];
        say(language, "report-points", &values)
    });
    vec![
        format!("  {name}"),
        cells::thousands(share.of),
        cells::thousands(share.reached),
        rate,
        format!("{:.2}", group.value),
        format!("{each:.2}"),
        over,
    ]
}

fn heading(name: String, language: Language) -> Vec<String> {
    let columns = ["people", "reached", "rate", "value", "each", "lift"];
    let columns = columns.iter().map(|column| say(language, &format!("report-{column}"), &[]));
    std::iter::once(name).chain(columns).collect()
}

/// The page for people.
pub fn human(report: &Report, language: Language) -> String {
    let mut out = format!("{}  {}", report.workflow, report.title).trim_end().to_owned();
    out.push('\n');
    let all = share(&report.treated).of + share(&report.alone).of;
    if all == 0 {
        out.push_str(&say(language, "report-nobody", &[]));
        out.push('\n');
    } else {
        let reached = share(&report.treated).reached + share(&report.alone).reached;
        let rate = Share { reached, of: all }.rate().map(percent).unwrap_or_default();
        let (people, held) = (cells::thousands(all), cells::thousands(share(&report.alone).of));
        let reached = cells::thousands(reached);
        let values = [("people", people.as_str()), ("held", &held), ("reached", &reached), ("rate", &rate)];
        out.push_str(&say(language, "report-entered", &values));
        out.push('\n');
    }
    for (key, by) in [("report-refused", &report.refused), ("report-exited", &report.exited)] {
        if !by.is_empty() {
            out.push_str(&format!("  {}: {}\n", say(language, key, &[]), reasons(by)));
        }
    }
    if all == 0 {
        return out;
    }
    out.push_str(&format!("\n{}\n", say(language, "report-steps", &[])));
    let most = share(&report.treated).of;
    let walked = |step: &&Step| !step.former || step.counts.people > 0;
    let rows: Vec<Vec<String>> = report
        .steps
        .iter()
        .filter(walked)
        .map(|step| {
            let (people, done) = (whole(step.counts.people), whole(step.counts.done));
            let skipped = reasons(&step.counts.skipped);
            let skipped = if skipped.is_empty() {
                skipped
            } else {
                say(language, "report-skipped", &[("reasons", &skipped)])
            };
            let people = cells::right(&cells::thousands(people), 7);
            let done = cells::right(&cells::thousands(done), 7);
            vec![
                format!("  {}", step.id),
                people,
                done,
                cells::bar(whole(step.counts.people), most, BAR),
                skipped,
            ]
        })
        .collect();
    out.push_str(&cells::table(&rows));
    out.push('\n');
    if !report.has_goal {
        out.push_str(&say(language, "report-no-goal", &[]));
        out.push('\n');
        return out;
    }
    let name = |key: &str| say(language, key, &[]);
    let mut rows = vec![heading(String::new(), language)];
    let over = lift(share(&report.treated), share(&report.alone));
    rows.push(row(&name("report-treated"), &report.treated, over, language));
    if report.alone.people > 0 {
        rows.push(row(&name("report-alone"), &report.alone, None, language));
    }
    for split in &report.splits {
        rows.push(vec![say(language, "report-by", &[("split", &split.name)])]);
        for (arm, over) in split.arms.iter().zip(lifts(split)) {
            rows.push(row(arm.arm.as_deref().unwrap_or_default(), arm, over, language));
        }
        if split.alone.people > 0 {
            rows.push(row(&name("report-arm-alone"), &split.alone, None, language));
        }
    }
    out.push_str(&cells::table(&rows));
    let against = if report.alone.people > 0 { "report-method-alone" } else { "report-method-first" };
    out.push_str(&format!("\n{}\n", say(language, "report-method", &[("against", &name(against))])));
    out
}

fn group_json(group: &Group, over: Option<Lift>) -> Json {
    let share = share(group);
    json!({
        "arm": group.arm,
        "held_out": group.held_out,
        "people": share.of,
        "reached": share.reached,
        "conversions": group.conversions,
        "value": group.value,
        "rate": share.rate(),
        "rate_interval": share.interval().map(|(low, high)| [low, high]),
        "lift": over.map(|over| json!({
            "difference": over.difference,
            "interval": [over.low, over.high],
            "relative": over.relative,
            "sure": over.is_sure(),
        })),
    })
}

/// Everything for programs.
pub fn json(report: &Report) -> Json {
    let steps: Vec<Json> = report
        .steps
        .iter()
        .map(|step| {
            let AtStep { people, done, skipped } = &step.counts;
            json!({ "step": step.id, "people": people, "done": done, "skipped": skipped, "former": step.former })
        })
        .collect();
    let splits: Vec<Json> = report
        .splits
        .iter()
        .map(|split| {
            let mut arms: Vec<Json> =
                split.arms.iter().zip(lifts(split)).map(|(arm, over)| group_json(arm, over)).collect();
            if split.alone.people > 0 {
                arms.push(group_json(&Group { held_out: true, arm: None, ..split.alone.clone() }, None));
            }
            let first = split.arms.first().and_then(|arm| arm.arm.clone());
            let against = if split.alone.people > 0 { Some("holdout".to_owned()) } else { first };
            json!({ "split": split.name, "arms": arms, "against": against })
        })
        .collect();
    let over = lift(share(&report.treated), share(&report.alone));
    let mut groups = vec![group_json(&report.treated, over)];
    if report.alone.people > 0 {
        groups.push(group_json(&report.alone, None));
    }
    json!({
        "workflow": report.workflow,
        "title": report.title,
        "entered": report.treated.people + report.alone.people,
        "held_out": report.alone.people,
        "groups": groups,
        "splits": splits,
        "steps": steps,
        "refused": report.refused,
        "exited": report.exited,
        "method": "rates: Wilson 95 %; lift: difference of rates, Newcombe 1998 method 10, 95 %",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(arm: Option<&str>, held_out: bool, people: i64, reached: i64) -> Group {
        let arm = arm.map(str::to_owned);
        Group {
            split: None,
            arm,
            held_out,
            people,
            reached,
            conversions: reached,
            value: reached as f64 * 10.0,
        }
    }

    fn report() -> Report {
        Report {
            workflow: "winback".to_owned(),
            title: "沉睡客户唤醒".to_owned(),
            has_goal: true,
            treated: group(None, false, 70, 56),
            alone: group(None, true, 80, 48),
            splits: vec![Split {
                name: "offer".to_owned(),
                arms: vec![group(Some("a"), false, 35, 30), group(Some("b"), false, 35, 26)],
                alone: group(None, true, 80, 48),
            }],
            steps: vec![Step {
                id: "first".to_owned(),
                counts: AtStep { people: 70, done: 68, skipped: BTreeMap::from([("consent".to_owned(), 2)]) },
                former: false,
            }],
            refused: BTreeMap::from([("audience".to_owned(), 7)]),
            exited: BTreeMap::from([("goal".to_owned(), 104)]),
        }
    }

    #[test]
    fn the_page_says_who_came_and_what_it_brought() {
        let page = human(&report(), Language::En);
        assert!(page.starts_with("winback  沉睡客户唤醒\n150 entered, 80 of them held out to measure; 104 reached the goal (69.3 %)\n  refused: audience 7\n"), "{page}");
        assert!(page.contains("left out: consent 2"), "{page}");
        assert!(page.contains("+20.0 points (+5.2 … +33.4), sure at 95 %"), "{page}");
        assert!(page.contains("Newcombe"), "{page}");
        let page = human(&report(), Language::Zh);
        assert!(page.contains("+20.0 个百分点（+5.2 … +33.4），95 % 可信"), "{page}");
    }

    #[test]
    fn programs_get_the_same_numbers_whole() {
        let page = json(&report());
        assert_eq!(page["entered"], 150);
        let lift = page["groups"][0]["lift"]["difference"].as_f64().unwrap();
        assert!((lift - 0.2).abs() < 1e-9);
        assert_eq!(page["splits"][0]["against"], "holdout");
        assert_eq!(page["splits"][0]["arms"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn without_those_held_out_the_first_arm_is_the_measure() {
        let mut report = report();
        report.alone = group(None, true, 0, 0);
        report.splits[0].alone = group(None, true, 0, 0);
        let page = json(&report);
        assert!(page["groups"][0]["lift"].is_null());
        assert_eq!(page["splits"][0]["against"], "a");
        assert!(page["splits"][0]["arms"][0]["lift"].is_null());
        assert!(page["splits"][0]["arms"][1]["lift"]["difference"].as_f64().unwrap() < 0.0);
    }

    #[test]
    fn a_workflow_that_nobody_entered_says_so() {
        let page = human(&Report { workflow: "new".to_owned(), ..Report::default() }, Language::Zh);
        assert_eq!(page, "new\n还没有人进入。\n");
    }
}
