//! What a rep says: an answer, a finished task, a claim. It is decided at once, in one transaction, as the
//! live engine would decide it.

use crate::error::EngineError;
use crate::published::Published;
use crate::turns;
use jiff::Timestamp;
use model::{CustomerId, Event, EventId, Input, RepId, TraceLine, Value, content_id};
use std::collections::BTreeMap;
use store::Store;
use store::event::EventState;

/// A fact that a colleague tells: `rep.accepted`, `task.done` … Told twice at one instant it is told once.
pub async fn tell(
    store: &Store,
    published: &Published,
    customer: &CustomerId,
    name: &str,
    properties: BTreeMap<String, Value>,
    now: Timestamp,
) -> Result<Vec<TraceLine>, EngineError> {
    let said = properties.values().map(ToString::to_string).collect::<Vec<_>>().join("\u{1f}");
    let millis = now.as_millisecond().to_string();
    let id = content_id("cl_", &[customer.as_str(), name, &said, &millis]);
    let event = Event {
        id: EventId::from(id),
        source: "colleague".to_owned(),
        name: name.to_owned(),
        customer: customer.clone(),
        entity: None,
        at: now,
        received_at: now,
        properties,
        chain: 0,
    };
    let mut transaction = store.begin().await?;
    store::event::insert(&mut transaction, &[&event], EventState::Done).await?;
    let inputs = BTreeMap::from([(customer.clone(), vec![Input::Event(event)])]);
    let decided = turns::decide(&mut transaction, published, inputs, now).await?;
    store::commit(transaction).await?;
    Ok(decided.into_iter().flat_map(|(_, changes)| changes.trace).collect())
}

/// A rep takes a lead out of the public pool. The last line of the trace says whether they may.
pub async fn claim(
    store: &Store,
    published: &Published,
    customer: &CustomerId,
    rep: &RepId,
    subject: &str,
    now: Timestamp,
) -> Result<Vec<TraceLine>, EngineError> {
    let claim = Input::Claim { rep: rep.clone(), subject: subject.to_owned(), at: now };
    let inputs = BTreeMap::from([(customer.clone(), vec![claim])]);
    let mut transaction = store.begin().await?;
    let decided = turns::decide(&mut transaction, published, inputs, now).await?;
    store::commit(transaction).await?;
    Ok(decided.into_iter().flat_map(|(_, changes)| changes.trace).collect())
}
