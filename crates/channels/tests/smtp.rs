//! The SMTP channel against a server that takes mail, refuses it, breaks off or falls silent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops where it stands")]

#[allow(dead_code, reason = "shared with the tests of other crates, each uses its part")]
#[path = "../../../tests/src/sink.rs"]
mod sink;

use channels::email::{Envelope, Letter, Login, Relay, RelayPool, Secret, Security, Timeouts};
use channels::{Cause, Draft, Fate, Mailbox, Message, Rejection, Reply, Retry};
use mail_parser::MessageParser;
use sink::{Act, Point, Settings, Sink, Trouble};
use std::num::NonZeroU32;
use std::time::Duration;

/// Long enough for any machine; nobody waits for it when things go well.
const LONG: Duration = Duration::from_secs(300);
/// How long a silent server is waited for.
const SHORT: Duration = Duration::from_secs(2);

fn relay(sink: &Sink) -> Relay {
    let timeouts = Timeouts { opening: LONG, command: LONG, content: LONG, goodbye: LONG };
    Relay { timeouts, ..Relay::new("127.0.0.1", sink.port(), Security::Plain) }
}

fn pool(relay: Relay) -> RelayPool {
    RelayPool::new(relay).expect("the settings are good")
}

fn draft(send_id: &str, to: &str) -> Draft {
    Draft {
        send_id: send_id.to_owned(),
        from: Mailbox::new("云杉科技", "care@example.cn").unwrap(),
        reply_to: None,
        to: Mailbox::new("王女士", to).unwrap(),
        cc: vec![],
        subject: "生日快乐，王女士".into(),
        preheader: None,
        html: Some("<p>八折只到周日</p>\r\n.\r\n..two\r\n<p>再见</p>".into()),
        text: "hello\n.\n..two\nbye".into(),
        pictures: vec![],
        headers: vec![],
        date: "2026-03-29T09:00:00Z".parse().unwrap(),
        unsubscribe: None,
    }
}

fn message(send_id: &str, to: &str) -> Message {
    draft(send_id, to).check().unwrap()
}

async fn send(pool: &RelayPool, message: &Message) -> Fate {
    let letter = Letter::of(message).unwrap();
    let mut connection = match pool.checkout().await {
        Ok(connection) => connection,
        Err(fate) => return fate,
    };
    match connection.prepare(&Envelope::of(message)).await {
        Ok(handover) => handover.hand_over(&letter).await,
        Err(fate) => fate,
    }
}

async fn send_one(relay: Relay) -> Fate {
    send(&pool(relay), &message("sd_1", "wang@example.org")).await
}

fn is_accepted(fate: &Fate) -> bool {
    matches!(fate, Fate::Accepted { reply: Reply { code: 250, .. } })
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_meant() {
    let sink = Sink::start();
    let fate = send_one(relay(&sink)).await;
    assert!(is_accepted(&fate), "{fate:?}");

    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].message_id, "<sd_1@example.cn>");
    assert_eq!(mails[0].from, "care@example.cn");
    assert_eq!(mails[0].to, ["wang@example.org"]);
    let expected = Letter::of(&message("sd_1", "wang@example.org")).unwrap();
    assert_eq!(String::from_utf8_lossy(&mails[0].data), expected.as_str());
    let mail = MessageParser::default().parse(&mails[0].data).unwrap();
    assert_eq!(mail.subject(), Some("生日快乐，王女士"));
    assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("云杉科技"));
    assert_eq!(mail.to().unwrap().first().unwrap().name(), Some("王女士"));
    assert_eq!(mail.body_text(0).unwrap().trim_end(), "hello\r\n.\r\n..two\r\nbye");
    assert_eq!(mail.body_html(0).unwrap().trim_end(), "<p>八折只到周日</p>\r\n.\r\n..two\r\n<p>再见</p>");
}

#[tokio::test]
async fn each_refusal_gets_the_fate_of_its_phase() {
    use Point::*;
    let configuration = "rejected Configuration";
    let cases = [
        (Greeting, "421 4.3.2 busy", "deferred"),
        (Greeting, "554 5.7.1 go away", "deferred"),
        (Hello, "502 5.5.1 what", "deferred"),
        (Mail, "451 4.3.0 later", "deferred"),
        (Mail, "421 4.7.0 slow down", "deferred slow"),
        (Mail, "550 5.7.1 not from you", configuration),
        (Mail, "553 no such sender", configuration),
        (Recipient, "450 4.2.0 greylisted", "deferred soft"),
        (Recipient, "452 mailbox full", "deferred soft"),
        (Recipient, "550 5.1.1 nobody", "rejected Permanent"),
        (Recipient, "550 nobody", "rejected Permanent"),
        (Recipient, "550-5.2.1 first line\r\n550 5.2.1 second line", "rejected Permanent"),
        (Recipient, "554 5.7.1 blocked", "rejected Policy"),
        (Data, "451 4.3.0 disk", "deferred"),
        (Data, "554 5.5.1 no", "rejected Policy"),
        (Data, "250 odd", "deferred"),
        (Dot, "451 4.7.1 later", "deferred slow"),
        (Dot, "552 5.3.4 too big", "rejected Policy"),
        (Dot, "550 5.1.1 nobody", "rejected Policy"),
        (Dot, "354 one reply behind", "unknown"),
        (Recorded, "251 odd", "unknown"),
        (Recorded, "nonsense", "unknown"),
    ];
    for (point, line, expected) in cases {
        let sink = Sink::start();
        sink.trouble(Trouble::say(point, line));
        let fate = send_one(relay(&sink)).await;
        assert_eq!(word(&fate), expected, "{point:?} {line}: {fate:?}");
        assert_eq!(sink.count(), usize::from(point == Recorded), "{point:?} {line}");
    }
}

fn word(fate: &Fate) -> String {
    match fate {
        Fate::Accepted { .. } => "accepted".into(),
        Fate::Deferred { retry, counts_as_soft_bounce, .. } => {
            let soft = if *counts_as_soft_bounce { " soft" } else { "" };
            let slow = if *retry == Retry::Throttled { " slow" } else { "" };
            format!("deferred{soft}{slow}")
        }
        Fate::Rejected { kind, .. } => format!("rejected {kind:?}"),
        Fate::Unknown { .. } => "unknown".into(),
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_later_try_before_the_gate_and_unknown_behind_it() {
    use Point::*;
    for point in [Greeting, Hello, Mail, Recipient, Data, Body, Dot, Recorded] {
        let expected = if matches!(point, Body | Dot | Recorded) { "unknown" } else { "deferred" };
        let sink = Sink::start();
        sink.trouble(Trouble::at(point, Act::Close));
        let fate = send_one(relay(&sink)).await;
        assert_eq!(word(&fate), expected, "close at {point:?}: {fate:?}");
        // The mail was taken, and nobody told us: what `unknown` is for.
        assert_eq!(sink.count(), usize::from(point == Recorded), "{point:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_waited_for_so_long_and_no_longer() {
    use Point::*;
    let mut waits = tokio::task::JoinSet::new();
    for point in [Greeting, Hello, Mail, Recipient, Data, Dot, Recorded] {
        let sink = Sink::start();
        sink.trouble(Trouble::at(point, Act::Hang));
        let mut relay = relay(&sink);
        match point {
            Greeting | Hello => relay.timeouts.opening = SHORT,
            Dot | Recorded => relay.timeouts.content = SHORT,
            Auth | Mail | Recipient | Data | Body | Reset | Quit => relay.timeouts.command = SHORT,
        }
        waits.spawn(async move {
            let fate = send_one(relay).await;
            drop(sink);
            (point, fate)
        });
    }
    while let Some(waited) = waits.join_next().await {
        let (point, fate) = waited.unwrap();
        let cause = match (&fate, point) {
            (Fate::Unknown { why }, Dot | Recorded) => why,
            (Fate::Deferred { cause, counts_as_soft_bounce: false, .. }, _) => cause,
            (other, _) => panic!("{point:?}: {other:?}"),
        };
        assert_eq!(*cause, Cause::Silent(SHORT), "{point:?}");
    }
}

#[tokio::test]
async fn a_relay_that_is_away_is_a_later_try() {
    let sink = Sink::start();
    let pool = pool(relay(&sink));
    sink.refuse();
    let fate = send(&pool, &message("sd_1", "wang@example.org")).await;
    assert_eq!(word(&fate), "deferred", "{fate:?}");
    sink.listen();
    assert!(is_accepted(&send(&pool, &message("sd_1", "wang@example.org")).await));
}

#[tokio::test]
async fn a_connection_carries_a_hundred_mails_and_says_goodbye() {
    let sink = Sink::start();
    let pool = pool(relay(&sink));
    for number in 0..205 {
        let fate = send(&pool, &message(&format!("sd_{number}"), "wang@example.org")).await;
        assert!(is_accepted(&fate), "{number}: {fate:?}");
    }
    let done = |sink: &sink::Speaker| sink.sessions().iter().filter(|session| session.over).count() == 2;
    assert!(sink.wait_until(LONG, done).await);
    let sessions: Vec<_> = sink.sessions().iter().map(|session| (session.mails, session.quit)).collect();
    assert_eq!(sessions, [(100, true), (100, true), (5, false)]);
}

#[tokio::test]
async fn a_worker_that_keeps_its_connection_gets_a_fresh_one_after_the_limit() {
    let sink = Sink::start();
    let pool = pool(Relay { mails_per_connection: NonZeroU32::new(2).unwrap(), ..relay(&sink) });
    let mut connection = pool.checkout().await.unwrap();
    for number in 0..5 {
        let message = message(&format!("sd_{number}"), "wang@example.org");
        let handover = connection.prepare(&Envelope::of(&message)).await.unwrap();
        assert!(is_accepted(&handover.hand_over(&Letter::of(&message).unwrap()).await));
    }
    let sessions: Vec<_> = sink.sessions().iter().map(|session| (session.mails, session.quit)).collect();
    assert_eq!(sessions, [(2, true), (2, true), (1, false)]);
}

#[tokio::test]
async fn a_refused_recipient_does_not_spoil_the_next_mail() {
    let sink = Sink::start();
    sink.trouble(Trouble::say(Point::Recipient, "550 5.1.1 nobody").only_to("gone@example.org"));
    sink.trouble(Trouble::say(Point::Data, "451 4.3.0 later").only_to("later@example.org"));
    let pool = pool(relay(&sink));
    assert!(is_accepted(&send(&pool, &message("sd_1", "a@example.org")).await));
    let fate = send(&pool, &message("sd_2", "gone@example.org")).await;
    assert!(matches!(fate, Fate::Rejected { kind: Rejection::Permanent, .. }), "{fate:?}");
    assert_eq!(word(&send(&pool, &message("sd_3", "later@example.org")).await), "deferred");
    assert!(is_accepted(&send(&pool, &message("sd_4", "b@example.org")).await));

    assert_eq!(sink.message_ids(), ["<sd_1@example.cn>", "<sd_4@example.cn>"]);
    assert_eq!(sink.mails()[1].to, ["b@example.org"]);
    let sessions = sink.sessions();
    assert_eq!(sessions.len(), 1);
    assert_eq!(
        sessions[0].commands.join(" "),
        "EHLO MAIL RCPT DATA MAIL RCPT DATA RSET MAIL RCPT DATA RSET MAIL RCPT DATA"
    );
}

#[tokio::test]
async fn a_connection_whose_reset_fails_is_not_used_again() {
    let sink = Sink::start();
    sink.trouble(Trouble::say(Point::Recipient, "550 5.1.1 nobody").once());
    sink.trouble(Trouble::say(Point::Reset, "500 5.5.1 what").once());
    let pool = pool(relay(&sink));
    assert_eq!(word(&send(&pool, &message("sd_1", "gone@example.org")).await), "rejected Permanent");
    assert!(is_accepted(&send(&pool, &message("sd_2", "a@example.org")).await));
    assert_eq!(sink.sessions().len(), 2);
}

#[tokio::test]
async fn a_connection_that_answered_out_of_turn_is_not_used_again() {
    let odd = [
        (Point::Mail, "354 odd"),
        (Point::Data, "250 odd"),
        (Point::Dot, "354 odd"),
        // Whether one more reply follows a refused content, nobody can know.
        (Point::Dot, "552 5.3.4 too big"),
        (Point::Dot, "451 4.3.0 later"),
    ];
    for (point, line) in odd {
        let sink = Sink::start();
        sink.trouble(Trouble::say(point, line).once());
        let pool = pool(relay(&sink));
        assert!(!is_accepted(&send(&pool, &message("sd_1", "a@example.org")).await));
        assert!(is_accepted(&send(&pool, &message("sd_2", "a@example.org")).await));
        assert_eq!(sink.sessions().len(), 2, "{point:?} {line}");
    }
}

#[tokio::test]
async fn nothing_is_sent_before_the_hand_over() {
    let sink = Sink::start();
    let pool = pool(relay(&sink));
    let message = message("sd_1", "a@example.org");
    {
        let mut connection = pool.checkout().await.unwrap();
        let handover = connection.prepare(&Envelope::of(&message)).await.unwrap();
        assert_eq!(sink.sessions()[0].commands.join(" "), "EHLO MAIL RCPT DATA");
        // The gate says no.
        drop(handover);
    }
    assert!(sink.wait_until(LONG, |sink| sink.sessions()[0].over).await);
    assert_eq!(sink.count(), 0);
    assert!(is_accepted(&send(&pool, &message).await));
    assert_eq!(sink.sessions().len(), 2);
}

#[tokio::test]
async fn a_cancelled_send_does_not_lend_its_reply_to_the_next() {
    // The reply to the cancelled exchange comes late; whoever read it next would take it for theirs.
    for point in [Point::Mail, Point::Recipient, Point::Data, Point::Dot] {
        let sink = Sink::start();
        sink.trouble(Trouble::at(point, Act::Hang).once());
        sink.trouble(Trouble::say(Point::Dot, "554 5.7.1 spam").only_to("second@example.org"));
        let pool = pool(Relay { connections: NonZeroU32::MIN, ..relay(&sink) });
        let first = message("sd_1", "first@example.org");
        let hangs = |sink: &sink::Speaker| sink.sessions().iter().any(|session| session.hangs);
        tokio::select! {
            fate = send(&pool, &first) => panic!("{point:?}: {fate:?}"),
            hung = sink.wait_until(LONG, hangs) => assert!(hung, "{point:?}"),
        }
        let fate = send(&pool, &message("sd_2", "second@example.org")).await;
        assert_eq!(word(&fate), "rejected Policy", "{point:?}: {fate:?}");
        let sessions = sink.sessions();
        assert_eq!(sessions.len(), 2, "{point:?}");
        assert!(!sessions[0].quit, "{point:?}: nothing more may be said there");
    }
}

#[tokio::test]
async fn a_relay_never_sees_more_connections_than_it_allows() {
    let sink = Sink::start();
    let pool = pool(Relay { connections: NonZeroU32::new(3).unwrap(), ..relay(&sink) });
    let mut sends = tokio::task::JoinSet::new();
    for number in 0..40 {
        let pool = pool.clone();
        sends.spawn(async move { send(&pool, &message(&format!("sd_{number}"), "a@example.org")).await });
    }
    while let Some(fate) = sends.join_next().await {
        assert!(is_accepted(&fate.unwrap()));
    }
    assert_eq!(sink.count(), 40);
    assert!(sink.sessions().len() <= 3, "{}", sink.sessions().len());
}

#[tokio::test]
async fn an_idle_connection_that_the_server_closed_is_replaced_unnoticed() {
    for act in [Act::Close, Act::Say("421 4.4.2 idle too long".into())] {
        let sink = Sink::start();
        let pool = pool(relay(&sink));
        assert!(is_accepted(&send(&pool, &message("sd_1", "a@example.org")).await));
        sink.trouble(Trouble::at(Point::Mail, act).once());
        let fate = send(&pool, &message("sd_2", "a@example.org")).await;
        assert!(is_accepted(&fate), "{fate:?}");
        assert_eq!(sink.sessions().len(), 2);
    }
}

#[tokio::test]
async fn a_connection_that_lay_idle_too_long_is_closed_politely() {
    let sink = Sink::start();
    let one = NonZeroU32::MIN;
    let pool = pool(Relay { idle: Duration::ZERO, connections: one, ..relay(&sink) });
    for number in 0..3 {
        assert!(is_accepted(&send(&pool, &message(&format!("sd_{number}"), "a@example.org")).await));
    }
    let sessions: Vec<_> = sink.sessions().iter().map(|session| (session.mails, session.quit)).collect();
    assert_eq!(sessions, [(1, true), (1, true), (1, false)]);
}

#[tokio::test]
async fn closing_the_pool_says_goodbye() {
    let sink = Sink::start();
    let pool = pool(relay(&sink));
    let lent = pool.checkout().await.unwrap();
    assert!(is_accepted(&send(&pool, &message("sd_1", "a@example.org")).await));
    pool.close().await;
    drop(lent);
    assert!(sink.wait_until(LONG, |sink| sink.sessions().iter().all(|session| session.quit)).await);
    assert_eq!(word(&send(&pool, &message("sd_2", "a@example.org")).await), "deferred");
    assert_eq!(sink.count(), 1);
}

#[tokio::test]
async fn signing_in_works_both_ways_and_a_wrong_password_burns_no_customer() {
    let with = |mechanisms| {
        let login = Some(("nurture".to_owned(), "geheim".to_owned()));
        Sink::with(Settings { login, mechanisms, ..Settings::default() })
    };
    let login = |word: &str| Some(Login { user: "nurture".into(), password: Secret::new(word) });
    for mechanisms in ["PLAIN LOGIN", "PLAIN", "LOGIN"] {
        let sink = with(mechanisms);
        let fate = send_one(Relay { login: login("geheim"), ..relay(&sink) }).await;
        assert!(is_accepted(&fate), "{mechanisms}: {fate:?}");
        let fate = send_one(Relay { login: login("wrong"), ..relay(&sink) }).await;
        assert_eq!(word(&fate), "rejected Configuration", "{mechanisms}: {fate:?}");
    }
    let sink = with("PLAIN");
    sink.trouble(Trouble::say(Point::Auth, "454 4.7.0 not now"));
    let fate = send_one(Relay { login: login("geheim"), ..relay(&sink) }).await;
    assert_eq!(word(&fate), "deferred slow", "{fate:?}");
    let sink = with("XOAUTH2");
    assert_eq!(word(&send_one(Relay { login: login("geheim"), ..relay(&sink) }).await), "deferred");
}

#[tokio::test]
async fn what_a_customer_typed_reaches_no_header_and_no_command() {
    let sink = Sink::start();
    let evil = "x\r\nBcc: third@example.org\r\n\r\nbody\r\n.\r\nMAIL FROM:<evil@example.org>\r\n";
    let parts = Draft {
        from: Mailbox::new(evil, "care@example.cn").unwrap(),
        to: Mailbox::new(evil, "wang@example.org").unwrap(),
        subject: evil.into(),
        headers: vec![("X-Note".into(), evil.into())],
        text: evil.into(),
        html: None,
        ..draft("sd_1", "wang@example.org")
    };
    let fate = send(&pool(relay(&sink)), &parts.check().unwrap()).await;
    assert!(is_accepted(&fate), "{fate:?}");
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["wang@example.org"]);
    assert_eq!(sink.sessions()[0].commands.join(" "), "EHLO MAIL RCPT DATA");
    let mail = MessageParser::default().parse(&mails[0].data).unwrap();
    assert!(mail.bcc().is_none());
    assert_eq!(mail.body_text(0).unwrap(), format!("{}\r\n", evil.trim_end()));
    for address in ["a@b.example>\r\nRCPT TO:<c@d.example", "a@b.example\r\nDATA"] {
        assert!(Mailbox::new("", address).is_err());
    }
}

#[tokio::test]
async fn a_large_mail_with_many_dots_arrives_whole() {
    let sink = Sink::start();
    let text = ".line\n..\n".repeat(100_000);
    let parts = Draft { text, html: None, ..draft("sd_1", "wang@example.org") };
    let message = parts.check().unwrap();
    assert!(is_accepted(&send(&pool(relay(&sink)), &message).await));
    assert_eq!(sink.mails()[0].data, Letter::of(&message).unwrap().as_str().as_bytes());
}

#[tokio::test]
async fn the_sinks_log_has_each_mail_before_it_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let sink = Sink::with(Settings { log: Some(log.clone()), keep_data: false, ..Settings::default() });
    sink.trouble(Trouble::at(Point::Recorded, Act::Close).once());
    let pool = pool(relay(&sink));
    assert_eq!(word(&send(&pool, &message("sd_1", "a@example.org")).await), "unknown");
    assert!(is_accepted(&send(&pool, &message("sd_2", "b@example.org")).await));
    assert_eq!(
        std::fs::read_to_string(log).unwrap(),
        "<sd_1@example.cn>\tcare@example.cn\ta@example.org\n<sd_2@example.cn>\tcare@example.cn\tb@example.org\n"
    );
    assert_eq!(sink.message_ids(), ["<sd_1@example.cn>", "<sd_2@example.cn>"]);
    assert!(sink.mails()[0].data.is_empty());
}
