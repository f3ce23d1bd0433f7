//! Two customers turn out to be one person (rules.md §5.16): of two walks through one workflow the earlier stays,
//! a withdrawn consent wins, arms stay, and nothing is started. What a file, a test and the live engine do.

use crate::condition;
use dsl::condition::AggregateKind;
use dsl::library::{Library, Origin};
use jiff::Timestamp;
use model::event::names;
use model::{
    Changes, Consent, CustomerId, EnrollmentId, Event, Medium, Snapshot, StandingKind, Value, WorkflowId,
};
use std::collections::BTreeMap;

/// Why the later walk ends, and the source of what the merge says about consent.
pub const MERGED: &str = "merged";

/// Two walks that become one.
#[derive(Clone, Debug, PartialEq)]
pub struct Double {
    /// The earlier one, which goes on.
    pub stays: EnrollmentId,
    /// The later one, to be ended with the reason [`MERGED`] before the two customers are joined.
    pub goes: EnrollmentId,
    /// Whose the later one is.
    pub of: CustomerId,
    /// Which workflow.
    pub workflow: WorkflowId,
    /// The messages of the later one: for the one that stays they are duplicates.
    pub messages: BTreeMap<String, Timestamp>,
}

/// The walks of the two through one workflow under one key. Of two that began at one instant the kept
/// customer's stays.
pub fn doubles(keep: &Snapshot, other: &Snapshot) -> Vec<Double> {
    let mut doubles = Vec::new();
    for theirs in other.enrollments.iter().filter(|walk| walk.is_active()) {
        let same = keep.enrollments.iter().filter(|walk| walk.is_active());
        let mut same = same.filter(|walk| walk.workflow == theirs.workflow && walk.key == theirs.key);
        let Some(ours) = same.next() else { continue };
        let (stays, goes) =
            if ours.entered_at <= theirs.entered_at { (ours, theirs) } else { (theirs, ours) };
        doubles.push(Double {
            stays: stays.id.clone(),
            goes: goes.id.clone(),
            of: goes.customer.clone(),
            workflow: goes.workflow.clone(),
            messages: goes.walk.messages.clone(),
        });
    }
    doubles
}

/// The one customer that the two become: the kept one, with what only the other had. The changes say what is
/// new beside what moves as it is: rows of the other that the shell hands over.
pub fn join(
    library: &Library,
    keep: Snapshot,
    other: &Snapshot,
    doubles: &[Double],
    at: Timestamp,
) -> (Snapshot, Changes) {
    let mut joined = keep;
    let mut changes = Changes { customer: true, ..Changes::default() };
    join_consents(&mut joined, other, at, &mut changes);
    join_attributes(library, &mut joined, other);
    let id = joined.customer.id.clone();
    for (key, entity) in &other.entities {
        let mut entity = entity.clone();
        if entity.customer.as_ref() == Some(&other.customer.id) {
            entity.customer = Some(id.clone());
        }
        joined.entities.entry(key.clone()).or_insert(entity);
    }
    for event in other.events.values().flatten().filter(|event| moves(event)) {
        joined.insert_event(Event { customer: id.clone(), ..event.clone() });
    }
    for word in &other.suppressions {
        if !joined.suppressions.contains(word) {
            joined.suppressions.push(word.clone());
        }
    }
    let active = |snapshot: &Snapshot, workflow: &WorkflowId| {
        snapshot.enrollments.iter().any(|walk| walk.is_active() && walk.workflow == *workflow)
    };
    let only_theirs: Vec<WorkflowId> = other
        .draws
        .keys()
        .map(|(workflow, _)| workflow)
        .filter(|workflow| active(other, workflow) && !active(&joined, workflow))
        .cloned()
        .collect();
    for (key, arm) in &other.draws {
        // The walk that stays keeps its arm.
        if !joined.draws.contains_key(key) || only_theirs.contains(&key.0) {
            joined.draws.insert(key.clone(), arm.clone());
            changes.draws.insert(key.clone());
        }
    }
    for walk in &other.enrollments {
        let mut walk = walk.clone();
        walk.customer = id.clone();
        joined.enrollments.push(walk);
    }
    for double in doubles {
        let stays = joined.enrollments.iter_mut().find(|walk| walk.id == double.stays);
        if let Some(stays) = stays {
            for (message, sent_at) in &double.messages {
                stays.walk.messages.entry(message.clone()).or_insert(*sent_at);
            }
            changes.enrollments.insert(double.stays.clone());
        }
    }
    for (key, memory) in &other.memory {
        if joined.memory.get(key).is_none_or(|known| known.entered_at < memory.entered_at) {
            joined.memory.insert(key.clone(), *memory);
            changes.memory.insert(key.clone());
        }
    }
    for (key, timer) in &other.timers {
        // Who stands in line keeps the place; every other timer is planned anew.
        if crate::release::lets_in(key) && !joined.timers.contains_key(key) {
            joined.timers.insert(key.clone(), timer.clone());
            changes.timers.insert(key.clone());
        }
    }
    for (key, standing) in &other.standings {
        let moves = match key.kind {
            StandingKind::Contest | StandingKind::Lead | StandingKind::Task => true,
            // Asked anew of the one who stays.
            StandingKind::Segment | StandingKind::Score => false,
        };
        if moves && !joined.standings.contains_key(key) {
            joined.standings.insert(key.clone(), standing.clone());
            changes.standings.insert(key.clone());
        }
    }
    for sent in &other.sent {
        if !joined.sent.iter().any(|known| known.id == sent.id) {
            joined.sent.push(sent.clone());
        }
    }
    (joined, changes)
}

/// Whether a fact of the other one becomes one of the kept customer: not that their own attributes changed.
pub fn moves(event: &Event) -> bool {
    !matches!(event.name.as_str(), names::CUSTOMER_CHANGED | names::TAG_CHANGED)
}

/// What the kept one knows stays; the other's fills the gaps; tags are those of both. What the engine keeps is
/// kept anew by the caller.
fn join_attributes(library: &Library, joined: &mut Snapshot, other: &Snapshot) {
    let created_at = joined.customer.created_at().into_iter().chain(other.customer.created_at()).min();
    for (name, value) in &other.customer.attributes {
        let given = library.model.customer.get(name).is_none_or(|attribute| match attribute.origin {
            Origin::Given => true,
            Origin::From(_) | Origin::Cases(_) | Origin::Rank(_) => false,
        });
        if !given {
            continue;
        }
        match (joined.customer.attributes.get_mut(name), value) {
            (Some(Value::List(known)), Value::List(more)) if name == "tags" => {
                let new: Vec<String> = more.iter().filter(|tag| !known.contains(tag)).cloned().collect();
                known.extend(new);
            }
            (Some(_), _) => {}
            (None, value) => {
                joined.customer.attributes.insert(name.clone(), value.clone());
            }
        }
    }
    if let Some(at) = created_at {
        joined.customer.attributes.insert("created_at".to_owned(), Value::Instant(at));
    }
}

/// What is kept of facts (`from:`), taken together: for a world in memory, where nobody can ask all facts anew.
pub fn join_kept(library: &Library, joined: &mut Snapshot, other: &Snapshot) {
    for (name, attribute) in &library.model.customer {
        let Origin::From(aggregate) = &attribute.origin else { continue };
        let theirs = other.customer.get(name);
        let Some(theirs) = theirs else { continue };
        let ours = joined.customer.get(name);
        let later = || other.customer.computed_at.get(name) > joined.customer.computed_at.get(name);
        let value = match (aggregate.kind, ours) {
            (_, None) => theirs.clone(),
            (AggregateKind::Count | AggregateKind::Sum, Some(ours)) => {
                let sum = ours
                    .as_number()
                    .zip(theirs.as_number())
                    .and_then(|(ours, theirs)| ours.checked_add(theirs));
                let Some(sum) = sum else { continue };
                Value::Number(sum)
            }
            (AggregateKind::Min, Some(ours)) if condition::less(theirs, ours) => theirs.clone(),
            (AggregateKind::Max, Some(ours)) if condition::less(ours, theirs) => theirs.clone(),
            (AggregateKind::Last, Some(_)) if later() => theirs.clone(),
            (AggregateKind::First, Some(_)) if !later() => theirs.clone(),
            (
                AggregateKind::Min | AggregateKind::Max | AggregateKind::Last | AggregateKind::First,
                Some(_),
            ) => {
                continue;
            }
        };
        joined.customer.attributes.insert(name.clone(), value);
        if let Some(order) = other.customer.computed_at.get(name) {
            joined.customer.computed_at.insert(name.clone(), order.clone());
        }
    }
}

/// The words of both; where either had withdrawn, nothing is allowed.
fn join_consents(joined: &mut Snapshot, other: &Snapshot, at: Timestamp, changes: &mut Changes) {
    let mut refused: Vec<(String, Medium)> = Vec::new();
    for consents in [&joined.consents, &other.consents] {
        for topic in consents.0.keys().map(|(topic, _)| topic) {
            for medium in [Medium::Email, Medium::Sms, Medium::Message] {
                let said = consents.0.keys().any(|(of, on)| of == topic && on.is_none_or(|on| on == medium));
                if said && !consents.allow(topic, medium) {
                    refused.push((topic.clone(), medium));
                }
            }
        }
    }
    for ((topic, medium), (granted, said_at)) in &other.consents.0 {
        joined.consents.apply(&Consent {
            topic: topic.clone(),
            medium: *medium,
            granted: *granted,
            at: *said_at,
            source: MERGED.to_owned(),
            proof: model::Proof::default(),
        });
    }
    for (topic, medium) in refused {
        if joined.consents.allow(&topic, medium) {
            let consent = Consent {
                topic: topic.clone(),
                medium: Some(medium),
                granted: false,
                at,
                source: MERGED.to_owned(),
                proof: model::Proof::default(),
            };
            joined.consents.apply(&consent);
            changes.consents.push(consent);
        }
        changes.cancel_of(Some(&topic), Some(medium));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Customer, Enrollment, EntryMemory, StepId, VersionId, Walk, WalkState};

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(1_770_000_000 + day * 86_400).expect("in range")
    }

    fn person(id: &str) -> Snapshot {
        let mut customer = Customer::new(CustomerId::new(id));
        customer.attributes.insert("created_at".to_owned(), Value::Instant(at(0)));
        Snapshot::new(customer)
    }

    fn walk(of: &str, workflow: &str, entered_at: Timestamp, sent: &[&str]) -> Enrollment {
        let walk = serde_json::json!({ "entry": model::Entry::default() });
        let mut walk = serde_json::from_value::<Walk>(walk).expect("the least walk");
        walk.messages = sent.iter().map(|name| ((*name).to_owned(), entered_at)).collect();
        Enrollment {
            id: EnrollmentId::new(format!("{workflow}-{of}")),
            workflow: WorkflowId::new(workflow),
            version: VersionId::new("1"),
            customer: CustomerId::new(of),
            key: String::new(),
            entered_at,
            state: WalkState::Ready { step: StepId::new("wait"), since: entered_at },
            walk,
            goal_until: None,
            rev: 0,
        }
    }

    fn says(snapshot: &mut Snapshot, medium: Option<Medium>, granted: bool, day: i64) {
        let topic = "marketing".to_owned();
        let consent = Consent {
            topic,
            medium,
            granted,
            at: at(day),
            source: "form".to_owned(),
            proof: model::Proof::default(),
        };
        snapshot.consents.apply(&consent);
    }

    #[test]
    fn the_earlier_walk_stays_whoever_has_it_and_knows_what_the_later_one_sent() {
        for (ours, theirs, stays) in [(1, 2, "greet-keep"), (2, 1, "greet-other"), (1, 1, "greet-keep")] {
            let (mut keep, mut other) = (person("keep"), person("other"));
            keep.enrollments.push(walk("keep", "greet", at(ours), &["hello"]));
            other.enrollments.push(walk("other", "greet", at(theirs), &["hello", "offer"]));
            other.enrollments.push(walk("other", "winback", at(9), &[]));
            let doubles = doubles(&keep, &other);
            assert_eq!(doubles.len(), 1, "of one workflow only");
            assert_eq!(doubles[0].stays.as_str(), stays);
            // The shell has ended the later one by now.
            for snapshot in [&mut keep, &mut other] {
                snapshot.enrollments.retain(|walk| walk.id != doubles[0].goes);
            }
            let (joined, changes) = join(&Library::default(), keep, &other, &doubles, at(10));
            let found = joined.enrollment(&doubles[0].stays).expect("it stays");
            assert_eq!(found.customer.as_str(), "keep");
            let known: Vec<_> = found.walk.messages.keys().map(String::as_str).collect();
            assert_eq!(known, ["hello", "offer"]);
            assert!(changes.enrollments.contains(&doubles[0].stays));
            assert!(joined.enrollment(&EnrollmentId::new("winback-other")).is_some());
        }
    }

    #[test]
    fn a_withdrawn_consent_wins_whatever_came_later_and_on_its_channel_only() {
        let (mut keep, mut other) = (person("keep"), person("other"));
        says(&mut keep, None, true, 5);
        says(&mut other, Some(Medium::Email), false, 1);
        let (joined, changes) = join(&Library::default(), keep, &other, &[], at(10));
        assert!(!joined.consents.allow("marketing", Medium::Email));
        assert!(joined.consents.allow("marketing", Medium::Sms));
        assert_eq!(changes.consents.len(), 1, "{:?}", changes.consents);
        // The other way round: a word for every channel against a later one for e-mail.
        let (mut keep, mut other) = (person("keep"), person("other"));
        says(&mut keep, Some(Medium::Email), true, 5);
        says(&mut other, None, false, 1);
        let (joined, _) = join(&Library::default(), keep, &other, &[], at(10));
        assert!(!joined.consents.allow("marketing", Medium::Email));
        assert!(!joined.consents.allow("marketing", Medium::Sms));
    }

    #[test]
    fn what_the_kept_one_knows_stays_and_the_others_fills_the_gaps() {
        let (mut keep, mut other) = (person("keep"), person("other"));
        let put = |snapshot: &mut Snapshot, name: &str, value: Value| {
            snapshot.customer.attributes.insert(name.to_owned(), value);
        };
        put(&mut keep, "city", Value::from("上海"));
        put(&mut other, "city", Value::from("北京"));
        put(&mut other, "phone", Value::from("13800000000"));
        put(&mut keep, "tags", Value::List(vec!["vip".to_owned()]));
        put(&mut other, "tags", Value::List(vec!["vip".to_owned(), "staff".to_owned()]));
        put(&mut other, "created_at", Value::Instant(at(-30)));
        let (joined, _) = join(&Library::default(), keep, &other, &[], at(10));
        let customer = &joined.customer;
        assert_eq!((customer.text("city"), customer.text("phone")), (Some("上海"), Some("13800000000")));
        let tags = customer.get("tags").and_then(Value::as_list).expect("tags");
        assert_eq!(tags, ["vip", "staff"]);
        assert_eq!(customer.created_at(), Some(at(-30)));
    }

    #[test]
    fn arms_stay_with_the_walk_that_goes_on_and_memory_is_the_later_one() {
        let split = |workflow: &str| (WorkflowId::new(workflow), "offer".to_owned());
        let (mut keep, mut other) = (person("keep"), person("other"));
        for workflow in ["theirs", "ours"] {
            keep.draws.insert(split(workflow), "money".to_owned());
            other.draws.insert(split(workflow), "shipping".to_owned());
        }
        other.enrollments.push(walk("other", "theirs", at(1), &[]));
        let key = (WorkflowId::new("theirs"), String::new());
        keep.memory.insert(key.clone(), EntryMemory { entered_at: at(0) });
        other.memory.insert(key.clone(), EntryMemory { entered_at: at(1) });
        let (joined, _) = join(&Library::default(), keep, &other, &[], at(10));
        assert_eq!(joined.draws[&split("theirs")], "shipping");
        assert_eq!(joined.draws[&split("ours")], "money");
        assert_eq!(joined.memory[&key].entered_at, at(1));
    }
}
