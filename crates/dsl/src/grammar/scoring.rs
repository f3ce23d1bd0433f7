//! The scores: fit, behaviour that fades, bands.

use super::tests::SCORE_TESTS;
use super::{Key, Kind, Say, Thing, Value, key};

const fn say(en: &'static str, zh: &'static str) -> Say {
    Say { en, zh }
}

const fn inner(name: &'static str, what: &'static str, say: Say, keys: &'static [Key]) -> Thing {
    Thing { name, what, say, keys, others: None, one_of: &[], example: "" }
}

pub(super) static SCORING: Thing = Thing {
    name: "scoring",
    what: "thing-library",
    say: say("A score: points for who they are, and for what they do.", "评分：按身份和行为打分。"),
    keys: &[
        key("scoring", Value::Text, "Its name, as `score(NAME)` says it.", "名称，`score(名称)` 里用。")
            .needed()
            .like("lead_score"),
        key("title", Value::Text, "The name people read.", "给人看的名称。").like("线索评分"),
        key("of", Value::Name(Kind::Entity), "Whose.", "给谁打分。").or("customer"),
        key("range", Value::Text, "The least and the most it can be.", "最低和最高分。").like("0-100"),
        key("cap", Value::Number, "The most it can be, instead of a range.", "最高分，代替 range。")
            .like("100"),
        key(
            "fit",
            Value::List(&Value::Thing(&FIT)),
            "Points that are true while something is true.",
            "满足期间有效的分数。",
        ),
        key(
            "behaviour",
            Value::Thing(&BEHAVIOUR),
            "Points for events; they fade.",
            "事件带来的分数，会随时间衰减。",
        ),
        key(
            "bands",
            Value::Thing(&BANDS),
            "Bands from low to high, each with its least score.",
            "等级，从低到高，各写最低分。",
        )
        .like("{ cold: 0, warm: 30, hot: 60, stay: 5 }"),
        key(
            "grades",
            Value::Map(&Value::Number),
            "Letters for fit points, each with its least.",
            "按身份分给出的字母等级，各写最低分。",
        )
        .like("{ A: 30, B: 20, C: 10, D: 0 }"),
        key(
            "on_band",
            Value::Map(&Value::Any(&[Value::Steps, Value::Thing(&ONE_STEP), Value::Thing(&ON_BAND)])),
            "What is done when a band is reached.",
            "升到某个等级时做什么。",
        )
        .like("{ hot: { move_stage: qualified, of: lead } }"),
        key(
            "groups",
            Value::Map(&Value::Number),
            "The most that the rules of a group give together.",
            "同组规则合计最多多少分。",
        )
        .like("{ mails: 20 }"),
        key(
            "include_machines",
            Value::YesNo,
            "Opens and clicks by machines count too, in rules that do not say otherwise.",
            "机器的打开和点击也算；规则里可以单独写。",
        )
        .or("false"),
        key("tests", SCORE_TESTS, "Examples with the score that must come of them.", "例子和应有的分数。"),
    ],
    others: None,
    one_of: &[],
    example: "scoring: lead_score\nrange: 0-100\nfit:\n  - when: customer.employees >= 200\n    points: 15\nbehaviour:\n  half_life: 14 days\n  rules:\n    - event: email.clicked\n      points: 4\nbands: { cold: 0, warm: 30, hot: 60, stay: 5 }",
};
static ON_BAND: Thing = inner(
    "on_band",
    "thing-on-band",
    say(
        "What is done when a band is reached, with who may and how often.",
        "升到某个等级时做什么，以及对谁、多久一次。",
    ),
    &[
        key("steps", Value::Steps, "What is done.", "做什么。").needed(),
        key("title", Value::Text, "The name people read.", "给人看的名称。").like("热线索"),
        key("audience", Value::Condition, "Only those for whom this holds.", "只对满足条件的客户。")
            .like("grade(lead_score) in [\"A\", \"B\"]"),
        key("consent", Value::Text, "What its messages need.", "消息需要的同意。").like("marketing"),
        key(
            "reentry",
            Value::Any(&[Value::Text, Value::Map(&Value::Length)]),
            "How often one may come again.",
            "多久可以再来一次。",
        )
        .like("{ once_every: 30 days }"),
        key("holdout", Value::Text, "The share left alone, to measure.", "留出不做的比例，用来衡量效果。")
            .like("10%"),
        key("quiet_hours", Value::Text, "When its messages rest.", "消息的免打扰时段。").like("21:00-09:00"),
        key("priority", Value::Number, "The higher goes first.", "数字大的先走。").like("5"),
        key(
            "rearm",
            Value::Number,
            "It acts again once the score was below this.",
            "降到这个分数以下之后才能再次触发。",
        )
        .like("40"),
    ],
);
/// A single step, written without a list.
pub(super) static ONE_STEP: Thing = Thing {
    name: "one_step",
    what: "thing-step",
    say: say("One step.", "一个步骤。"),
    keys: &[],
    others: None,
    one_of: &[],
    example: "",
};
static FIT: Thing = inner(
    "fit_rule",
    "thing-score-rule",
    say("A rule for who they are.", "身份规则。"),
    &[
        key("when", Value::Condition, "While this holds.", "满足这个条件期间。").needed(),
        key("points", Value::Number, "So many points.", "多少分。").needed().like("15"),
        key("group", Value::Text, "The group whose cap it shares.", "和哪一组共用上限。").like("industry"),
    ],
);
static BEHAVIOUR: Thing = inner(
    "behaviour",
    "thing-behaviour",
    say("Rules for what they do.", "行为规则。"),
    &[
        key(
            "half_life",
            Value::Length,
            "Points fade by half in this time; without it, never.",
            "每过这段时间分数减半；不写则不衰减。",
        )
        .like("14 days"),
        key("rules", Value::List(&Value::Thing(&RULE)), "The rules.", "规则。").needed(),
        key("cap", Value::Number, "The most that all of them give.", "合计最多多少分。").like("60"),
        key(
            "at_most",
            Value::Rate,
            "What rules have that say nothing of it.",
            "没有单独写 at_most 的规则用这个。",
        )
        .like("10 per day"),
    ],
);
static RULE: Thing = inner(
    "behaviour_rule",
    "thing-score-rule",
    say("A rule for an event.", "一条事件规则。"),
    &[
        key("event", Value::Name(Kind::Event), "For each such event.", "每发生一次。")
            .needed()
            .like("email.clicked"),
        key("when", Value::Condition, "Only if this holds.", "只认满足条件的。")
            .like("event.path == \"/pricing\""),
        key("points", Value::Number, "So many points.", "多少分。").needed().like("4"),
        key(
            "at_most",
            Value::Rate,
            "The first so many of a calendar day (week, month) of the customer.",
            "客户的每个自然日（周、月）只计前几次。",
        )
        .like("3 per day"),
        key("group", Value::Text, "The group whose cap it shares.", "和哪一组共用上限。").like("mails"),
        key("cap", Value::Number, "The most it gives.", "最多多少分。").like("30"),
        key(
            "include_machines",
            Value::YesNo,
            "Opens and clicks by machines count too.",
            "机器的打开和点击也算。",
        )
        .or("false"),
    ],
);
static BANDS: Thing = Thing {
    name: "bands",
    what: "thing-bands",
    say: say("Bands from low to high.", "从低到高的等级。"),
    keys: &[key(
        "stay",
        Value::Number,
        "One falls out of a band only so far below its edge.",
        "低于界线这么多分才会掉出等级。",
    )
    .or("0")
    .like("5")],
    others: Some(Value::Number),
    one_of: &[],
    example: "",
};
