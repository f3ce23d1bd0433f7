//! The functions of conditions, for editors and the reference.

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
