//! What became of a send, judged by how far it came and what the server said.
//!
//! ```text
//! refused or lost at            4yz        5yz              5.7.x     lost, silent, other code
//! connect greeting hello tls    deferred   deferred         deferred  deferred
//! auth, MAIL                    deferred   configuration    same      deferred
//! RCPT                          deferred*  see `recipient`  policy    deferred
//! DATA                          deferred   policy           policy    deferred
//! content (after the gate)      deferred   policy           policy    unknown      250: accepted
//! ```
//! `*` counts as a soft bounce of the address.

use jiff::SignedDuration;
use std::fmt;
use std::time::Duration;

/// What became of one send.
#[must_use = "a fate that nobody records is a send that nobody knows of"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server took it: 250 after the dot.
    Accepted {
        /// What it said, often its queue id.
        reply: Reply,
    },
    /// Nothing was delivered; a later try may succeed.
    Deferred {
        /// Why not now.
        cause: Cause,
        /// How soon again.
        retry: Retry,
        /// True only for a 4yz at RCPT: five on distinct days suppress the address.
        counts_as_soft_bounce: bool,
    },
    /// Nothing was delivered, and trying again would not help.
    Rejected {
        /// Whose fault it is, which decides what else stops.
        kind: Rejection,
        /// What the server said.
        reply: Reply,
    },
    /// The content may have been taken; nobody can tell from here.
    Unknown {
        /// Why it cannot be told.
        why: Cause,
    },
}

/// Whose fault a refusal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The address does not work: a hard bounce, it is suppressed.
    Permanent,
    /// The provider will not have this mail from us: counted per domain, not a bounce of the address.
    Policy,
    /// Our account or sender is refused: the channel pauses, no customer is burnt.
    Configuration,
}

/// Which pace a retry takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// [`retry_delay`] by attempt.
    Backoff,
    /// The same, and the provider group's rate halves for 15 minutes (4.7.x).
    Throttled,
    /// The other side said how long it wants to be left alone.
    After(SignedDuration),
}

/// What came instead of the answer that was hoped for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The server said something else.
    Reply(Reply),
    /// The connection failed or spoke no SMTP; the text is the cause underneath.
    Lost(String),
    /// No answer within this time.
    Silent(Duration),
}

/// A server's reply, its lines joined by spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200 to 559.
    pub code: u16,
    /// The enhanced status code at the start of the text. `None`: a bare reply.
    pub enhanced: Option<Enhanced>,
    /// The text without controls, at most 500 characters. May hold an address: not for logs.
    pub text: String,
}

/// An enhanced status code (RFC 3463), such as 5.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced {
    /// 2, 4 or 5.
    pub class: u8,
    /// 0 to 999: 1 address, 2 mailbox, 4 network, 7 policy …
    pub subject: u16,
    /// 0 to 999.
    pub detail: u16,
}

/// How far a send had come, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Name look-up and TCP.
    Connect,
    /// The server's first line.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS and the handshake.
    Tls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA, up to its 354.
    Data,
    /// The body, the dot and the reply to it. The gate stands before this one.
    Content,
}

/// The fate of a send whose phase ended with `cause`. Pure. A 2yz or 3yz that is no refusal but not the
/// expected answer either counts as "other code". Errors: none.
pub fn classify(phase: Phase, cause: Cause) -> Fate {
    match phase {
        Phase::Connect | Phase::Greeting | Phase::Hello | Phase::Tls => later(cause, false),
        Phase::Auth | Phase::Mail => match cause {
            Cause::Reply(reply) if reply.is_permanent() => {
                Fate::Rejected { kind: Rejection::Configuration, reply }
            }
            Cause::Reply(_) | Cause::Lost(_) | Cause::Silent(_) => later(cause, false),
        },
        Phase::Recipient => match cause {
            Cause::Reply(reply) if reply.is_permanent() => Fate::Rejected { kind: recipient(&reply), reply },
            Cause::Reply(ref reply) => {
                let soft = reply.is_transient();
                later(cause, soft)
            }
            Cause::Lost(_) | Cause::Silent(_) => later(cause, false),
        },
        Phase::Data => match cause {
            Cause::Reply(reply) if reply.is_permanent() => Fate::Rejected { kind: Rejection::Policy, reply },
            Cause::Reply(_) | Cause::Lost(_) | Cause::Silent(_) => later(cause, false),
        },
        Phase::Content => match cause {
            Cause::Reply(reply) if reply.code == 250 => Fate::Accepted { reply },
            Cause::Reply(reply) if reply.is_permanent() => Fate::Rejected { kind: Rejection::Policy, reply },
            Cause::Reply(reply) if reply.is_transient() => later(Cause::Reply(reply), false),
            Cause::Reply(_) | Cause::Lost(_) | Cause::Silent(_) => Fate::Unknown { why: cause },
        },
    }
}

fn later(cause: Cause, counts_as_soft_bounce: bool) -> Fate {
    let throttled = match &cause {
        Cause::Reply(reply) => {
            reply.is_transient() && reply.enhanced.is_some_and(|e| (e.class, e.subject) == (4, 7))
        }
        Cause::Lost(_) | Cause::Silent(_) => false,
    };
    let retry = if throttled { Retry::Throttled } else { Retry::Backoff };
    Fate::Deferred { cause, retry, counts_as_soft_bounce }
}

/// Judges a 5yz at RCPT: 5.1.x, 5.2.1, 5.4.4 and the bare 550, 551, 553 are about the address. Two digits
/// that contradict each other (550 4.2.2) are no proof against an address, so it is not suppressed.
fn recipient(reply: &Reply) -> Rejection {
    match reply.enhanced.map(|code| (code.class, code.subject, code.detail)) {
        Some((5, 1, _) | (5, 2, 1) | (5, 4, 4)) => Rejection::Permanent,
        Some(_) => Rejection::Policy,
        None => match reply.code {
            550 | 551 | 553 => Rejection::Permanent,
            _ => Rejection::Policy,
        },
    }
}

impl Reply {
    /// Reads the enhanced code off the text and cleans the text.
    pub fn new(code: u16, text: &str) -> Self {
        let text: String = text.chars().filter(|letter| !letter.is_control()).take(500).collect();
        let text = text.trim().to_owned();
        let enhanced = text.split_whitespace().next().and_then(Enhanced::parse);
        Self { code, enhanced, text }
    }

    /// 5yz.
    pub fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    /// 4yz.
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }
}

impl Enhanced {
    /// Reads `5.1.1`. `None`: it is no such code.
    pub fn parse(word: &str) -> Option<Self> {
        let number = |part: &str| {
            let fits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if fits { part.parse::<u16>().ok() } else { None }
        };
        let word = word.trim_end_matches([':', ',', ';']);
        let mut parts = word.split('.');
        let class = match parts.next()? {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        let subject = number(parts.next()?)?;
        let detail = number(parts.next()?)?;
        if parts.next().is_some() { None } else { Some(Self { class, subject, detail }) }
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => reply.fmt(f),
            Self::Lost(what) => write!(f, "connection lost: {what}"),
            Self::Silent(limit) => write!(f, "no answer within {} s", limit.as_secs_f32()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One word for each fate, so that the table below reads like the specification's.
    fn word(fate: &Fate) -> &'static str {
        match fate {
            Fate::Accepted { .. } => "accepted",
            Fate::Deferred { counts_as_soft_bounce: true, retry: Retry::Backoff, .. } => "deferred soft",
            Fate::Deferred { counts_as_soft_bounce: true, retry: Retry::Throttled, .. } => {
                "deferred soft slow"
            }
            Fate::Deferred { counts_as_soft_bounce: false, retry: Retry::Backoff, .. } => "deferred",
            Fate::Deferred { counts_as_soft_bounce: false, retry: Retry::Throttled, .. } => "deferred slow",
            // No mail server says when.
            Fate::Deferred { retry: Retry::After(_), .. } => "deferred until",
            Fate::Rejected { kind: Rejection::Permanent, .. } => "permanent",
            Fate::Rejected { kind: Rejection::Policy, .. } => "policy",
            Fate::Rejected { kind: Rejection::Configuration, .. } => "configuration",
            Fate::Unknown { .. } => "unknown",
        }
    }

    #[test]
    fn the_table_of_fates() {
        use Phase::*;
        let table = [
            (Greeting, 421, "too busy", "deferred"),
            (Greeting, 554, "5.7.1 go away", "deferred"),
            (Hello, 502, "what", "deferred"),
            (Tls, 454, "4.7.0 TLS not now", "deferred slow"),
            (Auth, 535, "5.7.8 bad credentials", "configuration"),
            (Auth, 530, "must authenticate", "configuration"),
            (Auth, 454, "4.7.0 later", "deferred slow"),
            (Auth, 334, "a challenge too many", "deferred"),
            (Mail, 550, "5.7.1 sender refused", "configuration"),
            (Mail, 553, "no such sender", "configuration"),
            (Mail, 451, "4.3.0 later", "deferred"),
            (Mail, 354, "odd", "deferred"),
            (Recipient, 550, "5.1.1 no such user", "permanent"),
            (Recipient, 550, "5.1.10 null MX", "permanent"),
            (Recipient, 550, "5.2.1 disabled", "permanent"),
            (Recipient, 550, "5.4.4 no route", "permanent"),
            (Recipient, 550, "no such user here", "permanent"),
            (Recipient, 551, "not local", "permanent"),
            (Recipient, 553, "name not allowed", "permanent"),
            (Recipient, 550, "5.7.1 blocked", "policy"),
            (Recipient, 553, "5.7.1 blocked", "policy"),
            (Recipient, 554, "no thanks", "policy"),
            (Recipient, 552, "5.2.2 mailbox full", "policy"),
            (Recipient, 550, "5.4.1 refused", "policy"),
            (Recipient, 550, "4.2.2 mailbox full", "policy"),
            (Recipient, 450, "4.2.0 greylisted", "deferred soft"),
            (Recipient, 452, "mailbox full", "deferred soft"),
            (Recipient, 450, "4.7.1 slow down", "deferred soft slow"),
            (Recipient, 354, "odd", "deferred"),
            (Data, 554, "5.6.0 bad content", "policy"),
            (Data, 503, "no valid recipients", "policy"),
            (Data, 451, "4.3.0 disk", "deferred"),
            (Data, 250, "odd", "deferred"),
            (Content, 250, "2.0.0 queued", "accepted"),
            (Content, 251, "odd", "unknown"),
            (Content, 200, "odd", "unknown"),
            (Content, 354, "one reply behind", "unknown"),
            (Content, 421, "4.3.2 shutting down", "deferred"),
            (Content, 451, "4.7.1 later", "deferred slow"),
            (Content, 550, "5.1.1 no such user", "policy"),
            (Content, 554, "5.7.1 spam", "policy"),
        ];
        for (phase, code, text, expected) in table {
            let fate = classify(phase, Cause::Reply(Reply::new(code, text)));
            assert_eq!(word(&fate), expected, "{phase:?} {code} {text}");
        }
    }

    #[test]
    fn silence_is_a_later_try_before_the_gate_and_unknown_behind_it() {
        use Phase::*;
        for cause in [Cause::Lost("reset".into()), Cause::Silent(Duration::from_secs(60))] {
            for phase in [Connect, Greeting, Hello, Tls, Auth, Mail, Recipient, Data] {
                assert_eq!(word(&classify(phase, cause.clone())), "deferred", "{phase:?}");
            }
            assert_eq!(classify(Content, cause.clone()), Fate::Unknown { why: cause });
        }
    }

    #[test]
    fn an_enhanced_code_is_read_only_where_it_is_one() {
        let read = |code, text| Reply::new(code, text).enhanced.map(|e| e.to_string());
        assert_eq!(read(550, "5.1.1 no").as_deref(), Some("5.1.1"));
        assert_eq!(read(550, "5.1.1: no").as_deref(), Some("5.1.1"));
        for text in
            ["", "5.1 x", "5.1.1.1 x", "10.0.0.1 is blocked", "5.1.x no", "5.1234.1 no", "5..1", "3.0.0 odd"]
        {
            assert_eq!(read(550, text), None, "{text}");
        }
    }
}
