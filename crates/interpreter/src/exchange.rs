//! What a simulated webhook is answered: the replies that a test gives, one after the other, at the same
//! distances as live; without any, 200 at once.

use jiff::{SignedDuration, Timestamp};
use model::webhook::{Answer, Taken, answered, taken};
use model::{Event, Outgoing, retry_delay};
use std::collections::BTreeMap;

/// The replies to webhooks by step, and how many of them were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    replies: BTreeMap<String, Vec<(u16, String)>>,
    given: BTreeMap<String, usize>,
}

impl Exchange {
    /// These replies: one try after the other; the last goes for all that follow.
    pub(crate) fn of(replies: BTreeMap<String, Vec<(u16, String)>>) -> Self {
        Self { replies, given: BTreeMap::new() }
    }

    /// The answer that ends the tries of a webhook put out at `now`. `None`: the send is no webhook.
    pub(crate) fn answer(&mut self, send: &Outgoing, now: Timestamp) -> Option<Event> {
        let mut at = now;
        let mut tries = 0;
        loop {
            let (status, body) = self.next(send.step.as_str());
            tries += 1;
            let again = next_try(send, tries, at).filter(|_| taken(status) == Taken::Later);
            let Some(again) = again else {
                return answered(send, &Answer { status, body, tries }, at);
            };
            at = again;
        }
    }

    fn next(&mut self, step: &str) -> (u16, String) {
        let Some(replies) = self.replies.get(step) else { return (200, String::new()) };
        let given = self.given.entry(step.to_owned()).or_insert(0);
        let reply = replies.get(*given).or_else(|| replies.last()).cloned();
        *given += 1;
        reply.unwrap_or((200, String::new()))
    }
}

/// When a webhook is tried again after `tries` tries, the last of them at `at`; `None`: no more. The same
/// live and in a simulation.
pub fn next_try(send: &Outgoing, tries: u32, at: Timestamp) -> Option<Timestamp> {
    if send.tries.is_some_and(|most| tries >= most) {
        return None;
    }
    let delay = SignedDuration::try_from(retry_delay(tries.saturating_sub(1))?).ok()?;
    at.checked_add(delay).ok().filter(|next| *next <= send.deadline)
}
