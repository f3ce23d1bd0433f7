//! `nurture demo`, done: a throw-away project with seeded customers, the shipped workflows, a virtual week.

use super::shipped::FILES;
use super::{ImportRequest, RunRequest, Stop, import, work};
use crate::config::{Config, Given};
use crate::exit::{Exit, Failure};
use crate::view::demo::Demo;
use crate::view::progress::Progress;
use crate::view::run::RunSummary;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use model::stable_hash;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Customers of the demo.
const CUSTOMERS: u64 = 2_000;
/// Days of history before its clock.
const DAYS: i64 = 90;
/// Days that it lives through.
const LIVES_DAYS: i64 = 7;
/// The file that says a folder is the demo's own, so that it may be made anew.
const MARK: &str = ".nurture-demo";
/// Where the demo lives, below the current folder.
const FOLDER: &str = "nurture-demo";

/// Monday, 2 March 2026, 08:55 in Shanghai: the same for everybody, at every hour.
fn monday() -> Timestamp {
    Timestamp::new(1_772_412_900, 0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The zone of the demo's project.
pub fn demo_zone() -> jiff::tz::TimeZone {
    model::zone::zone("Asia/Shanghai").unwrap_or_else(model::zone::utc)
}

const TOML: &str =
    "# The demo: a throw-away project. Mails are caught in outbox/, nothing leaves this machine.
database = \"sqlite://nurture.db\"
zone = \"Asia/Shanghai\"
language = \"zh-CN\"
delivery = \"file\"
";

/// The settings of the demo's project.
fn config_of(config: &Config, folder: &Path) -> Result<Config, Failure> {
    let given =
        Given { project: Some(folder.to_owned()), lang: Some(config.language.value), ..Given::default() };
    let mut made = Config::read(&given, folder)?;
    made.listen = config.listen.clone();
    Ok(made)
}

/// Makes the demo's project and database, published and ready. Errors: there is a folder of that name which
/// is not a demo's (5), or the disk says no (3).
pub async fn demo(config: &Config, progress: &Progress) -> Result<Demo, Failure> {
    let here = std::env::current_dir().map_err(|error| unwritable(config, Path::new("."), &error))?;
    let folder = here.join(FOLDER);
    if folder.exists() {
        if !folder.join(MARK).exists() {
            let path = folder.display().to_string();
            return Err(Failure::say(Exit::Conflict, config.language.value, "init-full", &[("path", &path)]));
        }
        std::fs::remove_dir_all(&folder).map_err(|error| unwritable(config, &folder, &error))?;
    }
    write(config, &folder.join(MARK), "")?;
    write(config, &folder.join("nurture.toml"), TOML)?;
    for (path, text) in FILES {
        write(config, &folder.join(path), text)?;
    }
    let data = Data::seeded();
    let files = [
        ("reps", "reps.csv", data.reps),
        ("customers", "customers.csv", data.customers),
        ("deal", "deals.csv", data.deals),
        ("contract", "contracts.csv", data.contracts),
        ("events", "events.jsonl", data.events),
    ];
    let made = config_of(config, &folder)?;
    for (kind, name, text) in files {
        let file = folder.join("data").join(name);
        write(config, &file, &text)?;
        progress.doing(name);
        let map = (kind == "deal").then(|| folder.join("data/deals.map.yaml"));
        if let Some(map) = &map {
            write(config, map, DEAL_MAP)?;
        }
        let request = ImportRequest {
            kind: kind.to_owned(),
            file,
            map,
            dry_run: false,
            start: false,
            create_customers: false,
            extra: None,
            encoding: None,
            preset: None,
            sheet: None,
            consent: None,
        };
        let report = import::import_at(&made, &request, progress, Some(monday())).await?;
        if let Some(bad) = report.bad.first() {
            return Err(Failure::new(Exit::Findings, format!("{name}:{}: {}", bad.line, bad.why)));
        }
    }
    let loaded = crate::project::load(&made)?;
    Ok(Demo {
        outbox: made.outbox_folder(),
        folder,
        customers: CUSTOMERS,
        days: u64::try_from(DAYS).unwrap_or(0),
        workflows: loaded.project.workflows.keys().map(ToString::to_string).collect(),
        console: None,
        customer: data.birthday,
    })
}

/// Lives through the demo's week on its clock; without `until_idle` the process then stays, so that its
/// health can be asked, until stopped.
pub async fn run_demo(
    config: &Config,
    demo: &Demo,
    until_idle: bool,
    progress: &Progress,
    stop: Stop,
) -> Result<RunSummary, Failure> {
    let made = config_of(config, &demo.folder)?;
    let to = monday() + SignedDuration::from_hours(24 * LIVES_DAYS);
    let request =
        RunRequest { until_idle: true, clock: Some((monday(), to)), roles: crate::shell::Roles::ALL };
    let summary = work::run(&made, &request, progress, stop.clone(), &mut |_| Ok(())).await?;
    progress.end();
    if !until_idle {
        let language = config.language.value;
        crate::complain(crate::view::run::human(&summary, &demo_zone(), language).trim_end());
        crate::complain(&model::words::say(language, "demo-stays", &[]));
        let mut stop = stop;
        // The sender is gone only when the program ends.
        let _ = stop.wait_for(|stop| *stop).await;
    }
    Ok(summary)
}

fn write(config: &Config, path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| unwritable(config, path, &error))
}

fn unwritable(config: &Config, path: &Path, error: &std::io::Error) -> Failure {
    let (path, why) = (path.display().to_string(), error.to_string());
    Failure::say(
        Exit::Configuration,
        config.language.value,
        "cli-unwritable",
        &[("path", &path), ("why", &why)],
    )
}

const DEAL_MAP: &str = "map: deal
set:
  external_id: \"{id}\"
  customer: \"{customer}\"
  product: \"{product}\"
  amount: \"{amount}\"
  created_at: \"{opened}\"
moves:
  - { stage: Prospecting, at: \"{opened}\" }
  - { stage: Engaging, at: \"{engaged}\" }
";

/// The demo's data, the same on every machine.
struct Data {
    reps: String,
    customers: String,
    deals: String,
    contracts: String,
    events: String,
    /// A customer whose birthday falls into the week.
    birthday: String,
}

/// A number below `below`, of a customer and a purpose: lots drawn once for ever.
fn lot(purpose: &str, number: u64, below: u64) -> u64 {
    u64::try_from(stable_hash(&["demo", purpose, &number.to_string()]) % u128::from(below.max(1)))
        .unwrap_or(0)
}

fn one<'a>(among: &[&'a str], purpose: &str, number: u64) -> &'a str {
    let place = usize::try_from(lot(purpose, number, among.len() as u64)).unwrap_or(0);
    among.get(place).copied().unwrap_or_default()
}

const SURNAMES: [&str; 12] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "欧阳"];
const GIVEN: [&str; 12] = ["芳", "伟", "娜", "敏", "静", "磊", "洋", "艳", "勇", "子涵", "雨桐", "浩然"];
const FIRST: [&str; 10] =
    ["Emma", "Liam", "Olivia", "Noah", "Mia", "Lukas", "Hannah", "James", "Sofia", "Ethan"];
const LAST: [&str; 8] = ["Clarke", "Weber", "Martin", "Novak", "Rossi", "Jensen", "Walker", "Schmidt"];
const CITIES: [&str; 6] = ["上海", "北京", "杭州", "深圳", "成都", "广州"];

impl Data {
    fn seeded() -> Self {
        let start = monday();
        let mut data = Self {
            reps: "external_id,name,email,zone\n".to_owned(),
            customers: "external_id,name,email,phone,language,zone,country,city,tier,status,birthday,satisfaction,consent.marketing,consent_at,consent_source,created_at\n".to_owned(),
            deals: "id,customer,product,amount,opened,engaged\n".to_owned(),
            contracts: "external_id,customer,ends_on,amount,auto_renew,status\n".to_owned(),
            events: String::new(),
            birthday: "d0001".to_owned(),
        };
        for (id, name) in [
            ("sun.li", "孙莉"),
            ("li.na", "李楠"),
            ("wang.wei", "王伟"),
            ("chen.jie", "陈洁"),
            ("zhao.min", "赵敏"),
            ("emma.clarke", "Emma Clarke"),
        ] {
            let _ = writeln!(data.reps, "{id},{name},{id}@example.com,Asia/Shanghai");
        }
        let mut found = false;
        for number in 1..=CUSTOMERS {
            let birthday = birthday(number);
            let active = lot("status", number, 40) != 0;
            let consent = lot("consent", number, 10);
            let due = Date::new(2026, birthday.month(), birthday.day().min(28)).ok();
            let in_week = due.is_some_and(|day| day >= date(2026, 3, 3) && day <= date(2026, 3, 6));
            if !found && in_week && active && consent > 1 {
                data.birthday = format!("d{number:04}");
                found = true;
            }
            data.customer(number, birthday, active, consent, start);
            data.history(number, start);
        }
        data
    }

    fn customer(&mut self, number: u64, birthday: Date, active: bool, consent: u64, start: Timestamp) {
        let abroad = lot("abroad", number, 6) == 0;
        let (name, language, zone, country, city) = if abroad {
            let name = format!("{} {}", one(&FIRST, "first", number), one(&LAST, "last", number));
            let place = [
                ("Europe/Berlin", "DE", "Berlin"),
                ("Europe/London", "GB", "London"),
                ("America/New_York", "US", "New York"),
            ];
            let at = usize::try_from(lot("place", number, 3)).unwrap_or(0);
            let (zone, country, city) = place.get(at).copied().unwrap_or(("Europe/Berlin", "DE", "Berlin"));
            (name, "en", zone, country, city)
        } else {
            let name = format!("{}{}", one(&SURNAMES, "surname", number), one(&GIVEN, "given", number));
            (name, "zh-CN", "Asia/Shanghai", "CN", one(&CITIES, "city", number))
        };
        let tier = match lot("tier", number, 10) {
            0 => "gold",
            1..=3 => "silver",
            _ => "basic",
        };
        let status = if active { "active" } else { "closed" };
        let consent = match consent {
            0 => "withdrawn",
            1 => "",
            _ => "granted",
        };
        let known_days = DAYS + i64::try_from(lot("known", number, 400)).unwrap_or(0);
        let since = start - SignedDuration::from_hours(24 * known_days);
        let satisfaction = 5 + lot("satisfaction", number, 6);
        let _ = writeln!(
            self.customers,
            "d{number:04},{name},d{number:04}@example.com,1390000{number:04},{language},{zone},{country},{city},{tier},{status},{birthday},{satisfaction},{consent},{since},注册页,{since}"
        );
    }

    /// Orders, visits, forms, deals and contracts of one customer.
    fn history(&mut self, number: u64, start: Timestamp) {
        let day = |back: i64, seconds: u64| {
            let seconds = i64::try_from(seconds).unwrap_or(0);
            start - SignedDuration::from_hours(24 * back) - SignedDuration::from_secs(seconds)
        };
        for order in 0..lot("orders", number, 5) {
            let key = number * 10 + order;
            let back = i64::try_from(lot("order day", key, 90)).unwrap_or(0);
            let at = day(back, lot("order second", key, 36_000));
            let amount = 30 + lot("amount", key, 900);
            let _ = writeln!(
                self.events,
                "{{\"id\":\"o{key}\",\"event\":\"order.paid\",\"customer\":\"d{number:04}\",\"at\":\"{at}\",\"properties\":{{\"amount\":{amount},\"order_id\":\"O{key}\",\"items\":1}}}}"
            );
        }
        // The quiet ones last bought about sixty days ago: win-back finds some of them each day of the week.
        if lot("quiet", number, 25) == 0 {
            let at = day(53 + i64::try_from(lot("quiet day", number, 7)).unwrap_or(0), 3_600 * 15);
            let _ = writeln!(
                self.events,
                "{{\"id\":\"v{number}\",\"event\":\"site.visited\",\"customer\":\"d{number:04}\",\"at\":\"{at}\",\"properties\":{{}}}}"
            );
        }
        if lot("form", number, 30) == 0 {
            // Forms come in during the demo's week, too.
            let at =
                start + SignedDuration::from_hours(i64::try_from(lot("form hour", number, 150)).unwrap_or(0));
            let _ = writeln!(
                self.events,
                "{{\"id\":\"f{number}\",\"event\":\"form.submitted\",\"customer\":\"d{number:04}\",\"at\":\"{at}\",\"properties\":{{\"form\":\"whitepaper\"}}}}"
            );
        }
        if lot("deal", number, 40) == 0 {
            let opened = day(10 + i64::try_from(lot("opened", number, 60)).unwrap_or(0), 0);
            let engaged =
                start + SignedDuration::from_hours(i64::try_from(lot("engaged", number, 120)).unwrap_or(0));
            let amount = 5_000 + 500 * lot("deal amount", number, 200);
            let _ = writeln!(self.deals, "D{number},d{number:04},CRM,{amount},{opened},{engaged}");
        }
        if lot("contract", number, 40) == 1 {
            let ahead = [30_i64, 60, 90]
                .get(usize::try_from(lot("ahead", number, 3)).unwrap_or(0))
                .copied()
                .unwrap_or(30);
            let ends = date(2026, 3, 2)
                .checked_add(
                    jiff::Span::new().days(ahead + i64::try_from(lot("ends", number, 7)).unwrap_or(0)),
                )
                .unwrap_or(date(2026, 6, 1));
            let amount = 10_000 + 1_000 * lot("contract amount", number, 150);
            let _ = writeln!(self.contracts, "K{number},d{number:04},{ends},{amount},false,active");
        }
    }
}

fn birthday(number: u64) -> Date {
    let year = 1960 + i16::try_from(lot("year", number, 45)).unwrap_or(0);
    let day = i16::try_from(1 + lot("birthday", number, 365)).unwrap_or(1);
    date(year, 1, 1).checked_add(jiff::Span::new().days(i64::from(day - 1))).unwrap_or(date(1990, 3, 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_begins_on_a_monday_at_five_to_nine() {
        let zone = model::zone::zone("Asia/Shanghai").expect("it is in the database");
        assert_eq!(monday().to_zoned(zone).datetime().to_string(), "2026-03-02T08:55:00");
    }

    #[test]
    fn the_data_never_change() {
        let (one, other) = (Data::seeded(), Data::seeded());
        assert_eq!(one.customers, other.customers);
        assert_eq!(one.customers.lines().count(), 2_001);
        assert!(one.deals.lines().count() > 30 && one.contracts.lines().count() > 30);
    }

    #[test]
    fn the_list_of_shipped_files_is_the_folder() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut found = Vec::new();
        fn gather(root: &Path, dir: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).expect("the folder is there").flatten() {
                let path = entry.path();
                let name = entry.file_name().to_string_lossy().into_owned();
                if path.is_dir() {
                    if name != "samples" && name != "recipes" {
                        gather(root, &path, found);
                    }
                } else if name.ends_with(".yaml") || name.ends_with(".hbs") || name == "layout.styles.toml" {
                    found.push(
                        path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned(),
                    );
                }
            }
        }
        gather(&root, &root.join("workflows"), &mut found);
        found.sort();
        let listed: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        assert_eq!(found, listed);
    }
}
