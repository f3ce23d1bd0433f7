//! Robots: signatures, texts that call nobody, and what the real error bodies are taken for.

use super::*;
use crate::{Fate, Retry};

fn robot(chat: Chat) -> Robot {
    Robot::new(&Reach::default(), chat, "https://robots.example.com/hook?key=k", None).unwrap()
}

fn fate(chat: Chat, status: u16, body: &str, wait: Option<i64>) -> String {
    let wait = wait.map(SignedDuration::from_secs);
    let answer = Answer { status, body: Some(body.to_owned()), wait };
    match robot(chat).judge(&answer) {
        Fate::Accepted { .. } => "accepted".to_owned(),
        Fate::Rejected { kind, .. } => format!("rejected {kind:?}"),
        Fate::Deferred { retry: Retry::After(wait), .. } => format!("deferred {}", wait.as_secs()),
        Fate::Deferred { .. } => "deferred".to_owned(),
        Fate::Unknown { .. } => "unknown".to_owned(),
    }
}

#[test]
fn each_answer_is_taken_for_what_it_says_and_not_for_its_status() {
    let cases: [(Chat, u16, &str, &str); 27] = [
        (Chat::WeCom, 200, r#"{"errcode":0,"errmsg":"ok"}"#, "accepted"),
        (Chat::WeCom, 200, r#"{"errcode":45009,"errmsg":"api freq out of limit, hint: [1]"}"#, "deferred 60"),
        (
            Chat::WeCom,
            200,
            r#"{"errcode":93000,"errmsg":"invalid webhook url, hint: [1]"}"#,
            "rejected Configuration",
        ),
        (Chat::WeCom, 200, r#"{"errcode":45002,"errmsg":"content size out of limit"}"#, "rejected Policy"),
        (Chat::WeCom, 200, r#"{"errcode":-1,"errmsg":"system busy"}"#, "deferred"),
        (Chat::WeCom, 200, "<html>captive portal</html>", "unknown"),
        (Chat::WeCom, 502, "bad gateway", "deferred"),
        (Chat::DingTalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#, "accepted"),
        (
            Chat::DingTalk,
            200,
            r#"{"errcode":310000,"errmsg":"keywords not in content, more: [https://x]"}"#,
            "rejected Configuration",
        ),
        (
            Chat::DingTalk,
            200,
            r#"{"errcode":310000,"errmsg":"sign not match, more: [https://x]"}"#,
            "rejected Configuration",
        ),
        (
            Chat::DingTalk,
            200,
            r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#,
            "deferred 600",
        ),
        (
            Chat::DingTalk,
            200,
            r#"{"errcode":300001,"errmsg":"token is not exist"}"#,
            "rejected Configuration",
        ),
        (Chat::DingTalk, 200, r#"{"errcode":90030,"errmsg":"webhook over limit"}"#, "deferred 3600"),
        (Chat::DingTalk, 200, r#"{"errcode":430102,"errmsg":"text"}"#, "rejected Policy"),
        (Chat::Feishu, 200, r#"{"code":0,"msg":"success","data":{}}"#, "accepted"),
        (Chat::Feishu, 200, r#"{"StatusCode":0,"StatusMessage":"success"}"#, "accepted"),
        (
            Chat::Feishu,
            200,
            r#"{"code":19021,"data":{},"msg":"sign match fail or timestamp is not within one hour from current time"}"#,
            "rejected Configuration",
        ),
        (Chat::Feishu, 400, r#"{"code":9499,"msg":"Bad Request","data":{}}"#, "rejected Policy"),
        (
            Chat::Feishu,
            200,
            r#"{"code":11232,"msg":"frequency limited psm[lark.oapi.app_platform_runtime]"}"#,
            "deferred 60",
        ),
        (Chat::Feishu, 429, "", "deferred 60"),
        (Chat::Slack, 200, "ok", "accepted"),
        (Chat::Slack, 400, "invalid_payload", "rejected Policy"),
        (Chat::Slack, 404, "no_service", "rejected Configuration"),
        (Chat::Slack, 410, "channel_is_archived", "rejected Configuration"),
        (Chat::Slack, 500, "rollup_error", "deferred"),
        (Chat::Slack, 429, "rate_limited", "deferred 60"),
        (Chat::Slack, 200, "<html>", "unknown"),
    ];
    for (chat, status, body, expected) in cases {
        assert_eq!(fate(chat, status, body, None), expected, "{chat:?} {status} {body}");
    }
    assert_eq!(fate(Chat::Slack, 429, "rate_limited", Some(30)), "deferred 30");
}

#[test]
fn a_customers_name_calls_nobody() {
    for (text, calm_text) in [
        ("@all 王芳 付款了", "＠all 王芳 付款了"),
        ("@所有人 @ALL @here", "＠所有人 ＠ALL ＠here"),
        ("<@U123> <!channel> <#C1>", "＜@U123> ＜!channel> ＜#C1>"),
        ("<at user_id=\"all\">所有人</at>", "＜at user_id=\"all\">所有人＜/at>"),
        ("写信到 li@example.cn，3 < 4", "写信到 li@example.cn，3 < 4"),
    ] {
        assert_eq!(calm(text), calm_text);
    }
    let slack = slack::body(&calm("<!channel> <https://evil.example|click> A&B"));
    assert_eq!(slack["text"], "＜!channel&gt; &lt;https://evil.example|click&gt; A&amp;B");
}

#[test]
fn a_long_text_is_cut_between_letters() {
    let short = cut(&"好".repeat(1_000), Chat::WeCom.longest());
    assert!(short.len() <= 2_048 && short.ends_with("好…"), "{}", short.len());
    assert_eq!(cut("好", 3), "好");
}

#[test]
fn signatures_are_computed_as_the_makers_describe() {
    let now = Timestamp::from_second(1_599_360_473).unwrap();
    // Computed by the samples in Python of both makers' pages.
    assert_eq!(
        dingtalk::query("SECthis is secret", now),
        "timestamp=1599360473000&sign=34ZfaID44JFjYdnsx63%2F8kcge%2B4CqWG8VYyrEnLGCpc%3D"
    );
    assert_eq!(feishu::body("x", Some("demo"), now)["sign"], "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
    assert_eq!(feishu::body("x", None, now).get("sign"), None);
}
