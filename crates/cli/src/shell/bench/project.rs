//! The project that is measured: a model, a workflow for each workload, a mail of about 5 KB.

use super::Workload;
use dsl::project::{File, Settings};
use std::fmt::Write as _;

/// The files, with the one workflow that is measured.
pub fn files(workload: Workload, port: u16) -> Vec<File> {
    let file = |path: &str, text: String| File { path: format!("workflows/{path}"), text };
    let (name, workflow) = match workload {
        Workload::W1 | Workload::Growth => ("w1.yaml", W1),
        Workload::W2 => ("w2.yaml", W2),
        Workload::W3 => ("w3.yaml", W3),
        Workload::W4 => ("w4.yaml", W4),
    };
    vec![
        file("model.yaml", MODEL.to_owned()),
        file("topics.yaml", TOPICS.to_owned()),
        file("senders.yaml", SENDERS.to_owned()),
        file("warmth.yaml", WARMTH.to_owned()),
        file(name, workflow.to_owned()),
        file("channels.yaml", CHANNELS.replace("PORT", &port.to_string())),
        file("templates/bench/hello.txt.hbs", TEXT.to_owned()),
        file("templates/bench/hello.html.hbs", page()),
    ]
}

/// Its settings.
pub fn settings() -> Settings {
    Settings { zone: ZONE.to_owned(), language: "en".to_owned() }
}

/// Its zone.
pub const ZONE: &str = "Asia/Shanghai";

const MODEL: &str = "model: bench
customer:
  first_name: { type: text }
  last_name: { type: text }
  city: { type: text }
  vip: { type: yes_no, default: false }
  birthday: { type: birthday, optional: true }
events:
  bench.began: {}
  bench.viewed: { path: text, seconds: number }
";
const TOPICS: &str = "topics:\n  news: { class: marketing, title: News }\n";
const SENDERS: &str = "senders:\n  shop: { name: Shop, address: news@example.test }\n";
const WARMTH: &str = "scoring: warmth\nfit: []\n";
const CHANNELS: &str =
    "channels:\n  mail: { kind: smtp, host: 127.0.0.1, port: PORT, tls: none, connections: 32 }\n";
const W1: &str = "workflow: w1
trigger: { event: bench.began }
consent: news
steps:
  - if: customer.country == \"CN\" and customer.city != \"Nowhere\"
    then:
      - email: bench/hello
        subject: \"Hello {{customer.first_name}}\"
  - wait: 2 seconds
  - add_score: 5
    to: warmth
";
const W2: &str = "workflow: w2
trigger:
  date: { of: customer.birthday, repeat: yearly, at: 09:00 }
audience: customer.country == \"CN\"
consent: news
steps:
  - wait: 7 days
";
// Of the events that come over HTTP few begin anything.
const W3: &str = "workflow: w3
trigger: { event: bench.began }
consent: news
steps:
  - add_score: 5
    to: warmth
";
const W4: &str = "workflow: w4
trigger: { event: bench.began }
consent: news
steps:
  - if: customer.country == \"CN\" and customer.city != \"Nowhere\"
    then:
      - email: bench/hello
        subject: \"Hello {{customer.first_name}}\"
  - add_score: 5
    to: warmth
";
const TEXT: &str =
    "Hello {{customer.first_name}} {{customer.last_name}}, greetings from {{customer.city}}.\n";

/// A page as long as a newsletter, with the customer's name, a condition and a list in it.
fn page() -> String {
    let mut page = HEAD.to_owned();
    while page.len() < 4_400 {
        let _ = writeln!(page, "{PARAGRAPH}");
    }
    page.push_str(FOOT);
    page
}

const HEAD: &str = "<!doctype html>
<html><head><meta charset=\"utf-8\"><title>{{subject}}</title><style>body{font-family:Arial,sans-serif;color:#333}</style></head>
<body><table width=\"600\"><tr><td>
<h1>Hello {{customer.first_name}} {{customer.last_name}}</h1>
<p>Greetings from {{customer.city}}. We have something for you.</p>
{{#if customer.vip}}<p>An offer for our best customers.</p>{{else}}<p>Thank you for being with us.</p>{{/if}}
<ul>{{#each customer.tags}}<li><b>{{this}}</b> <a href=\"https://shop.example.test/p?u={{customer.external_id}}\">view</a></li>{{/each}}</ul>
";
const PARAGRAPH: &str = "<p>We picked a few things that other customers in your area liked this month, and we hope that one of them is of use to you.</p>";
const FOOT: &str = "<p><a href=\"https://shop.example.test/u/{{customer.external_id}}\">Open</a></p>
<p><a href=\"{{unsubscribe_url}}\">Unsubscribe</a></p>
</td></tr></table></body></html>
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_has_no_mistakes() {
        for workload in [Workload::W1, Workload::W2, Workload::W3, Workload::W4] {
            let loaded = dsl::load(&files(workload, 2525), &settings());
            let text = dsl::diagnostic::human(
                &loaded.report,
                &loaded.sources,
                model::words::Language::En,
                dsl::diagnostic::Colour::Never,
            );
            assert!(!loaded.report.has_errors(), "{text}");
            assert_eq!(loaded.project.workflows.len(), 1);
        }
    }
}
