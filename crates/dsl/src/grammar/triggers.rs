//! The triggers: what starts an enrollment.

use super::{Key, Kind, Say, Thing, Value, Word, key, word};

const fn say(en: &'static str, zh: &'static str) -> Say {
    Say { en, zh }
}

const fn trigger(name: &'static str, say: Say, keys: &'static [Key], example: &'static str) -> Thing {
    Thing { name, what: "thing-trigger", say, keys, others: None, one_of: &[], example }
}

const fn inner(name: &'static str, what: &'static str, say: Say, keys: &'static [Key]) -> Thing {
    Thing { name, what, say, keys, others: None, one_of: &[], example: "" }
}

static EVENT: Thing = trigger(
    "event",
    say("An event of that name arrives.", "收到某个事件时。"),
    &[
        key("event", Value::Name(Kind::Event), "The event.", "事件。").needed(),
        key("when", Value::Condition, "Only an event for which this holds.", "只认满足条件的事件。")
            .like("event.amount > 100"),
        key(
            "settles",
            Value::Length,
            "Only once nothing of it came for so long (per key): each new one starts the time again.",
            "静下来这么久之后才触发（按 key 分别计算）；每来一次重新计时。",
        )
        .like("60 minutes"),
        key(
            "to",
            Value::Condition,
            "An event without a customer reaches those for whom this holds.",
            "没有客户的事件：发给满足条件的人。",
        )
        .like("customer.watching has event.sku"),
    ],
    "trigger:\n  event: cart.updated\n  settles: 60 minutes",
);
static STAGE: Thing = trigger(
    "stage",
    say("The customer or an entity moves to another stage.", "客户或实体的阶段变化时。"),
    &[key("stage", Value::Thing(&STAGE_OF), "Whose stage, and which move.", "谁的阶段、怎样的变化。")
        .needed()
        .like("{ of: deal, to: won }")],
    "trigger:\n  stage: { of: deal, from: prospecting, to: proposal }",
);
static STAGE_OF: Thing = inner(
    "trigger_stage",
    "thing-trigger-stage",
    say("A move between stages.", "阶段的变化。"),
    &[
        key("of", Value::Name(Kind::Entity), "The entity, or `customer`.", "哪种实体，或 `customer`。")
            .needed(),
        key(
            "from",
            Value::Many(&Value::Name(Kind::Stage)),
            "From one of these; without it, from any.",
            "从哪个阶段；不写则不限。",
        )
        .like("prospecting"),
        key(
            "to",
            Value::Many(&Value::Name(Kind::Stage)),
            "To one of these; without it, to any.",
            "到哪个阶段；不写则不限。",
        ),
    ],
);
static ATTRIBUTE: Thing = trigger(
    "attribute",
    say("An attribute changes.", "某个属性变化时。"),
    &[key(
        "attribute",
        Value::Thing(&ATTRIBUTE_OF),
        "Which attribute, and which change.",
        "哪个属性、怎样的变化。",
    )
    .needed()
    .like("{ of: customer.tier, to: gold }")],
    "trigger:\n  attribute: { of: customer.tier, to: gold }",
);
static ATTRIBUTE_OF: Thing = inner(
    "trigger_attribute",
    "thing-trigger-attribute",
    say("A change of an attribute.", "属性的变化。"),
    &[
        key("of", Value::Name(Kind::Path), "The attribute.", "属性。").needed(),
        key(
            "from",
            Value::Typed,
            "The value before, or a list of them; without it, any.",
            "原来的值，可写多个；不写则不限。",
        )
        .like("silver"),
        key(
            "to",
            Value::Typed,
            "The value after, or a list of them; without it, any.",
            "新的值，可写多个；不写则不限。",
        ),
    ],
);
static DATE: Thing = trigger(
    "date",
    say(
        "A date of the customer or of an entity: birthdays, anniversaries, renewals. Planned anew when the date changes.",
        "客户或实体的某个日期：生日、周年、到期。日期变了会重新安排。",
    ),
    &[key("date", Value::Thing(&DATE_OF), "Which date, and when about it.", "哪个日期、什么时候。")
        .needed()
        .like("{ of: customer.birthday, repeat: yearly, at: 09:00 }")],
    "trigger:\n  date: { of: contract.ends_on, before: 60 days }",
);
static REPEAT: [Word; 3] = [
    word("once", "Once for each value of the date.", "每个日期值一次。"),
    word("yearly", "Each year.", "每年。"),
    word("monthly", "Each month.", "每月。"),
];
static CALENDARS: [Word; 3] = [
    word("solar", "The solar calendar.", "公历。"),
    word("lunar", "The lunar calendar.", "农历。"),
    word("from_customer", "As the date itself says.", "按日期本身（公历或农历）。"),
];
static LEAP: [Word; 3] = [
    word("feb28", "On 28 February.", "2 月 28 日。"),
    word("mar1", "On 1 March.", "3 月 1 日。"),
    word("leap_years_only", "Only in leap years.", "只在闰年。"),
];
static LATE: [Word; 3] = [
    word("run", "Enters all the same.", "照样进入。"),
    word("skip", "Counts as missed.", "记为错过。"),
    word("next_window", "At the next allowed time.", "等到下一个允许的时段。"),
];
const LATE_KEY: Key = key(
    "late",
    Value::Word(&LATE),
    "What happens when it fires late, after downtime.",
    "停机后迟到的触发怎么办。",
)
.or("next_window");
const MAX_LATENESS: Key =
    key("max_lateness", Value::Length, "Later than this it counts as missed.", "迟到超过这个时间记为错过。")
        .or("24 hours")
        .like("12 hours");
static DATE_OF: Thing = inner(
    "trigger_date",
    "thing-trigger-date",
    say("A date, and when about it.", "日期和触发时间。"),
    &[
        key("of", Value::Name(Kind::Path), "The attribute that holds the date.", "存放日期的属性。").needed().like("customer.birthday"),
        key("repeat", Value::Any(&[Value::Word(&REPEAT), Value::Text]), "How often: `once`, `yearly`, `monthly`, or `every 6 months`. Birthdays are yearly, other dates once.", "多久一次：`once`、`yearly`、`monthly`，或 `every 6 months`。生日默认每年，其他日期默认一次。").like("yearly"),
        key("calendar", Value::Word(&CALENDARS), "By which calendar.", "按哪种历法。").or("solar"),
        key("before", Value::Length, "So long before the date.", "提前多久。").like("60 days"),
        key("after", Value::Length, "So long after the date.", "推后多久。").like("30 days"),
        key("at", Value::Clock, "At this time of the day, in the customer's zone.", "当天几点（客户时区）。").or("09:00"),
        key("leap_day", Value::Word(&LEAP), "When a 29 February falls in other years.", "2 月 29 日在平年怎么算。").or("feb28"),
        LATE_KEY, MAX_LATENESS,
    ],
);
static INACTIVE: Thing = trigger(
    "inactive",
    say(
        "None of these events for so long; once per quiet period. Who never did any counts from when we first knew them.",
        "某些事件一段时间都没有发生；每次沉默只触发一次。从没发生过的，从首次认识该客户算起。",
    ),
    &[key("inactive", Value::Thing(&INACTIVE_FOR), "Which events, and how long.", "哪些事件、多久。")
        .needed()
        .like("{ no: [order.paid], for: 60 days }")],
    "trigger:\n  inactive:\n    no: [order.paid, site.visited]\n    for: 60 days",
);
static INACTIVE_FOR: Thing = inner(
    "trigger_inactive",
    "thing-trigger-inactive",
    say("The absence of events.", "事件的缺席。"),
    &[
        key(
            "no",
            Value::Many(&Value::Name(Kind::Event)),
            "The events that did not come.",
            "没有发生的事件。",
        )
        .needed()
        .like("[order.paid, site.visited]"),
        key(
            "for",
            Value::Waiting,
            "For so long; `= 2 * gap(order.paid)` follows the customer's own rhythm.",
            "多久；`= 2 * gap(order.paid)` 按客户自己的节奏。",
        )
        .needed()
        .like("60 days"),
        key(
            "at_least",
            Value::Length,
            "The least, where the length is an expression.",
            "时长是表达式时的下限。",
        )
        .like("14 days"),
        key(
            "at_most",
            Value::Length,
            "The most, where the length is an expression.",
            "时长是表达式时的上限。",
        )
        .like("180 days"),
    ],
);
static SEGMENT: Thing = trigger(
    "segment",
    say("The customer enters or leaves a segment.", "客户进入或离开某个客群时。"),
    &[key("segment", Value::Thing(&SEGMENT_OF), "Which segment.", "哪个客群。")
        .needed()
        .like("{ enters: dormant_vip }")],
    "trigger:\n  segment: { enters: dormant_vip }",
);
static SEGMENT_OF: Thing = Thing {
    name: "trigger_segment",
    what: "thing-trigger-segment",
    say: say("A segment that is entered or left.", "进入或离开的客群。"),
    keys: &[
        key(
            "enters",
            Value::Name(Kind::Segment),
            "The customer was not in it, and is now.",
            "之前不在，现在在。",
        ),
        key(
            "leaves",
            Value::Name(Kind::Segment),
            "The customer was in it, and is not now.",
            "之前在，现在不在。",
        ),
    ],
    others: None,
    one_of: &["enters", "leaves"],
    example: "",
};
static SCORE: Thing = trigger(
    "score",
    say("A score rises to a band or a number.", "评分升到某个等级或分数时。"),
    &[key("score", Value::Thing(&SCORE_OF), "Which score, and how high.", "哪个评分、多高。")
        .needed()
        .like("{ of: lead_score, reaches: hot }")],
    "trigger:\n  score: { of: lead_score, reaches: hot }",
);
static SCORE_OF: Thing = inner(
    "trigger_score",
    "thing-trigger-score",
    say("A score that rises.", "评分上升。"),
    &[
        key("of", Value::Name(Kind::Score), "The score.", "评分。").needed(),
        key(
            "reaches",
            Value::Any(&[Value::Text, Value::Number]),
            "The band, or the number of points.",
            "等级或分数。",
        )
        .needed()
        .like("hot"),
        key(
            "rearm",
            Value::Number,
            "It can fire again once the score was below this; without it, below the edge.",
            "降到这个分数以下之后才能再次触发；不写则为降到界线以下。",
        )
        .like("40"),
    ],
);
static SCHEDULE: Thing = trigger(
    "schedule",
    say("A clock or a festival, over everybody of the audience.", "按时间表或节日，对符合条件的所有人触发。"),
    &[key("schedule", Value::Thing(&SCHEDULE_OF), "When.", "什么时候。")
        .needed()
        .like("{ every: monday, at: 09:00 }")],
    "trigger:\n  schedule: { on: lunar 08-15, before: 10 days, at: 09:00 }",
);
static ZONES: [Word; 1] = [word("customer", "Each customer's own.", "每位客户自己的时区。")];
static SCHEDULE_OF: Thing = Thing {
    name: "trigger_schedule",
    what: "thing-trigger-schedule",
    say: say("When it fires.", "触发时间。"),
    keys: &[
        key(
            "every",
            Value::Many(&Value::Text),
            "Each of these: `day`, `monday`, `[tue, thu]`, `month`.",
            "每逢：`day`、`monday`、`[tue, thu]`、`month`。",
        )
        .like("monday"),
        key(
            "on",
            Value::Text,
            "A day: `2026-09-07`, `yearly 09-10`, `lunar 08-15`; with `every: month`, the day of the month.",
            "某一天：`2026-09-07`、`yearly 09-10`、`lunar 08-15`；配合 `every: month` 时是几号。",
        )
        .like("yearly 09-10"),
        key("cron", Value::Text, "The same as five fields of cron.", "用 cron 的五段写法。")
            .like("\"0 9 * * MON\""),
        key("at", Value::Clock, "At this time of the day.", "几点。").or("09:00"),
        key("before", Value::Length, "So long before the day.", "提前多久。").like("10 days"),
        key("after", Value::Length, "So long after the day.", "推后多久。").like("1 day"),
        key(
            "zone",
            Value::Any(&[Value::Word(&ZONES), Value::Text]),
            "The zone; without it, the project's.",
            "时区；不写则用项目的时区。",
        )
        .like("customer"),
        LATE_KEY,
        MAX_LATENESS,
    ],
    others: None,
    one_of: &["every", "on", "cron"],
    example: "",
};
static CALLED: Thing = trigger(
    "called",
    say("Another workflow calls it; see `call` and `inputs`.", "由另一个工作流调用；见 `call` 和 `inputs`。"),
    &[key("called", Value::Flag, "Nothing stands behind it.", "后面不用写什么。").needed()],
    "trigger: called",
);
static MANUAL: Thing = trigger(
    "manual",
    say("A person or the API starts it.", "由人或接口启动。"),
    &[key("manual", Value::Flag, "Nothing stands behind it.", "后面不用写什么。").needed()],
    "trigger: manual",
);

/// Every trigger; a workflow has exactly one.
pub static TRIGGERS: &[&Thing] =
    &[&EVENT, &STAGE, &ATTRIBUTE, &DATE, &INACTIVE, &SEGMENT, &SCORE, &SCHEDULE, &CALLED, &MANUAL];
