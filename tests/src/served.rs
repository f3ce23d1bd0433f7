//! A process that serves beside others on one project, and what it says of itself.

use crate::binary::command;
use crate::http::get;
use crate::shop::{Shop, count};
use crate::sink::free_port;
use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::Store;

/// How long something may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(300);

/// A process that serves on an address of its own; it ends when it is dropped.
#[derive(Debug)]
pub struct Served {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Served {
    /// Asks it to end, as a supervisor does, and waits until it has heard that: nobody is answered any more.
    pub fn ask_to_end(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill").success());
        until("it hears", String::new, || get(&self.address, "/healthz").is_none());
    }

    /// Waits for its end, and says how it ended.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a verb that serves; what it says goes to `log` in the shop's folder. `level`: `info`, `trace`.
pub fn serve(shop: &Shop, arguments: &[&str], log: &str, level: &str) -> Served {
    let address = free_port().local_addr().expect("an address").to_string();
    let open = || File::options().create(true).append(true).open(shop.path().join(log)).expect("a log");
    let child = command(shop.path(), arguments)
        .env("NURTURE_LISTEN", &address)
        .env("NURTURE_LOG", level)
        .stdin(Stdio::null())
        .stdout(open())
        .stderr(open())
        .spawn()
        .expect("nurture starts");
    Served { child, address }
}

/// Waits until it is so. `log`: what is printed where it never is.
pub fn until(what: &str, log: impl Fn() -> String, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "not in time: {what}\n{}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until a statement finds exactly so many. `log`: what is printed where it never does.
pub async fn until_found(store: &Store, statement: &'static str, many: i64, log: impl Fn() -> String) {
    let began = Instant::now();
    loop {
        let found = count(&mut store.read().await.expect("the database is there"), statement).await;
        if found == many {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{found} in place of {many}: {statement}\n{}", log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
