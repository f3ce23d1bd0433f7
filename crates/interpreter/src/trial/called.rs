//! The workflows of a test: its own, and those that it calls.

use dsl::step::Verb;
use dsl::workflow::Workflow;
use model::WorkflowId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Workflows and those that they call, directly or through others.
pub(super) fn with_called(
    all: &BTreeMap<WorkflowId, Arc<Workflow>>,
    tested: &[&Arc<Workflow>],
) -> impl IntoIterator<Item = Arc<Workflow>> {
    let mut open: Vec<Arc<Workflow>> = tested.iter().map(|workflow| Arc::clone(workflow)).collect();
    let mut found: BTreeMap<WorkflowId, Arc<Workflow>> =
        open.iter().map(|workflow| (workflow.id.clone(), Arc::clone(workflow))).collect();
    while let Some(next) = open.pop() {
        for step in &next.steps {
            if let Verb::Call { workflow: id, .. } = &step.verb
                && !found.contains_key(id)
                && let Some(called) = all.get(id)
            {
                found.insert(id.clone(), Arc::clone(called));
                open.push(Arc::clone(called));
            }
        }
    }
    found.into_values()
}
