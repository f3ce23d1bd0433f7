//! The cookie by which a browser is known, and how a request shows that it comes from our own pages.
//!
//! The cookie holds a secret of which we keep the hash. A page of somebody else may let a browser send the cookie; it can
//! not read it, nor our pages, and so it does not know the token that goes with it. Beside the token we believe what
//! browsers say of where a request comes from, where they say it.

use crate::Served;
use axum::http::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use subtle::ConstantTimeEq as _;

/// The header by which programs of our pages send the token.
pub(crate) const TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What cookies are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Of somebody who is signed in.
    Session,
    /// Of somebody who has the sign-in page before them: so that nobody is signed in by another's page.
    SigningIn,
}

impl Cookie {
    /// Its name. Behind https it can neither be set by another host of the same domain, nor leave in the open.
    const fn name(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::Session, true) => "__Host-nurture",
            (Self::Session, false) => "nurture",
            (Self::SigningIn, true) => "__Host-nurture-signing-in",
            (Self::SigningIn, false) => "nurture-signing-in",
        }
    }

    /// How long a browser keeps it, in seconds; `None`: until it is closed.
    const fn lasts(self) -> Option<i64> {
        match self {
            Self::Session => Some(engine::users::LASTS.as_secs()),
            Self::SigningIn => None,
        }
    }

    /// What the request holds of it.
    pub fn of<'h>(self, served: &Served, headers: &'h HeaderMap) -> Option<&'h str> {
        read(headers, self.name(is_https(served)))
    }

    /// The header that hands it to a browser.
    pub fn set(self, served: &Served, value: &str) -> (HeaderName, HeaderValue) {
        written(self.name(is_https(served)), value, self.lasts(), is_https(served))
    }

    /// The header that takes it back.
    pub fn end(self, served: &Served) -> (HeaderName, HeaderValue) {
        written(self.name(is_https(served)), "", Some(0), is_https(served))
    }
}

fn is_https(served: &Served) -> bool {
    served.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}

fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs =
        headers.get_all(COOKIE).iter().filter_map(|said| said.to_str().ok()).flat_map(|said| said.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

fn written(name: &str, value: &str, lasts: Option<i64>, is_https: bool) -> (HeaderName, HeaderValue) {
    let lasts = lasts.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lasts}");
    // What we put there is hexadecimal.
    (SET_COOKIE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))
}

/// The secret of the session that a request carries.
pub(crate) fn secret<'h>(served: &Served, headers: &'h HeaderMap) -> Option<&'h str> {
    Cookie::Session.of(served, headers)
}

/// The token that goes with the secret of a cookie, and tells nothing of it.
pub(crate) fn token(secret: &str) -> String {
    engine::keys::hash(&["token ", secret].concat())
}

/// The token that a request to the API carries.
pub(crate) fn token_of_header(headers: &HeaderMap) -> &str {
    headers.get(TOKEN).and_then(|token| token.to_str().ok()).unwrap_or_default()
}

/// Whether a request that carries the cookie of this secret comes from our own pages.
pub(crate) fn is_ours(served: &Served, headers: &HeaderMap, secret: &str, given: &str) -> bool {
    let is_token: bool = token(secret).as_bytes().ct_eq(given.as_bytes()).into();
    is_token && comes_from_us(headers, served.public_url.as_deref())
}

/// Whether a browser says nothing else than that the request comes from our own pages. Our pages send no referrer, and
/// so browsers say `null` as the origin of their forms: that says nothing.
fn comes_from_us(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let said = |name: HeaderName| headers.get(name).map(|said| said.to_str().unwrap_or_default());
    if let Some(site) = said(FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = said(ORIGIN).filter(|origin| *origin != "null") else { return true };
    let ours = public_url.map(|url| match url.split_once("://") {
        Some((scheme, rest)) => [scheme, "://", rest.split('/').next().unwrap_or_default()].concat(),
        None => url.to_owned(),
    });
    let host = origin.split_once("://").map(|(_, host)| host);
    ours.is_some_and(|ours| ours.eq_ignore_ascii_case(origin))
        || host.zip(said(HOST)).is_some_and(|(host, asked)| host.eq_ignore_ascii_case(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(said: &[(HeaderName, &'static str)]) -> HeaderMap {
        said.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn behind_https_a_cookie_is_of_this_host_and_never_leaves_in_the_open() {
        let set = |cookie: Cookie, is_https| {
            let (_, header) = written(cookie.name(is_https), "ab12", cookie.lasts(), is_https);
            header.to_str().unwrap().to_owned()
        };
        assert_eq!(
            set(Cookie::Session, true),
            "__Host-nurture=ab12; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=604800"
        );
        assert_eq!(
            set(Cookie::Session, false),
            "nurture=ab12; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"
        );
        assert!(set(Cookie::SigningIn, true).starts_with("__Host-"));
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let said = headers(&[(COOKIE, "a=1; xnurture=no; nurture-signing-in=two;nurture=one; b=")]);
        assert_eq!(read(&said, "nurture"), Some("one"));
        assert_eq!(read(&said, "nurture-signing-in"), Some("two"));
        assert_eq!(read(&said, "__Host-nurture"), None);
        assert_eq!(read(&HeaderMap::new(), "nurture"), None);
    }

    #[test]
    fn what_a_browser_says_of_another_page_is_believed() {
        let ours = |said: &[(HeaderName, &'static str)]| {
            comes_from_us(&headers(said), Some("https://mkt.example.cn/tool"))
        };
        for site in ["same-origin", "none"] {
            assert!(ours(&[(FETCH_SITE, site), (ORIGIN, "null")]), "{site}");
        }
        for site in ["cross-site", "same-site", ""] {
            assert!(!ours(&[(FETCH_SITE, site), (ORIGIN, "https://mkt.example.cn")]), "{site}");
        }
        assert!(ours(&[]) && ours(&[(ORIGIN, "null")]), "the token decides alone");
        assert!(ours(&[(ORIGIN, "https://mkt.example.cn"), (HOST, "127.0.0.1:8080")]));
        assert!(ours(&[(ORIGIN, "http://10.0.0.5:8080"), (HOST, "10.0.0.5:8080")]));
        for origin in
            ["https://evil.example", "https://mkt.example.cn.evil.example", "http://mkt.example.cn", "x"]
        {
            assert!(!ours(&[(ORIGIN, origin), (HOST, "10.0.0.5:8080")]), "{origin}");
        }
    }

    #[test]
    fn a_token_tells_nothing_of_its_secret() {
        assert_ne!(token("ab12"), engine::keys::hash("ab12"), "what is kept in the database");
        assert!(!token("ab12").contains("ab12"));
        assert_ne!(token("ab12"), token("ab13"));
    }
}
