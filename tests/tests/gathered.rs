//! What is put together, by the program itself on its database: messages of one template, a colleague's daily
//! message, a sender's day; and what is recorded of another customer. The live engine on a clock does what was
//! simulated.

use engine::{Clock, operate};
use jiff::SignedDuration;
use model::WorkflowId;
use std::path::Path;
use tests::driven::Driven;
use tests::real::{Project, of, that};
use tests::shop::Shop;
use tests::sink::{Settings, Sink};

tests::on_both! {
    messages_due_within_an_hour_are_one_mail_on_the_database_too,
    a_rep_hears_all_of_a_day_in_one_message_and_a_sender_keeps_to_its_day,
    a_simulation_adds_up_what_mails_cost,
}

tests::on_both_waiting! {
    who_carries_is_held_and_the_others_go_by_themselves,
}

const FILES: [(&str, &str); 9] = [
    ("nurture.toml", "zone = \"UTC\"\nlanguage = \"en\"\n"),
    (
        "workflows/model.yaml",
        "model: shop
customer:
  invited_by: { type: customer, optional: true }
events:
  due:    { invoice: text }
  paid:   { invoice: text }
  told:   { what: text }
  friend: {}
",
    ),
    ("workflows/topics.yaml", "topics:\n  service: { class: transactional, title: Service }\n"),
    (
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care, cost: 0.5 }\n  news: { address: news@example.com, name: News, per_day: 2 }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    ),
    (
        "workflows/templates/dues.md.hbs",
        "---\nsubject: \"{{count items}} due\"\npreheader: A word\n---\n{{#each items}}\n- {{entry.invoice}}\n{{/each}}\n",
    ),
    ("workflows/templates/hello.md.hbs", "---\nsubject: Hello\npreheader: A word\n---\nHello.\n"),
    (
        "workflows/dues.yaml",
        "workflow: dues
trigger: { event: due }
consent: service
key: event.invoice
exit_when: [{ event: paid, when: event.invoice == entry.invoice, reason: paid }]
steps:
  - email: dues
    combine: 1 hour
  - wait: 1 day
",
    ),
    (
        "workflows/friends.yaml",
        "workflow: friends\ntrigger: { event: friend }\nconsent: none\nsteps:\n  - tag: friend\n",
    ),
    (
        "workflows/told.yaml",
        "workflow: told
trigger: { event: told }
consent: service
steps:
  - notify: owner
    text: \"{{customer.external_id}} says {{event.what}}\"
    digest: 09:00
  - email: hello
    from: news
  - record: friend
    of: customer.invited_by
",
    ),
];

/// A project with four customers of one rep; c2 was invited by c1.
fn project(events: &str, database: &str) -> Project {
    let project = Project::with(&FILES).on(database);
    project.write("reps.csv", "external_id,name,email\nann,Ann,ann@example.com\n");
    project.write(
        "customers.csv",
        "external_id,email,owner,invited_by,created_at
c1,c1@example.com,ann,,2026-01-01T00:00:00Z
c2,c2@example.com,ann,c1,2026-01-01T00:00:00Z
c3,c3@example.com,ann,nobody,2026-01-01T00:00:00Z
c4,c4@example.com,ann,,2026-01-01T00:00:00Z
",
    );
    project
        .write("events.csv", &format!("id,event,customer,at,properties.invoice,properties.what\n{events}"));
    for kind in ["reps", "customers", "events"] {
        project.fine(&["import", kind, &format!("{kind}.csv")]);
    }
    project
}

/// The messages in the folder whose text says something, each as it was written.
fn written(at: &Path, says: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(at).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(written(&path, says));
        } else if path
            .extension()
            .is_some_and(|ending| ending == "eml" || ending == "json" || ending == "txt")
        {
            found.extend(std::fs::read_to_string(&path).ok().filter(|text| text.contains(says)));
        }
    }
    found.sort();
    found
}

fn messages_due_within_an_hour_are_one_mail_on_the_database_too(database: &str) {
    let project = project(
        "e1,due,c1,2026-03-02T10:00:00Z,I1,
e2,due,c1,2026-03-02T10:40:00Z,I2,
e3,due,c1,2026-03-02T10:50:00Z,I3,
e4,paid,c1,2026-03-02T10:55:00Z,I3,
e5,due,c2,2026-03-02T10:50:00Z,I4,
",
        database,
    );
    let trace = project.lived("2026-03-02", "2026-03-06");
    let done: Vec<_> =
        that(&trace, "email", "done").map(|line| (of(line, "customer"), of(line, "reason"))).collect();
    assert_eq!(done, [("c1", ""), ("c1", "combined"), ("c2", "")]);
    assert_eq!(written(project.path(), "Subject: 2 due").len(), 1);
    assert_eq!(written(project.path(), "Subject: 1 due").len(), 1);
    let mails = written(project.path(), "Subject: 2 due");
    assert!(mails.iter().all(|mail| mail.contains("I1") && mail.contains("I2") && !mail.contains("I3")));
}

fn a_rep_hears_all_of_a_day_in_one_message_and_a_sender_keeps_to_its_day(database: &str) {
    let project = project(
        "e1,told,c1,2026-03-02T10:00:00Z,,one
e2,told,c2,2026-03-02T11:00:00Z,,two
e3,told,c3,2026-03-02T12:00:00Z,,three
e4,told,c4,2026-03-03T08:59:00Z,,four
e5,told,c4,2026-03-03T09:30:00Z,,five
",
        database,
    );
    let trace = project.lived("2026-03-02", "2026-03-06");
    let days = written(project.path(), "words of the day");
    assert_eq!(days.len(), 1, "{days:?}");
    let all = ["c1 says one", "c2 says two", "c3 says three", "c4 says four"];
    assert!(days.iter().all(|day| all.iter().all(|word| day.contains(word))), "{days:?}");
    assert_eq!(written(project.path(), "c4 says five").len(), 1, "alone on the next day it stands as it is");
    let held: Vec<_> =
        that(&trace, "email", "deferred").map(|line| (of(line, "customer"), of(line, "reason"))).collect();
    assert_eq!(held, [("c3", "sender_cap"), ("c4", "sender_cap")]);
    let sent: Vec<_> =
        that(&trace, "email", "done").map(|line| (of(line, "customer"), of(line, "at"))).collect();
    assert_eq!(sent.iter().filter(|(_, at)| at.starts_with("2026-03-02")).count(), 2, "{sent:?}");
    assert_eq!(sent.iter().filter(|(_, at)| at.starts_with("2026-03-03")).count(), 2, "{sent:?}");
    // What was recorded of the one who invited is met; of somebody whom nobody knows it is dropped.
    let friends = that(&trace, "tag", "done").map(|line| of(line, "customer"));
    assert_eq!(friends.collect::<Vec<_>>(), ["c1"]);
}

fn a_simulation_adds_up_what_mails_cost(database: &str) {
    let project =
        project("e1,due,c1,2026-03-02T10:00:00Z,I1,\ne2,due,c2,2026-03-02T10:00:00Z,I2,\n", database);
    let ran = project.nurture(&["simulate", "--from", "2026-03-02", "--to", "2026-03-04"]);
    assert!(ran.out.contains("care: 1 (2 × 0.5)"), "{}", ran.out);
}

/// Two workflows write one mail; it has not left when the one that carries is held.
async fn who_carries_is_held_and_the_others_go_by_themselves(database: &str) {
    let sink = Sink::with(Settings { keep_data: true, ..Settings::default() });
    let shop = Shop::on(sink.port(), "offers", database);
    shop.write(
        "workflows/templates/dues.md.hbs",
        "---\nsubject: \"{{count items}} due\"\npreheader: A word\n---\n{{#each items}}\n- {{vars.of}}\n{{/each}}\n",
    );
    for (id, what) in [("chain", "carried"), ("rides", "ridden")] {
        let text = format!(
            "workflow: {id}\ntrigger: {{ event: go }}\nconsent: offers\nvars: {{ of: {what} }}\nsteps:\n  - email: dues\n    combine: 1 hour\n"
        );
        shop.write(&format!("workflows/{id}.yaml"), &text);
    }
    shop.fine(&["publish"]);
    shop.start(3);
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    driven.clock.advance(SignedDuration::from_hours(1));
    let now = driven.clock.now();
    while driven.engine.turn(now).await.expect("the database is there").due > 0 {}
    assert_eq!(driven.states().await, [("due".to_owned(), 3)], "one mail a customer, and none has left");

    let chain = WorkflowId::new("chain");
    operate::hold(driven.engine.store(), &chain, operate::By::COMMAND, now).await.expect("held");
    driven.work().await;
    let said = || -> Vec<(String, bool, bool)> {
        let mails = sink.mails();
        let mut said: Vec<_> = mails
            .iter()
            .map(|mail| {
                let text = String::from_utf8_lossy(&mail.data);
                (mail.to.concat(), text.contains("carried"), text.contains("ridden"))
            })
            .collect();
        said.sort();
        said
    };
    let to = |number: usize| format!("c{number}@example.com");
    let ridden: Vec<_> = (0..3).map(|number| (to(number), false, true)).collect();
    assert_eq!(said(), ridden, "who rode is not held, and says nothing of who is");
    let subjects =
        sink.mails().iter().filter(|mail| mail.data.windows(5).any(|part| part == b"1 due")).count();
    assert_eq!(subjects, 3);

    let resumed =
        operate::resume(driven.engine.store(), &chain, operate::By::COMMAND, now).await.expect("it goes on");
    assert_eq!(resumed, operate::Outcome::Done(3));
    driven.work().await;
    let carried = (0..3).map(|number| (to(number), true, false));
    let mut all: Vec<_> = ridden.into_iter().chain(carried).collect();
    all.sort();
    assert_eq!(said(), all, "nothing is lost, and nothing is said twice");
}
