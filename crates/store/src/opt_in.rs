//! Who was asked by mail to confirm a topic (double opt-in).

use crate::connection::Connection;
use crate::error::{StoreError, Tried};
use crate::sql;
use crate::stored::{instant, millis};
use jiff::Timestamp;
use model::{CustomerId, Medium};

// ?1 slot  ?2 customer  ?3 topic  ?4 medium  ?5 asked at  ?6 source  ?7 basis  ?8 wording
const ASK: &str = "
INSERT INTO opt_in (slot, customer, topic, medium, asked_at, source, basis, wording)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
// ?1 slot  ?2 customer
const OF_CUSTOMER: &str = "
SELECT topic, medium, asked_at, source, basis, wording FROM opt_in WHERE slot = ?1 AND customer = ?2
ORDER BY asked_at";

/// A question that a mail asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptIn {
    /// The topic that was asked for.
    pub topic: String,
    /// On which channel.
    pub medium: Medium,
    /// When.
    pub asked_at: Timestamp,
    /// Where they asked: a form's name.
    pub source: String,
    /// On what the consent will rest; `None`: nobody said.
    pub basis: Option<String>,
    /// The exact words beside the box that they ticked; `None`: not known.
    pub wording: Option<String>,
}

/// Keeps a question; the same one again changes nothing.
pub async fn ask(conn: &mut Connection, customer: &CustomerId, asked: &OptIn) -> Result<(), StoreError> {
    sql::query(ASK)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(&asked.topic)
        .bind(asked.medium.as_str())
        .bind(millis(asked.asked_at))
        .bind(&asked.source)
        .bind(asked.basis.as_deref())
        .bind(asked.wording.as_deref())
        .execute(conn)
        .await
        .tried("keep a question to confirm", || customer.to_string())?;
    Ok(())
}

/// What a customer was asked, the oldest first; answered questions too.
pub async fn of_customer(conn: &mut Connection, customer: &CustomerId) -> Result<Vec<OptIn>, StoreError> {
    let rows: Vec<(String, String, i64, String, Option<String>, Option<String>)> = sql::query_as(OF_CUSTOMER)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .fetch_all(conn)
        .await
        .tried("load questions to confirm", || customer.to_string())?;
    let key = customer.as_str();
    rows.into_iter()
        .map(|(topic, medium, asked_at, source, basis, wording)| {
            let medium = crate::stored::medium_of("opt_in", key, &medium)?
                .ok_or_else(|| StoreError::corrupt("opt_in", key, "no channel"))?;
            let asked_at = instant("opt_in", key, asked_at)?;
            Ok(OptIn { topic, medium, asked_at, source, basis, wording })
        })
        .collect()
}
