//! Whom the page tells of, each with their decisions: a few for every reason, then the first ones.

use super::Html;
use super::figures::count;
use crate::view::cells::thousands;
use crate::view::trace;
use model::words::{Language, say};
use model::{CustomerId, Outcome, TraceLine};
use std::collections::{BTreeMap, BTreeSet};

/// So many for each reason at least, as far as there are any.
const EACH_REASON: usize = 5;
/// Lines shown of one person, at most.
const MOST_LINES: usize = 80;

/// The customers that the page tells of, in the order in which something first happened to them; at most so
/// many. Everything that was refused, left out or put off is there by an example.
pub fn chosen(lines: &[TraceLine], most: usize) -> Vec<CustomerId> {
    let mut kept: BTreeSet<&CustomerId> = BTreeSet::new();
    let mut examples: BTreeMap<(&str, Outcome, &str), BTreeSet<&CustomerId>> = BTreeMap::new();
    for line in lines {
        let of_note =
            matches!(line.outcome, Outcome::Refused | Outcome::Skipped | Outcome::Deferred | Outcome::Exited);
        if !of_note {
            continue;
        }
        let reason = line.reason.as_deref().unwrap_or_default();
        let known = examples.entry((line.workflow.as_str(), line.outcome, reason)).or_default();
        if known.len() < EACH_REASON && kept.len() < most {
            known.insert(&line.customer);
            kept.insert(&line.customer);
        }
    }
    for line in lines.iter().filter(|line| line.enrollment.is_some()) {
        if kept.len() >= most {
            break;
        }
        kept.insert(&line.customer);
    }
    let mut seen = BTreeSet::new();
    let all = lines.iter().map(|line| &line.customer);
    all.filter(|customer| kept.contains(customer) && seen.insert(*customer)).cloned().collect()
}

/// The list with its search.
pub(super) fn list(
    html: &mut Html,
    lines: &[TraceLine],
    names: &[(CustomerId, Option<String>)],
    language: Language,
) {
    let word = |key: &str| say(language, key, &[]);
    let mut of: BTreeMap<&CustomerId, Vec<&TraceLine>> =
        names.iter().map(|(customer, _)| (customer, Vec::new())).collect();
    let mut everybody: BTreeSet<&CustomerId> = BTreeSet::new();
    for line in lines {
        everybody.insert(&line.customer);
        if let Some(own) = of.get_mut(&line.customer) {
            own.push(line);
        }
    }
    if names.is_empty() {
        return;
    }
    html.heading(&word("page-people"));
    html.raw(
        "<div class=\"tools\" id=\"tools\" hidden><input type=\"search\" autocomplete=\"off\" aria-label=\"",
    );
    html.text(&word("page-search"));
    html.raw("\" placeholder=\"");
    html.text(&word("page-search"));
    html.raw("\"><output class=\"soft\"></output></div>\n");
    if everybody.len() > names.len() {
        let values = [("shown", thousands(count(names.len()))), ("all", thousands(count(everybody.len())))];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        html.paragraph("soft", &say(language, "page-people-some", &values));
    }
    html.raw("<div class=\"box\">\n");
    for (customer, name) in names {
        html.raw("<details class=\"person\"><summary>");
        if let Some(name) = name {
            html.element("b", "", name);
        }
        html.element("span", "code", customer.as_str());
        html.raw("</summary><table>");
        let own = of.get(customer).map(Vec::as_slice).unwrap_or_default();
        for line in own.iter().take(MOST_LINES) {
            html.raw("<tr>");
            html.element("td", "when", &trace::clock(line, line.at));
            html.element("td", "code", line.workflow.as_str());
            let noun = trace::noun(line, language);
            html.element(
                "td",
                "",
                format!("{} {noun} {}", trace::sign(line), trace::object(line)).trim_end(),
            );
            html.element("td", "soft", &trace::because(line, language));
            html.raw("</tr>\n");
        }
        html.raw("</table>");
        if own.len() > MOST_LINES {
            let more = thousands(count(own.len() - MOST_LINES));
            html.paragraph("soft", &say(language, "page-more-lines", &[("count", &more)]));
        }
        html.raw("</details>\n");
    }
    html.raw("</div>\n");
}
