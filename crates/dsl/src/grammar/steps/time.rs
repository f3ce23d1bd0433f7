//! Waiting.

use super::super::{Kind, Thing, Value, Word, key, word};
use super::{say, step};

static OF: [Word; 1] = [word("any", "Any message of this enrollment.", "本次流程的任意消息。")];
pub(super) static WAIT: Thing = step(
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
pub(super) static WAIT_UNTIL: Thing = step(
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
pub(super) static WAIT_FOR: Thing = step(
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
pub(super) static WAIT_FOR_DATE: Thing = step(
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
pub(super) static TIMELINE: Thing = step(
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
