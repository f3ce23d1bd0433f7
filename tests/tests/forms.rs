//! Forms, by the program itself: from the page to the mail that asks, from its button to the consent, and from that to
//! the first mail that is permitted. On both databases.

use serde_json::{Value as Json, json};
use tests::http::{ask, get};
use tests::open::{FORM, Open, events_of, header, post, words_of};
use tests::served::until;

tests::on_both! {
    nothing_of_marketing_goes_before_the_button_is_pressed_and_what_was_agreed_to_is_kept,
    what_is_known_of_a_customer_no_form_changes,
    what_is_filled_in_wrongly_is_said_beside_its_field_and_programs_are_told_nothing,
    a_script_sends_json_and_a_browser_is_led_on_only_to_the_address_in_the_file,
    who_sends_too_many_has_to_wait,
}

const TOPICS: &str = "topics:
  offers: { class: marketing, title: Offers }
  service: { class: transactional, title: Service }
  news: { class: marketing, title: News }
";
const MODEL: &str = "model: shop
customer:
  city: { type: text, optional: true }
  size: { one_of: [small, large], optional: true }
events:
  go: {}
  demo.requested: { message: text, size: text }
";
const FORMS: &str = "forms:
  news:
    title: News by mail
    language: en
    fields:
      email: E-mail
      name: { label: Your name, hint: It stands at the head of our mails }
      city: Where you live
      size: {}
    consent:
      news: { wording: \"Yes, Acme may write to me about news.\", required: true }
  demo:
    title: Ask for a demo
    event: demo.requested
    double_opt_in: false
    fields:
      email: E-mail
      message: { label: What it is about, required: true, long: true }
    consent: { news: \"Yes, news as well.\" }
    redirect: https://www.example.com/thanks?from=demo
";
const EARLY: &str = "workflow: early
trigger: { event: form.submitted, when: event.form == \"news\" }
consent: news
steps:
  - email: again
";
const WELCOME: &str = "workflow: welcome
trigger: { event: consent.granted, when: event.topic == \"news\" }
consent: news
steps:
  - email: hello
";
const FILES: [(&str, &str); 5] = [
    ("workflows/topics.yaml", TOPICS),
    ("workflows/model.yaml", MODEL),
    ("workflows/forms.yaml", FORMS),
    ("workflows/early.yaml", EARLY),
    ("workflows/welcome.yaml", WELCOME),
];

fn opened(database: &str) -> Open {
    let open = Open::new(database, 0, &FILES);
    let page = || get(&open.address, "/f/news").is_some_and(|(status, _)| status == 200);
    until("the form is served", || open.log(), page);
    open
}

fn send(open: &Open, form: &str, body: &str) -> (u16, String) {
    post(&open.address, &format!("/f/{form}"), FORM, body).expect("an answer")
}

const SENT: &str = "email=Kim%40example.com&name=Kim&agree%3Anews=on&lang%3A=en";

fn mails_to(open: &Open, address: &str) -> Vec<String> {
    let mails = open.sink.mails().into_iter().filter(|mail| mail.to == [address.to_owned()]);
    mails.map(|mail| header(&mail, "Subject")).collect()
}

/// The path of the link in the mail that asks.
fn confirm(open: &Open, address: &str) -> String {
    let mails = open.sink.mails();
    let mail = mails.iter().find(|mail| mail.to == [address.to_owned()]).expect("a mail");
    let text = String::from_utf8_lossy(&mail.data).replace("=\r\n", "");
    let at = text.find("https://mail.example.cn/confirm/").expect("a link");
    let end = text[at..].find(|letter: char| letter.is_whitespace() || "\"<".contains(letter));
    text[at..at + end.unwrap_or(0)].trim_start_matches("https://mail.example.cn").to_owned()
}

fn nothing_of_marketing_goes_before_the_button_is_pressed_and_what_was_agreed_to_is_kept(database: &str) {
    let open = opened(database);
    let (status, page) = send(&open, "news", SENT);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("open the link in it and confirm"), "{page}");
    let kim = "Kim@example.com";
    until("the mail that asks", || open.log(), || mails_to(&open, kim).len() == 1);
    assert!(mails_to(&open, kim)[0].starts_with("Please confirm: mails about "));
    let why = || open.shop.fine(&["why", kim, "--json"]).out;
    until("marketing is refused", why, || why().contains("\"reason\":\"consent\""));
    assert_eq!(words_of(&open, kim), Vec::new(), "nothing is allowed yet");

    let path = confirm(&open, kim);
    let (status, page) = get(&open.address, &path).expect("the page");
    assert!(status == 200 && page.contains("<form method=\"post\">"), "{page}");
    assert_eq!(words_of(&open, kim), Vec::new(), "opening the page says nothing");
    for _ in 0..2 {
        let (status, page) = post(&open.address, &path, FORM, "").expect("an answer");
        assert!(status == 200 && page.contains("You are subscribed to “News”"), "{page}");
    }
    let words = words_of(&open, kim);
    assert_eq!(words.len(), 1, "twice is once");
    let word = &words[0];
    assert!(word.granted && word.topic == "news" && word.source == "form:news", "{word:?}");
    assert_eq!(word.proof.basis.as_deref(), Some("double opt-in"));
    assert_eq!(word.proof.wording, Some(store::consent::hashed("Yes, Acme may write to me about news.")));
    assert!(word.proof.asked_at.is_some_and(|asked| asked < word.at) && word.proof.token.is_some());
    until("the first mail that is permitted", || open.log(), || mails_to(&open, kim).len() == 2);
    assert_eq!(mails_to(&open, kim)[1], "Hello");

    // Who gets it already is asked nothing, and hears the same.
    let (_, again) = send(&open, "news", &SENT.replace("Kim&", "Kim+Li&"));
    assert!(again.contains("open the link in it and confirm"), "{again}");
    let told =
        |open: &Open| events_of(open, kim).iter().filter(|event| event.name == "form.submitted").count();
    until("it is recorded", || open.log(), || told(&open) == 2);
    // What starts with the form may be sent now, and was refused before.
    until("the mail of the form", || open.log(), || mails_to(&open, kim).len() == 3);
    let asks = mails_to(&open, kim).iter().filter(|subject| subject.starts_with("Please confirm")).count();
    assert_eq!(asks, 1);
}

fn what_is_known_of_a_customer_no_form_changes(database: &str) {
    let open = opened(database);
    open.shop.customers(7..8);
    let (status, _) = send(&open, "news", "email=C7%40example.com&name=Mallory&city=Bremen&agree%3Anews=on");
    assert_eq!(status, 200);
    until("the mail that asks", || open.log(), || mails_to(&open, "c7@example.com").len() == 1);
    let told = open.shop.fine(&["events", "c7", "--json"]).out;
    assert!(told.contains("Bremen") && !told.contains("Mallory"), "{told}");
    // A second time within some minutes nobody is asked again, whoever presses.
    for city in ["A", "B", "C"] {
        send(&open, "news", &format!("email=c7%40example.com&city={city}&agree%3Anews=on"));
    }
    let sent =
        |open: &Open| events_of(open, "c7").iter().filter(|event| event.name == "form.submitted").count();
    until("all are recorded", || open.log(), || sent(&open) == 4);
    assert_eq!(mails_to(&open, "c7@example.com").len(), 1);
}

fn what_is_filled_in_wrongly_is_said_beside_its_field_and_programs_are_told_nothing(database: &str) {
    let open = opened(database);
    let body = "email=nobody&name=%3Cscript%3E%22&size=huge&lang%3A=en";
    let (status, page) = send(&open, "news", body);
    assert_eq!(status, 422, "{page}");
    for said in [
        "Something is not right yet",
        "This does not look like a mail address",
        "Please choose one of these",
        "Please tick this box",
        "aria-describedby=\"news-email-amiss\"",
        "value=\"&lt;script&gt;&quot;\"",
        "for=\"news-name\">Your name",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("style="), "{page}");
    let long = format!("{SENT}&city={}", "x".repeat(201));
    assert!(send(&open, "news", &long).1.contains("This is too long"));
    assert_eq!(send(&open, "news", &format!("{SENT}&city=%00")).0, 422);
    let (status, page) = send(&open, "news", &format!("{SENT}&contact%3Awebsite=http%3A%2F%2Fspam.example"));
    assert!(status == 200 && page.contains("Thank you"), "{page}");
    assert_eq!(send(&open, "nothing", SENT).0, 404);
    let typed =
        post(&open.address, "/f/news", "multipart/form-data; boundary=x", "--x--").expect("an answer");
    assert_eq!(typed.0, 415);
    // A page in the visitor's language where the form has none.
    let (_, demo) = get(&open.address, "/f/demo?lang=zh-CN").expect("the page");
    assert!(demo.contains(">提交</button>") && demo.contains("（必填）"), "{demo}");
    assert!(open.sink.mails().is_empty());
    let ran = tests::binary::nurture(open.shop.path(), &["why", "Kim@example.com"]);
    assert_eq!(ran.code, 4, "nobody was made: {}", ran.out);
}

fn a_script_sends_json_and_a_browser_is_led_on_only_to_the_address_in_the_file(database: &str) {
    let open = opened(database);
    let head = [("content-type", "application/json"), ("referer", "https://www.example.com/a?secret=1")];
    let send = |form: &str, body: Json| {
        ask(&open.address, "POST", &format!("/f/{form}"), &head, body.to_string().as_bytes())
            .expect("an answer")
    };
    let answer = send("news", json!({ "email": 7, "agree:news": false }));
    assert_eq!(answer.status, 422, "{answer:?}");
    let said = answer.json();
    let places: Vec<&str> = said["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["pointer"].as_str())
        .collect();
    assert_eq!(places, ["/agree:news", "/email"], "{said}");
    let answer =
        send("demo", json!({ "email": "li@example.com", "message": "Next week?", "agree:news": true }));
    assert_eq!(answer.status, 200, "{answer:?}\n{}", open.log());
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(
        answer.json(),
        json!({ "ok": true, "confirm": false, "message": "We have got what you wrote." })
    );
    until("it is recorded", || open.log(), || !events_of(&open, "li@example.com").is_empty());
    let told = events_of(&open, "li@example.com");
    let fact = told.iter().find(|event| event.name == "demo.requested").expect("the event");
    let of = |name: &str| fact.properties.get(name).and_then(model::Value::as_text).unwrap_or_default();
    assert_eq!((of("message"), of("form"), of("page")), ("Next week?", "demo", "https://www.example.com/a"));
    let words = words_of(&open, "li@example.com");
    assert!(words.len() == 1 && words[0].proof.basis.as_deref() == Some("form"), "{words:?}");
    assert!(words[0].proof.wording.is_some() && words[0].proof.asked_at.is_none());

    let body = "email=li%40example.com&message=Hi&redirect=https%3A%2F%2Fevil.example%2F";
    let answer = ask(&open.address, "POST", "/f/demo", &[("content-type", FORM)], body.as_bytes());
    let answer = answer.expect("an answer");
    assert_eq!((answer.status, answer.header("location")), (303, "https://www.example.com/thanks?from=demo"));
    let page = ask(&open.address, "GET", "/f/demo", &[], b"").expect("the page");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://www.example.com;"), "{policy}");

    let html = open.shop.fine(&["form", "news", "--lang", "zh"]).out;
    for said in [
        "action=\"https://mail.example.cn/f/news\"",
        "method=\"post\"",
        "<label for=\"news-email\">E-mail",
        "name=\"agree:news\"",
        ">Send</button>",
        "class=\"trap\" aria-hidden=\"true\"",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let ran = tests::binary::nurture(open.shop.path(), &["form", "newz", "--lang", "en"]);
    assert!(ran.code == 4 && ran.err.contains("There are: demo, news"), "{}", ran.err);
}

fn who_sends_too_many_has_to_wait(database: &str) {
    let open = opened(database);
    let statuses: Vec<u16> = (0..32).map(|_| send(&open, "news", "email=").0).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 30, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
}
