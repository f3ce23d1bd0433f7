//! Trees, places, and what is said about each mistake.

use super::*;
use crate::diagnostic::{Colour, human, mended};
use model::words::Language;
use proptest::prelude::*;

/// A file that was read.
struct Done {
    sources: Sources,
    file: FileId,
    root: Option<Node>,
    report: Report,
}

fn done(text: &str) -> Done {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text);
    let mut report = Report::new();
    let root = read(&sources, file, &mut report);
    Done { sources, file, root, report }
}

impl Done {
    /// Codes by place.
    fn codes(&self) -> Vec<Code> {
        self.report.sorted(&self.sources).iter().map(|d| d.code).collect()
    }

    fn said(&self) -> String {
        human(&self.report, &self.sources, Language::En, Colour::Never)
    }

    fn tree(&self) -> String {
        self.root.as_ref().map_or_else(|| "nothing".to_owned(), shown)
    }
}

/// A tree as one line of JSON-like text; numbers and bools bare, quoted texts in `'`.
fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "∅".to_owned(),
        Kind::Bool(yes) => yes.to_string(),
        Kind::Number(literal) => literal.clone(),
        Kind::Text { text, quoted: true } => format!("'{text}'"),
        Kind::Text { text, quoted: false } => format!("\"{text}\""),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries: Vec<_> = entries.iter().map(|e| format!("{}: {}", e.key, shown(&e.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Each text, the codes it gets by place, and the tree that is read all the same.
#[track_caller]
fn check(text: &str, codes: &[Code], tree: &str) {
    let done = done(text);
    assert_eq!(done.codes(), codes, "{text}\n{}", done.said());
    assert_eq!(done.tree(), tree, "{text}\n{}", done.said());
}

/// A text whose mistakes `--fix` mends to the other text, which has none.
#[track_caller]
fn check_fix(text: &str, right: &str) {
    let wrong = done(text);
    assert!(!wrong.report.is_empty(), "nothing is said about {text}");
    let fixed = mended(&wrong.report, &wrong.sources, wrong.file);
    assert_eq!(fixed.as_deref(), Some(right), "{}", wrong.said());
    assert_eq!(done(right).said(), "");
}

#[test]
fn a_list_without_a_key_above_it_is_named_as_that() {
    let said = done("steps:\n  - if: a\n    - tag: b\n").said();
    assert!(said.starts_with("error[E0105]: a list begins here, and no key stands above it"), "{said}");
}

#[test]
fn a_word_with_an_exclamation_mark_in_front_is_a_text_and_a_tag_of_a_map_is_none() {
    check_fix("a: !important\nb: 1\n", "a: \"!important\"\nb: 1\n");
    check("a: !tag\n  b: 1\n", &[Code::E0111], "{a: {b: 1}}");
}

#[test]
fn a_map_in_brackets_may_be_a_whole_file() {
    check("{\n  \"a\": 1,\n  \"b\": [2, { \"c\": 3 }],\n}\n", &[], "{a: 1, b: [2, {c: 3}]}");
}

#[test]
fn all_styles_of_yaml_are_read() {
    let text = r#"# a remark
"quoted key": 1   # one
'x': 2.50
x y: |
  a: b #c

  “d”
folded: >-
  one
  two
deeper: |2
    spaces
list:
- - 1
  - -2
-
  w: true
- [ ]
- {}
flow: {
  a: "multi
    line", # remark
  b: [1,2, [c d]],
  'e': ,
}
plain: customer.orders >= 1
  and customer.city == "上海"
escaped: "tab\t\u4e2d \"q\""
single: 'it''s'
dates: [2026-02-30, 08:30, 0123, no, ~, null]
url: http://x.y/z#frag
nothing:
last: - 5
"#;
    let text = text.replace("last: - 5\n", "last: -5");
    let tree = "{quoted key: 1, x: 2.50, x y: 'a: b #c\n\n“d”\n', folded: 'one two', deeper: '  spaces\n', \
                list: [[1, -2], {w: true}, [], {}], flow: {a: 'multi line', b: [1, 2, [\"c d\"]], e: ∅}, \
                plain: \"customer.orders >= 1 and customer.city == \"上海\"\", escaped: 'tab\t中 \"q\"', \
                single: 'it's', dates: [\"2026-02-30\", \"08:30\", \"0123\", \"no\", \"~\", \"null\"], \
                url: \"http://x.y/z#frag\", nothing: ∅, last: -5}";
    check(&text, &[], tree);
    check(&text.replace('\n', "\r\n"), &[], tree);
    check(&format!("\u{feff}---\n{text}\n...\n"), &[], tree);
}

#[test]
fn a_condition_inside_brackets_is_read_whole() {
    use Code::*;
    check(
        "- { when: customer.city in [\"上海\", \"北京\"] and x > 1, reason: moved }\n",
        &[E0106],
        "[{when: 'customer.city in [\"上海\", \"北京\"] and x > 1', reason: \"moved\"}]",
    );
    check("a: { when: lookup(a, b) == 1 }\n", &[E0106], "{a: {when: 'lookup(a, b) == 1'}}");
    check("a: { text: 你好, 世界 }\n", &[E0106], "{a: {text: '你好, 世界'}}");
    check("a: { text: 你好{{name}}, b: 1 }\n", &[E0106], "{a: {text: '你好{{name}}', b: 1}}");
    check("a: { title: 订单 #123, b: 2 }\n", &[E0106], "{a: {title: '订单 #123', b: 2}}");
    check("a: [ count(x, last 3 days) > 1, y ]\n", &[E0106], "{a: ['count(x, last 3 days) > 1', \"y\"]}");
    check("a: { b: don't, c: won't }\n", &[], "{a: {b: \"don't\", c: \"won't\"}}");
    check("a: { b: 3 days }   # one, two\n", &[], "{a: {b: \"3 days\"}}");
    check("a: { text: 注意: 今天, b: 1 }\n", &[E0107], "{a: {text: '注意: 今天', b: 1}}");
    check_fix("a: { b: f(x, y), c: 1 }\n", "a: { b: \"f(x, y)\", c: 1 }\n");
    check_fix("a: { b: x in [\"p\"] }\n", "a: { b: 'x in [\"p\"]' }\n");
}

#[test]
fn a_hash_in_a_text_is_doubted_and_a_comment_is_not() {
    let warned = done("title: 订单 #123 的通知\nn: 1 # one\nm: 2 ## two\ne: #123\nf: #note\n  g: 1\n");
    assert_eq!(warned.codes(), [Code::W0123, Code::W0123]);
    assert_eq!(warned.tree(), "{title: \"订单\", n: 1, m: 2, e: ∅, f: {g: 1}}");
    assert_eq!(
        human(&warned.report, &warned.sources, Language::Zh, Colour::Never).split("\n\n").next(),
        Some(
            "警告[W0123]: 后面的文字会被当成注释
 --> a.yaml:1:11
  |
1 | title: 订单 #123 的通知
  |             ^^^^^^^^^^^ 丢掉了
  |
  = 办法: 给整段文字加上引号；如果确实是注释，在 `#` 后面空一格"
        )
    );
}

#[test]
fn wrong_blanks_in_front_of_a_line_are_named_and_read_as_spaces() {
    use Code::*;
    let tree = "{steps: [{email: \"x\", subject: \"y\"}], title: \"z\"}";
    check("steps:\n　- email: x\n　　subject: y\ntitle: z\n", &[E0102, E0102], tree);
    check("steps:\n\u{a0}\u{a0}- email: x\n    subject: y\ntitle: z\n", &[E0102], tree);
    check("steps:\n\t- email: x\n\t\tsubject: y\ntitle: z\n", &[E0103, E0103], tree);
    check("steps:\n  -　email: x\n    subject:　y\ntitle: z\n", &[E0102, E0102], tree);
    check("text: |\n  甲\n  　　乙\n", &[], "{text: '甲\n　　乙\n'}");
    check("a: \u{feff}b\n", &[E0102], "{a: \"b\"}");
    check("text: |\n　　甲\n", &[E0102], "{text: '甲\n'}");
    check_fix("steps:\n　- email: x\n", "steps:\n  - email: x\n");
    check_fix("goal:\n\tevent: x\n", "goal:\n  event: x\n");
}

#[test]
fn a_text_that_starts_with_a_sign_of_yaml_is_read_as_text() {
    for text in [
        "*重要* 通知",
        "> 5",
        "@li.na",
        "? 什么",
        "% off",
        "& more",
        "! 注意",
        "!重要",
        "`code`",
        "| a",
        "[紧急] 续约",
        "- a",
        "]x",
        "{name}，你好",
    ] {
        check(&format!("a: {text}\nb: 1\n"), &[Code::E0110], &format!("{{a: '{text}', b: 1}}"));
        check(&format!("- {text}\n- b: 1\n").replace("- - a", "- @a"), &[Code::E0110], &{
            let text = if text == "- a" { "@a" } else { text };
            format!("['{text}', {{b: 1}}]")
        });
        check_fix(&format!("a: {text}\n"), &format!("a: \"{text}\"\n"));
    }
    check("a: ?x\nb: -x\nc: {d: @x, e: 1}\n", &[Code::E0110], "{a: \"?x\", b: \"-x\", c: {d: '@x', e: 1}}");
    check("@id: 5\n", &[Code::E0110], "{@id: 5}");
}

#[test]
fn a_template_at_the_start_needs_quotes() {
    let text = "subject: {{customer.name}}，好久不见\nvars: { a: {{x}} y, b: 1 }\n";
    check(text, &[Code::E0109; 2], "{subject: '{{customer.name}}，好久不见', vars: {a: '{{x}} y', b: 1}}");
    assert_eq!(
        done(text).said().split("\n\n").next(),
        Some(
            "error[E0109]: a value that starts with `{{` needs quotes
 --> a.yaml:1:10
  |
1 | subject: {{customer.name}}，好久不见
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^ YAML takes this for a map
  |
  = help: put quotes around the whole value"
        )
    );
}

#[test]
fn quotes_inside_and_behind_are_understood() {
    use Code::*;
    check("a: \"{{t \"x\"}}\"\nb: 1\n", &[E0115], "{a: '{{t \"x\"}}', b: 1}");
    check("a: \"沉睡\" 客户\nb: 1\n", &[E0115], "{a: '\"沉睡\" 客户', b: 1}");
    check("a: { b: \"x\" y, c: 1 }\n", &[E0115], "{a: {b: '\"x\" y', c: 1}}");
    check("a: \"{{t \\\"x\\\"}}\"\n", &[W0124], "{a: '{{t \"x\"}}'}");
    check("a: \"x\nb: 1\n", &[E0114], "{a: 'x', b: 1}");
    check("a: 'x\n", &[E0114], "{a: 'x'}");
    check("a: \"C:\\data\"\n", &[E0120], "{a: 'C:\\data'}");
    check("a: \"你好”\nb: “你好”\n", &[E0108, E0108], "{a: '你好', b: '你好'}");
    check("a: “双十一”来了\n", &[], "{a: \"“双十一”来了\"}");
    check("a: \"{{t 'x'}} \\\" \"\n", &[], "{a: '{{t 'x'}} \" '}");
    check_fix("a: \"{{t \\\"x\\\"}}\"\n", "a: '{{t \"x\"}}'\n");
    check_fix("a: \"{{t \"x\"}}\"\n", "a: '{{t \"x\"}}'\n");
    check_fix("a: \"你好”\nb: “好”\n", "a: \"你好\"\nb: \"好\"\n");
}

#[test]
fn full_width_signs_are_read_as_meant() {
    use Code::*;
    check(
        "workflow：winback\nsteps：\n  - email：x\n    subject: 你好：世界\n",
        &[E0108; 3],
        "{workflow: \"winback\", steps: [{email: \"x\", subject: \"你好：世界\"}]}",
    );
    check(
        "a: { name: money， share： 50%，vars: { x：1 } }\n",
        &[E0108; 4],
        "{a: {name: \"money\", share: \"50%\", vars: {x: 1}}}",
    );
    check("a: [order.paid，site.visited]\n", &[E0108], "{a: [\"order.paid\", \"site.visited\"]}");
    check("a: [“a”，\"b\"]\n", &[E0108; 2], "{a: ['a', 'b']}");
    check("a: 你好，世界：早\nb:\n  第一：一\nc: [你好，{{name}}]\n", &[E0106], {
        "{a: \"你好，世界：早\", b: \"第一：一\", c: ['你好，{{name}}']}"
    });
    check_fix("a: { b: 1，c: 2 }\n", "a: { b: 1, c: 2 }\n");
    check_fix("a： 1\nb:2\n-c: 3\n".trim_end_matches("-c: 3\n"), "a: 1\nb: 2\n");
}

#[test]
fn missing_spaces_and_colons_are_named() {
    use Code::*;
    check("a:1\nb: 2\n", &[E0117], "{a: 1, b: 2}");
    check("- a: 1\n-b: 2\n", &[E0117], "[{a: 1}, {b: 2}]");
    check("a: {at:09:00}\n", &[E0117], "{a: {at: \"09:00\"}}");
    check("a: 1\nb\nc: 3\n", &[E0122], "{a: 1, c: 3}");
    check("a: 1\nsteps\n  - b: 2\n", &[E0122], "{a: 1, steps: [{b: 2}]}");
    check("- email\n  subject: y\n", &[E0122], "[{email: ∅, subject: \"y\"}]");
    check("title\na: 1\n", &[E0122], "{a: 1}");
    check("a: {b}\n", &[E0122], "{a: {b: ∅}}");
    check("a: {b: }\n", &[], "{a: {b: ∅}}");
}

#[test]
fn indentation_unlike_the_neighbours_is_named_once_for_a_group() {
    use Code::*;
    check("a:\n  b: 1\n   c: 2\n  d: 3\n", &[E0105], "{a: {b: 1, c: 2, d: 3}}");
    check("a:\n  b: 1\n c: 2\n d: 3\n", &[E0105], "{a: {b: 1, c: 2, d: 3}}");
    check("- email: x\n   subject: y\n", &[E0105], "[{email: \"x\", subject: \"y\"}]");
    check("a: \"x\"\n  b: 1\n", &[E0105], "{a: 'x', b: 1}");
    let said = done("a:\n  b: \"x\"\n c: 2\n").said();
    assert_eq!(
        said,
        "error[E0105]: this line is indented by 1, unlike its neighbours
 --> a.yaml:3:2
  |
3 |  c: 2
  |  ^ expected 2 spaces in front
  |
  = help: lines of one level start at the same column; what belongs inside a line above stands two spaces deeper
"
    );
    check("a:\n  - b: 1\n  c: 2\n", &[E0105], "{a: [{b: 1, c: 2}]}");
    check("a:\n  b: 1\n  - c: 2\n", &[E0105], "nothing");
    check("a:\n  b: x\n    - c: 2\n", &[E0105], "nothing");
}

#[test]
fn brackets_that_do_not_fit_are_named() {
    use Code::*;
    check("a: [1, 2\nb: {c: 1\nd: 3\n", &[E0116, E0116], "{a: [1, 2], b: {c: 1}, d: 3}");
    check("a: [1}\nb: 2\n", &[E0116], "{a: [1], b: 2}");
    check("a: {b: [1, 2}\nc: 3\n", &[E0116, E0116], "{a: {b: [1, 2]}, c: 3}");
    assert_eq!(
        done("no: [a, b }\n").said(),
        "error[E0116]: `}` closes nothing: `[` is open
 --> a.yaml:1:11
  |
1 | no: [a, b }
  |     -     ^
  |     |
  |     opened here
  |
  = help: write `]` here
"
    );
}

#[test]
fn sharing_inside_a_file_is_refused() {
    use Code::*;
    check("a: &x 1\nb: *x\nc: !!str 5\n", &[E0111; 3], "{a: 1, b: '*x', c: 5}");
    check("a: &x\n  y: 1\nb:\n  <<: *x\n  z: 2\n", &[E0111; 2], "{a: {y: 1}, b: {z: 2}}");
    check("a: !include x.yaml\n", &[E0111], "{a: \"x.yaml\"}");
    check("%YAML 1.2\n---\na: 1\n", &[E0111], "{a: 1}");
    check("a: 1\n---\nb: 2\n", &[E0112], "{a: 1}");
    check("--- # first\na: 1\n...\nb: 2\n", &[E0112], "{a: 1}");
    check("a: 1\n---\n# nothing\n", &[], "{a: 1}");
}

#[test]
fn the_same_key_twice_names_the_first_line() {
    let twice = done("a: 1\nb: 2\n\"a\": 3\nc: { d: 1, d: 2 }\n");
    assert_eq!(twice.codes(), [Code::E0113; 2]);
    assert_eq!(twice.tree(), "{a: 1, b: 2, c: {d: 1}}");
    assert_eq!(
        twice.said().split("\n\n").next(),
        Some(
            "error[E0113]: `a` stands twice
 --> a.yaml:3:1
  |
1 | a: 1
  | - first here, in line 1
2 | b: 2
3 | \"a\": 3
  | ^^^ again here
  |
  = help: keep one of the two; the first one is in line 1"
        )
    );
}

#[test]
fn keys_are_texts() {
    check("true: 1\n5: 2\n~: 3\n", &[], "{true: 1, 5: 2, ~: 3}");
    check("[a]: 1\n", &[Code::E0121], "nothing");
    check("a: {[b]: 1}\n", &[Code::E0121], "nothing");
    check("a: { : 1 }\n", &[Code::E0121], "{a: {}}");
}

#[test]
fn limits_hold() {
    let code = |text: &str| done(text).codes();
    assert_eq!(code(&format!("a: {}", "x".repeat(MOST_BYTES))), [Code::E0118]);
    assert_eq!(code(&"- a\n".repeat(MOST_NODES + 1)), [Code::E0118]);
    assert_eq!(code(&"- a\n".repeat(MOST_NODES - 10)), []);
    assert_eq!(code(&("[".repeat(MOST_DEPTH) + &"]".repeat(MOST_DEPTH))), []);
    assert_eq!(code(&("[".repeat(MOST_DEPTH + 1) + &"]".repeat(MOST_DEPTH + 1))), [Code::E0118]);
    assert_eq!(code(&("[".repeat(5_000) + &"]".repeat(5_000))), [Code::E0118]);
    assert_eq!(code(&"- ".repeat(5_000)), [Code::E0118]);
    assert_eq!(code(""), [Code::E0119]);
    assert_eq!(code("# only a remark\n"), [Code::E0119]);
    let many = done(&"a: @x\n".repeat(5_000));
    assert!(many.root.is_none() && many.codes().len() <= 200);
}

#[test]
fn later_mistakes_are_found_behind_earlier_ones() {
    use Code::*;
    check(
        "title: 提醒: 今天\nsteps:\n  - email: a\n     subject: {{x}}\n　- wait:3 days\n    id: @x\n  \
         - due: [1, 2\ntests: “a”\ntests: b\n",
        &[E0107, E0105, E0109, E0102, E0117, E0110, E0116, E0108, E0113],
        "{title: '提醒: 今天', steps: [{email: \"a\", subject: '{{x}}'}, {wait: \"3 days\", id: '@x'}, \
         {due: [1, 2]}], tests: 'a'}",
    );
}

#[test]
fn a_place_inside_a_scalar_leads_to_the_file() {
    let done = done("a: customer.城市 == 1\nb: 'x > 1'\nc: \"a\\tb\"\nd: |\n  one\n");
    let root = done.root.unwrap();
    let place = |key: &str, start, end| {
        done.sources.slice(root.get(key).unwrap().value.place_of(&done.sources, start, end))
    };
    assert_eq!(place("a", 9, 15), "城市");
    assert_eq!(place("b", 0, 1), "x");
    assert_eq!(place("c", 2, 3), "\"a\\tb\"");
    assert_eq!(place("d", 0, 3), "one");
}

#[test]
fn the_examples_of_the_pages_do_what_they_say() {
    for code in Code::ALL {
        // The other codes need more than one file to show, or a decoder.
        let is_mine = (Code::E0101..=Code::W0124).contains(code) && *code != Code::E0104;
        for language in Language::ALL {
            let blocks: Vec<&str> = code.page_in(language).split("```").collect();
            let examples: Vec<&str> =
                blocks.iter().filter_map(|block| block.strip_prefix("yaml\n")).collect();
            for (i, example) in examples.iter().enumerate().filter(|_| is_mine) {
                let done = done(example);
                assert_eq!(done.codes().contains(code), i == 0, "{code} {i}\n{example}{}", done.said());
                assert!(
                    i == 0 || done.report.is_empty(),
                    "{code}: the right example is wrong\n{}",
                    done.said()
                );
            }
        }
    }
}

mod random;
