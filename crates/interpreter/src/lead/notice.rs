//! Words to colleagues about a lead. They are codes here; the words are made where they are sent.

use super::Lead;
use crate::turn::Turn;
use jiff::{SignedDuration, Timestamp};
use model::{
    EnrollmentId, Medium, OnUnknown, Outgoing, Recipient, RepId, SendId, StepId, VersionId, WorkflowId,
    content_id,
};
use std::collections::BTreeMap;

/// What a colleague is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// You are asked to take it.
    Offered,
    /// It waits for your first contact.
    Remind,
    /// Somebody else has it now.
    Moved,
    /// Nobody took it in time.
    Ended,
    /// It is yours to see to.
    Backup,
    /// It will go into the pool.
    PoolSoon,
    /// It went into the pool.
    Pooled,
}

impl Notice {
    fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Remind => "remind",
            Self::Moved => "moved",
            Self::Ended => "ended",
            Self::Backup => "backup",
            Self::PoolSoon => "pool-soon",
            Self::Pooled => "pooled",
        }
    }
}

/// Tells a colleague. Once per lead, notice, colleague and instant.
pub(super) fn tell(
    turn: &mut Turn<'_>,
    lead: &Lead,
    subject: &str,
    notice: Notice,
    to: Recipient,
    at: Timestamp,
) {
    let customer = turn.snapshot.customer.id.clone();
    let who = match &to {
        Recipient::Rep(rep) => rep.to_string(),
        Recipient::Role(role) | Recipient::Channel(role) => role.clone(),
        Recipient::Customer => return,
    };
    let of = content_id("le_", &[customer.as_str(), subject]);
    let pass = format!("{}/{who}", at.as_millisecond());
    let plain = |text: &str| serde_json::Value::String(text.to_owned());
    let name = turn.snapshot.customer.text("name").unwrap_or(customer.as_str());
    let context = BTreeMap::from([
        ("notice".to_owned(), plain(notice.as_str())),
        ("customer".to_owned(), plain(name)),
        ("of".to_owned(), plain(subject)),
        ("team".to_owned(), plain(lead.team.as_str())),
        ("rep".to_owned(), plain(lead.rep.as_ref().map_or("", RepId::as_str))),
    ]);
    turn.changes.sends.push(Outgoing {
        id: SendId::from(content_id("se_", &[&of, notice.as_str(), &pass])),
        enrollment: EnrollmentId::from(of),
        customer,
        workflow: WorkflowId::from(format!("team:{}", lead.team)),
        version: VersionId::new(""),
        step: StepId::from(notice.as_str().to_owned()),
        pass,
        medium: Medium::Email,
        to,
        template: String::new(),
        subject: None,
        text: None,
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
        context,
        due_at: at,
        deadline: at + SignedDuration::from_hours(48),
    });
}
