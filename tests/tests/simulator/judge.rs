//! What a life has left: the ledger against the relay's own list, the invariants of the tables, and a page of
//! everything that two lives of one world must have in common.

use crate::sink::Kept;
use crate::world::{CONNECTIONS, Lived, World, open};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use store::Connection;

/// The end of a life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What must be the same in every life of the world: a line a row.
    pub page: Vec<String>,
    /// Sends by state.
    pub sends: BTreeMap<String, usize>,
    /// Copies at the relay beyond the first, of what may come twice.
    pub copies: usize,
    /// Sends whose fate nobody knows because the process died.
    pub unknown: usize,
    /// Everything else that was seen, as one number.
    pub hash: u64,
    /// What is wrong, in words. Empty: nothing.
    pub wrong: Vec<String>,
}

/// Tables whose rows are the same however often the process died: what is kept of sends beside their fates.
const PAGE: [(&str, &str); 17] = [
    (
        "customer",
        "SELECT id || '|' || coalesce(stage, '') || '|' || coalesce(owner, '') || '|' || created_at || '|' || attributes || '|' || computed_at FROM customer ORDER BY 1",
    ),
    ("key", "SELECT kind || '|' || value || '|' || customer FROM customer_key ORDER BY 1"),
    (
        "enrollment",
        "SELECT id || '|' || customer || '|' || workflow || '|' || version || '|' || key || '|' || state || '|' || coalesce(step, '') || '|' || coalesce(arrived_at, '') || '|' || coalesce(wake_at, '') || '|' || entered_at || '|' || coalesce(ended_at, '') || '|' || coalesce(reason, '') || '|' || coalesce(goal_until, '') || '|' || walk FROM enrollment ORDER BY 1",
    ),
    (
        "event",
        "SELECT customer || '|' || source || '|' || id || '|' || name || '|' || at || '|' || received_at || '|' || properties || '|' || chain || '|' || state FROM event WHERE name NOT LIKE 'email.%' ORDER BY 1",
    ),
    (
        "timer",
        "SELECT customer || '|' || workflow || '|' || subject || '|' || fire_at || '|' || basis FROM timer ORDER BY 1",
    ),
    ("entry", "SELECT customer || '|' || workflow || '|' || key || '|' || entered_at FROM entry ORDER BY 1"),
    ("draw", "SELECT customer || '|' || workflow || '|' || split || '|' || arm FROM draw ORDER BY 1"),
    (
        "trace",
        "SELECT customer || '|' || at || '|' || number || '|' || workflow || '|' || coalesce(enrollment, '') || '|' || coalesce(step, '') || '|' || did || '|' || what || '|' || outcome || '|' || coalesce(until, '') || '|' || coalesce(reason, '') || '|' || line FROM trace ORDER BY 1",
    ),
    (
        "send",
        "SELECT id || '|' || customer || '|' || step || '|' || pass || '|' || workflow || '|' || created_at || '|' || deadline || '|' || number || '|' || message_id FROM send ORDER BY 1",
    ),
    (
        "assignment",
        "SELECT customer || '|' || at || '|' || number || '|' || rep || '|' || coalesce(former, '') || '|' || rule FROM assignment ORDER BY 1",
    ),
    (
        "task",
        "SELECT id || '|' || customer || '|' || title || '|' || coalesce(rep, '') || '|' || coalesce(due, '') || '|' || at FROM task ORDER BY 1",
    ),
    (
        "counter",
        "SELECT workflow || '|' || version || '|' || step || '|' || edge || '|' || sum(count) FROM counter GROUP BY workflow, version, step, edge ORDER BY 1",
    ),
    ("team", "SELECT id || '|' || state FROM team ORDER BY 1"),
    (
        "consent",
        "SELECT customer || '|' || topic || '|' || medium || '|' || at || '|' || granted FROM consent ORDER BY 1",
    ),
    (
        "suppression",
        "SELECT customer || '|' || medium || '|' || topic || '|' || reason || '|' || at FROM suppression ORDER BY 1",
    ),
    ("schedule", "SELECT workflow || '|' || coalesce(next_fire_at, '') FROM schedule ORDER BY 1"),
    ("workflow", "SELECT id || '|' || version || '|' || state FROM workflow ORDER BY 1"),
];

/// What no life may leave behind: each statement finds rows that are wrong.  ?1 the end, in milliseconds
const WRONG: [(&str, &str); 8] = [
    (
        "a walk is in exactly one state",
        "SELECT id FROM enrollment WHERE (state = 'ended') <> (ended_at IS NOT NULL) OR (state <> 'ended') <> (wake_at IS NOT NULL) OR (state <> 'ended') <> (step IS NOT NULL) OR ?1 < 0",
    ),
    (
        "nothing that was due is left",
        "SELECT id FROM enrollment WHERE state <> 'ended' AND wake_at < ?1 AND workflow NOT IN (SELECT id FROM workflow WHERE state = 'paused')",
    ),
    ("no fact is left unheard", "SELECT id FROM event WHERE state IN ('new', 'applied') AND at < ?1"),
    ("no timer is left unfired", "SELECT workflow FROM timer WHERE fire_at < ?1"),
    (
        "no send is left on its way",
        "SELECT id FROM send WHERE state IN ('claimed', 'handed') OR (state = 'due' AND due_at < ?1)",
    ),
    (
        "each refused send has a reason",
        "SELECT id FROM send WHERE state IN ('rejected', 'skipped', 'cancelled', 'unknown') AND reason IS NULL OR ?1 < 0",
    ),
    (
        "each accepted mail is one fact",
        "SELECT s.id FROM send AS s WHERE s.state = 'accepted' AND s.outgoing->>'to' = 'customer' AND 1 <> (SELECT count(*) FROM event AS e WHERE e.slot = s.slot AND e.customer = s.customer AND e.id = 'sent_' || s.id) OR ?1 < 0",
    ),
    (
        "aggregates are counted from the facts",
        "SELECT c.id FROM customer AS c WHERE coalesce(CAST(json_extract(c.attributes, '$.orders') AS INTEGER), 0) <> 1000000 * (SELECT count(*) FROM event AS e WHERE e.slot = c.slot AND e.customer = c.id AND e.name = 'order.paid' AND e.at <= ?1) OR ?1 < 0",
    ),
];

async fn rows(conn: &mut Connection, statement: &'static str) -> Vec<String> {
    store::sql::query_scalar(statement).fetch_all(conn).await.unwrap()
}

impl Judged {
    /// Reads what a life has left.
    pub async fn of(world: &World, lived: &Lived) -> Self {
        let store = open(&lived.database(), false).await;
        let mut conn = store.read().await.unwrap();
        let mut judged = Self::default();
        for (table, statement) in PAGE {
            judged
                .page
                .extend(rows(&mut conn, statement).await.into_iter().map(|row| format!("{table} {row}")));
        }
        let end = world.script.end.as_millisecond();
        for (law, statement) in WRONG {
            let found: Vec<String> =
                store::sql::query_scalar(statement).bind(end).fetch_all(&mut conn).await.unwrap();
            if !found.is_empty() {
                judged.wrong.push(format!("not so: {law}: {found:?}"));
            }
        }
        judged.promise(&mut conn, lived).await;
        drop(conn);
        store.close().await;
        let mut hasher = DefaultHasher::new();
        (&judged.page, &judged.sends, judged.copies, judged.unknown, &lived.kept).hash(&mut hasher);
        judged.hash = hasher.finish();
        judged
    }

    /// The promise: nothing lost, nothing twice, what nobody knows is listed.
    async fn promise(&mut self, conn: &mut Connection, lived: &Lived) {
        let mut arrived: BTreeMap<&str, Vec<&Kept>> = BTreeMap::new();
        for kept in &lived.kept {
            arrived.entry(&kept.message).or_default().push(kept);
        }
        // Notices to colleagues, who have no address here, go into a folder.
        let sends: Vec<(String, String, String, String, Option<String>)> = store::sql::query_as(
            "SELECT id, message_id, state, on_unknown, reason FROM send WHERE outgoing->>'to' = 'customer'
             ORDER BY id",
        )
        .fetch_all(conn)
        .await
        .unwrap();
        let mut known = BTreeSet::new();
        for (id, message, state, policy, reason) in &sends {
            known.insert(message.as_str());
            *self.sends.entry(state.clone()).or_default() += 1;
            let copies = arrived.get(message.as_str()).map_or(0, Vec::len);
            let wrong = match state.as_str() {
                "accepted" if copies == 0 => Some("lost: accepted, and the relay does not have it"),
                // Between two tries the answer was lost; the last one said no.
                "rejected" | "skipped" | "cancelled" if copies > 0 && policy == "hold" => {
                    Some("untrue: the relay has it")
                }
                "unknown" if policy == "resend" => Some("unknown, though it may come twice"),
                _ if copies > 1 && policy == "hold" => Some("twice"),
                _ => None,
            };
            if let Some(wrong) = wrong {
                self.wrong.push(format!("{wrong}: {id} {state} {reason:?}, {copies} copies"));
            }
            self.copies += copies.saturating_sub(1);
            self.unknown += usize::from(state == "unknown" && reason.as_deref() == Some("worker_lost"));
        }
        if let Some(stranger) = arrived.keys().find(|id| !known.contains(*id)) {
            self.wrong.push(format!("the relay has a mail of no send: {stranger}"));
        }
        let most = lived.died * CONNECTIONS;
        if self.unknown > most {
            self.wrong.push(format!("{} unknown after {} deaths", self.unknown, lived.died));
        }
        if self.copies > most + lived.gone {
            self.wrong.push(format!("{} copies after {} deaths", self.copies, lived.died));
        }
    }
}
