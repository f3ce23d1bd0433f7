//! Writes down what happens in a test: each trace line, the key of its walk, and the subject of a message.

use super::Problem;
use crate::facts::Facts;
use crate::render::{self, Renderer};
use crate::simulate::Watcher;
use crate::turn::zone_of;
use crate::world::{People, World};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Changes, Outcome, Outgoing, Snapshot, TraceLine};

pub(super) struct Seen {
    pub(super) line: TraceLine,
    pub(super) key: String,
    pub(super) subject: Option<(String, usize)>,
}

pub(super) struct Recorder<'r> {
    pub(super) renderer: &'r Renderer,
    pub(super) seen: Vec<Seen>,
    pub(super) problems: Vec<Problem>,
    pub(super) sends: Vec<Outgoing>,
}

impl Watcher for Recorder<'_> {
    fn decided(
        &mut self,
        world: &World<'_>,
        people: &People,
        snapshot: &Snapshot,
        changes: &Changes,
        now: Timestamp,
    ) {
        self.sends.extend(changes.sends.iter().cloned());
        for line in &changes.trace {
            let walk = line.enrollment.as_ref().and_then(|id| snapshot.enrollment(id));
            let key = walk.map(|walk| walk.key.clone()).unwrap_or_default();
            let send = changes.sends.iter().find(|send| {
                Some(&send.step) == line.step.as_ref()
                    && Some(&send.enrollment) == line.enrollment.as_ref()
                    && line.outcome == Outcome::Done
            });
            let mut subject = None;
            if let Some(send) = send.filter(|send| !send.template.is_empty()) {
                let zone = zone_of(world, snapshot);
                let facts = facts(world, people, snapshot, &zone, now);
                match render::send(self.renderer, send, &facts) {
                    Ok(rendered) => subject = Some((rendered.subject, rendered.label)),
                    Err(error) => {
                        self.problems.push(Problem::Render { at: self.seen.len(), error: error.to_string() })
                    }
                }
            }
            self.seen.push(Seen { line: line.clone(), key, subject });
        }
    }
}

pub(super) fn facts<'f>(
    world: &World<'f>,
    people: &'f People,
    snapshot: &'f Snapshot,
    zone: &'f TimeZone,
    now: Timestamp,
) -> Facts<'f> {
    Facts::outside(world, &people.reps, snapshot, zone, now)
}
