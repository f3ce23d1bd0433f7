//! The files: what each first key declares, and the keys of a workflow.

use super::rules::{
    CONSENT, EXIT_RULES, GOAL, HOLD_WHILE, LAUNCH, LINT, MOVED, REENTRY, RELEASE, SPLIT_SHARE,
};
use super::tests::{SCENARIO, TESTS};
use super::{Say, Thing, Value, key};
use super::{channels, forms, libraries, people, scoring};

static WORKFLOW: Thing = Thing {
    name: "workflow",
    what: "thing-workflow",
    say: Say { en: "One automation: what starts it, who may enter, what is done.", zh: "一个自动化流程：怎么开始、谁能进入、做什么。" },
    keys: &[
        key("workflow", Value::Text, "Its id, for ever: letters, digits, `_`, `-`, `.`.", "固定的标识：字母、数字、`_`、`-`、`.`。").needed().like("winback"),
        key("title", Value::Text, "The name people read.", "给人看的名称。").like("沉睡客户唤醒"),
        key("owner", Value::Text, "Who answers for it.", "由谁负责。").like("growth"),
        key("trigger", Value::Trigger, "What starts an enrollment; exactly one.", "什么时候让客户进入；只能有一种。").needed(),
        key("audience", Value::Condition, "Who may enter: asked once, at the entry.", "谁能进入；只在进入时判断一次。").like("customer.orders >= 1 and customer.spend > 200"),
        key("consent", CONSENT, "The consent that its messages need. Must be written where a message to a customer stands.", "消息需要哪种同意。只要有发给客户的消息就必须写。").like("marketing"),
        key("reentry", REENTRY, "Whether one may come back.", "走完之后能不能再进入。").or("after_exit").like("{ once_every: 180 days }"),
        key("key", Value::Formula, "Parallel enrollments by order, cart or contract; without it, one per customer (for a trigger on an entity, one per entity).", "按订单、购物车或合同并行；不写则每位客户一个（实体触发时每个实体一个）。").like("event.order_id"),
        key("at_launch", Value::Word(&LAUNCH), "What happens to those who match already when it goes live.", "上线时已经符合条件的人怎么办。").or("only_new"),
        key("holdout", SPLIT_SHARE, "So many are left alone, to measure what it brings.", "留出多少人不打扰，用来衡量效果。").or("0%").like("10%"),
        key("goal", Value::Thing(&GOAL), "What success is: reaching it ends the enrollment and counts a conversion.", "目标：达成即结束，并记一次转化。").like("{ event: order.paid, within: 45 days, value: event.amount }"),
        key("exit_when", EXIT_RULES, "When to leave: asked at each event and before each effect.", "什么时候离开：每个事件到来时、每次动作之前都会判断。").like("[customer.status == \"closed\"]"),
        key("quiet_hours", Value::Windows, "When marketing messages wait, in the customer's zone; replaces the policy's.", "营销消息的静默时段（客户时区）；代替策略里的设置。").like("21:00-09:00"),
        key("priority", Value::Whole(-1_000_000, 1_000_000), "Among several workflows the higher goes first.", "多个工作流相争时，数字大的优先。").or("0").like("10"),
        key("hold_while", Value::Thing(&HOLD_WHILE), "While this holds its messages wait.", "条件满足期间，消息先等着。").like("{ when: enrolled_in(abandoned_cart), at_most: 3 days }"),
        key("spacing", Value::Length, "The least distance between two of its messages to one customer.", "发给同一客户的两条消息至少隔多久。").like("24 hours"),
        key("release", Value::Thing(&RELEASE), "Lets people in by portions.", "分批放人进入。").like("{ batch: 1000, every: 15 minutes }"),
        key("approval", Value::Text, "The role that must say yes to this version before it sends.", "这个版本发消息之前，需要哪个角色批准。").like("manager"),
        key("vars", Value::Map(&Value::Assigned), "Variables and their first values: `vars.x`.", "变量和初始值：`vars.x`。").like("{ offer: 免邮一次 }"),
        key("inputs", Value::Map(&libraries::INPUT), "With `trigger: called`: what the caller gives, `inputs.x`.", "配合 `trigger: called`：调用方传入的参数，`inputs.x`。").like("{ team: team, tries: number }"),
        key("moved", MOVED, "Where `nurture publish --move` takes people who stand at a step that this version no longer has: to another step, by its id, or `exit`.", "用 `nurture publish --move` 发布时，站在被删除步骤上的人去哪里：另一个步骤的 id，或 `exit`（离开）。").like("{ before_offer: exit }"),
        key("steps", Value::Steps, "What is done, in reading order.", "要做的事，按顺序写。").needed(),
        key("tests", TESTS, "Examples with what must come of them, run by `nurture test`.", "例子和应有的结果，由 `nurture test` 执行。"),
        key("lint", LINT, "Warnings that this file turns off, each with a reason.", "本文件关闭的警告，各写明原因。").like("{ W0124: 模板由设计部门维护 }"),
    ],
    others: None,
    one_of: &[],
    example: "workflow: birthday\ntrigger:\n  date: { of: customer.birthday, repeat: yearly, at: 09:00 }\naudience: customer.status == \"active\"\nconsent: marketing\nsteps:\n  - email: birthday/card",
};

/// Every kind of file, by its first key.
pub static FILES: &[&Thing] = &[
    &WORKFLOW,
    &scoring::SCORING,
    &libraries::MODEL,
    &libraries::SEGMENTS,
    &people::TEAMS,
    &libraries::SENDERS,
    &libraries::TOPICS,
    &forms::FORMS,
    &libraries::TABLES,
    &SCENARIO,
    &libraries::CALENDAR,
    &libraries::POLICIES,
    &channels::CHANNELS,
    &libraries::BRAND,
];
