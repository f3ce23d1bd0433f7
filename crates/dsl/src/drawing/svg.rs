//! The tree as a picture: `nurture graph --format svg`. A step is a card, an arm a label above its steps.

use super::{Drawing, WIDEST, clip};
use crate::step::{BlockIx, Step, Verb};
use crate::workflow::Workflow;
use model::words::Language;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// The height of a line with the room below it, in pixels.
const LINE: usize = 40;
/// The height of a card.
const CARD: usize = 30;
/// How far a list stands to the right of what it hangs on.
const INDENT: usize = 30;
/// Pixels of a cell of text: a letter is one, a Chinese character two.
const CELL: usize = 8;
/// Room around all.
const MARGIN: usize = 24;

/// What a card is, which its colours say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Step,
    Message,
    Rest,
    Branch,
    Arm,
    End,
}

impl Kind {
    pub(super) fn of(step: &Step) -> Self {
        match &step.verb {
            Verb::Send(_) | Verb::Notify { .. } | Verb::Webhook { .. } => Self::Message,
            Verb::Wait(_)
            | Verb::WaitUntil(_)
            | Verb::WaitForDate { .. }
            | Verb::WaitFor { .. }
            | Verb::Timeline(_) => Self::Rest,
            Verb::If { .. } | Verb::Choose(_) | Verb::Split { .. } | Verb::Repeat { .. } => Self::Branch,
            Verb::Exit(_) => Self::End,
            Verb::Set(_)
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
            | Verb::Call { .. } => Self::Step,
        }
    }

    /// The class in the picture's style.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Step => "step",
            Self::Message => "message",
            Self::Rest => "rest",
            Self::Branch => "branch",
            Self::Arm => "arm",
            Self::End => "end",
        }
    }
}

/// A card: how deep it hangs, on which line, below which other line.
struct Card {
    depth: usize,
    below: Option<usize>,
    kind: Kind,
    text: String,
    id: String,
}

/// Draws a workflow as a picture that stands alone. The same workflow gives the same text.
pub fn svg(workflow: &Workflow, language: Language) -> String {
    let drawing = Drawing::new(workflow, language);
    let mut cards = Vec::new();
    list(&drawing, workflow.root, (0, None), &mut cards);
    let end = drawing.word("draw-end", &[]);
    cards.push(Card { depth: 0, below: None, kind: Kind::End, text: end, id: String::new() });
    if let Some(then) = workflow.goal.as_ref().and_then(|goal| goal.then) {
        let text = drawing.word("draw-goal-then", &[]);
        let at = cards.len();
        cards.push(Card { depth: 0, below: None, kind: Kind::Arm, text, id: String::new() });
        list(&drawing, then, (1, Some(at)), &mut cards);
    }
    print(&drawing, &cards)
}

fn list(
    drawing: &Drawing<'_>,
    block: BlockIx,
    (depth, below): (usize, Option<usize>),
    cards: &mut Vec<Card>,
) {
    let steps = drawing.workflow.block(block).map(|list| list.steps.as_slice()).unwrap_or_default();
    for step in steps.iter().filter_map(|at| drawing.workflow.step(*at)) {
        let at = cards.len();
        let text = clip(&drawing.said(step), WIDEST);
        cards.push(Card { depth, below, kind: Kind::of(step), text, id: step.id.to_string() });
        for (name, steps) in drawing.all_arms(step) {
            let arm = cards.len();
            let text = clip(&name, WIDEST);
            let below = Some(at);
            cards.push(Card { depth: depth + 1, below, kind: Kind::Arm, text, id: String::new() });
            if let Some(steps) = steps {
                list(drawing, steps, (depth + 2, Some(arm)), cards);
            }
        }
    }
}

fn width_of(text: &str) -> usize {
    text.width() * CELL
}

fn print(drawing: &Drawing<'_>, cards: &[Card]) -> String {
    let facts = drawing.facts();
    let names = facts.iter().map(|(name, _)| width_of(name)).max().unwrap_or(0) + 16;
    let values = facts.iter().map(|(_, value)| width_of(&clip(value, WIDEST))).max().unwrap_or(0);
    let top = MARGIN + 34 + facts.len() * 22 + 18;
    let right = |card: &Card| card.depth * INDENT + width_of(&card.text) + 28;
    let column = cards.iter().map(right).max().unwrap_or(0) + MARGIN + 24;
    let ids = cards.iter().map(|card| card.id.width() * 7).max().unwrap_or(0);
    let width = (column + ids + MARGIN).max(MARGIN * 2 + names + values);
    let height = top + cards.len() * LINE + MARGIN;
    let title = escaped(&drawing.title());
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text class=\"title\" x=\"{MARGIN}\" y=\"{}\">{title}</text>\n",
        MARGIN + 16
    );
    for (place, (name, value)) in facts.iter().enumerate() {
        let y = MARGIN + 48 + place * 22;
        let (name, value) = (escaped(name), escaped(&clip(value, WIDEST)));
        let _ = writeln!(out, "<text class=\"name\" x=\"{MARGIN}\" y=\"{y}\">{name}</text>");
        let _ = writeln!(out, "<text x=\"{}\" y=\"{y}\">{value}</text>", MARGIN + names);
    }
    let place = |at: usize| top + at * LINE;
    let left = |depth: usize| MARGIN + depth * INDENT;
    // Lines lie below the cards.
    let mut before: Vec<Option<usize>> = Vec::new();
    for (at, card) in cards.iter().enumerate() {
        let y = place(at) + CARD / 2;
        before.resize(before.len().max(card.depth + 1), None);
        let x = left(card.depth);
        match card.below {
            Some(owner) => {
                let (trunk, from) = (left(card.depth.saturating_sub(1)) + 14, place(owner) + CARD);
                let _ = writeln!(out, "<path class=\"line\" d=\"M{trunk} {from}V{y}H{x}\"/>");
            }
            None => {
                // What follows the goal does not follow the end.
                let elder = before.first().copied().flatten().filter(|_| card.kind != Kind::Arm);
                if let Some(elder) = elder {
                    let from = place(elder) + CARD;
                    let _ = writeln!(out, "<path class=\"line\" d=\"M{} {from}V{}\"/>", x + 14, place(at));
                }
            }
        }
        if let Some(slot) = before.get_mut(card.depth) {
            *slot = Some(at);
        }
    }
    for (at, card) in cards.iter().enumerate() {
        let (x, y, wide) = (left(card.depth), place(at), width_of(&card.text) + 28);
        let class = card.kind.class();
        let _ = writeln!(
            out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{CARD}\" rx=\"8\"/>\
             <text x=\"{}\" y=\"{}\">{}</text>",
            x + 14,
            y + 20,
            escaped(&card.text)
        );
        if !card.id.is_empty() {
            let _ = writeln!(
                out,
                "<text class=\"id\" x=\"{column}\" y=\"{}\">{}</text>",
                y + 20,
                escaped(&card.id)
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

const STYLE: &str = "text{font:14px system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;fill:#1f1f23}\
.title{font-size:18px;font-weight:600}.name,.id{fill:#77767c}.id{font-size:12px;font-family:ui-monospace,Menlo,Consolas,monospace}\
rect{stroke-width:1}.step{fill:#f6f6f4;stroke:#d6d4cc}.message{fill:#eeebfd;stroke:#b9aef2}.rest{fill:#fdf5e3;stroke:#e6cf93}\
.branch{fill:#e6f3fb;stroke:#9fcbe6}.arm{fill:#fff;stroke:#d6d4cc;stroke-dasharray:3 3}.end{fill:#eef5ee;stroke:#a9cfab}\
.line{fill:none;stroke:#b5b3ab;stroke-width:1.5}";

/// Text inside of an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // No picture and no page may hold them.
            control if control.is_control() && control != '\n' => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::workflow;
    use super::*;

    #[test]
    fn each_step_and_arm_is_a_card_and_text_is_no_mark_up() {
        let text = "workflow: a\ntitle: <b>样例</b>\ntrigger: manual\nsteps:\n  - if: customer.country == \"CN\"\n    then:\n      - tag: a&b\n    else:\n      - wait: 2 days\n";
        let picture = svg(&workflow(text), Language::Zh);
        // The page, if, two arms, a tag, a wait, the end.
        assert_eq!(picture.matches("<rect ").count(), 7, "{picture}");
        assert!(picture.contains("&lt;b&gt;样例&lt;/b&gt;") && picture.contains("a&amp;b"), "{picture}");
        assert!(!picture.contains("<b>"), "{picture}");
        assert_eq!(picture.matches("<path ").count(), 5, "{picture}");
    }
}
