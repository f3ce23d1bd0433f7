//! Branches, loops, calls, and the way out.

use super::super::{Kind, Thing, Value, Word, key, word};
use super::{say, step};

pub(super) static IF: Thing = step(
    "if",
    say("Chooses between two ways; both go on below.", "二选一；之后都继续往下走。"),
    &[
        key("if", Value::Condition, "The condition.", "条件。").needed(),
        key("then", Value::Steps, "What is walked when it holds.", "满足时走的步骤。").needed(),
        key("else", Value::Steps, "What is walked when it does not.", "不满足时走的步骤。"),
    ],
    "- if: customer.tier in [\"gold\", \"platinum\"]\n  then:\n    - assign: key_accounts\n  else:\n    - set: { lifecycle: dormant }",
);
pub(super) static CHOOSE: Thing = step(
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
pub(super) static SPLIT: Thing = step(
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
pub(super) static REPEAT: Thing = step(
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
pub(super) static CALL: Thing = step(
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
pub(super) static EXIT: Thing = step(
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
