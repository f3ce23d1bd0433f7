//! What ships for operators fits the program: alerts use numbers that exist and lead to their section of the
//! runbook, the unit and the container file start what there is.

use std::collections::BTreeSet;
use tests::root;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the metrics, as the source lists them.
fn metrics() -> BTreeSet<String> {
    let source = read("crates/server/src/metrics.rs");
    let list =
        source.split("const METRICS").nth(1).and_then(|rest| rest.split("];").next()).expect("the list");
    let rows = list.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split_once('"'));
    rows.map(|(name, _)| format!("nurture_{name}")).collect()
}

#[test]
fn every_alert_reads_numbers_that_exist_and_has_its_section_in_both_runbooks() {
    let text = read("deploy/alerts.yaml");
    let known = metrics();
    assert!(known.len() >= 20, "{known:?}");
    let mut alerts = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.trim().strip_prefix("- alert: ") {
            alerts.push(name.to_owned());
        }
    }
    assert!(alerts.len() >= 10);
    let named = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let used: BTreeSet<&str> = named.filter(|word| word.starts_with("nurture_")).collect();
    for name in used {
        assert!(known.contains(name), "no metric is called {name}: {known:?}");
    }
    for page in ["docs/operations/runbook.md", "docs/operations/runbook.zh-CN.md"] {
        let page = read(page);
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(sections, alerts, "a section for each alert, in their order");
    }
    for alert in &alerts {
        let link = format!("runbook: docs/operations/runbook.md#{}", alert.to_lowercase());
        assert!(text.contains(&link), "{link}");
    }
    // Brackets and braces are closed, and every rule has its parts.
    for part in ["expr:", "labels:", "annotations:", "summary:"] {
        assert_eq!(text.matches(part).count(), alerts.len(), "{part}");
    }
    for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
        assert_eq!(text.matches(open).count(), text.matches(close).count(), "{open}{close}");
    }
}

/// `scripts/alerts` has promtool try the rules; here each is seen to be tried, quiet and firing.
#[test]
fn every_alert_is_tried_quiet_and_firing() {
    let (rules, tried) = (read("deploy/alerts.yaml"), read("deploy/alerts.test.yaml"));
    let names: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        assert!(tried.contains(&format!("alertname: {name}, exp_alerts: [] }}")), "{name} is never quiet");
        assert!(tried.contains(&format!("alertname: {name}\n        exp_alerts:\n")), "{name} never fires");
    }
}

#[test]
fn the_unit_is_one_that_systemd_understands() {
    let unit = read("deploy/nurture.service");
    for section in ["[Unit]", "[Service]", "[Install]"] {
        assert!(unit.contains(section), "{section}");
    }
    assert!(unit.contains("ExecStart=/usr/local/bin/nurture run\n"));
    assert!(unit.contains("RestartPreventExitStatus=2 3 5\n"));
    // Where systemd is installed, it judges; its complaint that the binary is not installed here is none.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nurture.service");
    let judged = unit.replace("/usr/local/bin/nurture", "/bin/true").replace("User=nurture", "User=root");
    std::fs::write(&path, judged.replace("Group=nurture", "Group=root")).unwrap();
    match std::process::Command::new("systemd-analyze").arg("verify").arg(&path).output() {
        Ok(said) => {
            let words = String::from_utf8_lossy(&said.stderr).into_owned();
            let about = words.lines().filter(|line| line.contains("nurture.service")).collect::<Vec<_>>();
            assert!(about.is_empty(), "{about:#?}");
        }
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}"),
    }
}

#[test]
fn the_container_builds_what_the_workspace_has() {
    let file = read("deploy/Containerfile");
    let toolchain = read("rust-toolchain.toml");
    let channel = toolchain.split('"').nth(1).expect("a channel");
    assert!(file.contains(&format!("rust:{channel}-")), "the toolchain of the workspace: {channel}");
    assert!(file.contains("--package nurture") && file.contains("ENTRYPOINT [\"nurture\"]"));
    assert!(file.contains("STOPSIGNAL SIGTERM") && file.contains("USER 10001"));
}
