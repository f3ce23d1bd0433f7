//! What a turn changed is what the next one finds.

use crate::given::*;
use model::{
    Assignment, Changes, Consent, CounterKey, CustomerId, Did, EntryMemory, Medium, Outcome, RepId, Snapshot,
    Standing, StandingKey, StandingKind, StepId, Suppression, Task, TaskId, TeamId, Timer, TimerKey,
    TraceLine, Value, VersionId, WorkflowId,
};
use std::collections::{BTreeMap, BTreeSet};
use store::event::{self, EventState};
use store::snapshot::{EventReads, load, save};
use store::{Store, StoreError, assignment, commit, counter, customer, entity, task, trace};

on_both! {
    what_is_saved_is_what_is_loaded,
    a_batch_is_ordered_by_id_each_once_and_strangers_are_left_out,
    only_applied_events_of_the_names_read_are_loaded_in_their_order,
    shared_entities_come_with_whoever_refers_to_them,
    an_ended_walk_is_loaded_while_its_goal_counts,
    of_two_who_loaded_one_walk_the_second_to_save_is_refused,
    a_customer_walks_a_workflow_once_at_a_time_under_one_key,
    saving_the_same_new_walk_twice_is_refused,
    the_numbers_of_traces_go_on_from_save_to_save,
    timers_and_suppressions_go_when_they_are_taken_away,
    an_arm_once_drawn_stays_and_counters_add_up,
    of_a_forgotten_customer_the_past_stays_without_what_is_personal,
}

fn reads(names: &[&str]) -> EventReads {
    EventReads { names: names.iter().map(|name| (*name).to_owned()).collect(), sent_back: None }
}

async fn loaded(store: &Store, id: &str) -> Snapshot {
    let mut conn = store.read().await.expect("a reader");
    let found = load(&mut conn, &[CustomerId::new(id)], &model(), &reads(&["order.paid"]), minute(10)).await;
    found.expect("it loads").pop().expect("the customer is there")
}

async fn saved(store: &Store, batch: &[(Snapshot, Changes)]) -> Result<store::snapshot::Saved, StoreError> {
    let mut tx = store.begin().await.expect("a writer");
    let done = save(&mut tx, batch, minute(10)).await?;
    commit(tx).await?;
    Ok(done)
}

fn line(customer: &str, did: Did, what: &str) -> TraceLine {
    TraceLine {
        at: minute(10),
        offset: jiff::tz::Offset::from_seconds(8 * 3600).expect("an offset"),
        until_offset: jiff::tz::Offset::from_seconds(8 * 3600).expect("an offset"),
        customer: CustomerId::new(customer),
        workflow: WorkflowId::new("welcome"),
        version: VersionId::new("v1"),
        enrollment: None,
        step: Some(StepId::new("email:welcome")),
        did,
        what: what.to_owned(),
        outcome: Outcome::Done,
        until: Some(minute(11)),
        reason: Some("quiet_hours".to_owned()),
        values: BTreeMap::from([("hours".to_owned(), serde_json::json!("21:00-09:00"))]),
    }
}

/// A snapshot with something of everything, and the changes that say so.
fn full(id: &str) -> (Snapshot, Changes) {
    let mut person = customer(id);
    for (name, value) in [
        ("email", Value::from("Fang@example.cn")),
        ("stage", Value::from("lead")),
        ("owner", Value::from("li.na")),
        ("zone", Value::from("Asia/Shanghai")),
        ("tags", Value::List(vec!["a".to_owned(), "乙".to_owned()])),
        ("spend", number(99)),
        ("vip", Value::from(true)),
        ("no_longer_declared", number(7)),
    ] {
        person.attributes.insert(name.to_owned(), value);
    }
    person.computed_at.insert("last".to_owned(), (minute(1), minute(2), "e1".to_owned()));
    let mut snapshot = Snapshot::new(person);
    let mut deal = entity("deal", "d1", Some(id));
    deal.attributes.insert("stage".to_owned(), Value::from("open"));
    deal.attributes.insert("amount".to_owned(), number(1_000));
    let name = ("deal".to_owned(), deal.id.clone());
    snapshot.entities.insert(name.clone(), deal);
    let order = event(id, "order.paid", "e1", minute(3));
    snapshot.insert_event(order.clone());
    let consent = Consent {
        topic: "marketing".to_owned(),
        medium: Some(Medium::Email),
        granted: true,
        at: minute(1),
        source: "form".to_owned(),
        proof: model::Proof::default(),
    };
    snapshot.consents.apply(&consent);
    let suppression = Suppression {
        medium: Some(Medium::Sms),
        topic: None,
        reason: "manual".to_owned(),
        at: minute(1),
        until: Some(minute(9_000)),
    };
    snapshot.suppressions.push(suppression.clone());
    let walks =
        [walk(id, "welcome", "", waiting("wait:1", minute(60))), walk(id, "renewal", "c1", ended("end"))];
    snapshot.enrollments.extend(walks);
    snapshot.enrollments.iter_mut().for_each(|walk| walk.goal_until = Some(minute(5_000)));
    snapshot.enrollments.sort_by(|a, b| a.id.cmp(&b.id));
    let memory = (WorkflowId::new("welcome"), String::new());
    snapshot.memory.insert(memory.clone(), EntryMemory { entered_at: minute(0) });
    let draw = (WorkflowId::new("welcome"), "split:1".to_owned());
    snapshot.draws.insert(draw.clone(), "b".to_owned());
    let key = TimerKey { workflow: WorkflowId::new("birthday"), subject: String::new() };
    snapshot.timers.insert(key.clone(), Timer { fire_at: minute(100), basis: "1990-03-12".to_owned() });
    let vip = StandingKey { kind: StandingKind::Segment, name: "vip".to_owned() };
    snapshot.standings.insert(vip.clone(), Standing { at: minute(3), state: "in".to_owned() });
    let changes = Changes {
        customer: true,
        entities: BTreeSet::from([name]),
        events: vec![order],
        consents: vec![consent],
        suppressions: vec![suppression],
        enrollments: snapshot.enrollments.iter().map(|walk| walk.id.clone()).collect(),
        memory: BTreeSet::from([memory]),
        draws: BTreeSet::from([draw]),
        timers: BTreeSet::from([key]),
        standings: BTreeSet::from([vip]),
        sends: vec![outgoing(id, &format!("walk of {id}"), "email:welcome")],
        tasks: vec![Task {
            id: TaskId::new(format!("task of {id}")),
            customer: CustomerId::new(id),
            rep: Some(RepId::new("li.na")),
            role: None,
            title: "Call".to_owned(),
            body: None,
            due: Some(minute(60)),
            outcomes: vec!["reached".to_owned()],
            at: minute(10),
            enrollment: model::EnrollmentId::new("en"),
            workflow: WorkflowId::new("welcome"),
            step: StepId::new("task:1"),
        }],
        assignments: vec![Assignment {
            customer: CustomerId::new(id),
            entity: Some(("deal".to_owned(), "d1".to_owned())),
            team: Some(TeamId::new("inside_sales")),
            rep: RepId::new("li.na"),
            former: None,
            at: minute(10),
            by: Some((model::EnrollmentId::new("en"), StepId::new("assign:1"))),
            rule: "round_robin".to_owned(),
        }],
        trace: vec![line(id, Did::Enroll, "welcome"), line(id, Did::Email, "welcome")],
        counters: BTreeMap::from([(
            CounterKey {
                workflow: WorkflowId::new("welcome"),
                version: VersionId::new("v1"),
                step: String::new(),
                edge: "entered".to_owned(),
            },
            1,
        )]),
        ..Changes::default()
    };
    (snapshot, changes)
}

async fn what_is_saved_is_what_is_loaded(store: Store) {
    let (mut snapshot, changes) = full("00001");
    let done = saved(&store, &[(snapshot.clone(), changes.clone())]).await.expect("it saves");
    assert_eq!((done.sends, done.events, done.tasks, done.cancelled), (1, 1, 1, 0));
    snapshot.enrollments.iter_mut().for_each(|walk| walk.rev = 1);
    assert_eq!(loaded(&store, "00001").await, snapshot);

    let mut conn = store.read().await.expect("a reader");
    let id = CustomerId::new("00001");
    assert_eq!(trace::of_customer(&mut conn, &id, None).await.expect("traces"), changes.trace);
    let tasks = task::of_customer(&mut conn, &id).await.expect("tasks");
    assert_eq!(tasks.iter().map(|kept| kept.task.clone()).collect::<Vec<_>>(), changes.tasks);
    assert_eq!(assignment::of_customer(&mut conn, &id).await.expect("assignments"), changes.assignments);
    assert_eq!(counter::read(&mut conn, None).await.expect("counters"), changes.counters);
}

async fn a_batch_is_ordered_by_id_each_once_and_strangers_are_left_out(store: Store) {
    let batch: Vec<_> = ["c", "a", "b"].map(full).into_iter().collect();
    saved(&store, &batch).await.expect("it saves");
    let ids = ["b", "nobody", "c", "a", "b"].map(CustomerId::new);
    let mut conn = store.read().await.expect("a reader");
    let found = load(&mut conn, &ids, &model(), &reads(&["order.paid"]), minute(10)).await.expect("it loads");
    assert_eq!(found.iter().map(|each| each.customer.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(found.iter().all(|each| each.events_of("order.paid").len() == 1 && each.enrollments.len() == 2));
    let none = load(&mut conn, &[], &model(), &reads(&[]), minute(10)).await.expect("it loads");
    assert_eq!(none, []);
}

async fn only_applied_events_of_the_names_read_are_loaded_in_their_order(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    customer::write(&mut tx, &[&customer("a")], minute(0)).await.expect("it writes");
    for (id, name, at, state) in [
        ("late", "order.paid", 9, EventState::Done),
        ("early", "order.paid", 1, EventState::Applied),
        ("new", "order.paid", 2, EventState::New),
        ("held", "order.paid", 3, EventState::Held),
        ("other", "page.viewed", 4, EventState::Done),
    ] {
        event::insert(&mut tx, &[&event("a", name, id, minute(at))], state).await.expect("it is appended");
    }
    commit(tx).await.expect("committed");
    let snapshot = loaded(&store, "a").await;
    let ids: Vec<_> = snapshot.events.values().flatten().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["early", "late"]);
}

async fn shared_entities_come_with_whoever_refers_to_them(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let mut acme = entity("company", "acme", None);
    acme.attributes.insert("employees".to_owned(), number(12));
    entity::write(&mut tx, &[&acme, &entity("company", "other", None)]).await.expect("it writes");
    let mut people = [customer("a"), customer("b"), customer("c")];
    for person in &mut people[..2] {
        person.attributes.insert("company".to_owned(), Value::from("acme"));
    }
    customer::write(&mut tx, &people.iter().collect::<Vec<_>>(), minute(0)).await.expect("it writes");
    commit(tx).await.expect("committed");
    let name = ("company".to_owned(), acme.id.clone());
    assert_eq!(loaded(&store, "a").await.entities, BTreeMap::from([(name.clone(), acme.clone())]));
    assert_eq!(loaded(&store, "b").await.entities, BTreeMap::from([(name, acme)]));
    assert_eq!(loaded(&store, "c").await.entities, BTreeMap::new());
}

async fn an_ended_walk_is_loaded_while_its_goal_counts(store: Store) {
    let mut snapshot = Snapshot::new(customer("a"));
    let mut walks = [walk("a", "w", "counts", ended("end")), walk("a", "w", "over", ended("end"))];
    walks[0].goal_until = Some(minute(11));
    walks[1].goal_until = Some(minute(10));
    snapshot.enrollments.extend(walks);
    snapshot.enrollments.push(walk("a", "w", "none", ended("end")));
    let ids = snapshot.enrollments.iter().map(|walk| walk.id.clone()).collect();
    let changes = Changes { customer: true, enrollments: ids, ..Changes::default() };
    saved(&store, &[(snapshot, changes)]).await.expect("it saves");
    let keys: Vec<_> = loaded(&store, "a").await.enrollments.into_iter().map(|walk| walk.key).collect();
    assert_eq!(keys, ["counts"]);
}

async fn of_two_who_loaded_one_walk_the_second_to_save_is_refused(store: Store) {
    let (snapshot, changes) = full("a");
    saved(&store, &[(snapshot, changes)]).await.expect("it saves");
    let mine = loaded(&store, "a").await;
    let theirs = mine.clone();
    let changed = |mut snapshot: Snapshot| {
        let walk = snapshot.enrollments.iter_mut().find(|walk| walk.is_active()).expect("an active walk");
        walk.state = waiting("wait:2", minute(90));
        let id = walk.id.clone();
        (snapshot, Changes { enrollments: BTreeSet::from([id]), ..Changes::default() })
    };
    let (first, second) = (changed(mine), changed(theirs));
    let id = second.1.enrollments.first().cloned().expect("one walk");
    saved(&store, &[first]).await.expect("the first one saves");
    let refused = saved(&store, &[second]).await.expect_err("the second one is refused");
    assert!(
        matches!(&refused, StoreError::Stale { enrollments } if *enrollments == [id.clone()]),
        "{refused}"
    );
    assert!(refused.retry());
    let now = loaded(&store, "a").await;
    assert_eq!(now.enrollment(&id).map(|walk| walk.rev), Some(2));
}

async fn a_customer_walks_a_workflow_once_at_a_time_under_one_key(store: Store) {
    let mut snapshot = Snapshot::new(customer("a"));
    snapshot.enrollments.push(walk("a", "w", "", waiting("wait:1", minute(60))));
    let all = |snapshot: &Snapshot| Changes {
        customer: true,
        enrollments: snapshot.enrollments.iter().map(|walk| walk.id.clone()).collect(),
        ..Changes::default()
    };
    saved(&store, &[(snapshot.clone(), all(&snapshot))]).await.expect("it saves");
    let mut second = walk("a", "w", "", waiting("wait:1", minute(60)));
    second.id = model::EnrollmentId::new("another");
    let mut again = Snapshot::new(customer("a"));
    again.enrollments.push(second.clone());
    let refused = saved(&store, &[(again.clone(), all(&again))]).await.expect_err("it is refused");
    assert!(
        matches!(&refused, StoreError::AlreadyActive { enrollments } if *enrollments == [second.id.clone()])
    );

    // The first one ends in the very turn in which the second begins.
    let mut both = loaded(&store, "a").await;
    both.enrollments[0].state = ended("goal");
    both.enrollments.push(second);
    saved(&store, &[(both.clone(), all(&both))]).await.expect("it saves");
    assert_eq!(loaded(&store, "a").await.enrollments.len(), 1);
}

async fn saving_the_same_new_walk_twice_is_refused(store: Store) {
    let (snapshot, changes) = full("a");
    saved(&store, &[(snapshot.clone(), changes.clone())]).await.expect("it saves");
    let refused = saved(&store, &[(snapshot, changes)]).await.expect_err("it is refused");
    assert!(matches!(refused, StoreError::AlreadyActive { .. }));
    let mut conn = store.read().await.expect("a reader");
    let lines = trace::of_customer(&mut conn, &CustomerId::new("a"), None).await.expect("traces");
    assert_eq!(lines.len(), 2, "nothing of the refused save may stay");
}

async fn the_numbers_of_traces_go_on_from_save_to_save(store: Store) {
    let lines = |what: &[&str]| Changes {
        trace: what.iter().map(|what| line("a", Did::Set, what)).collect(),
        ..Changes::default()
    };
    let snapshot = Snapshot::new(customer("a"));
    saved(&store, &[(snapshot.clone(), lines(&["1", "2"]))]).await.expect("it saves");
    saved(&store, &[(snapshot.clone(), lines(&["3"])), (snapshot, lines(&["4"]))]).await.expect("it saves");
    let mut conn = store.read().await.expect("a reader");
    let mut whats = Vec::new();
    trace::each(&mut conn, minute(0), minute(20), |line| whats.push(line.what)).await.expect("traces");
    assert_eq!(whats, ["1", "2", "3", "4"]);
}

async fn timers_and_suppressions_go_when_they_are_taken_away(store: Store) {
    let (snapshot, changes) = full("a");
    let timers = changes.timers.clone();
    saved(&store, &[(snapshot, changes)]).await.expect("it saves");
    let mut snapshot = loaded(&store, "a").await;
    snapshot.timers.clear();
    snapshot.suppressions.clear();
    let changes = Changes { timers, unsuppressed: true, ..Changes::default() };
    saved(&store, &[(snapshot.clone(), changes)]).await.expect("it saves");
    assert_eq!(loaded(&store, "a").await, snapshot);
}

async fn an_arm_once_drawn_stays_and_counters_add_up(store: Store) {
    let (mut snapshot, changes) = full("a");
    saved(&store, &[(snapshot.clone(), changes.clone())]).await.expect("it saves");
    let drawn = changes.draws.first().cloned().expect("a draw");
    snapshot.draws.insert(drawn.clone(), "another".to_owned());
    let more = Changes { draws: changes.draws, counters: changes.counters, ..Changes::default() };
    saved(&store, &[(snapshot, more)]).await.expect("it saves");
    assert_eq!(loaded(&store, "a").await.draws.get(&drawn).map(String::as_str), Some("b"));
    let mut conn = store.read().await.expect("a reader");
    let counters = counter::read(&mut conn, Some(&WorkflowId::new("welcome"))).await.expect("counters");
    assert_eq!(counters.into_values().collect::<Vec<_>>(), [2]);
}

async fn of_a_forgotten_customer_the_past_stays_without_what_is_personal(store: Store) {
    let (snapshot, mut changes) = full("c1");
    let texts = [("email", Value::from("fang@example.cn")), ("order_id", Value::from("o1"))];
    let mut seen = event("c1", "order.paid", "said", minute(3));
    seen.properties.extend(texts.map(|(name, value)| (name.to_owned(), value)));
    let mut changed = event("c1", "customer.changed", "changed", minute(4));
    let told = [("attribute", "email"), ("from", "old@example.cn"), ("to", "fang@example.cn")];
    changed.properties = told.map(|(name, value)| (name.to_owned(), Value::from(value))).into();
    changes.events.extend([seen, changed]);
    saved(&store, &[(snapshot, changes)]).await.expect("saved");

    let forgotten = Changes { forgotten: BTreeSet::from(["email".to_owned()]), ..Changes::default() };
    saved(&store, &[(loaded(&store, "c1").await, forgotten)]).await.expect("forgotten");

    let mut conn = store.read().await.expect("a reader");
    let events = "SELECT properties FROM event WHERE id = 'said' OR id = 'changed' ORDER BY id";
    let events: Vec<String> = store::sql::query_scalar(events).fetch_all(&mut conn).await.expect("events");
    let events: Vec<serde_json::Value> =
        events.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
    let stays = serde_json::json!([{"attribute": "email"}, {"amount": 5_000_000, "order_id": "o1"}]);
    assert_eq!(serde_json::Value::from(events), stays);
    let lines = "SELECT DISTINCT line FROM trace";
    let lines: Vec<String> = store::sql::query_scalar(lines).fetch_all(&mut conn).await.expect("lines");
    assert_eq!(lines, ["{}"]);
}
