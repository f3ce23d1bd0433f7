//! Signs mails (DKIM: RFC 6376, RFC 8463), so that a mailbox can tell that they are ours and unchanged.
//!
//! Both parts are signed in their relaxed form: relays fold headers and trim lines, and a strict signature would
//! not outlive that. The content type is left out, for some relays encode parts anew. From, To, Subject and Date
//! are named once more than they occur, so that nobody can add a second one above ours.

use super::mime::Letter;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use std::fmt;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, pem::PemObject};

/// What is signed where it is there, in this order.
const SIGNED: [&str; 10] = [
    "from",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// Of which there must be no second one.
const ALONE: [&str; 4] = ["from", "to", "subject", "date"];
/// A folded line of the signature, in characters.
const WIDTH: usize = 72;

/// Signs for one domain with one key.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Why there is no signer, or no signature. An operator has to change the key; trying again does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DkimError {
    /// The text is no private key in PEM.
    #[error("it is no private key in PEM (`-----BEGIN PRIVATE KEY-----`)")]
    Pem,
    /// The key is of a kind or size that mailboxes do not take.
    #[error("only RSA keys of 2048 to 4096 bits and Ed25519 keys sign mails: {0}")]
    Key(String),
    /// Domain or selector cannot stand in a header.
    #[error("`{0}` is no name for DNS")]
    Name(String),
    /// The key did not sign.
    #[error("the key did not sign")]
    Sign,
}

impl Signer {
    /// Signs as `selector._domainkey.domain` with the private key in `pem`: PKCS#8, or PKCS#1 for RSA; line breaks
    /// may be written `\n`, as environments hold them. Errors: [`DkimError`], for an operator.
    pub fn new(domain: &str, selector: &str, pem: &str) -> Result<Self, DkimError> {
        for name in [domain, selector] {
            let label = |part: &str| {
                (1..=63).contains(&part.len())
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            };
            if name.len() > 253 || !name.split('.').all(label) {
                return Err(DkimError::Name(name.to_owned()));
            }
        }
        let pem = pem.replace("\\n", "\n");
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| DkimError::Pem)?;
        let no = |error: ring::error::KeyRejected| DkimError::Key(error.to_string());
        let key = match &der {
            PrivateKeyDer::Pkcs1(der) => {
                Key::Rsa(Box::new(RsaKeyPair::from_der(der.secret_pkcs1_der()).map_err(no)?))
            }
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    Ok(key) => Key::Ed25519(Box::new(key)),
                    Err(_) => Key::Rsa(Box::new(RsaKeyPair::from_pkcs8(der).map_err(no)?)),
                }
            }
            PrivateKeyDer::Sec1(_) | _ => {
                return Err(DkimError::Key("this is a key of another kind".to_owned()));
            }
        };
        Ok(Self { domain: domain.to_ascii_lowercase(), selector: selector.to_ascii_lowercase(), key })
    }

    /// The letter with its signature on top; the same letter, instant and key give the same bytes.
    /// Errors: [`DkimError::Sign`].
    pub fn sign(&self, letter: &Letter, at: Timestamp) -> Result<Letter, DkimError> {
        let text = letter.as_str();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let headers = headers(head);
        let mut names: Vec<&str> = Vec::new();
        let mut covered = String::new();
        for name in SIGNED {
            // Readers take them from the last to the first.
            for header in headers.iter().rev().filter(|header| header.is(name)) {
                names.push(name);
                covered.push_str(&header.relaxed());
                covered.push_str("\r\n");
            }
            if ALONE.contains(&name) {
                names.push(name);
            }
        }
        let hash = BASE64.encode(digest::digest(&digest::SHA256, relaxed_body(body).as_bytes()));
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n\ts={}; t={};\r\n\th={};\r\n\tbh={hash};\r\n\tb=",
            self.algorithm(),
            self.domain,
            self.selector,
            at.as_second(),
            folded(&names.join(":"), ':'),
        );
        let (name, value) = unsigned.split_once(':').unwrap_or_default();
        covered.push_str(&Header { name, value }.relaxed());
        let signature = match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), covered.as_bytes(), &mut signature)
                    .map_err(|_| DkimError::Sign)?;
                signature
            }
            // Ed25519 signs the digest (RFC 8463, 3).
            Key::Ed25519(key) => {
                let hash = digest::digest(&digest::SHA256, covered.as_bytes());
                key.sign(hash.as_ref()).as_ref().to_vec()
            }
        };
        let signature = wrapped(&BASE64.encode(signature));
        Ok(Letter::signed(&format!("{unsigned}{signature}\r\n"), letter))
    }

    /// Where the public key must stand in DNS.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The domain that signs.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// What must stand there: `v=DKIM1; k=…; p=…`.
    pub fn record(&self) -> String {
        let (kind, public) = match &self.key {
            Key::Rsa(key) => ("rsa", subject_public_key_info(key.public().as_ref())),
            Key::Ed25519(key) => ("ed25519", key.public_key().as_ref().to_vec()),
        };
        format!("v=DKIM1; k={kind}; p={}", BASE64.encode(public))
    }

    /// Whether a record of DNS carries this key: `p=` alone decides, in whatever order and spacing the record is
    /// written.
    pub fn is_in(&self, record: &str) -> bool {
        let key_of = |record: &str| {
            let tags = record.split(';');
            let mut keys = tags.filter_map(|tag| tag.trim().strip_prefix("p=").map(str::to_owned));
            keys.next().map(|key| key.chars().filter(|letter| !letter.is_whitespace()).collect::<String>())
        };
        key_of(record).is_some_and(|key| Some(key) == key_of(&self.record()))
    }

    fn algorithm(&self) -> &'static str {
        match &self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }
}

impl fmt::Debug for Signer {
    /// Never the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {})", self.record_name(), self.algorithm())
    }
}

/// One header as it stands in the mail, its folds included.
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

impl Header<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.trim_end().eq_ignore_ascii_case(name)
    }

    /// Name in lower case, one line, single blanks (RFC 6376, 3.4.2), without the line's end.
    fn relaxed(&self) -> String {
        let words: Vec<&str> = self.value.split_ascii_whitespace().collect();
        format!("{}:{}", self.name.trim_end().to_ascii_lowercase(), words.join(" "))
    }
}

/// The headers of a mail's head.
fn headers(head: &str) -> Vec<Header<'_>> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(head.match_indices("\r\n").map(|(at, _)| at + 2));
    starts.retain(|at| head.get(*at..).is_some_and(|rest| !rest.starts_with([' ', '\t'])));
    let ends = starts.iter().skip(1).copied().chain([head.len()]);
    let fields = starts.iter().zip(ends).filter_map(|(start, end)| head.get(*start..end));
    fields.filter_map(|field| field.split_once(':')).map(|(name, value)| Header { name, value }).collect()
}

/// The body with single blanks, none at the end of a line, and no empty lines at its end (RFC 6376, 3.4.4).
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::with_capacity(body.len());
    let mut empty = 0;
    for line in body.split("\r\n") {
        let line = line.trim_end_matches([' ', '\t']);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        (0..empty).for_each(|_| relaxed.push_str("\r\n"));
        empty = 0;
        let mut blank = false;
        for letter in line.chars() {
            let is_blank = matches!(letter, ' ' | '\t');
            match (is_blank, blank) {
                (true, true) => {}
                (true, false) => relaxed.push(' '),
                (false, _) => relaxed.push(letter),
            }
            blank = is_blank;
        }
        relaxed.push_str("\r\n");
    }
    relaxed
}

/// A list in lines of bearable width, broken behind its mark.
fn folded(list: &str, mark: char) -> String {
    let mut text = String::new();
    let mut width = 0;
    for part in list.split_inclusive(mark) {
        if width + part.len() > WIDTH {
            text.push_str("\r\n\t");
            width = 0;
        }
        width += part.len();
        text.push_str(part);
    }
    text
}

/// Letters and digits in lines of bearable width.
fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % WIDTH == 0 {
            wrapped.push_str("\r\n\t");
        }
        wrapped.push(letter);
    }
    wrapped
}

/// The public key with its kind before it, as DNS holds it: what `openssl rsa -pubout` writes (RFC 5280, 4.1.2.7).
fn subject_public_key_info(key: &[u8]) -> Vec<u8> {
    /// `rsaEncryption` without parameters.
    const KIND: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let mut bits = vec![0];
    bits.extend_from_slice(key);
    let mut inner = KIND.to_vec();
    inner.extend(der(0x03, &bits));
    der(0x30, &inner)
}

/// One element of DER: its tag, its length, and what is in it.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut element = vec![tag];
    match length.as_slice() {
        [] => element.push(0),
        [short] if *short < 0x80 => element.push(*short),
        long => {
            element.push(0x80 | u8::try_from(long.len()).unwrap_or(u8::MAX));
            element.extend_from_slice(long);
        }
    }
    element.extend_from_slice(content);
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_line_of_single_blanks() {
        let head = "Subject: \t a  b\r\n\t c \r\nFrom : x@y.z";
        let relaxed: Vec<String> = headers(head).iter().map(Header::relaxed).collect();
        assert_eq!(relaxed, ["subject:a b c", "from:x@y.z"]);
    }

    #[test]
    fn the_example_of_rfc_6376_is_relaxed_as_it_says() {
        // Section 3.4.5.
        let head = "A: X\r\nB : Y\t\r\n\tZ  ";
        let relaxed: Vec<String> = headers(head).iter().map(Header::relaxed).collect();
        assert_eq!(relaxed, ["a:X", "b:Y Z"]);
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body(""), "");
        assert_eq!(relaxed_body("a"), "a\r\n");
        assert_eq!(relaxed_body("a\r\n\r\n\r\nb\r\n"), "a\r\n\r\n\r\nb\r\n");
    }

    #[test]
    fn what_is_no_key_is_refused_in_words() {
        for pem in ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(Signer::new("example.cn", "s1", pem).is_err(), "{pem}");
        }
        for (domain, selector) in [("", "s1"), ("a..b", "s1"), ("example.cn", "s1;"), ("ex ample.cn", "s")] {
            assert!(matches!(Signer::new(domain, selector, ""), Err(DkimError::Name(_))));
        }
    }
}
