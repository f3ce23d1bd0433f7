//! The steps and lists of one workflow while they are read.

use crate::source::{Span, Spanned};
use crate::step::{Block, BlockIx, BlockOwner, OnError, Step, StepIx, Verb};
use model::StepId;

/// The arm number of the steps of `on_error: {go_on_with}`.
pub(super) const ON_ERROR: u32 = u32::MAX;
/// The arm of a step's `on_refused`.
pub(super) const ON_REFUSED: u32 = u32::MAX - 1;

/// A step as far as it was understood.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The step; its id is given when all steps are read.
    pub step: Step,
    /// The id that the author wrote.
    pub explicit: Option<Spanned<String>>,
    /// The verb as the file writes it.
    pub word: &'static str,
    /// Where the verb stands.
    pub word_span: Span,
    /// What the verb is about, for the derived id.
    pub object: String,
    /// It could not be understood: its error is reported, later checks leave it alone.
    pub broken: bool,
}

/// All steps and lists of a workflow under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    /// In the order in which they were begun: a step before the steps inside it.
    pub drafts: Vec<Draft>,
    /// In the same order.
    pub blocks: Vec<Block>,
    /// The lists that hang on each step.
    inside: Vec<Vec<BlockIx>>,
}

impl Arena {
    /// Begins a list.
    pub fn open_block(&mut self, owner: BlockOwner) -> BlockIx {
        let at = BlockIx(u32::try_from(self.blocks.len()).unwrap_or(u32::MAX));
        self.blocks.push(Block { steps: Vec::new(), owner });
        let step = match owner {
            BlockOwner::Root | BlockOwner::Goal => None,
            BlockOwner::Arm(step, _)
            | BlockOwner::EventThen(step, _)
            | BlockOwner::Point(step, _)
            | BlockOwner::Pass(step) => Some(step),
        };
        if let Some(inside) = step.and_then(|step| self.inside.get_mut(step.0 as usize)) {
            inside.push(at);
        }
        at
    }

    /// Begins the next step of a list. It counts as broken until it is [filled](Self::fill).
    pub fn open_step(&mut self, block: BlockIx, span: Span) -> StepIx {
        let at = StepIx(u32::try_from(self.drafts.len()).unwrap_or(u32::MAX));
        let place = self.block(block).map_or(0, |list| u32::try_from(list.steps.len()).unwrap_or(u32::MAX));
        if let Some(list) = self.blocks.get_mut(block.0 as usize) {
            list.steps.push(at);
        }
        let step = Step {
            id: StepId::from(""),
            span,
            word: span,
            note: None,
            only_if: None,
            retry: None,
            on_error: OnError::Skip,
            verb: Verb::Tag(Vec::new()),
            block,
            place,
        };
        let draft =
            Draft { step, explicit: None, word: "", word_span: span, object: String::new(), broken: true };
        self.drafts.push(draft);
        self.inside.push(Vec::new());
        at
    }

    /// Puts in what was understood of a step.
    pub fn fill(&mut self, at: StepIx, word: &'static str, word_span: Span, verb: Verb, object: String) {
        if let Some(draft) = self.draft_mut(at) {
            draft.step.verb = verb;
            draft.step.word = word_span;
            draft.word = word;
            draft.word_span = word_span;
            draft.object = object;
            draft.broken = false;
        }
    }

    /// The list at an index.
    pub fn block(&self, at: BlockIx) -> Option<&Block> {
        self.blocks.get(at.0 as usize)
    }

    /// The step at an index.
    pub fn draft(&self, at: StepIx) -> Option<&Draft> {
        self.drafts.get(at.0 as usize)
    }

    /// The step at an index, to be changed.
    pub fn draft_mut(&mut self, at: StepIx) -> Option<&mut Draft> {
        self.drafts.get_mut(at.0 as usize)
    }

    /// The lists that hang on a step, in reading order.
    pub fn blocks_of(&self, at: StepIx) -> Vec<BlockIx> {
        self.inside.get(at.0 as usize).cloned().unwrap_or_default()
    }

    /// The finished steps, once every one was understood.
    pub fn finish(self) -> (Vec<Step>, Vec<Block>) {
        (self.drafts.into_iter().map(|draft| draft.step).collect(), self.blocks)
    }
}
