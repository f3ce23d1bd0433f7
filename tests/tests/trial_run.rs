//! `simulate` as a person uses it: it says which version plays, takes the file that was asked for, and ends when it
//! is told to.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::binary::{command, ran};
use tests::real::Project;

/// How long something may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(180);

/// Somebody who bought on the third of March.
fn project() -> Project {
    let project = Project::with(&[
        ("nurture.toml", "zone = \"UTC\"\nlanguage = \"en\"\n"),
        ("workflows/model.yaml", "model: shop\nevents:\n  order.paid: { amount: number }\n"),
        (
            "workflows/thanks.yaml",
            "workflow: thanks\ntrigger: { event: order.paid }\nconsent: none\nsteps:\n  - tag: before\n",
        ),
        (
            "workflows/ticks.yaml",
            "workflow: ticks\ntrigger:\n  schedule: { cron: \"* * * * *\" }\nconsent: none\nsteps:\n  - tag: seen\n",
        ),
        ("people.csv", "external_id\nc1\n"),
        (
            "orders.jsonl",
            "{\"id\":\"o1\",\"event\":\"order.paid\",\"customer\":\"c1\",\"at\":\"2026-03-03T09:00:00Z\",\"properties\":{\"amount\":1}}\n",
        ),
    ]);
    project.fine(&["import", "customers", "people.csv"]);
    project.fine(&["import", "events", "orders.jsonl"]);
    project
}

const MARCH: [&str; 5] = ["--json", "--from", "2026-03-01", "--to", "2026-04-01"];

fn simulated(project: &Project, named: &[&str]) -> tests::binary::Ran {
    project.nurture(&[["simulate"].as_slice(), &MARCH, named].concat())
}

#[test]
fn who_asks_for_a_workflow_sees_its_file_and_is_told_where_that_is_not_what_is_live() {
    let project = project();
    let file = "workflows/thanks.yaml";
    project.fine(&["publish", file]);
    let live = simulated(&project, &["--workflow", "thanks"]);
    assert!(
        live.out.contains("\"what\":\"before\"") && !live.err.contains("thanks"),
        "{}{}",
        live.out,
        live.err
    );

    let text = fs::read_to_string(project.path().join(file)).expect("the file");
    project.write(file, &text.replace("before", "after"));
    let changed = simulated(&project, &["--workflow", "thanks"]);
    assert!(changed.out.contains("\"what\":\"after\""), "{}{}", changed.out, changed.err);
    assert!(changed.err.contains("`thanks` plays as its file says now"), "{}", changed.err);
    // Unnamed, what is published plays, and the file is named.
    let all = simulated(&project, &[]);
    assert!(all.out.contains("\"what\":\"before\""), "{}{}", all.out, all.err);
    assert!(all.err.contains("`thanks` plays as it is published"), "{}", all.err);

    project.write(file, &text.replace("tag:", "tga:"));
    let wrong = simulated(&project, &["--workflow", "thanks"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""), "{}", wrong.err);
    assert!(wrong.err.contains("workflows/thanks.yaml:5"), "{}", wrong.err);

    fs::remove_file(project.path().join(file)).expect("it can be taken away");
    let gone = simulated(&project, &["--workflow", "thanks"]);
    assert!(gone.out.contains("\"what\":\"before\"") && gone.err.contains("no file of it"), "{}", gone.err);
    let unknown = simulated(&project, &["--workflow", "thakns"]);
    assert!(unknown.code == 4 && unknown.err.contains("did you mean `thanks`?"), "{}", unknown.err);
}

#[test]
fn a_simulation_has_an_end_and_ends_when_it_is_told_to() {
    let project = project();
    let long = ["simulate", "--from", "2026-01-01", "--to", "9999-01-01"];
    let refused = project.nurture(&long);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert!(refused.err.contains("more than 30 years"), "{}", refused.err);

    // Every minute of thirty years: nobody waits for that.
    for signal in ["TERM", "INT"] {
        let for_ever = ["simulate", "--workflow", "ticks", "--from", "2026-01-01", "--to", "2055-01-01"];
        let child = command(project.path(), &for_ever)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("nurture starts");
        let id = child.id().to_string();
        // Once it minds the signal: bit 15 of what is caught.
        let status = format!("/proc/{id}/status");
        wait_until("it minds signals", || {
            let told = fs::read_to_string(&status).unwrap_or_default();
            let caught = told.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            caught.is_some_and(|mask| {
                u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 0x4002 == 0x4002)
            })
        });
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &id]).status().expect("kill runs").success()
        );
        let waited = std::thread::spawn(move || child.wait_with_output());
        wait_until("it ends", || waited.is_finished());
        let ended = ran(waited.join().expect("it ended").expect("what it printed"));
        assert_eq!((ended.code, ended.err.as_str()), (130, "error: interrupted\n"), "{signal}");
    }
}

/// Fails where it never is so, instead of standing for ever.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
