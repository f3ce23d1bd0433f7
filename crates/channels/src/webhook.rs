//! Another system, by HTTP: one POST of JSON, one answer. No redirect is followed, the answer is read up to
//! 64 KiB, and the whole exchange is bounded in time.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Bytes of an answer that are read; a longer one counts as none.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Where a webhook goes, checked once.
#[derive(Clone, Debug)]
pub struct Endpoint {
    host: String,
    port: u16,
    secure: bool,
    authority: HeaderValue,
    path: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
    timeout: Duration,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The HTTP status; 0: there was no answer.
    pub status: u16,
    /// The body as text; empty: none, or no text.
    pub body: String,
    /// For the operator: why there was no answer. Empty: there was one.
    pub why: String,
}

impl Endpoint {
    /// An address such as `https://example.cn/hooks`, headers to send along, and how long the whole exchange
    /// may take. `Err`: what is wrong with them, without the values, for they may be secret.
    pub fn new(url: &str, headers: &[(String, String)], timeout: Duration) -> Result<Self, String> {
        let uri: Uri = url.trim().parse().map_err(|_| "the url is no address".to_owned())?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) | None => return Err("the url begins with https:// or http://".to_owned()),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or("the url has no host")?.to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let shown = uri.port_u16().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let authority = HeaderValue::from_str(&shown).map_err(|_| "the host is no name".to_owned())?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path: Uri = path.parse().map_err(|_| "the url has no path".to_owned())?;
        let mut all = Vec::new();
        for (name, value) in headers {
            let fault = || format!("the header {name} cannot be sent");
            let key = HeaderName::try_from(name.as_str()).map_err(|_| fault())?;
            all.push((key, HeaderValue::from_str(value).map_err(|_| fault())?));
        }
        Ok(Self { host, port, secure, authority, path, headers: all, timeout })
    }

    /// Sends `body`. `id` is the same at each try, so that the other system can tell a repeated call;
    /// `seconds`: the instant of this try since 1970.
    pub async fn post(&self, id: &str, seconds: i64, body: Vec<u8>) -> Heard {
        let nothing = |why: String| Heard { status: 0, body: String::new(), why };
        match tokio::time::timeout(self.timeout, self.exchange(id, seconds, body)).await {
            Ok(Ok(heard)) => heard,
            Ok(Err(why)) => nothing(why),
            Err(_) => nothing(format!("no answer within {} s", self.timeout.as_secs())),
        }
    }

    async fn exchange(&self, id: &str, seconds: i64, body: Vec<u8>) -> Result<Heard, String> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.path.clone())
            .header(HOST, self.authority.clone())
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .header(USER_AGENT, concat!("nurture/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string())
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        for (name, value) in &self.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let host = self.host.trim_matches(['[', ']']);
        let tcp = TcpStream::connect((host, self.port)).await.map_err(|error| format!("connect: {error}"))?;
        if self.secure {
            let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
            let tls = connector()?.connect(name, tcp).await.map_err(|error| format!("tls: {error}"))?;
            ask(tls, request).await
        } else {
            ask(tcp, request).await
        }
    }
}

async fn ask<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Heard, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(|error| error.to_string());
    let heard = match answer {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
            let body = body.map(|body| String::from_utf8(body.to_bytes().to_vec()).unwrap_or_default());
            Ok(Heard { status, body: body.unwrap_or_default(), why: String::new() })
        }
        Err(why) => Err(why),
    };
    connection.abort();
    heard
}

fn connector() -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
