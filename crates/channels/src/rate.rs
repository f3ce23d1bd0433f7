//! Token buckets: whether one more may go now, and if not, when.
//!
//! What a provider means by "20 a minute" is never more than 20 in any 60 seconds, and some shut those out who
//! go beyond it. A bucket that holds 20 and is filled with 20 a minute lets 40 through. So a bucket here holds a
//! tenth of the number, at least one, and is filled with the rest over the stretch: [`Rate`] is kept in every
//! stretch, wherever it begins. Time comes in as an argument; what was spent is small and can be written down, so
//! that a restart is no fresh start.

use jiff::{SignedDuration, Timestamp};
use model::Rate;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// What was spent of a [`Rate`]. Instants are microseconds since 1970. The default: nothing was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// For each limit when its bucket is full again.
    full: [i64; 4],
    /// The instant that was given last to somebody who waits.
    line: i64,
    /// When it was looked at last.
    seen: i64,
}

/// Whether something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Now: a token was taken.
    Now,
    /// Not before this instant, which is kept for it.
    At(Timestamp),
    /// Its turn would come after its deadline: it does not wait.
    TooLate,
}

/// A clock that stands so much before the last look was set back: a line made by it is of no meaning.
const SET_BACK: i64 = 3_600_000_000;

/// One limit as a bucket, in microseconds.
#[derive(Clone, Copy)]
struct Bucket {
    /// From one token to the next.
    every: i64,
    /// How far ahead of now the full bucket's instant may be for one more token: all tokens but one.
    slack: i64,
    /// The stretch that the limit is for.
    stretch: i64,
}

impl Bucket {
    fn of(most: NonZeroU32, stretch: SignedDuration) -> Self {
        let stretch = i64::try_from(stretch.as_micros()).unwrap_or(i64::MAX);
        let most = i64::from(most.get());
        let holds = (most / 10).max(1);
        // A burst of `holds`, then one each `every`: `most` in any stretch. Rounded up, so never more.
        let rest = most - holds + 1;
        let every = stretch.checked_add(rest - 1).map_or(stretch, |sum| sum / rest);
        Self { every, slack: every * (holds - 1), stretch }
    }

    /// The instant at which it is full, as far as that is believable: a clock that was set back must not close
    /// it for longer than its stretch.
    fn full_at(&self, spent: i64, now: i64) -> i64 {
        spent.min(now.saturating_add(self.stretch))
    }
}

fn buckets(rate: &Rate) -> [Option<Bucket>; 4] {
    rate.limits().map(|(most, stretch)| most.map(|most| Bucket::of(most, stretch)))
}

impl Spent {
    /// What [`Self::written`] gave. What cannot be read is nothing.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// To be kept over a restart.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Takes one token of each limit. `Err`: none is to be had before that instant, and none was taken.
    pub fn take(&mut self, rate: &Rate, now: Timestamp) -> Result<(), Timestamp> {
        let at = self.next(rate, now, 0);
        if at > now {
            return Err(at);
        }
        let now = now.as_microsecond();
        for (bucket, spent) in buckets(rate).iter().zip(&mut self.full) {
            if let Some(bucket) = bucket {
                *spent = bucket.full_at(*spent, now).max(now).saturating_add(bucket.every);
            }
        }
        Ok(())
    }

    /// Takes a token, or a place in the line of those who wait: each of them comes back at an instant of their own
    /// and finds one, however many they are.
    pub fn turn(&mut self, rate: &Rate, now: Timestamp, deadline: Timestamp) -> Turn {
        let start = now.as_microsecond();
        if start.saturating_add(SET_BACK) < self.seen {
            self.line = start;
        }
        self.seen = start;
        let Err(next) = self.take(rate, now) else { return Turn::Now };
        let slowest = buckets(rate).iter().flatten().map(|bucket| bucket.every).max().unwrap_or(0);
        let behind = whole(self.line.saturating_add(slowest)).unwrap_or(Timestamp::MAX);
        let at = next.max(behind);
        if at > deadline {
            return Turn::TooLate;
        }
        self.line = at.as_microsecond();
        Turn::At(at)
    }

    /// When the token after `ahead` others could be taken: now, or a later instant. Those who wait in a line come
    /// back at the instants for 0, 1, 2 … and find a token each.
    pub fn next(&self, rate: &Rate, now: Timestamp, ahead: u32) -> Timestamp {
        let (start, ahead) = (now.as_microsecond(), i64::from(ahead));
        let instants = buckets(rate).into_iter().zip(self.full).filter_map(|(bucket, spent)| {
            let bucket = bucket?;
            let full_at = bucket.full_at(spent, start).max(start);
            Some(full_at.saturating_add(bucket.every.saturating_mul(ahead)).saturating_sub(bucket.slack))
        });
        let at = instants.fold(start, i64::max);
        // Instants are kept in milliseconds: rounded up, for a token that is not there yet is of no use.
        if at <= start { now } else { whole(at).unwrap_or(Timestamp::MAX) }
    }
}

/// The first whole millisecond at or after an instant.
fn whole(at: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(at.saturating_add(999).div_euclid(1000).saturating_mul(1000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    fn rate(limits: [u32; 4]) -> Rate {
        let [per_second, per_minute, per_hour, per_day] = limits.map(NonZeroU32::new);
        Rate { per_second, per_minute, per_hour, per_day }
    }

    /// The instants at which so many go who all ask as early as they can.
    fn greedy(rate: &Rate, count: usize) -> Vec<i64> {
        let (mut spent, mut now, mut gone) = (Spent::default(), at(0), Vec::new());
        while gone.len() < count {
            match spent.take(rate, now) {
                Ok(()) => gone.push(now.as_millisecond() - at(0).as_millisecond()),
                Err(later) => {
                    assert!(later > now);
                    now = later;
                }
            }
        }
        gone
    }

    #[test]
    fn twenty_a_minute_is_never_more_in_any_minute_and_no_less_over_an_hour() {
        let gone = greedy(&rate([0, 20, 0, 0]), 1_300);
        assert!(gone.windows(21).all(|window| window[20] - window[0] >= 60_000));
        let in_an_hour = gone.iter().filter(|at| **at < 3_600_000).count();
        assert!((1_140..=1_200).contains(&in_an_hour), "{in_an_hour}");
        assert_eq!(&gone[..4], [0, 0, 3_158, 6_316]);
    }

    #[test]
    fn the_smallest_rates_are_exact() {
        assert_eq!(greedy(&rate([0, 0, 0, 1]), 3), [0, 86_400_000, 172_800_000]);
        assert_eq!(greedy(&rate([1, 0, 0, 0]), 3), [0, 1_000, 2_000]);
    }

    #[test]
    fn who_waits_in_line_finds_a_token_when_told_to_come_back() {
        let limits = rate([20, 100, 0, 0]);
        let mut spent = Spent::default();
        let now = at(0);
        while spent.take(&limits, now).is_ok() {}
        let told: Vec<Timestamp> = (0..200).map(|ahead| spent.next(&limits, now, ahead)).collect();
        assert!(told.is_sorted() && told[0] > now);
        for come in told {
            assert_eq!(spent.take(&limits, come), Ok(()), "{come}");
        }
    }

    #[test]
    fn a_thousand_who_wait_come_back_once_each_and_go() {
        let limits = rate([20, 0, 0, 0]);
        let (mut spent, deadline) = (Spent::default(), at(3_600_000));
        let mut waiting = Vec::new();
        // They are taken up in batches, all in the same moment.
        for _ in 0..1_000 {
            if let Turn::At(later) = spent.turn(&limits, at(0), deadline) {
                waiting.push(later);
            }
        }
        assert!(waiting.is_sorted() && waiting.len() == 998, "{}", waiting.len());
        let mut spent = Spent::read(&spent.written());
        for come in &waiting {
            assert_eq!(spent.turn(&limits, *come, deadline), Turn::Now);
        }
        let length = waiting.last().unwrap().duration_since(at(0)).as_secs();
        assert!((50..=54).contains(&length), "{length}");
    }

    #[test]
    fn who_would_come_too_late_takes_no_place() {
        let limits = rate([0, 0, 0, 1]);
        let mut spent = Spent::default();
        assert_eq!(spent.turn(&limits, at(0), at(1)), Turn::Now);
        assert_eq!(spent.turn(&limits, at(0), at(1)), Turn::TooLate);
        assert_eq!(spent.turn(&limits, at(0), at(90_000_000)), Turn::At(at(86_400_000)));
        // A clock that was a year ahead leaves nobody waiting for a year.
        let ahead = at(31_536_000_000);
        assert_eq!(spent.turn(&limits, ahead, ahead), Turn::Now);
        assert_eq!(spent.turn(&limits, at(0), at(90_000_000)), Turn::At(at(86_400_000)));
    }

    #[test]
    fn what_was_spent_is_remembered_when_it_is_written_down() {
        let limits = rate([0, 10, 0, 0]);
        let mut spent = Spent::default();
        assert_eq!(spent.take(&limits, at(0)), Ok(()));
        let mut read = Spent::read(&spent.written());
        assert_eq!(read.take(&limits, at(1)), Err(at(6_000)));
    }

    #[test]
    fn a_clock_that_is_set_back_closes_a_bucket_for_no_longer_than_its_stretch() {
        let limits = rate([0, 5, 0, 0]);
        let mut spent = Spent::default();
        assert_eq!(spent.take(&limits, at(1_000_000_000)), Ok(()));
        let next = spent.next(&limits, at(0), 0);
        assert!(next <= at(60_000), "{next}");
    }

    #[test]
    fn without_limits_everything_goes() {
        let mut spent = Spent::default();
        assert!((0..10_000).all(|_| spent.take(&Rate::default(), at(0)).is_ok()));
        assert_eq!(spent, Spent::default());
        assert!(Rate::default().is_free() && !rate([0, 0, 0, 1]).is_free());
    }

    proptest! {
        #[test]
        fn no_stretch_holds_more_than_its_limit(
            per_second in 1u32..40, per_minute in 1u32..400, waits in prop::collection::vec(0i64..3_000, 300)
        ) {
            let limits = rate([per_second, per_minute, 0, 0]);
            let (mut spent, mut now, mut gone) = (Spent::default(), 0, Vec::new());
            for wait in waits {
                now += wait / 10;
                if spent.take(&limits, at(now)).is_ok() {
                    gone.push(now);
                }
            }
            for (most, stretch) in [(per_second, 1_000), (per_minute, 60_000)] {
                let most = most as usize;
                prop_assert!(gone.windows(most + 1).all(|window| window[most] - window[0] >= stretch));
            }
        }
    }
}
