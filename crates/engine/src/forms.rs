//! A form that somebody sent: who they are, what they say, to what they consent. Whoever sends it is not signed in, and
//! anybody can type any address: what is known of a customer is not changed by it, only what is not known is filled in.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::import::{BadRow, CustomerRow, EventRow, Given, Judge};
use crate::ingest::{IngestError, Intake, Told, Word};
use dsl::library::{Form, FormField, Library};
use jiff::{SignedDuration, Timestamp};
use model::consent::FORGOTTEN;
use model::words::pages::Locale;
use model::{Consent, CustomerId, Medium, Proof, Snapshot, Value, content_id};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::customer_key::{self, KeyKind};
use store::opt_in::{self, OptIn};
use store::{consent, forgotten};

/// Letters of an answer, and of one of several lines.
const SHORT: usize = 200;
const LONG: usize = 4_000;
/// What stands before the topic of a box.
pub const AGREE: &str = "agree:";
/// In place of an id, while nobody is known.
const NOBODY: &str = "?";
/// What stands before a form's name where it says who told something.
const SOURCE: &str = "form:";
/// The same form with the same answers within this time is one: somebody pressed twice.
const PRESSED_TWICE: i64 = 60_000;
/// Between two mails that ask the same customer to confirm the same.
const ASK_AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// Such mails within a day, at most: nobody fills another's mailbox with them.
const ASK_AT_MOST: usize = 5;

/// What somebody filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// Answers by the field's name; blank ones may be among them.
    pub answers: BTreeMap<String, Json>,
    /// The topics whose boxes are ticked.
    pub ticked: BTreeSet<String>,
    /// The page in which the form stands, as far as the browser says it.
    pub page: Option<String>,
    /// The language in which they read it.
    pub locale: Option<Locale>,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amiss {
    /// It must be filled in.
    Missing,
    /// It is longer than it may be.
    TooLong,
    /// It is not what the field may hold.
    NotOfItsType,
    /// The box must be ticked.
    NotTicked,
}

/// What became of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is stored. `asked`: who consented to something and had not confirmed it is asked to by mail.
    Taken {
        /// Whether they ticked something that a mail asks to confirm.
        asked: bool,
    },
    /// Nothing is stored: these answers are wrong, by the name of the field; of a box with [`AGREE`] before its topic.
    Amiss(BTreeMap<String, Amiss>),
}

/// Why a form was not taken, though nothing is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It is to be taken later.
    #[error(transparent)]
    Intake(#[from] IngestError),
    /// The database.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It asks to confirm by mail, and no link would lead to this server.
    #[error("form {0}: it asks to confirm by mail, and `public_url` is not set")]
    NotReached(String),
}

/// Takes a form that was sent.
pub async fn submit(
    engine: &Engine,
    intake: &Intake,
    form: &Form,
    filled: &Filled,
) -> Result<Submitted, SubmitError> {
    let published = engine.published();
    let library = &published.project.library;
    let judge = Judge::new(library, &published.zone);
    let now = engine.now();
    let topics: Vec<&str> = form.consents.iter().map(|each| each.topic.as_str()).collect();
    let topics: Vec<&str> = topics.into_iter().filter(|topic| filled.ticked.contains(*topic)).collect();
    let (mut row, mut fact) = match records(judge, library, form, filled, &topics, now) {
        Ok(records) => records,
        Err(wrong) => return Ok(Submitted::Amiss(wrong)),
    };
    let text = |name: &str| row.attributes.get(name).and_then(Value::as_text);
    let medium = if text("email").is_some() { Medium::Email } else { Medium::Sms };
    let who = engine.sender_of(text("email"), text("phone")).await?;
    let before = engine.come_back(&who, now).await?;
    let ways = ways(form, &topics, medium, before.as_ref());
    if !ways.asked.is_empty() && !engine.links().is_reached() {
        return Err(SubmitError::NotReached(form.name.clone()));
    }
    let source = format!("{SOURCE}{}", form.name);
    let said = json!([who.as_str(), filled.answers, topics]).to_string();
    let minute = now.as_millisecond().div_euclid(PRESSED_TWICE).to_string();
    let id = content_id("fo_", &[&form.name, &said, &minute]);
    row.id = who.clone();
    unknown_so_far(&mut row, before.as_ref(), filled.locale, judge);
    let word = Word { message: id.clone(), row, entity: None, joins: None };
    // First who they are, then what they allow, and then that they were here: a workflow that starts with that finds
    // both.
    let told = Told { source: source.clone(), words: vec![word], ..Told::default() };
    let taken = intake.take(told).await?;
    if let Some(bad) = taken.bad.first() {
        return Ok(Submitted::Amiss(places(bad).collect()));
    }
    if !ways.granted.is_empty() {
        engine.grant(&who, form, &ways.granted, medium, now).await?;
    }
    if !ways.asked.is_empty() {
        engine.ask_once(&who, form, &ways.asked, now).await?;
    }
    (fact.id, fact.customer) = (Some(id), who);
    intake.take(Told { source, facts: vec![(1, fact)], ..Told::default() }).await?;
    // Whether they get it already is nobody's business but theirs.
    let asked = !ways.asked.is_empty() || (form.double_opt_in && !topics.is_empty());
    Ok(Submitted::Taken { asked })
}

/// What a form says of a customer, and that it was sent; of nobody yet. Errors: everything that is wrong.
fn records(
    judge: Judge<'_>,
    library: &Library,
    form: &Form,
    filled: &Filled,
    topics: &[&str],
    now: Timestamp,
) -> Result<(CustomerRow, EventRow), BTreeMap<String, Amiss>> {
    let mut wrong = amiss(form, filled);
    let mut note = |bad: &BadRow| {
        for (place, amiss) in places(bad) {
            wrong.entry(place).or_insert(amiss);
        }
    };
    let answers: Vec<(&FormField, Given<'_>)> = form
        .fields
        .iter()
        .filter_map(|field| {
            let value = filled.answers.get(&field.name).filter(|value| !is_blank(value))?;
            Some((field, Given { name: field.name.clone(), place: field.name.clone(), value }))
        })
        .collect();
    let own: Vec<Given<'_>> =
        answers.iter().filter(|(field, _)| field.of_customer).map(|(_, given)| given.clone()).collect();
    let row = judge.customer(0, NOBODY, &own);
    let fields = library.model.events.get(&form.event).map(|kind| &kind.fields);
    let about = [
        ("form", Some(json!(form.name))),
        ("page", filled.page.as_ref().map(|page| json!(page))),
        ("topics", Some(json!(topics)).filter(|_| !topics.is_empty())),
    ];
    let asked = answers.into_iter().map(|(_, given)| given);
    let mut told: Vec<Given<'_>> =
        asked.filter(|given| fields.is_some_and(|fields| fields.contains_key(&given.name))).collect();
    told.extend(about.iter().filter_map(|(name, value)| {
        Some(Given { name: (*name).to_owned(), place: (*name).to_owned(), value: value.as_ref()? })
    }));
    let fact = judge.event(1, (&form.event, NOBODY), now, told);
    if let Err(bad) = &row {
        note(bad);
    }
    if let Err(bad) = &fact {
        note(bad);
    }
    match (row, fact) {
        (Ok(row), Ok(fact)) if wrong.is_empty() => Ok((row, fact)),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Err(wrong),
    }
}

/// To which topics they consent by sending it, and to which once they confirm by mail.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ways<'t> {
    granted: Vec<&'t str>,
    asked: Vec<&'t str>,
}

fn ways<'t>(form: &Form, ticked: &[&'t str], medium: Medium, before: Option<&Snapshot>) -> Ways<'t> {
    let mut ways = Ways::default();
    for topic in ticked {
        let said = before.map(|before| &before.consents);
        if said.is_some_and(|said| said.allow(topic, medium)) {
            continue;
        }
        // Who said no once is asked whether it is they who say yes now.
        let said_no = said.is_some_and(|said| said.0.keys().any(|(about, _)| about == topic));
        if medium == Medium::Email && (form.double_opt_in || said_no) {
            ways.asked.push(*topic);
        } else {
            ways.granted.push(*topic);
        }
    }
    ways
}

/// What is wrong with the answers before anybody looks at what they say.
fn amiss(form: &Form, filled: &Filled) -> BTreeMap<String, Amiss> {
    let of_field = |field: &FormField| {
        let answer = filled.answers.get(&field.name).filter(|value| !is_blank(value));
        let wrong = match answer {
            None => Some(Amiss::Missing).filter(|_| field.required),
            Some(Json::String(text)) => {
                Some(Amiss::TooLong).filter(|_| text.chars().count() > most_letters(field))
            }
            Some(Json::Bool(_) | Json::Number(_)) => None,
            Some(Json::Null | Json::Array(_) | Json::Object(_)) => Some(Amiss::NotOfItsType),
        };
        wrong.map(|wrong| (field.name.clone(), wrong))
    };
    let unticked = form.consents.iter().filter(|each| each.required && !filled.ticked.contains(&each.topic));
    let fields = form.fields.iter().filter_map(of_field);
    fields.chain(unticked.map(|each| (format!("{AGREE}{}", each.topic), Amiss::NotTicked))).collect()
}

/// Letters that may be written into a field, at most.
pub fn most_letters(field: &FormField) -> usize {
    if field.long { LONG } else { SHORT }
}

fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => false,
    }
}

fn places(bad: &BadRow) -> impl Iterator<Item = (String, Amiss)> {
    let all = std::iter::once(bad).chain(&bad.also);
    all.map(|bad| (bad.column.clone().unwrap_or_default(), Amiss::NotOfItsType))
}

/// What is known of a customer stays: of a row only what is new is left.
fn unknown_so_far(
    row: &mut CustomerRow,
    before: Option<&Snapshot>,
    locale: Option<Locale>,
    judge: Judge<'_>,
) {
    if let Some(locale) = locale.filter(|_| judge.takes("language")) {
        let tag = || Value::Text(locale.tag().to_owned());
        row.attributes.entry("language".to_owned()).or_insert_with(tag);
    }
    if let Some(before) = before {
        row.attributes.retain(|name, _| !before.customer.attributes.contains_key(name));
    }
}

impl Engine {
    /// Who sends a form, by their mail address, else by their phone number; for whom nobody knows an id that is the
    /// same each time.
    async fn sender_of(&self, email: Option<&str>, phone: Option<&str>) -> Result<CustomerId, EngineError> {
        let (kind, address) = match (email, phone) {
            (Some(email), _) => (KeyKind::Email, email),
            (None, phone) => (KeyKind::Phone, phone.unwrap_or_default()),
        };
        let mut conn = self.store.read().await?;
        let mut found = customer_key::find(&mut conn, kind, &[address]).await?;
        if found.is_empty() {
            found = forgotten::find(&mut conn, kind, &[address]).await?;
        }
        let fresh = || self.links().nickname(kind.as_str(), &address.to_lowercase());
        Ok(found.into_values().next().unwrap_or_else(fresh))
    }

    /// What is known of somebody who sends a form. Who was forgotten comes back by their own doing: they are a
    /// customer of whom nothing is known. `None`: nobody knows them.
    async fn come_back(&self, who: &CustomerId, now: Timestamp) -> Result<Option<Snapshot>, EngineError> {
        let Some(mut before) = self.anybody(who).await? else { return Ok(None) };
        if before.suppressions.iter().any(model::Suppression::is_tombstone) {
            let mut transaction = self.store.begin().await?;
            consent::lift(&mut transaction, who, FORGOTTEN).await?;
            store::audit::record(&mut transaction, "form", "return", who.as_str(), now).await?;
            store::commit(transaction).await?;
            before.suppressions.retain(|word| !word.is_tombstone());
        }
        Ok(Some(before))
    }

    /// Writes down that they consent, with the words that they read.
    async fn grant(
        &self,
        who: &CustomerId,
        form: &Form,
        topics: &[&str],
        medium: Medium,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let words: Vec<Consent> = topics
            .iter()
            .map(|topic| Consent {
                topic: (*topic).to_owned(),
                medium: Some(medium),
                granted: true,
                at: now,
                source: format!("{SOURCE}{}", form.name),
                proof: Proof { wording: wording(form, topic), ..Proof::of_basis(Some("form".to_owned())) },
            })
            .collect();
        self.say(who, &words, now).await
    }

    /// Asks them by mail to confirm, unless they were asked just now, or too often today.
    async fn ask_once(
        &self,
        who: &CustomerId,
        form: &Form,
        topics: &[&str],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let mut conn = self.store.read().await?;
        let before = opt_in::of_customer(&mut conn, who).await?;
        drop(conn);
        let since = |asked: &OptIn| now.duration_since(asked.asked_at);
        let today: BTreeSet<Timestamp> = before
            .iter()
            .filter(|asked| since(asked) < SignedDuration::from_hours(24))
            .map(|asked| asked.asked_at)
            .collect();
        if today.len() >= ASK_AT_MOST {
            return Ok(());
        }
        let is_new =
            |topic: &&&str| !before.iter().any(|asked| asked.topic == ***topic && since(asked) < ASK_AGAIN);
        let asked: Vec<OptIn> = topics
            .iter()
            .filter(is_new)
            .map(|topic| OptIn {
                topic: (*topic).to_owned(),
                medium: Medium::Email,
                asked_at: now,
                source: format!("{SOURCE}{}", form.name),
                basis: None,
                wording: wording(form, topic),
            })
            .collect();
        self.ask_to_confirm(who, &asked).await.map(drop)
    }
}

fn wording(form: &Form, topic: &str) -> Option<String> {
    form.consents.iter().find(|each| each.topic == topic).map(|each| each.wording.clone())
}

#[cfg(test)]
mod tests;
