//! The settings of a relay: where it is, how we prove who we are, and how long we wait for what.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::DuplexStream;

/// One SMTP relay. The defaults of [`Relay::new`] are those of the documentation.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Name or address.
    pub host: String,
    /// 465 for implicit TLS, 587 for STARTTLS.
    pub port: u16,
    /// How the connection is kept secret.
    pub security: Security,
    /// Whom to trust when it is.
    pub trust: Trust,
    /// Our account there. `None`: the relay knows us by our address.
    pub login: Option<Login>,
    /// Most connections at once. Default 8, below which gates cannot share a commit.
    pub connections: NonZeroU32,
    /// Mails on one connection before QUIT. Default 100.
    pub mails_per_connection: NonZeroU32,
    /// What we call ourselves in EHLO: a host name, or an address in brackets. Default `localhost`.
    pub helo: String,
    /// How long a connection may lie idle before it is closed. Default 30 s.
    pub idle: Duration,
    /// How long we wait for what.
    pub timeouts: Timeouts,
    /// What stands in for the network. `None`: nothing does.
    pub dial: Option<Dial>,
}

/// Gives a stream in place of TCP, so that a simulation may be the relay.
#[derive(Clone)]
pub struct Dial(Arc<dyn Fn() -> io::Result<DuplexStream> + Send + Sync>);

impl Dial {
    /// Asked for each connection; an error refuses it.
    pub fn new(open: impl Fn() -> io::Result<DuplexStream> + Send + Sync + 'static) -> Self {
        Self(Arc::new(open))
    }

    pub(super) fn open(&self) -> io::Result<DuplexStream> {
        (self.0)()
    }
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dial(…)")
    }
}

/// How a connection is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465). The default.
    Implicit,
    /// Plain until STARTTLS, and no further without it (port 587).
    StartTls,
    /// No TLS. Only to this machine itself.
    Plain,
}

/// Whose certificates are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those that browsers trust, compiled in.
    Public,
    /// Only those signed by the certificates in this PEM text: a relay inside the house.
    Pem(String),
}

/// An account at a relay.
#[derive(Clone, Debug)]
pub struct Login {
    /// The account's name.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// How long each phase may take. A phase that takes longer ends the connection.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Name look-up, TCP, TLS, greeting and EHLO together. Default 30 s.
    pub opening: Duration,
    /// AUTH, MAIL, RCPT, DATA and RSET, each. Default 60 s.
    pub command: Duration,
    /// The body, the dot and the reply. Default 10 min: a server may be scanning, and giving up on a
    /// mail that it then takes is the known way to send twice.
    pub content: Duration,
    /// The reply to QUIT. Default 5 s.
    pub goodbye: Duration,
}

/// Why these settings are no relay. An operator has to change them.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Plain SMTP would leave this machine.
    #[error("relay {host}: without TLS only to this machine itself; use implicit TLS (port 465)")]
    PlainOutside {
        /// The relay's host.
        host: String,
    },
    /// The name for EHLO has other characters than a host name's.
    #[error("relay {host}: `{helo}` is no host name for EHLO")]
    Helo {
        /// The relay's host.
        host: String,
        /// What was given.
        helo: String,
    },
    /// TLS cannot be set up with these certificates or this host name.
    #[error("relay {host}: TLS: {why}")]
    Tls {
        /// The relay's host.
        host: String,
        /// The cause underneath.
        why: String,
    },
}

impl Relay {
    /// A relay with every default; change the fields that differ.
    pub fn new(host: &str, port: u16, security: Security) -> Self {
        Self {
            host: host.to_owned(),
            port,
            security,
            trust: Trust::Public,
            login: None,
            connections: NonZeroU32::MIN.saturating_add(7),
            mails_per_connection: NonZeroU32::MIN.saturating_add(99),
            helo: "localhost".to_owned(),
            idle: Duration::from_secs(30),
            timeouts: Timeouts::default(),
            dial: None,
        }
    }

    /// Checks what can be checked without asking the network.
    pub(crate) fn check(&self) -> Result<(), RelayError> {
        let host = self.host.clone();
        if self.security == Security::Plain && !is_this_machine(&self.host) {
            return Err(RelayError::PlainOutside { host });
        }
        let named = (1..=255).contains(&self.helo.len())
            && self.helo.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        if named { Ok(()) } else { Err(RelayError::Helo { host, helo: self.helo.clone() }) }
    }
}

/// `localhost` and literal loopback addresses; a name that merely resolves to one is not trusted.
fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            opening: Duration::from_secs(30),
            command: Duration::from_secs(60),
            content: Duration::from_secs(600),
            goodbye: Duration::from_secs(5),
        }
    }
}

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        let mut relay = Relay::new("smtp.example.cn", 465, Security::Implicit);
        relay.login = Some(Login { user: "u".into(), password: Secret::new("hunter2") });
        assert!(!format!("{relay:?}").contains("hunter2"));
    }

    #[test]
    fn plain_smtp_stays_on_this_machine() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert!(Relay::new(host, 25, Security::Plain).check().is_ok(), "{host}");
        }
        for host in ["smtp.example.cn", "10.0.0.1", "0.0.0.0", "localhost.example.cn"] {
            let refused = Relay::new(host, 25, Security::Plain).check();
            assert!(matches!(refused, Err(RelayError::PlainOutside { .. })), "{host}");
        }
    }

    #[test]
    fn the_name_in_ehlo_cannot_carry_a_command() {
        let relay = Relay { helo: "a\r\nMAIL".into(), ..Relay::new("localhost", 25, Security::Plain) };
        assert!(matches!(relay.check(), Err(RelayError::Helo { .. })));
    }
}
