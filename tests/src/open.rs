//! A shop that is served at an address of its own, with mails that a sink takes: what a customer opens, they open by
//! HTTP.

use crate::http::ask;
use crate::served::until;
use crate::shop::Shop;
use crate::sink::{Mail, Sink, free_port};
use model::{CustomerId, Event};
use std::process::Child;

/// A shop that is served at an address of its own; what it serves ends with it.
pub struct Open {
    /// The project.
    pub shop: Shop,
    /// Where its mails go.
    pub sink: Sink,
    /// `127.0.0.1:PORT`.
    pub address: String,
    child: Child,
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Open {
    /// A shop with so many customers, each of whom has got a mail. `more`: files besides, or in place of, its own.
    pub fn new(database: &str, customers: usize, more: &[(&str, &str)]) -> Self {
        Self::with(database, customers, more, &[])
    }

    /// The same with secrets in the environment.
    pub fn with(database: &str, customers: usize, more: &[(&str, &str)], secrets: &[(&str, &str)]) -> Self {
        let sink = Sink::start();
        let shop = Shop::on(sink.port(), "offers", database);
        let address = free_port().local_addr().expect("an address").to_string();
        let settings = std::fs::read_to_string(shop.path().join("nurture.toml")).expect("the settings");
        let settings: String = settings
            .lines()
            .filter(|line| !line.starts_with("listen") && !line.starts_with("public_url"))
            .map(|line| format!("{line}\n"))
            .collect();
        shop.write(
            "nurture.toml",
            &format!("{settings}listen = \"{address}\"\npublic_url = \"https://mail.example.cn/\"\n"),
        );
        shop.write(
            "workflows/senders.yaml",
            "senders:\n  care: { address: care@example.cn, bounce_domain: bounce.example.cn }\nbrand: { name: 云杉 }\n",
        );
        for (path, text) in more {
            shop.write(path, text);
        }
        shop.fine(&["publish"]);
        shop.start(customers);
        let child = crate::binary::command(shop.path(), &["run"])
            .envs(secrets.iter().copied())
            .stdout(std::process::Stdio::null())
            .stderr(std::fs::File::create(shop.path().join("log")).expect("a log"))
            .spawn()
            .expect("nurture starts");
        let open = Self { shop, sink, address, child };
        until("a mail for everybody", || open.log(), || open.sink.mails().len() >= customers);
        open
    }

    /// Asks the process to end, so that another may work; the project stays.
    pub fn end(&mut self) {
        let asked = std::process::Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|asked| asked.success()));
        let _ = self.child.wait();
    }

    /// What the process said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.shop.path().join("log")).unwrap_or_default()
    }

    /// The first mail to a customer.
    pub fn mail_to(&self, number: usize) -> Mail {
        let to = format!("c{number}@example.com");
        self.sink.mails().into_iter().find(|mail| mail.to == [to.clone()]).expect("a mail")
    }

    /// `nurture why` of a customer.
    pub fn why(&self, number: usize) -> String {
        self.shop.fine(&["why", &format!("c{number}"), "--json"]).out
    }
}

/// The header of a mail, unfolded.
pub fn header(mail: &Mail, name: &str) -> String {
    let text = String::from_utf8_lossy(&mail.data).replace("\r\n ", " ");
    let line =
        text.lines().find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// The path of the link in a mail's header.
pub fn path(mail: &Mail) -> String {
    let said = header(mail, "List-Unsubscribe");
    let url = said.split('>').next().and_then(|first| first.strip_prefix('<')).unwrap_or_default().to_owned();
    url.strip_prefix("https://mail.example.cn").expect("our address").to_owned()
}

/// Posts a form.
pub fn post(address: &str, path: &str, kind: &str, body: &str) -> Option<(u16, String)> {
    let answer = ask(address, "POST", path, &[("content-type", kind)], body.as_bytes())?;
    Some((answer.status, answer.body))
}

/// How a form is written.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The words of consent of a customer: topic, and whether it was granted.
pub fn consents(open: &Open, number: usize) -> Vec<(String, bool)> {
    let words = words_of(open, &format!("c{number}"));
    words.into_iter().map(|word| (word.topic, word.granted)).collect()
}

/// The words of consent of a customer by any of their names, with what proves them.
pub fn words_of(open: &Open, name: &str) -> Vec<model::Consent> {
    read(open, name, async |conn, id| store::consent::of_customer(conn, &id).await.expect("their words"))
}

/// What happened to a customer, in order.
pub fn events(open: &Open, number: usize) -> Vec<Event> {
    events_of(open, &format!("c{number}"))
}

/// The same of a customer by any of their names.
pub fn events_of(open: &Open, name: &str) -> Vec<Event> {
    read(open, name, async |conn, id| {
        let (from, to) = (jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX);
        let model = dsl::library::Model::default();
        let all = store::event::of_customer(conn, &id, &model, from, to).await.expect("their events");
        all.into_iter().map(|due| due.event).collect()
    })
}

/// Reads what is there of a customer by id or mail address; of nobody there is nothing.
fn read<T>(open: &Open, name: &str, what: impl AsyncFnOnce(&mut store::Connection, CustomerId) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = open.shop.store().await;
        let mut conn = store.read().await.expect("the database is there");
        let found = store::customer_key::find(&mut conn, store::customer_key::KeyKind::Email, &[name]).await;
        let id = found.expect("the keys").into_values().next().unwrap_or_else(|| CustomerId::new(name));
        what(&mut conn, id).await
    })
}
