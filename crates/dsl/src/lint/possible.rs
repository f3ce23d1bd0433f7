//! Whether a condition can be true at all: its cases one by one, each a list of facts that may contradict.

use crate::condition::{AggregateKind, Op, Operand, Test, instants, print};
use crate::library::Library;
use model::{Decimal, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A condition with more cases than this counts as possible.
const MOST: usize = 64;
/// Segments within segments are looked into so deep.
const DEPTH: u8 = 8;

/// A test, or its opposite.
type Fact<'t> = (&'t Test, bool);

/// Two parts of a condition that cannot hold together, as text; the second is empty where one alone cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// The first.
    pub one: String,
    /// The second.
    pub other: Option<String>,
}

/// Why no customer can ever match; `None`: it may be possible.
pub(super) fn never(test: &Test, library: &Library) -> Option<Clash> {
    never_all(&[(test, true)], library)
}

/// Why these cannot hold together, each as it stands or turned round; `None`: it may be possible.
pub(super) fn never_all(facts: &[Fact<'_>], library: &Library) -> Option<Clash> {
    let mut cases: Vec<Vec<Fact<'_>>> = vec![Vec::new()];
    for (test, holds) in facts {
        cases = both(&cases, &split(test, *holds, library, DEPTH)?)?;
    }
    let mut first = None;
    for case in &cases {
        let clash = clash(case)?;
        first.get_or_insert(clash);
    }
    // Without any case it is `false` itself.
    Some(first.unwrap_or_else(|| Clash { one: "false".to_owned(), other: None }))
}

/// The cases of a test. `None`: too many.
fn split<'t>(test: &'t Test, holds: bool, library: &'t Library, depth: u8) -> Option<Vec<Vec<Fact<'t>>>> {
    let every = |tests: &'t [Test]| {
        let mut cases = vec![Vec::new()];
        for test in tests {
            cases = both(&cases, &split(test, holds, library, depth)?)?;
        }
        Some(cases)
    };
    let each = |tests: &'t [Test]| {
        let mut cases = Vec::new();
        for test in tests {
            cases.extend(split(test, holds, library, depth)?);
        }
        (cases.len() <= MOST).then_some(cases)
    };
    match test {
        Test::Always(value) if *value == holds => Some(vec![Vec::new()]),
        Test::Always(_) => Some(Vec::new()),
        Test::Not(inner) => split(inner, !holds, library, depth),
        Test::All(tests) if holds => every(tests),
        Test::All(tests) => each(tests),
        Test::Any(tests) if holds => each(tests),
        Test::Any(tests) => every(tests),
        Test::InSegment(name) if depth > 0 => match library.segments.get(name) {
            Some(segment) => split(&segment.test, holds, library, depth - 1),
            None => Some(vec![vec![(test, holds)]]),
        },
        Test::Compare { .. }
        | Test::OneOf { .. }
        | Test::Between { .. }
        | Test::Has { .. }
        | Test::Shares { .. }
        | Test::Contains { .. }
        | Test::StartsWith { .. }
        | Test::Known(_)
        | Test::Holds(_)
        | Test::InSegment(_)
        | Test::EnrolledIn(_)
        | Test::May(_) => Some(vec![vec![(test, holds)]]),
    }
}

fn both<'t>(left: &[Vec<Fact<'t>>], right: &[Vec<Fact<'t>>]) -> Option<Vec<Vec<Fact<'t>>>> {
    if left.len().saturating_mul(right.len()) > MOST {
        return None;
    }
    let joined = left.iter().flat_map(|one| right.iter().map(|other| [one.as_slice(), other].concat()));
    Some(joined.collect())
}

/// The first contradiction of a case; `None`: it is possible as far as one can see.
fn clash(case: &[Fact<'_>]) -> Option<Clash> {
    let mut by_value: BTreeMap<String, Vec<Fact<'_>>> = BTreeMap::new();
    let mut whole: BTreeMap<String, bool> = BTreeMap::new();
    for (test, holds) in case {
        let text = print::test(test);
        if whole.insert(text.clone(), *holds).is_some_and(|before| before != *holds) {
            return Some(Clash { one: text.clone(), other: Some(said(&(test, *holds))) });
        }
        if let Some(subject) = subject(test) {
            by_value.entry(print::operand(subject)).or_default().push((test, *holds));
        }
    }
    by_value.values().find_map(|facts| {
        facts.iter().find_map(alone).or_else(|| {
            facts.iter().enumerate().find_map(|(at, one)| {
                facts.iter().skip(at + 1).find_map(|other| {
                    exclude(one, other).then(|| Clash { one: said(one), other: Some(said(other)) })
                })
            })
        })
    })
}

/// What a fact is about.
fn subject(test: &Test) -> Option<&Operand> {
    match test {
        Test::Compare { left, right, .. } => {
            if is_literal(left) {
                Some(right)
            } else {
                Some(left)
            }
        }
        Test::OneOf { value, .. } | Test::Between { value, .. } => Some(value),
        Test::Known(value) | Test::Holds(value) => Some(value),
        Test::Contains { text, .. } | Test::StartsWith { text, .. } => Some(text),
        Test::Has { list, .. } | Test::Shares { list, .. } => Some(list),
        Test::Always(_)
        | Test::All(_)
        | Test::Any(_)
        | Test::Not(_)
        | Test::InSegment(_)
        | Test::EnrolledIn(_)
        | Test::May(_) => None,
    }
}

fn is_literal(operand: &Operand) -> bool {
    place(operand).is_some()
}

/// A fact as its author would write it.
fn said((test, holds): &Fact<'_>) -> String {
    if *holds { print::test(test) } else { print::test(&Test::negate((*test).clone())) }
}

/// Whether a fact is impossible by itself: `between 10 and 5`, `count(…) < 0`.
fn alone(fact: &Fact<'_>) -> Option<Clash> {
    let clash = || Some(Clash { one: said(fact), other: None });
    let (test, true) = fact else { return None };
    let range = Range::of(fact)?;
    if range.is_empty() {
        return clash();
    }
    let low = Some((Place::Number(0), true));
    let of = subject(test)?;
    let whole = if let Operand::NumberOf(tests) = of {
        // No more of them hold than there are.
        let most = Decimal::from_int(i64::try_from(tests.len()).ok()?)?;
        Range { low, high: Some((Place::Number(most.micros()), true)) }
    } else if matches!(of, Operand::Aggregate(aggregate) if aggregate.kind == AggregateKind::Count) {
        Range { low, high: None }
    } else {
        return None;
    };
    if range.excludes(&whole) { clash() } else { None }
}

/// Whether two facts about one value exclude each other.
fn exclude(one: &Fact<'_>, other: &Fact<'_>) -> bool {
    // `is unknown` beside anything that only a known value can be.
    let needs = |fact: &Fact<'_>| fact.1;
    let unknown = |fact: &Fact<'_>| matches!(fact, (Test::Known(_), false));
    if (unknown(one) && needs(other)) || (unknown(other) && needs(one)) {
        return true;
    }
    // Two opposites both hold for the unknown.
    if !needs(one) && !needs(other) {
        return false;
    }
    if let (Some(a), Some(b)) = (Range::of(one), Range::of(other)) {
        return a.excludes(&b);
    }
    match (Choices::of(one), Choices::of(other)) {
        (Some(a), Some(b)) => a.excludes(&b),
        (None, _) | (_, None) => false,
    }
}

/// Texts that a value must be one of, or must not be.
struct Choices<'t> {
    named: Vec<&'t str>,
    allowed: bool,
}

impl<'t> Choices<'t> {
    /// What a fact says about the text of a value: `== "a"`, `in ["a", "b"]` and their opposites.
    fn of((test, holds): &Fact<'t>) -> Option<Self> {
        let named = if let Test::Compare { left, op: Op::Equal, right } = test {
            vec![text(left).or_else(|| text(right))?]
        } else if let Test::OneOf { among, .. } = test {
            among.iter().map(text).collect::<Option<_>>()?
        } else {
            return None;
        };
        Some(Self { named, allowed: *holds })
    }

    fn excludes(&self, other: &Self) -> bool {
        let has = |choices: &Self, text: &&str| choices.named.contains(text) == choices.allowed;
        match (self.allowed, other.allowed) {
            (true, true | false) => !self.named.iter().any(|text| has(other, text)),
            (false, true) => other.excludes(self),
            (false, false) => false,
        }
    }
}

fn text(operand: &Operand) -> Option<&str> {
    let Operand::Literal(Value::Text(text)) = operand else { return None };
    Some(text)
}

/// A point on the line of numbers, of dates, of lengths, or of time before now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Number(i64),
    Day(i64),
    Instant(i64),
    Length(i64),
    /// Milliseconds after now; before it below zero.
    FromNow(i64),
    /// Days after today.
    FromToday(i64),
}

impl Place {
    /// How two points of one line lie; `None`: they are of two lines.
    fn compare(self, other: Self) -> Option<Ordering> {
        let ((Self::Number(a), Self::Number(b))
        | (Self::Day(a), Self::Day(b))
        | (Self::Instant(a), Self::Instant(b))
        | (Self::Length(a), Self::Length(b))
        | (Self::FromNow(a), Self::FromNow(b))
        | (Self::FromToday(a), Self::FromToday(b))) = (self, other)
        else {
            return None;
        };
        Some(a.cmp(&b))
    }
}

/// Where a value lies that is the same for everybody; `None`: it differs by customer, or has no order.
fn place(operand: &Operand) -> Option<Place> {
    if let Operand::Literal(value) = operand {
        return match value {
            Value::Number(number) => Some(Place::Number(number.micros())),
            Value::Date(date) => Some(Place::Day(instants::days_between(jiff::civil::Date::ZERO, *date))),
            Value::Instant(instant) => Some(Place::Instant(instant.as_millisecond())),
            Value::Length(length) => Some(Place::Length(length.approximate_ms())),
            Value::Text(_) | Value::YesNo(_) | Value::List(_) | Value::Birthday(_) => None,
        };
    }
    if let Operand::Shift { of, by, back } = operand
        && let Operand::Literal(Value::Length(length)) = &**by
    {
        let sign = if *back { -1 } else { 1 };
        return from_now(of, sign * length.approximate_ms());
    }
    from_now(operand, 0)
}

fn from_now(operand: &Operand, ms: i64) -> Option<Place> {
    if matches!(operand, Operand::Now) {
        return Some(Place::FromNow(ms));
    }
    matches!(operand, Operand::Today).then_some(Place::FromToday(ms))
}

/// Where a value must lie; an end that is `None` is open, `true`: the end itself is allowed.
#[derive(Clone, Debug, Default)]
struct Range {
    low: Option<(Place, bool)>,
    high: Option<(Place, bool)>,
}

impl Range {
    /// The range that a fact gives; `None`: it gives none.
    fn of((test, holds): &Fact<'_>) -> Option<Self> {
        if let Test::Between { low, high, .. } = test {
            let (low, high) = (place(low)?, place(high)?);
            return holds.then_some(Self { low: Some((low, true)), high: Some((high, true)) });
        }
        let Test::Compare { left, op, right } = test else { return None };
        let (at, op) = match (place(left), place(right)) {
            (None, Some(at)) => (at, *op),
            (Some(at), None) => (at, turned(*op)),
            (None, None) | (Some(_), Some(_)) => return None,
        };
        let above = |with| Some(Self { low: Some((at, with)), high: None });
        let below = |with| Some(Self { low: None, high: Some((at, with)) });
        match (op, *holds) {
            (Op::Equal, true) => Some(Self { low: Some((at, true)), high: Some((at, true)) }),
            (Op::Equal, false) => None,
            (Op::Less, true) => below(false),
            (Op::AtMost, true) => below(true),
            (Op::Greater, true) => above(false),
            (Op::AtLeast, true) => above(true),
            // Beside a fact that needs a known value the opposite is a range as well.
            (Op::Less, false) => above(true),
            (Op::AtMost, false) => above(false),
            (Op::Greater, false) => below(true),
            (Op::AtLeast, false) => below(false),
        }
    }

    fn is_empty(&self) -> bool {
        ends_cross(self.low, self.high)
    }

    fn excludes(&self, other: &Self) -> bool {
        ends_cross(self.low, other.high) || ends_cross(other.low, self.high)
    }
}

/// The comparison read from right to left.
fn turned(op: Op) -> Op {
    match op {
        Op::Equal => Op::Equal,
        Op::Less => Op::Greater,
        Op::AtMost => Op::AtLeast,
        Op::Greater => Op::Less,
        Op::AtLeast => Op::AtMost,
    }
}

fn ends_cross(low: Option<(Place, bool)>, high: Option<(Place, bool)>) -> bool {
    let (Some((low, with_low)), Some((high, with_high))) = (low, high) else { return false };
    match low.compare(high) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => !(with_low && with_high),
        Some(Ordering::Less) | None => false,
    }
}
