//! The tests in files: what is given, what must come.

use super::libraries::CHANNELS_OF;
use super::steps::{GRANT, WITHDRAW};
use super::{Key, Kind, Say, Thing, Value, Word, key, word};

const fn say(en: &'static str, zh: &'static str) -> Say {
    Say { en, zh }
}

pub(super) const TESTS: Value = Value::List(&Value::Thing(&TEST));
pub(super) const SCORE_TESTS: Value = Value::List(&Value::Thing(&SCORE_TEST));

const INPUTS: Key = key(
    "inputs",
    Value::Map(&Value::Typed),
    "With `trigger: called`: what the caller gives.",
    "配合 `trigger: called`：调用方传入的参数。",
)
.like("{ team: sales }");
const ENTRIES: Value = Value::Many(&Value::Thing(&ENTRY_OF));
const FACTS: Value = Value::List(&Value::Thing(&FACT));
const REP_FACTS: Value = Value::MapOf(Kind::Rep, &Value::Thing(&REP));
const ANSWERS: Value = Value::Map(&ANSWER);
const ANSWER: Value = Value::Many(&Value::Thing(&REPLY));

pub(super) static SCENARIO: Thing = Thing {
    name: "scenario",
    what: "thing-scenario",
    say: say(
        "Tests of several workflows and customers on one clock.",
        "让多个工作流、多位客户在同一个时钟下的测试。",
    ),
    keys: &[
        key("scenario", Value::Text, "Its id.", "标识。").needed().like("cart_and_browse"),
        key("title", Value::Text, "The name people read.", "给人看的名称。").like("购物车优先于浏览"),
        key(
            "workflows",
            Value::Many(&Value::Name(Kind::Workflow)),
            "The workflows that run.",
            "参与的工作流。",
        )
        .needed()
        .like("[abandoned_cart, browse]"),
        key("owner", Value::Text, "Who answers for it.", "由谁负责。").like("growth"),
        NOTE,
        key("tests", TESTS, "The tests.", "测试。").needed(),
    ],
    others: None,
    one_of: &[],
    example: "",
};

const NAME: Key = key("name", Value::Text, "What it shows, as a sentence.", "说明这个例子的一句话。")
    .needed()
    .like("buys after the text message");
const NOTE: Key = key("note", Value::Text, "A remark for people who read it.", "写给看的人的说明。");
const CLOCK: Key = key(
    "clock",
    Value::Text,
    "When it begins; a zone behind it is the project's and the customer's in this test.",
    "开始的时间；后面可以写时区，作为本测试中项目和客户的时区。",
)
.needed()
.like("2026-03-02 06:00 Asia/Shanghai");
const CUSTOMER: Key = key(
    "customer",
    CUSTOMER_VALUE,
    "The customer: attributes, things referred to, entities, `consent`.",
    "客户：属性、所属公司等、实体、`consent`。",
)
.like("{ name: 王芳, orders: 3, consent: none }");
const CUSTOMERS: Key = key(
    "customers",
    Value::Map(&CUSTOMER_OR_NOBODY),
    "Several customers by name; lines then say `customer:`.",
    "多位客户，各起名字；后面的行用 `customer:` 指明。",
)
.like("{ anna: { tier: gold }, bob: {} }");
const CUSTOMER_OR_NOBODY: Value = Value::Any(&[Value::Thing(&CUSTOMER_OF), Value::Flag]);
const CUSTOMER_VALUE: Value = Value::Thing(&CUSTOMER_OF);
const HISTORY: Key = key("history", FACTS, "What happened before the clock.", "时钟之前发生的事。");
const EVENTS: Key = key("events", FACTS, "What happens from the clock on.", "时钟之后发生的事。");
const REPS: Key = key("reps", REP_FACTS, "What is true of reps today.", "销售当天的情况。")
    .like("{ li.na: { open: 40, away: true } }");
const REPLIES: Key = key(
    "replies",
    ANSWERS,
    "What webhooks answer, by the id of the step; a list: try by try.",
    "webhook 的回应，按步骤 id 写；列表表示每次尝试依次的回应。",
)
.like("{ downgrade: { status: 503 } }");
const PICK: Key = key(
    "pick",
    Value::Map(&Value::Any(&[Value::Text, Value::YesNo])),
    "Which way of a split is taken; `holdout: true` leaves the customer out.",
    "指定分流走哪一路；`holdout: true` 表示留出。",
)
.like("{ offer: money }");
const ENTRY: Key = key("entry", ENTRIES, "The fields of the event that starts it.", "触发事件的字段。")
    .like("{ cart_id: K1, amount: 199 }");

static TEST: Thing = Thing {
    name: "test",
    what: "thing-test",
    say: say("A test: what is given, and what must come of it.", "一个测试：给定什么、应该发生什么。"),
    keys: &[
        NAME,
        NOTE,
        CLOCK,
        CUSTOMER,
        CUSTOMERS,
        ENTRY,
        INPUTS,
        HISTORY,
        EVENTS,
        REPS,
        REPLIES,
        PICK,
        key(
            "expect",
            Value::Many(&Value::Thing(&LINE)),
            "Lines that must come, in this order; others may stand between.",
            "必须依次出现的行；中间可以有别的。",
        )
        .like("[{ after: 3 hours, email: winback/miss_you }]"),
        key(
            "exactly",
            Value::YesNo,
            "No other effect may come (waits are not counted).",
            "不允许有其他动作（等待不算）。",
        )
        .or("false"),
        key("never", Value::Many(&Value::Thing(&LINE)), "Lines that must never come.", "绝不能出现的行。")
            .like("[{ email: winback/offer }]"),
    ],
    others: None,
    one_of: &[],
    example: "tests:\n  - name: buys after the text message\n    clock: 2026-03-02 06:00 Asia/Shanghai\n    customer: { name: 王芳, orders: 3, status: active }\n    events:\n      - { event: order.paid, after: 6 days, amount: 120 }\n    expect:\n      - { after: 3 hours, email: winback/miss_you }\n      - { after: 6 days, exit: goal }",
};
static SCORE_TEST: Thing = Thing {
    name: "score_test",
    what: "thing-test",
    say: say("A test of a score.", "评分的测试。"),
    keys: &[
        NAME,
        NOTE,
        CLOCK,
        CUSTOMER,
        CUSTOMERS,
        ENTRY,
        INPUTS,
        HISTORY,
        EVENTS,
        REPS,
        REPLIES,
        PICK,
        key("expect", Value::Many(&Value::Thing(&SCORE_LINE)), "Scores at instants.", "各时刻的分数。")
            .needed(),
        key("never", Value::Many(&Value::Thing(&LINE)), "Lines that must never come.", "绝不能出现的行。"),
        key("exactly", Value::YesNo, "No other effect may come.", "不允许有其他动作。").or("false"),
    ],
    others: None,
    one_of: &[],
    example: "",
};
static SCORE_LINE: Thing = Thing {
    name: "score_line",
    what: "thing-expected",
    say: say("What the score is at an instant.", "某个时刻的分数。"),
    keys: &[
        key("after", Value::Length, "So long after the clock.", "时钟之后多久。").like("14 days"),
        key("at", Value::Instant, "At this instant.", "某个时刻。"),
        key("score", Value::Number, "The score.", "分数。").like("54"),
        key("band", Value::Text, "The band.", "等级。").like("warm"),
        key("grade", Value::Text, "The grade.", "字母等级。").like("B"),
    ],
    others: Some(Value::Seen),
    one_of: &[],
    example: "",
};
static CONSENTS: [Word; 2] = [
    word("none", "They consented to nothing.", "什么都没有同意。"),
    word("all", "They consented to everything; so it is without the key.", "全部同意；不写就是这样。"),
];
static CUSTOMER_OF: Thing = Thing {
    name: "test_customer",
    what: "thing-customer",
    say: say(
        "A customer of a test: attributes of the model; nothing behind a name: unknown.",
        "测试中的客户：写模型里的属性；名称后留空表示未知。",
    ),
    keys: &[key(
        "consent",
        Value::Any(&[
            Value::Word(&CONSENTS),
            Value::MapOf(Kind::Topic, &Value::Any(&[Value::YesNo, Value::Map(&Value::YesNo)])),
        ]),
        "`none`, or topics with `false`, or with channels and `false`.",
        "`none`，或对某些主题（或其中某些渠道）写 `false`。",
    )
    .like("{ marketing: false }")],
    others: Some(Value::Seen),
    one_of: &[],
    example: "",
};
const WHOSE: Key =
    key("customer", Value::Text, "Of which customer, where there are several.", "有多位客户时，指哪一位。")
        .like("anna");
static ENTRY_OF: Thing = Thing {
    name: "test_entry",
    what: "thing-entry",
    say: say("What starts it: the fields of the trigger.", "触发的内容：触发事件的字段。"),
    keys: &[
        WHOSE,
        key("at", Value::Instant, "When; without it, at the clock.", "什么时候；不写则为时钟的时刻。"),
        key("event", Value::Name(Kind::Event), "The trigger's event.", "触发的事件。"),
        key(
            "workflow",
            Value::Name(Kind::Workflow),
            "Which workflow it starts, where there are several.",
            "有多个工作流时，触发哪一个。",
        ),
    ],
    others: Some(Value::Seen),
    one_of: &[],
    example: "",
};
static REP: Thing = Thing {
    name: "test_rep",
    what: "thing-rep",
    say: say("A rep of a test.", "测试中的销售。"),
    keys: &[
        key("open", Value::Whole(0, 1_000_000), "So many open.", "未结几个。").or("0").like("40"),
        key("away", Value::YesNo, "Not there.", "不在。").or("false"),
        key("name", Value::Text, "The name people read.", "显示的名字。").like("李娜"),
    ],
    others: None,
    one_of: &[],
    example: "",
};
static REPLY: Thing = Thing {
    name: "test_reply",
    what: "thing-reply",
    say: say("What a webhook answers.", "webhook 的回应。"),
    keys: &[
        key(
            "status",
            Value::Whole(0, 599),
            "The status of HTTP; 0: no answer.",
            "HTTP 状态码；0 表示没有回应。",
        )
        .or("200")
        .like("503"),
        key("body", Value::Map(&Value::Seen), "The fields of the answer.", "回应的字段。")
            .like("{ plan: basic }"),
    ],
    others: None,
    one_of: &[],
    example: "",
};
static STARTED: [Word; 1] = [word("start", "It is started by hand.", "手动启动。")];
static FACT: Thing = Thing {
    name: "test_fact",
    what: "thing-fact",
    say: say(
        "Something that happens: an event with its fields, a change, a stage, a consent.",
        "发生的一件事：带字段的事件、属性变化、阶段变化、同意。",
    ),
    keys: &[
        key(
            "event",
            Value::Name(Kind::Event),
            "An event; its fields stand beside it.",
            "事件；字段写在旁边。",
        ),
        key("set", Value::Map(&Value::Seen), "Attributes that change.", "变化的属性。")
            .like("{ tier: gold, deal.stage: won }"),
        key("stage", Value::Thing(&FACT_STAGE), "A move to another stage.", "阶段变化。")
            .like("{ of: deal, to: won }"),
        key("consent", Value::Thing(&FACT_CONSENT), "Consent, granted or withdrawn.", "同意或撤回。")
            .like("{ withdraw: marketing }"),
        key("tag", Value::Many(&Value::Text), "Tags that are put on.", "打上的标签。").like("vip"),
        key("untag", Value::Many(&Value::Text), "Tags that are taken off.", "去掉的标签。").like("vip"),
        key(
            "start",
            Value::Any(&[Value::Flag, Value::Word(&STARTED), Value::Name(Kind::Workflow)]),
            "A person starts the workflow.",
            "有人手动启动工作流。",
        ),
        key(
            "claim",
            Value::Name(Kind::Rep),
            "A rep claims the customer from the public pool.",
            "销售从公海认领这位客户。",
        ),
        key(
            "merge",
            Value::Text,
            "Another customer of the test turns out to be this one.",
            "测试里的另一位客户与这位是同一个人，合并过来。",
        )
        .like("anna"),
        key(
            "pause",
            Value::Name(Kind::Workflow),
            "The workflow is held: no step, no entry.",
            "暂停工作流：不走步骤，也不进新人。",
        ),
        key("resume", Value::Name(Kind::Workflow), "A workflow that was held goes on.", "恢复暂停的工作流。"),
        key("after", Value::Length, "So long after the clock.", "时钟之后多久。").like("6 days"),
        key("at", Value::Instant, "At this instant.", "某个时刻。"),
        key(
            "ago",
            Value::Length,
            "So long before the clock, in `history`.",
            "时钟之前多久（用在 `history`）。",
        )
        .like("90 days"),
        key("times", Value::Whole(1, 10_000), "So many of it.", "几次。").or("1"),
        key("every", Value::Length, "So far apart.", "间隔多久。").or("1 day").like("7 days"),
        WHOSE,
    ],
    others: Some(Value::Seen),
    one_of: &[
        "event", "set", "stage", "consent", "tag", "untag", "start", "claim", "merge", "pause", "resume",
    ],
    example: "",
};
static FACT_CONSENT: Thing = Thing {
    name: "test_consent",
    what: "thing-consent",
    say: say("Consent to a topic, granted or withdrawn.", "对某个主题的同意或撤回。"),
    keys: &[
        GRANT,
        WITHDRAW,
        key("channel", Value::Word(&CHANNELS_OF), "Only on this channel.", "只限这个渠道。").like("email"),
    ],
    others: None,
    one_of: &["grant", "withdraw"],
    example: "",
};
static FACT_STAGE: Thing = Thing {
    name: "test_stage",
    what: "thing-stage",
    say: say("A move to another stage.", "阶段变化。"),
    keys: &[
        key(
            "of",
            Value::Name(Kind::Entity),
            "The entity; without it, the customer.",
            "哪种实体；不写则是客户。",
        )
        .or("customer")
        .like("deal"),
        key("id", Value::Text, "Which one, where there are several.", "有多个时指哪一个。").like("deal-1"),
        key("from", Value::Name(Kind::Stage), "From this stage.", "从哪个阶段。"),
        key("to", Value::Name(Kind::Stage), "To this stage.", "到哪个阶段。").needed(),
    ],
    others: None,
    one_of: &[],
    example: "",
};
static OUTCOMES: [Word; 7] = [
    word("done", "It was done.", "已完成。"),
    word("skipped", "It was skipped, with a reason.", "跳过，有原因。"),
    word("deferred", "It waits for a time that allows it.", "推迟，等允许的时间。"),
    word("waits", "It rests.", "等待中。"),
    word("entered", "The customer entered.", "进入。"),
    word("exited", "The enrollment ended.", "离开。"),
    word("refused", "The customer may not enter.", "不能进入。"),
];

macro_rules! lines {
    ($($name:literal),* $(,)?) => {
        static LINE: Thing = Thing {
            name: "test_line",
            what: "thing-expected",
            say: say(
                "A line of the trace, in the shape of a step. What it does not say may be anything.",
                "轨迹中的一行，写法和步骤一样。没写的部分不限。",
            ),
            keys: &[
                key("after", Value::Any(&[Value::Length, Value::Whole(0, 0)]), "So long after the clock.", "时钟之后多久。").like("3 hours"),
                key("at", Value::Instant, "At this instant; a date: any time of that day.", "某个时刻；写日期表示当天任意时刻。"),
                key("outcome", Value::Word(&OUTCOMES), "How it went.", "结果。").like("skipped"),
                key("reason", Value::Text, "Why: the reason's code.", "原因代码。").like("no_consent"),
                key("key", Value::Text, "Of which enrollment, by its key.", "哪一次流程（按 key）。"),
                WHOSE,
                key("workflow", Value::Name(Kind::Workflow), "Of which workflow.", "哪个工作流。"),
                key("rep", Value::Text, "Which rep.", "哪位销售。").like("li.na"),
                key("due", Value::Instant, "Until when, for tasks.", "待办的截止时间。"),
                key("subject", Value::Text, "The subject as it was rendered.", "渲染后的主题。").like("王芳，好久不见"),
                $(key($name, Value::Seen, concat!("A step `", $name, "`, or what it is about."), concat!("步骤 `", $name, "`，或它的对象。")),)*
            ],
            others: None,
            one_of: &[$($name),*],
            example: "",
        };
    };
}
lines!(
    "lead",
    "enroll",
    "exit",
    "goal",
    "email",
    "sms",
    "message",
    "webhook",
    "notify",
    "set",
    "tag",
    "untag",
    "add_score",
    "move_stage",
    "consent",
    "suppress",
    "unsuppress",
    "record",
    "forget",
    "assign",
    "unassign",
    "task",
    "wait",
    "wait_until",
    "wait_for",
    "wait_for_date",
    "timeline",
    "if",
    "choose",
    "split",
    "repeat",
    "call",
);
