//! Schedules whose only day is over: nobody would ever enter, and nothing else would say so.

use dsl::diagnostic::{Code, Report};
use dsl::project::Loaded;
use dsl::source::Span;
use dsl::trigger::{ScheduleZone, Trigger};
use dsl::workflow::Workflow;
use interpreter::calendar::schedule::next_fire;
use jiff::{SignedDuration, Timestamp};
use model::zone;

/// The last place on earth where a day ends does so a day later than the first at most.
const ONE_DAY_ROUND_THE_EARTH: SignedDuration = SignedDuration::from_hours(26);

/// Warns at every schedule that does not come any more after `now`; those that a file turns off are left out.
pub fn findings(loaded: &Loaded, now: Timestamp) -> Report {
    let mut report = Report::new();
    let project = &loaded.project;
    let own = zone::zone(&project.settings.zone).unwrap_or_else(zone::utc);
    for workflow in project.workflows.values() {
        let Trigger::Schedule(schedule) = &workflow.trigger else { continue };
        let off = loaded.turned_off.get(&workflow.span.file);
        if off.is_some_and(|codes| codes.contains(&Code::W0716)) {
            continue;
        }
        let (zone, now) = match &schedule.zone {
            ScheduleZone::Project => (&own, now),
            ScheduleZone::Named(zone) => (zone, now),
            ScheduleZone::Customer => (&own, now.saturating_sub(ONE_DAY_ROUND_THE_EARTH).unwrap_or(now)),
        };
        if next_fire(&schedule.rule, now, zone, &project.library.calendar).is_none() {
            let warning = report.warning(Code::W0716, place(loaded, workflow));
            warning.arg("day", schedule.rule.to_string()).help("W0716-help");
        }
    }
    report
}

/// Where the day stands in the workflow's file; its first line where it cannot be found.
fn place(loaded: &Loaded, workflow: &Workflow) -> Span {
    let mut unheard = Report::new();
    let file = dsl::yaml::read(&loaded.sources, workflow.span.file, &mut unheard);
    let day = file.as_ref().and_then(|file| {
        file.get("trigger")?.value.get("schedule")?.value.get("on").map(|entry| entry.value.span)
    });
    day.unwrap_or(workflow.span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsl::project::{File, Settings};

    fn warned(schedule: &str, now: &str) -> Option<String> {
        let text = format!("workflow: a\ntrigger:\n  schedule: {schedule}\nsteps:\n  - tag: x\n");
        let file = File { path: "workflows/a.yaml".to_owned(), text };
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() };
        let loaded = dsl::load(&[file], &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        let found = findings(&loaded, now.parse().unwrap());
        let span = found.diagnostics().first()?.span;
        Some(loaded.sources.slice(span).to_owned())
    }

    #[test]
    fn a_day_that_is_over_is_said_where_it_stands() {
        let day = "{ on: 2026-09-07, at: 09:00 }";
        assert_eq!(warned(day, "2026-09-07T00:59:59Z"), None);
        assert_eq!(warned(day, "2026-09-07T01:00:00Z").as_deref(), Some("2026-09-07"));
        let after = "{ on: 2026-09-07, after: 3 days, at: 09:00 }";
        assert_eq!(warned(after, "2026-09-10T00:59:59Z"), None);
        assert_eq!(warned(after, "2026-09-10T01:00:00Z").as_deref(), Some("2026-09-07"));
        let before = "{ on: 2026-09-07, before: 3 days, at: 09:00 }";
        assert_eq!(warned(before, "2026-09-05T01:00:00Z").as_deref(), Some("2026-09-07"));
    }

    #[test]
    fn what_comes_round_is_never_over_and_a_customers_day_ends_last_in_the_west() {
        for schedule in ["{ on: yearly 09-10 }", "{ every: monday }", "{ on: lunar 08-15 }"] {
            assert_eq!(warned(schedule, "2026-09-20T00:00:00Z"), None, "{schedule}");
        }
        let own = "{ on: 2026-09-07, at: 09:00, zone: customer }";
        assert_eq!(warned(own, "2026-09-07T20:00:00Z"), None);
        assert_eq!(warned(own, "2026-09-08T09:00:00Z").as_deref(), Some("2026-09-07"));
    }
}
