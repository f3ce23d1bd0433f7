//! Imports say what they changed; an address belongs to one customer.

use crate::given::*;
use dsl::library::Attribute;
use model::{CustomerId, RepId, Type, Value};
use std::collections::BTreeMap;
use store::customer_key::{self, KeyKind};
use store::event::EventState;
use store::{Store, assignment, customer, entity, rep};

on_both! {
    an_import_counts_new_changed_and_same_and_keeps_what_it_does_not_say,
    of_two_rows_with_one_id_the_later_wins,
    an_address_stays_with_the_first_and_is_free_when_it_goes,
    an_entity_moves_with_its_customer,
    who_is_away_stays_away_through_an_import,
    what_is_over_is_not_open,
    who_referred_to_a_merged_customer_refers_to_the_one_who_stays,
}

async fn an_import_counts_new_changed_and_same_and_keeps_what_it_does_not_say(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let mut first = customer("a");
    first.attributes.insert("spend".to_owned(), number(1));
    let rows = [first, customer("b")];
    let done = customer::upsert(&mut tx, &rows, &model(), minute(0)).await.expect("imported");
    assert_eq!((done.new, done.changed, done.same), (2, 0, 0));
    let mut again = customer("a");
    again.attributes.insert("vip".to_owned(), Value::from(true));
    again.attributes.insert("created_at".to_owned(), Value::Instant(minute(500)));
    let done =
        customer::upsert(&mut tx, &[again, customer("b")], &model(), minute(0)).await.expect("imported");
    assert_eq!((done.new, done.changed, done.same), (0, 1, 1));
    let id = CustomerId::new("a");
    let known = customer::load(&mut tx, std::slice::from_ref(&id), &model()).await.expect("loaded");
    assert_eq!(known[&id].get("spend"), Some(&number(1)));
    assert_eq!(known[&id].get("vip"), Some(&Value::from(true)));
    assert_eq!(known[&id].created_at(), Some(minute(-1_000)), "the earliest counts");
}

async fn of_two_rows_with_one_id_the_later_wins(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let mut rows = [customer("a"), customer("a")];
    rows[1].attributes.insert("name".to_owned(), Value::from("later"));
    let done = customer::upsert(&mut tx, &rows, &model(), minute(0)).await.expect("imported");
    assert_eq!(done.new, 1);
    let known = customer::load(&mut tx, &[CustomerId::new("a")], &model()).await.expect("loaded");
    assert_eq!(known.values().next().and_then(|a| a.text("name")), Some("later"));
}

async fn an_address_stays_with_the_first_and_is_free_when_it_goes(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let with = |id: &str, email: &str| {
        let mut customer = customer(id);
        customer.attributes.insert("email".to_owned(), Value::from(email));
        customer
    };
    let rows = [with("b", "Fang@example.cn"), with("a", "fang@example.cn")];
    let done = customer::upsert(&mut tx, &rows, &model(), minute(0)).await.expect("imported");
    let clash: Vec<_> = done.clashes.iter().map(|c| (c.holder.as_str(), c.claimant.as_str())).collect();
    assert_eq!(clash, [("b", "a")]);
    let who = |found: std::collections::BTreeMap<String, CustomerId>| found.into_values().next();
    let found = customer_key::find(&mut tx, KeyKind::Email, &["FANG@example.cn"]).await.expect("found");
    assert_eq!(who(found), Some(CustomerId::new("b")));

    customer::write(&mut tx, &[&with("b", "new@example.cn")], minute(0)).await.expect("written");
    let found = customer_key::find(&mut tx, KeyKind::Email, &["fang@example.cn"]).await.expect("found");
    assert_eq!(who(found), None);
    let found = customer_key::find(&mut tx, KeyKind::Email, &["new@example.cn"]).await.expect("found");
    assert_eq!(who(found), Some(CustomerId::new("b")));
}

async fn an_entity_moves_with_its_customer(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let mut deal = entity("deal", "d1", Some("a"));
    deal.attributes.insert("amount".to_owned(), number(5));
    entity::upsert(&mut tx, &[deal.clone()], &model()).await.expect("imported");
    let done = entity::upsert(&mut tx, &[entity("deal", "d1", Some("b"))], &model()).await.expect("imported");
    assert_eq!((done.new, done.changed, done.same), (0, 1, 0));
    let name = ("deal".to_owned(), deal.id.clone());
    let found = entity::find(&mut tx, std::slice::from_ref(&name), &model()).await.expect("found");
    deal.customer = Some(CustomerId::new("b"));
    assert_eq!(found, std::collections::BTreeMap::from([(name, deal)]));
}

async fn who_is_away_stays_away_through_an_import(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let id = RepId::new("li.na");
    let named = |name: &str| [(id.clone(), model::Rep { name: name.to_owned(), ..model::Rep::default() })];
    assert_eq!(rep::upsert(&mut tx, &named("李娜")).await.expect("imported").new, 1);
    assert!(rep::set_away(&mut tx, &id, true).await.expect("set"));
    assert_eq!(rep::upsert(&mut tx, &named("李娜")).await.expect("imported").same, 1);
    assert_eq!(rep::upsert(&mut tx, &named("Li Na")).await.expect("imported").changed, 1);
    let all = rep::all(&mut tx).await.expect("all");
    assert!(all[&id].away && all[&id].name == "Li Na");
}

async fn what_is_over_is_not_open(store: Store) {
    let mut tx = store.begin().await.expect("a writer");
    let mut owned = customer("a");
    owned.attributes.insert("owner".to_owned(), Value::from("li.na"));
    customer::write(&mut tx, &[&owned, &customer("b")], minute(0)).await.expect("written");
    for (id, stage) in [("d1", "open"), ("d2", "won")] {
        let mut deal = entity("deal", id, Some("a"));
        deal.attributes.insert("owner".to_owned(), Value::from("li.na"));
        deal.attributes.insert("stage".to_owned(), Value::from(stage));
        entity::write(&mut tx, &[&deal]).await.expect("written");
        let given = model::Assignment {
            customer: CustomerId::new("a"),
            entity: Some(("deal".to_owned(), id.to_owned())),
            team: None,
            rep: RepId::new("li.na"),
            former: None,
            at: minute(0),
            by: None,
            rule: "owner".to_owned(),
        };
        assignment::append(&mut tx, &[&given]).await.expect("appended");
    }
    let all = ["li.na", "wang.wei"].map(RepId::new).into();
    let open = assignment::open(&mut tx, &model(), &all).await.expect("counted");
    assert_eq!(open, [(RepId::new("li.na"), 2), (RepId::new("wang.wei"), 0)].into());
    let given = assignment::given(&mut tx, minute(0), minute(1)).await.expect("counted");
    assert_eq!(given, std::collections::BTreeMap::from([(RepId::new("li.na"), 2)]));
}

async fn who_referred_to_a_merged_customer_refers_to_the_one_who_stays(store: Store) {
    let mut model = model();
    let friend =
        || Attribute { ty: Type::Reference("customer".to_owned()), ..model.customer["company"].clone() };
    let (own, of_deal) = (friend(), friend());
    // A name in any script: it becomes part of a path.
    model.customer.insert("推荐人".to_owned(), own);
    model.entities.get_mut("deal").unwrap().attributes.insert("referrer".to_owned(), of_deal);
    let mut tx = store.begin().await.expect("a writer");
    let refers = |id: &str, to: &str| {
        let mut row = customer(id);
        row.attributes.insert("推荐人".to_owned(), Value::from(to));
        row
    };
    let rows =
        [customer("keep"), customer("other"), refers("a", "other"), refers("b", "c"), refers("c", "keep")];
    customer::upsert(&mut tx, &rows, &model, minute(0)).await.expect("imported");
    let mut named = customer("d");
    named.attributes.insert("name".to_owned(), Value::from("other"));
    customer::write(&mut tx, &[&named], minute(0)).await.expect("written");
    let mut changed = event("a", "customer.changed", "e1", minute(0));
    changed.properties = BTreeMap::from([
        ("attribute".to_owned(), Value::from("推荐人")),
        ("to".to_owned(), Value::from("other")),
    ]);
    store::event::insert(&mut tx, &[&changed], EventState::Done).await.expect("written");
    let mut deal = crate::given::entity("deal", "D1", Some("b"));
    deal.attributes.insert("referrer".to_owned(), Value::from("other"));
    entity::upsert(&mut tx, &[deal], &model).await.expect("imported");
    store::merge::hand_over(&mut tx, &CustomerId::new("other"), &CustomerId::new("keep"), &model)
        .await
        .expect("merged");

    let ids = ["a", "b", "c", "d"].map(CustomerId::new);
    let known = customer::load(&mut tx, &ids, &model).await.expect("loaded");
    let of: Vec<_> = ids.iter().map(|id| known[id].text("推荐人")).collect();
    assert_eq!(of, [Some("keep"), Some("c"), Some("keep"), None]);
    assert_eq!(known[&CustomerId::new("d")].text("name"), Some("other"), "a name is no reference");
    let past = store::history::page(&mut tx, &ids, &model).await.expect("read");
    let told: Vec<_> = past[0].events.iter().map(|event| event.properties["to"].as_text()).collect();
    assert_eq!(told, [Some("keep")]);
    assert_eq!(past[1].entities[0].get("referrer").and_then(Value::as_text), Some("keep"));
}
