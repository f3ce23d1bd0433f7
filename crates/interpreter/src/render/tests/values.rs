//! What a tag shows for each kind of value, and what each helper makes of it.

use super::*;

#[test]
fn tags_show_what_the_walk_and_the_customer_hold() {
    let world = World::new();
    for (source, text) in [
        ("no tags }}", "no tags }}"),
        ("{{customer.name}} {{customer.orders}} {{customer.tier}}", "王芳 3 basic"),
        ("{{customer.company.name}} {{customer.company.id}}", "云杉科技 k1"),
        ("{{customer.external_id}} {{customer.invited_by.external_id}}", "c1 c9"),
        (
            "{{contract.amount}} {{contract.ends_on}} {{contract.id}} {{contract.stage}}",
            "1234.5 2026-04-01 K7 active",
        ),
        ("{{entry.date}} {{entry.at}} {{entry.name}}", "2026-04-01 2026-01-01T01:00:00Z date"),
        ("{{event.date}}", "2026-04-01"),
        ("{{vars.offer}} {{steps.call.outcome}}", "满 200 减 50 reached"),
        ("{{owner.name}} {{rep.email}}", "王伟 r@example.com"),
        ("{{brand.name}} {{brand.color}} {{today}}", "山野咖啡 #5b4be0 2026-03-03"),
        (
            "{{#with customer.company}}{{name}} {{customer.name}} {{upper customer.tier}}{{/with}}",
            "云杉科技 王芳 BASIC",
        ),
        ("{{#if customer.email}}a{{else}}b{{/if}}{{#unless customer.email}}c{{/unless}}", "bc"),
        ("{{#if (eq customer.tier \"basic\")}}a{{/if}}{{#if (eq customer.email \"x\")}}b{{/if}}", "a"),
        ("{{#if (eq customer.orders 3)}}three{{/if}}", "three"),
    ] {
        assert_eq!(world.say(source).as_deref(), Ok(text), "{source}");
    }
}

#[test]
fn a_count_and_a_sum_over_nothing_are_0_and_the_last_of_nothing_is_unknown() {
    let mut world = World::new();
    let fields = BTreeMap::from([("amount".to_owned(), Type::Number)]);
    let paid = EventKind { fields, ..EventKind::default() };
    world.library.model.events.insert("order.paid".to_owned(), paid);
    for (name, text) in [
        ("times", "count(order.paid)"),
        ("spend", "sum(order.paid.amount)"),
        ("newest", "last(order.paid.amount)"),
    ] {
        let mut report = Report::new();
        let kept = dsl::condition::aggregate(text, Span::EMPTY, &world.library, &mut report).unwrap();
        let kept = Attribute { origin: Origin::From(Box::new(kept)), ..attribute(Type::Number, true) };
        world.library.model.customer.insert(name.to_owned(), kept);
    }
    assert_eq!(world.say("{{customer.times}} {{customer.spend}}").as_deref(), Ok("0 0"));
    assert!(world.say("{{customer.newest}}").is_err());
}

#[test]
fn a_list_is_gone_through_and_is_empty_when_nothing_is_known() {
    let mut world = World::new();
    assert_eq!(world.say("[{{#each customer.tags}}{{this}}{{/each}}]").as_deref(), Ok("[]"));
    world.set("tags", Value::List(vec!["a".to_owned(), "b".to_owned()]));
    let source =
        "{{#each customer.tags}}{{@index}}{{this}}-{{customer.tier}}{{#unless @last}},{{/unless}}{{/each}}";
    assert_eq!(world.say(source).as_deref(), Ok("0a-basic,1b-basic"));
}

#[test]
fn a_missing_value_is_an_error_that_names_its_tag() {
    let world = World::new();
    for (source, tag) in [
        ("{{customer.email}}", "customer.email"),
        ("{{customer.secret_of_others}}", "customer.secret_of_others"),
        ("{{upper customer.email}}", "customer.email"),
        ("{{date customer.birthday}}", "customer.birthday"),
        ("{{#with customer.company}}{{customer.email}}{{/with}}", "customer.email"),
        ("{{vars.none}}", "vars.none"),
        ("{{event.none}}", "event.none"),
        ("{{company.name}}", "company.name"),
        ("{{customer.company.parent.name}}", "customer.company.parent.name"),
    ] {
        assert_eq!(world.say(source), Err(RenderError::Missing { tag: tag.to_owned() }), "{source}");
    }
    assert_eq!(world.say("{{default customer.email \"x\"}}").as_deref(), Ok("x"));
    assert_eq!(world.say("{{default (date customer.birthday) \"soon\"}}").as_deref(), Ok("soon"));
}

#[test]
fn helpers_write_in_the_customers_language_and_zone() {
    let mut world = World::new();
    world.set("birthday", Value::Birthday("lunar 1990-08-15".parse().unwrap()));
    let rows = [
        ("{{date contract.ends_on}}", "2026年4月1日", "1 April 2026"),
        ("{{date contract.ends_on \"short\"}}", "2026/4/1", "1 Apr 2026"),
        ("{{date contract.ends_on \"iso\"}}", "2026-04-01", "2026-04-01"),
        ("{{date contract.ends_on \"month_day\"}}", "4月1日", "1 April"),
        ("{{date contract.ends_on \"weekday\"}}", "2026年4月1日星期三", "Wednesday, 1 April 2026"),
        // 22:30 in London is the next morning in Shanghai.
        ("{{date now}} {{date now \"time\"}}", "2026年3月3日 06:30", "3 March 2026 06:30"),
        ("{{date now \"datetime\"}}", "2026年3月3日 06:30", "3 March 2026, 06:30"),
        ("{{date customer.birthday}}", "农历八月十五", "day 15 of lunar month 8"),
        ("{{date (default customer.email \"—\")}}", "—", "—"),
        ("{{money contract.amount}}", "¥1,234.50", "¥1,234.50"),
        ("{{salutation}}", "王女士", "Dear Ms 王"),
        ("{{first_name customer.name}}", "王芳", "王芳"),
        ("{{plural customer.orders \"order\" \"orders\"}}", "orders", "orders"),
    ];
    for (source, chinese, english) in rows {
        world.set("language", "zh-CN");
        assert_eq!(world.say(source).as_deref(), Ok(chinese), "{source}");
        world.set("language", "en-GB");
        assert_eq!(world.say(source).as_deref(), Ok(english), "{source}");
    }
    let wrong = RenderError::Value { helper: "date", tag: "contract.ends_on".to_owned() };
    assert_eq!(world.say("{{date contract.ends_on \"time\"}}"), Err(wrong));
}

#[test]
fn money_has_thousands_and_two_places_or_none() {
    for (number, text) in [
        (json!(0), "¥0"),
        (json!(60), "¥60"),
        (json!(999.999), "¥1,000"),
        (json!(0.005), "¥0.01"),
        (json!(-0.001), "¥0"),
        (json!(1234.5), "¥1,234.50"),
        (json!(-1_234_567.891), "-¥1,234,567.89"),
        (json!(1_000_000), "¥1,000,000"),
        (json!("面议"), "面议"),
    ] {
        assert_eq!(inline("{{money n}}", &json!({ "n": number })).as_deref(), Ok(text), "{number}");
    }
    let wrong = RenderError::Value { helper: "money", tag: "n".to_owned() };
    assert_eq!(inline("{{money n}}", &json!({ "n": 1e300 })), Err(wrong));
}

#[test]
fn default_takes_the_place_of_what_is_absent_or_blank() {
    let all = json!({ "blank": "  ", "none": null, "list": [], "zero": 0, "no": false });
    let source = "{{default blank 1}} {{default none 2}} {{default list 3}} {{default zero 4}} {{default no 5}} {{default gone 6}}";
    assert_eq!(inline(source, &all).as_deref(), Ok("1 2 3 0 false 6"));
}

#[test]
fn the_walk_is_frozen_and_the_customer_is_fresh() {
    let mut world = World::new();
    let walk = walk_context(&world.facts());
    assert_eq!(
        walk.keys().map(String::as_str).collect::<Vec<_>>(),
        ["contract", "entry", "event", "now", "owner", "rep", "steps", "today", "vars"]
    );
    world.set("name", "王小芳");
    world.vars.clear();
    let mut forged = walk.clone();
    forged.insert("customer".to_owned(), json!({ "name": "forged" }));
    let all = merge(&forged, customer_context(&world.facts()));
    let text = inline("{{customer.name}} {{vars.offer}} {{owner.name}}", &all);
    assert_eq!(text.as_deref(), Ok("王小芳 满 200 减 50 王伟"));
}

#[test]
fn a_colour_that_is_none_is_not_taken() {
    let mut world = World::new();
    for (color, taken) in [
        (Some("#0a7"), "#0a7"),
        (Some("#00AA77"), "#00AA77"),
        (Some("red;background:url(x)"), "#5b4be0"),
        (Some("#12"), "#5b4be0"),
        (None, "#5b4be0"),
    ] {
        world.library.brand.color = color.map(str::to_owned);
        assert_eq!(world.say("{{brand.color}}").as_deref(), Ok(taken));
    }
}
