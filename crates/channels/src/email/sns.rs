//! What Amazon SES tells by Amazon SNS. Each message is signed by a key whose certificate it names; that is believed
//! only where it lies at SNS itself, and only messages of topics that are ours are read.

use super::bounce::Class;
use super::notices::{MOST_AGE, Notice, Refused, Said};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters,
    UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use url::Url;

/// An answer on its way.
pub type Fetching = Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;
/// Gets what lies at an address: through the gate of addresses, or a test's way.
pub type Fetch = Arc<dyn Fn(String) -> Fetching + Send + Sync>;

/// Certificates that are remembered: SNS changes its own about once a year.
const MOST: usize = 16;

/// What a message of SNS was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It tells this of messages of ours.
    Told(Vec<Notice>),
    /// It asked whether this is an address of ours, and was told yes.
    Confirmed,
}

/// Who reads what SNS tells.
#[derive(Clone)]
pub struct Sns {
    fetch: Fetch,
    /// Keys by the addresses of their certificates.
    known: Arc<Mutex<BTreeMap<String, Arc<[u8]>>>>,
}

impl fmt::Debug for Sns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sns").finish_non_exhaustive()
    }
}

/// A message as SNS writes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    topic_arn: String,
    message: String,
    timestamp: String,
    signature_version: String,
    signature: String,
    #[serde(alias = "SigningCertUrl", rename = "SigningCertURL")]
    certificate: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    token: Option<String>,
    #[serde(default, alias = "SubscribeUrl", rename = "SubscribeURL")]
    subscribe: Option<String>,
}

impl Message {
    /// What is signed: names and values, a line each, in the order of their names.
    fn signed(&self) -> String {
        let mut lines = vec![("Message", self.message.as_str()), ("MessageId", &self.message_id)];
        match self.kind.as_str() {
            "Notification" => lines.extend(self.subject.as_deref().map(|subject| ("Subject", subject))),
            _ => lines.extend(self.subscribe.as_deref().map(|url| ("SubscribeURL", url))),
        }
        lines.push(("Timestamp", &self.timestamp));
        if self.kind != "Notification" {
            lines.extend(self.token.as_deref().map(|token| ("Token", token)));
        }
        lines.extend([("TopicArn", self.topic_arn.as_str()), ("Type", &self.kind)]);
        lines.into_iter().map(|(name, value)| format!("{name}\n{value}\n")).collect()
    }
}

impl Sns {
    /// Gets certificates, and says yes to subscriptions, by this.
    pub fn new(fetch: Fetch) -> Self {
        Self { fetch, known: Arc::default() }
    }

    /// Reads a message. `topics`: the ARNs of ours, with commas; `now`: unix seconds. Errors: it is none, of another
    /// topic, not signed by SNS, or too old.
    pub async fn read(&self, topics: &str, body: &[u8], now: i64) -> Result<Heard, Refused> {
        let message: Message = serde_json::from_slice(body).map_err(|_| Refused::Form)?;
        if !topics.split(',').any(|topic| topic.trim() == message.topic_arn && !message.topic_arn.is_empty())
        {
            return Err(Refused::Signature);
        }
        let algorithm: &'static RsaParameters = match message.signature_version.as_str() {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(Refused::Signature),
        };
        let signature = STANDARD.decode(message.signature.trim()).map_err(|_| Refused::Signature)?;
        let key = self.key(&message.certificate).await?;
        UnparsedPublicKey::new(algorithm, &*key)
            .verify(message.signed().as_bytes(), &signature)
            .map_err(|_| Refused::Signature)?;
        let at: Timestamp = message.timestamp.parse().map_err(|_| Refused::Signature)?;
        if now.saturating_sub(at.as_second()).abs() > MOST_AGE {
            return Err(Refused::Signature);
        }
        match message.kind.as_str() {
            "Notification" => told(&message.message).map(Heard::Told),
            "SubscriptionConfirmation" => {
                let url = message.subscribe.as_deref().filter(|url| is_of_sns(url)).ok_or(Refused::Form)?;
                (self.fetch)(url.to_owned()).await.map_err(|_| Refused::Unreached)?;
                Ok(Heard::Confirmed)
            }
            // Somebody ended the subscription: there is nothing to say to that.
            _ => Ok(Heard::Told(Vec::new())),
        }
    }

    /// The public key of a certificate.
    async fn key(&self, url: &str) -> Result<Arc<[u8]>, Refused> {
        if !is_of_sns(url) || !url.ends_with(".pem") {
            return Err(Refused::Signature);
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let pem = (self.fetch)(url.to_owned()).await.map_err(|_| Refused::Unreached)?;
        let key: Arc<[u8]> = rsa_key(&pem).ok_or(Refused::Signature)?.into();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(url.to_owned(), Arc::clone(&key));
        Ok(key)
    }
}

/// Whether an address is one of SNS: `https://sns.REGION.amazonaws.com/…`, in China `….amazonaws.com.cn`.
fn is_of_sns(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let region = host.strip_prefix("sns.").and_then(|rest| {
        rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
    });
    let is_region = |region: &str| {
        !region.is_empty() && region.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
    };
    url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && region.is_some_and(is_region)
}

/// The RSA key of a certificate in PEM; `None`: it has none.
fn rsa_key(pem: &str) -> Option<Vec<u8>> {
    // SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }, then a BIT STRING that holds the key.
    const RSA: &[u8] = &[48, 13, 6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 1, 5, 0];
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    let info = webpki::EndEntityCert::try_from(&certificate).ok()?.subject_public_key_info();
    let (_, inner) = value(&info, 48)?;
    let (_, bits) = value(inner.strip_prefix(RSA)?, 3)?;
    // No bit of the last byte is left over.
    bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
}

/// The length of a DER value of this tag, and its content.
fn value(der: &[u8], tag: u8) -> Option<(usize, &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let (length, rest) = match length {
        0..=127 => (usize::from(length), rest),
        129..=130 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length - 128))?;
            (bytes.iter().fold(0, |length, byte| length * 256 + usize::from(*byte)), rest)
        }
        _ => return None,
    };
    Some((length, rest.get(..length)?))
}

/// What SES says within a message, as notifications of an identity or events of a configuration set.
fn told(message: &str) -> Result<Vec<Notice>, Refused> {
    let Ok(event) = serde_json::from_str::<Json>(message) else {
        // A sentence of SNS or SES to people, when somebody sets it up.
        return Ok(Vec::new());
    };
    let text = |path: &str| event.pointer(path).and_then(Json::as_str).unwrap_or_default();
    let kind = [text("/notificationType"), text("/eventType")].into_iter().find(|kind| !kind.is_empty());
    let said = match (kind.unwrap_or_default(), text("/bounce/bounceType"), text("/bounce/bounceSubType")) {
        ("Delivery", _, _) => Said::Delivered,
        ("Bounce", "Permanent", _) => Said::Bounced(Class::Hard),
        ("Bounce", _, "ContentRejected" | "AttachmentRejected" | "MessageTooLarge") => {
            Said::Bounced(Class::Policy)
        }
        ("Bounce", _, _) => Said::Bounced(Class::Soft),
        ("Reject", _, _) => Said::Bounced(Class::Policy),
        ("Complaint", _, _) if text("/complaint/complaintFeedbackType") == "not-spam" => {
            return Ok(Vec::new());
        }
        ("Complaint", _, _) => Said::Complained,
        (_, _, _) => return Ok(Vec::new()),
    };
    // SES gives each mail an id of its own. Ours is among the headers that it had, where they are told of.
    let of_headers = || {
        let headers = event.pointer("/mail/headers").and_then(Json::as_array)?;
        let field = |header: &Json, name: &str| header.get(name).and_then(Json::as_str).map(str::to_owned);
        headers
            .iter()
            .find(|header| field(header, "name").is_some_and(|name| name.eq_ignore_ascii_case("message-id")))
            .and_then(|header| field(header, "value"))
    };
    let common = Some(text("/mail/commonHeaders/messageId").to_owned()).filter(|id| !id.is_empty());
    let message_id = common.or_else(of_headers).unwrap_or_default();
    let returns = Some(text("/mail/source").to_owned()).filter(|source| !source.is_empty());
    if message_id.is_empty() && returns.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![Notice { message_id, returns, said }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
    use serde_json::json;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:returns";
    const PLACE: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem";
    const OLD: &str = include_str!("../../tests/sns/version-1.json");

    fn pkcs8() -> Vec<u8> {
        STANDARD.decode(include_str!("../../tests/sns/key.base64").trim()).unwrap()
    }

    fn certificate() -> String {
        let key = rcgen::KeyPair::try_from(pkcs8()).unwrap();
        let made = rcgen::CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).unwrap();
        made.self_signed(&key).unwrap().pem()
    }

    fn now() -> i64 {
        "2026-03-02T01:00:00Z".parse::<Timestamp>().unwrap().as_second()
    }

    /// Who answers with the certificate, and how often they were asked.
    fn sns() -> (Sns, Arc<AtomicUsize>) {
        let asked: Arc<AtomicUsize> = Arc::default();
        let (pem, count) = (certificate(), Arc::clone(&asked));
        let fetch: Fetch = Arc::new(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            let pem = pem.clone();
            Box::pin(async move { Ok(pem) })
        });
        (Sns::new(fetch), asked)
    }

    fn signed(mut message: Json) -> Vec<u8> {
        let read: Message = serde_json::from_value(message.clone()).unwrap();
        let key = RsaKeyPair::from_pkcs8(&pkcs8()).unwrap();
        let mut signature = vec![0; key.public().modulus_len()];
        let text = read.signed();
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        message["Signature"] = Json::from(STANDARD.encode(signature));
        serde_json::to_vec(&message).unwrap()
    }

    fn message(kind: &str, said: &Json) -> Json {
        json!({
            "Type": kind, "MessageId": "1", "TopicArn": TOPIC, "Message": said.to_string(),
            "Timestamp": "2026-03-02T01:00:00.000Z", "SignatureVersion": "2", "Signature": "",
            "SigningCertURL": PLACE, "Token": "t", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
        })
    }

    fn notice(said: Said) -> Heard {
        Heard::Told(vec![Notice {
            message_id: "<se_0123@example.cn>".to_owned(),
            returns: Some("b+token@bounce.example.cn".to_owned()),
            said,
        }])
    }

    fn event(kind: &str, more: &Json) -> Json {
        let mut event = json!({
            "notificationType": kind,
            "mail": { "source": "b+token@bounce.example.cn", "headers": [{ "name": "Message-ID", "value": "<se_0123@example.cn>" }] },
        });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    }

    #[tokio::test]
    async fn both_versions_of_the_signature_are_believed_and_the_certificate_is_fetched_once() {
        let (sns, asked) = sns();
        assert_eq!(sns.read(TOPIC, OLD.as_bytes(), now()).await, Ok(notice(Said::Bounced(Class::Hard))));
        let complaint = signed(message("Notification", &event("Complaint", &json!({}))));
        let topics = format!("arn:other, {TOPIC}");
        assert_eq!(sns.read(&topics, &complaint, now()).await, Ok(notice(Said::Complained)));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_ses_says_is_read() {
        let (sns, _) = sns();
        for (kind, more, said) in [
            (
                "Bounce",
                json!({ "bounce": { "bounceType": "Transient", "bounceSubType": "MailboxFull" } }),
                Said::Bounced(Class::Soft),
            ),
            (
                "Bounce",
                json!({ "bounce": { "bounceType": "Transient", "bounceSubType": "ContentRejected" } }),
                Said::Bounced(Class::Policy),
            ),
            (
                "Bounce",
                json!({ "bounce": { "bounceType": "Undetermined", "bounceSubType": "Undetermined" } }),
                Said::Bounced(Class::Soft),
            ),
            ("Delivery", json!({}), Said::Delivered),
        ] {
            let body = signed(message("Notification", &event(kind, &more)));
            assert_eq!(sns.read(TOPIC, &body, now()).await, Ok(notice(said)), "{kind} {more}");
        }
        let other = signed(message("Notification", &event("Open", &json!({}))));
        assert_eq!(sns.read(TOPIC, &other, now()).await, Ok(Heard::Told(Vec::new())));
        let sentence = signed(message("Notification", &json!("Successfully validated SNS topic")));
        assert_eq!(sns.read(TOPIC, &sentence, now()).await, Ok(Heard::Told(Vec::new())));
    }

    #[tokio::test]
    async fn a_subscription_is_confirmed_at_sns_and_nowhere_else() {
        let (sns, asked) = sns();
        let body = signed(message("SubscriptionConfirmation", &json!("confirm")));
        assert_eq!(sns.read(TOPIC, &body, now()).await, Ok(Heard::Confirmed));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        let mut elsewhere = message("SubscriptionConfirmation", &json!("confirm"));
        elsewhere["SubscribeURL"] = json!("https://sns.eu-west-1.amazonaws.com.evil.example/");
        assert_eq!(sns.read(TOPIC, &signed(elsewhere), now()).await, Err(Refused::Form));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn who_is_not_sns_is_refused() {
        let (sns, asked) = sns();
        let good = message("Notification", &event("Complaint", &json!({})));
        let read = |body: Vec<u8>, now| {
            let sns = sns.clone();
            async move { sns.read(TOPIC, &body, now).await }
        };
        assert_eq!(read(b"{".to_vec(), now()).await, Err(Refused::Form));
        let mut other = good.clone();
        other["TopicArn"] = json!("arn:aws:sns:eu-west-1:666:returns");
        assert_eq!(read(signed(other), now()).await, Err(Refused::Signature));
        for place in [
            "http://sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
            "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.evil.example#.amazonaws.com/a.pem",
            "https://a.sns.amazonaws.com/a.pem",
            "https://sns.a.b.amazonaws.com/a.pem",
            "https://u:p@sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
            "https://sns.eu-west-1.amazonaws.com/a.txt",
        ] {
            let mut elsewhere = good.clone();
            elsewhere["SigningCertURL"] = json!(place);
            assert_eq!(read(signed(elsewhere), now()).await, Err(Refused::Signature), "{place}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 0, "nothing was asked for");
        assert_eq!(read(signed(good.clone()), now() + 2 * MOST_AGE).await, Err(Refused::Signature));
        let mut changed: Json = serde_json::from_slice(&signed(good)).unwrap();
        changed["Message"] = json!(event("Delivery", &json!({})).to_string());
        assert_eq!(read(serde_json::to_vec(&changed).unwrap(), now()).await, Err(Refused::Signature));
        for place in ["https://sns.cn-north-1.amazonaws.com.cn/a.pem", PLACE] {
            assert!(is_of_sns(place), "{place}");
        }
    }
}
