//! Calls of other systems: as many at once as one may ask others for.

use super::fates::Became;
use super::{LEASE, Way, gate};
use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::letter::Outbound;
use channels::webhook::{Endpoint, Heard};
use channels::{Cause, Fate, Rejection, Reply, Retry};
use crash::Point;
use model::webhook::{self, Taken};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::send::{self, Gate};

/// Calls of other systems at once.
const CALLS: usize = 64;

impl Engine {
    /// One gate and one commit of what became of them for so many calls as go at once. A repeated call carries
    /// the same id.
    pub(super) async fn call(&self, mut ways: Vec<Way>) -> Result<(), EngineError> {
        while !ways.is_empty() {
            let later = ways.split_off(ways.len().min(CALLS));
            let now = self.clock.now();
            let gates: Vec<Gate> =
                ways.iter().map(|way| gate(&way.claimed.outgoing, &way.outbound)).collect();
            let mut transaction = self.store.begin_beside().await?;
            let handed = send::hand(&mut transaction, &self.worker, &gates, now, now + LEASE).await?;
            store::commit(transaction).await?;
            let handed: BTreeSet<_> = handed.into_iter().collect();
            let mut calls = tokio::task::JoinSet::new();
            for way in ways.into_iter().filter(|way| handed.contains(&way.claimed.outgoing.id)) {
                let (hooks, clock) = (Arc::clone(&self.speakers.hooks), Arc::clone(&self.clock));
                calls.spawn(ask(hooks, clock, way));
            }
            let became = calls.join_all().await;
            crash::point(Point::HooksAnswered).await;
            self.record(became, self.clock.now()).await?;
            ways = later;
        }
        Ok(())
    }
}

/// One call of another system.
async fn ask(hooks: Arc<BTreeMap<String, Endpoint>>, clock: Arc<dyn Clock>, way: Way) -> Became {
    let outgoing = &way.claimed.outgoing;
    let heard = match &way.outbound {
        Outbound::Hook { channel, body } => match hooks.get(channel) {
            Some(endpoint) => {
                let body = serde_json::Value::Object(body.clone()).to_string().into_bytes();
                endpoint.post(outgoing.id.as_str(), clock.now().as_second(), body).await
            }
            None => Heard { status: 0, body: String::new(), why: "there is no such channel".to_owned() },
        },
        Outbound::Mail { .. } | Outbound::Note { .. } | Outbound::ByHand => {
            Heard { status: 0, body: String::new(), why: "it is no webhook".to_owned() }
        }
    };
    let words = if heard.why.is_empty() { format!("HTTP {}", heard.status) } else { heard.why };
    let reply = Reply::new(heard.status, &words);
    let fate = match webhook::taken(heard.status) {
        Taken::Done => Fate::Accepted { reply },
        Taken::Refused => Fate::Rejected { kind: Rejection::Policy, reply },
        Taken::Later => {
            Fate::Deferred { cause: Cause::Reply(reply), retry: Retry::Backoff, counts_as_soft_bounce: false }
        }
    };
    Became { claimed: way.claimed, fate, heard: Some((heard.status, heard.body)) }
}
