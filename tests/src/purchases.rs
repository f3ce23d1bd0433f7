//! A count of our own over the purchases, straight from the text: who was quiet for sixty days, when, and
//! what a win-back has to do then. It shares no code with what it judges.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use std::collections::BTreeMap;

/// Cents of each day with a purchase, by customer.
pub type Purchases = BTreeMap<String, BTreeMap<Date, Day>>;

/// The purchases of a customer's day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// How many.
    pub orders: u64,
    /// What they cost together.
    pub cents: u64,
}

/// Reads the lines `id YYYYMMDD items amount`. Errors: another line fails the test.
pub fn read(text: &str) -> Purchases {
    let mut purchases = Purchases::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [customer, date, _, amount]: [&str; 4] = fields.try_into().expect("a purchase has four fields");
        let date = Date::strptime("%Y%m%d", date).expect("a date");
        let (whole, cents) = amount.split_once('.').expect("an amount with cents");
        assert_eq!(cents.len(), 2, "{line}");
        let cents = whole.parse::<u64>().expect("a number") * 100 + cents.parse::<u64>().expect("a number");
        let day = purchases.entry(customer.to_owned()).or_default().entry(date).or_default();
        day.orders += 1;
        day.cents += cents;
    }
    purchases
}

/// The end of a quiet period, and what is known then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The customer.
    pub customer: String,
    /// Its day; the instant is midnight in UTC.
    pub on: Date,
    /// Purchases up to then.
    pub orders: u64,
    /// Their cost in cents.
    pub cents: u64,
    /// What follows.
    pub then: Then,
}

/// What the end of a quiet period leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The customer is written to.
    Enters,
    /// The last entry is less than 180 days ago.
    TooSoon,
    /// The customer has spent less than 100.
    TooLittle,
}

/// Days without a purchase.
fn quiet_for() -> Span {
    60.days()
}

/// Days from one entry to the next.
fn again_after() -> Span {
    180.days()
}

/// Cents that a customer has spent at least.
const LEAST: u64 = 10_000;

/// The ends of quiet periods in `[from, to)`, by customer and day. A purchase on the very day of the end
/// prevents it.
pub fn quiet_periods(purchases: &Purchases, from: Date, to: Date) -> Vec<Quiet> {
    let mut found = Vec::new();
    for (customer, days) in purchases {
        let (mut orders, mut cents) = (0, 0);
        let mut entered: Option<Date> = None;
        let mut ahead = days.iter().peekable();
        while let Some((day, bought)) = ahead.next() {
            orders += bought.orders;
            cents += bought.cents;
            let on = *day + quiet_for();
            if ahead.peek().is_some_and(|(next, _)| **next <= on) || on < from || on >= to {
                continue;
            }
            let then = if entered.is_some_and(|entered| on < entered + again_after()) {
                Then::TooSoon
            } else if cents < LEAST {
                Then::TooLittle
            } else {
                entered = Some(on);
                Then::Enters
            };
            found.push(Quiet { customer: customer.clone(), on, orders, cents, then });
        }
    }
    found
}

/// Cents as the program prints an amount: `57.5` for 5,750.
pub fn amount(cents: u64) -> String {
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_purchase_on_the_last_day_prevents_it_and_one_a_day_later_does_not() {
        let text = "1 20210101 1 60.00\n1 20210302 1 40.00\n2 20210101 2 99.99\n2 20210303 1 0.01\n";
        let found = quiet_periods(&read(text), date(2021, 1, 1), date(2021, 5, 2));
        let brief: Vec<_> = found.iter().map(|quiet| (&*quiet.customer, quiet.on, quiet.then)).collect();
        assert_eq!(brief, [("1", date(2021, 5, 1), Then::Enters), ("2", date(2021, 3, 2), Then::TooLittle)]);
    }

    #[test]
    fn the_hundred_and_eightieth_day_may_enter_again() {
        // Ends of quiet periods: 2 March, 28 August (179 days later) or 29 August (180).
        for (second, then) in [("20210629", Then::TooSoon), ("20210630", Then::Enters)] {
            let text = format!("1 20210101 1 100.00\n1 {second} 1 1.00\n");
            let found = quiet_periods(&read(&text), date(2021, 1, 1), date(2022, 1, 1));
            assert_eq!(found.iter().map(|quiet| quiet.then).collect::<Vec<_>>(), [Then::Enters, then]);
        }
    }

    #[test]
    fn amounts_are_printed_without_zeros_behind() {
        assert_eq!([5750, 5706, 12_000].map(amount), ["57.5", "57.06", "120"]);
    }
}
