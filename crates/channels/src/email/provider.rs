//! Who keeps a mailbox: providers judge senders by all that reaches them, whatever the domain of the address.

/// Domains that one provider keeps, and the name of its lane.
const KNOWN: [(&str, &[&str]); 6] = [
    ("gmail", &["gmail.com", "googlemail.com"]),
    (
        "outlook",
        &[
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "outlook.cn",
            "live.cn",
            "hotmail.co.uk",
            "hotmail.fr",
        ],
    ),
    ("yahoo", &["yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "myyahoo.com"]),
    ("qq", &["qq.com", "foxmail.com", "vip.qq.com"]),
    ("163", &["163.com", "126.com", "yeah.net", "vip.163.com", "vip.126.com", "188.com"]),
    ("icloud", &["icloud.com", "me.com", "mac.com"]),
];
/// Families of domains: `yahoo.co.jp`, `hotmail.de`, `outlook.jp`.
const FAMILIES: [(&str, &str); 4] =
    [("yahoo.", "yahoo"), ("hotmail.", "outlook"), ("outlook.", "outlook"), ("live.", "outlook")];
/// Hosts that take mail for the domains of others, by the end of their name (an MX record).
const HOSTS: [(&str, &str); 9] = [
    ("google.com", "gmail"),
    ("googlemail.com", "gmail"),
    ("outlook.com", "outlook"),
    ("yahoodns.net", "yahoo"),
    ("qq.com", "qq"),
    ("163.com", "163"),
    ("netease.com", "163"),
    ("ym.163.com", "163"),
    ("icloud.com", "icloud"),
];

/// The provider of an address by its domain; `None`: only its MX record can tell.
pub fn of_domain(domain: &str) -> Option<&'static str> {
    let domain = domain.to_ascii_lowercase();
    let known = KNOWN.iter().find(|(_, domains)| domains.contains(&domain.as_str()));
    let family = || FAMILIES.iter().find(|(begins, _)| domain.starts_with(begins)).map(|(_, name)| *name);
    known.map(|(name, _)| *name).or_else(family)
}

/// The provider behind a host that takes mail: its name, or the host's own domain, so that a house with several
/// hosts is one.
pub fn of_host(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let ends = |end: &str| host == end || host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    if let Some((_, name)) = HOSTS.iter().find(|(end, _)| ends(end)) {
        return (*name).to_owned();
    }
    // The last two names, three where the last two are a country's `com.cn`, `co.uk`.
    let names: Vec<&str> = host.split('.').collect();
    let second = names.len().checked_sub(2).and_then(|at| names.get(at)).map_or(0, |name| name.len());
    let last = names.last().map_or(0, |name| name.len());
    let count = if last == 2 && second <= 3 { 3 } else { 2 };
    names.iter().skip(names.len().saturating_sub(count)).copied().collect::<Vec<_>>().join(".")
}

/// The domain of an address, in lower case.
pub fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_a_file_may_name_are_known() {
        assert_eq!(KNOWN.map(|(name, _)| name), model::MAILBOXES);
    }

    #[test]
    fn the_domains_of_a_provider_are_one() {
        for (domain, provider) in [
            ("GMail.com", "gmail"),
            ("foxmail.com", "qq"),
            ("yeah.net", "163"),
            ("yahoo.co.jp", "yahoo"),
            ("hotmail.de", "outlook"),
            ("me.com", "icloud"),
        ] {
            assert_eq!(of_domain(domain), Some(provider), "{domain}");
        }
        for domain in ["example.cn", "notgmail.com", "gmail.com.example.cn", ""] {
            assert_eq!(of_domain(domain), None, "{domain}");
        }
    }

    #[test]
    fn a_house_with_several_hosts_is_one() {
        for (host, provider) in [
            ("aspmx.l.google.com.", "gmail"),
            ("mxbiz1.qq.com", "qq"),
            ("example-cn.mail.protection.outlook.com", "outlook"),
            ("mx1.corp.example.com", "example.com"),
            ("mx2.corp.example.com", "example.com"),
            ("mx.example.com.cn", "example.com.cn"),
            ("notqq.com", "notqq.com"),
            ("localhost", "localhost"),
            ("", ""),
        ] {
            assert_eq!(of_host(host), provider, "{host}");
        }
    }
}
