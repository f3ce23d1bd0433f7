//! Twins: the evaluator and the SQL of a condition agree on every customer. Thousands of random conditions over
//! random customers, a quarter of whose values are unknown; `NURTURE_SEED` repeats a run.

#![allow(clippy::panic, clippy::indexing_slicing, reason = "a helper that fails is a test that fails")]

mod conditions;
mod constructs;
mod dice;
mod people;

use conditions::{Author, Sight, Walk, entered_at, walk_value};
use constructs::Constructs;
use dice::Dice;
use dsl::condition::{Root, Test, print};
use dsl::library::Library;
use interpreter::condition;
use interpreter::facts::Facts;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Changes, Consent, Entry, Rep, RepId, Snapshot, StepId, zone};
use std::collections::{BTreeMap, BTreeSet};
use store::condition::{Bind, Dialect, SqlContext, SqlFragment, where_clause};
use store::event::{self, EventState};
use store::{Options, Statement, Store, entity, snapshot};

const CONDITIONS: usize = 4_000;
const PEOPLE: usize = 48;

/// Evenings on which it is another day, month or clock somewhere: before 1 March in Shanghai, in the gap of Berlin,
/// in the overlap of New York.
const NOWS: [&str; 3] = ["2026-02-28T17:00:00Z", "2026-03-29T01:30:00Z", "2026-11-01T05:30:00Z"];

fn seed() -> u64 {
    std::env::var("NURTURE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_302)
}

struct Town {
    library: Library,
    people: Vec<Snapshot>,
    nows: Vec<Timestamp>,
    project_zone: TimeZone,
    zones: Vec<(String, TimeZone)>,
    countries: Vec<(String, TimeZone)>,
    store: Store,
    dialect: Dialect,
}

impl Town {
    async fn settle(dice: &mut Dice, dialect: Dialect) -> Self {
        let library = people::library();
        let nows: Vec<Timestamp> = NOWS.iter().map(|at| at.parse().expect("an instant")).collect();
        let store = match dialect {
            Dialect::Sqlite => Store::temporary().await,
            Dialect::Postgres => Store::open(&cluster::database(), Options::default()).await,
        };
        let store = store.expect("a database");
        let mut snapshots = Vec::new();
        for number in 0..PEOPLE {
            let (snapshot, consents) = people::person(dice, number, &library, &nows);
            write(&store, &snapshot, &consents).await;
            snapshots.push(snapshot);
        }
        for entity in snapshots[0].entities.values().filter(|entity| entity.customer.is_none()) {
            let mut tx = store.begin().await.expect("a writer");
            entity::write(&mut tx, &[entity]).await.expect("an entity");
            store::commit(tx).await.expect("committed");
        }
        see_friends(&library, &mut snapshots);
        let named = |name: &&str| zone::zone(name).map(|zone| ((*name).to_owned(), zone));
        let country = |(name, zone): (&str, &str)| (name.to_owned(), self::zone::zone(zone).expect("a zone"));
        let countries = [("CN", "Asia/Shanghai"), ("US", "America/New_York"), ("DE", "Europe/Berlin")];
        Self {
            library,
            people: snapshots,
            nows,
            project_zone: zone::zone("Asia/Shanghai").expect("a zone"),
            zones: people::ZONES.iter().filter_map(named).collect(),
            countries: countries.map(country).to_vec(),
            store,
            dialect,
        }
    }

    fn context(&self, now: Timestamp, subject: bool) -> SqlContext<'_> {
        SqlContext {
            library: &self.library,
            now,
            project_zone: &self.project_zone,
            zones: &self.zones,
            countries: &self.countries,
            dialect: self.dialect,
            subject: subject.then_some("deal"),
        }
    }

    /// A customer's own zone, else their country's, else the project's.
    fn zone_of(&self, snapshot: &Snapshot) -> &TimeZone {
        let find = |all: &'_ [(String, TimeZone)], name: Option<&str>| {
            all.iter().position(|(known, _)| Some(known.as_str()) == name)
        };
        let own = find(&self.zones, snapshot.customer.text("zone")).map(|place| &self.zones[place].1);
        let country =
            || find(&self.countries, snapshot.customer.text("country")).map(|place| &self.countries[place].1);
        own.or_else(country).unwrap_or(&self.project_zone)
    }

    /// Whom a test holds for, by the evaluator: customers, or deals where it is about one.
    fn evaluated(&self, test: &Test, now: Timestamp, subject: bool, walk: bool) -> BTreeSet<String> {
        let away = |id: &str| Rep { away: id == "wang.wei", ..Rep::default() };
        let reps: BTreeMap<RepId, Rep> = people::REPS.iter().map(|id| (RepId::new(*id), away(id))).collect();
        let at = entered_at(&self.nows);
        let of = |root: Root, field: &str| (field.to_owned(), walk_value(&root, field, at));
        let (vars, inputs) =
            (BTreeMap::from([of(Root::Vars, "offer")]), BTreeMap::from([of(Root::Inputs, "n")]));
        let call = BTreeMap::from([
            of(Root::Step("call".into()), "status"),
            of(Root::Answer("call".into()), "credit"),
        ]);
        let results = BTreeMap::from([(StepId::new("call"), call)]);
        let begun = Entry {
            name: "order.paid".to_owned(),
            at,
            received_at: Timestamp::MAX,
            fields: BTreeMap::from([of(Root::Entry, "amount")]),
            ..Entry::default()
        };
        let mut holds = BTreeSet::new();
        for snapshot in &self.people {
            let deals = snapshot.entities.keys().filter(|(kind, _)| kind == "deal");
            let seen: Vec<Option<_>> = if subject { deals.map(Some).collect() } else { vec![None] };
            for deal in seen {
                let entry = if walk { begun.clone() } else { Entry::default() };
                let entry = Entry { entity: deal.cloned(), ..entry };
                let facts = Facts {
                    library: &self.library,
                    snapshot,
                    reps: &reps,
                    entry: (walk || deal.is_some()).then_some(&entry),
                    event: None,
                    candidate: None,
                    candidate_entity: None,
                    vars: walk.then_some(&vars),
                    inputs: walk.then_some(&inputs),
                    results: walk.then_some(&results),
                    now,
                    zone: self.zone_of(snapshot),
                    project_zone: &self.project_zone,
                };
                if condition::test(test, &facts) {
                    holds
                        .insert(deal.map_or(snapshot.customer.id.as_str(), |(_, id)| id.as_str()).to_owned());
                }
            }
        }
        holds
    }

    /// The same by the database.
    async fn selected(&self, clause: &SqlFragment, subject: bool) -> BTreeSet<String> {
        let from = if subject {
            "SELECT subject.id FROM entity AS subject JOIN customer ON customer.slot = subject.slot \
             AND customer.id = subject.customer WHERE subject.kind = 'deal' AND "
        } else {
            "SELECT customer.id FROM customer WHERE "
        };
        let sql = [from, "(", &clause.sql, ")"].concat();
        let mut query = store::sql::query_scalar::<String>(Statement::Written(sql.clone()));
        for bind in &clause.binds {
            query = match bind {
                Bind::Text(text) => query.bind(text.clone()),
                Bind::Integer(number) => query.bind(*number),
            };
        }
        let mut conn = self.store.read().await.expect("a reader");
        match query.fetch_all(&mut conn).await {
            Ok(ids) => ids.into_iter().collect(),
            Err(error) => panic!("{error}\n{sql}\n{:?}", clause.binds),
        }
    }
}

#[tokio::test]
async fn the_evaluator_and_sqlite_agree_on_random_conditions() {
    the_evaluator_and_the_database_agree_on_random_conditions(Dialect::Sqlite).await;
}

#[tokio::test]
async fn the_evaluator_and_postgres_agree_on_random_conditions() {
    the_evaluator_and_the_database_agree_on_random_conditions(Dialect::Postgres).await;
}

async fn the_evaluator_and_the_database_agree_on_random_conditions(dialect: Dialect) {
    let seed = seed();
    println!("NURTURE_SEED={seed}");
    let mut dice = Dice::new(seed);
    let town = Town::settle(&mut dice, dialect).await;
    let mut author = Author { dice, nows: &town.nows, walk: None, in_truth: false };
    let (mut answers, mut some) = (0, 0);
    let mut constructs = Constructs::default();
    for number in 0..CONDITIONS {
        let (subject, walk) = (number % 4 == 3, number % 3 == 2);
        let sight = if subject { Sight::Deal } else { Sight::Customer };
        let now = author.dice.pick(&town.nows);
        // What only a walk knows, and the same with its values written out, for the database.
        let before = author.dice.clone();
        author.walk = walk.then_some(Walk::Named);
        let test = author.test(3, sight);
        let asked = if walk {
            let back = now.as_millisecond() - entered_at(&town.nows).as_millisecond();
            author.dice = before;
            author.walk = Some(Walk::Frozen(back));
            author.test(3, sight)
        } else {
            test.clone()
        };
        author.walk = None;
        constructs.test(&test);
        let text = print::test(&test);
        reads_back(&test, &town.library, walk);
        let clause = match where_clause(&asked, &town.context(now, subject)) {
            Ok(clause) => clause,
            Err(refused) => panic!("seed {seed}, condition {number}: {refused}\n{text}"),
        };
        let (evaluated, selected) =
            (town.evaluated(&test, now, subject, walk), town.selected(&clause, subject).await);
        let differs: Vec<_> = evaluated.symmetric_difference(&selected).collect();
        assert!(
            differs.is_empty(),
            "seed {seed}, condition {number} at {now}: {differs:?} differ; the evaluator says {:?}\n{text}\n{}\n{:?}",
            differs.iter().map(|id| evaluated.contains(*id)).collect::<Vec<_>>(),
            clause.sql,
            clause.binds,
        );
        answers += if subject { 0 } else { PEOPLE };
        some += usize::from(!evaluated.is_empty() && evaluated.len() < PEOPLE);
    }
    // The test is worth something only where the answers are mixed.
    assert!(some > CONDITIONS / 3, "only {some} of {CONDITIONS} conditions divide the people");
    println!("{CONDITIONS} conditions, {answers} answers, {some} of them mixed");
    // What no database knows: refused there whatever stands around it, and `not` is its opposite.
    let mut divided = 0;
    for number in 0..CONDITIONS / 8 {
        let subject = number % 2 == 1;
        let test = author.beyond(1, if subject { Sight::Deal } else { Sight::Customer });
        let now = author.dice.pick(&town.nows);
        constructs.test(&test);
        reads_back(&test, &town.library, true);
        let text = print::test(&test);
        assert!(where_clause(&test, &town.context(now, subject)).is_err(), "seed {seed}: {text}");
        let holds = town.evaluated(&test, now, subject, true);
        let not = town.evaluated(&Test::negate(test), now, subject, true);
        let all = town.evaluated(&Test::Always(true), now, subject, true);
        assert!(holds.is_disjoint(&not) && holds.union(&not).eq(all.iter()), "seed {seed}: {text}");
        divided += usize::from(!holds.is_empty() && !not.is_empty());
    }
    assert!(divided > CONDITIONS / 24, "only {divided} divide the people");
    let rare = constructs.rare(CONDITIONS / 1_000);
    assert!(rare.is_empty(), "these were hardly ever made: {rare:?}");
}

/// What is printed of a condition reads back to the same.
fn reads_back(test: &Test, library: &Library, walk: bool) {
    let mut made = Constructs::default();
    made.test(test);
    // A test that stands as a value is written by `= …` only.
    if made.0.contains_key("Operand::Truth") {
        return;
    }
    let scope = if walk { people::scope_of_walk(true, library) } else { people::scope(true) };
    let text = print::test(test);
    assert_eq!(people::read_in(&text, &scope, library).test, *test, "{text}");
}

/// Everybody sees the customers that they refer to.
fn see_friends(library: &Library, snapshots: &mut [Snapshot]) {
    let known: BTreeMap<String, model::Entity> = snapshots
        .iter()
        .map(|snapshot| (snapshot.customer.id.as_str().to_owned(), snapshot.customer.as_entity()))
        .collect();
    for snapshot in snapshots {
        for (kind, id) in library.model.references(snapshot) {
            if kind == "customer"
                && let Some(friend) = known.get(&id)
            {
                snapshot.entities.insert((kind, friend.id.clone()), friend.clone());
            }
        }
    }
}

/// Edges that random conditions rarely meet.
#[tokio::test]
async fn the_evaluator_and_the_database_agree_on_pinned_conditions() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        pinned(dialect).await;
    }
}

async fn pinned(dialect: Dialect) {
    let town = Town::settle(&mut Dice::new(3), dialect).await;
    for text in [
        // Of one instant the id decides.
        "last(deal.id) contains \"_1\"",
        "first(deal.id) contains \"_1\"",
        "last(deal.id, last 30 days) contains \"_1\"",
        "count(deal, where deal.partner.employees > 5) >= 1",
        "customer.renews_on + 30 days > today",
        "customer.rank == \"gold\" or customer.rank == \"basic\"",
        "age(customer.renews_on) >= 0",
        "count(order.paid, last 24 hours) < count(order.paid, last 1 month)",
        "customer.last_order_at == today - 1 day",
        "days_since(customer.last_order_at) == 1 or days_since(customer.last_order_at) between 29.5 and 31",
        "customer.tags has any of [\"老客户\", \"x\\\"y\"] and not customer.兴趣 has \"a\"",
        "may(email) or may(sms)",
    ] {
        let test = people::read(text, &town.library).test;
        let mut some = false;
        for now in &town.nows {
            let clause = where_clause(&test, &town.context(*now, false)).expect(text);
            let evaluated = town.evaluated(&test, *now, false, false);
            assert_eq!(evaluated, town.selected(&clause, false).await, "{text} at {now}\n{}", clause.sql);
            some |= !evaluated.is_empty() && evaluated.len() < PEOPLE;
        }
        assert!(some, "{text} divides nobody");
    }
}

/// What the database cannot know is refused by its name, never answered wrongly.
#[tokio::test]
async fn what_the_database_cannot_know_is_refused_by_name() {
    let town = Town::settle(&mut Dice::new(1), Dialect::Sqlite).await;
    let now = town.nows[0];
    for (text, what) in [
        ("gap(order.paid) > 30 days", "gap(order.paid) > 30 days"),
        ("customer.spend * 0.5 > 3", "customer.spend * 0.5"),
        ("age(customer.birthday) > 3", "age(customer.birthday)"),
        ("customer.renews_on - 1 month < today", "customer.renews_on - 1 month"),
        ("customer.last_order_at < customer.renews_on", "customer.last_order_at < customer.renews_on"),
        ("now - gap(order.paid) < now", "now - gap(order.paid)"),
    ] {
        let condition = people::read(text, &town.library);
        let refused = where_clause(&condition.test, &town.context(now, false)).expect_err(text);
        assert_eq!(refused.what, what);
    }
}

/// An atom stands bare and a negated one behind `IS NOT TRUE`; values are binds.
#[tokio::test]
async fn a_positive_atom_is_bare_and_a_negated_one_is_not_true() {
    let town = Town::settle(&mut Dice::new(1), Dialect::Sqlite).await;
    let sql = |text: &str| {
        let condition = people::read(text, &town.library);
        let clause = where_clause(&condition.test, &town.context(town.nows[0], false)).expect(text);
        (clause.sql, clause.binds)
    };
    let shanghai = || vec![Bind::Text("上海".to_owned())];
    assert_eq!(
        sql("customer.城市 == \"上海\""),
        ("json_extract(customer.attributes, '$.\"城市\"') = ?".to_owned(), shanghai())
    );
    assert_eq!(
        sql("customer.城市 != \"上海\""),
        ("(json_extract(customer.attributes, '$.\"城市\"') = ?) IS NOT TRUE".to_owned(), shanghai())
    );
    assert_eq!(sql("customer.owner is unknown").0, "(customer.owner IS NOT NULL) IS NOT TRUE");
    let (text, binds) = sql("customer.city == \"'; DROP TABLE customer; --\"");
    assert_eq!(text, "json_extract(customer.attributes, '$.\"city\"') = ?");
    assert_eq!(binds, [Bind::Text("'; DROP TABLE customer; --".to_owned())]);
}

async fn write(store: &Store, snapshot: &Snapshot, consents: &[Consent]) {
    let own = snapshot.entities.iter().filter(|(_, entity)| entity.customer.is_some());
    let changes = Changes {
        customer: true,
        entities: own.map(|(name, _)| name.clone()).collect(),
        enrollments: snapshot.enrollments.iter().map(|walk| walk.id.clone()).collect(),
        consents: consents.to_vec(),
        suppressions: snapshot.suppressions.clone(),
        ..Changes::default()
    };
    let mut tx = store.begin().await.expect("a writer");
    let events: Vec<_> = snapshot.events.values().flatten().collect();
    event::insert(&mut tx, &events, EventState::Done).await.expect("events");
    let at = snapshot.customer.created_at().expect("always there");
    snapshot::save(&mut tx, &[(snapshot.clone(), changes)], at).await.expect("a customer");
    store::commit(tx).await.expect("committed");
}
