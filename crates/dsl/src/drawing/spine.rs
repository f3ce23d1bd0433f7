//! The steps as they are walked: cards down a spine, arms side by side that join again, each with how many
//! people went there. For pages that bring the colours along (`nurture simulate --html`).

mod print;

use super::svg::Kind;
use super::{Drawing, clip};
use crate::step::{BlockIx, Step, Verb};
use crate::workflow::Workflow;
use model::StepId;
use model::words::{Language, thousands};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// How many people went where, made by whoever has looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Who entered.
    pub entered: u64,
    /// Who came to the end.
    pub ended: u64,
    /// Who reached the goal.
    pub goals: u64,
    /// By step; a step that is not there was reached by nobody.
    pub steps: BTreeMap<StepId, Figure>,
    /// By step and the way taken there: see [`Taken`].
    pub ways: BTreeMap<(StepId, Taken), u64>,
}

/// What happened at a step, each person counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Who came to it.
    pub came: u64,
    /// Of them, who did not get what it does.
    pub left_out: u64,
    /// Who stands there at the end of the time looked at.
    pub here: u64,
    /// Who left the workflow from there.
    pub left: u64,
}

/// A way through a step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// An `if` that holds.
    Then,
    /// An `if` that does not.
    Else,
    /// The case of a `choose`, from 1.
    Case(usize),
    /// No case of a `choose`.
    NoCase,
    /// The way of a split.
    Arm(String),
    /// An awaited event.
    Came(String),
    /// None came in time.
    Timeout,
}

/// Widths and heights, in pixels.
const CARD: (i64, i64) = (244, 76);
const GAP: i64 = 30;
const BUS: i64 = 20;
const PILL: i64 = 24;
const BETWEEN: i64 = 28;
const LOOP: i64 = 26;
const CELL: i64 = 7;
/// Widest name of a way, in cells.
const WIDEST_WAY: usize = 22;

/// How far something reaches to the left and to the right of its axis, and down.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    left: i64,
    right: i64,
    height: i64,
}

/// A way out of a step: its name, the people, the steps on it.
struct Way {
    name: Option<String>,
    count: u64,
    steps: Option<BlockIx>,
}

/// Where a walk goes on: a place on the axis, and how many do.
#[derive(Clone, Copy)]
struct Open {
    x: i64,
    y: i64,
    count: u64,
}

struct Card {
    x: i64,
    y: i64,
    kind: Kind,
    text: String,
    id: String,
    figure: Figure,
}

struct Edge {
    points: Vec<(i64, i64)>,
    count: u64,
    arrow: bool,
    back: bool,
}

struct Label {
    x: i64,
    y: i64,
    text: String,
}

struct Spine<'d, 'w> {
    drawing: &'d Drawing<'w>,
    figures: &'d Figures,
    cards: Vec<Card>,
    edges: Vec<Edge>,
    labels: Vec<Label>,
}

/// Draws a workflow with its figures as a picture without colours of its own: its classes are for the page's
/// style. The same workflow and figures give the same text.
pub fn spine(workflow: &Workflow, language: Language, figures: &Figures) -> String {
    let drawing = Drawing::new(workflow, language);
    let mut spine =
        Spine { drawing: &drawing, figures, cards: Vec::new(), edges: Vec::new(), labels: Vec::new() };
    let size = spine.size(workflow.root);
    let start = drawing.trigger(&workflow.trigger);
    let entered = Figure { came: figures.entered, ..Figure::default() };
    spine.card((0, 0), Kind::Start, start, "", entered);
    let open = spine.place(workflow.root, Open { x: 0, y: CARD.1, count: figures.entered });
    let (mut left, mut right) = (size.left.max(CARD.0 / 2), size.right.max(CARD.0 / 2));
    let mut bottom = CARD.1 + size.height + GAP + CARD.1;
    if let Some(open) = open {
        let ended = Figure { came: figures.ended, ..Figure::default() };
        spine.line(&[(0, open.y), (0, open.y + GAP)], figures.ended, true);
        spine.card((0, open.y + GAP), Kind::End, drawing.word("draw-end", &[]), "", ended);
        bottom = open.y + GAP + CARD.1;
    }
    if workflow.goal.is_some() {
        let reached = Figure { came: figures.goals, ..Figure::default() };
        let top = bottom + GAP;
        spine.card((0, top), Kind::End, drawing.word("draw-goal-then", &[]), "", reached);
        bottom = top + CARD.1;
        if let Some(then) = workflow.goal.as_ref().and_then(|goal| goal.then) {
            let size = spine.size(then);
            spine.place(then, Open { x: 0, y: bottom, count: figures.goals });
            (left, right) = (left.max(size.left), right.max(size.right));
            bottom += size.height;
        }
    }
    spine.print(left, right, bottom)
}

/// The width of a pill around a text.
fn pill(text: &str) -> i64 {
    i64::try_from(text.width()).unwrap_or(0) * CELL + 22
}

impl Spine<'_, '_> {
    fn figure(&self, step: &Step) -> Figure {
        self.figures.steps.get(&step.id).copied().unwrap_or_default()
    }

    fn steps(&self, block: BlockIx) -> Vec<&Step> {
        let workflow = self.drawing.workflow;
        let steps = workflow.block(block).map(|list| list.steps.as_slice()).unwrap_or_default();
        steps.iter().filter_map(|at| workflow.step(*at)).collect()
    }

    /// Who comes to the first step of a list; `otherwise` where it has none.
    fn into(&self, block: BlockIx, otherwise: u64) -> u64 {
        self.steps(block).first().map_or(otherwise, |step| self.figure(step).came)
    }

    /// The ways out of a step; empty: it has one, which has no name.
    fn ways(&self, step: &Step) -> Vec<Way> {
        let taken = |way: Taken| self.figures.ways.get(&(step.id.clone(), way)).copied().unwrap_or(0);
        let figure = self.figure(step);
        let goes_on = figure.came.saturating_sub(figure.here + figure.left);
        let known: Vec<u64> = if let Verb::If { .. } = &step.verb {
            vec![taken(Taken::Then), taken(Taken::Else)]
        } else if let Verb::Choose(cases) = &step.verb {
            (1..=cases.len()).map(|number| taken(Taken::Case(number))).collect()
        } else if let Verb::Split { ways, .. } = &step.verb {
            ways.iter().map(|way| taken(Taken::Arm(way.name.clone()))).collect()
        } else {
            Vec::new()
        };
        let mut ways: Vec<Way> = Vec::new();
        for (place, (name, steps)) in self.drawing.all_arms(step).into_iter().enumerate() {
            let counted = known.get(place).copied();
            let count = counted.unwrap_or_else(|| steps.map_or(0, |steps| self.into(steps, 0)));
            ways.push(Way { name: Some(name), count, steps });
        }
        // One point follows the other, and after the last pass everybody goes on.
        if ways.is_empty() || matches!(step.verb, Verb::Timeline(_) | Verb::Repeat { .. }) {
            return ways;
        }
        let passes = self.drawing.passes(step);
        let apart: u64 = ways.iter().map(|way| way.count).sum();
        let rest = goes_on.saturating_sub(apart);
        let alone = passes.len() == 1;
        for name in passes {
            let count = match (&step.verb, &name) {
                (Verb::If { .. }, _) => taken(Taken::Else),
                (Verb::Choose(_), _) => taken(Taken::NoCase),
                (Verb::WaitFor { .. }, Some(_)) if !alone => self.awaited(step, &name, &taken),
                _ => rest,
            };
            let way = Way { name, count, steps: None };
            // What goes on as usual stands first, beside what does only when something fails.
            let plain = way.name.is_none();
            ways.insert(if plain { 0 } else { ways.len() }, way);
        }
        ways
    }

    /// Who passes an awaited event, or the end of the wait, by its name in the drawing.
    fn awaited(&self, step: &Step, name: &Option<String>, taken: &dyn Fn(Taken) -> u64) -> u64 {
        let Verb::WaitFor { events, .. } = &step.verb else { return 0 };
        let came = |event: &str| Some(self.drawing.word("draw-came", &[("what", event)]));
        events
            .iter()
            .find(|awaited| came(&awaited.event) == *name)
            .map_or_else(|| taken(Taken::Timeout), |awaited| taken(Taken::Came(awaited.event.clone())))
    }

    /// The name of a way with its people.
    fn label(&self, way: &Way, of: u64) -> String {
        let percent = (way.count * 100 + of / 2).checked_div(of).unwrap_or(0);
        let share = format!("{} · {percent}%", thousands(way.count));
        match &way.name {
            Some(name) => format!("{}  {share}", clip(name, WIDEST_WAY)),
            None => share,
        }
    }

    fn size(&self, block: BlockIx) -> Size {
        self.steps(block).into_iter().fold(Size::default(), |all, step| {
            let size = self.size_of(step);
            Size {
                left: all.left.max(size.left),
                right: all.right.max(size.right),
                height: all.height + GAP + size.height,
            }
        })
    }

    fn size_of(&self, step: &Step) -> Size {
        let half = CARD.0 / 2;
        let ways = self.ways(step);
        if ways.is_empty() {
            return Size { left: half, right: half, height: CARD.1 };
        }
        let of = self.figure(step).came;
        let sizes: Vec<Size> = ways.iter().map(|way| self.size_of_way(way, of)).collect();
        if let Verb::Timeline(_) = &step.verb {
            let (left, right) = sizes
                .iter()
                .fold((half, half), |(left, right), size| (left.max(size.left), right.max(size.right)));
            let height = CARD.1 + sizes.iter().map(|size| BUS + PILL + size.height).sum::<i64>();
            return Size { left, right, height };
        }
        let wide: i64 = sizes.iter().map(|size| size.left + size.right).sum::<i64>()
            + BETWEEN * i64::try_from(sizes.len() - 1).unwrap_or(0);
        let high = sizes.iter().map(|size| size.height).max().unwrap_or(0);
        let back = if matches!(step.verb, Verb::Repeat { .. }) { LOOP } else { 0 };
        Size {
            left: half.max(wide / 2),
            right: half.max(wide - wide / 2) + back,
            height: CARD.1 + BUS + PILL + high + BUS,
        }
    }

    fn size_of_way(&self, way: &Way, of: u64) -> Size {
        let half = pill(&self.label(way, of)) / 2 + 4;
        let inside = way.steps.map(|steps| self.size(steps)).unwrap_or_default();
        Size { left: half.max(inside.left), right: half.max(inside.right), height: inside.height }
    }

    fn card(&mut self, (x, y): (i64, i64), kind: Kind, text: String, id: &str, figure: Figure) {
        self.cards.push(Card { x, y, kind, text, id: id.to_owned(), figure });
    }

    fn line(&mut self, points: &[(i64, i64)], count: u64, arrow: bool) {
        self.edges.push(Edge { points: points.to_vec(), count, arrow, back: false });
    }

    /// Places a list below an open end; gives back where it goes on. `None`: nobody does.
    fn place(&mut self, block: BlockIx, from: Open) -> Option<Open> {
        let steps: Vec<Step> = self.steps(block).into_iter().cloned().collect();
        let mut open = Some(from);
        for step in &steps {
            let Some(before) = open else { break };
            let (x, top) = (before.x, before.y + GAP);
            let figure = self.figure(step);
            self.line(&[(x, before.y), (x, top)], figure.came, true);
            self.card((x, top), Kind::of(step), self.drawing.said(step), step.id.as_str(), figure);
            open = self.ways_out(step, x, top);
        }
        open
    }

    fn ways_out(&mut self, step: &Step, x: i64, top: i64) -> Option<Open> {
        let bottom = top + CARD.1;
        let figure = self.figure(step);
        let ways = self.ways(step);
        if ways.is_empty() {
            let count = figure.came.saturating_sub(figure.here + figure.left);
            let leaves = matches!(step.verb, Verb::Exit(_)) && step.only_if.is_none();
            return (!leaves).then_some(Open { x, y: bottom, count });
        }
        if let Verb::Timeline(_) = &step.verb {
            return self.points(&ways, Open { x, y: bottom, count: figure.came });
        }
        let sizes: Vec<Size> = ways.iter().map(|way| self.size_of_way(way, figure.came)).collect();
        let wide: i64 = sizes.iter().map(|size| size.left + size.right).sum::<i64>()
            + BETWEEN * i64::try_from(sizes.len() - 1).unwrap_or(0);
        let high = sizes.iter().map(|size| size.height).max().unwrap_or(0);
        let (bus, below) = (bottom + BUS, bottom + BUS + PILL);
        let join = below + high + BUS;
        let mut at = x - wide / 2;
        let mut ends = Vec::new();
        for (way, size) in ways.iter().zip(&sizes) {
            let axis = at + size.left;
            at += size.left + size.right + BETWEEN;
            self.line(&[(x, bottom), (x, bus), (axis, bus), (axis, below)], way.count, false);
            let text = self.label(way, figure.came);
            self.labels.push(Label { x: axis, y: bus + PILL / 2, text });
            let open = Open { x: axis, y: below, count: way.count };
            ends.extend(match way.steps {
                Some(steps) => self.place(steps, open),
                None => Some(open),
            });
        }
        if let (Verb::Repeat { .. }, Some(end)) = (&step.verb, ends.first()) {
            let (right, middle) = (x + self.size_of(step).right - 4, top + CARD.1 / 2);
            let points =
                vec![(end.x, end.y + 8), (right, end.y + 8), (right, middle), (x + CARD.0 / 2, middle)];
            self.edges.push(Edge { points, count: 0, arrow: true, back: true });
        }
        for end in &ends {
            self.line(&[(end.x, end.y), (end.x, join), (x, join)], end.count, false);
        }
        let count = ends.iter().map(|end| end.count).sum();
        (!ends.is_empty()).then_some(Open { x, y: join, count })
    }

    /// The points of a timeline, one below the other.
    fn points(&mut self, ways: &[Way], from: Open) -> Option<Open> {
        let mut open = from;
        for way in ways {
            let below = open.y + BUS + PILL;
            self.line(&[(open.x, open.y), (open.x, below)], way.count, false);
            let text = self.label(way, from.count);
            self.labels.push(Label { x: open.x, y: open.y + BUS + PILL / 2, text });
            let next = Open { x: open.x, y: below, count: way.count };
            open = match way.steps {
                Some(steps) => self.place(steps, next)?,
                None => next,
            };
        }
        Some(open)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::workflow;
    use super::*;

    const TEXT: &str = "workflow: a\ntitle: <i>\ntrigger: manual\nsteps:\n  - if: customer.country == \"CN\"\n    id: where\n    then:\n      - tag: <script>\n        id: home\n    else:\n      - wait: 2 days\n        id: pause\n      - exit: abroad\n        id: away\n  - tag: last\n    id: last\n";

    fn figures() -> Figures {
        let figure = |came, here, left| Figure { came, here, left, left_out: 0 };
        let id = StepId::new;
        Figures {
            entered: 1000,
            ended: 700,
            goals: 0,
            steps: BTreeMap::from([
                (id("where"), figure(1000, 0, 0)),
                (id("home"), figure(700, 0, 0)),
                (id("pause"), figure(300, 20, 0)),
                (id("away"), figure(280, 0, 280)),
                (id("last"), figure(700, 0, 0)),
            ]),
            ways: BTreeMap::from([((id("where"), Taken::Then), 700), ((id("where"), Taken::Else), 300)]),
        }
    }

    #[test]
    fn each_step_and_each_way_has_its_people_and_a_name_is_no_mark_up() {
        let picture = spine(&workflow(TEXT), Language::En, &figures());
        // The start, five steps, the end.
        assert_eq!(picture.matches("<g class=\"card ").count(), 7, "{picture}");
        for shown in ["1,000 people", "yes  700 · 70%", "no  300 · 30%", "20 here", "&lt;script&gt;"] {
            assert!(picture.contains(shown), "{shown}:\n{picture}");
        }
        assert!(!picture.contains("<script>") && !picture.contains("style="), "{picture}");
        // Into the split twice, down each way and out of the one that goes on.
        let lines: Vec<&str> = picture.lines().filter(|line| line.contains("class=\"edge")).collect();
        assert_eq!(lines.iter().filter(|line| line.contains("<title>700<")).count(), 5, "{lines:#?}");
        assert_eq!(lines.iter().filter(|line| line.contains("<title>280<")).count(), 1, "{lines:#?}");
    }

    #[test]
    fn nothing_lies_over_anything_else() {
        let workflow = workflow(TEXT);
        let drawing = Drawing::new(&workflow, Language::Zh);
        let figures = figures();
        let mut spine = Spine {
            drawing: &drawing,
            figures: &figures,
            cards: Vec::new(),
            edges: Vec::new(),
            labels: Vec::new(),
        };
        spine.place(drawing.workflow.root, Open { x: 0, y: 0, count: 0 });
        for (place, one) in spine.cards.iter().enumerate() {
            for other in spine.cards.iter().skip(place + 1) {
                let beside = (one.x - other.x).abs() >= CARD.0;
                let below = (one.y - other.y).abs() >= CARD.1;
                assert!(beside || below, "{} lies over {}", one.id, other.id);
            }
        }
    }
}
