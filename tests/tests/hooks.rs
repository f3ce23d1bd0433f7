//! Webhooks by the live engine: tried again under one id, their answers read below, and asked again after a
//! process was killed in the middle of one.

use serde_json::json;
use tests::binary::{command, nurture};
use tests::driven::Driven;
use tests::hook::{Hook, Say};
use tests::real::Project;

tests::on_both_waiting! {
    a_webhook_is_tried_again_under_its_id_and_its_answer_is_read_below,
    a_webhook_that_never_answers_well_goes_on_as_on_error_says,
    a_webhook_that_is_refused_is_not_tried_again,
    a_process_that_is_killed_in_the_middle_of_a_call_asks_again_under_the_same_id,
}

const HOUR: i64 = 3_600;

const WORKFLOW: &str = "workflow: order_told
trigger: { event: order.paid }
consent: none
steps:
  - webhook: billing
    id: asked
    body: { customer: \"{{customer.external_id}}\", amount: = entry.amount }
    retry: { times: 3, for: 1 day }
    on_error:
      go_on_with:
        - tag: not_told
  - if: steps.asked.credit >= 100
    then: [{ tag: trusted }]
";

/// A project whose only customer paid, published and live.
fn project(hook: &Hook, database: &str) -> Project {
    let project = Project::empty();
    let listen = tests::sink::free_port().local_addr().expect("a bound listener has an address");
    project.write(
        "nurture.toml",
        &format!("zone = \"UTC\"\nlanguage = \"en\"\n{database}delivery = \"live\"\nallow_private_hosts = [\"127.0.0.1\"]\nlisten = \"{listen}\"\nlease = \"2 seconds\"\n"),
    );
    project.write("workflows/model.yaml", "model: shop\nevents:\n  order.paid: { amount: number }\n");
    let channel =
        format!("channels:\n  billing: {{ kind: webhook, url: \"{}\", timeout: 5 seconds }}\n", hook.url());
    project.write("workflows/channels.yaml", &channel);
    project.write("workflows/told.yaml", WORKFLOW);
    project.write("customers.csv", "external_id\nc1\n");
    let now = jiff::Timestamp::now();
    let event =
        json!({ "event": "order.paid", "customer": "c1", "at": now, "properties": { "amount": 12.5 } });
    project.write("events.jsonl", &format!("{event}\n"));
    for arguments in [
        ["import", "customers", "customers.csv"].as_slice(),
        &["publish"],
        &["import", "events", "events.jsonl"],
    ] {
        let ran = project.nurture(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
    }
    project
}

/// The customer's tags after all.
fn tagged(project: &Project) -> Vec<String> {
    let ran = nurture(project.path(), &["why", "c1", "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let told: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let decisions = told["decisions"].as_array().expect("a list");
    decisions
        .iter()
        .filter(|line| line["did"] == "tag" && line["outcome"] == "done")
        .filter_map(|line| line["what"].as_str().map(str::to_owned))
        .collect()
}

async fn a_webhook_is_tried_again_under_its_id_and_its_answer_is_read_below(database: &str) {
    let hook =
        Hook::start([Say::Status(503, json!({})), Say::Close, Say::Status(200, json!({ "credit": 250 }))]);
    let project = project(&hook, database);
    let driven = Driven::over(project.path()).await;
    driven.work().await;
    assert_eq!((hook.asked().len(), tagged(&project)), (1, vec![]), "the walk rests at the step");
    for _ in 0..24 {
        driven.work_after(HOUR).await;
    }
    let asked = hook.asked();
    assert_eq!(asked.len(), 3);
    assert!(!asked[0].id.is_empty() && asked.iter().all(|each| each.id == asked[0].id), "{asked:?}");
    assert_eq!(asked[2].body, json!({ "customer": "c1", "amount": 12.5 }));
    assert_eq!(tagged(&project), ["trusted"]);
}

async fn a_webhook_that_never_answers_well_goes_on_as_on_error_says(database: &str) {
    let hook = Hook::start((0..9).map(|_| Say::Status(500, json!({ "credit": 5 }))));
    let project = project(&hook, database);
    let driven = Driven::over(project.path()).await;
    driven.work().await;
    for _ in 0..48 {
        driven.work_after(HOUR).await;
    }
    assert_eq!(hook.asked().len(), 4, "once and three times more");
    assert_eq!(tagged(&project), ["not_told"]);
    assert_eq!(driven.states().await, [("rejected".to_owned(), 1)]);
}

async fn a_webhook_that_is_refused_is_not_tried_again(database: &str) {
    let hook = Hook::start([Say::Status(422, json!({}))]);
    let project = project(&hook, database);
    let driven = Driven::over(project.path()).await;
    for _ in 0..48 {
        driven.work_after(HOUR).await;
    }
    assert_eq!((hook.asked().len(), tagged(&project)), (1, vec!["not_told".to_owned()]));
}

async fn a_process_that_is_killed_in_the_middle_of_a_call_asks_again_under_the_same_id(database: &str) {
    let hook = Hook::start([Say::Hang, Say::Status(200, json!({ "credit": 100 }))]);
    let project = project(&hook, database);
    let mut child = command(project.path(), &["run", "--until-idle"]).spawn().expect("nurture starts");
    hook.wait_for(1);
    child.kill().expect("a child can be killed");
    child.wait().expect("a killed child ends");
    let again = nurture(project.path(), &["run", "--until-idle"]);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
    let asked = hook.asked();
    assert_eq!((asked.len(), asked[0].id == asked[1].id), (2, true), "{asked:?}");
    assert_eq!(tagged(&project), ["trusted"]);
}
