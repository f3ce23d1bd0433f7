//! The teams: who gets leads, and what happens when nobody answers.

use super::steps::BY;
use super::{Key, Kind, Say, Thing, Value, Word, key, word};

const fn say(en: &'static str, zh: &'static str) -> Say {
    Say { en, zh }
}

const fn inner(name: &'static str, what: &'static str, say: Say, keys: &'static [Key]) -> Thing {
    Thing { name, what, say, keys, others: None, one_of: &[], example: "" }
}

pub(super) static TEAMS: Thing = Thing {
    name: "teams",
    what: "thing-library",
    say: say(
        "Teams of reps: who they are, how leads are given out, how fast they answer.",
        "销售团队：成员、怎么分配、多快要响应。",
    ),
    keys: &[key("teams", Value::Map(&Value::Thing(&TEAM)), "Names and teams.", "名称和团队。")
        .needed()
        .like("{ inside_sales: { members: [li.na, wang.wei] } }")],
    others: None,
    one_of: &[],
    example: "teams:\n  inside_sales:\n    lead: sun.li\n    members:\n      - { rep: li.na, weight: 2, territory: [华东] }\n      - wang.wei\n    hours: 09:00-18:00 workdays\n    by: [sticky, territory, weighted]\n    sla:\n      accept_within: 30 workminutes\n      first_contact:\n        - { after: 4 workhours, do: remind }\n        - { after: 8 workhours, do: reassign }",
};
static CLOSED: [Word; 2] = [
    word("wait", "It waits for opening, and its clock too.", "等上班再分，时钟也等。"),
    word("assign", "It is given out all the same.", "照样分配。"),
];
const WHO: Value = Value::Any(&[Value::Name(Kind::Team), Value::Name(Kind::Rep), Value::Text]);
static TEAM: Thing = inner(
    "team",
    "thing-team",
    say("A team.", "一个团队。"),
    &[
        key(
            "lead",
            Value::Text,
            "The rep who hears of what the ladder ends in.",
            "负责人：流程走到尽头时通知谁。",
        )
        .like("sun.li"),
        key(
            "members",
            Value::List(&Value::Any(&[Value::Text, Value::Thing(&MEMBER)])),
            "The reps, in order.",
            "成员，按顺序。",
        )
        .needed()
        .like("[li.na, wang.wei]"),
        key(
            "hours",
            Value::Windows,
            "When they work, in the rep's zone; without it, the project's hours.",
            "工作时间（按销售的时区）；不写则用项目的工作时间。",
        )
        .like("09:00-18:00 workdays"),
        key(
            "by",
            Value::Many(&Value::Word(&BY)),
            "How a rep is chosen: the first rule that answers.",
            "怎么选人：按顺序取第一条能选出人的规则。",
        )
        .like("[sticky, territory, weighted]"),
        key(
            "when_closed",
            Value::Word(&CLOSED),
            "What happens to a lead at night.",
            "下班后来的线索怎么办。",
        )
        .or("wait"),
        key(
            "sla",
            Value::Thing(&SLA),
            "How fast they answer, and what else happens.",
            "多快要响应，以及超时怎么办。",
        ),
        key(
            "pool",
            Value::Thing(&POOL),
            "The public pool (公海): leads that nobody follows up.",
            "公海：没人跟进的线索。",
        ),
        key(
            "backup",
            WHO,
            "The team, rep or role that gets what nobody here takes.",
            "没人接时交给哪个团队、销售或角色。",
        )
        .like("sales_manager"),
    ],
);
static MEMBER: Thing = inner(
    "member",
    "thing-member",
    say("A member of a team.", "团队成员。"),
    &[
        key("rep", Value::Text, "Who.", "谁。").needed().like("li.na"),
        key("weight", Value::Whole(1, 4_294_967_295), "How many in turn.", "权重。").or("1").like("2"),
        key("skills", Value::Many(&Value::Text), "What they know.", "会什么。").like("[wms]"),
        key("territory", Value::Many(&Value::Text), "Where they sell.", "负责的区域。").like("[华东]"),
        key("open_leads", Value::Whole(0, 4_294_967_295), "So many open at most.", "未结线索最多几个。")
            .like("40"),
        key("per_day", Value::Whole(0, 4_294_967_295), "So many a day at most.", "每天最多几个。").like("8"),
        key("backup", Value::Text, "Who stands in while they are away.", "不在时由谁代替。").like("wang.wei"),
    ],
);
static SLA: Thing = inner(
    "sla",
    "thing-sla",
    say("The clock that every assignment starts.", "每次分配都会启动的时钟。"),
    &[
        key(
            "accept_within",
            Value::Length,
            "The rep must accept within this time.",
            "销售要在这段时间内接受。",
        )
        .like("30 workminutes"),
        key(
            "first_contact",
            Value::Many(&Value::Thing(&RUNG)),
            "What happens without a first contact.",
            "没有首次联系时怎么办。",
        )
        .like("[{ after: 4 workhours, do: remind }]"),
        key(
            "reassign_at_most",
            Value::Whole(0, 100),
            "So many reassignments; then the lead, then the backup.",
            "最多换几次人；之后交给负责人，再之后交给后备。",
        )
        .like("2"),
        key(
            "not_back_within",
            Value::Length,
            "Never back to a former owner within this time.",
            "这段时间内不再分回原来的人。",
        )
        .like("24 hours"),
        key(
            "counts_as_contact",
            Value::Many(&Value::Name(Kind::Event)),
            "The events that stop the clock.",
            "哪些事件算联系过。",
        )
        .like("[rep.contacted, task.done, email.replied]"),
    ],
);
static DO: [Word; 2] = [
    word("remind", "The rep is reminded.", "提醒销售。"),
    word("reassign", "Another rep gets it.", "换人。"),
];
static RUNG: Thing = inner(
    "rung",
    "thing-rung",
    say("A rung of the ladder.", "流程中的一级。"),
    &[
        key("after", Value::Length, "After so long without a contact.", "多久没有联系之后。")
            .needed()
            .like("4 workhours"),
        key("do", Value::Word(&DO), "What happens.", "做什么。").needed(),
    ],
);
static POOL: Thing = inner(
    "pool",
    "thing-pool",
    say("When a lead goes to the public pool, and who may claim it.", "线索什么时候进公海，谁可以认领。"),
    &[
        key("after", Value::Length, "After so long without a follow-up.", "多久没有跟进之后。")
            .needed()
            .like("7 days"),
        key("warn", Value::Length, "The rep is warned so long before.", "提前多久提醒销售。").like("2 days"),
        key("postpone", Value::Thing(&POSTPONE), "What buys time.", "什么情况可以延期。"),
        key("claim", Value::Thing(&CLAIM), "Limits for those who claim.", "认领的限制。")
            .like("{ per_day: 20, hold: 150 }"),
    ],
);
static POSTPONE: Thing = inner(
    "postpone",
    "thing-postpone",
    say("What buys time.", "延期。"),
    &[
        key("when", Value::Condition, "When this holds.", "满足这个条件时。")
            .needed()
            .like("\"count(quote.sent, last 10 days) >= 1\""),
        key("by", Value::Length, "So much later.", "延多久。").needed().like("7 days"),
        key("times", Value::Whole(1, 100), "So often.", "最多几次。").or("1"),
        key("at_most", Value::Length, "No later than this in all.", "总共不超过多久。").like("21 days"),
    ],
);
static CLAIM: Thing = inner(
    "claim",
    "thing-claim",
    say("Limits for those who claim.", "认领的限制。"),
    &[
        key("per_day", Value::Whole(0, 1_000_000), "So many a day and rep.", "每人每天最多认领几个。")
            .like("20"),
        key("hold", Value::Whole(0, 1_000_000), "So many held at once.", "手里最多几个。").like("150"),
        key(
            "former_owner_after",
            Value::Length,
            "The former owner only after this time.",
            "原负责人多久之后才能认领。",
        )
        .like("24 hours"),
    ],
);
