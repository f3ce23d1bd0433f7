//! Messages to customers, calls of other programs, and words to colleagues.

use super::super::{Key, Kind, Thing, Value, Word, key, word};
use super::{say, step};

static LATE: [Word; 3] = [
    word("run", "Sends it all the same.", "照样发出。"),
    word("skip", "Skips it with a reason.", "跳过并记下原因。"),
    word(
        "next_window",
        "Waits for the next allowed time, up to `max_lateness`.",
        "等到下一个允许的时段，最多等 `max_lateness`。",
    ),
];
pub(super) static OWNER: [Word; 1] = [word("owner", "The rep who owns the customer.", "客户的负责人。")];
const SENDER: Value = Value::Any(&[Value::Name(Kind::Sender), Value::Word(&OWNER)]);
pub(super) const COLLEAGUE: Value =
    Value::Any(&[Value::Word(&OWNER), Value::Name(Kind::Team), Value::Name(Kind::Rep), Value::Text]);

const FROM: Key = key("from", SENDER, "Who it comes from.", "由哪个发件人发出。").like("care");
const SUBJECT: Key =
    key("subject", Value::Rich, "The subject; it replaces the template's.", "主题，优先于模板自带的主题。")
        .like("\"{{customer.name}}，好久不见\"");
const VARS: Key = key(
    "vars",
    Value::Map(&Value::Assigned),
    "Variables for the template: `{{vars.x}}`.",
    "给模板用的变量：`{{vars.x}}`。",
)
.like("{ offer: 满 200 减 50 }");
const TOPIC: Key = key(
    "topic",
    Value::Name(Kind::Topic),
    "The topic whose consent this message needs; it replaces the workflow's `consent`.",
    "这条消息需要哪个主题的同意；优先于工作流的 `consent`。",
)
.like("service");
const COPY_TO: Key = key("copy_to", Value::Word(&OWNER), "A copy goes to the owner.", "抄送给负责人。");
const COMBINE: Key = key("combine", Value::Length, "Messages of the same template to the same customer within this time become one; the template gets `items`.", "这段时间内同一模板发给同一客户的消息合并成一条，模板里用 `items`。").like("1 hour");
const MAX_LATENESS: Key = key(
    "max_lateness",
    Value::Length,
    "How long it may wait for quiet hours, windows and caps; then it is skipped with a reason.",
    "因静默时段、时间窗、频次上限最多可以等多久；超过则跳过并记下原因。",
)
.or("24 hours")
.like("12 hours");
const LATE_KEY: Key =
    key("late", Value::Word(&LATE), "What happens to it when it comes late.", "错过时间时怎么办。")
        .or("next_window");

pub(super) static EMAIL: Thing = step(
    "email",
    say("Sends a mail to the customer.", "给客户发一封邮件。"),
    &[
        key("email", Value::Name(Kind::Template), "The template.", "邮件模板。").needed(),
        SUBJECT,
        FROM,
        VARS,
        TOPIC,
        COPY_TO,
        COMBINE,
        MAX_LATENESS,
        LATE_KEY,
        key(
            "via",
            Value::Name(Kind::Channel),
            "The channel, where there are several for mail.",
            "有多个邮件渠道时用哪一个。",
        )
        .like("mail"),
    ],
    "- email: winback/offer\n  subject: \"{{vars.offer}}，只留到本周日\"",
);
pub(super) static SMS: Thing = step(
    "sms",
    say("Sends a text message to the customer's phone.", "给客户的手机发一条短信。"),
    &[
        key("sms", Value::Name(Kind::Template), "The template.", "短信模板。").needed().like("winback_short"),
        SUBJECT,
        FROM,
        VARS,
        TOPIC,
        COPY_TO,
        COMBINE,
        MAX_LATENESS,
        LATE_KEY,
        key(
            "via",
            Value::Name(Kind::Channel),
            "The channel, where there are several for text messages.",
            "有多个短信渠道时用哪一个。",
        ),
    ],
    "- sms: winback_short\n  only_if: customer.phone is known",
);
pub(super) static MESSAGE: Thing = step(
    "message",
    say("Sends a message to the customer by a channel of the project.", "通过项目里的某个渠道给客户发消息。"),
    &[
        key("message", Value::Name(Kind::Template), "The template.", "消息模板。")
            .needed()
            .like("birthday_card"),
        key("via", Value::Name(Kind::Channel), "The channel.", "用哪个渠道。").needed().like("wechat"),
        SUBJECT,
        FROM,
        VARS,
        TOPIC,
        COPY_TO,
        COMBINE,
        MAX_LATENESS,
        LATE_KEY,
    ],
    "- message: birthday_card\n  via: wechat",
);
pub(super) static WEBHOOK: Thing = step(
    "webhook",
    say(
        "Calls another system and waits for its answer: `steps.ID.status` and the fields of the answer can be used below.",
        "调用外部系统并等待回应；下面可以用 `steps.ID.status` 和回应里的字段。",
    ),
    &[
        key("webhook", Value::Name(Kind::Channel), "The channel that says where to.", "渠道，决定发到哪里。")
            .needed()
            .like("billing"),
        key("body", Value::Map(&Value::Assigned), "What is sent, as JSON.", "发送的内容（JSON）。")
            .like("{ plan: basic }"),
    ],
    "- webhook: billing\n  id: downgrade\n  body: { customer: \"{{customer.external_id}}\", plan: basic }\n  retry: { times: 5, for: 24 hours }\n  on_error: exit",
);
pub(super) static NOTIFY: Thing = step(
    "notify",
    say(
        "Tells a colleague something. Needs no consent and knows no quiet hours.",
        "通知同事。不需要客户同意，也不受静默时段限制。",
    ),
    &[
        key(
            "notify",
            COLLEAGUE,
            "Who hears of it: `owner`, a team, a rep, or a role.",
            "通知谁：`owner`、团队、销售，或一个角色。",
        )
        .needed(),
        key("text", Value::Rich, "What is said.", "内容。").needed().like("\"{{customer.name}} 点开了报价\""),
        key(
            "digest",
            Value::Clock,
            "All such words of a day come as one message at this time.",
            "一天的通知合成一条，在这个时间发出。",
        ),
        key(
            "via",
            Value::Name(Kind::Channel),
            "The channel; without it, mail.",
            "用哪个渠道；不写则发邮件。",
        )
        .like("sales_robot"),
    ],
    "- notify: owner\n  text: \"{{customer.name}} 点开了报价\"",
);
