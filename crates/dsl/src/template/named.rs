//! Links whose words name one site and lead to another: readers feel deceived, and filters take it for a trap.

/// What a name of a site ends in, where nothing else says that it is one.
const ENDS: [&str; 24] = [
    "app", "cn", "co", "com", "de", "edu", "eu", "fr", "gov", "hk", "in", "info", "io", "jp", "kr", "net",
    "org", "ru", "shop", "store", "top", "tw", "uk", "us",
];
/// Names below a country's that are for everybody: `example.com.cn` is one site.
const SHARED: [&str; 7] = ["ac", "co", "com", "edu", "gov", "net", "org"];

/// The site that the words of a link name, where its address leads to another one.
pub(super) fn other_site<'w>(words: &'w str, address: &str) -> Option<&'w str> {
    let (scheme, rest) = address.trim().split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split(['/', '?', '#', ':']).next().filter(|host| web && !host.contains('{'))?;
    let leads = site(host)?;
    let apart = |letter: char| !(letter.is_ascii_alphanumeric() || ".-:/_%@?=&#".contains(letter));
    words.split(apart).find_map(|word| {
        let named = named(word)?;
        (site(named)? != leads).then_some(named)
    })
}

/// The host that a word names, if it does.
fn named(word: &str) -> Option<&str> {
    let (told, rest) = match word.split_once("://") {
        Some(("http" | "https", rest)) => (true, rest),
        Some(_) => return None,
        None => (word.starts_with("www."), word),
    };
    let host = rest.split(['/', '?', '#', ':']).next()?.trim_end_matches(['.', '-']);
    let end = host.rsplit('.').next()?;
    let is_host = host.contains('.')
        && host
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        && end.bytes().all(|b| b.is_ascii_alphabetic());
    // `ASP.NET` and `Node.js` are names too.
    (is_host && !word.contains('@') && (told || ENDS.contains(&end))).then_some(host)
}

/// `www.shop.example.com.cn` belongs to `example.com.cn`.
fn site(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let parts: Vec<&str> = host.split('.').collect();
    let shared = |part: &&str| SHARED.contains(part);
    let two = parts.len().checked_sub(2)?;
    let long = parts.last().is_some_and(|end| end.len() == 2) && parts.get(two).is_some_and(shared);
    let from = if long { two.checked_sub(1)? } else { two };
    Some(parts.get(from..)?.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_name_another_site_are_found() {
        for (words, address, found) in [
            ("www.bank.cn", "https://click.example.com/x", Some("www.bank.cn")),
            ("请访问bank.com.cn登录", "https://example.com.cn", Some("bank.com.cn")),
            ("https://bank.com/login", "https://bank.com.evil.io/login", Some("bank.com")),
            ("shop.example.com", "https://www.example.com/a", None),
            ("Example.com", "https://EXAMPLE.com", None),
            ("example.com.cn", "https://www.example.com.cn/a", None),
            ("Node.js 3.5 ASP.NET README.md", "https://example.com", None),
            ("write to a@bank.cn", "https://example.com", None),
            ("立即查看。", "https://example.com", None),
            ("bank.cn", "mailto:a@example.com", None),
            ("bank.cn", "https://{{vars.host}}/x", None),
            ("bank.cn", "{{vars.url}}", None),
        ] {
            assert_eq!(other_site(words, address), found, "{words} {address}");
        }
    }
}
