//! What helpers do; their names and what they take stand in `dsl/template/helper.rs`.

use super::RenderError;
use super::fault::plain;
use super::names;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender, Output, RenderContext, ScopedJson,
    no_escape,
};
use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use model::words::Language;
use model::{Birthday, BirthdayCalendar, Decimal, zone};
use serde_json::Value as Json;
use std::sync::LazyLock;

/// For HTML: values are made safe.
pub(super) static HTML: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(escape));
/// For plain text.
pub(super) static TEXT: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(no_escape));

type Run = fn(&Given<'_>) -> Result<Option<Json>, RenderError>;

fn registry(escape: fn(&str) -> String) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escape);
    // `log` writes to the server's log, and the others are not part of the language.
    for name in ["log", "lookup", "raw", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len"] {
        registry.unregister_helper(name);
    }
    let own: [(&'static str, Run); 12] = [
        ("default", default),
        ("date", date),
        ("money", money),
        ("upper", upper),
        ("first_name", first_name),
        ("plural", plural),
        ("count", count),
        ("salutation", salutation),
        ("eq", eq),
        ("link", link),
        ("link_part", link_part),
        ("plain", words),
    ];
    for (name, run) in own {
        registry.register_helper(name, Box::new(Call { name, run }));
    }
    registry
}

/// Makes a value safe in HTML text and in a quoted attribute.
fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

struct Call {
    name: &'static str,
    run: Run,
}

/// The values of a call and everything else of the context.
struct Given<'a> {
    helper: &'static str,
    values: Vec<Option<&'a Json>>,
    tags: Vec<String>,
    root: &'a Json,
}

impl Given<'_> {
    fn value(&self, index: usize) -> Option<&Json> {
        self.values.get(index).copied().flatten()
    }
    fn tag(&self, index: usize) -> String {
        self.tags.get(index).cloned().unwrap_or_else(|| self.helper.to_owned())
    }
    fn wrong(&self, index: usize) -> RenderError {
        RenderError::Value { helper: self.helper, tag: self.tag(index) }
    }
    fn language(&self) -> Language {
        Language::from_tag(self.root.get("language").and_then(Json::as_str).unwrap_or(""))
    }
    fn zone(&self) -> TimeZone {
        self.root.get("zone").and_then(Json::as_str).and_then(zone::zone).unwrap_or_else(zone::utc)
    }
    fn customer(&self, attributes: &[&str]) -> Option<&str> {
        let customer = self.root.get("customer")?;
        attributes.iter().find_map(|name| customer.get(name)?.as_str().filter(|text| !text.trim().is_empty()))
    }
}

impl Call {
    fn compute(&self, helper: &Helper<'_>, context: &Context) -> Result<Option<Json>, RenderError> {
        let params = helper.params();
        let given = Given {
            helper: self.name,
            values: params.iter().map(|param| (!param.is_value_missing()).then(|| param.value())).collect(),
            tags: params.iter().map(|param| plain(param.relative_path().map(String::as_str))).collect(),
            root: context.data(),
        };
        (self.run)(&given)
    }
}

impl HelperDef for Call {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, handlebars::RenderError> {
        Ok(self.compute(helper, context)?.map_or(ScopedJson::Missing, ScopedJson::Derived))
    }

    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let Some(value) = self.compute(helper, context)? else {
            let tag = helper.params().first().and_then(|param| param.relative_path().cloned());
            return Err(RenderError::Missing { tag: plain(Some(tag.as_deref().unwrap_or(self.name))) }.into());
        };
        let text = value.render();
        let text = if state.is_disable_escape() { text } else { registry.get_escape_fn()(&text) };
        out.write(&text)?;
        Ok(())
    }
}

/// Whether there is something to show.
fn shown(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::String(text) => !text.trim().is_empty(),
        Json::Array(list) => !list.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => true,
    }
}

fn default(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    Ok(given.value(0).filter(|value| shown(value)).or(given.value(1)).cloned())
}

fn eq(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let equal = match (given.value(0), given.value(1)) {
        (Some(Json::Number(a)), Some(Json::Number(b))) => a.as_f64() == b.as_f64(),
        (Some(a), Some(b)) => a == b,
        // As in conditions: a comparison with something unknown does not hold.
        (None, _) | (_, None) => false,
    };
    Ok(Some(Json::Bool(equal)))
}

fn upper(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    Ok(given.value(0).map(|value| Json::from(value.render().to_uppercase())))
}

fn first_name(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let Some(value) = given.value(0) else { return Ok(None) };
    let name = value.as_str().ok_or_else(|| given.wrong(0))?;
    Ok(Some(Json::from(names::first(name))))
}

fn salutation(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let name = given.customer(&["name"]);
    let gender = given.customer(&["gender", "sex", "性别", "称谓"]).and_then(names::Gender::read);
    Ok(Some(Json::from(names::salutation(name, gender, given.language()))))
}

fn plural(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let Some(number) = given.value(0) else { return Ok(None) };
    let number = number.as_f64().ok_or_else(|| given.wrong(0))?;
    let one = (number.abs() - 1.0).abs() < f64::EPSILON;
    Ok(given.value(if one { 1 } else { 2 }).cloned())
}

/// How many there are.
fn count(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let Some(list) = given.value(0) else { return Ok(None) };
    let list = list.as_array().ok_or_else(|| given.wrong(0))?;
    Ok(Some(Json::from(list.len())))
}

/// `1234.5` → `¥1,234.50`, `60` → `¥60`. A text, such as a fallback, stays as it is.
fn money(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let Some(value) = given.value(0) else { return Ok(None) };
    let Json::Number(number) = value else { return Ok(Some(value.clone())) };
    let amount = number.as_i64().and_then(Decimal::from_int).or_else(|| Decimal::from_f64(number.as_f64()?));
    let micros = amount.ok_or_else(|| given.wrong(0))?.micros();
    let cents = (micros.unsigned_abs() + 5_000) / 10_000;
    let digits = (cents / 100).to_string();
    let mut whole = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            whole.push(',');
        }
        whole.push(digit);
    }
    let sign = if micros < 0 && cents > 0 { "-" } else { "" };
    let rest = if cents.is_multiple_of(100) { String::new() } else { format!(".{:02}", cents % 100) };
    Ok(Some(Json::from(format!("{sign}¥{whole}{rest}"))))
}

/// What a text says about time.
enum When {
    Day(Date),
    Instant(Date, Time),
    Birthday(Birthday),
}

fn date(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let Some(value) = given.value(0) else { return Ok(None) };
    let text = value.as_str().ok_or_else(|| given.wrong(0))?;
    let style = given.value(1).and_then(Json::as_str).unwrap_or("long");
    let when = if let Some(date) = zone::parse_date(text) {
        When::Day(date)
    } else if let Ok(at) = text.parse::<Timestamp>() {
        let local = given.zone().to_datetime(at);
        When::Instant(local.date(), local.time())
    } else if let Ok(birthday) = text.parse::<Birthday>() {
        When::Birthday(birthday)
    } else {
        // A fallback, such as `soon`.
        return Ok(Some(value.clone()));
    };
    written(&when, style, given.language()).map(|text| Some(Json::from(text))).ok_or_else(|| given.wrong(0))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("")
}

/// A date in a style of [`dsl::template::helper::DATE_STYLES`]. `None`: the style needs a clock time, and
/// there is none.
fn written(when: &When, style: &str, language: Language) -> Option<String> {
    let (date, time) = match when {
        When::Birthday(birthday) => return Some(day_of_birth(birthday, language)),
        When::Day(date) => (*date, None),
        When::Instant(date, time) => (*date, Some(*time)),
    };
    let (year, month, day) = (date.year(), date.month(), date.day());
    let name = month_name(month);
    let clock = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    Some(match (style, language) {
        ("iso", _) => date.to_string(),
        ("time", _) => clock(time?),
        ("short", Language::Zh) => format!("{year}/{month}/{day}"),
        ("short", Language::En) => format!("{day} {} {year}", name.get(..3).unwrap_or(name)),
        ("month_day", Language::Zh) => format!("{month}月{day}日"),
        ("month_day", Language::En) => format!("{day} {name}"),
        ("weekday", Language::Zh) => format!("{year}年{month}月{day}日{}", weekday(date.weekday(), language)),
        ("weekday", Language::En) => format!("{}, {day} {name} {year}", weekday(date.weekday(), language)),
        ("datetime", Language::Zh) => format!("{year}年{month}月{day}日 {}", clock(time?)),
        ("datetime", Language::En) => format!("{day} {name} {year}, {}", clock(time?)),
        (_, Language::Zh) => format!("{year}年{month}月{day}日"),
        (_, Language::En) => format!("{day} {name} {year}"),
    })
}

fn weekday(day: Weekday, language: Language) -> &'static str {
    let (chinese, english) = match day {
        Weekday::Monday => ("星期一", "Monday"),
        Weekday::Tuesday => ("星期二", "Tuesday"),
        Weekday::Wednesday => ("星期三", "Wednesday"),
        Weekday::Thursday => ("星期四", "Thursday"),
        Weekday::Friday => ("星期五", "Friday"),
        Weekday::Saturday => ("星期六", "Saturday"),
        Weekday::Sunday => ("星期日", "Sunday"),
    };
    match language {
        Language::Zh => chinese,
        Language::En => english,
    }
}

/// A birthday by month and day: the year is nobody's business.
fn day_of_birth(birthday: &Birthday, language: Language) -> String {
    let (month, day) = (birthday.month(), birthday.day());
    match (birthday.calendar(), language) {
        (BirthdayCalendar::Solar, Language::Zh) => format!("{month}月{day}日"),
        (BirthdayCalendar::Solar, Language::En) => {
            format!("{day} {}", month_name(i8::try_from(month).unwrap_or(0)))
        }
        (BirthdayCalendar::Lunar, Language::Zh) => {
            let leap = if birthday.is_leap_month() { "闰" } else { "" };
            format!("农历{leap}{}月{}", names::lunar_month(month), names::lunar_day(day))
        }
        (BirthdayCalendar::Lunar, Language::En) => {
            let leap = if birthday.is_leap_month() { " (leap)" } else { "" };
            format!("day {day} of lunar month {month}{leap}")
        }
    }
}

/// An address that a tag gives as a whole: only web, mail and phone, and nothing that ends an attribute.
fn link(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let Some(value) = given.value(0) else { return Ok(None) };
    let wrong = || RenderError::Link { tag: given.tag(0) };
    let address = value.as_str().map(str::trim).ok_or_else(wrong)?;
    let (scheme, rest) = address.split_once(':').ok_or_else(wrong)?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let other = scheme.eq_ignore_ascii_case("mailto") || scheme.eq_ignore_ascii_case("tel");
    let clean =
        !address.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>'));
    if clean && (other || (web && rest.starts_with("//"))) {
        Ok(Some(Json::from(address)))
    } else {
        Err(wrong())
    }
}

/// The words of a value that is HTML, for the plain text. Templates cannot call it: the reader of Markdown does.
fn words(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    let words = |value: &Json| Json::from(nanohtml2text::html2text(&value.render()).trim());
    Ok(given.value(0).map(words))
}

/// A part of an address: everything but letters, digits and `-._~@` is percent-encoded.
fn link_part(given: &Given<'_>) -> Result<Option<Json>, RenderError> {
    Ok(given.value(0).map(|value| {
        let mut out = String::new();
        for byte in value.render().bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                    out.push(char::from(byte))
                }
                other => out.push_str(&format!("%{other:02X}")),
            }
        }
        Json::from(out)
    }))
}
