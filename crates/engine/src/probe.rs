//! Whether the relay answers. After a failure it is left alone for a second, then for twice as long each time
//! up to half a minute; after each rest one mail on one connection probes it.

use channels::{Cause, Fate, Rejection, Reply};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The first rest.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
/// No rest is longer, so that a relay that is back is noticed within this time.
const LONGEST: SignedDuration = SignedDuration::from_secs(30);
/// A relay that refuses us (AUTH, MAIL) locks accounts that keep trying; after this its channel is closed, and
/// waits for an operator.
const REFUSED: SignedDuration = LONGEST;

/// What is known of the relay.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    down: Mutex<Option<Down>>,
}

#[derive(Clone, Copy, Debug)]
struct Down {
    until: Timestamp,
    rest: SignedDuration,
}

impl Probe {
    /// Until when the relay is to be left alone; `None`: it may be spoken to.
    pub(crate) fn rests(&self, now: Timestamp) -> Option<Timestamp> {
        // A clock that was set back must not make a rest out of a year.
        self.down()
            .map(|down| down.until)
            .filter(|until| *until > now && until.duration_since(now) <= REFUSED)
    }

    /// Whether it failed and has not answered since: one connection is enough to find out.
    pub(crate) fn in_doubt(&self) -> bool {
        self.down().is_some()
    }

    /// The server waits for a mail, or gave an answer about one: it works.
    pub(crate) fn answered(&self) {
        *self.down() = None;
    }

    /// Learns from what became of a send, as far as that tells of the relay.
    pub(crate) fn learn(&self, fate: &Fate, now: Timestamp) {
        match fate {
            Fate::Deferred { cause: Cause::Lost(_) | Cause::Silent(_), .. }
            | Fate::Deferred { cause: Cause::Reply(Reply { code: 421, .. }), .. }
            | Fate::Unknown { .. } => self.failed(now),
            Fate::Rejected { kind: Rejection::Configuration, .. } => {
                *self.down() = Some(Down { until: now + REFUSED, rest: LONGEST });
            }
            Fate::Accepted { .. }
            | Fate::Rejected { kind: Rejection::Permanent | Rejection::Policy, .. }
            | Fate::Deferred { cause: Cause::Reply(_), .. } => self.answered(),
        }
    }

    /// No connection: the failures of one moment count as one.
    pub(crate) fn failed(&self, now: Timestamp) {
        let mut down = self.down();
        let rest = match *down {
            Some(Down { until, .. }) if until > now => return,
            Some(Down { rest, .. }) => (rest + rest).min(LONGEST),
            None => SHORTEST,
        };
        *down = Some(Down { until: now + rest, rest });
    }

    fn down(&self) -> MutexGuard<'_, Option<Down>> {
        // It is whole after each statement.
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn lost() -> Fate {
        let cause = Cause::Lost("connection refused".to_owned());
        Fate::Deferred { cause, retry: channels::Retry::Backoff, counts_as_soft_bounce: false }
    }

    #[test]
    fn rests_double_up_to_half_a_minute_and_an_answer_ends_them() {
        let probe = Probe::default();
        let (mut now, mut rests) = (0, Vec::new());
        for _ in 0..7 {
            assert_eq!(probe.rests(second(now)), None);
            // Eight connections that fail at once are one failure.
            (0..8).for_each(|_| probe.learn(&lost(), second(now)));
            let until = probe.rests(second(now)).unwrap();
            rests.push(until.duration_since(second(now)).as_secs());
            now += rests.last().unwrap();
            assert!(probe.in_doubt());
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 30, 30]);
        probe.learn(&Fate::Accepted { reply: Reply::new(250, "ok") }, second(now));
        assert!(!probe.in_doubt());
        probe.learn(&lost(), second(now));
        assert_eq!(probe.rests(second(now)), Some(second(now + 1)));
    }

    #[test]
    fn a_relay_that_refuses_our_account_is_left_alone_at_once() {
        let probe = Probe::default();
        let reply = Reply::new(535, "5.7.8 bad credentials");
        probe.learn(&Fate::Rejected { kind: Rejection::Configuration, reply }, second(0));
        assert_eq!(probe.rests(second(0)), Some(second(30)));
        assert_eq!(probe.rests(second(30)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_silence_the_relay() {
        let probe = Probe::default();
        probe.learn(&lost(), second(100_000));
        assert_eq!(probe.rests(second(0)), None);
    }
}
