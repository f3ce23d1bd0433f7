//! The checks over a whole workflow, once its steps are read: an ordered list. Each finds one kind of
//! mistake that no single step shows.

use super::arena::Arena;
use crate::diagnostic::{Code, Report, suggest};
use crate::source::Span;
use crate::step::{BlockIx, MessageOf, Since, StepIx, Verb, WaitLength};
use model::Length;

/// What the checks look at.
pub(super) struct Checked<'a> {
    /// The steps.
    pub arena: &'a Arena,
    /// `goal.within` and its place.
    pub goal_within: Option<(Length, Span)>,
}

/// The checks in their order.
const CHECKS: [fn(&Checked<'_>, &mut Report); 3] = [unreachable, beyond_the_goal, unknown_messages];

/// Runs them all.
pub(super) fn run(checked: &Checked<'_>, report: &mut Report) {
    for check in CHECKS {
        check(checked, report);
    }
}

/// `wait_for … of` a step that is no message of this workflow.
fn unknown_messages(checked: &Checked<'_>, report: &mut Report) {
    let drafts = &checked.arena.drafts;
    if drafts.iter().any(|draft| draft.broken) {
        return;
    }
    let messages: Vec<&str> = drafts
        .iter()
        .filter(|draft| matches!(draft.step.verb, Verb::Send(_)))
        .map(|draft| draft.step.id.as_str())
        .collect();
    for draft in drafts {
        if let Verb::WaitFor { of: MessageOf::Step { id, span }, .. } = &draft.step.verb
            && !messages.contains(&id.as_str())
        {
            let meant = suggest(id.as_str(), messages.iter().copied()).map(str::to_owned);
            report
                .error(Code::E0325, *span)
                .message("E0325-message")
                .arg("what", id.as_str())
                .did_you_mean(meant)
                .help("E0325-message-help");
        }
    }
}

/// Steps behind one after which every walk has left.
fn unreachable(checked: &Checked<'_>, report: &mut Report) {
    let arena = checked.arena;
    for list in &arena.blocks {
        let mut ended: Option<Span> = None;
        for at in &list.steps {
            let Some(draft) = arena.draft(*at) else { continue };
            if let Some(end) = ended {
                let place = if draft.word.is_empty() { draft.step.span } else { draft.word_span };
                report
                    .error(Code::E0323, place)
                    .label("E0323-label")
                    .related(end, "E0323-end")
                    .help("E0323-help");
                break;
            }
            if leaves(arena, *at) {
                ended = Some(draft.word_span);
            }
        }
    }
}

/// Whether no walk goes on below a step.
fn leaves(arena: &Arena, at: StepIx) -> bool {
    let Some(draft) = arena.draft(at) else { return false };
    // A step that may be left out, or that was not understood, never stops everybody.
    if draft.broken || draft.step.only_if.is_some() {
        return false;
    }
    let all = |mut blocks: Vec<Option<BlockIx>>| {
        !blocks.is_empty()
            && blocks.drain(..).all(|block| block.is_some_and(|block| block_leaves(arena, block)))
    };
    match &draft.step.verb {
        Verb::Exit(_) => true,
        Verb::If { then, otherwise, .. } => all(vec![Some(*then), *otherwise]),
        Verb::Choose(cases) => {
            cases.iter().any(|case| case.when.is_none())
                && all(cases.iter().map(|case| Some(case.steps)).collect())
        }
        Verb::Split { ways, .. } => all(ways.iter().map(|way| way.steps).collect()),
        Verb::WaitFor { events, on_timeout, .. } => {
            let mut arms: Vec<_> = events.iter().map(|awaited| awaited.then).collect();
            arms.push(*on_timeout);
            all(arms)
        }
        Verb::Repeat { steps, .. } => block_leaves(arena, *steps),
        // A point may be skipped, so that its steps are no sure end.
        Verb::Timeline(_)
        | Verb::Send(_)
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
        | Verb::Wait(_)
        | Verb::WaitUntil(_)
        | Verb::WaitForDate { .. }
        | Verb::Call { .. } => false,
    }
}

fn block_leaves(arena: &Arena, block: BlockIx) -> bool {
    arena.block(block).is_some_and(|list| list.steps.iter().any(|at| leaves(arena, *at)))
}

/// Waits that are longer than the time in which the goal counts: what comes at their end is never counted.
fn beyond_the_goal(checked: &Checked<'_>, report: &mut Report) {
    let Some((goal, goal_span)) = &checked.goal_within else { return };
    let most = goal.approximate_ms();
    for draft in checked.arena.drafts.iter().filter(|draft| !draft.broken) {
        let length = match &draft.step.verb {
            Verb::Wait(WaitLength::Fixed(length)) => length,
            Verb::Wait(WaitLength::Computed { at_least, .. }) => at_least,
            Verb::WaitFor { within, since: Since::Step | Since::Entry, .. } => within,
            Verb::WaitFor { since: Since::Back(_), .. }
            | Verb::Send(_)
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
            | Verb::WaitUntil(_)
            | Verb::WaitForDate { .. }
            | Verb::Timeline(_)
            | Verb::If { .. }
            | Verb::Choose(_)
            | Verb::Split { .. }
            | Verb::Repeat { .. }
            | Verb::Call { .. }
            | Verb::Exit(_) => continue,
        };
        if length.approximate_ms() > most {
            report
                .warning(Code::W0701, draft.word_span)
                .arg("length", length.to_string())
                .arg("goal", goal.to_string())
                .related(*goal_span, "W0701-goal")
                .help("W0701-help");
        }
    }
}
