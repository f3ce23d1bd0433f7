//! A mail written in MJML, from its file to what arrives.

use super::*;

const BODY: &str = "\
---
preheader: '{{money contract.amount}}，只到 {{date contract.ends_on}}'
---
<mjml>
  <mj-body background-color=\"#f6f6f4\">
    {{#if customer.company}}
    <mj-section background-color=\"{{brand.color}}\">
      <mj-column><mj-text>{{customer.company.name}}</mj-text></mj-column>
    </mj-section>
    {{/if}}
    <mj-section>
      <mj-column>
        <mj-text>{{salutation}}，价格>100 的都有：</mj-text>
        <mj-table>
          {{#each customer.tags}}
          <tr><td>{{this}}</td></tr>
          {{/each}}
        </mj-table>
        <mj-button href=\"https://a.cn/?t={{customer.tier}}\">立即查看</mj-button>
        <mj-text><a href=\"{{unsubscribe_url}}\">退订</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
";

#[test]
fn a_mail_in_mjml_is_filled_and_read_as_text() {
    let mut world = World::new();
    world.set("tags", Value::List(vec!["咖啡<b>".to_owned(), "茶".to_owned()]));
    let envelope = Envelope { unsubscribe_url: Some("https://a.cn/u/1"), ..Envelope::default() };
    let files = [("a.mjml.hbs", BODY), ("a.subject.hbs", "续约 {{money contract.amount}}\n")];
    let mail = mail(&files, &world, envelope).unwrap();
    assert_eq!(mail.subject, "续约 ¥1,234.50");
    let html = mail.html.unwrap();
    assert!(html.contains("<title>续约 ¥1,234.50</title>") && html.contains("<html lang=\"zh-CN\""));
    assert!(html.contains("咖啡&lt;b&gt;</td>") && html.contains("href=\"https://a.cn/?t=basic\""));
    assert!(html.contains("href=\"https://a.cn/u/1\"") && !html.contains("{{") && !html.contains("zq0x"));
    assert_eq!(html.matches("<tr><td>").count(), 2, "{html}");
    let lines: Vec<&str> = mail.text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        [
            "云杉科技",
            "王女士，价格>100 的都有：",
            "咖啡<b>",
            "茶",
            "立即查看 (https://a.cn/?t=basic)",
            "退订 (https://a.cn/u/1)"
        ]
    );
}
