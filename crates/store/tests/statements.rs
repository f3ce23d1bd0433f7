//! The number of statements does not grow with the batch, and few customers are asked for in one. Alone in its binary: it counts what every
//! connection of the process says to the database.

use dsl::library::{Attribute, EntityKind, Model, Origin};
use jiff::Timestamp;
use model::{Changes, Customer, CustomerId, Entity, EntityId, Snapshot, Type, Value};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::snapshot::{EventReads, load, save};
use store::{Store, commit, entity, event};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {
        STATEMENTS.fetch_add(1, Ordering::SeqCst);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn model() -> Model {
    let mut model = Model::default();
    let company = Attribute {
        ty: Type::Reference("company".to_owned()),
        optional: true,
        default: None,
        pii: false,
        html: false,
        title: None,
        origin: Origin::Given,
        built_in: false,
    };
    model.customer.insert("company".to_owned(), company);
    model.entities.insert("company".to_owned(), EntityKind { shared: true, ..EntityKind::default() });
    model
}

#[tokio::test]
async fn a_batch_is_loaded_in_at_most_ten_statements_whatever_its_size() {
    tracing::subscriber::set_global_default(Counter).expect("the only test of this binary");
    let store = Store::temporary().await.expect("a store");
    let now: Timestamp = "2026-03-02T01:00:00Z".parse().expect("an instant");
    let ids: Vec<CustomerId> = (0..500).map(|n| CustomerId::new(format!("c{n:03}"))).collect();
    let mut batch = Vec::new();
    let mut tx = store.begin().await.expect("a writer");
    for id in &ids {
        let mut customer = Customer::new(id.clone());
        customer.attributes.insert("company".to_owned(), Value::from("acme"));
        batch.push((Snapshot::new(customer), Changes { customer: true, ..Changes::default() }));
        let paid = model::Event {
            id: "e1".into(),
            source: "shop".to_owned(),
            name: "order.paid".to_owned(),
            customer: id.clone(),
            entity: None,
            at: now,
            received_at: now,
            properties: Default::default(),
            chain: 0,
        };
        event::insert(&mut tx, &[&paid], event::EventState::Done).await.expect("appended");
    }
    let acme = Entity {
        kind: "company".to_owned(),
        id: EntityId::new("acme"),
        customer: None,
        attributes: Default::default(),
    };
    entity::write(&mut tx, &[&acme]).await.expect("written");
    save(&mut tx, &batch, now).await.expect("saved");
    commit(tx).await.expect("committed");

    let reads =
        EventReads { names: ["order.paid".to_owned(), "page.viewed".to_owned()].into(), sent_back: Some(1) };
    let mut counts = Vec::new();
    for size in [1, 8, 9, 500] {
        let mut conn = store.read().await.expect("a reader");
        customer_count(&mut conn).await;
        let before = STATEMENTS.load(Ordering::SeqCst);
        let found = load(&mut conn, &ids[..size], &model(), &reads, now).await.expect("it loads");
        // A statement is counted as its rows are dropped, so before the next one on its connection ends.
        customer_count(&mut conn).await;
        counts.push(STATEMENTS.load(Ordering::SeqCst) - before - 1);
        assert_eq!(found.len(), size);
        assert!(found.iter().all(|each| each.entities.len() == 1 && each.events.len() == 1));
    }
    let [one, few, more, many] = counts[..] else { panic!("{counts:?}") };
    assert_eq!(more, many, "nine customers or five hundred");
    assert!((1..=10).contains(&many), "{many} statements");
    // What is asked of few is put together as one; the company follows by itself.
    assert_eq!([one, few], [2, 2]);
}

async fn customer_count(conn: &mut store::Connection) {
    store::customer::count(conn).await.expect("counted");
}
