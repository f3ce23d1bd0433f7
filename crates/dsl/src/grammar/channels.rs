//! Channels: the keys of each kind.

use super::libraries::{REPLY, inner, library, say};
use super::{Kind, Say, Thing, Value, Word, key, word};

pub(super) static CHANNELS: Thing = library(
    "channels",
    "thing-library",
    say("How to speak. Secrets by name only.", "发送的渠道。密钥只写名称。"),
    &[key("channels", Value::Map(&Value::Things(CHANNEL)), "Names and channels.", "名称和渠道。")
        .needed()
        .like("{ mail: { kind: smtp, host: smtp.example.cn } }")],
    "channels:\n  mail: { kind: smtp, host: smtp.example.cn, port: 465, user: { secret: SMTP_USER }, password: { secret: SMTP_PASSWORD } }\n  sales_robot: { kind: wecom, url: { secret: WECOM_SALES } }",
);
static SECRET: Thing = inner(
    "secret",
    "thing-secret",
    say("A secret by its name; the value never stands in a file.", "密钥的名称；值永远不写在文件里。"),
    &[key("secret", Value::Text, "Its name.", "名称。").needed().like("SMTP_PASSWORD")],
);
pub(super) const SECRETLY: Value = Value::Thing(&SECRET);
const ADDRESS: Value = Value::Any(&[Value::Thing(&SECRET), Value::Text]);
static TLS: [Word; 3] = [
    word("implicit", "From the first byte; port 465.", "一开始就加密；465 端口。"),
    word("starttls", "After a greeting; port 587.", "打过招呼后加密；587 端口。"),
    word("none", "None: tests on this machine.", "不加密：仅限本机测试。"),
];
static ON_UNKNOWN: [Word; 2] = [
    word("hold", "It is not sent again by itself.", "不自动重发。"),
    word("resend", "It is sent again.", "重发。"),
];
macro_rules! kind {
    ($name:ident, $word:literal, $en:literal, $zh:literal) => {
        static $name: [Word; 1] = [word($word, $en, $zh)];
    };
}
kind!(SMTP_KIND, "smtp", "Mail by SMTP.", "用 SMTP 发邮件。");
kind!(FILE_KIND, "file", "Messages are written to a folder.", "消息写到文件夹里。");
kind!(WEBHOOK_KIND, "webhook", "Another system, by HTTP.", "用 HTTP 调用其他系统。");
kind!(
    HTTP_KIND,
    "http_json",
    "A provider of messages, by HTTP and JSON.",
    "用 HTTP 和 JSON 调用消息服务商。"
);
kind!(
    BY_HAND_KIND,
    "by_hand",
    "The message becomes a task with the text ready to copy; done means sent.",
    "消息变成待办，文字可直接复制；完成即算已发。"
);
static CHANNEL: &[&Thing] = &[&SMTP, &FILE, &WEBHOOK, &HTTP_JSON, &ROBOT, &KEYED_ROBOT, &BY_HAND];
static SMTP: Thing = inner(
    "channel_smtp",
    "thing-channel",
    say("Mail by SMTP.", "用 SMTP 发邮件。"),
    &[
        key("kind", Value::Word(&SMTP_KIND), "The kind.", "种类。").needed().like("smtp"),
        key("host", Value::Text, "The server.", "服务器。").needed().like("smtp.example.cn"),
        key("port", Value::Whole(1, 65_535), "Its port.", "端口。").or("465"),
        key(
            "tls",
            Value::Word(&TLS),
            "How the line is protected; port 587 means `starttls`.",
            "怎样加密；587 端口默认 `starttls`。",
        )
        .or("implicit"),
        key("user", SECRETLY, "The user.", "用户名。").like("{ secret: SMTP_USER }"),
        key("password", SECRETLY, "The password.", "密码。").like("{ secret: SMTP_PASSWORD }"),
        key("connections", Value::Whole(1, 64), "So many at once.", "同时几个连接。").or("8"),
        key(
            "on_unknown",
            Value::Word(&ON_UNKNOWN),
            "What happens when the line broke before the answer; without it, by the class of the message.",
            "还没收到回应就断线时怎么办；不写则按消息类别。",
        )
        .like("hold"),
        key("rate", LIMIT, "How many mails go at most, all together.", "所有邮件合计最多发多快。")
            .like("{ per_second: 50 }"),
        key(
            "providers",
            Value::Map(&LIMIT),
            "How many go to each mailbox provider: `gmail`, `outlook`, `yahoo`, `qq` (with foxmail), `163` (with 126 and yeah), `icloud`, a domain, and `other` for each other one. A tenth is kept for mails that serve.",
            "发往各邮箱服务商最多多快：`gmail`、`outlook`、`yahoo`、`qq`（含 foxmail）、`163`（含 126、yeah）、`icloud`，或写域名；`other` 指其余每一家。其中一成留给服务类邮件。",
        )
        .like("{ qq: { per_hour: 2000 }, other: { per_second: 5 } }"),
    ],
);
static FILE: Thing = inner(
    "channel_file",
    "thing-channel",
    say("Messages are written to a folder.", "消息写到文件夹里。"),
    &[
        key("kind", Value::Word(&FILE_KIND), "The kind.", "种类。").needed().like("file"),
        key("folder", Value::Text, "The folder, below the project's.", "项目下的文件夹。")
            .needed()
            .like("outbox"),
    ],
);
static RATE: Thing = inner(
    "rate",
    "thing-rate",
    say(
        "How often at most. It is kept in every stretch of that length; what is beyond it goes later.",
        "最多发多快。任何一段同样长的时间里都不会超过；超出的稍后再发。",
    ),
    &[
        key("per_second", Value::Whole(1, 1_000_000), "In a second.", "每秒。").like("20"),
        key("per_minute", Value::Whole(1, 1_000_000), "In a minute.", "每分钟。").like("600"),
        key("per_hour", Value::Whole(1, 1_000_000), "In an hour.", "每小时。").like("10000"),
        key("per_day", Value::Whole(1, 1_000_000), "In 24 hours.", "每 24 小时。").like("50000"),
    ],
);
const LIMIT: Value = Value::Thing(&RATE);
static ANSWER: Thing = inner(
    "answer",
    "thing-answer",
    say("What an answer says.", "返回结果的内容。"),
    &[
        key(
            "status",
            Value::Any(&[Value::Text, Value::List(&Value::Text)]),
            "HTTP statuses.",
            "HTTP 状态码。",
        )
        .like("[429, 5xx]"),
        key(
            "json",
            Value::Map(&Value::Any(&[Value::Text, Value::List(&Value::Text)])),
            "Ways into the JSON (`Response.Error.Code`, `list.0.code`), and what stands there.",
            "JSON 里的路径（如 `Response.Error.Code`、`list.0.code`）和那里的值。",
        )
        .like("{ code: OK }"),
    ],
);
const SAYS: Value = Value::Thing(&ANSWER);
static AUTH: Thing = inner(
    "auth",
    "thing-auth",
    say(
        "Where a token comes from. It is fetched once for many messages, and anew when it is over or refused.",
        "到哪里取令牌。取一次供多条消息使用，过期或被拒绝时重新取。",
    ),
    &[
        key("url", ADDRESS, "The address.", "地址。").needed().like("{ secret: TOKEN_URL }"),
        key("headers", Value::Map(&ADDRESS), "Headers to send along.", "附带的请求头。")
            .like("{ x-client: { secret: CLIENT } }"),
        key(
            "body",
            Value::Map(&ADDRESS),
            "What is sent, as JSON; without it and `form` a GET.",
            "以 JSON 发送的内容；不写它和 `form` 就用 GET。",
        )
        .like("{ app_id: { secret: APP_ID } }"),
        key(
            "form",
            Value::Map(&ADDRESS),
            "What is sent, as a form (OAuth 2).",
            "以表单发送的内容（OAuth 2）。",
        )
        .like("{ grant_type: client_credentials, client_secret: { secret: CLIENT_SECRET } }"),
        key("json", Value::Text, "The way to the token in the answer.", "返回结果里令牌的路径。")
            .needed()
            .like("access_token"),
        key("for", Value::Length, "How long a token is used.", "一个令牌用多久。").or("110 minutes"),
        key(
            "refresh_on",
            SAYS,
            "Answers to messages that say, beside 401, that the token is not taken.",
            "除 401 以外，表示令牌失效的返回结果（满足任一项）。",
        )
        .like("{ json: { errcode: [40001, 42001] } }"),
    ],
);
static METHODS: [Word; 3] = [
    word("POST", "With a body.", "带内容。"),
    word("GET", "Everything stands in the address.", "内容都在地址里。"),
    word("PUT", "With a body.", "带内容。"),
];
static SIGNS: [Word; 2] = [
    word(
        "aliyun",
        "Alibaba Cloud: each field of the body is a parameter.",
        "阿里云：`body` 的每一项是一个参数。",
    ),
    word("tencent", "Tencent Cloud.", "腾讯云。"),
];
static WEBHOOK: Thing = inner(
    "channel_webhook",
    "thing-channel",
    say("Another system, by HTTP, as Standard Webhooks describe it.", "按 Standard Webhooks 规范，用 HTTP 调用其他系统。"),
    &[
        key("kind", Value::Word(&WEBHOOK_KIND), "The kind.", "种类。").needed().like("webhook"),
        key("url", ADDRESS, "The address.", "地址。").needed().like("{ secret: BILLING_URL }"),
        key("key", SECRETLY, "The key that calls are signed with (`whsec_…`); two of them with a blank between while it is being changed.", "签名用的密钥（`whsec_…`）；更换期间可以放两个，用空格隔开。")
            .like("{ secret: BILLING_KEY }"),
        key("headers", Value::Map(&ADDRESS), "Headers to send along.", "附带的请求头。")
            .like("{ authorization: { secret: BILLING_TOKEN } }"),
        key("timeout", Value::Length, "How long it may take to answer.", "最多等多久。").or("10 seconds"),
        key("rate", LIMIT, "How often it is called at most.", "最多调用多快。").like("{ per_second: 10 }"),
    ],
);
static HTTP_JSON: Thing = inner(
    "channel_http_json",
    "thing-channel",
    say("A provider of messages, by HTTP and JSON.", "用 HTTP 和 JSON 调用消息服务商。"),
    &[
        key("kind", Value::Word(&HTTP_KIND), "The kind.", "种类。").needed().like("http_json"),
        key("url", ADDRESS, "The address; behind the host it may have merge tags.", "地址；主机名之后可以用合并标签。")
            .needed()
            .like("https://sms.example.cn/send"),
        key("method", Value::Word(&METHODS), "How it is asked; without a body GET.", "请求方法；没有 `body` 时是 GET。").or("POST"),
        key("headers", Value::Map(&ADDRESS), "Headers to send along.", "附带的请求头。")
            .like("{ authorization: { secret: SMS_TOKEN } }"),
        key("body", Value::Map(&Value::Rich), "What is sent, as JSON. Texts may have merge tags: the customer's, and `text`, `subject`, `to`, `id`, `template`, `token`; `{{vars}}` by itself is all variables of the message.", "以 JSON 发送的内容。文字里可以用合并标签：客户的，以及 `text`、`subject`、`to`、`id`、`template`、`token`；单独的 `{{vars}}` 是消息的全部变量。")
            .like("{ to: \"{{customer.phone}}\", text: \"{{text}}\" }"),
        key("signature", Value::Text, "Stands as 【…】 before each text.", "每条短信开头的【签名】。").like("云杉科技"),
        key("success", SAYS, "What an answer says, all of it, where the message was taken; without it any 2xx.", "表示成功的返回结果（要全部满足）；不写则任何 2xx。")
            .like("{ status: 2xx, json: { code: OK } }"),
        key("retry_on", SAYS, "What it says, any of it, where another try may succeed; 429 and 503 always do.", "可以再试的返回结果（满足任一项）；429 和 503 总会再试。")
            .like("{ status: 5xx }"),
        key("bounce_on", SAYS, "What it says, any of it, where the number does not work: nothing more is sent to it.", "表示号码无效的返回结果（满足任一项）：以后不再发到这个号码。")
            .like("{ json: { code: BAD_NUMBER } }"),
        key("keep", Value::Text, "The way to the provider's own id of the message, which is kept with it.", "服务商消息编号的路径，会和消息一起保存。")
            .like("data.message_id"),
        key("rate", LIMIT, "How often it is called at most.", "最多调用多快。").like("{ per_second: 20 }"),
        key(
            "on_unknown",
            Value::Word(&ON_UNKNOWN),
            "What happens when the line broke before the answer; without it, by the class of the message.",
            "还没收到回应就断线时怎么办；不写则按消息类别。",
        )
        .like("hold"),
        key("auth", Value::Thing(&AUTH), "Where a token comes from; it goes as `Authorization: Bearer`, or where `{{token}}` stands.", "到哪里取令牌；放在 `Authorization: Bearer` 里，或 `{{token}}` 所在的位置。")
            .like("{ url: { secret: TOKEN_URL }, json: access_token, for: 7000 seconds }"),
        key("sign", Value::Word(&SIGNS), "Calls are signed as this cloud wants it; `success`, `retry_on`, `bounce_on` and `keep` are known then.", "按这家云的要求签名；`success`、`retry_on`、`bounce_on`、`keep` 随之有默认值。")
            .like("aliyun"),
        key("key_id", SECRETLY, "With `sign`: the id of the key.", "用 `sign` 时：密钥的编号。").like("{ secret: CLOUD_KEY_ID }"),
        key("key", SECRETLY, "With `sign`: the key.", "用 `sign` 时：密钥。").like("{ secret: CLOUD_KEY }"),
        key("action", Value::Text, "With `sign`: the operation.", "用 `sign` 时：接口名称。").or("SendSms"),
        key("version", Value::Text, "With `sign`: the version of the interface; without it the one for texts.", "用 `sign` 时：接口版本；不写则用短信接口的版本。")
            .like("2017-05-25"),
        key("region", Value::Text, "With `sign`: the region.", "用 `sign` 时：地域。").like("ap-guangzhou"),
        key("timeout", Value::Length, "How long it may take to answer.", "最多等多久。").or("10 seconds"),
    ],
);
static KEYED: [Word; 2] = [
    word("dingtalk", "A group robot of DingTalk: 20 messages a minute.", "钉钉群机器人：每分钟最多 20 条。"),
    word("feishu", "A group robot of Feishu: 100 messages a minute.", "飞书群机器人：每分钟最多 100 条。"),
];
static PLAIN: [Word; 2] = [
    word("wecom", "A group robot of WeCom: 20 messages a minute.", "企业微信群机器人：每分钟最多 20 条。"),
    word(
        "slack",
        "An incoming webhook of Slack: one message a second.",
        "Slack 的 incoming webhook：每秒最多 1 条。",
    ),
];
const ROBOT_SAY: Say = say(
    "A robot of a group chat: it reaches colleagues, by `notify` with `via`.",
    "群机器人：用来通知同事，配合 `notify` 的 `via`。",
);
static ROBOT: Thing = inner(
    "channel_robot",
    "thing-channel",
    ROBOT_SAY,
    &[
        key("kind", Value::Word(&PLAIN), "Which.", "哪一种。").needed().like("wecom"),
        key("url", ADDRESS, "The address that the chat shows for it.", "群里显示的机器人地址。")
            .needed()
            .like("{ secret: WECOM_SALES }"),
        key(
            "rate",
            LIMIT,
            "How often it speaks at most; without it as its maker allows.",
            "最多发多快；不写则按官方限制。",
        )
        .like("{ per_minute: 10 }"),
    ],
);
static KEYED_ROBOT: Thing = inner(
    "channel_keyed_robot",
    "thing-channel",
    ROBOT_SAY,
    &[
        key("kind", Value::Word(&KEYED), "Which.", "哪一种。").needed().like("dingtalk"),
        key("url", ADDRESS, "The address that the chat shows for it.", "群里显示的机器人地址。")
            .needed()
            .like("{ secret: DINGTALK_SALES }"),
        key(
            "key",
            SECRETLY,
            "Its signing key, where its security settings ask for one.",
            "安全设置选了加签（签名校验）时的密钥。",
        )
        .like("{ secret: DINGTALK_SALES_KEY }"),
        key(
            "rate",
            LIMIT,
            "How often it speaks at most; without it as its maker allows.",
            "最多发多快；不写则按官方限制。",
        )
        .like("{ per_minute: 10 }"),
    ],
);
static BY_HAND: Thing = inner(
    "channel_by_hand",
    "thing-channel",
    say("A person sends it.", "由人手动发送。"),
    &[
        key("kind", Value::Word(&BY_HAND_KIND), "The kind.", "种类。").needed().like("by_hand"),
        key(
            "to",
            Value::Any(&[Value::Word(&REPLY), Value::Name(Kind::Team), Value::Text]),
            "Who sends it.",
            "由谁来发。",
        )
        .needed()
        .like("owner"),
    ],
);
