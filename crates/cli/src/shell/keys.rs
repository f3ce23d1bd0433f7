//! `nurture key`, done.

use super::ask::fault;
use super::open::{self, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use engine::keys::Wished;
use jiff::{SignedDuration, Timestamp};
use model::words::Language;
use model::{Length, RepId};
use server::roles::{Action, Role};
use store::Store;
use store::api_key::ApiKey;

/// `nurture key create`.
#[derive(Clone, Debug)]
pub struct KeyRequest {
    /// What people call it.
    pub name: String,
    /// What it may do at most.
    pub role: Option<String>,
    /// For whom it speaks.
    pub rep: Option<String>,
    /// What it may do; empty: all that its role may.
    pub scopes: Vec<String>,
    /// Its end; `None`: never.
    pub expires: Option<Expiry>,
    /// Who makes it.
    pub by: String,
}

/// When a key ends.
#[derive(Clone, Debug)]
pub enum Expiry {
    /// At an instant.
    At(Timestamp),
    /// So long after it was made.
    After(Length),
}

/// Makes a key. Errors: no such role or scope, or a role that speaks for a rep without one (2); no such rep (4); it
/// would have ended already (2).
pub async fn create_key(config: &Config, request: &KeyRequest) -> Result<(ApiKey, String), Failure> {
    let language = config.language.value;
    let role = request.role.as_deref().map(|word| role(word, language)).transpose()?;
    for scope in &request.scopes {
        if scope.parse::<Action>().is_err() {
            let known: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
            let values = [("scope", scope.as_str()), ("known", &known.join(", "))];
            return Err(Failure::say(Exit::Usage, language, "key-no-scope", &values));
        }
    }
    if role.is_some_and(Role::needs_rep) && request.rep.is_none() {
        let role = role.map_or("", Role::as_str);
        return Err(Failure::say(Exit::Usage, language, "key-needs-rep", &[("role", role)]));
    }
    let store = open::database(config).await?;
    if let Some(rep) = &request.rep {
        known_rep(config, &store, rep).await?;
    }
    let now = Timestamp::now();
    let expires_at = match &request.expires {
        None => None,
        Some(Expiry::At(at)) => Some(*at),
        Some(Expiry::After(length)) => {
            let after = now.checked_add(SignedDuration::from_millis(length.approximate_ms()));
            Some(after.map_err(|error| Failure::new(Exit::Usage, error.to_string()))?)
        }
    };
    if expires_at.is_some_and(|at| at <= now) {
        return Err(Failure::say(Exit::Usage, language, "key-over", &[]));
    }
    let wished = Wished {
        name: request.name.clone(),
        role: role.map(|role| role.to_string()),
        rep: request.rep.as_ref().map(RepId::new),
        scopes: request.scopes.clone(),
        expires_at,
    };
    engine::keys::create(&store, wished, &request.by, now).await.map_err(fault(config))
}

/// Errors: no such rep (4).
pub(super) async fn known_rep(config: &Config, store: &Store, rep: &str) -> Result<(), Failure> {
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let published = open::published_or_files(config, &mut conn).await?;
    let known = store::rep::all(&mut conn).await.map_err(|error| of_store(config, &error))?;
    let id = RepId::new(rep);
    let mut teams = published.project.library.teams.values();
    let is_known = known.contains_key(&id)
        || teams.any(|team| team.member(&id).is_some() || team.lead.as_ref() == Some(&id));
    let nobody = || Failure::say(Exit::NotFound, config.language.value, "reps-no-rep", &[("rep", rep)]);
    if is_known { Ok(()) } else { Err(nobody()) }
}

pub(super) fn role(word: &str, language: Language) -> Result<Role, Failure> {
    word.parse().map_err(|_| {
        let known = Role::ALL.map(Role::as_str).join(", ");
        Failure::say(Exit::Usage, language, "key-no-role", &[("role", word), ("known", &known)])
    })
}

/// Makes a new key by which links are signed. Returns its number. Errors: there have been 255 (5).
pub async fn rotate_key(config: &Config, by: &str) -> Result<u8, Failure> {
    let store = open::database(config).await?;
    let now = engine::operate::now(&store).await.map_err(fault(config))?;
    let made = engine::links::rotate(&store, by, now).await.map_err(fault(config))?;
    made.ok_or_else(|| Failure::say(Exit::Conflict, config.language.value, "key-rotated-out", &[]))
}

/// All keys.
pub async fn keys(config: &Config) -> Result<Vec<ApiKey>, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    store::api_key::all(&mut conn).await.map_err(|error| of_store(config, &error))
}

/// Ends a key. Returns whether it was not ended before. Errors: no such key (4).
pub async fn revoke_key(config: &Config, id: &str, by: &str) -> Result<bool, Failure> {
    let store = open::database(config).await?;
    let done = engine::keys::revoke(&store, id, by, Timestamp::now()).await.map_err(fault(config))?;
    done.ok_or_else(|| Failure::say(Exit::NotFound, config.language.value, "key-no-key", &[("id", id)]))
}
