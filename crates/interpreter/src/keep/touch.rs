//! Whether a fact can change what a condition looks at.

use dsl::condition::Over;
use dsl::condition::reads::Reads;
use dsl::library::{Library, Origin};
use model::event::names;
use model::{Event, Value};

/// Whether a fact touches anything of what is read.
pub(crate) fn touches(library: &Library, reads: &Reads, event: &Event) -> bool {
    if reads.events.contains(&event.name) || computes(library, reads, event) {
        return true;
    }
    let attribute = event.properties.get("attribute").and_then(Value::as_text);
    if event.name == names::CUSTOMER_CHANGED {
        // The customer's day moves with their zone.
        let zone = reads.clock && matches!(attribute, Some("zone" | "country"));
        return zone || attribute.is_some_and(|attribute| reads.attributes.contains(attribute));
    }
    if event.name == names::TAG_CHANGED {
        return reads.attributes.contains("tags");
    }
    if event.name == names::CONSENT_GRANTED || event.name == names::CONSENT_WITHDRAWN {
        return reads.consents;
    }
    let own = event.entity.as_ref().is_some_and(|(kind, _)| reads.entities.contains(kind));
    let sets = library.model.events.get(&event.name).map(|kind| &kind.sets);
    own || sets.is_some_and(|sets| sets.keys().any(|(kind, _)| reads.entities.contains(kind)))
}

/// Whether an attribute that the engine keeps by `from:` follows from such an event.
fn computes(library: &Library, reads: &Reads, event: &Event) -> bool {
    reads.attributes.iter().filter_map(|name| library.model.customer.get(name)).any(|attribute| {
        match &attribute.origin {
            Origin::From(aggregate) => match &aggregate.of {
                Over::Events(name) => **name == *event.name,
                Over::Entities(_) => false,
            },
            Origin::Given | Origin::Cases(_) | Origin::Rank(_) => false,
        }
    })
}
