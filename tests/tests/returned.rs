//! Mails that come back, by the program itself over SMTP and HTTP: a dead address is left alone, one that is full
//! only after five days, a complaint ends everything, and nobody is believed who has no address that we signed.
//! On both databases.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::sns::{Fetch, Heard};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use std::path::Path;
use std::sync::Arc;
use tests::driven::Driven;
use tests::http::ask;
use tests::open::{Open, consents, events};
use tests::served::until;

tests::on_both! {
    a_dead_address_is_left_alone_and_an_unsigned_bounce_is_dropped,
    a_complaint_ends_everything_and_a_mail_to_leave_ends_its_topic,
    a_services_webhook_is_believed_by_its_secret_alone,
    amazon_is_believed_by_its_topic_and_its_signature,
    a_folder_of_returned_mails_is_read_and_each_mail_counts_once,
}

fn key(open: &Open) -> String {
    let made = open.shop.fine(&["key", "create", "pipe", "--scope", "bounces:write", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made.out).expect("JSON");
    made["key"].as_str().expect("its text").to_owned()
}

fn hand_in(open: &Open, key: &str, mail: &str) -> (u16, String) {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "message/rfc822")];
    let answer = ask(&open.address, "POST", "/v1/bounces", &headers, mail.as_bytes()).expect("an answer");
    (answer.status, answer.body)
}

fn report(to: &str, status: &str, diagnostic: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.com\r\nTo: <{to}>\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\
         Content-Type: text/plain\r\n\r\nSorry.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; c0@example.com\r\nAction: failed\r\n\
         Status: {status}\r\nDiagnostic-Code: smtp; {diagnostic}\r\n--x--\r\n"
    )
}

fn suppressions(open: &Open, number: usize) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = open.shop.store().await;
        let mut conn = store.read().await.expect("the database is there");
        let id = model::CustomerId::new(format!("c{number}"));
        let model = dsl::library::Model::default();
        let now = jiff::Timestamp::now();
        let known = store::snapshot::load_words(&mut conn, &[id], &model, now).await.expect("loaded");
        let words = known.into_iter().flat_map(|one| one.suppressions);
        words.map(|word| format!("{} {:?}", word.reason, word.medium)).collect()
    })
}

fn a_dead_address_is_left_alone_and_an_unsigned_bounce_is_dropped(database: &str) {
    let open = Open::new(database, 2, &[]);
    let returns = open.mail_to(0).from;
    let dead = report(&returns, "5.1.1", "550 5.1.1 <c0@example.com>: no such user");
    let nobodys = ask(&open.address, "POST", "/v1/bounces", &[], dead.as_bytes()).expect("an answer");
    assert_eq!(nobodys.status, 401, "without a key nothing is taken");
    let key = key(&open);
    let (status, said) = hand_in(&open, &key, &report("care@example.com", "5.1.1", "550 5.1.1 no such user"));
    assert_eq!((status, said.contains("dropped")), (200, true), "{said}");
    let forged = returns.replace("b+2", "b+3");
    let (_, said) = hand_in(&open, &key, &report(&forged, "5.1.1", "550 5.1.1 no such user"));
    assert!(said.contains("dropped"), "{said}");
    assert_eq!(suppressions(&open, 0), Vec::<String>::new());
    let (_, said) = hand_in(&open, &key, &report(&returns, "4.2.2", "452 4.2.2 mailbox full"));
    assert!(said.contains("soft"), "{said}");
    assert_eq!(suppressions(&open, 0), Vec::<String>::new(), "one day is not five");
    for _ in 0..2 {
        let (_, said) = hand_in(&open, &key, &dead);
        assert!(said.contains("hard"), "{said}");
    }
    assert_eq!(suppressions(&open, 0), ["hard_bounce Some(Email)"], "twice is once");
    assert_eq!(suppressions(&open, 1), Vec::<String>::new());
    let bounced = |open: &Open| events(open, 0).iter().filter(|event| event.name == "email.bounced").count();
    assert_eq!(bounced(&open), 1);
}

fn a_complaint_ends_everything_and_a_mail_to_leave_ends_its_topic(database: &str) {
    let open = Open::new(database, 2, &[]);
    let key = key(&open);
    let complaint = format!(
        "From: fbl@example.com\r\nTo: abuse@example.cn\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n\
         --x\r\nContent-Type: text/plain\r\n\r\nabuse\r\n--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\
         User-Agent: x/1\r\nVersion: 1\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <{}>\r\nSubject: Hello\r\n\r\nHello\r\n--x--\r\n",
        open.mail_to(0).from
    );
    let (_, said) = hand_in(&open, &key, &complaint);
    assert!(said.contains("complaint"), "{said}");
    assert_eq!(suppressions(&open, 0), ["complaint None"]);
    let mail = open.mail_to(1);
    let leave = tests::open::header(&mail, "List-Unsubscribe");
    let to = leave.split("mailto:").nth(1).and_then(|rest| rest.split('?').next()).expect("an address");
    let (_, said) = hand_in(
        &open,
        &key,
        &format!("From: c1@example.com\r\nTo: <{to}>\r\nSubject: unsubscribe\r\n\r\n\r\n"),
    );
    assert!(said.contains("unsubscribed"), "{said}");
    until("the withdrawal", || open.why(1), || consents(&open, 1).iter().any(|(_, granted)| !granted));
}

fn a_services_webhook_is_believed_by_its_secret_alone(database: &str) {
    let open = Open::with(database, 1, &[], &[("POSTMARK_WEBHOOK", "hook:s3cret")]);
    let id = open.mail_to(0).message_id;
    let body = format!("{{\"RecordType\":\"SpamComplaint\",\"Metadata\":{{\"message_id\":\"{id}\"}}}}");
    let tell = |service: &str, authorization: &str| {
        let headers = [("authorization", authorization), ("content-type", "application/json")];
        let path = format!("/v1/bounces/{service}");
        let answer = ask(&open.address, "POST", &path, &headers, body.as_bytes()).expect("an answer");
        (answer.status, answer.body)
    };
    // `hook:wrong` and `hook:s3cret`.
    assert_eq!(tell("postmark", "Basic aG9vazp3cm9uZw==").0, 401);
    assert_eq!(tell("postmark", "").0, 401);
    assert_eq!(tell("mailgun", "Basic aG9vazpzM2NyZXQ=").0, 404, "its secret is not set: it is not there");
    assert_eq!(suppressions(&open, 0), Vec::<String>::new());
    let (status, said) = tell("postmark", "Basic aG9vazpzM2NyZXQ=");
    assert_eq!((status, said.as_str()), (200, "{\"taken\":1}"));
    assert_eq!(suppressions(&open, 0), ["complaint None"]);
}

const TOPIC: &str = "arn:aws:sns:cn-north-1:123456789012:returns";

fn key_of_amazon() -> Vec<u8> {
    let text = include_str!("../../crates/channels/tests/sns/key.base64");
    STANDARD.decode(text.trim()).expect("base64")
}

/// A notification of SNS with a message of SES, signed.
fn notification(said: &serde_json::Value, at: jiff::Timestamp) -> Vec<u8> {
    let (message, at) = (said.to_string(), at.to_string());
    let text =
        format!("Message\n{message}\nMessageId\n1\nTimestamp\n{at}\nTopicArn\n{TOPIC}\nType\nNotification\n");
    let key = RsaKeyPair::from_pkcs8(&key_of_amazon()).expect("a key");
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).expect("signed");
    let whole = serde_json::json!({
        "Type": "Notification", "MessageId": "1", "TopicArn": TOPIC, "Message": message, "Timestamp": at,
        "SignatureVersion": "2", "Signature": STANDARD.encode(signature),
        "SigningCertURL": "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem",
    });
    whole.to_string().into_bytes()
}

fn amazon_is_believed_by_its_topic_and_its_signature(database: &str) {
    let mut open = Open::with(database, 2, &[], &[("SES_TOPIC", TOPIC)]);
    let (first, second) = (open.mail_to(0), open.mail_to(1));
    let now = jiff::Timestamp::now();
    let bounce = serde_json::json!({ "notificationType": "Bounce", "bounce": { "bounceType": "Permanent" },
        "mail": { "commonHeaders": { "messageId": first.message_id } } });
    let signed = String::from_utf8(notification(&bounce, now)).expect("text");
    let tell = |body: &str| {
        let headers = [("content-type", "text/plain; charset=UTF-8")];
        ask(&open.address, "POST", "/v1/bounces/ses", &headers, body.as_bytes()).expect("an answer").status
    };
    assert_eq!(tell(&signed.replace("123456789012", "666")), 401, "a topic of somebody else");
    assert_eq!(tell(&signed.replace("https://sns.cn-north-1.amazonaws.com.cn/", "https://127.0.0.1/")), 401);
    assert_eq!(tell(&signed.replace("\"SignatureVersion\":\"2\"", "\"SignatureVersion\":\"3\"")), 401);
    assert_eq!(tell("{}"), 400);
    assert_eq!(suppressions(&open, 0), Vec::<String>::new());
    open.end();
    // Where the certificate lies at Amazon: what is signed by its key is believed.
    let complaint = serde_json::json!({ "eventType": "Complaint", "mail": { "source": second.from } });
    let bodies = [notification(&bounce, now), notification(&complaint, now)];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let key = rcgen::KeyPair::try_from(key_of_amazon()).expect("a key");
        let wished = rcgen::CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).expect("a name");
        let certificate = wished.self_signed(&key).expect("a certificate").pem();
        let fetch: Fetch = Arc::new(move |_| {
            let certificate = certificate.clone();
            Box::pin(async move { Ok(certificate) })
        });
        let driven = Driven::fetching(open.shop.path(), fetch).await;
        for body in &bodies {
            let heard = driven.engine.heard_of_sns(TOPIC, body).await.expect("it is believed");
            let Heard::Told(notices) = heard else { panic!("{heard:?}") };
            for notice in &notices {
                let came = driven.engine.notice(notice).await.expect("the database is there");
                assert_ne!(came.as_str(), "dropped", "{notice:?}");
            }
        }
        driven.end().await;
    });
    assert_eq!(suppressions(&open, 0), ["hard_bounce Some(Email)"]);
    assert_eq!(suppressions(&open, 1), ["complaint None"], "found by the address that it goes back to");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn a_folder_of_returned_mails_is_read_and_each_mail_counts_once(database: &str) {
    let open = Open::with(database, 2, &[], &[("NURTURE_BOUNCES", "returned")]);
    let folder = open.shop.path().join("returned");
    let put = |name: &str, mail: &str| {
        std::fs::create_dir_all(folder.join("new")).expect("a folder");
        // As mail servers do: it comes whole or not at all.
        std::fs::write(folder.join(name), mail).expect("a file");
        std::fs::rename(folder.join(name), folder.join("new").join(name)).expect("it is put there");
    };
    let dead = report(&open.mail_to(0).from, "5.1.1", "550 5.1.1 <c0@example.com>: no such user");
    let full = report(&open.mail_to(1).from, "4.2.2", "452 4.2.2 mailbox full");
    put("1.a.host", &dead);
    put("2.b.host", &full);
    put("3.c.host", "From: somebody@example.com\r\n\r\nthank you\r\n");
    std::fs::create_dir_all(folder.join("new/4.d.host")).expect("a folder");
    let cur = folder.join("cur");
    until(
        "all is read",
        || open.log(),
        || names(&cur).len() == 3 && names(&folder.join("broken")).len() == 1,
    );
    assert_eq!(names(&cur), ["1.a.host:2,S", "2.b.host:2,S", "3.c.host:2,S"]);
    assert_eq!(names(&folder.join("broken")), ["4.d.host"]);
    assert_eq!(names(&folder.join("new")), Vec::<String>::new());
    // As if the process had ended before they were moved.
    for name in ["1.a.host", "2.b.host"] {
        std::fs::rename(cur.join(format!("{name}:2,S")), folder.join("new").join(name)).expect("moved back");
    }
    until("both are read again", || open.log(), || names(&cur).len() == 3);
    assert_eq!(suppressions(&open, 0), ["hard_bounce Some(Email)"]);
    assert_eq!(suppressions(&open, 1), Vec::<String>::new(), "one day is not five");
    let bounced = events(&open, 0).iter().filter(|event| event.name == "email.bounced").count();
    assert_eq!(bounced, 1, "twice is once");
    let days = tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let store = open.shop.store().await;
        let mut conn = store.read().await.expect("the database is there");
        tests::shop::count(&mut conn, "SELECT count(*) FROM soft_bounce").await
    });
    assert_eq!(days, 1, "one day with a soft bounce");
}
