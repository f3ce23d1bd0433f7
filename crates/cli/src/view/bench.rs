//! The figures of `nurture bench`: one JSON object for programs, sentences for people.

use super::cells;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// From this share of the machine on, what other programs do spoils a figure.
const SPOILT: f64 = 0.15;

/// Something that is counted twice, once as it is to be and once as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is counted: `bench-check-…` of the catalogue.
    pub what: &'static str,
    /// How many there should be.
    pub expected: u64,
    /// How many there are.
    pub found: u64,
}

/// Events that came many at a time (W3).
#[derive(Clone, Debug, PartialEq)]
pub struct Batched {
    /// How many.
    pub events: u64,
    /// By the wall's clock.
    pub seconds: f64,
}

/// What one run found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Customers it was about: in W2 all of them, else those who do something.
    pub customers: u64,
    /// Customers in the database.
    pub stored: u64,
    /// Walks: in W1 those that ended, in W2 those that began; in W3 events that were told one by one, in W4 those whose
    /// mail came.
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
    /// What came many at a time; `None`: nothing did.
    pub batched: Option<Batched>,
    /// Milliseconds within which half of all were done; `None`: that is not measured.
    pub p50_ms: Option<f64>,
    /// Milliseconds within which 99 of 100 were done.
    pub p99_ms: Option<f64>,
    /// What else must be so.
    pub checks: Vec<Check>,
}

impl Figures {
    /// Whether everything that was to be is, once.
    pub fn is_sound(&self) -> bool {
        let each = |count: Option<u64>| count.is_none_or(|count| count == self.expected);
        self.done == self.expected
            && each(self.sent)
            && each(self.sink)
            && each(self.different)
            && self.checks.iter().all(|check| check.found == check.expected)
    }

    /// Walks or events in a second.
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
    /// `w1`, `w2`, `w3`, `w4` or `growth`.
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
    let is_walks = !matches!(report.workload, "w3" | "w4");
    let one = |row: &Figures| {
        let mut object = json!({
            "workload": report.workload,
            "database": report.database,
            "customers": row.customers,
            "stored": row.stored,
            "enrolled": is_walks.then_some(row.done),
            "per_second": rounded(row.per_second(), 1),
            "seconds": rounded(row.seconds, 4),
            "cpu_ms_each": row.cpu_ms_each().map(|ms| rounded(ms, 4)),
            "us_each": rounded(row.microseconds_each(), 1),
            "peak_mib": row.peak_mib.map(|mib| rounded(mib, 1)),
            "sent": row.sent,
            "sink": row.sink,
            "busy_others": row.busy_others.map(|busy| rounded(busy, 2)),
            "p50_ms": row.p50_ms.map(|ms| rounded(ms, 2)),
            "p99_ms": row.p99_ms.map(|ms| rounded(ms, 2)),
        });
        if !is_walks && let Json::Object(members) = &mut object {
            members.insert("events".to_owned(), json!(row.done));
        }
        if let (Some(batched), Json::Object(members)) = (&row.batched, &mut object) {
            let a_second = count(batched.events) / batched.seconds.max(1e-9);
            members.insert("batched".to_owned(), json!(batched.events));
            members.insert("batched_per_second".to_owned(), json!(rounded(a_second, 1)));
        }
        object
    };
    match report.rows.as_slice() {
        [row] => one(row),
        rows => {
            let rows: Vec<Json> = rows.iter().map(one).collect();
            json!({ "workload": report.workload, "database": report.database, "rows": rows })
        }
    }
}

fn line(language: Language, key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say(language, key, &values) + "\n"
}

/// The same as sentences.
pub fn human(report: &Report, language: Language) -> String {
    let mut out = String::new();
    for row in &report.rows {
        let key = match report.workload {
            "w2" => "bench-w2",
            "w3" => "bench-w3",
            "w4" => "bench-w4",
            _ => "bench-w1",
        };
        let milliseconds = |ms: Option<f64>| ms.map_or_else(|| "?".to_owned(), |ms| format!("{ms:.2}"));
        let values = [
            ("database", report.database),
            ("stored", &cells::thousands(row.stored)),
            ("done", &cells::thousands(row.done)),
            ("seconds", &format!("{:.3}", row.seconds)),
            ("rate", &format!("{:.0}", row.per_second())),
            ("each", &format!("{:.1}", row.microseconds_each())),
            ("p50", &milliseconds(row.p50_ms)),
            ("p99", &milliseconds(row.p99_ms)),
        ];
        out.push_str(&say(language, key, &values));
        out.push('\n');
        if let Some(batched) = &row.batched {
            let values = [
                ("batched", cells::thousands(batched.events)),
                ("seconds", format!("{:.3}", batched.seconds)),
                ("rate", format!("{:.0}", count(batched.events) / batched.seconds.max(1e-9))),
            ];
            out.push_str(&line(language, "bench-w3-batches", &values));
        }
        if let (Some(cpu), Some(peak)) = (row.cpu_ms_each(), row.peak_mib) {
            let values = [("cpu", format!("{cpu:.3}")), ("peak", format!("{peak:.1}"))];
            out.push_str(&line(language, "bench-cost", &values));
        }
        if let (Some(sent), Some(sink), Some(different)) = (row.sent, row.sink, row.different) {
            let values = [
                ("expected", cells::thousands(row.expected)),
                ("sent", cells::thousands(sent)),
                ("sink", cells::thousands(sink)),
                ("different", cells::thousands(different)),
            ];
            let key = if row.is_sound() { "bench-sound" } else { "bench-unsound" };
            out.push_str(&line(language, key, &values));
        } else if row.done != row.expected && matches!(report.workload, "w1" | "w2" | "growth") {
            let values = [("expected", cells::thousands(row.expected)), ("done", cells::thousands(row.done))];
            out.push_str(&line(language, "bench-missing", &values));
        }
        for check in &row.checks {
            let values = [
                ("what", say(language, check.what, &[])),
                ("found", cells::thousands(check.found)),
                ("expected", cells::thousands(check.expected)),
            ];
            out.push_str(&line(language, "bench-counts", &values));
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
            ..Figures::default()
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
    fn what_else_must_be_so_is_counted_and_said() {
        let check = |found| Check { what: "bench-check-stored", expected: 7, found };
        let events = |found| Figures {
            sent: None,
            sink: None,
            different: None,
            batched: Some(Batched { events: 5_000, seconds: 0.5 }),
            checks: vec![check(found)],
            ..figures()
        };
        let of = |found| Report { workload: "w3", ..report(events(found)) };
        assert!(of(7).is_sound() && !of(6).is_sound());
        assert!(human(&of(6), Language::En).contains("6 of 7"));
        let object = json(&of(7));
        assert_eq!((&object["events"], &object["batched_per_second"]), (&json!(20_000), &json!(10_000.0)));
        assert_eq!(object["enrolled"], Json::Null);
    }

    #[test]
    fn a_machine_that_does_other_things_is_named() {
        let text = human(&report(Figures { busy_others: Some(0.9), ..figures() }), Language::En);
        assert!(text.contains("0.90 of 2"), "{text}");
        assert!(!human(&report(figures()), Language::En).contains("of 2 processors"));
    }
}
