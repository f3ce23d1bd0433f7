//! Providers: what is asked, without a network, and what answers are taken for.

use super::*;
use serde_json::json;

fn settings(url: &str) -> Settings {
    Settings {
        url: Some(Secret::new(url)),
        method: Method::POST,
        headers: Vec::new(),
        secrets: BTreeMap::new(),
        sign: None,
        auth: None,
        success: Match::of_status([(200, 299)]),
        retry_on: Match::default(),
        bounce_on: Match::default(),
        keep: None,
        timeout: Duration::from_secs(5),
    }
}

fn call(body: Json) -> Call {
    Call { id: "se_1".to_owned(), url: None, body }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn asked(settings: Settings, call: &Call, token: &str) -> (String, Vec<String>, String) {
    let reach = Reach::default();
    let ask = Provider::new(&reach, settings).unwrap().request(&reach, call, token, now()).unwrap();
    let headers = ask.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    (ask.address.target(), headers.collect(), String::from_utf8(ask.body).unwrap())
}

#[test]
fn a_customers_text_is_one_value_of_json_whatever_it_holds() {
    let text = "\"}, \"admin\": true, \"x\": {\"\n\u{0}";
    let (_, _, body) = asked(settings("https://sms.example.com/send"), &call(json!({ "text": text })), "");
    let read: Json = serde_json::from_str(&body).unwrap();
    assert_eq!(read, json!({ "text": text }));
}

#[test]
fn secrets_and_the_token_stand_where_the_body_names_them() {
    let mut own = settings("https://sms.example.com/send");
    own.secrets = BTreeMap::from([("SMS_KEY".to_owned(), Secret::new("k\"1"))]);
    let body = json!({ "key": secret_tag("SMS_KEY"), "list": [TOKEN], "text": "{{token}} secret SMS_KEY" });
    let (_, headers, body) = asked(own, &call(body), "t1");
    let read: Json = serde_json::from_str(&body).unwrap();
    assert_eq!(read, json!({ "key": "k\"1", "list": ["t1"], "text": "{{token}} secret SMS_KEY" }));
    assert_eq!(headers, ["content-type: application/json; charset=utf-8"]);
}

#[test]
fn a_token_is_a_bearers_unless_the_file_places_it() {
    let (_, headers, _) = asked(settings("https://sms.example.com/send"), &call(json!({})), "t/1");
    assert!(headers.contains(&"authorization: Bearer t/1".to_owned()), "{headers:?}");
    let (target, headers, _) =
        asked(settings("https://a.example.com/x?access_token={{token}}"), &call(json!({})), "t/1");
    assert_eq!(target, "/x?access_token=t%2F1");
    assert_eq!(headers.len(), 1, "{headers:?}");
    let mut own = settings("https://sms.example.com/send");
    own.headers = vec![("x-token".to_owned(), Secret::new("v {{token}}"))];
    let (_, headers, _) = asked(own, &call(json!({})), "t1");
    assert!(headers.contains(&"x-token: v t1".to_owned()), "{headers:?}");
}

#[test]
fn answers_are_taken_as_the_file_says() {
    let mut own = settings("https://sms.example.com/send");
    own.success = Match { status: vec![(200, 299)], ..Match::of_json("code", ["OK"]) };
    own.retry_on = Match::of_json("code", ["LIMIT"]);
    own.bounce_on = Match::of_json("code", ["NUMBER"]);
    own.keep = Some("id".to_owned());
    let provider = Provider::new(&Reach::default(), own).unwrap();
    let fate = |status, body: Option<&str>| {
        provider.judge(Answer { status, body: body.map(str::to_owned), wait: None })
    };
    let word = |status, body| match fate(status, body) {
        Fate::Accepted { reply } => format!("accepted {}", reply.text),
        Fate::Rejected { kind, .. } => format!("{kind:?}"),
        Fate::Deferred { .. } => "deferred".to_owned(),
        Fate::Unknown { .. } => "unknown".to_owned(),
    };
    for (status, body, expected) in [
        (200, Some(r#"{"code":"OK","id":17}"#), "accepted HTTP 200 id 17"),
        (200, Some(r#"{"code":"LIMIT"}"#), "deferred"),
        (200, Some(r#"{"code":"NUMBER"}"#), "Permanent"),
        (200, Some(r#"{"code":"NO_MONEY"}"#), "Policy"),
        (200, Some("<html>"), "unknown"),
        (200, None, "unknown"),
        (429, None, "deferred"),
        (503, None, "deferred"),
        (500, None, "unknown"),
        (401, Some("{}"), "Configuration"),
        (302, None, "Policy"),
        (422, Some("{}"), "Policy"),
    ] {
        assert_eq!(word(status, body), expected, "{status} {body:?}");
    }
}

#[test]
fn nothing_secret_is_shown() {
    let mut own = settings("https://sms.example.com/canary-url");
    own.secrets = BTreeMap::from([("SMS_KEY".to_owned(), Secret::new("canary-key"))]);
    own.headers = vec![("y".to_owned(), Secret::new("canary-value"))];
    own.auth = Some(Auth {
        url: Secret::new("https://sms.example.com/canary-auth"),
        headers: vec![("x".to_owned(), Secret::new("canary-header"))],
        content: Content::Form(vec![("secret".to_owned(), Secret::new("canary-form"))]),
        json: "access_token".to_owned(),
        lasts: USUAL_TOKEN,
        refresh_on: Match::default(),
    });
    let shown = format!("{:?}", Provider::new(&Reach::default(), own).unwrap());
    assert!(!shown.contains("canary"), "{shown}");
}
