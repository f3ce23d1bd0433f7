//! `nurture user`, done.

use super::ask::fault;
use super::keys::{known_rep, role};
use super::open::{self, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use engine::passwords::{self, Passwords};
use engine::users::{self, named};
use jiff::Timestamp;
use model::RepId;
use server::roles::Role;
use store::Store;
use store::user::User;

/// `nurture user add`, `nurture user role`.
#[derive(Clone, Debug)]
pub struct UserRequest {
    /// What they type to sign in.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// Which rep they are.
    pub rep: Option<String>,
    /// Who does it.
    pub by: String,
}

/// Where a password comes from. It is never shown by `Debug`.
pub enum Given {
    /// It is made.
    Make,
    /// This one.
    This(String),
}

/// Makes a user. Returns it with the password that was made. Errors: no such role, or one that is of a rep without one,
/// no name, a password of another length (2); no such rep (4); there is such a user (5).
pub async fn add_user(
    config: &Config,
    request: &UserRequest,
    given: Given,
) -> Result<(User, Option<String>), Failure> {
    let language = config.language.value;
    let name = named(&request.name)
        .ok_or_else(|| Failure::say(Exit::Usage, language, "user-no-name", &[("name", &request.name)]))?;
    let (password, made) = password(config, given)?;
    let store = open::database(config).await?;
    let (role, rep) = judged(config, &store, request).await?;
    let hash = Passwords::default().hash(password).await.map_err(fault(config))?;
    let user = User { name, role: role.to_string(), rep, created_at: Timestamp::now(), signed_in_at: None };
    match users::add(&store, &user, &hash, &request.by).await.map_err(fault(config))? {
        true => Ok((user, made)),
        false => Err(Failure::say(Exit::Conflict, language, "user-is-there", &[("name", &user.name)])),
    }
}

/// All users.
pub async fn users(config: &Config) -> Result<Vec<User>, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    store::user::all(&mut conn).await.map_err(|error| of_store(config, &error))
}

/// Gives a user another role. Returns the name as it is kept. Errors: as for a new one; no such user (4).
pub async fn set_user_role(config: &Config, request: &UserRequest) -> Result<String, Failure> {
    let store = open::database(config).await?;
    let (role, rep) = judged(config, &store, request).await?;
    let name = known(config, &request.name)?;
    let (role, by) = (role.as_str(), request.by.as_str());
    let done = users::set_role(&store, &name, role, rep.as_ref(), by, Timestamp::now()).await;
    there(config, name, done.map_err(fault(config))?)
}

/// Gives a user another password. Returns the name as it is kept, and the password that was made. Errors: one of
/// another length (2); no such user (4).
pub async fn set_user_password(
    config: &Config,
    name: &str,
    given: Given,
    by: &str,
) -> Result<(String, Option<String>), Failure> {
    let (password, made) = password(config, given)?;
    let store = open::database(config).await?;
    let name = known(config, name)?;
    let hash = Passwords::default().hash(password).await.map_err(fault(config))?;
    let done = users::set_password(&store, &name, &hash, by, Timestamp::now()).await;
    Ok((there(config, name, done.map_err(fault(config))?)?, made))
}

/// Takes a user away. Returns the name as it was kept. Errors: no such user (4).
pub async fn remove_user(config: &Config, name: &str, by: &str) -> Result<String, Failure> {
    let store = open::database(config).await?;
    let name = known(config, name)?;
    let done = users::remove(&store, &name, by, Timestamp::now()).await;
    there(config, name, done.map_err(fault(config))?)
}

fn no_user(config: &Config, name: &str) -> Failure {
    Failure::say(Exit::NotFound, config.language.value, "user-no-user", &[("name", name)])
}

fn known(config: &Config, name: &str) -> Result<String, Failure> {
    named(name).ok_or_else(|| no_user(config, name))
}

fn there(config: &Config, name: String, is_there: bool) -> Result<String, Failure> {
    if is_there { Ok(name) } else { Err(no_user(config, &name)) }
}

async fn judged(
    config: &Config,
    store: &Store,
    request: &UserRequest,
) -> Result<(Role, Option<RepId>), Failure> {
    let language = config.language.value;
    let role = role(&request.role, language)?;
    if role.needs_rep() && request.rep.is_none() {
        return Err(Failure::say(Exit::Usage, language, "key-needs-rep", &[("role", role.as_str())]));
    }
    if let Some(rep) = &request.rep {
        known_rep(config, store, rep).await?;
    }
    Ok((role, request.rep.as_ref().map(RepId::new)))
}

fn password(config: &Config, given: Given) -> Result<(String, Option<String>), Failure> {
    match given {
        Given::Make => {
            let made = passwords::make().map_err(fault(config))?;
            Ok((made.clone(), Some(made)))
        }
        Given::This(password) if passwords::is_long_enough(&password) => Ok((password, None)),
        Given::This(_) => {
            let (least, most) =
                (passwords::LETTERS.start().to_string(), passwords::LETTERS.end().to_string());
            let values = [("least", least.as_str()), ("most", most.as_str())];
            Err(Failure::say(Exit::Usage, config.language.value, "user-password-length", &values))
        }
    }
}
