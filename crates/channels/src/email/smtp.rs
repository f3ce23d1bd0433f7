//! One SMTP connection: opened, asked mail by mail, and never used again after an exchange that broke off.
//!
//! ```text
//!            MAIL, RCPT, DATA → 354          body, dot → 250
//!   Ready ──────────────────────────► Open ───────────────────► Ready, or Asked
//!     │ ▲                              │                            │ → 354
//!     │ └─ refused: RSET answered      │ not handed over,           ▼
//!     │                                │ or refused                Open
//!     ▼                                ▼
//!   Broken ◄── silence, loss, an odd reply, 421, a cancelled future
//! ```
//!
//! Where the server offers PIPELINING the three commands are said at once, and those of the next mail right
//! behind the dot of this one (Asked): one round to the server a mail instead of four.

use super::mime::Letter;
use super::relay::Relay;
use super::tls::Tls;
use super::wire;
use crate::fate::{Cause, Fate, Phase, Reply, classify};
use crate::message::{Mailbox, Message};
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::transport::smtp::{Error, commands::Quit};
use std::error::Error as _;
use std::fmt::{self, Display};
use std::time::Duration;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};

/// Whom a transaction is from and to: one recipient, because one that is refused would spoil the others.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    return_path: Address,
    recipient: Address,
}

impl Envelope {
    /// Bounces go to `return_path`, the mail to `recipient`; names are not used.
    pub fn new(return_path: &Mailbox, recipient: &Mailbox) -> Self {
        Self {
            return_path: return_path.lettre_address().clone(),
            recipient: recipient.lettre_address().clone(),
        }
    }

    /// MAIL, RCPT and DATA.
    fn commands(&self) -> [String; 3] {
        [
            Mail::new(Some(self.return_path.clone()), Vec::new()).to_string(),
            Rcpt::new(self.recipient.clone(), Vec::new()).to_string(),
            Data.to_string(),
        ]
    }

    /// From the message's sender to its recipient.
    pub fn of(message: &Message) -> Self {
        Self::new(&message.parts().from, &message.parts().to)
    }
}

impl fmt::Debug for Envelope {
    /// No addresses: they are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Envelope(…)")
    }
}

/// A connection that has greeted and, where needed, signed in.
pub(super) struct Line {
    smtp: AsyncSmtpConnection,
    /// Whether several commands may be said at once.
    pipelining: bool,
    /// For whom the next mail was asked already.
    asked: Option<Envelope>,
    state: State,
    /// Transactions begun on it.
    pub(super) mails: u32,
    /// When it was last used.
    pub(super) used: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    /// 354 was read, the content is awaited.
    Open,
    /// MAIL, RCPT and DATA have been said, and their replies are to be read.
    Asked,
    /// An exchange is under way, or broke off: whatever comes next may answer an older question.
    Broken,
}

impl Line {
    /// Opens and signs in. Errors: the fate of a send that wanted it.
    pub(super) async fn open(relay: &Relay, tls: Option<&Tls>) -> Result<Self, Fate> {
        let helo = ClientId::Domain(relay.helo.clone());
        let opening = async {
            let (stream, offer) = wire::open(relay, tls).await?;
            // Greeting and EHLO come as one from lettre; both mean "later", so one phase will do.
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &helo)
                .await
                .map(|smtp| (smtp, offer.pipelining()))
                .map_err(|error| (Phase::Greeting, cause_of(&error)))
        };
        let (smtp, pipelining) = match timeout(relay.timeouts.opening, opening).await {
            Ok(opened) => opened.map_err(|(phase, cause)| classify(phase, cause))?,
            Err(_) => return Err(classify(Phase::Connect, Cause::Silent(relay.timeouts.opening))),
        };
        let mut line =
            Self { smtp, pipelining, asked: None, state: State::Ready, mails: 0, used: Instant::now() };
        if let Some(login) = &relay.login {
            let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
            let auth = line.smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            let cause = match timeout(relay.timeouts.command, auth).await {
                Ok(Ok(response)) if response.has_code(235) => return Ok(line),
                Ok(Ok(response)) => Cause::Reply(reply_of(&response)),
                Ok(Err(error)) => cause_of(&error),
                Err(_) => Cause::Silent(relay.timeouts.command),
            };
            return Err(classify(Phase::Auth, cause));
        }
        Ok(line)
    }

    /// True: the next mail has been announced on it.
    pub(super) fn is_asked(&self) -> bool {
        self.state == State::Asked
    }

    /// True: the next mail may use it.
    pub(super) fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// MAIL, RCPT, DATA: after `Ok` the server waits for the content. After an error the line is ready
    /// again if the server answered in order. Errors: the phase and what came instead.
    pub(super) async fn prepare(
        &mut self,
        envelope: &Envelope,
        limit: Duration,
    ) -> Result<(), (Phase, Cause)> {
        if self.state == State::Asked && self.asked.as_ref() != Some(envelope) {
            self.state = State::Broken;
            return Err((Phase::Mail, Cause::Lost("another mail was announced to the server".into())));
        }
        if self.pipelining {
            return self.prepare_at_once(envelope, limit).await;
        }
        self.mails += 1;
        let phases = [Phase::Mail, Phase::Recipient, Phase::Data];
        for (phase, command) in phases.into_iter().zip(envelope.commands()) {
            let reply = self.exchange(command, limit).await.map_err(|cause| (phase, cause))?;
            if !is_asked_for(phase, &reply) {
                return Err(self.refused(phase, reply, limit).await);
            }
        }
        self.state = State::Open;
        Ok(())
    }

    /// The same with one write, or none where it was said behind the last mail. All three replies are read,
    /// also after a refusal: the next question must not get them.
    async fn prepare_at_once(&mut self, envelope: &Envelope, limit: Duration) -> Result<(), (Phase, Cause)> {
        let mut refusal: Option<(Phase, Reply)> = None;
        let mut said = self.state == State::Asked;
        if !said {
            self.mails += 1;
        }
        for phase in [Phase::Mail, Phase::Recipient, Phase::Data] {
            let reply = if std::mem::replace(&mut said, true) {
                self.answer(limit).await
            } else {
                self.exchange(envelope.commands().concat(), limit).await
            };
            match (reply, &refusal) {
                (Ok(reply), None) if !is_asked_for(phase, &reply) => {
                    let closing = reply.code == 421;
                    refusal = Some((phase, reply));
                    if closing {
                        break;
                    }
                }
                // A mail to nobody is not said: the connection ends here.
                (Ok(reply), Some(_)) if phase == Phase::Data && reply.code == 354 => {
                    self.state = State::Broken;
                }
                (Ok(_), _) => {}
                (Err(cause), None) => return Err((phase, cause)),
                (Err(_), Some(_)) => break,
            }
        }
        self.asked = None;
        match refusal {
            Some((phase, reply)) => Err(self.refused(phase, reply, limit).await),
            None => {
                self.state = State::Open;
                Ok(())
            }
        }
    }

    /// The body and the dot in one write, and the reply to them. `next`: whose mail is announced in the same
    /// write; it must be the next to be prepared.
    pub(super) async fn hand_over(
        &mut self,
        letter: &Letter,
        next: Option<&Envelope>,
        limit: Duration,
    ) -> Fate {
        if self.state != State::Open {
            // Nothing has been said, so nothing can have been taken.
            return classify(Phase::Data, Cause::Lost("the server does not wait for a mail".into()));
        }
        let next = next.filter(|_| self.pipelining);
        let said = next.map(|next| next.commands().concat()).unwrap_or_default();
        match self.exchange(Content(letter.as_str(), &said), limit).await {
            Ok(reply) => {
                if reply.code != 250 {
                    // A server that refuses while it still reads may answer the dot as well; the next
                    // mail would take that answer for its own.
                    self.state = State::Broken;
                } else if let Some(next) = next {
                    self.mails += 1;
                    self.asked = Some(next.clone());
                    self.state = State::Asked;
                }
                classify(Phase::Content, Cause::Reply(reply))
            }
            Err(cause) => classify(Phase::Content, cause),
        }
    }

    /// QUIT; whatever comes of it, the connection is closed then.
    pub(super) async fn quit(mut self, limit: Duration) {
        if self.is_ready() {
            // The mails are settled; a relay that does not say goodbye changes nothing.
            let _ = self.exchange(Quit, limit).await;
        }
    }

    /// Clears what a refusal left of the transaction. An answer that is no refusal (a 2yz to DATA) or
    /// that closes the connection (421) leaves nothing to be cleared.
    async fn refused(&mut self, phase: Phase, reply: Reply, limit: Duration) -> (Phase, Cause) {
        if !(reply.is_transient() || reply.is_permanent()) {
            self.state = State::Broken;
        }
        if self.is_ready() && phase != Phase::Mail {
            match self.exchange(Rset, limit).await {
                Ok(answer) if (200..300).contains(&answer.code) => {}
                Ok(_) | Err(_) => self.state = State::Broken,
            }
        }
        (phase, Cause::Reply(reply))
    }

    /// One command, one reply. The state is `Broken` while it runs, so a future that is dropped half-way
    /// leaves it so.
    async fn exchange(&mut self, command: impl Display, limit: Duration) -> Result<Reply, Cause> {
        self.state = State::Broken;
        let answer = timeout(limit, self.smtp.command(command)).await;
        self.heard(answer, limit)
    }

    /// The reply to what was said before.
    async fn answer(&mut self, limit: Duration) -> Result<Reply, Cause> {
        self.state = State::Broken;
        let answer = timeout(limit, self.smtp.read_response()).await;
        self.heard(answer, limit)
    }

    fn heard(
        &mut self,
        answer: Result<Result<Response, Error>, Elapsed>,
        limit: Duration,
    ) -> Result<Reply, Cause> {
        let cause = match answer {
            Ok(Ok(response)) => Cause::Reply(reply_of(&response)),
            Ok(Err(error)) => cause_of(&error),
            Err(_) => Cause::Silent(limit),
        };
        self.used = Instant::now();
        match cause {
            Cause::Reply(reply) => {
                // 421 at any time: the server is closing.
                if reply.code != 421 {
                    self.state = State::Ready;
                }
                Ok(reply)
            }
            Cause::Lost(_) | Cause::Silent(_) => Err(cause),
        }
    }
}

/// Whether the reply is the one that a phase hopes for.
fn is_asked_for(phase: Phase, reply: &Reply) -> bool {
    if phase == Phase::Data { reply.code == 354 } else { (200..300).contains(&reply.code) }
}

/// A mail's text with its dots doubled and the final dot, as one command, so that it is one write, and what
/// is said behind it: lettre's `message` writes the dot apart and looks at each byte on its own.
struct Content<'a>(&'a str, &'a str);

impl Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        if rest.starts_with('.') {
            f.write_str(".")?;
        }
        while let Some(at) = rest.find("\r\n.") {
            let (before, after) = rest.split_at(at + 3);
            f.write_str(before)?;
            f.write_str(".")?;
            rest = after;
        }
        f.write_str(rest)?;
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })?;
        f.write_str(self.1)
    }
}

fn reply_of(response: &Response) -> Reply {
    let text: Vec<&str> = response.message().collect();
    Reply::new(u16::from(response.code()), &text.join(" "))
}

/// lettre makes an error of a 4yz or 5yz; the reply's text is the error's source.
fn cause_of(error: &Error) -> Cause {
    match error.status() {
        Some(code) => {
            let text = error.source().map(ToString::to_string).unwrap_or_default();
            Cause::Reply(Reply::new(u16::from(code), &text))
        }
        None => Cause::Lost(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_at_the_start_of_a_line_are_doubled_and_no_others() {
        let wire = |text: &str| Content(text, "").to_string();
        assert_eq!(wire("a\r\n"), "a\r\n.\r\n");
        assert_eq!(wire("a"), "a\r\n.\r\n");
        assert_eq!(wire(""), "\r\n.\r\n");
        assert_eq!(wire(".\r\n"), "..\r\n.\r\n");
        assert_eq!(wire("..a\r\n.\r\n..b\r\nc.\r\n"), "...a\r\n..\r\n...b\r\nc.\r\n.\r\n");
        assert_eq!(wire("\r\n.\r\n.\r\n"), "\r\n..\r\n..\r\n.\r\n");
    }
}
