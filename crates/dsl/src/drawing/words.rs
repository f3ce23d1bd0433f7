//! What a step says of itself in a drawing, in the reader's language.

use super::Drawing;
use super::time::clock;
use crate::condition::print::operand;
use crate::step::{
    AssignBy, Assigned, Colleague, Due, MessageStep, Point, Takes, Target, TextTemplate, Timeline, Verb,
    WaitLength, Winner, WinnerAfter,
};

impl Drawing<'_> {
    pub(super) fn point(&self, point: &Point, timeline: &Timeline) -> String {
        let date = operand(&timeline.date);
        let text = self.shifted(date, &point.shift);
        match point.at.or(timeline.at) {
            Some(at) => self.and(&text, &clock(at)),
            None => text,
        }
    }

    pub(super) fn verb(&self, verb: &Verb) -> String {
        match verb {
            Verb::Send(message) => self.message(message),
            Verb::Notify { to, text, .. } => {
                self.word("draw-notify", &[("who", &self.colleague(to)), ("text", &shown(text))])
            }
            Verb::Set(pairs) => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(target, value)| format!("{} = {}", name(target), assigned(value)))
                    .collect();
                self.word("draw-set", &[("what", &self.listed(&pairs))])
            }
            Verb::Tag(tags) => self.word("draw-tag", &[("what", &self.listed(tags))]),
            Verb::Untag(tags) => self.word("draw-untag", &[("what", &self.listed(tags))]),
            Verb::AddScore { points, score } => {
                self.word("draw-add-score", &[("points", &points.to_string()), ("score", score)])
            }
            Verb::Record { event, .. } => self.word("draw-record", &[("what", event)]),
            Verb::Forget => self.word("draw-forget", &[]),
            Verb::Consent { grant, topic, .. } => {
                self.word(if *grant { "draw-grant" } else { "draw-withdraw" }, &[("topic", topic)])
            }
            Verb::Suppress { medium, topic, length, .. } => {
                let what = self.medium(*medium);
                let what = topic.as_ref().map_or_else(|| what.clone(), |topic| format!("{what} {topic}"));
                match length {
                    Some(length) => self.with_length("draw-suppress-for", &what, length),
                    None => self.word("draw-suppress", &[("what", &what)]),
                }
            }
            Verb::Unsuppress { medium, topic: _ } => {
                self.word("draw-unsuppress", &[("what", &self.medium(*medium))])
            }
            Verb::MoveStage { of, to } => {
                self.word("draw-move-stage", &[("what", &self.subject(of.as_deref())), ("stage", to)])
            }
            Verb::Assign { team, by, of, .. } => {
                let what = self.subject(of.as_deref());
                let rule = |rule: &AssignBy| self.word(&format!("rule-{}", rule.as_str()), &[]);
                let rules: Vec<String> = by.iter().map(rule).collect();
                let text = self.word("draw-assign", &[("what", &what), ("team", team.as_str())]);
                if rules.is_empty() { text } else { self.noted(&text, &self.listed(&rules)) }
            }
            Verb::Unassign { of } => self.word("draw-unassign", &[("what", &self.subject(of.as_deref()))]),
            Verb::Task { title, to, due, .. } => {
                let (who, title) = (self.colleague(to), shown(title));
                match due {
                    Some(Due::After(length)) => {
                        let length = self.length(length);
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
                self.word("draw-wait", &[("length", &self.length(length))])
            }
            Verb::Wait(WaitLength::Computed { formula, at_least, at_most }) => self.word(
                "draw-wait-between",
                &[
                    ("formula", &operand(formula)),
                    ("least", &self.length(at_least)),
                    ("most", &self.length(at_most)),
                ],
            ),
            Verb::WaitUntil(windows) => self.word("draw-wait-until", &[("windows", &self.windows(windows))]),
            Verb::WaitForDate { .. } | Verb::WaitFor { .. } => self.rest(verb),
            Verb::Timeline(timeline) => self.word("draw-timeline", &[("date", &operand(&timeline.date))]),
            Verb::If { condition, .. } => self.word("draw-if", &[("condition", &condition.text)]),
            Verb::Choose(_) => self.word("draw-choose", &[]),
            Verb::Split { name, winner, .. } => {
                let text = self.word("draw-split", &[("name", name)]);
                winner.as_ref().map_or_else(|| text.clone(), |winner| self.and(&text, &self.decided(winner)))
            }
            Verb::Repeat { times, until, .. } => {
                let times = times.to_string();
                match until {
                    Some(until) => {
                        self.word("draw-repeat-until", &[("times", &times), ("condition", &until.text)])
                    }
                    None => self.word("draw-repeat", &[("times", &times)]),
                }
            }
            Verb::Webhook { channel, .. } => self.word("draw-webhook", &[("channel", channel)]),
            Verb::Call { workflow, wait, .. } => {
                let key = if *wait { "draw-call" } else { "draw-call-on" };
                self.word(key, &[("workflow", workflow.as_str())])
            }
            Verb::Exit(reason) => self.word("draw-exit", &[("reason", reason)]),
        }
    }

    /// A remark in the brackets of the language.
    pub(super) fn noted(&self, text: &str, remark: &str) -> String {
        self.word("draw-noted", &[("what", text), ("remark", remark)])
    }

    /// When and by what a winner is decided.
    fn decided(&self, winner: &Winner) -> String {
        let after = match winner.after {
            WinnerAfter::Length(length) => self.length(&length),
            WinnerAfter::Sends(sends) => self.word("draw-sends", &[("count", &sends.to_string())]),
        };
        self.word("draw-winner", &[("event", &winner.by), ("after", &after)])
    }

    /// The way of those who wait for the winner.
    pub(super) fn winners(&self, takes: &Takes) -> String {
        let text = self.word("draw-takes", &[]);
        takes
            .at
            .map_or_else(|| text.clone(), |at| self.word("draw-at", &[("what", &text), ("at", &clock(at))]))
    }

    /// Whom something is about; `None`: the customer.
    fn subject(&self, of: Option<&str>) -> String {
        of.map_or_else(|| self.word("draw-customer", &[]), str::to_owned)
    }

    fn medium(&self, medium: Option<model::Medium>) -> String {
        self.word(medium.map_or("draw-all", medium_key), &[])
    }

    fn message(&self, message: &MessageStep) -> String {
        let mut text = format!("{} {}", self.medium(Some(message.medium)), message.template);
        if let Some(via) = &message.via {
            text = self.noted(&text, via);
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
}

fn medium_key(medium: model::Medium) -> &'static str {
    match medium {
        model::Medium::Email => "draw-email",
        model::Medium::Sms => "draw-sms",
        model::Medium::Message => "draw-message",
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
        Assigned::Formula(formula) => operand(formula),
        Assigned::Unknown => "null".to_owned(),
    }
}

fn shown(text: &TextTemplate) -> String {
    text.source.split_whitespace().collect::<Vec<_>>().join(" ")
}
