//! What a test finds wrong, which line comes nearest, and which branches it walks.

use super::coverage::{Coverage, Way, coverage};
use super::{Problem, Verdict, run};
use crate::render::Renderer;
use dsl::project::{File, Project, Settings};

const MODEL: &str = "model: shop\ncustomer:\n  tier: { one_of: [basic, silver, gold], default: basic }\nevents:\n  order.paid: { amount: number }\n";

fn project(workflow: &str) -> Project {
    let file = |path: &str, text: &str| File { path: format!("workflows/{path}"), text: text.to_owned() };
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() };
    let loaded = dsl::load(&[file("model.yaml", MODEL), file("a.yaml", workflow)], &settings);
    assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
    loaded.project
}

fn verdicts(workflow: &str) -> Vec<Verdict> {
    let project = project(workflow);
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let workflow = project.workflows.values().next().unwrap();
    workflow.tests.iter().map(|test| run(&project, &renderer, workflow, test)).collect()
}

fn covered(workflow: &str) -> Coverage {
    let verdicts = verdicts(workflow);
    let project = project(workflow);
    coverage(project.workflows.values().next().unwrap(), verdicts.iter().flat_map(|verdict| &verdict.trace))
}

fn missing(coverage: &Coverage) -> Vec<(&str, Way)> {
    coverage.missing.iter().map(|branch| (branch.step.as_str(), branch.way.clone())).collect()
}

const STEPS: &str = "workflow: a\ntrigger: manual\nsteps:\n  - wait: 1 hour\n  - tag: seen\n";

#[test]
fn exactly_asks_for_effects_and_neither_for_waits_nor_for_the_end() {
    let tests = "tests:\n  - { name: listed, clock: 2026-03-02 09:00, exactly: true, expect: [{ tag: seen }] }\n  - { name: not listed, clock: 2026-03-02 09:00, exactly: true, expect: [{ wait: true }] }\n";
    let verdicts = verdicts(&format!("{STEPS}{tests}"));
    assert_eq!(verdicts[0].problems, []);
    assert_eq!(verdicts[1].problems, [Problem::Unexpected { at: 2 }]);
}

#[test]
fn customers_at_one_instant_may_stand_in_any_order_and_one_customers_lines_may_not() {
    let given = "    clock: 2026-03-02 09:00\n    customers: { anna: , ben: }\n";
    let tests = format!(
        "tests:\n  - name: any order\n{given}    expect: [{{ tag: seen, customer: ben }}, {{ tag: seen, customer: anna }}]\n  - name: turned round\n{given}    expect: [{{ exit: end, customer: anna }}, {{ tag: seen, customer: anna }}]\n"
    );
    let verdicts = verdicts(&format!("{STEPS}{tests}"));
    assert_eq!(verdicts[0].problems, []);
    assert_eq!(verdicts[0].matched.len(), 2);
    assert!(
        matches!(verdicts[1].problems.as_slice(), [Problem::Missing { differs, .. }] if differs.is_empty())
    );
}

#[test]
fn the_nearest_line_is_the_same_thing_at_another_time_rather_than_another_thing() {
    let steps = "workflow: a\ntrigger: manual\nsteps:\n  - tag: first\n  - wait: 1 day\n  - tag: second\n";
    let test = "tests:\n  - name: too early\n    clock: 2026-03-02 09:00\n    expect: [{ after: 0 minutes, tag: second }]\n";
    let verdicts = verdicts(&format!("{steps}{test}"));
    let [Problem::Missing { nearest, differs, .. }] = verdicts[0].problems.as_slice() else {
        panic!("{:?}", verdicts[0].problems);
    };
    assert_eq!(verdicts[0].trace[nearest.unwrap()].what, "second");
    assert_eq!(differs[0].what, "at");
    assert_eq!(
        (differs[0].is.as_str(), differs[0].expected.as_str()),
        ("2026-03-03T09:00:00+08:00", "2026-03-02T09:00:00+08:00")
    );
}

#[test]
fn what_no_test_walks_is_named_once_at_the_outermost_branch() {
    let steps = "workflow: a\ntrigger: manual\nsteps:\n  - if: customer.tier == \"gold\"\n    then:\n      - tag: gold\n      - tag: vip\n    else:\n      - tag: others\n  - wait_for: order.paid\n    within: 3 days\n    then: [{ tag: bought }]\n    on_timeout: [{ tag: late }]\n  - tag: young\n    only_if: customer.tier == \"basic\"\n";
    let test = "tests:\n  - name: basic\n    clock: 2026-03-02 09:00\n    expect: [{ tag: others }, { tag: late }, { tag: young }]\n";
    let coverage = covered(&format!("{steps}{test}"));
    assert_eq!((coverage.steps_walked, coverage.steps), (5, 8));
    assert_eq!((coverage.branches_walked, coverage.branches), (3, 6));
    let named = missing(&coverage);
    let ways: Vec<&Way> = named.iter().map(|(_, way)| way).collect();
    assert_eq!(ways, [&Way::Then, &Way::Came(vec!["order.paid".to_owned()]), &Way::LeftOut]);
}

#[test]
fn a_step_behind_one_that_nobody_passes_is_named() {
    let steps = "workflow: a\ntrigger: manual\nexit_when:\n  - { event: order.paid, reason: bought }\nsteps:\n  - tag: seen\n  - wait: 2 days\n  - tag: late\n";
    let test = "tests:\n  - name: buys\n    clock: 2026-03-02 09:00\n    events: [{ event: order.paid, after: 1 day }]\n    expect: [{ exit: bought }]\n";
    assert_eq!(missing(&covered(&format!("{steps}{test}"))), [("tag:late", Way::Step)]);
}

#[test]
fn arms_of_choose_and_split_are_branches() {
    let steps = "workflow: a\ntrigger: manual\nsteps:\n  - choose:\n      - when: customer.tier == \"gold\"\n        steps: [{ tag: gold }]\n      - when: customer.tier == \"silver\"\n        steps: [{ tag: silver }]\n  - split: gift\n    ways:\n      - { name: cup, share: 50%, steps: [{ tag: cup }] }\n      - { name: pen, share: 50% }\n";
    let test = "tests:\n  - name: silver\n    clock: 2026-03-02 09:00\n    pick: { gift: cup }\n    customer: { tier: silver }\n    expect: [{ tag: silver }, { tag: cup }]\n";
    let coverage = covered(&format!("{steps}{test}"));
    let ways: Vec<Way> = missing(&coverage).into_iter().map(|(_, way)| way).collect();
    assert_eq!(ways, [Way::Case(1), Way::NoCase, Way::Arm("pen".to_owned())]);
}
