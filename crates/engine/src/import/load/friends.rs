//! Whom and what a row refers to (`invited_by`, `company`, `owner`): a reference to a customer who was merged away
//! leads to whom was kept, and one to nobody is told at the end, when all rows are in.

use super::super::batch::Target;
use super::super::ids::id_key;
use super::super::record::What;
use super::Loader;
use dsl::library::refer::CUSTOMER;
use model::{CustomerId, EntityId, RepId, Type, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of a reference to a rep.
const REP: &str = "reps";
/// References to nobody that are remembered until the end.
const REMEMBERED: usize = 10_000;

/// What rows refer to and nobody knew when they came: kind and id → by which attribute, in which line first, how
/// often.
#[derive(Debug, Default)]
pub(super) struct Pending {
    named: BTreeMap<(String, String), (String, u64, u64)>,
    /// In a dry run: what the file itself would have brought.
    brought: BTreeSet<u64>,
}

impl Loader<'_> {
    /// Whom the attributes of a customer (`None` as kind) or of an entity refer to.
    pub(super) fn friends(
        &self,
        kind: Option<&str>,
        attributes: &BTreeMap<String, Value>,
    ) -> Vec<CustomerId> {
        let refers = |(name, _): &(&String, &Value)| self.refers(kind, name);
        let named = attributes.iter().filter(refers).filter_map(|(_, value)| value.as_text());
        named.map(CustomerId::new).collect()
    }

    /// Lets references lead to whom these ids were merged into.
    pub(super) fn lead(
        &self,
        kind: Option<&str>,
        attributes: &mut BTreeMap<String, Value>,
        merged: &BTreeMap<CustomerId, CustomerId>,
    ) {
        for (name, value) in attributes.iter_mut().filter(|_| !merged.is_empty()) {
            let led = value.as_text().filter(|_| self.refers(kind, name));
            if let Some(kept) = led.and_then(|id| merged.get(&CustomerId::new(id))) {
                *value = Value::Text(kept.to_string());
            }
        }
    }

    fn refers(&self, kind: Option<&str>, attribute: &str) -> bool {
        self.reference(kind, attribute) == Some(CUSTOMER)
    }

    /// What an attribute of a customer (`None` as kind) or of an entity names: a kind of things to import.
    fn names(&self, kind: Option<&str>, attribute: &str) -> Option<&str> {
        if attribute == "owner" { Some(REP) } else { self.reference(kind, attribute) }
    }

    /// The kind that an attribute is declared to refer to.
    fn reference(&self, kind: Option<&str>, attribute: &str) -> Option<&str> {
        let model = &self.library.model;
        let attributes = match kind {
            None => &model.customer,
            Some(kind) => &model.entities.get(kind)?.attributes,
        };
        let Type::Reference(kind) = &attributes.get(attribute)?.ty else { return None };
        Some(kind)
    }

    /// Remembers what rows (line, own id, attributes) refer to and nobody knows yet.
    pub(super) async fn look_after<'r, T: Target>(
        &mut self,
        kind: Option<&str>,
        rows: impl Iterator<Item = (u64, &'r str, &'r BTreeMap<String, Value>)> + Clone + Send,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let own = kind.unwrap_or(CUSTOMER);
        if self.settings.dry_run {
            self.pending.brought.extend(rows.clone().map(|(_, id, _)| id_key(id)));
        }
        let here: BTreeSet<&str> = rows.clone().map(|(_, id, _)| id).collect();
        let mut named: BTreeMap<(String, String), (String, u64, u64)> = BTreeMap::new();
        for (line, _, attributes) in rows {
            for (attribute, value) in attributes {
                let Some(of) = self.names(kind, attribute) else { continue };
                let Some(id) = value.as_text().filter(|id| of != own || !here.contains(id)) else { continue };
                let noted = named.entry((of.to_owned(), id.to_owned()));
                noted.or_insert_with(|| (attribute.clone(), line, 0)).2 += 1;
            }
        }
        for (key, (attribute, line, count)) in unknown(named, target).await? {
            let full = self.pending.named.len() >= REMEMBERED;
            match self.pending.named.get_mut(&key) {
                Some(known) => known.2 += count,
                None if full => {}
                None => {
                    self.pending.named.insert(key, (attribute, line, count));
                }
            }
        }
        Ok(())
    }

    /// Tells what is referred to and was not there at the end either.
    pub(super) async fn tell_of_nobody<T: Target>(
        &mut self,
        what: &What,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let Pending { mut named, brought } = std::mem::take(&mut self.pending);
        let own = match what {
            What::Customers => CUSTOMER,
            What::Entity(kind) => kind,
            What::Reps | What::Events | What::Consents | What::Suppressions => return Ok(()),
        };
        named.retain(|(kind, id), _| kind != own || !brought.contains(&id_key(id)));
        if named.is_empty() {
            return Ok(());
        }
        target.begin().await?;
        let left = unknown(named, target).await;
        target.finish(false).await?;
        for ((kind, id), (attribute, line, count)) in left? {
            let line = line.to_string();
            let key = match kind.as_str() {
                CUSTOMER => "import-reference-customer",
                REP => "import-reference-rep",
                _ => "import-reference",
            };
            let args = [("attribute", attribute.as_str()), ("id", &id), ("kind", &kind), ("line", &line)];
            self.report.remark(key, &args, count, []);
        }
        Ok(())
    }
}

/// Those of these that nobody knows.
async fn unknown<T: Target, V: Send>(
    named: BTreeMap<(String, String), V>,
    target: &mut T,
) -> Result<BTreeMap<(String, String), V>, T::Error> {
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, id) in named.keys() {
        by_kind.entry(kind).or_default().push(id);
    }
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for (kind, ids) in by_kind {
        let found: Vec<String> = if kind == CUSTOMER {
            let ids: Vec<CustomerId> = ids.into_iter().map(CustomerId::new).collect();
            target.resolve(&ids).await?.into_keys().map(|id| id.to_string()).collect()
        } else if kind == REP {
            let ids: Vec<RepId> = ids.into_iter().map(RepId::new).collect();
            target.reps(&ids).await?.into_keys().map(|id| id.to_string()).collect()
        } else {
            let ids: Vec<EntityId> = ids.into_iter().map(EntityId::new).collect();
            target.entities(kind, &ids).await?.into_keys().map(|id| id.to_string()).collect()
        };
        known.extend(found.into_iter().map(|id| (kind.to_owned(), id)));
    }
    Ok(named.into_iter().filter(|(key, _)| !known.contains(key)).collect())
}
