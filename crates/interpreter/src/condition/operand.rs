//! The value of an operand.

use super::{Reader, arithmetic};
use crate::score;
use dsl::condition::{Operand, instants};
use jiff::civil::Date;
use model::{Decimal, Length, Value, zone};
use std::borrow::Cow;

impl<'a> Reader<'a> {
    /// The value of an operand; `None`: unknown.
    pub(crate) fn operand(&self, operand: &'a Operand) -> Option<Cow<'a, Value>> {
        match operand {
            Operand::Literal(value) => Some(Cow::Borrowed(value)),
            Operand::Now => owned(Value::Instant(self.facts().now)),
            Operand::Today => owned(Value::Date(self.today())),
            Operand::Name(path) => self.name(path),
            Operand::Aggregate(aggregate) => self.aggregate(aggregate).map(Cow::Owned),
            Operand::Score(name) => {
                let scoring = self.facts().library.scorings.get(name)?;
                score::within(&self.deeper()?, scoring).map(|score| Cow::Owned(Value::Number(score)))
            }
            Operand::ScoreWord { score: name, word, .. } => {
                let scoring = self.facts().library.scorings.get(name)?;
                score::word_within(&self.deeper()?, scoring, *word).map(|word| Cow::Owned(Value::Text(word)))
            }
            Operand::Lookup { table, key } => {
                let key = self.operand(key)?;
                let found = self.facts().library.tables.get(table)?.get(key.as_text()?)?;
                owned(Value::Text(found.clone()))
            }
            Operand::FirstKnown(all) => all.iter().find_map(|each| self.operand(each)),
            Operand::NumberOf(tests) => {
                number(i64::try_from(tests.iter().filter(|test| self.test(test)).count()).ok()?)
            }
            Operand::DaysSince(of) => number(instants::days_between(self.day(of)?, self.today())),
            Operand::Age(of) => number(instants::years_between(self.day(of)?, self.today())),
            Operand::Gap { event, last } => self.gap(event, *last).map(|gap| Cow::Owned(Value::Length(gap))),
            Operand::Plus(left, right) => {
                let (left, right) = (self.operand(left)?, self.operand(right)?);
                if let (Value::Length(left), Value::Length(right)) = (&*left, &*right) {
                    return owned(Value::Length(left.checked_add(right)?));
                }
                owned(left.as_number()?.checked_add(right.as_number()?)?)
            }
            Operand::Minus(left, right) => {
                let (left, right) = (self.operand(left)?, self.operand(right)?);
                if let (Value::Length(left), Value::Length(right)) = (&*left, &*right) {
                    return owned(Value::Length(arithmetic::length_minus(left, right)?));
                }
                owned(left.as_number()?.checked_sub(right.as_number()?)?)
            }
            Operand::Scale { value, by, divide } => {
                let value = self.operand(value)?;
                if let Value::Length(length) = &*value {
                    return owned(Value::Length(arithmetic::scaled(length, *by, *divide)?));
                }
                let number = value.as_number()?;
                owned(if *divide { number.checked_div(*by)? } else { number.checked_mul(*by)? })
            }
            Operand::Shift { of, by, back } => {
                let (of, by) = (self.operand(of)?, self.operand(by)?.as_length()?);
                let (work, zone) = (&self.facts().library.calendar, self.facts().project_zone);
                if let Some(date) = of.as_date() {
                    return owned(arithmetic::shift_date(date, &by, *back, work)?);
                }
                owned(arithmetic::shift_instant(of.as_instant()?, &by, *back, zone, work)?)
            }
            Operand::Truth(test) => owned(self.test(test)),
        }
    }

    fn today(&self) -> Date {
        zone::date_of(self.facts().now, self.facts().zone)
    }

    /// The date of a date, of an instant in the customer's zone, or of a birthday whose year is known.
    fn day(&self, of: &'a Operand) -> Option<Date> {
        let of = self.operand(of)?;
        if let Some(at) = of.as_instant() {
            return Some(zone::date_of(at, self.facts().zone));
        }
        of.as_date().or_else(|| of.as_birthday()?.civil())
    }

    /// The median distance of the customer's events of a name; of an even number the mean of the middle two.
    fn gap(&self, event: &str, last: Option<u32>) -> Option<Length> {
        let events = self.facts().snapshot.events_of(event);
        let events = events.get(..events.partition_point(|event| event.at <= self.facts().now))?;
        let skip =
            last.map_or(0, |last| events.len().saturating_sub(usize::try_from(last).unwrap_or(usize::MAX)));
        let times: Vec<i64> = events.iter().skip(skip).map(|event| event.at.as_millisecond()).collect();
        let mut gaps: Vec<i64> =
            times.iter().zip(times.iter().skip(1)).map(|(one, next)| next - one).collect();
        gaps.sort_unstable();
        let middle = gaps.len() / 2;
        let high = *gaps.get(middle)?;
        let median =
            if gaps.len() % 2 == 1 { high } else { i64::midpoint(*gaps.get(middle.checked_sub(1)?)?, high) };
        Some(Length::from_ms(median))
    }
}

fn owned<'a>(value: impl Into<Value>) -> Option<Cow<'a, Value>> {
    Some(Cow::Owned(value.into()))
}

fn number<'a>(whole: i64) -> Option<Cow<'a, Value>> {
    owned(Decimal::from_int(whole)?)
}
