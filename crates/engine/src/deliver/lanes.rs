//! Mails in the lanes of their mailbox providers: which go now, which wait, and what their fates teach.

use super::calls::CLOSED;
use super::fates::Became;
use super::{Sorted, Way};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::letter::Outbound;
use crate::metrics;
use channels::email::{Lane, News, provider};
use channels::{Fate, Rejection, Retry, Turn};
use jiff::{SignedDuration, Timestamp};
use model::Rate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::channel;
use store::lane;
use store::send::{self, Deferral, SendKey, Word};
use store::{Connection, StoreError};

/// The lane of all mails of a channel.
const ALL: &str = "";
/// What went to a provider is counted by the minute.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How long an answer of DNS is believed.
const ASKED: SignedDuration = SignedDuration::from_hours(12);
/// How long a domain is left alone of which there was no answer.
const UNANSWERED: SignedDuration = SignedDuration::from_mins(5);
/// Answers that are remembered at once.
const HOSTS: usize = 50_000;

/// How fast mails go on a channel: all together, and to each mailbox provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// The channel's name.
    pub(crate) channel: String,
    /// All its mails.
    pub(crate) all: Rate,
    /// Mails to providers by name.
    pub(crate) providers: BTreeMap<String, Rate>,
    /// Mails to each other provider.
    pub(crate) other: Rate,
}

impl Pace {
    fn rate(&self, provider: &str) -> Rate {
        if provider == ALL { self.all } else { self.providers.get(provider).copied().unwrap_or(self.other) }
    }

    pub(crate) fn is_free(&self) -> bool {
        self.all.is_free() && self.other.is_free() && self.providers.values().all(Rate::is_free)
    }
}

/// What this process remembers of lanes: what went lately, and to whom mails do not simply go.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// By provider: since when it is counted, how many since, how many in the minute before.
    went: BTreeMap<String, (Timestamp, u32, u32)>,
    /// Those with a refusal, a rest or a probe: an answer of theirs is news.
    troubled: BTreeSet<String>,
    /// Those to whom nothing goes, and until when.
    shut: BTreeMap<String, Timestamp>,
    /// By domain: the provider that DNS told of, and until when that is believed.
    hosts: BTreeMap<String, (Timestamp, String)>,
}

impl Lanes {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        // It is whole after each statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what goes.
    fn count<'w>(&self, providers: impl Iterator<Item = &'w str>, now: Timestamp) {
        let mut memory = self.memory();
        if memory.went.len() > HOSTS {
            // Of what is older than two minutes nobody asks.
            memory.went.retain(|_, (since, _, _)| now.duration_since(*since) < MINUTE + MINUTE);
        }
        for provider in providers {
            let entry = memory.went.get_mut(provider);
            let (since, count, before) = match entry {
                Some(entry) => entry,
                None => memory.went.entry(provider.to_owned()).or_insert((now, 0, 0)),
            };
            if now.duration_since(*since) >= MINUTE {
                let adjoins = now.duration_since(*since) < MINUTE + MINUTE;
                (*before, *count, *since) = (if adjoins { *count } else { 0 }, 0, now);
            }
            *count = count.saturating_add(1);
        }
    }

    /// The provider that DNS told of not long ago.
    fn host_of(&self, domain: &str, now: Timestamp) -> Option<String> {
        let mut memory = self.memory();
        if memory.hosts.len() > HOSTS {
            memory.hosts.clear();
        }
        let (until, provider) = memory.hosts.get(domain)?;
        (now < *until).then(|| provider.clone())
    }

    /// Whether nothing goes to a provider, as far as this process knows.
    pub(super) fn is_shut(&self, provider: Option<&str>, now: Timestamp) -> bool {
        provider
            .and_then(|provider| self.memory().shut.get(provider).copied())
            .is_some_and(|until| now < until)
    }

    /// How many went in the last minute, or in this one where they are more.
    fn recent(&self, provider: &str) -> u32 {
        self.memory().went.get(provider).map_or(0, |(_, count, before)| *count.max(before))
    }
}

/// Lanes that are held for a transaction.
struct Held {
    lanes: BTreeMap<String, Lane>,
}

impl Held {
    async fn take(
        conn: &mut Connection,
        channel: &str,
        providers: &BTreeSet<&str>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let names: Vec<&str> = providers.iter().copied().collect();
        let found = lane::hold(conn, channel, &names, now).await?;
        let lanes = found.into_iter().map(|(provider, words)| (provider, Lane::read(&words))).collect();
        Ok(Self { lanes })
    }

    fn lane(&mut self, provider: &str) -> &mut Lane {
        self.lanes.entry(provider.to_owned()).or_default()
    }

    async fn write(&self, conn: &mut Connection, channel: &str) -> Result<(), EngineError> {
        let rows: Vec<(&str, String)> =
            self.lanes.iter().map(|(provider, lane)| (provider.as_str(), lane.words())).collect();
        Ok(lane::write(conn, channel, &rows).await?)
    }
}

impl Engine {
    /// Of mails that could leave, those that may go now by the rates of the channel and of their providers. The
    /// others are put back for an instant of their own, in the transaction in which the rates are spent: neither a
    /// restart nor another worker spends them twice.
    pub(super) async fn line_up(&self, mut ways: Vec<Way>, now: Timestamp) -> Result<Vec<Way>, EngineError> {
        let pace = &self.speakers.pace;
        let domain_of = |way: &Way| match &way.outbound {
            Outbound::Mail { to, .. } if self.leaves(way) => Some(provider::domain_of(to)),
            Outbound::Mail { .. } | Outbound::Note { .. } | Outbound::ByHand | Outbound::Call { .. } => None,
        };
        self.ask_hosts(ways.iter().filter_map(domain_of).collect(), now).await;
        for way in &mut ways {
            way.provider = domain_of(way).map(|domain| self.provider_of(domain, now));
        }
        if ways.iter().all(|way| way.provider.is_none()) {
            return Ok(ways);
        }
        let mut ways = self.unless_closed(ways, now).await?;
        let providers: BTreeSet<&str> = ways.iter().filter_map(|way| way.provider.as_deref()).collect();
        if providers.is_empty() {
            return Ok(ways);
        }
        let mut held: BTreeSet<&str> =
            providers.iter().copied().filter(|provider| !pace.rate(provider).is_free()).collect();
        if !pace.all.is_free() {
            held.insert(ALL);
        }
        if pace.other.is_free() {
            // Few rows: those that have learnt something.
            let mut conn = self.store.read().await?;
            let known = lane::all(&mut conn, &pace.channel).await?;
            held.extend(providers.iter().copied().filter(|provider| known.contains_key(*provider)));
        }
        if held.is_empty() {
            self.speakers.lanes.count(ways.iter().filter_map(|way| way.provider.as_deref()), now);
            return Ok(ways);
        }
        let mut transaction = self.store.begin_beside().await?;
        let mut lanes = Held::take(&mut transaction, &pace.channel, &held, now).await?;
        let held: BTreeSet<String> = held.into_iter().map(str::to_owned).collect();
        // Receipts first: what is kept for them does not always suffice.
        ways.sort_by_key(|way| way.claimed.outgoing.marketing);
        let mut sorted = Sorted::default();
        for way in ways {
            self.place(way, &mut lanes, &held, now, &mut sorted);
        }
        lanes.write(&mut transaction, &pace.channel).await?;
        send::defer(&mut transaction, &self.worker, &sorted.wait).await?;
        store::commit(transaction).await?;
        {
            let mut memory = self.speakers.lanes.memory();
            let troubled = lanes.lanes.iter().filter(|(_, lane)| !lane.is_quiet(now));
            memory.troubled.extend(troubled.map(|(provider, _)| provider.clone()));
        }
        self.speakers.lanes.count(sorted.go.iter().filter_map(|way| way.provider.as_deref()), now);
        self.skip(sorted.skip, now).await?;
        Ok(sorted.go)
    }

    /// Puts mails back while their relay has refused our account: they wait for a person, and no customer is
    /// burnt. Other settings than those that were refused open the channel by themselves.
    async fn unless_closed(&self, ways: Vec<Way>, now: Timestamp) -> Result<Vec<Way>, EngineError> {
        let name = self.speakers.pace.channel.as_str();
        let closed = {
            let mut conn = self.store.read().await?;
            channel::closed(&mut conn).await?.remove(name)
        };
        let Some(closed) = closed else { return Ok(ways) };
        let mut transaction = self.store.begin_beside().await?;
        let changed = closed.address != self.speakers.account;
        let mut go = ways;
        if changed {
            channel::open(&mut transaction, name).await?;
        } else {
            let (mails, rest): (Vec<Way>, Vec<Way>) = go.into_iter().partition(|way| way.provider.is_some());
            let wait: Vec<Deferral> = mails
                .iter()
                .map(|way| Deferral {
                    word: Word::on(SendKey::of(&way.claimed.outgoing)).because("channel_closed"),
                    due_at: now + CLOSED,
                    tried: false,
                })
                .collect();
            send::defer(&mut transaction, &self.worker, &wait).await?;
            go = rest;
        }
        store::commit(transaction).await?;
        Ok(go)
    }

    /// Who keeps the mailboxes of a domain: by its name, else by the host that takes its mail, where DNS told of it;
    /// else it is one of its own.
    fn provider_of(&self, domain: String, now: Timestamp) -> String {
        let known = provider::of_domain(&domain).map(str::to_owned);
        known.or_else(|| self.speakers.lanes.host_of(&domain, now)).unwrap_or(domain)
    }

    /// Asks DNS for the hosts of domains that nobody asked for lately, where a rate may depend on it: all at once, and
    /// no longer than for one answer.
    async fn ask_hosts(&self, domains: BTreeSet<String>, now: Timestamp) {
        let lanes = &self.speakers.lanes;
        let Some(dns) = &self.speakers.dns else { return };
        let unknown =
            |domain: &String| provider::of_domain(domain).is_none() && lanes.host_of(domain, now).is_none();
        let mut asked = tokio::task::JoinSet::new();
        for domain in domains.into_iter().filter(unknown) {
            let dns = dns.clone();
            asked.spawn(async move { (dns.mail_host(&domain).await, domain) });
        }
        while let Some(answer) = asked.join_next().await {
            let Ok((host, domain)) = answer else { continue };
            let until = now + if host.is_ok() { ASKED } else { UNANSWERED };
            let host = host.ok().flatten();
            let provider = host.map_or_else(|| domain.clone(), |host| provider::of_host(&host));
            lanes.memory().hosts.insert(domain, (until, provider));
        }
    }

    /// One mail: it goes only where both its provider and the channel let it, and spends of both or of none.
    fn place(
        &self,
        way: Way,
        lanes: &mut Held,
        held: &BTreeSet<String>,
        now: Timestamp,
        sorted: &mut Sorted,
    ) {
        let Some(provider) = way.provider.clone() else { return sorted.go.push(way) };
        let pace = &self.speakers.pace;
        let outgoing = &way.claimed.outgoing;
        let (serves, deadline) = (!outgoing.marketing, outgoing.deadline);
        let asked = [provider.as_str(), ALL].into_iter().filter(|name| held.contains(*name));
        let shut = asked.clone().find(|name| !lanes.lane(name).is_open(&pace.rate(name), serves, now));
        let found = match shut {
            Some(name) => lanes.lane(name).turn(&pace.rate(name), serves, now, deadline),
            None => asked
                .map(|name| lanes.lane(name).turn(&pace.rate(name), serves, now, deadline))
                .find(|(turn, _)| *turn != Turn::Now)
                .unwrap_or((Turn::Now, channels::email::Wait::Rate)),
        };
        match found {
            (Turn::Now, _) => sorted.go.push(way),
            (Turn::At(due_at), wait) => {
                let word = Word::on(SendKey::of(outgoing)).because(wait.code());
                sorted.wait.push(Deferral { word, due_at, tried: false });
            }
            (Turn::TooLate, wait) => sorted.skip.push((way.claimed, (wait.code(), String::new()))),
        }
    }

    /// What fates say of providers, written in the transaction of the fates.
    pub(super) async fn learn(
        &self,
        conn: &mut Connection,
        became: &[Became],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let pace = &self.speakers.pace;
        let telling: Vec<(&str, &Fate)> = {
            let memory = self.speakers.lanes.memory();
            became
                .iter()
                .filter_map(|became| Some((became.provider.as_deref()?, &became.fate)))
                .filter(|(provider, fate)| is_news(fate) || memory.troubled.contains(*provider))
                .collect()
        };
        if telling.is_empty() {
            return Ok(());
        }
        let providers: BTreeSet<&str> = telling.iter().map(|(provider, _)| *provider).collect();
        let mut lanes = Held::take(conn, &pace.channel, &providers, now).await?;
        for (provider, fate) in telling {
            let recent = self.speakers.lanes.recent(provider);
            let news = lanes.lane(provider).learn(fate, &pace.rate(provider), recent, now);
            if let Some(news) = news {
                tell(provider, news);
                let mut memory = self.speakers.lanes.memory();
                match news {
                    News::Shut(until) => memory.shut.insert(provider.to_owned(), until),
                    News::Open => memory.shut.remove(provider),
                    News::Slowed(_) => None,
                };
            }
        }
        lanes.write(conn, &pace.channel).await?;
        let mut memory = self.speakers.lanes.memory();
        for (provider, lane) in &lanes.lanes {
            match lane.is_quiet(now) {
                true => memory.troubled.remove(provider),
                false => memory.troubled.insert(provider.clone()),
            };
        }
        Ok(())
    }
}

/// Whether a fate tells of the provider, and not only of one address.
fn is_news(fate: &Fate) -> bool {
    match fate {
        Fate::Deferred { retry: Retry::Throttled, .. } | Fate::Rejected { kind: Rejection::Policy, .. } => {
            true
        }
        Fate::Deferred { retry: Retry::Backoff | Retry::After(_), .. }
        | Fate::Rejected { kind: Rejection::Permanent | Rejection::Configuration, .. }
        | Fate::Accepted { .. }
        | Fate::Unknown { .. } => false,
    }
}

/// For the operator: what a provider thinks of us is worth an alarm.
fn tell(provider: &str, news: News) {
    let event = match news {
        News::Slowed(until) => {
            tracing::warn!(provider, %until, "a mailbox provider asks for less (4.7.x): half as fast until then");
            "slowed"
        }
        News::Shut(until) => {
            tracing::error!(
                provider,
                %until,
                "a mailbox provider refuses our mails (5.7.x, five in a row): nothing goes there until then, then one mail probes; `nurture sends` shows what it said"
            );
            "shut"
        }
        News::Open => {
            tracing::info!(provider, "a mailbox provider takes mails again");
            "open"
        }
    };
    // Labels are few: of the many houses of the world only those with a name of their own.
    let label = if model::MAILBOXES.contains(&provider) { provider } else { "other" };
    metrics::count("provider_events", &[("provider", label), ("event", event)], 1);
}
