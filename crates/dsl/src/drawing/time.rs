//! Times in a drawing, in the reader's language: lengths, windows, schedules, dates.

use super::Drawing;
use crate::condition::print::operand;
use crate::step::{DatePast, Since, Verb, WaitLength};
use crate::trigger::DateTrigger;
use jiff::civil::Time;
use model::schedule::FestivalDay;
use model::{CalendarKind, DateRepeat, Days, Length, Schedule, Shift, WeekdaySet, Windows};

/// A clock time: `09:00`.
pub(super) fn clock(at: Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

impl Drawing<'_> {
    pub(super) fn length(&self, length: &Length) -> String {
        length.said(self.language)
    }

    /// A length, or the expression that gives it.
    pub(super) fn waiting(&self, length: &WaitLength) -> String {
        match length {
            WaitLength::Fixed(length) => self.length(length),
            WaitLength::Computed { formula, .. } => operand(formula).to_string(),
        }
    }

    /// `{key}` with the length in it.
    pub(super) fn with_length(&self, key: &str, what: &str, length: &Length) -> String {
        self.word(key, &[("what", what), ("length", &self.length(length))])
    }

    /// A clock behind a day.
    fn at(&self, what: &str, at: Time) -> String {
        self.word("draw-at", &[("what", what), ("at", &clock(at))])
    }

    fn weekdays(&self, set: WeekdaySet) -> String {
        let mut said: Vec<String> = Vec::new();
        for run in set.runs() {
            let [first, last] = run.map(|day| self.word(&format!("weekday-{}", day + 1), &[]));
            said.push(if first == last {
                first
            } else {
                self.word("draw-days", &[("first", &first), ("last", &last)])
            });
        }
        self.listed(&said)
    }

    pub(super) fn windows(&self, windows: &Windows) -> String {
        let one = |window: &model::Window| {
            let days = match window.days() {
                Days::Every => None,
                Days::Workdays => Some(self.word("draw-workdays", &[])),
                Days::Weekdays(WeekdaySet::WEEKEND) => Some(self.word("draw-weekends", &[])),
                Days::Weekdays(set) => Some(self.weekdays(set)),
            };
            let minutes = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            let hours = format!("{}-{}", minutes(window.start_minute()), minutes(window.end_minute()));
            match days {
                Some(days) if window.is_whole_day() => days,
                Some(days) => format!("{hours} {days}"),
                None => hours,
            }
        };
        windows.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    pub(super) fn schedule(&self, schedule: &Schedule) -> String {
        match schedule {
            Schedule::Weekly { days, at } => {
                let days = match days {
                    Days::Every => self.word("draw-every-day", &[]),
                    Days::Workdays => self.word("draw-every-workday", &[]),
                    Days::Weekdays(WeekdaySet::WEEKEND) => self.word("draw-every-weekend", &[]),
                    Days::Weekdays(set) => self.word("draw-every-weekday", &[("days", &self.weekdays(*set))]),
                };
                self.at(&days, *at)
            }
            Schedule::Monthly { day: 31, at } => self.at(&self.word("draw-monthly-last", &[]), *at),
            Schedule::Monthly { day, at } => {
                self.at(&self.word("draw-monthly-on", &[("day", &day.to_string())]), *at)
            }
            Schedule::Festival { day, shift, at } => self.at(&self.shifted(self.festival(day), shift), *at),
            Schedule::Cron(cron) => format!("cron {cron}"),
        }
    }

    fn festival(&self, day: &FestivalDay) -> String {
        let (key, month, day) = match day {
            FestivalDay::Once(date) => return date.to_string(),
            FestivalDay::Yearly { month, day } => ("draw-yearly-on", month, day),
            FestivalDay::Lunar { month, leap: false, day } => ("draw-lunar-on", month, day),
            FestivalDay::Lunar { month, leap: true, day } => ("draw-lunar-leap-on", month, day),
        };
        self.word(key, &[("day", &format!("{month:02}-{day:02}"))])
    }

    pub(super) fn date(&self, date: &DateTrigger) -> String {
        let repeat = match &date.rule.repeat {
            DateRepeat::Once => self.word("draw-once", &[]),
            DateRepeat::Yearly => self.word("draw-yearly", &[]),
            DateRepeat::Monthly => self.word("draw-monthly", &[]),
            DateRepeat::Every(length) => self.word("draw-every", &[("length", &self.length(length))]),
        };
        let mut rest = match date.rule.calendar {
            CalendarKind::Lunar => self.and(&repeat, &self.word("draw-lunar", &[])),
            CalendarKind::Solar | CalendarKind::FromCustomer => repeat,
        };
        rest = self.and(&rest, &clock(date.rule.at));
        self.and(&self.shifted(date.of.text(), &date.rule.shift), &rest)
    }

    pub(super) fn and(&self, first: &str, rest: &str) -> String {
        self.word("draw-and", &[("first", first), ("rest", rest)])
    }

    pub(super) fn shifted(&self, date: String, shift: &Shift) -> String {
        match shift {
            Shift::None => date,
            Shift::Before(length) => self.with_length("draw-before", &date, length),
            Shift::After(length) => self.with_length("draw-after", &date, length),
        }
    }

    /// `wait_for` and `wait_for_date`.
    pub(super) fn rest(&self, verb: &Verb) -> String {
        if let Verb::WaitFor { events, within, since, .. } = verb {
            let names: Vec<String> =
                events.iter().map(|awaited| self.narrowed(&awaited.event, awaited.when.as_ref())).collect();
            let text = self.with_length("draw-wait-for", &self.listed(&names), within);
            return match since {
                Since::Step => text,
                Since::Entry => self.word("draw-since-entry", &[("what", &text)]),
                Since::Back(length) => self.with_length("draw-since", &text, length),
            };
        }
        let Verb::WaitForDate { date, shift, at, if_past } = verb else { return String::new() };
        let mut what = self.shifted(operand(date), shift);
        if let Some(at) = at {
            what = self.and(&what, &clock(*at));
        }
        match if_past {
            DatePast::Now => self.word("draw-wait-for-date", &[("what", &what)]),
            DatePast::Exit => self.word("draw-wait-for-date-or-leave", &[("what", &what)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::drawn;
    use model::words::Language;

    fn starts(trigger: &str, language: Language) -> String {
        let drawing = drawn(&format!("workflow: a\ntrigger: {trigger}\nsteps:\n  - tag: b\n"), language);
        let line = drawing.lines().find(|line| line.contains("starts") || line.contains("触发")).unwrap();
        line.trim_start().trim_start_matches("starts").trim_start_matches("触发").trim().to_owned()
    }

    #[test]
    fn times_are_said_in_the_readers_language() {
        let all = [
            ("{ schedule: { every: monday, at: 09:00 } }", "every Mon at 09:00", "每周一 09:00"),
            ("{ schedule: { every: workdays, at: 09:00 } }", "every workday at 09:00", "每个工作日 09:00"),
            ("{ schedule: { every: mon-wed, at: 09:30 } }", "every Mon–Wed at 09:30", "每周一至周三 09:30"),
            (
                "{ schedule: { on: lunar 08-15, before: 3 days, at: 10:00 } }",
                "3 days before lunar 08-15 at 10:00",
                "农历 08-15 前 3 天 10:00",
            ),
            (
                "{ schedule: { on: yearly 09-10, at: 10:00 } }",
                "every year on 09-10 at 10:00",
                "每年 09-10 10:00",
            ),
            (
                "{ inactive: { no: [email.clicked, email.opened], for: 一年半 } }",
                "no email.clicked, email.opened for 18 months",
                "18 个月内没有 email.clicked、email.opened",
            ),
            (
                "{ date: { of: customer.created_at, repeat: yearly, before: 1 week, at: 09:00 } }",
                "7 days before customer.created_at, every year, 09:00",
                "customer.created_at 前 7 天，每年，09:00",
            ),
        ];
        for (trigger, english, chinese) in all {
            assert_eq!([starts(trigger, Language::En), starts(trigger, Language::Zh)], [english, chinese]);
        }
    }

    #[test]
    fn no_english_unit_is_left_in_a_chinese_drawing() {
        let text = "workflow: a\ntrigger: { event: email.clicked, settles: 1 hour }\nconsent: none\nreentry: { once_every: 30 days }\nspacing: 2 days\nquiet_hours: 21:00-09:00\ngoal: { event: email.replied, within: 60 days }\nsteps:\n  - wait: 3 days\n  - wait_until: 10:00-20:00 mon-fri\n  - wait_for: email.replied\n    since: 4 days\n    within: 5 days\n  - suppress: all\n    for: 6 days\n  - task: 回访\n    due: 2 workdays\n  - timeline: customer.created_at\n    points:\n      - before: 2 days\n        steps:\n          - tag: b\n";
        let drawing = drawn(text, Language::Zh);
        for english in [" day", "hour", "workday", "month", "since", "all", "mon", "none"] {
            let shown = drawing.replace("wait-", "").replace("suppress:all", "").replace("1 day", "");
            assert!(!shown.contains(english), "{english}:\n{drawing}");
        }
        assert!(drawing.contains("等待 3 天"), "{drawing}");
    }
}
