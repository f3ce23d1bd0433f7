//! Mends a project's files as far as there is one answer: `nurture check --fix`.

use crate::diagnostic::mended;
use crate::project::{File, Loaded, Settings};

/// One mended mistake may uncover the next (a bracket closed, then a name misspelt inside it). No real file
/// needs more rounds; a file that does is left as far as it came.
const ROUNDS: usize = 20;

/// Checks the files, applies every fix of the report to those that are `meant` (asked by path), and goes on
/// until no fix is left. All bytes outside the fixes stay: line ends, a byte-order mark, blanks, remarks.
/// Returns what the check says of the mended files.
pub fn mend(files: &mut [File], settings: &Settings, meant: impl Fn(&str) -> bool) -> Loaded {
    let mut loaded = crate::load(files, settings);
    for _ in 0..ROUNDS {
        let mut changed = false;
        for file in files.iter_mut().filter(|file| meant(&file.path)) {
            let Some(id) = loaded.sources.find(&file.path) else { continue };
            let Some(mut text) = mended(&loaded.report, &loaded.sources, id) else { continue };
            if loaded.sources.had_bom(id) {
                text.insert(0, '\u{feff}');
            }
            if text != file.text {
                file.text = text;
                changed = true;
            }
        }
        if !changed {
            break;
        }
        loaded = crate::load(files, settings);
    }
    loaded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() }
    }

    fn file(text: &str) -> File {
        File { path: "workflows/a.yaml".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn one_mended_mistake_uncovers_the_next_and_both_are_mended() {
        // The full-width colon hides the step, and the step its misspelt verb.
        let mut files = [file("workflow: a\ntrigger: manual\nsteps:\n  - wiat：3 days\n  - tagg: x\n")];
        let loaded = mend(&mut files, &settings(), |_| true);
        assert_eq!(files[0].text, "workflow: a\ntrigger: manual\nsteps:\n  - wait: 3 days\n  - tag: x\n");
        assert!(loaded.report.is_empty(), "{:?}", loaded.report);
    }

    #[test]
    fn values_with_commas_between_them_become_a_list() {
        let model = "model: shop\ncustomer:\n  tier: { type: text, optional: true }\n  tags: { type: list, optional: true }\n";
        for (written, mended) in [
            ("customer.tier in \"gold\", \"basic\"", "customer.tier in [\"gold\", \"basic\"]"),
            ("customer.tier == \"金\"、\"银\"，\"铜\"", "customer.tier in [\"金\", \"银\", \"铜\"]"),
            ("customer.tier = \"a\", \"b\"", "customer.tier in [\"a\", \"b\"]"),
            (
                "customer.tier == \"a\", customer.tier != \"b\"",
                "customer.tier == \"a\" and customer.tier != \"b\"",
            ),
        ] {
            let text = |condition: &str| {
                format!(
                    "workflow: a\ntrigger: {{ event: email.clicked }}\naudience: {condition}\nsteps:\n  - tag: x\n"
                )
            };
            let model = File { path: "workflows/model.yaml".to_owned(), text: model.to_owned() };
            let mut files = [file(&text(written)), model];
            mend(&mut files, &settings(), |_| true);
            assert_eq!(files[0].text, text(mended));
        }
    }

    #[test]
    fn what_has_no_answer_is_left_as_it_is() {
        // What comes of a task has no parts: the name is no way out of itself.
        let before = "workflow: a\ntrigger: { event: email.clicked }\nsteps:\n  - task: call\n    id: c\n  - if: steps.c.outcome.score == 5\n    then:\n      - tag: x\n";
        let mut files = [file(before)];
        let loaded = mend(&mut files, &settings(), |_| true);
        assert_eq!(files[0].text, before);
        assert!(loaded.report.has_errors());
    }

    #[test]
    fn every_byte_outside_the_fixes_stays() {
        let before = "\u{feff}# 备注 \t\r\nworkflow: a  \r\ntrigger:   manual\r\nsteps:\r\n  - wiat: 3 days  # why\r\n\r\n";
        let mut files = [file(before)];
        mend(&mut files, &settings(), |_| true);
        assert_eq!(files[0].text, before.replace("wiat", "wait"));
        let once = files.clone();
        mend(&mut files, &settings(), |_| true);
        assert_eq!(files, once);
    }

    #[test]
    fn files_that_are_not_meant_are_only_read() {
        let mut files = [file("workflow: a\ntrigger: manual\nsteps:\n  - wiat: 3 days\n")];
        let before = files.clone();
        let loaded = mend(&mut files, &settings(), |_| false);
        assert_eq!(files, before);
        assert!(loaded.report.has_errors());
    }
}
