//! A trace line in words: THE sentence for a decision, in a marketer's language.

use crate::words::{Language, knows, say};
use crate::{Did, Length, Outcome, TraceLine};
use jiff::Timestamp;
use serde_json::Value as Json;

/// The sentence for a decision. Everything it rests on is in the line; nothing is looked up.
pub fn because(line: &TraceLine, language: Language) -> String {
    let words = Words { line, language };
    match line.outcome {
        Outcome::Entered => words.entered(),
        Outcome::Refused => words.refused(),
        Outcome::Skipped => words.skipped(),
        Outcome::Deferred => words.deferred(),
        Outcome::Waits => words.waits(),
        Outcome::Done => words.done(),
        Outcome::Exited => words.exited(),
    }
}

/// The line as `--json` prints it, with its sentence.
pub fn json(line: &TraceLine, language: Language) -> Json {
    line.to_json(&because(line, language))
}

/// What the line is about: the verb's noun (`email`, `邮件`).
pub fn noun(line: &TraceLine, language: Language) -> String {
    say(language, &format!("did-{}", line.did.as_str()), &[])
}

/// The object of the line (a template, a team, a title …); empty where the sentence says all there is.
pub fn object(line: &TraceLine) -> String {
    match line.did {
        Did::Exit | Did::Timeline | Did::Wait | Did::Repeat | Did::Lead | Did::Move => String::new(),
        Did::Choose if line.what == "otherwise" || line.what == "none" => String::new(),
        Did::Enroll if !line.what.contains('.') => String::new(),
        Did::Enroll
        | Did::Email
        | Did::Sms
        | Did::Message
        | Did::Webhook
        | Did::Notify
        | Did::Set
        | Did::Tag
        | Did::Untag
        | Did::AddScore
        | Did::MoveStage
        | Did::Consent
        | Did::Suppress
        | Did::Unsuppress
        | Did::Record
        | Did::Forget
        | Did::Assign
        | Did::Unassign
        | Did::Task
        | Did::WaitUntil
        | Did::WaitForDate
        | Did::WaitFor
        | Did::If
        | Did::Call
        | Did::Choose
        | Did::Split
        | Did::Goal => line.what.clone(),
    }
}

/// The sign that a line begins with.
pub fn sign(line: &TraceLine) -> char {
    match line.outcome {
        Outcome::Done => '✓',
        Outcome::Skipped => '–',
        Outcome::Deferred | Outcome::Waits => '⏸',
        Outcome::Entered => '→',
        Outcome::Exited => '■',
        Outcome::Refused => '✗',
    }
}

/// An instant on the customer's clock: `2026-03-12 09:00`, with seconds only where there are some.
pub fn clock(line: &TraceLine, at: Timestamp) -> String {
    let zoned = line.zoned(at);
    let format = if zoned.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    zoned.strftime(format).to_string()
}

struct Words<'l> {
    line: &'l TraceLine,
    language: Language,
}

impl Words<'_> {
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        say(self.language, key, values)
    }

    /// A value of the line as text; `None`: it is not there, or null.
    fn value(&self, name: &str) -> Option<String> {
        self.line.values.get(name).filter(|value| !value.is_null()).map(|value| plain(value, self.language))
    }

    fn reason(&self) -> &str {
        self.line.reason.as_deref().unwrap_or("")
    }

    /// The instant until which it waits, on the customer's clock; the time alone on the same day.
    fn until(&self) -> String {
        self.line.until.map(|until| self.short(until)).unwrap_or_default()
    }

    fn short(&self, at: Timestamp) -> String {
        let day = |at: Timestamp| self.line.zoned(at).date();
        let full = clock(self.line, at);
        if day(at) == day(self.line.at) { full.get(11..).unwrap_or(&full).to_owned() } else { full }
    }

    /// An instant in a value, on the customer's clock.
    fn instant(&self, name: &str) -> Option<String> {
        let text = self.value(name)?;
        Some(text.parse::<Timestamp>().map_or(text, |at| self.short(at)))
    }

    /// `customer.spend is 57, customer.city is unknown`, without the names in `but`.
    fn facts(&self, but: &[&str]) -> Option<String> {
        let mut facts: Vec<String> = Vec::new();
        for (name, value) in &self.line.values {
            if but.contains(&name.as_str()) {
                continue;
            }
            facts.push(self.fact(name, value));
        }
        facts.into_iter().reduce(|first, rest| self.say("fact-and", &[("first", &first), ("rest", &rest)]))
    }

    /// What a value is: an instant on the customer's clock, as every other one of the line.
    fn fact(&self, name: &str, value: &Json) -> String {
        match value {
            Json::Null => self.say("fact-unknown", &[("name", name)]),
            Json::Bool(true) => self.say("fact-yes", &[("name", name)]),
            Json::Bool(false) => self.say("fact-no", &[("name", name)]),
            Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => {
                let at = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
                let value = at.map_or_else(|| plain(value, self.language), |at| clock(self.line, at));
                self.say("fact-is", &[("name", name), ("value", &value)])
            }
        }
    }

    /// The sentence `key`, or `key-values` with the facts it rests on.
    fn with_facts(&self, key: &str, but: &[&str]) -> String {
        match self.facts(but) {
            Some(facts) => self.say(&format!("{key}-values"), &[("values", &facts)]),
            None => self.say(key, &[]),
        }
    }

    fn entered(&self) -> String {
        let what = self.line.what.as_str();
        let why = match what {
            "date" | "inactive" | "schedule" | "manual" => self.say(&format!("trace-entered-{what}"), &[]),
            _ => match what.rsplit_once('.') {
                Some((kind, "stage_changed")) => self.say("trace-entered-stage", &[("what", kind)]),
                Some((_, "changed")) => self.say("trace-entered-changed", &[]),
                Some(_) => self.say("trace-entered-event", &[("what", what)]),
                None => self.say("trace-entered-by", &[("what", what)]),
            },
        };
        let why = match self.value("key") {
            Some(key) => self.say("trace-entered-key", &[("why", &why), ("key", &key)]),
            None => why,
        };
        match self.line.values.get("holdout") {
            Some(Json::Bool(true)) => self.say("trace-entered-held-out", &[("why", &why)]),
            Some(_) | None => why,
        }
    }

    fn refused(&self) -> String {
        match self.reason() {
            reason @ ("no_key" | "loop" | "already") => self.say(&format!("trace-refused-{reason}"), &[]),
            "reentry" => match (self.instant("last_entry"), self.instant("again_from")) {
                (Some(last), Some(again)) => {
                    self.say("trace-refused-reentry-until", &[("last", &last), ("again", &again)])
                }
                (_, _) => self.say("trace-refused-reentry", &[]),
            },
            reason @ ("audience" | "exit_when" | "goal" | "stopped") => {
                self.with_facts(&format!("trace-refused-{reason}"), &[])
            }
            "missed" if self.line.what == "paused" => self.say("trace-refused-missed-paused", &[]),
            "missed" => self.say("trace-refused-missed", &[]),
            other if self.line.did == Did::Lead => {
                let key = format!("trace-refused-claim-{other}");
                let key = if knows(self.language, &key) { key.as_str() } else { "trace-refused-claim" };
                self.say(key, &[("rep", &self.value("rep").unwrap_or_default())])
            }
            other => self.say("trace-refused", &[("reason", other)]),
        }
    }

    fn skipped(&self) -> String {
        match self.reason() {
            "only_if" => self.with_facts("trace-skipped-only_if", &[]),
            "consent" => match self.value("topic") {
                Some(topic) => self.say("trace-skipped-consent-topic", &[("topic", &topic)]),
                None => self.say("trace-skipped-consent", &[]),
            },
            "no_address" => {
                let key = format!("trace-skipped-no_address-{}", self.line.did.as_str());
                if knows(self.language, &key) {
                    self.say(&key, &[])
                } else {
                    self.say("trace-skipped-no_address", &[])
                }
            }
            reason @ ("quiet_hours" | "window") => match self.instant("until") {
                Some(until) => self.say(&format!("trace-skipped-{reason}-until"), &[("until", &until)]),
                None => self.say(&format!("trace-skipped-{reason}"), &[]),
            },
            "frequency_cap" => match self.instant("until") {
                Some(until) => self.say(
                    "trace-skipped-frequency_cap-until",
                    &[("cap", &self.text_of("cap")), ("until", &until)],
                ),
                None => self.say("trace-skipped-frequency_cap", &[("cap", &self.text_of("cap"))]),
            },
            "reserved" => self.say(
                "trace-skipped-reserved",
                &[("cap", &self.text_of("cap")), ("for", &self.text_of("for"))],
            ),
            "sender_cap" => {
                let (sender, most) = (self.text_of("sender"), self.text_of("per_day"));
                self.say("trace-skipped-sender_cap", &[("sender", &sender), ("per_day", &most)])
            }
            "spacing" => {
                let until = self.instant("until").unwrap_or_default();
                self.say("trace-skipped-spacing", &[("until", &until)])
            }
            "hold_while" => {
                let values = self.facts(&[]).unwrap_or_default();
                self.say("trace-skipped-hold_while", &[("values", &values)])
            }
            "not_approved" => self.say("trace-skipped-not_approved", &[("role", &self.text_of("role"))]),
            "late" => match self.instant("due") {
                Some(due) => self.say("trace-skipped-late-due", &[("due", &due)]),
                None => self.say("trace-skipped-late", &[]),
            },
            "held_out" if is_message(self.line.did) => self.say("trace-skipped-held_out-message", &[]),
            "owned" => match self.value("rep") {
                Some(rep) => self.say("trace-skipped-owned-rep", &[("rep", &rep)]),
                None => self.say("trace-skipped-owned", &[]),
            },
            "nobody_available" => match self.passed_over() {
                Some(passed) => self.say("trace-skipped-nobody_available-passed", &[("passed", &passed)]),
                None => self.say("trace-skipped-nobody_available", &[]),
            },
            "not_allowed" => match self.value("from") {
                Some(from) => {
                    self.say("trace-skipped-not_allowed-from", &[("from", &from), ("what", &self.line.what)])
                }
                None => self.say("trace-skipped-not_allowed", &[]),
            },
            "past" => match self.value("point") {
                Some(point) => {
                    self.say("trace-skipped-past-point", &[("point", &point_words(&point, self.language))])
                }
                None => self.say("trace-skipped-past", &[]),
            },
            reason @ ("refused" | "failed") if self.line.did == Did::Webhook => {
                let (status, tries) = (self.value("status"), self.value("tries"));
                let values = [("status", status.unwrap_or_default()), ("tries", tries.unwrap_or_default())];
                let values: Vec<(&str, &str)> =
                    values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let key = if reason == "refused" {
                    "trace-skipped-refused-webhook"
                } else {
                    "trace-skipped-failed"
                };
                self.say(key, &values)
            }
            "no_input" => {
                let input = self.value("input").unwrap_or_default();
                self.say("trace-skipped-no_input", &[("input", &input)])
            }
            "error" => match self.value("error") {
                Some(why) => self.say("trace-skipped-error-why", &[("why", &why)]),
                None => self.say("trace-skipped-error", &[]),
            },
            reason @ ("suppressed" | "duplicate" | "held_out" | "owner_unknown" | "same_stage"
            | "no_entity" | "no_date") => self.say(&format!("trace-skipped-{reason}"), &[]),
            other if knows(self.language, &format!("trace-skipped-{other}")) => {
                self.say(&format!("trace-skipped-{other}"), &[])
            }
            other => self.say("trace-skipped", &[("reason", other)]),
        }
    }

    fn deferred(&self) -> String {
        let key = match self.reason() {
            "quiet_hours" => "trace-deferred-quiet_hours",
            "window" => "trace-deferred-window",
            "frequency_cap" => "trace-deferred-frequency_cap",
            "reserved" => "trace-deferred-reserved",
            "spacing" => "trace-deferred-spacing",
            "combine" => "trace-deferred-combine",
            "sender_cap" => "trace-deferred-sender_cap",
            "hold_while" => "trace-deferred-hold_while",
            "not_approved" => "trace-deferred-not_approved",
            "closed" => "trace-deferred-closed",
            _ => "trace-deferred",
        };
        let values = self.facts(&[]).unwrap_or_default();
        let (cap, role, kept) = (self.text_of("cap"), self.text_of("role"), self.text_of("for"));
        let (sender, most) = (self.text_of("sender"), self.text_of("per_day"));
        let told = [
            ("until", self.until()),
            ("values", values),
            ("cap", cap),
            ("role", role),
            ("for", kept),
            ("sender", sender),
            ("per_day", most),
        ];
        let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.say(key, &told)
    }

    /// A value as text; empty where there is none.
    fn text_of(&self, name: &str) -> String {
        self.value(name).map(|value| value.to_string()).unwrap_or_default()
    }

    fn waits(&self) -> String {
        let until = self.until();
        let date = self.value("date");
        match (self.line.did, self.reason(), date) {
            (_, "moved", Some(date)) => self.say("trace-waits-moved", &[("date", &date), ("until", &until)]),
            (Did::Wait, _, _) => {
                let what = length_words(&self.line.what, self.language);
                self.say("trace-waits-wait", &[("what", &what), ("until", &until)])
            }
            (Did::Split, _, _) => self.say("trace-waits-winner", &[("until", &until)]),
            (Did::Assign, _, _) => {
                let rep = self.value("rep").unwrap_or_default();
                self.say("trace-waits-assign", &[("rep", &rep), ("until", &until)])
            }
            (Did::WaitUntil, _, _) => self.say("trace-waits-wait_until", &[("until", &until)]),
            (Did::WaitFor, _, _) => self.say("trace-waits-wait_for", &[("until", &until)]),
            (Did::WaitForDate, _, Some(date)) => {
                self.say("trace-waits-wait_for_date-day", &[("date", &date), ("until", &until)])
            }
            (Did::WaitForDate, _, None) => self.say("trace-waits-wait_for_date", &[("until", &until)]),
            (Did::Timeline, _, _) => match self.value("point") {
                Some(point) => {
                    let point = point_words(&point, self.language);
                    self.say("trace-waits-timeline-point", &[("point", &point), ("until", &until)])
                }
                None => self.say("trace-waits-timeline", &[("until", &until)]),
            },
            (Did::Call, _, _) => self.say("trace-waits-call", &[]),
            (Did::Webhook, _, _) => self.say("trace-waits-webhook", &[]),
            (_, _, _) => self.say("trace-waits", &[("until", &until)]),
        }
    }

    fn done(&self) -> String {
        match self.line.did {
            Did::Email | Did::Sms | Did::Message if self.reason() == "combined" => {
                self.say("trace-done-combined", &[("with", &self.text_of("with"))])
            }
            Did::Email | Did::Sms | Did::Message => self.say("trace-done-message", &[]),
            Did::Webhook => match self.value("status") {
                Some(status) => self.say("trace-done-webhook-status", &[("status", &status)]),
                None => self.say("trace-done-webhook", &[]),
            },
            Did::Notify => self.told(),
            Did::Set => self.facts(&[]).unwrap_or_else(|| self.say("trace-done", &[])),
            Did::Tag => self.say("trace-done-tag", &[]),
            Did::Untag => self.say("trace-done-untag", &[]),
            Did::AddScore => match self.value("points") {
                Some(points) => self.say("trace-done-add_score", &[("points", &signed(&points))]),
                None => self.say("trace-done", &[]),
            },
            Did::MoveStage => match self.value("from") {
                Some(from) => {
                    self.say("trace-done-move_stage-from", &[("from", &from), ("what", &self.line.what)])
                }
                None => self.say("trace-done-move_stage", &[("what", &self.line.what)]),
            },
            Did::Consent => match self.line.values.get("granted") {
                Some(Json::Bool(false)) => self.say("trace-done-consent-withdrawn", &[]),
                Some(Json::Bool(true)) => self.say("trace-done-consent-granted", &[]),
                // Of somebody who was forgotten, it is not known any more.
                Some(_) | None => self.say("trace-done", &[]),
            },
            Did::Suppress if self.line.until.is_some() => {
                self.say("trace-done-suppress-until", &[("until", &self.until())])
            }
            Did::Suppress => self.say("trace-done-suppress", &[]),
            Did::Unsuppress => match self.value("topic") {
                Some(topic) => self.say("trace-done-unsuppress-topic", &[("topic", &topic)]),
                None => self.say("trace-done-unsuppress", &[]),
            },
            Did::Forget => self.say("trace-done-forget", &[]),
            Did::Record => match self.value("of") {
                Some(of) => self.say("trace-done-record-of", &[("of", &of)]),
                None => self.with_facts("trace-done-record", &[]),
            },
            Did::Assign => self.assigned(),
            Did::Unassign => self.say("trace-done-unassign", &[]),
            Did::Task => self.task(),
            Did::Lead => self.lead(),
            Did::Wait => self.say("trace-done-wait", &[]),
            Did::WaitUntil => self.say("trace-done-wait_until", &[]),
            Did::WaitFor if self.reason() == "timeout" => self.say("trace-done-timeout", &[]),
            Did::WaitFor => self.say("trace-done-came", &[]),
            Did::WaitForDate if self.reason() == "past" => self.say("trace-done-past", &[]),
            Did::WaitForDate => self.say("trace-done-wait_for_date", &[]),
            Did::Timeline => match (self.reason(), self.value("date")) {
                ("moved", Some(date)) => self.say("trace-done-moved", &[("date", &date)]),
                (_, Some(date)) => self.say("trace-done-timeline-day", &[("date", &date)]),
                (_, None) => self.say("trace-done-timeline", &[]),
            },
            Did::If => {
                let branch = if self.value("branch").as_deref() == Some("then") { "then" } else { "else" };
                self.with_facts(&format!("trace-done-if-{branch}"), &["branch"])
            }
            Did::Choose => match self.line.what.as_str() {
                "otherwise" => self.say("trace-done-choose-otherwise", &[]),
                "none" => self.say("trace-done-choose-none", &[]),
                _ => self.with_facts("trace-done-choose", &["branch"]),
            },
            Did::Split => {
                let arm = self.value("arm").unwrap_or_else(|| self.line.what.clone());
                let key =
                    if self.reason() == "winner" { "trace-done-split-winner" } else { "trace-done-split" };
                self.say(key, &[("arm", &arm)])
            }
            Did::Repeat => {
                let passes = self.value("passes").unwrap_or_else(|| self.line.what.clone());
                let key = if self.reason() == "until" { "trace-done-until" } else { "trace-done-times" };
                self.say(key, &[("passes", &passes)])
            }
            Did::Call => match self.value("exit").filter(|_| self.reason() == "returned") {
                Some(exit) => self.say("trace-done-call", &[("exit", &exit)]),
                None => self.say("trace-done-call-on", &[]),
            },
            Did::Goal => match self.value("value") {
                Some(value) => self.say("trace-done-goal-value", &[("value", &value)]),
                None => self.say("trace-done-goal", &[]),
            },
            Did::Move => self.taken_along(),
            Did::Enroll | Did::Exit => self.say("trace-done", &[]),
        }
    }

    fn taken_along(&self) -> String {
        let said = match self.value("from") {
            Some(from) => self.say("trace-done-move-from", &[("from", &from)]),
            None => self.say("trace-done-move", &[]),
        };
        if self.line.until.is_none() {
            return said;
        }
        self.say("trace-done-move-until", &[("said", &said), ("until", &self.until())])
    }

    fn told(&self) -> String {
        // What the ladder of a lead tells colleagues has a reason, and no text of a workflow.
        let key = format!("trace-done-notify-{}", self.reason());
        if !self.reason().is_empty() && knows(self.language, &key) {
            return self.say(&key, &[("rep", &self.value("rep").unwrap_or_else(|| self.line.what.clone()))]);
        }
        if self.line.until.is_some() {
            let (rep, text) =
                (self.value("rep").unwrap_or_else(|| self.line.what.clone()), self.text_of("text"));
            let values = [("rep", rep.as_str()), ("until", &self.until()), ("text", &text)];
            return self.say("trace-done-notify-digest", &values);
        }
        match (self.value("rep"), self.value("text")) {
            (Some(rep), Some(text)) => {
                self.say("trace-done-notify-rep-text", &[("rep", &rep), ("text", &text)])
            }
            (Some(rep), None) => self.say("trace-done-notify-rep", &[("rep", &rep)]),
            (None, Some(text)) => self.say("trace-done-notify-text", &[("text", &text)]),
            (None, None) => self.say("trace-done-notify", &[]),
        }
    }

    fn task(&self) -> String {
        match (self.value("rep"), self.instant("due")) {
            (Some(rep), Some(due)) => self.say("trace-done-task-rep-due", &[("rep", &rep), ("due", &due)]),
            (Some(rep), None) => self.say("trace-done-task-rep", &[("rep", &rep)]),
            (None, Some(due)) => self.say("trace-done-task-due", &[("due", &due)]),
            (None, None) => self.say("trace-done-task", &[]),
        }
    }

    /// What became of a lead.
    fn lead(&self) -> String {
        let rep = self.value("rep").unwrap_or_default();
        let until = self.instant("until").unwrap_or_default();
        let key = format!("trace-done-lead-{}", self.line.what);
        let key = if knows(self.language, &key) { key.as_str() } else { "trace-done-lead" };
        self.say(key, &[("rep", &rep), ("until", &until)])
    }

    fn assigned(&self) -> String {
        let Some(rep) = self.value("rep") else { return self.say("trace-done-assign", &[]) };
        match self.reason() {
            "accepted" => return self.say("trace-done-assign-accepted", &[("rep", &rep)]),
            "backup" => return self.say("trace-done-assign-backup", &[("rep", &rep)]),
            _ => {}
        }
        let rule = self.value("rule").unwrap_or_default();
        let key = format!("rule-{rule}");
        let rule = if knows(self.language, &key) { self.say(&key, &[]) } else { rule };
        let why = self.say("trace-done-assign-rep", &[("rep", &rep), ("rule", &rule)]);
        match self.passed_over() {
            Some(passed) => self.say("trace-done-assign-passed", &[("why", &why), ("passed", &passed)]),
            None => why,
        }
    }

    /// Who was passed over and why; `None`: nobody.
    fn passed_over(&self) -> Option<String> {
        let Some(Json::Object(reps)) = self.line.values.get("passed_over") else { return None };
        reps.iter()
            .map(|(rep, why)| match why.as_str() {
                Some(why) if knows(self.language, &format!("passed-{why}")) => {
                    self.say(&format!("passed-{why}"), &[("rep", rep)])
                }
                Some(_) | None => {
                    self.say("passed-other", &[("rep", rep), ("why", &plain(why, self.language))])
                }
            })
            .reduce(|first, rest| self.say("fact-and", &[("first", &first), ("rest", &rest)]))
    }

    fn exited(&self) -> String {
        match self.reason() {
            reason @ ("end" | "goal" | "exit_when" | "not_quiet" | "past" | "error" | "caller"
            | "forgotten" | "merged" | "moved" | "by_hand" | "retired") => {
                self.say(&format!("trace-exited-{reason}"), &[])
            }
            word => self.say("trace-exited-word", &[("reason", word)]),
        }
    }
}

fn is_message(did: Did) -> bool {
    matches!(did, Did::Email | Did::Sms | Did::Message | Did::Notify)
}

fn signed(points: &str) -> String {
    if points.starts_with('-') { points.to_owned() } else { format!("+{points}") }
}

/// A JSON value as a person writes it.
pub fn plain(value: &Json, language: Language) -> String {
    match value {
        Json::Null => "–".to_owned(),
        Json::Bool(true) => say(language, "value-yes", &[]),
        Json::Bool(false) => say(language, "value-no", &[]),
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.clone(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| plain(item, language)).collect();
            items.join(if language == Language::Zh { "、" } else { ", " })
        }
        Json::Object(_) => value.to_string(),
    }
}

/// A length of time in words: `5 days 3 hours`, `5 天 3 小时`. What is none (a formula) stays as it is.
pub fn length_words(text: &str, language: Language) -> String {
    text.parse::<Length>().map_or_else(|_| text.to_owned(), |length| length.said(language))
}

/// A point of a timeline in words: `90 days before`, `on the date`.
fn point_words(point: &str, language: Language) -> String {
    let with = |key: &str, length: &str| say(language, key, &[("length", &length_words(length, language))]);
    match (point.strip_suffix(" before"), point.strip_suffix(" after")) {
        (Some(length), _) => with("point-before", length),
        (None, Some(length)) => with("point-after", length),
        (None, None) => say(language, "point-on", &[]),
    }
}

#[cfg(test)]
mod tests;
