//! Another system, by HTTP and to the letter of Standard Webhooks: one POST of JSON under an id that is the same
//! at each try, signed with one key, or with two while the key is being changed.

use crate::digest::{base64, hmac, of_base64};
use crate::email::Secret;
use crate::fate::Rejection;
use crate::http::{self, Answer, Ask};
use crate::reach::{Address, Reach};
use crate::spoken::{self, Spoken};
use hyper::Method;
use hyper::header::{HeaderName, HeaderValue};
use jiff::Timestamp;
use model::webhook::{Taken, taken};
use std::time::Duration;

/// Status by which a system says that it wants to hear nothing any more.
const GONE: u16 = 410;

/// Where a webhook goes, checked once.
#[derive(Clone, Debug)]
pub struct Webhook {
    address: Address,
    headers: Vec<(HeaderName, HeaderValue)>,
    keys: Vec<Key>,
    timeout: Duration,
}

/// A signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// The keys in a text: `whsec_…`, and during a change both, the new one first, with a blank between.
    /// `Err`: what is wrong, without the key.
    pub fn all(text: &Secret) -> Result<Vec<Self>, String> {
        let keys: Option<Vec<Self>> = text.reveal().split_whitespace().map(Self::read).collect();
        keys.filter(|keys| (1..=2).contains(&keys.len())).ok_or_else(|| {
            "the signing key is not `whsec_` with 24 to 64 bytes in Base64 (two of them, with a blank between, \
             while it is being changed)"
                .to_owned()
        })
    }

    fn read(text: &str) -> Option<Self> {
        let bytes = of_base64(text.strip_prefix("whsec_")?)?;
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// `v1,…` over id, timestamp and body.
    fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mut content = format!("{id}.{seconds}.").into_bytes();
        content.extend_from_slice(body);
        format!("v1,{}", base64(&hmac(&self.0, &content)))
    }
}

impl Webhook {
    /// An address such as `https://example.cn/hooks`, headers to send along, the keys it is signed with (none: it
    /// is not signed), and how long the exchange may take once the connection stands. `Err`: what is wrong with
    /// them, without the values, for they may be secret.
    pub fn new(
        reach: &Reach,
        url: &str,
        headers: &[(String, String)],
        keys: Vec<Key>,
        timeout: Duration,
    ) -> Result<Self, String> {
        let address = reach.address(url).map_err(|refused| refused.to_string())?;
        let headers = headers.iter().map(|(name, value)| http::header(name, value));
        Ok(Self { address, headers: headers.collect::<Result<_, String>>()?, keys, timeout })
    }

    /// Sends `body`. `id` is the same at each try, so that the other system can tell a repeated call; `now`: the
    /// instant of this try. No answer is a later try: who knows webhooks knows a repeated one by its id.
    pub async fn post(&self, reach: &Reach, id: &str, now: Timestamp, body: Vec<u8>) -> Spoken {
        let seconds = now.as_second();
        let mut headers = vec![http::json_type()];
        headers.extend(self.headers.iter().cloned());
        // After those of the file, which cannot change what is signed.
        headers.extend(http::ours("webhook-id", id));
        headers.extend(http::ours("webhook-timestamp", &seconds.to_string()));
        if !self.keys.is_empty() {
            let signatures: Vec<String> = self.keys.iter().map(|key| key.sign(id, seconds, &body)).collect();
            headers.extend(http::ours("webhook-signature", &signatures.join(" ")));
        }
        let ask = Ask { method: Method::POST, address: self.address.clone(), headers, body };
        match http::ask(reach, ask, self.timeout, now).await {
            Ok(Answer { status, body, wait }) => {
                let words = format!("HTTP {status}");
                let fate = match taken(status) {
                    Taken::Done => spoken::accepted(status, &words),
                    Taken::Refused => spoken::rejected(Rejection::Policy, status, &words),
                    Taken::Later => spoken::later(status, &words, wait),
                };
                Spoken { fate, heard: Some((status, body.unwrap_or_default())), gone: status == GONE }
            }
            Err(silence) => Spoken {
                fate: spoken::later(0, &silence.why, None),
                heard: Some((0, String::new())),
                gone: false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the libraries of Standard Webhooks.
    #[test]
    fn the_signature_is_the_one_of_the_standards_own_vector() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let keys = Key::all(&secret).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signed = keys.first().unwrap().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn keys_are_one_or_two_and_are_not_shown() {
        let one = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let all = |text: &str| Key::all(&Secret::new(text));
        assert_eq!(all(&format!("{one} {one}")).unwrap().len(), 2);
        let refused = ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_short", "whsec_!!!"];
        for wrong in refused {
            let why = all(wrong).unwrap_err();
            assert!(wrong.is_empty() || wrong == "whsec_" || !why.contains(wrong), "{why}");
        }
        assert!(all(&format!("{one} {one} {one}")).is_err());
        assert_eq!(format!("{:?}", all(one).unwrap()), "[Key(…)]");
    }
}
