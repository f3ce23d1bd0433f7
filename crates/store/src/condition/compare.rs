//! Comparisons: bare where both sides are of one kind; an instant beside a date, and `days_since` of an instant,
//! by the first instants of days, computed per zone.

use super::{Dialect, NotInSql, Writer, Written, operand::fixed};
use dsl::condition::{Op, Operand, Path, Root, Test, fallback, instants, print, type_of};
use dsl::library::Origin;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Length, Type, Value, zone};

impl Writer<'_> {
    pub(super) fn compare(&mut self, left: &Operand, op: Op, right: &Operand) -> Written {
        match (type_of(left), type_of(right)) {
            (Type::Duration, _) | (_, Type::Duration) => {
                // Their stored text has no order, and equal lengths may be written in two ways.
                let test = Test::Compare { left: left.clone(), op, right: right.clone() };
                Err(NotInSql { what: print::test(&test) })
            }
            (Type::Time, Type::Date) => self.instant_and_date(left, op, right),
            (Type::Date, Type::Time) => self.instant_and_date(right, turned(op), left),
            (_, _) => match (days_since_instant(left), days_since_instant(right)) {
                (Some(of), _) if number(right).is_some() => self.days_since(of, op, right),
                (_, Some(of)) if number(left).is_some() => self.days_since(of, turned(op), left),
                (_, _) => {
                    self.operand(left)?;
                    self.put(sign(op));
                    self.operand(right)
                }
            },
        }
    }

    pub(super) fn one_of(&mut self, value: &Operand, among: &[Operand]) -> Written {
        let ty = type_of(value);
        let bare = ty != Type::Duration
            && days_since_instant(value).is_none()
            && among.iter().all(|each| (type_of(each) == Type::Date) == (ty == Type::Date));
        if !bare {
            let equal =
                |each: &Operand| Test::Compare { left: value.clone(), op: Op::Equal, right: each.clone() };
            return self.joined(&among.iter().map(equal).collect::<Vec<_>>(), " OR ");
        }
        self.operand(value)?;
        self.put(" IN (");
        for (place, each) in among.iter().enumerate() {
            if place > 0 {
                self.put(", ");
            }
            self.operand(each)?;
        }
        self.put(")");
        Ok(())
    }

    pub(super) fn between(&mut self, value: &Operand, low: &Operand, high: &Operand) -> Written {
        self.put("(");
        self.compare(value, Op::AtLeast, low)?;
        self.put(" AND ");
        self.compare(value, Op::AtMost, high)?;
        self.put(")");
        Ok(())
    }

    /// Known is what has a value; a function of something is known where that is.
    pub(super) fn known(&mut self, operand: &Operand) -> Written {
        if let Operand::DaysSince(of) | Operand::Age(of) = operand
            && type_of(of) != Type::Birthday
        {
            return self.known(of);
        }
        self.operand(operand)?;
        self.put(" IS NOT NULL");
        Ok(())
    }

    /// An item of a list is one of these.
    pub(super) fn has(&mut self, list: &Operand, any_of: &[Operand]) -> Written {
        self.put("EXISTS (SELECT 1 FROM ");
        self.list(list, "item")?;
        self.put(" WHERE item.value IN (");
        for (place, each) in any_of.iter().enumerate() {
            if place > 0 {
                self.put(", ");
            }
            self.operand(each)?;
        }
        self.put("))");
        Ok(())
    }

    pub(super) fn shares(&mut self, list: &Operand, with: &Operand) -> Written {
        self.put("EXISTS (SELECT 1 FROM ");
        self.list(list, "item")?;
        self.put(" WHERE item.value IN (SELECT other.value FROM ");
        self.list(with, "other")?;
        self.put("))");
        Ok(())
    }

    /// The items of a list as rows. An attribute by its path, so that one that holds no list (its type was
    /// changed) is no error; anything else only where it is JSON.
    fn list(&mut self, list: &Operand, alias: &str) -> Written {
        if let Operand::Name(Path { root: Root::Customer, field, hop: None, .. }) = list
            && let Some(attribute) = self.context.library.model.customer.get(&**field)
            && attribute.origin == Origin::Given
        {
            match fallback::of_customer(field, attribute) {
                None => return self.items_in("customer.attributes", field, alias),
                Some(Value::List(items)) if items.is_empty() => {
                    return self.items_in("customer.attributes", field, alias);
                }
                Some(_) => {}
            }
        }
        let write = |writer: &mut Self| writer.operand(list);
        match self.context.dialect {
            Dialect::Sqlite => self.sqlite_items(&write, alias),
            Dialect::Postgres => self.postgres_items(&write, alias),
        }
    }

    /// An instant beside a date: the instant's day in the customer's zone.
    fn instant_and_date(&mut self, instant: &Operand, op: Op, date: &Operand) -> Written {
        let context = self.context;
        if fixed(instant, context.project_zone, &context).is_some() {
            let day = |zone: &TimeZone| match fixed(instant, zone, &context).flatten() {
                Some(Value::Instant(at)) => Some(Value::Date(zone::date_of(at, zone))),
                Some(_) | None => None,
            };
            self.per_zone(day)?;
            self.put(sign(op));
            return self.operand(date);
        }
        if fixed(date, context.project_zone, &context).is_none() {
            let test = Test::Compare { left: instant.clone(), op, right: date.clone() };
            return Err(NotInSql { what: print::test(&test) });
        }
        self.on_day(instant, op, &|zone| match fixed(date, zone, &context).flatten() {
            Some(Value::Date(date)) => Some(date),
            Some(_) | None => None,
        })
    }

    /// An instant whose day is before, on or after a day of each zone.
    fn on_day(&mut self, instant: &Operand, op: Op, day: &dyn Fn(&TimeZone) -> Option<Date>) -> Written {
        let first = |zone: &TimeZone, after: i32| {
            let date = instants::shift_date(day(zone)?, &Length::from_days(after), false)?;
            Some(Value::Instant(zone::start_of_day(date, zone)))
        };
        let mut bound = |sign: &str, after: i32| {
            self.operand(instant)?;
            self.put(sign);
            self.per_zone(|zone| first(zone, after))
        };
        match op {
            Op::Less => bound(" < ", 0),
            Op::AtMost => bound(" < ", 1),
            Op::Greater => bound(" >= ", 1),
            Op::AtLeast => bound(" >= ", 0),
            Op::Equal => {
                self.put("(");
                self.on_day(instant, Op::AtLeast, day)?;
                self.put(" AND ");
                self.on_day(instant, Op::AtMost, day)?;
                self.put(")");
                Ok(())
            }
        }
    }

    /// `days_since(instant)` beside a number that is written out: a bound on the instant.
    fn days_since(&mut self, of: &Operand, op: Op, beside: &Operand) -> Written {
        let context = self.context;
        let Some(number) = number(beside) else { return self.refuse(beside) };
        let floor = number.div_euclid(1_000_000);
        let whole = number.rem_euclid(1_000_000) == 0;
        // So many days since: the more days, the earlier the instant.
        let (op, days) = match op {
            Op::Equal if whole => (Op::Equal, floor),
            Op::Equal => {
                // Days come whole. (As a comparison it is false, never NULL, and so is the evaluator's.)
                self.put("1 = 0");
                return Ok(());
            }
            Op::AtLeast => (Op::AtMost, if whole { floor } else { floor + 1 }),
            Op::Greater => (Op::AtMost, floor + 1),
            Op::AtMost => (Op::AtLeast, floor),
            Op::Less => (Op::AtLeast, if whole { floor - 1 } else { floor }),
        };
        let (days, back) = (days.unsigned_abs(), days >= 0);
        let Ok(days) = i32::try_from(days) else {
            return Err(NotInSql { what: print::operand(beside) });
        };
        let day = |zone: &TimeZone| {
            let today = zone::date_of(context.now, zone);
            instants::shift_date(today, &Length::from_days(days), back)
        };
        if day(context.project_zone).is_none() {
            return Err(NotInSql { what: print::operand(beside) });
        }
        self.on_day(of, op, &day)
    }
}

/// What `days_since` counts from, where it is an instant of the row.
fn days_since_instant(operand: &Operand) -> Option<&Operand> {
    if let Operand::DaysSince(of) = operand {
        Some(&**of).filter(|of| type_of(of) == Type::Time)
    } else {
        None
    }
}

/// A number that is written out, in micro-units.
fn number(operand: &Operand) -> Option<i64> {
    if let Operand::Literal(Value::Number(number)) = operand { Some(number.micros()) } else { None }
}

fn turned(op: Op) -> Op {
    match op {
        Op::Equal => Op::Equal,
        Op::Less => Op::Greater,
        Op::AtMost => Op::AtLeast,
        Op::Greater => Op::Less,
        Op::AtLeast => Op::AtMost,
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Equal => " = ",
        Op::Less => " < ",
        Op::AtMost => " <= ",
        Op::Greater => " > ",
        Op::AtLeast => " >= ",
    }
}
