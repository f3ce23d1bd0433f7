//! The gate before addresses: literal forms, names that lead home, names that change.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Ways to write loopback, and other addresses that are nobody's business.
const HOME: [&str; 34] = [
    // The same address in eight forms …
    "127.0.0.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "127.1",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "[::ffff:127.0.0.1]",
    // … and in some more.
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::1]",
    "[::]",
    "0.0.0.0",
    "0",
    "127.0.0.1.",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "10.0.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "100.100.100.200",
    "168.63.129.16",
    "255.255.255.255",
    "224.0.0.1",
];

#[test]
fn no_way_to_write_an_address_of_ours_is_let_through() {
    let reach = Reach::default();
    for host in HOME {
        for scheme in ["http", "https"] {
            let refused = reach.address(&format!("{scheme}://{host}:8080/latest/meta-data"));
            assert_eq!(refused, Err(Refused::Private), "{scheme}://{host}");
        }
    }
}

#[test]
fn public_addresses_are_public() {
    for ip in ["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.1", "192.0.1.1", "223.255.255.255"] {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
    for ip in ["2606:4700::1111", "2400:3200::1", "64:ff9b::808:808", "2002:808:808::", "::ffff:8.8.8.8"] {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn what_is_no_plain_https_address_is_refused_with_its_reason() {
    let reach = Reach::default();
    let fine = reach.address("https://例子.测试/a?b=1").unwrap();
    assert_eq!((fine.host(), fine.target()), ("xn--fsqu00a.xn--0zwm56d", "/a?b=1".to_owned()));
    for (url, why) in [
        ("http://hooks.example.com/a", Refused::Plain),
        ("ftp://hooks.example.com/a", Refused::Scheme),
        ("file:///etc/passwd", Refused::Scheme),
        ("https://user:pass@hooks.example.com/", Refused::UserInfo),
        ("https://hooks.example.com@127.0.0.1/", Refused::UserInfo),
        ("hooks.example.com/a", Refused::NoAddress),
        ("", Refused::NoAddress),
    ] {
        assert_eq!(reach.address(url), Err(why), "{url}");
    }
}

#[test]
fn settings_open_hosts_by_name_and_by_network() {
    let reach = Reach::allowing(["ERP.corp", "*.internal", "10.1.2.0/24", "127.0.0.1", "fd00::/8"]).unwrap();
    for url in [
        "http://erp.corp/x",
        "https://ERP.CORP./x",
        "http://a.b.internal/x",
        "http://10.1.2.200:8080/x",
        "http://2130706433/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[fd12::1]/x",
    ] {
        assert!(reach.address(url).is_ok(), "{url}");
    }
    for url in
        ["http://10.1.3.1/x", "https://internal.evil.test:x/", "http://[fe80::1]/x", "http://127.0.0.2/"]
    {
        assert!(reach.address(url).is_err(), "{url}");
    }
    for wrong in ["", "*", "10.0.0.0/33", "a b", "http://erp.corp", "erp.corp:80", "300.1.1.1", "*corp"] {
        assert_eq!(Reach::allowing([wrong]).err(), Some(wrong.to_owned()), "{wrong}");
    }
}

fn resolver(answers: &'static [&'static [&'static str]]) -> (Resolver, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let resolver: Resolver = Arc::new(move |_| {
        let time = count.fetch_add(1, Ordering::SeqCst);
        let answer = answers.get(time).or(answers.last()).copied().unwrap_or_default();
        Box::pin(async move { Ok(answer.iter().filter_map(|ip| ip.parse().ok()).collect()) })
    });
    (resolver, asked)
}

#[tokio::test]
async fn a_name_that_leads_home_is_refused_whatever_else_it_leads_to() {
    for answers in [
        &[&["127.0.0.1"] as &[&str]] as &[&[&str]],
        &[&["1.1.1.1", "169.254.169.254"]],
        &[&["::ffff:10.0.0.1"]],
        &[&["64:ff9b::7f00:1"]],
    ] {
        let (resolver, _) = resolver(answers);
        let reach = Reach::default().resolving(resolver);
        let address = reach.address("https://rebind.example.com/").unwrap();
        let refused = reach.connect(&address).await.unwrap_err();
        assert_eq!(refused, Refused::Private.to_string(), "{answers:?}");
    }
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_connection_goes_where_it_was_judged() {
    let listener = crate::loopback::listener().await;
    let port = listener.local_addr().unwrap().port();
    // The first answer may be spoken to; who asked twice would land at the second.
    let (resolver, asked) = resolver(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let reach = Reach::allowing(["127.0.0.1"]).unwrap().resolving(resolver);
    let address = reach.address(&format!("http://rebind.example.com:{port}/")).unwrap();
    let stream = reach.connect(&address).await.unwrap();
    assert_eq!(stream.peer_addr().unwrap().ip(), IpAddr::from([127, 0, 0, 1]));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let refused = reach.connect(&address).await.unwrap_err();
    assert_eq!(refused, Refused::Private.to_string());
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_not_spoken_to_in_the_clear() {
    let (resolver, _) = resolver(&[&["1.1.1.1"]]);
    let reach = Reach::allowing(["10.0.0.0/8"]).unwrap().resolving(resolver);
    let address = reach.address("http://hooks.example.com/").unwrap();
    assert_eq!(reach.connect(&address).await.unwrap_err(), Refused::Plain.to_string());
}

#[test]
fn an_address_is_not_shown() {
    let address = Reach::default().address("https://hooks.example.com/T0/B0/secret?key=k").unwrap();
    assert_eq!(format!("{address:?}"), "Address(…)");
}
