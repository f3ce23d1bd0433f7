//! What a condition or a merge tag may look at: one customer's snapshot, seen from one point of a walk.

use crate::world::World;
use dsl::library::Library;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Entity, Entry, Event, Rep, RepId, Snapshot, StepId, Value};
use std::collections::BTreeMap;

/// The facts at one instant.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Model, segments, scores, tables.
    pub library: &'a Library,
    /// The customer.
    pub snapshot: &'a Snapshot,
    /// All reps, for `owner.*`.
    pub reps: &'a BTreeMap<RepId, Rep>,
    /// What started the walk: `entry.*`; `None` outside walks.
    pub entry: Option<&'a Entry>,
    /// `event.*`: the candidate, or the one that came; `None`: the same as `entry`.
    pub event: Option<&'a Entry>,
    /// Inside a `where`: the candidate event.
    pub candidate: Option<&'a Event>,
    /// Inside a `where` over entities: the candidate.
    pub candidate_entity: Option<&'a Entity>,
    /// `vars.*`.
    pub vars: Option<&'a BTreeMap<String, Value>>,
    /// `inputs.*`.
    pub inputs: Option<&'a BTreeMap<String, Value>>,
    /// `steps.ID.*`.
    pub results: Option<&'a BTreeMap<StepId, BTreeMap<String, Value>>>,
    /// The instant of the decision.
    pub now: Timestamp,
    /// The customer's zone: `today`, `age`, `days_since`.
    pub zone: &'a TimeZone,
    /// The project's zone: months and years back from `now`.
    pub project_zone: &'a TimeZone,
}

impl<'a> Facts<'a> {
    /// The facts about a customer who is in no walk: no entry, no event, no variables.
    pub fn outside(
        world: &World<'a>,
        reps: &'a BTreeMap<RepId, Rep>,
        snapshot: &'a Snapshot,
        zone: &'a TimeZone,
        now: Timestamp,
    ) -> Self {
        Self::bare(world.library, reps, snapshot, (zone, world.zone), now)
    }

    /// The same of a library alone. `zones`: the customer's and the project's.
    pub fn bare(
        library: &'a Library,
        reps: &'a BTreeMap<RepId, Rep>,
        snapshot: &'a Snapshot,
        zones: (&'a TimeZone, &'a TimeZone),
        now: Timestamp,
    ) -> Self {
        let (zone, project_zone) = zones;
        Self {
            library,
            snapshot,
            reps,
            entry: None,
            event: None,
            candidate: None,
            candidate_entity: None,
            vars: None,
            inputs: None,
            results: None,
            now,
            zone,
            project_zone,
        }
    }
}
