//! A length of time as its reader says it: `5 days 3 hours`, `5 天 3 小时`.

use super::Length;
use crate::words::{Language, say};

impl Length {
    /// The length in words of a language, the largest unit first.
    pub fn said(&self, language: Language) -> String {
        let word = |(count, unit): (i64, &str)| {
            say(language, &format!("unit-{unit}"), &[("count", &count.to_string())])
        };
        let words: Vec<String> = self.parts().into_iter().map(word).collect();
        if words.is_empty() { word((0, "minute")) } else { words.join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_said_in_both_languages_and_the_chinese_reads_back() {
        let all = [
            ("5 days 3 hours", "5 days 3 hours", "5 天 3 小时"),
            ("1 workday", "1 workday", "1 个工作日"),
            ("半年", "6 months", "6 个月"),
            ("2 years", "2 years", "2 年"),
            ("90 workminutes", "90 working minutes", "90 个工作分钟"),
            ("4 workhours", "4 working hours", "4 个工作小时"),
            ("0 days", "0 minutes", "0 分钟"),
            (
                "1h 1 minute 1.5 seconds",
                "1 hour 1 minute 1 second 500 milliseconds",
                "1 小时 1 分钟 1 秒 500 毫秒",
            ),
        ];
        for (written, english, chinese) in all {
            let length: Length = written.parse().unwrap();
            assert_eq!([length.said(Language::En), length.said(Language::Zh)], [english, chinese]);
            assert_eq!(chinese.parse::<Length>(), Ok(length), "{chinese}");
        }
    }
}
