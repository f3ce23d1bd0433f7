//! Any text, however broken, gives a report: no panic, in bounded time. Files that exist are damaged, joined
//! and blown up; what comes is checked as YAML, as a condition, as a template.
//!
//! A short run belongs to every test run; `scripts/soak fuzz MINUTES TARGET` goes on longer. A run that fails
//! says its seed: `NURTURE_FUZZ_SEED=N` repeats it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper that fails is a test that fails")]

use dsl::condition::{Fields, Scope};
use dsl::diagnostic::{Colour, Report, human};
use dsl::project::{File, Settings};
use dsl::source::Sources;
use model::words::Language;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Cases of a short run, for each target.
const SHORT: u64 = 60;
/// No text of up to 64 KiB takes longer, even without optimisation on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);
const MOST_BYTES: usize = 64 * 1024;

/// Dice: the same seed throws the same (SplitMix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to below `most`; 0 for none.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.throw() % u64::try_from(most.max(1)).unwrap()).unwrap()
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// Tells the seed and the text of a case that panics.
struct Case {
    seed: u64,
    text: String,
}

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let shown: String = self.text.chars().take(2_000).collect();
            eprintln!("NURTURE_FUZZ_SEED={} repeats this case:\n{shown:?}", self.seed);
        }
    }
}

/// Signs and words that mean something, or look as if.
const PIECES: [&str; 64] = [
    "\n",
    "  ",
    "\t",
    "\r\n",
    "\u{3000}",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "- ",
    ": ",
    ":",
    "：",
    "，",
    "。",
    "“",
    "”",
    "\"",
    "'",
    "\\",
    "\\\"",
    "#",
    " #",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "{{",
    "}}",
    "{{{",
    "{{#if a}}",
    "{{/if}}",
    "{{else}}",
    "｛｛",
    "&a ",
    "*a",
    "!tag ",
    "|",
    ">",
    "%",
    "@",
    "`",
    "? ",
    "---\n",
    "<<: ",
    "= ",
    "0",
    "-1",
    "99999999999999999999",
    "1e309",
    "0.0000001",
    "30 days",
    "now",
    "customer.",
    " and ",
    " or ",
    "not ",
    "count(",
    "== ",
    "\u{1f389}",
    "\u{301}",
    "\u{202e}",
    "~",
];

/// Damages a text: cut, doubled, swapped, blown up, filled with pieces and raw bytes.
fn damaged(dice: &mut Dice, samples: &[String]) -> String {
    let mut bytes: Vec<u8> = dice.one(samples).clone().into_bytes();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(200)).min(bytes.len());
        match dice.below(9) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let twice = bytes[at..end].repeat(1 + dice.below(40));
                bytes.splice(at..at, twice);
            }
            3 => {
                let piece = dice.one(&PIECES).repeat(1 + dice.below(3));
                bytes.splice(at..at, piece.bytes());
            }
            // Deep brackets, long numbers, long lines.
            4 => {
                let piece = dice.one(&PIECES).repeat(1 + dice.below(4_000));
                bytes.splice(at..at, piece.bytes());
            }
            5 => {
                let other = dice.one(samples).as_bytes().to_vec();
                let from = dice.below(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied());
            }
            6 => {
                let raw: Vec<u8> = (0..dice.below(20)).map(|_| (dice.throw() & 0xFF) as u8).collect();
                bytes.splice(at..at, raw);
            }
            7 => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut lines: Vec<&str> = text.lines().collect();
                let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
                if !lines.is_empty() {
                    lines.swap(one, other);
                }
                bytes = lines.join("\n").into_bytes();
            }
            // Each line deeper than the one above.
            _ => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let deeper = |(depth, line): (usize, &str)| format!("{}{line}", " ".repeat(depth % 120));
                bytes = text.lines().enumerate().map(deeper).collect::<Vec<_>>().join("\n").into_bytes();
            }
        }
        bytes.truncate(MOST_BYTES);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

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

fn samples(ending: &str) -> Vec<String> {
    let mut all = Vec::new();
    below(&tests::root().join("workflows"), ending, &mut all);
    below(&tests::root().join("tests/diagnostics"), ending, &mut all);
    assert!(all.len() > 5, "only {} samples", all.len());
    all
}

fn settings() -> Settings {
    Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() }
}

/// Checks files, writes the report, applies the fixes and draws what could be read.
fn project(files: Vec<File>) {
    let loaded = dsl::load(&files, &settings());
    for language in Language::ALL {
        human(&loaded.report, &loaded.sources, language, Colour::Never);
    }
    for id in loaded.sources.ids() {
        dsl::diagnostic::mended(&loaded.report, &loaded.sources, id);
    }
    for workflow in loaded.project.workflows.values() {
        dsl::drawing::text(workflow, Language::Zh);
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Throws cases at a target: a few, or for as many minutes as asked for. Prints how it went.
fn fuzz(target: &str, samples: &[String], check: &dyn Fn(&str)) {
    let minutes = number("NURTURE_FUZZ_MINUTES");
    let only = number("NURTURE_FUZZ_SEED");
    let begun = Instant::now();
    let first = only.unwrap_or_else(|| {
        // Long runs begin elsewhere each day; a short one is the same everywhere.
        let day = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        minutes.map_or(0, |_| day() << 20)
    });
    let (mut seed, mut slowest) = (first, (Duration::ZERO, first));
    loop {
        let mut dice = Dice(seed);
        let case = Case { seed, text: damaged(&mut dice, samples) };
        let started = Instant::now();
        check(&case.text);
        let took = started.elapsed();
        assert!(took < LONGEST, "{target}: {took:?} for {} bytes", case.text.len());
        slowest = slowest.max((took, seed));
        seed += 1;
        let enough = match minutes {
            Some(minutes) => begun.elapsed() >= Duration::from_secs(60 * minutes),
            None => seed - first >= SHORT,
        };
        if enough || only.is_some() {
            break;
        }
    }
    let (took, slow) = slowest;
    println!(
        "{target}: {} texts in {:?}; the slowest, seed {slow}, took {took:?}",
        seed - first,
        begun.elapsed()
    );
}

#[test]
fn any_file_gives_a_report() {
    let model = fs::read_to_string(tests::root().join("tests/diagnostics/shared/model.yaml")).unwrap();
    fuzz("yaml", &samples(".yaml"), &|text| {
        let file = |path: &str, text: &str| File { path: format!("workflows/{path}"), text: text.to_owned() };
        project(vec![file("a.yaml", text), file("model.yaml", &model)]);
    });
}

#[test]
fn any_template_gives_a_report() {
    fuzz("template", &samples(".hbs"), &|text| {
        let file = |ending: &str| File {
            path: format!("workflows/templates/a.{ending}.hbs"),
            text: text.to_owned(),
        };
        project(vec![file("md"), file("html"), file("txt"), file("mjml")]);
    });
}

#[test]
fn any_condition_gives_a_report() {
    let file = |path: &str| File {
        path: format!("workflows/{path}"),
        text: fs::read_to_string(tests::root().join("tests/diagnostics/shared").join(path)).unwrap(),
    };
    let library = dsl::load(&[file("model.yaml"), file("lead_score.yaml")], &settings()).project.library;
    let mut all = Vec::new();
    for text in samples(".yaml") {
        let keys = ["audience:", "when:", "if:", "only_if:", "until:", "  - customer.", "  - count("];
        all.extend(text.lines().filter(|line| keys.iter().any(|key| line.contains(key))).map(|line| {
            let value = line.split_once(": ").map_or(line, |(_, value)| value);
            value.trim().trim_start_matches("- ").to_owned()
        }));
    }
    assert!(all.len() > 20, "only {} conditions", all.len());
    fuzz("condition", &all, &|text| {
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
        human(&report, &sources, Language::Zh, Colour::Never);
    });
}

/// Depth, length and repetition: what grows with the square would show here.
#[test]
fn long_and_deep_texts_end_in_time() {
    let deep_map: String = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let texts = [
        "[".repeat(50_000),
        "{a: ".repeat(20_000),
        "- ".repeat(50_000),
        "a: ".repeat(30_000),
        "\"".repeat(50_000),
        "'a' ".repeat(20_000),
        "#".repeat(1_000_000),
        "：".repeat(30_000),
        "&a ".repeat(20_000),
        "!".repeat(50_000),
        "? ".repeat(30_000),
        "\u{3000}".repeat(30_000),
        "\t- a\n".repeat(10_000),
        "- a: b\n   c: d\n".repeat(4_000),
        "a\n".repeat(40_000),
        "a: [b, c\n".repeat(6_000),
        format!("workflow: a\nsteps: [{}]\n", "{ wait: 3 days }, ".repeat(3_000)),
        format!("workflow: a\nsteps:\n{}", "  - wiat: 3 dyas\n    only_if: a ==\n".repeat(1_500)),
        format!("workflow: a\naudience: {}\n", "(".repeat(50_000)),
        format!("workflow: a\naudience: {}1\n", "not ".repeat(10_000)),
        format!("workflow: a\ntitle: \"{}\"\n", "{{#if a}}".repeat(5_000)),
        format!("workflow: a\nsteps:\n  - wait: {} days\n", "9".repeat(50_000)),
        deep_map,
    ];
    for text in texts {
        let begun = Instant::now();
        let shown: String = text.chars().take(40).collect();
        for path in ["workflows/a.yaml", "workflows/templates/a.md.hbs", "workflows/templates/a.html.hbs"] {
            project(vec![File { path: path.to_owned(), text: text.clone() }]);
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{shown:?}: {:?}", begun.elapsed());
    }
}
