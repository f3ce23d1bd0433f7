//! Every fault of a relay, for a message that goes at most once and for one that goes at least once: its exact
//! state in the ledger, and what the relay has; and the same when the relay is well again.

use engine::{Clock, Engine, VirtualClock};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tests::driven::Driven;
use tests::shop::{Shop, count};
use tests::sink::{Act, Point, Sink, Trouble};

/// What a send is, and how many copies the relay has.
type Found = (String, usize);

/// One fault: what it leaves at most once and at least once, and what has become of that when all is well.
struct Case {
    name: &'static str,
    fault: Fault,
    once: (&'static str, usize),
    again: (&'static str, usize),
    once_later: (&'static str, usize),
    again_later: (&'static str, usize),
}

enum Fault {
    /// Connections are refused.
    Away,
    /// This, once, at this point.
    At(Point, Act),
}

fn say(point: Point, line: &str) -> Fault {
    Fault::At(point, Act::Say(line.to_owned()))
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |name, fault, once, again, once_later, again_later| {
        cases.push(Case { name, fault, once, again, once_later, again_later });
    };
    let done = ("accepted", 1);
    // Nothing was handed over: it is tried again.
    let mut before = |name, fault| case(name, fault, ("due", 0), ("due", 0), done, done);
    before("away", Fault::Away);
    before("closed at the greeting", Fault::At(Point::Greeting, Act::Close));
    before("421 for a greeting", say(Point::Greeting, "421 4.3.2 not now"));
    before("554 for a greeting", say(Point::Greeting, "554 5.7.1 go away"));
    before("closed at EHLO", Fault::At(Point::Hello, Act::Close));
    before("closed at MAIL", Fault::At(Point::Mail, Act::Close));
    before("421 at MAIL", say(Point::Mail, "421 4.3.2 not now"));
    before("451 at MAIL", say(Point::Mail, "451 4.3.0 later"));
    before("closed at RCPT", Fault::At(Point::Recipient, Act::Close));
    before("421 at RCPT", say(Point::Recipient, "421 4.3.2 not now"));
    before("450 at RCPT", say(Point::Recipient, "450 4.2.0 greylisted"));
    before("closed at DATA", Fault::At(Point::Data, Act::Close));
    before("421 at DATA", say(Point::Data, "421 4.3.2 not now"));
    before("451 at DATA", say(Point::Data, "451 4.3.0 disk"));
    before("250 in place of 354", say(Point::Data, "250 2.0.0 fine"));
    before("421 for the dot", say(Point::Dot, "421 4.3.2 not now"));
    before("451 for the dot", say(Point::Dot, "451 4.3.0 later"));
    before("silent at the greeting", Fault::At(Point::Greeting, Act::Hang));
    before("silent at MAIL", Fault::At(Point::Mail, Act::Hang));
    before("silent at RCPT", Fault::At(Point::Recipient, Act::Hang));
    before("silent at DATA", Fault::At(Point::Data, Act::Hang));
    let ours = ("due configuration", 0);
    case("550 at MAIL", say(Point::Mail, "550 5.7.1 not you"), ours, ours, done, done);
    // A refusal for good is final.
    let mut refused = |name, fault, state| case(name, fault, state, state, state, state);
    refused("550 at RCPT", say(Point::Recipient, "550 5.1.1 nobody"), ("rejected hard_bounce", 0));
    refused("554 at RCPT", say(Point::Recipient, "554 5.7.1 blocked"), ("rejected policy", 0));
    refused("554 at DATA", say(Point::Data, "554 5.6.0 no"), ("rejected policy", 0));
    refused("554 for the dot", say(Point::Dot, "554 5.7.1 spam"), ("rejected policy", 0));
    // Handed over, and no word: nobody can know. At most once it stays so.
    let (unknown, due) = (("unknown no_answer", 0), ("due no_answer", 0));
    let mut lost = |name, fault| case(name, fault, unknown, due, unknown, done);
    lost("closed in the body", Fault::At(Point::Body, Act::Close));
    lost("closed at the dot", Fault::At(Point::Dot, Act::Close));
    lost("354 for the dot", say(Point::Dot, "354 one behind"));
    lost("251 for the dot", say(Point::Dot, "251 2.0.0 will forward"));
    lost("silent in the body", Fault::At(Point::Body, Act::Hang));
    lost("silent at the dot", Fault::At(Point::Dot, Act::Hang));
    // It has the mail, and no word of that comes.
    let (unknown, due) = (("unknown no_answer", 1), ("due no_answer", 1));
    let mut taken = |name, fault| case(name, fault, unknown, due, unknown, ("accepted", 2));
    taken("taken, then closed", Fault::At(Point::Recorded, Act::Close));
    taken("taken, then silent", Fault::At(Point::Recorded, Act::Hang));
    taken("taken, then 354", say(Point::Recorded, "354 one behind"));
    // It has the mail and says in so many words that it has not: whoever lies so gets it twice.
    case(
        "taken, then 451",
        say(Point::Recorded, "451 4.3.0 later"),
        ("due", 1),
        ("due", 1),
        ("accepted", 2),
        ("accepted", 2),
    );
    // Slow is not silent.
    let slow = Duration::from_millis(200);
    for (name, point) in [
        ("slow to greet", Point::Greeting),
        ("slow at RCPT", Point::Recipient),
        ("slow in the body", Point::Body),
        ("slow to accept", Point::Recorded),
    ] {
        case(name, Fault::At(point, Act::Wait(slow)), done, done, done, done);
    }
    case("closed at QUIT", Fault::At(Point::Quit, Act::Close), done, done, done, done);
    cases
}

/// A project whose first mails wait, one customer for each case, until a case is tried.
struct Bench {
    shop: Shop,
    sink: Sink,
    engine: Engine,
    clock: VirtualClock,
}

/// An instant at which nothing of these tests happens.
const FAR: i64 = 253_000_000_000_000;

impl Bench {
    async fn new(shop: fn(u16) -> Shop, customers: usize) -> Self {
        let sink = Sink::start();
        let shop = shop(sink.port());
        shop.start(customers);
        let Driven { engine, clock, .. } = Driven::over(shop.path()).await;
        while engine.turn(clock.now()).await.unwrap().due > 0 {}
        let bench = Self { shop, sink, engine, clock };
        bench.park().await;
        bench
    }

    async fn park(&self) {
        self.due("state = 'due'", FAR).await;
    }

    async fn due(&self, which: &str, at: i64) {
        let mut conn = self.engine.store().begin().await.unwrap();
        let statement = store::Statement::Written(format!("UPDATE send SET due_at = ?1 WHERE {which}"));
        store::sql::query(statement).bind(at).execute(&mut conn).await.unwrap();
        store::commit(conn).await.unwrap();
    }

    /// What became of a customer's mail.
    async fn found(&self, customer: &str) -> Found {
        let mut conn = self.engine.store().read().await.unwrap();
        let row: (String, Option<String>, String) =
            store::sql::query_as("SELECT state, reason, message_id FROM send WHERE customer = ?1")
                .bind(customer)
                .fetch_one(&mut conn)
                .await
                .unwrap();
        let (state, reason, message_id) = row;
        let copies = self.sink.message_ids().iter().filter(|id| id.contains(&message_id)).count();
        (reason.map_or(state.clone(), |reason| format!("{state} {reason}")), copies)
    }

    /// Tries one case: the fault, and then a relay that is well.
    async fn tried(mut self, case: &Case, customer: &str) -> (Self, Found, Found) {
        let mut timeouts = channels::email::Timeouts::default();
        if let Fault::At(point, Act::Hang) = case.fault {
            let short = match point {
                Point::Greeting | Point::Hello => &mut timeouts.opening,
                Point::Body | Point::Dot | Point::Recorded => &mut timeouts.content,
                Point::Auth | Point::Mail | Point::Recipient | Point::Data | Point::Reset | Point::Quit => {
                    &mut timeouts.command
                }
            };
            *short = Duration::from_millis(2_500);
        }
        // New connections each time.
        self.engine = self.engine.with_timeouts(timeouts).unwrap();
        match &case.fault {
            Fault::Away => self.sink.refuse(),
            Fault::At(point, act) => self.sink.trouble(Trouble::at(*point, act.clone()).once()),
        }
        let now = self.clock.now();
        self.due(&format!("customer = '{customer}'"), now.as_millisecond()).await;
        self.engine.deliver(now).await.unwrap();
        let at_once = self.found(customer).await;
        self.sink.listen();
        self.sink.behave();
        if at_once.0 == "due configuration" {
            self.opened(customer).await;
        }
        let later = self.clock.advance(SignedDuration::from_mins(16));
        self.engine = self.engine.with_timeouts(channels::email::Timeouts::default()).unwrap();
        self.engine.deliver(later).await.unwrap();
        let found = self.found(customer).await;
        self.park().await;
        (self, at_once, found)
    }
}

impl Bench {
    /// A relay that refuses our account is not asked again until a person says so.
    async fn opened(&self, customer: &str) {
        let now = self.clock.advance(SignedDuration::from_mins(6));
        self.engine.deliver(now).await.unwrap();
        assert_eq!(self.found(customer).await, ("due channel_closed".to_owned(), 0));
        let mut conn = self.engine.store().begin().await.unwrap();
        let closed = store::channel::closed(&mut conn).await.unwrap();
        assert_eq!(closed.values().map(|closed| closed.why.as_str()).collect::<Vec<_>>(), ["SMTP 550"]);
        for name in closed.keys() {
            assert!(store::channel::open(&mut conn, name).await.unwrap());
        }
        store::commit(conn).await.unwrap();
    }
}

async fn each_fault(shop: fn(u16) -> Shop, twice: bool) {
    let cases = cases();
    let mut bench = Bench::new(shop, cases.len()).await;
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let (again, at_once, later) = bench.tried(case, &format!("c{number}")).await;
        bench = again;
        let (wanted, wanted_later) =
            if twice { (case.again, case.again_later) } else { (case.once, case.once_later) };
        let own = |(state, copies): (&str, usize)| (state.to_owned(), copies);
        if (&at_once, &later) != (&own(wanted), &own(wanted_later)) {
            wrong.push(format!("{}: {at_once:?}, later {later:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // What is unknown is listed, and nothing else.
    let listed = bench.shop.fine(&["sends", "--unknown", "--json"]);
    let listed: Vec<serde_json::Value> = serde_json::from_str(&listed.out).unwrap();
    let unknown = cases.iter().filter(|case| !twice && case.once_later.0.starts_with("unknown")).count();
    assert_eq!(listed.len(), unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_has_its_state_at_most_once() {
    each_fault(Shop::marketing, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_has_its_state_at_least_once() {
    each_fault(Shop::service, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn down_for_six_hours_it_is_asked_at_most_once_a_second_and_nothing_is_lost() {
    let sink = Sink::start();
    sink.trouble(Trouble::say(Point::Greeting, "421 4.3.2 closed"));
    let shop = Shop::marketing(sink.port());
    shop.start(20);
    let driven = Driven::over(shop.path()).await;
    let (start, hours) = (driven.clock.now(), SignedDuration::from_hours(6));
    let mut busiest = 0;
    while driven.clock.now() < start + hours {
        let (before, at) = (sink.sessions().len(), driven.clock.now());
        // What is due now or within the next second, then on to what is due next.
        driven.work().await;
        busiest = busiest.max(sink.sessions().len() - before);
        let next = driven.engine.next_at().await.unwrap().unwrap_or(at);
        driven.clock.set(next.max(at + SignedDuration::from_secs(1)));
    }
    assert!(busiest <= 1, "{busiest} probes in a second");
    let probes = sink.sessions().len();
    assert!((10..=6 * 3_600).contains(&probes), "{probes} probes");
    println!("down for 6 h: {probes} probes, {busiest} in the busiest second");
    assert_eq!(driven.count("SELECT count(*) FROM send WHERE state <> 'due'").await, 0);
    sink.behave();
    // The longest that one waits which was tried before.
    for _ in 0..30 {
        driven.work_after(1_800).await;
    }
    assert_eq!(driven.states().await, [("accepted".to_owned(), 40)]);
    assert_eq!(sink.count(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_word_settles_what_nobody_knows() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    shop.start(4);
    (0..4).for_each(|_| sink.trouble(Trouble::at(Point::Recorded, Act::Close).once()));
    let driven = Driven::over(shop.path()).await;
    // After each loss the relay rests a while.
    for _ in 0..12 {
        driven.work_after(31).await;
    }
    assert_eq!(driven.states().await, [("accepted".to_owned(), 4), ("unknown".to_owned(), 4)]);
    let listed = shop.fine(&["sends", "--unknown", "--json"]);
    let listed: Vec<serde_json::Value> = serde_json::from_str(&listed.out).unwrap();
    let ids: Vec<&str> = listed.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let of = |word: &str, id: &str| shop.fine(&["sends", "resolve", word, id, "--by", "ann"]);
    assert_eq!(of("accept", ids[0]).out, "1 message counts as arrived\n");
    assert_eq!(of("again", ids[1]).out, "1 message goes again\n");
    let strange =
        tests::binary::nurture(shop.path(), &["sends", "resolve", "dismiss", ids[2], ids[0], "--by", "ann"]);
    assert_eq!((strange.code, strange.err.contains(ids[0])), (4, true), "{}", strange.err);
    let future = (Timestamp::now() + SignedDuration::from_hours(48)).to_string();
    let none = shop.fine(&["sends", "resolve", "dismiss", "--from", &future, "--by", "ann"]);
    assert!(none.out.starts_with("Nothing was changed"), "{}", none.out);
    let rest = shop.fine(&["sends", "resolve", "dismiss", "--to", &future, "--by", "ann", "--json"]);
    let rest: serde_json::Value = serde_json::from_str(&rest.out).unwrap();
    assert_eq!((rest["done"].as_array().unwrap().len(), rest["by"].as_str()), (2, Some("ann")));
    driven.work_after(120).await;
    let store = shop.store().await;
    let mut conn = store.read().await.unwrap();
    let word = "SELECT state, count(*) FROM send WHERE reason = 'resolved' AND reply = 'ann' GROUP BY state ORDER BY state";
    let settled = tests::shop::counts(&mut conn, word).await;
    assert_eq!(settled, [("accepted".to_owned(), 1), ("rejected".to_owned(), 2)]);
    assert_eq!(count(&mut conn, "SELECT count(*) FROM send WHERE state = 'accepted'").await, 6);
    let copies = sink.message_ids().iter().filter(|id| id.contains(ids[1])).count();
    assert_eq!(copies, 2, "it went again under its Message-ID");
    let facts = "SELECT count(*) FROM event WHERE name = 'email.sent'";
    assert_eq!(count(&mut conn, facts).await, 6, "what arrived counts as sent");
    assert_eq!(count(&mut conn, "SELECT count(*) FROM audit WHERE who = 'ann'").await, 3);
}
