//! The page of proofs: each promise with the test that shows it, and the figures of the last long run.
//! `scripts/report` writes it.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use tests::root;

/// A promise, how it is shown, and the rows of figures that belong to it.
struct Promise {
    promise: &'static str,
    /// A binary of this crate's tests, or `store`: the conformance suite.
    test: &'static str,
    soak: &'static str,
    /// Names of `target/soak/NAME.json`.
    names: &'static [&'static str],
}

/// In the order of the page. Whoever adds a soak adds its line here.
const PROMISES: &[Promise] = &[
    Promise {
        promise: "killed at any moment (`kill -9`) under load, nothing is lost, nothing is sent twice, and what is unknown is listed; one process on SQLite, three on PostgreSQL; at most once, and at least once (`twice`)",
        test: "crash",
        soak: "kill",
        names: &["kill-sqlite", "kill-sqlite-twice", "kill-postgresql", "kill-postgresql-twice"],
    },
    Promise {
        promise: "ended for real at each named point (after the claim, at 354, before and behind the dot, around each commit, between two migrations), nothing is lost and nothing sent twice",
        test: "crash_points",
        soak: "crash-points",
        names: &["crash-points", "crash-points-twice"],
    },
    Promise {
        promise: "whatever comes together (deaths at any point, facts doubled and shuffled, a wrong clock, a lying relay), a seed has one outcome, and it breaks no promise",
        test: "simulator",
        soak: "simulator",
        names: &["simulator"],
    },
    Promise {
        promise: "the order in which facts come does not matter: shuffled and doubled, taken in by three processes, they leave the same profiles, aggregates, scores and consents",
        test: "shuffles",
        soak: "shuffles",
        names: &["shuffles"],
    },
    Promise {
        promise: "several processes on one PostgreSQL keep what holds for all of them: a sender's limit a day is never exceeded, and walks of one customer see each other (never an eleventh reward where ten are allowed)",
        test: "workers",
        soak: "",
        names: &[],
    },
    Promise {
        promise: "processes that take a part of the work each (`--roles`) do together what one does alone",
        test: "roles",
        soak: "",
        names: &[],
    },
    Promise {
        promise: "what one process writes another hears of at once (`NOTIFY`), and finds within a second where it does not hear",
        test: "bells",
        soak: "",
        names: &[],
    },
    Promise {
        promise: "a process that is stopped for longer than its lease and then goes on sends nothing twice, and meanwhile the others take over",
        test: "stalled",
        soak: "stalled",
        names: &["stalled"],
    },
    Promise {
        promise: "the primary database is killed under load and its synchronous standby promoted: nothing lost, nothing twice, and it goes on by itself",
        test: "failover",
        soak: "failover",
        names: &["failover"],
    },
    Promise {
        promise: "a full disk: no send without its record, `/readyz` says 503, and it goes on by itself when there is room",
        test: "disk_full",
        soak: "disk-full",
        names: &["disk-full"],
    },
    Promise {
        promise: "off for five minutes, a day, nine days: what is too late is left out with its reason, all else goes, and a schedule fires once, in exact counts",
        test: "downtime",
        soak: "",
        names: &[],
    },
    Promise {
        promise: "each fault of a relay (away, 421, dropped at each phase, silent, slow, lying) has its exact state in the ledger and at the relay; down for six hours it is asked at most once a second and nothing is lost",
        test: "faults",
        soak: "",
        names: &[],
    },
    Promise {
        promise: "old and new processes work one database together while a newer version adds to its tables, and one that is too old refuses to start",
        test: "versions",
        soak: "versions",
        names: &["versions", "versions-twice"],
    },
    Promise {
        promise: "killed in the middle of any migration, on SQLite and on PostgreSQL, the next start brings the database up to date",
        test: "store",
        soak: "",
        names: &[],
    },
    Promise {
        promise: "`doctor` finds walks that are in no state, that rest on nobody and that have no version, mends what can be mended, and one row that cannot be read holds nobody else up",
        test: "doctor",
        soak: "",
        names: &[],
    },
    Promise {
        promise: "a backup that is restored stands held, lives through the lost time before it goes on, and sends nothing twice",
        test: "backup",
        soak: "",
        names: &[],
    },
];

const HEAD: &str = "# Proofs

What is promised, the test that shows it in every run, the command that shows it for longer, and what the last long run found. `scripts/report` writes this page from the figures that `scripts/soak` leaves in `target/soak`; a row whose soak was not run since keeps its figures. A seed is given back as `NURTURE_…_SEED` to throw the same dice.

*Lost*: due, and neither at the sink, nor unknown, nor waiting, nor refused with a reason. *Twice*: a Message-ID that the sink has more than once; a row whose name ends in `twice` is of messages that are sent at least once, where a death may leave a copy. *Unknown*: listed by `nurture sends --unknown`. *Bound*: deaths × connections; no more may be unknown, or (`twice`) be copies. Rounds that were fewer than the command's own are those that fitted into the minutes given (`NURTURE_SOAK_MINUTES`).

Times are of a machine with two cores that did much else meanwhile, with other soaks beside each: they show that it goes on, not how fast it is; for that see [performance](performance.md).

";

#[test]
fn the_page_of_proofs_is_what_the_soaks_have_found() {
    let path = root().join("docs/operations/proof.md");
    let page = fs::read_to_string(&path).unwrap_or_default();
    let mut rows = rows_of(&page);
    if std::env::var_os("UPDATE_PROOF").is_some() {
        for (name, object) in found() {
            rows.insert(name, row(&object));
        }
        fs::write(&path, made(&rows)).unwrap();
        return;
    }
    assert_eq!(page, made(&rows), "scripts/report writes it");
}

#[test]
fn every_promise_names_a_test_and_a_soak_that_are_there() {
    let soaks = fs::read_to_string(root().join("scripts/soak")).unwrap();
    for promise in PROMISES {
        let (_, file) = place(promise.test);
        assert!(root().join(&file).exists(), "{file}");
        let function = format!("soak_{}()", promise.soak.replace('-', "_"));
        assert!(promise.soak.is_empty() || soaks.contains(&function), "{}", promise.soak);
    }
}

/// What cargo is told to run a test, and its file.
fn place(test: &str) -> (String, String) {
    match test {
        "store" => {
            ("-p store --test conformance".to_owned(), "crates/store/tests/conformance/main.rs".to_owned())
        }
        other => (format!("-p tests --test {other}"), format!("tests/tests/{other}.rs")),
    }
}

/// The figures of the soaks that were run here, by name.
fn found() -> BTreeMap<String, Json> {
    let files = fs::read_dir(root().join("target/soak")).into_iter().flatten().flatten();
    files
        .filter(|file| file.path().extension().is_some_and(|ending| ending == "json"))
        .map(|file| {
            let text = fs::read_to_string(file.path()).unwrap();
            let object: Json = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{file:?}: {why}"));
            (object["name"].as_str().expect("a name").to_owned(), object)
        })
        .collect()
}

/// `| name | rounds | seed | figures |`
fn row(object: &Json) -> String {
    let mut figures: Vec<(&String, &Json)> = object["figures"].as_object().into_iter().flatten().collect();
    // What is asked first is told first.
    figures.sort_by_key(|(name, _)| {
        ["lost", "twice", "unknown"].iter().position(|one| one == name).unwrap_or(9)
    });
    let figures: Vec<String> = figures.into_iter().map(|(name, value)| figure(name, value)).collect();
    let seed = object["seed"].as_str().unwrap_or("–");
    let name = object["name"].as_str().unwrap_or_default();
    format!("| {name} | {} | {seed} | {} |", grouped(&object["rounds"]), figures.join(", "))
}

/// `until_503_ms_longest`: 97 → `until 503 longest 97 ms`.
fn figure(name: &str, value: &Json) -> String {
    let words: Vec<&str> = name.split('_').filter(|word| *word != "ms").collect();
    let unit = if words.len() < name.split('_').count() { " ms" } else { "" };
    format!("{} {}{unit}", words.join(" "), grouped(value))
}

/// A number as people write it: `15,000`.
fn grouped(value: &Json) -> String {
    let text = value.to_string();
    let places = text.len();
    let letter = |(place, letter): (usize, char)| {
        let comma = place > 0 && (places - place).is_multiple_of(3);
        [comma.then_some(','), Some(letter)].into_iter().flatten()
    };
    text.chars().enumerate().flat_map(letter).collect()
}

/// The rows of figures that a page has, by name.
fn rows_of(page: &str) -> BTreeMap<String, String> {
    let row = |line: &str| {
        let name = line.strip_prefix("| ")?.split(" | ").next()?;
        Some((name.to_owned(), line.to_owned()))
    };
    page.lines().filter_map(row).collect()
}

fn made(rows: &BTreeMap<String, String>) -> String {
    let mut page = HEAD.to_owned();
    for promise in PROMISES {
        let soak = match promise.soak {
            "" => String::new(),
            soak => format!("; longer: `scripts/soak {soak}`"),
        };
        page += &format!(
            "## {}\n\nIn every run: `cargo test {}`{soak}.\n\n",
            upper(promise.promise),
            place(promise.test).0
        );
        let known: Vec<&String> = promise.names.iter().filter_map(|name| rows.get(*name)).collect();
        if !known.is_empty() {
            page += "| what | rounds | seed | found |\n|---|---|---|---|\n";
            known.iter().for_each(|row| page += &format!("{row}\n"));
            page += "\n";
        }
    }
    page.truncate(page.trim_end().len());
    page + "\n"
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
