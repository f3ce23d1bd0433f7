//! People who sign in: who there is, what they may do, and where they are signed in. Whatever changes what somebody may
//! do ends their sessions with the same commit.

use crate::error::EngineError;
use crate::keys;
use crate::passwords::Passwords;
use jiff::{SignedDuration, Timestamp};
use model::RepId;
use store::session::{self, Session};
use store::user::{self, User};
use store::{Store, audit};

/// Letters of a name.
const NAME: usize = 64;
/// How long one stays signed in at most, and how long without doing anything.
pub const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// How often the use of a session is noted.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// A name as it is kept: in small letters. `None`: no user is called so.
pub fn named(text: &str) -> Option<String> {
    let name = text.trim().to_ascii_lowercase();
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"._-@+".contains(&letter);
    (!name.is_empty() && name.len() <= NAME && name.bytes().all(fits)).then_some(name)
}

/// Makes a user. Returns whether there was none of the name.
pub async fn add(store: &Store, user: &User, hash: &str, who: &str) -> Result<bool, EngineError> {
    let mut transaction = store.begin().await?;
    let new = user::add(&mut transaction, user, hash).await?;
    if new {
        audit::record(&mut transaction, who, "user add", &user.name, user.created_at).await?;
    }
    store::commit(transaction).await?;
    Ok(new)
}

/// Gives a user another role and ends their sessions. Returns whether there is such a user.
pub async fn set_role(
    store: &Store,
    name: &str,
    role: &str,
    rep: Option<&RepId>,
    who: &str,
    now: Timestamp,
) -> Result<bool, EngineError> {
    let mut transaction = store.begin().await?;
    let known = user::set_role(&mut transaction, name, role, rep).await?;
    if known {
        session::end_of(&mut transaction, name).await?;
        audit::record(&mut transaction, who, "user role", &format!("{name} {role}"), now).await?;
    }
    store::commit(transaction).await?;
    Ok(known)
}

/// Gives a user another password and ends their sessions. Returns whether there is such a user.
pub async fn set_password(
    store: &Store,
    name: &str,
    hash: &str,
    who: &str,
    now: Timestamp,
) -> Result<bool, EngineError> {
    let mut transaction = store.begin().await?;
    let known = user::set_password(&mut transaction, name, hash).await?;
    if known {
        session::end_of(&mut transaction, name).await?;
        audit::record(&mut transaction, who, "user password", name, now).await?;
    }
    store::commit(transaction).await?;
    Ok(known)
}

/// Takes a user away and ends their sessions. Returns whether there was one.
pub async fn remove(store: &Store, name: &str, who: &str, now: Timestamp) -> Result<bool, EngineError> {
    let mut transaction = store.begin().await?;
    let known = user::remove(&mut transaction, name).await?;
    if known {
        session::end_of(&mut transaction, name).await?;
        audit::record(&mut transaction, who, "user remove", name, now).await?;
    }
    store::commit(transaction).await?;
    Ok(known)
}

/// Whether this is the password of the user of this name. `None` as a name: of somebody whom there is not; it takes
/// as long.
async fn knows(
    store: &Store,
    passwords: &Passwords,
    name: Option<&str>,
    password: String,
) -> Result<Option<String>, EngineError> {
    let hash = {
        let mut conn = store.read().await?;
        // Whoever can be nobody's name is looked for all the same.
        user::password(&mut conn, name.unwrap_or_default()).await?
    };
    let fits = passwords.fits(password, hash.clone()).await?;
    Ok(hash.filter(|_| fits))
}

/// Signs somebody in. Returns the secret of a new session, and ends the one that the same browser had (`before`, its
/// secret). `None`: no such user, or another password; neither the answer nor the time it takes tells which.
pub async fn sign_in(
    store: &Store,
    passwords: &Passwords,
    name: &str,
    password: String,
    before: Option<&str>,
    now: Timestamp,
) -> Result<Option<String>, EngineError> {
    let name = named(name);
    let hash = knows(store, passwords, name.as_deref(), password).await?;
    let (Some(name), Some(hash)) = (name, hash) else { return Ok(None) };
    let secret = keys::secret()?;
    let mut transaction = store.begin().await?;
    // Meanwhile they may have been removed, or their password changed.
    if user::password(&mut transaction, &name).await? != Some(hash) {
        return Ok(None);
    }
    session::forget(&mut transaction, now - LASTS, now - IDLE).await?;
    if let Some(before) = before {
        session::end(&mut transaction, &keys::hash(before)).await?;
    }
    session::begin(&mut transaction, &keys::hash(&secret), &name, now).await?;
    user::signed_in(&mut transaction, &name, now).await?;
    audit::record(&mut transaction, &who(&name), "sign in", &name, now).await?;
    store::commit(transaction).await?;
    Ok(Some(secret))
}

/// The session of a secret, as long as it lasts; its use is noted.
pub async fn signed_in(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Session>, EngineError> {
    let id = keys::hash(secret);
    let found = session::find(&mut *store.read().await?, &id).await?;
    let lasts = |session: &Session| now < session.created_at + LASTS && now < session.seen_at + IDLE;
    let Some(session) = found.filter(lasts) else { return Ok(None) };
    if session.seen_at <= now - NOTED {
        let mut transaction = store.begin_beside().await?;
        session::seen(&mut transaction, &id, now, now - NOTED).await?;
        store::commit(transaction).await?;
    }
    Ok(Some(session))
}

/// Ends the session of a secret.
pub async fn sign_out(store: &Store, secret: &str) -> Result<(), EngineError> {
    let mut transaction = store.begin_beside().await?;
    session::end(&mut transaction, &keys::hash(secret)).await?;
    Ok(store::commit(transaction).await?)
}

/// Gives somebody who knows their password another one. Every session of theirs ends, and a new one begins, whose
/// secret is returned. `None`: the old password is another.
pub async fn change_password(
    store: &Store,
    passwords: &Passwords,
    name: &str,
    old: String,
    new: String,
    now: Timestamp,
) -> Result<Option<String>, EngineError> {
    let Some(hash) = knows(store, passwords, Some(name), old).await? else { return Ok(None) };
    let made = passwords.hash(new).await?;
    let secret = keys::secret()?;
    let mut transaction = store.begin().await?;
    if user::password(&mut transaction, name).await? != Some(hash) {
        return Ok(None);
    }
    user::set_password(&mut transaction, name, &made).await?;
    session::end_of(&mut transaction, name).await?;
    session::begin(&mut transaction, &keys::hash(&secret), name, now).await?;
    audit::record(&mut transaction, &who(name), "user password", name, now).await?;
    store::commit(transaction).await?;
    Ok(Some(secret))
}

/// A user as the audit says them.
pub fn who(name: &str) -> String {
    format!("user {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "correct horse battery";

    struct Desk {
        store: Store,
        passwords: Passwords,
        now: Timestamp,
    }

    impl Desk {
        async fn new() -> Self {
            let desk = Self {
                store: Store::temporary().await.unwrap(),
                passwords: Passwords::default(),
                now: "2026-03-02T09:00:00Z".parse().unwrap(),
            };
            let user = User {
                name: "li.na".to_owned(),
                role: "rep".to_owned(),
                rep: Some(RepId::new("li.na")),
                created_at: desk.now,
                signed_in_at: None,
            };
            let hash = desk.passwords.hash(PASSWORD.to_owned()).await.unwrap();
            assert!(add(&desk.store, &user, &hash, "wang.wei").await.unwrap());
            assert!(!add(&desk.store, &user, "another", "wang.wei").await.unwrap());
            desk
        }

        async fn enters(&self, name: &str, password: &str) -> Option<String> {
            let (store, passwords) = (&self.store, &self.passwords);
            sign_in(store, passwords, name, password.to_owned(), None, self.now).await.unwrap()
        }

        async fn is_in(&self, secret: &str, after: SignedDuration) -> bool {
            signed_in(&self.store, secret, self.now + after).await.unwrap().is_some()
        }
    }

    const NOW: SignedDuration = SignedDuration::ZERO;

    #[tokio::test]
    async fn a_session_lasts_while_it_is_used_and_a_week_at_most() {
        let desk = Desk::new().await;
        for (name, password) in [("li.na", "another password"), ("nobody", PASSWORD), ("", PASSWORD)] {
            assert_eq!(desk.enters(name, password).await, None, "{name}");
        }
        let secret = desk.enters(" Li.Na ", PASSWORD).await.unwrap();
        let hours = SignedDuration::from_hours;
        assert!(!desk.is_in("another", NOW).await);
        for after in (0..16).map(|times| hours(11 * times)) {
            assert!(desk.is_in(&secret, after).await, "{after}");
        }
        assert!(!desk.is_in(&secret, hours(7 * 24)).await, "the week is over");
        let idle = desk.enters("li.na", PASSWORD).await.unwrap();
        assert!(!desk.is_in(&idle, hours(12)).await, "nobody used it");
    }

    #[tokio::test]
    async fn whatever_changes_what_somebody_may_do_ends_their_sessions() {
        let desk = Desk::new().await;
        let (store, now) = (&desk.store, desk.now);
        let one = desk.enters("li.na", PASSWORD).await.unwrap();
        let two = sign_in(store, &desk.passwords, "li.na", PASSWORD.to_owned(), Some(&one), now);
        let two = two.await.unwrap().unwrap();
        assert!(!desk.is_in(&one, NOW).await && desk.is_in(&two, NOW).await, "one browser, one session");
        sign_out(store, &two).await.unwrap();
        assert!(!desk.is_in(&two, NOW).await);

        let one = desk.enters("li.na", PASSWORD).await.unwrap();
        assert!(set_role(store, "li.na", "viewer", None, "wang.wei", now).await.unwrap());
        assert!(!desk.is_in(&one, NOW).await, "another role");
        let one = desk.enters("li.na", PASSWORD).await.unwrap();
        let change = |old: &str| {
            let (old, new) = (old.to_owned(), "another password".to_owned());
            change_password(store, &desk.passwords, "li.na", old, new, now)
        };
        assert_eq!(change("a wrong password").await.unwrap(), None);
        assert!(desk.is_in(&one, NOW).await);
        let two = change(PASSWORD).await.unwrap().unwrap();
        assert!(!desk.is_in(&one, NOW).await && desk.is_in(&two, NOW).await, "another password");
        assert_eq!(desk.enters("li.na", PASSWORD).await, None);
        let hash = desk.passwords.hash(PASSWORD.to_owned()).await.unwrap();
        assert!(set_password(store, "li.na", &hash, "wang.wei", now).await.unwrap());
        assert!(!desk.is_in(&two, NOW).await);
        let one = desk.enters("li.na", PASSWORD).await.unwrap();
        assert!(remove(store, "li.na", "wang.wei", now).await.unwrap());
        assert!(!desk.is_in(&one, NOW).await && desk.enters("li.na", PASSWORD).await.is_none());
        assert!(!remove(store, "li.na", "wang.wei", now).await.unwrap());
        let acts = audit::recent(&mut store.read().await.unwrap(), None, 50).await.unwrap();
        let did: Vec<&str> =
            acts.iter().rev().map(|act| act.did.as_str()).filter(|did| *did != "sign in").collect();
        assert_eq!(did, ["user add", "user role", "user password", "user password", "user remove"]);
        assert!(acts.iter().all(|act| !act.what.contains("argon2") && !act.what.contains(PASSWORD)));
    }

    #[test]
    fn a_name_is_small_letters_and_no_markup() {
        assert_eq!(named(" Wang.Wei@Example.CN "), Some("wang.wei@example.cn".to_owned()));
        for odd in ["", " ", "a b", "<b>", "王伟", "a\0b", &"x".repeat(65)] {
            assert_eq!(named(odd), None, "{odd}");
        }
    }
}
