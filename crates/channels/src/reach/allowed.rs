//! One entry of `allow_private_hosts`.

use std::net::IpAddr;

/// A host, or some of them, that may be spoken to though they are not public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    /// A name, in lower case.
    Name(String),
    /// Every name below this one, which begins with a dot.
    Below(String),
    /// Addresses that begin with the same bits: an address and how many of them.
    Network(IpAddr, u32),
}

impl Allowed {
    /// Reads `erp.corp`, `*.corp`, `10.1.2.3`, `10.1.2.0/24`, `fd00::/8`. `None`: it is none of them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (host, length) = match text.split_once('/') {
            Some((host, length)) => (host, Some(length)),
            None => (text.as_str(), None),
        };
        let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        if let Some(ip) = ip {
            let whole = if ip.is_ipv4() { 32 } else { 128 };
            let length = match length {
                Some(length) => length.parse().ok().filter(|length| *length <= whole)?,
                None => whole,
            };
            return Some(Self::Network(ip, length));
        }
        let name = host.strip_prefix('*').unwrap_or(host);
        let fits = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        };
        let labels = name.strip_prefix('.').unwrap_or(name);
        let is_name = length.is_none() && labels.split('.').all(fits) && !numeric(labels);
        match (is_name, host.starts_with("*.")) {
            (true, true) => Some(Self::Below(name.to_owned())),
            (true, false) if !host.starts_with(['*', '.']) => Some(Self::Name(name.to_owned())),
            (true | false, _) => None,
        }
    }

    /// Whether it is about names: no look-up can make an address one of it.
    pub(super) fn is_name(&self) -> bool {
        match self {
            Self::Name(_) | Self::Below(_) => true,
            Self::Network(..) => false,
        }
    }

    /// Whether it names this host, given in lower case.
    pub(super) fn names(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        match self {
            Self::Name(name) => name == host,
            Self::Below(end) => host.ends_with(end.as_str()) && host.len() > end.len(),
            Self::Network(..) => false,
        }
    }

    /// Whether it holds this address.
    pub(super) fn holds(&self, ip: IpAddr) -> bool {
        match (self, ip.to_canonical()) {
            (Self::Network(IpAddr::V4(network), length), IpAddr::V4(ip)) => {
                let shift = 32 - length;
                let cut = |bits: u32| bits.checked_shr(shift).unwrap_or(0);
                cut(network.to_bits()) == cut(ip.to_bits())
            }
            (Self::Network(IpAddr::V6(network), length), IpAddr::V6(ip)) => {
                let shift = 128 - length;
                let cut = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
                cut(network.to_bits()) == cut(ip.to_bits())
            }
            (Self::Network(..), IpAddr::V4(_) | IpAddr::V6(_)) | (Self::Name(_) | Self::Below(_), _) => false,
        }
    }
}

/// Whether a name ends in a number, as addresses that are written in other ways do.
fn numeric(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit())
}
