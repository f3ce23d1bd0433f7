//! What people allowed (append-only) and who must not be written to.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{
    instant, instant_of, medium_of, medium_word, millis, millis_of, spread, spread_customers,
};
use model::{Consent, CustomerId, Suppression};

// Every word of consent and every suppression of a batch (snapshot.rs, history.rs).  ?1 [[slot, customer], …]
pub(crate) const LOAD: &str = "
SELECT want.key, 0, c.topic, c.medium, c.at, c.granted, c.source
FROM jsonb_each(?1) AS want
CROSS JOIN consent AS c
WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.customer = want.value->>1
UNION ALL
SELECT want.key, 1, s.topic, s.medium, s.at, s.until, s.reason
FROM jsonb_each(?1) AS want
CROSS JOIN suppression AS s
WHERE s.slot = CAST(want.value->>0 AS BIGINT) AND s.customer = want.value->>1";

// ?1 [[slot, customer, topic, medium, at, granted, source], …]
const RECORD: &str = "
INSERT INTO consent (slot, customer, topic, medium, at, granted, source)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, CAST(value->>4 AS BIGINT), CAST(value->>5 AS BIGINT),
       value->>6 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";

// ?1 [[slot, customer, medium, topic, reason, at, until], …]
const SUPPRESS: &str = "
INSERT INTO suppression (slot, customer, medium, topic, reason, at, until)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4, CAST(value->>5 AS BIGINT),
       CAST(value->>6 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (slot, customer, medium, topic, reason, at) DO UPDATE SET until = excluded.until";

// Before the customers' lists are written anew.  ?1 [[slot, customer], …]
const CLEAR: &str = "
DELETE FROM suppression WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";

/// One word about a customer of a batch.
pub(crate) enum Word {
    Consent(Consent),
    Suppression(Suppression),
}

/// All words about a batch of customers, each with its customer's place in it.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
) -> Result<Vec<(usize, Word)>, StoreError> {
    let rows = sql::query(LOAD).bind(wanted).fetch_all(conn).await.tried("load consents", || some(ids))?;
    let mut words = Vec::with_capacity(rows.len());
    for row in rows {
        let read = |source| StoreError::Query { tried: "read a consent", ids: some(ids), source };
        let place = usize::try_from(row.try_get::<i64>(0).map_err(read)?).unwrap_or(usize::MAX);
        let key = ids.get(place).map_or("", CustomerId::as_str);
        let topic: String = row.try_get(2).map_err(read)?;
        let medium: &str = row.try_get(3).map_err(read)?;
        let at: i64 = row.try_get(4).map_err(read)?;
        let text: String = row.try_get(6).map_err(read)?;
        words.push((
            place,
            if row.try_get::<i64>(1).map_err(read)? == 0 {
                Word::Consent(Consent {
                    topic,
                    medium: medium_of("consent", key, medium)?,
                    granted: row.try_get::<i64>(5).map_err(read)? == 1,
                    at: instant("consent", key, at)?,
                    source: text,
                })
            } else {
                Word::Suppression(Suppression {
                    medium: medium_of("suppression", key, medium)?,
                    topic: Some(topic).filter(|topic| !topic.is_empty()),
                    reason: text,
                    at: instant("suppression", key, at)?,
                    until: instant_of("suppression", key, row.try_get(5).map_err(read)?)?,
                })
            },
        ));
    }
    Ok(words)
}

/// Records words of consent; one that is known already changes nothing. Returns how many are new.
pub async fn record(conn: &mut Connection, consents: &[(&CustomerId, &Consent)]) -> Result<u64, StoreError> {
    if consents.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> = consents
        .iter()
        .map(|(customer, consent)| {
            let medium = medium_word(consent.medium);
            let at = millis(consent.at);
            (
                customer.slot(),
                customer.as_str(),
                &consent.topic,
                medium,
                at,
                i64::from(consent.granted),
                &consent.source,
            )
        })
        .collect();
    let done = sql::query(RECORD)
        .bind(spread("consent", &rows)?)
        .in_pieces()
        .execute(conn)
        .await
        .tried("record consents", || some(consents.iter().map(|(customer, _)| customer)))?;
    Ok(done.rows_affected())
}

/// Suppresses; the same word again only moves its end.
pub async fn suppress(
    conn: &mut Connection,
    words: &[(&CustomerId, &Suppression)],
) -> Result<(), StoreError> {
    if words.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = words
        .iter()
        .map(|(customer, word)| {
            let medium = medium_word(word.medium);
            let topic = word.topic.as_deref().unwrap_or("");
            let (at, until) = (millis(word.at), millis_of(word.until));
            (customer.slot(), customer.as_str(), medium, topic, &word.reason, at, until)
        })
        .collect();
    sql::query(SUPPRESS)
        .bind(spread("suppression", &rows)?)
        .execute(conn)
        .await
        .tried("suppress", || some(words.iter().map(|(customer, _)| customer)))?;
    Ok(())
}

/// Takes all suppressions of these customers away; the caller writes anew what stays.
pub(crate) async fn clear_suppressions(
    conn: &mut Connection,
    customers: &[&CustomerId],
) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let wanted = spread_customers(customers.iter().copied())?;
    sql::query(CLEAR).bind(wanted).execute(conn).await.tried("unsuppress", || some(customers))?;
    Ok(())
}
