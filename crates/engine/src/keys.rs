//! Keys of programs and pages that speak HTTP: made, shown once, ended. Of the secret only the hash is kept.

use crate::error::EngineError;
use jiff::Timestamp;
use model::RepId;
use sha2::{Digest, Sha256};
use store::api_key::{self, ApiKey};
use store::{Store, audit};

/// What every key begins with.
const PREFIX: &str = "nk_";
/// Bytes of an id and of a secret.
const ID: usize = 6;
const SECRET: usize = 24;

/// What is wished of a new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wished {
    /// What people call it.
    pub name: String,
    /// What it may do at most; `None`: exactly what `scopes` says.
    pub role: Option<String>,
    /// For whom it speaks.
    pub rep: Option<RepId>,
    /// What it may do; empty: all that its role may.
    pub scopes: Vec<String>,
    /// From when on it opens nothing; `None`: never.
    pub expires_at: Option<Timestamp>,
}

/// Makes a key. Returns it with the whole text that opens, which nobody can show a second time.
pub async fn create(
    store: &Store,
    wished: Wished,
    who: &str,
    now: Timestamp,
) -> Result<(ApiKey, String), EngineError> {
    let (id, secret) = (random::<ID>()?, secret()?);
    let text = format!("{PREFIX}{id}_{secret}");
    let key = ApiKey {
        hash: hash(&secret),
        name: wished.name,
        role: wished.role,
        rep: wished.rep,
        scopes: wished.scopes,
        created_at: now,
        expires_at: wished.expires_at,
        revoked_at: None,
        used_at: None,
        id,
    };
    let mut transaction = store.begin().await?;
    api_key::create(&mut transaction, &key).await?;
    audit::record(&mut transaction, who, "key create", &key.id, now).await?;
    store::commit(transaction).await?;
    Ok((key, text))
}

/// Ends a key at once. Returns whether there was one that was not ended; `None`: there is no such key.
pub async fn revoke(store: &Store, id: &str, who: &str, now: Timestamp) -> Result<Option<bool>, EngineError> {
    let mut transaction = store.begin().await?;
    if api_key::find(&mut transaction, id).await?.is_none() {
        return Ok(None);
    }
    let ended = api_key::revoke(&mut transaction, id, now).await?;
    if ended {
        audit::record(&mut transaction, who, "key revoke", id, now).await?;
    }
    store::commit(transaction).await?;
    Ok(Some(ended))
}

/// The id and the secret of a key's text; `None`: it is no key.
pub fn parts(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    (fits(id, ID) && is_secret(secret)).then_some((id, secret))
}

/// Whether a text is as long as a secret of ours, and written as one.
pub fn is_secret(text: &str) -> bool {
    fits(text, SECRET)
}

fn fits(part: &str, bytes: usize) -> bool {
    part.len() == 2 * bytes && part.bytes().all(|letter| letter.is_ascii_hexdigit())
}

/// The hash of a secret as it is kept: SHA-256, hexadecimal. A secret is random and long, so nothing slower is needed.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// A new secret that opens something.
pub fn secret() -> Result<String, EngineError> {
    random::<SECRET>()
}

fn random<const N: usize>() -> Result<String, EngineError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::Random(error.to_string()))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |part: u8| char::from(if part < 10 { b'0' + part } else { b'a' + part - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_a_key_only_the_hash_is_kept_and_its_text_leads_back_to_it() {
        let store = Store::temporary().await.unwrap();
        let wished = Wished {
            name: "shop".to_owned(),
            role: None,
            rep: None,
            scopes: vec!["events:write".to_owned()],
            expires_at: None,
        };
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let (key, text) = create(&store, wished, "wang.wei", now).await.unwrap();
        let (id, secret) = parts(&text).unwrap();
        let mut conn = store.read().await.unwrap();
        let kept = api_key::find(&mut conn, id).await.unwrap().unwrap();
        assert_eq!(kept, key);
        assert_eq!(kept.hash, hash(secret));
        assert!(!format!("{kept:?}").contains(secret));
        assert!(kept.is_good(now));
        drop(conn);
        assert_eq!(revoke(&store, id, "wang.wei", now).await.unwrap(), Some(true));
        assert_eq!(revoke(&store, id, "wang.wei", now).await.unwrap(), Some(false));
        assert_eq!(revoke(&store, "nobody", "wang.wei", now).await.unwrap(), None);
        let mut conn = store.read().await.unwrap();
        assert!(!api_key::find(&mut conn, id).await.unwrap().unwrap().is_good(now));
        let acts = audit::recent(&mut conn, None, 10).await.unwrap();
        let told: Vec<(&str, &str)> = acts.iter().map(|act| (act.did.as_str(), act.what.as_str())).collect();
        assert_eq!(told, [("key revoke", id), ("key create", id)]);
    }

    #[test]
    fn what_is_no_key_has_no_parts() {
        for text in ["", "nk_", "nk_a_b", "nk_0123456789ab_", "sk_0123456789ab_00", "nk_0123456789ab_zz"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
