//! Parts that several mails share, and parts that would never end.

use super::*;

fn mail(body: &str) -> String {
    format!("---\nsubject: s\npreheader: p\n---\n{body}\n")
}

/// Reads the files and looks at them together.
fn told(files: &[(&str, &str)]) -> (Templates, Vec<String>) {
    let (sources, templates, mut report) = read_all(files);
    check_variants(&templates, &sources, &mut report);
    let sorted = report.sorted(&sources);
    let lines = sorted.iter().map(|found| {
        let place = sources.place(found.span.file, found.span.start);
        let file = sources.name(found.span.file).rsplit('/').next().unwrap_or_default();
        format!("{} {file}:{}:{} {}", found.message, place.line, place.column, sources.slice(found.span))
    });
    let lines = lines.collect();
    (templates, lines)
}

#[test]
fn a_part_is_the_text_of_its_file_in_the_mails_language() {
    let host = mail("Hello\n\n{{> signature}}\n\n{{> order/note}} **{{customer.tier}}**");
    let files = [
        ("a.en.md.hbs", host.as_str()),
        ("a.zh-CN.md.hbs", host.as_str()),
        ("_signature.en.md.hbs", "Kind regards, *{{brand.name}}*\n"),
        ("_signature.zh-CN.md.hbs", "此致\n\n{{> order/note}}\n"),
        ("order/_note.md.hbs", "[more](https://a.cn)\n"),
        ("_signature.mjml.hbs", "<mj-text>x</mj-text>\n"),
    ];
    let (templates, lines) = told(&files);
    assert_eq!(lines, ["W0524 _signature.en.md.hbs:1:18 brand.name", "W0533 _signature.mjml.hbs:1:1 "]);
    let html = |locale: &str| templates.find("a", Some(locale), "en").unwrap().html.clone().unwrap();
    assert!(html("en").contains("Kind regards, <em style=\"font-style:italic;\">{{brand.name}}</em>"));
    assert!(html("zh-CN").contains("此致") && !html("zh-CN").contains("Kind"));
    assert_eq!(html("zh-CN").matches("https://a.cn").count(), 2);
    assert!(html("en").contains("{{customer.tier}}</strong>"));
    // Another part is another mail.
    let changed: Vec<_> =
        files.map(|(path, text)| (path, if path.starts_with("order") { "x" } else { text })).into();
    assert_ne!(
        told(&changed).0.find("a", Some("en"), "en").unwrap().hash,
        templates.find("a", Some("en"), "en").unwrap().hash
    );
}

#[test]
fn mistakes_are_said_once_at_their_place_in_the_part() {
    let host = mail("{{#each customer.tags}}{{> item}}{{/each}} {{> item}} {{customer.teir}}");
    let (_, lines) = told(&[
        ("a.md.hbs", &host),
        ("b.md.hbs", &mail("{{> item}}")),
        ("_item.md.hbs", "x\n{{customer.nmae}} {{this}} [y](/z)"),
    ]);
    assert_eq!(
        lines,
        [
            "E0502 _item.md.hbs:2:3 customer.nmae",
            "E0511-thing _item.md.hbs:2:21 this",
            "E0509-relative _item.md.hbs:2:28 [y](/z)",
            "E0502 a.md.hbs:5:57 customer.teir",
        ]
    );
}

#[test]
fn parts_stand_in_mjml_pages_texts_and_layouts_too() {
    let page =
        mail("<mjml><mj-body><mj-section><mj-column>{{> note}}</mj-column></mj-section></mj-body></mjml>");
    let html = mail("<html lang=\"en\"><title>x</title>{{> note}}</html>");
    let files = [
        ("a.mjml.hbs", page.as_str()),
        ("_note.mjml.hbs", "<mj-text>{{brand.address}} <a href=\"{{unsubscribe_url}}\">x</a></mj-text>"),
        ("b.html.hbs", html.as_str()),
        ("_note.html.hbs", "<p>{{brand.address}}</p><a href=\"{{unsubscribe_url}}\">x</a>"),
        ("c.txt.hbs", "Hi {{> note}}"),
        ("_note.txt.hbs", "{{brand.name}}"),
        ("layout.html.hbs", "<html lang=\"en\"><title>x</title>{{{content}}}{{> note}}</html>"),
    ];
    let (templates, lines) = told(&files);
    assert_eq!(lines, Vec::<String>::new());
    for (name, inside) in [("a", "unsubscribe_url"), ("b", "<p>{{brand.address}}</p>")] {
        assert!(templates.find(name, None, "en").unwrap().html.as_ref().unwrap().contains(inside), "{name}");
    }
    assert_eq!(templates.find("c", None, "en").unwrap().text.as_deref(), Some("Hi {{brand.name}}"));
    assert!(templates.layout.unwrap().contains("{{{content}}}<p>{{brand.address}}</p>"));
}

#[test]
fn parts_that_would_never_end_are_refused() {
    let circle = [
        ("a.md.hbs", mail("{{> x}}")),
        ("_x.md.hbs", "{{> y}}".to_owned()),
        ("_y.md.hbs", "a {{> x}}".to_owned()),
    ];
    let itself = [("a.md.hbs", mail("{{> x}}")), ("_x.md.hbs", "{{> x}}".to_owned())];
    for (files, line) in [
        (&circle[..], "E0520-circle _y.md.hbs:1:3 {{> x}}"),
        (&itself[..], "E0520-circle _x.md.hbs:1:1 {{> x}}"),
    ] {
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(told(&files).1, [line]);
    }
    // Each part holds the next ten times: ten thousand million texts.
    let names: Vec<String> = (0..=10).map(|level| format!("_l{level}.md.hbs")).collect();
    let texts: Vec<String> = (0..=10).map(|level| format!("{{{{> l{}}}}}\n", level + 1).repeat(10)).collect();
    let host = mail("{{> l0}}");
    let mut files: Vec<_> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.extend([("_l11.md.hbs", "x"), ("a.md.hbs", host.as_str())]);
    let lines = told(&files).1;
    assert_eq!(lines.iter().filter(|line| line.starts_with("E0520-many")).count(), 1, "{lines:?}");
    let large = "x".repeat(300 * 1024);
    let files = [("a.md.hbs", mail("{{> l}} {{> l}}")), ("_l.md.hbs", large)];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert!(told(&files).1.iter().any(|line| line.starts_with("E0520-many")));
}

#[test]
fn a_part_that_is_not_there_is_said_with_those_that_are() {
    for (tag, line) in [
        ("{{> signatur}}", "E0520 a.md.hbs:5:1 {{> signatur}}"),
        ("{{> signature title=1}}", "E0520-values a.md.hbs:5:1 {{> signature title=1}}"),
        ("{{#> signature}}x{{/signature}}", "E0506 a.md.hbs:5:1 {{#> signature}}"),
    ] {
        let (_, lines) = told(&[
            ("a.md.hbs", &mail(&format!("{tag}\n\n{{{{> signature}}}}"))),
            ("_signature.md.hbs", "x"),
        ]);
        assert_eq!(lines, [line], "{tag}");
    }
    let (_, lines) =
        told(&[("a.en.md.hbs", &mail("{{> s}}")), ("_s.zh-CN.md.hbs", "x"), ("_s.en.txt.hbs", "x")]);
    assert_eq!(lines.iter().filter(|line| line.starts_with("E0520 ")).count(), 1, "{lines:?}");
}
