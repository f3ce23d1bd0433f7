//! How far back the messages of a customer count for what asks of them.

use crate::world::Workflows;
use dsl::library::{CapPeriod, Library};

/// Nothing counts for longer: 3 years.
pub const COUNTS_AT_MOST_MS: i64 = 3 * 366 * 24 * 3_600_000;
/// Months are not of one length, and a day may have 25 hours.
const MARGIN_MS: i64 = 3 * 24 * 3_600_000;

/// How far back messages count for any cap or spacing, in milliseconds and not less than exactly; `None`:
/// nothing counts them.
pub fn counts_back(library: &Library, workflows: &Workflows) -> Option<i64> {
    let caps = library.policies.caps.iter().map(|cap| match &cap.per {
        CapPeriod::Rolling(length) => length.approximate_ms(),
        CapPeriod::CalendarDay => 24 * 3_600_000,
    });
    let spacings = workflows.versions.values().filter_map(|workflow| workflow.spacing.as_ref());
    let longest = caps.chain(spacings.map(model::Length::approximate_ms)).max()?;
    Some(longest.saturating_add(longest / 50).saturating_add(MARGIN_MS).min(COUNTS_AT_MOST_MS))
}
