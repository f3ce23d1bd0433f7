//! What people allowed (append-only) and who must not be written to.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{
    batch, instant, instant_of, medium_of, medium_word, millis, millis_of, spread, spread_customers,
};
use model::{Consent, CustomerId, Medium, Proof, Suppression};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

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

// ?1 [[slot, customer, topic, medium, at, granted, source, basis, wording, asked_at, token], …]
const RECORD: &str = "
INSERT INTO consent (slot, customer, topic, medium, at, granted, source, basis, wording, asked_at, token)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, CAST(value->>4 AS BIGINT), CAST(value->>5 AS BIGINT),
       value->>6, value->>7, value->>8, CAST(value->>9 AS BIGINT), value->>10 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";

// Everything that customers ever said, the oldest first (privacy export, why, the API).  ?1 [[slot, customer], …]
const OF_CUSTOMERS: &str = "
SELECT c.topic, c.medium, c.granted, c.at, c.source, c.basis, c.wording, c.asked_at, c.token, c.customer
FROM jsonb_each(?1) AS want
CROSS JOIN consent AS c
WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.customer = want.value->>1
ORDER BY c.at, c.topic, c.medium, c.granted DESC";

// ?1 [[slot, customer, medium, topic, reason, at, until], …]
const SUPPRESS: &str = "
INSERT INTO suppression (slot, customer, medium, topic, reason, at, until)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4, CAST(value->>5 AS BIGINT),
       CAST(value->>6 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (slot, customer, medium, topic, reason, at) DO UPDATE SET until = excluded.until";

// Before the customers' lists are written anew.  ?1 [[slot, customer], …]
const CLEAR: &str = "
DELETE FROM suppression WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";

// Somebody comes back by their own doing (engine/forms).  ?1 slot  ?2 customer  ?3 reason
const LIFT: &str = "DELETE FROM suppression WHERE slot = ?1 AND customer = ?2 AND reason = ?3";

/// How a hash in the record begins.
const HASHED: &str = "sha256:";

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
                    proof: Proof::default(),
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
            let Proof { basis, wording, asked_at, token } = &consent.proof;
            (
                customer.slot(),
                customer.as_str(),
                &consent.topic,
                medium,
                at,
                i64::from(consent.granted),
                &consent.source,
                basis,
                wording.as_deref().map(hashed),
                millis_of(*asked_at),
                token,
            )
        })
        .collect();
    let done = sql::query(RECORD)
        .bind(batch("consent", &rows)?)
        .execute(conn)
        .await
        .tried("record consents", || some(consents.iter().map(|(customer, _)| customer)))?;
    Ok(done.rows_affected())
}

/// The hash of a text as the record holds it; of a hash the hash itself.
pub fn hashed(text: &str) -> String {
    if text.starts_with(HASHED) {
        return text.to_owned();
    }
    Sha256::digest(text.as_bytes()).iter().fold(HASHED.to_owned(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Everything that a customer ever said, the oldest first, with its proof.
pub async fn of_customer(conn: &mut Connection, customer: &CustomerId) -> Result<Vec<Consent>, StoreError> {
    Ok(of_customers(conn, &[customer]).await?.remove(customer).unwrap_or_default())
}

/// The same of several customers; who never said anything is absent.
pub async fn of_customers(
    conn: &mut Connection,
    customers: &[&CustomerId],
) -> Result<BTreeMap<CustomerId, Vec<Consent>>, StoreError> {
    let mut said: BTreeMap<CustomerId, Vec<Consent>> = BTreeMap::new();
    if customers.is_empty() {
        return Ok(said);
    }
    let rows = sql::query(OF_CUSTOMERS)
        .bind(spread_customers(customers.iter().copied())?)
        .fetch_all(conn)
        .await
        .tried("load customers' consents", || some(customers))?;
    for row in rows {
        let read = |source| StoreError::Query { tried: "read a consent", ids: some(customers), source };
        let whose: String = row.try_get(9).map_err(read)?;
        let key = whose.as_str();
        let word = Consent {
            topic: row.try_get(0).map_err(read)?,
            medium: medium_of("consent", key, row.try_get(1).map_err(read)?)?,
            granted: row.try_get::<i64>(2).map_err(read)? == 1,
            at: instant("consent", key, row.try_get(3).map_err(read)?)?,
            source: row.try_get(4).map_err(read)?,
            proof: Proof {
                basis: row.try_get(5).map_err(read)?,
                wording: row.try_get(6).map_err(read)?,
                asked_at: instant_of("consent", key, row.try_get(7).map_err(read)?)?,
                token: row.try_get(8).map_err(read)?,
            },
        };
        said.entry(CustomerId::from(whose)).or_default().push(word);
    }
    Ok(said)
}

/// The word that permitted a message: of all that were said about its topic by then the one that counts. `None`:
/// nothing did.
pub fn permitting<'c>(
    words: &'c [Consent],
    topic: &str,
    medium: Medium,
    by: jiff::Timestamp,
) -> Option<&'c Consent> {
    let about =
        |word: &&Consent| word.topic == topic && word.medium.is_none_or(|of| of == medium) && word.at <= by;
    words.iter().filter(about).max_by_key(|word| (word.at, !word.granted)).filter(|word| word.granted)
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

/// Takes the suppressions of a customer away that have this reason. Returns whether there was one.
pub async fn lift(conn: &mut Connection, customer: &CustomerId, reason: &str) -> Result<bool, StoreError> {
    let done = sql::query(LIFT)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(reason)
        .execute(conn)
        .await
        .tried("lift a suppression", || customer.to_string())?;
    Ok(done.rows_affected() > 0)
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
