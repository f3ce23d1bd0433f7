//! A browser before a served project: it keeps cookies, and sends forms as they stand in the pages.

use crate::house::House;
use crate::http::{Answer, ask};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// One browser.
pub struct Browser<'h> {
    house: &'h House,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'h> Browser<'h> {
    /// A browser that was never here.
    pub fn new(house: &'h House) -> Self {
        Self { house, cookies: RefCell::default() }
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Puts a cookie in, as somebody else may.
    pub fn plant(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Opens a page.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    /// Asks with the cookies, and keeps those that come back.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut all = headers.to_vec();
        if !cookies.is_empty() {
            all.push(("Cookie", &cookies));
        }
        let answer = ask(&self.house.address, method, path, &all, body).expect("an answer");
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, rest) = set.split_once(';').expect("what a cookie is for");
            let (name, value) = pair.split_once('=').expect("a cookie");
            match rest.contains("Max-Age=0") {
                true => self.cookies.borrow_mut().remove(name),
                false => self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    /// Sends a form.
    pub fn post(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut all = headers.to_vec();
        all.push(("Content-Type", "application/x-www-form-urlencoded"));
        self.ask("POST", path, &all, encoded(fields).as_bytes())
    }

    /// The token of a page's forms.
    pub fn token(&self, path: &str) -> String {
        let page = self.get(path);
        let token = page.body.split("name=\"token\" value=\"").nth(1).expect("a form with a token");
        token.split('"').next().expect("a token").to_owned()
    }

    /// Opens the page, types, sends.
    pub fn sign_in(&self, name: &str, password: &str) -> Answer {
        let token = self.token("/sign-in");
        self.post("/sign-in", &[("token", &token), ("name", name), ("password", password)], &[])
    }

    /// Who is signed in, as the API says it.
    pub fn session(&self) -> Json {
        self.get("/api/v1/session").json()
    }

    /// What stands in the place of a key: the cookie and the token.
    pub fn as_key(&self) -> String {
        let (name, value) = self
            .cookies
            .borrow()
            .iter()
            .find(|(name, _)| name.ends_with("nurture"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .expect("a session");
        format!("{name}={value} {}", self.session()["token"].as_str().expect("a token"))
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}
