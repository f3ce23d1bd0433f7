//! Reading is total: whatever a file holds, it is read or refused in words, and places fit the file.

use super::*;

/// A file with most shapes of the language.
const SAMPLE: &str = r#"# 沉睡客户唤醒
workflow: winback
title: 沉睡客户唤醒
trigger:
  inactive:
    no: [order.paid, site.visited]
    for: 60 days
audience: customer.orders >= 1 and not customer.tags has "staff"
holdout: 10%                       # a remark, with a comma
reentry: { once_every: 180 days }
goal: { event: order.paid, within: 45 days, value: event.amount }
exit_when:
  - customer.status == "closed"
  - { when: 'customer.city in ["上海"]', reason: moved }
steps:
  - email: winback/miss_you
    subject: "{{customer.name}}，好久不见"
  - wait_for: email.clicked
    within: 5 days
    on_timeout:
      - sms: winback_short
        only_if: customer.phone is known
          and customer.spend > 200
  - split: offer
    ways:
    - { name: money,    share: 50%, vars: { offer: 满 200 减 50 } }
    - name: shipping
      share: 50%
  - notify: owner
    text: |
      您好：{{customer.name}}
        金额 # 1

tests:
  - name: 'it''s bought'
    events: [{ event: order.paid, after: 6 days, amount: 120 }]
"#;

/// Pieces that matter to YAML and to those who type it.
const PIECES: [&str; 52] = [
    " ", "  ", "\n", "\n  ", "\n    ", "\n- ", "\t", "　", "\u{a0}", "\r\n", ":", ": ", "：", ",", ", ",
    "，", "-", "- ", "[", "]", "{", "}", "{{", "}}", "\"", "'", "“", "”", "#", " #", "# ", "*", "&", "!",
    "|", ">", "%", "@", "?", "? ", "`", "\\", "\\\"", "---", "...", "<<", "a", "key", "城市", "12",
    "\u{feff}", "~",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..40).prop_map(|all| all.concat())
}

/// The sample with a few stretches of it replaced.
fn mutated() -> impl Strategy<Value = String> {
    let one = (0..SAMPLE.len(), 0..6_usize, proptest::sample::select(PIECES.to_vec()));
    proptest::collection::vec(one, 1..5).prop_map(|changes| {
        let mut text = SAMPLE.to_owned();
        for (at, length, by) in changes {
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.ceil_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, by);
        }
        text
    })
}

/// What must hold of every file.
fn hold(text: &str) {
    let done = done(text);
    let source = done.sources.text(done.file);
    let fits = |span: Span| {
        let inside = span.start <= span.end && span.end <= source.len();
        assert!(inside, "{span:?} does not lie in {} bytes", source.len());
        assert!(
            source.is_char_boundary(span.start) && source.is_char_boundary(span.end),
            "{span:?} cuts a character"
        );
    };
    for diagnostic in done.report.diagnostics() {
        fits(diagnostic.span);
        diagnostic.related.iter().for_each(|(span, _)| fits(*span));
        diagnostic.fix.iter().for_each(|fix| fits(fix.span));
        for language in Language::ALL {
            let said = [
                Some(diagnostic.message_in(language)),
                diagnostic.label_in(language),
                diagnostic.help_in(language),
            ];
            assert!(said.iter().flatten().all(|text| !text.contains("{$")), "a value is missing: {said:?}");
        }
    }
    assert!(done.root.is_some() || done.report.has_errors(), "nothing was read and nothing said");
    if let Some(root) = &done.root {
        let is_unchanged = !done.report.has_errors();
        walk(root, &mut |node| {
            fits(node.span);
            let written = done.sources.slice(node.span);
            match &node.kind {
                Kind::Null => assert!(written.is_empty() || !is_unchanged),
                Kind::Bool(_) | Kind::Number(_) => assert_eq!(Some(written), node.raw_text()),
                Kind::Text { text, quoted: false } => {
                    let words =
                        |text: &str| text.replace('\u{feff}', "").split_whitespace().collect::<String>();
                    assert!(words(written) == words(text) || !is_unchanged, "{written:?} is not {text:?}");
                }
                Kind::Text { text, quoted: true } => {
                    assert!(!written.is_empty() || text.trim().is_empty() || !is_unchanged);
                }
                Kind::List(items) => {
                    items.iter().for_each(|item| assert_eq!(node.span.join(item.span), node.span))
                }
                Kind::Map(entries) => entries.iter().for_each(|entry| {
                    fits(entry.key_span);
                    assert_eq!(node.span.join(entry.key_span).join(entry.value.span), node.span);
                }),
            }
        });
    }
    human(&done.report, &done.sources, Language::Zh, Colour::Always);
}

fn walk(node: &Node, visit: &mut impl FnMut(&Node)) {
    visit(node);
    node.items().into_iter().flatten().for_each(|item| walk(item, visit));
    node.entries().into_iter().flatten().for_each(|entry| walk(&entry.value, visit));
}

/// Tells whether the bare parser reads a text to its end.
fn parser_reads(text: &str) -> bool {
    granit_parser::Parser::new_from_str(text).all(|event| event.is_ok())
}

/// Tells whether YAML sees text where people see a key, nothing, or a comment: a full-width space behind a
/// colon, alone on a line, in front of `#`.
fn is_seen_otherwise(text: &str) -> bool {
    let foul = |c: &char| crate::yaml::scalar::is_foul_space(*c);
    let is_blank = |line: &str| {
        let line = line.trim_end_matches('\r');
        let behind = line.trim_start_matches(|c| matches!(c, ' ' | '\t') || foul(&c));
        let has_foul =
            line.get(..line.len() - behind.len()).is_some_and(|blanks| blanks.chars().any(|c| foul(&c)));
        has_foul && (behind.is_empty() || behind.starts_with('#'))
    };
    let mut chars = text.chars().zip(text.chars().skip(1));
    chars.any(|(colon, behind)| colon == ':' && foul(&behind)) || text.split('\n').any(is_blank)
}

/// A tree whose texts need every kind of care.
fn tree() -> impl Strategy<Value = Tree> {
    let word = proptest::sample::select(vec![
        "winback",
        "customer.orders >= 1",
        "满 200 减 50",
        "订单 #123",
        "注意: 今天",
        "*重要*",
        "it's",
        "say \"hi\"",
        "{{customer.name}}",
        "a, b",
        "no",
        "08:30",
        "0123",
        "C:\\data",
        "：",
        "-",
        "?",
        "“好”",
        " ",
        "50%",
        "true",
        "12",
        "[x",
        "}",
        "# a",
        "@b",
        "> 5",
        "<<",
        "~",
        "key:",
        "a #b",
    ]);
    let leaf = prop_oneof![
        word.prop_map(|text| Tree::Text(text.to_owned())),
        (-999..999_i32).prop_map(Tree::Number)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            (proptest::collection::btree_map("[a-z城市_.]{1,6}", inner, 0..4), any::<bool>())
                .prop_map(|(map, flow)| Tree::Map(map.into_iter().collect(), flow)),
        ]
    })
}

#[derive(Debug, Clone)]
enum Tree {
    Text(String),
    Number(i32),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>, bool),
}

impl Tree {
    fn flow(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::flow).collect::<Vec<_>>().join(", ")),
            Self::Map(entries, _) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{key}: {}", value.flow())).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// Block style, as it stands behind a key or dash at this indentation.
    fn block(&self, indent: usize) -> String {
        let margin = " ".repeat(indent);
        match self {
            Self::List(items) if !items.is_empty() => {
                items.iter().map(|item| format!("\n{margin}-{}", item.block(indent + 2))).collect()
            }
            Self::Map(entries, false) if !entries.is_empty() => entries
                .iter()
                .map(|(key, value)| format!("\n{margin}{key}:{}", value.block(indent + 2)))
                .collect(),
            Self::Text(_) | Self::Number(_) | Self::List(_) | Self::Map(..) => format!(" {}", self.flow()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("'{text}'"),
            Self::Number(number) => number.to_string(),
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::shown).collect::<Vec<_>>().join(", "))
            }
            Self::Map(entries, _) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{key}: {}", value.shown())).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}

#[test]
fn the_sample_is_right() {
    assert_eq!(done(SAMPLE).said(), "");
    hold(SAMPLE);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        hold(&text);
    }

    #[test]
    fn any_mix_of_signs_is_read_or_refused(text in pieces()) {
        hold(&text);
    }

    #[test]
    fn any_change_of_a_file_is_read_or_refused(text in mutated()) {
        hold(&text);
    }

    #[test]
    fn a_right_tree_is_read_without_a_word(tree in tree()) {
        let text = format!("root:{}\n", tree.block(2));
        let done = done(&text);
        prop_assert_eq!(done.said(), "", "{}", text);
        prop_assert_eq!(done.tree(), format!("{{root: {}}}", tree.shown()), "{}", text);
    }

    #[test]
    fn only_what_yaml_refuses_is_called_misplaced(text in prop_oneof![pieces(), mutated()]) {
        prop_assume!(!is_seen_otherwise(&text));
        let wrong = done(&text);
        let codes = wrong.codes();
        if codes.iter().any(|code| matches!(code, Code::E0105 | Code::E0115)) && codes.len() == 1 {
            prop_assert!(!parser_reads(&text), "{}\n{}", text, wrong.said());
        }
    }

    #[test]
    fn fixing_comes_to_an_end(text in mutated()) {
        let mut text = text;
        for _ in 0..12 {
            let wrong = done(&text);
            let Some(next) = mended(&wrong.report, &wrong.sources, wrong.file) else { return Ok(()) };
            prop_assert_ne!(&next, &text, "a fix that changes nothing\n{}", wrong.said());
            text = next;
        }
        prop_assert!(false, "fixes without end\n{}\n{}", text, done(&text).said());
    }
}
