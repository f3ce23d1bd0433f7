//! A workflow as a tree: of text (`nurture graph --format text`), as a picture (`svg`), as a flowchart
//! (`mermaid`). In text the ids stand in a column of their own, which Chinese text (two cells a character)
//! does not push out of line.

mod mermaid;
mod spine;
mod svg;
mod time;
mod words;

pub use mermaid::mermaid;
pub use spine::{Figure, Figures, Taken, spine};
pub use svg::svg;

use crate::condition::Condition;
use crate::step::{BlockIx, OnError, Step, StepIx, Verb};
use crate::trigger::{Crossing, ScheduleZone, Subject, Trigger};
use crate::workflow::{ConsentRule, GoalReached, Reentry, Workflow};
use model::words::{Language, say};
use unicode_width::UnicodeWidthChar;
use unicode_width::UnicodeWidthStr;

/// Widest text of a line in cells of the terminal; what is longer ends in `…`.
const WIDEST: usize = 72;

/// Draws a workflow: what starts it and who may enter, then its steps as a tree, each with its id at the
/// right. Ends with a line end. The same workflow gives the same text.
pub fn text(workflow: &Workflow, language: Language) -> String {
    let mut drawing = Drawing::new(workflow, language);
    drawing.head();
    drawing.list(workflow.root, "", true);
    if let Some(then) = workflow.goal.as_ref().and_then(|goal| goal.then) {
        drawing.plain("", &drawing.word("draw-goal-then", &[]));
        drawing.list(then, "", false);
    }
    drawing.print()
}

/// What a step does, in one line.
pub fn said(workflow: &Workflow, step: &Step, language: Language) -> String {
    Drawing::new(workflow, language).said(step)
}

struct Line {
    branch: String,
    text: String,
    id: String,
}

struct Drawing<'w> {
    workflow: &'w Workflow,
    language: Language,
    lines: Vec<Line>,
}

impl<'w> Drawing<'w> {
    fn new(workflow: &'w Workflow, language: Language) -> Self {
        Self { workflow, language, lines: Vec::new() }
    }
}

impl Drawing<'_> {
    fn word(&self, key: &str, values: &[(&str, &str)]) -> String {
        say(self.language, key, values)
    }

    fn plain(&mut self, branch: &str, text: &str) {
        self.lines.push(Line { branch: branch.to_owned(), text: text.to_owned(), id: String::new() });
    }

    /// The id, and the title where it has one.
    fn title(&self) -> String {
        let workflow = self.workflow;
        let title = if workflow.title == workflow.id.as_str() { "" } else { workflow.title.as_str() };
        format!("{}  {title}", workflow.id).trim_end().to_owned()
    }

    fn head(&mut self) {
        self.plain("", &self.title());
        let facts = self.facts();
        let widest = facts.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
        for (name, value) in facts {
            let gap = " ".repeat(widest.saturating_sub(name.width()) + 2);
            self.plain("", &format!("  {name}{gap}{value}"));
        }
        self.plain("│", "");
    }

    /// What starts it, who may enter, what ends it: each with its name.
    fn facts(&self) -> Vec<(String, String)> {
        let workflow = self.workflow;
        let mut facts: Vec<(&str, String)> = vec![("draw-starts", self.trigger(&workflow.trigger))];
        if let Some(audience) = &workflow.audience {
            facts.push(("draw-audience", audience.text.to_string()));
        }
        facts.push((
            "draw-consent",
            match &workflow.consent {
                ConsentRule::Topic(topic) => topic.clone(),
                ConsentRule::Transactional => self.word("draw-transactional", &[]),
                ConsentRule::None => self.word("draw-none", &[]),
            },
        ));
        facts.push((
            "draw-reentry",
            match &workflow.reentry {
                Reentry::Never => self.word("draw-never", &[]),
                Reentry::AfterExit => self.word("draw-after-exit", &[]),
                Reentry::OnceEvery(length) => {
                    self.word("draw-once-every", &[("length", &self.length(length))])
                }
            },
        ));
        if workflow.holdout > 0 {
            facts.push(("draw-holdout", percent(workflow.holdout)));
        }
        if let Some(goal) = &workflow.goal {
            let mut text = match &goal.reached {
                GoalReached::Event { name, when } => self.narrowed(name, when.as_ref()),
                GoalReached::When(condition) => condition.text.to_string(),
            };
            if let Some(within) = &goal.within {
                text = self.with_length("draw-within", &text, within);
            }
            facts.push(("draw-goal", text));
        }
        for rule in &workflow.exit_when {
            let text = match &rule.event {
                Some(event) => self.narrowed(event, rule.when.as_ref()),
                None => rule.when.as_ref().map_or_else(String::new, |when| when.text.to_string()),
            };
            let text = rule.reason.as_ref().map_or_else(|| text.clone(), |reason| self.noted(&text, reason));
            facts.push(("draw-leaves", text));
        }
        if let Some(quiet) = &workflow.quiet_hours {
            facts.push(("draw-quiet-hours", self.windows(quiet)));
        }
        if let Some(hold) = &workflow.hold_while {
            facts.push(("draw-hold-while", hold.when.text.to_string()));
        }
        if let Some(spacing) = &workflow.spacing {
            facts.push(("draw-spacing", self.length(spacing)));
        }
        if let Some(release) = &workflow.release {
            let (batch, every) = (release.batch.to_string(), self.length(&release.every));
            let said = self.word("draw-portions", &[("batch", &batch), ("every", &every)]);
            facts.push(("draw-release", said));
        }
        if let Some(role) = &workflow.approval {
            facts.push(("draw-approval", role.clone()));
        }
        facts.into_iter().map(|(key, value)| (self.word(key, &[]), value)).collect()
    }

    fn narrowed(&self, event: &str, when: Option<&Condition>) -> String {
        match when {
            Some(when) => self.word("draw-where", &[("what", event), ("condition", &when.text)]),
            None => event.to_owned(),
        }
    }

    fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Event { name, when, settles, to } => {
                let mut what = self.narrowed(name, when.as_ref());
                if let Some(to) = to {
                    what = self.word("draw-to-all", &[("what", &what), ("condition", &to.text)]);
                }
                match settles {
                    Some(length) => self.with_length("draw-settled", &what, length),
                    None => what,
                }
            }
            Trigger::Stage { of, from, to } => {
                let (from, to) = (self.any(from), self.any(to));
                self.word(
                    "draw-moves",
                    &[("what", &format!("{}.stage", subject(of))), ("from", &from), ("to", &to)],
                )
            }
            Trigger::Attribute { of, attribute, from, to } => {
                let shown =
                    |values: &[model::Value]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
                let (from, to) = (self.any(&shown(from)), self.any(&shown(to)));
                let what = format!("{}.{attribute}", subject(of));
                self.word("draw-moves", &[("what", &what), ("from", &from), ("to", &to)])
            }
            Trigger::Date(date) => self.date(date),
            Trigger::Inactive { no, length } => {
                let length = self.waiting(length);
                self.word("draw-inactive", &[("events", &self.listed(no)), ("length", &length)])
            }
            Trigger::Segment { name, crossing } => {
                let key = match crossing {
                    Crossing::Enters => "draw-segment-enters",
                    Crossing::Leaves => "draw-segment-leaves",
                };
                self.word(key, &[("name", name)])
            }
            Trigger::Score(score) => {
                let reaches = score.reaches.to_string();
                self.word("draw-reaches", &[("score", &score.of), ("level", &reaches)])
            }
            Trigger::Schedule(schedule) => {
                let when = self.schedule(&schedule.rule);
                match &schedule.zone {
                    ScheduleZone::Project => when,
                    ScheduleZone::Named(zone) => {
                        self.word("draw-in-zone", &[("what", &when), ("zone", model::zone::name(zone))])
                    }
                    ScheduleZone::Customer => self.word("draw-customers-clock", &[("what", &when)]),
                }
            }
            Trigger::Manual => self.word("draw-manual", &[]),
            Trigger::Called => self.word("draw-called", &[]),
        }
    }

    fn any(&self, names: &[String]) -> String {
        if names.is_empty() { self.word("draw-any", &[]) } else { self.listed(names) }
    }

    /// Names one after the other.
    fn listed(&self, names: &[String]) -> String {
        names.join(match self.language {
            Language::Zh => "、",
            Language::En => ", ",
        })
    }

    /// Draws a list below `branch`; the walk's end stands below the top list.
    fn list(&mut self, block: BlockIx, branch: &str, is_top: bool) {
        let steps = self.workflow.block(block).map(|list| list.steps.clone()).unwrap_or_default();
        let last = steps.len().saturating_sub(1);
        for (place, at) in steps.iter().enumerate() {
            let is_last = place == last && !is_top;
            self.step(*at, branch, is_last);
        }
        if is_top {
            let end = self.word("draw-end", &[]);
            self.plain(&format!("{branch}└─ "), &end);
        }
    }

    fn step(&mut self, at: StepIx, branch: &str, is_last: bool) {
        let Some(step) = self.workflow.step(at) else { return };
        let text = self.said(step);
        let (knot, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        self.lines.push(Line { branch: format!("{branch}{knot}"), text, id: step.id.to_string() });
        let below = format!("{branch}{below}");
        let arms = self.all_arms(step);
        let last = arms.len().saturating_sub(1);
        for (place, (name, steps)) in arms.into_iter().enumerate() {
            let (knot, inside) = if place == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.plain(&format!("{below}{knot}"), &name);
            if let Some(steps) = steps {
                self.list(steps, &format!("{below}{inside}"), false);
            }
        }
    }

    /// What a step does, and under which condition.
    fn said(&self, step: &Step) -> String {
        let text = self.verb(&step.verb);
        match &step.only_if {
            Some(condition) => self.word("draw-only-if", &[("what", &text), ("condition", &condition.text)]),
            None => text,
        }
    }

    /// The arms of a step, that of a failure the last.
    fn all_arms(&self, step: &Step) -> Vec<(String, Option<BlockIx>)> {
        let mut arms = self.arms(&step.verb);
        if let OnError::GoOnWith(steps) = step.on_error {
            arms.push((self.word("draw-on-error", &[]), Some(steps)));
        }
        arms
    }

    /// The arms of a step in the author's order: a name, and the steps where there are any.
    fn arms(&self, verb: &Verb) -> Vec<(String, Option<BlockIx>)> {
        match verb {
            Verb::If { then, otherwise, .. } => {
                let mut arms = vec![(self.word("draw-then", &[]), Some(*then))];
                arms.extend(otherwise.map(|steps| (self.word("draw-else", &[]), Some(steps))));
                arms
            }
            Verb::Choose(cases) => cases
                .iter()
                .map(|case| {
                    let name = match &case.when {
                        Some(when) => when.text.to_string(),
                        None => self.word("draw-otherwise", &[]),
                    };
                    (name, Some(case.steps))
                })
                .collect(),
            Verb::Split { ways, .. } => ways
                .iter()
                .map(|way| {
                    let share = format!("{}  {}", way.name, percent(way.share));
                    let name = match &way.takes {
                        Some(takes) => self.and(&share, &self.winners(takes)),
                        None => share,
                    };
                    (name, way.steps)
                })
                .collect(),
            Verb::WaitFor { events, on_timeout, .. } => {
                let came = |event: &str| self.word("draw-came", &[("what", event)]);
                let mut arms: Vec<_> = events
                    .iter()
                    .filter(|awaited| awaited.then.is_some())
                    .map(|awaited| (came(&awaited.event), awaited.then))
                    .collect();
                arms.extend(on_timeout.map(|steps| (self.word("draw-timeout", &[]), Some(steps))));
                arms
            }
            Verb::Timeline(timeline) => {
                timeline.points.iter().map(|point| (self.point(point, timeline), Some(point.steps))).collect()
            }
            Verb::Repeat { steps, .. } => vec![(self.word("draw-each-pass", &[]), Some(*steps))],
            Verb::Assign { on_refused, .. } => {
                on_refused.iter().map(|steps| (self.word("draw-refused", &[]), Some(*steps))).collect()
            }
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
            | Verb::Unassign { .. }
            | Verb::Task { .. }
            | Verb::Wait(_)
            | Verb::WaitUntil(_)
            | Verb::WaitForDate { .. }
            | Verb::Call { .. }
            | Verb::Exit(_) => Vec::new(),
        }
    }

    /// The ways past the arms of a step, each with what stands on it.
    fn passes(&self, step: &Step) -> Vec<Option<String>> {
        let word = |key: &str| Some(self.word(key, &[]));
        if let Verb::WaitFor { events, on_timeout, .. } = &step.verb {
            let plain = events.iter().filter(|awaited| awaited.then.is_none());
            let came = |event: &str| Some(self.word("draw-came", &[("what", event)]));
            let mut ways: Vec<Option<String>> = plain.map(|awaited| came(&awaited.event)).collect();
            if on_timeout.is_none() {
                ways.push(word("draw-timeout"));
            }
            return ways;
        }
        if let Verb::Choose(cases) = &step.verb {
            let whole = cases.iter().any(|case| case.when.is_none());
            return if whole { Vec::new() } else { vec![word("draw-otherwise")] };
        }
        if let Verb::If { otherwise: None, .. } = &step.verb {
            return vec![word("draw-else")];
        }
        let leaves_by_arms = matches!(step.verb, Verb::If { .. } | Verb::Split { .. } | Verb::Exit(_));
        if leaves_by_arms { Vec::new() } else { vec![None] }
    }

    fn print(&self) -> String {
        let clipped: Vec<(String, &str)> = self
            .lines
            .iter()
            .map(|line| (format!("{}{}", line.branch, clip(&line.text, WIDEST)), line.id.as_str()))
            .collect();
        let with_id = clipped.iter().filter(|(_, id)| !id.is_empty());
        let column = with_id.map(|(text, _)| text.width()).max().unwrap_or(0) + 2;
        let mut out = String::new();
        for (text, id) in clipped {
            let gap = if id.is_empty() { 0 } else { column.saturating_sub(text.width()) };
            out.push_str(format!("{text}{}{id}", " ".repeat(gap)).trim_end());
            out.push('\n');
        }
        out
    }
}

fn subject(of: &Subject) -> &str {
    match of {
        Subject::Customer => "customer",
        Subject::Entity(kind) => kind,
    }
}

/// Millionths of the whole as `33.3333%`.
fn percent(millionths: u32) -> String {
    format!("{}%", model::Decimal::from_micros(i64::from(millionths) * 100))
}

/// Cuts a text at a width in cells, so that a character of two cells is never halved.
fn clip(text: &str, widest: usize) -> String {
    if text.width() <= widest {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut width = 0;
    for letter in text.chars() {
        width += letter.width().unwrap_or(0);
        if width >= widest {
            break;
        }
        out.push(letter);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{File, Settings};

    pub(super) fn workflow(text: &str) -> std::sync::Arc<Workflow> {
        let file = File { path: "workflows/a.yaml".to_owned(), text: text.to_owned() };
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
        let loaded = crate::load(&[file], &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        loaded.project.workflows.into_values().next().unwrap()
    }

    pub(super) fn drawn(text: &str, language: Language) -> String {
        super::text(&workflow(text), language)
    }

    const SAMPLE: &str = "workflow: a\ntitle: 样例\ntrigger: manual\nreentry: { once_every: 30 days }\nsteps:\n  - tag: 新客户\n  - if: customer.country == \"CN\"\n    then:\n      - wait: 2 days\n    else:\n      - exit: abroad\n  - task: call\n    due: 1 workday\n";

    #[test]
    fn a_workflow_is_a_tree_with_its_ids_at_the_right() {
        let expected = "\
a  样例
  starts   by hand or API
  consent  none
  again    once every 30 days
│
├─ tag 新客户                         tag:新客户
├─ if customer.country == \"CN\"        if:customer.country == \"CN\"
│  ├─ yes
│  │  └─ wait 2 days                  wait-at-start:if:customer.country == \"CN\"/then
│  └─ no
│     └─ exit: abroad                 exit:abroad
├─ task for owner in 1 workday: call  task:call
└─ end
";
        assert_eq!(drawn(SAMPLE, Language::En), expected);
    }

    #[test]
    fn ids_stand_in_one_column_under_chinese_text() {
        let drawing = drawn(SAMPLE, Language::Zh);
        let columns: std::collections::BTreeSet<usize> = drawing
            .lines()
            .filter_map(|line| {
                ["tag:", "if:", "wait-", "exit:", "task:"]
                    .iter()
                    .find_map(|id| line.rfind(&format!("  {id}")).map(|at| line[..at].width()))
            })
            .collect();
        assert_eq!(columns.len(), 1, "{drawing}");
    }
}
