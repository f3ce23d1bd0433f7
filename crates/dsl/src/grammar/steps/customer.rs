//! What changes the customer.

use super::super::{Key, Kind, Thing, Value, Word, key, word};
use super::{say, step};

pub(in crate::grammar) const GRANT: Key =
    key("grant", Value::Name(Kind::Topic), "The topic that the customer consents to.", "客户同意的主题。");
pub(in crate::grammar) const WITHDRAW: Key = key(
    "withdraw",
    Value::Name(Kind::Topic),
    "The topic that the customer no longer consents to.",
    "客户撤回同意的主题。",
);

pub(super) static SET: Thing = step(
    "set",
    say(
        "Changes attributes of the customer, of the trigger's entity, or variables. All of one step change together.",
        "修改客户、触发实体的属性或变量。同一步里的修改同时生效。",
    ),
    &[key(
        "set",
        Value::MapOf(Kind::Attribute, &Value::Assigned),
        "Names and their new values: `tier`, `deal.amount`, `vars.offer`. `null` takes a value away.",
        "名称和新值：`tier`、`deal.amount`、`vars.offer`。写 `null` 是清空。",
    )
    .needed()
    .like("{ lifecycle: dormant, vars.offer: 免邮一次 }")],
    "- set: { lifecycle: dormant }",
);
pub(super) static TAG: Thing = step(
    "tag",
    say("Puts tags on the customer.", "给客户打标签。"),
    &[key("tag", Value::Many(&Value::Text), "The tags.", "标签。").needed().like("[vip, 老客户]")],
    "- tag: 老客户",
);
pub(super) static UNTAG: Thing = step(
    "untag",
    say("Takes tags off the customer.", "去掉客户的标签。"),
    &[key("untag", Value::Many(&Value::Text), "The tags.", "标签。").needed().like("vip")],
    "- untag: vip",
);
pub(super) static ADD_SCORE: Thing = step(
    "add_score",
    say(
        "Adds points to a score; they fade like points for behaviour.",
        "给评分加分；和行为分一样会随时间衰减。",
    ),
    &[
        key("add_score", Value::Number, "The points; negative ones take away.", "分数，可以为负。")
            .needed()
            .like("20"),
        key(
            "to",
            Value::Name(Kind::Score),
            "The score; may be left out where there is one.",
            "哪个评分；只有一个时可以不写。",
        ),
    ],
    "- add_score: 20",
);
pub(super) static MOVE_STAGE: Thing = step(
    "move_stage",
    say("Moves the customer or an entity to another stage.", "把客户或实体移到另一个阶段。"),
    &[
        key("move_stage", Value::Name(Kind::Stage), "The new stage.", "新的阶段。")
            .needed()
            .like("qualified"),
        key(
            "of",
            Value::Name(Kind::Entity),
            "Of what; without it, of the customer.",
            "移动什么；不写则是客户。",
        )
        .or("customer")
        .like("deal"),
    ],
    "- move_stage: qualified\n  of: lead",
);
pub(super) static CONSENT: Thing = step(
    "consent",
    say("Records that the customer consents to a topic, or no longer does.", "记录客户同意或撤回某个主题。"),
    &[key("consent", Value::Thing(&CONSENT_OF), "Granted or withdrawn.", "同意或撤回。")
        .needed()
        .like("{ grant: marketing }")],
    "- consent: { grant: marketing, wording: 我愿意接收优惠信息, source: 官网表单 }",
);
static CONSENT_OF: Thing = Thing {
    name: "consent_of",
    what: "thing-consent",
    say: say("Consent to a topic, granted or withdrawn.", "对某个主题的同意或撤回。"),
    keys: &[
        GRANT,
        WITHDRAW,
        key(
            "wording",
            Value::Rich,
            "The words that were agreed to, kept as proof.",
            "当时同意的文字，作为凭证保存。",
        )
        .like("我愿意接收优惠信息"),
        key("source", Value::Rich, "Where it was said, kept as proof.", "来源，作为凭证保存。")
            .like("官网表单"),
    ],
    others: None,
    one_of: &["grant", "withdraw"],
    example: "",
};
static MEDIA: [Word; 4] = [
    word("email", "Mail.", "邮件。"),
    word("sms", "Text messages.", "短信。"),
    word("message", "Messages by other channels.", "其他渠道的消息。"),
    word("all", "All of them.", "全部。"),
];
pub(super) static SUPPRESS: Thing = step(
    "suppress",
    say(
        "Keeps messages away from the customer for a time or for ever; consent stays as it is.",
        "在一段时间内或永久不再给客户发消息；不等于撤回同意。",
    ),
    &[
        key("suppress", Value::Word(&MEDIA), "Which messages.", "哪些消息。").needed().like("email"),
        key("topic", Value::Name(Kind::Topic), "Only of this topic.", "只限这个主题。"),
        key("for", Value::Length, "For so long; without it, for ever.", "多长时间；不写则永久。")
            .like("30 days"),
        key("because", Value::Text, "The reason, for the trace and the ledger.", "原因，会记入轨迹。")
            .or("workflow")
            .like("投诉处理中"),
    ],
    "- suppress: email\n  topic: marketing\n  for: 30 days\n  because: 投诉处理中",
);
pub(super) static UNSUPPRESS: Thing = step(
    "unsuppress",
    say("Ends a suppression.", "解除屏蔽。"),
    &[
        key("unsuppress", Value::Word(&MEDIA), "Which messages.", "哪些消息。").needed().like("email"),
        key("topic", Value::Name(Kind::Topic), "Only of this topic.", "只限这个主题。"),
    ],
    "- unsuppress: email",
);
pub(super) static RECORD: Thing = step(
    "record",
    say(
        "Records an event of the customer; it can start other workflows.",
        "为客户记录一个事件，可以触发其他工作流。",
    ),
    &[
        key("record", Value::Name(Kind::Event), "The event.", "事件。").needed().like("coupon.issued"),
        key("with", Value::Map(&Value::Assigned), "Its fields.", "事件的字段。").like("{ code: BDAY-88 }"),
        key(
            "of",
            Value::Formula,
            "Another customer whose event it is: an attribute that refers to one.",
            "记到另一位客户名下：一个指向客户的属性。",
        )
        .like("customer.invited_by"),
    ],
    "- record: coupon.issued\n  with: { code: BDAY-88 }",
);
static FORGET_WORDS: [Word; 1] = [word("customer", "The customer of this walk.", "本次流程的客户。")];
pub(super) static FORGET: Thing = step(
    "forget",
    say(
        "Makes the customer anonymous: name, addresses and all personal data go; counts stay.",
        "把客户匿名化：姓名、地址等个人信息全部清除，统计保留。",
    ),
    &[key("forget", Value::Word(&FORGET_WORDS), "Whom.", "对象。").needed().like("customer")],
    "- forget: customer",
);
