//! What stands behind the keys of a workflow: goal, exits, reentry, portions, lints.

use super::{Kind, Say, Thing, Value, Word, key, word};

static CONSENT_WORDS: [Word; 2] = [
    word(
        "transactional",
        "None is needed: an order, an invoice, what was asked for.",
        "不需要：订单、发票、客户主动要的内容。",
    ),
    word("none", "It sends no message to a customer.", "不给客户发消息。"),
];
pub(super) const CONSENT: Value = Value::Any(&[Value::Name(Kind::Topic), Value::Word(&CONSENT_WORDS)]);

static REENTRY_WORDS: [Word; 2] = [
    word("never", "Once for ever.", "只能进入一次。"),
    word("after_exit", "Again once it is over.", "结束之后可以再进入。"),
];
pub(super) const REENTRY: Value = Value::Any(&[Value::Word(&REENTRY_WORDS), Value::Thing(&ONCE_EVERY)]);
static ONCE_EVERY: Thing = Thing {
    name: "reentry",
    what: "thing-reentry",
    say: Say { en: "Not again so soon.", zh: "一段时间内不再进入。" },
    keys: &[key(
        "once_every",
        Value::Length,
        "From the last entry on; exactly so long later is allowed.",
        "从上次进入算起；恰好满这段时间就可以。",
    )
    .needed()
    .like("180 days")],
    others: None,
    one_of: &[],
    example: "",
};

pub(super) static LAUNCH: [Word; 2] = [
    word("only_new", "Only who comes to match from now on.", "只有之后才符合的人。"),
    word("enroll_matching", "Those who match already enter too.", "已经符合的人也进入。"),
];

pub(super) const SPLIT_SHARE: Value = Value::Share;

pub(super) static GOAL: Thing = Thing {
    name: "goal",
    what: "thing-goal",
    say: Say { en: "What success is.", zh: "什么算成功。" },
    keys: &[
        key("event", Value::Name(Kind::Event), "The event that reaches it.", "达成目标的事件。"),
        key(
            "when",
            Value::Condition,
            "Only an event for which this holds; without `event`, the condition itself.",
            "只认满足条件的事件；不写 `event` 时条件本身就是目标。",
        )
        .like("event.amount > 100"),
        key(
            "within",
            Value::Length,
            "After so long since the entry it neither ends nor counts.",
            "进入后超过这段时间，既不结束也不计数。",
        )
        .like("45 days"),
        key("value", Value::Formula, "What a conversion is worth.", "一次转化的金额。"),
        key(
            "then",
            Value::Steps,
            "Walked once instead of what was left, such as the hand-over to a rep.",
            "达成后走一次、代替剩下的步骤，比如转给销售。",
        ),
    ],
    others: None,
    one_of: &["event", "when"],
    example: "goal: { event: order.paid, within: 45 days, value: event.amount }",
};

pub(super) const EXIT_RULES: Value = Value::Many(&Value::Any(&[Value::Condition, Value::Thing(&EXIT_RULE)]));
static EXIT_RULE: Thing = Thing {
    name: "exit_rule",
    what: "thing-exit-rule",
    say: Say { en: "When to leave, with a reason.", zh: "什么时候离开，可写明原因。" },
    keys: &[
        key("event", Value::Name(Kind::Event), "This event ends it.", "收到这个事件就离开。"),
        key("when", Value::Condition, "Only when this holds.", "只在满足条件时。"),
        key("reason", Value::Text, "The reason in traces and reports.", "轨迹和报表里的原因。")
            .like("bought"),
    ],
    others: None,
    one_of: &["event", "when"],
    example: "",
};

pub(super) static HOLD_WHILE: Thing = Thing {
    name: "hold_while",
    what: "thing-hold-while",
    say: Say { en: "Messages wait while something holds.", zh: "条件满足期间，消息先等着。" },
    keys: &[
        key("when", Value::Condition, "While this holds.", "满足这个条件时。")
            .needed()
            .like("enrolled_in(abandoned_cart)"),
        key(
            "at_most",
            Value::Length,
            "No longer than this; then the message is skipped with a reason.",
            "最多等多久；超过则跳过并记下原因。",
        ),
    ],
    others: None,
    one_of: &[],
    example: "hold_while: { when: enrolled_in(abandoned_cart), at_most: 3 days }",
};

pub(super) static RELEASE: Thing = Thing {
    name: "release",
    what: "thing-release",
    say: Say { en: "Entries by portions.", zh: "分批进入。" },
    keys: &[
        key("batch", Value::Whole(1, 10_000_000), "So many at a time.", "每批多少人。").needed().like("1000"),
        key("every", Value::Length, "So far apart.", "每隔多久一批。").needed().like("15 minutes"),
        key("by", Value::Formula, "The greater first.", "按什么排序，大的优先。").like("customer.spend"),
        key("stop_when", Value::Condition, "Nobody more once this holds.", "满足后不再放人。")
            .like("event.stock == 0"),
    ],
    others: None,
    one_of: &[],
    example: "release: { batch: 1000, every: 15 minutes, by: customer.spend }",
};

pub(super) const MOVED: Value = Value::Map(&Value::Text);
pub(super) const LINT: Value = Value::MapOf(Kind::Lint, &Value::Text);
