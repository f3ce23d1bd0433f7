//! Customers to work with, the same on every machine, and what makes them begin.

use crate::config::Config;
use crate::exit::Failure;
use crate::shell::open::of_store;
use crate::view::progress::Progress;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use model::{Birthday, Consent, Customer, CustomerId, Event, EventId, Value};
use std::collections::BTreeMap;
use store::event::EventState;
use store::{Store, StoreError};

/// Customers written at once.
const PART: u64 = 2_000;
/// Events stored at once.
const EVENTS: usize = 1_000;

const CITIES: [&str; 5] = ["Beijing", "Shanghai", "Shenzhen", "Chengdu", "Hangzhou"];

/// Stores customers number 0 to `count`, each of whom said yes to news.
pub async fn customers(
    config: &Config,
    store: &Store,
    count: u64,
    progress: &Progress,
) -> Result<(), Failure> {
    let since = known_since();
    progress.whole(count);
    progress.doing(model::words::say(config.language.value, "bench-seeds", &[]));
    let mut from = 0;
    while from < count {
        let to = (from + PART).min(count);
        let people: Vec<Customer> = (from..to).map(|number| customer(number, since)).collect();
        let yes = Consent {
            topic: "news".to_owned(),
            medium: None,
            granted: true,
            at: since,
            source: "bench".to_owned(),
            proof: model::Proof::default(),
        };
        let written = async {
            let mut transaction = store.begin().await?;
            store::customer::write(&mut transaction, &people.iter().collect::<Vec<_>>(), since).await?;
            let consents: Vec<_> = people.iter().map(|one| (&one.id, &yes)).collect();
            store::consent::record(&mut transaction, &consents).await?;
            store::commit(transaction).await
        };
        written.await.map_err(|error| of_store(config, &error))?;
        from = to;
        progress.at(from);
    }
    Ok(())
}

/// Stores the event that each of `count` customers among `stored` begins with.
pub async fn begin(store: &Store, count: u64, stored: u64, now: Timestamp) -> Result<(), StoreError> {
    let every = stored.checked_div(count).unwrap_or(1).max(1);
    let numbers: Vec<u64> = (0..count).map(|number| number * every).collect();
    for part in numbers.chunks(EVENTS) {
        let events: Vec<Event> = part.iter().map(|number| began(*number, now)).collect();
        let mut transaction = store.begin_beside().await?;
        store::event::insert(&mut transaction, &events.iter().collect::<Vec<_>>(), EventState::New).await?;
        store::commit(transaction).await?;
    }
    Ok(())
}

/// The id of a customer.
pub fn id(number: u64) -> CustomerId {
    CustomerId::from(format!("b{number:08}"))
}

/// The address of a customer.
pub fn address(number: u64) -> String {
    format!("user{number}@example.test")
}

fn customer(number: u64, since: Timestamp) -> Customer {
    let mut customer = Customer::new(id(number));
    let text = |text: String| Value::Text(text);
    let city =
        usize::try_from(number).ok().and_then(|at| CITIES.get(at % CITIES.len())).unwrap_or(&"Beijing");
    let tags = ["Tea", "Cup", "Kettle", "Tray", "Honey"].map(str::to_owned).to_vec();
    customer.attributes = BTreeMap::from([
        ("first_name".to_owned(), text(format!("First{}", number % 997))),
        ("last_name".to_owned(), text(format!("Last{}", number % 1_499))),
        ("email".to_owned(), text(address(number))),
        ("city".to_owned(), text((*city).to_owned())),
        ("country".to_owned(), text("CN".to_owned())),
        ("tags".to_owned(), Value::List(tags)),
        ("vip".to_owned(), Value::YesNo(number % 50 > 40)),
        ("created_at".to_owned(), Value::Instant(since)),
        ("birthday".to_owned(), Value::Birthday(Birthday::from(born(number)))),
    ]);
    customer
}

/// A day between 1950 and 2009: within 60 years each comes about as often as any other.
fn born(number: u64) -> Date {
    let days = i64::try_from(number.wrapping_mul(7_919) % 21_900).unwrap_or(0);
    date(1950, 1, 1).saturating_add(jiff::Span::new().days(days))
}

/// How many of so many customers were born on a day of the year.
pub fn born_on(count: u64, month: i8, day: i8) -> u64 {
    let on = (0..count).map(born).filter(|date| (date.month(), date.day()) == (month, day));
    u64::try_from(on.count()).unwrap_or(u64::MAX)
}

fn known_since() -> Timestamp {
    Timestamp::from_second(1_735_689_600).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn began(number: u64, now: Timestamp) -> Event {
    Event {
        id: EventId::from(format!("began-{number}")),
        source: "bench".to_owned(),
        name: "bench.began".to_owned(),
        customer: id(number),
        entity: None,
        at: now,
        received_at: now,
        properties: BTreeMap::new(),
        chain: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_one_in_365_has_their_day() {
        assert_eq!(born_on(21_900, 3, 14), 60);
    }
}
