//! The figures of `nurture bench`: one JSON object for programs, sentences for people.

use super::cells;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// From this share of the machine on, what other programs do spoils a figure.
const SPOILT: f64 = 0.15;

/// What one run found.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Customers it was about: in W2 all of them, else those who do something.
    pub customers: u64,
    /// Customers in the database.
    pub stored: u64,
    /// Walks: in W1 those that ended, in W2 those that began.
    pub done: u64,
    /// How many that were to be.
    pub expected: u64,
    /// By the wall's clock.
    pub seconds: f64,
    /// Processor seconds of this program, without its mail server; `None`: not known here.
    pub own_cpu: Option<f64>,
    /// The most memory at once; `None`: not known here.
    pub peak_mib: Option<f64>,
    /// How many processors other programs kept busy; `None`: not known here.
    pub busy_others: Option<f64>,
    /// Messages that the ledger has as accepted; `None`: the workload sends none.
    pub sent: Option<u64>,
    /// Mails that arrived.
    pub sink: Option<u64>,
    /// Different ones among them.
    pub different: Option<u64>,
}

impl Figures {
    /// Whether everything that was to be is, once.
    pub fn is_sound(&self) -> bool {
        let each = |count: Option<u64>| count.is_none_or(|count| count == self.expected);
        self.done == self.expected && each(self.sent) && each(self.sink) && each(self.different)
    }

    /// Walks in a second.
    pub fn per_second(&self) -> f64 {
        count(self.done) / self.seconds.max(1e-9)
    }

    fn cpu_ms_each(&self) -> Option<f64> {
        self.own_cpu.map(|seconds| seconds * 1_000.0 / count(self.done.max(1)))
    }

    fn microseconds_each(&self) -> f64 {
        self.seconds * 1e6 / count(self.done.max(1))
    }
}

/// A measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// `w1`, `w2` or `growth`.
    pub workload: &'static str,
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Processors of this machine.
    pub cores: usize,
    /// One for each size.
    pub rows: Vec<Figures>,
}

impl Report {
    /// Whether nothing was lost and nothing came twice.
    pub fn is_sound(&self) -> bool {
        self.rows.iter().all(Figures::is_sound)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of customers are far below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

fn rounded(number: f64, places: i32) -> f64 {
    let scale = 10_f64.powi(places);
    (number * scale).round() / scale
}

/// One object (performance.md): a contract. `growth` has one in `rows` for each size.
pub fn json(report: &Report) -> Json {
    let one = |row: &Figures| {
        json!({
            "workload": report.workload,
            "database": report.database,
            "customers": row.customers,
            "stored": row.stored,
            "enrolled": row.done,
            "per_second": rounded(row.per_second(), 1),
            "seconds": rounded(row.seconds, 4),
            "cpu_ms_each": row.cpu_ms_each().map(|ms| rounded(ms, 4)),
            "us_each": rounded(row.microseconds_each(), 1),
            "peak_mib": row.peak_mib.map(|mib| rounded(mib, 1)),
            "sent": row.sent,
            "sink": row.sink,
            "busy_others": row.busy_others.map(|busy| rounded(busy, 2)),
            "p50_ms": Json::Null,
            "p99_ms": Json::Null,
        })
    };
    match report.rows.as_slice() {
        [row] => one(row),
        rows => {
            let rows: Vec<Json> = rows.iter().map(one).collect();
            json!({ "workload": report.workload, "database": report.database, "rows": rows })
        }
    }
}

/// The same as sentences.
pub fn human(report: &Report, language: Language) -> String {
    let mut out = String::new();
    for row in &report.rows {
        let key = if report.workload == "w2" { "bench-w2" } else { "bench-w1" };
        let values = [
            ("database", report.database),
            ("stored", &cells::thousands(row.stored)),
            ("done", &cells::thousands(row.done)),
            ("seconds", &format!("{:.3}", row.seconds)),
            ("rate", &format!("{:.0}", row.per_second())),
            ("each", &format!("{:.1}", row.microseconds_each())),
        ];
        out.push_str(&say(language, key, &values));
        out.push('\n');
        if let (Some(cpu), Some(peak)) = (row.cpu_ms_each(), row.peak_mib) {
            let values = [("cpu", format!("{cpu:.3}")), ("peak", format!("{peak:.1}"))];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            out.push_str(&say(language, "bench-cost", &values));
            out.push('\n');
        }
        if let (Some(sent), Some(sink), Some(different)) = (row.sent, row.sink, row.different) {
            let values = [
                ("expected", cells::thousands(row.expected)),
                ("sent", cells::thousands(sent)),
                ("sink", cells::thousands(sink)),
                ("different", cells::thousands(different)),
            ];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let key = if row.is_sound() { "bench-sound" } else { "bench-unsound" };
            out.push_str(&say(language, key, &values));
            out.push('\n');
        } else if !row.is_sound() {
            let values = [("expected", cells::thousands(row.expected)), ("done", cells::thousands(row.done))];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            out.push_str(&say(language, "bench-missing", &values));
            out.push('\n');
        }
        if let Some(busy) = row.busy_others
            && busy > SPOILT * count(u64::try_from(report.cores).unwrap_or(1))
        {
            let (busy, cores) = (format!("{busy:.2}"), report.cores.to_string());
            out.push_str(&say(language, "bench-spoilt", &[("busy", &busy), ("cores", &cores)]));
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        Figures {
            customers: 20_000,
            stored: 20_000,
            done: 20_000,
            expected: 20_000,
            seconds: 2.5,
            own_cpu: Some(4.0),
            peak_mib: Some(61.25),
            busy_others: Some(0.013),
            sent: Some(20_000),
            sink: Some(20_000),
            different: Some(20_000),
        }
    }

    fn report(row: Figures) -> Report {
        Report { workload: "w1", database: "sqlite", cores: 2, rows: vec![row] }
    }

    #[test]
    fn the_object_is_the_contract() {
        assert_eq!(
            json(&report(figures())).to_string(),
            r#"{"busy_others":0.01,"cpu_ms_each":0.2,"customers":20000,"database":"sqlite","enrolled":20000,"p50_ms":null,"p99_ms":null,"peak_mib":61.3,"per_second":8000.0,"seconds":2.5,"sent":20000,"sink":20000,"stored":20000,"us_each":125.0,"workload":"w1"}"#
        );
    }

    #[test]
    fn a_mail_too_many_or_too_few_is_said_and_no_figure_is_sound_then() {
        let twice = report(Figures { sink: Some(20_001), ..figures() });
        assert!(report(figures()).is_sound() && !twice.is_sound());
        let text = human(&twice, Language::En);
        assert!(text.contains("20,001"), "{text}");
        let lost = report(Figures { done: 19_999, ..figures() });
        assert!(!lost.is_sound());
    }

    #[test]
    fn a_machine_that_does_other_things_is_named() {
        let text = human(&report(Figures { busy_others: Some(0.9), ..figures() }), Language::En);
        assert!(text.contains("0.90 of 2"), "{text}");
        assert!(!human(&report(figures()), Language::En).contains("of 2 processors"));
    }
}
