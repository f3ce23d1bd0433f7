//! Channels over HTTP on loopback: what is sent, what is made of the answer, and how a token is fetched.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod loopback;

use channels::email::Secret;
use channels::provider::{Auth, Call, Content, Provider, Settings, USUAL_TOKEN};
use channels::webhook::{Key, Webhook};
use channels::{Cause, Fate, Reach, Retry};
use jiff::{SignedDuration, Timestamp};
use model::provider::Match;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers each request, on a connection of its own, with what `say` makes of it; gives back its address and
/// what was asked.
async fn serve(say: fn(&str) -> String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = loopback::listener().await;
    let url = format!("http://{}/hooks?a=1", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(one(stream, say, Arc::clone(&kept)));
        }
    });
    (url, asked)
}

async fn one(mut stream: TcpStream, say: fn(&str) -> String, kept: Arc<Mutex<Vec<String>>>) {
    let mut asked = String::new();
    let mut part = [0; 4096];
    while !whole(&asked) {
        let count = stream.read(&mut part).await.unwrap();
        asked.push_str(&String::from_utf8_lossy(part.get(..count).unwrap()));
    }
    kept.lock().unwrap().push(asked.clone());
    // The other side may be gone before it has read all.
    let _ = stream.write_all(say(&asked).as_bytes()).await;
}

fn whole(asked: &str) -> bool {
    let Some((head, body)) = asked.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    body.len() >= length.unwrap_or(0)
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn reach() -> Reach {
    Reach::allowing(["127.0.0.0/8"]).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn webhook(url: &str, keys: &str) -> Webhook {
    let headers = [
        ("authorization".to_owned(), "Bearer secret".to_owned()),
        ("webhook-id".to_owned(), "forged".to_owned()),
    ];
    let keys = if keys.is_empty() { Vec::new() } else { Key::all(&Secret::new(keys)).unwrap() };
    Webhook::new(&reach(), url, &headers, keys, Duration::from_secs(5)).unwrap()
}

fn ok(_: &str) -> String {
    answer("200 OK", r#"{"credit":3}"#)
}

#[tokio::test]
async fn json_goes_out_under_its_id_signed_by_both_keys_and_the_answer_comes_back() {
    let (url, asked) = serve(ok).await;
    let keys = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let spoken = webhook(&url, keys).post(&reach(), "se_1", now(), br#"{"plan":"basic"}"#.to_vec()).await;
    assert_eq!(spoken.heard, Some((200, r#"{"credit":3}"#.to_owned())));
    let asked = asked.lock().unwrap().join("");
    assert!(asked.starts_with("POST /hooks?a=1 HTTP/1.1\r\n"), "{asked}");
    for line in
        ["webhook-id: se_1\r\n", "webhook-timestamp: 1700000000\r\n", "authorization: Bearer secret\r\n"]
    {
        assert!(asked.contains(line), "{line} in {asked}");
    }
    let signatures = asked.lines().find_map(|line| line.strip_prefix("webhook-signature: ")).unwrap();
    // Computed by Python's hmac, with each of the keys.
    assert_eq!(
        signatures,
        "v1,z6Kr0k01c2NOOWdoJSz5moGjGk0weIBHvhFwzm2Pims= v1,5HUfwkJRSYXJIWJ1wuccK2Z0OGSPJ/XCKsYoGb/FJAU="
    );
    assert!(asked.ends_with(r#"{"plan":"basic"}"#), "{asked}");
}

#[tokio::test]
async fn without_a_key_nothing_is_signed() {
    let (url, asked) = serve(ok).await;
    let _ = webhook(&url, "").post(&reach(), "se_1", now(), b"{}".to_vec()).await;
    assert!(!asked.lock().unwrap().join("").contains("webhook-signature"));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (url, asked) = serve(|_| {
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned()
    })
    .await;
    let spoken = webhook(&url, "").post(&reach(), "se_2", now(), b"{}".to_vec()).await;
    assert_eq!((spoken.heard, spoken.gone), (Some((302, String::new())), false));
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_too_long_keeps_its_status_only() {
    let (url, _) = serve(|_| answer("200 OK", &"x".repeat(70_000))).await;
    let spoken = webhook(&url, "").post(&reach(), "se_3", now(), b"{}".to_vec()).await;
    assert_eq!(spoken.heard, Some((200, String::new())));
}

#[tokio::test]
async fn who_is_gone_says_so_and_who_is_busy_says_until_when() {
    let (url, _) = serve(|_| answer("410 Gone", "")).await;
    assert!(webhook(&url, "").post(&reach(), "se_4", now(), b"{}".to_vec()).await.gone);
    let (url, _) = serve(|_| {
        "HTTP/1.1 503 Busy\r\nretry-after: Tue, 14 Nov 2023 22:18:20 GMT\r\ncontent-length: 0\r\n\r\n"
            .to_owned()
    })
    .await;
    let busy = webhook(&url, "").post(&reach(), "se_5", now(), b"{}".to_vec()).await.fate;
    let Fate::Deferred { retry, .. } = busy else { panic!("{busy:?}") };
    assert_eq!(retry, Retry::After(SignedDuration::from_secs(300)));
}

#[tokio::test]
async fn nobody_there_is_no_answer() {
    let url = format!("http://{}/", loopback::nobody());
    let spoken = webhook(&url, "").post(&reach(), "se_6", now(), b"{}".to_vec()).await;
    assert_eq!(spoken.heard, Some((0, String::new())));
    let Fate::Deferred { cause: Cause::Reply(reply), .. } = spoken.fate else { panic!("{:?}", spoken.fate) };
    assert!(reply.text.starts_with("connect"), "{}", reply.text);
}

#[test]
fn an_address_that_is_none_is_refused_and_not_repeated() {
    for url in
        ["ftp://token@x/", "billing", "https://", "https://169.254.169.254/token", "http://example.com/token"]
    {
        let error =
            Webhook::new(&Reach::default(), url, &[], Vec::new(), Duration::from_secs(1)).unwrap_err();
        assert!(!error.contains("token"), "{error}");
    }
}

/// Gives out a token, takes only the second one, and messages with it.
fn tokens(asked: &str) -> String {
    if asked.contains("grant_type=client%20credentials") {
        static GIVEN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = GIVEN.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        return answer("200 OK", &format!(r#"{{"data":{{"access_token":"t{number}"}}}}"#));
    }
    match asked.contains("authorization: Bearer t2\r\n") {
        true => answer("200 OK", r#"{"code":"OK"}"#),
        false => answer("401 Unauthorized", ""),
    }
}

#[tokio::test]
async fn a_token_is_fetched_once_for_many_and_anew_when_it_is_not_taken() {
    let (url, asked) = serve(tokens).await;
    let provider = Provider::new(
        &reach(),
        Settings {
            url: Some(Secret::new(url.clone())),
            method: "POST".parse().unwrap(),
            headers: Vec::new(),
            secrets: BTreeMap::new(),
            sign: None,
            auth: Some(Auth {
                url: Secret::new(url),
                headers: Vec::new(),
                content: Content::Form(vec![("grant_type".to_owned(), Secret::new("client credentials"))]),
                json: "data.access_token".to_owned(),
                lasts: USUAL_TOKEN,
                refresh_on: Match::default(),
            }),
            success: Match::of_json("code", ["OK"]),
            retry_on: Match::default(),
            bounce_on: Match::default(),
            keep: None,
            timeout: Duration::from_secs(5),
        },
    );
    let provider = Arc::new(provider.unwrap());
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..20 {
        let provider = Arc::clone(&provider);
        calls.spawn(async move {
            let call = Call { id: format!("se_{number}"), url: None, body: json!({ "n": number }) };
            provider.say(&reach(), &call, now()).await.fate
        });
    }
    for fate in calls.join_all().await {
        assert!(matches!(fate, Fate::Accepted { .. }), "{fate:?}");
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|asked| asked.contains("grant_type")).count(), 2);
}
