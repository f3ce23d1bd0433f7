//! `nurture explain CODE`: the page of an error.

use crate::exit::{Exit, Failure};
use crate::out::Out;
use dsl::diagnostic::{Code, Severity, suggest};
use model::words::{Language, say};
use serde_json::json;

/// What `explain` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code, such as E0204, or its number
    #[arg(value_name = "CODE")]
    pub code: String,
}

/// Prints the page in the language. Exit 4: there is no such code.
pub fn perform(args: &Args, language: Language, as_json: bool, out: &mut Out) -> Result<Exit, Failure> {
    let wanted = args.code.trim().to_uppercase();
    let by_number = of_number(&wanted);
    let code = match by_number.as_slice() {
        [one] => Some(*one),
        _ => Code::ALL.iter().copied().find(|code| code.as_str() == wanted),
    };
    let Some(code) = code else {
        let mut text = say(language, "explain-unknown", &[("code", &args.code)]);
        let several: Vec<&str> = by_number.iter().map(|code| code.as_str()).collect();
        let near = || suggest(&wanted, Code::ALL.iter().map(|code| code.as_str())).map(str::to_owned);
        let meant = if several.is_empty() { near() } else { Some(several.join("`, `")) };
        if let Some(meant) = meant.as_deref() {
            let question = say(language, "did-you-mean", &[("suggestion", meant)]);
            text = say(language, "cli-question", &[("text", &text), ("question", &question)]);
        }
        return Err(Failure::new(Exit::NotFound, text));
    };
    let page = page(code.page(), language);
    if as_json {
        let title = say(language, &format!("{}-title", code.as_str()), &[]);
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        out.json(&json!({ "code": code.as_str(), "severity": severity, "title": title, "page": page }))?;
    } else {
        out.line(page.trim_end())?;
    }
    Ok(Exit::Fine)
}

/// The codes of a number that somebody wrote without its letter: `204`, `0204`.
fn of_number(wanted: &str) -> Vec<Code> {
    let Ok(number) = wanted.parse::<u32>() else { return Vec::new() };
    let of = |code: &Code| code.as_str().get(1..).and_then(|digits| digits.parse::<u32>().ok());
    Code::ALL.iter().copied().filter(|code| of(code) == Some(number)).collect()
}

/// The part of a page in a language: English comes first, then Chinese under its own heading.
fn page(whole: &str, language: Language) -> &str {
    let (english, chinese) = whole.split_once("\n## 中文\n").unwrap_or((whole, whole));
    match language {
        Language::En => english.trim(),
        Language::Zh => chinese.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_alone_is_enough() {
        let of = |wanted: &str| of_number(wanted).iter().map(|code| code.as_str()).collect::<Vec<_>>();
        assert_eq!(of("204"), of("0204"));
        assert!(of("204").contains(&"E0204"), "{:?}", of("204"));
        assert!(of("E0204").is_empty() && of("9999").is_empty());
    }

    #[test]
    fn every_page_has_both_languages() {
        for code in Code::ALL {
            let (english, chinese) = (page(code.page(), Language::En), page(code.page(), Language::Zh));
            assert!(english.starts_with(&format!("# {}", code.as_str())), "{}", code.as_str());
            assert_ne!(english, chinese, "{}", code.as_str());
            assert!(!english.contains("## 中文"));
        }
    }
}
