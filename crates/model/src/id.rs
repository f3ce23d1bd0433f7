//! Ids are types: a `RepId` never lands where a `CustomerId` belongs.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a text that is already known to be such an id.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )*};
}

text_id! {
    /// A customer: the `external_id` of the import that made it.
    CustomerId;
    /// A rep: the `external_id` of the import, or the name in a team file.
    RepId;
    /// A workflow's stable id, as its file's first key says.
    WorkflowId;
    /// A published version: hash of the workflow's content.
    VersionId;
    /// A step of a workflow: explicit, or verb and object (`email:winback/offer`).
    StepId;
    /// One walk of one customer through one version: hash of (workflow, key, entered at).
    EnrollmentId;
    /// One message to one customer on one channel: hash of (enrollment, step, pass).
    SendId;
    /// An event: given by its source, or hash of its content and ordinal.
    EventId;
    /// A deal, contract, order …: the `external_id` of the import.
    EntityId;
    /// A task for a rep: hash of (enrollment, step, pass).
    TaskId;
    /// A team, as its file names it.
    TeamId;
}

/// How many slots the hot tables are spread over.
pub const SLOTS: u16 = 4096;

impl CustomerId {
    /// The slot of this customer's rows, 0 to 4,095: a stable hash, the same on every machine for ever.
    pub fn slot(&self) -> u16 {
        // The modulus keeps it inside u16.
        (stable_hash(&["slot", self.as_str()]) % u128::from(SLOTS)) as u16
    }
}

/// A 128-bit hash of the parts, the same on every machine and in every version.
pub fn stable_hash(parts: &[&str]) -> u128 {
    // At once, not part by part: what a hash keeps between parts costs more than these few bytes.
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    xxhash_rust::xxh3::xxh3_128(&bytes)
}

/// The digits of ids made from content: no letter looks like another, or like a number.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An id made from content: the same parts give the same id, so writing it twice is writing it once.
pub fn content_id(prefix: &str, parts: &[&str]) -> String {
    id_of_hash(prefix, stable_hash(parts))
}

/// The id with this hash behind its prefix.
pub fn id_of_hash(prefix: &str, mut hash: u128) -> String {
    let mut text = String::with_capacity(prefix.len() + 26);
    text.push_str(prefix);
    for _ in 0..26 {
        let digit = DIGITS.get((hash & 31) as usize).copied().unwrap_or(b'0');
        text.push(char::from(digit));
        hash >>= 5;
    }
    text
}

/// The hash in an id that was made from content; `None`: it was made in another way.
pub fn hash_of_id(prefix: &str, id: &str) -> Option<u128> {
    let digits = id.strip_prefix(prefix).filter(|digits| digits.len() == 26)?;
    let hash = digits.bytes().rev().try_fold(0_u128, |hash, digit| {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        // The first digit of all carries three bits.
        (hash >> 123 == 0).then_some((hash << 5) | value as u128)
    })?;
    (id_of_hash(prefix, hash) == id).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_slots_never_change() {
        assert_eq!(content_id("en_", &["a", "bc"]), content_id("en_", &["a", "bc"]));
        assert_ne!(content_id("en_", &["a", "bc"]), content_id("en_", &["ab", "c"]));
        assert_eq!(CustomerId::new("00001").slot(), CustomerId::new("00001").slot());
        assert!(CustomerId::new("x").slot() < SLOTS);
        assert_eq!(content_id("", &["pinned"]).len(), 26);
        for text in ["", "a", "another", "一"] {
            let hash = stable_hash(&[text]);
            assert_eq!(hash_of_id("se_", &content_id("se_", &[text])), Some(hash));
        }
        assert_eq!(hash_of_id("se_", &id_of_hash("se_", u128::MAX)), Some(u128::MAX));
        for odd in [
            "se_short",
            "xx_00000000000000000000000000",
            "se_0000000000000000000000000z",
            "se_IIIIIIIIIIIIIIIIIIIIIIIIII",
        ] {
            assert_eq!(hash_of_id("se_", odd), None, "{odd}");
        }
    }
}
