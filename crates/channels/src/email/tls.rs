//! TLS to a relay: set up once, used by each connection.

use super::relay::{Relay, RelayError, Security, Trust};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Whom to trust, and the name that the relay's certificate must carry.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// `None`: this relay is spoken to in the clear. Errors: [`RelayError::Tls`].
    pub(super) fn of(relay: &Relay) -> Result<Option<Self>, RelayError> {
        match relay.security {
            Security::Plain => return Ok(None),
            Security::Implicit | Security::StartTls => {}
        }
        let refused = |why: String| RelayError::Tls { host: relay.host.clone(), why };
        let name = ServerName::try_from(relay.host.trim_matches(['[', ']']).to_owned())
            .map_err(|error| refused(error.to_string()))?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(error.to_string()))?
            .with_root_certificates(roots(&relay.trust).map_err(refused)?)
            .with_no_client_auth();
        Ok(Some(Self { connector: TlsConnector::from(Arc::new(config)), name }))
    }

    /// The handshake. The caller bounds it in time.
    pub(super) async fn secure(&self, tcp: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), tcp).await
    }
}

fn roots(trust: &Trust) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::Public => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Trust::Pem(text) => {
            for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                let certificate = certificate.map_err(|error| error.to_string())?;
                roots.add(certificate).map_err(|error| error.to_string())?;
            }
            if roots.is_empty() {
                return Err("there is no certificate in the PEM text".into());
            }
        }
    }
    Ok(roots)
}
