//! What one batch of rows makes of the database, and the one who writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use jiff::Timestamp;
use model::{
    Consent, Consents, Customer, CustomerId, Entity, EntityId, Event, EventId, Medium, Rep, RepId,
    Suppression,
};

use super::reach::Reach;

/// What is known of a customer before a row changes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The customer.
    pub customer: Customer,
    /// The latest words of consent.
    pub consents: Consents,
    /// Suppressions, past ones too.
    pub suppressions: Vec<Suppression>,
}

/// A customer's word of consent.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenConsent {
    /// Whose.
    pub customer: CustomerId,
    /// What they said.
    pub consent: Consent,
}

/// Everything that one batch of rows writes, in one transaction. Customers, entities and reps are whole: what
/// was known before is in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Customers that are new or changed, in the order of the file.
    pub customers: Vec<Customer>,
    /// Entities that are new or changed.
    pub entities: Vec<Entity>,
    /// Reps that are new or changed.
    pub reps: Vec<(RepId, Rep)>,
    /// Facts older than a day: they change profiles and start nothing. To be stored as done. Rows that are
    /// stored already are not among them, nor among those of the last day.
    pub history: Vec<Event>,
    /// Facts of the last day (or all, with `start`). To be stored as new.
    pub fresh: Vec<Event>,
    /// Words of consent; one that is known already changes nothing.
    pub consents: Vec<GivenConsent>,
    /// Suppressions; one that is known already gets its new end.
    pub suppressions: Vec<(CustomerId, Suppression)>,
}

impl Batch {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The customers about whom it says anything.
    pub fn touched(&self) -> BTreeSet<CustomerId> {
        let customers = self.customers.iter().map(|customer| &customer.id);
        let entities = self.entities.iter().filter_map(|entity| entity.customer.as_ref());
        let events = self.history.iter().chain(&self.fresh).filter(|event| !event.is_to_everybody());
        let events = events.map(|event| &event.customer);
        let consents = self.consents.iter().map(|given| &given.customer);
        let suppressions = self.suppressions.iter().map(|(customer, _)| customer);
        customers.chain(entities).chain(events).chain(consents).chain(suppressions).cloned().collect()
    }
}

/// An import by what makes it the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Of what, how, by which model, beginning with which row: a hash.
    pub name: String,
    /// What its rows are.
    pub kind: String,
    /// What it brings does not change: imports of other files leave it alone.
    pub stays: bool,
    /// The present instant.
    pub now: Timestamp,
}

/// Who holds what is imported: the store, or a pretended one in tests. Calls come as `begin`, any of the
/// questions, at most one `write`, then `finish`; what happens between is one transaction.
pub trait Target: Send {
    /// Why it failed.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Begins a batch.
    fn begin(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// What is known of these customers; unknown ones are absent.
    fn customers(
        &mut self,
        ids: &[CustomerId],
    ) -> impl Future<Output = Result<BTreeMap<CustomerId, Known>, Self::Error>> + Send;

    /// Who stands behind these ids now: themselves, or whom they were merged into. Unknown ones are absent.
    fn resolve(
        &mut self,
        ids: &[CustomerId],
    ) -> impl Future<Output = Result<BTreeMap<CustomerId, CustomerId>, Self::Error>> + Send;

    /// Whom these ids were merged into; those that were not are absent.
    fn merged(
        &mut self,
        ids: &[CustomerId],
    ) -> impl Future<Output = Result<BTreeMap<CustomerId, CustomerId>, Self::Error>> + Send;

    /// Which of these addresses belong to somebody who was forgotten, and has not come back.
    fn forgotten(
        &mut self,
        emails: &[String],
        phones: &[String],
    ) -> impl Future<Output = Result<BTreeSet<String>, Self::Error>> + Send;

    /// Who has these e-mail addresses; those that nobody has are absent.
    fn holders(
        &mut self,
        emails: &[String],
    ) -> impl Future<Output = Result<BTreeMap<String, CustomerId>, Self::Error>> + Send;

    /// Entities of one kind; unknown ones are absent.
    fn entities(
        &mut self,
        kind: &str,
        ids: &[EntityId],
    ) -> impl Future<Output = Result<BTreeMap<EntityId, Entity>, Self::Error>> + Send;

    /// Which of these facts are stored already, by their places in the list.
    fn known_events(
        &mut self,
        events: &[(&CustomerId, &EventId)],
        source: &str,
    ) -> impl Future<Output = Result<BTreeSet<usize>, Self::Error>> + Send;

    /// Reps; unknown ones are absent.
    fn reps(
        &mut self,
        ids: &[RepId],
    ) -> impl Future<Output = Result<BTreeMap<RepId, Rep>, Self::Error>> + Send;

    /// Writes a batch. Returns how many of its events were not known.
    fn write(
        &mut self,
        batch: &Batch,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// How far the import of this name came, unless it was kept before `since`.
    fn reached(
        &mut self,
        import: &str,
        since: Timestamp,
    ) -> impl Future<Output = Result<Option<Reach>, Self::Error>> + Send;

    /// Keeps how far the import came, in the transaction of the batch.
    fn reach(
        &mut self,
        import: &Import,
        reach: &Reach,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The import came to its end, in a transaction of its own. `reach`: what is passed over next time; `None`: nothing
    /// is.
    fn arrived(
        &mut self,
        import: &Import,
        reach: Option<&Reach>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Ends the batch; `keep` false undoes all of it.
    fn finish(&mut self, keep: bool) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Whether a marketing message may be mailed to a customer at `now`.
pub(super) fn is_mailable(known: &Known, topics: &[&str], now: Timestamp) -> bool {
    known.customer.text("email").is_some()
        && topics.iter().any(|topic| {
            known.consents.allow(topic, Medium::Email)
                && !known.suppressions.iter().any(|word| word.forbids(Some(topic), Medium::Email, now))
        })
}
