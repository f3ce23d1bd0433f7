//! Deaths of a pretended process: the watcher of the crash points counts the points that this thread's
//! simulation comes to, and at the one that was chosen nothing goes on.

use crash::{Point, Then};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, Waker};

#[derive(Debug, Default)]
struct State {
    /// Points that this life has come to.
    seen: u64,
    /// At which of them it ends. 0: at none.
    ends_at: u64,
    dead: Option<Point>,
    waits: Option<Waker>,
    /// Points that all lives have come to, and at which they ended.
    met: BTreeMap<Point, u64>,
    deaths: BTreeMap<Point, u64>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// To be set once in the process.
pub fn watcher(point: Point) -> Then {
    STATE.with_borrow_mut(|state| {
        if state.dead.is_some() {
            return Then::End;
        }
        state.seen += 1;
        *state.met.entry(point).or_default() += 1;
        if state.seen != state.ends_at {
            return Then::GoOn;
        }
        state.dead = Some(point);
        *state.deaths.entry(point).or_default() += 1;
        if let Some(waker) = state.waits.take() {
            waker.wake();
        }
        Then::End
    })
}

/// A new life, which ends at its n-th point. 0: it does not.
pub fn live(ends_at: u64) {
    STATE.with_borrow_mut(|state| (state.seen, state.ends_at, state.dead) = (0, ends_at, None));
}

/// Points that this life has come to.
pub fn seen() -> u64 {
    STATE.with_borrow(|state| state.seen)
}

/// What happened in this thread since it was asked last: points met, and deaths by point.
pub fn tally() -> (BTreeMap<Point, u64>, BTreeMap<Point, u64>) {
    STATE.with_borrow_mut(|state| (std::mem::take(&mut state.met), std::mem::take(&mut state.deaths)))
}

/// Does some work unless this life ends before it is done. `None`: it has ended, and where the work stood it is
/// dropped.
pub async fn unless_dead<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        let dead = STATE.with_borrow_mut(|state| {
            state.waits = Some(cx.waker().clone());
            state.dead.is_some()
        });
        if dead {
            return Poll::Ready(None);
        }
        let done = work.as_mut().poll(cx).map(Some);
        // It may have ended in this very poll.
        if STATE.with_borrow(|state| state.dead.is_some()) { Poll::Ready(None) } else { done }
    })
    .await
}
