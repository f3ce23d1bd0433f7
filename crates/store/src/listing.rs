//! Customers by page for whoever may see them: everybody, or those that certain reps own, themselves or by something
//! of theirs (a deal). The filter is part of the statement: nothing else is ever read.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::spread;
use model::{CustomerId, RepId};
use std::collections::BTreeSet;

/// Whose customers.
#[derive(Clone, Copy, Debug)]
pub enum Owners<'r> {
    /// Everybody.
    All,
    /// Those of these reps.
    Of(&'r BTreeSet<RepId>),
}

/// What customers are looked for by; empty texts ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Part of a name, an e-mail address, a phone number or an id, in any case of Latin letters.
    pub part: String,
    /// Of this owner.
    pub owner: String,
    /// In this stage.
    pub stage: String,
}

/// Whether a customer `c` is owned by one of these reps (`?N`: `[[rep], …]`), or something of theirs is.
macro_rules! owned {
    ($reps:literal) => {
        concat!(
            "(c.owner IN (SELECT value->>0 FROM jsonb_each(",
            $reps,
            "))
      OR EXISTS (SELECT 1 FROM entity AS x WHERE x.slot = c.slot AND x.customer = c.id
                 AND x.owner IN (SELECT value->>0 FROM jsonb_each(",
            $reps,
            "))))"
        )
    };
}
pub(crate) use owned;

// ?1 [[rep], …]  ?2 1: whoever owns them  ?3 slot and ?4 id behind which the page begins  ?5 part, in LIKE's words
// ?6 owner  ?7 stage  ?8 most rows
const PAGE: &str = concat!(
    "
SELECT c.slot, c.id FROM customer AS c
WHERE (c.slot > ?3 OR (c.slot = ?3 AND c.id > ?4))
  AND (?2 = 1 OR ",
    owned!("?1"),
    ")
  AND (?5 = '' OR lower(c.id) LIKE lower(?5) ESCAPE '!' OR lower(c.email) LIKE lower(?5) ESCAPE '!'
    OR c.phone LIKE ?5 ESCAPE '!' OR lower(c.attributes->>'name') LIKE lower(?5) ESCAPE '!')
  AND (?6 = '' OR c.owner = ?6) AND (?7 = '' OR c.stage = ?7)
ORDER BY c.slot, c.id LIMIT ?8"
);

// Which of these may be seen.  ?1 [[rep], …]  ?2 1: whoever owns them  ?3 [[slot, id], …]
const SEEN: &str = concat!(
    "
SELECT c.id FROM jsonb_each(?3) AS want
CROSS JOIN customer AS c
WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.id = want.value->>1
  AND (?2 = 1 OR ",
    owned!("?1"),
    ")"
);

pub(crate) fn bound(owners: Owners<'_>) -> Result<(String, bool), StoreError> {
    let reps: Vec<[&str; 1]> = match owners {
        Owners::All => Vec::new(),
        Owners::Of(reps) => reps.iter().map(|rep| [rep.as_str()]).collect(),
    };
    Ok((spread("rep", &reps)?, matches!(owners, Owners::All)))
}

/// A part of a text as LIKE wants it: what LIKE would read is marked.
fn part(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let marked = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{marked}%")
}

/// A page of customers in the order of the table, behind one; `None`: the first page.
pub async fn page(
    conn: &mut Connection,
    owners: Owners<'_>,
    sought: &Sought,
    behind: Option<&CustomerId>,
    limit: u32,
) -> Result<Vec<CustomerId>, StoreError> {
    let (reps, all) = bound(owners)?;
    let (slot, id) = behind.map_or((-1, ""), |id| (i64::from(id.slot()), id.as_str()));
    let rows: Vec<(i64, String)> = sql::query_as(PAGE)
        .bind(reps)
        .bind(all)
        .bind(slot)
        .bind(id)
        .bind(part(&sought.part))
        .bind(&sought.owner)
        .bind(&sought.stage)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("list customers", no_ids)?;
    Ok(rows.into_iter().map(|(_, id)| CustomerId::from(id)).collect())
}

/// Which of these customers may be seen.
pub async fn seen(
    conn: &mut Connection,
    owners: Owners<'_>,
    ids: &[CustomerId],
) -> Result<BTreeSet<CustomerId>, StoreError> {
    let (reps, all) = bound(owners)?;
    let wanted: Vec<(u16, &str)> = ids.iter().map(|id| (id.slot(), id.as_str())).collect();
    let rows: Vec<String> = sql::query_scalar(SEEN)
        .bind(reps)
        .bind(all)
        .bind(spread("customer", &wanted)?)
        .fetch_all(conn)
        .await
        .tried("look who may be seen", no_ids)?;
    Ok(rows.into_iter().map(CustomerId::from).collect())
}
