//! `nurture export`, done: page by page, so that a table of any size takes no more memory than a page.

use super::ask::loaded;
use super::keys::role;
use super::open::of_store;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use engine::Published;
use engine::masked;
use jiff::Timestamp;
use model::{CustomerId, RepId};
use serde_json::{Value as Json, json};
use server::roles::{Action, Extent};
use std::collections::BTreeSet;
use store::listing::{self, Owners, Sought};
use store::send::Wanted;
use store::{Connection, StoreError};

/// Rows that are read at once.
const PAGE: u32 = 500;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Exported {
    /// Customers with all their attributes
    Customers,
    /// Messages and what became of them
    Sends,
    /// What customers did, and what was recorded of them
    Events,
    /// Tasks of colleagues, open and done
    Tasks,
}

/// `nurture export`.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// What.
    pub what: Exported,
    /// As whom it is seen.
    pub role: String,
    /// For whom that role speaks.
    pub rep: Option<String>,
}

/// Takes the names of the columns first, then each row.
pub type Rows<'w> = &'w mut dyn FnMut(&[String], Option<&[Json]>) -> Result<(), Failure>;

/// Who looks.
struct Eyes {
    /// Of whom; `None`: everybody.
    reps: Option<BTreeSet<RepId>>,
    personal: bool,
}

impl Eyes {
    fn owners(&self) -> Owners<'_> {
        self.reps.as_ref().map_or(Owners::All, Owners::Of)
    }
}

/// Gives every row to `rows`. Errors: no such role, or one that speaks for a rep without one, or that may not see this
/// (2).
pub async fn export(config: &Config, request: &ExportRequest, rows: Rows<'_>) -> Result<(), Failure> {
    let (store, published) = loaded(config).await?;
    let eyes = eyes(config, request, &published)?;
    let mut conn = store.view().await.map_err(|error| of_store(config, &error))?;
    let conn: &mut Connection = &mut conn;
    let columns = columns(request.what, &published);
    rows(&columns, None)?;
    if request.what == Exported::Sends {
        return sends(config, conn, &eyes, &columns, rows).await;
    }
    let mut behind: Option<CustomerId> = None;
    loop {
        let ids = listing::page(conn, eyes.owners(), &Sought::default(), behind.as_ref(), PAGE)
            .await
            .map_err(|error| of_store(config, &error))?;
        let Some(last) = ids.last() else { return Ok(()) };
        behind = Some(last.clone());
        let found = match request.what {
            Exported::Customers | Exported::Sends => customers(conn, &ids, &columns, &published, &eyes).await,
            Exported::Events => events(conn, &ids, &published, &eyes).await,
            Exported::Tasks => tasks(conn, &ids, &eyes).await,
        };
        for row in found.map_err(|error| of_store(config, &error))? {
            rows(&columns, Some(&row))?;
        }
    }
}

fn eyes(config: &Config, request: &ExportRequest, published: &Published) -> Result<Eyes, Failure> {
    let language = config.language.value;
    let role = role(&request.role, language)?;
    let action = match request.what {
        Exported::Customers => Action::CustomersRead,
        Exported::Sends => Action::SendsRead,
        Exported::Events => Action::EventsRead,
        Exported::Tasks => Action::TasksRead,
    };
    let rep = request.rep.as_ref().map(RepId::new);
    let own = || {
        let none = || Failure::say(Exit::Usage, language, "key-needs-rep", &[("role", role.as_str())]);
        rep.clone().ok_or_else(none)
    };
    let reps = match role.may(action) {
        None => {
            let values = [("role", role.as_str()), ("scope", action.as_str())];
            return Err(Failure::say(Exit::Usage, language, "export-may-not", &values));
        }
        Some(Extent::All) => None,
        Some(Extent::Own) => Some(BTreeSet::from([own()?])),
        Some(Extent::Team) => {
            let rep = own()?;
            let teams = published.project.library.teams.values();
            let led = teams.filter(|team| team.lead.as_ref() == Some(&rep));
            let mut reps: BTreeSet<RepId> =
                led.flat_map(|team| &team.members).map(|member| member.rep.clone()).collect();
            reps.insert(rep);
            Some(reps)
        }
    };
    let personal = role.may(Action::PersonalRead).is_some();
    Ok(Eyes { reps, personal })
}

fn columns(what: Exported, published: &Published) -> Vec<String> {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    match what {
        Exported::Customers => {
            let mut columns = named(&["external_id"]);
            let declared = published.project.library.model.customer.keys();
            columns.extend(declared.filter(|name| *name != "external_id").cloned());
            columns
        }
        Exported::Sends => named(&[
            "id",
            "customer",
            "workflow",
            "step",
            "medium",
            "template",
            "topic",
            "state",
            "reason",
            "created_at",
            "due_at",
            "settled_at",
        ]),
        Exported::Events => named(&["id", "event", "customer", "at", "properties"]),
        Exported::Tasks => named(&[
            "id", "customer", "rep", "role", "title", "body", "due", "workflow", "step", "done_at", "outcome",
        ]),
    }
}

type Found = Result<Vec<Vec<Json>>, StoreError>;

async fn customers(
    conn: &mut Connection,
    ids: &[CustomerId],
    columns: &[String],
    published: &Published,
    eyes: &Eyes,
) -> Found {
    let model = &published.project.library.model;
    let known = store::customer::load(conn, ids, model).await?;
    let row = |id: &CustomerId| {
        let mut attributes = masked::attributes(known.get(id)?, model, eyes.personal);
        attributes.insert("external_id".to_owned(), json!(id));
        Some(columns.iter().map(|column| attributes.remove(column).unwrap_or_default()).collect())
    };
    Ok(ids.iter().filter_map(row).collect())
}

async fn events(conn: &mut Connection, ids: &[CustomerId], published: &Published, eyes: &Eyes) -> Found {
    let model = &published.project.library.model;
    let mut found = store::event::of_customers(conn, ids, model).await?;
    found.sort_by(|one, other| (&one.customer, one.order()).cmp(&(&other.customer, other.order())));
    let row = |event: &model::Event| {
        let mut shown = masked::event(event, model, eyes.personal);
        let properties = shown.get_mut("properties").map(Json::take).unwrap_or_default();
        vec![json!(event.id), json!(event.name), json!(event.customer), json!(event.at), properties]
    };
    Ok(found.iter().map(row).collect())
}

async fn tasks(conn: &mut Connection, ids: &[CustomerId], eyes: &Eyes) -> Found {
    let row = |kept: &store::task::Kept| {
        let task = &kept.task;
        vec![
            json!(task.id),
            json!(task.customer),
            json!(task.rep),
            json!(task.role),
            masked::text(&task.title, eyes.personal),
            task.body.as_deref().map_or(Json::Null, |body| masked::text(body, eyes.personal)),
            json!(task.due.filter(|due| *due < Timestamp::MAX)),
            json!(task.workflow),
            json!(task.step),
            json!(kept.done_at),
            json!(kept.outcome),
        ]
    };
    Ok(store::task::of_customers(conn, ids).await?.iter().map(row).collect())
}

async fn sends(
    config: &Config,
    conn: &mut Connection,
    eyes: &Eyes,
    columns: &[String],
    rows: Rows<'_>,
) -> Result<(), Failure> {
    let mut before: Option<(Timestamp, String)> = None;
    loop {
        let from = before.as_ref().map(|(at, id)| (*at, id.as_str()));
        let page = store::send::page(conn, eyes.owners(), Wanted::default(), from, PAGE)
            .await
            .map_err(|error| of_store(config, &error))?;
        let Some(last) = page.last() else { return Ok(()) };
        before = Some((last.created_at, last.outgoing.id.to_string()));
        for ledger in &page {
            let outgoing = &ledger.outgoing;
            let row = [
                json!(outgoing.id),
                json!(outgoing.customer),
                json!(outgoing.workflow),
                json!(outgoing.step),
                json!(outgoing.medium.as_str()),
                json!(outgoing.template),
                json!(outgoing.topic),
                json!(ledger.state.as_str()),
                json!(ledger.reason),
                json!(ledger.created_at),
                json!(ledger.due_at),
                json!(ledger.settled_at),
            ];
            rows(columns, Some(&row))?;
        }
    }
}
