//! What `nurture demo` says before it begins: what happens, where the mails are, what to try.

use super::cells;
use model::words::{Language, say};
use std::path::PathBuf;

/// The demo as it stands ready.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The throw-away project.
    pub folder: PathBuf,
    /// Its caught mails.
    pub outbox: PathBuf,
    /// Sample customers.
    pub customers: u64,
    /// Days of history.
    pub days: u64,
    /// The workflows that run.
    pub workflows: Vec<String>,
    /// Where the console is; `None`: it does not run.
    pub console: Option<String>,
    /// A customer of whom there is something to tell.
    pub customer: String,
}

/// The introduction.
pub fn human(demo: &Demo, language: Language) -> String {
    let folder = demo.folder.display().to_string();
    let mut out = say(
        language,
        "demo-what",
        &[
            ("customers", &cells::thousands(demo.customers)),
            ("days", &demo.days.to_string()),
            ("workflows", &demo.workflows.join(", ")),
        ],
    );
    out.push('\n');
    out.push_str(&say(language, "demo-mails", &[("path", &demo.outbox.display().to_string())]));
    out.push('\n');
    if let Some(console) = &demo.console {
        out.push_str(&say(language, "demo-console", &[("url", console)]));
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&say(language, "demo-try", &[]));
    out.push('\n');
    let first = demo.workflows.first().map_or("birthday", String::as_str);
    for command in [format!("why {}", demo.customer), format!("people {first}"), "sends".to_owned()] {
        out.push_str(&format!("  nurture --project {} {command}\n", quoted(&folder)));
    }
    out
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-~:\\".contains(letter);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_where_the_mails_are_and_what_to_try() {
        let demo = Demo {
            folder: "my demo".into(),
            outbox: "my demo/outbox".into(),
            customers: 2000,
            days: 90,
            workflows: vec!["birthday".to_owned(), "winback".to_owned()],
            console: Some("http://127.0.0.1:8080".to_owned()),
            customer: "d0007".to_owned(),
        };
        let text = human(&demo, Language::En);
        assert_eq!(
            text,
            "2,000 sample customers with 90 days of history; these workflows run: birthday, winback\n\
             Mails are caught, none leaves this machine: my demo/outbox\n\
             The console: http://127.0.0.1:8080\n\
             \n\
             Try in another terminal:\n\
             \x20 nurture --project 'my demo' why d0007\n\
             \x20 nurture --project 'my demo' people birthday\n\
             \x20 nurture --project 'my demo' sends\n"
        );
        assert!(human(&demo, Language::Zh).contains("邮件都留在本机"));
    }
}
