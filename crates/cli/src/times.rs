//! Instants as a person types them: a day is its first instant in the project's zone.

use crate::exit::{Exit, Failure};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use model::words::Language;
use model::zone;

/// The longest time that is gone through at once, in years: longer than anybody's history, and shorter than what a
/// slip of the pen (9999 for 2026) makes of it.
const MOST_YEARS: i64 = 30;

/// Reads a day (`2026-03-01`), a civil time in the zone, or a full timestamp. Errors (exit 2): it is none.
pub fn instant(text: &str, zone: &TimeZone, language: Language) -> Result<Timestamp, Failure> {
    zone::parse_date(text)
        .map(|date| zone::start_of_day(date, zone))
        .or_else(|| zone::parse_instant(text, zone))
        .ok_or_else(|| Failure::say(Exit::Usage, language, "cli-not-a-time", &[("text", text)]))
}

/// From (included) and to (excluded). Errors (exit 2): one is no instant, they stand the wrong way round, or lie
/// further apart than [`MOST_YEARS`].
pub fn between(
    from: &str,
    to: &str,
    zone: &TimeZone,
    language: Language,
) -> Result<(Timestamp, Timestamp), Failure> {
    let (start, end) = (instant(from, zone, language)?, instant(to, zone, language)?);
    if start >= end {
        return Err(Failure::say(Exit::Usage, language, "cli-range-empty", &[("from", from), ("to", to)]));
    }
    let most = start.to_zoned(zone.clone()).checked_add(MOST_YEARS.years());
    if most.is_ok_and(|most| end > most.timestamp()) {
        let years = MOST_YEARS.to_string();
        let values = [("from", from), ("to", to), ("years", years.as_str())];
        return Err(Failure::say(Exit::Usage, language, "cli-range-long", &values));
    }
    Ok((start, end))
}

/// `FROM..TO`. Errors (exit 2): as above.
pub fn range(text: &str, zone: &TimeZone, language: Language) -> Result<(Timestamp, Timestamp), Failure> {
    match text.split_once("..") {
        Some((from, to)) => between(from.trim(), to.trim(), zone, language),
        None => Err(Failure::say(Exit::Usage, language, "cli-not-a-range", &[("text", text)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_instant_in_the_projects_zone() {
        let zone = zone::zone("Asia/Shanghai").unwrap();
        let read = |text: &str| {
            range(text, &zone, Language::En).map(|(from, to)| (from.to_string(), to.to_string()))
        };
        assert_eq!(
            read("2026-03-01..2026-03-02T09:00:00Z"),
            Ok(("2026-02-28T16:00:00Z".to_owned(), "2026-03-02T09:00:00Z".to_owned()))
        );
        assert!(read("1996-03-01..2026-03-01").is_ok());
        let long = read("1996-03-01..2026-03-02").unwrap_err();
        assert!(long.exit == Exit::Usage && long.message.contains("30"), "{}", long.message);
        assert_eq!(read("2026-01-01..9999-01-01").unwrap_err().exit, Exit::Usage);
        for wrong in ["2026-03-01", "2026-03-02..2026-03-01", "2026-02-30..2026-03-01", "soon..later"] {
            assert_eq!(read(wrong).unwrap_err().exit, Exit::Usage, "{wrong}");
        }
    }
}
