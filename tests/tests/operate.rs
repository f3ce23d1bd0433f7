//! What an operator does to workflows that are live, by the program itself on its database: publish, hold, let
//! go on, end, let somebody go. Between the verbs the engine lives on a clock; in the last test a run goes on
//! beside them.

use std::time::Duration;
use store::Store;
use tests::lived::{lives, project};
use tests::real::{Project, of, that};
use tests::shop::{Shop, count};
use tests::sink::Sink;

tests::on_both! {
    the_first_publish_lets_in_who_matches_already_only_where_the_file_says_so,
    a_held_workflow_takes_no_step_and_lets_nobody_in_until_it_goes_on,
    who_is_let_go_leaves_at_once_and_a_retired_workflow_lets_nobody_in,
    the_latest_messages_of_a_workflow_are_found_behind_many_of_another,
    a_plan_counts_who_stands_where_and_who_enters_and_is_published_as_it_stands_or_not_at_all,
}

fn the_first_publish_lets_in_who_matches_already_only_where_the_file_says_so(database: &str) {
    let quiet =
        "trigger: { inactive: { no: [paid], for: 10 days } }\nconsent: none\nsteps:\n  - tag: quiet\n";
    let inside = "trigger: { segment: { enters: big } }\nconsent: none\nsteps:\n  - tag: big\n";
    let files = [
        ("quiet_all", format!("workflow: quiet_all\nat_launch: enroll_matching\n{quiet}")),
        ("quiet_new", format!("workflow: quiet_new\n{quiet}")),
        ("big_all", format!("workflow: big_all\nat_launch: enroll_matching\n{inside}")),
        ("big_new", format!("workflow: big_new\n{inside}")),
    ];
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    // c1 is quiet and comes back; c2 is big, ceases to be, and is so again; c3 is quiet for ever.
    let facts = "c1,paid,2026-01-05T00:00:00Z\nc1,paid,2026-03-03T00:00:00Z\nc2,paid,2026-02-27T00:00:00Z\nc2,paid,2026-03-06T00:00:00Z\n";
    let project = project(database, &files, facts);
    let trace = project.lived("2026-03-01", "2026-03-20");
    let entered = |workflow: &str| -> Vec<String> {
        let lines = that(&trace, "enroll", "entered").filter(|line| of(line, "workflow") == workflow);
        lines.map(|line| format!("{} {}", of(line, "customer"), of(line, "at").get(5..10).unwrap())).collect()
    };
    assert_eq!(entered("quiet_all"), ["c1 03-01", "c3 03-01", "c1 03-13", "c2 03-16"]);
    assert_eq!(entered("quiet_new"), ["c1 03-13", "c2 03-16"]);
    assert_eq!(entered("big_all"), ["c2 03-01", "c1 03-03", "c2 03-06"]);
    assert_eq!(entered("big_new"), ["c1 03-03", "c2 03-06"]);
}

const GREETS: &str = "workflow: greets
trigger: { event: go }
consent: offers
exit_when:
  - { event: left, reason: left }
steps:
  - email: hello
  - wait: 2 days
  - tag: greeted
";

fn the_latest_messages_of_a_workflow_are_found_behind_many_of_another(database: &str) {
    let mails = |name: &str, event: &str| {
        format!(
            "workflow: {name}\ntrigger: {{ event: {event} }}\nconsent: offers\nsteps:\n  - email: hello\n"
        )
    };
    let files = [("early", mails("early", "go")), ("late", mails("late", "paid"))];
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let facts = "c1,go,2026-03-02T10:00:00Z\nc2,go,2026-03-02T11:00:00Z\nc1,paid,2026-03-03T10:00:00Z\nc2,paid,2026-03-03T11:00:00Z\nc3,paid,2026-03-03T12:00:00Z\n";
    let project = project(database, &files, facts);
    lives(&project, "2026-03-01", "2026-03-05");
    let whom = |more: &[&str]| -> Vec<String> {
        let rows = project.read(&[&["sends", "--json", "--limit", "2"], more].concat());
        rows.as_array().unwrap().iter().map(|row| of(row, "customer").to_owned()).collect()
    };
    assert_eq!(whom(&[]), ["c3", "c2"]);
    assert_eq!(whom(&["--workflow", "early"]), ["c2", "c1"]);
    assert_eq!(whom(&["--workflow", "early", "--customer", "c1"]), ["c1"]);
    assert_eq!(whom(&["--unknown", "--workflow", "early"]), Vec::<String>::new());
}

fn a_held_workflow_takes_no_step_and_lets_nobody_in_until_it_goes_on(database: &str) {
    let weekly = "workflow: weekly\ntrigger: { schedule: { every: wednesday, at: \"09:00\" } }\naudience: customer.points >= 0\nconsent: none\nsteps:\n  - tag: asked\n";
    let facts = "c1,go,2026-03-02T10:00:00Z\nc2,go,2026-03-02T10:00:00Z\nc3,go,2026-03-04T12:00:00Z\nc2,left,2026-03-04T13:00:00Z\n";
    let project = project(database, &[("greets", GREETS), ("weekly", weekly)], facts);
    lives(&project, "2026-03-01", "2026-03-03");
    assert!(project.fine(&["pause", "greets"]).starts_with("greets is held: no step, no entry."));
    assert_eq!(project.fine(&["pause", "greets"]), "greets is held already\n");
    project.fine(&["pause", "weekly"]);
    let told: serde_json::Value = project.read(&["people", "greets", "--json"]);
    assert_eq!((&told["paused"], &told["steps"][0]["people"]), (&true.into(), &2.into()));
    assert_eq!(
        lives(&project, "2026-03-03", "2026-03-05"),
        [
            "03-04T09:00 c1 weekly enroll schedule refused missed",
            "03-04T09:00 c2 weekly enroll schedule refused missed",
            "03-04T09:00 c3 weekly enroll schedule refused missed",
            "03-04T12:00 c3 greets enroll go refused missed",
            "03-04T13:00 c2 greets exit left exited left",
        ]
        .map(str::to_owned)
    );
    project.fine(&["resume", "greets"]);
    project.fine(&["resume", "weekly"]);
    assert_eq!(project.fine(&["resume", "weekly"]), "weekly is not held\n");
    let lived = lives(&project, "2026-03-05", "2026-03-12");
    let greeted = ["03-05T00:00 c1 greets tag greeted done", "03-05T00:00 c1 greets exit end exited end"];
    assert_eq!(lived.get(..2).expect("it goes on"), greeted);
    assert_eq!(
        lived.iter().filter(|line| line.contains("03-11T09:00") && line.contains("entered")).count(),
        3
    );
}

fn who_is_let_go_leaves_at_once_and_a_retired_workflow_lets_nobody_in(database: &str) {
    let facts = "c1,go,2026-03-02T10:00:00Z\nc2,go,2026-03-02T10:00:00Z\nc3,go,2026-03-04T12:00:00Z\nc3,go,2026-03-07T12:00:00Z\n";
    let project = project(database, &[("greets", GREETS)], facts);
    lives(&project, "2026-03-01", "2026-03-03");
    let gone = ["exit", "c1@example.com", "--workflow", "greets", "--reason", "asked by phone"];
    assert_eq!(project.fine(&gone), "c1 has left greets\n");
    assert_eq!(project.nurture(&gone).code, 4, "they are not in it any more");
    for wrong in [["exit", "nobody", "--workflow", "greets"], ["exit", "c1", "--workflow", "none"]] {
        assert_eq!(project.nurture(&wrong).code, 4, "{wrong:?}");
    }
    let why = project.fine(&["why", "c1"]);
    assert!(why.contains("asked by phone"), "{why}");
    project.fine(&["retire", "greets"]);
    assert_eq!(project.fine(&["retire", "greets"]), "greets was retired before\n");
    assert_eq!(project.nurture(&["pause", "greets"]).code, 5);
    // c2 finishes what they began; c3 does not enter.
    assert_eq!(
        lives(&project, "2026-03-03", "2026-03-06"),
        [
            "03-03T00:00 c1 greets exit asked by phone exited asked by phone",
            "03-04T10:00 c2 greets tag greeted done",
            "03-04T10:00 c2 greets exit end exited end"
        ]
    );
    // Its file lies there still, and only whoever names it makes it live again.
    project.fine(&["publish"]);
    assert_eq!(project.nurture(&["pause", "greets"]).code, 5);
    project.fine(&["publish", "workflows/greets.yaml"]);
    let lived = lives(&project, "2026-03-06", "2026-03-08");
    assert_eq!(lived.first().expect("c3 enters"), "03-07T12:00 c3 greets enroll go entered");
    project.fine(&["retire", "greets", "--exit"]);
    let people = project.fine(&["why", "c3"]);
    assert!(people.contains("the workflow was retired"), "{people}");
}

fn planned(project: &Project) -> serde_json::Value {
    project.read(&["plan", "--json"])
}

fn a_plan_counts_who_stands_where_and_who_enters_and_is_published_as_it_stands_or_not_at_all(database: &str) {
    let facts = "c1,go,2026-03-02T10:00:00Z\nc2,go,2026-03-03T10:00:00Z\nc3,paid,2026-02-20T00:00:00Z\n";
    let project = project(database, &[("greets", GREETS)], facts);
    let new = planned(&project);
    let row = |plan: &serde_json::Value, id: &str| {
        let rows = plan["workflows"].as_array().expect("rows").iter();
        rows.clone().find(|row| row["workflow"] == id).cloned().expect("the workflow")
    };
    assert_eq!(row(&new, "greets")["became"], "new");
    lives(&project, "2026-03-01", "2026-03-04");
    assert!(project.fine(&["plan"]).starts_with("greets  unchanged\nA publish would change nothing.\n"));

    let shorter = GREETS.replace("2 days", "1 day").replace("  - tag: greeted\n", "  - tag: hello\n");
    project.write("workflows/greets.yaml", &shorter);
    let winback = "workflow: winback\ntrigger: { inactive: { no: [paid], for: 30 days } }\naudience: customer.points < 5\nat_launch: enroll_matching\nconsent: none\nsteps:\n  - tag: quiet\n";
    project.write("workflows/winback.yaml", winback);
    let weekly = "workflow: weekly\ntrigger: { schedule: { every: monday, at: \"09:00\" } }\nconsent: none\nsteps:\n  - tag: asked\n";
    project.write("workflows/weekly.yaml", weekly);
    let ran = project.nurture(&["plan", "--json", "--out", "plan.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let plan: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let greets = row(&plan, "greets");
    assert_eq!(greets["became"], "changed");
    let steps = |of: &serde_json::Value| -> Vec<String> {
        let steps = of.as_array().expect("steps").iter();
        steps
            .map(|step| format!("{} {}", step["step"].as_str().unwrap_or_default(), step["people"]))
            .collect()
    };
    assert_eq!(steps(&greets["added"]), ["tag:hello 0"]);
    assert_eq!(steps(&greets["removed"]), ["tag:greeted 0"]);
    assert_eq!(steps(&greets["changed"]), ["wait-after:email:hello 2"]);
    // c1 has waited for more than a day on the fourth of March, c2 has not.
    assert_eq!(greets["wakes"], 1);
    let winback = row(&plan, "winback");
    assert_eq!(winback["audience"], serde_json::json!({ "customers": 3, "inside": 3 }));
    assert_eq!(winback["launch"]["entered"], 2, "{winback}");
    let days: Vec<_> = row(&plan, "weekly")["dates"].as_array().expect("days").to_vec();
    assert_eq!(days.len(), 5);
    assert_eq!(days[0]["on"], "2026-03-09");
    let human = project.fine(&["plan"]);
    assert!(human.contains("  ~ wait-after:email:hello  changes  2 on it\n"), "{human}");
    assert!(human.contains("  at launch: 2 enter\n"), "{human}");

    // Somebody leaves: the plan is another now, and nothing of it is published.
    project.fine(&["exit", "c2", "--workflow", "greets"]);
    let drifted = project.nurture(&["publish", "--plan", "plan.json"]);
    assert_eq!((drifted.code, drifted.out.as_str()), (5, ""), "{}", drifted.err);
    assert!(drifted.err.contains("greets: "), "{}", drifted.err);
    assert_eq!(row(&planned(&project), "winback")["became"], "new");
    project.fine(&["plan", "--out", "plan.json"]);
    let done: serde_json::Value = project.read(&["publish", "--plan", "plan.json", "--json"]);
    let rows = done["workflows"].as_array().expect("rows");
    let entered: Vec<_> =
        rows.iter().map(|row| (row["workflow"].as_str(), row["enrolled"].as_u64())).collect();
    assert_eq!(entered, [(Some("greets"), Some(0)), (Some("weekly"), Some(0)), (Some("winback"), Some(2))]);
    let lived = lives(&project, "2026-03-04", "2026-03-05");
    assert_eq!(lived.iter().filter(|line| line.contains("winback enroll inactive entered")).count(), 2);
    assert_eq!(project.nurture(&["publish", "--plan", "none.json"]).code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_verbs_are_heard_by_a_run_on_the_same_file() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    let patience = Duration::from_secs(180);
    shop.customers(0..4);
    shop.facts("first.csv", 0..1);
    let mut child = shop.spawn(&["run"], "run.log");
    // The import is another process, too.
    shop.fine(&["import", "events", "first.csv"]);
    assert!(sink.wait_for(2, patience).await, "{}", shop.said("run.log"));
    shop.fine(&["pause", "chain"]);
    shop.facts("second.csv", 1..2);
    shop.fine(&["import", "events", "second.csv"]);
    let store = shop.store().await;
    let missed =
        "SELECT count(*) FROM trace WHERE customer = 'c1' AND outcome = 'refused' AND reason = 'missed'";
    assert!(comes(&shop, &store, missed).await, "{}", shop.said("run.log"));
    shop.fine(&["resume", "chain"]);
    let again = "workflow: again\ntrigger: { event: go }\nconsent: offers\nsteps:\n  - email: again\n";
    shop.write("workflows/again.yaml", again);
    shop.fine(&["publish"]);
    shop.facts("third.csv", 2..3);
    shop.fine(&["import", "events", "third.csv"]);
    let entered =
        "SELECT count(*) FROM trace WHERE customer = 'c2' AND workflow = 'again' AND outcome = 'entered'";
    assert!(comes(&shop, &store, entered).await, "{}", shop.said("run.log"));
    assert!(sink.wait_for(5, patience).await, "{}", shop.said("run.log"));
    child.kill().expect("it runs still");
    child.wait().expect("it ends");
}

/// Asks until there is one; between two questions the program takes a step.
async fn comes(shop: &Shop, store: &Store, question: &'static str) -> bool {
    for _ in 0..100 {
        let mut conn = store.read().await.expect("a reader");
        if count(&mut conn, question).await > 0 {
            return true;
        }
        drop(conn);
        shop.fine(&["people", "chain"]);
    }
    false
}
