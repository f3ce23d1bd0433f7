//! What mail services tell of messages by their webhooks: SendGrid, Mailgun, Postmark. Each proves in its own way that
//! it is the one who speaks; who does not is not read at all.

use super::bounce::Class;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value as Json;
use sha2::Sha256;

/// How old a signed notice may be, in seconds: an old one that somebody kept is not believed again for ever.
pub(super) const MOST_AGE: i64 = 60 * 60 * 24;

/// What is told of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its Message-ID, with or without brackets; empty: the service does not tell it.
    pub message_id: String,
    /// The address to which what comes back of it goes; `None`: the service does not tell it.
    pub returns: Option<String>,
    /// What became of it.
    pub said: Said,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It was delivered.
    Delivered,
    /// It was not.
    Bounced(Class),
    /// The recipient complained.
    Complained,
    /// The recipient unsubscribed there.
    Left,
}

/// Why a notice is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The signature is not the service's, or too old.
    Signature,
    /// It is not what the service writes.
    Form,
    /// What is needed to believe it could not be had now: it may be told again.
    Unreached,
}

/// SendGrid's signed events. `key`: the public key of the settings page, base64; `timestamp` and `signature`: the
/// headers `X-Twilio-Email-Event-Webhook-…`; `now`: unix seconds.
pub fn sendgrid(
    key: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: i64,
) -> Result<Vec<Notice>, Refused> {
    let key = STANDARD.decode(key.trim()).map_err(|_| Refused::Signature)?;
    let signature = STANDARD.decode(signature.trim()).map_err(|_| Refused::Signature)?;
    // The key comes as SubjectPublicKeyInfo: the point is its last 65 bytes.
    let point = key.len().checked_sub(65).and_then(|start| key.get(start..)).ok_or(Refused::Signature)?;
    let mut signed = timestamp.as_bytes().to_vec();
    signed.extend_from_slice(body);
    let verified = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&signed, &signature);
    verified.map_err(|_| Refused::Signature)?;
    fresh(timestamp, now)?;
    let events: Vec<Json> = serde_json::from_slice(body).map_err(|_| Refused::Form)?;
    let notice = |event: &Json| {
        let text = |name: &str| event.get(name).and_then(Json::as_str).unwrap_or_default();
        let said = match text("event") {
            "delivered" => Said::Delivered,
            "bounce" if text("type") == "blocked" => Said::Bounced(Class::Policy),
            "bounce" => Said::Bounced(Class::Hard),
            "deferred" => Said::Bounced(Class::Soft),
            "spamreport" => Said::Complained,
            "unsubscribe" | "group_unsubscribe" => Said::Left,
            _ => return None,
        };
        Some(Notice { message_id: text("smtp-id").to_owned(), returns: None, said })
    };
    Ok(events.iter().filter_map(notice).filter(|notice| !notice.message_id.is_empty()).collect())
}

/// Mailgun's signed event. `key`: the signing key of the account; `now`: unix seconds.
pub fn mailgun(key: &str, body: &[u8], now: i64) -> Result<Vec<Notice>, Refused> {
    let event: Json = serde_json::from_slice(body).map_err(|_| Refused::Form)?;
    let text = |path: &str| event.pointer(path).and_then(Json::as_str).unwrap_or_default();
    let timestamp = match event.pointer("/signature/timestamp") {
        Some(Json::Number(number)) => number.to_string(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_)) | None => {
            return Err(Refused::Signature);
        }
    };
    let given = unhex(text("/signature/signature")).ok_or(Refused::Signature)?;
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| Refused::Signature)?;
    let mac = mac.chain_update(timestamp.as_bytes()).chain_update(text("/signature/token").as_bytes());
    // In constant time.
    mac.verify_slice(&given).map_err(|_| Refused::Signature)?;
    fresh(&timestamp, now)?;
    let said = match (text("/event-data/event"), text("/event-data/severity")) {
        ("delivered", _) => Said::Delivered,
        ("failed", "permanent") => match text("/event-data/reason") {
            "suppress-complaint" | "espblock" => Said::Bounced(Class::Policy),
            _ => Said::Bounced(Class::Hard),
        },
        ("failed", _) => Said::Bounced(Class::Soft),
        ("complained", _) => Said::Complained,
        ("unsubscribed", _) => Said::Left,
        (_, _) => return Ok(Vec::new()),
    };
    let message_id = text("/event-data/message/headers/message-id").to_owned();
    Ok(if message_id.is_empty() { Vec::new() } else { vec![Notice { message_id, returns: None, said }] })
}

/// Postmark's notice. It signs nothing: whoever calls has checked the user and the password of its address. Its own ids
/// say nothing of ours, so the Message-ID is asked for in the message's metadata under `message_id`, else among its
/// headers.
pub fn postmark(body: &[u8]) -> Result<Vec<Notice>, Refused> {
    let event: Json = serde_json::from_slice(body).map_err(|_| Refused::Form)?;
    let text = |path: &str| event.pointer(path).and_then(Json::as_str).unwrap_or_default();
    let said = match (text("/RecordType"), text("/Type")) {
        ("Delivery", _) => Said::Delivered,
        ("Bounce", "HardBounce" | "BadEmailAddress" | "ManuallyDeactivated") => Said::Bounced(Class::Hard),
        ("Bounce", "SpamNotification" | "Blocked" | "DMARCPolicy" | "VirusNotification") => {
            Said::Bounced(Class::Policy)
        }
        ("Bounce", "Unsubscribe") => Said::Left,
        ("Bounce", "AutoResponder" | "AddressChange" | "Subscribe" | "ChallengeVerification") => {
            return Ok(Vec::new());
        }
        ("Bounce", _) => Said::Bounced(Class::Soft),
        ("SpamComplaint", _) => Said::Complained,
        ("SubscriptionChange", _) if event.get("SuppressSending") == Some(&Json::Bool(true)) => Said::Left,
        (_, _) => return Ok(Vec::new()),
    };
    let headers = text("/Content");
    let of_headers = || {
        let line = headers.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("message-id").then(|| value.trim().to_owned())
        });
        line.unwrap_or_default()
    };
    let metadata = text("/Metadata/message_id").to_owned();
    let message_id = if metadata.is_empty() { of_headers() } else { metadata };
    Ok(if message_id.is_empty() { Vec::new() } else { vec![Notice { message_id, returns: None, said }] })
}

fn fresh(timestamp: &str, now: i64) -> Result<(), Refused> {
    let at: i64 = timestamp.trim().parse().map_err(|_| Refused::Signature)?;
    if now.saturating_sub(at).abs() <= MOST_AGE { Ok(()) } else { Err(Refused::Signature) }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || text.len() > 128 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

    const NOW: i64 = 1_772_412_900;
    const ID: &str = "<se_0123@example.cn>";

    fn notice(said: Said) -> Vec<Notice> {
        vec![Notice { message_id: ID.to_owned(), returns: None, said }]
    }

    #[test]
    fn sendgrid_is_believed_by_its_signature_alone() {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &random).unwrap();
        // The head of a SubjectPublicKeyInfo for P-256.
        let mut info = unhex("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
        info.extend_from_slice(pair.public_key().as_ref());
        let key = STANDARD.encode(info);
        let body = format!(
            r#"[{{"event":"bounce","type":"bounce","smtp-id":"{ID}"}},{{"event":"open","smtp-id":"{ID}"}},{{"event":"spamreport","smtp-id":"{ID}"}}]"#
        );
        let sign = |timestamp: &str, body: &str| {
            STANDARD.encode(pair.sign(&random, format!("{timestamp}{body}").as_bytes()).unwrap().as_ref())
        };
        let now = NOW.to_string();
        let signature = sign(&now, &body);
        let read = sendgrid(&key, &now, &signature, body.as_bytes(), NOW).unwrap();
        assert_eq!(read, [notice(Said::Bounced(Class::Hard)), notice(Said::Complained)].concat());
        let changed = body.replace("bounce", "delivered");
        assert_eq!(sendgrid(&key, &now, &signature, changed.as_bytes(), NOW), Err(Refused::Signature));
        assert_eq!(sendgrid(&key, "1", &signature, body.as_bytes(), NOW), Err(Refused::Signature));
        let old = (NOW - 2 * MOST_AGE).to_string();
        assert_eq!(sendgrid(&key, &old, &sign(&old, &body), body.as_bytes(), NOW), Err(Refused::Signature));
        for odd in ["", "!", "AAAA"] {
            assert_eq!(sendgrid(odd, &now, &signature, body.as_bytes(), NOW), Err(Refused::Signature));
            assert_eq!(sendgrid(&key, &now, odd, body.as_bytes(), NOW), Err(Refused::Signature));
        }
    }

    #[test]
    fn mailgun_is_believed_by_its_signature_alone() {
        let body = |event: &str, severity: &str, key: &str| {
            let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
            let mac = mac.chain_update(NOW.to_string()).chain_update("t0ken").finalize().into_bytes();
            let signature: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
            let id = ID.trim_matches(['<', '>']);
            format!(
                r#"{{"signature":{{"timestamp":"{NOW}","token":"t0ken","signature":"{signature}"}},"event-data":{{"event":"{event}","severity":"{severity}","message":{{"headers":{{"message-id":"{id}"}}}}}}}}"#
            )
        };
        let said = |event: &str, severity: &str| {
            mailgun("key", body(event, severity, "key").as_bytes(), NOW)
                .map(|all| all.first().map(|one| one.said))
        };
        assert_eq!(said("failed", "permanent"), Ok(Some(Said::Bounced(Class::Hard))));
        assert_eq!(said("failed", "temporary"), Ok(Some(Said::Bounced(Class::Soft))));
        assert_eq!(said("complained", ""), Ok(Some(Said::Complained)));
        assert_eq!(said("opened", ""), Ok(None));
        assert_eq!(
            mailgun("key", body("failed", "permanent", "other").as_bytes(), NOW),
            Err(Refused::Signature)
        );
        assert_eq!(
            mailgun("key", body("failed", "permanent", "key").as_bytes(), NOW + 2 * MOST_AGE),
            Err(Refused::Signature)
        );
        assert_eq!(mailgun("key", b"{}", NOW), Err(Refused::Signature));
        assert_eq!(mailgun("key", b"x", NOW), Err(Refused::Form));
    }

    #[test]
    fn postmark_says_which_message_by_its_metadata_or_headers() {
        let read = |text: &str| postmark(text.as_bytes());
        let hard =
            format!(r#"{{"RecordType":"Bounce","Type":"HardBounce","Metadata":{{"message_id":"{ID}"}}}}"#);
        assert_eq!(read(&hard), Ok(notice(Said::Bounced(Class::Hard))));
        let full = format!(
            r#"{{"RecordType":"Bounce","Type":"SoftBounce","Content":"Subject: x\r\nMessage-ID: {ID}\r\n"}}"#
        );
        assert_eq!(read(&full), Ok(notice(Said::Bounced(Class::Soft))));
        assert_eq!(read(r#"{"RecordType":"Bounce","Type":"HardBounce"}"#), Ok(Vec::new()));
        assert_eq!(read(r#"{"RecordType":"Open"}"#), Ok(Vec::new()));
        assert_eq!(read("["), Err(Refused::Form));
    }
}
