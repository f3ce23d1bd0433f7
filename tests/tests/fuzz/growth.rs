//! Depth, length and repetition: a text of twice the length costs at most a little more than twice. What
//! grows with the square shows here, whatever the machine.

use crate::project;
use crate::work::Work;
use dsl::project::File;

/// A text of a size.
type Grown = (&'static str, usize, fn(usize) -> String);

/// Twice the length, so much more work at most, in hundredths; a square has 400.
const MOST: u64 = 260;
/// What is not counted, in bytes: tables that grow by doubling. (What is paid once is paid in both.)
const SLACK: u64 = 100_000;

const TEXTS: [Grown; 30] = [
    ("open lists", 5_000, |n| "[".repeat(n)),
    ("open maps", 2_000, |n| "{a: ".repeat(n)),
    ("dashes in a line", 5_000, |n| "- ".repeat(n)),
    ("keys in a line", 3_000, |n| "a: ".repeat(n)),
    ("quotes", 5_000, |n| "\"".repeat(n)),
    ("quoted words", 2_000, |n| "'a' ".repeat(n)),
    ("hashes", 50_000, |n| "#".repeat(n)),
    ("full-width colons", 3_000, |n| "：".repeat(n)),
    ("anchors", 2_000, |n| "&a ".repeat(n)),
    ("tags", 5_000, |n| "!".repeat(n)),
    ("question marks", 3_000, |n| "? ".repeat(n)),
    ("full-width spaces", 3_000, |n| "\u{3000}".repeat(n)),
    ("tabs", 1_000, |n| "\t- a\n".repeat(n)),
    ("wrong columns", 400, |n| "- a: b\n   c: d\n".repeat(n)),
    ("lines of text", 4_000, |n| "a\n".repeat(n)),
    ("blank lines behind keys", 1_000, |n| format!("{}{}", "a:\n".repeat(n), "\n".repeat(n))),
    ("lists never closed", 500, |n| "a: [b, c\n".repeat(n)),
    ("a list of numbers", 2_000, |n| format!("a: [{}]\n", "1, ".repeat(n))),
    ("keys", 500, |n| (0..n).map(|i| format!("key{i}: {i}\n")).collect()),
    ("the same key", 1_000, |n| "a: 1\n".repeat(n)),
    ("unknown verbs", 150, |n| {
        format!("workflow: a\nsteps:\n{}", "  - wiat: 3 dyas\n    only_if: a ==\n".repeat(n))
    }),
    ("steps in a line", 200, |n| format!("workflow: a\nsteps: [{}]\n", "{ wait: 3 days }, ".repeat(n))),
    ("steps", 400, |n| {
        let step = |i| format!("  - wait: 3 days\n    id: w{i}\n  - tag: t{i}\n");
        let steps: String = (0..n).map(step).collect();
        format!("workflow: a\ntrigger: {{ manual: true }}\nsteps:\n{steps}")
    }),
    ("branches", 150, |n| {
        let step = |i| {
            format!(
                "  - if: customer.orders > {i}\n    then:\n      - tag: t{i}\n    else:\n      - untag: t{i}\n"
            )
        };
        let steps: String = (0..n).map(step).collect();
        format!("workflow: a\ntrigger: {{ manual: true }}\nsteps:\n{steps}")
    }),
    ("mails and questions about them", 80, |n| {
        let step = |i| {
            format!(
                "  - email: m\n    id: m{i}\n  - wait_for: email.clicked\n    within: 5 days\n    id: w{i}\n    \
                 on_timeout:\n      - wait: 2 days\n        id: o{i}\n"
            )
        };
        let steps: String = (0..n).map(step).collect();
        format!("workflow: a\ntrigger: {{ manual: true }}\nconsent: marketing\nsteps:\n{steps}")
    }),
    ("a long condition", 5_000, |n| format!("workflow: a\naudience: {}\n", "(".repeat(n))),
    ("a long number", 5_000, |n| format!("workflow: a\nsteps:\n  - wait: {} days\n", "9".repeat(n))),
    ("merge tags", 75, |n| {
        format!("workflow: a\ntitle: \"{}\"\n{}", "{{a}}".repeat(n), "{{b}} *x* ".repeat(n))
    }),
    ("open blocks", 500, |n| "{{#if a}}".repeat(n)),
    ("paragraphs", 500, |n| "*a* [b](c)\n\n".repeat(n)),
];

#[test]
fn twice_the_text_is_twice_the_work() {
    let library = ["model.yaml", "teams.yaml", "topics.yaml"].map(crate::shared);
    let mut wrong = Vec::new();
    for (name, size, text) in TEXTS {
        for path in ["workflows/a.yaml", "workflows/templates/a.md.hbs", "workflows/templates/a.html.hbs"] {
            let cost = |size: usize| {
                let mut files = vec![File { path: path.to_owned(), text: text(size) }];
                files.extend(library.iter().cloned());
                Work::of(|| project(&files).report.looked())
            };
            let (once, twice) = (cost(size), cost(2 * size));
            for ((count, once), (_, twice)) in once.counts().into_iter().zip(twice.counts()) {
                let slack = if count == "allocations" { SLACK / 200 } else { SLACK };
                if twice > once * MOST / 100 + slack {
                    wrong.push(format!("{name} as {path}: {count}: {size}: {once}, twice as many: {twice}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
