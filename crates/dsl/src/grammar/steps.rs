//! The steps: each verb with its keys, and the keys that every step may have.

use super::{Key, Kind, Say, Thing, Value, Word, key, word};

const WHAT: &str = "thing-step";

const fn step(name: &'static str, say: Say, keys: &'static [Key], example: &'static str) -> Thing {
    Thing { name, what: WHAT, say, keys, others: None, one_of: &[], example }
}

const fn say(en: &'static str, zh: &'static str) -> Say {
    Say { en, zh }
}

/// Keys that any step may have.
pub const COMMON: &[Key] = &[
    key(
        "id",
        Value::Text,
        "The step's name for ever. Without it the name comes from verb and object; needed where two steps would be called the same.",
        "步骤的固定名称。不写时由动词和对象得出；两个步骤会重名时必须写。",
    )
    .like("before_offer"),
    key("only_if", Value::Condition, "The step is skipped unless this holds when it is reached (messages ask again right before sending).", "到达时不满足则跳过本步（消息在发出前会再判断一次）。")
        .like("customer.phone is known"),
    key("note", Value::Text, "A remark for people who read the file; nothing is done with it.", "写给看文件的人的说明，不影响执行。"),
    key("on_error", ON_ERROR, "What happens when the step fails for good, after its retries.", "重试之后仍然失败时怎么办。").or("skip"),
    key("retry", Value::Thing(&RETRY), "How often it is tried again where it can fail: messages and webhooks.", "可能失败的步骤（消息、webhook）重试几次。").like("{ times: 5, for: 24 hours }"),
];

static ON_ERROR_WORDS: [Word; 2] = [
    word("skip", "The walk goes on below.", "跳过，继续往下走。"),
    word("exit", "The enrollment ends.", "结束本次流程。"),
];
const ON_ERROR: Value = Value::Any(&[Value::Word(&ON_ERROR_WORDS), Value::Thing(&GO_ON_WITH)]);

static GO_ON_WITH: Thing = Thing {
    name: "go_on_with",
    what: "thing-on-error",
    say: say("Other steps instead of the one that failed.", "改走另外的步骤。"),
    keys: &[key(
        "go_on_with",
        Value::Steps,
        "The steps to walk; then it goes on below.",
        "要走的步骤；之后继续往下。",
    )
    .needed()],
    others: None,
    one_of: &[],
    example: "",
};

static RETRY: Thing = Thing {
    name: "retry",
    what: "thing-retry",
    say: say("How often a step is tried again, at growing distances.", "失败后按逐渐拉长的间隔重试。"),
    keys: &[
        key("times", Value::Whole(0, 100), "At most so many more tries.", "最多再试几次。").or("5"),
        key(
            "for",
            Value::Length,
            "No try later than this after the first.",
            "从第一次算起，超过这段时间就不再试。",
        )
        .like("24 hours"),
    ],
    others: None,
    one_of: &[],
    example: "retry: { times: 5, for: 24 hours }",
};

static LATE: [Word; 3] = [
    word("run", "Sends it all the same.", "照样发出。"),
    word("skip", "Skips it with a reason.", "跳过并记下原因。"),
    word(
        "next_window",
        "Waits for the next allowed time, up to `max_lateness`.",
        "等到下一个允许的时段，最多等 `max_lateness`。",
    ),
];
static OWNER: [Word; 1] = [word("owner", "The rep who owns the customer.", "客户的负责人。")];
const SENDER: Value = Value::Any(&[Value::Name(Kind::Sender), Value::Word(&OWNER)]);
const COLLEAGUE: Value =
    Value::Any(&[Value::Word(&OWNER), Value::Name(Kind::Team), Value::Name(Kind::Rep), Value::Text]);
static OF: [Word; 1] = [word("any", "Any message of this enrollment.", "本次流程的任意消息。")];

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

static EMAIL: Thing = step(
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
static SMS: Thing = step(
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
static MESSAGE: Thing = step(
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
static WEBHOOK: Thing = step(
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
static NOTIFY: Thing = step(
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
static SET: Thing = step(
    "set",
    say(
        "Changes attributes of the customer, of the trigger's entity, or variables. All of one step change together.",
        "修改客户、触发实体的属性或变量。同一步里的修改同时生效。",
    ),
    &[key(
        "set",
        Value::MapOf(Kind::Attribute, &Value::Assigned),
        "Names and their new values: `tier`, `deal.amount`, `vars.offer`.",
        "名称和新值：`tier`、`deal.amount`、`vars.offer`。",
    )
    .needed()
    .like("{ lifecycle: dormant, vars.offer: 免邮一次 }")],
    "- set: { lifecycle: dormant }",
);
static TAG: Thing = step(
    "tag",
    say("Puts tags on the customer.", "给客户打标签。"),
    &[key("tag", Value::Many(&Value::Text), "The tags.", "标签。").needed().like("[vip, 老客户]")],
    "- tag: 老客户",
);
static UNTAG: Thing = step(
    "untag",
    say("Takes tags off the customer.", "去掉客户的标签。"),
    &[key("untag", Value::Many(&Value::Text), "The tags.", "标签。").needed().like("vip")],
    "- untag: vip",
);
static ADD_SCORE: Thing = step(
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
static MOVE_STAGE: Thing = step(
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
static CONSENT: Thing = step(
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
        key(
            "grant",
            Value::Name(Kind::Topic),
            "The topic that the customer consents to.",
            "客户同意的主题。",
        ),
        key(
            "withdraw",
            Value::Name(Kind::Topic),
            "The topic that the customer no longer consents to.",
            "客户撤回同意的主题。",
        ),
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
static SUPPRESS: Thing = step(
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
static UNSUPPRESS: Thing = step(
    "unsuppress",
    say("Ends a suppression.", "解除屏蔽。"),
    &[
        key("unsuppress", Value::Word(&MEDIA), "Which messages.", "哪些消息。").needed().like("email"),
        key("topic", Value::Name(Kind::Topic), "Only of this topic.", "只限这个主题。"),
    ],
    "- unsuppress: email",
);
static RECORD: Thing = step(
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
static FORGET: Thing = step(
    "forget",
    say(
        "Makes the customer anonymous: name, addresses and all personal data go; counts stay.",
        "把客户匿名化：姓名、地址等个人信息全部清除，统计保留。",
    ),
    &[key("forget", Value::Word(&FORGET_WORDS), "Whom.", "对象。").needed().like("customer")],
    "- forget: customer",
);
pub(super) static BY: [Word; 7] = [
    word("round_robin", "In turn.", "轮流分配。"),
    word("weighted", "In turn, by weight.", "按权重轮流。"),
    word(
        "least_busy",
        "Who has the fewest open ones; ties: who has waited longest.",
        "未结最少的人；相同则取最久没分到的。",
    ),
    word("territory", "Who sells where the customer is.", "按客户所在区域。"),
    word("skill", "Who knows what is asked for.", "按所需技能。"),
    word("owner", "Who owns the customer already.", "客户现在的负责人。"),
    word("sticky", "Who has the same company, then the former owner.", "同公司的负责人，其次是原负责人。"),
];
static ASSIGN: Thing = step(
    "assign",
    say("Gives the customer or an entity to a rep of a team. The trace says who was chosen, and why each other was not.", "把客户或实体分给团队里的一名销售。轨迹会写明选了谁、其他人为什么没选上。"),
    &[
        key("assign", Value::Any(&[Value::Name(Kind::Team), Value::Tag]), "The team.", "团队。").needed(),
        key("by", Value::Many(&Value::Word(&BY)), "How the rep is chosen: one rule or several, the first that answers; without it, as the team says.", "怎么选人：一条规则，或按顺序的几条；不写则按团队的设置。").like("[sticky, territory, weighted]"),
        key("of", Value::Name(Kind::Entity), "What is assigned; without it, the customer.", "分配什么；不写则是客户。").or("customer").like("deal"),
        key("unless_owned", Value::YesNo, "Nothing is done where there is an owner already.", "已有负责人时不再分配。").or("false"),
        key("skill", Value::Formula, "The skill that `by: skill` looks for.", "`by: skill` 要找的技能。").like("customer.product"),
        key("accept_within", Value::Length, "It is an offer: the rep must accept within this time, in the team's working time; it replaces the team's own.", "需要销售在这段时间内（按团队工作时间）接受；优先于团队的设置。").like("30 workminutes"),
        key("on_refused", Value::Steps, "What is walked when the rep refuses or says nothing; it replaces the team's own chain.", "拒绝或超时后走的步骤；代替团队自己的流程。"),
    ],
    "- assign: inside_sales\n  by: [sticky, territory, weighted]\n  accept_within: 30 minutes",
);
static UNASSIGN: Thing = step(
    "unassign",
    say("Takes the owner away.", "取消负责人。"),
    &[
        key(
            "unassign",
            Value::Any(&[Value::Name(Kind::Entity), Value::Word(&OWNER), Value::Flag]),
            "Of what; nothing: of the customer.",
            "取消谁的负责人；留空则是客户。",
        )
        .needed()
        .like("customer"),
        key("of", Value::Name(Kind::Entity), "The same, as in `assign`.", "同上，写法和 `assign` 一致。")
            .or("customer")
            .like("deal"),
    ],
    "- unassign: customer",
);
static TASK: Thing = step(
    "task",
    say(
        "Gives a colleague something to do. Its outcome is the event `task.done`.",
        "给同事派一个待办。完成结果会成为事件 `task.done`。",
    ),
    &[
        key("task", Value::Rich, "The title.", "标题。").needed().like("电话回访沉睡大客户"),
        key("to", COLLEAGUE, "Who does it.", "交给谁。").or("owner"),
        key(
            "due",
            Value::Any(&[Value::Waiting, Value::Instant]),
            "Until when; working time counts in the rep's calendar.",
            "截止时间；工作时间按销售的日历计算。",
        )
        .like("2 workdays"),
        key("body", Value::Rich, "What there is to know.", "说明。"),
        key(
            "outcomes",
            Value::Many(&Value::Text),
            "The answers to choose from when it is done.",
            "完成时可选的结果。",
        )
        .like("[reached, no_answer, callback]"),
    ],
    "- task: 电话回访沉睡大客户\n  to: owner\n  due: 2 workdays\n  outcomes: [reached, no_answer]",
);
static WAIT: Thing = step(
    "wait",
    say("Waits for a length of time.", "等待一段时间。"),
    &[
        key("wait", Value::Waiting, "How long.", "多久。").needed(),
        key(
            "at_least",
            Value::Length,
            "The least, where the length is an expression.",
            "时长是表达式时的下限。",
        )
        .like("1 day"),
        key(
            "at_most",
            Value::Length,
            "The most, where the length is an expression.",
            "时长是表达式时的上限。",
        )
        .like("30 days"),
    ],
    "- wait: 7 days",
);
static WAIT_UNTIL: Thing = step(
    "wait_until",
    say(
        "Waits until one of these times of the day. A message right below keeps to them too, whatever defers it.",
        "等到这些时段之一。紧跟在下面的消息无论因何推迟，也要落在这些时段里。",
    ),
    &[key("wait_until", Value::Windows, "The times.", "时段。").needed()],
    "- wait_until: 10:00-20:00 workdays",
);
static SINCE: [Word; 2] =
    [word("step", "From this step on.", "从本步开始。"), word("entry", "From the entry on.", "从进入开始。")];
static WAIT_FOR: Thing = step(
    "wait_for",
    say(
        "Waits for an event, at most `within` so long; then goes on below, whichever came.",
        "等待某个事件，最多等 `within` 这么久；无论等到与否，之后都继续往下走。",
    ),
    &[
        key(
            "wait_for",
            Value::Many(&Value::Name(Kind::Event)),
            "The event, or a list of which the first counts.",
            "事件；写列表时以先到的为准。",
        )
        .needed()
        .like("email.clicked"),
        key(
            "within",
            Value::Length,
            "How long at most. An event exactly at the end still counts.",
            "最多等多久。恰好在截止时刻到达的事件仍然算数。",
        )
        .needed()
        .like("5 days"),
        key("when", Value::Condition, "Only an event for which this holds.", "只认满足条件的事件。")
            .like("event.amount > 100"),
        key(
            "since",
            Value::Any(&[Value::Word(&SINCE), Value::Length]),
            "From when on events count; for events of messages: since the nearest message above.",
            "从何时起的事件算数；消息类事件默认从上方最近的一条消息算起。",
        )
        .or("step"),
        key(
            "of",
            Value::Any(&[Value::Word(&OF), Value::Text]),
            "For events of messages: the id of the message meant, or `any`.",
            "消息类事件：指哪条消息（步骤 id），或 `any`。",
        )
        .like("any"),
        key(
            "then",
            Value::Any(&[Value::Steps, Value::MapOf(Kind::Event, &Value::Steps)]),
            "What is walked when it comes; a map where each of several events has its own steps.",
            "等到时走的步骤；有多个事件时可以各写各的。",
        ),
        key(
            "on_timeout",
            Value::Steps,
            "What is walked when nothing came in time.",
            "超时没等到时走的步骤。",
        ),
    ],
    "- wait_for: email.clicked\n  within: 5 days\n  on_timeout:\n    - sms: winback_short",
);
static DATE_PAST: [Word; 2] =
    [word("now", "Goes on at once.", "立即继续。"), word("exit", "The enrollment ends.", "结束本次流程。")];
static WAIT_FOR_DATE: Thing = step(
    "wait_for_date",
    say(
        "Waits for a date. When the date moves, the wait moves with it.",
        "等到某个日期。日期变了，等待也跟着变。",
    ),
    &[
        key("wait_for_date", Value::Date, "The date.", "日期。").needed().like("entry.date"),
        key("before", Value::Length, "So long before it.", "提前多久。").like("3 days"),
        key("after", Value::Length, "So long after it.", "推后多久。").like("1 day"),
        key("at", Value::Clock, "At this time of the day, in the customer's zone.", "当天几点（客户时区）。")
            .or("09:00"),
        key(
            "if_past",
            Value::Word(&DATE_PAST),
            "What happens when it is past already.",
            "日期已过时怎么办。",
        )
        .or("now"),
    ],
    "- wait_for_date: contract.ends_on\n  before: 3 days\n  at: 10:00",
);
static POINT_PAST: [Word; 2] = [
    word("skip", "The point is skipped with a reason.", "跳过并记下原因。"),
    word("now", "The point is run at once.", "立即执行。"),
];
static TIMELINE: Thing = step(
    "timeline",
    say(
        "Several steps around one date that may move; what is done stays done.",
        "围绕一个可能变动的日期安排多组步骤；已经做过的不会重做。",
    ),
    &[
        key("timeline", Value::Date, "The date.", "日期。").needed(),
        key("at", Value::Clock, "The usual time of the day.", "默认几点。").or("09:00"),
        key(
            "if_past",
            Value::Word(&POINT_PAST),
            "What happens to points that are past when it is reached or planned anew.",
            "到达或重新安排时已经过去的时点怎么办。",
        )
        .or("skip"),
        key(
            "points",
            Value::List(&Value::Thing(&POINT)),
            "The points, in any order.",
            "各个时点，顺序不限。",
        )
        .needed(),
    ],
    "- timeline: contract.ends_on\n  points:\n    - before: 60 days\n      steps:\n        - email: renewal/first_notice\n    - before: 7 days\n      steps:\n        - task: 续约电话",
);
static POINT: Thing = Thing {
    name: "point",
    what: "thing-point",
    say: say(
        "A point of a timeline: before, after or on the date.",
        "时间线上的一个时点：日期之前、之后或当天。",
    ),
    keys: &[
        key("before", Value::Length, "So long before the date.", "提前多久。").like("60 days"),
        key("after", Value::Length, "So long after the date.", "推后多久。").like("1 day"),
        key(
            "at",
            Value::Clock,
            "At this time of the day; without it, the timeline's.",
            "当天几点；不写则用时间线的。",
        ),
        key(
            "if_past",
            Value::Word(&POINT_PAST),
            "What happens when it is past; without it, as the timeline says.",
            "已过去时怎么办；不写则按时间线的设置。",
        ),
        key("again", Value::YesNo, "It runs once more for each new date.", "日期变动后再执行一次。")
            .or("false"),
        key("steps", Value::Steps, "What is walked.", "要走的步骤。").needed(),
    ],
    others: None,
    one_of: &[],
    example: "",
};
static IF: Thing = step(
    "if",
    say("Chooses between two ways; both go on below.", "二选一；之后都继续往下走。"),
    &[
        key("if", Value::Condition, "The condition.", "条件。").needed(),
        key("then", Value::Steps, "What is walked when it holds.", "满足时走的步骤。").needed(),
        key("else", Value::Steps, "What is walked when it does not.", "不满足时走的步骤。"),
    ],
    "- if: customer.tier in [\"gold\", \"platinum\"]\n  then:\n    - assign: key_accounts\n  else:\n    - set: { lifecycle: dormant }",
);
static CHOOSE: Thing = step(
    "choose",
    say(
        "The first case that holds is walked; a last one without `when` is for all others.",
        "走第一个满足的分支；最后一个不写 `when` 的分支留给其余的人。",
    ),
    &[key("choose", Value::List(&Value::Thing(&CASE)), "The cases.", "各个分支。").needed()],
    "- choose:\n    - when: customer.spend > 1000\n      steps:\n        - tag: 大客户\n    - steps:\n        - tag: 普通客户",
);
static CASE: Thing = Thing {
    name: "case",
    what: "thing-case",
    say: say("A case of `choose`.", "`choose` 的一个分支。"),
    keys: &[
        key(
            "when",
            Value::Condition,
            "When it is walked; the last case may leave it out.",
            "什么时候走；最后一个可以不写。",
        ),
        key("steps", Value::Steps, "What is walked.", "要走的步骤。").needed(),
    ],
    others: None,
    one_of: &[],
    example: "",
};
static SPLIT: Thing = step(
    "split",
    say(
        "Sends people different ways by lot, to compare. The same customer always goes the same way.",
        "随机分流做对比。同一位客户总是走同一路。",
    ),
    &[
        key("split", Value::Text, "Its name.", "名称。").needed().like("offer"),
        key(
            "ways",
            Value::List(&Value::Thing(&WAY)),
            "The ways; the shares make 100 %.",
            "各路；比例合计 100%。",
        )
        .needed(),
        key(
            "winner",
            Value::Thing(&WINNER),
            "After a while everybody new goes the way that did best.",
            "一段时间后，新来的人都走效果最好的一路。",
        ),
    ],
    "- split: offer\n  ways:\n    - { name: money, share: 50%, vars: { offer: 满 200 减 50 } }\n    - { name: shipping, share: 50%, vars: { offer: 免邮一次 } }",
);
static TAKES: [Word; 1] =
    [word("winner", "It waits for the decision and goes the winner's way.", "等待结果，然后走胜出的一路。")];
static WAY: Thing = Thing {
    name: "way",
    what: "thing-way",
    say: say("A way of a split.", "分流的一路。"),
    keys: &[
        key("name", Value::Text, "Its name.", "名称。").needed().like("money"),
        key("share", Value::Share, "How many go it.", "多少人走这一路。").needed(),
        key("steps", Value::Steps, "What is walked.", "要走的步骤。"),
        key("vars", Value::Map(&Value::Assigned), "Variables for the steps below.", "给后面步骤用的变量。")
            .like("{ offer: 满 200 减 50 }"),
        key("takes", Value::Word(&TAKES), "It goes the way that wins.", "走胜出的一路。"),
        key(
            "at",
            Value::Clock,
            "With `takes: winner`: at this time of the day.",
            "配合 `takes: winner`：几点继续。",
        ),
    ],
    others: None,
    one_of: &[],
    example: "",
};
static WINNER: Thing = Thing {
    name: "winner",
    what: "thing-winner",
    say: say(
        "How the best way is found: by people, and by clicks of humans.",
        "怎么评出胜者：按人数，只计真人点击。",
    ),
    keys: &[
        key("by", Value::Name(Kind::Event), "What is counted.", "统计哪个事件。").needed(),
        key(
            "after",
            Value::Text,
            "When it is decided: a length of time, or so many sends.",
            "何时决定：时长，或发出多少条。",
        )
        .needed()
        .like("1000 sends"),
        key(
            "at_least",
            Value::Whole(1, 1_000_000),
            "A way with fewer people than this does not win.",
            "人数不到这个数的不能胜出。",
        )
        .or("30"),
        key(
            "otherwise",
            Value::Text,
            "The way that is taken at a tie or with too few.",
            "持平或人数太少时走哪一路。",
        )
        .needed()
        .like("money"),
    ],
    others: None,
    one_of: &[],
    example: "winner: { by: order.paid, after: 1000 sends, at_least: 30, otherwise: item }",
};
static REPEAT: Thing = step(
    "repeat",
    say("Walks steps several times.", "把一组步骤走几遍。"),
    &[
        key("repeat", Value::Steps, "What is walked.", "要走的步骤。").needed(),
        key("times", Value::Whole(1, 50), "So often at most.", "最多几遍。").needed(),
        key(
            "until",
            Value::Condition,
            "Asked after each pass: no more when it holds.",
            "每走完一遍判断一次，满足就不再继续。",
        )
        .like("customer.owner is known"),
    ],
    "- repeat:\n    - email: nurture/checklist\n    - wait: 7 days\n  times: 3\n  until: customer.orders >= 1",
);
static CALL: Thing = step(
    "call",
    say(
        "Walks another workflow, whose trigger is `called`; then goes on below.",
        "走另一个工作流（触发方式为 `called`），之后继续往下。",
    ),
    &[
        key("call", Value::Name(Kind::Workflow), "The workflow.", "工作流。").needed().like("reassign"),
        key("with", Value::Map(&Value::Assigned), "Values for its inputs.", "传给它的参数。")
            .like("{ team: inside_sales, tries: 3 }"),
        key(
            "wait",
            Value::YesNo,
            "Waits for its end; `false`: both go on at once.",
            "是否等它结束；`false` 表示两边各走各的。",
        )
        .or("true"),
    ],
    "- call: reassign\n  with: { team: inside_sales, tries: 3 }",
);
static EXIT: Thing = step(
    "exit",
    say("Ends the enrollment, with a reason.", "结束本次流程，并写明原因。"),
    &[key(
        "exit",
        Value::Text,
        "The reason, as it stands in traces and reports.",
        "原因，会出现在轨迹和报表里。",
    )
    .needed()
    .like("coupon_used")],
    "- exit: coupon_used",
);

/// Every verb: messages, customer, people, time, flow.
pub static VERBS: &[&Thing] = &[
    &EMAIL,
    &SMS,
    &MESSAGE,
    &WEBHOOK,
    &NOTIFY,
    &SET,
    &TAG,
    &UNTAG,
    &ADD_SCORE,
    &MOVE_STAGE,
    &CONSENT,
    &SUPPRESS,
    &UNSUPPRESS,
    &RECORD,
    &FORGET,
    &ASSIGN,
    &UNASSIGN,
    &TASK,
    &WAIT,
    &WAIT_UNTIL,
    &WAIT_FOR,
    &WAIT_FOR_DATE,
    &TIMELINE,
    &IF,
    &CHOOSE,
    &SPLIT,
    &REPEAT,
    &CALL,
    &EXIT,
];
