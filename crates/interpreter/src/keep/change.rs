//! When the truth of a condition can change by time alone: the next instant at which it is worth asking
//! again. Exact wherever the condition can be solved; early, never late, elsewhere.
//!
//! Between two candidates of `moments` nothing that a test looks at can change its answer, so the first
//! candidate with another answer is the instant itself.

use super::moments;
use crate::condition::Reader;
use crate::facts::Facts;
use dsl::condition::{Condition, Test};
use jiff::Timestamp;

/// Candidates looked at for one test, at most; the last one is taken then, and looked at when it comes.
const MOST_LOOKS: usize = 120;

/// The earliest instant after `facts.now` at which the truth of a condition can change though nothing
/// happens. `None`: only a fact can change it.
pub fn next_change(condition: &Condition, facts: &Facts<'_>) -> Option<Timestamp> {
    of_test(&condition.test, facts)
}

/// The same of a test.
pub fn of_test(test: &Test, facts: &Facts<'_>) -> Option<Timestamp> {
    next(&Reader::new(facts), test)
}

/// The same where it is asked from inside another condition.
fn next<'a>(reader: &Reader<'a>, test: &'a Test) -> Option<Timestamp> {
    match test {
        Test::Always(_) | Test::EnrolledIn(_) => None,
        Test::Not(test) => next(reader, test),
        Test::All(tests) => joined(reader, tests, false),
        Test::Any(tests) => joined(reader, tests, true),
        Test::InSegment(name) => {
            let segment = reader.facts().library.segments.get(name)?;
            next(&reader.deeper()?, &segment.test)
        }
        Test::Compare { .. }
        | Test::OneOf { .. }
        | Test::Between { .. }
        | Test::Has { .. }
        | Test::Shares { .. }
        | Test::Contains { .. }
        | Test::StartsWith { .. }
        | Test::Known(_)
        | Test::Holds(_)
        | Test::May(_) => of_atom(reader, test),
    }
}

/// One part that is `settling` (false in `and`, true in `or`) settles the whole, as long as it stays so: the
/// longest-lasting one counts. Where none settles it, the first part to change does.
fn joined<'a>(reader: &Reader<'a>, tests: &'a [Test], settling: bool) -> Option<Timestamp> {
    let mut lasting: Option<Timestamp> = None;
    let mut first: Option<Timestamp> = None;
    for test in tests {
        let change = next(reader, test);
        if reader.test(test) == settling {
            // For ever: the whole is settled for ever.
            lasting = lasting.max(Some(change?));
        } else {
            first = first.into_iter().chain(change).min();
        }
    }
    lasting.or(first)
}

fn of_atom<'a>(reader: &Reader<'a>, test: &'a Test) -> Option<Timestamp> {
    let before = reader.test(test);
    let mut at = reader.facts().now;
    for _ in 0..MOST_LOOKS {
        let there = reader.with(Facts { now: at, ..*reader.facts() });
        at = moments::after(&there, test)?;
        if reader.with(Facts { now: at, ..*reader.facts() }).test(test) != before {
            break;
        }
    }
    Some(at)
}
