//! The page in both languages, with names that would like to be mark-up.

use super::*;
use dsl::project::{File, Settings};
use jiff::Timestamp;
use model::{Did, Outcome};
use serde_json::json;
use std::time::Duration;

const HOSTILE: &str = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'\u{202e}";

fn workflow() -> Arc<Workflow> {
    let text = "workflow: birthday\ntitle: </h1><script>x</script>\ntrigger: manual\nconsent: none\ngoal: { event: email.clicked }\nsteps:\n  - if: customer.country == \"</text><script>\"\n    id: where\n    then:\n      - tag: </text><script>y</script>\n        id: home\n  - wait: 3 days\n    id: pause\n";
    let file = File { path: "workflows/a.yaml".to_owned(), text: text.to_owned() };
    let settings = Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
    let loaded = dsl::load(&[file], &settings);
    assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
    loaded.project.workflows.into_values().next().unwrap()
}

/// Three walk: one through the branch, two past it, one of whom leaves by the goal.
fn lines() -> Vec<TraceLine> {
    let line = |at: &str, walk: &str, step: &str, did, outcome, reason: &str, values| {
        let mut line = crate::view::sample::line(
            &format!("2026-03-0{at}T01:00:00Z"),
            did,
            step,
            outcome,
            reason,
            values,
        );
        line.customer = CustomerId::new(walk);
        line.enrollment = Some(walk.into());
        line.step = (!step.is_empty()).then(|| step.into());
        line
    };
    let mut all = Vec::new();
    for (walk, branch) in [("a", "then"), ("b", "else"), ("c", "else")] {
        all.push(line("1", walk, "", Did::Enroll, Outcome::Entered, "", json!({})));
        all.push(line("1", walk, "where", Did::If, Outcome::Done, "", json!({ "branch": branch })));
        if branch == "then" {
            all.push(line("1", walk, "home", Did::Tag, Outcome::Done, "", json!({})));
        }
        all.push(line("1", walk, "pause", Did::Wait, Outcome::Waits, "", json!({})));
    }
    all.push(line("2", "c", "", Did::Goal, Outcome::Done, "", json!({})));
    all.push(line("2", "c", "", Did::Exit, Outcome::Exited, "goal", json!({})));
    all
}

fn shown(language: Language) -> String {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let zone = model::zone::zone("Asia/Shanghai").unwrap();
    let mut summary = SimulationSummary::new(
        vec![HOSTILE.to_owned()],
        at("2026-02-28T16:00:00Z"),
        at("2026-03-07T16:00:00Z"),
        zone,
    );
    let mut lines = lines();
    let mut sent =
        crate::view::sample::line("2026-03-02T01:00:00Z", Did::Email, HOSTILE, Outcome::Done, "", json!({}));
    sent.customer = CustomerId::new(HOSTILE);
    lines.push(sent);
    lines.iter().for_each(|line| summary.take(line));
    summary.samples.push(super::super::Sample {
        customer: HOSTILE.to_owned(),
        at: jiff::civil::date(2026, 3, 8).at(9, 0, 0, 0),
        subject: HOSTILE.to_owned(),
        text: HOSTILE.to_owned(),
    });
    summary.without_history.push(HOSTILE.to_owned());
    summary.took = Duration::from_millis(7);
    let people: Vec<_> =
        chosen(&lines, 10).into_iter().map(|customer| (customer, Some(HOSTILE.to_owned()))).collect();
    let workflows = [workflow()];
    page(&summary, &Told { workflows: &workflows, lines: &lines, people: &people }, language)
}

#[test]
fn nothing_of_a_project_or_a_customer_is_mark_up_and_nothing_is_loaded() {
    for language in Language::ALL {
        let page = shown(language);
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script").count(), 1, "{page}");
        assert_eq!(page.matches("<style").count(), 1, "{page}");
        assert!(!page.contains("<img") && !page.contains('\u{202e}'), "{page}");
        let (_, body) = page.split_once("<body>").unwrap();
        for opened in body.split('<').skip(1) {
            let tag = opened.split_once('>').map_or(opened, |(tag, _)| tag);
            for attribute in ["src=", "href=", "style=", "on", "srcset=", "action="] {
                let found = tag.split_whitespace().skip(1).any(|word| word.starts_with(attribute));
                assert!(!found, "<{tag}> has {attribute}");
            }
        }
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !SCRIPT.contains("innerHTML"));
    }
}

#[test]
fn the_policy_lets_its_own_style_and_script_alone_work() {
    let page = shown(Language::En);
    let between = |open: &str, close: &str| page.split_once(open).unwrap().1.split_once(close).unwrap().0;
    let (style, script) = (between("<style>", "</style>"), between("<script>", "</script>"));
    let policy = between("Content-Security-Policy\" content=\"", "\">").replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for (kind, text) in [("style-src", style), ("script-src", script)] {
        assert!(policy.contains(&format!("{kind} 'sha256-{}';", html::digest(text))), "{kind}: {policy}");
    }
}

#[test]
fn the_page_tells_how_many_went_where() {
    let figures = figures::figures(&workflow(), &lines());
    let step = |name: &str| figures.steps[&model::StepId::new(name)];
    assert_eq!((figures.entered, figures.goals, figures.ended), (3, 1, 0));
    assert_eq!((step("where").came, step("home").came, step("pause").came), (3, 1, 3));
    assert_eq!((step("pause").here, step("pause").left), (2, 1));
    let page = shown(Language::En);
    for told in ["yes  1 · 33%", "no  2 · 67%", "2 here", "still inside at the end", "Person by person"] {
        assert!(page.contains(told), "{told}:\n{page}");
    }
    let chinese = shown(Language::Zh);
    for told in ["是  1 · 33%", "2 在此", "结束时仍在流程中", "逐人查看", "lang=\"zh\""] {
        assert!(chinese.contains(told), "{told}:\n{chinese}");
    }
    assert_eq!(page, shown(Language::En), "the same simulation gives the same page");
}

#[test]
fn people_are_chosen_for_every_reason_first() {
    let mut lines = Vec::new();
    for number in 0..50 {
        let at = format!("2026-03-01T01:00:{number:02}Z");
        let mut line = crate::view::sample::line(&at, Did::Email, "card", Outcome::Done, "", json!({}));
        line.customer = CustomerId::new(format!("c{number:02}"));
        if number == 49 {
            line.outcome = Outcome::Skipped;
            line.reason = Some("consent".to_owned());
        }
        lines.push(line);
    }
    let chosen = chosen(&lines, 10);
    assert_eq!(chosen.len(), 10);
    assert_eq!((chosen[0].as_str(), chosen[8].as_str(), chosen[9].as_str()), ("c00", "c08", "c49"));
}
