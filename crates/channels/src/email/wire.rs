//! The byte stream under a connection: TCP that does not wait, TLS, and STARTTLS without its hole.
//!
//! lettre's connection works over any stream that is given to it, but gives none itself that this
//! project can use: its own TCP never sets NODELAY (body and reply then wait for each other), implicit
//! TLS over a foreign stream is private, and its STARTTLS keeps what it had read before the upgrade, so
//! that somebody on the way may put replies there. So the stream is opened here, up to the point where
//! lettre would read the greeting.

use super::relay::{Relay, Security};
use super::tls::Tls;
use crate::fate::{Cause, Phase, Reply};
use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Replies before TLS are a few lines; more is not a mail server.
const LONGEST_REPLY: usize = 8 * 1024;

/// An open stream at whose start the server's greeting is to be read.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    /// A greeting that was read before STARTTLS, read once more by lettre. Empty: nothing is left of it.
    greeting: Vec<u8>,
    offer: Arc<Offer>,
}

/// What the server says until the first mail: lettre keeps of EHLO's answer only what it knows itself, and
/// PIPELINING (RFC 2920) is not among that.
#[derive(Debug, Default)]
pub(super) struct Offer {
    /// `None`: nobody listens any more.
    heard: Mutex<Option<Vec<u8>>>,
}

impl Offer {
    fn listening() -> Arc<Self> {
        Arc::new(Self { heard: Mutex::new(Some(Vec::new())) })
    }

    fn hear(&self, bytes: &[u8]) {
        // What was heard is whole after each statement.
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(heard) = heard.as_mut().filter(|heard| heard.len() < LONGEST_REPLY) {
            heard.extend_from_slice(bytes);
        }
    }

    /// Ends listening, and says whether several commands may be said at once.
    pub(super) fn pipelining(&self) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        let mut lines = heard.split(|byte| *byte == b'\n');
        lines.any(|line| {
            line.starts_with(b"250")
                && line.get(4..).is_some_and(|word| word.trim_ascii().eq_ignore_ascii_case(b"PIPELINING"))
        })
    }
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
    /// A simulation has it at its other end.
    Pretended(DuplexStream),
}

/// Opens a stream to the relay. The caller bounds it in time.
/// Errors: how far it came, and what happened there.
pub(super) async fn open(relay: &Relay, tls: Option<&Tls>) -> Result<(Wire, Arc<Offer>), (Phase, Cause)> {
    let (stream, greeting) = stream(relay, tls).await?;
    let offer = Offer::listening();
    Ok((Wire { stream, greeting, offer: Arc::clone(&offer) }, offer))
}

async fn stream(relay: &Relay, tls: Option<&Tls>) -> Result<(Stream, Vec<u8>), (Phase, Cause)> {
    let lost = |phase: Phase| move |error: io::Error| (phase, Cause::Lost(error.to_string()));
    if let Some(dial) = &relay.dial {
        return Ok((Stream::Pretended(dial.open().map_err(lost(Phase::Connect))?), Vec::new()));
    }
    let host = relay.host.trim_matches(['[', ']']);
    let mut tcp = TcpStream::connect((host, relay.port)).await.map_err(lost(Phase::Connect))?;
    tcp.set_nodelay(true).map_err(lost(Phase::Connect))?;
    match (relay.security, tls) {
        (Security::Plain, _) => Ok((Stream::Plain(tcp), Vec::new())),
        (Security::Implicit, Some(tls)) => {
            let secure = tls.secure(tcp).await.map_err(lost(Phase::Tls))?;
            Ok((Stream::Secure(Box::new(secure)), Vec::new()))
        }
        (Security::StartTls, Some(tls)) => {
            let greeting = ask_for_tls(&mut tcp, &relay.helo).await?;
            let secure = tls.secure(tcp).await.map_err(lost(Phase::Tls))?;
            Ok((Stream::Secure(Box::new(secure)), greeting))
        }
        (Security::Implicit | Security::StartTls, None) => {
            Err((Phase::Tls, Cause::Lost("TLS was not set up".into())))
        }
    }
}

/// Speaks as far as the 220 to STARTTLS and returns the greeting. Generic over the stream for tests.
async fn ask_for_tls<S>(stream: &mut S, helo: &str) -> Result<Vec<u8>, (Phase, Cause)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (greeting, reply) = read_reply(stream).await.map_err(|cause| (Phase::Greeting, cause))?;
    if reply.code != 220 {
        return Err((Phase::Greeting, Cause::Reply(reply)));
    }
    let (lines, reply) =
        ask(stream, &format!("EHLO {helo}\r\n")).await.map_err(|cause| (Phase::Hello, cause))?;
    if reply.code != 250 {
        return Err((Phase::Hello, Cause::Reply(reply)));
    }
    let offered = lines.split(|byte| *byte == b'\n').any(|line| {
        line.get(4..).is_some_and(|keyword| keyword.trim_ascii().eq_ignore_ascii_case(b"STARTTLS"))
    });
    if !offered {
        return Err((Phase::Tls, Cause::Lost("the server does not offer STARTTLS".into())));
    }
    let (_, reply) = ask(stream, "STARTTLS\r\n").await.map_err(|cause| (Phase::Tls, cause))?;
    if reply.code == 220 { Ok(greeting) } else { Err((Phase::Tls, Cause::Reply(reply))) }
}

async fn ask<S>(stream: &mut S, command: &str) -> Result<(Vec<u8>, Reply), Cause>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(command.as_bytes()).await.map_err(|error| Cause::Lost(error.to_string()))?;
    read_reply(stream).await
}

/// Reads exactly one reply. Errors: also when more follows in the same read, because before TLS a
/// server speaks only when it is spoken to; what comes later fails the handshake.
async fn read_reply<S>(stream: &mut S) -> Result<(Vec<u8>, Reply), Cause>
where
    S: AsyncRead + Unpin,
{
    let mut read = Vec::with_capacity(512);
    loop {
        match one_reply(&read) {
            Parsed::Whole(reply) => return Ok((read, reply)),
            Parsed::Garbled => return Err(Cause::Lost("the server does not speak SMTP".into())),
            Parsed::TooMuch => {
                return Err(Cause::Lost("the server spoke out of turn before TLS".into()));
            }
            Parsed::Partial => {}
        }
        if read.len() > LONGEST_REPLY {
            return Err(Cause::Lost("the server's reply does not end".into()));
        }
        let count = stream.read_buf(&mut read).await.map_err(|error| Cause::Lost(error.to_string()))?;
        if count == 0 {
            return Err(Cause::Lost("the server closed the connection".into()));
        }
    }
}

enum Parsed {
    Whole(Reply),
    Partial,
    TooMuch,
    Garbled,
}

fn one_reply(read: &[u8]) -> Parsed {
    let mut text = String::new();
    let mut rest = read;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end + 1);
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches(['\r', '\n']);
        let (Some(code), separator) =
            (line.get(..3).and_then(|code| code.parse::<u16>().ok()), line.get(3..4))
        else {
            return Parsed::Garbled;
        };
        text.push_str(line.get(4..).unwrap_or(""));
        match separator {
            Some("-") => text.push(' '),
            Some(" ") | None if after.is_empty() => return Parsed::Whole(Reply::new(code, &text)),
            Some(" ") | None => return Parsed::TooMuch,
            Some(_) => return Parsed::Garbled,
        }
        rest = after;
    }
    Parsed::Partial
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.greeting.is_empty() {
            let count = this.greeting.len().min(into.remaining());
            for byte in this.greeting.drain(..count) {
                into.put_slice(&[byte]);
            }
            return Poll::Ready(Ok(()));
        }
        let before = into.filled().len();
        let read = match &mut this.stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(cx, into),
            Stream::Secure(tls) => Pin::new(tls.as_mut()).poll_read(cx, into),
            Stream::Pretended(pipe) => Pin::new(pipe).poll_read(cx, into),
        };
        this.offer.hear(into.filled().get(before..).unwrap_or_default());
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Stream::Secure(tls) => Pin::new(tls.as_mut()).poll_write(cx, bytes),
            Stream::Pretended(pipe) => Pin::new(pipe).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Stream::Secure(tls) => Pin::new(tls.as_mut()).poll_flush(cx),
            Stream::Pretended(pipe) => Pin::new(pipe).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Stream::Secure(tls) => Pin::new(tls.as_mut()).poll_shutdown(cx),
            Stream::Pretended(pipe) => Pin::new(pipe).poll_shutdown(cx),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.stream {
            Stream::Plain(tcp) => tcp.peer_addr(),
            Stream::Secure(tls) => tls.get_ref().0.peer_addr(),
            Stream::Pretended(_) => Ok(SocketAddr::from(([127, 0, 0, 1], 25))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    /// A server that greets, and answers each line with the next of `answers`.
    async fn asked(answers: &'static [&'static str]) -> Result<Vec<u8>, (Phase, Cause)> {
        let (mut ours, mut theirs) = duplex(4096);
        let server = tokio::spawn(async move {
            let mut line = [0; 512];
            for answer in answers {
                theirs.write_all(answer.as_bytes()).await.unwrap();
                if theirs.read(&mut line).await.unwrap() == 0 {
                    break;
                }
            }
        });
        let result = ask_for_tls(&mut ours, "a.test").await;
        drop(ours);
        server.await.unwrap();
        result
    }

    #[tokio::test]
    async fn starttls_is_asked_for_and_the_greeting_is_kept() {
        let greeting =
            asked(&["220 mx ready\r\n", "250-mx\r\n250-SIZE 9\r\n250 starttls\r\n", "220 go\r\n"]).await;
        assert_eq!(greeting, Ok(b"220 mx ready\r\n".to_vec()));
    }

    #[tokio::test]
    async fn a_reply_injected_behind_the_220_ends_it() {
        let refused =
            asked(&["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"]).await;
        assert_eq!(refused, Err((Phase::Tls, Cause::Lost("the server spoke out of turn before TLS".into()))));
        // Half a line is as bad as a whole one.
        let refused = asked(&["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n2"]).await;
        assert!(matches!(refused, Err((Phase::Tls, Cause::Lost(_)))), "{refused:?}");
        let refused = asked(&["220 mx\r\n250 early\r\n"]).await;
        assert!(matches!(refused, Err((Phase::Greeting, Cause::Lost(_)))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_server_without_starttls_gets_nothing_more() {
        let refused = asked(&["220 mx\r\n", "250-mx\r\n250 AUTH PLAIN\r\n"]).await;
        assert!(matches!(refused, Err((Phase::Tls, Cause::Lost(_)))), "{refused:?}");
        let refused = asked(&["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "454 4.7.0 not now\r\n"]).await;
        assert!(matches!(refused, Err((Phase::Tls, Cause::Reply(Reply { code: 454, .. })))), "{refused:?}");
        let refused = asked(&["554 5.7.1 no\r\n"]).await;
        assert!(
            matches!(refused, Err((Phase::Greeting, Cause::Reply(Reply { code: 554, .. })))),
            "{refused:?}"
        );
        let refused = asked(&["SSH-2.0-OpenSSH\r\n"]).await;
        assert!(matches!(refused, Err((Phase::Greeting, Cause::Lost(_)))), "{refused:?}");
    }

    #[test]
    fn several_commands_at_once_are_said_only_where_the_server_offers_it() {
        for (said, offers) in [
            ("220 mx PIPELINING\r\n250-mx\r\n250 8BITMIME\r\n", false),
            ("220 mx\r\n250-mx\r\n250-PIPELINING\r\n250 8BITMIME\r\n", true),
            ("220 mx\r\n250-mx\r\n250 pipelining\r\n", true),
        ] {
            let offer = Offer::listening();
            said.as_bytes().chunks(7).for_each(|part| offer.hear(part));
            assert_eq!(offer.pipelining(), offers, "{said}");
        }
    }

    #[tokio::test]
    async fn a_connection_does_not_wait_to_fill_its_packets() {
        let listener = crate::loopback::listener().await;
        let port = listener.local_addr().unwrap().port();
        let (wire, _) = open(&Relay::new("127.0.0.1", port, Security::Plain), None).await.unwrap();
        let Stream::Plain(tcp) = &wire.stream else { panic!("asked for a plain one") };
        assert!(tcp.nodelay().unwrap());
    }
}
