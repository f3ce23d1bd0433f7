//! Trace lines for the tests of the views.

use jiff::tz::Offset;
use model::{CustomerId, Did, EnrollmentId, Outcome, TraceLine, VersionId, WorkflowId};
use serde_json::Value as Json;

/// A line of the workflow `birthday` about customer `c10`, on a clock of +08:00. What waits waits 11 days.
pub fn line(at: &str, did: Did, what: &str, outcome: Outcome, reason: &str, values: Json) -> TraceLine {
    let at: jiff::Timestamp = at.parse().unwrap();
    let Json::Object(values) = values else { panic!("values are an object") };
    TraceLine {
        at,
        offset: Offset::constant(8),
        until_offset: Offset::constant(8),
        customer: CustomerId::new("c10"),
        workflow: WorkflowId::new("birthday"),
        version: VersionId::new("v1"),
        enrollment: Some(EnrollmentId::new("en_1")),
        step: None,
        did,
        what: what.to_owned(),
        outcome,
        until: matches!(outcome, Outcome::Waits | Outcome::Deferred)
            .then(|| at + jiff::SignedDuration::from_hours(11 * 24)),
        reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        values: values.into_iter().collect(),
    }
}
