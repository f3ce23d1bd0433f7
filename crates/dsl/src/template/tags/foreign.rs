//! Merge tags of other tools, left in a text that came from there: they would be sent as they stand.

use super::{between, exact};
use crate::diagnostic::{Code, Report, suggest};
use crate::library::Library;
use crate::source::Span;
use crate::template::scan::Piece;

/// The longest merge tag with its end, in bytes.
const LONGEST: usize = 120;
/// So many of one text are told: each costs a look at the rest of it.
const MOST_TOLD: usize = 20;

/// How tools write their merge tags.
const FORMS: [Form; 7] = [
    Form { open: "*|", close: "|*", of: Some("Mailchimp"), any: true },
    Form { open: "%%", close: "%%", of: Some("Salesforce"), any: false },
    Form { open: "{%", close: "%}", of: Some("Liquid"), any: true },
    Form { open: "<%", close: "%>", of: None, any: true },
    Form { open: "${", close: "}", of: None, any: false },
    Form { open: "#{", close: "}", of: None, any: false },
    Form { open: "[[", close: "]]", of: None, any: false },
];

/// How a tool writes its merge tags.
struct Form {
    open: &'static str,
    close: &'static str,
    /// The tool; `None`: several write so.
    of: Option<&'static str>,
    /// Anything may stand inside; else only what is a name, since the signs have other uses too.
    any: bool,
}

/// Words for a name in other tools, without `_`, and the attribute that is meant.
const WORDS: [(&str, &str); 12] = [
    ("fname", "name"),
    ("firstname", "name"),
    ("lname", "name"),
    ("lastname", "name"),
    ("fullname", "name"),
    ("nickname", "name"),
    ("username", "name"),
    ("姓名", "name"),
    ("emailaddress", "email"),
    ("邮箱", "email"),
    ("mobile", "phone"),
    ("手机号", "phone"),
];

/// Looks through the text between the tags.
pub(super) fn check(source: &str, span: Span, pieces: &[Piece], library: &Library, report: &mut Report) {
    let mut told = 0;
    for (from, text) in between(source, pieces) {
        let mut at = 0;
        while let Some((form, open, close)) = next(text, at).filter(|_| told < MOST_TOLD) {
            at = close;
            told += 1;
            let (start, end) = (from + open, from + close);
            let found = source.get(start..end).unwrap_or("");
            let inside = found.get(form.open.len()..found.len() - form.close.len()).unwrap_or("");
            let said = report.warning(Code::W0528, exact(source, span, start, end)).arg("found", found);
            if let Some(tool) = form.of {
                said.message("W0528-tool").arg("tool", tool);
            }
            match meaning(inside, library) {
                Meaning::Attribute(tag) => said.did_you_mean(Some(tag)),
                Meaning::Optional(tag) => said.did_you_mean(Some(tag)).help("W0528-help-word"),
                Meaning::Unsubscribe => said.help("W0528-help-unsubscribe"),
                Meaning::Part => said.help("W0528-help-part"),
                Meaning::Unknown => said.help("W0528-help"),
            };
        }
    }
}

/// The next merge tag of another tool from a place on: its form, where it begins and where it ends.
fn next(text: &str, from: usize) -> Option<(&'static Form, usize, usize)> {
    let found = FORMS.iter().filter_map(|form| {
        let (open, close) = in_form(form, text, from)?;
        Some((form, open, close))
    });
    found.min_by_key(|(_, open, _)| *open)
}

fn in_form(form: &Form, text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    rest.match_indices(form.open).find_map(|(at, _)| {
        let inside = rest.get(at + form.open.len()..)?;
        let near = inside.char_indices().take_while(|(at, letter)| *at < LONGEST && *letter != '\n');
        let near = near.last().map_or(0, |(at, letter)| at + letter.len_utf8());
        let length = inside.get(..near)?.find(form.close)?;
        let (name, behind) = (inside.get(..length)?, inside.get(length + form.close.len()..)?);
        // `[[more]](https://…)` is a link whose words stand in brackets.
        let is_link = form.open == "[[" && behind.starts_with('(');
        let fits = if form.any { !name.trim().is_empty() } else { is_name(name) };
        let end = from + at + form.open.len() + length + form.close.len();
        (fits && !is_link).then_some((from + at, end))
    })
}

/// Whether a text is what such tools call a value: `FNAME`, `user.first_name`, `contact:name`, `姓名`.
fn is_name(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && text.chars().all(|letter| letter.is_alphanumeric() || "_.:-|".contains(letter))
}

/// What a merge tag of another tool stands for.
enum Meaning {
    /// A value of the customer: how its tag is written here.
    Attribute(String),
    /// The same of one that may be unknown: with room for a word of its own.
    Optional(String),
    /// The link to unsubscribe.
    Unsubscribe,
    /// The beginning or end of a part that not everybody gets.
    Part,
    Unknown,
}

fn meaning(inside: &str, library: &Library) -> Meaning {
    let words = inside.trim_matches(['=', '-', ' ']);
    let first: String = words.chars().take_while(|letter| letter.is_alphabetic()).collect();
    let is_part = ["if", "elseif", "elsif", "else", "end", "endif", "for", "endfor", "unless", "endunless"];
    if is_part.contains(&first.to_lowercase().as_str()) {
        return Meaning::Part;
    }
    // `contact.first_name | default`, `MERGE:FNAME`
    let name = words.split('|').next().unwrap_or("").trim();
    let name = name.rsplit(['.', ':']).next().unwrap_or(name);
    let plain: String = name.to_lowercase().chars().filter(|letter| !matches!(letter, '_' | '-')).collect();
    if plain.starts_with("unsub") || plain.starts_with("optout") || plain.contains("退订") {
        return Meaning::Unsubscribe;
    }
    let attributes = &library.model.customer;
    let word = WORDS.iter().find(|(word, _)| *word == plain).map(|(_, name)| *name);
    let titled = attributes.iter().find(|(_, known)| known.title.as_deref() == Some(name));
    let known = word
        .filter(|name| attributes.contains_key(*name))
        .or(titled.map(|(name, _)| name.as_str()))
        .or_else(|| suggest(name, attributes.keys().map(String::as_str)));
    let Some((name, attribute)) = known.and_then(|name| attributes.get_key_value(name)) else {
        return Meaning::Unknown;
    };
    if attribute.default.is_some() || !attribute.optional {
        Meaning::Attribute(format!("{{{{customer.{name}}}}}"))
    } else {
        Meaning::Optional(format!("{{{{default customer.{name} \"…\"}}}}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut all = Vec::new();
        let mut at = 0;
        while let Some((_, open, close)) = next(text, at) {
            all.push(text.get(open..close).expect("a part of it"));
            at = close;
        }
        all
    }

    #[test]
    fn the_forms_of_other_tools_are_found_and_plain_text_is_not() {
        for (text, tags) in [
            ("Hi *|FNAME|*, *|IF:VIP|*", &["*|FNAME|*", "*|IF:VIP|*"][..]),
            ("%%first_name%% %%=v(@x)=%%", &["%%first_name%%"]),
            ("{% if vip %}{{x}}{% endif %}", &["{% if vip %}", "{% endif %}"]),
            ("尊敬的${name}，验证码#{code}", &["${name}", "#{code}"]),
            ("[[姓名]] <%= user.name %>", &["[[姓名]]", "<%= user.name %>"]),
            ("[[更多]](https://example.com) [[1, 2], [3]]", &[]),
            ("100%% 满减, 50%%, $5 {50} ${} *|", &[]),
            ("a*|b\nc|*", &[]),
        ] {
            assert_eq!(found(text), tags, "{text}");
        }
    }
}
