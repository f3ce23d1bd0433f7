//! How the sink misbehaves: what it does instead of the usual, where, to whom and how often.

use std::time::Duration;

/// A place in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Instead of the greeting.
    Greeting,
    /// At EHLO.
    Hello,
    /// At AUTH.
    Auth,
    /// At MAIL.
    Mail,
    /// At RCPT.
    Recipient,
    /// At DATA, instead of 354.
    Data,
    /// After the first line of the body.
    Body,
    /// After the dot, before the mail is accepted: what is told here replaces the acceptance.
    Dot,
    /// After the dot, when the mail has been recorded, before 250 is said.
    Recorded,
    /// At RSET.
    Reset,
    /// At QUIT.
    Quit,
}

/// What the server does there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says this line, such as `450 4.2.0 later`. One of another first digit than usual refuses the
    /// command; 421 also closes, as servers do.
    Say(String),
    /// Closes the connection without a word.
    Close,
    /// Goes on as usual after this time.
    Wait(Duration),
    /// Goes on as usual once the sink is told to behave.
    Hold,
    /// Never answers again.
    Hang,
}

/// Misbehaviour at one point.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub(super) point: Point,
    pub(super) act: Act,
    /// Only for mails to this address. `None`: for all.
    pub(super) only_to: Option<String>,
    /// How often still. `None`: for ever.
    pub(super) times: Option<u32>,
}

impl Trouble {
    /// This act at this point, for ever.
    pub fn at(point: Point, act: Act) -> Self {
        Self { point, act, only_to: None, times: None }
    }

    /// A refusal with this line, for ever.
    pub fn say(point: Point, line: &str) -> Self {
        Self::at(point, Act::Say(line.to_owned()))
    }

    /// Only the next time.
    pub fn once(self) -> Self {
        Self { times: Some(1), ..self }
    }

    /// Only for mails to this address; meant for points from RCPT on.
    pub fn only_to(self, address: &str) -> Self {
        Self { only_to: Some(address.to_owned()), ..self }
    }
}
