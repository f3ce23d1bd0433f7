//! The rules that let one set of statements run on SQLite, on PostgreSQL and on a distributed one, read off the
//! texts of the store and of the migrations.

use std::path::{Path, PathBuf};
use tests::root;

fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.extension().is_some_and(|each| each == ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    let name = |path: &PathBuf| path.strip_prefix(root()).unwrap().display().to_string();
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The lines that are no comments.
fn code<'t>(text: &'t str, comment: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().filter(move |line| !line.trim_start().starts_with(comment))
}

/// `CREATE TABLE name ( … );` as name and body.
fn tables(text: &str) -> Vec<(String, String)> {
    let text: String = code(text, "--").collect::<Vec<_>>().join("\n");
    let parts = text.split("CREATE TABLE ").skip(1);
    parts
        .map(|part| {
            let (name, rest) = part.split_once(" (").unwrap();
            (name.to_owned(), rest.split_once("\n)").unwrap().0.to_owned())
        })
        .collect()
}

#[test]
fn where_there_is_a_slot_it_stands_first_in_every_key() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in texts("migrations", "sql") {
        let tables = tables(&text);
        for (name, body) in &tables {
            let slotted = body.lines().any(|line| line.trim_start().starts_with("slot "));
            if !slotted {
                continue;
            }
            seen += 1;
            for key in ["PRIMARY KEY (", "UNIQUE ("] {
                for found in body.split(key).skip(1).filter(|found| !found.starts_with("slot")) {
                    wrong.push(format!("{path}: {name}: {key}{}", found.lines().next().unwrap_or_default()));
                }
            }
        }
        for index in text.split("CREATE UNIQUE INDEX ").skip(1) {
            if !index.split('(').nth(1).is_some_and(|columns| columns.starts_with("slot")) {
                wrong.push(format!("{path}: {}", index.lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen >= 28, "the hot tables of both databases: {seen}");
}

/// Records that are proof: a trigger refuses whoever would change them. Neither is hot.
const PROOF: [&str; 2] = ["consent", "audit"];

#[test]
fn migrations_make_triggers_for_proof_alone_and_no_serial_ids() {
    let banned = ["SERIAL", "AUTOINCREMENT", "GENERATED", "SEQUENCE"];
    for (path, text) in texts("migrations", "sql") {
        let code: String = code(&text, "--").collect::<Vec<_>>().join("\n");
        for line in code.lines() {
            let line = line.to_uppercase();
            assert!(!banned.iter().any(|word| line.contains(word)), "{path}: {line}");
        }
        for what in ["CREATE TRIGGER ", "CREATE FUNCTION ", "CREATE OR REPLACE FUNCTION "] {
            for made in code.split(what).skip(1) {
                let name = made.split('_').next().unwrap_or_default();
                assert!(PROOF.contains(&name), "{path}: {what}{made}");
                let on = made.split_once(" ON ").and_then(|(_, table)| table.split_whitespace().next());
                assert!(what != "CREATE TRIGGER " || on == Some(name), "{path}: {what}{made}");
            }
        }
    }
}

#[test]
fn both_databases_have_the_same_tables_columns_and_indexes() {
    let shape = |folder: &str| -> Vec<String> {
        let mut shape = Vec::new();
        for (path, text) in texts(folder, "sql") {
            let number = path.rsplit('/').next().unwrap().to_owned();
            for (name, body) in tables(&text) {
                for line in body.lines() {
                    let word = line.split_whitespace().next().unwrap_or_default().trim_matches('"');
                    if word.chars().next().is_some_and(|letter| letter.is_ascii_lowercase()) {
                        shape.push(format!("{number} {name}.{word}"));
                    }
                }
            }
            let indexes = text.lines().filter(|line| line.starts_with("CREATE") && line.contains("INDEX "));
            shape.extend(indexes.map(|line| {
                format!(
                    "{number} {}",
                    line.replace("((attributes ->> 'company'))", "(attributes ->> 'company')")
                )
            }));
        }
        shape
    };
    assert_eq!(shape("migrations/sqlite"), shape("migrations/postgres"));
}

/// Values are bound, so that a statement says the same wherever and whenever it runs. The clock of the database
/// is asked where who lives is compared with it: the claim, the gate, the leases.
#[test]
fn statements_call_nothing_volatile_and_lock_no_advisory_locks() {
    let never = [
        "random(",
        "gen_random_uuid",
        "nextval(",
        "CURRENT_TIMESTAMP",
        "pg_advisory",
        "pg_notify",
        "LISTEN ",
    ];
    for (path, text) in texts("crates/store/src", "rs") {
        for line in code(&text, "//") {
            assert!(!never.iter().any(|word| line.contains(word)), "{path}: {line}");
            let clock =
                line.contains("now()") && line.contains("extract(") || line.contains("clock_timestamp(");
            let leases = ["crates/store/src/send.rs", "crates/store/src/share.rs"].contains(&path.as_str());
            assert!(!clock || leases, "{path}: {line}");
        }
    }
}

/// What only SQLite knows stands where the words of PostgreSQL stand beside it.
#[test]
fn statements_for_both_say_nothing_that_one_of_them_does_not_know() {
    let one = [
        "json_extract(",
        "json_group",
        "INSERT OR ",
        "rowid",
        "typeof(",
        "strftime(",
        "datetime(",
        "CROSS JOIN jsonb_each(?1) AS want ON",
    ];
    let beside =
        ["condition", "dialect/rows.rs", "forget.rs", "erase.rs", "send/moved.rs", "database", "plans.rs"];
    for (path, text) in texts("crates/store/src", "rs") {
        if beside.iter().any(|part| path.contains(part)) {
            continue;
        }
        for line in code(&text, "//") {
            assert!(!one.iter().any(|word| line.contains(word)), "{path}: {line}");
        }
        // `CROSS JOIN … ON` is no SQL elsewhere: the condition stands behind WHERE.
        for join in text.split("CROSS JOIN ").skip(1) {
            let words: Vec<&str> = join.split_whitespace().take(4).collect();
            assert!(words.get(3) != Some(&"ON"), "{path}: CROSS JOIN {}", words.join(" "));
        }
    }
}
