//! What `doctor --dns` found of senders: judged as mailbox providers judge.

use super::doctor::{Check, Level, check};
use crate::shell::dns::{Identity, Key};

/// What it means.
pub fn judge(identity: &Identity) -> Vec<Check> {
    vec![spf(identity), key(identity), dmarc(identity)].into_iter().chain(bounces(identity)).collect()
}

fn spf(identity: &Identity) -> Check {
    let say = |level, key, value: &str| {
        let values = [
            ("sender", identity.sender.clone()),
            ("domain", identity.path.clone()),
            ("what", value.to_owned()),
        ];
        check("spf", level, key, &values)
    };
    match &identity.spf {
        Err(why) => say(Level::Warns, "doctor-dns-silent", why),
        Ok(records) => match records.as_slice() {
            [] => say(Level::Wrong, "doctor-spf-none", ""),
            [one] if all_of(one, "+all") => say(Level::Wrong, "doctor-spf-everybody", one),
            [one] if !ends(one) => say(Level::Warns, "doctor-spf-open", one),
            [_] => say(Level::Fine, "doctor-spf", ""),
            _ => say(Level::Wrong, "doctor-spf-several", &records.len().to_string()),
        },
    }
}

/// Whether a record has this word; `all` alone is `+all`.
fn all_of(record: &str, word: &str) -> bool {
    record
        .split_whitespace()
        .any(|part| part.eq_ignore_ascii_case(word) || (word == "+all" && part.eq_ignore_ascii_case("all")))
}

/// Whether a record says what holds for everybody else.
fn ends(record: &str) -> bool {
    all_of(record, "-all") || all_of(record, "~all") || record.to_ascii_lowercase().contains("redirect=")
}

fn key(identity: &Identity) -> Check {
    let sender = ("sender", identity.sender.clone());
    match &identity.key {
        None => check("dkim", Level::Warns, "doctor-dkim-none", &[sender]),
        Some(Key::Unset(name)) => {
            check("dkim", Level::Wrong, "doctor-dkim-unset", &[sender, ("what", name.clone())])
        }
        Some(Key::Wrong(why)) => {
            check("dkim", Level::Wrong, "doctor-dkim-key", &[sender, ("what", why.clone())])
        }
        Some(Key::Unknown { name, why }) => check(
            "dkim",
            Level::Warns,
            "doctor-dns-silent",
            &[sender, ("domain", name.clone()), ("what", why.clone())],
        ),
        Some(Key::Unpublished { name, record }) => check(
            "dkim",
            Level::Wrong,
            "doctor-dkim-unpublished",
            &[sender, ("name", name.clone()), ("record", record.clone())],
        ),
        Some(Key::Other { name, record }) => check(
            "dkim",
            Level::Wrong,
            "doctor-dkim-other",
            &[sender, ("name", name.clone()), ("record", record.clone())],
        ),
        Some(Key::Pair { name }) => {
            check("dkim", Level::Fine, "doctor-dkim", &[sender, ("name", name.clone())])
        }
    }
}

fn dmarc(identity: &Identity) -> Check {
    let values = |domain: &str, what: &str| {
        [("sender", identity.sender.clone()), ("domain", domain.to_owned()), ("what", what.to_owned())]
    };
    match &identity.dmarc {
        Err(why) => check("dmarc", Level::Warns, "doctor-dns-silent", &values(&identity.domain, why)),
        Ok((domain, records)) => match records.as_slice() {
            [] => check("dmarc", Level::Wrong, "doctor-dmarc-none", &values(domain, "")),
            // Neither way to belong together: mailboxes must reject what we send.
            [_] if !aligned(identity) => {
                check("dmarc", Level::Wrong, "doctor-dmarc-alone", &values(domain, &identity.path))
            }
            [_] => check("dmarc", Level::Fine, "doctor-dmarc", &values(domain, "")),
            _ => check(
                "dmarc",
                Level::Wrong,
                "doctor-dmarc-several",
                &values(domain, &records.len().to_string()),
            ),
        },
    }
}

/// Whether the signature or the return path belongs to the domain that people see. Keys of other domains are
/// mistakes of the file (E0635).
fn aligned(identity: &Identity) -> bool {
    let (seen, path) = (identity.domain.as_str(), identity.path.as_str());
    let under = |one: &str, other: &str| one == other || one.ends_with(&format!(".{other}"));
    identity.key.is_some() || under(path, seen) || under(seen, path) || siblings(seen, path)
}

/// `mail.example.cn` and `bounce.example.cn`.
fn siblings(one: &str, other: &str) -> bool {
    match (one.split_once('.'), other.split_once('.')) {
        (Some((_, above)), Some((_, too))) => above == too && above.contains('.'),
        _ => false,
    }
}

fn bounces(identity: &Identity) -> Option<Check> {
    let values = |what: &str| {
        [("sender", identity.sender.clone()), ("domain", identity.path.clone()), ("what", what.to_owned())]
    };
    Some(match identity.takes_bounces.as_ref()? {
        Err(why) => check("bounces", Level::Warns, "doctor-dns-silent", &values(why)),
        Ok(false) => check("bounces", Level::Wrong, "doctor-bounces-none", &values("")),
        Ok(true) => check("bounces", Level::Fine, "doctor-bounces", &values("")),
    })
}
