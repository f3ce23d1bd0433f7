//! Whether anybody could mind a fact: one of ours that only tells what we did, or one of many that clients tell. If
//! nobody can, it is stored and needs no turn. In doubt somebody minds.

use crate::contest;
use crate::world::World;
use dsl::condition::Over;
use dsl::library::Origin;
use dsl::workflow::{GoalReached, Workflow};
use std::collections::BTreeSet;

/// Whether a fact of ours of this name that carries no change of the customer can be left without a turn.
pub fn is_idle(world: &World<'_>, read: &BTreeSet<String>, name: &str) -> bool {
    // The model knows our own facts, too; only what a declaration says of one makes a difference.
    let own = world.library.model.events.get(name).is_some_and(|kind| !kind.built_in);
    !own && nobody_minds(world, read, name)
}

/// Whether a fact of this name that comes from outside, about nobody's deal or order, of a customer who was known
/// before it happened, can be left without a turn.
pub fn is_idle_from_outside(world: &World<'_>, read: &BTreeSet<String>, name: &str) -> bool {
    let ours = world.library.model.events.get(name).is_some_and(|kind| kind.built_in);
    !ours && nobody_minds(world, read, name)
}

/// Nothing looks back at it (`read`: the names that any decision reads), nothing waits for it, counts it, is set or
/// ends by it, and no condition is asked at whatever happens.
fn nobody_minds(world: &World<'_>, read: &BTreeSet<String>, name: &str) -> bool {
    let library = world.library;
    let counted = library.model.customer.values().any(|attribute| match &attribute.origin {
        Origin::From(aggregate) => matches!(&aggregate.of, Over::Events(over) if **over == *name),
        Origin::Given | Origin::Cases(_) | Origin::Rank(_) => false,
    });
    let sets = library.model.events.get(name).is_some_and(|kind| !kind.sets.is_empty());
    // A message that waits for a place under a cap is asked again whenever something happens.
    let capped = !library.policies.caps.is_empty();
    let minds = |workflow: &Workflow| {
        workflow.hold_while.is_some()
            || workflow.spacing.is_some()
            || contest::any_in(workflow)
            || workflow.exit_when.iter().any(|rule| rule.event.as_deref().is_none_or(|event| event == name))
            || workflow.goal.as_ref().is_some_and(|goal| match &goal.reached {
                GoalReached::Event { name: goal, .. } => goal == name,
                GoalReached::When(_) => true,
            })
    };
    !read.contains(name)
        && !counted
        && !sets
        && !capped
        && !library.to_everybody.contains(name)
        && !world.workflows.versions.values().any(|workflow| minds(workflow))
}
