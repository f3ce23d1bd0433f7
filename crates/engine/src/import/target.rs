//! The store as the target of an import: each batch is one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use crash::Point;
use dsl::library::Library;
use jiff::Timestamp;
use model::{
    Consent, Consents, Customer, CustomerId, Entity, EntityId, Event, EventId, Rep, RepId, Suppression,
};
use store::customer_key::KeyKind;
use store::event::EventState;
use store::import_progress::{self, Progress};
use store::{Connection, Store, StoreError, Transaction};

use super::batch::{Batch, Import, Known, Target};
use super::reach::{self, Reach};
use super::record::What;
use crate::commit::commit_between;
use crate::jobs::{Queue, tell_others};

/// What follows from a batch once its rows are written, in the same transaction: computed attributes, timers,
/// sends to cancel. Not asked in a dry run, which undoes everything anyway.
pub trait AfterBatch: Send {
    /// `touched`: the customers about whom the batch says anything. All events of the batch that have happened
    /// must be applied here. Some may have been known before: fold the stored events, do not add these.
    fn after_batch(
        &mut self,
        conn: &mut Connection,
        batch: &Batch,
        touched: &BTreeSet<CustomerId>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Nothing follows: for imports into a database whose profiles are computed later.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingFollows;

impl AfterBatch for NothingFollows {
    async fn after_batch(
        &mut self,
        _: &mut Connection,
        _: &Batch,
        _: &BTreeSet<CustomerId>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Imports into the store.
pub struct StoreTarget<'a, A> {
    store: &'a Store,
    library: &'a Library,
    now: Timestamp,
    dry_run: bool,
    after: A,
    transaction: Option<Transaction>,
}

impl<'a, A: AfterBatch> StoreTarget<'a, A> {
    /// `now` and `dry_run` as in the import's settings; `after` is asked behind each batch.
    pub fn new(store: &'a Store, library: &'a Library, now: Timestamp, dry_run: bool, after: A) -> Self {
        Self { store, library, now, dry_run, after, transaction: None }
    }

    /// The transaction of the batch; begins it where nobody did.
    async fn conn(&mut self) -> Result<&mut Connection, StoreError> {
        let transaction = match self.transaction.take() {
            Some(transaction) => transaction,
            None => self.store.begin().await?,
        };
        Ok(self.transaction.insert(transaction))
    }
}

impl<A: AfterBatch> Target for StoreTarget<'_, A> {
    type Error = StoreError;

    async fn begin(&mut self) -> Result<(), StoreError> {
        // What an interrupted batch left is undone by dropping it.
        self.transaction = None;
        self.conn().await.map(|_| ())
    }

    async fn customers(&mut self, ids: &[CustomerId]) -> Result<BTreeMap<CustomerId, Known>, StoreError> {
        let (model, now) = (&self.library.model, self.now);
        let found = store::snapshot::load_words(self.conn().await?, ids, model, now).await?;
        let known = found.into_iter().map(|snapshot| {
            let consents: Consents = snapshot.consents;
            let (customer, suppressions) = (snapshot.customer, snapshot.suppressions);
            (customer.id.clone(), Known { customer, consents, suppressions })
        });
        Ok(known.collect())
    }

    async fn resolve(&mut self, ids: &[CustomerId]) -> Result<BTreeMap<CustomerId, CustomerId>, StoreError> {
        let conn = self.conn().await?;
        let here = store::customer::known(conn, &ids.iter().collect()).await?;
        let mut who: BTreeMap<CustomerId, CustomerId> = here.into_iter().map(|id| (id.clone(), id)).collect();
        let others: Vec<&str> =
            ids.iter().filter(|id| !who.contains_key(*id)).map(CustomerId::as_str).collect();
        if !others.is_empty() {
            let merged = store::customer_key::find(conn, KeyKind::ExternalId, &others).await?;
            who.extend(merged.into_iter().map(|(former, id)| (CustomerId::from(former), id)));
        }
        Ok(who)
    }

    async fn merged(&mut self, ids: &[CustomerId]) -> Result<BTreeMap<CustomerId, CustomerId>, StoreError> {
        let conn = self.conn().await?;
        if ids.is_empty() || !store::merge::any(conn).await? {
            return Ok(BTreeMap::new());
        }
        let ids: Vec<&str> = ids.iter().map(CustomerId::as_str).collect();
        let merged = store::customer_key::find(conn, KeyKind::ExternalId, &ids).await?;
        Ok(merged.into_iter().map(|(former, id)| (CustomerId::from(former), id)).collect())
    }

    async fn forgotten(
        &mut self,
        emails: &[String],
        phones: &[String],
    ) -> Result<BTreeSet<String>, StoreError> {
        let (emails, phones): (Vec<&str>, Vec<&str>) =
            (emails.iter().map(String::as_str).collect(), phones.iter().map(String::as_str).collect());
        let conn = self.conn().await?;
        let mut found = store::forgotten::find(conn, KeyKind::Email, &emails).await?;
        found.extend(store::forgotten::find(conn, KeyKind::Phone, &phones).await?);
        if found.is_empty() {
            return Ok(BTreeSet::new());
        }
        let who: Vec<CustomerId> = found.values().cloned().collect();
        let known = self.customers(&who).await?;
        let stands = |id: &CustomerId| {
            known.get(id).is_some_and(|known| known.suppressions.iter().any(Suppression::is_tombstone))
        };
        Ok(found.into_iter().filter(|(_, id)| stands(id)).map(|(address, _)| address).collect())
    }

    async fn holders(&mut self, emails: &[String]) -> Result<BTreeMap<String, CustomerId>, StoreError> {
        let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
        store::customer_key::find(self.conn().await?, KeyKind::Email, &emails).await
    }

    async fn entities(
        &mut self,
        kind: &str,
        ids: &[EntityId],
    ) -> Result<BTreeMap<EntityId, Entity>, StoreError> {
        let model = &self.library.model;
        let names: Vec<(String, EntityId)> = ids.iter().map(|id| (kind.to_owned(), id.clone())).collect();
        let found = store::entity::find(self.conn().await?, &names, model).await?;
        Ok(found.into_iter().map(|((_, id), entity)| (id, entity)).collect())
    }

    async fn known_events(
        &mut self,
        events: &[(&CustomerId, &EventId)],
        source: &str,
    ) -> Result<BTreeSet<usize>, StoreError> {
        store::event::known(self.conn().await?, events, source).await
    }

    async fn reps(&mut self, ids: &[RepId]) -> Result<BTreeMap<RepId, Rep>, StoreError> {
        let mut all = store::rep::all(self.conn().await?).await?;
        let wanted: BTreeSet<&RepId> = ids.iter().collect();
        all.retain(|id, _| wanted.contains(id));
        Ok(all)
    }

    async fn write(&mut self, batch: &Batch, now: Timestamp) -> Result<u64, StoreError> {
        let model = &self.library.model;
        let dry_run = self.dry_run;
        let conn = self.conn().await?;
        let customers: Vec<&Customer> = batch.customers.iter().collect();
        store::customer::write(conn, &customers, now).await?;
        store::entity::upsert(conn, &batch.entities, model).await?;
        store::rep::upsert(conn, &batch.reps).await?;
        let consents: Vec<(&CustomerId, &Consent)> =
            batch.consents.iter().map(|given| (&given.customer, &given.consent)).collect();
        store::consent::record(conn, &consents).await?;
        let suppressions: Vec<_> =
            batch.suppressions.iter().map(|(customer, word)| (customer, word)).collect();
        store::consent::suppress(conn, &suppressions).await?;
        let history: Vec<&Event> = batch.history.iter().collect();
        // What has happened is applied behind this batch and only waits to be routed; what is still to come
        // is applied when its instant comes.
        let (past, ahead): (Vec<&Event>, Vec<&Event>) = batch.fresh.iter().partition(|event| event.at <= now);
        let new = store::event::insert(conn, &history, EventState::Done).await?
            + store::event::insert(conn, &past, EventState::Applied).await?
            + store::event::insert(conn, &ahead, EventState::New).await?;
        let says_more = new > 0
            || !batch.customers.is_empty()
            || !batch.entities.is_empty()
            || !batch.suppressions.is_empty()
            || !batch.consents.is_empty();
        if says_more && !dry_run {
            let touched = batch.touched();
            if let Some(transaction) = self.transaction.as_mut() {
                self.after.after_batch(transaction, batch, &touched).await?;
                if !batch.fresh.is_empty() {
                    tell_others(transaction.raw(), Queue::Turn).await?;
                }
            }
        }
        Ok(new)
    }

    async fn reached(&mut self, import: &str, since: Timestamp) -> Result<Option<Reach>, StoreError> {
        let mut conn = self.store.read().await?;
        let Some(found) = import_progress::find(&mut conn, import, since).await? else { return Ok(None) };
        // What another version of this program kept is not gone on from.
        let Ok(told) = serde_json::from_str(&found.told) else { return Ok(None) };
        Ok(Some(Reach { rows: found.rows, digest: found.digest, told }))
    }

    async fn reach(&mut self, import: &Import, reach: &Reach) -> Result<(), StoreError> {
        let told = serde_json::to_string(&reach.told).unwrap_or_default();
        let progress = Progress { rows: reach.rows, digest: reach.digest.clone(), told };
        let named = (import.name.as_str(), import.kind.as_str());
        let conn = self.conn().await?;
        if !import.stays {
            import_progress::forget_others(conn, named).await?;
        }
        import_progress::keep(conn, named, &progress, import.now).await
    }

    async fn arrived(&mut self, import: &Import, reach: Option<&Reach>) -> Result<(), StoreError> {
        self.begin().await?;
        if let Some(reach) = reach {
            self.reach(import, reach).await?;
        }
        let conn = self.conn().await?;
        if reach.is_none() {
            import_progress::forget(conn, &import.name).await?;
        }
        import_progress::forget_old(conn, reach::since(&What::Events, import.now)).await?;
        match self.transaction.take() {
            Some(transaction) => store::commit(transaction).await,
            None => Ok(()),
        }
    }

    async fn finish(&mut self, keep: bool) -> Result<(), StoreError> {
        match self.transaction.take() {
            // Dropped, and so undone.
            Some(_) if !keep => Ok(()),
            Some(transaction) => commit_between(transaction, Point::ImportMade, Point::ImportKept).await,
            None => Ok(()),
        }
    }
}
