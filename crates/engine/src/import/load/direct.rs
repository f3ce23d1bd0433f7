//! Records that come without a file: taken against what is known, as rows are, in one transaction.

use super::super::batch::{Import, Target};
use super::super::ids::event_id;
use super::super::reach::Along;
use super::super::record::{CustomerRow, EntityRow, EventRow};
use super::super::say::{BadRow, ImportReport};
use super::super::target::StoreTarget;
use super::{Batch, Loader, Records, Settings, friends};
use crate::apply::Apply;
use crate::error::EngineError;
use crate::published::Published;
use jiff::Timestamp;
use model::CustomerId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use store::Store;

/// What is told at once. The numbers come back with what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Direct {
    /// Customers, in the order in which they were told; of one customer the later word wins.
    pub customers: Vec<CustomerRow>,
    /// Things of the model.
    pub entities: Vec<(u64, EntityRow)>,
    /// Facts; whoever they are about and is not known is made.
    pub events: Vec<(u64, EventRow)>,
    /// Everything is judged and nothing is kept.
    pub dry_run: bool,
}

impl Direct {
    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty() && self.entities.is_empty() && self.events.is_empty()
    }
}

/// What became of it.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Facts that were told before.
    pub repeated: u64,
    /// What was not taken, and why.
    pub bad: Vec<BadRow>,
    /// Whether anybody or anything is new.
    pub new: bool,
    /// Whether anything is otherwise than before, or new.
    pub changed: bool,
}

/// Takes all of it, or nothing where it fails. `source`: who tells it; facts are unique within it.
pub async fn direct(
    store: &Store,
    published: Arc<Published>,
    told: Direct,
    source: &str,
    now: Timestamp,
) -> Result<Taken, EngineError> {
    let after = Apply::quickly(store, Arc::clone(&published), now).await?;
    let library = &published.project.library;
    let dry_run = told.dry_run;
    let settings =
        Settings { create_customers: true, dry_run, source: source.to_owned(), ..Settings::new(now) };
    let import = Import { name: String::new(), kind: String::new(), stays: false, now };
    let mut loader = Loader {
        settings: &settings,
        library,
        first_with: HashMap::new(),
        pretended: HashSet::new(),
        pending: friends::Pending::default(),
        import,
        along: Along::default(),
        report: ImportReport::default(),
        batch: Batch::default(),
    };
    let mut target = StoreTarget::new(store, library, now, dry_run, after);
    let mut things = Records { customers: folded(told.customers), ..Records::default() };
    things.entities = told.entities;
    let told_facts = !told.events.is_empty();
    let mut facts = Records::default();
    for (line, row) in told.events {
        let id = event_id(&row, 0);
        facts.events.push((line, row, id));
    }
    target.begin().await?;
    let mut same = 0;
    // Facts find the customers that came with them.
    for records in [things, facts].into_iter().filter(|records| !records.is_empty()) {
        same = loader.report.same;
        loader.fill(records, &mut target).await?;
        let batch = std::mem::take(&mut loader.batch);
        if !batch.is_empty() {
            loader.report.events += target.write(&batch, now).await?;
        }
    }
    target.finish(!dry_run).await?;
    let repeated = if told_facts { loader.report.same - same } else { 0 };
    let report = loader.report;
    Ok(Taken { repeated, new: report.new > 0, changed: report.new + report.changed > 0, bad: report.bad })
}

/// One row a customer: what is said later overrides.
fn folded(rows: Vec<CustomerRow>) -> Vec<CustomerRow> {
    let mut places: BTreeMap<CustomerId, usize> = BTreeMap::new();
    let mut all: Vec<CustomerRow> = Vec::with_capacity(rows.len());
    for row in rows {
        match places.get(&row.id).and_then(|place| all.get_mut(*place)) {
            Some(before) => {
                before.attributes.extend(row.attributes);
                before.consents.extend(row.consents);
            }
            None => {
                places.insert(row.id.clone(), all.len());
                all.push(row);
            }
        }
    }
    all
}
