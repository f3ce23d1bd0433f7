//! Small helpers to read what people type: Chinese numerals and full-width digits and signs.

/// Folds full-width digits, colons, dashes and spaces to their plain forms, since Chinese keyboards
/// produce both and nobody sees the difference.
pub(crate) fn half_width(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10).unwrap_or(letter),
            '：' => ':',
            '－' | '–' | '—' | '～' | '~' => '-',
            '，' | '、' => ',',
            '；' => ';',
            '\u{3000}' | '\u{a0}' => ' ',
            other => other,
        })
        .collect()
}

fn digit(letter: char) -> Option<u32> {
    match letter {
        '〇' | '零' | '○' => Some(0),
        '一' | '元' => Some(1),
        '二' | '两' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        other => other.to_digit(10),
    }
}

/// Reads 1 to 99 as Chinese people write days and months: `十五`, `二十`, `廿三`, `三十`, `卅`, or in
/// plain digits. `None`: anything else.
pub(crate) fn zh_small_number(text: &str) -> Option<u32> {
    if !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let text = text.replace('廿', "二十").replace('卅', "三十");
    match text.split_once('十') {
        None => single(&text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { single(tens)? };
            let ones = if ones.is_empty() { 0 } else { single(ones)? };
            Some(tens * 10 + ones)
        }
    }
}

fn single(text: &str) -> Option<u32> {
    let mut letters = text.chars();
    let value = digit(letters.next()?)?;
    letters.next().is_none().then_some(value)
}

/// Reads a year of four digits, Chinese or plain: `一九九〇`, `1990`. `None`: anything else.
pub(crate) fn zh_year(text: &str) -> Option<i16> {
    if text.chars().count() != 4 {
        return None;
    }
    let number = text.chars().try_fold(0u32, |sum, letter| Some(sum * 10 + digit(letter)?))?;
    i16::try_from(number).ok()
}

/// The candidate nearest to a misspelt word, if it is near enough to be meant: at most two letters
/// apart, and never more than a third of the word (two swapped letters count as one).
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(apart, candidate)| {
            *apart <= 2 && *apart * 3 <= length.max(candidate.chars().count()).max(3)
        })
        .min_by_key(|(apart, _)| *apart)
        .map(|(_, candidate)| candidate)
}
