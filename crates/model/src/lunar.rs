//! The Chinese lunar calendar: conversion to and from civil dates.

use icu_calendar::Date as IcuDate;
use icu_calendar::cal::{ChineseTraditional, Iso};
use icu_calendar::types::Month;
use jiff::civil::Date;

/// The civil years in which lunar dates are accepted: within them the calendar is checked against a
/// second source.
pub const LUNAR_YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// A day of the lunar calendar. The year is the civil year in which the lunar year begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LunarDate {
    /// The civil year in which the lunar year begins.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// Whether it is the leap month that follows the plain month of that number.
    pub leap: bool,
    /// 1 to 30.
    pub day: u8,
}

impl LunarDate {
    /// The lunar date of a civil date. `None`: beyond what the calendar holds.
    pub fn of(date: Date) -> Option<Self> {
        let iso = IcuDate::try_new_iso(
            i32::from(date.year()),
            u8::try_from(date.month()).ok()?,
            u8::try_from(date.day()).ok()?,
        )
        .ok()?;
        let lunar = iso.to_calendar(ChineseTraditional::new());
        let month = lunar.month().to_input();
        Some(Self {
            year: i16::try_from(lunar.cyclic_year().related_iso).ok()?,
            month: month.number(),
            leap: month.is_leap(),
            day: lunar.day_of_month().0,
        })
    }

    /// The civil date. `None`: that month does not exist in that year, or has no such day.
    pub fn civil(self) -> Option<Date> {
        let iso = resolve(self.year, self.month, self.leap, self.day)?.to_calendar(Iso);
        Date::new(
            i16::try_from(iso.year().extended_year()).ok()?,
            i8::try_from(iso.month().to_input().number()).ok()?,
            i8::try_from(iso.day_of_month().0).ok()?,
        )
        .ok()
    }

    /// The civil date as people keep it in a year that lacks it: the 30th of a month of 29 days is the
    /// 29th, a leap month that the year does not have is the plain month. `None`: beyond the calendar.
    pub fn civil_or_nearest(self) -> Option<Date> {
        let leap = self.leap && resolve(self.year, self.month, true, 1).is_some();
        let days = resolve(self.year, self.month, leap, 1)?.days_in_month();
        Self { leap, day: self.day.min(days), ..self }.civil()
    }
}

fn resolve(year: i16, month: u8, leap: bool, day: u8) -> Option<IcuDate<ChineseTraditional>> {
    let month = if leap { Month::leap(month) } else { Month::new(month) };
    IcuDate::try_new_chinese_traditional(i32::from(year), month, day).ok()
}

#[cfg(test)]
mod tests;
