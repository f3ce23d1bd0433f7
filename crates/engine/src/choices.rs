//! What customers say on the pages that our mails lead to: what they want to get, and that it was they who asked.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{self, Nudge, Queue, tell_others};
use crate::letter;
use crate::links::{CustomerRef, SendRef, Token, TopicRef};
use crate::published::Published;
use jiff::{SignedDuration, Timestamp};
use model::event::{OURSELVES, names};
use model::words::pages::Locale;
use model::{
    Consent, CustomerId, EnrollmentId, Event, EventId, Medium, OnUnknown, Outgoing, Proof, Recipient, SendId,
    Snapshot, StepId, Value, VersionId, WorkflowId, content_id,
};
use std::collections::BTreeMap;
use store::event::{self, EventState};
use store::opt_in::{self, OptIn};
use store::{Connection, consent, send, snapshot};

/// The word under which a customer forbids that opens and clicks are counted: a withdrawn consent like any other.
pub const TRACKING: &str = "tracking";
/// Where a word of consent came from.
const PAGE: &str = "preference page";
const ONE_CLICK: &str = "one-click unsubscribe";
const PROVIDER: &str = "provider";
/// The template of a project that asks to confirm, in place of our words; `vars.confirm_url` leads to the page.
pub const OPT_IN_TEMPLATE: &str = "opt_in";
/// How long the mail that asks to confirm may be on its way.
const OPT_IN_WAITS: SignedDuration = SignedDuration::from_hours(48);

/// What a customer may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// Their language's tag; `None`: they have none.
    pub language: Option<String>,
    /// What we send, in the order of the names.
    pub topics: Vec<Choice>,
    /// The topic of the message that led here; `None`: that is over.
    pub about: Option<String>,
    /// Whether opens and clicks of theirs may be counted.
    pub measured: bool,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in files.
    pub topic: String,
    /// The word that people read.
    pub title: String,
    /// Whether they get it by mail.
    pub granted: bool,
}

/// What a customer wants from now on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// By topic, whether they want it, and the exact words beside the box. What is not named stays.
    pub topics: BTreeMap<String, (bool, String)>,
    /// Whether opens and clicks may be counted; `None`: as before.
    pub measured: Option<bool>,
    /// Nothing of marketing any more, on any channel, whatever else is said.
    pub nothing: bool,
}

/// What came of a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// They get it now, or got it before; the topic's title.
    Yes(String),
    /// They were asked, and have not answered; the topic's title.
    Asked(String),
    /// Nobody asked them, or they were forgotten.
    Nobody,
}

/// A question that a mail asked.
struct Question {
    whose: Whose,
    /// By topic; one at least.
    asked: Vec<OptIn>,
    /// The titles of the topics.
    title: String,
    answered: bool,
}

/// A customer behind a link, and the message that the link stands in.
struct Whose {
    snapshot: Snapshot,
    send: Option<Outgoing>,
}

impl Engine {
    /// What the customer of a link may choose. `None`: it is not our link, or they are not here any more.
    pub async fn choices(&self, token: &str) -> Result<Option<Choices>, EngineError> {
        let Some((whose, topic)) = self.of_choices(token).await? else { return Ok(None) };
        let about = self.topic(topic).map(|(_, title)| title);
        Ok(Some(self.choices_of(&whose.snapshot, about)))
    }

    /// One click of a mailbox: no more of what the message was about; of everything, where that topic is over.
    /// Twice is once. `false`: it is not our link.
    pub async fn leave(&self, token: &str) -> Result<bool, EngineError> {
        let (whose, topic) = match self.links().read(token) {
            Some(Token::Leave { send }) => match self.by_send(send).await? {
                Some(whose) => {
                    let topic = TopicRef::of(whose.send.as_ref().and_then(|send| send.topic.as_deref()));
                    (whose, topic)
                }
                None => return Ok(false),
            },
            Some(_) | None => match self.of_choices(token).await? {
                Some(found) => found,
                None => return Ok(false),
            },
        };
        self.leave_by(&whose, topic, ONE_CLICK).await?;
        Ok(true)
    }

    /// The recipient of a message asks for no more of its topic, by way of a provider.
    pub(crate) async fn leave_topic(
        &self,
        send: &Outgoing,
        topic: Option<String>,
    ) -> Result<(), EngineError> {
        let Some(snapshot) = self.known(&send.customer).await? else { return Ok(()) };
        let whose = Whose { snapshot, send: Some(send.clone()) };
        self.leave_by(&whose, TopicRef::of(topic.as_deref()), PROVIDER).await
    }

    async fn leave_by(&self, whose: &Whose, topic: TopicRef, source: &str) -> Result<(), EngineError> {
        let wish = match self.topic(topic) {
            Some((topic, _)) => {
                Wish { topics: BTreeMap::from([(topic, (false, String::new()))]), ..Wish::default() }
            }
            None => Wish { nothing: true, ..Wish::default() },
        };
        self.wish(whose, &wish, source).await.map(drop)
    }

    /// Does what a customer wants, and says what holds from now on. `None`: as [`Engine::choices`].
    pub async fn choose(&self, token: &str, wish: &Wish) -> Result<Option<Choices>, EngineError> {
        let Some((whose, topic)) = self.of_choices(token).await? else { return Ok(None) };
        let mut snapshot = whose.snapshot.clone();
        for word in self.wish(&whose, wish, PAGE).await? {
            snapshot.consents.apply(&word);
        }
        let about = self.topic(topic).map(|(_, title)| title);
        Ok(Some(self.choices_of(&snapshot, about)))
    }

    /// Asks a customer by one mail whether it was they who asked for these topics, all at one instant; until they say
    /// so nothing of it goes to them. Returns `false` where nothing is asked, or this server cannot be reached from
    /// outside, so that nobody could answer.
    pub async fn ask_to_confirm(&self, customer: &CustomerId, asked: &[OptIn]) -> Result<bool, EngineError> {
        let now = self.now();
        let links = self.links();
        let Some(first) = asked.first() else { return Ok(false) };
        let token = Token::Confirm {
            customer: CustomerRef::of(customer),
            topic: TopicRef::of(Some(&first.topic)),
            medium: first.medium,
            asked_at: first.asked_at.as_millisecond(),
        };
        let Some(url) = links.confirm(&token) else { return Ok(false) };
        let Some(snapshot) = self.known(customer).await? else { return Ok(false) };
        let mail = self.opt_in_mail(&snapshot, first, asked, &url, now);
        let mut transaction = self.store.begin_beside().await?;
        for asked in asked {
            opt_in::ask(&mut transaction, customer, asked).await?;
        }
        send::insert(&mut transaction, &[&mail], now).await?;
        if self.nudges {
            jobs::push(transaction.raw(), &Nudge::new(Queue::Deliver, "confirm")).await?;
        }
        tell_others(transaction.raw(), Queue::Deliver).await?;
        store::commit(transaction).await?;
        self.wake(Queue::Deliver);
        Ok(true)
    }

    /// What the link in such a mail is about. It says nothing for the customer yet: programs open links, too.
    pub async fn asked(&self, token: &str) -> Result<Confirmed, EngineError> {
        match self.question(token).await? {
            Some(question) if question.answered => Ok(Confirmed::Yes(question.title)),
            Some(question) => Ok(Confirmed::Asked(question.title)),
            None => Ok(Confirmed::Nobody),
        }
    }

    /// The customer says that it was they.
    pub async fn confirm(&self, token: &str) -> Result<Confirmed, EngineError> {
        let Some(Question { whose, asked, title, answered }) = self.question(token).await? else {
            return Ok(Confirmed::Nobody);
        };
        if !answered {
            let now = self.now();
            let word = |asked: OptIn| Consent {
                topic: asked.topic,
                medium: Some(asked.medium),
                granted: true,
                at: now,
                source: asked.source,
                proof: Proof {
                    basis: Some(asked.basis.unwrap_or_else(|| "double opt-in".to_owned())),
                    wording: asked.wording,
                    asked_at: Some(asked.asked_at),
                    token: Some(consent::hashed(&token.to_ascii_lowercase())),
                },
            };
            let words: Vec<Consent> = asked.into_iter().map(word).collect();
            self.record_words(&whose, &words, now).await?;
        }
        Ok(Confirmed::Yes(title))
    }

    /// Writes words of consent of a customer who is here.
    pub(crate) async fn say(
        &self,
        customer: &CustomerId,
        words: &[Consent],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let Some(snapshot) = self.known(customer).await? else { return Ok(()) };
        self.record_words(&Whose { snapshot, send: None }, words, now).await
    }

    /// The question that a link answers.
    async fn question(&self, token: &str) -> Result<Option<Question>, EngineError> {
        let Some(Token::Confirm { customer, topic, medium, asked_at }) = self.links().read(token) else {
            return Ok(None);
        };
        let Some(snapshot) = self.by_ref(customer).await? else { return Ok(None) };
        let Some((topic, _)) = self.topic(topic) else { return Ok(None) };
        let mut conn = self.store.read().await?;
        let asked = opt_in::of_customer(&mut conn, &snapshot.customer.id).await?;
        let said = consent::of_customer(&mut conn, &snapshot.customer.id).await?;
        drop(conn);
        let is_it = |one: &OptIn| {
            one.topic == topic && one.medium == medium && one.asked_at.as_millisecond() == asked_at
        };
        if !asked.iter().any(is_it) {
            return Ok(None);
        }
        // Answered once: what they withdrew since is not granted by an old link.
        let answered = said.iter().any(|word| {
            word.topic == topic
                && word.granted
                && word.proof.asked_at.is_some_and(|at| at.as_millisecond() == asked_at)
        });
        // One mail may have asked about several topics; of those that are gone nothing is granted.
        let published = self.published();
        let topics = &published.project.library.topics;
        let of_mail = |one: &OptIn| {
            one.medium == medium
                && one.asked_at.as_millisecond() == asked_at
                && topics.get(&one.topic).is_some_and(|topic| topic.marketing)
        };
        let asked: Vec<OptIn> = asked.into_iter().filter(of_mail).collect();
        let title = titles(&published, &asked);
        Ok(Some(Question { whose: Whose { snapshot, send: None }, asked, title, answered }))
    }

    fn choices_of(&self, snapshot: &Snapshot, about: Option<String>) -> Choices {
        let published = self.published();
        let topics = published.project.library.topics.iter().filter(|(_, topic)| topic.marketing);
        let topics = topics.map(|(name, topic)| Choice {
            topic: name.clone(),
            title: topic.title.clone(),
            granted: snapshot.consents.allow(name, Medium::Email),
        });
        Choices {
            language: snapshot.customer.text("language").map(str::to_owned),
            topics: topics.collect(),
            about,
            measured: is_measured(snapshot),
        }
    }

    /// The words of consent that a wish comes to, written with the facts that follow.
    async fn wish(&self, whose: &Whose, wish: &Wish, source: &str) -> Result<Vec<Consent>, EngineError> {
        let now = self.now();
        let published = self.published();
        let marketing: Vec<&String> = published
            .project
            .library
            .topics
            .iter()
            .filter_map(|(name, topic)| topic.marketing.then_some(name))
            .collect();
        let consents = &whose.snapshot.consents;
        let mut words = Vec::new();
        let mut say = |topic: &str, medium: Option<Medium>, granted: bool, wording: &str| {
            let proof = Proof {
                basis: Some(source.to_owned()),
                wording: Some(wording.to_owned()).filter(|wording| !wording.is_empty()),
                ..Proof::default()
            };
            let topic = topic.to_owned();
            words.push(Consent { topic, medium, granted, at: now, source: source.to_owned(), proof });
        };
        if wish.nothing {
            for topic in marketing {
                let any = [Medium::Email, Medium::Sms, Medium::Message];
                if any.into_iter().any(|medium| consents.allow(topic, medium)) {
                    say(topic, None, false, "");
                }
            }
        } else {
            for (topic, (granted, wording)) in &wish.topics {
                // Only what the project has, and what is not so already.
                if marketing.contains(&topic) && consents.allow(topic, Medium::Email) != *granted {
                    say(topic, Some(Medium::Email), *granted, wording);
                }
            }
        }
        if let Some(measured) = wish.measured.filter(|measured| *measured != is_measured(&whose.snapshot)) {
            say(TRACKING, None, measured, "");
        }
        self.record_words(whose, &words, now).await?;
        Ok(words)
    }

    /// Writes words of consent. What is on its way and was permitted by one that is withdrawn stays here, in the
    /// same transaction; workflows hear of each at once.
    async fn record_words(
        &self,
        whose: &Whose,
        words: &[Consent],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        if words.is_empty() {
            return Ok(());
        }
        let customer = &whose.snapshot.customer.id;
        let mut facts: Vec<Event> = words.iter().map(|word| fact(customer, word)).collect();
        let withdrawn: Vec<&Consent> =
            words.iter().filter(|word| !word.granted && word.topic != TRACKING).collect();
        if let Some(send) = &whose.send {
            facts.extend(withdrawn.iter().map(|word| unsubscribed(send, &word.topic, now)));
        }
        let mut transaction = self.store.begin_beside().await?;
        let conn: &mut Connection = &mut transaction;
        let rows: Vec<(&CustomerId, &Consent)> = words.iter().map(|word| (customer, word)).collect();
        consent::record(&mut *conn, &rows).await?;
        let stopped: Vec<_> =
            withdrawn.iter().map(|word| (customer, Some(word.topic.as_str()), word.medium)).collect();
        send::cancel_topics(&mut *conn, &stopped, now).await?;
        self.add_facts(conn, &facts, now).await?;
        store::commit(transaction).await?;
        self.wake(Queue::Turn);
        Ok(())
    }

    /// Stores facts of ours: those that somebody could mind are turned over at once.
    pub(crate) async fn add_facts(
        &self,
        conn: &mut Connection,
        facts: &[Event],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        if facts.is_empty() {
            return Ok(());
        }
        let published = self.published();
        let behind = self.is_behind(conn).await?;
        let (idle, minded): (Vec<&Event>, Vec<&Event>) =
            facts.iter().partition(|fact| !behind && published.idle.contains(&fact.name));
        event::insert(&mut *conn, &idle, EventState::Done).await?;
        event::insert(&mut *conn, &minded, EventState::New).await?;
        if !minded.is_empty() {
            if self.nudges && self.nudged.may(Queue::Turn, now) {
                jobs::push(conn.raw(), &Nudge::new(Queue::Turn, "facts")).await?;
            }
            tell_others(conn.raw(), Queue::Turn).await?;
        }
        Ok(())
    }

    async fn of_choices(&self, token: &str) -> Result<Option<(Whose, TopicRef)>, EngineError> {
        let Some(Token::Choices { customer, send, topic }) = self.links().read(token) else {
            return Ok(None);
        };
        if let Some(whose) = self.by_send(send).await? {
            return Ok(Some((whose, topic)));
        }
        // Messages of long ago are deleted one day; whose they were stands in the link.
        let snapshot = self.by_ref(customer).await?;
        Ok(snapshot.map(|snapshot| (Whose { snapshot, send: None }, topic)))
    }

    async fn by_send(&self, send: SendRef) -> Result<Option<Whose>, EngineError> {
        let mut conn = self.store.read().await?;
        let found = send::found(&mut conn, &[(send.slot, send.id())]).await?.pop();
        drop(conn);
        let Some(outgoing) = found.map(|ledger| ledger.outgoing) else { return Ok(None) };
        let snapshot = self.known(&outgoing.customer).await?;
        Ok(snapshot.map(|snapshot| Whose { snapshot, send: Some(outgoing) }))
    }

    async fn by_ref(&self, customer: CustomerRef) -> Result<Option<Snapshot>, EngineError> {
        let mut conn = self.store.read().await?;
        let ids = store::customer::of_slot(&mut conn, customer.slot).await?;
        drop(conn);
        match ids.iter().find(|id| customer.is(id)) {
            Some(id) => self.known(id).await,
            None => Ok(None),
        }
    }

    /// A customer with what they said; `None`: nobody, or they were forgotten.
    pub(crate) async fn known(&self, id: &CustomerId) -> Result<Option<Snapshot>, EngineError> {
        let found = self.anybody(id).await?;
        Ok(found.filter(|found| !found.suppressions.iter().any(model::Suppression::is_tombstone)))
    }

    /// The same, also of who was forgotten.
    pub(crate) async fn anybody(&self, id: &CustomerId) -> Result<Option<Snapshot>, EngineError> {
        let published = self.published();
        let model = &published.project.library.model;
        let mut conn = self.store.read().await?;
        Ok(snapshot::load_words(&mut conn, std::slice::from_ref(id), model, self.now()).await?.pop())
    }

    /// The name and the title of a marketing topic; `None`: it is not there any more.
    fn topic(&self, wanted: TopicRef) -> Option<(String, String)> {
        let published = self.published();
        let mut topics = published.project.library.topics.iter().filter(|(_, topic)| topic.marketing);
        let found = topics.find(|(name, _)| TopicRef::of(Some(name)) == wanted);
        found.map(|(name, topic)| (name.clone(), topic.title.clone()))
    }

    fn opt_in_mail(
        &self,
        snapshot: &Snapshot,
        asked: &OptIn,
        all: &[OptIn],
        url: &str,
        now: Timestamp,
    ) -> Outgoing {
        let published = self.published();
        let library = &published.project.library;
        let customer = &snapshot.customer;
        let own = published.renderer.find(OPT_IN_TEMPLATE, customer.text("language")).is_some();
        let tag = customer.text("language").unwrap_or(&published.project.settings.language);
        let locale = Locale::of_tag(tag).unwrap_or(Locale::English);
        let title = titles(&published, all);
        let values = [("topic", title.as_str()), ("brand", library.brand.name.as_str()), ("url", url)];
        let at = asked.asked_at.as_millisecond().to_string();
        let of = content_id("oi_", &[customer.id.as_str(), &asked.topic, asked.medium.as_str()]);
        Outgoing {
            id: SendId::from(content_id("se_", &[&of, &at])),
            enrollment: EnrollmentId::from(of),
            customer: customer.id.clone(),
            workflow: WorkflowId::new("double_opt_in"),
            version: VersionId::new(""),
            step: StepId::from(format!("opt_in:{}", asked.topic)),
            pass: at,
            medium: Medium::Email,
            to: Recipient::Customer,
            template: if own { OPT_IN_TEMPLATE.to_owned() } else { String::new() },
            subject: None,
            text: (!own).then(|| locale.say("mail-opt-in", &values)),
            from: None,
            copy_to_owner: false,
            topic: None,
            also_needs: Vec::new(),
            marketing: false,
            tries: None,
            riders: Vec::new(),
            apart: Vec::new(),
            with: None,
            via: None,
            digest: None,
            on_unknown: OnUnknown::Resend,
            context: opt_in_context(url, &title),
            due_at: now,
            deadline: now + OPT_IN_WAITS,
        }
    }
}

/// What the mail that asks to confirm knows: where its button leads, and what people call what they asked for.
fn opt_in_context(url: &str, title: &str) -> BTreeMap<String, serde_json::Value> {
    let vars = serde_json::json!({ "confirm_url": url, "topic": title });
    BTreeMap::from([("vars".to_owned(), vars)])
}

/// The same for a preview: the first marketing topic, and a button that leads nowhere.
pub fn opt_in_sample(published: &Published) -> BTreeMap<String, serde_json::Value> {
    let first = published.project.library.topics.iter().find(|(_, topic)| topic.marketing);
    opt_in_context("https://example.com/confirm/preview", first.map_or("", |(_, topic)| &topic.title))
}

/// What people call these topics.
fn titles(published: &Published, asked: &[OptIn]) -> String {
    let topics = &published.project.library.topics;
    let title =
        |one: &OptIn| topics.get(&one.topic).map_or_else(|| one.topic.clone(), |topic| topic.title.clone());
    let titles: Vec<String> = asked.iter().map(title).collect();
    let is_chinese = titles.iter().any(|title| title.chars().any(|letter| letter > '\u{2e7f}'));
    titles.join(if is_chinese { "、" } else { ", " })
}

/// Whether opens and clicks of a customer may be counted: they may, unless they said no.
pub fn is_measured(snapshot: &Snapshot) -> bool {
    let said = snapshot.consents.0.keys().any(|(topic, _)| topic == TRACKING);
    !said || snapshot.consents.allow(TRACKING, Medium::Email)
}

fn fact(customer: &CustomerId, word: &Consent) -> Event {
    let name = if word.granted { names::CONSENT_GRANTED } else { names::CONSENT_WITHDRAWN };
    let channel = word.medium.map_or("", Medium::as_str);
    let at = word.at.as_millisecond().to_string();
    let text = |value: &str| Value::Text(value.to_owned());
    let mut properties =
        BTreeMap::from([("topic".to_owned(), text(&word.topic)), ("source".to_owned(), text(&word.source))]);
    let Proof { basis, wording, asked_at, token } = &word.proof;
    let channel_said = word.medium.map(|_| channel.to_owned());
    let more = [("channel", &channel_said), ("basis", basis), ("wording", wording), ("token", token)];
    for (name, value) in more {
        properties.extend(value.as_ref().map(|value| (name.to_owned(), text(value))));
    }
    properties.extend(asked_at.map(|at| ("asked_at".to_owned(), Value::Instant(at))));
    Event {
        id: EventId::from(content_id("co_", &[customer.as_str(), &word.topic, channel, name, &at])),
        source: OURSELVES.to_owned(),
        name: name.to_owned(),
        customer: customer.clone(),
        entity: None,
        at: word.at,
        received_at: word.at,
        properties,
        chain: 0,
    }
}

/// A message led to a withdrawal.
fn unsubscribed(send: &Outgoing, topic: &str, now: Timestamp) -> Event {
    let mut event = letter::fact_of(send, "unsubscribed", &[topic], now);
    event.properties.insert("topic".to_owned(), Value::Text(topic.to_owned()));
    event
}
