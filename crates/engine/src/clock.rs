//! The only place of the engine that looks at a wall clock; everything else is told what time it is.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Says what time it is, in whole milliseconds, as the database stores them.
pub trait Clock: Send + Sync {
    /// The instant now. May go backwards: a host corrects its clock.
    fn now(&self) -> Timestamp;
}

/// The host's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        from_millis(Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until it is moved; clones show the same time.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    millis: Arc<AtomicI64>,
}

impl VirtualClock {
    /// A clock that shows `start`, cut to milliseconds.
    pub fn new(start: Timestamp) -> Self {
        Self { millis: Arc::new(AtomicI64::new(start.as_millisecond())) }
    }

    /// Shows another instant, earlier or later.
    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.as_millisecond(), Ordering::SeqCst);
    }

    /// Moves by `by`, backwards where it is negative, and says what it shows now. Time that jiff cannot
    /// name (before the year -9999, after 9999) shows as the nearest that it can.
    pub fn advance(&self, by: SignedDuration) -> Timestamp {
        let step =
            i64::try_from(by.as_millis()).unwrap_or(if by.is_negative() { i64::MIN } else { i64::MAX });
        let moved = |millis: i64| from_millis(millis.saturating_add(step)).as_millisecond();
        let before = self
            .millis
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |millis| Some(moved(millis)))
            .unwrap_or_else(|unmoved| unmoved);
        from_millis(moved(before))
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        from_millis(self.millis.load(Ordering::SeqCst))
    }
}

fn from_millis(millis: i64) -> Timestamp {
    let nearest = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time in the test")
    }

    #[test]
    fn a_virtual_clock_stands_still_until_it_is_moved_and_its_clones_move_with_it() {
        let clock = VirtualClock::new(at("2026-03-01T08:00:00.1234567Z"));
        let other = clock.clone();
        assert_eq!(clock.now(), at("2026-03-01T08:00:00.123Z"));
        assert_eq!(clock.now(), clock.now());
        assert_eq!(clock.advance(SignedDuration::from_hours(24)), at("2026-03-02T08:00:00.123Z"));
        assert_eq!(other.now(), at("2026-03-02T08:00:00.123Z"));
        other.set(at("2026-01-01T00:00:00Z"));
        assert_eq!(clock.now(), at("2026-01-01T00:00:00Z"));
        assert_eq!(clock.advance(SignedDuration::from_millis(-1)), at("2025-12-31T23:59:59.999Z"));
    }

    #[test]
    fn a_virtual_clock_stops_at_the_ends_of_time() {
        let clock = VirtualClock::new(at("2026-03-01T08:00:00Z"));
        let end = clock.advance(SignedDuration::MAX);
        assert!(end > at("9999-12-30T00:00:00Z"), "{end}");
        assert_eq!(clock.now(), end);
        assert_eq!(clock.advance(SignedDuration::MIN), Timestamp::MIN);
    }

    #[test]
    fn the_wall_clock_shows_whole_milliseconds() {
        let now = WallClock.now();
        assert_eq!(now.as_nanosecond() % 1_000_000, 0);
        assert!(now > at("2025-01-01T00:00:00Z"), "{now}");
    }
}
