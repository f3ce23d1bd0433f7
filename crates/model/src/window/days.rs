//! Days of the week, working days, every day: their names and sets.

use std::fmt;

/// The days on which something is open or fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Days {
    /// Every day of the week.
    Every,
    /// The working days of the calendar, make-up days among them.
    Workdays,
    /// These days of the week.
    Weekdays(WeekdaySet),
}

impl Days {
    /// The days of either. `None`: working days together with days of the week, which no single set says.
    pub fn union(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Every, _) | (_, Self::Every) => Some(Self::Every),
            (Self::Workdays, Self::Workdays) => Some(Self::Workdays),
            (Self::Weekdays(one), Self::Weekdays(two)) => {
                let both = one.or(two);
                Some(if both == WeekdaySet::ALL { Self::Every } else { Self::Weekdays(both) })
            }
            (Self::Workdays, Self::Weekdays(_)) | (Self::Weekdays(_), Self::Workdays) => None,
        }
    }
}

/// A set of days of the week, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekdaySet(pub(super) u8);

/// Short names, Monday first, as they are written canonically.
const SHORT: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const LONG: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const ZH: [char; 7] = ['一', '二', '三', '四', '五', '六', '日'];

impl WeekdaySet {
    /// Saturday and Sunday.
    pub const WEEKEND: Self = Self(0b110_0000);
    pub(super) const ALL: Self = Self(0b111_1111);

    /// One day, 0 for Monday to 6 for Sunday.
    fn one(from_monday: usize) -> Self {
        Self(1 << (from_monday % 7))
    }

    /// From one day to another, both included, across Sunday if need be.
    fn range(first: usize, last: usize) -> Self {
        let length = (last + 7 - first) % 7;
        (0..=length).fold(Self(0), |set, step| set.or(Self::one(first + step)))
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a day of the week is among them.
    pub fn contains(self, weekday: jiff::civil::Weekday) -> bool {
        self.0 & (1 << weekday.to_monday_zero_offset().unsigned_abs()) != 0
    }

    /// The days in order, three or more that follow one another as a run: its first and its last day, 0 for
    /// Monday to 6 for Sunday. Fewer stand each by itself.
    pub fn runs(self) -> Vec<[usize; 2]> {
        let mut runs: Vec<[usize; 2]> = Vec::new();
        for day in (0..SHORT.len()).filter(|day| self.has(*day)) {
            match runs.as_mut_slice() {
                [.., [_, last]] if *last + 1 == day => *last = day,
                _ => runs.push([day, day]),
            }
        }
        let alone = |[first, last]: [usize; 2]| {
            if last == first + 1 { vec![[first, first], [last, last]] } else { vec![[first, last]] }
        };
        runs.into_iter().flat_map(alone).collect()
    }

    pub(super) fn has(self, from_monday: usize) -> bool {
        self.0 & (1 << from_monday) != 0
    }
}

/// Reads days: `monday`, `mon`, `mon-fri`, `workdays`, `weekends`, `daily`, `周二`, `周二-周四`, `周末`,
/// `工作日`, `每天`; in any case. Used for windows and for `every:` of a schedule.
pub(crate) fn read_days(word: &str) -> Option<Days> {
    let word = word.trim().to_lowercase().replace(['至', '到'], "-");
    match word.as_str() {
        "day" | "days" | "daily" | "everyday" | "每天" | "每日" => return Some(Days::Every),
        "workday" | "workdays" | "工作日" | "每个工作日" => return Some(Days::Workdays),
        "weekend" | "weekends" | "周末" => return Some(Days::Weekdays(WeekdaySet::WEEKEND)),
        _ => {}
    }
    let set = match word.split_once('-') {
        None => WeekdaySet::one(weekday_number(&word)?),
        Some((first, last)) => {
            let last = weekday_number(last).or_else(|| zh_weekday(last))?;
            WeekdaySet::range(weekday_number(first)?, last)
        }
    };
    Some(if set == WeekdaySet::ALL { Days::Every } else { Days::Weekdays(set) })
}

/// 0 for Monday to 6 for Sunday.
fn weekday_number(word: &str) -> Option<usize> {
    let zh = ["每周", "周", "星期", "礼拜"].iter().find_map(|prefix| word.strip_prefix(prefix));
    if let Some(rest) = zh {
        return zh_weekday(rest);
    }
    let singular = if word.len() > 4 { word.strip_suffix('s').unwrap_or(word) } else { word };
    let named = |names: &[&str; 7]| names.iter().position(|name| *name == singular);
    named(&SHORT).or_else(|| named(&LONG)).or(match singular {
        "tues" => Some(1),
        "weds" => Some(2),
        "thur" | "thurs" => Some(3),
        _ => None,
    })
}

fn zh_weekday(text: &str) -> Option<usize> {
    let mut letters = text.chars();
    let letter = letters.next()?;
    let letter = if letter == '天' { '日' } else { letter };
    if letters.next().is_some() {
        return None;
    }
    ZH.iter().position(|each| *each == letter)
}

impl fmt::Display for WeekdaySet {
    /// Runs of three or more days as a range: `mon-fri`, `tue,sat`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |day: usize| SHORT.get(day).copied().unwrap_or_default();
        let word = |[first, last]: [usize; 2]| {
            if first == last { name(first).to_owned() } else { format!("{}-{}", name(first), name(last)) }
        };
        f.write_str(&self.runs().into_iter().map(word).collect::<Vec<_>>().join(","))
    }
}

impl fmt::Display for Days {
    /// `day`, `workdays`, `weekends`, `mon-fri`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => f.write_str("day"),
            Self::Workdays => f.write_str("workdays"),
            Self::Weekdays(WeekdaySet::WEEKEND) => f.write_str("weekends"),
            Self::Weekdays(set) => write!(f, "{set}"),
        }
    }
}
