//! From an outbox row to a letter: who writes, to whom, what it says.

use crate::links::{Leave, Links};
mod call;

use crate::published::Published;
use channels::email::{Envelope, Letter};
use channels::{Draft, Fate, FileChannel, Label, Mailbox, Message, Note, Reply, Unsubscribe};
use dsl::library::Sender;
use interpreter::facts::Facts;
use interpreter::render::{self, RenderError, Rendered};
use interpreter::turn::zone_of;
use jiff::Timestamp;
use model::event::OURSELVES;
use model::words::{self, Language};
use model::{Decimal, Event, EventId, Medium, Outgoing, Recipient, Rep, RepId, Snapshot, Value, content_id};
use std::collections::BTreeMap;
use store::link::Link;

pub(crate) use call::{Told, is_asked};

/// A message on its way.
pub(crate) enum Outbound {
    /// A mail.
    Mail {
        /// The recipient's address, for the safety catch.
        to: String,
        /// Who is told to the server.
        envelope: Envelope,
        /// Its bytes.
        letter: Letter,
        /// Hash of the template it was made of.
        template_hash: Option<String>,
        /// Where its links lead.
        leads: Vec<Link>,
    },
    /// A text, or a word to a colleague without an address: it is written to the folder.
    Note {
        /// The text.
        note: Note,
        /// Hash of the template it was made of.
        template_hash: Option<String>,
    },
    /// A colleague has sent it already.
    ByHand,
    /// Something said by HTTP.
    Call {
        /// The channel's name.
        channel: String,
        /// What is said.
        told: Told,
        /// Hash of the template it was made of.
        template_hash: Option<String>,
    },
}

impl Outbound {
    /// Where its links lead, which must be known before it leaves.
    pub(crate) fn leads(&self) -> &[Link] {
        match self {
            Self::Mail { leads, .. } => leads,
            Self::Note { .. } | Self::ByHand | Self::Call { .. } => &[],
        }
    }

    pub(crate) fn template_hash(&self) -> Option<&str> {
        match self {
            Self::Mail { template_hash, .. }
            | Self::Note { template_hash, .. }
            | Self::Call { template_hash, .. } => template_hash.as_deref(),
            Self::ByHand => None,
        }
    }

    /// The channel by HTTP that it takes; `None`: it takes none.
    pub(crate) fn channel(&self) -> Option<&str> {
        match self {
            Self::Call { channel, .. } => Some(channel),
            Self::Mail { .. } | Self::Note { .. } | Self::ByHand => None,
        }
    }
}

/// Where a customer says that they want no more, while this server cannot be reached from outside: a mail to the
/// sender.
fn by_mail(sender: &Sender, outgoing: &Outgoing) -> String {
    format!("mailto:{}?subject=unsubscribe%20{}", sender.address, outgoing.topic.as_deref().unwrap_or("all"))
}

/// A notice of ours in words, in the project's language; `None`: the message brings its own.
fn spoken(published: &Published, outgoing: &Outgoing) -> Option<Outgoing> {
    let said =
        |name: &str| outgoing.context.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    if !outgoing.template.is_empty() || outgoing.text.is_some() || said("notice").is_empty() {
        return None;
    }
    let language = Language::from_tag(&published.project.settings.language);
    let values = [("customer", said("customer")), ("team", said("team")), ("rep", said("rep"))];
    let text = words::say(language, &format!("notice-{}", said("notice")), &values);
    Some(Outgoing { text: Some(text), ..outgoing.clone() })
}

/// Renders a message as the customer is now, with links of no use to anybody: to look at.
pub fn render(
    published: &Published,
    reps: &BTreeMap<RepId, Rep>,
    snapshot: &Snapshot,
    outgoing: &Outgoing,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    render_with(published, &Links::default(), reps, snapshot, outgoing, now)
}

fn render_with(
    published: &Published,
    links: &Links,
    reps: &BTreeMap<RepId, Rep>,
    snapshot: &Snapshot,
    outgoing: &Outgoing,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    let spoken = spoken(published, outgoing);
    let outgoing = spoken.as_ref().unwrap_or(outgoing);
    let world = published.world();
    let zone = zone_of(&world, snapshot);
    let facts = Facts::outside(&world, reps, snapshot, &zone, now);
    let leave = outgoing.marketing.then(|| {
        let sender = sender(published, outgoing);
        links.leave(&sender, outgoing).map_or_else(|| by_mail(&sender, outgoing), |leave| leave.url)
    });
    render::send_with(&published.renderer, outgoing, &facts, leave.as_deref())
}

/// The sender of a mail to a customer, where its mails cost something.
pub(crate) fn paid_sender(published: &Published, outgoing: &Outgoing) -> Option<(String, Decimal)> {
    if outgoing.to != Recipient::Customer || outgoing.medium != Medium::Email {
        return None;
    }
    let sender = sender(published, outgoing);
    sender.cost.map(|each| (sender.id, each))
}

/// The sender that the step, or else the template, asks for; else the first of the project.
pub fn sender(published: &Published, outgoing: &Outgoing) -> Sender {
    let senders = &published.project.library.senders;
    let by_template =
        || published.renderer.find(&outgoing.template, None).and_then(|template| template.from.clone());
    let asked = outgoing.from.clone().or_else(by_template);
    senders
        .iter()
        .find(|sender| Some(&sender.id) == asked.as_ref())
        .or(senders.first())
        .cloned()
        .unwrap_or_else(|| Sender {
            id: "nurture".to_owned(),
            address: "nurture@localhost.localdomain".to_owned(),
            ..Sender::default()
        })
}

/// Makes the letter, or says why it cannot be made: a reason's code and words for the operator.
pub(crate) fn make(
    published: &Published,
    links: &Links,
    reps: &BTreeMap<RepId, Rep>,
    snapshot: &Snapshot,
    outgoing: &Outgoing,
    now: Timestamp,
) -> Result<Outbound, (&'static str, String)> {
    let fault = |why: String| ("error", why);
    if let Recipient::Channel(channel) = &outgoing.to {
        let told = call::to_channel(published, reps, snapshot, outgoing, channel, now).map_err(fault)?;
        return Ok(Outbound::Call { channel: channel.clone(), told, template_hash: None });
    }
    let mut rendered = render_with(published, links, reps, snapshot, outgoing, now)
        .map_err(|error| fault(error.to_string()))?;
    let language = snapshot.customer.text("language");
    let template_hash =
        published.renderer.find(&outgoing.template, language).map(|template| template.hash.clone());
    let (name, address) = match &outgoing.to {
        Recipient::Customer => (
            snapshot.customer.text("name").unwrap_or(""),
            snapshot.customer.text(outgoing.medium.address_attribute()),
        ),
        Recipient::Rep(rep) => match reps.get(rep) {
            Some(known) => (known.name.as_str(), known.email.as_deref()),
            None => (rep.as_str(), None),
        },
        Recipient::Role(role) | Recipient::Channel(role) => (role.as_str(), None),
    };
    if outgoing.to == Recipient::Customer {
        let said = call::Said::of(address.unwrap_or_default(), &rendered);
        let told = call::to_customer(published, reps, snapshot, outgoing, &said, now).map_err(fault)?;
        if let Some((channel, told)) = told {
            return Ok(Outbound::Call { channel, told, template_hash });
        }
    }
    let Some(address) = address.filter(|_| outgoing.medium == Medium::Email) else {
        let to = address.map_or_else(|| name.to_owned(), str::to_owned);
        let channel = if outgoing.to == Recipient::Customer { outgoing.medium.as_str() } else { "notice" };
        let note = Note {
            send_id: outgoing.id.to_string(),
            channel: channel.to_owned(),
            to,
            text: rendered.text,
            fields: serde_json::Map::new(),
            date: outgoing.due_at,
        };
        return Ok(Outbound::Note { note, template_hash });
    };
    let mut leads = Vec::new();
    if outgoing.to == Recipient::Customer && crate::choices::is_measured(snapshot) {
        let brand = &published.project.library.brand;
        rendered.html = rendered.html.map(|html| links.measured(html, brand, outgoing, &mut leads));
    }
    let (envelope, letter, to) =
        mail(published, links, reps, snapshot, outgoing, rendered, (name, address)).map_err(fault)?;
    Ok(Outbound::Mail { to: to.address().to_owned(), envelope, letter, template_hash, leads })
}

/// The mail itself: who is told to the server, its bytes, and to whom it goes.
pub(crate) fn mail(
    published: &Published,
    links: &Links,
    reps: &BTreeMap<RepId, Rep>,
    snapshot: &Snapshot,
    outgoing: &Outgoing,
    rendered: Rendered,
    (name, address): (&str, &str),
) -> Result<(Envelope, Letter, Mailbox), String> {
    let sender = sender(published, outgoing);
    let owner = owner(reps, snapshot, outgoing);
    let mailbox = |name: &str, address: &str| Mailbox::new(name, address).map_err(|error| error.to_string());
    let by_owner = outgoing.from.as_deref() == Some("owner");
    // Answers go to the owner where the sender says so; the mail itself leaves in the brand's name, because
    // the relay signs for the sender's domain.
    let from_name = match owner.filter(|_| by_owner) {
        Some(owner) if !owner.name.is_empty() => owner.name.as_str(),
        _ => sender.name.as_str(),
    };
    let reply_to = match (by_owner || sender.reply_to.as_deref() == Some("owner"), &owner, &sender.reply_to) {
        (true, Some(owner), _) if owner.email.is_some() => {
            owner.email.as_deref().map(|email| mailbox(&owner.name, email)).transpose()?
        }
        (_, _, Some(reply_to)) if reply_to != "owner" => Some(mailbox("", reply_to)?),
        _ => None,
    };
    let to = mailbox(name, address)?;
    let to_customer = outgoing.to == Recipient::Customer;
    let leave = links.leave(&sender, outgoing).filter(|_| outgoing.marketing && to_customer);
    let leave = leave.map(|leave| headers(&leave)).transpose().map_err(|error| error.to_string())?;
    let returns = links.return_path(&sender, &outgoing.customer, &outgoing.id).filter(|_| to_customer);
    let draft = Draft {
        send_id: outgoing.id.to_string(),
        from: mailbox(from_name, &sender.address)?,
        reply_to,
        to: to.clone(),
        cc: Vec::new(),
        subject: rendered.subject,
        preheader: Some(rendered.preheader).filter(|line| !line.is_empty()),
        html: rendered.html,
        text: rendered.text,
        pictures: rendered.pictures.into_iter().map(beside).collect(),
        headers: Vec::new(),
        date: outgoing.due_at,
        unsubscribe: leave,
    };
    let message: Message = draft.check().map_err(|error| error.to_string())?;
    let letter = Letter::of(&message).map_err(|error| error.to_string())?;
    let envelope = match &returns {
        Some(returns) => Envelope::new(returns, &to),
        None => Envelope::of(&message),
    };
    Ok((envelope, letter, to))
}

/// A picture of the project as one that goes with a mail.
fn beside(picture: dsl::template::Picture) -> channels::Picture {
    let name = picture.path.rsplit('/').next().unwrap_or_default().to_owned();
    channels::Picture { id: picture.id, name, kind: picture.kind, bytes: picture.bytes }
}

/// What happened to a message of a customer (`opened`, `bounced` …) as a fact; `apart`: what tells it from others of
/// its kind.
pub(crate) fn fact_of(outgoing: &Outgoing, what: &str, apart: &[&str], at: Timestamp) -> Event {
    let mut parts = vec![outgoing.id.as_str(), what];
    parts.extend(apart);
    let text = |value: &str| Value::Text(value.to_owned());
    Event {
        id: EventId::from(content_id("me_", &parts)),
        source: OURSELVES.to_owned(),
        name: format!("{}.{what}", outgoing.medium.as_str()),
        customer: outgoing.customer.clone(),
        entity: None,
        at,
        received_at: at,
        properties: BTreeMap::from([
            ("template".to_owned(), text(&outgoing.template)),
            ("workflow".to_owned(), text(outgoing.workflow.as_str())),
            ("step".to_owned(), text(outgoing.step.as_str())),
            ("topic".to_owned(), text(outgoing.topic.as_deref().unwrap_or_default())),
        ]),
        chain: 0,
    }
}

/// What mailboxes read beside the link in the text.
fn headers(leave: &Leave) -> Result<Unsubscribe, channels::MessageError> {
    let mailto = leave.mailto.as_deref().map(|address| Mailbox::new("", address)).transpose()?;
    Unsubscribe::new(&leave.url, mailto)
}

/// The rep who owns the entity that the walk is about, else the customer.
fn owner<'r>(reps: &'r BTreeMap<RepId, Rep>, snapshot: &Snapshot, outgoing: &Outgoing) -> Option<&'r Rep> {
    let by_walk =
        outgoing.context.get("owner").and_then(|owner| owner.get("id")).and_then(serde_json::Value::as_str);
    let id = by_walk.map(RepId::new).or_else(|| snapshot.customer.owner())?;
    reps.get(&id)
}

/// Writes a message to the folder.
pub(crate) fn write(file: &FileChannel, outgoing: &Outgoing, outbound: &Outbound) -> Fate {
    let template = match outbound {
        Outbound::Call { channel, .. } if outgoing.template.is_empty() => channel.as_str(),
        Outbound::Mail { .. } | Outbound::Note { .. } | Outbound::ByHand if outgoing.template.is_empty() => {
            "notice"
        }
        Outbound::Mail { .. } | Outbound::Note { .. } | Outbound::Call { .. } | Outbound::ByHand => {
            outgoing.template.as_str()
        }
    };
    let label = Label {
        at: outgoing.due_at,
        customer: outgoing.customer.as_str(),
        template,
        send_id: outgoing.id.as_str(),
    };
    match outbound {
        Outbound::ByHand => Fate::Accepted { reply: Reply::new(200, "by hand") },
        Outbound::Mail { letter, .. } => file.mail(label, letter),
        Outbound::Note { note, .. } => file.note(label, note),
        Outbound::Call { channel, told, .. } => {
            let (text, fields) = told.to_keep();
            let note = Note {
                send_id: outgoing.id.to_string(),
                channel: channel.clone(),
                to: channel.clone(),
                text,
                fields,
                date: outgoing.due_at,
            };
            file.note(label, &note)
        }
    }
}
