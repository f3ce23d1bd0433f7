//! Customers, walks and messages for the tests.

use dsl::library::{Attribute, EntityKind, EventKind, Model, Origin};
use jiff::Timestamp;
use model::{
    Customer, CustomerId, Decimal, Enrollment, EnrollmentId, Entity, EntityId, Entry, Event, EventId, Medium,
    OnUnknown, Outgoing, Recipient, SendId, StepId, Type, Value, VersionId, Walk, WalkState, WorkflowId,
    content_id,
};
use std::collections::BTreeMap;
use store::{Options, Store};

/// A file in a folder that goes when the store does.
pub async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("nurture.db");
    let store = Store::open(&path.to_string_lossy(), Options::default()).await.expect("the database opens");
    (folder, store)
}

/// A new database of PostgreSQL, in the cluster of these tests.
pub async fn postgres() -> Store {
    postgres_with(Options::default()).await
}

/// The same, opened otherwise.
pub async fn postgres_with(options: Options) -> Store {
    let store = Store::open(&cluster::database(), options).await.expect("the database opens");
    let mut tx = store.begin().await.expect("a writer");
    // The workers of these tests live as long as they do: what is asked of the clock of the database is tried
    // in `leases`.
    for name in ["w1", "w2"] {
        for epoch in 1..=9_i64 {
            store::sql::query("INSERT INTO worker (name, epoch, until, shares) VALUES (?1, ?2, ?3, 0)")
                .bind(name)
                .bind(epoch)
                .bind(i64::MAX)
                .execute(&mut tx)
                .await
                .expect("a worker");
        }
    }
    store::commit(tx).await.expect("committed");
    store
}

/// Runs tests on both databases: `async fn name(store: Store)`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident,)+) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                let store = store::Store::temporary().await.expect("a store");
                Box::pin(super::$name(store)).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                let store = $crate::given::postgres().await;
                Box::pin(super::$name(store)).await;
            })+
        }
    };
}

/// An instant, in minutes from the clock of all these tests.
pub fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T01:00:00Z".parse().expect("an instant");
    Timestamp::from_millisecond(start.as_millisecond() + minutes * 60_000).expect("an instant")
}

fn attribute(ty: Type) -> Attribute {
    Attribute {
        ty,
        optional: true,
        default: None,
        pii: false,
        html: false,
        title: None,
        origin: Origin::Given,
        built_in: false,
    }
}

pub fn model() -> Model {
    let mut model = Model::default();
    for (name, ty) in [
        ("name", Type::Text),
        ("email", Type::Email),
        ("phone", Type::Phone),
        ("zone", Type::Text),
        ("stage", Type::Text),
        ("owner", Type::Text),
        ("created_at", Type::Time),
        ("tags", Type::List),
        ("spend", Type::Money),
        ("vip", Type::YesNo),
        ("company", Type::Reference("company".to_owned())),
    ] {
        model.customer.insert(name.to_owned(), attribute(ty));
    }
    let fields = BTreeMap::from([("amount".to_owned(), Type::Number), ("order_id".to_owned(), Type::Text)]);
    for name in ["order.paid", "page.viewed"] {
        model.events.insert(name.to_owned(), EventKind { fields: fields.clone(), ..EventKind::default() });
    }
    let mut deal = EntityKind { end: vec!["won".to_owned()], ..EntityKind::default() };
    deal.attributes.insert("amount".to_owned(), attribute(Type::Money));
    model.entities.insert("deal".to_owned(), deal);
    let mut company = EntityKind { shared: true, ..EntityKind::default() };
    company.attributes.insert("employees".to_owned(), attribute(Type::Number));
    model.entities.insert("company".to_owned(), company);
    model
}

pub fn number(whole: i64) -> Value {
    Value::Number(Decimal::from_int(whole).expect("a number"))
}

pub fn customer(id: &str) -> Customer {
    let mut customer = Customer::new(CustomerId::new(id));
    customer.attributes.insert("name".to_owned(), Value::from("王芳"));
    customer.attributes.insert("created_at".to_owned(), Value::Instant(minute(-1_000)));
    customer
}

pub fn entity(kind: &str, id: &str, customer: Option<&str>) -> Entity {
    Entity {
        kind: kind.to_owned(),
        id: EntityId::new(id),
        customer: customer.map(CustomerId::new),
        attributes: BTreeMap::new(),
    }
}

pub fn event(customer: &str, name: &str, id: &str, at: Timestamp) -> Event {
    Event {
        id: EventId::new(id),
        source: "shop".to_owned(),
        name: name.to_owned(),
        customer: CustomerId::new(customer),
        entity: None,
        at,
        received_at: at,
        properties: BTreeMap::from([("amount".to_owned(), number(5))]),
        chain: 0,
    }
}

pub fn walk(customer: &str, workflow: &str, key: &str, state: WalkState) -> Enrollment {
    Enrollment {
        id: EnrollmentId::from(content_id("en_", &[workflow, customer, key])),
        workflow: WorkflowId::new(workflow),
        version: VersionId::new("v1"),
        customer: CustomerId::new(customer),
        key: key.to_owned(),
        entered_at: minute(0),
        state,
        walk: Walk {
            entry: Entry { name: "order.paid".to_owned(), at: minute(0), ..Entry::default() },
            holdout: false,
            chain: 1,
            vars: BTreeMap::from([("n".to_owned(), number(3))]),
            messages: BTreeMap::new(),
            first_due: Some(minute(1)),
            came: BTreeMap::new(),
            passes: BTreeMap::from([(StepId::new("repeat:1"), 2)]),
            timelines: BTreeMap::new(),
            results: BTreeMap::new(),
            goal: None,
            converted_at: None,
            window_step: None,
            held: None,
            caller: None,
            ..Walk::default()
        },
        goal_until: None,
        rev: 0,
    }
}

pub fn waiting(step: &str, wake_at: Timestamp) -> WalkState {
    WalkState::Waiting { step: StepId::new(step), since: minute(0), wake_at }
}

pub fn ended(reason: &str) -> WalkState {
    WalkState::Ended { at: minute(5), reason: reason.to_owned() }
}

pub fn outgoing(customer: &str, enrollment: &str, step: &str) -> Outgoing {
    Outgoing {
        id: SendId::from(content_id("se_", &[enrollment, step, ""])),
        enrollment: EnrollmentId::new(enrollment),
        customer: CustomerId::new(customer),
        workflow: WorkflowId::new("welcome"),
        version: VersionId::new("v1"),
        step: StepId::new(step),
        pass: String::new(),
        medium: Medium::Email,
        to: Recipient::Customer,
        template: "welcome".to_owned(),
        subject: None,
        text: None,
        from: Some("care".to_owned()),
        copy_to_owner: false,
        topic: Some("marketing".to_owned()),
        tries: None,
        riders: Vec::new(),
        apart: Vec::new(),
        with: None,
        via: None,
        digest: None,
        also_needs: Vec::new(),
        marketing: true,
        on_unknown: OnUnknown::Hold,
        context: BTreeMap::from([("vars".to_owned(), serde_json::json!({"n": 3}))]),
        due_at: minute(0),
        deadline: minute(24 * 60),
    }
}
