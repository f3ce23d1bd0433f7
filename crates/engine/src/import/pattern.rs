//! The two small patterns of a map: `{column}` inside a text, and the form of a date such as `DD-MM-YY`.

use jiff::civil::{Date, DateTime, Time};

use super::read::Row;

/// A text with names of columns in it: `c{id}@example.com`. Everything else is literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Column(String),
}

impl Pattern {
    /// Reads a pattern. A curly bracket that is not closed is literal.
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            literal.push_str(before);
            match behind.split_once('}') {
                Some((name, after)) if !name.trim().is_empty() && !name.contains('{') => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(Part::Column(name.trim().to_owned()));
                    rest = after;
                }
                Some(_) | None => {
                    literal.push('{');
                    rest = behind;
                }
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Self { parts }
    }

    /// The columns it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The one column it is, with nothing around it.
    pub fn only_column(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Column(name)] => Some(name),
            _ => None,
        }
    }

    /// The text it always is, where it names no column.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text for one row, trimmed. Blank where it names columns and all of them are blank, so that
    /// `c{id}@example.com` makes no address out of nothing. `read` gives the text of a column.
    pub fn fill(&self, row: &Row, read: impl Fn(&Row, &str) -> String) -> String {
        let mut text = String::new();
        let (mut named, mut said) = (false, false);
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Column(name) => {
                    let value = read(row, name);
                    named = true;
                    said |= !value.is_empty();
                    text.push_str(&value);
                }
            }
        }
        if named && !said { String::new() } else { text.trim().to_owned() }
    }
}

/// How dates are written in a file: `YYYY`, `YY`, `MM`, `DD`, `HH`, `mm`, `ss`; everything else literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatePattern {
    text: String,
    parts: Vec<DatePart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum DatePart {
    Year4,
    Year2,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Literal(char),
}

/// A date as a file wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Without a clock time.
    Date(Date),
    /// With one.
    DateTime(DateTime),
}

const SIGNS: [(&str, DatePart); 7] = [
    ("YYYY", DatePart::Year4),
    ("YY", DatePart::Year2),
    ("MM", DatePart::Month),
    ("DD", DatePart::Day),
    ("HH", DatePart::Hour),
    ("mm", DatePart::Minute),
    ("ss", DatePart::Second),
];

impl DatePattern {
    /// Reads the form of a date. `None`: a part stands twice, or year, month or day is missing.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some((sign, part)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
                parts.push(part.clone());
                rest = rest.get(sign.len()..).unwrap_or_default();
            } else {
                parts.push(DatePart::Literal(first));
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        let count = |wanted: &[DatePart]| parts.iter().filter(|part| wanted.contains(part)).count();
        let whole = count(&[DatePart::Year4, DatePart::Year2]) == 1
            && count(&[DatePart::Month]) == 1
            && count(&[DatePart::Day]) == 1
            && [DatePart::Hour, DatePart::Minute, DatePart::Second]
                .iter()
                .all(|part| count(std::slice::from_ref(part)) <= 1);
        whole.then(|| Self { text: text.to_owned(), parts })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a date of this form. A part of two digits may be one digit where other signs stand around it. Two digits
    /// of a year are 2000 to 2068 and 1969 to 1999. `None`: it is not of this form, or no such day.
    pub fn read(&self, text: &str) -> Option<Written> {
        let mut rest = text.trim();
        let (mut year, mut month, mut day) = (0_i16, 0_i8, 0_i8);
        let mut clock: Option<(i8, i8, i8)> = None;
        for (place, part) in self.parts.iter().enumerate() {
            // `2021011` must not pass for `YYYYMMDD` with a day of one digit.
            let apart = |at: Option<usize>| {
                let next = at.and_then(|at| self.parts.get(at));
                next.is_none_or(|part| matches!(part, DatePart::Literal(sign) if !sign.is_ascii_digit()))
            };
            let least = if apart(place.checked_sub(1)) && apart(Some(place + 1)) { 1 } else { 2 };
            let width = match part {
                DatePart::Literal(sign) => {
                    rest = rest.strip_prefix(*sign)?;
                    continue;
                }
                DatePart::Year4 => 4..=4,
                DatePart::Year2 => 2..=2,
                DatePart::Month | DatePart::Day | DatePart::Hour | DatePart::Minute | DatePart::Second => {
                    least..=2
                }
            };
            let digits = rest.bytes().take(*width.end()).take_while(u8::is_ascii_digit).count();
            if !width.contains(&digits) {
                return None;
            }
            let (number, behind) = rest.split_at_checked(digits)?;
            rest = behind;
            let number: i16 = number.parse().ok()?;
            let small = || i8::try_from(number).ok();
            let mut time = clock.unwrap_or_default();
            match part {
                DatePart::Year4 => year = number,
                DatePart::Year2 => year = if number <= 68 { 2000 + number } else { 1900 + number },
                DatePart::Month => month = small()?,
                DatePart::Day => day = small()?,
                DatePart::Hour => time.0 = small()?,
                DatePart::Minute => time.1 = small()?,
                DatePart::Second => time.2 = small()?,
                DatePart::Literal(_) => {}
            }
            if matches!(part, DatePart::Hour | DatePart::Minute | DatePart::Second) {
                clock = Some(time);
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let date = Date::new(year, month, day).ok()?;
        Some(match clock {
            None => Written::Date(date),
            Some((hour, minute, second)) => {
                Written::DateTime(date.to_datetime(Time::new(hour, minute, second, 0).ok()?))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::Cell;
    use super::*;
    use std::sync::Arc;

    fn fill(pattern: &str, id: &str, town: &str) -> String {
        let cell = |text: &str| Cell::Text(text.to_owned());
        let row = Row { line: 1, cells: vec![(Arc::from("id"), cell(id)), (Arc::from("town"), cell(town))] };
        Pattern::new(pattern)
            .fill(&row, |row, name| row.get(name).map_or(String::new(), |cell| cell.text().into_owned()))
    }

    #[test]
    fn columns_are_put_in_and_the_rest_is_literal() {
        assert_eq!(fill("c{id}@example.com", "00001", ""), "c00001@example.com");
        assert_eq!(fill("c{id}@example.com", " ", ""), "");
        assert_eq!(fill("{town} {id}", "7", "杭州"), "杭州 7");
        assert_eq!(fill("{town} {id}", "7", ""), "7");
        assert_eq!(fill("order.paid", "7", ""), "order.paid");
        assert_eq!(fill("{ id } {} {open", "7", ""), "7 {} {open");
        assert_eq!(Pattern::new("{id}").only_column(), Some("id"));
        assert_eq!(Pattern::new("{id}x").only_column(), None);
        assert_eq!(Pattern::new("granted").literal(), Some("granted"));
    }

    #[test]
    fn dates_are_read_in_their_form_only() {
        let read = |form: &str, text: &str| match DatePattern::new(form).unwrap().read(text) {
            Some(Written::Date(date)) => date.to_string(),
            Some(Written::DateTime(at)) => at.to_string(),
            None => "-".to_owned(),
        };
        for (form, text, meant) in [
            ("DD-MM-YY", "20-10-16", "2016-10-20"),
            ("DD-MM-YY", "01-03-99", "1999-03-01"),
            ("YYYYMMDD", "20210112", "2021-01-12"),
            ("YYYY-MM-DD", "2026-01-12", "2026-01-12"),
            ("MM/DD/YYYY", "3/7/2026", "2026-03-07"),
            ("YYYY年MM月DD日", "2026年3月7日", "2026-03-07"),
            ("YYYY-MM-DD HH:mm", "2026-01-12 09:30", "2026-01-12T09:30:00"),
            ("YYYYMMDDHHmmss", "20260112093005", "2026-01-12T09:30:05"),
            ("DD-MM-YY", "2016-10-20", "-"),
            ("DD-MM-YY", "31-02-16", "-"),
            ("YYYYMMDD", "2021011", "-"),
            ("YYYYMMDD", "202101123", "-"),
            ("YYYYMMDD", "2021-01-12", "-"),
            ("DD-MM-YY", "", "-"),
            ("YYYY-MM-DD HH:mm", "2026-01-12 25:30", "-"),
        ] {
            assert_eq!(read(form, text), meant, "{form} {text}");
        }
        for form in ["", "YYYY-MM", "DD-MM", "YYYY-MM-DD-DD", "YY YYYY MM DD"] {
            assert_eq!(DatePattern::new(form), None, "{form}");
        }
    }
}
