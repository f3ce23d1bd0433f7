//! A project that is served over HTTP, for tests of what clients see.

use crate::binary::nurture;
use crate::browser::Browser;
use crate::http::{Answer, ask};
use crate::served::until;
use crate::sink::free_port;
use serde_json::Value as Json;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Stdio};
use store::{Options, Store};
use tempfile::TempDir;

/// A project and the process that serves it; both go when it is dropped.
pub struct House {
    folder: TempDir,
    database: String,
    child: Option<Child>,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

impl House {
    /// A project of these files, on SQLite where `database` is `None`, served.
    pub fn of(files: &[(&str, &str)], database: Option<&str>) -> Self {
        let mut house = Self::at_rest(files, database);
        house.start();
        house
    }

    /// The same, served later.
    pub fn at_rest(files: &[(&str, &str)], database: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = database.unwrap_or("sqlite://nurture.db").to_owned();
        let settings = format!("database = \"{database}\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n");
        let house = Self { folder, database, child: None, address: String::new() };
        house.write("nurture.toml", &settings);
        for (path, text) in files {
            house.write(path, text);
        }
        house
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// The project's folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Serves it, at a new address.
    pub fn start(&mut self) {
        self.address = free_port().local_addr().expect("an address").to_string();
        let open =
            || File::options().create(true).append(true).open(self.path().join("run.log")).expect("a log");
        let child = crate::binary::command(self.path(), &["run"])
            .env("NURTURE_LISTEN", &self.address)
            .stdin(Stdio::null())
            .stdout(open())
            .stderr(open())
            .spawn()
            .expect("nurture starts");
        self.child = Some(child);
        until("it serves", || self.log(), || self.get("/healthz", "").is_some_and(|said| said.status == 200));
    }

    /// Ends the process.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// What the process said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("run.log")).unwrap_or_default()
    }

    /// Runs a verb that must go well. Returns its output.
    pub fn fine(&self, arguments: &[&str]) -> String {
        let ran = nurture(self.path(), arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// A new key: its text.
    pub fn key(&self, arguments: &[&str]) -> String {
        let all: Vec<&str> = ["key", "create", "test"].iter().chain(arguments).copied().collect();
        self.fine(&all).trim().to_owned()
    }

    /// Lets somebody sign in: their password.
    pub fn user(&self, name: &str, arguments: &[&str]) -> String {
        let all: Vec<&str> = ["user", "add", name].iter().chain(arguments).copied().collect();
        self.fine(&all).trim().to_owned()
    }

    /// A new user who is signed in: what stands in the place of a key.
    pub fn signed_in(&self, name: &str, arguments: &[&str]) -> String {
        let password = self.user(name, arguments);
        let browser = Browser::new(self);
        let answer = browser.sign_in(name, &password);
        assert_eq!(answer.status, 303, "{answer:?}\n{}", self.log());
        browser.as_key()
    }

    /// The database.
    pub async fn store(&self) -> Store {
        let path = self.path().join("nurture.db").display().to_string();
        let url = if self.database.starts_with("sqlite") { path } else { self.database.clone() };
        Store::open(&url, Options { migrate: false, ..Options::default() })
            .await
            .expect("the database is there")
    }

    /// Asks with a key (empty: without one).
    pub fn get(&self, path: &str, key: &str) -> Option<Answer> {
        self.ask("GET", path, key, &[], b"")
    }

    /// Asks with a key (empty: without one; or as somebody who is [`signed_in`](Self::signed_in)), headers and a body.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let bearer = format!("Bearer {key}");
        let mut all = headers.to_vec();
        match key.split_once(' ') {
            Some((cookie, token)) => all.extend([("Cookie", cookie), ("X-CSRF-Token", token)]),
            None if key.is_empty() => {}
            None => all.push(("Authorization", &bearer)),
        }
        ask(&self.address, method, path, &all, body)
    }

    /// Sends JSON with a key.
    pub fn send(&self, method: &str, path: &str, key: &str, body: &Json) -> Answer {
        let headers = [("Content-Type", "application/json")];
        self.ask(method, path, key, &headers, body.to_string().as_bytes()).expect("an answer")
    }
}
