//! What a sender may send on one day (`per_day`, `warm_up`): counted over all customers, on days of the project's
//! zone.

use crate::turn::Turn;
use dsl::library::{Library, Sender};
use dsl::step::MessageStep;
use jiff::Timestamp;
use model::{Medium, zone};

/// The sender that a mail counts for, where some day of it has a most; `None`: nothing is counted.
pub(crate) fn counted<'l>(library: &'l Library, message: &MessageStep) -> Option<&'l Sender> {
    if message.medium != Medium::Email {
        return None;
    }
    let named = message.counts_for.as_ref();
    let named = library.senders.iter().find(|sender| Some(&sender.id) == named);
    let sender = named.or(library.senders.first())?;
    Some(sender).filter(|sender| sender.is_counted())
}

/// The first instant from `from` on at which the sender may send, as far as it is known now.
pub(super) fn opens(turn: &Turn<'_>, sender: &Sender, from: Timestamp) -> Timestamp {
    let today = zone::date_of(from, turn.world.zone);
    let sent = turn.senders.get(&sender.id).filter(|(day, _)| *day == today).map_or(0, |(_, sent)| *sent);
    let full = sender.most_on(today).is_some_and(|most| sent >= most);
    if !full {
        return from;
    }
    today.tomorrow().map_or(Timestamp::MAX, |next| zone::start_of_day(next, turn.world.zone))
}

/// A mail goes.
pub(crate) fn count(turn: &mut Turn<'_>, message: &MessageStep, at: Timestamp) {
    let Some(sender) = counted(turn.world.library, message) else { return };
    let today = zone::date_of(at, turn.world.zone);
    let (day, sent) = turn.senders.entry(sender.id.clone()).or_insert((today, 0));
    if *day != today {
        (*day, *sent) = (today, 0);
    }
    *sent = sent.saturating_add(1);
}
