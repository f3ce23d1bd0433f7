//! Judges a killed program by the sink's log, its own ledger, and the effects that stay inside the database.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use tests::shop::{MAILS, Shop, count, counts};

/// What became of all mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Mails that were due.
    pub mails: usize,
    /// Mails that the sink has at least once.
    pub at_sink: usize,
    /// Due, and neither at the sink, nor unknown, nor waiting, nor refused with a reason.
    pub lost: usize,
    /// Copies at the sink beyond the first of each Message-ID.
    pub twice: usize,
    /// Sends whose fate nobody can know, all of them listed.
    pub unknown: usize,
    /// Of these the ones that the sink has.
    pub arrived_unknown: usize,
    /// At the sink, though the ledger says that they did not go.
    pub untrue: usize,
}

impl fmt::Display for Judged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} mails: {} at the sink, {} lost, {} twice, {} unknown (of which {} arrived), {} untrue",
            self.mails, self.at_sink, self.lost, self.twice, self.unknown, self.arrived_unknown, self.untrue
        )
    }
}

impl Judged {
    /// Reads it all, and fails where an effect inside the database did not happen exactly once for each of
    /// the customers, or where an unknown send is not listed.
    pub async fn of(shop: &Shop, log: &Path, customers: usize) -> Self {
        let store = shop.store().await;
        let mut conn = store.read().await.unwrap();
        let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
        for line in std::fs::read_to_string(log).unwrap().lines() {
            let id = line.split('\t').next().unwrap();
            let local = id.trim_start_matches('<').split('@').next().unwrap();
            *arrived.entry(local.to_owned()).or_default() += 1;
        }
        let sends: Vec<(String, String, String, Option<String>)> =
            store::sql::query_as("SELECT id, message_id, state, reason FROM send")
                .fetch_all(&mut conn)
                .await
                .unwrap();
        let mut judged = Self { mails: customers * MAILS, ..Self::default() };
        // What was never put into the outbox is lost, too.
        judged.lost = judged.mails.saturating_sub(sends.len());
        assert!(sends.len() <= judged.mails, "{} sends for {} mails", sends.len(), judged.mails);
        let mut unknown = BTreeSet::new();
        let mut known = BTreeSet::new();
        for (id, message_id, state, reason) in sends {
            let copies = arrived.get(&message_id).copied().unwrap_or(0);
            judged.at_sink += usize::from(copies > 0);
            judged.twice += copies.saturating_sub(1);
            match (state.as_str(), reason) {
                ("accepted", _) => judged.lost += usize::from(copies == 0),
                ("unknown", _) => {
                    judged.arrived_unknown += usize::from(copies > 0);
                    unknown.insert(id);
                }
                ("due" | "claimed" | "handed", _) | ("rejected" | "skipped" | "cancelled", Some(_)) => {
                    judged.untrue += usize::from(copies > 0);
                }
                (_, _) => judged.lost += 1,
            }
            known.insert(message_id);
        }
        let strangers: Vec<&String> = arrived.keys().filter(|id| !known.contains(*id)).collect();
        assert!(strangers.is_empty(), "the sink has mails of no send: {strangers:?}");
        judged.unknown = unknown.len();
        assert_eq!(listed(shop), unknown, "`nurture sends --unknown` lists each of them");
        effects(&mut conn, customers).await;
        judged
    }
}

/// The ids that `nurture sends --unknown` lists.
fn listed(shop: &Shop) -> BTreeSet<String> {
    let ran = shop.fine(&["sends", "--unknown", "--json", "--limit", "1000000"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    assert!(rows.iter().all(|row| row["fate"] == "unknown" && row["reason"].is_string()), "{}", ran.out);
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Everything that commits with the step happened once for each customer.
async fn effects(conn: &mut store::Connection, customers: usize) {
    let each = [
        "SELECT customer, count(*) FROM enrollment WHERE state = 'ended' AND reason = 'end' GROUP BY customer",
        "SELECT customer, count(*) FROM event WHERE name = 'go' AND state = 'done' GROUP BY customer",
        "SELECT customer, count(*) FROM event WHERE name = 'score.added' GROUP BY customer",
        "SELECT customer, count(*) FROM event WHERE name = 'customer.tag_changed' GROUP BY customer",
        "SELECT customer, count(*) FROM event WHERE name = 'rep.assigned' GROUP BY customer",
        "SELECT customer, count(*) FROM assignment GROUP BY customer",
        "SELECT id, count(*) FROM customer WHERE owner IS NOT NULL AND CAST(attributes AS TEXT) LIKE '%seen%' GROUP BY id",
    ];
    for statement in each {
        let rows = counts(conn, statement).await;
        assert_eq!(rows.len(), customers, "customers of: {statement}");
        let more: Vec<_> = rows.iter().filter(|(_, times)| *times != 1).collect();
        assert!(more.is_empty(), "not exactly once: {statement}: {more:?}");
    }
    let lines = counts(
        conn,
        "SELECT customer || ' ' || did || ' ' || what, count(*) FROM trace GROUP BY customer, did, what",
    )
    .await;
    let doubled: Vec<_> = lines.iter().filter(|(_, times)| *times != 1).collect();
    assert!(doubled.is_empty(), "told twice: {doubled:?}");
    // enroll, email, tag, add_score, assign, wait, set, email, exit
    assert_eq!(lines.len(), customers * 9, "lines of the trace");
    let sent = count(conn, "SELECT count(*) FROM event WHERE name = 'email.sent'").await;
    let accepted = count(conn, "SELECT count(*) FROM send WHERE state = 'accepted'").await;
    assert_eq!(sent, accepted, "each accepted mail is one fact `email.sent`");
    let spread = counts(conn, "SELECT rep, count(*) FROM assignment GROUP BY rep ORDER BY rep").await;
    let most = spread.iter().map(|(_, times)| *times).max().unwrap_or(0);
    let fewest = spread.iter().map(|(_, times)| *times).min().unwrap_or(0);
    assert!(spread.len() == 3 && most - fewest <= 1, "the round robin lost its place: {spread:?}");
}
