//! `nurture explain CODE`: the page of an error.

use crate::exit::{Exit, Failure};
use crate::out::Out;
use dsl::diagnostic::{Code, Severity, suggest};
use model::words::{Language, say};
use serde_json::json;

/// What `explain` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code, such as E0204
    #[arg(value_name = "CODE")]
    pub code: String,
}

/// Prints the page in the language. Exit 4: there is no such code.
pub fn perform(args: &Args, language: Language, as_json: bool, out: &mut Out) -> Result<Exit, Failure> {
    let wanted = args.code.trim().to_uppercase();
    let Some(code) = Code::ALL.iter().copied().find(|code| code.as_str() == wanted) else {
        let mut text = say(language, "explain-unknown", &[("code", &args.code)]);
        if let Some(meant) = suggest(&wanted, Code::ALL.iter().map(|code| code.as_str())) {
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
    fn every_page_has_both_languages() {
        for code in Code::ALL {
            let (english, chinese) = (page(code.page(), Language::En), page(code.page(), Language::Zh));
            assert!(english.starts_with(&format!("# {}", code.as_str())), "{}", code.as_str());
            assert_ne!(english, chinese, "{}", code.as_str());
            assert!(!english.contains("## 中文"));
        }
    }
}
