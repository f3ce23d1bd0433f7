//! Real data: where it lies, and fresh projects over it that the program itself works in.

use crate::binary::{self, Ran};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Of how many customers one is taken where the whole would be long; `NURTURE_EVERY=1` takes all.
const EVERY: usize = 12;

/// The folder of the real data: `NURTURE_DATA`, else `shared/data` beside the workspace. `None`: it is absent,
/// which is said on standard error.
pub fn data() -> Option<PathBuf> {
    let named = std::env::var_os("NURTURE_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| crate::root().join("../shared/data"));
    let found = folder.join("cdnow.txt").is_file() && folder.join("crm/sales_pipeline.csv").is_file();
    if !found {
        eprintln!(
            "the real data is absent ({}): testing with the project's own small samples",
            folder.display()
        );
    }
    found.then_some(folder)
}

/// One of so many customers is taken, at least 1. Errors: none; a setting that is no number fails the test.
pub fn every() -> usize {
    let set = std::env::var("NURTURE_EVERY").ok();
    set.map_or(EVERY, |set| set.parse::<usize>().expect("NURTURE_EVERY is a number").max(1))
}

/// A map of the project's own samples.
pub fn map(name: &str) -> PathBuf {
    crate::root().join("workflows/samples/maps").join(name)
}

/// The text of a file. Errors: a file that is not there fails the test.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).map_err(|error| (path, error)).expect("the file is there")
}

/// What a project in UTC needs that mails offers: its settings, the topic `offers`, the sender `care`, a relay
/// where nobody listens, the template `hello`.
pub const MAILING: [(&str, &str); 5] = [
    ("nurture.toml", "zone = \"UTC\"\nlanguage = \"en\"\n"),
    ("workflows/topics.yaml", "topics:\n  offers: { class: marketing, title: Offers }\n"),
    (
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    ),
    (
        "workflows/channels.yaml",
        "channels:\n  mail: { kind: smtp, host: 127.0.0.1, port: 2525, tls: none }\n",
    ),
    ("workflows/templates/hello.md.hbs", "---\nsubject: Hello\npreheader: A word\n---\nHello.\n"),
];

/// A file with customers `c1`, `c2` … who have been known since January of 2026 and agreed to offers.
pub fn agreed(numbers: impl Iterator<Item = usize>) -> String {
    let rows = numbers.map(|number| {
        format!("c{number},c{number}@example.com,2026-01-01T00:00:00Z,granted,2026-01-01T00:00:00Z,test\n")
    });
    rows.fold(
        "external_id,email,created_at,consent.offers,consent_at,consent_source\n".to_owned(),
        |all, row| all + &row,
    )
}

/// A new project in a folder of its own, which goes with it.
pub struct Project {
    dir: TempDir,
}

/// What an import said.
pub struct Imported {
    /// The exit code.
    pub code: i32,
    /// The report, as programs read it.
    pub report: Json,
}

impl Imported {
    /// A number of the report.
    pub fn count(&self, name: &str) -> u64 {
        self.report
            .get(name)
            .and_then(Json::as_u64)
            .ok_or((name, &self.report))
            .expect("the report has this number")
    }
}

impl Project {
    /// The shipped workflows in UTC, in English.
    pub fn shop() -> Self {
        let project = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        copy(&crate::root().join("workflows"), &project.path().join("workflows"));
        project.write("nurture.toml", "zone = \"UTC\"\nlanguage = \"en\"\n");
        project
    }

    /// A folder of `tests/scenarios` with the recipes that it names, in Shanghai.
    pub fn scenario(name: &str) -> Self {
        let project = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        for file in crate::scenario_files(name) {
            project.write(&file.path, &file.text);
        }
        project.write("nurture.toml", "zone = \"Asia/Shanghai\"\nlanguage = \"zh-CN\"\n");
        project
    }

    /// A folder without anything but `workflows`.
    pub fn empty() -> Self {
        let project = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        std::fs::create_dir_all(project.path().join("workflows")).expect("a folder can be made");
        project
    }

    /// These files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let project = Self::empty();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// The same over a database that a line of `nurture.toml` names; no line: SQLite.
    pub fn on(self, database: &str) -> Self {
        let settings = text(&self.path().join("nurture.toml"));
        self.write("nurture.toml", &[&settings, database].concat());
        self
    }

    /// Where a process that the test starts itself complains.
    pub fn log(&self) -> std::fs::File {
        let log = self.path().join("process.log");
        std::fs::File::options().create(true).append(true).open(log).expect("a log")
    }

    /// What such processes complained of so far.
    pub fn said(&self) -> String {
        text(&self.path().join("process.log"))
    }

    /// A copy of a project's folder.
    pub fn of(folder: &Path) -> Self {
        let project = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        copy(folder, project.path());
        project
    }

    /// The project's folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file of the project, and says where it lies. Folders are made.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&path)).expect("a folder can be made");
        std::fs::write(&path, text).expect("the project can be written");
        path
    }

    /// Runs the program here.
    pub fn nurture(&self, arguments: &[&str]) -> Ran {
        binary::nurture(self.path(), arguments)
    }

    /// Runs what must succeed, and gives what it printed.
    pub fn fine(&self, arguments: &[&str]) -> String {
        let ran = self.nurture(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// Runs what must succeed, and reads what it says to programs.
    pub fn read(&self, arguments: &[&str]) -> Json {
        let out = self.fine(arguments);
        serde_json::from_str(&out).map_err(|error| (error, out)).expect("JSON")
    }

    /// What is decided from one day to another on a clock.
    pub fn run(&self, from: &str, to: &str) -> Vec<Json> {
        let mut trace = lines(&self.fine(&["run", "--clock", &format!("{from}..{to}"), "--json"]));
        // The last line is the summary.
        trace.pop();
        trace
    }

    /// The same, which must be what is simulated before.
    pub fn lived(&self, from: &str, to: &str) -> Vec<Json> {
        self.lived_and_summed(from, to).0
    }

    /// The same with the summary of the run.
    pub fn lived_and_summed(&self, from: &str, to: &str) -> (Vec<Json>, Json) {
        let simulated = self.fine(&["simulate", "--from", from, "--to", to, "--json"]);
        let live = self.fine(&["run", "--clock", &format!("{from}..{to}"), "--json"]);
        same_trace(&simulated, &live);
        let mut trace = lines(&live);
        let summary = trace.pop().expect("a run ends with its summary");
        (trace, summary)
    }

    /// Imports a file.
    pub fn import(&self, kind: &str, file: &Path, map: &Path) -> Imported {
        let (file, map) = (file.display().to_string(), map.display().to_string());
        let ran = self.nurture(&["import", kind, &file, "--map", &map, "--json"]);
        let report = serde_json::from_str(&ran.out).map_err(|error| (error, &ran)).expect("a report");
        Imported { code: ran.code, report }
    }

    /// Messages in the folder of the file channel.
    pub fn letters(&self) -> usize {
        self.files("outbox")
    }

    /// Files below a folder of the project.
    pub fn files(&self, folder: &str) -> usize {
        files_below(&self.path().join(folder))
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is there").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if name != "samples" && name != "sample" && name != "recipes" {
                copy(&path, &to.join(name));
            }
        } else {
            std::fs::copy(&path, to.join(name)).expect("a file can be copied");
        }
    }
}

fn files_below(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

/// Each line of JSON that the program printed.
pub fn lines(out: &str) -> Vec<Json> {
    let read = |line| serde_json::from_str(line).map_err(|error| (error, line)).expect("a line of JSON");
    out.lines().map(read).collect()
}

/// A text of a line; empty where it is null or absent.
pub fn of<'l>(line: &'l Json, name: &str) -> &'l str {
    line.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A text among the values of a line; empty where it is absent.
pub fn value_of<'l>(line: &'l Json, name: &str) -> &'l str {
    line.get("values").map(|values| of(values, name)).unwrap_or_default()
}

/// Lines that did this with this outcome.
pub fn that<'l>(lines: &'l [Json], did: &str, outcome: &str) -> impl Iterator<Item = &'l Json> {
    lines.iter().filter(move |line| of(line, "did") == did && of(line, "outcome") == outcome)
}

/// Fails at the first line in which two traces differ. The last line of a live run is its summary, and no trace.
pub fn same_trace(simulated: &str, live: &str) {
    let live: Vec<&str> = live.lines().collect();
    let (_, live) = live.split_last().expect("a run ends with its summary");
    let simulated: Vec<&str> = simulated.lines().collect();
    for (number, (simulated, live)) in simulated.iter().zip(live).enumerate() {
        assert_eq!(simulated, live, "line {} of the trace: simulated, then live", number + 1);
    }
    assert_eq!(simulated.len(), live.len(), "lines of the trace: simulated, then live");
}

/// A row of a CSV file by the names in its heading.
pub struct Row<'t>(BTreeMap<&'t str, &'t str>);

impl<'t> Row<'t> {
    /// What stands in a column. Errors: a column that is not there fails the test.
    pub fn cell(&self, column: &str) -> &'t str {
        self.0.get(column).ok_or(column).expect("the file has this column")
    }
}

/// Rows of a plain CSV file (no quotes in it).
pub fn csv(text: &str) -> Vec<Row<'_>> {
    assert!(!text.contains('"'), "this reader knows no quotes");
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = rows.next().expect("a heading");
    rows.map(|row| {
        assert_eq!(row.len(), names.len(), "{row:?}");
        Row(names.iter().copied().zip(row).collect())
    })
    .collect()
}
