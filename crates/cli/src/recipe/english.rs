//! Recipes for readers of English: the words of the workflow files that a colleague reads. Mails have an English
//! version of their own; customers in tests keep their names and get what they got.

/// Titles, and what begins the first line of a file; what holds another comes before it.
const TITLES: [(&str, &str); 46] = [
    ("按自己的节奏变安静", "Quiet by their own rhythm"),
    ("确认后的欢迎", "Welcome after consent"),
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
const WORDS: [(&str, &str); 25] = [
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
