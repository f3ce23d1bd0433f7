//! The watchdog: asks our own tables what is due and rings, so that a nudge may be lost and no work is.

use super::Due;
use super::desk::{Desk, contain};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Watches a desk for ever. Also what makes timers fire: nobody nudges when an instant comes. A desk that
/// has not served its last ring is left alone until the next look.
pub(super) async fn watch(desk: Arc<Desk>, due: Due, every: Duration) {
    let mut looks = tokio::time::interval(every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if desk.is_busy() {
            continue;
        }
        let (due, queue) = (due.clone(), desk.queue);
        let found = contain(async move { due(queue).await }).await.unwrap_or_else(|words| {
            tracing::error!(
                queue = queue.name(),
                panic = words,
                "asking what is due panicked; looking anyway"
            );
            true
        });
        if found {
            desk.ring();
        }
    }
}
