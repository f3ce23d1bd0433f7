//! The live engine on a virtual clock: its database and the file channel, from one instant to another. The
//! clock jumps to the next due instant, and facts are released as they happen.

use crate::clock::VirtualClock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::planning;
use crate::published::Published;
use crate::speak::Delivery;
use crash::Point;
use interpreter::history::{self, Archive};
use interpreter::simulate::BATCH;
use jiff::Timestamp;
use model::{Changes, CustomerId, Input, Snapshot};
use std::collections::BTreeMap;
use store::{Connection, StoreError, customer, event, meta, schedule, snapshot, timer};

/// Under this name `meta` keeps the instant up to which a database has lived on a virtual clock.
pub(crate) const LIVED: &str = meta::LIVED;

/// Tells how far a run has come.
pub type Progress<'p> = &'p (dyn Fn(Timestamp) + Send + Sync);

/// From now on the database lives on the wall clock.
pub async fn leave_virtual_clock(conn: &mut Connection) -> Result<(), StoreError> {
    meta::set(conn, LIVED, None).await
}

impl Engine {
    /// Lives from `from` (included) to `to` (excluded). A database whose facts were imported is first taken
    /// back to `from`: what happened since is held until the clock reaches it.
    ///
    /// Errors: [`EngineError::Clock`] where real channels are open, or the database has lived past `from`.
    pub async fn live(
        &self,
        clock: &VirtualClock,
        from: Timestamp,
        to: Timestamp,
        progress: Progress<'_>,
    ) -> Result<(), EngineError> {
        if self.speakers.delivery != Delivery::File {
            return Err(EngineError::Clock(
                "a virtual clock runs with `delivery = \"file\"` only: nothing may leave at a pretended time"
                    .to_owned(),
            ));
        }
        clock.set(from);
        let mut conn = self.store.read().await?;
        let lived = meta::get_instant(&mut conn, LIVED).await?;
        drop(conn);
        match lived {
            Some(lived) if lived == from => self.plan_published().await?,
            Some(lived) => {
                return Err(EngineError::Clock(format!(
                    "this database has lived on a virtual clock up to {lived}; go on from there, or take a fresh one"
                )));
            }
            None => {
                self.take_back(from).await?;
                self.has_lived(from).await?;
            }
        }
        self.recover().await?;
        self.until_idle().await?;
        while let Some(next) = self.next_instant().await?
            && next < to
        {
            clock.set(next.max(clock_now(clock)));
            progress(next);
            let mut transaction = self.store.begin().await?;
            event::release_until(&mut transaction, clock_now(clock)).await?;
            // A run that is killed goes on from here.
            meta::set_instant(&mut transaction, LIVED, clock_now(clock)).await?;
            store::commit(transaction).await?;
            self.until_idle().await?;
        }
        clock.set(to);
        self.has_lived(to).await
    }

    async fn has_lived(&self, until: Timestamp) -> Result<(), EngineError> {
        let mut transaction = self.store.begin().await?;
        meta::set_instant(&mut transaction, LIVED, until).await?;
        store::commit(transaction).await?;
        Ok(())
    }

    async fn next_instant(&self) -> Result<Option<Timestamp>, EngineError> {
        let mut conn = self.store.read().await?;
        let held = event::next_held_at(&mut conn).await?;
        drop(conn);
        Ok(held.into_iter().chain(self.next_at().await?).min())
    }

    /// Takes every customer back to an instant, and plans anew from there.
    async fn take_back(&self, at: Timestamp) -> Result<(), EngineError> {
        let published = self.published();
        let model = &published.project.library.model;
        let mut conn = self.store.read().await?;
        let all = customer::ids(&mut conn).await?;
        let walked = store::stats::ahead(&mut conn, Timestamp::MIN, Timestamp::MAX).await?.enrollments > 0;
        drop(conn);
        if walked {
            return Err(EngineError::Clock(
                "somebody is enrolled in this database already: a virtual clock starts from a freshly imported one"
                    .to_owned(),
            ));
        }
        for part in all.chunks(store::history::PAGE) {
            let mut transaction = self.store.begin().await?;
            let mut written: Vec<(Snapshot, Changes)> = Vec::with_capacity(part.len());
            for past in store::history::page(&mut transaction, part, model).await? {
                let archive = archive_of(past);
                let (snapshot, _) = history::as_of(&published.project.library, &published.zone, archive, at);
                let changes = Changes {
                    customer: true,
                    entities: snapshot.entities.keys().cloned().collect(),
                    ..Changes::default()
                };
                written.push((snapshot, changes));
            }
            snapshot::save(&mut transaction, &written, at).await?;
            store::commit(transaction).await?;
        }
        let mut transaction = self.store.begin().await?;
        event::take_back_to(&mut transaction, at).await?;
        timer::forget_all(&mut transaction).await?;
        store::standing::forget_leads(&mut transaction).await?;
        for workflow in published.workflows.in_order() {
            if let dsl::trigger::Trigger::Schedule(rule) = &workflow.trigger {
                let before = at - jiff::SignedDuration::from_millis(1);
                let next = interpreter::simulate::next_fire(&published.world(), rule, before);
                schedule::set(&mut transaction, &workflow.id, next).await?;
            }
        }
        crate::rank::begin(&mut transaction, &published, at, true).await?;
        planning::forget(&mut transaction).await?;
        store::commit(transaction).await?;
        // As if it had been published at this instant, with what each says of those who match already.
        let launch = crate::simulate::launched(&published.workflows);
        self.plan(&all, at, &launch).await
    }

    /// Plans the timers of these customers from an instant on.
    async fn plan(
        &self,
        customers: &[CustomerId],
        now: Timestamp,
        launch: &[model::WorkflowId],
    ) -> Result<(), EngineError> {
        let published = self.published();
        for part in customers.chunks(BATCH) {
            let mut transaction = self.store.begin().await?;
            self.plan_these(&mut transaction, &published, part, now, launch).await?;
            store::commit(transaction).await?;
            crash::point(Point::PlannedPart).await;
        }
        Ok(())
    }

    /// The same for one batch, in the caller's transaction.
    pub(crate) async fn plan_these(
        &self,
        conn: &mut Connection,
        published: &Published,
        part: &[CustomerId],
        now: Timestamp,
        launch: &[model::WorkflowId],
    ) -> Result<(), EngineError> {
        let inputs =
            || vec![Input::Keep { launch: launch.to_vec() }, Input::Plan { launch: launch.to_vec() }];
        let inputs: BTreeMap<CustomerId, Vec<Input>> = part.iter().map(|id| (id.clone(), inputs())).collect();
        self.decide(conn, published, inputs, now).await?;
        Ok(())
    }
}

fn clock_now(clock: &VirtualClock) -> Timestamp {
    crate::clock::Clock::now(clock)
}

/// The past of a customer as the pure fold takes it.
pub(crate) fn archive_of(past: store::history::Past) -> Archive {
    let mut snapshot = Snapshot::new(past.customer);
    for entity in past.entities {
        snapshot.entities.insert((entity.kind.clone(), entity.id.clone()), entity);
    }
    snapshot.suppressions = past.suppressions;
    Archive { snapshot, events: past.events, consents: past.consents }
}
