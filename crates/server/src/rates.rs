//! How often somebody may ask: per key, and per address where there is no key.

use crate::Served;
use crate::listen::Peer;
use crate::problem::{Code, Problem};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// Requests of one key to the API: so many times what it may ask a second, at once.
const BURST: u32 = 4;
/// No key asks more often than so many times a second.
const MANY: u32 = 1_000_000;
/// Requests of one key that tell events.
const TELLS: (u32, u32) = (100_000, 200_000);
/// Requests of one address to what everybody may open.
const ADDRESS: (u32, u32) = (5, 120);
/// Wrong keys from one address, a minute.
const WRONG: u32 = 30;
/// Forms that an address sends, a minute: people at a fair share one.
const FORMS: u32 = 30;
/// Sign-ins that an address tries: so many at once, for an office shares one, then so many a minute.
const SIGN_INS: (u32, u32) = (30, 6);
/// Sign-ins as one user, whether there is such a user or not.
const AS_ONE: (u32, u32) = (10, 1);
/// After so many questions those who have not asked for a while are forgotten.
const FORGET: u32 = 8_192;

/// What is left to whom.
pub(crate) struct Rates {
    key: DefaultKeyedRateLimiter<String>,
    tells: DefaultKeyedRateLimiter<String>,
    address: DefaultKeyedRateLimiter<IpAddr>,
    wrong: DefaultKeyedRateLimiter<IpAddr>,
    forms: DefaultKeyedRateLimiter<IpAddr>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    as_one: DefaultKeyedRateLimiter<String>,
    asked: AtomicU32,
}

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

fn quota((a_second, burst): (u32, u32)) -> Quota {
    Quota::per_second(number(a_second)).allow_burst(number(burst))
}

fn ask<K: Hash + Eq + Clone>(of: &DefaultKeyedRateLimiter<K>, who: &K) -> Result<(), Problem> {
    of.check_key(who).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Problem::new(Code::TooMany).retry_after(wait.as_secs() + 1)
    })
}

fn slowly((burst, a_minute): (u32, u32)) -> Quota {
    Quota::per_minute(number(a_minute)).allow_burst(number(burst))
}

impl Rates {
    /// `requests`: of one key to the API, a second; `None`: more than anybody asks.
    pub fn new(requests: Option<u64>) -> Self {
        let requests = u32::try_from(requests.unwrap_or(u64::MAX)).unwrap_or(u32::MAX).min(MANY);
        Self {
            key: RateLimiter::keyed(quota((requests, requests.saturating_mul(BURST)))),
            tells: RateLimiter::keyed(quota(TELLS)),
            address: RateLimiter::keyed(quota(ADDRESS)),
            wrong: RateLimiter::keyed(Quota::per_minute(number(WRONG))),
            forms: RateLimiter::keyed(Quota::per_minute(number(FORMS))),
            sign_ins: RateLimiter::keyed(slowly(SIGN_INS)),
            as_one: RateLimiter::keyed(slowly(AS_ONE)),
            asked: AtomicU32::new(0),
        }
    }

    /// One more request of a key to the API.
    pub fn by_key(&self, id: &str) -> Result<(), Problem> {
        self.tidy();
        ask(&self.key, &id.to_owned())
    }

    /// One more request of a key that tells events.
    pub fn tells(&self, id: &str) -> Result<(), Problem> {
        self.tidy();
        ask(&self.tells, &id.to_owned())
    }

    /// One more request of an address to what everybody may open.
    pub fn by_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.tidy();
        ask(&self.address, &network(address))
    }

    /// One more wrong key from an address.
    pub fn wrong_key(&self, address: IpAddr) -> Result<(), Problem> {
        self.tidy();
        ask(&self.wrong, &network(address))
    }

    /// One more form that an address sends.
    pub fn forms(&self, address: IpAddr) -> Result<(), Problem> {
        self.tidy();
        ask(&self.forms, &network(address))
    }

    /// One more try to sign in. `name`: as it is kept, so that a user is one however the name is typed.
    pub fn sign_in(&self, address: IpAddr, name: &str) -> Result<(), Problem> {
        self.tidy();
        ask(&self.sign_ins, &network(address))?;
        ask(&self.as_one, &name.to_owned())
    }

    fn tidy(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET == FORGET - 1 {
            self.key.retain_recent();
            self.tells.retain_recent();
            self.address.retain_recent();
            self.wrong.retain_recent();
            self.forms.retain_recent();
            self.sign_ins.retain_recent();
            self.as_one.retain_recent();
        }
    }
}

/// Whoever has one address of IPv6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// The address that asks. Behind a proxy on this machine it is the one that the proxy saw.
pub(crate) fn address(peer: Option<Peer>, headers: &HeaderMap) -> IpAddr {
    let peer = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.0);
    if !peer.is_loopback() {
        return peer;
    }
    // The proxy puts what it saw behind what its client claims.
    let seen = headers.get_all("x-forwarded-for").iter().next_back().and_then(|seen| seen.to_str().ok());
    seen.and_then(|seen| seen.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
}

/// Lets an address ask as often as it may.
pub(crate) async fn per_address(State(served): State<Served>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    match served.rates.by_address(address(peer, request.headers())) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_so_often_and_another_is_not_kept_from_it() {
        let rates = Rates::new(Some(50));
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..WRONG {
            rates.wrong_key(one).unwrap();
        }
        assert!(rates.wrong_key(one).is_err());
        assert!(rates.wrong_key(other).is_ok());
    }

    #[test]
    fn a_key_asks_as_often_as_the_setting_says() {
        let refused = |rates: &Rates| (0..10_000).filter(|_| rates.by_key("key").is_err()).count();
        assert_eq!(refused(&Rates::new(None)), 0);
        assert!(refused(&Rates::new(Some(1))) > 9_000);
    }

    #[test]
    fn sign_ins_are_counted_by_user_from_wherever_they_come() {
        let rates = Rates::new(Some(50));
        let from = |number: u32| IpAddr::from(std::net::Ipv4Addr::from_bits(number));
        for number in 0..AS_ONE.0 {
            rates.sign_in(from(number), "li.na").unwrap();
        }
        assert!(rates.sign_in(from(AS_ONE.0), "li.na").is_err());
        for number in 0..SIGN_INS.0 {
            rates.sign_in(from(1_000), &number.to_string()).unwrap();
        }
        assert!(rates.sign_in(from(1_000), "another").is_err());
        assert!(rates.sign_in(from(1_001), "another").is_ok());
    }

    #[test]
    fn a_proxy_is_believed_on_this_machine_only() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.7, 203.0.113.9".parse().unwrap());
        let of = |peer: &str| address(Some(Peer(peer.parse().unwrap())), &headers).to_string();
        assert_eq!(of("127.0.0.1"), "203.0.113.9");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("2001:db8::1".parse().unwrap()).to_string(), "2001:db8::");
    }
}
