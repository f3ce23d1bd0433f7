//! One request, one answer: to an address that was judged, without redirects, proxies, cookies or compression.
//!
//! By hyper and not by a client above it: such a client looks names up itself, goes round the gate for literal
//! addresses, and brings proxies from the environment and redirects that would all have to be switched off.

use crate::reach::{Address, Reach};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Bytes of an answer that are read; of a longer one only the status counts.
pub(crate) const LONGEST_ANSWER: usize = 64 * 1024;
/// Bytes of an answer's head.
const LONGEST_HEAD: usize = 32 * 1024;
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A wait that an answer asks for is believed up to here.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub method: Method,
    pub address: Address,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; `None`: it was too long, broke off, or is no text.
    pub body: Option<String>,
    /// How long the other side asks to be left alone; `None`: it says nothing of it.
    pub wait: Option<SignedDuration>,
}

/// Nothing came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    /// Whether the request may have arrived: nobody knows what became of it.
    pub asked: bool,
    /// For the operator; holds no part of the address.
    pub why: String,
}

/// Asks. The connection may take its own bounded time; from then on everything has `timeout`. `now`: for a
/// `Retry-After` that names an instant.
pub(crate) async fn ask(
    reach: &Reach,
    ask: Ask,
    timeout: Duration,
    now: Timestamp,
) -> Result<Answer, Silence> {
    let unasked = |why: String| Silence { asked: false, why };
    let request = request(&ask).map_err(unasked)?;
    let tcp = reach.connect(&ask.address).await.map_err(unasked)?;
    if ask.address.is_secure() {
        let name = ServerName::try_from(ask.address.host().to_owned());
        let name = name.map_err(|error| unasked(format!("tls: {error}")))?;
        let connector = CONNECTOR.as_ref().map_err(|why| unasked(why.clone()))?;
        let tls = tokio::time::timeout(HANDSHAKE, connector.connect(name, tcp)).await;
        let tls = tls
            .map_err(|_| unasked(format!("tls: no answer within {} s", HANDSHAKE.as_secs())))?
            .map_err(|error| unasked(format!("tls: {error}")))?;
        exchange(tls, request, timeout, now).await
    } else {
        exchange(tcp, request, timeout, now).await
    }
}

/// How long what is only fetched may take.
const FETCHED_WITHIN: Duration = Duration::from_secs(10);

/// Fetches the text that lies at an address. `Err`: why there is none; holds no part of the address.
pub async fn get(reach: &Reach, url: &str) -> Result<String, String> {
    let address = reach.address(url).map_err(|refused| refused.to_string())?;
    let wanted = Ask { method: Method::GET, address, headers: Vec::new(), body: Vec::new() };
    // When to come again is not asked for.
    let answer = ask(reach, wanted, FETCHED_WITHIN, Timestamp::UNIX_EPOCH).await;
    let answer = answer.map_err(|silence| silence.why)?;
    match (answer.status, answer.body) {
        (200..=299, Some(body)) => Ok(body),
        (status, _) => Err(format!("the answer is {status}")),
    }
}

fn request(ask: &Ask) -> Result<Request<Full<Bytes>>, String> {
    let target: Uri = ask.address.target().parse().map_err(|_| "the url has no path".to_owned())?;
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(target)
        .header(HOST, ask.address.authority())
        .header(USER_AGENT, concat!("nurture/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(Bytes::from(ask.body.clone())))
        .map_err(|error| error.to_string())?;
    for (name, value) in &ask.headers {
        request.headers_mut().insert(name.clone(), value.clone());
    }
    Ok(request)
}

async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    timeout: Duration,
    now: Timestamp,
) -> Result<Answer, Silence>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(LONGEST_HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) =
        handshake.map_err(|error| Silence { asked: false, why: error.to_string() })?;
    let connection = tokio::spawn(connection);
    let lost = |why: String| Silence { asked: true, why };
    let until = tokio::time::Instant::now() + timeout;
    let answer = match tokio::time::timeout_at(until, sender.send_request(request)).await {
        Ok(Ok(answer)) => {
            let (head, body) = answer.into_parts();
            let body = tokio::time::timeout_at(until, Limited::new(body, LONGEST_ANSWER).collect()).await;
            let body = body.ok().and_then(Result::ok).map(|body| body.to_bytes().to_vec());
            let body = body.and_then(|bytes| String::from_utf8(bytes).ok());
            Ok(Answer { status: head.status.as_u16(), body, wait: wait(&head.headers, now) })
        }
        Ok(Err(error)) => Err(lost(error.to_string())),
        Err(_) => Err(lost(format!("no answer within {} s", timeout.as_secs()))),
    };
    connection.abort();
    answer
}

/// `Retry-After`, in seconds or as an instant.
fn wait(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(i64::from(seconds)),
        Err(_) => {
            let at = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            let at = Timestamp::from_second(i64::try_from(at.as_secs()).ok()?).ok()?;
            at.duration_since(now)
        }
    };
    Some(wait.clamp(SignedDuration::ZERO, LONGEST_WAIT))
}

// Made once: reading the roots takes longer than a request.
static CONNECTOR: LazyLock<Result<TlsConnector, String>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("tls: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
});

/// A header as it is sent. `Err`: what is wrong, without the value, which may be secret.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let fault = || format!("the header {name} cannot be sent");
    let key = HeaderName::try_from(name).map_err(|_| fault())?;
    let mut value = HeaderValue::from_str(value).map_err(|_| fault())?;
    value.set_sensitive(true);
    Ok((key, value))
}

/// The same with a name of ours and a value that is known to fit.
pub(crate) fn ours(name: &'static str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
}

/// Content of JSON.
pub(crate) fn json_type() -> (HeaderName, HeaderValue) {
    (hyper::header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(text: &str) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
        wait(&headers, Timestamp::from_second(784_111_777).unwrap()).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_said_in_seconds_or_as_an_instant() {
        assert_eq!(waits("120"), Some(120));
        assert_eq!(waits("Sun, 06 Nov 1994 08:51:37 GMT"), Some(120));
        assert_eq!(waits("Sun, 06 Nov 1994 08:40:00 GMT"), Some(0), "it is over");
        assert_eq!(waits("99999999"), Some(86_400), "nobody is left alone for years");
        assert_eq!((waits("soon"), waits("-1")), (None, None));
    }
}
