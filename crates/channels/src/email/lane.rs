//! Mails to one mailbox provider: how fast they may go, and what its refusals teach. Pure.
//!
//! ```text
//!           4.7.x                      15 min over
//!   open ─────────────► half as fast ─────────────► open
//!     │ 5.7.x, five in a row
//!     ▼           an hour over           accepted
//!   shut ───────────────────────► one probe ──────► open
//!     ▲                              │ 5.7.x
//!     └──────────────────────────────┘ for twice as long, up to 8 h
//! ```

use crate::fate::{Enhanced, Fate, Rejection, Reply, Retry};
use crate::rate::{Spent, Turn};
use jiff::{SignedDuration, Timestamp};
use model::Rate;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// How long a provider that asks for less gets half.
const SLOW: SignedDuration = SignedDuration::from_mins(15);
/// Refusals for policy in a row that shut it.
const REFUSALS: u32 = 5;
/// Hours at first, and at most.
const SHUT: (u32, u32) = (1, 8);
/// How long the others wait for what becomes of a probe.
const PROBE: SignedDuration = SignedDuration::from_mins(10);
/// Of each limit a tenth is kept for mails that serve: a receipt does not queue behind a campaign.
const KEPT: u32 = 10;

/// What is remembered of a lane. The default: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lane {
    spent: Spent,
    /// Of what is kept for mails that serve.
    kept: Spent,
    slow: Option<Slow>,
    /// Refusals for policy in a row.
    refused: u32,
    shut: Option<Shut>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Slow {
    until: Timestamp,
    rate: Rate,
    spent: Spent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shut {
    until: Timestamp,
    hours: u32,
}

/// Why a mail waits in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For a token of its rate.
    Rate,
    /// The provider asked for less.
    Slow,
    /// The provider refuses us.
    Shut,
}

impl Wait {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Slow => "provider_slow",
            Self::Shut => "provider_shut",
        }
    }
}

/// What a fate has changed, for whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Half as fast until then.
    Slowed(Timestamp),
    /// Nothing goes until then.
    Shut(Timestamp),
    /// It takes mail again.
    Open,
}

impl Lane {
    /// Reads what [`Lane::words`] wrote. Words that this program cannot read say nothing.
    pub fn read(words: &str) -> Self {
        serde_json::from_str(words).unwrap_or_default()
    }

    /// To be written down.
    pub fn words(&self) -> String {
        // Numbers and names: it always has a text.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether a mail goes now, and why it waits where it does not. `serves`: it is no marketing. A mail that goes
    /// has spent its tokens.
    pub fn turn(&mut self, rate: &Rate, serves: bool, now: Timestamp, deadline: Timestamp) -> (Turn, Wait) {
        if let Some(shut) = self.shut.filter(|shut| now < shut.until) {
            let turn = if shut.until > deadline { Turn::TooLate } else { Turn::At(shut.until) };
            return (turn, Wait::Shut);
        }
        let found = self.turn_of_rates(rate, serves, now, deadline);
        if let (Turn::Now, Some(shut)) = (found.0, &mut self.shut) {
            // It probes, and the others wait for what becomes of it.
            shut.until = now + PROBE;
        }
        found
    }

    fn turn_of_rates(
        &mut self,
        rate: &Rate,
        serves: bool,
        now: Timestamp,
        deadline: Timestamp,
    ) -> (Turn, Wait) {
        if let Some(slow) = self.slow.as_mut().filter(|slow| now < slow.until) {
            let turn = slow.spent.turn(&slow.rate, now, deadline);
            if turn != Turn::Now {
                return (turn, Wait::Slow);
            }
        }
        let (usual, kept) = shares(rate);
        // Where what is kept does not suffice a mail that serves takes what is there for all.
        let turn = match serves && !kept.is_free() && self.kept.take(&kept, now).is_ok() {
            true => Turn::Now,
            false => self.spent.turn(&usual, now, deadline),
        };
        (turn, Wait::Rate)
    }

    /// Learns from what became of a mail. `recent`: mails to this provider in the last minute, which are halved
    /// where the lane has no rate.
    pub fn learn(&mut self, fate: &Fate, rate: &Rate, recent: u32, now: Timestamp) -> Option<News> {
        match fate {
            Fate::Deferred { retry: Retry::Throttled, .. } => {
                let until = now + SLOW;
                let slow = self.slow.filter(|slow| now < slow.until);
                let was = slow.is_some();
                let slow =
                    slow.unwrap_or(Slow { until, rate: halved(rate, recent), spent: Spent::default() });
                self.slow = Some(Slow { until, ..slow });
                (!was).then_some(News::Slowed(until))
            }
            Fate::Rejected {
                kind: Rejection::Policy,
                reply: Reply { enhanced: Some(Enhanced { class: 5, subject: 7, .. }), .. },
            } => {
                self.refused = self.refused.saturating_add(1);
                let hours = match self.shut {
                    // What was on its way when it was shut is no news.
                    Some(shut) if self.refused < REFUSALS || now + PROBE < shut.until => return None,
                    Some(shut) => shut.hours.saturating_mul(2).min(SHUT.1),
                    None if self.refused < REFUSALS => return None,
                    None => SHUT.0,
                };
                let until = now + SignedDuration::from_hours(i64::from(hours));
                self.shut = Some(Shut { until, hours });
                Some(News::Shut(until))
            }
            // It spoke, and not of us.
            Fate::Accepted { .. } | Fate::Rejected { kind: Rejection::Policy | Rejection::Permanent, .. } => {
                self.refused = 0;
                self.shut.take().map(|_| News::Open)
            }
            Fate::Deferred { retry: Retry::Backoff | Retry::After(_), .. }
            | Fate::Rejected { kind: Rejection::Configuration, .. }
            | Fate::Unknown { .. } => None,
        }
    }

    /// Whether it goes on as if nothing had been: no refusals, no rest.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.refused == 0 && self.shut.is_none() && self.slow.is_none_or(|slow| slow.until <= now)
    }

    /// Until when nothing goes, and until when half; `None`: that is not so.
    pub fn rests(&self, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let shut = self.shut.map(|shut| shut.until);
        (shut, self.slow.map(|slow| slow.until).filter(|until| now < *until))
    }

    /// Whether a mail could go now, without taking anything.
    pub fn is_open(&self, rate: &Rate, serves: bool, now: Timestamp) -> bool {
        let (usual, kept) = shares(rate);
        let has = |spent: &Spent, rate: &Rate| spent.next(rate, now, 0) <= now;
        self.shut.is_none_or(|shut| shut.until <= now)
            && self.slow.is_none_or(|slow| slow.until <= now || has(&slow.spent, &slow.rate))
            && ((serves && !kept.is_free() && has(&self.kept, &kept)) || has(&self.spent, &usual))
    }
}

/// Of each limit what all share, and what is kept for mails that serve.
fn shares(rate: &Rate) -> (Rate, Rate) {
    let kept = |most: Option<NonZeroU32>| most.and_then(|most| NonZeroU32::new(most.get() / KEPT));
    let rest =
        |most: Option<NonZeroU32>| most.and_then(|most| NonZeroU32::new(most.get() - most.get() / KEPT));
    let limits = [rate.per_second, rate.per_minute, rate.per_hour, rate.per_day];
    // Where one limit is too small to be parted, nothing is kept: the other's share would not hold.
    if limits.iter().flatten().any(|most| most.get() < KEPT) {
        return (*rate, Rate::default());
    }
    let of = |part: &dyn Fn(Option<NonZeroU32>) -> Option<NonZeroU32>| {
        let [per_second, per_minute, per_hour, per_day] = limits.map(part);
        Rate { per_second, per_minute, per_hour, per_day }
    };
    (of(&rest), of(&kept))
}

/// Half of a rate; where there is none, half of what went.
fn halved(rate: &Rate, recent: u32) -> Rate {
    let half = |most: NonZeroU32| NonZeroU32::new(most.get() / 2);
    if rate.is_free() {
        return Rate::per_minute(NonZeroU32::new(recent / 2).unwrap_or(NonZeroU32::MIN));
    }
    // Half of one is one in twice the time: so many in the next longer stretch.
    let one =
        |most: Option<NonZeroU32>, longer| most.filter(|most| most.get() == 1).and(NonZeroU32::new(longer));
    let least = |limits: [Option<NonZeroU32>; 2]| limits.into_iter().flatten().min();
    Rate {
        per_second: rate.per_second.and_then(half),
        per_minute: least([rate.per_minute.and_then(half), one(rate.per_second, 30)]),
        per_hour: least([rate.per_hour.and_then(half), one(rate.per_minute, 30)]),
        per_day: least([rate.per_day.map(|most| half(most).unwrap_or(most)), one(rate.per_hour, 12)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fate::{Cause, Phase, classify};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn said(phase: Phase, code: u16, text: &str) -> Fate {
        classify(phase, Cause::Reply(Reply::new(code, text)))
    }

    fn per_second(most: u32) -> Rate {
        Rate { per_second: NonZeroU32::new(most), ..Rate::default() }
    }

    /// How many of so many go in a second, all asking at its start and whenever told to.
    fn gone(lane: &mut Lane, rate: &Rate, from: i64, seconds: i64) -> usize {
        let mut gone = 0;
        for ms in 0..seconds * 1000 {
            let now = at(from) + SignedDuration::from_millis(ms);
            gone += usize::from(lane.turn(rate, false, now, at(1_000_000)).0 == Turn::Now);
        }
        gone
    }

    #[test]
    fn a_provider_that_asks_for_less_gets_half_for_a_quarter_of_an_hour() {
        let (mut lane, rate) = (Lane::default(), per_second(5));
        let usual = gone(&mut lane, &rate, 0, 20);
        let slower = said(Phase::Recipient, 450, "4.7.1 slow down");
        assert_eq!(lane.learn(&slower, &rate, 0, at(20)), Some(News::Slowed(at(20 + 900))));
        assert_eq!(lane.learn(&slower, &rate, 0, at(20)), None, "of one batch all say it");
        let half = gone(&mut lane, &rate, 20, 20);
        assert!(usual >= 95 && (34..=44).contains(&half), "{usual}, {half}");
        assert!(gone(&mut lane, &rate, 1_000, 20) >= 95);
        assert!(lane.is_quiet(at(1_000)));
    }

    #[test]
    fn without_a_rate_half_of_what_went_goes() {
        let (mut lane, free) = (Lane::default(), Rate::default());
        assert_eq!(gone(&mut lane, &free, 0, 1), 1_000);
        let _ = lane.learn(&said(Phase::Recipient, 421, "4.7.0 too much"), &free, 600, at(1));
        let half = gone(&mut lane, &free, 1, 60);
        assert!((270..=300).contains(&half), "{half}");
    }

    #[test]
    fn five_refusals_for_policy_in_a_row_shut_it_and_a_probe_opens_it() {
        let (mut lane, free) = (Lane::default(), Rate::default());
        let refused = said(Phase::Content, 550, "5.7.1 spam");
        for _ in 0..4 {
            assert_eq!(lane.learn(&refused, &free, 0, at(0)), None);
        }
        // Another answer in between: no row.
        assert_eq!(lane.learn(&said(Phase::Recipient, 550, "5.1.1 nobody"), &free, 0, at(0)), None);
        for _ in 0..4 {
            assert_eq!(lane.learn(&refused, &free, 0, at(0)), None);
        }
        assert_eq!(lane.learn(&refused, &free, 0, at(0)), Some(News::Shut(at(3_600))));
        assert_eq!(lane.learn(&refused, &free, 0, at(1)), None, "they were on their way");
        assert_eq!(lane.turn(&free, true, at(10), at(90_000)), (Turn::At(at(3_600)), Wait::Shut));
        assert_eq!(lane.turn(&free, false, at(10), at(3_599)).0, Turn::TooLate);
        // One probes, the others wait for it.
        assert_eq!(lane.turn(&free, false, at(3_600), at(90_000)).0, Turn::Now);
        assert_eq!(lane.turn(&free, false, at(3_600), at(90_000)), (Turn::At(at(4_200)), Wait::Shut));
        assert_eq!(lane.learn(&refused, &free, 0, at(3_601)), Some(News::Shut(at(3_601 + 7_200))));
        assert_eq!(lane.turn(&free, false, at(3_601 + 7_200), at(90_000)).0, Turn::Now);
        assert_eq!(
            lane.learn(&said(Phase::Content, 250, "2.0.0 ok"), &free, 0, at(11_000)),
            Some(News::Open)
        );
        assert_eq!(lane.turn(&free, false, at(11_000), at(90_000)).0, Turn::Now);
        assert!(lane.is_quiet(at(11_000)));
    }

    #[test]
    fn a_receipt_does_not_queue_behind_a_campaign() {
        let (mut lane, rate) = (Lane::default(), per_second(20));
        while lane.turn(&rate, false, at(0), at(90_000)).0 == Turn::Now {}
        for _ in 0..1_000 {
            let _ = lane.turn(&rate, false, at(0), at(90_000));
        }
        assert_eq!(lane.turn(&rate, true, at(0), at(90_000)).0, Turn::Now);
        // Both together keep the rate.
        let (mut lane, mut all) = (Lane::default(), Vec::new());
        for ms in 0..5_000 {
            let now = at(0) + SignedDuration::from_millis(ms);
            for serves in [true, false] {
                if lane.turn(&rate, serves, now, at(90_000)).0 == Turn::Now {
                    all.push(ms);
                }
            }
        }
        assert!(
            all.len() > 80 && all.windows(21).all(|window| window[20] - window[0] >= 1_000),
            "{}",
            all.len()
        );
    }

    #[test]
    fn half_of_a_small_rate_is_less() {
        let minute = |most| Rate { per_minute: NonZeroU32::new(most), ..Rate::default() };
        assert_eq!(halved(&per_second(1), 0), minute(30));
        assert_eq!(halved(&per_second(7), 0), per_second(3));
        assert_eq!(halved(&minute(1), 0).per_hour, NonZeroU32::new(30));
        assert_eq!(halved(&Rate::default(), 0), minute(1));
    }
}
