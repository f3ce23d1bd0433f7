//! A mail in MJML: what its publish costs once, and what each recipient costs after that.

#![allow(missing_docs, reason = "criterion's macro makes a function without a comment")]
#![allow(clippy::expect_used, reason = "a bench that cannot read its own template must stop")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dsl::diagnostic::Report;
use dsl::library::{Attribute, Library, Origin};
use dsl::project::Settings;
use dsl::source::Sources;
use dsl::template::{self, Templates};
use interpreter::render::{Envelope, Renderer};
use model::Type;
use serde_json::json;
use std::hint::black_box;

const HEAD: &str =
    "---\nsubject: 春茶到了，{{default customer.name \"朋友\"}}\npreheader: 只到周日\n---\n<mjml><mj-body>\n";
const FOOT: &str = "<mj-section><mj-column><mj-text>{{brand.name}} {{brand.address}} <a href=\"{{unsubscribe_url}}\">退订</a></mj-text></mj-column></mj-section></mj-body></mjml>\n";
const SECTION: &str = "<mj-section><mj-column>
  <mj-text font-size=\"16px\">{{salutation}}，{{default customer.name \"朋友\"}}：{{upper customer.tier}}</mj-text>
  <mj-table>{{#each customer.tags}}<tr><td>{{this}}</td></tr>{{/each}}</mj-table>
  <mj-button href=\"https://www.example.com/{{customer.tier}}\">立即查看</mj-button>
</mj-column></mj-section>\n";

fn library() -> Library {
    let mut library = Library::default();
    for (name, ty) in [("name", Type::Text), ("tier", Type::Text), ("tags", Type::List)] {
        let attribute = Attribute {
            ty,
            optional: name == "name",
            default: None,
            pii: false,
            html: false,
            title: None,
            origin: Origin::Given,
            built_in: false,
        };
        library.model.customer.insert(name.to_owned(), attribute);
    }
    library.brand.name = "山野咖啡".to_owned();
    library
}

fn read(text: &str, library: &Library) -> Templates {
    let mut sources = Sources::new();
    let file = sources.add("workflows/templates/spring.zh-CN.mjml.hbs", text);
    let (mut templates, mut report) = (Templates::default(), Report::new());
    template::read(&sources, file, library, &mut report, &mut templates);
    assert!(!report.has_errors(), "the template is right");
    templates
}

fn mails(c: &mut Criterion) {
    let library = library();
    let text = format!("{HEAD}{}{FOOT}", SECTION.repeat(3));
    let templates = read(&text, &library);
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let renderer = Renderer::new(&templates, &library, &settings);
    let mail = renderer.find("spring", None).expect("the template is read");
    let context = json!({
        "customer": { "name": "王芳", "tier": "gold", "tags": ["咖啡", "茶"] },
        "language": "zh-CN",
        "zone": "Asia/Shanghai",
    });
    let envelope = Envelope { unsubscribe_url: Some("https://example.cn/u/1"), ..Envelope::default() };
    let rendered = || renderer.message(mail, &context, envelope).expect("it renders");
    let size = rendered().html.map_or(0, |html| html.len());

    let mut group = c.benchmark_group("mails");
    group.bench_function("read once", |b| b.iter(|| read(black_box(&text), &library)));
    group.throughput(Throughput::Elements(1));
    group.bench_function(format!("each recipient, {size} bytes with its text"), |b| {
        b.iter(|| black_box(rendered()))
    });
    // What is kept as it is makes the text of each recipient's own page.
    let text = format!("{HEAD}{}<mj-raw><pre></pre></mj-raw>{FOOT}", SECTION.repeat(3));
    let templates = read(&text, &library);
    let renderer = Renderer::new(&templates, &library, &settings);
    let mail = renderer.find("spring", None).expect("the template is read");
    group.bench_function("each recipient, the text made of each page", |b| {
        b.iter(|| black_box(renderer.message(mail, &context, envelope).expect("it renders")))
    });
    group.finish();
}

criterion_group!(benches, mails);
criterion_main!(benches);
