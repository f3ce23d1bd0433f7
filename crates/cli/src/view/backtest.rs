//! `nurture backtest SCORE`: how well a score told those who did something later from those who did not.

use super::cells;
use interpreter::score::separation::Part;
use jiff::Zoned;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// What came of a backtest.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// The score.
    pub score: String,
    /// What was hoped for.
    pub event: String,
    /// How soon it had to come.
    pub within: String,
    /// When scores were taken, on the project's clock.
    pub instants: Vec<Zoned>,
    /// Scores taken: a customer counts once at each instant.
    pub people: u64,
    /// Those of them for whom it came.
    pub came: u64,
    /// 0.5: a coin; 1: perfect. `None`: it came for all of them, or for none.
    pub auc: Option<f64>,
    /// By band, from high to low.
    pub bands: Vec<Part>,
    /// By tenths, the highest scores first.
    pub tenths: Vec<Part>,
}

/// The tables for people.
pub fn human(told: &Backtest, language: Language) -> String {
    let (people, came) = (cells::thousands(told.people), cells::thousands(told.came));
    let days: Vec<String> = told.instants.iter().map(|at| at.strftime("%Y-%m-%d").to_string()).collect();
    let (event, within) = (told.event.as_str(), told.within.as_str());
    let values =
        [("score", told.score.as_str()), ("event", event), ("within", within), ("days", &days.join(", "))];
    let mut out = format!("{}\n", say(language, "backtest-head", &values));
    out.push_str(&format!("{}\n", say(language, "backtest-people", &[("people", &people), ("came", &came)])));
    let judged = match told.auc {
        None => say(language, "backtest-nothing", &[]),
        Some(auc) => {
            let key = match auc {
                auc if auc >= 0.8 => "backtest-well",
                auc if auc >= 0.65 => "backtest-fairly",
                auc if auc > 0.55 => "backtest-little",
                _ => "backtest-not",
            };
            say(language, key, &[("auc", &format!("{auc:.3}"))])
        }
    };
    out.push_str(&format!("{judged}\n"));
    for (title, parts) in [("backtest-bands", &told.bands), ("backtest-tenths", &told.tenths)] {
        if parts.iter().all(|part| part.all == 0 || part.name.is_empty()) {
            continue;
        }
        out.push_str(&format!("\n{}\n", say(language, title, &[])));
        let head = ["", "backtest-all", "backtest-came", "backtest-share", "backtest-lift"];
        let head = head.map(|key| if key.is_empty() { String::new() } else { say(language, key, &[]) });
        let rows = std::iter::once(head.to_vec()).chain(parts.iter().map(|part| {
            let name =
                if part.name.is_empty() { say(language, "backtest-below", &[]) } else { part.name.clone() };
            let share = if part.all == 0 { 0.0 } else { part.came as f64 / part.all as f64 * 100.0 };
            let lift = part.lift.map_or_else(String::new, |lift| format!("{lift:.2}×"));
            vec![
                format!("  {name}"),
                cells::thousands(part.all),
                cells::thousands(part.came),
                format!("{share:.1} %"),
                lift,
            ]
        }));
        out.push_str(&cells::table(&rows.collect::<Vec<_>>()));
    }
    out
}

/// The same for programs.
pub fn json(told: &Backtest) -> Json {
    let parts = |parts: &[Part]| -> Vec<Json> {
        let part =
            |part: &Part| json!({ "name": part.name, "all": part.all, "came": part.came, "lift": part.lift });
        parts.iter().map(part).collect()
    };
    let instants: Vec<String> =
        told.instants.iter().map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).collect();
    json!({
        "score": told.score,
        "event": told.event,
        "within": told.within,
        "at": instants,
        "people": told.people,
        "came": told.came,
        "auc": told.auc,
        "bands": parts(&told.bands),
        "tenths": parts(&told.tenths),
    })
}
