//! The one catalogue of words shown to people, in Chinese and English, by Fluent.
//!
//! Every sentence of a diagnostic, a trace reason or the command line stands in `words/en.ftl` and
//! `words/zh-CN.ftl` under the same key; the tests below keep the two files in step.

pub mod pages;

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};

const ENGLISH: &str = include_str!("words/en.ftl");
const CHINESE: &str = include_str!("words/zh-CN.ftl");

static ENGLISH_WORDS: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle(langid!("en"), ENGLISH));
static CHINESE_WORDS: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle(langid!("zh-CN"), CHINESE));

/// A language of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// Both languages, for tests and generated references.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// Chooses by a language tag or a POSIX locale (`zh`, `zh-CN`, `zh_TW.UTF-8`, `en`): everything that
    /// starts with `zh` is Chinese, anything else English. Never fails.
    pub fn from_tag(tag: &str) -> Self {
        match tag.get(..2) {
            Some(start) if start.eq_ignore_ascii_case("zh") => Self::Zh,
            Some(_) | None => Self::En,
        }
    }

    /// The short tag that `--lang` takes: `zh` or `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tag())
    }
}

/// A language was asked for that the catalogue does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("language `{0}` is not known: use `zh` or `en`")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Reads what a person typed: `zh…` or `en…` in any case, nothing else.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        match tag.get(..2) {
            Some(start) if start.eq_ignore_ascii_case("zh") => Ok(Self::Zh),
            Some(start) if start.eq_ignore_ascii_case("en") => Ok(Self::En),
            Some(_) | None => Err(UnknownLanguage(tag.to_owned())),
        }
    }
}

/// Says the sentence `key` with `args` (name, value) put in.
///
/// A value that is a whole number of at most nine digits counts as a number, so that a sentence may choose
/// its plural by it. A key missing in one language falls back to the other; an unknown key returns the key
/// itself, so that nothing is ever lost on the way to a person.
pub fn say(language: Language, key: &str, args: &[(&str, &str)]) -> String {
    let order = match language {
        Language::Zh => [&CHINESE_WORDS, &ENGLISH_WORDS],
        Language::En => [&ENGLISH_WORDS, &CHINESE_WORDS],
    };
    order.into_iter().find_map(|words| format(words, key, args)).unwrap_or_else(|| key.to_owned())
}

/// A number with its thousands apart: `23,544`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Tells whether the catalogue has a sentence for `key` in `language`.
pub fn knows(language: Language, key: &str) -> bool {
    match language {
        Language::Zh => CHINESE_WORDS.has_message(key),
        Language::En => ENGLISH_WORDS.has_message(key),
    }
}

/// Lists the keys of one language, for tests and generated references.
pub fn keys(language: Language) -> BTreeSet<String> {
    sentences(source(language)).map(|(key, _)| key.to_owned()).collect()
}

fn source(language: Language) -> &'static str {
    match language {
        Language::Zh => CHINESE,
        Language::En => ENGLISH,
    }
}

fn bundle(language: LanguageIdentifier, text: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // The marks protect mixed left-to-right and right-to-left text; here they would only break copy and paste.
    bundle.set_use_isolating(false);
    // A broken entry drops out alone; the tests refuse a catalogue that has one.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(rest, _)| rest);
    bundle.add_resource_overriding(resource);
    bundle
}

fn format(words: &FluentBundle<FluentResource>, key: &str, args: &[(&str, &str)]) -> Option<String> {
    let pattern = words.get_message(key)?.value()?;
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        values.set((*name).to_owned(), value_of(value));
    }
    // Errors (a variable that was not given) leave `{$name}` in the text, which says enough.
    Some(words.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned())
}

fn value_of(text: &str) -> FluentValue<'_> {
    match text.parse::<i32>() {
        Ok(number) if text.len() <= 9 && number.to_string() == text => FluentValue::from(number),
        Ok(_) | Err(_) => FluentValue::from(text),
    }
}

/// The messages of a catalogue file: key and the raw text of the pattern with its continuation lines.
fn sentences(text: &str) -> impl Iterator<Item = (&str, String)> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            let Some((key, first)) = line.split_once('=') else { continue };
            if !key.starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            let mut pattern = first.trim().to_owned();
            while let Some(more) = lines.next_if(|next| next.starts_with([' ', '}']) || next.is_empty()) {
                pattern.push('\n');
                pattern.push_str(more.trim());
            }
            return Some((key.trim(), pattern));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pattern: &str) -> BTreeSet<String> {
        pattern
            .split('$')
            .skip(1)
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect())
            .collect()
    }

    /// Code in backticks and placeables become one neutral sign: what stands beside them is free.
    fn prose(pattern: &str) -> String {
        let (mut out, mut depth, mut code) = (String::new(), 0_u32, false);
        for c in pattern.chars() {
            match c {
                '`' => code = !code,
                '{' if !code => depth += 1,
                '}' if !code => depth = depth.saturating_sub(1),
                _ if code || depth > 0 => continue,
                _ => {
                    out.push(c);
                    continue;
                }
            }
            out.push('\u{0}');
        }
        out
    }

    fn is_chinese(c: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&c) || ('\u{3400}'..='\u{4dbf}').contains(&c)
    }

    #[test]
    fn both_files_are_whole_and_have_no_key_twice() {
        for language in Language::ALL {
            let resource = FluentResource::try_new(source(language).to_owned());
            let resource = resource.unwrap_or_else(|(_, wrong)| panic!("{language}.ftl: {wrong:?}"));
            let mut bundle = FluentBundle::new_concurrent(vec![langid!("en")]);
            bundle.add_resource(resource).unwrap_or_else(|twice| panic!("{language}.ftl: {twice:?}"));
            for (key, _) in sentences(source(language)) {
                assert!(bundle.has_message(key), "{language}.ftl: `{key}` is not read as a message");
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_and_variables() {
        let english: Vec<_> = sentences(ENGLISH).map(|(key, text)| (key, variables(&text))).collect();
        let chinese: Vec<_> = sentences(CHINESE).map(|(key, text)| (key, variables(&text))).collect();
        for pair in &english {
            assert!(chinese.contains(pair), "en.ftl has {pair:?}, zh-CN.ftl has not the same");
        }
        for pair in &chinese {
            assert!(english.contains(pair), "zh-CN.ftl has {pair:?}, en.ftl has not the same");
        }
        assert!(!english.is_empty());
    }

    #[test]
    fn chinese_text_has_full_width_punctuation() {
        for (key, text) in sentences(CHINESE) {
            let text: Vec<char> = prose(&text).chars().collect();
            for (i, c) in text.iter().enumerate() {
                let beside = [i.checked_sub(1), i.checked_add(1)];
                let beside_chinese =
                    beside.into_iter().flatten().filter_map(|at| text.get(at)).any(|c| is_chinese(*c));
                assert!(
                    !(",;:!?()".contains(*c) && beside_chinese),
                    "zh-CN.ftl, `{key}`: half-width `{c}` beside Chinese in “{}”",
                    text.iter().collect::<String>()
                );
            }
        }
    }

    #[test]
    fn a_key_is_said_in_each_language_with_its_values() {
        let args = [("suggestion", "customer.city")];
        assert_eq!(say(Language::En, "did-you-mean", &args), "did you mean `customer.city`?");
        assert_eq!(say(Language::Zh, "did-you-mean", &args), "是不是想写 `customer.city`？");
    }

    #[test]
    fn an_unknown_key_returns_itself() {
        assert_eq!(say(Language::Zh, "no-such-key", &[]), "no-such-key");
        assert!(!knows(Language::En, "no-such-key"));
    }

    #[test]
    fn long_and_padded_numbers_stay_as_they_were_written() {
        for text in ["00001", "13800000000", "-5", "7", "1.50", "+3"] {
            assert_eq!(
                say(Language::En, "did-you-mean", &[("suggestion", text)]),
                format!("did you mean `{text}`?")
            );
        }
    }

    #[test]
    fn a_tag_chooses_the_language() {
        for tag in ["zh", "zh-CN", "zh_TW.UTF-8", "ZH"] {
            assert_eq!(Language::from_tag(tag), Language::Zh);
        }
        for tag in ["en", "de", "", "z", "中文"] {
            assert_eq!(Language::from_tag(tag), Language::En);
        }
        assert_eq!("en-GB".parse(), Ok(Language::En));
        assert_eq!("fr".parse::<Language>(), Err(UnknownLanguage("fr".to_owned())));
    }
}
