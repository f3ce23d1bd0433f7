//! `/metrics`: the numbers of this process and of the database, as Prometheus reads them. Base units, and no
//! label that names a customer.

use engine::metrics;
use jiff::Timestamp;
use std::fmt::Write as _;
use store::gauge::{Gauges, PoolUse};

/// What each metric is, in the order of the page: name, kind, help.
const METRICS: [(&str, &str, &str); 30] = [
    ("build_info", "gauge", "The version of this program; always 1."),
    ("sends_total", "counter", "Messages by channel and what became of them."),
    ("sends_unknown", "gauge", "Messages whose fate nobody knows (counted up to 100000)."),
    ("sends_in_flight", "gauge", "Messages in the hands of some process."),
    ("steps_total", "counter", "Steps of walks, entries and exits by what they did and how that ended."),
    ("turns_total", "counter", "Batches of customers that were decided."),
    ("misfires_total", "counter", "Firings and messages that came too late, or in a pause."),
    ("due_lag_seconds", "gauge", "How long the oldest thing waits that is due; 0: nothing does."),
    ("backlog", "gauge", "Things that are due (counted up to 100000)."),
    ("leases", "gauge", "Parts of the customers that some process holds."),
    ("provider_tokens", "gauge", "Messages that a sender with a most a day may still send today."),
    ("relay_resting", "gauge", "1 while the relay is left alone after a failure."),
    ("ingest_rows_total", "counter", "Rows that were taken in, by kind and result."),
    ("pool_connections", "gauge", "Connections to the database by pool and state."),
    ("customers_set_aside", "gauge", "Customers who are left alone because their turn fails."),
    ("customers_set_aside_total", "counter", "Turns of customers that failed for good."),
    ("workflows_paused", "gauge", "Workflows that are held, by who held them."),
    ("breaker_pauses_total", "counter", "Workflows that paused themselves, by why."),
    ("channel_closed", "gauge", "1 for each channel whose other side refuses us."),
    ("provider_events_total", "counter", "What mailbox providers did: slowed, shut, open."),
    ("held", "gauge", "1 while the whole database is held."),
    ("database_bytes", "gauge", "The size of the database."),
    ("database_up", "gauge", "1 where the database answered this scrape."),
    ("pruned_rows_total", "counter", "Rows that were deleted because they are over, by table."),
    ("touches_total", "counter", "Opens and clicks, by whether it was a person."),
    ("touches_dropped_total", "counter", "Opens and clicks that were not counted, for there were too many."),
    (
        "returned_total",
        "counter",
        "Mails that came back and what services told of messages, by what they said.",
    ),
    ("nudges_total", "counter", "Runs of the workers by queue."),
    ("batches_failed_total", "counter", "Batches that failed and are tried again."),
    ("start_time_seconds", "gauge", "When this process started, in seconds since 1970."),
];

/// What the page is made of.
pub struct Page<'p> {
    /// Of the database; `None`: it did not answer.
    pub gauges: Option<&'p Gauges>,
    /// Of the pools of this process.
    pub pools: [PoolUse; 2],
    /// How many messages senders may send a day, by sender.
    pub per_day: &'p [(String, u64)],
    /// Whether the relay is left alone.
    pub relay_rests: bool,
    /// The instant of the scrape.
    pub now: Timestamp,
    /// When this process started.
    pub started: Timestamp,
}

type Samples = Vec<(Vec<(&'static str, String)>, f64)>;

/// The page.
pub fn page(page: &Page<'_>) -> String {
    let mut text = String::new();
    for (name, kind, help) in METRICS {
        let samples = samples(page, name);
        if samples.is_empty() {
            continue;
        }
        let _ = writeln!(text, "# HELP nurture_{name} {help}");
        let _ = writeln!(text, "# TYPE nurture_{name} {kind}");
        for (labels, value) in samples {
            let labels: Vec<String> =
                labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(text, "nurture_{name}{labels} {value}");
        }
    }
    text
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn one(value: f64) -> Samples {
    vec![(Vec::new(), value)]
}

/// A count is far below what a float holds exactly.
fn float(count: u64) -> f64 {
    count as f64
}

fn samples(page: &Page<'_>, name: &str) -> Samples {
    if let Some(counter) = name.strip_suffix("_total") {
        let all = metrics::all().into_iter().filter(|(known, _, _)| *known == counter);
        return all.map(|(_, labels, count)| (labels, float(count))).collect();
    }
    let gauge =
        |value: fn(&Gauges) -> u64| page.gauges.map(|gauges| one(float(value(gauges)))).unwrap_or_default();
    match name {
        "build_info" => vec![(vec![("version", env!("CARGO_PKG_VERSION").to_owned())], 1.0)],
        "sends_unknown" => gauge(|gauges| gauges.unknown),
        "sends_in_flight" => gauge(|gauges| gauges.in_flight),
        "leases" => gauge(|gauges| gauges.leases),
        "customers_set_aside" => gauge(|gauges| gauges.aside),
        "held" => gauge(|gauges| u64::from(gauges.held)),
        "database_bytes" => gauge(|gauges| gauges.bytes),
        "database_up" => one(if page.gauges.is_some() { 1.0 } else { 0.0 }),
        "relay_resting" => one(if page.relay_rests { 1.0 } else { 0.0 }),
        "start_time_seconds" => one(page.started.as_millisecond() as f64 / 1_000.0),
        "due_lag_seconds" => of_queues(page, |queue| {
            queue.oldest.map_or(0.0, |oldest| page.now.duration_since(oldest).as_secs_f64().max(0.0))
        }),
        "backlog" => of_queues(page, |queue| float(queue.due)),
        "workflows_paused" => page
            .gauges
            .map(|gauges| &gauges.paused)
            .into_iter()
            .flatten()
            .map(|(who, count)| (vec![("by", by(who).to_owned())], float(*count)))
            .collect(),
        "channel_closed" => page
            .gauges
            .map(|gauges| &gauges.closed)
            .into_iter()
            .flatten()
            .map(|channel| (vec![("channel", channel.clone())], 1.0))
            .collect(),
        "provider_tokens" => page.gauges.map(|gauges| tokens(page, gauges)).unwrap_or_default(),
        "pool_connections" => page
            .pools
            .iter()
            .flat_map(|pool| {
                let labels = |state: &str| vec![("pool", pool.pool.to_owned()), ("state", state.to_owned())];
                [(labels("busy"), float(pool.busy)), (labels("idle"), float(pool.idle))]
            })
            .collect(),
        _ => Samples::new(),
    }
}

/// People are not named in labels.
fn by(who: &str) -> &str {
    if who.starts_with("breaker") { who } else { "operator" }
}

fn of_queues(page: &Page<'_>, value: impl Fn(&store::gauge::Backlog) -> f64) -> Samples {
    let queues = page.gauges.map(|gauges| gauges.backlog.as_slice()).unwrap_or_default();
    queues.iter().map(|queue| (vec![("queue", queue.queue.to_owned())], value(queue))).collect()
}

fn tokens(page: &Page<'_>, gauges: &Gauges) -> Samples {
    let of = |(sender, most): &(String, u64)| {
        let sent = gauges.sent.iter().find(|(known, _)| known == sender).map_or(0, |(_, sent)| *sent);
        (vec![("sender", sender.clone())], float(most.saturating_sub(sent)))
    };
    page.per_day.iter().map(of).collect()
}
