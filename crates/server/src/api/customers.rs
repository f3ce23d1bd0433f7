//! Customers: listed, shown, made and changed; what they consent to.

use super::allow::{Allowed, no_customer};
use super::page::{self, Asked, Named, Trial};
use crate::Served;
use crate::access::Reach;
use crate::body::Input;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::State;
use dsl::library::Model;
use engine::import::{self, ConsentWord, CustomerRow, Direct, Given, Judge};
use jiff::Timestamp;
use model::{Customer, CustomerId, Medium, RepId, Suppression};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::listing::{self, Sought};
use utoipa::ToSchema;

/// A customer as the caller may see them.
pub(super) fn shown(customer: &Customer, model: &Model, personal: bool) -> Value {
    let attributes = engine::masked::attributes(customer, model, personal);
    json!({ "id": customer.id, "attributes": attributes })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListAsked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    stage: String,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /customers`
pub(super) async fn list(
    State(served): State<Served>,
    allowed: Allowed,
    Asked(asked): Asked<ListAsked>,
) -> Result<Json<Value>, Problem> {
    if !allowed.personal && !asked.q.is_empty() {
        // Who may not see addresses does not find people by them.
        return Err(Problem::new(Code::KeyMayNot).with("scope", "personal:read"));
    }
    let behind = page::parts::<1>(asked.cursor.as_deref())?.map(|[id]| CustomerId::from(id));
    let limit = page::limit(asked.limit);
    let sought = Sought { part: asked.q, owner: asked.owner, stage: asked.stage };
    let mut conn = served.engine.store().read().await?;
    let ids = listing::page(&mut conn, allowed.owners(), &sought, behind.as_ref(), limit).await?;
    several(&served, &mut conn, &allowed, &ids, limit).await
}

/// These customers, and the cursor behind them where there may be more.
pub(super) async fn several(
    served: &Served,
    conn: &mut store::Connection,
    allowed: &Allowed,
    ids: &[CustomerId],
    limit: u32,
) -> Result<Json<Value>, Problem> {
    let published = served.engine.published();
    let model = &published.project.library.model;
    let known = store::customer::load(conn, ids, model).await?;
    let customers: Vec<Value> = ids
        .iter()
        .filter_map(|id| known.get(id))
        .map(|customer| shown(customer, model, allowed.personal))
        .collect();
    let full = ids.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = ids.last().filter(|_| full).map(|id| page::cursor(&[id.as_str()]));
    Ok(Json(json!({ "customers": customers, "next": next })))
}

/// `GET /customers/{id}`
pub(super) async fn show(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
) -> Result<Json<Value>, Problem> {
    let mut conn = served.engine.store().read().await?;
    let id = allowed.customer(&mut conn, &id).await?;
    let published = served.engine.published();
    let model = &published.project.library.model;
    let known = store::customer::load(&mut conn, std::slice::from_ref(&id), model).await?;
    let customer = known.get(&id).ok_or_else(|| no_customer(&id))?;
    Ok(Json(shown(customer, model, allowed.personal)))
}

/// What is said of a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerInput {
    /// By the names of the model; what is not among them stays as it is.
    #[serde(default)]
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    /// Words of consent.
    #[serde(default)]
    consent: Vec<ConsentInput>,
}

/// A word of consent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentInput {
    /// A topic of the project.
    topic: String,
    /// Granted, or withdrawn.
    granted: bool,
    /// `email`, `sms`, `message`; without one: every channel.
    channel: Option<String>,
    /// When the customer said so; without one: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Where they said it.
    source: Option<String>,
    /// On what legal ground.
    basis: Option<String>,
}

fn words(served: &Served, said: Vec<ConsentInput>) -> Result<Vec<ConsentWord>, Problem> {
    let published = served.engine.published();
    let topics = &published.project.library.topics;
    let now = served.engine.now();
    said.into_iter()
        .map(|said| {
            if !topics.contains_key(&said.topic) && said.topic != "marketing" {
                let unknown = Problem::new(Code::NotValid).says("import-topic-unknown");
                return Err(unknown.with("topic", said.topic).at("/topic"));
            }
            let media = [Medium::Email, Medium::Sms, Medium::Message];
            let medium = match said.channel {
                None => None,
                Some(word) => Some(media.into_iter().find(|one| one.as_str() == word).ok_or_else(|| {
                    let wrong = Problem::new(Code::NotValid).says("value-not-one-of").at("/channel");
                    wrong.with("text", word).with("choices", media.map(Medium::as_str).join(", "))
                })?),
            };
            if said.at.is_some_and(|at| at > now) {
                return Err(Problem::new(Code::NotValid).says("api-future").at("/at"));
            }
            Ok(ConsentWord {
                topic: said.topic,
                medium,
                granted: said.granted,
                at: said.at,
                source: Some(said.source.unwrap_or_else(|| "api".to_owned())),
                basis: said.basis,
            })
        })
        .collect()
}

/// `PUT /customers/{id}`
pub(super) async fn write(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
    Input(said): Input<CustomerInput>,
) -> Result<Json<Value>, Problem> {
    if id.trim() != id || id.is_empty() || id.chars().any(char::is_control) || id.chars().count() > 200 {
        return Err(Problem::new(Code::NotValid).says("ingest-id").with("what", "id"));
    }
    let published = served.engine.published();
    let judge = Judge::new(&published.project.library, &published.zone);
    if let Some(name) = said.attributes.keys().find(|name| !judge.takes(name)) {
        let unknown = Problem::new(Code::NotValid).says("ingest-trait-refused").with("trait", name);
        return Err(unknown.at(format!("/attributes/{name}")));
    }
    if !said.consent.is_empty() {
        allowed.caller.may(crate::roles::Action::ConsentWrite)?;
    }
    {
        let mut conn = served.engine.store().read().await?;
        may_write(&mut conn, &allowed, &id, said.attributes.get("owner")).await?;
    }
    let given: Vec<Given<'_>> = said
        .attributes
        .iter()
        .map(|(name, value)| Given { name: name.clone(), place: format!("/attributes/{name}"), value })
        .collect();
    let mut row = judge
        .customer(1, &id, &given)
        .map_err(|bad| Problem::new(Code::NotValid).says("api-record").because(bad))?;
    row.consents = words(&served, said.consent)?;
    take(&served, &allowed, row, trial.dry_run, "customer").await
}

/// A rep changes own customers, and gives none away.
async fn may_write(
    conn: &mut store::Connection,
    allowed: &Allowed,
    id: &str,
    owner: Option<&Value>,
) -> Result<(), Problem> {
    let Reach::Of(_) = &allowed.reach else { return Ok(()) };
    let owned = |owner: &Value| owner.as_str().is_some_and(|owner| allowed.is_of(&RepId::new(owner)));
    let id = CustomerId::new(id);
    let here = store::customer::known(conn, &std::collections::BTreeSet::from([&id])).await?;
    let reaches = match here.contains(&id) {
        true => allowed.seen(conn, std::slice::from_ref(&id)).await?.contains(&id) && owner.is_none_or(owned),
        false => owner.is_some_and(owned),
    };
    if reaches { Ok(()) } else { Err(Problem::new(Code::KeyMayNot).says("api-not-yours")) }
}

/// Takes what is said of a customer, or only tries it.
async fn take(
    served: &Served,
    allowed: &Allowed,
    row: CustomerRow,
    dry_run: bool,
    did: &str,
) -> Result<Json<Value>, Problem> {
    let (store, now) = (served.engine.store(), served.engine.now());
    let id = row.id.clone();
    let source = allowed.caller.source();
    let told = Direct { customers: vec![row], dry_run, ..Direct::default() };
    let done = import::direct(store, served.engine.published(), told, &source, now).await?;
    if let Some(bad) = done.bad.into_iter().next() {
        return Err(Problem::new(Code::NotValid).says("api-record").because(bad));
    }
    if !dry_run && done.changed {
        let mut transaction = store.begin().await?;
        store::audit::record(&mut transaction, &allowed.caller.who(), did, id.as_str(), now).await?;
        store::commit(transaction).await?;
        served.engine.heed_facts();
    }
    Ok(Json(json!({ "id": id, "new": done.new, "changed": done.changed, "dry_run": dry_run })))
}

/// `GET /customers/{id}/consent`
pub(super) async fn consent(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
) -> Result<Json<Value>, Problem> {
    let mut conn = served.engine.store().read().await?;
    let id = allowed.customer(&mut conn, &id).await?;
    let words = store::consent::of_customer(&mut conn, &id).await?;
    let words: Vec<Value> = words.iter().map(model::Consent::to_json).collect();
    let published = served.engine.published();
    let (model, now) = (&published.project.library.model, served.engine.now());
    let found = store::snapshot::load_words(&mut conn, std::slice::from_ref(&id), model, now).await?;
    let suppressions: Vec<Value> =
        found.iter().flat_map(|snapshot| &snapshot.suppressions).map(Suppression::to_json).collect();
    Ok(Json(json!({ "customer": id, "consent": words, "suppressions": suppressions })))
}

/// `POST /customers/{id}/consent`
pub(super) async fn say_consent(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
    Input(said): Input<ConsentInput>,
) -> Result<Json<Value>, Problem> {
    let id = {
        let mut conn = served.engine.store().read().await?;
        allowed.customer(&mut conn, &id).await?
    };
    let published = served.engine.published();
    let judge = Judge::new(&published.project.library, &published.zone);
    let mut row = judge
        .customer(1, id.as_str(), &[])
        .map_err(|bad| Problem::new(Code::NotValid).says("api-record").because(bad))?;
    row.consents = words(&served, vec![said])?;
    take(&served, &allowed, row, trial.dry_run, "consent").await
}
