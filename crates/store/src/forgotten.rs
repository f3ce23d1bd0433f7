//! Addresses of customers who were forgotten. Of an address nothing stays but a keyed hash (HMAC-SHA256, its key
//! made in and for this database), by which an import that brings the address again is recognised.

use crate::connection::Connection;
use crate::customer_key::{self, Key, KeyKind, lookup_form};
use crate::error::StoreError;
use crate::{customer, meta};
use hmac::{Hmac, KeyInit, Mac};
use model::CustomerId;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Under this name `meta` holds the key; it is not there until somebody was forgotten.
const KEY: &str = "forgotten_key";

/// Bytes of the key.
const LENGTH: usize = 32;

/// Keeps the hashes of these customers' addresses, before the addresses go.
pub(crate) async fn remember(conn: &mut Connection, customers: &[&CustomerId]) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let known = customer::addresses(conn, customers).await?;
    let key = key_or_new(conn).await?;
    let mut keys = Vec::new();
    for (id, email, phone) in known {
        for (kind, address) in [(KeyKind::Email, email), (KeyKind::Phone, phone)] {
            if let Some(address) = address {
                keys.push(Key::new(kind, &hashed(&key, kind, &address)?, &id));
            }
        }
    }
    customer_key::claim(conn, &keys).await?;
    Ok(())
}

/// Who had these addresses and was forgotten; whose nobody's they are is absent.
pub async fn find(
    conn: &mut Connection,
    kind: KeyKind,
    addresses: &[&str],
) -> Result<BTreeMap<String, CustomerId>, StoreError> {
    if addresses.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Some(key) = meta::get(conn, KEY).await? else { return Ok(BTreeMap::new()) };
    let mut plain = BTreeMap::new();
    for address in addresses {
        plain.insert(hashed(&key, kind, address)?, (*address).to_owned());
    }
    let hashes: Vec<&str> = plain.keys().map(String::as_str).collect();
    let found = customer_key::find(conn, kind, &hashes).await?;
    Ok(found.into_iter().filter_map(|(hash, id)| Some((plain.get(&hash)?.clone(), id))).collect())
}

async fn key_or_new(conn: &mut Connection) -> Result<String, StoreError> {
    if let Some(key) = meta::get(conn, KEY).await? {
        return Ok(key);
    }
    let mut bytes = [0_u8; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::corrupt("meta", KEY, error))?;
    let key = hex(&bytes);
    meta::set(conn, KEY, Some(&key)).await?;
    Ok(key)
}

/// `#` and the hash: no address looks like it.
fn hashed(key: &str, kind: KeyKind, address: &str) -> Result<String, StoreError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|error| StoreError::corrupt("meta", KEY, error))?;
    mac.update(kind.as_str().as_bytes());
    mac.update(b"\0");
    mac.update(lookup_form(kind, address).as_bytes());
    Ok(format!("#{}", hex(&mac.finalize().into_bytes())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_hash_under_one_key() {
        let hash = |key: &str, address: &str| hashed(key, KeyKind::Email, address).unwrap();
        assert_eq!(hash("k", "Ada@Example.com "), hash("k", "ada@example.com"));
        assert_ne!(hash("k", "ada@example.com"), hash("l", "ada@example.com"));
        assert_ne!(hash("k", "ada@example.com"), hashed("k", KeyKind::Phone, "ada@example.com").unwrap());
        assert!(!hash("k", "ada@example.com").contains("ada"));
    }
}
