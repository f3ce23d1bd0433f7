//! A workflow as a tree of text: `nurture graph --format text`. The ids stand in a column of their own,
//! which Chinese text (two cells a character) does not push out of line.

use crate::condition::Condition;
use crate::condition::print::operand;
use crate::step::{
    Assigned, BlockIx, Colleague, DatePast, Due, MessageStep, Point, Since, StepIx, Target, TextTemplate,
    Timeline, Verb, WaitLength,
};
use crate::trigger::{DateTrigger, Subject, Trigger};
use crate::workflow::{ConsentRule, GoalReached, Reentry, Workflow};
use model::words::{Language, say};
use model::{CalendarKind, DateRepeat, Shift};
use unicode_width::UnicodeWidthChar;
use unicode_width::UnicodeWidthStr;

/// Widest text of a line in cells of the terminal; what is longer ends in `…`.
const WIDEST: usize = 72;

/// Draws a workflow: what starts it and who may enter, then its steps as a tree, each with its id at the
/// right. Ends with a line end. The same workflow gives the same text.
pub fn text(workflow: &Workflow, language: Language) -> String {
    let mut drawing = Drawing { workflow, language, lines: Vec::new() };
    drawing.head();
    drawing.list(workflow.root, "", true);
    if let Some(then) = workflow.goal.as_ref().and_then(|goal| goal.then) {
        drawing.plain("", &drawing.word("draw-goal-then", &[]));
        drawing.list(then, "", false);
    }
    drawing.print()
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

impl Drawing<'_> {
    fn word(&self, key: &str, values: &[(&str, &str)]) -> String {
        say(self.language, key, values)
    }

    fn plain(&mut self, branch: &str, text: &str) {
        self.lines.push(Line { branch: branch.to_owned(), text: text.to_owned(), id: String::new() });
    }

    fn head(&mut self) {
        let workflow = self.workflow;
        let title = if workflow.title == workflow.id.as_str() { "" } else { workflow.title.as_str() };
        self.plain("", format!("{}  {title}", workflow.id).trim_end());
        let mut facts: Vec<(&str, String)> = vec![("draw-starts", self.trigger(&workflow.trigger))];
        if let Some(audience) = &workflow.audience {
            facts.push(("draw-audience", audience.text.to_string()));
        }
        facts.push((
            "draw-consent",
            match &workflow.consent {
                ConsentRule::Topic(topic) => topic.clone(),
                ConsentRule::Transactional => "transactional".to_owned(),
                ConsentRule::None => "none".to_owned(),
            },
        ));
        facts.push((
            "draw-reentry",
            match &workflow.reentry {
                Reentry::Never => self.word("draw-never", &[]),
                Reentry::AfterExit => self.word("draw-after-exit", &[]),
                Reentry::OnceEvery(length) => {
                    self.word("draw-once-every", &[("length", &length.to_string())])
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
                text = self.word("draw-within", &[("what", &text), ("length", &within.to_string())]);
            }
            facts.push(("draw-goal", text));
        }
        for rule in &workflow.exit_when {
            let text = match &rule.event {
                Some(event) => self.narrowed(event, rule.when.as_ref()),
                None => rule.when.as_ref().map_or_else(String::new, |when| when.text.to_string()),
            };
            let reason = rule.reason.as_ref().map_or_else(String::new, |reason| format!("  ({reason})"));
            facts.push(("draw-leaves", format!("{text}{reason}")));
        }
        if let Some(quiet) = &workflow.quiet_hours {
            facts.push(("draw-quiet-hours", quiet.to_string()));
        }
        let widest = facts.iter().map(|(key, _)| self.word(key, &[]).width()).max().unwrap_or(0);
        for (key, value) in facts {
            let name = self.word(key, &[]);
            let gap = " ".repeat(widest.saturating_sub(name.width()) + 2);
            self.plain("", &format!("  {name}{gap}{value}"));
        }
        self.plain("│", "");
    }

    fn narrowed(&self, event: &str, when: Option<&Condition>) -> String {
        match when {
            Some(when) => self.word("draw-where", &[("what", event), ("condition", &when.text)]),
            None => event.to_owned(),
        }
    }

    fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Event { name, when, settles } => {
                let what = self.narrowed(name, when.as_ref());
                match settles {
                    Some(length) => {
                        self.word("draw-settled", &[("what", &what), ("length", &length.to_string())])
                    }
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
                    |value: &Option<model::Value>| value.iter().map(ToString::to_string).collect::<Vec<_>>();
                let (from, to) = (self.any(&shown(from)), self.any(&shown(to)));
                let what = format!("{}.{attribute}", subject(of));
                self.word("draw-moves", &[("what", &what), ("from", &from), ("to", &to)])
            }
            Trigger::Date(date) => self.date(date),
            Trigger::Inactive { no, length } => {
                self.word("draw-inactive", &[("events", &no.join(", ")), ("length", &length.to_string())])
            }
            Trigger::Schedule(schedule) => schedule.to_string(),
            Trigger::Manual => self.word("draw-manual", &[]),
        }
    }

    fn any(&self, names: &[String]) -> String {
        if names.is_empty() { self.word("draw-any", &[]) } else { names.join(", ") }
    }

    fn date(&self, date: &DateTrigger) -> String {
        let text = self.shifted(date.of.text(), &date.rule.shift);
        let repeat = match &date.rule.repeat {
            DateRepeat::Once => "once".to_owned(),
            DateRepeat::Yearly => "yearly".to_owned(),
            DateRepeat::Monthly => "monthly".to_owned(),
            DateRepeat::Every(length) => format!("every {length}"),
        };
        let calendar = match date.rule.calendar {
            CalendarKind::Lunar => ", lunar",
            CalendarKind::Solar | CalendarKind::FromCustomer => "",
        };
        format!("{text}, {repeat}{calendar}, {}", clock(date.rule.at))
    }

    fn shifted(&self, date: String, shift: &Shift) -> String {
        match shift {
            Shift::None => date,
            Shift::Before(length) => {
                self.word("draw-before", &[("what", &date), ("length", &length.to_string())])
            }
            Shift::After(length) => {
                self.word("draw-after", &[("what", &date), ("length", &length.to_string())])
            }
        }
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
        let mut text = self.verb(&step.verb);
        if let Some(condition) = &step.only_if {
            text = self.word("draw-only-if", &[("what", &text), ("condition", &condition.text)]);
        }
        let (knot, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        self.lines.push(Line { branch: format!("{branch}{knot}"), text, id: step.id.to_string() });
        let below = format!("{branch}{below}");
        let mut arms = self.arms(&step.verb);
        if let crate::step::OnError::GoOnWith(steps) = step.on_error {
            arms.push((self.word("draw-on-error", &[]), Some(steps)));
        }
        let last = arms.len().saturating_sub(1);
        for (place, (name, steps)) in arms.into_iter().enumerate() {
            let (knot, inside) = if place == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.plain(&format!("{below}{knot}"), &name);
            if let Some(steps) = steps {
                self.list(steps, &format!("{below}{inside}"), false);
            }
        }
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
            Verb::Split { ways, .. } => {
                ways.iter().map(|way| (format!("{}  {}", way.name, percent(way.share)), way.steps)).collect()
            }
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
            Verb::Send(_)
            | Verb::Notify { .. }
            | Verb::Set(_)
            | Verb::Tag(_)
            | Verb::Untag(_)
            | Verb::AddScore { .. }
            | Verb::Record { .. }
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
            | Verb::Exit(_) => Vec::new(),
        }
    }

    fn point(&self, point: &Point, timeline: &Timeline) -> String {
        let date = operand(&timeline.date);
        let text = self.shifted(date, &point.shift);
        match point.at.or(timeline.at) {
            Some(at) => format!("{text}, {}", clock(at)),
            None => text,
        }
    }

    fn verb(&self, verb: &Verb) -> String {
        match verb {
            Verb::Send(message) => self.message(message),
            Verb::Notify { to, text } => {
                self.word("draw-notify", &[("who", &self.colleague(to)), ("text", &shown(text))])
            }
            Verb::Set(pairs) => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(target, value)| format!("{} = {}", name(target), assigned(value)))
                    .collect();
                self.word("draw-set", &[("what", &pairs.join(", "))])
            }
            Verb::Tag(tags) => self.word("draw-tag", &[("what", &tags.join(", "))]),
            Verb::Untag(tags) => self.word("draw-untag", &[("what", &tags.join(", "))]),
            Verb::AddScore { points, score } => {
                self.word("draw-add-score", &[("points", &points.to_string()), ("score", score)])
            }
            Verb::Record { event, .. } => self.word("draw-record", &[("what", event)]),
            Verb::Consent { grant, topic } => {
                self.word(if *grant { "draw-grant" } else { "draw-withdraw" }, &[("topic", topic)])
            }
            Verb::Suppress { medium, topic, length, .. } => {
                let what = medium.map_or("all", model::Medium::as_str);
                let what = topic.as_ref().map_or_else(|| what.to_owned(), |topic| format!("{what} {topic}"));
                match length {
                    Some(length) => {
                        self.word("draw-suppress-for", &[("what", &what), ("length", &length.to_string())])
                    }
                    None => self.word("draw-suppress", &[("what", &what)]),
                }
            }
            Verb::Unsuppress { medium } => {
                self.word("draw-unsuppress", &[("what", medium.map_or("all", model::Medium::as_str))])
            }
            Verb::MoveStage { of, to } => {
                let of = of.as_deref().unwrap_or("customer");
                self.word("draw-move-stage", &[("what", of), ("stage", to)])
            }
            Verb::Assign { team, by, of, .. } => {
                let what = of.as_deref().unwrap_or("customer");
                let rules: Vec<&str> = by.iter().map(|rule| rule.as_str()).collect();
                let text = self.word("draw-assign", &[("what", what), ("team", team.as_str())]);
                if rules.is_empty() { text } else { format!("{text} ({})", rules.join(", ")) }
            }
            Verb::Unassign { of } => {
                self.word("draw-unassign", &[("what", of.as_deref().unwrap_or("customer"))])
            }
            Verb::Task { title, to, due, .. } => {
                let (who, title) = (self.colleague(to), shown(title));
                match due {
                    Some(Due::After(length)) => {
                        let length = length.to_string();
                        self.word("draw-task-due", &[("who", &who), ("length", &length), ("title", &title)])
                    }
                    Some(Due::At(at)) => {
                        let date = operand(at);
                        self.word("draw-task-by", &[("who", &who), ("date", &date), ("title", &title)])
                    }
                    None => self.word("draw-task", &[("who", &who), ("title", &title)]),
                }
            }
            Verb::Wait(WaitLength::Fixed(length)) => {
                self.word("draw-wait", &[("length", &length.to_string())])
            }
            Verb::Wait(WaitLength::Computed { formula, at_least, at_most }) => self.word(
                "draw-wait-between",
                &[
                    ("formula", &operand(formula)),
                    ("least", &at_least.to_string()),
                    ("most", &at_most.to_string()),
                ],
            ),
            Verb::WaitUntil(windows) => self.word("draw-wait-until", &[("windows", &windows.to_string())]),
            Verb::WaitForDate { .. } | Verb::WaitFor { .. } => self.rest(verb),
            Verb::Timeline(timeline) => self.word("draw-timeline", &[("date", &operand(&timeline.date))]),
            Verb::If { condition, .. } => self.word("draw-if", &[("condition", &condition.text)]),
            Verb::Choose(_) => self.word("draw-choose", &[]),
            Verb::Split { name, .. } => self.word("draw-split", &[("name", name)]),
            Verb::Repeat { times, until, .. } => {
                let times = times.to_string();
                match until {
                    Some(until) => {
                        self.word("draw-repeat-until", &[("times", &times), ("condition", &until.text)])
                    }
                    None => self.word("draw-repeat", &[("times", &times)]),
                }
            }
            Verb::Exit(reason) => self.word("draw-exit", &[("reason", reason)]),
        }
    }

    fn rest(&self, verb: &Verb) -> String {
        if let Verb::WaitFor { events, within, since, .. } = verb {
            let names: Vec<String> =
                events.iter().map(|awaited| self.narrowed(&awaited.event, awaited.when.as_ref())).collect();
            let text =
                self.word("draw-wait-for", &[("what", &names.join(", ")), ("length", &within.to_string())]);
            return match since {
                Since::Step => text,
                Since::Entry => format!("{text} (since entry)"),
                Since::Back(length) => format!("{text} (since {length})"),
            };
        }
        let Verb::WaitForDate { date, shift, at, if_past } = verb else { return String::new() };
        let mut what = self.shifted(operand(date), shift);
        if let Some(at) = at {
            what = format!("{what}, {}", clock(*at));
        }
        match if_past {
            DatePast::Now => self.word("draw-wait-for-date", &[("what", &what)]),
            DatePast::Exit => self.word("draw-wait-for-date-or-leave", &[("what", &what)]),
        }
    }

    fn message(&self, message: &MessageStep) -> String {
        let mut text = format!("{} {}", self.word(medium_key(message), &[]), message.template);
        if let Some(via) = &message.via {
            text = format!("{text} ({via})");
        }
        if let Some(subject) = &message.subject {
            text = format!("{text}  “{}”", shown(subject));
        }
        text
    }

    fn colleague(&self, to: &Colleague) -> String {
        match to {
            Colleague::Owner => self.word("draw-owner", &[]),
            Colleague::Rep(name) | Colleague::Role(name) => name.clone(),
            Colleague::Team(team) => team.to_string(),
        }
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

fn medium_key(message: &MessageStep) -> &'static str {
    match message.medium {
        model::Medium::Email => "draw-email",
        model::Medium::Sms => "draw-sms",
        model::Medium::Message => "draw-message",
    }
}

fn subject(of: &Subject) -> &str {
    match of {
        Subject::Customer => "customer",
        Subject::Entity(kind) => kind,
    }
}

fn name(target: &Target) -> String {
    match target {
        Target::Customer(attribute) => attribute.clone(),
        Target::Entity(kind, attribute) => format!("{kind}.{attribute}"),
        Target::Var(name) => format!("vars.{name}"),
    }
}

fn assigned(value: &Assigned) -> String {
    match value {
        Assigned::Literal(value) => value.to_string(),
        Assigned::Text(text) => shown(text),
        Assigned::Formula(formula) => format!("= {}", operand(formula)),
    }
}

fn shown(text: &TextTemplate) -> String {
    text.source.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clock(at: jiff::civil::Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
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

    fn drawn(text: &str, language: Language) -> String {
        let file = File { path: "workflows/a.yaml".to_owned(), text: text.to_owned() };
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
        let loaded = crate::load(&[file], &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        super::text(loaded.project.workflows.values().next().unwrap(), language)
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
