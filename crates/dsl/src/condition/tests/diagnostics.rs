//! What people read when a condition is wrong, word for word.

use super::*;
use crate::diagnostic::mended;

/// The diagnostics of a condition, each in one line: code, the words under the carets, message, label, help.
fn said(text: &str, language: Language) -> String {
    let (_, report, sources) = read(text, &scope());
    let lines = report.sorted(&sources).into_iter().map(|diagnostic| {
        let parts = [
            Some(diagnostic.message_in(language)),
            diagnostic.label_in(language),
            diagnostic.help_in(language),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        format!("{} {} | {}", diagnostic.code, sources.slice(diagnostic.span), parts.join(" | "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn carets_stand_under_the_name_after_chinese_text() {
    let text = "customer.city == \"活跃客户\" and customer.ctiy == \"上海\"";
    assert_eq!(
        shown(text, &scope(), Language::En),
        r#"error[E0204]: unknown attribute `customer.ctiy`
 --> workflows/winback.yaml:1:39
  |
1 | audience: customer.city == "活跃客户" and customer.ctiy == "上海"
  |                                           ^^^^^^^^^^^^^ did you mean `customer.city`?
"#
    );
    assert_eq!(
        shown(text, &scope(), Language::Zh),
        r#"错误[E0204]: 没有 `customer.ctiy` 这个属性
 --> workflows/winback.yaml:1:39
  |
1 | audience: customer.city == "活跃客户" and customer.ctiy == "上海"
  |                                           ^^^^^^^^^^^^^ 是不是想写 `customer.city`？
"#
    );
}

#[test]
fn one_run_says_every_wrong_name_and_type() {
    assert_eq!(
        said("customer.ctiy == \"a\" or customer.tier == \"glod\" or customer.spend > \"500\"", Language::En),
        "E0204 customer.ctiy | unknown attribute `customer.ctiy` | did you mean `customer.city`?\n\
         E0211 \"glod\" | `glod` is not one of the values it can have | did you mean `\"gold\"`? | \
         it can be: \"basic\", \"silver\", \"gold\"\n\
         E0412 \"500\" | `customer.spend` is a number and `\"500\"` is a text: they cannot be compared | \
         did you mean `500`?"
    );
}

#[test]
fn a_syntax_error_is_said_once_at_its_place() {
    for (text, english) in [
        (
            "customer.vip and",
            "E0401  | the condition ends too early: expected a value: a name such as `customer.city`, a text in \
             quotes, a number | finish it, or take out the word it ends with",
        ),
        (
            "customer.spend > 5 customer.vip",
            "E0401 customer | `and` or `or` is missing before `customer` | did you mean `and customer`?",
        ),
        (
            "customer.vip，and customer.vip",
            "E0404 ，and | `，and` is written `and` here | did you mean `and`?",
        ),
        ("customer.vip, customer.spend > 5", "E0404 , | `,` is written `and` here | did you mean `and`?"),
        (
            "(customer.vip",
            "E0402 ( | this bracket is never closed | put `)` behind what belongs inside, or take `(` out",
        ),
        (
            "customer.city == \"上海",
            "E0402 \"上海 | this text is never closed: a quote is missing | put a quote behind its last word, such as \
             `\"上海\"`",
        ),
        (
            "1 < customer.spend < 5",
            "E0410 1 < customer.spend < | two comparisons in a row cannot be read | write `a between 1 and 5`, or \
             join two comparisons by `and`",
        ),
        (
            "customer.spend > 1,000",
            "E0408 1,000 | `1,000`: numbers are written without separators | did you mean `1000`?",
        ),
        (
            "customer.spend > 0.25１2026",
            "E0408 0.25１2026 | `0.25１2026` has more than 6 places after the point | a number is written in \
             digits, with a point and at most 6 places: `1500`, `0.25`",
        ),
        (
            "customer.last_order_at > 2026-02-30",
            "E0408 2026-02-30 | `2026-02-30` is not a date: write `2026-03-02`, or an instant with its zone, \
             `2026-03-02T09:00:00+08:00` | months go to 12, days to the end of their month",
        ),
    ] {
        assert_eq!(said(text, Language::En), english, "{text}");
    }
}

#[test]
fn each_mistake_of_a_marketer_has_its_own_sentence() {
    for (text, chinese) in [
        ("customer.city = \"上海\"", "E0404 = | `=` 在这里写作 `==` | 是不是想写 `==`？"),
        ("customer.vip && customer.vip", "E0404 && | `&&` 在这里写作 `and` | 是不是想写 `and`？"),
        ("customer.vip OR customer.vip", "E0404 OR | `OR` 在这里写作 `or` | 是不是想写 `or`？"),
        ("customer.vip 并且 customer.vip", "E0404 并且 | `并且` 在这里写作 `and` | 是不是想写 `and`？"),
        (
            "customer.城市 == “上海”",
            "E0405 “上海” | `“上海”` 是全角的，条件里只认 `\"上海\"` | 是不是想写 `\"上海\"`？",
        ),
        ("customer.spend ＞＝ 5", "E0405 ＞＝ | `＞＝` 是全角的，条件里只认 `>=` | 是不是想写 `>=`？"),
        ("customer.spend ≥ 5", "E0404 ≥ | `≥` 在这里写作 `>=` | 是不是想写 `>=`？"),
        (
            "{{customer.city}} == \"上海\"",
            "E0406 {{customer.city}} | 条件里不用 `{{ }}`：整个条件就是一个表达式 | 是不是想写 `customer.city`？",
        ),
        ("customer.city == 上海", "E0407 上海 | `上海` 是文字，要加引号 | 是不是想写 `\"上海\"`？"),
        (
            "customer.city == New York",
            "E0407 New York | `New York` 是文字，要加引号 | 是不是想写 `\"New York\"`？",
        ),
        ("customer.tier in [glod]", "E0407 glod | `glod` 是文字，要加引号 | 是不是想写 `\"gold\"`？"),
        (
            "customer.city is not known",
            "E0404 is not known | `is not known` 在这里写作 `is unknown` | 是不是想写 `is unknown`？",
        ),
        (
            "customer.city not known",
            "E0404 not known | `not known` 在这里写作 `is unknown` | 是不是想写 `is unknown`？",
        ),
        (
            "customer.city != null",
            "E0404 != null | `!= null` 在这里写作 `is known` | 是不是想写 `is known`？",
        ),
        ("customer.vip == yes", "E0404 yes | `yes` 在这里写作 `true` | 是不是想写 `true`？"),
        (
            "customer.last_order_at < now - 30",
            "E0409 30 | `30` 什么？少了单位 | 是不是想写 `30 days`？ | 单位：minutes、hours、days、weeks、months、\
             years、workdays，或者分钟、小时、天、周、个月、年、工作日",
        ),
        (
            "customer.last_order_at < now - 30 dyas",
            "E0409 30 dyas | `30 dyas` 不是时长 | 是不是想写 `30 days`？ | 单位：minutes、hours、days、weeks、months、\
             years、workdays，或者分钟、小时、天、周、个月、年、工作日",
        ),
        (
            "customer.spend > \"500\"",
            "E0412 \"500\" | `customer.spend` 是数字，`\"500\"` 是文字，不能比较 | 是不是想写 `500`？",
        ),
        (
            "customer.phone == 138",
            "E0412 138 | `customer.phone` 是文字，`138` 是数字，不能比较 | 是不是想写 `\"138\"`？",
        ),
        (
            "customer.tier > \"basic\"",
            "E0413 customer.tier | `>` 不能比较文字：`customer.tier` 没有大小之分 | 文字用 `==`、`in`、`contains`、\
             `starts_with` 比较；数字要在模型里声明为 `number`",
        ),
        (
            "customer.last_order_at > 30 days",
            "E0412 customer.last_order_at > 30 days | `customer.last_order_at` 是时刻，`30 days` 是时长，不能比较 | 早于 30 \
             天前写作 `< now - 30 days`，最近 30 天内写作 `>= now - 30 days`",
        ),
        (
            "customer.city",
            "E0417 customer.city | `customer.city` 是文字，不是条件 | 请把它和别的值比较，或者写 `is known`",
        ),
        ("city == \"a\"", "E0205 city | 不认识的名称 `city` | 是不是想写 `customer.city`？"),
        (
            "event.amuont > 5",
            "E0204 event.amuont | `order.paid` 没有 `event.amuont` 这个字段 | 是不是想写 `event.amount`？",
        ),
        (
            "count(order.pade) > 1",
            "E0206 order.pade | 没有 `order.pade` 这个事件 | 是不是想写 `order.paid`？",
        ),
        (
            "sum(order.paid) > 1",
            "E0416 order.paid | `sum` 需要一个字段：只写 `order.paid` 没有值 | 是不是想写 `order.paid.amount`？",
        ),
        (
            "in_segment(dormnt_vip)",
            "E0207 dormnt_vip | 没有 `dormnt_vip` 这个分群 | 是不是想写 `dormant_vip`？",
        ),
        (
            "company.name == \"x\"",
            "E0212 company.name | `company.name`：这里不清楚是哪一个 company | 是不是想写 `customer.company.name`？",
        ),
        (
            "days_since(customer.last_order_at) > 30 days",
            "E0412 30 days | `days_since(customer.last_order_at)` 是数字，`30 days` 是时长，不能比较 | 是不是想写 `30`？",
        ),
    ] {
        assert_eq!(said(text, Language::Zh), chinese, "{text}");
    }
}

#[test]
fn not_equal_warns_of_the_unknown_unless_the_author_thought_of_it() {
    let warning = "W0420 customer.city != \"上海\" | this also includes those whose `customer.city` is unknown | \
                   if they are not meant, add `and customer.city is known`";
    assert_eq!(said("customer.city != \"上海\"", Language::En), warning);
    for (text, warns) in [
        ("not customer.city == \"上海\"", true),
        ("customer.city not in [\"上海\"]", true),
        ("customer.city != \"上海\" or customer.vip", true),
        ("customer.city != \"上海\" and customer.city is known", false),
        ("customer.city is unknown or customer.city != \"上海\"", false),
        ("customer.status != \"active\"", false),
        ("customer.city == \"上海\"", false),
        ("event.category != \"shoes\"", false),
    ] {
        assert_eq!(!said(text, Language::En).is_empty(), warns, "{text}");
        assert!(read(text, &scope()).0.is_some(), "a warning keeps the condition: {text}");
    }
}

#[test]
fn what_cannot_be_seen_from_here_is_said() {
    let scope = Scope::customer_only();
    for (text, name) in [
        ("event.amount > 5", "event.amount"),
        ("vars.offer == \"x\"", "vars.offer"),
        ("owner.away", "owner.away"),
        ("count(order.paid, since entry) > 1", "since entry"),
    ] {
        let (condition, report, _) = read(text, &scope);
        assert_eq!(condition, None);
        let said = report.diagnostics()[0].message_in(Language::En);
        assert_eq!(said, format!("`{name}` cannot be used here"));
    }
    // Inside a `where` the event is at hand.
    assert!(read("count(order.paid, where event.amount > 5) > 1", &scope).0.is_some());
    let deal = shown("deal.amount > 5", &scope, Language::En);
    assert!(deal.contains("which deal is not clear here") && deal.contains("count(deal, where"), "{deal}");
}

#[test]
fn fixes_mend_the_whole_text() {
    for (text, mends) in [
        ("customer.city = “上海” && !customer.vip", "customer.city == \"上海\" and not customer.vip"),
        (
            "（customer.spend ＞ 5） OR customer.phone is not null",
            "(customer.spend > 5) or customer.phone is known",
        ),
        ("customer.tier in (\"gold\", \"basic\")", "customer.tier in [\"gold\", \"basic\"]"),
        ("customer.tags has [\"a\"]", "customer.tags has any of [\"a\"]"),
        ("count(order.paid last 30 days) > 1", "count(order.paid, last 30 days) > 1"),
        ("customer.last_order_at < now - 30", "customer.last_order_at < now - 30 days"),
        ("customer.ctiy == \"a\"", "customer.city == \"a\""),
    ] {
        let (_, report, sources) = read(text, &scope());
        let file = sources.ids().next().unwrap();
        assert_eq!(mended(&report, &sources, file), Some(format!("audience: {mends}\n")));
        right(mends);
    }
}

#[test]
fn places_that_are_not_exact_cover_the_whole_text_and_offer_no_fix() {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", "audience: \"customer.ctiy == \\\"a\\\"\"\n");
    let at = Span::new(file, 10, 33);
    let mut report = Report::new();
    let read = condition("customer.ctiy == \"a\"", at, &scope(), &library(), &mut report);
    assert_eq!(read, None);
    assert_eq!(report.diagnostics()[0].span, at);
    assert_eq!(report.diagnostics()[0].fix, None);
}
