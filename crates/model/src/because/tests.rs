//! Every decision has its sentence, in both languages.

use super::*;
use crate::{CustomerId, EnrollmentId, StepId, VersionId, WorkflowId};
use jiff::tz::Offset;
use serde_json::json;
use std::collections::BTreeMap;

fn line(did: Did, what: &str, outcome: Outcome, reason: &str, values: Json) -> TraceLine {
    let Json::Object(values) = values else { panic!("values are an object") };
    TraceLine {
        at: "2026-03-12T01:00:00Z".parse().unwrap(),
        offset: Offset::constant(8),
        until_offset: Offset::constant(8),
        customer: CustomerId::new("c1"),
        workflow: WorkflowId::new("winback"),
        version: VersionId::new("v1"),
        enrollment: Some(EnrollmentId::new("en_1")),
        step: Some(StepId::new("email:winback/offer")),
        did,
        what: what.to_owned(),
        outcome,
        until: matches!(outcome, Outcome::Waits | Outcome::Deferred)
            .then(|| "2026-03-13T02:00:00Z".parse().unwrap()),
        reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        values: values.into_iter().collect::<BTreeMap<_, _>>(),
    }
}

fn check(line: &TraceLine, english: &str, chinese: &str) {
    assert_eq!(because(line, Language::En), english);
    assert_eq!(because(line, Language::Zh), chinese);
}

#[test]
fn a_refusal_says_what_it_rests_on() {
    check(
        &line(
            Did::Enroll,
            "inactive",
            Outcome::Refused,
            "audience",
            json!({ "customer.spend": 57, "customer.city": null }),
        ),
        "does not belong to the audience: customer.city is unknown, customer.spend is 57",
        "不属于受众：customer.city 未知，customer.spend 是 57",
    );
    check(
        &line(
            Did::Enroll,
            "inactive",
            Outcome::Refused,
            "audience",
            json!({ "customer.created_at": "2026-03-11T20:30:00Z", "customer.member": true, "customer.staff": false }),
        ),
        "does not belong to the audience: customer.created_at is 2026-03-12 04:30, customer.member is yes, \
         customer.staff is no",
        "不属于受众：customer.created_at 是 2026-03-12 04:30，customer.member 为“是”，customer.staff 为“否”",
    );
    check(
        &line(Did::Email, "winback/offer", Outcome::Skipped, "consent", json!({ "topic": "marketing" })),
        "there is no consent to “marketing”",
        "客户没有同意“marketing”",
    );
    check(
        &line(
            Did::Enroll,
            "order.paid",
            Outcome::Refused,
            "reentry",
            json!({ "last_entry": "2026-01-01T01:00:00Z", "again_from": "2026-06-30T01:00:00Z" }),
        ),
        "last entered on 2026-01-01 09:00, and may enter again from 2026-06-30 09:00",
        "上次进入是 2026-01-01 09:00，2026-06-30 09:00 起才能再进",
    );
}

#[test]
fn waiting_says_until_when_on_the_customers_clock() {
    let mut rests = line(Did::Email, "winback/offer", Outcome::Deferred, "quiet_hours", json!({}));
    check(&rests, "quiet hours: it waits until 2026-03-13 10:00", "安静时段，等到 2026-03-13 10:00");
    rests.until = Some("2026-03-12T02:00:00Z".parse().unwrap());
    check(&rests, "quiet hours: it waits until 10:00", "安静时段，等到 10:00");
    check(
        &line(Did::Wait, "5 days 3 hours", Outcome::Waits, "", json!({})),
        "5 days 3 hours, until 2026-03-13 10:00",
        "5 天 3 小时，等到 2026-03-13 10:00",
    );
    check(
        &line(
            Did::Timeline,
            "90 days before",
            Outcome::Waits,
            "",
            json!({ "date": "2026-06-10", "point": "90 days before" }),
        ),
        "next comes 90 days before: until 2026-03-13 10:00",
        "接下来是之前 90 天，等到 2026-03-13 10:00",
    );
}

#[test]
fn what_was_done_says_for_whom_and_why() {
    check(
        &line(
            Did::Assign,
            "inside_sales",
            Outcome::Done,
            "",
            json!({ "rule": "round_robin", "rep": "li.na", "passed_over": { "wang.wei": "away", "chen.jie": "full" } }),
        ),
        "now belongs to li.na (each in turn); passed over: chen.jie has as many as they may have, wang.wei is away",
        "现在由 li.na 负责（轮流）；没有选中：chen.jie 已满，wang.wei 不在",
    );
    check(
        &line(
            Did::Task,
            "电话",
            Outcome::Done,
            "",
            json!({ "rep": "li.na", "due": "2026-03-16T10:00:00+08:00" }),
        ),
        "for li.na, due 2026-03-16 10:00",
        "交给 li.na，期限 2026-03-16 10:00",
    );
    check(
        &line(
            Did::If,
            "customer.tier == \"gold\"",
            Outcome::Done,
            "",
            json!({ "branch": "else", "customer.tier": "basic" }),
        ),
        "no: customer.tier is basic",
        "不成立：customer.tier 是 basic",
    );
    check(
        &line(
            Did::Enroll,
            "deal.stage_changed",
            Outcome::Entered,
            "",
            json!({ "key": "D1", "holdout": true }),
        ),
        "the stage of the deal changed, for `D1`; held out to measure what this workflow brings, so nothing is done",
        "deal 的阶段变了，对应 `D1`；分在对照组，用来衡量效果，所以什么都不做",
    );
    check(
        &line(Did::Exit, "silence", Outcome::Exited, "silence", json!({})),
        "the workflow says “silence”",
        "流程里写的是“silence”",
    );
}

#[test]
fn one_and_many_are_told_apart() {
    check(
        &line(Did::Wait, "1 day", Outcome::Waits, "", json!({})),
        "1 day, until 2026-03-13 10:00",
        "1 天，等到 2026-03-13 10:00",
    );
    check(
        &line(Did::Repeat, "3", Outcome::Done, "until", json!({ "passes": 1 })),
        "enough after 1 round",
        "做了 1 遍，已经够了",
    );
    check(
        &line(Did::AddScore, "lead_score", Outcome::Done, "", json!({ "points": 10 })),
        "+10 points",
        "+10 分",
    );
}

/// Every line that the interpreter can write: kind, outcome, reason, with the least and the most of values.
fn every_line() -> Vec<TraceLine> {
    let messages = [Did::Email, Did::Sms, Did::Message];
    let mut all = Vec::new();
    let mut put = |did, what: &str, outcome, reason: &str, values: Json| {
        all.push(line(did, what, outcome, reason, json!({})));
        all.push(line(did, what, outcome, reason, values));
    };
    for what in [
        "date",
        "inactive",
        "schedule",
        "manual",
        "boss",
        "order.paid",
        "customer.changed",
        "deal.stage_changed",
    ] {
        put(Did::Enroll, what, Outcome::Entered, "", json!({ "holdout": true, "key": "D1" }));
    }
    for reason in ["no_key", "loop", "already", "reentry", "audience", "exit_when", "goal", "missed"] {
        let values = match reason {
            "reentry" => {
                json!({ "last_entry": "2026-01-01T00:00:00Z", "again_from": "2026-07-01T00:00:00Z" })
            }
            _ => json!({ "customer.spend": 57 }),
        };
        put(Did::Enroll, "date", Outcome::Refused, reason, values);
    }
    put(Did::Enroll, "paused", Outcome::Refused, "missed", json!({}));
    for did in messages {
        for reason in [
            "consent",
            "suppressed",
            "no_address",
            "only_if",
            "duplicate",
            "late",
            "quiet_hours",
            "window",
            "held_out",
            "frequency_cap",
            "reserved",
            "spacing",
            "hold_while",
            "not_approved",
        ] {
            let values = match reason {
                "late" => json!({ "due": "2026-03-11T01:00:00Z" }),
                "quiet_hours" | "window" => json!({ "until": "2026-03-14T01:00:00Z" }),
                "frequency_cap" | "reserved" | "spacing" => {
                    json!({ "cap": "2 per 7 days", "for": "festival", "until": "2026-03-14T01:00:00Z" })
                }
                "hold_while" => json!({ "customer.phone": null }),
                "not_approved" => json!({ "role": "legal" }),
                "only_if" => json!({ "customer.phone": null }),
                _ => json!({ "topic": "marketing" }),
            };
            put(did, "winback/offer", Outcome::Skipped, reason, values);
        }
        for reason in ["quiet_hours", "window", "spacing"] {
            put(did, "winback/offer", Outcome::Deferred, reason, json!({}));
        }
        let cap = json!({ "cap": "2 per 7 days", "for": "festival" });
        put(did, "winback/offer", Outcome::Skipped, "frequency_cap", json!({ "cap": "1 per day" }));
        put(did, "winback/offer", Outcome::Deferred, "frequency_cap", cap.clone());
        put(did, "winback/offer", Outcome::Deferred, "reserved", cap);
        put(did, "winback/offer", Outcome::Deferred, "hold_while", json!({ "customer.tier": "gold" }));
        put(did, "winback/offer", Outcome::Deferred, "not_approved", json!({ "role": "legal" }));
        put(did, "winback/offer", Outcome::Done, "", json!({}));
    }
    for did in Did::ALL {
        for reason in ["held_out", "only_if", "error"] {
            put(did, "x", Outcome::Skipped, reason, json!({ "error": "no phone" }));
        }
        put(
            did,
            "x",
            Outcome::Done,
            "",
            json!({ "customer.tier": "gold", "rep": "li.na", "date": "2026-04-01" }),
        );
        put(did, "x", Outcome::Waits, "", json!({ "date": "2026-04-01", "point": "on the date" }));
    }
    for (did, reason) in [
        (Did::Notify, "owner_unknown"),
        (Did::Task, "owner_unknown"),
        (Did::Assign, "owned"),
        (Did::Assign, "nobody_available"),
        (Did::Assign, "team_unknown"),
        (Did::MoveStage, "not_allowed"),
        (Did::MoveStage, "same_stage"),
        (Did::MoveStage, "no_entity"),
        (Did::Set, "no_entity"),
        (Did::WaitForDate, "no_date"),
        (Did::Timeline, "no_date"),
        (Did::Timeline, "past"),
    ] {
        let values = json!({
            "rep": "li.na", "from": "Won", "date": "2026-04-01", "point": "1 day after",
            "passed_over": { "li.na": "away", "wang.wei": "asleep" },
        });
        put(did, "x", Outcome::Skipped, reason, values);
    }
    put(Did::WaitForDate, "x", Outcome::Waits, "moved", json!({ "date": "2026-04-01" }));
    put(Did::WaitForDate, "x", Outcome::Done, "past", json!({ "date": "2026-04-01" }));
    put(Did::Timeline, "x", Outcome::Done, "moved", json!({ "date": "2026-04-01" }));
    put(Did::WaitFor, "email.clicked", Outcome::Done, "came", json!({ "event": "email.clicked" }));
    put(Did::WaitFor, "email.clicked", Outcome::Done, "timeout", json!({}));
    put(Did::Repeat, "3", Outcome::Done, "until", json!({ "passes": 2 }));
    put(Did::Repeat, "3", Outcome::Done, "times", json!({ "passes": 3 }));
    put(Did::Choose, "otherwise", Outcome::Done, "", json!({ "branch": 2 }));
    put(Did::Choose, "none", Outcome::Done, "", json!({}));
    put(Did::Goal, "order.paid", Outcome::Done, "", json!({ "value": 120 }));
    for reason in ["refused", "not_accepted", "superseded"] {
        put(Did::Assign, "sales", Outcome::Skipped, reason, json!({}));
    }
    for reason in ["accepted", "backup"] {
        put(Did::Assign, "sales", Outcome::Done, reason, json!({ "rep": "li.na" }));
    }
    for reason in ["remind", "ladder_ended", "backup", "pool_soon"] {
        put(Did::Notify, "owner", Outcome::Done, reason, json!({ "rep": "li.na" }));
    }
    let of_leads = [
        "begun",
        "accepted",
        "refused",
        "silent",
        "contacted",
        "superseded",
        "postponed",
        "pooled",
        "claimed",
    ];
    for what in of_leads {
        put(Did::Lead, what, Outcome::Done, "", json!({ "rep": "li.na", "until": "2026-03-14T01:00:00Z" }));
    }
    let limits = ["per_day", "full", "former_owner", "owned", "own", "not_in_pool", "not_a_member"];
    for reason in limits {
        put(Did::Lead, "claimed", Outcome::Refused, reason, json!({ "rep": "li.na" }));
    }
    for reason in ["end", "goal", "exit_when", "not_quiet", "past", "error", "silence"] {
        put(Did::Exit, reason, Outcome::Exited, reason, json!({}));
    }
    all
}

#[test]
fn every_decision_has_a_whole_sentence_in_both_languages() {
    let unknown: [&str; 2] = ["refused as `", "left out as `"];
    for line in every_line() {
        for language in Language::ALL {
            let said = because(&line, language);
            let about = format!("{:?} {:?} {:?} in {language}: {said}", line.did, line.outcome, line.reason);
            assert!(!said.trim().is_empty(), "{about}");
            assert!(!said.contains("trace-") && !said.contains("{$") && !said.contains("{ $"), "{about}");
            assert!(
                !unknown.iter().any(|start| said.starts_with(start)) && !said.contains("原因代码"),
                "{about}"
            );
            assert!(!noun(&line, language).starts_with("did-"), "{about}");
            if language == Language::En {
                assert!(!said.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)), "{about}");
            }
        }
    }
}

#[test]
fn a_code_of_the_future_is_still_said() {
    let line = line(Did::Email, "x", Outcome::Skipped, "of_the_future", json!({}));
    check(&line, "left out as `of_the_future`", "已跳过，原因代码 `of_the_future`");
}

#[test]
fn the_exchange_form_carries_the_sentence() {
    let line = line(Did::Email, "winback/offer", Outcome::Skipped, "suppressed", json!({}));
    let json = json(&line, Language::En);
    assert_eq!(json["because"], "this customer must not be written to any more");
    assert_eq!(json["reason"], "suppressed");
    assert_eq!(json["at"], "2026-03-12T09:00:00+08:00");
}
