//! What stands in our links and return paths: ids and a signature, nothing that anybody else could use or read.
//!
//! ```text
//! version and kind  1 byte      send      slot 2, hash 16      HMAC-SHA256 of all before it, its first 16 bytes
//! key               1 byte      customer  slot 2, hash 16
//! ```
//! Written in the digits of ids, in small letters, and read in either case: mail servers may change it.

use hmac::{Hmac, KeyInit, Mac};
use model::{CustomerId, Medium, SendId, hash_of_id, id_of_hash, stable_hash};
use sha2::Sha256;
use store::signing_key::SigningKey;

/// The form of tokens that this program writes.
const VERSION: u8 = 1;
/// Bytes of the signature: 128 bits are beyond guessing.
const SIGNED: usize = 16;
/// No token is longer, in bytes.
const MOST: usize = 80;
/// Beginning of the ids of sends.
const SEND: &str = "se_";
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A send, as far as it must be known to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendRef {
    /// Its customer's slot when it left.
    pub slot: u16,
    hash: u128,
}

/// A customer, as far as they must be known to be found: the id itself may be an address, and stays here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerRef {
    /// Their slot.
    pub slot: u16,
    hash: u128,
}

/// A topic, as far as it must be known to be found among those of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicRef(u64);

/// What a token says. None of them expires, but the question of [`Token::Confirm`] is answered once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// What a customer wants to get: the page of choices, and unsubscribing with one click.
    Choices {
        /// Whose.
        customer: CustomerRef,
        /// The message that the link stands in.
        send: SendRef,
        /// The topic of that message.
        topic: TopicRef,
    },
    /// A customer says that it was they who asked for a topic (double opt-in).
    Confirm {
        /// Who.
        customer: CustomerRef,
        /// What they asked for.
        topic: TopicRef,
        /// On which channel.
        medium: Medium,
        /// When they asked, in unix milliseconds.
        asked_at: i64,
    },
    /// A link of a mail was followed.
    Click {
        /// Of which mail.
        send: SendRef,
        /// Which link: its number in the table of links.
        link: u64,
    },
    /// A picture of a mail was fetched.
    Open {
        /// Of which mail.
        send: SendRef,
    },
    /// A mail came back, to the address that it left from.
    Bounce {
        /// Which mail.
        send: SendRef,
    },
    /// A mail that asks for no more of the kind, from a programme that knows only addresses.
    Leave {
        /// Which mail it answers.
        send: SendRef,
    },
}

impl SendRef {
    /// `None`: its id is not made from content, so a token cannot carry it.
    pub fn of(customer: &CustomerId, send: &SendId) -> Option<Self> {
        Some(Self { slot: customer.slot(), hash: hash_of_id(SEND, send.as_str())? })
    }

    /// The send's id.
    pub fn id(self) -> SendId {
        SendId::from(id_of_hash(SEND, self.hash))
    }
}

impl CustomerRef {
    /// The customer, without the name.
    pub fn of(customer: &CustomerId) -> Self {
        Self { slot: customer.slot(), hash: stable_hash(&["customer", customer.as_str()]) }
    }

    /// Whether this is the one.
    pub fn is(self, customer: &CustomerId) -> bool {
        Self::of(customer) == self
    }
}

impl TopicRef {
    /// The topic of this name; `None`: no topic.
    pub fn of(topic: Option<&str>) -> Self {
        // The lower half is as even as the whole.
        Self(stable_hash(&["topic", topic.unwrap_or_default()]) as u64)
    }
}

/// The keys that sign. Without any, nothing is signed and nothing is believed.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<SigningKey>);

impl Keys {
    /// These, the oldest first.
    pub fn new(keys: Vec<SigningKey>) -> Self {
        Self(keys)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A signed token, shorter than 130 characters. `None`: there is no key.
    pub fn write(&self, token: &Token) -> Option<String> {
        let key = self.0.last()?;
        let mut bytes = Vec::with_capacity(MOST);
        bytes.extend([(VERSION << 4) | token.kind(), key.id]);
        token.put(&mut bytes);
        let mac = signature(key, &bytes)?.finalize().into_bytes();
        bytes.extend(mac.iter().take(SIGNED));
        Some(written(&bytes))
    }

    /// A name for a text that tells nothing of it, by the oldest key. `None`: there is none.
    pub fn nickname(&self, text: &str) -> Option<String> {
        let mac = signature(self.0.first()?, text.as_bytes())?.finalize().into_bytes();
        let hex = mac.iter().take(SIGNED).map(|byte| format!("{byte:02x}"));
        Some(hex.fold("cu_".to_owned(), |name, part| name + &part))
    }

    /// What a token says. `None`: it is not ours.
    pub fn read(&self, text: &str) -> Option<Token> {
        let bytes = read(text)?;
        let (said, mac) = bytes.split_at_checked(bytes.len().checked_sub(SIGNED)?)?;
        let (head, rest) = said.split_first_chunk::<2>()?;
        let [kind, key] = *head;
        let key = self.0.iter().find(|known| known.id == key)?;
        // In constant time.
        signature(key, said)?.verify_truncated_left(mac).ok()?;
        if kind >> 4 != VERSION {
            return None;
        }
        Token::take(kind & 15, &mut Taking(rest))
    }
}

fn signature(key: &SigningKey, said: &[u8]) -> Option<Hmac<Sha256>> {
    // A key of any length is taken.
    Some(Hmac::<Sha256>::new_from_slice(&key.secret).ok()?.chain_update(said))
}

impl Token {
    fn kind(&self) -> u8 {
        match self {
            Self::Choices { .. } => 1,
            Self::Confirm { .. } => 2,
            Self::Click { .. } => 3,
            Self::Open { .. } => 4,
            Self::Bounce { .. } => 5,
            Self::Leave { .. } => 6,
        }
    }

    fn put(&self, bytes: &mut Vec<u8>) {
        fn put(bytes: &mut Vec<u8>, slot: u16, hash: u128) {
            bytes.extend(slot.to_be_bytes());
            bytes.extend(hash.to_be_bytes());
        }
        match self {
            Self::Choices { customer, send, topic } => {
                put(bytes, customer.slot, customer.hash);
                put(bytes, send.slot, send.hash);
                bytes.extend(topic.0.to_be_bytes());
            }
            Self::Confirm { customer, topic, medium, asked_at } => {
                put(bytes, customer.slot, customer.hash);
                bytes.extend(topic.0.to_be_bytes());
                bytes.push(match medium {
                    Medium::Email => 1,
                    Medium::Sms => 2,
                    Medium::Message => 3,
                });
                bytes.extend(asked_at.to_be_bytes());
            }
            Self::Click { send, link } => {
                put(bytes, send.slot, send.hash);
                bytes.extend(link.to_be_bytes());
            }
            Self::Open { send } | Self::Bounce { send } | Self::Leave { send } => {
                put(bytes, send.slot, send.hash);
            }
        }
    }

    fn take(kind: u8, bytes: &mut Taking<'_>) -> Option<Self> {
        let token = match kind {
            1 => {
                let (slot, hash) = bytes.row()?;
                let send = bytes.send()?;
                let topic = TopicRef(bytes.number()?);
                Self::Choices { customer: CustomerRef { slot, hash }, send, topic }
            }
            2 => {
                let (slot, hash) = bytes.row()?;
                let topic = TopicRef(bytes.number()?);
                let medium = match u8::from_be_bytes(bytes.next()?) {
                    1 => Medium::Email,
                    2 => Medium::Sms,
                    3 => Medium::Message,
                    _ => return None,
                };
                let asked_at = i64::from_be_bytes(bytes.next()?);
                Self::Confirm { customer: CustomerRef { slot, hash }, topic, medium, asked_at }
            }
            3 => Self::Click { send: bytes.send()?, link: bytes.number()? },
            4 => Self::Open { send: bytes.send()? },
            5 => Self::Bounce { send: bytes.send()? },
            6 => Self::Leave { send: bytes.send()? },
            _ => return None,
        };
        bytes.0.is_empty().then_some(token)
    }
}

/// Bytes that are read from the front.
struct Taking<'b>(&'b [u8]);

impl Taking<'_> {
    fn next<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (next, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*next)
    }

    fn row(&mut self) -> Option<(u16, u128)> {
        let slot = u16::from_be_bytes(self.next()?);
        Some((slot, u128::from_be_bytes(self.next()?))).filter(|_| slot < model::SLOTS)
    }

    fn send(&mut self) -> Option<SendRef> {
        self.row().map(|(slot, hash)| SendRef { slot, hash })
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.next()?))
    }
}

/// Five bits a digit, the first bits first.
fn written(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let digit = |value: u32| char::from(DIGITS.get((value & 31) as usize).copied().unwrap_or(b'0'));
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xfff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(digit(held >> bits));
        }
    }
    if bits > 0 {
        text.push(digit(held << (5 - bits)));
    }
    text
}

fn read(text: &str) -> Option<Vec<u8>> {
    if text.len() > MOST * 8 / 5 + 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = DIGITS.iter().position(|known| *known == letter.to_ascii_lowercase())?;
        held = (held << 5 | u32::try_from(value).ok()?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    // What is left over was filled up with nothing: one token has one text.
    let left = held & ((1 << bits) - 1);
    (left == 0 && bits < 5).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::content_id;
    use proptest::prelude::*;

    fn keys(numbers: &[u8]) -> Keys {
        Keys::new(numbers.iter().map(|id| SigningKey { id: *id, secret: [*id; 32] }).collect())
    }

    fn all() -> Vec<Token> {
        let customer = CustomerId::new("wang@example.cn");
        let send = SendRef::of(&customer, &SendId::from(content_id("se_", &["a"]))).unwrap();
        let (customer, topic) = (CustomerRef::of(&customer), TopicRef::of(Some("news")));
        vec![
            Token::Choices { customer, send, topic },
            Token::Confirm { customer, topic, medium: Medium::Email, asked_at: 1_772_412_900_000 },
            Token::Click { send, link: u64::MAX },
            Token::Open { send },
            Token::Bounce { send },
            Token::Leave { send },
        ]
    }

    #[test]
    fn a_token_is_read_back_whichever_key_signed_it_and_in_capitals() {
        for token in all() {
            let text = keys(&[1]).write(&token).unwrap();
            assert!(text.len() < 130, "{text}");
            assert_eq!(keys(&[1, 2]).read(&text), Some(token));
            assert_eq!(keys(&[1, 2]).read(&text.to_ascii_uppercase()), Some(token));
            assert_eq!(keys(&[2]).read(&text), None, "signed by a key that is not ours");
            assert_eq!(Keys::default().read(&text), None);
            assert!(!text.contains("wang"));
        }
        assert_eq!(Keys::default().write(&all()[0]), None);
    }

    #[test]
    fn what_stands_before_the_at_of_a_return_path_is_short_enough() {
        let bounce = keys(&[1]).write(&all()[4]).unwrap();
        assert!(format!("b+{bounce}").len() <= 64, "{bounce}");
    }

    #[test]
    fn the_form_of_a_token_never_changes() {
        let text = keys(&[7]).write(&all()[3]).unwrap();
        assert_eq!(text, "2g3g25qafpqrq2we12ctvthskyxe6v5jb54tsmtbjs7cmhd8pbefv8mqwm");
        let Some(Token::Open { send }) = keys(&[7]).read(&text) else { panic!("an open") };
        assert_eq!(send.id(), SendId::from(content_id("se_", &["a"])));
    }

    proptest! {
        #[test]
        fn one_changed_letter_makes_it_nobodys(place in 0_usize..50, letter in "[0-9a-hjkmnp-tv-z]", kind in 0_usize..6) {
            let text = keys(&[1]).write(&all()[kind]).unwrap();
            let place = place % text.len();
            let mut changed = text.clone();
            changed.replace_range(place..=place, &letter);
            prop_assert!(changed == text || keys(&[1]).read(&changed).is_none());
        }

        #[test]
        fn nothing_that_comes_from_outside_is_believed_or_harms(text in "\\PC{0,200}|[0-9a-z]{0,200}") {
            prop_assert_eq!(keys(&[1, 2]).read(&text), None);
        }
    }
}
