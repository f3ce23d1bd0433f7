//! Asks DNS: which host takes a domain's mail, and what its texts say.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// The name servers that the system asks.
    System,
    /// Nobody.
    #[default]
    Off,
    /// One name server.
    Server(SocketAddr),
}

impl Names {
    /// Ready to be asked; `None`: nobody is. Errors: the system's settings cannot be read.
    pub fn open(self) -> Result<Option<Dns>, String> {
        match self {
            Self::System => Dns::of_system().map(Some),
            Self::Off => Ok(None),
            Self::Server(server) => Dns::of_server(server).map(Some),
        }
    }
}

/// Asks name servers.
#[derive(Clone)]
pub struct Dns(TokioResolver);

impl Dns {
    /// By the system's settings. Errors: they cannot be read; the cause, for an operator.
    pub fn of_system() -> Result<Self, String> {
        let builder = TokioResolver::builder_tokio().map_err(|error| error.to_string())?;
        builder.build().map(Self).map_err(|error| error.to_string())
    }

    /// By one name server. Errors: as above.
    pub fn of_server(server: SocketAddr) -> Result<Self, String> {
        let mut connection = ConnectionConfig::udp();
        connection.port = server.port();
        let server = NameServerConfig::new(server.ip(), true, vec![connection]);
        let config = ResolverConfig::from_name_servers(vec![server]);
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        builder.build().map(Self).map_err(|error| error.to_string())
    }

    /// The preferred host for the domain's mail, the first by name of equals. `Ok(None)`: it has none of its own.
    /// Errors: no answer; the cause.
    pub async fn mail_host(&self, domain: &str) -> Result<Option<String>, String> {
        let found = timeout(PATIENCE, self.0.mx_lookup(absolute(domain))).await;
        let found = match found.map_err(|_| "no answer".to_owned())? {
            Ok(found) => found,
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let hosts = found.answers().iter().filter_map(|record| {
            let RData::MX(mx) = &record.data else { return None };
            Some((mx.preference, mx.exchange.to_utf8().to_ascii_lowercase()))
        });
        Ok(hosts.min().map(|(_, host)| host.trim_end_matches('.').to_owned()).filter(|host| !host.is_empty()))
    }

    /// The texts of a name (TXT), each in one piece; none where there is no such name. Errors: no answer; the cause.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let found = timeout(PATIENCE, self.0.txt_lookup(absolute(name))).await;
        let found = match found.map_err(|_| "no answer".to_owned())? {
            Ok(found) => found,
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => return Ok(Vec::new()),
            Err(error) => return Err(error.to_string()),
        };
        let texts = found.answers().iter().filter_map(|record| {
            let RData::TXT(text) = &record.data else { return None };
            let whole: Vec<u8> = text.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            Some(String::from_utf8_lossy(&whole).into_owned())
        });
        Ok(texts.collect())
    }
}

/// Without the search list of the system.
fn absolute(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

impl fmt::Debug for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dns(…)")
    }
}
