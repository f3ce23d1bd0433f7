//! The one gate before a message, in its whole order: a message that everything forbids is refused for the
//! first reason; without the first, for the second; and so on until nothing forbids it.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use jiff::Timestamp;
use model::{Consent, EnrollmentId, Medium, SendId, Sent, StepId, Suppression, Value, WorkflowId};
use tests::desk::{Desk, at, due};

const ASKED: &str = "workflow: asked
trigger: { event: ping }
consent: marketing
approval: head
goal: { when: customer.tags has \"reached\", within: 30 days }
exit_when:
  - { when: customer.tags has \"left\", reason: left }
hold_while: { when: customer.tags has \"held\" }
spacing: 2 days
quiet_hours: 21:00-09:00
steps:
  - wait: 1 hour
  - email: offer
    only_if: not customer.tags has \"out\"
    max_lateness: 30 days
";

const CAPS: &str = "policies:
  caps:
    - { class: marketing, at_most: 1 per week, over_cap: defer, for_at_most: 9 days }
";

/// Everything that may forbid a message, in the order of the gate, and what is said of it.
const ORDER: [(Forbids, &str); 12] = [
    (Forbids::Exit, "exit left exited left"),
    (Forbids::Goal, "goal goal done"),
    (Forbids::Approval, "email offer deferred not_approved"),
    (Forbids::Suppression, "email offer skipped suppressed"),
    (Forbids::Address, "email offer skipped no_address"),
    (Forbids::Consent, "email offer skipped consent"),
    (Forbids::OnlyIf, "email offer skipped only_if"),
    (Forbids::Duplicate, "email offer skipped duplicate"),
    (Forbids::Hold, "email offer deferred hold_while"),
    (Forbids::Spacing, "email offer deferred spacing"),
    (Forbids::Cap, "email offer deferred frequency_cap"),
    (Forbids::Quiet, "email offer deferred quiet_hours"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forbids {
    Exit,
    Goal,
    Approval,
    Suppression,
    Address,
    Consent,
    OnlyIf,
    Duplicate,
    Hold,
    Spacing,
    Cap,
    Quiet,
}

/// A message of this workflow that went an hour before.
fn went(workflow: &str, now: Timestamp) -> Sent {
    Sent {
        id: SendId::from(format!("of_{workflow}")),
        at: now - jiff::SignedDuration::from_hours(1),
        enrollment: EnrollmentId::from("before".to_owned()),
        workflow: WorkflowId::new(workflow),
        step: StepId::from("card".to_owned()),
        medium: Medium::Email,
        topic: Some("marketing".to_owned()),
        marketing: true,
        shared: false,
        open: false,
    }
}

/// What is said of a message that all of these forbid.
fn asked(forbids: &[Forbids]) -> String {
    let mut desk = Desk::of(&[ASKED, CAPS]);
    let quiet = forbids.contains(&Forbids::Quiet);
    let (enters, asks) = if quiet { ("21:30", "22:30") } else { ("11:00", "12:00") };
    let (enters, asks) = (format!("2026-03-02 {enters}"), format!("2026-03-02 {asks}"));
    let ping = desk.fact("ping", &enters, &enters, &[]);
    desk.turn(&enters, vec![ping]);
    let now = at(&asks);
    let mut tags = Vec::new();
    for each in forbids {
        match each {
            Forbids::Exit => tags.push("left".into()),
            Forbids::Goal => tags.push("reached".into()),
            Forbids::OnlyIf => tags.push("out".into()),
            Forbids::Hold => tags.push("held".into()),
            Forbids::Approval => {
                desk.workflows.unapproved = desk.workflows.current.values().cloned().collect();
            }
            Forbids::Suppression => desk.snapshot.suppressions.push(Suppression {
                medium: Some(Medium::Email),
                topic: None,
                reason: "complaint".to_owned(),
                at: now,
                until: None,
            }),
            Forbids::Address => {
                desk.snapshot.customer.attributes.remove("email");
            }
            Forbids::Consent => desk.snapshot.consents.apply(&Consent {
                topic: "marketing".to_owned(),
                medium: None,
                granted: false,
                at: now,
                source: "test".to_owned(),
                proof: model::Proof::default(),
            }),
            Forbids::Duplicate => {
                let done = marks();
                desk.snapshot.enrollments.iter_mut().for_each(|walk| {
                    walk.walk.messages.extend(done.iter().map(|mark| (mark.clone(), now)));
                });
            }
            Forbids::Spacing => desk.snapshot.sent.push(went("asked", now)),
            Forbids::Cap => desk.snapshot.sent.push(went("other", now)),
            Forbids::Quiet => {}
        }
    }
    desk.give("tags", Value::List(tags));
    let lines = desk.turn(&asks, due());
    let line = lines.iter().find(|line| !line.contains(" wait ")).unwrap();
    line.split_once(" asked ").unwrap().1.to_owned()
}

/// How a message that went is remembered.
fn marks() -> Vec<String> {
    let mut desk = Desk::of(&[ASKED]);
    let ping = desk.fact("ping", "2026-03-02 11:00", "2026-03-02 11:00", &[]);
    desk.turn("2026-03-02 11:00", vec![ping]);
    desk.turn("2026-03-02 12:00", due());
    let walk = desk.snapshot.enrollments.first().unwrap();
    walk.walk.messages.keys().cloned().collect()
}

#[test]
fn a_message_is_refused_for_the_first_of_all_reasons_in_the_order_of_the_gate() {
    let mut left: Vec<Forbids> = ORDER.iter().map(|(forbids, _)| *forbids).collect();
    for (first, says) in ORDER {
        assert_eq!(left.first(), Some(&first));
        assert_eq!(asked(&left), says, "{left:?}");
        left.remove(0);
    }
    assert_eq!(asked(&left), "email offer done");
}

#[test]
fn each_reason_alone_refuses_it() {
    for (forbids, says) in ORDER {
        assert_eq!(asked(&[forbids]), says);
    }
}
