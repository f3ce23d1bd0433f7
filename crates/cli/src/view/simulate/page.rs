//! `nurture simulate --html FILE`: the simulation as a page to send around, one file that loads nothing.

mod figures;
mod html;
mod people;

use super::{SimulationSummary, bars, cost_lines, span_of};
use crate::view::cells::thousands;
use dsl::drawing::{Figures, spine};
use dsl::workflow::Workflow;
use html::Html;
use model::words::{Language, say};
use model::{CustomerId, TraceLine};
use std::sync::Arc;

pub use people::chosen;

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");
/// So many workflows are all drawn open.
const OPEN: usize = 2;
/// Steps of the funnel and refusals shown at most.
const MOST_ROWS: usize = 60;

/// What the page tells beside the summary.
pub struct Told<'t> {
    /// The workflows that ran, in their order.
    pub workflows: &'t [Arc<Workflow>],
    /// Every decision, in the order of time.
    pub lines: &'t [TraceLine],
    /// The people of the list, with their names where they have one.
    pub people: &'t [(CustomerId, Option<String>)],
}

/// The whole file. The same simulation gives the same text.
pub fn page(summary: &SimulationSummary, told: &Told<'_>, language: Language) -> String {
    let word = |key: &str| say(language, key, &[]);
    let title = summary.workflows.join(if language == Language::Zh { "、" } else { ", " });
    let mut html = Html::page(&title, language.tag(), STYLE, SCRIPT);
    html.element("h1", "", &title);
    let (from, to) = span_of(summary);
    html.paragraph("soft", &say(language, "page-lead", &[("from", &from), ("to", &to)]));
    let drawn: Vec<(&Workflow, Figures)> =
        told.workflows.iter().map(|one| (one.as_ref(), figures::figures(one, told.lines))).collect();
    tiles(&mut html, summary, &drawn, language);
    for (place, (workflow, figures)) in drawn.iter().enumerate() {
        html.heading(&say(language, "page-funnel", &[("workflow", &workflow.title)]));
        html.raw("<div class=\"box\">\n");
        funnel(&mut html, workflow, figures, told.lines, language);
        // Of many workflows one is drawn open: the others are a click away.
        let open = if drawn.len() <= OPEN || place == 0 { " open" } else { "" };
        html.raw(&format!("<details class=\"walk\"{open}>"));
        html.element("summary", "", &word("page-walk"));
        html.raw("<div class=\"scroll\">\n");
        html.raw(&spine(workflow, language, figures));
        html.raw("</div></details></div>\n");
    }
    let days = bars::periods(summary, language);
    if !days.is_empty() {
        html.heading(&word("simulate-by-day"));
        html.raw("<div class=\"box over\">\n");
        by_day(&mut html, &days, &word("simulate-by-day"));
        html.raw("</div>\n");
    }
    tables(&mut html, summary, language);
    if !summary.samples.is_empty() {
        html.heading(&word("simulate-samples"));
        for sample in &summary.samples {
            html.raw("<div class=\"box mail\">");
            html.element("b", "", &sample.subject);
            let when = format!("{} · {}", sample.customer, sample.at.strftime("%Y-%m-%d %H:%M"));
            html.element("span", "soft", &when);
            html.element("pre", "", sample.text.trim());
            html.raw("</div>\n");
        }
    }
    people::list(&mut html, told.lines, told.people, language);
    html.raw("<footer>");
    html.paragraph("", &word("simulate-assumption"));
    if !summary.without_history.is_empty() {
        let names = summary.without_history.join(", ");
        html.paragraph("", &say(language, "simulate-without-history", &[("names", &names)]));
    }
    html.raw("</footer>\n");
    html.end(SCRIPT)
}

fn tiles(html: &mut Html, summary: &SimulationSummary, drawn: &[(&Workflow, Figures)], language: Language) {
    let inside: u64 = drawn.iter().flat_map(|(_, all)| all.steps.values()).map(|figure| figure.here).sum();
    let (people, held_out) = (super::people(&summary.people), super::people(&summary.held_out));
    let mut tiles = vec![("page-customers", summary.customers), ("page-entered", people)];
    if summary.entered != people {
        tiles.push(("page-entries", summary.entered));
    }
    if held_out > 0 {
        tiles.push(("page-held-out", held_out));
    }
    tiles.extend([
        ("page-messages", summary.messages()),
        ("page-goals", summary.goals),
        ("page-inside", inside),
    ]);
    html.raw("<div class=\"tiles\">\n");
    for (key, count) in tiles {
        html.raw("<div class=\"tile\">");
        html.element("span", "", &say(language, key, &[]));
        html.element("b", "", &thousands(count));
        html.raw("</div>\n");
    }
    html.raw("</div>\n");
}

/// From those asked to those who reached the goal, and how far the others came.
fn funnel(html: &mut Html, workflow: &Workflow, figures: &Figures, lines: &[TraceLine], language: Language) {
    let word = |key: &str| say(language, key, &[]);
    let own = |line: &&TraceLine| line.workflow == workflow.id;
    let refused = lines.iter().filter(own).filter(|line| line.outcome == model::Outcome::Refused).count();
    let mut rows = vec![
        (word("page-asked"), figures.entered + figures::count(refused)),
        (word("page-entered"), figures.entered),
    ];
    let steps = workflow.block(workflow.root).map(|list| list.steps.as_slice()).unwrap_or_default();
    for step in steps.iter().filter_map(|at| workflow.step(*at)).take(MOST_ROWS) {
        let came = figures.steps.get(&step.id).map_or(0, |figure| figure.came);
        rows.push((dsl::drawing::said(workflow, step, language), came));
    }
    if workflow.goal.is_some() {
        rows.push((word("page-goals"), figures.goals));
    }
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    for (place, (name, count)) in rows.iter().enumerate() {
        let bar = (count * 1000 / most).max(u64::from(*count > 0) * 4);
        let percent = (count * 100 + figures.entered / 2).checked_div(figures.entered);
        let share = percent.filter(|_| place > 0).map_or(String::new(), |percent| format!(" · {percent}%"));
        html.raw("<div class=\"funnel\">");
        html.element("span", "", name);
        html.element("b", "number", &format!("{}{share}", thousands(*count)));
        html.raw(&format!(
            "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"room\" width=\"1000\" height=\"10\"/><rect width=\"{bar}\" height=\"10\"/></svg></div>\n"
        ));
    }
}

/// A column for each day (week, month).
fn by_day(html: &mut Html, days: &[(String, u64)], label: &str) {
    let most = days.iter().map(|(_, times)| *times).max().unwrap_or(0).max(1);
    let (wide, high, foot) = (960_u64, 170_u64, 24_u64);
    let room = wide / figures::count(days.len()).max(1);
    let bar = (room * 7 / 10).clamp(1, 48);
    let every = (days.len() / 8).max(1);
    html.raw(&format!(
        "<svg class=\"bars\" viewBox=\"0 0 {wide} {}\" role=\"img\" aria-label=\"",
        high + foot
    ));
    html.text(label);
    html.raw("\">\n");
    html.raw(&format!("<path class=\"axis\" d=\"M0 {high}H{wide}\"/>\n"));
    for (place, (name, times)) in days.iter().enumerate() {
        let x = figures::count(place) * room + (room - bar) / 2;
        let tall = (times * (high - 24) / most).max(u64::from(*times > 0) * 2);
        html.raw("<g>");
        html.element("title", "", &format!("{name}: {}", thousands(*times)));
        html.raw(&format!(
            "<rect x=\"{x}\" y=\"{}\" width=\"{bar}\" height=\"{tall}\" rx=\"2\"/>",
            high - tall
        ));
        if *times > 0 && (room >= 24 || *times == most) {
            let middle = x + bar / 2;
            html.raw(&format!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">", high - tall - 5));
            html.text(&thousands(*times));
            html.raw("</text>");
        }
        if place % every == 0 {
            html.raw(&format!("<text x=\"{x}\" y=\"{}\">", high + 18));
            html.text(name.split(' ').next().unwrap_or(name));
            html.raw("</text>");
        }
        html.raw("</g>\n");
    }
    html.raw("</svg>\n");
}

fn tables(html: &mut Html, summary: &SimulationSummary, language: Language) {
    let word = |key: &str| say(language, key, &[]);
    let mut templates: Vec<_> = summary.by_template.iter().collect();
    templates.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    let templates = templates.into_iter().map(|((did, what), times)| {
        vec![say(language, &format!("did-{}", did.as_str()), &[]), what.clone(), thousands(*times)]
    });
    part(html, &word("simulate-by-template"), &[], &templates.collect::<Vec<_>>(), &[2]);
    let mut refusals: Vec<_> = summary.refusals.iter().collect();
    refusals.sort_by_key(|(_, refusal)| std::cmp::Reverse(refusal.times));
    let refusals = refusals.into_iter().take(MOST_ROWS).map(|((outcome, reason), refusal)| {
        let example = refusal.example.as_ref().map(|example| example.said(language)).unwrap_or_default();
        let outcome = say(language, &format!("outcome-{}", outcome.as_str()), &[]);
        vec![thousands(refusal.times), outcome, reason.clone(), example]
    });
    part(html, &word("simulate-refusals"), &[], &refusals.collect::<Vec<_>>(), &[0]);
    let mut exits: Vec<_> = summary.exited.iter().collect();
    exits.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    let exits = exits.into_iter().map(|(reason, times)| {
        let key = format!("trace-exited-{reason}");
        let words =
            if model::words::knows(language, &key) { say(language, &key, &[]) } else { String::new() };
        vec![thousands(*times), reason.clone(), words]
    });
    part(html, &word("simulate-exits"), &[], &exits.collect::<Vec<_>>(), &[0]);
    let head = ["simulate-rep", "simulate-assignments", "simulate-tasks"].map(word);
    let reps = summary
        .reps
        .iter()
        .map(|(rep, load)| vec![rep.clone(), thousands(load.assignments), thousands(load.tasks)]);
    part(html, &word("simulate-reps"), &head, &reps.collect::<Vec<_>>(), &[1, 2]);
    let costs = cost_lines(summary, language).into_iter().map(|line| vec![line]);
    part(html, &word("simulate-costs"), &[], &costs.collect::<Vec<_>>(), &[]);
}

/// A table under its title; nothing where it has no rows.
fn part(html: &mut Html, title: &str, head: &[String], rows: &[Vec<String>], numbers: &[usize]) {
    if rows.is_empty() {
        return;
    }
    html.heading(title);
    html.raw("<div class=\"box\">\n");
    html.table(head, rows, numbers);
    html.raw("</div>\n");
}

#[cfg(test)]
mod tests;
