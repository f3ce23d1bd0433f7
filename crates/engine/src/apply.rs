//! What follows from an import, in its transaction: the profiles that the facts make, the timers of what is
//! live, and the sends that a withdrawn consent stops.

use crate::error::EngineError;
use crate::fold;
use crate::import::{AfterBatch, Batch};
use crate::published::Published;
use crate::turns;
use crate::virtual_run::archive_of;
use interpreter::history;
use interpreter::simulate::BATCH;
use jiff::{SignedDuration, Timestamp};
use model::{Changes, CustomerId, Event, Input, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Connection, StoreError, send, snapshot};

/// Applies what an import brings.
pub struct Apply {
    published: Arc<Published>,
    now: Timestamp,
    /// Facts that are taken in without the past; `None`: none.
    alone: Option<BTreeSet<String>>,
}

impl Apply {
    /// For imports at `now` into a database where this is live.
    pub fn new(published: Arc<Published>, now: Timestamp) -> Self {
        Self { published, now, alone: None }
    }

    /// The same, and facts whose order does not matter are taken in without looking at what was before them,
    /// where all that is stored was taken in by the same model.
    pub async fn quickly(
        store: &store::Store,
        published: Arc<Published>,
        now: Timestamp,
    ) -> Result<Self, EngineError> {
        let mut transaction = store.begin().await?;
        let alone = fold::alone(&mut transaction, &published.project.library).await?;
        store::commit(transaction).await?;
        Ok(Self { published, now, alone })
    }

    /// Keeps customers anew whose facts are no longer what they were.
    pub(crate) async fn again(&self, conn: &mut Connection, ids: &[CustomerId]) -> Result<(), EngineError> {
        self.look_back(conn, ids).await?;
        self.decide(conn, ids, &BTreeSet::new(), &BTreeMap::new()).await
    }

    /// Keeps customers by everything that ever happened to them.
    async fn look_back(&self, conn: &mut Connection, ids: &[CustomerId]) -> Result<(), EngineError> {
        let project = &self.published.project;
        let just_after = self.now + SignedDuration::from_millis(1);
        let mut written: Vec<(Snapshot, Changes)> = Vec::with_capacity(ids.len());
        for past in store::history::page(conn, ids, &project.library.model).await? {
            let (snapshot, _) =
                history::as_of(&project.library, &self.published.zone, archive_of(past), just_after);
            let entities = snapshot.entities.keys().cloned().collect();
            written.push((snapshot, Changes { customer: true, entities, ..Changes::default() }));
        }
        snapshot::save(conn, &written, self.now).await?;
        // Facts that clients told and no turn has met yet are in it, too.
        Ok(store::event::applied_all(conn, ids, self.now).await?)
    }

    /// Lets what is live know.
    async fn decide(
        &self,
        conn: &mut Connection,
        ids: &[CustomerId],
        fresh: &BTreeSet<&CustomerId>,
        late: &BTreeMap<&CustomerId, Vec<&Event>>,
    ) -> Result<(), EngineError> {
        if self.published.workflows.current.is_empty() {
            return Ok(());
        }
        for part in ids.chunks(BATCH) {
            // Whom a fresh fact is about moves when it is routed; of the others what is kept is taken as it is.
            let plan = |id: &CustomerId| {
                let keep = (!fresh.contains(id)).then(|| Input::Keep { launch: Vec::new() });
                let late = late.get(id).into_iter().flatten().map(|event| Input::Late((*event).clone()));
                let inputs =
                    keep.into_iter().chain(late).chain([Input::Plan { launch: Vec::new() }]).collect();
                (id.clone(), inputs)
            };
            let inputs: BTreeMap<CustomerId, Vec<Input>> = part.iter().map(plan).collect();
            turns::decide(conn, &self.published, inputs, self.now).await?;
        }
        Ok(())
    }
}

impl Apply {
    /// Whom a batch concerns: those whose past must be looked at, and the new facts of the others.
    fn apart<'b>(
        &self,
        batch: &'b Batch,
        ids: &[CustomerId],
    ) -> (Vec<CustomerId>, BTreeMap<&'b CustomerId, Vec<&'b Event>>) {
        let Some(alone) = &self.alone else { return (ids.to_vec(), BTreeMap::new()) };
        let facts = || batch.history.iter().chain(&batch.fresh);
        let bound = |event: &&Event| event.entity.is_some() || !alone.contains(&event.name);
        let past: BTreeSet<&CustomerId> = facts()
            .filter(bound)
            .map(|event| &event.customer)
            .chain(batch.entities.iter().filter_map(|entity| entity.customer.as_ref()))
            .collect();
        let mut others: BTreeMap<&CustomerId, Vec<&Event>> = BTreeMap::new();
        for event in facts().filter(|event| event.at <= self.now && !past.contains(&event.customer)) {
            others.entry(&event.customer).or_default().push(event);
        }
        for events in others.values_mut() {
            events.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        (past.into_iter().cloned().collect(), others)
    }
}

fn of_batch(error: EngineError) -> StoreError {
    let EngineError::Store(error) = error else {
        let key = "of an imported batch".to_owned();
        return StoreError::Corrupt { table: "customer", key, what: error.to_string() };
    };
    error
}

impl AfterBatch for Apply {
    async fn after_batch(
        &mut self,
        conn: &mut Connection,
        batch: &Batch,
        touched: &BTreeSet<CustomerId>,
    ) -> Result<(), StoreError> {
        let ids: Vec<CustomerId> = touched.iter().cloned().collect();
        let fresh: BTreeSet<&CustomerId> = batch.fresh.iter().map(|event| &event.customer).collect();
        let mut late: BTreeMap<&CustomerId, Vec<&Event>> = BTreeMap::new();
        for event in &batch.history {
            late.entry(&event.customer).or_default().push(event);
        }
        let (past, alone) = self.apart(batch, &ids);
        fold::take(conn, &self.published.project.library, &self.published.zone, &alone).await?;
        for part in past.chunks(store::history::PAGE) {
            self.look_back(conn, part).await.map_err(of_batch)?;
        }
        for part in ids.chunks(store::history::PAGE) {
            self.decide(conn, part, &fresh, &late).await.map_err(of_batch)?;
        }
        let withdrawn: Vec<_> = batch
            .consents
            .iter()
            .filter(|given| !given.consent.granted)
            .map(|given| (&given.customer, Some(given.consent.topic.as_str()), given.consent.medium))
            .collect();
        let suppressed =
            batch.suppressions.iter().map(|(customer, word)| (customer, word.topic.as_deref(), word.medium));
        let stopped: Vec<_> = withdrawn.into_iter().chain(suppressed).collect();
        send::cancel_topics(conn, &stopped, self.now).await?;
        Ok(())
    }
}
