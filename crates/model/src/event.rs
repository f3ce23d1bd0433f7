//! An event: a fact with a time, from outside or from us; append-only.

use crate::{CustomerId, EntityId, EventId, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A fact with a time. Ordered by (`at`, `received_at`, `id`): rules.md §2.3.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Unique within its source and customer; a repeat is dropped by it.
    pub id: EventId,
    /// Who told us: an import's name, an API key, `nurture` for our own, `nurture/WORKFLOW` for what a step did.
    pub source: String,
    /// What happened, as the model names it (`order.paid`).
    pub name: String,
    /// Whose fact it is.
    pub customer: CustomerId,
    /// The entity it is about, for `<entity>.stage_changed` and the like.
    pub entity: Option<(String, EntityId)>,
    /// When it happened.
    pub at: Timestamp,
    /// When we learnt of it.
    pub received_at: Timestamp,
    /// Its fields.
    pub properties: BTreeMap<String, Value>,
    /// How many effects of workflows lie behind it; 0 for facts from outside. Beyond 8: refused as a loop.
    pub chain: u8,
}

/// The source of facts that we record ourselves.
pub const OURSELVES: &str = "nurture";

/// The customer of an event that has none: it is for everybody whom a trigger's `to` names.
pub const EVERYBODY: &str = "*";

impl Event {
    /// As programs see it: the form that an import of events reads, with who told it.
    pub fn to_json(&self) -> serde_json::Value {
        let properties: serde_json::Map<String, serde_json::Value> =
            self.properties.iter().map(|(name, value)| (name.clone(), value.to_plain_json())).collect();
        serde_json::json!({
            "id": self.id.as_str(),
            "event": self.name,
            "customer": self.customer.as_str(),
            "at": self.at.to_string(),
            "received_at": self.received_at.to_string(),
            "source": self.source,
            "entity": self.entity.as_ref().map(|(kind, id)| format!("{kind}/{id}")),
            "properties": properties,
        })
    }
    /// Whether it has no customer.
    pub fn is_to_everybody(&self) -> bool {
        self.customer.as_str() == EVERYBODY
    }

    /// Whether we recorded it ourselves.
    pub fn is_ours(&self) -> bool {
        self.source == OURSELVES || self.by_workflow().is_some()
    }

    /// The workflow whose step recorded it; `None`: it was no step.
    pub fn by_workflow(&self) -> Option<&str> {
        self.source.strip_prefix(OURSELVES)?.strip_prefix('/')
    }

    /// The order of events: (occurred at, received at, id).
    pub fn order(&self) -> (Timestamp, Timestamp, &EventId) {
        (self.at, self.received_at, &self.id)
    }
}

/// Names of the events that the engine itself records.
pub mod names {
    /// A page of a site was looked at, as clients of Segment tell it.
    pub const PAGE_VIEWED: &str = "page.viewed";
    /// A screen of an app was looked at.
    pub const SCREEN_VIEWED: &str = "screen.viewed";
    /// Another system answered a webhook: `workflow`, `step`, `status`, `tries`, `body`.
    pub const WEBHOOK_ANSWERED: &str = "webhook.answered";
    /// An attribute changed: `attribute`, `from`, `to`.
    pub const CUSTOMER_CHANGED: &str = "customer.changed";
    /// All personal data went, and what had been allowed with it; no fields.
    pub const CUSTOMER_FORGOTTEN: &str = "customer.forgotten";
    /// A tag was set or taken: `tag`, `present`.
    pub const TAG_CHANGED: &str = "customer.tag_changed";
    /// Consent was given: `topic`, `channel`.
    pub const CONSENT_GRANTED: &str = "consent.granted";
    /// Consent was taken back: `topic`, `channel`.
    pub const CONSENT_WITHDRAWN: &str = "consent.withdrawn";
    /// A form was sent: `form`, `page`, `topics`. Others may tell it, too.
    pub const FORM_SUBMITTED: &str = "form.submitted";
    /// The customer is in a segment from now on: `segment`.
    pub const SEGMENT_ENTERED: &str = "segment.entered";
    /// The customer is no longer in a segment: `segment`.
    pub const SEGMENT_LEFT: &str = "segment.left";
    /// Points were added by a step: `score`, `points`.
    pub const SCORE_ADDED: &str = "score.added";
    /// A rep was given the customer: `rep`, `team`.
    pub const REP_ASSIGNED: &str = "rep.assigned";
    /// A rep accepted.
    pub const REP_ACCEPTED: &str = "rep.accepted";
    /// A rep refused.
    pub const REP_REFUSED: &str = "rep.refused";
    /// A rep spoke with the customer.
    pub const REP_CONTACTED: &str = "rep.contacted";
    /// Nobody followed a lead up, and it went into the public pool: `rep` (the former owner), `team`.
    pub const LEAD_POOLED: &str = "lead.pooled";
    /// A task was finished: `task`, `outcome`.
    pub const TASK_DONE: &str = "task.done";
    /// A task was not finished in time: `task`.
    pub const TASK_OVERDUE: &str = "task.overdue";

    /// `deal` → `deal.stage_changed`.
    pub fn stage_changed(of: &str) -> String {
        format!("{of}.stage_changed")
    }
    /// `deal` → `deal.changed` (attributes of an entity): `attribute`, `from`, `to`.
    pub fn changed(of: &str) -> String {
        format!("{of}.changed")
    }
    /// `email` → `email.sent`.
    pub fn sent(channel: &str) -> String {
        format!("{channel}.sent")
    }
}
