//! Messages that no channel carries although `delivery` lets messages out: they would be written to a folder and
//! count as sent, and nothing else would say so.

use crate::config::Delivery;
use dsl::diagnostic::{Code, Report};
use dsl::project::Loaded;
use dsl::step::{Step, Verb};
use model::Medium;
use std::collections::BTreeSet;

/// Warns at the first step of each workflow and verb whose messages would stay here; what a file turns off is left
/// out.
pub fn findings(loaded: &Loaded, delivery: &Delivery) -> Report {
    let mut report = Report::new();
    for workflow in loaded.project.workflows.values() {
        let off = loaded.turned_off.get(&workflow.span.file);
        if off.is_some_and(|codes| codes.contains(&Code::W0717)) {
            continue;
        }
        let mut told = BTreeSet::new();
        for step in &workflow.steps {
            let Some((verb, medium, via)) = message(step) else { continue };
            let leaves = match delivery {
                Delivery::File => false,
                // Only mails leave there.
                Delivery::Only(_) => medium == Medium::Email,
                Delivery::Live => true,
            };
            let carried = loaded.project.library.channel_of(medium, via).is_some();
            if leaves && !carried && told.insert(verb) {
                let help = if medium == Medium::Email { "W0717-help-mail" } else { "W0717-help-sms" };
                report.warning(Code::W0717, step.word).arg("verb", verb).help(help);
            }
        }
    }
    report
}

/// The verb of a step that sends a message, the message's kind, and the channel that it names.
fn message(step: &Step) -> Option<(&'static str, Medium, Option<&str>)> {
    match &step.verb {
        Verb::Send(message) => Some((message.medium.as_str(), message.medium, message.via.as_deref())),
        Verb::Notify { via, .. } => Some(("notify", Medium::Email, via.as_deref())),
        Verb::Webhook { .. }
        | Verb::Set(_)
        | Verb::Tag(_)
        | Verb::Untag(_)
        | Verb::AddScore { .. }
        | Verb::Record { .. }
        | Verb::Forget
        | Verb::Consent { .. }
        | Verb::Suppress { .. }
        | Verb::Unsuppress { .. }
        | Verb::MoveStage { .. }
        | Verb::Assign { .. }
        | Verb::Unassign { .. }
        | Verb::Task { .. }
        | Verb::Wait(_)
        | Verb::WaitUntil(_)
        | Verb::WaitFor { .. }
        | Verb::WaitForDate { .. }
        | Verb::Timeline(_)
        | Verb::If { .. }
        | Verb::Choose(_)
        | Verb::Split { .. }
        | Verb::Repeat { .. }
        | Verb::Call { .. }
        | Verb::Exit(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsl::project::{File, Settings};
    use model::words::Language;

    fn told(channels: &str, delivery: &Delivery) -> Vec<String> {
        let workflow = "workflow: a\ntrigger: manual\nconsent: service\nsteps:\n  - email: hi\n  - email: hi\n    id: again\n  \
                        - sms: hi\n  - notify: owner\n    text: Look\n";
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let mut files = vec![
            file("workflows/a.yaml", workflow),
            file("workflows/topics.yaml", "topics:\n  service: { class: transactional, title: Service }\n"),
            file("workflows/senders.yaml", "senders:\n  care: { address: care@example.com, name: Care }\n"),
            file("workflows/templates/hi.md.hbs", "---\nsubject: Hi\npreheader: A word\n---\nHi.\n"),
            file("workflows/templates/hi.txt.hbs", "Hi.\n"),
        ];
        files.extend((!channels.is_empty()).then(|| file("workflows/channels.yaml", channels)));
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() };
        let loaded = dsl::load(&files, &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        let found = findings(&loaded, delivery);
        found.diagnostics().iter().map(|found| found.message_in(Language::En)).collect()
    }

    #[test]
    fn what_no_channel_carries_is_said_once_of_each_verb_where_messages_leave() {
        let only = Delivery::Only(vec!["*@acme.com".to_owned()]);
        assert_eq!(told("", &Delivery::File), Vec::<String>::new());
        assert_eq!(told("", &only).len(), 2);
        let live = told("", &Delivery::Live);
        let verbs = ["email", "sms", "notify"];
        assert!(
            live.len() == 3 && live.iter().zip(verbs).all(|(said, verb)| said.contains(verb)),
            "{live:?}"
        );
        let mail = "channels:\n  mail: { kind: smtp, host: smtp.example.com, port: 465 }\n";
        assert_eq!((told(mail, &Delivery::Live).len(), told(mail, &only).len()), (1, 0));
        let both = format!("{mail}  sms: {{ kind: file, folder: texts }}\n");
        assert_eq!(told(&both, &Delivery::Live), Vec::<String>::new());
    }
}
