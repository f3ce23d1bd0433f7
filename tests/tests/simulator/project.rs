//! A small project by chance: the libraries are always the same, the workflows are drawn.

use dsl::project::File;
use std::fmt::Write as _;
use tests::dice::Dice;

/// Reps who get leads, so that a rotation that forgets its place is seen.
const LIBRARIES: [(&str, &str); 10] = [
    (
        "workflows/model.yaml",
        "model: shop
customer:
  tier:   { one_of: [basic, silver, gold], default: basic }
  city:   { type: text, optional: true }
  level:  { type: number, default: 0 }
  joined: { type: date, optional: true }
  orders: { from: count(order.paid) }
  spend:  { from: sum(order.paid.amount) }
  latest: { from: last(order.paid.amount) }
events:
  order.paid:   { amount: number, order_id: text }
  site.visited: {}
  cart.updated: { cart_id: text, amount: number }
",
    ),
    (
        "workflows/topics.yaml",
        "topics:
  offers:  { class: marketing, title: Offers }
  service: { class: transactional, title: Service }
",
    ),
    (
        "workflows/senders.yaml",
        "senders:
  care: { address: care@example.com, name: Care }
brand: { name: Acme, address: 1 Road, country: CN }
",
    ),
    ("workflows/channels.yaml", "channels:\n  mail: { kind: smtp, host: 127.0.0.1, port: 25, tls: none }\n"),
    (
        "workflows/interest.yaml",
        "scoring: interest
fit:
  - { when: customer.tier == \"gold\", points: 5 }
behaviour:
  half_life: 5 days
  rules:
    - { event: order.paid, points: 10 }
    - { event: site.visited, points: 2 }
bands: { warm: 15, hot: 30 }
",
    ),
    (
        "workflows/segments.yaml",
        "segments:
  big:    customer.spend > 400
  active: count(order.paid, last 6 days) >= 1
",
    ),
    ("workflows/teams.yaml", "teams:\n  inside:\n    members: [ann, bob, cleo]\n"),
    ("workflows/templates/hello.md.hbs", "---\nsubject: Hello\npreheader: A word\n---\nHello.\n"),
    ("workflows/templates/again.md.hbs", "---\nsubject: Again\npreheader: A word\n---\nOnce more.\n"),
    (
        "workflows/child.yaml",
        "workflow: child
trigger: called
consent: service
steps:
  - wait: 5 hours
  - email: again
  - exit: told
",
    ),
];

const TRIGGERS: [&str; 12] = [
    "{ event: order.paid }",
    "{ event: order.paid, when: event.amount >= 100 }",
    "{ event: site.visited }",
    "{ event: cart.updated }",
    "{ event: cart.updated, settles: 90 minutes }",
    "{ inactive: { no: [order.paid, site.visited], for: 3 days } }",
    "{ attribute: { of: customer.tier } }",
    "{ segment: { enters: big } }",
    "{ segment: { leaves: active } }",
    "{ score: { of: interest, reaches: warm } }",
    "{ date: { of: customer.joined, repeat: once, after: 2 days } }",
    "{ schedule: { every: friday, at: 10:00 } }",
];

const REENTRY: [&str; 4] = ["never", "after_exit", "{ once_every: 2 days }", "{ once_every: 30 hours }"];

/// A project of that many workflows, as it is published.
pub fn files(dice: &mut Dice) -> Vec<File> {
    let file = |path: &str, text: String| File { path: path.to_owned(), text };
    let mut files: Vec<File> = LIBRARIES.iter().map(|(path, text)| file(path, (*text).to_owned())).collect();
    if dice.chance(50) {
        let caps = ["1 per day", "2 per week", "3 per 2 days"];
        let over = *dice.one(&["defer", "skip"]);
        let text = format!(
            "policies:\n  quiet_hours: 21:00-09:00\n  caps:\n    - {{ class: marketing, at_most: {}, over_cap: {over} }}\n",
            dice.one(&caps)
        );
        files.push(file("workflows/policies.yaml", text));
    }
    for number in 0..dice.between(2, 4) {
        files.push(file(&format!("workflows/w{number}.yaml"), workflow(dice, number)));
    }
    files
}

/// The workflows of [`files`] that a person may hold, end, and change.
pub fn names(files: &[File]) -> Vec<String> {
    let drawn = files.iter().filter_map(|file| {
        let name = file.path.strip_prefix("workflows/w")?.strip_suffix(".yaml")?;
        name.chars().all(|sign| sign.is_ascii_digit()).then(|| format!("w{name}"))
    });
    drawn.collect()
}

/// The files after somebody worked on them: another workflow, another text of one that is there.
pub fn changed(files: &[File], dice: &mut Dice) -> Vec<File> {
    let mut files = files.to_vec();
    let new = workflow(dice, 7);
    files.retain(|file| file.path != "workflows/w7.yaml");
    files.push(File { path: "workflows/w7.yaml".to_owned(), text: new });
    for file in &mut files {
        if file.path.starts_with("workflows/w0") {
            file.text.push_str("  - { tag: later, id: later }\n");
        }
    }
    files
}

fn workflow(dice: &mut Dice, number: u64) -> String {
    let trigger = *dice.one(&TRIGGERS);
    let consent = *dice.one(&["offers", "offers", "service"]);
    let mut text = format!("workflow: w{number}\ntrigger: {trigger}\nconsent: {consent}\n");
    let keyed = trigger.contains("cart.updated") && dice.chance(60);
    if keyed {
        text += "key: event.cart_id\n";
    }
    let _ = writeln!(text, "reentry: {}", dice.one(&REENTRY));
    if dice.chance(25) {
        text += "audience: customer.orders >= 1\n";
    }
    if dice.chance(30) {
        let _ = writeln!(text, "priority: {}", dice.between(1, 9));
    }
    if dice.chance(20) {
        text += "holdout: 30%\n";
    }
    if dice.chance(30) {
        text += "goal: { event: order.paid, within: 4 days }\n";
    }
    if dice.chance(25) {
        text += "exit_when:\n  - { when: customer.tier == \"gold\", reason: gold }\n";
    }
    if dice.chance(20) {
        text += "hold_while: { when: customer.level > 5, at_most: 2 days }\n";
    }
    if dice.chance(25) {
        text += "spacing: 20 hours\n";
    }
    if dice.chance(20) && trigger.contains("inactive") {
        text += "at_launch: enroll_matching\n";
    }
    text += "steps:\n";
    let mut ids = 0;
    let count = dice.between(2, 6);
    steps(dice, &mut text, &mut ids, count, 2, 0);
    text
}

/// Steps with ids of their own, one below the other.
fn steps(dice: &mut Dice, text: &mut String, ids: &mut u64, count: u64, indent: usize, depth: u64) {
    for _ in 0..count {
        *ids += 1;
        let id = format!("s{ids}");
        let pad = " ".repeat(indent);
        let below = " ".repeat(indent + 2);
        let kind = dice.between(0, if depth < 2 { 20 } else { 13 });
        let line = match kind {
            0..=2 => format!("email: {}", dice.one(&["hello", "again"])),
            3 => format!("tag: t{}", dice.between(1, 3)),
            4 => format!("untag: t{}", dice.between(1, 3)),
            5 => format!("set: {{ city: p{} }}", dice.between(1, 3)),
            6 => "set: { level: \"= customer.level + 1\" }".to_owned(),
            7 => format!("set: {{ tier: {} }}", dice.one(&["silver", "gold", "basic"])),
            8 => format!("add_score: {}", dice.between(1, 9)),
            9 => format!("assign: inside{}", if dice.chance(50) { "" } else { "\n  unless_owned: true" }),
            10 => "task: Ring\ndue: 1 day".to_owned(),
            11 | 12 => {
                format!("wait: {}", dice.one(&["1 day", "90 minutes", "7 hours", "2 days", "30 hours"]))
            }
            13 => format!("wait_until: {}", dice.one(&["10:00-16:00 mon-fri", "08:00-12:00"])),
            14 => "call: child".to_owned() + *dice.one(&["", "\nwait: false"]),
            15 => format!("record: {}", dice.one(&["site.visited"])),
            16 => "wait_for".to_owned(),
            17 => "if".to_owned(),
            18 => "split".to_owned(),
            19 => "repeat".to_owned(),
            _ => "choose".to_owned(),
        };
        let nested = |dice: &mut Dice, ids: &mut u64, deeper: usize| {
            let mut inner = String::new();
            let count = dice.between(1, 2);
            steps(dice, &mut inner, ids, count, deeper, depth + 1);
            inner
        };
        match line.as_str() {
            "wait_for" => {
                let event = *dice.one(&["order.paid", "site.visited"]);
                let timeout = nested(dice, ids, indent + 4);
                let _ = write!(
                    text,
                    "{pad}- wait_for: {event}\n{below}id: {id}\n{below}within: {}\n{below}on_timeout:\n{timeout}",
                    dice.one(&["1 day", "40 hours", "3 hours"])
                );
            }
            "if" => {
                let when = *dice.one(&[
                    "customer.spend > 200",
                    "count(order.paid, last 5 days) >= 2",
                    "customer.tags has \"t1\"",
                    "score(interest) > 10",
                ]);
                let (yes, no) = (nested(dice, ids, indent + 4), nested(dice, ids, indent + 4));
                let _ =
                    write!(text, "{pad}- if: {when}\n{below}id: {id}\n{below}then:\n{yes}{below}else:\n{no}");
            }
            "split" => {
                let (one, other) = (nested(dice, ids, indent + 8), nested(dice, ids, indent + 8));
                let _ = write!(
                    text,
                    "{pad}- split: {id}\n{below}id: {id}\n{below}ways:\n{below}  - name: left\n{below}    share: 40%\n{below}    steps:\n{one}{below}  - name: right\n{below}    share: 60%\n{below}    steps:\n{other}"
                );
            }
            "repeat" => {
                let inner = nested(dice, ids, indent + 4);
                let _ = write!(
                    text,
                    "{pad}- repeat:\n{inner}{below}id: {id}\n{below}times: {}\n{below}until: customer.spend > 500\n",
                    dice.between(2, 3)
                );
            }
            "choose" => {
                let (one, other) = (nested(dice, ids, indent + 8), nested(dice, ids, indent + 8));
                let _ = write!(
                    text,
                    "{pad}- choose:\n{below}  - when: customer.tier == \"silver\"\n{below}    steps:\n{one}{below}  - steps:\n{other}{below}id: {id}\n"
                );
            }
            plain => {
                let lines: Vec<String> = plain.lines().map(|part| part.trim().to_owned()).collect();
                let _ = write!(text, "{pad}- {}\n{below}id: {id}\n", lines.join(&format!("\n{below}")));
            }
        }
    }
}
