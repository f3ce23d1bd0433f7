//! The closest known name for a misspelt one.

use super::synonyms;
use std::cmp::Reverse;

/// Finds the candidate that `name` most probably meant, or none where nothing is close.
///
/// One slip is allowed for each three characters, at least one (so that a Chinese word of two characters
/// may have one wrong) and at most three; a swap of neighbours is one slip. Case, `-` and `_` do not count.
/// A name that is the beginning of just one candidate means that one. Ties go to the first candidate. Where
/// nothing is close, a word of another tool or of everyday Chinese may still mean one (`等待`: `wait`).
pub fn suggest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let wanted = plain(name);
    let length = wanted.chars().count();
    let allowed = (length / 3).clamp(1, 3);
    let mut best: Option<(usize, Reverse<usize>, &str)> = None;
    let mut begun = Vec::new();
    let candidates: Vec<&'c str> = candidates.into_iter().collect();
    // `else if` is no `else`.
    if matches!(wanted.as_str(), "elseif" | "elif") {
        return None;
    }
    for candidate in candidates.iter().copied() {
        let known = plain(candidate);
        let slips = strsim::osa_distance(&wanted, &known);
        // A slip in a word of one or two Latin letters, or in one character, leaves nothing in common.
        let in_common = known.chars().filter(|c| wanted.contains(*c)).count();
        let close = slips == 0 || (slips <= allowed && slips < length && in_common > 0 && !is_tiny(&wanted));
        if close {
            let found = (slips, Reverse(in_common), candidate);
            if best.is_none_or(|(slips, common, _)| (found.0, found.1) < (slips, common)) {
                best = Some(found);
            }
        }
        if length >= 2 && known.starts_with(&wanted) {
            begun.push(candidate);
        }
    }
    let only_begun = match begun.as_slice() {
        [name] => Some(*name),
        _ => None,
    };
    best.map(|(_, _, name)| name).or(only_begun).or_else(|| synonyms::meant(name, &candidates))
}

/// So many names are listed where none is close to what was written.
const MOST_LISTED: usize = 8;
/// And so many of their letters: a sentence has room for no more.
const MOST_LETTERS: usize = 100;

/// Names one after the other, for a sentence; of many the first, with `…` for the others.
pub fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for (place, name) in names.into_iter().enumerate() {
        if place > 0 {
            text.push_str(", ");
        }
        let letters = text.chars().count() + name.as_ref().chars().count();
        if place == MOST_LISTED || (place > 0 && letters > MOST_LETTERS) {
            text.push('…');
            break;
        }
        text.push_str(name.as_ref());
    }
    text
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

fn is_tiny(name: &str) -> bool {
    name.is_ascii() && name.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_found_and_a_far_one_is_not() {
        let verbs = ["email", "sms", "wait", "wait_for", "wait_until", "assign", "split", "notify"];
        for (typed, meant) in [
            ("emial", Some("email")),
            ("mail", Some("email")),
            ("Email", Some("email")),
            ("waitfor", Some("wait_for")),
            ("wait-until", Some("wait_until")),
            ("wiat", Some("wait")),
            ("asign", Some("assign")),
            ("spilt", Some("split")),
            ("sm", Some("sms")),
            ("telephone", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(suggest(typed, verbs), meant, "{typed}");
        }
        assert_eq!(suggest("customer.ctiy", ["customer.city", "customer.country"]), Some("customer.city"));
    }

    #[test]
    fn short_chinese_words_are_found() {
        let attributes = ["城市", "年龄", "会员等级", "最近购买"];
        assert_eq!(suggest("城是", attributes), Some("城市"));
        assert_eq!(suggest("会员等及", attributes), Some("会员等级"));
        assert_eq!(suggest("会员", attributes), Some("会员等级"));
        assert_eq!(suggest("性别", attributes), None);
    }

    #[test]
    fn words_of_other_tools_and_of_everyday_chinese_are_understood() {
        let verbs = ["email", "sms", "wait", "wait_for", "if", "exit", "tag"];
        for (typed, meant) in
            [("等待", "wait"), ("delay", "wait"), ("邮件", "email"), ("send_sms", "sms"), ("如果", "if")]
        {
            assert_eq!(suggest(typed, verbs), Some(meant), "{typed}");
        }
        assert_eq!(suggest("等待", ["email"]), None);
        assert_eq!(suggest("else if", ["else", "then"]), None);
    }

    #[test]
    fn ties_go_to_the_first() {
        assert_eq!(suggest("cat1", ["cat2", "cat3"]), Some("cat2"));
        assert_eq!(suggest("cat1", []), None);
    }
}
