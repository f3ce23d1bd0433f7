//! A small live project in a temporary folder: two mails by way of a sink, and everything between them that
//! must happen exactly once.

use crate::binary::{Ran, command, nurture};
use crate::sink;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use store::{Connection, Options, Store};
use tempfile::TempDir;

/// The messages of one walk through the project's only workflow.
pub const MAILS: usize = 2;

/// Three reps, so that a round robin that forgets its place is seen.
const FILES: [(&str, &str); 7] = [
    (
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  city: { type: text, optional: true }\nevents:\n  go: {}\n",
    ),
    (
        "workflows/topics.yaml",
        "topics:\n  offers: { class: marketing, title: Offers }\n  service: { class: transactional, title: Service }\n",
    ),
    (
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    ),
    (
        "workflows/lead_score.yaml",
        "scoring: lead_score\nfit:\n  - { when: customer.city is known, points: 10 }\n",
    ),
    ("workflows/teams.yaml", "teams:\n  inside:\n    members: [anna, ben, carl]\n"),
    (
        "workflows/templates/hello.md.hbs",
        "---\nsubject: Hello\npreheader: A word\n---\nHello {{default customer.name \"you\"}}.\n",
    ),
    (
        "workflows/templates/again.md.hbs",
        "---\nsubject: Again\npreheader: A word\n---\nOnce more, {{default customer.name \"you\"}}.\n",
    ),
];

/// The steps between the two mails commit with the decision; the wait lets the second mail come alone.
const STEPS: &str = "reentry: never
steps:
  - email: hello
  - tag: greeted
  - add_score: 5
  - assign: inside
  - wait: 1 second
  - set: { city: seen }
  - email: again
";

/// The project, published.
#[derive(Debug)]
pub struct Shop {
    folder: TempDir,
    database: String,
}

impl Shop {
    /// Marketing to this port, at most once.
    pub fn marketing(relay: u16) -> Self {
        Self::new(relay, "offers", None)
    }

    /// Service mails to this port, at least once.
    pub fn service(relay: u16) -> Self {
        Self::new(relay, "service", None)
    }

    /// The same over a PostgreSQL at this address. `topic`: `offers`, at most once, or `service`, at least once.
    pub fn over(relay: u16, topic: &str, database: &str) -> Self {
        Self::new(relay, topic, Some(database))
    }

    /// The same where a line of `nurture.toml` says; no line: SQLite.
    pub fn on(relay: u16, topic: &str, line: &str) -> Self {
        Self::new(relay, topic, line.split('"').nth(1))
    }

    fn new(relay: u16, topic: &str, database: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = format!("sqlite://{}", folder.path().join("nurture.db").display());
        let shop = Self { folder, database: database.map_or(file, str::to_owned) };
        shop.write(
            "workflows/chain.yaml",
            &format!("workflow: chain\ntrigger: {{ event: go }}\nconsent: {topic}\n{STEPS}"),
        );
        for (path, text) in FILES {
            shop.write(path, text);
        }
        let channel =
            format!("channels:\n  mail: {{ kind: smtp, host: 127.0.0.1, port: {relay}, tls: none }}\n");
        shop.write("workflows/channels.yaml", &channel);
        let listen = sink::free_port().local_addr().expect("a bound listener has an address");
        // Others take over soon what a dead process held.
        let lease = if database.is_some() { "lease = \"2 seconds\"\n" } else { "" };
        let database = database.unwrap_or("sqlite://nurture.db");
        shop.write(
            "nurture.toml",
            &format!("zone = \"UTC\"\nlanguage = \"en\"\ndatabase = \"{database}\"\ndelivery = \"live\"\npublic_url = \"https://mail.example.com\"\nallow_private_hosts = [\"127.0.0.1\"]\nlisten = \"{listen}\"\n{lease}"),
        );
        let published = nurture(shop.path(), &["publish"]);
        assert_eq!(published.code, 0, "{}{}", published.out, published.err);
        shop
    }

    /// From now on it works on another database.
    pub fn move_to(&mut self, database: &str) {
        self.set("database", database);
        self.database = database.to_owned();
    }

    /// For processes of which none dies: a stall of the machine takes nothing from whoever lives.
    pub fn nobody_dies(&self) {
        self.set("lease", "10 seconds");
    }

    /// Writes another value for a setting that it has.
    fn set(&self, name: &str, value: &str) {
        let settings = fs::read_to_string(self.path().join("nurture.toml")).expect("its settings");
        let line = |line: &str| match line.starts_with(name) {
            true => format!("{name} = \"{value}\"\n"),
            false => format!("{line}\n"),
        };
        let settings: String = settings.lines().map(line).collect();
        self.write("nurture.toml", &settings);
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the project; folders are made.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().unwrap_or(&file)).expect("the folder can be made");
        fs::write(&file, text).expect("the project can be written");
        file
    }

    /// Imports customers by these numbers: `c7`, `c7@example.com`, who agreed to offers.
    pub fn customers(&self, numbers: impl Iterator<Item = usize>) {
        let mut rows = "external_id,name,email,consent.offers,consent_at,consent_source\n".to_owned();
        for number in numbers {
            rows += &format!("c{number},Kim,c{number}@example.com,granted,2026-01-01T00:00:00Z,test\n");
        }
        self.write("customers.csv", &rows);
        self.fine(&["import", "customers", "customers.csv"]);
    }

    /// Writes a file with the fact that starts the workflow for each of these customers, now.
    pub fn facts(&self, file: &str, numbers: impl Iterator<Item = usize>) {
        let now = jiff::Timestamp::now();
        let rows: String = numbers.map(|number| format!("g{number},go,c{number},{now}\n")).collect();
        self.write(file, &format!("id,event,customer,at\n{rows}"));
    }

    /// Customers and the facts that start their walks.
    pub fn start(&self, count: usize) {
        self.customers(0..count);
        self.facts("facts.csv", 0..count);
        self.fine(&["import", "events", "facts.csv"]);
    }

    /// Runs a verb that must succeed.
    pub fn fine(&self, arguments: &[&str]) -> Ran {
        let ran = nurture(self.path(), arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        ran
    }

    /// Starts a verb as a process of its own; what it says goes to `LOG` in the folder.
    pub fn spawn(&self, arguments: &[&str], log: &str) -> Child {
        let open = || fs::File::options().create(true).append(true).open(self.path().join(log));
        let (out, err) = (open().expect("the log can be written"), open().expect("the log can be written"));
        let mut command = command(self.path(), arguments);
        // Several may serve at once.
        let listen = sink::free_port().local_addr().expect("a bound listener has an address");
        command.env("NURTURE_LISTEN", listen.to_string());
        command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().expect("nurture starts")
    }

    /// What a process said so far.
    pub fn said(&self, log: &str) -> String {
        fs::read_to_string(self.path().join(log)).unwrap_or_default()
    }

    /// Its database, beside whoever works it.
    pub async fn store(&self) -> Store {
        Store::open(&self.database, Options { migrate: false, ..Options::default() })
            .await
            .expect("the database opens")
    }
}

/// The rows of a statement with two columns, a key and a number.
pub async fn counts(conn: &mut Connection, statement: &'static str) -> Vec<(String, i64)> {
    store::sql::query_as(statement).fetch_all(conn).await.expect("the statement fits the tables")
}

/// The number that a statement finds.
pub async fn count(conn: &mut Connection, statement: &'static str) -> i64 {
    store::sql::query_scalar(statement).fetch_one(conn).await.expect("the statement fits the tables")
}
