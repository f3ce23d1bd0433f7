//! Any text, however broken, gives a report: no panic, and no more work than its length allows. Files that
//! exist are damaged, joined and blown up; what comes is read as a workflow, a whole project, a condition, a
//! template (and rendered), a scenario (and played), a length or window, rows to import, a map.
//!
//! A short run belongs to every test run; `scripts/soak fuzz MINUTES TARGET` goes on longer. A text that once
//! broke something stays in `tests/fuzz/TARGET` and is tried each time. A run that fails says its seed:
//! `NURTURE_FUZZ_SEED=N` repeats it. Work is counted ([`work`]), not timed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper that fails is a test that fails")]

#[path = "fuzz/damage.rs"]
mod damage;
#[path = "fuzz/growth.rs"]
mod growth;
#[path = "fuzz/run.rs"]
mod run;
#[path = "fuzz/work.rs"]
mod work;

use dsl::condition::{Fields, Scope};
use dsl::diagnostic::{Colour, Report, github, human, json};
use dsl::project::{File, Loaded, Settings};
use dsl::source::Sources;
use engine::import::{Delimiter, Encoding, Format, Heading, Rows, Shape, read_map};
use interpreter::render::{Envelope, Renderer};
use interpreter::trial;
use model::words::Language;
use model::{Birthday, Cron, Decimal, Length, Schedule, Shift, Type, Value, Windows, zone};
use run::fuzz;
use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::str::FromStr;
use work::{Limit, Work};

/// What most texts may cost: reading, two renderings of each mistake with its line, a drawing. A text of one
/// line is looked at again for each of the hundred mistakes that are told of a file.
const LIMIT: Limit = Limit {
    fixed: Work { allocations: 1_000_000, bytes: 100_000_000, peak: 20_000_000, looked: 1_000_000 },
    each: Work { allocations: 60, bytes: 6_000, peak: 1_000, looked: 110 },
};

fn below(folder: &Path, ending: &str, into: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            below(&path, ending, into);
        } else if path.to_string_lossy().ends_with(ending) {
            into.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The files of some folders of the project, by the end of their names.
fn samples(folders: &[&str], ending: &str) -> Vec<String> {
    let mut all = Vec::new();
    folders.iter().for_each(|folder| below(&tests::root().join(folder), ending, &mut all));
    assert!(all.len() > 2, "only {} samples", all.len());
    all
}

fn settings() -> Settings {
    Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() }
}

fn shared(path: &str) -> File {
    let text = fs::read_to_string(tests::root().join("tests/diagnostics/shared").join(path)).unwrap();
    File { path: format!("workflows/{path}"), text }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Checks files, writes the report in every form, applies the fixes and draws what could be read.
fn project(files: &[File]) -> Loaded {
    let loaded = dsl::load(files, &settings());
    for language in Language::ALL {
        human(&loaded.report, &loaded.sources, language, Colour::Never);
        json(&loaded.report, &loaded.sources, language);
        github(&loaded.report, &loaded.sources, language);
    }
    complete(&loaded.report, files.iter().any(|file| file.text.contains("{$")));
    for id in loaded.sources.ids() {
        dsl::diagnostic::mended(&loaded.report, &loaded.sources, id);
    }
    for workflow in loaded.project.workflows.values() {
        dsl::drawing::text(workflow, Language::Zh);
    }
    loaded
}

/// Each sentence of a report has all its values. A text may hold such a sign of its own.
fn complete(report: &Report, has_sign: bool) {
    for diagnostic in report.diagnostics() {
        for language in Language::ALL {
            let said = [
                Some(diagnostic.message_in(language)),
                diagnostic.label_in(language),
                diagnostic.help_in(language),
            ];
            let is_whole = said.iter().flatten().all(|text| !text.contains("{$"));
            assert!(has_sign || is_whole, "{}: a value is missing: {said:?}", diagnostic.code);
        }
    }
}

#[test]
fn any_file_gives_a_report() {
    let library = ["model.yaml", "teams.yaml", "topics.yaml"].map(shared);
    fuzz("file", LIMIT, &samples(&["workflows", "tests/diagnostics"], ".yaml"), &|bytes| {
        let mut files = vec![File { path: "workflows/a.yaml".to_owned(), text: lossy(bytes) }];
        files.extend(library.iter().cloned());
        project(&files).report.looked()
    });
}

/// One file of the project that is shipped is broken; the others are as they are.
#[test]
fn any_project_gives_a_report() {
    let files = tests::project_files(&tests::root(), "workflows");
    let all: Vec<String> = files.iter().map(|file| file.text.clone()).collect();
    fuzz("project", LIMIT, &all, &|bytes| {
        let text = lossy(bytes);
        let common = |file: &File| text.bytes().zip(file.text.bytes()).take_while(|(a, b)| a == b).count();
        let broken = (0..files.len()).max_by_key(|at| common(&files[*at])).unwrap_or_default();
        let mut files = files.clone();
        files[broken].text = text;
        project(&files).report.looked()
    });
}

#[test]
fn any_template_gives_a_report_or_a_message() {
    let mut library = vec![shared("model.yaml"), shared("senders.yaml")];
    let context = serde_json::json!({
        "customer": { "name": "王芳", "city": null, "tier": "gold", "tags": ["a", "b"], "orders": "3" },
        "entry": { "amount": "12.5" }, "vars": {}, "items": [{ "name": "<b>" }, {}], "owner": {},
    });
    library.push(File { path: "workflows/templates/layout.html.hbs".to_owned(), text: String::new() });
    let with_layout = library.clone();
    fuzz("template", LIMIT, &samples(&["workflows", "tests/diagnostics"], ".hbs"), &|bytes| {
        let text = lossy(bytes);
        let file = |path: &str| File { path: format!("workflows/templates/{path}"), text: text.clone() };
        let mut looked = 0;
        let own = ["a.md.hbs", "b.html.hbs", "c.txt.hbs", "d.mjml.hbs", "a.en.md.hbs"].map(file);
        for frame in [None, Some(file("layout.html.hbs"))] {
            let mut files = with_layout[..2].to_vec();
            files.extend(own.iter().cloned().chain(frame));
            let loaded = project(&files);
            looked += loaded.report.looked();
            let found = &loaded.project;
            let renderer = Renderer::new(&found.templates, &found.library, &found.settings);
            for template in found.templates.messages.values() {
                let envelope = Envelope { subject: None, marketing: true, ..Envelope::default() };
                renderer.message(template, &context, envelope).ok();
            }
            renderer.text(&text, &context).ok();
        }
        looked
    });
}

#[test]
fn any_condition_gives_a_report() {
    let files = [shared("model.yaml"), shared("lead_score.yaml")];
    let library = dsl::load(&files, &settings()).project.library;
    let mut all = Vec::new();
    for text in samples(&["workflows", "tests/diagnostics", "tests/traces"], ".yaml") {
        let keys =
            ["audience:", "when:", "if:", "only_if:", "until:", "  - customer.", "  - count(", "from:"];
        all.extend(text.lines().filter(|line| keys.iter().any(|key| line.contains(key))).map(|line| {
            let value = line.split_once(": ").map_or(line, |(_, value)| value);
            value.trim().trim_start_matches("- ").to_owned()
        }));
    }
    assert!(all.len() > 20, "only {} conditions", all.len());
    fuzz("condition", LIMIT, &all, &|bytes| {
        // Spans count from behind a byte-order mark.
        let text = lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let mut sources = Sources::new();
        let id = sources.add("a.yaml", text);
        let whole = dsl::source::Span::new(id, 0, text.len());
        let mut report = Report::new();
        let entry = Some(Fields::of_event(&library.model, "order.paid"));
        let scope = Scope { entry, entity: Some("deal".to_owned()), ..Scope::default() };
        if let Some(condition) = dsl::condition::condition(text, whole, &scope, &library, &mut report) {
            // What is printed reads back to the same.
            let printed = dsl::condition::print::test(&condition.test);
            let again = dsl::condition::condition(&printed, whole, &scope, &library, &mut Report::new());
            assert_eq!(again.map(|again| again.test), Some(condition.test), "{printed}");
        }
        complete(&report, text.contains("{$"));
        human(&report, &sources, Language::Zh, Colour::Never);
        report.looked()
    });
}

/// A file with tests inside, or a scenario; what can be read is played.
#[test]
fn any_test_is_played_or_refused() {
    let mut common = tests::project_files(&tests::root().join("tests/traces/common"), "");
    common.iter_mut().for_each(|file| file.path = format!("workflows/{}", file.path));
    let played =
        Limit { fixed: Work { allocations: 20_000_000, bytes: 4_000_000_000, ..LIMIT.fixed }, ..LIMIT };
    let mut all = samples(&["tests/traces"], ".yaml");
    all.retain(|text| text.contains("\ntests:"));
    fuzz("played", played, &all, &|bytes| {
        let mut files = common.clone();
        files.push(File { path: "workflows/a.yaml".to_owned(), text: lossy(bytes) });
        let loaded = project(&files);
        let project = &loaded.project;
        let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
        for workflow in project.workflows.values() {
            workflow.tests.iter().for_each(|test| drop(trial::run(project, &renderer, workflow, test)));
        }
        for scenario in project.scenarios.values() {
            scenario
                .tests
                .iter()
                .for_each(|test| drop(trial::run_scenario(project, &renderer, scenario, test)));
        }
        loaded.report.looked()
    });
}

/// What is read and written again reads back to the same.
fn back<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string().parse().ok(), Some(read), "{text:?}");
    }
}

#[test]
fn any_word_of_time_is_read_or_refused() {
    let all = [
        "90 minutes",
        "24 hours",
        "1 day",
        "2 weeks",
        "3 months",
        "5 workdays",
        "4 workhours",
        "P3D",
        "1h30m",
        "3 天",
        "半年",
        "一个半小时",
        "21:00-09:00",
        "10:00-20:00 workdays",
        "tue,wed,thu 09:30-11:00",
        "周二至周四 9:30-11:00",
        "周末",
        "1990-03-12",
        "03-12",
        "农历八月十五",
        "lunar 08-15",
        "闰二月初三",
        "2026-03-02 09:00 Asia/Shanghai",
        "2026-03-02T09:00:00+08:00",
        "0 9 * * MON",
        "*/5 8-18 1,15 * 1-5",
        "yearly 09-10",
        "2026-09-07",
        "12.5",
        "-0.000001",
        "+86 138 0013 8000",
        "wang@example.com",
        "是",
        "Asia/Shanghai",
        "monday",
        "last friday",
    ];
    let shanghai = zone::zone("Asia/Shanghai").unwrap();
    let types = [
        Type::Text,
        Type::Number,
        Type::YesNo,
        Type::Date,
        Type::Time,
        Type::Duration,
        Type::List,
        Type::Email,
        Type::Phone,
        Type::Money,
        Type::Birthday,
        Type::OneOf(vec!["gold".to_owned()]),
    ];
    fuzz("words", LIMIT, &all.map(str::to_owned), &|bytes| {
        let text = &lossy(bytes);
        back::<Length>(text);
        back::<Windows>(text);
        back::<Birthday>(text);
        back::<Decimal>(text);
        zone::zone(text);
        zone::parse_date(text);
        zone::parse_time(text);
        zone::parse_instant(text, &shanghai);
        Windows::parse_quiet(text).ok();
        Cron::parse(text).ok();
        Schedule::parse_cron(text).ok();
        Schedule::every(&[text], None, Some("09:00")).ok();
        Schedule::on(text, Shift::None, Some(text)).ok();
        types.iter().for_each(|ty| drop(Value::parse(ty, text, &shanghai)));
        0
    });
}

#[test]
fn any_rows_are_read_or_bad() {
    let mut all = samples(&["workflows/samples"], "csv");
    all.push(fs::read_to_string(tests::root().join("workflows/samples/events.jsonl")).unwrap());
    all.push("a;b;c\n1;\"2\n3\";4\n".to_owned());
    all.push("00001 19970101 1 11.77\n".repeat(20));
    let named = || Heading::Given(vec!["id".to_owned(), "date".to_owned()]);
    let table = |sign, heading| Shape::Table { delimiter: Delimiter::Sign(sign), heading };
    let shapes = [
        Shape::JsonLines,
        table(b',', Heading::FirstRow),
        table(b';', Heading::Instead(vec!["a".to_owned()])),
        table(b'\t', named()),
        Shape::Table { delimiter: Delimiter::Whitespace, heading: named() },
    ];
    fuzz("rows", LIMIT, &all, &|bytes| {
        let path = Path::new("rows");
        for shape in &shapes {
            for encoding in [Encoding::Utf8, Encoding::Gb18030] {
                let format = Format { shape: shape.clone(), encoding, told: false, numbered: false };
                let Ok(mut rows) = Rows::open(bytes, &format, path) else { continue };
                let mut count = 0;
                while let Ok(Some(_)) = rows.next_row(path) {
                    count += 1;
                }
                assert!(count <= bytes.len() + 1, "{count} rows in {} bytes", bytes.len());
            }
        }
        0
    });
}

#[test]
fn any_map_is_read_or_refused() {
    fuzz("map", LIMIT, &samples(&["workflows/samples"], "map.yaml"), &|bytes| {
        if let Err(refused) = read_map("a.map.yaml", &lossy(bytes)) {
            drop(refused.to_string());
        }
        0
    });
}
