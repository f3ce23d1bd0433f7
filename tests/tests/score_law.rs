//! The law of scores on a database: a score is the pure sum over the events, to 1e-9, in whatever order and
//! however often the events are imported, and after the rules have changed.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tests::dice::Dice;
use tests::real::{MAILING, Project};

tests::on_both! {
    a_score_is_the_sum_of_its_events_and_follows_new_rules,
    a_score_is_the_sum_of_events_that_come_late_twice_and_out_of_order,
}

const ZONES: [&str; 3] = ["Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles"];
/// The first day.
const FROM: &str = "2026-01-05T00:00:00Z";
const ASKED: &str = "2026-04-01T07:30:00Z";
const CUSTOMERS: u64 = 6;
const EVENTS: u64 = 90;

const MODEL: &str = "model: shop
customer:
  sector: { type: text, optional: true }
events:
  order.paid:   { amount: number }
  site.visited: {}
  spam.seen:    {}
  praised:      {}
";

/// A step that adds points: they fade like behaviour.
const PRAISE: &str = "workflow: praise
trigger: { event: praised }
reentry: { once_every: 1 hour }
consent: none
steps:
  - add_score: 7
    to: interest
";

/// What the rules give; the file and the sum below are made of the same numbers.
struct Rules {
    half_life_days: f64,
    fit: f64,
    order: f64,
    order_cap: f64,
    visit: f64,
    visits_a_day: usize,
    spam: f64,
    group_cap: f64,
    behaviour_cap: f64,
}

const FIRST: Rules = Rules {
    half_life_days: 21.0,
    fit: 12.5,
    order: 20.0,
    order_cap: 45.0,
    visit: 3.0,
    visits_a_day: 2,
    spam: -4.0,
    group_cap: 52.0,
    behaviour_cap: 70.0,
};

const SECOND: Rules = Rules {
    half_life_days: 10.0,
    fit: 5.0,
    order: 11.0,
    order_cap: 60.0,
    visit: 6.0,
    visits_a_day: 1,
    spam: -9.0,
    group_cap: 40.0,
    behaviour_cap: 90.0,
};

impl Rules {
    fn file(&self) -> String {
        format!(
            "scoring: interest
groups: {{ web: {} }}
fit:
  - {{ when: customer.sector == \"retail\", points: {} }}
behaviour:
  half_life: {} days
  cap: {}
  rules:
    - {{ event: order.paid, when: event.amount > 100, points: {}, cap: {}, group: web }}
    - {{ event: site.visited, points: {}, at_most: {} per day, group: web }}
    - {{ event: spam.seen, points: {} }}
",
            self.group_cap,
            self.fit,
            self.half_life_days,
            self.behaviour_cap,
            self.order,
            self.order_cap,
            self.visit,
            self.visits_a_day,
            self.spam,
        )
    }

    /// The sum as it is written in the rules, by the mathematics library and without any state.
    fn sum(&self, lead: &Lead, at: Timestamp, by_steps: bool) -> f64 {
        let fades = |when: Timestamp| {
            let days = (at - when).total(jiff::Unit::Millisecond).expect("a span") / 86_400_000.0;
            (-days / self.half_life_days).exp2()
        };
        let of = |name: &str| {
            let mut found: Vec<_> = lead.events.iter().filter(|event| event.name == name).collect();
            found.sort_by_key(|event| event.at);
            found
        };
        let orders = of("order.paid").into_iter().filter(|event| event.amount > 100);
        let orders: f64 = orders.map(|event| self.order * fades(event.at)).sum();
        let mut days: BTreeMap<Date, usize> = BTreeMap::new();
        let zone = TimeZone::get(lead.zone).expect("a zone");
        let mut visits = 0.0;
        for event in of("site.visited") {
            let count = days.entry(event.at.to_zoned(zone.clone()).date()).or_default();
            *count += 1;
            if *count <= self.visits_a_day {
                visits += self.visit * fades(event.at);
            }
        }
        let spam: f64 = of("spam.seen").iter().map(|event| self.spam * fades(event.at)).sum();
        let praised = of("praised").into_iter().filter(|_| by_steps);
        let added: f64 = praised.map(|event| 7.0 * fades(event.at)).sum();
        let held = |points: f64, cap: f64| points.clamp(-cap, cap);
        let web = held(held(orders, self.order_cap) + visits, self.group_cap);
        let fit = if lead.retail { self.fit } else { 0.0 };
        fit + held(web + spam + added, self.behaviour_cap)
    }
}

struct Fact {
    name: &'static str,
    at: Timestamp,
    amount: u64,
    row: String,
}

struct Lead {
    id: String,
    zone: &'static str,
    retail: bool,
    events: Vec<Fact>,
}

/// Many events of each customer, some of them at midnight of some zone, no two at one instant.
fn leads(dice: &mut Dice) -> Vec<Lead> {
    let from: Timestamp = FROM.parse().expect("an instant");
    (0..CUSTOMERS)
        .map(|number| {
            let id = format!("c{number}");
            let mut instants: BTreeMap<Timestamp, ()> = BTreeMap::new();
            while instants.len() < EVENTS as usize {
                let minutes = match dice.between(0, 2) {
                    0 => dice.between(0, 84 * 24) * 60,
                    1 => dice.between(0, 20) * 24 * 60 + dice.between(0, 30),
                    _ => dice.between(0, 84 * 24 * 60),
                };
                instants.insert(from + SignedDuration::from_mins(minutes as i64), ());
            }
            let mut praised: Option<Timestamp> = None;
            let events = instants.into_keys().enumerate().map(|(place, at)| {
                let rests = praised.is_none_or(|last| at .duration_since(last) >= SignedDuration::from_hours(2));
                let name = match dice.between(0, 9) {
                    0..=3 => "order.paid",
                    4..=7 => "site.visited",
                    8 if rests => "praised",
                    _ => "spam.seen",
                };
                if name == "praised" {
                    praised = Some(at);
                }
                let amount = dice.between(50, 150);
                let properties = if name == "order.paid" { json!({ "amount": amount }) } else { json!({}) };
                let row = json!({
                    "id": format!("{id}-{place}"), "event": name, "customer": id, "at": at, "properties": properties,
                });
                Fact { name, at, amount, row: row.to_string() }
            });
            let events: Vec<Fact> = events.collect();
            let zone = ZONES[number as usize % ZONES.len()];
            Lead { id, zone, retail: number % 2 == 0, events }
        })
        .collect()
}

fn shuffle<T>(dice: &mut Dice, list: &mut [T]) {
    for place in (1..list.len()).rev() {
        list.swap(place, dice.between(0, place as u64) as usize);
    }
}

/// Every score is the sum, to 1e-9.
fn the_law_holds(project: &Project, leads: &[Lead], rules: &Rules, by_steps: bool, when: &str) {
    let at: Timestamp = ASKED.parse().expect("an instant");
    for lead in leads {
        let told = project.read(&["score", &lead.id, "--at", ASKED, "--json"]);
        let is = told[0]["value"].as_f64().expect("a score");
        let law = rules.sum(lead, at, by_steps);
        assert!((is - law).abs() < 1e-9, "{when}, {}: {is}, by the law {law}\n{told:#}", lead.id);
    }
}

/// A project with its people, published.
fn project(leads: &[Lead], database: &str) -> Project {
    let [settings, ..] = MAILING;
    let project = Project::with(&[settings, ("workflows/model.yaml", MODEL)]).on(database);
    project.write("workflows/interest.yaml", &FIRST.file());
    project.write("workflows/praise.yaml", PRAISE);
    let mut customers = "external_id,zone,sector,created_at\n".to_owned();
    for lead in leads {
        let sector = if lead.retail { "retail" } else { "farm" };
        let _ = writeln!(customers, "{},{},{sector},2026-01-01T00:00:00Z", lead.id, lead.zone);
    }
    project.write("customers.csv", &customers);
    project.fine(&["import", "customers", "customers.csv"]);
    project.fine(&["publish"]);
    project
}

/// Three files that hold every row at least once and a third of them twice, in any order.
fn parts(project: &Project, dice: &mut Dice, leads: &[Lead]) -> [String; 3] {
    let mut rows: Vec<&str> =
        leads.iter().flat_map(|lead| &lead.events).map(|event| event.row.as_str()).collect();
    let again: Vec<&str> = rows.iter().copied().filter(|_| dice.between(0, 2) == 0).collect();
    rows.extend(again);
    shuffle(dice, &mut rows);
    let size = rows.len().div_ceil(3);
    std::array::from_fn(|part| {
        let rows = rows.iter().skip(part * size).take(size);
        let name = format!("events{part}.jsonl");
        project.write(&name, &rows.map(|row| format!("{row}\n")).collect::<String>());
        name
    })
}

fn a_score_is_the_sum_of_its_events_and_follows_new_rules(database: &str) {
    let (mut dice, seed) = Dice::from_environment("NURTURE_SEED");
    eprintln!("NURTURE_SEED={seed}");
    let leads = leads(&mut dice);
    let mut all = leads.iter().flat_map(|lead| &lead.events);
    assert!(all.any(|event| event.name == "praised"), "some points are added by a step");
    let project = project(&leads, database);
    for part in parts(&project, &mut dice, &leads) {
        project.fine(&["import", "events", &part]);
    }
    project.fine(&["run", "--clock", "2026-01-05..2026-04-02"]);
    the_law_holds(&project, &leads, &FIRST, true, "after a run");
    project.write("workflows/interest.yaml", &SECOND.file());
    project.fine(&["publish"]);
    the_law_holds(&project, &leads, &SECOND, true, "after a change of the rules");
}

fn a_score_is_the_sum_of_events_that_come_late_twice_and_out_of_order(database: &str) {
    let (mut dice, seed) = Dice::from_environment("NURTURE_SEED");
    eprintln!("NURTURE_SEED={seed}");
    let leads = leads(&mut dice);
    let project = project(&leads, database);
    for part in parts(&project, &mut dice, &leads) {
        project.fine(&["import", "events", &part]);
        // What came before has been applied when the next part comes; old facts start no walk.
        project.fine(&["run", "--until-idle"]);
    }
    the_law_holds(&project, &leads, &FIRST, false, "late");
}
