//! `nurture simulate` for people: what would have happened, in one sentence, bars, reasons, mails and load.

mod bars;
pub mod page;

use super::{cells, trace};
use crate::view::cells::thousands;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::words::{Language, say};
use model::{CustomerId, Decimal, Did, Outcome, TraceLine};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Widest bar in cells.
const BAR: usize = 40;

/// Everything that a simulation shows. [`SimulationSummary::take`] counts the trace; the rest is told.
#[derive(Clone, Debug)]
pub struct SimulationSummary {
    /// The workflows that ran.
    pub workflows: Vec<String>,
    /// From where on, included.
    pub from: Timestamp,
    /// Up to where, excluded.
    pub to: Timestamp,
    /// The project's zone: days are its days.
    pub zone: TimeZone,
    /// How many customers were looked at.
    pub customers: u64,
    /// How often somebody entered, the held-out ones among them.
    pub entered: u64,
    /// Who entered, however often.
    pub people: BTreeSet<CustomerId>,
    /// Who of them was held out.
    pub held_out: BTreeSet<CustomerId>,
    /// Who left, by reason.
    pub exited: BTreeMap<String, u64>,
    /// Goals reached.
    pub goals: u64,
    /// Messages that passed every check, by day.
    pub by_day: BTreeMap<Date, u64>,
    /// The same by kind and template.
    pub by_template: BTreeMap<(Did, String), u64>,
    /// What did not happen, by reason: entries refused, steps left out, messages put off.
    pub refusals: BTreeMap<(Outcome, String), Refusal>,
    /// What reps got.
    pub reps: BTreeMap<String, Load>,
    /// What mails cost by sender, where they cost something: how many, and the price of one.
    pub costs: BTreeMap<String, (u64, Decimal)>,
    /// A few mails as customers would have got them.
    pub samples: Vec<Sample>,
    /// Attributes whose past is not known: they were read as they are today.
    pub without_history: Vec<String>,
    /// How long the simulation took.
    pub took: Duration,
}

/// How often a reason stopped something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// How often.
    pub times: u64,
    /// An example's sentence, by language.
    pub example: Option<TraceExample>,
}

/// The first line with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceExample {
    customer: String,
    english: String,
    chinese: String,
}

impl TraceExample {
    /// The example with whom it is about.
    fn said(&self, language: Language) -> String {
        let text = match language {
            Language::Zh => &self.chinese,
            Language::En => &self.english,
        };
        say(language, "simulate-example", &[("customer", &self.customer), ("text", text)])
    }
}

/// What a rep got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Leads and deals.
    pub assignments: u64,
    /// Tasks.
    pub tasks: u64,
}

/// A mail as a customer would have got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// To whom: the external id, else the id.
    pub customer: String,
    /// When, on the customer's clock.
    pub at: jiff::civil::DateTime,
    /// Its subject.
    pub subject: String,
    /// Its text; the first lines are shown.
    pub text: String,
}

impl SimulationSummary {
    /// Nothing has happened yet.
    pub fn new(workflows: Vec<String>, from: Timestamp, to: Timestamp, zone: TimeZone) -> Self {
        Self {
            workflows,
            from,
            to,
            zone,
            customers: 0,
            entered: 0,
            people: BTreeSet::new(),
            held_out: BTreeSet::new(),
            exited: BTreeMap::new(),
            goals: 0,
            by_day: BTreeMap::new(),
            by_template: BTreeMap::new(),
            refusals: BTreeMap::new(),
            reps: BTreeMap::new(),
            costs: BTreeMap::new(),
            samples: Vec::new(),
            without_history: Vec::new(),
            took: Duration::ZERO,
        }
    }

    /// Counts a line of the trace.
    pub fn take(&mut self, line: &TraceLine) {
        let reason = line.reason.clone().unwrap_or_default();
        match line.outcome {
            Outcome::Entered => {
                self.entered += 1;
                self.people.insert(line.customer.clone());
                if line.values.get("holdout") == Some(&serde_json::Value::Bool(true)) {
                    self.held_out.insert(line.customer.clone());
                }
            }
            Outcome::Exited => *self.exited.entry(reason).or_default() += 1,
            Outcome::Refused | Outcome::Skipped | Outcome::Deferred => {
                let refusal = self.refusals.entry((line.outcome, reason)).or_default();
                refusal.times += 1;
                refusal.example.get_or_insert_with(|| TraceExample {
                    customer: line.customer.to_string(),
                    english: trace::because(line, Language::En),
                    chinese: trace::because(line, Language::Zh),
                });
            }
            Outcome::Done => self.done(line),
            Outcome::Waits => {}
        }
    }

    fn done(&mut self, line: &TraceLine) {
        let rep = || line.values.get("rep").and_then(|rep| rep.as_str()).map(str::to_owned);
        match line.did {
            // It went in another's message, which is counted.
            Did::Email | Did::Sms | Did::Message if line.reason.as_deref() == Some("combined") => {}
            Did::Email | Did::Sms | Did::Message => {
                *self.by_day.entry(model::zone::date_of(line.at, &self.zone)).or_default() += 1;
                *self.by_template.entry((line.did, line.what.clone())).or_default() += 1;
            }
            Did::Goal => self.goals += 1,
            Did::Assign => {
                if let Some(rep) = rep() {
                    self.reps.entry(rep).or_default().assignments += 1;
                }
            }
            Did::Task => {
                if let Some(rep) = rep() {
                    self.reps.entry(rep).or_default().tasks += 1;
                }
            }
            Did::Enroll
            | Did::Exit
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
            | Did::Unassign
            | Did::Lead
            | Did::Wait
            | Did::WaitUntil
            | Did::WaitForDate
            | Did::WaitFor
            | Did::Timeline
            | Did::If
            | Did::Choose
            | Did::Split
            | Did::Repeat
            | Did::Call
            | Did::Move => {}
        }
    }

    /// Messages that passed every check.
    pub fn messages(&self) -> u64 {
        self.by_template.values().sum()
    }
}

/// The whole page.
pub fn human(summary: &SimulationSummary, language: Language) -> String {
    let word = |key: &str| say(language, key, &[]);
    let mut out = sentence(summary, language);
    let mut part = |title: &str, body: String| {
        if !body.is_empty() {
            out.push_str(&format!("\n{}\n{body}", word(title)));
        }
    };
    part("simulate-by-day", bars::by_day(summary, language));
    part("simulate-by-template", templates(summary, language));
    part("simulate-refusals", refusals(summary, language));
    part("simulate-exits", exits(summary, language));
    part("simulate-reps", reps(summary, language));
    part("simulate-costs", costs(summary, language));
    part("simulate-samples", samples(summary));
    out.push('\n');
    out.push_str(&word("simulate-assumption"));
    out.push('\n');
    if !summary.without_history.is_empty() {
        let names = summary.without_history.join(", ");
        out.push_str(&say(language, "simulate-without-history", &[("names", &names)]));
        out.push('\n');
    }
    out
}

/// The first day and the day up to which it goes, in the project's zone.
fn span_of(summary: &SimulationSummary) -> (String, String) {
    let day = |at: Timestamp| at.to_zoned(summary.zone.clone()).strftime("%Y-%m-%d").to_string();
    (day(summary.from), day(summary.to))
}

/// The first sentence of what a reader gets.
pub fn sentence(summary: &SimulationSummary, language: Language) -> String {
    let (from, to) = span_of(summary);
    let count = |number: u64| number.to_string();
    let (people, held_out) = (people(&summary.people), people(&summary.held_out));
    let shown = [thousands(summary.customers), thousands(people), thousands(summary.messages())];
    let [customers, entered, messages] = &shown;
    let took = seconds(summary.took);
    // Who comes in twice is one person: both are said where they differ.
    let times = match summary.entered == people {
        true => String::new(),
        false => say(language, "simulate-entries", &[("count", &thousands(summary.entered))]),
    };
    let mut text = say(
        language,
        "simulate-sentence",
        &[
            ("workflows", &summary.workflows.join(", ")),
            ("from", &from),
            ("to", &to),
            ("customers", customers),
            ("entered", entered),
            ("times", &times),
            ("messages", messages),
        ],
    );
    if held_out > 0 {
        text.push_str(&say(language, "simulate-held-out", &[("count", &count(held_out))]));
    }
    if summary.goals > 0 {
        text.push_str(&say(language, "simulate-goals", &[("count", &count(summary.goals))]));
    }
    text.push_str(&say(language, "simulate-took", &[("took", &took)]));
    text.push('\n');
    text
}

/// How many they are.
fn people(who: &BTreeSet<CustomerId>) -> u64 {
    u64::try_from(who.len()).unwrap_or(u64::MAX)
}

/// A duration as `0.4 s` or `72 s`.
fn seconds(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

fn templates(summary: &SimulationSummary, language: Language) -> String {
    let mut all: Vec<_> = summary.by_template.iter().collect();
    all.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    let number = cells::widest(
        all.iter().map(|(_, times)| thousands(**times)).collect::<Vec<_>>().iter().map(String::as_str),
    );
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|((did, what), times)| {
            let noun = say(language, &format!("did-{}", did.as_str()), &[]);
            vec![format!("  {}", cells::right(&thousands(*times), number)), noun, what.clone()]
        })
        .collect();
    cells::table(&rows)
}

fn refusals(summary: &SimulationSummary, language: Language) -> String {
    let mut all: Vec<_> = summary.refusals.iter().collect();
    all.sort_by_key(|(_, refusal)| std::cmp::Reverse(refusal.times));
    let number = all.iter().map(|(_, refusal)| thousands(refusal.times).len()).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|((outcome, reason), refusal)| {
            let outcome = say(language, &format!("outcome-{}", outcome.as_str()), &[]);
            let example = refusal.example.as_ref().map_or(String::new(), |example| example.said(language));
            let times = format!("  {}", cells::right(&thousands(refusal.times), number));
            vec![times, outcome, reason.clone(), cells::clip(&example, 90)]
        })
        .collect();
    cells::table(&rows)
}

fn exits(summary: &SimulationSummary, language: Language) -> String {
    let mut all: Vec<_> = summary.exited.iter().collect();
    all.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    let number = all.iter().map(|(_, times)| thousands(**times).len()).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|(reason, times)| {
            let key = format!("trace-exited-{reason}");
            let words =
                if model::words::knows(language, &key) { say(language, &key, &[]) } else { String::new() };
            vec![format!("  {}", cells::right(&thousands(*times), number)), reason.clone(), words]
        })
        .collect();
    cells::table(&rows)
}

/// What the mails of each sender cost, where they cost something.
fn cost_lines(summary: &SimulationSummary, language: Language) -> Vec<String> {
    let line = |(sender, (count, each)): (&String, &(u64, Decimal))| {
        let whole = Decimal::from_int(i64::try_from(*count).ok()?).and_then(|count| count.checked_mul(*each));
        let values = [
            ("sender", sender.as_str()),
            ("count", &thousands(*count)),
            ("each", &each.to_string()),
            ("whole", &whole?.to_string()),
        ];
        Some(say(language, "simulate-cost", &values))
    };
    summary.costs.iter().filter_map(line).collect()
}

fn costs(summary: &SimulationSummary, language: Language) -> String {
    cost_lines(summary, language).into_iter().map(|line| format!("  {line}\n")).collect()
}

fn reps(summary: &SimulationSummary, language: Language) -> String {
    if summary.reps.is_empty() {
        return String::new();
    }
    let head = ["simulate-rep", "simulate-assignments", "simulate-tasks"].map(|key| say(language, key, &[]));
    let [rep, assignments, tasks] = head;
    let widths = [cells::widest([assignments.as_str()]), cells::widest([tasks.as_str()])];
    let mut rows = vec![vec![format!("  {rep}"), assignments, tasks]];
    for (rep, load) in &summary.reps {
        let [first, second] = widths;
        rows.push(vec![
            format!("  {rep}"),
            cells::right(&thousands(load.assignments), first),
            cells::right(&thousands(load.tasks), second),
        ]);
    }
    cells::table(&rows)
}

fn samples(summary: &SimulationSummary) -> String {
    let mut out = String::new();
    for sample in &summary.samples {
        let at = sample.at.strftime("%Y-%m-%d %H:%M");
        out.push_str(&format!("  {}  {at}  {}\n", sample.customer, cells::clip(&sample.subject, 60)));
        for line in sample.text.lines().map(str::trim).filter(|line| !line.is_empty()).take(3) {
            out.push_str(&format!("    │ {}\n", cells::clip(line, 72)));
        }
    }
    out
}

#[cfg(test)]
mod tests;
