//! The semantics of conditions, rule by rule.

use super::*;
use dsl::condition::{Fields, Scope};
use dsl::diagnostic::Report;
use dsl::library::{Attribute, EntityKind, EventKind, Library, Origin};
use dsl::source::Span;
use jiff::Timestamp;
use model::{
    Customer, CustomerId, Decimal, Entity, EntityId, Entry, Event, EventId, Rep, RepId, Snapshot,
    Suppression, Type,
};
use std::collections::BTreeMap;

const NOW: &str = "2026-03-02T02:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn attribute(ty: Type) -> Attribute {
    let origin = Origin::Given;
    Attribute {
        ty,
        optional: true,
        default: None,
        pii: false,
        html: false,
        title: None,
        origin,
        built_in: false,
    }
}

/// A shop in Shanghai, whose customer lives where the test says.
struct Shop {
    library: Library,
    snapshot: Snapshot,
    reps: BTreeMap<RepId, Rep>,
    entry: Option<Entry>,
    vars: BTreeMap<String, Value>,
    now: Timestamp,
    zone: TimeZone,
    project_zone: TimeZone,
}

impl Shop {
    fn new() -> Self {
        let mut library = Library::default();
        for (name, ty) in [
            ("city", Type::Text),
            ("spend", Type::Number),
            ("big", Type::Number),
            ("vip", Type::YesNo),
            ("tier", Type::Text),
            ("phone", Type::Phone),
            ("email", Type::Email),
            ("owner", Type::Text),
            ("birthday", Type::Birthday),
            ("renews_on", Type::Date),
            ("last_order_at", Type::Time),
            ("tags", Type::List),
            ("company", Type::Reference("company".to_owned())),
            ("invited_by", Type::Reference("customer".to_owned())),
        ] {
            library.model.customer.insert(name.to_owned(), attribute(ty));
        }
        let country = Attribute { default: Some(Value::from("CN")), ..attribute(Type::Text) };
        library.model.customer.insert("country".to_owned(), country);
        let event = |fields: &[(&str, Type)], built_in| EventKind {
            fields: fields.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect(),
            built_in,
            ..EventKind::default()
        };
        let order = [("amount", Type::Number), ("order_id", Type::Text)];
        library.model.events.insert("order.paid".to_owned(), event(&order, false));
        let clicked = [("link", Type::Text), ("human", Type::YesNo)];
        library.model.events.insert("email.clicked".to_owned(), event(&clicked, true));
        let stages = ["open".to_owned(), "won".to_owned()].to_vec();
        let mut deal = EntityKind { stages: stages.clone(), ..EntityKind::default() };
        deal.attributes.insert("stage".to_owned(), attribute(Type::OneOf(stages)));
        deal.attributes.insert("amount".to_owned(), attribute(Type::Number));
        deal.attributes.insert("id".to_owned(), attribute(Type::Text));
        library.model.entities.insert("deal".to_owned(), deal);
        let mut company = EntityKind::default();
        company.attributes.insert("employees".to_owned(), attribute(Type::Number));
        library.model.entities.insert("company".to_owned(), company);
        let kept = |text: &str, library: &Library| {
            let kept = dsl::condition::aggregate(text, Span::EMPTY, library, &mut Report::new()).unwrap();
            Attribute { origin: Origin::From(Box::new(kept)), ..attribute(Type::Number) }
        };
        for (name, text) in [
            ("orders", "count(order.paid)"),
            ("turnover", "sum(order.paid.amount)"),
            ("best", "max(order.paid.amount)"),
        ] {
            let kept = kept(text, &library);
            library.model.customer.insert(name.to_owned(), kept);
        }
        let rows = BTreeMap::from([("shoes".to_owned(), "socks".to_owned())]);
        library.tables.insert("next".to_owned(), rows);
        Self {
            library,
            snapshot: Snapshot::new(Customer::new(CustomerId::new("42"))),
            reps: BTreeMap::new(),
            entry: None,
            vars: BTreeMap::new(),
            now: at(NOW),
            zone: zone::zone("Asia/Shanghai").unwrap(),
            project_zone: zone::zone("Asia/Shanghai").unwrap(),
        }
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.snapshot.customer.attributes.insert(name.to_owned(), value.into());
    }

    fn event(&mut self, name: &str, when: &str, fields: &[(&str, Value)]) -> Event {
        let number = self.snapshot.events.values().map(Vec::len).sum::<usize>();
        let event = Event {
            id: EventId::new(format!("e{number}")),
            source: "test".to_owned(),
            name: name.to_owned(),
            customer: CustomerId::new("42"),
            entity: None,
            at: at(when),
            received_at: at(when),
            properties: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            chain: 0,
        };
        self.snapshot.insert_event(event.clone());
        event
    }

    fn order(&mut self, when: &str, amount: i32) -> Event {
        self.event("order.paid", when, &[("amount", Value::Number(Decimal::from(amount)))])
    }

    fn read(&self, text: &str) -> Condition {
        let scope = Scope {
            entry: Some(Fields::of_event(&self.library.model, "order.paid")),
            entity: Some("deal".to_owned()),
            vars: self.vars.keys().map(|name| (name.clone(), Type::Text)).collect(),
            ..Scope::default()
        };
        let mut report = Report::new();
        dsl::condition::condition(text, Span::EMPTY, &scope, &self.library, &mut report)
            .unwrap_or_else(|| panic!("{text}: {:?}", report.diagnostics()))
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            entry: self.entry.as_ref(),
            vars: Some(&self.vars),
            ..Facts::bare(
                &self.library,
                &self.reps,
                &self.snapshot,
                (&self.zone, &self.project_zone),
                self.now,
            )
        }
    }

    fn holds(&self, text: &str) -> bool {
        holds(&self.read(text), &self.facts())
    }

    #[track_caller]
    fn check(&self, expected: bool, texts: &[&str]) {
        for text in texts {
            assert_eq!(self.holds(text), expected, "{text}");
        }
    }
}

#[test]
fn unknown_is_two_valued_and_not_equal_is_exactly_the_opposite() {
    let mut shop = Shop::new();
    shop.check(
        false,
        &[
            "customer.city == \"上海\"",
            "customer.city in [\"上海\", \"北京\"]",
            "customer.spend > 5",
            "customer.spend <= 5",
            "customer.spend between 0 and 5",
            "customer.city contains \"\"",
            "customer.vip",
            "customer.tags has \"a\"",
            "customer.city is known",
            "customer.city == customer.tier",
            "customer.spend + 1 > 0",
        ],
    );
    shop.check(
        true,
        &[
            "customer.city != \"上海\"",
            "not customer.city == \"上海\"",
            "customer.city not in [\"上海\"]",
            "not customer.spend > 5",
            "not customer.vip",
            "customer.tags not has \"a\"",
            "customer.city is unknown",
            "not (customer.spend > 5 or customer.spend <= 5)",
        ],
    );
    shop.set("city", "北京");
    shop.check(
        true,
        &["customer.city != \"上海\"", "customer.city in [\"上海\", \"北京\"]", "customer.city is known"],
    );
}

#[test]
fn texts_go_by_code_points_and_their_case_counts() {
    let mut shop = Shop::new();
    shop.set("city", "Shanghai 上海");
    shop.check(
        true,
        &[
            "customer.city contains \"上\"",
            "customer.city starts_with \"Sh\"",
            "customer.city starts_with \"\"",
        ],
    );
    shop.check(false, &["customer.city contains \"shang\"", "customer.city starts_with \"上\""]);
}

#[test]
fn windows_are_open_at_their_beginning_and_closed_at_now() {
    let mut shop = Shop::new();
    shop.order("2026-02-23T02:00:00Z", 1); // exactly 7 days before
    shop.check(true, &["count(order.paid, last 7 days) == 0", "count(order.paid, last 1 week) == 0"]);
    shop.order("2026-02-23T02:00:00.001Z", 2);
    shop.order(NOW, 4);
    shop.order("2026-03-02T02:00:00.001Z", 8); // later than now
    shop.check(
        true,
        &[
            "count(order.paid, last 7 days) == 2",
            "sum(order.paid.amount, last 7 days) == 6",
            "count(order.paid) == 3",
            "max(order.paid.amount) == 4",
            "first(order.paid.amount) == 1",
            "last(order.paid.amount) == 4",
            "last(order.paid) == now",
            "count(order.paid, last 7 days, where event.amount > 2) == 1",
        ],
    );
}

#[test]
fn days_back_are_exact_and_months_go_by_the_projects_clock() {
    let mut shop = Shop::new();
    shop.project_zone = zone::zone("Europe/Berlin").unwrap();
    // 29 March 2026 has 23 hours in Berlin.
    shop.now = at("2026-03-29T10:00:00Z"); // 12:00 there
    shop.set("last_order_at", at("2026-03-28T10:00:00Z"));
    shop.check(true, &["customer.last_order_at == now - 1 day", "customer.last_order_at == now - 24 hours"]);
    shop.set("last_order_at", at("2026-02-28T11:00:00Z")); // 12:00 there, in winter
    shop.check(true, &["customer.last_order_at == now - 1 month"]);
    shop.set("last_order_at", at("2026-03-27T10:00:00Z")); // Friday; the 29th is a Sunday
    shop.check(true, &["customer.last_order_at < now - 1 workday"]);
}

#[test]
fn over_nothing_count_and_sum_are_zero_and_the_others_unknown() {
    let shop = Shop::new();
    shop.check(
        true,
        &[
            "count(order.paid) == 0",
            "sum(order.paid.amount) == 0",
            "min(order.paid.amount) is unknown",
            "max(order.paid.amount) is unknown",
            "first(order.paid) is unknown",
            "last(order.paid.amount) is unknown",
            "gap(order.paid) is unknown",
            "customer.orders == 0 and customer.turnover == 0",
            "customer.best is unknown",
        ],
    );
}

#[test]
fn since_entry_leaves_the_entry_event_out() {
    let mut shop = Shop::new();
    shop.order("2026-03-01T00:00:00Z", 1);
    let entry = shop.order("2026-03-01T12:00:00Z", 2);
    shop.entry = Some(Entry::of_event(&entry));
    shop.check(true, &["count(order.paid, since entry) == 0", "entry.amount == 2 and event.amount == 2"]);
    // Of the same instant, but later in the order of arrival.
    shop.order("2026-03-01T12:00:00Z", 4);
    shop.check(true, &["sum(order.paid.amount, since entry) == 4"]);
    shop.order("2026-03-01T13:00:00Z", 8);
    shop.check(true, &["sum(order.paid.amount, since entry) == 12"]);
}

#[test]
fn clicks_by_machines_count_only_where_they_are_asked_for() {
    let mut shop = Shop::new();
    for (when, human) in [("2026-03-01T00:00:00Z", true), ("2026-03-01T01:00:00Z", false)] {
        shop.event("email.clicked", when, &[("human", Value::from(human))]);
    }
    shop.event("email.clicked", "2026-03-01T02:00:00Z", &[]);
    shop.check(true, &["count(email.clicked) == 2", "count(email.clicked, where event.human == false) == 1"]);
}

#[test]
fn a_default_stands_where_nothing_is_known_and_an_unset_stage_is_the_first() {
    let mut shop = Shop::new();
    shop.check(true, &["customer.country == \"CN\"", "customer.country is known", "customer.tags is known"]);
    shop.set("country", "DE");
    shop.check(true, &["customer.country == \"DE\""]);
    deal(&mut shop, "d1", &[]);
    shop.check(
        true,
        &["count(deal, where deal.stage == \"open\") == 1", "count(deal, where deal.id == \"d1\") == 1"],
    );
}

fn deal(shop: &mut Shop, id: &str, fields: &[(&str, Value)]) {
    let attributes = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let id = EntityId::new(id);
    let customer = Some(CustomerId::new("42"));
    let entity = Entity { kind: "deal".to_owned(), id: id.clone(), customer, attributes };
    shop.snapshot.entities.insert(("deal".to_owned(), id), entity);
}

#[test]
fn entities_are_the_triggers_own_or_counted_and_references_reach_one_hop() {
    let mut shop = Shop::new();
    let amount = |amount: i32| [("amount", Value::Number(Decimal::from(amount)))];
    deal(&mut shop, "d1", &amount(5));
    deal(&mut shop, "d2", &amount(7));
    shop.check(false, &["deal.amount > 0"]);
    shop.entry = Some(Entry { entity: Some(("deal".to_owned(), EntityId::new("d2"))), ..Entry::default() });
    shop.check(
        true,
        &["deal.amount == 7", "sum(deal.amount) == 12", "count(deal, where deal.amount > 5) == 1"],
    );
    let company = Entity {
        kind: "company".to_owned(),
        id: EntityId::new("acme"),
        customer: None,
        attributes: BTreeMap::from([("employees".to_owned(), Value::Number(Decimal::from(200)))]),
    };
    shop.snapshot.entities.insert(("company".to_owned(), EntityId::new("acme")), company);
    shop.check(false, &["customer.company.employees > 5"]);
    shop.set("company", "acme");
    shop.check(true, &["customer.company.employees == 200", "count(company) == 0"]);
    let friend = Entity {
        kind: "customer".to_owned(),
        id: EntityId::new("7"),
        customer: None,
        attributes: BTreeMap::from([("city".to_owned(), Value::from("北京"))]),
    };
    shop.snapshot.entities.insert(("customer".to_owned(), EntityId::new("7")), friend);
    shop.set("invited_by", "7");
    shop.check(true, &["customer.invited_by.city == \"北京\"", "customer.invited_by.country == \"CN\""]);
}

#[test]
fn today_and_ages_go_by_the_customers_day() {
    let mut shop = Shop::new();
    shop.now = at("2026-02-28T17:00:00Z"); // 1 March in Shanghai, 28 February in New York
    shop.set("birthday", Value::Birthday("2008-03-01".parse().unwrap()));
    shop.set("renews_on", Value::Date("2026-03-01".parse().unwrap()));
    shop.set("last_order_at", at("2026-02-27T17:00:00Z"));
    shop.check(
        true,
        &[
            "age(customer.birthday) == 18",
            "customer.renews_on == today",
            "days_since(customer.last_order_at) == 1",
            "days_since(customer.renews_on) == 0",
            "customer.last_order_at == 2026-02-28",
            "now >= customer.renews_on",
        ],
    );
    shop.zone = zone::zone("America/New_York").unwrap();
    shop.check(
        true,
        &[
            "age(customer.birthday) == 17",
            "customer.renews_on > today",
            "days_since(customer.renews_on) == -1",
            "customer.last_order_at < 2026-02-28",
            "now < customer.renews_on",
        ],
    );
    // Born on 29 February: a year older on the 28th of other years.
    shop.set("birthday", Value::Birthday("2008-02-29".parse().unwrap()));
    shop.check(true, &["age(customer.birthday) == 18"]);
    // Without the year, and so without an age.
    shop.set("birthday", Value::Birthday("02-29".parse().unwrap()));
    shop.check(true, &["age(customer.birthday) is unknown"]);
}

#[test]
fn arithmetic_that_does_not_fit_is_unknown() {
    let mut shop = Shop::new();
    shop.set("big", Value::Number(Decimal::MAX));
    shop.set("spend", Value::Number("0.000005".parse().unwrap()));
    shop.check(
        true,
        &[
            "customer.big + 1 is unknown",
            "customer.big * 2 is unknown",
            "customer.big - 1 is known",
            "customer.spend / 2 == 0.000002", // half to even
            "customer.spend * 3 == 0.000015",
            "first_known(customer.big + 1, customer.spend) == customer.spend",
        ],
    );
}

#[test]
fn rhythm_is_the_median_of_the_last_distances() {
    let mut shop = Shop::new();
    for day in ["01", "03", "05", "25"] {
        shop.order(&format!("2026-02-{day}T00:00:00Z"), 1);
    }
    shop.check(
        true,
        &[
            "gap(order.paid) == 2 days",                // 2, 2, 20
            "gap(order.paid, last 3 times) == 11 days", // 2, 20
            "gap(order.paid, last 2 times) * 1.5 == 30 days",
            "now - gap(order.paid) == now - 48 hours",
        ],
    );
}

#[test]
fn functions_answer_for_the_customer() {
    let mut shop = Shop::new();
    shop.vars.insert("offer".to_owned(), Value::from("shoes"));
    shop.set("vip", true);
    shop.check(
        true,
        &[
            "lookup(next, vars.offer) == \"socks\"",
            "lookup(next, \"hats\") is unknown",
            "number_of(customer.vip, customer.city is known, customer.city is unknown) == 2",
            "(customer.spend > 5) == false",
            "not enrolled_in(winback)",
        ],
    );
    shop.set("owner", "li.na");
    shop.check(true, &["owner.id == \"li.na\" and owner.name == \"li.na\"", "owner.away is unknown"]);
    let rep = Rep { name: "李娜".to_owned(), away: true, ..Rep::default() };
    shop.reps.insert(RepId::new("li.na"), rep);
    shop.check(true, &["owner.name == \"李娜\" and owner.away"]);
}

#[test]
fn a_message_may_go_with_an_address_and_consent_and_no_suppression() {
    let mut shop = Shop::new();
    shop.check(false, &["may(email)"]);
    shop.set("email", "a@example.cn");
    shop.check(false, &["may(email)"]);
    let marketing = ("marketing".to_owned(), None);
    shop.snapshot.consents.0.insert(marketing, (true, at("2026-01-01T00:00:00Z")));
    shop.check(true, &["may(email)"]);
    shop.check(false, &["may(sms)"]);
    let suppression = Suppression {
        medium: Some(Medium::Email),
        topic: None,
        reason: "hard_bounce".to_owned(),
        at: at("2026-01-01T00:00:00Z"),
        until: Some(at(NOW)),
    };
    shop.snapshot.suppressions.push(suppression);
    shop.check(true, &["may(email)"]); // it ended at this instant
    shop.now = at("2026-03-02T01:59:59Z");
    shop.check(false, &["may(email)"]);
}

#[test]
fn segments_are_asked_when_read_and_cases_are_what_is_kept() {
    let mut shop = Shop::new();
    let segment = shop.read("customer.spend > 5");
    shop.library.segments.insert("big".to_owned(), segment);
    let cases = vec![(Some(shop.read("in_segment(big)")), Value::from("gold")), (None, Value::from("basic"))];
    let tier = Attribute { origin: Origin::Cases(cases), ..attribute(Type::Text) };
    shop.library.model.customer.insert("tier".to_owned(), tier);
    // Who was never asked about is what everybody is.
    shop.check(true, &["customer.tier == \"basic\""]);
    shop.set("tier", "gold");
    shop.check(true, &["customer.tier == \"gold\""]);
    shop.check(false, &["in_segment(big)"]);
    shop.set("spend", Decimal::from(6));
    shop.check(true, &["in_segment(big)"]);
    let circle = shop.read("not in_segment(big)");
    shop.library.segments.insert("big".to_owned(), circle);
    let _ = shop.holds("in_segment(big)");
}

#[test]
fn a_trace_shows_each_name_with_what_was_known_of_it() {
    let mut shop = Shop::new();
    shop.order("2026-03-01T00:00:00Z", 3);
    shop.set("spend", Value::Number("2.5".parse().unwrap()));
    let condition = shop.read(
        "customer.city == \"上海\" or customer.spend > 5 and count(order.paid, last 7 days) > 2 and may(email) \
         or days_since(last(order.paid)) > 3",
    );
    let seen = serde_json::to_string(&explain(&condition, &shop.facts())).unwrap();
    assert_eq!(
        seen,
        r#"{"count(order.paid, last 7 days)":1,"customer.city":null,"customer.spend":2.5,"#.to_owned()
            + r#""days_since(last(order.paid))":1,"last(order.paid)":"2026-03-01T00:00:00Z","may(email)":false}"#
    );
}
