//! Which hosts may be spoken to: the gate before every address that a file, a secret or an answer names.
//!
//! An address is parsed as browsers do, so that `0x7f000001`, `2130706433`, `127.1` and their like are the
//! addresses that they are; a name is looked up here, each address that it has is judged, and the connection goes
//! to exactly one that was judged: nobody looks the name up again. Addresses of our own network are reached, and
//! spoken to without TLS, only where the server's own settings name them.

mod allowed;
mod judge;

use allowed::Allowed;
pub use judge::is_public;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use url::{Host, Url};

/// Names looked up.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
/// Looks a name up: the system's way, or a test's.
pub type Resolver = Arc<dyn Fn(String) -> Looking + Send + Sync>;

/// How long a name may take to be looked up.
const LOOK_UP: Duration = Duration::from_secs(5);
/// How long a connection may take to stand, to each address.
const CONNECT: Duration = Duration::from_secs(5);
/// Addresses of a name that are tried.
const MOST_ADDRESSES: usize = 4;

/// Why an address is not spoken to. The words never hold the address, which may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is none.
    #[error("the url is no address")]
    NoAddress,
    /// It begins with something else.
    #[error("the url begins with https://, or http:// where `allow_private_hosts` names its host")]
    Scheme,
    /// It has a name and a password in it.
    #[error("the url holds a user or a password; they belong in a header")]
    UserInfo,
    /// `http://` to a host that the settings do not name.
    #[error("the url begins with http:// and `allow_private_hosts` in nurture.toml does not name its host")]
    Plain,
    /// It leads into our own network.
    #[error(
        "the address leads into a private network, and `allow_private_hosts` in nurture.toml does not name it"
    )]
    Private,
}

/// Where an address leads, judged as far as that can be done without a look-up.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
    secure: bool,
    named: bool,
}

impl fmt::Debug for Address {
    /// Not the address: its path and query hold keys as often as not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl Address {
    /// The host as it is known to the other side, without brackets: for the certificate.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// The host and, where it is not the usual one, the port: the `Host` header.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The path, at least `/`.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// What stands behind the `?`; empty: nothing.
    pub fn query(&self) -> &str {
        self.url.query().unwrap_or_default()
    }

    /// Path and query: what is asked for.
    pub fn target(&self) -> String {
        let query = self.query();
        if query.is_empty() { self.path().to_owned() } else { format!("{}?{query}", self.path()) }
    }

    /// The same address with another query.
    #[must_use]
    pub fn with_query(mut self, query: &str) -> Self {
        self.url.set_query(Some(query).filter(|query| !query.is_empty()));
        self
    }

    /// Whether it is spoken to by TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }
}

/// The gate.
#[derive(Clone)]
pub struct Reach {
    allowed: Arc<Vec<Allowed>>,
    resolver: Resolver,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Default for Reach {
    /// Public addresses only.
    fn default() -> Self {
        Self { allowed: Arc::default(), resolver: Arc::new(|host| Box::pin(look_up(host))) }
    }
}

async fn look_up(host: String) -> io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

impl Reach {
    /// Reaches these hosts as well: names (`erp.corp`), names below one (`*.corp`), addresses (`10.1.2.3`) and
    /// networks (`10.1.2.0/24`). `Err`: the one that is none of these.
    pub fn allowing<'a>(hosts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let allowed: Result<Vec<Allowed>, String> =
            hosts.into_iter().map(|host| Allowed::parse(host).ok_or_else(|| host.to_owned())).collect();
        Ok(Self { allowed: Arc::new(allowed?), ..Self::default() })
    }

    /// The same with another way to look names up.
    #[must_use]
    pub fn resolving(self, resolver: Resolver) -> Self {
        Self { resolver, ..self }
    }

    /// Reads an address and judges what can be judged without asking anybody.
    pub fn address(&self, text: &str) -> Result<Address, Refused> {
        let url = Url::parse(text.trim()).map_err(|_| Refused::NoAddress)?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Refused::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        let (named, literal) = match url.host().ok_or(Refused::NoAddress)? {
            Host::Domain(name) => (self.names(name), None),
            Host::Ipv4(ip) => (self.holds(ip.into()), Some(IpAddr::from(ip))),
            Host::Ipv6(ip) => (self.holds(ip.into()), Some(IpAddr::from(ip))),
        };
        if literal.is_some_and(|ip| !named && !is_public(ip)) {
            return Err(Refused::Private);
        }
        // A name may still lead to an address that is allowed: that is seen when it is looked up.
        if !secure && !named && (literal.is_some() || self.allowed.iter().all(Allowed::is_name)) {
            return Err(Refused::Plain);
        }
        Ok(Address { url, secure, named })
    }

    /// Looks the host up, judges every address, and connects to one of those that were judged.
    pub async fn connect(&self, address: &Address) -> Result<TcpStream, String> {
        let ips = match address.url.host() {
            Some(Host::Ipv4(ip)) => vec![IpAddr::from(ip)],
            Some(Host::Ipv6(ip)) => vec![IpAddr::from(ip)],
            Some(Host::Domain(name)) => tokio::time::timeout(LOOK_UP, (self.resolver)(name.to_owned()))
                .await
                .map_err(|_| format!("look up: no answer within {} s", LOOK_UP.as_secs()))?
                .map_err(|error| format!("look up: {error}"))?,
            None => Vec::new(),
        };
        if ips.is_empty() {
            return Err("look up: the name has no address".to_owned());
        }
        for ip in &ips {
            let held = address.named || self.holds(*ip);
            // One private address among public ones is no mistake of anybody who means well.
            if !held && !is_public(*ip) {
                return Err(Refused::Private.to_string());
            }
            if !held && !address.secure {
                return Err(Refused::Plain.to_string());
            }
        }
        let mut why = String::new();
        for ip in ips.into_iter().take(MOST_ADDRESSES) {
            let tried =
                tokio::time::timeout(CONNECT, TcpStream::connect(SocketAddr::new(ip, address.port()))).await;
            why = match tried {
                Ok(Ok(stream)) => {
                    // Small requests and answers: nothing is gained by waiting for more.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => format!("connect: {error}"),
                Err(_) => format!("connect: no answer within {} s", CONNECT.as_secs()),
            };
        }
        Err(why)
    }

    fn names(&self, host: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed.names(host))
    }

    fn holds(&self, ip: IpAddr) -> bool {
        self.allowed.iter().any(|allowed| allowed.holds(ip))
    }
}

#[cfg(test)]
mod tests;
