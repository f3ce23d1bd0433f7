//! One conversation of the sink: reads commands, records mails, misbehaves where it is told to.

use super::{Act, Mail, Point, Speaker};
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// One connection's conversation.
pub(super) struct Talk<'a, S> {
    speaker: &'a Speaker,
    stream: BufReader<S>,
    number: usize,
    signed_in: bool,
    from: Option<String>,
    to: Vec<String>,
    /// Replies that wait until the client has nothing more to say, so that PIPELINING costs one write.
    out: Vec<u8>,
}

/// How one step of the conversation ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Usual,
    SomethingElse,
    /// Nothing more will be said.
    Goodbye,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    pub(super) fn new(speaker: &'a Speaker, stream: S, number: usize) -> Self {
        let signed_in = speaker.shared.settings.login.is_none();
        let stream = BufReader::with_capacity(64 * 1024, stream);
        Self { speaker, stream, number, signed_in, from: None, to: Vec::new(), out: Vec::new() }
    }

    /// Until the client or a trouble ends it. Errors: the connection's own.
    pub(super) async fn run(&mut self, greets: bool) -> io::Result<()> {
        let mut said = Said::Usual;
        if greets {
            said = self.answer(Point::Greeting, "220 sink.test ESMTP").await?;
        }
        while said != Said::Goodbye {
            let Some(line) = self.line().await? else { break };
            let line = String::from_utf8_lossy(&line).into_owned();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let verb = verb.to_ascii_uppercase();
            if self.speaker.shared.settings.keep_data {
                self.speaker.note(self.number, |session| session.commands.push(verb.clone()));
            }
            said = self.command(&verb, rest).await?;
        }
        self.flush().await
    }

    async fn command(&mut self, verb: &str, rest: &str) -> io::Result<Said> {
        match verb {
            "EHLO" | "HELO" => {
                let settings = &self.speaker.shared.settings;
                let auth = match settings.login {
                    Some(_) => format!("250-AUTH {}\r\n", settings.mechanisms),
                    None => String::new(),
                };
                let offer = format!(
                    "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n{auth}250 ENHANCEDSTATUSCODES"
                );
                self.answer(Point::Hello, &offer).await
            }
            "AUTH" => self.auth(rest).await,
            "MAIL" if !self.signed_in => self.say("530 5.7.0 sign in first"),
            "MAIL" if self.from.is_some() => self.say("503 5.5.1 nested MAIL"),
            "MAIL" => {
                let said = self.answer(Point::Mail, "250 2.1.0 ok").await?;
                self.from = (said == Said::Usual).then(|| address(rest));
                Ok(said)
            }
            "RCPT" if self.from.is_none() => self.say("503 5.5.1 MAIL first"),
            "RCPT" => {
                self.to.push(address(rest));
                let said = self.answer(Point::Recipient, "250 2.1.5 ok").await?;
                if said != Said::Usual {
                    self.to.pop();
                }
                Ok(said)
            }
            "DATA" if self.to.is_empty() => self.say("503 5.5.1 no recipients"),
            "DATA" => self.data().await,
            "RSET" => {
                self.forget();
                self.answer(Point::Reset, "250 2.0.0 ok").await
            }
            "NOOP" => self.say("250 2.0.0 ok"),
            "QUIT" => {
                self.speaker.note(self.number, |session| session.quit = true);
                self.answer(Point::Quit, "221 2.0.0 bye").await?;
                Ok(Said::Goodbye)
            }
            _ => self.say("500 5.5.2 what?"),
        }
    }

    async fn data(&mut self) -> io::Result<Said> {
        let said = self.answer(Point::Data, "354 go on").await?;
        if said != Said::Usual {
            return Ok(said);
        }
        let mut data = Vec::new();
        let mut first = true;
        loop {
            let Some(line) = self.line().await? else { return Ok(Said::Goodbye) };
            if std::mem::take(&mut first)
                && let Some(Said::Goodbye) = self.misbehave(Point::Body, "").await?
            {
                return Ok(Said::Goodbye);
            }
            if line == b"." {
                break;
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            data.extend_from_slice(b"\r\n");
        }
        if let Some(said) = self.misbehave(Point::Dot, "250").await? {
            self.forget();
            return Ok(said);
        }
        let message_id = header(&data, "message-id:");
        let data = if self.speaker.shared.settings.keep_data { data } else { Vec::new() };
        let (from, to) = (self.from.clone().unwrap_or_default(), self.to.clone());
        self.speaker.record(Mail { session: self.number, message_id, from, to, data })?;
        let said = self.answer(Point::Recorded, "250 2.0.0 taken").await?;
        self.forget();
        Ok(said)
    }

    async fn auth(&mut self, rest: &str) -> io::Result<Said> {
        let Some((user, password)) = self.speaker.shared.settings.login.clone() else {
            return self.say("502 5.5.1 not offered");
        };
        let (method, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let right = if method.eq_ignore_ascii_case("PLAIN") {
            unbase64(initial.as_bytes()) == format!("\0{user}\0{password}").into_bytes()
        } else {
            let name = self.challenge("334 VXNlcm5hbWU6").await?;
            let word = self.challenge("334 UGFzc3dvcmQ6").await?;
            name == user.into_bytes() && word == password.into_bytes()
        };
        if !right {
            return self.say("535 5.7.8 wrong name or password");
        }
        let said = self.answer(Point::Auth, "235 2.7.0 welcome").await?;
        self.signed_in = said == Said::Usual;
        Ok(said)
    }

    async fn challenge(&mut self, line: &str) -> io::Result<Vec<u8>> {
        self.say(line)?;
        Ok(unbase64(&self.line().await?.unwrap_or_default()))
    }

    /// Says the usual line, unless it is told to do something else at this point.
    async fn answer(&mut self, point: Point, usual: &str) -> io::Result<Said> {
        match self.misbehave(point, usual).await? {
            Some(said) => Ok(said),
            None => {
                self.say(usual)?;
                Ok(Said::Usual)
            }
        }
    }

    /// `None`: it goes on as usual.
    async fn misbehave(&mut self, point: Point, usual: &str) -> io::Result<Option<Said>> {
        match self.speaker.told(point, &self.to) {
            None => Ok(None),
            Some(Act::Say(line)) => {
                self.say(&line)?;
                let same = line.get(..1).is_some_and(|digit| usual.starts_with(digit));
                let said = if same { Said::Usual } else { Said::SomethingElse };
                Ok(Some(if line.starts_with("421") { Said::Goodbye } else { said }))
            }
            Some(Act::Close) => {
                self.out.clear();
                Ok(Some(Said::Goodbye))
            }
            Some(Act::Wait(time)) => {
                tokio::time::sleep(time).await;
                Ok(None)
            }
            Some(Act::Hold) => {
                self.flush().await?;
                self.speaker.hold(self.number).await;
                Ok(None)
            }
            Some(Act::Hang) => {
                self.flush().await?;
                self.speaker.note(self.number, |session| session.hangs = true);
                while self.stream.read(&mut [0; 4096]).await? > 0 {}
                Ok(Some(Said::Goodbye))
            }
        }
    }

    fn say(&mut self, line: &str) -> io::Result<Said> {
        self.out.extend_from_slice(line.as_bytes());
        self.out.extend_from_slice(b"\r\n");
        Ok(Said::SomethingElse)
    }

    async fn flush(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            self.stream.get_mut().write_all(&self.out).await?;
            self.stream.get_mut().flush().await?;
            self.out.clear();
        }
        Ok(())
    }

    /// The next line without its end. `None`: the client has gone, perhaps in the middle of a line.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.stream.buffer().is_empty() {
            self.flush().await?;
        }
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).await?;
        Ok(line.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }
}

/// What stands between the angle brackets of a MAIL or RCPT.
fn address(rest: &str) -> String {
    let inside = rest.split_once('<').map_or(rest, |(_, after)| after);
    inside.split_once('>').map_or(inside, |(inside, _)| inside).to_owned()
}

/// The value of a header that stands on one line; `name` in lower case with its colon.
fn header(data: &[u8], name: &str) -> String {
    data.split(|byte| *byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty())
        .find_map(|line| {
            let (head, value) = line.split_at_checked(name.len())?;
            head.eq_ignore_ascii_case(name.as_bytes())
                .then(|| String::from_utf8_lossy(value.trim_ascii()).into_owned())
        })
        .unwrap_or_default()
}

/// Decodes base64; what is none of its letters is skipped.
fn unbase64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap_or(0));
        }
    }
    out
}
