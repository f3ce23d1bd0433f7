//! Reading conditions: what is understood, and what is said about what is not.

mod diagnostics;
mod properties;

use super::*;
use crate::diagnostic::{Colour, Report, human};
use crate::library::{Attribute, EntityKind, EventKind, Library, Origin};
use crate::source::{Sources, Span};
use model::Decimal;
use model::words::Language;
use std::collections::BTreeMap;

pub(super) fn attribute(ty: Type, optional: bool) -> Attribute {
    Attribute {
        ty,
        optional,
        default: None,
        pii: false,
        html: false,
        title: None,
        origin: Origin::Given,
        built_in: false,
    }
}

fn one_of(values: &[&str]) -> Type {
    Type::OneOf(values.iter().map(|value| (*value).to_owned()).collect())
}

/// A model with every type in it.
pub(super) fn library() -> Library {
    let mut library = Library::default();
    let model = &mut library.model;
    for (name, ty, optional) in [
        ("external_id", Type::Text, false),
        ("city", Type::Text, true),
        ("城市", Type::Text, true),
        ("status", one_of(&["active", "closed"]), false),
        ("tier", one_of(&["basic", "silver", "gold"]), false),
        ("spend", Type::Money, false),
        ("orders", Type::Number, false),
        ("vip", Type::YesNo, true),
        ("birthday", Type::Birthday, true),
        ("last_order_at", Type::Time, true),
        ("renews_on", Type::Date, true),
        ("rhythm", Type::Duration, true),
        ("tags", Type::List, false),
        ("email", Type::Email, true),
        ("phone", Type::Phone, true),
        ("owner", Type::Text, true),
        ("company", Type::Reference("company".to_owned()), true),
        ("invited_by", Type::Reference("customer".to_owned()), true),
    ] {
        model.customer.insert(name.to_owned(), attribute(ty, optional));
    }
    let event = |fields: &[(&str, Type)], built_in: bool| EventKind {
        fields: fields.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect(),
        built_in,
        ..EventKind::default()
    };
    let order = [
        ("amount", Type::Number),
        ("order_id", Type::Text),
        ("items", Type::List),
        ("category", Type::Text),
        ("due_on", Type::Date),
    ];
    model.events.insert("order.paid".to_owned(), event(&order, false));
    model.events.insert("site.visited".to_owned(), event(&[], false));
    let clicked = [("link", Type::Text), ("human", Type::YesNo)];
    model.events.insert("email.clicked".to_owned(), event(&clicked, true));
    let entity = |fields: &[(&str, Type)], stages: &[&str]| EntityKind {
        attributes: fields
            .iter()
            .map(|(name, ty)| ((*name).to_owned(), attribute(ty.clone(), true)))
            .collect(),
        stages: stages.iter().map(|stage| (*stage).to_owned()).collect(),
        ..EntityKind::default()
    };
    let deal = [
        ("amount", Type::Number),
        ("stage", one_of(&["open", "won", "lost"])),
        ("closes_on", Type::Date),
        ("company", Type::Reference("company".to_owned())),
        ("created_at", Type::Time),
    ];
    model.entities.insert("deal".to_owned(), entity(&deal, &["open", "won", "lost"]));
    let company = [("name", Type::Text), ("employees", Type::Number)];
    model.entities.insert("company".to_owned(), entity(&company, &[]));
    library
        .tables
        .insert("next_category".to_owned(), BTreeMap::from([("shoes".to_owned(), "socks".to_owned())]));
    library
}

/// A scope in which everything is in sight.
pub(super) fn scope() -> Scope {
    let library = library();
    Scope {
        entry: Some(Fields::of_event(&library.model, "order.paid")),
        entity: Some("deal".to_owned()),
        vars: BTreeMap::from([("offer".to_owned(), Type::Text), ("tries".to_owned(), Type::Number)]),
        steps: BTreeMap::from([("call".to_owned(), Results::of("outcome", Type::Text))]),
        segments: Some(["dormant_vip".to_owned(), "老客户".to_owned()].into()),
        scores: Some(["lead_score".to_owned()].into()),
        ..Scope::default()
    }
}

/// Reads a condition on a line of its own, after `audience: `.
pub(super) fn read(text: &str, scope: &Scope) -> (Option<Condition>, Report, Sources) {
    let mut sources = Sources::new();
    let file = sources.add("workflows/winback.yaml", format!("audience: {text}\n"));
    let at = Span::new(file, 10, 10 + text.len());
    let mut report = Report::new();
    let condition = super::condition(text, at, scope, &library(), &mut report);
    (condition, report, sources)
}

pub(super) fn shown(text: &str, scope: &Scope, language: Language) -> String {
    let (_, report, sources) = read(text, scope);
    human(&report, &sources, language, Colour::Never)
}

/// Reads a condition that has nothing wrong with it.
#[track_caller]
pub(super) fn right(text: &str) -> Test {
    let (condition, report, sources) = read(text, &scope());
    let errors = human(&report, &sources, Language::En, Colour::Never);
    assert!(!report.has_errors(), "{errors}");
    condition.unwrap().test
}

fn name(root: Root, field: &str, ty: Type) -> Operand {
    Operand::Name(Path { root, field: field.into(), hop: None, ty })
}

fn number(text: &str) -> Operand {
    Operand::Literal(Value::Number(text.parse().unwrap()))
}

#[test]
fn or_binds_looser_than_and_and_and_looser_than_not() {
    let vip = || Test::Holds(name(Root::Customer, "vip", Type::YesNo));
    let known = |field| Test::Known(name(Root::Customer, field, Type::Text));
    assert_eq!(
        right("customer.vip or customer.city is known and not customer.vip"),
        Test::Any(vec![vip(), Test::All(vec![known("city"), Test::Not(Box::new(vip()))])])
    );
    assert_eq!(
        right("(customer.vip or customer.city is known) and not not customer.vip"),
        Test::All(vec![Test::Any(vec![vip(), known("city")]), vip()])
    );
}

#[test]
fn not_equal_is_the_negation_of_equal() {
    assert_eq!(right("customer.tier != \"gold\""), right("not customer.tier == \"gold\""));
    assert_eq!(right("customer.city is unknown"), right("not customer.city is known"));
    assert_eq!(right("customer.tier not in [\"gold\"]"), right("not (customer.tier in [\"gold\"])"));
    assert_eq!(right("customer.tags not has \"vip\""), right("not customer.tags has \"vip\""));
}

#[test]
fn every_operator_of_the_reference_is_read_and_does_not_fail_its_types() {
    for operator in crate::grammar::OPERATORS {
        right(operator.shape);
        for word in operator.name.split([' ', ',']).filter(|word| !matches!(*word, "" | "…")) {
            assert!(
                operator.shape.contains(word) || ["/", "==", "<=", ">", ">="].contains(&word),
                "{}: {word}",
                operator.name
            );
        }
    }
}

#[test]
fn every_form_of_the_grammar_is_read_and_written_back() {
    for text in [
        "true",
        "customer.city in [\"上海\", \"北京\"] and customer.spend > 500",
        "customer.城市 == \"上海\"",
        "customer.last_order_at < now - 30 days",
        "customer.renews_on <= today + 2 months",
        "customer.last_order_at >= 2026-03-02",
        "customer.last_order_at >= 2026-03-02T01:00:00Z",
        "count(order.paid, last 90 days) >= 2",
        "sum(order.paid.amount, last 1 year, where event.category == \"shoes\") > 1000.5",
        "max(order.paid.due_on) < today",
        "last(order.paid) < now - 2 weeks and last(order.paid.category) == \"shoes\"",
        "count(order.paid, since entry) == 0",
        "count(deal, where deal.stage == \"open\" and deal.amount > 500) >= 1",
        "sum(deal.amount) > 5",
        "count(deal, last 30 days) > 1",
        "gap(order.paid, last 5 times) * 2 > 30 days",
        "customer.last_order_at < now - gap(order.paid) * 1.5",
        "number_of(customer.vip, customer.city is known, customer.spend > 5 or customer.orders > 1) >= 2",
        "number_of(customer.city == \"上海\", \"北京\" == customer.city, customer.vip) >= 2",
        "number_of((customer.city == \"上海\" or customer.vip) and customer.spend == 3, 3 < customer.spend) == 1",
        "first_known(customer.city, customer.城市) == \"上海\"",
        "lookup(next_category, event.category) == \"socks\"",
        "score(lead_score) >= 60",
        "in_segment(dormant_vip) or in_segment(老客户)",
        "enrolled_in(winback) or enrolled_in(\"welcome-series\")",
        "may(email) and not may(sms)",
        "days_since(customer.last_order_at) > 30",
        "age(customer.birthday) >= 18",
        "customer.tags has any of [\"a\", \"b\"]",
        "customer.city contains \"海\" or customer.city starts_with \"上\"",
        "customer.spend between 100 and 500 and not customer.orders between 1 and 2",
        "customer.company.employees > 200",
        "customer.invited_by.city == customer.city",
        "deal.company.name == \"ACME \\\"x\\\" \\\\\"",
        "event.amount * 1.1 + 5 - (customer.spend - 3) > entry.amount / 3",
        "(customer.spend + 1) * 2 >= -5",
        "owner.away or owner.region == \"华东\"",
        "steps.call.outcome == \"reached\" and vars.offer == \"x\"",
        "customer.rhythm >= 1 month",
        "customer.birthday == \"lunar 08-15\"",
        "(customer.spend > 5) == customer.vip",
    ] {
        let test = right(text);
        let written = print::test(&test);
        assert_eq!(right(&written), test, "{written}");
        // The canonical text of these is what the author wrote, but for `days` and weeks.
        if !text.contains("weeks") {
            assert_eq!(written, text.replace("not customer.tags has", "customer.tags not has"));
        }
    }
}

#[test]
fn other_spellings_mean_the_same() {
    for (text, same) in [
        ("customer.last_order_at < now - 3天", "customer.last_order_at < now - 3 days"),
        ("customer.last_order_at < now - 3 个月", "customer.last_order_at < now - 3 months"),
        ("customer.last_order_at < now - 三天", "customer.last_order_at < now - 3 days"),
        ("customer.last_order_at < now - P3D", "customer.last_order_at < now - 3 days"),
        ("customer.last_order_at < now - 1h30m", "customer.last_order_at < now - 1 hour 30 minutes"),
        ("customer.city == 'a'", "customer.city == \"a\""),
        ("customer.city == 'it\\'s'", "customer.city == \"it's\""),
        ("  customer.vip   and\n customer.vip ", "customer.vip and customer.vip"),
        (
            "(customer.vip and customer.vip) and customer.vip",
            "customer.vip and customer.vip and customer.vip",
        ),
        ("30 days + now > customer.last_order_at", "now + 30 days > customer.last_order_at"),
        ("0.5 * customer.spend > 1", "customer.spend * 0.5 > 1"),
        ("score() > 1", "score(lead_score) > 1"),
        ("enrolled_in(welcome-series)", "enrolled_in(\"welcome-series\")"),
        ("customer.tier in [\"gold\",]", "customer.tier in [\"gold\"]"),
        ("rep.name == \"李娜\"", "owner.name == \"李娜\""),
    ] {
        assert_eq!(right(text), right(same), "{text}");
    }
}

#[test]
fn aggregates_know_whether_machines_count() {
    let machines = |text: &str| {
        let Test::Compare { left: Operand::Aggregate(aggregate), .. } = right(text) else { panic!("{text}") };
        aggregate.machines
    };
    assert!(!machines("count(email.clicked) > 1"));
    assert!(machines("count(email.clicked, where event.human == false) > 1"));
    assert!(machines("count(order.paid) > 1"));
}

#[test]
fn formulas_have_the_type_of_what_they_are_put_into() {
    let read = |text: &str, expected: Option<&Type>| {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text);
        let mut report = Report::new();
        let at = Span::new(file, 0, text.len());
        let operand = formula(text, at, expected, &scope(), &library(), &mut report);
        (operand, human(&report, &sources, Language::En, Colour::Never))
    };
    let (operand, _) = read("= customer.spend * 0.9", Some(&Type::Number));
    assert_eq!(operand.as_ref().map(type_of), Some(Type::Money));
    let (operand, _) = read("=customer.spend > 500", Some(&Type::YesNo));
    assert_eq!(operand.as_ref().map(type_of), Some(Type::YesNo));
    let (operand, _) = read("= \"gold\"", Some(&one_of(&["gold", "silver"])));
    assert_eq!(operand, Some(Operand::Literal(Value::from("gold"))));
    let (operand, said) = read("= now", Some(&Type::Date));
    assert_eq!(operand, None);
    assert!(said.contains("`now` is an instant, and a date is needed here"), "{said}");
    assert!(said.contains("did you mean `today`?"), "{said}");
    assert!(said.contains("a.yaml:1:3"), "{said}");
}

#[test]
fn from_takes_one_aggregate_over_events_without_a_window() {
    let read = |text: &str| {
        let mut sources = Sources::new();
        let file = sources.add("model.yaml", text);
        let mut report = Report::new();
        let read = aggregate(text, Span::new(file, 0, text.len()), &library(), &mut report);
        (read.map(|read| read.kind), report.diagnostics().first().map(|first| first.message_in(Language::En)))
    };
    assert_eq!(read("sum(order.paid.amount)"), (Some(AggregateKind::Sum), None));
    let filtered = "count(order.paid, where event.amount > 5)";
    assert_eq!(read(filtered), (Some(AggregateKind::Count), None));
    for (text, said) in [
        ("sum(order.paid.amount, last 90 days)", "an attribute with `from:` takes no window"),
        ("count(deal)", "`from:` is kept over events, not over entities"),
        ("customer.spend", "`customer.spend` cannot be used here"),
        ("5", "`from:` needs one aggregate over events, such as `sum(order.paid.amount)`"),
        ("count(order.paid, where customer.vip)", "`customer.vip` cannot be used here"),
    ] {
        assert_eq!(read(text), (None, Some(said.to_owned())), "{text}");
    }
}

#[test]
fn lists_of_conditions_are_read_from_yaml() {
    let read = |text: &str| {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text);
        let mut report = Report::new();
        let node = crate::yaml::read(&sources, file, &mut report).unwrap();
        let node = &node.get("when").unwrap().value;
        let condition = condition_node(node, &sources, &scope(), &library(), &mut report);
        (condition, human(&report, &sources, Language::En, Colour::Never))
    };
    let text = "when:\n  all:\n    - customer.vip\n    - any: [customer.spend > 5, customer.orders > 1]\n";
    let (condition, said) = read(text);
    let condition = condition.expect(&said);
    assert_eq!(condition.test, right("customer.vip and (customer.spend > 5 or customer.orders > 1)"));
    assert_eq!(&*condition.text, "customer.vip and (customer.spend > 5 or customer.orders > 1)");
    let (condition, said) = read("when: 'customer.ctiy == \"x\"'\n");
    assert_eq!(condition, None);
    assert!(said.contains("a.yaml:1:8"), "{said}");
    for text in ["when: []\n", "when: { all: [] }\n", "when: { every: [customer.vip] }\n"] {
        assert!(read(text).1.contains("error[E0411]"), "{text}");
    }
    assert_eq!(read("when: true\n").0.unwrap().test, Test::Always(true));
    // A sibling that asks `is known` silences the warning.
    let (condition, said) =
        read("when:\n  all:\n    - customer.city is known\n    - customer.city != \"上海\"\n");
    assert!(condition.is_some());
    assert_eq!(said, "");
}

#[test]
fn what_a_condition_reads_is_known_through_segments_and_cases() {
    let mut library = library();
    let segment = right("customer.spend > 5 and count(order.paid, last 9 days) > 1");
    let segment = Condition { test: segment, text: "".into(), span: Span::EMPTY };
    library.segments.insert("dormant_vip".to_owned(), segment);
    let case = Condition { test: right("customer.orders > 3"), text: "".into(), span: Span::EMPTY };
    let tier = library.model.customer.get_mut("tier").unwrap();
    tier.origin = Origin::Cases(vec![(Some(case), Value::from("gold"))]);
    let test = right(
        "in_segment(dormant_vip) and customer.tier == \"gold\" and customer.company.employees > 5 \
         and may(sms) and count(deal, where deal.amount > 5) > 0 and enrolled_in(winback) and event.amount > 5",
    );
    let reads = reads::Reads::of_test(&test, &library);
    let names = |all: &std::collections::BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&reads.attributes), "company orders phone spend tier");
    assert_eq!(names(&reads.entities), "company deal");
    assert_eq!(names(&reads.events), "order.paid");
    assert_eq!(names(&reads.segments), "dormant_vip");
    assert!(reads.consents && reads.entry && reads.clock && !reads.walk && !reads.owner);
    assert!(reads.enrolled.contains("winback"));
    assert!(reads.entity_attributes.contains(&("company".to_owned(), "employees".to_owned())));
}

#[test]
fn numbers_keep_six_places_and_negatives() {
    assert_eq!(
        right("customer.spend > -1.000001"),
        Test::Compare {
            left: name(Root::Customer, "spend", Type::Money),
            op: Op::Greater,
            right: number("-1.000001")
        }
    );
    assert_eq!(Decimal::from_micros(-1_000_001), "-1.000001".parse().unwrap());
}
