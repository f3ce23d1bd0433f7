//! The page of a simulation in both languages.

use super::*;
use crate::view::sample;
use serde_json::json;

fn summary() -> SimulationSummary {
    let zone = model::zone::zone("Asia/Shanghai").unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut summary = SimulationSummary::new(
        vec!["birthday".to_owned()],
        at("2026-03-07T16:00:00Z"),
        at("2026-03-10T16:00:00Z"),
        zone,
    );
    let lines = [
        sample::line("2026-03-08T01:00:00Z", Did::Enroll, "date", Outcome::Entered, "", json!({})),
        sample::line("2026-03-08T01:00:00Z", Did::Email, "birthday/card", Outcome::Done, "", json!({})),
        sample::line(
            "2026-03-10T01:00:00Z",
            Did::Enroll,
            "date",
            Outcome::Entered,
            "",
            json!({ "holdout": true }),
        ),
        sample::line(
            "2026-03-10T01:00:00Z",
            Did::Assign,
            "care",
            Outcome::Done,
            "",
            json!({ "rep": "li.na" }),
        ),
        sample::line("2026-03-10T01:00:00Z", Did::Task, "电话", Outcome::Done, "", json!({ "rep": "li.na" })),
        sample::line("2026-03-10T01:00:00Z", Did::Email, "birthday/card", Outcome::Done, "", json!({})),
        sample::line("2026-03-10T01:00:00Z", Did::Email, "birthday/card", Outcome::Done, "", json!({})),
        sample::line(
            "2026-03-10T01:00:00Z",
            Did::Email,
            "birthday/card",
            Outcome::Skipped,
            "consent",
            json!({ "topic": "marketing" }),
        ),
        sample::line("2026-03-10T02:00:00Z", Did::Goal, "order.paid", Outcome::Done, "", json!({})),
        sample::line("2026-03-10T02:00:00Z", Did::Exit, "goal", Outcome::Exited, "goal", json!({})),
    ];
    let mut lines = lines.to_vec();
    // Of the two entries the second is somebody else's.
    if let Some(second) = lines.get_mut(2) {
        second.customer = model::CustomerId::new("c11");
    }
    for line in &lines {
        summary.take(line);
    }
    summary.customers = 23_544;
    summary.took = Duration::from_millis(420);
    summary.samples.push(Sample {
        customer: "c01".to_owned(),
        at: jiff::civil::date(2026, 3, 8).at(9, 0, 0, 0),
        subject: "李娜，生日快乐".to_owned(),
        text: "生日快乐，李娜\n\n愿您今天有一杯好咖啡。\n\n三\n\n四".to_owned(),
    });
    summary.without_history.push("tier".to_owned());
    summary
}

#[test]
fn the_page_in_english() {
    assert_eq!(
        human(&summary(), Language::En),
        "birthday, from 2026-03-08 to 2026-03-11: of 23,544 customers 2 would have entered, and 3 messages would have \
         gone out; 1 held out to measure; 1 goal reached (0.4 s)\n\
         \n\
         Messages\n\
         \x20 2026-03-08 Sun  ████████████████████ 1\n\
         \x20 2026-03-09 Mon  ·\n\
         \x20 2026-03-10 Tue  ████████████████████████████████████████ 2\n\
         \n\
         By template\n\
         \x20 3  email  birthday/card\n\
         \n\
         What did not happen, and why\n\
         \x20 1  skipped  consent  e.g. c10: there is no consent to “marketing”\n\
         \n\
         Left\n\
         \x20 1  goal  the goal is reached\n\
         \n\
         Reps\n\
         \x20 rep    leads  tasks\n\
         \x20 li.na      1      1\n\
         \n\
         Some of the mails\n\
         \x20 c01  2026-03-08 09:00  李娜，生日快乐\n\
         \x20   │ 生日快乐，李娜\n\
         \x20   │ 愿您今天有一杯好咖啡。\n\
         \x20   │ 三\n\
         \n\
         Nobody reacts to a simulated message: it causes no opens, clicks or replies. Nothing was sent or written.\n\
         Read as they are today, because their past is not known: tier\n"
    );
}

#[test]
fn who_enters_twice_is_one_person() {
    let mut summary = summary();
    summary.take(&sample::line("2026-03-10T05:00:00Z", Did::Enroll, "date", Outcome::Entered, "", json!({})));
    let text = sentence(&summary, Language::En);
    assert!(
        text.contains("of 23,544 customers 2 would have entered (3 entries in all), and 3 messages"),
        "{text}"
    );
    let text = sentence(&summary, Language::Zh);
    assert!(text.contains("23,544 位客户中有 2 位会进入（共进入 3 次），会发出 3 条消息"), "{text}");
}

#[test]
fn the_page_in_chinese() {
    let text = human(&summary(), Language::Zh);
    assert!(
        text.starts_with(
            "birthday，2026-03-08 到 2026-03-11：23,544 位客户中有 2 位会进入，会发出 3 条消息；其中 1 位分在对照组；达成目标 1 次（0.4 s）\n"
        ),
        "{text}"
    );
    assert!(text.contains("  1  跳过  consent  例如 c10：客户没有同意“marketing”\n"), "{text}");
    assert!(text.contains("  2026-03-09 周一  ·\n"), "{text}");
    assert!(text.contains("模拟的消息没有人打开、点击或回复"), "{text}");
}

#[test]
fn long_times_are_shown_by_week_and_by_month() {
    let mut summary = summary();
    summary.to = "2026-05-31T16:00:00Z".parse().unwrap();
    let text = human(&summary, Language::En);
    assert!(
        text.contains(
            "  2026-03-02  ████████████████████ 1\n  2026-03-09  ████████████████████████████████████████ 2\n"
        ),
        "{text}"
    );
    summary.to = "2027-12-31T16:00:00Z".parse().unwrap();
    let text = human(&summary, Language::En);
    assert!(text.contains("  2026-03  ████████████████████████████████████████ 3\n  …\n"), "{text}");
}
