//! A mail to look at before customers get it: as a file, or in a mailbox of one's own.

use crate::error::EngineError;
use crate::letter;
use crate::links::Links;
use crate::published::Published;
use crate::speak::Speakers;
use channels::email::{Envelope, Letter};
use channels::{Fate, Label};
use interpreter::render::Rendered;
use jiff::Timestamp;
use model::{Outgoing, Rep, RepId, Snapshot};
use std::collections::BTreeMap;

/// A mail that no customer gets. Its links lead nowhere: a click in a test mail unsubscribes nobody.
#[derive(Debug)]
pub struct Proof {
    to: String,
    envelope: Envelope,
    letter: Letter,
}

/// Where a proof went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Went {
    /// To the relay, and what it said.
    Relay(String),
    /// Into the outbox folder, because the safety catch let nothing out: the file below it.
    Folder(String),
    /// Nowhere, and why.
    Nowhere(String),
}

impl Proof {
    /// Makes the mail of what was rendered, for an address. Errors: why there can be none, in words for an
    /// operator.
    pub fn new(
        published: &Published,
        reps: &BTreeMap<RepId, Rep>,
        snapshot: &Snapshot,
        outgoing: &Outgoing,
        rendered: &Rendered,
        address: &str,
    ) -> Result<Self, String> {
        let name = snapshot.customer.text("name").unwrap_or_default();
        let links = Links::default();
        let made =
            letter::mail(published, &links, reps, snapshot, outgoing, rendered.clone(), (name, address))?;
        let (envelope, letter, to) = made;
        Ok(Self { to: to.address().to_owned(), envelope, letter })
    }

    /// Its text, as in an `.eml` file.
    pub fn text(&self) -> &str {
        self.letter.as_str()
    }

    /// Sends it by the project's relay, where the safety catch lets the address out; else it goes into the outbox
    /// folder. Errors: a channel cannot be opened.
    pub async fn send(
        &self,
        mut speakers: Speakers,
        published: &Published,
        outgoing: &Outgoing,
        now: Timestamp,
    ) -> Result<Went, EngineError> {
        speakers.declare(&published.project.library)?;
        let relay = speakers.relay.clone().filter(|_| speakers.delivery.lets_out(&self.to));
        let Some(relay) = relay else {
            let label = Label {
                at: now,
                customer: outgoing.customer.as_str(),
                template: outgoing.template.as_str(),
                send_id: outgoing.id.as_str(),
            };
            return Ok(told(speakers.file.mail(label, &self.letter), Went::Folder));
        };
        let fate = match relay.checkout().await {
            Err(fate) => fate,
            Ok(mut connection) => match connection.prepare(&self.envelope).await {
                Err(fate) => fate,
                Ok(handover) => handover.hand_over(&self.letter).await,
            },
        };
        relay.close().await;
        Ok(told(fate, Went::Relay))
    }
}

fn told(fate: Fate, accepted: fn(String) -> Went) -> Went {
    match fate {
        Fate::Accepted { reply } => accepted(reply.text),
        Fate::Deferred { cause, .. } | Fate::Unknown { why: cause } => Went::Nowhere(cause.to_string()),
        Fate::Rejected { reply, .. } => Went::Nowhere(reply.to_string()),
    }
}
