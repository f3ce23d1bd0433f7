//! What became of something that was said by HTTP.

use crate::fate::{Cause, Fate, Rejection, Reply, Retry};
use crate::http::Silence;
use jiff::SignedDuration;

/// What became of it, and what the caller has to know beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// What became of it.
    pub fate: Fate,
    /// Status and body of the answer, for steps that read it; 0 and nothing: there was none. `None`: it is no
    /// answer to be read.
    pub heard: Option<(u16, String)>,
    /// The other side wants nothing of the kind any more (410): the channel is to be closed.
    pub gone: bool,
}

impl Spoken {
    /// Nothing was said: the channel is not what it was when the message was made.
    pub fn changed() -> Self {
        Self::of(later(0, "the channel is another one now", None))
    }

    pub(crate) fn of(fate: Fate) -> Self {
        Self { fate, heard: None, gone: false }
    }
}

pub(crate) fn accepted(code: u16, words: &str) -> Fate {
    Fate::Accepted { reply: Reply::new(code, words) }
}

pub(crate) fn rejected(kind: Rejection, code: u16, words: &str) -> Fate {
    Fate::Rejected { kind, reply: Reply::new(code, words) }
}

/// Not now; after that time, where it is known.
pub(crate) fn later(code: u16, words: &str, wait: Option<SignedDuration>) -> Fate {
    let retry = wait.map_or(Retry::Backoff, Retry::After);
    Fate::Deferred { cause: Cause::Reply(Reply::new(code, words)), retry, counts_as_soft_bounce: false }
}

/// Nobody can tell.
pub(crate) fn unknown(code: u16, words: &str) -> Fate {
    Fate::Unknown { why: Cause::Reply(Reply::new(code, words)) }
}

/// No answer: a later try, where the request cannot have arrived; else nobody knows.
pub(crate) fn silent(silence: &Silence) -> Fate {
    let cause = Cause::Lost(silence.why.clone());
    match silence.asked {
        true => Fate::Unknown { why: cause },
        false => Fate::Deferred { cause, retry: Retry::Backoff, counts_as_soft_bounce: false },
    }
}
