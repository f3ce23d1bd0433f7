//! What Markdown becomes: HTML with inline styles, and plain text.

use super::*;

/// Reads a body and returns HTML and text; styles are cut out of the HTML, so that its shape can be read.
fn made(text: &str) -> (String, String) {
    let file = format!("---\nsubject: s\npreheader: p\n---\n{text}");
    let (sources, templates, report) = read_all(&[("a.md.hbs", &file)]);
    assert!(report.is_empty(), "{text}: {:?}", said(&sources, &report));
    let template = templates.find("a", None, "en").unwrap();
    let mut html = String::new();
    let mut rest = template.html.clone().unwrap();
    while let Some(at) = rest.find(" style=\"") {
        html.push_str(&rest[..at]);
        let end = rest[at + 8..].find('"').unwrap();
        rest = rest[at + 9 + end..].to_owned();
    }
    (html + &rest, template.text.clone().unwrap())
}

#[test]
fn a_mail_in_markdown_becomes_a_page_and_a_text() {
    let (html, text) = made(
        "# 生日快乐，{{default customer.name \"朋友\"}}\n\n第一行\n第二行 **粗** and *em* `code`\nnext line\n\n\
         [挑礼物](https://a.cn/b?c=1&d=2){.button}\n\n- one\n- two {{customer.tier}}\n\n1. a\n2. b\n\n> quote\n> more\n\n---\n\n\
         More at [our site](https://a.cn/x), or <https://a.cn/y>。\n\nYours,\\\nAnna\n",
    );
    assert_eq!(
        html,
        "\
<h1>生日快乐，{{default customer.name \"朋友\"}}</h1>
<p>第一行第二行 <strong>粗</strong> and <em>em</em> <code>code</code>
next line</p>
<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td align=\"center\" bgcolor=\"{{brand.color}}\"><a class=\"button\" href=\"https://a.cn/b?c=1&amp;d=2\">挑礼物</a></td></tr></table>
<ul>
<li>one</li>
<li>two {{customer.tier}}</li>
</ul>
<ol>
<li>a</li>
<li>b</li>
</ol>
<blockquote><p>quote
more</p>
</blockquote>
<hr>
<p>More at <a href=\"https://a.cn/x\">our site</a>, or <a href=\"https://a.cn/y\">https://a.cn/y</a>。</p>
<p>Yours,<br>
Anna</p>
"
    );
    assert_eq!(
        text,
        "\
生日快乐，{{default customer.name \"朋友\"}}

第一行第二行 粗 and em code next line

挑礼物：https://a.cn/b?c=1&d=2

- one
- two {{customer.tier}}

1. a
2. b

> quote more

----------

More at our site: https://a.cn/x, or https://a.cn/y 。

Yours,
Anna
"
    );
}

#[test]
fn blocks_stand_around_paragraphs_items_and_rows_and_leave_nothing_behind() {
    let (html, text) = made("Before\n\n{{#if customer.tier}}\nInside\n{{else}}\nElse\n{{/if}}\n\nAfter\n");
    assert_eq!(
        html,
        "<p>Before</p>\n{{#if customer.tier}}\n<p>Inside</p>\n{{else}}\n<p>Else</p>\n{{/if}}\n<p>After</p>\n"
    );
    assert_eq!(text, "Before\n\n{{#if customer.tier}}\nInside\n\n{{else}}\nElse\n\n{{/if}}\nAfter\n");
    let (html, _) = made("{{#if customer.tier}}words{{/if}}\n\n{{#if customer.tier}}a{{else}}b{{/if}}\n");
    assert_eq!(
        html,
        "{{#if customer.tier}}\n<p>words</p>\n{{/if}}\n<p>{{#if customer.tier}}a{{else}}b{{/if}}</p>\n"
    );
    let (html, text) = made("{{#each customer.tags}}\n- {{this}}\n{{/each}}\n");
    assert_eq!(html, "<ul>\n{{#each customer.tags}}\n<li>{{this}}</li>\n{{/each}}\n</ul>\n");
    assert_eq!(text, "{{#each customer.tags}}\n- {{this}}\n{{/each}}\n");
    let (html, text) = made("|标签|数|\n|-|-|\n{{#each customer.tags}}\n|{{this}}|1|\n{{/each}}\n");
    assert_eq!(
        html,
        "<table>\n<tr><th>标签</th><th>数</th></tr>\n{{#each customer.tags}}\n<tr><td>{{this}}</td><td>1</td></tr>\n{{/each}}\n</table>\n"
    );
    assert_eq!(text, "标签 | 数\n--- | ---\n{{#each customer.tags}}\n{{this}} | 1\n{{/each}}\n");
    let (html, _) = made("|a|b|c|\n|-|:-:|-:|\n|1|2|3|\n");
    assert!(html.contains("<th>a</th><th align=\"center\">b</th><th align=\"right\">c</th>"), "{html}");
    assert!(html.contains("<td>1</td><td align=\"center\">2</td><td align=\"right\">3</td>"), "{html}");
}

#[test]
fn text_never_becomes_a_tag_or_html() {
    let (html, text) = made("<script>alert(1)</script> a < b & c \"d\"\n");
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; a &lt; b &amp; c &quot;d&quot;"), "{html}");
    assert!(text.contains("<script>alert(1)</script>"));
    let (html, text) = made("&#123;&#123;customer.secret}} \\{{literal}} {one\n");
    assert_eq!(html, "<p>&#123;&#123;customer.secret}} &#123;&#123;literal}} &#123;one</p>\n");
    let tags = super::super::scan::scan(&text).unwrap().0;
    assert!(tags.iter().all(|piece| !text[piece.at.clone()].contains("secret")), "{text}");
}

#[test]
fn bold_works_beside_chinese_punctuation() {
    let (html, text) = made("满减**“优惠”**进行中，**全场。**现在就看。\n");
    assert_eq!(html, "<p>满减<strong>“优惠”</strong>进行中，<strong>全场。</strong>现在就看。</p>\n");
    assert_eq!(text, "满减“优惠”进行中，全场。现在就看。\n");
}

#[test]
fn tags_in_addresses_are_judged_and_encoded_when_they_are_rendered() {
    let (html, text) =
        made("[a]({{vars.url}}) [b](https://a.cn/?o={{entry.id}}&n={{default customer.name \"x y\"}})\n");
    assert_eq!(
        html,
        "<p><a href=\"{{link vars.url}}\">a</a> <a href=\"https://a.cn/?o={{link_part entry.id}}&amp;n={{link_part (default customer.name \"x y\")}}\">b</a></p>\n"
    );
    assert!(text.starts_with("a: {{link vars.url}} b: https://a.cn/?o={{link_part entry.id}}&n="), "{text}");
}

#[test]
fn links_can_have_a_name_and_be_buttons_inside_text() {
    let (html, _) =
        made("See [this](https://a.cn){name=offer} and [that](https://b.cn){.button name=b2}, {odd}.\n");
    assert_eq!(
        html,
        "<p>See <a name=\"offer\" href=\"https://a.cn\">this</a> and <a class=\"button\" name=\"b2\" href=\"https://b.cn\">that</a>, &#123;odd}.</p>\n"
    );
}

#[test]
fn bad_links_pictures_and_lost_tags_are_reported_at_their_place() {
    for (text, wrong) in [
        ("[a](javascript:alert(1))", &["E0509 5:1 [a](javascript:alert(1))"][..]),
        ("你好 **[a](data:x)**", &["E0509 5:6 [a](data:x)"]),
        ("[a](/cart)", &["E0509-relative 5:1 [a](/cart)"]),
        ("[a](www.a.cn)", &["E0509-relative 5:1 [a](www.a.cn)"]),
        ("[a]()", &["W0523 5:1 [a]()"]),
        ("![](https://a.cn/b.png)", &["W0522 5:1 ![](https://a.cn/b.png)"]),
        ("![b](assets/b.png)", &["E0530 5:6 assets/b.png"]),
        (
            "{{customer.tier}} [a]({{#if customer.tier}}https://a.cn{{/if}})",
            &["E0514 5:19 [a]({{#if customer.tier}}https://a.cn{{/if}})"],
        ),
        ("x\n\n[unused]: {{customer.tier}}", &["E0514-lost 7:11 {{customer.tier}}"]),
    ] {
        assert_eq!(body(text), wrong, "{text}");
    }
}
