//! Channels by HTTP through the whole engine, each against a system on loopback that looks at what it is asked and
//! answers as the real ones do: providers of texts, robots of chats, signed webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;
use tests::binary::command;
use tests::driven::Driven;
use tests::hook::{Hook, Say};
use tests::real::Project;

tests::on_both_waiting! {
    a_text_goes_by_the_provider_and_its_answer_decides,
    an_answer_that_never_came_is_unknown_or_asked_again,
    a_rate_is_kept_over_a_restart_and_nobody_sleeps,
    a_token_is_fetched_once_and_anew_when_it_is_refused,
    clouds_get_their_signatures,
    robots_are_told_in_their_own_ways,
    a_robot_that_is_too_fast_waits_as_long_as_it_is_told,
    a_webhook_that_is_gone_is_closed_until_it_is_opened,
    a_webhook_that_is_gone_is_told_again_at_another_address,
    a_webhook_is_signed_and_waits_as_it_is_asked,
    a_process_that_dies_in_the_middle_of_a_call_keeps_its_word,
}

const MINUTE: i64 = 60;

/// A project whose customers, so many, paid just now: `steps` begin, texts are of the topic `topic`.
struct Paid {
    project: Project,
}

/// A database of its own, of the same kind: what one project did is nothing to the next.
fn another(database: &str) -> String {
    if database.is_empty() { String::new() } else { tests::both::on_postgres() }
}

impl Paid {
    fn new(database: &str, customers: usize, channels: &str, steps: &str) -> Self {
        let project = Project::empty();
        let listen = tests::sink::free_port().local_addr().expect("a bound listener has an address");
        for (name, text) in [
            (
                "nurture.toml",
                format!("zone = \"UTC\"\nlanguage = \"en\"\n{database}delivery = \"live\"\nallow_private_hosts = [\"127.0.0.1\"]\nlisten = \"{listen}\"\nlease = \"2 seconds\"\n"),
            ),
            ("workflows/model.yaml", "model: shop\nevents:\n  order.paid: { amount: number }\n".to_owned()),
            ("workflows/topics.yaml", "topics:\n  service: { class: transactional, title: Service }\n  news: { class: marketing, title: News }\n".to_owned()),
            ("workflows/teams.yaml", "teams:\n  sales:\n    members: [ann]\n".to_owned()),
            ("workflows/templates/short.txt.hbs", "Hello {{default customer.name \"you\"}}.\n".to_owned()),
            ("workflows/channels.yaml", format!("channels:\n{channels}")),
            ("workflows/told.yaml", format!("workflow: told\ntrigger: {{ event: order.paid }}\nconsent: none\nsteps:\n{steps}")),
            ("reps.csv", "external_id,name\nann,Ann\n".to_owned()),
        ] {
            project.write(name, &text);
        }
        let line = |n: usize| {
            format!("c{n},\"L\"\"i\",+86138{n:08},ann,2026-01-01T00:00:00Z,granted,2026-01-01,form\n")
        };
        let rows: String = (0..customers).map(line).collect();
        project.write(
            "customers.csv",
            &format!(
                "external_id,name,phone,owner,created_at,consent.news,consent_at,consent_source\n{rows}"
            ),
        );
        project.fine(&["import", "reps", "reps.csv"]);
        project.fine(&["import", "customers", "customers.csv"]);
        project.fine(&["publish"]);
        let now = jiff::Timestamp::now();
        let event = |n: usize| json!({ "event": "order.paid", "customer": format!("c{n}"), "at": now });
        let events: String = (0..customers).map(|n| format!("{}\n", event(n))).collect();
        project.write("events.jsonl", &events);
        project.fine(&["import", "events", "events.jsonl"]);
        Self { project }
    }

    async fn driven(&self) -> Driven {
        Driven::over(self.project.path()).await
    }
}

fn states(of: &[(&str, i64)]) -> Vec<(String, i64)> {
    of.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect()
}

const TEXT: &str = "  - sms: short\n    topic: service\n";

/// A provider of texts that answers with a code, whatever its status.
fn provider(hook: &Hook, more: &str) -> String {
    format!(
        "  sms:\n    kind: http_json\n    url: \"{}\"\n    signature: 云杉\n    body: {{ to: \"{{{{customer.phone}}}}\", text: \"{{{{text}}}}\", key: {{ secret: SECRET_IS_K1 }} }}\n    success: {{ status: 2xx, json: {{ code: OK }} }}\n    retry_on: {{ json: {{ code: BUSY }} }}\n    bounce_on: {{ json: {{ code: NO_NUMBER }} }}\n    keep: id\n{more}",
        hook.url()
    )
}

async fn a_text_goes_by_the_provider_and_its_answer_decides(database: &str) {
    let say = |code: &str| Say::Status(200, json!({ "code": code, "id": 71 }));
    let hook = Hook::start([say("BUSY"), say("OK")]);
    let paid = Paid::new(&another(database), 1, &provider(&hook, ""), TEXT);
    let driven = paid.driven().await;
    driven.work().await;
    assert_eq!(driven.states().await, states(&[("due", 1)]), "busy");
    driven.work_after(2 * MINUTE).await;
    assert_eq!(driven.states().await, states(&[("accepted", 1)]));
    let asked = hook.asked();
    let told = json!({ "to": "+8613800000000", "text": "【云杉】Hello L\"i.", "key": "k1" });
    assert_eq!(asked.iter().map(|asked| &asked.body).collect::<Vec<_>>(), [&told, &told]);
    assert_eq!(driven.count("SELECT count(*) FROM send WHERE reply = 'HTTP 200 id 71'").await, 1);

    let hook = Hook::start([say("NO_NUMBER"), say("NO_MONEY")]);
    let paid = Paid::new(&another(database), 2, &provider(&hook, ""), TEXT);
    let driven = paid.driven().await;
    driven.work().await;
    assert_eq!(driven.states().await, states(&[("rejected", 2)]));
    let suppressed = "SELECT count(*) FROM suppression WHERE medium = 'sms' AND reason = 'hard_bounce'";
    assert_eq!(driven.count(suppressed).await, 1, "only a number that does not work");
}

async fn an_answer_that_never_came_is_unknown_or_asked_again(database: &str) {
    // Marketing is held; what the channel says beats the class.
    for (more, topic, expected) in [
        ("", "news", ("unknown", 1)),
        ("", "service", ("accepted", 2)),
        ("    on_unknown: resend\n", "news", ("accepted", 2)),
        ("    on_unknown: hold\n", "service", ("unknown", 1)),
    ] {
        let hook = Hook::start([Say::Close, Say::Status(200, json!({ "code": "OK" }))]);
        let steps = format!("  - sms: short\n    topic: {topic}\n");
        let paid = Paid::new(&another(database), 1, &provider(&hook, more), &steps);
        let driven = paid.driven().await;
        driven.work().await;
        driven.work_after(5 * MINUTE).await;
        assert_eq!(driven.states().await, states(&[(expected.0, 1)]), "{more}{topic}");
        assert_eq!(hook.asked().len(), expected.1, "{more}{topic}");
    }
}

async fn a_rate_is_kept_over_a_restart_and_nobody_sleeps(database: &str) {
    let hook = Hook::start((0..30).map(|_| Say::Status(200, json!({ "code": "OK" }))));
    let paid = Paid::new(&another(database), 30, &provider(&hook, "    rate: { per_minute: 10 }\n"), TEXT);
    let driven = paid.driven().await;
    driven.work().await;
    assert_eq!(hook.asked().len(), 1, "a tenth of the number, and never more than ten in a minute");
    assert_eq!(driven.states().await, states(&[("accepted", 1), ("due", 29)]));
    let waits = "SELECT count(*) FROM send WHERE state = 'due' AND reason = 'rate' AND attempt = 0";
    assert_eq!(driven.count(waits).await, 29);
    driven.end().await;
    let driven = paid.driven().await;
    driven.work().await;
    let before = hook.asked().len();
    assert!(before <= 2, "a restart is no fresh start: {before}");
    for minute in 1..=4 {
        for _ in 0..10 {
            driven.work_after(6).await;
        }
        let asked = hook.asked().len();
        assert!(asked <= before + 10 * minute && asked + 2 >= 10 * minute.min(3), "{minute}: {asked}");
    }
    assert_eq!(driven.states().await, states(&[("accepted", 30)]));
}

async fn a_token_is_fetched_once_and_anew_when_it_is_refused(database: &str) {
    let token = |name: &str| Say::Status(200, json!({ "access_token": name }));
    let good = || Say::Status(200, json!({ "code": "OK" }));
    // One call at a time: token, message, refused message, token, message.
    let hook = Hook::start([token("t1"), good(), Say::Status(401, json!({})), token("t2"), good()]);
    let auth = format!(
        "    auth: {{ url: \"{}\", form: {{ grant_type: client_credentials, secret: {{ secret: SECRET_IS_CANARY }} }}, json: access_token, for: 7000 seconds }}\n    rate: {{ per_hour: 1 }}\n",
        hook.url()
    );
    let paid = Paid::new(&another(database), 2, &provider(&hook, &auth), TEXT);
    let driven = paid.driven().await;
    driven.work().await;
    driven.work_after(61 * MINUTE).await;
    assert_eq!(driven.states().await, states(&[("accepted", 2)]));
    let asked = hook.asked();
    let bearers: Vec<_> =
        asked.iter().map(|asked| asked.headers.get("authorization").map(String::as_str)).collect();
    assert_eq!(bearers, [None, Some("Bearer t1"), Some("Bearer t1"), None, Some("Bearer t2")]);
    assert_eq!(asked[0].text, "grant_type=client_credentials&secret=canary");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key is one");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn clouds_get_their_signatures(database: &str) {
    let keys = "    key_id: { secret: SECRET_IS_AKID }\n    key: { secret: SECRET_IS_CANARY }\n";
    let hook = Hook::start([Say::Status(200, json!({ "Code": "OK", "BizId": "9006^0" }))]);
    let channels = format!(
        "  sms:\n    kind: http_json\n    url: \"{}\"\n    sign: aliyun\n{keys}    body: {{ PhoneNumbers: \"{{{{customer.phone}}}}\", SignName: 云杉, TemplateCode: \"{{{{vars.code}}}}\", TemplateParam: \"{{{{vars}}}}\" }}\n",
        hook.url().replace("/hooks", "/")
    );
    let steps = "  - sms: short\n    topic: service\n    vars: { code: SMS_1, gift: 满 200 减 50 }\n";
    let paid = Paid::new(&another(database), 1, &channels, steps);
    let driven = paid.driven().await;
    driven.work().await;
    assert_eq!(driven.count("SELECT count(*) FROM send WHERE reply = 'HTTP 200 BizId 9006^0'").await, 1);
    let asked = &hook.asked()[0];
    let query = asked.target.strip_prefix("POST /?").expect("parameters stand in the query");
    assert!(
        query.contains("PhoneNumbers=%2B8613800000000&SignName=%E4%BA%91%E6%9D%89&TemplateCode=SMS_1&"),
        "{query}"
    );
    assert!(query.contains("%22gift%22%3A%22%E6%BB%A1%20200"), "{query}");
    // Signed anew from what came, as the cloud does.
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    let names = [
        "host",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    ];
    let lines: String = names.iter().map(|name| format!("{name}:{}\n", header(name))).collect();
    let canonical = format!("POST\n/\n{query}\n{lines}\n{}\n{}", names.join(";"), sha256(b""));
    let signature =
        hex(&hmac(b"canary", format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes())).as_bytes()));
    let expected =
        format!("ACS3-HMAC-SHA256 Credential=akid,SignedHeaders={},Signature={signature}", names.join(";"));
    assert_eq!(header("authorization"), expected);

    let sent = json!({ "Response": { "SendStatusSet": [{ "SerialNo": "5000:1", "Code": "Ok" }] } });
    let refused =
        json!({ "Response": { "Error": { "Code": "AuthFailure.SignatureFailure", "Message": "x" } } });
    let hook = Hook::start([Say::Status(200, sent), Say::Status(200, refused)]);
    let channels = format!(
        "  sms:\n    kind: http_json\n    url: \"{}\"\n    sign: tencent\n{keys}    body: {{ PhoneNumberSet: [\"{{{{customer.phone}}}}\"], SmsSdkAppId: \"1400006666\", TemplateId: \"{{{{vars.code}}}}\" }}\n    rate: {{ per_hour: 1 }}\n",
        hook.url().replace("/hooks", "/")
    );
    let paid = Paid::new(
        database,
        2,
        &channels,
        "  - sms: short\n    topic: service\n    vars: { code: \"1110\" }\n",
    );
    let driven = paid.driven().await;
    driven.work().await;
    driven.work_after(61 * MINUTE).await;
    assert_eq!(driven.states().await, states(&[("accepted", 1), ("rejected", 1)]));
    let asked = &hook.asked()[0];
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    let canonical = format!(
        "POST\n/\n\ncontent-type:{}\nhost:{}\nx-tc-action:sendsms\n\ncontent-type;host;x-tc-action\n{}",
        header("content-type"),
        header("host"),
        sha256(asked.text.as_bytes())
    );
    let at = header("x-tc-timestamp");
    let date = jiff::Timestamp::from_second(at.parse().expect("seconds"))
        .expect("an instant")
        .strftime("%Y-%m-%d")
        .to_string();
    let service = header("host").split('.').next().unwrap_or_default().to_owned();
    let scope = format!("{date}/{service}/tc3_request");
    let text = format!("TC3-HMAC-SHA256\n{at}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let key = hmac(&hmac(&hmac(b"TC3canary", date.as_bytes()), service.as_bytes()), b"tc3_request");
    assert!(header("authorization").ends_with(&format!("Signature={}", hex(&hmac(&key, text.as_bytes())))));
    assert_eq!(
        (header("x-tc-version").as_str(), header("x-tc-region").as_str()),
        ("2021-01-11", "ap-guangzhou")
    );
}

const NOTIFY: &str =
    "  - notify: owner\n    text: \"@all {{customer.external_id}} has <b>paid</b>\"\n    via: robot\n";

async fn robots_are_told_in_their_own_ways(database: &str) {
    let line = "Ann: ＠all c0 has <b>paid</b>";
    for (kind, answer) in [
        ("wecom", Say::Status(200, json!({ "errcode": 0, "errmsg": "ok" }))),
        ("dingtalk", Say::Status(200, json!({ "errcode": 0, "errmsg": "ok" }))),
        ("feishu", Say::Status(200, json!({ "code": 0, "msg": "success" }))),
        ("slack", Say::Text(200, "", "ok")),
    ] {
        let hook = Hook::start([answer]);
        let key =
            if matches!(kind, "dingtalk" | "feishu") { ", key: { secret: SECRET_IS_CANARY }" } else { "" };
        let channels = format!("  robot: {{ kind: {kind}, url: \"{}?access_token=x\"{key} }}\n", hook.url());
        let paid = Paid::new(&another(database), 1, &channels, NOTIFY);
        let driven = paid.driven().await;
        driven.work().await;
        assert_eq!(driven.states().await, states(&[("accepted", 1)]), "{kind}");
        let asked = &hook.asked()[0];
        match kind {
            "wecom" => assert_eq!(asked.body, json!({ "msgtype": "text", "text": { "content": line } })),
            "dingtalk" => {
                assert_eq!(asked.body["text"]["content"], line);
                let query = asked.target.split_once("access_token=x&timestamp=").expect("signed").1;
                let (at, sign) = query.split_once("&sign=").expect("signed");
                let own = STANDARD.encode(hmac(b"canary", format!("{at}\ncanary").as_bytes()));
                assert_eq!(sign.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="), own);
            }
            "feishu" => {
                assert_eq!(asked.body["content"]["text"], line);
                let at = asked.body["timestamp"].as_str().expect("an instant");
                let own = STANDARD.encode(hmac(format!("{at}\ncanary").as_bytes(), b""));
                assert_eq!(asked.body["sign"], own);
            }
            _ => assert_eq!(asked.body["text"], "Ann: ＠all c0 has &lt;b&gt;paid&lt;/b&gt;"),
        }
    }
}

async fn a_robot_that_is_too_fast_waits_as_long_as_it_is_told(database: &str) {
    for (kind, answer, wait) in [
        (
            "dingtalk",
            Say::Status(
                200,
                json!({ "errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute" }),
            ),
            600,
        ),
        ("slack", Say::Text(429, "retry-after: 300\r\n", "rate_limited"), 300),
    ] {
        let good = Say::Text(200, "", if kind == "slack" { "ok" } else { "{\"errcode\":0}" });
        let hook = Hook::start([answer, good]);
        let channels = format!("  robot: {{ kind: {kind}, url: \"{}\" }}\n", hook.url());
        let paid = Paid::new(&another(database), 1, &channels, NOTIFY);
        let driven = paid.driven().await;
        driven.work().await;
        driven.work_after(wait - 1).await;
        assert_eq!((hook.asked().len(), driven.states().await), (1, states(&[("due", 1)])), "{kind}");
        driven.work_after(1).await;
        assert_eq!(driven.states().await, states(&[("accepted", 1)]), "{kind}");
    }
}

const CALL: &str = "  - webhook: billing\n    id: asked\n";

async fn a_webhook_that_is_gone_is_closed_until_it_is_opened(database: &str) {
    let hook = Hook::start([Say::Status(410, json!({}))]);
    let channels =
        format!("  billing: {{ kind: webhook, url: \"{}\", rate: {{ per_hour: 1 }} }}\n", hook.url());
    let paid = Paid::new(&another(database), 2, &channels, CALL);
    let driven = paid.driven().await;
    driven.work().await;
    driven.work_after(2 * 60 * MINUTE).await;
    assert_eq!(hook.asked().len(), 1, "the other one is not asked any more");
    assert_eq!(driven.states().await, states(&[("due", 1), ("rejected", 1)]));
    driven.end().await;
    let told = paid.project.read(&["channels", "--json"]);
    assert_eq!((&told[0]["name"], &told[0]["closed"]["why"]), (&json!("billing"), &json!("HTTP 410")));
    paid.project.fine(&["channels", "open", "billing"]);
    assert_eq!(paid.project.read(&["channels", "--json"])[0]["closed"], Json::Null);
    let driven = paid.driven().await;
    driven.work_after(3 * 60 * MINUTE).await;
    assert_eq!(driven.states().await, states(&[("accepted", 1), ("rejected", 1)]));
}

async fn a_webhook_that_is_gone_is_told_again_at_another_address(database: &str) {
    let channel = |hook: &Hook| {
        format!("  billing: {{ kind: webhook, url: \"{}\", rate: {{ per_hour: 1 }} }}\n", hook.url())
    };
    let (gone, there) = (Hook::start([Say::Status(410, json!({}))]), Hook::start([]));
    let paid = Paid::new(&another(database), 2, &channel(&gone), CALL);
    let driven = paid.driven().await;
    driven.work().await;
    driven.work_after(60 * MINUTE).await;
    paid.project.write("workflows/channels.yaml", &format!("channels:\n{}", channel(&there)));
    paid.project.fine(&["publish"]);
    driven.engine.refresh().await.expect("the database is there");
    driven.work_after(60 * MINUTE).await;
    assert_eq!((gone.asked().len(), there.asked().len()), (1, 1), "a running engine knows the new address");
    assert_eq!(paid.project.read(&["channels", "--json"])[0]["closed"], Json::Null);
}

async fn a_webhook_is_signed_and_waits_as_it_is_asked(database: &str) {
    let hook = Hook::start([Say::Text(429, "retry-after: 7200\r\n", "")]);
    let channels =
        format!("  billing: {{ kind: webhook, url: \"{}\", key: {{ secret: WHSEC }} }}\n", hook.url());
    let paid = Paid::new(&another(database), 1, &channels, CALL);
    let driven = Driven::with_secrets(paid.project.path(), |name| {
        (name == "WHSEC").then(|| "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())
    })
    .await;
    driven.work().await;
    driven.work_after(7_199).await;
    assert_eq!(hook.asked().len(), 1, "a usual wait would be a minute");
    driven.work_after(1).await;
    let asked = hook.asked();
    assert_eq!((asked.len(), driven.states().await), (2, states(&[("accepted", 1)])));
    let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("Base64");
    for each in &asked {
        let content = format!("{}.{}.{}", each.id, each.headers["webhook-timestamp"], each.text);
        let own = format!("v1,{}", STANDARD.encode(hmac(&key, content.as_bytes())));
        assert_eq!(each.headers["webhook-signature"], own);
    }
    assert_eq!(asked[0].id, asked[1].id);
}

async fn a_process_that_dies_in_the_middle_of_a_call_keeps_its_word(database: &str) {
    for (topic, expected, calls) in [("news", "unknown", 1), ("service", "accepted", 2)] {
        let hook = Hook::start([Say::Hang, Say::Status(200, json!({ "code": "OK" }))]);
        let paid = Paid::new(
            &another(database),
            1,
            &provider(&hook, ""),
            &format!("  - sms: short\n    topic: {topic}\n"),
        );
        let mut child = command(paid.project.path(), &["run", "--until-idle"])
            .env("SECRET_IS_K1", "canary-key")
            .spawn()
            .expect("nurture starts");
        hook.wait_for(1);
        child.kill().expect("a child can be killed");
        child.wait().expect("a killed child ends");
        let again = command(paid.project.path(), &["run", "--until-idle"])
            .env("SECRET_IS_K1", "canary-key")
            .env("RUST_LOG", "trace")
            .output()
            .expect("nurture runs");
        let said =
            format!("{}{}", String::from_utf8_lossy(&again.stdout), String::from_utf8_lossy(&again.stderr));
        assert!(again.status.success(), "{said}");
        assert!(!said.contains("canary-key") && !said.contains("8613800000000"), "{said}");
        let driven = paid.driven().await;
        assert_eq!(driven.states().await, states(&[(expected, 1)]), "{topic}");
        assert_eq!(hook.asked().len(), calls, "{topic}");
    }
}
