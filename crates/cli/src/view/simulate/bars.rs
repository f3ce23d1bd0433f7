//! Messages by day, week or month as bars.

use super::{BAR, SimulationSummary};
use crate::view::cells::{self, thousands};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use model::words::{Language, say};
use std::collections::BTreeMap;

/// Days shown as days, at most; more are shown by week.
const MOST_DAYS: i32 = 45;
/// Days shown by week, at most; more are shown by month.
const MOST_DAYS_BY_WEEK: i32 = 300;
/// So many days (weeks, months) in a row without a message are one line.
const LONG_SILENCE: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
}

impl Unit {
    /// The first day of the unit that a day lies in.
    fn first(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => {
                let back = i64::from(day.weekday().since(Weekday::Monday));
                day.checked_sub(back.days()).unwrap_or(day)
            }
            Self::Month => day.first_of_month(),
        }
    }

    fn name(self, first: Date, language: Language) -> String {
        match self {
            Self::Day => {
                let weekday = first.weekday().to_monday_one_offset();
                format!("{first} {}", say(language, &format!("weekday-{weekday}"), &[]))
            }
            Self::Week => first.to_string(),
            Self::Month => first.strftime("%Y-%m").to_string(),
        }
    }

    fn next(self, day: Date) -> Option<Date> {
        match self {
            Self::Day => day.tomorrow().ok(),
            Self::Week => day.checked_add(1.week()).ok(),
            Self::Month => day.checked_add(1.month()).ok(),
        }
    }
}

/// How many messages went out on each day (in each week, month) of the time simulated, with its name, also where
/// none did; empty where none went out at all.
pub(super) fn periods(summary: &SimulationSummary, language: Language) -> Vec<(String, u64)> {
    if summary.by_day.is_empty() {
        return Vec::new();
    }
    let from = model::zone::date_of(summary.from, &summary.zone);
    let end = summary.to - jiff::SignedDuration::from_millis(1);
    let last = model::zone::date_of(end.max(summary.from), &summary.zone);
    let days = from.until(last).map_or(0, |span| span.get_days()) + 1;
    let unit = if days <= MOST_DAYS {
        Unit::Day
    } else if days <= MOST_DAYS_BY_WEEK {
        Unit::Week
    } else {
        Unit::Month
    };
    let mut counts: BTreeMap<Date, u64> = BTreeMap::new();
    let mut day = Some(unit.first(from));
    while let Some(this) = day.filter(|day| *day <= last) {
        counts.insert(this, 0);
        day = unit.next(this);
    }
    for (day, times) in &summary.by_day {
        *counts.entry(unit.first(*day)).or_default() += times;
    }
    counts.into_iter().map(|(day, times)| (unit.name(day, language), times)).collect()
}

/// One line for each day (week, month); empty where no message went out at all.
pub(super) fn by_day(summary: &SimulationSummary, language: Language) -> String {
    let lines = periods(summary, language);
    let most = lines.iter().map(|(_, times)| *times).max().unwrap_or(0);
    let mut out = String::new();
    for run in lines.chunk_by(|a, b| a.1 == 0 && b.1 == 0) {
        if run.len() >= LONG_SILENCE {
            out.push_str("  …\n");
            continue;
        }
        for (label, times) in run {
            let bar = cells::bar(*times, most, BAR);
            let number = if *times == 0 { "·".to_owned() } else { thousands(*times) };
            let gap = if bar.is_empty() { "" } else { " " };
            out.push_str(&format!("  {label}  {bar}{gap}{number}\n"));
        }
    }
    out
}
