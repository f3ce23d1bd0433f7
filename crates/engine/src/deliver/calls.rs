//! What is said by HTTP: as many calls at once as one may ask others for, as often as each channel's rate allows.

use super::fates::Became;
use super::{Sorted, Way, gate};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::letter::{Outbound, Told};
use crate::speak::Caller;
use channels::{Spent, Spoken, Turn};
use crash::Point;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::Connection;
use store::channel;
use store::send::{self, Deferral, Gate, SendKey, Word};

/// Calls of other systems at once.
const CALLS: usize = 64;
/// After how long a channel that was closed is looked at again.
pub(super) const CLOSED: SignedDuration = SignedDuration::from_mins(5);

/// The address of a channel that wants nothing any more.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    /// The channel's name.
    pub channel: String,
    /// The hash of its address.
    pub address: String,
}

impl Engine {
    /// One gate and one commit of what became of them for so many calls as go at once. A repeated call carries
    /// the same id. What the rate of its channel does not let through now is put back for a later instant, in the
    /// transaction in which the rate is spent: neither a restart nor another worker spends it twice.
    pub(super) async fn call(&self, mut ways: Vec<Way>) -> Result<(), EngineError> {
        while !ways.is_empty() {
            let later = ways.split_off(ways.len().min(CALLS));
            let now = self.clock.now();
            let mut transaction = self.store.begin_beside().await?;
            let sorted = self.sort(&mut transaction, ways, now).await?;
            send::defer(&mut transaction, &self.worker, &sorted.wait).await?;
            let gates: Vec<Gate> =
                sorted.go.iter().map(|way| gate(&way.claimed.outgoing, &way.outbound)).collect();
            let handed = send::hand(&mut transaction, &self.worker, &gates, now).await?;
            store::commit(transaction).await?;
            self.skip(sorted.skip, now).await?;
            let handed: BTreeSet<_> = handed.into_iter().collect();
            let (go, shut): (Vec<Way>, Vec<Way>) =
                sorted.go.into_iter().partition(|way| handed.contains(&way.claimed.outgoing.id));
            self.give_back(shut).await?;
            let mut calls = tokio::task::JoinSet::new();
            for way in go {
                let (callers, reach) = (self.speakers.callers(), self.speakers.reach.clone());
                let clock = Arc::clone(&self.clock);
                calls.spawn(async move {
                    let Some((caller, told)) = caller_of(&callers, &way) else {
                        return became(way, None, Spoken::changed());
                    };
                    let spoken = caller.say(&reach, &way.claimed.outgoing, told, clock.now()).await;
                    let address = caller.address.clone();
                    became(way, Some(address), spoken)
                });
            }
            let became = calls.join_all().await;
            crash::point(Point::HooksAnswered).await;
            self.record(became, self.clock.now()).await?;
            ways = later;
        }
        Ok(())
    }

    /// Asks the rates and the closed addresses of the channels.
    async fn sort(
        &self,
        conn: &mut Connection,
        ways: Vec<Way>,
        now: Timestamp,
    ) -> Result<Sorted, EngineError> {
        let callers = self.speakers.callers();
        let mut closed = channel::closed(&mut *conn).await?;
        let limited: BTreeSet<&str> = ways
            .iter()
            .filter_map(|way| way.outbound.channel())
            .filter(|name| callers.get(*name).is_some_and(|caller| !caller.rate.is_free()))
            .collect();
        let limited: Vec<String> = limited.into_iter().map(str::to_owned).collect();
        let names: Vec<&str> = limited.iter().map(String::as_str).collect();
        let mut spent = BTreeMap::new();
        for (name, written) in channel::hold(&mut *conn, &names).await? {
            spent.insert(name, written.as_deref().map(Spent::read).unwrap_or_default());
        }
        let mut sorted = Sorted::default();
        for way in ways {
            let name = way.outbound.channel().unwrap_or_default();
            let caller = callers.get(name);
            let word = || Word::on(SendKey::of(&way.claimed.outgoing));
            if let (Some(shut), Some(caller)) = (closed.get(name), caller) {
                if shut.address == caller.address {
                    let word = word().because("channel_closed");
                    sorted.wait.push(Deferral { word, due_at: now + CLOSED, tried: false });
                    continue;
                }
                // Another address than the one that was closed: the file or the secret has changed.
                channel::open(&mut *conn, name).await?;
                closed.remove(name);
            }
            let turn = match (caller, spent.get_mut(name)) {
                (Some(caller), Some(spent)) => spent.turn(&caller.rate, now, way.claimed.outgoing.deadline),
                (Some(_) | None, _) => Turn::Now,
            };
            match turn {
                Turn::Now => sorted.go.push(way),
                Turn::At(due_at) => {
                    let word = word().because("rate");
                    sorted.wait.push(Deferral { word, due_at, tried: false });
                }
                Turn::TooLate => sorted.skip.push((way.claimed, ("rate", String::new()))),
            }
        }
        let written: Vec<(&str, String)> =
            spent.iter().map(|(name, spent)| (name.as_str(), spent.written())).collect();
        channel::spend(conn, &written).await?;
        Ok(sorted)
    }
}

fn caller_of<'c>(callers: &'c BTreeMap<String, Caller>, way: &'c Way) -> Option<(&'c Caller, &'c Told)> {
    match &way.outbound {
        Outbound::Call { channel, told, .. } => Some((callers.get(channel)?, told)),
        Outbound::Mail { .. } | Outbound::Note { .. } | Outbound::ByHand => None,
    }
}

fn became(way: Way, address: Option<String>, spoken: Spoken) -> Became {
    let channel = way.outbound.channel().map(str::to_owned);
    let gone = channel.zip(address).filter(|_| spoken.gone);
    let gone = gone.map(|(channel, address)| Gone { channel, address });
    Became {
        claimed: way.claimed,
        fate: spoken.fate,
        heard: spoken.heard,
        by_http: true,
        gone,
        provider: None,
    }
}
