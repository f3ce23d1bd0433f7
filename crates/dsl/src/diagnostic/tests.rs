//! The renderers, word for word.

use super::*;
use crate::source::FileId;

fn sources(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let file = sources.add("workflows/winback.yaml", text);
    (sources, file)
}

/// The place of a stretch of text, found by its words.
fn span(sources: &Sources, file: FileId, words: &str) -> Span {
    let start = sources.text(file).find(words).unwrap();
    Span::new(file, start, start + words.len())
}

const WINBACK: &str = "workflow: winback\r\ntitle: 沉睡客户\r\nconsent: marketing\r\naudience: customer.status == \"活跃客户\" and audiense: 1\r\n";

fn unknown_key() -> (Sources, Report) {
    let (sources, file) = sources(WINBACK);
    let mut report = Report::new();
    let at = span(&sources, file, "audiense");
    report
        .error(Code::E0301, at)
        .arg("key", "audiense")
        .arg_word("what", "thing-here")
        .arg("known", "audience, consent")
        .did_you_mean(Some("audience"))
        .fix(at, "audience");
    (sources, report)
}

#[test]
fn people_see_the_line_with_carets_aligned_under_chinese_text() {
    let (sources, report) = unknown_key();
    assert_eq!(
        human(&report, &sources, Language::En, Colour::Never),
        r#"error[E0301]: `audiense` is not a key of this place
 --> workflows/winback.yaml:4:41
  |
4 | audience: customer.status == "活跃客户" and audiense: 1
  |                                             ^^^^^^^^ did you mean `audience`?
"#
    );
    assert_eq!(
        human(&report, &sources, Language::Zh, Colour::Never),
        r#"错误[E0301]: 这里没有 `audiense` 这个键
 --> workflows/winback.yaml:4:41
  |
4 | audience: customer.status == "活跃客户" and audiense: 1
  |                                             ^^^^^^^^ 是不是想写 `audience`？
"#
    );
}

#[test]
fn help_stands_below_and_other_places_are_shown() {
    let (sources, file) = sources("title: 一\nowner: growth\n标题: 二\ntitle: 三\n");
    let mut report = Report::new();
    let second =
        Span::new(file, sources.text(file).rfind("title").unwrap(), sources.text(file).rfind(':').unwrap());
    report
        .error(Code::E0113, second)
        .arg("key", "title")
        .arg("line", "1")
        .label("E0113-label")
        .help("E0113-help")
        .related(span(&sources, file, "title"), "E0113-first");
    assert_eq!(
        human(&report, &sources, Language::Zh, Colour::Never),
        "错误[E0113]: `title` 写了两次
 --> workflows/winback.yaml:4:1
  |
1 | title: 一
  | ----- 第一次写在第 1 行
...
4 | title: 三
  | ^^^^^ 这里又写了一次
  |
  = 办法: 只保留一个；第一个在第 1 行
"
    );
}

#[test]
fn tools_get_json_and_github_gets_its_commands() {
    let (sources, report) = unknown_key();
    let read: serde_json::Value = serde_json::from_str(&json(&report, &sources, Language::En)).unwrap();
    assert_eq!(
        read,
        serde_json::json!([{
            "code": "E0301",
            "severity": "error",
            "file": "workflows/winback.yaml",
            "line": 4, "column": 41, "end_line": 4, "end_column": 49, "byte": 108, "end_byte": 116,
            "message": "`audiense` is not a key of this place",
            "label": "did you mean `audience`?",
            "help": null,
            "related": [],
            "fix": {
                "file": "workflows/winback.yaml",
                "line": 4, "column": 41, "end_line": 4, "end_column": 49, "byte": 108, "end_byte": 116,
                "replacement": "audience",
            },
        }])
    );
    assert_eq!(
        github(&report, &sources, Language::Zh),
        "::error file=workflows/winback.yaml,line=4,col=41,endColumn=49,title=E0301::\
         这里没有 `audiense` 这个键%0A是不是想写 `audience`？\n"
    );
}

#[test]
fn order_is_by_place_and_identical_ones_are_merged() {
    let mut sources = Sources::new();
    let b = sources.add("b.yaml", "x: 1\ny: 2\n");
    let a = sources.add("a.yaml", "x: 1\n");
    let mut report = Report::new();
    for span in [Span::new(b, 5, 6), Span::new(b, 0, 1), Span::new(a, 0, 1), Span::new(b, 5, 6)] {
        report.error(Code::E0119, span);
    }
    report.warning(Code::W0123, Span::new(b, 0, 1));
    let lines: Vec<String> = github(&report, &sources, Language::En)
        .lines()
        .map(|line| line.split(",endColumn").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "::error file=a.yaml,line=1,col=1",
            "::error file=b.yaml,line=1,col=1",
            "::warning file=b.yaml,line=1,col=1",
            "::error file=b.yaml,line=2,col=1"
        ]
    );
    assert_eq!((report.count(Severity::Error), report.count(Severity::Warning)), (3, 1));
}

#[test]
fn a_diagnostic_of_no_file_and_one_at_the_end_are_shown() {
    let (sources, file) = sources("a: 1\n");
    let mut report = Report::new();
    report.error(Code::E0119, Span::EMPTY);
    assert_eq!(
        human(&report, &sources, Language::En, Colour::Never),
        "error[E0119]: there is nothing in this file\n"
    );
    assert!(json(&report, &sources, Language::En).contains("\"line\": null"));
    let mut report = Report::new();
    report.error(Code::E0119, Span::new(file, 5, 5));
    assert_eq!(
        human(&report, &sources, Language::En, Colour::Never),
        "error[E0119]: there is nothing in this file\n --> workflows/winback.yaml:1:5\n  |\n1 | a: 1\n  |     ^\n"
    );
}

#[test]
fn colour_is_only_there_when_asked_for() {
    let (sources, report) = unknown_key();
    assert!(human(&report, &sources, Language::En, Colour::Always).contains('\u{1b}'));
    assert!(!human(&report, &sources, Language::En, Colour::Never).contains('\u{1b}'));
}

#[test]
fn a_value_from_a_file_cannot_steer_the_terminal() {
    let (sources, file) = sources("a: \u{1b}[2Jx\n");
    let mut report = Report::new();
    report
        .error(Code::E0113, Span::new(file, 0, 1))
        .arg("key", "\u{1b}[2J\nx".to_owned() + &"长".repeat(500));
    let shown = human(&report, &sources, Language::Zh, Colour::Never);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    assert!(shown.contains('…'));
}

#[test]
fn fixes_are_applied_in_order_and_overlapping_ones_left_for_the_next_run() {
    let (sources, file) = sources("a：b，c");
    let mut report = Report::new();
    let at = |words| span(&sources, file, words);
    report.error(Code::E0108, at("，")).fix(at("，"), ", ");
    report.error(Code::E0108, at("：")).fix(at("：b"), ": b");
    report.error(Code::E0108, at("b")).fix(at("b"), "x");
    assert_eq!(mended(&report, &sources, file).as_deref(), Some("a: b, c"));
    assert_eq!(mended(&Report::new(), &sources, file), None);
}
