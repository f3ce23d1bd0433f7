//! A webhook on loopback: what is sent, and what is made of the answer.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use channels::webhook::Endpoint;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one request with these bytes; gives back what was asked.
async fn once(answer: String) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        let mut part = [0; 4096];
        while !String::from_utf8_lossy(&asked).ends_with('}') {
            let count = stream.read(&mut part).await.unwrap();
            asked.extend_from_slice(part.get(..count).unwrap());
        }
        // The other side may be gone before it has read all.
        let _ = stream.write_all(answer.as_bytes()).await;
        String::from_utf8(asked).unwrap()
    });
    (format!("http://{address}/hooks?a=1"), asked)
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn endpoint(url: &str) -> Endpoint {
    let headers = [("authorization".to_owned(), "Bearer secret".to_owned())];
    Endpoint::new(url, &headers, Duration::from_secs(5)).unwrap()
}

#[tokio::test]
async fn json_goes_out_under_its_id_and_the_answer_comes_back() {
    let (url, asked) = once(answer("200 OK", r#"{"credit":3}"#)).await;
    let heard = endpoint(&url).post("se_1", 1_700_000_000, br#"{"plan":"basic"}"#.to_vec()).await;
    assert_eq!((heard.status, heard.body.as_str()), (200, r#"{"credit":3}"#));
    let asked = asked.await.unwrap().to_lowercase();
    assert!(asked.starts_with("post /hooks?a=1 http/1.1\r\n"), "{asked}");
    for line in ["webhook-id: se_1", "webhook-timestamp: 1700000000", "authorization: bearer secret"] {
        assert!(asked.contains(line), "{line} in {asked}");
    }
    assert!(asked.ends_with(r#"{"plan":"basic"}"#), "{asked}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let (url, _asked) = once(moved.to_owned()).await;
    assert_eq!(endpoint(&url).post("se_2", 0, b"{}".to_vec()).await.status, 302);
}

#[tokio::test]
async fn an_answer_that_is_too_long_keeps_its_status_only() {
    let (url, _asked) = once(answer("200 OK", &"x".repeat(70_000))).await;
    let heard = endpoint(&url).post("se_3", 0, b"{}".to_vec()).await;
    assert_eq!((heard.status, heard.body.as_str()), (200, ""));
}

#[tokio::test]
async fn nobody_there_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let heard = endpoint(&url).post("se_4", 0, b"{}".to_vec()).await;
    assert_eq!(heard.status, 0);
    assert!(heard.why.starts_with("connect"), "{}", heard.why);
}

#[test]
fn an_address_that_is_none_is_refused_and_not_repeated() {
    for url in ["ftp://token@x/", "billing", "https://"] {
        let error = Endpoint::new(url, &[], Duration::from_secs(1)).unwrap_err();
        assert!(!error.contains("token"), "{error}");
    }
}
