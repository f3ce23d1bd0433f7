//! What PostgreSQL says in its own words. It takes no value for another type: whatever is not of the type that
//! the model gives it is unknown, as the evaluator has it, and never an error.

use super::{Writer, Written};

/// How a value stands in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number in micro-units, an instant in milliseconds, yes or no as 1 or 0.
    Integer,
    /// All else; a list as the text of its JSON.
    Text,
}

/// What may be read as a date.
const DATE: &str = "'^[0-9]{4}-[0-9]{2}-[0-9]{2}$'";

/// A value inside a JSON column. Texts sort by their code points.
pub(super) fn json(column: &str, name: &str, kind: Kind) -> String {
    match kind {
        Kind::Text => ["((", column, " ->> '", name, "') COLLATE \"C\")"].concat(),
        Kind::Integer => [
            "(CASE jsonb_typeof(",
            column,
            " -> '",
            name,
            "') WHEN 'number' THEN CAST(CAST(",
            column,
            " ->> '",
            name,
            "' AS NUMERIC) AS BIGINT) WHEN 'boolean' THEN CASE ",
            column,
            " ->> '",
            name,
            "' WHEN 'true' THEN 1 ELSE 0 END END)",
        ]
        .concat(),
    }
}

/// The items of a list inside a JSON column; of what holds no list (its type was changed), none.
pub(super) fn items_in(column: &str, name: &str, alias: &str) -> String {
    [
        "jsonb_array_elements_text(CASE WHEN jsonb_typeof(",
        column,
        " -> '",
        name,
        "') = 'array' THEN ",
        column,
        " -> '",
        name,
        "' END) AS ",
        alias,
        "(value)",
    ]
    .concat()
}

impl Writer<'_> {
    /// The items of a list that is no attribute as it stands.
    pub(super) fn postgres_items(&mut self, list: &dyn Fn(&mut Self) -> Written, alias: &str) -> Written {
        self.put("(SELECT each.value FROM (SELECT ");
        list(self)?;
        self.put(
            " AS list) AS whole, LATERAL jsonb_array_elements_text(CASE WHEN whole.list LIKE '[\"%\"]' \
             THEN CAST(whole.list AS JSONB) END) AS each(value)) AS ",
        );
        self.put(alias);
        Ok(())
    }

    /// A number that is unknown where it does not fit. What is written must be NUMERIC.
    pub(super) fn postgres_whole(&mut self, write: &dyn Fn(&mut Self) -> Written) -> Written {
        self.put(
            "(SELECT CASE WHEN whole.number BETWEEN -9223372036854775808 AND 9223372036854775807 \
             THEN CAST(whole.number AS BIGINT) END FROM (SELECT ",
        );
        write(self)?;
        self.put(" AS number) AS whole)");
        Ok(())
    }

    /// The number of a day, by the digits of its date, so that no text is an error.
    pub(super) fn day(&mut self, date: &dyn Fn(&mut Self) -> Written) -> Written {
        self.put(
            "(SELECT (1461 * (civil.y + 4800 + (civil.m - 14) / 12)) / 4 \
             + (367 * (civil.m - 2 - 12 * ((civil.m - 14) / 12))) / 12 \
             - (3 * ((civil.y + 4900 + (civil.m - 14) / 12) / 100)) / 4 + civil.d - 32075 FROM \
             (SELECT CAST(substr(day.text, 1, 4) AS BIGINT) AS y, CAST(substr(day.text, 6, 2) AS BIGINT) AS m, \
             CAST(substr(day.text, 9, 2) AS BIGINT) AS d FROM (SELECT ",
        );
        date(self)?;
        self.put(" AS text) AS day WHERE day.text ~ ");
        self.put(DATE);
        self.put(") AS civil)");
        Ok(())
    }

    /// A date moved by days; beyond the calendar it is unknown.
    pub(super) fn postgres_shift(&mut self, date: &dyn Fn(&mut Self) -> Written, days: i64) -> Written {
        self.put(
            "(SELECT CASE WHEN moved.day BETWEEN 1721426 AND 5373484 THEN \
             to_char(DATE '2000-01-01' + CAST(moved.day - 2451545 AS INTEGER), 'YYYY-MM-DD') END COLLATE \"C\" \
             FROM (SELECT ",
        );
        self.day(date)?;
        self.put(" + ");
        self.bind(super::Bind::Integer(days));
        self.put(" AS day) AS moved)");
        Ok(())
    }

    /// What of a date is looked at by its digits: the date, or unknown.
    pub(super) fn dated(&mut self, date: &dyn Fn(&mut Self) -> Written) -> Written {
        self.put("(SELECT CASE WHEN day.text ~ ");
        self.put(DATE);
        self.put(" THEN day.text END COLLATE \"C\" FROM (SELECT ");
        date(self)?;
        self.put(" AS text) AS day)");
        Ok(())
    }
}
