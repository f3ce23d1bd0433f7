//! `nurture why CUSTOMER`: every decision about one customer, by workflow and walk, in the order of time.

use super::score::Told;
use super::{cells, trace};
use engine::privacy::permit_of;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::words::{Language, knows, say};
use model::{Consent, EnrollmentId, StepId, TraceLine, WorkflowId};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Widest object (a template, a title) in cells.
const WIDEST_OBJECT: usize = 32;
/// So much of a hash tells it from others.
const WIDEST_HASH: usize = 20;

/// What is known of a customer's decisions.
#[derive(Clone, Debug)]
pub struct Why {
    /// The customer's id.
    pub customer: String,
    /// Their id in the system they were imported from, where it differs.
    pub external_id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Where they stand: one entry per walk that is not over.
    pub standing: Vec<Standing>,
    /// The decisions in the order of time, of a walk in the order of the walk.
    pub lines: Vec<TraceLine>,
    /// What stands in the way now, by workflow: the audience, a consent; and when a time trigger is next.
    pub outlook: Vec<Outlook>,
    /// The titles of workflows, where they have one of their own.
    pub titles: BTreeMap<WorkflowId, String>,
    /// Their scores; empty where one workflow alone is asked for.
    pub scores: Vec<Told>,
    /// The words of consent that permitted messages, by walk and step.
    pub permits: BTreeMap<(EnrollmentId, StepId), Consent>,
    /// The customer's zone.
    pub zone: TimeZone,
}

/// How a workflow that a customer is not in looks at them now.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The workflow.
    pub workflow: WorkflowId,
    /// When its time trigger is next asked, on the customer's clock.
    pub next: Option<jiff::civil::DateTime>,
    /// What would be refused or left out now; empty: nothing.
    pub lines: Vec<TraceLine>,
}

/// Where a customer stands in a workflow.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The workflow.
    pub workflow: WorkflowId,
    /// The step's id.
    pub step: String,
    /// Until when they rest there, on their own clock; `None`: they go on at once.
    pub until: Option<jiff::civil::DateTime>,
}

/// The decisions for people.
pub fn human(why: &Why, language: Language) -> String {
    let mut out = head(why, language);
    if why.lines.is_empty() {
        out.push_str(&say(language, "why-nothing", &[]));
        out.push('\n');
    }
    let rows: Vec<Row<'_>> = why.lines.iter().map(|line| Row::of(line, language)).collect();
    let noun = cells::widest(rows.iter().map(|row| row.noun.as_str()));
    let object = cells::widest(rows.iter().map(|row| row.object.as_str()));
    for (workflow, walks) in groups(&rows) {
        out.push('\n');
        match why.titles.get(workflow).filter(|title| title.as_str() != workflow.as_str()) {
            Some(title) => out.push_str(&format!("{workflow}  {title}\n")),
            None => out.push_str(&format!("{workflow}\n")),
        }
        for (number, walk) in walks.iter().enumerate() {
            if number > 0 {
                out.push('\n');
            }
            for row in walk {
                let text = format!(
                    "  {}  {} {}  {}  {}",
                    row.at,
                    trace::sign(row.line),
                    cells::pad(&row.noun, noun),
                    cells::pad(&row.object, object),
                    row.because
                );
                out.push_str(text.trim_end());
                out.push('\n');
            }
        }
    }
    out.push_str(&permits(why, language));
    out.push_str(&outlook(why, language));
    out
}

/// The words of consent that permitted the messages above, each once.
fn permits(why: &Why, language: Language) -> String {
    let mut words: Vec<&Consent> =
        why.lines.iter().filter_map(|line| permit_of(&why.permits, line)).collect();
    words.sort_by_key(|word| (word.at, word.topic.as_str()));
    words.dedup();
    if words.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = words.into_iter().map(|word| permit(word, &why.zone, language)).collect();
    let rows: String = cells::table(&rows).lines().map(|line| format!("  {line}\n")).collect();
    format!("\n{}\n{rows}", say(language, "why-consent", &[]))
}

/// A word of consent in columns: when, about what, where it was said, on what it rests, the hash of its words.
pub fn permit(word: &Consent, zone: &TimeZone, language: Language) -> Vec<String> {
    let medium = match word.medium {
        Some(medium) => say(language, &format!("did-{}", medium.as_str()), &[]),
        None => say(language, "why-consent-any", &[]),
    };
    let mut rests = vec![said_by(&word.source, language)];
    // What was said on a page rests on that page.
    let basis = word.proof.basis.as_deref().filter(|basis| *basis != word.source);
    rests.extend(basis.map(|basis| said_by(basis, language)));
    let wording = word.proof.wording.as_deref().map(|hash| cells::clip(hash, WIDEST_HASH));
    vec![
        word.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
        word.topic.clone(),
        medium,
        rests.join(" · "),
        wording.unwrap_or_default(),
    ]
}

/// Where consent was said or on what it rests: what we wrote down ourselves in the reader's words, all else as it is.
fn said_by(written: &str, language: Language) -> String {
    for (start, kind) in [("form:", "form"), ("key:", "key"), ("workflow ", "workflow")] {
        if let Some(name) = written.strip_prefix(start) {
            return say(language, &format!("consent-of-{kind}"), &[("name", name)]);
        }
    }
    let key = format!("consent-by-{}", written.replace(' ', "-"));
    if knows(language, &key) { say(language, &key, &[]) } else { written.to_owned() }
}

/// What stands in the way now, and what is next.
fn outlook(why: &Why, language: Language) -> String {
    let mut out = String::new();
    for outlook in &why.outlook {
        let workflow = outlook.workflow.as_str();
        let mut lines: Vec<String> =
            outlook.lines.iter().map(|line| trace::because(line, language)).collect();
        if let Some(next) = outlook.next {
            let at = next.strftime("%Y-%m-%d %H:%M").to_string();
            lines.push(say(language, "why-next", &[("at", &at)]));
        }
        for line in lines {
            out.push_str(&say(language, "why-outlook-line", &[("workflow", workflow), ("because", &line)]));
            out.push('\n');
        }
    }
    if out.is_empty() { out } else { format!("\n{}\n{out}", say(language, "why-outlook", &[])) }
}

/// Who, and where they stand now.
fn head(why: &Why, language: Language) -> String {
    let mut who: Vec<&str> = why.name.as_deref().into_iter().collect();
    who.extend(why.external_id.as_deref());
    if why.external_id.as_deref() != Some(why.customer.as_str()) {
        who.push(&why.customer);
    }
    // A company may have its name for an id.
    who.dedup();
    let mut out = format!("{}\n", who.join("  "));
    if why.standing.is_empty() {
        out.push_str(&say(language, "why-nowhere", &[]));
        out.push('\n');
    }
    for standing in &why.standing {
        let mut values = vec![("workflow", standing.workflow.as_str()), ("step", standing.step.as_str())];
        let until = standing.until.map(|until| until.strftime("%Y-%m-%d %H:%M").to_string());
        let key = match &until {
            Some(until) => {
                values.push(("until", until.as_str()));
                "why-now-until"
            }
            None => "why-now",
        };
        out.push_str(&say(language, key, &values));
        out.push('\n');
    }
    out
}

struct Row<'l> {
    line: &'l TraceLine,
    at: String,
    noun: String,
    object: String,
    because: String,
}

impl<'l> Row<'l> {
    fn of(line: &'l TraceLine, language: Language) -> Self {
        Self {
            line,
            at: trace::clock(line, line.at),
            noun: trace::noun(line, language),
            object: cells::clip(&trace::object(line), WIDEST_OBJECT),
            because: trace::because(line, language),
        }
    }
}

/// Rows by workflow (the one decided first comes first) and walk. A refusal to enter is a walk of its own.
fn groups<'r, 'l>(rows: &'r [Row<'l>]) -> Vec<(&'l WorkflowId, Vec<Vec<&'r Row<'l>>>)> {
    let mut workflows: Vec<(&WorkflowId, Vec<(Option<&EnrollmentId>, Vec<&Row<'_>>)>)> = Vec::new();
    for row in rows {
        let id = &row.line.workflow;
        if !workflows.iter().any(|(known, _)| *known == id) {
            workflows.push((id, Vec::new()));
        }
        let Some((_, walks)) = workflows.iter_mut().find(|(known, _)| *known == id) else { continue };
        let walk = row.line.enrollment.as_ref();
        match walks.iter_mut().find(|(known, _)| *known == walk && walk.is_some()) {
            Some((_, rows)) => rows.push(row),
            None => match walks.last_mut() {
                // Refusals in a row stand together.
                Some((None, rows)) if walk.is_none() => rows.push(row),
                Some(_) | None => walks.push((walk, vec![row])),
            },
        }
    }
    workflows.into_iter().map(|(id, walks)| (id, walks.into_iter().map(|(_, rows)| rows).collect())).collect()
}

/// The decisions for programs.
pub fn json(why: &Why, language: Language) -> Json {
    let now: Vec<Json> = why
        .standing
        .iter()
        .map(|standing| {
            json!({
                "workflow": standing.workflow.as_str(),
                "step": standing.step,
                "until": standing.until.map(|until| until.to_string()),
            })
        })
        .collect();
    let decision = |line: &TraceLine| {
        let mut shown = trace::json(line, language);
        if let (Some(word), Some(members)) = (permit_of(&why.permits, line), shown.as_object_mut()) {
            members.insert("consent".to_owned(), word.to_json());
        }
        shown
    };
    let decisions: Vec<Json> = why.lines.iter().map(decision).collect();
    let outlook: Vec<Json> = why
        .outlook
        .iter()
        .map(|outlook| {
            json!({
                "workflow": outlook.workflow.as_str(),
                "next": outlook.next.map(|next| next.to_string()),
                "in_the_way": outlook.lines.iter().map(|line| trace::json(line, language)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "customer": why.customer,
        "external_id": why.external_id,
        "name": why.name,
        "now": now,
        "decisions": decisions,
        "outlook": outlook,
    })
}

/// Keeps the decisions up to an instant: `--at`.
pub fn up_to(lines: &mut Vec<TraceLine>, at: Timestamp) {
    lines.retain(|line| line.at <= at);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;
    use model::{Did, Outcome};

    fn why() -> Why {
        let lines = vec![
            sample::line("2026-03-09T01:00:00Z", Did::Enroll, "date", Outcome::Entered, "", json!({})),
            sample::line("2026-03-09T01:00:00Z", Did::Tag, "生日礼券有效", Outcome::Done, "", json!({})),
            sample::line(
                "2026-03-09T01:00:00Z",
                Did::Email,
                "birthday/card",
                Outcome::Skipped,
                "consent",
                json!({ "topic": "marketing" }),
            ),
            sample::line("2026-03-09T01:00:00Z", Did::Wait, "11 days", Outcome::Waits, "", json!({})),
        ];
        Why {
            customer: "c10".to_owned(),
            external_id: Some("c10".to_owned()),
            name: Some("郑洁".to_owned()),
            standing: vec![Standing {
                workflow: WorkflowId::new("birthday"),
                step: "before_reminder".to_owned(),
                until: Some(jiff::civil::date(2026, 3, 20).at(9, 0, 0, 0)),
            }],
            lines,
            outlook: Vec::new(),
            titles: BTreeMap::from([(WorkflowId::new("birthday"), "生日关怀".to_owned())]),
            scores: Vec::new(),
            permits: BTreeMap::new(),
            zone: TimeZone::UTC,
        }
    }

    #[test]
    fn the_consent_behind_a_message_stands_below_the_decisions() {
        let mut why = why();
        let mut sent =
            sample::line("2026-03-10T01:00:00Z", Did::Email, "birthday/card", Outcome::Done, "", json!({}));
        sent.step = Some(StepId::new("card"));
        sent.enrollment = Some(EnrollmentId::new("en_1"));
        let key = (EnrollmentId::new("en_1"), StepId::new("card"));
        let proof = model::Proof {
            basis: Some("double opt-in".to_owned()),
            wording: Some(format!("sha256:{}", "a".repeat(64))),
            ..model::Proof::default()
        };
        let word = Consent {
            topic: "marketing".to_owned(),
            medium: Some(model::Medium::Email),
            granted: true,
            at: "2026-01-02T03:04:00Z".parse().unwrap(),
            source: "form:news".to_owned(),
            proof,
        };
        why.permits.insert(key, word);
        assert!(!human(&why, Language::En).contains("news"), "nothing was sent by it");
        why.lines.push(sent);
        let text = human(&why, Language::En);
        assert!(
            text.ends_with(
                "Consent that permitted these messages:\n\
                 \x20 2026-01-02 03:04  marketing  email  the form news · double opt-in  sha256:aaaaaaaaaaaa…\n"
            ),
            "{text}"
        );
        let text = human(&why, Language::Zh);
        assert!(text.contains("  表单 news · 双重确认  "), "{text}");
        let json = json(&why, Language::En);
        assert_eq!(json["decisions"][4]["consent"]["source"], "form:news");
    }

    #[test]
    fn what_we_wrote_down_of_a_consent_is_in_the_readers_words_and_all_else_as_it_is() {
        let said = |written| said_by(written, Language::Zh);
        assert_eq!(said("key:k_1"), "密钥 k_1");
        assert_eq!(said("workflow sign_up"), "流程 sign_up");
        assert_eq!(said("one-click unsubscribe"), "一键退订");
        assert_eq!(said("会员注册页"), "会员注册页");
        assert_eq!(said("checkout box"), "checkout box");
        // A name of one's own is no name of ours.
        assert_eq!(said("form"), "form");
    }

    #[test]
    fn decisions_stand_in_columns_under_their_workflow() {
        assert_eq!(
            human(&why(), Language::En),
            "郑洁  c10\n\
             Now: in `birthday` at `before_reminder`, until 2026-03-20 09:00\n\
             \n\
             birthday  生日关怀\n\
             \x20 2026-03-09 09:00  → entering                 the day has come\n\
             \x20 2026-03-09 09:00  ✓ tag       生日礼券有效   the tag was put on\n\
             \x20 2026-03-09 09:00  – email     birthday/card  there is no consent to “marketing”\n\
             \x20 2026-03-09 09:00  ⏸ wait                     11 days, until 2026-03-20 09:00\n"
        );
        assert_eq!(
            human(&why(), Language::Zh),
            "郑洁  c10\n\
             现在：在 `birthday` 的 `before_reminder`，等到 2026-03-20 09:00\n\
             \n\
             birthday  生日关怀\n\
             \x20 2026-03-09 09:00  → 进入                   日子到了\n\
             \x20 2026-03-09 09:00  ✓ 打标签  生日礼券有效   已打上标签\n\
             \x20 2026-03-09 09:00  – 邮件    birthday/card  客户没有同意“marketing”\n\
             \x20 2026-03-09 09:00  ⏸ 等待                   11 天，等到 2026-03-20 09:00\n"
        );
    }

    #[test]
    fn a_walk_keeps_its_lines_together_and_refusals_theirs() {
        let mut why = why();
        let mut refused =
            sample::line("2026-03-10T01:00:00Z", Did::Enroll, "date", Outcome::Refused, "already", json!({}));
        refused.enrollment = None;
        why.lines.push(refused);
        why.lines.push(sample::line(
            "2026-03-20T01:00:00Z",
            Did::Exit,
            "end",
            Outcome::Exited,
            "end",
            json!({}),
        ));
        let text = human(&why, Language::En);
        let exit = text.find("came to the end").unwrap();
        let refusal = text.find("is in this workflow already").unwrap();
        assert!(exit < refusal, "{text}");
    }

    #[test]
    fn nobody_decided_anything_is_said() {
        let mut why = why();
        why.lines.clear();
        why.standing.clear();
        assert_eq!(
            human(&why, Language::En),
            "郑洁  c10\nNow: in no workflow\nNothing was ever decided about this customer.\n"
        );
        assert_eq!(json(&why, Language::En)["decisions"], json!([]));
    }

    #[test]
    fn a_company_whose_name_is_its_id_is_named_once() {
        let mut why = why();
        why.customer = "Acme Corporation".to_owned();
        why.name = Some("Acme Corporation".to_owned());
        why.external_id = None;
        assert!(human(&why, Language::En).starts_with("Acme Corporation\n"), "{}", human(&why, Language::En));
    }
}
