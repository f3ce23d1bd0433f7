//! What the checker says, and where.

use super::*;

#[test]
fn names_are_resolved_against_the_model_at_their_place() {
    for (text, wrong) in [
        ("{{customer.orders}} {{default customer.name \"x\"}} {{customer.tier}}", &[][..]),
        ("你好 {{customer.nmae}}", &["E0502 5:6 customer.nmae"]),
        ("第一行\n你好，{{ customer.城 }}", &["E0502 6:7 customer.城"]),
        ("{{custmer.name}}", &["E0502 5:3 custmer.name"]),
        ("{{name}}", &["E0502 5:3 name"]),
        ("{{customer.name}}", &["E0503 5:3 customer.name"]),
        ("{{upper customer.name}}", &["E0503 5:9 customer.name"]),
        ("{{customer.email}}", &["W0527 5:3 customer.email"]),
        ("{{default customer.email customer.name}}", &["E0503 5:26 customer.name"]),
        ("{{customer.company.name}}", &["E0503 5:3 customer.company.name"]),
        ("{{default customer.company.name \"x\"}}", &[]),
        ("{{default customer.company.motto \"x\"}}", &[]),
        ("{{customer.company}}", &["E0503 5:3 customer.company", "E0511-thing 5:3 customer.company"]),
        ("{{default customer.company.parent.name \"x\"}}", &["E0502-far 5:11 customer.company.parent.name"]),
        ("{{customer.tier.x}}", &["E0502-far 5:3 customer.tier.x"]),
        ("{{customer.tags}}", &["E0511-list 5:3 customer.tags"]),
        ("{{owner.name}}", &["W0527 5:3 owner.name"]),
        ("{{default rep.name \"x\"}} {{default owner.phone \"x\"}}", &[]),
        ("{{owner.nmae}}", &["E0502 5:3 owner.nmae"]),
        ("{{entry.anything}} {{vars.x}} {{contract.amount}} {{brand.name}}", &[]),
        ("{{brand.logo}}", &["E0503 5:3 brand.logo"]),
        ("{{contract.amonut}}", &["E0502 5:3 contract.amonut"]),
        ("{{unsubscribe_url}}", &["E0502 5:3 unsubscribe_url"]),
    ] {
        assert_eq!(body(text), wrong, "{text}");
    }
}

#[test]
fn an_if_or_with_around_a_name_provides_for_it() {
    for (text, wrong) in [
        ("{{#if customer.name}}{{customer.name}}{{/if}}", &[][..]),
        ("{{#if customer.name}}x{{else}}{{customer.name}}{{/if}}", &["E0503 5:33 customer.name"]),
        ("{{#unless customer.name}}x{{else}}{{customer.name}}{{/unless}}", &[]),
        ("{{#if customer.城市}}{{customer.name}}{{/if}}", &["E0503 5:22 customer.name"]),
        ("{{#if customer.company}}{{customer.company.name}}{{/if}}", &[]),
        ("{{#if customer.company}}{{customer.company.motto}}{{/if}}", &["E0503 5:27 customer.company.motto"]),
        ("{{#with customer.company}}{{name}} {{default motto \"x\"}}{{/with}}", &[]),
        ("{{#with customer.company}}{{motto}}{{/with}}", &["E0503 5:29 motto"]),
        ("{{#with customer.company}}{{nam}}{{/with}}", &["E0502 5:29 nam"]),
        ("{{#with customer.company}}{{customer.tier}}{{/with}}", &[]),
        ("{{#with customer.company}}{{contract.amount}}{{/with}}", &["E0502-inside 5:29 contract.amount"]),
        ("{{#with customer.company}}{{@root.contract.amount}} {{../contract.amount}}{{/with}}", &[]),
        ("{{#with customer.tier}}x{{/with}}", &["E0511-with 5:9 customer.tier"]),
        ("{{#if (eq customer.name \"x\")}}{{customer.name}}{{/if}}", &[]),
        ("{{#each customer.tags}}{{this}} {{@index}} {{customer.tier}}{{/each}}", &[]),
        ("{{#each customer.tier}}{{this}}{{/each}}", &["E0511-each 5:9 customer.tier"]),
        ("{{@index}}", &["E0502 5:3 @index"]),
        (
            "{{#each customer.tags as |tag|}}{{tag}}{{/each}}",
            &["E0506-block-param 5:1 {{#each customer.tags as |tag|}}"],
        ),
        (
            "{{#if customer.tier}}a{{else if customer.name}}{{customer.name}}{{else}}{{customer.name}}{{/if}}",
            &["E0503 5:75 customer.name"],
        ),
    ] {
        assert_eq!(body(text), wrong, "{text}");
    }
}

#[test]
fn helpers_are_known_and_get_what_they_can_use() {
    for (text, wrong) in [
        (
            "{{date contract.ends_on}} {{date contract.ends_on \"month_day\"}} {{date now}} {{date today}}",
            &[][..],
        ),
        ("{{money contract.amount}} {{plural customer.orders \"a\" \"b\"}} {{salutation}}", &[]),
        ("{{first_name (default customer.name \"x\")}} {{default (date customer.birthday) \"x\"}}", &[]),
        ("{{dat contract.ends_on}}", &["E0504 5:3 dat"]),
        ("{{lookup customer \"name\"}}", &["E0504 5:3 lookup"]),
        ("{{#log customer.tier}}{{/log}}", &["E0504 5:4 log"]),
        ("{{date customer.tier}}", &["E0511 5:8 customer.tier"]),
        ("{{money customer.tier}}", &["E0511 5:9 customer.tier"]),
        ("{{upper contract.amount}}", &["E0511 5:9 contract.amount"]),
        ("{{money (date today)}}", &["E0511 5:1 {{money (date today)}}"]),
        ("{{date today \"log\"}}", &["E0511-choice 5:15 log"]),
        ("{{default customer.name}}", &["E0511-count 5:1 {{default customer.name}}"]),
        ("{{date}}", &["E0511-count 5:1 {{date}}"]),
        ("{{date today style=\"long\"}}", &["E0511-hash 5:1 {{date today style=\"long\"}}"]),
        ("{{#if}}x{{/if}}", &["E0511-count 5:1 {{#if}}"]),
    ] {
        assert_eq!(body(text), wrong, "{text}");
    }
}

#[test]
fn what_the_parser_refuses_is_said_in_words_and_at_the_right_tag() {
    for (text, wrong) in [
        ("a\n{{customer.tier", &["E0501-unclosed 6:1 {{customer.tier"][..]),
        ("{{#if customer.tier}}\nx", &["E0501-open 5:1 {{#if customer.tier}}"]),
        ("x {{/if}}", &["E0501-not-open 5:3 {{/if}}"]),
        ("{{#if customer.tier}}x{{/each}}", &["E0501-other 5:23 {{/each}}"]),
        ("a {{customer name}} b", &["E0504 5:5 customer"]),
        ("a {{customer.}} b", &["E0501 5:3 {{customer.}}"]),
        ("{{> footer}}", &["E0520 5:1 {{> footer}}"]),
        ("{{#> footer}}{{/footer}}", &["E0506 5:1 {{#> footer}}"]),
        ("{{#*inline \"a\"}}x{{/inline}}", &["E0506 5:1 {{#*inline \"a\"}}"]),
        ("{{{{raw}}}} {{{{/raw}}}}", &["E0506 5:1 {{{{raw}}}}", "E0506 5:13 {{{{/raw}}}}"]),
        (
            "{{> a}} {{customer.teir}} {{customer.}} {{#each customer.tags}}{{this}}",
            &[
                "E0520 5:1 {{> a}}",
                "E0502 5:11 customer.teir",
                "E0501 5:27 {{customer.}}",
                "E0501-open 5:41 {{#each customer.tags}}",
            ],
        ),
        (
            "{{#if customer.name}}{{customer.name}}{{/fi}} {{#if customer.tier}}x{{/if}} {{/if}}",
            &["E0501-other 5:39 {{/fi}}", "E0501-not-open 5:77 {{/if}}"],
        ),
        (
            "{{#if customer.tier}}{{#each customer.tags}}{{this}}{{/if}} {{date today \"log\"}}",
            &["E0501-other 5:53 {{/if}}", "E0511-choice 5:75 log"],
        ),
        (
            "{{default customer.name \"x}} {{customer.teir}}",
            &["E0501-quote 5:1 {{default customer.name \"x}}", "E0502 5:32 customer.teir"],
        ),
        ("{{> a}} {{custmer.tier}}", &["E0520 5:1 {{> a}}", "E0502 5:11 custmer.tier"]),
        ("{{default customer.name “x”}}", &["E0501-quotes 5:1 {{default customer.name “x”}}"]),
        (
            "a {{customer.tier} b\n{{customer.teir}}",
            &["E0501-single 5:3 {{customer.tier}", "E0502 6:3 customer.teir"],
        ),
        (
            "{{{customer.tier}}} {{&customer.tier}}",
            &["E0505 5:1 {{{customer.tier}}}", "E0505 5:21 {{&customer.tier}}"],
        ),
    ] {
        assert_eq!(body(text), wrong, "{text}");
    }
}

#[test]
fn hostile_files_are_refused_and_end_nothing() {
    let deep = "{{#if customer.tier}}".repeat(20_000);
    assert_eq!(body(&deep), ["E0507-deep 5:1261 {{#if customer.tier}}"]);
    let brackets = format!("{{{{upper {}customer.tier{}}}}}", "(upper ".repeat(50_000), ")".repeat(50_000));
    assert!(body(&brackets)[0].starts_with("E0507-deep 5:1"));
    assert!(body(&format!("{}x", "> ".repeat(20_000)))[0].starts_with("E0507-deep"));
    assert!(body(&format!("{}x", "- ".repeat(20_000)))[0].starts_with("E0507-deep"));
    assert!(body(&"[".repeat(20_000)).is_empty());
    assert_eq!(body(&"x".repeat(600 * 1024))[0], "E0507 5:1 ");
    assert_eq!(body(&"a\n\n".repeat(20_000))[0], "E0507 5:1 ");
    let each = "{{#each customer.tags}}".repeat(4);
    assert_eq!(body(&each), ["E0507-each 5:70 {{#each customer.tags}}"]);
}

#[test]
fn subjects_and_senders_are_checked_too() {
    let file = "---\nsubject: '你好 {{customer.nmae}}'\nfrom: cares\n---\nx\n";
    let (sources, _, report) = read_all(&[("a.md.hbs", file)]);
    assert_eq!(
        said(&sources, &report),
        ["W0521 2:11 你好 {{customer.nmae}}", "E0502 2:16 customer.nmae", "E0516 3:7 cares"]
    );
}

#[test]
fn pages_and_layouts_need_what_every_mail_needs() {
    let page = "---\nsubject: s\npreheader: p\n---\n<html><body><img src=\"x\"><a href=\"javascript:x\">a</a></body></html>\n";
    let (sources, _, report) = read_all(&[
        ("a.html.hbs", page),
        ("layout.html.hbs", "<html lang=\"x\"><title></title>{{unsubscribe_url}}"),
    ]);
    assert_eq!(
        said(&sources, &report),
        [
            "W0526 5:1 ",
            "W0526-address 5:1 ",
            "W0526-lang 5:1 ",
            "W0526-title-missing 5:1 ",
            "W0522-attribute 5:13 <img src=\"x\">",
            "E0509 5:35 javascript:x",
            "E0515 1:1 ",
        ]
    );
    let layout = "<html lang=\"{{language}}\"><title>{{subject}}</title>{{{content}}}{{brand.address}}<a href=\"{{unsubscribe_url}}\">x</a>";
    let (_, templates, report) = read_all(&[("layout.html.hbs", layout)]);
    assert!(report.is_empty());
    assert_eq!(templates.layout.as_deref(), Some(layout));
}

#[test]
fn variants_with_other_tags_are_noticed() {
    let file = |body: &str| format!("---\nsubject: s\npreheader: p\n---\n{body}\n");
    let (sources, templates, mut report) = read_all(&[
        ("a.en.md.hbs", &file("{{customer.tier}} {{customer.orders}}")),
        ("a.zh-CN.md.hbs", &file("{{customer.tier}}")),
        ("b.md.hbs", &file("{{customer.orders}}")),
    ]);
    assert!(report.is_empty());
    check_variants(&templates, &sources, &mut report);
    assert_eq!(said(&sources, &report), ["W0524 5:21 customer.orders"]);
}

fn scope() -> TagScope {
    let mut scope = TagScope::default();
    scope.entry.insert("order_id".to_owned(), Type::Text);
    scope.event.insert("amount".to_owned(), Type::Number);
    scope.entities.insert("contract".to_owned());
    scope.vars.insert("offer".to_owned());
    scope.steps.insert("call".to_owned(), crate::condition::Results::of("outcome", Type::Text));
    scope
}

#[test]
fn the_workflow_that_uses_a_template_must_have_what_it_names() {
    let file = "---\nsubject: s\npreheader: p\n---\n{{entry.order_id}} {{entry.at}} {{event.amuont}} {{vars.ofer}} \
                {{contract.amount}} {{company.name}} {{default steps.call.outcome \"x\"}} {{default steps.cal.outcome \"x\"}}\n";
    let (mut sources, templates, report) = read_all(&[("a.md.hbs", file)]);
    assert!(report.is_empty(), "{:?}", said(&sources, &report));
    let workflow = sources.add("workflows/w.yaml", "  - email: a\n");
    let mut report = Report::new();
    let template = templates.find("a", None, "en").unwrap();
    check_use(template, &scope(), Span::new(workflow, 11, 12), &mut report);
    assert_eq!(
        said(&sources, &report),
        ["E0513 1:12 a", "E0513-entity 1:12 a", "E0513-step 1:12 a", "E0513-var 1:12 a"]
    );
}

#[test]
fn a_text_in_a_workflow_is_checked_inside_its_quotes() {
    let mut sources = Sources::new();
    let line = "subject: '{{vars.offr}}，{{customer.nmae}}'";
    let file = sources.add("workflows/w.yaml", line);
    let source = "{{vars.offr}}，{{customer.nmae}}";
    let text = TextTemplate { source: source.to_owned(), span: Span::new(file, 9, line.len()) };
    let mut report = Report::new();
    assert_eq!(check_text(&text, &scope(), &library(), &mut report), None);
    assert_eq!(said(&sources, &report), ["E0513-var 1:13 vars.offr", "E0502 1:27 customer.nmae"]);
    let fine = TextTemplate { source: "{{vars.offer}}".to_owned(), span: Span::EMPTY };
    let mut report = Report::new();
    assert_eq!(check_text(&fine, &scope(), &library(), &mut report).map(|tags| tags.len()), Some(1));
    assert!(report.is_empty());
}

#[test]
fn people_read_it_in_their_language() {
    let (sources, _, report) = read_all(&[(
        "a.md.hbs",
        "---\nsubject: s\npreheader: p\n---\n您好 {{customer.name}}，{{customer.城是}}\n",
    )]);
    let shown = |language| human(&report, &sources, language, Colour::Never);
    assert_eq!(
        shown(Language::Zh),
        "\
错误[E0503]: `customer.name` 可能没有值，而这个标签没有备用文字
 --> workflows/templates/a.md.hbs:5:6
  |
5 | 您好 {{customer.name}}，{{customer.城是}}
  |        ^^^^^^^^^^^^^
  |
  = 办法: 写上备用文字，如 `{{default customer.name \"朋友\"}}`，或者放进 `{{#if customer.name}}` 里

错误[E0502]: 没有 `customer.城是` 这个名字
 --> workflows/templates/a.md.hbs:5:24
  |
5 | 您好 {{customer.name}}，{{customer.城是}}
  |                           ^^^^^^^^^^^^^ 是不是想写 `customer.城市`？
"
    );
    assert!(shown(Language::En).contains(
        "= help: give a fallback, `{{default customer.name \"friend\"}}`, or put it inside `{{#if customer.name}}`"
    ));
    assert!(shown(Language::En).contains("did you mean `customer.城市`?"));
}

#[test]
fn three_braces_are_for_values_that_the_model_says_are_html() {
    let file = |text: &str| format!("---\nsubject: s\npreheader: p\n---\n{text}");
    let html = "<html lang=\"en\"><title>x</title>{{brand.address}} <a href=\"{{unsubscribe_url}}\">x</a>";
    for (path, text, wrong) in [
        ("a.md.hbs", file("x {{{customer.greeting}}} y"), &[][..]),
        ("a.html.hbs", file(&format!("{html}{{{{{{customer.greeting}}}}}}")), &[]),
        ("a.md.hbs", file("{{{customer.tier}}}"), &["E0505 5:1 {{{customer.tier}}}"]),
        (
            "a.md.hbs",
            file("{{{default customer.name \"x\"}}}"),
            &["E0505 5:1 {{{default customer.name \"x\"}}}"],
        ),
        (
            "a.md.hbs",
            file("[x](https://a.cn/{{{customer.greeting}}})"),
            &["E0514 5:1 [x](https://a.cn/{{{customer.greeting}}})"],
        ),
        ("a.txt.hbs", "{{{customer.greeting}}}".to_owned(), &["E0505 1:1 {{{customer.greeting}}}"]),
        (
            "a.md.hbs",
            "---\nsubject: x {{{customer.greeting}}}\npreheader: p\n---\nx".to_owned(),
            &["E0505 2:12 {{{customer.greeting}}}"],
        ),
        ("a.md.hbs", file("{{#if customer.company}}{{{customer.company.note}}}{{/if}}"), &[]),
    ] {
        let (sources, _, report) = read_all(&[(path, &text)]);
        assert_eq!(said(&sources, &report), wrong, "{text}");
    }
    let (_, templates, _) = read_all(&[("a.md.hbs", &file("x {{{customer.greeting}}} y"))]);
    let template = templates.find("a", None, "en").unwrap();
    assert!(template.html.as_ref().unwrap().contains("x {{{customer.greeting}}} y"));
    assert_eq!(template.text.as_deref(), Some("x {{plain customer.greeting}} y\n"));
}
