//! Whole mails: what a customer gets, in both languages.

use super::*;
use model::words::{self, Language};
use model::{EnrollmentId, Medium, OnUnknown, Outgoing, Recipient, SendId, VersionId, WorkflowId};

const ZH: &str = "\
---
subject: '{{default customer.name \"朋友\"}}，{{vars.offer}}'
preheader: 合同 {{date contract.ends_on \"month_day\"}} 到期
from: care
---
# 您好，{{salutation}}

{{#if customer.company}}
{{customer.company.name}}的合同还有 **{{money contract.amount}}** 未付。
{{/if}}

[查看合同](https://www.example.com/contract?id={{contract.id}}){.button}

{{owner.name}}
";
const EN: &str = "\
---
subject: Your contract, {{first_name (default customer.name \"friend\")}}
preheader: It ends on {{date contract.ends_on}}.
---
{{salutation}},

{{customer.orders}} {{plural customer.orders \"order\" \"orders\"}} so far.

{{#each customer.tags}}
- {{this}}
{{/each}}

[See it](https://www.example.com/en){.button}
";
const FILES: [(&str, &str); 2] = [("a.zh-CN.md.hbs", ZH), ("a.en.md.hbs", EN)];
const LEAVE: &str = "https://www.example.com/u/t0ken";

/// The words of a page, without its head, tags and style.
fn words_of(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    nanohtml2text::html2text(&format!("<body{body}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_chinese_advertisement_with_label_button_and_foot() {
    let envelope = Envelope {
        marketing: true,
        ad_label: Some("广告"),
        unsubscribe_url: Some(LEAVE),
        ..Envelope::default()
    };
    let mail = mail(&FILES, &World::new(), envelope).unwrap();
    assert_eq!(mail.subject, "广告 王芳，满 200 减 50");
    assert_eq!(mail.preheader, "合同 4月1日 到期");
    assert_eq!(
        mail.text,
        "\
您好，王女士

云杉科技的合同还有 ¥1,234.50 未付。

查看合同：https://www.example.com/contract?id=K7

王伟

--
山野咖啡
杭州市文三路 100 号
退订或修改偏好：https://www.example.com/u/t0ken
"
    );
    let html = mail.html.unwrap();
    assert_eq!(
        words_of(&html),
        "合同 4月1日 到期 山野咖啡 您好，王女士 云杉科技的合同还有 ¥1,234.50 未付。 查看合同 \
         (https://www.example.com/contract?id=K7) 王伟 山野咖啡 · 杭州市文三路 100 号 您收到这封邮件，是因为您同意接收我们的消息。 \
         退订或修改偏好 (https://www.example.com/u/t0ken)"
    );
    for part in [
        "<html lang=\"zh-CN\">",
        "<title>广告 王芳，满 200 减 50</title>",
        "bgcolor=\"#5b4be0\"",
        "<a class=\"button\" href=\"https://www.example.com/contract?id=K7\"",
        "background-color:#5b4be0;",
        "max-width:600px",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(!html.contains("{{") && !html.contains("}}"), "{html}");
}

#[test]
fn an_english_notice_without_label() {
    let mut world = World::new();
    world.set("language", "en");
    world.set("name", "Anna Wang");
    world.set("tags", Value::List(vec!["beans".to_owned(), "<filters>".to_owned()]));
    let envelope = Envelope { ad_label: Some("AD"), ..Envelope::default() };
    let mail = mail(&FILES, &world, envelope).unwrap();
    assert_eq!(mail.subject, "Your contract, Anna");
    assert_eq!(mail.preheader, "It ends on 1 April 2026.");
    assert_eq!(
        mail.text,
        "\
Dear Ms Wang,

3 orders so far.

- beans
- <filters>

See it: https://www.example.com/en

--
山野咖啡
杭州市文三路 100 号
"
    );
    let html = mail.html.unwrap();
    assert!(html.contains("<html lang=\"en\">") && html.contains("&lt;filters&gt;</li>\n</ul>"), "{html}");
    assert!(words_of(&html).ends_with("This is a notice about your service with us, not advertising."));
}

#[test]
fn the_label_of_advertising_stands_once_before_the_subject() {
    for (subject, label, full) in [
        ("新豆到店", Some("广告"), "广告 新豆到店"),
        ("广告 新豆到店", Some("广告"), "广告 新豆到店"),
        ("【广告】新豆到店", Some("广告"), "【广告】新豆到店"),
        ("[AD] Beans", Some("AD"), "[AD] Beans"),
        ("Adventures", Some("AD"), "AD Adventures"),
        ("Beans\r\nBcc: x@example.com\u{202e}\u{200b}", Some("AD"), "AD Beans Bcc: x@example.com"),
        ("新豆到店", Some("  "), "新豆到店"),
        ("新豆到店", None, "新豆到店"),
    ] {
        let envelope =
            Envelope { subject: Some(subject), marketing: true, ad_label: label, ..Envelope::default() };
        assert_eq!(mail(&FILES, &World::new(), envelope).unwrap().subject, full);
    }
}

#[test]
fn the_projects_layout_frames_the_text() {
    let layout = "<html lang=\"{{language}}\"><head><title>{{subject}}</title></head><body>{{preheader}}|{{{content}}}|\
                  {{#if unsubscribe_url}}<a href=\"{{unsubscribe_url}}\">x</a>{{else}}none{{/if}}|{{brand.name}}</body></html>";
    let body = "---\nsubject: '<s>'\npreheader: p\n---\nHi\n";
    let files = [("layout.html.hbs", layout), ("a.md.hbs", body), ("layout.styles.toml", "p = \"m\"\n")];
    let html = mail(&files, &World::new(), Envelope::default()).unwrap().html.unwrap();
    assert_eq!(
        html,
        "<html lang=\"zh-CN\"><head><title>&lt;s&gt;</title></head><body>p|<p style=\"m\">Hi</p>\n|none|山野咖啡</body></html>"
    );
}

#[test]
fn a_senders_own_foot_stands_for_name_and_address_and_the_way_out_stays_below_it() {
    let footer = Some("山野咖啡会员组 <A&B>\n电话 400-100-1000");
    let envelope = Envelope { marketing: true, unsubscribe_url: Some(LEAVE), footer, ..Envelope::default() };
    let mail = mail(&FILES, &World::new(), envelope).unwrap();
    let foot =
        "--\n山野咖啡会员组 <A&B>\n电话 400-100-1000\n退订或修改偏好：https://www.example.com/u/t0ken\n";
    assert!(mail.text.ends_with(foot), "{}", mail.text);
    let html = mail.html.unwrap();
    assert!(html.contains(">山野咖啡会员组 &lt;A&amp;B&gt;\n电话 400-100-1000</p>"), "{html}");
    assert!(html.contains(LEAVE) && !html.contains("杭州市文三路"), "{html}");
}

#[test]
fn a_page_of_its_own_has_a_plain_part_made_from_it_and_a_phone_gets_text_only() {
    let page = "---\nsubject: s\npreheader: p\n---\n<html lang=\"{{language}}\"><title>{{subject}}</title><body><p>您好 \
                {{default customer.name \"您\"}}</p><a href=\"{{unsubscribe_url}}\">退订</a></body></html>";
    let envelope = Envelope { unsubscribe_url: Some(LEAVE), ..Envelope::default() };
    let rendered = mail(&[("a.html.hbs", page)], &World::new(), envelope).unwrap();
    assert!(rendered.html.unwrap().contains("<p>您好 王芳</p><a href=\"https://www.example.com/u/t0ken\">"));
    assert!(rendered.text.contains("您好 王芳") && rendered.text.contains(LEAVE), "{}", rendered.text);
    let sms = mail(
        &[("a.txt.hbs", "【山野咖啡】{{default customer.name \"您\"}}，券码 A&B<1>\n")],
        &World::new(),
        Envelope::default(),
    );
    let sms = sms.unwrap();
    assert_eq!(
        (sms.html, sms.text.as_str(), sms.subject.as_str()),
        (None, "【山野咖啡】王芳，券码 A&B<1>\n", "")
    );
}

fn outgoing(world: &World) -> Outgoing {
    Outgoing {
        id: SendId::new("s1"),
        enrollment: EnrollmentId::new("e1"),
        customer: world.snapshot.customer.id.clone(),
        workflow: WorkflowId::new("w"),
        version: VersionId::new("v"),
        step: StepId::new("email:a"),
        pass: String::new(),
        medium: Medium::Email,
        to: Recipient::Customer,
        template: "a".to_owned(),
        subject: None,
        text: None,
        from: None,
        copy_to_owner: false,
        topic: Some("marketing".to_owned()),
        tries: None,
        riders: Vec::new(),
        apart: Vec::new(),
        with: None,
        via: None,
        digest: None,
        also_needs: Vec::new(),
        marketing: true,
        on_unknown: OnUnknown::Hold,
        context: walk_context(&world.facts()),
        due_at: instant("2026-03-02T02:00:00Z"),
        deadline: instant("2026-03-03T02:00:00Z"),
    }
}

#[test]
fn an_outbox_row_becomes_the_message_of_the_hand_over() {
    let mut world = World::new();
    let mut row = outgoing(&world);
    world.set("name", "王小芳");
    let renderer = renderer(&FILES);
    let rendered = send_with(&renderer, &row, &world.facts(), Some(LEAVE)).unwrap();
    assert_eq!(rendered.subject, "广告 王小芳，满 200 减 50");
    assert!(rendered.text.contains(LEAVE));
    row.marketing = false;
    row.subject = Some("{{contract.id}}".to_owned());
    let rendered = send_with(&renderer, &row, &world.facts(), Some(LEAVE)).unwrap();
    assert_eq!(rendered.subject, "K7");
    assert!(!rendered.text.contains(LEAVE));
    row.template = "b".to_owned();
    assert_eq!(send(&renderer, &row, &world.facts()), Err(RenderError::NoTemplate { name: "b".to_owned() }));
    row.text = Some("请联系王芳\n电话在客户页".to_owned());
    let notice = send(&renderer, &row, &world.facts()).unwrap();
    assert_eq!((notice.subject.as_str(), notice.text.as_str()), ("请联系王芳", "请联系王芳\n电话在客户页\n"));
}

#[test]
fn a_template_that_changed_since_is_parsed_anew() {
    let old = renderer(&[("a.md.hbs", "---\nsubject: old\npreheader: p\n---\nold\n")]);
    let new = templates(&[("a.md.hbs", "---\nsubject: new\npreheader: p\n---\nnew\n")]);
    let template = new.find("a", None, "zh-CN").unwrap();
    let rendered = old.message(template, &context(&World::new().facts()), Envelope::default()).unwrap();
    assert_eq!((rendered.subject.as_str(), rendered.text.lines().next()), ("new", Some("new")));
}

#[test]
fn texts_parsed_beforehand_read_the_same() {
    let world = World::new();
    let all = context(&world.facts());
    let source = "{{customer.name}}，{{vars.offer}}";
    let plain = renderer(&FILES);
    let parsed = plain.clone().with_texts([source, "{{broken"]);
    for renderer in [&plain, &parsed] {
        assert_eq!(renderer.text(source, &all).as_deref(), Ok("王芳，满 200 减 50"));
        assert!(renderer.text("{{broken", &all).is_err());
        let envelope = Envelope { subject: Some(source), ..Envelope::default() };
        let template = renderer.find("a", Some("zh")).unwrap();
        assert_eq!(renderer.message(template, &all, envelope).unwrap().subject, "王芳，满 200 减 50");
    }
}

#[test]
fn every_error_has_words_in_both_languages() {
    let errors = [
        RenderError::Missing { tag: "customer.name".to_owned() },
        RenderError::Value { helper: "date", tag: "customer.name".to_owned() },
        RenderError::Link { tag: "vars.url".to_owned() },
        RenderError::TooLong,
        RenderError::Unreadable { reason: "x".to_owned() },
        RenderError::NoTemplate { name: "a".to_owned() },
    ];
    for error in &errors {
        let args = error.args();
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for language in Language::ALL {
            let said = words::say(language, error.key(), &args);
            assert!(
                words::knows(language, error.key()) && args.iter().all(|(_, value)| said.contains(value)),
                "{said}"
            );
        }
    }
}

#[test]
fn a_mail_may_ask_for_a_layout_by_name() {
    let frame = |name: &str| {
        format!(
            "<html lang=\"x\"><title>{{{{subject}}}}</title>{name}:{{{{{{content}}}}}}{{{{brand.address}}}}<a href=\"{{{{unsubscribe_url}}}}\">x</a>"
        )
    };
    let (own, letter) = (frame("project"), frame("letter"));
    let body = |head: &str| format!("---\nsubject: s\npreheader: p\n{head}---\nHello\n");
    for (head, wanted) in [("", "project:"), ("layout: letter\n", "letter:")] {
        let text = body(head);
        let files = [
            ("layout.html.hbs", own.as_str()),
            ("layouts/letter.html.hbs", letter.as_str()),
            ("a.md.hbs", &text),
        ];
        let html = mail(&files, &World::new(), Envelope::default()).unwrap().html.unwrap();
        assert!(html.contains(wanted), "{html}");
    }
}
