//! `nurture preview`: a message as one customer would get it.

use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// A rendered message.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The template's name.
    pub template: String,
    /// The variant's language tag; empty: it has none.
    pub locale: String,
    /// The workflow and the test whose walk gave the values of `entry`, `vars` and the like; `None`: none did.
    pub walk: Option<(String, String)>,
    /// From whom, as the mail says it.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The line beside the subject.
    pub preheader: String,
    /// The plain text.
    pub text: String,
    /// The HTML; `None`: there is none.
    pub html: Option<String>,
}

/// Head and text for people.
pub fn human(preview: &Preview, language: Language) -> String {
    let mut out = String::new();
    let fields = [
        ("preview-from", &preview.from),
        ("preview-to", &preview.to),
        ("preview-subject", &preview.subject),
        ("preview-preheader", &preview.preheader),
    ];
    for (key, value) in fields {
        if !value.is_empty() {
            out.push_str(&say(language, key, &[("value", value)]));
            out.push('\n');
        }
    }
    if let Some((workflow, test)) = &preview.walk {
        out.push_str(&say(language, "preview-walk", &[("workflow", workflow), ("test", test)]));
        out.push('\n');
    }
    out.push('\n');
    out.push_str(preview.text.trim_end());
    out.push('\n');
    out
}

/// Everything for programs.
pub fn json(preview: &Preview) -> Json {
    json!({
        "template": preview.template,
        "locale": preview.locale,
        "walk": preview.walk.as_ref().map(|(workflow, test)| json!({ "workflow": workflow, "test": test })),
        "from": preview.from,
        "to": preview.to,
        "subject": preview.subject,
        "preheader": preview.preheader,
        "text": preview.text,
        "html": preview.html,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_text_are_shown() {
        let preview = Preview {
            template: "birthday/card".to_owned(),
            locale: "zh-CN".to_owned(),
            walk: Some(("birthday".to_owned(), "早上九点".to_owned())),
            from: "care@example.com".to_owned(),
            to: "lina@example.com".to_owned(),
            subject: "李娜，生日快乐".to_owned(),
            preheader: String::new(),
            text: "生日快乐\n".to_owned(),
            html: None,
        };
        assert_eq!(
            human(&preview, Language::En),
            "From: care@example.com\nTo: lina@example.com\nSubject: 李娜，生日快乐\nValues of the walk: as in the test “早上九点” of birthday\n\n生日快乐\n"
        );
        assert_eq!(json(&preview)["html"], Json::Null);
    }
}
