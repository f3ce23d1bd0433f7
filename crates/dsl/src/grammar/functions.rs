//! The functions and the operators of conditions, for editors and the reference.

use super::Say;

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub shape: &'static str,
    /// What it gives.
    pub say: Say,
}

const fn function(name: &'static str, shape: &'static str, en: &'static str, zh: &'static str) -> Function {
    Function { name, shape, say: Say { en, zh } }
}

/// Every function, in the order of the reference.
pub static FUNCTIONS: &[Function] = &[
    function(
        "count",
        "count(order.paid, last 90 days, where event.amount > 100)",
        "How many events, or entities of a kind.",
        "事件（或某种实体）的个数。",
    ),
    function(
        "sum",
        "sum(order.paid.amount, last 365 days)",
        "The sum of a field; 0 over nothing.",
        "某个字段的合计；没有时为 0。",
    ),
    function(
        "min",
        "min(order.paid.amount)",
        "The least of a field; unknown over nothing.",
        "某个字段的最小值；没有时未知。",
    ),
    function(
        "max",
        "max(order.paid.amount)",
        "The greatest of a field; unknown over nothing.",
        "某个字段的最大值；没有时未知。",
    ),
    function(
        "first",
        "first(order.paid)",
        "When the first came, or a field of it; unknown over nothing.",
        "第一次的时间，或它的某个字段；没有时未知。",
    ),
    function(
        "last",
        "last(order.paid.amount)",
        "When the latest came, or a field of it; unknown over nothing.",
        "最近一次的时间，或它的某个字段；没有时未知。",
    ),
    function(
        "gap",
        "gap(order.paid, last 6 times)",
        "The median interval between events: a length of time.",
        "事件间隔的中位数，是一段时长。",
    ),
    function(
        "number_of",
        "number_of(customer.phone is known, customer.email is known)",
        "How many of these conditions hold.",
        "满足的条件个数。",
    ),
    function(
        "first_known",
        "first_known(customer.nickname, customer.name)",
        "The first of these that is known.",
        "第一个已知的值。",
    ),
    function(
        "lookup",
        "lookup(next_category, customer.category)",
        "The row of a table for a key; unknown where there is none.",
        "在对照表里查；查不到则未知。",
    ),
    function("score", "score(lead_score)", "The score of the customer now.", "客户当前的评分。"),
    function("band", "band(lead_score)", "The band that the score is in.", "评分现在的等级。"),
    function("grade", "grade(lead_score)", "The grade of the score's fit points.", "按身份分得出的评级。"),
    function(
        "in_segment",
        "in_segment(dormant_vip)",
        "The customer is in the segment.",
        "客户在这个客群里。",
    ),
    function(
        "enrolled_in",
        "enrolled_in(winback)",
        "The customer is in the workflow now.",
        "客户正在这个工作流里。",
    ),
    function(
        "may",
        "may(email)",
        "There is an address, consent to marketing and no suppression: `email`, `sms` or `message`.",
        "有地址、同意营销且未被屏蔽：`email`、`sms` 或 `message`。",
    ),
    function(
        "days_since",
        "days_since(customer.last_order_at)",
        "Whole days since then, in the customer's zone.",
        "距那时的整天数（客户时区）。",
    ),
    function(
        "age",
        "age(customer.birthday)",
        "Whole years since then, in the customer's zone.",
        "周岁（客户时区）。",
    ),
];

/// What stands between and around names, in the order of the reference: the loosest first.
pub static OPERATORS: &[Function] = &[
    function(
        "or",
        "customer.vip or customer.orders >= 5",
        "One of the two holds. Looser than `and`.",
        "两者之一成立。比 `and` 结合得松。",
    ),
    function(
        "and",
        "customer.vip and customer.orders >= 5",
        "Both hold. Looser than `not`.",
        "两者都成立。比 `not` 结合得松。",
    ),
    function(
        "not",
        "not (customer.vip or customer.orders >= 5)",
        "Turns it round: what is unknown does not hold, so its `not` does. Brackets bind first.",
        "取反：未知的不成立，所以它的 `not` 成立。括号最先算。",
    ),
    function(
        "== !=",
        "customer.city != \"上海\" and customer.city is known",
        "The same, or not. `!=` is `not … ==`, so it also takes in those of whom nothing is known.",
        "相等，或不相等。`!=` 就是 `not … ==`，所以也包括未知的人。",
    ),
    function(
        "< <= > >=",
        "customer.last_order_at < now - 30 days",
        "Less and more, of numbers, times, dates and lengths; not of texts.",
        "比大小，用于数字、时刻、日期和时长；不用于文字。",
    ),
    function(
        "between … and",
        "customer.spend between 200 and 500",
        "From .. to, both included.",
        "在两者之间，两端都算。",
    ),
    function(
        "in, not in",
        "customer.tier in [\"gold\", \"silver\"] and customer.city not in [\"上海\"]",
        "One of these values, or none of them.",
        "是其中之一，或都不是。",
    ),
    function(
        "has, not has",
        "customer.tags has \"vip\" and customer.tags not has \"staff\"",
        "A list holds this text, or does not.",
        "列表里有，或没有这一项。",
    ),
    function(
        "has any of",
        "customer.tags has any of [\"vip\", \"gold\"]",
        "A list holds at least one of these texts.",
        "列表里至少有其中一项。",
    ),
    function(
        "contains",
        "customer.city contains \"海\"",
        "A text has this in it; capitals count.",
        "文字里包含；区分大小写。",
    ),
    function(
        "starts_with",
        "event.category starts_with \"shoe\"",
        "A text begins so; capitals count.",
        "文字以此开头；区分大小写。",
    ),
    function(
        "is known, is unknown",
        "customer.phone is known and customer.city is unknown",
        "There is a value, or there is none.",
        "有值，或没有值。",
    ),
    function(
        "+ -",
        "customer.last_order_at + 2 months < now - 1 day",
        "Sums and differences of numbers, or of a time or a date and a length. Between two times: `days_since`.",
        "数字的加减，或时刻、日期加减时长。两个时刻之间用 `days_since`。",
    ),
    function(
        "* /",
        "customer.last_order_at < now - gap(order.paid) * 1.5",
        "A number or a length, by a plain number.",
        "数字或时长，乘除一个写明的数。",
    ),
    function(
        "now, today",
        "customer.last_order_at < now and customer.renews_on == today",
        "The instant of the decision; its day in the customer's zone.",
        "作出决定的时刻；它在客户时区里的日期。",
    ),
];
