//! Ids of imported facts: by content, so that the same file read twice writes each of them once.

use jiff::Timestamp;
use model::{CustomerId, EventId, content_id, stable_hash};

use super::record::{EventRow, StageMove};

/// The content of an event without an id, as one number: equal rows of a file have equal ones.
pub(super) fn content_key(row: &EventRow) -> u64 {
    let parts = content(row);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    // The lower half of a good hash is a good hash.
    stable_hash(&parts) as u64
}

/// A number for an id of a file, to find ids that come again.
pub(super) fn id_key(id: &str) -> u64 {
    stable_hash(&["id", id]) as u64
}

/// The id of an event: as the file gives it, else made of its content and its ordinal among equal rows.
pub(super) fn event_id(row: &EventRow, ordinal: u64) -> EventId {
    if let Some(id) = &row.id {
        return EventId::new(id);
    }
    let mut parts = content(row);
    parts.push(ordinal.to_string());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    EventId::from(content_id("row_", &parts))
}

fn content(row: &EventRow) -> Vec<String> {
    let (kind, entity) = row.entity.as_ref().map_or(("", ""), |(kind, id)| (kind.as_str(), id.as_str()));
    let mut parts =
        vec![row.name.clone(), row.customer.to_string(), millis(row.at), kind.into(), entity.into()];
    for (name, value) in &row.properties {
        parts.push(name.clone());
        parts.push(value.to_stored().to_string());
    }
    parts
}

/// The id of a stage move. Of one entity the ids sort by ordinal, so that moves at one instant keep their
/// order.
pub(super) fn move_id(kind: &str, entity: &str, step: &StageMove) -> EventId {
    let of = content_id("", &[kind, entity]);
    let what = content_id("", &[&step.to, &millis(step.at)]);
    let short = what.get(..8).unwrap_or(&what);
    EventId::from(format!("mv_{of}_{:03}_{short}", step.ordinal))
}

/// The id of a change that an import made at `now`.
pub(super) fn change_id(of: &str, id: &str, attribute: &str, to: &str, now: Timestamp) -> EventId {
    EventId::from(content_id("ch_", &[of, id, attribute, to, &millis(now)]))
}

/// The id of a word of consent.
pub(super) fn consent_id(
    customer: &CustomerId,
    topic: &str,
    medium: &str,
    granted: bool,
    at: Timestamp,
) -> EventId {
    let granted = if granted { "granted" } else { "withdrawn" };
    EventId::from(content_id("co_", &[customer.as_str(), topic, medium, granted, &millis(at)]))
}

fn millis(at: Timestamp) -> String {
    at.as_millisecond().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn bought(amount: &str, at: &str) -> EventRow {
        EventRow {
            id: None,
            name: "order.paid".to_owned(),
            customer: CustomerId::new("1"),
            entity: None,
            at: at.parse().unwrap(),
            properties: BTreeMap::from([("amount".to_owned(), model::Value::from(amount))]),
        }
    }

    #[test]
    fn equal_rows_differ_by_ordinal_and_only_then() {
        let (a, b) = (bought("1.5", "2026-01-01T00:00:00Z"), bought("1.5", "2026-01-01T00:00:00Z"));
        assert_eq!(content_key(&a), content_key(&b));
        assert_eq!(event_id(&a, 0), event_id(&b, 0));
        assert_ne!(event_id(&a, 0), event_id(&b, 1));
        assert_ne!(content_key(&a), content_key(&bought("1.6", "2026-01-01T00:00:00Z")));
        assert_ne!(content_key(&a), content_key(&bought("1.5", "2026-01-02T00:00:00Z")));
        let named = EventRow { id: Some("e1".to_owned()), ..a };
        assert_eq!(event_id(&named, 3), EventId::new("e1"));
    }

    #[test]
    fn moves_at_one_instant_keep_their_order() {
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let step = |ordinal, to: &str| StageMove { ordinal, from: None, to: to.to_owned(), at };
        let ids: Vec<EventId> = [(1, "Prospecting"), (2, "Engaging"), (3, "Won"), (10, "Lost")]
            .map(|(ordinal, to)| move_id("deal", "D-1", &step(ordinal, to)))
            .into();
        assert!(ids.is_sorted(), "{ids:?}");
        assert_ne!(move_id("deal", "D-1", &step(1, "Won")), move_id("deal", "D-1", &step(1, "Lost")));
        assert_ne!(move_id("deal", "D-1", &step(1, "Won")), move_id("deal", "D-2", &step(1, "Won")));
    }
}
