//! Opens and clicks: heard at once, kept in memory for a moment, judged together, and written in one go however many
//! there are. A moment, because a scanner that follows every link of a mail is known by the links that come after.

mod judge;

pub use judge::Signs;

use crate::choices::is_measured;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::Queue;
use crate::letter;
use crate::links::{SendRef, Token};
use crate::metrics;
use jiff::{SignedDuration, Timestamp};
use judge::Kind;
use model::{CustomerId, Event, SendState, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use store::link::Link;
use store::send::{self, Ledger, SendKey};

/// What waits at most; more is answered and not counted.
const MOST_WAITING: usize = 200_000;
/// What is written at once.
const AT_ONCE: usize = 5_000;
/// Links whose targets are remembered.
const MOST_LINKS: usize = 100_000;

/// One opening or click.
#[derive(Clone, Debug)]
struct Touch {
    send: SendRef,
    /// Which link; `None`: the picture.
    link: Option<Arc<Link>>,
    at: Timestamp,
    signs: Signs,
}

/// What was heard and is not written, and where links lead.
#[derive(Debug, Default)]
pub(crate) struct Touches {
    waiting: Mutex<Vec<Touch>>,
    /// Which links of which mails were followed a moment ago.
    lately: Mutex<Vec<(SendRef, u64, Timestamp)>>,
    links: RwLock<BTreeMap<u64, Arc<Link>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A list is whole after each step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Touches {
    fn hear(&self, touch: Touch) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() < MOST_WAITING {
            waiting.push(touch);
        } else {
            metrics::count("touches_dropped", &[], 1);
        }
    }

    fn known(&self, id: u64) -> Option<Arc<Link>> {
        self.links.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn learn(&self, links: impl IntoIterator<Item = Link>) {
        let mut known = self.links.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_LINKS {
            known.clear();
        }
        known.extend(links.into_iter().map(|link| (link.id, Arc::new(link))));
    }
}

impl Engine {
    /// Where a link of a mail leads; the click is kept. `None`: the link is not ours, or its target is not there any
    /// more (the second is `true`).
    pub async fn follow(&self, token: &str, signs: Signs) -> Result<Result<String, bool>, EngineError> {
        let Some(Token::Click { send, link }) = self.links().read(token) else { return Ok(Err(false)) };
        let known = match self.touches.known(link) {
            Some(known) => known,
            None => {
                let mut conn = self.store.read().await?;
                let Some(found) = store::link::find(&mut conn, &[link]).await?.pop() else {
                    return Ok(Err(true));
                };
                self.touches.learn([found.clone()]);
                Arc::new(found)
            }
        };
        let target = known.target.clone();
        self.touches.hear(Touch { send, link: Some(known), at: self.now(), signs });
        Ok(Ok(target))
    }

    /// The picture of a mail is fetched. `false`: it is not ours.
    pub fn opened(&self, token: &str, signs: Signs) -> bool {
        let Some(Token::Open { send }) = self.links().read(token) else { return false };
        self.touches.hear(Touch { send, link: None, at: self.now(), signs });
        true
    }

    /// Keeps the links of letters that were made, before these leave.
    pub(crate) async fn keep_links(&self, found: BTreeSet<Link>, now: Timestamp) -> Result<(), EngineError> {
        let new: Vec<&Link> = found.iter().filter(|link| self.touches.known(link.id).is_none()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.begin_beside().await?;
        store::link::add(&mut transaction, &new, now).await?;
        store::commit(transaction).await?;
        self.touches.learn(found);
        Ok(())
    }

    /// Writes the opens and clicks of more than a moment ago; `all`: every one. Returns how many were heard.
    pub async fn keep_touches(&self, all: bool) -> Result<usize, EngineError> {
        let now = self.now();
        let mut kept = 0;
        loop {
            let some = {
                let mut waiting = lock(&self.touches.waiting);
                let ripe = |touch: &Touch| all || now.duration_since(touch.at) >= judge::AT_ONCE;
                let end = waiting.iter().position(|touch| !ripe(touch)).unwrap_or(waiting.len());
                waiting.drain(..end.min(AT_ONCE)).collect::<Vec<_>>()
            };
            if some.is_empty() {
                return Ok(kept);
            }
            kept += some.len();
            let again = some.clone();
            if let Err(error) = self.write_touches(some, now).await {
                // They wait for the database, in front of what came since.
                lock(&self.touches.waiting).splice(0..0, again);
                return Err(error);
            }
        }
    }

    async fn write_touches(&self, some: Vec<Touch>, now: Timestamp) -> Result<(), EngineError> {
        let sends: BTreeSet<SendRef> = some.iter().map(|touch| touch.send).collect();
        let wanted: Vec<_> = sends.iter().map(|send| (send.slot, send.id())).collect();
        let mut conn = self.store.read().await?;
        let found = send::found(&mut conn, &wanted).await?;
        let customers: BTreeSet<CustomerId> =
            found.iter().map(|ledger| ledger.outgoing.customer.clone()).collect();
        let customers: Vec<CustomerId> = customers.into_iter().collect();
        let published = self.published();
        let model = &published.project.library.model;
        let known = store::snapshot::load_words(&mut conn, &customers, model, now).await?;
        drop(conn);
        // Who said no since the mail went is not counted, and who was forgotten is nobody.
        let counted: BTreeSet<CustomerId> = known
            .iter()
            .filter(|one| is_measured(one) && !one.suppressions.iter().any(model::Suppression::is_tombstone))
            .map(|one| one.customer.id.clone())
            .collect();
        let by_id: BTreeMap<_, &Ledger> =
            found.iter().map(|ledger| (ledger.outgoing.id.clone(), ledger)).collect();
        let mut facts = Vec::with_capacity(some.len());
        for touch in &some {
            let Some(ledger) = by_id.get(&touch.send.id()) else { continue };
            if counted.contains(&ledger.outgoing.customer) {
                facts.push(self.judged(touch, ledger, &some, now));
            }
        }
        let seen: Vec<SendKey> = found
            .iter()
            .filter(|ledger| ledger.state == SendState::Unknown)
            .map(|ledger| SendKey::of(&ledger.outgoing))
            .collect();
        let mut transaction = self.store.begin_beside().await?;
        for send in &seen {
            // Whoever follows a link of a mail has it.
            send::settle(&mut transaction, send, None, now).await?;
        }
        let reached: Vec<&CustomerId> = customers.iter().collect();
        store::soft_bounce::clear(&mut transaction, &reached).await?;
        self.add_facts(&mut transaction, &facts, now).await?;
        store::commit(transaction).await?;
        self.remember(&some, now);
        for fact in &facts {
            let human = fact.properties.get("human") == Some(&Value::YesNo(true));
            let (what, who) = (fact.name.rsplit('.').next(), if human { "human" } else { "machine" });
            metrics::count("touches", &[("what", what.unwrap_or_default()), ("who", who)], 1);
        }
        self.wake(Queue::Turn);
        Ok(())
    }

    /// The fact that a touch is, with whether it was a person.
    fn judged(&self, touch: &Touch, ledger: &Ledger, beside: &[Touch], now: Timestamp) -> Event {
        let near = |at: Timestamp| touch.at.duration_since(at).abs() < judge::AT_ONCE;
        let own = touch.link.as_ref().map(|link| link.id);
        let kind = if own.is_some() { Kind::Click } else { Kind::Open };
        let mut others: BTreeSet<u64> = BTreeSet::new();
        if own.is_some() {
            let now_followed = beside.iter().filter(|other| other.send == touch.send && near(other.at));
            others.extend(now_followed.filter_map(|other| other.link.as_ref().map(|link| link.id)));
            let lately = lock(&self.touches.lately);
            let before = lately.iter().filter(|(send, _, at)| *send == touch.send && near(*at));
            others.extend(before.map(|(_, link, _)| *link));
        }
        others.retain(|other| Some(*other) != own);
        let handed_at = ledger.settled_at.or(Some(ledger.due_at));
        let machine = judge::machine(kind, &touch.signs, touch.at, handed_at, others.len());
        // The same again within a minute is the same.
        let minute = touch.at.as_second().div_euclid(60).to_string();
        let who = if machine.is_some() { "machine" } else { "human" };
        let link = own.map(|link| format!("{link:016x}")).unwrap_or_default();
        let what = if own.is_some() { "clicked" } else { "opened" };
        let mut fact = letter::fact_of(&ledger.outgoing, what, &[&link, &minute, who], touch.at);
        fact.received_at = now.max(touch.at);
        fact.properties.insert("human".to_owned(), Value::YesNo(machine.is_none()));
        if let Some(link) = &touch.link {
            fact.properties.insert("link".to_owned(), Value::Text(link.name.clone()));
        }
        if let Some(why) = machine {
            fact.properties.insert("why".to_owned(), Value::Text(why.to_owned()));
        }
        fact
    }

    fn remember(&self, some: &[Touch], now: Timestamp) {
        let mut lately = lock(&self.touches.lately);
        lately.retain(|(_, _, at)| now.duration_since(*at) < SignedDuration::from_secs(5));
        lately.extend(some.iter().filter_map(|touch| Some((touch.send, touch.link.as_ref()?.id, touch.at))));
    }
}
