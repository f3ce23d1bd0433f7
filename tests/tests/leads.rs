//! Leads on the live database, by the program itself: an import with an owner starts the clock, reps answer
//! by the command line, and the ladder runs into the public pool as it was simulated.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value as Json, json};
use tests::binary::Ran;
use tests::real::{Project, of, that};

tests::on_both! {
    reps_answer_by_the_command_line,
    an_imported_owner_starts_the_clock_and_the_ladder_ends_in_the_pool,
    what_reps_take_out_of_the_pool_has_its_limits,
}

const FILES: [(&str, &str); 6] = [
    ("nurture.toml", "zone = \"UTC\"\nlanguage = \"en\"\n"),
    ("workflows/model.yaml", "model: shop\nevents:\n  order.paid: {}\n"),
    (
        "workflows/teams.yaml",
        "teams:
  sales:
    lead: sun
    members: [ann, bob, cid]
    sla:
      first_contact:
        - { after: 4 hours, do: remind }
        - { after: 8 hours, do: reassign }
      reassign_at_most: 1
      not_back_within: 24 hours
    pool:
      after: 7 days
      warn: 2 days
      claim: { per_day: 1, hold: 2, former_owner_after: 24 hours }
",
    ),
    (
        "workflows/call.yaml",
        "workflow: call
trigger: { event: order.paid }
consent: none
steps:
  - task: Call them
    id: calling
    to: owner
    outcomes: [reached, nobody]
  - wait_for: task.done
    within: 3 days
  - if: steps.calling.outcome == \"reached\"
    then: [{ tag: reached }]
",
    ),
    ("reps.csv", "external_id,name\nann,Ann\nbob,Bob\ncid,Cid\nsun,Sun\n"),
    ("customers.csv", "external_id,owner\nc1,ann\nc2,ann\nc3,ann\nc4,bob\nc5,\nc6,\n"),
];

/// A project with its people imported: four of the six customers came with an owner.
fn project(database: &str) -> Project {
    let project = Project::with(&FILES).on(database);
    project.fine(&["import", "reps", "reps.csv"]);
    project.fine(&["import", "customers", "customers.csv"]);
    project.fine(&["publish"]);
    project
}

/// Runs what must be refused with a code and these words.
fn refused(project: &Project, arguments: &[&str], code: i32, words: &str) {
    let Ran { code: left, out, err } = project.nurture(arguments);
    assert_eq!((left, err.contains(words)), (code, true), "{arguments:?}: {out}{err}");
}

fn owner(line: &Json) -> &str {
    line.pointer("/values/rep").and_then(Json::as_str).expect("the line names the rep")
}

fn reps_answer_by_the_command_line(database: &str) {
    let project = project(database);
    let event = json!({ "event": "order.paid", "customer": "c4", "at": Timestamp::now() });
    project.write("events.jsonl", &format!("{event}\n"));
    project.fine(&["import", "events", "events.jsonl"]);
    project.fine(&["run", "--until-idle"]);

    // Who refuses hands it on, and it does not come back so soon; who has spoken stops the clock.
    let said = project.read(&["lead", "refuse", "c2", "--rep", "ann", "--json"]);
    let given = said.as_array().and_then(|lines| lines.iter().find(|line| of(line, "did") == "assign"));
    let given = given.unwrap_or_else(|| panic!("{said}"));
    assert_ne!(owner(given), "ann");
    assert_eq!(given.pointer("/values/passed_over/ann").and_then(Json::as_str), Some("not_back"));
    assert!(project.fine(&["lead", "contact", "c3", "--rep", "ann"]).contains("the clock stops"));
    // What is not in the pool cannot be taken out of it.
    refused(&project, &["lead", "claim", "c1", "--rep", "bob"], 5, "it belongs to somebody");
    refused(&project, &["lead", "claim", "c1", "--rep", "ann"], 5, "it belongs to ann already");
    refused(&project, &["lead", "claim", "c5", "--rep", "bob"], 5, "it is not in the public pool");
    refused(&project, &["lead", "accept", "c9", "--rep", "bob"], 4, "c9");

    // A rep who is away is passed over, and comes back.
    assert!(project.fine(&["reps", "--away", "cid"]).contains("away"));
    let away = |rows: &Json| -> Vec<String> {
        let rows = rows.as_array().expect("rows");
        let away = rows.iter().filter(|row| row.get("away") == Some(&Json::Bool(true)));
        away.map(|row| of(row, "id").to_owned()).collect()
    };
    assert_eq!(away(&project.read(&["reps", "--json"])), ["cid"]);
    assert_eq!(away(&project.read(&["reps", "--back", "cid", "--json"])), Vec::<String>::new());
    refused(&project, &["reps", "--away", "nobody"], 4, "`nobody`");

    // A task is finished with one of its outcomes, which the workflow then reads.
    let tasks = project.read(&["tasks", "--rep", "bob", "--json"]);
    let task = tasks.get(0).map(|task| of(task, "id").to_owned()).unwrap_or_else(|| panic!("{tasks}"));
    assert!(project.fine(&["tasks"]).contains("Call them"));
    refused(&project, &["tasks", "--done", &task, "--outcome", "maybe"], 2, "reached, nobody");
    refused(&project, &["tasks", "--done", "ta_none"], 4, "ta_none");
    let left = project.read(&["tasks", "--done", &task, "--outcome", "reached", "--json"]);
    assert_eq!(left, json!([]));
    refused(&project, &["tasks", "--done", &task], 4, &task);
    project.fine(&["run", "--until-idle"]);
    let why = project.fine(&["why", "c4", "--json"]);
    assert!(why.contains("\"tag\"") && why.contains("reached"), "{why}");
}

fn an_imported_owner_starts_the_clock_and_the_ladder_ends_in_the_pool(database: &str) {
    let from = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let to = from.saturating_add(14.days()).to_string();
    let project = project(database);
    let trace = project.lived(&from.to_string(), &to);
    let because = |did: &str, reason: &str| {
        let lines = trace.iter().filter(|line| of(line, "did") == did && of(line, "reason") == reason);
        lines.map(|line| of(line, "customer").to_owned()).collect::<Vec<_>>()
    };
    let begun: Vec<_> = trace.iter().filter(|line| of(line, "what") == "begun").collect();
    assert_eq!(begun.iter().map(|line| owner(line)).collect::<Vec<_>>(), ["ann", "ann", "ann", "bob"]);
    assert_eq!(because("assign", "no_contact"), ["c1", "c2", "c3", "c4"], "{trace:?}");
    assert_eq!(because("notify", "pool_soon").len(), 4, "{trace:?}");
    assert!(
        because("notify", "remind").len() >= 4 && because("notify", "ladder_ended").len() == 4,
        "{trace:?}"
    );
    let pooled: Vec<_> = trace.iter().filter(|line| of(line, "what") == "pooled").collect();
    assert_eq!(pooled.len(), 4, "{trace:?}");
    assert_eq!(that(&trace, "lead", "done").count(), 8, "{trace:?}");
}

fn what_reps_take_out_of_the_pool_has_its_limits(database: &str) {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let day = |back: i64| today.saturating_sub(back.days()).to_string();
    let project = project(database);
    let teams = FILES.iter().find(|(path, _)| path.ends_with("teams.yaml")).map_or("", |(_, text)| text);
    project.write(
        "workflows/teams.yaml",
        &teams.replace("former_owner_after: 24 hours", "former_owner_after: 60 days"),
    );
    let give = "workflow: give\ntrigger: { event: order.paid }\nconsent: none\nsteps:\n  - assign: sales\n";
    project.write("workflows/call.yaml", &give.replace("workflow: give", "workflow: call"));
    project.write("old.csv", &format!("external_id,created_at\nd1,{0}\nd2,{0}\n", day(60)));
    let paid = |id: &str| {
        format!(
            "{}\n",
            json!({ "event": "order.paid", "customer": id, "at": format!("{}T10:00:00Z", day(28)) })
        )
    };
    project.write("events.jsonl", &(paid("d1") + &paid("d2")));
    project.fine(&["import", "customers", "old.csv"]);
    project.fine(&["import", "events", "events.jsonl", "--start"]);
    project.fine(&["publish"]);
    let trace = project.run(&day(30), &day(2));
    let pooled: Vec<_> = trace.iter().filter(|line| of(line, "what") == "pooled").collect();
    assert_eq!(pooled.len(), 2, "{trace:?}");
    assert!(pooled.iter().all(|line| owner(line) == "cid"), "{trace:?}");

    // Ann owns three by the import, cid had it last, sun is in no team; bob takes one a day.
    refused(&project, &["lead", "claim", "d1", "--rep", "ann"], 5, "as many open leads as the team allows");
    refused(&project, &["lead", "claim", "d1", "--rep", "cid"], 5, "must wait a while");
    refused(&project, &["lead", "claim", "d1", "--rep", "sun"], 5, "is not in the team");
    assert!(project.fine(&["lead", "claim", "d1", "--rep", "bob"]).contains("out of the public pool"));
    refused(&project, &["lead", "claim", "d1", "--rep", "bob"], 5, "already");
    refused(&project, &["lead", "claim", "d1", "--rep", "cid"], 5, "belongs to somebody");
    refused(&project, &["lead", "claim", "d2", "--rep", "bob"], 5, "as many today as the team allows");
}
