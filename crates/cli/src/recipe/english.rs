//! Recipes for readers of English: the words of the workflow files that a colleague reads. Mails have an English
//! version of their own; customers in tests keep their names and get what they got.

use jiff::civil::DateTime;

/// Titles, and what begins the first line of a file; what holds another comes before it.
const TITLES: [(&str, &str); 50] = [
    ("按自己的节奏变安静", "Quiet by their own rhythm"),
    ("确认后的欢迎", "Welcome after consent"),
    ("订阅优惠与新品", "Offers and news by mail"),
    ("未确认的订阅", "Sign-ups that nobody confirmed"),
    ("长期不看邮件", "Mails that nobody looks at"),
    ("订阅表单", "A form to subscribe"),
    ("推荐意愿回复", "NPS answers"),
    ("推荐意愿调查", "NPS survey"),
    ("沉睡客户唤醒", "Win-back"),
    ("浏览未加购", "Looked at, not in the basket"),
    ("购物车提醒", "Basket reminders"),
    ("中秋积分礼", "Mid-Autumn points"),
    ("满意度调查", "Satisfaction surveys"),
    ("服务满意度", "Satisfaction with service"),
    ("生日礼券", "Birthday coupon"),
    ("弃购挽回", "Baskets left alone"),
    ("商机推进", "Deal engaged"),
    ("商机培育", "Deal nurture"),
    ("丢单复盘", "Deal lost"),
    ("赢单欢迎", "Deal won"),
    ("客户关系", "Relation"),
    ("订阅确认", "Double opt-in"),
    ("双重确认", "Double opt-in"),
    ("上新通知", "New arrivals"),
    ("线索培育", "Lead nurture"),
    ("线索评分", "Lead score"),
    ("线索回收", "Leads that nobody follows up"),
    ("员工人数", "Employees"),
    ("首次使用", "First used"),
    ("推荐意愿", "Would recommend"),
    ("扣款失败", "Payment failed"),
    ("到货提醒", "Back in stock"),
    ("降价提醒", "Price drop"),
    ("差评回访", "Bad marks"),
    ("线上讲座", "Webinar"),
    ("欢迎系列", "Welcome"),
    ("沉睡唤醒", "Win-back"),
    ("生日", "Birthday"),
    ("培育", "Nurture"),
    ("丢单", "Lost"),
    ("赢单", "Won"),
    ("金额", "Amount"),
    ("欢迎", "Welcome"),
    ("城市", "City"),
    ("行业", "Sector"),
    ("差评", "Bad marks"),
    ("渠道", "Channel"),
    ("主题", "Topic"),
    ("开始", "Begins"),
    ("结束", "Ends"),
];

/// Tasks and notes for colleagues, and what they choose among; what holds another comes before it.
const WORDS: [(&str, &str); 32] = [
    (
        "用 `nurture form newsletter` 输出 HTML 放进网页，或直接链接 /f/newsletter",
        "`nurture form newsletter` prints the HTML for your page; /f/newsletter is a page with it",
    ),
    (
        "text: 每月一两封邮件，随时可以退订。",
        "text: One or two mails a month. You can unsubscribe at any time.",
    ),
    ("language: zh-CN", "language: en"),
    ("email: 邮箱", "email: E-mail"),
    ("label: 怎么称呼您, hint: 写在邮件开头", "label: Your name, hint: It stands at the head of our mails"),
    (
        "我愿意通过邮件收到优惠与新品信息，可以随时退订。",
        "\"Yes, I would like offers and news by mail. I can unsubscribe at any time.\"",
    ),
    ("button: 订阅", "button: Subscribe"),
    ("商机十个工作日没有动静，请过问", "nothing has moved in this deal for ten working days, please ask"),
    ("跟进商机", "Follow the deal up"),
    ("写下丢单原因", "Write down why the deal was lost"),
    ("价格", "price"),
    ("竞品", "competitor"),
    ("时机", "timing"),
    ("其他", "other"),
    ("联系高意向线索", "Call a lead who is ready"),
    ("制造", "manufacturing"),
    ("零售", "retail"),
    ("软件", "software"),
    ("上海", "Shanghai"),
    ("广州", "Guangzhou"),
    ("回访：推荐意愿 {{entry.score}} 分", "Call back: {{entry.score}} of 10 would recommend us"),
    ("推荐意愿低", "would not recommend us"),
    ("联系沉睡的大客户", "Call a good customer who has gone quiet"),
    (
        "{{customer.external_id}} 的账单 {{invoice.id}} 降级失败，请人工处理",
        "invoice {{invoice.id}} of {{customer.external_id}}: the downgrade failed, please do it by hand",
    ),
    (
        "{{entry.mark}} 分的评价，请在半小时内联系客户",
        "a mark of {{entry.mark}}: please call within half an hour",
    ),
    ("差评回访：{{entry.mark}} 分", "Call back: a mark of {{entry.mark}}"),
    ("差评回访：1 分", "\"Call back: a mark of 1\""),
    ("差评回访：2 分", "\"Call back: a mark of 2\""),
    ("回访：推荐意愿 0 分", "\"Call back: 0 of 10 would recommend us\""),
    ("回访：推荐意愿 3 分", "\"Call back: 3 of 10 would recommend us\""),
    ("回访：推荐意愿 6 分", "\"Call back: 6 of 10 would recommend us\""),
    ("按收件人本人是否打开来决定，机器打开不算", "decides by who opened it in person; machines do not count"),
];

/// A file of a recipe in English.
pub fn english(text: &str) -> String {
    let titled = TITLES.iter().fold(text.to_owned(), |text, (chinese, english)| {
        text.replace(&format!("title: {chinese}"), &format!("title: {english}"))
            .replace(&format!("# {chinese}: "), &format!("# {english}: "))
    });
    WORDS.iter().fold(titled, |text, (chinese, english)| text.replace(chinese, english))
}

/// The subjects of a recipe's mails in both languages, from the files of its templates.
pub fn subjects(files: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let of =
        |wanted: &str| files.iter().find(|(path, _)| *path == wanted).and_then(|(_, text)| subject(text));
    let mut pairs: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".zh-CN.md.hbs"))
        .filter_map(|(path, text)| Some((subject(text)?, of(&path.replace(".zh-CN.", ".en."))?)))
        .collect();
    // What holds another comes before it.
    pairs.sort_by_key(|(chinese, _)| std::cmp::Reverse(chinese.len()));
    pairs
}

fn subject(template: &'static str) -> Option<&'static str> {
    let written = template.lines().find_map(|line| line.strip_prefix("subject: "))?.trim();
    let bare = |quote: char| written.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    Some(bare('\'').or_else(|| bare('"')).unwrap_or(written))
}

/// A file whose tests expect the English subjects in place of the Chinese ones.
pub fn expecting(text: &str, subjects: &[(&str, &str)]) -> String {
    const KEY: &str = "subject: ";
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let found = line.split_once(KEY).and_then(|(before, after)| {
            let end = after.find([',', '}', '\n']).unwrap_or(after.len());
            let (value, rest) = after.split_at(after.get(..end)?.trim_end().len());
            let wanted = subjects.iter().find_map(|pair| translated(value, *pair))?;
            Some(format!("{before}{KEY}\"{wanted}\"{rest}"))
        });
        out.push_str(found.as_deref().unwrap_or(line));
    }
    out
}

/// What a mail's subject is in English, from what it is in Chinese: with the same values in its tags.
fn translated(value: &str, (chinese, english): (&str, &str)) -> Option<String> {
    let (mut rest, mut pattern, mut english) = (value, chinese, english.to_owned());
    while let Some((before, after)) = pattern.split_once("{{") {
        let (tag, after) = after.split_once("}}")?;
        rest = rest.strip_prefix(before)?;
        let next = after.split("{{").next().unwrap_or_default();
        let end = if next.is_empty() { rest.len() } else { rest.find(next)? };
        let (given, left) = rest.split_at(end);
        english =
            english.replace(&format!("{{{{{tag}}}}}"), &dated(given).unwrap_or_else(|| given.to_owned()));
        (rest, pattern) = (left, after);
    }
    (rest == pattern).then_some(english)
}

/// `2026年4月2日 20:00` as it is written in English.
fn dated(text: &str) -> Option<String> {
    let at = DateTime::strptime("%Y年%m月%d日 %H:%M", text).ok()?;
    Some(at.strftime("%-d %B %Y, %H:%M").to_string())
}
