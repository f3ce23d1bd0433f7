//! What a step says of itself in a drawing, in the reader's language.

use super::{Drawing, clock};
use crate::condition::print::operand;
use crate::step::{
    Assigned, Colleague, DatePast, Due, MessageStep, Point, Since, Target, TextTemplate, Timeline, Verb,
    WaitLength,
};

/// A length, or the expression that gives it.
pub(super) fn length(length: &WaitLength) -> String {
    match length {
        WaitLength::Fixed(length) => length.to_string(),
        WaitLength::Computed { formula, .. } => operand(formula).to_string(),
    }
}

impl Drawing<'_> {
    pub(super) fn point(&self, point: &Point, timeline: &Timeline) -> String {
        let date = operand(&timeline.date);
        let text = self.shifted(date, &point.shift);
        match point.at.or(timeline.at) {
            Some(at) => format!("{text}, {}", clock(at)),
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
                self.word("draw-set", &[("what", &pairs.join(", "))])
            }
            Verb::Tag(tags) => self.word("draw-tag", &[("what", &tags.join(", "))]),
            Verb::Untag(tags) => self.word("draw-untag", &[("what", &tags.join(", "))]),
            Verb::AddScore { points, score } => {
                self.word("draw-add-score", &[("points", &points.to_string()), ("score", score)])
            }
            Verb::Record { event, .. } => self.word("draw-record", &[("what", event)]),
            Verb::Forget => self.word("draw-forget", &[]),
            Verb::Consent { grant, topic, .. } => {
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
            Verb::Unsuppress { medium, topic: _ } => {
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
            Verb::Webhook { channel, .. } => self.word("draw-webhook", &[("channel", channel)]),
            Verb::Call { workflow, wait, .. } => {
                let key = if *wait { "draw-call" } else { "draw-call-on" };
                self.word(key, &[("workflow", workflow.as_str())])
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
}

fn medium_key(message: &MessageStep) -> &'static str {
    match message.medium {
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
        Assigned::Formula(formula) => format!("= {}", operand(formula)),
    }
}

fn shown(text: &TextTemplate) -> String {
    text.source.split_whitespace().collect::<Vec<_>>().join(" ")
}
