//! DNS, asked of a name server on this machine.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops where it stands"
)]

mod loopback;

use channels::dns::Dns;
use std::net::SocketAddr;

/// Answers a question (RFC 1035, 4) with such data of its type, or that there is no such name.
async fn server(answers: fn(&str) -> Option<Vec<Vec<u8>>>) -> SocketAddr {
    let socket = loopback::socket().await;
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut asked = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut asked).await {
            let mut labels = Vec::new();
            let mut at = 12;
            while asked[at] != 0 {
                let end = at + 1 + usize::from(asked[at]);
                labels.push(String::from_utf8_lossy(&asked[at + 1..end]).to_ascii_lowercase());
                at = end;
            }
            let question = &asked[12..at + 5];
            assert!(length >= at + 5);
            let found = answers(&labels.join("."));
            let count = u16::try_from(found.as_ref().map_or(0, Vec::len)).unwrap();
            let mut answer = asked[..2].to_vec();
            answer.extend([0x81, if found.is_some() { 0x80 } else { 0x83 }, 0, 1]);
            answer.extend(count.to_be_bytes());
            answer.extend([0, 0, 0, 0]);
            answer.extend(question);
            for data in found.unwrap_or_default() {
                answer.extend([0xc0, 12]);
                answer.extend(&asked[at + 1..at + 5]);
                answer.extend([0, 0, 0, 60]);
                answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
                answer.extend(data);
            }
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    address
}

fn name(name: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat();
    name.split('.').flat_map(label).chain([0]).collect()
}

fn zone(asked: &str) -> Option<Vec<Vec<u8>>> {
    let mx = |preference: u8, host: &str| [vec![0, preference], name(host)].concat();
    let text = |parts: &[&str]| {
        parts
            .iter()
            .flat_map(|part| [&[u8::try_from(part.len()).unwrap()], part.as_bytes()].concat())
            .collect()
    };
    match asked {
        "example.com" => {
            Some(vec![mx(20, "aspmx.l.google.com"), mx(10, "mxbiz2.qq.com"), mx(10, "mxbiz1.qq.com")])
        }
        "empty.example.com" => Some(Vec::new()),
        "nullmx.example.com" => Some(vec![vec![0, 0, 0]]),
        "s1._domainkey.example.com" => Some(vec![text(&["v=DKIM1; ", "p=AAAA"]), text(&["other"])]),
        _ => None,
    }
}

#[tokio::test]
async fn the_preferred_host_takes_the_mail_of_a_domain() {
    let dns = Dns::of_server(server(zone).await).unwrap();
    assert_eq!(dns.mail_host("Example.com").await, Ok(Some("mxbiz1.qq.com".to_owned())));
    for none in ["empty.example.com", "nullmx.example.com", "nobody.example.com"] {
        assert_eq!(dns.mail_host(none).await, Ok(None), "{none}");
    }
}

#[tokio::test]
async fn a_text_in_pieces_is_one() {
    let dns = Dns::of_server(server(zone).await).unwrap();
    let mut texts = dns.texts("s1._domainkey.example.com").await.unwrap();
    texts.sort();
    assert_eq!(texts, ["other", "v=DKIM1; p=AAAA"]);
    assert_eq!(dns.texts("nobody.example.com").await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_name_server_that_is_away_is_an_error_and_no_answer() {
    assert!(Dns::of_server(loopback::nobody()).unwrap().mail_host("example.com").await.is_err());
}
