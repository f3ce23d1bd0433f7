//! The forms: what a page asks people for.

use super::libraries::{inner, library, say};
use super::{Kind, Thing, Value, Word, key, word};

pub(super) static FORMS: Thing = library(
    "forms",
    "thing-library",
    say(
        "Forms for your pages: `nurture form NAME` prints the HTML, `/f/NAME` is a page with it.",
        "网页表单：`nurture form 名称` 输出 HTML，`/f/名称` 是现成的页面。",
    ),
    &[key("forms", Value::Map(&Value::Thing(&FORM)), "Names and forms.", "名称和表单。")
        .needed()
        .like("{ newsletter: { fields: { email: 邮箱 } } }")],
    "forms:\n  newsletter:\n    title: 订阅新品邮件\n    language: zh-CN\n    fields:\n      email: 邮箱\n      name: { label: 怎么称呼您, hint: 写在邮件开头 }\n    consent:\n      marketing: { wording: 我愿意通过邮件收到云杉科技的优惠与新品信息，可以随时退订。, required: true }",
);
static LANGUAGES: [Word; 3] = [
    word("zh-CN", "Chinese, simplified.", "简体中文。"),
    word("zh-TW", "Chinese, traditional.", "繁体中文。"),
    word("en", "English.", "英文。"),
];
static FORM: Thing = inner(
    "form",
    "thing-form",
    say("A form.", "一个表单。"),
    &[
        key("title", Value::Text, "The heading. Default: its name.", "标题；不写时是表单名称。").like("订阅新品邮件"),
        key("text", Value::Text, "What stands below the heading.", "标题下面的说明。").like("每月一封，随时可以退订。"),
        key("fields", Value::Map(&FIELD), "What is asked: attributes of the customer, or fields of the event, each with its label. `email` or `phone` must be among them. What is known of a customer already stays as it is: anybody can type any address.", "要填的内容：客户属性或事件字段，各写显示的文字。其中必须有 `email` 或 `phone`。已有的客户资料不会被表单改掉，因为谁都可以填别人的邮箱。")
            .needed()
            .like("{ email: 邮箱, name: 怎么称呼您 }"),
        key("consent", Value::MapOf(Kind::Topic, &CONSENT), "What people may consent to, each with the exact words beside its box. Of the words the record keeps the hash.", "可以勾选同意的主题，各写勾选框旁的原文；同意记录保存原文的哈希。")
            .like("{ marketing: 我愿意通过邮件收到优惠信息，可以随时退订。 }"),
        key("double_opt_in", Value::YesNo, "A consent counts once it was confirmed by the link in a mail.", "收到确认邮件并点击确认后，同意才生效。").or("true"),
        key("event", Value::Name(Kind::Event), "The event that is recorded, with `form`, `page`, `topics` and the answers that it has fields for.", "提交后记录的事件，带 `form`、`page`、`topics`，以及它声明的字段。")
            .or("form.submitted")
            .like("demo.requested"),
        key("button", Value::Text, "The words on the button.", "按钮文字。").like("订阅"),
        key("thanks", Value::Text, "What is said once it was sent.", "提交后显示的话。").like("谢谢，请到邮箱里点确认。"),
        key("redirect", Value::Text, "Where the browser goes then, in place of our page.", "提交后跳转的地址，不写则显示我们的页面。")
            .like("https://www.example.cn/thanks"),
        key("language", Value::Word(&LANGUAGES), "The language in which it is written. Default: the reader's.", "表单所用的语言；不写时按访客的语言。")
            .like("zh-CN"),
    ],
);
const FIELD: Value = Value::Any(&[Value::Text, Value::Thing(&FIELD_OF)]);
static FIELD_OF: Thing = inner(
    "form_field",
    "thing-form-field",
    say("A field with more than its label.", "字段的详细写法。"),
    &[
        key(
            "label",
            Value::Text,
            "What people read. Default: the model's title.",
            "显示的文字；不写时用数据模型里的名称。",
        )
        .like("怎么称呼您"),
        key("hint", Value::Text, "A word of help below it.", "下方的提示。").like("写在邮件开头"),
        key(
            "required",
            Value::YesNo,
            "It must be filled in. Default: only the address.",
            "必填；默认只有联系方式必填。",
        )
        .like("true"),
        key("long", Value::YesNo, "Several lines may be written.", "可以写多行。").or("false"),
    ],
);
const CONSENT: Value = Value::Any(&[Value::Text, Value::Thing(&CONSENT_OF)]);
static CONSENT_OF: Thing = inner(
    "form_consent",
    "thing-form-consent",
    say("A box to tick.", "一个勾选框。"),
    &[
        key("wording", Value::Text, "The exact words beside it.", "勾选框旁的原文。")
            .needed()
            .like("我愿意通过邮件收到优惠信息，可以随时退订。"),
        key("required", Value::YesNo, "Without it the form cannot be sent.", "不勾选不能提交。").or("false"),
    ],
);
