//! Sends go out: claimed in batches, asked once more, rendered, and handed over one by one through the gate.
//! The gates of many connections commit together, each with the fate of the mail before it on its connection:
//! whatever ends the process, no more sends are in doubt than there are connections.

mod calls;
mod fates;
mod keeper;
pub(crate) mod lanes;
mod speaker;

use crate::digest;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::Queue;
use crate::letter::{self, Outbound};
use crate::links::Links;
use crate::metrics;
use crate::published::Published;
use crate::signing::Signing;
use crate::turns::contained;
use crash::Point;
use dsl::library::{Channel, Model};
use fates::Became;
use interpreter::permit;
use jiff::{SignedDuration, Timestamp};
use model::webhook::{self, Answer};
use model::{Changes, CustomerId, Event, Medium, Outgoing, Snapshot, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use store::event::{self, EventState};
use store::pace::Pace;
use store::send::{self, Claimed, Deferral, Gate, SendKey, Word};
use store::snapshot::{self, EventReads};
use store::{Connection, StoreError};
use tokio::sync::MutexGuard;

/// Sends claimed at once.
const CLAIM: u32 = 300;
/// So many messages are claimed in the transaction that decides them, and made into letters on the spot: a single
/// event's mail then leaves without another commit in between.
pub(crate) const FEW: usize = 4;
/// For so long a customer is as the turn left them that claimed their message. Whoever withdraws meanwhile takes the
/// message back, and the gate finds it gone.
const FRESH: SignedDuration = SignedDuration::from_millis(100);
/// Files written at once: as many as a relay usually has connections.
const FILES: usize = 8;
/// How long a claim holds without a renewal: longer than all phases of one exchange.
const LEASE: SignedDuration = SignedDuration::from_mins(15);

/// How often a busy database is asked again by an engine that is to end.
const LAST_TRIES: u32 = 20;
/// Between two of these tries.
const PAUSE: Duration = Duration::from_millis(500);

/// The reason of what waits because its sender cannot sign it: as for a relay that refuses our account.
const UNSIGNED: &str = "configuration";

/// Why a message does not go: a reason's code and the operator's words.
type No = (&'static str, String);

/// Sends that are in this process's hands.
#[derive(Default)]
struct Taken {
    /// How many were claimed.
    count: usize,
    /// Those that go.
    ways: Vec<Way>,
}

/// A claimed send on its way.
struct Way {
    claimed: Claimed,
    outbound: Outbound,
    /// Who keeps the mailbox, where it goes to one.
    provider: Option<String>,
}

/// Sends that a turn has claimed in its own transaction, with the customers as it left them.
#[derive(Default)]
pub(crate) struct Ahead {
    claimed: Vec<Claimed>,
    customers: BTreeMap<CustomerId, Snapshot>,
    /// When the first of them was claimed.
    since: Option<Timestamp>,
}

impl Ahead {
    pub(crate) fn is_empty(&self) -> bool {
        self.claimed.is_empty()
    }

    /// Adds those of another turn. Who was decided about later is as that turn left them.
    pub(crate) fn add(&mut self, claimed: Vec<Claimed>, decided: &[(Snapshot, Changes)], now: Timestamp) {
        if claimed.is_empty() {
            return;
        }
        self.since.get_or_insert(now);
        let about: BTreeSet<&CustomerId> = claimed.iter().map(|each| &each.outgoing.customer).collect();
        let known = decided.iter().map(|(snapshot, _)| snapshot);
        let known = known.filter(|snapshot| about.contains(&snapshot.customer.id));
        self.customers.extend(known.map(|snapshot| (snapshot.customer.id.clone(), snapshot.clone())));
        self.claimed.extend(claimed);
    }

    /// What was claimed, and its customers where nobody had time to change them.
    fn taken_up(self, now: Timestamp) -> (Vec<Claimed>, BTreeMap<CustomerId, Snapshot>) {
        let fresh = self.since.is_some_and(|since| now.duration_since(since) <= FRESH);
        (self.claimed, if fresh { self.customers } else { BTreeMap::new() })
    }
}

/// Those of a batch by what may become of them now.
#[derive(Default)]
struct Sorted {
    /// They go.
    go: Vec<Way>,
    /// They come back at an instant of their own.
    wait: Vec<Deferral>,
    /// They would come too late.
    skip: Vec<(Claimed, No)>,
}

impl Engine {
    /// Hands over one batch of due sends, one batch at a time. Returns how many were taken up; 0: nothing is due.
    pub async fn deliver(&self, now: Timestamp) -> Result<usize, EngineError> {
        if self.replays {
            let mut transaction = self.store.begin_beside().await?;
            let presumed = send::presume(&mut transaction, now, now).await?;
            store::commit(transaction).await?;
            return Ok(usize::try_from(presumed).unwrap_or(usize::MAX));
        }
        let mut left = self.begin_batches(now).await?;
        let count = self.deliver_batch(now).await?;
        *left = false;
        Ok(count)
    }

    /// Batches come one after the other; what one left behind that broke off is taken back first. The caller says when
    /// nothing is left any more.
    async fn begin_batches(&self, now: Timestamp) -> Result<MutexGuard<'_, bool>, EngineError> {
        let mut left = self.left.lock().await;
        if *left {
            self.take_back_sends(now).await?;
        }
        // Stays so where an error, a panic or the end of the process breaks the batch off.
        *left = true;
        Ok(left)
    }

    /// What a batch left behind that broke off: only this process speaks for it, and it says nothing any more.
    async fn take_back_sends(&self, now: Timestamp) -> Result<(), EngineError> {
        self.claimed_ahead();
        let mut transaction = self.store.begin_beside().await?;
        let lost = send::take_back(&mut transaction, &self.worker, now).await?;
        store::commit(transaction).await?;
        if lost != send::Lost::default() {
            tracing::warn!(
                due = lost.due,
                unknown = lost.unknown,
                "a batch of messages had broken off; what was not handed over is due again"
            );
        }
        Ok(())
    }

    /// Puts sends where they belong that an earlier process left in flight, and this one where a batch broke
    /// off; lengthens what is in its hands.
    pub async fn recover(&self) -> Result<send::Lost, EngineError> {
        let now = self.clock.now();
        if let Ok(mut left) = self.left.try_lock()
            && (*left || (self.is_stopping() && !self.claimed_ahead().is_empty()))
        {
            self.take_back_sends(now).await?;
            *left = false;
        }
        let mut transaction = self.store.begin_beside().await?;
        send::renew_all(&mut transaction, &self.worker, now + LEASE).await?;
        // On PostgreSQL other processes live under lower numbers: who of them does not is asked of the database.
        let over = if transaction.is_postgres() { 0 } else { self.worker.epoch };
        let lost = send::recover(&mut transaction, now, over).await?;
        store::aside::lift(&mut transaction, now).await?;
        store::commit(transaction).await?;
        crash::point(Point::Recovered).await;
        Ok(lost)
    }

    /// Hands over batch after batch until nothing is due, each while the next one is taken up and made into
    /// letters.
    pub(crate) async fn deliver_all(&self) -> Result<(), EngineError> {
        if self.replays {
            while self.deliver(self.clock.now()).await? > 0 && !self.is_stopping() {}
            return Ok(());
        }
        let mut left = self.begin_batches(self.clock.now()).await?;
        let mut taken = self.take(self.clock.now()).await?;
        while taken.count > 0 {
            // Where they are few the next claim would only keep them from their gates.
            let many = taken.count > FEW;
            let next = async { if many { self.take_more().await } else { Ok(Taken::default()) } };
            let (handed, next) = tokio::join!(self.hand_out(taken), next);
            handed?;
            self.wake(Queue::Turn);
            taken = if many { next? } else { self.take_more().await? };
        }
        *left = false;
        Ok(())
    }

    /// What is due now, unless the engine is to end.
    async fn take_more(&self) -> Result<Taken, EngineError> {
        if self.is_stopping() { Ok(Taken::default()) } else { self.take(self.clock.now()).await }
    }

    async fn deliver_batch(&self, now: Timestamp) -> Result<usize, EngineError> {
        let taken = self.take(now).await?;
        let count = taken.count;
        self.hand_out(taken).await.map(|()| count)
    }

    /// Whether so many messages of a turn are claimed in its own transaction: by the one process of a file, which
    /// delivers them itself.
    pub(crate) fn claims_ahead(&self, sends: usize) -> bool {
        let delivers = self.roles.worker && self.bells.get().is_some() && !self.is_stopping();
        let rests = self.speakers.probe.rests(self.clock.now()).is_some();
        (1..=FEW).contains(&sends) && delivers && !rests && !self.store.is_postgres()
    }

    /// Claims what a turn has decided, in its transaction. Once that has committed it is kept in [`Self::ahead`].
    pub(crate) async fn claim_ahead(
        &self,
        conn: &mut Connection,
        now: Timestamp,
    ) -> Result<Vec<Claimed>, EngineError> {
        Ok(send::claim(conn, &self.worker, now, now + LEASE, FEW as u32).await?)
    }

    /// What turns have claimed, and no batch has taken up yet.
    pub(crate) fn ahead(&self) -> std::sync::MutexGuard<'_, Ahead> {
        // It is whole after each statement.
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes it.
    fn claimed_ahead(&self) -> Ahead {
        std::mem::take(&mut *self.ahead())
    }

    /// Claims what is due. Only this and what is skipped keeps others from writing.
    async fn claim(&self, now: Timestamp) -> Result<Vec<Claimed>, EngineError> {
        let mut transaction = self.store.begin_claim(&self.worker).await?;
        // While the relay rests, what would only come back stays where it is.
        let resting = self.speakers.probe.rests(now).map(|_| Medium::Email);
        // While it does, a colleague's day stays as well: each word of it is a mail.
        let mut claimed = match resting {
            Some(_) => Vec::new(),
            None => send::claim_digest(&mut transaction, &self.worker, now, now + LEASE).await?,
        };
        let lease = now + LEASE;
        claimed.extend(send::claim_but(&mut transaction, &self.worker, now, lease, CLAIM, resting).await?);
        if !claimed.is_empty() {
            claimed = digest::gather(&mut transaction, &self.worker, &self.published(), claimed, now).await?;
        }
        store::commit(transaction).await?;
        Ok(claimed)
    }

    /// Takes up what turns have claimed, else what is due, and makes the letters; what the last look at the rules
    /// refuses is skipped.
    async fn take(&self, now: Timestamp) -> Result<Taken, EngineError> {
        let ahead = self.claimed_ahead();
        let (claimed, mut customers) = ahead.taken_up(now);
        let claimed = if claimed.is_empty() { self.claim(now).await? } else { claimed };
        if claimed.is_empty() {
            return Ok(Taken::default());
        }
        let published = self.published();
        crash::point(Point::Claimed).await;
        let count = claimed.len();
        // Who was decided about just now is known.
        let about = claimed.iter().map(|each| &each.outgoing.customer);
        let ids: BTreeSet<CustomerId> = about.filter(|id| !customers.contains_key(*id)).cloned().collect();
        let ids: Vec<CustomerId> = ids.into_iter().collect();
        let mut conn = self.store.read().await?;
        let model = &published.project.library.model;
        customers.extend(readable(&mut conn, &ids, model, &published.reads, now).await?);
        let reps = store::rep::all(&mut conn).await?;
        drop(conn);
        let links = self.links();
        let signing = self.speakers.signing.clone();
        let make = move || {
            let (mut ways, mut refused) = (Vec::with_capacity(count), Vec::new());
            for claimed in claimed {
                match prepare(&published, &links, &reps, &customers, &claimed, now)
                    .and_then(|outbound| signed(signing.as_deref(), &published, &claimed.outgoing, outbound))
                {
                    Ok(outbound) => ways.push(Way { claimed, outbound, provider: None }),
                    Err(no) => refused.push((claimed, no)),
                }
            }
            // In the order of their rows: gates that commit together are neighbours.
            ways.sort_by_cached_key(|way| {
                (way.claimed.outgoing.customer.slot(), way.claimed.outgoing.id.clone())
            });
            (ways, refused)
        };
        let (ways, refused) = if count <= FEW {
            contained(make)?
        } else {
            let made = tokio::task::spawn_blocking(make).await;
            made.map_err(|error| EngineError::Panic(format!("make letters: {error}")))?
        };
        let leads = ways.iter().flat_map(|way| way.outbound.leads()).cloned().collect();
        self.keep_links(leads, now).await?;
        let (waiting, refused): (Vec<_>, Vec<_>) =
            refused.into_iter().partition(|(_, (reason, _))| *reason == UNSIGNED);
        self.skip(refused, now).await?;
        self.await_key(waiting, now).await?;
        let ways = self.line_up(ways, now).await?;
        Ok(Taken { count, ways })
    }

    /// Writes what does not go, and why.
    async fn skip(&self, refused: Vec<(Claimed, No)>, now: Timestamp) -> Result<(), EngineError> {
        if refused.is_empty() {
            return Ok(());
        }
        let mut skips = Vec::with_capacity(refused.len());
        let mut unanswered: Vec<Event> = Vec::new();
        let mut errors: BTreeMap<WorkflowId, Pace> = BTreeMap::new();
        for (each, (reason, why)) in refused {
            if reason == "error" {
                tracing::error!(send = %each.outgoing.id, template = each.outgoing.template, "a message could not be made; it is skipped, and `nurture why` says the reason");
                errors.entry(each.outgoing.workflow.clone()).or_default().errors += 1;
            }
            let labels = [("channel", channel_of(&each.outgoing)), ("outcome", "skipped")];
            metrics::count("sends", &labels, 1);
            // A walk that rests for an answer hears that there will be none.
            let none = Answer { status: 0, body: String::new(), tries: each.attempt };
            unanswered.extend(webhook::answered(&each.outgoing, &none, now));
            skips.push(Word {
                send: SendKey::of(&each.outgoing),
                reason: Some(reason.to_owned()),
                reply: Some(why).filter(|why| !why.is_empty()),
            });
        }
        let mut transaction = self.store.begin_beside().await?;
        send::skip(&mut transaction, &self.worker, &skips, now).await?;
        let unanswered: Vec<&Event> = unanswered.iter().collect();
        event::insert(&mut transaction, &unanswered, EventState::New).await?;
        store::commit(transaction).await?;
        self.errors_of(&errors, now).await
    }

    /// Puts back what its sender cannot sign: due again in some minutes, when an operator may have set the key.
    async fn await_key(&self, waiting: Vec<(Claimed, No)>, now: Timestamp) -> Result<(), EngineError> {
        let Some((first, (_, why))) = waiting.first() else { return Ok(()) };
        tracing::error!(sends = waiting.len(), first = %first.outgoing.id, why, "mails wait for their signature; tried again in 5 minutes");
        let due_at = now + SignedDuration::from_mins(5);
        let word = |claimed: &Claimed, why: &str| {
            Word::on(SendKey::of(&claimed.outgoing)).because(UNSIGNED).reply(why)
        };
        let deferrals: Vec<Deferral> = waiting
            .iter()
            .map(|(claimed, (_, why))| Deferral { word: word(claimed, why), due_at, tried: false })
            .collect();
        self.defer(&deferrals).await
    }

    /// Hands over what was taken up.
    async fn hand_out(&self, taken: Taken) -> Result<(), EngineError> {
        let (out, kept): (Vec<Way>, Vec<Way>) = taken.ways.into_iter().partition(|way| self.leaves(way));
        let (calls, out): (Vec<Way>, Vec<Way>) =
            out.into_iter().partition(|way| way.outbound.channel().is_some());
        let (kept, (calls, out)) =
            (self.write_files(kept).await, tokio::join!(self.call(calls), self.speak(out)));
        kept.and(calls).and(out)
    }

    /// Whether a message leaves this machine.
    fn leaves(&self, way: &Way) -> bool {
        let via = way.claimed.outgoing.via.as_deref();
        if via.is_some_and(|via| self.speakers.folders.contains_key(via)) {
            return false;
        }
        match &way.outbound {
            Outbound::Mail { to, .. } => self.speakers.relay.is_some() && self.speakers.delivery.lets_out(to),
            Outbound::Note { .. } | Outbound::ByHand => false,
            Outbound::Call { .. } => self.speakers.delivery.lets_all_out(),
        }
    }

    /// Messages that stay here: a few at once, as mails by their connections, and the fates of some commit with the
    /// gates of the next, so that no more sends are ever in doubt.
    async fn write_files(&self, ways: Vec<Way>) -> Result<(), EngineError> {
        let mut left = ways.into_iter();
        let mut became = Vec::new();
        loop {
            let some: Vec<Way> = left.by_ref().take(FILES).collect();
            let gates: Vec<Gate> =
                some.iter().map(|way| gate(&way.claimed.outgoing, &way.outbound)).collect();
            let handed = match self.commit_together(&became, &gates).await {
                Ok(handed) => handed,
                Err(error) => return self.record(became, self.clock.now()).await.and(Err(error)),
            };
            if some.is_empty() {
                return Ok(());
            }
            became = self.write_some(some, handed).await?;
            crash::point(Point::FilesWritten).await;
        }
    }

    /// Writes those that may be handed over.
    async fn write_some(
        &self,
        ways: Vec<Way>,
        handed: BTreeSet<model::SendId>,
    ) -> Result<Vec<Became>, EngineError> {
        let (go, shut): (Vec<Way>, Vec<Way>) =
            ways.into_iter().partition(|way| handed.contains(&way.claimed.outgoing.id));
        self.give_back(shut).await?;
        let (file, folders) = (Arc::clone(&self.speakers.file), Arc::clone(&self.speakers.folders));
        tokio::task::spawn_blocking(move || {
            go.into_iter()
                .map(|way| Became {
                    fate: letter::write(
                        way.claimed.outgoing.via.as_ref().and_then(|via| folders.get(via)).unwrap_or(&file),
                        &way.claimed.outgoing,
                        &way.outbound,
                    ),
                    // What stays here counts as done, with nothing in the answer.
                    heard: letter::is_asked(&way.claimed.outgoing).then(|| (200, String::new())),
                    claimed: way.claimed,
                    by_http: false,
                    gone: None,
                    provider: None,
                })
                .collect::<Vec<_>>()
        })
        .await
        .map_err(|error| EngineError::Clock(format!("write messages to the folder: {error}")))
    }

    /// Puts back what was claimed and not tried: due when the relay's rest is over, else as before. What is ours no
    /// more stays where it is.
    async fn give_back(&self, ways: Vec<Way>) -> Result<(), EngineError> {
        if ways.is_empty() {
            return Ok(());
        }
        let rests = self.speakers.probe.rests(self.clock.now());
        let deferrals: Vec<Deferral> = ways
            .iter()
            .map(|way| {
                let word = Word::on(SendKey::of(&way.claimed.outgoing));
                match rests {
                    Some(until) => Deferral { word: word.because("relay_down"), due_at: until, tried: false },
                    None => Deferral { word, due_at: way.claimed.due_at, tried: false },
                }
            })
            .collect();
        let mut tries = 0;
        while let Err(error) = self.defer(&deferrals).await {
            self.again(&mut tries, error, "sends could not be put back").await?;
        }
        Ok(())
    }

    /// Waits a moment after an error that passes: what is forgotten here is known nowhere else, so the database
    /// is asked until it answers. An engine that is to end does so after some more tries.
    async fn again(&self, tries: &mut u32, error: EngineError, what: &str) -> Result<(), EngineError> {
        if !error.retry() || (self.is_stopping() && *tries >= LAST_TRIES) {
            return Err(error);
        }
        if tries.is_multiple_of(LAST_TRIES) {
            tracing::warn!(%error, tries, "{what}; once more");
        }
        *tries += 1;
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }

    async fn defer(&self, deferrals: &[Deferral]) -> Result<(), EngineError> {
        let mut transaction = self.store.begin_beside().await?;
        send::defer(&mut transaction, &self.worker, deferrals).await?;
        store::commit(transaction).await?;
        Ok(())
    }
}

/// A mail with the signature of a sender that has one, where mails leave.
fn signed(
    signing: Option<&Signing>,
    published: &Published,
    outgoing: &Outgoing,
    outbound: Outbound,
) -> Result<Outbound, No> {
    let Some(signing) = signing else { return Ok(outbound) };
    match outbound {
        Outbound::Mail { to, envelope, letter, template_hash, leads } => {
            let letter = match &letter::sender(published, outgoing).dkim {
                Some(dkim) => signing.sign(&letter, dkim, outgoing.due_at).map_err(|why| (UNSIGNED, why))?,
                None => letter,
            };
            Ok(Outbound::Mail { to, envelope, letter, template_hash, leads })
        }
        other @ (Outbound::Note { .. } | Outbound::ByHand | Outbound::Call { .. }) => Ok(other),
    }
}

/// The last look at the rules, and the letter. Otherwise the reason's code and the operator's words.
fn prepare(
    published: &Published,
    links: &Links,
    reps: &BTreeMap<model::RepId, model::Rep>,
    customers: &BTreeMap<CustomerId, Snapshot>,
    claimed: &Claimed,
    now: Timestamp,
) -> Result<Outbound, No> {
    let outgoing = &claimed.outgoing;
    let channel = outgoing.via.as_ref().and_then(|via| published.project.library.channels.get(via));
    if matches!(channel, Some(Channel::ByHand { .. })) {
        // It is in the customer's hands, whatever came since.
        return Ok(Outbound::ByHand);
    }
    if now > outgoing.deadline {
        return Err(("late", String::new()));
    }
    let Some(snapshot) = customers.get(&outgoing.customer) else {
        return Err(("error", "the customer is gone".to_owned()));
    };
    if outgoing.to == model::Recipient::Customer
        && let Some(reason) = permit::allowed(snapshot, outgoing.topic.as_deref(), outgoing.medium, now)
    {
        return Err((reason, String::new()));
    }
    let refused = |topic: &String| permit::allowed(snapshot, Some(topic), outgoing.medium, now).is_some();
    if outgoing.to == model::Recipient::Customer && outgoing.also_needs.iter().any(refused) {
        return Err(("consent", String::new()));
    }
    letter::make(published, links, reps, snapshot, outgoing, now)
}

/// Those of these customers who can be read. One whose row cannot is found out by halves: the messages of the others
/// go.
async fn readable(
    conn: &mut Connection,
    ids: &[CustomerId],
    model: &Model,
    reads: &EventReads,
    now: Timestamp,
) -> Result<BTreeMap<CustomerId, Snapshot>, EngineError> {
    let mut readable = BTreeMap::new();
    let mut parts = vec![ids];
    while let Some(part) = parts.pop() {
        match snapshot::load_for_letters(&mut *conn, part, model, reads, now).await {
            Ok(loaded) => {
                readable.extend(loaded.into_iter().map(|snapshot| (snapshot.customer.id.clone(), snapshot)));
            }
            // The statement was sound, so the transaction is, too.
            Err(StoreError::Corrupt { table, key, .. }) => match part {
                [] | [_] => {
                    tracing::error!(table, key, "a customer cannot be read; their messages are skipped")
                }
                several => {
                    let (first, second) = several.split_at(several.len() / 2);
                    parts.extend([first, second]);
                }
            },
            Err(error) => return Err(error.into()),
        }
    }
    Ok(readable)
}

fn gate(outgoing: &Outgoing, outbound: &Outbound) -> Gate {
    Gate { send: SendKey::of(outgoing), template_hash: outbound.template_hash().map(str::to_owned) }
}

/// The declared channel that a message takes, else its medium: a word of few, for counting.
fn channel_of(outgoing: &Outgoing) -> &str {
    match &outgoing.to {
        model::Recipient::Channel(name) => name,
        model::Recipient::Customer | model::Recipient::Rep(_) | model::Recipient::Role(_) => {
            outgoing.via.as_deref().unwrap_or(outgoing.medium.as_str())
        }
    }
}
