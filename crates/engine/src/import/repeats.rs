//! What comes more than once in a file, found in one pass with little memory, whatever the file's size and
//! however much of it repeats: keys go to parts on the disk, and each part is looked at alone.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

/// Parts that keys are spread over; one is looked at at a time.
const PARTS: usize = 64;
/// Entries of a part that wait in memory before they go to the disk: 64 times 2,048 times 24 bytes are 3 MiB.
const HELD: usize = 2_048;

/// Numbers of one part, in the order they came. A small one never touches the disk.
#[derive(Default)]
struct Part<const N: usize> {
    held: Vec<[u64; N]>,
    /// Gone with the process, however that ends.
    file: Option<File>,
}

impl<const N: usize> Part<N> {
    fn put(&mut self, entry: [u64; N]) -> io::Result<()> {
        self.held.push(entry);
        if self.held.len() >= HELD {
            let file = match &mut self.file {
                Some(file) => file,
                None => self.file.insert(tempfile::tempfile()?),
            };
            let bytes: Vec<u8> = self.held.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
            file.write_all(&bytes)?;
            self.held.clear();
        }
        Ok(())
    }

    /// Every entry, in the order they came.
    fn each(&mut self, mut take: impl FnMut([u64; N]) -> io::Result<()>) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(0))?;
            let whole = file.metadata()?.len() / (8 * N as u64);
            let mut reader = BufReader::with_capacity(64 * 1024, &*file);
            for _ in 0..whole {
                let mut entry = [0; N];
                for number in &mut entry {
                    let mut bytes = [0; 8];
                    reader.read_exact(&mut bytes)?;
                    *number = u64::from_le_bytes(bytes);
                }
                take(entry)?;
            }
        }
        self.held.iter().try_for_each(|entry| take(*entry))
    }
}

fn parts<const N: usize>() -> Vec<Part<N>> {
    (0..PARTS).map(|_| Part { held: Vec::new(), file: None }).collect()
}

fn put<const N: usize>(parts: &mut [Part<N>], place: u64, entry: [u64; N]) -> io::Result<()> {
    let at = usize::try_from(place).unwrap_or(usize::MAX).min(PARTS - 1);
    parts.get_mut(at).map_or(Ok(()), |part| part.put(entry))
}

/// Keys of a first pass over the file: good hashes, each with the line it stands on.
pub(super) struct Repeats {
    parts: Vec<Part<3>>,
    last_line: u64,
}

impl Repeats {
    pub fn new() -> Self {
        Self { parts: parts(), last_line: 0 }
    }

    /// Takes a key in, in the order of the file. `other`: what may differ between lines of one key.
    ///
    /// Errors: the disk of temporary files is full.
    pub fn see(&mut self, key: u64, line: u64, other: u64) -> io::Result<()> {
        self.last_line = self.last_line.max(line);
        put(&mut self.parts, key >> (64 - PARTS.ilog2()), [key, line, other])
    }

    /// Every line but the last of its key.
    pub fn superseded(self) -> io::Result<Marks> {
        self.marked(|part, mark| {
            let mut last: HashMap<u64, u64> = HashMap::new();
            part.each(|[key, line, _]| {
                last.insert(key, line);
                Ok(())
            })?;
            part.each(|[key, line, _]| if last.get(&key) == Some(&line) { Ok(()) } else { mark(line, 1) })
        })
    }

    /// Lines whose key came before, with how often it did.
    pub fn ordinals(self) -> io::Result<Marks> {
        self.marked(|part, mark| {
            let mut counts: HashMap<u64, u64> = HashMap::new();
            part.each(|[key, line, _]| {
                let count = counts.entry(key).or_insert(0);
                *count += 1;
                if *count > 1 { mark(line, *count - 1) } else { Ok(()) }
            })
        })
    }

    /// Lines of a key that stands with more than one `other`.
    pub fn shared(self) -> io::Result<Marks> {
        self.marked(|part, mark| {
            let mut others: HashMap<u64, Option<u64>> = HashMap::new();
            part.each(|[key, _, other]| {
                let known = others.entry(key).or_insert(Some(other));
                if *known != Some(other) {
                    *known = None;
                }
                Ok(())
            })?;
            part.each(|[key, line, _]| if others.get(&key) == Some(&None) { mark(line, 1) } else { Ok(()) })
        })
    }

    fn marked(
        self,
        look: impl Fn(&mut Part<3>, &mut dyn FnMut(u64, u64) -> io::Result<()>) -> io::Result<()>,
    ) -> io::Result<Marks> {
        let lines_each = self.last_line / PARTS as u64 + 1;
        let mut marked = parts();
        for mut part in self.parts {
            look(&mut part, &mut |line, mark| put(&mut marked, line / lines_each, [line, mark]))?;
        }
        Ok(Marks { parts: marked.into_iter(), now: Vec::new().into_iter(), next: None })
    }
}

/// Lines with a mark, handed out in their order.
pub(super) struct Marks {
    parts: std::vec::IntoIter<Part<2>>,
    now: std::vec::IntoIter<[u64; 2]>,
    next: Option<[u64; 2]>,
}

impl Marks {
    /// The mark of a line, if it has one. Lines are asked for in their order; some may be left out.
    ///
    /// Errors: a temporary file cannot be read again.
    pub fn at(&mut self, line: u64) -> io::Result<Option<u64>> {
        loop {
            match self.next {
                Some([marked, mark]) if marked == line => return Ok(Some(mark)),
                Some([marked, _]) if marked > line => return Ok(None),
                Some(_) | None => {}
            }
            self.next = self.now.next();
            if self.next.is_none() {
                let Some(mut part) = self.parts.next() else { return Ok(None) };
                let mut lines = Vec::new();
                part.each(|entry| {
                    lines.push(entry);
                    Ok(())
                })?;
                lines.sort_unstable();
                self.now = lines.into_iter();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(keys: impl IntoIterator<Item = (u64, u64)>) -> Repeats {
        let mut repeats = Repeats::new();
        for (line, (key, other)) in keys.into_iter().enumerate() {
            repeats.see(key, line as u64 + 2, other).unwrap();
        }
        repeats
    }

    fn marks(mut marks: Marks, lines: u64) -> Vec<(u64, u64)> {
        (2..lines + 2).filter_map(|line| Some((line, marks.at(line).unwrap()?))).collect()
    }

    #[test]
    fn repeats_are_found_in_the_order_of_lines() {
        let far = 60 << 58;
        let file = [(far, 1), (7, 1), (far, 1), (9, 1), (7, 2), (far, 1)];
        assert_eq!(marks(seen(file).superseded().unwrap(), 6), [(2, 1), (3, 1), (4, 1)]);
        assert_eq!(marks(seen(file).ordinals().unwrap(), 6), [(4, 1), (6, 1), (7, 2)]);
        assert_eq!(marks(seen(file).shared().unwrap(), 6), [(3, 1), (6, 1)]);
        assert_eq!(marks(seen([]).superseded().unwrap(), 6), []);
    }

    #[test]
    fn lines_that_nobody_asks_about_are_passed_over() {
        let mut superseded = seen([(5, 0); 200]).superseded().unwrap();
        assert_eq!(superseded.at(100).unwrap(), Some(1));
        assert_eq!(superseded.at(100).unwrap(), Some(1));
        assert_eq!(superseded.at(201).unwrap(), None);
    }

    #[test]
    fn many_go_to_the_disk_and_come_back_whole() {
        // Each key twice, far apart, spread over all parts; and one key alone, so that its part is large.
        let count = 40_000_u64;
        let spread = |n: u64| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15), n);
        let file: Vec<_> =
            (0..count).map(spread).chain((0..count).map(spread)).chain((0..count).map(|n| (1, n))).collect();
        let ordinals = marks(seen(file.clone()).ordinals().unwrap(), 3 * count);
        let second = (count + 2..2 * count + 2).map(|line| (line, 1));
        let alone = (1..count).map(|n| (2 * count + 2 + n, n));
        assert!(ordinals.iter().copied().eq(second.chain(alone)));
        let superseded = marks(seen(file.clone()).superseded().unwrap(), 3 * count);
        assert_eq!(superseded.len() as u64, count + count - 1);
        assert_eq!(marks(seen(file).shared().unwrap(), 3 * count).len() as u64, count);
    }
}
