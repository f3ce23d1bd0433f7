//! The end of an import: bad rows with their reasons, what came in, how many may be mailed.

use super::cells;
use crate::exit::{Exit, Failure};
use dsl::diagnostic::{self, Colour};
use engine::import::{ImportError, ImportReport};
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// Bad rows shown to a reader, at most; `--json` has all that were kept.
const MOST: usize = 20;

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct ImportSummary {
    /// Nothing was written.
    pub dry_run: bool,
    /// Rows of the file.
    pub read: u64,
    /// Rows that said something new.
    pub new: u64,
    /// Rows that changed something.
    pub changed: u64,
    /// Rows that said what was known.
    pub same: u64,
    /// Of these, rows that an earlier import of the same file had taken in.
    pub skipped: u64,
    /// Rows of which a later one of the same id counts.
    pub repeated: u64,
    /// Bad rows, in order of their lines; very many are cut.
    pub bad: Vec<BadRow>,
    /// How many rows were bad.
    pub bad_count: u64,
    /// Cells that were read in another way than written, in order of their lines; very many are cut.
    pub mended: Vec<BadRow>,
    /// How many such cells there were.
    pub mended_count: u64,
    /// Columns of another tool's export for which the model has no place.
    pub left_out: Vec<String>,
    /// How the file was read, where that was guessed and is not the usual, in words.
    pub read_as: Option<String>,
    /// Customers made for events and entities.
    pub created: u64,
    /// Addresses that two customers share.
    pub duplicates: u64,
    /// Who may be mailed now; `None`: the import was not of customers.
    pub mailable: Option<u64>,
    /// What was loaded and is still worth a look, in words, with how often it came.
    pub remarks: Vec<(String, u64)>,
    /// How long it took, in seconds; 0 where nobody measured.
    pub seconds: f64,
}

impl ImportSummary {
    /// The engine's report, with the reasons of bad rows in words.
    pub fn of(report: &ImportReport, dry_run: bool, language: Language) -> Self {
        let said = |rows: &[engine::import::BadRow]| {
            rows.iter().map(|row| BadRow::of(row, language)).collect::<Vec<_>>()
        };
        Self {
            dry_run,
            read: report.read,
            new: report.new,
            changed: report.changed,
            same: report.same,
            skipped: report.skipped,
            repeated: report.repeated,
            bad: said(&report.bad),
            mended: said(&report.mended),
            mended_count: report.mended_count,
            left_out: report.left_out.clone(),
            read_as: report.read_as.as_ref().map(|finding| finding.say(language)),
            bad_count: report.bad_count,
            created: report.created,
            duplicates: report.duplicate_count,
            mailable: report.mailable,
            remarks: report.remarked().into_iter().map(|(what, count)| (what.say(language), count)).collect(),
            seconds: 0.0,
        }
    }
}

/// Why an import did not begin, as a person reads it: a file that cannot be read is exit 3, what does not fit
/// together is exit 1.
pub fn refused(error: &ImportError, language: Language, colour: Colour) -> Failure {
    match error {
        ImportError::File { path, source } => {
            let (path, why) = (path.display().to_string(), source.to_string());
            let values = [("path", path.as_str()), ("why", why.as_str())];
            Failure::say(Exit::Configuration, language, "cli-unreadable", &values)
        }
        ImportError::Map { sources, report } => {
            Failure::new(Exit::Findings, diagnostic::human(report, sources, language, colour).trim_end())
        }
        ImportError::Refused { findings } => {
            let said: Vec<String> = findings.iter().map(|finding| finding.say(language)).collect();
            Failure::new(Exit::Findings, said.join("\n"))
        }
    }
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The column; `None`: the row as a whole.
    pub column: Option<String>,
    /// Why, in words.
    pub why: String,
    /// What else is wrong with the same row.
    pub also: Vec<BadRow>,
}

impl BadRow {
    fn of(row: &engine::import::BadRow, language: Language) -> Self {
        let also = row.also.iter().map(|row| Self::of(row, language)).collect();
        Self { line: row.line, column: row.column.clone(), why: row.why.say(language), also }
    }

    fn cells(&self, first: String) -> Vec<String> {
        vec![first, self.column.clone().unwrap_or_default(), self.why.clone()]
    }

    fn json(&self) -> Json {
        let mut told = json!({ "line": self.line, "column": self.column, "why": self.why });
        if let (Some(told), false) = (told.as_object_mut(), self.also.is_empty()) {
            let also = self.also.iter().map(|row| json!({ "column": row.column, "why": row.why }));
            told.insert("also".to_owned(), Json::Array(also.collect()));
        }
        told
    }
}

/// The end of an import for people.
pub fn human(summary: &ImportSummary, language: Language) -> String {
    let number = |number: u64| number.to_string();
    let mut out = String::new();
    if let Some(read_as) = &summary.read_as {
        out.push_str(&format!("{read_as}\n"));
    }
    if !summary.left_out.is_empty() {
        let columns = summary.left_out.join(", ");
        out.push_str(&format!("{}\n", say(language, "import-left-out", &[("columns", &columns)])));
    }
    if summary.mended_count > 0 {
        let count = number(summary.mended_count);
        out.push_str(&format!("{}\n", say(language, "import-mended-cells", &[("count", &count)])));
        rows_told(&mut out, &summary.mended, summary.mended_count, language);
    }
    if !summary.bad.is_empty() {
        rows_told(&mut out, &summary.bad, summary.bad_count, language);
    }
    if !summary.remarks.is_empty() {
        out.push_str(&format!("{}\n", say(language, "import-remarks", &[])));
        summary.remarks.iter().for_each(|(what, _)| out.push_str(&format!("  {what}\n")));
        out.push('\n');
    }
    let mut line = |key: &str, values: &[(&str, &str)]| {
        out.push_str(&say(language, key, values));
        out.push('\n');
    };
    if summary.dry_run {
        line("import-dry-run", &[]);
    }
    line(
        "import-rows",
        &[
            ("read", &number(summary.read)),
            ("new", &number(summary.new)),
            ("changed", &number(summary.changed)),
            ("same", &number(summary.same)),
            ("bad", &number(summary.bad_count)),
        ],
    );
    for (key, count) in [
        ("import-skipped", summary.skipped),
        ("import-repeated", summary.repeated),
        ("import-created", summary.created),
        ("import-duplicates", summary.duplicates),
    ] {
        if count > 0 {
            line(key, &[("count", &number(count))]);
        }
    }
    if let Some(mailable) = summary.mailable {
        line("import-mailable", &[("count", &number(mailable))]);
    }
    out
}

/// Rows by their lines, the first of them, and how many more there are.
fn rows_told(out: &mut String, rows: &[BadRow], count: u64, language: Language) {
    let shown = rows.iter().take(MOST).flat_map(|row| {
        let line = say(language, "import-line", &[("line", &row.line.to_string())]);
        let first = row.cells(format!("  {line}"));
        std::iter::once(first).chain(row.also.iter().map(|row| row.cells(String::new())))
    });
    out.push_str(&cells::table(&shown.collect::<Vec<_>>()));
    let more = count.saturating_sub(rows.len().min(MOST) as u64);
    if more > 0 {
        out.push_str(&format!("  {}\n", say(language, "cli-more", &[("count", &more.to_string())])));
    }
    out.push('\n');
}

/// The same for programs.
pub fn json(summary: &ImportSummary) -> Json {
    let told = |rows: &[BadRow]| Json::Array(rows.iter().map(BadRow::json).collect());
    let remarks = summary.remarks.iter().map(|(what, count)| json!({ "what": what, "count": count }));
    json!({
        "dry_run": summary.dry_run,
        "read": summary.read,
        "new": summary.new,
        "changed": summary.changed,
        "same": summary.same,
        "skipped": summary.skipped,
        "repeated": summary.repeated,
        "bad": told(&summary.bad),
        "bad_count": summary.bad_count,
        "mended": told(&summary.mended),
        "mended_count": summary.mended_count,
        "read_as": summary.read_as,
        "left_out": summary.left_out,
        "created": summary.created,
        "duplicates": summary.duplicates,
        "mailable": summary.mailable,
        "remarks": remarks.collect::<Vec<Json>>(),
        "seconds": (summary.seconds * 1000.0).round() / 1000.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_and_a_map_with_mistakes_are_told_apart() {
        let missing = ImportError::File {
            path: "none.csv".into(),
            source: std::io::Error::new(std::io::ErrorKind::NotFound, "not found"),
        };
        let failure = refused(&missing, Language::En, Colour::Never);
        assert_eq!(failure, Failure::new(Exit::Configuration, "`none.csv` cannot be read: not found"));
        let wrong = engine::import::read_map("deals.map.yaml", "map: deal\nste: {}\n").unwrap_err();
        let failure = refused(&wrong, Language::En, Colour::Never);
        assert_eq!(failure.exit, Exit::Findings);
        assert!(failure.message.contains("deals.map.yaml:2:1"), "{}", failure.message);
    }

    #[test]
    fn bad_rows_come_first_and_the_last_line_says_who_may_be_mailed() {
        let bad = |line, column: Option<&str>| BadRow {
            line,
            column: column.map(str::to_owned),
            why: "`x` is not a date".to_owned(),
            also: Vec::new(),
        };
        let mut summary = ImportSummary {
            read: 22,
            new: 18,
            same: 2,
            bad: vec![bad(3, Some("birthday")), bad(12, None)],
            bad_count: 2,
            mailable: Some(14),
            ..ImportSummary::default()
        };
        assert_eq!(
            human(&summary, Language::En),
            "  line 3   birthday  `x` is not a date\n\
             \x20 line 12            `x` is not a date\n\
             \n\
             22 rows: 18 new, 0 changed, 2 the same, 2 bad\n\
             14 of them may be mailed: they have an address and consent, and are not suppressed.\n"
        );
        summary.bad = (1..=25).map(|line| bad(line, None)).collect();
        summary.bad_count = 25;
        let text = human(&summary, Language::Zh);
        assert!(
            text.contains("  第 20 行") && !text.contains("第 21 行") && text.contains("  还有 5 条\n"),
            "{text}"
        );
        assert!(text.ends_with("其中 14 位可以发邮件：有邮箱、已同意、没有停发。\n"), "{text}");
        assert_eq!(json(&summary)["bad"].as_array().unwrap().len(), 25);
    }
}
