//! Which steps and branches the tests of a file have walked.

use model::TraceLine;

/// The branch that a line took, for coverage.
pub(super) fn edge(line: &TraceLine) -> String {
    line.values.get("branch").map_or_else(
        || line.reason.clone().unwrap_or_else(|| line.outcome.as_str().to_owned()),
        |branch| branch.to_string(),
    )
}
