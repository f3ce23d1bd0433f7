//! Where the links of our mails lead: a row for each distinct target, name and template, not for each mail.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;

// ?1 [[id, target, name, template], …]  ?2 now
const ADD: &str = "
INSERT INTO link (id, target, name, template, made_at)
SELECT value->>0, value->>1, value->>2, value->>3, ?2 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";
// ?1 [[id], …]
const FIND: &str = "
SELECT l.id, l.target, l.name, l.template
FROM jsonb_each(?1) AS want CROSS JOIN link AS l WHERE l.id = want.value->>0";

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Made from all that follows: 16 hexadecimal digits in the table.
    pub id: u64,
    /// Where it leads: `https://…` with the parameters that say where somebody comes from.
    pub target: String,
    /// Its `name` attribute, else where it leads as the template says it.
    pub name: String,
    /// The template's name.
    pub template: String,
}

impl Link {
    /// A link; its number follows from what it is.
    pub fn new(target: &str, name: &str, template: &str) -> Self {
        // The lower half is as even as the whole.
        let id = model::stable_hash(&["link", target, name, template]) as u64;
        Self { id, target: target.to_owned(), name: name.to_owned(), template: template.to_owned() }
    }
}

/// Keeps links; those that are known change nothing.
pub async fn add(conn: &mut Connection, links: &[&Link], now: Timestamp) -> Result<(), StoreError> {
    if links.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = links
        .iter()
        .map(|link| (format!("{:016x}", link.id), &link.target, &link.name, &link.template))
        .collect();
    sql::query(ADD)
        .bind(spread("link", &rows)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("keep links", no_ids)?;
    Ok(())
}

/// These links; one that is not there is absent.
pub async fn find(conn: &mut Connection, ids: &[u64]) -> Result<Vec<Link>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<[String; 1]> = ids.iter().map(|id| [format!("{id:016x}")]).collect();
    let rows: Vec<(String, String, String, String)> = sql::query_as(FIND)
        .bind(spread("link", &rows)?)
        .fetch_all(conn)
        .await
        .tried("look for links", || some(ids))?;
    rows.into_iter()
        .map(|(id, target, name, template)| {
            let id =
                u64::from_str_radix(&id, 16).map_err(|_| StoreError::corrupt("link", &id, "the number"))?;
            Ok(Link { id, target, name, template })
        })
        .collect()
}
