//! Signed mails, as a mailbox verifies them: here with a key made for the test and a reader of its own; by dkimpy,
//! with RSA too, in `scripts/dkim`, which reads the folder that `NURTURE_DKIM` names.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops where it stands")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use channels::email::{Letter, Signer};
use channels::{Draft, Mailbox};
use jiff::Timestamp;
use mail_parser::{HeaderName, MessageParser};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use std::path::Path;

fn letter(subject: &str, text: &str, html: Option<&str>) -> Letter {
    let draft = Draft {
        send_id: "sd_0123456789abcdef".into(),
        from: Mailbox::new("云杉科技, \"Care\"", "care@example.cn").unwrap(),
        reply_to: Some(Mailbox::new("李娜", "li.na@example.cn").unwrap()),
        to: Mailbox::new("王女士", "wang@example.org").unwrap(),
        cc: vec![Mailbox::new("", "cc@example.org").unwrap()],
        subject: subject.into(),
        preheader: None,
        html: html.map(str::to_owned),
        text: text.into(),
        pictures: vec![],
        headers: vec![("X-Campaign".into(), "spring".into())],
        date: Timestamp::from_second(1_700_000_000).unwrap(),
        unsubscribe: None,
    };
    Letter::of(&draft.check().unwrap()).unwrap()
}

/// Mails whose lines tempt a signer: folded headers, dots, blanks, empty lines, letters beyond ASCII.
fn letters() -> Vec<Letter> {
    let long = "新年好，".repeat(40);
    vec![
        letter("Hello", "one\ntwo\n", None),
        letter(&long, ".\n..\n two  blanks \t\n\n\n", Some("<p>春天 &amp; more</p>\n\n")),
        letter("", "x", Some(&format!("<p>{}</p>", "a very long line ".repeat(200)))),
    ]
}

fn made() -> String {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64.encode(key.as_ref()))
}

/// Verifies as RFC 6376, 6.1.3 says, with code that shares nothing with the signer.
fn verifies(mail: &str, record: &str) -> bool {
    let unfolded = mail.replace("\r\n\t", " ").replace("\r\n ", " ");
    let (head, _) = unfolded.split_once("\r\n\r\n").unwrap();
    let (_, body) = mail.split_once("\r\n\r\n").unwrap();
    let one_line = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut fields: Vec<(String, String)> = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), one_line(value)))
        .collect();
    let (_, signature) = fields.remove(0);
    let tag = |name: &str| -> String {
        let mut tags = signature.split(';').filter_map(|tag| tag.trim().split_once('='));
        tags.find(|(key, _)| *key == name).unwrap().1.split_whitespace().collect()
    };
    let lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
            let first = words.next().unwrap_or_default().to_owned();
            let begins = if line.starts_with([' ', '\t']) && !first.is_empty() { " " } else { "" };
            words.fold(format!("{begins}{first}"), |line, word| format!("{line} {word}"))
        })
        .collect();
    let body = lines.join("\r\n");
    let body = format!("{}\r\n", body.trim_end_matches("\r\n"));
    if BASE64.encode(digest(&SHA256, body.as_bytes())) != tag("bh") {
        return false;
    }
    let mut covered = String::new();
    for name in tag("h").split(':') {
        let Some(at) = fields.iter().rposition(|(field, _)| field == name) else { continue };
        let (name, value) = fields.remove(at);
        covered.push_str(&format!("{name}:{value}\r\n"));
    }
    let (before, _) = signature.rsplit_once("b=").unwrap();
    covered.push_str(&format!("dkim-signature:{before}b="));
    let key = BASE64.decode(record.rsplit_once("p=").unwrap().1).unwrap();
    let signed = BASE64.decode(tag("b")).unwrap();
    UnparsedPublicKey::new(&ED25519, key)
        .verify(digest(&SHA256, covered.as_bytes()).as_ref(), &signed)
        .is_ok()
}

#[test]
fn a_signed_mail_is_verified_and_a_changed_one_is_not() {
    let signer = Signer::new("example.cn", "s1", &made()).unwrap();
    let at = Timestamp::from_second(1_700_000_000).unwrap();
    for letter in letters() {
        let signed = signer.sign(&letter, at).unwrap();
        let mail = signed.as_str();
        assert!(verifies(mail, &signer.record()), "{mail}");
        assert_eq!(signed, signer.sign(&letter, at).unwrap(), "a retry is the same mail");
        assert!(mail.lines().all(|line| line.len() <= 998));
        assert!(mail.ends_with(letter.as_str()));
        for (from, to) in
            [("example.cn", "example.com"), ("Date: Tue", "Date: Mon"), ("\r\n\r\n", "\r\n\r\na")]
        {
            let (signature, rest) = mail.split_at(mail.find("\r\nDate").unwrap());
            let changed = format!("{signature}{}", rest.replacen(from, to, 1));
            assert_ne!(changed, mail, "{from}");
            assert!(!verifies(&changed, &signer.record()), "{from}");
        }
        let second = mail.replacen("\r\nSubject:", "\r\nSubject: Win\r\nSubject:", 1);
        assert!(second == mail || !verifies(&second, &signer.record()), "a second subject");
        let parsed = MessageParser::default().parse(mail).unwrap();
        assert!(parsed.header(HeaderName::DkimSignature).is_some());
    }
}

#[test]
fn a_record_of_dns_is_ours_however_it_is_written() {
    let (ours, another) = (
        Signer::new("example.cn", "s1", &made()).unwrap(),
        Signer::new("example.cn", "s1", &made()).unwrap(),
    );
    assert_eq!(ours.record_name(), "s1._domainkey.example.cn");
    let record = ours.record();
    let spaced = record.replace("; p=", " ;t=s;  p= ");
    assert!(ours.is_in(&record) && ours.is_in(&spaced));
    assert!(!ours.is_in(&another.record()) && !ours.is_in("v=DKIM1; p=") && !ours.is_in(""));
    assert!(!format!("{ours:?}").contains(&record), "the key is not shown");
}

/// With keys of openssl: what `scripts/dkim` gives to dkimpy.
#[test]
fn keys_of_a_folder_sign_mails_for_another_reader() {
    let Some(folder) = std::env::var_os("NURTURE_DKIM") else {
        println!("NURTURE_DKIM is not set: RSA and dkimpy are tried by scripts/dkim");
        return;
    };
    let mut tried = 0;
    for entry in std::fs::read_dir(Path::new(&folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "pem") {
            continue;
        }
        let signer = Signer::new("example.cn", "s1", &std::fs::read_to_string(&path).unwrap()).unwrap();
        std::fs::write(path.with_extension("txt"), signer.record()).unwrap();
        for (at, letter) in letters().iter().enumerate() {
            let signed = signer.sign(letter, Timestamp::from_second(1_700_000_000).unwrap()).unwrap();
            std::fs::write(path.with_extension(format!("{at}.eml")), signed.as_str()).unwrap();
        }
        tried += 1;
    }
    assert!(tried > 0, "no key in {}", Path::new(&folder).display());
}
