//! How people are addressed: 王女士, 欧阳先生, Dear Ms Wang; and the words of the lunar calendar.

use model::words::Language;

/// Surnames of two characters; all others have one.
const DOUBLE: [&str; 32] = [
    "欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "夏侯", "端木",
    "南宫", "长孙", "宇文", "轩辕", "百里", "东郭", "独孤", "西门", "澹台", "公冶", "宗政", "濮阳", "淳于",
    "单于", "太史", "申屠", "仲孙", "钟离", "鲜于",
];

/// How a person wishes to be addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    /// 女士, Ms
    Female,
    /// 先生, Mr
    Male,
}

impl Gender {
    /// Reads what an attribute says. `None`: nothing that tells.
    pub(super) fn read(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "female" | "f" | "woman" | "ms" | "mrs" | "miss" | "女" | "女士" | "女性" | "小姐" => {
                Some(Self::Female)
            }
            "male" | "m" | "man" | "mr" | "男" | "先生" | "男士" | "男性" => Some(Self::Male),
            _ => None,
        }
    }
}

/// A Chinese name as a whole, since the given name alone is too close; else its first word.
pub(super) fn first(name: &str) -> String {
    let name = name.trim();
    if is_chinese(name) {
        return name.to_owned();
    }
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

/// How a letter begins.
pub(super) fn salutation(name: Option<&str>, gender: Option<Gender>, language: Language) -> String {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    match (language, name, gender) {
        (Language::Zh, None, _) => "尊敬的客户".to_owned(),
        (Language::En, None, _) => "Dear customer".to_owned(),
        (Language::Zh, Some(name), Some(gender)) => {
            let title = match gender {
                Gender::Female => "女士",
                Gender::Male => "先生",
            };
            let blank = if is_chinese(name) { "" } else { " " };
            format!("{}{blank}{title}", surname(name))
        }
        (Language::Zh, Some(name), None) => name.to_owned(),
        (Language::En, Some(name), Some(gender)) => {
            let title = match gender {
                Gender::Female => "Ms",
                Gender::Male => "Mr",
            };
            format!("Dear {title} {}", surname(name))
        }
        (Language::En, Some(name), None) => format!("Dear {name}"),
    }
}

fn surname(name: &str) -> &str {
    if !is_chinese(name) {
        return name.split_whitespace().next_back().unwrap_or(name);
    }
    let letters = name.chars().count();
    let double = letters > 2 && DOUBLE.iter().any(|surname| name.starts_with(surname));
    let length = name.chars().take(if double { 2 } else { 1 }).map(char::len_utf8).sum();
    name.get(..length).unwrap_or(name)
}

/// Written in Chinese characters, as 王芳 and 阿依古丽·买买提 are.
fn is_chinese(name: &str) -> bool {
    let mut letters = name.chars().filter(|c| !matches!(c, '·' | '•'));
    name.chars().next().is_some()
        && letters.all(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'))
}

/// 正 for 1, 腊 for 12.
pub(super) fn lunar_month(month: u8) -> &'static str {
    const MONTHS: [&str; 12] = ["正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"];
    MONTHS.get(usize::from(month.wrapping_sub(1))).copied().unwrap_or("")
}

/// 初一 to 三十.
pub(super) fn lunar_day(day: u8) -> String {
    const DIGITS: [&str; 10] = ["十", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = DIGITS.get(usize::from(day % 10)).copied().unwrap_or("");
    match day {
        1..=9 => format!("初{digit}"),
        10 => "初十".to_owned(),
        11..=19 => format!("十{digit}"),
        20 => "二十".to_owned(),
        21..=29 => format!("廿{digit}"),
        _ => "三十".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_addressed_by_their_surname_and_title() {
        for (name, gender, chinese, english) in [
            (Some("王芳"), Some("女"), "王女士", "Dear Ms 王"),
            (Some("欧阳修远"), Some("male"), "欧阳先生", "Dear Mr 欧阳"),
            (Some("欧阳"), Some("男"), "欧先生", "Dear Mr 欧"),
            (Some("Anna Wang"), Some("ms"), "Wang 女士", "Dear Ms Wang"),
            (Some("王芳"), None, "王芳", "Dear 王芳"),
            (Some("Anna Wang"), Some("other"), "Anna Wang", "Dear Anna Wang"),
            (Some("  "), Some("f"), "尊敬的客户", "Dear customer"),
            (None, None, "尊敬的客户", "Dear customer"),
        ] {
            let gender = gender.and_then(Gender::read);
            assert_eq!(salutation(name, gender, Language::Zh), chinese);
            assert_eq!(salutation(name, gender, Language::En), english);
        }
    }

    #[test]
    fn a_first_name_is_the_first_word_and_a_chinese_name_stays_whole() {
        for (name, first_name) in [
            ("Anna Wang", "Anna"),
            ("王芳", "王芳"),
            (" Li Na ", "Li"),
            ("阿依古丽·买买提", "阿依古丽·买买提"),
            ("", ""),
        ] {
            assert_eq!(first(name), first_name);
        }
    }

    #[test]
    fn lunar_days_have_their_words() {
        let days: Vec<String> = [1, 10, 11, 15, 20, 21, 30].into_iter().map(lunar_day).collect();
        assert_eq!(days, ["初一", "初十", "十一", "十五", "二十", "廿一", "三十"]);
        assert_eq!((lunar_month(1), lunar_month(12), lunar_month(13)), ("正", "腊", ""));
    }
}
