//! The table of codes. Adding one: a line here, `CODE` and `CODE-title` in both files of
//! `crates/model/src/words`, and a page `docs/errors/CODE.md`.

use std::fmt;
use std::str::FromStr;

use model::words::{self, Language};

use super::Severity;

macro_rules! codes {
    ($($code:ident $means:literal,)*) => {
        /// A stable code: `E…` is an error, `W…` a warning. E01 reading YAML and scalars, E02 names,
        /// E03 structure of workflows and steps, E04 conditions, E05 templates, E06 libraries, W07 lints.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $means] $code,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// The code as people read it: `E0106`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// The whole page of the code, in Markdown: English first, then `## 中文`.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$code =>
                        include_str!(concat!("../../../../docs/errors/", stringify!($code), ".md")),)*
                }
            }
        }
    };
}

codes! {
    E0101 "A place where YAML cannot go on, for a reason that has no code of its own.",
    E0102 "A full-width or no-break space where a plain space is meant.",
    E0103 "A tab in the indentation.",
    E0104 "A length of time that cannot be read.",
    E0105 "A line is indented unlike its neighbours.",
    E0106 "A comma, bracket or brace inside an unquoted value within `{ }` or `[ ]`.",
    E0107 "An unquoted text with `: ` inside.",
    E0108 "Full-width punctuation where half-width is meant.",
    E0109 "A value that starts with `{{`, unquoted.",
    E0110 "An unquoted text that starts with a sign that means something in YAML.",
    E0111 "Anchors, aliases, tags, merge keys, directives.",
    E0112 "A second document in one file.",
    E0113 "The same key twice.",
    E0114 "A quote that is never closed.",
    E0115 "Text behind a closing quote.",
    E0116 "A bracket that is never closed, or closed by the wrong one.",
    E0117 "A space is missing after a colon or a dash.",
    E0118 "A file that is too large, too deep or has too many values.",
    E0119 "A file with nothing in it.",
    E0120 "A backslash that means nothing in a double-quoted text.",
    E0121 "A key that is not a plain text.",
    E0122 "A line or entry without a colon, where `key: value` is needed.",
    W0123 "` #` in an unquoted text: the rest counts as a comment.",
    W0124 "`\\\"` inside a template: single quotes outside read better.",
    E0125 "A value that is not of its type.",
    E0126 "A clock time that is none.",
    E0127 "Times of the day that cannot be read.",
    E0128 "A schedule that cannot be read.",
    E0129 "A time zone that does not exist.",
    E0204 "An attribute or field that does not exist.",
    E0205 "A name that begins with a word that means nothing.",
    E0206 "An event that the model does not have.",
    E0207 "A segment that does not exist.",
    E0208 "A score that does not exist.",
    E0209 "A look-up table that does not exist.",
    E0210 "A workflow that does not exist.",
    E0211 "A text that is not one of the values allowed.",
    E0212 "A name that does not exist at this place.",
    E0213 "A point behind something that is not a reference.",
    E0214 "The result of a step that cannot have run.",
    E0232 "An entity that the model does not have.",
    E0233 "A stage that does not exist.",
    E0235 "A sender that does not exist.",
    E0236 "A topic that does not exist.",
    E0237 "A message template that does not exist.",
    E0239 "A channel that does not exist.",
    E0240 "Points without saying to which score.",
    W0241 "A colleague who is neither a team nor a rep of one.",
    E0242 "A team that does not exist.",
    E0301 "An unknown key.",
    E0302 "A key is missing.",
    E0303 "A value of the wrong shape, such as a list where a text is needed.",
    E0304 "Nothing behind a key.",
    E0305 "A word that is not one of those allowed.",
    E0306 "A number that is not a whole one, or out of range.",
    E0307 "A file whose first key is no kind of file.",
    E0308 "The same thing declared twice.",
    E0309 "An unknown verb.",
    E0310 "A step without a verb.",
    E0311 "Two verbs in one step.",
    E0312 "A `wait_for` that never ends.",
    E0313 "No trigger, or more than one.",
    E0314 "A message to a customer without saying which consent it needs.",
    E0315 "Shares of a split that are not 100 %.",
    E0316 "Two ways of a split with one name.",
    E0317 "`then` for an event that is not awaited.",
    E0318 "An id that cannot be one.",
    E0319 "Two steps with one id.",
    E0321 "A timeline without points.",
    E0322 "A date is needed, and this is none.",
    E0323 "Steps that can never be reached.",
    E0324 "A value of another type than the one it is put into.",
    E0325 "A test expects what the workflow does not have.",
    E0328 "A case without `when` that is not the last one.",
    E0329 "`before` and `after` together.",
    E0330 "An attribute that a step may not set.",
    E0331 "A list with nothing in it.",
    E0332 "A mail without a subject.",
    E0333 "An entity that the trigger does not name.",
    E0334 "Merge tags in a tag's name.",
    E0335 "Consent that is neither granted nor withdrawn, or both.",
    E0336 "Bounds of a wait in the wrong order.",
    E0337 "A share that is no percentage.",
    E0338 "A key that is not a single field.",
    E0339 "A goal or an exit that nothing can reach.",
    E0340 "A lint that does not exist.",
    E0341 "A test whose entry is another event than the trigger's.",
    E0342 "`customer` and `customers` in one test.",
    E0343 "A test's clock that cannot be read.",
    E0344 "A test picks what the workflow does not have.",
    E0345 "A test names a customer that it does not have.",
    E0346 "A fact of a test that has no place in time, or two.",
    E0347 "A fact of a test that says nothing, or two things.",
    E0348 "A call of a workflow that does not exist.",
    E0349 "A call of a workflow that something else starts.",
    E0350 "A call that leaves out what the workflow needs.",
    E0351 "A call that hands in what the workflow does not take.",
    E0352 "Workflows that call one another in a circle.",
    E0353 "Inputs of a workflow that nobody calls.",
    E0354 "A team in merge tags that is no input of the type team.",
    E0355 "Retries of a step that cannot fail.",
    E0356 "A webhook by a channel that is none.",
    E0357 "An address of a webhook that is none.",
    E0358 "A header's name that HTTP does not know.",
    E0359 "A timeout out of range.",
    E0360 "A winner's count of sends that is no number.",
    E0361 "A winner's `otherwise` that is no measured way of its split.",
    E0362 "A way that takes a winner where none can be found.",
    E0363 "Too long a time for combining messages.",
    E0364 "An event of somebody who is no customer.",
    E0365 "A cost below nothing.",
    E0366 "An exit that would look like the goal.",
    E0370 "A message to a customer by a channel that reaches colleagues.",
    W0372 "An address that is spoken to without encryption.",
    E0373 "A key or token that is written out in a file.",
    E0374 "A status of an answer that HTTP does not know.",
    E0401 "A condition that cannot be read.",
    E0402 "A quote or bracket that is never closed.",
    E0403 "A condition that is too long or too deep.",
    E0404 "A word or sign of another language.",
    E0405 "A full-width sign in a condition.",
    E0406 "Merge tags inside a condition.",
    E0407 "A text without quotes.",
    E0408 "A number or date that cannot be read.",
    E0409 "A length of time without a unit, or with an unknown one.",
    E0410 "Two comparisons in a row.",
    E0411 "An empty condition.",
    E0412 "Two values of different kinds compared.",
    E0413 "A comparison that this kind of value does not have.",
    E0414 "Arithmetic that does not work.",
    E0415 "A function that does not exist.",
    E0416 "A function that is used wrongly.",
    E0417 "A value where a condition is needed.",
    E0418 "A `from:` that cannot be kept.",
    E0419 "A value of another kind than is needed.",
    E0420 "A workflow that a test names does not exist.",
    E0421 "An entry in a scenario that does not say of which workflow.",
    W0420 "A negation that includes the unknown.",
    W0421 "A branch that no test walks.",
    W0422 "A name that nothing has any more.",
    E0501 "A merge tag that cannot be read, or a block that is not closed.",
    E0502 "A merge tag that names what the model does not have.",
    E0503 "A merge tag of an optional attribute without a fallback.",
    E0504 "An unknown helper in a merge tag.",
    E0505 "Three braces around a value that is no HTML.",
    E0506 "Decorators, raw blocks and block parameters in a template.",
    E0507 "A template that is too long, too deep or has too many tags.",
    E0508 "The head of a template: an unknown key, a line that is none, a missing end.",
    E0509 "An address in a mail that is not http, https, mailto or tel.",
    E0510 "A template's file name that says no format.",
    E0511 "A helper with values it cannot use.",
    E0512 "The styles of the layout.",
    E0513 "A merge tag that the workflow which uses it does not have.",
    E0514 "A tag in a place where it would be lost.",
    E0515 "A layout without the mail's text.",
    E0516 "A template whose sender does not exist.",
    E0517 "MJML that cannot be read.",
    E0518 "An element that MJML does not know, or not there.",
    E0519 "Two files that say the same thing.",
    E0520 "A part that is not there, or that contains itself.",
    E0530 "A picture that cannot go with the mail.",
    W0521 "A mail without a preheader.",
    W0522 "A picture without words.",
    W0523 "A link without an address.",
    W0524 "Locale variants whose tags differ.",
    W0525 "A mail longer than Gmail shows.",
    W0526 "A page without unsubscribe link, postal address, language or title.",
    W0527 "A built-in value without a fallback that some people lack.",
    W0528 "A merge tag of another tool, which is sent as it stands.",
    W0529 "An attribute that MJML does not know.",
    W0530 "A link whose words name another site.",
    E0534 "A layout that does not exist, or is not needed.",
    W0535 "Icons of networks that come from elsewhere.",
    W0536 "A picture that many mail programs do not show.",
    W0531 "Pictures that make a mail heavy.",
    W0532 "A brand without a postal address.",
    W0533 "A part that no template uses.",
    E0601 "A name that conditions cannot say.",
    E0602 "An attribute that is always there, declared with another type.",
    E0603 "An attribute without a type.",
    E0604 "A type that does not exist.",
    E0605 "The same choice or stage twice.",
    E0606 "An event of ours, declared again.",
    E0607 "`end`, `may_go_back`: a stage that the entity does not have.",
    E0608 "A rep who stands twice in a team.",
    E0609 "A sender called `owner`.",
    E0610 "A colour that is none.",
    E0611 "A folder outside of the project.",
    E0612 "A kind of channel that does not exist.",
    E0613 "A secret written into a file.",
    E0614 "A day of the calendar that cannot be read.",
    E0615 "A number of a score that cannot be used.",
    E0616 "A band that the score does not have.",
    E0617 "Segments that name each other in a circle.",
    E0620 "A rate of a cap that cannot be read.",
    E0621 "A cap on messages that are never capped.",
    E0622 "A cap that leaves messages out and says how long they wait.",
    E0623 "An event to everybody that is to settle.",
    E0624 "A release in working time, or in no time.",
    E0630 "A segment trigger that does not say which way.",
    E0640 "Scores that look at themselves.",
    E0641 "A group of score rules that is not declared, or mixes who somebody is with what they do.",
    E0642 "A score of something that is no customer.",
    E0643 "A range and a cap, which say the same.",
    E0644 "`band()` or `grade()` of a score that has none.",
    E0645 "A level to be armed again that lies above the one that fires.",
    E0650 "A rung of `first_contact` that is not later than the one before.",
    E0651 "A skill that no member of a team has.",
    E0652 "A pool whose warning comes no earlier than the pool.",
    E0653 "An `on_refused` where nobody needs to accept.",
    E0654 "A team or a rep that stands in for itself.",
    E0671 "A team's lead, or somebody who stands in, whom nobody is called.",
    E0680 "A field that a form cannot ask for.",
    E0681 "A form that asks for no address.",
    E0682 "A consent that a form cannot ask for.",
    E0683 "An address to which no browser can be sent.",
    E0670 "A merge of a test that joins a customer with themselves, or lies before the clock.",
    E0631 "An attribute whose cases lead back to itself.",
    E0632 "An attribute that gets its value in two ways.",
    E0633 "An attribute of an entity that would be computed.",
    E0634 "A type beside choices that is not theirs.",
    E0635 "A detail of the brand or a sender that cannot be used.",
    E0660 "`moved` leads to a step that does not exist.",
    E0661 "`moved` names a step that is still there.",
    E0662 "A split without ways.",
    E0663 "A text that a colleague is to read, and that says nothing.",
    W0701 "A wait that is longer than the goal counts.",
    W0704 "A release by a rank that nobody can be asked for.",
    W0705 "A reserve without a cap.",
    W0707 "More messages on one way than a frequency cap lets through.",
    W0708 "Two mails that one customer can get on one day.",
    W0709 "A goal or exit that ends all walks of a customer instead of one.",
    W0710 "A workflow about an abandoned basket that goes on after the purchase.",
    W0711 "A question about a mail before it can have arrived.",
    W0712 "A branch that rests on opened mails alone.",
    W0713 "A message that goes out when the goal does not count any more.",
    W0714 "A condition that can never be true.",
    W0715 "A case that an earlier case always takes.",
    W0716 "A schedule whose only day is over.",
    W0717 "Messages that no channel carries.",
}

impl Code {
    /// Error or warning, by the first letter.
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// What the code is about, in a few words without names.
    pub fn title(self, language: Language) -> String {
        words::say(language, &format!("{self}-title"), &[])
    }

    /// The part of the code's page in one language.
    pub fn page_in(self, language: Language) -> &'static str {
        let (english, chinese) = self.page().split_once("\n## 中文\n").unwrap_or((self.page(), self.page()));
        match language {
            Language::Zh => chinese.trim(),
            Language::En => english.trim(),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A code was asked for that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no code `{0}`")]
pub struct UnknownCode(String);

impl FromStr for Code {
    type Err = UnknownCode;

    /// Reads a code in any case: `e0106`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|code| code.as_str().eq_ignore_ascii_case(text.trim()));
        found.copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_a_page_with_its_title_in_both_languages() {
        for code in Code::ALL {
            for language in Language::ALL {
                for key in [code.to_string(), format!("{code}-title")] {
                    assert!(words::knows(language, &key), "`{key}` is missing in the catalogue ({language})");
                }
            }
            let english = format!("# {code}: {}", code.title(Language::En));
            assert_eq!(code.page_in(Language::En).lines().next(), Some(english.as_str()));
            let chinese = format!("{code}：{}", code.title(Language::Zh));
            assert_eq!(code.page_in(Language::Zh).lines().next(), Some(chinese.as_str()));
            for language in Language::ALL {
                assert!(code.page_in(language).contains("```"), "the page of {code} shows no example");
            }
        }
    }

    #[test]
    fn every_page_belongs_to_a_code() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
        let pages: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with(['E', 'W']))
            .collect();
        let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
        assert_eq!(pages, codes);
    }

    #[test]
    fn a_code_is_read_in_any_case() {
        assert_eq!("e0106".parse(), Ok(Code::E0106));
        assert_eq!("E9999".parse::<Code>(), Err(UnknownCode("E9999".to_owned())));
        assert_eq!(Code::W0123.severity(), Severity::Warning);
        assert_eq!(Code::E0101.severity(), Severity::Error);
    }
}
