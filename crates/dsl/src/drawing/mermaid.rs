//! The tree as a flowchart in Mermaid's words: `nurture graph --format mermaid`.

use super::{Drawing, WIDEST, clip};
use crate::step::{BlockIx, Step, Verb};
use crate::workflow::Workflow;
use model::words::Language;
use std::fmt::Write as _;

/// Where a walk comes from: a node, and what stands on the line.
type From = (usize, Option<String>);

struct Chart<'d, 'w> {
    drawing: &'d Drawing<'w>,
    out: String,
    nodes: usize,
}

/// Writes a workflow as a flowchart. The same workflow gives the same text.
pub fn mermaid(workflow: &Workflow, language: Language) -> String {
    let drawing = Drawing::new(workflow, language);
    let mut chart = Chart { drawing: &drawing, out: "flowchart TD\n".to_owned(), nodes: 0 };
    let starts = format!("{}: {}", drawing.title(), drawing.trigger(&workflow.trigger));
    let start = chart.node(&starts, ("([", "])"), &[]);
    let last = chart.list(workflow.root, vec![(start, None)]);
    let end = drawing.word("draw-end", &[]);
    chart.node(&end, ("([", "])"), &last);
    if let Some(then) = workflow.goal.as_ref().and_then(|goal| goal.then) {
        let goal = chart.node(&drawing.word("draw-goal-then", &[]), ("([", "])"), &[]);
        let last = chart.list(then, vec![(goal, None)]);
        chart.node(&end, ("([", "])"), &last);
    }
    chart.out
}

impl Chart<'_, '_> {
    fn node(&mut self, text: &str, (open, close): (&str, &str), from: &[From]) -> usize {
        let number = self.nodes;
        self.nodes += 1;
        let _ = writeln!(self.out, "  n{number}{open}\"{}\"{close}", escaped(&clip(text, WIDEST)));
        for (before, label) in from {
            self.line(*before, label.as_deref(), number);
        }
        number
    }

    fn line(&mut self, from: usize, label: Option<&str>, to: usize) {
        let _ = match label {
            Some(label) => writeln!(self.out, "  n{from} -->|\"{}\"| n{to}", escaped(&clip(label, WIDEST))),
            None => writeln!(self.out, "  n{from} --> n{to}"),
        };
    }

    /// The nodes of a list; gives back where its end is left from.
    fn list(&mut self, block: BlockIx, from: Vec<From>) -> Vec<From> {
        let steps = self.drawing.workflow.block(block).map(|list| list.steps.clone()).unwrap_or_default();
        let mut from = from;
        for at in steps {
            if let Some(step) = self.drawing.workflow.step(at) {
                from = self.step(step, &from);
            }
        }
        from
    }

    fn step(&mut self, step: &Step, from: &[From]) -> Vec<From> {
        let shape = if matches!(step.verb, Verb::If { .. } | Verb::Choose(_) | Verb::Split { .. }) {
            ("{", "}")
        } else if matches!(step.verb, Verb::Repeat { .. } | Verb::Timeline(_)) {
            ("{{", "}}")
        } else if matches!(step.verb, Verb::Exit(_)) {
            ("([", "])")
        } else {
            ("[", "]")
        };
        let at = self.node(&self.drawing.said(step), shape, from);
        let mut left: Vec<From> = Vec::new();
        if let Verb::Timeline(timeline) = &step.verb {
            // One point comes after the other.
            left.push((at, None));
            for point in &timeline.points {
                let name = self.drawing.point(point, timeline);
                left.iter_mut().for_each(|(_, label)| *label = Some(name.clone()));
                left = self.list(point.steps, left);
            }
            return left;
        }
        for (name, steps) in self.drawing.all_arms(step) {
            let arm = vec![(at, Some(name))];
            let ends = match steps {
                Some(steps) => self.list(steps, arm),
                None => arm,
            };
            if matches!(step.verb, Verb::Repeat { .. }) {
                // It comes round again.
                for (end, label) in ends {
                    self.line(end, label.as_deref(), at);
                }
            } else {
                left.extend(ends);
            }
        }
        left.extend(self.drawing.passes(step).into_iter().map(|label| (at, label)));
        left
    }
}

/// Text in Mermaid's quotes: what would end them, or be taken for mark-up, by its number.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
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
    fn arms_join_again_a_repeat_comes_round_and_an_exit_leads_nowhere() {
        let text = "workflow: a\ntrigger: manual\nsteps:\n  - if: customer.country == \"CN\"\n    then:\n      - exit: \"no #1\"\n  - repeat:\n      - tag: b\n    times: 2\n";
        let expected = "\
flowchart TD
  n0([\"a: by hand or API\"])
  n1{\"if customer.country == #quot;CN#quot;\"}
  n0 --> n1
  n2([\"exit: no #35;1\"])
  n1 -->|\"yes\"| n2
  n3{{\"repeat 2 times at most\"}}
  n1 -->|\"no\"| n3
  n4[\"tag b\"]
  n3 -->|\"each pass\"| n4
  n4 --> n3
  n5([\"end\"])
  n3 --> n5
";
        assert_eq!(mermaid(&workflow(text), Language::En), expected);
    }

    #[test]
    fn the_points_of_a_timeline_come_one_after_the_other() {
        let text = "workflow: a\ntrigger: manual\nsteps:\n  - timeline: customer.created_at\n    points:\n      - before: 2 days\n        steps:\n          - tag: b\n      - after: 1 day\n        steps:\n          - tag: c\n";
        let chart = mermaid(&workflow(text), Language::En);
        assert!(chart.contains("n1 -->|\"2 days before customer.created_at\"| n2"), "{chart}");
        assert!(
            chart.contains("n2 -->|\"1 day after customer.created_at\"| n3\n") && chart.contains("n3 --> n4"),
            "{chart}"
        );
        assert!(!chart.contains("n1 -->|\"1 day after") && !chart.contains("n1 --> n4"), "{chart}");
    }
}
