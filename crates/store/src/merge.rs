//! A customer is merged into another: what is theirs becomes the kept one's, and their id leads there.

use crate::connection::Connection;
use crate::customer_key::{self, Key, KeyKind};
use crate::dialect::Both;
use crate::error::{StoreError, Tried};
use crate::{meta, send, sql};
use dsl::library::Model;
use model::CustomerId;

/// Where it is noted that ids were merged away, so that an import looks for them.
const NOTED: &str = "merged";

// What moves (?1 slot and ?2 id of the kept one, ?3 slot and ?4 id of the other). Of what both have the kept
// one's stays. That the other's own attributes changed is no fact about the kept one.
const EVENTS: &str = "
UPDATE event SET slot = ?1, customer = ?2
WHERE slot = ?3 AND customer = ?4
  AND NOT (state = 'done' AND name IN ('customer.changed', 'customer.tag_changed'))
  AND NOT EXISTS (SELECT 1 FROM event AS known WHERE known.slot = ?1 AND known.customer = ?2
                  AND known.source = event.source AND known.id = event.id)";
const ENTITIES: &str = "
UPDATE entity SET slot = ?1, customer = ?2
WHERE slot = ?3 AND customer = ?4
  AND NOT EXISTS (SELECT 1 FROM entity AS known WHERE known.slot = ?1 AND known.kind = entity.kind
                  AND known.id = entity.id AND ?1 <> ?3)";
const CONSENTS: &str = "
UPDATE consent SET slot = ?1, customer = ?2
WHERE slot = ?3 AND customer = ?4
  AND NOT EXISTS (SELECT 1 FROM consent AS known WHERE known.slot = ?1 AND known.customer = ?2
                  AND known.topic = consent.topic AND known.medium = consent.medium
                  AND known.at = consent.at AND known.granted = consent.granted)";
const SUPPRESSIONS: &str = "
UPDATE suppression SET slot = ?1, customer = ?2
WHERE slot = ?3 AND customer = ?4
  AND NOT EXISTS (SELECT 1 FROM suppression AS known WHERE known.slot = ?1 AND known.customer = ?2
                  AND known.medium = suppression.medium AND known.topic = suppression.topic
                  AND known.reason = suppression.reason AND known.at = suppression.at)";
const WALKS: &str = "UPDATE enrollment SET slot = ?1, customer = ?2 WHERE slot = ?3 AND customer = ?4";
const TASKS: &str = "UPDATE task SET slot = ?1, customer = ?2 WHERE slot = ?3 AND customer = ?4";
const ASSIGNMENTS: &str = "
UPDATE assignment SET slot = ?1, customer = ?2, number = number + coalesce(
  (SELECT max(known.number) + 1 FROM assignment AS known WHERE known.slot = ?1 AND known.customer = ?2), 0)
WHERE slot = ?3 AND customer = ?4";
const TRACE: &str = "
UPDATE trace SET slot = ?1, customer = ?2, number = number + coalesce(
  (SELECT max(known.number) + 1 FROM trace AS known WHERE known.slot = ?1 AND known.customer = ?2
   AND known.at = trace.at), 0)
WHERE slot = ?3 AND customer = ?4";
const MOVES: [&str; 8] = [EVENTS, ENTITIES, CONSENTS, SUPPRESSIONS, WALKS, TASKS, ASSIGNMENTS, TRACE];

// What is left of the other one goes (?1 slot, ?2 id): what the kept one has as well, what is planned anew.
// A word of consent never goes: one that both said alike stays under the old id.
const LEFT: [&str; 8] = [
    "DELETE FROM event WHERE slot = ?1 AND customer = ?2",
    "DELETE FROM entity WHERE slot = ?1 AND customer = ?2",
    "DELETE FROM suppression WHERE slot = ?1 AND customer = ?2",
    "DELETE FROM entry WHERE slot = ?1 AND customer = ?2",
    "DELETE FROM draw WHERE slot = ?1 AND customer = ?2",
    "DELETE FROM timer WHERE slot = ?1 AND customer = ?2",
    "DELETE FROM standing WHERE slot = ?1 AND customer = ?2",
    "DELETE FROM customer WHERE slot = ?1 AND id = ?2",
];

// Addresses, and ids that were merged away before.  ?1 the kept one  ?2 the other
const KEYS: &str = "UPDATE customer_key SET customer = ?1 WHERE customer = ?2";

// Who refers to the other one (`invited_by`) refers to the kept one, and their past says so too, as everything
// that the other one did is the kept one's.  ?1 id of the kept one  ?2 id of the other  ?3 the attribute
// ?4 the kind of an entity
macro_rules! refer {
    ($set:literal, $table:literal, $whose:literal) => {
        concat!("UPDATE ", $table, " SET attributes = ", $set, " WHERE attributes->>?3 = ?2", $whose)
    };
}
macro_rules! refer_before {
    ($set:literal, $what:literal, $whose:literal) => {
        concat!(
            "UPDATE event SET properties = ",
            $set,
            " WHERE properties->>'attribute' = ?3 AND ",
            $what,
            " AND properties->>'to' = ?2 AND (slot, customer) IN (",
            $whose,
            ")"
        )
    };
}
const CUSTOMERS_REFER: [Both; 2] = [
    Both {
        sqlite: refer_before!(
            "json_set(properties, '$.to', ?1)",
            "name = 'customer.changed'",
            "SELECT slot, id FROM customer WHERE attributes->>?3 = ?2"
        ),
        postgres: refer_before!(
            "jsonb_set(properties, '{to}', to_jsonb(?1))",
            "name = 'customer.changed'",
            "SELECT slot, id FROM customer WHERE attributes->>?3 = ?2"
        ),
    },
    Both {
        sqlite: refer!("json_set(attributes, '$.\"' || ?3 || '\"', ?1)", "customer", ""),
        postgres: refer!("jsonb_set(attributes, ARRAY[?3], to_jsonb(?1))", "customer", ""),
    },
];
const ENTITIES_REFER: [Both; 2] = [
    Both {
        sqlite: refer_before!(
            "json_set(properties, '$.to', ?1)",
            "name = ?4 || '.changed'",
            "SELECT slot, customer FROM entity WHERE kind = ?4 AND attributes->>?3 = ?2"
        ),
        postgres: refer_before!(
            "jsonb_set(properties, '{to}', to_jsonb(?1))",
            "name = ?4 || '.changed'",
            "SELECT slot, customer FROM entity WHERE kind = ?4 AND attributes->>?3 = ?2"
        ),
    },
    Both {
        sqlite: refer!("json_set(attributes, '$.\"' || ?3 || '\"', ?1)", "entity", " AND kind = ?4"),
        postgres: refer!("jsonb_set(attributes, ARRAY[?3], to_jsonb(?1))", "entity", " AND kind = ?4"),
    },
];

/// Hands everything of `other` over to `keep`: facts, entities, walks, messages, tasks, the trace, look-up keys.
/// What the two have to be reconciled in is written by the caller afterwards. No message of `other` may be on
/// its way (see [`send::on_its_way`]).
pub async fn hand_over(
    conn: &mut Connection,
    other: &CustomerId,
    keep: &CustomerId,
    model: &Model,
) -> Result<(), StoreError> {
    let ids = || format!("{other} into {keep}");
    for statement in MOVES {
        sql::query(statement)
            .bind(i64::from(keep.slot()))
            .bind(keep.as_str())
            .bind(i64::from(other.slot()))
            .bind(other.as_str())
            .execute(&mut *conn)
            .await
            .tried("merge a customer", ids)?;
    }
    send::hand_over(conn, other, keep).await?;
    refer(conn, other, keep, model).await?;
    for statement in LEFT {
        sql::query(statement)
            .bind(i64::from(other.slot()))
            .bind(other.as_str())
            .execute(&mut *conn)
            .await
            .tried("merge a customer", ids)?;
    }
    sql::query(KEYS)
        .bind(keep.as_str())
        .bind(other.as_str())
        .execute(&mut *conn)
        .await
        .tried("merge a customer", ids)?;
    customer_key::claim(conn, &[Key::new(KeyKind::ExternalId, other.as_str(), keep)]).await?;
    meta::set(conn, NOTED, Some("1")).await
}

/// Who refers to `other` refers to `keep` from now on.
async fn refer(
    conn: &mut Connection,
    other: &CustomerId,
    keep: &CustomerId,
    model: &Model,
) -> Result<(), StoreError> {
    for (kind, attribute) in model.attributes_of_friends() {
        let statements = if kind.is_some() { ENTITIES_REFER } else { CUSTOMERS_REFER };
        for statement in statements {
            let query = sql::query(statement).bind(keep.as_str()).bind(other.as_str()).bind(attribute);
            let query = match kind {
                Some(kind) => query.bind(kind),
                None => query,
            };
            query.execute(&mut *conn).await.tried("merge a customer", || format!("{other} into {keep}"))?;
        }
    }
    Ok(())
}

/// Whether any id was ever merged away.
pub async fn any(conn: &mut Connection) -> Result<bool, StoreError> {
    Ok(meta::get(conn, NOTED).await?.is_some())
}
