//! Processes at work on a shop while customers come, and what is done to them: killed, stopped, left to finish.

#![allow(dead_code, reason = "each of the tests that share it needs a part")]

use super::judge::Judged;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tests::binary::binary;
use tests::dice::Dice;
use tests::shop::{Shop, count, counts};
use tests::sink::{Settings, Sink, free_port};

/// Customers who come with each round: a little more than a round gets through, so that it is killed at work.
pub const COMERS: usize = 30;
/// The most connections that a process opens to a relay; each may be past its gate when it is killed.
pub const CONNECTIONS: usize = 8;
/// How long something may take, on a machine that does other things too.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// How a command ends where the machine stood still for longer than the database waits for it, or it for the database.
const STOOD_STILL: [&str; 2] = [
    "pool timed out while waiting for an open connection",
    "terminating connection due to idle-in-transaction timeout",
];

/// A shop with its sink, and the processes that work it.
pub struct Works {
    pub shop: Shop,
    pub sink: Sink,
    pub dice: Dice,
    pub seed: u64,
    log: PathBuf,
    _folder: tempfile::TempDir,
    working: Vec<Child>,
    importing: Option<Child>,
    came: usize,
}

impl Works {
    /// A shop for so many rounds, with its customers and no process yet. `variable`: the seed in the environment.
    pub fn new(what: &str, shop: impl FnOnce(u16) -> Shop, rounds: usize, variable: &str) -> Self {
        let (dice, seed) = Dice::from_environment(variable);
        println!("{what}: {variable}={seed} throws the same dice again");
        Self::throwing(dice, seed, shop, rounds)
    }

    /// The same with dice of one's own.
    pub fn throwing(dice: Dice, seed: u64, shop: impl FnOnce(u16) -> Shop, rounds: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("sink.log");
        let sink = Sink::with(Settings { keep_data: false, log: Some(log.clone()), ..Settings::default() });
        let shop = shop(sink.port());
        shop.customers(0..rounds * COMERS);
        Self { shop, sink, dice, seed, log, _folder: folder, working: Vec::new(), importing: None, came: 0 }
    }

    /// Starts a process more.
    pub fn start(&mut self) {
        self.working.push(self.shop.spawn(&["run"], "run.log"));
    }

    /// Starts one whose writes to files may be limited while it runs, and does not die of that; says where it listens.
    pub fn start_limitable(&mut self) -> SocketAddr {
        let at = free_port().local_addr().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" run"]).arg(binary()).current_dir(self.shop.path());
        command.env("LANG", "C.UTF-8").env("NURTURE_LISTEN", at.to_string()).stdin(Stdio::null());
        // Its log must not be what fails.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.working.push(command.spawn().unwrap());
        at
    }

    /// The id of a process.
    pub fn id(&self, which: usize) -> u32 {
        self.working[which].id()
    }

    /// The next customers come, by an import of its own.
    pub fn next_come(&mut self) {
        self.wait_for_import();
        let facts = format!("facts{}.csv", self.came);
        self.shop.facts(&facts, self.came * COMERS..(self.came + 1) * COMERS);
        self.came += 1;
        self.import();
    }

    /// An import that met a busy or dying program still ends well. Where the whole machine stood still, it is said
    /// once more, as a person would.
    pub fn wait_for_import(&mut self) {
        while let Some(mut import) = self.importing.take() {
            let ended = import.wait().unwrap();
            if !ended.success() {
                let said = self.shop.said("import.log");
                let last = said.lines().last().unwrap_or_default();
                assert!(STOOD_STILL.iter().any(|words| last.contains(words)), "{ended}: {said}");
                self.import();
            }
        }
    }

    fn import(&mut self) {
        let facts = format!("facts{}.csv", self.came - 1);
        self.importing = Some(self.shop.spawn(&["import", "events", &facts], "import.log"));
    }

    /// Waits until the sink has more mails than so many.
    pub async fn more_than(&self, before: usize) {
        let came = self.sink.wait_for(before + 1, PATIENCE).await;
        assert!(came, "round {}: no mail; {}", self.came, self.shop.said("run.log"));
    }

    /// A moment of so many milliseconds, by the dice.
    pub async fn moment(&mut self, low: u64, high: u64) {
        tokio::time::sleep(Duration::from_millis(self.dice.between(low, high))).await;
    }

    /// Which of the processes, by the dice.
    pub fn one(&mut self) -> usize {
        let last = u64::try_from(self.working.len() - 1).unwrap();
        usize::try_from(self.dice.between(0, last)).unwrap()
    }

    /// Kills one, which must be at work.
    pub fn kill(&mut self, which: usize) {
        let mut killed = self.working.remove(which);
        let ended = killed.try_wait().unwrap();
        assert_eq!(ended, None, "round {}: it ended by itself; {}", self.came, self.shop.said("run.log"));
        killed.kill().unwrap();
        killed.wait().unwrap();
    }

    /// Sends one a signal: `STOP`, `CONT`.
    pub fn signal(&self, which: usize, signal: &str) {
        let id = self.working[which].id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
    }

    /// Lets them work until nothing is due, and judges.
    pub async fn finish(mut self) -> Judged {
        self.wait_for_import();
        if self.working.is_empty() {
            self.start();
        }
        until_idle(&self.shop).await;
        while !self.working.is_empty() {
            self.kill(0);
        }
        Judged::of(&self.shop, &self.log, self.came * COMERS).await
    }
}

/// Waits until nothing is open.
pub async fn until_idle(shop: &Shop) {
    let store = shop.store().await;
    let began = Instant::now();
    loop {
        let open = {
            let mut conn = store.read().await.unwrap();
            count(
                &mut conn,
                "SELECT (SELECT count(*) FROM send WHERE state IN ('due', 'claimed', 'handed'))
                      + (SELECT count(*) FROM enrollment WHERE state <> 'ended')
                      + (SELECT count(*) FROM event WHERE state IN ('new', 'applied'))",
            )
            .await
        };
        if open == 0 {
            return;
        }
        if began.elapsed() >= PATIENCE {
            let held = "SELECT state || ' ' || coalesce(worker, 'with nobody'), count(*) FROM send GROUP BY 1 ORDER BY 1";
            let held = counts(&mut store.read().await.unwrap(), held).await;
            panic!("{open} things are still open; sends: {held:?}; {}", shop.said("run.log"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How many rounds, where so many are usual; `scripts/soak` says otherwise.
pub fn rounds(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
