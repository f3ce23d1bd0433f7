//! `nurture test` as a person runs it: writing `expect`, coverage, names instead of paths, and many tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper that fails is a test that fails")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tests::binary::{Ran, nurture};

const MODEL: &str = "model: shop\ncustomer:\n  tier: { one_of: [basic, gold], default: basic }\nevents:\n  order.paid: { amount: number }\n";

const FILE: &str = "# 订单之后
workflow: thanks   # the id
trigger: { event: order.paid }
consent: none
steps:
  - wait: 1 day
  - if: customer.tier == \"gold\"
    then:
      - tag: vip
    else:
      - tag: \"it's, fine\"
tests:
  - name: gold
    clock: 2026-03-02 09:00 Asia/Shanghai
    customer: { tier: gold }
    expect:
      # a day later
      - { after: 1 day, tag: vip }   # right
      - { after: 3 days, exit: end }   # wrong
    exactly: true
  - name: basic
    clock: 2026-03-28 09:00 Europe/Berlin
    customers: { anna: , ben: { tier: gold } }
";

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("workflows")).unwrap();
    fs::write(dir.path().join("nurture.toml"), "zone = \"Asia/Shanghai\"\n").unwrap();
    fs::write(dir.path().join("workflows/model.yaml"), MODEL).unwrap();
    for (path, text) in files {
        fs::write(dir.path().join("workflows").join(path), text).unwrap();
    }
    dir
}

fn page(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

fn text(dir: &Path) -> String {
    fs::read_to_string(dir.join("workflows/thanks.yaml")).unwrap()
}

#[test]
fn record_writes_what_happens_keeps_the_rest_and_the_tests_pass_then() {
    let dir = project(&[("thanks.yaml", FILE)]);
    assert_eq!(nurture(dir.path(), &["test"]).code, 1);
    let dry = nurture(dir.path(), &["test", "--record", "--dry-run", "thanks"]);
    assert_eq!((dry.code, text(dir.path()).as_str()), (0, FILE), "{}{}", dry.out, dry.err);
    assert!(dry.out.ends_with("the `expect` of 2 tests would be written\n"), "{}", dry.out);
    let ran = nurture(dir.path(), &["test", "--record", "thanks"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("-      - { after: 3 days, exit: end }   # wrong\n"), "{}", ran.out);
    let expected = FILE.replace(
        "      - { after: 3 days, exit: end }   # wrong\n",
        "      - { after: 1 day, exit: end }\n      # wrong\n",
    );
    let added = "    expect:
      - { after: 1 day, customer: anna, tag: \"it's, fine\" }
      - { after: 1 day, customer: anna, exit: end }
      - { after: 1 day, customer: ben, tag: vip }
      - { after: 1 day, customer: ben, exit: end }
";
    assert_eq!(text(dir.path()), format!("{expected}{added}"));
    let passed = nurture(dir.path(), &["test"]);
    assert_eq!(passed.code, 0, "{}", passed.out);
    let again = nurture(dir.path(), &["test", "--record"]);
    assert!(again.out.ends_with("nothing changes: the expected lines are what happens\n"), "{}", again.out);
    assert_eq!(text(dir.path()), format!("{expected}{added}"));
}

#[test]
fn record_writes_one_test_by_its_name() {
    let dir = project(&[("thanks.yaml", FILE)]);
    let ran = nurture(dir.path(), &["test", "--record", "workflows/thanks.yaml", "--test", "gold"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(text(dir.path()).ends_with("customers: { anna: , ben: { tier: gold } }\n"));
    assert!(!text(dir.path()).contains("after: 3 days"));
    let none = nurture(dir.path(), &["test", "--test", "nobody"]);
    assert_eq!((none.code, none.err.as_str()), (4, "error: No test is called `nobody`.\n"));
    let unknown = nurture(dir.path(), &["test", "thankz"]);
    assert_eq!(unknown.code, 4, "{}{}", unknown.out, unknown.err);
    assert_eq!(nurture(dir.path(), &["test", "workflows/thankz.yaml"]).code, 3);
}

#[test]
fn coverage_names_each_branch_that_no_test_walks_unless_the_file_turns_it_off() {
    let gold = FILE.split("  - name: basic").next().unwrap().replace("3 days", "1 day");
    let dir = project(&[("thanks.yaml", &gold)]);
    let human = nurture(dir.path(), &["test", "--coverage"]);
    assert_eq!(human.code, 0, "{}", human.out);
    assert!(human.out.contains("workflows/thanks.yaml  3/4    1/2       66 %\n"), "{}", human.out);
    let line = "workflows/thanks.yaml:7  no test goes past `then` here, the other way of `if`\n";
    assert!(human.out.contains(line), "{}", human.out);
    let json = page(&nurture(dir.path(), &["test", "--json"]));
    assert_eq!(json["coverage"][0]["missing"][0]["way"], "else");
    assert_eq!(json["coverage"][0]["missing"][0]["line"], 7);
    let github = nurture(dir.path(), &["test", "--format", "github"]);
    assert!(github.out.starts_with("::warning file=workflows/thanks.yaml,line=7,"), "{}", github.out);
    let off =
        gold.replace("consent: none\n", "consent: none\nlint: { W0421: the others are no customers }\n");
    fs::write(dir.path().join("workflows/thanks.yaml"), off).unwrap();
    assert_eq!(nurture(dir.path(), &["test", "--format", "github"]).out, "");
}

#[test]
fn a_thousand_tests_of_two_hundred_files_take_seconds() {
    let mut files = Vec::new();
    for number in 0..200 {
        let mut text = format!(
            "workflow: w{number}\ntrigger: {{ event: order.paid }}\nconsent: none\nsteps:\n  - wait: 3 days\n  - tag: a\n  - wait_for: order.paid\n    within: 10 days\n    on_timeout: [{{ tag: late }}]\n  - if: customer.tier == \"gold\"\n    then: [{{ tag: gold }}]\n  - tag: b\ntests:\n"
        );
        for test in 0..5 {
            write!(
                text,
                "  - name: t{test}\n    clock: 2026-03-02 09:00\n    history: [{{ event: order.paid, ago: 90 days, times: 20, amount: 3 }}]\n    customer: {{ tier: gold }}\n    expect:\n      - {{ after: 3 days, tag: a }}\n      - {{ after: 13 days, tag: late }}\n      - {{ after: 13 days, tag: b }}\n"
            )
            .unwrap();
        }
        files.push((format!("w{number}.yaml"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let dir = project(&files);
    // The program is built before the clock runs.
    let _ = tests::binary::binary();
    let begun = Instant::now();
    let ran = nurture(dir.path(), &["test"]);
    let took = begun.elapsed();
    assert!(ran.out.ends_with("all 1000 tests passed\n"), "{}{}", ran.out, ran.err);
    println!("1,000 tests of 200 files: {took:?}");
    // About a second in a debug build; the rest is for a busy machine.
    assert!(took < Duration::from_secs(120), "{took:?}");
}
