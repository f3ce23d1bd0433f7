//! The steps: each verb with its keys, and the keys that every step may have.

mod customer;
mod flow;
mod messages;
mod people;
mod time;

use super::{Key, Say, Thing, Value, Word, key, word};
use customer::{ADD_SCORE, CONSENT, FORGET, MOVE_STAGE, RECORD, SET, SUPPRESS, TAG, UNSUPPRESS, UNTAG};
pub(super) use customer::{GRANT, WITHDRAW};
use flow::{CALL, CHOOSE, EXIT, IF, REPEAT, SPLIT};
use messages::{EMAIL, MESSAGE, NOTIFY, SMS, WEBHOOK};
pub(super) use people::BY;
use people::{ASSIGN, TASK, UNASSIGN};
use time::{TIMELINE, WAIT, WAIT_FOR, WAIT_FOR_DATE, WAIT_UNTIL};

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
