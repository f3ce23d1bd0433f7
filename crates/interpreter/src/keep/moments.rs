//! Instants at which something that a test looks at takes another value, or a moving one reaches a fixed
//! one: the ends of windows, the customer's midnights, where `now − 30 days` meets a date, the points at
//! which a fading score crosses. Everything between two of them is constant.

use crate::calendar::add;
use crate::condition::Reader;
use crate::facts::Facts;
use crate::score;
use dsl::condition::reads::Reads;
use dsl::condition::{Aggregate, Operand, Over, Test, Within, instants};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{Entity, Event, Length, zone};

/// Instants are whole milliseconds: one after another.
const TICK: SignedDuration = SignedDuration::from_millis(1);
/// How far around its plain solution a length of months or workdays can be reached: month ends clamp, and
/// holidays come in rows.
const AROUND_DAYS: i64 = 16;
/// Points of a fading score that are looked at before the crossing between two of them is narrowed down.
const SAMPLES: i32 = 48;
/// Half-lives after which nothing of a score is left that its six places could show.
const HALF_LIVES: i64 = 64;

/// The first candidate after the reader's `now`. `None`: time changes nothing.
pub(super) fn after<'a>(reader: &Reader<'a>, test: &'a Test) -> Option<Timestamp> {
    let mut soonest = Soonest { after: reader.facts().now, best: None };
    soonest.test(reader, test);
    soonest.best
}

/// Collects the earliest of many instants after one.
struct Soonest {
    after: Timestamp,
    best: Option<Timestamp>,
}

impl Soonest {
    fn offer(&mut self, at: Option<Timestamp>) {
        if let Some(at) = at.filter(|at| *at > self.after) {
            self.best = Some(self.best.map_or(at, |best| best.min(at)));
        }
    }

    /// The first instant of the next day in a zone.
    fn midnight(&mut self, zone: &TimeZone) {
        self.offer(midnight_after(self.after, zone));
    }

    fn test<'a>(&mut self, reader: &Reader<'a>, test: &'a Test) {
        match test {
            Test::Always(_) | Test::EnrolledIn(_) => {}
            Test::Not(test) => self.test(reader, test),
            Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| self.test(reader, test)),
            Test::InSegment(name) => {
                if let (Some(segment), Some(deeper)) =
                    (reader.facts().library.segments.get(name), reader.deeper())
                {
                    self.test(&deeper, &segment.test);
                }
            }
            Test::Compare { left, op: _, right } => {
                self.pair(reader, left, right);
                self.score(reader, test, &[left, right]);
            }
            Test::OneOf { value, among } => {
                among.iter().for_each(|each| self.pair(reader, value, each));
                self.score(reader, test, &[value]);
            }
            Test::Between { value, low, high } => {
                self.pair(reader, value, low);
                self.pair(reader, value, high);
                self.score(reader, test, &[value, low, high]);
            }
            Test::Has { list, any_of } => {
                self.operand(reader, list);
                any_of.iter().for_each(|each| self.operand(reader, each));
            }
            Test::Shares { list, with } => self.pair(reader, list, with),
            Test::Contains { text, part } | Test::StartsWith { text, part } => {
                self.operand(reader, text);
                self.operand(reader, part);
            }
            Test::Known(operand) | Test::Holds(operand) => self.operand(reader, operand),
            Test::May(_) => {
                for word in &reader.facts().snapshot.suppressions {
                    self.offer(Some(word.at));
                    self.offer(word.until);
                }
            }
        }
    }

    /// Two values that are compared: each by itself, and where one moves with `now`, when they meet.
    fn pair<'a>(&mut self, reader: &Reader<'a>, left: &'a Operand, right: &'a Operand) {
        self.operand(reader, left);
        self.operand(reader, right);
        self.meeting(reader, left, right);
        self.meeting(reader, right, left);
    }

    /// When a moving instant meets the value it is compared with.
    fn meeting<'a>(&mut self, reader: &Reader<'a>, moving: &'a Operand, fixed: &'a Operand) {
        if let Operand::FirstKnown(all) = moving {
            all.iter().for_each(|each| self.meeting(reader, each, fixed));
            return;
        }
        if !moves(moving) {
            return;
        }
        if moves(fixed) {
            // Both move, and by months or workdays not always by the same: looked at day by day.
            self.midnight(reader.facts().project_zone);
            return;
        }
        let Some(value) = reader.operand(fixed) else { return };
        if let Some(at) = value.as_instant() {
            self.reach(reader, moving, at);
        } else if let Some(date) = value.as_date() {
            self.reach_day(reader, moving, date);
        }
    }

    /// When a moving instant comes to a day of the customer, and when it leaves it.
    fn reach_day<'a>(&mut self, reader: &Reader<'a>, moving: &'a Operand, date: Date) {
        let zone = reader.facts().zone;
        self.reach(reader, moving, zone::start_of_day(date, zone));
        if let Ok(next) = date.tomorrow() {
            self.reach(reader, moving, zone::start_of_day(next, zone));
        }
    }

    /// When a moving instant reaches a fixed one, and when it is beyond it.
    fn reach<'a>(&mut self, reader: &Reader<'a>, moving: &'a Operand, target: Timestamp) {
        match moving {
            Operand::Now => {
                self.offer(Some(target));
                self.offer(target.checked_add(TICK).ok());
            }
            Operand::Shift { of, by, back } => {
                let Some(by) = reader.operand(by).and_then(|by| by.as_length()) else { return };
                for each in sources(reader, of, &by, *back, target) {
                    self.reach(reader, of, each);
                }
            }
            Operand::Literal(_)
            | Operand::Today
            | Operand::Name(_)
            | Operand::Aggregate(_)
            | Operand::Score(_)
            | Operand::ScoreWord { .. }
            | Operand::Lookup { .. }
            | Operand::FirstKnown(_)
            | Operand::NumberOf(_)
            | Operand::DaysSince(_)
            | Operand::Age(_)
            | Operand::Gap { .. }
            | Operand::Plus(..)
            | Operand::Minus(..)
            | Operand::Scale { .. }
            | Operand::Truth(_) => {}
        }
    }

    /// When a value by itself changes. What moves with every instant is seen to where it is compared.
    fn operand<'a>(&mut self, reader: &Reader<'a>, operand: &'a Operand) {
        match operand {
            Operand::Literal(_) | Operand::Now | Operand::Name(_) => {}
            Operand::Today => self.midnight(reader.facts().zone),
            Operand::Aggregate(aggregate) => self.aggregate(reader, aggregate),
            Operand::Score(name) | Operand::ScoreWord { score: name, .. } => {
                let Some(scoring) = reader.facts().library.scorings.get(name) else { return };
                let Some(deeper) = reader.deeper() else { return };
                scoring.fit.iter().for_each(|rule| self.test(&deeper, &rule.when.test));
                for rule in &scoring.rules {
                    self.coming(reader, &rule.event);
                    if let Some(when) = &rule.when {
                        self.filter(&deeper, &when.test, deeper.facts().snapshot.events_of(&rule.event));
                    }
                }
                self.coming(reader, model::event::names::SCORE_ADDED);
            }
            Operand::Lookup { table: _, key } => self.operand(reader, key),
            Operand::FirstKnown(all) => all.iter().for_each(|each| self.operand(reader, each)),
            Operand::NumberOf(tests) => tests.iter().for_each(|test| self.test(reader, test)),
            Operand::DaysSince(of) | Operand::Age(of) => {
                self.midnight(reader.facts().zone);
                self.operand(reader, of);
                if moves(of)
                    && let Some(at) = reader.operand(of).and_then(|at| at.as_instant())
                {
                    self.reach_day(reader, of, zone::date_of(at, reader.facts().zone));
                }
            }
            Operand::Gap { event, last: _ } => self.coming(reader, event),
            Operand::Plus(left, right) | Operand::Minus(left, right) => {
                self.operand(reader, left);
                self.operand(reader, right);
            }
            Operand::Scale { value, .. } => self.operand(reader, value),
            Operand::Shift { of, by, back: _ } => {
                self.operand(reader, of);
                self.operand(reader, by);
            }
            Operand::Truth(test) => self.test(reader, test),
        }
    }

    /// A fact that lies ahead of this instant (a sender's clock that is fast) counts from then on.
    fn coming(&mut self, reader: &Reader<'_>, name: &str) {
        let all = reader.facts().snapshot.events_of(name);
        let ahead = all.get(all.partition_point(|event| event.at <= self.after)..).unwrap_or_default();
        self.offer(ahead.first().map(|event| event.at));
    }

    fn aggregate<'a>(&mut self, reader: &Reader<'a>, aggregate: &'a Aggregate) {
        let facts = *reader.facts();
        let length = match &aggregate.window {
            Some(Within::Last(length)) => Some(*length),
            Some(Within::SinceEntry) | None => None,
        };
        match &aggregate.of {
            Over::Events(name) => {
                self.coming(reader, name);
                let all = facts.snapshot.events_of(name);
                if let Some(length) = length {
                    self.leaving(reader, &length, all.iter().map(|event| event.at));
                }
                if let Some(filter) = &aggregate.filter {
                    self.filter(reader, filter, all);
                }
            }
            Over::Entities(kind) => {
                let own = |entity: &&Entity| {
                    entity.kind == **kind && entity.customer.as_ref() == Some(&facts.snapshot.customer.id)
                };
                let entities = facts.snapshot.entities.values().filter(own);
                if let Some(length) = length {
                    let mut created: Vec<Timestamp> = entities
                        .clone()
                        .filter_map(|entity| reader.of_entity(entity, "created_at")?.as_instant())
                        .collect();
                    created.sort_unstable();
                    self.offer(created.iter().find(|at| **at > self.after).copied());
                    self.leaving(reader, &length, created.into_iter());
                }
                if let Some(filter) = aggregate.filter.as_ref().filter(|filter| clocked(reader, filter)) {
                    for entity in entities {
                        let there = Facts { candidate_entity: Some(entity), candidate: None, ..facts };
                        self.test(&reader.with(there), filter);
                    }
                }
            }
        }
    }

    /// A `where` that itself looks at the clock, of each event.
    fn filter<'a>(&mut self, reader: &Reader<'a>, filter: &'a Test, events: &'a [Event]) {
        if !clocked(reader, filter) {
            return;
        }
        let facts = *reader.facts();
        for event in events {
            self.test(
                &reader.with(Facts { candidate: Some(event), candidate_entity: None, ..facts }),
                filter,
            );
        }
    }

    /// When the next of these instants, which rise, leaves a window of this length that ends now.
    fn leaving(&mut self, reader: &Reader<'_>, length: &Length, all: impl Iterator<Item = Timestamp>) {
        let project = reader.facts().project_zone;
        // Days and hours are exact: who came first leaves first. Months are not; all that lie near the
        // window's beginning may leave or come back.
        let exact = is_exact(length);
        let begins = instants::shift_instant(self.after, length, true, project);
        let near = |at: Timestamp| {
            begins.is_none_or(|begins| if exact { at > begins } else { at > back_by(begins, AROUND_DAYS) })
        };
        for at in all.filter(|at| near(*at)) {
            if exact {
                self.offer(instants::shift_instant(at, length, false, project));
                break;
            }
            let before = self.best;
            for source in around(self.after, length, false, at, reader) {
                self.offer(Some(source));
            }
            // The window's beginning is far from the rest of them still.
            if begins.is_some_and(|begins| at > forth_by(begins, AROUND_DAYS)) && self.best != before {
                break;
            }
        }
    }

    /// A fading score crosses what it is compared with: found between points close together, then narrowed
    /// down to the millisecond.
    fn score<'a>(&mut self, reader: &Reader<'a>, test: &'a Test, operands: &[&'a Operand]) {
        if let Some(solved) = solved(reader, operands) {
            solved.into_iter().for_each(|at| self.offer(Some(at)));
            return;
        }
        let Some(half_life) = operands.iter().filter_map(|operand| half_life_of(reader, operand)).max()
        else {
            return;
        };
        let asked = |at: Timestamp| reader.with(Facts { now: at, ..*reader.facts() }).test(test);
        let before = asked(self.after);
        let faded = self
            .after
            .checked_add(SignedDuration::from_millis(half_life.saturating_mul(HALF_LIVES)))
            .unwrap_or(Timestamp::MAX);
        let end = self.best.map_or(faded, |best| best.min(faded));
        let whole = end.as_millisecond().saturating_sub(self.after.as_millisecond());
        let mut low = self.after;
        for step in 1..=SAMPLES {
            // Closer together where it falls fastest.
            let part = f64::from(step) / f64::from(SAMPLES);
            let ms = (whole as f64 * part * part) as i64;
            let Ok(high) = self.after.checked_add(SignedDuration::from_millis(ms)) else { return };
            if asked(high) != before {
                self.offer(Some(narrowed(low, high, before, asked)));
                return;
            }
            low = high;
        }
    }
}

/// The first millisecond in `(low, high]` at which the answer is not `before`; it is at `high`.
fn narrowed(
    mut low: Timestamp,
    mut high: Timestamp,
    before: bool,
    asked: impl Fn(Timestamp) -> bool,
) -> Timestamp {
    loop {
        let middle = i64::midpoint(low.as_millisecond(), high.as_millisecond());
        let Ok(middle) = Timestamp::from_millisecond(middle) else { return high };
        if middle <= low || middle >= high {
            return high;
        }
        if asked(middle) == before { low = middle } else { high = middle }
    }
}

/// When one score crosses plain numbers, solved. `None`: it is compared with something else.
fn solved<'a>(reader: &Reader<'a>, operands: &[&'a Operand]) -> Option<Vec<Timestamp>> {
    let mut scores = Vec::new();
    let mut numbers = Vec::new();
    for operand in operands {
        match operand {
            Operand::Score(name) => scores.push(name),
            Operand::Literal(value) => numbers.push(value.as_number()?),
            Operand::Now
            | Operand::Today
            | Operand::Name(_)
            | Operand::Aggregate(_)
            | Operand::ScoreWord { .. }
            | Operand::Lookup { .. }
            | Operand::FirstKnown(_)
            | Operand::NumberOf(_)
            | Operand::DaysSince(_)
            | Operand::Age(_)
            | Operand::Gap { .. }
            | Operand::Plus(..)
            | Operand::Minus(..)
            | Operand::Scale { .. }
            | Operand::Shift { .. }
            | Operand::Truth(_) => return None,
        }
    }
    let [name] = scores.as_slice() else { return None };
    let scoring = reader.facts().library.scorings.get(*name)?;
    let deeper = reader.deeper()?;
    Some(numbers.into_iter().filter_map(|number| score::solved(&deeper, scoring, number)).collect())
}

/// The longest half-life of the scores that a value looks at, in milliseconds. `None`: of none that fades.
fn half_life_of(reader: &Reader<'_>, operand: &Operand) -> Option<i64> {
    let library = reader.facts().library;
    let reads = Reads::of_operand(operand, library);
    reads
        .scores
        .iter()
        .filter_map(|name| library.scorings.get(name)?.half_life)
        .map(|length| length.approximate_ms())
        .filter(|ms| *ms > 0)
        .max()
}

/// Whether a test's answer may change by time alone.
fn clocked(reader: &Reader<'_>, test: &Test) -> bool {
    let reads = Reads::of_test(test, reader.facts().library);
    reads.clock || reads.consents
}

/// Whether a value moves with every instant: `now`, and `now` moved by a length.
fn moves(operand: &Operand) -> bool {
    match operand {
        Operand::Now => true,
        Operand::Shift { of, .. } => moves(of),
        Operand::FirstKnown(all) => all.iter().any(moves),
        Operand::Literal(_)
        | Operand::Today
        | Operand::Name(_)
        | Operand::Aggregate(_)
        | Operand::Score(_)
        | Operand::ScoreWord { .. }
        | Operand::Lookup { .. }
        | Operand::NumberOf(_)
        | Operand::DaysSince(_)
        | Operand::Age(_)
        | Operand::Gap { .. }
        | Operand::Plus(..)
        | Operand::Minus(..)
        | Operand::Scale { .. }
        | Operand::Truth(_) => false,
    }
}

fn is_exact(length: &Length) -> bool {
    length.months == 0 && length.workdays == 0 && length.work_minutes == 0
}

/// What `of` must reach so that, moved by a length, it reaches the target.
fn sources<'a>(
    reader: &Reader<'a>,
    of: &'a Operand,
    by: &Length,
    back: bool,
    target: Timestamp,
) -> Vec<Timestamp> {
    if is_exact(by) {
        let source = instants::shift_instant(target, by, !back, reader.facts().project_zone);
        return source.into_iter().collect();
    }
    let here = reader.operand(of).and_then(|at| at.as_instant());
    here.map_or_else(Vec::new, |here| around(here, by, !back, target, reader))
}

/// Candidates after `here` for a length of months or workdays: on each day near the plain solution its first
/// instant and the target's clock time, changes of the zone's clock, and the plain solution. `back`: the
/// solution lies before the target.
fn around(
    here: Timestamp,
    by: &Length,
    back: bool,
    target: Timestamp,
    reader: &Reader<'_>,
) -> Vec<Timestamp> {
    let facts = reader.facts();
    let (project, work) = (facts.project_zone, &facts.library.calendar);
    let plain = if by.workdays == 0 && by.work_minutes == 0 {
        instants::shift_instant(target, by, back, project)
    } else if back {
        Some(add::subtract(target, by, project, work))
    } else {
        Some(add::add(target, by, project, work))
    };
    let Some(plain) = plain else { return Vec::new() };
    let from = back_by(plain, AROUND_DAYS).max(here);
    if from > forth_by(plain, AROUND_DAYS) {
        return Vec::new();
    }
    let time = project.to_datetime(target).time();
    let today = zone::date_of(from, project);
    let mut all = vec![plain];
    all.extend(plain.checked_add(TICK));
    all.extend(midnight_after(from, project));
    for date in std::iter::once(today).chain(today.tomorrow()) {
        let at = zone::to_instant(date.to_datetime(time), project);
        all.push(at);
        all.extend(at.checked_add(TICK));
    }
    all.extend(project.following(from).next().map(|change| change.timestamp()));
    // Of a place before the days around it, only that one: from there on they are looked at one by one.
    if from > here {
        all.push(from);
    }
    all.retain(|at| *at > here);
    all
}

fn midnight_after(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let tomorrow = zone::date_of(at, zone).tomorrow().ok()?;
    Some(zone::start_of_day(tomorrow, zone))
}

fn back_by(at: Timestamp, days: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
}

fn forth_by(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}
