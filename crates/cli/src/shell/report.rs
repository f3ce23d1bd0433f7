//! `nurture report`: the counts of a workflow, in the order of its file.

use super::ask::{known, loaded};
use super::open::of_store;
use crate::config::Config;
use crate::exit::Failure;
use crate::view::report::{Report, Split, Step};
use dsl::step::Verb;
use dsl::workflow::Workflow;
use jiff::Timestamp;
use store::report::Group;

/// What a workflow brought those who entered in `[from, to)`. Errors: no such workflow (4).
pub async fn report(
    config: &Config,
    workflow: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Report, Failure> {
    let (store, published) = loaded(config).await?;
    let id = known(config, &published.workflows, workflow)?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let counted = store::report::of_workflow(&mut conn, &id, from, to)
        .await
        .map_err(|error| of_store(config, &error))?;
    let live = published.workflows.live(&id).map(std::convert::AsRef::as_ref);
    let (whole, arms): (Vec<Group>, Vec<Group>) =
        counted.groups.into_iter().partition(|group| group.split.is_none());
    let side = |held_out: bool| whole.iter().find(|group| group.held_out == held_out).cloned();
    Ok(Report {
        workflow: id.to_string(),
        title: live.map(|workflow| workflow.title.clone()).unwrap_or_default(),
        has_goal: live.is_some_and(|workflow| workflow.goal.is_some()),
        treated: side(false).unwrap_or_default(),
        alone: side(true).unwrap_or_else(|| Group { held_out: true, ..Group::default() }),
        splits: splits(live, arms),
        steps: steps(live, counted.steps),
        refused: counted.refused,
        exited: counted.exited,
    })
}

/// The arms of each split in the order of the file; splits and arms that it no longer has stand behind.
fn splits(workflow: Option<&Workflow>, groups: Vec<Group>) -> Vec<Split> {
    let declared = workflow.into_iter().flat_map(|workflow| &workflow.steps).filter_map(|step| {
        let Verb::Split { name, ways, .. } = &step.verb else { return None };
        Some((name.as_str(), ways.iter().map(|way| way.name.as_str()).collect()))
    });
    let order: Vec<(&str, Vec<&str>)> = declared.collect();
    let mut splits: Vec<Split> = Vec::new();
    for group in groups {
        let name = group.split.clone().unwrap_or_default();
        let known = splits.iter().position(|split| split.name == name);
        let at = known.unwrap_or_else(|| {
            splits.push(Split { name, ..Split::default() });
            splits.len() - 1
        });
        let Some(split) = splits.get_mut(at) else { continue };
        if group.held_out {
            split.alone.people += group.people;
            split.alone.reached += group.reached;
            split.alone.conversions += group.conversions;
            split.alone.value += group.value;
        } else {
            split.arms.push(group);
        }
    }
    let place = |name: &str| order.iter().position(|(split, _)| *split == name).unwrap_or(usize::MAX);
    splits.sort_by_key(|split| place(&split.name));
    for split in &mut splits {
        let ways = order.iter().find(|(name, _)| *name == split.name).map(|(_, ways)| ways);
        let place = |arm: &Group| {
            let arm = arm.arm.as_deref();
            ways.and_then(|ways| ways.iter().position(|way| Some(*way) == arm)).unwrap_or(usize::MAX)
        };
        split.arms.sort_by_key(place);
    }
    splits
}

/// The steps in the order of the file; those of former versions stand behind.
fn steps(
    workflow: Option<&Workflow>,
    mut counted: std::collections::BTreeMap<String, store::report::AtStep>,
) -> Vec<Step> {
    let ours = workflow.into_iter().flat_map(|workflow| &workflow.steps);
    let mut steps: Vec<Step> = ours
        .map(|step| step.id.to_string())
        .map(|id| Step { counts: counted.remove(&id).unwrap_or_default(), id, former: false })
        .collect();
    steps.extend(counted.into_iter().map(|(id, counts)| Step { id, counts, former: true }));
    steps
}
