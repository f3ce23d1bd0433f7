//! Leads to reps, and tasks.

use super::super::{Kind, Thing, Value, Word, key, word};
use super::messages::{COLLEAGUE, OWNER};
use super::{say, step};

pub(in super::super) static BY: [Word; 7] = [
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
pub(super) static ASSIGN: Thing = step(
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
pub(super) static UNASSIGN: Thing = step(
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
pub(super) static TASK: Thing = step(
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
