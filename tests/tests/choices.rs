//! What customers choose on the pages that our mails lead to, by the program itself over SMTP and HTTP: a mail's link
//! and headers, one click, the page, and that nothing is sent any more. On both databases.

use tests::binary::nurture;
use tests::http::get;
use tests::open::{FORM, Open, consents, header, path, post};
use tests::served::until;
use tests::shop::Shop;

tests::on_both! {
    one_click_of_a_mailbox_stops_that_topic_and_no_other,
    opening_the_page_changes_nothing_and_the_form_does,
    a_link_that_is_not_ours_leads_to_a_page_that_says_so,
    links_of_an_older_key_lead_where_they_led,
    marketing_that_leaves_needs_an_address_where_one_can_unsubscribe,
}

fn one_click_of_a_mailbox_stops_that_topic_and_no_other(database: &str) {
    let open = Open::new(database, 2, &[]);
    let mail = open.mail_to(0);
    assert_eq!(header(&mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let said = header(&mail, "List-Unsubscribe");
    assert!(
        said.contains(">, <mailto:u+") && said.contains("@bounce.example.cn?subject=unsubscribe>"),
        "{said}"
    );
    assert!(mail.from.starts_with("b+") && mail.from.ends_with("@bounce.example.cn"), "{}", mail.from);
    let local = mail.from.split('@').next().unwrap_or_default();
    assert!(local.len() <= 64, "{local}");
    let path = path(&mail);
    assert!(path.len() < 200, "{path}");
    assert!(!open.why(0).contains("consent.withdrawn"));
    for _ in 0..2 {
        let (status, body) =
            post(&open.address, &path, FORM, "List-Unsubscribe=One-Click").expect("an answer");
        assert_eq!(status, 200, "{body}");
    }
    until("the walk hears of it", || open.why(0), || consents(&open, 0).iter().any(|(_, granted)| !granted));
    assert_eq!(consents(&open, 0).iter().filter(|(_, granted)| !granted).count(), 1, "twice is once");
    assert!(consents(&open, 1).iter().all(|(_, granted)| *granted), "of another customer nothing");
    let (_, page) = get(&open.address, &path).expect("the page");
    assert!(page.contains("<html lang=\"en\"") && !page.contains(" checked><span><b>offers"), "{page}");
}

fn opening_the_page_changes_nothing_and_the_form_does(database: &str) {
    let open = Open::new(database, 1, &[]);
    let path = path(&open.mail_to(0));
    let (status, page) = get(&open.address, &format!("{path}?lang=zh-TW")).expect("the page");
    assert_eq!(status, 200);
    assert!(page.contains("您想收到哪些郵件") && page.contains("<form method=\"post\">"), "{page}");
    assert!(!page.contains("<script") && !page.contains("style="), "no script, no style inside: {page}");
    let (_, page) = get(&open.address, &format!("{path}?lang=zh-CN")).expect("the page");
    assert!(page.contains("您想收到哪些邮件"), "{page}");
    assert_eq!(consents(&open, 0).len(), 1, "opening says nothing");
    let (status, _) = post(&open.address, &path, FORM, "").expect("an answer");
    assert_eq!((status, consents(&open, 0).len()), (200, 1), "a form that says nothing says nothing");
    let (_, page) = post(&open.address, &path, FORM, "do=save&shown=offers&lang=zh-CN").expect("an answer");
    assert!(page.contains("已保存"), "{page}");
    let (_, page) =
        post(&open.address, &path, FORM, "do=save&shown=offers&topic=offers&lang=en").expect("an answer");
    assert!(page.contains("Saved"), "{page}");
    let (_, page) = post(&open.address, &path, FORM, "do=nothing&lang=en").expect("an answer");
    assert!(page.contains("no more advertising"), "{page}");
    let said: Vec<bool> = consents(&open, 0).into_iter().map(|(_, granted)| granted).collect();
    assert_eq!(said, [true, false, true, false]);
}

fn links_of_an_older_key_lead_where_they_led(database: &str) {
    let open = Open::new(database, 1, &[]);
    let old = path(&open.mail_to(0));
    let said = open.shop.fine(&["key", "rotate", "--by", "wang.wei", "--lang", "en"]).out;
    assert!(said.contains("key 2") && said.contains("stay good"), "{said}");
    assert!(open.shop.fine(&["audit", "list"]).out.contains("signing key 2"));
    // The first signs say the version and the key.
    let head = |path: &str| path.trim_start_matches("/u/").chars().take(3).collect::<String>();
    let mut number = 0;
    until(
        "a mail signed by the new key",
        || open.log(),
        || {
            number += 1;
            let file = format!("more{number}.csv");
            open.shop.customers(number..number + 1);
            open.shop.facts(&file, number..number + 1);
            open.shop.fine(&["import", "events", &file]);
            let to = format!("c{number}@example.com");
            until("its mail", || open.log(), || open.sink.mails().iter().any(|mail| mail.to == [to.clone()]));
            head(&path(&open.mail_to(number))) != head(&old)
        },
    );
    for path in [old, path(&open.mail_to(number))] {
        assert_eq!(get(&open.address, &path).map(|(status, _)| status), Some(200), "{path}");
    }
}

fn marketing_that_leaves_needs_an_address_where_one_can_unsubscribe(database: &str) {
    let shop = Shop::on(9, "offers", database);
    let settings = std::fs::read_to_string(shop.path().join("nurture.toml")).expect("the settings");
    let without: String = settings
        .lines()
        .filter(|line| !line.starts_with("public_url"))
        .map(|line| format!("{line}\n"))
        .collect();
    shop.write("nurture.toml", &without);
    shop.write("workflows/more.yaml", "workflow: more\ntrigger: { event: go }\nsteps:\n  - tag: more\n");
    for verb in [vec!["publish"], vec!["run", "--until-idle"]] {
        let said = nurture(shop.path(), &[verb, vec!["--lang", "en"]].concat());
        assert_eq!(said.code, 3, "{}{}", said.out, said.err);
        assert!(said.err.contains("`public_url` is not set") && said.err.contains("chain"), "{}", said.err);
    }
    shop.write("nurture.toml", &without.replace("\"live\"", "\"file\""));
    shop.fine(&["publish"]);
}

fn a_link_that_is_not_ours_leads_to_a_page_that_says_so(database: &str) {
    let open = Open::new(database, 1, &[]);
    let path = path(&open.mail_to(0));
    let cut = &path[..path.len() - 1];
    for path in [cut, "/u/x", "/confirm/x", "/confirm/%3Cscript%3E"] {
        let (status, page) = get(&open.address, path).expect("an answer");
        assert_eq!(status, 404, "{path}");
        assert!(page.contains("This link does not work") && !page.contains("<script"), "{page}");
        let (status, _) = post(&open.address, path, FORM, "List-Unsubscribe=One-Click").expect("an answer");
        assert_eq!(status, 404, "{path}");
    }
    // A link of one kind is not taken for another.
    let as_confirm = path.replacen("/u/", "/confirm/", 1);
    assert_eq!(post(&open.address, &as_confirm, FORM, "").map(|(status, _)| status), Some(404));
    assert_eq!(consents(&open, 0).len(), 1);
}
