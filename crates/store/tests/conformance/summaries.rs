//! What people read: traces, tasks, counts.

use crate::given::*;
use jiff::Timestamp;
use model::{CustomerId, Did, Outcome, RepId, StepId, Task, TaskId, TraceLine, VersionId, WorkflowId};
use std::collections::BTreeMap;
use store::send::{self, Gate, SendKey, Word, Worker};
use store::{Store, stats, task, trace};

on_both! {
    a_summary_counts_what_happened_in_its_time,
    recent_lines_are_those_of_one_workflow_the_latest_first,
    tasks_are_open_until_finished_and_follow_the_customer,
}

fn line(workflow: &str, at: Timestamp, did: Did, outcome: Outcome, reason: Option<&str>) -> TraceLine {
    TraceLine {
        at,
        offset: jiff::tz::Offset::UTC,
        until_offset: jiff::tz::Offset::UTC,
        customer: CustomerId::new("a"),
        workflow: WorkflowId::new(workflow),
        version: VersionId::new("v1"),
        enrollment: None,
        step: None,
        did,
        what: format!("{at}"),
        outcome,
        until: None,
        reason: reason.map(str::to_owned),
        values: BTreeMap::new(),
    }
}

async fn a_summary_counts_what_happened_in_its_time(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let mut held_out = line("w", minute(2), Did::Enroll, Outcome::Entered, None);
    held_out.values.insert("holdout".to_owned(), true.into());
    let lines = [
        line("w", minute(0), Did::Enroll, Outcome::Entered, None),
        line("w", minute(1), Did::Enroll, Outcome::Entered, None),
        held_out,
        line("w", minute(2), Did::Email, Outcome::Skipped, Some("consent")),
        line("w", minute(3), Did::Email, Outcome::Skipped, Some("consent")),
        line("w", minute(3), Did::Enroll, Outcome::Refused, Some("audience")),
        line("w", minute(4), Did::Email, Outcome::Done, None),
        line("w", minute(9), Did::Enroll, Outcome::Entered, None),
    ];
    trace::append(&mut tx, &lines.iter().collect::<Vec<_>>()).await.expect("appended");
    let by = Worker { name: "w1".to_owned(), epoch: 1 };
    let sends = ["1", "2", "3"].map(|walk| outgoing("a", walk, "email:x"));
    send::insert(&mut tx, &sends.iter().collect::<Vec<_>>(), minute(0)).await.expect("inserted");
    send::claim(&mut tx, &by, minute(0), minute(20), 10).await.expect("claimed");
    let gates = [0, 1].map(|n| Gate { send: SendKey::of(&sends[n]), template_hash: None });
    send::hand(&mut tx, &by, &gates, minute(0)).await.expect("handed");
    let words = [0, 1, 2].map(|n| Word::on(SendKey::of(&sends[n])).because("late"));
    send::accept(&mut tx, &by, &words[..1], minute(5)).await.expect("accepted");
    send::accept(&mut tx, &by, &words[1..2], minute(9)).await.expect("accepted");
    send::skip(&mut tx, &by, &words[2..], minute(5)).await.expect("skipped");
    let summary = stats::summary(&mut tx, minute(1), minute(9)).await.expect("counted");
    assert_eq!((summary.enrolled, summary.held_out, summary.sent), (2, 1, 1));
    assert_eq!(summary.skipped, BTreeMap::from([("consent".to_owned(), 2), ("late".to_owned(), 1)]));
    assert_eq!(summary.refused, BTreeMap::from([("audience".to_owned(), 1)]));
}

async fn recent_lines_are_those_of_one_workflow_the_latest_first(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let at = |workflow: &str, n: i64| line(workflow, minute(n), Did::Wait, Outcome::Waits, None);
    let lines = [at("w", 1), at("v", 2), at("w", 3), at("w", 4), at("w", 5)];
    trace::append(&mut tx, &lines.iter().collect::<Vec<_>>()).await.expect("appended");
    let recent = trace::recent(&mut tx, &WorkflowId::new("w"), minute(5), 2).await.expect("read");
    assert_eq!(recent, [lines[3].clone(), lines[2].clone()]);
    let of =
        trace::of_customer(&mut tx, &CustomerId::new("a"), Some(&WorkflowId::new("v"))).await.expect("read");
    assert_eq!(of, [lines[1].clone()]);
}

async fn tasks_are_open_until_finished_and_follow_the_customer(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let of = |id: &str, due: Option<Timestamp>| Task {
        id: TaskId::new(id),
        customer: CustomerId::new("a"),
        rep: Some(RepId::new("li.na")),
        role: None,
        title: "Call".to_owned(),
        body: Some("about the offer".to_owned()),
        due,
        outcomes: vec!["reached".to_owned(), "not_reached".to_owned()],
        at: minute(0),
        enrollment: model::EnrollmentId::new("en"),
        workflow: WorkflowId::new("w"),
        step: StepId::new("task:1"),
    };
    let all = [of("some day", None), of("later", Some(minute(9))), of("soon", Some(minute(1)))];
    assert_eq!(task::insert(&mut tx, &all.iter().collect::<Vec<_>>()).await.expect("inserted"), 3);
    assert_eq!(task::insert(&mut tx, &[&all[0]]).await.expect("inserted"), 0);
    let (li, wang, id) = (RepId::new("li.na"), RepId::new("wang.wei"), CustomerId::new("a"));
    let open = task::open(&mut tx, &li, 10).await.expect("listed");
    assert_eq!(
        open.iter().map(|kept| kept.task.id.as_str()).collect::<Vec<_>>(),
        ["soon", "later", "some day"]
    );
    assert_eq!(open[0].task, all[2]);
    assert!(task::finish(&mut tx, &id, &all[2].id, Some("reached"), minute(2)).await.expect("finished"));
    assert!(!task::finish(&mut tx, &id, &all[2].id, Some("again"), minute(3)).await.expect("it is"));
    assert_eq!(task::hand_on(&mut tx, &[(&id, &li, &wang)]).await.expect("handed on"), 2);
    assert_eq!(task::open(&mut tx, &li, 10).await.expect("listed"), []);
    let done = task::of_customer(&mut tx, &id).await.expect("listed");
    let finished = done.iter().find(|kept| kept.task.id == all[2].id).expect("there");
    assert_eq!((finished.done_at, finished.outcome.as_deref()), (Some(minute(2)), Some("reached")));
    assert_eq!(finished.task.rep, Some(li), "what is finished stays with who finished it");
}
