//! Any text is read to an end, and what is printed reads back.

use super::*;
use crate::condition::parse::{MOST_BYTES, MOST_DEPTH};
use proptest::prelude::*;

/// Pieces that conditions are made of, right and wrong ones.
const PIECES: [&str; 75] = [
    "customer.city",
    "customer.城市",
    "customer.spend",
    "customer.tags",
    "customer.vip",
    "customer.tier",
    "customer.last_order_at",
    "customer.renews_on",
    "customer.birthday",
    "event.amount",
    "deal.stage",
    "customer",
    ".",
    "and",
    "or",
    "not",
    "in",
    "has",
    "any of",
    "is",
    "known",
    "unknown",
    "contains",
    "starts_with",
    "between",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "=",
    "&&",
    "||",
    "!",
    "+",
    "-",
    "*",
    "/",
    "(",
    ")",
    "[",
    "]",
    ",",
    "\"上海\"",
    "\"gold\"",
    "'x'",
    "5",
    "0.25",
    "30 days",
    "3 天",
    "2026-03-02",
    "2026-02-30",
    "now",
    "today",
    "true",
    "count(",
    "sum(order.paid.amount",
    "last(order.paid",
    "last 30 days",
    "last 5 times",
    "since entry",
    "where",
    "age(",
    "days_since(",
    "first_known(",
    "number_of(",
    "（",
    "“上海”",
    "{{",
    "}}",
    "\"",
    "\\",
    "１",
    "🎂",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3_000) })]

    #[test]
    fn any_text_is_read_to_an_end(text in "\\PC{0,80}") {
        let (condition, report, _) = read(&text, &scope());
        prop_assert!(condition.is_some() != report.has_errors());
    }

    #[test]
    fn any_pieces_are_read_to_an_end_and_what_is_understood_is_printed_the_same(
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..14),
        glue in proptest::sample::select(&[" ", ""][..]),
    ) {
        let text = pieces.join(glue);
        let (condition, report, sources) = read(&text, &scope());
        prop_assert!(condition.is_some() != report.has_errors(), "{}", text);
        if let Some(condition) = condition {
            let written = print::test(&condition.test);
            let (again, _, _) = read(&written, &scope());
            prop_assert_eq!(again.map(|again| again.test), Some(condition.test), "{}", written);
        }
        // Saying it never fails either, in both languages.
        for language in Language::ALL {
            let said = human(&report, &sources, language, Colour::Never);
            prop_assert!(!said.contains("{$") && !said.contains("{ $"), "{}", said);
        }
    }
}

#[test]
fn the_longest_and_deepest_conditions_are_refused_by_name() {
    let deep = |depth: usize| format!("{}customer.vip{}", "(".repeat(depth), ")".repeat(depth));
    assert!(!read(&deep(MOST_DEPTH), &scope()).1.has_errors());
    assert!(shown(&deep(MOST_DEPTH + 1), &scope(), Language::En).contains("deeper than 32 brackets"));
    let long = |bytes: usize| format!("customer.city == \"{}\"", "x".repeat(bytes - 19));
    assert!(!read(&long(MOST_BYTES), &scope()).1.has_errors());
    assert!(shown(&long(MOST_BYTES + 1), &scope(), Language::En).contains("longer than 4096 bytes"));
    let many = vec!["customer.vip"; 250].join(" or ");
    assert!(!read(&many, &scope()).1.has_errors());
    let nots = format!("{}customer.vip", "not ".repeat(1_000));
    assert!(!read(&nots, &scope()).1.has_errors());
    let sums = format!("{} > 1", vec!["1"; 1_000].join("+"));
    assert!(shown(&sums, &scope(), Language::En).contains("E0403"));
}
