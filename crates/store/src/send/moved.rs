//! Messages of a customer who is merged into another.

use crate::connection::Connection;
use crate::dialect::Both;
use crate::error::{StoreError, Tried};
use crate::sql;
use model::CustomerId;

// ?1 slot  ?2 customer
const ON_ITS_WAY: &str = "SELECT count(*) FROM send WHERE slot = ?1 AND customer = ?2 AND state = 'handed'";

// A claim names the row that was: it is given back, and taken anew.  ?1 slot and ?2 id of the kept one
// ?3 slot and ?4 id of the other
macro_rules! hand_over {
    ($outgoing:literal) => {
        concat!(
            "UPDATE send SET slot = ?1, customer = ?2, outgoing = ",
            $outgoing,
            ",
               state = CASE state WHEN 'claimed' THEN 'due' ELSE state END,
               worker = CASE state WHEN 'claimed' THEN NULL ELSE worker END,
               epoch = CASE state WHEN 'claimed' THEN NULL ELSE epoch END,
               lease = CASE state WHEN 'claimed' THEN NULL ELSE lease END
             WHERE slot = ?3 AND customer = ?4"
        )
    };
}
const HAND_OVER: Both = Both {
    sqlite: hand_over!("json_set(outgoing, '$.customer', ?2)"),
    postgres: hand_over!("jsonb_set(outgoing, '{customer}', to_jsonb(?2))"),
};

/// How many messages about a customer are between the gate and their fate.
pub async fn on_its_way(conn: &mut Connection, customer: &CustomerId) -> Result<i64, StoreError> {
    sql::query_scalar(ON_ITS_WAY)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .fetch_one(conn)
        .await
        .tried("look for messages on their way", || customer.to_string())
}

/// The messages about one customer become another's.
pub(crate) async fn hand_over(
    conn: &mut Connection,
    other: &CustomerId,
    keep: &CustomerId,
) -> Result<(), StoreError> {
    sql::query(HAND_OVER)
        .bind(i64::from(keep.slot()))
        .bind(keep.as_str())
        .bind(i64::from(other.slot()))
        .bind(other.as_str())
        .execute(conn)
        .await
        .tried("merge a customer", || format!("{other} into {keep}"))?;
    Ok(())
}
