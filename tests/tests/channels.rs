//! Ways in which words leave the live engine beside mail: a colleague who sends by hand, another system that
//! is told in place of a colleague, a folder of a channel's own.

use serde_json::json;
use tests::driven::Driven;
use tests::hook::Hook;
use tests::real::{Project, of};

tests::on_both! {
    a_message_by_hand_is_sent_live_as_it_was_simulated,
    the_task_of_a_message_by_hand_holds_its_words,
}

tests::on_both_waiting! {
    another_system_is_told_in_place_of_a_colleague,
    a_channel_writes_to_a_folder_of_its_own,
}

/// A project in UTC with these channels, one rep and two customers, of whom she owns one.
fn project(database: &str, delivery: &str, channels: &str, steps: &str) -> Project {
    let project = Project::empty();
    let listen = tests::sink::free_port().local_addr().expect("a bound listener has an address");
    for (name, text) in [
        (
            "nurture.toml",
            format!(
                "zone = \"UTC\"\nlanguage = \"en\"\n{database}delivery = \"{delivery}\"\nallow_private_hosts = [\"127.0.0.1\"]\nlisten = \"{listen}\"\n"
            ),
        ),
        ("workflows/model.yaml", "model: shop\nevents:\n  order.paid: { amount: number }\n".to_owned()),
        ("workflows/topics.yaml", "topics:\n  service: { class: transactional, title: Service }\n".to_owned()),
        ("workflows/teams.yaml", "teams:\n  sales:\n    members: [ann]\n".to_owned()),
        ("workflows/templates/hello.md.hbs", "---\nsubject: Hello\n---\nHello {{customer.name}}.\n".to_owned()),
        ("workflows/channels.yaml", format!("channels:\n{channels}")),
        (
            "workflows/told.yaml",
            format!("workflow: told\ntrigger: {{ event: order.paid }}\nconsent: none\nsteps:\n{steps}"),
        ),
        ("reps.csv", "external_id,name\nann,Ann\n".to_owned()),
        ("customers.csv", "external_id,name,owner,created_at\nc1,Li,ann,2026-01-01T00:00:00Z\nc2,Wu,,2026-01-01T00:00:00Z\n".to_owned()),
    ] {
        project.write(name, &text);
    }
    for file in ["reps", "customers"] {
        project.fine(&["import", file, &format!("{file}.csv")]);
    }
    project
}

/// Imports these events.
fn happens(project: &Project, events: &[serde_json::Value]) {
    project.write("events.jsonl", &events.iter().map(|event| format!("{event}\n")).collect::<String>());
    project.fine(&["import", "events", "events.jsonl"]);
}

/// Imports that the customers paid just now.
fn paid_now(project: &Project) {
    project.fine(&["publish"]);
    let now = jiff::Timestamp::now();
    happens(project, &["c1", "c2"].map(|who| json!({ "event": "order.paid", "customer": who, "at": now })));
}

fn a_message_by_hand_is_sent_live_as_it_was_simulated(database: &str) {
    let steps = "  - message: hello
    via: wechat
    topic: service
  - wait_for: [message.sent]
    within: 3 days
    then:
      message.sent: [{ tag: told }]
    on_timeout: [{ tag: not_told }]
";
    let project = project(database, "file", "  wechat: { kind: by_hand, to: owner }\n", steps);
    let at = |day: u8| format!("2026-03-0{day}T10:00:00Z");
    happens(
        &project,
        &[
            json!({ "event": "order.paid", "customer": "c1", "at": at(2) }),
            json!({ "event": "order.paid", "customer": "c2", "at": at(2) }),
            json!({ "event": "task.done", "customer": "c1", "at": at(3) }),
        ],
    );
    let trace = project.lived("2026-03-01", "2026-03-09");
    let told: Vec<String> = trace
        .iter()
        .filter(|line| ["task", "message", "tag"].contains(&of(line, "did")))
        .map(|line| ["at", "customer", "did", "what", "outcome"].map(|name| of(line, name)).join(" "))
        .collect();
    assert_eq!(
        told,
        [
            "2026-03-02T10:00:00+00:00 c1 task Write to Li by wechat done",
            "2026-03-02T10:00:00+00:00 c2 message hello skipped",
            "2026-03-03T10:00:00+00:00 c1 message hello done",
            "2026-03-03T10:00:00+00:00 c1 tag told done",
            "2026-03-05T10:00:00+00:00 c2 tag not_told done",
        ]
    );
    assert_eq!(project.letters(), 0, "a colleague has sent it, and nobody else");
}

fn the_task_of_a_message_by_hand_holds_its_words(database: &str) {
    let steps = "  - message: hello\n    via: wechat\n    topic: service\n";
    let project = project(database, "file", "  wechat: { kind: by_hand, to: owner }\n", steps);
    paid_now(&project);
    project.fine(&["run", "--until-idle"]);
    let tasks = project.read(&["tasks", "--rep", "ann", "--json"]);
    let tasks = tasks.as_array().expect("a list");
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    let body = of(tasks.first().expect("a task"), "body");
    assert!(body.contains("Hello Li."), "{tasks:?}");
}

async fn another_system_is_told_in_place_of_a_colleague(database: &str) {
    let hook = Hook::start([]);
    let channels = format!("  robot: {{ kind: webhook, url: \"{}\" }}\n", hook.url());
    let steps = "  - notify: owner\n    text: \"{{customer.name}} has paid\"\n    via: robot\n";
    let project = project(database, "live", &channels, steps);
    paid_now(&project);
    let driven = Driven::over(project.path()).await;
    driven.work().await;
    let bodies: Vec<_> = hook.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies, [json!({ "to": "ann", "text": "Li has paid" })], "nobody owns the other one");
    assert_eq!(driven.states().await, [("accepted".to_owned(), 1)]);
}

async fn a_channel_writes_to_a_folder_of_its_own(database: &str) {
    let steps = "  - message: hello\n    via: kept\n    topic: service\n";
    let project = project(database, "live", "  kept: { kind: file, folder: kept/here }\n", steps);
    paid_now(&project);
    let driven = Driven::over(project.path()).await;
    driven.work().await;
    assert_eq!(driven.states().await, [("accepted".to_owned(), 2)]);
    assert_eq!((project.files("kept/here"), project.letters()), (2, 0));
}
