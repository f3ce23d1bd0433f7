//! The plans that SQLite makes for hot statements: by index, never over a whole table.

mod postgres;

use crate::{
    Connection, Store, consent, customer, customer_key, enrollment, entity, event, memory, send, standing,
    timer, trace,
};
use crate::{Statement, dialect, sql};

async fn plan(conn: &mut Connection, statement: &str) -> Vec<String> {
    let rows: Vec<(i64, i64, i64, String)> =
        sql::query_as(Statement::Written(format!("EXPLAIN QUERY PLAN {statement}")))
            .fetch_all(conn)
            .await
            .expect("a plan");
    rows.into_iter().map(|(_, _, _, line)| line).collect()
}

/// Statements, and what their plans must contain.
const HOT: &[(&str, &[&str])] = &[
    (event::DUE, &["e USING INDEX event_due (at<?)"]),
    (event::DUE_BY_SLOT, &["e USING INDEX event_due (at<?)", "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY"]),
    (event::NEXT_DUE, &["e USING INDEX event_due"]),
    (event::NEXT_HELD, &["event USING COVERING INDEX event_held"]),
    (event::HOLD, &["event USING INDEX event_due (at>?)"]),
    (event::RELEASE, &["event USING INDEX event_held (at<?)"]),
    (event::READ, &["e USING INDEX event_name (slot=? AND customer=? AND name=?)"]),
    (event::ALL, &["e USING PRIMARY KEY (slot=? AND customer=?)"]),
    (event::KNOWN, &["e USING PRIMARY KEY (slot=? AND customer=? AND source=? AND id=?)"]),
    (
        event::LOOK_UP,
        &[
            "e USING PRIMARY KEY (slot=? AND customer=? AND source=? AND id=?)",
            "c USING PRIMARY KEY (slot=? AND id=?)",
        ],
    ),
    (event::MARK, &["event USING PRIMARY KEY (slot=? AND customer=? AND source=? AND id=?)"]),
    (enrollment::DUE, &["e USING INDEX enrollment_due (wake_at<?)"]),
    (enrollment::DUE_BY_SLOT, &["e USING INDEX enrollment_due (wake_at<?)"]),
    (enrollment::NEXT, &["e USING INDEX enrollment_due"]),
    (
        enrollment::LOAD,
        &[
            "e USING INDEX enrollment_active (slot=? AND customer=?)",
            "e USING INDEX enrollment_goal (slot=? AND customer=? AND goal_until>?)",
        ],
    ),
    (enrollment::UPDATE, &["enrollment USING PRIMARY KEY (slot=? AND id=?)"]),
    (enrollment::STALE, &["e USING PRIMARY KEY (slot=? AND id=?)"]),
    (enrollment::AT, &["e USING INDEX enrollment_place (workflow=? AND state=? AND step=? AND "]),
    (timer::DUE, &["t USING COVERING INDEX timer_due (fire_at<?)"]),
    (timer::DUE_BY_SLOT, &["t USING COVERING INDEX timer_due (fire_at<?)"]),
    (timer::NEXT, &["t USING COVERING INDEX timer_due"]),
    (timer::LOAD, &["t USING PRIMARY KEY (slot=? AND customer=?)"]),
    (standing::LOAD, &["s USING PRIMARY KEY (slot=? AND customer=?)"]),
    (
        send::CLAIM.sqlite,
        &[
            "send USING PRIMARY KEY (slot=? AND id=?)",
            "s USING INDEX send_due (due_at<?)",
            "elder USING INDEX sqlite_autoindex_send_2 (slot=? AND enrollment=?)",
        ],
    ),
    (
        send::CLAIM_DIGEST.sqlite,
        &["send USING PRIMARY KEY (slot=? AND id=?)", "s USING INDEX send_digest (due_at<?)"],
    ),
    (send::COUNTED, &["s USING INDEX send_customer (slot=? AND customer=? AND created_at>?)"]),
    (send::NEXT_DUE, &["s USING INDEX send_due"]),
    (send::HAND.sqlite, &["send USING PRIMARY KEY (slot=? AND id=?)"]),
    (send::ACCEPT, &["send USING PRIMARY KEY (slot=? AND id=?)"]),
    (send::DEFER, &["send USING PRIMARY KEY (slot=? AND id=?)"]),
    (send::RECOVER[0].sqlite, &["send USING INDEX send_in_flight (lease"]),
    (send::RECOVER[2].sqlite, &["send USING INDEX send_in_flight (lease"]),
    (send::TAKE_BACK[0], &["send USING INDEX send_in_flight (lease"]),
    (send::RENEW, &["send USING INDEX send_in_flight (lease"]),
    (send::CANCEL_WALKS, &["send USING INDEX sqlite_autoindex_send_2 (slot=? AND enrollment=?)"]),
    (send::CANCEL_TOPICS, &["send USING INDEX send_open (slot=? AND customer=?)"]),
    (send::UNKNOWN, &["s USING INDEX send_unknown"]),
    (send::BY_ID, &["s USING PRIMARY KEY (slot=? AND id=?)"]),
    (send::OF_CUSTOMER, &["s USING INDEX send_customer (slot=? AND customer=?)"]),
    (send::PAGE, &["s USING INDEX send_made ("]),
    (send::PAGE_OF_CUSTOMER, &["s USING INDEX send_customer (slot=? AND customer=?"]),
    (customer::LOAD, &["c USING PRIMARY KEY (slot=? AND id=?)"]),
    // The row is found in the smaller of two trees, and changed in the larger.
    (customer::KEEP, &["customer USING COVERING INDEX customer_id (id=? AND slot=?)"]),
    (customer_key::FIND, &["k USING PRIMARY KEY (slot=? AND kind=? AND value=?)"]),
    (entity::OWN, &["e USING INDEX entity_customer (slot=? AND customer=?)"]),
    (entity::SHARED, &["e USING PRIMARY KEY (slot=? AND kind=? AND id=?)"]),
    (entity::NAMED, &["e USING INDEX entity_id (kind=? AND id=?)"]),
    (
        consent::LOAD,
        &["c USING PRIMARY KEY (slot=? AND customer=?)", "s USING PRIMARY KEY (slot=? AND customer=?)"],
    ),
    (
        memory::LOAD,
        &["e USING PRIMARY KEY (slot=? AND customer=?)", "d USING PRIMARY KEY (slot=? AND customer=?)"],
    ),
    (trace::NUMBERED, &["t USING PRIMARY KEY (slot=? AND customer=? AND at=?)"]),
    (trace::OF_CUSTOMER, &["t USING PRIMARY KEY (slot=? AND customer=?)"]),
    (trace::RECENT, &["t USING INDEX trace_workflow (workflow=? AND at<?)"]),
];

#[tokio::test]
async fn hot_statements_go_by_their_indexes() {
    let store = Store::temporary().await.expect("a store");
    let mut wrong = Vec::new();
    // The connection that migrated, and one that opened later.
    let mut writer = store.begin().await.expect("a writer");
    let mut reader = store.read().await.expect("a reader");
    for (statement, wanted) in HOT {
        let plan = plan(&mut writer, statement).await;
        assert_eq!(plan, self::plan(&mut reader, statement).await);
        for each in *wanted {
            if !plan.iter().any(|line| line.contains(each)) {
                wrong.push(format!("no `{each}` in {plan:#?}\n{statement}"));
            }
        }
        for line in &plan {
            // Of what is scanned, only lists that we bound, small tables without slots, and indexes in order.
            let scans = line.starts_with("SCAN ");
            let small = ["want", "now", "name", "jsonb_each", "workflow", "slots", "every", "over"];
            let allowed = small.iter().any(|name| line.starts_with(&format!("SCAN {name}")))
                || line.contains("USING INDEX")
                || line.contains("USING COVERING INDEX")
                // Who is left alone: a handful, if anybody.
                || line == "SCAN a"
                || line == "SCAN CONSTANT ROW";
            if scans && !allowed {
                wrong.push(format!("`{line}`\n{statement}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn a_batch_in_pieces_finds_its_rows_by_the_same_keys() {
    let store = Store::temporary().await.expect("a store");
    let mut conn = store.begin().await.expect("a writer");
    for statement in [enrollment::UPDATE, event::MARK, customer::KEEP] {
        let found = |plan: &[String]| plan.iter().find(|line| line.starts_with("SEARCH")).cloned();
        let whole = found(&plan(&mut conn, statement).await);
        let spread = dialect::rows::spread(statement).expect("a text by rows");
        for text in spread.texts() {
            let piece = plan(&mut conn, text).await;
            assert!(
                whole.is_some() && found(&piece) == whole,
                "{piece:#?} instead of {whole:?}\n{statement}"
            );
        }
    }
}

#[tokio::test]
async fn by_slot_nothing_that_is_due_at_one_instant_is_sorted() {
    let store = Store::temporary().await.expect("a store");
    let mut conn = store.read().await.expect("a reader");
    for statement in [enrollment::DUE_BY_SLOT, timer::DUE_BY_SLOT, send::CLAIM.sqlite, send::NEXT_DUE] {
        let plan = plan(&mut conn, statement).await;
        assert!(!plan.iter().any(|line| line.contains("ORDER BY")), "{plan:#?}\n{statement}");
    }
}

#[tokio::test]
async fn a_page_of_all_messages_comes_in_the_order_of_its_index() {
    let store = Store::temporary().await.expect("a store");
    let mut conn = store.read().await.expect("a reader");
    let plan = plan(&mut conn, send::PAGE).await;
    assert!(!plan.iter().any(|line| line.contains("ORDER BY")), "{plan:#?}");
}
