//! What SQLite says in its own words.

use super::{Writer, Written};

/// A value inside a JSON column. The path is written out, so that an index on the same words serves it.
pub(super) fn json(column: &str, name: &str) -> String {
    ["json_extract(", column, ", '$.\"", name, "\"')"].concat()
}

/// The items of a list inside a JSON column; of what holds no list (its type was changed), no error.
pub(super) fn items_in(column: &str, name: &str, alias: &str) -> String {
    ["json_each(", column, ", '$.\"", name, "\"') AS ", alias].concat()
}

impl Writer<'_> {
    /// The items of a list that is no attribute as it stands; only where it is JSON.
    pub(super) fn sqlite_items(&mut self, list: &dyn Fn(&mut Self) -> Written, alias: &str) -> Written {
        self.put("json_each(CASE WHEN json_valid(");
        list(self)?;
        self.put(") THEN ");
        list(self)?;
        self.put(" END) AS ");
        self.put(alias);
        Ok(())
    }

    /// A number that is unknown where it does not fit: SQLite goes on in floating point then.
    pub(super) fn sqlite_whole(&mut self, write: &dyn Fn(&mut Self) -> Written) -> Written {
        self.put("CASE WHEN typeof(");
        write(self)?;
        self.put(") = 'integer' THEN ");
        write(self)?;
        self.put(" END");
        Ok(())
    }

    /// The days between two dates.
    pub(super) fn sqlite_days(
        &mut self,
        later: &dyn Fn(&mut Self) -> Written,
        earlier: &dyn Fn(&mut Self) -> Written,
    ) -> Written {
        self.put("CAST(julianday(");
        later(self)?;
        self.put(") - julianday(");
        earlier(self)?;
        self.put(") AS INTEGER)");
        Ok(())
    }
}
