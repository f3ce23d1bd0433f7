//! Mails that came back, and what providers tell of them: addresses that do not work are left alone, complaints end
//! everything, and messages whose fate nobody knew have one.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::letter;
use crate::links::Token;
use crate::metrics;
use channels::email::bounce::{self, Class, What};
use channels::email::notices::{Notice, Refused, Said};
use channels::email::sns::Heard;
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, Medium, Outgoing, Recipient, SendId, Suppression, Value};
use store::send::{self, Ledger, SendKey};
use store::{Connection, consent, soft_bounce};

/// Days with a soft bounce, without a sign that a mail was seen between them, after which an address rests.
const SOFT: u32 = 5;
/// How long it rests.
const RESTS: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What was said of a message after it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It was delivered.
    Delivered,
    /// It was not, and why.
    Bounced(Class),
    /// The recipient complained.
    Complained,
    /// The recipient asks for no more of the kind.
    Left,
}

/// What became of a mail that came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// It said this of a message.
    Said(Word),
    /// It is of no message of ours, or says nothing that is known: it is dropped, and counted.
    Nothing,
}

impl Came {
    /// Its word in answers and numbers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Said(Word::Delivered) => "delivered",
            Self::Said(Word::Bounced(Class::Hard)) => "hard",
            Self::Said(Word::Bounced(Class::Soft)) => "soft",
            Self::Said(Word::Bounced(Class::Policy)) => "policy",
            Self::Said(Word::Complained) => "complaint",
            Self::Said(Word::Left) => "unsubscribed",
            Self::Nothing => "dropped",
        }
    }
}

impl Engine {
    /// Takes a mail in that came to an address of ours. Only one that names a message by an address that we signed is
    /// believed.
    pub async fn returned(&self, mail: &[u8]) -> Result<Came, EngineError> {
        self.returned_at(mail, None).await
    }

    /// The same of a mail that came at an instant; `None`: just now. It may be handed in twice, and counts once.
    pub(crate) async fn returned_at(
        &self,
        mail: &[u8],
        came_at: Option<Timestamp>,
    ) -> Result<Came, EngineError> {
        let now = self.now();
        let came = self.returned_mail(mail, came_at.map_or(now, |at| at.min(now))).await?;
        metrics::count("returned", &[("what", came.as_str())], 1);
        Ok(came)
    }

    async fn returned_mail(&self, mail: &[u8], at: Timestamp) -> Result<Came, EngineError> {
        let Some(returned) = bounce::read(mail) else { return Ok(Came::Nothing) };
        let links = self.links();
        let found = returned.tokens.iter().find_map(|token| Some((token, links.read(token)?)));
        let word = match (&returned.what, found) {
            (What::Leave, Some((token, Token::Leave { .. }))) => {
                let left = self.leave(token).await?;
                return Ok(if left { Came::Said(Word::Left) } else { Came::Nothing });
            }
            (What::Bounce { class, .. }, _) => Word::Bounced(*class),
            (What::Complaint, _) => Word::Complained,
            (What::Leave | What::Other, _) => return Ok(Came::Nothing),
        };
        let send = match found {
            Some((_, Token::Bounce { send } | Token::Leave { send })) => send,
            Some(_) | None => return Ok(Came::Nothing),
        };
        let mut conn = self.store.read().await?;
        let ledger = send::found(&mut conn, &[(send.slot, send.id())]).await?.pop();
        drop(conn);
        let reply = match &returned.what {
            What::Bounce { reply, .. } => Some(reply.text.as_str()),
            What::Complaint | What::Leave | What::Other => None,
        };
        match ledger {
            Some(ledger) => self.said_of(&ledger, word, reply, at).await,
            None => Ok(Came::Nothing),
        }
    }

    /// What Amazon says by a message of SNS. `topics`: the ARNs of ours.
    pub async fn heard_of_sns(&self, topics: &str, body: &[u8]) -> Result<Heard, Refused> {
        self.speakers.sns().read(topics, body, self.now().as_second()).await
    }

    /// What a provider says of a message; the caller knows that it is the provider who speaks.
    pub async fn notice(&self, notice: &Notice) -> Result<Came, EngineError> {
        let word = match notice.said {
            Said::Delivered => Word::Delivered,
            Said::Bounced(class) => Word::Bounced(class),
            Said::Complained => Word::Complained,
            Said::Left => Word::Left,
        };
        let mut came = self.told_of(&notice.message_id, word).await?;
        if let (Came::Nothing, Some(address)) = (came, &notice.returns) {
            came = self.told_of_address(address, word).await?;
        }
        metrics::count("returned", &[("what", came.as_str())], 1);
        Ok(came)
    }

    /// What a provider says of the message whose answers go to this address of ours.
    async fn told_of_address(&self, address: &str, word: Word) -> Result<Came, EngineError> {
        let local = address.trim().trim_start_matches('<').split('@').next().unwrap_or_default();
        let token = local.split_once('+').map_or("", |(_, token)| token);
        let Some(Token::Bounce { send }) = self.links().read(token) else { return Ok(Came::Nothing) };
        let mut conn = self.store.read().await?;
        let ledger = send::found(&mut conn, &[(send.slot, send.id())]).await?.pop();
        drop(conn);
        match ledger {
            Some(ledger) => self.said_of(&ledger, word, None, self.now()).await,
            None => Ok(Came::Nothing),
        }
    }

    /// What a provider says of the message with this Message-ID; the caller knows that it is the provider who speaks.
    async fn told_of(&self, message_id: &str, word: Word) -> Result<Came, EngineError> {
        let local = message_id.trim().trim_start_matches('<').split(['@', '>']).next().unwrap_or_default();
        let id = SendId::new(local);
        let ledger = match model::hash_of_id("se_", local) {
            Some(_) => {
                let mut conn = self.store.read().await?;
                send::by_id(&mut conn, &id).await?
            }
            None => None,
        };
        match ledger {
            Some(ledger) => self.said_of(&ledger, word, None, self.now()).await,
            None => Ok(Came::Nothing),
        }
    }

    /// `at`: when it was said, of which soft bounces count the days.
    async fn said_of(
        &self,
        ledger: &Ledger,
        word: Word,
        reply: Option<&str>,
        at: Timestamp,
    ) -> Result<Came, EngineError> {
        let outgoing = &ledger.outgoing;
        if outgoing.to != Recipient::Customer {
            return Ok(Came::Nothing);
        }
        let now = self.now();
        if word == Word::Left {
            let topic = outgoing.topic.clone();
            self.leave_topic(outgoing, topic).await?;
            return Ok(Came::Said(word));
        }
        let known = self.known(&outgoing.customer).await?;
        let mut transaction = self.store.begin_beside().await?;
        let conn: &mut Connection = &mut transaction;
        let key = SendKey::of(outgoing);
        let mut facts = Vec::new();
        match word {
            Word::Delivered | Word::Left => {
                send::settle(conn, &key, None, now).await?;
            }
            Word::Complained => {
                // Whoever complains has read it.
                send::settle(conn, &key, None, now).await?;
                facts.push(letter::fact_of(outgoing, "complained", &[], now));
                let word = Suppression {
                    medium: None,
                    topic: None,
                    reason: "complaint".to_owned(),
                    at: now,
                    until: None,
                };
                leave_alone(conn, known.as_ref(), &outgoing.customer, word).await?;
            }
            Word::Bounced(class) => {
                let reason = match class {
                    Class::Hard => "hard_bounce",
                    Class::Soft => "soft_bounce",
                    Class::Policy => "policy",
                };
                send::settle(conn, &key, Some(reason), now).await?;
                match class {
                    Class::Hard => {
                        facts.push(bounced(outgoing, reply, now));
                        let word = Suppression {
                            medium: Some(outgoing.medium),
                            topic: None,
                            reason: reason.to_owned(),
                            at: now,
                            until: None,
                        };
                        leave_alone(conn, known.as_ref(), &outgoing.customer, word).await?;
                    }
                    Class::Soft => {
                        let soft = [(&outgoing.customer, outgoing.medium)];
                        self.soft_bounces(conn, &soft, at).await?;
                    }
                    Class::Policy => {}
                }
            }
        }
        self.add_facts(conn, &facts, now).await?;
        store::commit(transaction).await?;
        self.wake(crate::jobs::Queue::Turn);
        Ok(Came::Said(word))
    }

    /// Notes soft bounces; an address with too many rests for a while.
    pub(crate) async fn soft_bounces(
        &self,
        conn: &mut Connection,
        bounced: &[(&CustomerId, Medium)],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let day = now.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
        let rows: Vec<_> =
            bounced.iter().map(|(customer, medium)| (*customer, *medium, day.clone())).collect();
        let over = soft_bounce::note(&mut *conn, &rows, SOFT).await?;
        for (customer, medium) in &over {
            let word = Suppression {
                medium: Some(*medium),
                topic: None,
                reason: "soft_bounce".to_owned(),
                at: now,
                until: Some(now + RESTS),
            };
            leave_alone(&mut *conn, None, customer, word).await?;
        }
        Ok(())
    }
}

/// Suppresses, and takes back what is on its way; a suppression that stands already is not said again.
async fn leave_alone(
    conn: &mut Connection,
    known: Option<&model::Snapshot>,
    customer: &CustomerId,
    word: Suppression,
) -> Result<(), EngineError> {
    let same = |said: &Suppression| {
        said.medium == word.medium
            && said.reason == word.reason
            && said.until.is_none()
            && word.until.is_none()
    };
    if !known.is_some_and(|known| known.suppressions.iter().any(same)) {
        consent::suppress(&mut *conn, &[(customer, &word)]).await?;
    }
    send::cancel_topics(conn, &[(customer, None, word.medium)], word.at).await?;
    Ok(())
}

fn bounced(outgoing: &Outgoing, reply: Option<&str>, now: Timestamp) -> model::Event {
    let mut fact = letter::fact_of(outgoing, "bounced", &[], now);
    // The code alone: the words may hold an address.
    let code = reply.and_then(|reply| channels::Reply::new(550, reply).enhanced).map(|code| code.to_string());
    fact.properties.extend(code.map(|code| ("why".to_owned(), Value::Text(code))));
    fact
}
