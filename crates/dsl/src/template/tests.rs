//! Templates as a whole: what Markdown becomes, what the checker says, what hostile files do.

use super::names::{is_reserved_root, is_root};
use super::*;
use crate::diagnostic::{Colour, Report, human};
use crate::library::{Attribute, EntityKind, Library, Origin, Sender};
use crate::source::{Sources, Span};
use crate::step::TextTemplate;
use model::words::Language;
use model::{Type, Value};
use proptest::prelude::*;

mod checked;
mod markdown;
mod mjml;
mod parts;

fn attribute(ty: Type, optional: bool) -> Attribute {
    Attribute {
        ty,
        optional,
        default: None,
        pii: false,
        html: false,
        title: None,
        origin: Origin::Given,
        built_in: false,
    }
}

/// A small model: some attributes always known, some optional, a company, a contract.
fn library() -> Library {
    let mut library = Library::default();
    let customer = &mut library.model.customer;
    for (name, ty) in [("external_id", Type::Text), ("tags", Type::List), ("created_at", Type::Time)] {
        customer.insert(name.to_owned(), Attribute { built_in: true, ..attribute(ty, false) });
    }
    for (name, ty) in [("email", Type::Email), ("phone", Type::Phone)] {
        customer.insert(name.to_owned(), Attribute { built_in: true, ..attribute(ty, true) });
    }
    for (name, ty) in
        [("name", Type::Text), ("birthday", Type::Birthday), ("城市", Type::Text), ("site", Type::Text)]
    {
        customer.insert(name.to_owned(), attribute(ty, true));
    }
    let tier = Type::OneOf(vec!["basic".to_owned(), "gold".to_owned()]);
    customer.insert(
        "tier".to_owned(),
        Attribute { default: Some(Value::from("basic")), ..attribute(tier, true) },
    );
    let greeting = Attribute { html: true, ..attribute(Type::Text, false) };
    customer.insert("greeting".to_owned(), greeting.clone());
    customer.insert("orders".to_owned(), attribute(Type::Number, false));
    customer.insert("company".to_owned(), attribute(Type::Reference("company".to_owned()), true));
    let mut company = EntityKind::default();
    company.attributes.insert("name".to_owned(), attribute(Type::Text, false));
    company.attributes.insert("motto".to_owned(), attribute(Type::Text, true));
    company.attributes.insert("parent".to_owned(), attribute(Type::Reference("company".to_owned()), true));
    let mut contract = EntityKind::default();
    contract.attributes.insert("ends_on".to_owned(), attribute(Type::Date, false));
    contract.attributes.insert("amount".to_owned(), attribute(Type::Number, false));
    company.attributes.insert("note".to_owned(), greeting);
    library.model.entities.insert("company".to_owned(), company);
    library.model.entities.insert("contract".to_owned(), contract);
    library.senders.push(Sender { id: "care".to_owned(), ..Sender::default() });
    library.brand.name = "山野咖啡".to_owned();
    library
}

/// Reads files below `workflows/templates/`.
fn read_all(files: &[(&str, &str)]) -> (Sources, Templates, Report) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(format!("workflows/templates/{path}"), *text);
    }
    let (mut templates, mut report) = (Templates::default(), Report::new());
    for file in sources.ids() {
        read(&sources, file, &library(), &mut report, &mut templates);
    }
    (sources, templates, report)
}

/// The diagnostics as `CODE line:column text`, `message` where it is not the code's own.
fn said(sources: &Sources, report: &Report) -> Vec<String> {
    let sorted = report.sorted(sources);
    let lines = sorted.iter().map(|d| {
        let place = sources.place(d.span.file, d.span.start);
        format!("{} {}:{} {}", d.message, place.line, place.column, sources.slice(d.span))
    });
    lines.collect()
}

/// What the checker says of a Markdown body; a head is put before it, so that its first line is line 5.
fn body(text: &str) -> Vec<String> {
    let file = format!("---\nsubject: s\npreheader: p\n---\n{text}");
    let (sources, _, report) = read_all(&[("a.md.hbs", &file)]);
    said(&sources, &report)
}

#[test]
fn variants_are_found_by_exactness_then_language_then_project() {
    let file = "---\nsubject: s\npreheader: p\n---\nx\n";
    let (_, templates, _) = read_all(&[
        ("a.zh-CN.md.hbs", file),
        ("a.en.md.hbs", file),
        ("b.md.hbs", file),
        ("b.zh-TW.md.hbs", file),
        ("c.fr.md.hbs", file),
    ]);
    for (name, language, found) in [
        ("a", Some("zh-CN"), Some("zh-CN")),
        ("a", Some("zh-TW"), Some("zh-CN")),
        ("a", Some("zh"), Some("zh-CN")),
        ("a", Some("en-GB"), Some("en")),
        ("a", Some("de"), Some("zh-CN")),
        ("a", None, Some("zh-CN")),
        ("b", Some("zh-CN"), Some("zh-TW")),
        ("b", Some("de"), Some("")),
        ("c", Some("zh"), Some("fr")),
        ("d", None, None),
    ] {
        let template = templates.find(name, language, "zh-CN");
        assert_eq!(template.map(|template| template.locale.as_str()), found, "{name} {language:?}");
    }
}

#[test]
fn a_text_beside_a_page_is_its_plain_part_in_either_order() {
    let page = ("a.md.hbs", "---\nsubject: s\npreheader: p\n---\n**bold** {{customer.orders}}\n");
    let text = ("a.txt.hbs", "Plain {{customer.tier}}\n");
    for files in [[page, text], [text, page]] {
        let (_, templates, report) = read_all(&files);
        assert!(report.is_empty(), "{report:?}");
        let template = templates.find("a", None, "en").unwrap();
        assert_eq!(
            (template.format, template.text.as_deref()),
            (Format::Markdown, Some("Plain {{customer.tier}}"))
        );
        assert!(template.html.as_ref().unwrap().contains("<strong"));
        let mut names: Vec<_> = template.tags.iter().map(|tag| tag.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["customer.orders", "customer.tier"]);
    }
}

#[test]
fn the_styles_are_used_whichever_file_comes_first() {
    let styles = ("layout.styles.toml", "p = \"color:red;\"\n");
    let page = ("a.md.hbs", "---\nsubject: s\npreheader: p\n---\nx\n");
    for files in [[styles, page], [page, styles]] {
        let (_, templates, _) = read_all(&files);
        assert_eq!(
            templates.find("a", None, "en").unwrap().html.as_deref(),
            Some("<p style=\"color:red;\">x</p>\n")
        );
    }
}

#[test]
fn reserved_roots_are_roots() {
    assert!(RESERVED_ROOTS.iter().all(|word| is_reserved_root(word) && is_root(word)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever stands in a file: reading ends, and what is kept can be parsed again.
    #[test]
    fn reading_never_panics_and_what_it_keeps_can_be_rendered(
        parts in prop::collection::vec(prop::sample::select(HOSTILE.to_vec()), 0..24),
        ending in prop::sample::select(vec!["md", "mjml", "html", "txt"]),
    ) {
        let text = parts.concat();
        let path = format!("a.{ending}.hbs");
        let (_, templates, report) = read_all(&[(&path, &text)]);
        if let Some(template) = templates.find("a", None, "en")
            && !report.has_errors()
        {
            for source in [Some(&template.subject), template.html.as_ref(), template.text.as_ref()].into_iter().flatten() {
                prop_assert!(handlebars::Template::compile(source).is_ok(), "{text:?} became {source:?}");
            }
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,120}") {
        read_all(&[("a.md.hbs", &text), ("a.html.hbs", &text), ("a.txt.hbs", &text), ("layout.html.hbs", &text),
            ("b.mjml.hbs", &text), ("b.subject.hbs", &text),
            ("layout.styles.toml", &text)]);
    }
}

/// Pieces that meet badly.
const HOSTILE: [&str; 46] = [
    "---\n",
    "subject: '{{customer.tier}}'\n",
    "{{",
    "}}",
    "{{{",
    "}}}",
    "\\{{",
    "\\",
    "{",
    "}",
    "{{customer.tier}}",
    "{{default customer.name \"x\"}}",
    "{{#if customer.tier}}",
    "{{else}}",
    "{{/if}}",
    "{{#each customer.tags}}",
    "{{this}}",
    "{{/each}}",
    "{{!-- x --}}",
    "{{! x }}",
    "\n",
    "\n\n",
    "# ",
    "- ",
    "1. ",
    "> ",
    "**",
    "*",
    "`",
    "```\n",
    "|a|b|\n|-|-|\n",
    "|",
    "[x](",
    "https://a.cn/",
    ")",
    "{.button}",
    "![",
    "](",
    "<b>",
    "<!--",
    "&#123;&#123;",
    "&lt;",
    "中文",
    "。",
    " ",
    "{{~#if customer.tier~}}",
];
