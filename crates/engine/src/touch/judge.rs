//! Whether a person opened or clicked, or a program did, and by what that is known. Opens are an indication at best:
//! some mailboxes fetch every picture before anybody looks, and security scanners follow every link within seconds.

use jiff::{SignedDuration, Timestamp};

/// So soon after a mail was handed over nobody has read it.
const TOO_SOON: SignedDuration = SignedDuration::from_secs(5);
/// Nobody follows two links of one mail so quickly.
pub(super) const AT_ONCE: SignedDuration = SignedDuration::from_secs(1);

/// Parts of the names that programs give, in small letters: scanners of mail, previews of messengers, libraries.
const PROGRAMS: [&str; 37] = [
    "barracuda",
    "proofpoint",
    "mimecast",
    "trendmicro",
    "symantec",
    "messagelabs",
    "fireeye",
    "trellix",
    "sophos",
    "cisco",
    "ironport",
    "forcepoint",
    "zscaler",
    "cloudmark",
    "safelinks",
    "microsoft office",
    "ms-office",
    "bingpreview",
    "slackbot",
    "whatsapp",
    "telegrambot",
    "facebookexternalhit",
    "twitterbot",
    "linkedinbot",
    "skypeuripreview",
    "discordbot",
    "headlesschrome",
    "phantomjs",
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "java/",
    "okhttp",
    "libwww",
    "node-fetch",
    "axios/",
];
/// Words that only programs have in their names.
const KINDS: [&str; 5] = ["bot/", "bot;", "crawler", "spider", "scanner"];
/// Services of mailboxes that fetch pictures for their readers, whether these look or not.
const PROXIES: [&str; 3] = ["googleimageproxy", "yahoomailproxy", "yahoocachesystem"];

/// What a request says of who makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// It asks for the head alone.
    pub head: bool,
    /// It says of itself that it fetches beforehand.
    pub prefetch: bool,
    /// `User-Agent`; empty: none.
    pub agent: String,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Click,
}

/// Why it was no person; `None`: nothing speaks against one. `handed_at`: when the mail was handed over; `others`: how
/// many other links of the mail were followed about the same moment.
pub(super) fn machine(
    kind: Kind,
    signs: &Signs,
    at: Timestamp,
    handed_at: Option<Timestamp>,
    others: usize,
) -> Option<&'static str> {
    if signs.head {
        return Some("head");
    }
    if signs.prefetch {
        return Some("prefetch");
    }
    let agent = signs.agent.trim().to_ascii_lowercase();
    if agent.is_empty() {
        return Some("no_agent");
    }
    // Apple's privacy protection says only this.
    let bare = agent == "mozilla/5.0";
    if PROXIES.iter().any(|proxy| agent.contains(proxy)) || (bare && kind == Kind::Open) {
        return Some("proxy");
    }
    if bare || PROGRAMS.iter().chain(&KINDS).any(|program| agent.contains(program)) {
        return Some("program");
    }
    if handed_at.is_some_and(|handed_at| at.duration_since(handed_at) < TOO_SOON) {
        return Some("too_soon");
    }
    (others > 0).then_some("many_links")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";

    fn judge(kind: Kind, agent: &str, after: i64, others: usize) -> Option<&'static str> {
        let handed: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let signs = Signs { agent: agent.to_owned(), ..Signs::default() };
        machine(kind, &signs, handed + SignedDuration::from_secs(after), Some(handed), others)
    }

    #[test]
    fn a_person_is_whom_nothing_speaks_against() {
        for kind in [Kind::Open, Kind::Click] {
            assert_eq!(judge(kind, PERSON, 60, 0), None);
            assert_eq!(judge(kind, PERSON, 5, 0), None, "at five seconds it may be a person");
            assert_eq!(judge(kind, PERSON, 4, 0), Some("too_soon"));
            assert_eq!(judge(kind, "", 60, 0), Some("no_agent"));
            assert_eq!(judge(kind, "Barracuda Sentinel (EE)", 60, 0), Some("program"));
            assert_eq!(judge(kind, "python-requests/2.31", 60, 0), Some("program"));
        }
        assert_eq!(judge(Kind::Click, PERSON, 60, 3), Some("many_links"));
        let wechat =
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile MicroMessenger/8.0.49";
        assert_eq!(judge(Kind::Click, wechat, 60, 0), None);
    }

    #[test]
    fn mailboxes_that_fetch_pictures_for_everybody_are_no_readers() {
        let gmail =
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
        assert_eq!(judge(Kind::Open, gmail, 600, 0), Some("proxy"));
        assert_eq!(judge(Kind::Open, "Mozilla/5.0", 600, 0), Some("proxy"));
        assert_eq!(judge(Kind::Click, "Mozilla/5.0", 600, 0), Some("program"));
    }

    #[test]
    fn what_only_asks_or_fetches_beforehand_is_no_click() {
        let at: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        let signs = |head, prefetch| Signs { head, prefetch, agent: PERSON.to_owned() };
        assert_eq!(machine(Kind::Click, &signs(true, false), at, None, 0), Some("head"));
        assert_eq!(machine(Kind::Click, &signs(false, true), at, None, 0), Some("prefetch"));
        assert_eq!(machine(Kind::Click, &signs(false, false), at, None, 0), None);
    }
}
