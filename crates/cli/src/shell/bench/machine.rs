//! What the machine says of itself: processor time, memory, and what other programs take meanwhile. Read from
//! the files of Linux; elsewhere nothing is known.

use std::fs;
use std::time::Instant;

/// Ticks of the kernel in a second, as its files count them.
const TICKS: f64 = 100.0;

/// How many processors there are.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

/// The processor time so far, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    at: Instant,
    /// Of this process.
    own: f64,
    /// Of the server of PostgreSQL, where one runs here.
    server: f64,
    /// Of all programs.
    all: f64,
}

/// Between two readings.
#[derive(Clone, Copy, Debug)]
pub struct Between {
    /// Processor seconds of this process.
    pub own: f64,
    /// Processors that other programs kept busy, the database's server not among them.
    pub others: f64,
}

/// Reads. `None`: this is not Linux.
pub fn read() -> Option<Reading> {
    let own = ticks_of("/proc/self/stat")?.0;
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let numbers: Vec<f64> = stat
        .lines()
        .next()?
        .split_ascii_whitespace()
        .skip(1)
        .map(|number| number.parse().unwrap_or(0.0))
        .collect();
    // user nice system idle iowait irq softirq steal; a guest's time is within user's.
    let busy = [0_usize, 1, 2, 5, 6].iter().filter_map(|place| numbers.get(*place)).sum::<f64>();
    let mut server = 0.0;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let path = entry.path().join("stat");
        if entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit())
            && let Some((ticks, name)) = ticks_of(&path.to_string_lossy())
            && name == "postgres"
        {
            server += ticks;
        }
    }
    Some(Reading { at: Instant::now(), own: own / TICKS, server: server / TICKS, all: busy / TICKS })
}

/// What passed since a reading.
pub fn since(before: Reading) -> Option<Between> {
    let now = read()?;
    let seconds = now.at.duration_since(before.at).as_secs_f64().max(1e-6);
    let (own, server) = (now.own - before.own, now.server - before.server);
    let others = ((now.all - before.all) - own - server).max(0.0) / seconds;
    Some(Between { own, others })
}

/// User and system time of a process and of its children that have ended, and the process's name.
fn ticks_of(path: &str) -> Option<(f64, String)> {
    let text = fs::read_to_string(path).ok()?;
    let (head, rest) = text.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let ticks =
        [11_usize, 12, 13, 14].iter().filter_map(|place| fields.get(*place)?.parse::<f64>().ok()).sum();
    Some((ticks, name))
}

/// Forgets how much memory was used at most so far.
pub fn forget_peak() {
    // Where that cannot be said the peak is that of the whole run.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that was used at once, in MiB.
pub fn peak_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

/// Processor seconds of one thread of this process.
pub fn of_thread(thread: &str) -> Option<f64> {
    for entry in fs::read_dir("/proc/self/task").ok()?.flatten() {
        if let Some((ticks, name)) = ticks_of(&entry.path().join("stat").to_string_lossy())
            && name == thread
        {
            return Some(ticks / TICKS);
        }
    }
    None
}
