//! A checked workflow.

use crate::condition::{Condition, Operand, Path};
use crate::source::Span;
use crate::step::{Assigned, Block, BlockIx, Step, StepIx};
use crate::test_case::TestCase;
use crate::trigger::Trigger;
use model::{Length, MovedTo, StepId, Type, Value, VersionId, Windows, WorkflowId};
use std::collections::BTreeMap;

/// One automation, checked: every name in it exists, every type fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// Its stable id.
    pub id: WorkflowId,
    /// Hash of its content (without tests, titles and notes).
    pub version: VersionId,
    /// The name people read; the id where the file gives none.
    pub title: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where its file stands.
    pub span: Span,
    /// What starts it.
    pub trigger: Trigger,
    /// Who may enter; `None`: everybody.
    pub audience: Option<Condition>,
    /// What its messages need.
    pub consent: ConsentRule,
    /// Whether and when one may come again.
    pub reentry: Reentry,
    /// What tells parallel walks of one customer apart; `None`: the customer, or the trigger's entity.
    pub key: Option<Path>,
    /// Whether those who match already at the publish enter.
    pub at_launch: AtLaunch,
    /// The share left alone, to measure: millionths of the whole.
    pub holdout: u32,
    /// What success is.
    pub goal: Option<Goal>,
    /// What ends a walk early.
    pub exit_when: Vec<ExitRule>,
    /// When marketing messages rest; replaces the policy's.
    pub quiet_hours: Option<Windows>,
    /// While this holds, its messages to customers wait.
    pub hold_while: Option<HoldWhile>,
    /// The least distance between two of its messages to one customer.
    pub spacing: Option<Length>,
    /// How those who may enter are let in; `None`: all at once.
    pub release: Option<Release>,
    /// The role that must say yes to this version before it sends; `None`: nobody need.
    pub approval: Option<String>,
    /// Higher goes first. Default 0.
    pub priority: i64,
    /// What a call hands in, by name.
    pub inputs: BTreeMap<String, Input>,
    /// The walk's variables and their first values.
    pub vars: Vec<(String, Assigned)>,
    /// The top list.
    pub root: BlockIx,
    /// All steps.
    pub steps: Vec<Step>,
    /// All lists of steps.
    pub blocks: Vec<Block>,
    /// Where a `publish --move` takes who stands at a step that is gone.
    pub moved: BTreeMap<StepId, MovedTo>,
    /// Its tests.
    pub tests: Vec<TestCase>,
}

impl Workflow {
    /// The step at an index; `None` never happens for indexes of this workflow.
    pub fn step(&self, at: StepIx) -> Option<&Step> {
        self.steps.get(at.0 as usize)
    }
    /// The list at an index.
    pub fn block(&self, at: BlockIx) -> Option<&Block> {
        self.blocks.get(at.0 as usize)
    }
    /// The first step of a list; `None`: it is empty.
    pub fn first(&self, block: BlockIx) -> Option<StepIx> {
        self.block(block)?.steps.first().copied()
    }
    /// The step with this id; `None`: it is not in this version.
    pub fn find(&self, id: &StepId) -> Option<StepIx> {
        self.steps.iter().position(|step| step.id == *id).map(|place| StepIx(place as u32))
    }
}

/// One of a workflow's `inputs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its type.
    pub ty: InputType,
    /// Whether a call may leave it out.
    pub optional: bool,
    /// What it is where a call leaves it out; `None`: unknown.
    pub default: Option<Value>,
    /// The word that a person reads.
    pub title: Option<String>,
}

impl Input {
    /// Whether every call must hand it in.
    pub fn is_needed(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// The type of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputType {
    /// A value like any other.
    Value(Type),
    /// The name of a team: for `assign: "{{inputs.NAME}}"`.
    Team,
}

impl InputType {
    /// The type that conditions and merge tags see.
    pub fn value(&self) -> Type {
        match self {
            Self::Value(ty) => ty.clone(),
            Self::Team => Type::Text,
        }
    }
}

/// `consent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentRule {
    /// A topic that customers consent to (`marketing` is the everyday one).
    Topic(String),
    /// Service notices: sent without marketing consent.
    Transactional,
    /// No message to a customer stands in it.
    None,
}

/// `reentry`.
#[derive(Clone, Debug, PartialEq)]
pub enum Reentry {
    /// Once in a life.
    Never,
    /// As soon as the last walk is over. The default.
    AfterExit,
    /// Not before so long after the last entry; exactly then is allowed.
    OnceEvery(Length),
}

/// `at_launch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AtLaunch {
    /// Only those whose trigger fires from now on. The default.
    #[default]
    OnlyNew,
    /// Also those who match at the publish.
    EnrollMatching,
}

/// `hold_while`.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldWhile {
    /// While this holds, messages wait.
    pub when: Condition,
    /// From a message's first due instant on, so long at most; `None`: as long as it may wait for anything.
    pub at_most: Option<Length>,
}

/// `release`: entries are let in by portions.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// So many at once, at least 1 …
    pub batch: u32,
    /// … in each of these times.
    pub every: Length,
    /// The higher, the earlier, among those who are known together; `None`: by customer id.
    pub by: Option<Operand>,
    /// Who is not in yet when this holds is refused.
    pub stop_when: Option<Condition>,
}

/// `goal`.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What reaches it.
    pub reached: GoalReached,
    /// So long after the entry it counts; `None`: as long as the walk lasts.
    pub within: Option<Length>,
    /// What a conversion is worth.
    pub value: Option<Operand>,
    /// Steps that run once instead of what was left.
    pub then: Option<BlockIx>,
}

/// What reaches a goal.
#[derive(Clone, Debug, PartialEq)]
pub enum GoalReached {
    /// An event after the entry, for which `when` holds.
    Event {
        /// Its name.
        name: String,
        /// Only those for which this holds.
        when: Option<Condition>,
    },
    /// A condition that has become true.
    When(Condition),
}

/// One line of `exit_when`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExitRule {
    /// An event that must come; `None`: the condition alone, asked at each relevant event and before each effect.
    pub event: Option<String>,
    /// The condition.
    pub when: Option<Condition>,
    /// The author's word for it; `None`: `exit_when`.
    pub reason: Option<String>,
}
