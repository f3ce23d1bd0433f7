//! What is due comes in one order, and pauses hold it.

use crate::given::*;
use model::{Changes, CustomerId, Snapshot, StepId, Timer, TimerKey, WalkState, WorkflowId};
use std::collections::BTreeSet;
use store::enrollment::{self, Cursor};
use store::{Connection, Store, customer, pause, schedule, snapshot, stats, timer, version};

on_both! {
    walks_go_on_by_instant_then_customer,
    a_pause_holds_walks_and_who_stands_in_line_and_lets_firings_be_missed,
    timers_fire_by_instant_customer_workflow_and_subject,
    people_at_a_step_come_in_pages_each_once,
    a_schedule_fires_once,
    by_slot_or_by_customer_the_same_things_are_due,
}

async fn enroll(conn: &mut Connection, walks: &[(&str, &str, WalkState)]) {
    for (customer, workflow, state) in walks {
        let mut snapshot = Snapshot::new(crate::given::customer(customer));
        snapshot.enrollments.push(walk(customer, workflow, "", state.clone()));
        let ids: BTreeSet<_> = snapshot.enrollments.iter().map(|walk| walk.id.clone()).collect();
        let changes = Changes { customer: true, enrollments: ids, ..Changes::default() };
        snapshot::save(conn, &[(snapshot, changes)], minute(0)).await.expect("it saves");
    }
}

async fn walks_go_on_by_instant_then_customer(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let ready = WalkState::Ready { step: StepId::new("email:x"), since: minute(1) };
    enroll(
        &mut tx,
        &[
            ("b", "w", waiting("wait:1", minute(2))),
            ("a", "w", waiting("wait:1", minute(2))),
            ("c", "w", ready),
            ("d", "w", waiting("wait:1", minute(3))),
            ("e", "w", ended("end")),
        ],
    )
    .await;
    let due = enrollment::due(&mut tx, minute(2), 10).await.expect("due");
    assert_eq!(due.iter().map(|due| due.customer.as_str()).collect::<Vec<_>>(), ["c", "a", "b"]);
    assert_eq!(due[0].wake_at, minute(1));
    assert_eq!(enrollment::due(&mut tx, minute(2), 1).await.expect("due").len(), 1);
    assert_eq!(enrollment::next_at(&mut tx).await.expect("next"), Some(minute(1)));
    let standing = enrollment::standing(&mut tx, Some(&WorkflowId::new("w"))).await.expect("counted");
    let standing: Vec<_> =
        standing.iter().map(|s| (s.state.as_str(), s.step.as_ref().map(StepId::as_str), s.count)).collect();
    assert_eq!(standing, [("ended", None, 1), ("ready", Some("email:x"), 1), ("waiting", Some("wait:1"), 3)]);
}

async fn a_pause_holds_walks_and_who_stands_in_line_and_lets_firings_be_missed(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let w = WorkflowId::new("w");
    version::publish(&mut tx, &w, &"v1".into(), "workflow: w", "w.yaml", minute(0)).await.expect("published");
    enroll(&mut tx, &[("a", "w", waiting("wait:1", minute(1)))]).await;
    let key = TimerKey { workflow: w.clone(), subject: String::new() };
    let fires = Timer { fire_at: minute(2), basis: String::new() };
    timer::set(&mut tx, &[(&CustomerId::new("a"), &key, &fires)]).await.expect("set");
    let line = TimerKey { workflow: w.clone(), subject: "@release/go".to_owned() };
    timer::set(&mut tx, &[(&CustomerId::new("a"), &line, &fires)]).await.expect("set");
    // Nobody looked at this one before the pause.
    let before = TimerKey { workflow: w.clone(), subject: "before".to_owned() };
    let fired = Timer { fire_at: minute(1), basis: String::new() };
    timer::set(&mut tx, &[(&CustomerId::new("a"), &before, &fired)]).await.expect("set");
    schedule::set(&mut tx, &w, Some(minute(3))).await.expect("set");
    for held in [true, false] {
        let done = if held {
            pause::begin(&mut tx, &w, "li.na", minute(2)).await
        } else {
            pause::end(&mut tx, &w, minute(4)).await
        };
        assert_eq!(done.expect("held, let go"), Some(0));
        let walks = enrollment::due(&mut tx, minute(9), 9).await.expect("due");
        let timers = timer::due(&mut tx, minute(9), 9).await.expect("due");
        let timers: Vec<&str> = timers.iter().map(|due| due.key.subject.as_str()).collect();
        assert_eq!(timers, if held { vec![""] } else { vec!["before", "", "@release/go"] });
        let schedules = schedule::due(&mut tx, minute(9)).await.expect("due");
        assert_eq!((walks.is_empty(), schedules.len()), (held, 1));
        let next = stats::next_at(&mut tx).await.expect("next");
        assert_eq!(next, Some(minute(if held { 2 } else { 1 })));
    }
    let ahead = stats::ahead(&mut tx, minute(0), minute(60)).await.expect("counted");
    assert_eq!((ahead.enrollments, ahead.timers, ahead.sends), (1, 3, 0));
}

async fn timers_fire_by_instant_customer_workflow_and_subject(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    for (customer, workflow, subject, at) in [
        ("b", "w", "", 1),
        ("a", "w", "2", 1),
        ("a", "w", "1", 1),
        ("a", "v", "9", 1),
        ("z", "w", "", 0),
        ("a", "w", "3", 5),
    ] {
        let key = TimerKey { workflow: WorkflowId::new(workflow), subject: subject.to_owned() };
        let fires = Timer { fire_at: minute(at), basis: "b".to_owned() };
        timer::set(&mut tx, &[(&CustomerId::new(customer), &key, &fires)]).await.expect("set");
    }
    let due = timer::due(&mut tx, minute(1), 10).await.expect("due");
    let due: Vec<_> =
        due.iter().map(|due| format!("{}/{}/{}", due.customer, due.key.workflow, due.key.subject)).collect();
    assert_eq!(due, ["z/w/", "a/v/9", "a/w/1", "a/w/2", "b/w/"]);
    assert_eq!(timer::next_at(&mut tx).await.expect("next"), Some(minute(0)));
    assert_eq!(timer::forget(&mut tx, &WorkflowId::new("w")).await.expect("forgotten"), 5);
}

async fn people_at_a_step_come_in_pages_each_once(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let names: Vec<String> = (0..7).map(|n| format!("c{n}")).collect();
    for name in &names {
        enroll(&mut tx, &[(name, "w", waiting("wait:1", minute(2)))]).await;
    }
    enroll(&mut tx, &[("elsewhere", "w", waiting("wait:2", minute(2)))]).await;
    let (mut seen, mut cursor, mut pages) = (BTreeSet::new(), Cursor::default(), 0);
    loop {
        let step = StepId::new("wait:1");
        let (page, next) =
            enrollment::people(&mut tx, &WorkflowId::new("w"), "waiting", Some(&step), &cursor, 3)
                .await
                .expect("a page");
        pages += 1;
        for walk in page {
            assert!(seen.insert(walk.customer.to_string()), "twice");
        }
        let Some(next) = next else { break };
        cursor = next;
    }
    assert_eq!((seen.into_iter().collect::<Vec<_>>(), pages), (names, 3));
}

async fn a_schedule_fires_once(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let w = WorkflowId::new("w");
    schedule::set(&mut tx, &w, Some(minute(1))).await.expect("set");
    assert!(schedule::fire(&mut tx, &w, minute(1), Some(minute(60))).await.expect("fired"));
    assert!(!schedule::fire(&mut tx, &w, minute(1), Some(minute(60))).await.expect("not fired"));
    assert_eq!(schedule::all(&mut tx).await.expect("all"), [(w, Some(minute(60)))]);
    assert_eq!(customer::count(&mut tx).await.expect("counted"), 0);
}

async fn by_slot_or_by_customer_the_same_things_are_due(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    for n in 0..20 {
        let name = format!("c{n:02}");
        enroll(&mut tx, &[(&name, "w", waiting("wait:1", minute(n % 3)))]).await;
        let key = TimerKey { workflow: WorkflowId::new("w"), subject: String::new() };
        let fires = Timer { fire_at: minute(n % 3), basis: String::new() };
        timer::set(&mut tx, &[(&CustomerId::from(name.clone()), &key, &fires)]).await.expect("set");
        let paid = event(&name, "order.paid", "e1", minute(n % 3));
        store::event::insert(&mut tx, &[&paid], store::event::EventState::New).await.expect("appended");
    }
    let mut walks = enrollment::due(&mut tx, minute(1), 100).await.expect("due");
    walks.sort_by_key(|due| (due.wake_at, due.customer.slot(), due.enrollment.clone()));
    assert_eq!(enrollment::due_by_slot(&mut tx, minute(1), 100).await.expect("due"), walks);
    let mut timers = timer::due(&mut tx, minute(1), 100).await.expect("due");
    timers.sort_by_key(|due| (due.fire_at, due.customer.slot(), due.customer.clone()));
    assert_eq!(timer::due_by_slot(&mut tx, minute(1), 100).await.expect("due"), timers);
    let mut events = store::event::due(&mut tx, &model(), minute(1), 100).await.expect("due");
    events.sort_by_key(|due| (due.event.at, due.event.customer.slot(), due.event.customer.clone()));
    assert_eq!(store::event::due_by_slot(&mut tx, &model(), minute(1), 100).await.expect("due"), events);
    assert_eq!((walks.len(), timers.len(), events.len()), (14, 14, 14));
}
