//! The SMTP channel over TLS from the first byte and over STARTTLS, with certificates made for the test.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops where it stands")]

mod loopback;
#[allow(dead_code, reason = "shared with the tests of other crates, each uses its part")]
#[path = "../../../tests/src/sink.rs"]
mod sink;

use channels::email::{Envelope, Letter, Relay, RelayError, RelayPool, Security, Trust};
use channels::{Cause, Draft, Fate, Mailbox, Message};
use sink::{Settings, Speaker};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A mail server that speaks TLS, known by the certificate in `pem`.
struct Secure {
    port: u16,
    pem: String,
    speaker: Speaker,
}

/// How the conversation gets to TLS.
#[derive(Clone, Copy)]
enum Start {
    Implicit,
    /// What the server answers to STARTTLS.
    StartTls(&'static str),
}

async fn server(start: Start) -> Secure {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = loopback::listener().await;
    let port = listener.local_addr().unwrap().port();
    let speaker = Speaker::new(Settings::default());
    let talk = speaker.clone();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let greets = matches!(start, Start::Implicit);
            let Some(tcp) = until_tls(tcp, start).await else { continue };
            if let Ok(secure) = acceptor.accept(tcp).await {
                let talk = talk.clone();
                tokio::spawn(async move { talk.speak(secure, greets).await });
            }
        }
    });
    Secure { port, pem: made.cert.pem(), speaker }
}

/// The plain part; `None`: the client went away.
async fn until_tls(tcp: TcpStream, start: Start) -> Option<TcpStream> {
    let Start::StartTls(answer) = start else { return Some(tcp) };
    let mut stream = BufReader::new(tcp);
    stream.write_all(b"220 mx ESMTP\r\n").await.ok()?;
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    assert!(line.starts_with("EHLO "), "{line}");
    stream.write_all(b"250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n").await.ok()?;
    line.clear();
    stream.read_line(&mut line).await.ok()?;
    assert_eq!(line, "STARTTLS\r\n");
    stream.write_all(answer.as_bytes()).await.ok()?;
    Some(stream.into_inner())
}

fn message() -> Message {
    let draft = Draft {
        send_id: "sd_1".into(),
        from: Mailbox::new("", "care@example.cn").unwrap(),
        reply_to: None,
        to: Mailbox::new("", "wang@example.org").unwrap(),
        cc: vec![],
        subject: "Hi".into(),
        preheader: None,
        html: None,
        text: "hello\n".repeat(20_000),
        pictures: vec![],
        headers: vec![],
        date: "2026-03-29T09:00:00Z".parse().unwrap(),
        unsubscribe: None,
    };
    draft.check().unwrap()
}

async fn send(relay: Relay) -> Fate {
    let pool = RelayPool::new(relay).unwrap();
    let mut connection = match pool.checkout().await {
        Ok(connection) => connection,
        Err(fate) => return fate,
    };
    let message = message();
    match connection.prepare(&Envelope::of(&message)).await {
        Ok(handover) => handover.hand_over(&Letter::of(&message).unwrap()).await,
        Err(fate) => fate,
    }
}

fn relay(server: &Secure, host: &str, security: Security) -> Relay {
    Relay { trust: Trust::Pem(server.pem.clone()), ..Relay::new(host, server.port, security) }
}

#[tokio::test]
async fn a_mail_goes_over_implicit_tls() {
    let server = server(Start::Implicit).await;
    let fate = send(relay(&server, "localhost", Security::Implicit)).await;
    assert!(matches!(fate, Fate::Accepted { .. }), "{fate:?}");
    assert_eq!(server.speaker.mails()[0].data, Letter::of(&message()).unwrap().as_str().as_bytes());
}

#[tokio::test]
async fn a_mail_goes_over_starttls_and_ehlo_is_said_again() {
    let server = server(Start::StartTls("220 2.0.0 go\r\n")).await;
    let fate = send(relay(&server, "localhost", Security::StartTls)).await;
    assert!(matches!(fate, Fate::Accepted { .. }), "{fate:?}");
    assert_eq!(server.speaker.sessions()[0].commands.join(" "), "EHLO MAIL RCPT DATA");
}

#[tokio::test]
async fn a_reply_put_in_before_tls_ends_the_connection() {
    let server = server(Start::StartTls("220 2.0.0 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")).await;
    let fate = send(relay(&server, "localhost", Security::StartTls)).await;
    let Fate::Deferred { cause: Cause::Lost(why), .. } = &fate else { panic!("{fate:?}") };
    assert!(why.contains("out of turn"), "{why}");
    assert_eq!(server.speaker.count(), 0);
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_no_mail() {
    let server = server(Start::Implicit).await;
    // Browsers do not know this certificate; and it is not for that name.
    let strangers = Relay::new("localhost", server.port, Security::Implicit);
    let other_name = relay(&server, "127.0.0.1", Security::Implicit);
    for relay in [strangers, other_name] {
        let fate = send(relay).await;
        let Fate::Deferred { cause: Cause::Lost(why), .. } = &fate else { panic!("{fate:?}") };
        assert!(why.contains("certificate"), "{why}");
    }
    assert!(server.speaker.sessions().is_empty());
}

#[test]
fn a_relay_that_trusts_nobody_is_no_relay() {
    let relay =
        Relay { trust: Trust::Pem("nothing".into()), ..Relay::new("localhost", 465, Security::Implicit) };
    assert!(matches!(RelayPool::new(relay), Err(RelayError::Tls { .. })));
    let nameless = Relay::new("not a name", 465, Security::Implicit);
    assert!(matches!(RelayPool::new(nameless), Err(RelayError::Tls { .. })));
}
