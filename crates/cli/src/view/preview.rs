//! `nurture preview`: a message as one customer would get it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::proof::Went;
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
    /// The pictures that go with it.
    pub pictures: Vec<Shown>,
    /// The whole mail; `None`: it is a text.
    pub eml: Option<String>,
    /// Where it was written.
    pub files: Vec<String>,
    /// To whom a proof went, and how; `None`: none was asked for.
    pub went: Option<(String, Went)>,
}

/// A picture as a page by itself can show it.
#[derive(Clone, Debug)]
pub struct Shown {
    named: String,
    data: String,
}

impl Shown {
    /// Of a picture that goes with a mail.
    pub fn of(picture: &dsl::template::Picture) -> Self {
        let data = format!("data:{};base64,{}", picture.kind, STANDARD.encode(&picture.bytes));
        Self { named: format!("cid:{}", picture.id), data }
    }
}

impl Preview {
    /// The HTML as a page by itself, with its pictures in it.
    pub fn page(&self) -> Option<String> {
        let put = |page: String, shown: &Shown| page.replace(&shown.named, &shown.data);
        self.html.clone().map(|html| self.pictures.iter().fold(html, put))
    }

    /// The name of its files, without their endings.
    pub fn file_name(&self) -> String {
        let name = self.template.replace('/', "-");
        if self.locale.is_empty() { name } else { format!("{name}.{}", self.locale) }
    }
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
    let mut after: Vec<String> =
        preview.files.iter().map(|path| say(language, "preview-written", &[("path", path)])).collect();
    if let Some((address, went)) = &preview.went {
        let (key, name, value) = match went {
            Went::Relay(reply) => ("preview-sent", "reply", reply),
            Went::Folder(path) => ("preview-kept", "path", path),
            Went::Nowhere(why) => ("preview-refused", "why", why),
        };
        after.push(say(language, key, &[("address", address), (name, value)]));
    }
    if !after.is_empty() {
        out.push_str(&format!("\n{}\n", after.join("\n")));
    }
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
        "files": preview.files,
        "proof": preview.went.as_ref().map(|(address, went)| match went {
            Went::Relay(reply) => json!({ "to": address, "went": "relay", "reply": reply }),
            Went::Folder(path) => json!({ "to": address, "went": "folder", "path": path }),
            Went::Nowhere(why) => json!({ "to": address, "went": null, "why": why }),
        }),
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
            pictures: Vec::new(),
            eml: None,
            files: Vec::new(),
            went: None,
        };
        assert_eq!(
            human(&preview, Language::En),
            "From: care@example.com\nTo: lina@example.com\nSubject: 李娜，生日快乐\nValues of the walk: as in the test “早上九点” of birthday\n\n生日快乐\n"
        );
        assert_eq!(json(&preview)["html"], Json::Null);
    }

    #[test]
    fn where_a_proof_went_is_told() {
        let mut preview = Preview {
            template: "a/b".to_owned(),
            locale: "en".to_owned(),
            walk: None,
            from: String::new(),
            to: String::new(),
            subject: "S".to_owned(),
            preheader: String::new(),
            text: "T\n".to_owned(),
            html: Some("<img src=\"cid:1@nurture\">".to_owned()),
            pictures: vec![Shown {
                named: "cid:1@nurture".to_owned(),
                data: "data:image/png;base64,AA==".to_owned(),
            }],
            eml: None,
            files: vec!["out/a-b.en.html".to_owned()],
            went: Some(("me@example.com".to_owned(), Went::Relay("queued".to_owned()))),
        };
        assert_eq!(preview.file_name(), "a-b.en");
        assert_eq!(preview.page().as_deref(), Some("<img src=\"data:image/png;base64,AA==\">"));
        assert_eq!(
            human(&preview, Language::En),
            "Subject: S\n\nT\n\nWritten: out/a-b.en.html\nThe proof went to me@example.com by the relay, which said: queued\n"
        );
        preview.went = Some(("me@example.com".to_owned(), Went::Nowhere("no route".to_owned())));
        assert_eq!(
            json(&preview)["proof"],
            json!({ "to": "me@example.com", "went": null, "why": "no route" })
        );
    }
}
