//! How long what is over is kept, and its deletion: once a day, a stretch of slots at a time, so that nobody waits.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::metrics;
use jiff::{SignedDuration, Timestamp};
use store::prune::{self, Before, Pruned, STRETCHES};
use store::{audit, meta};

/// Under this name `meta` keeps when what is over was deleted.
const PRUNED: &str = "pruned";
/// Between two deletions.
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How long it is known what a mailbox provider thinks of us: rests and circuits are of hours.
const LANES: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Between two stretches, so that turns go on.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// How long things are kept; `None`: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// The reasons of decisions.
    pub traces: Option<SignedDuration>,
    /// Walks that have ended, and messages that are settled.
    pub walks: Option<SignedDuration>,
    /// Events that nothing reads.
    pub events: Option<SignedDuration>,
}

impl Engine {
    /// Deletes what is over, where the last time is a day ago. `None`: it is not time yet.
    pub async fn prune_daily(&self) -> Result<Option<Pruned>, EngineError> {
        let now = self.clock.now();
        if !self.roles.scheduler || self.is_held() {
            return Ok(None);
        }
        let mut transaction = self.store.begin().await?;
        let last = meta::get_instant(&mut transaction, PRUNED).await?;
        if last.is_some_and(|last| last > now - EVERY) {
            return Ok(None);
        }
        // Whoever comes here first does it; others find the instant.
        meta::set_instant(&mut transaction, PRUNED, now).await?;
        store::lane::forget(&mut transaction, now - LANES).await?;
        store::commit(transaction).await?;
        if self.keep == Keep::default() {
            Ok(Some(Pruned::default()))
        } else {
            self.prune(now).await.map(Some)
        }
    }

    /// Deletes what is over at an instant.
    pub async fn prune(&self, now: Timestamp) -> Result<Pruned, EngineError> {
        let published = self.published();
        // What a frequency cap still counts stays, however short the setting.
        let counted = SignedDuration::from_millis(published.reads.sent_back.unwrap_or(0));
        let before = |keep: Option<SignedDuration>| keep.map(|keep| now - keep);
        let before = Before {
            traces: before(self.keep.traces),
            walks: before(self.keep.walks),
            sends: before(self.keep.walks.map(|keep| keep.max(counted))),
            events: before(self.keep.events),
        };
        let mut all = Pruned::default();
        for stretch in 0..STRETCHES {
            if self.is_stopping() {
                break;
            }
            let mut transaction = self.store.begin_beside().await?;
            let pruned = prune::prune(&mut transaction, stretch, before, &published.reads.names).await?;
            store::commit(transaction).await?;
            all.traces += pruned.traces;
            all.walks += pruned.walks;
            all.sends += pruned.sends;
            all.events += pruned.events;
            if self.nudges {
                tokio::time::sleep(PAUSE).await;
            }
        }
        let counts =
            [("trace", all.traces), ("enrollment", all.walks), ("send", all.sends), ("event", all.events)];
        for (table, count) in counts {
            metrics::count("pruned_rows", &[("table", table)], count);
        }
        if all != Pruned::default() {
            let what = counts.map(|(table, count)| format!("{table} {count}")).join(", ");
            tracing::info!(what, "deleted what is over");
            let mut transaction = self.store.begin().await?;
            audit::record(&mut transaction, "nurture", "prune", &what, now).await?;
            store::commit(transaction).await?;
        }
        Ok(all)
    }
}
