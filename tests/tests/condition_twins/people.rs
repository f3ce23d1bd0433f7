//! A model with every type in it, and random customers of it: a quarter of what they could have is unknown.

use crate::dice::Dice;
use dsl::condition::{Allows, Condition, Results, Scope};
use dsl::diagnostic::Report;
use dsl::library::{Attribute, EntityKind, EventKind, Library, Origin};
use dsl::project::{File, Settings};
use dsl::source::Span;
use jiff::Timestamp;
use jiff::civil::Date;
use model::{
    Birthday, Consent, Customer, CustomerId, Decimal, Enrollment, EnrollmentId, Entity, EntityId, Entry,
    Event, EventId, Length, Medium, Snapshot, StepId, Suppression, Type, Value, VersionId, Walk, WalkState,
    WorkflowId,
};
use std::collections::BTreeMap;

pub const CITIES: [&str; 6] = ["上海", "北京", "上", "New \"York\"", "C:\\海", ""];
pub const TIERS: [&str; 3] = ["basic", "silver", "gold"];
pub const STAGES: [&str; 3] = ["open", "won", "lost"];
pub const CATEGORIES: [&str; 4] = ["shoes", "phone", "鞋子", "none"];
pub const TAGS: [&str; 5] = ["vip", "staff", "老客户", "x\"y", "a"];
pub const ZONES: [&str; 4] = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Mars/Base"];
pub const COUNTRIES: [&str; 3] = ["CN", "US", "DE"];
pub const WORKFLOWS: [&str; 3] = ["winback", "welcome-series", "生日"];
pub const BANDS: [&str; 2] = ["warm", "hot"];
pub const GRADES: [&str; 2] = ["A", "B"];
pub const REPS: [&str; 2] = ["li.na", "wang.wei"];
pub const COMPANIES: [&str; 3] = ["acme", "云杉", "gone"];

pub fn one_of(values: &[&str]) -> Type {
    Type::OneOf(values.iter().map(|value| (*value).to_owned()).collect())
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

/// The attributes that are stored; `big` holds numbers near the end of what fits.
pub const CUSTOMER: [(&str, Type); 21] = [
    ("city", Type::Text),
    ("城市", Type::Text),
    ("country", Type::Text),
    ("email", Type::Email),
    ("phone", Type::Phone),
    ("owner", Type::Text),
    ("stage", Type::Text),
    ("zone", Type::Text),
    ("nickname", Type::Text),
    ("spend", Type::Money),
    ("orders", Type::Number),
    ("visits", Type::Number),
    ("big", Type::Number),
    ("vip", Type::YesNo),
    ("newsletter", Type::YesNo),
    ("birthday", Type::Birthday),
    ("renews_on", Type::Date),
    ("last_order_at", Type::Time),
    ("created_at", Type::Time),
    ("tags", Type::List),
    ("兴趣", Type::List),
];

pub fn library() -> Library {
    let mut library = Library::default();
    let model = &mut library.model;
    for (name, ty) in CUSTOMER {
        model.customer.insert(name.to_owned(), attribute(ty));
    }
    let mut put = |name: &str, of: Attribute| model.customer.insert(name.to_owned(), of);
    put("external_id", Attribute { optional: false, ..attribute(Type::Text) });
    put("tier", attribute(one_of(&TIERS)));
    put("company", attribute(Type::Reference("company".to_owned())));
    put("invited_by", attribute(Type::Reference("customer".to_owned())));
    put("nickname", Attribute { default: Some(Value::from("friend")), ..attribute(Type::Text) });
    put("newsletter", Attribute { default: Some(Value::from(true)), ..attribute(Type::YesNo) });
    put("visits", Attribute { default: Some(Value::from(Decimal::from(3))), ..attribute(Type::Number) });
    let event = |fields: &[(&str, Type)], built_in| EventKind {
        fields: fields.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect(),
        built_in,
        ..EventKind::default()
    };
    let order = [
        ("amount", Type::Number),
        ("category", Type::Text),
        ("items", Type::List),
        ("due_on", Type::Date),
        ("seen_at", Type::Time),
        ("gift", Type::YesNo),
    ];
    model.events.insert("order.paid".to_owned(), event(&order, false));
    model.events.insert("site.visited".to_owned(), event(&[], false));
    let clicked = [("link", Type::Text), ("human", Type::YesNo)];
    model.events.insert("email.clicked".to_owned(), event(&clicked, true));
    let entity = |fields: &[(&str, Type)], stages: &[&str]| EntityKind {
        attributes: fields.iter().map(|(name, ty)| ((*name).to_owned(), attribute(ty.clone()))).collect(),
        stages: stages.iter().map(|stage| (*stage).to_owned()).collect(),
        ..EntityKind::default()
    };
    let deal = [
        ("id", Type::Text),
        ("stage", one_of(&STAGES)),
        ("owner", Type::Text),
        ("created_at", Type::Time),
        ("amount", Type::Number),
        ("closes_on", Type::Date),
        ("hot", Type::YesNo),
        ("partner", Type::Reference("company".to_owned())),
        ("introducer", Type::Reference("customer".to_owned())),
    ];
    model.entities.insert("deal".to_owned(), entity(&deal, &STAGES));
    let company = [("name", Type::Text), ("employees", Type::Number)];
    let mut company = entity(&company, &[]);
    company.shared = true;
    let employees = Attribute { default: Some(Value::from(Decimal::from(7))), ..attribute(Type::Number) };
    company.attributes.insert("employees".to_owned(), employees);
    model.entities.insert("company".to_owned(), company);
    let rows = [("shoes", "socks"), ("phone", "case"), ("鞋子", "shoes")];
    let rows = rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    library.tables.insert("next_category".to_owned(), rows);
    // Attributes that are computed, and segments, one of them inside another.
    let cases = vec![
        (Some(read("customer.orders >= 3 and customer.vip", &library)), Value::from("gold")),
        (Some(read("count(order.paid, last 90 days) >= 1", &library)), Value::from("silver")),
        (None, Value::from("basic")),
    ];
    let rank = Attribute { origin: Origin::Cases(cases), ..attribute(one_of(&TIERS)) };
    library.model.customer.insert("rank".to_owned(), rank);
    for (name, text) in [("paid", "count(order.paid)"), ("turnover", "sum(order.paid.amount)")] {
        let kept = dsl::condition::aggregate(text, Span::EMPTY, &library, &mut Report::new());
        let origin = Origin::From(Box::new(kept.expect("a right aggregate")));
        library.model.customer.insert(name.to_owned(), Attribute { origin, ..attribute(Type::Number) });
    }
    for (name, text) in [
        ("shanghai", "customer.city == \"上海\""),
        ("not_shanghai", "not in_segment(shanghai)"),
        ("dormant", "customer.last_order_at < now - 3 months or in_segment(shanghai) and customer.vip"),
    ] {
        let segment = read(text, &library);
        library.segments.insert(name.to_owned(), segment);
    }
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = [
        file(
            "workflows/model.yaml",
            "model: town\ncustomer: { city: { type: text, optional: true } }\nevents:\n  order.paid: { amount: number }\n",
        ),
        file("workflows/interest.yaml", SCORING),
        file("workflows/teams.yaml", "teams:\n  inside_sales: { members: [li.na] }\n"),
    ];
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let loaded = dsl::load(&files, &settings);
    assert!(loaded.project.library.scorings.contains_key("interest"), "{:?}", loaded.report.diagnostics());
    library.scorings = loaded.project.library.scorings;
    library.teams = loaded.project.library.teams;
    library
}

const SCORING: &str = "
scoring: interest
fit:
  - { when: customer.city == \"上海\", points: 2 }
grades: { A: 2, B: 0 }
behaviour:
  half_life: 30 days
  rules:
    - { event: order.paid, points: 3 }
bands:
  warm: 2
  hot: 5
";

/// What the generator's conditions may use: what the database can be asked.
pub fn scope(subject: bool) -> Scope {
    let entity = subject.then(|| "deal".to_owned());
    let segments = ["shanghai", "not_shanghai", "dormant"].map(str::to_owned);
    Scope { entity, allows: Allows::CustomerOnly, segments: Some(segments.into()), ..Scope::default() }
}

/// What a condition of a walk may use beside it.
pub fn scope_of_walk(subject: bool, library: &Library) -> Scope {
    let mut entry = dsl::condition::Fields::of_event(&library.model, "order.paid");
    entry.of = "order.paid".to_owned();
    let words = |all: &[&str]| {
        let words = all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        BTreeMap::from([("interest".to_owned(), words)])
    };
    Scope {
        allows: Allows::Everything,
        entry: Some(entry),
        vars: BTreeMap::from([("offer".to_owned(), Type::Text)]),
        inputs: BTreeMap::from([("n".to_owned(), Type::Number)]),
        steps: BTreeMap::from([(
            "call".to_owned(),
            Results { answer: true, ..Results::of("status", Type::Number) },
        )]),
        bands: words(&BANDS),
        grades: words(&GRADES),
        ..scope(subject)
    }
}

/// Reads a condition that must be right.
pub fn read(text: &str, library: &Library) -> Condition {
    read_in(text, &scope(true), library)
}

/// The same where more may be used.
pub fn read_in(text: &str, scope: &Scope, library: &Library) -> Condition {
    let mut report = Report::new();
    let read = dsl::condition::condition(text, Span::EMPTY, scope, library, &mut report);
    read.unwrap_or_else(|| panic!("{text}: {:?}", report.diagnostics()))
}

/// A text of a pool, or something like it.
pub fn amount(dice: &mut Dice) -> Decimal {
    let whole = i64::from(dice.below(12)) * 500_000 - 1_000_000;
    Decimal::from_micros(if dice.one_in(6) { whole + 1 } else { whole })
}

pub fn date(dice: &mut Dice) -> Date {
    let around = [
        Date::constant(2026, 3, 1),
        Date::constant(2026, 2, 28),
        Date::constant(2024, 2, 29),
        Date::constant(2026, 3, 29),
        Date::constant(2025, 12, 31),
        Date::constant(1990, 2, 28),
        Date::constant(2026, 11, 1),
    ];
    let of = dice.pick(&around);
    let days = if dice.one_in(2) { 0 } else { i64::from(dice.below(7)) - 3 };
    of.checked_add(jiff::Span::new().days(days)).expect("near enough")
}

/// Instants on the edges of days and windows around the instants of the questions.
pub fn instant(dice: &mut Dice, nows: &[Timestamp]) -> Timestamp {
    let now = dice.pick(nows);
    let days = i64::from(dice.pick(&[0_i32, 0, 1, 2, 7, 30, 90, 91, 365, -1]));
    let ms = i64::from(dice.pick(&[0_i32, 0, 0, 1, -1, 3_600_000, -7_200_000, 40_000_000]));
    Timestamp::from_millisecond(now.as_millisecond() - days * 86_400_000 + ms).expect("in range")
}

/// A value of a type, from a small pool, so that comparisons are often equal.
pub fn value(dice: &mut Dice, name: &str, ty: &Type, nows: &[Timestamp]) -> Value {
    match ty {
        Type::OneOf(values) => Value::Text(dice.pick(values)),
        Type::Text | Type::Email | Type::Phone => Value::from(match name {
            "country" => dice.pick(&COUNTRIES),
            "zone" => dice.pick(&ZONES),
            "owner" if dice.one_in(2) => dice.pick(&REPS),
            "category" => dice.pick(&CATEGORIES),
            _ => dice.pick(&CITIES),
        }),
        Type::Reference(kind) if kind == "customer" => Value::from(match dice.below(50) {
            48 | 49 => "nobody".to_owned(),
            number => format!("c{number}"),
        }),
        Type::Reference(_) => Value::from(dice.pick(&COMPANIES)),
        Type::Number | Type::Money if name == "big" => {
            Value::Number(dice.pick(&[Decimal::MAX, Decimal::MIN, Decimal::ZERO, Decimal::from(5)]))
        }
        Type::Number | Type::Money => Value::Number(amount(dice)),
        Type::YesNo => Value::YesNo(dice.one_in(2)),
        Type::Date => Value::Date(date(dice)),
        Type::Time => Value::Instant(instant(dice, nows)),
        Type::Duration => Value::Length(Length::from_days(i32::try_from(dice.below(40)).expect("small"))),
        Type::List => {
            let count = dice.below(3);
            Value::List((0..count).map(|_| dice.pick(&TAGS).to_owned()).collect())
        }
        Type::Birthday => Value::Birthday(if dice.one_in(4) {
            "lunar 08-15".parse().expect("a birthday")
        } else {
            Birthday::from(date(dice))
        }),
    }
}

fn values<'n>(
    dice: &mut Dice,
    fields: impl IntoIterator<Item = (&'n str, &'n Type)>,
    nows: &[Timestamp],
) -> BTreeMap<String, Value> {
    let known = fields.into_iter().filter_map(|(name, ty)| {
        let unknown = dice.one_in(4);
        let value = value(dice, name, ty, nows);
        (!unknown).then(|| (name.to_owned(), value))
    });
    known.collect()
}

/// A random customer with events, deals, consents and walks.
pub fn person(
    dice: &mut Dice,
    number: usize,
    library: &Library,
    nows: &[Timestamp],
) -> (Snapshot, Vec<Consent>) {
    let id = CustomerId::new(format!("c{number}"));
    let mut customer = Customer::new(id.clone());
    let stored = library.model.customer.iter().filter(|(name, attribute)| {
        // Counted attributes are absent until the first event, cases until they were first asked.
        matches!(attribute.origin, Origin::Given | Origin::From(_) | Origin::Cases(_))
            && **name != "external_id"
    });
    let fields: Vec<_> = stored.map(|(name, attribute)| (name.as_str(), &attribute.ty)).collect();
    customer.attributes = values(dice, fields, nows);
    let created_at = instant(dice, nows);
    customer.attributes.insert("created_at".to_owned(), Value::Instant(created_at));
    let mut snapshot = Snapshot::new(customer);
    for (name, kind) in &library.model.events {
        for place in 0..dice.below(6) {
            let fields = kind.fields.iter().map(|(name, ty)| (name.as_str(), ty));
            let mut properties = values(dice, fields, nows);
            if dice.one_in(20) {
                properties.insert("amount".to_owned(), Value::Number(Decimal::MAX));
            }
            // Often at one instant, so that the order of arrival and the id decide.
            let at = if dice.one_in(2) { dice.pick(nows) } else { instant(dice, nows) };
            snapshot.insert_event(Event {
                id: EventId::new(format!("{name}{place}")),
                source: "import".to_owned(),
                name: name.clone(),
                customer: id.clone(),
                entity: None,
                at,
                received_at: dice.pick(nows),
                properties,
                chain: 0,
            });
        }
    }
    for place in 0..dice.below(4) {
        let kind = &library.model.entities["deal"];
        let fields = kind.attributes.iter().filter(|(name, _)| *name != "id");
        let mut attributes = values(dice, fields.map(|(name, of)| (name.as_str(), &of.ty)), nows);
        if dice.one_in(2) {
            attributes.insert("created_at".to_owned(), Value::Instant(nows[0]));
        }
        put(&mut snapshot, "deal", &format!("d{number}_{place}"), Some(&id), attributes);
    }
    for (name, employees) in [("acme", Some(4)), ("云杉", None)] {
        let mut attributes = BTreeMap::from([("name".to_owned(), Value::from("上海"))]);
        attributes.extend(employees.map(|count| ("employees".to_owned(), Value::from(Decimal::from(count)))));
        put(&mut snapshot, "company", name, None, attributes);
    }
    let media = [None, Some(Medium::Email), Some(Medium::Sms)];
    let mut consents = Vec::new();
    for _ in 0..dice.below(4) {
        let topic = dice.pick(&["marketing", "marketing", "service"]).to_owned();
        let (medium, granted) = (dice.pick(&media), !dice.one_in(3));
        let at = dice.pick(nows);
        let consent =
            Consent { topic, medium, granted, at, source: "form".to_owned(), proof: model::Proof::default() };
        snapshot.consents.apply(&consent);
        consents.push(consent);
    }
    for place in 0..dice.below(4) {
        snapshot.suppressions.push(Suppression {
            medium: dice.pick(&media),
            topic: dice.pick(&[None, Some("marketing".to_owned()), Some("service".to_owned())]),
            reason: format!("manual {place}"),
            at: instant(dice, nows),
            until: if dice.one_in(3) { None } else { Some(dice.pick(nows)) },
        });
    }
    for workflow in WORKFLOWS {
        if dice.one_in(3) {
            snapshot.enrollments.push(walk(dice, workflow, number, &id, nows[0]));
        }
    }
    (snapshot, consents)
}

fn put(
    snapshot: &mut Snapshot,
    kind: &str,
    id: &str,
    customer: Option<&CustomerId>,
    attributes: BTreeMap<String, Value>,
) {
    let id = EntityId::new(id);
    let entity = Entity { kind: kind.to_owned(), id: id.clone(), customer: customer.cloned(), attributes };
    snapshot.entities.insert((kind.to_owned(), id), entity);
}

fn walk(dice: &mut Dice, workflow: &str, number: usize, customer: &CustomerId, at: Timestamp) -> Enrollment {
    let step = StepId::new("wait");
    let state = match dice.below(3) {
        0 => WalkState::Ready { step, since: at },
        1 => WalkState::Waiting { step, since: at, wake_at: at },
        _ => WalkState::Ended { at, reason: "end".to_owned() },
    };
    let walk = serde_json::from_value::<Walk>(serde_json::json!({ "entry": Entry::default() }));
    Enrollment {
        id: EnrollmentId::new(format!("{workflow}{number}")),
        workflow: WorkflowId::new(workflow),
        version: VersionId::new("1"),
        customer: customer.clone(),
        key: String::new(),
        entered_at: at,
        state,
        walk: walk.expect("the least walk"),
        goal_until: None,
        rev: 0,
    }
}
