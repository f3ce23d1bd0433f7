//! How mails leave: signed by their sender, and as fast as mailbox providers will have them.

use tests::binary::{command, ran};
use tests::driven::Driven;
use tests::shop::Shop;
use tests::sink::{Point, Sink, Trouble};

tests::on_both_waiting! {
    no_provider_gets_more_than_its_rate_and_the_others_do_not_wait,
    a_provider_that_asks_for_less_gets_half_for_a_while,
    a_provider_that_refuses_us_is_left_alone_until_a_probe_goes_through,
    a_relay_that_refuses_our_account_closes_the_channel_until_a_person_opens_it,
}

/// What openssl makes: an Ed25519 key of no use to anybody, all of its 32 bytes the same.
fn key() -> String {
    // PKCS#8 without the public half (RFC 8410, 7), in base64.
    let body = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
    let kind = "PRIVATE KEY";
    // As an environment holds it: in one line.
    format!("-----BEGIN {kind}-----\\n{body}\\n-----END {kind}-----\\n")
}

fn signing(sink: &Sink) -> Shop {
    let shop = Shop::marketing(sink.port());
    shop.write(
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@mail.example.com, name: Care, dkim: { selector: s1, domain: example.com, key: { secret: CARE_KEY } } }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    );
    shop.fine(&["publish"]);
    shop.start(3);
    shop
}

#[test]
fn each_mail_has_its_senders_signature() {
    let sink = Sink::start();
    let shop = signing(&sink);
    let run = ran(command(shop.path(), &["run", "--until-idle"]).env("CARE_KEY", key()).output().unwrap());
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let mails = sink.mails();
    assert_eq!(mails.len(), 3);
    for mail in mails {
        let text = String::from_utf8_lossy(&mail.data).into_owned();
        let tags = text.lines().next().unwrap_or_default();
        assert!(
            tags.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com;"),
            "{tags}"
        );
        assert!(text.contains("\ts=s1;"), "{text}");
        assert_eq!(text.matches("DKIM-Signature:").count(), 1);
    }
}

#[test]
fn without_its_key_a_sender_sends_nothing_and_says_what_is_missing() {
    let sink = Sink::start();
    let shop = signing(&sink);
    let run = |key: Option<&str>| {
        let mut command = command(shop.path(), &["run", "--until-idle"]);
        key.map(|key| command.env("CARE_KEY", key));
        ran(command.output().unwrap())
    };
    let missing = run(None);
    assert_eq!(missing.code, 3, "{}", missing.err);
    assert!(
        missing.err.contains("sender `care` cannot sign its mails: the secret CARE_KEY is not set"),
        "{}",
        missing.err
    );
    let wrong = run(Some("hunter2"));
    assert_eq!(wrong.code, 3, "{}", wrong.err);
    assert!(wrong.err.contains("no private key in PEM") && !wrong.err.contains("hunter2"), "{}", wrong.err);
    assert_eq!(sink.count(), 0);
}

/// What `doctor --dns` says of DKIM, SPF, DMARC and bounces, by the codes of its sentences.
fn told(shop: &Shop, zone: &str, key: Option<&str>) -> (i32, Vec<String>, String) {
    shop.write("zone.txt", zone);
    let mut command = command(shop.path(), &["doctor", "--dns", "zone.txt", "--json"]);
    key.map(|key| command.env("CARE_KEY", key));
    let ran = ran(command.output().unwrap());
    let told: serde_json::Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let mine = ["dkim", "spf", "dmarc", "bounces"];
    let checks = told["checks"].as_array().unwrap().iter();
    let codes = checks.filter(|check| mine.contains(&check["check"].as_str().unwrap()));
    (ran.code, codes.map(|check| check["code"].as_str().unwrap().to_owned()).collect(), ran.out)
}

#[test]
fn doctor_says_whether_dns_stands_behind_a_sender() {
    let sink = Sink::start();
    let shop = signing(&sink);
    let (code, codes, out) = told(&shop, "; nothing is there\n", Some(&key()));
    assert_eq!(
        (code, codes),
        (1, ["doctor-spf-none", "doctor-dkim-unpublished", "doctor-dmarc-none"].map(str::to_owned).to_vec())
    );
    // What has to be published is what it says: so it is taken as it stands.
    let out: serde_json::Value = serde_json::from_str(&out).unwrap();
    let dkim = out["checks"].as_array().unwrap().iter().find(|check| check["check"] == "dkim").unwrap();
    let (name, record) =
        (dkim["values"]["name"].as_str().unwrap(), dkim["values"]["record"].as_str().unwrap());
    assert_eq!(name, "s1._domainkey.example.com");
    let (front, rest) = record.split_at(20);
    let good = format!(
        "{name}. 3600 IN TXT \"{front}\" \"{rest}\"\nmail.example.com TXT \"v=spf1 include:relay.example.net -all\"\n_dmarc.example.com TXT v=DMARC1; p=none\n"
    );
    let (code, codes, out) = told(&shop, &good, Some(&key()));
    assert_eq!(
        (code, codes),
        (0, ["doctor-spf", "doctor-dkim", "doctor-dmarc"].map(str::to_owned).to_vec()),
        "{out}"
    );

    let another = good.replace(rest, &rest.chars().rev().collect::<String>());
    let open = another.replace("-all", "+all") + "mail.example.com MX 10 mx.example.com\n";
    let (code, codes, _) = told(&shop, &open, Some(&key()));
    assert_eq!(
        (code, codes),
        (1, ["doctor-spf-everybody", "doctor-dkim-other", "doctor-dmarc"].map(str::to_owned).to_vec())
    );
    let (code, codes, _) = told(&shop, &good, None);
    assert_eq!((code, codes[1].as_str()), (1, "doctor-dkim-unset"));
    let (_, codes, out) = told(&shop, &good, Some("hunter2"));
    assert!(codes[1] == "doctor-dkim-key" && !out.contains("hunter2"), "{out}");

    // A sender without a key whose bounces go elsewhere.
    shop.write(
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@mail.example.com, name: Care, bounce_domain: bounce.example.net }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    );
    let (code, codes, _) = told(&shop, &good, None);
    let expected = ["doctor-spf-none", "doctor-dkim-none", "doctor-dmarc-alone", "doctor-bounces-none"];
    assert_eq!((code, codes), (1, expected.map(str::to_owned).to_vec()));
    shop.write("zone.txt", "what is this\n");
    let wrong = ran(command(shop.path(), &["doctor", "--dns", "zone.txt"]).output().unwrap());
    assert!(wrong.code == 3 && wrong.err.contains("zone.txt: line 1 is no record"), "{}", wrong.err);
}

/// Customers at two providers, who all get a mail.
fn to_two_providers(sink: &Sink, database: &str, pace: &str, each: usize) -> Shop {
    let shop = Shop::on(sink.port(), "offers", database);
    let channel = format!(
        "channels:\n  mail: {{ kind: smtp, host: 127.0.0.1, port: {}, tls: none{pace} }}\n",
        sink.port()
    );
    shop.write("workflows/channels.yaml", &channel);
    shop.write(
        "workflows/chain.yaml",
        "workflow: chain\ntrigger: { event: go }\nconsent: offers\nsteps:\n  - email: hello\n    max_lateness: 3 days\n",
    );
    shop.fine(&["publish"]);
    let mut rows = "external_id,name,email,consent.offers,consent_at,consent_source\n".to_owned();
    for number in 0..2 * each {
        let domain = if number % 2 == 0 { "qq.com" } else { "example.com" };
        rows += &format!("c{number},Kim,c{number}@{domain},granted,2026-01-01T00:00:00Z,test\n");
    }
    shop.write("customers.csv", &rows);
    shop.fine(&["import", "customers", "customers.csv"]);
    shop.facts("facts.csv", 0..2 * each);
    shop.fine(&["import", "events", "facts.csv"]);
    shop
}

/// How many mails a domain has.
fn at(sink: &Sink, domain: &str) -> usize {
    sink.mails().iter().filter(|mail| mail.to.iter().any(|to| to.ends_with(domain))).count()
}

async fn no_provider_gets_more_than_its_rate_and_the_others_do_not_wait(database: &str) {
    let sink = Sink::start();
    let shop = to_two_providers(&sink, database, ", providers: { qq: { per_minute: 30 } }", 90);
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    assert_eq!(at(&sink, "example.com"), 90, "nobody waits for another provider");
    let mut went = vec![at(&sink, "qq.com")];
    // Within six minutes all have gone, and in no minute more than thirty.
    for _ in 0..6 * 12 {
        driven.work_after(5).await;
        went.push(at(&sink, "qq.com"));
    }
    assert_eq!(went.last(), Some(&90), "{went:?}");
    let most = went.windows(13).map(|minute| minute[12] - minute[0]).max();
    assert!(went[0] <= 3 && most <= Some(30), "{most:?} {went:?}");
    let waited = driven.count("SELECT CAST(max(attempt) AS BIGINT) FROM send").await;
    assert_eq!(waited, 0, "to wait is not to try");
}

async fn a_provider_that_asks_for_less_gets_half_for_a_while(database: &str) {
    let sink = Sink::start();
    let shop = to_two_providers(&sink, database, ", providers: { qq: { per_minute: 60 } }", 200);
    sink.trouble(Trouble::say(Point::Recipient, "450 4.7.1 slow down").only_to("@qq.com").once());
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    assert_eq!(at(&sink, "example.com"), 200);
    let before = at(&sink, "qq.com");
    for _ in 0..120 {
        driven.work_after(1).await;
    }
    let slow = at(&sink, "qq.com") - before;
    assert!((50..=60).contains(&slow), "half of 60 a minute in two minutes: {slow}");
    // The first one comes again after a quarter of an hour, when all goes as before.
    driven.work_after(780).await;
    let before = at(&sink, "qq.com");
    for _ in 0..60 {
        driven.work_after(1).await;
    }
    let usual = at(&sink, "qq.com") - before;
    assert!((45..=60).contains(&usual), "60 a minute, of which some are kept for what serves: {usual}");
    for _ in 0..60 {
        driven.work_after(5).await;
    }
    assert_eq!(at(&sink, "qq.com"), 200, "nothing is lost");
}

async fn a_provider_that_refuses_us_is_left_alone_until_a_probe_goes_through(database: &str) {
    let sink = Sink::start();
    let shop = to_two_providers(&sink, database, ", connections: 1", 40);
    sink.trouble(Trouble::say(Point::Dot, "550 5.7.1 we do not like you").only_to("@qq.com"));
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    assert_eq!(at(&sink, "example.com"), 40, "the others get theirs");
    let rejected = "SELECT count(*) FROM send WHERE state = 'rejected'";
    let waiting = "SELECT count(*) FROM send WHERE state = 'due' AND reason = 'provider_shut'";
    let refused = driven.count(rejected).await;
    assert!((5..=8).contains(&refused), "five in a row, and what was on its way: {refused}");
    assert_eq!(driven.count(waiting).await, 40 - refused);
    // After an hour one mail probes, and is refused.
    driven.work_after(3_601).await;
    assert_eq!((driven.count(rejected).await, driven.count(waiting).await), (refused + 1, 39 - refused));
    sink.behave();
    driven.work_after(3_601).await;
    assert_eq!(at(&sink, "qq.com"), 0, "twice as long now");
    driven.work_after(3_601).await;
    driven.work_after(700).await;
    assert_eq!(
        i64::try_from(at(&sink, "qq.com")).unwrap(),
        39 - refused,
        "the probe went through, and the rest after it"
    );
    assert_eq!(
        driven.states().await,
        [("accepted".to_owned(), 79 - refused), ("rejected".to_owned(), refused + 1)]
    );
}

async fn a_relay_that_refuses_our_account_closes_the_channel_until_a_person_opens_it(database: &str) {
    let sink = Sink::start();
    let shop = to_two_providers(&sink, database, ", connections: 2", 10);
    sink.trouble(Trouble::say(Point::Mail, "550 5.7.1 sender not allowed"));
    {
        let driven = Driven::over(shop.path()).await;
        driven.work().await;
        let tried = driven.count("SELECT CAST(max(attempt) AS BIGINT) FROM send").await;
        assert_eq!((driven.states().await, tried), (vec![("due".to_owned(), 20)], 0), "no customer is burnt");
        assert_eq!(driven.count("SELECT count(*) FROM channel WHERE closed IS NOT NULL").await, 1);
        // The relay is well again, but nobody has said so: nothing is tried.
        sink.behave();
        driven.work_after(3_600).await;
        assert_eq!(sink.count(), 0);
        let waits = driven.count("SELECT count(*) FROM send WHERE reason = 'channel_closed'").await;
        assert_eq!(waits, 20);
        driven.end().await;
    }
    let doctor = ran(command(shop.path(), &["doctor", "--json"]).output().unwrap());
    let told: serde_json::Value = serde_json::from_str(&doctor.out).unwrap();
    let checks = told["checks"].as_array().unwrap();
    let closed = checks.iter().find(|check| check["code"] == "doctor-channel-closed").unwrap();
    assert_eq!(
        (closed["values"]["channel"].as_str(), closed["values"]["why"].as_str()),
        (Some("mail"), Some("SMTP 550"))
    );
    shop.fine(&["channels", "open", "mail"]);
    let driven = Driven::over(shop.path()).await;
    driven.work_after(2 * 3_600).await;
    assert_eq!((sink.count(), driven.states().await), (20, vec![("accepted".to_owned(), 20)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_put_off_again_and_again_is_given_up_after_two_days() {
    let sink = Sink::start();
    let shop = Shop::service(sink.port());
    shop.write(
        "workflows/chain.yaml",
        "workflow: chain\ntrigger: { event: go }\nconsent: service\nsteps:\n  - email: hello\n    max_lateness: 9 days\n",
    );
    shop.fine(&["publish"]);
    shop.start(1);
    sink.trouble(Trouble::say(Point::Recipient, "450 4.2.0 greylisted"));
    let driven = Driven::over(shop.path()).await;
    let mut tries = Vec::new();
    for third in 0..180 {
        driven.work_after(1_200).await;
        let state =
            driven.count("SELECT count(*) FROM send WHERE state = 'rejected' AND reason = 'retries'").await;
        let tried = driven.count("SELECT attempt FROM send").await;
        tries.push((third, tried, state));
    }
    let given_up = tries.iter().find(|(_, _, state)| *state == 1).map(|(third, _, _)| third / 3);
    assert!(given_up.is_some_and(|hour| (42..=48).contains(&hour)), "{tries:?}");
    sink.behave();
    driven.work_after(86_400).await;
    assert_eq!(sink.count(), 0);
}
