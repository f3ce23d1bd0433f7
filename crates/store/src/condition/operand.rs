//! The value of an operand, in the stored encoding: numbers in micro-units, instants in milliseconds, dates as
//! text. What the answer does not hang on the customer for is computed here and bound; what hangs on their zone
//! only, once per zone.

use super::{Bind, Dialect, SqlContext, Writer, Written};
use dsl::condition::{Operand, instants, type_of};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Length, Type, Value, zone};

/// A look-up table beyond this many rows is not written into a statement.
const MOST_ROWS: usize = 500;

/// The value of an operand that no row is needed for, seen in a customer's zone. Outer `None`: a row is needed;
/// inner `None`: unknown.
pub(super) fn fixed(operand: &Operand, zone: &TimeZone, context: &SqlContext<'_>) -> Option<Option<Value>> {
    match operand {
        Operand::Literal(value) => Some(Some(value.clone())),
        Operand::Now => Some(Some(Value::Instant(context.now))),
        Operand::Today => Some(Some(Value::Date(zone::date_of(context.now, zone)))),
        Operand::Shift { of, by, back } => {
            let Operand::Literal(Value::Length(by)) = &**by else { return None };
            if by.workdays != 0 || by.work_minutes != 0 {
                return None;
            }
            Some(match fixed(of, zone, context)?? {
                Value::Instant(at) => {
                    instants::shift_instant(at, by, *back, context.project_zone).map(Value::Instant)
                }
                Value::Date(date) => instants::shift_date(date, by, *back).map(Value::Date),
                Value::Text(_)
                | Value::Number(_)
                | Value::YesNo(_)
                | Value::Length(_)
                | Value::List(_)
                | Value::Birthday(_) => None,
            })
        }
        Operand::Name(_)
        | Operand::Aggregate(_)
        | Operand::Score(_)
        | Operand::ScoreWord { .. }
        | Operand::Lookup { .. }
        | Operand::FirstKnown(_)
        | Operand::NumberOf(_)
        | Operand::DaysSince(_)
        | Operand::Age(_)
        | Operand::Gap { .. }
        | Operand::Plus(..)
        | Operand::Minus(..)
        | Operand::Scale { .. }
        | Operand::Truth(_) => None,
    }
}

impl Writer<'_> {
    pub(super) fn operand(&mut self, operand: &Operand) -> Written {
        if fixed(operand, self.context.project_zone, &self.context).is_some() {
            let context = self.context;
            return self.per_zone(|zone| fixed(operand, zone, &context).flatten());
        }
        match operand {
            // Handled above.
            Operand::Literal(_) | Operand::Now | Operand::Today => self.refuse(operand),
            Operand::Name(path) => self.name(path),
            Operand::Aggregate(aggregate) => self.aggregate(aggregate),
            Operand::Lookup { table, key } => self.lookup(operand, table, key),
            Operand::FirstKnown(all) => match all.as_slice() {
                [only] => self.operand(only),
                all => {
                    self.put("COALESCE(");
                    for (place, each) in all.iter().enumerate() {
                        if place > 0 {
                            self.put(", ");
                        }
                        self.operand(each)?;
                    }
                    self.put(")");
                    Ok(())
                }
            },
            Operand::NumberOf(tests) => {
                self.put("((");
                for (place, test) in tests.iter().enumerate() {
                    if place > 0 {
                        self.put(" + ");
                    }
                    self.truth(test)?;
                }
                self.put(") * 1000000)");
                Ok(())
            }
            Operand::DaysSince(of) if type_of(of) == Type::Date => {
                let context = self.context;
                let today = |writer: &mut Self| {
                    writer.per_zone(|zone| Some(Value::Date(zone::date_of(context.now, zone))))
                };
                let day = |writer: &mut Self| writer.operand(of);
                self.put("(");
                match context.dialect {
                    Dialect::Sqlite => self.sqlite_days(&today, &day)?,
                    Dialect::Postgres => {
                        self.put("(");
                        self.day(&today)?;
                        self.put(" - ");
                        self.day(&day)?;
                        self.put(")");
                    }
                }
                self.put(" * 1000000)");
                Ok(())
            }
            Operand::Age(of) if type_of(of) == Type::Date => self.age(of),
            Operand::Plus(left, right) if type_of(left) != Type::Duration => {
                self.arithmetic(left, " + ", right)
            }
            Operand::Minus(left, right) if type_of(left) != Type::Duration => {
                self.arithmetic(left, " - ", right)
            }
            Operand::Scale { value, by, divide: false } if type_of(value) != Type::Duration => {
                // Only a whole number keeps the rounding to six places the same.
                let Some(times) = by.to_int() else { return self.refuse(operand) };
                let value = &**value;
                self.whole(&|writer: &mut Self| {
                    writer.number(value)?;
                    writer.put(" * ");
                    writer.bind(Bind::Integer(times));
                    Ok(())
                })
            }
            Operand::Shift { of, by, back } => {
                let Operand::Literal(Value::Length(by)) = &**by else { return self.refuse(operand) };
                self.shift(operand, of, by, *back)
            }
            Operand::Truth(test) => self.truth(test),
            Operand::Score(_)
            | Operand::ScoreWord { .. }
            | Operand::Gap { .. }
            | Operand::DaysSince(_)
            | Operand::Age(_)
            | Operand::Plus(..)
            | Operand::Minus(..)
            | Operand::Scale { .. } => self.refuse(operand),
        }
    }

    /// A value that hangs on the customer's zone only: bound once where all zones agree, else by zone. No zone
    /// arithmetic is left to the database.
    pub(super) fn per_zone(&mut self, value: impl Fn(&TimeZone) -> Option<Value>) -> Written {
        let context = self.context;
        let otherwise = value(context.project_zone);
        let differs = |(name, zone): &'_ (String, TimeZone)| {
            let value = value(zone);
            (value != otherwise).then(|| (name.clone(), value))
        };
        let own: Vec<_> = context.zones.iter().map(|each| (each.0.clone(), value(&each.1))).collect();
        let countries: Vec<_> = context.countries.iter().filter_map(differs).collect();
        if countries.is_empty() && own.iter().all(|(_, value)| *value == otherwise) {
            self.bind_value(otherwise.as_ref());
            return Ok(());
        }
        let case = |writer: &mut Self, rows: &[(String, Option<Value>)]| {
            for (name, value) in rows {
                writer.put(" WHEN ");
                writer.bind_text(name);
                writer.put(" THEN ");
                writer.bind_value(value.as_ref());
            }
            writer.put(" ELSE ");
        };
        let has_own = !own.is_empty();
        if has_own {
            self.put("CASE customer.zone");
            case(self, &own);
        }
        if countries.is_empty() {
            self.bind_value(otherwise.as_ref());
        } else {
            self.put("CASE ");
            self.customer_attribute("country")?;
            case(self, &countries);
            self.bind_value(otherwise.as_ref());
            self.put(" END");
        }
        if has_own {
            self.put(" END");
        }
        Ok(())
    }

    fn lookup(&mut self, operand: &Operand, table: &str, key: &Operand) -> Written {
        let library = self.context.library;
        let Some(rows) = library.tables.get(table).filter(|rows| rows.len() <= MOST_ROWS) else {
            return self.refuse(operand);
        };
        if rows.is_empty() {
            self.put("NULL");
            return Ok(());
        }
        self.put("CASE ");
        self.operand(key)?;
        for (key, value) in rows {
            self.put(" WHEN ");
            self.bind_text(key);
            self.put(" THEN ");
            self.bind_text(value);
        }
        self.put(" END");
        Ok(())
    }

    /// A sum or difference of numbers.
    fn arithmetic(&mut self, left: &Operand, sign: &str, right: &Operand) -> Written {
        self.whole(&|writer: &mut Self| {
            writer.number(left)?;
            writer.put(sign);
            writer.number(right)
        })
    }

    /// A number that can be reckoned with beyond what fits.
    fn number(&mut self, operand: &Operand) -> Written {
        match self.context.dialect {
            Dialect::Sqlite => self.operand(operand),
            Dialect::Postgres => {
                self.put("CAST(");
                self.operand(operand)?;
                self.put(" AS NUMERIC)");
                Ok(())
            }
        }
    }

    /// A number that is unknown where it does not fit.
    fn whole(&mut self, write: &dyn Fn(&mut Self) -> Written) -> Written {
        match self.context.dialect {
            Dialect::Sqlite => self.sqlite_whole(write),
            Dialect::Postgres => self.postgres_whole(write),
        }
    }

    /// Whole years, by the digits of the dates. A date of 28 February in a year without a 29th counts as the
    /// 29th, as in `instants::years_between`.
    fn age(&mut self, of: &Operand) -> Written {
        let context = self.context;
        let today = |zone: &TimeZone| zone::date_of(context.now, zone);
        let date = |writer: &mut Self| match context.dialect {
            Dialect::Sqlite => writer.operand(of),
            Dialect::Postgres => writer.dated(&|writer: &mut Self| writer.operand(of)),
        };
        self.put("((CAST(");
        self.per_zone(|zone| Some(Value::Text(year(today(zone)))))?;
        self.put(" AS INTEGER) - CAST(substr(");
        date(self)?;
        self.put(", 1, 4) AS INTEGER) - (CASE WHEN ");
        self.per_zone(|zone| Some(Value::Text(month_and_day(today(zone)))))?;
        self.put(" < substr(");
        date(self)?;
        self.put(", 6) THEN 1 ELSE 0 END)) * 1000000)");
        Ok(())
    }

    /// A date or instant of the row, moved by days or elapsed time. Months end at different days: refused.
    fn shift(&mut self, operand: &Operand, of: &Operand, by: &Length, back: bool) -> Written {
        if by.months != 0 || by.workdays != 0 || by.work_minutes != 0 {
            return self.refuse(operand);
        }
        let sign = if back { -1 } else { 1 };
        if type_of(of) == Type::Date {
            let Some(days) = instants::whole_days(by) else { return self.refuse(operand) };
            if self.context.dialect == Dialect::Postgres {
                return self.postgres_shift(&|writer: &mut Self| writer.operand(of), sign * days);
            }
            let mut days = (sign * days).to_string();
            if !days.starts_with('-') {
                days.insert(0, '+');
            }
            days.push_str(" days");
            self.put("date(");
            self.operand(of)?;
            self.put(", ");
            self.bind(Bind::Text(days));
            self.put(")");
            return Ok(());
        }
        let Some(ms) = instants::whole_days(&Length { exact_ms: 0, ..*by })
            .and_then(|days| days.checked_mul(24 * 3_600_000))
            .and_then(|ms| ms.checked_add(by.exact_ms))
        else {
            return self.refuse(operand);
        };
        let moved = |writer: &mut Self| {
            writer.number(of)?;
            writer.put(" + ");
            writer.bind(Bind::Integer(sign * ms));
            Ok(())
        };
        // Beyond the calendar it is unknown.
        self.put("CASE WHEN ");
        moved(self)?;
        self.put(" BETWEEN ");
        self.bind(Bind::Integer(Timestamp::MIN.as_millisecond()));
        self.put(" AND ");
        self.bind(Bind::Integer(Timestamp::MAX.as_millisecond()));
        self.put(" THEN ");
        moved(self)?;
        self.put(" END");
        Ok(())
    }
}

fn year(date: Date) -> String {
    date.strftime("%Y").to_string()
}

fn month_and_day(date: Date) -> String {
    let (month, day) = instants::age_day(date);
    let two = |number: i8| {
        let digits = number.to_string();
        if digits.len() < 2 { ["0", &digits].concat() } else { digits }
    };
    [two(month), two(day)].join("-")
}
