//! Golden mails in both languages, helpers one by one, hostile values, and what must never happen.

use super::*;
use crate::facts::Facts;
use dsl::diagnostic::Report;
use dsl::library::{Attribute, EntityKind, EventKind, Library, Origin, Sender};
use dsl::project::Settings;
use dsl::source::{Sources, Span};
use dsl::template::{self, Templates};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{
    Customer, CustomerId, Decimal, Entity, EntityId, Entry, Rep, RepId, Snapshot, StepId, Type, Value, zone,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

mod golden;
mod hostile;
mod mjml;
mod twin;
mod values;

fn attribute(ty: Type, optional: bool) -> Attribute {
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

fn library() -> Library {
    let mut library = Library::default();
    let customer = &mut library.model.customer;
    let greeting = Attribute { html: true, ..attribute(Type::Text, true) };
    customer.insert("greeting".to_owned(), Attribute { default: Some(Value::from("")), ..greeting });
    for (name, ty) in [
        ("name", Type::Text),
        ("email", Type::Email),
        ("language", Type::Text),
        ("gender", Type::Text),
        ("birthday", Type::Birthday),
        ("company", Type::Reference("company".to_owned())),
        ("invited_by", Type::Reference("customer".to_owned())),
    ] {
        customer.insert(name.to_owned(), attribute(ty, true));
    }
    customer.insert("nick".to_owned(), attribute(Type::Text, false));
    customer.insert("tags".to_owned(), attribute(Type::List, false));
    customer.insert("orders".to_owned(), attribute(Type::Number, false));
    customer.insert(
        "tier".to_owned(),
        Attribute { default: Some(Value::from("basic")), ..attribute(Type::Text, true) },
    );
    let mut company = EntityKind::default();
    company.attributes.insert("name".to_owned(), attribute(Type::Text, false));
    company.attributes.insert("parent".to_owned(), attribute(Type::Reference("company".to_owned()), true));
    let mut contract =
        EntityKind { stages: vec!["active".to_owned(), "ended".to_owned()], ..EntityKind::default() };
    contract.attributes.insert("id".to_owned(), attribute(Type::Text, false));
    contract.attributes.insert("ends_on".to_owned(), attribute(Type::Date, false));
    contract.attributes.insert("amount".to_owned(), attribute(Type::Number, false));
    contract.attributes.insert("owner".to_owned(), attribute(Type::Text, true));
    library.model.entities.insert("company".to_owned(), company);
    library.model.entities.insert("contract".to_owned(), contract);
    library.senders.push(Sender {
        id: "care".to_owned(),
        ad_label: Some("广告".to_owned()),
        ..Sender::default()
    });
    library.brand.name = "山野咖啡".to_owned();
    library.brand.address = Some("杭州市文三路 100 号".to_owned());
    library
}

/// A customer with a company and a contract, an owner, and a walk that a contract began.
struct World {
    library: Library,
    snapshot: Snapshot,
    reps: BTreeMap<RepId, Rep>,
    entry: Entry,
    vars: BTreeMap<String, Value>,
    results: BTreeMap<StepId, BTreeMap<String, Value>>,
    zone: TimeZone,
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn number(text: &str) -> Value {
    Value::Number(text.parse::<Decimal>().unwrap())
}

impl World {
    fn new() -> Self {
        let mut customer = Customer::new(CustomerId::new("c1"));
        for (name, value) in [
            ("name", Value::from("王芳")),
            ("language", Value::from("zh-CN")),
            ("gender", Value::from("女")),
            ("company", Value::from("k1")),
            ("invited_by", Value::from("c9")),
            ("orders", number("3")),
            ("owner", Value::from("li.na")),
            ("secret_of_others", Value::from("not in the model")),
        ] {
            customer.attributes.insert(name.to_owned(), value);
        }
        let mut snapshot = Snapshot::new(customer);
        let mut put = |kind: &str, id: &str, attributes: &[(&str, Value)]| {
            let entity = Entity {
                kind: kind.to_owned(),
                id: EntityId::new(id),
                customer: None,
                attributes: attributes
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect(),
            };
            snapshot.entities.insert((kind.to_owned(), EntityId::new(id)), entity);
        };
        put("company", "k1", &[("name", Value::from("云杉科技")), ("parent", Value::from("k1"))]);
        let ends_on = Value::Date("2026-04-01".parse().unwrap());
        put(
            "contract",
            "K7",
            &[("ends_on", ends_on), ("amount", number("1234.5")), ("owner", Value::from("wang.wei"))],
        );
        let rep = |name: &str| Rep {
            name: name.to_owned(),
            email: Some("r@example.com".to_owned()),
            ..Rep::default()
        };
        let entry = Entry {
            name: "date".to_owned(),
            at: instant("2026-01-01T01:00:00Z"),
            fields: BTreeMap::from([("date".to_owned(), Value::from("2026-04-01"))]),
            entity: Some(("contract".to_owned(), EntityId::new("K7"))),
            ..Entry::default()
        };
        Self {
            library: library(),
            snapshot,
            reps: BTreeMap::from([(RepId::new("li.na"), rep("李娜")), (RepId::new("wang.wei"), rep("王伟"))]),
            entry,
            vars: BTreeMap::from([("offer".to_owned(), Value::from("满 200 减 50"))]),
            results: BTreeMap::from([(
                StepId::new("call"),
                BTreeMap::from([("outcome".to_owned(), Value::from("reached"))]),
            )]),
            zone: zone::zone("Asia/Shanghai").unwrap(),
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            library: &self.library,
            snapshot: &self.snapshot,
            reps: &self.reps,
            entry: Some(&self.entry),
            event: None,
            candidate: None,
            candidate_entity: None,
            vars: Some(&self.vars),
            inputs: None,
            results: Some(&self.results),
            now: instant("2026-03-02T22:30:00Z"),
            zone: &self.zone,
            project_zone: &self.zone,
        }
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.snapshot.customer.attributes.insert(name.to_owned(), value.into());
    }

    /// Fills a text for this customer.
    fn say(&self, source: &str) -> Result<String, RenderError> {
        inline(source, &context(&self.facts()))
    }
}

fn settings() -> Settings {
    Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() }
}

/// Reads template files; they must be right.
fn templates(files: &[(&str, &str)]) -> Templates {
    let (templates, report) = checked(files);
    assert!(!report.has_errors(), "{report:?}");
    templates
}

fn checked(files: &[(&str, &str)]) -> (Templates, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(format!("workflows/templates/{path}"), *text);
    }
    let (mut templates, mut report) = (Templates::default(), Report::new());
    for file in sources.ids() {
        template::read(&sources, file, &library(), &mut report, &mut templates);
    }
    (templates, report)
}

fn renderer(files: &[(&str, &str)]) -> Renderer {
    Renderer::new(&templates(files), &library(), &settings())
}

/// Renders the template `a` for a customer.
fn mail(files: &[(&str, &str)], world: &World, envelope: Envelope<'_>) -> Result<Rendered, RenderError> {
    let renderer = renderer(files);
    let all = context(&world.facts());
    let language = world.snapshot.customer.text("language");
    renderer.message(renderer.find("a", language).unwrap(), &all, envelope)
}
