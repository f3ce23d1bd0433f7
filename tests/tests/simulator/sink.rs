//! The relay of the simulation: a conversation over a pipe in the same thread, and what it does by chance.

use std::io;
use std::sync::{Arc, Mutex};
use tests::dice::Dice;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};

/// What the relay does with a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treats {
    Takes,
    /// 450 at RCPT.
    Later,
    /// 550 at RCPT.
    Bounces,
    /// 451 at DATA.
    LaterAtData,
    /// Gone in the middle of the content.
    GoneBeforeDot,
    /// Gone after the dot, and the mail is not kept.
    GoneAtDot,
    /// Gone after the dot, and the mail is kept.
    GoneBehindDot,
    /// 451 to the dot.
    LaterAtDot,
    /// 554 to the dot.
    RefusesAtDot,
}

/// How the relay behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// Takes everything.
    Good,
    /// Has bad hours, in which mails are put off or the connection goes; nothing is refused for good.
    BadHours,
    /// Does everything that a relay may do.
    Wild,
}

/// A mail that the relay has kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kept {
    /// The local part of its Message-ID.
    pub message: String,
    /// To whom.
    pub to: String,
    /// When, in milliseconds by the clock of the simulation.
    pub at: i64,
}

/// The relay. It outlives the engine that speaks to it.
#[derive(Debug)]
pub struct Relay {
    seed: u64,
    manners: Mutex<Manners>,
    kept: Mutex<Vec<Kept>>,
    /// Connections that went away in the middle of something.
    gone: Mutex<usize>,
    clock: engine::VirtualClock,
}

impl Relay {
    pub fn new(seed: u64, manners: Manners, clock: engine::VirtualClock) -> Arc<Self> {
        let (manners, kept, gone) = (Mutex::new(manners), Mutex::default(), Mutex::default());
        Arc::new(Self { seed, manners, kept, gone, clock })
    }

    /// From now on.
    pub fn behave(&self) {
        *self.manners.lock().unwrap() = Manners::Good;
    }

    pub fn kept(&self) -> Vec<Kept> {
        self.kept.lock().unwrap().clone()
    }

    /// How often it went away without an answer.
    pub fn gone(&self) -> usize {
        *self.gone.lock().unwrap()
    }

    /// A stream to it.
    pub fn connect(self: &Arc<Self>) -> io::Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let relay = Arc::clone(self);
        tokio::spawn(async move {
            // A client that dies in the middle is what this is about.
            let _ = relay.talk(theirs).await;
        });
        Ok(ours)
    }

    /// The same for a recipient at an instant, however often it is asked: a process that died asks again.
    fn treats(&self, to: &str) -> Treats {
        let now = engine::Clock::now(&self.clock).as_millisecond();
        let manners = *self.manners.lock().unwrap();
        let salt =
            to.bytes().fold(self.seed, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let mut dice = Dice::seeded(salt ^ (now as u64));
        match manners {
            Manners::Good => Treats::Takes,
            // Two hours of each day, so that nothing is put off beyond its deadline.
            Manners::BadHours if now.rem_euclid(86_400_000) / 3_600_000 % 12 != 1 => Treats::Takes,
            Manners::BadHours => *dice.one(&[
                Treats::Takes,
                Treats::Later,
                Treats::LaterAtData,
                Treats::GoneBeforeDot,
                Treats::GoneAtDot,
                Treats::GoneBehindDot,
                Treats::LaterAtDot,
            ]),
            Manners::Wild => {
                if dice.chance(70) {
                    return Treats::Takes;
                }
                *dice.one(&[
                    Treats::Later,
                    Treats::Bounces,
                    Treats::LaterAtData,
                    Treats::GoneBeforeDot,
                    Treats::GoneAtDot,
                    Treats::GoneBehindDot,
                    Treats::LaterAtDot,
                    Treats::RefusesAtDot,
                ])
            }
        }
    }

    async fn talk(self: Arc<Self>, stream: DuplexStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.get_mut().write_all(b"220 sink.test\r\n").await?;
        let mut to = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250 sink.test",
                "MAIL" => "250 2.1.0 ok",
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    match self.treats(&to) {
                        Treats::Later => "450 4.2.0 later",
                        Treats::Bounces => "550 5.1.1 nobody",
                        _ => "250 2.1.5 ok",
                    }
                }
                "DATA" if self.treats(&to) == Treats::LaterAtData => "451 4.3.0 later",
                "DATA" => {
                    stream.get_mut().write_all(b"354 go on\r\n").await?;
                    match self.content(&mut stream, &to).await? {
                        Some(answer) => answer,
                        None => {
                            *self.gone.lock().unwrap() += 1;
                            return Ok(());
                        }
                    }
                }
                "RSET" => "250 2.0.0 ok",
                "QUIT" => "221 2.0.0 bye",
                _ => "500 5.5.2 what?",
            };
            stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    /// The answer to the content. `None`: the connection goes.
    async fn content(
        &self,
        stream: &mut BufReader<DuplexStream>,
        to: &str,
    ) -> io::Result<Option<&'static str>> {
        let treats = self.treats(to);
        let mut message = String::new();
        let mut lines = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                // The client has gone: what has no dot is no mail.
                return Ok(None);
            }
            lines += 1;
            if treats == Treats::GoneBeforeDot && lines == 2 {
                return Ok(None);
            }
            if line.to_ascii_lowercase().starts_with("message-id:") {
                let id = line.split_once(':').map_or("", |(_, id)| id);
                message = id.trim().trim_start_matches('<').split('@').next().unwrap_or_default().to_owned();
            }
            if line == ".\r\n" {
                break;
            }
        }
        let at = engine::Clock::now(&self.clock).as_millisecond();
        let keep =
            || self.kept.lock().unwrap().push(Kept { message: message.clone(), to: to.to_owned(), at });
        Ok(match treats {
            Treats::GoneAtDot => None,
            Treats::GoneBehindDot => {
                keep();
                None
            }
            Treats::LaterAtDot => Some("451 4.3.0 later"),
            Treats::RefusesAtDot => Some("554 5.7.1 spam"),
            _ => {
                keep();
                Some("250 2.0.0 taken")
            }
        })
    }
}
