//! What a soak has shown: one object in `target/soak/NAME.json`, from which `scripts/report` makes the page of
//! proofs.

use serde_json::Value as Json;
use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A proof by many rounds.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// Its name in the page, and of the file.
    pub name: &'static str,
    /// How often it was tried.
    pub rounds: usize,
    /// What its dice began with; `None`: it throws none.
    pub seed: Option<u64>,
}

/// Whether the minutes of `NURTURE_SOAK_MINUTES` are over, counted from when this is asked first: a proof then ends
/// with the rounds that it had, and says how many. Without that variable they never are.
pub fn time_is_over() -> bool {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let began = BEGAN.get_or_init(Instant::now);
    let minutes = std::env::var("NURTURE_SOAK_MINUTES").ok();
    let minutes = minutes.map(|text| text.parse().expect("NURTURE_SOAK_MINUTES: a number"));
    minutes.is_some_and(|minutes: u64| began.elapsed() >= Duration::from_secs(60 * minutes))
}

impl Proof {
    /// Keeps its figures, an object of names and numbers, where `scripts/soak` asks for it: the short forms that
    /// every test run does are no news.
    pub fn keep(&self, figures: Json) {
        if std::env::var_os("NURTURE_SOAK").is_none() {
            return;
        }
        let folder = crate::root().join("target/soak");
        fs::create_dir_all(&folder).expect("the folder of figures can be made");
        let seed = self.seed.map(|seed| seed.to_string());
        let object =
            serde_json::json!({ "name": self.name, "rounds": self.rounds, "seed": seed, "figures": figures });
        let file = folder.join(format!("{}.json", self.name));
        fs::write(file, format!("{object}\n")).expect("the figures can be written");
    }
}
