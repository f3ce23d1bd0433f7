//! Opens and clicks of mails, by the program itself over SMTP and HTTP: where a link leads, who is taken for a person,
//! that nobody can make us lead elsewhere, and that who does not want to be counted is not. On both databases.

use model::{Event, Value};
use std::time::Duration;
use tests::http::{Answer, ask};
use tests::open::{FORM, Open, events, path, post};
use tests::served::until;

tests::on_both! {
    a_click_leads_where_the_mail_said_and_is_told_by_whom,
    who_does_not_want_to_be_counted_is_not,
}

const PERSON: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1";

/// A mail with three links, and a workflow that hears of a click.
const FILES: [(&str, &str); 2] = [
    (
        "workflows/templates/hello.md.hbs",
        "---\nsubject: Hello\npreheader: A word\n---\nHello.\n\n[Shop](https://shop.example.com/a?x=1&y=2#top){.button name=shop}\n\n\
         [Write](mailto:care@example.com)\n\n[Terms](https://shop.example.com/terms?utm_source=own)\n",
    ),
    (
        "workflows/heard.yaml",
        "workflow: heard\ntrigger: { event: email.clicked }\nconsent: none\nreentry: after_exit\nsteps:\n  - tag: clicked\n",
    ),
];

fn page(open: &Open) -> String {
    let mail = open.mail_to(0);
    let text = String::from_utf8(mail.data).expect("text").replace("=\r\n", "");
    text.replace("=3D", "=")
}

/// The paths of a mail's own links of a kind (`c`, `o`), in order.
fn paths(page: &str, kind: &str) -> Vec<String> {
    let start = format!("https://mail.example.cn/{kind}/");
    let rest = page.split(&start).skip(1);
    rest.map(|rest| {
        let end =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.').unwrap_or(rest.len());
        format!("/{kind}/{}", &rest[..end])
    })
    .collect()
}

fn open_as(open: &Open, method: &str, path: &str, agent: &str) -> Answer {
    ask(&open.address, method, path, &[("user-agent", agent)], b"").expect("an answer")
}

fn told(event: &Event) -> (String, String, Option<bool>, String) {
    let text =
        |name: &str| event.properties.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
    (event.name.clone(), text("link"), event.properties.get("human").and_then(Value::as_yes_no), text("why"))
}

fn touches(open: &Open) -> Vec<(String, String, Option<bool>, String)> {
    let all = events(open, 0);
    let of_mail = all.iter().filter(|event| matches!(event.name.as_str(), "email.clicked" | "email.opened"));
    of_mail.map(told).collect()
}

fn a_click_leads_where_the_mail_said_and_is_told_by_whom(database: &str) {
    let open = Open::new(database, 1, &FILES);
    let page = page(&open);
    assert!(page.contains("href=\"mailto:care@example.com\""), "a mail address stays: {page}");
    let clicks = paths(&page, "c");
    let [shop, terms] = clicks.as_slice() else { panic!("{clicks:?}") };
    let opens = paths(&page, "o");
    let [picture] = opens.as_slice() else { panic!("{opens:?}") };
    // A scanner, within seconds.
    let scanned = open_as(&open, "GET", shop, "Barracuda Sentinel (EE)");
    let target = "https://shop.example.com/a?x=1&y=2&utm_source=nurture&utm_medium=email&utm_campaign=chain&utm_content=hello#top";
    assert_eq!((scanned.status, scanned.header("location")), (302, target));
    let own = open_as(&open, "HEAD", terms, PERSON);
    let expected =
        "https://shop.example.com/terms?utm_source=own&utm_medium=email&utm_campaign=chain&utm_content=hello";
    assert_eq!((own.status, own.header("location")), (302, expected));
    assert_eq!(open_as(&open, "GET", picture, "Mozilla/5.0").header("content-type"), "image/gif");
    // Nothing in the address says where it leads.
    for odd in [format!("{shop}?url=https://evil.example"), format!("{shop}?to=//evil.example")] {
        assert_eq!(open_as(&open, "GET", &odd, "curl/8").header("location"), target);
    }
    let forged = format!("{}0", &shop[..shop.len() - 1]);
    let forged = if forged == *shop { format!("{}1", &shop[..shop.len() - 1]) } else { forged };
    let refused = open_as(&open, "GET", &forged, PERSON);
    assert_eq!((refused.status, refused.header("location")), (404, ""));
    until("the machines are told", || format!("{:?}", touches(&open)), || touches(&open).len() >= 3);
    for (_, _, human, why) in touches(&open) {
        assert_eq!(human, Some(false), "{why}");
    }
    // Now a person reads: nobody does within seconds of the hand-over.
    std::thread::sleep(Duration::from_secs(6));
    open_as(&open, "GET", picture, PERSON);
    assert_eq!(open_as(&open, "GET", shop, PERSON).status, 302);
    let is_human = |one: &(String, String, Option<bool>, String)| one.2 == Some(true);
    until(
        "the person is told",
        || format!("{:?}", touches(&open)),
        || touches(&open).iter().filter(|one| is_human(one)).count() >= 2,
    );
    // Both may have come in one millisecond.
    let mut human: Vec<_> =
        touches(&open).into_iter().filter(is_human).map(|(name, link, ..)| (name, link)).collect();
    human.sort();
    let expected = [("email.clicked", "shop"), ("email.opened", "")];
    assert_eq!(human, expected.map(|(name, link)| (name.to_owned(), link.to_owned())));
    let reasons: std::collections::BTreeSet<String> =
        touches(&open).into_iter().filter(|one| !is_human(one)).map(|(.., why)| why).collect();
    assert!(["head", "program", "proxy"].iter().all(|why| reasons.contains(*why)), "{reasons:?}");
    until("the workflow hears of the person", || open.why(0), || open.why(0).contains("\"heard\""));
}

fn who_does_not_want_to_be_counted_is_not(database: &str) {
    let open = Open::new(database, 1, &FILES);
    let clicks = paths(&page(&open), "c");
    let path = path(&open.mail_to(0));
    let (status, _) = post(&open.address, &path, FORM, "do=save&shown=%2Fmeasure&shown=offers&topic=offers")
        .expect("an answer");
    assert_eq!(status, 200);
    let shop = &clicks[0];
    assert_eq!(open_as(&open, "GET", shop, "curl/8").status, 302, "the link still leads on");
    // What is heard after it is written behind it.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(touches(&open), []);
}
