//! Every way through a workflow, with the least time that passes between its messages.

use crate::step::{BlockIx, BlockOwner, OnError, Step, StepIx, Verb, WaitLength};
use crate::workflow::Workflow;

/// Ways that differ by more branches than this are not followed further: a lint may miss something, and never
/// takes long.
const MOST: usize = 64;
/// Passes of a `repeat` that are followed: enough for the caps of a week.
const PASSES: u32 = 8;

/// A message on a way, and the least time since, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sent {
    /// Its step.
    pub step: StepIx,
    /// The least time since.
    pub ago: i64,
    /// The customer has done something since that the workflow waited for: the mail has arrived.
    pub answered: bool,
}

/// A way from the entry to a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// Messages before, the oldest first. What the customer's own act or a date has called for stands alone:
    /// nothing before it counts.
    pub sent: Vec<Sent>,
    /// The least time since the entry, in milliseconds. A wait for a date counts as none.
    pub since_entry: i64,
}

impl Way {
    fn later(mut self, by: i64) -> Self {
        for sent in &mut self.sent {
            sent.ago = sent.ago.saturating_add(by);
        }
        self.since_entry = self.since_entry.saturating_add(by);
        self
    }

    /// An event came that the walk waited for.
    fn answered(mut self) -> Self {
        for sent in &mut self.sent {
            sent.answered = true;
        }
        self
    }

    /// Nothing before is near: what follows hangs on a date.
    fn afresh(mut self) -> Self {
        self.sent.clear();
        self
    }
}

/// Goes every way through a workflow and shows each step with the way that leads to it. Only messages that
/// `counts` are kept on the way.
pub(super) fn walk(
    workflow: &Workflow,
    counts: &dyn Fn(&Step) -> bool,
    visit: &mut dyn FnMut(&Step, StepIx, &Way),
) {
    let mut walking = Walking { workflow, counts, visit };
    walking.block(workflow.root, vec![Way::default()]);
}

struct Walking<'a> {
    workflow: &'a Workflow,
    counts: &'a dyn Fn(&Step) -> bool,
    visit: &'a mut dyn FnMut(&Step, StepIx, &Way),
}

impl Walking<'_> {
    fn block(&mut self, block: BlockIx, mut ways: Vec<Way>) -> Vec<Way> {
        let workflow = self.workflow;
        for at in workflow.block(block).map_or(&[][..], |list| &list.steps) {
            let Some(step) = workflow.step(*at) else { continue };
            for way in &ways {
                (self.visit)(step, *at, way);
            }
            let before = step.only_if.is_some().then(|| ways.clone());
            let mut after = self.step(step, *at, ways);
            if let OnError::GoOnWith(block) = step.on_error {
                let failed = self.block(block, after.clone());
                after.extend(failed);
            }
            // Left out, the walk goes on as it came.
            after.extend(before.into_iter().flatten());
            ways = fewer(after);
        }
        ways
    }

    fn step(&mut self, step: &Step, at: StepIx, ways: Vec<Way>) -> Vec<Way> {
        if (self.counts)(step) {
            let mut ways = ways;
            for way in &mut ways {
                way.sent.push(Sent { step: at, ago: 0, answered: false });
            }
            return ways;
        }
        if let Verb::Exit(_) = &step.verb {
            return Vec::new();
        }
        if let Verb::Wait(length) = &step.verb {
            let least = match length {
                WaitLength::Fixed(length) => length,
                WaitLength::Computed { at_least, .. } => at_least,
            };
            return later(ways, least.approximate_ms());
        }
        if let Verb::WaitForDate { .. } = &step.verb {
            return ways.into_iter().map(Way::afresh).collect();
        }
        if let Verb::WaitFor { events, within, on_timeout, .. } = &step.verb {
            let mut out = Vec::new();
            for event in events {
                out.extend(match event.then {
                    Some(block) => self.reaction(block, &ways),
                    None => ways.iter().cloned().map(Way::answered).collect(),
                });
            }
            let late = later(ways, within.approximate_ms());
            out.extend(match on_timeout {
                Some(block) => self.block(*block, late),
                None => late,
            });
            return out;
        }
        if let Verb::Repeat { steps, times, until } = &step.verb {
            let mut out = Vec::new();
            let mut ways = ways;
            for _ in 0..(*times).min(PASSES) {
                ways = fewer(self.block(*steps, ways));
                if until.is_some() {
                    out.extend(ways.clone());
                }
            }
            out.extend(ways);
            return out;
        }
        self.arms(step, at, ways)
    }

    /// Steps that answer what the customer did: what was sent before is no matter for them, and is again for
    /// what stands below.
    fn reaction(&mut self, block: BlockIx, ways: &[Way]) -> Vec<Way> {
        let mut out = Vec::new();
        for way in ways {
            for mut answered in self.block(block, vec![way.clone().afresh()]) {
                let passed = answered.since_entry.saturating_sub(way.since_entry);
                let mut sent = way.clone().answered().later(passed).sent;
                sent.append(&mut answered.sent);
                out.push(Way { sent, since_entry: answered.since_entry });
            }
        }
        fewer(out)
    }

    /// The lists that hang on a step: of `if`, `choose`, `split`, a timeline, what is done on a refusal.
    fn arms(&mut self, step: &Step, at: StepIx, ways: Vec<Way>) -> Vec<Way> {
        let workflow = self.workflow;
        let mut out = Vec::new();
        let mut dated = false;
        for (place, list) in workflow.blocks.iter().enumerate() {
            let block = BlockIx(u32::try_from(place).unwrap_or(u32::MAX));
            match list.owner {
                BlockOwner::Arm(owner, _) if owner == at && step.on_error != OnError::GoOnWith(block) => {
                    out.extend(self.block(block, ways.clone()));
                }
                BlockOwner::Point(owner, _) if owner == at => {
                    dated = true;
                    self.block(block, ways.iter().cloned().map(Way::afresh).collect());
                }
                BlockOwner::Root
                | BlockOwner::Goal
                | BlockOwner::Arm(..)
                | BlockOwner::EventThen(..)
                | BlockOwner::Point(..)
                | BlockOwner::Pass(_) => {}
            }
        }
        if dated {
            return ways.into_iter().map(Way::afresh).collect();
        }
        let every_way_has_steps = if let Verb::If { otherwise, .. } = &step.verb {
            otherwise.is_some()
        } else if let Verb::Choose(cases) = &step.verb {
            cases.iter().any(|case| case.when.is_none())
        } else if let Verb::Split { ways, .. } = &step.verb {
            ways.iter().all(|way| way.steps.is_some())
        } else {
            // For every other step its lists are an exception.
            false
        };
        if !every_way_has_steps {
            out.extend(ways);
        }
        out
    }
}

fn later(ways: Vec<Way>, by: i64) -> Vec<Way> {
    ways.into_iter().map(|way| way.later(by)).collect()
}

/// Ways that are the same are one; of too many the first by order stay.
fn fewer(mut ways: Vec<Way>) -> Vec<Way> {
    ways.sort();
    ways.dedup();
    ways.truncate(MOST);
    ways
}
