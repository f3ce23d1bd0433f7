//! The library files: model, segments, topics, senders, tables, calendar, policies.

use super::channels::SECRETLY;
use super::{Key, Kind, Say, Thing, Value, Word, key, word};

pub(super) const fn say(en: &'static str, zh: &'static str) -> Say {
    Say { en, zh }
}

pub(super) const fn library(
    name: &'static str,
    what: &'static str,
    say: Say,
    keys: &'static [Key],
    example: &'static str,
) -> Thing {
    Thing { name, what, say, keys, others: None, one_of: &[], example }
}

pub(super) const fn inner(name: &'static str, what: &'static str, say: Say, keys: &'static [Key]) -> Thing {
    Thing { name, what, say, keys, others: None, one_of: &[], example: "" }
}

const TYPE: Value = Value::Name(Kind::Type);

/// A type, or a map that says more of it.
const ATTRIBUTE: Value = Value::Any(&[TYPE, Value::Thing(&ATTRIBUTE_OF)]);
const FIELD: Value = ATTRIBUTE;
/// What a workflow is given when it is called.
pub(super) static INPUT: Value = Value::Any(&[TYPE, Value::Thing(&INPUT_OF)]);
static INPUT_OF: Thing = inner(
    "input",
    "thing-input",
    say("An input with more than its type.", "参数的详细写法。"),
    &[
        key("type", TYPE, "Its type; `team` names a team.", "类型；`team` 表示团队名。"),
        key("one_of", Value::Many(&Value::Text), "The words that it can be.", "可取的值。").like("[a, b]"),
        key("optional", Value::YesNo, "The caller may leave it out.", "调用时可以不传。").or("false"),
        key("default", Value::Typed, "What it is where the caller says nothing.", "没传时的值。").like("3"),
        key("title", Value::Text, "The word people read.", "给人看的名称。").like("尝试次数"),
    ],
);

pub(super) static MODEL: Thing = library(
    "model",
    "thing-model",
    say("What is known of customers: attributes, events, entities.", "对客户了解什么：属性、事件、实体。"),
    &[
        key("model", Value::Text, "Its id.", "标识。").needed().like("crm"),
        key("customer", Value::Map(&ATTRIBUTE), "The customer's attributes, besides those that are always there (`external_id`, `name`, `email`, `phone`, `zone`, `language`, `country`, `company`, `owner`, `stage`, `tags`, `created_at`).", "客户的属性；`external_id`、`name`、`email`、`phone`、`zone`、`language`、`country`、`company`、`owner`、`stage`、`tags`、`created_at` 自带。").like("{ tier: { one_of: [basic, silver, gold] } }"),
        key("events", Value::Map(&EVENT), "Events with their fields, besides our own (`email.clicked`, `task.done` …).", "事件和字段；`email.clicked`、`task.done` 等自带。").like("{ order.paid: { amount: number } }"),
        key("entities", Value::Map(&ENTITY), "Entities with attributes and stages.", "实体，带属性和阶段。").like("{ deal: { amount: number, stages: [open, won, lost], end: [won, lost] } }"),
    ],
    "model: crm\ncustomer:\n  tier: { one_of: [basic, silver, gold], title: 会员等级 }\nevents:\n  order.paid: { amount: number, order_id: text }\nentities:\n  deal: { amount: number, stages: [prospecting, proposal, won, lost], end: [won, lost] }",
);
static ATTRIBUTE_OF: Thing = inner(
    "attribute_of",
    "thing-attribute",
    say("An attribute with more than its type.", "属性的详细写法。"),
    &[
        key("type", TYPE, "Its type.", "类型。"),
        key("one_of", Value::Many(&Value::Text), "The words that it can be.", "可取的值。").like("[basic, silver, gold]"),
        key("optional", Value::YesNo, "It may be unknown.", "可以未知。").or("false"),
        key("default", Value::Typed, "What it is where nothing was said.", "没有给出时的值。").like("basic"),
        key("pii", Value::YesNo, "Personal data: never in logs, gone with `forget`.", "个人信息：不进日志，`forget` 时清除。").or("false"),
        key("html", Value::YesNo, "Its text is HTML of your own systems: a mail may show it as such, `{{{customer.NAME}}}`.", "内容是您自己系统写的 HTML，邮件里可以用 `{{{customer.名称}}}` 原样显示。").or("false"),
        key("title", Value::Text, "The word people read.", "给人看的名称。").like("会员等级"),
        key("from", Value::Formula, "Kept by the engine: `count`, `sum`, `min`, `max`, `first` or `last` of events, without a window.", "由引擎持续计算：对事件做 `count`、`sum`、`min`、`max`、`first`、`last`，不带时间窗。").like("sum(order.paid.amount)"),
        key("cases", Value::List(&Value::Thing(&CASE)), "The first that holds gives the value.", "取第一个满足的分支的值。").like("[{ when: customer.spend > 1000, is: gold }, { is: basic }]"),
        key("rank", Value::Formula, "Ranks all customers by this, once a day; 1 is the lowest group.", "每天按它给所有客户分组，1 最低。").like("\"sum(order.paid.amount, last 365 days)\""),
        key("groups", Value::Whole(2, 100), "Into so many groups.", "分几组。").like("5"),
        key("among", Value::Condition, "Only among these customers.", "只在这些客户之间排。").like("\"customer.orders >= 1\""),
        key("at", Value::Clock, "When the rank is taken, in the project's zone.", "几点排（项目时区）。").like("02:00"),
    ],
);
static CASE: Thing = inner(
    "attribute_case",
    "thing-case",
    say("A case of an attribute.", "属性取值的一个分支。"),
    &[
        key(
            "when",
            Value::Condition,
            "When it holds; the last may leave it out.",
            "什么时候取；最后一个可以不写。",
        ),
        key("is", Value::Typed, "The value.", "值。").needed(),
    ],
);
const EVENT: Value = Value::Any(&[Value::Thing(&EVENT_OF), Value::Flag]);
static EVENT_OF: Thing = Thing {
    name: "event_of",
    what: "thing-here",
    say: say("The fields of an event.", "事件的字段。"),
    keys: &[key(
        "sets",
        Value::Map(&Value::Text),
        "Attributes of entities that such an event sets, each with the field that gives the value.",
        "这种事件会修改的实体属性，各写取哪个字段。",
    )
    .like("{ contract.ends_on: ends_on }")],
    others: Some(FIELD),
    one_of: &[],
    example: "",
};
static MOVES: [Word; 2] = [
    word("any", "Between any two stages.", "任意阶段之间。"),
    word("forward", "Forward, or to an end stage.", "只能往前，或到结束阶段。"),
];
const ENTITY: Value = Value::Thing(&ENTITY_OF);
static ENTITY_OF: Thing = Thing {
    name: "entity",
    what: "thing-entity",
    say: say(
        "An entity: a deal, a contract, an order, a cart. Its other keys are its attributes.",
        "一种实体：商机、合同、订单、购物车。其余的键是它的属性。",
    ),
    keys: &[
        key(
            "stages",
            Value::Many(&Value::Text),
            "Its stages in order; the first is where it begins.",
            "阶段，按顺序；第一个是起点。",
        )
        .like("[prospecting, proposal, won, lost]"),
        key("end", Value::Many(&Value::Text), "The stages in which it is over.", "结束阶段。")
            .like("[won, lost]"),
        key("moves", Value::Word(&MOVES), "Which moves are allowed.", "允许怎样移动。").or("forward"),
        key(
            "may_go_back",
            Value::Map(&Value::Many(&Value::Text)),
            "From a stage back to these.",
            "从某个阶段可以退回到哪些阶段。",
        )
        .like("{ proposal: [qualification] }"),
        key(
            "shared",
            Value::YesNo,
            "It belongs to many customers: a company, a webinar.",
            "属于多位客户：公司、线上会议。",
        )
        .or("false"),
    ],
    others: Some(ATTRIBUTE),
    one_of: &[],
    example: "",
};

pub(super) static SEGMENTS: Thing = library(
    "segments",
    "thing-segments",
    say("Named audiences.", "起了名字的客群。"),
    &[key("segments", Value::Map(&Value::Condition), "Names and their conditions.", "名称和条件。")
        .needed()
        .like("{ dormant_vip: customer.tier == \"gold\" }")],
    "segments:\n  dormant_vip: customer.tier == \"gold\" and customer.last_order_at < now - 90 days",
);

pub(super) static TOPICS: Thing = library(
    "topics",
    "thing-library",
    say(
        "What a person can consent to. `marketing` is always there.",
        "客户可以同意的主题。`marketing` 自带。",
    ),
    &[key("topics", Value::Map(&Value::Thing(&TOPIC)), "Names and what they are.", "名称和说明。")
        .needed()
        .like("{ marketing: { class: marketing, title: 优惠与新品 } }")],
    "topics:\n  marketing: { class: marketing, title: 优惠与新品 }\n  service: { class: transactional, title: 服务通知 }",
);
static CLASSES: [Word; 2] = [
    word("marketing", "Needs consent; quiet hours and caps hold.", "需要同意，受静默时段和频次上限约束。"),
    word("transactional", "Needs none.", "不需要同意。"),
];
static TOPIC: Thing = inner(
    "topic",
    "thing-topic",
    say("A topic.", "一个主题。"),
    &[
        key("class", Value::Word(&CLASSES), "Its class.", "类别。").needed(),
        key("title", Value::Text, "The word people read.", "给人看的名称。").like("优惠与新品"),
    ],
);

const BRAND_KEY: Key =
    key("brand", Value::Thing(&BRAND_OF), "Who we are, in every mail.", "我们是谁，每封邮件都会用到。")
        .like("{ name: 云杉科技, country: CN }");
pub(super) static SENDERS: Thing = library(
    "senders",
    "thing-library",
    say("Who mails come from, and the brand.", "发件人和品牌。"),
    &[
        key(
            "senders",
            Value::Map(&Value::Thing(&SENDER)),
            "Names and senders; the first is the usual one.",
            "名称和发件人；第一个是默认的。",
        )
        .needed()
        .like("{ care: { address: care@example.cn } }"),
        BRAND_KEY,
    ],
    "senders:\n  care: { address: care@example.cn, name: 客户关怀, reply_to: owner, ad_label: 广告 }\nbrand: { name: 云杉科技, color: \"#5b4be0\", country: CN }",
);
pub(super) static BRAND: Thing = library(
    "brand",
    "thing-library",
    say("The brand, in a file of its own.", "品牌，单独一个文件。"),
    &[key("brand", Value::Thing(&BRAND_OF), "Who we are, in every mail.", "我们是谁，每封邮件都会用到。")
        .needed()
        .like("{ name: 云杉科技, country: CN }")],
    "",
);
pub(super) static REPLY: [Word; 1] = [word("owner", "The rep who owns the customer.", "客户的负责人。")];
static SENDER: Thing = inner(
    "sender",
    "thing-sender",
    say("A sender.", "一个发件人。"),
    &[
        key("address", Value::Text, "The address it writes from.", "发信地址。")
            .needed()
            .like("care@example.cn"),
        key("name", Value::Text, "The name people see.", "显示的名称。").like("客户关怀"),
        key(
            "reply_to",
            Value::Any(&[Value::Word(&REPLY), Value::Text]),
            "Where answers go: an address, or `owner`.",
            "回信地址，或 `owner`。",
        )
        .like("owner"),
        key("footer", Value::Text, "What stands at the foot of its mails, without merge tags. `standard`: the brand's name and address. The link to unsubscribe always stands below it.", "邮件页脚的文字，不含变量。`standard`：品牌名称和地址。退订链接总在它下面。")
            .like("standard"),
        key(
            "ad_label",
            Value::Text,
            "What stands before the subject of marketing; `off`: nothing, which a brand of China may not. Default for a brand of China: the word for it in Chinese.",
            "营销邮件主题前的标注；`off` 表示不加，中国品牌不能这样写。品牌在中国（CN）时默认加“广告”。",
        )
        .like("广告"),
        key("bounce_domain", Value::Text, "A domain whose mail comes to nurture: bounces, and mails that ask for no more.", "退信域名：退信和邮件退订由 nurture 自动处理。")
            .like("bounce.example.cn"),
        key("per_day", Value::Whole(1, 1_000_000_000), "At most so many a day.", "每天最多多少封。")
            .like("20000"),
        key("cost", Value::Number, "What one message costs.", "每封的成本。").like("0.002"),
        key("dkim", Value::Thing(&DKIM), "How its mails are signed, where the relay does not sign them.", "邮件签名（DKIM）；中继服务器已签名的不用写。")
            .like("{ selector: s1, key: { secret: DKIM_KEY } }"),
        key(
            "warm_up",
            Value::Any(&[Value::Date, Value::Thing(&WARM_UP)]),
            "For a new sender: the first day, from which on it sends half more each day. Over after 60 days.",
            "新发件人预热：从这一天起，每天的上限比前一天多一半；60 天后结束。",
        )
        .like("2026-12-01"),
    ],
);
static DKIM: Thing = inner(
    "dkim",
    "thing-dkim",
    say("A signature for mails.", "邮件签名。"),
    &[
        key(
            "selector",
            Value::Text,
            "Which key: the first part of its name in DNS.",
            "选择器：DNS 里公钥名称的开头。",
        )
        .needed()
        .like("s1"),
        key("key", SECRETLY, "The private key in PEM.", "私钥（PEM 格式）。")
            .needed()
            .like("{ secret: DKIM_KEY }"),
        key(
            "domain",
            Value::Text,
            "The domain that signs: the address's, or one above it.",
            "签名的域名：发信地址的域名，或它的上级域名。",
        )
        .like("example.cn"),
    ],
);
static WARM_UP: Thing = inner(
    "warm_up",
    "thing-warm_up",
    say("How a new sender grows.", "新发件人怎样逐日增加发信量。"),
    &[
        key("from", Value::Date, "The first day.", "第一天。").needed().like("2026-12-01"),
        key("first_day", Value::Whole(1, 1_000_000), "Mails on that day.", "第一天最多几封。").or("50"),
        key("grow", Value::Number, "So many times more each day.", "每天是前一天的几倍。").or("1.5"),
    ],
);
static TRACKING: [Word; 4] = [
    word("all", "Openings and clicks.", "打开和点击都统计。"),
    word("clicks", "Clicks alone.", "只统计点击。"),
    word("opens", "Openings alone.", "只统计打开。"),
    word("none", "Nothing: links stay as they are.", "都不统计，链接保持原样。"),
];
static BRAND_OF: Thing = inner(
    "brand_of",
    "thing-brand",
    say("Who we are.", "品牌信息。"),
    &[
        key("name", Value::Text, "The name.", "名称。").like("云杉科技"),
        key("logo", Value::Text, "A picture's path or address.", "图片的路径或地址。")
            .like("assets/logo.png"),
        key("color", Value::Text, "The colour of buttons: six digits.", "按钮颜色：六位色值。")
            .like("\"#5b4be0\""),
        key("address", Value::Text, "The postal address, in the footer.", "邮寄地址，写在页脚。")
            .like("杭州市西湖区文三路 1 号"),
        key("country", Value::Text, "The country by ISO: `CN`, `DE`.", "国家代码：`CN`、`DE`。").like("CN"),
        key("tracking", Value::Word(&TRACKING), "What is counted of mails, where `public_url` is set. A customer may switch it off for themselves.", "统计邮件的哪些数据（设置了 `public_url` 时）。客户可以在偏好页为自己关闭。")
            .or("all"),
        key("utm", Value::YesNo, "Whether links say where somebody comes from (`utm_source` and the like), where they do not say it themselves.", "链接里没有 `utm_source` 等来源参数时，是否自动加上。")
            .or("true"),
    ],
);

pub(super) static TABLES: Thing = library(
    "tables",
    "thing-library",
    say("Small look-up tables for `lookup(table, key)`.", "小对照表，用 `lookup(表, 键)` 查。"),
    &[key("tables", Value::Map(&Value::Map(&Value::Text)), "Names, each with its rows.", "表名和各行。")
        .needed()
        .like("{ next_category: { shoes: socks } }")],
    "tables:\n  next_category: { shoes: socks, phone: case }",
);

pub(super) static CALENDAR: Thing = library(
    "calendar",
    "thing-library",
    say("Public holidays, make-up working days and working hours.", "节假日、调休和工作时间。"),
    &[
        key("calendar", Value::Text, "Its id: the country.", "标识：国家。").needed().like("cn"),
        key("hours", Value::Windows, "The project's working hours.", "项目的工作时间。")
            .or("09:00-18:00 workdays"),
        key("years", Value::Map(&Value::Thing(&YEAR)), "Year by year.", "按年份写。")
            .like("{ \"2026\": { off: [2026-10-01..2026-10-07], work: [2026-10-10] } }"),
    ],
    "calendar: cn\nhours: 09:00-18:00\nyears: { \"2026\": { off: [2026-10-01..2026-10-07], work: [2026-10-10] } }",
);
static YEAR: Thing = inner(
    "year",
    "thing-year",
    say("A year.", "一年。"),
    &[
        key("off", Value::Many(&Value::Days), "Holidays.", "放假的日子。").like("[2026-10-01..2026-10-07]"),
        key("work", Value::Many(&Value::Days), "Days of the weekend that are worked.", "调休上班的日子。")
            .like("[2026-10-10]"),
    ],
);

pub(super) static POLICIES: Thing = library(
    "policies",
    "thing-library",
    say("When not to send, and how often at most.", "什么时候不发、最多多频繁。"),
    &[key("policies", Value::Thing(&POLICIES_OF), "The rules.", "规则。")
        .needed()
        .like("{ quiet_hours: 21:00-09:00 }")],
    "policies:\n  quiet_hours: 21:00-09:00\n  caps:\n    - { class: marketing, at_most: 2 per week, over_cap: defer, for_at_most: 5 days }\n  reserve: { priority: 10, ahead: 7 days }",
);
static POLICIES_OF: Thing = inner(
    "policies_of",
    "thing-policies",
    say("The rules for all workflows.", "对所有工作流生效的规则。"),
    &[
        key(
            "quiet_hours",
            Value::Windows,
            "When marketing waits, in the customer's zone.",
            "营销消息的静默时段（客户时区）。",
        )
        .like("21:00-09:00"),
        key("caps", Value::List(&Value::Thing(&CAP)), "How often at most.", "频次上限。"),
        key("reserve", Value::Thing(&RESERVE), "A place kept for important messages.", "给重要消息留名额。")
            .like("{ priority: 10, ahead: 7 days }"),
        key(
            "wait_up_to",
            Value::Length,
            "How long a message may wait at most, where its step does not say it.",
            "步骤没写时，消息最多等多久。",
        )
        .like("5 days"),
    ],
);
static OVER_CAP: [Word; 2] = [
    word("defer", "The message waits for a free place.", "消息等名额。"),
    word("skip", "The message is skipped with a reason.", "跳过并记下原因。"),
];
pub(super) static CHANNELS_OF: [Word; 3] = [
    word("email", "Mail.", "邮件。"),
    word("sms", "Text messages.", "短信。"),
    word("message", "Messages by other channels.", "其他渠道的消息。"),
];
static CAP: Thing = inner(
    "cap",
    "thing-cap",
    say("A cap: so many messages in a time.", "一条频次上限。"),
    &[
        key("class", Value::Word(&CLASSES), "Of this class.", "限这个类别。"),
        key("topic", Value::Name(Kind::Topic), "Of this topic.", "限这个主题。").like("tier_news"),
        key("channel", Value::Word(&CHANNELS_OF), "Only messages of this kind.", "限这种消息。")
            .like("email"),
        key("at_most", Value::Rate, "So many in a time.", "一段时间内最多几条。").needed(),
        key("over_cap", Value::Word(&OVER_CAP), "What happens to one too many.", "超出的怎么办。")
            .or("defer"),
        key("for_at_most", Value::Length, "How long it waits at most.", "最多等多久。").like("5 days"),
    ],
);
static RESERVE: Thing = inner(
    "reserve",
    "thing-reserve",
    say(
        "The last place under a cap is kept for a message of higher priority that is foreseeable.",
        "上限里的最后一个名额，留给可以预见的高优先级消息。",
    ),
    &[
        key("priority", Value::Whole(-1_000_000, 1_000_000), "From this priority on.", "从这个优先级起。")
            .needed()
            .like("10"),
        key("ahead", Value::Length, "So far ahead.", "提前多久。").needed().like("7 days"),
    ],
);
