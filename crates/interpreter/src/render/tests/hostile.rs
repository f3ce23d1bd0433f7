//! Values and sources that want to break out: nothing of a value is ever read as a template or as HTML.

use super::*;
use proptest::prelude::*;

const BODY: &str = "\
---
subject: '{{customer.nick}}'
preheader: '{{customer.nick}}'
---
{{customer.nick}} [{{customer.nick}}](https://a.cn/?n={{customer.nick}}) {{upper customer.nick}}

![{{customer.nick}}](https://a.cn/a.png)
";

/// What customers call themselves.
const HOSTILE: [&str; 14] = [
    "{{customer.email}}",
    "{{{customer.email}}}",
    "{{#each customer}}{{/each}}",
    "\\{{x}}",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</title></head><body>",
    "a\r\nBcc: victim@example.com",
    "\u{202e}gpj.exe",
    "=cmd|' /C calc'!A0",
    "&lt;b&gt;",
    "{{lookup this \"secret\"}}",
];

#[test]
fn values_are_never_read_as_templates_or_html() {
    let renderer = renderer(&[("a.md.hbs", BODY)]);
    let mut world = World::new();
    for name in HOSTILE {
        world.set("nick", name);
        let template = renderer.find("a", None).unwrap();
        let rendered = renderer.message(template, &context(&world.facts()), Envelope::default()).unwrap();
        let html = rendered.html.unwrap();
        let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let escaped = escaped.replace('"', "&quot;").replace('\'', "&#39;");
        assert!(html.contains(&escaped), "{name}");
        for broken in ["<script", "<img src=x", "onmouseover='", "</head><body><"] {
            assert!(!html.contains(broken) || broken == "</head><body><", "{name}: {broken}");
        }
        assert_eq!(html.matches("<body").count(), 1, "{name}");
        assert!(!rendered.subject.contains(['\r', '\n', '\u{202e}']), "{name}");
        assert!(rendered.text.contains(name.lines().next().unwrap()), "{name}");
        // Inside the address nothing but letters, digits, percent signs and a few marks is left.
        let address = html.split("https://a.cn/?n=").nth(1).unwrap().split('"').next().unwrap();
        assert!(address.chars().all(|c| c.is_ascii_alphanumeric() || "%-._~@".contains(c)), "{address}");
    }
}

#[test]
fn three_braces_in_a_draft_do_not_let_html_through() {
    let (drafts, report) = checked(&[("a.html.hbs", "<p>{{{customer.nick}}}{{&customer.nick}}</p>")]);
    assert!(report.has_errors());
    let mut world = World::new();
    world.set("nick", "<b>");
    let renderer = Renderer::new(&drafts, &world.library, &settings());
    let draft = renderer.find("a", None).unwrap();
    let html = renderer.message(draft, &context(&world.facts()), Envelope::default()).unwrap().html;
    assert_eq!(html.as_deref(), Some("<p>&lt;b&gt;&lt;b&gt;</p>"));
}

#[test]
fn only_what_the_model_says_is_html_is_shown_as_html() {
    let mut world = World::new();
    let words = "<p>Dear <b>Ms Wang</b> &amp; family,</p>";
    world.set("greeting", words);
    let files =
        [("a.md.hbs", "---\nsubject: s\npreheader: p\n---\n{{{customer.greeting}}} {{customer.greeting}}\n")];
    let mail = mail(&files, &world, Envelope::default()).unwrap();
    let escaped = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert!(mail.html.unwrap().contains(&format!("{words} {escaped}")));
    assert_eq!(mail.text.lines().next(), Some(format!("Dear Ms Wang & family, {words}").as_str()));
    // Inside a block the name must still be the whole one: `greeting` alone could be anybody's.
    let (drafts, _) = checked(&[(
        "a.html.hbs",
        "{{#with customer}}{{{greeting}}}{{/with}}{{#if customer.name}}{{{customer.greeting}}}{{/if}}",
    )]);
    let renderer = Renderer::new(&drafts, &world.library, &settings());
    let draft = renderer.find("a", None).unwrap();
    let html = renderer.message(draft, &context(&world.facts()), Envelope::default()).unwrap().html;
    assert_eq!(html, Some(format!("{escaped}{words}")));
}

#[test]
fn an_address_from_a_value_must_be_one_of_the_allowed_kinds() {
    let files = [("a.md.hbs", "---\nsubject: s\npreheader: p\n---\n[x]({{vars.url}})\n")];
    for (url, allowed) in [
        ("https://a.cn/b?c=1&d=2", true),
        ("mailto:a@b.cn", true),
        ("tel:+8613800000000", true),
        ("javascript:alert(1)", false),
        ("JAVASCRIPT:alert(1)", false),
        (" java\nscript:alert(1)", false),
        ("data:text/html;base64,x", false),
        ("//a.cn", false),
        ("https:a.cn", false),
        ("https://a.cn/\" onclick=\"x", false),
        ("www.a.cn", false),
        ("", false),
    ] {
        let mut world = World::new();
        world.vars.insert("url".to_owned(), Value::from(url));
        let rendered = mail(&files, &world, Envelope::default());
        match rendered {
            Ok(rendered) => {
                assert!(allowed, "{url}");
                assert!(rendered.html.unwrap().contains(&format!("href=\"{}\"", url.replace('&', "&amp;"))));
                assert!(rendered.text.contains(url));
            }
            Err(error) => {
                assert!(!allowed, "{url}");
                assert_eq!(error, RenderError::Link { tag: "vars.url".to_owned() });
            }
        }
    }
}

#[test]
fn the_context_holds_nothing_but_what_the_model_names() {
    let world = World::new();
    let Json::Object(all) = context(&world.facts()) else { unreachable!("a context is an object") };
    let roots: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(
        roots,
        [
            "brand", "contract", "customer", "entry", "event", "language", "now", "owner", "rep", "steps",
            "today", "vars", "zone"
        ]
    );
    assert!(!Json::Object(all).to_string().contains("not in the model"));
}

#[test]
fn sources_beyond_the_bounds_are_errors_and_end_nothing() {
    let all = context(&World::new().facts());
    for source in [
        "{{#if customer.name}}".repeat(100_000),
        format!("{{{{upper {}customer.name{}}}}}", "(upper ".repeat(50_000), ")".repeat(50_000)),
        "{{customer.name".to_owned(),
        "{{#if customer.name}}".to_owned(),
        "{{customer.name}}".repeat(5_000),
        "{{x".repeat(100),
        "{{/if}}".to_owned(),
    ] {
        let error = inline(&source, &all);
        assert!(matches!(error, Err(RenderError::Unreadable { .. })), "{error:?}");
    }
    for source in [
        "{{> customer}}",
        "{{log customer.name}}",
        "{{lookup customer \"name\"}}",
        "{{#raw}}{{/raw}}",
        "{{*inline \"a\"}}",
    ] {
        assert!(inline(source, &all).is_err(), "{source}");
    }
}

#[test]
fn a_message_that_grows_too_long_ends_in_time() {
    let mut world = World::new();
    world.set("tags", Value::List(vec!["x".to_owned(); 300]));
    let three =
        "{{#each customer.tags}}{{#each customer.tags}}{{#each customer.tags}}{{/each}}{{/each}}{{/each}}";
    assert_eq!(world.say(three), Err(RenderError::TooLong));
    world.set("tags", Value::List(vec!["x".repeat(20_000); 60]));
    assert_eq!(world.say("{{#each customer.tags}}{{this}}{{/each}}"), Err(RenderError::TooLong));
    assert!(world.say("{{#each customer.tags}}.{{/each}}").is_ok());
}

/// Tags that the checker lets pass.
const TAGS: [&str; 14] = [
    "{{default customer.name \"x\"}}",
    "{{first_name (default customer.name \"x\")}}",
    "{{salutation}}",
    "{{upper customer.tier}}",
    "{{money customer.orders}}",
    "{{plural customer.orders \"a\" \"b\"}}",
    "{{default (date customer.birthday \"short\") \"-\"}}",
    "{{#if customer.name}}{{customer.name}}{{else}}-{{/if}}",
    "{{#each customer.tags}}{{this}}{{customer.tier}}{{/each}}",
    "{{#with customer.company}}{{name}}{{customer.orders}}{{else}}-{{/with}}",
    "[a](https://a.cn/{{default customer.name \"x\"}}){.button}\n\n",
    "{{#if (eq customer.tier \"gold\")}}gold{{/if}}",
    "\n\n- ",
    " **中** ",
];

fn json_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "\\PC{0,20}",
        prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A template without errors renders for every customer: `default`, `if` and the model's defaults
    /// provide for all that may be unknown.
    #[test]
    fn a_checked_template_renders_for_every_customer(
        tags in prop::collection::vec(prop::sample::select(TAGS.to_vec()), 0..10),
        name in prop::option::of(json_text()),
        tier in prop::option::of(json_text()),
        orders in any::<i64>(),
        list in prop::collection::vec(json_text(), 0..5),
        known_company in any::<bool>(),
        language in prop::option::of(json_text()),
    ) {
        let body = format!("---\nsubject: s\npreheader: p\n---\n{}", tags.concat());
        let (templates, report) = checked(&[("a.md.hbs", &body)]);
        prop_assume!(!report.has_errors());
        let mut world = World::new();
        world.snapshot.customer.attributes.clear();
        for (attribute, value) in [("name", name), ("tier", tier), ("language", language)] {
            if let Some(value) = value {
                world.set(attribute, value);
            }
        }
        world.set("orders", Value::Number(Decimal::from_micros(orders)));
        world.set("tags", Value::List(list));
        if known_company {
            world.set("company", "k1");
        }
        let renderer = Renderer::new(&templates, &world.library, &settings());
        let rendered = renderer.message(renderer.find("a", None).unwrap(), &context(&world.facts()), Envelope::default());
        prop_assert!(rendered.is_ok(), "{rendered:?}\n{body}");
    }

    /// Any source with any context ends, in a text or an error.
    #[test]
    fn rendering_never_panics(source in "[{}#/a-c. \"()^!>&~\\\\\n]{0,60}", value in json_text()) {
        let _ = inline(&source, &json!({ "a": value, "b": [value], "c": { "a": value } }));
    }
}
