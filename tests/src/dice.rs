//! Random numbers of tests, told by one seed, so that a failure can be had again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

/// The seed of every run that is given none: what passes once passes always.
const SEED: u64 = 20_260_302;

/// A generator (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From the variable's number; without it, the same each time, but another one where `NURTURE_RANDOM` is set, as
    /// `scripts/soak` does. Returns the seed to be printed.
    pub fn from_environment(variable: &str) -> (Self, u64) {
        let given = std::env::var(variable).ok();
        let given =
            given.map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}: {text} is no seed")));
        let seed = given.unwrap_or_else(|| {
            if std::env::var_os("NURTURE_RANDOM").is_some() {
                RandomState::new().build_hasher().finish()
            } else {
                SEED
            }
        });
        (Self(seed), seed)
    }

    /// From a number: the same numbers each time.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// One of these.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.between(0, of.len() as u64 - 1);
        &of[place as usize]
    }

    /// Yes in so many of a hundred cases.
    pub fn chance(&mut self, of_hundred: u64) -> bool {
        self.between(1, 100) <= of_hundred
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        low + mixed % (high - low + 1)
    }
}
