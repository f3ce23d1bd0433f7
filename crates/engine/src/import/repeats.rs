//! What comes more than once in a file, found in one pass with little memory, whatever the file's size.

use std::collections::HashMap;

/// Most bits of the filter: 64 MiB.
const MOST_BITS: u64 = 1 << 29;
/// Fewest bits of the filter.
const LEAST_BITS: u64 = 1 << 16;

/// Keys seen in a first pass. A filter tells which may have come before; only those are remembered one by
/// one, so that a file without repeats costs the filter alone. A key that the filter takes for a repeat
/// though it is none does no harm: its one line is its last.
pub(super) struct Repeats {
    seen: Vec<u64>,
    mask: u64,
    last: HashMap<u64, u64>,
}

impl Repeats {
    /// Makes room for a file of so many bytes.
    pub fn for_file(bytes: u64) -> Self {
        let bits = bytes.next_power_of_two().clamp(LEAST_BITS, MOST_BITS);
        let words = usize::try_from(bits / 64).unwrap_or(1);
        Self { seen: vec![0; words], mask: bits - 1, last: HashMap::new() }
    }

    /// Takes a key in, first pass, in the order of the file.
    pub fn see(&mut self, key: u64, line: u64) {
        let place = key & self.mask;
        let bit = 1_u64 << (place % 64);
        let Some(word) = usize::try_from(place / 64).ok().and_then(|at| self.seen.get_mut(at)) else {
            return;
        };
        if *word & bit == 0 {
            *word |= bit;
        } else {
            self.last.insert(key, line);
        }
    }

    /// Ends the first pass: the filter is given back.
    pub fn end(self) -> Repeated {
        Repeated { last: self.last, counts: HashMap::new() }
    }
}

/// What the first pass found.
#[derive(Default)]
pub(super) struct Repeated {
    last: HashMap<u64, u64>,
    counts: HashMap<u64, u32>,
}

impl Repeated {
    /// Whether the same key comes again after this line.
    pub fn again_after(&self, key: u64, line: u64) -> bool {
        self.last.get(&key).is_some_and(|last| *last > line)
    }

    /// Whether a key may come more than once.
    pub fn may_repeat(&self, key: u64) -> bool {
        self.last.contains_key(&key)
    }

    /// How often the key came before in the second pass, from 0.
    pub fn ordinal(&mut self, key: u64) -> u32 {
        if !self.last.contains_key(&key) {
            return 0;
        }
        let count = self.counts.entry(key).or_insert(0);
        let ordinal = *count;
        *count = count.saturating_add(1);
        ordinal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_found_and_counted_whatever_the_filter_mistakes() {
        // Ten keys share one bit of the filter; only 7 and 70 come again.
        let file: Vec<u64> = (0..10).map(|n| 7 + n * LEAST_BITS).chain([70, 7, 70, 7]).collect();
        let mut repeats = Repeats::for_file(0);
        for (line, key) in file.iter().enumerate() {
            repeats.see(*key, line as u64);
        }
        let mut repeated = repeats.end();
        let superseded: Vec<usize> =
            (0..file.len()).filter(|line| repeated.again_after(file[*line], *line as u64)).collect();
        assert_eq!(superseded, [0, 10, 11]);
        let ordinals: Vec<u32> = file.iter().map(|key| repeated.ordinal(*key)).collect();
        assert_eq!(ordinals, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2]);
    }

    #[test]
    fn a_large_file_costs_no_more_than_the_filter() {
        let repeats = Repeats::for_file(u64::MAX >> 2);
        assert_eq!(repeats.seen.len() * 8, 64 * 1024 * 1024);
    }
}
