//! Words of the pages that customers open, in three languages: who reads them is not who works with the program.

use super::{bundle, format};
use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use std::sync::LazyLock;
use unic_langid::langid;

const SOURCES: [&str; 3] =
    [include_str!("pages/zh-CN.ftl"), include_str!("pages/zh-TW.ftl"), include_str!("pages/en.ftl")];

static CHINA: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(langid!("zh-CN"), SOURCES[0]));
static TAIWAN: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle(langid!("zh-TW"), SOURCES[1]));
static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(langid!("en"), SOURCES[2]));

/// A language of these pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Locale {
    /// Chinese in simplified characters.
    China,
    /// Chinese in traditional characters.
    Taiwan,
    /// English.
    English,
}

impl Locale {
    /// Every one, in the order in which a page offers them.
    pub const ALL: [Self; 3] = [Self::China, Self::Taiwan, Self::English];

    /// The language of a tag (`zh-TW`, `zh-Hant-HK`, `en_GB`); `None`: we have no words in it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let lower = tag.trim().to_ascii_lowercase().replace('_', "-");
        let mut parts = lower.split('-');
        match parts.next() {
            Some("zh") => {
                let old = parts.any(|part| matches!(part, "tw" | "hk" | "mo" | "hant"));
                Some(if old { Self::Taiwan } else { Self::China })
            }
            Some("en") => Some(Self::English),
            Some(_) | None => None,
        }
    }

    /// What stands first in what a browser asks for (`Accept-Language`); `None`: none of ours.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, &str)> = header
            .split(',')
            .filter_map(|part| {
                let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
                let weight = weight.trim().strip_prefix("q=")?.parse().ok()?;
                Some((weight, tag)).filter(|(weight, _)| *weight > 0.0)
            })
            .collect();
        // Stable: of two alike the first.
        wanted.sort_by(|one, other| other.0.total_cmp(&one.0));
        wanted.into_iter().find_map(|(_, tag)| Self::of_tag(tag))
    }

    /// Its tag, as `lang` of a page: `zh-CN`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::China => "zh-CN",
            Self::Taiwan => "zh-TW",
            Self::English => "en",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::China => "简体中文",
            Self::Taiwan => "繁體中文",
            Self::English => "English",
        }
    }

    /// Says a sentence. One that is missing is said in English.
    pub fn say(self, key: &str, args: &[(&str, &str)]) -> String {
        let own = match self {
            Self::China => &CHINA,
            Self::Taiwan => &TAIWAN,
            Self::English => &ENGLISH,
        };
        let said = format(own, key, args).or_else(|| format(&ENGLISH, key, args));
        said.unwrap_or_else(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sentences;
    use super::*;
    use std::collections::BTreeMap;

    fn variables(pattern: &str) -> Vec<String> {
        let name = |rest: &str| rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        let mut all: Vec<String> = pattern.split('$').skip(1).map(name).collect();
        all.sort();
        all
    }

    #[test]
    fn every_language_has_every_key_with_the_same_values() {
        let of = |text: &'static str| -> BTreeMap<&str, Vec<String>> {
            FluentResource::try_new(text.to_owned()).expect("the file is whole");
            sentences(text).map(|(key, text)| (key, variables(&text))).collect()
        };
        let [china, taiwan, english] = SOURCES.map(of);
        assert!(english.len() > 25);
        assert_eq!(china, english);
        assert_eq!(taiwan, english);
    }

    #[test]
    fn chinese_has_the_marks_of_its_own_place() {
        for (text, quote, letters) in [(SOURCES[0], '“', "订邮"), (SOURCES[1], '「', "訂郵")] {
            let text: String = sentences(text).map(|(_, text)| text).collect();
            assert!(text.contains(quote) && letters.chars().all(|letter| text.contains(letter)));
            let other = if quote == '“' { "「訂郵" } else { "“订邮" };
            assert!(!other.chars().any(|letter| text.contains(letter)), "{other}");
            assert!(!text.contains([';', '?']), "half-width marks");
        }
    }

    #[test]
    fn a_tag_finds_its_language_and_taiwan_is_not_china() {
        let of = Locale::of_tag;
        assert_eq!(of("zh-CN"), Some(Locale::China));
        assert_eq!(of("zh_TW.UTF-8".split('.').next().unwrap_or("")), Some(Locale::Taiwan));
        assert_eq!(of("zh-Hant-HK"), Some(Locale::Taiwan));
        assert_eq!(of("en-GB"), Some(Locale::English));
        assert_eq!(of("de"), None);
        assert_eq!(Locale::accepted("de-DE,de;q=0.9,zh-TW;q=0.8,en;q=0.7"), Some(Locale::Taiwan));
        assert_eq!(Locale::accepted("en;q=0.1, zh;q=0.9"), Some(Locale::China));
        assert_eq!(Locale::accepted("*"), None);
        assert_eq!(Locale::accepted("en;q=0, fr"), None);
    }

    #[test]
    fn a_mail_keeps_its_empty_lines() {
        let args = [("topic", "News"), ("brand", "Acme"), ("url", "https://a.example/confirm/x")];
        let mail = Locale::English.say("mail-opt-in", &args);
        let lines: Vec<&str> = mail.lines().collect();
        assert_eq!(lines.first(), Some(&"Please confirm: mails about “News”"));
        assert_eq!(lines.get(2), Some(&""));
        assert!(lines.contains(&"https://a.example/confirm/x"));
    }
}
