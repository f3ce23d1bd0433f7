//! What MJML becomes, and what hostile MJML does.

use super::*;
use handlebars::Handlebars;
use serde_json::json;

/// The HTML of a body of MJML, which must be right.
fn html(body: &str) -> String {
    let file = format!("---\nsubject: s\npreheader: p\n---\n{body}");
    let (sources, templates, report) = read_all(&[("a.mjml.hbs", &file)]);
    assert!(!report.has_errors(), "{}", human(&report, &sources, Language::En, Colour::Never));
    templates.find("a", None, "en").unwrap().html.clone().unwrap()
}

/// What is said of a body of MJML, with a link to unsubscribe, in lines of its own.
fn wrong(body: &str) -> Vec<String> {
    let file = format!("---\nsubject: s\npreheader: p\n---\n{body}");
    let (sources, _, report) = read_all(&[("a.mjml.hbs", &file)]);
    said(&sources, &report).into_iter().filter(|line| !line.starts_with("W0526")).collect()
}

fn in_column(inside: &str) -> String {
    format!("<mjml><mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body></mjml>")
}

/// Fills the tags by plain Handlebars.
fn filled(html: &str, values: &serde_json::Value) -> String {
    let mut registry = Handlebars::new();
    handlebars::handlebars_helper!(same: |a: str| a);
    registry.register_helper("link", Box::new(same));
    registry.register_helper("link_part", Box::new(same));
    registry.render_template(html, values).unwrap()
}

#[test]
fn each_stays_between_the_rows_of_a_table() {
    let rows = "<mj-table>\n<tr><th>Bean</th></tr>\n{{#each customer.tags}}\n<tr><td>{{this}}</td></tr>\n{{/each}}\n</mj-table>";
    let made = filled(&html(&in_column(rows)), &json!({ "customer": { "tags": ["Yirgacheffe", "Huila"] } }));
    let table = made.split("<table").last().unwrap().split("</table>").next().unwrap();
    let bare: String = table.split_whitespace().collect::<Vec<_>>().join("");
    assert!(
        bare.ends_with("<tr><th>Bean</th></tr><tr><td>Yirgacheffe</td></tr><tr><td>Huila</td></tr>"),
        "{table}"
    );
}

#[test]
fn blocks_stand_around_sections_and_columns() {
    let body = "<mjml><mj-body>\n{{#if customer.城市}}\n<mj-section><mj-column><mj-text>FIRST</mj-text></mj-column></mj-section>\n{{else}}\n<mj-section><mj-column><mj-text>SECOND</mj-text></mj-column></mj-section>\n{{/if}}\n<mj-section>{{#each customer.tags}}<mj-column><mj-text>{{this}}</mj-text></mj-column>{{/each}}</mj-section></mj-body></mjml>";
    let made = html(body);
    assert!(!made.contains("=-->") && !made.contains("<!--="), "{made}");
    let both = filled(&made, &json!({ "customer": { "城市": "x", "tags": ["A", "B"] } }));
    assert!(both.contains("FIRST") && !both.contains("SECOND"));
    let neither = filled(&made, &json!({ "customer": { "tags": [] } }));
    assert!(neither.contains("SECOND") && !neither.contains("FIRST"));
    for made in [&both, &neither] {
        for name in ["div", "table", "td"] {
            // A conditional comment for Outlook opens and closes as often, since blocks stand around whole elements.
            let open = made.matches(&format!("<{name}")).count();
            assert_eq!(open, made.matches(&format!("</{name}>")).count(), "{name}");
        }
    }
    assert_eq!(both.matches(">A</div>").count() + both.matches(">B</div>").count(), 2);
}

#[test]
fn title_preview_language_and_fonts_are_given_where_the_author_left_them_out() {
    let made = html(&in_column("<mj-text>x</mj-text>"));
    assert!(made.contains("<title>{{subject}}</title>"));
    assert!(made.contains(">{{preheader}}</div>"));
    assert!(made.contains("<html lang=\"{{language}}\""));
    assert!(
        made.contains("PingFang SC") && !made.contains("googleapis") && !made.contains("Ubuntu"),
        "{made}"
    );
    let own = "<mjml lang=\"en\"><mj-head><mj-title>Own</mj-title><mj-preview>Line</mj-preview><mj-attributes><mj-all font-family=\"Georgia\" /></mj-attributes></mj-head><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>";
    let made = html(own);
    assert!(made.contains("<title>Own</title>") && made.contains(">Line</div>"));
    assert!(made.contains("<html lang=\"en\"") && made.contains("font-family:Georgia"));
    assert!(!made.contains("{{"), "{made}");
}

#[test]
fn values_in_addresses_are_judged_when_they_are_filled_in() {
    let made = html(&in_column(
        "<mj-button href=\"{{customer.site}}\">x</mj-button><mj-button href=\"https://a.cn/{{customer.tier}}\" background-color=\"{{brand.color}}\">x</mj-button>",
    )
    .replace("{{customer.site}}", "{{default customer.site \"https://a.cn\"}}"));
    assert!(made.contains("href=\"{{link (default customer.site \"https://a.cn\")}}\""), "{made}");
    assert!(made.contains("href=\"https://a.cn/{{link_part customer.tier}}\""));
    assert!(made.contains("bgcolor=\"{{brand.color}}\""));
}

#[test]
fn notes_of_the_author_stay_with_the_author() {
    let made = html(&in_column("<!-- ask legal --><mj-text>x</mj-text>{{!-- and me --}}"));
    assert!(!made.contains("legal"));
    assert!(!filled(&made, &json!({})).contains("and me"));
}

#[test]
fn mistakes_are_said_at_their_place() {
    for (body, lines) in [
        ("", &["E0517-root 5:1 "][..]),
        ("<p>x</p>", &["E0517-root 5:1 <p"]),
        ("<!doctype html><mjml></mjml>", &["E0517-foreign 5:1 <!doctype html>"]),
        ("<mjml><mj-body></mjml>", &["E0517-other 5:16 </mjml>"]),
        ("<mjml><mj-body>", &["E0517-open 5:1 <mjml", "E0517-open 5:7 <mj-body"]),
        ("<mjml><mj-body a=\"b></mj-body></mjml>", &["E0517 5:16 a=\"b>"]),
        ("<mjml><mj-body><mj-text>x</mj-text></mj-body></mjml>", &["E0518-place 5:16 <mj-text"]),
        ("<mjml><mj-body>{{customer.tier}}</mj-body></mjml>", &["E0518-text 5:16 {{customer.tier}}"]),
        (
            "<mjml><mj-body>{{#if customer.tier}}<mj-section>{{/if}}</mj-section></mj-body></mjml>",
            &["E0514-split 5:49 {{/if}}"],
        ),
        (
            "<mjml><mj-head>{{#if customer.tier}}<mj-font name=\"a\" href=\"https://a.cn\" />{{/if}}</mj-head><mj-body></mj-body></mjml>",
            &["E0514-lost-mjml 5:16 {{#if customer.tier}}", "E0514-lost-mjml 5:77 {{/if}}"],
        ),
        (
            "<mjml><mj-body><!--[if mso]>x<![endif]--></mj-body></mjml>",
            &["E0518-conditional 5:16 <!--[if mso]>"],
        ),
    ] {
        let found = wrong(body);
        assert!(lines.iter().all(|line| found.iter().any(|found| found == line)), "{body}\n{found:#?}");
    }
}

#[test]
fn hostile_documents_are_refused_and_end_nothing() {
    let deep = |name: &str| format!("<mjml><mj-body>{}", format!("<{name}>").repeat(100_000 / name.len()));
    for body in [
        deep("mj-section"),
        deep("mj-raw"),
        format!("<mjml><mj-body><mj-raw>{}", "<div>".repeat(80_000)),
        format!("<mjml><mj-body>{}", "<".repeat(400_000)),
        format!("<mjml><mj-body{}", " a=\"b\"".repeat(60_000)),
        format!("<mjml>{}", "<!--".repeat(100_000)),
        format!("<mjml>{}</mjml>", "&".repeat(500_000)),
        "x".repeat(600_000),
    ] {
        assert!(wrong(&body).iter().any(|line| line.starts_with("E05")), "{}", body.get(..40).unwrap());
    }
}

#[test]
fn large_documents_that_are_right_are_read_too() {
    let many = |piece: &str| piece.repeat(400_000 / piece.len());
    for inside in [
        many("<mj-text>x</mj-text>"),
        format!("<mj-text>{}</mj-text>", many("<br>")),
        format!("<mj-text>{}</mj-text>", many("<b>中</b>")),
        many("</mj-column><mj-column>"),
        many("</mj-column></mj-section><mj-section><mj-column>"),
    ] {
        // Many of them become more HTML than a mail may have, which is said.
        assert!(
            wrong(&in_column(&inside))
                .iter()
                .all(|line| line.starts_with("E0507 ") || line.starts_with("W0525"))
        );
    }
}

#[test]
fn a_layout_may_be_mjml() {
    let layout = in_column(
        "<mj-text>{{{content}}}</mj-text><mj-text>{{brand.address}} <a href=\"{{unsubscribe_url}}\">x</a></mj-text>",
    );
    let (_, templates, report) = read_all(&[("layout.mjml.hbs", &layout)]);
    assert!(report.is_empty(), "{report:?}");
    let html = templates.layout.unwrap();
    assert!(html.contains("{{{content}}}") && html.contains("href=\"{{unsubscribe_url}}\""));
    let both = [
        (
            "layout.html.hbs",
            "<html lang=\"en\"><title>x</title>{{{content}}}{{brand.address}}<a href=\"{{unsubscribe_url}}\">x</a></html>",
        ),
        ("layout.mjml.hbs", layout.as_str()),
    ];
    let (sources, _, report) = read_all(&both);
    assert_eq!(said(&sources, &report), ["E0519 1:1 "]);
}

#[test]
fn a_subject_stands_beside_its_mail_in_any_order() {
    let body = in_column("<mj-text>{{brand.address}} <a href=\"{{unsubscribe_url}}\">x</a></mj-text>");
    let page = format!("---\npreheader: p\n---\n{body}");
    let files = [
        ("a.mjml.hbs", page.as_str()),
        ("a.subject.hbs", "For {{customer.tier}}\n"),
        ("a.txt.hbs", "Plain {{customer.orders}}"),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0], [0, 2, 1], [2, 0, 1]] {
        let files: Vec<_> = order.iter().map(|index| files[*index]).collect();
        let (sources, templates, mut report) = read_all(&files);
        check_variants(&templates, &sources, &mut report);
        assert!(report.is_empty(), "{report:?}");
        let template = templates.find("a", None, "en").unwrap();
        assert_eq!((template.format, template.subject.as_str()), (Format::Mjml, "For {{customer.tier}}"));
        assert_eq!(template.text.as_deref(), Some("Plain {{customer.orders}}"));
        assert_eq!(template.tags.len(), 4);
    }
    let (sources, templates, mut report) = read_all(&[("b.subject.hbs", "Alone")]);
    check_variants(&templates, &sources, &mut report);
    assert_eq!(said(&sources, &report), ["E0510-subject 1:1 "]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever is put together: the renderer of MJML never panics, and what is kept is a template.
    #[test]
    fn documents_of_any_pieces_are_read(parts in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..30)) {
        let body = in_column(&parts.concat());
        let (_, templates, report) = read_all(&[("a.mjml.hbs", &body)]);
        if let Some(html) = templates.find("a", None, "en").and_then(|template| template.html.as_ref())
            && !report.has_errors()
        {
            prop_assert!(handlebars::Template::compile(html).is_ok(), "{body:?} became {html:?}");
        }
    }
}

/// Pieces that meet badly.
const PIECES: [&str; 44] = [
    "<mj-text>",
    "</mj-text>",
    "<mj-text width=\"x\" padding=\"1px 2px\">",
    "<mj-table>",
    "</mj-table>",
    "<mj-raw>",
    "</mj-raw>",
    "<mj-image src=\"https://a.cn/a.png\" width=\"-3px\" />",
    "<mj-image width=\"%\" />",
    "<mj-divider border-width=\"a b c\" />",
    "<mj-spacer height=\"99999999999999999999px\" />",
    "<mj-button href=\"",
    "\">",
    "</mj-button>",
    "<mj-social>",
    "</mj-social>",
    "<mj-social-element name=\"facebook\">x</mj-social-element>",
    "<mj-social-element name=\"none\" />",
    "<mj-navbar hamburger=\"hamburger\">",
    "</mj-navbar>",
    "<mj-navbar-link href=\"/x\">x</mj-navbar-link>",
    "<mj-accordion>",
    "</mj-accordion>",
    "<mj-accordion-element>",
    "</mj-accordion-element>",
    "<mj-accordion-title>x</mj-accordion-title>",
    "<mj-carousel>",
    "</mj-carousel>",
    "<mj-carousel-image src=\"a\" />",
    "</mj-column>",
    "<mj-column width=\"33.3%\">",
    "<mj-column width=\"0px\" padding=\"a\">",
    "</mj-section>",
    "<mj-section padding=\"-1px\" background-url=\"x\">",
    "{{#if customer.tier}}",
    "{{else}}",
    "{{/if}}",
    "{{customer.tier}}",
    "{{!-- x --}}",
    "<!-- x -->",
    "<br>",
    "<p>x</p>",
    "中文",
    "&nbsp;",
];
