//! The plans that PostgreSQL makes for hot statements over tables of a usual size, as it chooses itself, whatever the
//! values: by index, never over a whole table.

use crate::{
    Connection, Options, Statement, Store, commit, consent, customer, customer_key, dialect, enrollment,
    entity, event, memory, send, sql, standing, timer, trace,
};

/// 20,000 customers with some facts, walks and messages each. One in two hundred things is due.
const FILL: &[&str] = &[
    "INSERT INTO customer (slot, id, created_at) SELECT n % 4096, 'c' || n, n FROM generate_series(1, 20000) AS n",
    "INSERT INTO customer_key (slot, kind, value, customer)
     SELECT n % 4096, 'email', 'c' || n || '@example.com', 'c' || n FROM generate_series(1, 20000) AS n",
    "INSERT INTO event (slot, customer, source, id, name, at, received_at, state)
     SELECT n % 4096, 'c' || n, 'shop', 'e' || k, 'order.' || k, n * 60 + k, n, CASE WHEN n % 200 = 0 THEN 'new' ELSE 'done' END
     FROM generate_series(1, 20000) AS n CROSS JOIN generate_series(1, 4) AS k",
    "INSERT INTO consent (slot, customer, topic, at, granted, source)
     SELECT n % 4096, 'c' || n, 'offers', n, 1, 'page' FROM generate_series(1, 20000) AS n",
    "INSERT INTO entity (slot, kind, id, customer)
     SELECT n % 4096, 'deal', 'd' || n, 'c' || n FROM generate_series(1, 20000) AS n",
    "INSERT INTO enrollment (slot, id, customer, workflow, version, state, step, arrived_at, wake_at, entered_at, ended_at, walk)
     SELECT n % 4096, 'en' || n || '_' || k, 'c' || n, 'w' || k, 'v', CASE WHEN k = 1 THEN 'waiting' ELSE 'ended' END,
       CASE WHEN k = 1 THEN 's' END, CASE WHEN k = 1 THEN n END, CASE WHEN k = 1 THEN n * 1000 END, n,
       CASE WHEN k <> 1 THEN n END, '{}'
     FROM generate_series(1, 20000) AS n CROSS JOIN generate_series(1, 3) AS k",
    "INSERT INTO timer (slot, customer, workflow, fire_at)
     SELECT n % 4096, 'c' || n, 'w1', n * 1000 FROM generate_series(1, 20000) AS n",
    "INSERT INTO entry (slot, customer, workflow, entered_at)
     SELECT n % 4096, 'c' || n, 'w1', n FROM generate_series(1, 20000) AS n",
    "INSERT INTO trace (slot, customer, at, number, \"offset\", workflow, version, did, what, outcome)
     SELECT n % 4096, 'c' || n, n * 60 + k, k, 0, 'w' || k, 'v', 'tag', 't', 'done'
     FROM generate_series(1, 20000) AS n CROSS JOIN generate_series(1, 3) AS k",
    "INSERT INTO send (slot, id, customer, enrollment, workflow, version, step, medium, marketing, on_unknown, outgoing,
       message_id, state, due_at, deadline, worker, epoch, lease, created_at, number, settled_at)
     SELECT n % 4096, 's' || n || '_' || k, 'c' || n, 'en' || n || '_' || k, 'w' || k, 'v', 's', 'email', 1, 'hold', '{}',
       'm' || n || '_' || k,
       CASE WHEN n % 200 = 0 THEN 'due' WHEN n % 2000 = 1 THEN 'handed' WHEN n % 1000 = 2 THEN 'unknown' ELSE 'accepted' END,
       n * 1000, n * 2000, 'w', 1, CASE WHEN n % 200 <> 0 AND n % 2000 = 1 THEN n END, n * 1000, k,
       CASE WHEN n % 200 <> 0 AND n % 2000 <> 1 THEN n END
     FROM generate_series(1, 20000) AS n CROSS JOIN generate_series(1, 3) AS k",
    "ANALYZE",
    "SET plan_cache_mode = force_generic_plan",
];

/// Tables that nobody may read as a whole.
const BIG: &[&str] = &[
    "customer",
    "customer_key",
    "event",
    "consent",
    "entity",
    "enrollment",
    "timer",
    "entry",
    "trace",
    "send",
];

/// Statements, and the indexes that their plans go by: `a|b` is the one or the other, each of them narrow enough.
const HOT: &[(&str, &[&str])] = &[
    (event::DUE, &["event_due"]),
    (event::DUE_BY_SLOT, &["event_due"]),
    (event::NEXT_DUE, &["event_due"]),
    (event::READ, &["event_name|event_pkey"]),
    (event::ALL, &["event_pkey"]),
    (event::MARK, &["event_pkey|event_name"]),
    (event::KNOWN, &["event_pkey"]),
    (enrollment::DUE, &["enrollment_due"]),
    (enrollment::DUE_BY_SLOT, &["enrollment_due"]),
    (enrollment::NEXT, &["enrollment_due"]),
    (enrollment::LOAD, &["enrollment_active", "enrollment_goal"]),
    (enrollment::UPDATE, &["enrollment_pkey"]),
    (enrollment::STALE, &["enrollment_pkey"]),
    (timer::DUE, &["timer_due"]),
    (timer::DUE_BY_SLOT, &["timer_due"]),
    (timer::NEXT, &["timer_due"]),
    (timer::LOAD, &["timer_pkey"]),
    (standing::LOAD, &[]),
    (send::CLAIM.postgres, &["send_due", "send_pkey"]),
    (send::CLAIM_DIGEST.postgres, &["send_digest", "send_pkey"]),
    (send::NEXT_DUE, &["send_due"]),
    (send::HAND.postgres, &["send_pkey|send_in_flight"]),
    (send::ACCEPT, &["send_pkey|send_in_flight"]),
    (send::DEFER, &["send_pkey|send_in_flight"]),
    (send::COUNTED, &["send_customer"]),
    (send::PAGE, &["send_made"]),
    (send::PAGE_OF_CUSTOMER, &["send_customer|send_open"]),
    (send::RECOVER[0].postgres, &["send_in_flight"]),
    (send::RECOVER[2].postgres, &["send_in_flight"]),
    (send::TAKE_BACK[0], &["send_in_flight"]),
    (send::RENEW, &["send_in_flight"]),
    (send::CANCEL_WALKS, &["send_slot_enrollment_step_pass_key|send_open"]),
    (send::CANCEL_TOPICS, &["send_open"]),
    (send::UNKNOWN, &["send_unknown"]),
    (send::BY_ID, &["send_pkey"]),
    (send::OF_CUSTOMER, &["send_customer"]),
    (customer::LOAD, &["customer_pkey|customer_id"]),
    (customer_key::FIND, &["customer_key_pkey"]),
    (entity::OWN, &["entity_customer"]),
    (entity::SHARED, &["entity_pkey|entity_id"]),
    (consent::LOAD, &["consent_pkey"]),
    (memory::LOAD, &["entry_pkey"]),
    (trace::OF_CUSTOMER, &["trace_pkey"]),
    (trace::RECENT, &["trace_workflow"]),
];

/// Statements that do not say of which types all their values are.
const TYPED: &[(&str, &str)] = &[
    (send::CLAIM.postgres, "(bigint, text, bigint, bigint, bigint, text, text)"),
    (send::CLAIM_DIGEST.postgres, "(bigint, text, bigint, bigint)"),
    (send::TAKE_BACK[0], "(bigint, text, bigint)"),
    (trace::OF_CUSTOMER, "(bigint, text, text)"),
];

async fn run(conn: &mut Connection, statement: String) {
    let words = statement.clone();
    let done = sql::query(Statement::Written(statement)).execute(conn).await;
    done.unwrap_or_else(|error| panic!("{error}: {words}"));
}

/// The lines of a plan that holds for whatever values.
async fn plan(conn: &mut Connection, statement: &'static str) -> Vec<String> {
    let text = dialect::postgres(statement);
    let binds = (1..=20).rfind(|number| text.contains(&format!("${number}"))).unwrap_or(0);
    let types = TYPED.iter().find(|(typed, _)| *typed == statement).map_or("", |(_, types)| types);
    run(conn, format!("PREPARE hot {types} AS {text}")).await;
    let values = vec!["NULL"; binds].join(", ");
    let values = if binds == 0 { String::new() } else { format!("({values})") };
    let lines = sql::query_scalar(Statement::Written(format!("EXPLAIN (COSTS OFF) EXECUTE hot{values}")))
        .fetch_all(conn)
        .await
        .expect("a plan");
    run(conn, "DEALLOCATE hot".to_owned()).await;
    lines
}

#[tokio::test]
async fn on_postgres_too_hot_statements_go_by_their_indexes() {
    let store = Store::open(&cluster::database(), Options::default()).await.expect("a store");
    let mut conn = store.begin_beside().await.expect("a writer");
    for statement in FILL {
        run(&mut conn, (*statement).to_owned()).await;
    }
    let mut wrong = Vec::new();
    for (statement, indexes) in HOT {
        let plan = plan(&mut conn, statement).await;
        let goes_by = |index: &&&str| {
            let named = |line: &String| line.split(' ').any(|word| index.split('|').any(|name| name == word));
            plan.iter().any(|line| named(line) && line.contains("Scan"))
        };
        if let Some(missing) = indexes.iter().find(|index| !goes_by(index)) {
            wrong.push(format!("not by `{missing}`: {plan:#?}\n{statement}"));
        }
        let whole = |line: &&String| {
            let mut words = line.split("Seq Scan on ").skip(1).filter_map(|rest| rest.split(' ').next());
            words.any(|table| BIG.contains(&table))
        };
        if let Some(line) = plan.iter().find(whole) {
            wrong.push(format!("`{line}`: {plan:#?}\n{statement}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    commit(conn).await.expect("committed");
}
