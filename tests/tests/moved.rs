//! `publish --move`: who is under way goes on in the new version, does nothing twice, and stays where there is no
//! way. On both databases.

use std::fmt::Write as _;
use tests::lived::{lives, project};

tests::on_both! {
    who_is_under_way_goes_on_in_the_new_version_and_does_nothing_twice,
    a_step_that_is_gone_needs_a_way_and_without_one_nothing_is_published,
    rounds_points_and_calls_that_are_under_way_go_on,
    everybody_is_taken_along_batch_by_batch,
}

/// The lines of one customer.
fn of_customer(lived: &[String], customer: &str) -> Vec<String> {
    let mark = format!(" {customer} ");
    lived.iter().filter(|line| line.contains(&mark)).map(|line| line.replacen(&mark, " ", 1)).collect()
}

const GREETS: &str = "workflow: greets
trigger: { event: go }
consent: offers
steps:
  - email: hello
  - if: customer.points >= 0
    then:
      - tag: inside
    else:
      - tag: outside
  - task: Call
    to: { rep: wang }
  - wait: 10 days
    id: rest
  - email: again
";

fn who_is_under_way_goes_on_in_the_new_version_and_does_nothing_twice(database: &str) {
    let text = GREETS.replace("    to: { rep: wang }\n", "    to: sales_manager\n");
    let facts = "c1,go,2026-03-02T10:00:00Z\nc2,go,2026-03-08T10:00:00Z\nc3,go,2026-03-11T10:00:00Z\n";
    let project = project(database, &[("greets", &text)], facts);
    lives(&project, "2026-03-01", "2026-03-10");
    // What was above the rest stands below it now, in another order; a branch is dissolved; the rest is shorter.
    let new = "workflow: greets
trigger: { event: go }
consent: offers
vars: { gift: none }
steps:
  - tag: first
  - wait: 3 days
    id: rest
  - tag: inside
  - tag: outside
  - task: Call
    to: sales_manager
  - email: hello
  - untag: first
  - email: again
";
    project.write("workflows/greets.yaml", new);
    let plan = project.read(&["plan", "--json"]);
    assert_eq!(
        plan["workflows"][0]["moves"]["to"],
        serde_json::json!([{ "from": "rest", "to": "rest", "people": 2 }])
    );
    assert_eq!(plan["workflows"][0]["wakes"], 1, "{plan}");
    assert!(project.fine(&["plan"]).contains("  with `publish --move` 2 people go on in the new version\n"));
    project.fine(&["plan", "--out", "plan.json"]);
    let said = project.fine(&["publish", "--move", "--plan", "plan.json"]);
    assert!(
        said.contains("a new version is live") && said.contains("2 people go on in the new version"),
        "{said}"
    );
    let lived = lives(&project, "2026-03-10", "2026-03-20");
    // c1 has rested for more than three days, c2 has not.
    let walked = |at: &str| {
        [
            "greets tag inside skipped moved",
            "greets tag outside done",
            "greets task Call skipped moved",
            "greets email hello skipped duplicate",
            "greets untag first done",
            "greets email again done",
            "greets exit end exited end",
        ]
        .map(|line| format!("{at} {line}"))
        .to_vec()
    };
    let moved = |customer: &str| {
        of_customer(&lived, customer).into_iter().filter(|line| line.contains(" move ")).count()
    };
    assert_eq!((moved("c1"), moved("c2"), moved("c3")), (1, 1, 0), "{lived:?}");
    let after = |customer: &str| -> Vec<String> {
        of_customer(&lived, customer).into_iter().filter(|line| !line.contains(" move ")).collect()
    };
    assert_eq!(after("c1"), walked("03-10T00:00"));
    assert_eq!(after("c2"), walked("03-11T10:00"));
    // Who enters later does all of it.
    assert_eq!(after("c3").iter().filter(|line| line.ends_with("done")).count(), 7, "{:?}", after("c3"));
    let why = project.fine(&["why", "c2"]);
    assert!(
        why.contains("a new version was published, and they go on here, until 2026-03-11 10:00"),
        "{why}"
    );
    assert!(why.contains("done before, in the version they came from"), "{why}");
    let sends = project.read(&["sends", "--customer", "c1", "--json"]);
    assert_eq!(
        sends.as_array().map(Vec::len).or(sends["sends"].as_array().map(Vec::len)),
        Some(2),
        "{sends}"
    );
}

fn a_step_that_is_gone_needs_a_way_and_without_one_nothing_is_published(database: &str) {
    let old = "workflow: greets
trigger: { event: go }
consent: offers
steps:
  - if: count(paid) > 0
    then:
      - wait: 10 days
        id: rich
    else:
      - wait: 10 days
        id: poor
  - email: again
";
    let facts = "c1,paid,2026-03-01T10:00:00Z\nc1,go,2026-03-02T10:00:00Z\nc2,go,2026-03-03T10:00:00Z\n";
    let project = project(database, &[("greets", old)], facts);
    lives(&project, "2026-03-01", "2026-03-05");
    let new = "workflow: greets
trigger: { event: go }
consent: offers
steps:
  - email: hello
  - wait: 20 days
    id: rest
  - tag: rested
";
    project.write("workflows/greets.yaml", new);
    let refused = project.nurture(&["publish", "--move"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(
        refused
            .err
            .contains("greets: 1 person stands at the step `poor`, which the new version does not have"),
        "{}",
        refused.err
    );
    assert!(
        refused.err.contains("`rich`") && refused.err.contains("moved: { STEP: ANOTHER_STEP }"),
        "{}",
        refused.err
    );
    let plan = project.read(&["plan", "--json"]);
    assert_eq!(plan["workflows"][0]["became"], "changed", "nothing of it was published");
    assert!(project.fine(&["plan"]).contains("is refused: 1 person stands at poor"));

    // Without --move they finish on their version; later they are moved nevertheless, though the file says no
    // more than where they go.
    project.fine(&["publish"]);
    project.write("workflows/greets.yaml", &format!("{new}moved:\n  rich: rest\n  poor: exit\n"));
    let plan = project.read(&["plan", "--json"]);
    let row = &plan["workflows"][0];
    assert_eq!(row["became"], "same", "where people go is no part of the version");
    assert_eq!(row["moves"]["to"][0], serde_json::json!({ "from": "rich", "to": "rest", "people": 1 }));
    assert_eq!(row["moves"]["out"][0], serde_json::json!({ "from": "poor", "people": 1 }));
    let done = project.read(&["publish", "--move", "--json"]);
    assert_eq!(done["workflows"][0]["moved"]["out"][0]["people"], 1, "{done}");
    let lived = lives(&project, "2026-03-05", "2026-04-20");
    assert_eq!(of_customer(&lived, "c2"), ["03-05T00:00 greets exit moved exited moved"]);
    // It had rested since the second; nobody is sent what stands above.
    assert_eq!(
        of_customer(&lived, "c1"),
        [
            "03-05T00:00 greets move done",
            "03-22T10:00 greets tag rested done",
            "03-22T10:00 greets exit end exited end"
        ]
        .map(|line| line.replace("move done", "move  done"))
    );
    assert!(project.fine(&["why", "c1"]).contains("from rich they go on here, until 2026-03-22 10:00"));
    assert!(project.fine(&["why", "c2"]).contains("which leads from their step out"));
}

fn rounds_points_and_calls_that_are_under_way_go_on(database: &str) {
    let rounds = "workflow: rounds
trigger: { event: go }
consent: offers
steps:
  - repeat:
      - email: hello
      - wait: 1 day
        id: night
    times: 4
    id: nights
";
    let points = "workflow: points
trigger: { event: go }
consent: none
steps:
  - timeline: 2026-03-20
    id: line
    points:
      - before: 15 days
        steps:
          - tag: early
      - before: 10 days
        steps:
          - tag: middle
          - wait: 1 day
            id: pause
          - tag: later
      - steps:
          - tag: on_the_day
";
    let calls = "workflow: calls
trigger: { event: go }
consent: none
steps:
  - call: called
    id: asks
  - tag: answered
";
    let called = "workflow: called
trigger: called
consent: none
steps:
  - wait: 10 days
    id: thinks
  - exit: thought
";
    let facts = "c1,go,2026-03-02T10:00:00Z\n";
    let files = [("rounds", rounds), ("points", points), ("calls", calls), ("called", called)];
    let project = project(database, &files, facts);
    lives(&project, "2026-03-01", "2026-03-04");
    project.write(
        "workflows/rounds.yaml",
        &rounds.replace("      - wait", "      - tag: night\n      - wait").replace("times: 4", "times: 5"),
    );
    // A point in front, one that is past and new, and one less.
    let front = "    points:\n      - before: 18 days\n        steps:\n          - tag: too_late\n";
    let cut = "      - before: 15 days\n        steps:\n          - tag: early\n";
    project.write("workflows/points.yaml", &points.replace(cut, "").replace("    points:\n", front));
    project.write(
        "workflows/calls.yaml",
        &calls.replace("  - tag: answered", "  - tag: answered\n  - untag: answered"),
    );
    project.write("workflows/called.yaml", &called.replace("10 days", "5 days"));
    let said = project.fine(&["publish", "--move"]);
    assert_eq!(said.matches("1 person goes on in the new version").count(), 4, "{said}");
    let lived = lives(&project, "2026-03-04", "2026-03-25");
    let of_workflow = |workflow: &str| -> Vec<String> {
        let mark = format!(" c1 {workflow} ");
        let lines = lived.iter().filter(|line| line.contains(&mark) && !line.contains(" move "));
        lines.filter(|line| !line.contains("waits")).map(|line| line.replacen(&mark, " ", 1)).collect()
    };
    // Two rounds had begun: three are left, and the new step is taken in them.
    assert_eq!(of_workflow("rounds").iter().filter(|line| line.contains("email hello done")).count(), 3);
    assert_eq!(of_workflow("rounds").iter().filter(|line| line.contains("tag night done")).count(), 3);
    assert_eq!(
        of_workflow("points"),
        [
            "03-04T00:00 timeline 18 days before skipped past",
            "03-10T09:00 timeline 10 days before done",
            "03-10T09:00 tag middle done",
            "03-11T09:00 tag later done",
            "03-20T09:00 timeline on the date done",
            "03-20T09:00 tag on_the_day done",
            "03-20T09:00 exit end exited end",
        ]
    );
    assert_eq!(of_workflow("called"), ["03-07T10:00 exit thought exited thought"]);
    assert_eq!(
        of_workflow("calls"),
        [
            "03-07T10:00 call called done returned",
            "03-07T10:00 tag answered done",
            "03-07T10:00 untag answered done",
            "03-07T10:00 exit end exited end",
        ]
    );
}

fn everybody_is_taken_along_batch_by_batch(database: &str) {
    let text =
        "workflow: greets\ntrigger: { event: go }\nconsent: none\nsteps:\n  - wait: 10 days\n    id: rest\n";
    let project = project(database, &[("greets", text)], "c1,go,2026-03-02T10:00:00Z\n");
    let (mut people, mut facts) = ("external_id,created_at\n".to_owned(), "customer,event,at\n".to_owned());
    for number in 0..1_200 {
        writeln!(people, "p{number},2026-01-01T00:00:00Z").expect("a text");
        writeln!(facts, "p{number},go,2026-03-02T10:00:00Z").expect("a text");
    }
    project.write("people.csv", &people);
    project.write("facts.csv", &facts);
    project.fine(&["import", "customers", "people.csv"]);
    project.fine(&["import", "events", "facts.csv"]);
    lives(&project, "2026-03-01", "2026-03-04");
    project.write("workflows/greets.yaml", &format!("{text}  - tag: rested\n"));
    let done = project.read(&["publish", "--move", "--json"]);
    assert_eq!(done["workflows"][0]["moved"]["to"][0]["people"], 1_201);
    let plan = project.read(&["plan", "--json"]);
    assert_eq!(
        plan["workflows"][0]["moves"]["to"],
        serde_json::json!([]),
        "nobody is left in an older version"
    );
    let lived = lives(&project, "2026-03-04", "2026-03-15");
    let count = |what: &str| lived.iter().filter(|line| line.contains(what)).count();
    assert_eq!((count("greets move"), count("tag rested done")), (1_201, 1_201));
}
