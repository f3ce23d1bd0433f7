//! Addresses of ours that stand in messages: where to choose what one gets, and where bounces go.

mod rewrite;
mod token;

pub use token::{CustomerRef, Keys, SendRef, Token, TopicRef};

use crate::error::EngineError;
use channels::Mailbox;
use dsl::library::{Brand, Sender};
use jiff::Timestamp;
use model::{CustomerId, Outgoing};
use std::sync::Arc;
use store::link::Link;
use store::{Store, signing_key};

/// How our addresses are made. Cheap to copy.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Where this server is reached from outside, without a slash at the end; `None`: it is not.
    public_url: Option<Arc<str>>,
    keys: Arc<Keys>,
}

/// Where a customer says "no more" in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// The page of choices, which also takes the one-click POST.
    pub url: String,
    /// An address to which a mail says the same; `None`: no mail comes back to us.
    pub mailto: Option<String>,
}

impl Links {
    /// Addresses below this one.
    pub fn at(public_url: Option<&str>) -> Self {
        let public_url = public_url.map(|url| url.trim_end_matches('/').into());
        Self { public_url, keys: Arc::default() }
    }

    /// The same, signed by these.
    #[must_use]
    pub fn signed_by(&self, keys: Keys) -> Self {
        Self { public_url: self.public_url.clone(), keys: Arc::new(keys) }
    }

    /// What a token from outside says; `None`: it is not ours.
    pub fn read(&self, token: &str) -> Option<Token> {
        self.keys.read(token)
    }

    /// Where the customer of a message chooses what they get; `None`: this server cannot be reached.
    pub fn leave(&self, sender: &Sender, outgoing: &Outgoing) -> Option<Leave> {
        let send = SendRef::of(&outgoing.customer, &outgoing.id)?;
        let token = Token::Choices {
            customer: CustomerRef::of(&outgoing.customer),
            send,
            topic: TopicRef::of(outgoing.topic.as_deref()),
        };
        let url = self.page("u", &token)?;
        let mailto = sender.bounce_domain.as_ref().and_then(|domain| {
            let token = self.keys.write(&Token::Leave { send })?;
            Some(format!("u+{token}@{domain}"))
        });
        Some(Leave { url, mailto })
    }

    /// Where a customer confirms that they asked for a topic; `None`: this server cannot be reached.
    pub fn confirm(&self, token: &Token) -> Option<String> {
        self.page("confirm", token)
    }

    /// The page of a mail as it is sent: its links lead by way of us and a picture tells of an opening, as far as the
    /// brand wants that and this server can be reached. What the links lead to is put to `leads`.
    pub fn measured(
        &self,
        html: String,
        brand: &Brand,
        outgoing: &Outgoing,
        leads: &mut Vec<Link>,
    ) -> String {
        let (Some(public), Some(send)) = (
            &self.public_url,
            SendRef::of(&outgoing.customer, &outgoing.id).filter(|_| !self.keys.is_empty()),
        ) else {
            return html;
        };
        let campaign = [
            ("utm_source", "nurture"),
            ("utm_medium", outgoing.medium.as_str()),
            ("utm_campaign", outgoing.workflow.as_str()),
            ("utm_content", outgoing.template.as_str()),
        ];
        let parameters: &[(&str, &str)] = if brand.utm { &campaign } else { &[] };
        let html = rewrite::relinked(&html, |address, name| {
            let is_web = ["https://", "http://"].iter().any(|scheme| {
                address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            });
            // Ours say more than that somebody clicked; a break of the line would end a header.
            if !is_web || address.starts_with(&**public) || address.chars().any(char::is_control) {
                return None;
            }
            let target = rewrite::with_parameters(address, parameters);
            if !brand.tracking.clicks {
                return Some(target);
            }
            let name = if name.is_empty() { address } else { name };
            let link = Link::new(&target, name, &outgoing.template);
            let led = self.page("c", &Token::Click { send, link: link.id })?;
            leads.push(link);
            Some(led)
        });
        let picture = self.page("o", &Token::Open { send }).filter(|_| brand.tracking.opens);
        match picture {
            Some(picture) => rewrite::with_picture(html, &format!("{picture}.gif")),
            None => html,
        }
    }

    /// Whether a link of ours leads here.
    pub fn is_reached(&self) -> bool {
        self.public_url.is_some() && !self.keys.is_empty()
    }

    /// The id of somebody of whom only an address is known: the same for the same address, and nobody reads the
    /// address off it. Later keys do not change it.
    pub fn nickname(&self, kind: &str, address: &str) -> CustomerId {
        let name = self.keys.nickname(&format!("{kind}\0{address}"));
        CustomerId::from(name.unwrap_or_else(|| model::content_id("cu_", &[kind, address])))
    }

    fn page(&self, under: &str, token: &Token) -> Option<String> {
        Some(format!("{}/{under}/{}", self.public_url.as_ref()?, self.keys.write(token)?))
    }

    /// The address in the envelope of a mail, by which its bounce is known (VERP); `None`: its sender names no
    /// domain for that, and bounces go to the sender.
    pub fn return_path(
        &self,
        sender: &Sender,
        customer: &CustomerId,
        send: &model::SendId,
    ) -> Option<Mailbox> {
        let domain = sender.bounce_domain.as_ref()?;
        let token = self.keys.write(&Token::Bounce { send: SendRef::of(customer, send)? })?;
        Mailbox::new("", &format!("b+{token}@{domain}")).ok()
    }
}

/// The keys of a database; the first is made where there is none.
pub async fn keys(store: &Store, now: Timestamp) -> Result<Keys, EngineError> {
    let mut conn = store.read().await?;
    let found = signing_key::all(&mut conn).await?;
    drop(conn);
    if !found.is_empty() {
        return Ok(Keys::new(found));
    }
    let mut transaction = store.begin_beside().await?;
    signing_key::add(&mut transaction, now).await?;
    // Another process may have been quicker: its key is in force.
    let found = signing_key::all(&mut transaction).await?;
    store::commit(transaction).await?;
    Ok(Keys::new(found))
}

/// Makes a new key, with which everything is signed from now on; what was signed before stays good. Returns its
/// number; `None`: there have been 255.
pub async fn rotate(store: &Store, who: &str, now: Timestamp) -> Result<Option<u8>, EngineError> {
    let mut transaction = store.begin().await?;
    let Some(id) = signing_key::add(&mut transaction, now).await? else { return Ok(None) };
    store::audit::record(&mut transaction, who, "rotate", &format!("signing key {id}"), now).await?;
    // Processes that run load it with what is published.
    crate::publish::mark(&mut transaction).await?;
    store::commit(transaction).await?;
    Ok(Some(id))
}
