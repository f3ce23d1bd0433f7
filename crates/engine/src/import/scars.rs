//! The scars of spreadsheets: values that a person reads at once and a strict reader does not. Each is brought
//! into the form that the model's types read, or told apart as lost.

use jiff::ToSpan;
use jiff::civil::Date;
use model::Type;
use model::zone::{parse_date, parse_time, time_meant};

/// Days of a spreadsheet that are dates: 1927 to 2119. What lies before is more likely a number.
const SERIALS: std::ops::RangeInclusive<i64> = 10_000..=80_000;
/// Most places that an exponent may move the point.
const FARTHEST: i32 = 30;

/// What stands for nothing in any column: nobody is called so.
const NOTHING: &[&str] = &[
    "无",
    "暂无",
    "未知",
    "不详",
    "无数据",
    "n/a",
    "#n/a",
    "null",
    "(null)",
    "<null>",
    "\\n",
    "-",
    "--",
    "—",
    "——",
    "#ref!",
    "#value!",
    "#div/0!",
    "#name?",
    "#null!",
    "#num!",
];
/// What stands for nothing where a word of its own has no sense: in numbers, dates, addresses.
const NOTHING_TYPED: &[&str] = &["na", "nan", "nil", "none", "没有", "空", "(空)", "/", "?", "？"];
const YES: &[&str] = &["√", "✓", "✔", "☑", "t", "on", "有", "对", "开", "是的", "已开通", "ｙ"];
const NO: &[&str] = &["×", "✗", "✘", "☒", "f", "off", "无", "没有", "不是", "错", "关", "未开通", "ｎ"];

/// What mending found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mended {
    /// The value in a form that is read.
    As(String),
    /// The spreadsheet kept the first digits of a long number only.
    Lost,
}

/// Whether a text may stand for nothing: cheap, for the many that cannot.
pub(super) fn may_be_nothing(text: &str) -> bool {
    let first = text.bytes().next();
    text.len() <= 12
        && first.is_some_and(|first| !first.is_ascii_alphanumeric() || matches!(first, b'n' | b'N'))
}

/// Whether a cell of such a type says that nothing is known.
pub(super) fn is_nothing(ty: Option<&Type>, text: &str) -> bool {
    if !may_be_nothing(text) {
        return false;
    }
    let word = text.to_lowercase();
    let typed = match ty {
        // 有 and 无 are answers.
        Some(Type::YesNo) if NO.contains(&&*word) => return false,
        Some(Type::OneOf(choices)) if choices.iter().any(|choice| choice == text) => return false,
        None | Some(Type::Text | Type::List | Type::Reference(_)) => false,
        Some(
            Type::Number
            | Type::YesNo
            | Type::Date
            | Type::Time
            | Type::Duration
            | Type::Email
            | Type::Phone
            | Type::Money
            | Type::Birthday
            | Type::OneOf(_),
        ) => true,
    };
    NOTHING.contains(&&*word) || (typed && NOTHING_TYPED.contains(&&*word))
}

/// The text behind the apostrophe by which spreadsheets, and exports that fear formulas, mark a text: `'00123`,
/// `'=1+1`. `None`: there is none, or it belongs to the text.
pub(super) fn unmarked(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('\'')?;
    let first = rest.chars().next()?;
    (first.is_ascii_digit() || "=+-@\t\r＝＋－＠".contains(first)).then_some(rest)
}

/// The text of a cell without what nobody sees: zero-width signs, marks of byte order, blanks that do not break.
pub(super) fn visible(text: &str) -> Option<String> {
    let unseen = |letter: char| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}');
    if !text.chars().any(|letter| unseen(letter) || letter == '\u{a0}') {
        return None;
    }
    let kept = text.chars().filter(|letter| !unseen(*letter));
    Some(
        kept.map(|letter| if letter == '\u{a0}' { ' ' } else { letter })
            .collect::<String>()
            .trim()
            .to_owned(),
    )
}

/// Brings a text that is not read as a value of its type into a form that is. `None`: it is no known scar.
pub(super) fn mend(ty: &Type, text: &str) -> Option<Mended> {
    let narrow = narrow(text);
    let narrow = narrow.trim();
    match ty {
        Type::Number | Type::Money => number(narrow).map(Mended::As),
        Type::Phone => phone(narrow),
        Type::Date | Type::Birthday => date(narrow).map(|date| Mended::As(date.to_string())),
        Type::Time => time(narrow).map(Mended::As),
        Type::YesNo => yes_no(narrow).map(|yes| Mended::As(if yes { "yes" } else { "no" }.to_owned())),
        Type::Email => Some(Mended::As(email(narrow))),
        Type::OneOf(choices) => choice(narrow, choices).map(Mended::As),
        Type::Text | Type::List | Type::Duration | Type::Reference(_) => None,
    }
}

/// Whether a text that names somebody is what a spreadsheet left of a long number.
pub(super) fn shortened(text: &str) -> Option<Mended> {
    let (mantissa, exponent) = split_exponent(text)?;
    // `1E5` is a name that people give; a spreadsheet writes `1.38E+10`.
    (text.contains("E+") && mantissa.contains('.')).then(|| whole(mantissa, exponent))
}

/// Full-width signs, as Chinese keyboards make them, in their plain forms.
fn narrow(text: &str) -> String {
    let plain = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter)
        }
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    };
    text.chars().map(plain).collect()
}

fn split_exponent(text: &str) -> Option<(&str, i32)> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = mantissa.bytes().any(|byte| byte.is_ascii_digit())
        && mantissa.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let exponent: i32 = exponent.parse().ok()?;
    (fits && shaped && exponent.abs() <= FARTHEST).then_some((mantissa, exponent))
}

/// A number with its point moved: `1.5` by 3 is `1500`.
fn shifted(number: &str, by: i32) -> Option<String> {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{part}");
    let point = i32::try_from(whole.len()).ok()?.checked_add(by)?;
    let (whole, part) = if point <= 0 {
        ("0".to_owned(), format!("{}{all}", "0".repeat(usize::try_from(-point).ok()?)))
    } else {
        let point = usize::try_from(point).ok()?;
        let filled = format!("{all:0<point$}");
        let (whole, part) = filled.split_at_checked(point)?;
        (whole.to_owned(), part.to_owned())
    };
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

/// A whole number out of its short form, where no digit is missing.
fn whole(mantissa: &str, exponent: i32) -> Mended {
    let places = mantissa.split_once('.').map_or(0, |(_, part)| part.len());
    if i32::try_from(places) != Ok(exponent) {
        return Mended::Lost;
    }
    Mended::As(mantissa.replace('.', ""))
}

fn number(text: &str) -> Option<String> {
    let text = text
        .trim_start_matches(['¥', '$', '€', '£', '￥'])
        .trim_end_matches(['元', '¥', '$', '€', '£', '￥']);
    let upper = text.to_ascii_uppercase();
    let text = ["RMB", "CNY", "USD", "EUR"].iter().fold(upper.trim(), |text, word| {
        text.strip_prefix(word).or(text.strip_suffix(word)).unwrap_or(text).trim()
    });
    let (text, moved) = match text.strip_suffix('%') {
        Some(text) => (text.trim(), -2),
        None => match text.strip_suffix('万') {
            Some(text) => (text.trim(), 4),
            None => (text, 0),
        },
    };
    // Accountants write what is owed in brackets.
    let (text, sign) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(text) => (text, "-"),
        None => match text.strip_prefix('-') {
            Some(text) => (text.trim(), "-"),
            None => (text.strip_prefix('+').unwrap_or(text), ""),
        },
    };
    let (mantissa, exponent) = split_exponent(text).unwrap_or((text, 0));
    let plain = ungrouped(mantissa)?;
    shifted(&format!("{sign}{plain}"), exponent + moved)
}

/// A number without what stands between its thousands: `1,234.50`, `1.234,50`, `1 234,50`, `12,5`.
fn ungrouped(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|letter| !matches!(letter, ' ' | '\'' | '_')).collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = |text: &str, sign: char| {
        let mut groups = text.split(sign);
        let first = groups.next().is_some_and(|group| digits(group) && group.len() <= 3);
        first && groups.all(|group| digits(group) && group.len() == 3)
    };
    let joined =
        |whole: &str, part: &str| if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") };
    let (commas, points) = (text.matches(',').count(), text.matches('.').count());
    let (group, decimal) = if commas > 0 && points > 0 {
        if text.rfind(',') < text.rfind('.') { (',', '.') } else { ('.', ',') }
    } else if commas > 1 || (commas == 1 && grouped(&text, ',')) {
        (',', '.')
    } else if points > 1 || commas == 1 {
        ('.', ',')
    } else {
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let fits = (digits(whole) || whole.is_empty()) && (digits(part) || part.is_empty()) && text.len() > 1;
        return (fits || digits(&text)).then(|| joined(if whole.is_empty() { "0" } else { whole }, part));
    };
    let (whole, part) = text.split_once(decimal).unwrap_or((&text, ""));
    let fits = (digits(whole) || grouped(whole, group)) && (part.is_empty() || digits(part));
    fits.then(|| joined(&whole.replace(group, ""), part))
}

fn phone(text: &str) -> Option<Mended> {
    if let Some((mantissa, exponent)) = split_exponent(text) {
        return Some(whole(mantissa, exponent));
    }
    let text = text.strip_suffix(".0").unwrap_or(text).trim_start_matches("tel:").trim_start_matches('\'');
    let text = text.replace(['–', '—', '－'], "-");
    Some(Mended::As(text.trim().to_owned()))
}

/// The international form of a Chinese number that is written with its country in another way.
pub(super) fn with_country(phone: &str) -> Option<String> {
    if !phone.starts_with("86") && !phone.starts_with("0086") {
        return None;
    }
    let phone: String = phone.chars().filter(|letter| !" -".contains(*letter)).collect();
    let mobile = |rest: &str| {
        rest.len() == 11 && rest.starts_with('1') && rest.bytes().all(|byte| byte.is_ascii_digit())
    };
    let rest = phone.strip_prefix("0086").or_else(|| phone.strip_prefix("86"))?;
    mobile(rest).then(|| format!("+86{rest}"))
}

/// A date in the forms of spreadsheets and of Chinese people, a clock behind it left out.
fn date(text: &str) -> Option<Date> {
    let (date, clock) = split_clock(text);
    let clock_fits = clock.is_empty()
        || clock_of(clock).is_some()
        || clock.split_once(' ').is_some_and(|(clock, _)| clock_of(clock).is_some());
    day(date).filter(|_| clock_fits)
}

/// A day alone: `2024年3月5日`, `2024.3.5`, `20240305`, `45356`.
fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits && text.len() == 8 {
        let (year, rest) = text.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        return parse_date(&format!("{year}-{month}-{day}"));
    }
    if let Some((serial, _)) = serial(text) {
        return Some(serial);
    }
    let text = text.replace(['年', '月', '.', '/'], "-").replace(['日', '号'], "").replace(' ', "");
    parse_date(text.trim_end_matches('-'))
}

/// The day and the part of the day that a spreadsheet's number stands for.
fn serial(text: &str) -> Option<(Date, f64)> {
    let (days, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5 || !digits(days) || !digits(part) {
        return None;
    }
    let days: i64 = days.parse().ok()?;
    // Day 1 is 1 January 1900, and 29 February 1900 was never.
    let date = Date::new(1899, 12, 30).ok()?.checked_add(days.days()).ok()?;
    SERIALS.contains(&days).then_some((date, format!("0.{part}").parse().ok()?))
}

fn split_clock(text: &str) -> (&str, &str) {
    let behind_day = text.find(['日', '号']).map(|at| at + '日'.len_utf8());
    let at = behind_day.or_else(|| text.find(['T', ' ']));
    let (date, clock) = at.and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
    (date, clock.trim_start_matches(['T', ' ']).trim())
}

fn clock_of(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['秒', 'Z']);
    if parse_time(text).is_some() { Some(text.to_owned()) } else { time_meant(text) }
}

fn time(text: &str) -> Option<String> {
    if let Some((date, part)) = serial(text) {
        let seconds = (part * 86_400.0).round() as u64;
        let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
        return Some(format!("{date} {hours:02}:{minutes:02}:{:02}", seconds % 60));
    }
    let (date, clock) = split_clock(text);
    let date = day(date)?;
    if clock.is_empty() {
        return Some(date.to_string());
    }
    if let Some(clock) = clock_of(clock) {
        return Some(format!("{date} {clock}"));
    }
    // `10:21:33 UTC`, `10:21 +0800`
    let (clock, zone) = clock.rsplit_once(' ')?;
    Some(format!("{date} {} {zone}", clock_of(clock)?))
}

fn yes_no(text: &str) -> Option<bool> {
    let word = text.to_lowercase();
    if YES.contains(&&*word) || matches!(&*word, "yes" | "y" | "true" | "1" | "是") {
        return Some(true);
    }
    (NO.contains(&&*word) || matches!(&*word, "no" | "n" | "false" | "0" | "否")).then_some(false)
}

fn email(text: &str) -> String {
    let text =
        text.strip_suffix('>').and_then(|text| text.rsplit_once('<')).map_or(text, |(_, address)| address);
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    text.trim_matches([',', ';', '。', '.', '、']).to_owned()
}

/// The choice that is meant by the same letters in another width or case; `None`: none, or several.
fn choice(text: &str, choices: &[String]) -> Option<String> {
    let folded = text.to_lowercase();
    let mut same = choices.iter().filter(|choice| narrow(choice).trim().to_lowercase() == folded);
    let found = same.next()?;
    same.next().is_none().then(|| found.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use model::Value;

    fn read(ty: &Type, text: &str) -> String {
        let shanghai = model::zone::zone("Asia/Shanghai").unwrap();
        match mend(ty, text) {
            Some(Mended::As(mended)) => match Value::parse(ty, &mended, &shanghai) {
                Ok(value) => value.to_string(),
                Err(_) => format!("no: {mended}"),
            },
            Some(Mended::Lost) => "lost".to_owned(),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn numbers_as_people_and_spreadsheets_write_them() {
        for (text, wanted) in [
            ("1,234.50", "1234.5"),
            ("1.234,50", "1234.5"),
            ("1 234,50", "1234.5"),
            ("12,5", "12.5"),
            ("1,234", "1234"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("¥1,299.00", "1299"),
            ("￥1,299", "1299"),
            ("1299元", "1299"),
            ("RMB 88", "88"),
            ("12.5%", "0.125"),
            ("１２３．５", "123.5"),
            ("(1,200)", "-1200"),
            ("-1,200", "-1200"),
            ("1.38E+10", "13800000000"),
            ("5e-2", "0.05"),
            ("1.2万", "12000"),
            (".5", "0.5"),
        ] {
            assert_eq!(read(&Type::Number, text), wanted, "{text}");
        }
        for text in ["12abc", "1,23,4", "", "1.2.3,4,5", "--5", "E", "%", "1E99"] {
            let read = read(&Type::Number, text);
            assert!(read == "none" || read.starts_with("no: "), "{text}: {read}");
        }
    }

    #[test]
    fn dates_of_spreadsheets_and_of_chinese_people() {
        for (text, wanted) in [
            ("2024年3月5日", "2024-03-05"),
            ("２０２４年３月５日", "2024-03-05"),
            ("2024年03月05号", "2024-03-05"),
            ("2024.3.5", "2024-03-05"),
            ("20240305", "2024-03-05"),
            ("45356", "2024-03-05"),
            ("45356.75", "2024-03-05"),
            ("2024/3/5 0:00:00", "2024-03-05"),
            ("2024-03-05 14:05", "2024-03-05"),
            ("2024年3月5日 下午2:05", "2024-03-05"),
        ] {
            assert_eq!(read(&Type::Date, text), wanted, "{text}");
        }
        for text in ["2024年13月5日", "3/5/2024", "123", "999999", "20241305", "2024-03-05 lunch", "明天"]
        {
            assert_eq!(read(&Type::Date, text), "none", "{text}");
        }
        assert_eq!(read(&Type::Birthday, "32874"), "1990-01-01");
    }

    #[test]
    fn times_keep_their_clock() {
        for (text, wanted) in [
            ("2024年3月5日 14:05", "2024-03-05T06:05:00Z"),
            ("2024年3月5日下午2:05", "2024-03-05T06:05:00Z"),
            ("2024.3.5 14:05:30", "2024-03-05T06:05:30Z"),
            ("45356.5", "2024-03-05T04:00:00Z"),
            ("45356", "2024-03-04T16:00:00Z"),
            ("2024/3/5 14:05:00 UTC", "2024-03-05T14:05:00Z"),
        ] {
            let Some(Mended::As(mended)) = mend(&Type::Time, text) else { panic!("{text}") };
            let value =
                Value::parse(&Type::Time, &mended, &model::zone::zone("Asia/Shanghai").unwrap()).unwrap();
            assert_eq!(value, Value::parse(&Type::Time, wanted, &TimeZone::UTC).unwrap(), "{text}: {mended}");
        }
    }

    #[test]
    fn phones_are_whole_or_lost() {
        for (text, wanted) in [
            ("1.38E+10", "lost"),
            ("1.3800138E+10", "lost"),
            ("1.3800138001E+10", "13800138001"),
            ("13800138000.0", "13800138000"),
            ("１３８００１３８０００", "13800138000"),
            ("tel:138-0013-8000", "13800138000"),
            ("（010）8888－8888", "01088888888"),
        ] {
            assert_eq!(read(&Type::Phone, text), wanted, "{text}");
        }
        assert_eq!(with_country("008613800138000").as_deref(), Some("+8613800138000"));
        assert_eq!(with_country("8613800138000").as_deref(), Some("+8613800138000"));
        assert_eq!(with_country("+8613800138000"), None);
        assert_eq!(with_country("86123456"), None);
        assert_eq!(shortened("1.38E+10"), Some(Mended::Lost));
        assert_eq!(shortened("1.2345E+4"), Some(Mended::As("12345".to_owned())));
        assert_eq!(shortened("1E5"), None);
        assert_eq!(shortened("CUST-7E+2"), None);
    }

    #[test]
    fn answers_addresses_and_choices() {
        for (text, wanted) in
            [("√", "yes"), ("×", "no"), ("有", "yes"), ("无", "no"), ("Ｙ", "yes"), ("off", "no")]
        {
            let expected = Value::YesNo(wanted == "yes").to_string();
            assert_eq!(read(&Type::YesNo, text), expected, "{text}");
        }
        assert_eq!(read(&Type::YesNo, "maybe"), "none");
        assert_eq!(read(&Type::Email, "ｌｉｎａ＠example.com"), "lina@example.com");
        assert_eq!(read(&Type::Email, "Li Na <li.na@example.com>"), "li.na@example.com");
        assert_eq!(read(&Type::Email, "mailto:a@b.cn;"), "a@b.cn");
        let tiers = Type::OneOf(vec!["basic".to_owned(), "gold".to_owned()]);
        assert_eq!(read(&tiers, " ＧＯＬＤ "), "gold");
        assert_eq!(read(&tiers, "golden"), "none");
    }

    #[test]
    fn nothing_is_told_from_words() {
        let tiers = Type::OneOf(vec!["无".to_owned(), "金".to_owned()]);
        for (ty, text, wanted) in [
            (&Type::Date, "无", true),
            (&Type::Number, "N/A", true),
            (&Type::Number, "NA", true),
            (&Type::Text, "Na", false),
            (&Type::Text, "#N/A", true),
            (&Type::Text, "无", true),
            (&Type::Text, "无锡", false),
            (&Type::Number, "-", true),
            (&Type::Number, "-5", false),
            (&Type::YesNo, "无", false),
            (&Type::YesNo, "暂无", true),
            (&tiers, "无", false),
            (&tiers, "#REF!", true),
            (&Type::Phone, "13800138000", false),
        ] {
            assert_eq!(is_nothing(Some(ty), text), wanted, "{ty:?} {text}");
        }
    }

    #[test]
    fn marks_before_texts_go_where_they_are_marks() {
        assert_eq!(unmarked("'00123"), Some("00123"));
        assert_eq!(unmarked("'=1+1"), Some("=1+1"));
        assert_eq!(unmarked("'t Hooft"), None);
        assert_eq!(unmarked("O'Neil"), None);
        assert_eq!(visible("\u{feff}李娜\u{200b}"), Some("李娜".to_owned()));
        assert_eq!(visible("李 娜"), None);
    }
}
