//! Attributes by `cases:` are kept: one that would hang on itself, by whatever way, never came to rest.

use crate::condition::reads::Reads;
use crate::diagnostic::{Code, Report};
use crate::library::{Library, Origin};

/// Reports each attribute whose cases lead back to it, at the case that does.
pub(super) fn check(library: &Library, report: &mut Report) {
    for (name, attribute) in &library.model.customer {
        let Origin::Cases(cases) = &attribute.origin else { continue };
        let leads_back = cases.iter().filter_map(|(when, _)| when.as_ref()).find_map(|when| {
            let reads = Reads::of_condition(when, library);
            reads.attributes.contains(name).then_some((when, reads))
        });
        let Some((when, reads)) = leads_back else { continue };
        let is_kept = |other: &&String| {
            *other != name
                && library
                    .model
                    .customer
                    .get(*other)
                    .is_some_and(|other| matches!(other.origin, Origin::Cases(_)))
        };
        let through: Vec<String> = reads
            .attributes
            .iter()
            .filter(is_kept)
            .map(|other| format!("customer.{other}"))
            .chain(reads.segments.iter().map(|segment| format!("in_segment({segment})")))
            .collect();
        let diagnostic = report.error(Code::E0631, when.span);
        diagnostic.arg("name", name.as_str()).help("E0631-help");
        if !through.is_empty() {
            diagnostic.message("E0631-through").arg("through", through.join(", "));
        }
    }
}
