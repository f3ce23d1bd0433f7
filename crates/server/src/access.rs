//! Who asks, and what they may: a key in `Authorization`, as a bearer's or as one half of `Basic`; or somebody who is
//! signed in ([`crate::session`]).

use crate::Served;
use crate::listen::Peer;
use crate::problem::{Code, Problem};
use crate::rates;
use crate::roles::{Action, Extent, Role};
use crate::session;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use model::RepId;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use store::api_key::{self, ApiKey};
use store::user::User;
use subtle::ConstantTimeEq as _;

/// How long a key is believed without looking again: so long a revoked one may still open.
const BELIEVED: SignedDuration = SignedDuration::from_secs(5);
/// How often the use of a key is noted.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// The keys that were looked at lately.
#[derive(Default)]
pub(crate) struct Keys(RwLock<BTreeMap<String, Looked>>);

struct Looked {
    key: Arc<ApiKey>,
    at: Timestamp,
    noted: Option<Timestamp>,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    who: Who,
    role: Option<Role>,
    /// The reps of the teams that the caller's rep leads, and the rep.
    team: BTreeSet<RepId>,
}

/// By what somebody is known.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A key.
    Key(Arc<ApiKey>),
    /// A session, with the user as they are now and the token that goes with it.
    User(Arc<User>, String),
}

/// Whose customers somebody reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Everybody.
    All,
    /// Those of these reps.
    Of(BTreeSet<RepId>),
}

impl Caller {
    /// By what they are known.
    pub fn by(&self) -> &Who {
        &self.who
    }

    /// Tells callers apart.
    pub fn id(&self) -> String {
        match &self.who {
            Who::Key(key) => key.id.clone(),
            Who::User(user, _) => format!("user:{}", user.name),
        }
    }

    /// Where what they tell comes from, as it is kept with it.
    pub fn source(&self) -> String {
        match &self.who {
            Who::Key(key) => format!("key:{}", key.id),
            Who::User(..) => self.id(),
        }
    }

    /// Who did it, as the audit says it.
    pub fn who(&self) -> String {
        match &self.who {
            Who::Key(key) => format!("key {}", key.id),
            Who::User(user, _) => engine::users::who(&user.name),
        }
    }

    /// Whose customers they may do something to. Errors: they may not do it at all.
    pub fn may(&self, action: Action) -> Result<Reach, Problem> {
        let no = || Problem::new(Code::KeyMayNot).with("scope", action.as_str());
        let (scopes, rep, no): (&[String], _, &dyn Fn() -> Problem) = match &self.who {
            Who::Key(key) => (&key.scopes, &key.rep, &no),
            Who::User(user, _) => (&[], &user.rep, &|| no().says("problem-user-may-not")),
        };
        let said = scopes.iter().any(|scope| scope == action.as_str());
        let Some(role) = self.role else {
            return if said { Ok(Reach::All) } else { Err(no()) };
        };
        if !scopes.is_empty() && !said {
            return Err(no());
        }
        match role.may(action).ok_or_else(no)? {
            Extent::All => Ok(Reach::All),
            Extent::Team => Ok(Reach::Of(self.team.clone())),
            Extent::Own => Ok(Reach::Of(rep.iter().cloned().collect())),
        }
    }
}

/// The text of a key in the head of a request.
pub(crate) fn given(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = said.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let key = match plain.split_once(':') {
        // Clients of Customer.io have a name for the site, and the key is the password.
        Some((name, word)) if engine::keys::parts(name).is_none() && engine::keys::parts(word).is_some() => {
            word
        }
        Some((name, _)) => name,
        None => plain.as_str(),
    };
    Some(key.to_owned())
}

/// Whoever has this key. Errors: none has; the address has tried too many.
pub(crate) async fn caller(served: &Served, text: Option<&str>, address: IpAddr) -> Result<Caller, Problem> {
    let found = match text.and_then(engine::keys::parts) {
        Some((id, secret)) => good(served, id, secret).await?,
        None => None,
    };
    let Some(key) = found else {
        served.rates.wrong_key(address)?;
        return Err(Problem::new(Code::KeyUnknown));
    };
    let (role, rep) = (key.role.clone(), key.rep.clone());
    of(served, Who::Key(key), role.as_deref(), rep.as_ref())
}

/// Whoever asks the API: by a key, or signed in. Errors: neither; or signed in, and the request may not be theirs.
pub(crate) async fn asking(
    served: &Served,
    method: &Method,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<Caller, Problem> {
    let given = given(headers);
    let Some(secret) = session::secret(served, headers).filter(|_| given.is_none()) else {
        return caller(served, given.as_deref(), address).await;
    };
    let now = served.clock.now();
    let Some(found) = engine::users::signed_in(served.engine.store(), secret, now).await? else {
        served.rates.wrong_key(address)?;
        return Err(Problem::new(Code::SignedOut));
    };
    if !method.is_safe() && !session::is_ours(served, headers, secret, session::token_of_header(headers)) {
        return Err(Problem::new(Code::NotFromHere));
    }
    let user = Arc::new(found.user);
    of(served, Who::User(Arc::clone(&user), session::token(secret)), Some(&user.role), user.rep.as_ref())
}

fn of(served: &Served, who: Who, role: Option<&str>, rep: Option<&RepId>) -> Result<Caller, Problem> {
    let role = match role.map(str::parse::<Role>) {
        None => None,
        Some(Ok(role)) => Some(role),
        // A role of a newer program: nothing is allowed that this one does not know.
        Some(Err(_)) => return Err(Problem::new(Code::KeyUnknown)),
    };
    let mut team: BTreeSet<RepId> = rep.into_iter().cloned().collect();
    if role == Some(Role::Manager) {
        let published = served.engine.published();
        let teams = published.project.library.teams.values();
        let led = teams.filter(|team| team.lead.is_some() && team.lead.as_ref() == rep);
        team.extend(led.flat_map(|team| &team.members).map(|member| member.rep.clone()));
    }
    Ok(Caller { who, role, team })
}

async fn good(served: &Served, id: &str, secret: &str) -> Result<Option<Arc<ApiKey>>, Problem> {
    let now = served.clock.now();
    let known = {
        let looked = served.keys.0.read().unwrap_or_else(PoisonError::into_inner);
        looked.get(id).filter(|looked| fresh(looked.at, now, BELIEVED)).map(|looked| Arc::clone(&looked.key))
    };
    let key = match known {
        Some(key) => key,
        None => {
            let mut conn = served.engine.store().read().await?;
            let Some(key) = api_key::find(&mut conn, id).await? else { return Ok(None) };
            let key = Arc::new(key);
            let mut looked = served.keys.0.write().unwrap_or_else(PoisonError::into_inner);
            let noted = looked.get(id).and_then(|before| before.noted).or(key.used_at);
            looked.insert(id.to_owned(), Looked { key: Arc::clone(&key), at: now, noted });
            key
        }
    };
    let same: bool = engine::keys::hash(secret).as_bytes().ct_eq(key.hash.as_bytes()).into();
    if !same || !key.is_good(now) {
        return Ok(None);
    }
    note(served, id, now);
    Ok(Some(key))
}

fn fresh(since: Timestamp, now: Timestamp, most: SignedDuration) -> bool {
    now.duration_since(since) < most
}

/// Notes the use of a key, beside the request and at most once a minute.
fn note(served: &Served, id: &str, now: Timestamp) {
    let is_noted = |looked: &Looked| looked.noted.is_some_and(|at| fresh(at, now, NOTED));
    if served.keys.0.read().unwrap_or_else(PoisonError::into_inner).get(id).is_none_or(is_noted) {
        return;
    }
    match served.keys.0.write().unwrap_or_else(PoisonError::into_inner).get_mut(id) {
        Some(looked) if !is_noted(looked) => looked.noted = Some(now),
        Some(_) | None => return,
    }
    let (store, id) = (served.engine.store().clone(), id.to_owned());
    tokio::spawn(async move {
        let noted = async {
            let mut transaction = store.begin_beside().await?;
            api_key::used(&mut transaction, &id, now, now - NOTED).await?;
            store::commit(transaction).await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "note the use of a key");
        }
    });
}

impl FromRequestParts<Served> for Caller {
    type Rejection = Problem;

    /// The caller of the API, who asks once more.
    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Problem> {
        let address = rates::address(parts.extensions.get::<Peer>().copied(), &parts.headers);
        let caller = asking(served, &parts.method, &parts.headers, address).await?;
        served.rates.by_key(&caller.id())?;
        Ok(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn caller(role: Option<Role>, scopes: &[&str]) -> Caller {
        let key = ApiKey {
            id: "0123456789ab".to_owned(),
            hash: String::new(),
            name: "test".to_owned(),
            role: role.map(|role| role.to_string()),
            rep: Some(RepId::new("li.na")),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
            revoked_at: None,
            used_at: None,
        };
        Caller { who: Who::Key(Arc::new(key)), role, team: ["li.na", "wang.wei"].map(RepId::new).into() }
    }

    #[test]
    fn scopes_narrow_what_a_role_may_and_never_widen_it() {
        let read = Action::CustomersRead;
        assert_eq!(caller(Some(Role::Admin), &[]).may(read).unwrap(), Reach::All);
        assert!(caller(Some(Role::Admin), &["events:write"]).may(read).is_err());
        assert!(caller(Some(Role::Viewer), &["events:write"]).may(Action::EventsWrite).is_err());
        assert_eq!(caller(None, &["events:write"]).may(Action::EventsWrite).unwrap(), Reach::All);
        assert!(caller(None, &[]).may(read).is_err());
        let own = Reach::Of([RepId::new("li.na")].into());
        assert_eq!(caller(Some(Role::Rep), &[]).may(read).unwrap(), own);
        let team = Reach::Of(["li.na", "wang.wei"].map(RepId::new).into());
        assert_eq!(caller(Some(Role::Manager), &[]).may(read).unwrap(), team);
    }

    #[test]
    fn a_key_is_a_bearers_or_one_half_of_basic() {
        let of = |said: &'static str| {
            given(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(said))]))
        };
        assert_eq!(of("Bearer nk_1_2").as_deref(), Some("nk_1_2"));
        assert_eq!(of("Basic bmtfMV8yOg==").as_deref(), Some("nk_1_2"));
        assert_eq!(of("basic bmtfMV8y").as_deref(), Some("nk_1_2"));
        let key = format!("nk_{}_{}", "0".repeat(12), "1".repeat(48));
        let by_password = format!("Basic {}", STANDARD.encode(format!("site:{key}")));
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&by_password).unwrap())]);
        assert_eq!(given(&headers), Some(key));
        assert_eq!(of("Digest x"), None);
        assert_eq!(of("Basic *"), None);
    }
}
