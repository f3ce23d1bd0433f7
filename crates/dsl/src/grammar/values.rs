//! The sorts of values: what people call them, how they are written, an example.

use super::{Kind, Say, Value};

/// What a sort of value is.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// Its name.
    pub say: Say,
    /// How it is written; empty: as its name says.
    pub how: Say,
    /// An example; empty: there is none that would help.
    pub example: &'static str,
}

const fn sorted(
    name: (&'static str, &'static str),
    how: (&'static str, &'static str),
    example: &'static str,
) -> Sort {
    Sort { say: Say { en: name.0, zh: name.1 }, how: Say { en: how.0, zh: how.1 }, example }
}

/// The sort of a value.
pub fn sort(value: &Value) -> Sort {
    match value {
        Value::Text => sorted(("text", "文字"), ("", ""), ""),
        Value::Rich => sorted(
            ("text with merge tags", "可带合并标签的文字"),
            (
                "`{{customer.name}}` and its like are filled in for each customer",
                "`{{customer.name}}` 等会按每位客户填入",
            ),
            "\"{{customer.name}}，您好\"",
        ),
        Value::Tag => sorted(("merge tag", "合并标签"), ("", ""), "\"{{inputs.team}}\""),
        Value::YesNo => sorted(("`true` or `false`", "`true` 或 `false`"), ("", ""), "true"),
        Value::Number => sorted(("number", "数字"), ("up to 6 decimal places", "最多 6 位小数"), "10"),
        Value::Whole(_, _) => sorted(("whole number", "整数"), ("", ""), "3"),
        Value::Length => sorted(
            ("length of time", "时长"),
            (
                "`90 minutes` and `24 hours` are elapsed time; `3 days`, `2 weeks`, `1 month` keep the clock time in the customer's zone; `5 workdays` and `4 workhours` count in the calendar; also `1h30m`, `P3D`, `3 天`, `半小时`, `一年半`",
                "`90 minutes`、`24 hours` 是实际流逝的时间；`3 days`、`2 weeks`、`1 month` 保持客户时区的钟点；`5 workdays`、`4 workhours` 按工作日历计算；也可以写 `1h30m`、`P3D`、`3 天`、`半小时`、`一年半`",
            ),
            "3 days",
        ),
        Value::Clock => sorted(
            ("time of day", "钟点"),
            ("hours and minutes, 00:00 to 23:59", "小时和分钟，00:00 到 23:59"),
            "09:00",
        ),
        Value::Windows => sorted(
            ("times of the day, on some days", "每天的时段，可限定星期"),
            (
                "the start is inside, the end is not; days: `workdays`, `mon-fri`, `tue,wed,thu`, `周二至周四`",
                "含开始、不含结束；日子可写 `workdays`、`mon-fri`、`tue,wed,thu`、`周二至周四`",
            ),
            "10:00-20:00 workdays",
        ),
        Value::Days => {
            sorted(("date, or a range of them", "日期或日期范围"), ("", ""), "2026-10-01..2026-10-07")
        }
        Value::Share => sorted(("share", "比例"), ("a percentage", "百分比"), "50%"),
        Value::Rate => sorted(
            ("so many in a time", "一段时间内的次数"),
            (
                "`per day` is a rolling 24 hours, `per calendar_day` the customer's day",
                "`per day` 是滚动的 24 小时，`per calendar_day` 是客户的自然日",
            ),
            "2 per week",
        ),
        Value::Condition => sorted(
            ("condition", "条件"),
            ("a text, or `all: […]` or `any: […]`", "一行文字，或 `all: […]`、`any: […]`"),
            "customer.orders >= 1",
        ),
        Value::Formula => sorted(("expression", "表达式"), ("", ""), "event.amount"),
        Value::Date => sorted(
            ("date: an attribute or an expression", "日期：一个属性或表达式"),
            ("", ""),
            "contract.ends_on",
        ),
        Value::Waiting => {
            sorted(("length of time, or `= expression`", "时长，或 `= 表达式`"), ("", ""), "3 days")
        }
        Value::Instant => sorted(
            ("date, date and time, or a length of time", "日期、日期加钟点，或时长"),
            ("in the zone of the test; a length counts from its clock", "按测试的时区；时长从测试的时钟算起"),
            "2026-03-02 09:00",
        ),
        Value::Typed => {
            sorted(("value of the type that the model says", "符合数据模型类型的值"), ("", ""), "gold")
        }
        Value::Assigned => sorted(
            ("value, text with merge tags, or `= expression`", "值、可带合并标签的文字，或 `= 表达式`"),
            ("", ""),
            "= customer.orders + 1",
        ),
        Value::Word(_) => sorted(("one of", "可选"), ("", ""), ""),
        Value::Name(kind) | Value::MapOf(kind, _) => named(*kind),
        Value::Thing(_) | Value::Things(_) => sorted(("map", "一组键"), ("", ""), ""),
        Value::Steps => sorted(("list of steps", "步骤列表"), ("", ""), ""),
        Value::Trigger => sorted(("trigger", "触发方式"), ("", ""), "{ event: order.paid }"),
        Value::List(_) => sorted(("list", "列表"), ("", ""), ""),
        Value::Many(inner) => sorted(("one or a list", "一个或列表"), ("", ""), sort(inner).example),
        Value::Any(values) => match values.first() {
            Some(first) => sort(first),
            None => sorted(("", ""), ("", ""), ""),
        },
        Value::Map(_) => sorted(("names of your choice", "自取的名称"), ("", ""), ""),
        Value::Flag => sorted(("nothing, or `true`", "留空或 `true`"), ("", ""), "true"),
        Value::Seen => sorted(
            ("what the step is about; `true`: anything", "该步骤的对象；`true` 表示任意"),
            ("", ""),
            "true",
        ),
    }
}

fn named(kind: Kind) -> Sort {
    let (name, example) = match kind {
        Kind::Workflow => (("workflow", "工作流"), "winback"),
        Kind::Score => (("score", "评分"), "lead_score"),
        Kind::Event => (("event", "事件"), "order.paid"),
        Kind::Attribute => (("attribute of the customer", "客户属性"), "tier"),
        Kind::Path => (("attribute with what it belongs to", "属性（带所属对象）"), "customer.tier"),
        Kind::Entity => (("entity, or `customer`", "实体，或 `customer`"), "deal"),
        Kind::Stage => (("stage", "阶段"), "won"),
        Kind::Type => (("type, or an entity", "类型，或一种实体"), "text"),
        Kind::Segment => (("segment", "客群"), "dormant_vip"),
        Kind::Team => (("team", "团队"), "inside_sales"),
        Kind::Rep => (("rep", "销售"), "li.na"),
        Kind::Sender => (("sender", "发件人"), "care"),
        Kind::Topic => (("topic", "订阅主题"), "marketing"),
        Kind::Channel => (("channel", "渠道"), "mail"),
        Kind::Table => (("table", "对照表"), "next_category"),
        Kind::Template => (("template", "模板"), "winback/offer"),
        Kind::Lint => (("warning", "警告"), "W0124"),
    };
    sorted(name, ("", ""), example)
}
