//! What `doctor` found: judged, in words, and as JSON.

use super::{cells, identity};
use crate::config::Delivery;
use crate::shell::Told;
use engine::doctor::{CLOCK_FAILS, CLOCK_WARNS, Repaired};
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use store::hold::Why;

/// Less free disk than this is worth a word: 1 GiB.
const DISK_WARNS: u64 = 1 << 30;
/// With less than this the database will soon refuse to write: 100 MiB.
const DISK_FAILS: u64 = 100 << 20;
/// Something that waits longer than this is late, in seconds.
const LATE: i64 = 60;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is as it should be.
    Fine,
    /// Somebody should know.
    Warns,
    /// It is wrong.
    Wrong,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warns => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name: stable.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// The catalogue's key of the sentence: stable.
    pub key: &'static str,
    /// The sentence's values.
    pub values: Vec<(&'static str, String)>,
}

/// One of them.
pub fn check(
    name: &'static str,
    level: Level,
    key: &'static str,
    values: &[(&'static str, String)],
) -> Check {
    Check { name, level, key, values: values.to_vec() }
}

/// Whether nothing is wrong.
pub fn is_healthy(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.level != Level::Wrong)
}

/// What it means.
pub fn judge(told: &Told) -> Vec<Check> {
    let found = &told.found;
    let mut checks = vec![database(told)];
    if let Some(words) = &found.damage {
        checks.push(check("file", Level::Wrong, "doctor-file-damaged", &[("why", words.clone())]));
    }
    checks.extend(walks(told));
    checks.extend(found.versions.iter().map(|version| {
        check("versions", Level::Wrong, "doctor-version-unreadable", &[("version", version.clone())])
    }));
    let flight = &found.flight;
    let stuck = flight.stuck.to_string();
    checks.push(match (flight.stuck, flight.unknown) {
        (0, 0) => check("sends", Level::Fine, "doctor-sends", &[]),
        (0, unknown) => {
            check("sends", Level::Warns, "doctor-sends-unknown", &[("count", unknown.to_string())])
        }
        _ => check("sends", Level::Wrong, "doctor-sends-stuck", &[("count", stuck)]),
    });
    if flight.stateless > 0 {
        let count = flight.stateless.to_string();
        checks.push(check("sends", Level::Wrong, "doctor-sends-stateless", &[("count", count)]));
    }
    checks.push(leases(told));
    let late = found.oldest_due.map(|due| told.now.duration_since(due).as_secs()).unwrap_or(0);
    checks.push(match late > LATE && found.virtual_clock.is_none() && found.held.is_none() {
        true => check("due", Level::Warns, "doctor-due-late", &[("seconds", late.to_string())]),
        false => check("due", Level::Fine, "doctor-due", &[]),
    });
    checks.push(clock(found.ahead));
    let zones = model::zone::tz_database_version().to_owned();
    checks.push(check("zones", Level::Fine, "doctor-zones", &[("version", zones)]));
    if let Some((free, whole)) = told.disk {
        let mib = |bytes: u64| cells::thousands(bytes >> 20);
        let level = match free {
            free if free < DISK_FAILS => Level::Wrong,
            free if free < DISK_WARNS || free < whole / 20 => Level::Warns,
            _ => Level::Fine,
        };
        let key = if level == Level::Fine { "doctor-disk" } else { "doctor-disk-low" };
        checks.push(check("disk", level, key, &[("free", mib(free)), ("whole", mib(whole))]));
    }
    checks.extend(replication(told));
    checks.extend(told.identities.iter().flat_map(identity::judge));
    checks.extend(holds(told));
    checks
}

fn database(told: &Told) -> Check {
    let found = &told.found;
    let kind = match &found.server {
        Some(server) => format!("PostgreSQL {}", server.version),
        None => "SQLite".to_owned(),
    };
    let size = cells::thousands(u64::try_from(found.bytes).unwrap_or(0) >> 20);
    let values = [("kind", kind), ("migration", found.migration.0.to_string()), ("size", size)];
    check("database", Level::Fine, "doctor-database", &values)
}

fn walks(told: &Told) -> Vec<Check> {
    let found = &told.found;
    let wrong = |key, count: u64| {
        (count > 0).then(|| check("walks", Level::Wrong, key, &[("count", count.to_string())]))
    };
    let mut checks: Vec<Check> = [
        wrong("doctor-walks-stateless", found.walks.stateless),
        wrong("doctor-walks-on-nobody", found.walks.on_nobody),
        wrong("doctor-walks-no-version", found.walks.of_no_version),
        wrong("doctor-walks-no-customer", found.walks.of_nobody),
    ]
    .into_iter()
    .flatten()
    .collect();
    checks.extend(found.nowhere.iter().map(|(workflow, step, count)| {
        let values = [("workflow", workflow.clone()), ("step", step.clone()), ("count", count.to_string())];
        check("walks", Level::Wrong, "doctor-walks-nowhere", &values)
    }));
    if let Some(ids) = found.unreadable.as_ref().filter(|ids| !ids.is_empty()) {
        checks.push(check("walks", Level::Wrong, "doctor-walks-unreadable", &[("ids", ids.join(" "))]));
    }
    if checks.is_empty() {
        checks.push(check("walks", Level::Fine, "doctor-walks", &[]));
    }
    checks
}

fn leases(told: &Told) -> Check {
    let flight = &told.found.flight;
    let values = [("held", flight.held.to_string()), ("unheld", flight.unheld.to_string())];
    match (flight.held, flight.unheld) {
        (0, _) => check("leases", Level::Fine, "doctor-leases-nobody", &[]),
        (_, 0) => check("leases", Level::Fine, "doctor-leases", &[]),
        _ => check("leases", Level::Warns, "doctor-leases-unheld", &values),
    }
}

fn clock(ahead: i64) -> Check {
    let values = [("ms", ahead.to_string())];
    match ahead.abs() {
        off if off >= CLOCK_FAILS => check("clock", Level::Wrong, "doctor-clock-off", &values),
        off if off >= CLOCK_WARNS => check("clock", Level::Warns, "doctor-clock-off", &values),
        _ => check("clock", Level::Fine, "doctor-clock", &[]),
    }
}

fn replication(told: &Told) -> Vec<Check> {
    let Some(server) = &told.found.server else { return Vec::new() };
    let name = "replication";
    let mut checks: Vec<Check> = server
        .unsafe_settings
        .iter()
        .map(|setting| {
            check("commits", Level::Wrong, "doctor-commits-unsafe", &[("setting", setting.clone())])
        })
        .collect();
    let count = [("count", server.standbys.to_string())];
    checks.push(if server.standbys == 0 {
        check(name, Level::Fine, "doctor-replication-none", &[])
    } else if server.in_step > 0 && server.synchronous {
        check(name, Level::Fine, "doctor-replication", &count)
    } else if server.unseen == server.standbys && server.synchronous {
        check(name, Level::Warns, "doctor-replication-unseen", &count)
    } else {
        check(name, Level::Wrong, "doctor-replication-asynchronous", &count)
    });
    if server.waiting_slots > 0 {
        let values = [("count", server.waiting_slots.to_string())];
        checks.push(check(name, Level::Warns, "doctor-replication-slots", &values));
    }
    checks
}

fn holds(told: &Told) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(hold) = &told.found.held {
        let since = hold.since.to_string();
        checks.push(match &hold.why {
            Why::ByHand => check("held", Level::Warns, "doctor-held", &[("since", since)]),
            Why::Restored { .. } => check("held", Level::Warns, "doctor-held-restored", &[("since", since)]),
            Why::Moved { to } => check("held", Level::Wrong, "doctor-held-moved", &[("to", to.clone())]),
        });
    }
    checks.extend(told.found.aside.iter().map(|aside| {
        let workflow = aside.workflow.as_ref().map(ToString::to_string).unwrap_or_else(|| "–".to_owned());
        let values = [
            ("customer", aside.customer.to_string()),
            ("workflow", workflow),
            ("until", aside.until.to_string()),
            ("why", aside.why.clone()),
        ];
        check("aside", Level::Wrong, "doctor-aside", &values)
    }));
    checks.extend(told.found.paused.iter().map(|(workflow, who)| {
        let values = [("workflow", workflow.clone()), ("who", who.clone())];
        check("paused", Level::Warns, "doctor-paused", &values)
    }));
    checks.extend(told.found.closed.iter().map(|(channel, closed)| {
        let values =
            [("channel", channel.clone()), ("since", closed.at.to_string()), ("why", closed.why.clone())];
        check("channel", Level::Wrong, "doctor-channel-closed", &values)
    }));
    let key = match told.delivery {
        Delivery::File => "doctor-delivery-file",
        Delivery::Only(_) => "doctor-delivery-only",
        Delivery::Live => "doctor-delivery-live",
    };
    checks.push(check("delivery", Level::Fine, key, &[]));
    checks
}

fn sentence(check: &Check, language: Language) -> String {
    let values: Vec<(&str, &str)> =
        check.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say(language, check.key, &values)
}

/// A line a check, for people.
pub fn human(checks: &[Check], repaired: Option<&Repaired>, language: Language) -> String {
    let row = |check: &Check| {
        let level = say(language, &format!("doctor-level-{}", check.level.name()), &[]);
        vec![level, check.name.to_owned(), sentence(check, language)]
    };
    let mut text = String::new();
    if let Some(repaired) = repaired {
        let values = [
            ("walks", repaired.walks.to_string()),
            ("sends", repaired.sends.to_string()),
            ("customers", repaired.aside.to_string()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        text += &say(language, "doctor-repaired", &values);
        text += "\n\n";
    }
    text + &cells::table(&checks.iter().map(row).collect::<Vec<_>>())
}

/// The checks for programs.
pub fn json(checks: &[Check], repaired: Option<&Repaired>, language: Language) -> Json {
    let rows: Vec<Json> = checks
        .iter()
        .map(|check| {
            let values: serde_json::Map<String, Json> = check
                .values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
                .collect();
            json!({
                "check": check.name,
                "level": check.level.name(),
                "code": check.key,
                "values": values,
                "what": sentence(check, language),
            })
        })
        .collect();
    let repaired = repaired.map(|repaired| {
        json!({
            "walks": repaired.walks, "sends": repaired.sends, "aside": repaired.aside
        })
    });
    json!({ "healthy": is_healthy(checks), "checks": rows, "repaired": repaired })
}
