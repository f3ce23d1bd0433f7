//! The steps of a workflow: one verb each. They stand in an arena, so that a walk is an index and the
//! next step is found without a stack.

use crate::condition::{Condition, Operand};
use crate::source::Span;
use jiff::civil::Time;
use model::{Decimal, Length, Medium, Shift, StepId, TeamId, Value, Windows, WorkflowId};

/// Index of a step in its workflow's arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepIx(pub u32);

/// Index of a block (a list of steps) in its workflow's arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockIx(pub u32);

/// One item of a list of steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Stable: explicit, or derived from verb and object, never from position.
    pub id: StepId,
    /// Where it stands.
    pub span: Span,
    /// Where its verb stands.
    pub word: Span,
    /// The author's remark.
    pub note: Option<String>,
    /// Skipped unless this holds on arrival.
    pub only_if: Option<Condition>,
    /// How often it is tried again; `None`: the usual.
    pub retry: Option<Retry>,
    /// What happens when it cannot be done.
    pub on_error: OnError,
    /// What it does.
    pub verb: Verb,
    /// The list it stands in.
    pub block: BlockIx,
    /// Its place in that list, from 0.
    pub place: u32,
}

/// A list of steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// In reading order.
    pub steps: Vec<StepIx>,
    /// Where it hangs.
    pub owner: BlockOwner,
}

/// Where a list of steps hangs: what comes after its last step follows from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockOwner {
    /// The workflow: after it comes the end.
    Root,
    /// `goal.then`: after it comes the exit by the goal.
    Goal,
    /// An arm of an `if`, `choose`, `split`, a timeout, `on_refused` or `on_error` of this step: after it
    /// comes what stands below the step.
    Arm(StepIx, u32),
    /// `then` of a `wait_for`; the number is that of the awaited event. `event.*` is the one that came.
    EventThen(StepIx, u32),
    /// A point of a `timeline`: after it the timeline plans its next point.
    Point(StepIx, u32),
    /// The body of a `repeat`: after it comes `until`, or the next pass.
    Pass(StepIx),
}

/// `retry`: of messages and webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Tries after the first, 0 to 100; `None`: 5, or as many as `length` has room for.
    pub times: Option<u32>,
    /// No try later than this after the first; `None`: a day for webhooks, the deadline for messages.
    pub length: Option<Length>,
}

/// `on_error`.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum OnError {
    /// Go on below. The default.
    #[default]
    Skip,
    /// Leave.
    Exit,
    /// Walk these steps, then go on below.
    GoOnWith(BlockIx),
}

/// A text with merge tags, as the author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTemplate {
    /// Handlebars source; a text without tags stands for itself.
    pub source: String,
    /// Where it stands.
    pub span: Span,
}

/// A value given in `set`, `vars`, `with`.
#[derive(Clone, Debug, PartialEq)]
pub enum Assigned {
    /// A value written out, of the target's type.
    Literal(Value),
    /// Text with merge tags.
    Text(TextTemplate),
    /// `= expression`.
    Formula(Operand),
    /// `null`: what had a value has none any more.
    Unknown,
}

/// What `set` sets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An attribute of the customer.
    Customer(String),
    /// An attribute of the entity that the trigger names: kind and attribute.
    Entity(String, String),
    /// A variable of the walk.
    Var(String),
}

/// For whom a notice or a task is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Colleague {
    /// The rep who owns the customer (or the entity the trigger names).
    Owner,
    /// A rep by id.
    Rep(String),
    /// A team's lead, or the team as a whole where it has none.
    Team(TeamId),
    /// A role by name (`sales_manager`).
    Role(String),
}

/// The team of an `assign`.
#[derive(Clone, Debug, PartialEq)]
pub enum TeamName {
    /// By its name.
    Named(TeamId),
    /// By a text with merge tags: `{{inputs.team}}`.
    Text(TextTemplate),
}

impl TeamName {
    /// As the file says it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Named(team) => team.as_str(),
            Self::Text(template) => &template.source,
        }
    }
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// `email`, `sms`, `message`.
    Send(MessageStep),
    /// `notify`.
    Notify {
        /// Whom.
        to: Colleague,
        /// What to say.
        text: TextTemplate,
        /// Said at this time of the colleague's day, with all that is kept for it; `None`: at once.
        digest: Option<Time>,
        /// The webhook that it is said through; `None`: mail.
        via: Option<String>,
    },
    /// `webhook`: another system is told, and the walk rests until it answers.
    Webhook {
        /// The channel that says where.
        channel: String,
        /// What is sent, by name.
        body: Vec<(String, Assigned)>,
    },
    /// `set`: they apply together.
    Set(Vec<(Target, Assigned)>),
    /// `tag`.
    Tag(Vec<String>),
    /// `untag`.
    Untag(Vec<String>),
    /// `add_score`.
    AddScore {
        /// How many; may be negative.
        points: Decimal,
        /// To which score.
        score: String,
    },
    /// `record`: an event of ours about this customer.
    Record {
        /// Its name.
        event: String,
        /// Its fields.
        with: Vec<(String, Assigned)>,
        /// Another customer's id, whose event it is; `None`: the customer's own.
        of: Option<Operand>,
    },
    /// `forget: customer`.
    Forget,
    /// `consent: {grant | withdraw: TOPIC}`.
    Consent {
        /// Granted, or withdrawn.
        grant: bool,
        /// The topic.
        topic: String,
        /// The words the customer said yes to; proof, kept with the event.
        wording: Option<TextTemplate>,
        /// Where they said it; `None`: the workflow.
        source: Option<TextTemplate>,
    },
    /// `suppress`.
    Suppress {
        /// Which channel; `None`: all.
        medium: Option<Medium>,
        /// Which topic; `None`: all.
        topic: Option<String>,
        /// For how long; `None`: for ever.
        length: Option<Length>,
        /// Why.
        because: String,
    },
    /// `unsuppress`.
    Unsuppress {
        /// Which channel; `None`: all.
        medium: Option<Medium>,
        /// Which topic's alone; `None`: whatever stands.
        topic: Option<String>,
    },
    /// `move_stage`.
    MoveStage {
        /// Of which entity; `None`: of the customer.
        of: Option<String>,
        /// Where to.
        to: String,
    },
    /// `assign`.
    Assign {
        /// From which team.
        team: TeamName,
        /// The rules, the first that answers; empty: the team's own, else round robin.
        by: Vec<AssignBy>,
        /// Of which entity; `None`: the customer.
        of: Option<String>,
        /// Left out where there is an owner already.
        unless_owned: bool,
        /// What `by: skill` asks for; `None`: the customer's attribute `skill`.
        skill: Option<Assigned>,
        /// The chosen rep must accept within this time of the team's hours; `None`: as the team says.
        accept_within: Option<Length>,
        /// The steps on refusal or silence, instead of the team's own ladder.
        on_refused: Option<BlockIx>,
    },
    /// `unassign`.
    Unassign {
        /// Of which entity; `None`: the customer.
        of: Option<String>,
    },
    /// `task`.
    Task {
        /// What to do.
        title: TextTemplate,
        /// For whom. Default: owner.
        to: Colleague,
        /// By when, from the instant of the step.
        due: Option<Due>,
        /// More words.
        body: Option<TextTemplate>,
        /// What may come of it.
        outcomes: Vec<String>,
    },
    /// `wait`.
    Wait(WaitLength),
    /// `wait_until`.
    WaitUntil(Windows),
    /// `wait_for_date`.
    WaitForDate {
        /// The date.
        date: Operand,
        /// Before or after it.
        shift: Shift,
        /// At what time of the customer's day; `None` for an instant: its own, for a date: 00:00.
        at: Option<Time>,
        /// What if it is past.
        if_past: DatePast,
    },
    /// `wait_for`.
    WaitFor {
        /// The events, in the author's order.
        events: Vec<Awaited>,
        /// Events since when count.
        since: Since,
        /// For message events: of which message.
        of: MessageOf,
        /// For how long at most.
        within: Length,
        /// The steps when none came in time.
        on_timeout: Option<BlockIx>,
    },
    /// `timeline`.
    Timeline(Timeline),
    /// `if`.
    If {
        /// The question.
        condition: Condition,
        /// Where it holds.
        then: BlockIx,
        /// Where it does not.
        otherwise: Option<BlockIx>,
    },
    /// `choose`: the first that holds.
    Choose(Vec<Case>),
    /// `split`: arms by lot, stable per customer.
    Split {
        /// The split's name.
        name: String,
        /// The arms; shares sum to 100 %.
        ways: Vec<Way>,
        /// How the best arm is found; `None`: they do not compete.
        winner: Option<Winner>,
    },
    /// `repeat`.
    Repeat {
        /// The body.
        steps: BlockIx,
        /// How often at most, 1 to 50.
        times: u32,
        /// Asked after each pass.
        until: Option<Condition>,
    },
    /// `call`: another workflow, for the same customer.
    Call {
        /// Which.
        workflow: WorkflowId,
        /// Its inputs.
        with: Vec<(String, Assigned)>,
        /// Rests here until it ends. The default.
        wait: bool,
    },
    /// `exit`.
    Exit(String),
}

/// `email`, `sms`, `message`.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageStep {
    /// On which channel.
    pub medium: Medium,
    /// The declared channel of a `message … via`; `None`: the medium's default.
    pub via: Option<String>,
    /// The template's name.
    pub template: String,
    /// Instead of the template's own subject.
    pub subject: Option<TextTemplate>,
    /// A sender's name, `owner`, or `None`: the first sender.
    pub from: Option<String>,
    /// The sender whose daily number it counts for; `None`: the first.
    pub counts_for: Option<String>,
    /// More values for the template.
    pub vars: Vec<(String, Assigned)>,
    /// Overrides the workflow's consent.
    pub topic: Option<String>,
    /// Also to the owner.
    pub copy_to_owner: bool,
    /// Messages of this template to one customer within this time are one; `None`: each by itself.
    pub combine: Option<Length>,
    /// How late it may go; `None`: the default.
    pub max_lateness: Option<Length>,
    /// What if it comes too late for its window.
    pub late: Late,
}

/// `late`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Late {
    /// At once.
    Run,
    /// Not at all.
    Skip,
    /// In the next allowed window. The default.
    #[default]
    NextWindow,
}

/// `wait: D` or `wait: = expression` with bounds.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitLength {
    /// Written out.
    Fixed(Length),
    /// Computed, held inside the bounds.
    Computed {
        /// The expression, a length.
        formula: Operand,
        /// Not shorter.
        at_least: Length,
        /// Not longer.
        at_most: Length,
    },
}

/// `due`.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// So long after the step.
    After(Length),
    /// A date or instant by an expression.
    At(Operand),
}

/// `assign … by`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssignBy {
    /// Each in turn.
    RoundRobin,
    /// Each in turn, by weight.
    Weighted,
    /// The one with the fewest open; ties: longest since the last.
    LeastBusy,
    /// By the customer's territory.
    Territory,
    /// By a skill.
    Skill,
    /// The owner, where they are in the team.
    Owner,
    /// Same company, then former owner.
    Sticky,
}

impl AssignBy {
    /// Every rule, in the order of the reference.
    pub const ALL: [Self; 7] = [
        Self::RoundRobin,
        Self::Weighted,
        Self::LeastBusy,
        Self::Territory,
        Self::Skill,
        Self::Owner,
        Self::Sticky,
    ];
    /// The word in files and traces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round_robin",
            Self::Weighted => "weighted",
            Self::LeastBusy => "least_busy",
            Self::Territory => "territory",
            Self::Skill => "skill",
            Self::Owner => "owner",
            Self::Sticky => "sticky",
        }
    }
}

/// `wait_for_date … if_past`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DatePast {
    /// Go on at once. The default.
    #[default]
    Now,
    /// Leave.
    Exit,
}

/// One event of a `wait_for`.
#[derive(Clone, Debug, PartialEq)]
pub struct Awaited {
    /// Its name.
    pub event: String,
    /// Only those for which this holds.
    pub when: Option<Condition>,
    /// The steps when it came.
    pub then: Option<BlockIx>,
}

/// `wait_for … since`.
#[derive(Clone, Debug, PartialEq)]
pub enum Since {
    /// Since the walk came to this step; for message events since the nearest message above.
    Step,
    /// Since the entry.
    Entry,
    /// Up to so long before the step.
    Back(Length),
}

/// `wait_for … of`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum MessageOf {
    /// Of the nearest message above on the path. The default.
    #[default]
    Nearest,
    /// Of whichever message.
    Any,
    /// Of the message of a step.
    Step {
        /// Its id.
        id: StepId,
        /// Where the author names it.
        span: Span,
    },
}

/// `timeline`.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The date that everything hangs on.
    pub date: Operand,
    /// The time of day of the points. Default 09:00.
    pub at: Option<Time>,
    /// What of a point that is past.
    pub if_past: PointPast,
    /// In the author's order.
    pub points: Vec<Point>,
}

/// What becomes of a point that is past when the timeline is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PointPast {
    /// Left out, with a reason. The default.
    #[default]
    Skip,
    /// Run at once.
    Now,
}

/// A point of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Before or after the date.
    pub shift: Shift,
    /// Its own time of day.
    pub at: Option<Time>,
    /// Its own rule for the past.
    pub if_past: Option<PointPast>,
    /// Once per new date, instead of once.
    pub again: bool,
    /// What is done.
    pub steps: BlockIx,
}

/// A case of a `choose`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// `None`: otherwise.
    pub when: Option<Condition>,
    /// What is done.
    pub steps: BlockIx,
}

/// `split … winner`: the arm that brought the most, per customer measured, is what everybody new takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Winner {
    /// The event that counts, once a customer; opens and clicks by people only.
    pub by: String,
    /// When it is decided.
    pub after: WinnerAfter,
    /// Customers measured in each arm, at least; fewer: `otherwise`. Default 30.
    pub at_least: u32,
    /// The arm taken on a tie, or where there are too few.
    pub otherwise: String,
}

/// When a winner is decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WinnerAfter {
    /// So long after the first customer was measured.
    Length(Length),
    /// Once so many customers were sent a message, over all arms.
    Sends(u32),
}

/// An arm of a `split`.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Its name.
    pub name: String,
    /// Its share, in millionths of the whole.
    pub share: u32,
    /// Variables it sets.
    pub vars: Vec<(String, Assigned)>,
    /// Its steps.
    pub steps: Option<BlockIx>,
    /// It waits for the winner and then goes its way, at this time of the customer's day where one is given.
    pub takes: Option<Takes>,
}

/// `takes: winner`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// At what time of day; `None`: as soon as it is decided.
    pub at: Option<Time>,
}
