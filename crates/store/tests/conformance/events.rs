//! Events come once, in order, and when a virtual clock reaches them.

use crate::given::*;
use model::CustomerId;
use store::event::{self, EventKey, EventState};
use store::{Store, commit, consent, customer, history, sql};

on_both! {
    a_repeat_is_dropped_by_its_key,
    of_told_facts_repeats_and_those_of_strangers_stand_out,
    due_events_come_in_the_order_of_events_until_they_are_done,
    held_events_wait_for_the_clock,
    history_gives_everything_of_a_page_in_order,
    the_record_of_consent_is_only_added_to,
    a_change_keeps_the_type_of_its_attribute,
}

async fn a_repeat_is_dropped_by_its_key(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let first = event("a", "order.paid", "e1", minute(0));
    let mut other_source = first.clone();
    other_source.source = "import".to_owned();
    let other_customer = event("b", "order.paid", "e1", minute(0));
    let batch = [&first, &first, &other_source, &other_customer];
    assert_eq!(event::insert(&mut tx, &batch, EventState::New).await.expect("appended"), 3);
    assert_eq!(event::insert(&mut tx, &batch, EventState::New).await.expect("appended"), 0);
    assert_eq!(event::count(&mut tx).await.expect("counted"), 3);
}

async fn of_told_facts_repeats_and_those_of_strangers_stand_out(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    customer::upsert(&mut tx, &[customer("a")], &model(), minute(0)).await.expect("stored");
    let repeat = event("a", "order.paid", "e7", minute(0));
    event::insert_each(&mut tx, &[(&repeat, EventState::Done)]).await.expect("appended");
    let mut other_source = repeat.clone();
    other_source.source = "import".to_owned();
    // More than one piece of a batch, and some left over.
    let mut told: Vec<_> =
        (100..170).map(|id| event("a", "order.paid", &format!("e{id}"), minute(0))).collect();
    told.extend([
        repeat,
        other_source,
        event("nobody", "order.paid", "e1", minute(0)),
        event("a", "order.paid", "e2", minute(-1_001)),
        event("a", "order.paid", "e3", minute(-1_000)),
    ]);
    let looked = event::look_up(&mut tx, &told.iter().collect::<Vec<_>>()).await.expect("looked up");
    let mut found: Vec<_> = looked.iter().map(|one| (one.place, one.is_stored, one.is_strange)).collect();
    found.sort_unstable();
    assert_eq!(found, [(70, true, false), (72, false, true), (73, false, true)]);
    let states = [EventState::New, EventState::Done, EventState::Held];
    let each: Vec<_> = told.iter().zip(states.into_iter().cycle()).collect();
    assert_eq!(event::insert_each(&mut tx, &each).await.expect("appended"), 74);
    for (state, count) in [("new", 25), ("done", 25), ("held", 25)] {
        let stored: i64 = sql::query_scalar("SELECT count(*) FROM event WHERE state = ?1")
            .bind(state)
            .fetch_one(&mut tx)
            .await
            .expect("counted");
        assert_eq!(stored, count, "{state}");
    }
}

async fn due_events_come_in_the_order_of_events_until_they_are_done(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let mut late_arrival = event("a", "order.paid", "a2", minute(1));
    late_arrival.received_at = minute(3);
    let all = [
        event("b", "order.paid", "b1", minute(1)),
        late_arrival,
        event("a", "order.paid", "a9", minute(1)),
        event("z", "order.paid", "z1", minute(0)),
        event("a", "order.paid", "future", minute(30)),
    ];
    event::insert(&mut tx, &all.iter().collect::<Vec<_>>(), EventState::New).await.expect("appended");
    event::mark(&mut tx, &[EventKey::of(&all[0])], EventState::Applied).await.expect("marked");
    let due = event::due(&mut tx, &model(), minute(10), 100).await.expect("due");
    let ids: Vec<_> = due.iter().map(|due| (due.event.id.as_str(), due.state)).collect();
    assert_eq!(
        ids,
        [
            ("z1", EventState::New),
            ("a9", EventState::New),
            ("a2", EventState::New),
            ("b1", EventState::Applied)
        ]
    );
    assert_eq!(due[0].event, all[3]);
    let first = event::due(&mut tx, &model(), minute(10), 1).await.expect("due");
    assert_eq!(first.len(), 1);
    let keys: Vec<_> = due.iter().map(|due| EventKey::of(&due.event)).collect();
    event::mark_done(&mut tx, &keys).await.expect("marked");
    assert_eq!(event::due(&mut tx, &model(), minute(10), 100).await.expect("due"), []);
    assert_eq!(event::next_at(&mut tx).await.expect("next"), Some(minute(30)));
}

async fn held_events_wait_for_the_clock(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let all = [1, 5, 9].map(|at| event("a", "order.paid", &format!("e{at}"), minute(at)));
    event::insert(&mut tx, &all.iter().collect::<Vec<_>>(), EventState::New).await.expect("appended");
    event::mark(&mut tx, &[EventKey::of(&all[2])], EventState::Applied).await.expect("marked");
    assert_eq!(
        event::hold_from(&mut tx, minute(5)).await.expect("held"),
        1,
        "what was applied is not undone"
    );
    assert_eq!(event::next_held_at(&mut tx).await.expect("next"), Some(minute(5)));
    assert_eq!(event::release_until(&mut tx, minute(4)).await.expect("released"), 0);
    assert_eq!(event::release_until(&mut tx, minute(5)).await.expect("released"), 1);
    assert_eq!(event::next_held_at(&mut tx).await.expect("next"), None);
    assert_eq!(event::due(&mut tx, &model(), minute(5), 9).await.expect("due").len(), 2);
}

async fn history_gives_everything_of_a_page_in_order(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let people = ["b", "a"].map(customer);
    customer::write(&mut tx, &people.iter().collect::<Vec<_>>(), minute(0)).await.expect("written");
    let events = [event("a", "page.viewed", "2", minute(2)), event("a", "order.paid", "1", minute(1))];
    event::insert(&mut tx, &[&events[0]], EventState::Held).await.expect("appended");
    event::insert(&mut tx, &[&events[1]], EventState::Done).await.expect("appended");
    let words = [(5, false), (1, true)].map(|(at, granted)| model::Consent {
        topic: "marketing".to_owned(),
        medium: None,
        granted,
        at: minute(at),
        source: "form".to_owned(),
        proof: model::Proof::default(),
    });
    let id = CustomerId::new("a");
    consent::record(&mut tx, &[(&id, &words[0]), (&id, &words[1])]).await.expect("recorded");
    commit(tx).await.expect("committed");
    let mut conn = store.view().await.expect("a view");
    let ids = history::customers(&mut conn).await.expect("ids");
    assert_eq!(ids, ["a", "b"].map(CustomerId::new));
    let page = history::page(&mut conn, &ids, &model()).await.expect("a page");
    assert_eq!(page.len(), 2);
    assert_eq!(page[0].events, [events[1].clone(), events[0].clone()]);
    assert_eq!(page[0].consents, [words[1].clone(), words[0].clone()]);
    assert_eq!(page[1].events, []);
}

async fn the_record_of_consent_is_only_added_to(store: Store) {
    let id = CustomerId::new("a");
    let word = |at, granted| model::Consent {
        topic: "marketing".to_owned(),
        medium: Some(model::Medium::Email),
        granted,
        at: minute(at),
        source: "form".to_owned(),
        proof: model::Proof {
            basis: Some("double opt-in".to_owned()),
            wording: Some("I agree.".to_owned()),
            asked_at: Some(minute(0)),
            token: Some("sha256:00".to_owned()),
        },
    };
    let words = [word(1, true), word(3, false)];
    let mut tx = store.begin().await.expect("a writer");
    consent::record(&mut tx, &[(&id, &words[1]), (&id, &words[0])]).await.expect("recorded");
    commit(tx).await.expect("committed");
    for statement in [
        "UPDATE consent SET granted = 1",
        "UPDATE consent SET at = at + 1",
        "UPDATE consent SET wording = NULL",
        "DELETE FROM consent",
    ] {
        let mut tx = store.begin().await.expect("a writer");
        let refused = sql::query(statement).execute(&mut tx).await.expect_err(statement);
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    let mut conn = store.read().await.expect("a reader");
    let kept = consent::of_customer(&mut conn, &id).await.expect("read");
    assert_eq!(kept[0].proof.wording.as_deref(), Some(consent::hashed("I agree.").as_str()));
    assert_eq!(kept[0].proof.asked_at, Some(minute(0)));
    assert_eq!(kept.iter().map(|word| word.granted).collect::<Vec<_>>(), [true, false]);
    let by =
        |at| consent::permitting(&kept, "marketing", model::Medium::Email, minute(at)).map(|word| word.at);
    assert_eq!((by(0), by(1), by(2), by(3)), (None, Some(minute(1)), Some(minute(1)), None));
}

async fn a_change_keeps_the_type_of_its_attribute(store: Store) {
    use model::{Decimal, Type, Value};
    let mut model = model();
    let spend = dsl::library::Attribute {
        ty: Type::Number,
        optional: true,
        default: None,
        pii: false,
        html: false,
        title: None,
        origin: dsl::library::Origin::Given,
        built_in: false,
    };
    model.customer.insert("budget".to_owned(), spend);
    // The built-in event declares its fields as texts.
    let fields = ["attribute", "from", "to"].map(|name| (name.to_owned(), Type::Text));
    let kind = dsl::library::EventKind { fields: fields.into(), ..Default::default() };
    model.events.insert("customer.changed".to_owned(), kind);
    let mut changed = event("a", "customer.changed", "c1", minute(0));
    let seven = Value::Number(Decimal::from_micros(7_250_000));
    changed.properties.insert("attribute".to_owned(), Value::Text("budget".to_owned()));
    changed.properties.insert("to".to_owned(), seven.clone());
    let mut tx = store.begin().await.expect("a writer");
    event::insert(&mut tx, &[&changed], EventState::New).await.expect("appended");
    let due = event::due(&mut tx, &model, minute(10), 100).await.expect("due");
    assert_eq!(due[0].event.properties.get("to"), Some(&seven));
}
