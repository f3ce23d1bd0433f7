//! The stable id of each step: the explicit one, else verb and object (`email:winback/offer`); a step that
//! rests takes it from the step before. Never from the position, so that inserting a step renames no other.

use super::arena::{Arena, Draft};
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use crate::step::{BlockIx, BlockOwner, Verb};
use model::{Shift, StepId};
use std::collections::BTreeMap;

/// Longest id in characters; a longer derived one ends in a hash of the whole.
const LONGEST: usize = 80;

/// Gives every step its id, in reading order, and reports equal ones.
pub(super) fn assign(arena: &mut Arena, blocks: &[BlockIx], report: &mut Report) {
    for block in blocks {
        assign_block(arena, *block);
    }
    let mut seen: BTreeMap<StepId, (Span, bool)> = BTreeMap::new();
    for draft in arena.drafts.iter().filter(|draft| !draft.broken) {
        let id = draft.step.id.clone();
        let span = draft.explicit.as_ref().map_or(draft.word_span, |explicit| explicit.span);
        let Some((first, derived)) = seen.get(&id) else {
            seen.insert(id, (span, draft.explicit.is_none()));
            continue;
        };
        let diagnostic = report.error(Code::E0319, span);
        diagnostic.arg("id", id.as_str()).label("E0319-label").related(*first, "E0319-first");
        if draft.explicit.is_none() || *derived {
            diagnostic.help("E0319-help");
        } else {
            diagnostic.help("E0319-rename");
        }
    }
}

fn assign_block(arena: &mut Arena, block: BlockIx) {
    let Some(list) = arena.block(block) else { return };
    let owner = list.owner;
    let mut before: Option<StepId> = None;
    for at in list.steps.clone() {
        let Some(draft) = arena.draft(at) else { continue };
        let id = StepId::from(match &draft.explicit {
            Some(explicit) => explicit.value.clone(),
            None => shortened(&derived(arena, draft, owner, before.as_ref())),
        });
        before = Some(id.clone());
        if let Some(draft) = arena.draft_mut(at) {
            draft.step.id = id;
        }
        for inner in arena.blocks_of(at) {
            assign_block(arena, inner);
        }
    }
}

fn derived(arena: &Arena, draft: &Draft, owner: BlockOwner, before: Option<&StepId>) -> String {
    if rests(&draft.step.verb) {
        return match before {
            Some(before) => format!("{}-after:{before}", draft.word),
            None => format!("{}-at-start{}", draft.word, place(arena, owner)),
        };
    }
    if let Verb::Repeat { steps, .. } = &draft.step.verb {
        return repeated(arena, *steps);
    }
    if draft.object.is_empty() { draft.word.to_owned() } else { format!("{}:{}", draft.word, draft.object) }
}

/// A repeat is named by the first thing that it does, for a rest has no name of its own.
fn repeated(arena: &Arena, body: BlockIx) -> String {
    let steps = arena.block(body).map(|list| list.steps.as_slice()).unwrap_or_default();
    let mut drafts = steps.iter().filter_map(|at| arena.draft(*at));
    let Some(first) = drafts.find(|draft| !rests(&draft.step.verb)) else { return "repeat".to_owned() };
    match (&first.explicit, &first.step.verb) {
        (Some(explicit), _) => format!("repeat:{}", explicit.value),
        (None, Verb::Repeat { steps, .. }) => format!("repeat:{}", repeated(arena, *steps)),
        (None, _) if first.object.is_empty() => format!("repeat:{}", first.word),
        (None, _) => format!("repeat:{}:{}", first.word, first.object),
    }
}

/// Whether a walk rests at it, so that it has no object of its own.
fn rests(verb: &Verb) -> bool {
    match verb {
        Verb::Wait(_) | Verb::WaitUntil(_) | Verb::WaitForDate { .. } | Verb::WaitFor { .. } => true,
        Verb::Send(_)
        | Verb::Notify { .. }
        | Verb::Webhook { .. }
        | Verb::Set(_)
        | Verb::Tag(_)
        | Verb::Untag(_)
        | Verb::AddScore { .. }
        | Verb::Record { .. }
        | Verb::Forget
        | Verb::Consent { .. }
        | Verb::Suppress { .. }
        | Verb::Unsuppress { .. }
        | Verb::MoveStage { .. }
        | Verb::Assign { .. }
        | Verb::Unassign { .. }
        | Verb::Task { .. }
        | Verb::Timeline(_)
        | Verb::If { .. }
        | Verb::Choose(_)
        | Verb::Split { .. }
        | Verb::Repeat { .. }
        | Verb::Call { .. }
        | Verb::Exit(_) => false,
    }
}

/// Names a list by what it hangs on: `:if:customer.tier == "gold"/else`; nothing for the top list.
fn place(arena: &Arena, owner: BlockOwner) -> String {
    let (step, arm) = match owner {
        BlockOwner::Root => return String::new(),
        BlockOwner::Goal => return ":goal".to_owned(),
        BlockOwner::Arm(step, arm) | BlockOwner::EventThen(step, arm) | BlockOwner::Point(step, arm) => {
            (step, arm)
        }
        BlockOwner::Pass(step) => (step, 0),
    };
    let Some(draft) = arena.draft(step) else { return String::new() };
    let arm = arm_name(draft, owner, arm as usize);
    format!(":{}/{arm}", draft.step.id)
}

fn arm_name(draft: &Draft, owner: BlockOwner, arm: usize) -> String {
    match (&draft.step.verb, owner) {
        (_, BlockOwner::Pass(_)) => "pass".to_owned(),
        (_, BlockOwner::Arm(_, super::arena::ON_ERROR)) => "on_error".to_owned(),
        (_, BlockOwner::Arm(_, super::arena::ON_REFUSED)) => "on_refused".to_owned(),
        (Verb::WaitFor { events, .. }, BlockOwner::EventThen(_, _)) => {
            events.get(arm).map_or_else(String::new, |awaited| awaited.event.clone())
        }
        (Verb::Choose(cases), _) => match cases.get(arm).and_then(|case| case.when.as_ref()) {
            Some(when) => when.text.to_string(),
            None => "otherwise".to_owned(),
        },
        (Verb::Split { ways, .. }, _) => ways.get(arm).map_or_else(String::new, |way| way.name.clone()),
        (Verb::If { .. }, _) => if arm == 0 { "then" } else { "else" }.to_owned(),
        (Verb::WaitFor { .. }, _) => "on_timeout".to_owned(),
        (Verb::Timeline(timeline), _) => match timeline.points.get(arm).map(|point| point.shift) {
            Some(Shift::Before(length)) => format!("before {length}"),
            Some(Shift::After(length)) => format!("after {length}"),
            Some(Shift::None) | None => "on the date".to_owned(),
        },
        (_, _) => arm.to_string(),
    }
}

/// Keeps an id readable and short; what is cut off is told apart by a hash.
fn shortened(id: &str) -> String {
    let id: String = id.split_whitespace().collect::<Vec<_>>().join(" ");
    if id.chars().count() <= LONGEST {
        return id;
    }
    let hash: String = model::content_id("", &[&id]).chars().take(8).collect();
    let start: String = id.chars().take(LONGEST - 9).collect();
    format!("{start}~{hash}")
}

#[cfg(test)]
mod tests {
    use crate::project::{File, Settings};

    fn ids(steps: &str) -> Vec<String> {
        let text = format!("workflow: a\ntrigger: manual\nsteps:\n{steps}");
        let file = File { path: "workflows/a.yaml".to_owned(), text };
        let settings = Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
        let loaded = crate::load(&[file], &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        let workflow = loaded.project.workflows.values().next().unwrap();
        workflow.steps.iter().map(|step| step.id.to_string()).collect()
    }

    #[test]
    fn ids_come_from_verb_and_object_and_those_of_waits_from_the_step_before() {
        let found = ids(
            "  - wait: 1 day\n  - tag: [a, b]\n  - wait: 2 days\n  - wait_until: 09:00-10:00\n  - tag: c\n    id: own\n  - wait: 1 day\n",
        );
        assert_eq!(
            found,
            [
                "wait-at-start",
                "tag:a,b",
                "wait-after:tag:a,b",
                "wait_until-after:wait-after:tag:a,b",
                "own",
                "wait-after:own"
            ]
        );
    }

    #[test]
    fn a_step_put_in_renames_no_step_behind_it_but_a_wait() {
        let before = ids("  - tag: a\n  - untag: b\n  - wait: 1 day\n  - exit: done\n");
        let after = ids("  - tag: a\n  - tag: new\n  - untag: b\n  - wait: 1 day\n  - exit: done\n");
        assert!(before.iter().all(|id| after.contains(id)), "{before:?} {after:?}");
    }

    #[test]
    fn inside_a_branch_the_first_wait_is_named_by_the_branch() {
        let found = ids(
            "  - if: customer.country == \"CN\"\n    then:\n      - wait: 1 day\n    else:\n      - wait: 2 days\n  - repeat:\n      - wait: 3 days\n      - tag: a\n    times: 2\n",
        );
        assert_eq!(
            found,
            [
                "if:customer.country == \"CN\"",
                "wait-at-start:if:customer.country == \"CN\"/then",
                "wait-at-start:if:customer.country == \"CN\"/else",
                "repeat:tag:a",
                "wait-at-start:repeat:tag:a/pass",
                "tag:a",
            ]
        );
    }

    #[test]
    fn a_long_id_is_cut_and_stays_different_from_others() {
        let long = |last: &str| ids(&format!("  - tag: {}{last}\n", "很长的标签".repeat(30))).remove(0);
        assert!(long("a").chars().count() <= super::LONGEST);
        assert_ne!(long("a"), long("b"));
    }
}
