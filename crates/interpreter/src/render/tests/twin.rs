//! The plain text of a page is the same whether it is made of the page once or of each recipient's page.

use super::super::text::{tidy, visible};
use super::*;

const HEAD: &str = "---\nsubject: 您好\npreheader: 看看\n---\n";

/// The text of a page, and the text that this recipient's page gives by itself.
fn both(name: &str, page: &str, world: &World, unsubscribe: Option<&str>) -> (String, String) {
    let text = format!("{HEAD}{page}");
    let envelope = Envelope { unsubscribe_url: unsubscribe, ..Envelope::default() };
    let mail = mail(&[(name, &text)], world, envelope).unwrap();
    let html = mail.html.unwrap();
    (mail.text, folded(&nanohtml2text::html2text(&visible(&html))))
}

/// Blanks that meet at the edge of an element are one, as readers see them.
fn folded(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
        .collect();
    tidy(&lines.join("\n"))
}

const PAGES: [&str; 9] = [
    "<html lang=\"zh\"><head><title>{{subject}}</title><style>p {} </style></head><body><div style=\"display:none\">{{preheader}}</div><p>{{salutation}}，<b>{{customer.nick}}</b> 您好 {{customer.tier}}  。</p></body></html>",
    "<p>a</p>{{#if customer.company}}<p>{{customer.company.name}}</p>{{else}}<p>没有公司</p>{{/if}}<p>b</p>",
    "<table>{{#each customer.tags}}<tr><td>{{@index}}</td><td>{{this}}</td></tr>{{/each}}</table><p>end</p>",
    "<ul>\n  {{#each customer.tags}}\n  <li>{{this}}</li>\n  {{/each}}\n</ul> {{#if customer.company}} x {{/if}} y",
    "<p>see <a href=\"https://a.cn/?t={{customer.tier}}&amp;b=1\">here</a> or <a href=\"{{unsubscribe_url}}\">退订</a></p>",
    "<a href=\"{{unsubscribe_url}}\">{{unsubscribe_url}}</a><br>{{customer.nick}}<br/><br/>{{customer.tier}}",
    "<p>&copy; 1 &lt; 2 &amp; {{customer.nick}}&nbsp;</p><td>&nbsp;</td><p>{{customer.nick}}</p>",
    "<!--[if mso]><p>{{customer.nick}}</p><![endif]--><div>{{#each customer.tags}}{{#if @first}}{{this}}{{else}}, {{this}}{{/if}}{{/each}}</div>",
    "<h1>{{customer.nick}}</h1>{{#unless customer.company}}<p>x</p>{{/unless}}<p> {{customer.tier}} </p>\n\n<img src=\"https://a.cn/a.png\" alt=\"{{customer.nick}} 的图\">",
];

#[test]
fn a_text_made_of_the_page_once_is_the_one_that_each_page_gives() {
    for nick in ["小王", "a <b> & c", "two\nlines  and   blanks", " ", "<script>x</script>"] {
        for tags in [vec![], vec!["咖啡".to_owned()], vec!["a".to_owned(), "b & c".to_owned(), String::new()]]
        {
            for unsubscribe in [None, Some("https://a.cn/u/1?x=1&y=2")] {
                let mut world = World::new();
                world.set("nick", Value::from(nick));
                world.set("tags", Value::List(tags.clone()));
                for page in PAGES {
                    let (once, each) = both("a.html.hbs", page, &world, unsubscribe);
                    assert_eq!(once, each, "{page}\n{nick} {tags:?} {unsubscribe:?}");
                }
            }
        }
    }
}

#[test]
fn what_a_text_keeps_as_it_is_is_made_of_each_page() {
    let mut world = World::new();
    world.set("nick", Value::from("小王"));
    world.set("greeting", Value::from("<p>Hello <b>you</b></p><p>two</p>"));
    let (text, _) = both("a.html.hbs", "<pre>a\n  {{customer.nick}}\n</pre><p>b</p>", &world, None);
    assert_eq!(text, "a\n  小王\n\nb\n");
    let page = "<div>{{{customer.greeting}}}</div><p>b</p>";
    let (once, each) = both("a.html.hbs", page, &world, None);
    assert_eq!(once, each);
    for page in ["<PRE>{{customer.nick}}</PRE>", page] {
        assert!(super::super::twin::twin(page).is_none(), "{page}");
    }
    for page in PAGES {
        assert!(super::super::twin::twin(page).is_some(), "{page}");
    }
}
